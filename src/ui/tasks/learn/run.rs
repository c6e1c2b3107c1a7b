//! What the page knows of a learning, as its worker tells it, and what it says of that.

use hrm_core::puzzle::arc::Task;
use hrm_link::learning::{Budget, Event, Look, Outlook, Point, Test, Why};

use crate::ui::format::words::{bytes, counted, duration, percent, step_time, thousands};

/// Bytes that a module of a browser can have at most, and how much of them a learning may take.
const ADDRESSABLE: f64 = 4_294_967_296.0;
const USABLE: f64 = 0.85;
/// Seconds over which the speed is taken.
const SPEED_SECONDS: f64 = 5.0;

/// What is going on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is learnt or open.
    #[default]
    Idle,
    /// The model is being prepared.
    Starting,
    /// It learns.
    Learning,
    /// A pause or a stop was asked for: the step that is being computed ends first.
    Halting,
    /// It can be learnt on.
    Paused,
    /// The budget is used up, or it was stopped.
    Done,
    /// A learnt task is open.
    Open,
    /// Its tests are being answered.
    Answering,
}

impl Stage {
    /// Whether the worker is at work.
    pub fn is_busy(self) -> bool {
        matches!(self, Self::Starting | Self::Learning | Self::Halting | Self::Answering)
    }

    /// Whether tests can be answered.
    pub fn can_answer(self) -> bool {
        matches!(self, Self::Paused | Self::Done | Self::Open)
    }

    /// Whether another learning can begin.
    pub fn can_begin(self) -> bool {
        matches!(self, Self::Idle | Self::Done | Self::Open)
    }
}

/// What was answered so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answered {
    /// Questions answered, and all of them.
    pub done: (u32, u32),
    /// For each test.
    pub tests: Vec<Test>,
}

/// What is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// What is going on.
    pub stage: Stage,
    /// What was going on before answers were asked for.
    before: Stage,
    /// The task that is learnt, or open, as it was then.
    pub task: Task,
    /// What it is called.
    pub title: String,
    /// What the next learning would take.
    pub outlook: Option<Outlook>,
    /// Whether the time of a step is still being measured.
    pub measuring: bool,
    /// Of the learning.
    pub begun: Option<Outlook>,
    /// Its curve.
    pub points: Vec<Point>,
    /// The last look at the demonstration that is held out.
    pub look: Option<Look>,
    /// Why something is not done, and a token grid that would do.
    pub refusal: Option<(String, Option<u32>)>,
    /// What happened that a person should know.
    pub warning: Option<String>,
    /// What was answered.
    pub answered: Option<Answered>,
    /// How long is learnt; the step and the seconds at which that began.
    budget: Option<(Budget, f64, f64)>,
    /// Whether the weights stopped being finite.
    diverged: bool,
    /// Whether a stop is meant by the pause that was asked for.
    stops: bool,
    /// Why an open task cannot be learnt further.
    pub no_further: Option<String>,
}

impl Run {
    /// A learning is asked for.
    pub fn begin(&mut self, task: Task, title: String, budget: Budget) {
        let outlook = self.outlook.take();
        *self = Self { stage: Stage::Starting, task, title, outlook, ..Self::default() };
        self.budget = Some((budget, 0.0, 0.0));
    }

    /// A learnt task was opened.
    pub fn open(&mut self, task: Task, title: String) {
        let outlook = self.outlook.take();
        *self = Self { task, title, outlook, ..Self::default() };
    }

    /// More of the same is asked for: with what is left of the budget, or another one.
    pub fn go_on(&mut self, budget: Option<Budget>) {
        (self.stage, self.stops, self.measuring) = (Stage::Learning, false, false);
        (self.answered, self.refusal) = (None, None);
        if let Some(budget) = budget {
            let (step, seconds) = self.points.last().map_or((0.0, 0.0), |point| (point.step, point.seconds));
            self.budget = Some((budget, step, seconds));
        }
    }

    /// What is under way is to end.
    pub fn halt(&mut self, stops: bool) {
        if self.stage.is_busy() && self.stage != Stage::Answering {
            (self.stage, self.stops) = (Stage::Halting, stops);
        }
    }

    /// Answers are asked for.
    pub fn ask(&mut self) {
        (self.before, self.stage, self.measuring, self.refusal) = (self.stage, Stage::Answering, false, None);
        self.answered = Some(Answered::default());
    }

