//! A gallery model run on its own, beside the page: what a person reads there is compared with these numbers. The
//! states come from the library's engine; what is said of them is computed here once more, in f64.

use std::{fs, path::Path};

use hrm_core::{
    checkpoint::Weights,
    config::ModelConfig,
    engine::cpu,
    model::{Before, Intervention, Level, MixingSolver, Segment, Solver, State},
    puzzle::Kind,
};

use crate::Result;

/// A whole run of as many segments as in training.
pub struct Reference {
    /// What is solved.
    pub kind: Kind,
    /// `[S]` tokens.
    pub question: Vec<u8>,
    /// Logits and Q values of each segment.
    pub segments: Vec<Segment>,
    /// Every step in order.
    pub states: Vec<State>,
    config: ModelConfig,
    weights: Weights,
}

impl Reference {
    /// Runs the gallery's `model` on a puzzle in its text form.
    pub async fn run(model: &str, kind: Kind, puzzle: &str) -> Result<Self> {
        Self::run_under(model, kind, puzzle, &[]).await
    }

    /// The same under interventions.
    pub async fn run_under(model: &str, kind: Kind, puzzle: &str, acts: &[Intervention]) -> Result<Self> {
        let (config, weights) = gallery_model(model)?;
        Self::of(config, weights, kind, puzzle, acts).await
    }

    /// Runs any model.
    pub async fn of(
        config: ModelConfig,
        weights: Weights,
        kind: Kind,
        puzzle: &str,
        acts: &[Intervention],
    ) -> Result<Self> {
        let question = kind.encode(puzzle)?;
        let mut solver = Solver::stepwise(&cpu::Engine::new(), &config, &weights, 1).await?;
        solver.begin(&tokens(&question), &[0]).await?;
        let mut segments = Vec::new();
        for _ in 0..config.halt_max_steps {
            segments.push(solver.segment_under(acts).await?);
        }
        let states = segments.iter_mut().flat_map(|segment| std::mem::take(&mut segment.states)).collect();
        Ok(Self { kind, question, segments, states, config, weights })
    }

    /// Participation ratios of z_H and z_L over all positions of the last states of runs on these questions, by the sums
    /// of squares that make up the trace of the covariance and of its square.
    pub async fn dimensions(model: &str, questions: Vec<Vec<u8>>) -> Result<[f64; 2]> {
        let (config, weights) = gallery_model(model)?;
        let mut solver = Solver::stepwise(&cpu::Engine::new(), &config, &weights, 1).await?;
        let mut vectors: [Vec<Vec<f64>>; 2] = Default::default();
        for question in questions {
            solver.begin(&tokens(&question), &[0]).await?;
            let mut last = Vec::new();
            for _ in 0..config.halt_max_steps {
                last = solver.segment().await?.states;
            }
            for (level, vectors) in [Level::H, Level::L].into_iter().zip(&mut vectors) {
                let state = last.iter().rfind(|state| state.level == level).ok_or("no state")?;
                let rows = state.z.chunks_exact(config.hidden_size);
                vectors.extend(rows.map(|row| row.iter().map(|x| f64::from(*x)).collect::<Vec<_>>()));
            }
        }
        Ok(vectors.map(|vectors| participation(&vectors)))
    }

    /// Channels.
    pub fn channels(&self) -> usize {
        self.config.hidden_size
    }

    /// The moments of a module's steps.
    pub fn moments(&self, level: Level) -> Vec<usize> {
        (0..self.states.len()).filter(|&moment| self.states[moment].level == level).collect()
    }

    /// The moment of a module's last step up to a moment.
    pub fn last(&self, level: Level, moment: usize) -> Option<usize> {
        self.moments(level).into_iter().rfind(|at| *at <= moment)
    }

    /// State after a step, `[T, D]`.
    pub fn z(&self, moment: usize) -> &[f32] {
        &self.states[moment].z
    }

    /// The state that a step changed, `[T, D]`.
    pub fn before(&self, moment: usize) -> Vec<f32> {
        let level = self.states[moment].level;
        match moment.checked_sub(1).and_then(|earlier| self.last(level, earlier)) {
            Some(earlier) => self.z(earlier).to_vec(),
            None => self.weights.tensors[if level == Level::H { "H_init" } else { "L_init" }]
                .data
                .repeat(self.config.tokens()),
        }
    }

    /// RMS of a step's change.
    pub fn change(&self, moment: usize) -> f64 {
        rms(&self.before(moment), self.z(moment))
    }

