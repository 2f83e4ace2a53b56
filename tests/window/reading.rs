//! Moving between articles, finding, direction, and what assistive technology hears.

use egui::accesskit::{Role, TextDirection};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hashiya::model::Status;

use crate::room::Room;

const CTRL: Modifiers = Modifiers::COMMAND;

fn open_id(room: &mut Room) -> String {
    room.desk().open.as_ref().map(ToString::to_string).unwrap_or_default()
}

#[test]
fn keys_move_between_articles() {
    let mut room = Room::open(&["one", "two", "three"]);
    for (modifiers, key, expected) in [
        (Modifiers::NONE, Key::PageDown, "b"),
        (CTRL, Key::ArrowRight, "c"),
        (Modifiers::NONE, Key::PageDown, "c"),
        (Modifiers::NONE, Key::PageUp, "b"),
        (CTRL, Key::ArrowLeft, "a"),
    ] {
        room.press_with(modifiers, key);
        assert_eq!(open_id(&mut room), expected);
    }
}

#[test]
fn done_and_next_in_one_key() {
    let mut room = Room::open(&["one", "two", "three"]);
    room.press_with(CTRL, Key::Enter);
    assert_eq!(open_id(&mut room), "b");
    assert_eq!(room.desk().status_counts(), [2, 0, 1]);
    room.press_with(CTRL, Key::Z);
    assert_eq!(room.desk().status_counts(), [3, 0, 0]);
    assert_eq!(open_id(&mut room), "a", "undo shows what it took back");
    room.press_with(CTRL, Key::Y);
    assert_eq!(room.layer().status, Status::Done);
}

#[test]
fn the_first_mark_begins_an_article() {
    let mut room = Room::open(&["one two"]);
    room.drag_over("one");
    room.press(Key::Num1);
    assert_eq!(room.layer().status, Status::InProgress);
    room.press_with(CTRL, Key::Z);
    assert_eq!(room.layer().status, Status::New);
}

#[test]
fn an_article_is_found_in_the_list() {
    let mut room = Room::open(&["العراق يعلن\nنص", "NATO meets\ntext"]);
    room.press_with(CTRL.plus(Modifiers::SHIFT), Key::F);
    room.step();
    let field = room.harness.get_by_label("Filter articles");
    assert!(field.is_focused());
    field.type_text("نيتو");
    room.step();
    assert_eq!(room.desk().row_count(), 0);
    room.press(Key::Backspace);
    for _ in 0..3 {
        room.press(Key::Backspace);
    }
    room.harness.get_by_label("Filter articles").type_text("العراق");
    room.step();
    assert_eq!(room.desk().row_count(), 1);
}

#[test]
fn words_are_found_as_readers_mean_them() {
    let mut room = Room::open(&["أَكَّدَ الرئيسُ ذلك. وأكد الرئيس أيضا"]);
    room.press_with(CTRL, Key::F);
    room.step();
    room.harness.get_by_label("Find in the article").type_text("اكد");
    room.step();
    assert_eq!(
        room.desk().find.as_ref().map(|find| (find.query.clone(), find.hits.len())),
        Some(("اكد".into(), 2))
    );
    assert_eq!(room.selected_words(), "أَكَّدَ");
    room.press(Key::Enter);
    assert_eq!(room.selected_words(), "أكد");
    room.press(Key::Escape);
    assert!(room.desk().find.is_none());
}

#[test]
fn the_reader_is_a_document_of_text_runs_with_direction() {
    let room = Room::open(&["date 2026-01-18 العراق يعلن اكتمال الانسحاب\nNATO ministers meet"]);
    let runs: Vec<_> = room
        .harness
        .query_all_by_role(Role::TextRun)
        .map(|run| {
            let node = run.accesskit_node();
            (node.value().unwrap_or_default(), node.data().text_direction())
        })
        .collect();
    let rtl = Some(TextDirection::RightToLeft);
    let ltr = Some(TextDirection::LeftToRight);
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0].1, rtl, "the majority of letters decides, not the first one");
    assert_eq!((runs[1].0.as_str(), runs[1].1), ("NATO ministers meet", ltr));
    assert!(room.harness.query_all_by_role(Role::Document).next().is_some());
}

#[test]
fn every_control_has_a_name() {
    let mut room = Room::open(&["[Ali]{actor} said [war]{claim}", "two"]);
    room.press(Key::Tab);
    room.press(Key::Tab);
    let roles = [
        Role::Button,
        Role::TextInput,
        Role::MultilineTextInput,
        Role::CheckBox,
        Role::RadioButton,
        Role::Tab,
    ];
    let mut controls = 0;
    for role in roles {
        for node in room.harness.query_all_by_role(role) {
            let node = node.accesskit_node();
            let name = node.label().unwrap_or_default();
            assert!(!name.trim().is_empty(), "a {role:?} has no name");
            controls += 1;
        }
    }
    assert!(controls >= 12, "the window has its controls: {controls}");
}

#[test]
fn the_direction_of_an_article_can_be_overridden() {
    let mut room = Room::open(&["1984 - 1985"]);
    room.press_with(CTRL.plus(Modifiers::SHIFT), Key::D);
    assert!(room.desk().is_rtl());
    room.press_with(CTRL.plus(Modifiers::SHIFT), Key::D);
    assert!(!room.desk().is_rtl());
    room.press_with(CTRL, Key::Z);
    assert!(room.desk().is_rtl(), "it is kept with the article, and undone");
}

#[test]
fn somebody_new_gets_a_layer_of_their_own() {
    let mut room = Room::open(&["[one]{actor} two"]);
    room.press_with(CTRL.plus(Modifiers::SHIFT), Key::A);
    room.step();
    room.harness.get_by_label("Name of the annotator").type_text("أمل سعيد");
    room.step();
    room.press(Key::Enter);
    room.step();
    assert_eq!(room.desk().session.project().annotators.len(), 1);
    assert_eq!(room.desk().session.project().annotators[0].name, "أمل سعيد");
    room.check("one two");
    room.drag_over("two");
    room.press(Key::Num2);
    room.check("one [two]{location}");
    assert_eq!(room.on_disk("a"), "[one]{actor} two", "the other layer is as it was");
}
