//! Projects that something went wrong with: each case ends in a sentence that names the file, with nothing lost.
#![allow(clippy::unwrap_used, reason = "what fails here is a failed test")]

mod disk;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use disk::Disk;
use hashiya::model::{Edit, Issue, LayerKey, Project, Span, TextRange, fixture};
use hashiya::session::{Access, Opened, Saved, Session, Waiting};
use hashiya::store::StoreError;

const LAYER: &str = "/p/layers/me/a.ron";
const TEXT: &str = "/p/articles/a.txt";

fn key() -> LayerKey {
    LayerKey::new("a", "me")
}

/// A closed project of one article.
fn project(fixture: &str) -> Disk {
    let disk = Disk::default();
    let (project, _) = fixture::project(fixture);
    Session::create_on(Arc::new(disk.clone()), Path::new("/p"), project, Waiting::Caller)
        .unwrap()
        .close()
        .unwrap();
    disk
}

fn try_open(disk: &Disk) -> Result<Opened, StoreError> {
    Session::open_on(Arc::new(disk.clone()), Path::new("/p"), Access::Write, Waiting::Caller)
}

/// The project with its layer, and all that was said on the way.
fn open(disk: &Disk) -> (Session, Vec<Issue>) {
    let Opened { mut session, mut issues, .. } = try_open(disk).unwrap();
    issues.extend(session.load(&key().article, &key().annotator));
    (session, issues)
}

fn shown(session: &Session) -> String {
    let project = session.project();
    fixture::write(project.text(&key().article).unwrap().text(), project.layer(&key()).unwrap())
}

#[track_caller]
fn said(issues: &[Issue], code: &str, words: &[&str]) {
    let issue =
        issues.iter().find(|issue| issue.code == code).unwrap_or_else(|| panic!("no {code} in {issues:#?}"));
    for word in words {
        assert!(issue.to_string().contains(word), "“{word}” is not in: {issue}");
    }
}

fn mark(session: &mut Session, words: &str) {
    let text = session.project().text(&key().article).unwrap().text().to_owned();
    let start = u32::try_from(text.find(words).unwrap()).unwrap();
    let range = TextRange::at(start.into(), u32::try_from(words.len()).unwrap().into());
    let id = session.project().layer(&key()).unwrap().next_span_id();
    let span = Box::new(Span::new(id, "actor", [range], &text).unwrap());
    session.apply(Edit::AddSpan { layer: key(), span }).unwrap();
}

#[test]
fn a_syntax_error_is_named_with_line_and_column_and_its_file_is_never_replaced() {
    let disk = project("[Ali]{actor} said [no]{claim}");
    let line = "(id: 2, label: \"claim\",";
    let broken = disk.text(LAYER).replace(line, "(id: 2, label \"claim\",");
    disk.put(LAYER, broken.as_str());
    let (mut session, issues) = open(&disk);
    let at = broken.lines().position(|line| line.contains("label \"")).unwrap() + 1;
    said(&issues, "file-syntax", &["layers/me/a.ron", &format!("line {at}, column 22"), "left as it is"]);
    assert_eq!(shown(&session), "Ali said no", "the project opens, the layer is empty");
    mark(&mut session, "said");
    session.close().unwrap();
    assert_eq!(disk.text(LAYER), broken);
    let (session, issues) = open(&disk);
    said(&issues, "file-syntax", &["a.conflict-1.ron"]);
    assert_eq!(shown(&session), "Ali [said]{actor} no", "what was added since is beside it");
    drop(session);
    disk.put(LAYER, broken.replace("(id: 2, label \"claim\",", line));
    let (session, issues) = open(&disk);
    assert_eq!(shown(&session), "[Ali]{actor} said [no]{claim}", "mended, it is back");
    said(&issues, "file-conflict", &["a.conflict-1.ron", "compare"]);
}

