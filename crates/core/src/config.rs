//! The configuration of a model: what the official code reads from its YAML and its data set, checked on the way in.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    fields::{self, FieldError},
    json,
};

/// Which of the two published recurrences a model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Two modules, H and L; gradients through the last L and the last H call (arXiv 2506.21734).
    Hrm,
    /// One module in both roles; gradients through the whole last H-cycle (arXiv 2510.04871).
    Trm,
}

impl Family {
    /// Whether a model holds itself done at these values of its Q-head, logits: q_halt > q_continue, TRM q_halt > 0.
    pub fn is_done(self, q_halt: f32, q_continue: f32) -> bool {
        match self {
            Family::Hrm => q_halt > q_continue,
            Family::Trm => q_halt > 0.0,
        }
    }
}

/// How a block mixes positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mixer {
    /// Multi-head self-attention, neither causal nor masked.
    Attention,
    /// A SwiGLU over the positions (`mlp_t`).
    MlpT,
    /// Every channel of the board convolved with a kernel of its own. Beyond HRM and TRM: neither has it.
    Conv {
        /// Rows and columns of the kernel, odd.
        size: usize,
    },
}

/// How positions reach the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Positions {
    /// Rotary embedding of queries and keys (RoPE, arXiv 2104.09864) by the position in the sequence.
    Rope,
    /// Rotary embedding by row and column of the board: half of a head's pairs turn by the row, half by the column.
    #[serde(rename = "rope_2d")]
    Rope2d,
    /// A learned vector per position, added to the token's.
    Learned,
    /// Nothing (the mixer itself must tell positions apart).
    None,
}

/// The cross-entropy over the vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LossKind {
    /// s(x) = x + 1 for x ≥ 0, else 1 / (1 - x), in place of the exponential.
    #[serde(rename = "stablemax_cross_entropy")]
    Stablemax,
    /// The usual one.
    #[serde(rename = "softmax_cross_entropy")]
    Softmax,
}

/// Everything that fixes a model's shapes and its arithmetic. Field names in files are the official code's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawConfig", into = "RawConfig")]
pub struct ModelConfig {
    /// HRM or TRM.
    pub family: Family,
    /// S, tokens of a puzzle.
    pub seq_len: usize,
    /// Columns of its board, where that is not a square: rotary positions by row and column go by them.
    pub columns: Option<usize>,
    /// V, symbols.
    pub vocab_size: usize,
    /// Rows of the puzzle embedding.
    pub num_puzzle_identifiers: usize,
    /// Width of a puzzle's vector; 0: none.
    pub puzzle_emb_ndim: usize,
    /// P, positions put in front of the tokens for the puzzle's vector.
    pub puzzle_emb_len: usize,
    /// N_H, H steps a segment.
    pub h_cycles: usize,
    /// N_L, L steps for every H step.
    pub l_cycles: usize,
    /// Blocks of H_level (0 for TRM, which has none).
    pub h_layers: usize,
    /// Blocks of L_level.
    pub l_layers: usize,
    /// D.
    pub hidden_size: usize,
    /// SwiGLU's expansion; see [`ModelConfig::inner_size`].
    pub expansion: f64,
    /// h; must divide D.
    pub num_heads: usize,
    /// The token mixer of every block.
    pub mixer: Mixer,
    /// Rows and columns, odd, of a depthwise convolution over the board between the mixer and the SwiGLU of every block, with a
    /// residual and a norm of its own; the puzzle's positions pass it by. Beyond HRM and TRM, after URM's (arXiv 2512.14693).
    pub local_conv: Option<usize>,
    /// Position encoding.
    pub positions: Positions,
    /// Segments at most, in training.
    pub halt_max_steps: usize,
    /// Probability that a row must think longer (training).
    pub halt_exploration_prob: f64,
    /// Loss over the vocabulary.
    pub loss: LossKind,
    /// ε of the RMS norm.
    pub rms_norm_eps: f64,
    /// θ of the rotary embedding.
    pub rope_theta: f64,
}

