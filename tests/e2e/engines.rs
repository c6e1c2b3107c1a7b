//! Which engine the page takes by itself, and when it trusts a GPU.
//!
//! | what | how it is found |
//! |---|---|
//! | the engine, and what is found out about both | `data-testid=badge` |
//! | tests a processor that plays a GPU | `data-testid=test-gpu` |
//! | what a test found | `self-test.json` in the private file system |

use crate::{PUZZLES, Result, assert_solved, browser::Chromium, page::Page, visit};

/// The record of the self-test, as text.
const READ: &str = "return navigator.storage.getDirectory().then(root => root.getFileHandle('self-test.json'))
    .then(handle => handle.getFile()).then(file => file.text());";
const WRITE: &str = "const text = arguments[0];
    return navigator.storage.getDirectory().then(root => root.getFileHandle('self-test.json'))
        .then(handle => handle.createWritable())
        .then(file => file.write(text).then(() => file.close())).then(() => null);";

impl Page<'_> {
    async fn wait_for_badge(&self, words: &str) -> Result<()> {
        self.wait_for(&format!("document.querySelector('[data-testid=badge]').textContent.includes('{words}')")).await
    }

    /// Chooses WebGPU and has the processor that plays it tested, which happens by itself on no other.
    async fn test_gpu(&self) -> Result<()> {
        self.choose_engine("gpu").await?;
        self.wait_for("document.querySelector('[data-testid=test-gpu]')").await?;
        self.click("test-gpu").await
    }
}

#[tokio::test]
async fn solve_waits_for_no_engine_to_be_timed() -> Result<()> {
    visit(Chromium::WebGpu, async |browser, url| {
        let page = Page::open(browser, url).await?;
        let (puzzle, _) = PUZZLES[0];
        page.type_puzzle(puzzle).await?;
        // Nobody has said which engine: until both are timed it is the one that is ready.
        assert!(page.badge().await?.starts_with("CPU"), "{}", page.badge().await?);
        assert_solved(puzzle, &page.solve().await?, "before anything was timed, or after");
        assert!(page.text("figures").await?.contains("on WASM SIMD"), "{}", page.text("figures").await?);
        // What the GPU takes is found out all the same, and here it is the slower one.
        page.wait_for_badge("a segment").await?;
        page.wait_for(r"/CPU [\d.]+ ms, WebGPU \(.+\) [\d.]+ ms a segment/.test(document.querySelector('[data-testid=badge]').textContent)")
            .await?;
        println!("{}", page.badge().await?);
        assert!(page.badge().await?.starts_with("CPU"));
        browser.screenshot("engines-timed").await
    })
    .await
}

#[tokio::test]
async fn a_gpu_is_tested_once_and_its_faults_are_named() -> Result<()> {
    visit(Chromium::WebGpu, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.test_gpu().await?;
        page.wait_for_badge("WebGPU passed its test").await?;
        let record: String = page.script(READ, []).await?;
        println!("{record}");
        browser.screenshot("engines-tested").await?;

        // What was found on an earlier visit holds for the same adapter, browser and shaders.
        let mut damaged: serde_json::Value = serde_json::from_str(&record)?;
        damaged["faults"] = serde_json::json!(["matmul: case 0: out, element 3: 1.0e0 off its twin", "swiglu: case 1"]);
        page.script::<()>(WRITE, [damaged.to_string().into()]).await?;
        let page = Page::open(browser, url).await?;
        page.test_gpu().await?;
        page.wait_for_badge("WebGPU failed its test").await?;
        let said = page.text("notes").await?;
        assert!(
            said.contains("fails its test (matmul: case 0") && said.contains("1 more): its answers may be wrong."),
            "{said}"
        );
        page.choose_engine("auto").await?;
        assert!(page.text("notes").await?.contains("so the CPU computes"), "{}", page.text("notes").await?);
        browser.screenshot("engines-failed").await?;

        // A record that cannot be read, or is of something else, is as none.
        damaged["of"] = "another adapter".into();
        for text in ["{".to_owned(), damaged.to_string()] {
            page.script::<()>(WRITE, [text.into()]).await?;
            let page = Page::open(browser, url).await?;
            page.test_gpu().await?;
            page.wait_for_badge("WebGPU passed its test").await?;
            assert_eq!(page.script::<String>(READ, []).await?, record);
        }
        Ok(())
    })
    .await
}
