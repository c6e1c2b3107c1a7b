//! The page as a visitor handles it: what is said here is the contract between the page and its test.
//!
//! | what | how it is found |
//! |---|---|
//! | the board | `data-testid=board`, a grid with one tab stop; `aria-busy` while its labels lag behind what is painted |
//! | a cell | `[data-testid=board] [data-cell="row,column"]`, its label says what is painted there |
//! | a button | `data-testid`: solve, clear, new, undo, redo, paste, play, step |
//! | engine | `select[data-testid=engine]` with the values auto, gpu, cpu |
//! | board size | `data-testid`: sudoku-4x4, sudoku-6x6 |
//! | badge | `data-testid=badge`, names the engine that runs |
//! | a view's tab | `data-testid=tab-NAME`, `aria-selected`; its tables are `details` in `#view` |
//! | a reading | `data-testid=VIEW-reading`: the words under a figure, of the moment that is shown |
//! | a place | `nav [data-testid=place-NAME]` |
//! | the guided minute | `data-testid`: tour, tour-next, tour-skip, tour-again |
//! | verdict | `data-testid=verdict`, `data-state` idle, running, valid, invalid or error |

use std::{fs, time::Instant};

use hrm_core::puzzle::FIRST_KIND;
use hrm_web::ui::board::starter::first_question;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thirtyfour::{common::keys::TypingData, prelude::*};

use crate::{
    Result,
    browser::{Browser, PATIENCE},
};

/// Looks for what is waited for until it is there, for a few seconds; whether it came.
const LOOK: &str = r#"
    const begun = performance.now();
    return new Promise((done, fail) => {
        const look = () => {
            try {
                if (EXPRESSION) done(true);
                else if (performance.now() - begun > 5000) done(false);
                else setTimeout(look, 20);
            } catch (error) {
                fail(error);
            }
        };
        look();
    });
"#;

/// axe-core as scripts/test.sh installs it.
const AXE_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/node_modules/axe-core/axe.min.js");

/// Notes when Solve is pressed and when the verdict is there, on the page's own clock.
const STOPWATCH: &str = r#"
    const seen = window.solveTime = {};
    addEventListener("click", event => {
        if (event.target.closest("[data-testid=solve]")) seen.begun ??= performance.now();
    }, { capture: true });
    new MutationObserver((_, observer) => {
        const state = document.querySelector("[data-testid=verdict]")?.dataset.state;
        if (seen.begun === undefined || !["valid", "invalid", "error"].includes(state)) return;
        observer.disconnect();
        seen.ended = performance.now();
    }).observe(document.body, { attributes: true, childList: true, subtree: true });
"#;

/// Runs axe-core with all its rules and returns each violation in a line.
const AXE: &str = r#"
    return axe.run(document, { resultTypes: ["violations"] }).then(found =>
        found.violations.flatMap(rule => rule.nodes.map(node => {
            const why = [...node.any, ...node.all, ...node.none].map(check => check.message).join("; ");
            return `${rule.id}: ${node.target.join(" ")}: ${node.html.slice(0, 160)}: ${why}`;
        })));
"#;

/// What the page answered, and how long it took.
#[derive(Debug)]
pub struct Answer {
    /// The digits shown, row by row; a cell without one is `.`.
    pub board: String,
    /// `data-state` of the verdict.
    pub state: String,
    /// From the click on Solve to the verdict, milliseconds.
    pub milliseconds: f64,
}

/// The open page with a 4x4 Sudoku board.
pub struct Page<'a> {
    pub browser: &'a Browser,
}

/// A puzzle's text for an address.
pub fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

impl<'a> Page<'a> {
    /// Opens the page in a browser that has been there, and waits until a size can be chosen.
    async fn visit(browser: &'a Browser, url: &str) -> Result<Self> {
        browser.remember("hrm.tour", "seen").await?;
        Self::visit_first(browser, url).await
    }

    /// Opens the page as a first visit does and waits until a size can be chosen.
    pub async fn visit_first(browser: &'a Browser, url: &str) -> Result<Self> {
        browser.spy().await?;
        // The same address but for its fragment would not load the page again.
        browser.driver().goto("about:blank").await?;
        browser.driver().goto(url).await?;
        let page = Self { browser };
        page.wait_for("document.querySelector('[data-testid=sudoku-4x4]')").await?;
        Ok(page)
    }

