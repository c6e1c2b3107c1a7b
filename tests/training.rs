//! A run that is saved, read back and resumed goes on bit for bit; a small model learns.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::pin::Pin;

use hrm_core::checkpoint::Weights;
use hrm_core::config::ModelConfig;
use hrm_core::data::{Batch, Dataset, Hard, SplitRequest, generate_split};
use hrm_core::engine::{Data, Engine, EngineError, Precision, cpu, gpu};
use hrm_core::model::{Solver, Taps};
use hrm_core::puzzle::{
    Kind, Size,
    arc::{
        Grid, Pair, Task, Votes,
        codec::{PAD, TokenGrid, VOCABULARY},
        training::{Learnt, TaskSet},
    },
};
use hrm_core::random::Random;
use hrm_core::train::{
    DataRecipe, Examples, Late, OptimizerConfig, Recipe, Run, Saved, Schedule, Setup, StepReport, Summary, TrainError,
    Trained, Trainer, predicted_bytes,
    shard::{EmbeddingGradient, Helper, Order, Reply, Shard},
};

fn setup(total_steps: u64) -> Setup {
    let model = ModelConfig::from_json(
        r#"{"seq_len":16,"vocab_size":6,"H_cycles":2,"L_cycles":2,"H_layers":1,"L_layers":1,"hidden_size":32,
        "num_heads":2,"mlp_t":true,"pos_encodings":"none","halt_max_steps":4,"halt_exploration_prob":0.3}"#,
    )
    .unwrap();
    let optimizer = OptimizerConfig { lr: 2e-3, warmup_steps: 10, ..OptimizerConfig::default() };
    Setup {
        model,
        optimizer,
        batch: 16,
        total_steps,
        seed: 5,
        shards: 1,
        sizes: Vec::new(),
        trained: Trained::Everything,
        late: Late::default(),
    }
}

fn data() -> Dataset {
    let kind: Kind = "sudoku-4x4".parse().unwrap();
    let split = generate_split(
        kind,
        &SplitRequest { training: 100, test: 0, seed: 3, difficulty: (0.0, 1.0), smaller: 0.0, hard: Hard::default() },
        |_, _| {},
    );
    Dataset::augmented(kind, split.training, 3).unwrap()
}

fn steps(trainer: &mut Trainer<cpu::Session>, data: &Dataset, count: u64) -> Vec<StepReport> {
    let batch = trainer.setup().batch;
    (0..count)
        .map(|_| {
            let batch = data.batch(trainer.steps_done(), batch);
            pollster::block_on(trainer.step(&batch)).unwrap()
        })
        .collect()
}

fn start(total: u64) -> Trainer<cpu::Session> {
    let setup = setup(total);
    let weights = Weights::init(&setup.model, setup.seed);
    pollster::block_on(Trainer::new(&cpu::Engine::new(), setup, &weights)).unwrap()
}

#[test]
fn late_segments_are_segments_that_nothing_is_learnt_from() {
    let carry = |late: Late, count: u64| {
        let mut setup = Setup { late, ..setup(20) };
        // No weight moves and, with both q at their start value, no row halts.
        setup.optimizer.lr = 0.0;
        setup.model.halt_max_steps = 20;
        let weights = Weights::init(&setup.model, setup.seed);
        let mut trainer = pollster::block_on(Trainer::new(&cpu::Engine::new(), setup, &weights)).unwrap();
        let reports = steps(&mut trainer, &data(), count);
        assert!(reports.iter().all(|report| report.halted == 0.0));
        let state = pollster::block_on(trainer.state()).unwrap();
        let of_carry = |(name, data): (String, Data)| (name == "z_H" || name == "z_L").then(|| data.f32());
        state.buffers.into_iter().filter_map(of_carry).collect::<Vec<_>>()
    };
    // Before every step one: the first is undone by the new data of the rows, so that two steps have gone three segments.
    let always = Late { share: 1.0, segments: 1 };
    assert_eq!(carry(always, 2), carry(Late::default(), 3));
    assert_ne!(carry(always, 2), carry(Late::default(), 2));
}

