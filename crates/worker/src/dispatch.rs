//! Does the tasks, one after the other, with what the worker holds between them: the open model, the engines, the run.

use std::cell::RefCell;

use hrm_core::{
    analysis::Cloud,
    config::ModelConfig,
    engine::{AnySession, Kind, cpu, gpu},
    model::{Before, Level, MixingSolver},
    names, puzzle,
    random::Random,
    train::{Saved, shard::Shard},
};
use hrm_link::{
    engine_timing::Measurement,
    protocol::{Event, Task},
    training::{Source, Start, TrainingEvent, TrainingTask},
};

use crate::{
    error::TaskError,
    inbox::Inbox,
    open_model::{Gallery, OpenModel},
    prepared::PreparedEngine,
    storage_error::StorageError,
    training::{Order, Trainee, estimate, hand_out_stored, newest_state, shard_workers, storage::Storage, table},
    wider::{project, widen},
};

/// Everything that outlives a task.
#[derive(Default)]
pub struct Dispatcher {
    gallery: Gallery,
    model: Option<OpenModel>,
    /// The module of the open model that was last asked what it mixes.
    mixing: Option<MixingSolver>,
    cpu: PreparedEngine<cpu::Engine>,
    gpu: PreparedEngine<gpu::Engine>,
    /// The pooled states of the search that is drawn.
    pooled: Cloud,
    /// The run that is trained, or was trained last.
    trainee: Option<Trainee>,
    /// The shard that this worker computes for another one.
    shard: Option<Shard<AnySession>>,
}

impl Dispatcher {
    /// Does a task; the last event of it is returned, those before it are reported.
    pub async fn perform(
        &mut self,
        id: u32,
        task: Task,
        files: Vec<Vec<u8>>,
        inbox: &RefCell<Inbox>,
    ) -> Result<Event, TaskError> {
        match task {
            Task::List => Ok(Event::Listed { models: self.gallery.list().await?.to_vec() }),
            Task::Open { model } => self.open(&model).await,
            Task::Adopt { name, config } => self.adopt(name, *config, files),
            Task::Training(task) => self.training(id, task, files, inbox).await,
            Task::Measure => self.measure().await,
            Task::Generate { kind, size, settings, seed } => {
                let question = generated(kind, size, &settings, seed).ok_or(TaskError::NoGenerator(kind))?;
                Ok(Event::Generated { question })
            }
            Task::Solve { engine, request } => {
                let model = self.model.as_ref().ok_or(TaskError::NoModel)?;
                match engine {
                    Kind::Cpu => self.cpu.solve(id, model, &request, inbox).await,
                    Kind::Gpu => self.gpu.solve(id, model, &request, inbox).await,
                }
            }
            Task::Widen(asked) => widen(id, self.model.as_ref().ok_or(TaskError::NoModel)?, &asked, inbox).await,
            Task::Project { anew, width, pooled } => project(&mut self.pooled, anew, width, &pooled.0),
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
            // The worker's own loop does these.
            Task::Examine { .. } | Task::Cancel { .. } => Ok(Event::Cancelled),
        }
    }

    async fn open(&mut self, name: &str) -> Result<Event, TaskError> {
        if self.model.as_ref().is_none_or(|model| model.name != name) {
            self.close();
            self.model = Some(self.gallery.open(name).await?);
        }
        Ok(self.model.as_ref().ok_or(TaskError::NoModel)?.opened())
    }

    /// Opens a model of the page's own.
    fn adopt(&mut self, name: String, config: ModelConfig, files: Vec<Vec<u8>>) -> Result<Event, TaskError> {
        self.close();
        let file = files.into_iter().next().ok_or_else(|| TaskError::MissingFile(name.clone()))?;
        let (config_file, file_name) = (name.clone(), name.clone());
        config.validate().map_err(|source| TaskError::Config { file: config_file, source })?;
        let model = OpenModel::of_files(name, config, &file_name, &file)?;
        let opened = model.opened();
        self.model = Some(model);
        Ok(opened)
    }

    /// Should the next model not open, nothing that follows may run on the one before.
    fn close(&mut self) {
        self.model = None;
        self.mixing = None;
        self.cpu.unprepare();
        self.gpu.unprepare();
    }

