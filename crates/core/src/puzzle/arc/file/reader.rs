//! One file's text.

use serde::de::IgnoredAny;

use super::{
    cursor::Cursor,
    fault::{FileError, FileFault, Location, MOST_TASKS, described},
};
use crate::{
    json,
    puzzle::{
        Size,
        arc::{COLOURS, Extra, Grid, GridFault, Pair, Side, Task},
        text::undressed,
    },
    text::{excerpt, without_mark},
};

/// What a file holds.
pub(super) enum Content {
    /// Tasks, with or without their tests' outputs.
    Tasks(Vec<Task>),
    /// The outputs of tests, under their task's id.
    Solutions(Vec<(String, Vec<Grid>)>),
}

pub(super) type Result<T> = std::result::Result<T, (Location, FileFault)>;

/// A fault whose place the caller adds.
fn fault<T>(fault: FileFault) -> Result<T> {
    Err((Location::default(), fault))
}

/// Reads a file.
pub(super) fn read(name: &str, text: &str) -> std::result::Result<Content, FileError> {
    let text = undressed(without_mark(text));
    content(id_of(name), &text).map_err(|(location, fault)| FileError {
        file: name.to_owned(),
        location: Box::new(location),
        fault,
    })
}

/// Reads the text of one task again.
pub(super) fn read_source(text: &str) -> Option<Task> {
    match content("", text) {
        Ok(Content::Tasks(mut tasks)) if tasks.len() == 1 => tasks.pop(),
        _ => None,
    }
}

fn content(id: &str, text: &str) -> Result<Content> {
    if text.trim().is_empty() {
        return fault(FileFault::Empty);
    }
    if let Err(error) = json::check_names(text) {
        return fault(no_json(text, &error));
    }
    if Cursor::new(text).peek() != b'{' {
        return fault(FileFault::NoTask { found: described(text.trim()) });
    }
    let (mut is_task, mut entries, mut lists, mut objects) = (false, 0, 0, 0);
    Cursor::new(text).entries(|cursor, name| {
        let begins = cursor.peek();
        is_task |= matches!(name.as_str(), "train" | "test") && begins != b'{';
        entries += 1;
        lists += usize::from(begins == b'[');
        objects += usize::from(begins == b'{');
        cursor.value();
        Ok(())
    })?;
    if is_task {
        let mut read = task(&mut Cursor::new(text), id.to_owned())?;
        read.source = Some(text.into());
        return Ok(Content::Tasks(vec![read]));
    }
    if entries > MOST_TASKS {
        return fault(FileFault::ManyTasks { found: entries });
    }
    match entries {
        0 => fault(FileFault::NoTask { found: "an empty object".into() }),
        _ if objects == entries => tasks(text),
        _ if lists == entries => solutions(text).map(Content::Solutions),
        _ => {
            let mut names = Vec::new();
            Cursor::new(text).entries(|cursor, name| {
                cursor.value();
                names.extend((names.len() < 4).then(|| format!("{:?}", excerpt(&name))));
                Ok(())
            })?;
            let more = if entries > names.len() { ", …" } else { "" };
            fault(FileFault::NoTask { found: format!("an object with {}{more}", names.join(", ")) })
        }
    }
}

/// Why a text is no JSON, in few words.
fn no_json(text: &str, error: &serde_json::Error) -> FileFault {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let found = values.by_ref().take_while(std::result::Result::is_ok).count();
    if found > 1 {
        return FileFault::SeveralValues { found };
    }
    let (line, column) = (error.line(), error.column());
    let said = error.to_string();
    // The place is told apart, and what is told may hold a name as long as the file.
    let what = said.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&said);
    FileFault::Json { line, column: column.max(1), found: excerpt(what) }
}

/// Adds the task's id to the place of a fault.
pub(super) fn in_task(id: &str) -> impl Fn((Location, FileFault)) -> (Location, FileFault) {
    move |(location, fault)| (Location { task: Some(id.to_owned()), ..location }, fault)
}

fn tasks(text: &str) -> Result<Content> {
    let mut tasks = Vec::new();
    Cursor::new(text).entries(|cursor, id| {
        let source = cursor.value();
        let mut read = task(&mut Cursor::new(source), id.clone()).map_err(in_task(&id))?;
        read.source = Some(source.into());
        tasks.push(read);
        Ok(())
    })?;
    Ok(Content::Tasks(tasks))
}

fn solutions(text: &str) -> Result<Vec<(String, Vec<Grid>)>> {
    let mut solutions = Vec::new();
    Cursor::new(text).entries(|cursor, id| {
        let mut grids = Vec::new();
        cursor.items(|cursor, number| {
            let here = |(_, fault)| {
                let grid = Some(format!("solution {}", number + 1));
                (Location { task: Some(id.clone()), pair: None, grid }, fault)
            };
            grids.push(grid(cursor).map_err(here)?);
            Ok(())
        })?;
        solutions.push((id, grids));
        Ok(())
    })?;
    Ok(solutions)
}

