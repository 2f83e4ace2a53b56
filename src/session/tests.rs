mod outside;

use std::path::PathBuf;

use super::*;
use crate::model::{
    Entity, EntityKind, Layer, Relation, RelationId, Span, SpanId, Status, TextRange, fixture,
};

/// A project of one article in a folder of its own, opened anew by each call.
struct Room {
    folder: tempfile::TempDir,
}

impl Room {
    fn new(fixture: &str) -> Self {
        let room = Self { folder: tempfile::tempdir().unwrap() };
        let (project, _) = fixture::project(fixture);
        Session::create(&room.root(), project).unwrap().close().unwrap();
        room
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("دراسة")
    }

    fn open(&self) -> Session {
        let opened = Session::open(&self.root()).unwrap();
        assert_eq!((opened.issues, opened.recovered, opened.read_only), (Vec::new(), 0, None));
        opened.session
    }

    fn text(&self, file: &str) -> String {
        String::from_utf8(RealFs.read(&self.root().join(file)).unwrap()).unwrap()
    }

    fn put(&self, file: &str, text: &str) {
        let path = self.root().join(file);
        RealFs.unlink(&path).unwrap();
        let mut file = RealFs.create_new(&path).unwrap();
        assert_eq!(file.write(text.as_bytes()).unwrap(), text.len());
    }
}

fn key() -> LayerKey {
    LayerKey::new("a", "me")
}

fn load(session: &mut Session) -> Vec<Issue> {
    session.load(&"a".into(), &"me".into())
}

fn layer(session: &Session) -> &Layer {
    session.project().layer(&key()).unwrap()
}

fn shown(session: &Session) -> String {
    fixture::write(session.project().text(&"a".into()).unwrap().text(), layer(session))
}

/// Marks the first occurrence of some words.
fn mark(session: &mut Session, words: &str, label: &str) {
    load(session);
    let text = session.project().text(&"a".into()).unwrap().text().to_owned();
    let start = u32::try_from(text.find(words).unwrap()).unwrap();
    let range = TextRange::at(start.into(), (words.len() as u32).into());
    let span = Span::new(layer(session).next_span_id(), label, [range], &text).unwrap();
    session.apply(Edit::AddSpan { layer: key(), span: Box::new(span) }).unwrap();
}

#[test]
fn what_was_marked_is_there_again() {
    let room = Room::new("قال علي لا");
    let mut session = room.open();
    mark(&mut session, "علي", "actor");
    mark(&mut session, "لا", "claim");
    session.close().unwrap();
    let mut session = room.open();
    assert!(load(&mut session).is_empty());
    assert_eq!(shown(&session), "قال [علي]{actor} [لا]{claim}");
    assert_eq!(layer(&session).next_span_id(), SpanId(3));
    assert_eq!(RealFs.list(&room.root().join("journal")).unwrap().len(), 1, "old journals are gone");
}

#[test]
fn what_was_acknowledged_comes_back_without_a_snapshot() {
    let room = Room::new("قال علي لا");
    let mut session = room.open();
    mark(&mut session, "علي", "actor");
    session.sync().unwrap();
    assert_eq!(session.saved(), Saved::Everything { edits: 1 });
    // Dropped without closing, as a crash would: no file of the project was written.
    drop(session);
    for _ in 0..2 {
        let opened = Session::open(&room.root()).unwrap();
        assert_eq!(opened.recovered_list, ["marked “علي” as Actor in a/me"]);
        assert_eq!(opened.issues, []);
        assert_eq!(shown(&opened.session), "قال [علي]{actor} لا");
    }
}

#[test]
fn edits_after_a_crash_follow_those_before() {
    let room = Room::new("one two three");
    for (words, recovered) in [("one", 0), ("two", 1), ("three", 2)] {
        let opened = Session::open(&room.root()).unwrap();
        assert_eq!(opened.recovered, recovered);
        let mut session = opened.session;
        mark(&mut session, words, "actor");
        session.sync().unwrap();
    }
    Session::open(&room.root()).unwrap().session.close().unwrap();
    let mut session = room.open();
    load(&mut session);
    assert_eq!(shown(&session), "[one]{actor} [two]{actor} [three]{actor}");
}

#[test]
fn undo_and_redo_are_journalled() {
    let room = Room::new("one two");
    let mut session = room.open();
    mark(&mut session, "one", "actor");
    mark(&mut session, "two", "claim");
    assert!(session.undo().unwrap().is_some());
    assert!(session.undo().unwrap().is_some());
    assert!(session.undo().unwrap().is_none());
    assert!(session.redo().unwrap().is_some());
    session.unload(&"a".into());
    session.sync().unwrap();
    drop(session);
    let opened = Session::open(&room.root()).unwrap();
    assert_eq!(opened.recovered, 5);
    assert_eq!(shown(&opened.session), "[one]{actor} two");
}

