//! A safetensors file: its header is read when it is opened, elements only when they are asked for.

use std::collections::BTreeMap;

use half::{bf16, f16};
use safetensors::{Dtype, tensor::TensorInfo};

use super::header::{self, is_safetensors};
use super::safetensors::CheckpointError;
use super::torch::{PuzzleRows, Source};
use super::weights_in_file::{self, PUZZLES};
use crate::config::ModelConfig;
use crate::model::{Tensor, Weights, WeightsError};

/// Bytes of a header at most, by the library.
pub const LONGEST_HEADER: u64 = 100_000_000;
/// Bytes that are read at a time; whole elements of every type.
const PIECE: usize = 1 << 20;

/// A safetensors file that is open. What it is read from is known at run time alone: one reader serves all.
pub struct SafetensorsFile<'s> {
    source: Box<dyn Source + 's>,
    /// Where the elements begin.
    start: u64,
    tensors: BTreeMap<String, TensorInfo>,
}

impl<'s> SafetensorsFile<'s> {
    /// Reads the header and checks every tensor's place against the file's length.
    ///
    /// # Errors
    /// Another kind of file, a damaged one, one that was cut short.
    pub fn open(source: impl Source + 's) -> Result<Self, CheckpointError> {
        Self::of(Box::new(source))
    }

    fn of(mut source: Box<dyn Source + 's>) -> Result<Self, CheckpointError> {
        let length = source.length();
        let mut begin = |bytes: u64| {
            let mut read = vec![0; bytes.min(length) as usize];
            source.read_at(0, &mut read).map_err(|error| CheckpointError::Format(error.to_string()))?;
            Ok::<_, CheckpointError>(read)
        };
        let mut header = begin(512)?;
        if is_safetensors(&header) {
            let of_header = header.first_chunk().map_or(0, |length| u64::from_le_bytes(*length));
            header = begin(8 + of_header.min(LONGEST_HEADER))?;
        }
        let metadata = header::tensors(&header).map_err(CheckpointError::Format)?;
        let (start, found) = (header.len() as u64, length - header.len() as u64);
        if metadata.data_len() as u64 != found {
            let problem = format!("its tensors have {} bytes, behind its header are {found}", metadata.data_len());
            return Err(CheckpointError::Format(problem));
        }
        let tensors = metadata.tensors().into_iter().map(|(name, info)| (name, info.clone())).collect();
        Ok(Self { source, start, tensors })
    }

    /// The plain name of every weight, with its name in the file. A puzzle embedding without elements is none.
    ///
    /// # Errors
    /// Two tensors under one plain name.
    pub fn weight_names(&self) -> Result<BTreeMap<String, String>, CheckpointError> {
        weights_in_file::weight_names(self.tensors.iter().map(|(name, info)| (name, info.shape.contains(&0))))
    }

    /// The shape of every weight by its plain name, of which no element is read.
    ///
    /// # Errors
    /// As [`SafetensorsFile::weight_names`].
    pub fn shapes(&self) -> Result<BTreeMap<String, Vec<usize>>, CheckpointError> {
        Ok(self.weight_names()?.into_iter().map(|(plain, name)| (plain, self.tensors[&name].shape.clone())).collect())
    }

    /// All weights under their plain names; of a puzzle embedding the rows that are asked for.
    ///
    /// # Errors
    /// As [`SafetensorsFile::weight_names`] and [`SafetensorsFile::weight`].
    pub fn weights(&mut self, rows: PuzzleRows<'_>) -> Result<Weights, CheckpointError> {
        weights_in_file::weights(self.weight_names()?, |plain, name| self.weight(plain, name, rows))
    }

    /// One of [`SafetensorsFile::weight_names`]; of a puzzle embedding the rows that are asked for.
    ///
    /// # Errors
    /// A name or a row that there is not, element types that are no weights, values that are not finite, the file's.
    pub fn weight(&mut self, plain: &str, name: &str, rows: PuzzleRows<'_>) -> Result<Tensor, CheckpointError> {
        let info = self.tensors.get(name).ok_or_else(|| CheckpointError::Format(format!("it has no tensor {name}")))?;
        let (shape, dtype, place) = (info.shape.clone(), info.dtype, info.data_offsets);
        let size = match dtype {
            Dtype::F64 | Dtype::F32 | Dtype::F16 | Dtype::BF16 => dtype.bitsize() / 8,
            other => return Err(CheckpointError::Dtype { name: name.to_owned(), dtype: format!("{other:?}") }),
        };
        let mut tensor = Tensor { shape, data: Vec::new() };
        match (rows, &tensor.shape[..]) {
            (PuzzleRows::Only(asked), &[rows, width]) if plain.starts_with(PUZZLES) => {
                tensor.shape = vec![asked.len(), width];
                for &identifier in asked {
                    let row = usize::try_from(identifier).ok().filter(|&row| row < rows);
                    let row = row.ok_or(WeightsError::Identifier { identifier, rows })?;
                    let begin = place.0 + row * width * size;
                    self.read(dtype, (begin, begin + width * size), &mut tensor.data)?;
                }
            }
            _ => self.read(dtype, place, &mut tensor.data)?,
        }
        weights_in_file::finite(name, tensor)
    }

