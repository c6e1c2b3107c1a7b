//! What the engines take on the open model, and which of them runs it.

use hrm_core::engine::Kind as EngineKind;
use hrm_link::{
    engine_timing::{Choice, Measurement},
    protocol::{Event, Task},
    replies::Replies,
};
use leptos::{prelude::*, task::spawn_local};

use super::{CHOICE_KEY, Machine};
use crate::ui::browser;

impl Machine {
    /// Tests the GPU engine where runs are about to be given to it.
    pub(in crate::ui::state) fn test_gpu_before_use(self) {
        Effect::new(move |_| {
            if self.measurement.with(|measurement| self.choice.get().engine(measurement.as_ref())) == EngineKind::Gpu {
                untrack(|| self.gpu_test.begin(false));
            }
        });
    }

    /// Takes the engine that a person chose, now and on the next visit.
    pub fn choose(self, choice: Choice) {
        browser::keep(CHOICE_KEY, choice.name());
        self.choice.set(choice);
    }

    pub(super) fn measure(self, known: Option<Measurement>) {
        let Some(replies) = self.request(Task::Measure { known }) else { return };
        self.measuring.set_value(Some(replies.task));
        spawn_local(self.follow_measuring(replies));
    }

    async fn follow_measuring(self, mut replies: Replies) {
        let task = replies.task;
        while let Ok((event, _)) = replies.next().await {
            if self.measuring.get_value() != Some(task) {
                return;
            }
            match event {
                Event::MeasuredCpu(cpu) => self.measured_cpu.set(Some(cpu)),
                Event::Measured(measurement) => {
                    let name = &measurement.model;
                    let is_own = !self.own_names(|own| own.entry.name == *name).is_empty();
                    // A model of the page's own is gone on the next visit, and another one may have its name.
                    if let Some(text) = browser::json::write(&measurement)
                        && !is_own
                    {
                        browser::keep(&self.measurement_key(name), &text);
                    }
                    self.measuring.set_value(None);
                    self.measurement.set(Some(measurement));
                }
                Event::Failed(failure) => self.fail(failure.message),
                _ => {}
            }
        }
    }

    /// Ends a measurement: of the model that was open before.
    pub(super) fn stop_measuring(self) {
        if let Some(task) = self.measuring.get_value() {
            self.cancel(task);
        }
        self.measuring.set_value(None);
        self.measured_cpu.set(None);
    }

    /// Under which it is kept what the engines took on a model at the size of the board.
    pub(super) fn measurement_key(self, model: &str) -> String {
        match self.board_of_every_size() {
            Some(board) => format!("hrm.measurement.{model}.{}", board.size()),
            None => format!("hrm.measurement.{model}"),
        }
    }

    /// Times the engines on the open model if a choice depends on it.
    pub fn measure_if_unknown(self) {
        let opened = self.opening.with_value(Option::is_some);
        let unknown = self.measurement.with_untracked(Option::is_none) && self.measuring.with_value(Option::is_none);
        if opened && unknown && self.choice.get_untracked() == Choice::Auto {
            self.measure(None);
        }
    }

    /// Times the engines again.
    pub fn measure_anew(self) {
        self.measurement.set(None);
        self.measured_cpu.set(None);
        self.measuring.set_value(None);
        self.measure_if_unknown();
    }
}
