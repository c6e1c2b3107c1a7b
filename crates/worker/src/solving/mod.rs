//! What the page's worker does: it opens models, solves, and says what else is asked of the open one.

mod export;
mod prepared;
mod principal;
mod trial;
mod wider;

use std::{cell::RefCell, rc::Rc};

use hrm_core::{
    analysis::Cloud,
    checkpoint::torch::PuzzleRows,
    config::ModelConfig,
    engine::{Kind, cpu, gpu},
    model::{Before, Level, MixingSolver},
    puzzle,
    random::Random,
};
use hrm_link::{
    engine_timing::Measurement,
    protocol::{Event, Task},
};
use serde::de::IgnoredAny;

use crate::{
    error::TaskError,
    global,
    inbox::{Files, Inbox},
    model_file::File,
    open_model::{Gallery, OpenModel},
    solving::{
        export::Wanted,
        prepared::PreparedEngine,
        principal::principal,
        trial::Trial,
        wider::{project, widen},
    },
    worker::Dispatch,
};

/// Everything that outlives a task.
#[derive(Default)]
pub struct Solving {
    gallery: Gallery,
    model: Option<Rc<OpenModel>>,
    /// The module of the open model that was last asked what it mixes.
    mixing: Option<MixingSolver>,
    cpu: PreparedEngine<cpu::Engine>,
    gpu: PreparedEngine<gpu::Engine>,
    trial: Trial,
    /// The pooled states of the search that is drawn.
    pooled: Cloud,
}

impl Dispatch for Solving {
    type OfTraining = IgnoredAny;

    async fn perform(
        &mut self,
        id: u32,
        task: Task<IgnoredAny>,
        Files { whole, blob }: Files,
        inbox: &RefCell<Inbox>,
    ) -> Result<Event, TaskError> {
        match task {
            Task::List => self.gallery.listed().await,
            Task::Open { model, board } => self.open(&model, board).await,
            Task::Adopt { name, config, identifier } => {
                let file = File::of(name.clone(), whole, blob)?;
                self.adopt(id, name, *config, file, identifier, inbox).await
            }
            Task::Export { half, archive, config, puzzle, source } => {
                let wanted = Wanted { half, archive, puzzle, source, of_blob: blob.zip(config) };
                export::export(id, self.model.as_deref(), wanted, inbox).await
            }
            Task::Generate { kind, size, settings, seed } => {
                let question = generated(kind, size, &settings, seed).ok_or(TaskError::NoGenerator(kind))?;
                Ok(Event::Generated { question })
            }
            Task::Solve { engine, request } => {
                let model = self.model.as_ref().ok_or(TaskError::NoModel)?;
                if let Some(ready) = self.trial.take() {
                    self.gpu = ready;
                }
                match engine {
                    Kind::Cpu => self.cpu.solve(id, model, &request, inbox).await,
                    Kind::Gpu => self.gpu.solve(id, model, &request, inbox).await,
                }
            }
            Task::Widen(asked) => widen(id, self.model.as_ref().ok_or(TaskError::NoModel)?, &asked, inbox).await,
            Task::Project { anew, width, pooled } => project(&mut self.pooled, anew, width, &pooled.0),
            Task::Principal(asked) => principal(asked, &whole),
            Task::Dimension { engine, kind, puzzles, seed } => {
                let model = self.model.as_ref().ok_or(TaskError::NoModel)?;
                let mut random = Random::new(u64::from(seed));
                let mut level = (0..kind.levels()).cycle();
                kind.generator().ok_or(TaskError::NoGenerator(kind))?;
                let draw = || kind.generate(&mut random, kind.difficulty_of(level.next().unwrap_or(0)));
                let questions = std::iter::repeat_with(draw).take(puzzles).flatten().map(|example| example.question);
                match engine {
                    Kind::Cpu => self.cpu.dimension(id, model, questions, inbox).await,
                    Kind::Gpu => self.gpu.dimension(id, model, questions, inbox).await,
                }
            }
            Task::Mixing { level, position, question, own, other } => {
                let [own, other] = [&own, &other].map(|state| state.as_ref().map(|packed| &packed.0[..]));
                let before = Before { own, other };
                self.mixing(level, position, &question, before).await
            }
            Task::Training(_) | Task::Describe(_) | Task::ReadRecording | Task::SelfTest { .. } => {
                Err(TaskError::OtherModule)
            }
            // The worker's own loop does these.
            Task::Examine { .. } | Task::Measure { .. } | Task::Cancel { .. } => Ok(Event::Cancelled),
        }
    }

