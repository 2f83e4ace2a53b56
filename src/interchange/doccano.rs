//! doccano JSONL, for sequence labelling: `{"text", "label": [[start, end, "label"]]}`, and where there are relations
//! `{"text", "entities": [{"id", "label", "start_offset", "end_offset"}], "relations": [{"id", "from_id", "to_id", "type"}]}`.
//!
//! doccano's server keeps the positions it is given; its page counts UTF-16 units, or graphemes where the project is set so
//! (read in its source and tried). UTF-16 is written unless asked otherwise. The server refuses empty texts, so that
//! articles without words are left out, which is reported. What a line has beside becomes the document's metadata: the id,
//! title and date of the article.

use std::collections::BTreeSet;
use std::io::{self, BufRead};
use std::rc::Rc;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::build::{Build, Names, SpanIn};
use super::fit::{self, Fitted};
use super::lines::Lines;
use super::options::Choice;
use super::sink::{Out, Sink, Source, stem, unread};
use super::units::{Claimed, Counting, Positions, Ruler, Survey};
use super::{
    Format, FormatError, Header, Item, Keeps, LossKind, OffsetUnit, Page, ReadOptions, Reading, Record,
    Report, WriteOptions, Writer, sniff, text,
};
use crate::language::{graphemes, slug};
use crate::model::{ArticleInfo, Attributes, Layer, Place, Ranges, is_folder_safe, quote_of};

pub(super) const FORMAT: Format = Format {
    name: "doccano",
    extensions: &["jsonl"],
    units: &[OffsetUnit::Utf16, OffsetUnit::CodePoints, OffsetUnit::Graphemes],
    keeps: Keeps {
        overlaps: true,
        line_ends: true,
        white_edges: true,
        relations: true,
        text: true,
        ids: true,
        ..Keeps::NOTHING
    },
    takes: &[Choice::Unit],
    knows: Some(knows),
    read: Some(read),
    write: Some(|options| Box::new(DoccanoWriter::new(options))),
    help: "doccano JSONL for sequence labelling: spans of one range and relations; no attributes, no notes",
    ..Format::EMPTY
};

fn knows(head: &[u8]) -> bool {
    let keys = sniff::first_keys(head);
    let has = |key: &str| keys.iter().any(|known| known == key);
    has("text") && (has("label") || has("labels") || has("entities")) && !has("spans") && !has("annotator")
}

struct DoccanoWriter {
    unit: OffsetUnit,
    /// Whether some layer has relations: doccano reads them in another shape.
    relations: bool,
    out: Option<Out>,
}

#[derive(Serialize)]
struct LineOut<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<Vec<(u32, u32, &'a str)>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entities: Option<Vec<EntityOut<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relations: Option<Vec<RelationOut<'a>>>,
    article: &'a str,
    title: &'a str,
    date: &'a str,
}

#[derive(Serialize)]
struct EntityOut<'a> {
    id: u32,
    label: &'a str,
    start_offset: u32,
    end_offset: u32,
}

#[derive(Serialize)]
struct RelationOut<'a> {
    id: u32,
    from_id: u32,
    to_id: u32,
    r#type: &'a str,
}

impl DoccanoWriter {
    fn new(options: &WriteOptions) -> Self {
        Self { unit: options.unit.unwrap_or(OffsetUnit::Utf16), relations: false, out: None }
    }
}

impl Writer for DoccanoWriter {
    fn needs_survey(&self) -> bool {
        true
    }

    fn survey(&mut self, page: &Page<'_>) {
        self.relations |= page.layers.iter().any(|(_, layer)| !layer.relations.is_empty());
    }

    fn fit(&self, page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
        let mut fitted = fit::fit(page, keeps, report);
        if page.article.text().trim().is_empty() {
            fitted.skip(report, "it has no words, and doccano refuses such texts");
            return fitted;
        }
        if self.unit == OffsetUnit::Graphemes {
            for (annotator, layer) in &mut fitted.layers {
                let text = page.article.text();
                let cuts =
                    |ranges: &Ranges| ranges.iter().any(|range| graphemes::snap(text, *range) != *range);
                let cutting: Vec<_> =
                    layer.spans.values().filter(|span| cuts(&span.ranges)).map(|span| span.id).collect();
                for id in cutting {
                    let Some(span) = Arc::make_mut(layer).spans.get_mut(&id) else { continue };
                    span.ranges.iter_mut().for_each(|range| *range = graphemes::snap(text, *range));
                    span.quote = quote_of(text, &span.ranges).unwrap_or_default();
                    report.spans.lossless = report.spans.lossless.saturating_sub(1);
                    report.spans.clipped += 1;
                    let place = Place::Span(page.key(annotator), id);
                    report.lose(
                        place,
                        LossKind::Clipped,
                        "it cuts a letter from its marks, and takes all of it",
                    );
                }
            }
        }
        fitted
    }

    fn begin(&mut self, sink: &mut dyn Sink, _: &Header) -> io::Result<()> {
        self.out = Some(sink.single()?);
        Ok(())
    }

