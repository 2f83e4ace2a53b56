//! `hashiya backups`: the backups of a project. Works also where the project itself does not open.

use std::io::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::print::{Printer, count, note};
use super::{Verdict, open};
use crate::store::{Backup, Made};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of the project.
    project: PathBuf,
    /// Make one now, where something changed since the newest.
    #[arg(long)]
    make: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    made: Option<String>,
    verified: bool,
    edits: Option<u64>,
    articles: Option<u64>,
    layers: Option<u64>,
    spans: Option<u64>,
    relations: Option<u64>,
    problems: &'a [String],
}

pub(super) fn run(args: &Args, out: &mut Printer) -> anyhow::Result<Verdict> {
    let backups = open::backups(&args.project)?;
    let mut bad = false;
    if args.make {
        match backups.make(open::now(), 0, &|| true)? {
            Made::Backup(backup) => {
                bad = !backup.verified;
                note(format!("Made the backup {}", backup.name));
            }
            Made::NotNeeded => note("Nothing changed since the newest backup"),
            Made::Cancelled => {}
        }
    }
    let found = backups.list()?;
    if args.json {
        out.json(&found.iter().map(line).collect::<Vec<_>>())?;
        return Ok(Verdict::findings(bad));
    }
    for backup in &found {
        writeln!(out, "{}", backup.name)?;
        writeln!(out, "    {}", about(backup))?;
        for problem in backup.holds.iter().flat_map(|holds| &holds.problems) {
            writeln!(out, "    {problem}")?;
        }
    }
    if found.is_empty() {
        writeln!(
            out,
            "No backups yet: the window makes one when it opens a project, and `--make` makes one now"
        )?;
    }
    Ok(Verdict::findings(bad))
}

fn line(backup: &Backup) -> Line<'_> {
    let holds = backup.holds.as_ref();
    Line {
        name: &backup.name,
        made: backup.made.map(|made| made.iso()),
        verified: backup.verified,
        edits: holds.map(|holds| holds.edits),
        articles: holds.map(|holds| holds.articles),
        layers: holds.map(|holds| holds.layers),
        spans: holds.map(|holds| holds.spans),
        relations: holds.map(|holds| holds.relations),
        problems: holds.map(|holds| holds.problems.as_slice()).unwrap_or_default(),
    }
}

fn about(backup: &Backup) -> String {
    let number = |number: u64, one: &str| count(usize::try_from(number).unwrap_or(usize::MAX), one);
    let made =
        backup.made.map_or_else(|| "before a change of the format".to_owned(), |made| made.for_people());
    let verified = if backup.verified { "verified" } else { "NOT VERIFIED" };
    match &backup.holds {
        None => format!("{made}, {verified}"),
        Some(holds) => {
            let parts = [
                number(holds.articles, "article"),
                number(holds.spans, "span"),
                number(holds.relations, "relation"),
                number(holds.edits, "edit"),
            ];
            format!("{made}, {verified}: {}", parts.join(", "))
        }
    }
}
