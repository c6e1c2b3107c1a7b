//! A batch whose rows begin and end apart: a row that is done takes a new puzzle while the others go on.

use crate::config::ModelConfig;
use crate::engine::{Data, Engine, Session};
use crate::random::Random;

use super::inference::Options;
use super::solver::{ModelError, Segment, Solver, check};
use super::stepwise::add_noise;
use super::weights::Weights;

/// A puzzle for a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowInput {
    /// The row.
    pub row: usize,
    /// Its tokens [S].
    pub tokens: Vec<u8>,
}

/// The states between two segments, [B, T, D] each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Carry {
    /// z_H.
    pub z_h: Vec<f32>,
    /// z_L.
    pub z_l: Vec<f32>,
}

impl Carry {
    /// Adds Gaussian noise to both states of a row of `len` elements, as [`super::Act::Noise`] of that size and of these seeds,
    /// of z_H and z_L, does.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn add_noise(&mut self, row: usize, len: usize, size: f64, [seed_h, seed_l]: [u32; 2]) {
        add_noise(&mut self.z_h[row * len..][..len], size, seed_h);
        add_noise(&mut self.z_l[row * len..][..len], size, seed_l);
    }

    /// Draws both states of a row of `len` elements anew: every element normally distributed with variance 1, as those
    /// of H_init and L_init are before they are trained.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn draw(&mut self, row: usize, len: usize, random: &mut Random) {
        for z in [&mut self.z_h, &mut self.z_l] {
            z[row * len..][..len].fill_with(|| random.normal() as f32);
        }
    }
}

impl<S: Session> Solver<S> {
    /// Like [`Solver::new`], for a batch whose rows take puzzles apart: [`Solver::begin_rows`].
    ///
    /// # Errors
    /// Weights that do not fit, an engine's limits.
    pub async fn by_rows<E: Engine<Session = S>>(
        engine: &E,
        config: &ModelConfig,
        weights: &Weights,
        batch: usize,
    ) -> Result<Self, ModelError> {
        Self::prepare(engine, config, weights, batch, Options { rows: true, ..Options::default() }).await
    }

    /// Gives rows new puzzles; their next segment starts from H_init and L_init. The other rows go on as if nothing had
    /// happened, bit for bit.
    ///
    /// # Errors
    /// A row that there is not, tokens of another number or without an embedding, a solver that was not prepared by
    /// [`Solver::by_rows`].
    pub async fn begin_rows(&mut self, puzzles: &[RowInput]) -> Result<(), ModelError> {
        let entry = self.plan.rows.ok_or(ModelError::WholeBatches)?;
        let (batch, seq_len, vocab_size) = (self.batch(), self.config().seq_len, self.config().vocab_size);
        let mut all = self.tokens.clone();
        all.resize(batch * seq_len, 0);
        let mut halted = vec![0; batch];
        for (index, RowInput { row, tokens }) in puzzles.iter().enumerate() {
            if *row >= batch {
                return Err(ModelError::Input {
                    what: "row",
                    index,
                    value: *row as u32,
                    most: batch.saturating_sub(1),
                });
            }
            let tokens: Vec<u32> = tokens.iter().map(|&token| u32::from(token)).collect();
            check("tokens", "token", &tokens, seq_len, vocab_size)?;
            all[row * seq_len..][..seq_len].copy_from_slice(&tokens);
            halted[*row] = 1;
        }
        self.session.write_u32(self.plan.inputs.tokens, &all)?;
        self.session.write_u32(entry.halted, &halted)?;
        self.session.run(&[entry.begin], &[]).await?;
        self.tokens = all;
        Ok(())
    }

    /// The states as they are between two segments.
    ///
    /// # Errors
    /// The engine's.
    pub async fn carry(&mut self) -> Result<Carry, ModelError> {
        let mut read = self.session.run(&[], &[self.plan.z_h, self.plan.z_l]).await?.into_iter().map(Data::f32);
        Ok(Carry { z_h: read.next().unwrap_or_default(), z_l: read.next().unwrap_or_default() })
    }

    /// Replaces the states.
    ///
    /// # Errors
    /// States of another size, the engine's.
    pub fn set_carry(&mut self, carry: &Carry) -> Result<(), ModelError> {
        self.session.write(self.plan.z_h, &carry.z_h)?;
        Ok(self.session.write(self.plan.z_l, &carry.z_l)?)
    }

    /// Runs one segment of all rows and reads z_H [B, T, D] as well.
    ///
    /// # Errors
    /// The engine's, and results that are not finite.
    pub async fn segment_with_state(&mut self) -> Result<(Segment, Vec<f32>), ModelError> {
        let read = [self.plan.logits, self.plan.q, self.plan.z_h];
        let mut data = self.session.run(&[self.plan.segment], &read).await?.into_iter().map(Data::f32);
        let mut next = || data.next().unwrap_or_default();
        let (logits, q, z_h) = (next(), next(), next());
        Ok((self.end_segment(logits, &q, Vec::new())?, z_h))
    }
}
