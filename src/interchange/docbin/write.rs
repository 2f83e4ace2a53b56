//! Writing a DocBin.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use rmp::encode;
use rmpv::Value;

use super::hash::number_of;
use super::{GROUP, USER_KEY, VERSION, attr, iob};
use crate::interchange::bio::{self, Overlaps};
use crate::interchange::fit::{self, Fitted};
use crate::interchange::sink::{Out, Sink};
use crate::interchange::tokens::{Cut, Tokens, covering, cut_at, range_of, tokens};
use crate::interchange::{Header, Keeps, LossKind, Page, Report, WriteOptions, Writer};
use crate::language::{slice, text_range};
use crate::model::{
    Article, ArticleInfo, Attributes, Layer, LayerKey, Place, Span, SpanId, TextRange, TextSize, quote_of,
};

/// Writes a DocBin: gathers documents and writes all at the end, as the format wants it.
pub(super) struct DocBinWriter {
    tokens: Tokens,
    cut: Cut,
    overlaps: Overlaps,
    strings: Strings,
    words: Vec<Word>,
    documents: Vec<Document>,
    out: Option<Out>,
}

/// Strings by the place in which they were first met, so that a token takes four bytes and not the eight of its number.
#[derive(Default)]
struct Strings {
    places: BTreeMap<Arc<str>, u32>,
    numbers: Vec<u64>,
}

impl Strings {
    /// The place of a string.
    fn place(&mut self, string: &str) -> u32 {
        if let Some(place) = self.places.get(string) {
            return *place;
        }
        let place = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.places.insert(string.into(), place);
        self.numbers.push(number_of(string));
        place
    }

    /// Its number, where it is to be among the strings of the file.
    fn number(&mut self, string: &str) -> u64 {
        let place = self.place(string);
        self.at(place)
    }

    fn at(&self, place: u32) -> u64 {
        usize::try_from(place).ok().and_then(|place| self.numbers.get(place)).copied().unwrap_or_default()
    }
}

/// A token: its word and the label of its entity in [`Strings`], whether the entity begins here (nothing outside of
/// one), and whether a space follows.
struct Word {
    word: u32,
    label: Option<(u32, bool)>,
    space: bool,
}

/// What is kept of a document until the end.
struct Document {
    words: usize,
    groups: Vec<u8>,
    user: Vec<u8>,
}

/// Tokens that make up all of a text: those of words, and one for white space other than one space after a word.
struct Pieces {
    ranges: Vec<TextRange>,
    /// Whether one space follows each.
    spaces: Vec<bool>,
}

impl Pieces {
    fn of(text: &str, tokens: &[TextRange]) -> Self {
        let mut pieces = Self { ranges: Vec::new(), spaces: Vec::new() };
        let mut at = 0;
        for token in tokens {
            pieces.gap(text, at, usize::from(token.start()));
            pieces.push(*token);
            at = usize::from(token.end());
        }
        pieces.gap(text, at, text.len());
        pieces
    }

    fn push(&mut self, range: TextRange) {
        self.ranges.push(range);
        self.spaces.push(false);
    }

    fn gap(&mut self, text: &str, mut start: usize, end: usize) {
        if start < end
            && slice(text, text_range(start..end)).starts_with(' ')
            && let Some(space) = self.spaces.last_mut()
        {
            *space = true;
            start += 1;
        }
        if start < end {
            self.push(text_range(start..end));
        }
    }
}

impl DocBinWriter {
    pub(super) fn new(options: &WriteOptions) -> Self {
        Self {
            tokens: options.tokens,
            cut: options.cut,
            // Entities may not overlap; all spans are in the group anyway.
            overlaps: match options.overlaps {
                None | Some(Overlaps::Columns) => Overlaps::Outermost,
                Some(chosen) => chosen,
            },
            strings: Strings::default(),
            words: Vec::new(),
            documents: Vec::new(),
            out: None,
        }
    }

    /// The tokens of a text, cut at the edges of spans unless spans were made to fit them.
    fn tokens(&self, text: &str, layer: &Layer) -> Vec<TextRange> {
        let found = tokens(text, text_range(0..text.len()), self.tokens);
        match self.cut {
            Cut::Spans => found,
            Cut::Tokens => {
                let ranges = layer.spans.values().flat_map(|span| &span.ranges);
                let edges: BTreeSet<TextSize> =
                    ranges.flat_map(|range| [range.start(), range.end()]).collect();
                cut_at(found, &edges)
            }
        }
    }

    fn document(
        &mut self,
        info: &ArticleInfo,
        article: &Article,
        annotator: &str,
        layer: &Layer,
    ) -> io::Result<()> {
        let text = article.text();
        let pieces = Pieces::of(text, &self.tokens(text, layer));
        let labels = self.entities(layer, &pieces);
        for ((range, space), label) in pieces.ranges.iter().zip(&pieces.spaces).zip(labels) {
            let word = self.strings.place(slice(text, *range));
            self.words.push(Word { word, label, space: *space });
        }
        let groups = self.groups(article, layer, &pieces)?;
        let user = packed(&user_data(info, annotator, layer))?;
        self.documents.push(Document { words: pieces.ranges.len(), groups, user });
        Ok(())
    }

