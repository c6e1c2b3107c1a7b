//! The sources of all kernels, as they lie in `shaders/`.

macro_rules! sources {
    ($($name:literal)*) => {
        /// Name and source of every shader.
        pub const ALL: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../shaders/", $name, ".wgsl"))),)*];
    };
}

sources! {
    "add" "attention" "carry_reset" "copy" "cross_entropy" "embed" "fill" "halt" "matmul" "metrics" "q_head" "q_loss"
    "q_target" "rms_norm" "swiglu"
}

/// The source of a shader; empty (and so refused by the driver) for an unknown name.
pub fn source(name: &str) -> &'static str {
    ALL.iter().find(|(known, _)| *known == name).map_or("", |(_, source)| source)
}
