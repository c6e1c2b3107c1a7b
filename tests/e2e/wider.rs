//! Thinking wider: many views of a puzzle whose plain answer breaks a rule.
//!
//! | what | how it is found |
//! |---|---|
//! | the button | `data-testid=think-wider` |
//! | how far it is, and what it found | `data-testid=wider` |
//! | its Stop | `data-testid=wider-stop` |
//! | the answer that it found | `data-testid=wider-answer`, a line for each row |

use hrm_core::puzzle::{Kind, sudoku::Shape};

use crate::{Result, browser::Chromium, page::Page, visit};

/// The hardest of the famous ones, which the gallery's model does not solve in a plain run.
const EASTER_MONSTER: &str = "1.......2.9.4...5...6...7...5.9.3.......7.......85..4.7.....6...3...9.8...2.....1";
/// The plain run fails, and a view in a few finds the answer.
const WITHIN_REACH: &str = "....4...1.3.6.....8........1.9..5.........87....2......7....26.5...94.........3..";

fn link(url: &str, puzzle: &str) -> String {
    format!("{url}#model=sudoku-9x9&puzzle={puzzle}&engine=cpu&moment=0")
}

#[tokio::test]
async fn stop_ends_a_search_and_nothing_of_the_plain_run_is_lost() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open_link(browser, &link(url, EASTER_MONSTER)).await?;
        page.wait_for("document.querySelector('[data-testid=verdict]').dataset.state == 'invalid'").await?;
        let (verdict, figures) = (page.text("verdict").await?, page.text("figures").await?);
        page.click("think-wider").await?;
        page.wait_for("/[1-9]\\d* views/.test(document.querySelector('[data-testid=wider]').textContent)").await?;
        // From the press to the words that say so, on the page's own clock.
        let milliseconds: f64 = page
            .script(
                "const begun = performance.now(); document.querySelector('[data-testid=wider-stop]').click(); \
                 return new Promise(done => { const look = () => \
                 document.querySelector('[data-testid=wider]').textContent.includes('stopped') \
                 ? done(performance.now() - begun) : setTimeout(look, 1); look(); });",
                [],
            )
            .await?;
        println!("figure: Stop of a search answered in {milliseconds:.0} ms (limit 200 ms)");
        assert_eq!((page.text("verdict").await?, page.text("figures").await?), (verdict, figures));
        // Another puzzle has no search.
        page.click("new").await?;
        page.wait_for("!document.querySelector('[data-testid=wider]')").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_view_finds_what_the_plain_run_does_not() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open_link(browser, &link(url, WITHIN_REACH)).await?;
        page.wait_for("document.querySelector('[data-testid=verdict]').dataset.state == 'invalid'").await?;
        page.click("think-wider").await?;
        page.wait_for("document.querySelector('[data-testid=wider-answer]')").await?;
        let answer: String = page.text("wider-answer").await?.split_whitespace().collect();
        let kind = Kind::new(&Shape::NINE);
        let [question, found] = [kind.encode(WITHIN_REACH)?, kind.encode(&answer)?];
        assert_eq!(kind.check(&question, &found), Ok(()), "{answer}");
        assert!(page.text("verdict").await?.contains("not a solution"));
        Ok(())
    })
    .await
}
