//! Runs that learn tasks: shards, saved states, the embedding alone; and one task that is learnt and answered.
#![cfg(not(target_arch = "wasm32"))]

use hrm_core::{
    config::ModelConfig,
    data::Split,
    engine::cpu,
    learn::{Base, LearnError, LearnSettings, Learner},
    model::{Tensor, Weights},
    puzzle::{
        Size,
        arc::{Grid, Pair, Task, codec::TokenGrid},
    },
    random::Random,
    train::{Recipe, Run, Saved, StepReport, TrainError, Trained, complete},
};

const EMBEDDING: &str = "puzzle_emb.weights";

/// A task of which colour 1 becomes another one, and everything else stays.
fn task(id: &str, colour: u8) -> Task {
    let mut random = Random::new(u64::from(colour));
    let mut pair = |_| {
        let cells = (0..9).map(|_| random.below(2) as u8).collect();
        let input = Grid::new(Size::square(3), cells).unwrap();
        let output = input.recoloured(&[0, colour, 2, 3, 4, 5, 6, 7, 8, 9]);
        Pair::new(input, Some(output))
    };
    let train = (0..4).map(&mut pair).collect();
    Task::new(id, train, vec![pair(4)])
}

/// A recipe for two tasks, with fields of `[data]` and of `[training]` added.
fn recipe(data: &str, training: &str) -> (Recipe, Vec<Task>) {
    let text = format!(
        r#"{{"name":"tasks","data":{{"tasks":["two"],"seed":3,"augmentations":4{data}}},
        "model":{{"family":"trm","H_cycles":1,"L_cycles":2,"L_layers":1,"hidden_size":32,"num_heads":2,"puzzle_emb_ndim":32,
        "pos_encodings":"rope_2d","halt_max_steps":2,"halt_exploration_prob":0.3}},
        "optimizer":{{"lr":2e-3,"warmup_steps":5,"ema":0.9}},
        "training":{{"batch":8,"steps":24,"seed":5,"evaluate_every":8,"evaluate_on":10{training}}}}}"#
    );
    complete(serde_json::from_str(&text).unwrap(), &[task("one", 2), task("two", 7)]).unwrap()
}

fn begin((recipe, tasks): &(Recipe, Vec<Task>)) -> Run<cpu::Engine> {
    pollster::block_on(Run::begin_tasks(cpu::Engine::new(), recipe.clone(), tasks, None, || 0.0)).unwrap()
}

/// Steps and tests until so many steps are done.
fn advance(run: &mut Run<cpu::Engine>, until: u64) -> Vec<StepReport> {
    pollster::block_on(async {
        let mut reports = Vec::new();
        while run.steps_done() < until {
            reports.extend(run.step().await.unwrap().0);
            if run.owes_evaluation() {
                let trial = run.evaluate(async |_, _| std::ops::ControlFlow::Continue(())).await.unwrap();
                assert_eq!(trial.unwrap().answers.len(), run.test().len());
            }
        }
        reports
    })
}

fn save(run: &mut Run<cpu::Engine>) -> Saved {
    let mut saved = pollster::block_on(run.save()).unwrap();
    saved.seconds = 0.0;
    saved.rows.iter_mut().for_each(|row| row.seconds = 0.0);
    saved
}

fn weights(run: &mut Run<cpu::Engine>) -> Weights {
    pollster::block_on(run.weights(false)).unwrap()
}

