//! Sequences of edits against a model that is too simple to be wrong: what a person did is what is there, undo takes it
//! back, redo does it again, and the journal tells it after a crash.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use hashiya::model::{
    Article, ArticleInfo, Edit, History, LayerKey, Project, Relation, RelationId, Span, SpanId, Status,
    TextRange,
};
use hashiya::session::{Access, Session, Waiting};
use hashiya::store::sim::{Disk, SimVfs};

const TEXT: &str = "قال عليّ: «لا» 😀. Ali said no, e\u{301}t puis 🇪🇬.";
const LABELS: [&str; 3] = ["actor", "claim", "مكان"];

/// What there is, in the plainest words.
#[derive(Clone, Debug, PartialEq, Default)]
struct Naive {
    spans: BTreeMap<u32, (String, u32, u32, String)>,
    relations: BTreeMap<u32, (u32, u32)>,
    done: bool,
    name: String,
}

impl Naive {
    fn of(project: &Project) -> Self {
        let layer = project.layer(&key()).unwrap();
        let span = |span: &Span| {
            let (start, end) = (u32::from(span.start()), u32::from(span.end()));
            assert_eq!(&TEXT[start as usize..end as usize], span.quote);
            (span.id.0, (span.label.to_string(), start, end, span.note.clone()))
        };
        Self {
            spans: layer.spans.values().map(span).collect(),
            relations: layer.relations.values().map(|r| (r.id.0, (r.from.0, r.to.0))).collect(),
            done: layer.status == Status::Done,
            name: project.name.clone(),
        }
    }
}

fn key() -> LayerKey {
    LayerKey::new("a", "me")
}

/// Bytes as choices; nothing after the last.
struct Choices<'a>(std::slice::Iter<'a, u8>);

impl Choices<'_> {
    fn next(&mut self) -> Option<usize> {
        self.0.next().map(|byte| usize::from(*byte))
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let at = self.next()?;
        (!all.is_empty()).then(|| all[at % all.len()])
    }
}

/// One act: the edit, and what it does to the naive model. Nothing where there is nothing to do it to.
fn act(choices: &mut Choices<'_>, naive: &mut Naive, project: &Project) -> Option<Edit> {
    let layer = project.layer(&key())?;
    let spans: Vec<u32> = naive.spans.keys().copied().collect();
    match choices.next()? % 8 {
        0..=2 => {
            let edges: Vec<u32> =
                TEXT.char_indices().map(|(at, _)| at as u32).chain([TEXT.len() as u32]).collect();
            let (a, b) = (choices.pick(&edges)?, choices.pick(&edges)?);
            let label = choices.pick(&LABELS)?;
            let id = layer.next_span_id();
            let range = TextRange::new(a.min(b).into(), a.max(b).into());
            let span = Span::new(id, label, [range], TEXT)?;
            if a != b {
                naive.spans.insert(id.0, (label.to_owned(), a.min(b), a.max(b), String::new()));
            }
            Some(Edit::AddSpan { layer: key(), span: Box::new(span) })
        }
        3 => {
            let id = choices.pick(&spans)?;
            let gone = |(_, (from, to)): &(&u32, &(u32, u32))| *from == id || *to == id;
            let links: Vec<u32> = naive.relations.iter().filter(gone).map(|(id, _)| *id).collect();
            let mut parts: Vec<Edit> = Vec::new();
            for link in links {
                naive.relations.remove(&link);
                let relation = layer.relations[&RelationId(link)].clone();
                parts.push(Edit::RemoveRelation { layer: key(), relation });
            }
            naive.spans.remove(&id);
            parts.push(Edit::RemoveSpan { layer: key(), span: Box::new(layer.spans[&SpanId(id)].clone()) });
            Some(Edit::Batch(parts))
        }
        4 => {
            let (id, label, note) = (choices.pick(&spans)?, choices.pick(&LABELS)?, choices.next()?);
            let old = layer.spans[&SpanId(id)].clone();
            let new = Span { label: label.into(), note: note.to_string(), ..old.clone() };
            let row = naive.spans.get_mut(&id)?;
            (row.0, row.3) = (label.to_owned(), note.to_string());
            Some(Edit::ChangeSpan { layer: key(), old: Box::new(old), new: Box::new(new) })
        }
        5 => {
            let (from, to) = (choices.pick(&spans)?, choices.pick(&spans)?);
            let id = layer.next_relation_id();
            naive.relations.insert(id.0, (from, to));
            let relation = Relation::new(id, "claimant", SpanId(from), SpanId(to));
            Some(Edit::AddRelation { layer: key(), relation })
        }
        6 => {
            naive.done = !naive.done;
            let new = if naive.done { Status::Done } else { Status::InProgress };
            Some(Edit::SetStatus { layer: key(), old: layer.status, new })
        }
        _ => {
            let new = format!("n{}", choices.next()?);
            Some(Edit::SetName { old: std::mem::replace(&mut naive.name, new.clone()), new })
        }
    }
}

