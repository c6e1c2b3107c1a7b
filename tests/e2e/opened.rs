//! Files that are opened on the board: recordings, models of a person's own; and what is dropped anywhere.
//!
//! | what | how it is found |
//! |---|---|
//! | files | `input` with `data-testid` open-recording, open-model; or dropped on the document |
//! | the run as a file | `data-testid=save-recording` |
//! | what went wrong | `data-testid=notes` |

use std::fs;

use base64::{Engine, prelude::BASE64_STANDARD};
use hrm_core::recording::{
    Maker,
    file::{self, RecordingFile},
};
use serde_json::json;

use crate::{PUZZLES, Result, bring::hrm, browser::Chromium, folder::Folder, page::Page, visit};

const GALLERY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www/gallery");

impl Page<'_> {
    /// The digits on the board, the verdict and its state, the moment that is shown.
    async fn seen(&self) -> Result<(String, String, String)> {
        self.script(
            r#"return spy.board().then(board => [
                board,
                document.querySelector("[data-testid=verdict]").textContent,
                document.querySelector("[data-testid=timeline]").getAttribute("aria-valuetext"),
            ]);"#,
            [],
        )
        .await
    }

    /// Every row of the tables of a view.
    async fn tables(&self, view: &str) -> Result<Vec<String>> {
        self.show(view).await?;
        self.settle().await?;
        self.script("return [...document.querySelectorAll('#view tbody tr')].map(row => row.textContent)", []).await
    }

    async fn wait_for_note(&self, words: &str) -> Result<String> {
        let notes = "document.querySelector('[data-testid=notes]')?.textContent";
        self.wait_for(&format!("{notes}.includes({})", json!(words))).await?;
        self.text("notes").await
    }

    /// Drops a file on the page.
    pub async fn drop_file(&self, name: &str, contents: &[u8]) -> Result<()> {
        self.script(
            r#"const [name, text] = arguments, data = new DataTransfer();
            data.items.add(new File([Uint8Array.from(atob(text), letter => letter.charCodeAt(0))], name));
            const event = type => new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
            document.querySelector("h1").dispatchEvent(event("dragover"));
            const over = document.documentElement.hasAttribute("data-files-over");
            document.querySelector("h1").dispatchEvent(event("drop"));
            if (!over) throw new Error("the page does not show that files can be dropped");"#,
            [json!(name), json!(BASE64_STANDARD.encode(contents))],
        )
        .await
    }
}

#[tokio::test]
async fn a_recording_is_opened_again() -> Result<()> {
    let folder = Folder::new("hrm-e2e-recording")?;
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.type_puzzle(PUZZLES[0].0).await?;
        page.solve().await?;
        let (seen, convergence) = (page.seen().await?, page.tables("convergence").await?);
        let answers = page.tables("answers").await?;
        assert!(convergence.len() > 10 && answers.len() > 10, "{convergence:?} {answers:?}");
        let bytes = page.saved_bytes("save-recording").await?;
        let file = folder.write("run.safetensors", &bytes)?;

        // Another board and another model were there before.
        let page = Page::open(browser, url).await?;
        page.click("sudoku-6x6").await?;
        page.upload("open-recording", &file).await?;
        page.wait_for("document.querySelector('[data-testid=verdict][data-state=valid]')").await?;
        assert_eq!(page.seen().await?, seen);
        assert_eq!(page.tables("convergence").await?, convergence);
        assert_eq!(page.tables("answers").await?, answers);
        browser.screenshot("recording-opened").await?;
        // The open model is the one that ran: it can be asked about the run.
        page.show("attention").await?;
        page.wait_for("document.querySelector('[data-testid=mixing] canvas')").await?;
        page.wait_until_ready().await?;

        // Under the same name, another model: what asks the open one says that it cannot.
        let RecordingFile { kind, recording } = file::from_bytes(&bytes)?;
        let other = Maker { name: recording.maker().name.clone(), digest: "0".repeat(16) };
        let file = folder.write("other.safetensors", file::to_bytes(&recording.made_by(other), kind)?)?;
        page.upload("open-recording", &file).await?;
        page.wait_for("document.querySelector('#view').textContent.includes('of another model than the open one')")
            .await?;
        page.show("experiments").await?;
        let view = page.text("view").await?;
        assert!(view.contains("of another model than the open one"), "{view}");
        assert_eq!(page.tables("convergence").await?, convergence);
        // It thinks about the same puzzle itself.
        page.solve().await?;
        page.show("experiments").await?;
        assert!(!page.text("view").await?.contains("of another model"));
        Ok(())
    })
    .await
}