    /// The worker is gone, with what it held.
    pub fn lose(&mut self, message: String) {
        let is_busy = self.stage.is_busy();
        (self.stage, self.measuring) = (Stage::Idle, false);
        let lost = if is_busy { " What was learnt since it was last kept is lost." } else { "" };
        self.warning = Some(format!("{}.{lost}", message.trim_end_matches('.')));
    }

    /// Takes up what the worker tells.
    pub fn hear(&mut self, event: Event) {
        match event {
            Event::Outlook(outlook) => {
                self.measuring = outlook.step_seconds.is_none();
                (self.outlook, self.refusal) = (Some(outlook), None);
            }
            Event::Begun(outlook) => {
                (self.begun, self.refusal, self.measuring) = (Some(outlook), None, false);
                if self.stage == Stage::Starting {
                    self.stage = Stage::Learning;
                }
            }
            Event::Curve(point) => self.points.push(point),
            Event::Looked(look) => self.look = Some(look),
            Event::Rests { done, .. } => {
                self.stage = if done || self.stops { Stage::Done } else { Stage::Paused };
            }
            Event::Diverged { step, kept } => {
                self.diverged = true;
                self.warning = Some(format!(
                    "The loss became NaN or infinite at step {step:.0}. The weights of step {kept:.0}, the last good ones, are kept: \
                     they answer, and the learning can go on from them."
                ));
            }
            Event::Opened { steps, further, .. } => {
                (self.stage, self.no_further) = (Stage::Open, further);
                let steps =
                    steps.map(|steps| Point { step: steps, seconds: 0.0, loss: f64::NAN, cells: None, exact: None });
                self.points = steps.into_iter().collect();
            }
            Event::Answers { done, all, tests, last } => {
                self.answered = Some(Answered { done: (done, all), tests });
                if last {
                    self.stage = self.before;
                }
            }
            Event::Refused { message, fits } => {
                self.measuring = false;
                self.stage = match self.stage {
                    Stage::Answering => self.before,
                    Stage::Starting => Stage::Idle,
                    Stage::Learning | Stage::Halting => Stage::Done,
                    stage => stage,
                };
                if self.answered.as_ref().is_some_and(|answered| answered.tests.is_empty()) {
                    self.answered = None;
                }
                (self.outlook, self.refusal) = (None, Some((message, fits)));
            }
            Event::Ready | Event::Kept { .. } | Event::Died { .. } => {}
        }
    }

    /// Whether learning on needs a learner of the kept weights: of an open task, and after the loss stopped being finite.
    pub fn needs_resuming(&self) -> bool {
        self.stage == Stage::Open || self.diverged
    }

    /// A learner of the kept weights is asked for.
    pub fn resume(&mut self, budget: Budget) {
        self.go_on(Some(budget));
        self.points.retain(|point| point.loss.is_finite());
        (self.stage, self.diverged, self.warning) = (Stage::Starting, false, None);
    }

    /// What is going on, in a sentence: said when it changes.
    pub fn status(&self) -> String {
        let title = &self.title;
        match self.stage {
            Stage::Idle => String::new(),
            Stage::Starting => format!("{title}: the model is being prepared…"),
            Stage::Learning => format!("{title} is being learnt."),
            Stage::Halting => format!("{title}: the present step ends first…"),
            Stage::Paused => format!("{title}: the learning is paused."),
            Stage::Done => format!("{title} was learnt: ask for its answer, or learn on."),
            Stage::Open => format!("{title} is open: ask for its answer, or learn on."),
            Stage::Answering => format!("{title} is being answered…"),
        }
    }

    /// Step, speed and time.
    pub fn pace(&self) -> String {
        let Some(last) = self.points.last() else { return String::new() };
        let step = format!("Step {}", thousands(last.step as u64));
        let from = self.points.iter().rev().find(|point| last.seconds - point.seconds > SPEED_SECONDS);
        let from = from.or(self.points.first()).filter(|from| from.seconds < last.seconds);
        let speed = from.map(|from| (last.step - from.step) / (last.seconds - from.seconds));
        let speed = speed.map(|speed| match speed {
            1.0.. => format!(", {speed:.1} steps a second"),
            _ => format!(", {} a step", step_time(1.0 / speed)),
        });
        let time = self.budget.map(|(budget, step, seconds)| match budget {
            Budget::Seconds(all) => format!(", {} of {}", duration(last.seconds - seconds), duration(all)),
            Budget::Steps(all) => {
                format!(", {} of {} steps", thousands((last.step - step) as u64), thousands(all.into()))
            }
        });
        format!("{step}{}{}.", speed.unwrap_or_default(), time.unwrap_or_default())
    }

