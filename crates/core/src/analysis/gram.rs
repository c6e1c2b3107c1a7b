//! Inner products of the states of a run: lengths, distances, angles and principal components all follow from them.

/// Σ aᵢ·bᵢ over f32 values, exactly multiplied and summed in f64; four interleaved sums keep a vector unit busy.
pub fn product(a: &[f32], b: &[f32]) -> f64 {
    let mut lanes = [0.0_f64; 4];
    let (a4, b4) = (a.chunks_exact(4), b.chunks_exact(4));
    let tail: f64 = a4.remainder().iter().zip(b4.remainder()).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum();
    for (x, y) in a4.zip(b4) {
        for lane in 0..4 {
            lanes[lane] += f64::from(x[lane]) * f64::from(y[lane]);
        }
    }
    lanes.into_iter().sum::<f64>() + tail
}

/// The symmetric matrix of the inner products of n vectors, by its lower triangle.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gram {
    rows: Vec<Vec<f64>>,
}

impl Gram {
    /// Of vectors of one length.
    pub fn of(vectors: &[&[f32]]) -> Self {
        let row = |i: usize| vectors[..=i].iter().map(|before| product(before, vectors[i])).collect();
        Self { rows: (0..vectors.len()).map(row).collect() }
    }

    /// Adds a vector by its products with all vectors before it, in order, and with itself.
    pub fn push(&mut self, products: &[f64]) {
        let mut row = products.to_vec();
        row.resize(self.rows.len() + 1, 0.0);
        self.rows.push(row);
    }

    /// n.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it is of no vectors.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// xᵢ · xⱼ.
    pub fn product(&self, i: usize, j: usize) -> f64 {
        self.rows[i.max(j)][i.min(j)]
    }

    /// |xᵢ - xⱼ|.
    pub fn distance(&self, i: usize, j: usize) -> f64 {
        (self.product(i, i) + self.product(j, j) - 2.0 * self.product(i, j)).max(0.0).sqrt()
    }

    /// Cosine of the angle between xᵢ and xⱼ; 0 where one of them is 0.
    pub fn cosine(&self, i: usize, j: usize) -> f64 {
        let lengths = (self.product(i, i) * self.product(j, j)).sqrt();
        if lengths > 0.0 { (self.product(i, j) / lengths).clamp(-1.0, 1.0) } else { 0.0 }
    }

    /// The products of the vectors less their mean, `[n, n]`.
    pub fn centred(&self) -> Vec<f64> {
        let n = self.len();
        let count = n.max(1) as f64;
        let means: Vec<f64> = (0..n).map(|i| (0..n).map(|j| self.product(i, j)).sum::<f64>() / count).collect();
        let mean = means.iter().sum::<f64>() / count;
        let entry = |index: usize| {
            let (i, j) = (index / n, index % n);
            self.product(i, j) - means[i] - means[j] + mean
        };
        (0..n * n).map(entry).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_angles_follow_from_products() {
        let gram = Gram::of(&[&[3.0, 4.0, 0.0, 0.0, 0.0], &[0.0, 0.0, 0.0, 0.0, 2.0], &[6.0, 8.0, 0.0, 0.0, 0.0]]);
        assert_eq!((gram.product(0, 0), gram.product(2, 0)), (25.0, 50.0));
        assert_eq!((gram.distance(0, 2), gram.distance(0, 1)), (5.0, 29.0_f64.sqrt()));
        assert_eq!((gram.cosine(0, 2), gram.cosine(0, 1)), (1.0, 0.0));
        let mut grown = Gram::default();
        [vec![25.0], vec![0.0, 4.0], vec![50.0, 0.0, 100.0]].iter().for_each(|row| grown.push(row));
        assert_eq!(grown, gram);
    }

    #[test]
    fn centred_products_sum_to_nothing() {
        let centred = Gram::of(&[&[1.0], &[2.0], &[6.0]]).centred();
        assert_eq!(centred[..3], [4.0, 2.0, -6.0]);
        assert_eq!(centred.iter().sum::<f64>(), 0.0);
        assert!(Gram::default().centred().is_empty());
    }
}
