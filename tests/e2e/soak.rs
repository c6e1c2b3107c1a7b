//! Spoilt files, one after the other: the page says what is wrong with each, or takes it, and goes on working.

use std::{fs, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use hrm_core::random::Random;
use serde_json::{Value, json};

use crate::{PUZZLES, Result, assert_solved, bring::hrm, browser::Chromium, folder::Folder, page::Page, visit};

const GALLERY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www/gallery");
/// Spoilt files in all.
const MUTATIONS: usize = 500;
/// Files after which the page is asked to solve a puzzle.
const UNTIL_SOLVED: usize = 50;

/// What is dropped together: names and contents.
type Files = Vec<(String, Vec<u8>)>;

/// Valid files of every sort that the page reads.
fn valid(folder: &Folder) -> Result<Vec<Files>> {
    let path = |name: &str| folder.file(name).to_str().map(str::to_owned).ok_or("a folder with a strange name");
    let recording = path("run.safetensors")?;
    hrm(&["run", "--model", "sudoku-4x4", "--puzzle", PUZZLES[0].0, "--segments", "1", "--recording", &recording])?;
    let recipe = path("small.toml")?;
    fs::write(
        &recipe,
        r#"name = "soak"
puzzle = "sudoku-4x4"
data = { base_puzzles = 20, test_puzzles = 4, seed = 1 }
model = { H_cycles = 1, L_cycles = 1, H_layers = 1, L_layers = 1, hidden_size = 16, num_heads = 2, halt_max_steps = 2 }
training = { batch = 4, steps = 3, seed = 1, evaluate_every = 3, evaluate_on = 4 }
"#,
    )?;
    hrm(&["train", &recipe, "--out", &path("out")?])?;
    let puzzles = path("puzzles.csv")?;
    hrm(&["puzzles", "sudoku-4x4", "--count", "20", "--out", &puzzles])?;
    let read = |file: &str| -> Result<(String, Vec<u8>)> {
        let name = Path::new(file).file_name().and_then(|name| name.to_str()).ok_or("a file without a name")?;
        Ok((name.to_owned(), fs::read(file)?))
    };
    let [saved, weights, configuration] = ["out/state.safetensors", "out/soak.safetensors", "out/soak.json"]
        .map(|name| path(name).map(|file| read(&file)));
    let (weights, configuration) = (weights??, configuration??);
    Ok(vec![
        vec![read(&recording)?],
        vec![saved??],
        // The one that is spoilt comes first.
        vec![weights.clone(), configuration.clone()],
        vec![configuration, weights],
        vec![read(&puzzles)?],
        vec![read(&format!("{GALLERY}/sudoku-4x4.json"))?],
    ])
}

/// Where the tensors of a safetensors file begin; the start of any other.
fn header_end(file: &[u8]) -> usize {
    let length = file.first_chunk().map_or(0, |length| u64::from_le_bytes(*length) as usize);
    length.checked_add(8).filter(|&end| end <= file.len() && file.get(8) == Some(&b'{')).unwrap_or(0)
}

/// A file with something wrong in it. Half of them are spoilt behind their header alone, where it has one, or in its digits,
/// so that what reads the rest is reached too.
fn spoilt(file: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = file.to_vec();
    let end = header_end(file);
    let digits: Vec<usize> =
        (0..end.max(1).min(file.len())).filter(|&at| at >= 8 && file[at].is_ascii_digit()).collect();
    match random.below(8) {
        0 | 1 if end > 0 && end < file.len() => {
            for _ in 0..1 + random.below(8) {
                let at = end + random.below(file.len() - end);
                // The top byte of a number too: infinite, not a number, of another sign.
                bytes[at] = [0x00, 0xff, 0x7f, 0x80, random.below(256) as u8][random.below(5)];
            }
        }
        2 | 3 if !digits.is_empty() => {
            for _ in 0..1 + random.below(3) {
                bytes[digits[random.below(digits.len())]] = b'0' + random.below(10) as u8;
            }
        }
        4 => bytes.truncate(random.below(file.len())),
        5 => {
            let at = random.below(file.len());
            let to = (at + 1 + random.below(64)).min(file.len());
            bytes.drain(at..to);
        }
        6 => {
            let at = random.below(file.len());
            let more: Vec<u8> = (0..1 + random.below(32)).map(|_| random.below(256) as u8).collect();
            bytes.splice(at..at, more);
        }
        _ => {
            for _ in 0..1 + random.below(4) {
                let at = random.below(file.len());
                bytes[at] ^= 1 << random.below(8);
            }
        }
    }
    bytes
}

impl Page<'_> {
    /// Drops files together, and waits until the page has done what it does with them, or has had a second.
    async fn drop_spoilt(&self, files: &Files) -> Result<()> {
        let files: Vec<Value> =
            files.iter().map(|(name, bytes)| json!([name, BASE64_STANDARD.encode(bytes)])).collect();
        self.script(
            r#"const data = new DataTransfer(), root = document.documentElement;
            for (const [name, text] of arguments[0]) {
                data.items.add(new File([Uint8Array.from(atob(text), letter => letter.charCodeAt(0))], name));
            }
            const event = type => new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
            root.removeAttribute("data-files-over");
            document.querySelector("h1").dispatchEvent(event("dragover"));
            if (!root.hasAttribute("data-files-over")) throw new Error("the page does not answer any more");
            return new Promise(done => {
                let last = performance.now();
                const begun = last, changes = new MutationObserver(() => last = performance.now());
                changes.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
                document.querySelector("h1").dispatchEvent(event("drop"));
                const look = () => {
                    const now = performance.now();
                    if (now - last < 30 && now - begun < 1000) return setTimeout(look, 10);
                    changes.disconnect();
                    done();
                };
                setTimeout(look, 30);
            });"#,
            [json!(files)],
        )
        .await
    }
}

#[tokio::test]
async fn five_hundred_spoilt_files_leave_the_page_working() -> Result<()> {
    let folder = Folder::new("hrm-e2e-soak")?;
    let valid = valid(&folder)?;
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        let (mut past_header, mut with_header) = (0, 0);
        for number in 0..MUTATIONS {
            let mut random = Random::stream(28, number as u64);
            let mut files = valid[number % valid.len()].clone();
            let (name, file) = &mut files[0];
            println!("{number}: {name}");
            let end = header_end(file);
            let changed = spoilt(file, &mut random);
            if end > 0 {
                with_header += 1;
                let parsed = header_end(&changed);
                past_header += usize::from(parsed > 0 && serde_json::from_slice::<Value>(&changed[8..parsed]).is_ok());
            }
            *file = changed;
            // What is dropped where models learn is taken otherwise.
            page.click(["place-solve", "place-train"][number / valid.len() % 2]).await?;
            page.drop_spoilt(&files).await?;
            if number % UNTIL_SOLVED == UNTIL_SOLVED - 1 {
                // Not opened anew: this is the page that has met them all.
                page.click("place-solve").await?;
                page.click("sudoku-4x4").await?;
                page.choose("model", "sudoku-4x4").await?;
                page.wait_until_ready().await?;
                page.type_puzzle(PUZZLES[0].0).await?;
                let answer = page.solve().await?;
                assert_solved(PUZZLES[0].0, &answer, &format!("after {} files", number + 1));
            }
        }
        println!("{past_header} of {with_header} files with a header have one that can be parsed");
        assert!(2 * past_header >= with_header, "{past_header} of {with_header}");
        let page = Page::open(browser, url).await?;
        page.type_puzzle(PUZZLES[1].0).await?;
        assert_solved(PUZZLES[1].0, &page.solve().await?, "opened anew");
        Ok(())
    })
    .await
}
