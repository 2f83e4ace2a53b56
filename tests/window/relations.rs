//! Claim → claimant, when, where: by keys, by dragging chips, undone and redone.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use crate::room::Room;

const CTRL: Modifiers = Modifiers::COMMAND;

/// Relations as `claimant: war → Ali`.
fn relations(room: &mut Room) -> Vec<String> {
    let layer = room.layer();
    let quote = |id| layer.spans[&id].quote.clone();
    layer.relations.values().map(|r| format!("{}: {} → {}", r.label, quote(r.from), quote(r.to))).collect()
}

#[test]
fn keys_offer_the_nearest_actor_first_and_tab_the_next() {
    let mut room = Room::open(&["[Ali]{actor} told [Omar]{actor} of [war]{claim}"]);
    let at = room.at("war");
    room.click(at);
    room.press(Key::C);
    room.press(Key::Enter);
    assert_eq!(relations(&mut room), ["claimant: war → Omar"]);
    room.press_with(CTRL, Key::Z);
    assert_eq!(relations(&mut room), [""; 0]);
    room.press(Key::C);
    room.press(Key::Tab);
    room.press(Key::Enter);
    assert_eq!(relations(&mut room), ["claimant: war → Ali"]);
    room.press_with(CTRL, Key::Z);
    room.press_with(CTRL, Key::Y);
    assert_eq!(relations(&mut room), ["claimant: war → Ali"]);
}

#[test]
fn escape_leaves_a_begun_relation() {
    let mut room = Room::open(&["[Ali]{actor} said [war]{claim}"]);
    let at = room.at("war");
    room.click(at);
    room.press(Key::C);
    room.press(Key::Escape);
    room.press(Key::Enter);
    assert_eq!(relations(&mut room), [""; 0]);
    assert_eq!(room.selected_span(), "war");
}

#[test]
fn a_click_takes_the_other_end() {
    let mut room = Room::open(&["[Ali]{actor} told [Omar]{actor} of [war]{claim} in [May]{date}"]);
    let at = room.at("war");
    room.click(at);
    room.press(Key::C);
    let at = room.at("Ali");
    room.click(at);
    room.press(Key::T);
    room.press(Key::Enter);
    assert_eq!(relations(&mut room), ["claimant: war → Ali", "when: war → May"]);
}

#[test]
fn a_chip_is_dragged_to_a_span() {
    let mut room = Room::open(&["[Ali]{actor} said the [war]{claim} ended"]);
    let at = room.at("war");
    room.click(at);
    let words = room.at("war");
    // The chip of the selected span stands above its first letter.
    let chip = words - egui::vec2(0.0, 17.0);
    let to = room.at("Ali");
    room.drag(chip, to);
    assert_eq!(relations(&mut room), ["claimant: war → Ali"]);
    assert_eq!(room.selected_span(), "war");
    room.press_with(CTRL, Key::Z);
    assert_eq!(relations(&mut room), [""; 0]);
}

#[test]
fn the_inspector_shows_and_removes_a_relation() {
    let mut room = Room::open(&["[Ali]{actor} said [war]{claim}"]);
    let at = room.at("war");
    room.click(at);
    room.press(Key::C);
    room.press(Key::Enter);
    room.harness.get_by_label("Remove Claimant Ali").click();
    room.step();
    assert_eq!(relations(&mut room), [""; 0]);
}

#[test]
fn a_removed_span_takes_its_relations_and_undo_brings_all_back() {
    let mut room = Room::open(&["[Ali]{actor} said [war]{claim}"]);
    let at = room.at("war");
    room.click(at);
    room.press(Key::C);
    room.press(Key::Enter);
    let at = room.at("Ali");
    room.click(at);
    room.press(Key::Delete);
    room.check("Ali said [war]{claim}");
    assert_eq!(relations(&mut room), [""; 0]);
    room.press_with(CTRL, Key::Z);
    assert_eq!(relations(&mut room), ["claimant: war → Ali"]);
}
