//! Recipes and their examples as files.

use std::path::Path;

use hrm_core::checkpoint::Weights;
use hrm_core::data::{Split, Splitter, TEST_FRACTION};
use hrm_core::puzzle::arc::Task;
use hrm_core::train::{Examples, Given, Recipe, Saved, complete, shortages, wants_tasks};
use toml::{Table, Value};

use super::output::{counted, note};
use super::progress::Progress;
use super::run_folder::shell_word;
use super::signals::Signals;
use super::{Failure, at, boards, files, task_files};

/// Reads a recipe, with some of its fields set otherwise: each change is a line of TOML such as `training.batch = 16`. The second
/// result are the tasks that it learns, none where it learns puzzles.
pub fn load(file: &Path, changes: &[String]) -> Result<(Recipe, Vec<Task>), Failure> {
    let text = text(file)?;
    let mut fields: Table = text.parse().map_err(|e| format!("{}: {}", file.display(), syntax(&e, &text)))?;
    // The file for itself, so that a fault of its own is not put down to a change.
    let recipe = of_table(&fields).map_err(|e| at(file.display())(&*e))?;
    if changes.is_empty() {
        return Ok(recipe);
    }
    for change in changes {
        // A shell takes the quotes off: a bare word is text.
        let quoted = change.split_once('=').map(|(field, word)| format!("{field}={word:?}"));
        let read: Table = match (change.parse(), quoted) {
            (Err(_), Some(quoted)) => quoted.parse(),
            (read, _) => read,
        }
        .map_err(|e: toml::de::Error| format!("--set {change}: {}", e.message()))?;
        merge(&mut fields, read);
        of_table(&fields).map_err(|e| format!("--set {change}: {e}"))?;
    }
    of_table(&fields)
}

fn of_table(fields: &Table) -> Result<(Recipe, Vec<Task>), Failure> {
    if let Some(problem) = not_finite(fields, None) {
        return Err(problem.into());
    }
    let fields = serde_json::to_value(fields)?.as_object().cloned().unwrap_or_default();
    let sources = wants_tasks(&fields);
    if sources.is_empty() {
        return Ok((Recipe::of_person(fields)?, Vec::new()));
    }
    let tasks = task_files::read(&sources).map_err(|error| format!("[data] tasks: {error}"))?;
    Ok(complete(fields, &tasks)?)
}

/// The first number that is none, which TOML can write and JSON cannot.
fn not_finite(fields: &Table, section: Option<&str>) -> Option<String> {
    fields.iter().find_map(|(name, value)| match value {
        Value::Float(number) if !number.is_finite() => {
            let section = section.map_or_else(String::new, |section| format!("[{section}] "));
            Some(format!("{section}{name} is {number}; expected a finite number"))
        }
        Value::Table(inner) => not_finite(inner, Some(name)),
        _ => None,
    })
}

/// What is no TOML, with its line, without the excerpt that takes several.
fn syntax(error: &toml::de::Error, text: &str) -> String {
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = text.as_bytes()[..start].iter().filter(|&&byte| byte == b'\n').count() + 1;
    format!("line {line}: {}", error.message().replace('\n', ", "))
}

/// The text of a recipe; a file that is none is told by what it is.
fn text(file: &Path) -> Result<String, Failure> {
    let bytes = files::read(file)?;
    let (shown, word) = (file.display(), shell_word(file));
    if Saved::is_claimed_by(&bytes) {
        return Err(
            format!("{shown}: this is a saved run, no recipe; to go on with it: hrm train {word} --resume").into()
        );
    }
    if Weights::from_safetensors(&bytes).is_ok() {
        return Err(format!(
            "{shown}: this is a model, no recipe; to begin with its weights: hrm train RECIPE --from {word}"
        )
        .into());
    }
    files::read_text(file)
}

/// Puts what `changes` holds in place of what `fields` has.
fn merge(fields: &mut Table, changes: Table) {
    for (name, value) in changes {
        match (fields.get_mut(&name), value) {
            (Some(Value::Table(inner)), Value::Table(changes)) => merge(inner, changes),
            (_, value) => drop(fields.insert(name, value)),
        }
    }
}

/// Where two recipes differ first, in words: the state's and the one that was given.
pub fn difference(state: &Recipe, given: &Recipe) -> Option<String> {
    let [state, given] = [state, given].map(|recipe| serde_json::to_value(recipe).unwrap_or_default());
    let (place, [state, given]) = differing("", &state, &given)?;
    let word = |value: Option<&serde_json::Value>| value.map_or_else(|| "not set".to_owned(), ToString::to_string);
    Some(format!("whose {place} is {} and not {}", word(state), word(given)))
}

