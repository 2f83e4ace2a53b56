//! The project on disk: the only module that touches files, and always through [`Vfs`].
#![warn(clippy::indexing_slicing)]

mod error;
pub mod outside;
#[doc(hidden)]
pub mod sim;
pub mod vfs;

pub use error::StoreError;
pub use vfs::Vfs;

use std::collections::BTreeMap;

use crate::model::{LabelId, Layer, Status};

/// What a layer holds, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LayerCounts {
    /// How far its annotator is.
    pub status: Status,
    /// Number of spans, lost ones included.
    pub spans: u32,
    /// Number of relations.
    pub relations: u32,
    /// Number of spans of each label that has any.
    pub labels: BTreeMap<LabelId, u32>,
}

impl LayerCounts {
    /// Counts a layer.
    pub fn of(layer: &Layer) -> Self {
        let mut labels = BTreeMap::new();
        for span in layer.spans.values() {
            *labels.entry(span.label.clone()).or_default() += 1;
        }
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            status: layer.status,
            spans: number(layer.spans.len()),
            relations: number(layer.relations.len()),
            labels,
        }
    }
}
