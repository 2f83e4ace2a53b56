//! What something else does to the files while the project is open.

use super::*;
use crate::store::LayerCounts;

const LAYER: &str = "layers/me/a.ron";

fn look(session: &mut Session) -> OutsideNews {
    let found = session.outside_check().run();
    session.take_outside(found)
}

/// Waits until every file is written; gives what was said meanwhile.
fn settle(session: &mut Session) -> Vec<Issue> {
    let mut issues = Vec::new();
    session.sync().unwrap();
    session.snapshot();
    while session.folder.is_dirty() || !session.folder.is_clean(&key()) {
        issues.extend(session.tick(Duration::ZERO));
    }
    issues.extend(session.tick(Duration::ZERO));
    issues
}

fn open_loaded(room: &Room) -> Session {
    let mut session = room.open();
    load(&mut session);
    session
}

fn codes(issues: &[Issue]) -> Vec<&'static str> {
    issues.iter().map(|issue| issue.code).collect()
}

impl Room {
    /// The project with its file as another copy of it would write it.
    fn elsewhere(&self, file: &str, work: impl FnOnce(&mut Session)) -> String {
        let other = tempfile::tempdir().unwrap();
        let root = other.path().join("copy");
        for name in ["project.ron", "entities.ron", "articles/a.txt", LAYER] {
            if let Ok(bytes) = RealFs.read(&self.root().join(name)) {
                crate::store::outside::write(&root.join(name), &bytes).unwrap();
            }
        }
        let mut session = Session::open(&root).unwrap().session;
        session.load(&"a".into(), &"me".into());
        work(&mut session);
        session.close().unwrap();
        String::from_utf8(RealFs.read(&root.join(file)).unwrap()).unwrap()
    }

    fn add(&self, file: &str, text: &str) {
        crate::store::outside::write(&self.root().join(file), text.as_bytes()).unwrap();
    }
}

#[test]
fn nothing_is_found_where_nothing_changed() {
    let room = Room::new("[one]{actor} two three");
    let mut session = open_loaded(&room);
    mark(&mut session, "two", "claim");
    for _ in 0..2 {
        let news = look(&mut session);
        assert!(news.taken.reloaded.is_empty() && news.taken.issues.is_empty(), "{news:?}");
        settle(&mut session);
    }
    assert_eq!(session.next_undo().map(|edit| edit.layers().len()), Some(1));
    session.close().unwrap();
}

#[test]
fn a_layer_of_which_nothing_is_pending_is_read_again_and_undo_ends_there() {
    let room = Room::new("[one]{actor} two three");
    let mut session = open_loaded(&room);
    mark(&mut session, "two", "claim");
    session.apply(Edit::SetName { old: "Fixture".into(), new: "ours".into() }).unwrap();
    settle(&mut session);
    let theirs = room.elsewhere(LAYER, |session| mark(session, "three", "location"));
    room.put(LAYER, &theirs);
    let news = look(&mut session);
    assert_eq!(news.taken.reloaded, [LAYER]);
    assert_eq!(shown(&session), "[one]{actor} [two]{claim} [three]{location}");
    assert_eq!(news.forgotten, 1, "the mark, not the name after it");
    assert!(matches!(session.undo().unwrap(), Some(Edit::SetName { .. })));
    assert!(session.undo().unwrap().is_none());
    assert_eq!(session.counts(&key()), Some(&LayerCounts::of(layer(&session))));
    // What comes after is written over it: it is known.
    mark(&mut session, "one", "claim");
    assert_eq!(settle(&mut session), []);
    session.close().unwrap();
    assert!(!room.root().join("layers/me/a.conflict-4.ron").exists());
}

#[test]
fn where_ours_is_pending_theirs_stays_and_ours_goes_beside() {
    let room = Room::new("[one]{actor} two three");
    let mut session = open_loaded(&room);
    settle(&mut session);
    let theirs = room.elsewhere(LAYER, |session| mark(session, "three", "location"));
    mark(&mut session, "two", "claim");
    room.put(LAYER, &theirs);
    let news = look(&mut session);
    assert!(news.taken.reloaded.is_empty());
    assert_eq!(codes(&settle(&mut session)), ["file-conflict"]);
    assert_eq!(room.text(LAYER), theirs);
    assert_eq!(shown(&session), "[one]{actor} [two]{claim} three", "the window goes on with ours");
    assert!(session.undo().unwrap().is_some(), "on ours, undo goes on");
    session.redo().unwrap();
    session.close().unwrap();
    let conflicts = Session::open_read_only(&room.root()).unwrap().session.reader().conflicts();
    assert_eq!(conflicts.len(), 1);
    let conflict = &conflicts[0];
    assert_eq!(conflict.theirs, LAYER);
    assert!(conflict.ours.starts_with("layers/me/a.conflict-"), "{}", conflict.ours);
    let compared = conflict.compared.as_ref().unwrap();
    assert_eq!((compared.same, compared.ours.len(), compared.theirs.len()), (1, 1, 1));
    assert_eq!((&*compared.ours[0].words[0], &*compared.theirs[0].words[0]), ("two", "three"));
}

