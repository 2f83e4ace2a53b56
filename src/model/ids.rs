//! Names of things. Text ids are cheap to clone; numbers are counters of a layer and never reused.

use std::fmt;
use std::sync::Arc;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
    };
}

text_id!(
    /// Name of an article in its project; also the name of its file, see [`is_folder_safe`].
    ArticleId
);
text_id!(
    /// Name of an annotator; also the name of the folder of their layers. `gold` is the adjudicated one.
    AnnotatorId
);
text_id!(
    /// Stable name of a label of the codebook; what people read is the label's `name`.
    LabelId
);
text_id!(
    /// Stable name of a relation type of the codebook.
    RelationTypeId
);
text_id!(
    /// Name of an entry of the registry.
    EntityId
);

/// Number of a span in its layer, from 1, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(pub u32);

/// Number of a relation in its layer, from 1, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelationId(pub u32);

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for RelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which layer: one annotator's work on one article.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayerKey {
    /// The article.
    pub article: ArticleId,
    /// Whose layer it is.
    pub annotator: AnnotatorId,
}

impl LayerKey {
    /// The layer of `annotator` on `article`.
    pub fn new(article: impl Into<ArticleId>, annotator: impl Into<AnnotatorId>) -> Self {
        Self { article: article.into(), annotator: annotator.into() }
    }
}

impl fmt::Display for LayerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.article, self.annotator)
    }
}

/// Whether an id can be the name of a file everywhere: 1 to 120 bytes, no separator, control or invisible
/// character, no dot or space at either end, and no name that Windows keeps for itself.
pub fn is_folder_safe(id: &str) -> bool {
    let reserved = ["con", "prn", "aux", "nul"];
    let edge = |c: char| c == '.' || c.is_whitespace();
    !id.is_empty()
        && id.len() <= 120
        && !id.starts_with(edge)
        && !id.ends_with(edge)
        && !reserved.contains(&id.to_ascii_lowercase().as_str())
        && id.chars().all(|c| {
            !c.is_control()
                && !matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
                && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}')
        })
}

#[cfg(test)]
mod tests {
    use super::is_folder_safe;

    #[test]
    fn ids_that_would_leave_their_folder_are_refused() {
        for good in ["2026-01-18-iraq", "مقال-١", "annotator-a", "a b"] {
            assert!(is_folder_safe(good), "{good}");
        }
        for bad in ["", ".", "..", ".lock", "a/b", "a\\b", "C:x", " a", "nul", "a\u{202e}b", "a\nb"] {
            assert!(!is_folder_safe(bad), "{bad:?}");
        }
    }
}
