//! What a game has to say of itself: [`Game`], its boards ([`Board`]), and what only some games have ([`Rules`],
//! [`Generator`], [`Symmetry`], [`Classes`], [`Difficulty`]).

use super::{ClassKey, Fault, Fill, Form, Layout, ParseError, Setting, Settings, Size, Symbol, Tools};
use crate::random::Random;

/// A game: boards of several sizes that share their tokens' meaning.
pub trait Game: Sync {
    /// How the names of its kinds begin, lower case: `sudoku` of `sudoku-4x4`.
    fn name(&self) -> &'static str;
    /// Its name as a heading.
    fn title(&self) -> &'static str;
    /// What its boards are called after their size: `mazes` in `9x9 mazes`.
    fn plural(&self) -> &'static str;
    /// The sizes that are offered where one is chosen, in their order.
    fn sizes(&self) -> Vec<Size>;
    /// Other sizes that there are, in words behind a list of those that are offered; `None` where there are no others.
    fn other_sizes(&self) -> Option<&'static str> {
        None
    }
    /// The least and the greatest board where any size between is drawn; `None` where only [`Game::sizes`] are.
    fn drawn_sizes(&self) -> Option<(Size, Size)> {
        None
    }
    /// The board of a size.
    fn board(&self, size: Size) -> Option<&'static dyn Board>;
    /// Reads the one board of a text.
    ///
    /// # Errors
    /// Where the text goes wrong; several boards.
    fn read(&self, text: &str) -> Result<(Size, Vec<u8>), ParseError>;
    /// Reads every board of a text, in their order: at least one.
    ///
    /// # Errors
    /// Where the text goes wrong.
    fn read_all(&self, text: &str) -> Result<Vec<(Size, Vec<u8>)>, ParseError> {
        Ok(vec![self.read(text)?])
    }
    /// Whether a text that no game reads was meant for this one, so that its error is the one to tell.
    fn is_meant_by(&self, _text: &str) -> bool {
        false
    }
}

