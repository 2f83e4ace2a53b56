//! `hashiya export`: annotations as a data set.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::builder::PossibleValuesParser;
use serde::Serialize;

use super::print::{Printer, count, note, progress};
use super::{Verdict, open};
use crate::interchange::{self, Counts, FORMATS, Format, Header, Loss, Page, Report, Writer};
use crate::model::{AnnotatorId, ArticleId, Issue, Layer, LayerKey, Status};
use crate::session::Session;
use crate::store::outside::{self, NewFile};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of the project.
    project: PathBuf,
    /// Format of the data set.
    #[arg(long, value_parser = PossibleValuesParser::new(written_formats()))]
    format: String,
    /// File to write; - for standard output.
    #[arg(long, value_name = "PATH")]
    output: PathBuf,
    /// Only the layers of this annotator; may be given several times.
    #[arg(long)]
    annotator: Vec<String>,
    /// Only layers of this status; may be given several times.
    #[arg(long, value_parser = ["new", "in_progress", "done"])]
    status: Vec<String>,
    /// Write the report, with each loss, to this file as JSON.
    #[arg(long, value_name = "R.json")]
    report: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

fn written_formats() -> impl Iterator<Item = &'static str> {
    let names = |format: &'static Format| std::iter::once(format.name).chain(format.aliases.iter().copied());
    FORMATS.iter().filter(|format| format.writes).flat_map(names)
}

/// Which layers go out.
struct Choice {
    annotators: Vec<AnnotatorId>,
    statuses: Vec<Status>,
}

impl Choice {
    /// Whether articles nobody has begun go out as well: where everything does.
    fn is_everything(&self) -> bool {
        self.annotators.is_empty() && self.statuses.is_empty()
    }

    fn takes(&self, annotator: &AnnotatorId) -> bool {
        self.annotators.is_empty() || self.annotators.contains(annotator)
    }

    fn takes_status(&self, layer: &Layer) -> bool {
        self.statuses.is_empty() || self.statuses.contains(&layer.status)
    }
}

pub(super) fn run(args: &Args, out: &mut Printer) -> anyhow::Result<Verdict> {
    let format = interchange::by_name(&args.format).context("the format is not known")?;
    let mut writer =
        interchange::writer(format).with_context(|| format!("the format {} is only read", format.name))?;
    let to_stdout = args.output == Path::new("-");
    if to_stdout && args.json {
        bail!(
            "the data set and the report cannot both go to standard output; nothing was written: give --report"
        );
    }
    let mut session = open::to_read(&args.project)?;
    let choice = Choice {
        annotators: open::annotators(&session, &args.annotator)?,
        statuses: args.status.iter().filter_map(|name| Status::from_name(name)).collect(),
    };
    let report = if to_stdout {
        write_all(&mut session, &choice, &mut *writer, out)?
    } else {
        let mut file = BufWriter::new(NewFile::create(&args.output)?);
        let report = write_all(&mut session, &choice, &mut *writer, &mut file).with_context(|| {
            format!("cannot write {}; no file of that name was left", args.output.display())
        })?;
        file.into_inner().map_err(|error| error.into_error())?.commit()?;
        report
    };
    let summary = Summary::of(format, &report);
    if let Some(path) = &args.report {
        outside::write(path, &serde_json::to_vec_pretty(&summary)?)?;
    }
    if args.json {
        out.json(&summary)?;
    } else {
        tell(&summary, &args.output);
    }
    Ok(Verdict::findings(!report.losses.is_empty()))
}

fn write_all(
    session: &mut Session,
    choice: &Choice,
    writer: &mut dyn Writer,
    out: &mut dyn Write,
) -> anyhow::Result<Report> {
    let mut report = Report::default();
    if writer.needs_survey() {
        // What is wrong is said once, when it is written.
        for_each_page(session, choice, "Surveying", &mut Vec::new(), &mut |page| {
            writer.survey(page);
            Ok(())
        })?;
    }
    writer.begin(out, &Header::of(session.project()))?;
    let mut issues = Vec::new();
    for_each_page(session, choice, "Exporting", &mut issues, &mut |page| {
        Ok(writer.article(out, page, &mut report)?)
    })?;
    open::tell(&issues);
    writer.end(out)?;
    out.flush()?;
    Ok(report)
}

