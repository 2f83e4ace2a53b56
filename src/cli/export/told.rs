//! What an export did, said to people.

use std::path::Path;

use serde_json::Value;

use super::super::print::{count, note};
use crate::dataset::{CountsLine, LossLine, Summary, grouped};
use crate::interchange::{self, Format};

/// For people, on standard error: the data set may be on standard output.
pub(super) fn tell(summary: &Summary, output: &Path) {
    let (articles, layers) = (count(summary.articles, "article"), count(summary.layers, "layer"));
    let (output, format) = (output.display(), summary.format);
    match (summary.written, summary.proven) {
        (true, true) => {
            let reads = interchange::by_name(format).is_some_and(Format::reads);
            let proof = if reads { "read it back" } else { "checked what was written" };
            note(format!("Wrote {articles} and {layers} to {output} as {format}, and {proof}"))
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
    for group in grouped(losses, |loss| (loss.kind, &loss.reason)) {
        let shown: Vec<&str> = group.losses.iter().take(SHOWN).map(|loss| loss.r#where.as_str()).collect();
        let more = match group.losses.len().checked_sub(SHOWN) {
            Some(more) if more > 0 => format!(" and {more} more"),
            _ => String::new(),
        };
        note(format!("{} {}{more}: {}", group.kind, shown.join(", "), group.reason));
    }
}
