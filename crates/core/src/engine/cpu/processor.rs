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
    sub_leaf(leaf, 0)
}

/// The same for a part of a leaf.
#[cfg(target_arch = "x86_64")]
fn sub_leaf(leaf: u32, part: u32) -> [u32; 4] {
    use std::arch::x86_64::__cpuid_count;
    // Every x86-64 processor has the instruction; in older versions of Rust it is unsafe to call.
    #[allow(unused_unsafe)]
    let of = |leaf: u32, part: u32| unsafe { __cpuid_count(leaf, part) };
    // Leaf 0, and that of each range, says which is the last.
    if leaf > of(leaf & 0x8000_0000, 0).eax {
        return [0; 4];
    }
    let found = of(leaf, part);
    [found.eax, found.ebx, found.ecx, found.edx]
}

/// Instructions that the compiler was allowed to use anywhere in this program (`target-cpu=native` allows all of the machine that
/// builds it) and that this processor does not have. One that is met ends the program without a word, so this is asked first.
#[cfg(target_arch = "x86_64")]
pub fn missing_instructions() -> impl Iterator<Item = &'static str> {
    // Not `is_x86_feature_detected!`, which takes for granted what the compiler was allowed.
    let lacks = |&&(_, allowed, leaf, part, register, bit): &&Instructions| {
        allowed && sub_leaf(leaf, part)[register] >> bit & 1 == 0
    };
    INSTRUCTIONS.iter().filter(lacks).map(|one| one.0)
}

/// A name; whether the compiler was allowed them; where `cpuid` tells of them: leaf, its part, register, bit.
#[cfg(target_arch = "x86_64")]
type Instructions = (&'static str, bool, u32, u32, usize, u32);

#[cfg(target_arch = "x86_64")]
macro_rules! instructions {
    ($($name:literal $leaf:literal $subleaf:literal $register:ident $bit:literal;)*) => {
        &[$(($name, cfg!(target_feature = $name), $leaf, $subleaf, $register, $bit)),*]
    };
}

#[cfg(target_arch = "x86_64")]
const EAX: usize = 0;
#[cfg(target_arch = "x86_64")]
const EBX: usize = 1;
#[cfg(target_arch = "x86_64")]
const ECX: usize = 2;
#[cfg(target_arch = "x86_64")]
const EDX: usize = 3;

/// Those that compilers put into ordinary code. (Intel, Software Developer's Manual, volume 2, CPUID.)
#[cfg(target_arch = "x86_64")]
const INSTRUCTIONS: &[Instructions] = instructions! {
    "sse3" 1 0 ECX 0;
    "ssse3" 1 0 ECX 9;
    "fma" 1 0 ECX 12;
    "sse4.1" 1 0 ECX 19;
    "sse4.2" 1 0 ECX 20;
    "movbe" 1 0 ECX 22;
    "popcnt" 1 0 ECX 23;
    "avx" 1 0 ECX 28;
    "f16c" 1 0 ECX 29;
    "lzcnt" 0x8000_0001 0 ECX 5;
    "bmi1" 7 0 EBX 3;
    "avx2" 7 0 EBX 5;
    "bmi2" 7 0 EBX 8;
    "avx512f" 7 0 EBX 16;
    "avx512dq" 7 0 EBX 17;
    "avx512ifma" 7 0 EBX 21;
    "avx512cd" 7 0 EBX 28;
    "avx512bw" 7 0 EBX 30;
    "avx512vl" 7 0 EBX 31;
    "avx512vbmi" 7 0 ECX 1;
    "avx512vbmi2" 7 0 ECX 6;
    "gfni" 7 0 ECX 8;
    "avx512vnni" 7 0 ECX 11;
    "avx512bitalg" 7 0 ECX 12;
    "avx512vpopcntdq" 7 0 ECX 14;
    "avx512fp16" 7 0 EDX 23;
    "avxvnni" 7 1 EAX 4;
    "avx512bf16" 7 1 EAX 5;
};

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

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    #[test]
    fn what_the_standard_library_finds_is_found() {
        assert_eq!(missing_instructions().next(), None);
        // The macro asks the processor only where the compiler was not allowed the instructions: both must agree.
        for (name, _, leaf, part, register, bit) in INSTRUCTIONS {
            let here = sub_leaf(*leaf, *part)[*register] >> bit & 1 == 1;
            let detected = match *name {
                "sse4.2" => is_x86_feature_detected!("sse4.2"),
                "popcnt" => is_x86_feature_detected!("popcnt"),
                "avx" => is_x86_feature_detected!("avx"),
                "fma" => is_x86_feature_detected!("fma"),
                "f16c" => is_x86_feature_detected!("f16c"),
                "lzcnt" => is_x86_feature_detected!("lzcnt"),
                "bmi2" => is_x86_feature_detected!("bmi2"),
                "avx2" => is_x86_feature_detected!("avx2"),
                "avx512f" => is_x86_feature_detected!("avx512f"),
                "avx512vbmi2" => is_x86_feature_detected!("avx512vbmi2"),
                "avx512bf16" => is_x86_feature_detected!("avx512bf16"),
                "avx512fp16" => is_x86_feature_detected!("avx512fp16"),
                _ => continue,
            };
            assert_eq!(here, detected, "{name}");
        }
    }
}
