//! What earlier versions wrote opens in this one and means the same: saved runs, recordings, models, links, and the puzzles that a
//! seed gives.
#![cfg(not(target_arch = "wasm32"))]

use std::{fs, path::Path};

use hrm_core::{
    checkpoint::{Weights, metadata},
    config::ModelConfig,
    data::{
        Example, Hard, SplitRequest,
        csv::{self, OfSizes, Row},
        generate_split,
    },
    engine::cpu,
    model::{Act, Intervention, Level},
    puzzle::Kind,
    recording::{file, solve::Until},
    train::{Run, Saved},
};
use hrm_link::engine_timing::Choice;
use hrm_web::ui::{
    recipe_form::{draft::Draft, fields::place_of},
    url::{address::Address, place::Place, view::View},
};

fn kept(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/kept").join(name);
    fs::read(path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn saved_runs_open_and_go_on() {
    for (name, puzzle) in [("sudoku-4x4.run.safetensors", "sudoku-4x4"), ("maze-5.run.safetensors", "maze-5")] {
        let bytes = kept(name);
        let saved = Saved::from_bytes(&bytes).unwrap();
        assert_eq!(saved.recipe.puzzle.name(), puzzle);
        // What is written of the recipe is what was read, to the letter.
        assert_eq!(serde_json::to_string(&saved.recipe).unwrap(), metadata(&bytes).unwrap()["recipe"]);
        assert_eq!(Saved::from_bytes(&saved.to_bytes().unwrap()).unwrap(), saved);
        let split = match &saved.given {
            Some(given) => saved.recipe.deal(&given.own),
            None => generate_split(saved.recipe.puzzle, &saved.recipe.data.request(), |_, _| {}),
        };
        pollster::block_on(async {
            let recorded: Vec<_> = saved.rows.iter().map(|row| row.mean.step).collect();
            let mut run = Run::resume(cpu::Engine::new(), saved, split, || 0.0).await.unwrap();
            assert_eq!((run.steps_done(), recorded.last().copied()), (8, Some(8)));
            run.step().await.unwrap();
            assert_eq!(run.steps_done(), 9);
        });
    }
}

#[test]
fn recordings_and_models_open() {
    for (name, puzzle) in [("sudoku.recording.safetensors", "sudoku-4x4"), ("maze.recording.safetensors", "maze-5")] {
        let bytes = kept(name);
        let opened = file::from_bytes(&bytes).unwrap();
        assert_eq!(opened.kind.name(), puzzle);
        let again = file::to_bytes(&opened.recording, opened.kind).unwrap();
        assert_eq!(metadata(&again).unwrap(), metadata(&bytes).unwrap());
        assert_eq!(again.len(), bytes.len());
    }
    let text = String::from_utf8(kept("small.json")).unwrap();
    let config = ModelConfig::from_json(&text).unwrap();
    Weights::from_safetensors(&kept("small.safetensors")).unwrap().check(&config).unwrap();
    let value = serde_json::from_str(&text).unwrap();
    let kind = Kind::of_configuration(&value, config.seq_len, config.vocab_size).unwrap();
    assert_eq!(kind.name(), "sudoku-4x4");
}

const FOUR: &str = "1.3.............";
const NINE: &str = ".1.5..492..48196....3.......29.45..6...62..897...98.2.4..9......9..3427.1.7.569..";

/// Links as earlier versions of the page wrote them, each with the commit that it is of.
#[test]
fn links_mean_what_they_meant() {
    let of = |model: &str, puzzle: &str| Address {
        model: Some(model.into()),
        puzzle: Some(puzzle.into()),
        ..Address::default()
    };
    let recipe = "sudoku-6x6\nname=first\nsteps=1500\ndata_seed=7";
    for (commit, link, meant) in [
        ("82e5532", format!("#model=sudoku-4x4&puzzle={FOUR}"), of("sudoku-4x4", FOUR)),
        (
            "fdb0bba",
            "#model=sudoku-4x4-attention&puzzle=3.1.4.......1..3&engine=cpu&view=attention&moment=9999".into(),
            Address {
                engine: Choice::Cpu,
                view: View::Attention,
                moment: Some(9999),
                ..of("sudoku-4x4-attention", "3.1.4.......1..3")
            },
        ),
        (
            "d131b6e",
            "#model=maze-5&puzzle=%23%23%23%23%23%23S%20%20%23%23%20%23%20%23%23%20%20G%23%23%23%23%23%23\
             &engine=cpu&moment=0&stretch=4"
                .into(),
            Address {
                engine: Choice::Cpu,
                moment: Some(0),
                stretch: Some(4),
                ..of("maze-5", "######S  ## # ##  G######")
            },
        ),
        (
            "a21f057",
            format!("#place=how-it-works&model=sudoku-4x4&run=tiny%20%282%29-0000beef&puzzle={FOUR}"),
            Address { place: Place::HowItWorks, run: Some("tiny (2)-0000beef".into()), ..of("sudoku-4x4", FOUR) },
        ),
        (
            "a21f057",
            format!(
                "#model=sudoku-4x4&puzzle={FOUR}&engine=gpu&view=answers&beside=states&moment=12&stretch=4&until=sure"
            ),
            Address {
                engine: Choice::Gpu,
                view: View::Answers,
                beside: Some(View::States),
                moment: Some(12),
                stretch: Some(4),
                until: Until::Halt,
                ..of("sudoku-4x4", FOUR)
            },
        ),
        (
            "c0895bb",
            format!(
                "#model=sudoku-9x9&puzzle={NINE}&view=experiments&moment=9999\
                 &acts=0~freeze~H_9~noise~L~0.5~7_11~restart~H_13~clue~8~3"
            ),
            Address {
                view: View::Experiments,
                moment: Some(9999),
                acts: [
                    (0, Act::Freeze { level: Level::H }),
                    (9, Act::Noise { level: Level::L, size: 0.5, seed: 7 }),
                    (11, Act::Restart { level: Level::H }),
                    (13, Act::Clue { cell: 8, token: 3 }),
                ]
                .map(|(at, act)| Intervention { at, act })
                .into(),
                ..of("sudoku-9x9", NINE)
            },
        ),
        (
            "3526b4a",
            format!(
                "#place=train&model=sudoku-4x4&puzzle={FOUR}\
                 &recipe=sudoku-6x6%0Aname%3Dfirst%0Asteps%3D1500%0Adata_seed%3D7"
            ),
            Address { place: Place::Train, recipe: Some(recipe.into()), ..of("sudoku-4x4", FOUR) },
        ),
        (
            "85a17bc",
            format!(
                "#model=sudoku-9x9&puzzle={NINE}&view=convergence&beside=trajectory&moment=3&segments=2&until=still"
            ),
            Address {
                view: View::Convergence,
                beside: Some(View::Trajectory),
                moment: Some(3),
                segments: Some(2),
                until: Until::Still,
                ..of("sudoku-9x9", NINE)
            },
        ),
    ] {
        assert_eq!(Address::parse(&link), meant, "{commit}: {link}");
        // What a tab writes over its own address is the same.
        assert_eq!(meant.to_string(), link, "{commit}");
        let (model, puzzle) = (meant.model.unwrap(), meant.puzzle.unwrap());
        let kind = Kind::of_question(&puzzle).unwrap();
        assert!(model.starts_with(&kind.name()), "{commit}: {puzzle} is of {kind}");
        assert_eq!(kind.decode(&kind.encode(&puzzle).unwrap()), puzzle);
    }
    let draft = Draft::of_link(recipe).unwrap();
    assert_eq!((draft.puzzle.name(), draft.text(place_of("steps").unwrap())), ("sudoku-6x6".into(), "1500"));
    assert_eq!((draft.text(place_of("name").unwrap()), draft.text(place_of("data_seed").unwrap())), ("first", "7"));
}

/// What `hrm puzzles KIND --count N --seed SEED` wrote, and with `--both`.
#[test]
fn a_seed_gives_the_puzzles_that_it_always_gave() {
    for (name, puzzle, count, seed, both) in [
        ("maze-5.csv", "maze-5", 20, 7, true),
        ("maze-9.csv", "maze-9", 4, 7, false),
        ("maze-30.csv", "maze-30", 1, 3, false),
        ("sudoku-6x6.csv", "sudoku-6x6", 6, 7, true),
    ] {
        let kind: Kind = puzzle.parse().unwrap();
        let test = if both { (f64::from(count) * 0.2_f64).ceil() as usize } else { count as usize };
        let training = count as usize - test;
        let request =
            SplitRequest { training, test, seed, difficulty: (0.0, 1.0), smaller: 0.0, hard: Hard::default() };
        let split = generate_split(kind, &request, |_, _| {});
        let row = |example: Example| Row {
            source: format!("generated, seed {seed}"),
            rating: kind.rating(&example.question).unwrap().to_string(),
            example,
        };
        let rows: Vec<Row> = [split.test, split.training].concat().into_iter().map(row).collect();
        let mut text = Vec::new();
        csv::write(kind, &rows, &mut text).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), String::from_utf8(kept(name)).unwrap(), "{name}");
        let OfSizes { kind: told, rows: read, .. } = csv::read_any(None, &kept(name)[..]).unwrap();
        assert_eq!((told, read), (kind, rows.into_iter().map(|row| (kind, row)).collect()));
    }
}
