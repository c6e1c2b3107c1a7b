//! Checkpoints of the official training on the page: brought, asked about, run, kept, handed out again.
//!
//! | what | how it is found |
//! |---|---|
//! | files, a folder | `input` with `data-testid` open-model, open-model-folder |
//! | what is asked | `data-testid=asked`, its fields asked-NAME, its button asked-open |
//! | the identifier | `input[data-testid=identifier]`, its name identifier-name |
//! | what is kept | `data-testid=models-kept`, folded; kept-models, remove-NAME; save-official, save-model, each with -config |

use std::{
    fs,
    path::{Path, PathBuf},
};

use hrm_core::{
    checkpoint::{
        official,
        torch::{self, PuzzleRows, States, TorchFile},
    },
    config::ModelConfig,
    model::{Level, Weights},
    puzzle::Kind,
    random::Random,
    recording::file,
};
use safetensors::SafeTensors;
use serde_json::json;

use crate::{Result, browser::Chromium, folder::Folder, page::Page, visit};

const OFFICIAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/official_style_checkpoint");
/// Of the largest difference over the largest magnitude.
const LIMIT: f32 = 1e-4;

impl Page<'_> {
    async fn wait_for_model(&self, name: &str) -> Result<()> {
        self.wait_for(&format!("document.querySelector('[data-testid=model]')?.value === {}", json!(name))).await?;
        self.wait_until_ready().await
    }

    /// Opens what is folded away about models.
    async fn unfold_models(&self) -> Result<()> {
        self.script::<()>("document.querySelector('[data-testid=models-kept]').open = true", []).await?;
        self.wait_for("document.querySelector('[data-testid=kept-models]')").await
    }

    /// Answers how long the board is, where that is asked.
    async fn say_length(&self) -> Result<()> {
        self.wait_for("document.querySelector('[data-testid=asked-seq_len]')").await?;
        self.enter("asked-seq_len", "16").await?;
        self.click("asked-open").await
    }
}

fn words(file: &SafeTensors<'_>, name: &str) -> Vec<[u8; 4]> {
    file.tensor(name).unwrap().data().as_chunks::<4>().0.to_vec()
}

/// The largest difference of the logits after each segment of a recording from the official code's, over the largest of them:
/// the recorded states through the model's head.
fn errors(recording: &[u8], weights: &Weights, outputs: &SafeTensors<'_>, row: usize) -> Vec<f32> {
    let recording = file::from_bytes(recording).unwrap().recording;
    let (cells, shapes) = (recording.question().len(), recording.shapes());
    let head = &weights.tensors["lm_head.weight"];
    let (vocabulary, width) = (head.shape[0], head.shape[1]);
    let states: Vec<_> = recording.states(Level::H).collect();
    let per_segment = states.len() / recording.segments().len();
    let logits = |state: &[f32]| -> Vec<f32> {
        let tokens = &state[(shapes.positions - cells) * width..];
        let of = |token: &[f32], symbol: usize| {
            token.iter().zip(&head.data[symbol * width..]).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>()
                as f32
        };
        tokens.chunks_exact(width).flat_map(|token| (0..vocabulary).map(move |symbol| of(token, symbol))).collect()
    };
    let error = |segment: usize| {
        let golden = words(outputs, &format!("f32.segment.{segment}.logits"));
        let golden: Vec<f32> = golden.into_iter().map(f32::from_le_bytes).collect();
        let largest = golden.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        let found = logits(&states[(segment + 1) * per_segment - 1].1);
        let golden = &golden[row * found.len()..(row + 1) * found.len()];
        found.iter().zip(golden).fold(0.0_f32, |most, (a, b)| most.max((a - b).abs())) / largest
    };
    (0..4).map(error).collect()
}

