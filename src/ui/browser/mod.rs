//! The few things the page asks of the browser itself.

pub mod files;
pub mod json;
pub mod kept_models;

use std::time::Duration;

use hrm_core::names;
use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, CssStyleDeclaration, Element, HtmlCanvasElement, HtmlElement, HtmlImageElement, IntersectionObserver,
    IntersectionObserverEntry, IntersectionObserverInit, PointerEvent, ResizeObserver,
};

use crate::ui::drawing::colour::{Diverging, Rgb, parse_hex};

/// What was kept under `key` on an earlier visit.
pub fn recall(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

/// Keeps `value` for the next visit. Where the browser forbids it, the page works without.
pub fn keep(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(key, value);
    }
}

/// Keeps `value` for this tab until it is closed: for the page that is loaded again.
pub fn keep_in_tab(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().session_storage() {
        let _ = storage.set_item(key, value);
    }
}

/// What was kept in this tab, which forgets it.
pub fn take_from_tab(key: &str) -> Option<String> {
    let storage = window().session_storage().ok()??;
    let value = storage.get_item(key).ok()?;
    let _ = storage.remove_item(key);
    value
}

/// Whether the person asked for less motion.
pub fn prefers_reduced_motion() -> bool {
    matches("(prefers-reduced-motion: reduce)")
}

fn matches(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

/// Calls `changed` whenever the system turns from light to dark or back, as long as the page lives.
pub fn on_scheme_change(changed: impl Fn() + 'static) {
    if let Ok(Some(list)) = window().match_media("(prefers-color-scheme: dark)") {
        let listener = Closure::<dyn Fn()>::new(changed);
        list.set_onchange(Some(listener.as_ref().unchecked_ref()));
        listener.forget();
        // The list must outlive this function, or it is collected with its listener.
        std::mem::forget(list);
    }
}

/// The fragment of the address.
pub fn fragment() -> String {
    window().location().hash().unwrap_or_default()
}

/// The address of the page itself.
pub fn address_without_fragment() -> String {
    let address = window().location().href().unwrap_or_default();
    address.split('#').next().unwrap_or_default().to_owned()
}

/// Puts text on the clipboard; whether the browser let it.
pub async fn copy(text: &str) -> bool {
    let navigator = window().navigator();
    // Pages that came over an unprotected connection have none.
    if js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object()) {
        JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
    } else {
        false
    }
}

/// Writes the fragment: as a new entry of the history, or in place of the present one.
pub fn set_fragment(fragment: &str, new_entry: bool) {
    if let Ok(history) = window().history() {
        let _ = if new_entry {
            history.push_state_with_url(&JsValue::NULL, "", Some(fragment))
        } else {
            history.replace_state_with_url(&JsValue::NULL, "", Some(fragment))
        };
    }
}

/// Puts the keyboard's focus on the first element that `selector` finds.
pub fn focus(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector) {
        let _ = element.unchecked_into::<HtmlElement>().focus();
    }
}

/// CSS pixels at the top of the window that the small board may cover: `scroll-padding-top` in www/style/board.css.
const COVERED: f64 = 112.0;

/// Scrolls to the first element that `selector` finds, unless it already begins in the upper half of what is seen.
pub fn reveal(selector: &str) {
    let Ok(Some(element)) = document().query_selector(selector) else { return };
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(0.0);
    if !(COVERED..height / 2.0).contains(&element.get_bounding_client_rect().top()) {
        element.scroll_into_view();
    }
}

/// Scrolls until the first element that `selector` finds begins at the top of what is seen.
pub fn scroll_to(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector) {
        element.scroll_into_view();
    }
}

/// Sets an attribute of the document's root, or takes it away.
pub fn mark_root(attribute: &str, value: Option<&str>) {
    if let Some(root) = document().document_element() {
        let _ = match value {
            Some(value) => root.set_attribute(attribute, value),
            None => root.remove_attribute(attribute),
        };
    }
}

/// The page's custom properties as they are now.
pub struct Tokens(Option<CssStyleDeclaration>);

impl Tokens {
    /// Of the present theme.
    pub fn now() -> Self {
        Self(document().document_element().and_then(|root| window().get_computed_style(&root).ok().flatten()))
    }

    /// The value of a property; empty where there is none.
    pub fn get(&self, name: &str) -> String {
        let text = self.0.as_ref().and_then(|style| style.get_property_value(name).ok());
        text.map_or_else(String::new, |text| text.trim().to_owned())
    }

    /// A property that is a colour, or what stands in for it.
    fn colour(&self, name: &str, otherwise: Rgb) -> Rgb {
        parse_hex(&self.get(name)).unwrap_or(otherwise)
    }
}

