//! A gallery model run on its own, beside the page: what a person reads there is compared with these numbers. The
//! states come from the library's engine; what is said of them is computed here once more, in f64.

use std::{fs, path::Path};

use hrm_web::{
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
        let gallery = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/gallery");
        let config = ModelConfig::from_json(&fs::read_to_string(gallery.join(format!("{model}.json")))?)?;
        let weights = Weights::from_safetensors(&fs::read(gallery.join(format!("{model}.safetensors")))?)?;
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

    /// What a cell takes from every cell in H's last step up to a moment, in its first layer.
    pub async fn mixing(&self, moment: usize, cell: usize) -> Result<Vec<f32>> {
        let at = self.last(Level::H, moment).ok_or("H has not stepped yet")?;
        let own = at.checked_sub(1).and_then(|earlier| self.last(Level::H, earlier)).map(|earlier| self.z(earlier));
        let other = self.last(Level::L, at).map(|at| self.z(at));
        let mut solver = MixingSolver::new(&self.config, &self.weights, Level::H).await?;
        let position = self.config.puzzle_emb_len + cell;
        let found = solver.at(&tokens(&self.question), Before { own, other }, position).await?;
        Ok(found.layers[0][0][self.config.puzzle_emb_len..].to_vec())
    }
}

fn tokens(question: &[u8]) -> Vec<u32> {
    question.iter().map(|&token| u32::from(token)).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
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
