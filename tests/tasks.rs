//! The collections of tasks that come with the page: each task is read, written again, sent through a link, turned into tokens
//! and back.
#![cfg(not(target_arch = "wasm32"))]

use std::{collections::HashSet, fs, path::Path};

use hrm_core::{
    puzzle::{
        Place, Size,
        arc::{
            Augmentation, Task,
            codec::TokenGrid,
            file,
            library::{COLLECTIONS, Entry, Filter, ShapeChange, find},
            link,
        },
    },
    random::Random,
};
use xxhash_rust::xxh3::xxh3_128;

/// The text of a collection.
fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/tasks").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The tasks of every collection.
fn all() -> Vec<Task> {
    COLLECTIONS
        .iter()
        .flat_map(|collection| file::read_all(&[(collection.file, &text(collection.file))]).unwrap())
        .collect()
}

#[test]
fn every_collection_is_the_one_that_is_listed() {
    for collection in COLLECTIONS {
        let text = text(collection.file);
        assert_eq!(format!("{:032x}", xxh3_128(text.as_bytes())), collection.hash, "{}", collection.file);
        let tasks = file::read_all(&[(collection.file, &text)]).unwrap();
        assert_eq!(tasks.len(), collection.tasks, "{}", collection.file);
        let one_by_one: Result<Vec<Task>, _> = file::Bundle::new(collection.file, &*text).collect();
        assert_eq!(one_by_one.as_ref(), Ok(&tasks));
        assert_eq!(tasks.iter().map(|task| &task.id).collect::<HashSet<_>>().len(), collection.tasks);
        assert!(tasks.iter().flat_map(|task| task.train.iter().chain(&task.test)).all(|pair| pair.output.is_some()));
    }
    assert_eq!(all().len(), 949);
}

#[test]
fn every_task_is_written_and_read_again() {
    for collection in COLLECTIONS {
        let text = text(collection.file);
        let tasks = file::read_all(&[(collection.file, &text)]).unwrap();
        let unchanged: Vec<String> =
            tasks.iter().map(|task| format!("\"{}\":{}", task.id, file::write(task))).collect();
        assert!(format!("{{{}}}\n", unchanged.join(",")) == text, "{}: byte for byte", collection.file);
    }
    for task in all() {
        let mut changed = task.clone();
        changed.test[0].output = None;
        let written = file::write(&changed);
        let again = file::read(&format!("{}.json", task.id), &written).unwrap();
        assert_eq!(again, changed, "{}", task.id);
    }
}

#[test]
fn a_link_holds_nearly_every_task() {
    let mut lengths = Vec::new();
    for task in all() {
        match link::encode(&task) {
            Ok(text) => {
                assert!(link::decode(&text).unwrap().has_content_of(&task), "{}", task.id);
                lengths.push(text.len());
            }
            Err(error) => println!("{}: {error}", task.id),
        }
    }
    lengths.sort_unstable();
    println!("{} of 949, half of them in {} characters", lengths.len(), lengths[lengths.len() / 2]);
    assert!(lengths.len() >= 940 && lengths[lengths.len() / 2] < 150, "{}", lengths.len());
}

#[test]
fn every_grid_becomes_tokens_and_comes_back() {
    let mut random = Random::new(1);
    for task in all() {
        let smallest = TokenGrid::holding(task.largest(), 0);
        for grid in task.grids() {
            let augmentation = Augmentation::random(&mut random);
            for side in [TokenGrid::OFFICIAL, smallest] {
                let tokens = side.encode(&augmentation.apply(grid), Place { row: 0, column: 0 }).unwrap();
                let answer = side.decode(&tokens).map(|answer| augmentation.undo(&answer));
                assert_eq!(answer.as_ref(), Some(grid), "{}, {augmentation}", task.id);
            }
        }
    }
}

#[test]
fn tasks_are_found_by_what_they_have() {
    let tasks = all();
    let entries: Vec<Entry> = tasks.iter().map(Entry::of).collect();
    let count = |filter: Filter| find(&entries, &filter).len();
    // Those whose grids all fit 10x10: 178 training and 77 evaluation tasks, and all of Mini-ARC.
    let small = Filter { within: Some(Size::square(10)), ..Filter::default() };
    let small = find(&entries, &small);
    let of = |range: std::ops::Range<usize>| small.iter().filter(|number| range.contains(number)).count();
    assert_eq!((of(0..400), of(400..800), of(800..949)), (178, 77, 149));
    assert_eq!(count(Filter { text: "007BBF".into(), ..Filter::default() }), 1);
    let changes = ShapeChange::ALL.map(|change| count(Filter { change: Some(change), ..Filter::default() }));
    assert_eq!(changes.iter().sum::<usize>(), 949);
    assert!(changes.iter().all(|count| *count > 0), "{changes:?}");
}
