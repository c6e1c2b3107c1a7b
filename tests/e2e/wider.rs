//! Thinking wider: many views of a puzzle whose plain answer breaks a rule.
//!
//! | what | how it is found |
//! |---|---|
//! | the button | `data-testid=think-wider` |
//! | how far it is, and what it found | `data-testid=wider` |
//! | its Stop | `data-testid=wider-stop` |
//! | the answer that it found | `data-testid=wider-answer`, a line for each row |
//! | the picture of all views | `data-testid=wider-plot`, with a `.mark` where each ends |
//! | what the view that is pointed at did | `data-testid=wider-reading` |
//! | the knobs | `data-testid=wider-views` (a power of two), `wider-noise` |
//! | the other settings | `wider-segments`, `wider-until`, `wider-choose`, `wider-forms`, `wider-branch`, behind `wider-more` |
//! | that a view is shown, and the way back | `data-testid=wider-opened`, `wider-back` |

use hrm_core::puzzle::{Kind, sudoku::Shape};

use crate::{Result, browser::Chromium, page::Page, pictures::SCREENS, visit};

/// The hardest of the famous ones, which the gallery's model does not solve in a plain run.
const EASTER_MONSTER: &str = "1.......2.9.4...5...6...7...5.9.3.......7.......85..4.7.....6...3...9.8...2.....1";
/// The plain run fails, and a view in a few finds the answer.
const WITHIN_REACH: &str = "....4...1.3.6.....8........1.9..5.........87....2......7....26.5...94.........3..";
/// It has several solutions, and no view of the budget finds one.
const NORVIGS_SLOW_ONE: &str = ".....6....59.....82....8....45........3........6..3.54...325..6..................";

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

/// Waits for the plain run, which fails, and begins a search.
async fn begin(page: &Page<'_>) -> Result<()> {
    page.wait_for("document.querySelector('[data-testid=verdict]').dataset.state == 'invalid'").await?;
    page.click("think-wider").await?;
    page.wait_for("document.querySelector('[data-testid=wider-more]')").await
}

/// Sets knobs and other settings while a search may be under way.
async fn set(page: &Page<'_>, settings: &[(&str, &str)]) -> Result<()> {
    page.script::<()>("document.querySelector('[data-testid=wider-more]').open = true", []).await?;
    page.wait_for("document.querySelector('[data-testid=wider-until]')").await?;
    for (id, value) in settings {
        let script = format!(
            "const field = document.querySelector('[data-testid={id}]'); field.value = '{value}'; \
             for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, {{ bubbles: true }}))"
        );
        page.script::<()>(&script, []).await?;
    }
    Ok(())
}

/// Waits for the end of a search that has so many views at most, by its words.
async fn wait_for_search(page: &Page<'_>, ends: &str) -> Result<()> {
    page.wait_for(&format!(
        "!document.querySelector('[data-testid=wider-stop]') && \
         /{ends}/.test(document.querySelector('[data-testid=wider]').textContent)"
    ))
    .await
}

