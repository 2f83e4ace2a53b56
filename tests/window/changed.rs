//! Files changed while the window is open, and texts changed since their spans were made.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use hashiya::model::{Edit, LayerKey};
use hashiya::session::Session;

use crate::room::{Room, project, settings};

const LAYER: &str = "layers/me/a.ron";

/// A window on a project whose article `a` was changed after it was closed.
fn room_with_text(fixture: &str, text: &str) -> Room {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("study");
    project(&root, &[fixture]);
    std::fs::write(root.join("articles/a.txt"), text).unwrap();
    Room::over(folder, root, settings(), |builder| builder)
}

impl Room {
    /// The window gets the keyboard again after another one had it.
    fn come_back(&mut self) {
        for focused in [false, true] {
            self.harness.input_mut().focused = focused;
            let root = self.harness.ctx.viewport_id();
            self.harness.input_mut().viewports.entry(root).or_default().focused = Some(focused);
            self.step();
        }
    }

    /// The words of the spans that are not lost, by their numbers.
    fn standing(&mut self) -> Vec<String> {
        let spans = self.layer().spans.into_values().filter(|span| !span.lost);
        spans.map(|span| span.quote).collect()
    }

    fn settled(&self) -> Vec<String> {
        use egui_kittest::kittest::NodeT as _;
        let rows = self.harness.query_all_by_role(Role::ListBoxOption);
        let rows = rows.filter_map(|node| node.accesskit_node().label());
        let states =
            ["certain", "place", "places", "✓ placed", "stays lost", "✓ stands", "stands by chance?"];
        rows.filter(|row| states.iter().any(|state| row.ends_with(state))).collect()
    }
}

/// The file of a layer after another copy of the project worked on it.
fn elsewhere(root: &Path, file: &str, work: impl FnOnce(&mut Session)) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    copy_files(root, &copy);
    std::fs::remove_dir_all(copy.join("journal")).unwrap();
    let mut session = Session::open(&copy).unwrap().session;
    session.load(&"a".into(), &"me".into());
    work(&mut session);
    session.close().unwrap();
    std::fs::read(copy.join(file)).unwrap()
}