    /// Opens the page and waits until the 4x4 model can be run.
    pub async fn open(browser: &'a Browser, url: &str) -> Result<Self> {
        // With its board in the address no larger model is opened first.
        let board = escaped(&FIRST_KIND.decode(&first_question(FIRST_KIND)));
        let asks = if url.contains('#') { String::new() } else { format!("#puzzle={board}") };
        let page = Self::visit(browser, &format!("{url}{asks}")).await?;
        page.click("sudoku-4x4").await?;
        page.wait_until_ready().await?;
        Ok(page)
    }

    /// Waits until Solve can be pressed.
    pub async fn wait_until_ready(&self) -> Result<()> {
        self.wait_for("document.querySelector('[data-testid=solve]:enabled:not([aria-disabled=true])')").await
    }

    /// Opens a link to a moment.
    pub async fn open_link(browser: &'a Browser, link: &str) -> Result<Self> {
        Self::visit(browser, link).await
    }

    /// Chooses an engine by hand, `gpu` or `cpu`, and waits until the badge names it.
    pub async fn choose_engine(&self, engine: &str) -> Result<()> {
        // On a narrow screen the list is folded away.
        let unfold = "const settings = document.querySelector('[data-testid=settings]');
            if (settings?.checkVisibility() && settings.ariaExpanded !== 'true') settings.click()";
        self.wait_for("document.querySelector('[data-testid=engine]')").await?;
        self.script::<()>(unfold, []).await?;
        self.settle().await?;
        let option = format!(r#"[data-testid="engine"] option[value="{engine}"]"#);
        self.press_element(By::Css(&option)).await?;
        let name = if engine == "gpu" { "WebGPU" } else { "CPU" };
        self.wait_for(&format!("document.querySelector('[data-testid=badge]').textContent.includes('{name}')")).await
    }

    /// The engine that the badge names.
    pub async fn badge(&self) -> Result<String> {
        self.script("return document.querySelector('[data-testid=badge]').textContent", []).await
    }

    /// Clears the board and types the clues of a puzzle, cell by cell.
    pub async fn type_puzzle(&self, puzzle: &str) -> Result<()> {
        self.click("clear").await?;
        for (cell, clue) in puzzle.chars().enumerate().filter(|(_, clue)| *clue != '.') {
            self.type_clue(cell, clue).await?;
        }
        Ok(())
    }

    /// Clicks a cell (0 to 15, row by row) and types a digit over what it holds.
    pub async fn type_clue(&self, cell: usize, clue: char) -> Result<()> {
        let css = format!(r#"[data-testid="board"] [data-cell="{},{}"]"#, cell / 4, cell % 4);
        self.press_element(By::Css(&css)).await?;
        self.press(clue.to_string()).await
    }

    /// Types a puzzle without the mouse: from the board's first cell on, with the arrow keys.
    pub async fn type_puzzle_by_keys(&self, puzzle: &str) -> Result<()> {
        self.tab_to("[data-testid=clear]").await?;
        self.press(Key::Enter).await?;
        self.tab_to("[data-testid=board]").await?;
        for key in [Key::Up, Key::Up, Key::Up, Key::Left, Key::Left, Key::Left] {
            self.press(key).await?;
        }
        for row in puzzle.as_bytes().chunks(4) {
            for clue in row {
                if *clue != b'.' {
                    self.press(char::from(*clue).to_string()).await?;
                }
                self.press(Key::Right).await?;
            }
            for key in [Key::Left, Key::Left, Key::Left, Key::Down] {
                self.press(key).await?;
            }
        }
        Ok(())
    }

    /// Presses Solve with the mouse and waits for the verdict.
    pub async fn solve(&self) -> Result<Answer> {
        self.script::<Value>(STOPWATCH, []).await?;
        self.click("solve").await?;
        self.answer().await
    }

    /// Presses Solve with the keyboard and waits for the verdict.
    pub async fn solve_by_keys(&self) -> Result<Answer> {
        self.script::<Value>(STOPWATCH, []).await?;
        self.tab_to("[data-testid=solve]").await?;
        self.press(Key::Enter).await?;
        self.answer().await
    }

    async fn answer(&self) -> Result<Answer> {
        self.wait_for("window.solveTime.ended").await?;
        let (board, state, milliseconds) = self
            .script(
                r#"return spy.board().then(board => [
                    board,
                    document.querySelector("[data-testid=verdict]").dataset.state,
                    solveTime.ended - solveTime.begun,
                ]);"#,
                [],
            )
            .await?;
        Ok(Answer { board, state, milliseconds })
    }

