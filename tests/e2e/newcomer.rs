//! What people tripped over who trained their first model on the page: each line of that list, in two visits.
//!
//! | what | how it is found |
//! |---|---|
//! | what keeps a draft from being started | `data-testid=train-unsound` |
//! | fewer puzzles than asked for; why the average lags | `data-testid` train-shortages, train-average |
//! | a run's result at its end | `data-testid=train-result`; green where its `data-state` is valid |

use hrm_core::{
    data::{Hard, Split, SplitRequest},
    puzzle::Kind,
    random::Random,
};
use serde_json::json;

use crate::{
    Result,
    browser::{Browser, Chromium},
    folder::Folder,
    page::Page,
    train::open,
    visit,
};

const SIX: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www/gallery/sudoku-6x6.safetensors");
/// Sizes of screens on which the form is looked at.
const SCREENS: [(&str, u32, u32, &str); 2] = [("desktop", 1366, 768, "light"), ("phone", 390, 844, "dark")];

impl Page<'_> {
    async fn is_enabled(&self, id: &str) -> Result<bool> {
        self.script("return !document.querySelector(`[data-testid=${arguments[0]}]`).disabled", [json!(id)]).await
    }

    /// Whether the page asks before it is left.
    async fn asks_before_leaving(&self) -> Result<bool> {
        let script = "const leaving = new Event('beforeunload', { cancelable: true });
            dispatchEvent(leaving);
            return leaving.defaultPrevented";
        self.script(script, []).await
    }

    /// The names that a list offers behind its first option.
    async fn offered(&self, list: &str) -> Result<Vec<String>> {
        let script =
            "return [...document.querySelector(`[data-testid=${arguments[0]}]`).options].slice(1).map(o => o.text)";
        self.script(script, [json!(list)]).await
    }

    /// A button of the stored run of that name.
    async fn press_of(&self, run: &str, button: &str) -> Result<()> {
        let script = "const [name, button] = arguments;
            const runs = [...document.querySelectorAll('[data-testid=run-list] .stored')];
            const own = runs.find(run => run.querySelector('h3').textContent === name);
            own.querySelector(`[data-testid^=${button}-]`).click()";
        self.script(script, [json!(run), json!(button)]).await
    }
}

/// A CSV file of puzzles that are kept for testing: nothing can be learnt from it.
fn unlearnable() -> Result<String> {
    let kind: Kind = "sudoku-4x4".parse()?;
    let mut random = Random::new(5);
    let request =
        SplitRequest { training: 0, test: 5, seed: 1, difficulty: (0.0, 1.0), smaller: 0.0, hard: Hard::default() };
    let split = Split::of_examples(kind, (0..100).filter_map(|_| kind.generate(&mut random, 0.5)), &request);
    let row = |e: &hrm_core::data::Example| format!("{},{}\n", kind.decode(&e.question), kind.decode(&e.answer));
    Ok(format!("question,answer\n{}", split.test.iter().map(row).collect::<String>()))
}

