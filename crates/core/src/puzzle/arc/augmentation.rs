//! The maps under which a task stays the same puzzle: turned, flipped, in other colours.

use std::{collections::HashSet, fmt, str::FromStr};

use super::{COLOURS, Grid, Task, edit};
use crate::{puzzle::Dihedral, random::Random};

/// One of the eight maps of a square, then a permutation of the colours that leaves black alone. As text, and as the official
/// data sets name it behind a task's id: `t3_0246813579`, the map's number and what becomes of the colours 0 to 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Augmentation {
    map: Dihedral,
    /// What becomes of each colour.
    colours: [u8; COLOURS as usize],
}

impl Augmentation {
    /// The one that changes nothing.
    pub fn identity() -> Self {
        Self { map: Dihedral::IDENTITY, colours: std::array::from_fn(|colour| colour as u8) }
    }

    /// A map and what becomes of each colour; `None` where that is no permutation, or black does not stay.
    pub fn new(map: Dihedral, colours: [u8; COLOURS as usize]) -> Option<Self> {
        let found =
            colours.iter().fold(0_u16, |found, &colour| found | 1_u16.checked_shl(u32::from(colour)).unwrap_or(0));
        (colours[0] == 0 && found == (1 << COLOURS) - 1).then_some(Self { map, colours })
    }

    /// A random one: each is equally likely.
    pub fn random(random: &mut Random) -> Self {
        let Self { mut colours, .. } = Self::identity();
        let map = Dihedral::of_number(random.below(8) as u8).unwrap_or(Dihedral::IDENTITY);
        random.shuffle(&mut colours[1..]);
        Self { map, colours }
    }

    /// The map.
    pub fn map(self) -> Dihedral {
        self.map
    }

    /// What becomes of each colour.
    pub fn colours(self) -> [u8; COLOURS as usize] {
        self.colours
    }

    /// A grid under it.
    pub fn apply(self, grid: &Grid) -> Grid {
        edit::mapped(grid, self.map).recoloured(&self.colours)
    }

    /// The grid that is this one under it.
    pub fn undo(self, grid: &Grid) -> Grid {
        let mut back = [0; COLOURS as usize];
        for (colour, &becomes) in self.colours.iter().enumerate() {
            back[usize::from(becomes)] = colour as u8;
        }
        edit::mapped(&grid.recoloured(&back), self.map.inverse())
    }

    /// Augmentations that make something else of a task each: the identity, then at most `count` random ones. A task of great
    /// symmetry, or of few colours, has fewer: the search ends after five failures for each one that was asked for.
    pub fn distinct(task: &Task, count: usize, random: &mut Random) -> Vec<Self> {
        let grids: Vec<&Grid> = task.grids().collect();
        let version = |augmentation: Self| grids.iter().map(|grid| augmentation.apply(grid)).collect::<Vec<_>>();
        let (mut found, mut seen) = (vec![Self::identity()], HashSet::from([version(Self::identity())]));
        for _ in 0..count.saturating_mul(TRIES) {
            if found.len() > count {
                break;
            }
            let next = Self::random(random);
            if seen.insert(version(next)) {
                found.push(next);
            }
        }
        found
    }
}

/// Random augmentations that are tried for each one that is asked for.
const TRIES: usize = 5;

impl fmt::Display for Augmentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "t{}_", self.map.number())?;
        self.colours.iter().try_for_each(|colour| write!(f, "{colour}"))
    }
}

/// Text that names no augmentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected an augmentation such as t3_0246813579: a map from 0 to 7, then what becomes of the colours 0 to 9, of which 0 stays"
)]
pub struct NoAugmentation;

impl FromStr for Augmentation {
    type Err = NoAugmentation;

    fn from_str(text: &str) -> Result<Self, NoAugmentation> {
        let digits: Option<Vec<u8>> = text
            .strip_prefix('t')
            .filter(|rest| rest.as_bytes().get(1) == Some(&b'_'))
            .and_then(|rest| rest.bytes().filter(|byte| *byte != b'_').map(|byte| byte.checked_sub(b'0')).collect());
        let [map, colours @ ..] = digits.as_deref().ok_or(NoAugmentation)? else { return Err(NoAugmentation) };
        let map = Dihedral::of_number(*map).ok_or(NoAugmentation)?;
        let found = colours.try_into().ok().and_then(|colours| Self::new(map, colours)).ok_or(NoAugmentation)?;
        // Nothing between the digits, either.
        if found.to_string() == text { Ok(found) } else { Err(NoAugmentation) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::arc::Pair;

    fn grid(rows: &[&[u8]]) -> Grid {
        Grid::of_rows(rows).unwrap()
    }

    #[test]
    fn a_grid_is_mapped_and_then_recoloured() {
        let augmentation: Augmentation = "t1_0213456789".parse().unwrap();
        // A quarter turn counter-clockwise, 1 and 2 exchanged.
        let before = grid(&[&[1, 2, 3], &[0, 5, 6]]);
        let after = grid(&[&[3, 6], &[1, 5], &[2, 0]]);
        assert_eq!(augmentation.apply(&before), after);
        assert_eq!(augmentation.undo(&after), before);
    }

    #[test]
    fn every_augmentation_is_undone() {
        let before = grid(&[&[0, 1, 2, 3, 4], &[5, 6, 7, 8, 9], &[1, 1, 0, 2, 2]]);
        let mut random = Random::new(3);
        let mut maps = HashSet::new();
        for _ in 0..200 {
            let augmentation = Augmentation::random(&mut random);
            maps.insert(augmentation.map().number());
            let after = augmentation.apply(&before);
            assert_eq!(augmentation.undo(&after), before, "{augmentation}");
            let black = |grid: &Grid| grid.cells().iter().filter(|colour| **colour == 0).count();
            assert_eq!(black(&after), 2, "black stays");
            assert_eq!(augmentation.to_string().parse(), Ok(augmentation));
        }
        assert_eq!(maps.len(), 8);
    }

    #[test]
    fn what_is_no_augmentation_is_refused() {
        for text in [
            "",
            "t",
            "t3",
            "t3_",
            "t8_0123456789",
            "t3_1023456789",
            "t3_0123456788",
            "t3_012345678",
            "t3_01234567890",
            "3_0123456789",
            "t3_01234_56789",
            "t30123456789",
            "t3_012345678a",
        ] {
            assert_eq!(text.parse::<Augmentation>(), Err(NoAugmentation), "{text}");
        }
        assert_eq!("t0_0123456789".parse(), Ok(Augmentation::identity()));
        assert_eq!(Augmentation::new(Dihedral::IDENTITY, [0, 1, 2, 3, 4, 5, 6, 7, 8, 200]), None);
    }

    #[test]
    fn augmented_versions_of_a_task_are_unequal() {
        let versions = |rows: &[&[u8]], count| {
            let task = Task::new("", vec![Pair::new(grid(rows), None)], Vec::new());
            Augmentation::distinct(&task, count, &mut Random::new(1)).len()
        };
        // A black cell is the same under all; a coloured one has nine colours.
        assert_eq!(versions(&[&[0]], 100), 1);
        assert_eq!(versions(&[&[1]], 100), 9);
        assert_eq!(versions(&[&[0, 1, 2], &[3, 4, 5], &[6, 7, 8]], 100), 101);
        assert_eq!(versions(&[&[1]], 0), 1);
    }
}
