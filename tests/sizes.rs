//! One model of attention, or of convolutions, learns and solves boards of several sizes: one recorded pass for each over one
//! set of weights.
#![cfg(not(target_arch = "wasm32"))]

use std::ops::ControlFlow;

use hrm_core::{
    checkpoint::Weights,
    config::{Mixer, ModelConfig},
    data::{Batch, Dataset, Hard, SplitRequest, generate_split},
    engine::{Engine, cpu, gpu},
    puzzle::{Kind, Size},
    train::{Examples, Late, OptimizerConfig, Recipe, Run, Saved, Setup, StepReport, Trained, Trainer},
};

/// The sizes, the model's own first.
const NAMES: [&str; 3] = ["maze-9", "maze-5", "maze-7x9"];

fn kinds() -> [Kind; 3] {
    NAMES.map(|name| name.parse().unwrap())
}

fn setup(sizes: Vec<Size>) -> Setup {
    setup_of((Mixer::Attention, None), sizes)
}

/// A token mixer, and the size of the convolution behind it, if there is one.
type Mixing = (Mixer, Option<usize>);

fn setup_of((mixer, local_conv): Mixing, sizes: Vec<Size>) -> Setup {
    let model = ModelConfig::from_json(
        r#"{"seq_len":81,"vocab_size":6,"H_cycles":1,"L_cycles":2,"H_layers":1,"L_layers":1,"hidden_size":32,
        "num_heads":2,"pos_encodings":"rope_2d","halt_max_steps":3,"halt_exploration_prob":0.3}"#,
    )
    .unwrap();
    let optimizer = OptimizerConfig { lr: 1e-3, warmup_steps: 2, ..OptimizerConfig::default() };
    let model = ModelConfig { mixer, local_conv, ..model };
    Setup {
        model,
        optimizer,
        batch: 4,
        total_steps: 50,
        seed: 5,
        shards: 1,
        sizes,
        trained: Trained::Everything,
        late: Late::default(),
    }
}

fn all_sizes() -> Vec<Size> {
    kinds()[1..].iter().map(|kind| kind.size()).collect()
}

fn datasets() -> Vec<Dataset> {
    let of = |kind: Kind| {
        let request = SplitRequest {
            training: 12,
            test: 0,
            seed: 3,
            difficulty: (0.0, 1.0),
            smaller: 0.0,
            hard: Hard::default(),
        };
        let base = generate_split(kind, &request, |_, _| {}).training;
        Dataset::augmented(kind, base, 3).unwrap()
    };
    kinds().map(of).into()
}

/// The batches of `count` steps, of each size by turns.
fn batches(data: &[Dataset], count: u64) -> Vec<Batch> {
    let batch = |step: u64| {
        let board = step as usize % data.len();
        data[board].batch(step, 4).of_board(board)
    };
    (0..count).map(batch).collect()
}

/// Trains on them; what each step reports, and the weights at the end.
async fn trained<E: Engine>(engine: &E, setup: Setup, batches: &[Batch]) -> (Vec<StepReport>, Weights) {
    let weights = Weights::init(&setup.model, setup.seed);
    let mut trainer = Trainer::new(engine, setup, &weights).await.unwrap();
    let mut reports = Vec::new();
    for batch in batches {
        reports.push(trainer.step(batch).await.unwrap());
    }
    (reports, trainer.weights(false).await.unwrap())
}

#[test]
fn one_model_learns_three_sizes_by_turns_and_the_engines_agree() {
    learns_three_sizes((Mixer::Attention, None));
}

#[test]
fn so_does_one_of_convolutions() {
    learns_three_sizes((Mixer::Conv { size: 3 }, None));
}

#[test]
fn so_does_attention_with_a_convolution_behind_it() {
    learns_three_sizes((Mixer::Attention, Some(3)));
}

fn learns_three_sizes(mixing: Mixing) {
    pollster::block_on(async {
        let batches = batches(&datasets(), 9);
        let (on_cpu, weights) = trained(&cpu::Engine::new(), setup_of(mixing, all_sizes()), &batches).await;
        let (on_gpu, other) =
            trained(&gpu::Engine::new().await.unwrap(), setup_of(mixing, all_sizes()), &batches).await;
        for (a, b) in on_cpu.iter().zip(&on_gpu) {
            assert!((a.lm_loss - b.lm_loss).abs() < 1e-4 * a.lm_loss, "{a:?} {b:?}");
            assert!((a.grad_norm - b.grad_norm).abs() < 1e-3 * a.grad_norm, "{a:?} {b:?}");
            assert_eq!((a.step, a.halted), (b.step, b.halted));
        }
        let begun = Weights::init(&setup_of(mixing, Vec::new()).model, 5);
        for (name, tensor) in &weights.tensors {
            let distance = |other: &Weights| {
                let pairs = tensor.data.iter().zip(&other.tensors[name].data);
                pairs.map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max)
            };
            assert!(distance(&other) < 2e-3, "{name} differs by {}", distance(&other));
            assert!(distance(&begun) > 0.0 || name.ends_with("_init"), "{name} was not trained");
        }
    });
}

