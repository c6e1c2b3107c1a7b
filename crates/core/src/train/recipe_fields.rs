//! The fields of a recipe as a file or a message has them: every one must be known, and of its type.

use serde_json::{Map, Value};

use super::{BoardShare, DataRecipe, HoldOut, OptimizerConfig, Schedule, Trained};
use crate::{
    config::ModelConfig,
    data::Answers,
    engine::Precision,
    fields::{self, FieldError},
    puzzle::{Kind, Mixture, Part, Size, UnknownKind},
};

/// Fields of the model that follow from the puzzle.
const FIXED: [&str; 3] = ["seq_len", "vocab_size", "columns"];
/// What stands outside the sections.
const HEAD: [&str; 2] = ["name", "puzzle"];
/// The sections.
const SECTIONS: [&str; 4] = ["data", "model", "optimizer", "training"];

/// What is wrong with a field of a recipe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldProblem {
    /// A field that recipes do not have.
    #[error("{place}{field} is unknown; {hint}")]
    Unknown {
        /// `[section] `, or nothing outside the sections.
        place: String,
        /// Its name.
        field: String,
        /// What was probably meant.
        hint: String,
    },
    /// A field that is missing, or of another type.
    #[error("{place}{error}")]
    Read {
        /// `[section] `, or nothing outside the sections.
        place: String,
        /// What is wrong.
        error: FieldError,
    },
    /// A field that the puzzle fixes.
    #[error("[model] {field} is {value}; expected none: {follows}")]
    Fixed {
        /// Its name.
        field: &'static str,
        /// What stands there.
        value: String,
        /// Where the value comes from.
        follows: String,
    },
}

/// A recipe taken apart; the model still as its fields, those that the puzzle fixes among them.
pub(super) struct Parts {
    pub name: String,
    pub puzzle: Kind,
    pub data: DataRecipe,
    pub model: Map<String, Value>,
    pub optimizer: OptimizerConfig,
    pub training: Schedule,
}

/// Takes a recipe's fields apart.
pub(super) fn split(fields: Map<String, Value>) -> Result<Parts, FieldProblem> {
    refuse_unknown(&fields)?;
    let text = |name: &str| {
        let found = fields.get(name).ok_or_else(|| outside(FieldError::Missing(name.into())))?;
        found.as_str().ok_or_else(|| outside(wrong(name, found, "text in quotes")))
    };
    let name = text("name")?.to_owned();
    let puzzle = text("puzzle")?;
    let puzzle: Kind =
        puzzle.parse().map_err(|_| outside(wrong("puzzle", &puzzle.into(), &UnknownKind::expected())))?;
    let mut model = section(&fields, "model")?.ok_or_else(|| outside(FieldError::Missing("[model]".into())))?;
    for (field, value) in [("seq_len", puzzle.seq_len()), ("vocab_size", puzzle.vocab_size())] {
        // A saved run has them, as the puzzle does.
        if let Some(found) =
            model.insert(field.into(), value.into()).filter(|found| found.as_f64() != Some(value as f64))
        {
            let follows = format!("it follows from the puzzle, and {puzzle} has {value}");
            return Err(FieldProblem::Fixed { field, value: fields::quoted(&found), follows });
        }
    }
    let size = puzzle.size();
    if !size.is_square()
        && let Some(found) = model.insert("columns".into(), size.columns().into())
        && found.as_f64() != Some(size.columns() as f64)
    {
        let follows = format!("it follows from the puzzle, and {puzzle} has {}", size.columns());
        return Err(FieldProblem::Fixed { field: "columns", value: fields::quoted(&found), follows });
    }
    if size.is_square()
        && let Some(found) = model.remove("columns").filter(|found| found.as_f64() != Some(size.columns() as f64))
    {
        let follows = format!("it follows from the puzzle, and {puzzle} has {}", size.columns());
        return Err(FieldProblem::Fixed { field: "columns", value: fields::quoted(&found), follows });
    }
    Ok(Parts {
        name,
        puzzle,
        data: read(&fields, "data", None)?,
        model,
        optimizer: read(&fields, "optimizer", Some(OptimizerConfig::default()))?,
        training: read(&fields, "training", None)?,
    })
}

/// Refuses what the puzzle fixes, whatever its value.
pub(super) fn refuse_fixed(fields: &Map<String, Value>) -> Result<(), FieldProblem> {
    let Some(model) = fields.get("model").and_then(Value::as_object) else { return Ok(()) };
    for field in FIXED {
        if let Some(value) = model.get(field) {
            let follows = "it follows from the puzzle".into();
            return Err(FieldProblem::Fixed { field, value: fields::quoted(value), follows });
        }
    }
    Ok(())
}

