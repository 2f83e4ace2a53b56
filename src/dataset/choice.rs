//! Which layers and labels go out.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{AnnotatorId, LabelId, Layer, Status};

/// Which layers and labels go out; an empty list is all of its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Whose layers.
    pub annotators: Vec<AnnotatorId>,
    /// How far the layers are.
    pub statuses: Vec<Status>,
    /// Spans of these labels, and relations between them.
    pub labels: Vec<LabelId>,
}

impl Choice {
    /// Whether articles nobody has begun go out as well: where every layer does.
    pub fn is_every_layer(&self) -> bool {
        self.annotators.is_empty() && self.statuses.is_empty()
    }

    /// Whether layers of an annotator go out.
    pub fn takes(&self, annotator: &AnnotatorId) -> bool {
        self.annotators.is_empty() || self.annotators.contains(annotator)
    }

    /// The layer as it goes out; nothing where its status was not chosen. What a person did not choose is no loss.
    pub(super) fn layer(&self, layer: Arc<Layer>) -> Option<Arc<Layer>> {
        if !self.statuses.is_empty() && !self.statuses.contains(&layer.status) {
            return None;
        }
        if self.labels.is_empty() || layer.spans.values().all(|span| self.labels.contains(&span.label)) {
            return Some(layer);
        }
        let spans: BTreeMap<_, _> = layer
            .spans
            .iter()
            .filter(|(_, span)| self.labels.contains(&span.label))
            .map(|(id, span)| (*id, span.clone()))
            .collect();
        let both_ends = |from, to| -> bool { spans.contains_key(from) && spans.contains_key(to) };
        let relations = layer
            .relations
            .iter()
            .filter(|(_, relation)| both_ends(&relation.from, &relation.to))
            .map(|(id, relation)| (*id, relation.clone()))
            .collect();
        Some(Arc::new(Layer { spans, relations, ..*layer }))
    }
}
