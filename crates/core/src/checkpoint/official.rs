//! The official code's configuration of a checkpoint: `all_config.yaml`, what it takes from the data set, and what the shapes
//! of the tensors tell where neither is there.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::yaml;
use crate::config::{ConfigError, Family, Mixer, ModelConfig};
use crate::fields::FieldError;
use crate::json;

/// Bytes of an all_config.yaml at most; it has about a thousand.
const MAX_YAML: usize = 1 << 20;

/// Why the configuration of a checkpoint cannot be found.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OfficialError {
    /// The text is no YAML of fields.
    #[error("configuration: {0}")]
    Yaml(String),
    /// dataset.json is no JSON of fields.
    #[error("dataset.json: {0}")]
    Dataset(String),
    /// A field has a value that it cannot have.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The configuration says otherwise than the tensors.
    #[error("{field} is {value}; the tensors have {found}")]
    Contradiction {
        /// The field.
        field: &'static str,
        /// Its value in the configuration.
        value: String,
        /// What the tensors' shapes tell.
        found: String,
    },
    /// A tensor that every model has is not there, or of another number of dimensions.
    #[error("tensor {0} is missing or has another number of dimensions: these are no weights of an HRM or TRM")]
    Foreign(&'static str),
    /// A tensor that every model has is without elements.
    #[error("tensor {name} has shape {shape:?}: it is empty")]
    Empty {
        /// Tensor.
        name: &'static str,
        /// With a 0 in it.
        shape: Vec<usize>,
    },
    /// seq_len is told nowhere.
    #[error("seq_len is in no tensor and in no configuration: give it, such as seq_len=81")]
    Length,
}

impl OfficialError {
    /// The field of a configuration that it is about, if it is about one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Contradiction { field, .. } | Self::Config(ConfigError::Field { field, .. }) => Some(field),
            Self::Config(ConfigError::Read(FieldError::Value { field, .. } | FieldError::Missing(field))) => {
                Some(field)
            }
            Self::Config(ConfigError::OfDataset(field)) => Some(field),
            _ => None,
        }
    }
}

/// Which of the things that tell a configuration is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The checkpoint itself, or what a person gave.
    Checkpoint,
    /// all_config.yaml.
    Yaml,
    /// dataset.json.
    Dataset,
}

impl OfficialError {
    /// Where to look for what is at fault.
    pub fn blame(&self, beside: Beside<'_>) -> Blame {
        let names = |text: Option<&str>, field: &str| text.is_some_and(|text| names_field(text, field));
        match (self, self.field()) {
            (_, Some(field)) if beside.changes.iter().any(|(given, _)| given == field) => Blame::Checkpoint,
            (_, Some(field)) if names(beside.dataset, field) && !names(beside.yaml, field) => Blame::Dataset,
            (_, Some(_)) | (Self::Yaml(_) | Self::Config(_), None) if beside.yaml.is_some() => Blame::Yaml,
            // A dataset.json that is none names itself.
            _ => Blame::Checkpoint,
        }
    }
}

/// Whether a YAML or JSON text gives a field of this name.
fn names_field(text: &str, field: &str) -> bool {
    text.match_indices(field).any(|(at, _)| {
        let is_whole = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        is_whole && text[at + field.len()..].trim_start_matches(['"', '\'']).trim_start().starts_with(':')
    })
}

/// Whether a configuration has a field of this name.
pub fn is_field(name: &str) -> bool {
    ModelConfig::example().contains_key(name)
}

/// Shapes by plain names.
pub type Shapes = BTreeMap<String, Vec<usize>>;

/// What is known of a checkpoint beside its tensors.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// The text of all_config.yaml.
    pub yaml: Option<&'a str>,
    /// The text of the data set's dataset.json.
    pub dataset: Option<&'a str>,
    /// Fields that a person gives; they come first.
    pub changes: &'a [(String, Value)],
}

/// A configuration that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The configuration.
    pub config: ModelConfig,
    /// The configuration as a file has it, for fields beside the model's (`puzzle`).
    pub value: Value,
    /// Fields with the values that were assumed for them, since neither a file nor the tensors tell.
    pub assumed: Vec<String>,
}

