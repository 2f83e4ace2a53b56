//! The parts around the page: list, inspector, palette, sheet of keys, what the window says.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hashiya::model::Status;

use crate::room::Room;

const CTRL: Modifiers = Modifiers::COMMAND;

fn relations(room: &mut Room) -> Vec<String> {
    let layer = room.layer();
    let quote = |id| layer.spans[&id].quote.clone();
    layer.relations.values().map(|r| format!("{}: {} → {}", r.label, quote(r.from), quote(r.to))).collect()
}

fn attribute(room: &mut Room, id: &str) -> String {
    room.desk().selected().and_then(|span| span.attributes.get(id).cloned()).unwrap_or_default()
}

fn click(room: &mut Room, name: &str) {
    room.harness.get_by_label(name).click();
    room.step();
}

fn type_text(room: &mut Room, text: &str) {
    room.harness.event(egui::Event::Text(text.to_owned()));
    room.step();
}

#[test]
fn a_chip_is_dropped_on_a_slot() {
    let mut room = Room::open(&["[Ali]{actor} told [Omar]{actor} of [war]{claim}"]);
    let at = room.at("war");
    room.click(at);
    // The chip of a span shows while the pointer is on it.
    let ali = room.at("Ali");
    room.harness.hover_at(ali);
    room.harness.run_steps(3);
    let chip = ali - egui::vec2(0.0, 17.0);
    let slot = room.harness.get_by_label("Link Addressee").rect().center();
    room.drag(chip, slot);
    assert_eq!(relations(&mut room), ["addressee: war → Ali"]);
    assert_eq!(room.selected_span(), "war", "the claim stays selected");
}

#[test]
fn a_slot_is_filled_by_a_click_and_emptied_by_its_cross() {
    let mut room = Room::open(&["[Ali]{actor} said [war]{claim} in [May]{date}"]);
    let at = room.at("war");
    room.click(at);
    click(&mut room, "Link When");
    room.press(Key::Enter);
    assert_eq!(relations(&mut room), ["when: war → May"]);
    click(&mut room, "When: May");
    assert_eq!(room.selected_span(), "May", "a linked span is a way to it");
    click(&mut room, "Remove When of war");
    assert_eq!(relations(&mut room), [""; 0]);
}

#[test]
fn a_choice_is_made_and_taken_back_by_the_same_button() {
    let mut room = Room::open(&["said [war]{claim}"]);
    room.press(Key::Tab);
    click(&mut room, "Stance: denies");
    assert_eq!(attribute(&mut room, "stance"), "denies");
    click(&mut room, "Stance: asserts");
    assert_eq!(attribute(&mut room, "stance"), "asserts");
    click(&mut room, "Stance: asserts");
    assert_eq!(attribute(&mut room, "stance"), "");
    room.press_with(CTRL, Key::Z);
    assert_eq!(attribute(&mut room, "stance"), "asserts");
}

#[test]
fn a_date_is_one_edit_a_visit_and_a_wrong_one_is_said() {
    let mut room = Room::open(&["in [May]{date} and [June]{date}"]);
    room.press(Key::Tab);
    room.harness.get_by_label("Value").focus();
    room.step();
    type_text(&mut room, "May");
    room.harness.get_by_label_contains("is not an ISO 8601");
    for _ in 0..3 {
        room.press(Key::Backspace);
    }
    type_text(&mut room, "٢٠٢٦-٠٥");
    assert!(room.harness.query_by_label_contains("is not an ISO 8601").is_none());
    assert_eq!(attribute(&mut room, "value"), "", "nothing is written while somebody types");
    room.press(Key::Enter);
    assert_eq!(attribute(&mut room, "value"), "2026-05");
    room.press_with(CTRL, Key::Z);
    assert_eq!(attribute(&mut room, "value"), "");
}

