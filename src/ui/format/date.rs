//! Moments in words.

use hrm_link::training::Stored;
use js_sys::{Date, Object, Reflect};
use wasm_bindgen::JsValue;

/// A moment in this place's time, given in milliseconds since 1970: today's and yesterday's by that name.
pub fn when(milliseconds: f64) -> String {
    let date = Date::new(&milliseconds.into());
    let time = shown(&date, &[("hour", "2-digit"), ("minute", "2-digit")]);
    let days_ago = |days: u32| {
        let day = Date::new_0();
        day.set_date(day.get_date().saturating_sub(days));
        day.to_date_string() == date.to_date_string()
    };
    if days_ago(0) {
        format!("today, {time}")
    } else if days_ago(1) {
        format!("yesterday, {time}")
    } else {
        let day = shown(&date, &[("day", "numeric"), ("month", "short"), ("year", "numeric")]);
        format!("{day}, {time}")
    }
}

/// A run's name with the moment at which it was saved: two of one name are told apart by it.
pub fn dated(stored: &Stored) -> String {
    match stored.saved_at {
        Some(saved_at) => format!("{} ({})", stored.name, when(saved_at)),
        None => stored.name.clone(),
    }
}

fn shown(date: &Date, parts: &[(&str, &str)]) -> String {
    let options = Object::new();
    for (part, form) in parts {
        // A plain object takes any property.
        let _ = Reflect::set(&options, &JsValue::from_str(part), &JsValue::from_str(form));
    }
    String::from(date.to_locale_string("en-GB", &options))
}
