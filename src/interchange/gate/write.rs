//! Writing documents.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{ANNOTATORS, GOLD, KEY, NOTE, RELATIONS, RESERVED};
use crate::interchange::json::{facts_of, guarded};
use crate::interchange::sink::Sink;
use crate::interchange::{Header, OffsetUnit, Page, WriteOptions, Writer};
use crate::model::{Article, Attributes, Layer, Span, TextSize};

pub(super) struct GateWriter {
    unit: OffsetUnit,
}

#[derive(Serialize)]
struct Annotation<'a> {
    r#type: &'a str,
    start: u32,
    end: u32,
    id: u32,
    features: Map<String, Value>,
}

#[derive(Serialize)]
struct Set<'a> {
    name: &'a str,
    annotations: Vec<Annotation<'a>>,
    next_annid: u32,
}

#[derive(Serialize)]
struct Document<'a> {
    annotation_sets: BTreeMap<&'a str, Set<'a>>,
    text: &'a str,
    features: Map<String, Value>,
    offset_type: &'static str,
    name: &'a str,
}

impl GateWriter {
    pub(super) fn new(options: &WriteOptions) -> Self {
        Self { unit: options.unit.unwrap_or_default() }
    }

    fn position(&self, article: &Article, byte: TextSize) -> u32 {
        let (offsets, text) = (article.offsets(), article.text());
        let found = match self.unit {
            OffsetUnit::Utf16 => offsets.to_utf16(text, byte),
            _ => offsets.to_scalar(text, byte),
        };
        found.unwrap_or_default()
    }

    fn annotation<'a>(&self, article: &Article, span: &'a Span) -> Annotation<'a> {
        let mut features = features_of(&span.attributes);
        if !span.note.is_empty() {
            features.insert(NOTE.to_owned(), span.note.as_str().into());
        }
        Annotation {
            r#type: span.label.as_str(),
            start: self.position(article, span.start()),
            end: self.position(article, span.end()),
            id: span.id.0,
            features,
        }
    }
}

fn features_of(attributes: &Attributes) -> Map<String, Value> {
    attributes.iter().map(|(name, value)| (guarded(name, RESERVED), value.as_str().into())).collect()
}

fn relations_of(layer: &Layer) -> Value {
    let relations = layer.relations.values().map(|relation| {
        let attributes: Map<String, Value> =
            relation.attributes.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        json!({
            "type": relation.label.as_str(),
            "from": relation.from.0,
            "to": relation.to.0,
            "features": attributes,
        })
    });
    relations.collect()
}

impl Writer for GateWriter {
    fn begin(&mut self, _: &mut dyn Sink, _: &Header) -> io::Result<()> {
        Ok(())
    }

    fn article(&mut self, page: &Page<'_>, sink: &mut dyn Sink) -> io::Result<()> {
        let has_key = page.layers.iter().any(|(annotator, _)| annotator.as_str() == KEY);
        let (mut sets, mut annotators, mut relations) = (BTreeMap::new(), Map::new(), Map::new());
        for (annotator, layer) in page.layers {
            let annotator = annotator.as_str();
            let name = if annotator == GOLD && !has_key { KEY } else { annotator };
            let spans = layer.in_reading_order();
            let annotations: Vec<Annotation<'_>> =
                spans.into_iter().map(|span| self.annotation(page.article, span)).collect();
            sets.insert(name, Set { name, annotations, next_annid: layer.next_span_id().0 });
            annotators.insert(name.to_owned(), annotator.into());
            if !layer.relations.is_empty() {
                relations.insert(name.to_owned(), relations_of(layer));
            }
        }
        let mut features = facts_of(page.info);
        features.insert(ANNOTATORS.to_owned(), annotators.into());
        features.insert(RELATIONS.to_owned(), relations.into());
        let id = page.info.id.as_str();
        let mut file = sink.file(&format!("{id}.bdocjs"))?;
        let document = Document {
            annotation_sets: sets,
            text: page.article.text(),
            features,
            offset_type: if self.unit == OffsetUnit::Utf16 { "j" } else { "p" },
            name: id,
        };
        serde_json::to_writer(&mut file, &document)?;
        file.write_all(b"\n")?;
        file.flush()
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        Ok(())
    }
}
