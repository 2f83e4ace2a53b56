//! Words as a reader of Arabic sees them: marks, tatweel and ZWNJ stay inside, attached particles can be told off.
//!
//! Boundaries are those of Unicode (UAX 29). A segment is a word when it holds a letter or a digit. Only the stretch
//! between two white spaces around a position is ever looked at, so that the cost does not grow with the article.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::{bytes, graphemes, invisible, text_range};
use crate::model::TextRange;

/// Longest stretch looked at on either side where no white space ends it; a longer word is cut there.
const WINDOW: usize = 1024;

/// The word a position is in or at the end of; beside no word, the symbol or punctuation mark there; nothing in
/// white space.
pub fn word_at(text: &str, byte: usize) -> Option<TextRange> {
    let byte = text.floor_char_boundary(byte);
    let segments = || segments(text, chunk_around(text, byte));
    let inside = |s: &Segment| s.range.contains(&byte);
    let touching = |s: &Segment| s.range.end == byte;
    segments()
        .find(|s| s.is_word && inside(s))
        .or_else(|| segments().find(|s| s.is_word && touching(s)))
        .or_else(|| segments().find(inside))
        .or_else(|| segments().find(touching))
        .map(|segment| text_range(segment.range))
}

/// All words of a stretch of the text. The edges of the stretch are taken as edges of words.
pub fn words(text: &str, range: TextRange) -> impl Iterator<Item = TextRange> {
    segments(text, bytes(range)).filter(|s| s.is_word).map(|s| text_range(s.range))
}

/// All words and all marks and symbols between them in order: the tokens of exports. Only white space is left out, so
/// that the text can be put together again; a direction mark is part of the token it stands at.
pub fn tokens(text: &str, range: TextRange) -> impl Iterator<Item = TextRange> {
    let from = usize::from(range.start());
    let segments = text.get(bytes(range)).unwrap_or_default().split_word_bound_indices();
    segments.filter_map(move |(at, segment)| {
        // White space with a mark on it is one segment.
        let start = from + at + (segment.len() - segment.trim_start().len());
        let bare = segment.trim();
        (!bare.is_empty()).then(|| text_range(start..start + bare.len()))
    })
}

/// The start of the first word after a position; the end of the text where there is none.
pub fn next_start(text: &str, byte: usize) -> usize {
    step_forward(text, byte, |word| word.start)
}

/// The first end of a word after a position; the end of the text where there is none.
pub fn next_end(text: &str, byte: usize) -> usize {
    step_forward(text, byte, |word| word.end)
}

fn step_forward(text: &str, byte: usize, edge: impl Fn(&Range<usize>) -> usize) -> usize {
    let mut at = text.floor_char_boundary(byte);
    while at < text.len() {
        let chunk = chunk_around(text, at);
        let next = chunk.end;
        if let Some(word) = segments(text, chunk).find(|s| s.is_word && edge(&s.range) > byte) {
            return edge(&word.range);
        }
        let rest = text.get(next..).unwrap_or_default();
        at = (text.len() - rest.trim_start().len()).max(at + 1);
        at = text.ceil_char_boundary(at);
    }
    text.len()
}

/// The start of the last word that starts before a position; the start of the text where there is none.
pub fn previous_start(text: &str, byte: usize) -> usize {
    let mut at = text.floor_char_boundary(byte);
    while at > 0 {
        let chunk = chunk_around(text, at);
        let start = chunk.start;
        if let Some(word) = segments(text, chunk).filter(|s| s.is_word && s.range.start < byte).last() {
            return word.range.start;
        }
        let before = text.get(..start).unwrap_or_default().trim_end().len();
        at = text.floor_char_boundary(before.min(at - 1));
    }
    0
}

/// The smallest range of whole words that covers a range. Edges in white space or punctuation stay.
pub fn expand(text: &str, range: TextRange) -> TextRange {
    let Range { start, end } = bytes(range);
    let around = |at: usize| word_at(text, at).map(bytes).filter(|word| word.start < at && at < word.end);
    let start = around(start).map_or(start, |word| word.start);
    let end = around(end).map_or(end, |word| word.end);
    text_range(start..end)
}

