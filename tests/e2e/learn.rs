//! A task is learnt in the page and answered by vote.
//!
//! | what | how it is found |
//! |---|---|
//! | the section | `data-testid=learn-open` unfolds it; `learn-status` with `data-stage` idle, learning, paused, done, open, answering |
//! | settings | `data-testid` learn-from, learn-length, learn-unit, learn-augmentations, learn-side; `learn-outlook` says what they take |
//! | what is done | `data-testid` learn-start, learn-pause, learn-continue, learn-stop, learn-on, learn-answer |
//! | what is wrong | `data-testid` learn-refusal, learn-memory, learn-warning; `learn-fits` takes a token grid that fits |
//! | answers | `learn-answers`, `learn-verdict-N`, `learn-segment`, `learn-forms` |
//! | learnt tasks | `learnt-list`, with `learnt-open-NAME`, `learnt-save-NAME`, `learnt-remove-NAME` |

use serde_json::json;

use crate::{
    Result,
    browser::{Browser, Chromium},
    page::Page,
    visit,
};

/// A task of which colour 1 becomes colour 2.
const TASK: &str = r#"{"train": [{"input": [[1, 0], [0, 1]], "output": [[2, 0], [0, 2]]},
 {"input": [[1, 1], [0, 0]], "output": [[2, 2], [0, 0]]}, {"input": [[0, 1], [0, 1]], "output": [[0, 2], [0, 2]]}],
 "test": [{"input": [[0, 0], [1, 1]], "output": [[0, 0], [2, 2]]}], "name": "one to two"}"#;

impl Page<'_> {
    async fn open_task(&self, task: &str, name: &str) -> Result<()> {
        self.drop_file("task.json", task.as_bytes()).await?;
        self.wait_for(&format!("document.querySelector('[data-testid=task-name]')?.value === '{name}'")).await
    }

    async fn wait_for_stage(&self, stage: &str) -> Result<()> {
        self.wait_for(&format!("document.querySelector('[data-testid=learn-status]')?.dataset.stage === '{stage}'"))
            .await
    }

    /// Waits until an element's text holds some words.
    async fn wait_for_words(&self, id: &str, words: &str) -> Result<String> {
        self.wait_for(&format!("document.querySelector('[data-testid={id}]')?.textContent.includes('{words}')"))
            .await?;
        self.text(id).await
    }

    /// Unfolds the section, and sets so many steps with few versions.
    async fn learn_for(&self, steps: &str) -> Result<()> {
        self.click("learn-open").await?;
        self.wait_for("document.querySelector('[data-testid=learn-length]')").await?;
        self.enter("learn-length", steps).await?;
        self.choose("learn-unit", "steps").await?;
        self.enter("learn-augmentations", "4").await
    }
}

async fn open<'a>(browser: &'a Browser, url: &str) -> Result<Page<'a>> {
    let page = Page::open(browser, url).await?;
    page.open_task(TASK, "one to two").await?;
    Ok(page)
}

