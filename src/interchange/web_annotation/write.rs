//! Writing texts and collections.

use std::io::{self, Write as _};

use serde_json::{Value, json};

use super::{ARTICLE, ATTRIBUTES, CONTEXT, LAYERS, to_iri};
use crate::interchange::json::facts_of;
use crate::interchange::sink::Sink;
use crate::interchange::{Header, Page, Writer};
use crate::language::{graphemes, slice};
use crate::model::{Article, Attributes, Layer, Relation, Span, TextRange};

/// How many characters before and after its words a quote has, at most.
const AROUND: usize = 32;

pub(super) struct WebAnnotationWriter;

impl Writer for WebAnnotationWriter {
    fn begin(&mut self, _: &mut dyn Sink, _: &Header) -> io::Result<()> {
        Ok(())
    }

    fn article(&mut self, page: &Page<'_>, sink: &mut dyn Sink) -> io::Result<()> {
        let id = &page.info.id;
        let mut text = sink.file(&format!("{id}.txt"))?;
        // A reader takes the first of two marks for the one of the file.
        if page.article.text().starts_with('\u{feff}') {
            text.write_all("\u{feff}".as_bytes())?;
        }
        text.write_all(page.article.text().as_bytes())?;
        text.flush()?;
        let mut file = sink.file(&format!("{id}.jsonld"))?;
        write_collection(page, &mut file)?;
        file.write_all(b"\n")?;
        file.flush()
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        Ok(())
    }
}

fn write_collection(page: &Page<'_>, file: &mut dyn io::Write) -> io::Result<()> {
    let id = page.info.id.as_str();
    let source = format!("{}.txt", to_iri(id));
    let mut items: Vec<Value> = Vec::new();
    for (nth, (annotator, layer)) in page.layers.iter().enumerate() {
        let on = On { source: &source, article: page.article, annotator: annotator.as_str(), nth: nth + 1 };
        items.extend(layer.in_reading_order().into_iter().map(|span| on.span(span)));
        items.extend(layer.relations.values().map(|relation| on.relation(relation)));
    }
    let layer =
        |annotator: &str, layer: &Layer| json!({ "annotator": annotator, "status": layer.status.as_str() });
    let layers: Vec<Value> =
        page.layers.iter().map(|(annotator, found)| layer(annotator.as_str(), found)).collect();
    let own = json!({
        "@version": 1.1,
        "hashiya": "urn:hashiya:",
        ARTICLE: { "@type": "@json" },
        LAYERS: { "@type": "@json" },
        ATTRIBUTES: { "@type": "@json" },
    });
    let collection = json!({
        "@context": [CONTEXT, own],
        "id": format!("{}.jsonld", to_iri(id)),
        "type": "AnnotationCollection",
        "label": page.info.title,
        "total": items.len(),
        ARTICLE: facts_of(page.info),
        LAYERS: layers,
        "first": {
            "id": "#page-1",
            "type": "AnnotationPage",
            "startIndex": 0,
            "items": items,
        },
    });
    // An annotation a line, so that a person and git can read it.
    let all = serde_json::to_string(&collection)?;
    file.write_all(all.replace(",{\"id\":\"#layer-", ",\n{\"id\":\"#layer-").as_bytes())
}

/// One annotator's work on an article.
struct On<'a> {
    source: &'a str,
    article: &'a Article,
    annotator: &'a str,
    /// From 1.
    nth: usize,
}

impl On<'_> {
    fn name(&self, span: crate::model::SpanId) -> String {
        format!("#layer-{}-span-{span}", self.nth)
    }

    fn annotation(&self, id: &str, motivation: &str, body: Value, target: Value, more: &Attributes) -> Value {
        let mut annotation = json!({
            "id": id,
            "type": "Annotation",
            "motivation": motivation,
            "creator": { "type": "Person", "nickname": self.annotator },
            "body": body,
            "target": target,
        });
        if let (false, Some(annotation)) = (more.is_empty(), annotation.as_object_mut()) {
            annotation.insert(ATTRIBUTES.to_owned(), json!(more));
        }
        annotation
    }

    fn span(&self, span: &Span) -> Value {
        let mut body = vec![textual("tagging", span.label.as_str())];
        if !span.note.is_empty() {
            body.push(textual("commenting", &span.note));
        }
        let targets: Vec<Value> = span.ranges.iter().filter_map(|range| self.target(*range)).collect();
        self.annotation(&self.name(span.id), "tagging", body.into(), targets.into(), &span.attributes)
    }

    fn target(&self, range: TextRange) -> Option<Value> {
        let text = self.article.text();
        let (start, end) = self.article.offsets().range_to_scalars(text, range)?;
        let (before, after) = (text.get(..range.start().into())?, text.get(range.end().into()..)?);
        let prefix =
            before.char_indices().nth_back(AROUND - 1).map_or(0, |(at, _)| graphemes::ceil(text, at));
        let length = after.char_indices().nth(AROUND).map_or(after.len(), |(at, _)| at);
        let suffix = graphemes::floor(after, length);
        Some(json!({
            "source": self.source,
            "selector": [
                { "type": "TextPositionSelector", "start": start, "end": end },
                {
                    "type": "TextQuoteSelector",
                    "exact": slice(text, range),
                    "prefix": before.get(prefix..).unwrap_or_default(),
                    "suffix": after.get(..suffix).unwrap_or_default(),
                },
            ],
        }))
    }

    fn relation(&self, relation: &Relation) -> Value {
        let id = format!("#layer-{}-relation-{}", self.nth, relation.id);
        let to =
            json!({ "type": "SpecificResource", "purpose": "linking", "source": self.name(relation.to) });
        let body = vec![textual("tagging", relation.label.as_str()), to];
        let from = self.name(relation.from).into();
        self.annotation(&id, "linking", body.into(), from, &relation.attributes)
    }
}

fn textual(purpose: &str, value: &str) -> Value {
    json!({ "type": "TextualBody", "purpose": purpose, "value": value })
}
