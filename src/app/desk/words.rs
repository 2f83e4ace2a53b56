//! Selected words: an immutable value over a text; every move makes a new one.

use crate::language::words;
use crate::model::{TextRange, TextSize};

/// From where a selection was begun to where it leads now. Equal: a bare caret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Where it was begun.
    pub anchor: TextSize,
    /// Where it leads; the caret stands here.
    pub head: TextSize,
}

impl Words {
    /// A bare caret.
    pub fn caret(at: TextSize) -> Self {
        Self { anchor: at, head: at }
    }

    /// Everything between two places.
    pub fn between(anchor: TextSize, head: TextSize) -> Self {
        Self { anchor, head }
    }

    /// A whole range, the caret at its end.
    pub fn of(range: TextRange) -> Self {
        Self { anchor: range.start(), head: range.end() }
    }

    /// Whether nothing is selected.
    pub fn is_caret(self) -> bool {
        self.anchor == self.head
    }

    /// What is selected, in text order.
    pub fn range(self) -> TextRange {
        TextRange::new(self.anchor.min(self.head), self.anchor.max(self.head))
    }

    /// What is selected without white space at its edges; nothing where only white space is.
    pub fn trimmed(self, text: &str) -> Option<TextRange> {
        let trimmed = words::trim_range(text, self.range());
        (!trimmed.is_empty()).then_some(trimmed)
    }

    /// The caret moved, the selection extended or dropped.
    pub fn moved(self, head: TextSize, extend: bool) -> Self {
        if extend { Self { head, ..self } } else { Self::caret(head) }
    }
}
