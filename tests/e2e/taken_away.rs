//! Files that a person saves: what they are called, and that there is something in them.

use std::collections::BTreeSet;

use hrm_core::{
    puzzle::{Kind, sudoku::Shape},
    random::Random,
};

use crate::{Result, browser::Chromium, page::Page, visit};

/// Files of a run, then those of a moment of it.
const OF_RUN: [&str; 5] = ["save-film", "save-recording", "save-json", "save-H", "save-L"];
const OF_MOMENT: [&str; 4] = ["save-board", "save-states-png", "save-change-svg", "save-halting-svg"];

/// Of a picture's height and width at most so much may be one strip without anything in it.
const MOST_BLANK: f64 = 0.3;

/// The largest blank strips across and down a picture, as shares of its height and width.
const BLANK: &str = r#"createImageBitmap(blob).then(bitmap => {
        const { width, height } = bitmap, context = new OffscreenCanvas(width, height).getContext("2d");
        context.drawImage(bitmap, 0, 0);
        const { data } = context.getImageData(0, 0, width, height);
        const is = (x, y) => [0, 1, 2].some(part => Math.abs(data[4 * (y * width + x) + part] - data[part]) > 8);
        const longest = (lines, across, at) => {
            let most = 0;
            for (let line = 0, run = 0; line < lines; line++) {
                run = Array.from({ length: across }, (_, along) => along).some(along => at(line, along)) ? 0 : run + 1;
                most = Math.max(most, run);
            }
            return most / lines;
        };
        return JSON.stringify([longest(height, width, (y, x) => is(x, y)), longest(width, height, (x, y) => is(x, y))]);
    })"#;

/// Of every frame of a GIF: pixels in the colours of H and of L, and those that differ from the frame before, in the board and
/// below it.
const FRAMES: &str = r##"(async () => {
        const decoder = new ImageDecoder({ data: await blob.arrayBuffer(), type: "image/gif" });
        await decoder.tracks.ready;
        await decoder.completed;
        const style = getComputedStyle(document.documentElement);
        const inks = ["--h", "--l"].map(name => style.getPropertyValue(name).trim().match(/\w\w/g).map(part => parseInt(part, 16)));
        const frames = [];
        let before = null;
        for (let frameIndex = 0; frameIndex < decoder.tracks.selectedTrack.frameCount; frameIndex++) {
            const { image } = await decoder.decode({ frameIndex });
            const { displayWidth: width, displayHeight: height } = image;
            const context = new OffscreenCanvas(width, height).getContext("2d");
            context.drawImage(image, 0, 0);
            image.close();
            const { data } = context.getImageData(0, 0, width, height), counts = [0, 0, 0, 0];
            for (let at = 0; at < data.length; at += 4) {
                const below = at / 4 >= width * width;
                inks.forEach((ink, of) => {
                    if (below && ink.every((part, index) => Math.abs(part - data[at + index]) < 24)) counts[of]++;
                });
                if (before && [0, 1, 2].some(part => before[at + part] !== data[at + part])) counts[below ? 3 : 2]++;
            }
            before = data;
            frames.push(counts);
        }
        return JSON.stringify(frames);
    })()"##;

/// A 6x6 Sudoku of a seed, whose run is opened at its third moment.
fn link(url: &str, seed: u64) -> String {
    let kind = Kind::new(&Shape::SIX);
    let puzzle = kind.decode(&kind.generate(&mut Random::new(seed), 0.7).unwrap().question);
    format!("{url}#model=sudoku-6x6&puzzle={puzzle}&engine=cpu&moment=2")
}

#[tokio::test]
async fn files_are_called_after_what_they_are_of() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let mut all = BTreeSet::new();
        for seed in [11, 12] {
            let page = Page::open_link(browser, &link(url, seed)).await?;
            page.wait_for_end().await?;
            let mut of_run = BTreeSet::new();
            for moment in [2, 8] {
                page.seek(moment).await?;
                for button in OF_RUN.into_iter().chain(OF_MOMENT) {
                    let name = page.saved_name(button).await?;
                    assert!(name.contains("sudoku-6x6"), "{button}: {name}");
                    let step = format!("-step-{}", moment + 1);
                    assert_eq!(name.contains(&step), OF_MOMENT.contains(&button), "{button}: {name}");
                    of_run.insert(name);
                }
            }
            // What is about the run alone has one name, whatever is shown of it.
            assert_eq!(of_run.len(), OF_RUN.len() + 2 * OF_MOMENT.len(), "{of_run:?}");
            println!("{of_run:?}");
            assert!(all.is_disjoint(&of_run), "two puzzles share names: {of_run:?}");
            all.extend(of_run);
        }
        Ok(())
    })
    .await
}

/// A film has a picture for every H step, in which the board and the two clocks with their curves go on.
#[tokio::test]
async fn a_film_has_board_clocks_and_curves() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        browser.emulate(1280, 800, "light").await?;
        let page = Page::open_link(browser, &link(url, 11)).await?;
        page.wait_for_end().await?;
        let frames: Vec<[usize; 4]> = serde_json::from_str(&page.saved_as("save-film", FRAMES).await?)?;
        println!("H, L, changed on the board, changed below it: {frames:?}");
        // The puzzle, then two H steps in each of eight segments.
        assert_eq!(frames.len(), 17);
        for pair in frames.windows(2) {
            let [before, now] = pair else { continue };
            assert!(now[0] > before[0] && now[1] > before[1], "a clock stands still: {pair:?}");
            assert!(now[3] > 0, "nothing moves below the board: {pair:?}");
        }
        assert!(frames.iter().any(|frame| frame[2] > 1000), "the board never changes: {frames:?}");
        Ok(())
    })
    .await
}

/// No figure is saved before there is one, and none is mostly blank.
#[tokio::test]
async fn saved_figures_are_full() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        for (width, height) in [(1366, 768), (390, 844)] {
            browser.emulate(width, height, "light").await?;
            let page = Page::open_link(browser, &link(url, 11)).await?;
            page.wait_for_end().await?;
            let mut blank = Vec::new();
            for (view, figures) in [
                ("overview", &["states", "change", "halting"][..]),
                ("convergence", &["distance", "cosine"]),
                ("answers", &["answers", "answer", "symbols"]),
                ("trajectory", &["trajectory", "trajectory-3d", "dimensions"]),
                ("attention", &["mixing"]),
            ] {
                page.click(&format!("tab-{view}")).await?;
                page.settle().await?;
                if view == "trajectory" {
                    let buttons = "return document.querySelectorAll('[data-testid^=save-dimensions]').length";
                    assert_eq!(page.script::<usize>(buttons, []).await?, 0, "nothing is measured yet");
                    page.click("measure-dimensions").await?;
                    page.wait_for(
                        "document.querySelector('[data-testid=measure-dimensions]').textContent.startsWith('Measure')",
                    )
                    .await?;
                }
                for figure in figures {
                    let strips = page.saved_as(&format!("save-{figure}-png"), BLANK).await?;
                    let [across, down]: [f64; 2] = serde_json::from_str(&strips)?;
                    println!("{width}, {figure}: blank {across:.2} of the height, {down:.2} of the width");
                    if across.max(down) > MOST_BLANK {
                        blank.push(format!("{width}, {figure}: {across:.2}, {down:.2}"));
                    }
                }
            }
            assert_eq!(blank, Vec::<String>::new(), "strips without anything");
        }
        Ok(())
    })
    .await
}
