//! Sudoku on boards of 4x4, 6x6 and 9x9 cells: rules, text and token form, solver, generator, symmetries.

mod board;
mod canonical;
mod generate;
mod paste;
mod rules;
mod shape;
mod solve;
mod symmetry;

pub use board::{BLANK_TOKEN, Board};
pub use canonical::class_key;
pub use generate::{clue_range, clues_at, full_grid, hard_puzzle, minimal_puzzle, puzzle_by_singles};
pub use rules::{Conflict, Fault, Unit, check_answer, conflicts};
pub use shape::Shape;
pub use solve::{Effort, Examination, count_solutions, effort, solved_by_singles};
pub use symmetry::Symmetry;

use super::{
    AnswerStyle, ClassKey, Classes, Difficulty, Form, Game, Generator, Layout, ParseError, Rules, Setting, Settings,
    Size, SolutionCount, Symbol,
};
use crate::random::Random;

/// The game.
pub struct Sudoku;

/// Its boards, smallest first.
static SHAPES: [Shape; 3] = Shape::ALL;

impl Game for Sudoku {
    fn name(&self) -> &'static str {
        "sudoku"
    }

    fn title(&self) -> &'static str {
        "Sudoku"
    }

    fn plural(&self) -> &'static str {
        "Sudokus"
    }

    fn sizes(&self) -> Vec<Size> {
        SHAPES.iter().map(|shape| Size::square(shape.side())).collect()
    }

    fn board(&self, size: Size) -> Option<&'static dyn super::Board> {
        let shape = SHAPES.iter().find(|shape| Size::square(shape.side()) == size)?;
        Some(shape)
    }

    fn read(&self, text: &str) -> Result<(Size, Vec<u8>), ParseError> {
        let mut read = SHAPES.iter().map(|shape| Board::parse(text, Some(*shape)));
        let board = read.find_map(Result::ok).map_or_else(|| Board::parse(text, None), Ok)?;
        Ok((Size::square(board.shape().side()), board.to_tokens()))
    }

    fn read_all(&self, text: &str) -> Result<Vec<(Size, Vec<u8>)>, ParseError> {
        let boards = Board::parse_all(text, None)?;
        Ok(boards.iter().map(|board| (Size::square(board.shape().side()), board.to_tokens())).collect())
    }
}

/// The highest difficulty's clues are the fewest: how far towards them a new puzzle goes where nobody says otherwise.
const DEFAULT_DIFFICULTY: f64 = 0.7;

impl super::Board for Shape {
    fn first(&self) -> Option<&'static str> {
        match self.side() {
            4 => Some(".41.2.3....1...3"),
            6 => Some(".23...51........53...1....26...4.3.1"),
            9 => Some(".1.5..492..48196....3.......29.45..6...62..897...98.2.4..9......9..3427.1.7.569.."),
            _ => None,
        }
    }

    fn game(&self) -> &'static dyn Game {
        &Sudoku
    }

    fn size(&self) -> Size {
        Size::square(self.side())
    }

    fn vocab_size(&self) -> usize {
        Shape::vocab_size(*self)
    }

    fn layout(&self) -> Layout {
        Layout {
            rows: self.side(),
            columns: self.side(),
            box_rows: self.box_rows(),
            box_columns: self.box_cols(),
            answers: AnswerStyle::Symbols,
        }
    }

    fn symbol(&self, token: u8) -> Option<Symbol> {
        let is_digit = |digit: &u8| *digit >= 1 && usize::from(*digit) <= self.side();
        let digit = token.checked_sub(BLANK_TOKEN).filter(is_digit)?.to_string();
        Some(Symbol { text: digit.clone(), name: digit, class: "digit" })
    }

    fn blank(&self) -> u8 {
        BLANK_TOKEN
    }

    fn question_tokens(&self) -> Vec<u8> {
        (BLANK_TOKEN..self.vocab_size() as u8).collect()
    }

    fn token_of_key(&self, key: char) -> Option<u8> {
        if key == '.' {
            return Some(BLANK_TOKEN);
        }
        let digit = key.to_digit(10).filter(|&digit| digit as usize <= self.side())?;
        Some(digit as u8 + BLANK_TOKEN)
    }

    fn text_hint(&self) -> &'static str {
        "The puzzle as text, row by row: digits, “.” or 0 for a blank"
    }

    fn is_numeric(&self) -> bool {
        true
    }

    fn encode(&self, text: &str) -> Result<Vec<u8>, ParseError> {
        Board::parse(text, Some(*self)).map(|board| board.to_tokens())
    }

    fn encode_all(&self, text: &str) -> Result<Vec<Vec<u8>>, ParseError> {
        Ok(Board::parse_all(text, Some(*self))?.iter().map(Board::to_tokens).collect())
    }

    fn decode(&self, tokens: &[u8]) -> String {
        board::text_of_tokens(*self, tokens)
    }

    fn rules(&self) -> Option<&dyn Rules> {
        Some(self)
    }

    fn generator(&self) -> Option<&dyn Generator> {
        Some(self)
    }

    fn symmetry(&self) -> Option<&dyn super::Symmetry> {
        Some(self)
    }

    #[cfg(feature = "generators")]
    fn classes(&self) -> Option<&dyn Classes> {
        Some(self)
    }

    fn difficulty(&self) -> Option<&dyn Difficulty> {
        Some(self)
    }
}