/// Why a configuration cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// One field has a value it cannot have.
    #[error("{field} is {value}; expected {expected}")]
    Field {
        /// The field, by its name in files.
        field: &'static str,
        /// What it was.
        value: String,
        /// What it may be.
        expected: String,
    },
    /// A field that is missing, or of another type.
    #[error(transparent)]
    Read(#[from] FieldError),
    /// What only the data set knows is missing beside the official code's `arch`.
    #[error("{0} is missing: the official code takes it from its data set, so write it beside `arch`")]
    OfDataset(String),
    /// The text is no such configuration at all.
    #[error("configuration: {0}")]
    Parse(String),
}

fn field(field: &'static str, value: impl ToString, expected: impl Into<String>) -> ConfigError {
    ConfigError::Field { field, value: value.to_string(), expected: expected.into() }
}

#[cfg(test)]
impl ModelConfig {
    /// A small HRM for tests.
    pub(crate) fn tiny() -> Self {
        Self::from_json(
            r#"{"seq_len":16,"vocab_size":6,"H_cycles":2,"L_cycles":2,"H_layers":1,"L_layers":1,"hidden_size":64,
            "num_heads":4}"#,
        )
        .unwrap()
    }
}

impl ModelConfig {
    /// T = P + S, positions that the modules see.
    pub fn tokens(&self) -> usize {
        self.puzzle_emb_len + self.seq_len
    }

    /// Columns of a board of S cells.
    pub fn columns(&self) -> usize {
        self.columns.unwrap_or_else(|| self.seq_len.isqrt()).max(1)
    }

    /// Whether no weight depends on the size of the board, so that one set of weights serves every size: attention or
    /// convolution, without learned positions.
    pub fn serves_every_size(&self) -> bool {
        self.mixer != Mixer::MlpT && self.positions != Positions::Learned
    }

    /// The configuration of the same weights for boards of another size; `None` where they depend on it.
    pub fn at_size(&self, rows: usize, columns: usize) -> Option<Self> {
        let same = (self.seq_len, self.columns()) == (rows * columns, columns);
        let sized = || Self { seq_len: rows * columns, columns: (rows != columns).then_some(columns), ..self.clone() };
        if same { Some(self.clone()) } else { self.serves_every_size().then(sized) }
    }

    /// What neither official code has: the convolutions over the board of every block, each with its field's name and its rows.
    pub fn convolutions(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let mixer = if let Mixer::Conv { size } = self.mixer { Some(size) } else { None };
        let named = [("conv_size", mixer), ("local_conv_size", self.local_conv)];
        named.into_iter().filter_map(|(name, size)| Some((name, size?)))
    }

    /// Whether it has one of them.
    pub fn has_convolution(&self) -> bool {
        self.convolutions().next().is_some()
    }

    /// d = D / h.
    pub fn head_dim(&self) -> usize {
        self.hidden_size / self.num_heads
    }

    /// Inner size of a SwiGLU over `width` features: round(expansion · width · 2/3), rounded up to a multiple of 256.
    pub fn inner_size(&self, width: usize) -> usize {
        let raw = (self.expansion * width as f64 * 2.0 / 3.0).round() as usize;
        raw.div_ceil(256).max(1) * 256
    }

