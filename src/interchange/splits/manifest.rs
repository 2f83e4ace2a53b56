//! What is written beside the splits, so that they can be checked and made again.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Splits, Stratum, similar};

/// The name of the manifest.
pub const FILE: &str = "splits.json";
/// The name of the manifest without its extension, which no split may have.
pub(super) const STEM: &str = "splits";
/// A split made by another version may be another one.
const ALGORITHM: &str = "hashiya-split-1";

/// An article of the manifest.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    text_blake3: String,
    /// Shared by near-duplicates.
    cluster: usize,
    split: &'a str,
}

impl Splits {
    /// The manifest as JSON: how the splits were made, and which article is in which, sorted by id.
    pub fn manifest(&self) -> Value {
        let ratios: Map<String, Value> =
            self.shares.iter().map(|share| (share.name.clone(), json!(share.part))).collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        self.placed
            .keys()
            .filter_map(|id| self.of(id))
            .for_each(|split| *counts.entry(split).or_default() += 1);
        let counted: Map<String, Value> = self
            .shares
            .iter()
            .map(|share| {
                (share.name.clone(), json!(counts.get(share.name.as_str()).copied().unwrap_or_default()))
            })
            .collect();
        let (clusters, in_clusters) = self.near_duplicates();
        let articles: Vec<Line<'_>> = self
            .placed
            .iter()
            .map(|(id, placed)| Line {
                id: id.as_str(),
                text_blake3: placed.hash.to_hex(),
                cluster: placed.cluster,
                split: self.of(id).unwrap_or_default(),
            })
            .collect();
        json!({
            "algorithm": ALGORITHM,
            "seed": self.seed,
            "ratios": ratios,
            "stratify": self.by.iter().map(|stratum: &Stratum| stratum.as_str()).collect::<Vec<_>>(),
            "similarity": {
                "measure": "Jaccard of folded word shingles",
                "words": similar::SHINGLE_WORDS,
                "at_least": similar::PER_CENT as f64 / 100.0,
                "bands": similar::BANDS,
                "rows": similar::ROWS,
            },
            "counts": counted,
            "near_duplicates": { "clusters": clusters, "articles": in_clusters },
            "articles": articles,
        })
    }
}
