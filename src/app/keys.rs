//! From key presses to commands, by the place of a key on the keyboard: under an Arabic layout `n` arrives as ى, and
//! still means the key that Latin keyboards print `n` on.

use egui::{Context, Event, Key, Modifiers};

use super::command::{DIGITS, Reach, UiCommand};
use super::desk::{Desk, Edge, Way};

/// Takes the commands that were pressed in this frame out of the input.
///
/// `reader` says whether the reader has the keyboard; if not, only commands that work everywhere are taken.
pub(super) fn take(ctx: &Context, desk: Option<&Desk>, reader: bool) -> Vec<UiCommand> {
    let mut commands = Vec::new();
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            // A letter that is a command must not also be typed into the field that the command leads to.
            if reader && matches!(event, Event::Text(_)) {
                return false;
            }
            let command = match event {
                Event::Key { key, physical_key, pressed: true, modifiers, .. } => {
                    command_of(placed(*key, *physical_key), *modifiers, desk, reader)
                }
                Event::Copy if reader => Some(UiCommand::Copy),
                Event::Paste(_) if reader => None,
                _ => None,
            };
            commands.extend(command);
            command.is_none()
        });
    });
    commands
}

/// Letters, digits and signs count by their place; named keys by what they are called.
fn placed(key: Key, physical: Option<Key>) -> Key {
    match physical {
        Some(physical) if physical.name().chars().count() == 1 || is_sign(physical) => physical,
        _ => key,
    }
}

fn is_sign(key: Key) -> bool {
    matches!(key, Key::Slash | Key::Minus | Key::Equals | Key::Plus)
}

fn command_of(key: Key, modifiers: Modifiers, desk: Option<&Desk>, reader: bool) -> Option<UiCommand> {
    let settling = reader && desk.is_some_and(|desk| desk.settling.is_some());
    let fits = |command: &&UiCommand| {
        let about = command.about();
        let reaches = match about.reach {
            Reach::Everywhere => true,
            Reach::Reader => reader,
            Reach::Settling => settling,
        };
        reaches && about.keys.iter().any(|shortcut| shortcut.fits(key, modifiers))
    };
    if let Some(command) = UiCommand::ALL.iter().find(fits) {
        return Some(*command);
    }
    let desk = desk.filter(|_| reader)?;
    if modifiers.is_none() {
        if let Some(digit) = DIGITS.iter().position(|digit| *digit == key) {
            let command = if settling { UiCommand::SettleTake } else { UiCommand::ApplyLabel };
            return u8::try_from(digit + 1).ok().map(command);
        }
        return slot_of(key, desk);
    }
    edge_of(key, modifiers, desk)
}

/// The letter of a slot of the selected span.
fn slot_of(key: Key, desk: &Desk) -> Option<UiCommand> {
    let letter = key.name().chars().next().filter(|_| key.name().chars().count() == 1)?.to_ascii_lowercase();
    let nth = desk.slots().iter().position(|slot| slot.key == Some(letter))?;
    u8::try_from(nth).ok().map(UiCommand::Link)
}

/// Shift + arrow and Alt + arrow move the edges of the selected span; arrows mean what they point at.
fn edge_of(key: Key, modifiers: Modifiers, desk: &Desk) -> Option<UiCommand> {
    desk.span?;
    let way = arrow_way(key, desk.is_rtl())?;
    let edge = match (modifiers.shift, modifiers.alt, modifiers.command || modifiers.ctrl) {
        (true, false, false) => Edge::End,
        (false, true, false) => Edge::Start,
        _ => return None,
    };
    Some(match (edge, way) {
        (Edge::End, Way::Forward) => UiCommand::EndForward,
        (Edge::End, Way::Backward) => UiCommand::EndBackward,
        (Edge::Start, Way::Forward) => UiCommand::StartForward,
        (Edge::Start, Way::Backward) => UiCommand::StartBackward,
    })
}

/// In right-to-left text the left arrow leads on.
pub(super) fn arrow_way(key: Key, rtl: bool) -> Option<Way> {
    match (key, rtl) {
        (Key::ArrowLeft, true) | (Key::ArrowRight, false) => Some(Way::Forward),
        (Key::ArrowRight, true) | (Key::ArrowLeft, false) => Some(Way::Backward),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_count_by_their_place() {
        // On an Arabic layout the key of `n` gives no named key of its own: egui falls back to the physical one.
        assert_eq!(placed(Key::N, Some(Key::N)), Key::N);
        // On a layout with letters moved, the place decides.
        assert_eq!(placed(Key::K, Some(Key::T)), Key::T);
        assert_eq!(placed(Key::Delete, Some(Key::Delete)), Key::Delete);
        assert_eq!(command_of(Key::Z, Modifiers::COMMAND, None, true), Some(UiCommand::Undo));
        assert_eq!(command_of(Key::Z, Modifiers::COMMAND, None, false), None, "fields have their own undo");
        assert_eq!(command_of(Key::K, Modifiers::COMMAND, None, false), Some(UiCommand::Palette));
    }
}
