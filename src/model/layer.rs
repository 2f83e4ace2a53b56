//! A layer: one annotator's spans and relations on one article.

use std::collections::BTreeMap;

use super::{Relation, RelationId, Span, SpanId};

/// How far an annotator is with an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Status {
    /// Nothing done yet.
    #[default]
    New,
    /// Begun.
    InProgress,
    /// The annotator calls it finished.
    Done,
}

impl Status {
    /// `new`, `in_progress` or `done`, as in files and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::InProgress => "in_progress",
            Self::Done => "done",
        }
    }

    /// Reads what [`Self::as_str`] writes.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::New, Self::InProgress, Self::Done].into_iter().find(|status| status.as_str() == name)
    }
}

/// One annotator's work on one article.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Layer {
    /// How far it is.
    pub status: Status,
    /// Its spans by number.
    pub spans: BTreeMap<SpanId, Span>,
    /// Its relations by number.
    pub relations: BTreeMap<RelationId, Relation>,
    /// The highest span number ever given; only grows, so that numbers are never reused.
    pub last_span: u32,
    /// The highest relation number ever given; only grows.
    pub last_relation: u32,
}

impl Layer {
    /// The number of the next span. A file may say that the last number there is was given; the edit is refused then.
    pub fn next_span_id(&self) -> SpanId {
        SpanId(self.last_span.saturating_add(1))
    }

    /// The number of the next relation.
    pub fn next_relation_id(&self) -> RelationId {
        RelationId(self.last_relation.saturating_add(1))
    }

    /// Spans in reading order: by start, the longer first.
    pub fn in_reading_order(&self) -> Vec<&Span> {
        let mut spans: Vec<&Span> = self.spans.values().collect();
        spans.sort_by_key(|span| span.reading_order());
        spans
    }

    /// Relations that start or end at a span.
    pub fn relations_of(&self, span: SpanId) -> impl Iterator<Item = &Relation> {
        self.relations.values().filter(move |relation| relation.from == span || relation.to == span)
    }

    /// Whether it says the same as another: all but the counters.
    pub fn same_content(&self, other: &Self) -> bool {
        self.status == other.status && self.spans == other.spans && self.relations == other.relations
    }

    /// Whether nothing was ever done in it.
    pub fn is_blank(&self) -> bool {
        self.same_content(&Self::default())
    }
}
