//! Figures of a state position by position.

/// Euclidean length of each row of a state `[T, D]`: `[T]`.
pub fn norms(state: &[f32], channels: usize) -> Vec<f32> {
    state.chunks_exact(channels.max(1)).map(|row| length(row.iter().copied())).collect()
}

/// Root mean square of each row's change from `before` to `after`, both `[T, D]`: `[T]`.
pub fn row_changes(before: &[f32], after: &[f32], channels: usize) -> Vec<f32> {
    let rows = before.chunks_exact(channels.max(1)).zip(after.chunks_exact(channels.max(1)));
    let root = (channels.max(1) as f32).sqrt();
    rows.map(|(before, after)| length(before.iter().zip(after).map(|(a, b)| b - a)) / root).collect()
}

fn length(values: impl Iterator<Item = f32>) -> f32 {
    values.map(|value| f64::from(value).powi(2)).sum::<f64>().sqrt() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_apart() {
        let (before, after) = ([0.0, 0.0, 3.0, 4.0], [1.0, 1.0, 3.0, 4.0]);
        assert_eq!(norms(&before, 2), [0.0, 5.0]);
        assert_eq!(row_changes(&before, &after, 2), [1.0, 0.0]);
    }
}
