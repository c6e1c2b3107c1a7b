//! The covariance of channels, and by it how many dimensions a module uses: the participation ratio (Σλ)² / Σλ².

/// Gathers the covariance of D channels over any number of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Covariance {
    count: usize,
    sum: Vec<f64>,
    /// `[D, D]`.
    products: Vec<f64>,
}

impl Covariance {
    /// Of no rows yet.
    pub fn new(channels: usize) -> Self {
        Self { count: 0, sum: vec![0.0; channels], products: vec![0.0; channels * channels] }
    }

    /// Adds the rows of a state, `[T, D]`.
    pub fn add(&mut self, state: &[f32]) {
        let channels = self.sum.len();
        for row in state.chunks_exact(channels.max(1)) {
            self.count += 1;
            self.sum.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x));
            for (products, &x) in self.products.chunks_exact_mut(channels.max(1)).zip(row) {
                products.iter_mut().zip(row).for_each(|(product, &y)| *product += f64::from(x) * f64::from(y));
            }
        }
    }

    /// Of every channel, `[D]`; zeros while there are no rows.
    pub fn mean(&self) -> Vec<f64> {
        self.sum.iter().map(|sum| sum / self.count.max(1) as f64).collect()
    }

    /// `[D, D]`; zeros while there are no rows.
    pub fn matrix(&self) -> Vec<f64> {
        let (channels, count) = (self.sum.len(), self.count.max(1) as f64);
        let entry = |index: usize| {
            self.products[index] / count - self.sum[index / channels] * self.sum[index % channels] / (count * count)
        };
        (0..channels * channels).map(entry).collect()
    }

    /// From 1 (all rows on a line) to D (alike in all directions): the trace squared over the squared Frobenius norm,
    /// which are the sums of the eigenvalues and of their squares. 0 while nothing varies.
    pub fn participation_ratio(&self) -> f64 {
        let (channels, matrix) = (self.sum.len(), self.matrix());
        let trace: f64 = (0..channels).map(|i| matrix[i * channels + i]).sum();
        let squares: f64 = matrix.iter().map(|entry| entry.powi(2)).sum();
        if squares > 0.0 { trace * trace / squares } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_dimensions_in_use() {
        let mut line = Covariance::new(2);
        line.add(&[0.0, 0.0, 1.0, 2.0, 2.0, 4.0]);
        assert!((line.participation_ratio() - 1.0).abs() < 1e-12);
        let mut square = Covariance::new(2);
        square.add(&[1.0, 0.0, -1.0, 0.0]);
        square.add(&[0.0, 1.0, 0.0, -1.0]);
        assert!((square.participation_ratio() - 2.0).abs() < 1e-12);
        assert_eq!(Covariance::new(3).participation_ratio(), 0.0);
    }
}
