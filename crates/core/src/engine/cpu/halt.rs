//! Which rows go on, with the exploration that makes some think longer.

use crate::plan::kernel::Halt;

use super::real::Real;

/// One output of the permuted congruential generator RXS-M-XS 32 (O'Neill 2014), here a mixing function.
fn pcg(x: u32) -> u32 {
    let state = x.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
    let word = ((state >> ((state >> 28) + 4)) ^ state).wrapping_mul(277_803_737);
    (word >> 22) ^ word
}

/// The draw of a row in a step: a function of its place alone, so that both engines see the same.
fn word(seed: u32, step: u32, row: u32, draw: u32) -> u32 {
    pcg(pcg(pcg(pcg(seed) ^ step) ^ row) ^ draw)
}

/// See [`Halt`].
pub fn halt<T: Real>(k: &Halt, q: &[T], random: &[u32], [steps, halted]: [&mut [u32]; 2]) {
    let max_steps = k.max_steps as u32;
    for b in 0..k.batch {
        steps[b] = if halted[b] != 0 { 1 } else { steps[b] + 1 };
        let draw = |n| word(random[0], random[1], b as u32, n);
        let explores = ((draw(0) >> 8) as f32) * (1.0 / 16_777_216.0) < k.exploration as f32;
        let minimum = if explores && max_steps >= 2 { 2 + draw(1) % (max_steps - 1) } else { 0 };
        let sure = q[2 * b] > if k.q_halt_alone { T::ZERO } else { q[2 * b + 1] };
        halted[b] = u32::from((steps[b] >= max_steps || sure) && steps[b] >= minimum);
    }
}
