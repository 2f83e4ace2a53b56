//! Prodigy's JSONL, which spaCy's tools read: `{"text", "meta", "tokens", "spans", "relations", "answer", "_annotator_id"}`.
//!
//! Positions count code points. `token_end` is the last token of a span, not the one after it. Each token knows whether a
//! space follows; all other white space is tokens of its own, so that the tokens give the text back. Tokens are cut at the
//! edges of spans, which spaCy asks for. A relation leads from `head` to `child`, the last tokens of its spans, which
//! stand beside it whole. Numbers, attributes and notes are further keys, which Prodigy keeps as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead};
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::build::{Build, SpanIn};
use super::lines::Lines;
use super::options::Choice;
use super::sink::{Out, Sink, Source, stem, unread};
use super::tokens::{Tokens, covering, cut_at, tokens};
use super::units::{Claimed, Counting, Positions, Ruler, Survey};
use super::{
    Format, FormatError, Header, Item, Keeps, OffsetUnit, Page, ReadOptions, Reading, Record, Writer, sniff,
    text,
};
use crate::language::{slice, slug, text_range};
use crate::model::{
    Article, ArticleInfo, Attributes, Layer, Span, SpanId, TextRange, TextSize, is_folder_safe,
};

pub(super) const FORMAT: Format = Format {
    name: "spacy",
    aliases: &["prodigy"],
    extensions: &["jsonl"],
    units: &[OffsetUnit::CodePoints],
    keeps: Keeps {
        overlaps: true,
        line_ends: true,
        attributes: true,
        notes: true,
        relations: true,
        relation_attributes: true,
        annotators: true,
        text: true,
        ids: true,
        ..Keeps::NOTHING
    },
    takes: &[Choice::Tokens],
    knows: Some(knows),
    read: Some(read),
    write: Some(|options| Box::new(SpacyWriter { tokens: options.tokens, out: None })),
    help: "Prodigy and spaCy JSONL: tokens, spans of one range, relations; attributes and notes as further keys",
    ..Format::EMPTY
};

fn knows(head: &[u8]) -> bool {
    let keys = sniff::first_keys(head);
    let has = |key: &str| keys.iter().any(|known| known == key);
    let prodigy = ["tokens", "answer", "_input_hash", "_task_hash", "_annotator_id", "_session_id"];
    has("text") && !has("annotator") && prodigy.into_iter().any(has)
}

struct SpacyWriter {
    tokens: Tokens,
    out: Option<Out>,
}

#[derive(Serialize)]
struct LineOut<'a> {
    text: &'a str,
    meta: BTreeMap<&'static str, &'a str>,
    tokens: Vec<TokenOut<'a>>,
    spans: Vec<SpanOut<'a>>,
    relations: Vec<RelationOut<'a>>,
    answer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none", rename = "_annotator_id")]
    annotator: Option<&'a str>,
}

#[derive(Serialize)]
struct TokenOut<'a> {
    text: &'a str,
    start: u32,
    end: u32,
    id: usize,
    ws: bool,
}

#[derive(Serialize)]
struct SpanOut<'a> {
    start: u32,
    end: u32,
    label: &'a str,
    token_start: usize,
    token_end: usize,
    text: &'a str,
    id: u32,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: &'a Attributes,
    #[serde(skip_serializing_if = "str::is_empty")]
    note: &'a str,
}

#[derive(Clone, Serialize)]
struct EndOut<'a> {
    start: u32,
    end: u32,
    token_start: usize,
    token_end: usize,
    label: &'a str,
    id: u32,
}

#[derive(Serialize)]
struct RelationOut<'a> {
    head: usize,
    child: usize,
    head_span: EndOut<'a>,
    child_span: EndOut<'a>,
    label: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: &'a Attributes,
}

impl Writer for SpacyWriter {
    fn begin(&mut self, sink: &mut dyn Sink, _: &Header) -> io::Result<()> {
        self.out = Some(sink.single()?);
        Ok(())
    }

    fn article(&mut self, page: &Page<'_>, _: &mut dyn Sink) -> io::Result<()> {
        if page.layers.is_empty() {
            return self.line(page, None, &Layer::default());
        }
        page.layers.iter().try_for_each(|(annotator, layer)| self.line(page, Some(annotator.as_str()), layer))
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), |out| out.flush())
    }
}

