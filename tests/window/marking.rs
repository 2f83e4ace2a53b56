//! Select, label, nest, cycle, move edges, delete, note; undo and redo of each.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use crate::room::Room;

const SHIFT: Modifiers = Modifiers::SHIFT;
const ALT: Modifiers = Modifiers::ALT;
const CTRL: Modifiers = Modifiers::COMMAND;

#[test]
fn drag_over_words_and_press_a_digit() {
    let mut room = Room::open(&["قال وزير الدفاع العراقي أمس"]);
    // From the middle of a word to the middle of another: whole words are taken.
    let (from, to) = (room.edge("وزير", 0.5, 1), room.edge("الدفاع", 0.5, 3));
    room.drag(from, to);
    assert_eq!(room.selected_words(), "وزير الدفاع");
    room.press(Key::Num1);
    room.check("قال [وزير الدفاع]{actor} العراقي أمس");
    assert_eq!(room.on_disk("a"), "قال [وزير الدفاع]{actor} العراقي أمس");
}

#[test]
fn a_drag_backwards_selects_the_same() {
    let mut room = Room::open(&["قال وزير الدفاع العراقي"]);
    let (from, to) = (room.at_end("الدفاع"), room.at("وزير"));
    room.drag(from, to);
    assert_eq!(room.selected_words(), "وزير الدفاع");
}

#[test]
fn a_drag_across_paragraphs_selects_both() {
    let mut room = Room::open(&["one two\nthree four five"]);
    let (from, to) = (room.at("two"), room.at("three"));
    room.drag(from, to);
    assert_eq!(room.selected_words(), "two\nthree");
}

#[test]
fn double_click_takes_a_word_and_triple_click_a_paragraph() {
    let mut room = Room::open(&["قال وزير الدفاع\nthree four"]);
    let at = room.at("وزير");
    room.clicks(at, 2);
    assert_eq!(room.selected_words(), "وزير");
    room.clicks(at, 3);
    assert_eq!(room.selected_words(), "قال وزير الدفاع");
}

#[test]
fn alt_drag_cuts_an_attached_particle_off() {
    let mut room = Room::open(&["بين بغداد وواشنطن في 2024"]);
    let (from, to) = (room.edge("وواشنطن", 0.2, 1), room.edge("وواشنطن", 0.9, 6));
    room.drag_with(from, to, ALT);
    assert_eq!(room.selected_words(), "واشنطن");
    room.press(Key::Num2);
    room.check("بين بغداد و[واشنطن]{location} في 2024");
}

#[test]
fn shift_click_and_shift_arrows_extend() {
    let mut room = Room::open(&["one two three"]);
    let at = room.edge("one", 0.1, 0);
    room.click(at);
    let at = room.edge("two", 0.9, 2);
    room.click_with(at, SHIFT);
    assert_eq!(room.selected_words(), "one two");
    room.press_with(SHIFT, Key::ArrowLeft);
    assert_eq!(room.selected_words(), "one tw");
    room.press_with(CTRL.plus(SHIFT), Key::ArrowRight);
    assert_eq!(room.selected_words(), "one two");
}

#[test]
fn the_keyboard_alone_marks_a_word() {
    let mut room = Room::open(&["قال وزير الدفاع"]);
    // In right-to-left text the left arrow leads on.
    room.press(Key::ArrowLeft);
    for _ in 0..3 {
        room.press(Key::ArrowLeft);
    }
    for _ in 0..4 {
        room.press_with(SHIFT, Key::ArrowLeft);
    }
    assert_eq!(room.selected_words(), "وزير");
    room.press(Key::Num1);
    room.check("قال [وزير]{actor} الدفاع");
}

#[test]
fn enter_takes_the_word_at_the_caret_or_the_span_there() {
    let mut room = Room::open(&["[Ali]{actor} said no"]);
    room.press(Key::ArrowRight);
    room.press(Key::Enter);
    assert_eq!(room.selected_span(), "Ali");
    room.press(Key::Escape);
    let at = room.edge("said", 0.4, 1);
    room.click(at);
    room.press(Key::Enter);
    assert_eq!(room.selected_words(), "said");
}