fn copy_files(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target: PathBuf = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_files(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn noted(session: &mut Session, note: &str) {
    let key = LayerKey::new("a", "me");
    let old = session.project().layer(&key).unwrap().spans.values().next().unwrap().clone();
    let new = hashiya::model::Span { note: note.into(), ..old.clone() };
    session.apply(Edit::ChangeSpan { layer: key, old: Box::new(old), new: Box::new(new) }).unwrap();
}

#[test]
fn a_layer_changed_elsewhere_is_read_again_when_the_window_comes_back() {
    let mut room = Room::open(&["[Ali]{actor} said no"]);
    room.desk().session.sync().unwrap();
    let theirs = elsewhere(&room.root, LAYER, |session| noted(session, "theirs"));
    std::fs::write(room.root.join(LAYER), theirs).unwrap();
    room.step();
    assert!(!room.has("read again"), "nothing is looked at while the window has the keyboard");
    room.come_back();
    room.wait_for("Changed by something else and read again: layers/me/a.ron");
    assert_eq!(room.layer().spans.values().next().unwrap().note, "theirs");
    room.press(Key::F5);
    room.wait_for("No file was changed by anything else");
}

#[test]
fn where_ours_was_pending_both_files_are_kept_and_compared() {
    let mut room = Room::open(&["[Ali]{actor} said no"]);
    room.desk().session.sync().unwrap();
    let theirs = elsewhere(&room.root, LAYER, |session| noted(session, "theirs"));
    room.drag_over("no");
    room.press(Key::Num1);
    std::fs::write(room.root.join(LAYER), &theirs).unwrap();
    room.come_back();
    room.wait_for("your work was written to layers/me/a.conflict-");
    assert_eq!(std::fs::read(room.root.join(LAYER)).unwrap(), theirs);
    room.check("[Ali]{actor} said [no]{actor}");
    room.press_with(Modifiers::COMMAND, Key::K);
    room.harness.event(egui::Event::Text("Conflict files".into()));
    room.step();
    room.press(Key::Enter);
    room.wait_for("0 the same · 2 only in yours · 1 only in theirs");
    assert!(room.has("Only in theirs: actor “Ali” 0–3, theirs"), "{:?}", room.names());
}

#[test]
fn a_text_that_changes_under_the_window_is_shown_and_its_spans_can_be_found_again() {
    let mut room = Room::open(&["[علي]{actor} قال [لا للحرب أبدا]{claim}"]);
    room.drag_over("قال");
    room.desk().session.sync().unwrap();
    std::fs::write(room.root.join("articles/a.txt"), "أمس علي قال لا للحرب أبدا").unwrap();
    room.come_back();
    room.wait_for("2 spans are lost.");
    assert_eq!(room.selected_words(), "", "words of a text that is gone are not selected");
    room.press(Key::F7);
    room.wait_for("2 of 2 spans open");
    room.press(Key::A);
    room.check("أمس [علي]{actor} قال [لا للحرب أبدا]{claim}");
}

#[test]
fn lost_spans_are_settled_one_by_one_with_the_keyboard() {
    let mut room = room_with_text(
        "[Ali]{actor} met [the minister of defence]{actor} in [Basra]{location} and [Kadhimi]{actor} left [Mosul]{location} today",
        "Yesterday Ali met the minister of defence and Kadhemi left Mosul. Ali was in Mosul today",
    );
    assert!(room.has("5 spans are lost."), "{:?}", room.names());
    assert!(!room.has("span-lost"), "the banner says it once");
    let before = std::fs::read(room.root.join(LAYER)).unwrap();
    room.press(Key::F7);
    room.wait_for("5 of 5 spans open");
    assert_eq!(std::fs::read(room.root.join(LAYER)).unwrap(), before, "looking writes nothing");
    let rows = room.settled();
    assert_eq!(rows.len(), 5, "{rows:?}");
    assert!(rows[1].starts_with("the minister of defence") && rows[1].ends_with("certain"), "{rows:?}");
    assert!(room.has("Old words: Ali"));
    // The first of two places is shown on the page, and is the likelier one.
    assert_eq!(room.selected_words(), "Ali");
    room.harness.get_by_label_contains("Place 2, the same words");
    room.press(Key::Num1);
    room.wait_for("4 of 5 spans open");
    assert_eq!(room.standing(), ["Ali"]);
    // All that are certain are one gesture.
    room.press(Key::A);
    room.wait_for("3 of 5 spans open");
    room.press_with(Modifiers::COMMAND, Key::Z);
    room.wait_for("4 of 5 spans open");
    room.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    room.wait_for("3 of 5 spans open");
    // Basra is gone: it stays lost.
    room.wait_for("Old words: Basra");
    room.harness.get_by_label_contains("No place like it was found");
    room.press(Key::Num1);
    room.wait_for("There is no such place");
    room.press(Key::L);
    room.wait_for("Old words: Kadhimi");
    // On and back again.
    room.press(Key::ArrowDown);
    room.wait_for("Old words: Mosul");
    room.press(Key::ArrowUp);
    room.wait_for("Old words: Kadhimi");
    room.press(Key::Num1);
    room.wait_for("Old words: Mosul");
    assert!(room.desk().session.is_text_changed(&"a".into()));
    room.press(Key::Num1);
    room.wait_for("Every span is settled, and the changed text was taken over");
    assert!(!room.desk().session.is_text_changed(&"a".into()));
    assert!(!room.has("The text was changed outside"), "the warning ended");
    assert_eq!(room.standing(), ["Ali", "the minister of defence", "Kadhemi", "Mosul"]);
    // What comes last is one gesture, and can be taken back.
    room.press_with(Modifiers::COMMAND, Key::Z);
    room.wait_for("The text was changed outside");
    room.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    room.press(Key::Escape);
    assert!(!room.has("Places of lost spans"));
    assert!(room.has("1 span lost"), "it stays listed: {:?}", room.names());
    room.harness.state_mut().close();
    let layer = std::fs::read_to_string(room.root.join(LAYER)).unwrap();
    assert!(layer.contains("quote: \"Kadhemi\"") && layer.contains("lost: true"), "{layer}");
    let mut opened = Session::open(&room.root).unwrap();
    assert_eq!(opened.session.load(&"a".into(), &"me".into()), []);
}

#[test]
fn a_text_on_which_all_spans_stand_is_taken_over_with_one_key() {
    let mut room = room_with_text("[Ali]{actor} said [no]{claim}", "Ali said no. And that was all");
    assert!(room.has("All 2 spans stand in it."), "{:?}", room.names());
    room.check("[Ali]{actor} said [no]{claim}. And that was all");
    room.press(Key::F8);
    room.wait_for("The changed text was taken over");
    assert!(!room.has("The text was changed outside"));
    room.press_with(Modifiers::COMMAND, Key::Z);
    assert!(room.has("The text was changed outside"));
}

#[test]
fn places_can_be_chosen_with_the_mouse() {
    let mut room = room_with_text("[بغداد]{location} اليوم", "في بغداد أمس وفي بغداد غدا");
    room.harness.get_by_label("Find lost spans…").click();
    room.wait_for("1 of 1 span open");
    let place = room.harness.get_by_label_contains("Place 2, the same words");
    place.click();
    room.wait_for("Every span is settled");
    // The end of the text moved along, so the second Baghdad is the likelier one.
    room.check("في [بغداد]{location} أمس وفي بغداد غدا");
}

#[test]
fn a_discontinuous_span_moves_with_all_its_parts() {
    let mut room =
        room_with_text("[no]{claim#2} he said [war ever]{claim#2} again", "Today no he said war ever again");
    room.press(Key::F7);
    room.wait_for("1 of 1 span open");
    room.press(Key::Num1);
    room.check("Today [no]{claim#2} he said [war ever]{claim#2} again");
}

#[test]
fn lost_spans_of_a_text_that_did_not_change_are_found_with_the_same_list() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("study");
    project(&root, &["one [two]{actor} three"]);
    // Somebody moved a range by hand and did not move it right.
    let layer = std::fs::read_to_string(root.join(LAYER)).unwrap();
    std::fs::write(root.join(LAYER), layer.replace("ranges: [(4, 7)]", "ranges: [(5, 8)]")).unwrap();
    let mut room = Room::over(folder, root, settings(), |builder| builder);
    assert!(!room.has("The text was changed outside"));
    room.harness.get_by_label("Find their places…").click();
    room.wait_for("1 of 1 span open");
    room.press(Key::Num1);
    room.check("one [two]{actor} three");
    room.wait_for("Every span is settled");
}