/// A range without the white space at its edges; empty, at its start, where there is nothing else in it.
pub fn trim_range(text: &str, range: TextRange) -> TextRange {
    let Range { start, end } = bytes(graphemes::snap(text, range));
    let Some(words) = text.get(start..end) else { return range };
    let from = start + (words.len() - words.trim_start().len());
    if from == end {
        return text_range(start..start);
    }
    text_range(from..start + words.trim_end().len())
}

struct Segment {
    range: Range<usize>,
    is_word: bool,
}

/// Segments of a stretch without white space and without the direction marks at their edges.
fn segments(text: &str, stretch: Range<usize>) -> impl Iterator<Item = Segment> {
    let from = stretch.start;
    text.get(stretch).unwrap_or_default().split_word_bound_indices().filter_map(move |(at, segment)| {
        let bare = segment.trim_start_matches(is_edge);
        let start = from + at + (segment.len() - bare.len());
        let bare = bare.trim_end_matches(is_edge);
        let is_word = bare.chars().any(char::is_alphanumeric);
        (!bare.is_empty()).then(|| Segment { range: start..start + bare.len(), is_word })
    })
}

/// White space and direction marks; joiners and marks belong to the letter before them.
fn is_edge(char: char) -> bool {
    char.is_whitespace() || invisible::is_direction_mark(char)
}

/// The stretch around a position up to the white space on either side. At white space: the stretch before it.
fn chunk_around(text: &str, byte: usize) -> Range<usize> {
    let low = text.floor_char_boundary(byte.saturating_sub(WINDOW));
    let high = text.ceil_char_boundary((byte + WINDOW).min(text.len()));
    let before = text.get(low..byte).unwrap_or_default();
    let start = match before.char_indices().rfind(|(_, c)| c.is_whitespace()) {
        Some((at, space)) => low + at + space.len_utf8(),
        None => graphemes::floor(text, low),
    };
    let after = text.get(byte..high).unwrap_or_default();
    let end = after.find(char::is_whitespace).map_or_else(|| graphemes::ceil(text, high), |at| byte + at);
    start..end
}

/// A word taken apart at its attached particles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    /// و ف ب ك ل as far as they are surely attached, with their marks.
    pub particles: &'a str,
    /// The article ال, or the ل that is left of it after the preposition ل (لل).
    pub article: &'a str,
    /// What is left.
    pub stem: &'a str,
}

/// Words that begin like a particle with the article and are none.
const WHOLE: &[&str] = &[
    "والد",
    "والدي",
    "والده",
    "والدة",
    "والدته",
    "والدها",
    "والدتها",
    "والدين",
    "والديه",
    "بالغ",
    "بالغة",
    "بالغين",
    "بالغا",
    "بالون",
    "فالح",
    "كالح",
];

/// Takes a word apart. It knows no dictionary, so it strips only what the writing shows: particles before ال or لل,
/// the article itself before at least two letters, and a particle before a digit or a foreign letter (و3000). What
/// might be part of the stem stays in it: the و of وزير, and also that of وواشنطن; see [`readings`].
pub fn parts(word: &str) -> Parts<'_> {
    let bare: String = word.chars().filter(|c| !is_mark(*c)).collect();
    let whole = Parts { particles: "", article: "", stem: word };
    if WHOLE.contains(&bare.as_str()) {
        return whole;
    }
    let letters: Vec<char> = bare.chars().collect();
    let Some((particles, article)) = prefix(&letters) else { return whole };
    let (particles, rest) = word.split_at(after_letters(word, particles));
    let (article, stem) = rest.split_at(after_letters(rest, article));
    Parts { particles, article, stem }
}

/// The word without its attached particles and article, as far as they are sure: العراق of وبالعراق is عراق.
pub fn stem_of(word: &str) -> &str {
    parts(word).stem
}

