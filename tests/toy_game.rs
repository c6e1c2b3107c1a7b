//! A game that this test alone adds to the table, by the public interface: Latin rectangles of 2x3, in which no row and no column
//! has a symbol twice. What it does not implement (symmetries, classes, difficulty, tools), it does not have.
#![cfg(not(target_arch = "wasm32"))]

use std::{fmt, ops::ControlFlow};

use hrm_core::{
    checkpoint::Weights,
    data::{
        csv::{self, OfSizes, Row},
        generate_split,
    },
    engine::cpu,
    puzzle::{
        AnswerStyle, Board, Example, Fault, Game, Generator, Kind, Known, Layout, ParseError, RuleFault, Rules,
        Settings, Size, SolutionCount, Symbol, add_game, read_all,
    },
    random::Random,
    train::{Examples, Recipe, Run, Saved},
};

const ROWS: usize = 2;
const COLUMNS: usize = 3;
const CELLS: usize = ROWS * COLUMNS;
/// Token of a blank cell; symbol n is token n + 1, and 0 is padding.
const BLANK: u8 = 1;

struct Latin;

struct Rectangle;

static RECTANGLE: Rectangle = Rectangle;

impl Game for Latin {
    fn name(&self) -> &'static str {
        "latin"
    }

    fn title(&self) -> &'static str {
        "Latin rectangle"
    }

    fn plural(&self) -> &'static str {
        "Latin rectangles"
    }

    fn sizes(&self) -> Vec<Size> {
        vec![Size::new(ROWS, COLUMNS)]
    }

    fn board(&self, size: Size) -> Option<&'static dyn Board> {
        (size == RECTANGLE.size()).then_some(&RECTANGLE as &dyn Board)
    }

    fn read(&self, text: &str) -> Result<(Size, Vec<u8>), ParseError> {
        Ok((RECTANGLE.size(), RECTANGLE.encode(text)?))
    }
}

impl Board for Rectangle {
    fn game(&self) -> &'static dyn Game {
        &Latin
    }

    fn size(&self) -> Size {
        Size::new(ROWS, COLUMNS)
    }

    fn vocab_size(&self) -> usize {
        COLUMNS + 2
    }

    fn layout(&self) -> Layout {
        let (rows, columns) = (ROWS, COLUMNS);
        Layout { rows, columns, box_rows: rows, box_columns: columns, answers: AnswerStyle::Symbols }
    }

    fn symbol(&self, token: u8) -> Option<Symbol> {
        let symbol = token.checked_sub(BLANK).filter(|symbol| (1..=COLUMNS).contains(&usize::from(*symbol)))?;
        Some(Symbol { text: symbol.to_string(), name: symbol.to_string(), class: "digit" })
    }

    fn blank(&self) -> u8 {
        BLANK
    }

    fn question_tokens(&self) -> Vec<u8> {
        (BLANK..self.vocab_size() as u8).collect()
    }

    fn token_of_key(&self, key: char) -> Option<u8> {
        let symbol = key.to_digit(10).filter(|symbol| *symbol as usize <= COLUMNS)?;
        Some(symbol as u8 + BLANK)
    }

    fn text_hint(&self) -> &'static str {
        "The rectangle as text, 0 for a blank"
    }

    fn encode(&self, text: &str) -> Result<Vec<u8>, ParseError> {
        let token = |(at, found)| {
            let expected = || format!("a symbol from 1 to {COLUMNS}, or 0 for a blank");
            self.token_of_key(found).ok_or_else(|| ParseError::Character {
                line: 1,
                column: at + 1,
                found,
                expected: expected(),
            })
        };
        let tokens: Vec<u8> = text.chars().enumerate().map(token).collect::<Result<_, _>>()?;
        if tokens.len() == CELLS {
            Ok(tokens)
        } else {
            Err(ParseError::Length { found: tokens.len(), expected: CELLS.to_string() })
        }
    }

    fn decode(&self, tokens: &[u8]) -> String {
        let written = |&token: &u8| match self.symbol(token) {
            Some(symbol) => symbol.text,
            None => "0".into(),
        };
        tokens.iter().map(written).collect()
    }

    fn rules(&self) -> Option<&dyn Rules> {
        Some(self)
    }

    fn generator(&self) -> Option<&dyn Generator> {
        Some(self)
    }
}

#[derive(Debug)]
enum Broken {
    Twice([usize; 2]),
    Cell(usize),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice([first, second]) => write!(f, "cells {first} and {second} hold the same symbol"),
            Self::Cell(cell) => write!(f, "cell {cell} is blank or not the one that was given"),
        }
    }
}

impl RuleFault for Broken {
    fn cells(&self) -> Vec<usize> {
        match self {
            Self::Twice(cells) => cells.to_vec(),
            Self::Cell(cell) => vec![*cell],
        }
    }
}

fn repeated(tokens: &[u8]) -> Vec<Broken> {
    let in_line = |a: usize, b: usize| a / COLUMNS == b / COLUMNS || a % COLUMNS == b % COLUMNS;
    let pairs = (0..tokens.len()).flat_map(|a| (a + 1..tokens.len()).map(move |b| [a, b]));
    pairs.filter(|&[a, b]| in_line(a, b) && tokens[a] == tokens[b] && tokens[a] > BLANK).map(Broken::Twice).collect()
}

/// Every rectangle that keeps the symbols of a question.
fn solutions(question: &[u8]) -> Vec<Vec<u8>> {
    let Some(blank) = question.iter().position(|&token| token == BLANK) else {
        return if repeated(question).is_empty() { vec![question.to_vec()] } else { Vec::new() };
    };
    let filled = (BLANK + 1..=BLANK + COLUMNS as u8).map(|token| {
        let mut filled = question.to_vec();
        filled[blank] = token;
        filled
    });
    filled.filter(|filled| repeated(filled).is_empty()).flat_map(|filled| solutions(&filled)).collect()
}