#[test]
fn undo_reaches_articles_that_were_put_away() {
    let room = Room::new("one two");
    let mut session = room.open();
    mark(&mut session, "one", "actor");
    session.sync().unwrap();
    session.snapshot();
    while session.folder.is_dirty() || !session.folder.is_clean(&key()) {
        assert_eq!(session.tick(Duration::ZERO), []);
    }
    session.unload(&"a".into());
    assert!(session.project().layer(&key()).is_none());
    session.undo().unwrap();
    assert_eq!(shown(&session), "one two");
}

#[test]
fn everything_a_project_holds_survives() {
    let room = Room::new("[علي]{actor} قال [لا]{claim}");
    let mut session = room.open();
    load(&mut session);
    let mut codebook = (*session.project().codebook).clone();
    codebook.labels[0].name = "فاعل “\"”".into();
    let entity = Entity {
        id: "ali".into(),
        name: "علي".into(),
        aliases: vec!["أبو حسن".into()],
        kind: EntityKind::Other("مؤسسة".into()),
        external: "Q1".into(),
    };
    let info = session.project().article(&"a".into()).unwrap().clone();
    let named =
        Arc::new(ArticleInfo {
            title: "عنوان\u{202e}".into(), date: "2026-01-18".into(), ..(*info).clone()
        });
    let linked = Relation {
        attributes: [("sure".to_owned(), "yes".to_owned())].into(),
        ..Relation::new(RelationId(1), "claimant", SpanId(2), SpanId(1))
    };
    let old = layer(&session).spans[&SpanId(1)].clone();
    let noted = Span { note: "سطر\nسطر".into(), ..old.clone() };
    let edits = vec![
        Edit::SetCodebook { old: session.project().codebook.clone(), new: Arc::new(codebook) },
        Edit::SetEntity { id: "ali".into(), old: None, new: Some(Box::new(entity)) },
        Edit::SetAnnotator { id: "me".into(), old: None, new: Some("سمر".into()) },
        Edit::SetName { old: "Fixture".into(), new: "دراسة".into() },
        Edit::ChangeArticle { old: info, new: named },
        Edit::AddRelation { layer: key(), relation: linked },
        Edit::ChangeSpan { layer: key(), old: Box::new(old), new: Box::new(noted) },
        Edit::SetStatus { layer: key(), old: Status::New, new: Status::Done },
    ];
    session.apply(Edit::Batch(edits)).unwrap();
    session.sync().unwrap();
    let alive = session.project().clone();
    drop(session);
    let recovered = Session::open(&room.root()).unwrap();
    assert_eq!(recovered.issues, []);
    assert_eq!(recovered.session.project(), &alive);
    recovered.session.close().unwrap();
    let mut session = room.open();
    load(&mut session);
    assert_eq!(session.project(), &alive);
}

#[test]
fn new_articles_come_with_their_texts() {
    let room = Room::new("one");
    let mut session = room.open();
    let text: Arc<str> = "نص جديد".into();
    let info = || ArticleInfo::new("جديد", &text);
    session.add_articles(vec![(info(), text.clone())]).unwrap();
    let refused = session.add_articles(vec![(info(), text.clone())]).unwrap_err().to_string();
    assert!(refused.contains("has an article جديد already"), "{refused}");
    let bad = ArticleInfo::new("../out", &text);
    assert!(session.add_articles(vec![(bad, text.clone())]).is_err());
    session.sync().unwrap();
    drop(session);
    let mut session = Session::open(&room.root()).unwrap().session;
    assert_eq!(session.load_text(&"جديد".into()), []);
    assert_eq!(session.project().text(&"جديد".into()).unwrap().text(), "نص جديد");
    session.undo().unwrap();
    assert_eq!(session.project().articles().len(), 2, "what an earlier sitting did is not undone");
}

#[test]
fn a_second_instance_looks_only_and_says_who_works() {
    let room = Room::new("one two");
    let mut first = room.open();
    mark(&mut first, "one", "actor");
    first.sync().unwrap();
    let mut second = Session::open(&room.root()).unwrap();
    let holder = second.read_only.unwrap();
    assert!(holder.contains(&format!("process {}", std::process::id())), "{holder}");
    assert_eq!(shown(&second.session), "[one]{actor} two", "it sees what is in the journal");
    assert_eq!(second.session.saved(), Saved::ReadOnly);
    let edit = Edit::SetName { old: "Fixture".into(), new: "x".into() };
    assert!(second.session.apply(edit).unwrap_err().to_string().contains("reading only"));
    first.close().unwrap();
    assert_eq!(Session::open(&room.root()).unwrap().read_only, None);
}

#[test]
fn counts_follow_edits_and_survive() {
    let room = Room::new("[one]{actor} two");
    let mut session = room.open();
    session.count_all();
    assert_eq!(session.annotators_of(&"a".into()), ["me".into()]);
    assert_eq!(session.counts(&key()).unwrap().spans, 1);
    mark(&mut session, "two", "claim");
    let counts = session.counts(&key()).unwrap().clone();
    assert_eq!((counts.spans, counts.labels.len()), (2, 2));
    assert_eq!(counts, LayerCounts::of(layer(&session)));
    session.undo().unwrap();
    assert_eq!(session.counts(&key()), Some(&LayerCounts::of(layer(&session))));
    session.close().unwrap();
    assert!(room.text("cache/counts.txt").starts_with("a\tme\t"));
    assert_eq!(room.open().counts(&key()).unwrap().spans, 1, "from the cache, at once");
}

