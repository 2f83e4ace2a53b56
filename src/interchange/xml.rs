//! The door for XML that comes from outside. Behind it there are elements and texts only: no document types, no entities
//! but the five of XML and characters by number, no depth and no attributes without end.

use std::borrow::Cow;

use encoding_rs::Encoding;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::FormatError;

/// Deepest nesting of elements.
pub const DEEPEST: usize = 256;

/// Most attributes of one element.
pub const MOST_ATTRIBUTES: usize = 1_024;

/// A step through a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// An element begins. One without content ends in the next step.
    Start(Element<'a>),
    /// The innermost element ends.
    End,
    /// A piece of text, with its references resolved. A text comes in several pieces.
    Text(Cow<'a, str>),
}

/// The start of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// Its name with prefix, as written.
    pub name: String,
    /// Its attributes in the order of the file, references resolved: names with prefix, as written.
    pub attributes: Vec<(String, Cow<'a, str>)>,
}

impl Element<'_> {
    /// Its name without prefix.
    pub fn local_name(&self) -> &str {
        local(&self.name)
    }

    /// The value of an attribute, by its name without prefix.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| local(key) == name).map(|(_, value)| value.as_ref())
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Walks through a document. It ends after the first error.
pub struct XmlReader<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
    has_root: bool,
    done: bool,
}

impl<'a> XmlReader<'a> {
    /// Reads from the start of a document, see [`decode`].
    pub fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        // The reader checks that every end has its start; an empty element comes as both.
        reader.config_mut().expand_empty_elements = true;
        Self { reader, depth: 0, has_root: false, done: false }
    }

    /// Byte of the document at which it is.
    pub fn byte(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    fn step(&mut self) -> Result<Option<Step<'a>>, FormatError> {
        loop {
            let step = match self.reader.read_event().map_err(|error| malformed(&error))? {
                Event::Start(start) => self.start(&start)?,
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Step::End
                }
                Event::Text(text) => self.text(text.xml10_content())?,
                Event::CData(text) => self.text(text.xml10_content())?,
                Event::GeneralRef(name) => self.text(Cow::Owned(resolve(&name)?.to_string()))?,
                Event::DocType(_) => {
                    return Err(FormatError::new(
                        "has a document type (DOCTYPE), with which a file can name other files and grow without end; \
                         nothing was imported: save it without",
                    ));
                }
                Event::Eof => return self.end().map(|()| None),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Empty(_) => continue,
            };
            if step != Step::Text(Cow::Borrowed("")) {
                return Ok(Some(step));
            }
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<Step<'a>, FormatError> {
        if self.depth == 0 && self.has_root {
            return Err(FormatError::new("has a second root element; nothing was imported: mend the file"));
        }
        self.has_root = true;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(FormatError::new(format!(
                "has elements nested deeper than {DEEPEST}; nothing was imported: check where the file comes from"
            )));
        }
        let name = start.name().as_ref().to_owned();
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return Err(FormatError::new(format!(
                "has an element named {name:?}, which XML does not allow; nothing was imported: is it XML?"
            )));
        }
        let mut attributes = Vec::new();
        // Whether a name comes twice is checked by the reader, within the limit.
        for attribute in start.attributes() {
            if attributes.len() == MOST_ATTRIBUTES {
                return Err(FormatError::new(format!(
                    "has an element with more than {MOST_ATTRIBUTES} attributes; nothing was imported: check where the \
                     file comes from"
                )));
            }
            let attribute = attribute.map_err(|error| malformed(&error.into()))?;
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| malformed(&error))?;
            check_characters(&value)?;
            attributes.push((attribute.key.as_ref().to_owned(), Cow::Owned(value.into_owned())));
        }
        Ok(Step::Start(Element { name, attributes }))
    }

    fn text(&self, text: Cow<'a, str>) -> Result<Step<'a>, FormatError> {
        check_characters(&text)?;
        if self.depth > 0 {
            return Ok(Step::Text(text));
        }
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            return Ok(Step::Text(Cow::Borrowed("")));
        }
        Err(FormatError::new("has text outside of its elements; nothing was imported: is it XML?"))
    }

    fn end(&self) -> Result<(), FormatError> {
        let what = match (self.has_root, self.depth) {
            (true, 0) => return Ok(()),
            (true, _) => "ends in the middle of an element",
            (false, _) => "has no element",
        };
        Err(FormatError::new(format!("{what}; nothing was imported: get the file anew")))
    }
}

