//! A saved run as a file: safetensors, with recipe, curve and time in the header. The page's downloads and the command
//! line's `state.safetensors` are of this form.

use std::collections::HashMap;

use safetensors::{Dtype, tensor::TensorView};

use super::{
    Evaluation, Given, Recipe, Row, StepReport, TrainError,
    limits::MOST_STEPS,
    tasks::{TaskData, TaskSet},
    trainer::State,
};
use crate::{
    checkpoint::{Weights, metadata, open},
    data::Example,
    engine::{Data, Kind},
    names,
};

/// Raised when the meaning of the file changes.
const VERSION: &str = "2";
/// The entry of the header that tells a saved run from any other safetensors file; it holds the version.
const MARK: &str = "hrm_web_state";
/// The entry of the header that holds [`Saved::bf16`].
const BF16: &str = "bf16";
/// Tensor of the given examples: `[N, 2, S]` tokens, a question and its answer each. Those of the n-th further size of board
/// follow as `examples.n`.
const EXAMPLES: &str = "examples";

/// A run between two steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// What it follows.
    pub recipe: Recipe,
    /// Its curve.
    pub rows: Vec<Row>,
    /// Steps since the curve's last row.
    pub recent: Vec<StepReport>,
    /// Seconds of computing.
    pub seconds: f64,
    /// The engine that computed it last; on another kind it goes on within rounding only. Older files do not say.
    pub engine: Option<Kind>,
    /// How that engine summed products of bf16 ([`Bf16`](crate::engine::Bf16), by its name), if it did; older files do not
    /// say.
    pub bf16: Option<String>,
    /// On all unseen puzzles, at its end.
    pub result: Option<Evaluation>,
    /// Its examples, where they were not generated.
    pub given: Option<Given>,
    /// The tasks that it learns, as a file of them has them.
    pub tasks: Option<String>,
    /// Weights, moments, averages and carry.
    pub state: State,
}

/// Tensor of the tasks that are learnt: a file of them, as bytes.
const TASKS: &str = "tasks";

/// What a saved run says of itself, without its tensors.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// What it follows.
    pub recipe: Recipe,
    /// Its curve.
    pub rows: Vec<Row>,
    /// Steps done.
    pub step: u64,
    /// Seconds of computing.
    pub seconds: f64,
    /// The engine that computed it last; older files do not say.
    pub engine: Option<Kind>,
    /// On all unseen puzzles, at its end.
    pub result: Option<Evaluation>,
}

impl Saved {
    /// Whether a safetensors file is a saved run, be it one that this program cannot read; `bytes` may end after the header.
    pub fn is_claimed_by(bytes: &[u8]) -> bool {
        metadata(bytes).is_ok_and(|metadata| metadata.contains_key(MARK))
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TrainError> {
        let json = |value: serde_json::Result<String>| value.map_err(wrong);
        let names: Vec<&str> = self.state.buffers.iter().map(|(name, _)| name.as_str()).collect();
        let mut header = HashMap::from([
            (MARK.to_owned(), VERSION.to_owned()),
            ("recipe".to_owned(), json(serde_json::to_string(&self.recipe))?),
            ("curve".to_owned(), json(serde_json::to_string(&self.rows))?),
            ("recent".to_owned(), json(serde_json::to_string(&self.recent))?),
            ("seconds".to_owned(), self.seconds.to_string()),
            ("step".to_owned(), self.state.step.to_string()),
            ("order".to_owned(), json(serde_json::to_string(&names))?),
        ]);
        if let Some(engine) = &self.engine {
            header.insert("engine".to_owned(), json(serde_json::to_string(engine))?);
        }
        if let Some(bf16) = &self.bf16 {
            header.insert(BF16.to_owned(), bf16.clone());
        }
        if let Some(result) = &self.result {
            header.insert("result".to_owned(), json(serde_json::to_string(result))?);
        }
        let buffers = self.state.buffers.iter().map(|(name, data)| {
            let (dtype, bytes, len): (_, &[u8], _) = match data {
                Data::F32(values) => (Dtype::F32, bytemuck::cast_slice(values), values.len()),
                Data::U32(values) => (Dtype::U32, bytemuck::cast_slice(values), values.len()),
            };
            TensorView::new(dtype, vec![len], bytes).map(|view| (name.as_str(), view))
        });
        let mut views = buffers.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
        let bytes = |examples: &Vec<Example>| -> Vec<u8> {
            examples.iter().flat_map(|example| example.question.iter().chain(&example.answer)).copied().collect()
        };
        let given = self.given.iter().flat_map(|given| std::iter::once(&given.own).chain(&given.others));
        let examples: Vec<_> = examples_of(&self.recipe).zip(given.map(bytes)).collect();
        for ((name, seq), bytes) in &examples {
            let view = TensorView::new(Dtype::U8, vec![bytes.len() / (2 * seq), 2, *seq], bytes).map_err(wrong)?;
            views.push((name, view));
        }
        if let Some(tasks) = &self.tasks {
            views.push((TASKS, TensorView::new(Dtype::U8, vec![tasks.len()], tasks.as_bytes()).map_err(wrong)?));
        }
        safetensors::serialize(views, Some(header)).map_err(wrong)
    }

    /// Reads such a file.
    ///
    /// # Errors
    /// Says what is not as it should be; nothing of a foreign file is trusted.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TrainError> {
        Self::of(Header::read(bytes)?, bytes)
    }

