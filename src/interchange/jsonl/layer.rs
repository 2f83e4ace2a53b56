//! A line's spans and relations → a layer. Every span is held against its text: one whose words are not at its place is
//! kept as lost.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use crate::interchange::units::Positions;
use crate::interchange::{FormatError, Loss, LossKind, decode, origin_from};
use crate::model::{
    Attributes, Layer, LayerKey, Origin, Place, Ranges, Relation, RelationId, Span, SpanId, quote_of,
};

/// Highest number of a span or relation read: leaves as many again to be given.
pub(super) const HIGHEST_NUMBER: u32 = i32::MAX.unsigned_abs();

#[derive(Deserialize)]
pub(super) struct SpanIn {
    id: Option<u32>,
    label: String,
    ranges: Vec<(u32, u32)>,
    quote: Option<String>,
    attributes: Option<BTreeMap<String, Value>>,
    note: Option<String>,
    origin: Option<String>,
    #[serde(default)]
    lost: bool,
}

#[derive(Deserialize)]
pub(super) struct RelationIn {
    id: Option<u32>,
    label: String,
    from: u32,
    to: u32,
    attributes: Option<BTreeMap<String, Value>>,
}

/// The numbers given in a file, and new ones above them for those without.
fn numbers(given: &[Option<u32>], what: &str) -> Result<Vec<u32>, FormatError> {
    let mut seen = BTreeSet::new();
    for (nth, id) in given.iter().enumerate() {
        if let Some(id) = id
            && (*id == 0 || *id > HIGHEST_NUMBER || !seen.insert(*id))
        {
            return Err(FormatError::new(format!(
                "the number {id} is taken or not between 1 and {HIGHEST_NUMBER}; nothing was imported: number the \
                 {what} from 1 on"
            ))
            .in_field(format!("{what}[{nth}].id")));
        }
    }
    let mut last = seen.last().copied().unwrap_or_default();
    Ok(given
        .iter()
        .map(|id| {
            id.unwrap_or_else(|| {
                last = last.saturating_add(1);
                last
            })
        })
        .collect())
}

pub(super) fn add_spans(
    layer: &mut Layer,
    spans: Vec<SpanIn>,
    text: &Positions,
    key: &LayerKey,
    losses: &mut Vec<Loss>,
) -> Result<(), FormatError> {
    let ids = numbers(&spans.iter().map(|span| span.id).collect::<Vec<_>>(), "spans")?;
    for (nth, (span, id)) in spans.into_iter().zip(ids).enumerate() {
        let id = SpanId(id);
        let place = Place::Span(key.clone(), id);
        let attributes = attributes(span.attributes)
            .map_err(|error| error.in_field(format!("spans[{nth}].attributes")))?;
        let mut problem = None;
        let mut ranges = Ranges::new();
        for (start, end) in &span.ranges {
            ranges.push(text.range(*start, *end).unwrap_or_else(|nearest| {
                problem = Some(format!("{start} to {end} is not in the text"));
                nearest
            }));
        }
        let words = quote_of(text.text(), &ranges).unwrap_or_default();
        let quote = span.quote.map(decode::unify_line_ends);
        let mut made = Span {
            id,
            label: span.label.into(),
            ranges,
            quote: quote.clone().unwrap_or_else(|| words.clone()),
            attributes,
            note: span.note.unwrap_or_default(),
            origin: span.origin.as_deref().map_or_else(|| Origin::Import("jsonl".to_owned()), origin_from),
            lost: span.lost,
        };
        if problem.is_none() && !made.has_sound_ranges() {
            problem = Some("its ranges are empty, out of order or touch each other".to_owned());
        }
        if problem.is_none() && made.quote != words {
            problem = Some(format!("“{words}” stands at its place"));
        }
        if let Some(problem) = problem.filter(|_| !span.lost) {
            if quote.is_none() {
                losses.push(Loss {
                    place,
                    kind: LossKind::Dropped,
                    reason: format!("{problem}, and it has no quote"),
                });
                continue;
            }
            let reason = format!("{problem}, not its words “{}”; it is kept as lost", made.quote);
            losses.push(Loss { place, kind: LossKind::Lost, reason });
            made.lost = true;
        }
        layer.last_span = layer.last_span.max(id.0);
        layer.spans.insert(id, made);
    }
    Ok(())
}

pub(super) fn add_relations(
    layer: &mut Layer,
    relations: Vec<RelationIn>,
    key: &LayerKey,
    losses: &mut Vec<Loss>,
) -> Result<(), FormatError> {
    let ids = numbers(&relations.iter().map(|relation| relation.id).collect::<Vec<_>>(), "relations")?;
    for (nth, (relation, id)) in relations.into_iter().zip(ids).enumerate() {
        let id = RelationId(id);
        let attributes = attributes(relation.attributes)
            .map_err(|error| error.in_field(format!("relations[{nth}].attributes")))?;
        let (from, to) = (SpanId(relation.from), SpanId(relation.to));
        if !layer.spans.contains_key(&from) || !layer.spans.contains_key(&to) {
            losses.push(Loss {
                place: Place::Relation(key.clone(), id),
                kind: LossKind::Dropped,
                reason: format!("it leads from span {from} to span {to}, of which one is not there"),
            });
            continue;
        }
        layer.last_relation = layer.last_relation.max(id.0);
        layer.relations.insert(id, Relation { attributes, ..Relation::new(id, relation.label, from, to) });
    }
    Ok(())
}

fn attributes(values: Option<BTreeMap<String, Value>>) -> Result<Attributes, FormatError> {
    let mut attributes = Attributes::new();
    for (id, value) in values.unwrap_or_default() {
        let value = match value {
            Value::Null => continue,
            Value::String(text) => text,
            Value::Bool(flag) => if flag { "yes" } else { "no" }.to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Array(_) | Value::Object(_) => {
                return Err(FormatError::new(format!(
                    "the value of {id} is not a text or number; nothing was imported: mend this line"
                )));
            }
        };
        attributes.insert(id, value);
    }
    Ok(attributes)
}
