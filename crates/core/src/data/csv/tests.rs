//! Tables as people have them.

use super::*;
use crate::{puzzle::sudoku::Shape, random::Random};

const KIND: Kind = Kind::new(&Shape::FOUR);

fn kind_of(file: &[u8]) -> Result<Kind, CsvError> {
    super::kind_of(&Source::read(file)?)
}

#[test]
fn rows_are_read_back() {
    for kind in Kind::all() {
        let rows: Vec<Row> = (0..5)
            .map(|index| Row {
                source: format!("set \"{index}\", part 1"),
                example: kind.generate(&mut Random::stream(1, index), 0.5).unwrap(),
                rating: index.to_string(),
            })
            .collect();
        let mut file = Vec::new();
        write(kind, &rows, &mut file).unwrap();
        assert!(file.starts_with(b"source,question,answer,rating\n"));
        assert_eq!(kind_of(file.as_slice()).unwrap(), kind);
        let table = read(kind, file.as_slice()).unwrap();
        assert_eq!(table, Table { rows: rows.clone(), ..Table::default() });
        let of_kind = rows.into_iter().map(|row| (kind, row)).collect();
        let expected = OfSizes { kind, rows: of_kind, table: Table::default() };
        assert_eq!(read_any(None, file.as_slice()).unwrap(), expected);
    }
}

#[test]
fn every_spelling_of_a_file_is_read() {
    let file = "\u{feff}Answer,question\r\n1234341221434321,1000001001000001\r\n\"1234341221434321\",1.....1..1.....1";
    let table = read(KIND, file.as_bytes()).unwrap();
    assert_eq!(table.problems, []);
    assert_eq!(table.rows.len(), 2);
    assert_eq!(table.rows[0], table.rows[1]);
    assert_eq!(table.rows[0].source, "");
}

#[test]
fn bad_rows_are_named_and_good_ones_kept() {
    let file = "source,question,answer,rating\n\
        a,1.....1..1.....1,1234341221434321,0\n\
        b,1.....1..1....,1234341221434321,0\n\
        c,1.....1..1..x..1,1234341221434321,0\n\
        d,1.....1..1.....1,2143341212344321,0\n\
        e,1.....1..1.....1,12343412214343.1,0\n\
        f,11..............,1234341221434321,0\n\
        g,1.....1..1.....1\n\
        h,1.....1..1.....1,1234341221434321,0\n";
    let table = read(KIND, file.as_bytes()).unwrap();
    let sources: Vec<&str> = table.rows.iter().map(|row| row.source.as_str()).collect();
    assert_eq!(sources, ["a", "h"]);
    let problems: Vec<String> = table.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "line 3, column question: found 14 cells, expected 16 for a 4x4 board",
            "line 4, column question: line 1, column 13: found 'x', expected a digit from 1 to 4, or . or 0 for a blank",
            "line 5, column answer: it contradicts the question: row 1, column 1: the clue is 1, the answer has 2",
            "line 6, column answer: it contradicts the question: row 4, column 3 has no digit (1 cells have none)",
            "line 7, column question: 1 stands twice in row 1: at row 1, column 1 and at row 1, column 2",
            "line 8, column answer: the row ends after 2 fields",
        ]
    );
}

#[test]
fn the_kind_is_that_of_the_first_good_row() {
    let good = "1.....1..1.....1,1234341221434321\n";
    let six = format!("{},{}\n", ".".repeat(36), "1".repeat(36));
    for bad in ["abc,abc\n", ",\n", &six] {
        let file = format!("question,answer\n{bad}{good}");
        assert_eq!(kind_of(file.as_bytes()).unwrap(), KIND, "{bad}");
        let table = read(KIND, file.as_bytes()).unwrap();
        assert_eq!((table.rows.len(), table.problems.len()), (1, 1), "{bad}");
        assert_eq!((table.problems[0].line, table.problems[0].column), (2, Column::Question), "{bad}");
    }
    let mut foreign = b"question,answer\n\xff,1\n".to_vec();
    foreign.extend_from_slice(good.as_bytes());
    assert_eq!(kind_of(foreign.as_slice()).unwrap(), KIND);
    // No row is good, but one is of a kind.
    assert_eq!(kind_of(format!("question,answer\nabc,abc\n{six}").as_bytes()).unwrap(), Kind::new(&Shape::SIX));
}

