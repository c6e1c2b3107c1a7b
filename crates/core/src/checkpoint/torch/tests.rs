//! Files that were made to break the reader, and files of other programs.

use proptest::prelude::*;

use super::*;
use crate::checkpoint::{Tensor, Weights};

/// The error of a file; that it is refused within the limits of memory shows in what is allocated before it.
fn refusal(bytes: &[u8]) -> String {
    match TorchFile::open(bytes) {
        Ok(_) => panic!("the file was read"),
        Err(error) => error.to_string(),
    }
}

/// An archive of stored entries, as plain as can be.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in entries {
        let mut common = vec![20, 0, 0, 8, 0, 0, 0, 0, 0, 0];
        common.extend([0; 4]);
        common.extend((bytes.len() as u32).to_le_bytes());
        common.extend((bytes.len() as u32).to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0; 2]);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend((file.len() as u32).to_le_bytes());
        directory.extend(name.bytes());
        file.extend(b"PK\x03\x04");
        file.extend(&common);
        file.extend(name.bytes());
        file.extend(*bytes);
    }
    let start = file.len() as u32;
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    [entries.len() as u16, entries.len() as u16].iter().for_each(|word| file.extend(word.to_le_bytes()));
    [directory.len() as u32, start].iter().for_each(|word| file.extend(word.to_le_bytes()));
    file.extend([0; 2]);
    file
}

/// An archive with this pickle and one deflated storage, `packed`, which the directory says has `size` bytes.
fn deflated(pickle: &[u8], packed: &[u8], size: usize) -> Vec<u8> {
    let mut file = archive(&[("a/data.pkl", pickle), ("a/data/0", packed)]);
    let central = file.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    file[central + 10] = 8;
    file[central + 24..central + 28].copy_from_slice(&(size as u32).to_le_bytes());
    file
}

/// A pickle of so many tensors, `000` and on, each of `shape` and `strides` from element `offset` of one storage.
fn tensors(count: usize, offset: u32, shape: &[u8], strides: &[u32]) -> Vec<u8> {
    let mut arguments = b"((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x08tQJ".to_vec();
    arguments.extend(offset.to_le_bytes());
    arguments.push(b'(');
    shape.iter().for_each(|length| arguments.extend([b'K', *length]));
    arguments.extend(b"t(");
    strides.iter().for_each(|stride| arguments.extend([b"J".as_slice(), &stride.to_le_bytes()].concat()));
    arguments.extend(b"t\x89Nt");
    let mut pickle = [b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\nq\0", &arguments[..], b"q\x01}("].concat();
    for number in 0..count {
        pickle.extend(format!("U\x03{number:03x}h\0h\x01R").bytes());
    }
    pickle.extend(b"u.");
    pickle
}

/// What is said of an archive with this pickle and a storage of eight floats.
fn pickled(pickle: &[u8]) -> String {
    refusal(&archive(&[("a/data.pkl", pickle), ("a/data/0", &[0; 32])]))
}

/// A pickle of one tensor, `w`, over the storage of `archive`.
fn tensor(offset: u8, shape: &[u8], strides: &[u8]) -> Vec<u8> {
    let mut pickle = b"\x80\x02}X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x08tQK".to_vec();
    pickle.push(offset);
    for lengths in [shape, strides] {
        pickle.push(b'(');
        lengths.iter().for_each(|length| pickle.extend([b'K', *length]));
        pickle.push(b't');
    }
    pickle.extend(b"\x89NtRs.");
    pickle
}

fn model() -> Weights {
    let tensor = |shape: &[usize]| {
        let data = (0..shape.iter().product::<usize>()).map(|index| index as f32 * 0.5 - 3.0).collect();
        Tensor { shape: shape.to_vec(), data }
    };
    let named = [("H_init", tensor(&[4])), ("a.weight", tensor(&[300, 2])), ("q_head.bias", tensor(&[2]))];
    Weights { tensors: named.map(|(name, tensor)| (name.to_owned(), tensor)).into() }
}

fn written(weights: &Weights, states: States) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(weights, "step_1", states, &mut bytes).unwrap();
    bytes
}

