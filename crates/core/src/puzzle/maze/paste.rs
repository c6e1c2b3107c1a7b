//! Mazes as people paste them: with other signs for walls, cells and ends, indented, with tabs or spaces behind the lines, or
//! drawn with thin walls between the cells.

use std::borrow::Cow;

use super::{Cell, Grid, MAX, MIN, is_side};
use crate::{
    names::is_invisible,
    puzzle::{
        Size,
        text::{ParseError, undressed},
    },
};

/// Signs of a text at most: a board of the largest size, drawn with thin walls, has 3,721.
const MOST: usize = 1 << 14;
const EXPECTED: &str = "# (wall), a space, S (start), G (goal) or o (path)";
/// Blocks that are walls whatever else stands there.
const WALLS: &str = "#█▓▒■▉⬛";
/// Blocks that are open whatever else stands there.
const OPEN: &str = " \u{a0}\u{3000}□⬜░";
/// Signs that are open where no space is.
const OPEN_FOR_SPACE: &str = ".·_";
/// Letters that stand for something in a maze.
const LETTERS: &str = "SsGgAaBbEeXxo";

#[derive(Clone, Copy, Debug)]
struct Sign {
    line: usize,
    column: usize,
    found: char,
}

impl Sign {
    fn is_blank(&self) -> bool {
        self.found.is_whitespace()
    }
}

type Lines = Vec<Vec<Sign>>;

impl Grid {
    /// Reads `#`, space, `S`, `G` and `o`, either a line for each row or all rows in one line, and what people write in place
    /// of them: other signs, indentation, thin walls.
    ///
    /// # Errors
    /// The place in the text that is wrong; too few or too many rows or columns.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        grid(text)
    }

    /// Reads every maze of a text as [`Grid::parse`] does, in their order: at least one. Empty lines stand between them, or
    /// each is a line.
    ///
    /// # Errors
    /// The first place in the text that is wrong.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, ParseError> {
        grids(text)
    }
}

/// The maze of a text; its errors name the place in that.
fn grid(text: &str) -> Result<Grid, ParseError> {
    grid_below(&without_headings(&undressed(text)), 0)
}

/// The text with empty lines in place of headings and comments: lines with letters that no maze has, which have no wall, or
/// stand above or below the mazes.
fn without_headings(text: &str) -> Cow<'_, str> {
    let is_word = |line: &str| line.chars().any(|sign| sign.is_alphabetic() && !LETTERS.contains(sign));
    if !text.lines().any(is_word) {
        return Cow::Borrowed(text);
    }
    let is_heading = |line: &&str| is_word(line) && !line.chars().any(|sign| WALLS.contains(sign));
    let mut lines: Vec<&str> = text.lines().map(|line| if is_heading(&line) { "" } else { line }).collect();
    let is_empty = |line: &str| line.trim().is_empty();
    let blank = |lines: &mut [&str], order: &mut dyn Iterator<Item = usize>| {
        let mut at_edge = true;
        for at in order {
            if at_edge && is_word(lines[at]) {
                lines[at] = "";
            }
            at_edge = is_empty(lines[at]);
        }
    };
    let count = lines.len();
    blank(&mut lines, &mut (0..count));
    blank(&mut lines, &mut (0..count).rev());
    Cow::Owned(lines.join("\n"))
}

/// The same of a part of a text, with so many lines above it.
fn grid_below(text: &str, above: usize) -> Result<Grid, ParseError> {
    let Readings { square, rectangle } = readings(text, above);
    square.or_else(|error| rectangle.ok_or(error))
}

/// How a text can be read.
struct Readings {
    square: Result<Grid, ParseError>,
    /// Where it is no square: what stands behind the lines may be open cells, and a square is likelier than these.
    rectangle: Option<Grid>,
}

