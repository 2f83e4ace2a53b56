//! What an export did, as it is counted, grouped and written beside the data set.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::{DatasetError, Made, split};
use crate::interchange::{Counts, Format, Loss, OffsetUnit};
use crate::store::outside;

/// How far an export came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Written and read back.
    Proven,
    /// Written to where it cannot be read back.
    Unproven,
    /// Not written, since something would be lost.
    Refused,
}

/// What is told of an export, and written as its report.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Name of the format.
    pub format: &'static str,
    /// What positions count; nothing in formats of tokens.
    pub offsets: Option<&'static str>,
    /// What the format has no place for in any article.
    pub leaves_out: Vec<&'static str>,
    /// Whether it was read back and is what was promised.
    pub proven: bool,
    /// Whether it was written.
    pub written: bool,
    /// Articles written.
    pub articles: usize,
    /// Layers written.
    pub layers: usize,
    /// Spans.
    pub spans: CountsLine,
    /// Relations.
    pub relations: CountsLine,
    /// Each loss.
    pub losses: Vec<LossLine>,
    /// Where it was split: the number of articles of each split.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub splits: Option<Value>,
    /// Where it was split: the clusters of near-duplicates that were kept together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub near_duplicates: Option<usize>,
}

/// Counts as written.
#[derive(Debug, Serialize)]
pub struct CountsLine {
    /// Found in what was read.
    pub read: usize,
    /// Now in what was written.
    pub written: usize,
    /// Of these, exactly as they were.
    pub lossless: usize,
    /// Of these, with other edges or in pieces.
    pub clipped: usize,
    /// Not written.
    pub dropped: usize,
}

impl From<Counts> for CountsLine {
    fn from(counts: Counts) -> Self {
        let Counts { read, written, lossless, clipped, dropped } = counts;
        Self { read, written, lossless, clipped, dropped }
    }
}

/// A loss as written.
#[derive(Debug, Serialize)]
pub struct LossLine {
    /// The article, layer, span or relation.
    pub r#where: String,
    /// What happened to it.
    pub kind: &'static str,
    /// Why.
    pub reason: String,
}

impl From<&Loss> for LossLine {
    fn from(loss: &Loss) -> Self {
        Self { r#where: loss.place.to_string(), kind: loss.kind.as_str(), reason: loss.reason.clone() }
    }
}

impl Summary {
    /// What there is to say of an export in a format.
    pub fn of(format: &Format, made: &Made) -> Self {
        let Made { report, outcome, splits, .. } = made;
        Self {
            format: format.name,
            offsets: report.unit.map(|unit| match unit {
                OffsetUnit::CodePoints => "code_points",
                OffsetUnit::Utf16 => "utf_16",
                OffsetUnit::Bytes => "bytes",
                OffsetUnit::Graphemes => "graphemes",
            }),
            leaves_out: report.leaves_out.clone(),
            proven: *outcome == Outcome::Proven,
            written: *outcome != Outcome::Refused,
            articles: report.articles,
            layers: report.layers,
            spans: report.spans.into(),
            relations: report.relations.into(),
            losses: report.losses.iter().map(LossLine::from).collect(),
            splits: splits.as_ref().map(split::counts),
            near_duplicates: splits.as_ref().map(|splits| splits.near_duplicates().0),
        }
    }

    /// Writes it as JSON.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), DatasetError> {
        let json = serde_json::to_vec_pretty(self).map_err(std::io::Error::from)?;
        Ok(outside::write(path, &json)?)
    }
}

/// Losses of one kind with one reason.
#[derive(Clone, Debug)]
pub struct LossGroup<'a, T> {
    /// What happened.
    pub kind: &'static str,
    /// Why.
    pub reason: &'a str,
    /// Each of them, in the order of the report.
    pub losses: Vec<&'a T>,
}

/// Losses by kind and reason, in the order in which they first came: a long list says less.
pub fn grouped<'a, T>(
    losses: &'a [T],
    of: impl Fn(&'a T) -> (&'static str, &'a str),
) -> Vec<LossGroup<'a, T>> {
    let mut groups: Vec<LossGroup<'a, T>> = Vec::new();
    let mut places: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for loss in losses {
        let (kind, reason) = of(loss);
        let next = groups.len();
        let at = *places.entry((kind, reason)).or_insert(next);
        match groups.get_mut(at) {
            Some(group) => group.losses.push(loss),
            None => groups.push(LossGroup { kind, reason, losses: vec![loss] }),
        }
    }
    groups
}
