//! What happens to a field: keys, text, input methods, clipboard, pointer, assistive technologies.

use std::borrow::Cow;

use egui::accesskit::{Action, ActionData};
use egui::{Event, EventFilter, Id, ImeEvent, Key, Modifiers, Pos2, Rect, Response, Ui};

use super::{Memory, Outcome, TextField};
use crate::app::widgets::Text;
use crate::app::widgets::editor::{Editor, Motion, Reach, Setting, Unit, unit_at};
use crate::layout::Caret;

/// Presses within this time are a double or triple click, seconds.
const CLICK_TIME: f64 = 0.3;

/// Presses within this distance are a double or triple click, points.
const CLICK_DISTANCE: f32 = 6.0;

impl TextField<'_> {
    pub(super) fn set_value_by_assistant(
        &mut self,
        ui: &Ui,
        id: Id,
        memory: &mut Memory,
        outcome: &mut Outcome,
    ) {
        let request = |action: Action| {
            ui.input(|input| {
                let requests = input.accesskit_action_requests(id, action);
                requests
                    .filter_map(|request| match &request.data {
                        Some(ActionData::Value(value)) => Some(value.to_string()),
                        _ => None,
                    })
                    .last()
            })
        };
        if !ui.is_enabled() {
            return;
        }
        if let Some(value) = request(Action::SetValue) {
            let value = self.allowed(&value).into_owned();
            memory.editor.set_text(self.text, &value);
            outcome.changed = true;
        }
        if let Some(value) = request(Action::ReplaceSelectedText) {
            let value = self.allowed(&value).into_owned();
            memory.editor.insert(self.text, &value);
            outcome.changed = true;
        }
    }

    /// Text from outside as this field can hold it.
    fn allowed<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let text: Cow<'t, str> =
            if text.contains('\r') { text.replace("\r\n", "\n").into() } else { text.into() };
        if self.rows == 0 && text.contains(['\n', '\r']) {
            return text.replace(['\n', '\r'], " ").into();
        }
        text
    }

    pub(super) fn take_events(
        &mut self,
        ui: &Ui,
        id: Id,
        memory: &mut Memory,
        setting: Setting,
        text: &Text,
        outcome: &mut Outcome,
    ) {
        let filter =
            EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: false };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        for event in ui.input(|input| input.filtered_events(&filter)) {
            let before = (memory.editor.caret(), memory.editor.selection());
            let changed = self.take_event(ui, &event, &mut memory.editor, outcome);
            outcome.changed |= changed;
            outcome.moved |= before != (memory.editor.caret(), memory.editor.selection());
            if changed || memory.editor.layout().is_none() {
                // The next event of this pass may be a move, which needs the new lines.
                text.with_shaper(|shaper| {
                    memory.editor.lay_out(shaper, self.text, setting);
                });
            }
        }
    }

    /// Whether the text changed.
    fn take_event(&mut self, ui: &Ui, event: &Event, editor: &mut Editor, outcome: &mut Outcome) -> bool {
        match event {
            Event::Copy | Event::Cut => {
                let Some(selected) = self.text.get(editor.selection()).filter(|text| !text.is_empty()) else {
                    return false;
                };
                ui.copy_text(selected.to_owned());
                if *event == Event::Cut {
                    editor.insert(self.text, "");
                }
                *event == Event::Cut
            }
            Event::Paste(new) => {
                let new = self.allowed(new).into_owned();
                editor.insert(self.text, &new);
                true
            }
            Event::Text(new) => {
                // Enter comes as a key.
                let typed = !new.is_empty() && !new.chars().all(|c| c.is_control());
                if typed {
                    editor.insert(self.text, new);
                }
                typed
            }
            Event::Ime(event) => self.take_ime(event, editor),
            Event::Key { key, pressed: true, modifiers, .. } if !editor.is_composing() => {
                self.take_key(ui, *key, *modifiers, editor, outcome)
            }
            _ => false,
        }
    }

    fn take_ime(&mut self, event: &ImeEvent, editor: &mut Editor) -> bool {
        match event {
            ImeEvent::Preedit { text, active_range_chars } => {
                let caret = active_range_chars.as_ref().map(|range| byte_of(text, range.end));
                let before = self.text.len();
                editor.compose(self.text, text, caret);
                self.text.len() != before
            }
            ImeEvent::Commit(text) => {
                let was_composing = editor.is_composing();
                let text = self.allowed(text).into_owned();
                // Some systems send an empty commit or a line feed without a composition.
                if text.trim_matches(['\n', '\r']).is_empty() && !was_composing {
                    return false;
                }
                editor.commit(self.text, &text);
                !text.is_empty()
            }
            ImeEvent::DeleteSurrounding { before_chars, after_chars } => {
                editor.delete_around(self.text, *before_chars, *after_chars);
                true
            }
            #[expect(deprecated, reason = "the match has to be exhaustive")]
            ImeEvent::Enabled | ImeEvent::Disabled => false,
        }
    }

    /// Whether the text changed.
    fn take_key(
        &mut self,
        ui: &Ui,
        key: Key,
        modifiers: Modifiers,
        editor: &mut Editor,
        outcome: &mut Outcome,
    ) -> bool {
        let by_word = if ui.os().is_mac() { modifiers.alt } else { modifiers.ctrl || modifiers.command };
        let reach = if by_word { Reach::Word } else { Reach::Character };
        if let Some(motion) = motion(key, by_word, modifiers.mac_cmd) {
            editor.go(self.text, motion, modifiers.shift);
            return false;
        }
        let before = self.text.len();
        match key {
            Key::Backspace => editor.delete_before(self.text, reach),
            Key::Delete => editor.delete_after(self.text, reach),
            Key::Enter if self.rows > 0 && !modifiers.command => {
                editor.insert(self.text, "\n");
                return true;
            }
            Key::Enter => {
                outcome.submitted = true;
                return false;
            }
            Key::A if modifiers.command => editor.select(0..self.text.len()),
            Key::Z if modifiers.command && !modifiers.shift => return editor.undo(self.text),
            Key::Z | Key::Y if modifiers.command => return editor.redo(self.text),
            _ => return false,
        }
        self.text.len() != before
    }

    #[expect(clippy::too_many_arguments, reason = "one pass of a field, cut where the pointer comes in")]
    pub(super) fn take_pointer(
        &mut self,
        ui: &Ui,
        response: &Response,
        memory: &mut Memory,
        inner: Rect,
        setting: Setting,
        text: &Text,
        outcome: &mut Outcome,
    ) {
        let Some(pointer) = response.interact_pointer_pos().or_else(|| response.hover_pos()) else { return };
        let Some(layout) = memory.editor.layout() else { return };
        let at = (pointer - inner.min) * setting.scale;
        // A field without text under the pointer is hit in its nearest line.
        let y = at.y.clamp(0.0, (layout.height() - 1.0).max(0.0));
        let hit = layout.hit(at.x + memory.scroll, y);
        let caret = clamp(hit.caret, self.text);
        if let Some(pasted) = middle_paste(ui, response) {
            let pasted = self.allowed(&pasted).into_owned();
            memory.editor.place(caret, false);
            memory.editor.insert(self.text, &pasted);
            text.with_shaper(|shaper| {
                memory.editor.lay_out(shaper, self.text, setting);
            });
            response.request_focus();
            outcome.changed = true;
            return;
        }
        let pressed =
            response.is_pointer_button_down_on() && ui.input(|input| input.pointer.primary_pressed());
        if pressed && !memory.editor.is_composing() {
            response.request_focus();
            outcome.moved = true;
            let unit = press(memory, ui.input(|input| input.time), pointer);
            if ui.input(|input| input.modifiers.shift) {
                memory.editor.place(caret, true);
                memory.drag = Some((caret.byte..caret.byte, Unit::Character));
            } else if unit == Unit::Character {
                memory.editor.place(caret, false);
                memory.drag = Some((caret.byte..caret.byte, unit));
            } else {
                let range = unit_at(self.text, hit.cluster.start.min(self.text.len()), unit);
                memory.editor.select(range.clone());
                memory.drag = Some((range, unit));
            }
        } else if response.dragged() || response.is_pointer_button_down_on() {
            match memory.drag.clone() {
                Some((_, Unit::Character)) if caret != memory.editor.caret() => {
                    memory.editor.place(caret, true);
                    outcome.moved = true;
                }
                Some((range, unit)) if unit != Unit::Character => {
                    memory.editor.extend_by(self.text, range, hit.cluster.start, unit);
                    outcome.moved = true;
                }
                _ => {}
            }
        } else {
            memory.drag = None;
        }
    }
}

