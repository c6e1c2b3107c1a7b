//! Collections of tasks, and a person's own; what is looked for among them.

use hrm_core::{
    names,
    puzzle::arc::{
        Task,
        library::{COLLECTIONS, Entry, Filter},
    },
};

/// A task on the shelf.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The task.
    pub task: Task,
    entry: Entry,
}

impl Item {
    fn of(task: Task) -> Self {
        Self { entry: Entry::of(&task), task }
    }

    /// What it is called.
    pub fn title(&self) -> String {
        self.task.title().unwrap_or_else(|| "(without a name)".into())
    }
}

/// The number of the collection that holds a person's own tasks: behind those that come with the page.
pub const OWN: usize = COLLECTIONS.len();

/// How far the fetching of a collection is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fetching {
    /// It was not asked for, or is there.
    #[default]
    No,
    /// It is under way.
    UnderWay,
    /// It was given up.
    Failed,
}

/// All collections.
#[derive(Clone, Debug, PartialEq)]
pub struct Shelf {
    /// Those that come with the page, once they are fetched; then a person's own.
    collections: [Option<Vec<Item>>; OWN + 1],
    fetching: [Fetching; OWN + 1],
    /// The one that is shown.
    pub shown: usize,
    /// What is looked for.
    pub filter: Filter,
    /// Collection and number of the task that was opened last.
    opened: Option<(usize, usize)>,
}

impl Default for Shelf {
    /// Nothing is fetched yet, and nothing is a person's own.
    fn default() -> Self {
        let mut collections = [const { None }; OWN + 1];
        collections[OWN] = Some(Vec::new());
        Self { collections, fetching: Default::default(), shown: 0, filter: Filter::default(), opened: None }
    }
}

impl Shelf {
    /// The tasks of the collection that is shown; `None` before it is fetched.
    pub fn items(&self) -> Option<&[Item]> {
        self.collections[self.shown].as_deref()
    }

    /// How many tasks a collection has, as far as that is known.
    pub fn count(&self, collection: usize) -> usize {
        let of_page = COLLECTIONS.get(collection).map(|collection| collection.tasks);
        of_page.or_else(|| Some(self.collections[collection].as_ref()?.len())).unwrap_or(0)
    }

    /// Notes that a collection is fetched from now on; false where it is there already, or under way.
    pub fn begin_fetching(&mut self, collection: usize) -> bool {
        let begins = self.collections[collection].is_none() && self.fetching[collection] != Fetching::UnderWay;
        if begins {
            self.fetching[collection] = Fetching::UnderWay;
        }
        begins
    }

    /// Notes that a collection could not be fetched: it may be asked for again.
    pub fn fail(&mut self, collection: usize) {
        self.fetching[collection] = Fetching::Failed;
    }

    /// Whether the collection that is shown could not be fetched.
    pub fn has_failed(&self) -> bool {
        self.fetching[self.shown] == Fetching::Failed
    }

    /// Puts the tasks of a collection there.
    pub fn fill(&mut self, collection: usize, tasks: Vec<Task>) {
        self.fetching[collection] = Fetching::No;
        self.collections[collection] = Some(tasks.into_iter().map(Item::of).collect());
    }

    /// A person's own tasks.
    pub fn own(&self) -> Vec<Task> {
        self.collections[OWN].iter().flatten().map(|item| item.task.clone()).collect()
    }

    /// Adds tasks to a person's own, each under a name that no other has: its own name, or that with a number behind it. One
    /// that is there with the same content already stays as it is.
    pub fn add(&mut self, tasks: Vec<Task>) {
        let own = self.collections[OWN].get_or_insert_default();
        for mut task in tasks {
            let title = task.title().unwrap_or_else(|| "task".into());
            if own.iter().any(|item| item.title() == title && item.task.has_content_of(&task)) {
                continue;
            }
            let taken: Vec<_> = own.iter().map(|item| item.task.id.clone()).collect();
            let wanted = if task.id.is_empty() { &title } else { &task.id };
            task.id = distinct(wanted, &taken);
            own.push(Item::of(task));
        }
    }

    /// Puts the task on the desk among a person's own: in place of the one that it was opened as.
    pub fn put_back(&mut self, task: Task) {
        let own = self.collections[OWN].get_or_insert_default();
        match self.opened {
            Some((OWN, at)) if at < own.len() => own[at] = Item::of(task),
            _ => {
                self.add(vec![task]);
                self.opened = Some((OWN, self.count(OWN).saturating_sub(1)));
            }
        }
    }

