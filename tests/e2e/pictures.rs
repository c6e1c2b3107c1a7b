//! Every place and view as a person sees it: light and dark, on a desk and on a phone, in target/screenshots.

use hrm_core::{
    puzzle::{Kind, sudoku::Shape},
    random::Random,
};
use hrm_web::ui::board::starter::first_question;

use crate::{
    Result, VIEWS,
    browser::Chromium,
    page::{Page, escaped},
    visit,
};

/// CSS pixels across and down.
pub const SCREENS: [(&str, u32, u32); 2] = [("desktop", 1280, 800), ("phone", 390, 844)];

/// A puzzle whose answer changes on the way, at a moment of its run.
fn link(url: &str, more: &str) -> String {
    let kind = Kind::new(&Shape::SIX);
    let puzzle = kind.decode(&kind.generate(&mut Random::new(11), 0.7).unwrap().question);
    format!("{url}#model=sudoku-6x6&puzzle={puzzle}&engine=cpu&{more}")
}

#[tokio::test]
async fn every_view_is_pictured() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        for (screen, width, height) in SCREENS {
            for scheme in ["light", "dark"] {
                browser.emulate(width, height, scheme).await?;
                let page = Page::open_link(browser, &link(url, "moment=47")).await?;
                page.wait_for_end().await?;
                page.script::<()>("document.querySelector('[data-testid=thinking-longer]').open = true", []).await?;
                page.wait_for("document.querySelector('[data-testid=thinking-longer-reading]')").await?;
                assert_eq!(
                    page.text("thinking-longer-reading").await?,
                    "Of 300 unseen puzzles, 99.7 % are right after 8 segments, as in training, and 100.0 % after 64."
                );
                for view in VIEWS {
                    page.click(&format!("tab-{view}")).await?;
                    page.settle().await?;
                    if view == "experiments" {
                        page.seek(8).await?;
                        page.click("run-experiment").await?;
                        page.wait_for("document.querySelector('[data-testid=swap-runs]:enabled')").await?;
                        page.settle().await?;
                    }
                    browser.screenshot(&format!("{screen}-{scheme}-{view}")).await?;
                    assert!(page.overflow().await? <= 0.0, "{screen}, {scheme}, {view}: wider than {width} px");
                }
                for place in page.places().await?.into_iter().filter(|place| place != "place-solve") {
                    page.click(&place).await?;
                    page.settle().await?;
                    browser.screenshot(&format!("{screen}-{scheme}-{place}")).await?;
                    assert!(page.overflow().await? <= 0.0, "{screen}, {scheme}, {place}: wider than {width} px");
                    assert_eq!(
                        page.accessibility_violations().await?,
                        Vec::<String>::new(),
                        "{screen}, {scheme}, {place}"
                    );
                }
            }
        }
        Ok(())
    })
    .await
}

/// The first board of each size of maze is solved by the model of that size.
#[tokio::test]
async fn mazes_of_every_models_size_are_pictured() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let looks = SCREENS.iter().flat_map(|screen| ["light", "dark"].map(|scheme| (screen, scheme)));
        for (&(screen, width, height), scheme) in looks {
            browser.emulate(width, height, scheme).await?;
            for model in ["maze-9", "maze-13"] {
                let kind: Kind = model.parse()?;
                let puzzle = escaped(&kind.decode(&first_question(kind)));
                let link = format!("{url}#model={model}&puzzle={puzzle}&engine=cpu&moment=9999");
                let page = Page::open_link(browser, &link).await?;
                page.wait_for("document.querySelector('[data-testid=verdict][data-state=valid]')").await?;
                browser.screenshot(&format!("{screen}-{scheme}-{model}")).await?;
                // What one cell takes from the others, laid over the board.
                page.click("tab-attention").await?;
                page.wait_for("document.querySelector('[data-testid=lay-0]')").await?;
                page.click("lay-0").await?;
                page.point_at(kind.seq_len() / 2).await?;
                page.wait_for("document.querySelector('[data-testid=overlay-legend]')").await?;
                page.settle().await?;
                browser.screenshot(&format!("{screen}-{scheme}-{model}-attention")).await?;
                page.script::<()>("document.querySelectorAll('details').forEach(fold => fold.open = true)", []).await?;
                page.settle().await?;
                if model == "maze-9" {
                    let said = page.text("more-puzzles").await?;
                    assert!(said.contains("1,000") && said.contains("100,000"), "{said}");
                }
                assert!(page.overflow().await? <= 0.0, "{screen}, {scheme}, {model}: wider than {width} px");
                let violations = page.accessibility_violations().await?;
                assert_eq!(violations, Vec::<String>::new(), "{screen}, {scheme}, {model}");
            }
        }
        Ok(())
    })
    .await
}

/// The gallery's model with attention shows what its heads look at.
#[tokio::test]
async fn a_gallery_models_heads_are_pictured() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        for (screen, width, height) in SCREENS {
            browser.emulate(width, height, "light").await?;
            let link = format!(
                "{url}#model=sudoku-4x4-attention&puzzle=3.1.4.......1..3&engine=cpu&view=attention&moment=9999"
            );
            let page = Page::open_link(browser, &link).await?;
            page.wait_for("document.querySelector('[data-testid=verdict][data-state=valid]')").await?;
            page.point_at(5).await?;
            page.settle().await?;
            assert!(page.text("mixing").await?.to_lowercase().contains("head"), "no heads");
            browser.screenshot(&format!("{screen}-gallery-heads")).await?;
            assert!(page.overflow().await? <= 0.0, "{screen}: wider than {width} px");
            assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "{screen}");
        }
        Ok(())
    })
    .await
}