    /// Reads the JSON form of golden files, of gallery models and of the official code; see [`ModelConfig::from_json_value`].
    ///
    /// # Errors
    /// Names the field and what was expected.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let text = crate::text::without_mark(text);
        let value = json::parse(text).map_err(|e| ConfigError::Parse(e.to_string()))?;
        Self::from_json_value(&value)
    }

    /// Reads the fields flat, under `config`, or under the official code's `arch`; what that takes from its data set, and the
    /// loss, may stand beside them. The loss is a name or the official table. Unknown fields are ignored:
    /// [`ModelConfig::unknown_fields`] tells them.
    ///
    /// # Errors
    /// Names the field and what was expected.
    pub fn from_json_value(value: &Value) -> Result<Self, ConfigError> {
        let Some(whole) = value.as_object() else {
            let expected = FieldError::Value {
                field: "the configuration".into(),
                value: fields::quoted(value),
                expected: "a table of fields".into(),
            };
            return Err(expected.into());
        };
        let mut own = part_of(whole).unwrap_or(whole).clone();
        for beside in OF_DATASET.into_iter().chain(["loss"]) {
            if let Some(value) = whole.get(beside).filter(|_| !own.contains_key(beside)) {
                own.insert(beside.into(), value.clone());
            }
        }
        if let Some(table) = own.get("loss").and_then(Value::as_object) {
            let Some(loss) = table.get("loss_type") else {
                let expected = "the name of a loss, or a table with its loss_type".into();
                return Err(
                    FieldError::Value { field: "loss".into(), value: fields::quoted(&own["loss"]), expected }.into()
                );
            };
            own.insert("loss".into(), loss.clone());
        }
        // The official code names the class of the model, and counts no layers of H in one that has a single module.
        let class = own.get("name").and_then(Value::as_str).unwrap_or_default();
        if class.contains("TinyRecursive") && !own.contains_key("family") {
            own.insert("family".into(), "trm".into());
        }
        match fields::read::<RawConfig>(own, &Self::example()) {
            Ok(raw) => raw.try_into(),
            Err(FieldError::Missing(field)) if whole.contains_key("arch") && OF_DATASET.contains(&field.as_str()) => {
                Err(ConfigError::OfDataset(field))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The fields of a file's configuration that this program does not know and therefore ignores, each with the known one
    /// that was probably meant.
    pub fn unknown_fields(value: &Value) -> Vec<String> {
        let Some(whole) = value.as_object() else { return Vec::new() };
        let example = Self::example();
        let known = |name: &str| example.contains_key(name) || WITHOUT_EFFECT.contains(&name);
        let unknown = part_of(whole).unwrap_or(whole).keys().filter(|name| !known(name));
        let told = unknown.map(|name| match fields::nearest(name, example.keys().map(String::as_str)) {
            Some(meant) => format!("{name} (did you mean {meant}?)"),
            None => name.clone(),
        });
        told.collect()
    }

    /// All fields of a configuration as files have them, with values of their types.
    pub(crate) fn example() -> Map<String, Value> {
        let raw = RawConfig {
            family: Some(Family::Hrm),
            seq_len: 16,
            columns: Some(4),
            vocab_size: 6,
            num_puzzle_identifiers: one(),
            puzzle_emb_ndim: 0,
            puzzle_emb_len: Some(0),
            H_cycles: 1,
            L_cycles: 1,
            H_layers: 1,
            L_layers: 1,
            hidden_size: 64,
            expansion: expansion(),
            num_heads: 1,
            mlp_t: false,
            conv_size: Some(3),
            local_conv_size: Some(3),
            pos_encodings: rope(),
            halt_max_steps: sixteen(),
            halt_exploration_prob: 0.5,
            loss: stablemax(),
            rms_norm_eps: eps(),
            rope_theta: theta(),
        };
        match serde_json::to_value(raw) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        }
    }

    /// Fails where the cells are those of no board, which `what` needs: without columns it is a square.
    fn check_is_board(&self, what: &str) -> Result<(), ConfigError> {
        if self.columns.is_some() || self.columns().pow(2) == self.seq_len {
            return Ok(());
        }
        Err(field("seq_len", self.seq_len, format!("the cells of a square board for {what}")))
    }

    /// Checks every field.
    ///
    /// # Errors
    /// The first field that cannot be, and what it may be.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let positive = [
            ("seq_len", self.seq_len, 1 << 16),
            ("vocab_size", self.vocab_size, 1 << 16),
            ("H_cycles", self.h_cycles, 1 << 10),
            ("L_cycles", self.l_cycles, 1 << 10),
            ("L_layers", self.l_layers, 1 << 10),
            ("hidden_size", self.hidden_size, 1 << 14),
            ("num_heads", self.num_heads, 1 << 14),
            ("halt_max_steps", self.halt_max_steps, 1 << 16),
        ];
        for (name, value, most) in positive {
            if value == 0 || value > most {
                return Err(field(name, value, format!("1 to {most}")));
            }
        }
        if self.mixer == Mixer::Attention && !self.hidden_size.is_multiple_of(self.num_heads) {
            return Err(field("num_heads", self.num_heads, format!("a divisor of hidden_size {}", self.hidden_size)));
        }
        if self.positions == Positions::Rope && self.mixer == Mixer::Attention && !self.head_dim().is_multiple_of(2) {
            return Err(field(
                "num_heads",
                self.num_heads,
                format!("heads of even size for rope; hidden_size {} gives {}", self.hidden_size, self.head_dim()),
            ));
        }
        if self.positions == Positions::Rope2d && self.mixer == Mixer::Attention {
            if !self.head_dim().is_multiple_of(4) {
                let (size, found) = (self.hidden_size, self.head_dim());
                let expected = format!("heads of a size that 4 divides for rope_2d; hidden_size {size} gives {found}");
                return Err(field("num_heads", self.num_heads, expected));
            }
            self.check_is_board("rope_2d")?;
        }
        for (name, size) in self.convolutions() {
            if size.is_multiple_of(2) || size > MAX_CONV {
                return Err(field(name, size, format!("an odd number from 1 to {MAX_CONV}")));
            }
            self.check_is_board("a convolution")?;
        }
        if let Some(columns) = self.columns.filter(|&columns| columns == 0 || !self.seq_len.is_multiple_of(columns)) {
            return Err(field("columns", columns, format!("a divisor of seq_len {}", self.seq_len)));
        }
        if self.family == Family::Hrm && (self.h_layers == 0 || self.h_layers > 1 << 10) {
            return Err(field("H_layers", self.h_layers, "1 to 1024 (a TRM has none)"));
        }
        if !(self.expansion > 0.0 && self.expansion <= 64.0) {
            return Err(field("expansion", self.expansion, "above 0, at most 64"));
        }
        if self.puzzle_emb_ndim > 0 && self.num_puzzle_identifiers == 0 {
            return Err(field("num_puzzle_identifiers", 0, "at least 1 when puzzle_emb_ndim is above 0"));
        }
        if self.puzzle_emb_len > 1 << 16 {
            return Err(field("puzzle_emb_len", self.puzzle_emb_len, "at most 65536"));
        }
        if self.puzzle_emb_ndim > self.puzzle_emb_len * self.hidden_size {
            let room = self.puzzle_emb_len * self.hidden_size;
            return Err(field("puzzle_emb_ndim", self.puzzle_emb_ndim, format!("at most puzzle_emb_len · D = {room}")));
        }
        if !(0.0..=1.0).contains(&self.halt_exploration_prob) {
            return Err(field("halt_exploration_prob", self.halt_exploration_prob, "0 to 1"));
        }
        if !(self.rms_norm_eps > 0.0 && self.rms_norm_eps < 1.0) {
            return Err(field("rms_norm_eps", self.rms_norm_eps, "above 0, below 1"));
        }
        if !(self.rope_theta > 1.0 && self.rope_theta.is_finite()) {
            return Err(field("rope_theta", self.rope_theta, "above 1"));
        }
        Ok(())
    }
}