    /// What is known of the demonstration that is held out.
    pub fn held_out(&self) -> String {
        let one = self.begun.as_ref().is_some_and(|begun| begun.demonstrations < 2);
        let Some(Look { step, right, accuracy, joined, .. }) = &self.look else {
            return if one { ONE_PAIR.into() } else { String::new() };
        };
        let found = match (right, joined) {
            (true, false) => "is answered rightly, though it was not learnt".into(),
            (true, true) => "is answered rightly".into(),
            (false, _) => format!("is not answered yet ({} of its tokens are right)", percent(*accuracy)),
        };
        let held = if *joined { "It is learnt too now." } else { "It is held out for the first half." };
        format!("Step {}: the last pair {found}. {held}", thousands(*step as u64))
    }
}

/// Said of a task of one pair.
const ONE_PAIR: &str = "The task has one pair alone: nothing can be held out, so whether the task is understood is not known \
                        before its answer.";

/// What a learning will take and be, in sentences.
pub fn outlook_words(outlook: &Outlook, budget: Option<Budget>, measuring: bool) -> Vec<String> {
    let Outlook { side, why, versions, demonstrations, parameters, bytes: memory, step_seconds } = outlook;
    let why = match why {
        Why::Smallest => "the smallest that holds the task's grids, the marks at their ends and one cell to move by",
        Why::OfModel => "the one of the model",
        Why::Chosen => "as chosen",
    };
    let mut words = vec![
        format!("Token grid: {side}×{side}, {} tokens ({why}).", side * side),
        format!(
            "Data: {} in {}; {} are trained.",
            counted(*demonstrations as usize, "pair", "pairs"),
            counted(*versions as usize, "version", "versions"),
            counted(*parameters as usize, "weight", "weights"),
        ),
    ];
    if *demonstrations < 2 {
        words.push(ONE_PAIR.into());
    }
    let time = match (step_seconds, budget) {
        (Some(step), Some(Budget::Seconds(all))) => {
            format!("about {} steps in {}", thousands((all / step) as u64), duration(all))
        }
        (Some(step), Some(Budget::Steps(steps))) => {
            format!("{} steps in about {}", thousands(steps.into()), duration(step * f64::from(steps)))
        }
        (Some(step), None) => format!("{} a step", step_time(*step)),
        (None, _) if measuring => "being measured".into(),
        (None, _) => "not measured: a step is too large to try one".into(),
    };
    words.push(format!("Memory: {}. Time: {time}.", bytes(*memory)));
    words
}

