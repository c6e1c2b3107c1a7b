//! The models that come with the page, on the first boards that it shows.
#![cfg(not(target_arch = "wasm32"))]

use std::{fs, path::Path};

use hrm_core::{
    checkpoint::Weights,
    config::ModelConfig,
    engine::cpu,
    gallery::Index,
    model::{Solver, Taps},
};
use hrm_web::ui::board::starter::first_question;

#[test]
fn every_model_solves_the_first_board_of_its_kind() {
    let gallery = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/gallery");
    let read = |name: &str| fs::read(gallery.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let index: Index = serde_json::from_slice(&read("index.json")).unwrap();
    for entry in index.models {
        let config = String::from_utf8(read(&entry.config_file())).unwrap();
        let config = ModelConfig::from_json(&config).unwrap();
        let weights = Weights::from_safetensors(&read(&entry.file)).unwrap();
        let question = first_question(entry.puzzle);
        let tokens: Vec<u32> = question.iter().map(|&token| u32::from(token)).collect();
        let answer = pollster::block_on(async {
            let mut solver = Solver::new(&cpu::Engine::new(), &config, &weights, 1, Taps::None).await.unwrap();
            solver.begin(&tokens, &[0]).await.unwrap();
            let mut answer = Vec::new();
            for _ in 0..config.halt_max_steps {
                answer = solver.segment().await.unwrap().answer(config.vocab_size);
            }
            answer
        });
        assert_eq!(entry.puzzle.check(&question, &answer), Ok(()), "{} on the first board of its kind", entry.name);
    }
}
