//! Puzzles of a file, by the sizes of their boards.

use std::path::Path;

use hrm_core::config::ModelConfig;
use hrm_core::data::Example;
use hrm_core::data::csv::{self, Row, Table};
use hrm_core::puzzle::Kind;

use super::output::{counted, note};
use super::{Failure, at, files};

/// The puzzles of a kind, with their sources.
pub struct Boards {
    /// The game and the size.
    pub kind: Kind,
    /// Questions with their answers.
    pub examples: Vec<Example>,
    /// Where each is from, as the file says.
    pub sources: Vec<String>,
}

/// The good rows of a file for a model of a kind, each with its own: where its weights serve every size, rows of other sizes are
/// good too. What is wrong with the others is said.
///
/// # Errors
/// One line: the file cannot be read, or is no table of puzzles.
pub fn read(path: &Path, kind: Kind, model: &ModelConfig) -> Result<Vec<(Kind, Row)>, Failure> {
    let (file, shown) = (files::open(path)?, path.display().to_string());
    let (rows, table) = match model.serves_every_size() {
        true => csv::read_sizes(kind, file),
        false => csv::read(kind, file).map(|mut table| {
            let rows = std::mem::take(&mut table.rows);
            (rows.into_iter().map(|row| (kind, row)).collect(), table)
        }),
    }
    .map_err(|e| at(&shown)(&e))?;
    tell(&shown, kind, rows.len(), &table);
    let of_another_size = |other: Kind| other.is_same_game(kind) && other.vocab_size() == kind.vocab_size();
    if table.looks_like.is_some_and(|other| other != kind && of_another_size(other)) && !model.serves_every_size() {
        note(format_args!(
            "hrm: {shown}: the model's weights are for boards of {} alone; those of attention or a convolution, without \
             learned positions, are for every size",
            kind.size()
        ));
    }
    Ok(rows)
}

/// Says how a file of puzzles was read, of which so many rows are good, and what is wrong with it, in a few lines.
fn tell(file: &str, kind: Kind, good: usize, table: &Table) {
    for line in table.notes.iter().chain(&table.report(kind)) {
        note(format_args!("hrm: {file}: {line}"));
    }
    if !table.problems.is_empty() {
        let good = counted(good, "good row", "good rows");
        note(format_args!("hrm: {file}: {good}, {} left out", table.left_out()));
    }
}

/// Rows by their kinds, in the order in which these come first.
pub fn by_size(rows: Vec<(Kind, Row)>) -> Vec<Boards> {
    let mut sizes: Vec<Boards> = Vec::new();
    for (kind, Row { source, example, .. }) in rows {
        let at = sizes.iter().position(|boards| boards.kind == kind).unwrap_or_else(|| {
            sizes.push(Boards { kind, examples: Vec::new(), sources: Vec::new() });
            sizes.len() - 1
        });
        sizes[at].examples.push(example);
        sizes[at].sources.push(source);
    }
    sizes
}
