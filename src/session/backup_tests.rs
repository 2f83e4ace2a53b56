//! Backups on a simulated disk: whole or not there, whenever the power goes.

use std::path::Path;
use std::sync::Arc;

use super::{Session, Waiting};
use crate::model::{Article, ArticleInfo, Edit, LayerKey, Project, Span, fixture};
use crate::store::backup::HOURLY;
use crate::store::sim::{Dice, Disk, SimVfs};
use crate::store::{Access, Backups, Made, Moment, StoreError, Vfs, write_texts};

const ROOT: &str = "/study";
const NOW: Moment = Moment(1_795_471_565);

fn later(hours: i64) -> Moment {
    Moment(NOW.0 + hours * HOURLY)
}

fn machine() -> Arc<SimVfs> {
    Arc::new(SimVfs::new(Disk::default(), 7))
}

fn project(vfs: &Arc<SimVfs>) -> Session {
    let (mut project, _) = fixture::project("قال [علي]{actor} [[لا]{claim#9} ثم [نعم]{claim#9}]{claim}");
    project.insert_article(1, ArticleInfo::new("b", "في بغداد"));
    project.put_text(Arc::new(Article::new("b", "في بغداد")));
    Session::create_on(vfs.clone(), Path::new(ROOT), project, Waiting::Caller).unwrap()
}

fn mark(session: &mut Session, words: &str) {
    let key = LayerKey::new("b", "me");
    session.load(&key.article, &key.annotator);
    let text = session.project().text(&key.article).unwrap().text().to_owned();
    let at = u32::try_from(text.find(words).unwrap()).unwrap();
    let range = text_size::TextRange::at(at.into(), text_size::TextSize::of(words));
    let id = session.project().layer(&key).unwrap().next_span_id();
    let span = Span::new(id, "location", crate::model::Ranges::from_slice(&[range]), &text).unwrap();
    session.apply(Edit::AddSpan { layer: key, span: Box::new(span) }).unwrap();
}

fn backups(vfs: &Arc<SimVfs>) -> Backups {
    Backups::new(vfs.clone(), Path::new(ROOT))
}

fn names(vfs: &Arc<SimVfs>) -> Vec<String> {
    backups(vfs).list().unwrap().into_iter().map(|backup| backup.name).collect()
}

fn whole(vfs: &Arc<SimVfs>, root: &str) -> Project {
    let opened = Session::open_on(vfs.clone(), Path::new(root), Access::Read, Waiting::Caller).unwrap();
    let mut session = opened.session;
    for id in ["a", "b"] {
        let issues = session.load(&id.into(), &"me".into());
        assert_eq!(issues, [], "{root}/{id}");
    }
    session.project().clone()
}

#[test]
fn a_backup_holds_the_project_with_edits_of_the_journal() {
    let vfs = machine();
    let mut session = project(&vfs);
    mark(&mut session, "بغداد");
    let Made::Backup(made) = session.backups().make(NOW, HOURLY, &|| true).unwrap() else {
        panic!("something changed")
    };
    let holds = made.holds.clone().unwrap();
    assert!(made.verified, "{holds:?}");
    assert_eq!((holds.articles, holds.layers, holds.spans, holds.edits), (2, 1, 3, 1));
    assert_eq!(names(&vfs), ["2026-11-23T22-06-05Z"]);
    mark(&mut session, "في");
    session.close().unwrap();

    backups(&vfs).restore("2026-11-23T22-06-05Z", Path::new("/restored")).unwrap();
    let before = whole(&vfs, "/restored");
    let spans = |project: &Project| project.layer(&LayerKey::new("b", "me")).unwrap().spans.len();
    let now = whole(&vfs, ROOT);
    assert_eq!((spans(&before), spans(&now)), (1, 2));
    assert_eq!(before.layer(&LayerKey::new("a", "me")), now.layer(&LayerKey::new("a", "me")));
}

