use super::*;
use crate::puzzle::{
    Size,
    arc::{Extra, Grid, Pair},
};

/// A task as a person writes it.
const TASK: &str = r#"{
  "name": "Grow \"it\"", "train": [
    {"input": [[0, 1]], "output": [[0], [1]]},
    {"note": [1, {"a": null}], "input": [[2,3],[4,5]], "output": [[9]]} ],
  "test": [ {"input": [[7]]}, {"input": [[8]], "output": [[6]]} ],
  "uuid": 12}

"#;

fn grid(rows: &[&[u8]]) -> Grid {
    Grid::of_rows(rows).unwrap()
}

fn said(text: &str) -> String {
    read_all(&[("a/b.json", text)]).unwrap_err().to_string().strip_prefix("a/b.json: ").unwrap().to_owned()
}

/// What is said of a task with this in place of its first grid.
fn said_of(rows: &str) -> String {
    let said = said(&format!(r#"{{"train":[{{"input":{rows},"output":[[1]]}}],"test":[{{"input":[[1]]}}]}}"#));
    said.strip_prefix("train pair 1, input: ").unwrap().to_owned()
}

#[test]
fn a_task_is_read_with_all_its_fields() {
    let task = read("some/folder/Grow.JSON", TASK).unwrap();
    assert_eq!(task.id, "Grow");
    assert_eq!(task.title().as_deref(), Some("Grow \"it\""));
    let extra = |name: &str, json: &str| Extra { name: name.into(), json: json.into() };
    assert_eq!(task.extra, [extra("name", r#""Grow \"it\"""#), extra("uuid", "12")]);
    let noted = Pair {
        input: grid(&[&[2, 3], &[4, 5]]),
        output: Some(grid(&[&[9]])),
        extra: vec![extra("note", r#"[1, {"a": null}]"#)],
    };
    assert_eq!(task.train, [Pair::new(grid(&[&[0, 1]]), Some(grid(&[&[0], &[1]]))), noted]);
    assert_eq!(task.test, [Pair::new(grid(&[&[7]]), None), Pair::new(grid(&[&[8]]), Some(grid(&[&[6]])))]);
}

#[test]
fn an_unchanged_task_is_written_as_it_was_read() {
    let mut task = read("a.json", TASK).unwrap();
    assert_eq!(write(&task), TASK);
    task.id = "b".into();
    assert_eq!(write(&task), TASK, "the id is not in the text");
    let before = task.clone();
    task.test[0].output = Some(grid(&[&[5, 5]]));
    let expected = r#"{
 "train": [
  {"input": [
    [0,1]],
   "output": [
    [0],
    [1]]},
  {"input": [
    [2,3],
    [4,5]],
   "output": [
    [9]],
   "note": [1, {"a": null}]}],
 "test": [
  {"input": [
    [7]],
   "output": [
    [5,5]]},
  {"input": [
    [8]],
   "output": [
    [6]]}],
 "name": "Grow \"it\"",
 "uuid": 12}
"#;
    assert_eq!(write(&task), expected);
    assert_eq!(read("b.json", expected).unwrap(), task);
    task.test[0].output = None;
    assert_eq!(task, before);
    assert_eq!(write(&task), TASK, "changed back");
    task.extra.clear();
    assert!(!write(&task).contains("uuid"));
}

#[test]
fn many_tasks_in_one_text_are_read_under_their_ids() {
    let one = r#"{"train":[{"input":[[1]],"output":[[2]]}],"test":[{"input":[[3]],"output":null}]}"#;
    let text = format!("{{\"a\": {one} ,\n\"b ü\":{one}}}");
    let mut tasks = read_all(&[("all.json", &text)]).unwrap();
    assert_eq!(tasks.iter().map(|task| task.id.as_str()).collect::<Vec<_>>(), ["a", "b ü"]);
    assert_eq!(tasks[0].test[0].output, None);
    assert_eq!(write(&tasks[1]), one);
    tasks[1].id = "a".into();
    let written = write_all(&tasks);
    assert_eq!(written, format!("{{\n\"a\": {one},\n\"a (2)\": {one}\n}}\n"));
    assert_eq!(read("", &text).unwrap_err().to_string(), "found 2 tasks, expected one");
    // A task whose id is the name of a side.
    assert_eq!(read_all(&[("", &format!("{{\"train\": {one}}}"))]).unwrap()[0].id, "train");
}

#[test]
fn marks_around_a_text_are_left_out() {
    let one = r#"{"train":[{"input":[[1]],"output":[[2]]}],"test":[{"input":[[3]]}]}"#;
    let plain = read("", one).unwrap();
    for text in
        [format!("\u{feff}{one}"), format!("```json\n{one}\n```\n"), format!("> {one}\n"), format!("\n\n{one}\r\n")]
    {
        assert_eq!(read("", &text).unwrap(), plain, "{text}");
    }
}

const CHALLENGES: &str = r#"{"a": {"test": [{"input": [[1]]}, {"input": [[2]]}], "train": [{"input": [[0]], "output": [[1]]}]},
    "b": {"test": [{"input": [[5]]}], "train": [{"input": [[0]], "output": [[1]]}]}}"#;
const SOLUTIONS: &str = r#"{"a": [[[3]], [[4, 4]]], "b": [[[6]]]}"#;

#[test]
fn solutions_become_the_outputs_of_their_challenges() {
    for (challenges, solutions) in [
        ("arc-agi_training_challenges.json", "arc-agi_training_solutions.json"),
        ("x/arc-agi_training-challenges.json", "y/arc-agi_training-solutions.json"),
        ("arc-agi_training-challenges.json", "arc-agi_training_solutions.json"),
        ("one.json", "two.json"),
        ("", ""),
    ] {
        let files = [(solutions, SOLUTIONS), (challenges, CHALLENGES)];
        let tasks = read_all(&files).unwrap();
        let outputs = |task: &Task| task.test.iter().map(|pair| pair.output.clone().unwrap()).collect::<Vec<_>>();
        assert_eq!(outputs(&tasks[0]), [grid(&[&[3]]), grid(&[&[4, 4]])]);
        assert_eq!(outputs(&tasks[1]), [grid(&[&[6]])]);
        assert!(write(&tasks[1]).contains("\"output\": [\n    [6]]"), "the outputs are not in what was read");
    }
    assert!(read_all(&[("", CHALLENGES)]).unwrap().iter().all(|task| task.test[0].output.is_none()));
}

#[test]
fn solutions_go_to_the_challenges_of_their_name() {
    let other = CHALLENGES.replace("[[5]]", "[[7]]");
    let files = [("e_challenges.json", &*other), ("t-challenges.json", CHALLENGES), ("t_solutions.json", SOLUTIONS)];
    let tasks = read_all(&files).unwrap();
    let known: Vec<bool> = tasks.iter().map(|task| task.test[0].output.is_some()).collect();
    assert_eq!(known, [false, false, true, true]);
}

#[test]
fn solutions_that_do_not_fit_are_told() {
    let said = |challenges: &str, solutions: &str| {
        read_all(&[("c.json", challenges), ("s.json", solutions)]).unwrap_err().to_string()
    };
    assert_eq!(said(CHALLENGES, r#"{"c": [[[1]]]}"#), "s.json: task c: there is no challenge for this solution");
    let expected = "s.json: task a: found 1 solution, expected 2: one for each test";
    assert_eq!(said(CHALLENGES, r#"{"a": [[[1]]]}"#), expected);
    let expected = "s.json: task a, solution 2: row 1, cell 1: found 10, expected a whole number from 0 to 9";
    assert_eq!(said(CHALLENGES, r#"{"a": [[[1]], [[10]]]}"#), expected);
    let solved = CHALLENGES.replace("[[5]]", "[[5]], \"output\": [[1]]");
    let expected = "s.json: task b, solution 1: the solution is not the output that the test already has";
    assert_eq!(said(&solved, SOLUTIONS), expected);
    let alone = read_all(&[("d/arc-agi_evaluation-solutions.json", SOLUTIONS)]).unwrap_err();
    assert!(alone.to_string().ends_with("expected a file such as d/arc-agi_evaluation-challenges.json with it"));
    // What is uploaded as an answer.
    let expected =
        "task a, solution 1: found an object, expected a grid: a list of rows, each a list of colours from 0 to 9";
    assert_eq!(self::said(r#"{"a": [{"attempt_1": [[1]]}]}"#), expected);
}

#[test]
fn grids_that_are_none_are_told_with_row_and_cell() {
    for (rows, expected) in [
        ("[]", "found an empty grid, expected 1x1 to 30x30 cells"),
        ("[[]]", "found an empty grid, expected 1x1 to 30x30 cells"),
        ("[[1,2],[]]", "row 2: found 0 cells, expected 2 as in row 1"),
        ("[[1,2],[1,2],[1]]", "row 3: found 1 cell, expected 2 as in row 1"),
        ("[[1,2],[1,10]]", "row 2, cell 2: found 10, expected a whole number from 0 to 9"),
        ("[[-1]]", "row 1, cell 1: found -1, expected a whole number from 0 to 9"),
        ("[[1.5]]", "row 1, cell 1: found 1.5, expected a whole number from 0 to 9"),
        ("[[1e0]]", "row 1, cell 1: found 1e0, expected a whole number from 0 to 9"),
        ("[[0, \"3\"]]", "row 1, cell 2: found \"3\", expected a whole number from 0 to 9"),
        ("[[null]]", "row 1, cell 1: found null, expected a whole number from 0 to 9"),
        ("[[[1]]]", "row 1, cell 1: found a list, expected a whole number from 0 to 9"),
        ("[1,2]", "row 1: found 1, expected a list of colours from 0 to 9"),
        ("[[1],{}]", "row 2: found an object, expected a list of colours from 0 to 9"),
        ("\"12/34\"", "found \"12/34\", expected a grid: a list of rows, each a list of colours from 0 to 9"),
    ] {
        assert_eq!(said_of(rows), expected, "{rows}");
    }
    let row = |cells: usize| format!("[{}]", vec!["0"; cells].join(","));
    assert_eq!(said_of(&format!("[{}]", row(93))), "row 1: found 93 cells, expected at most 30");
    assert_eq!(said_of(&format!("[{}]", vec![row(2); 31].join(","))), "found 31 rows, expected at most 30");
    let full = format!("[{}]", vec![row(30); 30].join(","));
    let text = format!(r#"{{"train":[{{"input":{full},"output":{full}}}],"test":[{{"input":[[1]]}}]}}"#);
    assert_eq!(read("", &text).unwrap().largest(), Size::square(30));
}

#[test]
fn tasks_that_are_none_are_told() {
    let pair = r#"{"input":[[1]],"output":[[1]]}"#;
    let task = format!(r#"{{"train":[{pair}],"test":[{pair}]}}"#);
    let a_task = r#"expected a task {"train": [pairs], "test": [pairs]}"#;
    let several = r#", or several as {"id": task, …}"#;
    for (text, expected) in [
        ("", format!("found nothing, {a_task}")),
        (" \n\t", format!("found nothing, {a_task}")),
        ("[1,2]", format!("found a list, {a_task}{several}")),
        ("[ ]", format!("found an empty list, {a_task}{several}")),
        ("12", format!("found 12, {a_task}{several}")),
        ("\"task\"", format!("found \"task\", {a_task}{several}")),
        ("{}", format!("found an empty object, {a_task}{several}")),
        (
            r#"{"model":1,"a":[],"b":{},"c":1,"d":2}"#,
            format!(r#"found an object with "model", "a", "b", "c", …, {a_task}{several}"#),
        ),
        (r#"{"train":[],"test":[]}"#, "train: found no pairs, expected at least one".into()),
        (&format!(r#"{{"train":[{pair}],"test":[]}}"#), "test: found no pairs, expected at least one".into()),
        (&format!(r#"{{"train":[{pair}]}}"#), format!("there is no \"test\", {a_task}")),
        (&format!(r#"{{"test":[{pair}]}}"#), format!("there is no \"train\", {a_task}")),
        (
            &format!(r#"{{"train":[{pair}],"test":[{pair},{{"output":[[1]]}}]}}"#),
            r#"test pair 2: there is no "input", expected {"input": grid, "output": grid}"#.into(),
        ),
        (
            &format!(r#"{{"train":[{pair},[[1]]],"test":[{pair}]}}"#),
            r#"train pair 2: found a list, expected a pair {"input": grid, "output": grid}"#.into(),
        ),
        (
            &format!(r#"{{"train":7,"test":[{pair}]}}"#),
            r#"train: found 7, expected a list of pairs {"input": grid, "output": grid}"#.into(),
        ),
        (&format!("{task}\n{task}"), format!("found 2 values one behind the other, expected one task{several}")),
        (
            &task[..task.len() - 1],
            format!("line 1, column {}: EOF while parsing an object; expected JSON: {}", task.len() - 1, &a_task[9..]),
        ),
        (
            r#"{"train":[],"train":[],"test":[]}"#,
            format!("line 1, column 19: it has two entries named \"train\"; expected JSON: {}", &a_task[9..]),
        ),
        (
            &format!(r#"{{"a":{task},"b":{{"train":[{pair}],"test":[{{"input":[[1],[2,3]]}}]}}}}"#),
            "task b, test pair 1, input: row 2: found 2 cells, expected 1 as in row 1".into(),
        ),
    ] {
        assert_eq!(said(text), expected, "{text}");
    }
    let many = |count: usize| format!(r#"{{"train":[{}],"test":[{pair}]}}"#, vec![pair; count].join(","));
    assert_eq!(read("", &many(100)).unwrap().train.len(), 100);
    assert_eq!(said(&many(10_000)), "train: found 10000 pairs, expected at most 100");
    let tasks: Vec<String> = (0..10_001).map(|id| format!("\"{id}\":{task}")).collect();
    assert_eq!(said(&format!("{{{}}}", tasks.join(","))), "found 10001 tasks, expected at most 10000");
}

#[test]
fn messages_stay_short_whatever_a_file_holds() {
    let long = "x".repeat(1 << 20);
    let pair = r#"{"input":[[1]],"output":[[1]]}"#;
    for text in [
        long.clone(),
        format!("\"{long}\""),
        format!("{{\"{long}\":1}}"),
        format!("{{\"{long}\":1,\"{long}\":1}}"),
        format!("{{\"{long}\n\":1}}"),
        format!("{{\"{}\":{{}}}}", "\\u0007".repeat(1 << 18)),
        format!("{{\"train\":[{{\"input\":[[\"{long}\"]]}}]}}"),
        format!("{{\"train\":[{{\"input\":[[{}]]}}]}}", "1".repeat(1 << 20)),
        format!("{{\"train\":[{pair}],\"test\":[{}]}}", "[".repeat(1 << 20)),
        format!("{{\"train\":[{{\"input\":[[{}0]]}}]}}", "0,".repeat(1 << 19)),
        "[".repeat(1 << 20),
    ] {
        let error = read_all(&[("a.json", &text)]).unwrap_err().to_string();
        assert!(error.len() < 400 && !error.contains('\n'), "{} characters: {error:.400}", error.len());
        assert!(error.starts_with("a.json: ") && error.contains("expected"), "{error}");
    }
    let name = format!("{}\n.json", "n".repeat(100_000));
    let error = read_all(&[(&name, "")]).unwrap_err().to_string();
    assert!(error.len() < 200 && !error.contains('\n'), "{error:.300}");
}
