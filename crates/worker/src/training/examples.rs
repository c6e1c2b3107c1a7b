//! A run's puzzles, generated or read from a file, with an ear for the page in between.

use std::cell::RefCell;

use hrm_core::{
    data::{
        Example, Split, Splitter, TEST_FRACTION,
        csv::{self, OfSizes, Row},
    },
    puzzle::Kind,
    train::Recipe,
};
use hrm_link::{
    protocol::Event,
    training::{RowsOfSize, TrainingEvent, TrainingTask},
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
    rows: Vec<(Kind, Row)>,
}

/// The good rows of a CSV file, those of other sizes of the same game among them, each with its kind.
pub fn of_csv(
    kind: Kind,
    file: &[u8],
    known: Option<KnownTable>,
) -> Result<impl Iterator<Item = (Kind, Example)> + use<>, TaskError> {
    let rows = match known {
        Some(known) if (known.kind, known.hash) == (kind, xxh3_128(file)) => known.rows,
        _ => csv::read_sizes(kind, file)?.0,
    };
    Ok(rows.into_iter().map(|(kind, row)| (kind, row.example)))
}

/// What the page shows of a CSV file before training starts; where no row tells a kind, each is measured by `chosen`. Of several
/// sizes the first one of which something can be learnt is the file's kind.
pub fn table(chosen: Option<Kind>, file: &[u8]) -> Result<(TrainingEvent, KnownTable), TaskError> {
    let OfSizes { kind: read_as, rows, table } = csv::read_any(chosen, file)?;
    let is_test =
        |(kind, row): &(Kind, Row)| kind.class_key(&row.example.question).is_ok_and(|key| key.is_test(TEST_FRACTION));
    let mut sizes = vec![RowsOfSize { size: read_as.size(), rows: 0, test: 0 }];
    for row in &rows {
        let size = row.0.size();
        let at = sizes.iter().position(|other| other.size == size).unwrap_or_else(|| {
            sizes.push(RowsOfSize { size, rows: 0, test: 0 });
            sizes.len() - 1
        });
        sizes[at].rows += 1;
        sizes[at].test += usize::from(is_test(row));
    }
    let first = sizes.iter().position(|of| of.rows > of.test).unwrap_or(0);
    let RowsOfSize { size, rows: own, test } = sizes.remove(first);
    let kind = read_as.resized(size).unwrap_or(read_as);
    let (problems, bad) = (table.report(read_as), table.left_out() as usize);
    let shown = TrainingEvent::Table { kind, rows: own, test, sizes, problems, bad, notes: table.notes };
    Ok((shown, KnownTable { kind, hash: xxh3_128(file), rows }))
}
