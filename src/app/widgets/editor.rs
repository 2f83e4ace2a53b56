//! Editing a text: carets, moves, words, undo, composition; no egui in it.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::layout::{
    Affinity, ArticleLayout, ArticleStyle, BlockKind, Caret, Direction, Paragraph, ParagraphStyle, Shaper,
    first_strong,
};

/// Steps that can be undone.
const UNDO_STEPS: usize = 200;

/// A way to move the caret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Motion {
    Left,
    Right,
    WordLeft,
    WordRight,
    Up,
    Down,
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
}

/// What a deletion takes when nothing is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Character,
    Word,
}

/// How a drag extends a selection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Unit {
    #[default]
    Character,
    Word,
    Paragraph,
}

/// How a field is set; a change lays it out anew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Setting {
    pub(super) style: ParagraphStyle,
    pub(super) scale: f32,
    /// Room for text in physical pixels.
    pub(super) width: f32,
    pub(super) multiline: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Typing,
    Deleting,
    Other,
}

struct Step {
    text: String,
    anchor: usize,
    caret: Caret,
}

/// Text an input method is still composing, shown at the caret but not yet part of the text.
pub(super) struct Preedit {
    text: String,
    /// Caret within it, bytes.
    caret: usize,
}

/// The state of a field. The text itself belongs to the caller and is passed to each call.
#[derive(Default)]
pub(super) struct Editor {
    known: String,
    anchor: usize,
    caret: Caret,
    goal_x: Option<f32>,
    preedit: Option<Preedit>,
    undo: Vec<Step>,
    redo: Vec<Step>,
    last_kind: Option<Kind>,
    layout: Option<(Setting, ArticleLayout)>,
}

impl Editor {
    /// Takes notice of a text that was changed from outside.
    pub(super) fn sync(&mut self, text: &str) {
        if self.known == text {
            return;
        }
        self.known = text.to_owned();
        self.layout = None;
        self.preedit = None;
        self.undo.clear();
        self.redo.clear();
        self.last_kind = None;
        self.caret = Caret { byte: floor(text, self.caret.byte), ..self.caret };
        self.anchor = floor(text, self.anchor);
    }

    /// The selected bytes, empty for a mere caret.
    pub(super) fn selection(&self) -> Range<usize> {
        self.anchor.min(self.caret.byte)..self.anchor.max(self.caret.byte)
    }

    pub(super) fn caret(&self) -> Caret {
        self.caret
    }

    pub(super) fn is_composing(&self) -> bool {
        self.preedit.is_some()
    }

    /// The bytes of the composed text within what is shown.
    pub(super) fn composed(&self) -> Range<usize> {
        let length = self.preedit.as_ref().map_or(0, |preedit| preedit.text.len());
        self.caret.byte..self.caret.byte + length
    }

    /// The caret within what is shown, which includes composed text.
    pub(super) fn shown_caret(&self) -> Caret {
        match &self.preedit {
            Some(preedit) => Caret::upstream(self.caret.byte + preedit.caret),
            None => self.caret,
        }
    }

    /// Lays out what is shown, if anything has changed.
    pub(super) fn lay_out(&mut self, shaper: &mut Shaper, text: &str, setting: Setting) -> &ArticleLayout {
        let fresh = self.layout.take().filter(|(old, _)| *old == setting);
        let layout = fresh.map_or_else(|| self.build(shaper, text, setting), |(_, layout)| layout);
        &self.layout.insert((setting, layout)).1
    }

    /// The layout of the last [`Self::lay_out`], if nothing has changed since.
    pub(super) fn layout(&self) -> Option<&ArticleLayout> {
        self.layout.as_ref().map(|(_, layout)| layout)
    }

