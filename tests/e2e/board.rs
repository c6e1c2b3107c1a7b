//! The board: what is painted is what its labels say, sharp on every screen; one stop of the keyboard; and 900 cells as light
//! as 16.
//!
//! | what | how it is found |
//! |---|---|
//! | the painting | the `canvas` in `data-testid=board` |
//! | the cell that keys are about | the board's `aria-activedescendant`, and the one cell with `aria-selected=true` |

use std::collections::BTreeMap;

use hrm_core::{
    puzzle::{Kind, sudoku::Shape},
    random::Random,
};
use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::common::keys::Key;

use crate::{
    Result, VIEWS,
    browser::Chromium,
    figures::{Sample, figure},
    folder::Folder,
    large::{self, Answers},
    measure,
    page::Page,
    pictures::SCREENS,
    speed::{SCRUB, SCRUB_MS, STEP, TOUCHED},
    visit,
};

/// Within so many milliseconds a typed symbol, or a step of a stroke, is on the board.
const WRITE_MS: f64 = 16.0;
/// Calls of a canvas that a cell may take.
const CELL_CALLS: usize = 20;

const PAINTED: &str = include_str!("painted.js");

/// What painted.js found.
#[derive(Debug, Deserialize)]
struct Painted {
    canvas: [f64; 2],
    screen: [f64; 2],
    sorts: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

/// Acts upon the board sixty times, each in turns with the calibration's step, and returns the 95th percentile of both.
const TIME_ACTS: &str = r#"
    const act = ACT;
    return (async () => {
        const times = [[], []];
        for (let step = 0; step < 60; step++) {
            times[0].push(await calibration.timed(() => act(step)));
            times[1].push(await calibration.step());
        }
        return times.map(times => times.sort((a, b) => a - b)[56]);
    })();
"#;

/// Acts upon the board sixty times and returns, of one act at most, the nodes that it touches and the calls of the board's canvas
/// that it makes, those of the frame after it included; and the nodes that are touched once more when the board stands still.
/// That takes a while of rest: how long an act takes here is no reason for it, so timers wait until the acts are over.
const COUNT_ACTS: &str = r#"
    const act = ACT, context = CanvasRenderingContext2D.prototype, painting = ["fillRect", "fillText", "stroke"];
    const methods = Object.fromEntries(painting.map(name => [name, context[name]]));
    const { setTimeout, clearTimeout } = window, waiting = new Map();
    let calls = 0, most = 0, timers = 0;
    for (const name of painting) {
        context[name] = function (...given) {
            if (this.canvas.closest("[data-testid=board]")) calls++;
            return methods[name].apply(this, given);
        };
    }
    return (async () => {
        await spy.settled();
        window.setTimeout = (task, delay, ...given) => {
            if (!(delay >= 100)) return setTimeout(task, delay, ...given);
            waiting.set(--timers, task);
            return timers;
        };
        window.clearTimeout = timer => waiting.delete(timer) || clearTimeout(timer);
        const counts = spy.count();
        for (let step = 0; step < 60; step++) {
            calls = 0;
            act(step);
            await spy.turn();
            await spy.turn();
            most = Math.max(most, calls);
            counts.cut();
        }
        Object.assign(context, methods);
        Object.assign(window, { setTimeout, clearTimeout });
        const { most: nodes } = counts.end(), last = spy.count();
        waiting.forEach(task => task());
        await spy.turn();
        return [nodes, most, last.end().most];
    })();
"#;

/// Goes a step of the timeline back from the end.
const STEP_BACK: &str = r#"(back => step => {
    if (step === 0) document.querySelector("[data-testid=to-end]").click();
    back.click();
})(document.querySelector("[data-testid=step-back]"))"#;

/// Points at another cell.
const HOVER: &str = r#"(cells => step => cells[(step * 37) % cells.length].dispatchEvent(new MouseEvent("mouseover", { bubbles: true })))(spy.cells())"#;

/// Writes a wall, and opens it again, in the cell that is selected.
const WRITE: &str = r##"(board => step =>
    board.dispatchEvent(new KeyboardEvent("keydown", { key: "# "[step % 2], bubbles: true })))(
    document.querySelector("[data-testid=board]"))"##;

/// Goes on with a stroke of walls along the third row and back along the fourth, and so on; on a room without walls.
const STROKE: &str = r#"((board, cells) => step => {
    const columns = cells.length / board.querySelectorAll("[role=row]").length, wide = columns - 2;
    const row = 2 + Math.floor(step / wide), along = step % wide, column = row % 2 ? wide - along : 1 + along;
    const area = cells[row * columns + column].getBoundingClientRect();
    const at = { clientX: area.x + area.width / 2, clientY: area.y + area.height / 2 };
    const type = step === 0 ? "pointerdown" : "pointermove";
    board.dispatchEvent(new PointerEvent(type, { ...at, buttons: 1, bubbles: true }));
})(document.querySelector("[data-testid=board]"), spy.cells())"#;

