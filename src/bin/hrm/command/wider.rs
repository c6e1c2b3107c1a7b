//! Many views of a puzzle, or branches: the options that `hrm run` and `hrm eval` share, and what both do with them.

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use hrm_core::checkpoint::Weights;
use hrm_core::config::ModelConfig;
use hrm_core::data::Example;
use hrm_core::engine::{AnyEngine, Kind as EngineKind};
use hrm_core::puzzle::{Kind, in_rows};
use hrm_core::recording::solve;
use hrm_core::search::{
    Choose, Event, Forms, Outcome, ROWS, Rows, Search, SearchError, Settings, Start, Table, Trajectory, Until, search,
};
use serde_json::json;

use super::boards::Boards;
use super::by::Groups;
use super::models::Model;
use super::output::{counted, note};
use super::progress::Progress;
use super::{Failure, numbers, output};

/// Numbers of segments that a table has columns for.
const MILESTONES: [usize; 3] = [8, 16, 32];
/// For how long questions with several right answers are looked for.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many of them are named.
const NAMED: usize = 5;

/// Options of the search.
#[derive(clap::Args)]
pub struct SearchArgs {
    /// Think wider: so many views of each puzzle, each for up to --segments segments; view 0 is the plain run
    #[arg(long, value_parser = numbers::views, allow_negative_numbers = true)]
    views: Option<usize>,
    /// When to stop before all segments are done [default: rules with --views, else budget]
    #[arg(long, value_enum)]
    until: Option<UntilArg>,
    /// Which answer is taken
    #[arg(long, value_enum, default_value = "rules", requires = "views")]
    choose: ChooseArg,
    /// How the views see the puzzle
    #[arg(long, value_enum, default_value = "symmetric", requires = "views")]
    forms: FormsArg,
    /// Which states the views begin from
    #[arg(long, value_enum, default_value = "model", requires = "views")]
    start: StartArg,
    /// RMS of the Gaussian noise that is added to both states before every segment, as a multiple of the state's; none for
    /// view 0
    #[arg(long, default_value_t = 0.0, value_parser = numbers::noise, requires = "views", allow_negative_numbers = true)]
    noise: f32,
    /// Branches in place of views, at the same budget: the cells of which the model is surest become clues of its next
    /// pass, until the rules hold or placed digits contradict each other (Sudoku)
    #[arg(long, requires = "views")]
    branch: bool,
    /// The same seed gives the same views, and with --untrained the same weights
    #[arg(long, default_value_t = 1, value_parser = numbers::seed, allow_negative_numbers = true)]
    seed: u64,
    /// Random weights of the model's shape in place of its own, for comparison
    #[arg(long)]
    untrained: bool,
}

/// When a search stops.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum UntilArg {
    /// At the first answer that holds by rule (with --views)
    Rules,
    /// At the first segment, of any view, after which the model's Q-head says that it is done
    Halt,
    /// When four segments in a row have given one answer (without --views)
    Still,
    /// When every view has had its segments
    Budget,
}

/// Which answer is taken.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ChooseArg {
    /// The earliest that holds by rule, else that of the best q_halt
    Rules,
    /// That of the best q_halt
    Q,
    /// That of the state that changed least in its last segment
    Residual,
    /// The one that most views give
    Vote,
}

/// How the views see the puzzle.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormsArg {
    /// Each in a random symmetric form
    Symmetric,
    /// All as it stands, for comparison
    Identical,
}

/// Which states the views begin from.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum StartArg {
    /// The model's own
    Model,
    /// Random ones
    Random,
}

impl From<ChooseArg> for Choose {
    fn from(choose: ChooseArg) -> Self {
        match choose {
            ChooseArg::Rules => Self::Rules,
            ChooseArg::Q => Self::Q,
            ChooseArg::Residual => Self::Residual,
            ChooseArg::Vote => Self::Vote,
        }
    }
}

impl SearchArgs {
    /// When a run without views ends before it has had all its segments.
    ///
    /// # Errors
    /// What only views can be stopped by.
    pub fn until(&self) -> Result<solve::Until, Failure> {
        match self.until {
            None | Some(UntilArg::Budget) => Ok(solve::Until::Budget),
            Some(UntilArg::Halt) => Ok(solve::Until::Halt),
            Some(UntilArg::Still) => Ok(solve::Until::Still),
            Some(UntilArg::Rules) => {
                Err("--until rules: needs --views; a plain run stops by budget, halt or still".into())
            }
        }
    }

