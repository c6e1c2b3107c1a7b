//! The GPU engine's self-test, before the page trusts it: once for each adapter, browser and state of the shaders.

use hrm_core::{
    engine::{
        Engine as _,
        gpu::{self, Form},
    },
    verify::self_test,
};
use hrm_link::{
    protocol::{Failure, Report, Request, VERSION},
    self_test::SelfTest,
};
use js_sys::{Array, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    DedicatedWorkerGlobalScope, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetFileOptions,
    FileSystemReadWriteOptions, FileSystemSyncAccessHandle, MessageEvent,
};

/// Shapes on which each kernel is tried.
const CASES: u64 = 2;
/// Where it is kept what was found, in the private file system.
const FILE: &str = "self-test.json";

/// What this worker hears of `hrm_link::protocol::Task`, and says of its `Event`, by the same names: the code that reads and writes
/// all of them would be as large as the rest.
#[derive(Deserialize)]
enum Task {
    SelfTest { software: bool },
}

#[derive(Serialize)]
enum Event {
    Ready,
    SelfTest(SelfTest),
    Failed(Failure),
}

/// What was found.
#[derive(Serialize, Deserialize)]
struct Record {
    /// The adapter, the browser and the shaders.
    of: String,
    /// See [`SelfTest::Done`].
    faults: Vec<String>,
}

/// Listens for the page, where this runs in a worker.
pub fn start() {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let message = event.data().unchecked_into::<Array>();
        if let Ok(Request { id, task: Task::SelfTest { software } }) = serde_wasm_bindgen::from_value(message.get(0)) {
            spawn_local(async move {
                let failed = |error: hrm_core::engine::EngineError| {
                    Event::Failed(Failure { message: error.to_string(), engine: true })
                };
                let done = test(id, software).await.map_or_else(failed, Event::SelfTest);
                report(Some(id), done, true);
            });
        }
    });
    scope.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    // It listens for as long as the worker lives.
    listener.forget();
    report(None, Event::Ready, false);
}

async fn test(id: u32, software: bool) -> Result<SelfTest, hrm_core::engine::EngineError> {
    let engine = gpu::Engine::new().await?;
    if engine.device().is_software() && !software {
        return Ok(SelfTest::Software);
    }
    let browser = scope().navigator().user_agent().unwrap_or_default();
    let of = format!("{}; {browser}; {:016x}", engine.info().name, gpu::shaders::hash());
    if let Ok(Record { faults, .. }) =
        read().await.and_then(|record| if record.of == of { Ok(record) } else { Err(()) })
    {
        return Ok(SelfTest::Done { faults });
    }
    // Where workgroup memory is cleared by one invocation, the shaders without it may be the faster ones (solving/trial.rs).
    let forms = if browser.contains("Firefox") { &[None, Some(Form::Direct)][..] } else { &[None] };
    let (of_form, mut done, mut faults) = (self_test::KERNELS.len() + 1, 0, Vec::new());
    for form in forms {
        form.iter().for_each(|form| engine.device().use_form(*form));
        let told = |_: &self_test::Verdict| {
            done += 1;
            report(Some(id), Event::SelfTest(SelfTest::Testing { done, of: forms.len() * of_form }), false);
        };
        let verdicts = self_test::self_test(&engine, CASES, told).await?;
        faults.extend(verdicts.iter().filter_map(|verdict| verdict.passes().err()));
    }
    let record = Record { of, faults };
    // Where nothing can be kept, it is tested again on the next visit.
    let _ = write(&record).await;
    Ok(SelfTest::Done { faults: record.faults })
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn report(task: Option<u32>, event: Event, last: bool) {
    // Reports are plain data: turning one into JavaScript values cannot fail, nor can posting those.
    if let Ok(value) = serde_wasm_bindgen::to_value(&Report { version: VERSION, task, event, last }) {
        let _ = scope().post_message(&Array::of1(&value));
    }
}

async fn file(create: bool) -> Result<FileSystemFileHandle, JsValue> {
    let folder = JsFuture::from(scope().navigator().storage().get_directory()).await?;
    let options = FileSystemGetFileOptions::new();
    options.set_create(create);
    let folder = folder.unchecked_into::<FileSystemDirectoryHandle>();
    Ok(JsFuture::from(folder.get_file_handle_with_options(FILE, &options)).await?.unchecked_into())
}

/// What was kept, if it can be read.
async fn read() -> Result<Record, ()> {
    let text = async {
        let file = JsFuture::from(file(false).await?.get_file()).await?.unchecked_into::<web_sys::File>();
        JsFuture::from(file.text()).await
    };
    let text = text.await.map_err(|_| ())?.as_string().ok_or(())?;
    serde_json::from_str(&text).map_err(|_| ())
}

async fn write(record: &Record) -> Result<(), JsValue> {
    let text = serde_json::to_string(record).unwrap_or_default();
    let handle = JsFuture::from(file(true).await?.create_sync_access_handle()).await?;
    let handle = handle.unchecked_into::<FileSystemSyncAccessHandle>();
    let options = FileSystemReadWriteOptions::new();
    options.set_at(0.0);
    let written = handle
        .truncate_with_f64(0.0)
        .and_then(|()| handle.write_with_js_u8_array_and_options(&Uint8Array::from(text.as_bytes()), &options));
    handle.close();
    written.map(|_| ())
}
