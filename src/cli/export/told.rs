//! What an export did: counted, said and written as JSON.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::super::print::{count, note};
use crate::interchange::{Counts, Format, Loss, OffsetUnit, Report};

/// What is told of an export, and written as its report.
#[derive(Serialize)]
pub(super) struct Summary {
    format: &'static str,
    /// What positions count; nothing in formats of tokens.
    offsets: Option<&'static str>,
    /// What the format has no place for in any article.
    leaves_out: Vec<&'static str>,
    /// Whether it was read back and is what was promised.
    proven: bool,
    written: bool,
    articles: usize,
    layers: usize,
    spans: CountsLine,
    relations: CountsLine,
    losses: Vec<LossLine>,
    /// Where it was split: the number of articles of each split, and the clusters of near-duplicates kept together.
    #[serde(skip_serializing_if = "Option::is_none")]
    splits: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    near_duplicates: Option<usize>,
}

/// Counts as written.
#[derive(Serialize)]
pub(in crate::cli) struct CountsLine {
    pub(in crate::cli) read: usize,
    pub(in crate::cli) written: usize,
    pub(in crate::cli) lossless: usize,
    pub(in crate::cli) clipped: usize,
    pub(in crate::cli) dropped: usize,
}

impl From<Counts> for CountsLine {
    fn from(counts: Counts) -> Self {
        let Counts { read, written, lossless, clipped, dropped } = counts;
        Self { read, written, lossless, clipped, dropped }
    }
}

/// A loss as written.
#[derive(Serialize)]
pub(in crate::cli) struct LossLine {
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
    pub(super) fn of(format: &Format, report: &Report, outcome: Outcome) -> Self {
        Self {
            format: format.name,
            offsets: report.unit.map(|unit| match unit {
                OffsetUnit::CodePoints => "code_points",
                OffsetUnit::Utf16 => "utf_16",
                OffsetUnit::Bytes => "bytes",
                OffsetUnit::Graphemes => "graphemes",
            }),
            leaves_out: report.leaves_out.clone(),
            proven: outcome == Outcome::Proven,
            written: outcome != Outcome::Refused,
            articles: report.articles,
            layers: report.layers,
            spans: report.spans.into(),
            relations: report.relations.into(),
            losses: report.losses.iter().map(LossLine::from).collect(),
            splits: None,
            near_duplicates: None,
        }
    }

    /// With what is said of the splits.
    pub(super) fn split(self, counts: Value, near_duplicates: usize) -> Self {
        Self { splits: Some(counts), near_duplicates: Some(near_duplicates), ..self }
    }
}

/// How far an export came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Written and read back.
    Proven,
    /// Written to where it cannot be read back.
    Unproven,
    /// Not written, since something would be lost.
    Refused,
}

/// For people, on standard error: the data set may be on standard output.
pub(super) fn tell(summary: &Summary, output: &Path) {
    let (articles, layers) = (count(summary.articles, "article"), count(summary.layers, "layer"));
    let (output, format) = (output.display(), summary.format);
    match (summary.written, summary.proven) {
        (true, true) => {
            note(format!("Wrote {articles} and {layers} to {output} as {format}, and read it back"))
        }
        (true, false) => {
            note(format!("Wrote {articles} and {layers} as {format}; what went there was not read back"))
        }
        (false, _) => note(format!("Nothing was written: {format} would lose what is listed below")),
    }
    if !summary.leaves_out.is_empty() {
        note(format!("{format} has no place for {}", summary.leaves_out.join("; ")));
    }
    if let Some(unit) = summary.offsets {
        note(format!("positions count {}", unit.replace('_', " ")));
    }
    if let Some(Value::Object(splits)) = &summary.splits {
        let counts: Vec<String> =
            splits.iter().map(|(name, articles)| format!("{name} {articles}")).collect();
        let together = count(summary.near_duplicates.unwrap_or_default(), "cluster");
        note(format!("articles: {}; {together} of near-duplicates, each in one split", counts.join(", ")));
    }
    tell_counts("spans", &summary.spans);
    tell_counts("relations", &summary.relations);
    tell_losses(&summary.losses);
}

pub(in crate::cli) fn tell_counts(what: &str, counts: &CountsLine) {
    note(format!(
        "{what}: {} read, {} written, {} lossless, {} clipped, {} dropped",
        counts.read, counts.written, counts.lossless, counts.clipped, counts.dropped
    ));
}

/// Losses by reason, the first places of each: a long list says less. `--json` and `--report` have all of them.
pub(in crate::cli) fn tell_losses(losses: &[LossLine]) {
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