/// A game's boards of one size. S is their number of cells, V the number of tokens.
pub trait Board: Sync {
    /// The game.
    fn game(&self) -> &'static dyn Game;
    /// Rows and columns.
    fn size(&self) -> Size;
    /// The name in recipes, model files and links, e.g. `sudoku-4x4`: the game's name, `-`, and what [`Size`] reads.
    fn name(&self) -> String {
        format!("{}-{}", self.game().name(), self.size())
    }
    /// Tokens of a question and of an answer (S).
    fn seq_len(&self) -> usize {
        self.size().cells()
    }
    /// Different tokens (V): every token is below it, 0 is padding.
    fn vocab_size(&self) -> usize;
    /// How it is drawn; S cells.
    fn layout(&self) -> Layout;
    /// What fills a cell that holds a token; what the game does not have is drawn as its symbol, which is none.
    fn fill(&self, _token: u8) -> Fill {
        Fill::Symbol
    }
    /// What stands for a token; `None` for blanks, for padding, and for tokens that the game does not have.
    fn symbol(&self, token: u8) -> Option<Symbol>;
    /// The token of a cell in which nothing is drawn, for the model to fill.
    fn blank(&self) -> u8;
    /// The tokens that a question may hold in a cell, in the order in which they are offered.
    fn question_tokens(&self) -> Vec<u8>;
    /// The token that a typed character stands for.
    fn token_of_key(&self, key: char) -> Option<u8>;
    /// What pressing on the board can draw; `None` where symbols are typed.
    fn tools(&self) -> Option<&'static Tools> {
        None
    }
    /// The board that a first visit meets, as text; `None` where there is none but an empty one.
    fn first(&self) -> Option<&'static str> {
        None
    }
    /// A board with nothing on it.
    fn empty(&self) -> Vec<u8> {
        vec![self.blank(); self.seq_len()]
    }
    /// The board with a token written into a cell; a cell or token that there is not changes nothing.
    fn written(&self, tokens: &[u8], cell: usize, token: u8) -> Vec<u8> {
        let mut written = tokens.to_vec();
        if let Some(place) = written.get_mut(cell).filter(|_| usize::from(token) < self.vocab_size()) {
            *place = token;
        }
        written
    }
    /// The board after a stroke that draws a token has come to a cell: of the board as it was `before` the stroke, and as it is
    /// `now`.
    fn stroked(&self, _before: &[u8], now: &[u8], cell: usize, token: u8) -> Vec<u8> {
        self.written(now, cell, token)
    }
    /// What is asked of whoever writes a board as text, as the beginning of a sentence.
    fn text_hint(&self) -> &'static str;
    /// Whether people write a board in one line.
    fn is_one_line(&self) -> bool {
        true
    }
    /// Whether a board may be written in digits alone, so that a spreadsheet takes it for a number.
    fn is_numeric(&self) -> bool {
        false
    }
    /// Reads a question or an answer; one of a smaller size where [`Board::padded`] takes it.
    ///
    /// # Errors
    /// Where the text goes wrong; several boards.
    fn encode(&self, text: &str) -> Result<Vec<u8>, ParseError>;
    /// Reads every board of a text, in their order: at least one. Games of which a text holds one read that.
    ///
    /// # Errors
    /// As [`Board::encode`].
    fn encode_all(&self, text: &str) -> Result<Vec<Vec<u8>>, ParseError> {
        Ok(vec![self.encode(text)?])
    }
    /// Writes a question or an answer so that [`Board::encode`] and [`Game::read`] read it back; a token without a symbol prints
    /// as `.`.
    fn decode(&self, tokens: &[u8]) -> String;
    /// A board of another size set into one of this size; `None` where it does not fit or the game has no padding.
    fn padded(&self, tokens: &[u8], of: Size) -> Option<Vec<u8>> {
        (of == self.size()).then(|| tokens.to_vec())
    }
    /// Whether a position whose right answer is this token is learnt and counted; the padding of token grids is not.
    fn learns(&self, _token: u8) -> bool {
        true
    }
    /// Whether an answer that differs from the given one in some token says the same all the same.
    fn is_alike(&self, given: &[u8], answer: &[u8]) -> bool {
        given == answer
    }
    /// The question again of a board that may carry marks of an answer.
    fn without_marks(&self, tokens: &[u8]) -> Vec<u8> {
        tokens.to_vec()
    }

    /// What is right and wrong; `None` where only the given answer tells.
    fn rules(&self) -> Option<&dyn Rules> {
        None
    }
    /// Draws puzzles.
    fn generator(&self) -> Option<&dyn Generator> {
        None
    }
    /// Maps that carry puzzles into puzzles.
    fn symmetry(&self) -> Option<&dyn Symmetry> {
        None
    }
    /// Tells puzzles apart that no such map carries into each other.
    fn classes(&self) -> Option<&dyn Classes> {
        None
    }
    /// How hard generated puzzles are.
    fn difficulty(&self) -> Option<&dyn Difficulty> {
        None
    }
}

/// The rules of a game on boards of one size.
pub trait Rules: Sync {
    /// Everything that is wrong with a question before anybody tries to answer it.
    fn faults(&self, question: &[u8]) -> Vec<Fault>;
    /// Whether the answer solves the question; the error names the first violation.
    ///
    /// # Errors
    /// What is wrong.
    fn check(&self, question: &[u8], answer: &[u8]) -> Result<(), Fault>;
    /// Whether the answer holds as far as that can be seen without solving the puzzle.
    fn holds(&self, question: &[u8], answer: &[u8]) -> bool {
        self.check(question, answer).is_ok()
    }
    /// Whether a token may answer what was asked, looking at the one cell alone.
    fn fits(&self, asked: u8, answered: u8) -> bool;
    /// Cells of an answer that exclude each other, whatever was asked.
    fn contradictions(&self, _answer: &[u8]) -> Vec<usize> {
        Vec::new()
    }
    /// Cells that cannot stand beside those that do not fit.
    fn broken(&self, question: &[u8], answer: &[u8]) -> Vec<usize> {
        self.check(question, answer).err().map(|fault| fault.cells()).unwrap_or_default()
    }
    /// Every cell of `answer` that cannot stand: it does not fit, or it is broken. Both are `[S]`; in order, each once.
    fn wrong_cells(&self, question: &[u8], answer: &[u8]) -> Vec<usize> {
        let fits = |at: usize| question.get(at).is_some_and(|&asked| self.fits(asked, answer[at]));
        let mut wrong: Vec<usize> = (0..answer.len()).filter(|&at| !fits(at)).collect();
        wrong.extend(self.broken(question, answer));
        wrong.sort_unstable();
        wrong.dedup();
        wrong
    }
    /// Whether a question with more of its blanks filled is a question again, whose faults tell contradictions: then a search
    /// may fill them step by step.
    fn fills_blanks(&self) -> bool {
        false
    }
    /// Whether a question with a fault has no solution for certain.
    fn faults_are_final(&self) -> bool {
        false
    }
    /// How hard a question is, counted in [`Rules::rating_unit`]; `None` where it has no solution.
    fn rating(&self, question: &[u8]) -> Option<u32>;
    /// What the rating counts, in words.
    fn rating_unit(&self) -> &'static str;
    /// Whether more than one answer to the question is right. False for what is no question.
    fn has_several_answers(&self, question: &[u8]) -> bool;
    /// One of a question's right answers, each as likely as any other, or without chance the one that stands for all of them;
    /// `None` where there is none, and in games whose questions have one answer.
    fn another_answer(&self, _question: &[u8], _random: Option<&mut Random>) -> Option<Vec<u8>> {
        None
    }
    /// The quarter, 0 to 3, of the ratings that questions on the same board can have, to which a question's own belongs; `None` where
    /// it has none, and in games without such a measure.
    fn rating_quarter(&self, _question: &[u8]) -> Option<usize> {
        None
    }
    /// A count of a question's solutions, up to two.
    #[cfg(feature = "generators")]
    fn count_solutions(&self, question: &[u8]) -> Box<dyn SolutionCount>;
}