    /// Reads what this program stored, when names had no rule yet: one that files cannot have becomes one that they can.
    ///
    /// # Errors
    /// As [`Saved::from_bytes`].
    pub fn of_storage(bytes: &[u8]) -> Result<Self, TrainError> {
        Self::of(Header::read(bytes)?.with_allowed_name(), bytes)
    }

    fn of(header: Header, bytes: &[u8]) -> Result<Self, TrainError> {
        let Summary { recipe, rows, step, seconds, engine, result } = header.summary()?;
        let recent = header.json("recent")?;
        let bf16 = header.0.get(BF16).cloned();
        let order: Vec<String> = header.json("order")?;
        let file = open(bytes).map_err(TrainError::State)?;
        let buffers = order.into_iter().map(|name| {
            let view = file.tensor(&name).map_err(wrong)?;
            let words = view.data().as_chunks::<4>().0.iter();
            let data = match view.dtype() {
                Dtype::F32 => Data::F32(words.map(|b| f32::from_le_bytes(*b)).collect()),
                Dtype::U32 => Data::U32(words.map(|b| u32::from_le_bytes(*b)).collect()),
                other => return Err(TrainError::State(format!("buffer {name} has element type {other:?}"))),
            };
            Ok((name, data))
        });
        let buffers = buffers.collect::<Result<_, _>>()?;
        let read = |(name, seq): (String, usize)| Some(examples(seq, file.tensor(&name).ok()?.data()));
        let mut given = examples_of(&recipe).map_while(read);
        let given = given.next().map(|own| Given { own, others: given.collect() });
        let tasks = file.tensor(TASKS).ok().map(|view| String::from_utf8(view.data().to_vec())).transpose();
        let tasks = tasks.map_err(|_| TrainError::State("its tasks are no text".into()))?;
        let state = State { setup: recipe.setup(), step, buffers };
        Ok(Self { recipe, rows, recent, seconds, engine, bf16, result, given, tasks, state })
    }
}

impl Saved {
    /// The tasks that it learns in their versions, and their ids; `None` of a run on boards.
    ///
    /// # Errors
    /// Tasks that are none, or not those of the recipe.
    pub fn task_set(&self) -> Result<Option<(TaskSet, Vec<String>)>, TrainError> {
        let data = self.tasks.clone().map(|tasks| TaskData::of_text(&self.recipe, tasks)).transpose()?;
        Ok(data.map(TaskData::into_set))
    }

