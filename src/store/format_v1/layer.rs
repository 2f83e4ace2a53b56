//! `layers/<annotator>/<article>.ron`: one span a line, in the order of the text.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::record::{Pairs, record};
use super::{
    Extras, FORMAT, Purpose, Through, Unreadable, check_format, check_seal, keep_extra, open_sealed,
    report_extras,
};
use crate::model::{
    Article, Attributes, Issue, Layer, LayerKey, Origin, Place, Ranges, Relation, RelationId, Span, SpanId,
    Status, TextHash, quote_of,
};
use crate::store::ron_text::{self, Fields, push};

/// Ranges in code points of lost spans that today's text cannot hold; written back as they were read.
pub(in crate::store) type Places = BTreeMap<SpanId, Vec<(u32, u32)>>;

record! {
    LayerV1 {
        format: u32,
        article: String,
        text_blake3: String = String::new(),
        annotator: String = String::new(),
        status: StatusV1 = StatusV1::New,
        offsets: UnitV1 = UnitV1::CodePoints,
        last_span: u32 = 0,
        last_relation: u32 = 0,
        journal: String = String::new(),
        through: u64 = 0,
        spans: Vec<SpanV1> = Vec::new(),
        relations: Vec<RelationV1> = Vec::new(),
    }
}

record! {
    SpanV1 {
        id: u32,
        label: String,
        ranges: Vec<(u32, u32)>,
        quote: String,
        attributes: Pairs = Pairs::default(),
        note: String = String::new(),
        origin: OriginV1 = OriginV1::Hand,
        lost: bool = false,
    }
}

