//! What goes wrong with a run in the Train place, and the ways on that a person is offered there.
//!
//! | what | how it is found |
//! |---|---|
//! | a way on | `data-testid` train-way-continue, train-way-cpu, train-way-slower, train-way-download |
//! | what the browser could not store | `data-testid=train-kept` |
//! | what a CSV file holds | `data-testid=train-table` |
//! | a stored run's name | `data-testid` run-rename-ID, run-name-ID, run-name-apply-ID |
//! | curves | `data-testid` curve-NAME-reading, curve-smoothing, curve-from, curve-to, curve-compare, curve-csv |

use hrm_core::{
    data::{Hard, Split, SplitRequest},
    puzzle::Kind,
    random::Random,
    train::Saved,
};
use serde_json::json;

use crate::{Result, browser::Chromium, folder::Folder, page::Page, train::open, visit};

/// Few puzzles and steps enough not to end by themselves.
pub const SMALL: [(&str, &str); 4] =
    [("base_puzzles", "50"), ("test_puzzles", "4"), ("batch", "4"), ("steps", "100000")];

impl Page<'_> {
    /// Sets up a small run and starts it.
    async fn start_small(&self, more: &[(&str, &str)]) -> Result<()> {
        self.open_settings().await?;
        self.set(&SMALL).await?;
        self.set(more).await?;
        self.click("train-start").await
    }

    /// The stored runs' names, newest first.
    async fn names(&self) -> Result<Vec<String>> {
        self.script(
            "return [...document.querySelectorAll('[data-testid=run-list] h3')].map(name => name.textContent)",
            [],
        )
        .await
    }

    /// Presses the button of the first stored run whose test id begins so.
    async fn press_of_first_run(&self, button: &str) -> Result<()> {
        let css = format!("document.querySelector('[data-testid^={button}-]')");
        self.wait_for(&format!("{css} && !{css}.disabled")).await?;
        self.script::<()>(&format!("{css}.click()"), []).await
    }
}

#[tokio::test]
async fn a_run_that_diverges_goes_on_as_a_slower_one() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = open(browser, url).await?;
        page.start_small(&[("lr", "1e6"), ("warmup_steps", "0")]).await?;
        page.wait_for_state("failed").await?;
        let notice = page.text("train-notice").await?;
        println!("{notice}");
        assert!(notice.contains("not finite at step"), "{notice}");
        // It would come to the same point again: that is not offered.
        assert!(page.script::<bool>("return !document.querySelector('[data-testid=train-way-continue]')", []).await?);
        assert!(page.text("train-way-slower").await?.contains("3.3e5"), "{notice}");
        browser.screenshot("train-diverged").await?;
        assert_eq!(page.names().await?.len(), 1);
        page.click("train-way-slower").await?;
        page.wait_for("document.querySelectorAll('[data-testid=run-list] .stored').length == 2").await?;
        let names = page.names().await?;
        assert_ne!(names[0], names[1]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_cannot_be_stored_is_kept_by_the_page() -> Result<()> {
    kept_until_there_is_room(1000, "train-storage-full").await
}

/// Not even the run's folder can be made: it is made when there is room.
#[tokio::test]
async fn what_has_no_folder_is_kept_by_the_page() -> Result<()> {
    kept_until_there_is_room(1, "train-storage-none").await
}

/// Trains where the browser has room for so many bytes, then where it has enough.
async fn kept_until_there_is_room(bytes: u64, picture: &str) -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = open(browser, url).await?;
        let origin: String = page.script("return location.origin", []).await?;
        let cdp = browser.driver().cdp();
        cdp.send_raw("Storage.overrideQuotaForOrigin", json!({ "origin": origin, "quotaSize": bytes })).await?;
        page.start_small(&[]).await?;
        page.wait_for_step(10).await?;
        page.click("train-pause").await?;
        page.wait_for_state("paused").await?;
        page.wait_for("document.querySelector('[data-testid=train-kept]')?.textContent").await?;
        println!("{} {}", page.text("train-notice").await?, page.text("train-kept").await?);
        assert!(page.text("train-notice").await?.contains("full"));
        browser.screenshot(picture).await?;
        let state = page.saved_bytes("train-save-state").await?;
        assert!(state.len() > 100_000, "{} bytes", state.len());
        let step = page.steps().await?;
        page.click("train-resume").await?;
        page.wait_for_step(step + 5).await?;
        cdp.send_raw("Storage.overrideQuotaForOrigin", json!({ "origin": origin })).await?;
        page.click("train-pause").await?;
        page.wait_for_state("paused").await?;
        page.wait_for("!document.querySelector('[data-testid=train-kept]')?.textContent").await?;
        page.wait_for("document.querySelector('[data-testid=run-list] .stored')").await
    })
    .await
}

