//! The built page (dist/, `trunk build --release`) in a real browser, driven as a visitor would.
//! `scripts/test.sh` installs what this needs, builds the page and runs it.
#![cfg(not(target_arch = "wasm32"))]

mod against;
mod arc;
mod board;
mod bring;
mod browser;
mod checkpoint;
mod counts;
mod engines;
mod examination;
mod figures;
mod firefox;
mod first_minutes;
mod folder;
mod gpu_page;
mod large;
mod large_checkpoint;
mod layout;
mod learn;
mod maze;
mod native;
mod newcomer;
mod offline;
mod opened;
mod page;
mod pictures;
mod readback;
mod rules;
mod said;
mod server;
mod soak;
mod speed;
mod start;
mod survive;
mod taken_away;
mod timeline;
mod train;
mod training_speed;
mod update;
mod ways;
mod wider;
mod wrong;

use std::{
    error::Error,
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock},
};

use browser::{Browser, Chromium};
use futures_lite::FutureExt;
use hrm_core::{
    data::TEST_FRACTION,
    puzzle::sudoku::{Board, class_key},
};
use page::{Answer, Page};
use rules::{clues, is_solution, keeps_clues};
use server::StaticServer;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Puzzles of at most six clues with one solution each, none of them seen in training, and the
/// same with one clue changed (its cell, its new digit) so that the answer must be another.
const PUZZLES: [(&str, (usize, char)); 3] =
    [("...3...2.3...1..", (13, '4')), ("3.1.4.......1..3", (4, '2')), ("......21.4...1.3", (6, '3'))];

/// Tests go on side by side, but for those that measure: these go on alone.
static TURNS: RwLock<()> = RwLock::new(());

/// A test's right to go on, for as long as it lives. Every test has a thread, so waiting for it blocks no other.
struct Turn<Guard> {
    _guard: Guard,
}

/// Serves the built page, opens a browser for the test and closes it whatever the test does. The
/// test has failed, too, if a request left the page's origin, a file was missing or an error was logged.
async fn visit(chromium: Chromium, test: impl AsyncFnOnce(&Browser, &str) -> Result<()>) -> Result<()> {
    let _turn = Turn { _guard: TURNS.read().unwrap_or_else(PoisonError::into_inner) };
    visit_now(chromium, test).await
}

/// [`visit`] for a test that measures how long something takes: no other one goes on meanwhile.
async fn measure(chromium: Chromium, test: impl AsyncFnOnce(&Browser, &str) -> Result<()>) -> Result<()> {
    let _turn = Turn { _guard: TURNS.write().unwrap_or_else(PoisonError::into_inner) };
    visit_now(chromium, test).await
}

async fn visit_now(chromium: Chromium, test: impl AsyncFnOnce(&Browser, &str) -> Result<()>) -> Result<()> {
    let server = StaticServer::start(&dist());
    in_browser(chromium, async |browser| {
        test(browser, &server.url()).await?;
        assert_eq!(browser.console_errors().await?, Vec::<String>::new(), "errors in the console");
        assert_eq!(server.complaints(), Vec::<String>::new(), "requests that went wrong");
        Ok(())
    })
    .await
}

/// [`visit`] for a test that brings its hosts itself, and means things to go wrong.
async fn with_browser(chromium: Chromium, test: impl AsyncFnOnce(&Browser) -> Result<()>) -> Result<()> {
    let _turn = Turn { _guard: TURNS.read().unwrap_or_else(PoisonError::into_inner) };
    in_browser(chromium, test).await
}

