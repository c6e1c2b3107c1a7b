//! Mazes on the page: how long their path is and how many loops they have.

use hrm_core::puzzle::{
    Kind,
    maze::{Grid, loops, shortest_path},
};

use super::extras::Extras;

/// The page's part of the game.
pub struct Maze;

impl Extras for Maze {
    fn game(&self) -> &'static str {
        "maze"
    }

    fn figures(&self, kind: Kind, question: &[u8]) -> Option<String> {
        let maze = Grid::from_tokens(kind.size(), question).ok()?;
        let (steps, loops) = (shortest_path(&maze)?.len() - 1, loops(&maze)?);
        let steps = match steps {
            1 => "1 step, they stand side by side and nothing is to be marked".into(),
            steps => format!("{steps} steps"),
        };
        let loops = match loops {
            0 => "no loops".into(),
            1 => "one loop".into(),
            loops => format!("{loops} loops"),
        };
        Some(format!("From S to G: {steps}, {loops}."))
    }

    fn right_path(&self, kind: Kind, question: &[u8]) -> Option<Vec<usize>> {
        shortest_path(&Grid::from_tokens(kind.size(), question).ok()?)
    }

    fn solved(&self, kind: Kind, question: &[u8]) -> Option<String> {
        let steps = kind.rating(question)?;
        Some(format!("Solved: checked by the rules, this is a shortest path, {steps} steps."))
    }

    fn unsolved(&self, kind: Kind, question: &[u8]) -> Option<String> {
        let steps = kind.rating(question)?;
        Some(format!(" A breadth-first search finds a path of {steps} steps: the dashed line."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_maze_says_what_it_is_like() {
        let kind: Kind = "maze-5".parse().unwrap();
        let question = kind.encode("#####\n#S  #\n# # #\n#  G#\n#####").unwrap();
        assert_eq!(Maze.figures(kind, &question).unwrap(), "From S to G: 4 steps, one loop.");
        assert_eq!(Maze.right_path(kind, &question).unwrap().len(), 5);
        assert_eq!(Maze.figures(kind, &[1; 25]), None);
        let beside = kind.encode("#####\n#SG##\n#####\n#####\n#####").unwrap();
        let said = "From S to G: 1 step, they stand side by side and nothing is to be marked, no loops.";
        assert_eq!(Maze.figures(kind, &beside).unwrap(), said);
    }
}