fn fresh() -> Project {
    let mut project = Project::new("p", "p");
    project.insert_article(0, ArticleInfo::new("a", TEXT));
    project.put_text(Arc::new(Article::new("a", TEXT)));
    project.put_layer(key(), Arc::default());
    project
}

/// The bytes are what a person did. An odd first byte has it done in a session that is killed at the end.
pub(super) fn edits(bytes: &[u8]) {
    let Some((how, bytes)) = bytes.split_first() else { return };
    let log = on_the_model(bytes);
    if how % 16 == 1 {
        in_a_session(&log);
    }
}

/// Returns every edit that was applied, undone and redone ones too.
fn on_the_model(bytes: &[u8]) -> Vec<Edit> {
    let mut project = fresh();
    let (mut history, mut log) = (History::default(), Vec::new());
    let mut naive = Naive::of(&project);
    // States to go back to, and to go forth to.
    let (mut before, mut after): (Vec<Naive>, Vec<Naive>) = Default::default();
    let mut choices = Choices(bytes.iter());
    while let Some(what) = choices.next() {
        match what % 4 {
            0 => {
                let undone = history.undo(&mut project).expect("what was done can be undone");
                assert_eq!(undone.is_some(), !before.is_empty());
                if let Some(last) = before.pop() {
                    after.push(std::mem::replace(&mut naive, last));
                }
                log.extend(undone);
            }
            1 => {
                let redone = history.redo(&mut project).expect("what was undone can be done again");
                assert_eq!(redone.is_some(), !after.is_empty());
                if let Some(next) = after.pop() {
                    before.push(std::mem::replace(&mut naive, next));
                }
                log.extend(redone);
            }
            _ => {
                let mut changed = naive.clone();
                let Some(edit) = act(&mut choices, &mut changed, &project) else { continue };
                let was = project.clone();
                if edit.apply(&mut project).is_err() {
                    assert_eq!(project, was, "a refused edit changed something");
                    assert_eq!(changed, naive, "an edit was refused that is good: {edit:?}");
                    continue;
                }
                assert_eq!(edit.inverse().inverse(), edit);
                let mut back = project.clone();
                edit.inverse().apply(&mut back).expect("the inverse fits");
                assert_eq!(Naive::of(&back), naive, "the inverse takes it back");
                history.push(edit.clone());
                log.push(edit);
                before.push(std::mem::replace(&mut naive, changed));
                after.clear();
            }
        }
        assert_eq!(Naive::of(&project), naive);
    }
    let mut replayed = fresh();
    log.iter().for_each(|edit| edit.apply(&mut replayed).expect("what went once goes again"));
    assert_eq!(replayed, project, "the log tells what is there");
    log
}

fn in_a_session(log: &[Edit]) {
    let vfs = SimVfs::new(Disk::default(), 3);
    let open =
        || Session::open_on(Arc::new(vfs.clone()), Path::new("/p"), Access::Write, Waiting::Caller).unwrap();
    let mut session =
        Session::create_on(Arc::new(vfs.clone()), Path::new("/p"), fresh(), Waiting::Caller).unwrap();
    session.load(&key().article, &key().annotator);
    for (nth, edit) in log.iter().enumerate() {
        session.apply(edit.clone()).expect("what the model takes the session takes");
        if nth % 7 == 6 {
            session.snapshot();
        }
    }
    session.sync().unwrap();
    let alive = session.project().clone();
    drop(session);
    let mut found = open();
    assert_eq!(found.issues, []);
    found.session.load(&key().article, &key().annotator);
    assert_eq!(*found.session.project(), alive, "what was acknowledged is there after a crash");
}
