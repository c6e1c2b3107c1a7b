//! A dispatch: its shader's variant, parameters and grid.

use crate::plan::Kernel;

/// One dispatch.
#[derive(Clone, Debug, PartialEq)]
pub struct Launch {
    /// Name of the shader.
    pub shader: &'static str,
    /// Its entry point.
    pub entry: &'static str,
    /// Values of its constants ([`super::shaders::specialised`]).
    pub constants: Vec<(&'static str, f64)>,
    /// The fields of its `Params`, in order, as bits.
    pub params: Vec<u32>,
    /// Workgroups.
    pub grid: [u32; 3],
    /// Whether the first two operands are bound in each other's place.
    pub exchanged: bool,
    /// Whether a scratch buffer of [`SCRATCH`] elements is bound after the kernel's operands.
    pub scratch: bool,
}

/// For what kind of processor the shaders are that have several forms: products, attention, norms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// What a workgroup reads lies in its memory. For GPUs.
    Tiled,
    /// Products and norms in which every invocation reads for itself. For processors that play a GPU.
    Direct,
    /// The same, with products and attention (`…_held`) for SwiftShader's compiler Subzero. Others take minutes for them.
    Held,
}

/// Invocations of a workgroup of the `…_held` shaders, as they say.
pub(super) const LANES: usize = 4;

/// What the adapter is good at.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Operations that one dispatch should do at most.
    pub budget: f64,
    /// What the shaders should be for.
    pub form: Form,
}

/// Elements of the scratch buffer.
pub const SCRATCH: usize = 256;

/// The fields of a shader's `Params`.
#[derive(Default)]
pub(super) struct Params(pub(super) Vec<u32>);

impl Params {
    pub(super) fn of<const N: usize>(values: [usize; N]) -> Self {
        Params(values.iter().map(|&v| v as u32).collect())
    }

    pub(super) fn float(mut self, value: f64) -> Self {
        self.0.push((value as f32).to_bits());
        self
    }
}

/// Workgroups in rows of 65535, the most that WebGPU grants in one dimension; shaders number them y·65535 + x.
pub(super) fn rows_of(groups: usize) -> [u32; 3] {
    const ROW: usize = 65535;
    [groups.min(ROW) as u32, groups.div_ceil(ROW) as u32, 1]
}

/// A constant that is true or false.
pub(super) fn flag(name: &'static str, value: bool) -> (&'static str, f64) {
    (name, f64::from(u8::from(value)))
}

/// A launch of the shader of the kernel's own name.
pub(super) fn launch(kernel: &Kernel, params: Params, grid: [u32; 3]) -> Launch {
    let (constants, params) = (Vec::new(), params.0);
    Launch { shader: kernel.name(), entry: "main", constants, params, grid, exchanged: false, scratch: false }
}