#[test]
fn a_note_stays_with_its_span_when_another_is_clicked() {
    let mut room = Room::open(&["[Ali]{actor} told [Omar]{actor}"]);
    room.press(Key::Tab);
    room.press(Key::N);
    room.step();
    type_text(&mut room, "speaks");
    let at = room.at("Omar");
    room.click(at);
    let notes: Vec<String> = room.layer().in_reading_order().iter().map(|span| span.note.clone()).collect();
    assert_eq!(notes, ["speaks", ""]);
}

#[test]
fn a_note_is_not_lost_when_the_article_changes_under_it() {
    let mut room = Room::open(&["[Ali]{actor} spoke", "two"]);
    room.press(Key::Tab);
    room.press(Key::N);
    room.step();
    type_text(&mut room, "speaks");
    room.press_with(CTRL, Key::Enter);
    assert_eq!(room.desk().open.as_ref().unwrap().as_str(), "a", "the first one ends the note");
    room.press_with(CTRL, Key::Enter);
    assert_eq!(room.desk().open.as_ref().unwrap().as_str(), "b");
    room.press_with(CTRL, Key::ArrowLeft);
    assert_eq!(room.layer().spans.values().next().unwrap().note, "speaks");
}

#[test]
fn an_entity_is_made_from_the_words_and_found_again() {
    let mut room = Room::open(&["[العراق]{actor} ثم [العِراق]{actor}"]);
    room.press(Key::Tab);
    room.harness.get_by_label("Entity").focus();
    room.step();
    room.press(Key::Enter);
    let first = attribute(&mut room, "entity");
    assert_eq!(first, "العراق");
    assert_eq!(room.desk().session.project().entities.len(), 1);
    room.press(Key::Tab);
    room.harness.get_by_label("Entity").focus();
    room.step();
    room.press(Key::Enter);
    assert_eq!(attribute(&mut room, "entity"), first, "the same entity is offered first");
    assert_eq!(room.desk().session.project().entities.len(), 1);
    room.press_with(CTRL, Key::Z);
    room.press_with(CTRL, Key::Z);
    assert!(room.desk().session.project().entities.is_empty(), "making and linking are one step");
}

#[test]
fn the_list_is_one_stop_of_the_keyboard() {
    let mut room = Room::open(&["one", "two", "three"]);
    room.press(Key::F6);
    room.press(Key::ArrowDown);
    room.press(Key::ArrowDown);
    assert_eq!(room.desk().open.as_ref().unwrap().as_str(), "a", "moving does not open");
    room.press(Key::Enter);
    assert_eq!(room.desk().open.as_ref().unwrap().as_str(), "c");
    room.press(Key::Tab);
    assert!(room.harness.query_all_by_role(Role::Document).next().is_some());
}

#[test]
fn articles_are_shown_by_status() {
    let mut room = Room::open(&["one", "two", "three"]);
    click(&mut room, "Mark as done");
    assert_eq!(room.layer().status, Status::Done);
    click(&mut room, "Done: 1 article");
    assert_eq!(room.desk().row_count(), 1);
    click(&mut room, "All: 3 articles");
    assert_eq!(room.desk().row_count(), 3);
    click(&mut room, "Reopen the article");
    assert_eq!(room.layer().status, Status::InProgress);
}

#[test]
fn a_span_is_selected_in_the_list() {
    let mut room = Room::open(&["[Ali]{actor} told [Omar]{actor} of [war]{claim}"]);
    click(&mut room, "Omar, Actor");
    assert_eq!(room.selected_span(), "Omar");
    click(&mut room, "Claim: 1 span");
    assert!(room.harness.query_by_label("Omar, Actor").is_none(), "only claims are listed");
}

#[test]
fn the_palette_does_what_it_finds() {
    let mut room = Room::open(&["العراق يعلن\nنص", "NATO meets\ntext"]);
    room.press_with(CTRL, Key::K);
    type_text(&mut room, "nato");
    room.press(Key::Enter);
    assert_eq!(room.desk().open.as_ref().unwrap().as_str(), "b");
    room.drag_over("text");
    room.press_with(CTRL, Key::K);
    type_text(&mut room, "label loc");
    room.press(Key::Enter);
    room.check("NATO meets\n[text]{location}");
    room.press_with(CTRL, Key::K);
    type_text(&mut room, "undo");
    room.press(Key::Enter);
    room.check("NATO meets\ntext");
}