    fn article(&mut self, page: &Page<'_>, _: &mut dyn Sink) -> io::Result<()> {
        let blank = Layer::default();
        let layer = page.layers.first().map_or(&blank, |(_, layer)| layer);
        let ruler = Ruler::new(page.article, self.unit);
        let places = || {
            layer.in_reading_order().into_iter().filter_map(|span| {
                let (start, end) = ruler.range(*span.ranges.first()?)?;
                Some((span, start, end))
            })
        };
        let line = LineOut {
            text: page.article.text(),
            label: (!self.relations)
                .then(|| places().map(|(span, start, end)| (start, end, span.label.as_str())).collect()),
            entities: self.relations.then(|| {
                places()
                    .map(|(span, start_offset, end_offset)| EntityOut {
                        id: span.id.0,
                        label: span.label.as_str(),
                        start_offset,
                        end_offset,
                    })
                    .collect()
            }),
            relations: self.relations.then(|| {
                layer
                    .relations
                    .values()
                    .map(|relation| RelationOut {
                        id: relation.id.0,
                        from_id: relation.from.0,
                        to_id: relation.to.0,
                        r#type: relation.label.as_str(),
                    })
                    .collect()
            }),
            article: page.info.id.as_str(),
            title: &page.info.title,
            date: &page.info.date,
        };
        let Some(out) = &mut self.out else { return Ok(()) };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), |out| out.flush())
    }
}

