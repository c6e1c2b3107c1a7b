//! Checkpoints of many megabytes: what is read of them, how far that is, how it is given up, and what memory it takes. The files
//! are of zeros, which take no room on a disk that knows holes.
//!
//! | what | how it is found |
//! |---|---|
//! | how far reading is | `data-testid=verdict` |
//! | gives it up | `data-testid=stop-reading` |

use std::{
    fs::{self, File},
    io::{self, BufWriter, Seek, SeekFrom, Write},
};

use hrm_core::{
    checkpoint::{
        Tensor, Weights, official,
        torch::{self, States},
    },
    config::ModelConfig,
    model::param_specs,
};
use serde_json::{Value, json};

use crate::{
    Result,
    browser::{Browser, Chromium},
    dist,
    folder::Folder,
    page::Page,
    server::StaticServer,
    with_browser,
};

/// The paper's 27 M for 9x9 Sudoku.
const SUDOKU: &str = r#"{"seq_len":81,"vocab_size":11,"H_cycles":2,"L_cycles":2,"H_layers":4,"L_layers":4,
    "hidden_size":512,"num_heads":8,"expansion":4,"halt_max_steps":16,"puzzle_emb_ndim":512,"num_puzzle_identifiers":1}"#;
/// A small model with the puzzle embedding of an ARC build.
const MANY_PUZZLES: &str = r#"{"seq_len":900,"vocab_size":12,"H_cycles":1,"L_cycles":1,"H_layers":1,"L_layers":1,
    "hidden_size":64,"num_heads":4,"expansion":4,"halt_max_steps":2,"puzzle_emb_ndim":512,
    "num_puzzle_identifiers":1045829}"#;

/// In front of a worker's loader: tells the page how many bytes the worker has read of files, how many at once at most, and how
/// large its module's memory is.
const TELLS: &str = r#"
    const told = new BroadcastChannel("reads"), read = FileReaderSync.prototype.readAsArrayBuffer;
    let sum = 0, most = 0, memory = null;
    for (const how of ["instantiate", "instantiateStreaming"]) {
        const plain = WebAssembly[how];
        WebAssembly[how] = async (...given) => {
            const made = await plain.apply(WebAssembly, given);
            memory = (made.instance ?? made).exports.memory;
            return made;
        };
    }
    const tell = () => told.postMessage([self.name, sum, most, memory?.buffer.byteLength ?? 0]);
    told.onmessage = ({ data }) => data === "tell" && tell();
    FileReaderSync.prototype.readAsArrayBuffer = function (blob) {
        sum += blob.size;
        most = Math.max(most, blob.size);
        return read.call(this, blob);
    };
"#;

/// Where zeros are left out.
struct Holes(File);

impl Write for Holes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match bytes.iter().all(|byte| *byte == 0) {
            true => self.0.seek(SeekFrom::Current(bytes.len() as i64)).map(|_| bytes.len()),
            false => self.0.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Writes a checkpoint of zeros with its configuration into a folder: both paths and the checkpoint's bytes.
fn checkpoint(folder: &Folder, config: &str) -> Result<([String; 2], u64)> {
    let config = ModelConfig::from_json(config)?;
    let zeros = |shape: Vec<usize>| Tensor { data: vec![0.0; shape.iter().product()], shape };
    let tensors = param_specs(&config).into_iter().map(|spec| (spec.name, zeros(spec.shape))).collect();
    let step = folder.file("step_1");
    // As large as a piece that is encoded, so that every piece comes whole.
    let mut out = BufWriter::with_capacity(1 << 16, Holes(File::create(&step)?));
    torch::write(&Weights { tensors }, "step_1", States::Exact, &mut out)?;
    out.into_inner().map_err(|error| error.to_string())?;
    let dataset = json!({ "seq_len": config.seq_len, "vocab_size": config.vocab_size,
        "num_puzzle_identifiers": config.num_puzzle_identifiers });
    folder.write("dataset.json", dataset.to_string())?;
    let yaml = folder.write("all_config.yaml", official::config_yaml(&config, None, false, None))?;
    let bytes = fs::metadata(&step)?.len();
    Ok(([step.to_str().ok_or("a folder with a strange name")?.to_owned(), yaml], bytes))
}

/// What the worker that solves has read, and its memory.
#[derive(Clone, Copy, Debug)]
struct Reads {
    bytes: f64,
    at_once: f64,
    memory: f64,
}

impl Page<'_> {
    async fn reads(&self) -> Result<Reads> {
        let script = "return new Promise(done => {
            const channel = new BroadcastChannel('reads');
            channel.onmessage = ({ data: [name, ...figures] }) => name === 'worker' && done(figures);
            channel.postMessage('tell');
        })";
        let [bytes, at_once, memory] = self.script(script, []).await?;
        Ok(Reads { bytes, at_once, memory })
    }

    /// Waits until the model that was brought can be run.
    async fn wait_until_read(&self) -> Result<()> {
        self.wait_for(MODEL).await?;
        self.wait_for("document.querySelector('[data-testid=verdict]').textContent.startsWith('Press Solve')").await?;
        self.settle().await
    }

    /// Brings files for the board and notes what the verdict says from now on; gives up reading as soon as it can if `stop`.
    async fn bring(&self, files: &[String], stop: bool) -> Result<()> {
        let script = "window.verdicts = new Set();
            window.watching?.disconnect();
            window.watching = new MutationObserver(() => {
                verdicts.add(document.querySelector('[data-testid=verdict]')?.textContent);
                if (arguments[0]) document.querySelector('[data-testid=stop-reading]')?.click();
            });
            watching.observe(document.body, { subtree: true, childList: true, characterData: true });";
        self.script::<Value>(&script.replace("arguments[0]", if stop { "true" } else { "false" }), []).await?;
        self.upload("open-model", &files.join("\n")).await
    }
}

