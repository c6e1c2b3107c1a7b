//! The library of tasks.

use hrm_core::puzzle::arc::Side;

use crate::{Result, browser::Chromium, page::Page, visit};

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
