//! Text on paper: fonts, shaping, lines, geometry, hit testing, glyph images.
//!
//! parley shapes, orders and breaks; everything a pointer or a highlight asks is answered from our own
//! tables, since parley's selection geometry loses lines in right-to-left paragraphs. The module knows
//! neither egui nor the store.
//!
//! Units: all lengths are **physical pixels** unless a name or doc says points; x grows rightwards, y
//! downwards; positions in text are bytes of UTF-8. The way of a text through this module:
//!
//! [`Shaper`] (fonts) → [`Paragraph`] (one hard line, its lines and clusters) → [`ArticleLayout`]
//! (paragraphs stacked, shaped when needed) → [`Atlas`] (glyph images, quads to draw).

mod article;
mod atlas;
mod direction;
mod elide;
mod fonts;
mod geometry;
mod paragraph;

pub use article::{ArticleLayout, ArticleStyle, Block, BlockKind, LAZY_ABOVE};
pub use atlas::{Atlas, AtlasRegion, Quad};
pub use direction::{first_strong, majority};
pub use elide::Elided;
pub use fonts::{Family, Shaper};
pub use geometry::{Affinity, Caret, CaretBox, Cluster, Hit, Line, Rectangle};
pub use paragraph::{Align, Paragraph, ParagraphStyle, PlacedGlyph};

pub use crate::model::Direction;
