//! `hashiya check`: every invariant of a project.

use std::io::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::print::{Printer, count, progress};
use super::{Verdict, open};
use crate::language::graphemes;
use crate::model::{ArticleId, Issue, LayerKey, Severity, check};
use crate::session::Session;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of the project.
    project: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
pub(super) struct Line<'a> {
    code: &'static str,
    severity: &'static str,
    r#where: String,
    message: &'a str,
}

pub(super) fn run(args: &Args, out: &mut Printer) -> anyhow::Result<Verdict> {
    let (mut session, issues) = open::to_check(&args.project)?;
    let issues = everything(&mut session, issues);
    let errors = issues.iter().filter(|issue| issue.severity == Severity::Error).count();
    if args.json {
        out.json(&issues.iter().map(line).collect::<Vec<_>>())?;
    } else {
        for issue in &issues {
            writeln!(out, "{issue}")?;
        }
        let warnings = issues.len() - errors;
        writeln!(
            out,
            "{} checked: {}, {}",
            count(session.project().articles().len(), "article"),
            count(errors, "error"),
            count(warnings, "warning")
        )?;
    }
    Ok(Verdict::findings(errors > 0))
}

/// Checks a project, with what opening it found.
pub(super) fn everything(session: &mut Session, found: Vec<Issue>) -> Vec<Issue> {
    let mut issues = found;
    issues.extend(check::check_project(session.project()));
    let ids: Vec<ArticleId> = session.project().articles().iter().map(|info| info.id.clone()).collect();
    let bar = progress("Checking", ids.len());
    for id in &ids {
        issues.extend(check_article(session, id));
        session.unload(id);
        bar.inc(1);
    }
    bar.finish_and_clear();
    without_repeats(&mut issues);
    issues
}

fn check_article(session: &mut Session, id: &ArticleId) -> Vec<Issue> {
    let mut issues = session.load_text(id);
    for annotator in session.annotators_of(id) {
        issues.extend(session.load(id, &annotator));
    }
    let project = session.project();
    let (Some(info), Some(article)) = (project.article(id), project.text(id)) else { return issues };
    issues.extend(check::check_article(info, article));
    for annotator in session.annotators_of(id) {
        let key = LayerKey { article: id.clone(), annotator };
        if let Some(layer) = project.layer(&key) {
            issues.extend(check::check_layer(
                &key,
                layer,
                article,
                &project.codebook,
                &project.entities,
                &graphemes::is_boundary,
            ));
        }
    }
    issues
}

/// Loading and checking find some things both: said once, where it was said first.
fn without_repeats(issues: &mut Vec<Issue>) {
    let mut seen = std::collections::BTreeSet::new();
    issues.retain(|issue| seen.insert((issue.code, issue.place.clone())));
}

/// A finding as JSON.
pub(super) fn line(issue: &Issue) -> Line<'_> {
    Line {
        code: issue.code,
        severity: if issue.severity == Severity::Error { "error" } else { "warning" },
        r#where: issue.place.to_string(),
        message: &issue.message,
    }
}
