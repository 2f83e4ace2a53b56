//! The data set screen: what is chosen, what it says before, and the files it writes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use egui::accesskit::{Role, Toggled};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hashiya::app::{Picked, Picker, Wanted};
use hashiya::model::{AnnotatorId, ArticleInfo, Edit, LayerKey, Project, fixture};
use hashiya::session::Session;

use crate::room::{Room, project, settings};

/// A discontinuous claim, which has no place in a format of tags, within an actor.
const MARKED: &str = "[Ali [said]{claim#2} no [more]{claim#2}]{actor} in [البصرة]{location}";

impl Room {
    fn open_data_set(&mut self) {
        self.press_with(Modifiers::COMMAND, Key::E);
        self.wait_for("lossless ·");
    }

    /// Goes down the list of formats until one of this name is chosen.
    #[track_caller]
    fn choose_format(&mut self, name: &str) {
        let wanted = format!("Format {name}");
        for _ in 0..40 {
            let row = self.harness.get_by_role_and_label(Role::ListBoxOption, &wanted);
            if row.accesskit_node().toggled() == Some(Toggled::True) {
                return self.wait_for("lossless ·");
            }
            self.press(Key::ArrowDown);
        }
        panic!("{name} was not reached; there are {:?}", self.names());
    }

    fn write_data_set(&mut self) {
        self.press_with(Modifiers::COMMAND, Key::Enter);
    }

    /// What stands beside the project's folder.
    fn beside(&self) -> Vec<String> {
        let folder = self.root.parent().unwrap();
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| name != "study");
        names.sort();
        names
    }
}

