//! Views and branches of a puzzle: what they find, what they must not depend on, how they end.
#![cfg(not(target_arch = "wasm32"))]

use std::{fs, ops::ControlFlow, path::Path};

use hrm_core::{
    checkpoint::Weights,
    config::ModelConfig,
    engine::cpu,
    gallery::Card,
    model::{Solver, Taps},
    puzzle::{Example, Kind},
    random::Random,
    search::{
        Choose, Event, Forms, Outcome, Rows, Search, SearchError, Settings, Start, Trajectory, Until, choose, search,
    },
};

use hrm_web::ui::puzzles::of as extras_of;

struct Model {
    kind: Kind,
    config: ModelConfig,
    weights: Weights,
}

fn gallery(name: &str) -> Model {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/gallery");
    let read = |ending: &str| fs::read(folder.join(format!("{name}.{ending}"))).unwrap();
    let config = ModelConfig::from_json(&String::from_utf8(read("json")).unwrap()).unwrap();
    // Named after its kind, with HRM's two modules or one.
    let kind = name.trim_end_matches("-hrm").parse().unwrap();
    Model { kind, config, weights: Weights::from_safetensors(&read("safetensors")).unwrap() }
}

impl Model {
    fn untrained(self) -> Self {
        Self { weights: Weights::init(&self.config, 7), ..self }
    }

    fn puzzles(&self, count: u64, difficulty: f64) -> Vec<Example> {
        (0..count).map(|seed| self.kind.generate(&mut Random::stream(11, seed), difficulty).unwrap()).collect()
    }

    /// Plays searches on so many rows.
    fn play(&self, searches: Vec<Search>, settings: &Settings, rows: usize) -> Vec<Outcome> {
        let mut outcomes = vec![None; searches.len()];
        pollster::block_on(async {
            let mut rows = Rows::new(&cpu::Engine::new(), &self.config, &self.weights, rows, settings).await.unwrap();
            let observe = async |event: Event<'_>| {
                if let Event::Ended(number, outcome) = event {
                    outcomes[number] = Some(outcome);
                }
                ControlFlow::Continue(())
            };
            search(&mut rows, searches, || 0.0, observe).await.unwrap();
        });
        outcomes.into_iter().map(Option::unwrap).collect()
    }

    fn search(&self, question: &[u8], settings: &Settings, rows: usize) -> Outcome {
        let one = Search::new(self.kind, question, settings).unwrap();
        self.play(vec![one], settings, rows).remove(0)
    }
}

fn budget(views: usize, segments: usize) -> Settings {
    Settings { views, segments, until: Until::Budget, seed: 3, ..Settings::default() }
}

/// Answers and ends of the views; without figures that may round otherwise in another batch.
fn without_figures(trajectories: &[Trajectory]) -> Vec<(usize, usize, Option<usize>, Vec<u8>)> {
    let of = |trajectory: &Trajectory| {
        let found = trajectory.found.as_ref().map(|(segment, _)| *segment);
        (trajectory.view, trajectory.segments, found, trajectory.snapshots.last().unwrap().answer.clone())
    };
    trajectories.iter().map(of).collect()
}

#[test]
fn what_is_solved_is_solved_in_every_form() {
    for (name, views) in [("sudoku-4x4", 12), ("maze-9", 16)] {
        let model = gallery(name);
        for example in model.puzzles(2, 0.0) {
            let outcome = model.search(&example.question, &budget(views, 8), 6);
            assert_eq!(outcome.trajectories.len(), views);
            assert!(
                outcome.trajectories.iter().all(|trajectory| trajectory.found.is_some()),
                "{name}: {:?}",
                outcome.trajectories
            );
            assert!(outcome.valid && model.kind.check(&example.question, &outcome.chosen.unwrap().answer).is_ok());
        }
    }
}

#[test]
fn view_0_is_the_plain_run() {
    let model = gallery("sudoku-4x4");
    let question = &model.puzzles(1, 1.0)[0].question;
    let tokens: Vec<u32> = question.iter().map(|&token| u32::from(token)).collect();
    let settings = Settings { noise: 0.5, start: Start::Random, milestones: (1..=6).collect(), ..budget(1, 6) };
    let outcome = model.search(question, &settings, 1);
    pollster::block_on(async {
        let engine = cpu::Engine::new();
        let mut solver = Solver::new(&engine, &model.config, &model.weights, 1, Taps::None).await.unwrap();
        solver.begin(&tokens, &[0]).await.unwrap();
        for snapshot in &outcome.trajectories[0].snapshots {
            let segment = solver.segment().await.unwrap();
            assert_eq!((snapshot.answer.clone(), snapshot.q_halt), (segment.answer(6), segment.q[0][0]));
        }
    });
    assert_eq!(outcome.segments, 6);
}

