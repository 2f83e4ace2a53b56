//! The keyboard on the page: moving the caret and selecting with it. Everything else is a command.

use egui::{Event, EventFilter, Key, Modifiers, Ui};

use super::Reader;
use super::page::Place;
use crate::app::desk::{Desk, Way, Words};
use crate::app::keys::arrow_way;
use crate::language::{graphemes, text_range, words};
use crate::layout::{Affinity, Caret};

impl Reader {
    /// Caret keys of this frame, while the reader has the keyboard.
    pub(super) fn keyboard(&mut self, ui: &mut Ui, desk: &mut Desk, _place: &Place) {
        if !ui.memory(|memory| memory.has_focus(Self::id())) {
            return;
        }
        let filter = EventFilter { tab: true, horizontal_arrows: true, vertical_arrows: true, escape: true };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(Self::id(), filter));
        let pressed: Vec<(Key, Modifiers)> = ui.input_mut(|input| {
            let mut keys = Vec::new();
            input.events.retain(|event| match event {
                Event::Key { key, pressed: true, modifiers, .. } if is_caret_key(*key) => {
                    keys.push((*key, *modifiers));
                    false
                }
                _ => true,
            });
            keys
        });
        for (key, modifiers) in pressed {
            self.move_caret(desk, key, modifiers);
        }
    }

    fn move_caret(&mut self, desk: &mut Desk, key: Key, modifiers: Modifiers) {
        let (Some((_, page)), Some(article)) = (&self.page, desk.article()) else { return };
        let text = article.text();
        let from_span = || desk.selected().filter(|span| !span.lost).map(|span| Words::of(span.cover()));
        let now = desk.words.or_else(from_span).unwrap_or(Words::caret(0.into()));
        let extend = modifiers.shift;
        let by_word = modifiers.alt || (modifiers.shift && (modifiers.command || modifiers.ctrl));
        let here = Caret { byte: now.head.into(), affinity: self.affinity };
        let layout = &page.layout;
        let mut goal = None;
        let to = match key {
            Key::ArrowLeft | Key::ArrowRight => {
                let Some(way) = arrow_way(key, desk.is_rtl()) else { return };
                Caret::downstream(sideways(text, now, way, by_word, extend))
            }
            Key::ArrowUp | Key::ArrowDown => {
                let x = self.goal_x.unwrap_or_else(|| layout.caret(here).x);
                goal = Some(x);
                let moved = if key == Key::ArrowUp { layout.up(here, x) } else { layout.down(here, x) };
                moved.unwrap_or(here)
            }
            Key::Home if modifiers.command => Caret::downstream(0),
            Key::End if modifiers.command => Caret::upstream(text.len()),
            Key::Home => layout.home(here),
            Key::End => layout.end(here),
            _ => return,
        };
        self.goal_x = goal;
        self.affinity = to.affinity;
        let head = text_range(to.byte..to.byte).start();
        desk.words = Some(now.moved(head, extend));
        desk.span = None;
        desk.reveal = Some(head);
    }
}

/// Left and right move in reading order; without Shift a selection collapses to the edge that the arrow points at.
fn sideways(text: &str, now: Words, way: Way, by_word: bool, extend: bool) -> usize {
    let head = usize::from(now.head);
    if !extend && !now.is_caret() {
        let range = now.range();
        return usize::from(if way == Way::Forward { range.end() } else { range.start() });
    }
    match (way, by_word) {
        (Way::Forward, false) => graphemes::next(text, head),
        (Way::Backward, false) => graphemes::previous(text, head),
        (Way::Forward, true) => words::next_end(text, head),
        (Way::Backward, true) => words::previous_start(text, head),
    }
}

fn is_caret_key(key: Key) -> bool {
    matches!(key, Key::ArrowLeft | Key::ArrowRight | Key::ArrowUp | Key::ArrowDown | Key::Home | Key::End)
}

/// The side of a line break a caret starts on.
impl Reader {
    /// The caret as the layout knows it.
    pub(super) fn caret(&self, words: Words) -> Caret {
        Caret {
            byte: words.head.into(),
            affinity: if words.is_caret() { self.affinity } else { Affinity::Downstream },
        }
    }
}
