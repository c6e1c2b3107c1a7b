//! The first minutes of somebody who has never seen the page, on a phone and on a laptop.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::Key;

use crate::{
    Result,
    browser::{Browser, Chromium},
    page::{Page, escaped},
    visit,
};

/// A phone's screen and a laptop's.
pub const SCREENS: [(&str, u32, u32); 2] = [("phone", 390, 844), ("laptop", 1366, 768)];

/// Edges of elements on the screen: top and bottom of each, CSS pixels, and the window's height.
const EDGES: &str = r#"return [...arguments[0].map(css => {
        const area = document.querySelector(css).getBoundingClientRect();
        return [area.top, area.bottom];
    }), [scrollY, innerHeight]]"#;

async fn edges(page: &Page<'_>, elements: &[&str]) -> Result<Vec<[f64; 2]>> {
    page.script(EDGES, [json!(elements)]).await
}

/// The verdict's state.
const VALID: &str = "document.querySelector('[data-testid=verdict]')?.dataset.state == 'valid'";

/// Starts as a first visit does: the board is solved before one's eyes, replayed, and then an invitation stands there.
async fn first_visit(browser: &Browser, url: &str, screen: &str) -> Result<()> {
    browser.forget("hrm.tour").await?;
    let begun = Instant::now();
    let page = Page::visit_first(browser, url).await?;
    page.wait_for("document.querySelector('[data-testid=board]')").await?;
    for second in 1..=5 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        browser.snapshot(&format!("first-{screen}-{second}")).await?;
    }
    page.wait_for(VALID).await?;
    page.wait_for("document.querySelector('[data-testid=tour]')").await?;
    println!(
        "figure: first visit, {screen}: solved, replayed and invited after {:.1} s",
        begun.elapsed().as_secs_f64()
    );
    assert_eq!(page.text("moment").await?, "segment 4 of 4, round 2 of 2, slow H step");
    // After the first segment and the second the answer is wrong, after the third it is right.
    for (moment, right) in [(7, false), (15, false), (23, true)] {
        page.seek(moment).await?;
        let now = page.text("now").await?;
        assert_eq!(now == "At this step: solved.", right, "{now} at {moment}");
        assert_eq!(page.text("verdict").await?, "In the end: solved.");
    }
    Ok(())
}

#[tokio::test]
async fn a_first_visit_sees_a_board_solved() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        for (screen, width, height) in SCREENS {
            browser.emulate(width, height, "light").await?;
            first_visit(browser, url, screen).await?;
        }
        Ok(())
    })
    .await
}

/// Board, timeline and verdict stand on one screen, and a small board with the timeline stays there while a view is read.
#[tokio::test]
async fn board_timeline_and_verdict_are_on_one_screen() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        for (screen, width, height) in SCREENS {
            browser.emulate(width, height, "light").await?;
            let page = Page::open_link(browser, &format!("{url}#model=sudoku-9x9&engine=cpu&moment=9999")).await?;
            page.wait_for(VALID).await?;
            page.settle().await?;
            let parts =
                ["[data-testid=board]", "[data-testid=timeline]", "[data-testid=solve]", "[data-testid=verdict]"];
            let mut areas = edges(&page, &parts).await?;
            let [scrolled, window] = areas.pop().ok_or("no window")?;
            assert_eq!(scrolled, 0.0);
            println!("{screen}: {areas:?} of {window}");
            assert!(
                areas.iter().all(|[top, bottom]| *top >= 0.0 && *bottom <= window),
                "{screen}: {areas:?} of {window}"
            );
            assert!(
                areas[1][0] >= areas[0][1] && areas[1][0] - areas[0][1] < 24.0,
                "{screen}: the timeline is elsewhere"
            );
            browser.snapshot(&format!("one-screen-{screen}")).await?;
            // While a view far below is read.
            page.script::<Value>("document.querySelector('[data-testid=halting]').scrollIntoView()", []).await?;
            page.wait_for("document.querySelector('[data-testid=stage]').classList.contains('strip')").await?;
            page.settle().await?;
            let mut areas =
                edges(&page, &["[data-testid=board]", "[data-testid=timeline]", "[data-testid=halting]"]).await?;
            let [_, window] = areas.pop().ok_or("no window")?;
            browser.snapshot(&format!("strip-{screen}")).await?;
            assert!(
                areas.iter().all(|[top, bottom]| *top >= 0.0 && *bottom <= window),
                "{screen}: {areas:?} of {window}"
            );
            assert!(areas[2][0] >= areas[0][1] - 1.0, "{screen}: the strip covers the view: {areas:?}");
            assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "{screen}");
            page.script::<Value>("scrollTo(0, 0)", []).await?;
            page.wait_for("!document.querySelector('[data-testid=stage]').classList.contains('strip')").await?;
        }
        Ok(())
    })
    .await
}

