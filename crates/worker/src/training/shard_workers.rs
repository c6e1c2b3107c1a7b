//! Shards among workers: the worker that trains starts others, each computes its shard of a batch and gets the average of all
//! gradients back. No memory is shared, so any static host will do.

use std::{cell::RefCell, collections::VecDeque, pin::Pin, rc::Rc};

use futures_channel::oneshot;
use hrm_core::{
    engine::{AnyEngine, AnySession, Kind},
    train::{
        Saved, TrainError,
        shard::{Helper, Order, Reply, Shard},
    },
};
use hrm_link::{
    client::{Client, Heard},
    protocol::{Event, Task},
    training::{ShardEvent, ShardTask, TrainingEvent, TrainingTask},
};
use js_sys::{ArrayBuffer, Uint8Array};

use crate::{error::TaskError, global};

type Answer = Result<Option<Reply>, TrainError>;

/// A worker that computes a shard.
struct Remote {
    client: Client,
    /// For those who listen: who waits, in the order of the orders.
    waiting: Rc<RefCell<VecDeque<oneshot::Sender<Answer>>>>,
    promised: VecDeque<oneshot::Receiver<Answer>>,
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
        let waiting: Rc<RefCell<VecDeque<oneshot::Sender<Answer>>>> = Rc::default();
        let listening = waiting.clone();
        let client = Client::new(move |heard| {
            let Some(answer) = answer(heard) else { return };
            if let Some(sender) = listening.borrow_mut().pop_front() {
                // Nobody waits any more where the run was dropped.
                let _ = sender.send(answer);
            }
        });
        client.restart();
        Self { client, waiting, promised: VecDeque::new() }
    }

    /// Asks, and expects an answer.
    fn ask(&mut self, task: ShardTask, buffers: Vec<ArrayBuffer>) {
        let (sender, receiver) = oneshot::channel();
        self.waiting.borrow_mut().push_back(sender);
        self.promised.push_back(receiver);
        self.tell(task, buffers);
    }

    fn tell(&self, task: ShardTask, buffers: Vec<ArrayBuffer>) {
        self.client.ask_with(Task::Training(TrainingTask::Shard(task)), buffers);
    }

    async fn answer(&mut self) -> Answer {
        let gone = || TrainError::Shard("its worker is gone".into());
        self.promised.pop_front().ok_or_else(gone)?.await.map_err(|_| gone())?
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
        // Orders are done in turn; nothing is answered to an update.
        match order {
            Order::Update { .. } => self.tell(ShardTask::Work(order), Vec::new()),
            _ => self.ask(ShardTask::Work(order), Vec::new()),
        }
        Ok(())
    }

    fn receive(&mut self) -> Pin<Box<dyn Future<Output = Result<Reply, TrainError>> + '_>> {
        Box::pin(async { self.answer().await?.ok_or_else(|| TrainError::Shard("it answered nothing".into())) })
    }
}

/// What a worker's report answers; `None` for what is no answer.
fn answer(heard: Heard) -> Option<Answer> {
    let event = match heard {
        Heard::Report { event, .. } => event,
        Heard::Waiting(_) => return None,
        Heard::Lost { message, .. } => return Some(Err(TrainError::Shard(message))),
    };
    match event {
        Event::Training(TrainingEvent::Shard(ShardEvent::Ready)) => Some(Ok(None)),
        Event::Training(TrainingEvent::Shard(ShardEvent::Reply(reply))) => Some(Ok(Some(reply))),
        Event::Failed(failure) => Some(Err(TrainError::Shard(failure.message))),
        _ => None,
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
            let engine = AnyEngine::start(Kind::Cpu).await?;
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