/// Reads a task, which comes next.
pub(super) fn task(cursor: &mut Cursor<'_>, id: String) -> Result<Task> {
    let (mut train, mut test, mut extra) = (None, None, Vec::new());
    cursor.entries(|cursor, name| {
        match name.as_str() {
            "train" => train = Some(pairs(cursor, Side::Train)?),
            "test" => test = Some(pairs(cursor, Side::Test)?),
            _ => extra.push(Extra { name, json: cursor.value().to_owned() }),
        }
        Ok(())
    })?;
    let Some(train) = train else { return fault(FileFault::NoSide { side: Side::Train }) };
    let Some(test) = test else { return fault(FileFault::NoSide { side: Side::Test }) };
    Ok(Task { id, train, test, extra, source: None })
}

fn pairs(cursor: &mut Cursor<'_>, side: Side) -> Result<Vec<Pair>> {
    if cursor.peek() != b'[' {
        return fault(FileFault::NoList { side, found: described(cursor.value()) });
    }
    let mut pairs = Vec::new();
    let found = cursor.items(|cursor, number| {
        if number >= Task::MOST_PAIRS {
            cursor.value();
            return Ok(());
        }
        let in_pair = |(location, fault)| (Location { pair: Some((side, number)), ..location }, fault);
        pairs.push(pair(cursor).map_err(in_pair)?);
        Ok(())
    })?;
    match found {
        0 => fault(FileFault::NoPairs { side }),
        _ if found > Task::MOST_PAIRS => fault(FileFault::ManyPairs { side, found }),
        _ => {
            pairs.shrink_to_fit();
            Ok(pairs)
        }
    }
}

fn pair(cursor: &mut Cursor<'_>) -> Result<Pair> {
    if cursor.peek() != b'{' {
        return fault(FileFault::NoPair { found: described(cursor.value()) });
    }
    let (mut input, mut output, mut extra) = (None, None, Vec::new());
    cursor.entries(|cursor, name| {
        let in_grid = |(location, fault)| (Location { grid: Some(name.clone()), ..location }, fault);
        match name.as_str() {
            "input" => input = Some(grid(cursor).map_err(in_grid)?),
            // Some programs write null for what is not known.
            "output" if cursor.peek() != b'n' => output = Some(grid(cursor).map_err(in_grid)?),
            "output" => drop(cursor.value()),
            _ => extra.push(Extra { json: cursor.value().to_owned(), name }),
        }
        Ok(())
    })?;
    match input {
        Some(input) => Ok(Pair { input, output, extra }),
        None => fault(FileFault::NoInput),
    }
}

fn grid(cursor: &mut Cursor<'_>) -> Result<Grid> {
    if cursor.peek() != b'[' {
        return fault(FileFault::NoGrid { found: described(cursor.value()) });
    }
    let (mut cells, mut columns) = (Vec::new(), 0);
    let rows = cursor.items(|cursor, row| {
        if row >= Grid::MOST {
            cursor.value();
            return Ok(());
        }
        let found = self::row(cursor, row, &mut cells)?;
        match row {
            _ if found > Grid::MOST => return fault(GridFault::Columns { row, found }.into()),
            0 if found == 0 => return fault(GridFault::Empty.into()),
            0 => columns = found,
            _ if found != columns => return fault(GridFault::Ragged { row, found, expected: columns }.into()),
            _ => (),
        }
        Ok(())
    })?;
    match rows {
        0 => fault(GridFault::Empty.into()),
        _ if rows > Grid::MOST => fault(GridFault::Rows { found: rows }.into()),
        _ => {
            cells.shrink_to_fit();
            Grid::new(Size::new(rows, columns), cells).or_else(|wrong| fault(wrong.into()))
        }
    }
}

/// Adds the colours of a row; how many there are, of which those over [`Grid::MOST`] are only counted.
fn row(cursor: &mut Cursor<'_>, row: usize, cells: &mut Vec<u8>) -> Result<usize> {
    if cursor.peek() != b'[' {
        return fault(FileFault::NoRow { row, found: described(cursor.value()) });
    }
    cursor.items(|cursor, cell| {
        let value = cursor.value();
        match value.as_bytes() {
            _ if cell >= Grid::MOST => (),
            [digit @ b'0'..=b'9'] if digit - b'0' < COLOURS => cells.push(digit - b'0'),
            _ => return fault(FileFault::Cell { row, cell, found: described(value) }),
        }
        Ok(())
    })
}

/// The id of a task by the name of its file: without folders and `.json`.
fn id_of(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let ending = file.len().saturating_sub(".json".len());
    match file.get(ending..) {
        Some(end) if end.eq_ignore_ascii_case(".json") => &file[..ending],
        _ => file,
    }
}