fn refuse_unknown(fields: &Map<String, Value>) -> Result<(), FieldProblem> {
    let unknown = |place: &str, field: &str, known: &[String]| {
        let elsewhere = SECTIONS.into_iter().find(|section| known_in(section).iter().any(|name| name == field));
        let hint = match (fields::nearest(field, known.iter().map(String::as_str)), elsewhere) {
            (_, Some(section)) => format!("it belongs into [{section}]"),
            (Some(meant), None) => format!("did you mean {meant}?"),
            (None, None) => in_others(field).unwrap_or_else(|| format!("expected one of {}", known.join(", "))),
        };
        FieldProblem::Unknown { place: place.to_owned(), field: field.to_owned(), hint }
    };
    let head: Vec<String> = HEAD.into_iter().chain(SECTIONS).map(Into::into).collect();
    if let Some(field) = fields.keys().find(|field| !head.contains(field)) {
        return Err(unknown("", field, &head));
    }
    for name in SECTIONS {
        let Some(section) = fields.get(name).and_then(Value::as_object) else { continue };
        let known = known_in(name);
        if let Some(field) = section.keys().find(|field| !known.contains(field)) {
            let own: Vec<String> = known.into_iter().filter(|known| !FIXED.contains(&known.as_str())).collect();
            return Err(unknown(&format!("[{name}] "), field, &own));
        }
    }
    Ok(())
}

/// The field of some section that was probably meant.
fn in_others(field: &str) -> Option<String> {
    SECTIONS.into_iter().find_map(|section| {
        let known = known_in(section);
        let open = known.iter().map(String::as_str).filter(|name| !FIXED.contains(name));
        fields::nearest(field, open).map(|meant| format!("did you mean {meant} of [{section}]?"))
    })
}

/// The names of a section's fields.
fn known_in(section: &str) -> Vec<String> {
    example(section).into_iter().map(|(name, _)| name).collect()
}

/// All fields of a section, with values of their types.
fn example(section: &str) -> Map<String, Value> {
    let fields = match section {
        "data" => serde_json::to_value(DataRecipe {
            base_puzzles: 1,
            test_puzzles: 1,
            seed: 1,
            easiest: 0.5,
            hardest: 0.5,
            smaller: 0.5,
            hard: 0.5,
            hard_guesses: 1,
            hard_guesses_to: 1,
            file: Some(String::new()),
            boards: vec![BoardShare { size: Size::new(5, 5), share: 0.5 }],
            mixture: Mixture::new(vec![Part::default()]),
            // Not the one that is left out where it is written.
            answers: Answers::Random,
            tasks: vec![String::new()],
            side: 1,
            augmentations: 1,
            fits: 1,
            hold_out: HoldOut::Last,
        }),
        "optimizer" => serde_json::to_value(OptimizerConfig::default()),
        "training" => {
            // Not the precision that is left out where it is written.
            let (precision, train_only) = (Precision::Bf16, Trained::Embedding);
            let (batch, steps, seed, shards) = (1, 1, 1, 1);
            let (evaluate_every, evaluate_on) = (1, 1);
            serde_json::to_value(Schedule {
                batch,
                steps,
                seed,
                evaluate_every,
                evaluate_on,
                shards,
                precision,
                train_only,
                late: 0.5,
                late_segments: 1,
            })
        }
        _ => return ModelConfig::example(),
    };
    match fields {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

fn section(fields: &Map<String, Value>, name: &str) -> Result<Option<Map<String, Value>>, FieldProblem> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::Object(section)) => Ok(Some(section.clone())),
        Some(other) => Err(outside(wrong(name, other, "a table of fields"))),
    }
}

fn read<T: serde::de::DeserializeOwned>(
    fields: &Map<String, Value>,
    name: &str,
    default: Option<T>,
) -> Result<T, FieldProblem> {
    match (section(fields, name)?, default) {
        (Some(section), _) => fields::read(section, &example(name))
            .map_err(|error| FieldProblem::Read { place: format!("[{name}] "), error }),
        (None, Some(default)) => Ok(default),
        (None, None) => Err(outside(FieldError::Missing(format!("[{name}]")))),
    }
}

fn outside(error: FieldError) -> FieldProblem {
    FieldProblem::Read { place: String::new(), error }
}

fn wrong(field: &str, value: &Value, expected: &str) -> FieldError {
    FieldError::Value { field: field.into(), value: fields::quoted(value), expected: expected.into() }
}

#[cfg(test)]
mod tests {
    use super::super::Recipe;
    use super::*;

