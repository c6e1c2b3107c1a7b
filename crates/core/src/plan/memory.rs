//! Which buffers may share memory: temporaries that are never alive at the same time.

use super::{BufferId, Lifetime, Program};

/// A piece of memory and where each buffer lies.
///
/// A slot is a whole GPU buffer, not a range of one: WebGPU tracks usage by buffer, so that two ranges of one arena could
/// not be read and written in one dispatch.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Slot of every buffer of the program.
    pub slot_of: Vec<usize>,
    /// Elements of every slot.
    pub slots: Vec<usize>,
}

impl Layout {
    /// Slot of a buffer.
    pub fn slot(&self, id: BufferId) -> usize {
        self.slot_of[id.index()]
    }
}

/// Lays out a program: parameters and persistent buffers alone, temporaries by their first and last use in an entry.
pub fn layout(program: &Program) -> Layout {
    let mut slot_of = vec![usize::MAX; program.buffers.len()];
    let mut slots = Vec::new();
    for (index, buffer) in program.buffers.iter().enumerate() {
        if buffer.lifetime != Lifetime::Temp {
            slot_of[index] = slots.len();
            slots.push(buffer.len());
        }
    }
    let shared_from = slots.len();
    for entry in &program.entries {
        let mut first = vec![usize::MAX; program.buffers.len()];
        let mut last = vec![0; program.buffers.len()];
        for (time, step) in entry.steps.iter().enumerate() {
            for binding in step.kernel.bindings() {
                let Some(id) = binding.buffer else { continue };
                if program.buffer(id).lifetime == Lifetime::Temp {
                    first[id.index()] = first[id.index()].min(time);
                    last[id.index()] = time;
                }
            }
        }
        let mut order: Vec<usize> = (0..first.len()).filter(|&i| first[i] != usize::MAX).collect();
        order.sort_unstable_by_key(|&i| (first[i], i));
        // Entries run one after the other, so every entry starts with all shared slots free.
        let mut free_from = vec![0; slots.len() - shared_from];
        for index in order {
            let len = program.buffers[index].len();
            let fitting = (0..free_from.len()).filter(|&s| free_from[s] <= first[index]);
            // The smallest that holds it, else the largest to grow: both waste least.
            let best = fitting.min_by_key(|&s| {
                let size = slots[shared_from + s];
                if size >= len { (0, size - len) } else { (1, len - size) }
            });
            let slot = best.unwrap_or_else(|| {
                slots.push(0);
                free_from.push(0);
                free_from.len() - 1
            });
            slots[shared_from + slot] = slots[shared_from + slot].max(len);
            free_from[slot] = last[index] + 1;
            slot_of[index] = shared_from + slot;
        }
    }
    // Never used: give it a place of its own, so that nothing depends on it being skipped.
    for (index, slot) in slot_of.iter_mut().enumerate() {
        if *slot == usize::MAX {
            *slot = slots.len();
            slots.push(program.buffers[index].len());
        }
    }
    Layout { slot_of, slots }
}

#[cfg(test)]
mod tests {
    use super::super::Recorder;
    use super::super::kernel::Add;
    use super::*;

    #[test]
    fn a_chain_needs_two_slots_and_never_overlaps() {
        let mut r = Recorder::new();
        r.entry("main");
        let a = r.persistent("a", &[8]);
        let mut x = a;
        for i in 0..6 {
            let out = r.temp(&format!("t{i}"), &[8]);
            r.push(Add { a, b: x, out, len: 8 });
            x = out;
        }
        let program = r.finish().unwrap();
        let layout = layout(&program);
        assert_eq!(layout.slots.len(), 3);
        for step in &program.entries[0].steps {
            let mut used: Vec<_> = step.kernel.bindings().iter().map(|b| layout.slot(b.buffer.unwrap())).collect();
            let out = used.pop().unwrap();
            assert!(!used.contains(&out));
        }
    }
}