#[test]
fn a_label_first_then_words() {
    let mut room = Room::open(&["one two three"]);
    room.press(Key::Num3);
    room.drag_over("two");
    room.check("one [two]{date} three");
    room.drag_over("three");
    room.check("one [two]{date} [three]{date}");
    room.press(Key::Escape);
    room.press(Key::Escape);
    room.drag_over("one");
    room.check("one [two]{date} [three]{date}");
}

#[test]
fn white_space_at_the_edges_is_trimmed() {
    let mut room = Room::open(&["one two three"]);
    let (from, to) = (room.edge("one", 0.99, 2), room.edge("three", 0.01, 0));
    room.drag_with(from, to, ALT);
    assert_eq!(room.selected_words(), " two ");
    room.press(Key::Num1);
    room.check("one [two]{actor} three");
}

#[test]
fn a_digit_changes_the_label_of_the_selected_span() {
    let mut room = Room::open(&["[Baghdad]{location} said"]);
    let at = room.at("Baghdad");
    room.click(at);
    room.press(Key::Num1);
    room.check("[Baghdad]{actor} said");
    room.press_with(CTRL, Key::Z);
    room.check("[Baghdad]{location} said");
    room.press_with(CTRL, Key::Y);
    room.check("[Baghdad]{actor} said");
    assert_eq!(room.on_disk("a"), "[Baghdad]{actor} said");
}

#[test]
fn the_shortest_span_wins_and_clicking_again_cycles() {
    let mut room = Room::open(&["[the [army of [Iraq]{location}]{actor} won]{claim}"]);
    let at = room.at("Iraq");
    for expected in ["Iraq", "army of Iraq", "the army of Iraq won", "Iraq"] {
        room.click(at);
        assert_eq!(room.selected_span(), expected);
    }
    for expected in ["the army of Iraq won", "army of Iraq", "Iraq"] {
        room.press(Key::O);
        assert_eq!(room.selected_span(), expected, "O cycles as well");
    }
}

#[test]
fn nested_and_crossing_spans_are_made_and_all_reachable() {
    let mut room = Room::open(&["one two three four"]);
    for (words, key) in [("one two three", Key::Num4), ("two", Key::Num1), ("two three four", Key::Num2)] {
        room.press(Key::Escape);
        room.drag_over(words);
        room.press(key);
    }
    let layer = room.layer();
    let quotes: Vec<_> = layer.in_reading_order().iter().map(|span| span.quote.clone()).collect();
    assert_eq!(quotes, ["one two three", "two three four", "two"]);
    let names = ["Claim: one two three", "Location: two three four", "Actor: two"];
    for name in names {
        room.harness.get_by_label(name);
    }
    room.press(Key::Escape);
    let mut seen = Vec::new();
    for _ in 0..3 {
        room.press(Key::Tab);
        seen.push(room.selected_span());
    }
    assert_eq!(seen, quotes);
    room.press_with(SHIFT, Key::Tab);
    assert_eq!(room.selected_span(), "two three four");
}

#[test]
fn an_edge_moves_by_its_handle() {
    let mut room = Room::open(&["one [two]{actor} three"]);
    let at = room.at("two");
    room.click(at);
    let (from, to) = (room.edge("two", 1.0, 2), room.edge("three", 1.0, 4));
    room.drag(from + egui::vec2(1.0, 0.0), to);
    room.check("one [two three]{actor}");
    let (from, to) = (room.edge("two", 0.0, 0), room.edge("two", 0.1, 1));
    room.drag(from, to);
    room.check("one t[wo three]{actor}");
    room.press_with(CTRL, Key::Z);
    room.press_with(CTRL, Key::Z);
    room.check("one [two]{actor} three");
    room.press_with(CTRL.plus(SHIFT), Key::Z);
    room.check("one [two three]{actor}");
}

#[test]
fn edges_move_by_keys_as_the_arrows_point() {
    let mut room = Room::open(&["بين و[واشنطن]{location} في"]);
    room.press(Key::Tab);
    room.press_with(ALT, Key::ArrowRight);
    room.check("بين [وواشنطن]{location} في");
    room.press_with(ALT, Key::ArrowLeft);
    room.check("بين و[واشنطن]{location} في");
    room.press_with(SHIFT, Key::ArrowRight);
    room.check("بين و[واشنط]{location}ن في");
    room.press_with(SHIFT, Key::ArrowLeft);
    room.check("بين و[واشنطن]{location} في");
    for _ in 0..4 {
        room.press_with(CTRL, Key::Z);
    }
    room.check("بين و[واشنطن]{location} في");
}

