//! A person solves a task.

use serde_json::Value;
use thirtyfour::common::keys::Key;

use super::TASK;
use crate::{Result, browser::Chromium, page::Page, visit};

#[tokio::test]
async fn a_person_solves_a_task() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.drop_file("corners.json", TASK.as_bytes()).await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'two corners'").await?;
        page.click("task-play").await?;
        page.wait_for("document.querySelector('[data-testid=task-submit-0]')").await?;
        page.settle().await?;
        let state = "document.querySelector('[data-testid=task-verdict-0]').dataset.state";
        // The solution is nowhere in the page before it is asked for.
        let html: String = page.script("return document.querySelector('main.arc').innerHTML", []).await?;
        assert!(!html.contains("1 yellow, 1 black, 1 green"), "the solution is in the page");
        assert_eq!(
            page.saved("task-save-svg").await?.matches("#FFDC00").count(),
            1,
            "yellow: only the test's input has it"
        );

        page.click("task-submit-0").await?;
        page.wait_for(&format!("{state} === 'wrong'")).await?;
        // The demonstrations are not drawn on.
        page.click("task-colour-4").await?;
        page.press_cell("train-0-input", (0, 0)).await?;
        // The right cells in too large a grid are not right.
        page.enter("task-rows-test-0-output", "2").await?;
        page.press_cell("test-0-output", (0, 0)).await?;
        page.press("3").await?;
        page.keys(&[Key::End, Key::Enter]).await?;
        page.click("task-submit-0").await?;
        page.wait_for(&format!("{state} === 'wrong'")).await?;
        page.enter("task-rows-test-0-output", "1").await?;
        assert!(page.script::<bool>(&format!("return !{state}"), []).await?, "another answer was not judged yet");
        page.click("task-submit-0").await?;
        page.wait_for(&format!("{state} === 'right'")).await?;
        assert_eq!(page.text("task-verdict-0").await?, "Exactly right. 3 attempts.");
        assert_eq!(page.text("task-solved").await?, "Solved.");
        page.click("task-reveal-0").await?;
        page.wait_for("document.querySelector('[role=img][aria-label*=\"1 yellow, 1 black, 1 green\"]')").await?;
        browser.screenshot("arc-solved").await?;
        let log: Value = serde_json::from_str(&page.saved("task-save-log").await?)?;
        let events = log["events"].as_array().ok_or("no events")?;
        let judged: Vec<bool> = events.iter().filter_map(|event| event["right"].as_bool()).collect();
        assert_eq!(judged, [false, false, true], "{log}");
        assert_eq!(events.iter().filter(|event| event.get("solution_shown").is_some()).count(), 1, "{log}");
        // The task is as it was.
        page.click("task-play").await?;
        page.settle().await?;
        assert_eq!(page.saved("task-save-json").await?, TASK);
        Ok(())
    })
    .await
}
