//! Opening a model: the one for the board, in the board's worker or in another one.

use hrm_core::engine::Kind as EngineKind;
use hrm_core::puzzle::Kind;
use hrm_link::{
    engine_timing::{Choice, Measurement},
    protocol::{Event, Task},
    replies::Replies,
};
use js_sys::{ArrayBuffer, Object};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;

use super::{Machine, Status, own::Own};
use crate::ui::browser;

impl Machine {
    /// Opens a model for the board; with the engine chosen by time, times it unless that was done on an earlier visit.
    pub fn open(self, name: String) {
        self.shapes.set(None);
        self.digest.set(None);
        self.status.set(Status::Opening);
        self.loaded.set(None);
        let own = self.own.with_value(|own| own.iter().any(|own| own.entry.name == name));
        let kept = || browser::recall(&self.measurement_key(&name)).and_then(|text| browser::json::read(&text).ok());
        // A model of the page's own was another one under this name, perhaps.
        let known: Option<Measurement> = if own { None } else { kept() };
        let (task, files) = self.opening_task(name);
        let Some(replies) = self.request_with(task, files) else { return };
        self.opening.set_value(Some(replies.task));
        spawn_local(self.follow_opening(replies));
        self.stop_measuring();
        let chooses = self.choice.get_untracked() == Choice::Auto;
        // A GPU is tried anew: it may be another one, and no run is to wait until its shaders are compiled.
        self.measurement.set(known.clone().filter(|known| !chooses || known.fastest() == EngineKind::Cpu));
        if chooses {
            self.measure(known);
        }
    }

    async fn follow_opening(self, mut replies: Replies) {
        let task = replies.task;
        while let Ok((event, _)) = replies.next().await {
            // Another model is being opened meanwhile.
            if self.opening.get_value() != Some(task) {
                return;
            }
            match event {
                Event::Loading(part) => self.loaded.set(Some(part)),
                Event::Opened { model, digest } => {
                    self.deaths.set_value(0);
                    self.digest.set(Some(digest));
                    self.shapes.set(Some(model));
                    self.status.set(Status::Ready);
                }
                Event::Cancelled => {
                    let message = "reading it was stopped. Choose a model, or bring the file again.";
                    self.status.set(Status::Failed(message.into()));
                }
                Event::Failed(failure) => self.fail(failure.message),
                _ => {}
            }
        }
    }

    /// Gives up reading the model.
    pub fn cancel_opening(self) {
        if let Some(task) = self.opening.get_value() {
            self.cancel(task);
        }
    }

    /// Runs the model for the board under another puzzle identifier: it is opened anew.
    pub fn choose_identifier(self, identifier: u32) {
        let Some(Own { entry, .. }) = untrack(|| self.own_of_board()) else { return };
        self.own.update_value(|own| {
            let own = own.iter_mut().find(|own| own.entry.name == entry.name);
            if let Some(checkpoint) = own.and_then(|own| own.checkpoint.as_mut()) {
                checkpoint.identifier = identifier;
            }
        });
        self.open(entry.name);
    }

    /// What opens a model, in this worker or another one.
    fn opening_task(self, name: String) -> (Task, Vec<Object>) {
        match self.own.with_value(|own| own.iter().find(|own| own.entry.name == name).cloned()) {
            // A copy: a worker may have to be given it again.
            Some(Own { entry, config, file, checkpoint, .. }) => {
                let file = match file.dyn_into::<ArrayBuffer>() {
                    Ok(buffer) => buffer.slice(0).into(),
                    Err(blob) => blob,
                };
                let identifier = checkpoint.map_or(0, |checkpoint| checkpoint.identifier);
                let sized = self.board_of_every_size().and_then(|board| entry.puzzle.configured_for(board, &config));
                (Task::Adopt { name, config: Box::new(sized.unwrap_or(config)), identifier }, vec![file])
            }
            None => (Task::Open { model: name, board: self.board_of_every_size() }, Vec::new()),
        }
    }

    /// What opens the model for the board in another worker.
    pub fn opening_of_board(self) -> Option<(Task, Vec<Object>)> {
        let name = self.model.with_untracked(|model| model.as_ref().map(|model| model.name.clone()))?;
        Some(self.opening_task(name))
    }

    /// The kind of the board, where the model for it serves every size.
    pub fn board_of_every_size(self) -> Option<Kind> {
        let serves_all = self.model.with_untracked(|model| model.as_ref().is_some_and(|model| model.every_size));
        serves_all.then(|| self.kind.get_untracked())
    }
}
