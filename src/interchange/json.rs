//! JSON as other programs write it: a long list, or one value after another as in JSON lines, of which each is read for
//! itself, so that memory does not grow with the file; and values that become texts.

use std::io::BufRead;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::sink::{Source, unread};
use super::{FormatError, text};
use crate::language::slug;
use crate::model::{ArticleInfo, Direction, is_folder_safe};

/// Longest object read, in bytes: a file whose brackets never close does not fill the memory.
const LONGEST: usize = 1 << 30;

/// An object of a file.
#[derive(Debug)]
pub(super) struct Element {
    bytes: Vec<u8>,
    /// The line it begins in, from 1.
    pub(super) line: usize,
    /// Its number, from 1.
    pub(super) nth: usize,
}

impl Element {
    /// Reads it.
    ///
    /// # Errors
    /// Where it is not JSON or of another shape, with the line.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, FormatError> {
        serde_json::from_slice(&self.bytes).map_err(|error| said(&error, self.line))
    }
}

/// What serde_json says, at its line of the file.
fn said(error: &serde_json::Error, first_line: usize) -> FormatError {
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    FormatError::new(format!("{said}; nothing was imported: mend the file"))
        .at_line(first_line + error.line().saturating_sub(1))
        .at_byte(error.column().saturating_sub(1))
}

/// A whole file as one value.
///
/// # Errors
/// Where it is not JSON or of another shape, with the line.
pub(super) fn whole<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FormatError> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| said(&error, 1))
}

/// The objects of a file, in order. It ends after the first error.
pub(super) struct Elements {
    input: Box<dyn BufRead>,
    line: usize,
    nth: usize,
    /// Whether the file is a list; nothing before its first byte is seen.
    list: Option<bool>,
    /// Whether a comma is due before the next object of a list.
    comma: bool,
    done: bool,
}

impl Elements {
    /// From the start of a file.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub(super) fn of(source: &dyn Source) -> Result<Self, FormatError> {
        let mut input = source.open().map_err(unread)?;
        if input.fill_buf().map_err(unread)?.starts_with("\u{feff}".as_bytes()) {
            input.consume("\u{feff}".len());
        }
        Ok(Self { input, line: 1, nth: 0, list: None, comma: false, done: false })
    }

    fn wrong(&self, problem: &str) -> FormatError {
        FormatError::new(format!("{problem}; nothing was imported: mend the file")).at_line(self.line)
    }

    /// The next byte that is no white space; it is not consumed.
    fn peek(&mut self) -> Result<Option<u8>, FormatError> {
        loop {
            let buffer = self.input.fill_buf().map_err(unread)?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let white = buffer.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            self.line += buffer.iter().take(white).filter(|byte| **byte == b'\n').count();
            let found = buffer.get(white).copied();
            self.input.consume(white);
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    fn step(&mut self) -> Result<Option<Element>, FormatError> {
        loop {
            let Some(byte) = self.peek()? else {
                return match self.list {
                    Some(true) => Err(self.wrong("the file ends before its list does")),
                    Some(false) => Ok(None),
                    None => Err(self.wrong("the file is empty")),
                };
            };
            let list = self.list;
            match (list, byte) {
                (None, b'[') => {
                    self.list = Some(true);
                    self.input.consume(1);
                }
                (None | Some(_), b'{') if !self.comma => {
                    self.list = Some(list == Some(true));
                    self.comma = list == Some(true);
                    return self.object().map(Some);
                }
                (Some(true), b',') if self.comma => {
                    self.comma = false;
                    self.input.consume(1);
                }
                (Some(true), b']') if self.comma || self.nth == 0 => {
                    self.input.consume(1);
                    return match self.peek()? {
                        None => Ok(None),
                        Some(_) => Err(self.wrong("something stands after the end of the list")),
                    };
                }
                _ => return Err(self.wrong("an object is expected here, between { and }")),
            }
        }
    }

    /// An object with all that is in it, by its brackets alone; the parser sees whether they match.
    fn object(&mut self) -> Result<Element, FormatError> {
        let mut bytes = Vec::new();
        let (first_line, mut depth, mut quoted, mut escaped) = (self.line, 0_usize, false, false);
        self.nth += 1;
        loop {
            let buffer = self.input.fill_buf().map_err(unread)?;
            if buffer.is_empty() {
                let problem = "the file ends in the middle of an object that begins here";
                return Err(self.wrong(problem).at_line(first_line));
            }
            let mut taken = 0;
            let mut whole = false;
            for byte in buffer {
                taken += 1;
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if quoted => escaped = true,
                    b'"' => quoted = !quoted,
                    b'\n' => self.line += 1,
                    b'{' | b'[' if !quoted => depth += 1,
                    b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if depth == 0 {
                    whole = true;
                    break;
                }
            }
            bytes.extend(buffer.iter().take(taken));
            self.input.consume(taken);
            if whole {
                return Ok(Element { bytes, line: first_line, nth: self.nth });
            }
            if bytes.len() > LONGEST {
                return Err(self.wrong("an object is too long").at_line(first_line));
            }
        }
    }
}

impl Iterator for Elements {
    type Item = Result<Element, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let step = self.step().transpose();
        self.done = !matches!(step, Some(Ok(_)));
        step
    }
}

