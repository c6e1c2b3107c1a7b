//! The space of the first three principal components, turned by hand.

use std::f64::consts::TAU;

use leptos::{
    ev::{KeyboardEvent, PointerEvent},
    html,
    prelude::*,
};

use crate::ui::{
    browser,
    drawing::orbit_camera::Turn,
    format::moment::name_of,
    inspect::{
        course::{Course, Score},
        plane::{HEIGHT, MARGIN, nearest},
        shown::Shown,
    },
    state::Route,
    url::place::Place,
    widgets::{
        chart::{Frame, frame},
        save_figure::Save,
    },
};

/// Shades of time: a path for each, so that a frame of a turning course costs the same however many steps it has.
const SHADES: usize = 24;
/// Of a key, radians.
const STEP: f64 = TAU / 36.0;
/// Of a pixel that is dragged, radians.
const OF_PIXEL: f64 = 0.01;
/// Of a second while it turns by itself, radians.
const OF_SECOND: f64 = 0.3;
/// Pixels that a pointer may stray without dragging.
const STRAY: i32 = 4;

/// A pointer that is down: where it is, and whether it has dragged.
#[derive(Clone, Copy)]
struct Grip {
    x: i32,
    y: i32,
    dragged: bool,
}

/// The course as it is seen from one side; dragging, arrow keys and on request time turn it.
#[component]
pub fn SpaceFigure(shown: Shown) -> impl IntoView {
    let Shown { level, course, present, under_pointer, .. } = shown;
    let route = Route::here();
    let room = NodeRef::<html::Div>::new();
    let frame = frame(room, HEIGHT);
    let turn = RwSignal::new(Turn::default());
    let turning = RwSignal::new(false);
    let grip = StoredValue::new(None::<Grip>);
    let scene = Memo::new(move |_| course.with(|course| Some(Scene::of(course.as_ref()?, turn.get(), frame.get()))));
    let nearest = move |event: &PointerEvent| {
        scene.with_untracked(|scene| {
            nearest(&scene.as_ref()?.own, f64::from(event.offset_x()), f64::from(event.offset_y()))
        })
    };
    let down = move |event: PointerEvent| {
        grip.set_value(Some(Grip { x: event.client_x(), y: event.client_y(), dragged: false }));
        browser::capture(&event);
    };
    let drag = move |event: PointerEvent| {
        let Some(before) = grip.get_value() else { return under_pointer.set(nearest(&event)) };
        let (across, along) = (event.client_x() - before.x, event.client_y() - before.y);
        if before.dragged || across.abs().max(along.abs()) > STRAY {
            turn.update(|turn| *turn = turn.by(f64::from(across) * OF_PIXEL, f64::from(along) * OF_PIXEL));
            grip.set_value(Some(Grip { x: event.client_x(), y: event.client_y(), dragged: true }));
        }
    };
    let up = move |event: PointerEvent| {
        let before = grip.try_update_value(Option::take).flatten();
        if before.is_some_and(|grip| !grip.dragged) {
            shown.seek(nearest(&event));
        }
    };
    let press = move |event: KeyboardEvent| {
        let next = match event.key().as_str() {
            "ArrowLeft" => turn.get_untracked().by(-STEP, 0.0),
            "ArrowRight" => turn.get_untracked().by(STEP, 0.0),
            "ArrowUp" => turn.get_untracked().by(0.0, STEP),
            "ArrowDown" => turn.get_untracked().by(0.0, -STEP),
            "Home" => Turn::default(),
            _ => return,
        };
        event.prevent_default();
        turn.set(next);
    };
    let toggle = move |_| {
        turning.update(|turning| *turning = !*turning);
        if turning.get_untracked() {
            keep_turning(route, turn, turning, browser::now());
        }
    };
    let explained = move || {
        let [first, second, third] = course.with(|course| Some(course.as_ref()?.explained))?.map(|share| share * 100.0);
        let all = first + second + third;
        Some(format!("Of the variance: {first:.1} %, {second:.1} % and {third:.1} %, together {all:.1} %."))
    };
    view! {
        <figure class="chart">
            <figcaption>
                <b class=move || name_of(level.get()).0>{move || name_of(level.get()).1}</b>
                <span class="unit">"in the space of three components"</span>
                <Save name="trajectory-3d"/>
            </figcaption>
            <div class="room" node_ref=room>
                <svg
                    class=move || format!("plane space {}", name_of(level.get()).0)
                    width="100%"
                    height=HEIGHT
                    role="img"
                    tabindex="0"
                    aria-label="The states on their first three principal components; the table below has the figures. \
                                Arrow keys turn it, Home turns it back."
                    data-testid="trajectory-3d"
                    on:pointerdown=down
                    on:pointermove=drag
                    on:pointerup=up
                    on:pointercancel=move |_| grip.set_value(None)
                    on:pointerleave=move |_| under_pointer.set(None)
                    on:keydown=press
                >
                    {axes(scene)}
                    <path class="kept" d=move || scene.with(|scene| scene.as_ref().map(|scene| path(&scene.kept)))/>
                    {move || {
                        let (x, y) = scene.with(|scene| scene.as_ref()?.kept.last().copied())?;
                        Some(view! { <circle class="kept-end" cx=x cy=y r="5"/> })
                    }}
                    {(0..SHADES).map(|shade| shaded(scene, shade)).collect_view()}
                    {move || {
                        let (x, y) = scene.with(|scene| scene.as_ref()?.own.get(present.get()?).copied())?;
                        Some(view! { <circle class="here" cx=x cy=y r="8"/> })
                    }}
                </svg>
            </div>
            <p class="reading" data-testid="trajectory-3d-reading">{move || shown.reading(3)}</p>
            <p class="reading" data-testid="explained">{explained}</p>
            <div class="options">
                <span class="reading hint">"Drag it, or use the arrow keys."</span>
                <Show
                    when=|| !browser::prefers_reduced_motion()
                    fallback=|| view! { <span class="reading">"It does not turn by itself: less motion is asked for."</span> }
                >
                    <button
                        type="button"
                        data-testid="turn"
                        aria-pressed=move || if turning.get() { "true" } else { "false" }
                        on:click=toggle
                    >
                        "Turn slowly"
                    </button>
                </Show>
            </div>
        </figure>
    }
}

