//! Letters as readers see them: a base with its marks, an emoji with its modifiers, a flag.

use std::ops::Range;

use unicode_segmentation::GraphemeCursor;

use super::{bytes, text_range};
use crate::model::TextRange;

/// Whether a byte position lies between two graphemes. The edges of the text do, positions outside it do not.
pub fn is_boundary(text: &str, byte: usize) -> bool {
    if byte == 0 || byte == text.len() {
        return true;
    }
    // With the whole text as context the cursor has nothing to ask for.
    text.is_char_boundary(byte)
        && GraphemeCursor::new(byte, text.len(), true).is_boundary(text, 0) == Ok(true)
}

/// The boundary at or before a position.
pub fn floor(text: &str, byte: usize) -> usize {
    let byte = text.floor_char_boundary(byte);
    if is_boundary(text, byte) { byte } else { previous(text, byte) }
}

/// The boundary at or after a position.
pub fn ceil(text: &str, byte: usize) -> usize {
    let byte = text.ceil_char_boundary(byte);
    if is_boundary(text, byte) { byte } else { next(text, byte) }
}

/// The first boundary after a position; the end of the text where there is none.
pub fn next(text: &str, byte: usize) -> usize {
    let byte = text.floor_char_boundary(byte);
    let mut cursor = GraphemeCursor::new(byte, text.len(), true);
    cursor.next_boundary(text, 0).ok().flatten().unwrap_or(text.len())
}

/// The last boundary before a position; the start of the text where there is none.
pub fn previous(text: &str, byte: usize) -> usize {
    // Inside a character the boundary before that character is wanted, not the one before the character before.
    let byte = text.ceil_char_boundary(byte);
    let mut cursor = GraphemeCursor::new(byte, text.len(), true);
    cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0)
}

/// The smallest range of whole graphemes that covers a range. An empty range stays empty.
pub fn snap(text: &str, range: TextRange) -> TextRange {
    let Range { start, end } = bytes(range);
    if range.is_empty() {
        let at = floor(text, start);
        return text_range(at..at);
    }
    text_range(floor(text, start)..ceil(text, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Boundaries are written `|`.
    fn check(marked: &str) {
        let text = marked.replace('|', "");
        let mut expected = vec![];
        let mut at = 0;
        for char in marked.chars() {
            if char == '|' { expected.push(at) } else { at += char.len_utf8() }
        }
        let found: Vec<usize> = (0..=text.len()).filter(|byte| is_boundary(&text, *byte)).collect();
        assert_eq!(found, expected, "{marked}");
        for byte in 0..=text.len() {
            let before = expected.iter().copied().rfind(|b| *b <= byte).unwrap_or_default();
            let after = expected.iter().copied().find(|b| *b >= byte).unwrap_or_default();
            assert_eq!((floor(&text, byte), ceil(&text, byte)), (before, after), "{marked} at {byte}");
            let before = expected.iter().copied().rfind(|b| *b < byte).unwrap_or(0);
            let after = expected.iter().copied().find(|b| *b > byte).unwrap_or(text.len());
            assert_eq!((previous(&text, byte), next(&text, byte)), (before, after), "{marked} at {byte}");
        }
    }

    #[test]
    fn marks_flags_and_joiners_stay_with_their_letter() {
        for marked in [
            "|",
            "|a|b|",
            "|مُ|حَ|مَّ|د|",
            "|e\u{301}|é|",
            "|🇪🇬|🇮🇶|",
            "|👩‍⚕️|.|",
            "|م|ع\u{200c}|ه|",
            "|\u{200f}|ا|",
            "|\n|\n|a|",
        ] {
            check(marked);
        }
    }

    #[test]
    fn positions_outside_the_text_have_the_nearest_boundary() {
        assert!(!is_boundary("ab", 3));
        assert_eq!((floor("ab", 9), ceil("ab", 9), next("ab", 9), previous("ab", 9)), (2, 2, 2, 1));
    }

    #[test]
    fn a_selection_takes_whole_letters() {
        let text = "مُحَ";
        assert_eq!(snap(text, text_range(0..2)), text_range(0..4));
        assert_eq!(snap(text, text_range(2..6)), text_range(0..8));
        assert_eq!(snap(text, text_range(2..2)), text_range(0..0));
    }
}
