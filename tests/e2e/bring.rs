//! What a person brings to the Train place, and takes away: weights of their own, a run from the command line.
//!
//! | what | how it is found |
//! |---|---|
//! | first weights | `select[data-testid=train-origin]`: random, gallery:NAME, file |
//! | files | `input` with `data-testid` train-weights (weights, configuration), train-csv, run-upload |
//! | what went wrong | `data-testid=train-notice` |
//! | the run as a file | `data-testid=train-save-state` |

use std::{fs, process::Command};

use crate::{
    Result,
    browser::Chromium,
    folder::Folder,
    train::{open, solved_boards},
    visit,
};

const GALLERY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www/gallery");

/// Weights that fit no field are refused by name and cost nothing; with their configuration they are gone on from.
#[tokio::test]
async fn learns_from_weights_that_a_person_brings() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = open(browser, url).await?;
        page.open_settings().await?;
        page.set(&[("base_puzzles", "50"), ("test_puzzles", "4"), ("batch", "4")]).await?;
        page.upload("train-weights", &format!("{GALLERY}/sudoku-6x6.safetensors")).await?;
        page.wait_for("document.querySelector('[data-testid=train-origin]').value === 'file'").await?;
        page.click("train-start").await?;
        page.wait_for("document.querySelector('[data-testid=train-notice]')").await?;
        let refused = page.text("train-notice").await?;
        println!("weights of another model: {refused}");
        assert!(refused.contains("the configuration asks for"), "{refused}");
        assert!(refused.contains("What you set up is as it was"), "{refused}");
        browser.screenshot("train-own-refused").await?;

        let page = open(browser, url).await?;
        let both = ["json", "safetensors"].map(|extension| format!("{GALLERY}/sudoku-4x4.{extension}"));
        page.upload("train-weights", &both.join("\n")).await?;
        let config: serde_json::Value = serde_json::from_str(&fs::read_to_string(&both[0])?)?;
        page.open_settings().await?;
        // Each of these is another in the preset that the page begins with.
        for field in ["H_layers", "halt_max_steps", "num_heads"] {
            let written =
                format!("document.querySelector('[data-testid=train-{field}]')?.value === '{}'", config[field]);
            page.wait_for(&written).await?;
        }
        page.set(&[("base_puzzles", "50"), ("test_puzzles", "4"), ("batch", "4")]).await?;
        page.wait_for("document.querySelector('[data-testid=train-origin]').value === 'file'").await?;
        page.click("train-start").await?;
        page.wait_for_step(1).await?;
        page.click("train-pause").await?;
        page.wait_for_state("paused").await?;
        assert_eq!(solved_boards(&page).await?, 4, "unseen boards that these weights solve");
        Ok(())
    })
    .await
}

/// What `hrm train` saved is brought into the page and goes on there, and what the page saved goes on with `hrm train`.
#[tokio::test]
async fn a_run_goes_from_the_command_line_to_the_page_and_back() -> Result<()> {
    let folder = Folder::new("hrm-e2e-run")?;
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/recipes/sudoku-4x4.toml"))?;
    let small =
        text.replace("base_puzzles = 1000", "base_puzzles = 50").replace("test_puzzles = 500", "test_puzzles = 8");
    let (recipe, out) = (folder.file("small.toml"), folder.file("out"));
    fs::write(&recipe, small)?;
    let out = out.to_str().ok_or("a folder with a strange name")?;
    let state = format!("{out}/state.safetensors");
    visit(Chromium::Plain, async |browser, url| {
        hrm(&["train", recipe.to_str().ok_or("a file with a strange name")?, "--minutes", "0.02", "--out", out])?;
        let page = open(browser, url).await?;
        page.upload("run-upload", &state).await?;
        page.wait_for("document.querySelector('[data-testid^=run-continue-]')").await?;
        page.script::<()>("document.querySelector('[data-testid^=run-continue-]').click()", []).await?;
        page.wait_for_state("running").await?;
        let begun = page.steps().await?;
        assert!(begun > 0, "it began anew");
        page.wait_for_step(begun + 3).await?;
        // It was tested when it was stopped, and is not at its end.
        let result = page.text("train-result").await?;
        assert_eq!(result, "", "a run that goes on has no result yet");
        page.click("train-pause").await?;
        page.wait_for_state("paused").await?;
        let paused_at = page.steps().await?;
        let bytes = page.saved_bytes("train-save-state").await?;
        let back = folder.file("back.safetensors");
        fs::write(&back, bytes)?;
        let back = back.to_str().ok_or("a file with a strange name")?;
        let said = hrm(&["train", back, "--resume", "--minutes", "0.01", "--out", out])?;
        println!("step {begun} from the command line, {paused_at} in the page; then: {said}");
        let (_, after) = said.split_once("after ").ok_or("nothing was trained")?;
        let steps: u64 = after.split(' ').next().unwrap_or_default().parse()?;
        assert!(steps > paused_at, "{said}");
        Ok(())
    })
    .await
}

/// Runs the `hrm` of this build and returns what it prints.
pub fn hrm(arguments: &[&str]) -> Result<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_hrm")).args(arguments).output()?;
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    if output.status.success() { Ok(out) } else { Err(err.into()) }
}