impl<'a> Iterator for XmlReader<'a> {
    type Item = Result<Step<'a>, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let at = self.byte();
        let step = self.step().map_err(|error| error.at_byte(at)).transpose();
        self.done = !matches!(step, Some(Ok(_)));
        step
    }
}

/// The five entities of XML and characters by number; nothing else is known, so nothing grows.
fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Result<char, FormatError> {
    if let Some(found) = reference.resolve_char_ref().map_err(|error| malformed(&error))? {
        return Ok(found);
    }
    Ok(match &**reference {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        other => {
            return Err(FormatError::new(format!(
                "uses the entity {other:?}, which XML does not know; nothing was imported: write its character instead"
            )));
        }
    })
}

/// Whether XML 1.0 has no place for a character: controls but tab and line ends, not even by number.
fn is_forbidden(char: char) -> bool {
    matches!(char, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// A text with another character for each that XML has no place for, where it has any: a space, or U+FFFD for the
/// noncharacters, so that no position in the text moves in any unit.
pub fn clean_characters(text: &str) -> Option<String> {
    let clean = |char: char| match char {
        char if !is_forbidden(char) => char,
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        _ => ' ',
    };
    text.contains(is_forbidden).then(|| text.chars().map(clean).collect())
}

/// A text as it can stand in an attribute between `"` or in an element. Line ends and tabs are written by number: readers
/// make spaces of bare ones in attributes.
pub fn escape_attribute(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            char => escaped.push(char),
        }
    }
    escaped
}

/// A text as it can stand in an element, with its line ends and tabs as they are.
pub fn escape_text(text: &str) -> String {
    escape_attribute(text).replace("&#10;", "\n").replace("&#9;", "\t")
}

/// XML 1.0 has no control characters but tab and line ends, not even by number.
fn check_characters(text: &str) -> Result<(), FormatError> {
    match text.chars().find(|c| is_forbidden(*c)) {
        None => Ok(()),
        Some(found) => Err(FormatError::new(format!(
            "holds the character U+{:04X}, which XML does not allow; nothing was imported: take it out",
            u32::from(found)
        ))),
    }
}

fn malformed(error: &quick_xml::Error) -> FormatError {
    FormatError::new(format!("is not well-formed XML ({error}); nothing was imported: get the file anew"))
}

/// The text of an XML file: by its byte order mark, by what its declaration says, else UTF-8.
///
/// # Errors
/// Where the bytes are not of that encoding, or nobody knows it.
pub fn decode(bytes: &[u8]) -> Result<String, FormatError> {
    let (encoding, mark) = match Encoding::for_bom(bytes) {
        Some(found) => found,
        None => (declared(bytes)?.unwrap_or(encoding_rs::UTF_8), 0),
    };
    let body = bytes.get(mark..).unwrap_or_default();
    match encoding.decode_without_bom_handling_and_without_replacement(body) {
        Some(text) => Ok(text.into_owned()),
        None => Err(FormatError::new(format!(
            "is not {}, which it says it is; nothing was imported: save it as UTF-8",
            encoding.name()
        ))),
    }
}