    const TEXT: &str = r#"{"name":"a","puzzle":"sudoku-4x4","data":{"base_puzzles":10,"test_puzzles":5,"seed":1},
        "model":{"H_cycles":1,"L_cycles":1,"H_layers":1,"L_layers":1,"hidden_size":16,"num_heads":2},
        "training":{"batch":4,"steps":9,"seed":1,"evaluate_every":3,"evaluate_on":5}}"#;

    fn read(text: &str) -> Result<Recipe, String> {
        let fields: Map<String, Value> = serde_json::from_str(text).unwrap();
        Recipe::of_person(fields).map_err(|error| error.to_string())
    }

    fn refusal(from: &str, to: &str) -> String {
        assert!(TEXT.contains(from));
        let text = TEXT.replace(from, to);
        let error = read(&text).unwrap_err();
        // A saved run is read by the same rules.
        let of_serde = serde_json::from_str::<Recipe>(&text).unwrap_err().to_string();
        assert!(of_serde.contains(error.split("; expected none").next().unwrap()), "{of_serde} and {error}");
        error
    }

    #[test]
    fn unknown_fields_are_refused_with_the_nearest_known_one() {
        let model = |field: &str| refusal("\"num_heads\":2", &format!("\"num_heads\":2,{field}"));
        assert_eq!(model("\"halt_max_step\":8"), "[model] halt_max_step is unknown; did you mean halt_max_steps?");
        assert_eq!(model("\"expansions\":2.0"), "[model] expansions is unknown; did you mean expansion?");
        assert_eq!(model("\"Mlp_t\":false"), "[model] Mlp_t is unknown; did you mean mlp_t?");
        assert_eq!(model("\"batch\":8"), "[model] batch is unknown; it belongs into [training]");
        let listed = model("\"qqqq\":8");
        assert!(
            listed.starts_with("[model] qqqq is unknown; expected one of ") && listed.contains("num_heads"),
            "{listed}"
        );
        assert!(!listed.contains("seq_len"), "{listed}");
        assert_eq!(
            refusal("\"steps\":9", "\"steps\":9,\"warmup_step\":3"),
            "[training] warmup_step is unknown; did you mean warmup_steps of [optimizer]?"
        );
        assert_eq!(
            refusal("\"seed\":1}", "\"seed\":1,\"hardst\":1}"),
            "[data] hardst is unknown; did you mean hardest?"
        );
        assert_eq!(
            refusal("\"training\":", "\"optimiser\":{},\"training\":"),
            "optimiser is unknown; did you mean optimizer?"
        );
        assert_eq!(
            refusal("\"name\":\"a\"", "\"name\":\"a\",\"steps\":3"),
            "steps is unknown; it belongs into [training]"
        );
        assert_eq!(
            refusal("\"training\":", "\"optimizer\":{\"learning\":1},\"training\":").split(';').next(),
            Some("[optimizer] learning is unknown")
        );
    }

    #[test]
    fn what_the_puzzle_fixes_is_refused() {
        let with = |field: &str| TEXT.replace("\"num_heads\":2", &format!("\"num_heads\":2,{field}"));
        for field in ["\"seq_len\":25", "\"seq_len\":16", "\"vocab_size\":11", "\"vocab_size\":6"] {
            let error = read(&with(field)).unwrap_err();
            assert!(error.contains("expected none: it follows from the puzzle"), "{error}");
        }
        // A saved run has them, and only as its puzzle does.
        assert!(serde_json::from_str::<Recipe>(&with("\"seq_len\":16,\"vocab_size\":6")).is_ok());
        let error = serde_json::from_str::<Recipe>(&with("\"seq_len\":25")).unwrap_err().to_string();
        assert!(error.contains("[model] seq_len is 25") && error.contains("sudoku-4x4 has 16"), "{error}");
    }

    #[test]
    fn a_wrong_type_is_told_with_field_value_and_expectation() {
        let whole = "expected a whole number of at least 0";
        assert_eq!(refusal("\"batch\":4", "\"batch\":\"4\""), format!("[training] batch is \"4\"; {whole}"));
        assert_eq!(
            refusal("\"base_puzzles\":10", "\"base_puzzles\":-1"),
            format!("[data] base_puzzles is -1; {whole}")
        );
        assert_eq!(refusal("\"num_heads\":2", "\"num_heads\":[]"), format!("[model] num_heads is []; {whole}"));
        assert_eq!(refusal("\"name\":\"a\"", "\"name\":4"), "name is 4; expected text in quotes");
        assert!(
            refusal("sudoku-4x4", "sudoku-5x5").starts_with("puzzle is \"sudoku-5x5\"; expected one of sudoku-4x4, ")
        );
        assert_eq!(refusal("\"steps\":9,", ""), "[training] steps is missing");
        assert_eq!(refusal("\"name\":\"a\",", ""), "name is missing");
        assert_eq!(
            refusal("\"training\":", "\"optimizer\":3,\"training\":"),
            "optimizer is 3; expected a table of fields"
        );
        // Whole numbers may be written with a point.
        let pointed = TEXT.replace("\"batch\":4", "\"batch\":4.0").replace("\"num_heads\":2", "\"num_heads\":2.0");
        assert_eq!(read(&pointed), read(TEXT));
    }

    #[test]
    fn examples_have_every_field() {
        let recipe = serde_json::to_value(read(TEXT).unwrap()).unwrap();
        for section in SECTIONS {
            let known = known_in(section);
            let written = recipe[section].as_object().unwrap();
            assert!(written.keys().all(|name| known.contains(name)), "{section}: {known:?}");
        }
    }
}
