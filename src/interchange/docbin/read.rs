//! Reading a DocBin, of ours or of spaCy's.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::rc::Rc;

use flate2::read::ZlibDecoder;
use rmpv::Value;

use super::hash::{number_of, symbol};
use super::{GROUP, USER_KEY, attr, iob};
use crate::interchange::build::{Build, SpanIn};
use crate::interchange::sink::{Source, read_whole, stem};
use crate::interchange::units::Positions;
use crate::interchange::{FormatError, Item, OffsetUnit, ReadOptions, Reading, Record, text};
use crate::language::slug;
use crate::model::{ArticleInfo, Attributes, SpanId, Status, is_folder_safe};

/// Largest file once unpacked, in bytes.
const LARGEST: u64 = 2 << 30;
/// How many times larger than packed it may be: numbers of tokens pack well.
const HIGHEST_RATIO: u64 = 400;
/// Bytes below which the ratio is not looked at.
const RATIO_FROM: u64 = 16 << 20;

pub(super) fn read(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let bin = Bin::parse(&unpacked(&read_whole(&**source)?)?)?;
    let note = bin.note();
    let (name, options) = (stem(source.name()).to_owned(), options.clone());
    let mut start = 0;
    let items = (0..bin.lengths.len()).map(move |nth| {
        let length = bin.lengths.get(nth).copied().unwrap_or_default();
        let document = Document { bin: &bin, nth, start, length, name: &name };
        start += length;
        document.record(&options).map(|record| Item::Record(Box::new(record)))
    });
    Ok(Reading::new(items).noting(note))
}

fn broken(problem: impl std::fmt::Display) -> FormatError {
    FormatError::new(format!("{problem}; nothing was imported: get the file anew"))
}

fn unpacked(packed: &[u8]) -> Result<Vec<u8>, FormatError> {
    let limit = (packed.len() as u64).saturating_mul(HIGHEST_RATIO).clamp(RATIO_FROM, LARGEST);
    let mut bytes = Vec::new();
    // One byte more than allowed tells what is too large from what just fits.
    ZlibDecoder::new(packed)
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| broken(format_args!("is no DocBin or a damaged one ({error})")))?;
    if bytes.len() as u64 > limit {
        return Err(FormatError::new(format!(
            "is more than {limit} bytes unpacked, which is too much for its size; nothing was imported: split the \
             file, or do not trust it"
        )));
    }
    Ok(bytes)
}

/// The file as it lies there.
struct Bin {
    attrs: Vec<u64>,
    /// Of each token its attributes, as bytes.
    tokens: Vec<u8>,
    spaces: Vec<u8>,
    /// Tokens of each document.
    lengths: Vec<usize>,
    strings: BTreeMap<u64, String>,
    cats: Vec<Value>,
    flags: Vec<Value>,
    groups: Vec<Value>,
    user_data: Vec<Value>,
}

fn field<'a>(map: &'a Value, key: &str) -> Option<&'a Value> {
    map.as_map()?.iter().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
}

fn string<'a>(map: &'a Value, key: &str) -> &'a str {
    field(map, key).and_then(Value::as_str).unwrap_or_default()
}