    /// The moving average of the weights, without the moments.
    ///
    /// # Errors
    /// A weight of the model that the state does not hold.
    pub fn averaged_weights(&self) -> Result<Weights, TrainError> {
        let mut weights = Weights::init(&self.recipe.model, 0);
        for (name, tensor) in &mut weights.tensors {
            let average = format!("average.{name}");
            // What is not trained (H_init, L_init) has no average.
            let found = [&average, name].into_iter().find_map(|wanted| {
                self.state.buffers.iter().find_map(|(name, data)| match data {
                    Data::F32(values) if name == wanted && values.len() == tensor.data.len() => Some(values.clone()),
                    _ => None,
                })
            });
            tensor.data = found.ok_or_else(|| TrainError::State(format!("no weight {name} of the model's shape")))?;
        }
        Ok(weights)
    }
}

impl Summary {
    /// Reads only what the file's header says; `bytes` may end after it.
    ///
    /// # Errors
    /// Says what is not as it should be.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TrainError> {
        Header::read(bytes)?.summary()
    }

    /// Reads the header of what this program stored: see [`Saved::of_storage`].
    ///
    /// # Errors
    /// As [`Summary::from_bytes`].
    pub fn of_storage(bytes: &[u8]) -> Result<Self, TrainError> {
        Header::read(bytes)?.with_allowed_name().summary()
    }

    /// The best share of unseen puzzles exactly right, 0 to 1.
    pub fn best(&self) -> Option<f64> {
        self.rows.iter().filter_map(|row| Some(row.test?.exact_accuracy)).max_by(f64::total_cmp)
    }
}

struct Header(HashMap<String, String>);

impl Header {
    fn read(bytes: &[u8]) -> Result<Self, TrainError> {
        let header = Self(metadata(bytes).map_err(TrainError::State)?);
        let version = header.field(MARK)?;
        if version != VERSION {
            return Err(TrainError::State(format!("version {version}, this program reads {VERSION}")));
        }
        Ok(header)
    }

    fn with_allowed_name(mut self) -> Self {
        if let Some(text) = self.0.get_mut("recipe")
            && let Ok(mut recipe) = serde_json::from_str::<serde_json::Value>(text)
            && let Some(name) = recipe.get("name").and_then(serde_json::Value::as_str)
            && names::check(name).is_err()
        {
            recipe["name"] = names::allowed(name).into();
            *text = recipe.to_string();
        }
        self
    }

    fn field(&self, name: &str) -> Result<&str, TrainError> {
        let missing = || {
            TrainError::State(format!("no `{name}` in the header; not a saved run (weights alone, or a recording?)"))
        };
        self.0.get(name).map(String::as_str).ok_or_else(missing)
    }

    fn json<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, TrainError> {
        serde_json::from_str(self.field(name)?).map_err(|e| TrainError::State(format!("`{name}` in the header: {e}")))
    }

    /// What older files lack: `None` there.
    fn later<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<Option<T>, TrainError> {
        if self.0.contains_key(name) { self.json(name).map(Some) } else { Ok(None) }
    }

    fn summary(&self) -> Result<Summary, TrainError> {
        let seconds: f64 = self.field("seconds")?.parse().map_err(wrong)?;
        if !(0.0..=f64::MAX).contains(&seconds) {
            return Err(TrainError::State(format!("`seconds` is {seconds}, expected a number of at least 0")));
        }
        let step = self.json("step")?;
        if step > MOST_STEPS {
            return Err(TrainError::State(format!("`step` is {step}, expected at most {MOST_STEPS}")));
        }
        Ok(Summary {
            recipe: self.json("recipe")?,
            rows: self.json("curve")?,
            step,
            seconds,
            engine: self.later("engine")?,
            result: self.later("result")?,
        })
    }
}

/// The tensors of given examples, the recipe's own size first, each with the cells of a board.
fn examples_of(recipe: &Recipe) -> impl Iterator<Item = (String, usize)> {
    let others = recipe.data.boards.iter().map(|board| board.size.rows() * board.size.columns());
    let own = (EXAMPLES.to_owned(), recipe.puzzle.seq_len());
    std::iter::once(own).chain((1..).map(|number| format!("{EXAMPLES}.{number}")).zip(others))
}