/// What is said before a run is begun, and of one that never begins.
#[tokio::test]
async fn a_draft_says_what_is_wrong_with_it() -> Result<()> {
    let folder = Folder::new("hrm-e2e-newcomer")?;
    let unseen = folder.write("unseen.csv", unlearnable()?)?;
    visit(Chromium::Plain, async |browser, url| {
        for (screen, width, height, scheme) in SCREENS {
            browser.emulate(width, height, scheme).await?;
            let page = open(browser, url).await?;
            // Nothing in the list of what a run takes runs into its neighbour, also while it is measured.
            page.wait_for("document.querySelector('[data-testid=train-step-time]')").await?;
            let wide: Vec<String> = page
                .script(
                    "return [...document.querySelectorAll('.figures-list dd')].filter(dd => {
                        dd.textContent = 'measuring…';
                        return dd.scrollWidth > dd.clientWidth;
                    }).map(dd => dd.dataset.testid)",
                    [],
                )
                .await?;
            assert_eq!(wide, Vec::<String>::new(), "{screen}");
            browser.screenshot(&format!("newcomer-{screen}-draft")).await?;
            assert!(page.overflow().await? <= 0.0, "{screen}");
        }
        let page = open(browser, url).await?;
        page.open_settings().await?;

        // Settings are called by their labels.
        for (field, value, label) in [
            ("batch", "1,000,000,000", "“Batch B” is 1000000000"),
            ("steps", "999,999,999,999", "“Steps” is 999999999999"),
            ("hidden_size", "0", "“Width D” is 0"),
            ("ema", "2", "found \"2\", expected a number from 0"),
        ] {
            let before: String = page
                .script("return document.querySelector(`[data-testid=train-${arguments[0]}]`).value", [json!(field)])
                .await?;
            page.set(&[(field, value)]).await?;
            let fault: String = page
                .script("return document.querySelector(`#train-${arguments[0]}-fault`).textContent", [json!(field)])
                .await?;
            assert!(fault.contains(label), "{field}: {fault}");
            assert!(!page.is_enabled("train-start").await?, "{field}: {value} can be started");
            page.set(&[(field, before.as_str())]).await?;
        }
        assert!(page.is_enabled("train-start").await?);

        // A file from which nothing can be learnt is not passed over for generated puzzles.
        page.upload("train-csv", &unseen).await?;
        page.wait_for("document.querySelector('[data-testid=train-table]')?.textContent.includes('0 can be learnt')")
            .await?;
        assert!(!page.is_enabled("train-start").await? && !page.is_enabled("train-step").await?);
        assert!(page.text("train-unsound").await?.contains("press Generate puzzles"));
        assert_eq!(page.text("train-csv-drop").await?, "Generate puzzles");
        browser.screenshot("newcomer-nothing-to-learn").await?;
        page.click("train-csv-drop").await?;
        page.wait_for("document.querySelector('[data-testid=train-start]:enabled')").await?;

        // A run that never begins leaves nothing to take away.
        page.upload("train-weights", SIX).await?;
        page.wait_for("document.querySelector('[data-testid=train-origin]').value === 'file'").await?;
        page.click("train-start").await?;
        page.wait_for("document.querySelector('[data-testid=train-notice]')").await?;
        let said = page.text("train-notice").await?;
        println!("{said}");
        assert!(said.starts_with("The run did not start: ") && said.contains("the configuration asks for"), "{said}");
        page.wait_for_state("idle").await?;
        assert!(page.script::<bool>("return !document.querySelector('[data-testid=train-report]')", []).await?);
        Ok(())
    })
    .await
}

/// A run from its first step over its end to its copies, and its model on the board after a reload.
#[tokio::test]
async fn a_first_run_says_what_it_is() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        browser.emulate(1366, 768, "light").await?;
        let page = open(browser, url).await?;
        page.open_settings().await?;
        page.set(&[("base_puzzles", "50"), ("test_puzzles", "10,000,000"), ("evaluate_on", "8"), ("batch", "4")])
            .await?;
        page.set(&[("lr", "0"), ("steps", "20"), ("name", "first")]).await?;
        assert!(!page.asks_before_leaving().await?);
        page.click("train-step").await?;
        page.wait_for_state("paused").await?;
        // After one step there are no figures, and the axes say none.
        assert_eq!(page.text("curve-loss-reading").await?, "No figures yet.");
        let labels = "return document.querySelectorAll('[data-testid=curve-loss] .tick-label').length";
        assert_eq!(page.script::<usize>(labels, []).await?, 0);
        let said = page.text("train-shortages").await?;
        assert!(said.contains(" “Unseen puzzles” asks for 10000000: "), "{said}");
        let report = page.text("train-report").await?;
        assert!(
            report.contains("50 base puzzles, ") && report.contains("(tests on the way take 8 of them"),
            "{report}"
        );
        let average = page.text("train-average").await?;
        assert!(average.contains("100 % start weights") && average.contains("“Weight average”"), "{average}");
        browser.screenshot("newcomer-one-step").await?;

        page.click("train-resume").await?;
        page.wait_for_state("done").await?;
        let result = "document.querySelector('[data-testid=train-result]')";
        page.wait_for(&format!("{result}.textContent")).await?;
        let text = page.text("train-result").await?;
        // A rate of 0: it has learnt nothing, and that is not praised.
        assert!(text.starts_with("Finished: 0.0 % of "), "{text}");
        assert_eq!(page.script::<String>(&format!("return {result}.dataset.state"), []).await?, "");
        assert_eq!(page.text("train-average").await?, "");
        assert!(page.script::<usize>(labels, []).await? > 2);
        for (button, name) in [
            ("save-loss-svg", "first-loss.svg"),
            ("curve-csv", "first-curve.csv"),
            ("train-save-state", "first-step-20.state.safetensors"),
            ("train-save-weights", "first-step-20.safetensors"),
            ("train-save-config", "first-step-20.json"),
        ] {
            assert_eq!(page.saved_name(button).await?, name);
        }
        // One number of unseen puzzles: those of the test at the end, here and on the model's card.
        let all = text.trim_start_matches("Finished: 0.0 % of ").split(' ').next().unwrap_or_default().to_owned();
        assert!(report.contains(&format!("{all} unseen puzzles")), "{report}");
        page.wait_for("document.querySelector('[data-testid=run-list] .stored')?.textContent.includes('finished: ')")
            .await?;
        let row = "return document.querySelector('[data-testid=run-list] .stored').textContent";
        let row: String = page.script(row, []).await?;
        assert!(row.contains(&format!("finished: 0.0 % of {all} unseen puzzles exactly right")), "{row}");

        copies_are_told_apart(browser, &page).await?;
        the_model_of_a_run_outlasts_a_reload(browser, &page).await
    })
    .await
}

