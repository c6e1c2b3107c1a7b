//! Principal components of the states of a run.

use hrm_core::analysis::{Gram, Principal};
use hrm_link::protocol::{Event, Other, PrincipalOf, Vectors};

use crate::error::TaskError;

/// The components, of which the buffers hold the numbers.
pub fn principal(asked: PrincipalOf, buffers: &[Vec<u8>]) -> Result<Event, TaskError> {
    let buffer = |at: usize| buffers.get(at).ok_or_else(|| TaskError::MissingFile("a part of the states".into()));
    let own = Principal::of(&gram(asked.own, buffer(0)?), asked.count);
    let other = match asked.other {
        None => Vec::new(),
        Some(Other::Own(vectors)) => Principal::of(&gram(vectors, buffer(1)?), asked.count).scores,
        Some(Other::Shared { width }) => {
            let [of_run, others] = [values(buffer(1)?), values(buffer(2)?)];
            own.project(&vectors(&of_run, width), &vectors(&others, width))
        }
    };
    Ok(Event::Principal { own, other })
}

fn gram(form: Vectors, bytes: &[u8]) -> Gram {
    match form {
        Vectors::Values { width } => Gram::of(&vectors(&values(bytes), width)),
        Vectors::Products => {
            let (products, mut gram) = (bytemuck::pod_collect_to_vec::<u8, f64>(bytes), Gram::default());
            let mut rest = &products[..];
            while let Some((row, below)) = rest.split_at_checked(gram.len() + 1) {
                gram.push(row);
                rest = below;
            }
            gram
        }
    }
}

fn values(bytes: &[u8]) -> Vec<f32> {
    bytemuck::pod_collect_to_vec(bytes)
}

fn vectors(values: &[f32], width: usize) -> Vec<&[f32]> {
    values.chunks_exact(width.max(1)).collect()
}
