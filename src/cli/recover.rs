//! `hashiya recover`: brings a project back as far as that can be done, and says what was done and what remains.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use serde::Serialize;

use super::check::{self, Line};
use super::print::{Printer, count};
use super::{Verdict, open};
use crate::model::{Issue, Severity};
use crate::session::{Access, Opened};
use crate::store::{RealFs, Rebuilt, outside, rebuild};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of the project.
    project: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// The report.
#[derive(Serialize)]
struct Report<'a> {
    /// What the index was made of, where it was made anew.
    rebuilt: Option<Index<'a>>,
    /// Edits that were in the journal only, each as a sentence.
    recovered: &'a [String],
    /// What was found wrong on the way and is dealt with.
    found: Vec<Line<'a>>,
    /// Files put aside, relative to the project.
    quarantine: &'a [String],
    /// What is still wrong.
    remaining: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Index<'a> {
    backup: Option<&'a str>,
    kept: Option<&'a str>,
    salvaged: Vec<&'a str>,
    articles: Vec<&'a str>,
    annotators: Vec<&'a str>,
    labels: &'a [String],
}

pub(super) fn run(args: &Args, out: &mut Printer) -> anyhow::Result<Verdict> {
    let root = open::root(&args.project);
    let before = outside::files_of(&root.join("quarantine"));
    let rebuilt = rebuild(&(Arc::new(RealFs) as Arc<_>), &root)?;
    let Opened { session, issues: mut found, recovered_list, read_only, held_since, .. } =
        open::open_at(&root, Access::Write)?;
    if let Some(why) = read_only {
        bail!(
            "{} can only be read ({why}{}); nothing was recovered: close it there and try again",
            root.display(),
            open::held_for(held_since)
        );
    }
    found.splice(0..0, rebuilt.iter().flat_map(|rebuilt| rebuilt.issues.clone()));
    session.close()?;
    let (mut session, issues) = open::to_check(&root)?;
    let remaining = check::everything(&mut session, issues);
    let still: BTreeSet<String> = remaining.iter().map(ToString::to_string).collect();
    found.retain(|issue| !still.contains(&issue.to_string()));
    let put_aside =
        outside::files_of(&root.join("quarantine")).into_iter().filter(|file| !before.contains(file));
    let quarantine: Vec<String> = put_aside.map(|file| format!("quarantine/{file}")).collect();
    let report = Report {
        rebuilt: rebuilt.as_ref().map(index),
        recovered: &recovered_list,
        found: found.iter().map(check::line).collect(),
        quarantine: &quarantine,
        remaining: remaining.iter().map(check::line).collect(),
    };
    if args.json {
        out.json(&report)?;
    } else {
        say(out, rebuilt.as_ref(), &recovered_list, &found, &quarantine, &remaining)?;
    }
    Ok(Verdict::findings(remaining.iter().any(|issue| issue.severity == Severity::Error)))
}

fn index(rebuilt: &Rebuilt) -> Index<'_> {
    Index {
        backup: rebuilt.backup.as_deref(),
        kept: rebuilt.kept.as_deref(),
        salvaged: rebuilt.salvaged.iter().map(|id| id.as_str()).collect(),
        articles: rebuilt.articles.iter().map(|id| id.as_str()).collect(),
        annotators: rebuilt.annotators.iter().map(|id| id.as_str()).collect(),
        labels: &rebuilt.labels,
    }
}

fn say(
    out: &mut Printer,
    rebuilt: Option<&Rebuilt>,
    recovered: &[String],
    found: &[Issue],
    quarantine: &[String],
    remaining: &[Issue],
) -> std::io::Result<()> {
    if let Some(rebuilt) = rebuilt {
        say_rebuilt(out, rebuilt)?;
    }
    match recovered.len() {
        0 => writeln!(out, "No edits were in the journal only")?,
        many => writeln!(out, "{} recovered from the journal", count(many, "edit"))?,
    }
    for line in recovered {
        writeln!(out, "    {line}")?;
    }
    for issue in found {
        writeln!(out, "{issue}")?;
    }
    for file in quarantine {
        writeln!(out, "Put aside: {file}")?;
    }
    match remaining.len() {
        0 => writeln!(out, "Nothing remains wrong"),
        many => {
            let verb = if many == 1 { "remains" } else { "remain" };
            writeln!(out, "{} {verb}:", count(many, "finding"))?;
            remaining.iter().try_for_each(|issue| writeln!(out, "    {issue}"))
        }
    }
}

fn say_rebuilt(out: &mut Printer, rebuilt: &Rebuilt) -> std::io::Result<()> {
    match &rebuilt.backup {
        Some(backup) => writeln!(out, "Rebuilt project.ron from the backup {backup} and the folders")?,
        None => writeln!(out, "Rebuilt project.ron from the folders; there is no verified backup")?,
    }
    if !rebuilt.salvaged.is_empty() {
        writeln!(out, "    {} read from the broken file", count(rebuilt.salvaged.len(), "article"))?;
    }
    if !rebuilt.articles.is_empty() {
        let ids: Vec<&str> = rebuilt.articles.iter().take(10).map(|id| id.as_str()).collect();
        let more = if rebuilt.articles.len() > ids.len() { ", …" } else { "" };
        writeln!(
            out,
            "    {} found by the text alone, without title and date: {}{more}",
            count(rebuilt.articles.len(), "article"),
            ids.join(", ")
        )?;
    }
    let annotators: Vec<&str> = rebuilt.annotators.iter().map(|id| id.as_str()).collect();
    for (what, names) in [("annotators", annotators.join(", ")), ("labels", rebuilt.labels.join(", "))] {
        if !names.is_empty() {
            writeln!(out, "    {what} known from the layers alone: {names}")?;
        }
    }
    rebuilt.kept.iter().try_for_each(|kept| writeln!(out, "    the broken file is kept as {kept}"))
}
