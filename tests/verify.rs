//! `hrm verify` as it is called: its exit status, its JSON, and files that cannot be used.
#![cfg(not(target_arch = "wasm32"))]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use safetensors::SafeTensors;
use serde_json::Value;

const FILE: &str = "trm_tiny_attention_forward";

fn golden(extension: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(FILE).with_extension(extension)
}

/// Runs `hrm verify` on a file.
fn verify(file: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hrm")).arg("verify").arg(file).args(more).output().unwrap()
}

/// The golden file as `change` leaves it, in a folder of its own, with its configuration beside it.
fn changed(name: &str, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("verify").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let mut bytes = std::fs::read(golden("safetensors")).unwrap();
    change(&mut bytes);
    let file = folder.join(FILE).with_extension("safetensors");
    std::fs::write(&file, bytes).unwrap();
    std::fs::copy(golden("json"), file.with_extension("json")).unwrap();
    file
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_file_that_holds_is_status_0() {
    let output = verify(&golden("safetensors"), &["--json"]);
    let report = json(&output);
    assert_eq!(output.status.code(), Some(0), "{report}");
    assert_eq!((&report["pass"], &report["kind"]), (&Value::Bool(true), &Value::from("forward")));
    assert_eq!(report["compared"], report["total"]);
    assert!(report["total"].as_u64().unwrap() > 20, "{report}");
    assert_eq!(report["not_compared"].as_array().map(Vec::len), Some(0));
    let judged = report["groups"].as_array().unwrap().iter().filter(|group| !group["limit"].is_null());
    assert!(judged.clone().count() >= 3 && judged.clone().all(|g| g["worst"].as_f64() <= g["limit"].as_f64()));

    let output = verify(&golden("safetensors"), &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    let last = format!("{0} of {0} tensors compared", report["total"]);
    assert!(text.ends_with(&format!("{last}\n")) && !text.contains("BROKEN"), "{text}");
}

#[test]
fn a_broken_rule_is_status_1_and_named() {
    let tensor = "segment.0.q_halt_logits";
    let file = changed("broken", |bytes| {
        let begin = {
            let parsed = SafeTensors::deserialize(bytes).unwrap();
            parsed.tensor(tensor).unwrap().data().as_ptr() as usize - bytes.as_ptr() as usize
        };
        let value = f32::from_le_bytes(*bytes[begin..].first_chunk().unwrap());
        bytes[begin..begin + 4].copy_from_slice(&(value * 1.01 + 0.01).to_le_bytes());
    });
    let output = verify(&file, &["--json"]);
    let report = json(&output);
    assert_eq!(output.status.code(), Some(1), "{report}");
    assert_eq!(report["pass"], Value::Bool(false));
    let broken = |group: &&Value| group["worst"].as_f64() > group["limit"].as_f64() && !group["limit"].is_null();
    let broken: Vec<&Value> = report["groups"].as_array().unwrap().iter().filter(broken).collect();
    assert_eq!(broken.len(), 1, "{report}");
    assert_eq!((&broken[0]["name"], &broken[0]["worst_tensor"]), (&Value::from("segment 0"), &Value::from(tensor)));

    let output = verify(&file, &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    let line = text.lines().find(|line| line.ends_with("BROKEN")).unwrap_or_default();
    assert!(line.contains("segment 0") && line.contains(tensor), "{text}");
}

/// What is said of a file that cannot be used; nothing is printed beside it.
fn refusal(file: &Path) -> String {
    let output = verify(file, &["--json"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty() && said.starts_with("hrm: ") && said.contains(FILE), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[test]
fn a_file_that_cannot_be_used_is_status_2_with_a_reason() {
    let said = refusal(&changed("cut", |bytes| bytes.truncate(bytes.len() / 2)));
    assert!(said.contains("not a readable safetensors file"), "{said}");
    let said = refusal(&changed("overwritten", |bytes| bytes[..64].fill(0xFF)));
    assert!(said.contains("not a readable safetensors file"), "{said}");
    // The same length, another name: what every file has is missing.
    let said = refusal(&changed("renamed", |bytes| {
        let name = b"\"batch.inputs\"";
        let at = bytes.windows(name.len()).position(|window| window == name).unwrap();
        bytes[at + 1] = b'h';
    }));
    assert!(said.contains("batch.inputs"), "{said}");
    let alone = changed("alone", |_| {});
    std::fs::remove_file(alone.with_extension("json")).unwrap();
    assert!(refusal(&alone).contains(".json"));
    let none = alone.with_file_name(format!("no_{FILE}.safetensors"));
    assert!(refusal(&none).contains("no_"));
}
