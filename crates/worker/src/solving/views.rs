//! What views of a run ask for that takes long: principal components, and a recording that is read from a file.

use std::cell::RefCell;

use hrm_core::{
    analysis::{Gram, Principal},
    checkpoint::torch::Source,
    recording::{
        file::{self, Head, RecordingFile},
        retention::States,
    },
};
use hrm_link::protocol::{Event, Other, PrincipalOf, Vectors};
use web_sys::Blob;

use crate::{error::TaskError, global, inbox::Inbox, model_file::Slices};

/// The components, of which the buffers hold the numbers.
pub fn principal(asked: PrincipalOf, buffers: &[Vec<u8>]) -> Result<Event, TaskError> {
    let buffer = |at: usize| buffers.get(at).ok_or_else(|| TaskError::MissingFile("a part of the states".into()));
    let own = Principal::of(&gram(asked.own, buffer(0)?), asked.count);
    let other = match asked.other {
        None => Vec::new(),
        Some(Other::Own(vectors)) => Principal::of(&gram(vectors, buffer(1)?), asked.count).scores,
        Some(Other::Shared { width }) => {
            let [of_run, others] = [values(buffer(1)?), values(buffer(2)?)];
            own.project(&vectors(&of_run, width), &vectors(&others, width))
        }
    };
    Ok(Event::Principal { own, other })
}

fn gram(form: Vectors, bytes: &[u8]) -> Gram {
    match form {
        Vectors::Values { width } => Gram::of(&vectors(&values(bytes), width)),
        Vectors::Products => {
            let (products, mut gram) = (bytemuck::pod_collect_to_vec::<u8, f64>(bytes), Gram::default());
            let mut rest = &products[..];
            while let Some((row, below)) = rest.split_at_checked(gram.len() + 1) {
                gram.push(row);
                rest = below;
            }
            gram
        }
    }
}

fn values(bytes: &[u8]) -> Vec<f32> {
    bytemuck::pod_collect_to_vec(bytes)
}

fn vectors(values: &[f32], width: usize) -> Vec<&[f32]> {
    values.chunks_exact(width.max(1)).collect()
}

/// Reads a recording and reports as task `id` what is in it.
pub async fn read_recording(id: u32, blob: Option<Blob>, inbox: &RefCell<Inbox>) -> Result<Event, TaskError> {
    let blob = blob.ok_or_else(|| TaskError::MissingFile("the recording".into()))?;
    let mut bytes = vec![0; blob.size() as usize];
    Slices::new(blob).and_then(|mut blob| blob.read_at(0, &mut bytes)).map_err(TaskError::Unreadable)?;
    let RecordingFile { kind, recording } = file::from_bytes(&bytes)?;
    drop(bytes);
    global::report(Some(id), Event::Recorded(Box::new(Head::of(&recording, kind))));
    let nothing = States::Single(Vec::new());
    for (at, segment) in recording.segments().iter().enumerate() {
        let states = recording.states_in(at).unwrap_or(&nothing);
        global::report_with_states(id, Event::Segment(segment.clone()), states);
        global::breathe().await;
        if inbox.borrow().is_cancelled(id) {
            return Ok(Event::Cancelled);
        }
    }
    Ok(Event::Finished)
}
