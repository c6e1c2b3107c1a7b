//! A run's state as a file: safetensors, with what the run is in the header.

use std::collections::HashMap;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::engine::Data;

use super::trainer::{State, TrainError};

/// Raised when the meaning of a buffer changes.
const VERSION: &str = "1";

impl State {
    /// The file's bytes.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TrainError> {
        let setup = serde_json::to_string(&self.setup).map_err(wrong)?;
        let names: Vec<&str> = self.buffers.iter().map(|(name, _)| name.as_str()).collect();
        let header = HashMap::from([
            ("hrm_web_state".to_owned(), VERSION.to_owned()),
            ("setup".to_owned(), setup),
            ("step".to_owned(), self.step.to_string()),
            ("order".to_owned(), serde_json::to_string(&names).map_err(wrong)?),
        ]);
        let views = self.buffers.iter().map(|(name, data)| {
            let (dtype, bytes, len): (_, &[u8], _) = match data {
                Data::F32(values) => (Dtype::F32, bytemuck::cast_slice(values), values.len()),
                Data::U32(values) => (Dtype::U32, bytemuck::cast_slice(values), values.len()),
            };
            TensorView::new(dtype, vec![len], bytes).map(|view| (name.as_str(), view))
        });
        let views = views.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
        safetensors::serialize(views, Some(header)).map_err(wrong)
    }

    /// Reads such a file.
    ///
    /// # Errors
    /// Says what is not as it should be; nothing of a foreign file is trusted.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TrainError> {
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(wrong)?;
        let header = header.metadata().clone().unwrap_or_default();
        let field = |name: &str| {
            header
                .get(name)
                .ok_or_else(|| TrainError::State(format!("no `{name}` in the header; not a training state")))
        };
        let version = field("hrm_web_state")?;
        if version != VERSION {
            return Err(TrainError::State(format!("version {version}, this program reads {VERSION}")));
        }
        let setup = serde_json::from_str(field("setup")?).map_err(wrong)?;
        let step = field("step")?.parse().map_err(wrong)?;
        let order: Vec<String> = serde_json::from_str(field("order")?).map_err(wrong)?;
        let file = SafeTensors::deserialize(bytes).map_err(wrong)?;
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
        Ok(State { setup, step, buffers: buffers.collect::<Result<_, _>>()? })
    }
}

fn wrong(error: impl ToString) -> TrainError {
    TrainError::State(error.to_string())
}
