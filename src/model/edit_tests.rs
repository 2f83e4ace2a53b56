use std::sync::Arc;

use super::*;
use crate::model::{History, TextRange, fixture};

fn range(start: u32, end: u32) -> TextRange {
    TextRange::new(start.into(), end.into())
}

fn add(project: &Project, key: &LayerKey, label: &str, at: TextRange) -> Edit {
    let text = project.text(&key.article).unwrap();
    let id = project.layer(key).unwrap().next_span_id();
    Edit::AddSpan { layer: key.clone(), span: Box::new(Span::new(id, label, [at], text.text()).unwrap()) }
}

fn check(before: &str, edit: impl Fn(&Project, &LayerKey) -> Edit, after: &str) {
    let (mut project, key) = fixture::project(before);
    let edit = edit(&project, &key);
    edit.apply(&mut project).unwrap();
    let text = project.text(&key.article).unwrap().text().to_owned();
    assert_eq!(fixture::write(&text, project.layer(&key).unwrap()), after);
    edit.inverse().apply(&mut project).unwrap();
    assert_eq!(fixture::write(&text, project.layer(&key).unwrap()), before, "the inverse takes it back");
}

#[test]
fn spans_come_change_and_go() {
    check("Ali said no", |p, key| add(p, key, "actor", range(0, 3)), "[Ali]{actor} said no");
    let first = |p: &Project, key: &LayerKey| p.layer(key).unwrap().spans.values().next().unwrap().clone();
    check(
        "[Ali]{actor} said no",
        |p, key| Edit::RemoveSpan { layer: key.clone(), span: Box::new(first(p, key)) },
        "Ali said no",
    );
    check(
        "[Ali]{actor} said no",
        |p, key| {
            let old = first(p, key);
            let new = Span { label: "location".into(), ..old.clone() };
            Edit::ChangeSpan { layer: key.clone(), old: Box::new(old), new: Box::new(new) }
        },
        "[Ali]{location} said no",
    );
}

#[test]
fn a_span_never_lands_on_other_words() {
    let (mut project, key) = fixture::project("Ali said no");
    let Edit::AddSpan { span, .. } = add(&project, &key, "actor", range(0, 3)) else { unreachable!() };
    let moved = Span { ranges: [range(4, 7)].into_iter().collect(), ..*span };
    let edit = Edit::AddSpan { layer: key.clone(), span: Box::new(moved) };
    assert!(matches!(edit.apply(&mut project), Err(EditError::QuoteDiffers(..))));
    assert!(project.layer(&key).unwrap().spans.is_empty());
}

#[test]
fn ranges_outside_the_text_are_refused() {
    let (mut project, key) = fixture::project("بغداد");
    for bad in [range(0, 99), range(1, 4), range(2, 2)] {
        let span = Span {
            ranges: [bad].into_iter().collect(),
            ..Span::new(SpanId(1), "x", [range(0, 2)], "بغداد").unwrap()
        };
        let edit = Edit::AddSpan { layer: key.clone(), span: Box::new(span) };
        assert!(matches!(edit.apply(&mut project), Err(EditError::BadRanges(..))), "{bad:?}");
    }
}

#[test]
fn a_batch_is_all_or_nothing() {
    let (mut project, key) = fixture::project("[Ali]{actor} said no");
    let good = add(&project, &key, "claim", range(9, 11));
    let before = project.layer(&key).unwrap().clone();
    let batch = Edit::Batch(vec![good.clone(), good]);
    assert!(matches!(batch.apply(&mut project), Err(EditError::SpanExists(..))));
    assert!(project.layer(&key).unwrap().same_content(&before));
}

#[test]
fn a_span_with_relations_does_not_go_alone() {
    let (mut project, key) = fixture::project("[Ali]{actor} said [no]{claim}");
    let relation = Relation::new(RelationId(1), "claimant", SpanId(2), SpanId(1));
    Edit::AddRelation { layer: key.clone(), relation: relation.clone() }.apply(&mut project).unwrap();
    let actor = project.layer(&key).unwrap().spans[&SpanId(1)].clone();
    let remove = Edit::RemoveSpan { layer: key.clone(), span: Box::new(actor) };
    assert!(matches!(remove.apply(&mut project), Err(EditError::SpanInUse(..))));
    let both = Edit::Batch(vec![Edit::RemoveRelation { layer: key.clone(), relation }, remove]);
    both.apply(&mut project).unwrap();
    both.inverse().apply(&mut project).unwrap();
    assert_eq!(project.layer(&key).unwrap().relations.len(), 1);
}

