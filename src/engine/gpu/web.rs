//! What the browser tells of its adapter and wgpu does not pass on: vendor and architecture.

use js_sys::{Function, Object, Promise, Reflect, global};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// The adapter's description or, since browsers mostly hide that, its vendor and architecture: `nvidia ampere`,
/// `google swiftshader`.
pub async fn adapter_name() -> Option<String> {
    let get = |object: &JsValue, key: &str| Reflect::get(object, &key.into()).ok();
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