/// Finds the configuration.
///
/// # Errors
/// A file that cannot be read, a field that cannot be, one that contradicts the tensors, tensors of another kind of model.
pub fn configuration(shapes: &Shapes, beside: Beside<'_>) -> Result<Found, OfficialError> {
    let mut whole = match beside.yaml {
        Some(text) => fields_of(text)?,
        None => Map::new(),
    };
    // The fields of the model, under the name that the official code has for them.
    let mut own = match ["arch", "config"].into_iter().find(|name| whole.get(*name).is_some_and(Value::is_object)) {
        Some(name) => whole.remove(name),
        None => None,
    };
    let own = own.get_or_insert_with(|| Value::Object(whole.clone()));
    let Value::Object(own) = own else { return Err(OfficialError::Yaml("expected a table of fields".into())) };
    if let Some(text) = beside.dataset {
        let value = json::parse(text).map_err(|error| OfficialError::Dataset(error.to_string()))?;
        for name in ["seq_len", "vocab_size", "num_puzzle_identifiers"] {
            if let Some(value) = value.get(name) {
                whole.entry(name).or_insert(value.clone());
            }
        }
    }
    for (name, value) in beside.changes {
        own.insert(name.clone(), value.clone());
    }
    let seen = seen(shapes, own)?;
    let has_file = beside.yaml.is_some();
    for (name, value) in &seen {
        let is_told = own.contains_key(*name) || whole.contains_key(*name);
        // The class that the configuration names tells the family; beside a file only what the official code has not in it.
        let is_of_dataset = matches!(*name, "seq_len" | "vocab_size" | "num_puzzle_identifiers");
        if !is_told && (is_of_dataset || !has_file) {
            own.insert((*name).into(), value.clone());
        }
    }
    let is_trm = seen.get("family").is_some_and(|family| family == "trm");
    let mut assumed = Vec::new();
    if has_file {
        // The default of TRM's class.
        let has_puzzles = own.get("puzzle_emb_ndim").and_then(Value::as_u64).is_some_and(|width| width > 0);
        if is_trm && has_puzzles && !own.contains_key("puzzle_emb_len") {
            own.insert("puzzle_emb_len".into(), 16.into());
        }
    } else {
        let width = shapes.get("embed_tokens.embedding_weight").map_or(0, |shape| shape[1]);
        for (name, value) in defaults(is_trm, width) {
            if !own.contains_key(name) {
                assumed.push(format!("{name} {value}"));
                own.insert(name.into(), value);
            }
        }
    }
    if !own.contains_key("seq_len") && !whole.contains_key("seq_len") {
        let vocab_size = seen.get("vocab_size").and_then(Value::as_u64);
        let length = match vocab_size {
            Some(11) => 81,
            // Maze-Hard and ARC have boards of 30x30.
            Some(6 | 12) => 900,
            _ => return Err(OfficialError::Length),
        };
        assumed.push(format!("seq_len {length}"));
        own.insert("seq_len".into(), length.into());
    }
    let own = Value::Object(own.clone());
    whole.insert("arch".into(), own);
    let value = Value::Object(whole);
    let config = ModelConfig::from_json_value(&value)?;
    check(&config, &seen)?;
    Ok(Found { config, value, assumed })
}

/// The fields of an all_config.yaml.
fn fields_of(text: &str) -> Result<Map<String, Value>, OfficialError> {
    if text.len() > MAX_YAML {
        return Err(OfficialError::Yaml(format!("{} bytes, expected at most {MAX_YAML}", text.len())));
    }
    yaml::fields(text).map_err(OfficialError::Yaml)
}

