//! Projects as released versions wrote them: every later one opens them, and saving does not change what they say.
//! `tests/old_versions/v1` is one of format 1, with edits that were in the journal only when it was left.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "prepares and looks at folders from outside"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hashiya::model::{LayerKey, Project, Severity, fixture, quote_of};
use hashiya::session::{Opened, Session};
use hashiya::store::StoreError;

/// Article, annotator, and the layer as it must read.
const EXPECTED: [(&str, &str, &str); 3] = [
    (
        "2026-01-18-iraq",
        "سمر",
        "😀 قال [رئيسُ [العراق]{location}]{actor}: «[لا حاجة]{claim#3} اليوم [لمقاتلين أجانب]{claim#3}» 🇮🇶 ثم [عاد]{claim}.\nفي [١٨ كانون الثاني]{date}.",
    ),
    (
        "2026-01-18-iraq",
        "omar",
        "😀 قال رئيسُ [العراق]{actor}: «لا حاجة اليوم لمقاتلين أجانب» 🇮🇶 ثم عاد.\nفي ١٨ كانون الثاني.",
    ),
    ("ministry", "سمر", "The [ministry]{actor} in [Berlin]{location} knew of nothing."),
];

struct House {
    folder: tempfile::TempDir,
}

impl House {
    /// A copy of a sample.
    fn of(version: &str) -> Self {
        let house = Self { folder: tempfile::tempdir().unwrap() };
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/old_versions").join(version), &house.root());
        house
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("p")
    }

    fn open(&self) -> Opened {
        Session::open(&self.root()).unwrap()
    }

    /// Changes the text of a file, and takes the checksum away that no longer holds.
    fn change(&self, file: &str, from: &str, to: &str) {
        let path = self.root().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from:?} is not in {file}");
        let lines = text.lines().filter(|line| !line.starts_with("// crc32"));
        let body = lines.collect::<Vec<_>>().join("\n").replace(from, to) + "\n";
        let seal = format!("// crc32 {:08x}\n", crc32fast::hash(body.as_bytes()));
        std::fs::write(&path, body + &seal).unwrap();
    }

    fn every_ron(&self, mut each: impl FnMut(&str)) {
        for file in ["project.ron", "entities.ron"] {
            each(file);
        }
        for (article, annotator, _) in EXPECTED {
            let file = format!("layers/{annotator}/{article}.ron");
            // One of the layers is in the journal only.
            if self.root().join(&file).exists() {
                each(&file);
            }
        }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn load_all(session: &mut Session) -> Project {
    for (article, annotator, _) in EXPECTED {
        session.load(&article.into(), &annotator.into());
    }
    session.project().clone()
}

/// Every span stands on its words, and the layers are those that were made.
fn check(project: &Project) {
    let mut lost = BTreeMap::new();
    for (article, annotator, expected) in EXPECTED {
        let key = LayerKey::new(article, annotator);
        let text = project.text(&key.article).unwrap().text();
        let mut layer = (**project.layer(&key).unwrap()).clone();
        for span in layer.spans.values() {
            if span.lost {
                lost.insert(key.to_string(), span.quote.clone());
            } else {
                assert_eq!(quote_of(text, &span.ranges).as_deref(), Some(span.quote.as_str()), "{key}");
            }
        }
        layer.spans.retain(|_, span| !span.lost);
        assert_eq!(fixture::write(text, &layer), expected, "{key}");
    }
    assert_eq!(lost, BTreeMap::from([("ministry/سمر".to_owned(), "Vienna".to_owned())]));
    let entity = &project.entities[&"iraq".into()];
    assert_eq!((entity.name.as_str(), entity.aliases.as_slice()), ("العراق", ["Iraq".to_owned()].as_slice()));
    let layer = project.layer(&LayerKey::new("2026-01-18-iraq", "سمر")).unwrap();
    let relation = layer.relations.values().next().unwrap();
    assert_eq!(relation.label.as_str(), "claimant");
    let actor = &layer.spans[&relation.to];
    assert_eq!((actor.quote.as_str(), actor.note.as_str()), ("رئيسُ العراق", "من؟"));
    assert_eq!(actor.attributes["entity"], "iraq");
    assert_eq!((project.name.as_str(), project.id.as_str()), ("دراسة قديمة", "old-study"));
}

#[test]
fn format_1_opens_with_what_its_journal_holds_and_survives_a_save() {
    let house = House::of("v1");
    let opened = house.open();
    assert_eq!(opened.issues, []);
    assert_eq!(opened.recovered_list.len(), 2, "{:?}", opened.recovered_list);
    let mut session = opened.session;
    let before = load_all(&mut session);
    check(&before);
    session.close().unwrap();
    let again = house.open();
    assert_eq!((again.issues, again.recovered), (vec![], 0), "all of it is in the files now");
    let mut session = again.session;
    assert_eq!(load_all(&mut session), before);
}

#[test]
fn an_older_format_is_kept_as_it_was_before_the_first_write() {
    let house = House::of("v1");
    // No format 0 was ever released: a stand-in for the day when there are two.
    house.every_ron(|file| house.change(file, "format: 1,", "format: 0,"));
    let before = std::fs::read(house.root().join("project.ron")).unwrap();
    let looked = Session::open_read_only(&house.root()).unwrap();
    drop(looked);
    assert!(!house.root().join("backups").exists(), "looking writes nothing");
    let opened = house.open();
    assert_eq!((opened.issues, opened.read_only), (vec![], None));
    let mut session = opened.session;
    check(&load_all(&mut session));
    let backups = session.backups();
    let [backup] = backups.list().unwrap().try_into().unwrap();
    assert_eq!((backup.name.as_str(), backup.verified), ("format-0", true), "{backup:?}");
    assert_eq!(std::fs::read(house.root().join("backups/format-0/project.ron")).unwrap(), before);
    session.close().unwrap();
    assert!(std::fs::read_to_string(house.root().join("project.ron")).unwrap().contains("format: 1,"));
    let mut session = house.open().session;
    check(&load_all(&mut session));
    drop(session);
    let beside = house.folder.path().join("restored");
    backups.restore("format-0", &beside).unwrap();
    let mut session = Session::open(&beside).unwrap().session;
    check(&load_all(&mut session));
}

#[test]
fn a_newer_format_is_refused_for_work_and_shown_as_far_as_it_reads() {
    let house = House::of("v1");
    house.every_ron(|file| house.change(file, "format: 1,", "format: 7,\n    mood: \"glad\","));
    let refused = Session::open(&house.root()).unwrap_err();
    assert!(matches!(refused, StoreError::Newer { format: 7, known: 1, .. }), "{refused}");
    assert!(refused.to_string().contains("look at it without changing it"), "{refused}");
    let bytes = |file: &str| std::fs::read(house.root().join(file)).unwrap();
    let before = bytes("project.ron");
    let opened = Session::open_read_only(&house.root()).unwrap();
    let newer: Vec<_> = opened.issues.iter().filter(|issue| issue.code == "file-newer").collect();
    assert!(newer.iter().all(|issue| issue.severity == Severity::Warning) && newer.len() >= 2, "{newer:?}");
    let mut session = opened.session;
    check(&load_all(&mut session));
    drop(session);
    assert_eq!(bytes("project.ron"), before);
    house.change("project.ron", "settings: (", "settings: ((((");
    let refused = Session::open_read_only(&house.root()).unwrap_err();
    assert!(
        matches!(refused, StoreError::Newer { format: 7, .. } | StoreError::BrokenIndex { .. }),
        "{refused}"
    );
}
