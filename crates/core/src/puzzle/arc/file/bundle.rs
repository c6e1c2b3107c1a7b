//! A large file of tasks, read one task at a time.

use super::{
    FileError,
    cursor::Cursor,
    reader::{in_task, task},
};
use crate::puzzle::arc::Task;

/// The tasks of a text `{id: task}`, each read when it is asked for: so that who must not be held up reads a few at a time.
///
/// It is for files that come with this program: the text is not looked through beforehand, as [`super::read_all`] does, and what
/// is no JSON ends the tasks early, or is told as a fault of the task that it is in.
#[derive(Clone, Debug)]
pub struct Bundle {
    name: String,
    text: String,
    /// Bytes that were read.
    at: usize,
}

impl Bundle {
    /// Of a file of a name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), at: 0 }
    }

    /// Bytes that were read, and all of them.
    pub fn progress(&self) -> (usize, usize) {
        (self.at, self.text.len())
    }
}

impl Iterator for Bundle {
    type Item = Result<Task, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut cursor = Cursor::at(&self.text, self.at);
        if !cursor.take(if self.at == 0 { b'{' } else { b',' }) || cursor.peek() != b'"' {
            self.at = self.text.len();
            return None;
        }
        let id = cursor.name();
        let source = cursor.value();
        let read = task(&mut Cursor::new(source), id.clone()).map_err(in_task(&id));
        self.at = cursor.passed();
        Some(match read {
            Ok(task) => Ok(Task { source: Some(source.into()), ..task }),
            Err((location, fault)) => Err(FileError { file: self.name.clone(), location, fault }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::arc::file::{read_all, write};

    #[test]
    fn tasks_are_read_one_at_a_time() {
        let one = r#"{"train":[{"input":[[1]],"output":[[2]]}],"test":[{"input":[[3]]}]}"#;
        let text = format!(" {{ \"a\": {one} ,\n\"b\\\"\":{one}}} ");
        let mut bundle = Bundle::new("b.json", &*text);
        let first = bundle.next().unwrap().unwrap();
        let (done, all) = bundle.progress();
        assert!(done > one.len() && done < all && all == text.len());
        let second = bundle.next().unwrap().unwrap();
        assert_eq!(write(&second), one);
        assert_eq!([first, second], *read_all(&[("b.json", &text)]).unwrap());
        assert!(bundle.next().is_none() && bundle.next().is_none());
    }

    #[test]
    fn damaged_text_ends_it_or_is_told() {
        let bad = r#"{"a":{"train":[{"input":[[1]],"output":[[12]]}],"test":[]}}"#;
        let said = Bundle::new("b.json", bad).next().unwrap().unwrap_err().to_string();
        let expected =
            "b.json: task a, train pair 1, output: row 1, cell 1: found 12, expected a whole number from 0 to 9";
        assert_eq!(said, expected);
        for text in
            ["", "[]", "{", "{}", "{\"", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":{\"train\":[{\"input\":[[1", "{1:2}"]
        {
            assert!(Bundle::new("", text).take(3).all(|task| task.is_err()), "{text}");
        }
    }
}