/// Each size has an identifier of its own, of five.
#[test]
fn the_vectors_of_identifiers_are_learnt_with_whatever_size_names_them() {
    pollster::block_on(async {
        let mut batches = batches(&datasets(), 6);
        batches.iter_mut().for_each(|batch| batch.ids.fill(batch.board as u32 + 1));
        let setup = |shards| {
            let mut setup = setup(all_sizes());
            setup.model =
                ModelConfig { puzzle_emb_ndim: 32, puzzle_emb_len: 1, num_puzzle_identifiers: 5, ..setup.model };
            setup.optimizer.puzzle_lr = 1e-4;
            Setup { shards, ..setup }
        };
        let engine = cpu::Engine::new();
        let (_, weights) = trained(&engine, setup(1), &batches).await;
        let (_, of_gpu) = trained(&gpu::Engine::new().await.unwrap(), setup(1), &batches).await;
        let (_, of_shards) = trained(&engine, setup(2), &batches).await;
        let vectors = |weights: &Weights| weights.tensors["puzzle_emb.weights"].data.clone();
        let own = vectors(&weights);
        for other in [&weights, &of_gpu, &of_shards].map(vectors) {
            assert!(own.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-3), "{own:?} {other:?}");
            let is_learnt: Vec<bool> = other.chunks(32).map(|row| row.iter().any(|x| *x != 0.0)).collect();
            assert_eq!(is_learnt, [false, true, true, true, false]);
        }
    });
}

#[test]
fn steps_on_the_own_size_are_those_of_a_run_without_others() {
    pollster::block_on(async {
        let data = datasets();
        let own: Vec<Batch> = (0..6).map(|step| data[0].batch(step, 4)).collect();
        let engine = cpu::Engine::new();
        let alone = trained(&engine, setup(Vec::new()), &own).await;
        assert_eq!(trained(&engine, setup(all_sizes()), &own).await, alone);
    });
}

#[test]
fn a_batch_of_another_size_and_weights_of_one_size_are_refused() {
    pollster::block_on(async {
        let engine = cpu::Engine::new();
        let weights = Weights::init(&setup(Vec::new()).model, 5);
        let mut trainer = Trainer::new(&engine, setup(all_sizes()), &weights).await.unwrap();
        let wrong = datasets()[1].batch(0, 4);
        let error = trainer.step(&wrong).await.unwrap_err().to_string();
        assert_eq!(error, "a batch of 100 tokens for board 0, expected 324");
        let mut fixed = setup(all_sizes());
        fixed.model.mixer = Mixer::MlpT;
        let weights = Weights::init(&fixed.model, 5);
        let error = Trainer::new(&engine, fixed, &weights).await.err().unwrap().to_string();
        assert_eq!(
            error,
            "the model's weights are for boards of 81 cells: they cannot be trained on boards of 5x5 too"
        );
    });
}

const RECIPE: &str = r#"{"name":"sizes","puzzle":"maze-7x9",
    "data":{"base_puzzles":20,"test_puzzles":8,"seed":1,
        "boards":[{"size":"7x11","share":0.3},{"size":"11x7","share":0.3}]},
    "model":{"H_cycles":1,"L_cycles":1,"H_layers":1,"L_layers":1,"hidden_size":16,"num_heads":2,"halt_max_steps":2,
        "pos_encodings":"rope_2d"},
    "training":{"batch":4,"steps":12,"seed":1,"evaluate_every":12,"evaluate_on":8}}"#;

#[test]
fn a_recipe_mixes_sizes_and_a_saved_run_goes_on_bit_for_bit() {
    let recipe: Recipe = serde_json::from_str(RECIPE).unwrap();
    assert_eq!((recipe.model.seq_len, recipe.model.columns), (63, Some(9)));
    let text = serde_json::to_string(&recipe).unwrap();
    assert_eq!(serde_json::from_str::<Recipe>(&text).unwrap(), recipe);
    let boards: Vec<usize> = (0..1000).map(|step| recipe.data.board_of(step)).collect();
    for (board, share) in [(0, 0.4), (1, 0.3), (2, 0.3)] {
        let found = boards.iter().filter(|&&other| other == board).count() as f64 / 1000.0;
        assert!((found - share).abs() < 0.05, "{found} of board {board}");
    }
    let examples = || {
        let split = generate_split(recipe.puzzle, &recipe.data.request(), |_, _| {});
        Examples { split, given: None }
    };
    pollster::block_on(async {
        let begin = || Run::begin(cpu::Engine::new(), recipe.clone(), examples(), None, || 0.0);
        let mut whole = begin().await.unwrap();
        while !whole.is_done() {
            whole.step().await.unwrap();
        }
        let mut first = begin().await.unwrap();
        for _ in 0..5 {
            first.step().await.unwrap();
        }
        let saved = Saved::from_bytes(&first.save().await.unwrap().to_bytes().unwrap()).unwrap();
        let mut second = Run::resume(cpu::Engine::new(), saved, examples().split, || 0.0).await.unwrap();
        while !second.is_done() {
            second.step().await.unwrap();
        }
        assert_eq!(second.save().await.unwrap().state, whole.save().await.unwrap().state);
        // Of each size its share of the unseen puzzles is tried.
        let trial = second.evaluate(async |_, _| ControlFlow::Continue(())).await.unwrap().unwrap();
        assert_eq!((trial.result().count, trial.answers.len()), (8 + 3 + 3, 8));
    });
}

