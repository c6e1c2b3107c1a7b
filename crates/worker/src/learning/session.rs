//! The task that is learnt, or open.

use hrm_core::{
    checkpoint::Weights,
    engine::{AnyEngine, Kind},
    event_loop::Breath,
    learn::{
        Answerer, Base, Beside, Course, Grid, HeldOut, Known, LearnError, LearnSettings, Learner, Prospect, Question,
        Task, TestAnswer, codec::TokenGrid, file, forms, names_of, smallest_side, training::TaskSetError,
    },
    model::parameters,
    train::{StepReport, TrainError, Trained},
};
use hrm_link::learning::{
    Begin, Budget, Candidate, Event, Form, Look, Origin, Outlook, Point, TaskText, Test, Why, Work,
};

use crate::{
    global,
    learning::{
        failure::Failure,
        line::{Line, post},
    },
};

/// Looks at the demonstration that is held out in so many parts of the budget.
const LOOKS: f64 = 20.0;
/// Seconds between two points of the curve.
const POINT_SECONDS: f64 = 0.3;
/// Seconds between two states that the page is given to keep.
const KEEP_SECONDS: f64 = 30.0;
/// Tokens of a batch of answers: few enough that it is soon done.
const BATCH_TOKENS: usize = 2304;
/// Candidates that are told.
const TOLD: usize = 12;
/// Rows of the step by which its time is estimated, and bytes above which none is tried.
const TRIED_ROWS: usize = 2;
const TRIED_BYTES: u64 = 2_000_000_000;

/// What the worker holds between orders.
#[derive(Default)]
pub struct Learning {
    session: Option<Session>,
}

/// A task with the model that learns or knows it.
struct Session {
    task: Task,
    settings: LearnSettings,
    gpu: bool,
    of: Of,
    /// What is written beside the weights; its steps and seconds are in the tally.
    course: Course,
    tally: Tally,
    /// Whether the weights stopped being finite.
    diverged: bool,
}

/// Steps and seconds.
struct Tally {
    /// Of learnings before this one: they were saved, or became NaN.
    before: (u64, f64),
    /// Seconds of this one.
    seconds: f64,
    /// Whether the demonstration that is held out is answered.
    held_out: Option<bool>,
    budget: Budget,
    /// Steps and seconds of the budget that are used up.
    spent: (u64, f64),
}

enum Of {
    /// Being learnt.
    Learner(Box<Learner<AnyEngine>>),
    /// Opened.
    Model { engine: Box<AnyEngine>, base: Box<Base>, names: Vec<String> },
}

fn clock() -> f64 {
    global::now() / 1000.0
}

fn text_of(grid: &Grid) -> String {
    let row = |row: &[u8]| row.iter().map(|colour| char::from(b'0' + colour)).collect::<String>();
    grid.lines().map(row).collect::<Vec<_>>().join("/")
}

async fn engine(gpu: bool) -> Result<AnyEngine, Failure> {
    Ok(AnyEngine::start(if gpu { Kind::Gpu } else { Kind::Cpu }).await?)
}

/// Where the task does not lie within the token grid, one that would do.
fn of_task(task: &Task) -> impl Fn(LearnError) -> Failure {
    |error| match error {
        LearnError::Task(TaskSetError::TooLarge { .. }) => {
            Failure::Outgrown { error, fits: smallest_side(task).side() }
        }
        error => error.into(),
    }
}

fn read_task(text: &TaskText) -> Result<Task, Failure> {
    let mut task = file::read("", &text.json)?;
    task.id.clone_from(&text.id);
    Ok(task)
}

/// The model that a learning begins with.
async fn base_of(origin: &Origin, file: Option<&[u8]>) -> Result<Option<Base>, Failure> {
    let (config, weights) = match origin {
        Origin::Random => return Ok(None),
        Origin::File(beside) => (beside.clone(), file.ok_or(Failure::NoFile)?.to_vec()),
        Origin::Gallery(name) => {
            let stem = name.trim_end_matches(".safetensors");
            let config = global::fetch(&format!("gallery/{stem}.json")).await?;
            (String::from_utf8_lossy(&config).into_owned(), global::fetch(&format!("gallery/{name}")).await?)
        }
    };
    let config = Beside::read(&config)?.config;
    let weights = Weights::of_model(&weights, &config)?;
    Ok(Some(Base { config, weights }))
}