#[test]
fn late_segments_are_the_same_in_shards_and_after_resuming() {
    let late = Late { share: 0.5, segments: 3 };
    let run = |shards: usize, cut: Option<u64>| {
        let setup = Setup { late, shards, ..setup(20) };
        let weights = Weights::init(&setup.model, setup.seed);
        let mut trainer = pollster::block_on(Trainer::new(&cpu::Engine::new(), setup, &weights)).unwrap();
        let mut reports = steps(&mut trainer, &data(), cut.unwrap_or(12));
        if let Some(cut) = cut {
            let state = pollster::block_on(trainer.state()).unwrap();
            let mut second = pollster::block_on(Trainer::resume(&cpu::Engine::new(), state)).unwrap();
            reports.extend(steps(&mut second, &data(), 12 - cut));
        }
        reports
    };
    assert_eq!(run(1, Some(5)), run(1, None));
    assert_eq!(run(4, Some(5)), run(4, None));
}

#[test]
fn a_resumed_run_is_the_same_run() {
    let data = data();
    let mut whole = start(20);
    let expected = steps(&mut whole, &data, 20);

    let mut first = start(20);
    let mut reports = steps(&mut first, &data, 9);
    let state = pollster::block_on(first.state()).unwrap();
    drop(first);
    let mut second = pollster::block_on(Trainer::resume(&cpu::Engine::new(), state)).unwrap();
    reports.extend(steps(&mut second, &data, 11));

    assert_eq!(reports, expected);
    assert_eq!(pollster::block_on(second.state()).unwrap(), pollster::block_on(whole.state()).unwrap());
}

fn recipe() -> Recipe {
    let Setup { model, optimizer, batch, total_steps, seed, shards, .. } = setup(50);
    let data = DataRecipe { base_puzzles: 40, test_puzzles: 10, seed: 2, hardest: 0.5, ..DataRecipe::default() };
    let training = Schedule {
        batch,
        steps: total_steps,
        seed,
        evaluate_every: 16,
        evaluate_on: 6,
        shards,
        precision: Precision::F32,
        train_only: Trained::Everything,
        late: 0.0,
        late_segments: 0,
    };
    Recipe { name: "small".into(), puzzle: "sudoku-4x4".parse().unwrap(), data, model, optimizer, training }
}

/// Steps and evaluates until so many steps are done.
fn advance(run: &mut Run<cpu::Engine>, until: u64) {
    pollster::block_on(async {
        while run.steps_done() < until {
            run.step().await.unwrap();
            if run.owes_evaluation() {
                run.evaluate(async |_, _| ControlFlow::Continue(())).await.unwrap();
            }
        }
    });
}

/// What of a saved run does not depend on the time it took.
fn timeless(mut saved: Saved) -> Saved {
    saved.seconds = 0.0;
    saved.rows.iter_mut().for_each(|row| row.seconds = 0.0);
    saved
}

#[test]
fn a_saved_run_goes_on_as_if_it_had_never_stopped_with_its_curve() {
    let recipe = recipe();
    let generated = generate_split(recipe.puzzle, &recipe.data.request(), |_, _| {});
    let given = generated.training.iter().chain(&generated.test).cloned().collect();
    for examples in [Examples { split: generated, given: None }, Examples::of_file(&recipe, given)] {
        let begin = || Run::begin(cpu::Engine::new(), recipe.clone(), examples.clone(), None, || 0.0);
        let save = |run: &mut Run<cpu::Engine>| pollster::block_on(run.save()).unwrap();
        let mut whole = pollster::block_on(begin()).unwrap();
        advance(&mut whole, 50);
        assert!(whole.is_done() && !whole.owes_evaluation());
        let steps: Vec<u64> = whole.rows().iter().map(|row| row.mean.step).collect();
        assert_eq!(steps, [16, 32, 48, 50]);

        let mut run = pollster::block_on(begin()).unwrap();
        for stop in [7, 16, 33] {
            advance(&mut run, stop);
            let bytes = save(&mut run).to_bytes().unwrap();
            let header = 8 + u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
            assert_eq!(Summary::from_bytes(&bytes[..header]).unwrap().step, stop);
            let saved = Saved::from_bytes(&bytes).unwrap();
            let resumed = Run::resume(cpu::Engine::new(), saved, examples.split.clone(), || 0.0);
            run = pollster::block_on(resumed).unwrap();
        }
        advance(&mut run, 50);
        assert_eq!(timeless(save(&mut run)), timeless(save(&mut whole)));
    }
}

