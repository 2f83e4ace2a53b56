//! Work whose every state is known from its number: what a child does and its parent checks.

use std::path::Path;
use std::sync::Arc;

use hashiya::model::{
    Annotator, Article, ArticleInfo, Edit, LayerKey, Project, Severity, Span, SpanId, Status, TextRange,
};
use hashiya::session::{Opened, Session};
use hashiya::store::StoreError;

/// Words of both articles, each of six bytes with its space.
const WORDS: u32 = 40;

/// Spans that a layer keeps; older ones go.
const KEPT: u32 = 12;

fn text() -> String {
    (0..WORDS).map(|nth| format!("w{nth:04} ")).collect()
}

fn key(edit: u32) -> LayerKey {
    LayerKey::new(if edit.is_multiple_of(2) { "even" } else { "odd" }, "me")
}

fn span(edit: u32) -> Box<Span> {
    let start = edit % WORDS * 6;
    let range = TextRange::new(start.into(), (start + 5).into());
    let mut span = Span::new(SpanId(edit), "actor", [range], &text()).unwrap();
    span.note = "ن".repeat(edit as usize % 300);
    Box::new(span)
}

fn name(edit: u32) -> String {
    format!("edit {edit}")
}

/// A project at edit 0.
pub(crate) fn project() -> Project {
    let mut project = Project::new(name(0), "work");
    project.annotators = vec![Annotator { id: "me".into(), name: "me".into() }];
    for (at, id) in ["even", "odd"].into_iter().enumerate() {
        project.insert_article(at, ArticleInfo::new(id, &text()));
        project.put_text(Arc::new(Article::new(id, text())));
    }
    project
}

/// The edit of a number: one gesture that changes the project's own file and a layer.
pub(crate) fn edit(number: u32) -> Edit {
    let layer = key(number);
    let mut parts = vec![
        Edit::SetName { old: name(number - 1), new: name(number) },
        Edit::AddSpan { layer: layer.clone(), span: span(number) },
    ];
    if number <= 2 {
        parts.push(Edit::SetStatus { layer: layer.clone(), old: Status::New, new: Status::InProgress });
    }
    if number > KEPT {
        parts.push(Edit::RemoveSpan { layer, span: span(number - KEPT) });
    }
    Edit::Batch(parts)
}

/// The number of the last edit in a project; what else it holds must be what that edit and those before it made.
pub(crate) fn number_of(session: &mut Session) -> Result<u32, String> {
    let named = session.project().name.clone();
    let last: u32 =
        named.strip_prefix("edit ").and_then(|n| n.parse().ok()).ok_or_else(|| format!("name {named:?}"))?;
    for id in ["even", "odd"] {
        let issues = session.load(&id.into(), &"me".into());
        if let Some(issue) = issues.iter().find(|issue| issue.severity == Severity::Error) {
            return Err(format!("reports {issue}"));
        }
        let key = LayerKey::new(id, "me");
        let wanted: Vec<Span> = (last.saturating_sub(KEPT - 1).max(1)..=last)
            .filter(|number| self::key(*number) == key)
            .map(|number| *span(number))
            .collect();
        let found =
            session.project().layer(&key).map(|layer| layer.spans.values().cloned().collect::<Vec<_>>());
        if found.as_ref() != Some(&wanted) {
            return Err(format!("after edit {last}, {key} holds {found:?} instead of {wanted:?}"));
        }
    }
    Ok(last)
}

/// Opens what a child left behind.
pub(crate) fn look(root: &Path) -> Result<(Session, u32), String> {
    let Opened { mut session, issues, read_only, .. } =
        Session::open(root).map_err(|error: StoreError| format!("does not open: {error}"))?;
    if let Some(why) = read_only {
        return Err(format!("opens for reading only: {why}"));
    }
    if let Some(issue) = issues.iter().find(|issue| issue.severity == Severity::Error) {
        return Err(format!("reports {issue}"));
    }
    let number = number_of(&mut session)?;
    Ok((session, number))
}
