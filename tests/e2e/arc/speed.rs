//! How long the page is busy at a time.

use super::large_task;
use crate::{Result, browser::Chromium, figures::Calibration, measure, page::Page};

/// The longest task against the longest of as many changes of a board, curves and a picture.
const LONGEST: Calibration = Calibration { work: "longest of 16 changes", reference: 9.0 };

/// Scrolls through every collection and prints the longest task beside what the same machine takes for known work.
#[tokio::test]
async fn the_library_scrolls_in_short_tasks() -> Result<()> {
    measure(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.open_tasks().await?;
        page.click("tasks-library").await?;
        page.watch_tasks().await?;
        for (name, count) in [("arc-agi-1-training", 400), ("arc-agi-1-evaluation", 400), ("mini-arc", 149)] {
            page.click(&format!("tasks-{name}")).await?;
            page.wait_for(&format!("document.querySelectorAll('[data-testid=task-list] button').length === {count}")).await?;
            page.settle().await?;
            page.calibrate().await?;
            page.long_tasks().await?;
            let (longest, known): (f64, f64) = page
                .script(
                    r#"return (async () => {
                        let longest = 0, last = performance.now();
                        for (let at = 0; at < document.documentElement.scrollHeight; at += 400) {
                            scrollTo(0, at);
                            await spy.turn();
                            const now = performance.now();
                            longest = Math.max(longest, now - last);
                            last = now;
                        }
                        const times = [];
                        for (let at = 0; at < 16; at++) times.push(await calibration.step());
                        return [longest, Math.max(...times)];
                    })()"#,
                    [],
                )
                .await?;
            let (long, _) = page.long_tasks().await?;
            println!(
                "figure: scrolling {name}: {} tasks over 50 ms {long:?}, longest frame {longest:.0} ms; calibration ({}) \
                 {known:.1} ms, reference {:.1} ms",
                long.len(),
                LONGEST.work,
                LONGEST.reference
            );
            // Every picture was painted on the way, and those far away were given back.
            let painted: usize = page
                .script(
                    "return [...document.querySelectorAll('[data-testid=task-list] canvas')].filter(canvas => canvas.width > 0).length",
                    [],
                )
                .await?;
            assert!(painted < count, "{name}: {painted} pictures are held");
        }
        Ok(())
    })
    .await
}

/// Draws a line of cells across a 30x30 grid, and prints the longest of its changes beside that of known work.
#[tokio::test]
async fn a_large_grid_is_drawn_in_short_tasks() -> Result<()> {
    measure(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.drop_file("large.json", large_task().as_bytes()).await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'large'").await?;
        page.settle().await?;
        page.calibrate().await?;
        page.click("task-colour-3").await?;
        let (longest, known): (f64, f64) = page
            .script(
                r#"return (async () => {
                    const grid = document.querySelector("[data-testid=grid-train-0-input]");
                    grid.scrollIntoView({ block: "center", behavior: "instant" });
                    const area = grid.getBoundingClientRect();
                    const at = (cell, from, length) => from + ((cell + 0.5) * length) / 30;
                    const send = (type, cell) => grid.dispatchEvent(new PointerEvent(type, {
                        bubbles: true, pointerId: 1, pointerType: "mouse", button: type === "pointermove" ? -1 : 0,
                        buttons: type === "pointerup" ? 0 : 1,
                        clientX: at(cell, area.x, area.width), clientY: at(cell, area.y, area.height),
                    }));
                    const times = [await calibration.timed(() => send("pointerdown", 0))];
                    for (let cell = 1; cell < 30; cell++) times.push(await calibration.timed(() => send("pointermove", cell)));
                    times.push(await calibration.timed(() => send("pointerup", 29)));
                    const known = [];
                    for (let change = 0; change < times.length; change++) known.push(await calibration.step());
                    return [Math.max(...times), Math.max(...known)];
                })()"#,
                [],
            )
            .await?;
        println!(
            "figure: longest change while drawing on 30x30: {longest:.1} ms; calibration ({}) {known:.1} ms, reference {:.1} ms",
            LONGEST.work, LONGEST.reference
        );
        let drawn = page.input().await?;
        assert!((0..30).all(|at| drawn.cells()[at * 31] == 3), "the diagonal was drawn:\n{drawn}");
        assert_eq!(page.text("task-where").await?.split(':').next(), Some("Pair 1, input (30 by 30)"));
        Ok(())
    })
    .await
}