    fn build(&self, shaper: &mut Shaper, text: &str, setting: Setting) -> ArticleLayout {
        let mut shown = text.to_owned();
        if let Some(preedit) = &self.preedit {
            shown.insert_str(floor(text, self.caret.byte), &preedit.text);
        }
        let mut paragraphs = Vec::new();
        let mut start = 0;
        let mut direction = setting.style.direction;
        let mut widest = setting.width;
        for line in shown.split('\n') {
            // A line without letters goes on in the direction of the one before.
            direction = first_strong(line).unwrap_or(direction);
            paragraphs.push((start..start + line.len(), direction, BlockKind::Body));
            start += line.len() + 1;
            if !setting.multiline {
                let style = ParagraphStyle { direction, ..setting.style };
                let whole = shaper.paragraph(line, &style, setting.scale, None);
                // One line never breaks: the page is as wide as the text, and the field scrolls over it.
                widest = widest.max(whole.layout().full_width().ceil() + 2.0);
            }
        }
        let style = ArticleStyle { lazy_above: usize::MAX, ..ArticleStyle::plain(setting.style) };
        let mut layout = ArticleLayout::new(&shown, paragraphs, style, setting.scale, widest);
        layout.prepare(shaper, &shown, 0.0..f32::INFINITY);
        layout
    }

    /// Puts the caret somewhere; `extend` keeps the other end of the selection.
    pub(super) fn place(&mut self, caret: Caret, extend: bool) {
        self.caret = caret;
        if !extend {
            self.anchor = caret.byte;
        }
        self.goal_x = None;
        self.last_kind = None;
    }

    /// Selects a range, caret at its end.
    pub(super) fn select(&mut self, range: Range<usize>) {
        self.place(Caret::upstream(range.end), false);
        self.anchor = range.start;
    }

    /// Extends from a word or paragraph that was picked first to the one under the pointer.
    pub(super) fn extend_by(&mut self, text: &str, origin: Range<usize>, byte: usize, unit: Unit) {
        let here = unit_at(text, byte, unit);
        if here.start < origin.start {
            self.place(Caret::downstream(here.start), false);
            self.anchor = origin.end;
        } else {
            self.place(Caret::upstream(here.end.max(origin.end)), false);
            self.anchor = origin.start;
        }
    }

    /// Replaces the selection, or inserts at the caret.
    pub(super) fn insert(&mut self, text: &mut String, new: &str) {
        let range = self.selection();
        let one_letter =
            range.is_empty() && new.graphemes(true).count() == 1 && !new.starts_with(char::is_whitespace);
        self.replace(text, range, new, if one_letter { Kind::Typing } else { Kind::Other });
    }

    /// Replaces everything.
    pub(super) fn set_text(&mut self, text: &mut String, new: &str) {
        self.replace(text, 0..text.len(), new, Kind::Other);
    }

    /// Removes the selection, or what lies before the caret.
    pub(super) fn delete_before(&mut self, text: &mut String, reach: Reach) {
        let mut range = self.selection();
        if range.is_empty() {
            range.start = match reach {
                // Backspace takes one scalar: a mark before its letter, as Arabic typists expect.
                Reach::Character => text
                    .get(..range.end)
                    .and_then(|head| head.char_indices().next_back())
                    .map_or(0, |(at, _)| at),
                Reach::Word => word_before(text, range.end),
            };
        }
        self.delete(text, range, reach);
    }

    /// Removes the selection, or what lies after the caret.
    pub(super) fn delete_after(&mut self, text: &mut String, reach: Reach) {
        let mut range = self.selection();
        if range.is_empty() {
            range.end = match reach {
                Reach::Character => next_grapheme(text, range.start),
                Reach::Word => word_after(text, range.start),
            };
        }
        self.delete(text, range, reach);
    }

    fn delete(&mut self, text: &mut String, range: Range<usize>, reach: Reach) {
        let kind = if reach == Reach::Character { Kind::Deleting } else { Kind::Other };
        if !range.is_empty() {
            self.replace(text, range, "", kind);
        }
    }

    /// Removes characters around the selection, as an input method asks for it.
    pub(super) fn delete_around(&mut self, text: &mut String, before: usize, after: usize) {
        let selection = self.selection();
        let tail = text.get(selection.end..).unwrap_or_default();
        let end = tail.char_indices().nth(after).map_or(text.len(), |(at, _)| selection.end + at);
        let head = text.get(..selection.start).unwrap_or_default();
        let start = match before {
            0 => selection.start,
            _ => head.char_indices().nth_back(before - 1).map_or(0, |(at, _)| at),
        };
        self.replace(text, selection.end..end, "", Kind::Other);
        self.replace(text, start..selection.start, "", Kind::Other);
    }