#[tokio::test]
async fn a_task_is_learnt_answered_kept_and_removed() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        browser.emulate(1280, 900, "light").await?;
        let page = open(browser, url).await?;
        let fetched = "return performance.getEntriesByType('resource').some(file => file.name.includes('learner'))";
        page.learn_for("60").await?;
        println!("the page itself fetched the learner: {}", page.script::<bool>(fetched, []).await?);
        let outlook = page.wait_for_words("learn-outlook", "60 steps in about").await?;
        println!("{outlook}");
        assert!(
            outlook.contains("Token grid: 4×4, 16 tokens") && outlook.contains("3 pairs in 5 versions"),
            "{outlook}"
        );
        page.click("learn-start").await?;
        page.wait_for_stage("learning").await?;
        page.wait_for_words("learn-pace", "Step").await?;
        page.click("learn-pause").await?;
        // So short a learning may be over before it is paused.
        page.wait_for(
            "['paused', 'done'].includes(document.querySelector('[data-testid=learn-status]').dataset.stage)",
        )
        .await?;
        if page.script("return !!document.querySelector('[data-testid=learn-continue]')", []).await? {
            page.click("learn-continue").await?;
        }
        page.wait_for_stage("done").await?;
        assert!(page.text("learn-held-out").await?.contains("the last pair"));
        page.wait_for("document.querySelectorAll('[data-testid=learn-curves] svg').length === 2").await?;
        assert!(page.overflow().await? <= 0.0);

        page.enter("learn-asked", "4").await?;
        page.click("learn-answer").await?;
        page.wait_for("document.querySelector('[data-testid=learn-verdict-0]')").await?;
        page.wait_for_stage("done").await?;
        let answers = page.text("learn-answers").await?;
        println!("{answers}");
        assert!(answers.contains("Without a vote") && answers.contains("of 5"), "{answers}");
        page.wait_for("document.querySelector('[data-testid=learn-forms] figure')").await?;
        browser.screenshot("learn-desktop").await?;
        for (width, scheme) in [(390, "light"), (390, "dark"), (1280, "dark")] {
            browser.emulate(width, 844, scheme).await?;
            browser.screenshot(&format!("learn-{width}-{scheme}")).await?;
            assert!(page.overflow().await? <= 0.0, "wider than {width} pixels");
            assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "{width} {scheme}");
        }

        // It outlives a reload, and answers again without learning.
        browser.driver().refresh().await?;
        page.wait_for("document.querySelector('[data-testid=learn-open]')").await?;
        page.click("learn-open").await?;
        page.wait_for_words("learnt-list", "one to two").await?;
        let open = "document.querySelector('[data-testid^=learnt-open-]')";
        page.script::<()>(&format!("{open}.click()"), []).await?;
        page.wait_for_stage("open").await?;
        page.click("learn-answer").await?;
        page.wait_for("document.querySelector('[data-testid=learn-verdict-0]')").await?;
        page.wait_for_stage("open").await?;
        // A candidate is taken over by who solves the task.
        page.click("task-play").await?;
        page.wait_for("document.querySelector('[data-testid=learn-answers] [data-at]')").await?;
        page.script::<()>("document.querySelector('[data-testid=learn-answers] [data-at]').click()", []).await?;
        page.click("task-play").await?;
        // Learnt further, then removed.
        page.enter("learn-length", "5").await?;
        page.choose("learn-unit", "steps").await?;
        page.click("learn-on").await?;
        page.wait_for_stage("done").await?;
        page.wait_for_words("learnt-list", "65 steps").await?;
        page.script::<()>("document.querySelector('[data-testid^=learnt-remove-]').click()", []).await?;
        page.wait_for("!document.querySelector('[data-testid=learnt-list] li')").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_cannot_be_learnt_is_said() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = open(browser, url).await?;
        page.learn_for("4").await?;
        page.wait_for_words("learn-outlook", "4 steps in about").await?;
        // A token grid that is too small, and one that fits.
        page.enter("learn-side", "1").await?;
        let said = page.wait_for_words("learn-refusal", "2x2").await?;
        assert!(said.contains("1x1"), "{said}");
        assert!(page.script::<bool>("return document.querySelector('[data-testid=learn-start]').disabled", []).await?);
        page.click("learn-fits").await?;
        page.wait_for_words("learn-outlook", "4×4, 16 tokens (as chosen)").await?;
        page.enter("learn-side", "40").await?;
        page.wait_for_words("learn-refusal", "Token grid: expected a whole number from 1 to 30").await?;
        page.enter("learn-side", "").await?;

        let one = r#"{"train": [{"input": [[1]], "output": [[2]]}], "test": [{"input": [[1]]}], "name": "one pair"}"#;
        page.open_task(one, "one pair").await?;
        page.wait_for_words("learn-outlook", "nothing can be held out").await?;
        let none = r#"{"train": [{"input": [[1]]}], "test": [{"input": [[1]]}], "name": "no outputs"}"#;
        page.open_task(none, "no outputs").await?;
        page.wait_for_words("learn-refusal", "no demonstration has an output").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_cannot_be_stored_stays_in_the_tab() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = open(browser, url).await?;
        let origin: String = page.script("return location.origin", []).await?;
        let cdp = browser.driver().cdp();
        page.learn_for("6").await?;
        page.wait_for_words("learn-outlook", "6 steps in about").await?;
        cdp.send_raw("Storage.overrideQuotaForOrigin", json!({ "origin": origin, "quotaSize": 1000 })).await?;
        page.click("learn-start").await?;
        page.wait_for_stage("done").await?;
        page.wait_for_words("learn-warning", "as long as the tab").await?;
        page.wait_for_words("learnt-list", "6 steps").await?;
        cdp.send_raw("Storage.overrideQuotaForOrigin", json!({ "origin": origin })).await?;
        page.click("learn-answer").await?;
        page.wait_for("document.querySelector('[data-testid=learn-verdict-0]')").await?;
        page.wait_for_stage("done").await
    })
    .await
}
