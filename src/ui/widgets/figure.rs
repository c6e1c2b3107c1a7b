//! A figure of the page as an SVG file: what is drawn, written and painted in it, where it stands, in the colours that
//! it has.

use std::fmt::Write;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{CssStyleDeclaration, Element, HtmlCanvasElement, Node};

use crate::ui::{
    browser,
    drawing::svg::{document as file, escape, gradient_colours, plain_colour, ramp, shows},
};

/// Pixels around a figure.
const MARGIN: f64 = 12.0;
/// Milliseconds after which the page gets its turn.
const SLICE: f64 = 8.0;
/// What works on the page only, or is said for it only.
const LEFT_OUT: &str = "details, select, label, .save, .bubble, .lit-area, .hint, button:not(.term button)";
/// What a shape's look may come from, with what it is where nothing is said.
const LOOK: [(&str, &str); 7] = [
    ("fill", "rgb(0, 0, 0)"),
    ("fill-opacity", "1"),
    ("stroke", "none"),
    ("stroke-opacity", "1"),
    ("stroke-width", "1px"),
    ("stroke-dasharray", "none"),
    ("stroke-linecap", "butt"),
];
/// The same of text in a drawing.
const TYPE: [(&str, &str); 4] =
    [("fill", "rgb(0, 0, 0)"), ("font-size", ""), ("font-weight", "400"), ("text-anchor", "start")];

/// A figure as a file.
pub struct Drawn {
    /// SVG.
    pub text: String,
    /// CSS pixels.
    pub width: f64,
    /// CSS pixels.
    pub height: f64,
}

/// What is still to be written.
enum Due {
    /// A node of the page.
    Page(Node),
    /// A node inside an SVG element.
    Drawing(Node),
    /// The end of an element that was begun.
    End(String),
}

/// Writes a figure, a slice of time after another: the page goes on meanwhile.
pub async fn drawn(figure: &Element) -> Drawn {
    let area = figure.get_bounding_client_rect();
    let (left, top) = (area.left() - MARGIN, area.top() - MARGIN);
    let mut writer = Writer { left, top, right: 0.0, bottom: 0.0, out: String::new(), ramps: 0 };
    let mut due = Vec::new();
    push_children(&mut due, figure, Due::Page);
    let mut begun = browser::now();
    while let Some(next) = due.pop() {
        writer.write(next, &mut due);
        if browser::now() - begun > SLICE {
            browser::breathe().await;
            begun = browser::now();
        }
    }
    // As far as something was written: what is left out at the end leaves no blank.
    let width = (writer.right + MARGIN).min(area.width() + 2.0 * MARGIN);
    let height = (writer.bottom + MARGIN).min(area.height() + 2.0 * MARGIN);
    let body = document().body().as_deref().and_then(style_of);
    let of_body = |name| body.as_ref().map(|style| value(style, name)).unwrap_or_default();
    let text = file(width, height, &plain_colour(&of_body("background-color")), &of_body("font-family"), &writer.out);
    Drawn { text, width, height }
}

/// The last child first: the stack gives back the first one.
fn push_children(due: &mut Vec<Due>, parent: &Node, kind: fn(Node) -> Due) {
    let mut child = parent.last_child();
    while let Some(node) = child {
        child = node.previous_sibling();
        due.push(kind(node));
    }
}

fn style_of(element: &Element) -> Option<CssStyleDeclaration> {
    window().get_computed_style(element).ok().flatten()
}

fn value(style: &CssStyleDeclaration, name: &str) -> String {
    style.get_property_value(name).unwrap_or_default()
}

struct Writer {
    left: f64,
    top: f64,
    /// How far what was written reaches.
    right: f64,
    bottom: f64,
    out: String,
    ramps: usize,
}

impl Writer {
    fn write(&mut self, next: Due, due: &mut Vec<Due>) {
        match next {
            Due::End(tag) => {
                let _ = write!(self.out, "</{tag}>");
            }
            Due::Page(node) => match node.dyn_into::<Element>() {
                Ok(element) => self.element(&element, due),
                Err(node) => self.words(&node),
            },
            Due::Drawing(node) => match node.dyn_into::<Element>() {
                Ok(element) => self.shape(&element, due),
                Err(node) => self.out.push_str(&escape(&text_of(&node))),
            },
        }
    }

    /// The area of an element in the file: left, top, width, height.
    fn area(&self, element: &Element) -> [f64; 4] {
        let area = element.get_bounding_client_rect();
        [area.left() - self.left, area.top() - self.top, area.width(), area.height()]
    }

    fn reach(&mut self, [left, top, width, height]: [f64; 4]) {
        self.right = self.right.max(left + width);
        self.bottom = self.bottom.max(top + height);
    }

