//! A small task as a piece of a web address.
//!
//! Grids are mostly one colour, or a grid that was there before with a few cells changed: each cell is written in as few bits
//! as it was to be expected. Of the 949 tasks that come with the page half take at most 119 characters, and all but eight
//! fit into a link.

mod model;
mod range;

use super::{Grid, Pair, Task};
use crate::{
    puzzle::{Place, Size},
    random::mix64,
};
use model::{Coder, Model, Near};
use range::{Decoder, Encoder};

/// The most characters of a task in a link. Programs that people send links through cut longer ones.
pub const MOST: usize = 2000;

/// What stands for six bits, all of them characters that an address takes as they are.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// The first character: another form would begin with another one.
const FORM: &str = "1";

/// The grids of a task as letters, digits, `-` and `_`; its id and other fields are left out.
///
/// # Errors
/// The task takes more than [`MOST`] characters, or has more pairs than are read.
pub fn encode(task: &Task) -> Result<String, LinkError> {
    if let Some(found) = [&task.train, &task.test].map(Vec::len).into_iter().find(|found| *found > Task::MOST_PAIRS) {
        return Err(LinkError::Pairs { found });
    }
    let mut encoder = Encoder::default();
    walk(&mut encoder, Some(task));
    let text = FORM.to_owned() + &in_digits(&[&check(task)[..], &encoder.finish()].concat());
    if text.len() > MOST { Err(LinkError::Long { found: text.len() }) } else { Ok(text) }
}

/// The task of a link, without id.
///
/// # Errors
/// Text that [`encode`] has not made, or that was cut or changed on the way.
pub fn decode(text: &str) -> Result<Task, LinkError> {
    if text.len() > MOST {
        return Err(LinkError::Damaged);
    }
    let bytes = text.strip_prefix(FORM).and_then(of_digits).ok_or(LinkError::Damaged)?;
    let (sum, coded) = bytes.split_at_checked(2).ok_or(LinkError::Damaged)?;
    let task = walk(&mut Decoder::new(coded), None);
    if check(&task) == *sum { Ok(task) } else { Err(LinkError::Damaged) }
}

/// Why there is no link, or no task in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// A task that is too large for a link.
    #[error("the task takes {found} characters in a link, at most {MOST} get through everywhere; save it as a file")]
    Long {
        /// Characters that it would take.
        found: usize,
    },
    /// A task of too many pairs.
    #[error("the task has {found} pairs, expected at most {}", Task::MOST_PAIRS)]
    Pairs {
        /// Demonstrations, or tests.
        found: usize,
    },
    /// Something else than a task, or a task that was cut or changed on the way.
    #[error("the link's task was cut or changed on the way; expected a link as this page makes it")]
    Damaged,
}

/// Writes a task, or reads one where none is given: both are the same walk.
fn walk(coder: &mut impl Coder, task: Option<&Task>) -> Task {
    let mut model = Model::default();
    let mut sides = [Vec::new(), Vec::new()];
    // Small numbers are likely.
    let counts: Vec<u32> = (0..=Task::MOST_PAIRS as u32).map(|count| 1000 / (count + 1)).collect();
    let lengths = [0, 1].map(|side| coder.code(task.map_or(0, |task| pairs(task)[side].len()), &counts));
    let mut before: [Option<Grid>; 2] = [None, None];
    for (side, length) in lengths.into_iter().enumerate() {
        for number in 0..length {
            let pair = task.map(|task| &pairs(task)[side][number]);
            let has_output = coder.code(usize::from(pair.is_some_and(|pair| pair.output.is_some())), &[1, 15]) == 1;
            let input = grid(coder, &mut model, pair.map(|pair| &pair.input), None, before[0].as_ref());
            before[0] = Some(input.clone());
            let output = has_output.then(|| {
                let output = pair.and_then(|pair| pair.output.as_ref());
                let output = grid(coder, &mut model, output, Some(&input), before[1].as_ref());
                before[1] = Some(output.clone());
                output
            });
            sides[side].push(Pair::new(input, output));
        }
    }
    let [train, test] = sides;
    Task::new("", train, test)
}

fn pairs(task: &Task) -> [&[Pair]; 2] {
    [&task.train, &task.test]
}

/// Writes a grid, or reads one: with the input that an output belongs to, and the input or output before it.
fn grid(
    coder: &mut impl Coder,
    model: &mut Model,
    given: Option<&Grid>,
    input: Option<&Grid>,
    before: Option<&Grid>,
) -> Grid {
    let known = [input, before].map(|grid| grid.map(Grid::size));
    let size = given.map(Grid::size);
    let as_known = known.iter().position(|known| size.is_some() && *known == size).unwrap_or(2);
    // Not the size of a grid that there is not.
    let likely = known.map(|known| if known.is_some() { 100 } else { 1 });
    let size = match known.get(coder.code(as_known, &[likely[0], likely[1], 40])).copied().flatten() {
        Some(size) => size,
        None => {
            let mut side =
                |of: fn(Size) -> usize| coder.code(size.map_or(0, |size| of(size) - 1), &[1; Grid::MOST]) + 1;
            let (rows, columns) = (side(Size::rows), side(Size::columns));
            Size::new(rows, columns)
        }
    };
    let twin = input.filter(|input| input.size() == size);
    let mut grid = Grid::black(size);
    for at in 0..size.cells() {
        let place = Place::of(at, size.columns());
        let Place { row, column } = place;
        let above = |column: Option<usize>| grid.get(Place { row: row.checked_sub(1)?, column: column? });
        let near = Near {
            left: column.checked_sub(1).and_then(|column| grid.get(Place { row, column })),
            up: above(Some(column)),
            up_left: above(column.checked_sub(1)),
            up_right: above(Some(column + 1)),
            twin: twin.and_then(|twin| twin.get(place)),
        };
        let colour = given.and_then(|given| given.get(place)).unwrap_or(0);
        grid.set(place, model.cell(coder, colour, near));
    }
    grid
}

