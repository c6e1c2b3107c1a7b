//! A run on examples of a source that is none of the program's own.

use std::ops::ControlFlow;

use hrm_core::{
    checkpoint::Weights,
    data::{Batch, Example, generate_split},
    engine::cpu,
    puzzle::Kind,
    train::{Recipe, Run, Source, StepReport, Trainer, Unseen},
};

const RECIPE: &str = r#"{"name":"a","puzzle":"sudoku-4x4","data":{"base_puzzles":8,"test_puzzles":4,"seed":1},
    "model":{"H_cycles":1,"L_cycles":1,"H_layers":1,"L_layers":1,"hidden_size":16,"num_heads":2,"puzzle_emb_ndim":16,
    "num_puzzle_identifiers":3,"halt_max_steps":2},
    "training":{"batch":4,"steps":6,"seed":1,"evaluate_every":3,"evaluate_on":4}}"#;

/// The same puzzles over and over, by turns under two identifiers; of each answer the first row of cells is not learnt.
struct Pile {
    puzzles: Vec<Example>,
    ids: [u32; 2],
    unseen: Unseen,
}

impl Source for Pile {
    fn batch(&self, step: u64, rows: usize) -> Batch {
        let turns = self.puzzles.iter().cycle().zip(self.ids.into_iter().cycle());
        let mut batch = Batch::of(self.unseen.kind, turns.skip(step as usize).take(rows));
        batch.labels.chunks_mut(16).for_each(|labels| labels[..4].fill(-100));
        batch
    }

    fn unseen(&self, _steps_done: u64) -> Vec<&Unseen> {
        vec![&self.unseen]
    }

    fn base_puzzles(&self) -> usize {
        self.puzzles.len()
    }

    fn identifiers(&self) -> Vec<(&str, u32)> {
        vec![("first", self.ids[0]), ("second", self.ids[1])]
    }
}

fn recipe() -> Recipe {
    serde_json::from_str(RECIPE).unwrap()
}

fn pile(ids: [u32; 2]) -> Pile {
    let (recipe, kind): (_, Kind) = (recipe(), "sudoku-4x4".parse().unwrap());
    let split = generate_split(kind, &recipe.data.request(), |_, _| {});
    Pile { puzzles: split.training, ids, unseen: Unseen { kind, examples: split.test, ids: vec![2; 4] } }
}

async fn reports(run: &mut Run<cpu::Engine>) -> Vec<StepReport> {
    let mut reports = Vec::new();
    while !run.is_done() {
        reports.extend(run.step().await.unwrap().0);
    }
    reports
}

#[test]
fn labels_and_identifiers_of_any_source_reach_the_trainer() {
    pollster::block_on(async {
        let begin = |ids| Run::begin_with(cpu::Engine::new(), recipe(), Box::new(pile(ids)), None, || 0.0);
        let mut run = begin([1, 2]).await.unwrap();
        assert_eq!((run.base_puzzles(), run.identifiers()), (8, vec![("first", 1), ("second", 2)]));
        let found = reports(&mut run).await;

        let (setup, source) = (recipe().setup(), pile([1, 2]));
        let weights = Weights::init(&setup.model, setup.seed);
        let mut trainer = Trainer::new(&cpu::Engine::new(), setup, &weights).await.unwrap();
        for (step, found) in (0..).zip(&found) {
            assert_eq!(trainer.step(&source.batch(step, 4)).await.unwrap(), *found);
        }
        let trial = run.test_all(async |_, _| ControlFlow::Continue(())).await.unwrap().unwrap();
        assert_eq!(trial.count, 4);

        let shared = reports(&mut begin([1, 1]).await.unwrap()).await;
        assert_ne!(shared, found, "two identifiers have two vectors");
        let saved = run.save().await.unwrap();
        assert_eq!((saved.given, saved.tasks), (None, None));
    });
}