    /// Elements of a type from one place behind the header to another; those of f64 are rounded.
    fn read(&mut self, dtype: Dtype, (begin, end): (usize, usize), into: &mut Vec<f32>) -> Result<(), CheckpointError> {
        into.reserve_exact((end - begin) * 8 / dtype.bitsize());
        let mut piece = vec![0; PIECE.min(end - begin)];
        for at in (begin..end).step_by(PIECE) {
            piece.truncate(end - at);
            let read = self.source.read_at(self.start + at as u64, &mut piece);
            read.map_err(|error| CheckpointError::Format(error.to_string()))?;
            let words = piece.as_chunks::<2>().0.iter();
            match dtype {
                Dtype::BF16 => into.extend(words.map(|word| bf16::from_le_bytes(*word).to_f32())),
                Dtype::F16 => into.extend(words.map(|word| f16::from_le_bytes(*word).to_f32())),
                Dtype::F64 => into.extend(piece.as_chunks().0.iter().map(|word| f64::from_le_bytes(*word) as f32)),
                _ => into.extend(piece.as_chunks::<4>().0.iter().map(|word| f32::from_le_bytes(*word))),
            }
        }
        Ok(())
    }
}

impl Weights {
    /// Reads a safetensors file that holds exactly the weights of a configuration.
    ///
    /// # Errors
    /// As [`Weights::from_safetensors`] and [`Weights::check`].
    pub fn of_model(bytes: &[u8], config: &ModelConfig) -> Result<Self, CheckpointError> {
        let weights = Self::from_safetensors(bytes)?;
        weights.check(config)?;
        Ok(weights)
    }

    /// Reads a safetensors file; names may carry the prefixes that [`super::plain_name`] drops. A puzzle embedding without
    /// elements is none.
    ///
    /// # Errors
    /// A damaged file, element types that are no weights, values that are not finite, two tensors under one plain name.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, CheckpointError> {
        SafetensorsFile::open(bytes)?.weights(PuzzleRows::All)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use safetensors::tensor::TensorView;

    use super::*;

    /// Bytes of which it is counted how many are read.
    struct Counted<'b>(&'b [u8], u64);

    impl Source for &mut Counted<'_> {
        fn length(&self) -> u64 {
            self.0.length()
        }

        fn read_at(&mut self, offset: u64, into: &mut [u8]) -> io::Result<()> {
            self.1 += into.len() as u64;
            self.0.read_at(offset, into)
        }
    }

    #[test]
    fn of_a_puzzle_embedding_only_the_rows_that_are_asked_for_are_read() {
        let mut weights = Weights::init(&ModelConfig::tiny(), 2);
        let table = Tensor { shape: vec![100_000, 8], data: (0..800_000).map(|at| at as f32).collect() };
        weights.tensors.insert("puzzle_emb.weights".into(), table);
        let bytes = weights.to_safetensors().unwrap();
        let mut counted = Counted(&bytes, 0);
        let mut file = SafetensorsFile::open(&mut counted).unwrap();
        assert_eq!(file.shapes().unwrap()["puzzle_emb.weights"], [100_000, 8]);
        let name = "model.inner.puzzle_emb.weights";
        let found = file.weight("puzzle_emb.weights", name, PuzzleRows::Only(&[77_777, 1])).unwrap();
        let row = |row: usize| (0..8).map(move |at| (row * 8 + at) as f32);
        assert_eq!((found.shape, found.data), (vec![2, 8], row(77_777).chain(row(1)).collect()));
        let error = file.weight("puzzle_emb.weights", name, PuzzleRows::Only(&[100_000])).unwrap_err();
        assert!(error.to_string().contains("no puzzle identifier 100000"), "{error}");
        drop(file);
        assert!(counted.1 < 10_000, "{} bytes were read", counted.1);
    }

    /// Halfway cases go to the even neighbour; what is too large for f32 is infinite, and refused.
    #[test]
    fn f64_is_rounded_to_f32() {
        let read = |values: &[f64]| {
            let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            let view = TensorView::new(Dtype::F64, vec![values.len()], &bytes).unwrap();
            let weights = Weights::from_safetensors(&safetensors::serialize([("w", view)], None).unwrap());
            weights.map(|weights| weights.tensors["w"].data.clone())
        };
        let values = [0.1, 1.0 + 2_f64.powi(-24), 1.0 + 3.0 * 2_f64.powi(-24), -16_777_217.0, 1e-50];
        let expected = [0.1, 1.0, 1.0 + 2.0 * f32::EPSILON, -16_777_216.0, 0.0];
        assert_eq!(read(&values).unwrap(), expected);
        // Longer than what is read at a time.
        let many: Vec<f64> = (0..200_000).map(|index| f64::from(index) / 3.0).collect();
        assert!(read(&many).unwrap().iter().zip(&many).all(|(found, value)| *found == *value as f32));
        assert_eq!(read(&[0.0, 1e39]).unwrap_err().to_string(), "tensor w holds inf at element 1");
    }

    #[test]
    fn a_file_that_is_longer_or_shorter_than_its_header_says_is_refused() {
        let bytes = Weights::init(&ModelConfig::tiny(), 2).to_safetensors().unwrap();
        for wrong in [&bytes[..bytes.len() - 4], &[&bytes[..], &[0; 4]].concat()] {
            let error = Weights::from_safetensors(wrong).unwrap_err().to_string();
            assert!(error.contains("behind its header are"), "{error}");
        }
        let within_header = Weights::from_safetensors(&bytes[..40]).unwrap_err().to_string();
        assert!(within_header.contains("cut short"), "{within_header}");
    }
}
