//! Files that were made to make their reader allocate or work: each is refused, and the most that this may take stands here.

use std::time::Duration;

use miniz_oxide::deflate::compress_to_vec;

use super::{
    Clock,
    allocations::peak,
    targets::{self, FREE, MULTIPLE, archive, read_torch},
};

/// Bytes that a refusal may take in any case.
const MOST: usize = 200_000_000;
/// Time on the processor that a refusal may take.
const LONGEST: Duration = Duration::from_secs(1);

/// Reads a hostile file, which must be refused in these words, within the stated memory and time.
fn refused(name: &str, read: fn(&[u8]) -> String, bytes: &[u8], words: &str) {
    let clock = Clock::start();
    let before = clock.processor();
    let (said, most) = peak(|| read(bytes));
    let spent = clock.processor().zip(before).map(|(after, before)| after.saturating_sub(before));
    println!("{name}: {} bytes, {most} held, {spent:?}: {said}", bytes.len());
    assert!(said.contains(words), "{name}: {said:?}, expected {words:?}");
    let allowed = MOST.min(FREE + MULTIPLE * bytes.len());
    assert!(most < allowed, "{name}: {most} bytes held, at most {allowed} are allowed");
    assert!(spent.is_none_or(|spent| spent < LONGEST), "{name}: {spent:?}");
}

/// A pickle in an archive with a storage of 64 bytes.
fn pickled(pickle: &[u8]) -> Vec<u8> {
    archive(&[("a/data.pkl", pickle), ("a/data/0", &[0; 64])])
}

