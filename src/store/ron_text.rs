//! RON as people read it: one thing a line, strings as they are except what would deceive the eye or break the line.

use std::fmt::{Display, Write as _};

use serde::de::DeserializeOwned;

use crate::model::Attributes;

/// What is wrong in a text and where, for a message that leads there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Syntax {
    /// From 1.
    pub(super) line: usize,
    /// In characters, from 1.
    pub(super) column: usize,
    pub(super) problem: String,
}

/// Reads a value. Nesting is limited by ron itself (128 levels).
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Syntax> {
    ron::from_str(text).map_err(|error| Syntax {
        line: error.span.start.line,
        column: error.span.start.col,
        problem: error.code.to_string(),
    })
}

/// Bytes of a file as text.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, Syntax> {
    std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let good = std::str::from_utf8(good).unwrap_or_default();
        let last = good.rsplit('\n').next().unwrap_or_default();
        let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
        Syntax {
            line: good.matches('\n').count() + 1,
            column: last.chars().count() + 1,
            problem: format!("byte 0x{byte:02X} is not UTF-8 text"),
        }
    })
}

/// Whether a character must not stand in a file as it is: it would break the line or reorder what people see.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A string literal.
pub(super) fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_unsafe(c) => push(out, format_args!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Writing to a string cannot fail.
pub(super) fn push(out: &mut String, what: impl Display) {
    write!(out, "{what}").unwrap_or_default();
}

/// A list on one line: `["a", "b"]`.
pub(super) fn strings<'a>(out: &mut String, texts: impl IntoIterator<Item = &'a str>) {
    out.push('[');
    for (nth, text) in texts.into_iter().enumerate() {
        if nth > 0 {
            out.push_str(", ");
        }
        string(out, text);
    }
    out.push(']');
}

/// Writes `(name: value, …)` on one line.
pub(super) struct Fields<'a> {
    out: &'a mut String,
    first: bool,
}

impl<'a> Fields<'a> {
    pub(super) fn open(out: &'a mut String) -> Self {
        out.push('(');
        Self { out, first: true }
    }

    /// The place for a value.
    pub(super) fn field(&mut self, name: &str) -> &mut String {
        if !std::mem::take(&mut self.first) {
            self.out.push_str(", ");
        }
        self.out.push_str(name);
        self.out.push_str(": ");
        self.out
    }

    /// A number or a bare word.
    pub(super) fn bare(&mut self, name: &str, value: impl Display) {
        push(self.field(name), value);
    }

    pub(super) fn text(&mut self, name: &str, value: &str) {
        string(self.field(name), value);
    }

    /// A text that is left out when empty.
    pub(super) fn some_text(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.text(name, value);
        }
    }

    pub(super) fn attributes(&mut self, attributes: &Attributes) {
        if attributes.is_empty() {
            return;
        }
        let out = self.field("attributes");
        out.push('{');
        for (nth, (id, value)) in attributes.iter().enumerate() {
            if nth > 0 {
                out.push_str(", ");
            }
            string(out, id);
            out.push_str(": ");
            string(out, value);
        }
        out.push('}');
    }

    /// Fields of other tools, as they were read; then the end.
    pub(super) fn close_with(self, extra: Option<&str>) {
        if let Some(extra) = extra {
            if !self.first {
                self.out.push_str(", ");
            }
            self.out.push_str(extra);
        }
        self.out.push(')');
    }

    pub(super) fn close(self) {
        self.close_with(None);
    }
}

const SEAL: &str = "// crc32 ";

/// A field that every file of ours has and no file made by hand needs.
pub(super) const JOURNAL: &str = "journal:";

/// Whether the content is what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seal {
    /// It is.
    Good,
    /// Changed since: by hand, by a merge, or by a damage.
    Broken,
    /// The file is one of ours, which were all sealed, and its last line is gone.
    Missing,
    /// Never sealed: made by hand or by another tool.
    None,
}

/// Adds a last line with the checksum of all before it. A comment, so that every reader of RON takes the file.
pub(super) fn seal(mut body: String) -> String {
    let crc = crc32fast::hash(body.as_bytes());
    push(&mut body, format_args!("{SEAL}{crc:08x}\n"));
    body
}

/// The content without the line of the checksum, and whether it holds.
pub(super) fn unseal(text: &str) -> (&str, Seal) {
    let body_end = text.trim_end_matches(['\n', '\r']).rfind('\n').map_or(0, |at| at + 1);
    let (body, last) = text.split_at_checked(body_end).unwrap_or((text, ""));
    let Some(digits) = last.strip_prefix(SEAL) else {
        let is_ours = text.lines().any(|line| line.trim_start().starts_with(JOURNAL));
        return (text, if is_ours { Seal::Missing } else { Seal::None });
    };
    let holds = digits == format!("{:08x}\n", crc32fast::hash(body.as_bytes()));
    (body, if holds { Seal::Good } else { Seal::Broken })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut out = String::new();
        string(&mut out, text);
        out
    }

    #[test]
    fn arabic_stays_readable() {
        assert_eq!(written("مُحَمَّد قال: «لا»"), "\"مُحَمَّد قال: «لا»\"");
        assert_eq!(written("می\u{200c}رود"), "\"می\u{200c}رود\"");
    }

    #[test]
    fn what_deceives_or_breaks_the_line_is_escaped() {
        assert_eq!(written("a\n\"\\\u{202e}\u{2066}\0"), r#""a\n\"\\\u{202e}\u{2066}\u{0}""#);
    }

    #[test]
    fn every_string_is_read_again_as_it_was() {
        let all: String =
            (0..0x3000).filter_map(char::from_u32).chain(['😀', '\u{feff}', '\u{10ffff}']).collect();
        for text in [all.as_str(), "", "\\", "\"", "r#\"x\"#", "\\u{41}", "\r\n", "// x", "a\\\nb"] {
            assert_eq!(parse::<String>(&written(text)).unwrap(), text);
        }
    }

    #[test]
    fn a_syntax_error_has_its_place() {
        let error = parse::<Vec<u32>>("[\n  1,\n  x\n]").unwrap_err();
        assert_eq!((error.line, error.column), (3, 3));
        let error = utf8(b"ab\nc\xffd").unwrap_err();
        assert_eq!((error.line, error.column, error.problem.as_str()), (2, 2, "byte 0xFF is not UTF-8 text"));
    }

    #[test]
    fn a_seal_shows_every_change() {
        let sealed = seal("(a: 1)\n".to_owned());
        assert_eq!(unseal(&sealed), ("(a: 1)\n", Seal::Good));
        assert_eq!(unseal(&sealed.replace('1', "2")).1, Seal::Broken);
        assert_eq!(unseal("(\n    journal: \"\",\n)\n").1, Seal::Missing);
        assert_eq!(unseal("(a: 1)\n"), ("(a: 1)\n", Seal::None));
        assert_eq!(unseal(""), ("", Seal::None));
    }
}
