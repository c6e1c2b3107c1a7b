//! A start that fails says what failed and what to try, for the page's module and the worker's alike; and nothing that the
//! page does leaves its origin.
//!
//! | what | how it is found |
//! |---|---|
//! | why the page does not start | `#loading [role=alert]` |
//! | that it waits for its first script | `#late`, seen after some seconds |
//! | why its worker does not | `data-testid=notes` |
//! | why there is no model | `data-testid=verdict` |

use serde_json::json;

use crate::{
    PUZZLES, Result, assert_solved,
    browser::Chromium,
    dist,
    page::Page,
    server::{LEAVER, StaticServer},
    train, visit, with_browser,
    wrong::Wrong,
};

/// What is wrong with a host, where it is said, and with which words.
type Failure = (Wrong, &'static str, &'static [&'static str]);

const PAGE: &str = "#loading [role=alert]";
const WORKER: &str = "[data-testid=notes]";
const MODEL: &str = "[data-testid=verdict]";

const FAILURES: [Failure; 18] = [
    (Wrong::NoWebAssembly, PAGE, &["This browser runs no WebAssembly", "Switch it on"]),
    (Wrong::NoStart, "#late", &["start.js, has not come", "reload the page"]),
    (Wrong::NoModule, PAGE, &["_bg.wasm: the host answers 404", "Reload the page", "upload all files"]),
    (Wrong::NoScript, PAGE, &[".js: the host answers 404", "Reload the page"]),
    (Wrong::NoWorkerModule, WORKER, &["worker_bg.wasm: the host answers 404", "Reload the page"]),
    (Wrong::NoWorkerScript, WORKER, &["worker.js: the host answers 404", "Reload the page"]),
    (Wrong::NoWorkerLoader, WORKER, &["worker_loader.js does not load", "Reload the page"]),
    (Wrong::NoGallery, MODEL, &["gallery/index.json: the host answers 404", "reload the page"]),
    (Wrong::PageForModules, PAGE, &["The host answers with something else in place of app-", "upload all files"]),
    (Wrong::CutModules, PAGE, &["_bg.wasm is damaged or cut short", "Reload the page"]),
    (Wrong::CutWorkerModule, WORKER, &["worker_bg.wasm is damaged or cut short", "Reload the page"]),
    (Wrong::ScriptsAsText, PAGE, &["comes as text/plain", "Whoever runs this host"]),
    (Wrong::SilentModule, PAGE, &["_bg.wasm has not come yet", "wait, or reload the page"]),
    (Wrong::SilentWorkerModule, WORKER, &["worker_bg.wasm has not come yet", "wait, or reload the page"]),
    (Wrong::SilentWorkerLoader, WORKER, &["has answered yet", "wait, or reload the page"]),
    (Wrong::SilentGallery, WORKER, &["has answered yet", "wait, or reload the page"]),
    (Wrong::StrictPolicy, PAGE, &["Content-Security-Policy forbids WebAssembly", "'wasm-unsafe-eval'"]),
    (Wrong::StrictPolicyForWorker, WORKER, &["Content-Security-Policy forbids WebAssembly", "'wasm-unsafe-eval'"]),
];

#[tokio::test]
async fn a_start_that_fails_says_what_failed_and_what_to_try() -> Result<()> {
    with_browser(Chromium::Plain, async |browser| {
        for (at, (wrong, place, words)) in FAILURES.into_iter().enumerate() {
            browser.emulate(1280, 800, if at % 2 == 0 { "light" } else { "dark" }).await?;
            let server = StaticServer::wrong(&dist(), wrong);
            browser.driver().goto(server.url()).await?;
            let page = Page { browser };
            let said = format!(
                "(said => said && getComputedStyle(said).visibility === 'visible' && \
                 {}.every(words => said.textContent.includes(words)))(document.querySelector({}))",
                json!(words),
                json!(place)
            );
            page.wait_for(&said).await?;
            let (told, milliseconds): (String, f64) = page
                .script("return [document.querySelector(arguments[0]).textContent, performance.now()]", [json!(place)])
                .await?;
            println!("{wrong:?}, within {milliseconds:.0} ms: {told}");
            browser.screenshot(&format!("start-{wrong:?}")).await?;
            if place == PAGE {
                assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "{wrong:?}");
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn hosts_that_are_only_odd_do() -> Result<()> {
    let (puzzle, _) = PUZZLES[0];
    with_browser(Chromium::Plain, async |browser| {
        for wrong in [Wrong::ModulesAsText, Wrong::ModulesAsTextNotSniffed, Wrong::SuitingPolicy, Wrong::NoPolicy] {
            let server = StaticServer::wrong(&dist(), wrong);
            let page = Page::open(browser, &server.url()).await?;
            page.type_puzzle(puzzle).await?;
            assert_solved(puzzle, &page.solve().await?, &format!("{wrong:?}"));
            assert_eq!(server.complaints(), Vec::<String>::new(), "{wrong:?}");
        }
        Ok(())
    })
    .await
}

/// The host's policy has every request that would leave the origin refused and reported, of page and workers: [`visit`] fails
/// where one is.
#[tokio::test]
async fn nothing_leaves_the_origin_while_solving_training_and_opening_a_file() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = train::open(browser, url).await?;
        page.open_settings().await?;
        page.set(&[("base_puzzles", "50"), ("test_puzzles", "4"), ("batch", "4")]).await?;
        page.click("train-start").await?;
        page.wait_for_step(5).await?;
        page.click("train-pause").await?;
        page.wait_for_state("paused").await?;
        page.click("place-solve").await?;
        page.type_puzzle(PUZZLES[0].0).await?;
        assert_solved(PUZZLES[0].0, &page.solve().await?, "own origin");
        let gallery = concat!(env!("CARGO_MANIFEST_DIR"), "/www/gallery");
        let model = ["json", "safetensors"].map(|extension| format!("{gallery}/sudoku-6x6.{extension}"));
        page.upload("open-model", &model.join("\n")).await?;
        page.wait_for("document.querySelector('[data-testid=model]').value === 'sudoku-6x6 (file)'").await?;
        page.wait_until_ready().await?;
        page.settle().await
    })
    .await
}

/// What the test above rests on: who tries to leave is refused, and that is reported; also where only the page's own policy
/// holds.
#[tokio::test]
async fn who_tries_to_leave_the_origin_is_refused() -> Result<()> {
    with_browser(Chromium::Plain, async |browser| {
        let elsewhere = StaticServer::start(&dist());
        let ask = "return fetch(arguments[0], { mode: 'no-cors' }).then(() => 'left', () => 'kept')";
        let ask_in_worker = "return new Promise(done => {
            new Worker(`./${arguments[1]}`, { name: arguments[0] }).onmessage = ({ data }) => done(data);
        })";
        let server = StaticServer::start(&dist());
        let page = Page::open(browser, &server.url()).await?;
        let arguments = || [json!(elsewhere.url()), json!(LEAVER)];
        for script in [ask, ask_in_worker] {
            let before = server.complaints().len();
            assert_eq!(page.script::<String>(script, arguments()).await?, "kept");
            while server.complaints().len() == before {
                page.settle().await?;
            }
        }
        println!("{:?}", server.complaints());
        let bare = StaticServer::wrong(&dist(), Wrong::NoPolicy);
        let page = Page::open(browser, &bare.url()).await?;
        assert_eq!(page.script::<String>(ask, arguments()).await?, "kept");
        assert_eq!(elsewhere.requests(), Vec::<String>::new());
        Ok(())
    })
    .await
}
