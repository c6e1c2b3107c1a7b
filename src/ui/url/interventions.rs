//! What is done to a thought, as a link writes it: `12~freeze~H_12~noise~L~0.5~1_18~clue~5~3`.

use std::fmt::Write;

use hrm_core::model::{Act, Intervention, Level};

/// Acts that a link may ask for: more than anybody gathers by hand.
const MOST: usize = 32;

/// Acts as text; empty for none.
pub fn write(acts: &[Intervention]) -> String {
    let mut text = String::new();
    for (index, Intervention { at, act }) in acts.iter().enumerate() {
        let between = if index == 0 { "" } else { "_" };
        let _ = match act {
            Act::Freeze { level } => write!(text, "{between}{at}~freeze~{level:?}"),
            Act::Restart { level } => write!(text, "{between}{at}~restart~{level:?}"),
            Act::Noise { level, size, seed } => write!(text, "{between}{at}~noise~{level:?}~{size}~{seed}"),
            Act::Clue { cell, token } => write!(text, "{between}{at}~clue~{cell}~{token}"),
        };
    }
    text
}

/// Acts from text. What is no act is passed over, as everything is that a link says and the page does not know.
pub fn read(text: &str) -> Vec<Intervention> {
    text.split('_').filter_map(read_one).take(MOST).collect()
}

fn read_one(text: &str) -> Option<Intervention> {
    let parts: Vec<&str> = text.split('~').collect();
    let (at, rest) = parts.split_first()?;
    let level = |name: &str| match name {
        "H" => Some(Level::H),
        "L" => Some(Level::L),
        _ => None,
    };
    let act = match rest {
        ["freeze", of] => Act::Freeze { level: level(of)? },
        ["restart", of] => Act::Restart { level: level(of)? },
        ["noise", of, size, seed] => {
            let size = size.parse().ok().filter(|size: &f32| size.is_finite() && *size >= 0.0)?;
            Act::Noise { level: level(of)?, size, seed: seed.parse().ok()? }
        }
        ["clue", cell, token] => Act::Clue { cell: cell.parse().ok()?, token: token.parse().ok()? },
        _ => return None,
    };
    Some(Intervention { at: at.parse().ok()?, act })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_read_back() {
        let acts = [
            Act::Freeze { level: Level::H },
            Act::Restart { level: Level::L },
            Act::Noise { level: Level::H, size: 1e-3, seed: 7 },
            Act::Clue { cell: 5, token: 3 },
        ]
        .map(|act| Intervention { at: 12, act });
        assert_eq!(read(&write(&acts)), acts);
        assert_eq!(write(&acts[..1]), "12~freeze~H");
    }

    #[test]
    fn what_is_no_act_is_passed_over() {
        assert_eq!(read(""), []);
        assert_eq!(read("1~freeze~X_x~freeze~H_2~noise~H~-1~1_3~noise~H~NaN~1_4~clue~1_5~melt~H"), []);
    }
}