/// What the shapes tell; `own` are the fields of the configuration, as far as there are such.
fn seen(shapes: &Shapes, own: &Map<String, Value>) -> Result<BTreeMap<&'static str, Value>, OfficialError> {
    let plane = |name: &str| match shapes.get(name).map(Vec::as_slice) {
        Some(&[rows, columns]) if rows > 0 && columns > 0 => Some((rows, columns)),
        _ => None,
    };
    let needed = |name| match (plane(name), shapes.get(name)) {
        (Some(lengths), _) => Ok(lengths),
        (None, Some(shape)) if shape.contains(&0) => Err(OfficialError::Empty { name, shape: shape.clone() }),
        (None, _) => Err(OfficialError::Foreign(name)),
    };
    let (vocab_size, width) = needed("embed_tokens.embedding_weight")?;
    let layers = |level: &str| {
        let number = |name: &String| name.strip_prefix(level)?.split('.').next()?.parse::<u16>().ok();
        shapes.keys().filter_map(number).max().map_or(0, |last| usize::from(last) + 1)
    };
    let (h_layers, l_layers) = (layers("H_level.layers."), layers("L_level.layers."));
    let (_, inner) = needed("L_level.layers.0.mlp.down_proj.weight")?;
    let mixer = plane("L_level.layers.0.mlp_t.down_proj.weight");
    let learned = plane("embed_pos.embedding_weight");
    let (puzzles, puzzle_width) = plane("puzzle_emb.weights").unwrap_or((1, 0));
    let conv = plane("L_level.layers.0.conv.weight");
    let is_trm = h_layers == 0;
    let mut seen = BTreeMap::from([
        ("family", json!(if is_trm { "trm" } else { "hrm" })),
        ("vocab_size", json!(vocab_size)),
        ("hidden_size", json!(width)),
        ("H_layers", json!(h_layers)),
        ("L_layers", json!(l_layers)),
        ("puzzle_emb_ndim", json!(puzzle_width)),
        ("num_puzzle_identifiers", json!(puzzles)),
        ("mlp_t", json!(mixer.is_some())),
        (
            "pos_encodings",
            json!(match (learned, mixer) {
                (Some(_), _) => "learned",
                (None, Some(_)) => "none",
                (None, None) => "rope",
            }),
        ),
    ]);
    if let Some((cells, _)) = conv {
        seen.insert("conv_size", json!(cells.isqrt()));
    }
    if let Some((cells, _)) = plane("L_level.layers.0.local_conv.weight") {
        seen.insert("local_conv_size", json!(cells.isqrt()));
    }
    if let Some(expansion) = expansion(width, inner, mixer) {
        seen.insert("expansion", json!(expansion));
    }
    // Positions that the modules see, if a weight has one for each.
    let tokens = mixer.map(|(tokens, _)| tokens).or(learned.map(|(tokens, _)| tokens));
    if let Some(tokens) = tokens {
        let computed = puzzle_width.div_ceil(width);
        let given = own.get("puzzle_emb_len").and_then(Value::as_u64).map(|length| length as usize);
        let is_square = |length: usize| length.isqrt().pow(2) == length;
        let candidates = if puzzle_width == 0 { [Some(0), None] } else { [given, is_trm.then_some(16)] };
        let fitting = candidates
            .into_iter()
            .flatten()
            .find(|&prefix| prefix < tokens && (given.is_some() || is_square(tokens - prefix)));
        let prefix = fitting.unwrap_or(computed.min(tokens - 1));
        seen.insert("seq_len", json!(tokens - prefix));
        seen.insert("puzzle_emb_len", json!(prefix));
    }
    Ok(seen)
}

/// The smallest expansion of the official settings, else of any, that gives the inner sizes.
fn expansion(width: usize, inner: usize, mixer: Option<(usize, usize)>) -> Option<f64> {
    let size = |expansion: f64, width: usize| {
        let raw = (expansion * width as f64 * 2.0 / 3.0).round() as usize;
        raw.div_ceil(256).max(1) * 256
    };
    let fits = |expansion: &f64| {
        size(*expansion, width) == inner && mixer.is_none_or(|(tokens, inner)| size(*expansion, tokens) == inner)
    };
    std::iter::once(4.0).chain((1..=256).map(|quarters| f64::from(quarters) / 4.0)).find(fits)
}

/// What cannot be seen: as in the paper and its successor.
fn defaults(is_trm: bool, width: usize) -> Vec<(&'static str, Value)> {
    // Eight heads, or as many of at least two numbers as there are.
    let heads = [8, 4, 2].into_iter().find(|heads| width.is_multiple_of(2 * heads)).unwrap_or(1);
    let (h_cycles, l_cycles) = if is_trm { (3, 6) } else { (2, 2) };
    vec![
        ("num_heads", json!(heads)),
        ("H_cycles", json!(h_cycles)),
        ("L_cycles", json!(l_cycles)),
        ("halt_max_steps", json!(16)),
    ]
}

