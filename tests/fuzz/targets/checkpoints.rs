//! Weights and the configurations beside them.

use std::sync::LazyLock;

use hrm_core::{
    checkpoint::{
        Weights,
        official::{self, Beside, Shapes},
        torch::{PuzzleRows, States, TorchFile, write},
    },
    config::ModelConfig,
    model::{Tensor, param_specs},
};

use super::{FREE, MULTIPLE, Target, files, said};

/// An archive of stored entries, as plain as can be.
pub fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in entries {
        let length = (bytes.len() as u32).to_le_bytes();
        let mut common = vec![20, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        common.extend([length, length].concat());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0; 2]);
        directory.extend([b"PK\x01\x02\x14\0", &common[..], &[0; 10], &(file.len() as u32).to_le_bytes()].concat());
        directory.extend(name.bytes());
        file.extend([b"PK\x03\x04", &common[..], name.as_bytes(), bytes].concat());
    }
    let count = (entries.len() as u16).to_le_bytes();
    let [start, length] = [file.len(), directory.len()].map(|number| (number as u32).to_le_bytes());
    file.extend(directory);
    file.extend([b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count, &length, &start, &[0; 2]].concat());
    file
}

/// A model of a few numbers.
fn model() -> Weights {
    let tensor = |shape: &[usize]| {
        let data = (0..shape.iter().product::<usize>()).map(|index| index as f32 * 0.5 - 3.0).collect();
        Tensor { shape: shape.to_vec(), data }
    };
    let named = [
        ("H_init", tensor(&[4])),
        ("embed_tokens.embedding_weight", tensor(&[11, 4])),
        ("L_level.layers.0.mlp.down_proj.weight", tensor(&[4, 6])),
        ("puzzle_emb.weights", tensor(&[9, 4])),
    ];
    Weights { tensors: named.map(|(name, tensor)| (name.to_owned(), tensor)).into() }
}

/// Opens a PyTorch file and reads everything in it.
pub fn read_torch(bytes: &[u8]) -> String {
    let mut file = match TorchFile::open(bytes) {
        Ok(file) => file,
        Err(error) => return error.to_string(),
    };
    let layouts = file.tensors().clone();
    for (name, layout) in &layouts {
        if let (Ok(elements), true) = (file.bytes(name), layout.is_contiguous()) {
            assert_eq!(elements.len() as u64, layout.count() * layout.dtype.size());
        }
        let _ = file.rows(name, &[0, layout.shape.first().copied().unwrap_or(0)]);
    }
    let weights = match file.weights(PuzzleRows::All) {
        Ok(weights) => weights,
        Err(error) => return error.to_string(),
    };
    let shapes: Shapes = weights.tensors.into_iter().map(|(name, tensor)| (name, tensor.shape)).collect();
    said(official::configuration(&shapes, Beside::default()))
}

pub fn torch_zip() -> Target {
    Target {
        name: "torch_zip",
        seeds: || {
            let mut seeds = files("data/pytorch", &[".pt", ".pth", ".tar"]);
            seeds.retain(|seed| seed.len() < 5000);
            seeds.extend(files("data/pytorch_made", &[".pt"]));
            for states in [States::Exact, States::Rounded] {
                let mut bytes = Vec::new();
                write(&model(), "step_1", states, &mut bytes).unwrap();
                seeds.push(bytes);
            }
            seeds
        },
        words: &[
            b"PK\x01\x02",
            b"PK\x03\x04",
            b"PK\x05\x06",
            b"PK\x06\x06",
            b"PK\x06\x07",
            b"data.pkl",
            b"../",
            b"\x08\0",
        ],
        read: read_torch,
        multiple: MULTIPLE,
        free: FREE,
    }
}