    async fn training(
        &mut self,
        id: u32,
        task: TrainingTask,
        files: Vec<Vec<u8>>,
        inbox: &RefCell<Inbox>,
    ) -> Result<Event, TaskError> {
        let event = match task {
            TrainingTask::Train { run, start, engine, steps, boards, save_seconds } => {
                let order = Order { id, run, steps, boards, save_seconds };
                return self.train(&order, start, engine, files, inbox).await;
            }
            TrainingTask::Snapshot { part } => {
                self.trainee.as_mut().ok_or(TaskError::NoRun)?.hand_out(id, part).await?;
                return Ok(Event::Finished);
            }
            // Between two trainings everything is saved.
            TrainingTask::Save => return Ok(Event::Finished),
            TrainingTask::Estimate { recipe, engine } => estimate(id, &recipe, engine).await?,
            TrainingTask::ReadTable { kind } => {
                let file = files.first().ok_or_else(|| TaskError::MissingFile("the table".into()))?;
                table(kind, file)?
            }
            TrainingTask::ReadRun { run, part } => {
                hand_out_stored(id, &run, part, files.first()).await?;
                return Ok(Event::Finished);
            }
            TrainingTask::Shard(task) => return shard_workers::obey(id, task, &files, &mut self.shard).await,
            TrainingTask::ListRuns => TrainingEvent::Runs(Storage::open().await?.list().await?),
            TrainingTask::ReadCurve { run } => TrainingEvent::Curve(Storage::open().await?.curve(&run).await?),
            TrainingTask::RenameRun { run, name } => {
                let storage = Storage::open().await?;
                storage.rename(&run, &name).await?;
                if let Some(trainee) = self.trainee.as_mut().filter(|trainee| trainee.run_id == run) {
                    trainee.rename(name);
                }
                TrainingEvent::Runs(storage.list().await?)
            }
            TrainingTask::DeleteRun { run } => {
                if self.trainee.as_ref().is_some_and(|trainee| trainee.run_id == run) {
                    self.trainee = None;
                }
                let storage = Storage::open().await?;
                storage.remove(&run).await?;
                TrainingEvent::Runs(storage.list().await?)
            }
            TrainingTask::StoreRun { run } => {
                let file = files.first().ok_or_else(|| TaskError::MissingFile("the saved run".into()))?;
                // Read whole before it is stored: what cannot be continued, or told to the page, is refused here.
                let saved = Saved::from_bytes(file)?;
                saved.recipe.check_exact().map_err(TaskError::Recipe)?;
                let storage = Storage::open().await?;
                let taken: Vec<String> = storage.list().await?.into_iter().map(|stored| stored.name).collect();
                storage.write(&run, file).await?;
                // Two states of one run, or one state twice, are told apart by their names.
                let name = names::distinct(&saved.recipe.name, |name| taken.iter().any(|taken| taken == name));
                if name != saved.recipe.name {
                    storage.rename(&run, &name).await?;
                }
                TrainingEvent::Runs(storage.list().await?)
            }
        };
        Ok(Event::Training(event))
    }

    async fn train(
        &mut self,
        order: &Order,
        start: Start,
        engine: Kind,
        files: Vec<Vec<u8>>,
        inbox: &RefCell<Inbox>,
    ) -> Result<Event, TaskError> {
        let mut trainee = match self.kept_trainee(order, &start, engine).await? {
            Some(trainee) => trainee,
            None => {
                let weights = match &start {
                    Start::Begin { from: Source::Gallery(name), .. } => Some(self.gallery.open(name).await?.weights),
                    Start::Begin { from: Source::Run(run), .. } => {
                        Some(newest_state(run, None).await?.averaged_weights()?)
                    }
                    _ => None,
                };
                match Trainee::prepare(order, start, engine, weights, files, inbox).await? {
                    Some(trainee) => trainee,
                    None => return Ok(Event::Cancelled),
                }
            }
        };
        // A run that failed is dropped: its last saved state, stored or kept by the page, is what can be continued.
        let event = trainee.train(order, inbox).await?;
        self.trainee = Some(trainee);
        Ok(event)
    }

    /// The run in memory, if it is the one that is to go on; any other is dropped.
    async fn kept_trainee(
        &mut self,
        order: &Order,
        start: &Start,
        engine: Kind,
    ) -> Result<Option<Trainee>, StorageError> {
        let wanted = |trainee: &Trainee| *start == Start::Continue && trainee.is(&order.run, engine);
        let Some(mut trainee) = self.trainee.take().filter(wanted) else { return Ok(None) };
        match trainee.retake().await {
            Ok(newest) => Ok(newest.then_some(trainee)),
            Err(error) => {
                // It is as it was, for when the other tab has paused.
                self.trainee = Some(trainee);
                Err(error)
            }
        }
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

    async fn measure(&mut self) -> Result<Event, TaskError> {
        let model = self.model.as_ref().ok_or(TaskError::NoModel)?;
        let cpu = self.cpu.time(model).await?;
        let gpu = self.gpu.time(model).await.map_err(|error| error.to_string());
        Ok(Event::Measured(Measurement { model: model.name.clone(), cpu, gpu }))
    }
}

/// A puzzle of `size`, at most that of its kind, padded to it; `None` where the game has no generator.
fn generated(kind: puzzle::Kind, size: puzzle::Size, settings: &puzzle::Settings, seed: u32) -> Option<Vec<u8>> {
    let own = kind.resized(size).filter(|own| kind.pads(*own)).unwrap_or(kind);
    let question = own.generator()?.generate(&mut Random::new(u64::from(seed)), settings).question;
    kind.padded(&question, own.size())
}