/// The first field that says otherwise than the tensors. What the shapes only hint at is left to the check of every tensor.
fn check(config: &ModelConfig, seen: &BTreeMap<&'static str, Value>) -> Result<(), OfficialError> {
    let told = [
        ("family", json!(config.family)),
        ("hidden_size", json!(config.hidden_size)),
        ("vocab_size", json!(config.vocab_size)),
        ("L_layers", json!(config.l_layers)),
        ("mlp_t", json!(config.mixer == Mixer::MlpT)),
        ("puzzle_emb_ndim", json!(config.puzzle_emb_ndim)),
    ];
    let of_hrm = (config.family == Family::Hrm).then(|| ("H_layers", json!(config.h_layers)));
    let of_puzzles =
        (config.puzzle_emb_ndim > 0).then(|| ("num_puzzle_identifiers", json!(config.num_puzzle_identifiers)));
    for (field, value) in told.into_iter().chain(of_hrm).chain(of_puzzles) {
        if let Some(found) = seen.get(field).filter(|found| **found != value) {
            return Err(OfficialError::Contradiction { field, value: value.to_string(), found: found.to_string() });
        }
    }
    check_sizes(config, seen)
}

/// The first field of which the tensors show a consequence, not the value.
fn check_sizes(config: &ModelConfig, seen: &BTreeMap<&'static str, Value>) -> Result<(), OfficialError> {
    let refused = |field: &'static str, value: Value, found: String| {
        Err(OfficialError::Contradiction { field, value: value.to_string(), found })
    };
    let learns = |positions: &str| positions == "learned";
    let (own, found) = (json!(config.positions), seen.get("pos_encodings").and_then(Value::as_str));
    if let Some(found) = found
        && learns(found) != own.as_str().is_some_and(learns)
    {
        return refused("pos_encodings", own, if learns(found) { "learned positions".into() } else { "none".into() });
    }
    for (name, size) in config.convolutions() {
        if let Some(found) = seen.get(name)
            && *found != json!(size)
        {
            return refused(name, json!(size), found.to_string());
        }
    }
    if let Some(found) = seen.get("expansion").and_then(Value::as_f64) {
        let inner = |expansion| ModelConfig { expansion, ..config.clone() }.inner_size(config.hidden_size);
        if inner(found) != inner(config.expansion) {
            let text = format!("an inner width of {}, as of {found}", inner(found));
            return refused("expansion", json!(config.expansion), text);
        }
    }
    // Only weights that have a row for each position tell their number.
    if let [Some(cells), Some(prefix)] = ["seq_len", "puzzle_emb_len"].map(|field| seen.get(field)?.as_u64()) {
        let positions = (cells + prefix) as usize;
        if positions != config.tokens() {
            let text = format!("{positions} positions with those of the puzzle embedding, as of {cells} and {prefix}");
            // With as many positions as the embedding's width asks for, the length would be right.
            let least = config.puzzle_emb_ndim.div_ceil(config.hidden_size);
            return match least + config.seq_len == positions {
                true => refused("puzzle_emb_len", json!(config.puzzle_emb_len), text),
                false => refused("seq_len", json!(config.seq_len), text),
            };
        }
    }
    Ok(())
}

