//! What the model would answer if it stopped at each step: its own head, read before it is asked.

use hrm_core::model::Level;
use leptos::{html, prelude::*};

use crate::ui::{
    board::symbol::{name, place},
    drawing::scale::Linear,
    format::moment::{in_words, name_of},
    inspect::{
        answer_board::AnswerBoard,
        reads::{Read, reads},
    },
    state::{Drawing, Player, Run},
    widgets::{
        chart::{Frame, Plot, frame, horizontal_axis_lines, segment_marks, upright},
        save_figure::Save,
        table::Table,
        tooltip::Term,
    },
};

const HEIGHT: f64 = 170.0;

const GLOSS: &str = "The official code reads an answer only at a segment's end. The same head, put to the state of every \
                     step, shows the answer while it forms: how many cells it still changes, and how many break a rule.";
const ANSWER_GLOSS: &str = "Of every cell the symbol that the head, put to the state after this step, holds most probable. \
                            Changed is what differs from the same module's step before; rules are judged by the puzzle as \
                            it stood at this step.";
const TOP_GLOSS: &str = "The symbols that the head, put to the state after this step, holds most probable in the cell, each \
                         with its probability in percent: all symbols that the model knows make 100 % together. It says how \
                         sure the head is, not whether it is right.";

/// The answers of a module's steps: their counts along the run, the present one as a board, the present cell's symbols.
#[component]
pub fn Answers() -> impl IntoView {
    let (drawing, run, player) = (Drawing::here(), Run::here(), Player::here());
    let level = RwSignal::new(Level::H);
    let reads = Memo::new(move |_| {
        let (kind, level) = (drawing.kind(), level.get());
        run.read(|recording| reads(kind, recording, level))
    });
    let present = Memo::new(move |_| {
        let moment = player.moment.get();
        reads.with(|reads| reads.iter().rposition(|read| read.moment <= moment))
    });
    let set_level = move |event| level.set(if event_target_value(&event) == "L" { Level::L } else { Level::H });
    view! {
        <div class="options">
            <label class="choice">
                "Read "
                <select data-testid="answers-level" on:change=set_level>
                    <option value="H">"z_H, as the model does"</option>
                    <option value="L">"z_L, through the same head"</option>
                </select>
            </label>
        </div>
        <Counts reads present/>
        <div class="answer-now">
            <Board reads present/>
            <Top level/>
        </div>
    }
}

/// Cells changed and cells wrong by rule, step by step.
#[component]
fn Counts(reads: Memo<Vec<Read>>, present: Memo<Option<usize>>) -> impl IntoView {
    let (run, player) = (Run::here(), Player::here());
    let room = NodeRef::<html::Div>::new();
    let frame = frame(room, HEIGHT);
    let planned = move || run.read(|recording| recording.planned_moments()).max(1) as f64;
    let segments = move || run.read(|recording| recording.planned_moments() / recording.shapes().steps().max(1));
    let curve = move |count: fn(&Read) -> usize| {
        let (frame, planned) = (frame.get(), planned());
        reads.with(|reads| {
            let axis = axis(reads);
            frame
                .points(reads.iter().map(|read| ((read.moment as f64 + 0.5) / planned, axis.place(count(read) as f64))))
        })
    };
    let under_pointer = RwSignal::new(None::<usize>);
    let moment_at = move |share: f64| (share * untrack(planned)) as usize;
    let point = move |share: Option<f64>| {
        let last_by = |moment| reads.with_untracked(|reads| reads.iter().rposition(|read| read.moment <= moment));
        under_pointer.set(share.map(moment_at).and_then(last_by));
    };
    let reading = move || {
        let (moment, changed, wrong) = reads.with(|reads| {
            let read = reads.get(under_pointer.get().or_else(|| present.get())?)?;
            Some((read.moment, read.changed.len(), read.wrong.len()))
        })?;
        let place = run.read(|recording| in_words(recording, moment))?;
        Some(format!("{place}: {changed} cells changed, {wrong} wrong by rule"))
    };
    let rows = move || {
        reads.with(|reads| {
            let row = |read: &Read| {
                let place = run.read(|recording| in_words(recording, read.moment)).unwrap_or_default();
                vec![place, read.changed.len().to_string(), read.wrong.len().to_string()]
            };
            reads.iter().map(row).collect()
        })
    };
    view! {
        <figure class="chart">
            <figcaption>
                <Term name="Answers on the way" gloss=GLOSS/>
                <b class="changed">"cells changed"</b>
                <b class="wrong">"cells wrong by rule"</b>
                <Save name="answers"/>
            </figcaption>
            <Plot room frame label="Cells changed and cells wrong by rule after every step; the table below has the figures" testid="answer-counts" point press=move |share| player.seek(moment_at(share))>
                {move || reads.with(|reads| grid(reads, frame.get(), segments()))}
                <polyline class="curve wrong" points=move || curve(|read| read.wrong.len())/>
                <polyline class="curve changed" points=move || curve(|read| read.changed.len())/>
                {move || {
                    let moment = reads.with(|reads| Some(reads.get(present.get()?)?.moment))?;
                    Some(upright(frame.get(), "playhead", (moment as f64 + 0.5) / planned()))
                }}
            </Plot>
            <p class="reading" data-testid="answers-reading">{reading}</p>
            <Table head=["Step", "Cells changed", "Cells wrong by rule"] rows/>
        </figure>
    }
}

