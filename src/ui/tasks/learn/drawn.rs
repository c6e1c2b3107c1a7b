//! Pictures of what is learnt and answered, as HTML: small grids with their figures, and curves.

use std::fmt::Write;

use hrm_core::puzzle::arc::{Grid, Palette, Task};
use hrm_link::learning::{Form, Point, Test};

use crate::ui::{
    drawing::scale::{Axis, Linear, Log, short},
    format::words::{counted, percent},
    tasks::words,
};

/// Points of a curve that are drawn at most.
const DRAWN: usize = 240;
/// The place of a chart's axes, in pixels.
const LEFT: f64 = 46.0;
const TOP: f64 = 8.0;
const RIGHT: f64 = 8.0;
const BOTTOM: f64 = 22.0;

/// A grid out of rows of digits with slashes between them.
pub fn grid_of(text: &str) -> Option<Grid> {
    let row = |row: &str| row.bytes().map(|digit| digit.wrapping_sub(b'0')).collect::<Vec<u8>>();
    Grid::of_rows(&text.split('/').map(row).collect::<Vec<_>>()).ok()
}

/// A small picture of a grid, with its cells in words.
pub fn small(grid: &Grid, palette: Palette, name: &str) -> String {
    let (rows, columns) = (grid.rows(), grid.columns());
    let said: Vec<_> = grid.lines().enumerate().map(|(at, row)| words::row(at, row)).collect();
    // A cell is never larger than in a thumbnail of a small grid.
    let width = (132.0 * columns as f64 / rows.max(columns) as f64).min(22.0 * columns as f64);
    let mut svg = format!(
        "<svg class=learn-grid role=img aria-label=\"{name}: {}\" viewBox=\"0 0 {columns} {rows}\" \
         style=\"width:{width:.0}px;aspect-ratio:{columns}/{rows}\">",
        said.join("; ")
    );
    for colour in (0..10).filter(|colour| grid.colours() >> colour & 1 == 1) {
        let mut path = String::new();
        for (row, line) in grid.lines().enumerate() {
            for (column, _) in line.iter().enumerate().filter(|(_, cell)| **cell == colour) {
                let _ = write!(path, "M{column} {row}h1v1h-1z");
            }
        }
        let _ = write!(svg, "<path d=\"{path}\" fill=\"{}\"/>", palette.hex(colour));
    }
    svg + "</svg>"
}

/// A picture under its name, with words below: a part of the page.
fn card(title: &str, text: Option<&str>, palette: Palette, below: &str) -> String {
    let picture = match text.and_then(grid_of) {
        Some(grid) => small(&grid, palette, title),
        None => "<span class=task-none>no grid</span>".into(),
    };
    format!("<figure class=learn-card><figcaption>{title}</figcaption>{picture}<span>{below}</span></figure>")
}

/// How often an answer was given, and how sure the model was of it.
fn figures(count: u32, total: u32, q: f64) -> String {
    format!("{count} of {total}, q {q:.3}")
}

/// Whether a test is answered, in words, and as a state; `None` where its output is not known or nothing was answered.
pub fn verdict(task: &Task, number: usize, test: &Test) -> Option<(&'static str, bool)> {
    let expected = task.test.get(number)?.output.as_ref()?;
    let attempt = |at: usize| test.candidates.get(at).and_then(|found| grid_of(&found.grid));
    test.candidates.first()?;
    Some(match [0, 1].map(|at| attempt(at).as_ref() == Some(expected)) {
        [true, _] => ("Attempt 1 is right.", true),
        [_, true] => ("Attempt 2 is right.", true),
        _ => ("Neither attempt is right.", false),
    })
}

/// What was answered to the tests: two attempts, the answer without a vote, and the other candidates. `usable`: with buttons that
/// take a candidate over, of which `data-test` and `data-at` tell which.
pub fn answers(task: &Task, tests: &[Test], palette: Palette, usable: bool) -> String {
    let mut html = String::new();
    for (number, test) in tests.iter().enumerate() {
        let title = number + 1;
        let _ = write!(html, "<section class=learn-test aria-label=\"Answers to test {title}\"><h3>Test {title}</h3>");
        let (said, state) = match verdict(task, number, test) {
            Some((said, right)) => (said, if right { "right" } else { "wrong" }),
            None if test.candidates.is_empty() && test.total > 0 => ("No answer has a grid in it.", "wrong"),
            None => ("The task has no solution of this test: nothing can be compared.", ""),
        };
        let _ = write!(
            html,
            "<p class=task-verdict data-testid=learn-verdict-{number} data-state=\"{state}\">{said}</p><div class=learn-cards>"
        );
        for (at, found) in test.candidates.iter().enumerate() {
            let name =
                if at < 2 { format!("Attempt {title}", title = at + 1) } else { format!("Candidate {}", at + 1) };
            let mut below = figures(found.count, test.total, found.q);
            if usable {
                let _ = write!(
                    below,
                    "<button type=button class=quiet data-test={number} data-at={at} aria-label=\"Take {name} of test {title} as your answer\">Take it</button>"
                );
            }
            html += &card(&name, Some(&found.grid), palette, &below);
            // Beside the attempts, apart from the vote.
            if at == 1.min(test.candidates.len() - 1) {
                html += &raw(test, palette);
            }
        }
        if test.candidates.is_empty() {
            html += &raw(test, palette);
        }
        html += "</div>";
        if test.more > 0 {
            let _ =
                write!(html, "<p class=task-none>{} more.</p>", counted(test.more as usize, "candidate", "candidates"));
        }
        html += "</section>";
    }
    html
}

