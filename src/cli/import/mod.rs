//! `hashiya import`: articles and annotations into a project. A file is read to its end before anything of it enters the
//! project, so that one which cannot be read changes nothing; then it is read again, a step at a time, so that memory
//! does not grow with it. An import that is cut off is completed by importing the same again.

mod outcome;
mod read;
mod steps;

use std::path::PathBuf;

use anyhow::bail;
use clap::builder::PossibleValuesParser;

use self::outcome::{FileLine, Summary};
use self::read::Options;
use self::steps::Taker;
use super::print::{Printer, progress};
use super::{Verdict, open};
use crate::interchange::options::Columns;
use crate::interchange::{FORMATS, Format, OffsetUnit, ReadOptions};
use crate::model::{AnnotatorId, is_folder_safe};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of the project.
    project: PathBuf,
    /// Files and folders; folders are searched through for files of a format we read.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Format of all files; found from their extensions where it is not given.
    #[arg(long, value_parser = PossibleValuesParser::new(read_formats()))]
    format: Option<String>,
    /// Whose annotations they are, whatever the files say.
    #[arg(long)]
    annotator: Option<String>,
    /// Encoding of text files, such as windows-1256; found from the bytes where it is not given.
    #[arg(long)]
    encoding: Option<String>,
    /// Take the name of the folder a file lies in for its annotator.
    #[arg(long)]
    folders_are_annotators: bool,
    /// What positions in data sets count; found from the words of the spans where it is not given.
    #[arg(long, value_name = "UNIT", value_parser = ["auto", "code-points", "utf-16", "bytes", "graphemes"])]
    offset_unit: Option<String>,
    /// Keep spans that do not stand at their words aside as lost, instead of refusing the file.
    #[arg(long)]
    keep_mismatches: bool,
    /// Which column (CSV, TSV) or key (JSON lines) holds a part of plain articles: text, title, date, id, source, author,
    /// url or language. May be given several times; found by its usual names where it is not given.
    #[arg(long, value_name = "PART=NAME", value_parser = column)]
    column: Vec<(String, String)>,
    /// Say what would be done, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

fn read_formats() -> impl Iterator<Item = &'static str> {
    let names = |format: &'static Format| std::iter::once(format.name).chain(format.aliases.iter().copied());
    FORMATS.iter().filter(|format| format.reads()).flat_map(names)
}

pub(super) fn run(args: &Args, out: &mut Printer) -> anyhow::Result<Verdict> {
    let options = options(args)?;
    let mut session =
        if args.dry_run { open::to_read(&args.project)? } else { open::to_write(&args.project)? };
    let mut summary = Summary::new(args.dry_run);
    let (files, ignored, refused) = read::find(&args.paths, options.format);
    refused.into_iter().for_each(|(path, message)| summary.add(FileLine::refused(&path, message)));
    ignored.iter().for_each(|path| summary.add(FileLine::ignored(path)));
    let mut taker = Taker::new(&mut session, args.dry_run);
    let bar = progress("Reading", files.len());
    for path in files {
        match read::open(&path, &options) {
            Ok(incoming) => taker.file(incoming, &mut summary)?,
            Err(error) => {
                let message = format!("{}: {error}", path.display());
                summary.add(FileLine::refused(&path, message));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    taker.finish()?.into_iter().for_each(|note| summary.note(note));
    session.close()?;
    if args.json {
        out.json(&summary)?;
    } else {
        summary.tell();
    }
    Ok(Verdict::findings(summary.has_findings()))
}

/// The parts of an article that `--column` knows.
const PARTS: [&str; 8] = ["text", "title", "date", "id", "source", "author", "url", "language"];

fn column(given: &str) -> Result<(String, String), String> {
    match given.split_once('=') {
        Some((part, name)) if PARTS.contains(&part) && !name.is_empty() => {
            Ok((part.to_owned(), name.to_owned()))
        }
        _ => Err(format!("write it as PART=NAME, PART being one of {}", PARTS.join(", "))),
    }
}

fn columns(given: &[(String, String)]) -> Columns {
    let of = |wanted: &str| given.iter().rfind(|(part, _)| part == wanted).map(|(_, name)| name.clone());
    Columns {
        text: of("text"),
        title: of("title"),
        date: of("date"),
        id: of("id"),
        source: of("source"),
        author: of("author"),
        url: of("url"),
        language: of("language"),
    }
}

fn options(args: &Args) -> anyhow::Result<Options> {
    if let Some(annotator) = args.annotator.as_deref().filter(|annotator| !is_folder_safe(annotator)) {
        bail!(
            "the annotator {annotator:?} cannot be the name of a folder; nothing was imported: choose another name"
        );
    }
    Ok(Options {
        format: args.format.as_deref().and_then(crate::interchange::by_name),
        read: ReadOptions {
            annotator: args.annotator.as_deref().map(AnnotatorId::from),
            folders_are_annotators: args.folders_are_annotators,
            unit: args.offset_unit.as_deref().and_then(OffsetUnit::from_name),
            keep_mismatches: args.keep_mismatches,
            encoding: args.encoding.clone(),
            columns: columns(&args.column),
        },
        named: args.paths.clone(),
    })
}
