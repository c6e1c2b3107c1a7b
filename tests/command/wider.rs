//! `--views` of `hrm run` and `hrm eval`: many views of a puzzle, branches, and what cannot be.

use serde_json::Value;

use super::Folder;

/// A Sudoku of 4x4 with one solution.
const PUZZLE: &str = "1... ..3. .4.. ...2";
/// No two digits repeat, and the last cell of the first row has no digit.
const NO_SOLUTION: &str = "123. ...4 .... ....";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn run<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["run", "--model", "sudoku-4x4"], more].concat()
}

#[test]
fn a_puzzle_is_solved_by_some_view_and_every_view_is_told() {
    let folder = Folder::new("wider-run");
    let said =
        folder.hrm(&run(&["--puzzle", PUZZLE, "--views", "5", "--segments", "6", "--until", "budget", "--json"]));
    let said = json(&said.done());
    assert_eq!((&said["valid"], &said["segments"]), (&Value::from(true), &Value::from(30)));
    let views = said["views"].as_array().unwrap();
    assert_eq!(views.iter().map(|view| view["view"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    assert!(views.iter().any(|view| view["answer"] == said["answer"]));
    assert_eq!(said["answer"].as_str().unwrap().len(), 16);

    let text = folder.hrm(&run(&["--puzzle", PUZZLE, "--views", "5"])).done();
    assert!(text.contains("view   0") && text.trim_end().ends_with("\nvalid"), "{text}");
    let text = folder.hrm(&run(&["--puzzle", PUZZLE, "--views", "5", "--branch"])).done();
    assert!(text.contains("branch   0") && text.trim_end().ends_with("\nvalid"), "{text}");
}

#[test]
fn the_same_seed_says_the_same() {
    let folder = Folder::new("wider-seed");
    let said = |seed: &str| {
        let said = folder.hrm(&run(&[
            "--puzzle",
            NO_SOLUTION,
            "--views",
            "6",
            "--segments",
            "4",
            "--noise",
            "1",
            "--start",
            "random",
            "--seed",
            seed,
            "--json",
        ]));
        let mut said = json(&said.done());
        said.as_object_mut().unwrap().remove("seconds");
        said
    };
    assert_eq!(said("3"), said("3"));
    assert_ne!(said("3"), said("4"));
}

#[test]
fn without_a_solution_it_ends_at_its_budget_and_says_what_it_found() {
    let folder = Folder::new("wider-none");
    for branch in [false, true] {
        let mut arguments = run(&["--puzzle", NO_SOLUTION, "--views", "4", "--segments", "6"]);
        if branch {
            arguments.push("--branch");
        }
        let text = folder.hrm(&arguments).done();
        assert!(text.contains("4 ") && text.contains("24 segments") && text.contains("\nnot valid: "), "{text}");
    }
}

#[test]
fn of_several_solutions_one_is_found_and_that_is_said() {
    let folder = Folder::new("wider-several");
    // The digits 1 and 2 can change places.
    let said = folder.hrm(&run(&["--puzzle", "..34 34.. ..43 43..", "--views", "16", "--noise", "1"]));
    assert_eq!(said.status, Some(0), "{said:?}");
    assert_eq!(
        said.out.contains("\nvalid"),
        said.err.contains("several right answers; this is one of them"),
        "{said:?}"
    );
    assert!(said.out.contains("\nvalid") || said.out.contains("\nnot valid: "), "{said:?}");
}

#[test]
fn eval_gives_means_over_the_puzzles_with_and_without_views() {
    let folder = Folder::new("wider-eval");
    folder.hrm(&["puzzles", "sudoku-4x4", "--count", "7", "--out", "p.csv"]).done();
    let eval = |more: &[&str]| {
        let said = folder.hrm(&[&["eval", "--model", "sudoku-4x4", "--data", "p.csv", "--json"], more].concat());
        json(&said.done())
    };
    let plain = eval(&[]);
    let wide = eval(&["--views", "6", "--segments", "8", "--table"]);
    for said in [&plain, &wide] {
        let of = |name: &str| said[name].as_f64().unwrap_or_else(|| panic!("{name}: {said}"));
        assert_eq!(of("count"), 7.0);
        assert!((0.0..=1.0).contains(&of("valid_accuracy")) && of("valid_accuracy") >= of("exact_accuracy"));
        assert!(of("mean_views") >= 1.0 && of("mean_segments") >= 1.0 && of("distinct_answers") >= 1.0);
        assert!(of("mean_seconds") > 0.0);
    }
    assert!(wide["valid_accuracy"].as_f64() >= plain["valid_accuracy"].as_f64());
    assert_eq!(wide["table"]["views"], json("[1, 4, 6]"));
    assert_eq!(wide["table"]["segments"], json("[8]"));
    let last = wide["table"]["right"]["rules"][2][0].as_f64().unwrap();
    assert!((last / 7.0 - wide["valid_accuracy"].as_f64().unwrap()).abs() < 1e-9);

    let identical = eval(&["--views", "4", "--segments", "4", "--forms", "identical", "--until", "budget"]);
    assert_eq!((identical["distinct_answers"].as_f64(), identical["mean_segments"].as_f64()), (Some(1.0), Some(16.0)));
    assert_eq!(eval(&["--views", "3", "--count", "2"])["count"], Value::from(2));
    let untrained = eval(&["--views", "4", "--segments", "4", "--untrained", "--branch"]);
    assert_eq!(untrained["valid_accuracy"].as_f64(), Some(0.0));
    let votes = eval(&["--views", "4", "--segments", "8", "--until", "budget", "--choose", "vote", "--table"]);
    let ways: Vec<&String> = votes["table"]["right"].as_object().unwrap().keys().collect();
    assert_eq!(ways, ["rules", "q", "residual", "vote"]);
}

#[test]
fn several_right_answers_are_named_beside_the_accuracies() {
    let folder = Folder::new("wider-names");
    folder.write("p.csv", "source,question,answer,rating\nx,1.....3..4.....2,1324423124133142,0\n");
    let said = folder.hrm(&["eval", "--model", "sudoku-4x4", "--data", "p.csv", "--views", "2"]);
    assert!(!said.err.contains("several"), "{said:?}");
    said.done();
    folder.write("p.csv", "source,question,answer,rating\nx,..3434....4343..,1234341221434321,0\n");
    for views in [&["--views", "2"][..], &[]] {
        let said = folder.hrm(&[&["eval", "--model", "sudoku-4x4", "--data", "p.csv"], views].concat());
        assert!(said.err.contains("1 of 1 questions has several right answers"), "{said:?}");
        said.done();
    }
    // A board that begins with a sign for a blank is no option.
    let said = folder.hrm(&["run", "--model", "sudoku-4x4", "--puzzle", "-342----3--4----"]);
    assert!(!said.err.contains("unexpected argument"), "{said:?}");
}

/// A plain run ends early where that is asked for: when the model holds itself done, or when four answers are the same.
#[test]
fn a_plain_run_ends_when_it_is_sure_or_stands_still() {
    let folder = Folder::new("until");
    let answers = |until: &str| -> Vec<String> {
        let all = ["--puzzle", PUZZLE, "--segments", "12", "--until", until, "--json"];
        let json: serde_json::Value = serde_json::from_str(&folder.hrm(&run(&all)).done()).unwrap();
        json["segments"].as_array().unwrap().iter().map(|segment| segment["answer"].to_string()).collect()
    };
    let (all, sure, still) = (answers("budget"), answers("halt"), answers("still"));
    assert_eq!(all.len(), 12);
    assert!(sure.len() < still.len() && still.len() < 12, "{} and {} segments", sure.len(), still.len());
    assert_eq!((&all[..sure.len()], &all[..still.len()]), (&sure[..], &still[..]));
    assert!(still[still.len() - 4..].windows(2).all(|pair| pair[0] == pair[1]));
    // Where it would have come to rest a segment earlier, it would have ended there.
    assert!(still.len() == 4 || still[still.len() - 5] != still[still.len() - 4]);
    let said = folder.hrm(&run(&["--puzzle", PUZZLE, "--views", "2", "--until", "still"]));
    assert_eq!((said.status, said.out.as_str()), (Some(2), ""), "{said:?}");
    assert!(said.err.contains("--until still: does not stop a search"), "{said:?}");
}

#[test]
fn what_cannot_be_is_refused_in_one_sentence() {
    let folder = Folder::new("wider-refused");
    for (option, value, expected) in [
        ("--views", "0", "expected a whole number from 1 to 65536"),
        ("--views", "-3", "expected a whole number from 1 to 65536"),
        ("--views", "99999999", "expected a whole number from 1 to 65536"),
        ("--noise", "nan", "expected a number from 0 to 10"),
        ("--noise", "-1", "expected a number from 0 to 10"),
        ("--noise", "inf", "expected a number from 0 to 10"),
        ("--until", "never", "[possible values: rules, halt, still, budget]"),
        ("--choose", "best", "[possible values: rules, q, residual, vote]"),
        ("--seed", "x", "expected a whole number from 0 to"),
    ] {
        let mut arguments = run(&["--puzzle", PUZZLE, option, value]);
        if option != "--views" {
            arguments.extend(["--views", "2"]);
        }
        let said = folder.hrm(&arguments);
        assert_eq!((said.status, said.out.as_str()), (Some(2), ""), "{option} {value}: {said:?}");
        assert!(said.err.contains("invalid value") && said.err.contains(expected), "{option} {value}: {said:?}");
    }
    // What is about views needs them, and what is about the plain run excludes them.
    for more in [&["--noise", "1"][..], &["--branch"], &["--until", "rules"], &["--views", "2", "--recording", "x"]] {
        let said = folder.hrm(&[&run(&["--puzzle", PUZZLE])[..], more].concat());
        assert_eq!((said.status, said.out.as_str()), (Some(2), ""), "{more:?}: {said:?}");
        assert!(said.err.contains("--views"), "{more:?}: {said:?}");
    }
    let maze = format!("{}S  G{}", "#".repeat(10), "#".repeat(67));
    let said = folder.refusal(&["run", "--model", "maze-9", "--puzzle", &maze, "--views", "2", "--branch"]);
    assert_eq!(said, "--branch: branching places digits: expected a Sudoku, not maze-9");
    folder.hrm(&["puzzles", "sudoku-4x4", "--count", "2", "--out", "p.csv"]).done();
    let eval = ["eval", "--model", "sudoku-4x4", "--data", "p.csv", "--views", "2", "--table"];
    let said = folder.refusal(&[&eval[..], &["--choose", "q"]].concat());
    assert!(said.starts_with("--table: expected --until rules --choose rules"), "{said}");
    let said = folder.refusal(&run(&["--puzzle", "11.. .... .... ....", "--views", "2"]));
    assert!(said.starts_with("--puzzle: 1 stands twice in row 1"), "{said}");
}