#[test]
fn an_edge_never_passes_the_other_one() {
    let mut room = Room::open(&["[a]{actor} b"]);
    room.press(Key::Tab);
    room.press_with(SHIFT, Key::ArrowLeft);
    room.press_with(ALT, Key::ArrowRight);
    room.check("[a]{actor} b");
}

#[test]
fn edges_keep_letters_with_their_marks() {
    let mut room = Room::open(&["قال [مُحَمَّد]{actor} ذلك"]);
    room.press(Key::Tab);
    room.press_with(ALT, Key::ArrowLeft);
    room.check("قال مُ[حَمَّد]{actor} ذلك");
}

#[test]
fn delete_removes_and_undo_brings_back() {
    for key in [Key::Delete, Key::Backspace] {
        let mut room = Room::open(&["[Ali]{actor} said no"]);
        let at = room.at("Ali");
        room.click(at);
        room.press(key);
        room.check("Ali said no");
        room.press_with(CTRL, Key::Z);
        room.check("[Ali]{actor} said no");
        assert_eq!(room.selected_span(), "Ali", "what came back is shown");
        room.press_with(CTRL.plus(SHIFT), Key::Z);
        room.check("Ali said no");
        assert_eq!(room.on_disk("a"), "Ali said no");
    }
}

#[test]
fn words_are_added_to_a_span() {
    let mut room = Room::open(&["[no]{claim} he said war"]);
    room.press(Key::Tab);
    room.drag_over("war");
    room.press(Key::Plus);
    room.check("[no]{claim#1} he said [war]{claim#1}");
    room.press_with(CTRL, Key::Z);
    room.check("[no]{claim} he said war");
}

#[test]
fn a_note_is_written_by_keys_and_is_one_step_of_undo() {
    let mut room = Room::open(&["[Ali]{actor} said no"]);
    room.press(Key::Tab);
    room.press(Key::N);
    room.step();
    let field = room.harness.get_by_role_and_label(egui::accesskit::Role::MultilineTextInput, "Note");
    assert!(field.is_focused(), "n leads to the note");
    field.type_text("قائد 1");
    room.step();
    room.press(Key::Escape);
    let note = |room: &mut Room| room.layer().spans.values().next().unwrap().note.clone();
    assert_eq!(note(&mut room), "قائد 1");
    room.press_with(CTRL, Key::Z);
    assert_eq!(note(&mut room), "");
    room.press_with(CTRL, Key::Y);
    assert_eq!(note(&mut room), "قائد 1");
}

#[test]
fn letters_are_commands_under_an_arabic_keyboard() {
    let mut room = Room::open(&["[the [army]{actor} won]{claim}"]);
    room.press(Key::Tab);
    // What egui sends for the key of `o` under an Arabic layout: no key of that name, the physical one instead.
    let event = egui::Event::Key {
        key: Key::O,
        physical_key: Some(Key::O),
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    room.harness.event(event);
    room.harness.event(egui::Event::Text("خ".into()));
    room.step();
    assert_eq!(room.selected_span(), "army");
}

#[test]
fn the_same_words_are_not_marked_twice() {
    let mut room = Room::open(&["[Ali]{actor} said no"]);
    room.drag_over("Ali");
    room.press(Key::Num1);
    room.check("[Ali]{actor} said no");
    assert_eq!(room.layer().spans.len(), 1);
}

#[test]
fn a_double_click_within_one_frame_takes_a_word() {
    let mut room = Room::open(&["قال وزير الدفاع"]);
    let at = room.at("وزير");
    room.burst(&[(at, true), (at, false), (at, true), (at, false)]);
    assert_eq!(room.selected_words(), "وزير");
}

#[test]
fn a_drag_within_one_frame_selects() {
    let mut room = Room::open(&["قال وزير الدفاع أمس"]);
    let (from, to) = (room.at("وزير"), room.at_end("الدفاع"));
    room.burst(&[(from, true), (to, false)]);
    assert_eq!(room.selected_words(), "وزير الدفاع");
}
