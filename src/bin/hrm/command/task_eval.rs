//! `hrm arc eval`: a model on the tests of tasks that it has learnt.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use hrm_core::learn::{Answerer, Question, TestAnswer};
use hrm_core::puzzle::arc::{Task, codec::TokenGrid};
use serde_json::{Map, Value, json};

use super::output::{self, counted, note};
use super::progress::Progress;
use super::task_model::{self, TaskModel};
use super::{EngineArg, Failure, PrecisionArg, files, numbers, take_threads, task_files};

/// Measure a model on the tests of tasks that it has learnt
///
/// Every test is answered under the versions of its task that the model knows, and the answers vote. A saved run of hrm train
/// knows every version; the model that it writes knows each task as it is. A task that the model has not learnt is asked
/// under the vector of no task, and counts.
#[derive(clap::Args)]
pub struct Args {
    /// A file of tasks, a folder of files, or the name of a collection; several with commas between
    #[arg(long, value_delimiter = ',', required = true)]
    tasks: Vec<String>,
    /// A gallery model's name, a .safetensors file or a saved run that learnt tasks
    #[arg(long)]
    model: String,
    /// Versions of a task beside itself that are asked, at most
    #[arg(long, default_value_t = 48, value_parser = numbers::augmentations, allow_negative_numbers = true)]
    augmentations: usize,
    /// Segments for each answer [default: the model's halt_max_steps]
    #[arg(long, value_parser = numbers::segments, allow_negative_numbers = true)]
    segments: Option<usize>,
    /// Only tasks whose grids all lie within so many rows and columns
    #[arg(long, value_parser = numbers::token_side, allow_negative_numbers = true)]
    fits: Option<usize>,
    /// Answers computed at a time
    #[arg(long, default_value_t = 16, value_parser = numbers::batch, allow_negative_numbers = true)]
    batch: usize,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Write the attempts as the competition asks for them: {id: [{"attempt_1": grid, "attempt_2": grid}]}
    #[arg(long, value_name = "FILE")]
    submission: Option<PathBuf>,
    /// Replace the file of --submission if it exists
    #[arg(long)]
    force: bool,
    /// The engine
    #[arg(long, value_enum, default_value = "cpu")]
    engine: EngineArg,
    /// Operands of the CPU engine's matrix products
    #[arg(long, value_enum, default_value = "f32")]
    precision: PrecisionArg,
    /// Threads of the CPU engine [default: all]
    #[arg(long, value_parser = numbers::threads, allow_negative_numbers = true)]
    threads: Option<usize>,
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    if let Some(file) = &args.submission {
        files::check_output(file, args.force)?;
    }
    take_threads(args.threads)?;
    let mut tasks = task_files::read(&args.tasks)?;
    if let Some(fits) = args.fits {
        let found = tasks.len();
        tasks.retain(|task| task.largest().rows().max(task.largest().columns()) <= fits);
        if tasks.is_empty() {
            return Err(format!("--fits {fits}: none of the {found} tasks lies within {fits}x{fits}").into());
        }
    }
    let TaskModel { base, known } = task_model::load(&args.model)?;
    let config = &base.config;
    let side = TokenGrid::of_model(config.seq_len, config.vocab_size).filter(|_| config.puzzle_emb_ndim > 0);
    let side = side.ok_or_else(|| {
        format!("--model {}: it answers no tasks, expected one with a token grid and a puzzle embedding", args.model)
    })?;
    let mut asked = Asked::default();
    for task in &tasks {
        match known.questions(task, asked.tests, side, args.augmentations) {
            Ok(questions) => asked.add(task, questions, known.has(&task.id)),
            Err(_) => asked.leave_out(),
        }
    }
    tell(&asked, &args.model, side);
    let engine = args.engine.open(args.precision.get())?;
    let segments = args.segments.unwrap_or(config.halt_max_steps);
    let start = Instant::now();
    let questions = std::mem::take(&mut asked.questions);
    let answers = pollster::block_on(async {
        let model = (config, &base.weights);
        let mut answerer = Answerer::new(&engine, model, (side, questions), args.batch, segments).await?;
        let progress = Progress::new(answerer.progress().1 as u64, "answers")?;
        while answerer.advance().await? {
            progress.set(answerer.progress().0 as u64);
        }
        progress.clear();
        Ok::<_, Failure>(answerer.tests())
    })?;
    let seconds = start.elapsed().as_secs_f64();
    let scored: Vec<(&Task, Vec<TestAnswer>)> = asked.answers(&tasks, answers);
    if let Some(file) = &args.submission {
        let of_task = |(task, tests): &(&Task, Vec<TestAnswer>)| {
            (task.id.clone(), tests.iter().map(TestAnswer::submission).collect::<Value>())
        };
        let submission: Map<String, Value> = scored.iter().map(of_task).collect();
        files::write(file, (serde_json::to_string(&submission)? + "\n").as_bytes())?;
    }
    let figures = Figures::of(&scored);
    match args.json {
        true => {
            let mut value = figures.json();
            value["unknown"] = json!(asked.unknown);
            value["too_large"] = json!(asked.too_large);
            value["augmentations"] = json!(args.augmentations);
            value["segments"] = json!(segments);
            value["seconds"] = json!(seconds);
            output::print_result(value)?;
        }
        false => output::print_result(figures.text(seconds))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What is asked of the model.
#[derive(Default)]
struct Asked {
    questions: Vec<Question>,
    /// Tests of all tasks that are asked.
    tests: usize,
    /// Of each task, how many of its tests are asked: all, or none.
    of_task: Vec<usize>,
    /// Tasks that the model has not learnt.
    unknown: usize,
    /// Tasks that do not lie within its token grid.
    too_large: usize,
}

impl Asked {
    fn add(&mut self, task: &Task, questions: Vec<Question>, is_known: bool) {
        self.questions.extend(questions);
        self.tests += task.test.len();
        self.of_task.push(task.test.len());
        self.unknown += usize::from(!is_known);
    }

    fn leave_out(&mut self) {
        self.of_task.push(0);
        self.too_large += 1;
    }

    /// The answers by task; those of a task that was not asked are none.
    fn answers<'t>(&self, tasks: &'t [Task], answers: Vec<TestAnswer>) -> Vec<(&'t Task, Vec<TestAnswer>)> {
        let mut answers = answers.into_iter();
        let mut of_task = |(task, &asked): (&'t Task, &usize)| {
            let mut found: Vec<TestAnswer> = answers.by_ref().take(asked).collect();
            found.resize(task.test.len(), TestAnswer::default());
            (task, found)
        };
        tasks.iter().zip(&self.of_task).map(&mut of_task).collect()
    }
}

fn tell(asked: &Asked, model: &str, side: TokenGrid) {
    let side = side.side();
    let tasks = |count: usize| counted(count, "task", "tasks");
    if asked.unknown > 0 {
        note(format_args!(
            "hrm: {model} has not learnt {} of {}: they are asked under the vector of no task",
            asked.unknown,
            tasks(asked.of_task.len())
        ));
    }
    if asked.too_large > 0 {
        note(format_args!(
            "hrm: {} of {} have grids larger than the model's token grid of {side}x{side}: they count as wrong",
            asked.too_large,
            tasks(asked.of_task.len())
        ));
    }
}

/// How many are right, of those whose outputs are known.
struct Figures {
    tasks: usize,
    tests: usize,
    /// At one attempt and at two.
    tests_right: [usize; 2],
    /// Tasks of which every test is right.
    tasks_right: [usize; 2],
    /// Of each task and test, at two attempts.
    right: Map<String, Value>,
}

impl Figures {
    fn of(scored: &[(&Task, Vec<TestAnswer>)]) -> Self {
        let mut figures = Self { tasks: 0, tests: 0, tests_right: [0; 2], tasks_right: [0; 2], right: Map::new() };
        for (task, tests) in scored {
            let at = |attempts: usize| {
                let right = task.test.iter().zip(tests);
                right.map(|(pair, test)| Some(test.is_right(pair.output.as_ref()?, attempts))).collect::<Vec<_>>()
            };
            let right = [at(1), at(2)];
            let known = right[0].iter().flatten().count();
            figures.tests += known;
            figures.tasks += usize::from(known > 0);
            for (attempts, right) in right.iter().enumerate() {
                let count = right.iter().flatten().filter(|right| **right).count();
                figures.tests_right[attempts] += count;
                figures.tasks_right[attempts] += usize::from(known > 0 && count == known);
            }
            figures.right.insert(task.id.clone(), json!(right[1]));
        }
        figures
    }

    fn json(&self) -> Value {
        json!({
            "tasks": self.tasks,
            "tests": self.tests,
            "tasks_right_at_1": self.tasks_right[0],
            "tasks_right_at_2": self.tasks_right[1],
            "tests_right_at_1": self.tests_right[0],
            "tests_right_at_2": self.tests_right[1],
            "right": self.right,
        })
    }

    fn text(&self, seconds: f64) -> String {
        let line = |what: &str, [one, two]: [usize; 2], of: usize| {
            format!("{what} {one:>5} right at one attempt, {two:>5} at two, of {of}")
        };
        [
            line("tasks", self.tasks_right, self.tasks),
            line("tests", self.tests_right, self.tests),
            format!("{seconds:.0} s"),
        ]
        .join("\n")
    }
}
