//! A person against the model, what the model holds likely in a cell, and links that carry a recipe.
//!
//! | what | how it is found |
//! |---|---|
//! | begins an attempt | `data-testid=try` |
//! | how far it is, in place of the verdict | attempt, attempt-model, show-answer |
//! | that it has come to an end | attempt-solved |
//! | the likeliest symbols of the present cell | guesses |

use crate::{PUZZLES, Result, browser::Chromium, page::Page, visit};

const ANSWER: &str = "1243341243212134";

#[tokio::test]
async fn a_person_solves_it_beside_the_model() -> Result<()> {
    let (puzzle, _) = PUZZLES[0];
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.type_puzzle(puzzle).await?;
        page.click("try").await?;
        // The model thinks meanwhile, and what it found is not on the board.
        page.wait_for(
            "document.querySelector('[data-testid=attempt-model]')?.textContent.startsWith('The model took')",
        )
        .await?;
        let labels = page.labels().await?;
        assert!(labels[0].contains("blank") && labels[3].contains("given 3"), "{labels:?}");
        assert!(page.text("attempt").await?.contains("12 cells to go"), "{}", page.text("attempt").await?);
        // What breaks a rule is marked; a clue cannot be written over; what was filled in is taken back.
        page.type_clue(0, '3').await?;
        page.wait_for("document.querySelector('[data-testid=attempt]').textContent.includes('break')").await?;
        assert!(page.labels().await?[0].contains("you say 3, breaks a rule"), "{:?}", page.labels().await?[0]);
        browser.screenshot("against").await?;
        page.click("undo").await?;
        page.type_clue(3, '1').await?;
        let labels = page.labels().await?;
        assert!(labels[0].contains("blank") && labels[3].contains("given 3"), "{labels:?}");
        for (cell, (clue, answer)) in puzzle.chars().zip(ANSWER.chars()).enumerate() {
            if clue == '.' {
                page.type_clue(cell, answer).await?;
            }
        }
        page.wait_for("document.querySelector('[data-testid=attempt-solved]')").await?;
        let said = page.text("attempt-solved").await?;
        assert!(said.starts_with("You solved it in ") && said.contains("; the model took "), "{said}");
        // The model's run is shown again, with what its head holds likely in the selected cell.
        page.wait_for("document.querySelector('[data-testid=verdict]').dataset.state === 'valid'").await?;
        page.point_at(0).await?;
        page.seek(9999).await?;
        page.wait_for("document.querySelector('[data-testid=guesses]').textContent").await?;
        let guesses = page.text("guesses").await?;
        assert!(guesses.starts_with("The model on row 1, column 1: 1 ") && guesses.contains('%'), "{guesses}");
        // Given up: the answer is shown. Another puzzle ends an attempt, too.
        page.click("try").await?;
        page.click("show-answer").await?;
        page.wait_for("document.querySelector('[data-testid=verdict]')").await?;
        page.click("try").await?;
        page.click("new").await?;
        page.wait_for("document.querySelector('[data-testid=verdict]')").await?;
        page.wait_for("!document.querySelector('[data-testid=attempt-solved]')").await
    })
    .await
}

/// The recipe of a training goes with the address, and a field that is wrong stays as it was written.
#[tokio::test]
async fn a_link_carries_the_recipe() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.click("place-train").await?;
        page.wait_for("document.querySelector('[data-testid=train-steps]')").await?;
        page.enter("train-steps", "123").await?;
        page.enter("train-batch", "many").await?;
        page.wait_for("location.hash.includes('steps%3D123') && location.hash.includes('batch%3Dmany')").await?;
        // Nothing but the address outlives this.
        page.script::<()>("window.before = true; location.reload()", []).await?;
        page.wait_for("!window.before && document.querySelector('[data-testid=train-steps]')").await?;
        let read = "return ['steps', 'batch'].map(name => document.querySelector(`[data-testid=train-${name}]`).value)";
        assert_eq!(page.script::<Vec<String>>(read, []).await?, ["123", "many"]);
        Ok(())
    })
    .await
}