#[test]
fn a_run_on_tasks_goes_on_as_if_it_had_never_stopped() {
    for training in ["", r#","shards":2"#] {
        let recipe = recipe(r#","hold_out":"last""#, training);
        let mut whole = begin(&recipe);
        advance(&mut whole, 24);
        assert!(whole.rows().iter().all(|row| row.test.is_some_and(|test| test.count == 2)));
        let mut run = begin(&recipe);
        // Before and after the demonstrations that are held out join.
        for stop in [5, 13, 20] {
            advance(&mut run, stop);
            let saved = Saved::from_bytes(&save(&mut run).to_bytes().unwrap()).unwrap();
            assert_eq!(saved.task_set().unwrap().unwrap().0.identifiers(), recipe.0.model.num_puzzle_identifiers);
            run = pollster::block_on(Run::resume(cpu::Engine::new(), saved, Split::default(), || 0.0)).unwrap();
        }
        advance(&mut run, 24);
        assert_eq!(save(&mut run), save(&mut whole), "{training}");
        assert_eq!(run.identifiers(), [("one", 1), ("two", 6)]);
    }
}

#[test]
fn the_rows_of_an_identifier_are_summed_over_the_shards() {
    let (mut one, mut four) = (begin(&recipe("", "")), begin(&recipe("", r#","shards":4"#)));
    let (alone, shared) = (advance(&mut one, 1)[0], advance(&mut four, 1)[0]);
    assert!((alone.lm_loss - shared.lm_loss).abs() < 1e-5 * alone.lm_loss);
    assert!((alone.grad_norm - shared.grad_norm).abs() < 1e-3 * alone.grad_norm, "{alone:?} {shared:?}");
    let [alone, shared] = [&mut one, &mut four].map(|run| weights(run).tensors[EMBEDDING].clone());
    // Each identifier of the batch moved by one step of the rate, whether its rows are in one shard or in several: 8 rows are two
    // visits of four demonstrations.
    let step = 1e-2 * first_rate();
    for (table, shards) in [(&alone, 1), (&shared, 4)] {
        let moved: Vec<f32> = table.data.iter().copied().filter(|value| *value != 0.0).collect();
        assert_eq!(moved.len(), 2 * 32, "{shards} shards");
        assert!(moved.iter().all(|value| (value.abs() - step).abs() < 1e-6), "{shards} shards: {moved:?}");
    }
    let differing = alone.data.iter().zip(&shared.data).filter(|(a, b)| a != b).count();
    assert!(differing <= 1, "{differing} signs differ");
}

/// The schedule's factor at the first of five steps of warm-up.
fn first_rate() -> f32 {
    1.0 / 5.0
}

#[test]
fn the_embedding_alone_leaves_every_other_weight_as_it_was() {
    let mut run = begin(&recipe("", r#","train_only":"embedding","shards":2"#));
    let before = weights(&mut run);
    advance(&mut run, 8);
    let after = weights(&mut run);
    for (name, tensor) in &before.tensors {
        assert_eq!(after.tensors[name] == *tensor, name != EMBEDDING, "{name}");
    }
    let saved = save(&mut run);
    assert!(!saved.state.buffers.iter().any(|(name, _)| name.starts_with("m.")), "no moments of what is not trained");
    let averaged = saved.averaged_weights().unwrap();
    assert_eq!(averaged.tensors["lm_head.weight"], before.tensors["lm_head.weight"]);
    assert_ne!(averaged.tensors[EMBEDDING], before.tensors[EMBEDDING]);
    let mut everything = begin(&recipe("", ""));
    advance(&mut everything, 8);
    assert_ne!(weights(&mut everything).tensors["lm_head.weight"], before.tensors["lm_head.weight"]);
}

fn learner(task: &Task, base: Option<Base>, settings: &LearnSettings) -> Result<Learner<cpu::Engine>, LearnError> {
    pollster::block_on(Learner::begin(cpu::Engine::new(), task, base, settings))
}

fn refusal(task: &Task, base: Option<Base>, settings: &LearnSettings) -> String {
    learner(task, base, settings).err().expect("a refusal").to_string()
}

fn settings() -> LearnSettings {
    LearnSettings { augmentations: 3, seed: 2, batch: 8, ..LearnSettings::default() }
}

/// A small model that has learnt some tasks, for token grids of 6x6.
fn base(mlp_t: bool) -> Base {
    let mixer = if mlp_t { r#""mlp_t":true,"pos_encodings":"none""# } else { r#""pos_encodings":"rope_2d""# };
    let config = ModelConfig::from_json(&format!(
        r#"{{"family":"trm","seq_len":36,"vocab_size":12,"num_puzzle_identifiers":3,"puzzle_emb_ndim":32,"H_cycles":1,
        "L_cycles":2,"L_layers":1,"hidden_size":32,"num_heads":2,{mixer},"halt_max_steps":2,
        "loss":"softmax_cross_entropy"}}"#
    ))
    .unwrap();
    let mut weights = Weights::init(&config, 1);
    let table = (0..96).map(|at| at as f32 / 96.0).collect();
    weights.tensors.insert(EMBEDDING.into(), Tensor { shape: vec![3, 32], data: table });
    Base { config, weights }
}

#[test]
fn a_task_is_learnt_and_answered_by_vote() {
    let task = task("one", 2);
    let solved = || {
        pollster::block_on(async {
            let mut learner = learner(&task, None, &settings()).unwrap();
            assert!(learner.holds_out());
            let first = learner.try_held_out().await.unwrap().unwrap();
            let last = |learner: &Learner<cpu::Engine>| {
                let set = learner.set();
                let held_out = set.held_out(0).unwrap();
                learner.samples().iter().filter(|sample| sample.example == held_out.example).count()
            };
            let mut losses = Vec::new();
            for step in 0..240 {
                if step == 120 {
                    learner.join();
                    assert!(!learner.holds_out());
                }
                assert!(step >= 120 || last(&learner) == 0, "the last demonstration is held out");
                losses.push(learner.step().await.unwrap().lm_loss);
            }
            let held_out = learner.try_held_out().await.unwrap().unwrap();
            assert!(held_out.right && held_out.accuracy > first.accuracy, "{first:?} {held_out:?}");
            assert!(losses[230..].iter().sum::<f64>() < losses[..10].iter().sum::<f64>() / 4.0);
            let mut answerer = learner.answerer(3).await.unwrap();
            let mut totals = vec![answerer.tests()[0].total];
            while answerer.advance().await.unwrap() {
                totals.push(answerer.tests()[0].total);
            }
            assert_eq!((totals, answerer.progress()), (vec![0, 3], (4, 4)), "it grows live");
            (answerer.tests(), losses)
        })
    };
    let (tests, losses) = solved();
    let expected = task.test[0].output.as_ref().unwrap();
    println!("{:?}", tests[0].candidates);
    assert!(tests.len() == 1 && tests[0].total == 4 && tests[0].is_right(expected, 2));
    assert!(tests[0].raw.is_some());
    assert_eq!(solved(), (tests, losses), "the same seed, the same answer");
}

#[test]
fn a_model_keeps_what_it_knows_and_takes_the_tokens_that_a_task_needs() {
    let small = task("one", 2);
    let learner_of = |task: &Task, settings: &LearnSettings| learner(task, Some(base(false)), settings).unwrap();
    let begun = learner_of(&small, &settings());
    // The model's own token grid holds the task. New rows are the mean of those that tasks have.
    assert_eq!((begun.set().side().side(), begun.config().num_puzzle_identifiers), (6, 5));
    let (step, weights) = begun.kept();
    let table = &weights.tensors[EMBEDDING].data;
    assert_eq!((step, &table[..32]), (0, &base(false).weights.tensors[EMBEDDING].data[..32]));
    assert!(table[32..].chunks(32).all(|row| row == &table[32..64]) && (table[32] - 48.0 / 96.0).abs() < 1e-6);
    let mut large = small.clone();
    large.test[0].input = Grid::black(Size::new(4, 9));
    large.test[0].output = Some(Grid::black(Size::new(30, 30)));
    assert_eq!(learner_of(&large, &settings()).set().side().side(), 11, "the test's output has no part in it");
    let wanted = LearnSettings { side: TokenGrid::new(8), ..settings() };
    assert_eq!(learner_of(&small, &wanted).config().seq_len, 64);
    assert_eq!(learner(&small, None, &settings()).unwrap().set().side().side(), 5);

    let narrow = LearnSettings { side: TokenGrid::new(8), ..settings() };
    assert!(refusal(&large, None, &narrow).starts_with("task one, test pair 1, input: the grid has 4x9 cells"));
    // Weights of one token grid take no other one, and tell which grid is too large and what holds it.
    assert!(refusal(&large, Some(base(true)), &settings()).ends_with("has 6x6; one of 9x9 holds it"));
    assert!(refusal(&small, Some(base(true)), &wanted).starts_with("the model's weights are for 36 tokens alone"));
    let alone = LearnSettings { trained: Trained::Embedding, ..settings() };
    assert!(refusal(&small, None, &alone).starts_with("nothing can be learnt by the embedding alone"));
    let mut foreign = base(false);
    foreign.config.vocab_size = 11;
    assert!(refusal(&small, Some(foreign), &settings()).starts_with("the model has 11 tokens and a puzzle embedding"));
    let mut unanswered = small;
    unanswered.train.iter_mut().for_each(|pair| pair.output = None);
    assert!(refusal(&unanswered, None, &settings()).contains("no demonstration has an output"));
}

#[test]
fn a_loss_that_is_not_finite_leaves_the_last_good_weights() {
    pollster::block_on(async {
        let mut broken = base(false);
        broken.weights.tensors.get_mut("lm_head.weight").unwrap().data[0] = f32::NAN;
        let mut learner = learner(&task("one", 2), Some(broken), &settings()).unwrap();
        let error = learner.step().await.unwrap_err();
        assert!(matches!(error, LearnError::Train(TrainError::NotFinite { step: 1 })), "{error}");
        assert_eq!(learner.kept().0, 0);
        assert!(learner.keep().await.is_err() && learner.kept().0 == 0);
    });
}