    /// RMS of the difference to the module's last state.
    pub fn distance(&self, moment: usize) -> f64 {
        let last = self.last(self.states[moment].level, usize::MAX).unwrap_or(moment);
        rms(self.z(moment), self.z(last))
    }

    /// RMS of the difference to the same step of another run.
    pub fn apart(&self, other: &Self, moment: usize) -> f64 {
        rms(self.z(moment), other.z(moment))
    }

    /// Cosine with the state before.
    pub fn cosine(&self, moment: usize) -> f64 {
        let (a, b) = (self.before(moment), self.z(moment));
        dot(&a, b) / (dot(&a, &a) * dot(b, b)).sqrt()
    }

    /// The largest 98th percentile of magnitudes that any of a module's states has: the ends of its colours.
    pub fn scale(&self, level: Level) -> f32 {
        self.moments(level).into_iter().map(|moment| percentile(self.z(moment))).fold(0.0, f32::max)
    }

    /// Where each of a module's states lies along the first three principal components, by power iteration on the
    /// centred inner products.
    pub fn scores(&self, level: Level) -> Vec<[f64; 3]> {
        let moments = self.moments(level);
        let n = moments.len();
        let len = self.z(0).len();
        let mean: Vec<f64> =
            (0..len).map(|i| moments.iter().map(|&m| f64::from(self.z(m)[i])).sum::<f64>() / n as f64).collect();
        let centred: Vec<Vec<f64>> = moments
            .iter()
            .map(|&m| self.z(m).iter().zip(&mean).map(|(z, mean)| f64::from(*z) - mean).collect())
            .collect();
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let mut gram: Vec<Vec<f64>> = centred.iter().map(|a| centred.iter().map(|b| product(a, b)).collect()).collect();
        let components = [0; 3].map(|_| {
            // Nothing special about the first guess but that no component is at right angles to it.
            let mut v: Vec<f64> = (0..n).map(|i| 1.0 + (i * i % 7) as f64).collect();
            let mut value = 0.0;
            for _ in 0..5000 {
                let next: Vec<f64> = gram.iter().map(|row| product(row, &v)).collect();
                value = product(&next, &next).sqrt();
                v = next.iter().map(|x| x / value).collect();
            }
            for (row, of_row) in gram.iter_mut().zip(&v) {
                row.iter_mut().zip(&v).for_each(|(entry, of_column)| *entry -= value * of_row * of_column);
            }
            let sign = if v[n - 1] < 0.0 { -1.0 } else { 1.0 };
            v.iter().map(|x| sign * value.sqrt() * x).collect::<Vec<f64>>()
        });
        (0..n).map(|state| [0, 1, 2].map(|k| components[k][state])).collect()
    }

    /// Probabilities of every symbol in every cell, read from a state by the model's head, `[S][V]`.
    pub fn probabilities(&self, moment: usize) -> Vec<Vec<f64>> {
        let head = &self.weights.tensors["lm_head.weight"].data;
        let cells = self.z(moment).chunks_exact(self.channels()).skip(self.config.puzzle_emb_len);
        cells.map(|z| stablemax(head.chunks_exact(self.channels()).map(|w| dot(w, z)))).collect()
    }

    /// The answer that a state would give, `[S]`.
    pub fn answer(&self, moment: usize) -> Vec<u8> {
        let best =
            |chances: &Vec<f64>| (0..chances.len()).max_by(|&a, &b| chances[a].total_cmp(&chances[b])).unwrap_or(0);
        self.probabilities(moment).iter().map(|chances| best(chances) as u8).collect()
    }

    /// What a cell takes from every cell in a module's last step up to a moment, layer by layer and head by head.
    pub async fn mixing(&self, level: Level, moment: usize, cell: usize) -> Result<Vec<Vec<f32>>> {
        let at = self.last(level, moment).ok_or("the module has not stepped yet")?;
        let own = at.checked_sub(1).and_then(|earlier| self.last(level, earlier)).map(|earlier| self.z(earlier));
        let other = if level == Level::H { Level::L } else { Level::H };
        let other = self.last(other, at).map(|at| self.z(at));
        let mut solver = MixingSolver::new(&self.config, &self.weights, level).await?;
        let position = self.config.puzzle_emb_len + cell;
        let found = solver.at(&tokens(&self.question), Before { own, other }, position).await?;
        let of_cells = |row: &Vec<f32>| row[self.config.puzzle_emb_len..].to_vec();
        Ok(found.layers.iter().flatten().map(of_cells).collect())
    }