/// Picked, under each of its identifiers: the logits of four segments are the official code's, on both engines.
#[tokio::test]
async fn an_official_checkpoint_thinks_as_the_official_code() -> Result<()> {
    let outputs = fs::read(format!("{OFFICIAL}/outputs.safetensors"))?;
    let outputs = SafeTensors::deserialize(&outputs)?;
    let weights = TorchFile::open(&fs::read(format!("{OFFICIAL}/step_7"))?[..])?.weights(PuzzleRows::All)?;
    let kind: Kind = "sudoku-4x4".parse()?;
    let inputs: Vec<u8> =
        words(&outputs, "batch.inputs").into_iter().map(|word| u32::from_le_bytes(word) as u8).collect();
    let folder = Folder::new("hrm-e2e-identifiers")?;
    let names = folder.write("identifiers.json", r#"["<blank>", "first", "second"]"#)?;
    visit(Chromium::WebGpu, async |browser, url| {
        let page = Page::open(browser, url).await?;
        let files = [format!("{OFFICIAL}/step_7"), format!("{OFFICIAL}/all_config.yaml"), names].join("\n");
        page.upload("open-model", &files).await?;
        page.wait_for("document.querySelector('[data-testid=asked]')").await?;
        browser.screenshot("checkpoint-asked").await?;
        page.say_length().await?;
        page.wait_for_model("step_7").await?;
        let facts = page.text("facts").await?;
        assert!(facts.contains("0.26 M parameters"), "{facts}");
        for engine in ["cpu", "gpu"] {
            page.choose_engine(engine).await?;
            for (row, name) in ["<blank>", "first", "second"].into_iter().enumerate() {
                page.enter("identifier", if row == 2 { "second" } else { ["0", "1"][row] }).await?;
                page.wait_for(&format!(
                    "document.querySelector('[data-testid=identifier-name]').textContent.includes({})",
                    json!(name)
                ))
                .await?;
                page.wait_until_ready().await?;
                page.type_puzzle(&kind.decode(&inputs[row * 16..(row + 1) * 16])).await?;
                page.click("solve").await?;
                page.wait_for(
                    "['valid', 'invalid'].includes(document.querySelector('[data-testid=verdict]').dataset.state)",
                )
                .await?;
                let errors = errors(&page.saved_bytes("save-recording").await?, &weights, &outputs, row);
                println!("{engine}, identifier {row}: {errors:?}");
                assert!(errors.iter().all(|error| *error <= LIMIT), "{errors:?}");
            }
        }
        page.enter("identifier", "3").await?;
        page.wait_for("document.querySelector('[data-testid=identifier]').getAttribute('aria-invalid') === 'true'")
            .await?;
        let said = page.text("identifier-wrong").await?;
        assert!(said.contains("“3” is none of its identifiers (0 to 2): the model runs under 2"), "{said}");
        page.unfold_models().await?;
        assert_eq!(page.saved_name("save-official").await?, "step_7");
        assert_eq!(page.saved_name("save-official-config").await?, "all_config.yaml");
        browser.screenshot("checkpoint").await?;
        Ok(())
    })
    .await
}

/// A model of ARC tasks, in the official form: a grid is put on its board, and answered by another one.
#[tokio::test]
async fn a_model_of_tasks_answers_a_grid() -> Result<()> {
    let folder = Folder::new("hrm-e2e-tasks-model")?;
    let config = ModelConfig::from_json(
        r#"{"seq_len":900,"vocab_size":12,"H_cycles":1,"L_cycles":1,"H_layers":1,"L_layers":1,"hidden_size":32,
        "num_heads":2,"halt_max_steps":2,"puzzle_emb_ndim":32,"num_puzzle_identifiers":3}"#,
    )?;
    let mut weights = Weights::init(&config, 3);
    // Symbols of its own choice: start values answer all alike.
    let mut random = Random::new(1);
    for name in ["embed_tokens.embedding_weight", "lm_head.weight"] {
        let tensor = weights.tensors.get_mut(name).ok_or("no such tensor")?;
        tensor.data.iter_mut().for_each(|value| *value = random.normal() as f32);
    }
    let step = folder.file("checkpoint");
    torch::write(&weights, "checkpoint", States::Exact, &mut fs::File::create(&step)?)?;
    let yaml = folder.write("all_config.yaml", official::config_yaml(&config, None, false, None))?;
    let step = step.to_str().ok_or("a folder with a strange name")?.to_owned();
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.upload("open-model", &[step, yaml].join("\n")).await?;
        page.wait_for_model("checkpoint").await?;
        page.click("paste").await?;
        page.enter("paste-text", "0010\n0222\n0030").await?;
        page.click("paste-apply").await?;
        page.wait_for(
            "document.querySelector('[data-testid=board] [data-cell=\"1,3\"]').ariaLabel.includes('given red')",
        )
        .await?;
        browser.screenshot("checkpoint-arc-question").await?;
        page.click("solve").await?;
        page.wait_for("document.querySelector('[data-testid=verdict]').dataset.state === 'answered'").await?;
        let verdict = page.text("verdict").await?;
        assert_eq!(verdict, "This game has no rules that tell whether an answer is right.");
        // The whole board is the answer's, once it is shown: nothing of the question is said to be contradicted.
        page.wait_for("![...document.querySelectorAll('[data-testid=board] [data-cell]')].some(cell => cell.ariaLabel.includes('given'))")
            .await?;
        browser.screenshot("checkpoint-arc").await?;
        Ok(())
    })
    .await
}