/// Two uploads of one state, and a name that is there already, get numbers; a run of one point is drawn and read.
async fn copies_are_told_apart(browser: &Browser, page: &Page<'_>) -> Result<()> {
    let folder = Folder::new("hrm-e2e-copies")?;
    let state = folder.write("copy.safetensors", page.saved_bytes("train-save-state").await?)?;
    for stored in 2..=3 {
        page.upload("run-upload", &state).await?;
        page.wait_for(&format!("document.querySelectorAll('[data-testid=run-list] .stored').length == {stored}"))
            .await?;
    }
    page.press_of("first (3)", "run-rename").await?;
    let field = "document.querySelector('input[data-testid^=run-name-]')";
    page.wait_for(field).await?;
    page.script::<()>(&format!("{field}.value = 'first (2)'"), []).await?;
    page.press_of("first (3)", "run-name-apply").await?;
    let names =
        "[...document.querySelectorAll('[data-testid=run-list] h3')].map(name => name.textContent).sort().join('; ')";
    page.wait_for(&format!("{names} == 'first; first (2); first (3)'")).await?;
    let offered = page.offered("curve-compare").await?;
    assert!(offered.len() == 2 && offered[0] != offered[1], "{offered:?}");
    page.press_of("first (2)", "run-compare").await?;
    // A run of 20 steps has one point: a dot, and the step that it is of.
    page.wait_for("document.querySelector('[data-testid=curve-loss] circle.other')").await?;
    let reading = page.text("curve-loss-reading").await?;
    assert!(reading.contains("; first (2)") && reading.matches("step 20: ").count() == 2, "{reading}");
    browser.screenshot("newcomer-copies").await?;
    Ok(())
}

async fn the_model_of_a_run_outlasts_a_reload(browser: &Browser, page: &Page<'_>) -> Result<()> {
    page.click("train-solve").await?;
    let opened = "document.querySelector('[data-testid=model]')?.value == 'first, step 20'";
    page.wait_for(opened).await?;
    page.wait_for("location.hash.includes('run=first-')").await?;
    // As on a first visit, which the guided minute would cover.
    page.script::<()>("localStorage.removeItem('hrm.tour')", []).await?;
    let address: String = page.script("return location.href", []).await?;
    let page = Page::open_link(browser, &address).await?;
    page.wait_for(opened).await?;
    assert!(page.script::<bool>("return !document.querySelector('[data-testid=tour]')", []).await?);
    page.wait_until_ready().await?;
    assert_ne!(page.solve().await?.state, "error");
    assert!(page.script::<bool>(&format!("return {opened}"), []).await?);
    browser.screenshot("newcomer-reloaded").await?;

    // While it learns the page asks before it is left, and every place says that it does.
    let page = open(browser, address.split('#').next().unwrap_or_default()).await?;
    page.set(&[("steps", "100000"), ("base_puzzles", "50"), ("test_puzzles", "4"), ("batch", "4")]).await?;
    page.click("train-start").await?;
    page.wait_for_state("running").await?;
    assert!(page.asks_before_leaving().await?);
    assert!(page.text("place-train").await?.contains('●'));
    page.click("train-stop").await?;
    page.wait_for_state("idle").await?;
    assert!(!page.asks_before_leaving().await?);

    // A run that was deleted cannot be opened: that is said.
    let page = Page::open_link(browser, &address.replace("run=first-", "run=gone-")).await?;
    page.wait_for("document.body.textContent.includes('The run whose model this address names cannot be opened')")
        .await?;
    Ok(())
}
