//! Shards among workers: the worker that trains starts others, each computes its shard of a batch and gets the average of all
//! gradients back. No memory is shared, so any static host will do.

use std::{collections::VecDeque, pin::Pin};

use hrm_core::{
    engine::{AnyEngine, AnySession, Kind},
    train::{
        Saved, TrainError,
        shard::{Helper, Order, Reply, Shard},
    },
};
use hrm_link::{
    client::{Client, Module},
    protocol::{Event, Task},
    replies::{End, Replies},
    training::{ShardEvent, ShardTask, TrainingEvent, TrainingTask},
};
use js_sys::{ArrayBuffer, Uint8Array};

use crate::{error::TaskError, global};

/// A worker that computes a shard.
struct Remote {
    client: Client,
    /// What was asked and not yet answered, in order.
    asked: VecDeque<Replies>,
}

/// Starts workers for shards 1 to `shards` - 1 of a run, given as a saved run's bytes; all hold its state when this ends.
///
/// # Errors
/// A worker that does not start or does not understand.
pub async fn start(saved: &[u8], shards: usize) -> Result<Vec<Box<dyn Helper>>, TrainError> {
    let mut crew: Vec<Remote> = (1..shards).map(|_| Remote::new()).collect();
    for (remote, index) in crew.iter_mut().zip(1..) {
        remote.ask(ShardTask::Begin { index }, vec![Uint8Array::from(saved).buffer()]);
    }
    for remote in &mut crew {
        remote.answer().await?;
    }
    Ok(crew.into_iter().map(|remote| Box::new(remote) as Box<dyn Helper>).collect())
}

impl Remote {
    fn new() -> Self {
        // What it says unasked is told to those who wait for an answer, too.
        let client = Client::new(Module::Training, |_| {});
        client.restart();
        Self { client, asked: VecDeque::new() }
    }

    /// Asks; orders are done in turn.
    fn ask(&mut self, task: ShardTask, buffers: Vec<ArrayBuffer>) {
        self.asked.push_back(self.client.request(Task::Training(TrainingTask::Shard(task)), buffers));
    }

    /// The answer to what was asked first; `None` from a worker that is ready for its first order.
    async fn answer(&mut self) -> Result<Option<Reply>, TrainError> {
        let gone = || TrainError::Shard("its worker is gone".into());
        loop {
            let mut replies = self.asked.pop_front().ok_or_else(gone)?;
            loop {
                match replies.next().await {
                    Ok((Event::Training(TrainingEvent::Shard(ShardEvent::Ready)), _)) => return Ok(None),
                    Ok((Event::Training(TrainingEvent::Shard(ShardEvent::Reply(reply))), _)) => return Ok(Some(reply)),
                    Ok((Event::Failed(failure), _)) => return Err(TrainError::Shard(failure.message)),
                    // An update, to which nothing is answered: the answer to the next order is waited for.
                    Ok((Event::Finished, _)) => break,
                    Ok(_) => {}
                    Err(End::Lost(loss)) => return Err(TrainError::Shard(loss.message)),
                    Err(End::Over) => return Err(gone()),
                }
            }
        }
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.client.stop();
    }
}

impl Helper for Remote {
    fn send(&mut self, order: Order) -> Result<(), TrainError> {
        if !self.client.is_alive() {
            return Err(TrainError::Shard("its worker is gone".into()));
        }
        self.ask(ShardTask::Work(order), Vec::new());
        Ok(())
    }

    fn receive(&mut self) -> Pin<Box<dyn Future<Output = Result<Reply, TrainError>> + '_>> {
        Box::pin(async { self.answer().await?.ok_or_else(|| TrainError::Shard("it answered nothing".into())) })
    }
}

/// Does a shard's task in the worker that holds it, and reports what it answers; `shard` is where it is held.
pub async fn obey(
    id: u32,
    task: ShardTask,
    files: &[Vec<u8>],
    shard: &mut Option<Shard<AnySession>>,
) -> Result<Event, TaskError> {
    let order = match task {
        ShardTask::Begin { index } => {
            let saved = files.first().ok_or_else(|| TaskError::MissingFile("the saved run".into()))?;
            let saved = Saved::from_bytes(saved)?;
            let engine = AnyEngine::start_with(Kind::Cpu, saved.recipe.training.precision).await?;
            *shard = Some(Shard::resume(&engine, &saved.state.setup, index, &saved.state.buffers).await?);
            return Ok(Event::Training(TrainingEvent::Shard(ShardEvent::Ready)));
        }
        ShardTask::Work(order) => order,
    };
    let shard = shard.as_mut().ok_or(TaskError::NoRun)?;
    if let Some(reply) = shard.obey(order).await? {
        global::report(Some(id), Event::Training(TrainingEvent::Shard(ShardEvent::Reply(reply))));
    }
    Ok(Event::Finished)
}
