//! Principal components of vectors that come one after the other, as many as there may be: what is held of them is their
//! covariance, the vectors themselves and the last directions.

use serde::{Deserialize, Serialize};

use super::Covariance;
use crate::random::Random;

/// Steps of the subspace iteration from directions that nothing is known of, and from those of the vectors before.
const ITERATIONS: [usize; 2] = [60, 20];

/// Vectors of one length.
#[derive(Clone, Debug, Default)]
pub struct Cloud {
    /// All of them, `[n, D]`.
    vectors: Vec<f32>,
    width: usize,
    covariance: Covariance,
    /// Orthonormal, two of `[D]`.
    directions: Option<[Vec<f64>; 2]>,
}

/// Where vectors lie along their first two principal components.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Projection {
    /// The share of the variance along each, 0 to 1.
    pub explained: [f64; 2],
    /// `[n, 2]`.
    #[serde(with = "crate::word_bytes")]
    pub points: Vec<f32>,
}

impl Cloud {
    /// None yet, of length D.
    pub fn new(width: usize) -> Self {
        Self { width, covariance: Covariance::new(width), ..Self::default() }
    }

    /// D.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Bytes that it holds.
    pub fn bytes(&self) -> usize {
        4 * self.vectors.len() + 8 * (self.width * self.width + 3 * self.width)
    }

    /// Adds vectors `[n, D]`; what is left over of the last one is dropped.
    pub fn extend(&mut self, vectors: &[f32]) {
        let whole = vectors.len() - vectors.len() % self.width.max(1);
        self.vectors.extend_from_slice(&vectors[..whole]);
        self.covariance.add(&vectors[..whole]);
    }

    /// Where they lie. Each direction points the way that it did before vectors were added, so that what is drawn does not
    /// turn over.
    pub fn project(&mut self) -> Projection {
        let (width, count) = (self.width, self.vectors.len() / self.width.max(1));
        if width < 2 || count < 2 {
            return Projection { explained: [0.0; 2], points: vec![0.0; 2 * count] };
        }
        let (mean, covariance) = (self.covariance.mean(), self.covariance.matrix());
        let total: f64 = (0..width).map(|i| covariance[i * width + i]).sum();
        let mut random = Random::new(1);
        let known = self.directions.take();
        let iterations = ITERATIONS[usize::from(known.is_some())];
        let mut directions =
            known.unwrap_or_else(|| std::array::from_fn(|_| (0..width).map(|_| random.normal()).collect()));
        let before = directions.clone();
        let times = |direction: &[f64]| -> Vec<f64> {
            let row = |row: &[f64]| row.iter().zip(direction).map(|(a, b)| a * b).sum();
            covariance.chunks_exact(width).map(row).collect()
        };
        let mut variances = [0.0; 2];
        for _ in 0..iterations {
            directions = directions.map(|direction| times(&direction));
            let [first, second] = &mut directions;
            variances[0] = normalise(first);
            // Gram and Schmidt: the second one has nothing of the first.
            let along: f64 = first.iter().zip(&*second).map(|(a, b)| a * b).sum();
            second.iter_mut().zip(first).for_each(|(b, a)| *b -= along * *a);
            variances[1] = normalise(second);
        }
        for (direction, before) in directions.iter_mut().zip(before) {
            if direction.iter().zip(before).map(|(a, b)| a * b).sum::<f64>() < 0.0 {
                direction.iter_mut().for_each(|x| *x = -*x);
            }
        }
        let along = |vector: &[f32], direction: &[f64]| {
            let parts = vector.iter().zip(&mean).zip(direction);
            parts.map(|((&x, mean), d)| (f64::from(x) - mean) * d).sum::<f64>() as f32
        };
        let points = self.vectors.chunks_exact(width);
        let points = points.flat_map(|vector| [0, 1].map(|k| along(vector, &directions[k]))).collect();
        self.directions = Some(directions);
        Projection { explained: variances.map(|v| if total > 0.0 { (v / total).min(1.0) } else { 0.0 }), points }
    }
}

/// Makes a vector one of length 1; its length before. Without any, it stays.
fn normalise(vector: &mut [f64]) -> f64 {
    let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x /= length);
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Gram, Principal};

    fn vectors(count: usize) -> Vec<f32> {
        let mut random = Random::new(3);
        (0..count).flat_map(|_| [9.0, 4.0, 1.0, 0.5, 0.2].map(|size| (size * random.normal()) as f32 + 3.0)).collect()
    }

    #[test]
    fn they_are_the_principal_components() {
        let all = vectors(40);
        let mut cloud = Cloud::new(5);
        cloud.extend(&all[..50]);
        cloud.project();
        cloud.extend(&all[50..]);
        let found = cloud.project();
        let slices: Vec<&[f32]> = all.chunks_exact(5).collect();
        let expected = Principal::of(&Gram::of(&slices), 2);
        for k in 0..2 {
            assert!((found.explained[k] - expected.explained[k]).abs() < 1e-4, "{found:?}");
            // The sign is free.
            let sign = if found.points[k] * expected.scores[k][0] as f32 > 0.0 { 1.0 } else { -1.0 };
            for (point, score) in found.points.iter().skip(k).step_by(2).zip(&expected.scores[k]) {
                assert!((f64::from(sign * point) - score).abs() < 0.05, "{point} {score}");
            }
        }
    }

    #[test]
    fn nothing_turns_over_when_vectors_are_added() {
        let all = vectors(60);
        let mut cloud = Cloud::new(5);
        cloud.extend(&all[..100]);
        let mut before = cloud.project();
        for part in all[100..].chunks_exact(25) {
            cloud.extend(part);
            let now = cloud.project();
            let same: f32 = before.points.iter().zip(&now.points).map(|(a, b)| a * b).sum();
            assert!(same > 0.0);
            before = now;
        }
        assert_eq!(before.points.len(), 120);
    }

    #[test]
    fn few_and_equal_vectors_lie_in_one_place() {
        assert_eq!(Cloud::new(4).project(), Projection::default());
        let mut cloud = Cloud::new(2);
        cloud.extend(&[1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 7.0]);
        let found = cloud.project();
        assert!(found.points.len() == 6 && found.points.iter().all(|x| x.abs() < 1e-6), "{found:?}");
        assert!(Cloud::default().project().points.is_empty());
    }
}
