//! Sudokus in every dress.

use super::*;

const LINE: &str = "86.174352..435286.3.2.....46.....5.87..528...5..691743917435286.3..8691.2.6.1743.";

fn rows() -> Vec<&'static str> {
    (0..9).map(|row| &LINE[9 * row..9 * row + 9]).collect()
}

fn one(text: &str) -> String {
    let found = boards(text, None).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(found.len(), 1, "{text}");
    found[0].to_text()
}

fn refusal(text: &str) -> String {
    boards(text, None).unwrap_err().to_string()
}

/// Rows in threes with a frame of these signs.
fn framed(upright: &str, level: &str, blank: &str) -> String {
    let row = |row: &&str| {
        let threes = [&row[..3], &row[3..6], &row[6..]].map(|three| three.replace('.', blank));
        format!("{upright}{}{upright}", threes.join(upright))
    };
    let rows: Vec<String> = rows().iter().map(row).collect();
    let bands: Vec<String> = rows.chunks(3).map(|band| band.join("\n")).collect();
    format!("{level}\n{}\n{level}", bands.join(&format!("\n{level}\n")))
}

#[test]
fn frames_are_no_cells() {
    for (upright, level) in [
        ("|", "+---+---+---+"),
        (" | ", "------+-------+------"),
        ("|", "*-----------*"),
        ("│", "├───┼───┼───┤"),
        ("|", "-------------"),
    ] {
        assert_eq!(one(&framed(upright, level, ".")), LINE, "{level}");
        assert_eq!(one(&framed(upright, level, "0")), LINE, "{level}");
    }
    // Signs of the frame are blanks here.
    assert_eq!(one(&framed("|", "+---+---+---+", "-")), LINE);
    assert_eq!(one(&framed("|", "-----------", "-")), LINE);
    let mut with_empty = rows();
    with_empty[1] = ".........";
    let dashed = with_empty.join("\n").replace('.', "-");
    assert_eq!(one(&dashed), with_empty.concat());
}

#[test]
fn the_frame_of_hodoku_is_no_row() {
    let bands: Vec<String> = rows()
        .chunks(3)
        .map(|band| {
            let row = |row: &&str| {
                let threes = [&row[..3], &row[3..6], &row[6..]];
                let spaced = threes.map(|three| three.chars().map(String::from).collect::<Vec<_>>().join("  "));
                format!("| {} |", spaced.join(" | "))
            };
            band.iter().map(row).collect::<Vec<_>>().join("\n")
        })
        .collect();
    let text = format!(
        ".---------.---------.---------.\n{}\n'---------'---------'---------'",
        bands.join("\n:---------+---------+---------:\n")
    );
    assert_eq!(one(&text), LINE, "{text}");
}

#[test]
fn messages_and_json_are_no_cells() {
    let grid = rows().join("\n");
    let quoted: Vec<String> = rows().iter().map(|row| format!("> {row}")).collect();
    let digits: Vec<String> = rows()
        .iter()
        .map(|row| format!("[{}]", row.replace('.', "0").chars().map(String::from).collect::<Vec<_>>().join(", ")))
        .collect();
    for text in [
        format!("```\n{grid}\n```"),
        format!("Try this one:\n\n```text\n{grid}\n```\n"),
        quoted.join("\n"),
        format!("{{\"grid\": [{}]}}", digits.join(", ")),
        format!("{{\n  \"name\": \"easy\",\n  \"rating\": 12,\n  \"grid\": [\n    {}\n  ]\n}}", digits.join(",\n    ")),
        format!("{{\"puzzle\": \"{LINE}\"}}"),
        format!("{{\"difficulty\": 3, \"puzzle\": \"{LINE}\"}}"),
    ] {
        assert_eq!(one(&text), LINE, "{text}");
    }
}

#[test]
fn every_sign_for_a_blank_is_read_and_no_two() {
    for blank in "0*_xX-·?•∙⋅□–".chars() {
        assert_eq!(one(&LINE.replace('.', &blank.to_string())), LINE, "{blank}");
        assert_eq!(one(&rows().join("\r\n").replace('.', &blank.to_string())), LINE, "{blank}");
    }
    assert_eq!(one(&rows().join("\n").replace("..", "00")), LINE);
    assert_eq!(one(&LINE.replace("...", "…")), LINE);
    assert_eq!(
        refusal(&LINE.replacen('.', "x", 1)),
        "line 1, column 3: found 'x', expected a digit from 1 to 9, or . or 0 for a blank"
    );
    let two = LINE.replace('.', "_").replacen('_', "?", 2);
    assert_eq!(refusal(&two).split(',').next_back(), Some(" or ? for a blank"));
    // A board of crosses alone may be anything.
    assert!(refusal("xxxxxxxxxxxxxxxx").contains("expected"));
    assert_eq!(one("................").len(), 16);
}