#[test]
fn a_span_beyond_the_text_is_kept_as_lost_and_written_back() {
    let disk = project("[Ali]{actor} said [no]{claim}");
    disk.put(LAYER, disk.text(LAYER).replace("ranges: [(9, 11)]", "ranges: [(9, 1100)]"));
    let (mut session, issues) = open(&disk);
    said(&issues, "span-lost", &["“no”", "kept as lost"]);
    said(&issues, "file-changed", &["checksum"]);
    assert_eq!(session.project().layer(&key()).unwrap().spans.len(), 2);
    mark(&mut session, "said");
    session.close().unwrap();
    assert!(
        disk.text(LAYER).contains("ranges: [(9, 1100)], quote: \"no\", lost: true"),
        "{}",
        disk.text(LAYER)
    );
    let (mut session, issues) = open(&disk);
    assert_eq!(issues, [], "it was said once; check goes on saying it");
    let lost = session.project().layer(&key()).unwrap().spans[&hashiya::model::SpanId(2)].clone();
    assert!(lost.lost);
    session.apply(Edit::RemoveSpan { layer: key(), span: Box::new(lost) }).unwrap();
    session.undo().unwrap();
    drop(session);
    let (session, _) = open(&disk);
    session.close().unwrap();
    assert!(
        disk.text(LAYER).contains("ranges: [(9, 1100)], quote: \"no\", lost: true"),
        "also through the journal"
    );
}

#[test]
fn a_changed_text_loses_no_span_and_marks_no_other_words() {
    let disk = project("[Ali]{actor} said [no]{claim}");
    disk.put(TEXT, "Yesterday Ali said no");
    let (session, issues) = open(&disk);
    said(&issues, "article-hash", &["not the one the spans were made on"]);
    said(&issues, "span-lost", &["“Ali”", "the text is another one"]);
    assert!(session.project().layer(&key()).unwrap().spans.values().all(|span| span.lost));
    drop(session);
    disk.put(TEXT, "Ali said no");
    let (session, issues) = open(&disk);
    assert_eq!(issues, []);
    assert_eq!(shown(&session), "[Ali]{actor} said [no]{claim}");
}

#[test]
fn acknowledged_edits_outlive_a_text_that_changed_before_they_were_in_files() {
    let disk = project("Ali said no");
    let (mut session, _) = open(&disk);
    mark(&mut session, "said");
    drop(session);
    disk.put(TEXT, "Oh");
    let (session, _) = open(&disk);
    let span = session.project().layer(&key()).unwrap().spans.values().next().unwrap().clone();
    assert!(span.lost && span.quote == "said");
    session.close().unwrap();
    disk.put(TEXT, "Ali said no");
    assert_eq!(shown(&open(&disk).0), "Ali [said]{actor} no");
}

#[test]
fn a_missing_text_keeps_its_spans() {
    let disk = project("[Ali]{actor} said no");
    let text = disk.text(TEXT);
    hashiya::store::Vfs::unlink(&disk, Path::new(TEXT)).unwrap();
    let (session, issues) = open(&disk);
    said(&issues, "text-missing", &["articles/a.txt", "restore the file"]);
    session.close().unwrap();
    disk.put(TEXT, text);
    assert_eq!(shown(&open(&disk).0), "[Ali]{actor} said no");
}

#[test]
fn a_text_that_is_not_utf8_shows_and_says_where() {
    let disk = project("[Ali]{actor} said no");
    disk.put(TEXT, b"Ali said \xff\xfe".to_vec());
    let (session, issues) = open(&disk);
    said(&issues, "text-not-utf8", &["articles/a.txt", "from byte 9 on"]);
    assert_eq!(shown(&session), "[Ali]{actor} said \u{fffd}\u{fffd}");
}

#[test]
fn a_file_without_rights_is_named_and_not_replaced() {
    let disk = project("[Ali]{actor} said no");
    disk.deny(LAYER, "read");
    let (mut session, issues) = open(&disk);
    said(&issues, "file-unreadable", &["layers/me/a.ron", "permission denied"]);
    mark(&mut session, "no");
    session.close().unwrap();
    disk.allow(LAYER);
    let (session, issues) = open(&disk);
    assert_eq!(shown(&session), "[Ali]{actor} said no");
    said(&issues, "file-conflict", &["a.conflict-1.ron"]);
}

#[test]
fn a_folder_without_rights_opens_to_look_only() {
    let disk = project("[Ali]{actor} said no");
    disk.deny("/p", "write");
    let opened = try_open(&disk).unwrap();
    assert!(opened.read_only.unwrap().contains("the folder cannot be written"));
    assert_eq!(opened.session.saved(), Saved::ReadOnly);
    disk.deny("/p", "read");
    let error = try_open(&disk).unwrap_err().to_string();
    assert!(error.contains("project.ron") && error.contains("Nothing was changed"), "{error}");
}

