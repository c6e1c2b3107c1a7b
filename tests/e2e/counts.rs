//! What an act costs by number and not by time: the nodes of the document that it touches, what passes between the page and
//! its workers.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Result, page::Page};

/// What was counted.
#[derive(Debug, Deserialize)]
pub struct Counts {
    /// Nodes that were changed or made, in one act or task at most.
    pub most: usize,
    /// How often each task was posted to a worker.
    pub posted: BTreeMap<String, usize>,
    /// How often each event was heard of a worker.
    pub heard: BTreeMap<String, usize>,
    /// Bytes of states and files that came with those.
    pub bytes: u64,
}

impl Counts {
    /// How often an event was heard.
    pub fn heard(&self, event: &str) -> usize {
        self.heard.get(event).copied().unwrap_or(0)
    }

    /// How often any task was posted.
    pub fn posts(&self) -> usize {
        self.posted.values().sum()
    }
}

impl Page<'_> {
    /// Counts from now on, the nodes of each task by themselves.
    pub async fn count(&self) -> Result<()> {
        self.script("window.counts = spy.count(); counts.byTask = true", []).await
    }

    /// What was counted; ends that.
    pub async fn counted(&self) -> Result<Counts> {
        self.script("return counts.end()", []).await
    }
}