#[test]
fn a_row_of_foreign_bytes_is_one_problem() {
    let mut file = b"question,answer\n\xff\xfe,1\n".to_vec();
    file.extend_from_slice(b"1.....1..1.....1,1234341221434321\n");
    let table = read(KIND, file.as_slice()).unwrap();
    assert_eq!(table.rows.len(), 1);
    let problem = table.problems[0].to_string();
    assert_eq!(problem, "line 2, column question: found bytes that are no UTF-8 text");
}

#[test]
fn a_file_of_another_form_is_refused() {
    let refusal = |file: &str| read(KIND, file.as_bytes()).unwrap_err().to_string();
    assert!(refusal("a,b\n1,2\n").contains("no column question among [\"a\", \"b\"]"));
    assert!(refusal("").contains("no column question"));
    assert!(kind_of("question,answer\n".as_bytes()).unwrap_err().to_string().contains("the file ends"));
    let unknown = "question,answer\nabc,abc\n".as_bytes();
    let expected = OfSizes { kind: KIND, rows: Vec::new(), table: read(KIND, unknown).unwrap() };
    assert_eq!(read_any(Some(KIND), unknown).unwrap(), expected);
    let foreign = read_any(None, unknown).unwrap_err().to_string();
    assert!(foreign.starts_with("line 2, column question: \"abc\""), "{foreign}");
}

fn lines(file: &[u8]) -> Vec<(u64, u64)> {
    read(KIND, file).unwrap().problems.iter().map(|problem| (problem.line, problem.lines)).collect()
}

const GOOD: &str = "1.....1..1.....1,1234341221434321";
const BAD: &str = "1.....1..1..,1234341221434321";

#[test]
fn lines_are_those_of_an_editor() {
    for end in ["\n", "\r\n", "\r"] {
        let file = ["question,answer", GOOD, BAD, "", GOOD, "", "", BAD, GOOD, BAD].join(end);
        assert_eq!(lines(file.as_bytes()), [(3, 1), (8, 1), (10, 1)], "{end:?}");
        // A line end within quotes counts, and blank lines before the header do.
        let quoted = String::from("\"1...\n..1.\n.1..\n...1\",1234341221434321");
        let file = ["", "question,answer", &quoted, BAD, GOOD, BAD].join(end);
        let table = read(KIND, file.as_bytes()).unwrap();
        assert_eq!(table.rows.len(), 2, "{end:?}");
        assert_eq!(lines(file.as_bytes()), [(7, 1), (9, 1)], "{end:?}");
    }
}

#[test]
fn an_unclosed_quote_is_told_with_all_that_it_takes() {
    let mut rows = [GOOD; 20];
    let open = format!("\"{GOOD}");
    rows[3] = &open;
    let file = format!("question,answer\r\n{}\r\n", rows.join("\r\n"));
    let table = read(KIND, file.as_bytes()).unwrap();
    assert_eq!((table.rows.len(), table.problems.len(), table.left_out()), (3, 1, 17));
    assert_eq!(
        table.problems[0].to_string(),
        "line 5, column question: a quote opens here and is not closed: it takes 17 lines, to the end of the file"
    );
    // Closed by the next one, it takes a few rows.
    rows[7] = &open;
    let file = format!("question,answer\n{}\n", rows.join("\n"));
    let table = read(KIND, file.as_bytes()).unwrap();
    assert_eq!((table.rows.len() as u64 + table.left_out(), table.problems[0].line), (20, 5));
    assert!(table.problems[0].message.starts_with("a quote opens here and takes 5 lines"), "{}", table.problems[0]);
}