#[test]
fn a_full_disk_keeps_edits_in_memory_and_saves_them_when_there_is_room() {
    let disk = project("Ali said no");
    let (mut session, _) = open(&disk);
    mark(&mut session, "Ali");
    disk.fill(true);
    mark(&mut session, "said");
    session.undo().unwrap();
    mark(&mut session, "no");
    let Saved::Failed { edits, message } = session.saved() else { panic!("{:?}", session.saved()) };
    assert_eq!(edits, 3);
    assert!(message.contains(".jnl") && message.contains("make room"), "{message}");
    session.tick(Duration::from_secs(9));
    assert!(session.sync().is_err());
    disk.fill(false);
    session.tick(Duration::ZERO);
    assert_eq!(session.saved(), Saved::Everything { edits: 4 });
    drop(session);
    assert_eq!(shown(&open(&disk).0), "[Ali]{actor} said [no]{actor}");
}

#[test]
fn a_snapshot_that_fails_loses_nothing_and_is_tried_again() {
    let disk = project("Ali said no");
    let (mut session, _) = open(&disk);
    mark(&mut session, "Ali");
    disk.deny("/p/layers", "write");
    session.snapshot();
    said(&session.tick(Duration::ZERO), "not-written", &["a.ron.tmp", "the edits are in the journal"]);
    assert!(session.close().unwrap_err().to_string().contains("come back at the next start"));
    disk.allow("/p/layers");
    let (session, _) = open(&disk);
    assert_eq!(shown(&session), "[Ali]{actor} said no");
    session.close().unwrap();
    assert!(disk.text(LAYER).contains("quote: \"Ali\""));
}

#[test]
fn a_folder_that_cannot_be_waited_for_does_not_make_our_file_foreign() {
    let disk = project("[Ali]{actor} said no");
    let (mut session, _) = open(&disk);
    mark(&mut session, "said");
    disk.deny("/p/layers/me", "sync");
    session.snapshot();
    said(&session.tick(Duration::ZERO), "not-written", &["layers/me", "permission denied"]);
    disk.allow("/p/layers/me");
    mark(&mut session, "no");
    session.close().unwrap();
    assert!(!disk.files().keys().any(|path| path.to_str().unwrap().contains("conflict")));
    assert_eq!(shown(&open(&disk).0), "[Ali]{actor} [said]{actor} [no]{actor}");
}

#[test]
fn every_truncation_of_every_file_is_reported_or_harmless() {
    let whole = project("[علي]{actor} قال [لا]{claim}");
    for (path, bytes) in whole.files() {
        let path = path.to_str().unwrap();
        for cut in 0..bytes.len() {
            let disk = project("[علي]{actor} قال [لا]{claim}");
            disk.put(path, &bytes[..cut]);
            let opened = match try_open(&disk) {
                Err(error) => {
                    assert!(error.to_string().contains("project.ron, line"), "{path} cut at {cut}: {error}");
                    continue;
                }
                Ok(opened) => opened,
            };
            let (mut session, mut issues) = (opened.session, opened.issues);
            issues.extend(session.load(&key().article, &key().annotator));
            let same = shown(&session) == "[علي]{actor} قال [لا]{claim}";
            assert!(same || !issues.is_empty(), "{path} cut at {cut} went unnoticed");
            session.close().unwrap();
            assert!(
                path.ends_with(".ron")
                    || path.contains("journal")
                    || disk.files()[Path::new(path)] == bytes[..cut]
            );
        }
    }
}

#[test]
fn what_is_there_twice_is_kept_and_said() {
    let disk = project("[Ali]{actor} said [no]{claim}");
    let file = disk.text(LAYER);
    disk.put(LAYER, file.replace("(id: 2, label: \"claim\"", "(id: 1, label: \"claim\""));
    let (mut session, issues) = open(&disk);
    said(&issues, "number-twice", &["number 1 twice", "span 3"]);
    assert_eq!(shown(&session), "[Ali]{actor} said [no]{claim}");
    mark(&mut session, "said");
    session.close().unwrap();
    let kept = disk
        .files()
        .into_iter()
        .find(|(path, _)| path.starts_with("/p/quarantine"))
        .expect("a copy of the file");
    assert!(String::from_utf8(kept.1).unwrap().contains("(id: 1, label: \"claim\""));
}