impl SpacyWriter {
    fn line(&mut self, page: &Page<'_>, annotator: Option<&str>, layer: &Layer) -> io::Result<()> {
        let (article, ruler) = (page.article, Ruler::new(page.article, OffsetUnit::CodePoints));
        let edges: BTreeSet<TextSize> =
            layer.spans.values().flat_map(|span| [span.start(), span.end()]).collect();
        let words = words(article, self.tokens, &edges);
        let ranges: Vec<TextRange> = words.iter().map(|(range, _)| *range).collect();
        let meta =
            [("article", page.info.id.as_str()), ("title", &page.info.title), ("date", &page.info.date)];
        let spans = layer.in_reading_order().into_iter();
        let line = LineOut {
            text: article.text(),
            meta: meta.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
            tokens: words
                .iter()
                .enumerate()
                .filter_map(|(id, (range, ws))| {
                    let (start, end) = ruler.range(*range)?;
                    Some(TokenOut { text: slice(article.text(), *range), start, end, id, ws: *ws })
                })
                .collect(),
            spans: spans.filter_map(|span| span_out(span, &ruler, &ranges)).collect(),
            relations: layer
                .relations
                .values()
                .filter_map(|relation| {
                    let head_span = end_out(layer.spans.get(&relation.from)?, &ruler, &ranges)?;
                    let child_span = end_out(layer.spans.get(&relation.to)?, &ruler, &ranges)?;
                    Some(RelationOut {
                        head: head_span.token_end,
                        child: child_span.token_end,
                        head_span,
                        child_span,
                        label: relation.label.as_str(),
                        attributes: &relation.attributes,
                    })
                })
                .collect(),
            answer: "accept",
            annotator,
        };
        let Some(out) = &mut self.out else { return Ok(()) };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")
    }
}

/// The tokens, and whether a space follows that belongs to none.
fn words(article: &Article, kind: Tokens, edges: &BTreeSet<TextSize>) -> Vec<(TextRange, bool)> {
    let text = article.text();
    let mut words: Vec<(TextRange, bool)> = Vec::new();
    let mut at = TextSize::default();
    let tokens = cut_at(tokens(text, text_range(0..text.len()), kind), edges);
    let end = TextRange::empty(article.len());
    for token in tokens.into_iter().chain([end]) {
        let mut gap = TextRange::new(at, token.start());
        if let Some((_, space)) = words.last_mut()
            && slice(text, gap).starts_with(' ')
        {
            *space = true;
            gap = TextRange::new(gap.start() + TextSize::of(' '), gap.end());
        }
        if !gap.is_empty() {
            words.push((gap, false));
        }
        if !token.is_empty() {
            words.push((token, false));
        }
        at = token.end();
    }
    words
}

/// First and last token of a range.
fn token_ends(tokens: &[TextRange], range: TextRange) -> Option<(usize, usize)> {
    let (first, end) = covering(tokens, range)?;
    Some((first, end.checked_sub(1)?))
}

fn end_out<'a>(span: &'a Span, ruler: &Ruler<'_>, tokens: &[TextRange]) -> Option<EndOut<'a>> {
    let (start, end) = ruler.range(span.cover())?;
    let (token_start, token_end) = token_ends(tokens, span.cover())?;
    Some(EndOut { start, end, token_start, token_end, label: span.label.as_str(), id: span.id.0 })
}

fn span_out<'a>(span: &'a Span, ruler: &Ruler<'_>, tokens: &[TextRange]) -> Option<SpanOut<'a>> {
    let EndOut { start, end, token_start, token_end, label, id } = end_out(span, ruler, tokens)?;
    let (text, attributes, note) = (span.quote.as_str(), &span.attributes, span.note.as_str());
    Some(SpanOut { start, end, label, token_start, token_end, text, id, attributes, note })
}

#[derive(Deserialize)]
struct LineIn {
    text: String,
    #[serde(default)]
    meta: serde_json::Map<String, Value>,
    #[serde(default)]
    spans: Vec<SpanLine>,
    #[serde(default)]
    relations: Vec<RelationLine>,
    answer: Option<String>,
    #[serde(rename = "_annotator_id")]
    annotator: Option<String>,
}

#[derive(Deserialize)]
struct SpanLine {
    start: u32,
    end: u32,
    label: String,
    text: Option<String>,
    id: Option<Value>,
    #[serde(default)]
    attributes: Attributes,
    #[serde(default)]
    note: String,
}

#[derive(Deserialize)]
struct RelationLine {
    label: String,
    head_span: Option<EndLine>,
    child_span: Option<EndLine>,
    #[serde(default)]
    attributes: Attributes,
}