/// A run is kept, and one of another model, on another board, is laid over it.
#[tokio::test]
async fn runs_of_two_models_are_laid_over_one_another() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.type_puzzle(PUZZLES[0].0).await?;
        page.solve().await?;
        page.show("trajectory").await?;
        page.click("keep-run").await?;
        assert!(page.text("kept-axes").await?.contains("on this run's components"));
        page.click("sudoku-6x6").await?;
        page.wait_until_ready().await?;
        page.solve().await?;
        assert!(page.text("kept-axes").await?.contains("on its own components"));
        let points = "return document.querySelector(arguments[0]).getAttribute('points').trim().split(' ').length";
        // Two H steps in each of the kept run's eight segments.
        let kept: usize = page.script(points, [json!("#view polyline.kept")]).await?;
        assert_eq!(kept, 16);
        browser.screenshot("two-models").await?;
        page.show("convergence").await?;
        let [slow, fast]: [usize; 2] = [
            page.script(points, [json!("#view polyline.laid-over.h")]).await?,
            page.script(points, [json!("#view polyline.laid-over.l")]).await?,
        ];
        assert_eq!((slow, fast), (16, 32));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_recording_from_the_command_line_is_opened() -> Result<()> {
    let folder = Folder::new("hrm-e2e-native-recording")?;
    let file = folder.file("native.safetensors");
    let file = file.to_str().ok_or("a file with a strange name")?;
    visit(Chromium::Plain, async |browser, url| {
        hrm(&["run", "--model", "sudoku-4x4", "--puzzle", PUZZLES[0].0, "--recording", file])?;
        let page = Page::open(browser, url).await?;
        page.upload("open-recording", file).await?;
        page.wait_for("document.querySelector('[data-testid=verdict][data-state=valid]')").await?;
        println!("{}", page.text("figures").await?);
        // The page's own model has the same weights, and can be asked about the run.
        page.show("attention").await?;
        page.wait_for("document.querySelector('[data-testid=mixing] canvas')").await
    })
    .await
}

