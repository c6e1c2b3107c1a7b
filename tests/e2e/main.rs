//! The built page (dist/, `trunk build --release`) in a real browser, driven as a visitor would.
//! `scripts/test.sh` installs what this needs, builds the page and runs it.
#![cfg(not(target_arch = "wasm32"))]

mod browser;
mod page;
mod rules;
mod server;

use std::{error::Error, path::Path};

use browser::{Browser, Gpu};
use page::{Answer, Page};
use rules::{clues, is_solution, keeps_clues};
use server::StaticServer;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Puzzles of at most six clues with one solution each, none of them seen in training, and the
/// same with one clue changed (its cell, its new digit) so that the answer must be another.
const PUZZLES: [(&str, (usize, char)); 3] = [
    ("...1.2..3......4", (3, '1')),
    ("...1.2..3......4", (3, '1')),
    ("...1.2..3......4", (3, '1')),
];

/// The built page, served; fails where it was not built.
fn serve() -> StaticServer {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("dist");
    assert!(dist.join("index.html").is_file(), "no dist/index.html: run `trunk build --release` first");
    StaticServer::start(&dist)
}

/// Ends a test: whatever it did, nothing left the page's origin, no file was missing, no error was logged.
async fn finish(browser: Browser, server: &StaticServer) -> Result<()> {
    assert_eq!(browser.console_errors().await?, Vec::<String>::new(), "errors in the console");
    assert_eq!(server.complaints(), Vec::<String>::new(), "requests that went wrong");
    browser.close().await
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

#[tokio::test]
async fn solves_unseen_puzzles_on_both_engines() -> Result<()> {
    let server = serve();
    let browser = Browser::start(Gpu::Software).await?;
    let page = Page::open(&browser, &server.url()).await?;
    println!("first paint after {:.0} ms", page.first_paint().await?);
    for engine in ["gpu", "cpu"] {
        page.choose_engine(engine).await?;
        for (puzzle, change) in PUZZLES {
            assert!(clues(puzzle) <= 6, "{puzzle} has more than six clues");
            page.type_puzzle(puzzle).await?;
            let answer = page.solve().await?;
            assert_solved(puzzle, &answer, engine);

            page.type_clue(change.0, change.1).await?;
            let changed = with_clue(puzzle, change);
            let other = page.solve().await?;
            assert_solved(&changed, &other, engine);
            assert_ne!(answer.board, other.board, "{engine}: {puzzle} and {changed} have different answers");
        }
        browser.screenshot(&format!("solved-{engine}")).await?;
    }
    finish(browser, &server).await
}

#[tokio::test]
async fn works_without_webgpu_and_says_so() -> Result<()> {
    let server = serve();
    let browser = Browser::start(Gpu::None).await?;
    let page = Page::open(&browser, &server.url()).await?;
    let badge = page.badge().await?;
    assert!(badge.contains("CPU"), "without WebGPU the badge says {badge:?}");
    let (puzzle, _) = PUZZLES[0];
    page.type_puzzle(puzzle).await?;
    assert_solved(puzzle, &page.solve().await?, "no WebGPU");
    finish(browser, &server).await
}

#[tokio::test]
async fn works_with_the_keyboard_alone() -> Result<()> {
    let server = serve();
    let browser = Browser::start(Gpu::Software).await?;
    let page = Page::open(&browser, &server.url()).await?;
    let (puzzle, _) = PUZZLES[1];
    page.type_puzzle_by_keys(puzzle).await?;
    assert_solved(puzzle, &page.solve_by_keys().await?, "keyboard");
    finish(browser, &server).await
}

#[tokio::test]
async fn is_accessible_on_a_phone_in_light_and_dark() -> Result<()> {
    let server = serve();
    let browser = Browser::start(Gpu::Software).await?;
    for scheme in ["light", "dark"] {
        browser.emulate(360, scheme).await?;
        let page = Page::open(&browser, &server.url()).await?;
        let (puzzle, _) = PUZZLES[2];
        for when in ["fresh", "solved"] {
            if when == "solved" {
                page.type_puzzle(puzzle).await?;
                page.solve().await?;
            }
            browser.screenshot(&format!("phone-{scheme}-{when}")).await?;
            assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "{scheme}, {when}");
            assert!(page.overflow().await? <= 0.0, "{scheme}, {when}: the page is wider than 360 px");
        }
    }
    finish(browser, &server).await
}