/// A shard that is computed by somebody else, who answers in their own time.
struct Away {
    shard: Shard<cpu::Session>,
    orders: VecDeque<Order>,
}

impl Helper for Away {
    fn send(&mut self, order: Order) -> Result<(), TrainError> {
        self.orders.push_back(order);
        Ok(())
    }

    fn receive(&mut self) -> Pin<Box<dyn Future<Output = Result<Reply, TrainError>> + '_>> {
        Box::pin(async {
            loop {
                let order = self.orders.pop_front().expect("an order that is answered was sent");
                if let Some(reply) = self.shard.obey(order).await? {
                    return Ok(reply);
                }
            }
        })
    }
}

#[test]
fn shards_give_the_same_run_wherever_they_are_computed() {
    let data = data();
    let setup = Setup { shards: 4, ..setup(20) };
    let weights = Weights::init(&setup.model, setup.seed);
    let engine = cpu::Engine::new();
    let mut here = pollster::block_on(Trainer::new(&engine, setup.clone(), &weights)).unwrap();
    let begun = pollster::block_on(here.state()).unwrap();
    let expected = steps(&mut here, &data, 8);

    let away = |index| -> Box<dyn Helper> {
        let shard = pollster::block_on(Shard::resume(&engine, &begun.setup, index, &begun.buffers)).unwrap();
        Box::new(Away { shard, orders: VecDeque::new() })
    };
    // Shards 1 and 2 elsewhere, shard 3 here.
    let helpers = vec![away(1), away(2)];
    let mut there = pollster::block_on(Trainer::resume_with(&engine, begun.clone(), helpers)).unwrap();
    assert_eq!(steps(&mut there, &data, 8), expected);
    let state = pollster::block_on(there.state()).unwrap();
    assert_eq!(state, pollster::block_on(here.state()).unwrap());
    let mut resumed = pollster::block_on(Trainer::resume(&engine, state)).unwrap();
    assert_eq!(steps(&mut resumed, &data, 4), steps(&mut here, &data, 4));

    // The same rows in one piece: the same means, but for rounding and for how later rows explore.
    let mut whole = start(20);
    let one = steps(&mut whole, &data, 1)[0];
    assert!((one.lm_loss - expected[0].lm_loss).abs() < 1e-5 * one.lm_loss);
    assert!((one.grad_norm - expected[0].grad_norm).abs() < 1e-3 * one.grad_norm, "{one:?} {:?}", expected[0]);
}

/// The sum of gradients, one after the other.
fn sum<'g>(gradients: impl Iterator<Item = &'g Vec<f32>>) -> Vec<f32> {
    let add = |sum: Vec<f32>, next: Vec<f32>| sum.iter().zip(next).map(|(a, b)| a + b).collect();
    gradients.cloned().reduce(add).unwrap()
}