record! {
    RelationV1 {
        id: u32,
        label: String,
        from: u32,
        to: u32,
        attributes: Pairs = Pairs::default(),
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::store) enum StatusV1 {
    New,
    InProgress,
    Done,
}

impl From<StatusV1> for Status {
    fn from(status: StatusV1) -> Self {
        match status {
            StatusV1::New => Self::New,
            StatusV1::InProgress => Self::InProgress,
            StatusV1::Done => Self::Done,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::store) enum UnitV1 {
    CodePoints,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::store) enum OriginV1 {
    Hand,
    Suggestion(String),
    Import(String),
    Review(String),
}

impl From<OriginV1> for Origin {
    fn from(origin: OriginV1) -> Self {
        match origin {
            OriginV1::Hand => Self::Hand,
            OriginV1::Suggestion(of) => Self::Suggestion(of),
            OriginV1::Import(of) => Self::Import(of),
            OriginV1::Review(of) => Self::Review(of),
        }
    }
}

/// What a layer's file gives.
#[derive(Debug, Default)]
pub(in crate::store) struct ReadLayer {
    pub(in crate::store) layer: Layer,
    pub(in crate::store) through: Through,
    pub(in crate::store) places: Places,
    pub(in crate::store) extras: Extras,
    pub(in crate::store) issues: Vec<Issue>,
    /// Lost spans that the file does not call lost yet.
    newly_lost: Vec<SpanId>,
    /// Something of the file did not find its old place in the layer: the file is worth a copy before it is replaced.
    pub(in crate::store) altered: bool,
}

/// Reads a layer over its text. Spans whose words no longer stand at their place are kept as lost.
pub(in crate::store) fn read_layer(
    bytes: &[u8],
    file: &str,
    key: &LayerKey,
    article: &Article,
    purpose: Purpose,
) -> Result<ReadLayer, Unreadable> {
    let (found, seal): (LayerV1, _) = open_sealed(bytes)?;
    let mut read = ReadLayer::default();
    check_format(found.format, purpose, file, &mut read.issues)?;
    if found.article != key.article.as_str() {
        return Err(Unreadable::Foreign(format!("is a layer of the article {}", found.article)));
    }
    let UnitV1::CodePoints = found.offsets;
    read.through = Through { journal: found.journal, seq: found.through };
    check_seal(seal, file, &mut read.issues);
    if !found.annotator.is_empty() && found.annotator != key.annotator.as_str() {
        read.issues.push(Issue::warning(
            "layer-moved",
            Place::Layer(key.clone()),
            format!(
                "{file} names {} as its annotator; it is taken as the work of {}",
                found.annotator, key.annotator
            ),
        ));
    }
    read.layer.status = found.status.into();
    read.layer.last_span = found.last_span.max(found.spans.iter().map(|span| span.id).max().unwrap_or(0));
    read.layer.last_relation =
        found.last_relation.max(found.relations.iter().map(|relation| relation.id).max().unwrap_or(0));
    keep_extra(&mut read.extras, "", found.extra);
    for span in found.spans {
        read.add_span(span, key, article);
    }
    for relation in found.relations {
        read.add_relation(relation, key);
    }
    report_extras(&read.extras, file, &mut read.issues);
    read.report_lost(key, TextHash::from_hex(&found.text_blake3) == Some(article.hash()));
    Ok(read)
}

impl ReadLayer {
    fn add_span(&mut self, mut found: SpanV1, key: &LayerKey, article: &Article) {
        let number = found.id;
        if found.id == 0 || self.layer.spans.contains_key(&SpanId(found.id)) {
            let Some(free) = self.layer.last_span.checked_add(1) else {
                return self.no_number(key, &found.quote);
            };
            self.layer.last_span = free;
            found.id = free;
            self.renumbered("span", number, free, key);
        }
        let id = SpanId(found.id);
        keep_extra(&mut self.extras, format!("span/{id}"), found.extra.take());
        if has_twice(&found.attributes) {
            self.attribute_twice(Place::Span(key.clone(), id));
        }
        let was_lost = found.lost;
        let span = span_from(found, article, &mut self.places);
        if span.lost && !was_lost {
            self.newly_lost.push(id);
        }
        self.layer.spans.insert(id, span);
    }

    fn add_relation(&mut self, mut found: RelationV1, key: &LayerKey) {
        let number = found.id;
        if found.id == 0 || self.layer.relations.contains_key(&RelationId(found.id)) {
            let Some(free) = self.layer.last_relation.checked_add(1) else {
                return self.no_number(key, &found.label);
            };
            self.layer.last_relation = free;
            found.id = free;
            self.renumbered("relation", number, free, key);
        }
        let id = RelationId(found.id);
        keep_extra(&mut self.extras, format!("relation/{id}"), found.extra.take());
        if has_twice(&found.attributes) {
            self.attribute_twice(Place::Relation(key.clone(), id));
        }
        self.layer.relations.insert(id, relation_from(found));
    }

    fn renumbered(&mut self, what: &str, number: u32, free: u32, key: &LayerKey) {
        self.altered = true;
        self.issues.push(Issue::error(
            "number-twice",
            Place::Layer(key.clone()),
            format!(
                "the file has the {what} number {number} twice, or a number 0; it was kept as {what} {free}. Relations \
                 that name {number} mean the first: look at them"
            ),
        ));
    }

    fn no_number(&mut self, key: &LayerKey, what: &str) {
        self.altered = true;
        self.issues.push(Issue::error(
            "number-twice",
            Place::Layer(key.clone()),
            format!("“{what}” has a number that is taken and no number is left; it is in the file only, a copy of which is kept in quarantine/"),
        ));
    }

    fn attribute_twice(&mut self, place: Place) {
        self.altered = true;
        self.issues.push(Issue::error(
            "attribute-twice",
            place,
            "an attribute stands there twice; the last value was taken, and a copy of the file is kept in quarantine/ before it is replaced",
        ));
    }

    fn report_lost(&mut self, key: &LayerKey, same_text: bool) {
        for span in self.newly_lost.iter().filter_map(|id| self.layer.spans.get(id)) {
            let why = if same_text {
                "its place or its quote was changed"
            } else {
                "the text is another one than it was made on"
            };
            self.issues.push(Issue::warning(
                "span-lost",
                Place::Span(key.clone(), span.id),
                format!(
                    "the words “{}” do not stand at its place: {why}. It is kept as lost and not drawn: confirm a new place or remove it",
                    span.quote
                ),
            ));
        }
    }
}

fn has_twice(pairs: &Pairs) -> bool {
    let mut names: Vec<&str> = pairs.0.iter().map(|(id, _)| id.as_str()).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
}

/// A span over today's text. Where the text cannot hold its ranges, they go to `places`.
pub(super) fn span_from(found: SpanV1, article: &Article, places: &mut Places) -> Span {
    let id = SpanId(found.id);
    let ranges: Option<Ranges> = found
        .ranges
        .iter()
        .map(|(start, end)| article.offsets().range_from_scalars(article.text(), *start, *end))
        .collect();
    let mut span = Span {
        id,
        label: found.label.into(),
        ranges: ranges.unwrap_or_default(),
        quote: found.quote,
        attributes: found.attributes.0.into_iter().collect(),
        note: found.note,
        origin: found.origin.into(),
        lost: false,
    };
    if !span.has_sound_ranges() {
        span.ranges = Ranges::new();
        places.insert(id, found.ranges);
    }
    span.lost =
        span.ranges.is_empty() || quote_of(article.text(), &span.ranges).as_ref() != Some(&span.quote);
    span
}

pub(super) fn relation_from(found: RelationV1) -> Relation {
    Relation {
        id: RelationId(found.id),
        label: found.label.into(),
        from: SpanId(found.from),
        to: SpanId(found.to),
        attributes: found.attributes.0.into_iter().collect::<Attributes>(),
    }
}

/// Ranges in code points: of the text, or as they were read where the text could not hold them.
pub(super) fn places_of(span: &Span, article: &Article, places: &Places) -> Vec<(u32, u32)> {
    let here = span.ranges.iter().map(|range| article.offsets().range_to_scalars(article.text(), *range));
    match here.collect::<Option<Vec<_>>>() {
        Some(ranges) if !ranges.is_empty() => ranges,
        _ => places.get(&span.id).cloned().unwrap_or_default(),
    }
}

pub(super) fn write_span(out: &mut String, span: &Span, ranges: &[(u32, u32)], extra: Option<&str>) {
    let mut fields = Fields::open(out);
    fields.bare("id", span.id);
    fields.text("label", span.label.as_str());
    let list = fields.field("ranges");
    list.push('[');
    for (nth, (start, end)) in ranges.iter().enumerate() {
        push(list, format_args!("{}({start}, {end})", if nth > 0 { ", " } else { "" }));
    }
    list.push(']');
    fields.text("quote", &span.quote);
    fields.attributes(&span.attributes);
    fields.some_text("note", &span.note);
    let origin = match &span.origin {
        Origin::Hand => None,
        Origin::Suggestion(of) => Some(("suggestion", of)),
        Origin::Import(of) => Some(("import", of)),
        Origin::Review(of) => Some(("review", of)),
    };
    if let Some((kind, of)) = origin {
        let out = fields.field("origin");
        out.push_str(kind);
        out.push('(');
        ron_text::string(out, of);
        out.push(')');
    }
    if span.lost {
        fields.bare("lost", true);
    }
    fields.close_with(extra);
}

pub(super) fn write_relation(out: &mut String, relation: &Relation, extra: Option<&str>) {
    let mut fields = Fields::open(out);
    fields.bare("id", relation.id);
    fields.text("label", relation.label.as_str());
    fields.bare("from", relation.from);
    fields.bare("to", relation.to);
    fields.attributes(&relation.attributes);
    fields.close_with(extra);
}

/// The file of a layer.
pub(in crate::store) fn write_layer(
    key: &LayerKey,
    layer: &Layer,
    article: &Article,
    places: &Places,
    extras: &Extras,
    through: &Through,
) -> String {
    let mut out = String::with_capacity(512 + layer.spans.len() * 160);
    let extra = |thing: String| extras.get(&thing).map(String::as_str);
    push(&mut out, format_args!("(\n    format: {FORMAT},\n    article: "));
    ron_text::string(&mut out, key.article.as_str());
    push(&mut out, format_args!(",\n    text_blake3: \"{}\",\n    annotator: ", article.hash().to_hex()));
    ron_text::string(&mut out, key.annotator.as_str());
    push(&mut out, format_args!(",\n    status: {},\n    offsets: code_points,\n", layer.status.as_str()));
    push(
        &mut out,
        format_args!("    last_span: {},\n    last_relation: {},\n", layer.last_span, layer.last_relation),
    );
    super::write_through(&mut out, through);
    if let Some(extra) = extras.get("") {
        push(&mut out, format_args!("    {extra},\n"));
    }
    let mut spans: Vec<_> =
        layer.spans.values().map(|span| (places_of(span, article, places), span)).collect();
    spans.sort_by_cached_key(|(ranges, span)| {
        (ranges.first().map(|range| range.0), Reverse(ranges.last().map(|range| range.1)), span.id)
    });
    out.push_str("    spans: [\n");
    for (ranges, span) in spans {
        out.push_str("        ");
        write_span(&mut out, span, &ranges, extra(format!("span/{}", span.id)));
        out.push_str(",\n");
    }
    out.push_str("    ],\n    relations: [\n");
    for relation in layer.relations.values() {
        out.push_str("        ");
        write_relation(&mut out, relation, extra(format!("relation/{}", relation.id)));
        out.push_str(",\n");
    }
    out.push_str("    ],\n)\n");
    ron_text::seal(out)
}