#[tokio::test]
async fn files_that_are_no_recording_leave_the_run_as_it_is() -> Result<()> {
    let folder = Folder::new("hrm-e2e-no-recording")?;
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.type_puzzle(PUZZLES[1].0).await?;
        page.solve().await?;
        let seen = page.seen().await?;
        let bytes = page.saved_bytes("save-recording").await?;
        let mark = br#""hrm_web_recording":""#;
        let at =
            bytes.windows(mark.len()).position(|part| part == mark).ok_or("the file is not marked as a recording")?;
        let mut newer = bytes.clone();
        newer[at + mark.len()] = b'7';
        let cases = [
            ("newer.safetensors", newer, "a recording of version 7; this page reads version 1"),
            ("short.safetensors", bytes[..bytes.len() - 8].to_vec(), "not a readable safetensors file"),
            ("notes.safetensors", b"no such file".to_vec(), "it is no safetensors file"),
            ("step_9", b"version https://git-lfs.github.com/spec/v1\n".to_vec(), "Git LFS pointer"),
            ("all_config.yaml", b"arch:\n".to_vec(), "this goes beside a checkpoint"),
            ("picture.png", vec![1, 2, 3], "expected a recording"),
        ];
        for (name, contents, words) in cases {
            let file = folder.write(name, contents)?;
            page.upload("open-recording", &file).await?;
            let note = page.wait_for_note(words).await?;
            println!("{note}");
            assert!(note.contains(name), "{note}");
            assert_eq!(page.seen().await?, seen, "after {name}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_model_of_ones_own_solves_the_board() -> Result<()> {
    let folder = Folder::new("hrm-e2e-own-model")?;
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        let copy = |extension: &str| {
            folder.write(&format!("mine.{extension}"), fs::read(format!("{GALLERY}/sudoku-6x6.{extension}"))?)
        };
        let both = [copy("safetensors")?, copy("json")?];
        page.upload("open-model", &both.join("\n")).await?;
        page.wait_for("document.querySelector('[data-testid=model]').value === 'mine'").await?;
        page.wait_until_ready().await?;
        let facts = page.text("facts").await?;
        assert!(facts.contains("0.41 M parameters"), "{facts}");
        page.solve().await?;
        browser.screenshot("own-model").await?;

        // Weights of another shape than the configuration says are refused by name.
        let wrong = folder.write("wrong.safetensors", fs::read(format!("{GALLERY}/sudoku-4x4.safetensors"))?)?;
        page.upload("open-model", &[wrong, both[1].clone()].join("\n")).await?;
        page.wait_for(
            "document.querySelector('[data-testid=verdict]').textContent.includes('the configuration asks for')",
        )
        .await?;
        println!("{}", page.text("verdict").await?);
        page.choose("model", "sudoku-6x6").await?;
        page.wait_until_ready().await?;
        page.solve().await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn files_are_dropped_anywhere() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.type_puzzle(PUZZLES[2].0).await?;
        page.solve().await?;
        let (seen, bytes) = (page.seen().await?, page.saved_bytes("save-recording").await?);

        let page = Page::open(browser, url).await?;
        page.click("place-how-it-works").await?;
        page.drop_file("run.safetensors", &bytes).await?;
        page.wait_for("document.querySelector('[data-testid=verdict][data-state=valid]')").await?;
        assert_eq!(page.seen().await?, seen);
        let table = "question,answer\n1.34341221434321,1234341221434321\n";
        page.drop_file("mine.csv", table.as_bytes()).await?;
        page.wait_for("document.querySelector('[data-testid=train-table]')?.textContent.includes('mine.csv')").await?;
        browser.screenshot("dropped-csv").await?;
        Ok(())
    })
    .await
}

/// A recording that is given to “Your own model” is opened as what it is, and is said not to have been run here; a trace is named.
#[tokio::test]
async fn every_known_file_is_taken_wherever_it_is_given() -> Result<()> {
    let folder = Folder::new("hrm-e2e-known-files")?;
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.type_puzzle(PUZZLES[2].0).await?;
        page.solve().await?;
        let seen = page.seen().await?;
        let recording = folder.write("mine.safetensors", page.saved_bytes("save-recording").await?)?;
        let trace = folder.write("hrm-trace.json", page.saved("save-json").await?)?;
        let page = Page::open(browser, url).await?;
        page.upload("open-model", &recording).await?;
        page.wait_for("document.querySelector('[data-testid=verdict][data-state=valid]')").await?;
        assert_eq!(page.seen().await?, seen);
        let figures = page.text("figures").await?;
        assert!(figures.starts_with("A recording, opened from mine.safetensors, not run here"), "{figures}");
        let page = Page::open(browser, url).await?;
        page.upload("open-model", &trace).await?;
        let note = page.wait_for_note("hrm-trace.json: a trace, for other programs").await?;
        assert!(note.contains("its run is in the file “Recording”"), "{note}");
        let clues = PUZZLES[2].0.chars().filter(|clue| *clue != '.').count();
        assert_eq!(page.labels().await?.iter().filter(|label| label.contains("given ")).count(), clues);
        Ok(())
    })
    .await
}