impl Page<'_> {
    /// Holds the painting to the labels; how many cells of each sort there are.
    async fn painted(&self, kind: Shape, when: &str) -> Result<BTreeMap<String, usize>> {
        self.settle().await?;
        let Painted { canvas, screen, sorts, wrong } =
            self.script(PAINTED, [json!(kind.box_rows()), json!(kind.box_cols())]).await?;
        for (canvas, screen) in canvas.into_iter().zip(screen) {
            assert!((canvas - screen).abs() <= 1.0, "{when}: {canvas} pixels painted on {screen} of the screen");
        }
        assert_eq!(wrong, Vec::<String>::new(), "{when}");
        Ok(sorts)
    }

    /// Nodes touched and calls of the board's canvas of one act at most, and nodes touched when all are over.
    async fn counted_acts(&self, act: &str) -> Result<(usize, usize, usize)> {
        self.script(&COUNT_ACTS.replace("ACT", act), []).await
    }

    /// Holds the speed of an act on the board to a limit.
    async fn act_within(&self, name: &str, limit: f64, act: &str) -> Result<()> {
        figure(name, limit, STEP, async || {
            let [value, calibration] = self.script(&TIME_ACTS.replace("ACT", act), []).await?;
            Ok(Sample { value, calibration })
        })
        .await
    }

    async fn attribute(&self, name: &str) -> Result<String> {
        self.script("return document.querySelector('[data-testid=board]').getAttribute(arguments[0])", [json!(name)])
            .await
    }

    /// Opens the recording of a 30x30 maze.
    async fn open_large(&self, file: &str) -> Result<()> {
        self.upload("open-recording", file).await?;
        self.wait_for("spy.cells().length == 900").await?;
        self.wait_for_end().await?;
        self.settle().await
    }
}

#[tokio::test]
async fn what_is_painted_is_what_is_said() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        for (shape, model) in [(Shape::FOUR, "sudoku-4x4"), (Shape::SIX, "sudoku-6x6"), (Shape::NINE, "sudoku-9x9")] {
            let kind: Kind = model.parse()?;
            let puzzle = kind.decode(&kind.generate(&mut Random::new(11), 0.7).unwrap().question);
            let clues = puzzle.chars().filter(|clue| *clue != '.').count();
            // On screens of 1, 1.25, 2 and 3 pixels to a CSS pixel; the last a phone's. The page hears of another screen while
            // it is open.
            browser.emulate_scaled(1280, 800, 1.0, "light").await?;
            let link = format!("{url}#model={model}&puzzle={puzzle}&engine=cpu&moment=9999");
            let page = Page::open_link(browser, &link).await?;
            page.wait_for_end().await?;
            for (width, scale, scheme) in
                [(1280, 1.0, "light"), (1280, 1.25, "dark"), (1280, 2.0, "light"), (390, 3.0, "dark")]
            {
                browser.emulate_scaled(width, 844, scale, scheme).await?;
                let when = format!("{model} at {scale}, {scheme}");
                let sorts = page.painted(shape, &when).await?;
                assert_eq!((sorts.get("given"), sorts["answered"]), (Some(&clues), shape.cells() - clues), "{when}");
                browser.snapshot(&format!("board-{model}-{scale}-{scheme}")).await?;
            }
        }
        // Two equal digits in a row break a rule, whatever their colour.
        browser.emulate(1280, 800, "light").await?;
        let page = Page::open(browser, url).await?;
        page.type_puzzle("33..............").await?;
        let sorts = page.painted(Shape::FOUR, "two of a digit").await?;
        assert_eq!(sorts, BTreeMap::from([("blank".into(), 14), ("faulty".into(), 2)]));
        // Another theme is another painting.
        for theme in ["dark", "light"] {
            page.choose("theme", theme).await?;
            page.painted(Shape::FOUR, theme).await?;
        }
        browser.screenshot("board-faulty").await
    })
    .await
}

#[tokio::test]
async fn the_board_is_one_stop_of_the_keyboard() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.type_puzzle("................").await?;
        page.tab_to("[data-testid=board]").await?;
        let stops =
            "return document.querySelectorAll('[data-testid=board] [tabindex], [data-testid=board] button').length";
        assert_eq!(page.script::<usize>(stops, []).await?, 0, "stops within the board");
        let selected = "return spy.cells().filter(cell => cell.ariaSelected == 'true').map(cell => cell.id)";
        for (key, at) in [
            (Key::Right, "cell-1"),
            (Key::Down, "cell-5"),
            (Key::End, "cell-7"),
            (Key::Home, "cell-4"),
            (Key::Up, "cell-0"),
        ] {
            page.press(key).await?;
            assert_eq!(page.attribute("aria-activedescendant").await?, at);
            assert_eq!(page.script::<Vec<String>>(selected, []).await?, [at]);
        }
        // What is typed is said at once, and the neighbour's label stays.
        page.press(Key::Right).await?;
        page.press("3").await?;
        page.wait_for("spy.cells()[1].ariaLabel == 'row 1 column 2, given 3'").await?;
        assert_eq!(page.labels().await?[2], "row 1 column 3, blank");
        assert_eq!(page.accessibility_violations().await?, Vec::<String>::new());
        browser.screenshot("board-focus").await
    })
    .await
}

