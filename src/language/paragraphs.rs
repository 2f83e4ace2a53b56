//! Paragraphs and the direction in which each is read.

use unicode_bidi::{BidiClass, bidi_class};

use super::{invisible, slice, text_range};
use crate::model::{Direction, TextRange};

/// A paragraph: the text between two line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// Where it is, without its line end.
    pub range: TextRange,
    /// How it is read.
    pub direction: Direction,
}

/// The stretches between line ends, empty ones included: a text with n line ends has n + 1.
pub fn ranges(text: &str) -> impl Iterator<Item = TextRange> {
    let mut at = 0;
    text.split('\n').map(move |line| {
        let start = at;
        at += line.len() + 1;
        text_range(start..start + line.len())
    })
}

/// The paragraph a position is in; a line end belongs to the paragraph it ends.
pub fn at(text: &str, byte: usize) -> TextRange {
    let byte = text.floor_char_boundary(byte);
    let before = text.get(..byte).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = text.get(byte..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| byte + at);
    text_range(start..end)
}

/// All paragraphs of a text with their directions.
///
/// A paragraph is read as the majority of its strong letters is; one with a tie or without letters as the majority
/// of the whole text is, and a text without any from left to right. An override holds for every paragraph.
pub fn paragraphs(text: &str, direction: Option<Direction>) -> Vec<Paragraph> {
    if let Some(direction) = direction {
        return ranges(text).map(|range| Paragraph { range, direction }).collect();
    }
    let counted: Vec<(TextRange, Letters)> =
        ranges(text).map(|range| (range, Letters::of(slice(text, range)))).collect();
    let whole = counted.iter().fold(Letters::default(), |sum, (_, letters)| sum.plus(*letters));
    let fallback = whole.majority().unwrap_or(Direction::LeftToRight);
    counted
        .into_iter()
        .map(|(range, letters)| Paragraph { range, direction: letters.majority().unwrap_or(fallback) })
        .collect()
}

/// The direction of most strong letters of a text; nothing where there are as many of one as of the other.
pub fn direction_of(text: &str) -> Option<Direction> {
    Letters::of(text).majority()
}

#[derive(Clone, Copy, Default)]
struct Letters {
    rtl: usize,
    ltr: usize,
}

impl Letters {
    fn of(text: &str) -> Self {
        let mut letters = Self::default();
        for char in text.chars() {
            match strong(char) {
                Some(Direction::RightToLeft) => letters.rtl += 1,
                Some(Direction::LeftToRight) => letters.ltr += 1,
                None => {}
            }
        }
        letters
    }

    fn plus(self, other: Self) -> Self {
        Self { rtl: self.rtl + other.rtl, ltr: self.ltr + other.ltr }
    }

    fn majority(self) -> Option<Direction> {
        match self.rtl.cmp(&self.ltr) {
            std::cmp::Ordering::Greater => Some(Direction::RightToLeft),
            std::cmp::Ordering::Less => Some(Direction::LeftToRight),
            std::cmp::Ordering::Equal => None,
        }
    }
}

/// The direction of a letter. The common scripts are told by their range, since the table look-up is what a long
/// article would wait for. Direction marks (RLM, LRM, ALM) are strong in Unicode but are no letters.
fn strong(char: char) -> Option<Direction> {
    match char {
        'a'..='z' | 'A'..='Z' => Some(Direction::LeftToRight),
        '\0'..='\u{7f}' => None,
        '\u{620}'..='\u{64a}' | '\u{671}'..='\u{6d3}' => Some(Direction::RightToLeft),
        _ if invisible::is_direction_mark(char) => None,
        _ => match bidi_class(char) {
            BidiClass::L => Some(Direction::LeftToRight),
            BidiClass::R | BidiClass::AL => Some(Direction::RightToLeft),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{LeftToRight as Ltr, RightToLeft as Rtl};

    fn directions(text: &str) -> Vec<Direction> {
        paragraphs(text, None).into_iter().map(|paragraph| paragraph.direction).collect()
    }

    #[test]
    fn the_majority_of_letters_decides_not_the_first() {
        for (text, expected) in [
            ("BAGHDAD (AFP) أعلن العراق الأحد اكتمال عملية الانسحاب", vec![Rtl]),
            ("العراق said Iraq announced", vec![Ltr]),
            ("2026\n\nأعلن العراق\n(…)", vec![Rtl, Rtl, Rtl, Rtl]),
            ("ab\nأبجد\nab أب", vec![Ltr, Rtl, Rtl]),
            ("\u{200f}\u{200f}\u{200f}ab", vec![Ltr]),
            ("שלום", vec![Rtl]),
            ("١٢٣", vec![Ltr]),
            ("", vec![Ltr]),
        ] {
            assert_eq!(directions(text), expected, "{text}");
        }
        assert_eq!(direction_of("ab أب"), None);
        assert!(paragraphs("ab\nأب", Some(Rtl)).iter().all(|paragraph| paragraph.direction.is_rtl()));
    }

    #[test]
    fn paragraphs_cover_the_text_without_its_line_ends() {
        let text = "أ\n\nb\n";
        let found: Vec<&str> = ranges(text).map(|range| slice(text, range)).collect();
        assert_eq!(found, ["أ", "", "b", ""]);
        for (byte, expected) in [(0, "أ"), (2, "أ"), (3, ""), (4, "b"), (5, "b"), (6, ""), (99, "")] {
            assert_eq!(slice(text, at(text, byte)), expected, "at {byte}");
        }
    }
}
