//! Tasks of several grids, as files and in links.

use hrm_core::{
    puzzle::arc::{file as tasks, link},
    text::decode,
};

use super::{FREE, MULTIPLE, Target, files, said};

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
            let solutions = include_str!("../../data/tasks/small_solutions.json");
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