fn declared(bytes: &[u8]) -> Result<Option<&'static Encoding>, FormatError> {
    let start = bytes.get(..bytes.len().min(200)).unwrap_or_default();
    let declaration = start.strip_prefix(b"<?xml").and_then(|rest| rest.split(|byte| *byte == b'>').next());
    let Some(declaration) = declaration.and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
        return Ok(None);
    };
    let Some((_, rest)) = declaration.split_once("encoding") else { return Ok(None) };
    let name = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '=');
    let name = name.trim_start_matches(['"', '\'']).split(['"', '\'']).next().unwrap_or_default();
    // Without a mark, UTF-16 that has been read so far in single bytes cannot be what it is.
    match Encoding::for_label(name.as_bytes()).map(Encoding::output_encoding) {
        Some(encoding) => Ok(Some(encoding)),
        None => Err(FormatError::new(format!(
            "says its encoding is {name:?}, which is not known; nothing was imported: save it as UTF-8"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Elements as parentheses, texts as they are.
    fn walk(xml: &str) -> Result<String, FormatError> {
        let mut shown = String::new();
        for step in XmlReader::new(xml) {
            match step? {
                Step::Start(element) => {
                    shown += &format!("({}", element.name);
                    element.attributes.iter().for_each(|(key, value)| shown += &format!(" {key}={value:?}"));
                    shown += ":";
                }
                Step::End => shown += ")",
                Step::Text(text) => shown += &text,
            }
        }
        Ok(shown)
    }

    #[track_caller]
    fn refused(xml: &str, words: &str) {
        let said = walk(xml).expect_err(words).to_string();
        assert!(said.contains(words) && said.contains("nothing was imported"), "{said}");
    }

    #[test]
    fn elements_and_texts_come_with_their_references_resolved() {
        let xml = "\u{feff}<?xml version='1.0'?>\n<!-- c --><a x=\"1&#10;2&lt;\n3\"><w:b/>قال &amp; <![CDATA[<&>]]>&#x627;</a>\n";
        assert_eq!(walk(xml).unwrap(), "(a x=\"1\\n2< 3\":(w:b:)قال & <&>ا)");
        let element = Element { name: "w:p".into(), attributes: vec![("xml:id".into(), "7".into())] };
        assert_eq!((element.local_name(), element.attribute("id")), ("p", Some("7")));
    }

    #[test]
    fn what_is_written_is_read_back_to_the_letter() {
        let text = "<ب> & \"'\t\r\n\u{85}\u{2028} 😀 ]]>";
        let xml = format!("<a x=\"{0}\">{0}</a>", escape_attribute(text));
        let mut steps = XmlReader::new(&xml);
        let Some(Ok(Step::Start(element))) = steps.next() else { panic!("no element") };
        assert_eq!(element.attribute("x"), Some(text));
        let inside: String = steps
            .map(|step| match step.unwrap() {
                Step::Text(piece) => piece.into_owned(),
                _ => String::new(),
            })
            .collect();
        assert_eq!(inside, text);
        assert_eq!(escape_text("<ب>\t&\r\n"), "&lt;ب&gt;\t&amp;&#13;\n");
        assert_eq!(clean_characters("a\u{1}b\u{ffff}\n").as_deref(), Some("a b\u{fffd}\n"));
        assert_eq!(clean_characters("a\tb\u{7f}"), None);
    }

    #[test]
    fn bombs_are_refused_with_the_limit() {
        let laughs = "<!DOCTYPE l [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;\">]><l>&b;</l>";
        refused(laughs, "DOCTYPE");
        refused("<a>&b;</a>", "\"b\"");
        refused("<a x='&b;'/>", "well-formed");
        refused(&"<a>".repeat(1_000_000), "deeper than 256");
        let nested = |n: usize| "<a>".repeat(n) + &"</a>".repeat(n);
        assert!(walk(&nested(DEEPEST)).is_ok());
        refused(&nested(DEEPEST + 1), "deeper than 256");
        let with = |n: usize| {
            let attributes: String = (0..n).map(|nth| format!(" a{nth}='x'")).collect();
            format!("<a{attributes}/>")
        };
        assert!(walk(&with(MOST_ATTRIBUTES)).is_ok());
        refused(&with(100_000), "more than 1024 attributes");
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for (xml, words) in [
            ("", "no element"),
            ("text", "outside"),
            ("<a>", "in the middle"),
            ("<a></b>", "well-formed"),
            ("<a/><a/>", "second root"),
            ("<a/>&lt;", "outside"),
            ("<a x='1' x='2'/>", "well-formed"),
            ("<a>&#0;</a>", "well-formed"),
            ("<a>&#1;</a>", "U+0001"),
            ("<a x='&#x1f;'/>", "U+001F"),
            ("<a>\u{b}</a>", "U+000B"),
            ("<a", "well-formed"),
            ("<>x</>", "named \"\""),
            ("<a>&lt</a>", "well-formed"),
        ] {
            refused(xml, words);
        }
    }

    #[test]
    fn the_encoding_is_the_one_of_the_mark_or_the_declaration() {
        let utf16: Vec<u8> = "\u{feff}<a>قال</a>".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&utf16).unwrap(), "<a>قال</a>");
        let (arabic, _, _) =
            encoding_rs::WINDOWS_1256.encode("<?xml version=\"1.0\" encoding='windows-1256'?><a>قال</a>");
        assert!(decode(&arabic).unwrap().ends_with("<a>قال</a>"));
        assert_eq!(decode("<a>قال</a>".as_bytes()).unwrap(), "<a>قال</a>");
        assert!(
            decode(b"<?xml version='1.0' encoding='utf-16'?><a/>").is_ok(),
            "said by programs that write UTF-8"
        );
        for (bytes, words) in
            [(b"<a>\xff</a>".as_slice(), "UTF-8"), (b"<?xml encoding='klingon'?><a/>", "\"klingon\"")]
        {
            let said = decode(bytes).unwrap_err().to_string();
            assert!(said.contains(words), "{said}");
        }
    }
}
