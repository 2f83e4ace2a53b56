//! Writing tasks.

use std::io::{self, Write as _};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::config::Names;
use super::{ANNOTATOR, LABELS, RESERVED, TEXT};
use crate::interchange::json::{facts_of, guarded};
use crate::interchange::sink::{Out, Sink};
use crate::interchange::{Header, Page, Writer};
use crate::language::slice;
use crate::model::{Article, Layer, Span};

/// The adjudicated layer.
pub(super) const GOLD: &str = "gold";

#[derive(Default)]
pub(super) struct LabelStudioWriter {
    names: Names,
    out: Option<Out>,
    tasks: usize,
    annotations: usize,
}

#[derive(Serialize)]
struct Task<'a> {
    /// A number, without which the converter of its own SDK falls over; a server gives its own.
    id: usize,
    data: Map<String, Value>,
    annotations: Vec<Annotation<'a>>,
}

#[derive(Serialize)]
struct Annotation<'a> {
    id: usize,
    result: Vec<Item<'a>>,
    was_cancelled: bool,
    ground_truth: bool,
}

/// A result: a region, an attribute of one, or a relation between two.
#[derive(Serialize)]
#[serde(untagged)]
enum Item<'a> {
    Value {
        id: String,
        from_name: String,
        to_name: &'static str,
        r#type: &'static str,
        value: Value,
        #[serde(skip_serializing_if = "Option::is_none")]
        meta: Option<Value>,
    },
    Relation {
        from_id: String,
        to_id: String,
        r#type: &'static str,
        direction: &'static str,
        labels: [&'a str; 1],
    },
}

impl Writer for LabelStudioWriter {
    fn needs_survey(&self) -> bool {
        true
    }

    fn know(&mut self, header: &Header) {
        self.names.know(header);
    }

    fn survey(&mut self, page: &Page<'_>) {
        self.names.survey(page);
    }

    fn begin(&mut self, sink: &mut dyn Sink, _: &Header) -> io::Result<()> {
        let mut config = sink.file("labels.xml")?;
        config.write_all(self.names.xml().as_bytes())?;
        config.flush()?;
        let mut out = sink.file("tasks.json")?;
        out.write_all(b"[")?;
        self.out = Some(out);
        Ok(())
    }

    fn article(&mut self, page: &Page<'_>, _: &mut dyn Sink) -> io::Result<()> {
        let mut data = facts_of(page.info);
        data.insert(TEXT.to_owned(), page.article.text().into());
        let before = self.annotations;
        self.annotations += page.layers.len();
        let annotations = page.layers.iter().enumerate().map(|(nth, (annotator, layer))| Annotation {
            id: before + nth + 1,
            result: self.result(page.article, annotator.as_str(), layer),
            was_cancelled: false,
            ground_truth: annotator.as_str() == GOLD,
        });
        let annotations = annotations.collect();
        let Some(out) = &mut self.out else { return Ok(()) };
        out.write_all(if self.tasks == 0 { b"\n" } else { b",\n" })?;
        self.tasks += 1;
        serde_json::to_writer(out, &Task { id: self.tasks, data, annotations })?;
        Ok(())
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        out.write_all(b"\n]\n")?;
        out.flush()
    }
}

impl LabelStudioWriter {
    fn result<'a>(&self, article: &Article, annotator: &str, layer: &'a Layer) -> Vec<Item<'a>> {
        let mut items = vec![Item::Value {
            id: ANNOTATOR.to_owned(),
            from_name: ANNOTATOR.to_owned(),
            to_name: TEXT,
            r#type: "textarea",
            value: json!({ "text": [annotator] }),
            meta: None,
        }];
        for span in layer.in_reading_order() {
            self.span(article, span, &mut items);
        }
        items.extend(layer.relations.values().map(|relation| Item::Relation {
            from_id: format!("span-{}", relation.from),
            to_id: format!("span-{}", relation.to),
            r#type: "relation",
            direction: "right",
            labels: [relation.label.as_str()],
        }));
        items
    }

    fn span(&self, article: &Article, span: &Span, items: &mut Vec<Item<'_>>) {
        let text = article.text();
        let Some(range) = span.ranges.first() else { return };
        let Some((start, end)) = article.offsets().range_to_scalars(text, *range) else { return };
        let mut push = |from_name: String, r#type, value, meta| {
            let id = format!("span-{}", span.id);
            items.push(Item::Value { id, from_name, to_name: TEXT, r#type, value, meta });
        };
        let words = slice(text, *range);
        let region = json!({ "start": start, "end": end, "text": words, "labels": [span.label.as_str()] });
        let meta = (!span.note.is_empty()).then(|| json!({ "text": [span.note] }));
        push(LABELS.to_owned(), "labels", region, meta);
        for (attribute, value) in &span.attributes {
            let name = guarded(attribute, RESERVED);
            if self.names.is_choice(attribute) {
                push(name, "choices", json!({ "start": start, "end": end, "choices": [value] }), None);
            } else {
                push(name, "textarea", json!({ "start": start, "end": end, "text": [value] }), None);
            }
        }
    }
}
