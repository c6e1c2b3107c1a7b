//! What a kernel takes, beside what bounds it: the processor's operations or its memory ("roofline").

use std::collections::HashMap;

use serde::Serialize;

use crate::plan::kernel::Add;
use crate::plan::{Buffer, BufferId, Dtype, EntryId, Kernel, Lifetime, Program};

/// What bounds kernels on a machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Roof {
    /// Operations a second of matrix products and attention, a multiply-add counted as two.
    pub products: f64,
    /// The same of all other kernels.
    pub others: f64,
    /// Bytes a second of an addition that reads two vectors of so many bytes and writes one; the vectors in rising order.
    pub bandwidth: Vec<(u64, f64)>,
}

/// One kernel at one size, as a program has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KernelTime {
    /// Its name.
    pub kernel: &'static str,
    /// Of a product the items and `m x n x k`, of others the elements of the largest operand.
    pub sizes: String,
    /// How often the entries play it.
    pub calls: usize,
    /// Seconds of one call.
    pub seconds: f64,
    /// Seconds of its preparation and first run beyond those of a further one: compiling above all. 0 on the CPU.
    pub compiling: f64,
    /// Operations of one call.
    pub flops: f64,
    /// Bytes of one call.
    pub bytes: f64,
    /// Whether its operations are those of matrix products.
    pub multiplies: bool,
}

impl KernelTime {
    /// Of a kernel that is played once and takes so many seconds.
    pub fn new(kernel: &Kernel, seconds: f64) -> Self {
        KernelTime {
            kernel: kernel.name(),
            sizes: sizes(kernel),
            calls: 1,
            seconds,
            compiling: 0.0,
            flops: kernel.flops(),
            bytes: kernel.bytes(),
            multiplies: multiplies(kernel),
        }
    }

    fn least(&self, roof: &Roof) -> [f64; 2] {
        let peak = if self.multiplies { roof.products } else { roof.others };
        // Of vectors that together are about as large as its operands.
        let fits = |&&(size, _): &&(u64, f64)| 3.0 * size as f64 >= self.bytes;
        let bandwidth = roof.bandwidth.iter().find(fits).or(roof.bandwidth.last()).map_or(f64::INFINITY, |&(_, b)| b);
        [self.flops / peak, self.bytes / bandwidth]
    }

    /// Seconds that one call must take at the peak and at the bandwidth.
    pub fn bound(&self, roof: &Roof) -> f64 {
        let [operations, memory] = self.least(roof);
        operations.max(memory)
    }

    /// Seconds of all calls beyond that bound.
    pub fn lost(&self, roof: &Roof) -> f64 {
        self.calls as f64 * (self.seconds - self.bound(roof)).max(0.0)
    }

    /// Whether bytes bound it, not operations.
    pub fn is_bound_by_memory(&self, roof: &Roof) -> bool {
        let [operations, memory] = self.least(roof);
        memory > operations
    }
}

/// Whether a kernel's operations are those of matrix products: a matrix product, or attention.
pub(super) fn multiplies(kernel: &Kernel) -> bool {
    matches!(kernel, Kernel::Matmul(_) | Kernel::Attention(_) | Kernel::AttentionBackward(_))
}

/// The kernels of some entries, those of equal sizes once, in the order in which they come; with the places of all that are
/// like it, counted over the entries.
pub(super) fn distinct<'a>(program: &'a Program, entries: &[EntryId]) -> Vec<(&'a Kernel, Vec<usize>)> {
    let (mut found, mut places): (Vec<(&Kernel, Vec<usize>)>, HashMap<_, usize>) = Default::default();
    let steps = entries.iter().flat_map(|entry| &program.entries[entry.0].steps);
    for (at, step) in steps.enumerate() {
        let place = *places.entry(shape(&step.kernel)).or_insert(found.len());
        if place == found.len() {
            found.push((&step.kernel, Vec::new()));
        }
        found[place].1.push(at);
    }
    found
}

/// What tells two kernels apart for their time: the buffers are of no matter, but their lengths, and the operations.
fn shape(kernel: &Kernel) -> (&'static str, Vec<usize>, u64, u64) {
    (kernel.name(), lengths(kernel), kernel.flops().to_bits(), kernel.bytes().to_bits())
}

fn lengths(kernel: &Kernel) -> Vec<usize> {
    kernel.bindings().iter().map(|binding| if binding.buffer.is_some() { binding.len } else { 0 }).collect()
}

fn sizes(kernel: &Kernel) -> String {
    match kernel {
        Kernel::Matmul(k) if k.batch > 1 => format!("{} of {}x{}x{}", k.batch, k.m, k.n, k.k),
        Kernel::Matmul(k) => format!("{}x{}x{}", k.m, k.n, k.k),
        other => lengths(other).into_iter().max().unwrap_or(0).to_string(),
    }
}

/// sum = x + y of so many elements.
pub(super) fn addition(len: usize) -> (Program, Kernel) {
    let buffer =
        |name: &str| Buffer { name: name.into(), dtype: Dtype::F32, shape: vec![len], lifetime: Lifetime::Persistent };
    let program = Program { buffers: vec![buffer("x"), buffer("y"), buffer("sum")], entries: Vec::new() };
    (program, Add { a: BufferId(0), b: BufferId(1), out: BufferId(2), len }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_is_bound_by_operations_or_by_the_memory_that_holds_its_operands() {
        let roof = Roof { products: 100.0, others: 10.0, bandwidth: vec![(10, 8.0), (100, 2.0)] };
        let (_, addition) = addition(2);
        let time = |flops, bytes| KernelTime { flops, bytes, ..KernelTime::new(&addition, 5.0) };
        assert!(!time(40.0, 24.0).is_bound_by_memory(&roof));
        assert_eq!(time(40.0, 24.0).bound(&roof), 4.0);
        // Operands beyond the smaller vectors lie in slower memory, those beyond the larger ones too.
        assert_eq!((time(0.0, 30.0).bound(&roof), time(0.0, 60.0).bound(&roof)), (3.75, 30.0));
        assert_eq!(time(0.0, 600.0).bound(&roof), 300.0);
        assert_eq!((time(40.0, 0.0).lost(&roof), time(400.0, 0.0).lost(&roof)), (1.0, 0.0));
        let product = KernelTime { multiplies: true, ..time(40.0, 0.0) };
        assert_eq!(product.bound(&roof), 0.4);
    }
}