/// What is to be said of the memory before a start, and whether there can be none; `device` is the device's, where the browser
/// tells it.
pub fn memory_fault(needed: f64, device: Option<f64>) -> Option<(String, bool)> {
    let help = "choose a smaller token grid, where the task allows it";
    let (most, says) = (ADDRESSABLE * USABLE, bytes(needed));
    if needed > most {
        let most = bytes(most);
        return Some((
            format!("This takes {says} of memory, and a browser's tab can have {most} for it: {help}."),
            true,
        ));
    }
    let device = device.filter(|device| needed > device / 2.0)?;
    let device = bytes(device);
    Some((
        format!("This takes {says} of memory, and this device has about {device}: the tab may be ended; {help}."),
        false,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outlook() -> Outlook {
        Outlook {
            side: 12,
            why: Why::Smallest,
            versions: 49,
            demonstrations: 3,
            parameters: 101_234.0,
            bytes: 52e6,
            step_seconds: Some(0.25),
        }
    }

    fn point(step: f64, seconds: f64) -> Point {
        Point { step, seconds, loss: 1.0, cells: None, exact: None }
    }

    #[test]
    fn a_learning_begins_pauses_goes_on_and_is_answered() {
        let mut run = Run::default();
        run.hear(Event::Outlook(Outlook { step_seconds: None, ..outlook() }));
        assert!(run.measuring && run.stage.can_begin());
        run.begin(Task::default(), "a".into(), Budget::Seconds(60.0));
        assert!(run.stage.is_busy() && run.outlook.is_some());
        run.hear(Event::Begun(outlook()));
        assert_eq!(run.stage, Stage::Learning);
        for second in 1..=20 {
            run.hear(Event::Curve(point(f64::from(second) * 4.0, f64::from(second))));
        }
        assert_eq!(run.pace(), "Step 80, 4.0 steps a second, 20 s of 1 min 0 s.");
        run.halt(false);
        assert_eq!(run.stage, Stage::Halting);
        run.hear(Event::Rests { step: 81.0, done: false });
        assert!(run.stage == Stage::Paused && run.stage.can_answer() && !run.stage.can_begin());
        run.ask();
        run.hear(Event::Answers { done: 16, all: 49, tests: vec![Test::default()], last: false });
        assert_eq!(run.stage, Stage::Answering);
        run.hear(Event::Answers { done: 49, all: 49, tests: vec![Test::default()], last: true });
        assert_eq!((run.stage, run.answered.as_ref().unwrap().done), (Stage::Paused, (49, 49)));
        run.go_on(None);
        run.halt(true);
        run.hear(Event::Rests { step: 90.0, done: false });
        assert_eq!(run.stage, Stage::Done, "it was stopped");
        run.go_on(Some(Budget::Steps(40)));
        run.hear(Event::Curve(point(100.0, 26.0)));
        assert!(run.pace().ends_with(", 20 of 40 steps."), "{}", run.pace());
    }

    #[test]
    fn what_is_refused_leaves_what_there_was() {
        let mut run = Run::default();
        run.begin(Task::default(), "a".into(), Budget::Steps(5));
        run.hear(Event::Refused { message: "no".into(), fits: Some(14) });
        assert_eq!((run.stage, run.refusal.clone()), (Stage::Idle, Some(("no".into(), Some(14)))));
        run.hear(Event::Opened { task: Default::default(), side: 5, versions: 3, steps: Some(7.0), further: None });
        assert!(run.stage == Stage::Open && run.needs_resuming() && run.pace().starts_with("Step 7"));
        run.ask();
        run.hear(Event::Refused { message: "no test".into(), fits: None });
        assert_eq!((run.stage, run.answered.clone()), (Stage::Open, None));
        run.resume(Budget::Steps(5));
        assert_eq!(run.stage, Stage::Starting);
        run.lose("it is gone".into());
        assert!(run.warning.as_ref().unwrap().contains("lost") && run.stage == Stage::Idle);
    }

    #[test]
    fn weights_that_are_not_finite_are_told_with_those_that_stay() {
        let mut run = Run::default();
        run.begin(Task::default(), "a".into(), Budget::Steps(50));
        run.hear(Event::Begun(outlook()));
        run.hear(Event::Diverged { step: 30.0, kept: 25.0 });
        run.hear(Event::Rests { step: 29.0, done: true });
        let said = run.warning.clone().unwrap();
        assert!(said.contains("step 30") && said.contains("step 25"), "{said}");
        assert!(run.stage.can_answer() && run.needs_resuming());
    }

    #[test]
    fn the_pair_that_is_held_out_is_told_of() {
        let mut run = Run { begun: Some(Outlook { demonstrations: 1, ..outlook() }), ..Run::default() };
        assert!(run.held_out().contains("one pair alone"));
        let look = |right, joined| Event::Looked(Look { step: 1200.0, right, accuracy: 0.5, grid: None, joined });
        run.hear(look(false, false));
        assert!(run.held_out().starts_with("Step 1,200: the last pair is not answered yet (50.0 %"));
        run.hear(look(true, false));
        assert!(run.held_out().contains("though it was not learnt"));
        run.hear(look(true, true));
        assert!(run.held_out().ends_with("It is learnt too now."));
    }

    #[test]
    fn an_outlook_is_told_in_sentences() {
        let words = outlook_words(&outlook(), Some(Budget::Seconds(60.0)), false);
        assert!(words[0].starts_with("Token grid: 12×12, 144 tokens (the smallest"), "{words:?}");
        assert_eq!(words[1], "Data: 3 pairs in 49 versions; 101,234 weights are trained.");
        assert_eq!(words[2], "Memory: 52.0 MB. Time: about 240 steps in 1 min 0 s.");
        let words = outlook_words(&Outlook { demonstrations: 1, ..outlook() }, Some(Budget::Steps(100)), false);
        assert!(words[2].contains("one pair alone") && words[3].ends_with("100 steps in about 25 s."), "{words:?}");
        let unmeasured = Outlook { step_seconds: None, ..outlook() };
        assert!(outlook_words(&unmeasured, None, true)[2].ends_with("being measured."));
    }

    #[test]
    fn memory_that_would_not_suffice_is_told_before() {
        assert_eq!(memory_fault(1e8, Some(8e9)), None);
        assert_eq!(memory_fault(3e9, None), None);
        assert!(!memory_fault(3e9, Some(4e9)).unwrap().1);
        let (said, never) = memory_fault(5e9, Some(64e9)).unwrap();
        assert!(never && said.starts_with("This takes 5.00 GB of memory"), "{said}");
    }
}
