//! A span: a label on one or more ranges of an article.

use std::collections::BTreeMap;

use smallvec::SmallVec;
use text_size::{TextRange, TextSize};

use super::{LabelId, SpanId};

/// Ranges of a span in bytes, sorted, not empty, not touching each other. More than one: discontinuous.
pub type Ranges = SmallVec<[TextRange; 1]>;

/// Attribute values by attribute id.
pub type Attributes = BTreeMap<String, String>;

/// Where a span comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Origin {
    /// Marked by hand.
    #[default]
    Hand,
    /// An accepted suggestion of this source.
    Suggestion(String),
    /// Imported from this format or file.
    Import(String),
    /// Decided in review; says from whose layers.
    Review(String),
}

/// A marked stretch of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Number in its layer.
    pub id: SpanId,
    /// What it is marked as.
    pub label: LabelId,
    /// Where it is.
    pub ranges: Ranges,
    /// The words it was made on: the texts of its ranges joined with one space.
    pub quote: String,
    /// Attribute values.
    pub attributes: Attributes,
    /// The annotator's note.
    pub note: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The quote no longer stands at the ranges: listed and exported with a flag, never drawn.
    pub lost: bool,
}

impl Span {
    /// A span marked by hand, with the quote read from the text. Nothing where a range leaves the text.
    pub fn new(
        id: SpanId,
        label: impl Into<LabelId>,
        ranges: impl IntoIterator<Item = TextRange>,
        text: &str,
    ) -> Option<Self> {
        let ranges: Ranges = ranges.into_iter().collect();
        let quote = quote_of(text, &ranges)?;
        Some(Self {
            id,
            label: label.into(),
            ranges,
            quote,
            attributes: Attributes::new(),
            note: String::new(),
            origin: Origin::Hand,
            lost: false,
        })
    }

    /// First byte.
    pub fn start(&self) -> TextSize {
        self.ranges.first().map(|range| range.start()).unwrap_or_default()
    }

    /// End of the last range, in bytes.
    pub fn end(&self) -> TextSize {
        self.ranges.last().map(|range| range.end()).unwrap_or_default()
    }

    /// From the first byte to the last.
    pub fn cover(&self) -> TextRange {
        TextRange::new(self.start(), self.end().max(self.start()))
    }

    /// Number of bytes marked.
    pub fn marked_len(&self) -> TextSize {
        self.ranges.iter().map(|range| range.len()).sum()
    }

    /// Whether the byte position lies in one of the ranges.
    pub fn contains(&self, at: TextSize) -> bool {
        self.ranges.iter().any(|range| range.contains(at))
    }

    /// Order of reading: by start, the longer first, then by number.
    pub fn reading_order(&self) -> (TextSize, std::cmp::Reverse<TextSize>, SpanId) {
        (self.start(), std::cmp::Reverse(self.end()), self.id)
    }

    /// Whether the ranges are sorted, not empty and apart from each other.
    pub fn has_sound_ranges(&self) -> bool {
        !self.ranges.is_empty()
            && self.ranges.iter().all(|range| !range.is_empty())
            && self.ranges.iter().zip(self.ranges.iter().skip(1)).all(|(a, b)| a.end() < b.start())
    }
}

/// The words under ranges, joined with one space; nothing where a range leaves the text or cuts a character.
pub fn quote_of(text: &str, ranges: &[TextRange]) -> Option<String> {
    let mut quote = String::new();
    for (nth, range) in ranges.iter().enumerate() {
        if nth > 0 {
            quote.push(' ');
        }
        quote.push_str(text.get(usize::from(range.start())..usize::from(range.end()))?);
    }
    Some(quote)
}