#[test]
fn lists_and_tables_are_read() {
    let spaced = |separator: &str| {
        let row = |row: &&str| row.chars().map(String::from).collect::<Vec<_>>().join(separator);
        rows().iter().map(row).collect::<Vec<_>>()
    };
    for separator in [",", ", ", ";", "\t", " "] {
        assert_eq!(one(&spaced(separator).join("\n").replace('.', "0")), LINE, "{separator:?}");
    }
    let json = format!("[[{}]]", spaced(", ").join("], [").replace('.', "0"));
    assert_eq!(one(&json), LINE);
    assert_eq!(one(&json.replace('0', "null")), LINE);
    assert_eq!(one(&json.replace("], [", "],\n [")), LINE);
    let words = format!("[[\"{}\"]]", spaced("\",\"").join("\"],[\"").replace('.', ""));
    assert_eq!(one(&words), LINE);
    assert_eq!(one(&format!("[{}]", spaced(",").join(",").replace('.', "0"))), LINE);
    let empty: Vec<String> = spaced("\t").iter().map(|row| row.replace('.', "")).collect();
    assert_eq!(one(&empty.join("\n")), LINE);
}

#[test]
fn headings_comments_and_ratings_are_left_aside() {
    let block = rows().join("\n");
    for text in [
        format!("Grid 01\n{block}"),
        format!("[Puzzle]\n{block}\n"),
        format!("#A someone\n#D of today\n[Puzzle]\n{block}"),
        format!("// the 4th\n{block} // end"),
        format!("{LINE},SE 8.3"),
        format!("{LINE} 8.3"),
        format!("{LINE} # 8.3"),
        format!("hard01: {LINE}; 7"),
        format!("{LINE},{}", "1".repeat(81)),
        format!("\u{feff}{}", LINE.replace("528", "5\u{200b}28")),
        LINE.chars().map(|c| c.to_digit(10).map_or(c, |d| char::from_u32(0xff10 + d).unwrap())).collect(),
        LINE.chars().map(|c| c.to_digit(10).map_or(c, |d| char::from_u32(0x660 + d).unwrap())).collect(),
    ] {
        assert_eq!(one(&text), LINE, "{text}");
    }
}

#[test]
fn several_boards_are_all_read() {
    let block = rows().join("\n");
    let count = |text: String| boards(&text, None).unwrap().len();
    assert_eq!(count(format!("{LINE}\n{LINE}\n")), 2);
    assert_eq!(count(format!("Grid 01\n{block}\nGrid 02\n{block}\nGrid 03\n{block}\n")), 3);
    assert_eq!(count(format!("{block}\n\n{block}")), 2);
    assert_eq!(count(format!("{block}\n{block}")), 2);
    assert_eq!(count("1...\n..1.\n.1..\n...1\n\n2...\n..2.\n.2..\n...2".into()), 2);
    assert_eq!(boards(&format!("{LINE}\n{LINE}"), Some(Shape::NINE)).unwrap().len(), 2);
}

#[test]
fn errors_name_the_place_in_the_text() {
    let mut short = rows();
    short[3] = "12345678";
    assert_eq!(refusal(&format!("Grid\n{}", short.join("\n"))), "line 5: found 8 cells, expected 9");
    short[3] = "1234a678";
    assert!(refusal(&format!("Grid\n{}", short.join("\n"))).starts_with("line 5, column 5: found 'a'"));
    assert_eq!(refusal(&rows()[..4].join("\n")), "found 36 cells, expected 16 (4x4), 36 (6x6) or 81 (9x9)");
    assert!(refusal("hello world").starts_with("line 1, column 1: found 'h'"));
}

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,200}|[0-9.x|+\\-\n ,\\[\\]#]{0,300}") {
            if let Ok(found) = boards(&text, None) {
                prop_assert!(!found.is_empty());
            }
        }

        #[test]
        fn any_board_is_read_back_in_any_dress(digits in proptest::collection::vec(0_u8..=9, 81), dress in 0..4) {
            prop_assume!(digits.iter().any(|digit| *digit > 0));
            let line: String = digits.iter().map(|d| if *d == 0 { '.' } else { char::from(b'0' + d) }).collect();
            let rows: Vec<&str> = (0..9).map(|row| &line[9 * row..9 * row + 9]).collect();
            let text = match dress {
                0 => rows.join("\r\n"),
                1 => line.replace('.', "0"),
                2 => format!("Grid 1\n{}", rows.join("\n")),
                _ => format!("{line} SE 7.1"),
            };
            prop_assert_eq!(boards(&text, None).unwrap()[0].to_text(), line);
        }
    }
}
