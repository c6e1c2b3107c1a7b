//! Why a run has fewer puzzles than its recipe asks for, and what helps.

use super::recipe::Recipe;
use crate::data::SplitCounts;

/// One sentence for each side that has fewer puzzles than the recipe asks for, and one for hard puzzles that are too easy;
/// `given` are the puzzles of the recipe's file, where it has one.
pub fn shortages(recipe: &Recipe, found: SplitCounts, given: Option<usize>) -> Vec<String> {
    let (kind, data) = (recipe.puzzle, &recipe.data);
    let sides = [
        ("base puzzles", "base_puzzles", data.base_puzzles, found.training, "that are trained on"),
        ("unseen puzzles", "test_puzzles", data.test_puzzles, found.test, "that are set aside for testing"),
    ];
    let sentence = |(what, field, asked, found, of): (&str, &str, usize, usize, &str)| {
        let why = match given {
            Some(given) => format!("of the {given} in the file no more are of symmetry classes {of}"),
            None if data.easiest > 0.0 || data.hardest < 1.0 => {
                format!("{kind} has no more of the symmetry classes {of} within this difficulty")
            }
            None => format!("{kind} has no more of the symmetry classes {of}"),
        };
        format!("{found} {what}, {field} asks for {asked}: {why}")
    };
    let mut sentences: Vec<String> =
        sides.into_iter().filter(|(.., asked, found, _)| found < asked).map(sentence).collect();
    if found.too_easy > 0 {
        let too_easy = found.too_easy;
        let guesses = match (data.hard_guesses, data.hard_guesses_to) {
            (least, most) if most > least => format!("{least} to {most}"),
            (least, _) => least.to_string(),
        };
        sentences.push(format!("{too_easy} of the hard puzzles take fewer guesses than hard_guesses asks for, {guesses}: none harder was found in the time that is given to one"));
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::generate_split;

    fn recipe(base: usize, test: usize) -> Recipe {
        let text = format!(
            r#"{{"name":"a","puzzle":"sudoku-4x4","data":{{"base_puzzles":{base},"test_puzzles":{test},"seed":1}},
            "model":{{"H_cycles":1,"L_cycles":1,"H_layers":1,"L_layers":1,"hidden_size":16,"num_heads":2}},
            "training":{{"batch":4,"steps":9,"seed":1,"evaluate_every":3,"evaluate_on":5}}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn what_is_missing_is_told_with_its_reason() {
        let few = recipe(2, 1);
        let split = generate_split(few.puzzle, &few.data.request(), |_, _| {});
        assert_eq!(shortages(&few, split.counts(), None), Vec::<String>::new());

        let many = recipe(2, 1000);
        let split = generate_split(many.puzzle, &many.data.request(), |_, _| {});
        let [said] = &shortages(&many, split.counts(), None)[..] else { panic!("one side is short") };
        let found = split.test.len();
        assert_eq!(
            *said,
            format!(
                "{found} unseen puzzles, test_puzzles asks for 1000: sudoku-4x4 has no more of the symmetry classes that are set \
                 aside for testing"
            )
        );

        let given = [split.test.clone(), split.training].concat();
        let dealt = many.deal(&split.test);
        let said = shortages(&many, dealt.counts(), Some(given.len()));
        assert!(said[0].starts_with("0 base puzzles, base_puzzles asks for 2: of the "), "{said:?}");
        assert_eq!(said.len(), 2);
    }
}
