//! A walk through the values of a text that is known to be JSON: each is seen once, in order, with the text that it stands in.

/// A place in a text that [`crate::json::check_names`] has found to be JSON.
///
/// What is no JSON is never walked through; if it were, the walk would end early and find nothing.
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Before a text's value.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Behind what was passed before, of which [`Cursor::passed`] told the length.
    pub fn at(text: &'a str, passed: usize) -> Self {
        Self { text, at: passed }
    }

    /// Bytes that were passed.
    pub fn passed(&self) -> usize {
        self.at
    }

    /// The first byte of the next value, or what stands behind the last; 0 at the end.
    pub fn peek(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        bytes.get(self.at).copied().unwrap_or(0)
    }

    /// Passes a sign, if it comes next.
    pub fn take(&mut self, sign: u8) -> bool {
        let comes = self.peek() == sign && self.at < self.text.len();
        self.at += usize::from(comes);
        comes
    }

    /// Passes a value; its text, without white space around it. Nothing is kept for those within it, however deep.
    pub fn value(&mut self) -> &'a str {
        self.peek();
        let (start, bytes) = (self.at, self.text.as_bytes());
        let mut depth = 0_usize;
        loop {
            match bytes.get(self.at) {
                None => break,
                Some(b'"') => self.pass_text(),
                Some(b'[' | b'{') => {
                    depth += 1;
                    self.at += 1;
                }
                Some(b']' | b'}') => {
                    depth = depth.saturating_sub(1);
                    self.at += 1;
                }
                Some(b',' | b':') => self.at += 1,
                Some(byte) if byte.is_ascii_whitespace() => self.at += 1,
                Some(_) => {
                    let is_plain = |byte: &&u8| !byte.is_ascii_whitespace() && !b",:[]{}\"".contains(byte);
                    self.at += bytes[self.at..].iter().take_while(is_plain).count();
                }
            }
            if depth == 0 {
                break;
            }
        }
        &self.text[start..self.at]
    }

    /// Passes the name of an object's entry.
    pub fn name(&mut self) -> String {
        let name = serde_json::from_str(self.value()).unwrap_or_default();
        self.take(b':');
        name
    }

    /// Passes a text in quotation marks.
    fn pass_text(&mut self) {
        let bytes = self.text.as_bytes();
        self.at += 1;
        while let Some(&byte) = bytes.get(self.at) {
            // A sign after a backslash ends nothing; behind a last backslash there is nothing.
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        self.at = self.at.min(bytes.len());
    }

    /// Walks through the items of a list, which comes next, with their numbers from 0; how many there are.
    pub fn items<E>(&mut self, mut item: impl FnMut(&mut Self, usize) -> Result<(), E>) -> Result<usize, E> {
        let mut count = 0;
        if self.take(b'[') && !self.take(b']') {
            loop {
                item(self, count)?;
                count += 1;
                if !self.take(b',') {
                    self.take(b']');
                    break;
                }
            }
        }
        Ok(count)
    }

    /// Walks through the entries of an object, which comes next, with their names.
    pub fn entries<E>(&mut self, mut entry: impl FnMut(&mut Self, String) -> Result<(), E>) -> Result<(), E> {
        if self.take(b'{') && !self.take(b'}') {
            loop {
                let name = self.name();
                entry(self, name)?;
                if !self.take(b',') {
                    self.take(b'}');
                    break;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn values_are_passed_with_their_text() {
        let text = r#" { "a\"}" : [1, -2.5e3 ,{"b":"],\\"}], "c" :null ,"d":{} } "#;
        let mut found = Vec::new();
        Cursor::new(text)
            .entries(|cursor, name| {
                found.push((name, cursor.value()));
                Ok::<_, Infallible>(())
            })
            .unwrap();
        let expected = [("a\"}", r#"[1, -2.5e3 ,{"b":"],\\"}]"#), ("c", "null"), ("d", "{}")];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value)));
    }

    #[test]
    fn items_are_counted() {
        for (text, expected) in [("[]", 0), (" [ ] ", 0), ("[1]", 1), ("[[],[1,2], {\"a\":[3,4]},\"5,6\"]", 4)] {
            let mut found = Vec::new();
            let count = Cursor::new(text).items(|cursor, number| {
                found.push((number, cursor.value()));
                Ok::<_, Infallible>(())
            });
            assert_eq!((count, found.len()), (Ok(expected), expected), "{text}");
            assert!(found.iter().enumerate().all(|(at, (number, _))| at == *number));
        }
    }

    #[test]
    fn what_is_no_json_ends_the_walk() {
        for text in ["", "[", "{", "[1,", "{\"a", "{\"a\\", "{\"a\":", "[1 2", "]", "[\"é", "[,]"] {
            let pass = |cursor: &mut Cursor<'_>, _| {
                cursor.value();
                Ok::<_, Infallible>(())
            };
            let _ = Cursor::new(text).items(pass);
            let _ = Cursor::new(text).entries(|cursor, _| {
                cursor.value();
                Ok::<_, Infallible>(())
            });
        }
    }
}
