//! The settings of a recipe that a person can write: name, help, and how text becomes the setting and back.

use std::num::{IntErrorKind, ParseIntError};

use hrm_core::{
    config::{Family, LossKind, Mixer, Positions},
    names,
    train::{MOST_WHOLE, Recipe},
};

/// The part of the form in which a setting stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Puzzles.
    Data,
    /// Shapes and arithmetic.
    Model,
    /// Rates and averages.
    Optimizer,
    /// Length and batches.
    Schedule,
}

/// How a setting is entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// As text.
    Text,
    /// As a number.
    Number,
    /// As one of these: the value, and how it reads.
    Choice(&'static [(&'static str, &'static str)]),
}

/// One setting.
pub struct Field {
    /// Its name in recipes and in the model's configuration.
    pub name: &'static str,
    /// Its name on the page.
    pub label: &'static str,
    /// What it does, in a line.
    pub help: &'static str,
    /// Where it stands.
    pub section: Section,
    /// How it is entered.
    pub entry: Entry,
    /// The setting as text.
    pub read: fn(&Recipe) -> String,
    /// Puts text in the setting's place, or says what was expected.
    pub write: fn(&mut Recipe, &str) -> Result<(), String>,
}

/// What stands in a field that is left to the page.
pub const AUTO: &str = "auto";

/// The field of a name.
pub fn place_of(name: &str) -> Option<usize> {
    FIELDS.iter().position(|field| field.name == name)
}

/// A message about a recipe, in which settings are called as the form calls them: by their labels, in quotation marks. Names
/// that are plain words, too, are replaced at the beginning only.
pub fn in_labels(message: &str) -> String {
    let word = |(at, word): (usize, &str)| {
        let name = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_name = at == 0 || name.contains('_') || matches!(name, "ema" | "lr");
        let label = place_of(name).filter(|_| is_name).map(|place| FIELDS[place].label);
        label.map_or_else(|| word.to_owned(), |label| word.replacen(name, &format!("“{label}”"), 1))
    };
    message.split(' ').enumerate().map(word).collect::<Vec<_>>().join(" ")
}

fn whole<T: TryFrom<u64>>(place: &mut T, text: &str) -> Result<(), String> {
    // Thousands may be set apart, as the page does it.
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | ',' | '_')).collect();
    let too_large = || format!("{} is too large, expected at most {MOST_WHOLE}", text.trim());
    let value: u64 = digits.parse().map_err(|error: ParseIntError| match error.kind() {
        IntErrorKind::PosOverflow => too_large(),
        _ => format!("found {text:?}, expected a whole number such as 100"),
    })?;
    if value > MOST_WHOLE {
        return Err(too_large());
    }
    // Sizes have 32 bits in a browser.
    *place = value.try_into().map_err(|_| format!("{} is too large, expected at most {}", text.trim(), u32::MAX))?;
    Ok(())
}

fn real(place: &mut f64, text: &str, expected: &str, fits: fn(f64) -> bool) -> Result<(), String> {
    let value = text.trim().parse().ok().filter(|value| fits(*value));
    *place = value.ok_or_else(|| format!("found {text:?}, expected {expected}"))?;
    Ok(())
}

fn share(place: &mut f64, text: &str) -> Result<(), String> {
    real(place, text, "a number from 0 to 1", |value| (0.0..=1.0).contains(&value))
}

fn decay(place: &mut f64, text: &str) -> Result<(), String> {
    real(place, text, "a number from 0 to below 1", |value| (0.0..1.0).contains(&value))
}

fn rate(place: &mut f64, text: &str) -> Result<(), String> {
    real(place, text, "a number from 0 to 1e6", |value| (0.0..=1e6).contains(&value))
}

fn any(place: &mut f64, text: &str) -> Result<(), String> {
    real(place, text, "a number", f64::is_finite)
}

fn choose<T: Copy>(place: &mut T, text: &str, options: &[(&str, &str, T)]) -> Result<(), String> {
    let found = options.iter().find(|(name, ..)| *name == text);
    *place = found.map(|(.., value)| *value).ok_or_else(|| format!("found {text:?}, expected one of the choices"))?;
    Ok(())
}

fn chosen<T: PartialEq>(value: &T, options: &[(&str, &str, T)]) -> String {
    options.iter().find(|(.., option)| option == value).map_or_else(String::new, |(name, ..)| (*name).into())
}

/// What may be chosen: the name in links, how it reads, and what it is in a recipe.
type Options<T, const N: usize> = [(&'static str, &'static str, T); N];

