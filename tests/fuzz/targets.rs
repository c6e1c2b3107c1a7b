//! What is fuzzed: a reader, files that it reads well, words of its format, and what it may allocate.

use std::{fs, path::Path, sync::LazyLock};

use hrm_core::{
    checkpoint::{
        Weights,
        official::{self, Beside, Shapes},
        torch::{PuzzleRows, States, TorchFile, write},
    },
    config::ModelConfig,
    data::csv as tables,
    model::{Tensor, param_specs},
    puzzle::{
        Kind,
        arc::{file as tasks, link},
        in_rows,
    },
    recording::file,
    text::decode,
    train::{Saved, Summary},
};
use hrm_web::ui::{board::reading, url::address::Address};

/// Bytes that a reader may hold at once for every byte that it reads, unpacked where that is deflated.
pub const MULTIPLE: usize = 64;
/// Bytes that a reader may hold in any case.
pub const FREE: usize = 4 << 20;

/// A reader under test.
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// Files that it reads.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Words of the format.
    pub words: &'static [&'static [u8]],
    /// Reads; what is said of a file that cannot be read, empty for one that was.
    pub read: fn(&[u8]) -> String,
    /// Bytes that may be held at once for every byte that is read.
    pub multiple: usize,
    /// Bytes that may be held in any case.
    pub free: usize,
}

/// The files of a folder of the tests' data whose names end so.
fn files(folder: &str, endings: &[&str]) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| endings.iter().any(|ending| path.to_str().unwrap().ends_with(ending)));
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn said<T, E: ToString>(result: Result<T, E>) -> String {
    result.err().map_or_else(String::new, |error| error.to_string())
}

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
        ModelConfig::from_json(include_str!("../golden/official_style_checkpoint/config.json")).unwrap()
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

pub fn csv() -> Target {
    Target {
        name: "csv",
        seeds: || {
            let mut seeds = files("data/trials/csv-headers", &[".csv"]);
            seeds.extend(files("data/trials/csv-lines", &[".csv"]));
            seeds.extend(files("data/trials/csv-quote", &[".csv"]));
            seeds.extend(files("data/kept", &[".csv"]));
            seeds
        },
        words: &[
            b",",
            b";",
            b"\t",
            b"\n",
            b"\r\n",
            b"\"",
            b"question",
            b"answer",
            b"rating",
            b"source",
            b"\xef\xbb\xbf",
            b"\xff\xfe",
            b"E+78",
        ],
        read: |bytes| {
            let (kind, table) = match tables::read_any(None, bytes) {
                Ok(read) => read,
                Err(error) => return error.to_string(),
            };
            let sizes = tables::read_sizes(kind, bytes).map(|(rows, _)| rows.len());
            assert!(sizes.is_ok_and(|rows| rows >= table.rows.len()));
            let report: Vec<String> = table.report(kind).iter().map(ToString::to_string).collect();
            let mut written = Vec::new();
            tables::write(kind, &table.rows, &mut written).unwrap();
            if !table.rows.is_empty() {
                let again = tables::read(kind, &written[..]).unwrap();
                assert_eq!(again.rows.len(), table.rows.len(), "what was written is read back");
            }
            report.join(" ")
        },
        multiple: MULTIPLE,
        free: FREE,
    }
}

pub fn puzzle_text() -> Target {
    Target {
        name: "puzzle_text",
        seeds: || [files("data/trials/paste", &[".txt"]), files("data/trials/paste-maze", &[".txt"])].concat(),
        words: &[
            b"|",
            b"+---+",
            b"\xe2\x94\x80\xe2\x94\x82\xe2\x94\xbc",
            b"#",
            b"S",
            b"G",
            b".",
            b"0",
            b"\n",
            b"\n\n",
            b"[[",
            b"null",
            b"\t",
            b"\xe2\x96\x88",
            b"\xd9\xa3",
        ],
        read: |bytes| {
            let text = match decode(bytes) {
                Ok(text) => text,
                Err(error) => return error.to_string(),
            };
            let known: Vec<Kind> = Kind::all().collect();
            for kind in &known {
                let _ = kind.encode_all(&text);
            }
            let all = match reading::read_all(&text, &known) {
                Ok(all) => all,
                Err(error) => return error.to_string(),
            };
            for (kind, tokens) in all {
                assert_eq!(tokens.len(), kind.seq_len());
                assert_eq!(reading::read(&in_rows(kind, &tokens), &[kind]).unwrap(), (kind, tokens));
            }
            String::new()
        },
        multiple: MULTIPLE,
        free: FREE,
    }
}

