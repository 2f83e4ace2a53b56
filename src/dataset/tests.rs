use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;

use super::*;
use crate::interchange::{self, sink};
use crate::model::{AnnotatorId, ArticleInfo, Edit, LabelId, LayerKey, Project, Relation, Status, fixture};
use crate::session::Session;

/// Stops after so many articles.
struct Patience(Cell<usize>);

impl Watch for Patience {
    fn begin(&self, _: Step, _: usize) {}

    fn step(&self) {
        self.0.set(self.0.get().saturating_sub(1));
    }

    fn is_cancelled(&self) -> bool {
        self.0.get() == 0
    }
}

fn patience(articles: usize) -> Rc<dyn Watch> {
    Rc::new(Patience(Cell::new(articles)))
}

/// A project of articles `a`, `b`, … with a layer of each annotator that is named.
fn project(layers: &[(&str, &[&str])]) -> (tempfile::TempDir, Session) {
    let folder = tempfile::tempdir().unwrap();
    let mut session = Session::create(&folder.path().join("p"), Project::new("P", "p")).unwrap();
    for (nth, (marked, annotators)) in layers.iter().enumerate() {
        let (text, layer) = fixture::parse(marked);
        let id = char::from(b'a' + u8::try_from(nth).unwrap()).to_string();
        session.add_articles(vec![(ArticleInfo::new(id.as_str(), &text), Arc::from(text))]).unwrap();
        for annotator in *annotators {
            let key = LayerKey::new(id.as_str(), *annotator);
            session.load(&key.article, &key.annotator);
            for span in layer.spans.values().cloned() {
                session.apply(Edit::AddSpan { layer: key.clone(), span: Box::new(span) }).unwrap();
            }
        }
    }
    (folder, session)
}

fn order(format: &str) -> Order {
    let format = interchange::by_name(format).unwrap();
    Order { format, options: WriteOptions::default(), choice: Choice::default(), strict: false, split: None }
}

/// The data set as text, poured into memory.
fn poured(order: &Order, session: &Session) -> String {
    let mut memory = sink::Memory::default();
    order.pour(&session.frozen(), &mut memory, &patience(usize::MAX)).unwrap();
    memory.text(sink::SINGLE)
}

fn left(folder: &tempfile::TempDir) -> Vec<PathBuf> {
    let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    names.filter(|path| !path.ends_with("p")).collect()
}

