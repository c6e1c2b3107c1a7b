//! The rule for names that become file or folder names: of runs, recordings, models and downloads.
//!
//! A name is one part of a path on every system: it never leads into another folder, and a file that is called so can be
//! copied to Windows, macOS and Linux alike.

use std::borrow::Cow;

/// Characters of a name at most; endings such as `-step-1000.state.safetensors` come behind it.
pub const LONGEST: usize = 100;
/// Bytes of a name at most, as UTF-8: file systems allow 255 with the ending.
const MOST_BYTES: usize = 200;
/// Signs that separate folders or that some file system reserves.
const RESERVED: [char; 9] = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];
/// Names of devices on Windows, whatever ending follows; COM and LPT also with a digit.
const DEVICES: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];

/// Why a name is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the name {name:?} {problem}; allowed are 1 to {LONGEST} letters, digits, spaces and signs other than \
     / \\ : * ? \" < > |, without a dot or space at either end"
)]
pub struct NameError {
    /// The name, cut after [`LONGEST`] characters.
    name: String,
    /// What is wrong with it.
    problem: String,
}

/// Whether a name may be that of a file.
///
/// # Errors
/// What is wrong with the name, and what is allowed.
pub fn check(name: &str) -> Result<(), NameError> {
    let problem = match problem_of(name) {
        None => return Ok(()),
        Some(problem) => problem,
    };
    let mut shown: String = name.chars().take(LONGEST).collect();
    if shown.len() < name.len() {
        shown.push('…');
    }
    Err(NameError { name: shown, problem })
}

fn problem_of(name: &str) -> Option<String> {
    let characters = name.chars().count();
    if characters == 0 {
        return Some("is empty".into());
    }
    if characters > LONGEST {
        return Some(format!("has {characters} characters"));
    }
    if name.len() > MOST_BYTES {
        return Some(format!("takes {} bytes, more than {MOST_BYTES}", name.len()));
    }
    if let Some(found) = name.chars().find(|&character| is_refused(character)) {
        return Some(match found {
            found if RESERVED.contains(&found) => format!("contains {found}"),
            found => format!("contains the invisible character U+{:04X}", u32::from(found)),
        });
    }
    if [name.chars().next(), name.chars().last()].into_iter().flatten().any(is_refused_at_ends) {
        return Some("begins or ends with a dot or a space".into());
    }
    is_device(name).then(|| "is that of a device on Windows".into())
}

fn is_refused(character: char) -> bool {
    RESERVED.contains(&character) || character.is_control() || is_invisible(character)
}

fn is_refused_at_ends(character: char) -> bool {
    character == '.' || character.is_whitespace()
}

/// Marks without a shape of their own, those that change the direction of writing among them: they make two names look alike.
pub fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    let is_port = numbered.is_some_and(|number| {
        let mut characters = number.chars();
        matches!((characters.next(), characters.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    });
    is_port || DEVICES.contains(&stem.as_str())
}

/// The name itself, or where it is not allowed, the nearest one that is: for what there is already and must not be lost, such
/// as a run that the browser keeps, or the suggested name of a download.
pub fn allowed(name: &str) -> Cow<'_, str> {
    if check(name).is_ok() {
        return Cow::Borrowed(name);
    }
    let plain: String = name.chars().map(|character| if is_refused(character) { '-' } else { character }).collect();
    let cut = cut_to_fit(plain.trim_matches(is_refused_at_ends));
    let cut = cut.trim_end_matches(is_refused_at_ends);
    if cut.is_empty() {
        return Cow::Borrowed("unnamed");
    }
    Cow::Owned(if is_device(cut) { cut_to_fit(&format!("-{cut}")).to_owned() } else { cut.to_owned() })
}

/// The name itself, or where it is taken, the first that is not with a number behind it, in place of one that it has: " (2)",
/// " (3)" and so on.
pub fn distinct(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let number_of = |ending: &str| ending.strip_suffix(')')?.parse::<u32>().ok();
    let plain = match name.rsplit_once(" (") {
        Some((plain, ending)) if number_of(ending).is_some() => plain,
        _ => name,
    };
    let numbered = (2..).map(|number: u32| {
        let ending = format!(" ({number})");
        // With the ending, too, it must not be longer than names may be.
        let room = LONGEST.saturating_sub(ending.len());
        let start: String = plain.chars().take(room).collect();
        start.trim_end().to_owned() + &ending
    });
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_else(|| name.to_owned())
}