fn settings_of(begin: &Begin) -> LearnSettings {
    LearnSettings {
        augmentations: begin.augmentations as usize,
        seed: begin.seed.into(),
        batch: (begin.batch as usize).max(1),
        shards: 1,
        side: begin.side.and_then(|side| TokenGrid::new(side as usize)),
        trained: if begin.embedding_only { Trained::Embedding } else { Trained::Everything },
    }
}

fn outlook(prospect: &Prospect, begin: Option<&Begin>, bytes: u64) -> Outlook {
    let (set, config) = (prospect.set(), prospect.config());
    let why = match begin {
        Some(Begin { side: Some(_), .. }) => Why::Chosen,
        Some(Begin { from: Origin::Random, .. }) => Why::Smallest,
        _ => Why::OfModel,
    };
    let rows = config.num_puzzle_identifiers * config.puzzle_emb_ndim;
    let is_part = begin.is_some_and(|begin| begin.embedding_only);
    Outlook {
        side: set.side().side() as u32,
        why,
        versions: (set.identifiers() - 1) as u32,
        demonstrations: set.demonstrations(0, hrm_core::learn::training::Learnt::All) as u32,
        parameters: if is_part { rows } else { parameters(config) } as f64,
        bytes: bytes as f64,
        step_seconds: None,
    }
}

/// What a learning would take: at once what is known without computing, then the time of a step, from one of few rows.
async fn estimate(id: u32, begin: &Begin, file: Option<&[u8]>, line: &Line) -> Result<(), Failure> {
    let task = read_task(&begin.task)?;
    let base = base_of(&begin.from, file).await?;
    let settings = settings_of(begin);
    let engine = engine(begin.gpu).await?;
    let prospect = Prospect::new(&task, base.clone(), &settings).map_err(of_task(&task))?;
    let bytes = prospect.bytes(&engine)?;
    let known = outlook(&prospect, Some(begin), bytes);
    drop(prospect);
    post(id, Event::Outlook(known.clone()), None);
    if bytes > TRIED_BYTES {
        return Ok(());
    }
    let rows = settings.batch.min(TRIED_ROWS);
    let tried = LearnSettings { batch: rows, ..settings.clone() };
    let mut learner = Learner::of(engine, Prospect::new(&task, base, &tried).map_err(of_task(&task))?).await?;
    let mut seconds = f64::INFINITY;
    // The first one also finds the fastest forms of its products.
    for _ in 0..4 {
        global::breathe().await;
        if line.is_wanted_elsewhere() {
            return Ok(());
        }
        let begun = clock();
        learner.step().await?;
        seconds = seconds.min(clock() - begun);
    }
    let step_seconds = Some(seconds * settings.batch as f64 / rows as f64);
    post(id, Event::Outlook(Outlook { step_seconds, ..known }), None);
    Ok(())
}

impl Learning {
    /// Carries an order out; what happens is told on the way.
    pub async fn carry_out(&mut self, id: u32, work: Work, file: Option<Vec<u8>>, line: &Line) -> Result<(), Failure> {
        match work {
            Work::Estimate(begin) => estimate(id, &begin, file.as_deref(), line).await,
            Work::Begin(begin, budget) => {
                let task = read_task(&begin.task)?;
                let base = base_of(&begin.from, file.as_deref()).await?;
                let settings = settings_of(&begin);
                let engine = engine(begin.gpu).await?;
                let prospect = Prospect::new(&task, base, &settings).map_err(of_task(&task))?;
                let known = outlook(&prospect, Some(&begin), prospect.bytes(&engine)?);
                // What was learnt before makes room.
                self.session = None;
                let learner = Learner::of(engine, prospect).await?;
                post(id, Event::Begun(known), None);
                let (gpu, of) = (begin.gpu, Of::Learner(Box::new(learner)));
                let session = Session::new(begin.task, task, settings, gpu, of);
                self.session.insert(session).learn(id, Some(budget), line).await
            }
            Work::GoOn(budget) => self.session.as_mut().ok_or(Failure::Nothing)?.learn(id, budget, line).await,
            Work::Resume(budget) => {
                let session = self.session.take().ok_or(Failure::Nothing)?;
                let session = self.session.insert(session);
                session.resume(id).await?;
                session.learn(id, Some(budget), line).await
            }
            Work::Open { beside, task, gpu } => {
                let file = file.ok_or(Failure::NoFile)?;
                let (session, opened) = Session::open(&beside, task, gpu, &file).await?;
                self.session = Some(session);
                post(id, opened, None);
                Ok(())
            }
            Work::Answer { augmentations, seconds } => {
                let session = self.session.as_ref().ok_or(Failure::Nothing)?;
                session.answer(id, augmentations.map(|count| count as usize), seconds, line).await
            }
            // It overtook.
            Work::Pause => Ok(()),
        }
    }
}

