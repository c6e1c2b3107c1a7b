//! Mazes as a visitor draws them: strokes, sliders, text, what is wrong said in words, what no model takes.
//!
//! | what | how it is found |
//! |---|---|
//! | what pressing does | `data-testid` brush-walls, brush-s, brush-g, brush-look |
//! | a slider | `data-testid` maze-size, maze-columns, maze-loops, maze-path, maze-braid, maze-density |
//! | the make | `data-testid=maze-make` |
//! | what the maze is like | `data-testid=maze-figures` |
//! | the board as text | `data-testid` paste (opens), paste-text, paste-answer, paste-apply |
//! | what is wrong with the board | `data-testid` verdict, notes |
//! | what there is for a board without a model | `data-testid=unfit`, its buttons unfit-largest, unfit-train |

use std::fs;

use hrm_core::{
    gallery::Index,
    puzzle::maze::{Grid, shortest_path},
};
use thirtyfour::By;

use crate::{
    Result,
    browser::Chromium,
    dist,
    page::{Page, escaped},
    server::StaticServer,
    visit, with_browser,
};

/// Whether the board has so many cells.
fn board_of(cells: usize) -> String {
    format!("document.querySelectorAll('[data-testid=board] [data-cell]').length == {cells}")
}

impl Page<'_> {
    /// Presses the left button on a cell and lets it go on another, or on the same.
    async fn stroke(&self, from: (usize, usize), to: (usize, usize)) -> Result<()> {
        let driver = self.browser.driver();
        let css = |(row, column)| format!("[data-testid=board] [data-cell='{row},{column}']");
        let (from, to) = (driver.find(By::Css(css(from))).await?, driver.find(By::Css(css(to))).await?);
        from.scroll_into_view().await?;
        let chain = driver.action_chain();
        Ok(chain.move_to_element_center(&from).click_and_hold().move_to_element_center(&to).release().perform().await?)
    }

    /// The maze as the field for text has it.
    async fn maze_as_text(&self) -> Result<String> {
        self.click("paste").await?;
        self.wait_for("document.querySelector('[data-testid=paste-text]')?.value").await?;
        let text = self.script("return document.querySelector('[data-testid=paste-text]').value", []).await?;
        self.click("paste").await?;
        Ok(text)
    }

    /// Waits until the maze on the board has so many walls.
    async fn maze_with_walls(&self, count: usize) -> Result<()> {
        let cells = "[...document.querySelectorAll('[data-testid=board] [data-cell]')]";
        self.wait_for(&format!("{cells}.filter(cell => /wall/.test(cell.ariaLabel)).length == {count}")).await
    }

    /// Puts a maze on the board as text.
    async fn paste_maze(&self, text: &str) -> Result<()> {
        self.click("paste").await?;
        self.enter("paste-text", text).await?;
        self.click("paste-apply").await?;
        self.settle().await
    }
}

