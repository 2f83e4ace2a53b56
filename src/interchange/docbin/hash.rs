//! The numbers that stand for strings in spaCy: small ones for names it reserves, hashes for all others.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Names that spaCy reserves (`spacy.symbols`, 3.8), one a line, in the order of their numbers from 1: a word of the
/// text such as `case` or a label such as `DATE` has that number in place of its hash.
static SYMBOLS: &str = include_str!("symbols.txt");

static NUMBERS: LazyLock<BTreeMap<&'static str, u64>> = LazyLock::new(|| SYMBOLS.lines().zip(1..).collect());

/// spaCy hashes with this seed.
const SEED: u64 = 1;

/// The number of a string.
pub(super) fn number_of(string: &str) -> u64 {
    match NUMBERS.get(string) {
        _ if string.is_empty() => 0,
        Some(number) => *number,
        None => murmur(string.as_bytes(), SEED),
    }
}

/// The reserved name of this number.
pub(super) fn symbol(number: u64) -> Option<&'static str> {
    SYMBOLS.lines().nth(usize::try_from(number.checked_sub(1)?).ok()?)
}

/// MurmurHash64A by Austin Appleby (public domain; `MurmurHash2.cpp` of SMHasher): eight bytes at a time, little end
/// first.
fn murmur(bytes: &[u8], seed: u64) -> u64 {
    const M: u64 = 0xc6a4_a793_5bd1_e995;
    const R: u32 = 47;
    let mut hash = seed ^ (bytes.len() as u64).wrapping_mul(M);
    let (blocks, rest) = bytes.as_chunks::<8>();
    for block in blocks {
        let mut word = u64::from_le_bytes(*block).wrapping_mul(M);
        word ^= word >> R;
        hash = (hash ^ word.wrapping_mul(M)).wrapping_mul(M);
    }
    if !rest.is_empty() {
        let word = rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        hash = (hash ^ word).wrapping_mul(M);
    }
    hash ^= hash >> R;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> R)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_spacy() {
        // From spaCy 3.8.18: `spacy.strings.get_string_id`.
        for (string, number) in [
            ("", 0),
            ("a", 11901859001352538922),
            ("coffee", 3197928453018144401),
            ("DATE", 391),
            ("case", 8110129090154140942),
            ("IS_ALPHA", 1),
            ("12345678", 9871996032675327904),
            ("القاهِرَة", 11665608596378494304),
            ("seventeen letters", 12521472878708920929),
        ] {
            assert_eq!(number_of(string), number, "{string}");
        }
        assert_eq!((symbol(391), symbol(0), symbol(9999)), (Some("DATE"), None, None));
    }
}