fn array(map: &Value, key: &str) -> Vec<Value> {
    field(map, key).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Bytes of a value, which older versions wrote as a string.
fn bytes(value: &Value) -> Option<&[u8]> {
    match value {
        Value::Binary(bytes) => Some(bytes),
        Value::String(text) => Some(text.as_bytes()),
        _ => None,
    }
}

fn unpack(mut bytes: &[u8], field: &str) -> Result<Value, FormatError> {
    rmpv::decode::read_value(&mut bytes)
        .map_err(|error| broken(format_args!("is no msgpack ({error})")).in_field(field))
}

impl Bin {
    fn parse(bytes_of_file: &[u8]) -> Result<Self, FormatError> {
        let map = unpack(bytes_of_file, "the file")?;
        let blob = |key: &str| {
            let found = field(&map, key).and_then(bytes);
            found.ok_or_else(|| broken("is not there, or no bytes").in_field(key))
        };
        let attrs: Option<Vec<u64>> = array(&map, "attrs").iter().map(Value::as_u64).collect();
        let attrs = attrs
            .filter(|attrs| attrs.contains(&attr::ORTH))
            .ok_or_else(|| broken("has no attribute ORTH: the words are not in it").in_field("attrs"))?;
        let lengths: Option<Vec<usize>> = blob("lengths")?
            .chunks(4)
            .map(|four| usize::try_from(i32::from_le_bytes(four.try_into().ok()?)).ok())
            .collect();
        let lengths = lengths.ok_or_else(|| broken("is no list of counts").in_field("lengths"))?;
        let (tokens, spaces) = (blob("tokens")?.to_vec(), blob("spaces")?.to_vec());
        let total = lengths.iter().fold(0_usize, |sum, length| sum.saturating_add(*length));
        if spaces.len() != total || Some(tokens.len()) != total.checked_mul(attrs.len() * 8) {
            return Err(broken(format_args!(
                "the documents have {total} tokens, but there are {} bytes of tokens and {} of spaces",
                tokens.len(),
                spaces.len()
            ))
            .in_field("lengths"));
        }
        let strings = array(&map, "strings")
            .into_iter()
            .map(|string| string.as_str().map(|text| (number_of(text), text.to_owned())))
            .collect::<Option<_>>()
            .ok_or_else(|| broken("holds something that is no text").in_field("strings"))?;
        Ok(Self {
            attrs,
            tokens,
            spaces,
            lengths,
            strings,
            cats: array(&map, "cats"),
            flags: array(&map, "flags"),
            groups: array(&map, "span_groups"),
            user_data: array(&map, "user_data"),
        })
    }

    fn column(&self, attr: u64) -> Option<usize> {
        self.attrs.iter().position(|known| *known == attr)
    }

    /// What all documents have and the model has no place for.
    fn note(&self) -> String {
        let known = [attr::ORTH, attr::ENT_IOB, attr::ENT_TYPE, attr::SPACY];
        let others: Vec<&str> = self
            .attrs
            .iter()
            .filter(|attr| !known.contains(attr))
            .map(|attr| symbol(*attr).unwrap_or("?"))
            .collect();
        match others.as_slice() {
            [] => String::new(),
            others => format!("tokens have {}, for which there is no place: left out", others.join(", ")),
        }
    }

    /// The string of a number; nothing where the file does not have it.
    fn string(&self, number: u64) -> Option<&str> {
        match number {
            0 => Some(""),
            _ => self.strings.get(&number).map(String::as_str).or_else(|| symbol(number)),
        }
    }

    /// An attribute of a token.
    fn cell(&self, token: usize, column: usize) -> u64 {
        let at = (token * self.attrs.len() + column) * 8;
        let eight = self.tokens.get(at..at + 8).and_then(|eight| eight.try_into().ok());
        eight.map(u64::from_le_bytes).unwrap_or_default()
    }
}

/// A document of the file.
struct Document<'a> {
    bin: &'a Bin,
    nth: usize,
    /// Its first token.
    start: usize,
    /// How many tokens it has.
    length: usize,
    name: &'a str,
}

/// A span as the file has it.
struct Found {
    /// Its number, where its id is one.
    number: Option<u32>,
    label: String,
    /// First token and the one after the last, in the document.
    tokens: (usize, usize),
    kb_id: String,
    place: String,
}

