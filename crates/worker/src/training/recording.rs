//! A recording in a file, read for the page.

use std::cell::RefCell;

use hrm_core::{
    checkpoint::torch::Source,
    recording::{
        file::{self, Head, RecordingFile},
        retention::States,
    },
};
use hrm_link::protocol::Event;
use web_sys::Blob;

use crate::{error::TaskError, global, inbox::Inbox, model_file::Slices};

/// Reads a recording and reports as task `id` what is in it.
pub async fn read_recording<T>(id: u32, blob: Option<Blob>, inbox: &RefCell<Inbox<T>>) -> Result<Event, TaskError> {
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
