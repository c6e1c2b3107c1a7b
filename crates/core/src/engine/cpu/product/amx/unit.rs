//! AMX itself. Rust has no types for its tiles yet, so the instructions stand in assembly; each piece of it begins with
//! nothing and leaves nothing in a tile, but for the tiles' shapes, which a thread has from [`Unit::set`] until the unit is
//! dropped.

use std::arch::asm;
use std::sync::LazyLock;

use super::block::{Block, DEPTH, ROWS, Unit};
use crate::engine::cpu::processor;
use crate::engine::cpu::product::PANEL;

/// Whether this processor has tiles that multiply bf16, and the kernel lets this process use them: asked once.
pub fn is_here() -> bool {
    static HERE: LazyLock<bool> = LazyLock::new(|| {
        const TILES_AND_BF16: u32 = 1 << 24 | 1 << 22;
        let [.., features] = processor::leaf(7);
        features & TILES_AND_BF16 == TILES_AND_BF16 && is_granted()
    });
    *HERE
}

/// Asks the kernel for the tiles' state, 8 KiB, to be kept for each thread of this process, those that it has and later ones.
fn is_granted() -> bool {
    const ARCH_PRCTL: i64 = 158;
    const ARCH_REQ_XCOMP_PERM: i64 = 0x1023;
    const XFEATURE_XTILEDATA: i64 = 18;
    let mut result = ARCH_PRCTL;
    // A system call that reads and writes no memory; an older kernel answers with an error.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") result,
            in("rdi") ARCH_REQ_XCOMP_PERM,
            in("rsi") XFEATURE_XTILEDATA,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    result == 0
}

/// What `ldtilecfg` reads: bytes of a row and rows of each of the eight tiles.
#[repr(C, align(64))]
struct Shapes {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    row_bytes: [u16; 16],
    rows: [u8; 16],
}

impl Shapes {
    /// Tiles 0 to 3 are the result's and 4 and 5 the left factor's, of `height` rows; 6 and 7 are the right factor's.
    fn new(height: usize) -> Self {
        let mut shapes = Shapes { palette: 1, start_row: 0, reserved: [0; 14], row_bytes: [0; 16], rows: [0; 16] };
        shapes.row_bytes[..8].fill(64);
        shapes.rows[..6].fill(height as u8);
        shapes.rows[6..8].fill(DEPTH as u8);
        shapes
    }
}

/// `asm!` that may write every tile.
macro_rules! on_tiles {
    ($($code:tt)*) => {
        asm!(
            $($code)*
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        )
    };
}

/// The tiles of the thread that it is made on; where [`is_here`] says that there are any.
#[derive(Default)]
pub struct Amx {
    height: usize,
}

impl Unit for Amx {
    fn set(&mut self, height: usize) {
        assert!((1..=ROWS).contains(&height) && is_here(), "tiles of {height} rows");
        if self.height != height {
            self.height = height;
            // The shapes are valid, so that nothing is raised.
            unsafe { on_tiles!("ldtilecfg [{}]", in(reg) &Shapes::new(height),) }
        }
    }

    unsafe fn multiply(&self, block: &Block) {
        let &Block { a, a_stride, b: [b0, b1], stretches, c, c_stride, load } = block;
        // Memory that the block names, by the caller's promise.
        unsafe {
            on_tiles!(
                "test {load:e}, {load:e}",
                "jnz 2f",
                "tilezero tmm0",
                "tilezero tmm1",
                "tilezero tmm2",
                "tilezero tmm3",
                "jmp 3f",
                "2:",
                "tileloadd tmm0, [{c0} + {c_stride}]",
                "tileloadd tmm1, [{c0} + {c_stride} + 64]",
                "tileloadd tmm2, [{c1} + {c_stride}]",
                "tileloadd tmm3, [{c1} + {c_stride} + 64]",
                "3:",
                "test {stretches}, {stretches}",
                "jz 5f",
                "4:",
                "tileloadd tmm4, [{a0} + {a_stride}]",
                "tileloadd tmm6, [{b0} + {line}]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tileloadd tmm7, [{b1} + {line}]",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "tileloadd tmm5, [{a1} + {a_stride}]",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "tdpbf16ps tmm3, tmm5, tmm7",
                "add {a0}, 64",
                "add {a1}, 64",
                "add {b0}, 1024",
                "add {b1}, 1024",
                "dec {stretches}",
                "jnz 4b",
                "5:",
                "tilestored [{c0} + {c_stride}], tmm0",
                "tilestored [{c0} + {c_stride} + 64], tmm1",
                "tilestored [{c1} + {c_stride}], tmm2",
                "tilestored [{c1} + {c_stride} + 64], tmm3",
                load = in(reg) u32::from(load),
                stretches = inout(reg) stretches => _,
                a0 = inout(reg) a => _,
                a1 = inout(reg) a.wrapping_add(self.height * a_stride) => _,
                a_stride = in(reg) a_stride * size_of::<u32>(),
                b0 = inout(reg) b0 => _,
                b1 = inout(reg) b1 => _,
                line = in(reg) PANEL * size_of::<u32>(),
                c0 = in(reg) c,
                c1 = in(reg) c.wrapping_add(self.height * c_stride),
                c_stride = in(reg) c_stride * size_of::<f32>(),
            );
        }
    }
}

impl Amx {
    /// Multiplies full tiles so many times, four sums in turn and nothing from memory; returns the operations, a multiply-add
    /// counted as two.
    pub fn multiply_registers(&mut self, turns: usize) -> f64 {
        self.set(ROWS);
        // Registers alone.
        unsafe {
            on_tiles!(
                "tilezero tmm0",
                "tilezero tmm1",
                "tilezero tmm2",
                "tilezero tmm3",
                "tilezero tmm4",
                "tilezero tmm5",
                "tilezero tmm6",
                "tilezero tmm7",
                "test {turns}, {turns}",
                "jz 3f",
                "2:",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "tdpbf16ps tmm3, tmm5, tmm7",
                "dec {turns}",
                "jnz 2b",
                "3:",
                turns = inout(reg) turns => _,
            );
        }
        // Each of `ROWS` rows and `PANEL` columns takes up `DEPTH` pairs of terms.
        (turns * 4 * ROWS * PANEL * DEPTH * 4) as f64
    }
}

impl Drop for Amx {
    /// Gives the tiles back: a thread that holds some is slower to switch.
    fn drop(&mut self) {
        if self.height > 0 {
            // No piece of assembly waits for what is in them.
            unsafe { on_tiles!("tilerelease",) }
        }
    }
}
