//! What was compared, how far off it was, and by which rule.

use std::collections::BTreeSet;

use serde::Serialize;

use super::golden::GoldenTensor;

/// Errors of tensors that one rule judges.
#[derive(Clone, Debug, Serialize)]
pub struct Group {
    /// What they are.
    pub name: String,
    /// The largest error allowed; `None`: reported only.
    pub limit: Option<f64>,
    /// The largest found: largest difference / largest golden magnitude (absolute where the golden is zero).
    pub worst: f64,
    /// Where.
    pub worst_tensor: String,
    /// Tensors judged.
    pub count: usize,
}

impl Group {
    /// Whether the rule holds.
    pub fn holds(&self) -> bool {
        self.limit.is_none_or(|limit| self.worst <= limit)
    }
}

/// The outcome of a comparison.
#[derive(Clone, Debug)]
pub struct Report {
    /// By rule.
    pub groups: Vec<Group>,
    /// Tensors that the file expects something of and that were not compared yet.
    pub not_compared: BTreeSet<String>,
    /// How many there are in all.
    pub total: usize,
}

impl Report {
    /// Nothing compared yet.
    pub fn new(names: Vec<String>) -> Self {
        Report { total: names.len(), not_compared: names.into_iter().collect(), groups: Vec::new() }
    }

    /// Whether every rule holds and every tensor was compared.
    pub fn passes(&self) -> bool {
        self.total > 0 && self.not_compared.is_empty() && self.groups.iter().all(Group::holds)
    }

    /// Tensors compared.
    pub fn compared(&self) -> usize {
        self.total - self.not_compared.len()
    }

    /// Judges `actual` by `limit`; a limit of `None` reports and does not count as a comparison.
    pub fn judge(&mut self, group: &str, limit: Option<f64>, name: &str, golden: &GoldenTensor, actual: &[f64]) {
        let error =
            if actual.len() == golden.data.len() { relative_error(&golden.data, actual) } else { f64::INFINITY };
        if limit.is_some() {
            self.not_compared.remove(name);
        }
        let index = self.groups.iter().position(|g| g.name == group).unwrap_or_else(|| {
            let (name, worst_tensor) = (group.to_owned(), name.to_owned());
            self.groups.push(Group { name, limit, worst: 0.0, worst_tensor, count: 0 });
            self.groups.len() - 1
        });
        let group = &mut self.groups[index];
        group.count += 1;
        if error > group.worst {
            group.worst = error;
            group.worst_tensor = name.to_owned();
        }
    }
}

/// Largest difference over the largest golden magnitude; absolute where the golden is all zeros. Anything that is not a
/// number is infinitely wrong.
fn relative_error(golden: &[f64], actual: &[f64]) -> f64 {
    let largest = golden.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    let difference = golden.iter().zip(actual).fold(0.0f64, |m, (g, a)| {
        let d = (g - a).abs();
        if d.is_nan() { f64::INFINITY } else { m.max(d) }
    });
    if largest > 0.0 { difference / largest } else { difference }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_relative_but_not_to_zero() {
        assert_eq!(relative_error(&[2.0, -4.0], &[2.0, -3.0]), 0.25);
        assert_eq!(relative_error(&[0.0, 0.0], &[0.0, 0.5]), 0.5);
        assert_eq!(relative_error(&[1.0], &[f64::NAN]), f64::INFINITY);
    }

    #[test]
    fn what_is_not_compared_fails() {
        let mut report = Report::new(vec!["a".into(), "b".into()]);
        let golden = GoldenTensor { shape: vec![1], data: vec![1.0] };
        report.judge("g", Some(1e-4), "a", &golden, &[1.0]);
        report.judge("chain", None, "b", &golden, &[5.0]);
        assert!(!report.passes());
        report.judge("g", Some(1e-4), "b", &golden, &[1.0]);
        assert!(report.passes());
        report.judge("g", Some(1e-4), "b", &golden, &[1.1]);
        assert!(!report.passes());
    }
}
