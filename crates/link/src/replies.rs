//! What a task is answered, for the one who asked for it.

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use js_sys::ArrayBuffer;

use crate::protocol::Event;

/// Why no further answer comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The task is done, or whoever asked has ended the worker.
    Over,
    /// The worker died or cannot be used.
    Lost(Loss),
}

/// A worker that died or cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Why; where starting it anew cannot help, also what to do, in sentences without the last full stop.
    pub message: String,
    /// Whether starting it anew may help.
    pub curable: bool,
}

/// An event with what came with it: the states `[steps, T, D]` of [`Event::Segment`], or a file.
pub type Answer = (Event, Option<ArrayBuffer>);

/// The answers to one task, in order.
pub struct Replies {
    /// The task's number.
    pub task: u32,
    receiver: UnboundedReceiver<Result<Answer, Loss>>,
}

/// The client's end of [`Replies`].
pub(crate) type Sender = UnboundedSender<Result<Answer, Loss>>;

impl Replies {
    pub(crate) fn new(task: u32) -> (Sender, Self) {
        let (sender, receiver) = unbounded();
        (sender, Self { task, receiver })
    }

    /// The next answer.
    ///
    /// # Errors
    /// There is none any more.
    pub async fn next(&mut self) -> Result<Answer, End> {
        match self.receiver.recv().await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(loss)) => Err(End::Lost(loss)),
            Err(_) => Err(End::Over),
        }
    }

    /// The last answer, for a task that gives one. That it was cancelled is no answer.
    ///
    /// # Errors
    /// There was none.
    pub async fn last(mut self) -> Result<Answer, End> {
        let mut last = Err(End::Over);
        loop {
            match self.next().await {
                Ok((Event::Cancelling, _)) => {}
                Ok(answer) => last = Ok(answer),
                Err(End::Over) => return last,
                Err(lost) => return Err(lost),
            }
        }
    }
}