    /// Of each token its label and whether the entity begins there.
    fn entities(&mut self, layer: &Layer, pieces: &Pieces) -> Vec<Option<(u32, bool)>> {
        let mut labels = vec![None; pieces.ranges.len()];
        let kept = bio::flattened(&layer.in_reading_order(), self.overlaps);
        for span in kept.iter().filter_map(|id| layer.spans.get(id)) {
            let Some((first, end)) = covering(&pieces.ranges, span.cover()) else { continue };
            let label = self.strings.place(span.label.as_str());
            for (nth, token) in labels.iter_mut().enumerate().take(end).skip(first) {
                *token = Some((label, nth == first));
            }
        }
        labels
    }

    /// `{msgpack of a group: [its keys]}`.
    fn groups(&mut self, article: &Article, layer: &Layer, pieces: &Pieces) -> io::Result<Vec<u8>> {
        let mut group = Vec::new();
        let spans = layer.in_reading_order();
        encode::write_map_len(&mut group, 3)?;
        encode::write_str(&mut group, "name")?;
        encode::write_str(&mut group, GROUP)?;
        encode::write_str(&mut group, "attrs")?;
        encode::write_map_len(&mut group, 0)?;
        encode::write_str(&mut group, "spans")?;
        encode::write_array_len(&mut group, length(spans.len())?)?;
        for span in spans {
            encode::write_bin(&mut group, &self.span(article, span, pieces)?)?;
        }
        let mut groups = Vec::new();
        encode::write_map_len(&mut groups, 1)?;
        encode::write_bin(&mut groups, &group)?;
        encode::write_array_len(&mut groups, 1)?;
        encode::write_str(&mut groups, GROUP)?;
        Ok(groups)
    }

    /// A span as spaCy's `struct.pack(">QQQllll")`: id, knowledge base id, label, tokens, characters.
    fn span(&mut self, article: &Article, span: &Span, pieces: &Pieces) -> io::Result<Vec<u8>> {
        let places = covering(&pieces.ranges, span.cover())
            .zip(article.offsets().range_to_scalars(article.text(), span.cover()));
        let Some(((first, end), (start, stop))) = places else {
            return Err(io::Error::other(format!("span {} of {} is on no token", span.id, article.id)));
        };
        let mut bytes = Vec::with_capacity(40);
        for number in [self.strings.number(&span.id.to_string()), 0, self.strings.number(span.label.as_str())]
        {
            bytes.extend(number.to_be_bytes());
        }
        for place in [length(first)?, length(end)?, start, stop] {
            bytes.extend(place.to_be_bytes());
        }
        Ok(bytes)
    }

    /// All that was gathered, as msgpack.
    fn pack(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut out = out;
        let out = &mut out;
        encode::write_map_len(out, 10)?;
        encode::write_str(out, "version")?;
        encode::write_str(out, VERSION)?;
        encode::write_str(out, "attrs")?;
        encode::write_array_len(out, 3)?;
        for attr in [attr::ORTH, attr::ENT_IOB, attr::ENT_TYPE] {
            encode::write_uint(out, attr)?;
        }
        encode::write_str(out, "tokens")?;
        encode::write_bin_len(out, length(self.words.len().saturating_mul(24))?)?;
        for word in &self.words {
            let (entity, label) = match word.label {
                None => (iob::OUTSIDE, 0),
                Some((label, begins)) => {
                    (if begins { iob::BEGIN } else { iob::INSIDE }, self.strings.at(label))
                }
            };
            for number in [self.strings.at(word.word), entity, label] {
                out.write_all(&number.to_le_bytes())?;
            }
        }
        encode::write_str(out, "spaces")?;
        encode::write_bin_len(out, length(self.words.len())?)?;
        for word in &self.words {
            out.write_all(&[u8::from(word.space)])?;
        }
        encode::write_str(out, "lengths")?;
        encode::write_bin_len(out, length(self.documents.len().saturating_mul(4))?)?;
        for document in &self.documents {
            out.write_all(&length(document.words)?.to_le_bytes())?;
        }
        encode::write_str(out, "strings")?;
        let strings = self.strings.places.keys().filter(|string| !string.is_empty());
        encode::write_array_len(out, length(strings.clone().count())?)?;
        for string in strings {
            encode::write_str(out, string)?;
        }
        self.pack_documents(out)
    }

