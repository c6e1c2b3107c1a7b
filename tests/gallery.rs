//! The models that come with the page, on the first boards that it shows.
#![cfg(not(target_arch = "wasm32"))]

use std::{fs, path::Path};

use hrm_core::{
    checkpoint::Weights,
    config::ModelConfig,
    engine::cpu,
    gallery::Index,
    model::{Solver, Taps},
    puzzle::FIRST_BOARD,
};
use hrm_web::ui::board::starter::first_question;

/// A model of the gallery, its answers and q_halt after each of so many segments on a board.
fn run(name: &str, question: &[u8], segments: Option<usize>) -> Vec<(Vec<u8>, f32)> {
    let gallery = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/gallery");
    let read = |file: &str| fs::read(gallery.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let config = ModelConfig::from_json(&String::from_utf8(read(&format!("{name}.json"))).unwrap()).unwrap();
    let weights = Weights::from_safetensors(&read(&format!("{name}.safetensors"))).unwrap();
    let tokens: Vec<u32> = question.iter().map(|&token| u32::from(token)).collect();
    pollster::block_on(async {
        let mut solver = Solver::new(&cpu::Engine::new(), &config, &weights, 1, Taps::None).await.unwrap();
        solver.begin(&tokens, &[0]).await.unwrap();
        let mut all = Vec::new();
        for _ in 0..segments.unwrap_or(config.halt_max_steps) {
            let segment = solver.segment().await.unwrap();
            all.push((segment.answer(config.vocab_size), segment.q[0][0]));
        }
        all
    })
}

#[test]
fn every_model_solves_the_first_board_of_its_kind() {
    let index = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/gallery/index.json");
    let index: Index = serde_json::from_slice(&fs::read(index).unwrap()).unwrap();
    for entry in index.models {
        let question = first_question(entry.puzzle);
        let (answer, _) = run(&entry.name, &question, None).pop().unwrap();
        assert_eq!(entry.puzzle.check(&question, &answer), Ok(()), "{} on the first board of its kind", entry.name);
    }
}

#[test]
fn a_model_of_every_size_has_no_weight_that_depends_on_it() {
    let gallery = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/gallery");
    let index: Index = serde_json::from_slice(&fs::read(gallery.join("index.json")).unwrap()).unwrap();
    for entry in index.models {
        let config = fs::read_to_string(gallery.join(entry.config_file())).unwrap();
        let config = ModelConfig::from_json(&config).unwrap();
        assert!(!entry.every_size || config.serves_every_size(), "{}", entry.name);
        for kind in &entry.offered {
            assert!(entry.serves(*kind) && entry.puzzle.configured_for(*kind, &config).is_some(), "{kind}");
        }
    }
}

/// What a first visit sees: wrong after the first segment and the second, right and sure after the third.
#[test]
fn the_board_of_a_first_visit_is_right_after_the_third_segment() {
    let kind = FIRST_BOARD.0;
    let question = first_question(kind);
    let answers = run("sudoku-9x9", &question, Some(4));
    let right: Vec<bool> = answers.iter().map(|(answer, _)| kind.check(&question, answer).is_ok()).collect();
    assert_eq!(right, [false, false, true, true]);
    assert!(answers[1].1 < 0.0 && answers[2].1 > 0.0, "q_halt");
}
