//! Backups, what was recovered, and the ways out where a project does not open.

use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use hashiya::session::Session;
use hashiya::store::Moment;

use crate::room::{Room, project, settings};

/// The window's clock in these tests: 2026-11-23 22:06:05 UTC.
const NOW: Moment = Moment(1_795_471_565);

fn click(room: &mut Room, name: &str) {
    room.harness.get_by_label(name).click();
    room.harness.run_steps(8);
}

fn ask(room: &mut Room, words: &str) {
    room.press_with(Modifiers::COMMAND, Key::K);
    room.harness.event(egui::Event::Text(words.to_owned()));
    room.step();
    room.press(Key::Enter);
}

/// Lets the window go on until something is so.
#[track_caller]
fn wait(room: &mut Room, what: &str, until: impl Fn(&mut Room) -> bool) {
    for _ in 0..500 {
        room.harness.step();
        if until(room) {
            return room.step();
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("it never came: {what}");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().map(Result::unwrap);
    entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

fn backup(room: &mut Room) -> String {
    room.harness.state_mut().clock = || Some(NOW);
    let folder = room.root.join("backups");
    wait(room, "a backup", |_| names(&folder).iter().any(|name| !name.ends_with(".tmp")));
    names(&folder).remove(0)
}

/// A window on a project that `change` damaged.
fn damaged(change: impl Fn(&str) -> String) -> Room {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("study");
    project(&root, &["[Ali]{actor} said no", "two"]);
    let index = root.join("project.ron");
    let text = std::fs::read_to_string(&index).unwrap();
    std::fs::write(&index, change(&text)).unwrap();
    Room::over(folder, root, settings(), |builder| builder)
}

#[test]
fn opening_makes_a_backup_that_is_restored_beside() {
    let mut room = Room::open(&["[Ali]{actor} said no"]);
    assert_eq!(backup(&mut room), NOW.name());
    room.drag_over("no");
    room.press(Key::Num4);
    room.check("[Ali]{actor} said [no]{claim}");
    ask(&mut room, "restore a backup");
    wait(&mut room, "the list", |room| {
        room.harness.query_by_label_contains("verified: 1 article, 1 span,").is_some()
    });
    click(&mut room, "Restore the backup of 2026-11-23 22:06 UTC");
    let (before, beside) = (room.root.clone(), room.root.with_file_name(format!("study-{}", NOW.name())));
    let expected = beside.clone();
    wait(&mut room, "the restored project", move |room| room.desk().session.root() == expected);
    room.check("[Ali]{actor} said no");
    room.harness.get_by_label_contains("is a project of its own in");
    let mut old = Session::open(&before).unwrap().session;
    old.load(&"a".into(), &"me".into());
    let spans = old.project().layers().map(|(_, layer)| layer.spans.len()).sum::<usize>();
    assert_eq!(spans, 2, "the project is as it was left");
}

#[test]
fn nothing_changed_makes_no_second_backup() {
    let mut room = Room::open(&["[Ali]{actor} said no"]);
    backup(&mut room);
    let root = room.root.clone();
    room.harness.state_mut().close();
    room.harness.state_mut().clock = || Some(Moment(NOW.0 + 7200));
    room.harness.state_mut().open_project(&root);
    for _ in 0..30 {
        room.harness.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(names(&root.join("backups")), [NOW.name()]);
}

#[test]
fn a_project_without_backups_says_so() {
    let mut room = Room::open(&["one"]);
    ask(&mut room, "restore a backup");
    wait(&mut room, "the list", |room| room.harness.query_by_label_contains("There are none yet").is_some());
    room.press(Key::Escape);
    assert!(room.harness.query_by_label_contains("There are none yet").is_none());
}

#[test]
fn what_was_recovered_is_said_and_listed() {
    let mut room = Room::open(&["Ali said no"]);
    room.drag_over("Ali");
    room.press(Key::Num1);
    room.desk().session.sync().unwrap();
    let (folder, copy) = crate::saving::copied(&room.root);
    let again = Room::over(folder, copy, settings(), |builder| builder);
    let mut again = again;
    again.check("[Ali]{actor} said no");
    again.harness.get_by_label_contains("edit was recovered from the journal");
    click(&mut again, "What was recovered…");
    again.harness.get_by_label("1 edit recovered");
    again.harness.get_by_label_contains("marked “Ali” as Actor");
    click(&mut again, "Close");
    assert!(again.harness.query_by_label("1 edit recovered").is_none());
    // It can be asked for again as long as the project is open.
    ask(&mut again, "what was recovered");
    again.harness.get_by_label("1 edit recovered");
}

#[test]
fn a_broken_index_is_rebuilt_from_the_window() {
    let mut room = damaged(|text| text.replacen("articles: [", "articles: ", 1));
    room.harness.get_by_label_contains("does not open");
    room.harness.get_by_label_contains("project.ron, line");
    click(&mut room, "Rebuild the index");
    wait(&mut room, "the project", |room| room.harness.state_mut().desk().is_some());
    room.check("[Ali]{actor} said no");
    assert_eq!(room.desk().session.project().articles().len(), 2);
    room.harness.get_by_label_contains("The index was rebuilt from the folders");
}

#[test]
fn a_newer_project_can_be_looked_at() {
    let mut room = damaged(|text| text.replacen("format: 1,", "format: 9,", 1));
    room.harness.get_by_label_contains("has format 9");
    assert!(room.harness.query_by_label("Rebuild the index").is_none());
    click(&mut room, "Look at it");
    wait(&mut room, "the project", |room| room.harness.state_mut().desk().is_some());
    room.check("[Ali]{actor} said no");
    room.harness.get_by_label("Read only");
}

#[test]
fn who_has_the_project_is_said_with_the_time() {
    let mut room = Room::open(&["one"]);
    let path = room.root.clone();
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("none");
    project(&other, &["two"]);
    let mut second = Room::over(folder, other, settings(), |builder| builder);
    second.harness.state_mut().clock = || Some(Moment(jiff::Timestamp::now().as_second() + 12 * 60));
    second.harness.state_mut().open_project(&path);
    second.step();
    second.harness.get_by_label_contains("has it open on");
    second.harness.get_by_label_contains("for 12 minutes");
    assert!(room.desk().session.read_only().is_none());
}