/// Hovering, scrubbing, typing and drawing cost on 900 cells what they cost on 16.
#[tokio::test]
async fn a_board_of_900_cells_is_as_light_as_one_of_16() -> Result<()> {
    let folder = Folder::new("hrm-e2e-large")?;
    let file = large::recording(&folder, Answers::Random)?;
    measure(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.solve().await?;
        let (small, painted, _) = page.counted_acts(HOVER).await?;
        assert_eq!(painted, 0, "hovering paints");
        page.open_large(&file).await?;
        browser.screenshot("large-overview").await?;
        // Nothing within the board hears of anything by itself: all of it is heard by the board.
        let nodes: usize = page.script("return document.querySelectorAll('[data-testid=board] *').length", []).await?;
        println!("30x30: {nodes} nodes in the board, hovering touches {small} at most on 4x4");
        assert_eq!(nodes, 900 + 30 + 4, "cells, rows, canvas, room, two frames");
        page.calibrate().await?;

        let (touched, painted, _) = page.counted_acts(HOVER).await?;
        println!("30x30: hovering touches {touched} nodes at most, and paints {painted} times");
        assert!(touched <= small && painted == 0, "hovering costs more than on 4x4");
        for view in VIEWS {
            page.click(&format!("tab-{view}")).await?;
            page.settle().await?;
            let (touched, painted, after) = page.counted_acts(STEP_BACK).await?;
            println!("30x30, {view}: a step touches {touched} nodes at most, with {painted} calls of the canvas; afterwards {after}");
            // The small board of that view is a table, and random states answer otherwise in every cell: each and its text.
            let table = if view == "answers" { 2 * 900 } else { 0 };
            assert!(touched <= TOUCHED + table, "{view}: a step touches {touched} nodes");
            assert!(after <= 900 + TOUCHED, "{view}: {after} nodes are touched afterwards");
            page.settle().await?;
            page.act_within(&format!("30x30, hovering, {view}"), SCRUB_MS, HOVER).await?;
            figure(&format!("30x30, scrubbing, {view}"), SCRUB_MS, STEP, async || {
                let [value, calibration] = page.script(SCRUB, []).await?;
                Ok(Sample { value, calibration })
            })
            .await?;
        }

        // Typing and drawing forget the run; a cell is painted and labelled, and no other.
        page.click("tab-overview").await?;
        page.click("clear").await?;
        page.wait_for("spy.cells()[31].ariaLabel.endsWith('given start')").await?;
        page.script::<Value>("spy.cells()[62].dispatchEvent(new MouseEvent('mousedown', { bubbles: true }))", [])
            .await?;
        page.click("brush-walls").await?;
        for (name, act) in [("a typed symbol", WRITE), ("a stroke", STROKE)] {
            let (touched, painted, _) = page.counted_acts(act).await?;
            println!("30x30: {name} touches {touched} nodes at most, with {painted} calls of the canvas");
            assert!(touched <= TOUCHED, "{name} touches {touched} nodes");
            assert!((1..=CELL_CALLS).contains(&painted), "{name} takes {painted} calls of the canvas");
            assert!(
                page.labels().await?[62].ends_with(if act == WRITE { "blank" } else { "given wall" }),
                "{name} is not said"
            );
            page.act_within(&format!("30x30, {name}"), WRITE_MS, act).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_large_maze_is_pictured() -> Result<()> {
    let folder = Folder::new("hrm-e2e-large-pictured")?;
    let file = large::recording(&folder, Answers::Path)?;
    visit(Chromium::Plain, async |browser, url| {
        for (screen, width, height) in SCREENS {
            for scheme in ["light", "dark"] {
                browser.emulate(width, height, scheme).await?;
                let page = Page::open(browser, url).await?;
                page.open_large(&file).await?;
                browser.screenshot(&format!("{screen}-{scheme}-large")).await?;
                assert!(page.overflow().await? <= 0.0, "{screen}, {scheme}: wider than {width} px");
                assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "{screen}, {scheme}");
                page.click("tab-states").await?;
                page.choose("overlay", "H-norm").await?;
                browser.screenshot(&format!("{screen}-{scheme}-large-norm")).await?;
            }
        }
        Ok(())
    })
    .await
}