#[tokio::test]
async fn where_nothing_can_be_stored_a_run_is_trained_and_taken_away() -> Result<()> {
    visit(Chromium::NoStorage, async |browser, url| {
        let page = open(browser, url).await?;
        let denied: String =
            page.script("return navigator.storage.getDirectory().then(() => 'given', error => error.name)", []).await?;
        assert_eq!(denied, "SecurityError", "the browser keeps files all the same");
        page.start_small(&[]).await?;
        page.wait_for_step(10).await?;
        page.click("train-pause").await?;
        page.wait_for_state("paused").await?;
        page.wait_for("document.querySelector('[data-testid=train-kept]')?.textContent").await?;
        let (notice, runs) = (page.text("train-notice").await?, page.text("storage-fault").await?);
        println!("{notice}\n{runs}");
        for said in [&notice, &runs] {
            assert!(said.contains("this browser keeps no files for the page"), "{said}");
        }
        browser.screenshot("train-storage-denied").await?;
        let (step, state) = (page.steps().await?, page.saved_bytes("train-save-state").await?);
        assert_eq!(Saved::from_bytes(&state)?.state.step, step);
        page.click("train-resume").await?;
        page.wait_for_step(step + 5).await?;
        // The board solves with it meanwhile.
        page.click("train-solve").await?;
        page.wait_for("document.querySelector('[data-testid=model]')?.value.includes('step')").await?;
        page.wait_until_ready().await?;
        page.solve().await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_run_goes_from_tab_to_tab() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let driver = browser.driver();
        let page = open(browser, url).await?;
        page.start_small(&[]).await?;
        page.wait_for_step(5).await?;
        let first = driver.window().await?;
        let second = driver.new_tab().await?;
        driver.switch_to_window(second.clone()).await?;
        let other = open(browser, url).await?;
        other.press_of_first_run("run-continue").await?;
        other.wait_for("document.querySelector('[data-testid=train-notice]')").await?;
        let refused = other.text("train-notice").await?;
        assert!(refused.starts_with("The run did not go on: ") && refused.contains("another tab"), "{refused}");

        // Paused here it is free there.
        driver.switch_to_window(first.clone()).await?;
        page.wait_for_state("running").await?;
        page.click("train-pause").await?;
        page.wait_for_state("paused").await?;
        let paused_at = page.steps().await?;
        driver.switch_to_window(second).await?;
        let other = open(browser, url).await?;
        other.press_of_first_run("run-continue").await?;
        other.wait_for_step(paused_at + 5).await?;
        other.click("train-pause").await?;
        other.wait_for_state("paused").await?;
        let further = other.steps().await?;

        // And back: the first tab goes on where the second one stopped.
        driver.switch_to_window(first).await?;
        page.click("train-resume").await?;
        page.wait_for_step(further + 1).await?;
        page.click("train-pause").await?;
        page.wait_for_state("paused").await
    })
    .await
}