    /// Shows a moment of the run, by the timeline's keys.
    pub async fn seek(&self, moment: usize) -> Result<()> {
        self.script(
            r#"const dial = document.querySelector("[data-testid=timeline]");
            const press = key => dial.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
            press("Home");
            for (let at = 0; at < arguments[0]; at++) press("ArrowRight");
            return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(null))));"#,
            [json!(moment)],
        )
        .await
    }

    /// Points at a cell of the board.
    pub async fn point_at(&self, cell: usize) -> Result<()> {
        self.script(
            r#"spy.cells()[arguments[0]].dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
            return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(null))));"#,
            [json!(cell)],
        )
        .await
    }

    /// The labels of all cells of the board, once they say what is painted.
    pub async fn labels(&self) -> Result<Vec<String>> {
        self.script("return spy.labels()", []).await
    }

    /// Chooses an option of a list.
    pub async fn choose(&self, list: &str, value: &str) -> Result<()> {
        let option = format!(r#"[data-testid="{list}"] option[value="{value}"]"#);
        self.press_element(By::Css(&option)).await?;
        self.settle().await
    }

    /// Puts a value into a field, as if typed and left, and waits until that is painted.
    pub async fn enter(&self, field: &str, value: &str) -> Result<()> {
        self.put(field, value).await?;
        self.settle().await
    }

    /// Puts a value into a field, as if typed and left.
    pub async fn put(&self, field: &str, value: &str) -> Result<()> {
        let script = "const [id, value] = arguments, field = document.querySelector(`[data-testid=${id}]`);
            field.value = value;
            for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));";
        self.script(script, [json!(field), json!(value)]).await
    }

    /// What is said beside Solve and in the notes about the board, which must hold these words exactly once.
    pub async fn said_once(&self, words: &str) -> Result<String> {
        let said = format!("{} {}", self.text("verdict").await?, self.text("notes").await?);
        assert_eq!(said.matches(words).count(), 1, "{words:?} in {said:?}");
        Ok(said)
    }

    /// Text of an element.
    pub async fn text(&self, id: &str) -> Result<String> {
        self.script("return document.querySelector(`[data-testid=${arguments[0]}]`).textContent", [json!(id)]).await
    }

    /// The text of the file that a button saves.
    pub async fn saved(&self, id: &str) -> Result<String> {
        self.saved_as(id, "blob.text()").await
    }

    /// The bytes of the file that a button saves.
    pub async fn saved_bytes(&self, id: &str) -> Result<Vec<u8>> {
        let read = "blob.arrayBuffer().then(bytes => Array.from(new Uint8Array(bytes), byte => String.fromCharCode(byte)).join(''))";
        // A character for every byte.
        Ok(self.saved_as(id, read).await?.chars().map(|byte| byte as u8).collect())
    }

    /// What a promise makes of the `blob` that a button saves.
    pub async fn saved_as(&self, id: &str, promise: &str) -> Result<String> {
        // Of what is made on the way (an SVG that becomes a PNG) only what the link is about is the file.
        let script = r#"return new Promise(done => {
                const make = URL.createObjectURL, click = HTMLAnchorElement.prototype.click, made = {};
                URL.createObjectURL = blob => {
                    const url = make.call(URL, blob);
                    made[url] = blob;
                    return url;
                };
                HTMLAnchorElement.prototype.click = function () {
                    URL.createObjectURL = make;
                    HTMLAnchorElement.prototype.click = click;
                    const blob = made[this.href];
                    done(PROMISE);
                };
                document.querySelector(`[data-testid=${arguments[0]}]`).click();
            });"#;
        self.script(&script.replace("PROMISE", promise), [json!(id)]).await
    }

    /// The name under which a button saves its file.
    pub async fn saved_name(&self, id: &str) -> Result<String> {
        self.saved_as(id, "blob && this.download").await
    }

    /// Gives a file to an input.
    pub async fn upload(&self, id: &str, file: &str) -> Result<()> {
        let input = self.browser.driver().find(By::Css(format!(r#"[data-testid="{id}"]"#))).await?;
        Ok(input.send_keys(file).await?)
    }

    /// The test ids of the links to the page's places.
    pub async fn places(&self) -> Result<Vec<String>> {
        self.script(
            "return [...document.querySelectorAll('nav [data-testid^=place-]')].map(link => link.dataset.testid)",
            [],
        )
        .await
    }

    /// Waits until what was asked for is painted, and what the workers had to do for it is done; training aside, which goes on.
    pub async fn settle(&self) -> Result<()> {
        self.script("return spy.settled().then(() => null)", []).await
    }

    /// Presses Enter.
    pub async fn press_enter(&self) -> Result<()> {
        self.press(Key::Enter).await
    }

    /// Presses Escape.
    pub async fn press_escape(&self) -> Result<()> {
        self.press(Key::Escape).await
    }

    /// Shows a view of the model's inside, with its tables open.
    pub async fn show(&self, view: &str) -> Result<()> {
        self.click(&format!("tab-{view}")).await?;
        self.wait_for(&format!("document.querySelector('#tab-{view}[aria-selected=true]')")).await?;
        self.script("document.querySelectorAll('#view details').forEach(table => table.open = true)", []).await
    }

    /// What axe-core has against the page as it stands, one violation an entry.
    pub async fn accessibility_violations(&self) -> Result<Vec<String>> {
        let axe = fs::read_to_string(AXE_FILE).map_err(|error| format!("{AXE_FILE}: {error}"))?;
        self.script::<Value>(&axe, []).await?;
        self.script(AXE, []).await
    }

    /// How much wider the page is than its window, CSS pixels.
    pub async fn overflow(&self) -> Result<f64> {
        self.script("return document.documentElement.scrollWidth - innerWidth", []).await
    }

    pub async fn click(&self, id: &str) -> Result<()> {
        self.press_element(By::Testid(id)).await
    }

    /// Clicks an element in the middle of the window, as far as it can be there: a person scrolls until it is free, too.
    async fn press_element(&self, by: By) -> Result<()> {
        let element = self.browser.driver().find(by).await?;
        let reveal =
            "(arguments[0].closest('select') ?? arguments[0]).scrollIntoView({ block: 'center', behavior: 'instant' })";
        self.browser.driver().execute(reveal, vec![element.to_json()?]).await?;
        if element.click().await.is_ok() {
            return Ok(());
        }
        // The pointer stood still while the page moved under it: what it came upon may have said something over the element.
        self.browser.driver().action_chain().move_to(1, 1).perform().await?;
        self.settle().await?;
        Ok(element.click().await?)
    }

    /// Presses a key; what has the focus gets it.
    pub async fn press(&self, key: impl Into<TypingData>) -> Result<()> {
        Ok(self.browser.driver().action_chain().send_keys(key).perform().await?)
    }

    /// Presses Tab until what `css` selects has the focus.
    pub async fn tab_to(&self, css: &str) -> Result<()> {
        for _ in 0..100 {
            self.press(Key::Tab).await?;
            if self.script("return document.activeElement.matches(arguments[0])", [json!(css)]).await? {
                return Ok(());
            }
        }
        Err(format!("Tab, 100 times, does not reach {css}").into())
    }

    /// Waits until the run has ended and its answer is checked.
    pub async fn wait_for_end(&self) -> Result<()> {
        self.wait_for("['valid', 'invalid'].includes(document.querySelector('[data-testid=verdict]').dataset.state)")
            .await
    }

    /// Waits until a JavaScript expression is true.
    pub async fn wait_for(&self, expression: &str) -> Result<()> {
        let (look, begun) = (LOOK.replace("EXPRESSION", expression), Instant::now());
        while begun.elapsed() < PATIENCE {
            if self.script(&look, []).await? {
                return Ok(());
            }
        }
        self.browser.screenshot("timeout").await?;
        Err(format!("waited {PATIENCE:?} in vain for {expression}: see target/screenshots/timeout.png").into())
    }

    pub async fn script<T: DeserializeOwned>(&self, script: &str, arguments: impl Into<Vec<Value>>) -> Result<T> {
        Ok(self.browser.driver().execute(script, arguments.into()).await?.convert()?)
    }
}
