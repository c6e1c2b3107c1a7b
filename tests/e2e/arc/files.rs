//! Tasks come and go as files, as links and over a reload.

use serde_json::Value;

use super::{TASK, grid};
use crate::{Result, browser::Chromium, folder::Folder, page::Page, visit};

#[tokio::test]
async fn tasks_come_as_files_and_go_as_they_came() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        browser.emulate(1280, 900, "light").await?;
        // A task that is dropped on another place is known as one.
        let page = Page::open(browser, url).await?;
        page.drop_file("corners.json", TASK.as_bytes()).await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'two corners'").await?;
        page.settle().await?;
        assert_eq!(page.saved("task-save-json").await?, TASK, "what was not changed is saved as it was");
        assert_eq!(page.saved_name("task-save-json").await?, "two corners.json");

        // What is wrong with a file is said in one line, and the task stays.
        let ragged = TASK.replace("[0, 2]", "[0, 2, 5]");
        let solutions = r#"{"a": [[[1]]]}"#;
        for (name, text, words) in [
            ("ragged.json", ragged.as_str(), "row 2"),
            ("colour.json", &TASK.replace("[0, 2]", "[0, 12]"), "12"),
            ("cut.json", &TASK[..60], "cut.json"),
            ("letter.txt", "Dear Sir", "letter.txt"),
            ("empty.json", "", "empty.json"),
            ("none.json", r#"{"train": [], "test": []}"#, "none.json"),
            ("no-input.json", r#"{"train": [{"input": [[1]], "output": [[1]]}], "test": [{"output": [[1]]}]}"#, "test"),
            ("wide.json", &TASK.replace("[0, 2]", &format!("[0{}]", ", 1".repeat(92))), "93"),
            ("half.json", &TASK.replace("[0, 2]", "[0, 0.5]"), "0.5"),
            ("hollow.json", &TASK.replace("[[1, 0], [0, 2]]", "[]"), "hollow.json"),
            ("two.json", &format!("{TASK}{TASK}"), "two.json"),
            ("model.json", r#"{"hidden_size": 512}"#, "model.json"),
            ("line.json", &"[1, ".repeat(250_000), "line.json"),
            (
                "many.json",
                &format!(
                    r#"{{"train": [{}], "test": []}}"#,
                    vec![r#"{"input": [[1]], "output": [[1]]}"#; 10_000].join(",")
                ),
                "many.json",
            ),
            ("solutions.json", solutions, "solutions.json"),
        ] {
            page.drop_file(name, text.as_bytes()).await?;
            let said = format!("document.querySelector('[data-testid=task-notice]').textContent.includes({words:?})");
            page.wait_for(&said).await?;
            let notice = page.notice().await?;
            println!("{name}: {notice}");
            assert!(notice.contains(name) && !notice.contains('\n') && !notice.contains(".."), "{name}: {notice}");
            assert_eq!(page.saved("task-save-json").await?, TASK, "{name}");
        }
        browser.screenshot("arc-refused").await?;
        page.paste_text(r#"{"train": []}"#).await?;
        assert_ne!(page.notice().await?, "", "nothing was pasted");
        page.paste_text("[[1, 2], [3]]").await?;
        assert!(page.notice().await?.contains("row 2"));
        assert_eq!(page.saved("task-save-json").await?, TASK);

        // Pasted, also with a byte order mark.
        let pasted = format!("\u{feff}{}", TASK.replace("two corners", "pasted"));
        page.paste_text(&pasted).await?;
        page.wait_for("document.querySelector('[data-testid=task-name]').value === 'pasted'").await?;
        // UTF-16, as some editors write it.
        let utf_16 = format!("\u{feff}{}", TASK.replace("two corners", "wide letters"));
        let utf_16: Vec<u8> = utf_16.encode_utf16().flat_map(u16::to_le_bytes).collect();
        page.drop_file("utf-16.json", &utf_16).await?;
        page.wait_for("document.querySelector('[data-testid=task-name]').value === 'wide letters'").await?;
        // A link is on the clipboard, or why not is said.
        page.click("task-link").await?;
        assert!(page.notice().await?.contains("clipboard"));
        // Pictures of it, with every cell.
        let svg = page.saved("task-save-svg").await?;
        assert_eq!(svg.matches("#0074D9").count(), 2, "two blue cells");
        let png = page.saved_bytes("task-save-png").await?;
        assert_eq!(&png[1..4], b"PNG");

        // Several are put among one's own, each under its name, and stay until they are removed.
        let many = format!("{{\"one\": {TASK}, \"two\": {}}}", TASK.replace("two corners", "second"));
        page.drop_file("many.json", many.as_bytes()).await?;
        page.wait_for("document.querySelector('[data-testid=thumb-second]')").await?;
        assert_eq!(page.text("tasks-found").await?, "2 tasks");
        page.click("thumb-second").await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'second'").await?;
        page.click("tasks-next").await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'two corners'").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn tasks_come_as_several_files_and_as_a_folder() -> Result<()> {
    let folder = Folder::new("hrm-e2e-tasks")?;
    let of = |name: &str| TASK.replace("two corners", name);
    let challenge = r#"{"aa": {"train": [{"input": [[1]], "output": [[2]]}], "test": [{"input": [[3]]}]}}"#;
    let solution = r#"{"aa": [[[4]]]}"#;
    std::fs::write(folder.file("arc-agi_x-challenges.json"), challenge)?;
    std::fs::write(folder.file("arc-agi_x-solutions.json"), solution)?;
    let inner = folder.file("many");
    std::fs::create_dir_all(&inner)?;
    std::fs::write(inner.join("b1.json"), of("first"))?;
    std::fs::write(inner.join("b2.json"), of("second"))?;
    std::fs::write(inner.join("LICENSE"), "no task")?;
    visit(Chromium::Plain, async |browser, url| {
        browser.emulate(1280, 900, "light").await?;
        let page = Page::open(browser, url).await?;
        page.open_tasks().await?;
        // Challenges and their solutions are one task each, however many files they are in.
        let path = |name: &str| folder.file(name).to_string_lossy().into_owned();
        let both = format!("{}\n{}", path("arc-agi_x-challenges.json"), path("arc-agi_x-solutions.json"));
        page.upload("task-files", &both).await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'aa'").await?;
        page.settle().await?;
        assert_eq!(page.task().await?.test[0].output, Some(grid(&["4"])));
        // A folder's licence is passed over.
        page.upload("task-folder", &inner.to_string_lossy()).await?;
        page.wait_for("document.querySelector('[data-testid=thumb-second]')").await?;
        page.wait_for("document.querySelector('[data-testid=thumb-first]')").await?;
        assert_eq!(page.text("tasks-found").await?, "2 tasks");
        // All of them as one file, which is read again.
        let all: Value = serde_json::from_str(&page.saved("tasks-save-own").await?)?;
        assert_eq!(all.as_object().map(|all| all.len()), Some(2), "{all}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_own_task_outlives_a_reload_and_a_link_brings_it_anywhere() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.open_tasks().await?;
        page.click("task-new").await?;
        page.enter("task-name", "mine").await?;
        page.click("task-colour-8").await?;
        page.press_cell("train-0-input", (1, 1)).await?;
        page.click("task-keep").await?;
        assert!(page.notice().await?.contains("mine"));
        // A change after that is not kept, but shown again by the tab.
        page.press_cell("train-0-input", (2, 2)).await?;
        page.wait_for("location.hash.includes('task=')").await?;
        let link: String = page.script("return location.href", []).await?;
        let drawn = page.task().await?;

        browser.driver().refresh().await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'mine'").await?;
        page.settle().await?;
        assert_eq!(page.input().await?, drawn.train[0].input);
        page.click("tasks-library").await?;
        page.click("tasks-own").await?;
        page.wait_for("document.querySelector('[data-testid=thumb-mine]')").await?;
        browser.screenshot("arc-own").await?;
        page.click("thumb-mine").await?;
        page.wait_for("document.querySelector('[data-testid=task-name]')?.value === 'mine'").await?;
        page.settle().await?;
        assert_eq!(page.input().await?, grid(&["000", "080", "000"]));
        page.click("tasks-library").await?;
        page.wait_for("document.querySelector('[data-testid=tasks-remove]')").await?;
        page.click("tasks-remove").await?;
        page.wait_for("!document.querySelector('[data-testid=thumb-mine]')").await?;
        // What was removed by mistake is put back.
        page.click("tasks-put-back").await?;
        page.wait_for("document.querySelector('[data-testid=thumb-mine]')").await?;
        page.click("tasks-remove").await?;
        page.wait_for("!document.querySelector('[data-testid=thumb-mine]')").await?;
        // Back goes to the task before, and the link brings the drawn one.
        browser.driver().goto("about:blank").await?;
        browser.driver().goto(&link).await?;
        page.wait_for("document.querySelector('[data-testid=grid-train-0-input] canvas')").await?;
        page.settle().await?;
        assert_eq!(page.input().await?, drawn.train[0].input);
        page.click("tasks-library").await?;
        page.click("tasks-own").await?;
        page.settle().await?;
        assert!(!page.script::<bool>("return !!document.querySelector('[data-testid=thumb-mine]')", []).await?);
        // A damaged link is said, and an example shown.
        browser.driver().goto("about:blank").await?;
        browser.driver().goto(format!("{url}#place=arc&task=1nonsense")).await?;
        page.wait_for("document.querySelector('[data-testid=task-notice]')?.textContent.includes('address')").await?;
        Ok(())
    })
    .await
}
