//! The board of a run as a picture, and as a short film with its clocks: the puzzle, then the answer after each H step.

use hrm_core::{
    model::{Answer, Level},
    puzzle::Kind,
    recording::Recording,
};
use wasm_bindgen::JsCast;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement};

use crate::ui::{
    board::{
        painting::{MARGIN, context, paint_picture, picture_size},
        palette::{Ink, Palette},
        scene::Scene,
        shown::answer_shown,
    },
    browser,
    drawing::animation::Animation,
    format::moment::in_words,
    inspect::film_clocks::{Clocks, HEIGHT},
};

/// How long the puzzle, an answer on the way, and the last one are shown, hundredths of a second.
const QUESTION: u16 = 100;
const ON_THE_WAY: u16 = 30;
const LAST: u16 = 250;

/// Pictures of a film at most: of a longer run each segment's answer is filmed, of others each H step's.
const MOST: usize = 64;

/// A picture of the film.
struct Picture {
    /// The step after which it is; `None`: the puzzle alone.
    moment: Option<usize>,
    /// What was posed then, where an experiment may have changed a clue.
    posed: Vec<u8>,
    answer: Option<Answer>,
    words: String,
}

/// What is filmed; without the states, of which a copy would be large.
pub struct Scenes {
    kind: Kind,
    pictures: Vec<Picture>,
    /// Under the board, of a run that was watched.
    clocks: Option<Clocks>,
}

impl Scenes {
    /// Of a run so far.
    pub fn of(recording: &Recording, kind: Kind) -> Self {
        let ends = || (0..recording.segments().len()).map(|segment| recording.end_of(segment)).collect();
        let steps = recording.steps().enumerate().filter(|(_, step)| step.level == Level::H);
        let h_steps: Vec<usize> = steps.map(|(moment, _)| moment).collect();
        let moments: Vec<usize> = if h_steps.is_empty() || h_steps.len() > MOST { ends() } else { h_steps };
        let of_segment =
            |moment: usize| format!("segment {} of {}", recording.place(moment).0 + 1, recording.segments().len());
        let picture = |moment: usize| Picture {
            moment: Some(moment),
            posed: recording.posed(moment),
            answer: answer_shown(recording, moment),
            words: in_words(recording, moment).unwrap_or_else(|| of_segment(moment)),
        };
        let puzzle =
            Picture { moment: None, posed: recording.question().to_vec(), answer: None, words: "the puzzle".into() };
        let pictures = std::iter::once(puzzle).chain(moments.into_iter().map(picture)).collect();
        Self { kind, pictures, clocks: recording.is_watched().then(|| Clocks::of(recording)) }
    }
}

/// The film as a GIF. A picture is a task of its own, so that the page goes on meanwhile. `None` where the browser
/// gives no canvas to paint on.
pub async fn film(Scenes { kind, pictures, clocks }: Scenes) -> Option<Vec<u8>> {
    let (width, board) = picture_size(kind);
    let height = board + clocks.as_ref().map_or(0, |_| HEIGHT as u16);
    let canvas = browser::canvas(u32::from(width), u32::from(height))?;
    let (context, palette) = (to_be_read(&canvas)?, Palette::now());
    let mut animation = Animation::new(width, height).ok()?;
    let last = pictures.len() - 1;
    for (shown, picture) in pictures.iter().enumerate() {
        browser::breathe().await;
        let hundredths = match shown {
            0 => QUESTION,
            _ if shown == last => LAST,
            _ => ON_THE_WAY,
        };
        let (wide, high) = (f64::from(width), f64::from(height));
        context.set_fill_style_str(palette.get(Ink::Page));
        context.fill_rect(0.0, 0.0, wide, high);
        let scene = Scene::of(kind, &picture.posed, picture.answer.as_ref());
        paint_picture(&context, &palette, &scene, &picture.words);
        if let Some(clocks) = &clocks {
            clocks.paint(&context, [MARGIN, f64::from(board)], wide - 2.0 * MARGIN, picture.moment);
        }
        let pixels = context.get_image_data(0.0, 0.0, wide, high).ok()?;
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
    /// At a moment of a run, as the board shows it.
    pub fn of(recording: &Recording, kind: Kind, moment: usize) -> Self {
        let answer = answer_shown(recording, moment);
        let words = answer.as_ref().and_then(|_| in_words(recording, moment)).unwrap_or_else(|| "the puzzle".into());
        Self { kind, posed: recording.posed(moment), answer, words }
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