impl Session {
    fn new(text: TaskText, task: Task, settings: LearnSettings, gpu: bool, of: Of) -> Self {
        let LearnSettings { augmentations, seed, batch, trained, .. } = settings;
        let course = Course {
            task: text.json,
            id: text.id,
            title: text.title,
            augmentations,
            seed,
            batch,
            trained,
            steps: 0,
            seconds: 0.0,
            held_out: None,
        };
        let nothing = Budget::Steps(0);
        let tally = Tally { before: (0, 0.0), seconds: 0.0, held_out: None, budget: nothing, spent: (0, 0.0) };
        Self { task, settings, gpu, of, course, tally, diverged: false }
    }

    /// Opens a learnt task; with what is told of it.
    async fn open(beside: &str, desk: TaskText, gpu: bool, file: &[u8]) -> Result<(Self, Event), Failure> {
        let Beside { config, identifiers, course } = Beside::read(beside)?;
        let weights = Weights::of_model(file, &config)?;
        let text = match &course {
            Some(Course { task, id, title, .. }) => {
                TaskText { id: id.clone(), title: title.clone(), json: task.clone() }
            }
            None => desk,
        };
        let task = read_task(&text)?;
        if !Known::of_names(identifiers.iter().map(String::as_str)).has(&task.id) {
            return Err(Failure::Unknown(text.title));
        }
        // What the command writes says nothing of its versions; most are of its own seed.
        let default = LearnSettings { augmentations: identifiers.len().saturating_sub(2), ..LearnSettings::default() };
        let settings = course.as_ref().map_or(default, |course| course.settings(None));
        let base = Base { config, weights };
        let further = Prospect::again(&task, base.clone(), &identifiers, &settings).err();
        let versions = identifiers.len().saturating_sub(1) as u32;
        let side = base.config.seq_len.isqrt() as u32;
        let of = Of::Model { engine: Box::new(engine(gpu).await?), base: Box::new(base), names: identifiers };
        let mut session = Self::new(text.clone(), task, settings, gpu, of);
        if let Some(course) = &course {
            session.tally.before = (course.steps, course.seconds);
            session.tally.held_out = course.held_out;
        }
        let opened = Event::Opened {
            task: text,
            side,
            versions,
            steps: course.map(|course| course.steps as f64),
            further: further.map(|error| error.to_string()),
        };
        Ok((session, opened))
    }

    /// The model's names, as they are written.
    fn names(&self) -> Vec<String> {
        match &self.of {
            Of::Learner(learner) => names_of(learner.set(), &[&self.task.id]),
            Of::Model { names, .. } => names.clone(),
        }
    }

    fn model(&self) -> Base {
        match &self.of {
            Of::Learner(learner) => Base { config: learner.config().clone(), weights: learner.kept().1.clone() },
            Of::Model { base, .. } => (**base).clone(),
        }
    }

    /// Makes a learner of the model as it was last kept.
    async fn resume(&mut self, id: u32) -> Result<(), Failure> {
        let steps = match &self.of {
            Of::Learner(learner) => learner.kept().0,
            Of::Model { .. } => 0,
        };
        let prospect = Prospect::again(&self.task, self.model(), &self.names(), &self.settings)?;
        let engine = engine(self.gpu).await?;
        let known = outlook(&prospect, None, prospect.bytes(&engine)?);
        let learner = Learner::of(engine, prospect).await?;
        self.of = Of::Learner(Box::new(learner));
        let Tally { before, seconds, .. } = &mut self.tally;
        *before = (before.0 + steps, before.1 + std::mem::take(seconds));
        self.diverged = false;
        post(id, Event::Begun(known), None);
        Ok(())
    }