#[test]
fn what_is_not_on_disk_yet_goes_out_too() {
    let (_folder, session) = project(&[("[Ali]{actor} said [no]{claim}", &["me"])]);
    let line = poured(&order("jsonl"), &session);
    assert!(line.contains(r#""quote":"Ali""#) && line.contains(r#""quote":"no""#), "{line}");
}

#[test]
fn labels_that_were_not_chosen_are_left_out_with_their_relations_and_are_no_loss() {
    let (_folder, mut session) = project(&[("[Ali]{actor} said [no]{claim} in [Basra]{location}", &["me"])]);
    let key = LayerKey::new("a", "me");
    let ids: Vec<_> = session.project().layer(&key).unwrap().spans.keys().copied().collect();
    for (number, (from, to)) in [(ids[1], ids[0]), (ids[1], ids[2])].into_iter().enumerate() {
        let id = crate::model::RelationId(u32::try_from(number).unwrap() + 1);
        let relation = Relation::new(id, "claimant", from, to);
        session.apply(Edit::AddRelation { layer: key.clone(), relation }).unwrap();
    }
    let mut order = order("jsonl");
    order.choice.labels = vec!["actor".into(), "claim".into()];
    let (report, _) = order.look(&session.frozen(), &patience(usize::MAX)).unwrap();
    assert_eq!((report.spans.read, report.relations.read, report.losses.len()), (2, 1, 0));
    assert!(!poured(&order, &session).contains(r#""quote":"Basra""#));
}

#[test]
fn articles_nobody_has_begun_go_out_where_every_layer_does() {
    let (_folder, session) = project(&[("[Ali]{actor}", &["me"]), ("bare", &[]), ("[x]{claim}", &["you"])]);
    let count = |choice: Choice| {
        let order = Order { choice, ..order("jsonl") };
        let (report, _) = order.look(&session.frozen(), &patience(usize::MAX)).unwrap();
        (report.articles, report.layers)
    };
    assert_eq!(count(Choice::default()), (3, 2));
    let me: Vec<AnnotatorId> = vec!["me".into()];
    assert_eq!(count(Choice { annotators: me, ..Choice::default() }), (1, 1));
    assert_eq!(count(Choice { statuses: vec![Status::Done], ..Choice::default() }), (0, 0));
    let labels: Vec<LabelId> = vec!["actor".into()];
    assert_eq!(count(Choice { labels, ..Choice::default() }), (3, 2));
}

#[test]
fn two_layers_of_one_article_need_a_format_with_a_place_for_them() {
    let (folder, session) = project(&[("[Ali]{actor}", &["me", "you"])]);
    let path = folder.path().join("out.conllup");
    let conll = interchange::by_name("conllu-plus").unwrap();
    let keeps = interchange::Keeps { annotators: false, ..conll.keeps };
    let nameless = Order { format: Box::leak(Box::new(Format { keeps, ..*conll })), ..order("conllu-plus") };
    let refused = nameless.write(&session.frozen(), &path, &patience(usize::MAX)).unwrap_err();
    assert!(
        matches!(&refused, DatasetError::Several { annotators, .. } if annotators.len() == 2),
        "{refused}"
    );
    assert_eq!(left(&folder), Vec::<PathBuf>::new());
}

#[test]
fn a_strict_export_that_would_lose_something_writes_nothing() {
    let (folder, session) = project(&[("[Ali [said]{claim#2} no [more]{claim#2}]{actor}", &["me"])]);
    let path = folder.path().join("out.conll");
    let strict = Order { strict: true, ..order("conll") };
    let made = strict.write(&session.frozen(), &path, &patience(usize::MAX)).unwrap();
    assert_eq!((made.outcome, made.report.losses.len()), (Outcome::Refused, 1));
    assert_eq!(left(&folder), Vec::<PathBuf>::new());
    let made = order("conll").write(&session.frozen(), &path, &patience(usize::MAX)).unwrap();
    assert_eq!((made.outcome, left(&folder)), (Outcome::Proven, vec![path]));
}

#[test]
fn an_export_that_is_stopped_leaves_nothing_wherever_it_was() {
    let (folder, session) =
        project(&[("[Ali]{actor}", &["me"]), ("[no]{claim}", &["me"]), ("[Basra]{location}", &["me"])]);
    for format in ["jsonl", "conll", "conllu-plus", "brat"] {
        for articles in 0..7 {
            let path = folder.path().join("out");
            match order(format).write(&session.frozen(), &path, &patience(articles)) {
                Err(DatasetError::Stopped) => assert_eq!(left(&folder), Vec::<PathBuf>::new()),
                Ok(_) if articles > 3 => {
                    if path.is_dir() {
                        std::fs::remove_dir_all(path).unwrap();
                    } else {
                        std::fs::remove_file(path).unwrap();
                    }
                }
                other => panic!("{format} after {articles}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_preview_is_the_beginning_of_what_is_written() {
    let marked = ["[Ali]{actor} said", "[no]{claim}", "in [Basra]{location}"];
    let (_folder, session) = project(&marked.map(|marked| (marked, &["me"] as &[&str])));
    for format in ["jsonl", "conllu-plus"] {
        let order = order(format);
        let all = poured(&order, &session);
        let preview = order.preview(&session.frozen(), 2, &patience(usize::MAX)).unwrap();
        let [file] = preview.files.as_slice() else { panic!("{format} is one file") };
        let lines = file.lines.as_ref().unwrap();
        let expected: Vec<&str> = all.lines().take(lines.len()).collect();
        assert!(lines.iter().zip(&expected).all(|(line, all)| line == all || line.ends_with('…')));
        assert!(lines.len() < all.lines().count() && !lines.iter().any(|line| line.contains("Basra")));
    }
    let brat = order("brat").preview(&session.frozen(), 1, &patience(usize::MAX)).unwrap();
    assert!(brat.files.iter().any(|file| file.name.as_deref().is_some_and(|name| name.ends_with("a.ann"))));
}

#[test]
fn losses_are_grouped_by_kind_and_reason() {
    let losses = [("clipped", "b", 1), ("dropped", "b", 2), ("clipped", "a", 3), ("clipped", "b", 4)];
    let groups = grouped(&losses, |(kind, reason, _)| (kind, reason));
    let told: Vec<_> = groups.iter().map(|group| (group.kind, group.reason, group.losses.len())).collect();
    assert_eq!(told, [("clipped", "b", 2), ("dropped", "b", 1), ("clipped", "a", 1)]);
}
