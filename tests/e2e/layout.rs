//! Where things stand: on a phone, on a laptop, on a wide screen.
//!
//! | what | how it is found |
//! |---|---|
//! | what the board's colours mean | `data-testid=board-legend`, its `summary` opens it |
//! | engine and theme, folded away on a phone | `data-testid=settings` |
//! | turns the trajectory in space by itself | `data-testid=turn` |

use serde_json::json;

use crate::{Result, VIEWS, browser::Chromium, first_minutes::SCREENS, page::Page, train, visit};

/// CSS pixels that a finger's target has at least, across and down.
const TARGET: f64 = 24.0;

/// Every visible target that is smaller: what it is, and its size. A box to tick is pressed by its label; links in sentences
/// are as high as their lines.
const SMALL_TARGETS: &str = r#"
    const all = document.querySelectorAll("button, summary, select, textarea, input, a[href], [role=slider], [role=tab]");
    return [...all].filter(target => target.checkVisibility() && !target.closest("article p, article li")).flatMap(target => {
        const pressed = target.matches("[type=checkbox], [type=file]") ? target.closest("label") ?? target : target;
        const { width, height } = pressed.getBoundingClientRect();
        const small = width > 0 && (width < arguments[0] || height < arguments[0]);
        return small ? [`${pressed.outerHTML.slice(0, 120)}: ${width.toFixed(1)} x ${height.toFixed(1)}`] : [];
    })"#;

/// Left and right edges of the first and the second element that are named.
const SIDES: &str = r#"return arguments[0].map(([first, last]) => [
        document.querySelector(first).getBoundingClientRect().left,
        document.querySelector(last).getBoundingClientRect().right,
    ])"#;

#[tokio::test]
async fn the_header_is_as_wide_as_what_is_below_it() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        browser.emulate(1920, 1080, "light").await?;
        let page = Page::open(browser, url).await?;
        page.choose_engine("cpu").await?;
        page.solve().await?;
        let aligned = async |when: &str| -> Result<()> {
            page.settle().await?;
            let parts = json!([[".top h1", ".top .settings"], ["main.solve .puzzle", "main.solve .inside"]]);
            let sides: [[f64; 2]; 2] = page.script(SIDES, [parts]).await?;
            println!("{when}: {sides:?}");
            let apart = (0..2).map(|side| (sides[0][side] - sides[1][side]).abs()).fold(0.0, f64::max);
            assert!(apart <= 1.0, "{when}: {sides:?}");
            Ok(())
        };
        aligned("one view").await?;
        page.choose("beside", "trajectory").await?;
        page.wait_for("document.querySelector('[data-testid=view-beside]')").await?;
        aligned("two views").await?;
        browser.screenshot("wide").await
    })
    .await
}

#[tokio::test]
async fn every_target_on_a_phone_can_be_hit() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        browser.emulate(390, 844, "light").await?;
        let page = Page::open(browser, url).await?;
        page.solve().await?;
        let mut small = Vec::new();
        for view in VIEWS {
            page.show(view).await?;
            page.settle().await?;
            let found: Vec<String> = page.script(SMALL_TARGETS, [json!(TARGET)]).await?;
            small.extend(found.into_iter().map(|target| format!("{view}: {target}")));
        }
        page.click("settings").await?;
        for place in page.places().await? {
            page.click(&place).await?;
            page.settle().await?;
            page.script::<()>("document.querySelectorAll('details').forEach(fold => fold.open = true)", []).await?;
            page.settle().await?;
            let found: Vec<String> = page.script(SMALL_TARGETS, [json!(TARGET)]).await?;
            small.extend(found.into_iter().map(|target| format!("{place}: {target}")));
        }
        small.sort();
        small.dedup();
        assert_eq!(small, Vec::<String>::new(), "smaller than {TARGET} pixels");
        Ok(())
    })
    .await
}