#[test]
fn escape_and_clicks_beside_it_close_what_lies_over_the_window() {
    let mut room = Room::open(&["one"]);
    for (key, sign) in [(Key::K, "Find a command or an article"), (Key::Slash, "Close")] {
        room.press_with(CTRL, key);
        room.step();
        assert!(room.harness.query_by_label(sign).is_some(), "{sign}");
        room.press(Key::Escape);
        assert!(room.harness.query_by_label(sign).is_none(), "{sign}");
    }
    room.press_with(CTRL, Key::K);
    room.step();
    room.click(egui::pos2(20.0, 880.0));
    assert!(room.harness.query_by_label("Find a command or an article").is_none());
}

#[test]
fn an_error_stays_until_it_is_dismissed() {
    let mut room = Room::open(&["one"]);
    room.harness.state_mut().notices.error("The disk is full");
    room.harness.run_steps(900);
    let notice = room.harness.get_by_label("The disk is full");
    assert_eq!(notice.accesskit_node().role(), Role::Alert);
    click(&mut room, "Dismiss");
    assert!(room.harness.query_by_label("The disk is full").is_none());
}

#[test]
fn lost_spans_are_listed_apart() {
    let mut room = Room::open(&["[Ali]{actor} told [Omar]{actor}"]);
    let layer = room.desk().layer_key().unwrap();
    let old = room.layer().spans.values().next().unwrap().clone();
    let mut new = old.clone();
    (new.lost, new.quote) = (true, "علي".to_owned());
    let edit = hashiya::model::Edit::ChangeSpan { layer, old: Box::new(old), new: Box::new(new) };
    room.desk().session.apply(edit).unwrap();
    room.step();
    room.harness.get_by_label_contains("1 span lost");
    click(&mut room, "علي, Actor");
    room.harness.get_by_label_contains("no longer stand in the text");
}

#[test]
fn e_leads_to_the_value_and_f6_around_the_window() {
    let mut room = Room::open(&["[Ali]{actor} spoke", "two"]);
    room.press(Key::Tab);
    room.press(Key::E);
    room.step();
    assert!(room.harness.get_by_label("Entity").is_focused());
    room.press(Key::Escape);
    assert_eq!(room.selected_span(), "Ali", "Escape leaves the field and nothing else");
    room.press(Key::F6);
    let rows = room.harness.query_all_by_role(Role::ListBoxOption);
    assert_eq!(rows.filter(|row| row.is_focused()).count(), 1, "the row of the open article");
    room.press(Key::F6);
    assert!(room.harness.get_by_label("Entity").is_focused(), "the first control of the inspector");
    room.press(Key::F6);
    room.press(Key::Tab);
    assert_eq!(room.selected_span(), "Ali", "the reader has the keys again");
}

#[test]
fn a_window_at_rest_draws_nothing() {
    let mut room = Room::open(&["[Ali]{actor} told [Omar]{actor} of [war]{claim}"]);
    let at = room.at("war");
    room.click(at);
    room.desk().session.sync().unwrap();
    room.harness.run_steps(60);
    // Fails where frame after frame asks for one more.
    room.harness.run();
}

#[test]
fn a_narrow_window_gives_the_inspector_the_place_of_the_list() {
    let size = egui::vec2(720.0, 600.0);
    let mut room =
        Room::open_with(&["[Ali]{actor} spoke"], crate::room::settings(), |builder| builder.with_size(size));
    assert!(room.harness.query_by_label("Filter articles").is_some());
    room.press(Key::Tab);
    click(&mut room, "Inspector");
    assert!(room.harness.query_by_label("Note").is_some());
    assert!(room.harness.query_by_label("Filter articles").is_none());
    click(&mut room, "Article list");
    assert!(room.harness.query_by_label("Filter articles").is_some());
    assert!(room.harness.query_by_label("Note").is_none());
}