fn readings(text: &str, above: usize) -> Readings {
    // Every sign is taken apart with its place: a long text would take a hundred times its size.
    let found = text.chars().filter(|sign| !sign.is_whitespace()).count();
    if found > MOST {
        let expected = format!("at most {MOST} of a maze");
        return Readings { square: Err(ParseError::Length { found, expected }), rectangle: None };
    }
    let mut lines = located_lines(text, above);
    trim_ends(&mut lines, |line| line.is_empty());
    // As it stands, where that is a maze; then without what editors and messages put around it.
    let read = square(&lines);
    if read.is_ok() {
        return Readings { square: read, rectangle: None };
    }
    let mut cleaned = lines;
    trim_ends(&mut cleaned, |line| line.iter().all(Sign::is_blank));
    let indent = cleaned.iter().map(|line| line.iter().take_while(|sign| sign.is_blank()).count()).min().unwrap_or(0);
    if cleaned.len() > 1 {
        cleaned.iter_mut().for_each(|line| drop(line.drain(..indent)));
    } else if let [line] = cleaned.as_mut_slice() {
        line.truncate(line.iter().rposition(|sign| !sign.is_blank()).map_or(0, |at| at + 1));
        line.drain(..indent.min(line.len()));
    }
    if let Err(error) = expand_tabs(&mut cleaned) {
        return Readings { square: Err(error), rectangle: None };
    }
    let mut wide = cleaned.clone();
    cut_blanks(&mut cleaned, wide.len());
    if let Some(read) = thin_walls(&cleaned) {
        return Readings { square: read, rectangle: None };
    }
    let read = square(&cleaned);
    let ends = wide.iter().map(|line| line.iter().rposition(|sign| !sign.is_blank()).map_or(0, |at| at + 1));
    let width = ends.max().unwrap_or(0);
    cut_blanks(&mut wide, width);
    let rectangle = if read.is_ok() { None } else { rectangle(&wide) };
    Readings { square: read, rectangle }
}

/// Cuts lines of several to a width where nothing but blanks stands behind it.
fn cut_blanks(lines: &mut Lines, width: usize) {
    let rows = lines.len();
    for line in lines.iter_mut().filter(|line| rows > 1 && line.len() > width) {
        if line[width..].iter().all(Sign::is_blank) {
            line.truncate(width);
        }
    }
}

/// All mazes of a text, with empty lines between them or each in a line of its own; at least one.
fn grids(text: &str) -> Result<Vec<Grid>, ParseError> {
    let text = &*without_headings(&undressed(text)).into_owned();
    let Readings { square, rectangle } = readings(text, 0);
    let error = match square {
        Ok(maze) => return Ok(vec![maze]),
        Err(error) => error,
    };
    // Lines of which each could be a maze of its own are one where walls lie above and below.
    let is_wall = |cells: &[Cell]| cells.iter().all(|cell| *cell == Cell::Wall);
    let rectangle = match rectangle {
        Some(maze) => {
            let (cells, columns) = (maze.cells(), maze.size().columns());
            if is_wall(&cells[..columns]) && is_wall(&cells[cells.len() - columns..]) {
                return Ok(vec![maze]);
            }
            Some(maze)
        }
        None => None,
    };
    let lines: Vec<(usize, &str)> = text.lines().enumerate().collect();
    let is_empty = |line: &str| line.trim().is_empty();
    let blocks = lines.chunk_by(|a, b| is_empty(a.1) == is_empty(b.1)).filter(|block| !is_empty(block[0].1));
    let rows = lines.chunks(1).filter(|row| !is_empty(row[0].1));
    let read = |part: &[(usize, &str)]| {
        let written: Vec<&str> = part.iter().map(|(_, line)| *line).collect();
        grid_below(&written.join("\n"), part[0].0)
    };
    for parts in [blocks.collect::<Vec<_>>(), rows.collect()].into_iter().filter(|parts| parts.len() > 1) {
        let read: Vec<_> = parts.into_iter().map(read).collect();
        // Of texts that are no mazes at all, the whole text's error is the better one.
        if read.iter().any(Result::is_ok) {
            return read.into_iter().collect();
        }
    }
    rectangle.map(|maze| vec![maze]).ok_or(error)
}

