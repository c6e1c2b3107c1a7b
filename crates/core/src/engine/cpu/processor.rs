//! What the machine's processor says of itself.

use super::product::Tiles;
use crate::engine::Bf16;

/// Its name, where it has one, and by which instructions the engine multiplies on it.
pub fn processor() -> String {
    let mut text = format!("{}, f32 by {}", name(), Tiles::here(None)[0]);
    if let Some(bf16) = Bf16::here() {
        text += &format!(", bf16 by {bf16}");
    }
    text
}

/// The registers eax, ebx, ecx and edx that `cpuid` gives for a leaf; zeros where there is no such leaf.
#[cfg(target_arch = "x86_64")]
pub fn leaf(leaf: u32) -> [u32; 4] {
    use std::arch::x86_64::__cpuid_count;
    // Every x86-64 processor has the instruction; in older versions of Rust it is unsafe to call.
    #[allow(unused_unsafe)]
    let of = |leaf: u32| unsafe { __cpuid_count(leaf, 0) };
    // Leaf 0, and that of each range, says which is the last.
    if leaf > of(leaf & 0x8000_0000).eax {
        return [0; 4];
    }
    let found = of(leaf);
    [found.eax, found.ebx, found.ecx, found.edx]
}

#[cfg(target_arch = "x86_64")]
fn name() -> String {
    const LEAVES: [u32; 3] = [0x8000_0002, 0x8000_0003, 0x8000_0004];
    let bytes: Vec<u8> = LEAVES.into_iter().flat_map(leaf).flat_map(u32::to_le_bytes).take_while(|&b| b != 0).collect();
    let name = String::from_utf8_lossy(&bytes).trim().to_owned();
    if name.is_empty() { std::env::consts::ARCH.into() } else { name }
}

#[cfg(not(target_arch = "x86_64"))]
fn name() -> String {
    std::env::consts::ARCH.into()
}