#[test]
fn neither_the_batch_nor_the_workers_change_a_view() {
    let model = gallery("sudoku-4x4");
    let question = &model.puzzles(1, 1.0)[0].question;
    for noise in [0.0, 0.4] {
        let settings = Settings { noise, start: Start::Random, ..budget(9, 5) };
        let whole = model.search(question, &settings, 9);
        for rows in [1, 2, 4] {
            let outcome = model.search(question, &settings, rows);
            assert_eq!(without_figures(&outcome.trajectories), without_figures(&whole.trajectories), "{rows} rows");
        }
        let shares = (0..2).map(|worker| Search::shared(model.kind, question, &settings, worker, 2).unwrap()).collect();
        let mut trajectories: Vec<Trajectory> =
            model.play(shares, &settings, 3).into_iter().flat_map(|outcome| outcome.trajectories).collect();
        let chosen = choose(&trajectories, Choose::Rules, usize::MAX, usize::MAX).unwrap();
        assert_eq!(chosen.answer, whole.chosen.unwrap().answer);
        trajectories.sort_by_key(|trajectory| trajectory.view);
        assert_eq!(without_figures(&trajectories), without_figures(&whole.trajectories));
    }
}

#[test]
fn views_differ_and_identical_copies_do_not() {
    // Random weights answer at random: a view that differs at all answers otherwise.
    let model = gallery("sudoku-4x4").untrained();
    let question = &model.puzzles(1, 1.0)[0].question;
    let distinct = |settings: &Settings| model.search(question, settings, 4).distinct_answers;
    let copies = Settings { forms: Forms::Identical, ..budget(8, 4) };
    assert_eq!(distinct(&copies), 1);
    assert!(distinct(&budget(8, 4)) > 4);
    assert!(distinct(&Settings { noise: 1.0, ..copies.clone() }) > 1);
    assert!(distinct(&Settings { start: Start::Random, ..copies }) > 1);
}

#[test]
fn without_a_solution_a_search_ends_at_its_budget() {
    let model = gallery("sudoku-4x4");
    // No conflict, and no digit for the last cell of the first row.
    let question = model.kind.encode("123. ...4 .... ....").unwrap();
    let settings = Settings { until: Until::Rules, ..budget(6, 5) };
    let outcome = model.search(&question, &settings, 4);
    assert_eq!((outcome.valid, outcome.trajectories.len(), outcome.segments), (false, 6, 30));
    assert!(outcome.chosen.is_some());
    let branches = model.search(&question, &Settings { branch: true, ..settings }, 4);
    assert!(!branches.valid && branches.trajectories.len() == 6 && branches.segments <= 30);
}

#[test]
fn rows_that_are_done_take_the_next_views_and_puzzles() {
    let model = gallery("sudoku-4x4");
    let puzzles = model.puzzles(7, 0.5);
    let settings = Settings { until: Until::Rules, ..budget(4, 8) };
    let searches: Vec<Search> =
        puzzles.iter().map(|example| Search::new(model.kind, &example.question, &settings).unwrap()).collect();
    for rows in [1, 3, 16] {
        let outcomes = model.play(searches.clone(), &settings, rows);
        for (outcome, Example { question, .. }) in outcomes.iter().zip(&puzzles) {
            let answer = &outcome.chosen.as_ref().unwrap().answer;
            assert_eq!(model.kind.check(question, answer), Ok(()));
            assert!(outcome.trajectories.len() <= 4);
        }
    }
}

#[test]
fn an_untrained_model_solves_nothing() {
    let model = gallery("sudoku-4x4").untrained();
    for branch in [false, true] {
        let settings = Settings { until: Until::Rules, branch, ..budget(8, 8) };
        let solved = |example: &Example| model.search(&example.question, &settings, 8).valid;
        let solved = model.puzzles(12, 1.0).iter().filter(|&example| solved(example)).count();
        assert_eq!(solved, 0, "branch: {branch}");
    }
}

#[test]
fn a_branch_keeps_the_clues() {
    let model = gallery("sudoku-4x4");
    for Example { question, .. } in model.puzzles(4, 1.0) {
        let settings = Settings { until: Until::Rules, branch: true, ..budget(8, 16) };
        let outcome = model.search(&question, &settings, 4);
        let answer = outcome.chosen.unwrap().answer;
        assert!(outcome.valid && question.iter().zip(&answer).all(|(&clue, &found)| clue == 1 || clue == found));
    }
    let maze: Kind = "maze-9".parse().unwrap();
    let refused = Search::new(maze, &[1; 81], &Settings { branch: true, ..budget(1, 1) });
    assert_eq!(refused.unwrap_err(), SearchError::Branching { kind: maze });
}

#[test]
fn an_observer_stops_a_search_and_gets_what_it_found() {
    let model = gallery("sudoku-4x4");
    let question = &model.puzzles(1, 1.0)[0].question;
    let settings = budget(6, 6);
    let (mut segments, mut ended) = (0, None);
    pollster::block_on(async {
        let engine = cpu::Engine::new();
        let mut rows = Rows::new(&engine, &model.config, &model.weights, 2, &settings).await.unwrap();
        let observe = async |event: Event<'_>| {
            match event {
                Event::Segment(_, report) => segments = segments.max(report.segment),
                Event::Ended(_, outcome) => ended = Some(outcome),
            }
            if segments < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let one = Search::new(model.kind, question, &settings).unwrap();
        search(&mut rows, [one], || 0.0, observe).await.unwrap();
    });
    let outcome = ended.unwrap();
    assert_eq!((segments, outcome.trajectories.len()), (3, 2));
    assert!(outcome.chosen.is_some());
}