fn located_lines(text: &str, above: usize) -> Lines {
    let (mut lines, mut column, mut after_return) = (vec![Vec::new()], 0, false);
    for found in text.chars() {
        match found {
            '\n' if after_return => {}
            '\n' | '\r' => {
                lines.push(Vec::new());
                column = 0;
            }
            _ => {
                column += 1;
                let line = above + lines.len();
                if !is_invisible(found)
                    && let Some(signs) = lines.last_mut()
                {
                    signs.push(Sign { line, column, found });
                }
            }
        }
        after_return = found == '\r';
    }
    lines
}

fn trim_ends(lines: &mut Lines, is_empty: impl Fn(&Vec<Sign>) -> bool) {
    let end = lines.iter().rposition(|line| !is_empty(line)).map_or(0, |at| at + 1);
    lines.truncate(end);
    let start = lines.iter().position(|line| !is_empty(line)).unwrap_or(0);
    lines.drain(..start);
}

/// Puts spaces in place of tabs, as many as make the line as long as those without.
fn expand_tabs(lines: &mut Lines) -> Result<(), ParseError> {
    let is_tab = |sign: &Sign| sign.found == '\t';
    let width = lines.iter().filter(|line| !line.iter().any(is_tab)).map(Vec::len).max().unwrap_or(0);
    for line in lines {
        let Some(&Sign { line: number, column, found }) = line.iter().find(|sign| is_tab(sign)) else { continue };
        let end = line.iter().rposition(|sign| !sign.is_blank()).map_or(0, |at| at + 1);
        line.truncate(end);
        let tabs = line.iter().filter(|sign| is_tab(sign)).count();
        let spaces = width.saturating_sub(line.len() - tabs);
        if tabs == 0 {
            continue;
        }
        if spaces == 0 || !spaces.is_multiple_of(tabs) {
            let expected = format!("spaces: the other lines have {width} cells");
            return Err(ParseError::Character { line: number, column, found, expected });
        }
        let wide = |sign: &Sign| {
            let times = if is_tab(sign) { spaces / tabs } else { 1 };
            std::iter::repeat_n(Sign { found: if is_tab(sign) { ' ' } else { sign.found }, ..*sign }, times)
        };
        *line = line.iter().flat_map(wide).collect();
    }
    Ok(())
}

/// The cells of a maze of a sign for each, line by line.
fn cells_of(lines: &Lines) -> Result<Vec<Vec<Cell>>, ParseError> {
    let legend = Legend::of(lines);
    lines.iter().map(|line| line.iter().map(|sign| legend.cell(sign)).collect()).collect()
}

/// A square maze of a sign for each cell: a line for each row, or all in one.
fn square(lines: &Lines) -> Result<Grid, ParseError> {
    let rows = cells_of(lines)?;
    let whole = |cells: usize| cells.isqrt();
    let side = match rows.as_slice() {
        [row] => whole(row.len()),
        _ => rows.len(),
    };
    let cells: usize = rows.iter().map(Vec::len).sum();
    if !is_side(side) || rows.len() <= 1 && side * side != cells {
        return Err(if rows.len() <= 1 {
            let expected = format!("a square of {MIN}x{MIN} to {MAX}x{MAX}");
            ParseError::Length { found: cells, expected }
        } else {
            let expected = format!("{MIN} to {MAX} lines of {MIN} to {MAX} cells");
            ParseError::Lines { found: rows.len(), expected }
        });
    }
    if rows.len() > 1 && rows.iter().any(|row| row.len() != side) {
        let width = rows[0].len();
        if rows.iter().all(|row| row.len() == width) {
            return Err(ParseError::Length { found: width, expected: format!("{MIN} to {MAX} in each line") });
        }
        // The first that differs from the rest: of a square's length, where some have that, else of the first line's.
        let expected = if rows.iter().any(|row| row.len() == side) { side } else { width };
        if let Some((at, row)) = rows.iter().enumerate().find(|(_, row)| row.len() != expected) {
            let line =
                lines[at].first().map_or_else(|| lines[0].first().map_or(1, |sign| sign.line) + at, |sign| sign.line);
            return Err(ParseError::Line { line, found: row.len(), expected });
        }
    }
    Ok(Grid::of_cells(Size::square(side), rows.concat()))
}