impl Document<'_> {
    fn record(&self, options: &ReadOptions) -> Result<Record, FormatError> {
        let (words, edges) = self.text()?;
        let user = self.user_data()?;
        let ours = user.as_ref().and_then(|user| field(user, USER_KEY));
        let positions = Positions::new(&words, false, OffsetUnit::CodePoints);
        let info = self.info(ours, positions.text());
        let annotator = ours.map(|ours| string(ours, "annotator"));
        let mut build = Build::new("docbin", info, positions, annotator, options)?;
        if let Some(status) = ours.and_then(|ours| Status::from_name(string(ours, "status"))) {
            build.set_status(status);
        }
        let mut found = self.groups(&mut build, &edges, options)?;
        let entities = self.entities()?;
        for entity in entities {
            let is_known = |span: &Found| span.tokens == entity.tokens && span.label == entity.label;
            if !found.iter().any(is_known) {
                found.push(entity);
            }
        }
        let numbers: BTreeSet<u32> = found.iter().filter_map(|span| span.number).collect();
        let numbered = numbers.len() == found.len();
        for span in found {
            let edge = |token: usize, end: bool| {
                let edge = edges.get(token).map(|(from, to)| if end { *to } else { *from });
                edge.unwrap_or_default()
            };
            let (first, end) = span.tokens;
            let extras = self.extras(ours, span.number);
            let mut attributes = extras.0;
            if !span.kb_id.is_empty() {
                attributes.insert("kb_id".to_owned(), span.kb_id);
            }
            build.span(SpanIn {
                number: span.number.filter(|_| numbered),
                label: &span.label,
                ranges: vec![(edge(first, false), edge(end.saturating_sub(1), true))],
                attributes,
                note: extras.1,
                place: span.place,
                ..SpanIn::default()
            })?;
        }
        self.relations(ours, numbered, &mut build)?;
        self.left_out(user.as_ref(), &mut build);
        build.finish()
    }

    fn at(&self) -> String {
        format!("document {}", self.nth + 1)
    }

    /// The text, and of each token where it begins and ends in code points.
    fn text(&self) -> Result<(String, Vec<(u32, u32)>), FormatError> {
        let column = self.bin.column(attr::ORTH).unwrap_or_default();
        let unknown = self.has_unknown_spaces();
        let (mut text, mut edges, mut at) = (String::new(), Vec::with_capacity(self.length), 0_u32);
        for token in self.start..self.start + self.length {
            let Some(word) = self.bin.string(self.bin.cell(token, column)) else {
                let problem = format!(
                    "{}, token {}: its word is not among the strings of the file",
                    self.at(),
                    token - self.start
                );
                return Err(broken(problem).in_field("strings"));
            };
            let end = at.saturating_add(u32::try_from(word.chars().count()).unwrap_or(u32::MAX));
            text.push_str(word);
            edges.push((at, end));
            at = end;
            if unknown || self.bin.spaces.get(token).is_some_and(|space| *space != 0) {
                text.push(' ');
                at = at.saturating_add(1);
            }
        }
        Ok((text, edges))
    }

    fn has_unknown_spaces(&self) -> bool {
        let flags = self.bin.flags.get(self.nth);
        flags.and_then(|flags| field(flags, "has_unknown_spaces")?.as_bool()).unwrap_or(false)
    }

    fn user_data(&self) -> Result<Option<Value>, FormatError> {
        match self.bin.user_data.get(self.nth).and_then(bytes) {
            None | Some([]) => Ok(None),
            Some(packed) => unpack(packed, &format!("user_data of {}", self.at())).map(Some),
        }
    }

    fn info(&self, ours: Option<&Value>, text: &str) -> ArticleInfo {
        let given = ours.map(|ours| string(ours, "id")).unwrap_or_default();
        let id = match given {
            "" if self.bin.lengths.len() == 1 => self.name.to_owned(),
            "" => format!("{}-{}", self.name, self.nth + 1),
            id => id.to_owned(),
        };
        let id = if is_folder_safe(&id) { id } else { slug::slug(&id) };
        let described = text::describe(&id, text);
        let Some(ours) = ours else { return ArticleInfo { id: id.as_str().into(), ..described } };
        ArticleInfo {
            id: id.as_str().into(),
            title: string(ours, "title").to_owned(),
            date: string(ours, "date").to_owned(),
            source: string(ours, "source").to_owned(),
            author: string(ours, "author").to_owned(),
            url: string(ours, "url").to_owned(),
            language: string(ours, "language").to_owned(),
            ..described
        }
    }

    /// The spans of all groups; one that is in several is one span.
    fn groups(
        &self,
        build: &mut Build<'_>,
        edges: &[(u32, u32)],
        options: &ReadOptions,
    ) -> Result<Vec<Found>, FormatError> {
        let packed = self.bin.groups.get(self.nth).and_then(bytes).unwrap_or_default();
        if packed.is_empty() {
            return Ok(Vec::new());
        }
        let place = format!("span_groups of {}", self.at());
        let groups = unpack(packed, &place)?;
        // Early versions had a list of groups, later ones a map from each group to its keys.
        let groups: Vec<&Value> = match &groups {
            Value::Array(groups) => groups.iter().collect(),
            Value::Map(groups) => groups.iter().map(|(group, _)| group).collect(),
            _ => return Err(broken("is no list of groups").in_field(place)),
        };
        let (mut found, mut seen, mut names) = (Vec::new(), BTreeSet::new(), Vec::new());
        for group in groups {
            let group = unpack(bytes(group).unwrap_or_default(), &place)?;
            names.push(string(&group, "name").to_owned());
            for (nth, span) in array(&group, "spans").iter().enumerate() {
                let place = format!("{}, span {nth} of the group {}", self.at(), string(&group, "name"));
                let [id, kb_id, label, first, end, start, stop] = places(bytes(span))
                    .ok_or_else(|| broken("is no span of seven numbers").in_field(&place))?;
                let (from, to) = (usize::try_from(first), usize::try_from(end));
                let (Ok(first), Ok(end)) = (from, to) else { return Err(outside(&place)) };
                if first >= end || end > self.length {
                    return Err(outside(&place));
                }
                let stands =
                    edges.get(first).zip(edges.get(end - 1)).map(|(a, b)| (u64::from(a.0), u64::from(b.1)));
                if stands != Some((start, stop)) && !options.keep_mismatches {
                    return Err(FormatError::new(format!(
                        "its tokens stand at {stands:?}, its characters at {start} to {stop}; nothing was imported: \
                         mend the file, or take the tokens with --keep-mismatches"
                    ))
                    .in_field(place));
                }
                let text = |number: u64| self.bin.string(number).unwrap_or_default().to_owned();
                if seen.insert((id, label, first, end)) {
                    found.push(Found {
                        number: text(id).parse().ok().filter(|number| *number > 0),
                        label: self.label(label, &place)?,
                        tokens: (first, end),
                        kb_id: text(kb_id),
                        place,
                    });
                }
            }
        }
        if names != [GROUP] && !names.is_empty() {
            build.leave_out(format!(
                "{}: the names of its span groups ({}) have no place",
                self.at(),
                names.join(", ")
            ));
        }
        Ok(found)
    }

    /// A label; spaCy lets spans be without one.
    fn label(&self, number: u64, place: &str) -> Result<String, FormatError> {
        match self.bin.string(number) {
            Some("") => Ok("span".to_owned()),
            Some(label) => Ok(label.to_owned()),
            None => Err(broken("its label is not among the strings of the file").in_field(place)),
        }
    }

    /// The entities of the document, from the tags of its tokens.
    fn entities(&self) -> Result<Vec<Found>, FormatError> {
        let columns = self.bin.column(attr::ENT_IOB).zip(self.bin.column(attr::ENT_TYPE));
        let Some((iob_column, type_column)) = columns else { return Ok(Vec::new()) };
        let mut found: Vec<Found> = Vec::new();
        let mut open: Option<u64> = None;
        for nth in 0..self.length {
            let kind = self.bin.cell(self.start + nth, type_column);
            match self.bin.cell(self.start + nth, iob_column) {
                iob::INSIDE if open == Some(kind) => {
                    if let Some(last) = found.last_mut() {
                        last.tokens.1 = nth + 1;
                    }
                }
                iob::BEGIN | iob::INSIDE => {
                    let place = format!("{}, the entity at token {nth}", self.at());
                    found.push(Found {
                        number: None,
                        label: self.label(kind, &place)?,
                        tokens: (nth, nth + 1),
                        kb_id: String::new(),
                        place,
                    });
                    open = Some(kind);
                }
                _ => open = None,
            }
        }
        Ok(found)
    }

    /// Attributes and note of a span of ours.
    fn extras(&self, ours: Option<&Value>, number: Option<u32>) -> (Attributes, String) {
        let span = ours
            .and_then(|ours| field(ours, "spans"))
            .zip(number)
            .and_then(|(spans, number)| field(spans, &number.to_string()));
        span.map(|span| (attributes(span), string(span, "note").to_owned())).unwrap_or_default()
    }

    fn relations(
        &self,
        ours: Option<&Value>,
        numbered: bool,
        build: &mut Build<'_>,
    ) -> Result<(), FormatError> {
        for relation in ours.map(|ours| array(ours, "relations")).unwrap_or_default() {
            let number = |key: &str| field(&relation, key).and_then(Value::as_u64);
            let number = |key: &str| number(key).and_then(|number| u32::try_from(number).ok());
            let end = |key: &str| number(key).filter(|_| numbered).map(SpanId);
            let ends = (end("from"), end("to"));
            let place = format!("{}, a relation", self.at());
            build.relation(number("id"), string(&relation, "label"), ends, attributes(&relation), &place)?;
        }
        Ok(())
    }

    fn left_out(&self, user: Option<&Value>, build: &mut Build<'_>) {
        if self.bin.cats.get(self.nth).and_then(Value::as_map).is_some_and(|cats| !cats.is_empty()) {
            build.leave_out(format!("{}: its categories have no place", self.at()));
        }
        let others = user.and_then(Value::as_map).into_iter().flatten();
        if others.into_iter().any(|(key, _)| key.as_str() != Some(USER_KEY)) {
            build.leave_out(format!("{}: its user_data has no place", self.at()));
        }
        if self.has_unknown_spaces() && self.length > 0 {
            build.leave_out(format!(
                "{}: where its spaces were is not known; one stands after each token",
                self.at()
            ));
        }
    }
}

fn attributes(value: &Value) -> Attributes {
    let values = field(value, "attributes").and_then(Value::as_map).into_iter().flatten();
    let text = |(key, value): &(Value, Value)| Some((key.as_str()?.to_owned(), value.as_str()?.to_owned()));
    values.filter_map(text).collect()
}

fn outside(place: &str) -> FormatError {
    broken("its tokens are not in the document").in_field(place)
}

/// The numbers of a span: three of eight bytes, four of four, the great end first.
fn places(bytes: Option<&[u8]>) -> Option<[u64; 7]> {
    let (head, tail) = bytes?.split_at_checked(24)?;
    let mut places = [0; 7];
    let eights = head.chunks(8).map(|eight| eight.try_into().ok().map(u64::from_be_bytes));
    let fours = tail.chunks(4).map(|four| {
        let four: [u8; 4] = four.try_into().ok()?;
        u64::try_from(i32::from_be_bytes(four)).ok()
    });
    let numbers: Option<Vec<u64>> = eights.chain(fours).collect();
    let numbers = numbers.filter(|numbers| numbers.len() == places.len())?;
    places.iter_mut().zip(numbers).for_each(|(place, number)| *place = number);
    Some(places)
}
