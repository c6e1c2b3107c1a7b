//! Training survives what happens to tabs: they are closed, they crash in the middle of a write, two of them want the same
//! run, the storage is full. Driven through the worker's own protocol, so that moments can be chosen exactly.

use base64::{Engine, prelude::BASE64_STANDARD};
use hrm_core::{random::Random, train::Saved};
use serde_json::{Value, json};
use thirtyfour::WebDriver;

use crate::{Result, browser::Chromium, visit};

const SCRIPT: &str = include_str!("survive.js");

/// How often a tab is killed.
const KILLS: usize = 20;
/// How often at most, until a kill has met a write.
const MOST_KILLS: usize = 200;
/// Steps of the run, many more than any machine comes to.
const STEPS: u64 = 100_000;
/// Steps that it takes after the last kill.
const LAST_STEPS: u64 = 50;
/// Seconds between two saves: so short that every tab saves a few times before it dies.
const SAVE_SECONDS: f64 = 0.2;
/// A tab lives for less than so many steps, and for less than so many saves, as chance will have it.
const LIFE_STEPS: usize = 100;
const LIFE_SAVES: usize = 4;

fn recipe(lr: f64, shards: usize) -> Value {
    json!({
        "name": "survivor", "puzzle": "sudoku-4x4",
        "data": { "base_puzzles": 50, "test_puzzles": 10, "seed": 1, "easiest": 0.0, "hardest": 1.0 },
        "model": { "H_cycles": 1, "L_cycles": 1, "H_layers": 1, "L_layers": 1, "hidden_size": 64, "num_heads": 2,
                   "expansion": 4, "mlp_t": true, "pos_encodings": "none", "halt_max_steps": 4, "halt_exploration_prob": 0.2 },
        "optimizer": { "lr": lr, "warmup_steps": 10 },
        "training": { "batch": 8, "steps": STEPS, "seed": 1, "evaluate_every": 150, "evaluate_on": 8, "shards": shards },
    })
}

fn begin(lr: f64, shards: usize) -> Value {
    json!({ "Begin": { "recipe": recipe(lr, shards), "from": "Random" } })
}

/// A tab of the page with the script; what was under way in it ends when it is closed.
async fn tab(driver: &WebDriver, url: &str) -> Result<()> {
    let before = driver.window().await?;
    let tab = driver.new_tab().await?;
    driver.switch_to_window(before).await?;
    driver.close_window().await?;
    driver.switch_to_window(tab).await?;
    driver.goto(url).await?;
    driver.execute(SCRIPT, []).await?;
    Ok(())
}

async fn train(driver: &WebDriver, run: &str, start: Value, steps: Option<u64>) -> Result<()> {
    let script = "window.end = undefined; window.done = training.train(...arguments).then(end => window.end = end)";
    driver.execute(script, [json!(run), start, json!(steps), json!(SAVE_SECONDS)].to_vec()).await?;
    Ok(())
}

/// Waits for the run's end and says how it ended.
async fn end(driver: &WebDriver) -> Result<String> {
    Ok(driver.execute("return window.done", []).await?.convert()?)
}

async fn saved(driver: &WebDriver, run: &str) -> Result<Saved> {
    let text: String =
        driver.execute("return training.newest(arguments[0])", [json!(run)].to_vec()).await?.convert()?;
    let mut saved = Saved::from_bytes(&BASE64_STANDARD.decode(text)?)?;
    // Times differ from run to run.
    saved.seconds = 0.0;
    saved.rows.iter_mut().for_each(|row| row.seconds = 0.0);
    Ok(saved)
}

