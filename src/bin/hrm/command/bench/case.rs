//! The cases of `hrm bench`.

use clap::ValueEnum;
use hrm_core::engine::Kind;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub enum Case {
    /// 27 M model (D 512, 4+4 layers, T 82), one segment, batch 1, CPU engine
    Segment27m,
    /// The same model at ARC's 900 tokens and 12 symbols (T 901), one segment, batch 1, CPU engine
    #[value(name = "segment27m-900")]
    Segment27m900,
    /// The segment at 82 tokens with every state tapped, beside the untapped one
    Tapped27m,
    /// Middle model (D 128, 2+2 layers, S 81), one training step of batch 64, CPU engine
    TrainStep,
    /// Matrix product 648x512x512 on the GPU engine
    GpuMatmul,
    /// Matrix product 648x512x64 on the GPU engine
    GpuMatmulShallow,
    /// Tiny model (D 64, 2+2 layers, S 16), one training step of batch 32, CPU and GPU engine
    TrainTiny,
    /// Tiny model, bytes foreseen and counted of a training step of batch 8, 16 and 32, CPU and GPU engine
    Memory,
    /// Preset tiny, from random weights to 90 % of 500 unseen 4x4 Sudokus exact; only when named
    Learn,
    /// 27 M model, one segment, batch 1, GPU engine, as a share of the f32 peak; only when named
    #[value(name = "gpu-segment27m")]
    GpuSegment27m,
    /// 27 M model, one training step of batch 32, GPU engine, as a share of the f32 peak; only when named
    #[value(name = "gpu-train27m")]
    GpuTrain27m,
}

impl Case {
    /// As `--only` takes it.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |v| v.get_name().to_owned())
    }

    /// The peer's script and its arguments, if it has one.
    pub fn peer(self) -> Option<&'static [&'static str]> {
        match self {
            Case::Segment27m => Some(&["torch_segment.py"]),
            Case::Segment27m900 => Some(&["torch_segment.py", "--tokens", "900", "--symbols", "12"]),
            Case::TrainStep => Some(&["torch_train_step.py"]),
            _ => None,
        }
    }

    /// Whether it may take minutes, so that nobody should have to wait for it who has not asked.
    pub fn only_when_named(self) -> bool {
        matches!(self, Case::Learn | Case::GpuSegment27m | Case::GpuTrain27m)
    }

    /// The engines that it is to run on: the chosen one, if it can; else all that it is for. The page's preset is for
    /// the CPU, but may be tried on the GPU.
    pub fn engines(self, chosen: Option<Kind>) -> Vec<Kind> {
        let able: &[Kind] = match self {
            Case::Segment27m | Case::Segment27m900 | Case::Tapped27m | Case::TrainStep => &[Kind::Cpu],
            Case::GpuMatmul | Case::GpuMatmulShallow | Case::GpuSegment27m | Case::GpuTrain27m => &[Kind::Gpu],
            Case::TrainTiny | Case::Memory | Case::Learn => &[Kind::Cpu, Kind::Gpu],
        };
        let chosen = chosen.or((self == Case::Learn).then_some(Kind::Cpu));
        able.iter().copied().filter(|&kind| chosen.is_none_or(|chosen| chosen == kind)).collect()
    }
}
