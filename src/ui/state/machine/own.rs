//! A model of the page's own, and the kinds of puzzle that are offered because there are models for them.

use std::sync::Arc;

use hrm_core::{config::ModelConfig, gallery::Entry, puzzle::Kind};
use js_sys::Object;

/// A model of the page's own: what a training gave, or a person brought.
#[derive(Clone)]
pub struct Own {
    /// The training run, or the file; the model takes the place of an earlier one of the same.
    pub run: String,
    /// As the gallery's models are listed.
    pub entry: Entry,
    /// Its configuration.
    pub config: ModelConfig,
    /// Its weights: safetensors in an `ArrayBuffer`, or a file of either form, which is read where it lies.
    pub file: Object,
    /// What is known of a checkpoint that was brought.
    pub checkpoint: Option<Checkpoint>,
}

/// What is known of a checkpoint beside its model.
#[derive(Clone, Default)]
pub struct Checkpoint {
    /// The puzzle identifier that it runs under.
    pub identifier: u32,
    /// The names of all of them, where its identifiers.json came with it.
    pub names: Arc<Vec<String>>,
    /// [`About::modified`](crate::ui::state::checkpoint::About).
    pub modified: f64,
    /// [`About::source`](crate::ui::state::checkpoint::About).
    pub source: Option<String>,
}

/// The kinds of puzzle that are offered because these models solve them, in the page's order.
pub fn kinds_of(gallery: &[Entry]) -> Vec<Kind> {
    let offered: Vec<Kind> = Kind::all().collect();
    let of_model = |model: &Entry| std::iter::once(model.puzzle).chain(model.offered.clone()).collect::<Vec<_>>();
    let mut kinds: Vec<Kind> = gallery.iter().flat_map(of_model).collect();
    let place = |kind: &Kind| {
        let game = offered.iter().position(|other| other.is_same_game(*kind)).unwrap_or(offered.len());
        (game, kind.seq_len(), kind.size().rows())
    };
    kinds.sort_by_key(place);
    kinds.dedup();
    kinds
}
