//! What a session keeps for its matrix products: weights packed, the fastest form of every shape, room to pack the rest.

use std::collections::HashMap;
use std::fmt::Write;
use std::ops::Range;

use crate::engine::Bf16;
use crate::plan::kernel::{Matmul, Operand};
use crate::plan::{Kernel, Lifetime, Program};

use super::matmul::{Ready, matmul};
use super::memory::Memory;
use super::parallel;
use super::product::{Cut, Form, Packed, Pairs, Tiles, View};
use super::real::Real;
use super::scratch::Pool;

/// Floating-point operations below which a product is not worth a second thread, and from which on it surely is; between
/// them lies what AMX does in the time in which a thread wakes.
const WORTH: f64 = 1e6;
const SURELY_WORTH: f64 = 2e8;
/// How often a form is timed before one is chosen.
const ROUNDS: usize = 3;

/// See the module.
pub struct Products<T> {
    /// How products are summed, where operands are rounded to bf16.
    pub bf16: Option<Bf16>,
    rights: Vec<Kept<Packed<T>>>,
    lefts: Vec<Kept<Pairs>>,
    choices: HashMap<Shape, Choice>,
    /// Room for what is packed for one product; attention's too.
    pub pool: Pool<T>,
}

/// A weight, packed.
struct Kept<P> {
    operand: Operand,
    size: (usize, usize),
    /// That it takes once it is packed.
    bytes: u64,
    /// Of the buffer when it was packed.
    version: Option<u64>,
    packed: P,
}

/// What decides which form is the fastest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Shape {
    batch: usize,
    m: usize,
    n: usize,
    k: usize,
    reduce: bool,
    transposed: (bool, bool),
}

/// The forms of one shape and the shortest time of each so far, in seconds.
struct Choice {
    forms: Vec<(Form, f64)>,
    calls: usize,
}

impl<T> Default for Products<T> {
    fn default() -> Self {
        let choices = HashMap::new();
        Products { bf16: None, rights: Vec::new(), lefts: Vec::new(), choices, pool: Pool::default() }
    }
}

/// The weights that products of a program read: (operand, (rows, columns), whether it is the right factor), each once.
fn weights(program: &Program) -> Vec<(Operand, (usize, usize), bool)> {
    let mut found = Vec::new();
    let kernels = program.entries.iter().flat_map(|entry| &entry.steps).map(|step| &step.kernel);
    for kernel in kernels {
        let Kernel::Matmul(k) = kernel else { continue };
        for (operand, size, right) in [(k.a, (k.m, k.k), false), (k.b, (k.k, k.n), true)] {
            let shared = k.batch == 1 || operand.batch_stride == 0;
            if shared && program.buffer(operand.buffer).lifetime == Lifetime::Param {
                let weight = (Operand { batch_stride: 0, ..operand }, size, right);
                if !found.contains(&weight) {
                    found.push(weight);
                }
            }
        }
    }
    found
}

impl<T: Real> Products<T> {
    /// For a program's products.
    pub fn new(program: &Program, bf16: Option<Bf16>) -> Self {
        let (mut rights, mut lefts) = (Vec::new(), Vec::new());
        for (operand, size, right) in weights(program) {
            if right {
                let mut packed = Packed::new(bf16);
                packed.resize(size.0, size.1);
                let bytes = Packed::<T>::bytes_of(bf16, size.0, size.1);
                rights.push(Kept { operand, size, bytes, version: None, packed });
            } else if let Some(bf16) = bf16 {
                let bytes = Pairs::bytes_of(bf16, size.0, size.1);
                lefts.push(Kept { operand, size, bytes, version: None, packed: Pairs::default() });
            }
        }
        Products { bf16, rights, lefts, ..Products::default() }
    }

    /// Bytes of the packed weights of a program.
    pub fn bytes_of(program: &Program, bf16: Option<Bf16>) -> u64 {
        let bytes = |(_, (rows, columns), right): (Operand, (usize, usize), bool)| match (right, bf16) {
            (true, _) => Packed::<T>::bytes_of(bf16, rows, columns),
            (false, Some(bf16)) => Pairs::bytes_of(bf16, rows, columns),
            (false, None) => 0,
        };
        weights(program).into_iter().map(bytes).fold(0, u64::saturating_add)
    }

    /// Bytes of the packed weights.
    pub fn bytes(&self) -> u64 {
        self.rights.iter().map(|kept| kept.bytes).chain(self.lefts.iter().map(|kept| kept.bytes)).sum()
    }