/// A row that reads well says nothing of what a quote behind it has taken.
#[test]
fn a_quote_in_a_good_row_is_told_where_it_takes_others() {
    let good = "1.....1..1.....1,1234341221434321";
    let header = "question,answer,comment";
    let read = |rows: &[&str]| read(KIND, [&[header], rows].concat().join("\n").as_bytes()).unwrap();
    let [plain, open] = ["", ",\"never closed"].map(|end| format!("{good}{end}"));
    let table = read(&[&plain, &open, &plain, &plain]);
    assert_eq!(table.rows.len(), 2);
    let said = table.report(KIND);
    let expected = "a quote opens here and is not closed: it takes 3 lines, to the end of the file";
    assert!(said[0].starts_with("line 3") && said[0].ends_with(expected), "{said:?}");
    assert_eq!(table.left_out(), 2);
    // On the last line it takes nothing else.
    let said = read(&[&plain, &open]).report(KIND);
    assert!(said[0].starts_with("line 3") && said[0].contains("it takes 1 line, to the end"), "{said:?}");
    // Closed by the next row's opening one.
    let table = read(&[&plain, &open, &plain, &plain, &format!("{good},\" closed\"")]);
    let said = table.report(KIND);
    assert!(said[0].starts_with("line 3") && said[0].contains("with 2 rows that could be read"), "{said:?}");
    // A comment of several lines is as it should be; so are inches.
    let table = read(&[&format!("{good},\"two\nlines\""), &format!("{good},5\" by 7\""), &plain]);
    assert_eq!((table.rows.len(), table.problems), (3, vec![]));
    // A stray quote is no opening one.
    let table = read(&[&format!("{good},5\" wide"), &open]);
    assert!(table.report(KIND)[0].starts_with("line 3"), "{:?}", table.report(KIND));
}

#[test]
fn messages_about_long_texts_are_short() {
    let long = "y".repeat(1 << 20);
    for file in [format!("{long},{long}\n1,2\n"), format!("question,answer\n{long},{long}\n"), format!("{long}\n")] {
        for said in [kind_of(file.as_bytes()).err(), read(KIND, file.as_bytes()).err()].into_iter().flatten() {
            assert!(said.to_string().len() < 500, "{}", said.to_string().len());
        }
        let reports = read(KIND, file.as_bytes()).map(|table| table.report(KIND)).unwrap_or_default();
        assert!(reports.iter().all(|line| line.len() < 500), "{}", reports[0].len());
    }
}

#[test]
fn many_bad_rows_are_told_in_a_few_lines() {
    let nine = "1.4276385..63.5.9..85194..694..638.1.6...19.2...9..763..76.8519.38519..7.194276.8";
    let mut file = "question,answer\n".to_owned();
    file.extend((0..3000).map(|_| format!("{nine},{}\n", "1".repeat(81))));
    let table = read(KIND, file.as_bytes()).unwrap();
    let report = table.report(KIND);
    assert_eq!(report.len(), 7, "{report:?}");
    assert_eq!(report[5], "and 2995 more rows: 2995 with a sign or byte that does not belong there");
    assert_eq!(report[6], "these look like sudoku-9x9, expected sudoku-4x4");
    let few = read(KIND, format!("question,answer\n{BAD}\n{GOOD}").as_bytes()).unwrap();
    assert_eq!(few.report(KIND).len(), 1);
}

fn understood(file: &[u8]) -> (usize, String) {
    let table = read(KIND, file).unwrap();
    assert_eq!(table.problems, []);
    assert_eq!(kind_of(file).unwrap(), KIND);
    (table.rows.len(), table.notes.join("; "))
}

#[test]
fn the_forms_that_people_have_are_read_and_told() {
    let zeros = "1000001001000001,1234341221434321";
    let said = |file: String| understood(file.as_bytes());
    assert_eq!(said(format!("source,question,answer,rating\na,{GOOD},0")), (1, String::new()));
    assert_eq!(
        said(format!("quizzes,solutions\n{zeros}\n")),
        (1, "quizzes is read as question; solutions is read as answer".into())
    );
    assert_eq!(
        said(format!("Puzzle,Solution\n{zeros}\n")),
        (1, "Puzzle is read as question; Solution is read as answer".into())
    );
    assert!(said(format!(",puzzle,solution\n0,{zeros}\n")).1.ends_with("not used: column 1, which has no name"));
    let kaggle = said(format!("id,puzzle,solution,clues,difficulty\n1,{GOOD},4,2.2\n"));
    assert!(kaggle.1.contains("difficulty is read as rating; not used: id, clues"), "{kaggle:?}");
    for (sign, word) in [(";", "semicolons"), ("\t", "tabs")] {
        let file = format!("source,question,answer,rating\na,{GOOD},0\n").replace(',', sign);
        assert_eq!(said(file), (1, format!("fields are separated by {word}")));
    }
    let none = said(format!("{GOOD}\n{GOOD}\n"));
    assert_eq!(none, (2, "no header: column 1 is read as question, column 2 as answer".into()));
    let turned = said("1234341221434321,1.....1..1.....1\n".into());
    assert_eq!(turned, (1, "no header: column 2 is read as question, column 1 as answer".into()));
    let foreign = said(format!("left,right\n{GOOD}\n"));
    assert!(foreign.1.contains("\"left\" is read as question and column \"right\" as answer"), "{foreign:?}");
    let excel = said(format!("sep=;\r\nquestion;answer\r\n{}\r\n", GOOD.replace(',', ";")));
    assert_eq!(excel, (1, "fields are separated by semicolons".into()));
    let barred = said(format!("question|answer\n{}\n", GOOD.replace(',', "|")));
    assert_eq!(barred, (1, "fields are separated by bars".into()));
    let lines = read(KIND, format!("sep=,\nquestion,answer\n{GOOD}\n1,2\n").as_bytes()).unwrap();
    assert_eq!(lines.problems[0].line, 4);
    let wide: Vec<u8> = format!("\u{feff}source\tquestion\tanswer\na\t{}", GOOD.replace(',', "\t"))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(understood(&wide), (1, "the file is UTF-16; fields are separated by tabs".into()));
}