/// Rows of a convolution's kernel at most.
const MAX_CONV: usize = 15;

/// Fields that the official code takes from the data set, and not from its configuration.
const OF_DATASET: [&str; 3] = ["seq_len", "vocab_size", "num_puzzle_identifiers"];

/// Fields of the official code, and of this project's files, that say nothing about a model's shapes and arithmetic.
const WITHOUT_EFFECT: [&str; 9] =
    ["puzzle", "identifiers", "name", "batch_size", "causal", "forward_dtype", "no_ACT_continue", "config", "arch"];

/// The part of a file that holds the fields, where it has such a part.
fn part_of(whole: &Map<String, Value>) -> Option<&Map<String, Value>> {
    ["config", "arch"].into_iter().find_map(|name| whole.get(name)?.as_object())
}

/// The file form: what the official code writes, plus this project's `family`, `loss` and `puzzle`-independent defaults.
#[derive(Clone, Serialize, Deserialize)]
#[allow(non_snake_case)]
struct RawConfig {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    family: Option<Family>,
    seq_len: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    columns: Option<usize>,
    vocab_size: usize,
    #[serde(default = "one")]
    num_puzzle_identifiers: usize,
    #[serde(default)]
    puzzle_emb_ndim: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    puzzle_emb_len: Option<usize>,
    H_cycles: usize,
    L_cycles: usize,
    #[serde(default)]
    H_layers: usize,
    L_layers: usize,
    hidden_size: usize,
    #[serde(default = "expansion")]
    expansion: f64,
    num_heads: usize,
    #[serde(default)]
    mlp_t: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    conv_size: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    local_conv_size: Option<usize>,
    #[serde(default = "rope")]
    pos_encodings: Positions,
    #[serde(default = "sixteen")]
    halt_max_steps: usize,
    #[serde(default)]
    halt_exploration_prob: f64,
    #[serde(default = "stablemax")]
    loss: LossKind,
    #[serde(default = "eps")]
    rms_norm_eps: f64,
    #[serde(default = "theta")]
    rope_theta: f64,
}

