//! An article: immutable text and what is known about it.

use std::fmt;
use std::sync::Arc;

use text_size::{TextRange, TextSize};

use super::{ArticleId, Offsets};

/// Direction in which a paragraph is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// Arabic, Hebrew.
    RightToLeft,
    /// Latin, Cyrillic.
    LeftToRight,
}

impl Direction {
    /// Whether text runs from right to left.
    pub fn is_rtl(self) -> bool {
        self == Self::RightToLeft
    }
}

/// blake3 of an article's text in UTF-8 with LF line ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextHash([u8; 32]);

impl TextHash {
    /// The hash of a text.
    pub fn of(text: &str) -> Self {
        Self(*blake3::hash(text.as_bytes()).as_bytes())
    }

    /// Reads 64 hexadecimal digits.
    pub fn from_hex(hex: &str) -> Option<Self> {
        blake3::Hash::from_hex(hex).ok().map(|hash| Self(*hash.as_bytes()))
    }

    /// 64 hexadecimal digits.
    pub fn to_hex(self) -> String {
        blake3::Hash::from(self.0).to_hex().to_string()
    }
}

impl fmt::Debug for TextHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

/// Tells a text from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextMark {
    /// Length in Unicode scalar values.
    pub length: u32,
    /// Its hash.
    pub hash: TextHash,
}

/// What the index of a project knows about an article without reading its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArticleInfo {
    /// Its id, which is also the name of its text file.
    pub id: ArticleId,
    /// Headline, empty when unknown.
    pub title: String,
    /// Day of publication, ISO 8601 (`2026-01-18`), empty when unknown.
    pub date: String,
    /// Newspaper or agency.
    pub source: String,
    /// Who wrote it.
    pub author: String,
    /// Where it was published.
    pub url: String,
    /// BCP 47 tag of its main language (`ar`, `en`), empty when unknown.
    pub language: String,
    /// Direction of every paragraph, where the annotator overrode the one found from the letters.
    pub direction: Option<Direction>,
    /// Length of the text in Unicode scalar values.
    pub length: u32,
    /// Hash of the text, kept from import.
    pub hash: TextHash,
}

impl ArticleInfo {
    /// An entry for a text of which nothing else is known.
    pub fn new(id: impl Into<ArticleId>, text: &str) -> Self {
        Self {
            id: id.into(),
            title: String::new(),
            date: String::new(),
            source: String::new(),
            author: String::new(),
            url: String::new(),
            language: String::new(),
            direction: None,
            length: u32::try_from(text.chars().count()).unwrap_or(u32::MAX),
            hash: TextHash::of(text),
        }
    }

    /// Which text it is about.
    pub fn mark(&self) -> TextMark {
        TextMark { length: self.length, hash: self.hash }
    }
}

/// A text in memory with its table of offsets. The text is never edited and never normalised.
#[derive(Clone, Debug)]
pub struct Article {
    /// Its id.
    pub id: ArticleId,
    text: Arc<str>,
    offsets: Arc<Offsets>,
    hash: TextHash,
}

impl Article {
    /// Longest text in bytes, so that every position fits [`TextSize`].
    pub const MAX_BYTES: usize = 1 << 30;

    /// Takes a decoded text (UTF-8, LF line ends). Texts over [`Self::MAX_BYTES`] are for the importer to refuse.
    pub fn new(id: impl Into<ArticleId>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let offsets = Arc::new(Offsets::new(&text));
        let hash = TextHash::of(&text);
        Self { id: id.into(), text, offsets, hash }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole text, shared.
    pub fn shared_text(&self) -> Arc<str> {
        self.text.clone()
    }

    /// The table between bytes, code points and UTF-16.
    pub fn offsets(&self) -> &Offsets {
        &self.offsets
    }

    /// Hash of the text as it is.
    pub fn hash(&self) -> TextHash {
        self.hash
    }

    /// Which text it is.
    pub fn mark(&self) -> TextMark {
        TextMark { length: self.offsets.scalars(), hash: self.hash }
    }

    /// The text under a range, or nothing where the range leaves the text or cuts a character.
    pub fn get(&self, range: TextRange) -> Option<&str> {
        self.text.get(usize::from(range.start())..usize::from(range.end()))
    }

    /// Length in bytes.
    pub fn len(&self) -> TextSize {
        TextSize::of(&*self.text)
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// Whether a text is a calendar day `YYYY-MM-DD` that exists in the Gregorian calendar.
pub fn is_iso_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| -> Option<u32> {
        let part = text.get(range)?;
        part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())?
    };
    if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return false;
    }
    let (Some(year), Some(month), Some(day)) = (digits(0..4), digits(5..7), digits(8..10)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::{TextHash, is_iso_date};

    #[test]
    fn only_days_that_exist_are_dates() {
        for good in ["2026-01-18", "2024-02-29", "1999-12-31"] {
            assert!(is_iso_date(good), "{good}");
        }
        for bad in [
            "",
            "2026-1-18",
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-04-31",
            "٢٠٢٦-٠١-١٨",
            "2026-01-18 ",
        ] {
            assert!(!is_iso_date(bad), "{bad}");
        }
    }

    #[test]
    fn a_hash_survives_its_text_form() {
        let hash = TextHash::of("العراق");
        assert_eq!(TextHash::from_hex(&hash.to_hex()), Some(hash));
        assert_eq!(TextHash::from_hex("9f"), None);
    }
}