#[tokio::test]
async fn all_views_are_pictured() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open_link(browser, &link(url, WITHIN_REACH)).await?;
        begin(&page).await?;
        set(&page, &[("wider-views", "4"), ("wider-segments", "1"), ("wider-until", "2")]).await?;
        wait_for_search(&page, "\\(16 views, 256 segments").await?;
        // A mark for every view, by shape and class.
        let marks = "document.querySelectorAll('[data-testid=wider-plot] > .mark').length";
        page.wait_for(&format!("{marks} == 16")).await?;
        let of = async |kind: &str| -> Result<usize> {
            page.script(&format!("return document.querySelectorAll('.wider-plot > {kind}').length"), []).await
        };
        let (solved, failed) = (of("circle.mark.solved").await?, of("path.mark.failed").await?);
        println!("{solved} views solved it, {failed} did not");
        assert_eq!(solved + failed, 16);
        let saved = page.saved("save-think-wider-svg").await?;
        assert!(saved.contains("component 1") && saved.matches("<path").count() > 12, "{saved}");
        page.click("tab-trajectory").await?;
        for (screen, width, height) in SCREENS {
            for scheme in ["light", "dark"] {
                browser.emulate(width, height, scheme).await?;
                page.settle().await?;
                page.script::<()>("document.querySelector('[data-testid=wider]').scrollIntoView()", []).await?;
                browser.screenshot(&format!("{screen}-{scheme}-wider")).await?;
                assert!(page.overflow().await? <= 0.0, "{screen}, {scheme}: wider than {width} px");
                assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "{screen}, {scheme}");
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_view_is_opened_as_a_run_and_the_puzzle_comes_back() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open_link(browser, &link(url, WITHIN_REACH)).await?;
        begin(&page).await?;
        set(&page, &[("wider-views", "2"), ("wider-segments", "0"), ("wider-until", "2")]).await?;
        wait_for_search(&page, "\\(4 views, 32 segments").await?;
        let (labels, verdict) = (page.labels().await?, page.text("verdict").await?);
        // The picture is drawn a moment later than the counts.
        page.wait_for("document.querySelectorAll('[data-testid=wider-plot] > .mark').length == 4").await?;
        let key = |key: &str| {
            format!(
                "document.querySelector('[data-testid=wider-plot]').dispatchEvent(\
                 new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true, cancelable: true }}))"
            )
        };
        page.script::<()>(&key("ArrowRight"), []).await?;
        page.wait_for("/View \\d.*q_halt/.test(document.querySelector('[data-testid=wider-reading]').textContent)")
            .await?;
        // Not the plain run, which sees the puzzle as it stands.
        while page.text("wider-reading").await?.contains("View 0") {
            page.script::<()>(&key("ArrowRight"), []).await?;
            page.settle().await?;
        }
        let reading = page.text("wider-reading").await?;
        let number = reading.split([' ', ':']).nth(1).unwrap_or_default().to_owned();
        page.script::<()>(&key("Enter"), []).await?;
        page.wait_for("document.querySelector('[data-testid=wider-opened]')").await?;
        page.wait_for_end().await?;
        let opened = page.text("wider-opened").await?;
        assert!(opened.contains(&format!("show view {number}, run again")), "{reading}: {opened}");
        assert_ne!(page.labels().await?, labels, "another form is on the board");
        // Another search begins beside it: its views are others.
        set(&page, &[("wider-noise", "0.2")]).await?;
        page.wait_for("/of the search before/.test(document.querySelector('[data-testid=wider-opened]').textContent)")
            .await?;
        page.click("wider-back").await?;
        page.wait_for("!document.querySelector('[data-testid=wider-opened]')").await?;
        page.wait_for_end().await?;
        assert_eq!((page.labels().await?, page.text("verdict").await?), (labels, verdict));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn stop_holds_for_the_search_that_a_knob_asks_for() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open_link(browser, &link(url, EASTER_MONSTER)).await?;
        begin(&page).await?;
        set(&page, &[("wider-branch", "1"), ("wider-views", "8")]).await?;
        page.wait_for("/[1-9]\\d* branches/.test(document.querySelector('[data-testid=wider]').textContent)").await?;
        assert!(!page.text("wider").await?.contains("plain run"), "no branch is the plain run");
        page.script::<()>(
            "const noise = document.querySelector('[data-testid=wider-noise]'); noise.value = '0.5'; \
             noise.dispatchEvent(new Event('input', { bubbles: true })); \
             document.querySelector('[data-testid=wider-stop]').click()",
            [],
        )
        .await?;
        // Longer than a knob has to rest before its search begins.
        page.script::<()>("return new Promise(done => setTimeout(done, 600))", []).await?;
        assert!(page.text("wider").await?.contains("stopped"), "{}", page.text("wider").await?);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_has_no_answer_or_several_ends_at_its_budget_and_says_so() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        // No two clues contradict each other, but the one answer of the puzzle has a 2 in its first cell.
        let none = WITHIN_REACH.replacen("....4", "6...4", 1);
        for (puzzle, note) in [(none.as_str(), "no solution"), (NORVIGS_SLOW_ONE, "several solutions")] {
            let page = Page::open_link(browser, &link(url, puzzle)).await?;
            begin(&page).await?;
            set(&page, &[("wider-views", "2"), ("wider-segments", "0")]).await?;
            wait_for_search(&page, "\\d views, \\d+ segments").await?;
            let said = page.text("wider").await?;
            let nothing = said.contains("no answer of any of them passes the rules (4 views, 32 segments");
            // One of several answers may be found.
            assert!(nothing || (puzzle == NORVIGS_SLOW_ONE && said.contains("found it")), "{said}");
            let notes = format!("{} {}", page.text("verdict").await?, page.text("notes").await?);
            // Of few clues it takes longer to find out than the page looks.
            assert!(notes.contains(note) || notes.contains("is not known"), "{notes}");
            // Branches spend the same budget, and are named so.
            set(&page, &[("wider-branch", "1")]).await?;
            wait_for_search(&page, "\\d branches, \\d+ segments").await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_search_goes_on_when_the_gpu_is_lost() -> Result<()> {
    visit(Chromium::WebGpu, async |browser, url| {
        let page = Page::open_link(browser, &link(url, EASTER_MONSTER)).await?;
        begin(&page).await?;
        page.click("wider-stop").await?;
        page.choose_engine("gpu").await?;
        set(&page, &[("wider-views", "3"), ("wider-segments", "0"), ("wider-until", "2")]).await?;
        page.wait_for("/[1-9]\\d* segments/.test(document.querySelector('[data-testid=wider]').textContent)").await?;
        browser.crash_gpu().await?;
        wait_for_search(&page, "8 views, 64 segments").await
    })
    .await
}

#[tokio::test]
async fn the_card_shows_what_thinking_wider_adds_and_what_became_of_famous_puzzles() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        for (screen, width, height) in SCREENS {
            for scheme in ["light", "dark"] {
                browser.emulate(width, height, scheme).await?;
                let page = Page::open_link(browser, &link(url, EASTER_MONSTER)).await?;
                page.wait_for("document.querySelector('[data-testid=wider-card]')").await?;
                let open = "for (const id of ['famous', 'wider-card']) document.querySelector(`[data-testid=${id}]`).open = true";
                page.script::<()>(open, []).await?;
                page.wait_for("document.querySelectorAll('.wider-table td').length >= 12").await?;
                let famous = page.text("famous").await?;
                assert!(famous.contains("Solved by view 1 in its segment 15, of 16 views, 240 segments"), "{famous}");
                let slow_one = "Not solved by 64 views, 2,048 segments; solved by branch 13 in its segment 24";
                assert!(famous.contains(slow_one), "{famous}");
                page.wait_for_end().await?;
                page.script::<()>("document.querySelector('[data-testid=famous]').scrollIntoView()", []).await?;
                browser.screenshot(&format!("{screen}-{scheme}-wider-card")).await?;
                assert!(page.overflow().await? <= 0.0, "{screen}, {scheme}: wider than {width} px");
                assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "{screen}, {scheme}");
            }
        }
        Ok(())
    })
    .await
}
