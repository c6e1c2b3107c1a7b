//! The sources of all kernels, as they lie in `shaders/`.

macro_rules! sources {
    ($($name:literal)*) => {
        /// Name and source of every shader.
        pub const ALL: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../../../shaders/", $name, ".wgsl"))),)*];
    };
}

sources! {
    "adam_atan2" "add" "attention" "attention_backward" "attention_held" "carry_reset" "copy" "cross_entropy"
    "cross_entropy_backward" "ema" "embed" "embed_backward" "fill" "halt" "matmul" "matmul_direct" "matmul_held"
    "metrics" "q_head" "q_head_backward" "q_loss" "q_loss_backward" "q_target" "rms_norm" "rms_norm_backward"
    "sign_sgd" "sum_squares" "swiglu" "swiglu_backward"
}

/// The source of a shader; empty (and so refused by the driver) for an unknown name.
pub fn source(name: &str) -> &'static str {
    ALL.iter().find(|(known, _)| *known == name).map_or("", |(_, source)| source)
}