/// What the command line writes for the same choice, and its report.
fn by_command_line(root: &Path, args: &[&str]) -> (Vec<u8>, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    let (out, report) = (folder.path().join("out"), folder.path().join("report.json"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_hashiya"));
    command.arg("export").arg(root).args(args).arg("--output").arg(&out).arg("--report").arg(&report);
    assert!(matches!(command.output().unwrap().status.code(), Some(0 | 1)));
    (std::fs::read(out).unwrap(), json(&report))
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn what_is_lost_is_shown_before_and_what_is_written_is_what_the_command_line_writes() {
    let mut room = Room::open(&[MARKED]);
    room.desk().session.sync().unwrap();
    room.open_data_set();
    room.wait_for("No span or relation is lost");
    room.choose_format("conll");
    room.wait_for("3 spans: 2 lossless · 0 clipped · 1 dropped");
    room.wait_for("1 dropped: it overlaps another");
    room.wait_for("Open a/me/span 2: said more");
    room.wait_for("B-location");
    assert_eq!(room.beside(), [""; 0], "looking writes nothing");
    room.write_data_set();
    room.wait_for("Wrote 1 article and 1 layer to");
    assert_eq!(room.beside(), ["study.conll", "study.conll.report.json"]);
    let folder = room.root.parent().unwrap().to_owned();
    let (bytes, report) = by_command_line(&room.root, &["--format", "conll"]);
    assert_eq!(std::fs::read(folder.join("study.conll")).unwrap(), bytes);
    assert_eq!(json(&folder.join("study.conll.report.json")), report);
    // A file that is there is told of when the screen looks anew.
    room.press(Key::Escape);
    room.open_data_set();
    room.wait_for("A file of this name is there");
}

#[test]
fn options_labels_and_statuses_are_those_of_the_command_line() {
    let mut room = Room::open(&[MARKED, "[Basra]{location} [today]{date}"]);
    room.desk().session.sync().unwrap();
    room.open_data_set();
    room.choose_format("conll");
    room.harness.get_by_label("Tags: bilou").click();
    room.harness.get_by_label("Spans of Claim").click();
    room.step();
    room.wait_for("4 spans: 4 lossless");
    room.write_data_set();
    room.wait_for("Wrote 2 articles and 2 layers to");
    let written = std::fs::read(room.root.with_file_name("study.conll")).unwrap();
    let args = ["--format", "conll", "--scheme", "bilou"];
    let labels = ["--label", "actor", "--label", "location", "--label", "date"];
    let (bytes, _) = by_command_line(&room.root, &[args.as_slice(), &labels].concat());
    assert_eq!(written, bytes);
    assert!(String::from_utf8(written).unwrap().contains("U-"));
    room.harness.get_by_label("Layers with status Done").click();
    room.wait_for("0 articles · 0 layers");
}

#[test]
fn strict_refuses_to_lose_and_leaves_nothing() {
    let mut room = Room::open(&[MARKED]);
    room.open_data_set();
    room.choose_format("conll");
    room.harness.get_by_label_contains("Strict:").click();
    room.step();
    room.write_data_set();
    room.wait_for("Nothing was written: strict, and there would be 1 loss in conll");
    assert_eq!(room.beside(), [""; 0]);
    // What loses nothing is written.
    room.harness.get_by_label("Format jsonl").click();
    room.step();
    room.wait_for("No span or relation is lost");
    room.write_data_set();
    room.wait_for("Wrote 1 article");
    assert_eq!(room.beside(), ["study.jsonl", "study.jsonl.report.json"]);
}

#[test]
fn a_split_is_a_folder_with_its_manifest() {
    let mut room = Room::open(&[MARKED, "[Basra]{location} one", "two [today]{date}", "three"]);
    room.desk().session.sync().unwrap();
    room.open_data_set();
    room.harness.get_by_label_contains("Split the data set").click();
    room.step();
    room.wait_for("Folder");
    room.write_data_set();
    room.wait_for("Wrote 4 articles");
    let folder = room.root.with_file_name("study-jsonl");
    let by_cli = tempfile::tempdir().unwrap();
    let out = by_cli.path().join("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hashiya"));
    command.arg("export").arg(&room.root).args([
        "--format",
        "jsonl",
        "--split",
        "train=0.8,dev=0.1,test=0.1",
    ]);
    assert!(command.arg("--output").arg(&out).status().unwrap().success());
    for name in ["splits.json", "train.jsonl", "dev.jsonl", "test.jsonl"] {
        assert_eq!(
            std::fs::read(folder.join(name)).unwrap(),
            std::fs::read(out.join(name)).unwrap(),
            "{name}"
        );
    }
}

#[test]
fn an_export_that_is_stopped_leaves_nothing_unfinished() {
    let mut room = Room::open(&[MARKED; 24]);
    room.open_data_set();
    for steps in 0..6 {
        room.write_data_set();
        room.harness.run_steps(steps);
        if let Some(stop) = room.harness.query_by_label("Stop writing") {
            stop.click();
        }
        for _ in 0..500 {
            room.harness.step();
            if room.harness.query_by_label("Stop writing").is_none() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        let (stopped, wrote) = (room.has("the export was stopped"), room.has("Wrote 24 articles"));
        assert!(stopped != wrote, "{:?}", room.names());
        let expected: &[&str] = if wrote { &["study.jsonl", "study.jsonl.report.json"] } else { &[] };
        assert_eq!(room.beside(), expected);
        for name in room.beside() {
            std::fs::remove_file(room.root.with_file_name(name)).unwrap();
        }
    }
    // A window that closes takes what it began with it.
    room.write_data_set();
    room.harness.state_mut().close();
    assert!(room.beside().iter().all(|name| !name.contains("unfinished")), "{:?}", room.beside());
}

#[test]
fn the_keyboard_is_enough_and_the_choice_stays() {
    let mut room = Room::open(&[MARKED]);
    room.open_data_set();
    room.press(Key::ArrowDown);
    room.wait_for("Folder");
    room.write_data_set();
    room.wait_for("Wrote 1 article and 1 layer to");
    let files = room.root.with_file_name("study-brat");
    assert!(files.is_dir(), "{:?}", room.beside());
    // Tab leads on to the layers, space switches them.
    room.press(Key::Tab);
    room.press(Key::Space);
    room.wait_for("Choose at least one layer");
    room.press(Key::Space);
    room.wait_for("3 spans:");
    room.press(Key::Escape);
    assert!(!room.has("Export a data set"));
    room.press_with(Modifiers::COMMAND, Key::E);
    let row = room.harness.get_by_role_and_label(Role::ListBoxOption, "Format brat");
    assert_eq!(row.accesskit_node().toggled(), Some(Toggled::True));
    room.press(Key::Escape);
    // The reader has the keyboard again.
    room.drag_over("in");
    room.press(Key::Num1);
    room.check("[Ali [said]{claim#2} no [more]{claim#2}]{actor} [in]{actor} [البصرة]{location}");
}

#[test]
fn a_click_on_a_loss_opens_the_article_there() {
    let mut room = Room::open(&["[Ali]{actor}", MARKED]);
    room.open_data_set();
    room.choose_format("conll");
    room.wait_for("Open b/me/span 2: said more");
    room.harness.get_by_label("Open b/me/span 2: said more").click();
    room.step();
    assert_eq!(room.desk().open, Some("b".into()));
    assert_eq!(room.selected_span(), "said more");
    assert!(!room.has("Export a data set"));
}

#[test]
fn a_blind_project_offers_the_own_layers_alone() {
    for blind in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("study");
        two_people(&root, blind);
        let mut room = Room::over(folder, root, settings(), |builder| builder);
        room.open_data_set();
        room.wait_for("1 article · 1 layer");
        assert_eq!(room.has("Layers of you"), !blind);
        assert_eq!(room.has("The project is blind"), blind);
        if !blind {
            room.harness.get_by_label("Layers of you").click();
            room.wait_for("1 article · 2 layers");
        }
    }
}

/// An article with layers of `me` and `you`.
fn two_people(root: &Path, blind: bool) {
    let mut study = Project::new("Study", "study");
    study.settings.blind = blind;
    let mut session = Session::create(root, study).unwrap();
    let (text, layer) = fixture::parse("[Ali]{actor} said no");
    session.add_articles(vec![(ArticleInfo::new("a", &text), Arc::from(text))]).unwrap();
    for annotator in ["me", "you"] {
        let key = LayerKey::new("a", annotator);
        session.load(&key.article, &AnnotatorId::from(annotator));
        for span in layer.spans.values().cloned() {
            session.apply(Edit::AddSpan { layer: key.clone(), span: Box::new(span) }).unwrap();
        }
    }
    session.close().unwrap();
}

/// A dialog that always answers the same.
struct Fixed(PathBuf);

impl Picker for Fixed {
    fn pick(&self, wanted: Wanted) -> Picked {
        assert_eq!(wanted, Wanted::DataSetFile);
        Picked::Paths(vec![self.0.clone()])
    }
}

#[test]
fn the_place_may_be_chosen_by_the_dialog_or_typed() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("study");
    project(&root, &[MARKED]);
    let picker = Fixed(folder.path().join("مدونة.jsonl"));
    let mut room = Room::asking(folder, root, settings(), picker, |builder| builder);
    room.open_data_set();
    room.harness.get_by_label_contains("Report:").click();
    room.harness.get_by_label("Choose where to write").click();
    for _ in 0..100 {
        room.harness.step();
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    room.write_data_set();
    room.wait_for("Wrote 1 article");
    assert_eq!(room.beside(), ["مدونة.jsonl"]);
}
