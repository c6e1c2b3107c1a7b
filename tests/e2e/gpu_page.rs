//! The page that tests and measures a GPU: gpu.html.

use serde_json::Value;

use crate::{Result, browser::Chromium, page::Page, visit};

#[tokio::test]
async fn a_gpu_is_tested_measured_and_reported() -> Result<()> {
    visit(Chromium::WebGpu, async |browser, url| {
        browser.emulate(1280, 900, "light").await?;
        browser.driver().goto(format!("{url}gpu.html?cases=2&small")).await?;
        let page = Page { browser };
        page.script::<()>("document.getElementById('start').click()", []).await?;
        page.wait_for("!document.getElementById('report').hidden").await?;
        assert_eq!(page.script::<String>("return document.getElementById('state').textContent", []).await?, "Done.");
        let text = page.script::<String>("return document.getElementById('text').textContent", []).await?;
        for words in
            ["# GPU report", "workgroup_memory", "attention_backward", "GFLOP/s", "maxComputeWorkgroupStorageSize"]
        {
            assert!(text.contains(words), "{words} in {text}");
        }
        assert!(text.contains("| matmul | 2 | "), "{text}");
        browser.screenshot("gpu-page").await?;
        for (width, scheme) in [(390, "light"), (390, "dark")] {
            browser.emulate(width, 844, scheme).await?;
            assert!(page.overflow().await? <= 0.0, "wider than {width} pixels");
            assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "{width} {scheme}");
        }
        // What is copied as JSON is whole.
        page.script::<()>("navigator.clipboard.writeText = async text => { window.copied = text; }", []).await?;
        page.script::<()>("document.getElementById('copy-json').click()", []).await?;
        page.wait_for("window.copied").await?;
        let report: Value = serde_json::from_str(&page.script::<String>("return window.copied", []).await?)?;
        let tests = report["self_test"].as_array().map_or(0, Vec::len);
        assert!(tests > 25 && report["errors"].as_array().is_some_and(Vec::is_empty), "{report}");
        assert!(
            report["self_test"].as_array().into_iter().flatten().all(|verdict| verdict["fault"].is_null()),
            "{report}"
        );
        assert!(report["profile"]["limits"]["peak_flops"].as_f64() > Some(0.0), "{report}");
        assert!(report["profile"]["limits"]["clearing"].as_f64() >= Some(0.0), "{report}");
        for figure in ["step", "longest_frame_gap"] {
            assert!(report["training"][figure].as_f64() > Some(0.0), "{report}");
        }
        Ok(())
    })
    .await
}
