//! Shards among workers: the worker that trains starts others, each computes its shard of a batch and gets the average of all
//! gradients back. Buffers are handed over; no memory is shared, so any static host will do.

use std::{cell::RefCell, collections::VecDeque, pin::Pin, rc::Rc};

use futures_channel::oneshot;
use hrm_core::{
    data::Batch,
    engine::{AnyEngine, AnySession, Data, Kind},
    train::{
        Saved, TrainError,
        shard::{Gradient, Helper, Named, Order, Reply, Shard},
    },
};
use hrm_link::{
    client::{Client, Heard},
    protocol::{Event, Task},
    training::{Item, ShardEvent, ShardTask, TrainingEvent, TrainingTask},
};
use js_sys::{ArrayBuffer, Float32Array, Uint8Array};

use crate::{host::TaskError, scope};

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
        match order {
            Order::Gradient { step, batch: Batch { tokens, labels, ids, board } } => {
                let bytes = |words: &[u8]| Uint8Array::from(words).buffer();
                let [tokens, labels] = [bytemuck::cast_slice(&tokens), bytemuck::cast_slice(&labels)];
                let board = [board as u32];
                let [ids, board] = [bytemuck::cast_slice(&ids), bytemuck::cast_slice(&board)];
                let buffers = [tokens, labels, ids, board].map(bytes).to_vec();
                self.ask(ShardTask::Gradient { step }, buffers);
            }
            Order::Update { step, gradient } => {
                self.tell(ShardTask::Update { step }, vec![Float32Array::from(&gradient[..]).buffer()]);
            }
            Order::Carry => self.ask(ShardTask::Carry, Vec::new()),
        }
        Ok(())
    }

    fn receive(&mut self) -> Pin<Box<dyn Future<Output = Result<Reply, TrainError>> + '_>> {
        Box::pin(async { self.answer().await?.ok_or_else(|| TrainError::Shard("it answered nothing".into())) })
    }
}

/// What a worker's report answers; `None` for what is no answer.
fn answer(heard: Heard) -> Option<Answer> {
    let (event, buffer) = match heard {
        Heard::Report { event, buffer, .. } => (event, buffer),
        Heard::Waiting(_) => return None,
        Heard::Lost { message, .. } => return Some(Err(TrainError::Shard(message))),
    };
    match event {
        Event::Training(TrainingEvent::Shard(event)) => {
            let bytes = buffer.map_or_else(Vec::new, |buffer| Uint8Array::new(&buffer).to_vec());
            Some(Ok(match event {
                ShardEvent::Ready => None,
                ShardEvent::Gradient { metrics } => {
                    Some(Reply::Gradient(Gradient { metrics, values: bytemuck::pod_collect_to_vec(&bytes) }))
                }
                ShardEvent::Carry { items } => Some(Reply::Carry(unpack(&items, &bytes))),
            }))
        }
        Event::Failed(failure) => Some(Err(TrainError::Shard(failure.message))),
        _ => None,
    }
}

/// Does a shard's task in the worker that holds it, and reports what it answers; `shard` is where it is held.
pub async fn obey(
    id: u32,
    task: ShardTask,
    files: Vec<Vec<u8>>,
    shard: &mut Option<Shard<AnySession>>,
) -> Result<Event, TaskError> {
    let mut files = files.into_iter();
    let mut file = || files.next().unwrap_or_default();
    let order = match task {
        ShardTask::Begin { index } => {
            let saved = Saved::from_bytes(&file())?;
            let engine = AnyEngine::start_with(Kind::Cpu, saved.recipe.training.precision).await?;
            *shard = Some(Shard::resume(&engine, &saved.state.setup, index, &saved.state.buffers).await?);
            return Ok(Event::Training(TrainingEvent::Shard(ShardEvent::Ready)));
        }
        ShardTask::Gradient { step } => {
            let [tokens, labels, ids, board] = [(); 4].map(|()| file());
            let batch = Batch {
                tokens: bytemuck::pod_collect_to_vec(&tokens),
                labels: bytemuck::pod_collect_to_vec(&labels),
                ids: bytemuck::pod_collect_to_vec(&ids),
                board: bytemuck::pod_collect_to_vec::<u8, u32>(&board).first().map_or(0, |&board| board as usize),
            };
            Order::Gradient { step, batch }
        }
        ShardTask::Update { step } => Order::Update { step, gradient: bytemuck::pod_collect_to_vec(&file()) },
        ShardTask::Carry => Order::Carry,
    };
    let shard = shard.as_mut().ok_or(TaskError::NoRun)?;
    let tell = |event: ShardEvent, bytes: &[u8]| {
        scope::report_with_file(id, Event::Training(TrainingEvent::Shard(event)), bytes);
    };
    match shard.obey(order).await? {
        Some(Reply::Gradient(Gradient { metrics, values })) => {
            tell(ShardEvent::Gradient { metrics }, bytemuck::cast_slice(&values));
        }
        Some(Reply::Carry(carry)) => {
            let (items, bytes) = pack(&carry);
            tell(ShardEvent::Carry { items }, &bytes);
        }
        None => {}
    }
    Ok(Event::Finished)
}

fn pack(buffers: &Named) -> (Vec<Item>, Vec<u8>) {
    let (mut items, mut bytes) = (Vec::new(), Vec::new());
    for (name, data) in buffers {
        let (floats, part): (bool, &[u8]) = match data {
            Data::F32(values) => (true, bytemuck::cast_slice(values)),
            Data::U32(values) => (false, bytemuck::cast_slice(values)),
        };
        bytes.extend_from_slice(part);
        items.push(Item { name: name.clone(), floats, len: part.len() / 4 });
    }
    (items, bytes)
}

fn unpack(items: &[Item], mut bytes: &[u8]) -> Named {
    let mut buffers = Named::new();
    for Item { name, floats, len } in items {
        let (part, rest) = bytes.split_at((4 * len).min(bytes.len()));
        bytes = rest;
        let data = match floats {
            true => Data::F32(bytemuck::pod_collect_to_vec(part)),
            false => Data::U32(bytemuck::pod_collect_to_vec(part)),
        };
        buffers.push((name.clone(), data));
    }
    buffers
}
