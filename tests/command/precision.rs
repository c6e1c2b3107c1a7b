//! Runs in bf16: what is said where they cannot go on bit for bit.

use hrm_core::engine::Bf16;
use hrm_core::train::Saved;

use super::Folder;

#[test]
fn a_run_that_goes_on_with_other_sums_of_bf16_says_so_in_one_line() {
    let folder = Folder::new("precision");
    let begun = folder.hrm(&["train", "small.toml", "--precision", "bf16", "--out", "run"]);
    let Some(here) = Bf16::here() else {
        let said = begun.refusal();
        return assert!(said.contains("precision bf16 needs a processor that multiplies it"), "{said}");
    };
    begun.done();
    let saved = Saved::from_bytes(&folder.read("run/state.safetensors")).unwrap();
    assert_eq!(saved.bf16, Some(here.to_string()));
    let elsewhere = "it was saved by a processor that does so by another way";
    let older = "the state does not say how they were summed before";
    for (bf16, said) in [(saved.bf16.clone(), None), (Some("another way".into()), Some(elsewhere)), (None, Some(older))]
    {
        folder.write("state.safetensors", Saved { bf16, ..saved.clone() }.to_bytes().unwrap());
        let lines = folder.hrm(&["train", "state.safetensors", "--resume", "--out", "on"]);
        let about: Vec<&str> = lines.err.lines().filter(|line| line.contains("bit for bit")).collect();
        let expected = said.map(|said| {
            format!("state.safetensors: this processor sums products of bf16 by {here}, {said}: the run goes on within rounding, not bit for bit")
        });
        assert_eq!(about, expected.iter().map(String::as_str).collect::<Vec<_>>(), "{lines:?}");
    }
    // In f32 nothing is said.
    let lines = folder.hrm(&["train", "state.safetensors", "--resume", "--out", "on", "--precision", "f32"]);
    assert!(!lines.err.contains("bit for bit"), "{lines:?}");
}