#[test]
fn a_step_is_made_of_the_shards_gradients_summed_in_their_order() {
    let data = data();
    for count in [2, 4] {
        let setup = Setup { shards: count, ..setup(20) };
        let weights = Weights::init(&setup.model, setup.seed);
        let engine = cpu::Engine::new();
        let mut trainer = pollster::block_on(Trainer::new(&engine, setup, &weights)).unwrap();
        let begun = pollster::block_on(trainer.state()).unwrap();
        let shard = |index| pollster::block_on(Shard::resume(&engine, &begun.setup, index, &begun.buffers)).unwrap();
        let mut shards: Vec<_> = (0..count).map(shard).collect();
        let mut order_matters = false;
        for step in 1..=5 {
            let batch = data.batch(step - 1, 16);
            let report = pollster::block_on(trainer.step(&batch)).unwrap();

            let parts = shards.iter_mut().zip(batch.parts(count));
            let replies = parts.map(|(shard, batch)| pollster::block_on(shard.obey(Order::Gradient { step, batch })));
            let gradient = |reply| match reply {
                Ok(Some(Reply::Gradient(gradient))) => gradient,
                other => panic!("{other:?} instead of a gradient"),
            };
            let parts: Vec<_> = replies.map(gradient).collect();
            let total = sum(parts.iter().map(|part| &part.values));
            order_matters |= total != sum(parts.iter().rev().map(|part| &part.values));
            let mean: Vec<f32> = total.iter().map(|x| x / count as f32).collect();
            let squares: f64 = mean.iter().map(|&x| f64::from(x).powi(2)).sum();
            assert_eq!(report.grad_norm, f64::from(squares as f32).sqrt(), "{count} shards, step {step}");
            let cross_entropy = sum(parts.iter().map(|part| &part.metrics))[5];
            assert_eq!(report.lm_loss, f64::from(cross_entropy) / 16.0);
            for shard in &mut shards {
                let update = Order::Update { step, gradient: mean.clone(), rows: EmbeddingGradient::default() };
                assert_eq!(pollster::block_on(shard.obey(update)), Ok(None));
            }
        }
        // Of two the sum is the same either way.
        assert_eq!(order_matters, count > 2);
        // The hidden states come of every weight after every update but the last, bit for bit.
        let carried: Vec<_> = shards
            .iter_mut()
            .flat_map(|shard| match pollster::block_on(shard.obey(Order::Carry)) {
                Ok(Some(Reply::Carry(carry))) => carry,
                other => panic!("{other:?} instead of a carry"),
            })
            .collect();
        let state = pollster::block_on(trainer.state()).unwrap();
        assert_eq!(state.buffers[state.buffers.len() - carried.len()..], carried);
    }
}

#[test]
fn a_device_lost_in_the_middle_of_a_step_leaves_the_last_state() {
    let engine = || pollster::block_on(gpu::Engine::new()).expect("a GPU adapter; mesa-vulkan-drivers has one");
    let (data, lost) = (data(), engine());
    let setup = setup(20);
    let weights = Weights::init(&setup.model, setup.seed);
    let mut trainer = pollster::block_on(Trainer::new(&lost, setup, &weights)).unwrap();
    let advance = |trainer: &mut Trainer<gpu::Session>| {
        let batch = data.batch(trainer.steps_done(), 16);
        pollster::block_on(trainer.advance(&batch))
    };
    advance(&mut trainer).unwrap();
    advance(&mut trainer).unwrap();
    let good = pollster::block_on(trainer.state()).unwrap();
    let second = pollster::block_on(trainer.settle()).unwrap().unwrap();
    assert_eq!((good.step, second.step), (2, 2));

    assert_eq!(advance(&mut trainer), Ok(None));
    lost.device().destroy();
    let is_lost = |error: &TrainError| {
        let told = error.to_string().starts_with("the GPU device was lost: ");
        told && matches!(error, TrainError::Engine(EngineError::DeviceLost(_)))
    };
    let error = pollster::block_on(trainer.settle()).unwrap_err();
    assert!(is_lost(&error), "{error}");
    let error = advance(&mut trainer).unwrap_err();
    assert!(is_lost(&error), "{error}");
    let error = pollster::block_on(trainer.state()).unwrap_err();
    assert!(is_lost(&error), "{error}");

    // The state from before goes on where there is a device, here another one.
    let mut resumed = pollster::block_on(Trainer::resume(&engine(), good.clone())).unwrap();
    assert_eq!(pollster::block_on(resumed.state()).unwrap(), good);
    assert_eq!(advance(&mut resumed), Ok(None));
    let third = pollster::block_on(resumed.settle()).unwrap().unwrap();
    assert!(third.step == 3 && third.lm_loss.is_finite() && third.lm_loss < 2.0 * second.lm_loss, "{third:?}");
}