/// Counts presses: the first picks a place, the second a word, the third a paragraph.
fn press(memory: &mut Memory, now: f64, pointer: Pos2) -> Unit {
    let again = now - memory.pressed_at < CLICK_TIME && pointer.distance(memory.pressed_on) < CLICK_DISTANCE;
    memory.presses = if again { memory.presses + 1 } else { 1 };
    (memory.pressed_at, memory.pressed_on) = (now, pointer);
    match memory.presses {
        1 => Unit::Character,
        2 => Unit::Word,
        _ => Unit::Paragraph,
    }
}

fn middle_paste(ui: &Ui, response: &Response) -> Option<String> {
    if !response.contains_pointer() || !ui.is_enabled() {
        return None;
    }
    ui.input(|input| {
        input.events.iter().find_map(|event| match event {
            Event::MiddleClickPaste { text, .. } => Some(text.clone()),
            _ => None,
        })
    })
}

fn motion(key: Key, by_word: bool, command: bool) -> Option<Motion> {
    Some(match key {
        Key::ArrowLeft if command => Motion::LineStart,
        Key::ArrowRight if command => Motion::LineEnd,
        Key::ArrowLeft if by_word => Motion::WordLeft,
        Key::ArrowRight if by_word => Motion::WordRight,
        Key::ArrowLeft => Motion::Left,
        Key::ArrowRight => Motion::Right,
        Key::ArrowUp if command => Motion::TextStart,
        Key::ArrowDown if command => Motion::TextEnd,
        Key::ArrowUp => Motion::Up,
        Key::ArrowDown => Motion::Down,
        Key::Home if by_word => Motion::TextStart,
        Key::End if by_word => Motion::TextEnd,
        Key::Home => Motion::LineStart,
        Key::End => Motion::LineEnd,
        _ => return None,
    })
}

/// A place in what is shown, within the text it may be longer than.
fn clamp(caret: Caret, text: &str) -> Caret {
    Caret { byte: caret.byte.min(text.len()), ..caret }
}

fn byte_of(text: &str, character: usize) -> usize {
    text.char_indices().nth(character).map_or(text.len(), |(byte, _)| byte)
}
