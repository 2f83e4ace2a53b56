//! Nothing to save: what was marked is on disk, and what the window says about it is true.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use hashiya::app::{Picked, Picker, Wanted};

use crate::room::{Room, project, settings};

#[test]
fn quitting_without_saving_loses_nothing() {
    let mut room = Room::open(&["Ali said no"]);
    room.drag_over("Ali");
    room.press(Key::Num1);
    room.desk().session.sync().unwrap();
    // The window is dropped as by a crash: nothing is closed.
    let Room { harness, root, .. } = room;
    let (folder, copy) = copied(&root);
    std::mem::forget(harness);
    let mut again = Room::over(folder, copy, settings(), |builder| builder);
    again.check("[Ali]{actor} said no");
}

#[test]
fn a_layer_on_disk_is_one_that_a_trainer_reads() {
    let mut room = Room::open(&["قال [الوزير]{actor} لا"]);
    room.harness.state_mut().close();
    let layer = read(&room.root.join("layers/me/a.ron"));
    assert!(layer.contains("ranges: [(4, 10)]"), "{layer}");
    assert!(layer.contains("quote: \"الوزير\""), "{layer}");
}

#[test]
fn ctrl_s_says_that_everything_is_on_disk() {
    let mut room = Room::open(&["[Ali]{actor} said no"]);
    room.desk().session.sync().unwrap();
    room.press_with(Modifiers::COMMAND, Key::S);
    room.harness.get_by_label_contains("Everything is on disk, with all 1 spans");
}

#[test]
fn files_dropped_on_the_window_become_articles() {
    let mut room = Room::open(&["one"]);
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("good.txt");
    let bad = folder.path().join("picture.txt");
    write(&good, " date 2026-01-18 العراق يعلن\n\nنص المقال\n".as_bytes());
    write(&bad, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x05\0\0\0");
    let dropped = [good, bad].map(|path| Arc::new(Dropped(path)) as Arc<dyn egui::DroppedFile + Send + Sync>);
    room.harness.input_mut().dropped_files = dropped.to_vec();
    room.wait_for_articles(2);
    let infos = room.desk().session.project().articles().to_vec();
    assert_eq!(infos.len(), 2);
    assert_eq!((infos[1].title.as_str(), infos[1].date.as_str()), ("العراق يعلن", "2026-01-18"));
    room.harness.get_by_label_contains("picture.txt");
}

/// A file dropped on the window.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|cause| cause.to_string())
    }
}

#[test]
fn pasted_text_becomes_an_article() {
    let mut room = Room::open(&["one"]);
    let text = "عنوان المقال\n\nهذا نص مقال طويل بما يكفي لأن يكون مقالا حقيقيا في المشروع.";
    room.harness.event(egui::Event::Paste(text.replace('\n', "\r\n")));
    room.wait_for_articles(2);
    let desk = room.desk();
    assert_eq!(desk.article().unwrap().text(), text);
}

/// A dialog that is full of mistakes.
struct Broken;

impl Picker for Broken {
    fn pick(&self, wanted: Wanted) -> Picked {
        panic!("no dialog for {wanted:?}");
    }
}

#[test]
fn a_job_that_stops_on_a_mistake_is_a_notice_and_the_window_lives() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("study");
    project(&root, &["Ali said no"]);
    let mut room = Room::asking(folder, root, settings(), Broken, |builder| builder);
    for _ in 0..2 {
        room.press_with(Modifiers::COMMAND, Key::I);
        for _ in 0..200 {
            room.harness.step();
            if room.harness.query_by_label_contains("dialog failed").is_some() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        room.harness.get_by_label_contains("The file dialog failed: it stopped on a mistake of the program");
    }
    room.drag_over("Ali");
    room.press(Key::Num1);
    room.check("[Ali]{actor} said no");
    assert_eq!(room.on_disk("a"), "[Ali]{actor} said no");
}

pub(crate) fn copied(root: &Path) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("study");
    let status = std::process::Command::new("cp").arg("-r").arg(root).arg(&copy).status().unwrap();
    assert!(status.success());
    (folder, copy)
}

fn read(path: &Path) -> String {
    String::from_utf8(std::fs::read(path).unwrap()).unwrap()
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}