    /// Learns until the budget is used up or a pause; then the page is given the model.
    async fn learn(&mut self, id: u32, budget: Option<Budget>, line: &Line) -> Result<(), Failure> {
        if self.diverged {
            return Err(Failure::Diverged);
        }
        if let Some(budget) = budget {
            (self.tally.budget, self.tally.spent) = (budget, (0, 0.0));
        }
        let Self { of: Of::Learner(learner), tally, course, .. } = self else { return Err(Failure::Nothing) };
        let ended = learn_on(id, learner, tally, course, line).await;
        let done = match ended {
            Err(Failure::Learn(LearnError::Train(TrainError::NotFinite { step }))) => {
                self.diverged = true;
                post(id, Event::Diverged { step: step as f64, kept: learner.kept().0 as f64 }, None);
                true
            }
            ended => {
                let done = ended?;
                match learner.keep().await {
                    Err(LearnError::Train(TrainError::NotFinite { step })) => {
                        self.diverged = true;
                        post(id, Event::Diverged { step: step as f64, kept: learner.kept().0 as f64 }, None);
                    }
                    kept => kept?,
                }
                done
            }
        };
        keep(id, learner, tally, course)?;
        let step = tally.before.0 + learner.steps_done();
        post(id, Event::Rests { step: step as f64, done }, None);
        Ok(())
    }

    /// Asks the model the task's tests, batch by batch, until all versions asked, the seconds are over or a pause.
    async fn answer(&self, id: u32, augmentations: Option<usize>, seconds: f64, line: &Line) -> Result<(), Failure> {
        let tests = self.task.test.len();
        if tests == 0 {
            return Err(Failure::NoTest);
        }
        let base = self.model();
        let (engine, side, mut questions) = match &self.of {
            Of::Learner(learner) => (learner.engine(), learner.set().side(), Question::of_task(learner.set(), 0, 0)),
            Of::Model { engine, names, .. } => {
                let config = &base.config;
                let side = TokenGrid::of_model(config.seq_len, config.vocab_size).unwrap_or(TokenGrid::OFFICIAL);
                let known = Known::of_names(names.iter().map(String::as_str));
                let questions = known.questions(&self.task, 0, side, usize::MAX)?;
                (&**engine, side, by_version(questions, tests))
            }
        };
        if let Some(augmentations) = augmentations {
            questions.truncate(augmentations.saturating_add(1).saturating_mul(tests));
        }
        let model = (&base.config, &base.weights);
        let segments = base.config.halt_max_steps;
        let mut formed: Vec<Vec<Form>> = Vec::new();
        for question in &questions[..tests.min(questions.len())] {
            let shown = forms(engine, model, side, question, segments).await?;
            formed.push(shown.iter().map(|(grid, q)| Form { grid: grid.as_ref().map(text_of), q: *q }).collect());
            global::breathe().await;
        }
        let rows = (BATCH_TOKENS / side.tokens()).clamp(1, 16);
        let mut answerer = Answerer::new(engine, model, (side, questions), rows, segments).await?;
        let begun = clock();
        loop {
            let more = answerer.advance().await?;
            global::breathe().await;
            let is_late = augmentations.is_none() && clock() - begun > seconds;
            let last = !more || is_late || line.is_paused();
            let (done, all) = answerer.progress();
            let told = answerer.tests().iter().zip(&formed).map(|(test, forms)| told(test, forms)).collect();
            post(id, Event::Answers { done: done as u32, all: all as u32, tests: told, last }, None);
            if last {
                return Ok(());
            }
        }
    }
}

/// Questions that come test by test, version by version: all tests grow alike.
fn by_version(questions: Vec<Question>, tests: usize) -> Vec<Question> {
    let versions = questions.len() / tests.max(1);
    let mut numbered: Vec<(usize, Question)> = (0..).zip(questions).collect();
    numbered.sort_by_key(|(at, _)| at % versions.max(1));
    numbered.into_iter().map(|(_, question)| question).collect()
}

/// What the page is told of a test.
fn told(test: &TestAnswer, forms: &[Form]) -> Test {
    let candidate = |found: &hrm_core::learn::Candidate| Candidate {
        grid: text_of(&found.grid),
        count: found.count as u32,
        q: found.q,
    };
    Test {
        raw: test.raw.as_ref().map(text_of),
        forms: forms.to_vec(),
        candidates: test.candidates.iter().take(TOLD).map(candidate).collect(),
        total: test.total as u32,
        more: test.candidates.len().saturating_sub(TOLD) as u32,
    }
}