/// The text of an `all_config.yaml` with every field that the official classes demand, HRM's and TRM's. What the official code
/// takes from its data set stands at its end, where it is not read; so does `puzzle`. The fields of a training (rates, names,
/// paths, …) are those of `source`, the configuration that the model came with ([`Found::value`]), where that has them.
pub fn config_yaml(
    config: &ModelConfig,
    puzzle: Option<&str>,
    has_bf16_states: bool,
    source: Option<&Value>,
) -> String {
    let arch = source.and_then(|source| source.get("arch"));
    let class = match (config.family, config.mixer) {
        // Neither code has it: the name says whose it is, and of which of the two.
        (Family::Trm, _) if config.has_convolution() => "hrm_web@TinyRecursiveReasoningModel_Convolution",
        (Family::Hrm, _) if config.has_convolution() => "hrm_web@HierarchicalReasoningModel_Convolution",
        (Family::Trm, _) => "recursive_reasoning.trm@TinyRecursiveReasoningModel_ACTV1",
        (Family::Hrm, Mixer::Attention | Mixer::Conv { .. }) => "hrm.hrm_act_v1@HierarchicalReasoningModel_ACTV1",
        // Only the successor's code has an HRM with it.
        (Family::Hrm, Mixer::MlpT) => "recursive_reasoning.hrm@HierarchicalReasoningModel_ACTV1",
    };
    let head = arch.and_then(|arch| arch.get("loss")?.get("name")?.as_str()).unwrap_or("losses@ACTLossHead");
    let (positions, loss) = (json!(config.positions), json!(config.loss));
    let (positions, loss) = (positions.as_str().unwrap_or_default(), loss.as_str().unwrap_or_default());
    let class = arch.and_then(|arch| arch.get("name")).and_then(Value::as_str).unwrap_or(class);
    let conv: String = config.convolutions().map(|(name, size)| format!("  {name}: {size}\n")).collect();
    let (is_trm, dtype) = (config.family == Family::Trm, if has_bf16_states { "bfloat16" } else { "float32" });
    let mut text = format!(
        "arch:
{conv}  H_cycles: {}
  H_layers: {}
  L_cycles: {}
  L_layers: {}
  expansion: {}
  forward_dtype: {dtype}
  halt_exploration_prob: {}
  halt_max_steps: {}
  hidden_size: {}
  loss:
    loss_type: {loss}
    name: {head}
  mlp_t: {}
  name: {class}
  no_ACT_continue: {is_trm}
  num_heads: {}
  pos_encodings: {positions}
  puzzle_emb_len: {}
  puzzle_emb_ndim: {}
  rms_norm_eps: {}
  rope_theta: {}
",
        config.h_cycles,
        config.h_layers,
        config.l_cycles,
        config.l_layers,
        float(config.expansion),
        float(config.halt_exploration_prob),
        config.halt_max_steps,
        config.hidden_size,
        config.mixer == Mixer::MlpT,
        config.num_heads,
        config.puzzle_emb_len,
        config.puzzle_emb_ndim,
        float(config.rms_norm_eps),
        float(config.rope_theta),
    );
    let mut fields = training_fields(source, is_trm);
    fields.insert("num_puzzle_identifiers".into(), config.num_puzzle_identifiers.into());
    fields.insert("seq_len".into(), config.seq_len.into());
    fields.insert("vocab_size".into(), config.vocab_size.into());
    for (name, value) in fields {
        text += &format!("{name}: {}\n", flow(&value));
    }
    if let Some(puzzle) = puzzle {
        text += &format!("puzzle: {puzzle}\n");
    }
    text
}

/// The fields beside the model's: the settings of the official code for one small GPU, over them those of `source`.
fn training_fields(source: Option<&Value>, is_trm: bool) -> Map<String, Value> {
    let defaults = json!({
        "beta1": 0.9,
        "beta2": 0.95,
        "checkpoint_every_eval": true,
        "checkpoint_path": null,
        "data_path": "data",
        "data_paths": ["data"],
        "ema": is_trm,
        "epochs": 20000,
        "eval_interval": 2000,
        "eval_save_outputs": [],
        "global_batch_size": 384,
        "lr": 0.00007,
        "lr_min_ratio": 1.0,
        "lr_warmup_steps": 2000,
        "project_name": "hrm-web",
        "puzzle_emb_lr": 0.00007,
        "puzzle_emb_weight_decay": 1.0,
        "run_name": "hrm-web",
        "seed": 0,
        "weight_decay": 1.0,
    });
    let Value::Object(mut fields) = defaults else { return Map::new() };
    // One of this project's own form has none of them.
    let source = source.filter(|source| source.get("arch").is_some()).and_then(Value::as_object);
    let of_model = ["arch", "puzzle", "num_puzzle_identifiers", "seq_len", "vocab_size"];
    let own = source.into_iter().flatten().filter(|(name, _)| !of_model.contains(&name.as_str()));
    fields.extend(own.map(|(name, value)| (name.clone(), value.clone())));
    fields
}

