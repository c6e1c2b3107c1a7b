//! One model out of several of one shape: the mean of their weights.
//!
//! Stages of training that went on from one another wander around the same valley, each with the noise of its own batches.
//! Their mean lies nearer to its floor than any of them, as the average within one run does ("model soups", Wortsman et al.
//! 2022).

use super::{Tensor, Weights};

/// Why there is no mean.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AverageError {
    /// A model without company.
    #[error("found {0} models, expected at least two")]
    Few(usize),
    /// Models of different shapes.
    #[error("model {model} has another {tensor} than model 1: {found:?}, expected {expected:?}")]
    Shape {
        /// Which of the models, from 1.
        model: usize,
        /// The parameter.
        tensor: String,
        /// Its shape there; empty where it is missing.
        found: Vec<usize>,
        /// Its shape in the first model; empty where that does not have it.
        expected: Vec<usize>,
    },
}

/// The mean of every weight over the models, summed in f64.
///
/// # Errors
/// There are fewer than two; one has a parameter, or a shape of one, that another does not have.
pub fn average(models: &[Weights]) -> Result<Weights, AverageError> {
    let [first, others @ ..] = models else { return Err(AverageError::Few(0)) };
    if others.is_empty() {
        return Err(AverageError::Few(1));
    }
    for (index, other) in others.iter().enumerate() {
        let shape = |weights: &Weights, name: &str| weights.tensors.get(name).map(|tensor| tensor.shape.clone());
        let names = first.tensors.keys().chain(other.tensors.keys());
        if let Some(tensor) = names.into_iter().find(|name| shape(first, name) != shape(other, name)) {
            let [found, expected] = [other, first].map(|weights| shape(weights, tensor).unwrap_or_default());
            return Err(AverageError::Shape { model: index + 2, tensor: tensor.clone(), found, expected });
        }
    }
    let mean = |(name, tensor): (&String, &Tensor)| {
        let mut sums: Vec<f64> = tensor.data.iter().map(|&weight| f64::from(weight)).collect();
        for other in others {
            sums.iter_mut().zip(&other.tensors[name].data).for_each(|(sum, &weight)| *sum += f64::from(weight));
        }
        let data = sums.iter().map(|sum| (sum / models.len() as f64) as f32).collect();
        (name.clone(), Tensor { shape: tensor.shape.clone(), data })
    };
    Ok(Weights { tensors: first.tensors.iter().map(mean).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &str, data: &[f32]) -> Weights {
        let tensor = Tensor { shape: vec![data.len()], data: data.to_vec() };
        Weights { tensors: [(name.to_owned(), tensor)].into() }
    }

    #[test]
    fn the_mean_of_every_weight() {
        let models = [model("a", &[1.0, 2.0]), model("a", &[3.0, -2.0]), model("a", &[5.0, 3.0])];
        assert_eq!(average(&models).unwrap().tensors["a"].data, [3.0, 1.0]);
    }

    #[test]
    fn models_of_different_shapes_have_none() {
        assert_eq!(average(&[]), Err(AverageError::Few(0)));
        assert_eq!(average(&[model("a", &[1.0])]), Err(AverageError::Few(1)));
        let error = average(&[model("a", &[1.0]), model("a", &[1.0]), model("a", &[1.0, 2.0])]).unwrap_err();
        assert_eq!(error.to_string(), "model 3 has another a than model 1: [2], expected [1]");
        let error = average(&[model("a", &[1.0]), model("b", &[1.0])]).unwrap_err();
        assert_eq!(error.to_string(), "model 2 has another a than model 1: [], expected [1]");
    }
}
