//! What the browser tells of its adapter and wgpu does not pass on: vendor and architecture, and the processor's.

use js_sys::{Array, Function, Object, Promise, Reflect, global};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// Milliseconds since the page or the worker began, in fractions.
    #[wasm_bindgen(js_namespace = performance)]
    pub fn now() -> f64;
}

fn get(object: &JsValue, key: &str) -> Option<JsValue> {
    Reflect::get(object, &key.into()).ok()
}

/// Whether the browser says that the processor is of the x86 family; only Chromium's say.
pub async fn is_x86() -> bool {
    architecture().await.is_some_and(|name| name == "x86")
}

async fn architecture() -> Option<String> {
    let data = get(&get(&global(), "navigator")?, "userAgentData")?;
    let ask: Function = get(&data, "getHighEntropyValues")?.dyn_into().ok()?;
    let promise: Promise = ask.call1(&data, &Array::of1(&"architecture".into())).ok()?.dyn_into().ok()?;
    get(&JsFuture::from(promise).await.ok()?, "architecture")?.as_string()
}

/// The adapter's description or, since browsers mostly hide that, its vendor and architecture: `nvidia ampere`,
/// `google swiftshader`.
pub async fn adapter_name() -> Option<String> {
    let gpu = get(&get(&global(), "navigator")?, "gpu")?;
    let request: Function = get(&gpu, "requestAdapter")?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &"powerPreference".into(), &"high-performance".into()).ok()?;
    let promise: Promise = request.call1(&gpu, &options).ok()?.dyn_into().ok()?;
    let adapter = JsFuture::from(promise).await.ok()?;
    let info = get(&adapter, "info")?;
    let text = |key: &str| get(&info, key).and_then(|value| value.as_string()).filter(|text| !text.is_empty());
    let parts = || [text("vendor"), text("architecture")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    text("description").or_else(|| Some(parts())).filter(|name| !name.is_empty())
}