#[test]
fn a_byte_of_zero_is_refused_wherever_it_stands() {
    // Found by fuzzing: as UTF-16 it was read, and what was written of it was not.
    let table = format!("source,question,answer\n{}\0,1...,1234\n", "a".repeat(2000));
    let wide: Vec<u8> = [0xfeff].into_iter().chain(table.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for bytes in [table.as_bytes(), &wide] {
        let error = read(KIND, bytes).unwrap_err().to_string();
        assert!(error.contains("bytes of zero"), "{error}");
    }
}

#[test]
fn zeros_that_a_spreadsheet_took_are_put_back_and_its_numbers_named() {
    let file = "question,answer\n30041221434321,1234341221434321\n4.3002E+14,1234341221434321\n";
    let table = read(KIND, file.as_bytes()).unwrap();
    assert_eq!(table.rows[0].example.question[..4], [1, 1, 4, 1]);
    assert!(table.notes[0].contains("the zeros from the start of 1 question;"), "{:?}", table.notes);
    assert_eq!(table.problems[0].fault, Fault::Number);
    assert!(table.problems[0].message.contains("into the number 4.3002E+14"), "{}", table.problems[0]);
    // Not where the answer does not confirm it.
    let other = "question,answer\n20041221434321,1234341221434321\n";
    assert_eq!(read(KIND, other.as_bytes()).unwrap().rows, []);
    assert_eq!(kind_of("question,answer\n30041221434321,1234341221434321\n".as_bytes()).unwrap(), KIND);
}

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use proptest::prelude::*;

    use super::*;

    /// Fields as they stand in tables of all makes, and what spoils them.
    const PIECES: &str = "([a-z]{0,6}|[0-9.]{16}|[0-9.]{0,20}|1000001001000001|1234341221434321|\"[^\"\r\n]{0,9}\"|\")";

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for kind in [KIND, Kind::new(&Shape::NINE)] {
                if let Ok(table) = read(kind, bytes.as_slice()) {
                    prop_assert_eq!(table.rows.len(), 0);
                }
            }
        }

        #[test]
        fn every_row_of_any_table_is_read_or_told(
            rows in proptest::collection::vec(proptest::collection::vec(PIECES, 1..5), 1..8),
            delimiter in "[,;\t]",
            end in "(\n|\r\n|\r)",
        ) {
            let lines: Vec<String> = rows.iter().map(|row| row.join(&delimiter)).collect();
            let file = format!("source{delimiter}question{delimiter}answer{end}{}{end}", lines.join(&end));
            let Ok(table) = read(KIND, file.as_bytes()) else { return Ok(()) };
            let last = 1 + lines.len() as u64;
            let mut before = 1;
            for problem in &table.problems {
                prop_assert!(before < problem.line && problem.line <= last, "{:?} in {:?}", problem, file);
                before = problem.line;
            }
            for row in &table.rows {
                prop_assert_eq!(KIND.check(&row.example.question, &row.example.answer), Ok(()));
            }
            // No line is lost without a word; one with a quote may belong to the row before it.
            if file.contains('"') {
                return Ok(());
            }
            let is_blank = |line: &&String| line.trim_matches([' ', '\t', '"']).is_empty();
            let blank = lines.iter().filter(is_blank).count() as u64;
            prop_assert!(table.rows.len() as u64 + table.left_out() + blank >= lines.len() as u64, "{:?}", file);
        }
    }
}