/// The two values at a place.
type Pair<'v> = [Option<&'v serde_json::Value>; 2];

/// The first place where two values differ, as a recipe spells it, and what stands there.
fn differing<'v>(place: &str, a: &'v serde_json::Value, b: &'v serde_json::Value) -> Option<(String, Pair<'v>)> {
    let (serde_json::Value::Object(fields), serde_json::Value::Object(others)) = (a, b) else {
        return (a != b).then(|| (place.to_owned(), [Some(a), Some(b)]));
    };
    let names = fields.keys().chain(others.keys().filter(|name| !fields.contains_key(*name)));
    names.into_iter().find_map(|name| {
        let inner = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
        match (fields.get(name), others.get(name)) {
            (Some(a), Some(b)) => differing(&inner, a, b),
            pair => Some((inner, pair.into())),
        }
    })
}

/// Base puzzles for training and unseen ones, split by symmetry class before anything is trained, with the recipe, which a file
/// of puzzles of several sizes completes; `None` where a signal came first.
pub fn examples(recipe: Recipe, signals: &Signals) -> Result<Option<(Recipe, Examples)>, Failure> {
    let (recipe, examples) = match recipe.data.file.clone() {
        Some(file) => of_file(recipe, &file)?,
        None => match generate(&recipe, signals)? {
            Some(split) => (recipe, Examples { split, given: None }),
            None => return Ok(None),
        },
    };
    let given = examples.given.as_ref().map(|given| given.own.len());
    if examples.split.training.is_empty() && !recipe.data.is_fresh() {
        return Err(nothing_to_learn(&recipe, given.unwrap_or(0)).into());
    }
    for shortage in shortages(&recipe, examples.split.counts(), given) {
        note(format_args!("hrm: {shortage}"));
    }
    Ok(Some((recipe, examples)))
}

/// The puzzles of a file: where the model serves every size, of each size of board those that it has.
fn of_file(recipe: Recipe, file: &str) -> Result<(Recipe, Examples), Failure> {
    let rows = boards::read(Path::new(file), recipe.puzzle, &recipe.model)?;
    let count = rows.len();
    let (recipe, examples) = recipe.of_sizes(rows.into_iter().map(|(kind, row)| (kind, row.example)));
    let Some(Given { own, others }) = &examples.given else { return Ok((recipe, examples)) };
    for (board, given) in recipe.data.boards.iter().zip(others) {
        if recipe.deal_board(board.size, given).training.is_empty() {
            return Err(format!("{file}: there is no {} puzzle in it to learn from", board.size).into());
        }
        note(format_args!("hrm: {file}: {:.0} % of the steps are on boards of {}", 100.0 * board.share, board.size));
    }
    let left = count - own.len() - others.iter().map(Vec::len).sum::<usize>();
    if left > 0 {
        let puzzles = counted(left, "puzzle", "puzzles");
        note(format_args!("hrm: {file}: {puzzles} of sizes that are not learnt"));
    }
    Ok((recipe, examples))
}

/// That no puzzle is on the side that is trained on, and what to do.
fn nothing_to_learn(recipe: &Recipe, given: usize) -> String {
    let (kind, percent) = (recipe.puzzle, 100.0 * TEST_FRACTION);
    match &recipe.data.file {
        Some(file) if given > 0 => format!(
            "{file}: nothing can be learnt from its {}, all of symmetry classes that are set aside for testing ({percent} % of \
             all, the same in every recipe); hrm puzzles {kind} --both writes puzzles of both sides",
            counted(given, "puzzle", "puzzles")
        ),
        Some(file) => format!("{file}: there is no {kind} puzzle in it to learn from"),
        None => format!("there is no {kind} puzzle of this difficulty to learn from"),
    }
}

/// The puzzles that a recipe generates; `None` where a signal came first.
pub fn generate(recipe: &Recipe, signals: &Signals) -> Result<Option<Split>, Failure> {
    let request = recipe.data.request();
    let progress = Progress::new((request.training + request.test) as u64, "puzzles generated")?;
    let mut splitter = Splitter::new(recipe.data.puzzles(recipe.puzzle));
    while splitter.advance() {
        progress.set(splitter.done() as u64);
        if signals.asked() {
            progress.clear();
            note("stopped before the first step: there is nothing to save");
            return Ok(None);
        }
    }
    progress.clear();
    Ok(Some(splitter.finish()))
}