/// The examples of their tensor; those with tokens that the puzzle does not have are refused later, by the data set.
fn examples(seq: usize, bytes: &[u8]) -> Vec<Example> {
    let example = |both: &[u8]| Example { question: both[..seq].to_vec(), answer: both[seq..].to_vec() };
    bytes.chunks_exact(2 * seq).map(example).collect()
}

fn wrong(error: impl ToString) -> TrainError {
    TrainError::State(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECIPE: &str = r#"{"name":"a","puzzle":"sudoku-4x4","data":{"base_puzzles":10,"test_puzzles":5,"seed":1},
        "model":{"H_cycles":1,"L_cycles":1,"H_layers":1,"L_layers":1,"hidden_size":16,"num_heads":2},
        "training":{"batch":4,"steps":9,"seed":1,"evaluate_every":3,"evaluate_on":5}}"#;

    fn saved() -> Saved {
        let recipe: Recipe = serde_json::from_str(RECIPE).unwrap();
        let state =
            State { setup: recipe.setup(), step: 9, buffers: vec![("lm_head.weight".into(), Data::F32(vec![0.5]))] };
        let result = Some(Evaluation { exact_accuracy: 0.8, count: 5, ..Evaluation::default() });
        let engine = Some(Kind::Cpu);
        Saved {
            recipe,
            rows: Vec::new(),
            recent: Vec::new(),
            seconds: 1.5,
            engine,
            bf16: Some("AMX".into()),
            result,
            given: None,
            tasks: None,
            state,
        }
    }

    #[test]
    fn engine_and_result_are_read_back_and_older_files_have_none() {
        let newer = saved();
        assert_eq!(Saved::from_bytes(&newer.to_bytes().unwrap()).unwrap(), newer);
        let older = Saved { engine: None, bf16: None, result: None, ..newer };
        let bytes = older.to_bytes().unwrap();
        assert_eq!(Saved::from_bytes(&bytes).unwrap(), older);
        assert!(!metadata(&bytes).unwrap().keys().any(|name| ["engine", "bf16", "result"].contains(&name.as_str())));
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for (seconds, holds) in [(0.0, true), (-1.0, false), (f64::NAN, false), (f64::INFINITY, false)] {
            let bytes = Saved { seconds, ..saved() }.to_bytes().unwrap();
            assert_eq!(Summary::from_bytes(&bytes).is_ok(), holds, "{seconds}");
        }
        let mut late = saved();
        late.state.step = MOST_STEPS + 1;
        let error = Saved::from_bytes(&late.to_bytes().unwrap()).unwrap_err().to_string();
        assert_eq!(error, "saved run: `step` is 100000001, expected at most 100000000");
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_refused_in_a_file_and_mended_in_storage() {
        let mut foreign = saved();
        foreign.recipe.name = "../../up".into();
        let bytes = foreign.to_bytes().unwrap();
        for error in [Saved::from_bytes(&bytes).unwrap_err(), Summary::from_bytes(&bytes).unwrap_err()] {
            assert!(error.to_string().contains("the name \"../../up\" contains /; allowed are"), "{error}");
        }
        let stored = Saved::of_storage(&bytes).unwrap();
        assert_eq!(Summary::of_storage(&bytes).unwrap().recipe.name, "-..-up");
        assert_eq!(stored, Saved { recipe: Recipe { name: "-..-up".into(), ..foreign.recipe.clone() }, ..foreign });
    }

    #[test]
    fn a_state_is_told_from_weights_by_its_header() {
        let bytes = saved().to_bytes().unwrap();
        let header = 8 + u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
        assert!(Saved::is_claimed_by(&bytes) && Saved::is_claimed_by(&bytes[..header]));
        let weights = Weights::init(&saved().recipe.model, 1).to_safetensors().unwrap();
        assert!(!Saved::is_claimed_by(&weights) && !Saved::is_claimed_by(b"no file") && !Saved::is_claimed_by(b""));
    }
}
