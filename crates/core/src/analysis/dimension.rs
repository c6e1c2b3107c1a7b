//! How many dimensions each module uses over a set of puzzles: the paper finds H's far above L's after training.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::{
    analysis::Covariance,
    engine::Session,
    model::{Level, ModelError, Solver},
};

/// Participation ratios of the last states of so many runs, over all their positions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dimensionality {
    /// Puzzles that were run.
    pub puzzles: usize,
    /// Of z_H, from 1 to D.
    pub h: f64,
    /// Of z_L.
    pub l: f64,
    /// D.
    pub channels: usize,
}

/// Runs `segments` segments on each question, `[S]` tokens; `observe` hears the figures after each and says whether to
/// go on. The solver must be one that taps states.
///
/// # Errors
/// What the model and its engine say.
pub async fn dimensionality<S: Session>(
    solver: &mut Solver<S>,
    questions: impl Iterator<Item = Vec<u8>>,
    segments: usize,
    mut observe: impl AsyncFnMut(Dimensionality) -> ControlFlow<()>,
) -> Result<(), ModelError> {
    let channels = solver.config().hidden_size;
    let (mut h, mut l) = (Covariance::new(channels), Covariance::new(channels));
    for (index, question) in questions.enumerate() {
        let tokens: Vec<u32> = question.iter().map(|&token| u32::from(token)).collect();
        solver.begin(&tokens, &[0]).await?;
        let mut last = None;
        for _ in 0..segments {
            last = Some(solver.segment().await?);
        }
        for (level, covariance) in [(Level::H, &mut h), (Level::L, &mut l)] {
            let mut states = last.iter().flat_map(|segment| &segment.states);
            if let Some(state) = states.rfind(|state| state.level == level) {
                covariance.add(&state.z);
            }
        }
        let found =
            Dimensionality { puzzles: index + 1, h: h.participation_ratio(), l: l.participation_ratio(), channels };
        if observe(found).await.is_break() {
            break;
        }
    }
    Ok(())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::{checkpoint::Weights, config::ModelConfig, engine::cpu, model::Taps};

    #[test]
    fn ratios_lie_between_one_and_the_number_of_channels() {
        let config = ModelConfig::from_json(
            r#"{"seq_len":16,"vocab_size":6,"H_cycles":2,"L_cycles":2,"H_layers":1,"L_layers":1,"hidden_size":16,
            "num_heads":2}"#,
        )
        .unwrap();
        let weights = Weights::init(&config, 1);
        let mut seen = Vec::new();
        pollster::block_on(async {
            let mut solver = Solver::new(&cpu::Engine::new(), &config, &weights, 1, Taps::States).await.unwrap();
            let questions = (0..9).map(|seed| (0..16).map(|cell| ((cell * 7 + seed * 3) % 6) as u8).collect());
            let observe = async |found: Dimensionality| {
                seen.push(found);
                if found.puzzles == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            dimensionality(&mut solver, questions, 2, observe).await.unwrap();
        });
        assert_eq!(seen.iter().map(|found| found.puzzles).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(seen.iter().all(|found| found.h > 1.0 && found.h < 16.0 && found.l > 1.0 && found.l < 16.0));
    }
}