#[test]
fn nothing_new_needs_no_backup_and_an_hour_must_pass() {
    let vfs = machine();
    let mut session = project(&vfs);
    let make = |at| backups(&vfs).make(at, HOURLY, &|| true).unwrap();
    assert!(matches!(make(NOW), Made::Backup(_)));
    assert_eq!(make(later(5)), Made::NotNeeded, "nothing changed");
    mark(&mut session, "بغداد");
    assert_eq!(make(Moment(NOW.0 + 60)), Made::NotNeeded, "a minute later");
    assert!(matches!(make(later(1)), Made::Backup(_)));
    mark(&mut session, "في");
    assert!(matches!(make(later(-9)), Made::Backup(_)), "the clock went back");
    assert_eq!(names(&vfs).len(), 3);
}

#[test]
fn what_is_linked_does_not_follow_the_project() {
    let vfs = machine();
    let mut session = project(&vfs);
    session.backups().make(NOW, HOURLY, &|| true).unwrap();
    let layer = format!("{ROOT}/backups/{}/layers/me/a.ron", NOW.name());
    let before = vfs.read(Path::new(&layer)).unwrap();
    let live = vfs.stat(Path::new("/study/layers/me/a.ron")).unwrap();
    assert_eq!(vfs.stat(Path::new(&layer)).unwrap().inode, live.inode, "a link, not a copy");
    let key = LayerKey::new("a", "me");
    session.load(&key.article, &key.annotator);
    let span = session.project().layer(&key).unwrap().spans.values().next().unwrap().clone();
    session.apply(Edit::RemoveSpan { layer: key, span: Box::new(span) }).unwrap();
    session.close().unwrap();
    assert_eq!(vfs.read(Path::new(&layer)).unwrap(), before);
    assert_ne!(vfs.read(Path::new("/study/layers/me/a.ron")).unwrap(), before);
}

#[test]
fn a_damaged_file_makes_an_unverified_backup_that_displaces_none() {
    let vfs = machine();
    drop(project(&vfs));
    assert!(matches!(backups(&vfs).make(NOW, HOURLY, &|| true).unwrap(), Made::Backup(_)));
    for hour in 1..30 {
        let damaged = format!("(format: 1, spans: [{hour}");
        vfs.unlink(Path::new("/study/layers/me/a.ron")).unwrap();
        vfs.plant(Path::new("/study/layers/me/a.ron"), damaged.as_bytes()).unwrap();
        let Made::Backup(made) = backups(&vfs).make(later(hour), HOURLY, &|| true).unwrap() else {
            panic!("hour {hour}")
        };
        assert!(!made.verified && made.name.ends_with(".unverified"), "{made:?}");
        assert!(made.holds.unwrap().problems[0].contains("layers/me/a.ron"));
    }
    let there = backups(&vfs).list().unwrap();
    let verified: Vec<_> = there.iter().filter(|backup| backup.verified).collect();
    assert_eq!(verified.len(), 1);
    assert_eq!(verified[0].made, Some(NOW));
    assert!(there.len() <= 1 + 10 + 2, "{}", there.len());
}

#[test]
fn a_text_that_is_not_the_one_of_the_index_is_not_verified() {
    let vfs = machine();
    drop(project(&vfs));
    vfs.unlink(Path::new("/study/articles/b.txt")).unwrap();
    write_texts(&*vfs, Path::new(ROOT), &[("b".into(), "في دمشق".into())]).unwrap();
    let Made::Backup(made) = backups(&vfs).make(NOW, HOURLY, &|| true).unwrap() else { panic!() };
    assert!(!made.verified);
}

#[test]
fn a_cancelled_backup_leaves_nothing() {
    let vfs = machine();
    drop(project(&vfs));
    for after in 0..5 {
        let asked = std::cell::Cell::new(0);
        let made = backups(&vfs).make(NOW, HOURLY, &|| asked.replace(asked.get() + 1) < after);
        assert_eq!(made.unwrap(), Made::Cancelled, "after {after} files");
        assert_eq!(vfs.list(Path::new("/study/backups")).unwrap(), [], "after {after} files");
    }
}