#[test]
fn numbers_are_never_given_twice() {
    let (mut project, key) = fixture::project("Ali said no");
    let first = add(&project, &key, "actor", range(0, 3));
    first.apply(&mut project).unwrap();
    first.inverse().apply(&mut project).unwrap();
    assert_eq!(project.layer(&key).unwrap().next_span_id(), SpanId(2));
}

#[test]
fn nought_is_no_number_and_the_last_number_is_the_last() {
    let (mut project, key) = fixture::project("[Ali]{actor} said [no]{claim}");
    let relation = |id| Relation::new(RelationId(id), "claimant", SpanId(2), SpanId(1));
    let link = |id| Edit::AddRelation { layer: key.clone(), relation: relation(id) };
    assert_eq!(link(0).apply(&mut project), Err(EditError::NoNumber(key.clone())));
    let Edit::AddSpan { span, .. } = add(&project, &key, "actor", range(4, 8)) else { unreachable!() };
    let nought = Edit::AddSpan { layer: key.clone(), span: Box::new(Span { id: SpanId(0), ..*span }) };
    assert_eq!(nought.apply(&mut project), Err(EditError::NoNumber(key.clone())));
    link(u32::MAX).apply(&mut project).unwrap();
    assert!(matches!(
        link(project.layer(&key).unwrap().next_relation_id().0).apply(&mut project),
        Err(EditError::RelationExists(..))
    ));
}

#[test]
fn numbers_given_elsewhere_are_not_given_here() {
    let (mut project, key) = fixture::project("[Ali]{actor} said no");
    let raise = Edit::RaiseCounters { layer: key.clone(), span: 7, relation: 3 };
    raise.apply(&mut project).unwrap();
    let next =
        |p: &Project| (p.layer(&key).unwrap().next_span_id(), p.layer(&key).unwrap().next_relation_id());
    assert_eq!(next(&project), (SpanId(8), RelationId(4)));
    Edit::RaiseCounters { layer: key.clone(), span: 2, relation: 0 }.apply(&mut project).unwrap();
    assert_eq!(next(&project), (SpanId(8), RelationId(4)), "they only grow");
    raise.inverse().apply(&mut project).unwrap();
    assert_eq!(next(&project), (SpanId(8), RelationId(4)), "also when it is taken back");
    assert!(matches!(
        Edit::RaiseCounters { layer: LayerKey::new("a", "you"), span: 1, relation: 1 }.apply(&mut project),
        Err(EditError::LayerNotLoaded(_))
    ));
}

#[test]
fn the_index_keeps_its_order() {
    let mut project = Project::new("p", "p");
    let info = |id: &str| Arc::new(ArticleInfo::new(id, id));
    for (at, id) in ["a", "c"].iter().enumerate() {
        Edit::AddArticle { at, info: info(id) }.apply(&mut project).unwrap();
    }
    let middle = Edit::AddArticle { at: 1, info: info("b") };
    middle.apply(&mut project).unwrap();
    let ids = |p: &Project| p.articles().iter().map(|a| a.id.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(&project), ["a", "b", "c"]);
    assert!(middle.apply(&mut project).is_err(), "an id is taken once");
    middle.inverse().apply(&mut project).unwrap();
    assert_eq!(ids(&project), ["a", "c"]);
    assert_eq!(project.position(&"c".into()), Some(1));
}

#[test]
fn undo_and_redo_follow_gestures() {
    let (mut project, key) = fixture::project("Ali said no");
    let mut history = History::default();
    let edit = add(&project, &key, "actor", range(0, 3));
    edit.apply(&mut project).unwrap();
    history.push(edit.clone());
    assert_eq!(history.undo(&mut project), Ok(Some(edit.inverse())));
    assert_eq!(history.undo(&mut project), Ok(None));
    assert_eq!(history.redo(&mut project), Ok(Some(edit)));
    assert_eq!(history.redo(&mut project), Ok(None));
}