#[derive(Deserialize)]
struct EndLine {
    start: u32,
    end: u32,
    label: Option<String>,
    id: Option<Value>,
}

fn read(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let open = || source.open().map(Lines::new).map_err(unread);
    let (counting, reason) = match options.unit {
        Some(unit) => (unit.into(), String::new()),
        None => survey(open()?, options)?,
    };
    let name = slug::slug(stem(source.name()));
    let reader = SpacyReader { lines: open()?, counting, options: options.clone(), name, done: false };
    Ok(Reading::new(reader).noting(reason))
}

fn parse(line: &str, number: usize) -> Result<LineIn, FormatError> {
    serde_json::from_str(line).map_err(|error| {
        let said = error.to_string();
        let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
        FormatError::new(format!("{said}; nothing was imported: mend this line"))
            .at_line(number)
            .at_byte(error.column().saturating_sub(1))
    })
}

fn survey(mut lines: Lines<impl BufRead>, options: &ReadOptions) -> Result<(Counting, String), FormatError> {
    let mut survey = Survey::new(OffsetUnit::CodePoints);
    while let Some(line) = lines.read()? {
        if line.trim().is_empty() {
            continue;
        }
        let parsed = parse(&line, lines.number())?;
        let place = format!("line {}", lines.number());
        let claimed = parsed.spans.iter().map(|span| Claimed {
            ranges: vec![(span.start, span.end)],
            covered: span.text.as_deref(),
            place: &place,
        });
        survey.article(&parsed.text, false, &claimed.collect::<Vec<_>>());
    }
    let found = survey.choose(options.keep_mismatches)?;
    Ok((found.counting, found.reason))
}

struct SpacyReader<R> {
    lines: Lines<R>,
    counting: Counting,
    options: ReadOptions,
    name: String,
    done: bool,
}

impl<R: BufRead> SpacyReader<R> {
    fn record(&mut self) -> Result<Option<Record>, FormatError> {
        loop {
            let Some(line) = self.lines.read()? else { return Ok(None) };
            if !line.trim().is_empty() {
                let number = self.lines.number();
                let parsed = parse(&line, number)?;
                return self.build(&parsed).map(Some).map_err(|error| error.at_line(number));
            }
        }
    }

    fn build(&self, line: &LineIn) -> Result<Record, FormatError> {
        let meta = |key: &str| line.meta.get(key).and_then(Value::as_str).filter(|value| !value.is_empty());
        let id = match meta("article") {
            Some(id) if is_folder_safe(id) => id.to_owned(),
            Some(id) => slug::slug(id),
            None => format!("{}-{}", self.name, self.lines.number()),
        };
        let positions = Positions::new(&line.text, false, self.counting);
        let mut info = ArticleInfo { id: id.as_str().into(), ..text::describe(&id, positions.text()) };
        info.title = meta("title").map_or(info.title, ToOwned::to_owned);
        info.date = meta("date").map_or(info.date, ToOwned::to_owned);
        let mut build = Build::new("spacy", info, positions, line.annotator.as_deref(), &self.options)?;
        let answer = line.answer.as_deref().filter(|answer| *answer != "accept");
        if let Some(answer) = answer {
            build.leave_out(format!(
                "its answer is {answer:?}, so that its {} spans are left out",
                line.spans.len()
            ));
            return build.finish();
        }
        let small = |id: &Option<Value>| {
            let id = id.as_ref().and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
            id.filter(|id| (1..1_000_000).contains(id))
        };
        let numbered = line.spans.iter().all(|span| small(&span.id).is_some());
        let mut made: Vec<Option<SpanId>> = Vec::with_capacity(line.spans.len());
        for (nth, span) in line.spans.iter().enumerate() {
            made.push(build.span(SpanIn {
                number: small(&span.id).filter(|_| numbered),
                label: &span.label,
                ranges: vec![(span.start, span.end)],
                covered: span.text.as_deref(),
                attributes: span.attributes.clone(),
                note: span.note.clone(),
                place: format!("span {}", nth + 1),
                ..SpanIn::default()
            })?);
        }
        for (nth, relation) in line.relations.iter().enumerate() {
            let end = |end: &Option<EndLine>| end.as_ref().and_then(|end| find(line, &made, end));
            let ends = (end(&relation.head_span), end(&relation.child_span));
            let place = format!("relation {}", nth + 1);
            build.relation(None, &relation.label, ends, relation.attributes.clone(), &place)?;
        }
        build.finish()
    }
}

