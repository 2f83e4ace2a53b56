//! The values of the field: articles, codebook, spans, relations, layers, entities, and the edits that change them.
//!
//! Pure: no file, clock, randomness, serialisation or window is known here. Positions are UTF-8 bytes
//! ([`TextRange`]); [`offsets`] alone knows other units. Every change is an [`Edit`], which refuses to apply where
//! its precondition does not hold and has a total inverse.
#![warn(clippy::indexing_slicing)]

mod article;
pub mod check;
mod codebook;
mod edit;
mod entity;
pub mod fixture;
mod history;
mod ids;
mod layer;
pub mod offsets;
mod project;
mod relation;
mod span;

pub use article::{Article, ArticleInfo, Direction, TextHash, TextMark, is_iso_date};
pub use check::{Issue, Place, Severity};
pub use codebook::{AttributeDef, AttributeKind, Codebook, Colour, Label, RelationType};
pub use edit::{Edit, EditError};
pub use entity::{Entity, EntityKind, Registry};
pub use history::History;
pub use ids::{
    AnnotatorId, ArticleId, EntityId, LabelId, LayerKey, RelationId, RelationTypeId, SpanId, is_folder_safe,
};
pub use layer::{Layer, Status};
pub use offsets::Offsets;
pub use project::{Annotator, Project, Settings};
pub use relation::Relation;
pub use span::{Attributes, Origin, Ranges, Span, quote_of};
pub use text_size::{TextRange, TextSize};