#[tokio::test]
async fn a_maze_is_drawn_and_what_is_wrong_with_it_is_said() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.click("maze-9").await?;
        page.wait_for(&board_of(81)).await?;
        page.click("clear").await?;
        let room = page.maze_as_text().await?;
        assert_eq!(room.lines().nth(1), Some("#S      #"), "{room}");

        // A wall as one stroke, and back as one.
        page.stroke((3, 1), (3, 6)).await?;
        assert_eq!(page.maze_as_text().await?.lines().nth(3), Some("####### #"));
        page.click("undo").await?;
        assert_eq!(page.maze_as_text().await?, room);
        page.click("redo").await?;
        page.stroke((3, 2), (3, 3)).await?;
        assert_eq!(page.maze_as_text().await?.lines().nth(3), Some("##  ### #"), "a stroke from a wall opens");

        // S is carried, and G is put elsewhere.
        page.stroke((1, 1), (1, 4)).await?;
        page.click("brush-g").await?;
        page.stroke((5, 5), (5, 5)).await?;
        let text = page.maze_as_text().await?;
        assert_eq!((text.matches('S').count(), text.matches('G').count()), (1, 1), "{text}");
        assert_eq!((text.lines().nth(1), text.lines().nth(5)), (Some("#   S   #"), Some("#    G  #")));

        // An open border, a goal out of reach, no start, two starts: in words.
        page.click("brush-walls").await?;
        page.stroke((0, 4), (0, 4)).await?;
        page.said_once("The border is open at row 1, column 5").await?;
        page.paste_maze("#####\n#S#G#\n#####\n#   #\n#####").await?;
        page.said_once("No path leads from S to G").await?;
        page.paste_maze("#####\n#   #\n#   #\n#  G#\n#####").await?;
        page.said_once("The maze has no S").await?;
        page.paste_maze("#####\n#S S#\n#   #\n#  G#\n#####").await?;
        page.said_once("the second stands at").await?;
        // Foreign characters are named where they stand, and the board stays.
        page.click("paste").await?;
        page.enter("paste-text", "#####\n#S?G#\n#####\n#   #\n#####").await?;
        page.click("paste-apply").await?;
        page.wait_for("document.querySelector('[data-testid=complaint]')").await?;
        let complaint = page.text("complaint").await?;
        assert!(complaint.contains("line 2, column 3"), "{complaint}");
        // The board has not changed.
        page.said_once("the second stands at").await?;
        browser.screenshot("maze-complaint").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_solved_maze_is_looked_at_and_copied_with_its_path() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.click("maze-9").await?;
        page.wait_for(&board_of(81)).await?;
        page.wait_until_ready().await?;
        page.solve().await?;
        page.wait_for_end().await?;
        // Pressing the board selects a cell and leaves maze and run alone.
        assert!(
            page.script::<bool>("return document.querySelector('[data-testid=brush-look]').ariaPressed == 'true'", [])
                .await?
        );
        let before = page.maze_as_text().await?;
        page.stroke((4, 4), (4, 4)).await?;
        let selected = "document.querySelector('[data-cell=\"4,4\"]').ariaSelected == 'true'";
        page.wait_for(selected).await?;
        assert_eq!(page.maze_as_text().await?, before);
        page.wait_for_end().await?;
        // The figures and the path are the maze's own.
        let maze = Grid::parse(&before)?;
        let steps = shortest_path(&maze).ok_or("the first maze has no path")?.len() - 1;
        let figures = page.text("maze-figures").await?;
        assert!(figures.contains(&format!("{steps} steps")), "{figures}");
        page.click("paste").await?;
        page.click("paste-answer").await?;
        let answer: String = page.script("return document.querySelector('[data-testid=paste-text]').value", []).await?;
        assert_eq!(answer.matches('o').count(), steps - 1, "{answer}");
        page.click("paste").await?;
        // With a brush in hand the board is drawn on again, and the run is forgotten.
        page.click("brush-walls").await?;
        page.stroke((4, 4), (4, 4)).await?;
        page.wait_for("document.querySelector('[data-testid=verdict]').dataset.state == 'idle'").await?;
        assert_ne!(page.maze_as_text().await?, before);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_maze_of_any_size_is_drawn_and_run() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        // One from an address keeps its size; a model that there is not is named.
        let small = "#######\n#S    #\n# ### #\n#   # #\n### #G#\n#     #\n#######";
        let page = Page::open_link(browser, &format!("{url}#model=maze-7&puzzle={}", escaped(small))).await?;
        page.wait_for(&board_of(49)).await?;
        page.wait_until_ready().await?;
        let notes = page.text("notes").await?;
        assert!(notes.contains("no model maze-7"), "{notes}");
        page.choose_engine("cpu").await?;
        page.solve().await?;
        page.wait_for_end().await?;
        let answer = page.text("verdict").await?;
        println!("figure: 7x7: {answer}");

        // The generator's own sizes stay as they were chosen; mazes without loops have one path.
        for (field, value) in [("maze-size", "11"), ("maze-columns", "8"), ("maze-loops", "0"), ("maze-path", "12")] {
            page.enter(field, value).await?;
        }
        page.click("new").await?;
        page.wait_for(&board_of(88)).await?;
        page.wait_for("document.querySelector('[data-testid=maze-figures]').textContent.includes('no loops')").await?;
        let maze = Grid::parse(&page.maze_as_text().await?)?;
        assert!(shortest_path(&maze).ok_or("no path")?.len() > 12, "{maze:?}");
        page.wait_until_ready().await?;

        // As large as boards come.
        for (field, value) in [("maze-size", "30"), ("maze-columns", "30")] {
            page.enter(field, value).await?;
        }
        page.click("new").await?;
        page.wait_for(&board_of(900)).await?;
        page.wait_until_ready().await?;
        page.solve().await?;
        page.wait_for_end().await?;
        println!("figure: 30x30: {} {}", page.text("verdict").await?, page.text("figures").await?);
        browser.screenshot("maze-30").await?;
        // The same weights go on with another board, and back.
        page.click("maze-13").await?;
        page.wait_for(&board_of(169)).await?;
        page.wait_until_ready().await?;
        page.solve().await?;
        page.wait_for_end().await
    })
    .await
}