/// A maze of a sign for each cell and a line for each row; `None` where the lines differ, or are too few, short, many or long.
fn rectangle(lines: &Lines) -> Option<Grid> {
    let (rows, columns) = (lines.len(), lines.first()?.len());
    let is_even = is_side(rows) && is_side(columns) && lines.iter().all(|line| line.len() == columns);
    let cells = cells_of(lines).ok().filter(|_| is_even)?;
    Some(Grid::of_cells(Size::new(rows, columns), cells.concat()))
}

/// Which signs stand for what, by those that the text uses.
struct Legend {
    has_walls: bool,
    has_spaces: bool,
    has_start: bool,
    has_goal: bool,
}

impl Legend {
    fn of(lines: &Lines) -> Self {
        let has = |signs: &str| lines.iter().flatten().any(|sign| signs.contains(sign.found));
        Self { has_walls: has(WALLS), has_spaces: has(OPEN), has_start: has("Ss"), has_goal: has("Gg") }
    }

    fn cell(&self, sign: &Sign) -> Result<Cell, ParseError> {
        let &Sign { line, column, found } = sign;
        Ok(match found {
            found if WALLS.contains(found) || is_line(found) => Cell::Wall,
            'X' | 'x' if !self.has_walls => Cell::Wall,
            found if OPEN.contains(found) => Cell::Open,
            found if OPEN_FOR_SPACE.contains(found) && !self.has_spaces => Cell::Open,
            'S' | 's' => Cell::Start,
            'G' | 'g' => Cell::Goal,
            'A' | 'a' if !self.has_start => Cell::Start,
            'B' | 'b' | 'E' | 'e' if !self.has_goal => Cell::Goal,
            'o' => Cell::Path,
            _ => return Err(ParseError::Character { line, column, found, expected: EXPECTED.into() }),
        })
    }
}

/// A sign of box drawing.
fn is_line(found: char) -> bool {
    matches!(found, '\u{2500}'..='\u{257f}')
}