impl Rules for Shape {
    fn faults(&self, question: &[u8]) -> Vec<super::Fault> {
        match Board::from_tokens(*self, question) {
            Ok(board) => conflicts(&board).into_iter().map(|conflict| Fault::from(conflict).into()).collect(),
            Err(error) => vec![error.into()],
        }
    }

    fn check(&self, question: &[u8], answer: &[u8]) -> Result<(), super::Fault> {
        let puzzle = Board::from_tokens(*self, question)?;
        let answer = Board::from_tokens(*self, answer)?;
        Ok(check_answer(&puzzle, &answer)?)
    }

    fn fits(&self, asked: u8, answered: u8) -> bool {
        let is_digit = answered > BLANK_TOKEN && usize::from(answered - BLANK_TOKEN) <= self.side();
        is_digit && (asked == BLANK_TOKEN || asked == answered)
    }

    fn contradictions(&self, answer: &[u8]) -> Vec<usize> {
        let board = Board::from_tokens(*self, answer);
        board
            .map_or_else(|_| Vec::new(), |board| conflicts(&board).iter().flat_map(|conflict| conflict.cells).collect())
    }

    fn broken(&self, _question: &[u8], answer: &[u8]) -> Vec<usize> {
        self.contradictions(answer)
    }

    fn fills_blanks(&self) -> bool {
        true
    }

    fn faults_are_final(&self) -> bool {
        true
    }

    fn rating(&self, question: &[u8]) -> Option<u32> {
        let board = Board::from_tokens(*self, question).ok()?;
        effort(&board).map(|effort| effort.guesses)
    }

    fn rating_unit(&self) -> &'static str {
        "guesses of a solver by singles"
    }

    fn has_several_answers(&self, question: &[u8]) -> bool {
        Board::from_tokens(*self, question).is_ok_and(|puzzle| count_solutions(&puzzle, 2) == 2)
    }

    #[cfg(feature = "generators")]
    fn count_solutions(&self, question: &[u8]) -> Box<dyn SolutionCount> {
        match Board::from_tokens(*self, question) {
            Ok(board) => Box::new(Examination::new(&board)),
            Err(_) => Box::new(crate::puzzle::Known(0)),
        }
    }
}

impl SolutionCount for Examination {
    fn advance(&mut self, guesses: u32) -> Option<usize> {
        Examination::advance(self, guesses)
    }

    fn guesses(&self) -> u32 {
        Examination::guesses(self)
    }
}

impl Shape {
    /// From the most clues of [`clue_range`] to the fewest, one level for each number of clues.
    fn difficulty_setting(self) -> Setting {
        let hardest = (clue_range(self).count() - 1) as f64;
        Setting {
            name: "difficulty",
            label: "Difficulty",
            help: "Clues that are left out beyond those of the easiest puzzles.",
            unit: "clues",
            least: 0.0,
            most: hardest,
            default: (DEFAULT_DIFFICULTY * hardest).round(),
            is_relative: true,
            choices: &[],
        }
    }
}

impl Generator for Shape {
    fn settings(&self, _set: &Settings) -> Vec<Setting> {
        vec![self.difficulty_setting()]
    }

