//! Tasks of grids as a visitor draws, brings, collects and solves them.
//!
//! | what | how it is found |
//! |---|---|
//! | a grid | `data-testid=grid-SIDE-PAIR-END`, e.g. grid-train-0-input: a grid with one tab stop, its name says its size |
//! | its rows or cells | `[role=gridcell]`: of the present grid every cell, of others one for each row, in words |
//! | colours, tools | `data-testid` task-colour-N; task-pencil, line, rectangle, outline, fill, recolour, select |
//! | what is done at once | `data-testid` task-undo, redo, copy, paste, move, clear, rotate, flip-across, …, copy-input |
//! | what is wrong | `data-testid=task-notice` |
//! | the library | `data-testid` tasks-library, tasks-search, tasks-within, tasks-change, tasks-pairs, thumb-ID |
//! | solving it | `data-testid` task-play, task-submit-N, task-reveal-N, `task-verdict-N` with `data-state` right or wrong |

mod drawing;
mod files;
mod library;
mod place;
mod playing;
mod speed;

use hrm_core::puzzle::arc::{Grid, Task, file};
use serde_json::json;
use thirtyfour::common::keys::Key;

use crate::{Result, page::Page};

/// A pair whose grids differ in size, and a test whose solution is known.
const TASK: &str = r#"{"train": [{"input": [[1, 0], [0, 2]], "output": [[2, 0, 1]]}],
 "test": [{"input": [[3, 0], [0, 4]], "output": [[4, 0, 3]]}], "name": "two corners"}"#;

fn grid(rows: &[&str]) -> Grid {
    let rows: Vec<Vec<u8>> = rows.iter().map(|row| row.bytes().map(|digit| digit - b'0').collect()).collect();
    Grid::of_rows(&rows).expect("a grid")
}

impl Page<'_> {
    /// Goes to the place of tasks, as a visitor does.
    async fn open_tasks(&self) -> Result<()> {
        self.click("place-arc").await?;
        self.wait_for("document.querySelector('[data-testid=grid-test-0-input] canvas')").await?;
        self.settle().await
    }

    /// The task on the desk, as its file has it.
    async fn task(&self) -> Result<Task> {
        Ok(file::read("saved.json", &self.saved("task-save-json").await?)?)
    }

    async fn input(&self) -> Result<Grid> {
        Ok(self.task().await?.train[0].input.clone())
    }

    /// The middle of a cell in the window; the grid is brought into its middle first.
    async fn cell_at(&self, slot: &str, (row, column): (usize, usize)) -> Result<(i64, i64)> {
        let script = r#"const [id, row, column] = arguments, grid = document.querySelector(`[data-testid=grid-${id}]`);
            grid.scrollIntoView({ block: "center", behavior: "instant" });
            const [, rows, columns] = grid.ariaLabel.match(/(\d+) by (\d+)$/), area = grid.getBoundingClientRect();
            return [area.x + (column + 0.5) * area.width / columns, area.y + (row + 0.5) * area.height / rows];"#;
        let [x, y]: [f64; 2] = self.script(script, [json!(slot), json!(row), json!(column)]).await?;
        Ok((x as i64, y as i64))
    }

    /// Presses the left button on a cell of a grid and lets it go on another.
    async fn drag(&self, slot: &str, from: (usize, usize), to: (usize, usize)) -> Result<()> {
        let (from, to) = (self.cell_at(slot, from).await?, self.cell_at(slot, to).await?);
        let chain = self.browser.driver().action_chain();
        chain.move_to(from.0, from.1).click_and_hold().move_to(to.0, to.1).release().perform().await?;
        self.settle().await
    }

    async fn press_cell(&self, slot: &str, at: (usize, usize)) -> Result<()> {
        let at = self.cell_at(slot, at).await?;
        self.browser.driver().action_chain().move_to(at.0, at.1).click().perform().await?;
        self.settle().await
    }

    /// Presses keys one after the other; what has the focus gets them.
    async fn keys(&self, keys: &[Key]) -> Result<()> {
        for key in keys {
            self.press(key.clone()).await?;
        }
        self.settle().await
    }

    async fn control(&self, key: &str) -> Result<()> {
        let chain = self.browser.driver().action_chain();
        chain.key_down(Key::Control).send_keys(key).key_up(Key::Control).perform().await?;
        self.settle().await
    }

    /// Presses Shift and Tab until what `css` selects has the focus.
    async fn tab_back_to(&self, css: &str) -> Result<()> {
        for _ in 0..100 {
            let chain = self.browser.driver().action_chain();
            chain.key_down(Key::Shift).send_keys(Key::Tab).key_up(Key::Shift).perform().await?;
            if self.script("return document.activeElement.matches(arguments[0])", [json!(css)]).await? {
                return Ok(());
            }
        }
        Err(format!("Shift and Tab, 100 times, do not reach {css}").into())
    }

    /// What is painted in the middle of a cell, red, green and blue, where no digit stands: above its middle.
    async fn painted_colour(&self, slot: &str, (row, column): (usize, usize)) -> Result<[u8; 3]> {
        let script = r#"const [id, row, column] = arguments, grid = document.querySelector(`[data-testid=grid-${id}]`);
            const [, rows, columns] = grid.ariaLabel.match(/(\d+) by (\d+)$/), canvas = grid.querySelector("canvas");
            const x = (column + 0.15) * canvas.width / columns, y = (row + 0.15) * canvas.height / rows;
            return [...canvas.getContext("2d").getImageData(x, y, 1, 1).data].slice(0, 3);"#;
        self.script(script, [json!(slot), json!(row), json!(column)]).await
    }

    async fn notice(&self) -> Result<String> {
        self.wait_for("!document.querySelector('[data-testid=task-notice]').hidden").await?;
        self.text("task-notice").await
    }

    /// Pastes a text, as Ctrl+V does.
    async fn paste_text(&self, text: &str) -> Result<()> {
        self.script::<()>(
            r#"const data = new DataTransfer();
            data.setData("text/plain", arguments[0]);
            const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
            document.activeElement.dispatchEvent(event);"#,
            [json!(text)],
        )
        .await?;
        self.settle().await
    }

    /// Puts a finger on a cell and lifts it on another.
    async fn swipe(&self, slot: &str, from: (usize, usize), to: (usize, usize)) -> Result<()> {
        let (from, to) = (self.cell_at(slot, from).await?, self.cell_at(slot, to).await?);
        let middle = ((from.0 + to.0) / 2, (from.1 + to.1) / 2);
        self.browser.touch(&[from, middle, to]).await?;
        self.settle().await
    }

    /// Nothing is wider than the window, and axe-core has nothing against it.
    async fn is_in_order(&self, when: &str) -> Result<()> {
        assert!(self.overflow().await? <= 0.0, "{when}: wider than the window");
        assert_eq!(self.accessibility_violations().await?, Vec::<String>::new(), "{when}");
        Ok(())
    }
}

/// A task of 30x30 grids: two demonstrations and a test.
fn large_task() -> String {
    let row = |from: usize| (0..30).map(|at| ((at * from + from) % 10).to_string()).collect::<Vec<_>>().join(",");
    let rows: Vec<_> = (1..=30).map(|at| format!("[{}]", row(at))).collect();
    let grid = format!("[{}]", rows.join(","));
    let pair = format!(r#"{{"input": {grid}, "output": {grid}}}"#);
    format!(r#"{{"train": [{pair}, {pair}], "test": [{{"input": {grid}}}]}}"#)
}