fn axis(reads: &[Read]) -> Linear {
    Linear::covering(reads.iter().flat_map(|read| [read.changed.len() as f64, read.wrong.len() as f64]), 4)
}

fn grid(reads: &[Read], frame: Frame, segments: usize) -> impl IntoView + use<> {
    let axis = axis(reads);
    let ticks = axis.ticks().filter(|tick| tick.fract() == 0.0).map(|tick| (axis.place(tick), tick.to_string()));
    view! {
        {horizontal_axis_lines(frame, ticks.collect())}
        {segment_marks(frame, segments)}
    }
}

/// The present step's answer as a board: cells that it changed are framed, those that break a rule struck out.
#[component]
fn Board(reads: Memo<Vec<Read>>, present: Memo<Option<usize>>) -> impl IntoView {
    let read = Memo::new(move |_| reads.with(|reads| reads.get(present.get()?).cloned()));
    view! {
        <figure>
            <figcaption>
                <Term name="The answer at this step" gloss=ANSWER_GLOSS/>
                <span class="unit">"framed: changed; struck out: breaks a rule"</span>
                <Save name="answer"/>
            </figcaption>
            <AnswerBoard read/>
        </figure>
    }
}

/// The most probable symbols of the cell in view, at the present moment.
#[component]
fn Top(level: RwSignal<Level>) -> impl IntoView {
    let (drawing, run, player) = (Drawing::here(), Run::here(), Player::here());
    let cell = drawing.cell;
    let (level_name, moment) = (move || name_of(level.get()).1, player.moment);
    let bars = move || {
        let (kind, cell, moment, level) = (drawing.kind(), cell.get(), moment.get(), level.get());
        let top: Vec<(u8, f32)> = run
            .read(|recording| {
                let step = recording.step(recording.last_step(level, moment)?)?;
                Some(step.readout.top(cell).collect())
            })
            .unwrap_or_default();
        let bar = |(token, probability): (u8, f32)| {
            let percent = format!("{:.1} %", probability * 100.0);
            view! {
                <li>
                    <span class="symbol">{name(kind, token)}</span>
                    <span class="bar"><span style=format!("width:{:.2}%", probability * 100.0)></span></span>
                    <span class="percent">{percent}</span>
                </li>
            }
        };
        top.into_iter().map(bar).collect_view()
    };
    let where_it_is = move || format!("{}, read from {}", place(drawing.kind(), cell.get()), level_name());
    view! {
        <figure>
            <figcaption>
                <Term name="Top three symbols" gloss=TOP_GLOSS/>
                <span class="unit">{where_it_is}</span>
                <Save name="symbols"/>
            </figcaption>
            <ol class="bars" data-testid="top-symbols">{bars}</ol>
            <p class="reading hint">"Point at a cell of either board to read it; the one that is selected is read when none is."</p>
        </figure>
    }
}
