//! A relation: typed and directed, between two spans of one layer.

use super::{Attributes, RelationId, RelationTypeId, SpanId};

/// `from` —type→ `to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Number in its layer.
    pub id: RelationId,
    /// Its type in the codebook.
    pub label: RelationTypeId,
    /// The span it starts at: the claim of a claim slot.
    pub from: SpanId,
    /// The span it ends at.
    pub to: SpanId,
    /// Attribute values.
    pub attributes: Attributes,
}

impl Relation {
    /// A relation without attributes.
    pub fn new(id: RelationId, label: impl Into<RelationTypeId>, from: SpanId, to: SpanId) -> Self {
        Self { id, label: label.into(), from, to, attributes: Attributes::new() }
    }
}
