//! A task of several grids is learnt.

use hrm_core::checkpoint::Weights;
use hrm_core::config::ModelConfig;
use hrm_core::data::Batch;
use hrm_core::engine::cpu;
use hrm_core::model::{Solver, Taps};
use hrm_core::puzzle::{
    Size,
    arc::{
        Grid, Pair, Task, Votes,
        codec::{TokenGrid, VOCABULARY},
        training::{Learnt, Sample, TaskSet},
    },
};
use hrm_core::random::Random;
use hrm_core::train::{Late, OptimizerConfig, Setup, Trained, Trainer};

/// A task of which colour 1 becomes 2, and everything else stays.
fn task() -> Task {
    let mut random = Random::new(4);
    let mut pair = |_| {
        let cells = (0..9).map(|_| random.below(2) as u8).collect();
        let input = Grid::new(Size::square(3), cells).unwrap();
        let output = input.recoloured(&[0, 2, 2, 3, 4, 5, 6, 7, 8, 9]);
        Pair::new(input, Some(output))
    };
    let train = (0..4).map(&mut pair).collect();
    Task::new("recolour", train, vec![pair(4)])
}

#[test]
fn a_task_is_learnt_under_identifiers_and_answered_by_vote() {
    pollster::block_on(async {
        let task = task();
        let side = TokenGrid::holding(task.largest(), 1);
        let set = TaskSet::new(side, std::slice::from_ref(&task), 4, 1).unwrap();
        let model = ModelConfig::from_json(&format!(
            r#"{{"seq_len":{},"vocab_size":{VOCABULARY},"num_puzzle_identifiers":{},"puzzle_emb_ndim":32,"H_cycles":1,
            "L_cycles":1,"H_layers":1,"L_layers":1,"hidden_size":32,"num_heads":2,"pos_encodings":"rope_2d",
            "halt_max_steps":2,"halt_exploration_prob":0.1}}"#,
            side.tokens(),
            set.identifiers() + 1
        ))
        .unwrap();
        let optimizer = OptimizerConfig { lr: 3e-3, warmup_steps: 10, ema: 0.95, ..OptimizerConfig::default() };
        let setup = Setup {
            model: model.clone(),
            optimizer,
            batch: 8,
            total_steps: 240,
            seed: 5,
            shards: 1,
            sizes: Vec::new(),
            trained: Trained::Everything,
            late: Late::default(),
        };
        let engine = cpu::Engine::new();
        let weights = Weights::init(&model, setup.seed);
        let mut trainer = Trainer::new(&engine, setup, &weights).await.unwrap();
        let mut losses = Vec::new();
        for step in 0..240 {
            let learnt = if step < 120 { Learnt::AllButLast } else { Learnt::All };
            let samples = set.samples(step, 8, learnt);
            let batch = Batch::of(set.side().kind(), samples.iter().map(Sample::row));
            losses.push(trainer.step(&batch).await.unwrap().lm_loss);
        }
        let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
        let (first, last) = (mean(&losses[..10]), mean(&losses[230..]));
        assert!(last < first / 4.0, "the loss falls: {first} {last}");

        // Each version has learnt a vector of its own; what has no version has none.
        let weights = trainer.weights(false).await.unwrap();
        let table = &weights.tensors["puzzle_emb.weights"];
        let learnt: Vec<bool> = table.data.chunks(32).map(|row| row.iter().any(|x| *x != 0.0)).collect();
        let versions = set.identifiers() - 1;
        assert_eq!(learnt, [vec![false], vec![true; versions], vec![false]].concat());

        let questions: Vec<(u32, Vec<u8>)> = set.questions(0, 0).collect();
        let averaged = trainer.weights(true).await.unwrap();
        let mut solver = Solver::new(&engine, &model, &averaged, questions.len(), Taps::None).await.unwrap();
        let tokens: Vec<u32> = questions.iter().flat_map(|(_, tokens)| tokens).map(|&token| token.into()).collect();
        let ids: Vec<u32> = questions.iter().map(|(identifier, _)| *identifier).collect();
        solver.begin(&tokens, &ids).await.unwrap();
        solver.segment().await.unwrap();
        let segment = solver.segment().await.unwrap();
        let mut votes = Votes::default();
        for ((answer, q), identifier) in segment.answer(VOCABULARY).chunks(side.tokens()).zip(&segment.q).zip(ids) {
            votes.add(set.answer(identifier, answer), q[0]);
        }
        assert_eq!(votes.total(), versions);
        let ranked = votes.ranked();
        println!("loss {first:.3} to {last:.4}; {} of {versions} for the first candidate", ranked[0].count);
        assert_eq!(Some(&ranked[0].grid), task.test[0].output.as_ref());
    });
}