/// The diverging map of the present theme, from its custom properties.
pub fn diverging() -> Diverging {
    let tokens = Tokens::now();
    Diverging::new(
        tokens.colour("--diverging-low", [0x1f, 0x5f, 0xbf]),
        tokens.colour("--diverging-middle", [0xff, 0xff, 0xff]),
        tokens.colour("--diverging-high", [0xc2, 0x57, 0x0c]),
    )
}

/// The map for magnitudes of the present theme: from the background on for values above 0.
pub fn magnitudes() -> Diverging {
    let tokens = Tokens::now();
    let raised = tokens.colour("--raised", [0xff, 0xff, 0xff]);
    Diverging::new(raised, raised, tokens.colour("--magnitude", [0x7f, 0xb2, 0xe6]))
}

/// The element's width in CSS pixels, as it changes.
pub fn width_of(room: NodeRef<html::Div>) -> RwSignal<f64> {
    let width = RwSignal::new(600.0);
    Effect::new(move |_| {
        let Some(element) = room.get() else { return };
        let observed = element.clone();
        let measure = move || {
            let now = f64::from(observed.client_width());
            if width.try_get_untracked().is_some_and(|before| before != now) {
                width.set(now);
            }
        };
        measure();
        on_resize(&element, measure);
    });
    width
}

/// The pixels of the screen that a canvas covers, across and down, as they change with its size and the screen's scale.
pub fn pixels_of(canvas: NodeRef<html::Canvas>) -> RwSignal<(u32, u32)> {
    let pixels = RwSignal::new((0, 0));
    Effect::new(move |_| {
        let Some(element) = canvas.get() else { return };
        let observed = element.clone();
        let measure = move || {
            let (area, scale) = (observed.get_bounding_client_rect(), window().device_pixel_ratio());
            // A browser lays the edges of an element on whole pixels.
            let pixel = |at: f64| (at * scale).round();
            let now = (pixel(area.right()) - pixel(area.left()), pixel(area.bottom()) - pixel(area.top()));
            let now = (now.0 as u32, now.1 as u32);
            if pixels.try_get_untracked().is_some_and(|before| before != now) {
                pixels.set(now);
            }
        };
        measure();
        on_resize(&element, measure.clone());
        on_scale_change(measure);
    });
    pixels
}

/// Paints a canvas, of which `paint` hears the size in pixels, in the frame after a change of that or of anything that `track`
/// reads: however often something changes until then, it is painted once.
pub fn paint_when_due(
    canvas: NodeRef<html::Canvas>,
    track: impl Fn() + 'static,
    paint: impl Fn(&HtmlCanvasElement, (u32, u32)) + 'static,
) {
    let pixels = pixels_of(canvas);
    let (paint, due) = (StoredValue::new_local(paint), StoredValue::new(false));
    Effect::new(move |_| {
        track();
        pixels.track();
        let Some(canvas) = canvas.get().filter(|_| !due.get_value()) else { return };
        due.set_value(true);
        request_animation_frame(move || {
            // The canvas may be gone.
            if due.try_set_value(false).is_none() {
                paint.with_value(|paint| paint(&canvas, pixels.get_untracked()));
            }
        });
    });
}

/// Calls `changed` whenever the number of the screen's pixels to a CSS pixel changes, as long as the page lives: on another
/// screen, and when the page is magnified.
fn on_scale_change(changed: impl Fn() + 'static) {
    let query = format!("(resolution: {}dppx)", window().device_pixel_ratio());
    if let Ok(Some(list)) = window().match_media(&query) {
        // A list is about one scale, and would tell of a return to it too: after a change another one listens.
        let of_one = list.clone();
        let listener = Closure::once_into_js(move || {
            of_one.set_onchange(None);
            changed();
            on_scale_change(changed);
        });
        list.set_onchange(Some(listener.unchecked_ref()));
    }
}

/// Calls `changed` whenever the element's size changes. The observer lives with the element.
fn on_resize(element: &Element, changed: impl Fn() + 'static) {
    let listener = Closure::<dyn Fn()>::new(changed);
    if let Ok(observer) = ResizeObserver::new(listener.as_ref().unchecked_ref()) {
        observer.observe(element);
    }
    listener.forget();
}

/// Whether an element has been scrolled away over the top of the window, but for `margin` CSS pixels of it.
pub fn is_scrolled_away(room: NodeRef<html::Div>, margin: u32) -> RwSignal<bool> {
    let away = RwSignal::new(false);
    Effect::new(move |_| {
        let Some(element) = room.get() else { return };
        let seen = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
            // Several are told of a quick movement: the last is how things are.
            let Ok(entry) = entries.pop().dyn_into::<IntersectionObserverEntry>() else { return };
            let now = !entry.is_intersecting() && entry.bounding_client_rect().top() < 0.0;
            if away.try_get_untracked().is_some_and(|before| before != now) {
                away.set(now);
            }
        });
        let options = IntersectionObserverInit::new();
        options.set_root_margin(&format!("-{margin}px 0px 0px 0px"));
        if let Ok(observer) = IntersectionObserver::new_with_options(seen.as_ref().unchecked_ref(), &options) {
            observer.observe(&element);
        }
        seen.forget();
    });
    away
}