impl Rules for Rectangle {
    fn faults(&self, question: &[u8]) -> Vec<Fault> {
        repeated(question).into_iter().map(Fault::of_rule).collect()
    }

    fn check(&self, question: &[u8], answer: &[u8]) -> Result<(), Fault> {
        if let Some(cell) = (0..CELLS).find(|&cell| !answer.get(cell).is_some_and(|&a| self.fits(question[cell], a))) {
            return Err(Fault::of_rule(Broken::Cell(cell)));
        }
        repeated(answer).into_iter().next().map_or(Ok(()), |broken| Err(Fault::of_rule(broken)))
    }

    fn fits(&self, asked: u8, answered: u8) -> bool {
        answered > BLANK && (asked == BLANK || asked == answered)
    }

    fn fills_blanks(&self) -> bool {
        true
    }

    fn rating(&self, question: &[u8]) -> Option<u32> {
        let blanks = question.iter().filter(|&&token| token == BLANK).count() as u32;
        (!solutions(question).is_empty()).then_some(blanks)
    }

    fn rating_unit(&self) -> &'static str {
        "blank cells"
    }

    fn has_several_answers(&self, question: &[u8]) -> bool {
        solutions(question).len() > 1
    }

    fn count_solutions(&self, question: &[u8]) -> Box<dyn SolutionCount> {
        Box::new(Known(solutions(question).len().min(2)))
    }
}

impl Generator for Rectangle {
    fn generate(&self, random: &mut Random, _settings: &Settings) -> Example {
        let mut all = solutions(&[BLANK; CELLS]);
        let answer = all.swap_remove(random.below(all.len()));
        let mut question = answer.clone();
        for cell in random.permutation(CELLS) {
            let symbol = std::mem::replace(&mut question[cell], BLANK);
            if solutions(&question).len() > 1 {
                question[cell] = symbol;
            }
        }
        Example { question, answer }
    }
}

const RECIPE: &str = r#"{"name":"toy","puzzle":"latin-2x3","data":{"base_puzzles":20,"test_puzzles":4,"seed":1},
    "model":{"H_cycles":1,"L_cycles":1,"H_layers":1,"L_layers":1,"hidden_size":16,"num_heads":2,"halt_max_steps":2},
    "training":{"batch":4,"steps":2,"seed":1,"evaluate_every":2,"evaluate_on":4}}"#;

#[test]
fn a_game_is_added_generated_learnt_tried_and_checked() {
    assert!("latin-2x3".parse::<Kind>().is_err());
    add_game(&Latin);
    add_game(&Latin);
    let kind: Kind = "latin-2x3".parse().unwrap();
    assert_eq!(Kind::all().filter(|other| *other == kind).count(), 1);
    assert_eq!(serde_json::from_str::<Kind>(&serde_json::to_string(&kind).unwrap()).unwrap(), kind);
    assert_eq!(Kind::of_question("100200"), Some(kind));
    assert_eq!(read_all("100200").unwrap(), [(kind, kind.encode("100200").unwrap())]);
    assert_eq!((kind.levels(), kind.has_smaller(), kind.has_hard()), (1, false, false));
    assert!(kind.symmetry().is_none() && kind.classes().is_none() && kind.tools().is_none());

    let recipe: Recipe = serde_json::from_str(RECIPE).unwrap();
    assert_eq!((recipe.model.seq_len, recipe.model.vocab_size), (6, 5));
    let split = generate_split(kind, &recipe.data.request(), |_, _| {});
    assert_eq!((split.training.len(), split.test.len()), (20, 4));
    for Example { question, answer } in split.training.iter().chain(&split.test) {
        assert_eq!((kind.faults(question), kind.check(question, answer)), (vec![], Ok(())));
        assert!(kind.rules().unwrap().wrong_cells(question, answer).is_empty());
        assert_eq!(kind.rules().unwrap().count_solutions(question).advance(1), Some(1));
        let fault = kind.check(question, question).unwrap_err();
        assert_eq!(fault.cells().len(), 1, "{fault}");
    }

    // A file of them.
    let row = |example: &Example| Row { source: "toy".into(), example: example.clone(), rating: "1".into() };
    let rows: Vec<Row> = split.training.iter().map(row).collect();
    let mut file = Vec::new();
    csv::write(kind, &rows, &mut file).unwrap();
    let OfSizes { kind: told, rows: read, .. } = csv::read_any(None, &file[..]).unwrap();
    assert_eq!((told, read), (kind, rows.into_iter().map(|row| (kind, row)).collect()));

    pollster::block_on(async {
        let examples = Examples { split, given: None };
        let mut run = Run::begin(cpu::Engine::new(), recipe, examples, None, || 0.0).await.unwrap();
        let go_on = async |_: usize, _: &Weights| ControlFlow::Continue(());
        while !run.is_done() {
            let (report, _) = run.step().await.unwrap();
            assert!(report.unwrap().lm_loss.is_finite());
        }
        assert_eq!(run.steps_done(), 2);
        let trial = run.evaluate(go_on).await.unwrap().unwrap();
        assert_eq!((trial.answers.len(), trial.result().count), (4, 4));
        assert!(trial.answers.iter().all(|answer| answer.len() == CELLS));
        let saved = run.save().await.unwrap();
        let bytes = saved.to_bytes().unwrap();
        assert_eq!(Saved::from_bytes(&bytes).unwrap(), saved);
        assert_eq!(Saved::from_bytes(&bytes).unwrap().recipe.puzzle, kind);
    });
}