pub fn pickle() -> Target {
    /// A pickle of one tensor over eight floats.
    const TENSOR: &[u8] = b"\x80\x02}X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x08tQK\x01(K\x02K\x03t(K\x03K\x01t\x89NtRs.";
    Target {
        name: "pickle",
        seeds: || {
            let mut seeds = vec![TENSOR.to_vec()];
            let mut archives = files("data/pytorch", &[".pt", ".pth"]);
            archives.retain(|file| file.len() < 5000);
            archives.extend(files("data/pytorch_made", &["protocol_4.pt", "protocol_5.pt"]));
            let mut whole = Vec::new();
            write(&model(), "step_1", States::Exact, &mut whole).unwrap();
            archives.push(whole);
            // Stored in PyTorch's archives, between an entry's header and the next.
            for file in &archives {
                let at = file.windows(8).position(|window| window == b"data.pkl");
                let Some(start) = at.and_then(|at| file[at..].iter().position(|&byte| byte == 0x80).map(|by| at + by))
                else {
                    continue;
                };
                let end =
                    file[start..].windows(2).position(|window| window == b"PK").map_or(file.len(), |by| start + by);
                seeds.push(file[start..end].to_vec());
            }
            assert!(seeds.len() > 20, "{} pickles", seeds.len());
            seeds
        },
        words: &[
            b"(",
            b")",
            b"\x85",
            b"\x86",
            b"\x87",
            b"t",
            b"]",
            b"}",
            b"a",
            b"e",
            b"s",
            b"u",
            b"d",
            b"l",
            b"q\0",
            b"h\0",
            b"r",
            b"\x94",
            b"R",
            b"Q",
            b"b",
            b"N",
            b"\x88",
            b"\x80\x02",
            b"\x80\x04",
            b"\x8a\x08",
            b"U\x07storage",
            b"U\x010",
            b"ctorch\nFloatStorage\n",
            b"ctorch\nHalfStorage\n",
            b"ctorch\nSize\n",
            b"ccollections\nOrderedDict\n",
            b"ctorch._utils\n_rebuild_tensor_v2\n",
            b"ctorch._utils\n_rebuild_parameter\n",
            b"cos\nsystem\n",
            b"\x93",
        ],
        read: |bytes| {
            // Storages for every tensor of the model.
            let storage: &[u8] = &[0; 256];
            let names = ["a/data/0", "a/data/1", "a/data/2", "a/data/3"];
            let mut entries = vec![("a/data.pkl", bytes)];
            entries.extend(names.map(|name| (name, storage)));
            read_torch(&archive(&entries))
        },
        multiple: MULTIPLE,
        free: FREE,
    }
}

pub fn safetensors() -> Target {
    Target {
        name: "safetensors",
        seeds: || {
            let mut seeds = files("data/kept", &["small.safetensors"]);
            seeds.push(model().to_safetensors().unwrap());
            seeds
        },
        words: &[
            b"\"dtype\":",
            b"\"F32\"",
            b"\"BF16\"",
            b"\"F64\"",
            b"\"shape\":[",
            b"\"data_offsets\":[",
            b"__metadata__",
            b"{",
            b"}",
        ],
        read: |bytes| {
            said(Weights::from_safetensors(bytes).map(|weights| {
                let shapes =
                    weights.tensors.iter().map(|(name, tensor)| (name.clone(), tensor.shape.clone())).collect();
                official::configuration(&shapes, Beside::default()).map(|found| weights.check(&found.config).is_ok())
            }))
        },
        multiple: MULTIPLE,
        free: FREE,
    }
}

pub fn yaml() -> Target {
    /// The golden checkpoint's, which the seeds are about.
    fn config() -> ModelConfig {
        ModelConfig::from_json(include_str!("../../golden/official_style_checkpoint/config.json")).unwrap()
    }
    static SHAPES: LazyLock<Shapes> =
        LazyLock::new(|| param_specs(&config()).into_iter().map(|spec| (spec.name, spec.shape)).collect());
    Target {
        name: "yaml",
        seeds: || {
            let mut seeds = files("golden/official_style_checkpoint", &[".yaml", "config.json"]);
            seeds.push(official::config_yaml(&config(), Some("sudoku-4x4"), true, None).into_bytes());
            seeds
        },
        words: &[
            b"&a ", b"*a", b": ", b"- ", b"\n  ", b"[", b"]", b"{", b"}", b"!!", b"|\n", b"? ", b"<<: *a", b"arch:",
            b"null", b"\"",
        ],
        read: |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let beside = Beside { yaml: Some(&text), ..Beside::default() };
            said(official::configuration(&SHAPES, beside))
        },
        multiple: MULTIPLE,
        free: FREE,
    }
}
