//! The sources of all kernels, as they lie in `shaders/`, but for their comments: a visitor would wait for them.

use xxhash_rust::xxh3::Xxh3;

macro_rules! sources {
    ($($name:literal)*) => {
        /// Name and source of every shader.
        pub const ALL: &[(&str, &str)] = &[$(($name, {
            const WRITTEN: &str = include_str!(concat!("../../../../../shaders/", $name, ".wgsl"));
            const CODE: [u8; code_len(WRITTEN)] = code(WRITTEN);
            match std::str::from_utf8(&CODE) {
                Ok(code) => code,
                Err(_) => panic!("a comment ends within a character"),
            }
        }),)*];
    };
}

sources! {
    "adam_atan2" "add" "attention" "attention_backward" "attention_held" "carry_reset" "copy" "cross_entropy"
    "cross_entropy_backward" "depthwise_conv" "depthwise_conv_backward" "ema" "embed" "embed_backward" "fill" "halt" "matmul" "matmul_direct" "matmul_held"
    "metrics" "q_head" "q_head_backward" "q_loss" "q_loss_backward" "q_target" "rms_norm" "rms_norm_backward"
    "sign_sgd" "sum_squares" "swiglu" "swiglu_backward"
}

/// The source of a shader; empty (and so refused by the driver) for an unknown name.
pub fn source(name: &str) -> &'static str {
    ALL.iter().find(|(known, _)| *known == name).map_or("", |(_, source)| source)
}

/// The hash of all sources: what is known of an adapter holds for one state of them.
pub fn hash() -> u64 {
    let mut hasher = Xxh3::new();
    ALL.iter().for_each(|(_, source)| hasher.update(source.as_bytes()));
    hasher.digest()
}

/// A source with the values of some of its constants put in: of each the line that begins with `const NAME: `. The file by itself,
/// with the values that stand there, is a whole shader. (Arrays in workgroup memory whose size is an `override` have been reported
/// to be empty in some browsers; and a text is all that tells two variants apart.)
pub fn specialised(source: &str, constants: &[(&str, f64)]) -> String {
    let mut text = String::with_capacity(source.len() + 16);
    for line in source.split_inclusive('\n') {
        match of_constant(line, constants) {
            // Booleans are given as 0 and 1.
            Some((name, "bool", value)) => text.push_str(&format!("const {name}: bool = {};\n", value != 0.0)),
            Some((name, of, value)) => text.push_str(&format!("const {name}: {of} = {value};\n")),
            None => text.push_str(line),
        }
    }
    text
}

/// The name, type and value of the constant that a line declares, where it is one of these.
fn of_constant<'a>(line: &'a str, constants: &[(&str, f64)]) -> Option<(&'a str, &'a str, f64)> {
    let (name, rest) = line.strip_prefix("const ")?.split_once(": ")?;
    let (of, _) = rest.split_once(" = ")?;
    let (_, value) = constants.iter().find(|(known, _)| *known == name)?;
    Some((name, of, *value))
}

/// The bytes of a source without its comments (`//` to the end of the line: WGSL has no strings) and indentation. Lines stay,
/// so that a compiler names them as they are in the file.
const fn code<const LEN: usize>(written: &str) -> [u8; LEN] {
    let (written, mut out) = (written.as_bytes(), [0; LEN]);
    let (mut at, mut len) = (0, 0);
    while at < written.len() {
        if let Some(byte) = kept(written, at) {
            out[len] = byte;
            len += 1;
            at += 1;
        } else {
            at = skipped(written, at);
        }
    }
    out
}

const fn code_len(written: &str) -> usize {
    let written = written.as_bytes();
    let (mut at, mut len) = (0, 0);
    while at < written.len() {
        if kept(written, at).is_some() {
            len += 1;
            at += 1;
        } else {
            at = skipped(written, at);
        }
    }
    len
}

/// The byte at a place, unless a comment or an indentation begins there.
const fn kept(written: &[u8], at: usize) -> Option<u8> {
    let byte = written[at];
    let begins_comment = byte == b'/' && at + 1 < written.len() && written[at + 1] == b'/';
    let is_indentation = byte == b' ' && (at == 0 || written[at - 1] == b'\n');
    if begins_comment || is_indentation { None } else { Some(byte) }
}

/// Where the comment or the indentation that begins at a place has ended.
const fn skipped(written: &[u8], at: usize) -> usize {
    let (is_comment, mut end) = (written[at] == b'/', at);
    while end < written.len() && (if is_comment { written[end] != b'\n' } else { written[end] == b' ' }) {
        end += 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_put_in_by_their_lines() {
        let source = "const WX: u32 = 8u;\nconst BOTH: u32 = WX * 2u;\nconst ROPE: bool = true;\nfn f() {}\n";
        let text = specialised(source, &[("ROPE", 0.0), ("WX", 16.0)]);
        assert_eq!(text, "const WX: u32 = 16;\nconst BOTH: u32 = WX * 2u;\nconst ROPE: bool = false;\nfn f() {}\n");
        assert_eq!(specialised(source, &[]), source);
    }

    #[test]
    fn only_comments_and_indentation_are_left_out() {
        const WRITTEN: &str = "// What it does: Σ x²\nfn f() {\n    a / b; // why\n}\n";
        const CODE: [u8; code_len(WRITTEN)] = code(WRITTEN);
        assert_eq!(std::str::from_utf8(&CODE), Ok("\nfn f() {\na / b; \n}\n"));
        for (name, source) in ALL {
            assert!(!source.contains("//") && !source.contains("\n "), "{name}");
        }
    }
}
