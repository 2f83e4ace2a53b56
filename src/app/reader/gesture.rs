//! What the mouse does on the page: select by letters, words, paragraphs; drag edges; drag chips.

use crate::language::{paragraphs, text_range, words};
use crate::layout::Hit;
use crate::model::{SpanId, TextRange, TextSize};

use crate::app::desk::{Edge, Words};

/// By what a drag selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Letters with their marks: Alt, or Shift-click.
    Letter,
    /// Words: a plain drag, or a double click.
    Word,
    /// Paragraphs: a triple click.
    Paragraph,
}

/// A drag under way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Drag {
    /// Selecting, from what was under the press.
    Words {
        /// Where the press was.
        from: TextSize,
        /// By what.
        unit: Unit,
    },
    /// Moving an edge of the selected span.
    Edge(Edge),
    /// Leading from a chip to the other end of a relation.
    Chip(SpanId),
}

/// Counts presses that follow each other at one place: double and triple clicks begin on the press, so that they can
/// go on as drags.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Presses {
    at: Option<(f64, egui::Pos2)>,
    count: u32,
}

impl Presses {
    /// Seconds within which a press counts as a repetition.
    const WITHIN: f64 = 0.4;
    /// Points within which it does.
    const NEAR: f32 = 6.0;

    /// A press at a time (seconds) and place; returns 1, 2 or 3, then 1 again.
    pub(super) fn press(&mut self, time: f64, place: egui::Pos2) -> u32 {
        let repeated = self
            .at
            .is_some_and(|(then, there)| time - then < Self::WITHIN && place.distance(there) < Self::NEAR);
        self.count = if repeated && self.count < 3 { self.count + 1 } else { 1 };
        self.at = Some((time, place));
        self.count
    }

    /// Whether the last press was a double or triple one.
    pub(super) fn is_repeated(&self) -> bool {
        self.count > 1
    }
}

/// The range of a unit around a hit.
pub(super) fn unit_at(text: &str, unit: Unit, hit: &Hit) -> TextRange {
    match unit {
        Unit::Letter => text_range(hit.caret.byte..hit.caret.byte),
        Unit::Word => word_at(text, hit),
        Unit::Paragraph => paragraphs::at(text, hit.caret.byte),
    }
}

/// The word under the pointer; in the gap between two words, the place of the caret.
fn word_at(text: &str, hit: &Hit) -> TextRange {
    let at = if hit.cluster.is_empty() { hit.caret.byte } else { hit.cluster.start };
    let in_gap = text.get(hit.cluster.clone()).is_some_and(|cluster| cluster.trim().is_empty());
    let word = if in_gap { None } else { words::word_at(text, at) };
    word.unwrap_or_else(|| text_range(hit.caret.byte..hit.caret.byte))
}

/// The selection of a drag from where it began to where the pointer is.
pub(super) fn dragged(text: &str, from: TextRange, unit: Unit, hit: &Hit) -> Words {
    let here = unit_at(text, unit, hit);
    if here.start() < from.start() {
        Words::between(from.end(), here.start())
    } else {
        Words::between(from.start(), here.end().max(from.end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Caret;
    use egui::pos2;

    #[test]
    fn presses_count_to_three_at_one_place() {
        let mut presses = Presses::default();
        assert_eq!(presses.press(0.0, pos2(0.0, 0.0)), 1);
        assert_eq!(presses.press(0.2, pos2(1.0, 0.0)), 2);
        assert_eq!(presses.press(0.4, pos2(1.0, 1.0)), 3);
        assert_eq!(presses.press(0.5, pos2(1.0, 1.0)), 1);
        assert_eq!(presses.press(0.6, pos2(50.0, 1.0)), 1);
        assert_eq!(presses.press(2.0, pos2(50.0, 1.0)), 1);
    }

    fn hit(at: usize, cluster: std::ops::Range<usize>) -> Hit {
        Hit { caret: Caret::downstream(at), cluster, inside: true, line: 0 }
    }

    fn selected(text: &str, unit: Unit, from: Hit, to: Hit) -> &str {
        let range = dragged(text, unit_at(text, unit, &from), unit, &to).range();
        crate::language::slice(text, range)
    }

    #[test]
    fn a_drag_takes_whole_words_and_alt_takes_letters() {
        let text = "قال وزير الدفاع";
        let (qal, wazir) = (hit(2, 2..4), hit(9, 9..11));
        assert_eq!(selected(text, Unit::Word, qal.clone(), wazir.clone()), "قال وزير");
        assert_eq!(selected(text, Unit::Word, wazir.clone(), qal.clone()), "قال وزير");
        assert_eq!(selected(text, Unit::Letter, qal.clone(), wazir), "ال و");
        assert_eq!(selected(text, Unit::Paragraph, qal.clone(), qal), text);
    }
}
