//! Text as tokens, for formats that know nothing else: which tokens there are, and where spans stand in them.

use std::collections::BTreeSet;
use std::ops::Bound;

use crate::language::{paragraphs, sentences, slice, text_range, words};
use crate::model::{TextRange, TextSize};

/// Where words end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tokens {
    /// Where Unicode (UAX 29) says so; harakat stay with their letters, punctuation stands alone.
    #[default]
    Words,
    /// At white space alone.
    WhiteSpace,
    /// As words, and Arabic particles that are surely attached stand alone: و ب العراق. Pronouns at the end of a word
    /// stay, since telling them off takes a dictionary.
    Clitics,
}

impl Tokens {
    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::WhiteSpace => "whitespace",
            Self::Clitics => "clitics",
        }
    }

    /// Reads what [`Self::as_str`] writes.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Words, Self::WhiteSpace, Self::Clitics].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What happens where an edge of a span lies inside a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cut {
    /// The token is cut there, so that the span stays as it is.
    #[default]
    Tokens,
    /// The span takes the whole token, which counts as clipped.
    Spans,
}

impl Cut {
    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Spans => "spans",
        }
    }

    /// Reads what [`Self::as_str`] writes.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Tokens, Self::Spans].into_iter().find(|cut| cut.as_str() == name)
    }
}

/// The tokens of a stretch in order. Only white space is in none of them.
pub fn tokens(text: &str, range: TextRange, kind: Tokens) -> Vec<TextRange> {
    match kind {
        Tokens::Words => words::tokens(text, range).collect(),
        Tokens::WhiteSpace => white_space(text, range),
        Tokens::Clitics => words::tokens(text, range).flat_map(|token| clitics(text, token)).collect(),
    }
}

fn white_space(text: &str, range: TextRange) -> Vec<TextRange> {
    let mut at = usize::from(range.start());
    let mut found = Vec::new();
    for part in slice(text, range).split_inclusive(char::is_whitespace) {
        let bare = part.trim_end_matches(char::is_whitespace);
        if !bare.is_empty() {
            found.push(text_range(at..at + bare.len()));
        }
        at += part.len();
    }
    found
}

fn clitics(text: &str, token: TextRange) -> Vec<TextRange> {
    let particles = words::parts(slice(text, token)).particles;
    let mut at = usize::from(token.start());
    let mut found = Vec::new();
    // Each particle is one letter with the marks on it.
    let mut rest = particles;
    while !rest.is_empty() {
        let letter = rest.chars().next().map_or(0, char::len_utf8);
        let after = rest.get(letter..).unwrap_or_default();
        let length = after.find(is_letter).map_or(rest.len(), |next| letter + next);
        found.push(text_range(at..at + length));
        at += length;
        rest = rest.get(length..).unwrap_or_default();
    }
    found.push(text_range(at..usize::from(token.end())));
    found
}

/// Whether a character is a letter and not a mark on one: harakat are alphabetic in Unicode.
fn is_letter(char: char) -> bool {
    let is_mark = matches!(char, '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}');
    char.is_alphanumeric() && !is_mark
}

/// Cuts tokens at edges that lie inside them.
pub fn cut_at(tokens: Vec<TextRange>, edges: &BTreeSet<TextSize>) -> Vec<TextRange> {
    let mut pieces = Vec::with_capacity(tokens.len());
    for token in tokens {
        let mut start = token.start();
        if token.len() > 1.into() {
            for cut in edges.range((Bound::Excluded(token.start()), Bound::Excluded(token.end()))) {
                pieces.push(TextRange::new(start, *cut));
                start = *cut;
            }
        }
        pieces.push(TextRange::new(start, token.end()));
    }
    pieces
}

/// The first token that a range touches and the one after the last; nothing where it touches none.
pub fn covering(tokens: &[TextRange], range: TextRange) -> Option<(usize, usize)> {
    let first = tokens.partition_point(|token| token.end() <= range.start());
    let end = tokens.partition_point(|token| token.start() < range.end());
    (first < end).then_some((first, end))
}

/// The range of tokens from the first to before the second.
pub fn range_of(tokens: &[TextRange], first: usize, end: usize) -> Option<TextRange> {
    let (start, end) = (tokens.get(first)?.start(), tokens.get(end.checked_sub(1)?)?.end());
    (start <= end).then(|| TextRange::new(start, end))
}

/// The sentences of a text, joined where one of the ranges (sorted by start) goes over the break between two, so that
/// no span is torn. None goes over a paragraph's end unless a range does.
pub fn unbroken_sentences(text: &str, ranges: &[TextRange]) -> Vec<TextRange> {
    let mut joined: Vec<TextRange> = Vec::new();
    // The furthest end of the ranges that start before the sentence at hand; both go forward only.
    let mut reach = TextSize::default();
    let mut ahead = ranges.iter().peekable();
    for paragraph in paragraphs::ranges(text) {
        for sentence in sentences::sentences(text, paragraph) {
            while let Some(range) = ahead.next_if(|range| range.start() < sentence.start()) {
                reach = reach.max(range.end());
            }
            match joined.last_mut() {
                Some(last) if reach > sentence.start() => *last = last.cover(sentence),
                _ => joined.push(sentence),
            }
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Tokens, text: &str, expected: &[&str]) {
        let found = tokens(text, text_range(0..text.len()), kind);
        let found: Vec<&str> = found.into_iter().map(|token| slice(text, token)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn each_kind_of_token_loses_only_white_space() {
        let text = "😀 وبِالعراقِ، قالَتْ مع\u{200c}ه 🇪🇬 3.5%";
        check(Tokens::Words, text, &["😀", "وبِالعراقِ", "،", "قالَتْ", "مع\u{200c}ه", "🇪🇬", "3.5", "%"]);
        check(Tokens::WhiteSpace, text, &["😀", "وبِالعراقِ،", "قالَتْ", "مع\u{200c}ه", "🇪🇬", "3.5%"]);
        check(
            Tokens::Clitics,
            text,
            &["😀", "و", "بِ", "العراقِ", "،", "قالَتْ", "مع\u{200c}ه", "🇪🇬", "3.5", "%"],
        );
        check(Tokens::Clitics, "وزير للأمم وال", &["وزير", "ل", "لأمم", "وال"]);
        check(Tokens::Words, " \n", &[]);
    }

    #[test]
    fn tokens_are_cut_at_edges_and_ranges_grow_to_tokens() {
        let text = "وبغداد now";
        let all = tokens(text, text_range(0..text.len()), Tokens::Words);
        let edges = BTreeSet::from([2.into(), 12.into()]);
        let cut: Vec<&str> =
            cut_at(all.clone(), &edges).into_iter().map(|range| slice(text, range)).collect();
        assert_eq!(cut, ["و", "بغداد", "now"]);
        let (first, end) = covering(&all, text_range(2..14)).unwrap();
        assert_eq!((first, end), (0, 2));
        assert_eq!(range_of(&all, first, end), Some(text_range(0..text.len())));
        assert_eq!(covering(&all, text_range(12..13)), None);
    }

    #[test]
    fn sentences_join_where_a_range_goes_over_their_break() {
        let text = "One. Two. Three.\nFour.";
        let ranges = [text_range(6..12)];
        let found: Vec<&str> =
            unbroken_sentences(text, &ranges).into_iter().map(|range| slice(text, range)).collect();
        assert_eq!(found, ["One.", "Two. Three.", "Four."]);
    }
}
