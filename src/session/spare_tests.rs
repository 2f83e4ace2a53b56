//! Journals in the state folder while the project's own folder refuses them.

use std::path::Path;
use std::sync::Arc;

use super::{Opened, Saved, Session, Waiting};
use crate::model::{Edit, LayerKey, Severity, Span, fixture};
use crate::store::sim::{Dice, Disk, Errno, SimVfs};
use crate::store::{Access, StoreError, Vfs};

const ROOT: &str = "/study";
const STATE: &str = "/home/state/journals";

fn machine() -> Arc<SimVfs> {
    let vfs = Arc::new(SimVfs::new(Disk::default(), 7));
    let (project, _) = fixture::project("one two three four five six seven");
    let session = Session::create_on(vfs.clone(), Path::new(ROOT), project, Waiting::Caller).unwrap();
    session.close().unwrap();
    vfs
}

fn open(vfs: &Arc<SimVfs>) -> Result<Opened, StoreError> {
    let (vfs, spare): (Arc<dyn Vfs>, _) = (vfs.clone(), Some(Path::new(STATE)));
    Session::open_sparing(vfs, Path::new(ROOT), Access::Write, Waiting::Caller, spare)
}

fn mark(session: &mut Session, word: &str) {
    let key = LayerKey::new("a", "me");
    session.load(&key.article, &key.annotator);
    let text = session.project().text(&key.article).unwrap().text().to_owned();
    let at = u32::try_from(text.find(word).unwrap()).unwrap();
    let range = text_size::TextRange::at(at.into(), text_size::TextSize::of(word));
    let id = session.project().layer(&key).unwrap().next_span_id();
    let span = Span::new(id, "date", crate::model::Ranges::from_slice(&[range]), &text).unwrap();
    session.apply(Edit::AddSpan { layer: key, span: Box::new(span) }).unwrap();
}

fn quotes(session: &mut Session) -> Vec<String> {
    session.load(&"a".into(), &"me".into());
    let layer = session.project().layer(&LayerKey::new("a", "me")).unwrap();
    layer.spans.values().map(|span| span.quote.clone()).collect()
}

fn is_saved(session: &Session) -> bool {
    matches!(session.saved(), Saved::Everything { .. })
}

fn spare_files(vfs: &SimVfs) -> Vec<String> {
    let files =
        vfs.disk().files().into_iter().map(|(path, _)| path.display().to_string()).collect::<Vec<_>>();
    files.into_iter().filter(|path| path.starts_with(STATE)).collect()
}

/// A sitting whose project folder refuses writes after the first edit, while the state folder works.
fn refused_after_one(vfs: &Arc<SimVfs>) -> Session {
    let mut session = open(vfs).unwrap().session;
    mark(&mut session, "one");
    vfs.refuse(Path::new(ROOT), Errno::Erofs);
    mark(&mut session, "two");
    mark(&mut session, "three");
    session
}

#[test]
fn edits_go_to_the_state_folder_and_people_are_told_once() {
    let vfs = machine();
    let mut session = refused_after_one(&vfs);
    assert!(is_saved(&session), "{:?}", session.saved());
    assert_eq!(spare_files(&vfs).len(), 1);
    let told: Vec<_> =
        session.tick(std::time::Duration::ZERO).into_iter().map(|issue| issue.message).collect();
    assert!(told.len() == 1 && told[0].contains(STATE), "{told:?}");
    assert_eq!(session.tick(std::time::Duration::ZERO), []);
}

#[test]
fn what_was_saved_there_comes_back_after_a_crash() {
    let vfs = machine();
    drop(refused_after_one(&vfs));
    let mut dice = Dice::new(5);
    for nth in 0..200 {
        let after = Arc::new(SimVfs::new(vfs.disk().crash(nth, &mut dice), 1));
        let opened = open(&after).unwrap();
        let said: Vec<_> = opened.issues.iter().map(|issue| (issue.code, issue.severity)).collect();
        assert_eq!(said, [("journal-spare", Severity::Warning)], "{nth}: {:?}", opened.issues);
        let mut session = opened.session;
        assert_eq!(quotes(&mut session), ["one", "two", "three"], "{nth}");
        mark(&mut session, "four");
        assert!(is_saved(&session));
        // Killed once more before a snapshot, the other time closed.
        if nth % 2 == 0 {
            session.close().unwrap();
            assert_eq!(spare_files(&after), [""; 0], "all of it is in the project now");
        } else {
            drop(session);
        }
        let mut again = open(&Arc::new(SimVfs::new(after.disk().crash(nth, &mut dice), 2))).unwrap().session;
        assert_eq!(quotes(&mut again), ["one", "two", "three", "four"], "{nth}");
    }
}

#[test]
fn when_the_folder_can_be_written_again_the_spare_is_emptied() {
    let vfs = machine();
    let mut session = refused_after_one(&vfs);
    session.snapshot();
    assert!(!spare_files(&vfs).is_empty(), "the files could not be written");
    vfs.heal();
    mark(&mut session, "four");
    session.close().unwrap();
    assert_eq!(spare_files(&vfs), [""; 0]);
    let without = Session::open_on(vfs, Path::new(ROOT), Access::Write, Waiting::Caller).unwrap();
    assert_eq!((without.issues, without.recovered), (vec![], 0));
    let mut session = without.session;
    assert_eq!(quotes(&mut session), ["one", "two", "three", "four"]);
}

#[test]
fn where_both_refuse_edits_wait_in_memory() {
    let vfs = machine();
    let mut session = open(&vfs).unwrap().session;
    vfs.refuse(Path::new("/"), Errno::Enospc);
    mark(&mut session, "one");
    let Saved::Failed { edits: 1, message } = session.saved() else { panic!("{:?}", session.saved()) };
    assert!(message.contains("/study/journal"), "the project's own folder is named: {message}");
    vfs.heal();
    vfs.refuse(Path::new(ROOT), Errno::Eio);
    session.sync().unwrap();
    assert!(is_saved(&session));
    vfs.heal();
    session.close().unwrap();
    assert_eq!(quotes(&mut open(&vfs).unwrap().session), ["one"]);
}

#[test]
fn another_project_at_the_same_place_does_not_find_them() {
    let vfs = machine();
    drop(refused_after_one(&vfs));
    vfs.heal();
    let text = String::from_utf8(vfs.read(Path::new("/study/project.ron")).unwrap()).unwrap();
    let other = text.replace("id: \"fixture\"", "id: \"other\"");
    assert_ne!(other, text);
    vfs.unlink(Path::new("/study/project.ron")).unwrap();
    vfs.plant(Path::new("/study/project.ron"), other.as_bytes()).unwrap();
    let mut session = open(&vfs).unwrap().session;
    assert_eq!(quotes(&mut session), ["one"]);
    assert_eq!(spare_files(&vfs).len(), 1, "and leaves them where they are");
}
