//! Puzzles as text, and addresses.

use hrm_core::{
    puzzle::{Kind, in_rows},
    text::decode,
};
use hrm_web::ui::{board::reading, url::address::Address};

use super::{FREE, MULTIPLE, Target, files};

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
