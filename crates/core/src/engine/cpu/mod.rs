//! The CPU engine: rayon and AVX2 or NEON natively, WASM SIMD in the browser. Every kernel is the plain twin of the shader
//! of the same name; generic over f32 and f64, so that finite differences can check the adjoints.

mod adam_atan2;
mod add;
mod aligned;
mod attention;
mod attention_backward;
mod carry_reset;
mod copy;
mod cross_entropy;
mod cross_entropy_backward;
mod depthwise_conv;
mod depthwise_conv_backward;
mod ema;
mod embed;
mod embed_backward;
mod halt;
mod matmul;
mod memory;
mod metrics;
mod parallel;
mod parts;
#[cfg(not(target_arch = "wasm32"))]
mod peak;
mod play;
#[cfg(not(target_arch = "wasm32"))]
mod processor;
mod product;
mod products;
mod q_head;
mod q_head_backward;
mod q_loss;
mod q_loss_backward;
mod q_target;
mod real;
mod rms_norm;
mod rms_norm_backward;
mod scratch;
mod session;
mod sign_sgd;
mod sum_squares;
mod swiglu;
mod swiglu_backward;

pub use attention::attention_weights;
pub use cross_entropy::{arg_max, stablemax};
#[cfg(not(target_arch = "wasm32"))]
pub use peak::measure_peak;
#[cfg(target_arch = "x86_64")]
pub use processor::missing_instructions;
#[cfg(not(target_arch = "wasm32"))]
pub use processor::processor;
pub use real::Real;
pub use session::{Engine, Session};