/// Milliseconds since the page was opened.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// What a pointer does from now on concerns the element that this event is about, wherever the pointer goes.
pub fn capture(event: &PointerEvent) {
    if let Some(element) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) {
        let _ = element.set_pointer_capture(event.pointer_id());
    }
}

/// A seed from the browser's clock and chance.
pub fn seed() -> u32 {
    (js_sys::Math::random() * f64::from(u32::MAX)) as u32
}

/// Lets the page have its turn: what follows is another task.
pub async fn breathe() {
    let turn = js_sys::Promise::new(&mut |resolve, _| {
        let _ = window().set_timeout_with_callback(&resolve);
    });
    let _ = JsFuture::from(turn).await;
}

/// An empty canvas that is not on the page.
pub fn canvas(width: u32, height: u32) -> Option<HtmlCanvasElement> {
    let canvas = document().create_element("canvas").ok()?.dyn_into::<HtmlCanvasElement>().ok()?;
    canvas.set_width(width);
    canvas.set_height(height);
    Some(canvas)
}

/// An SVG file as a picture that is ready to be drawn.
pub async fn picture(svg: &str) -> Option<HtmlImageElement> {
    let address = address_of(&blob("image/svg+xml", svg.as_bytes())?)?;
    let picture = HtmlImageElement::new().ok()?;
    picture.set_src(&address);
    let ready = JsFuture::from(picture.decode()).await.is_ok();
    let _ = web_sys::Url::revoke_object_url(&address);
    ready.then_some(picture)
}

/// What is on a canvas, as a PNG.
pub async fn png(canvas: &HtmlCanvasElement) -> Option<Blob> {
    let made = js_sys::Promise::new(&mut |resolve, _| {
        let _ = canvas.to_blob(&resolve);
    });
    JsFuture::from(made).await.ok()?.dyn_into().ok()
}

fn blob(media_type: &str, bytes: &[u8]) -> Option<Blob> {
    blob_of(media_type, &js_sys::Uint8Array::from(bytes))
}

/// A buffer as a file, without a copy in this module's memory.
pub fn blob_of(media_type: &str, buffer: &JsValue) -> Option<Blob> {
    let parts = js_sys::Array::of1(buffer);
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(media_type);
    Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()
}

fn address_of(blob: &Blob) -> Option<String> {
    web_sys::Url::create_object_url_with_blob(blob).ok()
}

/// Hands a person a file to save.
pub fn save(name: &str, media_type: &str, bytes: &[u8]) {
    if let Some(blob) = blob(media_type, bytes) {
        save_blob(name, &blob);
    }
}

/// How long what is saved stays at its address: browsers begin to read it in a task of their own, some after asking the person
/// where to put it.
const SAVING: Duration = Duration::from_secs(60);

/// [`save`], of what the browser made itself.
pub fn save_blob(name: &str, blob: &Blob) {
    let Some(address) = address_of(blob) else { return };
    if let Ok(link) = document().create_element("a") {
        let _ = link.set_attribute("href", &address);
        let _ = link.set_attribute("download", &names::allowed(name));
        link.unchecked_into::<HtmlElement>().click();
    }
    let give_up = move || {
        let _ = web_sys::Url::revoke_object_url(&address);
    };
    set_timeout(give_up, SAVING);
}

/// Whether the browser keeps what the page stores even when room runs short; with `ask` it is asked to, and may say no, or ask
/// the person. `None`: it does not say.
pub async fn persist_storage(ask: bool) -> Option<bool> {
    let manager = window().navigator().storage();
    // Outside a secure context there is no such object.
    if manager.is_undefined() {
        return None;
    }
    let persisted = JsFuture::from(manager.persisted().ok()?).await.ok()?.as_bool()?;
    if persisted || !ask {
        return Some(persisted);
    }
    JsFuture::from(manager.persist().ok()?).await.ok()?.as_bool()
}

/// Processor cores, as far as the browser says.
pub fn cores() -> usize {
    (window().navigator().hardware_concurrency() as usize).max(1)
}

/// A text file, by its address relative to the page's.
///
/// # Errors
/// The file, and what is wrong with it.
pub async fn fetch_text(file: &str) -> Result<String, String> {
    let fail = |_| format!("{file} cannot be fetched");
    let response = JsFuture::from(window().fetch_with_str(file)).await.map_err(fail)?;
    let response: web_sys::Response = response.unchecked_into();
    if !response.ok() {
        return Err(format!("{file}: the host answers {} {}", response.status(), response.status_text())
            .trim()
            .to_owned());
    }
    let text = JsFuture::from(response.text().map_err(fail)?).await.map_err(fail)?;
    Ok(text.as_string().unwrap_or_default())
}
