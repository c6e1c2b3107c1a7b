//! What earlier versions wrote opens in this one and means the same: saved runs, recordings, models, and the puzzles that a seed
//! gives.
#![cfg(not(target_arch = "wasm32"))]

use std::{fs, path::Path};

use hrm_core::{
    checkpoint::{Weights, metadata},
    config::ModelConfig,
    data::{
        Example, Hard, SplitRequest,
        csv::{self, Row},
        generate_split,
    },
    engine::cpu,
    puzzle::Kind,
    recording::file,
    train::{Run, Saved},
};

fn kept(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/kept").join(name);
    fs::read(path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn saved_runs_open_and_go_on() {
    for (name, puzzle) in [("sudoku-4x4.run.safetensors", "sudoku-4x4"), ("maze-5.run.safetensors", "maze-5")] {
        let bytes = kept(name);
        let saved = Saved::from_bytes(&bytes).unwrap();
        assert_eq!(saved.recipe.puzzle.name(), puzzle);
        // What is written of the recipe is what was read, to the letter.
        assert_eq!(serde_json::to_string(&saved.recipe).unwrap(), metadata(&bytes).unwrap()["recipe"]);
        assert_eq!(Saved::from_bytes(&saved.to_bytes().unwrap()).unwrap(), saved);
        let split = match &saved.given {
            Some(given) => saved.recipe.deal(given),
            None => generate_split(saved.recipe.puzzle, &saved.recipe.data.request(), |_, _| {}),
        };
        pollster::block_on(async {
            let recorded: Vec<_> = saved.rows.iter().map(|row| row.mean.step).collect();
            let mut run = Run::resume(cpu::Engine::new(), saved, split, || 0.0).await.unwrap();
            assert_eq!((run.steps_done(), recorded.last().copied()), (8, Some(8)));
            run.step().await.unwrap();
            assert_eq!(run.steps_done(), 9);
        });
    }
}

#[test]
fn recordings_and_models_open() {
    for (name, puzzle) in [("sudoku.recording.safetensors", "sudoku-4x4"), ("maze.recording.safetensors", "maze-5")] {
        let bytes = kept(name);
        let opened = file::from_bytes(&bytes).unwrap();
        assert_eq!(opened.kind.name(), puzzle);
        let again = file::to_bytes(&opened.recording, opened.kind).unwrap();
        assert_eq!(metadata(&again).unwrap(), metadata(&bytes).unwrap());
        assert_eq!(again.len(), bytes.len());
    }
    let text = String::from_utf8(kept("small.json")).unwrap();
    let config = ModelConfig::from_json(&text).unwrap();
    Weights::from_safetensors(&kept("small.safetensors")).unwrap().check(&config).unwrap();
    let value = serde_json::from_str(&text).unwrap();
    let kind = Kind::of_configuration(&value, config.seq_len, config.vocab_size).unwrap();
    assert_eq!(kind.name(), "sudoku-4x4");
}

/// What `hrm puzzles KIND --count N --seed SEED` wrote, and with `--both`.
#[test]
fn a_seed_gives_the_puzzles_that_it_always_gave() {
    for (name, puzzle, count, seed, both) in [
        ("maze-5.csv", "maze-5", 20, 7, true),
        ("maze-9.csv", "maze-9", 4, 7, false),
        ("maze-30.csv", "maze-30", 1, 3, false),
        ("sudoku-6x6.csv", "sudoku-6x6", 6, 7, true),
    ] {
        let kind: Kind = puzzle.parse().unwrap();
        let test = if both { (f64::from(count) * 0.2_f64).ceil() as usize } else { count as usize };
        let training = count as usize - test;
        let request =
            SplitRequest { training, test, seed, difficulty: (0.0, 1.0), smaller: 0.0, hard: Hard::default() };
        let split = generate_split(kind, &request, |_, _| {});
        let row = |example: Example| Row {
            source: format!("generated, seed {seed}"),
            rating: kind.rating(&example.question).unwrap().to_string(),
            example,
        };
        let rows: Vec<Row> = [split.test, split.training].concat().into_iter().map(row).collect();
        let mut text = Vec::new();
        csv::write(kind, &rows, &mut text).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), String::from_utf8(kept(name)).unwrap(), "{name}");
        assert_eq!(csv::kind_of(&kept(name)[..]).unwrap(), kind);
        assert_eq!(csv::read(kind, &kept(name)[..]).unwrap().rows, rows);
    }
}
