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
    /// Column or key that holds the text of an article, in CSV and JSON lines.
    #[arg(long, value_name = "NAME")]
    text_column: Option<String>,
    /// Column or key of its id.
    #[arg(long, value_name = "NAME")]
    id_column: Option<String>,
    /// Column or key of its title.
    #[arg(long, value_name = "NAME")]
    title_column: Option<String>,
    /// Column or key of its day.
    #[arg(long, value_name = "NAME")]
    date_column: Option<String>,
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
            columns: Columns {
                text: args.text_column.clone(),
                id: args.id_column.clone(),
                title: args.title_column.clone(),
                date: args.date_column.clone(),
            },
        },
        named: args.paths.clone(),
    })
}