    async fn measure(
        &mut self,
        id: u32,
        known: Option<Measurement>,
        inbox: &Rc<RefCell<Inbox>>,
    ) -> Option<Result<Option<Event>, TaskError>> {
        let Some(model) = self.model.clone() else { return Some(Err(TaskError::NoModel)) };
        let goes_on = async || {
            global::breathe().await;
            !inbox.borrow().has_more()
        };
        let timed = match &known {
            Some(known) => Ok(Some(known.cpu.clone())),
            None => self.cpu.time(&model, goes_on).await,
        };
        Some(timed.transpose()?.map(|cpu| {
            global::report(Some(id), Event::MeasuredCpu(cpu.clone()));
            self.trial.begin(id, model, cpu, known, inbox.clone());
            // The trial tells the last thing.
            None
        }))
    }
}

impl Solving {
    async fn open(&mut self, name: &str, board: Option<puzzle::Kind>) -> Result<Event, TaskError> {
        let is_open = |model: &Rc<OpenModel>| model.name == name && board.is_none_or(|board| model.takes(board));
        if !self.model.as_ref().is_some_and(is_open) {
            self.close();
            self.model = Some(Rc::new(self.gallery.open(name, board).await?));
        }
        Ok(self.model.as_ref().ok_or(TaskError::NoModel)?.opened())
    }

    /// Opens a model of the page's own.
    async fn adopt(
        &mut self,
        id: u32,
        name: String,
        config: ModelConfig,
        file: File,
        identifier: u32,
        inbox: &RefCell<Inbox>,
    ) -> Result<Event, TaskError> {
        self.close();
        let config_file = name.clone();
        config.validate().map_err(|source| TaskError::Config { file: config_file, source })?;
        let Some(weights) = file.read(id, PuzzleRows::Only(&[identifier.into()]), inbox).await? else {
            return Ok(Event::Cancelled);
        };
        // The one row of its puzzle embedding that was read is the first one now.
        let config = ModelConfig { num_puzzle_identifiers: 1, ..config };
        weights.check(&config).map_err(|error| TaskError::Weights { file: name.clone(), source: error.into() })?;
        let model = OpenModel { name, config, weights };
        let opened = model.opened();
        self.model = Some(Rc::new(model));
        Ok(opened)
    }

    /// Should the next model not open, nothing that follows may run on the one before.
    fn close(&mut self) {
        self.model = None;
        self.mixing = None;
        self.cpu.unprepare();
        self.gpu.unprepare();
        self.trial.end();
    }

    async fn mixing(
        &mut self,
        level: Level,
        position: usize,
        question: &[u8],
        before: Before<'_>,
    ) -> Result<Event, TaskError> {
        let model = self.model.as_ref().ok_or(TaskError::NoModel)?;
        let mut solver = match self.mixing.take().filter(|solver| solver.level() == level) {
            Some(solver) => solver,
            None => MixingSolver::new(&model.config, &model.weights, level).await?,
        };
        let tokens: Vec<u32> = question.iter().map(|&token| u32::from(token)).collect();
        let found = solver.at(&tokens, before, position).await;
        self.mixing = Some(solver);
        Ok(Event::Mixing(found?))
    }
}

/// A puzzle of `size`, at most that of its kind, padded to it; `None` where the game has no generator.
fn generated(kind: puzzle::Kind, size: puzzle::Size, settings: &puzzle::Settings, seed: u32) -> Option<Vec<u8>> {
    let own = kind.resized(size).filter(|own| kind.pads(*own)).unwrap_or(kind);
    let question = own.generator()?.generate(&mut Random::new(u64::from(seed)), settings).question;
    kind.padded(&question, own.size())
}
