//! Runs that are saved and go on.

use std::ops::ControlFlow;

use hrm_core::data::generate_split;
use hrm_core::engine::{Precision, cpu};
use hrm_core::train::{DataRecipe, Examples, Recipe, Run, Saved, Schedule, Setup, Summary, Trained, Trainer};

use super::{data, setup, start, steps};

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