#[test]
fn what_another_window_may_be_writing_is_left_alone() {
    let vfs = machine();
    drop(project(&vfs));
    for folder in [
        "/study/backups",
        "/study/backups/2026-11-23T21-59-00Z.tmp",
        "/study/backups/2026-11-22T01-00-00Z.tmp",
    ] {
        vfs.create_dir(Path::new(folder)).unwrap();
    }
    backups(&vfs).make(NOW, HOURLY, &|| true).unwrap();
    let left = vfs.list(Path::new("/study/backups")).unwrap();
    let left: Vec<&str> = left.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(left, ["2026-11-23T21-59-00Z.tmp", "2026-11-23T22-06-05Z"]);
}

#[test]
fn old_backups_go_and_the_rest_stays_whole() {
    let vfs = machine();
    let mut session = project(&vfs);
    for hour in 0..14 {
        mark(&mut session, "بغداد");
        assert!(matches!(backups(&vfs).make(later(hour), HOURLY, &|| true).unwrap(), Made::Backup(_)));
    }
    let there = backups(&vfs).list().unwrap();
    // Ten hours, and the last of the day before.
    assert_eq!(there.len(), 11, "{there:?}");
    for (nth, backup) in there.iter().enumerate() {
        let to = format!("/restored-{nth}");
        backups(&vfs).restore(&backup.name, Path::new(&to)).unwrap();
        whole(&vfs, &to);
    }
}

#[test]
fn a_backup_is_restored_beside_and_nowhere_else() {
    let vfs = machine();
    drop(project(&vfs));
    backups(&vfs).make(NOW, HOURLY, &|| true).unwrap();
    let restore = |name: &str, to: &str| backups(&vfs).restore(name, Path::new(to)).unwrap_err();
    assert!(matches!(restore(&NOW.name(), "/study/x"), StoreError::WithinProject(_)));
    assert!(matches!(restore(&NOW.name(), "/study"), StoreError::WithinProject(_)));
    assert!(matches!(restore("../..", "/x"), StoreError::NoBackup(_)));
    vfs.create_dir(Path::new("/full")).unwrap();
    vfs.plant(Path::new("/full/a"), b"x").unwrap();
    assert!(matches!(restore(&NOW.name(), "/full"), StoreError::NotEmpty(_)));
}

/// The power goes at every change of the disk while a backup is made and old ones go.
#[test]
fn after_a_crash_every_named_backup_is_whole() {
    let vfs = machine();
    let mut session = project(&vfs);
    for hour in 0..11 {
        mark(&mut session, "بغداد");
        backups(&vfs).make(later(hour - 20), HOURLY, &|| true).unwrap();
    }
    mark(&mut session, "في");
    let (from, disk) = (vfs.changes(), vfs.disk());
    backups(&vfs).make(NOW, HOURLY, &|| true).unwrap();
    assert!(names(&vfs).len() < 12, "an old one went");
    let record = vfs.record().split_off(from);
    let (mut disk, mut dice, mut states) = (disk, Dice::new(3), 0);
    for op in &record {
        disk.step(op);
        for nth in 0..4 {
            let after = Arc::new(SimVfs::new(disk.crash(nth, &mut dice), 1));
            for backup in backups(&after).list().unwrap() {
                assert!(backup.verified, "{op:?}: {backup:?}");
                let folder = format!("{ROOT}/backups/{}", backup.name);
                let project = whole(&after, &folder);
                let spans = project.layers().map(|(_, layer)| layer.spans.len() as u64).sum::<u64>();
                // Those in the journal only are not among those counted.
                assert!(spans >= backup.holds.unwrap().spans && spans > 3, "{op:?}: {}", backup.name);
            }
            backups(&after).make(later(2), 0, &|| true).unwrap();
            let left = after.list(Path::new("/study/backups")).unwrap();
            assert!(left.iter().all(|entry| !entry.name.ends_with(".tmp")), "{op:?}: {left:?}");
            states += 1;
        }
    }
    assert!(states > 100, "{states}");
}