/// Turns a little at each frame until that is no longer wanted or no longer seen. `before` is the time of the last one,
/// milliseconds.
fn keep_turning(route: Route, turn: RwSignal<Turn>, turning: RwSignal<bool>, before: f64) {
    request_animation_frame(move || {
        if turning.try_get_untracked() != Some(true) {
            return;
        }
        if route.place.get_untracked() != Place::Solve {
            return turning.set(false);
        }
        let now = browser::now();
        turn.update(|turn| *turn = turn.by((now - before) / 1000.0 * OF_SECOND, 0.0));
        keep_turning(route, turn, turning, now);
    });
}

/// The three axes with their numbers.
fn axes(scene: Memo<Option<Scene>>) -> impl IntoView {
    let axis = move |k: usize| {
        let end =
            move |which: fn(&[(f64, f64); 2]) -> f64| move || scene.with(|scene| Some(which(&scene.as_ref()?.axes[k])));
        view! {
            <line class="grid" x1=end(|ends| ends[0].0) y1=end(|ends| ends[0].1) x2=end(|ends| ends[1].0) y2=end(|ends| ends[1].1)/>
            <text class="tick-label" text-anchor="middle" x=end(|ends| ends[1].0) y=end(|ends| ends[1].1)>{k + 1}</text>
        }
    };
    [0, 1, 2].map(axis)
}

/// The steps of one shade of time.
fn shaded(scene: Memo<Option<Scene>>, shade: usize) -> impl IntoView {
    let style = format!("--time:{:.1}%", 30.0 + 70.0 * shade as f64 / (SHADES - 1) as f64);
    let steps = move |draw: fn(&Scene, usize) -> String| {
        move || scene.with(|scene| scene.as_ref().map(|scene| draw(scene, shade)))
    };
    view! {
        <path class="leg" style=style.clone() d=steps(Scene::legs)/>
        <path class="stops" style=style d=steps(Scene::stops)/>
    }
}

/// A course in pixels, as it is seen from one side.
#[derive(Clone, Debug, PartialEq)]
struct Scene {
    own: Vec<(f64, f64)>,
    kept: Vec<(f64, f64)>,
    /// Both ends of each axis.
    axes: [[(f64, f64); 2]; 3],
}

impl Scene {
    fn of(course: &Course, turn: Turn, frame: Frame) -> Self {
        let length = |score: &Score| score.iter().map(|along| along * along).sum::<f64>().sqrt();
        let radius = course.own.iter().chain(&course.kept).map(length).fold(1e-9, f64::max);
        let scale = (frame.width.min(frame.height) / 2.0 - MARGIN) / radius;
        let place = |score: &Score| {
            let (right, up) = turn.see(*score, radius);
            (frame.width / 2.0 + right * scale, frame.height / 2.0 - up * scale)
        };
        let axes = [0, 1, 2].map(|k| {
            let end = |sign: f64| place(&std::array::from_fn(|of| if of == k { sign * radius } else { 0.0 }));
            [end(-1.0), end(1.0)]
        });
        Self { own: course.own.iter().map(place).collect(), kept: course.kept.iter().map(place).collect(), axes }
    }

    /// The steps of a shade.
    fn of_shade(&self, shade: usize) -> impl Iterator<Item = usize> {
        let last = self.own.len().saturating_sub(1).max(1);
        (0..self.own.len()).filter(move |step| step * (SHADES - 1) / last == shade)
    }

    /// From each state of a shade to the one after it.
    fn legs(&self, shade: usize) -> String {
        self.of_shade(shade).filter_map(|step| self.own.get(step..step + 2)).map(path).collect()
    }

    /// A dot, which is a line without length, on each state of a shade.
    fn stops(&self, shade: usize) -> String {
        self.of_shade(shade).map(|step| format!("M{:.1} {:.1}h0", self.own[step].0, self.own[step].1)).collect()
    }
}

/// A broken line as the data of a path.
fn path(points: &[(f64, f64)]) -> String {
    let verb = |at: usize| if at == 0 { 'M' } else { 'L' };
    points.iter().enumerate().map(|(at, (x, y))| format!("{}{x:.1} {y:.1}", verb(at))).collect()
}
