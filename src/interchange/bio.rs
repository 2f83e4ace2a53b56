//! Tags on tokens: BIO and BILOU, written strictly and read as programs write them; and what becomes of spans that
//! overlap where there is one column of tags.

use crate::model::{Span, SpanId, TextRange};

/// How tags are spelt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// B-x I-x O, every span beginning with B.
    #[default]
    Bio,
    /// B-x I-x L-x, U-x for a single token, O.
    Bilou,
}

impl Scheme {
    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bio => "bio",
            Self::Bilou => "bilou",
        }
    }

    /// Reads what [`Self::as_str`] writes.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Bio, Self::Bilou].into_iter().find(|scheme| scheme.as_str() == name)
    }

    /// The letter of the token at `nth` of a span of so many tokens.
    pub fn letter(self, nth: usize, tokens: usize) -> char {
        match (self, nth) {
            (Self::Bilou, 0) if tokens == 1 => 'U',
            (_, 0) => 'B',
            (Self::Bilou, _) if nth + 1 == tokens => 'L',
            _ => 'I',
        }
    }
}

/// What becomes of spans that overlap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlaps {
    /// Each label has a column of its own, and more where its spans overlap: all stay.
    #[default]
    Columns,
    /// Of spans in each other the outer ones stay.
    Outermost,
    /// Of spans in each other the inner ones stay.
    Innermost,
    /// The longer ones stay.
    Longest,
}

impl Overlaps {
    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Columns => "columns",
            Self::Outermost => "outermost",
            Self::Innermost => "innermost",
            Self::Longest => "longest",
        }
    }

    /// Reads what [`Self::as_str`] writes.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Columns, Self::Outermost, Self::Innermost, Self::Longest]
            .into_iter()
            .find(|policy| policy.as_str() == name)
    }
}

/// The spans (in reading order) that may stay where no two may overlap. `Columns` keeps all.
pub fn flattened(spans: &[&Span], policy: Overlaps) -> Vec<SpanId> {
    let mut order: Vec<&&Span> = spans.iter().collect();
    match policy {
        Overlaps::Columns => return spans.iter().map(|span| span.id).collect(),
        // In reading order a span comes before those inside it.
        Overlaps::Outermost => {}
        Overlaps::Innermost => order.sort_by_key(|span| (span.cover().len(), span.start(), span.id)),
        Overlaps::Longest => {
            order.sort_by_key(|span| (std::cmp::Reverse(span.cover().len()), span.start(), span.id));
        }
    }
    let mut taken = std::collections::BTreeMap::new();
    let mut kept = Vec::new();
    for span in order {
        let cover = span.cover();
        let before = taken.range(..cover.end()).next_back();
        if before.is_none_or(|(_, end)| *end <= cover.start()) {
            taken.insert(cover.start(), cover.end());
            kept.push(span.id);
        }
    }
    kept.sort_unstable();
    kept
}

/// A run of tags: a label on tokens from the first to before the second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The label as tagged.
    pub label: String,
    /// First token.
    pub first: usize,
    /// The token after the last.
    pub end: usize,
}

/// The runs of a column of tags in IOB1, IOB2, BILOU or IOBES. Where an I has no beginning one is taken to be there,
/// as IOB1 means it.
pub fn runs<'a>(tags: impl IntoIterator<Item = &'a str>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut open = false;
    for (nth, tag) in tags.into_iter().enumerate() {
        let Some((letter, label)) = tag.split_once('-') else {
            open = false;
            continue;
        };
        let continues = open
            && matches!(letter, "I" | "L" | "E" | "M")
            && runs.last().is_some_and(|run| run.label == label);
        match runs.last_mut().filter(|_| continues) {
            Some(run) => run.end = nth + 1,
            None => runs.push(Run { label: label.to_owned(), first: nth, end: nth + 1 }),
        }
        open = !matches!(letter, "L" | "E" | "U" | "S");
    }
    runs
}

/// Whether a cell is a tag: O, _ for nothing, or a letter and a label.
pub fn is_tag(cell: &str) -> bool {
    matches!(cell, "O" | "_" | "*")
        || cell.split_once('-').is_some_and(|(letter, label)| {
            !label.is_empty() && matches!(letter, "B" | "I" | "L" | "U" | "E" | "S" | "M")
        })
}

/// Tags of one column: `O`, or the letter and label of the piece a token is in. Pieces are sorted, apart from each
/// other and have edges where tokens have.
pub fn tags(tokens: &[TextRange], pieces: &[(TextRange, &str)], scheme: Scheme) -> Vec<String> {
    let mut tags = vec!["O".to_owned(); tokens.len()];
    for (piece, label) in pieces {
        let Some((first, end)) = super::tokens::covering(tokens, *piece) else { continue };
        for (nth, tag) in tags.iter_mut().take(end).skip(first).enumerate() {
            *tag = format!("{}-{label}", scheme.letter(nth, end - first));
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::text_range;
    use crate::model::fixture;

    #[test]
    fn every_spelling_of_tags_reads_as_the_same_runs() {
        let expected = [("x", 0, 2), ("x", 2, 3), ("y", 4, 6)];
        for tags in [
            "B-x I-x B-x O B-y I-y",
            "I-x I-x B-x O I-y I-y",
            "B-x L-x U-x O B-y L-y",
            "B-x E-x S-x O B-y E-y",
        ] {
            let found = runs(tags.split(' '));
            let found: Vec<_> = found.iter().map(|run| (run.label.as_str(), run.first, run.end)).collect();
            assert_eq!(found, expected, "{tags}");
        }
        assert!(runs(["O", "-", "O"]).iter().all(|run| run.label.is_empty()));
    }

    #[test]
    fn tags_read_as_they_were_written() {
        let tokens: Vec<_> = (0..6).map(|nth| text_range(nth * 2..nth * 2 + 1)).collect();
        let pieces = [(text_range(0..3), "x"), (text_range(4..5), "x"), (text_range(8..11), "y")];
        assert_eq!(tags(&tokens, &pieces, Scheme::Bilou).join(" "), "B-x L-x U-x O B-y L-y");
        assert_eq!(tags(&tokens, &pieces, Scheme::Bio).join(" "), "B-x I-x B-x O B-y I-y");
    }

    #[test]
    fn each_policy_keeps_what_it_says() {
        let (_, layer) = fixture::parse("[[a]{x} [b c]{y}]{z} [d]{x}");
        let spans = layer.in_reading_order();
        let kept = |policy| -> Vec<&str> {
            let kept = flattened(&spans, policy);
            kept.iter().map(|id| layer.spans[id].quote.as_str()).collect()
        };
        assert_eq!(kept(Overlaps::Outermost), ["a b c", "d"]);
        assert_eq!(kept(Overlaps::Innermost), ["a", "b c", "d"]);
        assert_eq!(kept(Overlaps::Longest), ["a b c", "d"]);
        assert_eq!(kept(Overlaps::Columns).len(), 4);
    }
}