/// A maze whose walls are lines between the cells, `+---+` and `|`, with `o` or box drawing in the corners too; `None` where
/// it is not drawn so.
fn thin_walls(lines: &Lines) -> Option<Result<Grid, ParseError>> {
    let is_corner = |sign: &Sign| matches!(sign.found, '+' | 'o') || is_line(sign.found);
    let is_wall = |sign: &Sign| matches!(sign.found, '-' | '|' | '=') || is_line(sign.found);
    let first = lines.first()?;
    if !first.iter().find(|sign| !sign.is_blank()).is_some_and(is_corner) || !first.iter().any(is_wall) {
        return None;
    }
    let rows = lines.len();
    let width = lines.iter().map(Vec::len).max()?;
    // From one corner to the next: R rooms are drawn in 2 R + 1 lines, beside each other in R · pitch + 1 signs. Corners tell
    // how many rooms lie beside each other; without any between, as many as above each other.
    let above = (rows.checked_sub(1)? / 2).max(1);
    let beside = match first.iter().filter(|sign| matches!(sign.found, '+' | 'o')).count() {
        corners @ 3.. => corners - 1,
        _ => above,
    };
    let (columns, pitch) = (2 * beside + 1, width.checked_sub(1)? / beside);
    if !is_side(rows) || !is_side(columns) || rows.is_multiple_of(2) || pitch < 2 || width != beside * pitch + 1 {
        return None;
    }
    let size = Size::new(rows, columns);
    let legend = Legend::of(lines);
    let mut cells = Vec::with_capacity(size.cells());
    for (row, line) in lines.iter().enumerate() {
        for column in 0..columns {
            let start = column / 2 * pitch + column % 2;
            let end = if column % 2 == 0 { start + 1 } else { start + pitch - 1 };
            let signs = line.get(start.min(line.len())..end.min(line.len())).unwrap_or_default();
            cells.push(match (row % 2, column % 2) {
                (0, 0) => Cell::Wall,
                (1, 1) => match signs.iter().find(|sign| !sign.is_blank()).map(|sign| legend.cell(sign)) {
                    None => Cell::Open,
                    Some(Ok(cell)) => cell,
                    Some(Err(error)) => return Some(Err(error)),
                },
                _ if signs.iter().any(is_wall) => Cell::Wall,
                _ => Cell::Open,
            });
        }
    }
    Some(Ok(Grid::of_cells(size, cells)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "#########\n#S  #   #\n### # # #\n#   # # #\n# ### # #\n#     # #\n# ##### #\n#      G#\n#########";

    #[test]
    fn every_dress_of_a_maze_is_read() {
        let each = |change: &dyn Fn(&str) -> String| TEXT.lines().map(change).collect::<Vec<_>>().join("\n");
        let tabs = TEXT.replace("#     #", "#\t #").replace("#      G", "#\t  G");
        for text in [
            TEXT.replace(' ', "."),
            TEXT.to_lowercase(),
            each(&|line| format!("    {line}")),
            each(&|line| format!("\t{line}")),
            each(&|line| format!("{line}  ")),
            TEXT.replace('#', "█"),
            TEXT.replace('#', "X"),
            TEXT.replace('S', "A").replace('G', "B"),
            TEXT.replace('G', "E"),
            TEXT.replace('\n', "\r\n"),
            TEXT.replace('\n', "\r"),
            tabs,
            format!("\u{feff}{TEXT}\n   \n"),
            format!("```\n{TEXT}\n```"),
            format!("Here it is:\n```text\n{TEXT}\n```\nCan you solve it?"),
            each(&|line| format!("> {line}")),
            format!("Maze 1\n{TEXT}"),
            format!("# an easy one\n\n{TEXT}\n// from the newspaper\n"),
            TEXT.replace('#', "┼"),
            TEXT.replace('\n', ""),
            format!(" {} ", TEXT.replace('\n', "")),
        ] {
            assert_eq!(grid(&text).unwrap_or_else(|error| panic!("{error}\n{text}")).to_text(), TEXT, "{text}");
        }
    }

    #[test]
    fn thin_walls_become_cells() {
        let blocks = "#####\n#S  #\n### #\n#G  #\n#####";
        for text in [
            "+---+---+\n| S     |\n+---+   +\n| G     |\n+---+---+",
            "o---o---o\n| S     |\no---o   o\n| G     |\no---o---o",
            "+-+-+\n|S  |\n+-+ +\n|G  |\n+-+-+",
            "┌───────┐\n│ S     │\n├───╴   │\n│ G     │\n└───────┘",
            "  o---o---o\n  | S     |\n  o---o   o\n  | G     |\n  o---o---o\n",
        ] {
            assert_eq!(grid(text).unwrap_or_else(|error| panic!("{error}\n{text}")).to_text(), blocks, "{text}");
        }
    }

    #[test]
    fn several_mazes_are_read_in_their_order() {
        let one = grid(TEXT).unwrap();
        let turned: String = TEXT.lines().rev().map(|line| format!("{line}\n")).collect();
        let other = grid(&turned).unwrap();
        assert_eq!(grids(TEXT).unwrap(), std::slice::from_ref(&one));
        assert_eq!(
            grids(&format!("{TEXT}\n\n{turned}\n  \n{TEXT}\n")).unwrap(),
            [one.clone(), other.clone(), one.clone()]
        );
        let [first, second] = [&one, &other].map(|maze| maze.to_text().replace('\n', ""));
        let one_more = one.clone();
        assert_eq!(grids(&format!("{first}\n{second}")).unwrap(), [one, other]);
        assert_eq!(grids(&format!("Maze 1\n{TEXT}\nMaze 2\n{TEXT}\n")).unwrap(), [one_more.clone(), one_more]);
        // What is wrong with one of them is told where it stands.
        let broken = format!("{TEXT}\n\n{}", turned.replacen('#', "?", 1));
        assert!(grids(&broken).unwrap_err().to_string().starts_with("line 11, column 1: found '?'"), "{broken}");
    }

    #[test]
    fn a_maze_needs_not_be_a_square() {
        let wide: Vec<String> = TEXT.lines().map(|line| format!("{line}##")).collect();
        let wide = wide.join("\n");
        let tall = "#####\n#S  #\n### #\n#   #\n# ###\n#  G#\n#####";
        for text in [wide.as_str(), tall] {
            for dressed in
                [text.to_owned(), text.replace('\n', "  \n"), text.replace('\n', "\n\t").replacen('#', "\t#", 1)]
            {
                assert_eq!(grid(&dressed).unwrap().to_text(), text, "{dressed}");
            }
        }
        assert_eq!(grids(&format!("{tall}\n\n{wide}")).unwrap().len(), 2);
        let thin = "+---+---+---+\n| S         |\n+---+---+   +\n| G         |\n+---+---+---+";
        assert_eq!(grid(thin).unwrap().to_text(), "#######\n#S    #\n##### #\n#G    #\n#######");
        // Lines of 25 cells each are mazes of 5x5 unless walls lie above and below them.
        let line = "######S  ## ## ##  G######";
        let line = &line[..25];
        assert_eq!(grids(&[line; 6].join("\n")).unwrap().len(), 6);
        let walls = "#".repeat(25);
        assert_eq!(grids(&[&walls, line, line, line, &walls].join("\n")).unwrap()[0].size(), Size::new(5, 25));
    }

    #[test]
    fn errors_name_the_place_in_the_text() {
        let said = |text: &str| grid(text).unwrap_err().to_string();
        let with = |from: &str, to: &str| format!("\n\n{}", TEXT.replacen(from, to, 1));
        assert!(said(&with("#S  #", "#S? #")).starts_with("line 4, column 3: found '?', expected #"));
        // A cross among walls, a dot among spaces, a second start may be anything.
        assert!(said(&with("#S  #", "#S x#")).starts_with("line 4, column 4: found 'x'"));
        assert!(said(&with("#S  #", "#S .#")).starts_with("line 4, column 4: found '.'"));
        assert!(said(&with("#S  #", "#S A#")).starts_with("line 4, column 4: found 'A'"));
        assert_eq!(said(&with("#   # # #", "#   # ##")), "line 6: found 8 cells, expected 9");
        let wide: Vec<String> = TEXT.lines().map(|line| format!("{line}{}", "#".repeat(22))).collect();
        assert_eq!(said(&wide.join("\n")), "found 31 cells, expected 5 to 30 in each line");
        assert!(said(&with("#     # #", "#\t\t\t\t# #")).starts_with("line 8, column 2: found '\\t', expected spaces"));
    }

    #[cfg(not(target_arch = "wasm32"))]
    mod properties {
        use super::*;
        use proptest::prelude::*;

        proptest! {
            #[test]
            fn any_text_is_read_or_refused(text in "\\PC{0,200}|[#. SGxo|+\\-\n\t]{0,300}") {
                for maze in grids(&text).into_iter().flatten() {
                    prop_assert_eq!(maze.cells().len(), maze.size().cells());
                }
            }
        }
    }
}