#[test]
fn a_table_of_first_right_answers_agrees_with_the_whole_budget() {
    let model = gallery("sudoku-4x4");
    for Example { question, .. } in model.puzzles(4, 1.0) {
        let milestones = vec![2, 4, 8];
        let whole = Settings { table: true, milestones: milestones.clone(), ..budget(6, 8) };
        let pruned = Settings { until: Until::Rules, ..whole.clone() };
        let [whole, pruned] = [whole, pruned].map(|settings| model.search(&question, &settings, 3));
        assert!(pruned.segments <= whole.segments);
        for (views, segments) in [1, 3, 6].into_iter().flat_map(|views| milestones.iter().map(move |&n| (views, n))) {
            let right = |outcome: &Outcome| {
                let chosen = choose(&outcome.trajectories, Choose::Rules, views, segments).unwrap();
                model.kind.check(&question, &chosen.answer).is_ok()
            };
            assert_eq!(right(&whole), right(&pruned), "{views} views, {segments} segments");
        }
    }
}

/// The card's claims about single puzzles are what the model does. Only the view that found each answer is run again, and of
/// a puzzle that was not solved the plain run and the first views: the whole budget takes minutes without optimisation.
#[test]
fn what_the_cards_say_of_famous_puzzles_is_what_the_models_do() {
    for name in ["sudoku-9x9", "sudoku-9x9-hrm"] {
        let famous = card_of(name).famous.unwrap();
        assert!(famous.command.contains("--views 64 --segments 32"));
        let model = gallery(name);
        let known = extras_of(model.kind).unwrap().famous(model.kind);
        assert_eq!(
            famous.results.iter().map(|result| &result.puzzle[..]).collect::<Vec<_>>(),
            known.iter().map(|famous| famous.puzzle).collect::<Vec<_>>()
        );
        for result in &famous.results {
            did(&model, &result.puzzle, false, result.solved, (result.views, result.segments));
            let branches = result.branches.as_ref().unwrap();
            did(&model, &result.puzzle, true, branches.solved, (branches.begun, branches.segments));
        }
    }
}

fn card_of(model: &str) -> Card {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/gallery");
    serde_json::from_str(&fs::read_to_string(folder.join(format!("{model}.card.json"))).unwrap()).unwrap()
}

/// Holds what a card says of a puzzle, the view or branch and the segment that solved it and what was spent, against the model.
fn did(model: &Model, puzzle: &str, branch: bool, solved: Option<(u64, u64)>, (begun, segments): (u64, u64)) {
    let question = model.kind.encode(puzzle).unwrap();
    // The seed of the command where none is given.
    let settings = |segments| Settings { seed: 1, until: Until::Rules, branch, ..budget(64, segments) };
    let Some((view, segment)) = solved else {
        assert_eq!((begun, segments), (64, 64 * 32));
        let few = Settings { views: 3, ..settings(4) };
        assert!(!model.search(&question, &few, 3).valid, "{puzzle}");
        return;
    };
    assert!(view < begun && segments >= segment);
    // The share of one worker of 64 is one view.
    let settings = settings(segment as usize);
    let alone = Search::shared(model.kind, &question, &settings, view as usize, 64).unwrap();
    let outcome = model.play(vec![alone], &settings, 1).remove(0);
    let found = outcome.trajectories[0].found.as_ref().unwrap_or_else(|| panic!("{puzzle}, branch {branch}"));
    assert_eq!(found.0, segment as usize, "{puzzle}");
    assert_eq!(model.kind.check(&question, &found.1), Ok(()), "{puzzle}");
}

#[test]
fn the_cards_have_the_figures_of_the_document() {
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/think-wider.md")).unwrap();
    let rows: Vec<Vec<&str>> =
        document.lines().map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect();
    let mut tables = 0;
    for name in ["sudoku-9x9", "sudoku-9x9-hrm"] {
        for list in card_of(name).wider.unwrap().lists {
            // The others stand in sentences.
            for table in list.tables.iter().filter(|table| table.segments.len() > 1 && table.count == 100) {
                tables += 1;
                let expected: Vec<Vec<String>> = table.views.iter().zip(&table.solved).map(numbers).collect();
                let is_there = rows.windows(expected.len()).any(|rows| {
                    let first = rows[0].first().is_some_and(|name| list.name.ends_with(name) && !name.is_empty());
                    first && rows.iter().zip(&expected).all(|(row, cells)| row.ends_with(&as_strs(cells)))
                });
                assert!(is_there, "{name}, {}, {}", list.name, table.what);
            }
        }
    }
    assert!(tables >= 8, "{tables}");
}

/// The last cells of a row: views, and puzzles solved.
fn numbers((views, solved): (&u64, &Vec<u64>)) -> Vec<String> {
    std::iter::once(views).chain(solved).map(ToString::to_string).collect()
}

fn as_strs(cells: &[String]) -> Vec<&str> {
    cells.iter().map(String::as_str).collect()
}
