//! What the worker that trains does, one task after the other, with what it holds between them: the run.

use std::cell::RefCell;

use hrm_core::{
    engine::{AnySession, Kind},
    names,
    train::{Saved, shard::Shard},
};
use hrm_link::{
    protocol::{Event, Task},
    training::{Source, Start, TrainingEvent, TrainingTask},
};

use crate::{
    error::TaskError,
    inbox::{Files, Inbox},
    open_model::Gallery,
    storage_error::StorageError,
    training::{
        KnownTable, Order, Trainee, describe, estimate, hand_out_stored, newest_state, read_recording, shard_workers,
        storage::Storage, table,
    },
    worker::Dispatch,
};

/// What the worker that trains does, and what outlives a task.
#[derive(Default)]
pub struct Training {
    gallery: Gallery,
    /// The run that is trained, or was trained last.
    trainee: Option<Trainee>,
    /// The table that was read last, until a training takes it.
    table: Option<KnownTable>,
    /// The shard that this worker computes for another one.
    shard: Option<Shard<AnySession>>,
}

impl Dispatch for Training {
    type OfTraining = TrainingTask;

    async fn perform(
        &mut self,
        id: u32,
        task: Task,
        Files { whole: files, blob }: Files,
        inbox: &RefCell<Inbox<TrainingTask>>,
    ) -> Result<Event, TaskError> {
        let task = match task {
            Task::Training(task) => task,
            Task::Describe(asked) => return describe(&asked, blob),
            Task::ReadRecording => return read_recording(id, blob, inbox).await,
            _ => return Err(TaskError::OtherModule),
        };
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
                let (shown, known) = table(kind, file)?;
                self.table = Some(known);
                shown
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
}

impl Training {
    async fn train(
        &mut self,
        order: &Order,
        start: Start,
        engine: Kind,
        files: Vec<Vec<u8>>,
        inbox: &RefCell<Inbox<TrainingTask>>,
    ) -> Result<Event, TaskError> {
        let mut trainee = match self.kept_trainee(order, &start, engine).await? {
            Some(trainee) => trainee,
            None => {
                let weights = match &start {
                    Start::Begin { from: Source::Gallery(name), .. } => {
                        Some(self.gallery.open(name, None).await?.weights)
                    }
                    Start::Begin { from: Source::Run(run), .. } => {
                        Some(newest_state(run, None).await?.averaged_weights()?)
                    }
                    _ => None,
                };
                let known = self.table.take();
                match Trainee::prepare(order, start, engine, weights, files, known, inbox).await? {
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
}