/// Every way to read a word that the writing allows, the whole word first: وواشنطن is also واشنطن. For matching
/// against a known name, never for changing data.
pub fn readings(word: &str) -> Vec<&str> {
    let mut found = vec![word];
    let mut rest = word;
    // At most a conjunction and a preposition: وبـ, فلـ.
    for particles in [&['و', 'ف'][..], &['ب', 'ك', 'ل'][..]] {
        let stripped = rest.chars().next().filter(|c| particles.contains(c));
        let next = stripped.and_then(|_| rest.get(after_letters(rest, 1)..));
        if let Some(next) = next.filter(|next| next.chars().filter(|c| !is_mark(*c)).count() >= 2) {
            found.push(next);
            rest = next;
        }
    }
    let stem = stem_of(word);
    if !found.contains(&stem) {
        found.push(stem);
    }
    found
}

/// How many letters are particles, and how many the article after them.
fn prefix(letters: &[char]) -> Option<(usize, usize)> {
    let conjunction = usize::from(matches!(letters.first(), Some('و' | 'ف')));
    let rest = letters.get(conjunction..)?;
    let (preposition, article) = match rest {
        ['ا', 'ل', stem @ ..] if stem.len() >= 2 => (0, 2),
        ['ب' | 'ك', 'ا', 'ل', stem @ ..] if stem.len() >= 2 => (1, 2),
        // ل before ال drops the alef: للأمم is ل + لأمم.
        ['ل', 'ل', stem @ ..] if stem.len() >= 2 => (1, 1),
        ['ب' | 'ك' | 'ل', next, ..] if !is_arabic_letter(*next) => (1, 0),
        [next, ..] if conjunction > 0 && !is_arabic_letter(*next) => (0, 0),
        _ => return None,
    };
    Some((conjunction + preposition, article))
}

/// The byte after so many letters of a word, their marks included.
fn after_letters(word: &str, count: usize) -> usize {
    let mut seen = 0;
    word.char_indices()
        .find(|(_, char)| {
            seen += usize::from(!is_mark(*char));
            seen > count
        })
        .map_or(word.len(), |(at, _)| at)
}

