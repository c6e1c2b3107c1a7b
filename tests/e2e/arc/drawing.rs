//! A task is drawn with the mouse, the keyboard and a finger.

use thirtyfour::common::keys::Key;

use super::grid;
use crate::{Result, browser::Chromium, page::Page, visit};

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
