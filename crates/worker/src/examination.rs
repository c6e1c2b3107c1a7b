//! How many solutions a puzzle has: searched for in slices, while nothing else waits.

use std::cell::RefCell;

use hrm_core::puzzle::{Kind, SolutionCount};
use hrm_link::protocol::{Event, Solutions};

use crate::{global, inbox::Inbox};

/// Guesses between two looks at what else there is to do: some milliseconds.
const SLICE: u32 = 1_000;
/// Guesses after which it is given up: a second or two. Published puzzles take some thousands at most.
const BUDGET: u32 = 300_000;

/// An examination that something else came before.
pub(super) struct Interrupted {
    task: u32,
    search: Box<dyn SolutionCount>,
}

/// Examines a puzzle for the task `id`; `None` when something else is to be done first: what it came to is in `interrupted`,
/// for the next call.
pub(super) async fn examine<T>(
    id: u32,
    kind: Kind,
    question: &[u8],
    interrupted: &mut Option<Interrupted>,
    inbox: &RefCell<Inbox<T>>,
) -> Option<Event> {
    let mut search = match (interrupted.take().filter(|begun| begun.task == id), kind.rules()) {
        (Some(begun), _) => begun.search,
        (None, Some(rules)) => rules.count_solutions(question),
        // Nothing tells how many there are.
        (None, None) => return Some(Event::Examined(Solutions::Unknown)),
    };
    loop {
        match search.advance(SLICE.min(BUDGET - search.guesses())) {
            Some(0) => return Some(Event::Examined(Solutions::None)),
            Some(1) => return Some(Event::Examined(Solutions::One)),
            Some(_) => return Some(Event::Examined(Solutions::Several)),
            None if search.guesses() >= BUDGET => return Some(Event::Examined(Solutions::Unknown)),
            None => global::breathe().await,
        }
        let inbox = inbox.borrow();
        if inbox.is_cancelled(id) || inbox.has_examination() {
            return Some(Event::Cancelled);
        }
        if inbox.has_more() {
            *interrupted = Some(Interrupted { task: id, search });
            return None;
        }
    }
}