/// Gives the page the model as it was last kept.
fn keep(id: u32, learner: &Learner<AnyEngine>, tally: &Tally, course: &Course) -> Result<(), Failure> {
    let (step, weights) = learner.kept();
    let course = Course {
        steps: tally.before.0 + step,
        seconds: tally.before.1 + tally.seconds,
        held_out: tally.held_out,
        ..course.clone()
    };
    let identifiers = names_of(learner.set(), &[&course.id]);
    let beside = Beside { config: learner.config().clone(), identifiers, course: Some(course) };
    post(id, Event::Kept { beside: beside.text()? }, Some(&weights.to_safetensors()?));
    Ok(())
}

/// Whether the budget is used up; else it was paused.
async fn learn_on(
    id: u32,
    learner: &mut Learner<AnyEngine>,
    tally: &mut Tally,
    course: &Course,
    line: &Line,
) -> Result<bool, Failure> {
    let (start, first, spent, earlier) = (clock(), learner.steps_done(), tally.spent, tally.seconds);
    let (mut looked, mut kept) = (tally.budget.used(spent.1, spent.0), start);
    let mut points = Points::default();
    let breath = Breath::default();
    loop {
        let (seconds, steps) = (clock() - start, learner.steps_done() - first);
        (tally.seconds, tally.spent) = (earlier + seconds, (spent.0 + steps, spent.1 + seconds));
        let used = tally.budget.used(tally.spent.1, tally.spent.0);
        let is_over = used >= 1.0;
        if is_over || line.is_paused() {
            points.tell(id, tally, learner.steps_done(), true);
            if is_over {
                try_held_out(id, learner, tally).await?;
            }
            return Ok(is_over);
        }
        let joins = learner.holds_out() && used >= 0.5;
        if joins || used >= looked + 1.0 / LOOKS {
            looked = used;
            try_held_out(id, learner, tally).await?;
            if joins {
                learner.join();
            }
            if clock() - kept > KEEP_SECONDS {
                kept = clock();
                keep(id, learner, tally, course)?;
            }
        }
        let report = learner.step().await?;
        points.add(&report);
        points.tell(id, tally, learner.steps_done(), false);
        breath.take().await;
    }
}

/// Tries the demonstration that is held out, or was, and keeps the weights.
async fn try_held_out(id: u32, learner: &mut Learner<AnyEngine>, tally: &mut Tally) -> Result<(), Failure> {
    let Some(HeldOut { grid, right, accuracy }) = learner.try_held_out().await? else {
        return Ok(learner.keep().await?);
    };
    let joined = !learner.holds_out();
    // Once it is learnt, that it is answered tells nothing.
    if !joined {
        tally.held_out = Some(right);
    }
    let step = (tally.before.0 + learner.steps_done()) as f64;
    let grid = grid.as_ref().map(text_of);
    post(id, Event::Looked(Look { step, right, accuracy, grid, joined }), None);
    Ok(())
}

/// Reports since the last point of the curve.
#[derive(Default)]
struct Points {
    steps: f64,
    loss: f64,
    halted: f64,
    accuracy: f64,
    exact: f64,
    told_at: f64,
}

impl Points {
    fn add(&mut self, report: &StepReport) {
        self.steps += 1.0;
        self.loss += report.lm_loss;
        // Means over the rows that halted.
        self.halted += report.halted;
        self.accuracy += report.accuracy * report.halted;
        self.exact += report.exact_accuracy * report.halted;
    }

    /// Tells the page of them, if it is time to.
    fn tell(&mut self, id: u32, tally: &Tally, steps: u64, now: bool) {
        if self.steps == 0.0 || !now && clock() - self.told_at < POINT_SECONDS {
            return;
        }
        let share = |sum: f64| (self.halted > 0.0).then(|| sum / self.halted);
        let point = Point {
            step: (tally.before.0 + steps) as f64,
            seconds: tally.before.1 + tally.seconds,
            loss: self.loss / self.steps,
            cells: share(self.accuracy),
            exact: share(self.exact),
        };
        post(id, Event::Curve(point), None);
        *self = Self { told_at: clock(), ..Self::default() };
    }
}