#[test]
fn a_damaged_or_foreign_state_is_refused_in_words() {
    let recipe = recipe();
    let split = generate_split(recipe.puzzle, &recipe.data.request(), |_, _| {});
    let examples = Examples { split: split.clone(), given: None };
    let mut run = pollster::block_on(Run::begin(cpu::Engine::new(), recipe, examples, None, || 0.0)).unwrap();
    let saved = pollster::block_on(run.save()).unwrap();
    let bytes = saved.to_bytes().unwrap();
    assert!(Saved::from_bytes(&bytes[..bytes.len() / 2]).is_err());
    let weights = pollster::block_on(run.weights(false)).unwrap().to_safetensors().unwrap();
    let error = Saved::from_bytes(&weights).unwrap_err().to_string();
    assert!(error.contains("not a saved run"), "{error}");
    let version = b"\"hrm_web_state\":\"2\"";
    let at = bytes.windows(version.len()).position(|window| window == version).unwrap() + version.len() - 2;
    let mut older = bytes.clone();
    older[at] = b'1';
    let error = Saved::from_bytes(&older).unwrap_err().to_string();
    assert_eq!(error, "saved run: version 1, this program reads 2");
    let mut short = saved;
    short.state.buffers.pop();
    let error = pollster::block_on(Run::resume(cpu::Engine::new(), short, split, || 0.0)).err().unwrap();
    assert!(error.to_string().contains("buffers, expected"), "{error}");
}

#[test]
fn the_loss_falls() {
    let reports = steps(&mut start(150), &data(), 150);
    let mean = |part: &[StepReport]| part.iter().map(|r| r.lm_loss).sum::<f64>() / part.len() as f64;
    let (first, last) = (mean(&reports[..10]), mean(&reports[140..]));
    assert!(last < 0.7 * first, "{first} to {last}");
}

#[test]
fn steps_one_behind_report_the_same() {
    let data = data();
    let expected = steps(&mut start(20), &data, 8);
    let mut trainer = start(20);
    let mut reports = Vec::new();
    for step in 0..8 {
        reports.extend(pollster::block_on(trainer.advance(&data.batch(step, 16))).unwrap());
        assert_eq!(reports.len() as u64, step, "a step is reported with the next");
    }
    reports.extend(pollster::block_on(trainer.settle()).unwrap());
    assert_eq!(reports, expected);
    assert_eq!(pollster::block_on(trainer.settle()), Ok(None));
}

/// What a run of `batch` rows holds after two steps, the second started before the first was read.
fn held<E: Engine>(engine: &E, batch: usize) -> (u64, u64) {
    let setup = Setup { batch, ..setup(20) };
    let predicted = predicted_bytes(engine, &setup).unwrap();
    let weights = Weights::init(&setup.model, setup.seed);
    let mut trainer = pollster::block_on(Trainer::new(engine, setup, &weights)).unwrap();
    let data = data();
    for step in 0..2 {
        pollster::block_on(trainer.advance(&data.batch(step, batch))).unwrap();
    }
    pollster::block_on(trainer.settle()).unwrap();
    pollster::block_on(trainer.state()).unwrap();
    (predicted, trainer.bytes())
}

fn assert_memory_is_foreseen(engine: &impl Engine) {
    let [eight, sixteen, thirty_two] = [8, 16, 32].map(|batch| {
        let (predicted, counted) = held(engine, batch);
        assert_eq!(predicted, counted, "batch {batch}");
        counted as f64
    });
    let (first, second) = ((sixteen - eight) / 8.0, (thirty_two - sixteen) / 16.0);
    assert!(first > 0.0 && (second / first - 1.0).abs() < 0.02, "{first} bytes a row, then {second}");
}

#[test]
fn memory_is_foreseen_on_the_cpu() {
    assert_memory_is_foreseen(&cpu::Engine::new());
}

#[test]
fn memory_is_foreseen_on_the_gpu() {
    let engine = pollster::block_on(gpu::Engine::new()).expect("a GPU adapter; mesa-vulkan-drivers has one");
    // Work is divided the same in every run, however fast they were.
    engine.device().assume_throughput(1e12);
    assert_memory_is_foreseen(&engine);
}

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
            let batch = Batch::identified(samples.iter().map(|sample| (&sample.example, sample.identifier)), PAD);
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