#[test]
fn a_file_that_is_removed_is_written_again_from_memory() {
    let room = Room::new("[one]{actor} two");
    let mut session = open_loaded(&room);
    for file in [LAYER, "project.ron"] {
        RealFs.unlink(&room.root().join(file)).unwrap();
    }
    let news = look(&mut session);
    assert_eq!(codes(&news.taken.issues), ["file-gone", "file-gone"]);
    assert_eq!(settle(&mut session), []);
    assert!(room.text(LAYER).contains("one") && room.text("project.ron").contains("Fixture"));
    assert!(look(&mut session).taken.issues.is_empty(), "told once");
}

#[test]
fn a_file_that_cannot_be_read_any_more_costs_nothing() {
    let room = Room::new("[one]{actor} two");
    let mut session = open_loaded(&room);
    let before = room.text(LAYER);
    let merging = format!("<<<<<<< ours\n{before}=======\n{before}>>>>>>> theirs\n");
    room.put(LAYER, &merging);
    assert_eq!(codes(&look(&mut session).taken.issues), ["file-syntax"]);
    assert_eq!(codes(&settle(&mut session)), ["file-conflict"]);
    assert_eq!(shown(&session), "[one]{actor} two");
    assert_eq!(room.text(LAYER), merging);
    assert!(room.text("layers/me/a.conflict-0.ron").contains("one"));
    session.close().unwrap();
}

#[test]
fn a_colleagues_layers_and_articles_appear() {
    let room = Room::new("[one]{actor} two");
    let mut session = open_loaded(&room);
    let text: Arc<str> = "a new article".into();
    let index = room.elsewhere("project.ron", |session| {
        session.add_articles(vec![(ArticleInfo::new("b", &text), text.clone())]).unwrap();
        session.apply(Edit::SetAnnotator { id: "sam".into(), old: None, new: Some("Sam".into()) }).unwrap();
    });
    let layer = room.text(LAYER).replace("annotator: \"me\"", "annotator: \"sam\"");
    room.put("project.ron", &index);
    room.add("articles/b.txt", &text);
    room.add("layers/sam/a.ron", &layer);
    let news = look(&mut session);
    assert!(news.taken.manifest && news.taken.counts, "{news:?}");
    assert_eq!(session.project().articles().len(), 2);
    assert_eq!(session.annotators_of(&"a".into()), ["me".into(), "sam".into()]);
    assert_eq!(session.counts(&LayerKey::new("a", "sam")).unwrap().spans, 1);
    assert_eq!(session.load(&"b".into(), &"me".into()), []);
    assert_eq!(shown(&session), "[one]{actor} two", "what was open stays open");
    RealFs.unlink(&room.root().join("layers/sam/a.ron")).unwrap();
    assert!(look(&mut session).taken.counts);
    assert_eq!(session.annotators_of(&"a".into()), ["me".into()]);
}

#[test]
fn a_registry_from_elsewhere_is_read_again() {
    let room = Room::new("one");
    let mut session = open_loaded(&room);
    let ali = || Entity {
        id: "ali".into(),
        name: "علي".into(),
        aliases: Vec::new(),
        kind: EntityKind::Actor,
        external: String::new(),
    };
    let theirs = room.elsewhere("entities.ron", |session| {
        session.apply(Edit::SetEntity { id: "ali".into(), old: None, new: Some(Box::new(ali())) }).unwrap();
    });
    room.add("entities.ron", &theirs);
    assert!(look(&mut session).taken.registry);
    assert_eq!(session.project().entities.get(&"ali".into()), Some(&ali()));
}

#[test]
fn spans_on_a_text_that_changed_are_lost_or_stand_and_pending_ones_survive() {
    let room = Room::new("[one]{actor} two three");
    let mut session = open_loaded(&room);
    mark(&mut session, "three", "claim");
    room.put("articles/a.txt", "one! two three");
    let news = look(&mut session);
    assert_eq!(news.taken.texts, ["a".into()]);
    assert_eq!(codes(&news.taken.issues), ["article-hash"]);
    assert!(session.is_text_changed(&"a".into()));
    let lost = |session: &Session| layer(session).spans.values().map(|span| span.lost).collect::<Vec<_>>();
    assert_eq!(lost(&session), [false, true]);
    assert_eq!(layer(&session).spans[&SpanId(2)].quote, "three");
    assert_eq!(news.forgotten, 1, "undo would take away another span than was made");
    assert!(look(&mut session).taken.is_empty(), "told once");
    session.sync().unwrap();
    drop(session);
    let mut recovered = Session::open(&room.root()).unwrap().session;
    load(&mut recovered);
    assert_eq!(lost(&recovered), [false, true]);
    assert_eq!(layer(&recovered).spans[&SpanId(2)].quote, "three");
    // The old text comes back, and with it the words.
    room.put("articles/a.txt", "one two three");
    look(&mut recovered);
    assert_eq!(shown(&recovered), "[one]{actor} two [three]{claim}");
    assert!(!recovered.is_text_changed(&"a".into()));
}