/// A list or an object, which is no text.
#[derive(Debug)]
pub(super) struct NoText;

/// A value as the text of an attribute; nothing where it is null, and an error where it is a list or an object.
pub(super) fn text_of(value: &Value) -> Result<Option<String>, NoText> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Bool(flag) => Ok(Some(if *flag { "yes" } else { "no" }.to_owned())),
        Value::Number(number) => Ok(Some(number.to_string())),
        Value::Array(_) | Value::Object(_) => Err(NoText),
    }
}

/// What is known of an article, under its usual names; empty ones but the title are left out.
pub(super) fn facts_of(info: &ArticleInfo) -> Map<String, Value> {
    let direction = info.direction.map_or("", |found| if found.is_rtl() { "rtl" } else { "ltr" });
    let facts = [
        ("id", info.id.as_str()),
        ("title", &info.title),
        ("date", &info.date),
        ("source", &info.source),
        ("author", &info.author),
        ("url", &info.url),
        ("language", &info.language),
        ("direction", direction),
    ];
    let facts = facts.into_iter().filter(|(key, value)| *key == "title" || !value.is_empty());
    facts.map(|(key, value)| (key.to_owned(), Value::from(value))).collect()
}

/// The keys of [`facts_of`].
pub(super) const FACTS: &[&str] =
    &["id", "title", "date", "source", "author", "url", "language", "direction"];

/// The entry of an article from what [`facts_of`] or another program says of it; `name` is for one without an id. What
/// is not said is guessed from the text, as with a plain article.
pub(super) fn info_of(facts: &Map<String, Value>, name: &str, text: &str) -> ArticleInfo {
    let get = |key: &str| facts.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let id = match facts.get("id").map(text_of) {
        Some(Ok(Some(id))) if !id.trim().is_empty() => id,
        _ => name.to_owned(),
    };
    let id = if is_folder_safe(&id) { id } else { slug::slug(&id) };
    let mut info = ArticleInfo { id: id.as_str().into(), ..text::describe(&id, text) };
    if facts.contains_key("title") {
        (info.title, info.date) = (get("title"), get("date"));
    }
    (info.source, info.author, info.url) = (get("source"), get("author"), get("url"));
    if !get("language").is_empty() {
        info.language = get("language");
    }
    info.direction = match get("direction").as_str() {
        "rtl" => Some(Direction::RightToLeft),
        "ltr" => Some(Direction::LeftToRight),
        _ => None,
    };
    info
}

/// Names that a format uses itself, so that an attribute of that name gets another. [`own`] reads it back.
pub(super) fn guarded(name: &str, reserved: &[&str]) -> String {
    if reserved.contains(&name) || name.starts_with(GUARD) {
        format!("{GUARD}{name}")
    } else {
        name.to_owned()
    }
}

/// The name that [`guarded`] was given.
pub(super) fn own(name: &str) -> &str {
    name.strip_prefix(GUARD).unwrap_or(name)
}

const GUARD: &str = "attribute-";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interchange::sink::Memory;

    fn check(json: &str, expected: &str) {
        let memory = Memory::of([("a.json", json.as_bytes())]);
        let mut said = String::new();
        for element in Elements::of(&*memory.source("a.json")).unwrap() {
            match element.and_then(|element| {
                let value: Value = element.parse()?;
                Ok(format!("{}@{}:{value} ", element.nth, element.line))
            }) {
                Ok(text) => said += &text,
                Err(error) => said += &error.to_string(),
            }
        }
        assert!(said.starts_with(expected), "{said:?} is not {expected:?}");
    }

    #[test]
    fn lists_and_lines_are_read_object_by_object() {
        check("\u{feff}[\n{\"a\": \"]}\\\"{\"},\n\n {}]\n", "1@2:{\"a\":\"]}\\\"{\"} 2@4:{} ");
        check(
            "{\"a\": [1, {\"b\": 2}]}\n\n{\"c\":\n1}\n{}",
            "1@1:{\"a\":[1,{\"b\":2}]} 2@3:{\"c\":1} 3@5:{} ",
        );
        check(" [ ] ", "");
    }

    #[test]
    fn broken_files_say_where() {
        for (json, expected) in [
            ("", "line 1: the file is empty"),
            ("[{},\n{\"a\": 1", "1@1:{} line 2: the file ends in the middle"),
            ("[{}\n", "1@1:{} line 2: the file ends before its list"),
            ("[{} {}]", "1@1:{} line 1: an object is expected"),
            ("[{},]", "1@1:{} line 1: an object is expected"),
            ("[{}] x", "1@1:{} line 1: something stands after"),
            ("[1]", "line 1: an object is expected"),
            ("\n\"a\"", "line 2: an object is expected"),
            ("{}\n{\"a\":\n tru}", "1@1:{} line 3, byte 4: expected ident"),
            ("{\"a\": [}", "line 1: the file ends in the middle"),
        ] {
            check(json, expected);
        }
    }
}
