//! How large the numbers of a recipe may be: what is beyond them is a slip of the finger, and would fill the memory or
//! never end.

use super::{Recipe, RecipeError};

/// B.
pub const MOST_BATCH: u64 = 65_536;
/// Steps of a run.
pub const MOST_STEPS: u64 = 100_000_000;
/// Puzzles of either side; there are 3.8 million in Sudoku-Extreme.
pub const MOST_PUZZLES: u64 = 10_000_000;
/// Guesses of a hard puzzle.
pub const MOST_GUESSES: u64 = 200;
/// Segments without a gradient before a step.
pub const MOST_LATE: u64 = 1_024;
/// Shards; each has the weights for itself.
pub const MOST_SHARDS: u64 = 256;

/// Whether a recipe's numbers are within their limits.
pub(super) fn check(recipe: &Recipe) -> Result<(), RecipeError> {
    let (data, training) = (&recipe.data, &recipe.training);
    for (field, value, most) in [
        ("[training] batch", training.batch as u64, MOST_BATCH),
        ("[training] steps", training.steps, MOST_STEPS),
        ("[training] evaluate_on", training.evaluate_on as u64, MOST_PUZZLES),
        ("[training] shards", training.shards as u64, MOST_SHARDS),
        ("[training] late_segments", training.late_segments.into(), MOST_LATE),
        ("[data] base_puzzles", data.base_puzzles as u64, MOST_PUZZLES),
        ("[data] test_puzzles", data.test_puzzles as u64, MOST_PUZZLES),
        ("[data] hard_guesses", data.hard_guesses.into(), MOST_GUESSES),
        ("[data] hard_guesses_to", data.hard_guesses_to.into(), MOST_GUESSES),
    ] {
        if value > most {
            return Err(RecipeError::TooLarge { field, value, most });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"name":"a","puzzle":"sudoku-4x4","data":{"base_puzzles":10,"test_puzzles":5,"seed":1},
        "model":{"H_cycles":1,"L_cycles":1,"H_layers":1,"L_layers":1,"hidden_size":16,"num_heads":2},
        "training":{"batch":4,"steps":9,"seed":1,"evaluate_every":3,"evaluate_on":6,"shards":2}}"#;

    #[test]
    fn a_number_that_is_too_large_is_named_with_the_most() {
        for (from, field, most) in [
            ("\"batch\":4", "[training] batch", MOST_BATCH),
            ("\"steps\":9", "[training] steps", MOST_STEPS),
            ("\"evaluate_on\":6", "[training] evaluate_on", MOST_PUZZLES),
            ("\"base_puzzles\":10", "[data] base_puzzles", MOST_PUZZLES),
            ("\"test_puzzles\":5", "[data] test_puzzles", MOST_PUZZLES),
        ] {
            let with = |value: u64| {
                let name = from.split_once(':').unwrap().0;
                serde_json::from_str::<Recipe>(&TEXT.replace(from, &format!("{name}:{value}")))
            };
            with(most).unwrap();
            let said = with(most + 2).unwrap_err().to_string();
            assert!(said.contains(&format!("{field} is {}, expected at most {most}", most + 2)), "{said}");
        }
        let shards = TEXT.replace("\"batch\":4", "\"batch\":1024").replace("\"shards\":2", "\"shards\":512");
        let said = serde_json::from_str::<Recipe>(&shards).unwrap_err().to_string();
        assert!(said.contains("[training] shards is 512, expected at most 256"), "{said}");
    }
}
