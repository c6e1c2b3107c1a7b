//! Tasks as JSON.

use std::{collections::HashSet, fmt::Write};

use super::reader;
use crate::{
    names,
    puzzle::arc::{Extra, Grid, Pair, Side, Task},
};

/// A task as JSON: the text that it was read from where nothing was changed (without a byte order mark), else a line for each
/// row. What is written is read again, if there is at least one demonstration and one test.
pub fn write(task: &Task) -> String {
    let is_unchanged = |source: &&str| reader::read_source(source).is_some_and(|read| read.has_content_of(task));
    match task.source.as_deref().filter(is_unchanged) {
        Some(source) => source.to_owned(),
        None => anew(task),
    }
}

/// Several tasks as one file `{id: task}`, each unchanged one as it was read. An id that another task has gets a number, a task
/// without id is called `task`.
pub fn write_all(tasks: &[Task]) -> String {
    let (mut text, mut ids) = ("{".to_owned(), HashSet::new());
    for (number, task) in tasks.iter().enumerate() {
        let id = if task.id.is_empty() { "task" } else { &task.id };
        let id = if ids.contains(id) { names::distinct(id, |other| ids.contains(other)) } else { id.to_owned() };
        let _ = write!(text, "{}\n{}: {}", if number > 0 { "," } else { "" }, quoted(&id), write(task).trim());
        ids.insert(id);
    }
    text + "\n}\n"
}

/// A text as JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn anew(task: &Task) -> String {
    let side = |side: Side| {
        let pairs: Vec<String> = task.pairs(side).iter().map(pair).collect();
        format!(" {}: [\n{}]", quoted(&side.to_string()), pairs.join(",\n"))
    };
    let mut parts = vec![side(Side::Train), side(Side::Test)];
    parts.extend(task.extra.iter().map(|extra| format!(" {}", field(extra))));
    format!("{{\n{}}}\n", parts.join(",\n"))
}

fn pair(pair: &Pair) -> String {
    let mut parts = vec![format!("\"input\": {}", grid(&pair.input))];
    parts.extend(pair.output.as_ref().map(|output| format!("\"output\": {}", grid(output))));
    parts.extend(pair.extra.iter().map(field));
    format!("  {{{}}}", parts.join(",\n   "))
}

fn field(extra: &Extra) -> String {
    format!("{}: {}", quoted(&extra.name), extra.json)
}

fn grid(grid: &Grid) -> String {
    let row = |cells: &[u8]| {
        let cells: Vec<String> = cells.iter().map(u8::to_string).collect();
        format!("    [{}]", cells.join(","))
    };
    let rows: Vec<String> = grid.lines().map(row).collect();
    format!("[\n{}]", rows.join(",\n"))
}