/// Engine and theme are folded away on a phone and unfold without anything that has to be pushed aside; Start is on the Train
/// place's first screen.
#[tokio::test]
async fn a_phones_first_screen_has_what_one_comes_for() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        browser.emulate(390, 844, "light").await?;
        let page = train::open(browser, url).await?;
        let start: [f64; 3] = page
            .script(
                "const area = document.querySelector('[data-testid=train-start]').getBoundingClientRect();
                return [scrollY, area.bottom, innerHeight]",
                [],
            )
            .await?;
        assert!(start[0] == 0.0 && start[1] <= start[2], "Start ends at {start:?}");
        browser.snapshot("phone-train").await?;
        let pushed = "return [...document.querySelectorAll('.top, .top *')]
            .filter(part => part.checkVisibility() && part.scrollWidth > part.clientWidth + 1
                && ['auto', 'scroll'].includes(getComputedStyle(part).overflowX)).map(part => part.className)";
        let shows_engine = "return document.querySelector('[data-testid=engine]').checkVisibility()";
        for unfolded in [false, true] {
            assert_eq!(page.script::<bool>(shows_engine, []).await?, unfolded);
            assert_eq!(page.script::<Vec<String>>(pushed, []).await?, Vec::<String>::new());
            assert!(page.overflow().await? <= 0.0);
            browser.snapshot(if unfolded { "phone-settings" } else { "phone-header" }).await?;
            page.click("settings").await?;
            page.settle().await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_colours_mean_is_said_on_the_first_screen() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        for (screen, width, height) in SCREENS {
            browser.emulate(width, height, "light").await?;
            for (model, words) in [("sudoku-9x9", "bold: given"), ("maze-9", "a wall, as drawn")] {
                let page = Page::open_link(browser, &format!("{url}#model={model}&engine=cpu")).await?;
                page.wait_for("document.querySelector('[data-testid=board-legend] summary')").await?;
                page.wait_until_ready().await?;
                page.tab_to("[data-testid=board-legend] summary").await?;
                page.press_enter().await?;
                page.settle().await?;
                let inside: [f64; 6] = page
                    .script(
                        "const areas = ['summary', '.marks'].map(part =>
                            document.querySelector(`[data-testid=board-legend] ${part}`).getBoundingClientRect());
                        return [scrollY, ...areas.map(area => area.bottom), areas[1].left, areas[1].right, innerHeight]",
                        [],
                    )
                    .await?;
                let [scrolled, summary, marks, left, right, window] = inside;
                browser.snapshot(&format!("legend-{screen}-{model}")).await?;
                assert!(scrolled == 0.0 && summary <= window && marks <= window, "{screen}, {model}: {inside:?}");
                assert!(left >= 0.0 && right <= f64::from(width), "{screen}, {model}: {inside:?}");
                assert!(page.text("board-legend").await?.contains(words), "{screen}, {model}");
                assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "{screen}, {model}");
                // It goes when something else is pressed.
                page.tab_to("[data-testid=solve]").await?;
                page.wait_for("!document.querySelector('[data-testid=board-legend]').open").await?;
            }
        }
        Ok(())
    })
    .await
}

/// With less motion asked for nothing turns by itself, and it is said why.
#[tokio::test]
async fn less_motion_is_respected_and_said() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        for (wish, turns) in [("no-preference", 1), ("reduce", 0)] {
            let features = json!({ "features": [{ "name": "prefers-reduced-motion", "value": wish }] });
            browser.driver().cdp().send_raw("Emulation.setEmulatedMedia", features).await?;
            let page = Page::open(browser, url).await?;
            page.choose_engine("cpu").await?;
            page.solve().await?;
            page.show("trajectory").await?;
            let buttons = "return document.querySelectorAll('[data-testid=turn]').length";
            assert_eq!(page.script::<usize>(buttons, []).await?, turns, "{wish}");
            let said = page.text("view").await?.contains("It does not turn by itself: less motion is asked for.");
            assert_eq!(said, turns == 0, "{wish}");
        }
        Ok(())
    })
    .await
}
