//! A text as sentences, tokens and parts of tokens.

use std::collections::{BTreeMap, BTreeSet};

use crate::interchange::tokens::{Tokens, covering, tokens, unbroken_sentences};
use crate::language::text_range;
use crate::model::TextRange;

/// A row: a token, or a part of it.
pub(super) type Row = (usize, Option<TextRangeKey>);

/// A range that can be sorted.
pub(super) type TextRangeKey = (u32, u32);

/// The rows of a text.
pub(super) struct Sheet {
    pub(super) tokens: Vec<TextRange>,
    /// Of each sentence the first token and the one after the last.
    pub(super) sentences: Vec<(usize, usize)>,
    parts: BTreeMap<usize, BTreeSet<TextRangeKey>>,
}

impl Sheet {
    /// With sentences that no range (sorted) goes over.
    pub(super) fn new(text: &str, kind: Tokens, ranges: &[TextRange]) -> Self {
        let tokens = tokens(text, text_range(0..text.len()), kind);
        let mut sentences = Vec::new();
        let mut first = 0;
        for sentence in unbroken_sentences(text, ranges).into_iter().skip(1) {
            let next = tokens.partition_point(|token| token.start() < sentence.start());
            if next > first {
                sentences.push((first, next));
                first = next;
            }
        }
        if first < tokens.len() {
            sentences.push((first, tokens.len()));
        }
        Self { tokens, sentences, parts: BTreeMap::new() }
    }

    /// The rows of a range, in order. Parts of tokens that it needs are there from then on.
    pub(super) fn rows(&mut self, range: TextRange) -> Vec<Row> {
        let Some((first, end)) = covering(&self.tokens, range) else { return Vec::new() };
        let mut rows = Vec::with_capacity(end - first);
        for (nth, token) in self.tokens.iter().enumerate().take(end).skip(first) {
            let part = token.intersect(range).filter(|part| part != token);
            let part = part.map(|part| (u32::from(part.start()), u32::from(part.end())));
            if let Some(part) = part {
                self.parts.entry(nth).or_default().insert(part);
            }
            rows.push((nth, part));
        }
        rows
    }

    /// The parts of a token that have rows.
    pub(super) fn parts(&self, token: usize) -> impl Iterator<Item = TextRangeKey> {
        self.parts.get(&token).into_iter().flatten().copied()
    }

    /// The name of a row: `2-7`, or `2-7.1` for a part of that token.
    pub(super) fn name(&self, row: Row) -> String {
        let (token, part) = row;
        let sentence = self.sentences.partition_point(|(first, _)| *first <= token);
        let before = self.sentences.get(sentence.saturating_sub(1)).map_or(0, |(first, _)| *first);
        let name = format!("{sentence}-{}", token - before + 1);
        match part.and_then(|part| self.parts(token).position(|known| known == part)) {
            Some(nth) => format!("{name}.{}", nth + 1),
            None => name,
        }
    }
}