fn raw(test: &Test, palette: Palette) -> String {
    let rank = test.candidates.iter().position(|found| Some(&found.grid) == test.raw.as_ref());
    let below = match rank {
        Some(at @ 0..2) => format!("the same as attempt {}", at + 1),
        Some(at) => format!("candidate {} of the vote", at + 1),
        None => "not a candidate of the vote".into(),
    };
    let card = card("Without a vote", test.raw.as_deref(), palette, &below);
    card.replacen("learn-card", "\"learn-card learn-raw\"", 1)
}

/// The answer without a vote as it stands after a segment (from 0), for each test.
pub fn forms(tests: &[Test], segment: usize, palette: Palette) -> String {
    let form = |(number, test): (usize, &Test)| {
        let Form { grid, q } = test.forms.get(segment)?;
        let title = format!("Test {}, segment {}", number + 1, segment + 1);
        Some(card(&title, grid.as_deref(), palette, &format!("q {q:.3}")))
    };
    tests.iter().enumerate().filter_map(form).collect()
}

/// The loss over the steps, and shares of what is right.
pub fn curves(points: &[Point], width: f64) -> String {
    let Some(last) = points.last() else { return String::new() };
    // On a wide screen they stand side by side.
    let width = if width > 680.0 { (width - 16.0) / 2.0 } else { width };
    let loss = |point: &Point| Some(point.loss);
    let span = format!("over {} steps", last.step);
    let first = points.first().map_or(0.0, |point| point.loss);
    let label = format!("Loss: from {} to {} {span}", short(first), short(last.loss));
    let log = Axis::Log(Log::covering(points.iter().map(|point| point.loss)));
    let cells = points.iter().rev().find_map(|point| point.cells);
    let exact = points.iter().rev().find_map(|point| point.exact);
    let shares = format!(
        "Of the rows that were finished: {} of the tokens and {} of the grids are right, {span}",
        cells.map_or("none".into(), percent),
        exact.map_or("none".into(), percent)
    );
    let whole = Axis::Linear(Linear::covering([1.0].into_iter(), 4));
    chart(points, "Loss", &label, log, &[("loss", &loss)], width)
        + &chart(
            points,
            "Right: <span class=learn-key-cells>tokens</span>, <span class=learn-key-exact>whole grids</span>",
            &shares,
            whole,
            &[("cells", &|point: &Point| point.cells), ("exact", &|point: &Point| point.exact)],
            width,
        )
}

/// What a line shows of a point.
type Of<'a> = &'a dyn Fn(&Point) -> Option<f64>;

fn chart(points: &[Point], title: &str, label: &str, axis: Axis, lines: &[(&str, Of)], width: f64) -> String {
    const HEIGHT: f64 = 160.0;
    let last = points.last().map_or(1.0, |point| point.step).max(1.0);
    let x = |step: f64| LEFT + step / last * (width - LEFT - RIGHT);
    let y = |share: f64| TOP + (1.0 - share) * (HEIGHT - TOP - BOTTOM);
    let mut svg = format!(
        "<figure class=learn-chart><figcaption>{title}</figcaption><svg role=img aria-label=\"{label}\" width=\"{width:.0}\" height=\"{HEIGHT}\">"
    );
    for tick in axis.ticks() {
        let at = y(axis.place(tick));
        let _ = write!(
            svg,
            "<line class=grid x1={LEFT} x2={:.0} y1={at:.1} y2={at:.1} /><text class=tick-label x={:.0} y={:.1} text-anchor=end>{}</text>",
            width - RIGHT,
            LEFT - 6.0,
            at + 4.0,
            axis.label(tick)
        );
    }
    for (step, anchor) in [(0.0, "start"), (last, "end")] {
        let words = if step == 0.0 { "0".into() } else { format!("{step} steps") };
        let _ = write!(
            svg,
            "<text class=tick-label x={:.0} y={:.0} text-anchor={anchor}>{words}</text>",
            x(step),
            HEIGHT - 6.0
        );
    }
    let every = points.len().div_ceil(DRAWN).max(1);
    for (class, of) in lines {
        let drawn: Vec<String> = points
            .chunks(every)
            .filter_map(|part| {
                let values: Vec<f64> = part.iter().filter_map(of).collect();
                let value = values.iter().sum::<f64>() / values.len() as f64;
                (!values.is_empty()).then(|| format!("{:.1},{:.1}", x(part[part.len() - 1].step), y(axis.place(value))))
            })
            .collect();
        let _ = write!(svg, "<polyline class=\"curve {class}\" points=\"{}\" />", drawn.join(" "));
    }
    svg + "</svg></figure>"
}

