//! Names, shapes and start values of all weights. hrm.md, "Parameters".

use crate::config::{Family, Mixer, ModelConfig, Positions};

/// How a weight starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Truncated normal whose result has this standard deviation.
    TruncatedNormal(f64),
    /// One value.
    Constant(f64),
}

/// One weight.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamSpec {
    /// Official name without the prefix `model.inner.`.
    pub name: String,
    /// Row-major shape.
    pub shape: Vec<usize>,
    /// Start value.
    pub init: Init,
    /// Whether training changes it (H_init and L_init are buffers).
    pub trained: bool,
}

/// How many numbers training changes.
pub fn parameters(config: &ModelConfig) -> usize {
    param_specs(config).iter().filter(|spec| spec.trained).map(|spec| spec.shape.iter().product::<usize>()).sum()
}

/// All weights of a configuration, in a fixed order.
pub fn param_specs(config: &ModelConfig) -> Vec<ParamSpec> {
    let (d, v, t) = (config.hidden_size, config.vocab_size, config.tokens());
    let normal = |name: &str, shape: &[usize], std: f64| ParamSpec {
        name: name.to_owned(),
        shape: shape.to_vec(),
        init: Init::TruncatedNormal(std),
        trained: true,
    };
    let constant =
        |name: &str, shape: &[usize], value: f64| ParamSpec { init: Init::Constant(value), ..normal(name, shape, 0.0) };
    let embed_std = 1.0 / (d as f64).sqrt();
    let mut specs = vec![normal("embed_tokens.embedding_weight", &[v, d], embed_std)];
    if config.puzzle_emb_ndim > 0 {
        specs.push(constant("puzzle_emb.weights", &[config.num_puzzle_identifiers, config.puzzle_emb_ndim], 0.0));
    }
    if config.positions == Positions::Learned {
        specs.push(normal("embed_pos.embedding_weight", &[t, d], embed_std));
    }
    let levels: &[(&str, usize)] = match config.family {
        Family::Hrm => &[("H_level", config.h_layers), ("L_level", config.l_layers)],
        Family::Trm => &[("L_level", config.l_layers)],
    };
    for (level, layers) in levels {
        for layer in 0..*layers {
            let mut weight = |name: &str, shape: [usize; 2], inputs: usize| {
                let name = format!("{level}.layers.{layer}.{name}.weight");
                specs.push(normal(&name, &shape, 1.0 / (inputs as f64).sqrt()));
            };
            match config.mixer {
                Mixer::Attention => {
                    weight("self_attn.qkv_proj", [3 * d, d], d);
                    weight("self_attn.o_proj", [d, d], d);
                }
                Mixer::MlpT => {
                    let inner = config.inner_size(t);
                    weight("mlp_t.gate_up_proj", [2 * inner, t], t);
                    weight("mlp_t.down_proj", [t, inner], inner);
                }
                Mixer::Conv { size } => weight("conv", [size * size, d], size * size),
            }
            if let Some(size) = config.local_conv {
                weight("local_conv", [size * size, d], size * size);
            }
            let inner = config.inner_size(d);
            weight("mlp.gate_up_proj", [2 * inner, d], d);
            weight("mlp.down_proj", [d, inner], inner);
        }
    }
    specs.push(normal("lm_head.weight", &[v, d], embed_std));
    specs.push(constant("q_head.weight", &[2, d], 0.0));
    specs.push(constant("q_head.bias", &[2], -5.0));
    for name in ["H_init", "L_init"] {
        specs.push(ParamSpec { trained: false, ..normal(name, &[d], 1.0) });
    }
    specs
}