    fn words(&self, _setting: &str, value: f64) -> String {
        format!("{} clues in a new one", clue_range(*self).end() - value.round() as usize)
    }

    #[cfg(feature = "generators")]
    fn generate(&self, random: &mut Random, settings: &Settings) -> crate::puzzle::Example {
        let left_out = settings.value_of(&self.difficulty_setting()).round() as usize;
        let (puzzle, solution) = puzzle_by_singles(*self, clue_range(*self).end() - left_out, random);
        crate::puzzle::Example { question: puzzle.to_tokens(), answer: solution.to_tokens() }
    }

    fn has_hard(&self) -> bool {
        // Small boards are solved by singles, or have too few puzzles that are not.
        *self == Shape::NINE
    }

    #[cfg(feature = "generators")]
    fn generate_hard(&self, random: &mut Random, guesses: u32, tries: usize) -> Option<crate::puzzle::Example> {
        if !self.has_hard() {
            return None;
        }
        let (puzzle, solution) = hard_puzzle(*self, guesses, tries, random);
        Some(crate::puzzle::Example { question: puzzle.to_tokens(), answer: solution.to_tokens() })
    }
}

impl Difficulty for Shape {
    fn levels(&self) -> usize {
        clue_range(*self).count()
    }

    fn settings(&self, difficulty: f64) -> Settings {
        let left_out = clue_range(*self).end() - clues_at(*self, difficulty);
        Settings::default().with("difficulty", left_out as f64)
    }
}

impl super::Symmetry for Shape {
    fn form(&self, random: &mut Random) -> Form {
        let symmetry = Symmetry::random(*self, random);
        let digits = symmetry.digits().iter().map(|digit| digit + BLANK_TOKEN);
        // Padding stays.
        let tokens = std::iter::once(0).chain(digits).collect();
        Form::new(symmetry.sources().iter().map(|&cell| usize::from(cell)).collect(), tokens)
    }
}

impl Classes for Shape {
    fn class_key(&self, question: &[u8]) -> Result<ClassKey, ParseError> {
        Board::from_tokens(*self, question).map(|board| class_key(&board))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::Kind;

    #[test]
    fn tokens_without_a_symbol_have_none() {
        let four = Kind::new(&Shape::FOUR);
        assert_eq!([0, 1, 6, 255].map(|token| four.symbol(token)), [None, None, None, None]);
        assert_eq!(four.symbol(5).unwrap().text, "4");
        assert_eq!((four.token_of_key('4'), four.token_of_key('5'), four.token_of_key('0')), (Some(5), None, Some(1)));
    }

    #[test]
    fn a_second_answer_is_found_and_none_invented() {
        let several = |text: &str| {
            let four = Kind::new(&Shape::FOUR);
            four.has_several_answers(&four.encode(text).unwrap())
        };
        assert!(several("1... ..1. .1.. ...1"));
        assert!(!several("1... ..3. .4.. ...2"));
        assert!(!several("11.. .... .... ...."));
    }

    #[test]
    fn a_form_maps_as_the_symmetry_that_it_is_made_of() {
        for shape in SHAPES {
            for seed in 0..20 {
                let grid = full_grid(shape, &mut Random::new(seed));
                let form = super::super::Symmetry::form(&shape, &mut Random::new(seed));
                let symmetry = Symmetry::random(shape, &mut Random::new(seed));
                assert_eq!(form.apply(&grid.to_tokens()), symmetry.apply(&grid).to_tokens());
            }
        }
    }

    #[test]
    fn a_level_of_difficulty_is_a_number_of_clues() {
        for shape in SHAPES {
            let kind = Kind::new(SHAPES.iter().find(|other| **other == shape).unwrap());
            for level in 0..kind.levels() {
                let difficulty = kind.difficulty_of(level);
                let example = kind.generate(&mut Random::new(level as u64), difficulty).unwrap();
                let clues = Board::from_tokens(shape, &example.question).unwrap().clues();
                assert_eq!(clues, clues_at(shape, difficulty));
                let generator = kind.generator().unwrap();
                assert_eq!(generator.words("difficulty", level as f64), format!("{clues} clues in a new one"));
            }
        }
    }
}