const FAMILIES: Options<Family, 2> = [("hrm", "HRM", Family::Hrm), ("trm", "TRM", Family::Trm)];
const MIXERS: Options<Mixer, 4> = [
    ("mlp", "Network over positions (mlp_t)", Mixer::MlpT),
    ("attention", "Attention", Mixer::Attention),
    ("conv_3", "Convolution, 3 by 3", Mixer::Conv { size: 3 }),
    ("conv_5", "Convolution, 5 by 5", Mixer::Conv { size: 5 }),
];
const LOCAL_CONVS: Options<Option<usize>, 3> =
    [("none", "None", None), ("3", "3 by 3", Some(3)), ("5", "5 by 5", Some(5))];
const POSITIONS: Options<Positions, 4> = [
    ("rope", "Rotary", Positions::Rope),
    ("rope_2d", "Rotary, rows and columns", Positions::Rope2d),
    ("learned", "Learned", Positions::Learned),
    ("none", "None", Positions::None),
];
const LOSSES: Options<LossKind, 2> =
    [("stablemax", "Stablemax", LossKind::Stablemax), ("softmax", "Softmax", LossKind::Softmax)];

/// The names of options, and how they read.
const fn shown<T, const N: usize>(options: &Options<T, N>) -> [(&'static str, &'static str); N] {
    let (mut shown, mut at) = ([("", ""); N], 0);
    while at < N {
        shown[at] = (options[at].0, options[at].1);
        at += 1;
    }
    shown
}

/// One entry of the table below: name, label, help; then where it is in a recipe and how text is put there.
macro_rules! field {
    ($section:ident $name:literal, $label:literal, $help:literal, $write:ident($($place:ident).+)) => {
        Field {
            name: $name,
            label: $label,
            help: $help,
            section: Section::$section,
            entry: Entry::Number,
            read: |recipe| recipe.$($place).+.to_string(),
            write: |recipe, text| $write(&mut recipe.$($place).+, text),
        }
    };
    ($section:ident $name:literal, $label:literal, $help:literal, choose $options:ident($($place:ident).+)) => {
        Field {
            name: $name,
            label: $label,
            help: $help,
            section: Section::$section,
            entry: Entry::Choice(&const { shown(&$options) }),
            read: |recipe| chosen(&recipe.$($place).+, &$options),
            write: |recipe, text| choose(&mut recipe.$($place).+, text, &$options),
        }
    };
}

