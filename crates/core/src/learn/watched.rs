//! An answer as it forms, segment by segment.

use super::{answerer::Question, learner::Base};
use crate::{
    engine::Engine,
    model::{ModelError, Solver, Taps},
    puzzle::arc::{
        Grid,
        codec::{TokenGrid, VOCABULARY},
    },
};

/// An answer after a segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// The answer's grid, cropped and undone; `None` where there is none in it.
    pub grid: Option<Grid>,
    /// sigmoid(q_halt), 0 to 1.
    pub q: f64,
}

/// Answers one question, with what the answer is after every segment.
///
/// # Errors
/// The model's and the engine's; results that are not finite.
pub async fn watch<E: Engine>(
    engine: &E,
    base: &Base,
    side: TokenGrid,
    question: &Question,
    segments: usize,
) -> Result<Vec<Watched>, ModelError> {
    let mut solver = Solver::new(engine, &base.config, &base.weights, 1, Taps::None).await?;
    let tokens: Vec<u32> = question.tokens.iter().map(|&token| token.into()).collect();
    solver.begin(&tokens, &[question.identifier]).await?;
    let mut watched = Vec::with_capacity(segments);
    for _ in 0..segments {
        let segment = solver.segment().await?;
        let grid = side.decode(&segment.answer(VOCABULARY)).map(|grid| question.augmentation.undo(&grid));
        let q_halt = segment.q.first().map_or(0.0, |[q_halt, _]| f64::from(*q_halt));
        watched.push(Watched { grid, q: 1.0 / (1.0 + (-q_halt).exp()) });
    }
    Ok(watched)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::{
        engine::cpu,
        learn::{LearnSettings, Learner},
        puzzle::arc::{Pair, Task},
    };

    #[test]
    fn the_last_segment_is_the_raw_answer() {
        let grid = |row: [u8; 2]| Grid::of_rows(&[row]).unwrap();
        let pair = |colour: u8| Pair::new(grid([0, colour]), Some(grid([colour, 0])));
        let task = Task::new("mirror", vec![pair(1), pair(2)], vec![pair(3)]);
        let settings = LearnSettings { augmentations: 0, ..LearnSettings::default() };
        pollster::block_on(async {
            let mut learner = Learner::begin(cpu::Engine::new(), &task, None, &settings).await.unwrap();
            for _ in 0..5 {
                learner.step().await.unwrap();
            }
            learner.keep().await.unwrap();
            let mut answerer = learner.answerer(1).await.unwrap();
            while answerer.advance().await.unwrap() {}
            let base = Base { config: learner.config().clone(), weights: learner.kept().1.clone() };
            let question = Question::of_task(learner.set(), 0, 0).swap_remove(0);
            let side = learner.set().side();
            let watched = watch(learner.engine(), &base, side, &question, base.config.halt_max_steps).await.unwrap();
            assert_eq!(watched.len(), 4);
            assert_eq!(watched.last().unwrap().grid, answerer.tests()[0].raw);
            assert!(watched.iter().all(|after| (0.0..=1.0).contains(&after.q)));
        });
    }
}
