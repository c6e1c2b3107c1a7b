//! Files that were made to make their reader allocate: each is refused, and the most that is held stands here.

use super::{
    allocations::peak,
    targets::{self, FREE, MULTIPLE},
};

/// Bytes that a refusal may take in any case.
const MOST: usize = 200_000_000;

/// Reads a hostile file; what is said of it.
fn refused(name: &str, bytes: &[u8]) -> String {
    let (said, most) = peak(|| targets::read_torch(bytes));
    println!("{name}: {} bytes, {most} held: {said}", bytes.len());
    let allowed = MOST.min(FREE + MULTIPLE * bytes.len());
    assert!(most < allowed, "{name}: {most} bytes held, at most {allowed} are allowed");
    assert!(!said.is_empty(), "{name} was read");
    said
}

/// A pickle in an archive with a storage of 64 bytes.
fn pickled(name: &str, pickle: &[u8]) -> String {
    refused(name, &targets::archive(&[("a/data.pkl", pickle), ("a/data/0", &[0; 64])]))
}

/// As many instructions as are followed, and some more.
const MANY: usize = 1_100_000;

#[test]
fn hostile_pickles_are_refused_in_little_memory() {
    let repeated = |start: &[u8], part: &[u8]| [b"\x80\x02", start, &part.repeat(MANY)].concat();
    for (name, pickle, words) in [
        ("200,000 marks", repeated(b"", b"("), "marks"),
        ("empty dicts", repeated(b"", b"}"), "instructions"),
        ("empty lists", repeated(b"", b"]"), "instructions"),
        ("tuples of one", repeated(b"N", b"\x85"), "instructions"),
        ("a memo of many numbers", repeated(b"N", b"r\x01\0\0\0"), "instructions"),
        ("strings", repeated(b"", b"U\x01a"), "instructions"),
        ("wide numbers", repeated(b"", b"\x8a\x01\x7f"), "instructions"),
        ("names", repeated(b"", b"ctorch\nSize\n"), "instructions"),
    ] {
        let said = pickled(name, &pickle);
        assert!(said.contains(words), "{name}: {said}");
    }
    // Each remembered under a number of its own.
    let mut memo = b"\x80\x02N".to_vec();
    for number in 0..MANY as u32 {
        memo.extend([b"r".as_slice(), &number.to_le_bytes()].concat());
    }
    assert!(pickled("a huge memo", &memo).contains("instructions"));
    // One list of 300,000 pairs, which 200,000 calls copy.
    let mut copies = b"\x80\x02U\x01aK\x01\x86q\x00ccollections\nOrderedDict\nq\x01](".to_vec();
    copies.extend(b"h\x00".repeat(300_000));
    copies.extend(b"e\x85q\x02");
    copies.extend(b"h\x01h\x02R".repeat(200_000));
    assert!(pickled("copies of a list", &copies).contains("OrderedDicts"));
    // Tensors of 16 dimensions over one storage, from remembered arguments.
    let mut tensors = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\nq\x00((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x08tQK\x00(".to_vec();
    tensors.extend(b"K\x01".repeat(16));
    tensors.extend(b"tq\x03h\x03\x89Ntq\x01");
    tensors.extend(b"h\x00h\x01R".repeat(300_000));
    assert!(pickled("many tensors", &tensors).contains("tensors"));
    // Names of 500 bytes each.
    let mut names = [b"\x80\x02}X\xf0\x01\0\0".as_slice(), &vec![b'n'; 496], b"}("].concat();
    let tensor = b"ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x08tQK\x00(K\x01t(K\x01t\x89NtR";
    for number in 0..15_000_u32 {
        names.extend([format!("U\x03{:03x}", number % 4096).as_bytes(), tensor].concat());
    }
    names.extend(b"us.");
    assert!(pickled("names of 500 bytes", &names).contains("two of this name"));
    // Keys that an error would repeat: 3 MB each, five of them.
    let mut keys = b"\x80\x02}X\0\0\x30\0".to_vec();
    keys.extend([0xc2, 0x80].repeat(0x30_0000 / 2));
    keys.extend(b"q\x00Nsh\x00Nsh\x00Nsh\x00Nsh\x00Ns.");
    assert!(pickled("long keys", &keys).contains("no named tensors"));
}

#[test]
fn hostile_archives_are_refused_in_little_memory() {
    // A directory of as many entries as fit into its limit.
    let names: Vec<String> = (0..250_000).map(|number| format!("{number:06}")).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    let directory = targets::archive(&entries);
    // The number has 16 bits: so many bytes for so few entries, of which none is the pickle.
    assert!(refused("250,000 entries", &directory).contains("0 entries data.pkl"));
    let entries = &entries[..65_000];
    assert!(refused("65,000 entries", &targets::archive(entries)).contains("0 entries data.pkl"));
    // The largest pickle, of nothing, and one byte more.
    let pickle = vec![b'N'; 1 << 24];
    assert!(pickled("a pickle of 16 MiB", &pickle).contains("instructions"));
    assert!(pickled("a larger pickle", &[&pickle[..], b"."].concat()).contains("expected at most 16777216"));
}

/// What a person's file may have much of: the readers' memory grows with it, and no faster.
#[test]
fn large_texts_take_a_multiple_of_their_size() {
    for target in
        [targets::csv(), targets::puzzle_text(), targets::yaml(), targets::link_address(), targets::task_files()]
    {
        let seeds = (target.seeds)();
        for seed in &seeds {
            let large = seed.repeat(200_000_usize.div_ceil(seed.len().max(1)));
            let (_, most) = peak(|| (target.read)(&large));
            let allowed = FREE + MULTIPLE * large.len();
            let begins = String::from_utf8_lossy(&seed[..seed.len().min(200)]).into_owned();
            assert!(
                most < allowed,
                "{}: {most} bytes held for {}, at most {allowed}: {begins:?} again and again",
                target.name,
                large.len()
            );
        }
    }
}