pub fn recording() -> Target {
    Target {
        name: "recording",
        seeds: || files("data/kept", &["recording.safetensors"]),
        words: &[
            b"hrm_web_recording",
            b"\"1\"",
            b"\"shape\":[",
            b"states.1",
            b"\"F16\"",
            b"segments",
            b"run",
            b"e308",
            b"-",
            b"\\\"",
        ],
        read: |bytes| {
            said(file::from_bytes(bytes).map(|read| {
                let again = file::to_bytes(&read.recording, read.kind).unwrap();
                file::from_bytes(&again).unwrap();
            }))
        },
        multiple: MULTIPLE,
        free: FREE,
    }
}

pub fn training_state() -> Target {
    Target {
        name: "training_state",
        seeds: || files("data/kept", &["run.safetensors"]),
        words: &[
            b"hrm_web_state",
            b"\"2\"",
            b"\"shape\":[",
            b"\"U32\"",
            b"examples",
            b"recipe",
            b"order",
            b"e308",
            b"-",
            b"\\\"",
        ],
        read: |bytes| {
            let _ = Summary::from_bytes(bytes);
            said(Saved::from_bytes(bytes).map(|saved| {
                let _ = saved.averaged_weights();
                Saved::from_bytes(&saved.to_bytes().unwrap()).unwrap();
            }))
        },
        multiple: MULTIPLE,
        free: FREE,
    }
}

pub fn link_address() -> Target {
    Target {
        name: "link_address",
        seeds: || {
            [
                "#place=train",
                "#model=sudoku-4x4&puzzle=1.3.%20%0A....&engine=gpu&view=answers&beside=states&moment=12&stretch=4&until=sure",
                "#puzzle=1.3.............&acts=8~clue~3~2,9~noise~H~0.5~7,10~freeze~L,11~restart~H",
            ]
            .map(|text| text.as_bytes().to_vec())
            .into()
        },
        words: &[
            b"&", b"=", b"%", b"%00", b"~", b"acts=", b"moment=", b"puzzle=", b"view=", b",", b"noise", b"freeze",
            b"e308", b"inf",
        ],
        read: |bytes| {
            let address = Address::parse(&String::from_utf8_lossy(bytes));
            assert_eq!(Address::parse(&address.to_string()), address);
            if address == Address::default() { "nothing".into() } else { String::new() }
        },
        multiple: MULTIPLE,
        free: FREE,
    }
}

pub fn task_files() -> Target {
    Target {
        name: "task_files",
        seeds: || files("data/tasks", &[".json"]),
        words: &[
            b"{",
            b"}",
            b"[",
            b"]",
            b"[[0]]",
            b",",
            b"\"train\":",
            b"\"test\":",
            b"\"input\":",
            b"\"output\":",
            b"null",
            b"1.0",
            b"10",
            b"1e999",
            b"\\u0000",
            b"\xef\xbb\xbf",
            b"```\n",
            b"\n> ",
        ],
        read: |bytes| {
            let text = match decode(bytes) {
                Ok(text) => text,
                Err(error) => return error.to_string(),
            };
            // One at a time, without a look at the whole before.
            tasks::Bundle::new("", &*text).for_each(drop);
            // As challenges of the solutions that are among the seeds, too.
            let solutions = include_str!("../data/tasks/small_solutions.json");
            let _ = tasks::read_all(&[("c", &text), ("s", solutions)]);
            let read = match tasks::read_all(&[("file.json", &text)]) {
                Ok(read) => read,
                Err(error) => {
                    let error = error.to_string();
                    assert!(error.len() < 500 && !error.contains('\n'), "{error}");
                    return error;
                }
            };
            for task in &read {
                let again = tasks::read("file.json", &tasks::write(task)).unwrap();
                assert!(again.has_content_of(task));
                let mut changed = task.clone();
                changed.train.reverse();
                assert!(tasks::read("", &tasks::write(&changed)).unwrap().has_content_of(&changed));
            }
            let all = tasks::read_all(&[("", &tasks::write_all(&read))]).unwrap();
            assert!(all.len() == read.len() && all.iter().zip(&read).all(|(all, read)| all.has_content_of(read)));
            String::new()
        },
        multiple: MULTIPLE,
        free: FREE,
    }
}

pub fn task_link() -> Target {
    Target {
        name: "task_link",
        seeds: || {
            let link = |bytes: Vec<u8>| {
                let tasks = tasks::read_all(&[("", &String::from_utf8(bytes).unwrap())]).ok()?;
                Some(link::encode(tasks.first()?).unwrap().into_bytes())
            };
            files("data/tasks", &[".json"]).into_iter().filter_map(link).collect()
        },
        words: &[b"1", b"A", b"AAAA", b"_", b"-", b"____", b"=", b"\xc3\xa9"],
        read: |bytes| {
            said(link::decode(&String::from_utf8_lossy(bytes)).map(|task| {
                // What is shorter than its own link was not made by the page, but it is a task.
                if let Ok(link) = link::encode(&task) {
                    assert_eq!(link::decode(&link).unwrap(), task);
                }
            }))
        },
        multiple: MULTIPLE,
        free: FREE,
    }
}