#[test]
fn unknown_fields_are_kept() {
    let disk = project("[Ali]{actor} said no");
    disk.put(
        LAYER,
        disk.text(LAYER).replace("quote: \"Ali\"", "quote: \"Ali\", checked: Some((by: \"ن\", at: [1, 2]))"),
    );
    let manifest = disk.text("/p/project.ron").replace("(id: \"a\",", "(id: \"a\", shelf: 'x',");
    disk.put("/p/project.ron", manifest);
    let (mut session, issues) = open(&disk);
    said(&issues, "unknown-field", &["`shelf: 'x'` in article/a"]);
    said(&issues, "unknown-field", &["shelf"]);
    mark(&mut session, "no");
    session.apply(Edit::SetName { old: "Fixture".into(), new: "x".into() }).unwrap();
    session.close().unwrap();
    assert!(disk.text(LAYER).contains("checked: Some((by: \"ن\", at: [1, 2]))"), "{}", disk.text(LAYER));
    assert!(disk.text("/p/project.ron").contains("shelf: 'x'"));
}

#[test]
fn a_newer_project_is_refused_and_a_newer_layer_left_alone() {
    let disk = project("[Ali]{actor} said no");
    disk.put(LAYER, "(format: 7, shape: [new])");
    let (session, issues) = open(&disk);
    said(&issues, "file-newer", &["has format 7", "newer Hashiya"]);
    session.close().unwrap();
    assert_eq!(disk.text(LAYER), "(format: 7, shape: [new])");
    disk.put("/p/project.ron", "(format: 7, shape: [new])");
    let error = try_open(&disk).unwrap_err().to_string();
    assert!(error.contains("has format 7") && error.contains("newer Hashiya"), "{error}");
}

#[test]
fn another_articles_layer_is_not_taken_for_ours() {
    let disk = project("[Ali]{actor} said no");
    disk.put(LAYER, disk.text(LAYER).replace("article: \"a\"", "article: \"b\""));
    let (session, issues) = open(&disk);
    said(&issues, "file-foreign", &["is a layer of the article b"]);
    assert_eq!(shown(&session), "Ali said no");
}

#[test]
fn ids_that_lead_out_of_the_folder_are_never_followed() {
    let disk = project("[Ali]{actor} said no");
    disk.put("/secret.txt", "secret");
    disk.put("/p/project.ron", disk.text("/p/project.ron").replace("(id: \"a\",", "(id: \"../../secret\","));
    let mut opened = try_open(&disk).unwrap();
    let id = opened.session.project().articles()[0].id.clone();
    said(&opened.session.load_text(&id), "unsafe-name", &["cannot be the name of a file"]);
    assert_eq!(opened.session.project().text(&id).unwrap().text(), "");
}

#[test]
fn damage_within_a_journal_is_reported_and_the_rest_is_used() {
    let disk = project("one two three");
    let (mut session, _) = open(&disk);
    for words in ["one", "two", "three"] {
        mark(&mut session, words);
    }
    drop(session);
    let journal = "/p/journal/000001.jnl";
    let damaged = disk.text(journal).replace("\"two\"", "\"TWO\"");
    disk.put(journal, damaged.as_str());
    let (session, issues) = open(&disk);
    said(&issues, "journal-gap", &["edits 2 to 2", "journal/000001.jnl"]);
    said(&issues, "journal-damaged", &["line 3", "quarantine/"]);
    assert_eq!(shown(&session), "[one]{actor} two [three]{actor}");
    session.close().unwrap();
    let kept = disk
        .files()
        .into_iter()
        .find(|(path, _)| path.starts_with("/p/quarantine"))
        .expect("a copy of the journal");
    assert_eq!(kept.1, damaged.into_bytes());
}

#[test]
fn nesting_bombs_are_errors() {
    let disk = project("[Ali]{actor} said no");
    for bomb in ["(", "[", "{", "Some(", "/*", "r#"] {
        disk.put(LAYER, format!("(format: 1, x: {}", bomb.repeat(200_000)));
        disk.put("/p/entities.ron", bomb.repeat(200_000));
        let (_, issues) = open(&disk);
        let bad = |file: &str| {
            issues.iter().any(|issue| issue.to_string().contains(&format!("{file}: line 1, column")))
        };
        assert!(bad("layers/me/a.ron") && bad("entities.ron"), "{issues:#?}");
    }
}

#[test]
fn an_empty_project_is_one() {
    let disk = Disk::default();
    let make = || {
        let vfs = Arc::new(disk.clone());
        Session::create_on(vfs, Path::new("/p"), Project::new("n", "n"), Waiting::Caller)
    };
    make().unwrap().close().unwrap();
    assert!(make().unwrap_err().to_string().contains("/p is not empty; nothing was written"));
    assert_eq!(try_open(&disk).unwrap().issues, []);
}
