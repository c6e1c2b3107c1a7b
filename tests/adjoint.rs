//! Every adjoint against central differences, in f64 on the CPU engine, over random shapes (1 and primes among them).
#![cfg(not(target_arch = "wasm32"))]

use hrm_core::config::LossKind;
use hrm_core::engine::{Engine, Session, cpu};
use hrm_core::plan::adjoint::Adjoint;
use hrm_core::plan::kernel::*;
use hrm_core::plan::{BufferId, Recorder};
use hrm_core::random::Random;

const SHAPES: u64 = 24;

/// A recorded function: what it depends on, and what it gives.
struct Case {
    /// Differentiated inputs.
    inputs: Vec<BufferId>,
    /// Integers it needs.
    integers: Vec<(BufferId, Vec<u32>)>,
    /// Floats it needs that are not differentiated.
    constants: Vec<BufferId>,
    /// A table whose gradient comes example by example, and the row that each example takes.
    by_example: Option<(BufferId, Vec<u32>)>,
    /// Result.
    result: Output,
}

impl Case {
    /// One that needs nothing but its inputs.
    fn of(inputs: Vec<BufferId>, result: Output) -> Self {
        Case { inputs, integers: Vec::new(), constants: Vec::new(), by_example: None, result }
    }

    /// The gradient of a whole input, `len` elements, from what the adjoint gives for it.
    fn whole(&self, input: BufferId, len: usize, grad: &[f64]) -> Vec<f64> {
        let Some((_, rows)) = self.by_example.as_ref().filter(|(table, _)| *table == input) else {
            return grad.to_vec();
        };
        let width = grad.len() / rows.len();
        let mut whole = vec![0.0; len];
        for (&row, grad) in rows.iter().zip(grad.chunks_exact(width)) {
            whole[row as usize * width..].iter_mut().zip(grad).for_each(|(sum, g)| *sum += g);
        }
        whole
    }
}

enum Output {
    /// A tensor, contracted with random weights.
    Tensor(BufferId),
    /// A loss: every `stride`-th element of a buffer, times a factor.
    Loss { buffer: BufferId, stride: usize, factor: f64 },
}

/// A size from 1 to `most`, often 1 or a prime.
fn size(random: &mut Random, most: usize) -> usize {
    let favourites: Vec<usize> = [1, 2, 3, 5, 7, 11, 13].into_iter().filter(|&n| n <= most).collect();
    if random.chance(0.5) { favourites[random.below(favourites.len())] } else { 1 + random.below(most) }
}

fn check(name: &str, record: impl Fn(&mut Recorder, &mut Random) -> Case) {
    for shape in 0..SHAPES {
        let mut random = Random::stream(77, shape);
        let mut r = Recorder::new();
        let entry = r.entry("main");
        let case = record(&mut r, &mut random);
        let steps = r.steps().len();
        let seed = match case.result {
            Output::Tensor(out) => {
                let shape = r.program().buffer(out).shape.clone();
                Some((out, r.persistent("seed", &shape)))
            }
            Output::Loss { .. } => None,
        };
        let mut adjoint = Adjoint::new(&mut r, &case.inputs, 1.0);
        if let Some((out, seed)) = seed {
            adjoint.seed(out, seed);
        }
        let grads = adjoint.run(0..steps);
        let program = r.finish().unwrap_or_else(|e| panic!("{name}: {e}"));
        let lens: Vec<usize> = program.buffers.iter().map(|b| b.len()).collect();
        let mut session = pollster::block_on(cpu::Engine::exact().prepare(program)).unwrap();
        let mut draw = |len: usize| (0..len).map(|_| 2.0 * random.unit() - 1.0).collect::<Vec<f64>>();
        for &id in case.inputs.iter().chain(&case.constants) {
            session.set(id, &draw(lens[id.index()]));
        }
        for (id, values) in &case.integers {
            session.write_u32(*id, values).unwrap();
        }
        if let Some((_, seed)) = seed {
            session.set(seed, &draw(lens[seed.index()]));
        }
        let value = |session: &mut cpu::Session<f64>| -> f64 {
            pollster::block_on(session.run(&[entry], &[])).unwrap();
            match case.result {
                Output::Tensor(out) => {
                    let seed = seed.unwrap().1;
                    session.values(out).iter().zip(session.values(seed)).map(|(a, b)| a * b).sum()
                }
                Output::Loss { buffer, stride, factor } => {
                    factor * session.values(buffer).iter().step_by(stride).sum::<f64>()
                }
            }
        };
        value(&mut session);
        let whole = |&input: &BufferId| case.whole(input, lens[input.index()], session.values(grads[&input]));
        let exact: Vec<Vec<f64>> = case.inputs.iter().map(whole).collect();
        for (input, exact) in case.inputs.iter().zip(exact) {
            for _ in 0..5 {
                let i = random.below(exact.len());
                let h = 1e-5;
                let start = session.values(*input).to_vec();
                let mut at = |x: f64| {
                    let mut moved = start.clone();
                    moved[i] += x;
                    session.set(*input, &moved);
                    value(&mut session)
                };
                let numeric = (at(h) - at(-h)) / (2.0 * h);
                session.set(*input, &start);
                let error = (numeric - exact[i]).abs() / (1.0 + exact[i].abs());
                assert!(error < 1e-7, "{name}, shape {shape}, element {i}: {} by differences, {}", numeric, exact[i]);
            }
        }
    }
}

