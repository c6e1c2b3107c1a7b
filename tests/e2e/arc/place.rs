//! The place itself: how it is fetched, and how it looks.

use super::{TASK, large_task};
use crate::{Result, browser::Chromium, dist, page::Page, server::StaticServer, visit, with_browser};

/// CSS pixels across and down.
const SCREENS: [(&str, u32, u32); 2] = [("desktop", 1280, 900), ("phone", 390, 844)];

#[tokio::test]
async fn the_place_is_fetched_when_it_is_shown_and_again_where_that_failed() -> Result<()> {
    with_browser(Chromium::Plain, async |browser| {
        let server = StaticServer::start(&dist());
        let page = Page::open(browser, &server.url()).await?;
        // By the page itself: the service worker fetches it in any case, sooner or later.
        let fetched = "return performance.getEntriesByType('resource').some(file => file.name.endsWith('/tasks.js'))";
        assert!(!page.script::<bool>(fetched, []).await?, "the module was fetched with the page");
        // Files that come with a module that does not load are taken by the next one.
        server.replace("tasks.js", Some("throw new Error('not this one')"));
        page.drop_file("corners.json", TASK.as_bytes()).await?;
        page.wait_for("document.querySelector('[data-testid=tasks-again]')").await?;
        let said = page.text("tasks-module").await?;
        println!("{said}");
        assert!(said.contains("tasks.js is damaged or cut short") && !said.contains('\n'), "{said}");
        for (screen, width, height) in SCREENS {
            browser.emulate(width, height, "light").await?;
            browser.screenshot(&format!("arc-{screen}-not-loaded")).await?;
            page.is_in_order(screen).await?;
        }
        server.replace("tasks.js", None);
        page.click("tasks-again").await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'two corners'").await?;
        page.wait_for("document.querySelector('[data-testid=tasks-module]').hidden").await?;
        // A collection that the host does not have is said, and may be asked for again.
        server.replace("tasks/mini-arc.json", Some("<!DOCTYPE html>"));
        page.click("tasks-library").await?;
        page.click("tasks-mini-arc").await?;
        page.wait_for("document.querySelector('[data-testid=tasks-found]').textContent.includes('try again')").await?;
        assert_eq!(page.notice().await?, "mini-arc.json: 0 tasks came, expected 149.");
        server.replace("tasks/mini-arc.json", None);
        page.click("tasks-mini-arc").await?;
        page.wait_for("document.querySelectorAll('[data-testid=task-list] button').length === 149").await?;
        Ok(())
    })
    .await
}

/// Pixels of a canvas for every pixel of the screen, at every scale.
#[tokio::test]
async fn grids_are_sharp_on_every_screen() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        for scale in [1.0, 1.5, 2.75] {
            browser.emulate_scaled(1000, 800, scale, "light").await?;
            let page = Page::open(browser, url).await?;
            page.open_tasks().await?;
            let off: Vec<f64> = page
                .script(
                    "return [...document.querySelectorAll('.task-grid canvas')].map(canvas => \
                     Math.abs(canvas.width - canvas.getBoundingClientRect().width * devicePixelRatio))",
                    [],
                )
                .await?;
            assert!(off.len() >= 8 && off.iter().all(|off| *off <= 1.0), "scale {scale}: {off:?}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_place_of_tasks_is_pictured() -> Result<()> {
    let large = large_task();
    visit(Chromium::Plain, async |browser, url| {
        for (screen, width, height) in SCREENS {
            for scheme in ["light", "dark"] {
                browser.emulate(width, height, scheme).await?;
                let page = Page::open(browser, url).await?;
                page.open_tasks().await?;
                let when = |what: &str| format!("arc-{screen}-{scheme}-{what}");
                // The tab may hold a task of the turn before.
                page.drop_file("corners.json", TASK.as_bytes()).await?;
                page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'two corners'").await?;
                page.settle().await?;
                browser.screenshot(&when("editor")).await?;
                page.is_in_order(&when("editor")).await?;
                page.click("task-select").await?;
                page.drag("train-0-input", (0, 0), (1, 1)).await?;
                page.click("task-digits").await?;
                browser.screenshot(&when("selected")).await?;
                page.is_in_order(&when("selected")).await?;
                page.drop_file("colour.json", TASK.replace("[0, 2]", "[0, 12]").as_bytes()).await?;
                assert!(page.notice().await?.starts_with("colour.json"));
                if screen == "phone" {
                    page.click("task-unfold").await?;
                }
                page.settle().await?;
                browser.screenshot(&when("refused")).await?;
                page.is_in_order(&when("refused")).await?;
                page.click("task-play").await?;
                page.wait_for("document.querySelector('[data-testid=task-submit-0]')").await?;
                page.click("task-submit-0").await?;
                page.click("task-reveal-0").await?;
                page.settle().await?;
                browser.screenshot(&when("playing")).await?;
                page.is_in_order(&when("playing")).await?;
                page.drop_file("large.json", large.as_bytes()).await?;
                page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'large'").await?;
                page.settle().await?;
                browser.screenshot(&when("large")).await?;
                page.is_in_order(&when("large")).await?;
                page.click("tasks-library").await?;
                page.click("tasks-mini-arc").await?;
                page.wait_for("document.querySelectorAll('[data-testid=task-list] button').length === 149").await?;
                page.settle().await?;
                browser.snapshot(&when("library")).await?;
                page.is_in_order(&when("library")).await?;
                page.click("tasks-own").await?;
                page.settle().await?;
                browser.screenshot(&when("own")).await?;
                page.is_in_order(&when("own")).await?;
                page.click("tasks-task").await?;
                page.click("task-keep").await?;
                page.click("tasks-library").await?;
                page.wait_for("document.querySelector('[data-testid=tasks-remove]')").await?;
                page.click("tasks-remove").await?;
                page.wait_for("document.querySelector('[data-testid=tasks-put-back]')").await?;
                page.settle().await?;
                browser.screenshot(&when("removed")).await?;
                page.is_in_order(&when("removed")).await?;
            }
        }
        Ok(())
    })
    .await
}
