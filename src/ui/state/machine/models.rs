//! The models that there are: the gallery's, and those of the page's own.

use hrm_core::{gallery::Entry, puzzle::Kind};
use hrm_link::protocol::{Event, Task};
use leptos::prelude::*;

use super::{Machine, SLOW, Status, own::Own};
use crate::ui::browser;

impl Machine {
    /// Has the gallery listed.
    pub(super) async fn list(self) {
        let Some(replies) = self.request(Task::List) else { return };
        match replies.last().await {
            Ok((Event::Listed { models, cards }, _)) => self.take_gallery(models, &cards),
            Ok((Event::Failed(failure), _)) => self.fail(failure.message),
            _ => {}
        }
    }

    fn take_gallery(self, mut models: Vec<Entry>, cards: &[String]) {
        for (model, card) in models.iter_mut().zip(cards) {
            match browser::json::read(card) {
                Ok(facts) => model.facts = Some(facts),
                Err(error) => self.notice.set(Some(format!("gallery/{}: {error}.", model.card))),
            }
        }
        // What was said while it was long in coming.
        if self.notice.with_untracked(|said| said.as_ref().is_some_and(|said| said.starts_with(SLOW))) {
            self.notice.set(None);
        }
        models.extend(self.own.with_value(|own| own.iter().map(|own| own.entry.clone()).collect::<Vec<_>>()));
        if models.is_empty() {
            self.status.set(Status::Failed("The gallery holds no model.".into()));
        }
        let missing = self.preferred.get_untracked();
        if let Some(name) = missing.filter(|name| models.iter().all(|model| model.name != *name)) {
            self.notice.set(Some(format!("This page has no model {name}: another one that fits is open.")));
            self.preferred.set(None);
        }
        self.gallery.set(models);
        self.listed.update(|listed| *listed += 1);
    }

    /// The kinds of puzzle that a model of the gallery takes, every size of one that serves all; none while that is not
    /// known.
    pub fn kinds(self) -> Vec<Kind> {
        self.gallery.with_untracked(|gallery| {
            let every = gallery.iter().filter(|model| model.every_size);
            let every = every.flat_map(|model| model.puzzle.every_size().filter(|kind| model.serves(*kind)));
            gallery.iter().map(|model| model.puzzle).chain(every).collect()
        })
    }

    /// Whether the gallery is known and none of its models takes the board.
    pub fn lacks_model(self) -> bool {
        self.model.with(Option::is_none) && self.gallery.with(|gallery| !gallery.is_empty())
    }

    /// Lists a model of the page's own and prefers it.
    pub fn adopt(self, own: Own) {
        let (name, entry) = (own.entry.name.clone(), own.entry.clone());
        let before = self.own.try_update_value(|all| {
            let before = all.iter().position(|other| other.run == own.run).map(|at| all.remove(at).entry.name);
            // By its name a model is opened: there is one of each.
            all.retain(|other| other.entry.name != own.entry.name);
            all.push(own);
            before
        });
        let before = before.flatten();
        let is_open = self.model.with_untracked(|model| model.as_ref() == Some(&entry));
        self.gallery.update(|gallery| {
            gallery.retain(|other| Some(&other.name) != before.as_ref() && other.name != name);
            gallery.push(entry);
        });
        self.preferred.set(Some(name.clone()));
        // To the list it is the one that is open: nothing else would tell that the weights are others.
        if is_open {
            self.open(name);
        }
    }

    /// The model for the board, if it is one of the page's own.
    pub fn own_of_board(self) -> Option<Own> {
        let name = self.model.with(|model| model.as_ref().map(|model| model.name.clone()))?;
        self.own.with_value(|own| own.iter().find(|own| own.entry.name == name).cloned())
    }

    /// The names of the page's own models that are meant.
    pub(in crate::ui::state) fn own_names(self, is_meant: impl Fn(&Own) -> bool) -> Vec<String> {
        self.own.with_value(|own| own.iter().filter(|own| is_meant(own)).map(|own| own.entry.name.clone()).collect())
    }

    /// Lists models that were kept on an earlier visit, without preferring them.
    pub fn list_kept(self, kept: Vec<Own>) {
        let entries: Vec<Entry> = kept.iter().map(|own| own.entry.clone()).collect();
        self.own.update_value(|own| own.extend(kept));
        // Else they are listed with the gallery, when that is known.
        if self.gallery.with_untracked(|gallery| !gallery.is_empty()) {
            self.gallery.update(|gallery| gallery.extend(entries));
        }
    }

    /// Takes a model of the page's own from the list.
    pub fn forget(self, name: &str) {
        self.own.update_value(|own| own.retain(|own| own.entry.name != name));
        self.gallery.update(|gallery| gallery.retain(|entry| entry.name != name || !entry.file.is_empty()));
    }
}