/// The longest beginning of a text that is short enough for a name.
fn cut_to_fit(text: &str) -> &str {
    let ends = text.char_indices().map(|(at, character)| at + character.len_utf8());
    let end = ends.take(LONGEST).take_while(|&end| end <= MOST_BYTES).last().unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let taken = ["tiny", "tiny (2)"];
        let name = |name| distinct(name, |name| taken.contains(&name));
        assert_eq!(["small", "tiny", "tiny (2)"].map(name), ["small", "tiny (3)", "tiny (3)"]);
        let long = "x".repeat(LONGEST);
        let other = distinct(&long, |name| name == long);
        assert!(other.ends_with("x (2)") && check(&other).is_ok(), "{other}");
    }

    #[test]
    fn names_that_files_can_have_are_allowed() {
        for name in
            ["sudoku-4x4", "My run (2)", "a.b", "maze_13, step 500", "模型 ü", "x", "-", "console", "com10", "2026"]
        {
            assert_eq!(check(name), Ok(()), "{name}");
            assert_eq!(allowed(name), name);
        }
        assert_eq!(check(&"é".repeat(LONGEST)), Ok(()));
    }

    #[test]
    fn everything_else_is_refused_with_what_is_allowed() {
        let long = "x".repeat(LONGEST + 1);
        let wide = "模".repeat(MOST_BYTES / 3 + 1);
        let names = [
            "",
            ".",
            "..",
            "../up",
            "/abs",
            "sudoku/mini",
            "a\\b",
            "C:x",
            "a\0b",
            "a\nb",
            " a",
            "a ",
            "a.",
            ".hidden",
            "nul",
            "NUL.txt",
            "com1",
            "Lpt9.x",
            "a\u{202e}b",
            "a\u{200b}",
            "a*",
            "a?",
            "\"a\"",
            "<a>",
            "a|b",
            &long,
            &wide,
        ];
        for name in names {
            let error = check(name).unwrap_err().to_string();
            assert!(error.contains("allowed are 1 to 100 letters, digits"), "{error}");
            assert!(!error.contains('\n'), "{error}");
            assert_eq!(check(&allowed(name)), Ok(()), "{name:?} becomes {:?}", allowed(name));
        }
        let said = |name| check(name).unwrap_err().to_string();
        assert!(said("sudoku/mini").starts_with("the name \"sudoku/mini\" contains /; allowed"));
        assert!(said("a\u{200b}").contains("the invisible character U+200B"));
        assert!(said("..").contains("begins or ends with a dot"));
    }

    #[test]
    fn a_name_that_is_not_allowed_becomes_one_that_is_like_it() {
        assert_eq!(allowed("4x4: first/second"), "4x4- first-second");
        assert_eq!(allowed("../../up"), "-..-up");
        assert_eq!(allowed("..."), "unnamed");
        assert_eq!(allowed("nul"), "-nul");
    }

    #[cfg(not(target_arch = "wasm32"))]
    mod properties {
        use std::path::{Component, Path};

        use proptest::prelude::*;

        use super::*;

        proptest! {
            #[test]
            fn what_is_allowed_is_one_part_of_a_path(name in "\\PC{0,120}|[./\\\\:a-c\u{202e}\u{0}]{0,12}|.{0,12}") {
                for name in [name.as_str(), &allowed(&name)] {
                    if check(name).is_ok() {
                        let parts: Vec<Component<'_>> = Path::new(name).components().collect();
                        prop_assert_eq!(parts, [Component::Normal(name.as_ref())]);
                    }
                }
                prop_assert_eq!(check(&allowed(&name)), Ok(()));
                prop_assert_eq!(check(&name).is_ok(), allowed(&name) == name);
            }
        }
    }
}