#[tokio::test]
async fn puzzles_come_from_a_file_whose_bad_rows_are_named() -> Result<()> {
    let folder = Folder::new("hrm-e2e-csv")?;
    let kind: Kind = "sudoku-4x4".parse()?;
    let mut random = Random::new(3);
    let mut rows = vec!["source,question,answer,rating".to_owned(), "me,12x4,1234,0".into()];
    for _ in 0..60 {
        let example = kind.generate(&mut random, 0.5).unwrap();
        rows.push(format!("me,{},{},0", kind.decode(&example.question), kind.decode(&example.answer)));
    }
    // An answer that contradicts its question.
    rows.push(format!("me,{},{},0", "1...............", "2341412332141432"));
    let good = folder.write("puzzles.csv", rows.join("\n"))?;
    let test_alone = Split::of_examples(
        kind,
        (0..200).map(|_| kind.generate(&mut random, 0.5).unwrap()),
        &SplitRequest { training: 0, test: 20, seed: 1, difficulty: (0.0, 1.0), smaller: 0.0, hard: Hard::default() },
    );
    let mut lines = vec!["question,answer".to_owned()];
    lines.extend(test_alone.test.iter().map(|e| format!("{},{}", kind.decode(&e.question), kind.decode(&e.answer))));
    let unseen = folder.write("unseen.csv", lines.join("\n"))?;
    let bad = folder.write("no puzzles.csv", "source,question,answer,rating\nme,abc,def,0\n")?;
    visit(Chromium::Plain, async |browser, url| {
        let page = open(browser, url).await?;
        page.upload("train-csv", &good).await?;
        page.wait_for("document.querySelector('[data-testid=train-table]')?.textContent.includes('good rows')").await?;
        let said = page.text("train-table").await?;
        println!("{said}");
        assert!(said.contains("puzzles.csv: 60 good rows of sudoku-4x4"), "{said}");
        assert!(
            said.contains("2 rows are left out") && said.contains("line 2, ") && said.contains("line 63, "),
            "{said}"
        );
        browser.screenshot("train-csv").await?;
        // A file without puzzles does not take its place.
        page.upload("train-csv", &bad).await?;
        page.wait_for("document.querySelector('[data-testid=train-table]')?.textContent.includes('no puzzles.csv')")
            .await?;
        let said = page.text("train-table").await?;
        assert!(said.contains("The puzzles of puzzles.csv"), "{said}");
        // Nor does one from which nothing can be learnt.
        page.upload("train-csv", &unseen).await?;
        page.wait_for("document.querySelector('[data-testid=train-table]')?.textContent.includes('unseen.csv')")
            .await?;
        let said = page.text("train-table").await?;
        assert!(said.contains("Nothing can be learnt from it") && said.contains("hrm puzzles KIND --both"), "{said}");
        assert!(said.contains("The puzzles of puzzles.csv"), "{said}");
        page.start_small(&[]).await?;
        page.wait_for_step(5).await?;
        page.click("train-pause").await?;
        page.wait_for_state("paused").await?;
        assert!(page.text("train-report").await?.contains("puzzles.csv"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_file_of_several_sizes_is_learnt_whole_by_a_model_that_serves_them() -> Result<()> {
    let folder = Folder::new("hrm-e2e-sizes")?;
    let mut random = Random::new(5);
    let mut rows = vec!["question,answer".to_owned()];
    // Too few mazes of 5x5 are unlike each other: all are kept for testing.
    for (name, count) in [("maze-5", 30), ("maze-5x7", 30), ("maze-7", 20)] {
        let kind: Kind = name.parse()?;
        rows.extend((0..count).map(|_| {
            let example = kind.generate(&mut random, 0.5).unwrap();
            format!("\"{}\",\"{}\"", kind.decode(&example.question), kind.decode(&example.answer))
        }));
    }
    let mixed = folder.write("mixed.csv", rows.join("\n"))?;
    visit(Chromium::Plain, async |browser, url| {
        let page = open(browser, url).await?;
        page.upload("train-csv", &mixed).await?;
        page.wait_for("document.querySelector('[data-testid=train-table-sizes]')").await?;
        assert!(page.text("train-table").await?.contains("mixed.csv: 30 good rows of maze-5x7;"));
        page.open_settings().await?;
        page.set(&[("mixer", "mlp")]).await?;
        page.wait_for("document.querySelector('[data-testid=train-table-sizes]').textContent.includes('left out')")
            .await?;
        page.set(&[("mixer", "attention"), ("pos_encodings", "rope_2d")]).await?;
        page.wait_for("document.querySelector('[data-testid=train-table-sizes]').textContent.includes('learnt too')")
            .await?;
        println!("{}", page.text("train-table-sizes").await?);
        browser.screenshot("train-csv-sizes").await?;
        page.start_small(&[("steps", "60")]).await?;
        page.wait_for_step(5).await?;
        page.click("train-pause").await?;
        page.wait_for_state("paused").await?;
        // The saved run has the puzzles of every size: it goes on from them.
        let page = open(browser, url).await?;
        page.press_of_first_run("run-continue").await?;
        page.wait_for_state("done").await?;
        page.wait_for(TESTED).await
    })
    .await
}

/// The first run of the list says how it fared on all unseen puzzles at its end.
const TESTED: &str = "document.querySelector('[data-testid=run-list] .stored')?.textContent.includes('finished: ')";

#[tokio::test]
async fn an_open_name_outlasts_what_is_stored_meanwhile() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = open(browser, url).await?;
        page.start_small(&[("steps", "20")]).await?;
        page.wait_for_state("done").await?;
        page.wait_for(TESTED).await?;
        page.click("train-stop").await?;
        page.wait_for_state("idle").await?;
        page.press_of_first_run("run-rename").await?;
        let field = "document.querySelector('input[data-testid^=run-name-]')";
        page.wait_for(field).await?;
        page.script::<()>(&format!("{field}.value = 'half a na'"), []).await?;
        page.start_small(&[("steps", "20")]).await?;
        page.wait_for_state("done").await?;
        page.wait_for("document.querySelectorAll('[data-testid=run-list] .stored').length == 2").await?;
        page.wait_for(TESTED).await?;
        let kept: String = page.script(&format!("return {field}?.value ?? 'closed'"), []).await?;
        assert_eq!(kept, "half a na");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn runs_are_named_read_and_compared() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = open(browser, url).await?;
        for name in ["first", "second"] {
            page.start_small(&[("steps", "60")]).await?;
            page.wait_for_state("done").await?;
            page.wait_for(TESTED).await?;
            page.press_of_first_run("run-rename").await?;
            page.wait_for("document.querySelector('input[data-testid^=run-name-]')").await?;
            page.script::<()>(
                "const field = document.querySelector('input[data-testid^=run-name-]');
                field.value = arguments[0];
                for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));",
                [json!(name)],
            )
            .await?;
            page.press_of_first_run("run-name-apply").await?;
            page.wait_for(&format!("document.querySelector('[data-testid=run-list] h3')?.textContent == '{name}'")).await?;
            assert!(page.text("train-report").await?.starts_with(name), "the report has another name");
            if name == "first" {
                page.click("train-stop").await?;
                page.wait_for_state("idle").await?;
            }
        }
        assert_eq!(page.names().await?, ["second", "first"]);

        // The curve's file is what the chart says where it is pointed at.
        let csv = page.saved("curve-csv").await?;
        let head: Vec<&str> = csv.lines().next().ok_or("no header")?.split(',').collect();
        let row: Vec<&str> = csv.lines().nth(2).ok_or("no second row")?.split(',').collect();
        let value = |name: &str| head.iter().position(|column| *column == name).and_then(|at| row.get(at).copied());
        let (step, rate) = (value("step").ok_or("no step")?, value("lr").ok_or("no rate")?);
        page.script::<()>(
            "const chart = document.querySelector('[data-testid=curve-rate]'), area = chart.getBoundingClientRect();
            // From the axis at the left to 8 pixels from the right edge lie all steps.
            const share = arguments[0] / 60;
            chart.dispatchEvent(new PointerEvent('pointermove', { bubbles: true,
                clientX: area.left + 46 + share * (area.width - 54), clientY: area.top + 20 }));",
            [json!(step.parse::<f64>()?)],
        )
        .await?;
        page.settle().await?;
        let reading = page.text("curve-rate-reading").await?;
        println!("{reading}; the file has {rate} at step {step}");
        assert!(reading.contains(&format!("step {step}")) || reading.contains(&format!("Step {step}")), "{reading}");
        let rate: f64 = rate.parse()?;
        let shown = reading.split(|c: char| !(c.is_ascii_digit() || ".e-".contains(c))).filter_map(|word| word.parse::<f64>().ok());
        assert!(shown.into_iter().any(|shown| (shown - rate).abs() <= 0.01 * rate), "{reading}: {rate} expected");

        // Compared with the first run, smoothed, cut to a range.
        page.click("curve-reset").await.ok();
        page.script::<()>(
            "const list = document.querySelector('[data-testid=curve-compare]');
            list.value = list.options[1].value;
            list.dispatchEvent(new Event('change', { bubbles: true }));",
            [],
        )
        .await?;
        page.wait_for("document.querySelector('[data-testid=curve-loss] polyline.other')?.getAttribute('points')").await?;
        let points = "return document.querySelector('[data-testid=curve-loss] polyline.answer:not(.other)').getAttribute('points')";
        let plain: String = page.script(points, []).await?;
        page.enter("curve-smoothing", "0.9").await?;
        let smoothed: String = page.script(points, []).await?;
        assert_ne!(plain, smoothed);
        page.enter("curve-from", "30").await?;
        let cut: String = page.script(points, []).await?;
        assert_ne!(cut, smoothed);
        page.click("curve-reset").await?;
        let picture = page.saved_bytes("save-loss-png").await?;
        assert!(picture.starts_with(b"\x89PNG"));
        browser.screenshot("train-compared").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_run_whose_gpu_is_lost_goes_on_where_it_was_saved() -> Result<()> {
    visit(Chromium::WebGpu, async |browser, url| {
        let page = open(browser, url).await?;
        page.choose_engine("gpu").await?;
        page.start_small(&[]).await?;
        page.wait_for_step(3).await?;
        page.click("train-pause").await?;
        page.wait_for_state("paused").await?;
        let saved = page.steps().await?;
        page.click("train-resume").await?;
        page.wait_for_step(saved + 2).await?;
        for way in ["train-way-continue", "train-way-cpu"] {
            browser.crash_gpu().await?;
            page.wait_for_state("failed").await?;
            let notice = page.text("train-notice").await?;
            println!("{notice}");
            assert!(notice.contains(&format!("It is saved as it was after step {saved}.")), "{notice}");
            browser.screenshot("train-gpu-lost").await?;
            page.click(way).await?;
            page.wait_for_step(saved + 2).await?;
        }
        assert!(page.text("train-report").await?.contains("WASM SIMD"));
        page.click("train-pause").await?;
        page.wait_for_state("paused").await
    })
    .await
}

/// A run is saved when its tab is hidden, long before its time; that it is trained is seen from the other places.
#[tokio::test]
async fn a_hidden_tab_saves_its_run_at_once() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = open(browser, url).await?;
        assert!(!page.text("place-train").await?.contains('●'));
        page.start_small(&[("steps", "100000")]).await?;
        page.wait_for_step(20).await?;
        page.click("place-solve").await?;
        assert!(page.text("place-train").await?.contains('●'));
        let before: String = page
            .script(
                "const figures = document.querySelector('[data-testid=train-figures]').textContent;
                Object.defineProperty(document, 'hidden', { value: true, configurable: true });
                document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
                delete document.hidden;
                return figures.match(/Step ([0-9,]+)/)[1].replace(',', '');",
                [],
            )
            .await?;
        let before: u64 = before.parse()?;
        let saved = "Number((document.querySelector('[data-testid=train-saved]').textContent
            .match(/after step ([0-9,]+)/)?.[1] ?? '0').replace(',', ''))";
        page.wait_for(&format!("{saved} >= {before}")).await?;
        let saved: u64 = page.script(&format!("return {saved}"), []).await?;
        // 15 seconds, the time between two saves, are some thousand steps.
        println!("hidden at step {before}, saved after step {saved}");
        assert!(saved < before + 300, "hidden at step {before}, saved after step {saved}");
        page.click("place-train").await?;
        page.click("train-pause").await?;
        page.wait_for_state("paused").await?;
        page.click("place-solve").await?;
        assert!(!page.text("place-train").await?.contains('●'));
        Ok(())
    })
    .await
}