/// A folder, and bare weights; what was kept is there on the next visit until it is removed.
#[tokio::test]
async fn checkpoints_are_kept_until_they_are_removed() -> Result<()> {
    let folder = Folder::new("hrm-e2e-kept-models")?;
    fs::create_dir(folder.file("run"))?;
    for name in ["step_7", "all_config.yaml"] {
        fs::copy(Path::new(OFFICIAL).join(name), folder.file("run").join(name))?;
    }
    fs::write(folder.file("run").join("step_3"), "an older one, which is not read")?;
    // Published ones have no ending, and their code lies beside them.
    for published in ["first", "second"] {
        fs::create_dir(folder.file(published))?;
        fs::copy(Path::new(OFFICIAL).join("step_7"), folder.file(published).join("checkpoint"))?;
        let yaml = fs::read_to_string(Path::new(OFFICIAL).join("all_config.yaml"))?;
        fs::write(folder.file(published).join("all_config.yaml"), format!("{yaml}\nof_run: {published}\n"))?;
        fs::write(folder.file(published).join("losses.py"), "import torch\n")?;
        fs::write(folder.file(published).join("dataset.json"), r#"{"seq_len": 16}"#)?;
        // Files of one size are told apart by their times.
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let gallery = concat!(env!("CARGO_MANIFEST_DIR"), "/www/gallery/sudoku-4x4-attention.safetensors");
    let bare = folder.write("bare.safetensors", fs::read(gallery)?)?;
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        // Dropped where tasks are shown it is a model all the same.
        page.click("place-arc").await?;
        browser.drop_paths(&[&folder.file("run")]).await?;
        page.say_length().await?;
        page.wait_for_model("step_7").await?;
        page.unfold_models().await?;
        page.wait_for("document.querySelector('[data-testid=kept-models]').textContent.includes('step_7, 1.1 MB')")
            .await?;

        // Weights alone: heads and cycles cannot be seen.
        page.upload("open-model", &bare).await?;
        page.wait_for("document.querySelector('[data-testid=asked-num_heads]')").await?;
        let asked = page.text("asked").await?;
        for field in ["num_heads", "H_cycles", "L_cycles", "halt_max_steps", "seq_len"] {
            assert!(asked.contains(field), "{asked}");
        }
        // Heads that do not divide the width are refused by name, and asked again.
        page.enter("asked-num_heads", "7").await?;
        page.say_length().await?;
        page.wait_for("document.querySelector('[data-testid=notes]').textContent.includes('num_heads')").await?;
        page.enter("asked-num_heads", "4").await?;
        page.say_length().await?;
        page.wait_for_model("bare").await?;

        // Two of one name stay beside each other, the same one again takes its own place.
        for (published, name) in [("first", "checkpoint"), ("second", "checkpoint (2)"), ("first", "checkpoint")] {
            let of = folder.file(published);
            match published {
                "second" => {
                    page.upload("open-model-folder", of.to_str().ok_or("a folder with a strange name")?).await?
                }
                _ => {
                    let files = ["checkpoint", "all_config.yaml", "dataset.json"].map(|name| of.join(name));
                    browser.drop_paths(&files.each_ref().map(PathBuf::as_path)).await?;
                }
            }
            page.wait_for_model(name).await?;
            assert_eq!(page.text("notes").await?, "", "of the other files of a folder nothing is said");
            page.unfold_models().await?;
            page.wait_for(&format!(
                "document.querySelector('[data-testid=kept-models]').textContent.includes('{name}, 1.1 MB')"
            ))
            .await?;
            let yaml = String::from_utf8(page.saved_bytes("save-official-config").await?)?;
            assert!(yaml.contains(&format!("of_run: \"{published}\"")), "{yaml}");
        }
        for name in ["checkpoint", "checkpoint (2)"] {
            page.click(&format!("remove-{name}")).await?;
        }

        let page = Page::open(browser, url).await?;
        page.unfold_models().await?;
        page.wait_for("document.querySelectorAll('[data-testid=kept-models] li').length === 2").await?;
        browser.screenshot("checkpoints-kept").await?;
        page.choose("model", "step_7").await?;
        page.wait_for_model("step_7").await?;
        page.click("solve").await?;
        page.wait_for("['valid', 'invalid'].includes(document.querySelector('[data-testid=verdict]').dataset.state)")
            .await?;
        page.click("remove-step_7").await?;
        page.wait_for("document.querySelector('[data-testid=model]').value !== 'step_7'").await?;
        let page = Page::open(browser, url).await?;
        page.unfold_models().await?;
        page.wait_for("document.querySelectorAll('[data-testid=kept-models] li').length === 1").await?;
        Ok(())
    })
    .await
}

