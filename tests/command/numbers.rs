//! Numbers that cannot be: refused where they are read, before anything is made.

use super::Folder;

#[test]
fn a_number_out_of_range_is_one_sentence_and_status_2() {
    let folder = Folder::new("numbers");
    let before = folder.names();
    let minutes = "expected a number from 0 to 525600";
    let whole = |most: &str| format!("expected a whole number from 1 to {most}");
    let cases: Vec<(Vec<&str>, String)> =
        ["--minutes=-1", "--minutes=nan", "--minutes=inf", "--minutes=1e300", "--minutes=NaN"]
            .into_iter()
            .map(|minutes_of| (vec!["train", "small.toml", minutes_of], minutes.to_owned()))
            .chain([
                (vec!["train", "small.toml", "--minutes", "-1"], minutes.to_owned()),
                (vec!["train", "small.toml", "--threads", "99999999"], whole("1024")),
                (vec!["train", "small.toml", "--threads", "0"], whole("1024")),
                (vec!["train", "small.toml", "--save-every", "0"], whole("31536000")),
                (vec!["train", "small.toml", "--save-every", "99999999999999999999"], whole("31536000")),
                (vec!["eval", "--model", "sudoku-4x4", "--data", "p.csv", "--batch", "0"], whole("65536")),
                (vec!["eval", "--model", "sudoku-4x4", "--data", "p.csv", "--segments", "0"], whole("10000")),
                (vec!["run", "--model", "sudoku-4x4", "--puzzle", "1...", "--segments", "0"], whole("10000")),
                (
                    vec!["run", "--model", "sudoku-4x4", "--puzzle", "1...", "--segments", "999999999999"],
                    whole("10000"),
                ),
                (vec!["puzzles", "maze-5", "--count", "-5"], whole("10000000")),
                (vec!["puzzles", "maze-5", "--count", "0"], whole("10000000")),
                (vec!["bench", "--only", "learn", "--seeds", "1,x"], "expected a whole number from 0 to".to_owned()),
            ])
            .collect();
    for (arguments, expected) in cases {
        let said = folder.hrm(&arguments);
        assert_eq!((said.status, said.out.as_str()), (Some(2), ""), "{arguments:?}: {said:?}");
        let sentence = said.err.lines().next().unwrap_or_default();
        assert!(sentence.contains("invalid value") && sentence.contains(&expected), "{arguments:?}: {said:?}");
    }
    assert_eq!(folder.names(), before, "nothing was made");
}

#[test]
fn a_recipes_numbers_are_checked_before_anything_is_made() {
    let folder = Folder::new("recipe-numbers");
    let before = folder.names();
    for (set, expected) in [
        ("training.batch=0", "[training] batch is 0, expected at least 1"),
        ("training.batch=1000000000", "[training] batch is 1000000000, expected at most 65536"),
        ("training.steps=999999999999", "[training] steps is 999999999999, expected at most 100000000"),
        ("data.test_puzzles=100000000", "[data] test_puzzles is 100000000, expected at most 10000000"),
        ("model.halt_max_steps=0", "halt_max_steps is 0"),
        ("model.halt_max_steps=1000000", "halt_max_steps is 1000000"),
        ("optimizer.lr=nan", "[optimizer] lr is NaN"),
        ("optimizer.ema=inf", "[optimizer] ema is inf"),
        ("data.hardest=1e300", "hardest"),
    ] {
        let said = folder.refusal(&["train", "small.toml", "--set", set]);
        assert!(said.contains(expected), "{set}: {said}");
    }
    assert_eq!(folder.names(), before, "nothing was made");
}
