//! A run's puzzles, generated or read from a file, with an ear for the page in between.

use std::cell::RefCell;

use hrm_core::{
    data::{Example, Split, Splitter, TEST_FRACTION, csv},
    puzzle::Kind,
    train::Recipe,
};
use hrm_link::{
    protocol::Event,
    training::{TrainingEvent, TrainingTask},
};
use xxhash_rust::xxh3::xxh3_128;

use crate::{
    error::TaskError,
    global::{self, Breath},
    inbox::Inbox,
};

/// Generates a recipe's puzzles and reports how far it is as task `id`; `None` where that was cancelled.
pub async fn generate(id: u32, recipe: &Recipe, inbox: &RefCell<Inbox<TrainingTask>>) -> Option<Split> {
    let request = recipe.data.request();
    let of = request.training + request.test;
    let mut splitter = Splitter::new(recipe.data.puzzles(recipe.puzzle));
    let breath = Breath::default();
    while splitter.advance() {
        if breath.take().await {
            let generating = TrainingEvent::Generating { done: splitter.done(), of };
            global::report(Some(id), Event::Training(generating));
            if inbox.borrow().is_cancelled(id) {
                return None;
            }
        }
    }
    Some(splitter.finish())
}

/// The good rows of the file that was shown last, kept until they are trained on: it is read once.
pub struct KnownTable {
    kind: Kind,
    hash: u128,
    examples: Vec<Example>,
}

/// The good rows of a CSV file.
pub fn of_csv(kind: Kind, file: &[u8], known: Option<KnownTable>) -> Result<Vec<Example>, TaskError> {
    match known {
        Some(known) if (known.kind, known.hash) == (kind, xxh3_128(file)) => Ok(known.examples),
        _ => Ok(csv::read(kind, file)?.into_examples()),
    }
}

/// What the page shows of a CSV file before training starts; where no row tells a kind, each is measured by `chosen`.
pub fn table(chosen: Option<Kind>, file: &[u8]) -> Result<(TrainingEvent, KnownTable), TaskError> {
    let (kind, table) = csv::read_any(chosen, file)?;
    let is_test = |example: &Example| kind.class_key(&example.question).is_ok_and(|key| key.is_test(TEST_FRACTION));
    let problems = table.report(kind);
    let (rows, bad) = (table.rows.len(), table.left_out() as usize);
    let test = table.rows.iter().filter(|row| is_test(&row.example)).count();
    let shown = TrainingEvent::Table { kind, rows, test, problems, bad, notes: table.notes.clone() };
    Ok((shown, KnownTable { kind, hash: xxh3_128(file), examples: table.into_examples() }))
}