fn one() -> usize {
    1
}
fn sixteen() -> usize {
    16
}
fn expansion() -> f64 {
    4.0
}
fn rope() -> Positions {
    Positions::Rope
}
fn stablemax() -> LossKind {
    LossKind::Stablemax
}
fn eps() -> f64 {
    1e-5
}
fn theta() -> f64 {
    10000.0
}

impl TryFrom<RawConfig> for ModelConfig {
    type Error = ConfigError;

    fn try_from(raw: RawConfig) -> Result<Self, ConfigError> {
        let family = raw.family.unwrap_or(if raw.H_layers == 0 { Family::Trm } else { Family::Hrm });
        if raw.hidden_size == 0 {
            return Err(field("hidden_size", 0, "at least 1"));
        }
        // The official code reads a length of 0 as "not given".
        let computed = raw.puzzle_emb_ndim.div_ceil(raw.hidden_size);
        let puzzle_emb_len = match raw.puzzle_emb_len {
            Some(given) if given > 0 && raw.puzzle_emb_ndim > 0 => given,
            _ => computed,
        };
        let config = ModelConfig {
            family,
            seq_len: raw.seq_len,
            columns: raw.columns,
            vocab_size: raw.vocab_size,
            num_puzzle_identifiers: raw.num_puzzle_identifiers,
            puzzle_emb_ndim: raw.puzzle_emb_ndim,
            puzzle_emb_len,
            h_cycles: raw.H_cycles,
            l_cycles: raw.L_cycles,
            h_layers: raw.H_layers,
            l_layers: raw.L_layers,
            hidden_size: raw.hidden_size,
            expansion: raw.expansion,
            num_heads: raw.num_heads,
            mixer: match (raw.mlp_t, raw.conv_size) {
                (true, Some(size)) => return Err(field("conv_size", size, "none beside mlp_t: a block has one mixer")),
                (true, None) => Mixer::MlpT,
                (false, Some(size)) => Mixer::Conv { size },
                (false, None) => Mixer::Attention,
            },
            local_conv: raw.local_conv_size,
            positions: raw.pos_encodings,
            halt_max_steps: raw.halt_max_steps,
            halt_exploration_prob: raw.halt_exploration_prob,
            loss: raw.loss,
            rms_norm_eps: raw.rms_norm_eps,
            rope_theta: raw.rope_theta,
        };
        config.validate()?;
        Ok(config)
    }
}

