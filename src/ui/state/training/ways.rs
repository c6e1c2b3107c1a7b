//! What follows a failure: what is left of the run, and the ways on.

use hrm_core::engine::Kind as EngineKind;
use hrm_link::training::Part;
use leptos::prelude::*;

use crate::ui::{
    format::words::third_of,
    recipe_form::fields::in_labels,
    state::training::{
        notice::{Notice, Way},
        phase::Phase,
        run_files::Use,
        state::{Current, Training},
    },
};

impl Training {
    /// Says why the run broke off, what is left of it, and what can be done.
    pub(super) fn break_off(self, message: String, engine_failed: bool) {
        self.flush_news();
        self.activity.set(None);
        let prepares = matches!(self.phase.get_untracked(), Phase::Preparing(_));
        self.phase.set(Phase::Failed);
        let diverged = self.diverged.try_update_value(std::mem::take).unwrap_or(false);
        let current = self.current.get_untracked();
        let saved = self.saved.get_untracked().map(|(step, _)| step);
        let kept = current
            .as_ref()
            .and_then(|current| self.runs.kept.step_of_untracked(&current.id))
            .filter(|kept| Some(*kept) > saved);
        let left = kept.is_some() || saved.is_some();
        let how = match (prepares, left) {
            (true, false) => "did not start",
            (true, true) => "did not go on",
            (false, _) => "broke off",
        };
        let mut text = format!("The run {how}: {}.", in_labels(&message));
        text.push_str(&match (kept, saved) {
            (Some(step), _) => {
                format!(
                    " Only this tab has it as it was after step {step}, since the browser could not store it: download it \
                     before you close the tab."
                )
            }
            (None, Some(step)) => format!(" It is saved as it was after step {step}."),
            (None, None) => " What you set up is as it was.".into(),
        });
        let ways = match &current {
            Some(current) if left && diverged => {
                let (before, rate) = (current.recipe.optimizer.lr, third_of(current.recipe.optimizer.lr));
                let stays = match kept {
                    Some(_) => "the new run takes this one's place in the tab",
                    None => "this one stays as it is",
                };
                text.push_str(&format!(
                    " From there it would come to the same point again. A new run from its weights, at a third of the \
                     learning rate ({rate:e} in place of {before:e}), may get past it; {stays}."
                ));
                vec![Way::Slower { run: current.id.clone(), rate }, Way::Download(current.id.clone())]
            }
            Some(current) if left => ways_on(current, engine_failed),
            _ => Vec::new(),
        };
        self.notice.set(Some(Notice { text, ways }));
        match current {
            Some(Current { id, .. }) if !left => {
                // Of a run that never began there is nothing to show or to take away.
                if prepares {
                    self.phase.set(Phase::Idle);
                    self.current.set(None);
                }
                self.runs.delete(id);
            }
            _ => self.runs.list(),
        }
    }

    /// Takes one of the ways on.
    pub fn go(self, way: &Way) {
        // A download leaves the other ways open.
        if !matches!(way, Way::Download(_)) {
            self.notice.set(None);
        }
        match way {
            Way::Continue(run) => self.go_on(run, None),
            Way::OnCpu(run) => self.go_on(run, Some(EngineKind::Cpu)),
            Way::Slower { run, rate } => self.branch_run(run, |recipe| recipe.optimizer.lr = *rate),
            Way::Download(run) => {
                let shown = untrack(|| self.shows(run));
                if shown { self.snapshot(Part::Run, Use::Save) } else { self.read_run(run, Part::Run, Use::Save) }
            }
        }
    }

    /// Goes on with a run from its last state; on `engine`, or on the one that it was on.
    fn go_on(self, run: &str, engine: Option<EngineKind>) {
        // What only the page keeps is not in the list.
        let shown = untrack(|| self.shows(run));
        if !shown || self.runs.kept.step_of_untracked(run).is_none() {
            return self.continue_stored(run, engine);
        }
        self.current.update(|current| {
            if let Some(current) = current {
                current.engine = engine.unwrap_or(current.engine);
                // The worker let it go when it broke off.
                current.ready = None;
            }
        });
        self.continue_run(None);
    }
}

fn ways_on(current: &Current, engine_failed: bool) -> Vec<Way> {
    let mut ways = vec![Way::Continue(current.id.clone())];
    if engine_failed && current.engine == EngineKind::Gpu {
        ways.push(Way::OnCpu(current.id.clone()));
    }
    ways.push(Way::Download(current.id.clone()));
    ways
}
