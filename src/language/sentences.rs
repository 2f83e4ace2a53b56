//! Sentences after Unicode (UAX 29), inside a paragraph. A dot in an abbreviation may end one too early: sentences
//! are for showing context and for exports that need lines, never for deciding where a span may end.

use unicode_segmentation::UnicodeSegmentation;

use super::{bytes, paragraphs, text_range, words};
use crate::model::TextRange;

/// The sentences of a stretch without the white space between them.
pub fn sentences(text: &str, range: TextRange) -> impl Iterator<Item = TextRange> {
    let from = usize::from(range.start());
    text.get(bytes(range))
        .unwrap_or_default()
        .split_sentence_bound_indices()
        .map(move |(at, sentence)| words::trim_range(text, text_range(from + at..from + at + sentence.len())))
        .filter(|range| !range.is_empty())
}

/// The sentence around a position; in white space, the whole paragraph.
pub fn sentence_at(text: &str, byte: usize) -> TextRange {
    let paragraph = paragraphs::at(text, byte);
    sentences(text, paragraph).find(|range| bytes(*range).contains(&byte)).unwrap_or(paragraph)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::slice;

    #[test]
    fn arabic_and_latin_sentences_are_told_apart() {
        let text = "هل انسحبوا؟ نعم! قال “لا (…) حرب.” ثم في 2024. وعاد. He paid 3.5 euros. Yes";
        let found: Vec<_> =
            sentences(text, text_range(0..text.len())).map(|range| slice(text, range)).collect();
        assert_eq!(
            found,
            ["هل انسحبوا؟", "نعم!", "قال “لا (…) حرب.”", "ثم في 2024.", "وعاد.", "He paid 3.5 euros.", "Yes"]
        );
    }

    #[test]
    fn a_position_has_its_sentence() {
        let text = "أولا. ثانيا.\nثالثا";
        assert_eq!(slice(text, sentence_at(text, text.find("ني").unwrap())), "ثانيا.");
        assert_eq!(slice(text, sentence_at(text, text.len())), "ثالثا");
        assert_eq!(sentence_at("", 0), text_range(0..0));
    }
}