/// Every setting, in the form's order.
pub static FIELDS: [Field; 43] = [
    Field {
        name: "name",
        label: "Name of the run",
        help: "By it the run is listed, and its files are named after it.",
        section: Section::Schedule,
        entry: Entry::Text,
        read: |recipe| recipe.name.clone(),
        write: |recipe, text| {
            recipe.name = text.trim().to_owned();
            if recipe.name.is_empty() {
                return Err("A run needs a name.".into());
            }
            names::check(&recipe.name).map_err(|error| error.to_string())
        },
    },
    field!(Data "base_puzzles", "Base puzzles", "Puzzles to learn from; each is turned, mirrored and relabelled anew whenever it comes up. The paper's promise is about 1,000. With 0 each is a new one.", whole(data.base_puzzles)),
    field!(Data "test_puzzles", "Unseen puzzles", "Held back to test with. None is a symmetric form of a puzzle that is trained on.", whole(data.test_puzzles)),
    field!(Data "easiest", "Easiest", "Difficulty of the easiest generated puzzles, 0 to 1: the fewer clues, the harder.", share(data.easiest)),
    field!(Data "hardest", "Hardest", "Difficulty of the hardest ones, 0 to 1.", share(data.hardest)),
    field!(Data "smaller", "Smaller ones", "Share of the base puzzles that are smaller ones set into a board of full size, 0 to 1. Unseen ones are all of full size.", share(data.smaller)),
    field!(Data "hard", "Hard ones", "Share of the puzzles that are hard, 0 to 1: no clue can be spared, and a solver by singles must guess. The others follow easiest and hardest.", share(data.hard)),
    field!(Data "hard_guesses", "Guesses of those", "How many guesses such a solver needs for a hard puzzle at least; those with 50 take minutes to find.", whole(data.hard_guesses)),
    field!(Data "hard_guesses_to", "To", "Where this is more, each hard puzzle has its own least number of guesses between the two, small ones as often as large ones; 0: the same for all.", whole(data.hard_guesses_to)),
    field!(Data "data_seed", "Seed of the data", "The same seed generates the same puzzles and symmetries.", whole(data.seed)),
    field!(Model "family", "Family", "HRM has a slow and a fast module; TRM, its successor, one module in both roles.", choose FAMILIES(model.family)),
    field!(Model "hidden_size", "Width D", "Channels of a state. Weights and time grow with its square.", whole(model.hidden_size)),
    field!(Model "H_layers", "Layers of H", "Blocks of the slow module (a TRM has none).", whole(model.h_layers)),
    field!(Model "L_layers", "Layers of L", "Blocks of the fast module.", whole(model.l_layers)),
    field!(Model "H_cycles", "H cycles", "Steps of the slow module in a segment.", whole(model.h_cycles)),
    field!(Model "L_cycles", "L cycles", "Steps of the fast module for every one of the slow module.", whole(model.l_cycles)),
    field!(Model "halt_max_steps", "Segments at most", "How long a puzzle may be thought about, in training.", whole(model.halt_max_steps)),
    field!(Model "halt_exploration_prob", "Exploration", "How often a puzzle must be thought about longer than the model holds needed, 0 to 1.", any(model.halt_exploration_prob)),
    field!(Model "mixer", "Token mixer", "How cells hear of each other: a small network over the positions (mlp_t), attention, or a convolution of each channel with its neighbours' (which HRM and TRM do not have).", choose MIXERS(model.mixer)),
    field!(Model "local_conv_size", "Convolution beside it", "Between the mixer and the SwiGLU of every block each channel of a cell may take from its neighbours, of so many rows and columns (which HRM and TRM do not have).", choose LOCAL_CONVS(model.local_conv)),
    field!(Model "num_heads", "Attention heads", "Must divide the width where the mixer is attention.", whole(model.num_heads)),
    field!(Model "pos_encodings", "Positions", "How attention knows where a cell is: rotary by its place in the sequence or by row and column, learned, or not at all.", choose POSITIONS(model.positions)),
    field!(Model "expansion", "Expansion", "Inner width of the SwiGLUs over their width, before rounding to 256.", any(model.expansion)),
    field!(Model "loss", "Loss", "Cross-entropy over stablemax, as in the paper, or over softmax.", choose LOSSES(model.loss)),
    field!(Model "puzzle_emb_ndim", "Puzzle vector", "Width of a learned vector for each puzzle identifier; 0: none.", whole(model.puzzle_emb_ndim)),
    field!(Model "puzzle_emb_len", "Positions for it", "Positions in front of the cells that hold the puzzle's vector.", whole(model.puzzle_emb_len)),
    field!(Model "num_puzzle_identifiers", "Puzzle identifiers", "Rows of that embedding; these puzzles all share the first.", whole(model.num_puzzle_identifiers)),
    field!(Model "rms_norm_eps", "Norm's ε", "Added under the root of the RMS norm.", any(model.rms_norm_eps)),
    field!(Model "rope_theta", "Rotary θ", "Base of the rotary embedding's wavelengths.", any(model.rope_theta)),
    field!(Optimizer "lr", "Learning rate", "Of Adam-atan2. The paper's: 1e-4; small models learn faster with 1e-3.", rate(optimizer.lr)),
    field!(Optimizer "lr_min_ratio", "Final rate", "Where the cosine ends, as a share of the learning rate; 1: constant, as in the paper.", share(optimizer.lr_min_ratio)),
    field!(Optimizer "warmup_steps", "Warm-up steps", "The rate rises from 0 over so many steps. The paper's: 2,000.", whole(optimizer.warmup_steps)),
    field!(Optimizer "beta1", "β1", "Decay of the mean of the gradients. The paper's: 0.9.", decay(optimizer.beta1)),
    field!(Optimizer "beta2", "β2", "Decay of the mean of their squares. The paper's: 0.95.", decay(optimizer.beta2)),
    field!(Optimizer "weight_decay", "Weight decay", "How fast weights shrink that nothing needs. The paper's: 0.1 to 1.", rate(optimizer.weight_decay)),
    field!(Optimizer "puzzle_lr", "Rate of the puzzle vector", "Of its sign descent. The paper's: 1e-2.", rate(optimizer.puzzle_lr)),
    field!(Optimizer "puzzle_weight_decay", "Its weight decay", "The paper's: 0.1.", rate(optimizer.puzzle_weight_decay)),
    field!(Optimizer "ema", "Weight average", "Decay of the moving average of the weights, with which the model is tested; 0: the weights themselves, as in HRM's own code. TRM's: 0.999.", decay(optimizer.ema)),
    field!(Schedule "steps", "Steps", "Segments with an update of the weights.", whole(training.steps)),
    field!(Schedule "batch", "Batch B", "Puzzles thought about at a time. Memory and time grow with it.", whole(training.batch)),
    field!(Schedule "evaluate_every", "Test every", "Steps from one test on unseen puzzles to the next.", whole(training.evaluate_every)),
    field!(Schedule "evaluate_on", "Test on", "Unseen puzzles used for that; all of them at the end.", whole(training.evaluate_on)),
    Field {
        name: "shards",
        label: "Shards",
        help: "Equal parts of a batch, whose gradients are summed in their order: on the CPU a worker computes each. auto: as many as this machine computes fastest.",
        section: Section::Schedule,
        entry: Entry::Text,
        read: |recipe| recipe.training.shards.to_string(),
        write: |recipe, text| match text.trim() {
            AUTO => Ok(()),
            text => whole(&mut recipe.training.shards, text),
        },
    },
];