fn labels(random: &mut Random, len: usize, vocab: usize) -> Vec<u32> {
    // One beyond the vocabulary is ignored.
    (0..len).map(|_| random.below(vocab + 1) as u32).collect()
}

#[test]
fn matmul() {
    for (a_t, b_t, shared) in [(false, true, 2), (false, false, 0), (true, false, 1), (true, true, 2)] {
        check("matmul", |r, random| {
            let [batch, m, n, k] = [(); 4].map(|()| size(random, 9));
            // Which factor, if any, all items share.
            let (a_items, b_items) = (if shared == 1 { 1 } else { batch }, if shared == 2 { 1 } else { batch });
            let (a, b) = (r.param("a", &[a_items, m, k]), r.param("b", &[b_items, k, n]));
            let out = r.temp("out", &[batch, m, n]);
            let operand = |buffer, rows: usize, cols: usize, transposed, items: usize| Operand {
                buffer,
                offset: 0,
                stride: if transposed { rows } else { cols },
                batch_stride: if items == 1 { 0 } else { rows * cols },
                transposed,
            };
            r.push(Matmul {
                a: operand(a, m, k, a_t, a_items),
                b: operand(b, k, n, b_t, b_items),
                out: Operand { batch_stride: m * n, ..Operand::whole(out, n) },
                batch,
                m,
                n,
                k,
                reduce: false,
                accumulate: false,
            });
            let result = r.persistent("result", &[batch, m, n]);
            r.push(Add { a: out, b: out, out: result, len: batch * m * n });
            Case::of(vec![a, b], Output::Tensor(result))
        });
    }
}

#[test]
fn attention() {
    check("attention", |r, random| {
        let (batch, tokens, heads) = (size(random, 3), size(random, 11), size(random, 3));
        let head_dim = 2 * size(random, 5);
        let width = heads * head_dim;
        let qkv = r.param("qkv", &[batch, tokens, 3 * width]);
        let out = r.persistent("out", &[batch, tokens, width]);
        let lse = r.temp("lse", &[batch, heads, tokens]);
        // Any two tables are a linear map of each pair; the true ones are a special case. All their elements differ, so
        // that the way back of another position or channel would be seen.
        let mut table = |name| r.persistent(name, &[tokens, head_dim]);
        let rope = random.chance(0.7).then(|| Rope { cos: table("cos"), sin: table("sin") });
        r.push(Attention { qkv, rope, out, lse, batch, tokens, heads, head_dim });
        let constants = rope.iter().flat_map(|rope| [rope.cos, rope.sin]).collect();
        Case { constants, ..Case::of(vec![qkv], Output::Tensor(out)) }
    });
}

#[test]
fn swiglu() {
    check("swiglu", |r, random| {
        let (rows, n) = (size(random, 7), size(random, 13));
        let (gate_up, out) = (r.param("gate_up", &[rows, 2 * n]), r.persistent("out", &[rows, n]));
        r.push(Swiglu { gate_up, out, rows, n });
        Case::of(vec![gate_up], Output::Tensor(out))
    });
}

#[test]
fn convolutions_that_share_a_weight() {
    check("depthwise_conv", |r, random| {
        let (batch, prefix) = (size(random, 3), random.below(3));
        let (rows, columns, width, kernel) =
            (size(random, 7), size(random, 7), size(random, 5), 1 + 2 * random.below(3));
        let shape = [batch, prefix + rows * columns, width];
        let (x, weight) = (r.param("x", &shape), r.param("weight", &[kernel * kernel, width]));
        let (once, twice) = (r.temp("once", &shape), r.persistent("twice", &shape));
        for (x, out) in [(x, once), (once, twice)] {
            let (size, turned) = (kernel, false);
            r.push(DepthwiseConv { x, weight, out, batch, prefix, rows, columns, width, size, turned });
        }
        Case::of(vec![x, weight], Output::Tensor(twice))
    });
}

