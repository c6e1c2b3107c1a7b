//! What charts share: their frame in CSS pixels, and their axes.

use leptos::{ev::PointerEvent, html, prelude::*};

use crate::ui::browser;

/// Room for the labels of the vertical axis, in pixels.
const LEFT: f64 = 46.0;
/// Room above.
const TOP: f64 = 8.0;
/// Room at the right.
const RIGHT: f64 = 8.0;
/// Room for the labels of the horizontal axis.
const BOTTOM: f64 = 22.0;

/// A chart's area; shares of the axes become pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Of the whole chart.
    pub width: f64,
    /// Of the whole chart.
    pub height: f64,
}

impl Frame {
    /// Where a share of the horizontal axis lies.
    pub fn x(self, share: f64) -> f64 {
        LEFT + share * (self.width - LEFT - RIGHT)
    }

    /// Where a share of the vertical axis lies, 0 at the bottom.
    pub fn y(self, share: f64) -> f64 {
        TOP + (1.0 - share) * (self.height - TOP - BOTTOM)
    }

    /// The share of the horizontal axis at a pixel.
    pub fn share(self, x: f64) -> f64 {
        ((x - LEFT) / (self.width - LEFT - RIGHT)).clamp(0.0, 1.0)
    }

    /// A broken line through shares.
    pub fn points(self, shares: impl Iterator<Item = (f64, f64)>) -> String {
        let points = shares.map(|(x, y)| format!("{:.1},{:.1}", self.x(x), self.y(y)));
        points.collect::<Vec<_>>().join(" ")
    }
}

/// A chart that is as wide as its room.
pub fn frame(room: NodeRef<html::Div>, height: f64) -> Memo<Frame> {
    let width = browser::width_of(room);
    Memo::new(move |_| Frame { width: width.get().max(120.0), height })
}

/// A chart's drawing, which knows where along the horizontal axis the pointer is, as a share.
#[component]
pub fn Plot(
    /// As wide as this.
    room: NodeRef<html::Div>,
    frame: Memo<Frame>,
    /// What it shows, in words.
    #[prop(into)]
    label: String,
    #[prop(into)] testid: String,
    /// What is read: that at a share, or nothing in particular once the pointer has left.
    point: impl Fn(Option<f64>) + 'static,
    /// What a press at a share does.
    #[prop(optional, into)]
    press: Option<Callback<f64>>,
    children: Children,
) -> impl IntoView {
    let share = move |event: &PointerEvent| frame.get_untracked().share(f64::from(event.offset_x()));
    let point = std::rc::Rc::new(point);
    let look = {
        let point = point.clone();
        move |event: PointerEvent| point(Some(share(&event)))
    };
    let go = move |event: PointerEvent| {
        if let Some(press) = press {
            press.run(share(&event));
        }
    };
    view! {
        <div class="room" node_ref=room>
            <svg
                width="100%"
                height=move || frame.get().height
                role="img"
                aria-label=label
                data-testid=testid
                on:pointermove=look
                on:pointerleave=move |_| point(None)
                on:pointerdown=go
            >
                {children()}
            </svg>
        </div>
    }
}

/// Labelled lines across the chart.
pub fn horizontal_axis_lines(frame: Frame, ticks: Vec<(f64, String)>) -> impl IntoView {
    let lines = ticks.into_iter().map(move |(share, label)| {
        let y = frame.y(share);
        view! {
            <line class="grid" x1=frame.x(0.0) x2=frame.x(1.0) y1=y y2=y/>
            <text class="tick-label" x=frame.x(0.0) - 6.0 y=y + 4.0 text-anchor="end">{label}</text>
        }
    });
    lines.collect_view()
}

/// Labels below the chart, each under its share of the horizontal axis.
pub fn labels_below(frame: Frame, labels: Vec<(f64, String)>) -> impl IntoView {
    let label = move |(share, label)| {
        view! { <text class="tick-label" x=frame.x(share) y=frame.y(0.0) + 16.0 text-anchor="middle">{label}</text> }
    };
    labels.into_iter().map(label).collect_view()
}

/// The names of a plane's two axes, that of the first one below it and that of the second one up its left side.
pub fn axis_names(frame: Memo<Frame>, name: impl Fn(usize) -> Option<String> + Copy + Send + 'static) -> impl IntoView {
    view! {
        <text
            class="tick-label"
            x=move || frame.get().width / 2.0
            y=move || frame.get().height - 6.0
            text-anchor="middle"
        >
            {move || name(0)}
        </text>
        <text
            class="tick-label"
            transform=move || format!("translate(14 {}) rotate(-90)", frame.get().height / 2.0)
            text-anchor="middle"
        >
            {move || name(1)}
        </text>
    }
}

/// A line from top to bottom at a share of the horizontal axis.
pub fn upright(frame: Frame, class: &'static str, share: f64) -> impl IntoView {
    let x = frame.x(share);
    view! { <line class=class x1=x x2=x y1=frame.y(0.0) y2=frame.y(1.0)/> }
}

/// Such lines at many shares: one element, which is redrawn as quickly as a single line.
pub fn uprights(frame: Frame, class: &'static str, shares: impl IntoIterator<Item = f64>) -> impl IntoView {
    let (top, bottom) = (frame.y(1.0), frame.y(0.0));
    let line = |share: f64| format!("M{:.1} {bottom:.1}V{top:.1}", frame.x(share));
    let lines: String = shares.into_iter().map(line).collect();
    view! { <path class=class fill="none" d=lines/> }
}

/// An upright line where the model halts, with a word about it: on the side of the line that has more room.
pub fn halting_mark(frame: Frame, share: f64, word: &'static str) -> impl IntoView {
    let (beside, anchor) = if share < 0.5 { (4.0, "start") } else { (-4.0, "end") };
    view! {
        {upright(frame, "halted", share)}
        <text class="tick-label" x=frame.x(share) + beside y=frame.y(0.0) - 4.0 text-anchor=anchor>{word}</text>
    }
}

/// The segments' beginnings and numbers along the horizontal axis.
pub fn segment_marks(frame: Frame, segments: usize) -> impl IntoView {
    let every = segments.div_ceil(16).max(1);
    let place = move |segment: f64| segment / segments as f64;
    let shown = || (0..segments).step_by(every);
    let numbers = shown().map(|segment| (place(segment as f64 + 0.5), (segment + 1).to_string())).collect();
    view! {
        {uprights(frame, "grid segment-end", shown().map(|segment| place(segment as f64)))}
        {labels_below(frame, numbers)}
    }
}
