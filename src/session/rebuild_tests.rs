//! An index lost, and made anew.

use std::path::Path;
use std::sync::Arc;

use super::{Opened, Session, Waiting};
use crate::model::{ArticleInfo, Edit, LayerKey, Project, fixture};
use crate::store::sim::{Dice, Disk, SimVfs};
use crate::store::{Access, Moment, StoreError, Vfs, rebuild};

const ROOT: &str = "/دراسة";

/// Three articles, of which the last came after the backup; the title and an edit are in the journal only.
fn house(backup: bool) -> (Arc<SimVfs>, Arc<dyn Vfs>, Project) {
    let sim = Arc::new(SimVfs::new(Disk::default(), 7));
    let vfs: Arc<dyn Vfs> = sim.clone();
    let (mut project, key) = fixture::project("قال [علي]{actor} [لا]{claim} في [بغداد]{odd}");
    project.insert_article(0, titled("b", "نص آخر"));
    project.put_text(Arc::new(crate::model::Article::new("b", "نص آخر")));
    let mut session = Session::create_on(vfs.clone(), Path::new(ROOT), project, Waiting::Caller).unwrap();
    session.add_articles(vec![(titled("c", "خبر"), "خبر".into())]).unwrap();
    session.snapshot();
    if backup {
        session.backups().make(Moment(1_795_471_565), 0, &|| true).unwrap();
    }
    session.add_articles(vec![(titled("d", "جديد"), "جديد".into())]).unwrap();
    session.load(&key.article, &key.annotator);
    let span = session.project().layer(&key).unwrap().spans.values().next().unwrap().clone();
    session.apply(Edit::RemoveSpan { layer: key, span: Box::new(span) }).unwrap();
    let project = session.project().clone();
    drop(session);
    (sim, vfs, project)
}

fn titled(id: &str, text: &str) -> ArticleInfo {
    ArticleInfo { title: format!("عنوان {id}"), ..ArticleInfo::new(id, text) }
}

fn open(vfs: &Arc<dyn Vfs>) -> Result<Opened, StoreError> {
    Session::open_on(vfs.clone(), Path::new(ROOT), Access::Write, Waiting::Caller)
}

fn damage(sim: &SimVfs, bytes: &[u8]) {
    let path = Path::new(ROOT).join("project.ron");
    sim.unlink(&path).unwrap();
    sim.plant(&path, bytes).unwrap();
}

fn index(project: &Project) -> Vec<(String, String)> {
    project.articles().iter().map(|info| (info.id.to_string(), info.title.clone())).collect()
}

#[test]
fn with_a_backup_and_the_journal_nothing_is_missing() {
    let (sim, vfs, before) = house(true);
    damage(&sim, b"(format: 1, name: \"x");
    let error = open(&vfs).unwrap_err();
    assert!(matches!(error, StoreError::BrokenIndex { .. }) && error.to_string().contains("hashiya recover"));
    let rebuilt = rebuild(&vfs, Path::new(ROOT)).unwrap().unwrap();
    assert!(rebuilt.backup.is_some());
    assert_eq!((rebuilt.articles, rebuilt.salvaged, rebuilt.issues), (vec![], vec![], vec![]));
    assert_eq!(rebuilt.labels, ["odd"]);
    let kept = sim.read(&Path::new(ROOT).join(rebuilt.kept.unwrap())).unwrap();
    assert_eq!(kept, b"(format: 1, name: \"x");
    let opened = open(&vfs).unwrap();
    assert_eq!(opened.issues, []);
    assert_eq!(opened.recovered, 1, "the span that was removed; the article is in the index");
    let after = opened.session.project();
    assert_eq!((index(after), &after.name, &after.id), (index(&before), &before.name, &before.id));
    let key = LayerKey::new("a", "me");
    assert_eq!(after.layer(&key), before.layer(&key));
    assert_eq!(rebuild(&vfs, Path::new(ROOT)).unwrap(), None, "nothing is wrong any more");
}

#[test]
fn without_a_backup_the_lines_that_read_are_used() {
    let (sim, vfs, before) = house(false);
    let whole = sim.read(&Path::new(ROOT).join("project.ron")).unwrap();
    let text = String::from_utf8(whole).unwrap();
    damage(&sim, text.replacen("(id: \"b\"", "(id: \"b", 1).as_bytes());
    let rebuilt = rebuild(&vfs, Path::new(ROOT)).unwrap().unwrap();
    assert_eq!(rebuilt.articles, ["b".into()], "its text");
    assert_eq!(rebuilt.salvaged, ["a".into(), "c".into()]);
    let opened = open(&vfs).unwrap();
    let mut expected = index(&before);
    expected.sort();
    let mut found = index(opened.session.project());
    found.sort();
    assert_eq!(found.iter().map(|(id, _)| id).collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    assert_eq!((&found[2], &found[3]), (&expected[2], &expected[3]), "with their titles");
    assert_eq!(opened.session.project().name, before.name);
}

#[test]
fn a_missing_index_comes_from_the_folders() {
    let (sim, vfs, _) = house(false);
    sim.unlink(&Path::new(ROOT).join("project.ron")).unwrap();
    assert!(matches!(open(&vfs).unwrap_err(), StoreError::NoIndex(_)));
    let rebuilt = rebuild(&vfs, Path::new(ROOT)).unwrap().unwrap();
    assert_eq!((rebuilt.articles.len(), rebuilt.kept), (3, None), "the journal has the fourth");
    let opened = open(&vfs).unwrap();
    let project = opened.session.project();
    assert_eq!((project.name.as_str(), project.articles().len()), ("دراسة", 4));
    assert!(project.annotator(&"me".into()).is_some());
    assert!(project.codebook.label(&"odd".into()).is_some());
}

#[test]
fn what_is_no_project_or_taken_or_newer_is_left_alone() {
    let (sim, vfs, _) = house(false);
    assert!(matches!(rebuild(&vfs, Path::new("/")).unwrap_err(), StoreError::NotAProject(_)));
    let before = sim.changes();
    assert_eq!(rebuild(&vfs, Path::new(ROOT)).unwrap(), None, "it reads");
    assert_eq!(sim.changes(), before);
    damage(&sim, b"(format: 7, later: 1)");
    assert!(matches!(rebuild(&vfs, Path::new(ROOT)).unwrap_err(), StoreError::Newer { format: 7, .. }));
    damage(&sim, b"(");
    let lock = sim.lock(&Path::new(ROOT).join(".lock")).unwrap();
    assert!(matches!(rebuild(&vfs, Path::new(ROOT)).unwrap_err(), StoreError::ReadOnly(_)));
    drop(lock);
}

/// The power goes at every change of the disk while the index is rebuilt; doing it again gives the same.
#[test]
fn a_crash_while_rebuilding_does_no_harm() {
    let (sim, vfs, before) = house(true);
    damage(&sim, b"(format: 1");
    let (from, mut disk) = (sim.changes(), sim.disk());
    rebuild(&vfs, Path::new(ROOT)).unwrap().unwrap();
    let mut dice = Dice::new(1);
    for op in sim.record().split_off(from) {
        disk.step(&op);
        for nth in 0..6 {
            let after: Arc<dyn Vfs> = Arc::new(SimVfs::new(disk.crash(nth, &mut dice), 2));
            rebuild(&after, Path::new(ROOT)).unwrap();
            let opened = open(&after).unwrap();
            assert_eq!(index(opened.session.project()), index(&before), "{op:?}");
            let key = LayerKey::new("a", "me");
            assert_eq!(opened.session.project().layer(&key), before.layer(&key), "{op:?}");
        }
    }
}