async fn in_browser(chromium: Chromium, test: impl AsyncFnOnce(&Browser) -> Result<()>) -> Result<()> {
    let browser = Browser::start(chromium).await?;
    let outcome = AssertUnwindSafe(test(&browser)).catch_unwind().await;
    browser.close().await?;
    outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The built page.
fn dist() -> PathBuf {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("dist");
    assert!(dist.join("index.html").is_file(), "no dist/index.html: run `trunk build --release` first");
    dist
}

fn assert_unseen(puzzle: &str) -> Result<()> {
    assert!(clues(puzzle) <= 6, "{puzzle} has more than six clues");
    let class = class_key(&Board::parse(puzzle, None)?);
    assert!(class.is_test(TEST_FRACTION), "{puzzle} is of a class that models are trained on");
    Ok(())
}

fn assert_solved(puzzle: &str, answer: &Answer, engine: &str) {
    println!("{engine}: {puzzle} -> {} ({}) in {:.0} ms", answer.board, answer.state, answer.milliseconds);
    assert!(is_solution(&answer.board), "{engine}: {puzzle} became {}, which breaks a rule", answer.board);
    assert!(keeps_clues(puzzle, &answer.board), "{engine}: {puzzle} became {}, other clues", answer.board);
    assert_eq!(answer.state, "valid", "{engine}: the page's verdict on a right answer to {puzzle}");
}

fn with_clue(puzzle: &str, (cell, digit): (usize, char)) -> String {
    puzzle.chars().enumerate().map(|(i, clue)| if i == cell { digit } else { clue }).collect()
}

/// The tabs of the model's inside, by the names in their test ids.
const VIEWS: [&str; 7] = ["overview", "convergence", "states", "trajectory", "answers", "attention", "experiments"];

#[tokio::test]
async fn solves_unseen_puzzles_on_both_engines() -> Result<()> {
    visit(Chromium::WebGpu, async |browser, url| {
        let page = Page::open(browser, url).await?;
        for engine in ["gpu", "cpu"] {
            page.choose_engine(engine).await?;
            for (puzzle, change) in PUZZLES {
                assert_unseen(puzzle)?;
                page.type_puzzle(puzzle).await?;
                let answer = page.solve().await?;
                assert_solved(puzzle, &answer, engine);

                let changed = with_clue(puzzle, change);
                assert_unseen(&changed)?;
                page.type_clue(change.0, change.1).await?;
                let other = page.solve().await?;
                assert_solved(&changed, &other, engine);
                assert_ne!(answer.board, other.board, "{engine}: {puzzle} and {changed} have different answers");
            }
            browser.screenshot(&format!("solved-{engine}")).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn works_without_webgpu_and_says_so() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        let (puzzle, _) = PUZZLES[0];
        page.type_puzzle(puzzle).await?;
        assert_solved(puzzle, &page.solve().await?, "no WebGPU");
        let badge = page.badge().await?;
        assert!(badge.starts_with("CPU"), "without WebGPU the badge says {badge:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn works_with_the_keyboard_alone() -> Result<()> {
    visit(Chromium::WebGpu, async |browser, url| {
        let page = Page::open(browser, url).await?;
        let (puzzle, _) = PUZZLES[1];
        page.type_puzzle_by_keys(puzzle).await?;
        assert_solved(puzzle, &page.solve_by_keys().await?, "keyboard");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn is_accessible_on_a_phone_in_light_and_dark() -> Result<()> {
    visit(Chromium::WebGpu, async |browser, url| {
        let (puzzle, _) = PUZZLES[2];
        for scheme in ["light", "dark"] {
            browser.emulate(360, 800, scheme).await?;
            let page = Page::open(browser, url).await?;
            for when in ["fresh", "solved"] {
                if when == "solved" {
                    page.type_puzzle(puzzle).await?;
                    page.solve().await?;
                }
                browser.screenshot(&format!("phone-{scheme}-{when}")).await?;
                assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "{scheme}, {when}");
                assert!(page.overflow().await? <= 0.0, "{scheme}, {when}: the page is wider than 360 px");
            }
            for view in VIEWS {
                page.show(view).await?;
                browser.screenshot(&format!("phone-{scheme}-{view}")).await?;
                assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "{scheme}, {view}");
                assert!(page.overflow().await? <= 0.0, "{scheme}, {view}: the page is wider than 360 px");
            }
        }
        Ok(())
    })
    .await
}