#[tokio::test]
async fn a_run_goes_on_bit_for_bit_whenever_its_tab_is_killed() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let driver = browser.driver();
        tab(driver, url).await?;
        let mut random = Random::new(7);
        let (mut steps, mut torn) = (Vec::new(), false);
        train(driver, "killed", begin(1e-3, 1), None).await?;
        loop {
            let (kills, is_last) = (steps.len(), torn && steps.len() + 1 >= KILLS);
            assert!(kills < MOST_KILLS, "no kill met a write");
            // The first state must be there before anything can be continued.
            let saves = random.below(LIFE_SAVES).max(usize::from(kills == 0));
            let life = [json!(random.below(LIFE_STEPS)), json!(saves)];
            let trains: bool = driver.execute("return training.lives(...arguments)", life.to_vec()).await?.convert()?;
            assert!(trains, "the run had ended before it was killed");
            if !torn {
                let script = "return training.killWhileWriting('killed')";
                torn = driver.execute(script, []).await?.convert()?;
            } else if is_last {
                driver.execute("return training.tear('killed')", []).await?;
            }
            tab(driver, url).await?;
            train(driver, "killed", json!("Continue"), is_last.then_some(LAST_STEPS)).await?;
            steps.push(step_of_ready(driver).await?);
            if is_last {
                break;
            }
        }
        let last = *steps.last().ok_or("nothing was killed")?;
        println!("killed at these steps: {steps:?}; in the middle of a write: {torn}");
        assert!(torn && steps.len() >= KILLS, "{steps:?}");
        assert!(steps.is_sorted() && last > steps[0], "{steps:?}");
        assert_eq!(end(driver).await?, "Finished");
        let killed = saved(driver, "killed").await?;
        assert_eq!(killed.state.step, last + LAST_STEPS);

        train(driver, "whole", begin(1e-3, 1), Some(killed.state.step)).await?;
        assert_eq!(end(driver).await?, "Finished");
        assert_eq!(saved(driver, "whole").await?, killed);
        Ok(())
    })
    .await
}

/// The step at which the run that was started last went on.
async fn step_of_ready(driver: &WebDriver) -> Result<u64> {
    let script = "return new Promise(resolve => {
        const look = () => {
            const ready = training.events.find(event => event.Ready);
            if (ready) resolve(Number(ready.Ready.step));
            else if (window.end) resolve(-1);
            else setTimeout(look, 10);
        };
        look();
    })";
    Ok(driver.execute(script, []).await?.convert()?)
}

#[tokio::test]
async fn shards_among_workers_give_the_run_that_one_worker_gives() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let driver = browser.driver();
        tab(driver, url).await?;
        for run in ["first", "again"] {
            train(driver, run, begin(1e-3, 2), Some(40)).await?;
            assert_eq!(end(driver).await?, "Finished");
        }
        let first = saved(driver, "first").await?;
        assert_eq!((first.state.step, first.state.setup.shards), (40, 2));
        assert_eq!(saved(driver, "again").await?, first);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_cannot_go_on_says_so_and_loses_nothing() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let driver = browser.driver();
        tab(driver, url).await?;

        // A loss that is not finite: the step is named, the state before it is kept.
        train(driver, "nan", begin(1e30, 1), None).await?;
        let message = end(driver).await?;
        assert!(message.contains("not finite at step"), "{message}");
        assert!(saved(driver, "nan").await?.state.buffers.len() > 10);

        // A second tab with the same run, while the first one trains.
        train(driver, "shared", begin(1e-3, 1), None).await?;
        step_of_ready(driver).await?;
        let first = driver.window().await?;
        let second = driver.new_tab().await?;
        driver.switch_to_window(second).await?;
        driver.goto(url).await?;
        driver.execute(SCRIPT, []).await?;
        train(driver, "shared", json!("Continue"), None).await?;
        let message = end(driver).await?;
        assert!(message.contains("another tab"), "{message}");
        driver.close_window().await?;
        driver.switch_to_window(first).await?;
        driver.execute("training.worker.terminate()", []).await?;

        // Full storage: the page is told, training goes on to its end.
        let origin: String = driver.execute("return location.origin", []).await?.convert()?;
        let quota = |bytes: Option<u64>| json!({ "origin": origin, "quotaSize": bytes });
        let cdp = driver.cdp();
        cdp.send_raw("Storage.overrideQuotaForOrigin", quota(Some(1000))).await?;
        train(driver, "full", begin(1e-3, 1), Some(30)).await?;
        assert_eq!(end(driver).await?, "Finished");
        let told: Vec<Value> =
            driver.execute("return training.events.filter(event => event.NotSaved)", []).await?.convert()?;
        let message = told.first().map(|event| event["NotSaved"]["message"].to_string()).unwrap_or_default();
        assert!(message.contains("storage is full"), "{message}");
        cdp.send_raw("Storage.overrideQuotaForOrigin", json!({ "origin": origin })).await?;

        // A state from elsewhere that is cut short.
        let script = "return training.states('nan').then(states => training.tear('nan').then(() => states.length))";
        let states: usize = driver.execute(script, []).await?.convert()?;
        train(driver, "nan", json!("Continue"), Some(1)).await?;
        let message = end(driver).await?;
        // The one before it is gone on from, where there is one.
        let expected = if states > 1 { "Finished" } else { "no whole saved state" };
        assert!(message.contains(expected), "{message}, with {states} states");
        Ok(())
    })
    .await
}