    /// The settings, where a search is asked for.
    ///
    /// # Errors
    /// What does not stop a search.
    pub fn settings(&self, segments: usize) -> Result<Option<Settings>, Failure> {
        let Some(views) = self.views else { return Ok(None) };
        let until = match self.until {
            None | Some(UntilArg::Rules) => Until::Rules,
            Some(UntilArg::Halt) => Until::Halt,
            Some(UntilArg::Budget) => Until::Budget,
            Some(UntilArg::Still) => return Err("--until still: does not stop a search; leave --views out".into()),
        };
        Ok(Some(Settings {
            views,
            segments,
            until,
            choose: self.choose.into(),
            forms: match self.forms {
                FormsArg::Symmetric => Forms::Symmetric,
                FormsArg::Identical => Forms::Identical,
            },
            start: match self.start {
                StartArg::Model => Start::Model,
                StartArg::Random => Start::Random,
            },
            noise: self.noise,
            branch: self.branch,
            seed: self.seed,
            ..Settings::default()
        }))
    }

    /// The model, with random weights where they are asked for.
    pub fn weights(&self, model: Model) -> Model {
        if !self.untrained {
            return model;
        }
        Model { weights: Weights::init(&model.config, self.seed), ..model }
    }
}

/// Settings that give a table of numbers of views and segments, where one is asked for.
///
/// # Errors
/// A way to stop that leaves cells of the table unknown.
pub fn tabled(settings: Settings, table: bool) -> Result<Settings, Failure> {
    if !table {
        return Ok(settings);
    }
    if settings.until != Until::Budget && (settings.until, settings.choose) != (Until::Rules, Choose::Rules) {
        return Err("--table: expected --until rules --choose rules, or --until budget for every way to choose".into());
    }
    Ok(Settings { milestones: MILESTONES.to_vec(), table, ..settings })
}

/// Rows of a batch for so many puzzles.
fn rows_for(asked: Option<usize>, settings: &Settings, puzzles: usize) -> usize {
    asked.unwrap_or(ROWS).min(settings.views.saturating_mul(puzzles)).max(1)
}

/// What searches are played with.
struct Player<'a> {
    engine: &'a AnyEngine,
    config: &'a ModelConfig,
    weights: &'a Weights,
    /// Of a batch.
    rows: usize,
    settings: &'a Settings,
}

impl Player<'_> {
    /// Searches each question, and gives its number and what came of it to `take`. Where a GPU is lost on the way, the CPU does
    /// the puzzles that are left, from their first segments: what a view does depends on no engine.
    fn play(&self, kind: Kind, questions: &[&[u8]], mut take: impl FnMut(usize, Outcome)) -> Result<(), Failure> {
        let mut left: Vec<usize> = (0..questions.len()).collect();
        let mut spare = None;
        loop {
            let engine = spare.as_ref().unwrap_or(self.engine);
            let asked = left.iter().map(|&number| Search::new(kind, questions[number], self.settings));
            let asked = asked.collect::<Result<Vec<_>, _>>().map_err(|error| format!("--branch: {error}"))?;
            let mut done = Vec::new();
            let played = pollster::block_on(async {
                let mut rows = Rows::new(engine, self.config, self.weights, self.rows, self.settings).await?;
                let observe = async |event: Event<'_>| {
                    if let Event::Ended(at, outcome) = event {
                        done.push(left[at]);
                        take(left[at], outcome);
                    }
                    ControlFlow::Continue(())
                };
                let clock = Instant::now();
                search(&mut rows, asked, || clock.elapsed().as_secs_f64() * 1e3, observe).await
            });
            match played {
                Err(error) if is_loss(engine, &error) => {
                    // A driver says it in several lines.
                    let said = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
                    note(format_args!("hrm: {said}; the CPU does what is left, from the first segments"));
                    left.retain(|number| !done.contains(number));
                    spare = Some(pollster::block_on(AnyEngine::start(EngineKind::Cpu))?);
                }
                played => return Ok(played?),
            }
        }
    }
}

/// Whether a GPU failed, so that the CPU may go on.
fn is_loss(engine: &AnyEngine, error: &SearchError) -> bool {
    matches!(engine, AnyEngine::Gpu(_)) && matches!(error, SearchError::Model(error) if error.is_of_engine())
}