#[test]
fn programs_are_refused_by_name_and_place() {
    let said = pickled(b"\x80\x02cos\nsystem\nX\x04\0\0\0true\x85R.");
    assert_eq!(said, "pickle, byte 2: it asks Python for os.system, which weights do not need; nothing was run");
    assert!(pickled(b"\x80\x02cbuiltins\neval\nU\x011\x85R.").contains("asks Python for builtins.eval"));
    assert!(pickled(b"\x80\x02c__builtin__\ngetattr\n(cos\nenviron\nU\x03gettR.").contains("__builtin__.getattr"));
    // By protocol 4, the name from the stack.
    assert!(pickled(b"\x80\x04\x8c\x05posix\x8c\x06system\x93.").contains("byte 17: it asks Python for posix.system"));
    assert!(pickled(b"\x80\x02ctorch\nload\n.").contains("torch.load"));
    assert!(pickled(b"\x80\x02ctorch.storage\n_load_from_bytes\n.").contains("torch.storage._load_from_bytes"));
    // A call of what a call made.
    assert!(pickled(b"\x80\x02ccollections\nOrderedDict\n)R)R.").contains("calls what is no name of Python"));
    assert!(pickled(b"\x80\x02ccollections\nOrderedDict\nK\x01\x85R.").contains("OrderedDict of no list"));
    // Objects by other instructions: INST, OBJ, NEWOBJ, EXT1, PERSID.
    for code in [b"i".as_slice(), b"(cos\nsystem\no", b"\x81", b"\x82\x01", b"P0\n"] {
        let said = pickled(&[b"\x80\x02", code, b"."].concat());
        assert!(said.contains("instruction 0x") || said.contains("os.system"), "{said}");
    }
    let raw = b"\x80\x02cos\nsystem\nX\x04\0\0\0true\x85R.";
    assert!(refusal(raw).contains("os.system"));
}