impl From<ModelConfig> for RawConfig {
    fn from(config: ModelConfig) -> Self {
        RawConfig {
            family: Some(config.family),
            seq_len: config.seq_len,
            columns: config.columns,
            vocab_size: config.vocab_size,
            num_puzzle_identifiers: config.num_puzzle_identifiers,
            puzzle_emb_ndim: config.puzzle_emb_ndim,
            puzzle_emb_len: Some(config.puzzle_emb_len),
            H_cycles: config.h_cycles,
            L_cycles: config.l_cycles,
            H_layers: config.h_layers,
            L_layers: config.l_layers,
            hidden_size: config.hidden_size,
            expansion: config.expansion,
            num_heads: config.num_heads,
            mlp_t: config.mixer == Mixer::MlpT,
            conv_size: match config.mixer {
                Mixer::Conv { size } => Some(size),
                Mixer::Attention | Mixer::MlpT => None,
            },
            local_conv_size: config.local_conv,
            pos_encodings: config.positions,
            halt_max_steps: config.halt_max_steps,
            halt_exploration_prob: config.halt_exploration_prob,
            loss: config.loss,
            rms_norm_eps: config.rms_norm_eps,
            rope_theta: config.rope_theta,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAT: &str = r#"{"seq_len":16,"vocab_size":6,"puzzle_emb_ndim":65,"num_puzzle_identifiers":3,"H_cycles":2,
        "L_cycles":2,"H_layers":2,"L_layers":2,"hidden_size":64,"expansion":4,"num_heads":4,"unknown":[1]}"#;

    #[test]
    fn computes_the_prefix_and_the_inner_size() {
        let config = ModelConfig::from_json(FLAT).unwrap();
        assert_eq!((config.puzzle_emb_len, config.tokens(), config.family), (2, 18, Family::Hrm));
        assert_eq!((config.inner_size(64), config.inner_size(512), config.inner_size(97)), (256, 1536, 512));
    }

    #[test]
    fn reads_its_own_output() {
        let config = ModelConfig::from_json(FLAT).unwrap();
        let text = serde_json::to_string(&config).unwrap();
        assert_eq!(ModelConfig::from_json(&text).unwrap(), config);
    }

    #[test]
    fn the_official_nested_form_is_read() {
        let nested = r#"{"arch":{"name":"hrm.hrm_act_v1@HierarchicalReasoningModel_ACTV1","H_cycles":2,"L_cycles":2,"H_layers":2,
            "L_layers":2,"hidden_size":64,"expansion":4,"num_heads":4,"puzzle_emb_ndim":65,"pos_encodings":"rope",
            "halt_max_steps":16,"loss":{"name":"losses@ACTLossHead","loss_type":"softmax_cross_entropy"}},
            "seq_len":16,"vocab_size":6,"num_puzzle_identifiers":3,"lr":1e-4,"epochs":100}"#;
        let config = ModelConfig::from_json(nested).unwrap();
        let flat = ModelConfig::from_json(FLAT).unwrap();
        assert_eq!(config, ModelConfig { loss: LossKind::Softmax, ..flat });
        assert_eq!(ModelConfig::unknown_fields(&serde_json::from_str(nested).unwrap()), [""; 0]);
        let error = ModelConfig::from_json(&nested.replace("\"vocab_size\":6,", "")).unwrap_err().to_string();
        assert!(error.starts_with("vocab_size is missing: the official code takes it from its data set"), "{error}");
        let trm = nested.replace("hrm.hrm_act_v1@HierarchicalReasoningModel", "trm@TinyRecursiveReasoningModel");
        assert_eq!(ModelConfig::from_json(&trm).unwrap().family, Family::Trm);
    }

    #[test]
    fn a_byte_order_mark_whole_floats_and_the_table_of_the_loss_are_read() {
        let config = ModelConfig::from_json(FLAT).unwrap();
        assert_eq!(ModelConfig::from_json(&format!("\u{feff}{FLAT}")).unwrap(), config);
        assert_eq!(ModelConfig::from_json(&FLAT.replace("\"H_cycles\":2", "\"H_cycles\":2.0")).unwrap(), config);
        let table = FLAT.replace(
            "\"unknown\":[1]",
            "\"loss\":{\"name\":\"losses@ACTLossHead\",\"loss_type\":\"stablemax_cross_entropy\"}",
        );
        assert_eq!(ModelConfig::from_json(&table).unwrap(), config);
    }

    /// Found by tests/fuzz: the product with hidden_size has no room.
    #[test]
    fn a_prefix_has_a_limit() {
        for text in [
            FLAT.replace("\"unknown\":[1]", "\"puzzle_emb_len\":9223372036854775807"),
            FLAT.replace("\"puzzle_emb_ndim\":65", "\"puzzle_emb_ndim\":18446744073709551615"),
        ] {
            let error = ModelConfig::from_json(&text).unwrap_err().to_string();
            assert!(error.starts_with("puzzle_emb_len is") && error.ends_with("at most 65536"), "{error}");
        }
    }

    #[test]
    fn a_wrong_type_is_told_with_field_value_and_expectation() {
        let refusal = |from: &str, to: &str| {
            assert!(FLAT.contains(from));
            ModelConfig::from_json(&FLAT.replace(from, to)).unwrap_err().to_string()
        };
        let board = FLAT.replace("\"unknown\":[1]", "\"pos_encodings\":\"rope_2d\"");
        let said = ModelConfig::from_json(&board.replace("\"seq_len\":16", "\"seq_len\":15")).unwrap_err().to_string();
        assert_eq!(said, "seq_len is 15; expected the cells of a square board for rope_2d");
        assert!(ModelConfig::from_json(&board).is_ok());
        let whole = "expected a whole number of at least 0";
        assert_eq!(refusal("\"num_heads\":4", "\"num_heads\":\"4\""), format!("num_heads is \"4\"; {whole}"));
        assert_eq!(refusal("\"H_cycles\":2", "\"H_cycles\":null"), format!("H_cycles is null; {whole}"));
        assert_eq!(refusal("\"H_cycles\":2", "\"H_cycles\":2.5"), format!("H_cycles is 2.5; {whole}"));
        assert_eq!(refusal("\"expansion\":4", "\"expansion\":true"), "expansion is true; expected a number");
        assert!(refusal("\"unknown\":[1]", "\"pos_encodings\":\"rop\"").contains("pos_encodings is \"rop\"; expected"));
        assert!(
            refusal("\"unknown\":[1]", "\"loss\":{\"name\":1}").starts_with("loss is {\"name\":1}; expected the name")
        );
        let list = ModelConfig::from_json("[1]").unwrap_err().to_string();
        assert_eq!(list, "the configuration is [1]; expected a table of fields");
    }

    #[test]
    fn unknown_fields_are_told_with_the_nearest_known_one() {
        let value = serde_json::from_str(&FLAT.replace("\"unknown\"", "\"halt_max_step\"")).unwrap();
        assert_eq!(ModelConfig::unknown_fields(&value), ["halt_max_step (did you mean halt_max_steps?)"]);
        // Only what is no square says how many columns it has, and only a convolution its size.
        let mixer = Mixer::Conv { size: 3 };
        let own = ModelConfig { columns: Some(8), mixer, local_conv: Some(3), ..ModelConfig::from_json(FLAT).unwrap() };
        let own = serde_json::to_value(own).unwrap();
        assert_eq!(ModelConfig::unknown_fields(&own), [""; 0]);
        assert_eq!(own.as_object().unwrap().len(), ModelConfig::example().len());
    }

    #[test]
    fn weights_without_a_size_serve_every_size() {
        let board = FLAT.replace("\"unknown\":[1]", "\"pos_encodings\":\"rope_2d\"");
        let config = ModelConfig::from_json(&board).unwrap();
        let wide = config.at_size(2, 8).unwrap();
        assert_eq!((wide.seq_len, wide.columns(), wide.columns, wide.validate()), (16, 8, Some(8), Ok(())));
        assert_eq!((wide.at_size(4, 4), config.at_size(4, 4)), (Some(config.clone()), Some(config.clone())));
        assert_eq!(config.at_size(9, 9).unwrap().seq_len, 81);
        let text = serde_json::to_string(&wide).unwrap();
        assert_eq!(ModelConfig::from_json(&text).unwrap(), wide);
        assert!(ModelConfig { columns: Some(5), ..config.clone() }.validate().is_err());
        for fixed in [
            ModelConfig { mixer: Mixer::MlpT, ..config.clone() },
            ModelConfig { positions: Positions::Learned, ..config },
        ] {
            assert_eq!((fixed.at_size(2, 8), fixed.at_size(4, 4)), (None, Some(fixed.clone())));
        }
    }

    #[test]
    fn a_convolution_serves_every_size_and_is_the_only_mixer() {
        let with = |more: &str| ModelConfig::from_json(&FLAT.replace("\"unknown\":[1]", more));
        let config = with("\"conv_size\":5").unwrap();
        assert_eq!(config.mixer, Mixer::Conv { size: 5 });
        assert_eq!(ModelConfig::from_json(&serde_json::to_string(&config).unwrap()).unwrap(), config);
        assert_eq!(config.at_size(3, 7).unwrap().validate(), Ok(()));
        let refusal = |more: &str| with(more).unwrap_err().to_string();
        assert_eq!(refusal("\"conv_size\":4"), "conv_size is 4; expected an odd number from 1 to 15");
        assert_eq!(refusal("\"conv_size\":17"), "conv_size is 17; expected an odd number from 1 to 15");
        assert_eq!(refusal("\"local_conv_size\":2"), "local_conv_size is 2; expected an odd number from 1 to 15");
        let both = "conv_size is 3; expected none beside mlp_t: a block has one mixer";
        assert_eq!(refusal("\"conv_size\":3,\"mlp_t\":true"), both);
    }

    #[test]
    fn names_the_field_that_cannot_be() {
        for (from, to, word) in [
            ("\"num_heads\":4", "\"num_heads\":5", "num_heads"),
            ("\"H_cycles\":2", "\"H_cycles\":0", "H_cycles"),
            ("\"hidden_size\":64", "\"hidden_size\":0", "hidden_size"),
            ("\"seq_len\":16,", "", "seq_len"),
        ] {
            let error = ModelConfig::from_json(&FLAT.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
