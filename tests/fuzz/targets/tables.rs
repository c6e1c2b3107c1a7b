//! Puzzles in tables.

use hrm_core::data::csv as tables;

use super::{FREE, MULTIPLE, Target, files};

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
            let tables::OfSizes { kind, rows: every_size, .. } = match tables::read_any(None, bytes) {
                Ok(read) => read,
                Err(error) => return error.to_string(),
            };
            let table = tables::read(kind, bytes).unwrap();
            assert!(every_size.len() >= table.rows.len());
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
