//! Undo and redo.

/// States kept for undoing.
const DEPTH: usize = 500;

/// A value with those before it and those taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct History<T> {
    past: Vec<T>,
    present: T,
    future: Vec<T>,
}

impl<T: Clone + PartialEq> History<T> {
    /// A value without a past.
    pub fn new(present: T) -> Self {
        Self { past: Vec::new(), present, future: Vec::new() }
    }

    /// The value.
    pub fn present(&self) -> &T {
        &self.present
    }

    /// Makes `next` the value; what had been taken back is forgotten. The same value again changes nothing.
    pub fn push(&mut self, next: T) {
        if next == self.present {
            return;
        }
        self.past.push(std::mem::replace(&mut self.present, next));
        if self.past.len() > DEPTH {
            self.past.remove(0);
        }
        self.future.clear();
    }

    /// Makes `next` the value in place of the present one: the last change goes on.
    pub fn amend(&mut self, next: T) {
        self.present = next;
        self.future.clear();
    }

    /// Takes the last change back; false if there is none.
    pub fn undo(&mut self) -> bool {
        let Some(previous) = self.past.pop() else { return false };
        self.future.push(std::mem::replace(&mut self.present, previous));
        true
    }

    /// Makes a change that was taken back again; false if there is none.
    pub fn redo(&mut self) -> bool {
        let Some(next) = self.future.pop() else { return false };
        self.past.push(std::mem::replace(&mut self.present, next));
        true
    }

    /// Whether [`History::undo`] would change something.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether [`History::redo`] would change something.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undo_and_redo_walk_the_same_way() {
        let mut history = History::new(0);
        for value in [1, 1, 2] {
            history.push(value);
        }
        assert!(history.undo() && history.undo());
        assert!(!history.undo() && !history.can_undo());
        assert_eq!(*history.present(), 0);
        assert!(history.redo());
        history.push(7);
        assert!(!history.can_redo() && !history.redo());
        assert!(history.undo());
        assert_eq!(*history.present(), 1);
    }

    #[test]
    fn a_change_that_goes_on_is_one_change() {
        let mut history = History::new(0);
        history.push(1);
        history.amend(2);
        assert!(history.undo() && !history.can_undo());
        assert_eq!(*history.present(), 0);
    }

    #[test]
    fn the_oldest_states_are_forgotten() {
        let mut history = History::new(0);
        (1..=DEPTH + 10).for_each(|value| history.push(value));
        while history.undo() {}
        assert_eq!(*history.present(), 10);
    }
}