/// One puzzle: a line for every view, then the answer.
pub fn run(
    model: &Model,
    engine: &AnyEngine,
    question: &[u8],
    settings: &Settings,
    json: bool,
) -> Result<ExitCode, Failure> {
    let kind = model.kind;
    let mut ended = None;
    let player =
        Player { engine, config: &model.config, weights: &model.weights, rows: rows_for(None, settings, 1), settings };
    player.play(kind, &[question], |_, outcome| ended = Some(outcome))?;
    let Some(Outcome { chosen: Some(chosen), trajectories, segments, distinct_answers, milliseconds, .. }) = ended
    else {
        return Err("no view ran".into());
    };
    let verdict = kind.check(question, &chosen.answer);
    if verdict.is_ok() && kind.has_several_answers(question) {
        note("hrm: the puzzle has several right answers; this is one of them");
    }
    if json {
        let views: Vec<_> = trajectories.iter().filter_map(|view| view_json(kind, view)).collect();
        output::print_result(json!({
            "answer": kind.decode(&chosen.answer), "valid": kind.rules().map(|_| verdict.is_ok()), "view": chosen.view,
            "segment": chosen.segment, "segments": segments, "seconds": milliseconds / 1e3,
            "distinct_answers": distinct_answers, "views": views,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let noun = if settings.branch { "branch" } else { "view" };
    for view in &trajectories {
        let Some(last) = view.snapshots.last() else { continue };
        // What nobody reads in one line follows in rows.
        let answer = if kind.is_one_line() { kind.decode(&last.answer) + "  " } else { String::new() };
        let found = view.found.as_ref().map_or_else(String::new, |(segment, _)| format!("  valid at {segment}"));
        output::print(format_args!(
            "{noun} {:>3}  {:>3} segments  {answer}q_halt {:>7.3}{found}",
            view.view, view.segments, last.q_halt
        ))?;
    }
    output::print(match kind.is_one_line() {
        true => kind.decode(&chosen.answer),
        false => in_rows(kind, &chosen.answer),
    })?;
    output::print(format_args!(
        "answer of {noun} {} after its segment {}; {} begun, {segments} segments, {}, {:.2} s",
        chosen.view,
        chosen.segment,
        if settings.branch {
            counted(trajectories.len(), "branch", "branches")
        } else {
            counted(trajectories.len(), "view", "views")
        },
        counted(distinct_answers, "distinct answer", "distinct answers"),
        milliseconds / 1e3
    ))?;
    output::print_result(match verdict {
        Ok(()) => "valid".to_owned(),
        Err(fault) => format!("not valid: {fault}"),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn view_json(kind: Kind, view: &Trajectory) -> Option<serde_json::Value> {
    let last = view.snapshots.last()?;
    let valid_at = view.found.as_ref().map(|(segment, _)| segment);
    Some(json!({
        "view": view.view, "segments": view.segments, "valid_at": valid_at, "halted_at": view.halted_at,
        "answer": kind.decode(&last.answer), "q_halt": last.q_halt, "residual": last.residual,
    }))
}

/// Sums over puzzles.
#[derive(Default)]
struct Sums {
    exact: usize,
    valid: usize,
    halted: usize,
    views: usize,
    segments: usize,
    distinct: usize,
    milliseconds: f64,
    /// Of the puzzles with a right answer.
    seconds_solved: Vec<f64>,
}

impl Sums {
    fn add(&mut self, kind: Kind, example: &Example, outcome: &Outcome) {
        if let Some(chosen) = &outcome.chosen {
            self.exact += usize::from(chosen.answer == example.answer);
            if kind.check(&example.question, &chosen.answer).is_ok() {
                self.valid += 1;
                self.seconds_solved.push(outcome.milliseconds / 1e3);
            }
        }
        self.halted += usize::from(outcome.trajectories.iter().any(|view| view.halted_at.is_some()));
        self.views += outcome.trajectories.len();
        self.segments += outcome.segments;
        self.distinct += outcome.distinct_answers;
        self.milliseconds += outcome.milliseconds;
    }

    fn median_seconds_solved(&mut self) -> Option<f64> {
        self.seconds_solved.sort_by(f64::total_cmp);
        self.seconds_solved.get(self.seconds_solved.len() / 2).copied()
    }
}

/// Boards of each size, with the model's configuration for them: means over all of them, and over groups.
pub fn eval(
    weights: &Weights,
    engine: &AnyEngine,
    sizes: &[(ModelConfig, Boards)],
    settings: Settings,
    batch: Option<usize>,
    mut groups: Groups<'_>,
    json: bool,
) -> Result<ExitCode, Failure> {
    let ways = if settings.until == Until::Budget { Choose::ALL.to_vec() } else { vec![Choose::Rules] };
    let mut table = Table::new(settings.views, settings.segments, &ways);
    let all: usize = sizes.iter().map(|(_, boards)| boards.examples.len()).sum();
    let progress = Progress::new(all as u64, "puzzles")?;
    let (mut sums, mut ended) = (Sums::default(), 0);
    for (config, Boards { kind, examples, sources }) in sizes {
        let player =
            Player { engine, config, weights, rows: rows_for(batch, &settings, examples.len()), settings: &settings };
        let questions: Vec<&[u8]> = examples.iter().map(|example| &example.question[..]).collect();
        player.play(*kind, &questions, |number, outcome| {
            let example = &examples[number];
            sums.add(*kind, example, &outcome);
            let answer = outcome.chosen.as_ref().map(|chosen| &chosen.answer[..]);
            groups.add(*kind, &sources[number], example, answer);
            if settings.table {
                table.add(&outcome.trajectories, |answer| kind.check(&example.question, answer).is_ok());
            }
            ended += 1;
            progress.message(format!("{} solved", sums.valid));
            progress.set(ended);
        })?;
    }
    progress.clear();
    sizes.iter().for_each(|(_, boards)| name_several(boards.kind, &boards.examples));
    let mean = |sum: f64| sum / all as f64;
    let [exact, valid, halted, views, segments, distinct] =
        [sums.exact, sums.valid, sums.halted, sums.views, sums.segments, sums.distinct].map(|sum| mean(sum as f64));
    let seconds = mean(sums.milliseconds / 1e3);
    let median = sums.median_seconds_solved();
    if json {
        let mut value = json!({
            "count": all, "exact_accuracy": exact, "valid_accuracy": valid, "halted": halted,
            "mean_views": views, "mean_segments": segments, "mean_seconds": seconds, "median_seconds_solved": median,
            "distinct_answers": distinct, "settings": settings,
        });
        if settings.table {
            value["table"] = serde_json::to_value(&table)?;
        }
        if !groups.is_empty() {
            value["by"] = groups.json();
        }
        output::print_result(value)?;
        return Ok(ExitCode::SUCCESS);
    }
    let noun = if settings.branch { "branches" } else { "views" };
    let mut lines = vec![
        format!("puzzles            {all:>9}"),
        format!("exact accuracy     {exact:>9.4}"),
        format!("valid accuracy     {valid:>9.4}"),
        format!("mean {noun:<13} {views:>9.2}"),
        format!("mean segments      {segments:>9.2}"),
        format!("mean seconds       {seconds:>9.3}"),
        format!("distinct answers   {distinct:>9.2}"),
    ];
    lines.extend(groups.lines());
    if settings.table {
        lines.push(table.to_markdown(settings.branch).trim_end().to_owned());
    }
    output::print_result(lines.join("\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// Says which questions have several right answers, as far as they are found in little time: there exact accuracy counts
/// right answers wrong.
pub fn name_several(kind: Kind, examples: &[Example]) {
    let start = Instant::now();
    let (mut found, mut looked_at) = (Vec::new(), 0);
    for (number, example) in (1..).zip(examples) {
        if start.elapsed() > PATIENCE {
            break;
        }
        looked_at += 1;
        if kind.has_several_answers(&example.question) {
            found.push((number, example));
        }
    }
    if found.is_empty() {
        return;
    }
    let of = if looked_at < examples.len() { format!("the first {looked_at}") } else { looked_at.to_string() };
    let have = if found.len() == 1 { "has" } else { "have" };
    note(format_args!(
        "hrm: {} of {of} questions {have} several right answers: valid accuracy counts each of them, exact accuracy one",
        found.len()
    ));
    for (number, example) in found.iter().take(NAMED) {
        note(format_args!("hrm: puzzle {number}: {}", kind.decode(&example.question)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_goes_on_where_a_gpu_is_lost() {
        let config = ModelConfig::from_json(
            r#"{"seq_len":16,"vocab_size":6,"H_cycles":1,"L_cycles":1,"H_layers":1,"L_layers":1,
            "hidden_size":16,"num_heads":2,"halt_max_steps":2}"#,
        )
        .unwrap();
        let weights = Weights::init(&config, 1);
        let engine = pollster::block_on(AnyEngine::start(EngineKind::Gpu)).unwrap();
        let AnyEngine::Gpu(gpu) = &engine else { panic!("not a GPU") };
        let settings = Settings { views: 2, segments: 2, until: Until::Budget, ..Settings::default() };
        let kind: Kind = "sudoku-4x4".parse().unwrap();
        let player = Player { engine: &engine, config: &config, weights: &weights, rows: 2, settings: &settings };
        let questions = [[1_u8; 16], [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]];
        let mut ended = Vec::new();
        let questions: Vec<&[u8]> = questions.iter().map(|question| &question[..]).collect();
        player
            .play(kind, &questions, |number, outcome| {
                ended.push((number, outcome.segments));
                gpu.device().destroy();
            })
            .unwrap();
        assert_eq!(ended, [(0, 4), (1, 4)]);
    }
}
