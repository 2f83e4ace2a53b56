//! A layer as a row, in the shape that Python sees.

use serde_json::{Value, json};

use super::Cells;
use crate::model::{Article, ArticleInfo, Attributes, Layer, Span};

/// The row of an article and one annotator's layer. Labels are their places among `labels` and `relations`.
pub(super) fn row(
    info: &ArticleInfo,
    article: &Article,
    annotator: &str,
    layer: &Layer,
    (labels, relations): (&[String], &[String]),
) -> Cells {
    let texts = [
        ("id", info.id.as_str()),
        ("text", article.text()),
        ("title", &info.title),
        ("date", &info.date),
        ("source", &info.source),
        ("author", &info.author),
        ("url", &info.url),
        ("language", &info.language),
        ("annotator", annotator),
        ("status", layer.status.as_str()),
    ];
    let mut row: Cells = texts.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect();
    let spans = layer.in_reading_order().into_iter().map(|span| self::span(span, article, labels));
    row.insert("spans".to_owned(), spans.collect());
    let relations = layer.relations.values().map(|relation| {
        json!({
            "id": relation.id.0,
            "label": place_of(relations, relation.label.as_str()),
            "head": relation.from.0,
            "tail": relation.to.0,
            "attributes": attributes(&relation.attributes),
        })
    });
    row.insert("relations".to_owned(), relations.collect());
    row
}

fn span(span: &Span, article: &Article, labels: &[String]) -> Value {
    let places: Vec<(u32, u32)> = span
        .ranges
        .iter()
        .filter_map(|range| article.offsets().range_to_scalars(article.text(), *range))
        .collect();
    let ranges: Vec<Value> = places.iter().map(|(start, end)| json!({"start": start, "end": end})).collect();
    json!({
        "id": span.id.0,
        "start": places.first().map(|(start, _)| *start).unwrap_or_default(),
        "end": places.last().map(|(_, end)| *end).unwrap_or_default(),
        "label": place_of(labels, span.label.as_str()),
        "text": span.quote,
        "ranges": ranges,
        "attributes": attributes(&span.attributes),
        "note": span.note,
    })
}

fn attributes(values: &Attributes) -> Value {
    values.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
}

/// The place of a name; the survey has seen them all.
fn place_of(names: &[String], name: &str) -> i64 {
    names.iter().position(|known| known == name).and_then(|place| i64::try_from(place).ok()).unwrap_or(-1)
}