    fn pack_documents(&self, out: &mut &mut dyn Write) -> io::Result<()> {
        let documents = length(self.documents.len())?;
        encode::write_str(out, "cats")?;
        encode::write_array_len(out, documents)?;
        for _ in &self.documents {
            encode::write_map_len(out, 0)?;
        }
        encode::write_str(out, "flags")?;
        encode::write_array_len(out, documents)?;
        for _ in &self.documents {
            encode::write_map_len(out, 1)?;
            encode::write_str(out, "has_unknown_spaces")?;
            encode::write_bool(out, false)?;
        }
        encode::write_str(out, "span_groups")?;
        encode::write_array_len(out, documents)?;
        for document in &self.documents {
            encode::write_bin(out, &document.groups)?;
        }
        encode::write_str(out, "user_data")?;
        encode::write_array_len(out, documents)?;
        for document in &self.documents {
            encode::write_bin(out, &document.user)?;
        }
        Ok(())
    }
}

/// A count as the format has it.
fn length(count: usize) -> io::Result<u32> {
    u32::try_from(count).map_err(|_too_large| {
        io::Error::other("a DocBin has no place for so many tokens; nothing was written: export in parts")
    })
}

fn packed(value: &Value) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, value)?;
    Ok(bytes)
}

/// What spaCy has no place for.
fn user_data(info: &ArticleInfo, annotator: &str, layer: &Layer) -> Value {
    let texts = [
        ("id", info.id.as_str()),
        ("title", &info.title),
        ("date", &info.date),
        ("source", &info.source),
        ("author", &info.author),
        ("url", &info.url),
        ("language", &info.language),
        ("annotator", annotator),
        ("status", layer.status.as_str()),
    ];
    let mut ours: Vec<(Value, Value)> = texts.map(|(key, value)| (key.into(), value.into())).to_vec();
    let spans = layer
        .spans
        .values()
        .filter(|span| !span.attributes.is_empty() || !span.note.is_empty())
        .map(|span| (span.id.to_string().into(), extras(&span.attributes, &span.note)));
    ours.push(("spans".into(), Value::Map(spans.collect())));
    let relations = layer.relations.values().map(|relation| {
        Value::Map(vec![
            ("id".into(), relation.id.0.into()),
            ("label".into(), relation.label.as_str().into()),
            ("from".into(), relation.from.0.into()),
            ("to".into(), relation.to.0.into()),
            ("attributes".into(), attributes(&relation.attributes)),
        ])
    });
    ours.push(("relations".into(), Value::Array(relations.collect())));
    Value::Map(vec![(USER_KEY.into(), Value::Map(ours))])
}

fn attributes(values: &Attributes) -> Value {
    Value::Map(values.iter().map(|(key, value)| (key.as_str().into(), value.as_str().into())).collect())
}

fn extras(values: &Attributes, note: &str) -> Value {
    Value::Map(vec![("attributes".into(), attributes(values)), ("note".into(), note.into())])
}

impl Writer for DocBinWriter {
    fn fit(&self, page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
        let before = report.losses.len();
        let mut fitted = fit::fit(page, keeps, report);
        if self.cut == Cut::Spans {
            for (annotator, layer) in &mut fitted.layers {
                let key = page.key(annotator);
                let clipped: BTreeSet<SpanId> = report
                    .losses
                    .iter()
                    .skip(before)
                    .filter_map(|loss| match &loss.place {
                        Place::Span(of, id) if *of == key && loss.kind == LossKind::Clipped => Some(*id),
                        _ => None,
                    })
                    .collect();
                self.grow(Arc::make_mut(layer), page.article.text(), &key, &clipped, report);
            }
        }
        fitted
    }

    fn begin(&mut self, sink: &mut dyn Sink, _: &Header) -> io::Result<()> {
        self.out = Some(sink.single()?);
        Ok(())
    }

    fn article(&mut self, page: &Page<'_>, _: &mut dyn Sink) -> io::Result<()> {
        if page.layers.is_empty() {
            return self.document(page.info, page.article, "", &Layer::default());
        }
        page.layers.iter().try_for_each(|(annotator, layer)| {
            self.document(page.info, page.article, annotator.as_str(), layer)
        })
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        let Some(out) = self.out.take() else { return Ok(()) };
        let mut zlib = ZlibEncoder::new(out, Compression::default());
        self.pack(&mut zlib)?;
        zlib.finish()?.flush()
    }
}

impl DocBinWriter {
    /// Lets spans take the whole of tokens that they touch.
    fn grow(
        &self,
        layer: &mut Layer,
        text: &str,
        key: &LayerKey,
        clipped: &BTreeSet<SpanId>,
        report: &mut Report,
    ) {
        let found = tokens(text, text_range(0..text.len()), self.tokens);
        for span in layer.spans.values_mut() {
            let cover = span.cover();
            let grown = covering(&found, cover).and_then(|(first, end)| range_of(&found, first, end));
            let Some(grown) = grown.filter(|grown| *grown != cover) else { continue };
            span.ranges.clear();
            span.ranges.push(grown);
            span.quote = quote_of(text, &span.ranges).unwrap_or_default();
            let reason = "an edge is inside a token; it takes the whole token";
            report.lose(Place::Span(key.clone(), span.id), LossKind::Clipped, reason);
            if !clipped.contains(&span.id) && report.spans.lossless > 0 {
                report.spans.lossless -= 1;
                report.spans.clipped += 1;
            }
        }
    }
}