/// The link holds puzzle, model, view and moment, and nothing runs that it does not ask for.
#[tokio::test]
async fn a_link_shows_the_same_moment_again() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open_link(browser, &link(url, "moment=8&view=answers")).await?;
        page.wait_for("document.querySelector('[data-testid=verdict]').dataset.state == 'valid'").await?;
        assert!(page.script::<bool>("return location.hash.includes('model=sudoku-6x6')", []).await?, "another model");
        let moment = page.text("moment").await?;
        assert_eq!(moment, "segment 2 of 8, round 1 of 2, slow H step");
        assert!(page.script::<bool>("return document.querySelector('#tab-answers').ariaSelected == 'true'", []).await?);
        // From one place to another and back: the run is still there.
        page.click("place-how-it-works").await?;
        page.wait_for("location.hash.includes('place=how-it-works')").await?;
        page.script::<serde_json::Value>("history.back()", []).await?;
        page.wait_for("document.querySelector('main.solve').checkVisibility()").await?;
        assert_eq!(page.text("moment").await?, moment);
        Ok(())
    })
    .await
}

/// The guided minute: by keyboard, with what it speaks of in sight, away with Escape, and only once.
#[tokio::test]
async fn the_guided_minute_comes_once() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        for (screen, width, height) in SCREENS {
            browser.emulate(width, height, "light").await?;
            browser.forget("hrm.tour").await?;
            let page = Page::visit_first(browser, url).await?;
            // An invitation, which takes the focus from nobody, then four steps.
            page.wait_for("document.querySelector('[data-testid=tour]')").await?;
            browser.snapshot(&format!("tour-{screen}-0")).await?;
            page.click("tour-next").await?;
            page.wait_for("document.activeElement.id == 'tour-title'").await?;
            assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "the tour, {screen}");
            let parts = [".board", "[data-testid=timeline]", "[data-testid=change-curve]", "[data-testid=board]"];
            for (step, part) in (1..).zip(parts) {
                page.settle().await?;
                browser.snapshot(&format!("tour-{screen}-{step}")).await?;
                // What is spoken of begins below what stays at the top, and the card does not cover where it begins.
                let seen = "const [part, card] = [arguments[0], '[data-testid=tour]'].map(css =>
                        document.querySelector(css).getBoundingClientRect());
                    const beside = part.right <= card.left || part.left >= card.right;
                    return part.top >= arguments[1] && part.top < (beside ? innerHeight : card.top)";
                let strip = if step == 3 { 100 } else { 0 };
                let arguments = [serde_json::json!(part), serde_json::json!(if screen == "phone" { strip } else { 0 })];
                assert!(page.script::<bool>(seen, arguments).await?, "{screen}, step {step}: {part} is hidden");
                page.tab_to("[data-testid=tour-next]").await?;
                page.press_enter().await?;
            }
            page.wait_for("!document.querySelector('[data-testid=tour]')").await?;
            page.wait_for("document.querySelector('[data-testid=verdict]').dataset.state == 'valid'").await?;
        }
        let page = Page::visit_first(browser, url).await?;
        page.wait_until_ready().await?;
        assert!(page.script::<bool>("return !document.querySelector('[data-testid=tour]')", []).await?, "it came back");
        page.click("tour-again").await?;
        page.wait_for("document.querySelector('[data-testid=tour]')").await?;
        page.press_escape().await?;
        page.wait_for("!document.querySelector('[data-testid=tour]')").await
    })
    .await
}

/// Two views stand side by side on a wide screen, and a link shows both.
#[tokio::test]
async fn two_views_stand_side_by_side() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        browser.emulate(1700, 1000, "light").await?;
        let page = Page::open_link(browser, &link(url, "view=states&moment=47")).await?;
        page.wait_for_end().await?;
        page.choose("beside", "trajectory").await?;
        page.wait_for("document.querySelector('[data-testid=view-beside] [data-testid=trajectory]')").await?;
        page.wait_for("location.hash.includes('beside=trajectory')").await?;
        let link: String = page.script("return location.href", []).await?;
        let page = Page::open_link(browser, &format!("{link}&moment=47")).await?;
        page.wait_for_end().await?;
        page.wait_for("document.querySelector('[data-testid=view-beside] [data-testid=trajectory]')").await?;
        page.settle().await?;
        let edges: Vec<f64> = page
            .script(
                "return ['view', 'view-beside'].flatMap(id => {
                    const area = document.querySelector(`[data-testid=${id}]`).getBoundingClientRect();
                    return [area.left, area.right];
                })",
                [],
            )
            .await?;
        assert!(edges.is_sorted() && edges[1] - edges[0] > 400.0, "{edges:?}");
        browser.screenshot("side-by-side").await?;
        assert!(page.overflow().await? <= 0.0);
        assert_eq!(page.accessibility_violations().await?, Vec::<String>::new());
        // The view that is put beside itself stands alone.
        page.click("tab-trajectory").await?;
        page.wait_for("!document.querySelector('[data-testid=view-beside]')").await
    })
    .await
}