#[test]
fn a_text_that_is_gone_stays_on_the_page() {
    let room = Room::new("[one]{actor} two");
    let mut session = open_loaded(&room);
    RealFs.unlink(&room.root().join("articles/a.txt")).unwrap();
    assert_eq!(codes(&look(&mut session).taken.issues), ["text-missing"]);
    assert!(look(&mut session).taken.issues.is_empty(), "told once");
    assert_eq!(shown(&session), "[one]{actor} two");
}

#[test]
fn what_was_edited_while_the_look_was_under_way_is_kept() {
    let room = Room::new("[one]{actor} two three");
    let mut session = open_loaded(&room);
    let theirs = room.elsewhere(LAYER, |session| mark(session, "three", "location"));
    room.put(LAYER, &theirs);
    let found = session.outside_check().run();
    mark(&mut session, "two", "claim");
    session.take_outside(found);
    assert_eq!(codes(&settle(&mut session)), ["file-conflict"]);
    assert_eq!(shown(&session), "[one]{actor} [two]{claim} three");
    assert_eq!(room.text(LAYER), theirs);
}

#[test]
fn a_copy_that_was_worked_on_elsewhere_hides_no_edit_to_come() {
    let room = Room::new("one two three");
    let mut session = open_loaded(&room);
    mark(&mut session, "one", "actor");
    settle(&mut session);
    // The whole folder was copied, journal and all: the copy counts its edits on under the same name.
    let written = room.text(LAYER);
    let through = written.lines().find(|line| line.contains("through:")).unwrap();
    let ahead = written.replace(through, "    through: 50,");
    room.put(LAYER, &ahead);
    assert_eq!(look(&mut session).taken.reloaded, [LAYER]);
    settle(&mut session);
    mark(&mut session, "two", "claim");
    session.sync().unwrap();
    drop(session);
    let opened = Session::open(&room.root()).unwrap();
    assert_eq!(shown(&opened.session), "[one]{actor} [two]{claim} three");
}

#[test]
fn a_copy_that_was_worked_on_elsewhere_hides_no_edit_of_ours_at_the_next_opening() {
    let room = Room::new("one two three");
    let mut session = open_loaded(&room);
    mark(&mut session, "one", "actor");
    settle(&mut session);
    mark(&mut session, "two", "claim");
    session.sync().unwrap();
    drop(session);
    let written = room.text(LAYER);
    let through = written.lines().find(|line| line.contains("through:")).unwrap();
    room.put(LAYER, &written.replace(through, "    through: 50,"));
    let mut session = Session::open(&room.root()).unwrap().session;
    load(&mut session);
    assert_eq!(shown(&session), "[one]{actor} [two]{claim} three");
    settle(&mut session);
    let through = "    through: 2,";
    assert!(room.text(LAYER).lines().any(|line| line == through), "{}", room.text(LAYER));
}

#[test]
fn a_journal_that_came_from_elsewhere_meanwhile_is_kept_for_the_next_opening() {
    let room = Room::new("one two three");
    let mut session = open_loaded(&room);
    mark(&mut session, "one", "actor");
    let theirs = room.root().join("journal/000000.jnl");
    crate::store::outside::write(&theirs, b"somebody's").unwrap();
    settle(&mut session);
    session.close().unwrap();
    assert_eq!(RealFs.read(&theirs).unwrap(), b"somebody's");
}

#[test]
fn a_text_taken_over_stays_so_after_a_crash_and_can_be_given_back() {
    let room = Room::new("[one]{actor} two");
    room.put("articles/a.txt", "one two three");
    let mut session = Session::open(&room.root()).unwrap().session;
    assert_eq!(codes(&load(&mut session)), ["article-hash"]);
    let old = session.project().article(&"a".into()).unwrap().mark();
    let new = session.project().text(&"a".into()).unwrap().mark();
    session.apply(Edit::AcceptText { article: "a".into(), old, new }).unwrap();
    session.sync().unwrap();
    drop(session);
    let mut opened = Session::open(&room.root()).unwrap();
    assert_eq!(opened.recovered_list, ["took over the changed text of the article a"]);
    assert_eq!(load(&mut opened.session), []);
    assert!(!opened.session.is_text_changed(&"a".into()));
    opened.session.close().unwrap();
    let mut session = room.open();
    assert_eq!(load(&mut session), []);
    session.apply(Edit::AcceptText { article: "a".into(), old: new, new: old }).unwrap();
    assert!(session.is_text_changed(&"a".into()));
    session.undo().unwrap();
    assert!(!session.is_text_changed(&"a".into()));
}

#[test]
fn a_layer_that_was_put_away_and_changed_is_not_reached_by_undo() {
    let room = Room::new("[one]{actor} two three");
    let mut session = open_loaded(&room);
    mark(&mut session, "two", "claim");
    settle(&mut session);
    session.unload(&"a".into());
    let theirs = room.elsewhere(LAYER, |session| mark(session, "three", "location"));
    room.put(LAYER, &theirs);
    assert_eq!(look(&mut session).forgotten, 1);
    assert!(session.undo().unwrap().is_none());
    load(&mut session);
    assert_eq!(shown(&session), "[one]{actor} [two]{claim} [three]{location}");
}
