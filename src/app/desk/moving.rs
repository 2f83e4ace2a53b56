//! From span to span, and through spans that lie over each other.

use super::{Desk, Way, Words};
use crate::language::words;
use crate::model::{Span, SpanId, TextRange, TextSize};

impl Desk {
    /// Spans under a place, the shortest first: what a click means.
    pub fn spans_at(&self, at: TextSize) -> Vec<SpanId> {
        let Some(layer) = self.layer() else { return Vec::new() };
        let mut hit: Vec<&Span> =
            layer.spans.values().filter(|span| !span.lost && span.contains(at)).collect();
        hit.sort_by_key(|span| (span.marked_len(), span.id));
        hit.into_iter().map(|span| span.id).collect()
    }

    /// Selects the shortest span at a place; where one of them is selected already, the next one.
    /// Returns whether there was any.
    pub fn click_span(&mut self, at: TextSize) -> bool {
        let here = self.spans_at(at);
        let now = self.span.and_then(|id| here.iter().position(|other| *other == id));
        let next = now.map_or(0, |at| at + 1);
        let Some(id) = here.get(next).or(here.first()) else { return false };
        self.span = Some(*id);
        self.words = None;
        true
    }

    /// Selects the next of the spans that share a letter with the selected one.
    pub fn cycle_overlap(&mut self) {
        let Some(selected) = self.selected() else { return self.select_at_caret() };
        let (id, cover) = (selected.id, selected.cover());
        let Some(layer) = self.layer() else { return };
        let shares = |span: &&Span| !span.lost && span.ranges.iter().any(|range| overlaps(*range, cover));
        let ring: Vec<SpanId> =
            layer.in_reading_order().into_iter().filter(shares).map(|span| span.id).collect();
        let Some(now) = ring.iter().position(|other| *other == id) else { return };
        if let Some(next) = ring.get((now + 1) % ring.len()) {
            self.select(*next);
        }
    }

    /// Selects the shortest span at the caret, or else the word there.
    pub fn select_at_caret(&mut self) {
        let Some(caret) = self.words else { return };
        if caret.is_caret()
            && !self.click_span(caret.head)
            && let Some(article) = self.article()
        {
            self.words = words::word_at(article.text(), caret.head.into()).map(Words::of).or(self.words);
        }
    }

    /// Selects the next or previous span in reading order, from the selected one or from the caret.
    pub fn step_span(&mut self, way: Way) {
        let order: Vec<(SpanId, TextSize)> =
            self.spans().into_iter().filter(|span| !span.lost).map(|span| (span.id, span.start())).collect();
        if order.is_empty() {
            return;
        }
        let now = self.span.and_then(|id| order.iter().position(|(other, _)| *other == id));
        let caret = self.words.map_or(TextSize::new(0), |words| words.range().start());
        let after_caret = order.partition_point(|(_, start)| *start < caret);
        let last = order.len() - 1;
        let next = match (now, way) {
            (Some(at), Way::Forward) => {
                if at == last {
                    0
                } else {
                    at + 1
                }
            }
            (Some(0), Way::Backward) => last,
            (Some(at), Way::Backward) => at - 1,
            (None, Way::Forward) => {
                if after_caret > last {
                    0
                } else {
                    after_caret
                }
            }
            (None, Way::Backward) => {
                if after_caret == 0 {
                    last
                } else {
                    after_caret - 1
                }
            }
        };
        if let Some((id, _)) = order.get(next) {
            self.select(*id);
        }
    }
}

fn overlaps(a: TextRange, b: TextRange) -> bool {
    a.start() < b.end() && b.start() < a.end()
}