/// Puzzles of three sizes in one file: of each the model learns what it has, and a run that is saved goes on with them.
#[test]
fn a_file_of_several_sizes_is_learnt_size_by_size() {
    let text = RECIPE.replace(
        "\"seed\":1,\n        \"boards\":[{\"size\":\"7x11\",\"share\":0.3},{\"size\":\"11x7\",\"share\":0.3}]",
        "\"seed\":1,\"file\":\"p.csv\"",
    );
    let recipe: Recipe = serde_json::from_str(&text).unwrap();
    assert!(recipe.data.boards.is_empty());
    let names = ["maze-7x11", "maze-7x9", "maze-9"];
    let puzzles: Vec<_> = names
        .into_iter()
        .zip([6, 12, 6])
        .flat_map(|(name, training)| {
            let kind: Kind = name.parse().unwrap();
            let request = SplitRequest { training, test: 4, ..recipe.data.request() };
            let split = generate_split(kind, &request, |_, _| {});
            split.training.into_iter().chain(split.test).map(move |example| (kind, example))
        })
        .collect();
    let (recipe, examples) = recipe.of_sizes(puzzles);
    let boards: Vec<_> = recipe.data.boards.iter().map(|board| (board.size.to_string(), board.share)).collect();
    assert_eq!(boards, [("7x11".to_owned(), 0.25), ("9x9".to_owned(), 0.25)]);
    assert_eq!(examples.split.counts().training, 12);
    let given = examples.given.clone().unwrap();
    assert_eq!((given.own.len(), given.others.iter().map(Vec::len).collect::<Vec<_>>()), (16, vec![10, 10]));

    pollster::block_on(async {
        let begin = || Run::begin(cpu::Engine::new(), recipe.clone(), examples.clone(), None, || 0.0);
        let mut whole = begin().await.unwrap();
        let mut first = begin().await.unwrap();
        for _ in 0..5 {
            first.step().await.unwrap();
        }
        let saved = Saved::from_bytes(&first.save().await.unwrap().to_bytes().unwrap()).unwrap();
        assert_eq!(saved.given, examples.given);
        let split = saved.recipe.deal(&given.own);
        let mut second = Run::resume(cpu::Engine::new(), saved.clone(), split.clone(), || 0.0).await.unwrap();
        for run in [&mut whole, &mut second] {
            while !run.is_done() {
                run.step().await.unwrap();
            }
        }
        assert_eq!(second.save().await.unwrap().state, whole.save().await.unwrap().state);
        let trial = second.evaluate(async |_, _| ControlFlow::Continue(())).await.unwrap().unwrap();
        assert_eq!(trial.result().count, 12);

        // A file that lacks the puzzles of a size is no state of this recipe.
        let mut short = saved;
        short.given.as_mut().unwrap().others.pop();
        let short = Saved::from_bytes(&short.to_bytes().unwrap()).unwrap();
        let error = Run::resume(cpu::Engine::new(), short, split, || 0.0).await.err().unwrap().to_string();
        assert_eq!(error, "saved run: puzzles of 1 further sizes, expected 2");
    });
}

#[test]
fn sizes_that_cannot_be_are_refused_by_name() {
    let refusal = |from: &str, to: &str| {
        assert!(RECIPE.contains(from));
        serde_json::from_str::<Recipe>(&RECIPE.replace(from, to)).unwrap_err().to_string()
    };
    assert!(refusal("7x11", "4x9").contains("[data] boards: there are no 4x9 mazes"));
    assert!(refusal("7x11", "7x9").contains("[data] boards: 7x9 is there twice"));
    let sudoku = RECIPE.replace("\"maze-7x9\"", "\"sudoku-4x4\"").replace("7x11", "6x6").replace("11x7", "9x9");
    let said = serde_json::from_str::<Recipe>(&sudoku).unwrap_err().to_string();
    assert!(said.contains("[data] boards: sudoku-6x6 has 8 tokens, expected 6 as sudoku-4x4 has"), "{said}");
    assert!(
        refusal("\"size\":\"11x7\",\"share\":0.3", "\"size\":\"11x7\",\"share\":0.8")
            .contains("the shares come to 1.1")
    );
    assert!(refusal("\"share\":0.3}]", "\"share\":0.0}]").contains("the share of 11x7 is 0"));
    let with_vectors =
        RECIPE.replace("\"pos_encodings\"", "\"puzzle_emb_ndim\":16,\"puzzle_emb_len\":1,\"pos_encodings\"");
    assert_eq!(serde_json::from_str::<Recipe>(&with_vectors).unwrap().data.boards.len(), 2);
    assert!(refusal("rope_2d", "learned").contains("the model's weights are for one size"));
    assert!(refusal("7x11", "five").contains("expected ROWSxCOLUMNS"));
}
