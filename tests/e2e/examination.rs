//! Boards for which no search finds soon whether they have a solution: nothing waits for that.
//!
//! | what | how it is found |
//! |---|---|
//! | what is known of the board | `data-testid=notes` |

use serde_json::json;

use crate::{Result, browser::Chromium, page::Page, visit};

/// No two of their clues conflict, and they have no solution.
const BOARDS: [&str; 2] = [
    ".....8.5....3.7.92..........7.8........7.3...2.......882.....37........9.........",
    ".....8.5....3.7..2..........7.8........7.3...........88......37........9.........",
];
/// Notes the order in which runs and examinations end, and who ends the worker.
const NOTE: &str = "
    window.noted = [];
    spy.listeners.add((way, name) => way === 'heard' && ['Started', 'Finished', 'Examined'].includes(name) && noted.push(name));
    const terminate = Worker.prototype.terminate;
    Worker.prototype.terminate = function () {
        noted.push('terminated');
        terminate.call(this);
    };
";

#[tokio::test]
async fn a_board_without_a_solution_delays_no_run() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        browser.spy().await?;
        let script = json!({ "source": NOTE });
        browser.driver().cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", script).await?;
        for board in BOARDS {
            // Opened by such a link it runs as soon as it can, while the board is examined.
            let link = format!("{url}#model=sudoku-9x9&puzzle={board}&engine=cpu&moment=0");
            let page = Page::open_link(browser, &link).await?;
            page.wait_for("document.querySelector('[data-testid=verdict][data-state=invalid]')").await?;
            page.wait_for("document.querySelector('[data-testid=notes]').textContent.includes('is not known')").await?;
            let notes = page.text("notes").await?;
            let noted: Vec<String> = page.script("return noted", []).await?;
            println!("{noted:?}: {notes}");
            assert!(notes.contains("Whether this board has one solution is not known"), "{notes}");
            assert_eq!(noted, ["Started", "Finished", "Examined"]);
        }
        browser.screenshot("not-known").await
    })
    .await
}

#[tokio::test]
async fn stop_answers_while_such_a_board_is_examined() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        browser.spy().await?;
        let script = json!({ "source": NOTE });
        browser.driver().cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", script).await?;
        let link = format!("{url}#model=sudoku-9x9&puzzle={}&engine=cpu", BOARDS[0]);
        let page = Page::open_link(browser, &link).await?;
        page.wait_until_ready().await?;
        page.choose("segments", "4").await?;
        // Pressed again and again, for a run may be over before it is stopped.
        let script = "return new Promise(done => {
            const verdict = () => document.querySelector('[data-testid=verdict]');
            const look = () => {
                if (verdict().textContent.startsWith('Stopped')) return done(null);
                if (verdict().dataset.state !== 'running') document.querySelector('[data-testid=solve]').click();
                document.querySelector('[data-testid=cancel]')?.click();
                setTimeout(look, 20);
            };
            look();
        })";
        page.script::<()>(script, []).await?;
        let noted: Vec<String> = page.script("return noted", []).await?;
        assert!(!noted.contains(&"terminated".into()), "the worker was ended: {noted:?}");
        page.wait_for("document.querySelector('[data-testid=notes]').textContent.includes('is not known')").await
    })
    .await
}