/// A pickle of `count` tensors over one storage, of these lengths and strides, from element `offset`.
fn tensors(count: usize, offset: u32, lengths: &[u8], strides: &[u32]) -> Vec<u8> {
    let mut pickle =
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\nq\x00((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x08tQ"
            .to_vec();
    pickle.extend([b"J".as_slice(), &offset.to_le_bytes(), b"("].concat());
    lengths.iter().for_each(|length| pickle.extend([b'K', *length]));
    pickle.extend(b"t(");
    strides.iter().for_each(|stride| pickle.extend([b"J".as_slice(), &stride.to_le_bytes()].concat()));
    pickle.extend(b"t\x89Ntq\x01}(");
    for number in 0..count {
        pickle.extend(format!("U\x05{number:05}h\x00h\x01R").bytes());
    }
    pickle.extend(b"u.");
    pickle
}

/// Places in an entry's record of the directory: its method (and time, which is 0), its size unpacked, its beginning.
const METHOD: usize = 10;
const SIZE: usize = 24;
const HEADER: usize = 42;
const DEFLATED: u32 = 8;

/// An archive whose directory has other numbers for its last entry.
fn altered(mut file: Vec<u8>, numbers: &[(usize, u32)]) -> Vec<u8> {
    let record = file.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    for (place, number) in numbers {
        file[record + place..record + place + 4].copy_from_slice(&number.to_le_bytes());
    }
    file
}

/// The malicious and broken files that no reader may fall for. Nothing of a pickle is run: there is nothing that could run it.
#[test]
fn malicious_files_are_refused_in_little_memory_and_time() {
    let read_yaml = targets::yaml().read;
    let torch = |name, bytes: Vec<u8>, words| refused(name, read_torch, &bytes, words);
    // Of one tensor over eight elements.
    let tensor = tensors(1, 0, &[8], &[1]);
    let zeros = vec![0; 1 << 24];
    let packed = compress_to_vec(&zeros, 9);
    let last = zeros.len() as u32 / 4 - 1;

    for (name, pickle, words) in [
        ("os.system", b"\x80\x02cos\nsystem\nX\x04\0\0\0true\x85R.".to_vec(), "asks Python for os.system"),
        ("builtins.eval", b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.".to_vec(), "for builtins.eval"),
        (
            "a chain of getattr",
            b"\x80\x02cbuiltins\ngetattr\n(cbuiltins\ngetattr\n(ctorch\nSize\nU\x08__dict__tRU\x03gettR.".to_vec(),
            "for builtins.getattr",
        ),
        (
            "calls of what calls made",
            [b"\x80\x02ccollections\nOrderedDict\n".as_slice(), &b")R".repeat(200_000), b"."].concat(),
            "calls what is no name",
        ),
        (
            "200,000 calls within each other",
            [b"\x80\x02".as_slice(), &b"ccollections\nOrderedDict\n".repeat(200_000), &b"\x85R".repeat(200_000), b"."]
                .concat(),
            "OrderedDict of no list",
        ),
        (
            "a huge memo",
            (0..MANY as u32).fold(b"\x80\x02N".to_vec(), |mut pickle, number| {
                pickle.push(b'r');
                pickle.extend(number.to_le_bytes());
                pickle
            }),
            "instructions",
        ),
        (
            "a huge length",
            b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fabc.".to_vec(),
            "a length of 9223372036854775807",
        ),
        ("200,000 marks", [b"\x80\x02".as_slice(), &[b'('; 200_000]].concat(), "marks"),
        ("no STOP", tensor[..tensor.len() - 1].to_vec(), "ends without STOP"),
        ("a storage too short", tensors(1, 9, &[8], &[1]), "beyond its storage"),
    ] {
        torch(name, pickled(&pickle), words);
    }
    torch("a storage missing", archive(&[("a/data.pkl", &tensor)]), "its storage \"0\" is missing");
    torch("a name out of its folder", archive(&[("../data.pkl", &tensor)]), "named out of its folder");
    torch("overlapping entries", altered(pickled(&tensor), &[(HEADER, 4)]), "overlaps");
    let bomb = |pickle: &[u8], size| {
        let file = archive(&[("a/data.pkl", pickle), ("a/data/0", &packed)]);
        altered(file, &[(METHOD, DEFLATED), (SIZE, size)])
    };
    torch("a bomb of 4 GB", bomb(&tensor, u32::MAX - 1), "would unpack to 4294967294 bytes");
    torch("a bomb that says it is small", bomb(&tensor, 32), "unpacks to more than the 32 bytes");
    let pickle =
        altered(archive(&[("a/data/0", &[0; 64]), ("a/data.pkl", &packed)]), &[(METHOD, DEFLATED), (SIZE, 1000)]);
    torch("a pickle that says it is small", pickle, "unpacks to more than the 1000 bytes");
    let ends = bomb(&tensors(20_000, last, &[1], &[1]), zeros.len() as u32);
    torch("20,000 tensors at the end of what is deflated", ends, "one by one");
    let apart = archive(&[("a/data.pkl", &tensors(20_000, 0, &[2], &[last])), ("a/data/0", &zeros)]);
    torch("20,000 tensors from one end to the other", apart, "one by one");

    let repeated = format!("a: &x \"{}\"\nb: [{}]\n", "x".repeat(900_000), "*x, ".repeat(4990));
    refused("a text and 4990 aliases of it", read_yaml, repeated.as_bytes(), "an alias (*x)");
    let chain = |number| format!("a{number}: {}1{}\n", "{a: &x ".repeat(255), "}".repeat(255));
    let chains: String = (0..19).map(chain).collect();
    refused("anchors within anchors", read_yaml, chains.as_bytes(), "tables and lists");
}

/// As many instructions as are followed, and some more.
const MANY: usize = 1_100_000;

#[test]
fn hostile_pickles_are_refused_in_little_memory() {
    let repeated = |start: &[u8], part: &[u8]| [b"\x80\x02", start, &part.repeat(MANY)].concat();
    for (name, pickle, words) in [
        ("empty dicts", repeated(b"", b"}"), "instructions"),
        ("empty lists", repeated(b"", b"]"), "instructions"),
        ("tuples of one", repeated(b"N", b"\x85"), "instructions"),
        ("a memo of many numbers", repeated(b"N", b"r\x01\0\0\0"), "instructions"),
        ("strings", repeated(b"", b"U\x01a"), "instructions"),
        ("wide numbers", repeated(b"", b"\x8a\x01\x7f"), "instructions"),
        ("names", repeated(b"", b"ctorch\nSize\n"), "instructions"),
    ] {
        refused(name, read_torch, &pickled(&pickle), words);
    }
    // One list of 300,000 pairs, which 200,000 calls copy.
    let mut copies = b"\x80\x02U\x01aK\x01\x86q\x00ccollections\nOrderedDict\nq\x01](".to_vec();
    copies.extend(b"h\x00".repeat(300_000));
    copies.extend(b"e\x85q\x02");
    copies.extend(b"h\x01h\x02R".repeat(200_000));
    refused("copies of a list", read_torch, &pickled(&copies), "OrderedDicts");
    // Tensors of 16 dimensions over one storage, from remembered arguments.
    let mut tensors = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\nq\x00((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x08tQK\x00(".to_vec();
    tensors.extend(b"K\x01".repeat(16));
    tensors.extend(b"tq\x03h\x03\x89Ntq\x01");
    tensors.extend(b"h\x00h\x01R".repeat(300_000));
    refused("many tensors", read_torch, &pickled(&tensors), "tensors");
    // Names of 500 bytes each.
    let mut names = [b"\x80\x02}X\xf0\x01\0\0".as_slice(), &vec![b'n'; 496], b"}("].concat();
    let tensor = b"ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x08tQK\x00(K\x01t(K\x01t\x89NtR";
    for number in 0..15_000_u32 {
        names.extend([format!("U\x03{:03x}", number % 4096).as_bytes(), tensor].concat());
    }
    names.extend(b"us.");
    refused("names of 500 bytes", read_torch, &pickled(&names), "two of this name");
    // Keys that an error would repeat: 3 MB each, five of them.
    let mut keys = b"\x80\x02}X\0\0\x30\0".to_vec();
    keys.extend([0xc2, 0x80].repeat(0x30_0000 / 2));
    keys.extend(b"q\x00Nsh\x00Nsh\x00Nsh\x00Nsh\x00Ns.");
    refused("long keys", read_torch, &pickled(&keys), "no named tensors");
    // One text of 15 MB again and again: as a key, as the name of a storage.
    let text = [b"\x80\x02X\0\0\xe0\0".as_slice(), &vec![b'k'; 0xe0_0000], b"q\x00"].concat();
    let again = [&text[..], b"}", &b"h\x00Ns".repeat(300_000), b"."].concat();
    refused("one long key", read_torch, &pickled(&again), "no named tensors");
    let storage = b"(U\x07storagectorch\nFloatStorage\nh\x00U\x03cpuK\x08tq\x01";
    let again = [&text[..], storage, &b"h\x01Q".repeat(300_000), b"."].concat();
    refused("one long name of a storage", read_torch, &pickled(&again), "a storage whose name has more than");
}

/// The form before 1.6 has five pickles: each may be large, so not all may be held.
#[test]
fn the_pickles_of_an_older_file_are_held_one_at_a_time() {
    let large = |end: &[u8]| [b"\x80\x02".as_slice(), &b"]".repeat(1_000_000), end, b"."].concat();
    let tensor = tensors(1, 0, &[8], &[1]);
    let pickles: [&[u8]; 5] = [
        b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19",
        b"M\xe9\x03",
        b"}",
        &tensor[2..tensor.len() - 1],
        b"]U\x010a",
    ];
    // With as much behind them as is read at once.
    let file = [pickles.map(large).concat(), vec![0xff; 11 << 20]].concat();
    refused("five large pickles", read_torch, &file, "storage \"0\" has 18446744073709551615 elements");
}

#[test]
fn hostile_archives_are_refused_in_little_memory() {
    // A directory of as many entries as fit into its limit.
    let names: Vec<String> = (0..250_000).map(|number| format!("{number:06}")).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    let directory = archive(&entries);
    // The number has 16 bits: so many bytes for so few entries, of which none is the pickle.
    refused("250,000 entries", read_torch, &directory, "0 entries data.pkl");
    let entries = &entries[..65_000];
    refused("65,000 entries", read_torch, &archive(entries), "0 entries data.pkl");
    // The largest pickle, of nothing, and one byte more.
    let pickle = vec![b'N'; 1 << 24];
    refused("a pickle of 16 MiB", read_torch, &pickled(&pickle), "instructions");
    let larger = [&pickle[..], b"."].concat();
    refused("a larger pickle", read_torch, &pickled(&larger), "expected at most 16777216");
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
