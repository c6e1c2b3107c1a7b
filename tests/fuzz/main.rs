//! Every reader of files and texts, given damaged ones: none panics, none loops, none allocates more than a stated multiple of
//! what it reads.
//!
//! A short run, the same every time, belongs to the tests. A long one, of one target, on one thread:
//!
//! ```sh
//! HRM_FUZZ_MINUTES=10 nice -n 19 cargo nextest run --test fuzz -E 'test(=torch_zip)' --no-capture
//! ```
//!
//! The minutes are those of the processor where the system tells them, so that a busy machine makes a run longer, not smaller.
//!
//! The profile of the tests optimises `hrm-core` and keeps its debug assertions and overflow checks. An input that breaks a
//! reader is written to `target/fuzz/`, where the run says it; it becomes an ordinary test beside the reader. The inputs are
//! not guided by coverage, which needs a nightly compiler, but by what the readers say: an input whose message is new, numbers
//! aside, is damaged further.
#![cfg(not(target_arch = "wasm32"))]

mod allocations;
mod hostile;
mod mutate;
mod targets;

use std::{
    collections::HashSet,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use mutate::Mutator;
use targets::Target;

/// Inputs of a short run.
const INPUTS: u64 = 2000;
/// Inputs that are damaged further at most.
const MOST_KEPT: usize = 5000;
/// After this time on one input a long run ends, and says on which.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a long run lasts; `None` in the test suite.
fn length() -> Option<Duration> {
    let minutes: f64 = std::env::var("HRM_FUZZ_MINUTES").ok()?.parse().ok()?;
    Some(Duration::from_secs_f64(60.0 * minutes))
}

/// Keeps an input that broke a reader, and says where.
fn keep(target: &Target, input: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../fuzz");
    let file = folder.join(format!("{}-{:016x}", target.name, hasher.finish()));
    match fs::create_dir_all(&folder).and_then(|()| fs::write(&file, input)) {
        Ok(()) => format!("kept as {}", file.display()),
        Err(error) => format!("not kept: {error}"),
    }
}

/// Reads an input: what the reader says, and the bytes that it held at most.
fn read(target: &Target, input: &[u8]) -> (String, usize) {
    let read = || allocations::peak(|| (target.read)(input));
    let Ok((said, most)) = catch_unwind(AssertUnwindSafe(read)) else {
        panic!("{}: the reader panicked; {}", target.name, keep(target, input));
    };
    let allowed = target.free + target.multiple * input.len();
    assert!(
        most <= allowed,
        "{}: {most} bytes were held for {} that were read, at most {allowed} are allowed; {}",
        target.name,
        input.len(),
        keep(target, input)
    );
    (said, most)
}

/// The time that a thread has spent.
#[derive(Clone)]
struct Clock {
    begun: Instant,
    /// The system's account of the thread's processor time, where it keeps one.
    account: Option<PathBuf>,
}

impl Clock {
    /// Of this thread.
    fn start() -> Self {
        let account =
            fs::read_link("/proc/thread-self").map(|thread| Path::new("/proc").join(thread).join("schedstat"));
        Self { begun: Instant::now(), account: account.ok() }
    }

    /// On the processor, where the system tells that.
    fn processor(&self) -> Option<Duration> {
        let text = fs::read_to_string(self.account.as_ref()?).ok()?;
        Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
    }

    fn spent(&self) -> Duration {
        self.processor().unwrap_or_else(|| self.begun.elapsed())
    }
}

/// Ends the process when one input takes too long, in a long run; `count` counts the inputs.
fn watch(name: &'static str, clock: Clock, count: Arc<AtomicU64>) {
    thread::spawn(move || {
        let (mut last, mut since) = (0, clock.spent());
        loop {
            thread::sleep(Duration::from_secs(1));
            let (now, spent) = (count.load(Relaxed), clock.spent());
            if now != last {
                (last, since) = (now, spent);
            }
            if spent.saturating_sub(since) > PATIENCE {
                eprintln!("{name}: input {now} takes more than {PATIENCE:?}");
                std::process::abort();
            }
        }
    });
}

fn fuzz(target: &Target) {
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty(), "{} has no seeds", target.name);
    let said: Vec<String> = seeds.iter().map(|seed| read(target, seed).0).collect();
    // Else nothing behind the reader's refusals is tried.
    assert!(said.iter().any(String::is_empty), "no seed of {} is read whole: {said:?}", target.name);
    let mut seen: HashSet<String> = said.iter().map(|said| signature(said)).collect();
    let length = length();
    let clock = Clock::start();
    let count = Arc::new(AtomicU64::new(0));
    if length.is_some() {
        watch(target.name, clock.clone(), count.clone());
    }
    // A long run takes other ways than the short one.
    let mut mutator = Mutator::new(seeds, target.words, if length.is_some() { 2 } else { 1 });
    let (mut good, mut most) = (0_u64, 0);
    loop {
        let done = count.fetch_add(1, Relaxed);
        let is_over = match length {
            None => done >= INPUTS,
            Some(length) => done.is_multiple_of(64) && clock.spent() >= length,
        };
        if is_over {
            let seconds =
                clock.processor().map_or(String::new(), |time| format!(", {} s of processor", time.as_secs()));
            println!(
                "{}: {done} inputs, {good} of them read whole, {} messages, at most {most} bytes held{seconds}",
                target.name,
                seen.len()
            );
            return;
        }
        let input = mutator.next();
        let (said, held) = read(target, &input);
        most = most.max(held);
        good += u64::from(said.is_empty());
        if seen.insert(signature(&said)) && mutator.len() < MOST_KEPT {
            mutator.keep(input);
        }
    }
}

/// The beginning of what is said, without numbers and signs: names out of the input come later in a message.
fn signature(said: &str) -> String {
    let plain = said.chars().filter(|character| character.is_ascii_alphabetic() || *character == ' ');
    plain.take(50).collect()
}

macro_rules! fuzzed {
    ($($name:ident),*) => {
        $(
            #[test]
            fn $name() {
                fuzz(&targets::$name());
            }
        )*
    };
}

fuzzed!(
    torch_zip,
    pickle,
    safetensors,
    yaml,
    csv,
    puzzle_text,
    recording,
    training_state,
    link_address,
    task_files,
    task_link
);