#[cfg(test)]
mod tests {
    use super::*;
    use hrm_core::puzzle::arc::Pair;
    use hrm_link::learning::Candidate;

    fn test() -> Test {
        let candidate = |grid: &str, count| Candidate { grid: grid.into(), count, q: 0.5 };
        let form = |grid: Option<&str>, q| Form { grid: grid.map(str::to_owned), q };
        Test {
            raw: Some("34".into()),
            forms: vec![form(None, 0.1), form(Some("34"), 0.9)],
            candidates: vec![candidate("12", 3), candidate("34", 2), candidate("5/6", 1)],
            total: 7,
            more: 4,
        }
    }

    fn task(output: Option<&str>) -> Task {
        let input = grid_of("0").unwrap();
        Task::new("a", vec![], vec![Pair::new(input, output.and_then(grid_of))])
    }

    #[test]
    fn grids_are_read_from_rows_of_digits() {
        assert_eq!(grid_of("12/30").unwrap().to_string(), "12\n30");
        for text in ["", "1/23", "a", "1//2"] {
            assert_eq!(grid_of(text), None, "{text}");
        }
    }

    #[test]
    fn attempts_are_judged_with_their_size() {
        let said = |output| verdict(&task(output), 0, &test());
        assert_eq!(said(Some("12")), Some(("Attempt 1 is right.", true)));
        assert_eq!(said(Some("34")), Some(("Attempt 2 is right.", true)));
        assert_eq!(said(Some("5/6")), Some(("Neither attempt is right.", false)), "a third attempt does not count");
        assert_eq!(said(None), None);
        assert_eq!(verdict(&task(Some("1")), 0, &Test::default()), None);
    }

    #[test]
    fn attempts_candidates_and_the_answer_without_a_vote_are_told_apart() {
        let html = answers(&task(Some("12")), &[test()], Palette::Usual, false);
        for words in
            ["Attempt 1", "Attempt 2", "Candidate 3", "Without a vote", "3 of 7, q 0.500", "4 candidates more."]
        {
            assert!(html.contains(words), "{words}: {html}");
        }
        assert!(html.contains("the same as attempt 2") && html.contains("data-state=\"right\""));
        assert_eq!(html.matches("<svg").count(), 4);
        assert!(!html.contains("<button"));
        let usable = answers(&task(None), &[test()], Palette::Usual, true);
        assert_eq!(usable.matches("<button").count(), 3);
        // Nothing but answers without a grid.
        let none = Test { total: 2, ..Test::default() };
        assert!(answers(&task(None), &[none], Palette::Usual, true).contains("No answer has a grid"));
    }

    #[test]
    fn an_answer_forms_segment_by_segment() {
        let first = forms(&[test()], 0, Palette::Usual);
        assert!(first.contains("no grid") && first.contains("segment 1"), "{first}");
        assert!(forms(&[test()], 1, Palette::Usual).contains("1 green, 1 yellow"));
        assert_eq!(forms(&[test()], 2, Palette::Usual), "");
    }

    #[test]
    fn curves_have_no_more_points_than_can_be_seen() {
        let point = |step: u32| Point {
            step: step.into(),
            seconds: 1.0,
            loss: 2.0 / f64::from(step),
            cells: (step > 2).then_some(0.5),
            exact: None,
        };
        let points: Vec<Point> = (1..=1000).map(point).collect();
        let html = curves(&points, 800.0);
        let longest = html.split("points=\"").map(|part| part.split('"').next().unwrap().split(' ').count()).max();
        assert!(longest.unwrap() <= DRAWN, "{longest:?}");
        assert!(html.contains("Loss: from 2.000 to 2.00e-3 over 1000 steps") && html.contains("50.0 % of the tokens"));
        assert_eq!(curves(&[], 800.0), "");
        // One point alone is drawn without a fault.
        assert!(curves(&points[..1], 300.0).contains("polyline"));
    }
}