#[test]
fn a_file_changed_behind_our_back_is_not_replaced() {
    let room = Room::new("one two");
    let mut session = room.open();
    mark(&mut session, "one", "actor");
    session.snapshot();
    session.close().unwrap();
    let mut session = room.open();
    mark(&mut session, "two", "actor");
    let foreign = room.text("layers/me/a.ron").replace("actor", "claim");
    room.put("layers/me/a.ron", &foreign);
    session.close().unwrap();
    assert_eq!(room.text("layers/me/a.ron"), foreign);
    assert!(room.text("layers/me/a.conflict-2.ron").contains("two"));
    let opened = Session::open(&room.root()).unwrap();
    assert_eq!(opened.issues.iter().map(|issue| issue.code).collect::<Vec<_>>(), ["file-conflict"]);
}

#[test]
fn a_folder_that_is_no_project_or_not_empty_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = Session::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("is not a Hashiya project"), "{error}");
    let room = Room::new("one");
    let error = Session::create(&room.root(), Project::new("x", "x")).unwrap_err().to_string();
    assert!(error.contains("is not empty; nothing was written"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_in_a_project_lead_nothing_outside() {
    use std::os::unix::fs::symlink;
    let room = Room::new("one two");
    let outside = room.folder.path().join("thesis");
    let text = || RealFs.read(&outside).unwrap();
    write_texts(&RealFs, room.folder.path(), &[("thesis".into(), "precious".into())]).unwrap();
    RealFs.rename(&room.folder.path().join("articles/thesis.txt"), &outside).unwrap();
    for link in ["layers/me/a.ron.tmp", "cache/counts.txt.tmp", "project.ron.tmp"] {
        RealFs.create_dir(room.root().join(link).parent().unwrap()).unwrap();
        symlink(&outside, room.root().join(link)).unwrap();
    }
    let mut session = room.open();
    mark(&mut session, "one", "actor");
    session.apply(Edit::SetName { old: "Fixture".into(), new: "x".into() }).unwrap();
    session.close().unwrap();
    assert_eq!(text(), b"precious");
    RealFs.unlink(&room.root().join(".lock")).unwrap();
    symlink(&outside, room.root().join(".lock")).unwrap();
    let opened = Session::open(&room.root()).unwrap();
    assert!(opened.read_only.unwrap().contains(".lock: it is a link to another file"));
    assert_eq!(text(), b"precious");
}

#[test]
fn a_settled_part_of_an_import_is_out_of_memory_and_on_disk() {
    let room = Room::new("Ali said no");
    let mut session = room.open();
    load(&mut session);
    session.apply(Edit::SetName { old: "Fixture".into(), new: "x".into() }).unwrap();
    mark(&mut session, "Ali", "actor");
    session.settle([&"a".into()]).unwrap();
    assert!(session.project().text(&"a".into()).is_none() && session.project().layer(&key()).is_none());
    assert!(!session.can_undo());
    assert!(room.text("layers/me/a.ron").contains("\"Ali\""));
    assert!(room.text("project.ron").contains("\"Fixture\""), "the index waits for the end");
    // Killed here: the name is in the journal, which stayed.
    drop(session);
    let Opened { mut session, recovered, issues, .. } = Session::open(&room.root()).unwrap();
    assert_eq!((recovered, issues), (1, Vec::new()));
    load(&mut session);
    assert_eq!((session.project().name.as_str(), shown(&session)), ("x", "[Ali]{actor} said no".to_owned()));
    session.close().unwrap();
    assert!(room.text("project.ron").contains("\"x\""));
    load(&mut room.open());
}

/// Journals of before this edit was there kept numbers by adding and removing a span without a place.
#[test]
fn journals_with_placeholders_are_still_read() {
    let room = Room::new("Ali said no");
    let mut session = room.open();
    load(&mut session);
    let (no_ranges, lost): ([TextRange; 0], _) = ([], true);
    let span = Span { lost, ..Span::new(SpanId(7), "placeholder", no_ranges, "").unwrap() };
    for edit in [
        Edit::AddSpan { layer: key(), span: Box::new(span.clone()) },
        Edit::RemoveSpan { layer: key(), span: Box::new(span) },
    ] {
        session.apply(edit).unwrap();
    }
    session.sync().unwrap();
    drop(session);
    let Opened { mut session, issues, .. } = Session::open(&room.root()).unwrap();
    assert_eq!(issues, Vec::new());
    load(&mut session);
    assert_eq!((layer(&session).next_span_id(), layer(&session).spans.len()), (SpanId(8), 0));
}
