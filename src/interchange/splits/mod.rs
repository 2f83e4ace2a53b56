//! Splits that do not leak: each article goes into one of train, dev, test (or what the person calls them), and
//! near-duplicates always go into the same one, so that no model is tested on a wire copy of what it was trained on.
//!
//! ```text
//! let mut survey = Survey::new(&[Stratum::Label]);
//! visit(|page| survey.add(page));                       // every article once
//! let mut suspects = survey.finish();
//! if !suspects.is_empty() { visit(|page| suspects.add(page)); }
//! let splits = suspects.split(&Shares::parse("train=0.8,dev=0.1,test=0.1")?, seed);
//! ```
//!
//! The first pass keeps some 500 bytes an article, the second the shingles of those that may have a near-duplicate. The
//! same articles, shares and seed give the same splits on every machine, in whatever order the articles come.
#![warn(clippy::indexing_slicing)]

mod assign;
mod manifest;
mod shares;
mod similar;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use self::manifest::FILE as MANIFEST;
pub use self::shares::{Share, Shares};

use self::similar::Clusters;
use super::Page;
use crate::model::{ArticleId, TextHash};

/// What should be as frequent in each split as in the whole, beside the articles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stratum {
    /// Spans of each label.
    Label,
    /// Articles of each newspaper or agency.
    Source,
    /// Articles of each month.
    Month,
}

impl Stratum {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Label, Self::Source, Self::Month];

    /// Its name on the command line and in the manifest.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Source => "source",
            Self::Month => "month",
        }
    }

    /// The one of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stratum| stratum.as_str() == name)
    }
}

/// Looks at every article that goes out.
#[derive(Debug)]
pub struct Survey {
    by: BTreeSet<Stratum>,
    seen: Vec<Seen>,
    /// Numbers of strata, such as the label `actor`, in the order in which they came up.
    strata: BTreeMap<(Stratum, String), usize>,
}

/// What is remembered of an article.
#[derive(Debug)]
struct Seen {
    id: ArticleId,
    hash: TextHash,
    sketch: Box<[u32]>,
    /// How often it has which stratum.
    strata: Box<[(usize, u32)]>,
}

impl Survey {
    /// Sees nothing yet.
    pub fn new(by: &[Stratum]) -> Self {
        Self { by: by.iter().copied().collect(), seen: Vec::new(), strata: BTreeMap::new() }
    }

    /// Looks at an article. One that comes a second time changes nothing that matters: it is in the split of its text.
    pub fn add(&mut self, page: &Page<'_>) {
        let mut counts: BTreeMap<(Stratum, String), u32> = BTreeMap::new();
        if self.by.contains(&Stratum::Label) {
            let spans = page.layers.iter().flat_map(|(_, layer)| layer.spans.values());
            spans.for_each(|span| *counts.entry((Stratum::Label, span.label.to_string())).or_default() += 1);
        }
        if self.by.contains(&Stratum::Source) {
            counts.insert((Stratum::Source, page.info.source.clone()), 1);
        }
        if self.by.contains(&Stratum::Month) {
            let month = page.info.date.get(..7).unwrap_or_default();
            counts.insert((Stratum::Month, month.to_owned()), 1);
        }
        let strata = counts.into_iter().map(|(name, count)| {
            let next = self.strata.len();
            (*self.strata.entry(name).or_insert(next), count)
        });
        self.seen.push(Seen {
            id: page.info.id.clone(),
            hash: page.info.hash,
            strata: strata.collect(),
            sketch: similar::sketch(&similar::shingles(page.article.text())),
        });
    }

    /// Finds which articles may have a near-duplicate.
    pub fn finish(self) -> Suspects {
        let mut survey = self;
        // From here on nothing depends on the order in which articles came.
        survey.seen.sort_by(|one, other| (&one.hash, &one.id).cmp(&(&other.hash, &other.id)));
        let rank: BTreeMap<usize, usize> =
            survey.strata.values().enumerate().map(|(rank, number)| (*number, rank)).collect();
        for seen in &mut survey.seen {
            for (stratum, _) in &mut seen.strata {
                *stratum = rank.get(stratum).copied().unwrap_or_default();
            }
            seen.strata.sort_unstable();
        }
        let buckets = buckets(&survey.seen);
        let members = buckets.iter().flatten().copied();
        let wanted = members.filter_map(|member| Some((survey.seen.get(member)?.id.clone(), Box::default())));
        Suspects { wanted: wanted.collect(), buckets, survey }
    }
}

