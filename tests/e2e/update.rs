//! A host is given a newer page while the older one is open, and what else concerns files that come and go: downloads that
//! last, and two files of one name.
//!
//! | what | how it is found |
//! |---|---|
//! | why the runs cannot be listed | `data-testid=storage-fault` |
//! | what a CSV file holds | `data-testid=train-table` |

use std::fs;

use crate::{
    PUZZLES, Result, assert_solved,
    browser::Chromium,
    dist,
    folder::Folder,
    page::Page,
    server::{FIXTURE, StaticServer},
    train, visit, with_browser,
};

/// What a worker of another build says first, as it has said it since there were workers.
const NEWER: &str = "postMessage([{ version: 5, task: undefined, event: 'Ready' }])";

#[tokio::test]
async fn a_worker_of_another_build_is_known_and_nothing_is_lost() -> Result<()> {
    let (puzzle, _) = PUZZLES[0];
    with_browser(Chromium::Plain, async |browser| {
        let server = StaticServer::start(&dist());
        // What is kept for use without a network would be of one build: this is about visits without that.
        browser.driver().goto(format!("{}{FIXTURE}", server.url())).await?;
        browser.driver().execute("localStorage.setItem('hrm.offline', 'no')", []).await?;
        let page = Page::open(browser, &server.url()).await?;
        page.type_puzzle(puzzle).await?;
        assert_solved(puzzle, &page.solve().await?, "before the update");
        let address: String = page.script("return location.href", []).await?;

        server.replace("worker_loader.js", Some(NEWER));
        page.click("place-train").await?;
        page.wait_for("document.querySelector('[data-testid=storage-fault]')").await?;
        let said = page.text("storage-fault").await?;
        println!("{said}");
        assert!(said.contains("This page was updated while it was open: reload it"), "{said}");
        browser.screenshot("updated-train").await?;

        // What was there before goes on.
        page.click("place-solve").await?;
        let state = "return document.querySelector('[data-testid=verdict]').dataset.state";
        assert_eq!(page.script::<String>(state, []).await?, "valid");
        assert_solved(puzzle, &page.solve().await?, "after the update");
        assert_eq!(page.script::<String>("return location.href", []).await?, address);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_page_whose_worker_is_of_another_build_says_reload() -> Result<()> {
    with_browser(Chromium::Plain, async |browser| {
        let server = StaticServer::start(&dist());
        server.replace("worker_loader.js", Some(NEWER));
        let link = format!("{}#puzzle={}", server.url(), PUZZLES[0].0);
        browser.driver().goto(&link).await?;
        let page = Page { browser };
        page.wait_for("document.querySelector('[data-testid=notes]')?.textContent.includes('reload it')").await?;
        let said = page.text("notes").await?;
        println!("{said}");
        assert!(said.contains("This page was updated while it was open: reload it"), "{said}");
        browser.screenshot("updated-solve").await?;

        server.replace("worker_loader.js", None);
        browser.driver().refresh().await?;
        page.wait_until_ready().await?;
        assert!(
            page.script::<String>("return location.hash", []).await?.contains(PUZZLES[0].0),
            "the board is another one"
        );
        Ok(())
    })
    .await
}

/// Browsers begin to read what is saved in a task of their own: its address is given up later, by a timer of a minute.
#[tokio::test]
async fn what_is_saved_can_be_read_after_the_task_that_saved_it() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.type_puzzle(PUZZLES[0].0).await?;
        page.solve().await?;
        let script = r#"
            const made = [], revoked = [], timers = [];
            const { createObjectURL, revokeObjectURL } = URL, { setTimeout } = window;
            URL.createObjectURL = blob => {
                const url = createObjectURL.call(URL, blob);
                if (!(blob.type ?? "").startsWith("image/svg")) made.push(url);
                return url;
            };
            URL.revokeObjectURL = url => {
                revoked.push(url);
                revokeObjectURL.call(URL, url);
            };
            window.setTimeout = (act, delay, ...rest) => {
                if (delay >= 30_000) timers.push(act);
                return setTimeout.call(window, act, delay, ...rest);
            };
            let done;
            HTMLAnchorElement.prototype.click = function () {
                window.saved = this;
                done();
            };
            const saved = new Promise(resolve => (done = resolve));
            document.querySelector("[data-testid=save-recording]").click();
            return saved
                .then(() => spy.settled())
                .then(() => {
                    const early = revoked.includes(window.saved.href);
                    timers.forEach(act => act());
                    return [made.includes(window.saved.href), early, revoked.includes(window.saved.href)];
                });
        "#;
        let (made, early, late): (bool, bool, bool) = page.script(script, []).await?;
        assert!(made, "the link is about something else");
        assert!(!early, "it was given up before a browser could read it");
        assert!(late, "it is never given up");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_two_files_of_one_name_the_second_counts() -> Result<()> {
    let folder = Folder::new("hrm-e2e-same-name")?;
    let row = |rating: usize| format!("mine,1234341221434.21,1234341221434321,{rating}\n");
    let table = |rows| format!("source,question,answer,rating\n{}", (0..rows).map(row).collect::<String>());
    // The first is still being read when the second is chosen.
    let write = |name: &str, rows| {
        fs::create_dir_all(folder.file(name))?;
        folder.write(&format!("{name}/puzzles.csv"), table(rows))
    };
    let (first, second) = (write("first", 30_000)?, write("second", 7)?);
    visit(Chromium::Plain, async |browser, url| {
        let page = train::open(browser, url).await?;
        page.upload("train-csv", &first).await?;
        page.upload("train-csv", &second).await?;
        page.wait_for("document.querySelector('[data-testid=train-table]')").await?;
        page.settle().await?;
        let said = page.text("train-table").await?;
        assert!(said.contains("puzzles.csv: 7 good rows"), "{said}");
        browser.screenshot("train-same-name").await?;
        // The other way round the many are shown.
        page.upload("train-csv", &second).await?;
        page.upload("train-csv", &first).await?;
        page.wait_for("document.querySelector('[data-testid=train-table]')?.textContent.includes('30,000 good rows')")
            .await?;
        page.settle().await?;
        assert!(page.text("train-table").await?.contains("30,000 good rows"));
        Ok(())
    })
    .await
}