/// By which a damaged link is known: a hash of all that it holds.
fn check(task: &Task) -> [u8; 2] {
    let mut hash = mix64(task.train.len() as u64);
    let mut add = |number: usize| hash = mix64(hash.wrapping_add(number as u64));
    for pair in task.train.iter().chain(&task.test) {
        add(usize::from(pair.output.is_some()));
        for grid in pair.grids() {
            add(grid.rows());
            add(grid.columns());
            grid.cells().iter().for_each(|&cell| add(cell.into()));
        }
    }
    [hash as u8, (hash >> 8) as u8]
}

/// Bytes in digits of six bits, the high bits first.
fn in_digits(bytes: &[u8]) -> String {
    let digits = bytes.chunks(3).flat_map(|three| {
        let bits = (0..3).fold(0_usize, |bits, at| bits << 8 | usize::from(three.get(at).copied().unwrap_or(0)));
        (0..=three.len()).map(move |digit| char::from(DIGITS[bits >> (18 - 6 * digit) & 63]))
    });
    digits.collect()
}

/// The bytes again; `None` for other characters, or another number of them.
fn of_digits(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for four in text.as_bytes().chunks(4) {
        let digits = four.iter().map(|sign| DIGITS.iter().position(|digit| digit == sign));
        let bits = digits.collect::<Option<Vec<_>>>()?.into_iter().fold(0, |bits, digit| bits << 6 | digit);
        let bits = bits << (6 * (4 - four.len()));
        let count = four.len() - 1;
        let is_whole = count > 0 && bits & ((1 << (24 - 8 * count)) - 1) == 0;
        is_whole.then_some(())?;
        bytes.extend((0..count).map(|at| (bits >> (16 - 8 * at)) as u8));
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn random_grid(random: &mut Random, most: usize, colours: usize) -> Grid {
        let size = Size::new(1 + random.below(most), 1 + random.below(most));
        Grid::new(size, (0..size.cells()).map(|_| random.below(colours) as u8).collect()).unwrap()
    }

    fn random_task(random: &mut Random) -> Task {
        let (most, colours) = (1 + random.below(8), 1 + random.below(10));
        let mut pairs = |output: f64| {
            let count = 1 + random.below(4);
            let pair = |_| {
                let input = random_grid(random, most, colours);
                let output = random.chance(output).then(|| random_grid(random, most, colours));
                Pair::new(input, output)
            };
            (0..count).map(pair).collect::<Vec<_>>()
        };
        Task::new("", pairs(0.9), pairs(0.5))
    }

    #[test]
    fn a_task_comes_through_a_link() {
        let mut random = Random::new(1);
        for _ in 0..300 {
            let task = random_task(&mut random);
            let link = encode(&task).unwrap();
            assert!(link.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"-_".contains(&sign)), "{link}");
            assert_eq!(decode(&link).unwrap(), task);
        }
        assert_eq!(decode(&encode(&Task::default()).unwrap()), Ok(Task::default()));
    }

    #[test]
    fn what_is_expected_takes_little_room() {
        let grid = Grid::filled(Size::square(30), 0);
        let task = Task::new("", vec![Pair::new(grid.clone(), Some(grid.clone())); 3], vec![Pair::new(grid, None)]);
        let link = encode(&task).unwrap();
        assert!(link.len() < 30, "{link}");
        assert_eq!(decode(&link), Ok(task));
    }

    #[test]
    fn a_task_that_is_too_large_is_told() {
        let mut random = Random::new(2);
        let mut noise = || Grid::new(Size::square(30), (0..900).map(|_| random.below(10) as u8).collect()).unwrap();
        let task = Task::new("", (0..3).map(|_| Pair::new(noise(), None)).collect(), vec![Pair::new(noise(), None)]);
        // 3600 cells of 3.32 bits are 1993 digits of six bits.
        let said = encode(&task).unwrap_err().to_string();
        assert!(said.starts_with("the task takes 2") && said.ends_with("save it as a file"), "{said}");
        let many = Task::new("", vec![Pair::new(Grid::black(Size::square(1)), None); 101], Vec::new());
        assert_eq!(encode(&many), Err(LinkError::Pairs { found: 101 }));
    }

    #[test]
    fn damaged_links_are_refused() {
        let mut random = Random::new(3);
        let (mut missed, mut total) = (0, 0);
        for _ in 0..40 {
            let task = random_task(&mut random);
            let link = encode(&task).unwrap();
            for _ in 0..40 {
                let mut damaged = link.clone().into_bytes();
                match random.below(3) {
                    0 => damaged.truncate(random.below(damaged.len())),
                    1 => damaged.push(DIGITS[random.below(64)]),
                    _ => {
                        let at = random.below(damaged.len());
                        damaged[at] = DIGITS[random.below(64)];
                    }
                }
                let damaged = String::from_utf8(damaged).unwrap();
                let read = decode(&damaged);
                total += usize::from(damaged != link);
                missed += usize::from(damaged != link && read.is_ok_and(|read| read != task));
            }
        }
        // One in 65,536 has the same check.
        assert!(total > 1000 && missed <= 1, "{missed} of {total}");
        for text in ["", "1", "1A", "1AA", "2AAAA", "1AAA=", "1é", "1AAA A"] {
            assert_eq!(decode(text), Err(LinkError::Damaged), "{text}");
        }
        assert_eq!(decode(&format!("1{}", "A".repeat(MOST))), Err(LinkError::Damaged));
    }
}
