//! `hashiya export`: annotations as a data set.

mod told;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context as _, bail};
use clap::builder::PossibleValuesParser;
use indicatif::ProgressBar;

use super::print::{Printer, progress};
use super::{Verdict, open};
use crate::dataset::{Choice, DatasetError, Order, Split, Stdout, Step, Summary, Watch};
use crate::interchange::bio::{Overlaps, Scheme};
use crate::interchange::options::{self, WriteOptions};
use crate::interchange::splits::{Shares, Stratum};
use crate::interchange::tokens::{Cut, Tokens};
use crate::interchange::{self, FORMATS, Format, OffsetUnit, Shape};
use crate::model::{LabelId, Status};
use crate::session::Session;

pub(super) use self::told::{tell_counts, tell_losses};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of the project.
    project: PathBuf,
    /// Format of the data set.
    #[arg(long, value_parser = PossibleValuesParser::new(written_formats()))]
    format: String,
    /// File to write, or folder for formats of several files; - for standard output.
    #[arg(long, value_name = "PATH")]
    output: PathBuf,
    /// Only the layers of this annotator; may be given several times.
    #[arg(long)]
    annotator: Vec<String>,
    /// Only layers of this status; may be given several times.
    #[arg(long, value_parser = ["new", "in_progress", "done"])]
    status: Vec<String>,
    /// Only spans of this label, by its id, and relations between them; may be given several times.
    #[arg(long)]
    label: Vec<String>,
    /// Write nothing if anything of the annotations would be lost.
    #[arg(long)]
    strict: bool,
    /// Where words end, in formats of tokens.
    #[arg(long, value_parser = ["words", "whitespace", "clitics"])]
    tokens: Option<String>,
    /// What is cut where a span begins or ends inside a token: the token, or the span, which then takes all of it.
    #[arg(long, value_parser = ["tokens", "spans"])]
    cut: Option<String>,
    /// How tags are spelt.
    #[arg(long, value_parser = ["bio", "bilou"])]
    scheme: Option<String>,
    /// What becomes of spans that overlap, in formats of tags: a column for each label, or one column with these.
    #[arg(long, value_parser = ["columns", "outermost", "innermost", "longest"])]
    layers: Option<String>,
    /// What positions count, where programs that read the format disagree.
    #[arg(long, value_name = "UNIT", value_parser = ["code-points", "utf-16", "bytes", "graphemes"])]
    offset_unit: Option<String>,
    /// Write a data set for each of these shares into a folder, with near-duplicate articles in the same one, and
    /// splits.json, which says how and which.
    #[arg(long, value_name = "train=0.8,dev=0.1,test=0.1")]
    split: Option<String>,
    /// Another number splits otherwise; the same gives the same splits again.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "split")]
    seed: u64,
    /// What should be as frequent in each split as in all; may be given several times.
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_parser = ["label", "source", "month"], requires = "split")]
    stratify: Vec<String>,
    /// Write the report, with each loss, to this file as JSON.
    #[arg(long, value_name = "R.json")]
    report: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

fn written_formats() -> impl Iterator<Item = &'static str> {
    let names = |format: &'static Format| std::iter::once(format.name).chain(format.aliases.iter().copied());
    FORMATS.iter().filter(|format| format.writes()).flat_map(names)
}

