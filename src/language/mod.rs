//! Text as language: letters with their marks, words, sentences, paragraphs and their direction, folding,
//! invisible characters, file-safe names.
//!
//! Positions are byte offsets into the text they are asked about, ranges are [`TextRange`]. No function panics on
//! a position outside the text or inside a character: it answers for the nearest place before it.

pub mod anchor;
pub mod fold;
pub mod graphemes;
pub mod invisible;
pub mod paragraphs;
pub mod sentences;
pub mod slug;
pub mod words;

use std::ops::Range;

use crate::model::{TextRange, TextSize};

/// A range of bytes as the model writes it. Articles are at most 1 GiB, so that every position fits.
pub fn text_range(range: Range<usize>) -> TextRange {
    let size = |at: usize| TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
    TextRange::new(size(range.start), size(range.end.max(range.start)))
}

/// A range of the model as a range of bytes.
pub fn bytes(range: TextRange) -> Range<usize> {
    usize::from(range.start())..usize::from(range.end())
}

/// The text under a range; empty where the range leaves the text or cuts a character.
pub fn slice(text: &str, range: TextRange) -> &str {
    text.get(bytes(range)).unwrap_or_default()
}

/// Language of a text by its letters: `ar`, `en`, or nothing where neither Arabic nor Latin letters prevail.
///
/// It tells scripts apart, not languages: Persian and Urdu are recognised by letters Arabic does not have and get
/// no guess, and so does Latin text with many letters outside English.
pub fn guess(text: &str) -> &'static str {
    let (mut arabic, mut not_arabic, mut english, mut other) = (0u32, 0u32, 0u32, 0u32);
    for char in text.chars().take(20_000) {
        match char {
            'a'..='z' | 'A'..='Z' => english += 1,
            'پ' | 'چ' | 'ژ' | 'گ' | 'ک' | 'ی' | 'ے' | 'ہ' | 'ں' | 'ٹ' | 'ڈ' => not_arabic += 1,
            '\u{620}'..='\u{64a}' => arabic += 1,
            _ if char.is_alphabetic() => other += 1,
            _ => {}
        }
    }
    let all = arabic + not_arabic + english + other;
    if arabic > 0 && arabic * 2 > all && not_arabic * 50 < arabic {
        "ar"
    } else if english > 0 && english * 2 > all && other * 50 < english {
        "en"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::guess;

    #[test]
    fn a_language_is_guessed_from_its_letters_only_where_they_are_clear() {
        for (text, expected) in [
            ("أعلن العراق الأحد اكتمال NATO", "ar"),
            ("Iraq announced on Sunday that العراق", "en"),
            ("گفت که ایران می‌خواهد", ""),
            ("Der Außenminister hört Öl für Übung", ""),
            ("2026", ""),
            ("", ""),
        ] {
            assert_eq!(guess(text), expected, "{text}");
        }
    }
}
