//! Questions to a worker of which only the last one counts.

use hrm_link::replies::{Answer, End, Replies};
use leptos::{prelude::*, task::spawn_local};

/// Puts questions one after the other: while one is being answered the next one waits, and of all that come meanwhile only the
/// last is put. A scrub would keep a worker busy with the rest.
#[derive(Clone, Copy)]
pub struct Latest {
    /// The task of the question that is being answered.
    under_way: StoredValue<Option<u32>>,
    next: StoredValue<Option<Box<dyn FnOnce()>>, LocalStorage>,
}

impl Latest {
    /// Nothing asked yet.
    pub fn new() -> Self {
        Self { under_way: StoredValue::new(None), next: StoredValue::new_local(None) }
    }

    /// Puts a question, now or when the one before is answered; `put` may find that there is nothing to ask any more. What it
    /// leaves goes to `take` with the answer.
    pub fn ask<T: 'static>(
        self,
        put: impl FnOnce() -> Option<(Replies, T)> + 'static,
        take: impl FnOnce(T, Result<Answer, End>) + 'static,
    ) {
        if self.task().is_some() {
            return self.next.set_value(Some(Box::new(move || self.ask(put, take))));
        }
        let Some((replies, left)) = put() else { return };
        self.under_way.set_value(Some(replies.task));
        spawn_local(async move {
            let answer = replies.last().await;
            self.under_way.set_value(None);
            take(left, answer);
            if let Some(next) = self.next.try_update_value(Option::take).flatten() {
                next();
            }
        });
    }

    /// The task of the question that is being answered.
    pub fn task(self) -> Option<u32> {
        self.under_way.get_value()
    }

    /// Whether another question waits.
    pub fn has_next(self) -> bool {
        self.next.with_value(Option::is_some)
    }

    /// Forgets the question that waits.
    pub fn forget_next(self) {
        self.next.set_value(None);
    }
}