#[test]
fn lengths_are_checked_before_anything_is_allocated() {
    assert!(pickled(b"\x80\x02X\xff\xff\xff\xffabc.").contains("a length of 4294967295, but 4 bytes are left"));
    assert!(pickled(b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fabc.").contains("a length of 9223372036854775807"));
    assert!(pickled(b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xff.").contains("a length of 18446744073709551615"));
    assert!(
        pickled(&[b"\x80\x02".as_slice(), &vec![b'('; 200_000]].concat()).contains("byte 1002: more than 1000 marks")
    );
    // A memo of a large number is one entry.
    assert!(pickled(b"\x80\x02]r\xff\xff\xff\xff.").contains("expected a dict"));
    assert!(
        pickled(&[b"\x80\x02".as_slice(), &vec![b']'; 1_100_000]].concat()).contains("more than 1048576 instructions")
    );
    assert!(pickled(b"\x80\x02}").contains("byte 3: it ends without STOP"));
    assert!(pickled(b"\x80\x02.").contains("values are expected on the stack"));
    assert!(pickled(b"\x80\x02h\x05.").contains("nothing is remembered under 5"));
    assert!(pickled(b"\x80\x06.").contains("protocol 6"));
}

/// 200 calls of OrderedDict over one list of 10,000 pairs: 2 million pairs out of 30 kB.
#[test]
fn a_list_is_not_copied_without_end() {
    let mut pickle = b"\x80\x02U\x01aK\x01\x86q\x00ccollections\nOrderedDict\nq\x01](".to_vec();
    pickle.extend(b"h\x00".repeat(10_000));
    pickle.extend(b"e\x85q\x02");
    pickle.extend(b"h\x01h\x02R".repeat(200));
    pickle.push(b'.');
    assert!(pickled(&pickle).contains("more than 1048576 entries in OrderedDicts"), "{}", pickled(&pickle));
}

#[test]
fn structures_within_each_other_end() {
    // A dict that holds itself.
    assert!(pickled(b"\x80\x02}q\0U\x01ah\0s.").contains("16 dicts within each other"));
    // 2^30 paths through 30 dicts, each twice in the next.
    let mut pickle = b"\x80\x02}q\0".to_vec();
    for level in 0..30_u8 {
        pickle.extend([b'}', b'q', level + 1, b'(', b'U', 1, b'a', b'h', level, b'U', 1, b'b', b'h', level, b'u']);
    }
    pickle.push(b'.');
    assert!(pickled(&pickle).contains("within each other"), "{}", pickled(&pickle));
}

#[test]
fn tensors_fit_their_storages() {
    let file = |pickle: &[u8]| archive(&[("a/data.pkl", pickle), ("a/data/0", &[0; 32])]);
    assert!(TorchFile::open(&file(&tensor(2, &[2, 3], &[3, 1]))[..]).is_ok());
    for (offset, shape, strides) in [(3, [2, 3], [3, 1]), (0, [2, 2], [7, 1]), (8, [1, 1], [1, 1])] {
        let said = refusal(&file(&tensor(offset, &shape, &strides)));
        assert!(said.starts_with("tensor w: ") && said.contains("beyond its storage of 8 elements"), "{said}");
    }
    // Expanded by strides of 0: as many elements as one likes out of one.
    let said = refusal(&file(&tensor(0, &[255, 255, 255, 255, 255, 255, 255, 255, 255], &[0; 9])));
    assert!(said.contains("more elements than its storage"), "{said}");
    let missing = archive(&[("a/data.pkl", &tensor(0, &[2], &[1]))]);
    assert_eq!(refusal(&missing), "tensor w: its storage \"0\" is missing");
    let short = archive(&[("a/data.pkl", &tensor(0, &[8], &[1])), ("a/data/0", &[0; 31])]);
    assert!(refusal(&short).contains("more elements than its storage, 7"));
    assert!(refusal(&file(&tensor(0, &[2], &[1, 1]))).contains("1 dimensions with 2 strides"));
}

#[test]
fn many_tensors_of_one_storage_are_refused() {
    let large = vec![0; 1 << 20];
    let mut pickle = b"\x80\x02}".to_vec();
    for name in *b"abc" {
        pickle.extend([b'U', 1, name]);
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuJ\0\0\x04\0tQK\0J\0\0\x04\0\x85K\x01\x85\x89NtRs");
    }
    pickle.push(b'.');
    let said = refusal(&archive(&[("a/data.pkl", &pickle), ("a/data/0", &large)]));
    assert!(said.contains("expected at most twice as many"), "{said}");
}

#[test]
fn archives_that_lie_are_refused() {
    let good = archive(&[("a/data.pkl", &tensor(0, &[8], &[1])), ("a/data/0", &[0; 32])]);
    assert!(TorchFile::open(&good[..]).is_ok());
    assert!(refusal(&good[..good.len() - 30]).contains("cut short"));
    for name in ["../data.pkl", "/data.pkl", "a/../../data.pkl", "a\\data.pkl"] {
        assert!(refusal(&archive(&[(name, b"")])).contains("named out of its folder"), "{name}");
    }
    assert!(refusal(&archive(&[("a/x", b""), ("a/x", b"")])).contains("a second entry named a/x"));
    assert!(refusal(&archive(&[("a/x", b"")])).contains("0 entries data.pkl"));
    assert!(refusal(&archive(&[("a/data.pkl", b""), ("a/constants.pkl", b"")])).contains("TorchScript"));
    let big = archive(&[("a/data.pkl", b""), ("a/byteorder", b"big")]);
    assert!(refusal(&big).contains("big-endian"));
    let at = |sign: &[u8]| good.windows(4).rposition(|window| window == sign).unwrap();
    let (end, last) = (at(b"PK\x05\x06"), at(b"PK\x01\x02"));
    let changed = |place: usize, bytes: &[u8]| {
        let mut file = good.clone();
        file[place..place + bytes.len()].copy_from_slice(bytes);
        refusal(&file)
    };
    assert!(changed(end + 10, &[0xfe, 0xff]).contains("a directory of 65534 entries"));
    assert!(changed(end + 16, &[0xfe, 0xff, 0xff, 0x7f]).contains("not where its end says"));
    assert!(changed(last + 8, &[1]).contains("encrypted"));
    assert!(changed(last + 10, &[14]).contains("packed by method 14"));
    // The second entry in the first one's place.
    assert!(changed(last + 42, &[4, 0, 0, 0]).contains("overlaps"));
    // Longer than what is between it and the directory.
    assert!(changed(last + 20, &[200, 0, 0, 0, 200, 0, 0, 0]).contains("overlaps"));
    assert!(changed(last + 24, &[200, 0, 0, 0]).contains("stored in 32 bytes and has 200"));
    // A bomb: deflated to 4 GB.
    let mut bomb = good.clone();
    bomb[last + 10] = 8;
    bomb[last + 24..last + 28].copy_from_slice(&[0xfe, 0xff, 0xff, 0xff]);
    assert!(refusal(&bomb).contains("would unpack to 4294967294 bytes"), "{}", refusal(&bomb));
}

#[test]
fn deflated_entries_are_read() {
    let values: Vec<u8> = (0..8_u8).flat_map(|value| f32::from(value).to_le_bytes()).collect();
    let packed = miniz_oxide::deflate::compress_to_vec(&values, 9);
    let read = |pickle: &[u8], packed: &[u8], size| {
        let file = deflated(pickle, packed, size);
        TorchFile::open(&file[..]).unwrap().tensor("w").map_err(|error| error.to_string()).map(|tensor| tensor.data)
    };
    let (some, all) = (tensor(1, &[3], &[2]), tensor(0, &[8], &[1]));
    assert_eq!(read(&some, &packed, 32).unwrap(), [1.0, 3.0, 5.0]);
    assert_eq!(read(&all, &packed, 32).unwrap(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
    let damaged = read(&some, &vec![0xff; packed.len()], 32).unwrap_err();
    assert!(damaged.contains("deflated data is damaged"), "{damaged}");
    // A directory that lies about the size, in either direction; a whole number of windows, with more behind it.
    let longer = read(&all, &miniz_oxide::deflate::compress_to_vec(&[0; 36], 9), 32).unwrap_err();
    assert!(longer.contains("unpacks to more than the 32 bytes that the directory says"), "{longer}");
    let shorter = read(&all, &miniz_oxide::deflate::compress_to_vec(&[0; 28], 9), 32).unwrap_err();
    assert!(shorter.contains("damaged after 28 of 32 bytes"), "{shorter}");
    let windows = [(tensors(1, 0, &[128, 128], &[128, 1]), 1 << 16), (tensors(1, 0, &[128, 64], &[64, 1]), 1 << 15)];
    for (pickle, size) in windows {
        let whole = |bytes: usize| {
            let packed = miniz_oxide::deflate::compress_to_vec(&vec![0; bytes], 9);
            TorchFile::open(&deflated(&pickle, &packed, size)[..]).unwrap().tensor("000")
        };
        assert_eq!(whole(size).unwrap().data.len(), size / 4);
        assert!(whole(size + 1).unwrap_err().to_string().contains("unpacks to more"));
    }
}

/// What one tensor needs of its storage is read for each: thousands of small ones would take minutes out of a small file.
#[test]
fn tensors_that_each_need_a_large_storage_are_refused() {
    // 16 MiB, unpacked from the beginning for each of the elements at the end.
    let size = 1 << 24;
    let packed = miniz_oxide::deflate::compress_to_vec(&vec![0; size], 9);
    let last = (size / 4 - 1) as u32;
    let bomb = deflated(&tensors(4096, last, &[1], &[1]), &packed, size);
    assert!(bomb.len() < 70_000, "{}", bomb.len());
    let said = refusal(&bomb);
    let expected = format!("takes {} bytes of storages that have {size}, expected at most {}", 4096 * size, 5 * size);
    assert!(said.contains(&expected), "{said}");
    assert!(TorchFile::open(&deflated(&tensors(5, last, &[1], &[1]), &packed, size)[..]).is_ok());
    // The first and the last element, between which everything is read.
    let stored =
        |count| archive(&[("a/data.pkl", &tensors(count, 0, &[2], &[last])[..]), ("a/data/0", &vec![0; size])]);
    assert!(refusal(&stored(6)).contains("to read its tensors one by one"));
    // Of what is stored a part can be read alone.
    let file = archive(&[("a/data.pkl", &tensors(4096, last, &[1], &[1])), ("a/data/0", &vec![0; size])]);
    assert!(TorchFile::open(&file[..]).is_ok());
    // Small storages may be shared by many.
    let file = archive(&[("a/data.pkl", &tensors(4096, 0, &[2], &[7])), ("a/data/0", &[0; 32])]);
    assert!(TorchFile::open(&file[..]).is_ok());
}

/// Of a tensor without elements neither offset nor strides are held against the file.
#[test]
fn tensors_without_elements_have_no_place() {
    for shape in [[0, 2], [5, 0]] {
        for file in [
            archive(&[("a/data.pkl", &tensors(1, i32::MAX as u32, &shape, &[i32::MAX as u32; 2])), ("a/data/0", &[])]),
            deflated(&tensors(1, i32::MAX as u32, &shape, &[i32::MAX as u32; 2]), &[3, 0], 0),
        ] {
            let mut file = TorchFile::open(&file[..]).unwrap();
            assert!(file.bytes("000").unwrap().is_empty());
            assert!(file.tensor("000").unwrap().data.is_empty());
            if shape[0] > 0 {
                assert_eq!(file.rows("000", &[4]).unwrap().shape, [1, 0]);
            }
        }
    }
}

/// Texts may be long, names not: else each use of one would take time by its length.
#[test]
fn a_storage_has_a_short_name() {
    let mut pickle = b"\x80\x02(U\x07storagectorch\nFloatStorage\nX\xc9\0\0\0".to_vec();
    pickle.extend([b'0'; 201]);
    pickle.extend(b"U\x03cpuK\x08tQ.");
    assert!(pickled(&pickle).contains("a storage whose name has more than 200 bytes"), "{}", pickled(&pickle));
}

/// A file of the form before 1.6 with one tensor, of bytes.
#[test]
fn a_length_of_the_older_form_does_not_overflow() {
    let mut file = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}.".to_vec();
    file.extend(b"\x80\x02}U\x01wctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nByteStorage\nU\x010U\x03cpuK\x01tQK\0K\x01\x85K\x01\x85\x89NtRs.");
    file.extend(b"\x80\x02]U\x010a.");
    let of = |count: u64| [&file[..], &count.to_le_bytes(), &[7]].concat();
    assert_eq!(TorchFile::open(&of(1)[..]).unwrap().bytes("w").unwrap(), [7]);
    for count in [2, u64::MAX - 8, u64::MAX] {
        assert!(refusal(&of(count)).contains("elements, more than the file"), "{}", refusal(&of(count)));
    }
}

#[test]
fn what_is_written_is_read_exactly_and_always_the_same() {
    let weights = model();
    let bytes = written(&weights, States::Exact);
    assert_eq!(bytes, written(&weights, States::Exact));
    let mut file = TorchFile::open(&bytes[..]).unwrap();
    let dtypes: Vec<_> = file.tensors().iter().map(|(name, layout)| (name.as_str(), layout.dtype)).collect();
    let [state, a, bias] = ["H_init", "a.weight", "q_head.bias"].map(|name| format!("_orig_mod.model.inner.{name}"));
    assert_eq!(dtypes, [(&state[..], Dtype::Bf16), (&a[..], Dtype::F32), (&bias[..], Dtype::F32)]);
    assert_eq!(file.weights(PuzzleRows::All).unwrap(), weights);
    let mut fine = weights.clone();
    fine.tensors.get_mut("H_init").unwrap().data[0] = 0.1;
    assert!(states_are_bf16(&weights) && !states_are_bf16(&fine));
    let back = |states| TorchFile::open(&written(&fine, states)[..]).unwrap().weights(PuzzleRows::All).unwrap();
    assert_eq!(back(States::Exact), fine);
    assert_eq!(back(States::Rounded).tensors["H_init"].data[0], 0.100_097_656);
}

#[test]
fn rows_are_read_alone() {
    /// Counts the bytes that are read.
    struct Counted<'a>(&'a [u8], u64);
    impl Source for &mut Counted<'_> {
        fn length(&self) -> u64 {
            self.0.length()
        }
        fn read_at(&mut self, offset: u64, into: &mut [u8]) -> std::io::Result<()> {
            self.1 += into.len() as u64;
            self.0.read_at(offset, into)
        }
    }
    let data = (0..400_000).map(|index| index as f32).collect();
    let table = Tensor { shape: vec![100_000, 4], data };
    let weights = Weights { tensors: [("puzzle_emb.weights".to_owned(), table)].into() };
    let bytes = written(&weights, States::Exact);
    let mut source = Counted(&bytes, 0);
    let mut file = TorchFile::open(&mut source).unwrap();
    let read = file.weights(PuzzleRows::Only(&[99_999, 0])).unwrap();
    assert_eq!(
        read.tensors["puzzle_emb.weights"].data,
        [399_996.0, 399_997.0, 399_998.0, 399_999.0, 0.0, 1.0, 2.0, 3.0]
    );
    assert_eq!(read.tensors["puzzle_emb.weights"].shape, [2, 4]);
    let error = file.rows("_orig_mod.model.inner.puzzle_emb.weights", &[100_000]).unwrap_err().to_string();
    assert!(error.ends_with("row 100000 is asked for, it has 100000"), "{error}");
    assert!(source.1 < 100_000, "{} of {} bytes", source.1, bytes.len());
}

#[test]
fn values_that_are_no_weights_are_refused() {
    let mut broken = model();
    broken.tensors.get_mut("a.weight").unwrap().data[3] = f32::NAN;
    let read = |bytes: &[u8]| TorchFile::open(bytes).and_then(|mut file| file.weights(PuzzleRows::All));
    let error = read(&written(&broken, States::Exact)).unwrap_err().to_string();
    assert_eq!(error, "tensor _orig_mod.model.inner.a.weight holds NaN at element 3");
    let twice: Vec<u8> = {
        let good = tensor(0, &[1], &[1]);
        [&good[..good.len() - 1], &good[3..]].concat()
    };
    assert_eq!(pickled(&twice), "tensor w: the file has two of this name");
    assert!(refusal(b"version https://git-lfs.github.com/spec/v1\n").contains("Git LFS pointer"));
    assert!(refusal(b"<!doctype html>").contains("web page"));
    assert!(refusal(b"").contains("it is empty"));
}

/// Files of make.py: pickles of protocols 3 to 5, and the weights beside an optimizer, in each of them f32, f64 and f16.
#[test]
fn protocols_wrappers_and_element_types_give_the_same_values() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/pytorch_made");
    for name in ["protocol_3", "protocol_4", "protocol_5", "state_dict_beside_optimizer", "model_beside_optimizer"] {
        let bytes = std::fs::read(format!("{folder}/{name}.pt")).unwrap();
        let mut file = TorchFile::open(&bytes[..]).unwrap();
        let dtypes: Vec<_> = file.tensors().iter().map(|(name, layout)| (name.as_str(), layout.dtype)).collect();
        assert_eq!(dtypes, [("half", Dtype::F16), ("rounded", Dtype::F64), ("w", Dtype::F32)], "{name}");
        let weights = file.weights(PuzzleRows::All).unwrap().tensors;
        assert_eq!(weights["w"], Tensor { shape: vec![2, 3], data: vec![0.0, 0.5, 1.0, 1.5, 2.0, -2.5] }, "{name}");
        assert_eq!(weights["rounded"].data, [0.1, 1.0, 1.0 + 2.0 * f32::EPSILON, 0.0], "{name}");
        assert_eq!(weights["half"].data, [0.333_251_95, 65504.0, 2_f32.powi(-24), 0.0], "{name}");
    }
    let bytes = std::fs::read(format!("{folder}/deflated.pt")).unwrap();
    let weights = TorchFile::open(&bytes[..]).unwrap().weights(PuzzleRows::All).unwrap().tensors;
    let tokens = &weights["embed_tokens.embedding_weight"];
    assert_eq!((&tokens.shape[..], tokens.data[43]), (&[11, 4][..], 21.5));
}

/// Files of burn's and candle's tests (SOURCES.txt), against what PyTorch 2.15 reads: expected.txt has a line for each tensor
/// with the XXH3 of its bytes.
#[test]
fn files_of_other_readers_tests_are_read_as_pytorch_reads_them() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/pytorch");
    let mut found = String::new();
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap();
        let bytes = std::fs::read(&file).unwrap();
        match file.extension().unwrap().to_str().unwrap() {
            "tar" => assert!(refusal(&bytes).contains("a tar archive, which PyTorch wrote before 0.1.10")),
            "txt" => {}
            _ if name == "burn_broken.pt" => assert!(refusal(&bytes).starts_with("not a PyTorch file")),
            _ => {
                let mut torch = TorchFile::open(&bytes[..]).unwrap();
                for (tensor, layout) in torch.tensors().clone() {
                    let hash = xxhash_rust::xxh3::xxh3_64(&torch.bytes(&tensor).unwrap());
                    found += &format!("{name} {tensor} {:?} {:?} {hash:016x}\n", layout.dtype, layout.shape);
                }
            }
        }
    }
    assert_eq!(found, std::fs::read_to_string(format!("{folder}/expected.txt")).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
        in_pickle in any::<bool>(),
    ) {
        let mut bytes = written(&model(), States::Exact);
        // The pickle is at the beginning, the directory at the end.
        let range = if in_pickle { 0..600 } else { 0..bytes.len() };
        for (place, value) in &changes {
            bytes[range.start + place.index(range.len())] = *value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(mut file) = TorchFile::open(&bytes[..]) {
            let names: Vec<String> = file.tensors().keys().cloned().collect();
            for name in names {
                // Never more than the file has.
                if let Ok(elements) = file.bytes(&name) {
                    prop_assert!(elements.len() <= bytes.len());
                }
            }
            let _ = file.weights(PuzzleRows::All);
        }
    }

    #[test]
    fn no_pickle_panics(pickle in prop::collection::vec(instruction(), 0..60)) {
        let bytes = pickle.concat();
        let file = archive(&[("a/data.pkl", &bytes), ("a/data/0", &[0; 32])]);
        let _ = TorchFile::open(&file[..]);
    }
}

/// An instruction, whole or not, with names and numbers that lead on.
fn instruction() -> impl Strategy<Value = Vec<u8>> {
    let known: [&[u8]; 30] = [
        b"\x80\x02",
        b"(",
        b"N",
        b"\x88",
        b"J\xff\xff\xff\xff",
        b"K\x04",
        b"M\x01\x02",
        b"\x8a\x09abcdefghi",
        b"X\x01\0\0\0w",
        b"U\x07storage",
        b"U\x010",
        b")",
        b"\x85",
        b"\x86",
        b"\x87",
        b"t",
        b"]",
        b"l",
        b"a",
        b"e",
        b"}",
        b"d",
        b"s",
        b"u",
        b"q\0",
        b"h\0",
        b"ctorch\nFloatStorage\n",
        b"ctorch._utils\n_rebuild_tensor_v2\n",
        b"R",
        b"Q",
    ];
    prop_oneof![
        20 => prop::sample::select(known.to_vec()).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 1..4),
        1 => Just(b".".to_vec()),
    ]
}
