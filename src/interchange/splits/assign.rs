//! Clusters → splits. Each cluster in turn goes where it brings the splits nearest to their shares, of articles and of
//! every stratum asked for; the large and rare first, while there is room everywhere. Clusters of about the same weight
//! come in an order that the seed and their texts decide.

use std::collections::BTreeMap;

use super::{Seen, Shares};

/// A cluster of articles that stay together.
#[derive(Debug)]
pub(super) struct Unit {
    cluster: usize,
    articles: usize,
    /// How often it has which stratum.
    strata: BTreeMap<usize, u64>,
    /// Where it stands among its like.
    key: [u8; 32],
}

/// The clusters of articles that are sorted by their texts.
pub(super) fn units(seen: &[Seen], cluster: &[usize], strata: usize, seed: u64) -> Vec<Unit> {
    let mut units: BTreeMap<usize, Unit> = BTreeMap::new();
    for (seen, cluster) in seen.iter().zip(cluster) {
        // The first article of a cluster has the smallest hash, which names it whatever its articles are called.
        let unit = units.entry(*cluster).or_insert_with(|| {
            let named = format!("hashiya split {seed} {} {strata}", seen.hash.to_hex());
            let key = *blake3::hash(named.as_bytes()).as_bytes();
            Unit { cluster: *cluster, articles: 0, strata: BTreeMap::new(), key }
        });
        unit.articles += 1;
        for (stratum, count) in &seen.strata {
            *unit.strata.entry(*stratum).or_default() += u64::from(*count);
        }
    }
    units.into_values().collect()
}

/// The split of each cluster, by its place among the shares.
pub(super) fn assign(
    mut units: Vec<Unit>,
    shares: &Shares,
    articles: usize,
    strata: usize,
) -> BTreeMap<usize, usize> {
    let mut totals = vec![0u64; strata];
    for unit in &units {
        for (stratum, count) in &unit.strata {
            if let Some(total) = totals.get_mut(*stratum) {
                *total += count;
            }
        }
    }
    let weights = Weights { articles: articles as u64, totals };
    units.sort_by_key(|unit| (weights.rank(unit), unit.key));
    let mut splits: Vec<Filled> = shares.iter().map(|share| Filled::new(share.part, strata)).collect();
    let mut assigned = BTreeMap::new();
    for unit in &units {
        let cost = |split: &Filled| split.cost(unit, &weights);
        let best = (0..splits.len()).min_by(|one, other| {
            let cost = |nth: &usize| splits.get(*nth).map_or(f64::INFINITY, cost);
            cost(one).total_cmp(&cost(other))
        });
        if let Some((best, split)) = best.and_then(|best| Some((best, splits.get_mut(best)?))) {
            split.take(unit, &weights);
            assigned.insert(unit.cluster, best);
        }
    }
    assigned
}

/// How much there is of everything.
struct Weights {
    articles: u64,
    totals: Vec<u64>,
}

impl Weights {
    /// The parts of the whole that a cluster is: of the articles, and of each stratum.
    fn parts(&self, unit: &Unit) -> impl Iterator<Item = (Option<usize>, f64)> {
        let part = |count: u64, total: u64| count as f64 / total.max(1) as f64;
        let articles = part(unit.articles as u64, self.articles);
        let strata = unit.strata.iter().map(move |(stratum, count)| {
            (Some(*stratum), part(*count, self.totals.get(*stratum).copied().unwrap_or_default()))
        });
        std::iter::once((None, articles)).chain(strata)
    }

    /// Which clusters come first: a power of two, so that those of about the same weight are ordered by chance.
    fn rank(&self, unit: &Unit) -> u32 {
        let largest = self.parts(unit).map(|(_, part)| part).fold(0.0, f64::max);
        let halvings = std::iter::successors(Some(1.0_f64), |part| Some(part / 2.0));
        halvings.take(64).take_while(|part| *part > largest).map(|_| 1).sum()
    }
}

/// A split on its way.
struct Filled {
    share: f64,
    articles: f64,
    strata: Vec<f64>,
}

impl Filled {
    fn new(share: f64, strata: usize) -> Self {
        Self { share, articles: 0.0, strata: vec![0.0; strata] }
    }

    fn held(&self, stratum: Option<usize>) -> f64 {
        match stratum {
            None => self.articles,
            Some(stratum) => self.strata.get(stratum).copied().unwrap_or_default(),
        }
    }

    /// How much further from its share the split would be with a cluster: squared distances relative to the share, as
    /// in Sainte-Laguë's way to give out seats. Articles count as much as all strata of the cluster together.
    fn cost(&self, unit: &Unit, weights: &Weights) -> f64 {
        let strata = unit.strata.len().max(1) as f64;
        let grown = |(stratum, part): (Option<usize>, f64)| {
            let held = self.held(stratum);
            let distance = |held: f64| (held - self.share) * (held - self.share);
            let weight = if stratum.is_none() { strata } else { 1.0 };
            weight * (distance(held + part) - distance(held)) / self.share
        };
        weights.parts(unit).map(grown).sum()
    }

    fn take(&mut self, unit: &Unit, weights: &Weights) {
        for (stratum, part) in weights.parts(unit) {
            match stratum {
                None => self.articles += part,
                Some(stratum) => {
                    if let Some(held) = self.strata.get_mut(stratum) {
                        *held += part;
                    }
                }
            }
        }
    }
}
