//! The board of a run as a picture, and as a short film: the puzzle, then each segment's answer.

use hrm_core::{model::Answer, puzzle::Kind, recording::Recording};
use wasm_bindgen::JsCast;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement};

use crate::ui::{
    board::{
        painting::{context, paint_picture, picture_size},
        palette::Palette,
        scene::Scene,
    },
    browser,
    drawing::animation::Animation,
};

/// How long the puzzle, an answer on the way, and the last one are shown, hundredths of a second.
const QUESTION: u16 = 100;
const ON_THE_WAY: u16 = 30;
const LAST: u16 = 250;

/// What is filmed; without the states, of which a copy would be large.
pub struct Scenes {
    kind: Kind,
    question: Vec<u8>,
    /// What was posed at the end of each segment, where an experiment may have changed a clue, and the answer to it.
    answers: Vec<(Vec<u8>, Answer)>,
}

impl Scenes {
    /// Of a run so far.
    pub fn of(recording: &Recording, kind: Kind) -> Self {
        let posed = |segment| recording.posed(recording.end_of(segment));
        let segments = recording.segments().iter().enumerate();
        let answers = segments.map(|(index, segment)| (posed(index), segment.answer.clone())).collect();
        Self { kind, question: recording.question().to_vec(), answers }
    }
}

/// The film as a GIF. A picture is a task of its own, so that the page goes on meanwhile. `None` where the browser
/// gives no canvas to paint on.
pub async fn film(Scenes { kind, question, answers }: Scenes) -> Option<Vec<u8>> {
    let (width, height) = picture_size(kind);
    let canvas = browser::canvas(u32::from(width), u32::from(height))?;
    let (context, palette) = (to_be_read(&canvas)?, Palette::now());
    let mut animation = Animation::new(width, height).ok()?;
    let last = answers.len();
    for (shown, answer) in std::iter::once(None).chain(answers.iter().map(Some)).enumerate() {
        browser::breathe().await;
        let (words, hundredths) = match shown {
            0 => ("the puzzle".into(), QUESTION),
            _ => (format!("segment {shown} of {last}"), if shown == last { LAST } else { ON_THE_WAY }),
        };
        let (posed, answer) = answer.map_or((&question, None), |(posed, answer)| (posed, Some(answer)));
        paint_picture(&context, &palette, &Scene::of(kind, posed, answer), &words);
        let pixels = context.get_image_data(0.0, 0.0, f64::from(width), f64::from(height)).ok()?;
        animation.push(&pixels.data(), hundredths).ok()?;
    }
    animation.finish().ok()
}

/// The board at one moment.
pub struct Still {
    kind: Kind,
    posed: Vec<u8>,
    answer: Option<Answer>,
    words: String,
}

impl Still {
    /// At a moment of a run: the last answer before it.
    pub fn of(recording: &Recording, kind: Kind, moment: usize) -> Self {
        let said = recording.answered(moment);
        let words = match said {
            Some(segment) => format!("segment {} of {}", segment.index + 1, recording.segments().len()),
            None => "the puzzle".into(),
        };
        Self { kind, posed: recording.posed(moment), answer: said.map(|segment| segment.answer.clone()), words }
    }

    /// As a PNG. `None` where the browser gives no canvas to paint on.
    pub async fn picture(self) -> Option<Blob> {
        let Self { kind, posed, answer, words } = self;
        let (width, height) = picture_size(kind);
        let canvas = browser::canvas(u32::from(width), u32::from(height))?;
        paint_picture(&context(&canvas)?, &Palette::now(), &Scene::of(kind, &posed, answer.as_ref()), &words);
        browser::png(&canvas).await
    }
}

/// What is painted is read again at once: it had better stay in the processor's memory.
fn to_be_read(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    let options = js_sys::Object::new();
    js_sys::Reflect::set(&options, &"willReadFrequently".into(), &true.into()).ok()?;
    canvas.get_context_with_context_options("2d", &options).ok()??.dyn_into().ok()
}