    fn element(&mut self, element: &Element, due: &mut Vec<Due>) {
        let Some(style) = style_of(element) else { return };
        if element.matches(LEFT_OUT).unwrap_or(true) || value(&style, "display") == "none" {
            return;
        }
        let area @ [left, top, width, height] = self.area(element);
        let place = format!(r#"x="{left:.1}" y="{top:.1}" width="{width:.1}" height="{height:.1}""#);
        if element.tag_name() == "svg" {
            self.reach(area);
            let view = element.get_attribute("viewBox").map(|view| format!(r#" viewBox="{}""#, escape(&view)));
            let _ = write!(self.out, "<svg {place}{}>", view.unwrap_or_default());
            due.push(Due::End("svg".into()));
            push_children(due, element, Due::Drawing);
            return;
        }
        if let Some(canvas) = element.dyn_ref::<HtmlCanvasElement>() {
            self.reach(area);
            let picture = canvas.to_data_url().unwrap_or_default();
            let _ = write!(
                self.out,
                r#"<image {place} preserveAspectRatio="none" style="image-rendering:pixelated" href="{picture}"/>"#
            );
            return;
        }
        self.ground(&style, area);
        push_children(due, element, Due::Page);
    }

    /// An element's background and its edges.
    fn ground(&mut self, style: &CssStyleDeclaration, area: [f64; 4]) {
        let [left, top, width, height] = area;
        let colours = gradient_colours(&value(style, "background-image"));
        let colour = plain_colour(&value(style, "background-color"));
        if !colours.is_empty() || shows(&colour) {
            self.reach(area);
        }
        if !colours.is_empty() {
            self.ramps += 1;
            self.out.push_str(&ramp(self.ramps, area, &colours));
        } else if shows(&colour) {
            let _ = write!(
                self.out,
                r#"<rect x="{left:.1}" y="{top:.1}" width="{width:.1}" height="{height:.1}" fill="{colour}"/>"#
            );
        }
        let (right, bottom) = (left + width, top + height);
        let edges = [
            ("top", [left, top, right, top]),
            ("right", [right, top, right, bottom]),
            ("bottom", [left, bottom, right, bottom]),
            ("left", [left, top, left, bottom]),
        ];
        for (side, [x1, y1, x2, y2]) in edges {
            let colour = plain_colour(&value(style, &format!("border-{side}-color")));
            let width = value(style, &format!("border-{side}-width"));
            if width != "0px" && value(style, &format!("border-{side}-style")) == "solid" && shows(&colour) {
                self.reach(area);
                let _ = write!(
                    self.out,
                    r#"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" stroke="{colour}" stroke-width="{width}"/>"#
                );
            }
        }
    }

    /// Words of the page, each line of them where it stands.
    fn words(&mut self, node: &Node) {
        let text = text_of(node);
        let Some(style) = node.parent_element().filter(|_| !text.trim().is_empty()).as_ref().and_then(style_of) else {
            return;
        };
        let Ok(range) = document().create_range() else { return };
        let mut lines: Vec<(f64, f64, String)> = Vec::new();
        for (start, word) in words_of(&text) {
            let end = start + word.encode_utf16().count() as u32;
            if range.set_start(node, start).is_err() || range.set_end(node, end).is_err() {
                return;
            }
            let area = range.get_bounding_client_rect();
            self.reach([area.left() - self.left, area.top() - self.top, area.width(), area.height()]);
            // A line of text stands about a fifth of its height above the foot of its box.
            let foot = area.top() + 0.8 * area.height() - self.top;
            match lines.last_mut() {
                Some((_, before, line)) if (*before - foot).abs() < 1.0 => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push((area.left() - self.left, foot, word.to_owned())),
            }
        }
        let colour = plain_colour(&value(&style, "color"));
        let (size, weight) = (value(&style, "font-size"), value(&style, "font-weight"));
        for (left, foot, line) in lines {
            let _ = write!(
                self.out,
                r#"<text x="{left:.1}" y="{foot:.1}" fill="{colour}" font-size="{size}" font-weight="{weight}">{}</text>"#,
                escape(&line)
            );
        }
    }

    /// An element of a drawing, with its look said in attributes.
    fn shape(&mut self, element: &Element, due: &mut Vec<Due>) {
        let tag = element.tag_name();
        let Some(style) = style_of(element).filter(|style| value(style, "display") != "none") else { return };
        let _ = write!(self.out, "<{tag}");
        let looks: &[(&str, &str)] = match tag.as_str() {
            "text" | "tspan" => &TYPE,
            "g" | "title" => &[],
            _ => &LOOK,
        };
        for name in element.get_attribute_names().iter().filter_map(|name| name.as_string()) {
            let said_below = looks.iter().any(|(look, _)| *look == name);
            let of_page = ["class", "style", "role", "tabindex"].contains(&name.as_str())
                || name.starts_with("data-")
                || name.starts_with("aria-");
            if let Some(value) = element.get_attribute(&name).filter(|_| !said_below && !of_page) {
                let _ = write!(self.out, r#" {name}="{}""#, escape(&value));
            }
        }
        for (name, usual) in looks {
            let value = plain_colour(&value(&style, name));
            if value != *usual {
                let _ = write!(self.out, r#" {name}="{}""#, escape(&value));
            }
        }
        if element.has_child_nodes() {
            self.out.push('>');
            due.push(Due::End(tag));
            push_children(due, element, Due::Drawing);
        } else {
            self.out.push_str("/>");
        }
    }
}

/// A comment, which the page's framework leaves behind, has none.
fn text_of(node: &Node) -> String {
    if node.node_type() == Node::TEXT_NODE { node.node_value().unwrap_or_default() } else { String::new() }
}

/// The words of a text, each with where it begins, counted as the browser counts.
fn words_of(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let mut at = 0;
    text.split(char::is_whitespace).filter_map(move |word| {
        let begin = at;
        // White space of one unit each: the page has no other.
        at += word.encode_utf16().count() as u32 + 1;
        (!word.is_empty()).then_some((begin, word))
    })
}
