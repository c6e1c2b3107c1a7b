//! What the page says holds for the run, the model and the engine that it is said of.
//!
//! | what | how it is found |
//! |---|---|
//! | the model's family, with a gloss | `data-testid=family` |
//! | the Q-head's values | `data-testid=halting`, halting-reading; its table is the `details` of that figure |
//! | the engine, and why | `data-testid=badge` |
//! | where a run stands | verdict, figures |

use hrm_core::{
    puzzle::{Kind, sudoku::Shape},
    random::Random,
};
use serde_json::Value;

use crate::{PUZZLES, Result, browser::Chromium, page::Page, visit};

/// The engine that is chosen during a run is the one of the next, and the header says so until then.
#[tokio::test]
async fn an_engine_chosen_during_a_run_is_for_the_next_one() -> Result<()> {
    visit(Chromium::WebGpu, async |browser, url| {
        let kind = Kind::new(&Shape::NINE);
        let puzzle = kind.decode(&kind.generate(&mut Random::new(5), 0.5).unwrap().question);
        let page = Page::open_link(browser, &format!("{url}#model=sudoku-9x9&puzzle={puzzle}&engine=cpu")).await?;
        page.wait_until_ready().await?;
        page.choose("segments", "4").await?;
        let script = "return new Promise(done => {
            const state = () => document.querySelector('[data-testid=verdict]').dataset.state;
            const badge = () => document.querySelector('[data-testid=badge]').textContent;
            const turn = () => new Promise(done => setTimeout(done, 0));
            (async () => {
                document.querySelector('[data-testid=solve]').click();
                while (state() !== 'running') await turn();
                const engine = document.querySelector('[data-testid=engine]');
                engine.value = 'gpu';
                engine.dispatchEvent(new Event('change', { bubbles: true }));
                await turn();
                await turn();
                done([badge(), state()]);
            })();
        })";
        let [during, state]: [String; 2] = page.script(script, []).await?;
        assert_eq!(state, "running", "the run was over before the header was read");
        assert!(
            during.contains("WebGPU") && during.contains("from the next run on; this one goes on with the CPU"),
            "{during}"
        );
        page.wait_for_end().await?;
        assert!(page.text("figures").await?.contains("on WASM SIMD"), "{}", page.text("figures").await?);
        page.wait_for("!document.querySelector('[data-testid=badge]').textContent.includes('next run')").await?;
        assert!(page.text("badge").await?.contains("WebGPU"));
        Ok(())
    })
    .await
}

/// Family, Q-head and glosses: what is said of a TRM is not said of an HRM, nor the other way round.
#[tokio::test]
async fn what_is_said_of_a_model_holds_for_its_family() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        for (model, family, values) in [("sudoku-9x9", "TRM", 1), ("sudoku-9x9-hrm", "HRM", 2)] {
            let page = Page::open_link(browser, &format!("{url}#model={model}&engine=cpu&moment=9999")).await?;
            page.wait_for_end().await?;
            page.show("overview").await?;
            page.settle().await?;
            let beside = page.text("family").await?;
            let gloss = if values == 1 { "Its Q-head has one value" } else { "Its Q-head has two values" };
            assert!(beside.starts_with(family) && beside.contains(gloss), "{model}: {beside}");
            // The line of q_continue, its name, its column, its reading.
            let lines = "const figure = document.querySelector('[data-testid=halting]').closest('figure');
                return ['.curve.go-on[points]:not([points=\"\"])', 'figcaption b.go-on:not([hidden])', '.curve.halt', 'th']
                    .map(part => figure.querySelectorAll(part).length)";
            let counts: [usize; 4] = page.script(lines, []).await?;
            assert_eq!(counts, [values - 1, values - 1, 1, values + 1], "{model}");
            let reading = page.text("halting-reading").await?;
            assert_eq!(reading.contains("q_continue"), values == 2, "{model}: {reading}");
            page.show("trajectory").await?;
            let view = page.text("view").await?;
            assert!(view.contains("in a TRM, where one module plays both roles, they may be alike"), "{model}");
            // What is laid over an untouched run is no run that somebody kept.
            page.show("experiments").await?;
            page.seek(2).await?;
            page.click("run-experiment").await?;
            page.wait_for("document.querySelector('[data-testid=swap-runs]:enabled')").await?;
            let view = page.text("view").await?;
            assert!(view.contains("untouched run") && !view.contains("kept run"), "{model}: {view}");
        }
        // The guide and the page that explains speak of both.
        let page = Page::open(browser, url).await?;
        page.click("place-how-it-works").await?;
        page.wait_for("document.querySelector('main.how-it-works article')").await?;
        let article: String = page.script("return document.querySelector('article').textContent", []).await?;
        assert!(article.contains("HRM: q_halt above q_continue; TRM, its successor: q_halt above 0"), "{article}");
        Ok(())
    })
    .await
}

/// Sends a worker what ends a task before the task itself: so it is never begun.
const STOP_FIRST: &str = "
    const post = Worker.prototype.postMessage;
    let held = null;
    Worker.prototype.postMessage = function (message, ...rest) {
        const task = message[0].task;
        if (task.Solve) {
            held = () => post.call(this, message, ...rest);
            return;
        }
        post.call(this, message, ...rest);
        if (task.Cancel && held) {
            held();
            held = null;
            Worker.prototype.postMessage = post;
        }
    };
    document.querySelector('[data-testid=solve]').click();
    return new Promise(done => {
        const look = () => {
            const stop = document.querySelector('[data-testid=cancel]');
            if (!stop) return setTimeout(look, 0);
            stop.click();
            done(null);
        };
        look();
    })";

/// Stopped before its first segment, a run leaves the one before it; and where there is none, that is said.
#[tokio::test]
async fn a_run_stopped_before_its_first_segment_takes_nothing_away() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.choose_engine("cpu").await?;
        page.type_puzzle(PUZZLES[0].0).await?;
        page.script::<Value>(STOP_FIRST, []).await?;
        page.wait_for("document.querySelector('[data-testid=verdict]').textContent.startsWith('Stopped before')")
            .await?;
        let said = page.text("verdict").await?;
        assert!(said.contains("no answer yet") && said.contains("Press Solve"), "{said}");

        page.solve().await?;
        page.seek(7).await?;
        let seen = async || -> Result<[String; 3]> {
            Ok([page.script("return spy.board()", []).await?, page.text("moment").await?, page.text("verdict").await?])
        };
        let before = seen().await?;
        page.script::<Value>(STOP_FIRST, []).await?;
        page.wait_for(
            "document.querySelector('[data-testid=figures]').textContent.startsWith('The last run was stopped')",
        )
        .await?;
        page.settle().await?;
        assert_eq!(seen().await?, before);
        // Another run is a run like any other.
        page.solve().await?;
        let figures = page.text("figures").await?;
        assert!(figures.starts_with("8 segments"), "{figures}");
        Ok(())
    })
    .await
}