    /// What the heads of H's first layer attend to from a cell in its last step up to a moment, computed here once more:
    /// softmax(q·k/√d) with rotated queries and keys, of the module's state plus L's. For models without a prefix.
    pub fn attention(&self, moment: usize, cell: usize) -> Option<Vec<Vec<f64>>> {
        let at = self.last(Level::H, moment)?;
        let (own, other) = (self.z(self.last(Level::H, at.checked_sub(1)?)?), self.z(self.last(Level::L, at)?));
        let (d, width) = (self.channels(), self.config.head_dim());
        let input: Vec<f64> = own.iter().zip(other).map(|(a, b)| f64::from(*a) + f64::from(*b)).collect();
        let weight = &self.weights.tensors["H_level.layers.0.self_attn.qkv_proj.weight"].data;
        let project = |position: usize, row: usize| -> f64 {
            let v = &input[position * d..(position + 1) * d];
            weight[row * d..(row + 1) * d].iter().zip(v).map(|(w, v)| f64::from(*w) * v).sum()
        };
        // Rows of the projection: every head's queries, then every head's keys.
        let rotated = |position: usize, first: usize| -> Vec<f64> {
            let x: Vec<f64> = (0..width).map(|i| project(position, first + i)).collect();
            let half = width / 2;
            let turn = |i: usize| {
                let angle = position as f64 * self.config.rope_theta.powf(-2.0 * (i % half) as f64 / width as f64);
                let across = if i < half { -x[i + half] } else { x[i - half] };
                x[i] * angle.cos() + across * angle.sin()
            };
            (0..width).map(turn).collect()
        };
        let head = |head: usize| {
            let query = rotated(cell, head * width);
            let score = |position: usize| {
                let key = rotated(position, d + head * width);
                query.iter().zip(&key).map(|(q, k)| q * k).sum::<f64>() / (width as f64).sqrt()
            };
            let weights: Vec<f64> = (0..self.config.tokens()).map(|position| score(position).exp()).collect();
            let sum: f64 = weights.iter().sum();
            weights.iter().map(|weight| weight / sum).collect()
        };
        Some((0..self.config.num_heads).map(head).collect())
    }
}

fn gallery_model(name: &str) -> Result<(ModelConfig, Weights)> {
    let gallery = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/gallery");
    let config = ModelConfig::from_json(&fs::read_to_string(gallery.join(format!("{name}.json")))?)?;
    let weights = Weights::from_safetensors(&fs::read(gallery.join(format!("{name}.safetensors")))?)?;
    Ok((config, weights))
}

fn tokens(question: &[u8]) -> Vec<u32> {
    question.iter().map(|&token| u32::from(token)).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// (Σλ)² / Σλ² of the covariance's eigenvalues.
fn participation(vectors: &[Vec<f64>]) -> f64 {
    let (count, width) = (vectors.len() as f64, vectors[0].len());
    let mean: Vec<f64> = (0..width).map(|i| vectors.iter().map(|v| v[i]).sum::<f64>() / count).collect();
    let covariance =
        |i: usize, j: usize| vectors.iter().map(|v| (v[i] - mean[i]) * (v[j] - mean[j])).sum::<f64>() / count;
    let trace: f64 = (0..width).map(|i| covariance(i, i)).sum();
    let squares: f64 =
        (0..width).flat_map(|i| (0..width).map(move |j| (i, j))).map(|(i, j)| covariance(i, j).powi(2)).sum();
    trace * trace / squares
}

/// RMS of the difference.
pub fn rms(a: &[f32], b: &[f32]) -> f64 {
    (a.iter().zip(b).map(|(a, b)| (f64::from(*b) - f64::from(*a)).powi(2)).sum::<f64>() / a.len() as f64).sqrt()
}

fn percentile(z: &[f32]) -> f32 {
    let mut magnitudes: Vec<f32> = z.iter().map(|z| z.abs()).collect();
    magnitudes.sort_by(f32::total_cmp);
    magnitudes[(magnitudes.len() - 1) * 98 / 100]
}

/// s(x)/Σs with s(x) = x + 1 from 0 on and 1/(1 - x) below.
fn stablemax(logits: impl Iterator<Item = f64>) -> Vec<f64> {
    let s: Vec<f64> = logits.map(|x| if x >= 0.0 { x + 1.0 } else { 1.0 / (1.0 - x) }).collect();
    let sum: f64 = s.iter().sum();
    s.iter().map(|s| s / sum).collect()
}