/// Groups of articles that have the same value in some band.
fn buckets(seen: &[Seen]) -> Vec<Vec<usize>> {
    let mut found = BTreeSet::new();
    for band in 0..similar::BANDS {
        let mut values: Vec<(u32, usize)> =
            seen.iter().enumerate().filter_map(|(nth, seen)| Some((*seen.sketch.get(band)?, nth))).collect();
        values.sort_unstable();
        for bucket in values.chunk_by(|(one, _), (other, _)| one == other).filter(|bucket| bucket.len() > 1) {
            found.insert(bucket.iter().map(|(_, nth)| *nth).collect());
        }
    }
    found.into_iter().collect()
}

/// Articles that may have a near-duplicate, which only their texts can tell.
#[derive(Debug)]
pub struct Suspects {
    survey: Survey,
    buckets: Vec<Vec<usize>>,
    wanted: BTreeMap<ArticleId, Box<[u32]>>,
}

impl Suspects {
    /// Whether no text needs to be looked at again.
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Looks at an article again, if it is one of them.
    pub fn add(&mut self, page: &Page<'_>) {
        if let Some(shingles) = self.wanted.get_mut(&page.info.id) {
            *shingles = similar::shingles(page.article.text());
        }
    }

    /// Puts every article into a split.
    pub fn split(self, shares: &Shares, seed: u64) -> Splits {
        let cluster = self.clusters();
        let strata = self.survey.strata.len();
        let units = assign::units(&self.survey.seen, &cluster, strata, seed);
        let splits = assign::assign(units, shares, self.survey.seen.len(), strata);
        let numbers = cluster_numbers(&self.survey.seen, &cluster);
        let placed = self.survey.seen.into_iter().zip(cluster).map(|(seen, cluster)| {
            let placed = Placed {
                hash: seen.hash,
                cluster: numbers.get(&cluster).copied().unwrap_or_default(),
                split: splits.get(&cluster).copied().unwrap_or_default(),
            };
            (seen.id, placed)
        });
        Splits { shares: shares.clone(), seed, by: self.survey.by, placed: placed.collect() }
    }

    /// For each article, in the order seen, a number it shares with its near-duplicates alone.
    fn clusters(&self) -> Vec<usize> {
        let seen = &self.survey.seen;
        let mut clusters = Clusters::new(seen.len());
        let shingles = |nth: usize| seen.get(nth).and_then(|seen| self.wanted.get(&seen.id));
        let pairs = self.buckets.iter().flat_map(|bucket| {
            bucket
                .iter()
                .enumerate()
                .flat_map(|(nth, one)| bucket.iter().skip(nth + 1).map(move |other| (*one, *other)))
        });
        for (one, other) in pairs {
            if clusters.of(one) != clusters.of(other)
                && let (Some(left), Some(right)) = (shingles(one), shingles(other))
                && similar::alike(left, right)
            {
                clusters.join(one, other);
            }
        }
        (0..seen.len()).map(|nth| clusters.of(nth)).collect()
    }
}

/// Numbers of clusters from 1, in the order of the ids of articles.
fn cluster_numbers(seen: &[Seen], cluster: &[usize]) -> BTreeMap<usize, usize> {
    let mut by_id: Vec<(&ArticleId, usize)> =
        seen.iter().map(|seen| &seen.id).zip(cluster.iter().copied()).collect();
    by_id.sort_unstable();
    let mut numbers = BTreeMap::new();
    for (_, cluster) in by_id {
        let next = numbers.len() + 1;
        numbers.entry(cluster).or_insert(next);
    }
    numbers
}

/// Where an article went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Placed {
    hash: TextHash,
    cluster: usize,
    split: usize,
}

/// Which article is in which split.
#[derive(Clone, Debug, PartialEq)]
pub struct Splits {
    shares: Shares,
    seed: u64,
    by: BTreeSet<Stratum>,
    placed: BTreeMap<ArticleId, Placed>,
}

impl Splits {
    /// The name of the split an article is in; nothing for one that was not looked at.
    pub fn of(&self, article: &ArticleId) -> Option<&str> {
        let placed = self.placed.get(article)?;
        self.shares.iter().nth(placed.split).map(|share| share.name.as_str())
    }

    /// Number of articles in the split of this name.
    pub fn count(&self, name: &str) -> usize {
        self.placed.keys().filter(|article| self.of(article) == Some(name)).count()
    }

    /// Number of clusters of two and more near-duplicates, and of articles in them.
    pub fn near_duplicates(&self) -> (usize, usize) {
        let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
        self.placed.values().for_each(|placed| *sizes.entry(placed.cluster).or_default() += 1);
        let several = sizes.into_values().filter(|size| *size > 1);
        several.fold((0, 0), |(clusters, articles), size| (clusters + 1, articles + size))
    }
}