/// A number as YAML 1.1 has it: without an exponent, which that reads as a text, and with a point, without which it is a whole
/// number.
fn float(value: f64) -> String {
    let text = value.to_string();
    if text.contains('.') { text } else { text + ".0" }
}

/// A value in one line of YAML.
fn flow(value: &Value) -> String {
    match value {
        Value::Number(number) if number.is_f64() => float(number.as_f64().unwrap_or_default()),
        Value::Array(values) => format!("[{}]", values.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let named = fields.iter().map(|(name, value)| format!("{}: {}", json!(name), flow(value)));
            format!("{{{}}}", named.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::param_specs;

    fn config(changes: &str) -> ModelConfig {
        let text = r#"{"seq_len":81,"vocab_size":11,"H_cycles":2,"L_cycles":2,"H_layers":2,"L_layers":3,"hidden_size":64,
            "num_heads":8,"puzzle_emb_ndim":64,"num_puzzle_identifiers":5"#;
        ModelConfig::from_json(&format!("{text}{changes}}}")).unwrap()
    }

    fn shapes(config: &ModelConfig) -> Shapes {
        param_specs(config).into_iter().map(|spec| (spec.name, spec.shape)).collect()
    }

    #[test]
    fn a_field_is_found_in_the_text_that_gives_it() {
        for text in ["arch:\n  H_layers: 3\n", "{\"H_layers\" : 3}", "H_layers: 3"] {
            assert!(names_field(text, "H_layers"), "{text}");
        }
        for text in ["arch:\n  MAX_H_layers: 3\n", "# H_layers\nL_layers: 2\n", "H_layers_more: 3"] {
            assert!(!names_field(text, "H_layers"), "{text}");
        }
        let yaml = config_yaml(&config(""), None, false, None).replace("hidden_size: 64", "hidden_size: 128");
        let beside = Beside { yaml: Some(&yaml), ..Beside::default() };
        assert_eq!(configuration(&shapes(&config("")), beside).unwrap_err().field(), Some("hidden_size"));
    }

    #[test]
    fn shapes_tell_all_but_heads_and_cycles() {
        let attention = config("");
        let found = configuration(&shapes(&attention), Beside::default()).unwrap();
        assert_eq!(found.config, attention);
        assert_eq!(found.assumed, ["num_heads 8", "H_cycles 2", "L_cycles 2", "halt_max_steps 16", "seq_len 81"]);
        let mixer = config(r#","mlp_t":true,"pos_encodings":"none""#);
        let found = configuration(&shapes(&mixer), Beside::default()).unwrap();
        assert_eq!((found.config, found.assumed.len()), (mixer, 4));
        let learned = config(r#","pos_encodings":"learned","expansion":8"#);
        let found = configuration(&shapes(&learned), Beside::default()).unwrap().config;
        assert_eq!((found.seq_len, found.positions, found.inner_size(64)), (81, learned.positions, 512));
        let trm = config(r#","family":"trm","mlp_t":true,"pos_encodings":"none","puzzle_emb_len":16"#);
        let found = configuration(&shapes(&trm), Beside::default()).unwrap().config;
        assert_eq!((found.family, found.seq_len, found.puzzle_emb_len), (Family::Trm, 81, 16));
        assert_eq!((found.h_cycles, found.l_cycles), (3, 6));
    }

    #[test]
    fn what_is_written_is_read_back() {
        for config in [
            config(r#","loss":"softmax_cross_entropy","halt_exploration_prob":0.1"#),
            config(r#","mlp_t":true,"pos_encodings":"none","expansion":2.5,"rms_norm_eps":1e-7"#),
            config(r#","conv_size":5,"pos_encodings":"none""#),
            config(r#","local_conv_size":3,"pos_encodings":"rope""#),
            config(r#","conv_size":3,"pos_encodings":"none","family":"trm""#),
            ModelConfig { h_layers: 0, ..config(r#","family":"trm","puzzle_emb_len":16"#) },
        ] {
            let text = config_yaml(&config, Some("sudoku-9x9"), true, None);
            let beside = Beside { yaml: Some(&text), ..Beside::default() };
            let found = configuration(&shapes(&config), beside).unwrap();
            assert_eq!((found.config, found.value["puzzle"].as_str()), (config, Some("sudoku-9x9")), "{text}");
            assert_eq!(found.assumed, [""; 0]);
        }
    }

    #[test]
    fn the_fields_of_its_training_are_kept() {
        let config = config("");
        let source = config_yaml(&config, None, true, None)
            .replace("lr: 0.00007", "lr: 1e-4")
            .replace("run_name: \"hrm-web\"", "run_name: 'Sudoku-extreme: a b'")
            .replace("name: losses@ACTLossHead", "name: other@ACTLossHead")
            + "evaluators:\n- name: arc@ARC\n  submission_K: 2\n";
        let beside = |yaml| Beside { yaml: Some(yaml), ..Beside::default() };
        let found = configuration(&shapes(&config), beside(&source)).unwrap();
        let written = config_yaml(&found.config, None, true, Some(&found.value));
        let again = configuration(&shapes(&config), beside(&written)).unwrap();
        assert_eq!(again.value, found.value, "{written}");
        assert!(written.contains("lr: 0.0001\n") && written.contains("submission_K"), "{written}");
    }

    #[test]
    fn what_cannot_be_is_told_by_field() {
        let said = |yaml: &str, shapes: &Shapes| {
            let beside = Beside { yaml: Some(yaml), ..Beside::default() };
            configuration(shapes, beside).unwrap_err().to_string()
        };
        let (config, good) = (config(""), shapes(&config("")));
        let text = config_yaml(&config, None, true, None);
        for (from, to, expected) in [
            ("L_layers: 3", "L_layers: 4", "L_layers is 4; the tensors have 3"),
            (
                "num_puzzle_identifiers: 5",
                "num_puzzle_identifiers: 6",
                "num_puzzle_identifiers is 6; the tensors have 5",
            ),
            ("hrm.hrm_act_v1@Hier", "trm@TinyRecursiveReasoningModel", "family is \"trm\"; the tensors have \"hrm\""),
            ("expansion: 4.0", "expansion: 8.0", "expansion is 8.0; the tensors have an inner width of 256, as of 4"),
            ("pos_encodings: rope", "pos_encodings: learned", "pos_encodings is \"learned\"; the tensors have none"),
            ("num_heads: 8", "num_heads: eight", "num_heads is \"eight\"; expected a whole number of at least 0"),
            ("  num_heads: 8\n", "", "num_heads is missing"),
        ] {
            assert!(text.contains(from));
            assert_eq!(said(&text.replace(from, to), &good), expected);
        }
        // Token mixing has a weight for every position.
        let mixer = self::config(r#","mlp_t":true,"pos_encodings":"none""#);
        let (text, tokens) = (config_yaml(&mixer, None, true, None), shapes(&mixer));
        for (from, to, expected) in [
            ("seq_len: 81", "seq_len: 80", "seq_len is 80; the tensors have 82 positions"),
            ("puzzle_emb_len: 1", "puzzle_emb_len: 2", "puzzle_emb_len is 2; the tensors have 82 positions"),
        ] {
            assert!(text.contains(from), "{text}");
            let said = said(&text.replace(from, to), &tokens);
            assert!(said.starts_with(expected), "{said}");
        }
        let text = config_yaml(&config, None, true, None);
        assert_eq!(said("7", &good), "configuration: expected a table of fields");
        // Aliases of aliases, each twice in the next.
        let laughs: String = (1..30).map(|level| format!("a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1)).collect();
        assert!(said(&format!("a0: &a0 [1]\n{laughs}"), &good).starts_with("configuration: "));
        assert!(said(&"[".repeat(100_000), &good).starts_with("configuration: "));
        assert!(said(&text, &Shapes::new()).contains("embed_tokens.embedding_weight is missing"));
        let mut empty = good.clone();
        empty.insert("embed_tokens.embedding_weight".into(), vec![0, 64]);
        assert_eq!(said(&text, &empty), "tensor embed_tokens.embedding_weight has shape [0, 64]: it is empty");
    }
}