/// The gallery is what a host makes of it: without its model of every size, boards are fitted to the models that there are.
#[tokio::test]
async fn a_board_that_no_model_takes_is_said_to_be_one() -> Result<()> {
    with_browser(Chromium::Plain, async |browser| {
        let server = StaticServer::start(&dist());
        let index = fs::read_to_string(dist().join("gallery/index.json"))?;
        let mut index: Index = serde_json::from_str(&index)?;
        index.models.retain(|model| !model.every_size);
        server.replace("gallery/index.json", Some(&serde_json::to_string(&index)?));

        // A small one from an address is padded for the smallest model that holds it.
        let small = "#####\n#S  #\n# # #\n#  G#\n#####";
        let page = Page::open_link(browser, &format!("{}#puzzle={}", server.url(), escaped(small))).await?;
        page.wait_for(&board_of(81)).await?;
        page.wait_until_ready().await?;

        // A size between two models goes to the larger one.
        for (field, value) in [("maze-size", "11"), ("maze-loops", "0"), ("maze-path", "20")] {
            page.enter(field, value).await?;
        }
        page.click("new").await?;
        page.wait_for(&board_of(169)).await?;
        let text = page.maze_as_text().await?;
        assert!(text.lines().skip(11).all(|row| row == "#############"), "{text}");

        // Larger than every model: it is drawn, and what there is for it is offered.
        page.enter("maze-size", "30").await?;
        page.click("new").await?;
        page.wait_for(&board_of(900)).await?;
        page.wait_for("document.querySelector('[data-testid=unfit]')").await?;
        let unfit = page.text("unfit").await?;
        assert!(unfit.contains("30x30 mazes") && unfit.contains("13x13 mazes"), "{unfit}");
        assert!(page.script::<bool>("return document.querySelector('[data-testid=solve]').disabled", []).await?);
        browser.screenshot("maze-unfit").await?;
        page.click("unfit-train").await?;
        page.wait_for("document.querySelector('[data-testid=train-puzzle]')?.value == 'maze-30'").await?;
        page.click("place-solve").await?;
        page.click("unfit-largest").await?;
        page.wait_for(&board_of(169)).await?;
        page.wait_until_ready().await?;
        assert_eq!(browser.console_errors().await?, Vec::<String>::new(), "errors in the console");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_new_maze_is_made_as_chosen() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.click("maze-9").await?;
        page.wait_for(&board_of(81)).await?;
        // What can be set besides depends on the make; the list itself stays, and so does the focus.
        page.script::<()>("document.querySelector('[data-testid=maze-make]').focus()", []).await?;
        page.choose("maze-make", "6").await?;
        page.wait_for("document.querySelector('[data-testid=maze-density]')").await?;
        let gone: bool = page.script("return !document.querySelector('[data-testid=maze-loops]')", []).await?;
        let focus: String = page.script("return document.activeElement.dataset.testid ?? ''", []).await?;
        assert_eq!((gone, focus.as_str()), (true, "maze-make"));
        page.enter("maze-density", "20").await?;
        page.click("new").await?;
        // 49 cells within the border, a fifth of them walls.
        page.maze_with_walls(32 + 10).await?;
        // Rows and columns apart: a rectangle of an open floor.
        for (field, value) in [("maze-size", "5"), ("maze-columns", "9")] {
            page.enter(field, value).await?;
        }
        page.choose("maze-make", "9").await?;
        page.click("new").await?;
        page.wait_for("!document.querySelector('[data-testid=maze-density]')").await?;
        page.wait_for(&board_of(45)).await?;
        page.maze_with_walls(45 - 21).await?;
        browser.screenshot("maze-make").await?;
        Ok(())
    })
    .await
}