    /// Removes one of a person's own tasks, and gives it back.
    pub fn remove(&mut self, at: usize) -> Option<Task> {
        let own = self.collections[OWN].as_mut().filter(|own| at < own.len())?;
        let removed = own.remove(at).task;
        self.opened = self.opened.filter(|(collection, _)| *collection != OWN);
        Some(removed)
    }

    /// The numbers of the tasks that are looked for, in the collection that is shown.
    pub fn found(&self) -> Vec<usize> {
        let items = self.items().unwrap_or_default();
        (0..items.len()).filter(|&at| items[at].entry.meets(&self.filter)).collect()
    }

    /// Takes a task of the collection that is shown down from the shelf.
    pub fn open(&mut self, at: usize) -> Option<Task> {
        let task = self.items()?.get(at)?.task.clone();
        self.opened = Some((self.shown, at));
        Some(task)
    }

    /// Whether the task on the desk has neighbours on the shelf.
    pub fn has_neighbours(&self) -> bool {
        self.opened.is_some_and(|(collection, _)| collection == self.shown)
    }

    /// The task on the desk is not from the shelf.
    pub fn forget_opened(&mut self) {
        self.opened = None;
    }

    /// Among those that are looked for, the one that stands `by` behind the task that was opened last, round the ends.
    pub fn neighbour(&self, by: isize) -> Option<usize> {
        let found = self.found();
        let (_, at) = self.opened?;
        let here = found.partition_point(|other| *other < at) as isize;
        let is_there = found.get(here as usize) == Some(&at);
        // From a task that is not among them, the next one is the one that stands where it would.
        let to = if is_there || by < 0 { here + by } else { here + by - 1 };
        found.get(to.rem_euclid(found.len().max(1) as isize) as usize).copied()
    }
}

/// A name that is not taken.
fn distinct(wanted: &str, taken: &[String]) -> String {
    names::distinct(wanted, |name| taken.iter().any(|other| other == name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hrm_core::puzzle::{
        Size,
        arc::{Grid, Pair},
    };

    fn task(id: &str, side: usize) -> Task {
        let pair = Pair::new(Grid::filled(Size::square(side), side as u8), None);
        Task::new(id, vec![pair.clone()], vec![pair])
    }

    #[test]
    fn own_tasks_have_names_of_their_own_and_are_kept_once() {
        let mut shelf = Shelf { shown: OWN, ..Shelf::default() };
        shelf.add(vec![task("a", 1), task("a", 2), task("", 3), task("a", 1)]);
        let names: Vec<_> = shelf.items().unwrap().iter().map(Item::title).collect();
        assert_eq!(names.len(), 3, "{names:?}");
        assert_eq!((&names[0][..], &names[2][..]), ("a", "task"));
        assert_ne!(names[0], names[1]);
        shelf.open(2);
        shelf.put_back(task("other", 4));
        assert_eq!((shelf.count(OWN), shelf.items().unwrap()[2].title()), (3, "other".into()));
        assert_eq!(shelf.remove(0).map(|task| task.id), Some("a".to_owned()));
        assert_eq!(shelf.remove(7), None);
        assert_eq!((shelf.own().len(), shelf.count(OWN), shelf.count(0)), (2, 2, COLLECTIONS[0].tasks));
    }

    #[test]
    fn a_collection_is_fetched_once_and_again_where_that_failed() {
        let mut shelf = Shelf::default();
        assert!(shelf.begin_fetching(0) && !shelf.begin_fetching(0), "it is under way");
        shelf.fail(0);
        assert!(shelf.has_failed() && shelf.begin_fetching(0) && !shelf.has_failed());
        shelf.fill(0, vec![task("a", 1)]);
        assert!(!shelf.begin_fetching(0) && !shelf.begin_fetching(OWN));
    }

    #[test]
    fn neighbours_are_among_those_that_are_looked_for() {
        let mut shelf = Shelf::default();
        assert_eq!((shelf.items(), shelf.neighbour(1)), (None, None));
        shelf.fill(0, ["b1", "x", "b2", "b3"].iter().map(|id| task(id, 2)).collect());
        assert_eq!(shelf.open(1).unwrap().id, "x");
        shelf.filter.text = "B".into();
        assert_eq!(shelf.found(), [0, 2, 3]);
        assert_eq!((shelf.neighbour(1), shelf.neighbour(-1)), (Some(2), Some(0)));
        shelf.open(3);
        assert_eq!((shelf.neighbour(1), shelf.neighbour(-1)), (Some(0), Some(2)));
        shelf.filter.text = "nothing".into();
        assert_eq!(shelf.neighbour(1), None);
        shelf.forget_opened();
        assert!(!shelf.has_neighbours());
    }
}