/// What is worst about a board stands beside Solve, the keyboard's focus stays, and what is undone is undone from anywhere.
#[tokio::test]
async fn solving_by_hand_loses_nothing() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.choose_engine("cpu").await?;
        page.type_puzzle("11..............").await?;
        let said = page.text("verdict").await?;
        assert!(said.contains("no solution") && said.contains("You can run the model on it anyway."), "{said}");
        // Each is said once, beside Solve; and when the verdict is of a run, among the notes.
        page.said_once("no solution").await?;
        page.solve().await?;
        page.settle().await?;
        page.said_once("no solution").await?;
        assert!(page.text("notes").await?.contains("no solution"), "{}", page.text("notes").await?);
        page.type_puzzle("3.1.4.......1..3").await?;
        page.wait_for("document.querySelector('[data-testid=verdict]').textContent.startsWith('Press Solve')").await?;
        page.solve_by_keys().await?;
        assert!(
            page.script::<bool>("return document.activeElement.dataset.testid == 'solve'", []).await?,
            "the focus is lost"
        );
        // The board moves with every H step: its answers are the head's.
        page.seek(0).await?;
        let before = page.labels().await?;
        page.seek(2).await?;
        assert_ne!(page.labels().await?, before, "the first H step moves nothing");
        // After New puzzle the keys still undo.
        page.click("new").await?;
        page.wait_for("document.querySelector('[data-testid=verdict]').dataset.state == 'idle'").await?;
        let drawn: String = page.script("return spy.board()", []).await?;
        browser.driver().action_chain().key_down(Key::Control).send_keys("z").key_up(Key::Control).perform().await?;
        page.settle().await?;
        assert_ne!(page.script::<String>("return spy.board()", []).await?, drawn, "nothing is undone");
        Ok(())
    })
    .await
}

/// A page that is loaded again shows the run and the moment that it showed.
#[tokio::test]
async fn a_reload_keeps_run_and_moment() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.choose_engine("cpu").await?;
        page.solve().await?;
        page.seek(8).await?;
        let moment = page.text("moment").await?;
        browser.driver().refresh().await?;
        page.wait_for("document.querySelector('[data-testid=moment]')?.textContent").await?;
        page.wait_for(&format!("document.querySelector('[data-testid=moment]').textContent == {moment:?}")).await?;
        page.wait_for(VALID).await
    })
    .await
}

/// What a person drew of a maze stays, and where the answer says something else it is said so.
#[tokio::test]
async fn a_drawn_maze_stays_as_it_was_drawn() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        // From a Sudoku to a maze: the sliders are the maze's.
        let page = Page::open(browser, url).await?;
        page.click("maze-9").await?;
        page.wait_for("document.querySelector('[data-testid=maze-size]')").await?;
        let floor = format!("#########\n#S      #\n{}#      G#\n#########", "#       #\n".repeat(5));
        // A model that has seen no open floors.
        let link = format!("{url}#model=maze-9&engine=cpu&puzzle={}&moment=9999", escaped(&floor));
        let page = Page::open_link(browser, &link).await?;
        page.wait_for_end().await?;
        browser.emulate(390, 844, "light").await?;
        page.settle().await?;
        browser.snapshot("open-floor").await?;
        let built: Vec<String> =
            page.labels().await?.into_iter().filter(|label| label.contains("the model says wall")).collect();
        println!("{} cells on which the model builds", built.len());
        assert!(!built.is_empty());
        assert!(built.iter().all(|label| label.contains("given open, the model says wall")), "{built:?}");
        Ok(())
    })
    .await
}