/// The span at an end of a relation: by its number, else by its place and label.
fn find(line: &LineIn, made: &[Option<SpanId>], end: &EndLine) -> Option<SpanId> {
    let by_id = || line.spans.iter().position(|span| span.id.is_some() && span.id == end.id);
    let by_place = |labelled: bool| {
        line.spans.iter().position(|span| {
            (span.start, span.end) == (end.start, end.end)
                && (!labelled || end.label.as_ref().is_some_and(|label| *label == span.label))
        })
    };
    let nth = by_id().or_else(|| by_place(true)).or_else(|| by_place(false))?;
    made.get(nth).copied().flatten()
}

impl<R: BufRead> Iterator for SpacyReader<R> {
    type Item = Result<Item, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let record = self.record().transpose();
        self.done = !matches!(record, Some(Ok(_)));
        record.map(|record| record.map(|record| Item::Record(Box::new(record))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interchange::roundtrip::{Shelf, through};
    use crate::interchange::sink::{Memory, SINGLE};
    use crate::interchange::{WriteOptions, by_content, by_name};
    use crate::model::fixture;

    fn read_line(line: &str) -> Result<(Record, Vec<String>), String> {
        let memory = Memory::of([("a.jsonl", line.as_bytes())]);
        let options = ReadOptions { annotator: Some("me".into()), ..ReadOptions::default() };
        let mut reading = read(&memory.source("a.jsonl"), &options).map_err(|error| error.to_string())?;
        let notes = reading.notes.clone();
        let item = reading.items.next().unwrap();
        match item.map_err(|error| error.to_string())? {
            Item::Record(record) => Ok((*record, notes)),
            Item::Header(_) => panic!("a header"),
        }
    }

    #[test]
    fn tokens_give_the_text_back_and_spans_stand_on_them() {
        let (_, _, memory) = through(&FORMAT, &WriteOptions::default(), &mut Shelf::nasty(None));
        let file = memory.text(SINGLE);
        assert_eq!(file.lines().count(), 6);
        let mut spans = 0;
        for line in file.lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            let tokens = row["tokens"].as_array().unwrap();
            let built: String = tokens
                .iter()
                .map(|token| {
                    let space = if token["ws"] == true { " " } else { "" };
                    format!("{}{space}", token["text"].as_str().unwrap())
                })
                .collect();
            assert_eq!(built, row["text"].as_str().unwrap());
            for span in row["spans"].as_array().unwrap() {
                let token = |key: &str| &tokens[span[key].as_u64().unwrap() as usize];
                assert_eq!(token("token_start")["start"], span["start"], "{span}");
                assert_eq!(token("token_end")["end"], span["end"], "{span}");
                spans += 1;
            }
        }
        assert_eq!(spans, 19, "of 18 spans one is in two parts");
    }

    #[test]
    fn files_of_prodigy_are_read_and_known() {
        let line = r#"{"text":"😀 Ali met Omar","_input_hash":1,"_task_hash":2,"tokens":[],"spans":[{"start":2,"end":5,"label":"P","token_start":1,"token_end":1},{"start":10,"end":14,"label":"P"}],"relations":[{"head":1,"child":3,"label":"met","head_span":{"start":2,"end":5,"label":"P"},"child_span":{"start":10,"end":14,"label":"P"}}],"answer":"accept","_annotator_id":"db-amal"}"#;
        let (record, notes) = read_line(line).unwrap();
        let (annotator, layer) = record.layer.unwrap();
        assert_eq!(fixture::write(&record.text, &layer), "😀 [Ali]{P} met [Omar]{P}");
        assert_eq!((annotator.as_str(), layer.relations.len(), notes.len()), ("me", 1, 0));
        let (record, _) = read_line(&line.replace("accept", "reject")).unwrap();
        assert!(record.losses[0].reason.contains("2 spans") && record.layer.unwrap().1.spans.is_empty());
        assert_eq!(by_content("jsonl", line.as_bytes()), by_name("spacy"));
        let doccano = r#"{"text": "a", "label": []}"#;
        assert_eq!(by_content("jsonl", doccano.as_bytes()), by_name("doccano"));
        let ours = r#"{"id":"a","text":"a","annotator":"","spans":[],"relations":[]}"#;
        assert_eq!(by_content("jsonl", ours.as_bytes()), by_name("jsonl"));
        assert!(
            read_line(r#"{"text":"a","spans":[{"start":0,"end":"x","label":"P"}]}"#)
                .unwrap_err()
                .contains("line 1")
        );
    }
}