/// A count of solutions that can be left at any guess and taken up again: a puzzle may take more guesses than anybody waits for.
pub trait SolutionCount {
    /// Counts on until it is known whether there are none, one or two, or `guesses` more were made: that is `None`.
    fn advance(&mut self, guesses: u32) -> Option<usize>;
    /// Guesses made so far.
    fn guesses(&self) -> u32 {
        0
    }
}

/// A count that is known at once.
pub struct Known(pub usize);

impl SolutionCount for Known {
    fn advance(&mut self, _guesses: u32) -> Option<usize> {
        Some(self.0)
    }
}

/// Draws random puzzles; without the crate's feature `generators` it only says what can be set of them.
pub trait Generator: Sync {
    /// What can be set of a puzzle, where so much is set already: the page's sliders and choices, the command line's `--set` and a
    /// recipe's mixture are made from this.
    fn settings(&self, _set: &Settings) -> Vec<Setting> {
        Vec::new()
    }
    /// What a value of one of the settings means, in words.
    fn words(&self, setting: &str, value: f64) -> String {
        let _ = setting;
        format!("{value}")
    }
    /// A random puzzle with one solution; what cannot be met is relaxed.
    #[cfg(feature = "generators")]
    fn generate(&self, random: &mut Random, settings: &Settings) -> crate::puzzle::Example;
    /// A random smaller puzzle in this size's form: a maze with walls around it. `None` for games without.
    #[cfg(feature = "generators")]
    fn generate_smaller(&self, _random: &mut Random) -> Option<crate::puzzle::Example> {
        None
    }
    /// Whether it has smaller puzzles, to be set into this size's form.
    fn has_smaller(&self) -> bool {
        false
    }
    /// Whether it has puzzles by the guesses that they take.
    fn has_hard(&self) -> bool {
        false
    }
    /// A random puzzle that takes a solver at least so many guesses, or the hardest of `tries` that were met; none that can spare
    /// a clue. `None` for games without.
    #[cfg(feature = "generators")]
    fn generate_hard(&self, _random: &mut Random, _guesses: u32, _tries: usize) -> Option<crate::puzzle::Example> {
        None
    }
}

/// Maps that carry each puzzle, with its answers, into another one of its kind.
pub trait Symmetry: Sync {
    /// A random form; every one is equally likely.
    fn form(&self, random: &mut Random) -> Form;
}

/// The symmetry classes of puzzles.
pub trait Classes: Sync {
    /// The key that a question shares with all its symmetric forms.
    ///
    /// # Errors
    /// What is no question.
    fn class_key(&self, question: &[u8]) -> Result<ClassKey, ParseError>;
}

/// Steps of difficulty that generated puzzles are spread over.
pub trait Difficulty: Sync {
    /// How many, at least 1.
    fn levels(&self) -> usize;
    /// The generator's settings for a difficulty from 0 (easiest) to 1.
    fn settings(&self, difficulty: f64) -> Settings;
}