    /// Plays a part of a product: packs the weights that have changed, takes the fastest form (or times the next one).
    pub fn play(&mut self, k: &Matmul, part: Range<usize>, memory: &mut Memory<T>) {
        let bf16 = self.bf16;
        let shape = Shape {
            batch: k.batch,
            m: k.m,
            n: k.n,
            k: k.k,
            reduce: k.reduce,
            transposed: (k.a.transposed, k.b.transposed),
        };
        let choice = self.choices.entry(shape).or_insert_with(|| Choice::of(shape, bf16));
        let right = kept(&mut self.rights, k.b, (k.k, k.n), memory, |packed, b, (rows, columns)| {
            let count = packed.count();
            packed.pack(b, rows, columns, 0..count);
        });
        let left = kept(&mut self.lefts, k.a, (k.m, k.k), memory, |pairs, a, (rows, columns)| {
            if let Some(bf16) = bf16 {
                pairs.pack(bf16, a.as_f32(), rows, columns);
            }
        });
        let ready = Ready {
            left: left.map(|kept| &kept.packed),
            right: right.map(|kept| &kept.packed),
            bf16,
            pool: &self.pool,
        };
        memory.with([k.out.buffer], |m, [out]| {
            choice.play(|form| matmul(k, part, form, &ready, m.f(k.a.buffer), m.f(k.b.buffer), out));
        });
    }

    /// A line for every shape: the form that was chosen, and how long it takes.
    pub fn report(&self) -> String {
        let mut shapes: Vec<_> = self.choices.iter().collect();
        shapes.sort_by_key(|(shape, _)| **shape);
        let mut text = String::new();
        for (shape, choice) in shapes {
            let (form, seconds) = choice.best();
            let flops = 2.0 * (shape.batch * shape.m * shape.n * shape.k) as f64;
            let _ = write!(text, "{} x {}x{}x{}: {form}", shape.batch, shape.m, shape.n, shape.k);
            let _ = match seconds.is_finite() {
                true => writeln!(text, ", {:.3} ms, {:.0} GFLOP/s", seconds * 1e3, flops / seconds / 1e9),
                false => writeln!(text),
            };
        }
        text
    }
}

/// The packed form of an operand that is a weight, brought up to date.
fn kept<'a, T: Real, P>(
    all: &'a mut [Kept<P>],
    operand: Operand,
    size: (usize, usize),
    memory: &Memory<T>,
    pack: impl FnOnce(&mut P, View<T>, (usize, usize)),
) -> Option<&'a Kept<P>> {
    let operand = Operand { batch_stride: 0, ..operand };
    let kept = all.iter_mut().find(|kept| (kept.operand, kept.size) == (operand, size))?;
    let version = memory.version(operand.buffer);
    if kept.version != Some(version) {
        pack(&mut kept.packed, View::of(&operand, 0, memory.f(operand.buffer)), kept.size);
        kept.version = Some(version);
    }
    Some(kept)
}

impl Choice {
    /// The forms that are tried for a shape.
    fn of(shape: Shape, bf16: Option<Bf16>) -> Self {
        let flops = 2.0 * (shape.batch * shape.m * shape.n * shape.k) as f64;
        let cuts: &[Cut] = match () {
            () if parallel::threads() == 1 || flops < WORTH => &[Cut::Whole],
            // Items are shared among threads: nothing else is cut.
            () if shape.batch > 1 && !shape.reduce => &[Cut::Rows],
            () if flops < SURELY_WORTH => &[Cut::Rows, Cut::Columns, Cut::Whole],
            () => &[Cut::Rows, Cut::Columns],
        };
        let forms = Tiles::here(bf16).iter().flat_map(|&tiles| cuts.iter().map(move |&cut| Form { tiles, cut }));
        Choice { forms: forms.map(|form| (form, f64::INFINITY)).collect(), calls: 0 }
    }

    /// The fastest form so far, the first one before any was timed.
    fn best(&self) -> (Form, f64) {
        self.forms.iter().copied().reduce(|best, next| if next.1 < best.1 { next } else { best }).expect("a form")
    }

    /// Plays the fastest form, or while they are being compared the next one, timed.
    fn play(&mut self, f: impl FnOnce(Form)) {
        let count = self.forms.len();
        if count == 1 || self.calls >= count * ROUNDS {
            return f(self.best().0);
        }
        let (form, shortest) = &mut self.forms[self.calls % count];
        self.calls += 1;
        let start = std::time::Instant::now();
        f(*form);
        *shortest = shortest.min(start.elapsed().as_secs_f64());
    }
}