type Visit<'a> = &'a mut dyn FnMut(&Page<'_>) -> anyhow::Result<()>;

/// Reads the chosen layers article by article and keeps none, so that memory stays flat.
fn for_each_page(
    session: &mut Session,
    choice: &Choice,
    what: &'static str,
    issues: &mut Vec<Issue>,
    visit: Visit<'_>,
) -> anyhow::Result<()> {
    let ids: Vec<ArticleId> = session.project().articles().iter().map(|info| info.id.clone()).collect();
    let bar = progress(what, ids.len());
    for id in &ids {
        visit_article(session, id, choice, issues, visit)?;
        session.unload(id);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

fn visit_article(
    session: &mut Session,
    id: &ArticleId,
    choice: &Choice,
    issues: &mut Vec<Issue>,
    visit: Visit<'_>,
) -> anyhow::Result<()> {
    let annotators: Vec<AnnotatorId> =
        session.annotators_of(id).into_iter().filter(|annotator| choice.takes(annotator)).collect();
    if annotators.is_empty() && !choice.is_everything() {
        return Ok(());
    }
    issues.extend(session.load_text(id));
    for annotator in &annotators {
        issues.extend(session.load(id, annotator));
    }
    let project = session.project();
    let info = project.article(id).context("the article left the index")?;
    let Some(article) = project.text(id) else {
        bail!("the text of {id} cannot be read; nothing was written: see `hashiya check`");
    };
    let mut layers: Vec<(AnnotatorId, Arc<Layer>)> = Vec::new();
    for annotator in annotators {
        let key = LayerKey { article: id.clone(), annotator };
        let Some(layer) = project.layer(&key) else {
            bail!("the layer {key} cannot be read; nothing was written: see `hashiya check`");
        };
        if choice.takes_status(layer) {
            layers.push((key.annotator, layer.clone()));
        }
    }
    if layers.is_empty() && !choice.is_everything() {
        return Ok(());
    }
    visit(&Page { info, article, layers: &layers })
}

/// What is told of an export, and written as its report.
#[derive(Serialize)]
struct Summary {
    format: &'static str,
    offsets: &'static str,
    articles: usize,
    layers: usize,
    spans: CountsLine,
    relations: CountsLine,
    losses: Vec<LossLine>,
}

/// Counts as written.
#[derive(Serialize)]
pub(super) struct CountsLine {
    pub(super) read: usize,
    pub(super) written: usize,
    pub(super) lossless: usize,
    pub(super) clipped: usize,
    pub(super) dropped: usize,
}

impl From<Counts> for CountsLine {
    fn from(counts: Counts) -> Self {
        let Counts { read, written, lossless, clipped, dropped } = counts;
        Self { read, written, lossless, clipped, dropped }
    }
}

/// A loss as written.
#[derive(Serialize)]
pub(super) struct LossLine {
    r#where: String,
    kind: &'static str,
    reason: String,
}

impl From<&Loss> for LossLine {
    fn from(loss: &Loss) -> Self {
        Self { r#where: loss.place.to_string(), kind: loss.kind.as_str(), reason: loss.reason.clone() }
    }
}

impl Summary {
    fn of(format: &Format, report: &Report) -> Self {
        Self {
            format: format.name,
            offsets: "code_points",
            articles: report.articles,
            layers: report.layers,
            spans: report.spans.into(),
            relations: report.relations.into(),
            losses: report.losses.iter().map(LossLine::from).collect(),
        }
    }
}

/// For people, on standard error: the data set may be on standard output.
fn tell(summary: &Summary, output: &Path) {
    let (articles, layers) = (count(summary.articles, "article"), count(summary.layers, "layer"));
    note(format!("Wrote {articles} and {layers} to {} as {}", output.display(), summary.format));
    tell_counts("spans", &summary.spans);
    tell_counts("relations", &summary.relations);
    tell_losses(&summary.losses);
}

pub(super) fn tell_counts(what: &str, counts: &CountsLine) {
    note(format!(
        "{what}: {} read, {} written, {} lossless, {} clipped, {} dropped",
        counts.read, counts.written, counts.lossless, counts.clipped, counts.dropped
    ));
}

/// Losses by reason, the first places of each: a long list says less. `--json` and `--report` have all of them.
pub(super) fn tell_losses(losses: &[LossLine]) {
    const SHOWN: usize = 3;
    let mut by_reason: Vec<(&LossLine, Vec<&str>)> = Vec::new();
    for loss in losses {
        let same =
            |(first, _): &&mut (&LossLine, Vec<&str>)| first.kind == loss.kind && first.reason == loss.reason;
        match by_reason.iter_mut().find(same) {
            Some((_, places)) => places.push(&loss.r#where),
            None => by_reason.push((loss, vec![&loss.r#where])),
        }
    }
    for (first, places) in by_reason {
        let shown: Vec<&str> = places.iter().take(SHOWN).copied().collect();
        let more = match places.len().checked_sub(SHOWN) {
            Some(more) if more > 0 => format!(" and {more} more"),
            _ => String::new(),
        };
        note(format!("{} {}{more}: {}", first.kind, shown.join(", "), first.reason));
    }
}
