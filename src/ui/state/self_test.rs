//! Whether the GPU engine computes right here: its self-test, in a worker of its own.

use hrm_link::{
    client::{Client, Module},
    protocol::{Event, Task},
    replies::{End, Replies},
    self_test::SelfTest,
};
use js_sys::Object;
use leptos::{prelude::*, task::spawn_local};

/// What is known of the GPU engine.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Tested {
    /// Nothing.
    #[default]
    Not,
    /// It is being tested: so many parts of all are done.
    Going {
        /// Done.
        done: usize,
        /// All; 0 while that is not known.
        of: usize,
    },
    /// A processor plays the GPU: nothing more was tested.
    Software,
    /// Every kernel agrees with the CPU engine.
    Right,
    /// The kernel that does not, and how many others.
    Wrong(String, usize),
    /// It could not be tested, and why.
    Failed(String),
}

impl Tested {
    /// Whether the page may choose the engine by itself.
    pub fn is_trusted(&self) -> bool {
        matches!(self, Self::Right | Self::Software)
    }

    /// What is wrong with it, in a sentence, and what follows where a person has `chosen` it.
    pub fn warning(&self, chosen: bool) -> Option<String> {
        let what = match self {
            Self::Wrong(fault, 0) => format!("WebGPU fails its test ({fault})"),
            Self::Wrong(fault, others) => format!("WebGPU fails its test ({fault}; {others} more)"),
            Self::Failed(message) => format!("WebGPU could not be tested ({message})"),
            _ => return None,
        };
        Some(what + if chosen { ": its answers may be wrong." } else { ", so the CPU computes." })
    }
}

/// The test, made once in a visit.
#[derive(Clone, Copy)]
pub struct GpuTest {
    /// What is known.
    pub found: RwSignal<Tested>,
}

impl GpuTest {
    /// Of which nothing is known.
    pub fn new() -> Self {
        Self { found: RwSignal::new(Tested::Not) }
    }

    /// Tests the engine unless that was done; where a processor plays the GPU, if that is `wanted`.
    pub fn begin(self, wanted: bool) {
        let known = self.found.get_untracked();
        if known != Tested::Not && !(wanted && matches!(known, Tested::Software | Tested::Failed(_))) {
            return;
        }
        self.found.set(Tested::Going { done: 0, of: 0 });
        let client = Client::new(Module::Testing, |_| ());
        client.restart();
        let replies = client.request(Task::SelfTest { software: wanted }, Vec::<Object>::new());
        spawn_local(async move {
            self.follow(replies).await;
            client.stop();
        });
    }

    async fn follow(self, mut replies: Replies) {
        loop {
            let found = match replies.next().await {
                Ok((Event::SelfTest(SelfTest::Testing { done, of }), _)) => Tested::Going { done, of },
                Ok((Event::SelfTest(SelfTest::Software), _)) => Tested::Software,
                Ok((Event::SelfTest(SelfTest::Done { faults }), _)) => match faults.split_first() {
                    Some((first, others)) => Tested::Wrong(first.clone(), others.len()),
                    None => Tested::Right,
                },
                Ok((Event::Failed(failure), _)) => Tested::Failed(failure.message),
                Err(End::Lost(loss)) => Tested::Failed(loss.message),
                Ok(_) => continue,
                Err(End::Over) => return,
            };
            self.found.set(found);
        }
    }
}