async fn open<'a>(browser: &'a Browser, server: &StaticServer) -> Result<Page<'a>> {
    let loader = fs::read_to_string(dist().join("worker_loader.js"))?;
    server.replace("worker_loader.js", Some(&format!("{loader}\n{TELLS}")));
    let page = Page::open(browser, &server.url()).await?;
    page.choose_engine("cpu").await?;
    page.wait_until_ready().await?;
    Ok(page)
}

const MODEL: &str = "document.querySelector('[data-testid=model]')?.value === 'step_1'";

/// 110 MB: read in pieces with its progress, given up and begun anew, kept, and handed out by halves.
#[tokio::test]
async fn a_large_checkpoint_is_read_in_pieces() -> Result<()> {
    let folder = Folder::new("hrm-e2e-large-checkpoint")?;
    let (files, bytes) = checkpoint(&folder, SUDOKU)?;
    assert!(bytes > 100_000_000, "{bytes} bytes");
    with_browser(Chromium::Plain, async |browser| {
        let server = StaticServer::start(&dist());
        let page = open(browser, &server).await?;
        page.bring(&files, true).await?;
        page.wait_for("document.querySelector('[data-testid=verdict]').textContent.includes('reading it was stopped')")
            .await?;
        let stopped = page.reads().await?;
        println!("stopped: {stopped:?}");
        assert!(stopped.bytes < bytes as f64 / 2.0, "{stopped:?}");

        page.bring(&files, false).await?;
        page.wait_until_read().await?;
        let opened = page.reads().await?;
        let said: Vec<String> = page.script("return [...verdicts]", []).await?;
        println!("opened: {opened:?}: {said:?}");
        let steps = said.iter().filter(|said| said.starts_with("Loading the model") && said.ends_with(" %")).count();
        assert!(steps >= 5, "its progress was hardly told: {said:?}");
        let read = opened.bytes - stopped.bytes;
        assert!((bytes as f64 * 0.99..bytes as f64 * 1.02).contains(&read), "{read} bytes were read of {bytes}");
        assert!(opened.at_once <= 2e6, "{} bytes were read at once", opened.at_once);
        let grown = opened.memory - stopped.memory;
        assert!(grown < 1.5 * bytes as f64, "the memory grew by {grown} bytes");

        // Kept, and of its configuration no weights are read.
        page.script::<()>("document.querySelector('[data-testid=models-kept]').open = true", []).await?;
        page.wait_for("document.querySelector('[data-testid=kept-models]')?.textContent.includes('step_1, 1')").await?;
        let text = String::from_utf8(page.saved_bytes("save-official-config").await?)?;
        assert!(text.contains("hidden_size: 512"), "{text}");
        let text = String::from_utf8(page.saved_bytes("save-model-config").await?)?;
        assert!(text.contains("\"hidden_size\":512"), "{text}");
        let configured = page.reads().await?;
        assert!(configured.bytes - opened.bytes < 1e6, "{configured:?}");
        Ok(())
    })
    .await
}

/// 2.1 GB of puzzle embedding: of it only the row that is asked for is read.
#[tokio::test]
async fn of_a_huge_puzzle_embedding_one_row_is_read() -> Result<()> {
    let folder = Folder::new("hrm-e2e-huge-checkpoint")?;
    let ([step, yaml], bytes) = checkpoint(&folder, MANY_PUZZLES)?;
    let dataset = folder.file("dataset.json").to_str().ok_or("a folder with a strange name")?.to_owned();
    assert!(bytes > 2_100_000_000, "{bytes} bytes");
    // This browser keeps nothing: a copy would take the room that the file does not.
    with_browser(Chromium::NoStorage, async |browser| {
        let server = StaticServer::start(&dist());
        let page = open(browser, &server).await?;
        let before = page.reads().await?;
        page.bring(&[step, yaml, dataset], false).await?;
        page.wait_until_read().await?;
        page.enter("identifier", "1000000").await?;
        page.wait_until_read().await?;
        let opened = page.reads().await?;
        println!("{before:?}, {opened:?} of {bytes} bytes");
        assert!(opened.bytes < 5e6 && opened.memory - before.memory < 20e6, "{before:?}, {opened:?}");
        let notes = page.text("notes").await?;
        assert!(notes.contains("could not be kept in this browser"), "{notes}");
        // A grid of a task is drawn on its board, and answered by another one.
        page.click("paste").await?;
        page.enter("paste-text", "003\n050\n100").await?;
        page.click("paste-apply").await?;
        page.click("solve").await?;
        page.wait_for("document.querySelector('[data-testid=verdict]').dataset.state === 'answered'").await?;
        let verdict = page.text("verdict").await?;
        assert_eq!(verdict, "This game has no rules that tell whether an answer is right.");
        // More than page and worker can hold at once is not handed out, and it is said what does that.
        page.script::<()>("document.querySelector('[data-testid=models-kept]').open = true", []).await?;
        page.wait_for("document.querySelector('[data-testid=save-official]')").await?;
        page.click("save-official").await?;
        page.wait_for("document.querySelector('[data-testid=notes]').textContent.includes('hrm convert')").await
    })
    .await
}
