//! Recordings and saved trainings.

use hrm_core::{
    recording::file,
    train::{Saved, Summary},
};

use super::{FREE, MULTIPLE, Target, files, said};

pub fn recording() -> Target {
    Target {
        name: "recording",
        seeds: || files("data/kept", &["recording.safetensors"]),
        words: &[
            b"hrm_web_recording",
            b"\"1\"",
            b"\"shape\":[",
            b"states.1",
            b"\"F16\"",
            b"segments",
            b"run",
            b"e308",
            b"-",
            b"\\\"",
        ],
        read: |bytes| {
            said(file::from_bytes(bytes).map(|read| {
                let again = file::to_bytes(&read.recording, read.kind).unwrap();
                file::from_bytes(&again).unwrap();
            }))
        },
        multiple: MULTIPLE,
        free: FREE,
    }
}

pub fn training_state() -> Target {
    Target {
        name: "training_state",
        seeds: || files("data/kept", &["run.safetensors"]),
        words: &[
            b"hrm_web_state",
            b"\"2\"",
            b"\"shape\":[",
            b"\"U32\"",
            b"examples",
            b"recipe",
            b"order",
            b"e308",
            b"-",
            b"\\\"",
        ],
        read: |bytes| {
            let _ = Summary::from_bytes(bytes);
            said(Saved::from_bytes(bytes).map(|saved| {
                let _ = saved.averaged_weights();
                Saved::from_bytes(&saved.to_bytes().unwrap()).unwrap();
            }))
        },
        multiple: MULTIPLE,
        free: FREE,
    }
}
