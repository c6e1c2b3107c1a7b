//! Principal components of the states of a run, from their inner products: n states of T·D values need only the
//! eigenvectors of an n by n matrix.

use serde::{Deserialize, Serialize};

use crate::analysis::Gram;

/// Rotations over the whole matrix at most; a handful suffices.
const SWEEPS: usize = 30;

/// The first principal components of n vectors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Principal {
    /// Of each component, the share of the variance that lies along it, 0 to 1, largest first.
    pub explained: Vec<f64>,
    /// Of each component, where each vector lies along it, `[n]`, in the vectors' unit. The sign is such that the
    /// last vector does not lie below 0.
    pub scores: Vec<Vec<f64>>,
}

impl Principal {
    /// The first `count` components; fewer where there are fewer vectors.
    pub fn of(gram: &Gram, count: usize) -> Self {
        let n = gram.len();
        let (values, vectors) = eigen(gram.centred(), n);
        let total: f64 = values.iter().map(|value| value.max(0.0)).sum();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_unstable_by(|&a, &b| values[b].total_cmp(&values[a]).then(a.cmp(&b)));
        let mut found = Self::default();
        for &k in order.iter().take(count) {
            let variance = values[k].max(0.0);
            let sign = if n > 0 && vectors[(n - 1) * n + k] < 0.0 { -1.0 } else { 1.0 };
            found.explained.push(if total > 0.0 { variance / total } else { 0.0 });
            found.scores.push((0..n).map(|i| sign * variance.sqrt() * vectors[i * n + k]).collect());
        }
        found
    }

    /// Where further vectors lie along the components of `own`, the vectors that [`Principal::of`] was given:
    /// `[components][others]`.
    pub fn project(&self, own: &[&[f32]], others: &[&[f32]]) -> Vec<Vec<f64>> {
        let Some(len) = own.first().map(|vector| vector.len()) else { return Vec::new() };
        let mut mean = vec![0.0; len];
        for vector in own {
            mean.iter_mut().zip(*vector).for_each(|(sum, &x)| *sum += f64::from(x) / own.len() as f64);
        }
        let along = |scores: &Vec<f64>| {
            // The direction is Σ scoreᵢ·xᵢ / Σ scoreᵢ²: scores sum to 0, so the mean drops out.
            let variance: f64 = scores.iter().map(|score| score * score).sum();
            let mut direction = vec![0.0; len];
            for (vector, score) in own.iter().zip(scores).filter(|_| variance > 0.0) {
                direction.iter_mut().zip(*vector).for_each(|(d, &x)| *d += score * f64::from(x) / variance);
            }
            let norm = direction.iter().map(|d| d * d).sum::<f64>().sqrt();
            direction.iter_mut().filter(|_| norm > 0.0).for_each(|d| *d /= norm);
            let place = |other: &&[f32]| {
                let parts = other.iter().zip(&mean).zip(&direction);
                parts.map(|((&x, mean), d)| (f64::from(x) - mean) * d).sum()
            };
            others.iter().map(place).collect()
        };
        self.scores.iter().map(along).collect()
    }
}

/// Eigenvalues `[n]` and eigenvectors (columns of `[n, n]`) of a symmetric matrix, by cyclic Jacobi rotations (Golub
/// and Van Loan, Matrix Computations, 8.5).
fn eigen(mut a: Vec<f64>, n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut vectors: Vec<f64> = (0..n * n).map(|index| if index / n == index % n { 1.0 } else { 0.0 }).collect();
    let size: f64 = a.iter().map(|x| x * x).sum();
    for _ in 0..SWEEPS {
        let off: f64 = (0..n * n).filter(|index| index / n != index % n).map(|index| a[index] * a[index]).sum();
        if off <= size * 1e-24 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                let apq = a[p * n + q];
                if apq * apq <= size * 1e-32 {
                    continue;
                }
                let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for k in 0..n {
                    rotate(&mut a, k * n + p, k * n + q, c, s);
                }
                for k in 0..n {
                    rotate(&mut a, p * n + k, q * n + k, c, s);
                    rotate(&mut vectors, k * n + p, k * n + q, c, s);
                }
            }
        }
    }
    ((0..n).map(|i| a[i * n + i]).collect(), vectors)
}

fn rotate(a: &mut [f64], p: usize, q: usize, c: f64, s: f64) {
    (a[p], a[q]) = (c * a[p] - s * a[q], s * a[p] + c * a[q]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_on_a_line_have_one_component() {
        let points: Vec<[f32; 2]> = [0.0, 1.0, 2.0, 5.0].iter().map(|&t| [1.0 + 3.0 * t, 2.0 - 4.0 * t]).collect();
        let points: Vec<&[f32]> = points.iter().map(|point| &point[..]).collect();
        let found = Principal::of(&Gram::of(&points), 2);
        assert!((found.explained[0] - 1.0).abs() < 1e-12 && found.explained[1].abs() < 1e-12);
        for (score, expected) in found.scores[0].iter().zip([-10.0, -5.0, 0.0, 15.0]) {
            assert!((score - expected).abs() < 1e-9, "{score} {expected}");
        }
    }

    #[test]
    fn a_vector_lies_where_its_own_score_says() {
        let points: Vec<[f32; 3]> = (0..7).map(|i| [i as f32, (i * i % 5) as f32, (3 * i % 4) as f32]).collect();
        let points: Vec<&[f32]> = points.iter().map(|point| &point[..]).collect();
        let found = Principal::of(&Gram::of(&points), 3);
        assert!((found.explained.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        for (own, projected) in found.scores.iter().zip(found.project(&points, &points)) {
            for (own, projected) in own.iter().zip(projected) {
                assert!((own - projected).abs() < 1e-9, "{own} {projected}");
            }
        }
    }

    #[test]
    fn nothing_and_a_single_vector_have_no_spread() {
        assert_eq!(Principal::of(&Gram::default(), 2), Principal::default());
        let single = Principal::of(&Gram::of(&[&[1.0, 2.0]]), 2);
        assert_eq!((single.explained, single.scores), (vec![0.0], vec![vec![0.0]]));
        assert!(Principal::default().project(&[], &[&[1.0]]).is_empty());
    }
}
