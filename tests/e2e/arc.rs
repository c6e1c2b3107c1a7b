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

use hrm_core::puzzle::arc::{Grid, Side, Task, file};
use serde_json::{Value, json};
use thirtyfour::common::keys::Key;

use crate::{
    Result, browser::Chromium, dist, figures::Calibration, folder::Folder, measure, page::Page, server::StaticServer,
    visit, with_browser,
};

/// A pair whose grids differ in size, and a test whose solution is known.
const TASK: &str = r#"{"train": [{"input": [[1, 0], [0, 2]], "output": [[2, 0, 1]]}],
 "test": [{"input": [[3, 0], [0, 4]], "output": [[4, 0, 3]]}], "name": "two corners"}"#;

/// CSS pixels across and down.
const SCREENS: [(&str, u32, u32); 2] = [("desktop", 1280, 900), ("phone", 390, 844)];

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

#[tokio::test]
async fn a_task_is_drawn_with_the_mouse_and_with_the_keyboard() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.open_tasks().await?;
        assert_eq!(page.task().await?.train.len(), 3, "an example to begin with");
        page.click("task-new").await?;
        page.settle().await?;
        assert_eq!(page.input().await?, grid(&["000", "000", "000"]));

        // A stroke is one change.
        page.click("task-colour-2").await?;
        page.drag("train-0-input", (0, 0), (0, 2)).await?;
        assert_eq!(page.input().await?, grid(&["222", "000", "000"]));
        assert_eq!(page.painted_colour("train-0-input", (0, 1)).await?, [0xff, 0x41, 0x36]);
        // By keys alone, in the grid that has the focus: colour, way, drawing on with Shift, undo and redo.
        page.press("3").await?;
        page.keys(&[Key::Home, Key::Down, Key::Enter]).await?;
        let chain = browser.driver().action_chain();
        chain.key_down(Key::Shift).send_keys(Key::Right).key_up(Key::Shift).perform().await?;
        assert_eq!(page.input().await?, grid(&["222", "330", "000"]));
        page.control("z").await?;
        assert_eq!(page.input().await?, grid(&["222", "300", "000"]));
        page.control("y").await?;
        assert_eq!(page.input().await?, grid(&["222", "330", "000"]));
        // Its cells are said, and which one the keyboard is at.
        let said: String = page
            .script(
                "const grid = document.activeElement; return document.getElementById(grid.getAttribute('aria-activedescendant')).ariaLabel",
                [],
            )
            .await?;
        assert_eq!(said, "row 2 column 2, green");
        let rows = "return [...document.querySelectorAll('[data-testid=grid-train-0-output] [role=gridcell]')].map(row => row.ariaLabel)";
        assert_eq!(page.script::<Vec<String>>(rows, []).await?[0], "row 1: 3 black");

        // Size by its fields: what fits stays; what is no size is put back.
        page.enter("task-columns-train-0-input", "5").await?;
        page.enter("task-rows-train-0-input", "2").await?;
        assert_eq!(page.input().await?, grid(&["22200", "33000"]));
        page.enter("task-rows-train-0-input", "31").await?;
        assert!(page.notice().await?.contains("1 to 30"));
        assert_eq!(page.input().await?.rows(), 2);
        // Filling, a line by keys, recolouring, an outline shown before it is let go.
        page.click("task-colour-4").await?;
        page.click("task-fill").await?;
        page.press_cell("train-0-input", (0, 4)).await?;
        assert_eq!(page.input().await?, grid(&["22244", "33444"]));
        page.click("task-recolour").await?;
        page.press_cell("train-0-input", (1, 0)).await?;
        assert_eq!(page.input().await?, grid(&["22244", "44444"]));
        page.press("l").await?;
        page.press("5").await?;
        page.keys(&[Key::Home, Key::Enter, Key::End]).await?;
        assert_eq!(page.painted_colour("train-0-input", (1, 3)).await?, [0xaa; 3], "the line is shown");
        assert_eq!(page.input().await?, grid(&["22244", "44444"]), "and not drawn yet");
        page.keys(&[Key::Enter]).await?;
        assert_eq!(page.input().await?, grid(&["22244", "55555"]));

        // A part is copied, shown over another grid, and put down.
        page.click("task-select").await?;
        page.drag("train-0-input", (0, 2), (1, 3)).await?;
        page.control("c").await?;
        page.press_cell("train-0-output", (0, 0)).await?;
        page.click("task-paste").await?;
        page.settle().await?;
        assert_eq!(page.painted_colour("train-0-output", (1, 1)).await?, [0xaa; 3]);
        assert!(page.text("task-where").await?.contains("Escape"));
        page.keys(&[Key::Right, Key::Enter]).await?;
        assert_eq!(page.task().await?.train[0].output, Some(grid(&["024", "055", "000"])));
        page.paste_text("[[7,8]]").await?;
        page.press_cell("train-0-output", (2, 0)).await?;
        assert_eq!(page.task().await?.train[0].output, Some(grid(&["024", "055", "780"])));
        // Turned, cropped, copied from the input.
        page.keys(&[Key::Escape]).await?;
        page.click("task-rotate").await?;
        assert_eq!(page.task().await?.train[0].output, Some(grid(&["700", "852", "054"])));
        page.drag("train-0-output", (1, 1), (2, 2)).await?;
        page.press("k").await?;
        assert_eq!(page.task().await?.train[0].output, Some(grid(&["52", "54"])));
        page.click("task-copy-input").await?;
        assert_eq!(page.task().await?.train[0].output, Some(grid(&["22244", "55555"])));

        // Pairs come, go and change places.
        page.click("task-add-train").await?;
        page.wait_for("document.querySelector('[data-testid=grid-train-1-output]')").await?;
        page.click("task-raise-train-1").await?;
        page.settle().await?;
        let task = page.task().await?;
        assert_eq!((task.train.len(), &task.train[0].input), (2, &grid(&["000", "000", "000"])));
        page.click("task-remove-train-0").await?;
        page.wait_for("!document.querySelector('[data-testid=grid-train-1-output]')").await?;
        page.click("task-digits").await?;
        page.click("task-palette").await?;
        page.settle().await?;
        assert_ne!(page.painted_colour("train-0-input", (0, 0)).await?, [0xff, 0x41, 0x36], "another palette");
        browser.screenshot("arc-drawn").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn tasks_come_as_files_and_go_as_they_came() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        browser.emulate(1280, 900, "light").await?;
        // A task that is dropped on another place is known as one.
        let page = Page::open(browser, url).await?;
        page.drop_file("corners.json", TASK.as_bytes()).await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'two corners'").await?;
        page.settle().await?;
        assert_eq!(page.saved("task-save-json").await?, TASK, "what was not changed is saved as it was");
        assert_eq!(page.saved_name("task-save-json").await?, "two corners.json");

        // What is wrong with a file is said in one line, and the task stays.
        let ragged = TASK.replace("[0, 2]", "[0, 2, 5]");
        let solutions = r#"{"a": [[[1]]]}"#;
        for (name, text, words) in [
            ("ragged.json", ragged.as_str(), "row 2"),
            ("colour.json", &TASK.replace("[0, 2]", "[0, 12]"), "12"),
            ("cut.json", &TASK[..60], "cut.json"),
            ("letter.txt", "Dear Sir", "letter.txt"),
            ("empty.json", "", "empty.json"),
            ("none.json", r#"{"train": [], "test": []}"#, "none.json"),
            ("no-input.json", r#"{"train": [{"input": [[1]], "output": [[1]]}], "test": [{"output": [[1]]}]}"#, "test"),
            ("wide.json", &TASK.replace("[0, 2]", &format!("[0{}]", ", 1".repeat(92))), "93"),
            ("half.json", &TASK.replace("[0, 2]", "[0, 0.5]"), "0.5"),
            ("hollow.json", &TASK.replace("[[1, 0], [0, 2]]", "[]"), "hollow.json"),
            ("two.json", &format!("{TASK}{TASK}"), "two.json"),
            ("model.json", r#"{"hidden_size": 512}"#, "model.json"),
            ("line.json", &"[1, ".repeat(250_000), "line.json"),
            (
                "many.json",
                &format!(
                    r#"{{"train": [{}], "test": []}}"#,
                    vec![r#"{"input": [[1]], "output": [[1]]}"#; 10_000].join(",")
                ),
                "many.json",
            ),
            ("solutions.json", solutions, "solutions.json"),
        ] {
            page.drop_file(name, text.as_bytes()).await?;
            let said = format!("document.querySelector('[data-testid=task-notice]').textContent.includes({words:?})");
            page.wait_for(&said).await?;
            let notice = page.notice().await?;
            println!("{name}: {notice}");
            assert!(notice.contains(name) && !notice.contains('\n') && !notice.contains(".."), "{name}: {notice}");
            assert_eq!(page.saved("task-save-json").await?, TASK, "{name}");
        }
        browser.screenshot("arc-refused").await?;
        page.paste_text(r#"{"train": []}"#).await?;
        assert_ne!(page.notice().await?, "", "nothing was pasted");
        page.paste_text("[[1, 2], [3]]").await?;
        assert!(page.notice().await?.contains("row 2"));
        assert_eq!(page.saved("task-save-json").await?, TASK);

        // Pasted, also with a byte order mark.
        let pasted = format!("\u{feff}{}", TASK.replace("two corners", "pasted"));
        page.paste_text(&pasted).await?;
        page.wait_for("document.querySelector('[data-testid=task-name]').value === 'pasted'").await?;
        // UTF-16, as some editors write it.
        let utf_16 = format!("\u{feff}{}", TASK.replace("two corners", "wide letters"));
        let utf_16: Vec<u8> = utf_16.encode_utf16().flat_map(u16::to_le_bytes).collect();
        page.drop_file("utf-16.json", &utf_16).await?;
        page.wait_for("document.querySelector('[data-testid=task-name]').value === 'wide letters'").await?;
        // A link is on the clipboard, or why not is said.
        page.click("task-link").await?;
        assert!(page.notice().await?.contains("clipboard"));
        // Pictures of it, with every cell.
        let svg = page.saved("task-save-svg").await?;
        assert_eq!(svg.matches("#0074D9").count(), 2, "two blue cells");
        let png = page.saved_bytes("task-save-png").await?;
        assert_eq!(&png[1..4], b"PNG");

        // Several are put among one's own, each under its name, and stay until they are removed.
        let many = format!("{{\"one\": {TASK}, \"two\": {}}}", TASK.replace("two corners", "second"));
        page.drop_file("many.json", many.as_bytes()).await?;
        page.wait_for("document.querySelector('[data-testid=thumb-second]')").await?;
        assert_eq!(page.text("tasks-found").await?, "2 tasks");
        page.click("thumb-second").await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'second'").await?;
        page.click("tasks-next").await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'two corners'").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn tasks_come_as_several_files_and_as_a_folder() -> Result<()> {
    let folder = Folder::new("hrm-e2e-tasks")?;
    let of = |name: &str| TASK.replace("two corners", name);
    let challenge = r#"{"aa": {"train": [{"input": [[1]], "output": [[2]]}], "test": [{"input": [[3]]}]}}"#;
    let solution = r#"{"aa": [[[4]]]}"#;
    std::fs::write(folder.file("arc-agi_x-challenges.json"), challenge)?;
    std::fs::write(folder.file("arc-agi_x-solutions.json"), solution)?;
    let inner = folder.file("many");
    std::fs::create_dir_all(&inner)?;
    std::fs::write(inner.join("b1.json"), of("first"))?;
    std::fs::write(inner.join("b2.json"), of("second"))?;
    std::fs::write(inner.join("LICENSE"), "no task")?;
    visit(Chromium::Plain, async |browser, url| {
        browser.emulate(1280, 900, "light").await?;
        let page = Page::open(browser, url).await?;
        page.open_tasks().await?;
        // Challenges and their solutions are one task each, however many files they are in.
        let path = |name: &str| folder.file(name).to_string_lossy().into_owned();
        let both = format!("{}\n{}", path("arc-agi_x-challenges.json"), path("arc-agi_x-solutions.json"));
        page.upload("task-files", &both).await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'aa'").await?;
        page.settle().await?;
        assert_eq!(page.task().await?.test[0].output, Some(grid(&["4"])));
        // A folder's licence is passed over.
        page.upload("task-folder", &inner.to_string_lossy()).await?;
        page.wait_for("document.querySelector('[data-testid=thumb-second]')").await?;
        page.wait_for("document.querySelector('[data-testid=thumb-first]')").await?;
        assert_eq!(page.text("tasks-found").await?, "2 tasks");
        // All of them as one file, which is read again.
        let all: Value = serde_json::from_str(&page.saved("tasks-save-own").await?)?;
        assert_eq!(all.as_object().map(|all| all.len()), Some(2), "{all}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_place_is_fetched_when_it_is_shown_and_again_where_that_failed() -> Result<()> {
    with_browser(Chromium::Plain, async |browser| {
        let server = StaticServer::start(&dist());
        let page = Page::open(browser, &server.url()).await?;
        // By the page itself: the service worker fetches it in any case, sooner or later.
        let fetched = "return performance.getEntriesByType('resource').some(file => file.name.endsWith('/tasks.js'))";
        assert!(!page.script::<bool>(fetched, []).await?, "the module was fetched with the page");
        // Files that come with a module that does not load are taken by the next one.
        server.replace("tasks.js", Some("throw new Error('not this one')"));
        page.drop_file("corners.json", TASK.as_bytes()).await?;
        page.wait_for("document.querySelector('[data-testid=tasks-again]')").await?;
        let said = page.text("tasks-module").await?;
        println!("{said}");
        assert!(said.contains("tasks.js is damaged or cut short") && !said.contains('\n'), "{said}");
        for (screen, width, height) in SCREENS {
            browser.emulate(width, height, "light").await?;
            browser.screenshot(&format!("arc-{screen}-not-loaded")).await?;
            page.is_in_order(screen).await?;
        }
        server.replace("tasks.js", None);
        page.click("tasks-again").await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'two corners'").await?;
        page.wait_for("document.querySelector('[data-testid=tasks-module]').hidden").await?;
        // A collection that the host does not have is said, and may be asked for again.
        server.replace("tasks/mini-arc.json", Some("<!DOCTYPE html>"));
        page.click("tasks-library").await?;
        page.click("tasks-mini-arc").await?;
        page.wait_for("document.querySelector('[data-testid=tasks-found]').textContent.includes('try again')").await?;
        assert_eq!(page.notice().await?, "mini-arc.json: 0 tasks came, expected 149.");
        server.replace("tasks/mini-arc.json", None);
        page.click("tasks-mini-arc").await?;
        page.wait_for("document.querySelectorAll('[data-testid=task-list] button').length === 149").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_task_is_drawn_and_solved_by_keys_alone() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.tab_to("[data-testid=place-arc]").await?;
        page.press_enter().await?;
        page.wait_for("document.querySelector('[data-testid=grid-test-0-input] canvas')").await?;
        page.settle().await?;
        // A colour by its digit, a tool by its letter, the whole grid by Shift and arrows.
        page.tab_to("[data-testid=grid-train-0-input]").await?;
        page.keys(&[Key::Home, Key::PageUp]).await?;
        page.press("9").await?;
        page.keys(&[Key::Enter]).await?;
        assert_eq!(page.input().await?, grid(&["920", "000", "003"]));
        // Moved: chosen, lifted, put down one cell to the right.
        page.press("s").await?;
        page.keys(&[Key::Enter]).await?;
        page.press("m").await?;
        page.keys(&[Key::Right, Key::Enter]).await?;
        assert_eq!(page.input().await?, grid(&["090", "000", "003"]));
        page.keys(&[Key::Escape]).await?;
        page.press("t").await?;
        page.settle().await?;
        assert_eq!(page.input().await?, grid(&["000", "900", "003"]));
        page.tab_back_to("[data-testid=task-play]").await?;
        page.press_enter().await?;
        page.settle().await?;
        page.tab_to("[data-testid=grid-test-0-output]").await?;
        page.press("i").await?;
        page.press("h").await?;
        page.tab_to("[data-testid=task-submit-0]").await?;
        page.press_enter().await?;
        page.wait_for("document.querySelector('[data-testid=task-verdict-0]').dataset.state === 'right'").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_task_is_drawn_by_touch() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        browser.emulate(390, 844, "light").await?;
        browser.emulate_touch(true).await?;
        let page = Page::open(browser, url).await?;
        page.open_tasks().await?;
        page.click("task-new").await?;
        page.click("task-colour-6").await?;
        // The first touch of a grid chooses it: one may scroll past grids without drawing on them.
        page.swipe("train-0-output", (0, 0), (0, 0)).await?;
        assert_eq!(page.task().await?.train[0].output, Some(grid(&["000", "000", "000"])));
        page.swipe("train-0-output", (1, 0), (1, 2)).await?;
        assert_eq!(page.task().await?.train[0].output, Some(grid(&["000", "666", "000"])));
        // A part is chosen, pushed elsewhere, and copied without a key.
        page.click("task-select").await?;
        page.swipe("train-0-output", (1, 0), (1, 1)).await?;
        page.swipe("train-0-output", (1, 0), (2, 0)).await?;
        assert_eq!(page.task().await?.train[0].output, Some(grid(&["000", "006", "660"])));
        page.click("task-undo").await?;
        page.click("task-undo").await?;
        page.settle().await?;
        assert_eq!(page.task().await?.train[0].output, Some(grid(&["000", "000", "000"])));
        page.click("task-redo").await?;
        page.settle().await?;
        page.click("task-copy").await?;
        // What floats is put down where one touches, in any grid.
        page.click("task-paste").await?;
        page.swipe("train-0-input", (0, 1), (0, 1)).await?;
        assert_eq!(page.input().await?, grid(&["000", "066", "000"]));
        browser.emulate_touch(false).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_own_task_outlives_a_reload_and_a_link_brings_it_anywhere() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.open_tasks().await?;
        page.click("task-new").await?;
        page.enter("task-name", "mine").await?;
        page.click("task-colour-8").await?;
        page.press_cell("train-0-input", (1, 1)).await?;
        page.click("task-keep").await?;
        assert!(page.notice().await?.contains("mine"));
        // A change after that is not kept, but shown again by the tab.
        page.press_cell("train-0-input", (2, 2)).await?;
        page.wait_for("location.hash.includes('task=')").await?;
        let link: String = page.script("return location.href", []).await?;
        let drawn = page.task().await?;

        browser.driver().refresh().await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'mine'").await?;
        page.settle().await?;
        assert_eq!(page.input().await?, drawn.train[0].input);
        page.click("tasks-library").await?;
        page.click("tasks-own").await?;
        page.wait_for("document.querySelector('[data-testid=thumb-mine]')").await?;
        browser.screenshot("arc-own").await?;
        page.click("thumb-mine").await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'mine'").await?;
        page.settle().await?;
        assert_eq!(page.input().await?, grid(&["000", "080", "000"]));
        page.click("tasks-library").await?;
        page.wait_for("document.querySelector('[data-testid=tasks-remove]')").await?;
        page.click("tasks-remove").await?;
        page.wait_for("!document.querySelector('[data-testid=thumb-mine]')").await?;
        // What was removed by mistake is put back.
        page.click("tasks-put-back").await?;
        page.wait_for("document.querySelector('[data-testid=thumb-mine]')").await?;
        page.click("tasks-remove").await?;
        page.wait_for("!document.querySelector('[data-testid=thumb-mine]')").await?;
        // Back goes to the task before, and the link brings the drawn one.
        browser.driver().goto("about:blank").await?;
        browser.driver().goto(&link).await?;
        page.wait_for("document.querySelector('[data-testid=grid-train-0-input] canvas')").await?;
        page.settle().await?;
        assert_eq!(page.input().await?, drawn.train[0].input);
        page.click("tasks-library").await?;
        page.click("tasks-own").await?;
        page.settle().await?;
        assert!(!page.script::<bool>("return !!document.querySelector('[data-testid=thumb-mine]')", []).await?);
        // A damaged link is said, and an example shown.
        browser.driver().goto("about:blank").await?;
        browser.driver().goto(format!("{url}#place=arc&task=1nonsense")).await?;
        page.wait_for("document.querySelector('[data-testid=task-notice]')?.textContent.includes('address')").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_person_solves_a_task() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.drop_file("corners.json", TASK.as_bytes()).await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'two corners'").await?;
        page.click("task-play").await?;
        page.wait_for("document.querySelector('[data-testid=task-submit-0]')").await?;
        page.settle().await?;
        let state = "document.querySelector('[data-testid=task-verdict-0]').dataset.state";
        // The solution is nowhere in the page before it is asked for.
        let html: String = page.script("return document.querySelector('main.arc').innerHTML", []).await?;
        assert!(!html.contains("1 yellow, 1 black, 1 green"), "the solution is in the page");
        assert_eq!(
            page.saved("task-save-svg").await?.matches("#FFDC00").count(),
            1,
            "yellow: only the test's input has it"
        );

        page.click("task-submit-0").await?;
        page.wait_for(&format!("{state} === 'wrong'")).await?;
        // The demonstrations are not drawn on.
        page.click("task-colour-4").await?;
        page.press_cell("train-0-input", (0, 0)).await?;
        // The right cells in too large a grid are not right.
        page.enter("task-rows-test-0-output", "2").await?;
        page.press_cell("test-0-output", (0, 0)).await?;
        page.press("3").await?;
        page.keys(&[Key::End, Key::Enter]).await?;
        page.click("task-submit-0").await?;
        page.wait_for(&format!("{state} === 'wrong'")).await?;
        page.enter("task-rows-test-0-output", "1").await?;
        assert!(page.script::<bool>(&format!("return !{state}"), []).await?, "another answer was not judged yet");
        page.click("task-submit-0").await?;
        page.wait_for(&format!("{state} === 'right'")).await?;
        assert_eq!(page.text("task-verdict-0").await?, "Exactly right. 3 attempts.");
        assert_eq!(page.text("task-solved").await?, "Solved.");
        page.click("task-reveal-0").await?;
        page.wait_for("document.querySelector('[role=img][aria-label*=\"1 yellow, 1 black, 1 green\"]')").await?;
        browser.screenshot("arc-solved").await?;
        let log: Value = serde_json::from_str(&page.saved("task-save-log").await?)?;
        let events = log["events"].as_array().ok_or("no events")?;
        let judged: Vec<bool> = events.iter().filter_map(|event| event["right"].as_bool()).collect();
        assert_eq!(judged, [false, false, true], "{log}");
        assert_eq!(events.iter().filter(|event| event.get("solution_shown").is_some()).count(), 1, "{log}");
        // The task is as it was.
        page.click("task-play").await?;
        page.settle().await?;
        assert_eq!(page.saved("task-save-json").await?, TASK);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_library_is_searched_and_its_tasks_are_opened() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.open_tasks().await?;
        let fetched =
            "return performance.getEntriesByType('resource').filter(file => file.name.includes('/tasks/')).length";
        assert_eq!(page.script::<usize>(fetched, []).await?, 0, "a collection was fetched before it was asked for");
        page.click("tasks-library").await?;
        page.wait_for("document.querySelectorAll('[data-testid=task-list] button').length === 400").await?;
        page.settle().await?;
        assert_eq!(page.script::<usize>(fetched, []).await?, 1);
        // Pictures of what is seen, and of no more.
        let painted = "return [...document.querySelectorAll('[data-testid=task-list] canvas')].map((canvas, at) => \
                       [at, canvas.width]).filter(([, width]) => width > 0 && width !== 300).length";
        let seen: usize = page.script(painted, []).await?;
        assert!((5..200).contains(&seen), "{seen} pictures are painted");

        page.enter("tasks-within", "5").await?;
        page.enter("tasks-change", "1").await?;
        page.settle().await?;
        let some: usize =
            page.script("return document.querySelectorAll('[data-testid=task-list] button').length", []).await?;
        assert!((1..50).contains(&some), "{some} small tasks whose outputs are smaller");
        assert_eq!(page.text("tasks-found").await?.split(' ').next(), Some(&some.to_string()[..]));
        page.enter("tasks-within", "").await?;
        page.enter("tasks-change", "").await?;
        // By the number of pairs; with a colour, without it, and with any again.
        let found = async || -> Result<usize> {
            Ok(page.text("tasks-found").await?.split(' ').next().unwrap_or_default().parse()?)
        };
        page.enter("tasks-pairs", "6").await?;
        page.settle().await?;
        let of_six = found().await?;
        assert!((1..100).contains(&of_six), "{of_six} tasks of six pairs");
        page.enter("tasks-pairs", "").await?;
        let mut counts = Vec::new();
        for _ in 0..3 {
            page.click("tasks-colour-9").await?;
            page.settle().await?;
            counts.push(found().await?);
        }
        assert!(counts[0] > 0 && counts[0] + counts[1] == 400 && counts[2] == 400, "{counts:?}");
        page.enter("tasks-search", "007BB").await?;
        page.wait_for("document.querySelectorAll('[data-testid=task-list] button').length === 1").await?;
        page.click("thumb-007bbfb7").await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === '007bbfb7'").await?;
        page.settle().await?;
        let task = page.task().await?;
        assert_eq!((task.pairs(Side::Train).len(), task.train[0].input.to_string()), (5, "077\n777\n077".to_owned()));
        // On to the next one, among all again.
        page.click("tasks-library").await?;
        page.enter("tasks-search", "").await?;
        page.click("tasks-next").await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === '00d62c1b'").await?;
        page.click("tasks-previous").await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === '007bbfb7'").await?;
        // The browser's own way back, and on again.
        let shows = |size: &str| {
            format!("document.querySelector('[data-testid=grid-train-0-input]').ariaLabel.includes('{size}')")
        };
        browser.driver().back().await?;
        page.wait_for(&shows("6 by 6")).await?;
        browser.driver().forward().await?;
        page.wait_for(&shows("3 by 3")).await?;
        // Any of those that are looked for; one of 400 is the same again.
        let name = "document.querySelector('[data-testid=task-name]').value";
        let before: String = page.script(&format!("return {name}"), []).await?;
        let mut names = vec![before];
        for _ in 0..4 {
            page.click("tasks-random").await?;
            page.settle().await?;
            names.push(page.script(&format!("return {name}"), []).await?);
        }
        assert!(names.iter().any(|name| *name != names[0]), "{names:?}");
        Ok(())
    })
    .await
}

/// Pixels of a canvas for every pixel of the screen, at every scale.
#[tokio::test]
async fn grids_are_sharp_on_every_screen() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        for scale in [1.0, 1.5, 2.75] {
            browser.emulate_scaled(1000, 800, scale, "light").await?;
            let page = Page::open(browser, url).await?;
            page.open_tasks().await?;
            let off: Vec<f64> = page
                .script(
                    "return [...document.querySelectorAll('.task-grid canvas')].map(canvas => \
                     Math.abs(canvas.width - canvas.getBoundingClientRect().width * devicePixelRatio))",
                    [],
                )
                .await?;
            assert!(off.len() >= 8 && off.iter().all(|off| *off <= 1.0), "scale {scale}: {off:?}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_place_of_tasks_is_pictured() -> Result<()> {
    let large = large_task();
    visit(Chromium::Plain, async |browser, url| {
        for (screen, width, height) in SCREENS {
            for scheme in ["light", "dark"] {
                browser.emulate(width, height, scheme).await?;
                let page = Page::open(browser, url).await?;
                page.open_tasks().await?;
                let when = |what: &str| format!("arc-{screen}-{scheme}-{what}");
                // The tab may hold a task of the turn before.
                page.drop_file("corners.json", TASK.as_bytes()).await?;
                page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'two corners'").await?;
                page.settle().await?;
                browser.screenshot(&when("editor")).await?;
                page.is_in_order(&when("editor")).await?;
                page.click("task-select").await?;
                page.drag("train-0-input", (0, 0), (1, 1)).await?;
                page.click("task-digits").await?;
                browser.screenshot(&when("selected")).await?;
                page.is_in_order(&when("selected")).await?;
                page.drop_file("colour.json", TASK.replace("[0, 2]", "[0, 12]").as_bytes()).await?;
                assert!(page.notice().await?.starts_with("colour.json"));
                if screen == "phone" {
                    page.click("task-unfold").await?;
                }
                page.settle().await?;
                browser.screenshot(&when("refused")).await?;
                page.is_in_order(&when("refused")).await?;
                page.click("task-play").await?;
                page.wait_for("document.querySelector('[data-testid=task-submit-0]')").await?;
                page.click("task-submit-0").await?;
                page.click("task-reveal-0").await?;
                page.settle().await?;
                browser.screenshot(&when("playing")).await?;
                page.is_in_order(&when("playing")).await?;
                page.drop_file("large.json", large.as_bytes()).await?;
                page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'large'").await?;
                page.settle().await?;
                browser.screenshot(&when("large")).await?;
                page.is_in_order(&when("large")).await?;
                page.click("tasks-library").await?;
                page.click("tasks-mini-arc").await?;
                page.wait_for("document.querySelectorAll('[data-testid=task-list] button').length === 149").await?;
                page.settle().await?;
                browser.snapshot(&when("library")).await?;
                page.is_in_order(&when("library")).await?;
                page.click("tasks-own").await?;
                page.settle().await?;
                browser.screenshot(&when("own")).await?;
                page.is_in_order(&when("own")).await?;
                page.click("tasks-task").await?;
                page.click("task-keep").await?;
                page.click("tasks-library").await?;
                page.wait_for("document.querySelector('[data-testid=tasks-remove]')").await?;
                page.click("tasks-remove").await?;
                page.wait_for("document.querySelector('[data-testid=tasks-put-back]')").await?;
                page.settle().await?;
                browser.screenshot(&when("removed")).await?;
                page.is_in_order(&when("removed")).await?;
            }
        }
        Ok(())
    })
    .await
}

/// A task of 30x30 grids: two demonstrations and a test.
fn large_task() -> String {
    let row = |from: usize| (0..30).map(|at| ((at * from + from) % 10).to_string()).collect::<Vec<_>>().join(",");
    let rows: Vec<_> = (1..=30).map(|at| format!("[{}]", row(at))).collect();
    let grid = format!("[{}]", rows.join(","));
    let pair = format!(r#"{{"input": {grid}, "output": {grid}}}"#);
    format!(r#"{{"train": [{pair}, {pair}], "test": [{{"input": {grid}}}]}}"#)
}

/// The longest task against the longest of as many changes of a board, curves and a picture.
const LONGEST: Calibration = Calibration { work: "longest of 16 changes", reference: 9.0 };

/// Scrolls through every collection and prints the longest task beside what the same machine takes for known work.
#[tokio::test]
async fn the_library_scrolls_in_short_tasks() -> Result<()> {
    measure(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.open_tasks().await?;
        page.click("tasks-library").await?;
        page.watch_tasks().await?;
        for (name, count) in [("arc-agi-1-training", 400), ("arc-agi-1-evaluation", 400), ("mini-arc", 149)] {
            page.click(&format!("tasks-{name}")).await?;
            page.wait_for(&format!("document.querySelectorAll('[data-testid=task-list] button').length === {count}")).await?;
            page.settle().await?;
            page.calibrate().await?;
            page.long_tasks().await?;
            let (longest, known): (f64, f64) = page
                .script(
                    r#"return (async () => {
                        let longest = 0, last = performance.now();
                        for (let at = 0; at < document.documentElement.scrollHeight; at += 400) {
                            scrollTo(0, at);
                            await spy.turn();
                            const now = performance.now();
                            longest = Math.max(longest, now - last);
                            last = now;
                        }
                        const times = [];
                        for (let at = 0; at < 16; at++) times.push(await calibration.step());
                        return [longest, Math.max(...times)];
                    })()"#,
                    [],
                )
                .await?;
            let (long, _) = page.long_tasks().await?;
            println!(
                "figure: scrolling {name}: {} tasks over 50 ms {long:?}, longest frame {longest:.0} ms; calibration ({}) \
                 {known:.1} ms, reference {:.1} ms",
                long.len(),
                LONGEST.work,
                LONGEST.reference
            );
            // Every picture was painted on the way, and those far away were given back.
            let painted: usize = page
                .script(
                    "return [...document.querySelectorAll('[data-testid=task-list] canvas')].filter(canvas => canvas.width > 0).length",
                    [],
                )
                .await?;
            assert!(painted < count, "{name}: {painted} pictures are held");
        }
        Ok(())
    })
    .await
}

/// Draws a line of cells across a 30x30 grid, and prints the longest of its changes beside that of known work.
#[tokio::test]
async fn a_large_grid_is_drawn_in_short_tasks() -> Result<()> {
    measure(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.drop_file("large.json", large_task().as_bytes()).await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'large'").await?;
        page.settle().await?;
        page.calibrate().await?;
        page.click("task-colour-3").await?;
        let (longest, known): (f64, f64) = page
            .script(
                r#"return (async () => {
                    const grid = document.querySelector("[data-testid=grid-train-0-input]");
                    grid.scrollIntoView({ block: "center", behavior: "instant" });
                    const area = grid.getBoundingClientRect();
                    const at = (cell, from, length) => from + ((cell + 0.5) * length) / 30;
                    const send = (type, cell) => grid.dispatchEvent(new PointerEvent(type, {
                        bubbles: true, pointerId: 1, pointerType: "mouse", button: type === "pointermove" ? -1 : 0,
                        buttons: type === "pointerup" ? 0 : 1,
                        clientX: at(cell, area.x, area.width), clientY: at(cell, area.y, area.height),
                    }));
                    const times = [await calibration.timed(() => send("pointerdown", 0))];
                    for (let cell = 1; cell < 30; cell++) times.push(await calibration.timed(() => send("pointermove", cell)));
                    times.push(await calibration.timed(() => send("pointerup", 29)));
                    const known = [];
                    for (let change = 0; change < times.length; change++) known.push(await calibration.step());
                    return [Math.max(...times), Math.max(...known)];
                })()"#,
                [],
            )
            .await?;
        println!(
            "figure: longest change while drawing on 30x30: {longest:.1} ms; calibration ({}) {known:.1} ms, reference {:.1} ms",
            LONGEST.work, LONGEST.reference
        );
        let drawn = page.input().await?;
        assert!((0..30).all(|at| drawn.cells()[at * 31] == 3), "the diagonal was drawn:\n{drawn}");
        assert_eq!(page.text("task-where").await?.split(':').next(), Some("Pair 1, input (30 by 30)"));
        Ok(())
    })
    .await
}