/// An experiment begins where something can come of it, and shows both boards.
#[tokio::test]
async fn an_experiment_begins_at_an_early_step() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.choose_engine("cpu").await?;
        page.solve().await?;
        page.click("tab-experiments").await?;
        page.wait_for("document.querySelector('[data-testid=act-begins]')").await?;
        assert!(page.text("act-begins").await?.contains("segment 1 of 8"), "{}", page.text("act-begins").await?);
        page.click("to-end").await?;
        page.wait_for("document.querySelector('[data-testid=act-too-late]')").await?;
        page.seek(5).await?;
        page.click("run-experiment").await?;
        page.wait_for("document.querySelectorAll('[data-testid=both-boards] td').length == 32").await?;
        page.wait_for_end().await?;
        page.settle().await?;
        // Before H's first step there is no answer: the boards show the puzzle, and it is said why.
        let digits = "return document.querySelector('[data-testid=both-boards]').textContent.match(/[1-4]/g).length";
        let given = |label: &&String| label.contains("given ");
        page.seek(0).await?;
        let clues = page.labels().await?.iter().filter(given).count();
        assert!(page.text("both-boards-reading").await?.starts_with("No answer yet"));
        assert_eq!(page.script::<usize>(digits, []).await?, 2 * clues);
        page.seek(2).await?;
        assert_eq!(page.text("both-boards-reading").await?, "At this step both answer the same.");
        assert!(page.script::<usize>(digits, []).await? > 2 * clues);
        page.click("to-end").await?;
        browser.screenshot("experiment-both").await
    })
    .await
}

/// Every link to a run worth seeing shows what it says.
#[tokio::test]
async fn stories_are_true() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.choose_engine("cpu").await?;
        page.wait_for("document.querySelector('[data-testid=stories] a')").await?;
        let ends: [(&str, &[&str]); 5] = [
            ("Freeze H", &["invalid"]),
            ("Wrong for long", &["valid"]),
            ("never gets right", &["invalid"]),
            ("Two solutions", &["valid", "invalid"]),
            ("newspapers", &["valid", "invalid"]),
        ];
        for (name, states) in ends {
            let click = "[...document.querySelectorAll('[data-testid=stories] a')]
                .find(link => link.textContent.includes(arguments[0])).click()";
            page.script::<Value>(click, [json!(name)]).await?;
            page.settle().await?;
            page.wait_for("document.querySelector('[data-testid=verdict]').dataset.state != 'idle'").await?;
            page.wait_for_end().await?;
            page.settle().await?;
            if name == "Freeze H" {
                page.wait_for("document.querySelectorAll('[data-testid=both-boards] td').length == 162").await?;
                page.wait_for_end().await?;
            }
            let state: String =
                page.script("return document.querySelector('[data-testid=verdict]').dataset.state", []).await?;
            println!("{name}: {state}: {}", page.text("verdict").await?);
            assert!(states.contains(&state.as_str()), "{name}: {state}");
            if name == "Wrong for long" {
                // The end of the last segment that training had.
                page.seek(63).await?;
                let now = page.text("now").await?;
                assert!(now.contains("break a rule") || now.contains("breaks a rule"), "{now}");
            }
            browser.snapshot(&format!("story-{}", name.replace(' ', "-").to_lowercase())).await?;
        }
        Ok(())
    })
    .await
}
