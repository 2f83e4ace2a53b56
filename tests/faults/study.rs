//! A small project whose edits are numbered.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use hashiya::model::{
    Annotator, Article, ArticleInfo, Edit, Entity, EntityKind, LayerKey, Project, Severity, Span, SpanId,
    TextRange,
};
use hashiya::session::{Access, Opened, Saved, Session, Waiting};
use hashiya::store::RealFs;

pub(crate) const TEXT: &str = "one two three four five six seven eight nine ten";

/// The folder of a process that writes.
pub(crate) const FOLDER: &str = "HASHIYA_TEST_FOLDER";

pub(crate) fn key() -> LayerKey {
    LayerKey::new("a", "me")
}

/// Makes a project of one article and lets go of it.
pub(crate) fn make(root: &Path) {
    let mut project = Project::new("study", "study");
    project.annotators = vec![Annotator { id: "me".into(), name: "me".into() }];
    project.insert_article(0, ArticleInfo::new("a", TEXT));
    project.put_text(Arc::new(Article::new("a", TEXT)));
    let mut session = Session::create(root, project).unwrap();
    session.apply(add(1)).unwrap();
    session.apply(entity(1)).unwrap();
    session.close().unwrap();
}

/// Span number so and so, with a note that makes it longer than a few bytes.
pub(crate) fn add(number: u32) -> Edit {
    let mut span = Span::new(SpanId(number), "actor", [TextRange::new(0.into(), 3.into())], TEXT).unwrap();
    span.note = format!("ours-{number} {}", "n".repeat(100));
    Edit::AddSpan { layer: key(), span: Box::new(span) }
}

/// Entity number so and so.
pub(crate) fn entity(number: u32) -> Edit {
    let id = format!("ours-{number}");
    let entity = Entity {
        id: id.as_str().into(),
        name: id.clone(),
        aliases: Vec::new(),
        kind: EntityKind::Actor,
        external: String::new(),
    };
    Edit::SetEntity { id: id.into(), old: None, new: Some(Box::new(entity)) }
}

/// Opens it, every step in one order.
pub(crate) fn open(root: &Path) -> Opened {
    let mut opened = Session::open_on(Arc::new(RealFs), root, Access::Write, Waiting::Caller).unwrap();
    opened.issues.extend(opened.session.load(&"a".into(), &"me".into()));
    opened
}

/// Numbers of the spans that are there.
pub(crate) fn numbers(session: &Session) -> Vec<u32> {
    let layer = session.project().layer(&key()).cloned().unwrap_or_default();
    assert!(layer.spans.values().all(|span| span.lost || span.quote == "one"), "no span is on other words");
    layer.spans.keys().map(|id| id.0).collect()
}

/// Opens what was left, where nothing may be reported as an error.
pub(crate) fn look(root: &Path) -> Vec<u32> {
    let opened = open(root);
    let error = opened.issues.iter().find(|issue| issue.severity == Severity::Error);
    assert_eq!(error.map(ToString::to_string), None);
    assert_eq!(opened.read_only, None);
    numbers(&opened.session)
}

/// Adds spans until the process ends or a file may not grow, and says which were saved.
pub(crate) fn fill() -> ExitCode {
    let root = PathBuf::from(super::runner::variable(FOLDER));
    let mut session = open(&root).session;
    let first = u32::try_from(numbers(&session).len()).unwrap() + 1;
    for number in first..first + 60 {
        session.apply(add(number)).unwrap();
        if matches!(session.saved(), Saved::Everything { .. }) {
            println!("saved {number}");
        }
        if number.is_multiple_of(50) {
            session.snapshot();
        }
    }
    ExitCode::SUCCESS
}