/// What the page hands out is what `hrm convert` writes; the page's own models go out in the official form too.
#[tokio::test]
async fn models_are_handed_out_in_the_official_form() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.unfold_models().await?;
        let read = |bytes: &[u8]| TorchFile::open(bytes).and_then(|mut file| file.weights(PuzzleRows::All));
        let official = page.saved_bytes("save-official").await?;
        let own = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/www/gallery/sudoku-4x4.safetensors"))?;
        assert!(read(&official)? == Weights::from_safetensors(&own)?);
        // Dropped again, with every row of the puzzle embedding after a run under one of them.
        page.drop_file("step_7", &fs::read(format!("{OFFICIAL}/step_7"))?).await?;
        page.wait_for("document.querySelector('[data-testid=asked-num_heads]')").await?;
        page.enter("asked-num_heads", "4").await?;
        page.enter("asked-halt_max_steps", "4").await?;
        page.say_length().await?;
        page.wait_for_model("step_7").await?;
        page.enter("identifier", "2").await?;
        page.wait_until_ready().await?;
        let whole = read(&fs::read(format!("{OFFICIAL}/step_7"))?)?;
        assert!(read(&page.saved_bytes("save-official").await?)? == whole);
        assert!(Weights::from_safetensors(&page.saved_bytes("save-model").await?)? == whole);
        Ok(())
    })
    .await
}

/// A configuration that contradicts the tensors is named, with its field; so is one that cannot be read.
#[tokio::test]
async fn a_contradictory_configuration_is_named_with_its_field() -> Result<()> {
    let folder = Folder::new("hrm-e2e-contradiction")?;
    let text = fs::read_to_string(format!("{OFFICIAL}/all_config.yaml"))?;
    let step = folder.write("step_7", fs::read(format!("{OFFICIAL}/step_7"))?)?;
    let width = text.lines().find(|line| line.trim().starts_with("hidden_size:")).ok_or("it has no hidden_size")?;
    let layers = text.lines().find(|line| line.trim().starts_with("L_layers:")).ok_or("it has no L_layers")?;
    let indent = &width[..width.len() - width.trim_start().len()];
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        for (wrong, words) in [
            (
                text.replace(width, &format!("{indent}hidden_size: 128")),
                "all_config.yaml: hidden_size is 128; the tensors have",
            ),
            (text.replace(width, &format!("{indent}hidden_size: wide")), "all_config.yaml: hidden_size is"),
            (text.replace(layers, &format!("{indent}L_layers: 7")), "all_config.yaml: L_layers is 7; the tensors have"),
            (format!("{text}\n\t- ]"), "all_config.yaml: configuration:"),
        ] {
            let yaml = folder.write("all_config.yaml", wrong)?;
            page.upload("open-model", &[step.clone(), yaml].join("\n")).await?;
            page.wait_for(&format!(
                "document.querySelector('[data-testid=notes]').textContent.includes({})",
                json!(words)
            ))
            .await?;
            let notes = page.text("notes").await?;
            println!("{notes}");
            assert!(!notes.contains("step_7"), "{notes}");
        }
        Ok(())
    })
    .await
}
