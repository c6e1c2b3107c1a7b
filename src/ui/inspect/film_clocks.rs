//! Under the filmed board: both clocks, the moment, and how far each step moved its state.

use hrm_core::{model::Level, recording::Recording};
use web_sys::CanvasRenderingContext2d;

use crate::ui::{browser::Tokens, drawing::scale::Log};

/// Pixels that it takes below the board.
pub const HEIGHT: f64 = 116.0;

/// Rows of the clocks and the curves' area, pixels from the top.
const ROWS: [f64; 2] = [10.0, 28.0];
const CURVES: [f64; 2] = [44.0, 110.0];
/// Pixels on the left for the names.
const NAMES: f64 = 28.0;

/// What is drawn of a run, without its states.
pub struct Clocks {
    /// The module of every step and the RMS by which it moved its state.
    steps: Vec<(Level, f64)>,
    /// Steps of a segment.
    of_segment: usize,
    scale: Log,
    /// Colours of H, of L, of lines, of words.
    inks: [String; 4],
    font: String,
}

impl Clocks {
    /// Of a watched run, in the present theme's colours.
    pub fn of(recording: &Recording) -> Self {
        let tokens = Tokens::now();
        let steps: Vec<_> = recording.steps().map(|step| (step.level, f64::from(step.change))).collect();
        Self {
            scale: Log::covering(steps.iter().map(|(_, change)| *change)),
            steps,
            of_segment: recording.shapes().steps(),
            inks: ["--h", "--l", "--line-strong", "--muted"].map(|name| tokens.get(name)),
            font: tokens.get("--font"),
        }
    }

    /// Paints them into an area of `width` pixels whose left upper corner is given, up to the step `now`; `None`: before the
    /// first.
    pub fn paint(&self, on: &CanvasRenderingContext2d, [left, top]: [f64; 2], width: f64, now: Option<usize>) {
        let [h, l, line, muted] = &self.inks;
        let count = self.steps.len().max(1) as f64;
        let x = |at: f64| left + NAMES + (width - NAMES) * at / count;
        on.set_font(&format!("600 14px {}", self.font));
        on.set_text_align("left");
        on.set_text_baseline("middle");
        for (name, ink, row) in [("H", h, ROWS[0]), ("L", l, ROWS[1])] {
            on.set_fill_style_str(ink);
            let _ = on.fill_text(name, left, top + row);
        }
        on.set_fill_style_str(line);
        for end in (self.of_segment..self.steps.len()).step_by(self.of_segment.max(1)) {
            on.fill_rect(x(end as f64).round(), top, 1.0, CURVES[1]);
        }
        let radius = ((width - NAMES) / count / 2.0).min(3.0);
        for (at, (level, _)) in self.steps.iter().enumerate() {
            let (ink, row, scale) = if *level == Level::H { (h, ROWS[0], 1.4) } else { (l, ROWS[1], 1.0) };
            let is_past = now.is_some_and(|now| at <= now);
            on.begin_path();
            let (across, dot) = (x(at as f64 + 0.5), (radius * scale).max(1.0));
            let _ = on.ellipse(across, top + row, dot, dot, 0.0, 0.0, std::f64::consts::TAU);
            on.set_fill_style_str(if is_past { ink } else { line });
            on.fill();
        }
        on.set_font(&format!("11px {}", self.font));
        on.set_fill_style_str(muted);
        let _ = on.fill_text("change of each step (RMS, log scale)", left + NAMES, top + CURVES[1] + 1.0);
        on.set_line_width(1.5);
        for (of, ink) in [(Level::L, l), (Level::H, h)] {
            on.set_stroke_style_str(ink);
            on.begin_path();
            let past = self.steps.iter().enumerate().take(now.map_or(0, |now| now + 1));
            for (at, (_, change)) in past.filter(|(_, (level, _))| *level == of) {
                let [upper, lower] = [CURVES[0], CURVES[1] - 10.0];
                on.line_to(x(at as f64 + 0.5), top + lower - (lower - upper) * self.scale.place(*change));
            }
            on.stroke();
        }
        if let Some(now) = now {
            on.set_fill_style_str(muted);
            on.fill_rect(x(now as f64 + 0.5).round() - 1.0, top, 2.0, CURVES[1] - 6.0);
        }
    }
}
