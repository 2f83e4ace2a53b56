//! Near-duplicate articles: wire copies under another headline, corrected versions, the same story cut shorter.
//!
//! An article is the set of its shingles, each three words in a row, folded, so that harakat and hamza do not count. Two
//! articles are near-duplicates where their sets share at least half of what both have (Jaccard). Comparing each with each
//! would take a day for 100,000 articles, so candidates are found first, by MinHash in bands: articles that share half
//! their shingles have the same value in at least one band with a probability of 99.4 %, those that share 60 % with
//! 99.998 %. Every candidate is then verified by its shingles.

use crate::language::fold::Folding;
use crate::language::{slice, text_range, words};

/// Words in a shingle.
pub(super) const SHINGLE_WORDS: usize = 3;
/// Bands of a sketch.
pub(super) const BANDS: usize = 80;
/// Smallest values that make a band.
pub(super) const ROWS: usize = 4;
/// Shared shingles of a hundred from which two articles are near-duplicates.
pub(super) const PER_CENT: usize = 50;

/// The hashes of an article's shingles, sorted, each once. An article of fewer words is one shingle; one without words
/// has none.
pub(super) fn shingles(text: &str) -> Box<[u32]> {
    let folded = Folding::ALL.text(text);
    let all = text_range(0..folded.len());
    let words: Vec<u64> = words::words(&folded, all).map(|word| hash(slice(&folded, word))).collect();
    let size = SHINGLE_WORDS.min(words.len()).max(1);
    let shingle = |words: &[u64]| words.iter().fold(0, |before, word| mix(before ^ word));
    #[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
    let mut found: Vec<u32> = words.windows(size).map(|words| shingle(words) as u32).collect();
    found.sort_unstable();
    found.dedup();
    found.into()
}

/// What is remembered of an article to find candidates: a number a band. Empty for an article without words, which is
/// like no other.
pub(super) fn sketch(shingles: &[u32]) -> Box<[u32]> {
    if shingles.is_empty() {
        return Box::default();
    }
    let smallest = |nth: u64| {
        let (factor, shift) = (mix(2 * nth) | 1, mix(2 * nth + 1));
        let place = |shingle: &u32| u64::from(*shingle).wrapping_mul(factor).wrapping_add(shift) >> 32;
        shingles.iter().map(place).min().unwrap_or_default()
    };
    let band = |band: usize| {
        let rows = (band * ROWS..(band + 1) * ROWS).map(|row| smallest(row as u64));
        #[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
        let value = rows.fold(0, |before, row| mix(before ^ row)) as u32;
        value
    };
    (0..BANDS).map(band).collect()
}

/// Whether two sets of shingles share so much that one article gives the other away.
pub(super) fn alike(one: &[u32], other: &[u32]) -> bool {
    // No way to share half where one has less than half of the other.
    let (few, many) = (one.len().min(other.len()), one.len().max(other.len()));
    if many == 0 || few * 100 < many * PER_CENT {
        return false;
    }
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    let mut shared = 0;
    while let (Some(left), Some(right)) = (one.peek(), other.peek()) {
        match left.cmp(right) {
            std::cmp::Ordering::Less => _ = one.next(),
            std::cmp::Ordering::Greater => _ = other.next(),
            std::cmp::Ordering::Equal => {
                shared += 1;
                one.next();
                other.next();
            }
        }
    }
    shared * 100 >= (few + many - shared) * PER_CENT
}

/// Sets that grow together.
#[derive(Debug)]
pub(super) struct Clusters {
    parent: Vec<usize>,
}

impl Clusters {
    /// Each alone.
    pub(super) fn new(count: usize) -> Self {
        Self { parent: (0..count).collect() }
    }

    /// The member that stands for all it is together with.
    pub(super) fn of(&mut self, mut member: usize) -> usize {
        while let Some(above) = self.parent.get(member).copied().filter(|above| *above != member) {
            let higher = self.parent.get(above).copied().unwrap_or(above);
            if let Some(parent) = self.parent.get_mut(member) {
                *parent = higher;
            }
            member = higher;
        }
        member
    }

    /// Puts two and all that are with them together.
    pub(super) fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        if let Some(parent) = self.parent.get_mut(one.max(other)) {
            *parent = one.min(other);
        }
    }
}

/// The hash of a word, the same on every machine: FNV-1a, then mixed.
fn hash(word: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    mix(word.bytes().fold(0xcbf2_9ce4_8422_2325, step))
}

/// Steele, Lea and Flood's SplitMix64: every bit of what comes out depends on every bit of what goes in.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(range: std::ops::Range<usize>) -> String {
        range.map(|nth| format!("w{nth} ")).collect()
    }

    #[test]
    fn spelling_is_folded_and_short_texts_are_one_shingle() {
        assert_eq!(shingles("أعلنَ العراقُ، اليوم").len(), 1);
        assert_eq!(shingles("أعلنَ العراقُ، اليوم"), shingles("اعلن العراق اليـوم"));
        assert_ne!(shingles("أعلن العراق اليوم"), shingles("اليوم أعلن العراق"));
        assert_eq!((shingles("قال").len(), shingles("قال لا").len()), (1, 1));
        assert_eq!((shingles("").len(), shingles(" .\n…").len(), sketch(&[]).len()), (0, 0, 0));
        assert_eq!(shingles(&numbered(0..100)).len(), 98);
    }

    #[test]
    fn half_of_all_shingles_is_the_border() {
        let set = |range: std::ops::Range<u32>| range.collect::<Vec<_>>();
        assert!(alike(&set(0..30), &set(10..40)), "20 of 40");
        assert!(!alike(&set(0..30), &set(11..41)), "19 of 41");
        assert!(alike(&set(0..30), &set(0..60)) && !alike(&set(0..30), &set(0..61)));
        assert!(!alike(&[], &[]), "texts without words say nothing of each other");
    }

    /// How many of the bands of two sketches agree.
    fn shared(one: &str, other: &str) -> usize {
        let (one, other) = (sketch(&shingles(one)), sketch(&shingles(other)));
        one.iter().zip(&other).filter(|(one, other)| one == other).count()
    }

    #[test]
    fn sketches_find_what_is_alike() {
        let text = numbered(0..400);
        assert_eq!(shared(&text, &text), BANDS);
        // Each is just over the border: 264 to 266 of 398 + x shingles are shared with the first.
        let missed = (0..200).filter(|nth| {
            let other = numbered(0..268) + &numbered(1000 * (nth + 1)..1000 * (nth + 1) + 130);
            assert!(alike(&shingles(&text), &shingles(&other)));
            shared(&text, &other) == 0
        });
        assert!(missed.count() <= 4, "of 200, 1.2 are to be expected");
        let strangers = (1..200).filter(|nth| shared(&text, &numbered(nth * 1000..nth * 1000 + 400)) > 0);
        assert_eq!(strangers.count(), 0);
    }

    #[test]
    fn clusters_join_through_each_other() {
        let mut clusters = Clusters::new(6);
        clusters.join(4, 2);
        clusters.join(5, 3);
        clusters.join(3, 4);
        let found: Vec<usize> = (0..6).map(|member| clusters.of(member)).collect();
        assert_eq!(found, [0, 1, 2, 2, 2, 2]);
    }
}