    fn replace(&mut self, text: &mut String, range: Range<usize>, new: &str, kind: Kind) {
        // Letters typed one after the other are undone together.
        let goes_on = kind != Kind::Other && self.last_kind == Some(kind);
        if !goes_on {
            self.undo.push(Step { text: text.clone(), anchor: self.anchor, caret: self.caret });
            if self.undo.len() > UNDO_STEPS {
                self.undo.remove(0);
            }
        }
        self.redo.clear();
        text.replace_range(range.clone(), new);
        let end = range.start + new.len();
        self.changed(text);
        // After a deletion the caret stays with what follows, after an insertion with what was typed.
        self.place(if new.is_empty() { Caret::downstream(end) } else { Caret::upstream(end) }, false);
        self.last_kind = Some(kind);
    }

    fn changed(&mut self, text: &str) {
        text.clone_into(&mut self.known);
        self.layout = None;
    }

    /// Takes the last step back; whether there was one.
    pub(super) fn undo(&mut self, text: &mut String) -> bool {
        let Some(step) = self.undo.pop() else { return false };
        let undone = self.restore(text, step);
        self.redo.push(undone);
        true
    }

    /// Does the last step again that was taken back; whether there was one.
    pub(super) fn redo(&mut self, text: &mut String) -> bool {
        let Some(step) = self.redo.pop() else { return false };
        let undone = self.restore(text, step);
        self.undo.push(undone);
        true
    }

    fn restore(&mut self, text: &mut String, step: Step) -> Step {
        let now = Step { text: std::mem::replace(text, step.text), anchor: self.anchor, caret: self.caret };
        self.changed(text);
        self.place(step.caret, false);
        self.anchor = step.anchor;
        now
    }

    /// Shows composed text at the caret, in place of the selection; an empty text ends the composition.
    pub(super) fn compose(&mut self, text: &mut String, composed: &str, caret: Option<usize>) {
        if composed.is_empty() {
            if self.preedit.take().is_some() {
                self.layout = None;
            }
            return;
        }
        if self.preedit.is_none() && !self.selection().is_empty() {
            self.insert(text, "");
        }
        let caret = floor(composed, caret.unwrap_or(composed.len()));
        self.preedit = Some(Preedit { text: composed.to_owned(), caret });
        self.layout = None;
    }

    /// Ends a composition with its result.
    pub(super) fn commit(&mut self, text: &mut String, result: &str) {
        self.preedit = None;
        self.layout = None;
        if !result.is_empty() {
            self.insert(text, result);
        }
    }

    /// Moves the caret. Needs the layout; ignored while composing.
    pub(super) fn go(&mut self, text: &str, motion: Motion, extend: bool) {
        let Some((_, layout)) = &self.layout else { return };
        if self.preedit.is_some() {
            return;
        }
        let selection = self.selection();
        let rtl = direction_at(layout, self.caret).is_rtl();
        let forward = matches!(motion, Motion::Right | Motion::WordRight) != rtl;
        let mut goal = None;
        let caret = match motion {
            Motion::Left | Motion::Right if !extend && !selection.is_empty() => {
                if forward {
                    Caret::upstream(selection.end)
                } else {
                    Caret::downstream(selection.start)
                }
            }
            // Selections grow in the order of the text: in visual order they would jump back and forth
            // within a number.
            Motion::Left | Motion::Right if extend => {
                if forward {
                    Caret::upstream(next_grapheme(text, self.caret.byte))
                } else {
                    Caret::downstream(previous_grapheme(text, self.caret.byte))
                }
            }
            Motion::Left | Motion::Right => beside(layout, self.caret, motion == Motion::Left),
            Motion::WordLeft | Motion::WordRight => {
                if forward {
                    Caret::upstream(word_after(text, self.caret.byte))
                } else {
                    Caret::downstream(word_before(text, self.caret.byte))
                }
            }
            Motion::Up | Motion::Down => {
                let x = self.goal_x.unwrap_or_else(|| layout.caret(self.caret).x);
                goal = Some(x);
                if motion == Motion::Up {
                    layout.up(self.caret, x).unwrap_or(Caret::downstream(0))
                } else {
                    layout.down(self.caret, x).unwrap_or(Caret::upstream(text.len()))
                }
            }
            Motion::LineStart => layout.home(self.caret),
            Motion::LineEnd => layout.end(self.caret),
            Motion::TextStart => Caret::downstream(0),
            Motion::TextEnd => Caret::upstream(text.len()),
        };
        self.place(caret, extend);
        self.goal_x = goal;
    }
}