pub(super) fn run(args: &Args, out: &mut Printer) -> anyhow::Result<Verdict> {
    let format = interchange::by_name(&args.format).context("the format is not known")?;
    let to_stdout = args.output == Path::new("-");
    if to_stdout && args.json {
        bail!(
            "the data set and the report cannot both go to standard output; nothing was written: give --report"
        );
    }
    if to_stdout && format.shape == Shape::Folder {
        bail!("{} is a folder of files; nothing was written: give --output a name", format.name);
    }
    let options = write_options(args, format)?;
    let split = split(args)?;
    if to_stdout && split.is_some() {
        bail!("splits are files of a folder; nothing was written: give --output a name");
    }
    let session = open::to_read(&args.project)?;
    let choice = Choice {
        annotators: open::annotators(&session, &args.annotator)?,
        statuses: args.status.iter().filter_map(|name| Status::from_name(name)).collect(),
        labels: labels(&session, &args.label)?,
    };
    let order = Order { format, options, choice, strict: args.strict, split };
    let (frozen, bar) = (session.frozen(), Rc::new(Bar::default()) as Rc<dyn Watch>);
    let made = if to_stdout {
        // A reader that stops listening is known by the error of the pipe itself.
        order.pour(&frozen, &mut Stdout, &bar).map_err(|error| match error {
            DatasetError::Io(error) => error.into(),
            other => anyhow::Error::from(other),
        })?
    } else {
        order.write(&frozen, &args.output, &bar)?
    };
    open::tell(&made.issues);
    let summary = Summary::of(format, &made);
    if let Some(path) = &args.report {
        summary.write(path)?;
    }
    if args.json {
        out.json(&summary)?;
    } else {
        told::tell(&summary, &args.output);
    }
    Ok(Verdict::findings(!made.report.losses.is_empty()))
}

/// How it is to be split; nothing for one data set.
fn split(args: &Args) -> anyhow::Result<Option<Split>> {
    let Some(split) = &args.split else { return Ok(None) };
    let shares = match Shares::parse(split) {
        Ok(shares) => shares,
        Err(problem) => bail!("--split: {problem}; nothing was written"),
    };
    let by = args.stratify.iter().filter_map(|name| Stratum::from_name(name)).collect();
    Ok(Some(Split { shares, seed: args.seed, by }))
}

/// The labels chosen, all of the codebook where none was named.
fn labels(session: &Session, named: &[String]) -> anyhow::Result<Vec<LabelId>> {
    let known = &session.project().codebook.labels;
    for name in named {
        if !known.iter().any(|label| label.id.as_str() == name) {
            let names: Vec<&str> = known.iter().map(|label| label.id.as_str()).collect();
            bail!("the codebook has no label {name:?}; it has {}", names.join(", "));
        }
    }
    Ok(named.iter().map(|name| LabelId::from(name.as_str())).collect())
}

/// A bar on standard error.
#[derive(Default)]
struct Bar(RefCell<Option<ProgressBar>>);

impl Watch for Bar {
    fn begin(&self, step: Step, articles: usize) {
        let name = match step {
            Step::Survey => "Surveying",
            Step::Trial => "Trying",
            Step::Write => "Exporting",
            Step::Prove => return,
        };
        self.0.replace(Some(progress(name, articles)));
    }

    fn step(&self) {
        if let Some(bar) = &*self.0.borrow() {
            bar.inc(1);
        }
    }

    fn end(&self) {
        if let Some(bar) = self.0.take() {
            bar.finish_and_clear();
        }
    }
}

/// The options given, each of which the format must look at.
fn write_options(args: &Args, format: &Format) -> anyhow::Result<WriteOptions> {
    let given = [
        (options::Choice::Tokens, args.tokens.is_some()),
        (options::Choice::Cut, args.cut.is_some()),
        (options::Choice::Scheme, args.scheme.is_some()),
        (options::Choice::Overlaps, args.layers.is_some()),
        (options::Choice::Unit, args.offset_unit.is_some()),
    ];
    for (choice, is_given) in given {
        if is_given && !format.takes.contains(&choice) {
            bail!("{} has no use for {}; nothing was written: leave it out", format.name, choice.option());
        }
    }
    let unit = args.offset_unit.as_deref().and_then(OffsetUnit::from_name);
    if let Some(unit) = unit.filter(|unit| !format.units.contains(unit)) {
        let known: Vec<&str> = format.units.iter().map(|unit| unit.as_str()).collect();
        bail!(
            "{} does not count {}; nothing was written: it counts {}",
            format.name,
            unit.as_str(),
            known.join(" or ")
        );
    }
    Ok(WriteOptions {
        tokens: args.tokens.as_deref().and_then(Tokens::from_name).unwrap_or_default(),
        cut: args.cut.as_deref().and_then(Cut::from_name).unwrap_or_default(),
        scheme: args.scheme.as_deref().and_then(Scheme::from_name).unwrap_or_default(),
        overlaps: args.layers.as_deref().and_then(Overlaps::from_name),
        unit,
    })
}