fn is_arabic_letter(char: char) -> bool {
    matches!(char, '\u{620}'..='\u{64a}' | '\u{671}'..='\u{6d3}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
        && char != '\u{640}'
}

/// Harakat, tatweel and joiners: written with a letter and no letter themselves.
fn is_mark(char: char) -> bool {
    matches!(char, '\u{640}' | '\u{200c}' | '\u{200d}') || super::fold::is_arabic_mark(char)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::slice;

    fn all(text: &str) -> Vec<&str> {
        words(text, text_range(0..text.len())).map(|range| slice(text, range)).collect()
    }

    #[test]
    fn a_word_keeps_its_marks_tatweel_and_joiners() {
        for (text, expected) in [
            ("مُحَمَّدٌ قـــال مع\u{200c}ه", vec!["مُحَمَّدٌ", "قـــال", "مع\u{200c}ه"]),
            ("1500 و3000 مقاتل.", vec!["1500", "و3000", "مقاتل"]),
            ("“نعلن اليوم (…) إكمال”", vec!["نعلن", "اليوم", "إكمال"]),
            ("أيلول/سبتمبر، Ali’s\u{200f} 3.5%", vec!["أيلول", "سبتمبر", "Ali’s", "3.5"]),
            ("", vec![]),
        ] {
            assert_eq!(all(text), expected, "{text}");
        }
    }

    #[test]
    fn tokens_leave_nothing_out_but_white_space() {
        for text in ["قال\u{200f}: “لا (…)”.  ثم\n", " \u{301}a", "\u{200f}ا\u{a0}ب\u{2028}", "3.5% 🇪🇬"]
        {
            let found: String =
                tokens(text, text_range(0..text.len())).map(|range| slice(text, range)).collect();
            assert_eq!(found, text.replace(char::is_whitespace, ""), "{text:?}");
        }
    }

    #[test]
    fn a_double_click_finds_what_is_under_it() {
        let text = "زارَ 😀 القاهِرَة، ثم";
        let at = |needle: &str| text.find(needle).unwrap();
        let word = |byte| word_at(text, byte).map(|range| slice(text, range));
        assert_eq!(word(0), Some("زارَ"));
        assert_eq!(word(at("ارَ")), Some("زارَ"));
        assert_eq!(word(at(" 😀")), Some("زارَ"), "the end of a word belongs to it");
        assert_eq!(word(at("😀")), Some("😀"));
        assert_eq!(word(at("،")), Some("القاهِرَة"));
        assert_eq!(word(at("، ") + "،".len()), Some("،"));
        assert_eq!(word(text.len()), Some("ثم"));
        assert_eq!(word(text.len() + 10), Some("ثم"));
        assert_eq!(word_at("  ", 1), None);
        assert_eq!(word_at("", 0), None);
    }

    #[test]
    fn steps_visit_every_word_both_ways() {
        let text = "  قال: “لا (…) حرب”\n\n,, ثم 2026.  ";
        let starts: Vec<usize> =
            words(text, text_range(0..text.len())).map(|range| usize::from(range.start())).collect();
        let mut forward = vec![];
        let mut at = 0;
        while at < text.len() {
            at = next_start(text, at);
            forward.push(at);
        }
        assert_eq!(forward.split_last(), Some((&text.len(), starts.as_slice())));
        let mut back = vec![];
        at = text.len();
        while at > 0 {
            at = previous_start(text, at);
            back.push(at);
        }
        back.reverse();
        assert_eq!(back.split_first(), Some((&0, starts.as_slice())));
        assert_eq!(next_end(text, starts[0]), starts[0] + "قال".len());
    }

    #[test]
    fn a_text_without_spaces_is_searched_in_windows() {
        let text = "ا".repeat(20_000);
        let word = word_at(&text, 10_000).unwrap();
        assert!(word.len() <= (2 * WINDOW as u32 + 8).into());
        assert!(next_start(&text, 0) > 0 && previous_start(&text, text.len()) < text.len());
        let dots = ".".repeat(20_000);
        assert_eq!((next_start(&dots, 5), previous_start(&dots, 9_000)), (dots.len(), 0));
    }

    #[test]
    fn edges_lose_white_space_and_whole_words_are_taken() {
        let text = " \u{a0}قال \n ";
        let range = trim_range(text, text_range(0..text.len()));
        assert_eq!(slice(text, range), "قال");
        assert!(trim_range(text, text_range(0..2)).is_empty());
        let text = "قالت العراقية اليوم";
        let part = text_range(text.find("لت").unwrap()..text.find("ية").unwrap());
        assert_eq!(slice(text, expand(text, part)), "قالت العراقية");
    }

    #[test]
    fn particles_are_told_off_only_where_they_are_sure() {
        for (word, particles, article, stem) in [
            ("والعراق", "و", "ال", "عراق"),
            ("وبالعراق", "وب", "ال", "عراق"),
            ("وَالْعِراقِ", "وَ", "الْ", "عِراقِ"),
            ("للأمم", "ل", "ل", "أمم"),
            ("فللقوات", "فل", "ل", "قوات"),
            ("العراق", "", "ال", "عراق"),
            ("و3000", "و", "", "3000"),
            ("بـNATO", "بـ", "", "NATO"),
            ("وزير", "", "", "وزير"),
            ("وواشنطن", "", "", "وواشنطن"),
            ("والدته", "", "", "والدته"),
            ("الم", "", "", "الم"),
            ("ل", "", "", "ل"),
            ("Iraq", "", "", "Iraq"),
            ("", "", "", ""),
        ] {
            assert_eq!(parts(word), Parts { particles, article, stem }, "{word}");
        }
    }

    #[test]
    fn readings_hold_every_cut_the_writing_allows() {
        assert_eq!(readings("وواشنطن"), ["وواشنطن", "واشنطن"]);
        assert_eq!(readings("وبالعراق"), ["وبالعراق", "بالعراق", "العراق", "عراق"]);
        assert_eq!(readings("وزير"), ["وزير", "زير"]);
        assert_eq!(readings("لو"), ["لو"]);
    }
}