/// The bytes of the word or paragraph at a byte.
pub(super) fn unit_at(text: &str, byte: usize, unit: Unit) -> Range<usize> {
    match unit {
        Unit::Character => byte..byte,
        Unit::Word => {
            let word = text.split_word_bound_indices().find(|(start, word)| byte < start + word.len());
            word.or_else(|| text.split_word_bound_indices().next_back())
                .map_or(0..0, |(start, word)| start..start + word.len())
        }
        Unit::Paragraph => {
            let byte = floor(text, byte);
            let start = text.get(..byte).and_then(|head| head.rfind('\n')).map_or(0, |at| at + 1);
            let end = text.get(byte..).and_then(|tail| tail.find('\n')).map_or(text.len(), |at| byte + at);
            start..end
        }
    }
}

/// The place one cluster to the left or right as it is drawn; past the end of a line, the next line in
/// reading order.
fn beside(layout: &ArticleLayout, caret: Caret, left: bool) -> Caret {
    let Some(block) = layout.blocks().get(layout.block_of(caret)) else { return caret };
    let Some(paragraph) = &block.paragraph else { return caret };
    let start = block.range.start;
    let local = Caret { byte: caret.byte.saturating_sub(start), ..caret };
    if let Some(found) = cluster_beside(paragraph, local, left) {
        return Caret { byte: found.byte + start, ..found };
    }
    let line = paragraph.line_of(local);
    let forward = left == block.direction.is_rtl();
    if forward {
        match paragraph.lines().get(line + 1) {
            Some(next) => Caret::downstream(start + next.range.start),
            None => layout
                .blocks()
                .get(layout.block_of(caret) + 1)
                .map_or(caret, |next| Caret::downstream(next.range.start)),
        }
    } else if line > 0 {
        paragraph.lines().get(line - 1).map_or(caret, |line| Caret::upstream(start + line.text_end))
    } else {
        let above = layout.block_of(caret).checked_sub(1).and_then(|above| layout.blocks().get(above));
        above.map_or(caret, |above| Caret::upstream(above.range.end))
    }
}

/// The far edge of the cluster left or right of a caret on its line.
fn cluster_beside(paragraph: &Paragraph, caret: Caret, left: bool) -> Option<Caret> {
    const SAME: f32 = 0.05;
    let place = paragraph.caret(caret);
    let on_line = paragraph.clusters().iter().filter(|cluster| {
        let far = if left { place.x - cluster.left } else { cluster.right - place.x };
        cluster.line == place.line && cluster.right - cluster.left > SAME && far > SAME
    });
    let cluster = if left {
        on_line.max_by(|a, b| a.right.total_cmp(&b.right))
    } else {
        on_line.min_by(|a, b| a.left.total_cmp(&b.left))
    }?;
    Some(if left == cluster.rtl {
        Caret { byte: cluster.range.end, affinity: Affinity::Upstream }
    } else {
        Caret { byte: cluster.range.start, affinity: Affinity::Downstream }
    })
}

fn direction_at(layout: &ArticleLayout, caret: Caret) -> Direction {
    layout.blocks().get(layout.block_of(caret)).map_or(Direction::LeftToRight, |block| block.direction)
}

/// The end of the next word.
fn word_after(text: &str, byte: usize) -> usize {
    let words = text.split_word_bound_indices().filter(|(_, word)| is_word(word));
    let mut ends = words.map(|(start, word)| start + word.len());
    ends.find(|end| *end > byte).unwrap_or(text.len())
}

/// The beginning of the word before.
fn word_before(text: &str, byte: usize) -> usize {
    let words = text.split_word_bound_indices().filter(|(_, word)| is_word(word));
    words.map(|(start, _)| start).take_while(|start| *start < byte).last().unwrap_or(0)
}

fn is_word(piece: &str) -> bool {
    piece.contains(char::is_alphanumeric)
}

fn next_grapheme(text: &str, byte: usize) -> usize {
    let tail = text.get(byte..).unwrap_or_default();
    byte + tail.graphemes(true).next().map_or(0, str::len)
}

fn previous_grapheme(text: &str, byte: usize) -> usize {
    let head = text.get(..byte).unwrap_or_default();
    byte - head.graphemes(true).next_back().map_or(0, str::len)
}

/// The nearest character boundary at or before a byte.
fn floor(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

#[cfg(test)]
mod tests;
