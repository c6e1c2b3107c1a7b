//! The plane of the first two principal components.

use leptos::{ev::PointerEvent, html, prelude::*};

use crate::ui::{
    format::moment::name_of,
    inspect::{
        course::{Course, Score},
        shown::Shown,
    },
    widgets::{
        chart::{Frame, axis_names, frame},
        save_figure::Save,
    },
};

/// Of the figure in space, and at most of this one, which is as high as its course needs it.
pub const HEIGHT: f64 = 340.0;
const LEAST_HEIGHT: f64 = 220.0;
/// Pixels that keep clear of the axes' names.
pub const MARGIN: f64 = 40.0;

/// The course as it lies in the plane; a click shows the moment of the nearest state.
#[component]
pub fn PlaneFigure(shown: Shown) -> impl IntoView {
    let Shown { level, course, present, under_pointer, .. } = shown;
    let room = NodeRef::<html::Div>::new();
    let widest = frame(room, HEIGHT);
    let frame = Memo::new(move |_| {
        let Frame { width, height } = widest.get();
        // Pixels up for each across.
        let slope = course.with(|course| {
            let course = course.as_ref()?;
            let [across, up] = [0, 1].map(|component| range(course, component)).map(|(low, high)| high - low);
            Some(up / across.max(1e-9))
        });
        let needed = slope.map_or(height, |slope| (width - 2.0 * MARGIN) * slope + 2.0 * MARGIN);
        Frame { width, height: needed.clamp(LEAST_HEIGHT, height) }
    });
    let plane = Memo::new(move |_| course.with(|course| Some(Plane::of(course.as_ref()?, frame.get()))));
    let nearest = move |event: &PointerEvent| {
        plane.with_untracked(|plane| {
            nearest(&plane.as_ref()?.own, f64::from(event.offset_x()), f64::from(event.offset_y()))
        })
    };
    let explained = move |component: usize| {
        let share = course.with(|course| Some(course.as_ref()?.explained[component]));
        share.map(|share| format!("component {}: {:.1} % of the variance", component + 1, share * 100.0))
    };
    view! {
        <figure class="chart">
            <figcaption>
                <b class=move || name_of(level.get()).0>{move || name_of(level.get()).1}</b>
                <span class="unit">"in the plane of two components"</span>
                <Save name="trajectory"/>
            </figcaption>
            <div class="room" node_ref=room>
                <svg
                    class=move || format!("plane {}", name_of(level.get()).0)
                    width="100%"
                    height=move || frame.get().height
                    role="img"
                    aria-label="The states on their first two principal components; the table below has the figures"
                    data-testid="trajectory"
                    on:pointermove=move |event| under_pointer.set(nearest(&event))
                    on:pointerleave=move |_| under_pointer.set(None)
                    on:pointerdown=move |event| shown.seek(nearest(&event))
                >
                    {move || course.with(|course| plane.with(|plane| Some(plane.as_ref()?.draw(course.as_ref()?))))}
                    {move || {
                        let (x, y) = plane.with(|plane| plane.as_ref()?.own.get(present.get()?).copied())?;
                        Some(view! { <circle class="here" cx=x cy=y r="8"/> })
                    }}
                    {axis_names(frame, explained)}
                </svg>
            </div>
            <p class="reading" data-testid="trajectory-reading">{move || shown.reading(2)}</p>
        </figure>
    }
}

/// Which of the points is nearest to a pixel.
pub fn nearest(points: &[(f64, f64)], x: f64, y: f64) -> Option<usize> {
    let away = |at: usize| (points[at].0 - x).hypot(points[at].1 - y);
    (0..points.len()).min_by(|&a, &b| away(a).total_cmp(&away(b)))
}

/// The least and the greatest of a component along a course and the one laid over it.
fn range(course: &Course, component: usize) -> (f64, f64) {
    let values = course.own.iter().chain(&course.kept).map(|score| score[component]);
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}

/// A course in pixels, alike along both axes.
#[derive(Clone, Debug, PartialEq)]
struct Plane {
    /// Where each state lies.
    own: Vec<(f64, f64)>,
    kept: Vec<(f64, f64)>,
    origin: (f64, f64),
}

impl Plane {
    /// The course in the middle of a frame, as large as it fits.
    fn of(course: &Course, frame: Frame) -> Self {
        let ((left, right), (bottom, top)) = (range(course, 0), range(course, 1));
        let (width, height) = (frame.width - 2.0 * MARGIN, frame.height - 2.0 * MARGIN);
        let scale = (width / (right - left).max(1e-9)).min(height / (top - bottom).max(1e-9));
        let place = |&[x, y, _]: &Score| {
            let across = (x - (left + right) / 2.0) * scale;
            let up = (y - (bottom + top) / 2.0) * scale;
            (frame.width / 2.0 + across, frame.height / 2.0 - up)
        };
        Self {
            own: course.own.iter().map(place).collect(),
            kept: course.kept.iter().map(place).collect(),
            origin: place(&[0.0; 3]),
        }
    }

    /// Lines from each state to the next and a dot on each, from pale to strong.
    fn draw(&self, course: &Course) -> AnyView {
        let time = |step: usize| format!("--time:{:.1}%", course.time(step));
        let lines = self.own.windows(2).enumerate().map(|(step, ends)| {
            let [(x1, y1), (x2, y2)] = [ends[0], ends[1]];
            view! { <line class="leg" style=time(step) x1=x1 y1=y1 x2=x2 y2=y2/> }
        });
        let dots = self.own.iter().enumerate().map(|(step, &(x, y))| {
            view! { <circle class="stop" style=time(step) cx=x cy=y r="3.5"/> }
        });
        let points: Vec<String> = self.kept.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let ((x, y), end) = (self.origin, self.kept.last().copied());
        view! {
            <line class="grid" x1=x x2=x y1="0" y2="100%"/>
            <line class="grid" x1="0" x2="100%" y1=y y2=y/>
            <polyline class="kept" points=points.join(" ")/>
            {end.map(|(x, y)| view! { <circle class="kept-end" cx=x cy=y r="5"/> })}
            {lines.collect_view()}
            {dots.collect_view()}
        }
        .into_any()
    }
}