#[derive(Deserialize)]
struct LineIn {
    #[serde(alias = "data")]
    text: String,
    #[serde(alias = "labels")]
    label: Option<Vec<(u32, u32, String)>>,
    entities: Option<Vec<EntityIn>>,
    relations: Option<Vec<RelationIn>>,
    #[serde(alias = "Comments")]
    comments: Option<Vec<Value>>,
    article: Option<String>,
    title: Option<String>,
    date: Option<String>,
    /// The server's, which says nothing to us.
    #[serde(rename = "id")]
    _id: Option<Value>,
    #[serde(flatten)]
    more: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
struct EntityIn {
    id: Option<u64>,
    label: String,
    start_offset: u32,
    end_offset: u32,
}

#[derive(Deserialize)]
struct RelationIn {
    from_id: u64,
    to_id: u64,
    r#type: String,
}

impl LineIn {
    /// Label, positions and id of each span, in both shapes.
    fn spans(&self) -> Vec<(&str, u32, u32, Option<u64>)> {
        let labels =
            self.label.iter().flatten().map(|(start, end, label)| (label.as_str(), *start, *end, None));
        let entities = self.entities.iter().flatten();
        let entities = entities.map(|e| (e.label.as_str(), e.start_offset, e.end_offset, e.id));
        labels.chain(entities).collect()
    }
}

fn read(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let open = || source.open().map(Lines::new).map_err(unread);
    let (counting, reason) = match options.unit {
        Some(unit) => (unit.into(), String::new()),
        None => survey(open()?)?,
    };
    let reader = DoccanoReader {
        lines: open()?,
        counting,
        options: options.clone(),
        name: slug::slug(stem(source.name())),
        seen: BTreeSet::new(),
        done: false,
    };
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

fn survey(mut lines: Lines<impl BufRead>) -> Result<(Counting, String), FormatError> {
    let mut survey = Survey::new(OffsetUnit::Utf16);
    while let Some(line) = lines.read()? {
        if line.trim().is_empty() {
            continue;
        }
        let parsed = parse(&line, lines.number())?;
        let place = format!("line {}", lines.number());
        let spans = parsed.spans();
        let claimed = spans.iter().map(|(_, start, end, _)| Claimed {
            ranges: vec![(*start, *end)],
            covered: None,
            place: &place,
        });
        survey.article(&parsed.text, false, &claimed.collect::<Vec<_>>());
    }
    let found = survey.choose(false)?;
    Ok((found.counting, found.reason))
}

struct DoccanoReader<R> {
    lines: Lines<R>,
    counting: Counting,
    options: ReadOptions,
    name: String,
    /// Keys we do not know, each reported once.
    seen: BTreeSet<String>,
    done: bool,
}

impl<R: BufRead> DoccanoReader<R> {
    fn record(&mut self) -> Result<Option<Record>, FormatError> {
        loop {
            let Some(line) = self.lines.read()? else { return Ok(None) };
            if !line.trim().is_empty() {
                let number = self.lines.number();
                let parsed = parse(&line, number)?;
                return self.build(parsed).map(Some).map_err(|error| error.at_line(number));
            }
        }
    }

    fn build(&mut self, line: LineIn) -> Result<Record, FormatError> {
        let number = self.lines.number();
        let id = match &line.article {
            Some(id) if is_folder_safe(id) => id.clone(),
            Some(id) if !id.is_empty() => slug::slug(id),
            _ => format!("{}-{number}", self.name),
        };
        let positions = Positions::new(&line.text, false, self.counting);
        let mut info = ArticleInfo { id: id.as_str().into(), ..text::describe(&id, positions.text()) };
        info.title = line.title.clone().unwrap_or(info.title);
        info.date = line.date.clone().unwrap_or(info.date);
        let mut build = Build::new("doccano", info, positions, None, &self.options)?;
        let mut names = Names::default();
        let spans = line.spans();
        // The numbers of a server are those of all its documents; ours begin with each article.
        let small = spans.iter().all(|(.., id)| id.is_some_and(|id| id > 0 && id < 1_000_000));
        for (nth, (label, start, end, id)) in spans.iter().enumerate() {
            let span = SpanIn {
                number: id.filter(|_| small).and_then(|id| u32::try_from(id).ok()),
                label,
                ranges: vec![(*start, *end)],
                place: format!("span {}", nth + 1),
                ..SpanIn::default()
            };
            let made = build.span(span)?;
            if let Some(id) = id {
                names.put(&id.to_string(), made);
            }
        }
        for (nth, relation) in line.relations.iter().flatten().enumerate() {
            let ends = (names.get(&relation.from_id.to_string()), names.get(&relation.to_id.to_string()));
            let place = format!("relation {}", nth + 1);
            build.relation(None, &relation.r#type, ends, Attributes::new(), &place)?;
        }
        if line.comments.as_ref().is_some_and(|comments| !comments.is_empty()) {
            build.leave_out("the comments of this document are left out");
        }
        for key in line.more.into_iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key) {
            if self.seen.insert(key.clone()) {
                build.leave_out(format!("the key {key:?} is left out, here and below"));
            }
        }
        build.finish()
    }
}

impl<R: BufRead> Iterator for DoccanoReader<R> {
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
    use crate::model::fixture;

    fn read_line(line: &str, unit: Option<OffsetUnit>) -> Result<(Record, Vec<String>), String> {
        let memory = Memory::of([("a.jsonl", line.as_bytes())]);
        let options = ReadOptions { annotator: Some("me".into()), unit, ..ReadOptions::default() };
        let mut reading = read(&memory.source("a.jsonl"), &options).map_err(|error| error.to_string())?;
        let notes = reading.notes.clone();
        let item = reading.items.next().unwrap();
        match item.map_err(|error| error.to_string())? {
            Item::Record(record) => Ok((*record, notes)),
            Item::Header(_) => panic!("a header"),
        }
    }

    #[test]
    fn the_unit_is_the_one_asked_for() {
        for (unit, expected) in [
            (OffsetUnit::Utf16, r#""start_offset":79,"end_offset":81"#),
            (OffsetUnit::CodePoints, r#""start_offset":76,"end_offset":77"#),
        ] {
            let options = WriteOptions { unit: Some(unit), ..WriteOptions::default() };
            let (report, items, memory) = through(&FORMAT, &options, &mut Shelf::nasty(Some("amal")));
            assert!(memory.text(SINGLE).contains(expected), "{}", memory.text(SINGLE));
            assert_eq!((report.unit, items.len()), (Some(unit), 4));
            assert!(report.losses.iter().any(|loss| loss.place.to_string() == "empty"));
        }
    }

    #[test]
    fn both_shapes_are_read_and_the_unit_is_found() {
        let labels =
            r#"{"id": 7, "text": "😀😀 Ali met Omar", "label": [[5, 8, "P"], [13, 17, "P"]], "x": 1}"#;
        let (record, notes) = read_line(labels, None).unwrap();
        assert_eq!(fixture::write(&record.text, &record.layer.unwrap().1), "😀😀 [Ali]{P} met [Omar]{P}");
        assert!(notes.is_empty() && record.losses[0].reason.contains("\"x\""));
        let points = labels.replace("[5, 8", "[3, 6").replace("[13, 17", "[11, 15");
        let (record, notes) = read_line(&points, None).unwrap();
        assert_eq!(fixture::write(&record.text, &record.layer.unwrap().1), "😀😀 [Ali]{P} met [Omar]{P}");
        assert!(notes[0].contains("code-points"), "{notes:?}");
        let entities = r#"{"id":1,"text":"Ali met Omar","entities":[{"id":5000001,"label":"P","start_offset":0,"end_offset":3},
            {"id":5000002,"label":"P","start_offset":8,"end_offset":12}],"relations":[{"id":9,"from_id":5000001,"to_id":5000002,"type":"met"}],"Comments":["?"]}"#;
        let (record, _) = read_line(&entities.replace('\n', ""), None).unwrap();
        let layer = record.layer.unwrap().1;
        assert_eq!((layer.spans.len(), layer.relations.len(), record.losses.len()), (2, 1, 1));
        let outside = r#"{"text": "Ali", "label": [[0, 9, "P"]]}"#;
        assert!(read_line(outside, None).unwrap_err().contains("line 1: span 1"), "{outside}");
        assert!(read_line(r#"{"label": []}"#, None).unwrap_err().contains("line 1, byte"));
    }
}