#[test]
fn rms_norm_in_a_residual_network() {
    check("rms_norm", |r, random| {
        let (outer, len) = (size(random, 5), size(random, 11));
        let inner = if random.chance(0.5) { 1 } else { size(random, 7) };
        let shape = [outer, len, inner];
        let (x, residual) = (r.param("x", &shape), r.param("residual", &shape));
        let mut v = x;
        for i in 0..2 {
            let out = r.buffer("out", hrm_core::plan::Dtype::F32, &shape, hrm_core::plan::Lifetime::Persistent);
            let inv_rms = r.temp(&format!("inv_rms {i}"), &[outer, inner]);
            // The first norm's input comes back as the second's residual: gradients are shared, then added to.
            let other = if i == 0 { residual } else { x };
            r.push(RmsNorm { x: v, residual: other, out, inv_rms, outer, len, inner, eps: 1e-5 });
            v = out;
        }
        Case::of(vec![x, residual], Output::Tensor(v))
    });
}

#[test]
fn embed() {
    check("embed", |r, random| {
        let (batch, seq, width, vocab) = (size(random, 4), size(random, 7), size(random, 7), size(random, 5));
        let prefix = random.below(3);
        let identifiers = size(random, 3);
        // The vector may fill its positions only in part.
        let puzzle_width = if prefix == 0 { 0 } else { prefix * width - random.below(width) };
        let tokens = r.integers("tokens", &[batch, seq]);
        let ids = r.integers("ids", &[batch]);
        let table = r.param("table", &[vocab, width]);
        let position = random.chance(0.5).then(|| r.param("position", &[prefix + seq, width]));
        let puzzle = (puzzle_width > 0).then(|| (ids, r.param("puzzle", &[identifiers, puzzle_width])));
        let out = r.persistent("out", &[batch, prefix + seq, width]);
        r.push(Embed {
            tokens,
            table,
            puzzle,
            position,
            out,
            batch,
            seq,
            prefix,
            width,
            vocab,
            identifiers,
            puzzle_width,
            scale: 1.7,
        });
        let mut below = |len: usize, most: usize| (0..len).map(|_| random.below(most) as u32).collect::<Vec<_>>();
        let (drawn, rows) = (below(batch * seq, vocab), below(batch, identifiers));
        let integers = vec![(tokens, drawn), (ids, rows.clone())];
        let by_example = puzzle.map(|(_, vectors)| (vectors, rows));
        let inputs = [table].into_iter().chain(position).chain(puzzle.map(|(_, vectors)| vectors)).collect();
        Case { integers, by_example, ..Case::of(inputs, Output::Tensor(out)) }
    });
}

#[test]
fn q_head_and_its_loss() {
    // With q_continue's loss, and without, as TRM has it.
    for continues in [true, false] {
        check("q_head", |r, random| {
            let (batch, tokens, width) = (size(random, 5), size(random, 5), size(random, 9));
            let z = r.param("z", &[batch, tokens, width]);
            let (weight, bias) = (r.param("weight", &[2, width]), r.param("bias", &[2]));
            let q = r.temp("q", &[batch, 2]);
            r.push(QHead { z, weight, bias, out: q, batch, tokens, width });
            // The loss is linear in both targets: any will do.
            let rows = r.persistent("rows", &[batch, 4]);
            let target = continues.then(|| r.persistent("target", &[batch]));
            let loss = r.persistent("loss", &[batch, 2]);
            r.push(QLoss { q, rows, target, loss, batch });
            let constants = [rows].into_iter().chain(target).collect();
            // The adjoint is that of half the sum.
            let result = Output::Loss { buffer: loss, stride: 1, factor: 0.5 };
            Case { constants, ..Case::of(vec![z, weight, bias], result) }
        });
    }
}

#[test]
fn cross_entropy() {
    for kind in [LossKind::Stablemax, LossKind::Softmax] {
        check("cross_entropy", |r, random| {
            let (batch, seq, vocab) = (size(random, 5), size(random, 7), size(random, 11));
            let logits = r.param("logits", &[batch, seq, vocab]);
            let ids = r.integers("labels", &[batch, seq]);
            let rows = r.persistent("rows", &[batch, 4]);
            r.push(CrossEntropy { logits, labels: ids, rows, batch, seq, vocab, kind });
            let integers = vec![(ids, labels(random, batch * seq, vocab))];
            Case { integers, ..Case::of(vec![logits], Output::Loss { buffer: rows, stride: 4, factor: 1.0 }) }
        });
    }
}
