//! Bytes ↔ Unicode scalar values ↔ UTF-16 code units: one table an article.
//!
//! The table keeps a checkpoint every [`STRIDE`] bytes, so that a conversion reads at most that many bytes and the
//! table of a 10 MB article stays under 1 MB.

use text_size::{TextRange, TextSize};

/// Bytes between two checkpoints.
const STRIDE: usize = 128;

/// Positions of one text in three units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offsets {
    /// Scalars and UTF-16 units before the first character that starts at or after each multiple of [`STRIDE`].
    checkpoints: Vec<Checkpoint>,
    text: TextSize,
    end: Checkpoint,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Checkpoint {
    byte: u32,
    scalars: u32,
    utf16: u32,
}

impl Offsets {
    /// Reads a text once.
    #[expect(clippy::cast_possible_truncation, reason = "articles are at most 1 GiB")]
    pub fn new(text: &str) -> Self {
        let mut here = Checkpoint { byte: 0, scalars: 0, utf16: 0 };
        let mut checkpoints = Vec::with_capacity(text.len() / STRIDE + 1);
        let mut next = 0;
        for (byte, char) in text.char_indices() {
            here.byte = byte as u32;
            if byte >= next {
                checkpoints.push(here);
                next = (byte / STRIDE + 1) * STRIDE;
            }
            here.scalars += 1;
            here.utf16 += char.len_utf16() as u32;
        }
        here.byte = text.len() as u32;
        Self { checkpoints, text: TextSize::new(here.byte), end: here }
    }

    /// Length of the text in Unicode scalar values.
    pub fn scalars(&self) -> u32 {
        self.end.scalars
    }

    /// Length of the text in UTF-16 code units.
    pub fn utf16_units(&self) -> u32 {
        self.end.utf16
    }

    /// Byte position → number of scalar values before it; nothing outside the text or inside a character.
    pub fn to_scalar(&self, text: &str, byte: TextSize) -> Option<u32> {
        self.find(text, u32::from(byte), |c| c.byte).map(|c| c.scalars)
    }

    /// Byte position → number of UTF-16 code units before it; nothing outside the text or inside a character.
    pub fn to_utf16(&self, text: &str, byte: TextSize) -> Option<u32> {
        self.find(text, u32::from(byte), |c| c.byte).map(|c| c.utf16)
    }

    /// Number of scalar values → byte position; nothing past the end.
    pub fn from_scalar(&self, text: &str, scalar: u32) -> Option<TextSize> {
        self.find(text, scalar, |c| c.scalars).map(|c| c.byte.into())
    }

    /// Number of UTF-16 code units → byte position; nothing past the end or between two surrogates.
    pub fn from_utf16(&self, text: &str, unit: u32) -> Option<TextSize> {
        self.find(text, unit, |c| c.utf16).map(|c| c.byte.into())
    }

    /// A range in scalar values, half-open.
    pub fn range_to_scalars(&self, text: &str, range: TextRange) -> Option<(u32, u32)> {
        Some((self.to_scalar(text, range.start())?, self.to_scalar(text, range.end())?))
    }

    /// The byte range of a half-open range of scalar values; nothing where it is reversed or leaves the text.
    pub fn range_from_scalars(&self, text: &str, start: u32, end: u32) -> Option<TextRange> {
        let (start, end) = (self.from_scalar(text, start)?, self.from_scalar(text, end)?);
        (start <= end).then(|| TextRange::new(start, end))
    }

    /// The place where `unit` counts exactly `target`.
    fn find(&self, text: &str, target: u32, unit: impl Fn(&Checkpoint) -> u32) -> Option<Checkpoint> {
        debug_assert_eq!(TextSize::of(text), self.text, "the table belongs to another text");
        if target == unit(&self.end) {
            return Some(self.end);
        }
        let after = self.checkpoints.partition_point(|c| unit(c) <= target);
        let mut here = *self.checkpoints.get(after.checked_sub(1)?)?;
        for char in text.get(here.byte as usize..)?.chars() {
            if unit(&here) >= target {
                break;
            }
            here.byte += u32::try_from(char.len_utf8()).ok()?;
            here.scalars += 1;
            here.utf16 += u32::try_from(char.len_utf16()).ok()?;
        }
        (unit(&here) == target).then_some(here)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Emoji, harakat, a flag of two astral code points, ZWNJ and a line break.
    const NASTY: &str = "😀 زارَ أحمدُ القاهِرَة 🇪🇬 مع\u{200c}ه\nand Ali’s e\u{301}.";

    #[test]
    fn the_three_units_count_as_their_definitions_do() {
        let table = Offsets::new(NASTY);
        for (scalar, (byte, _)) in NASTY.char_indices().enumerate() {
            let before = NASTY.get(..byte).unwrap();
            let byte = TextSize::try_from(byte).unwrap();
            let utf16 = before.encode_utf16().count() as u32;
            assert_eq!(table.to_scalar(NASTY, byte), Some(scalar as u32));
            assert_eq!(table.to_utf16(NASTY, byte), Some(utf16));
            assert_eq!(table.from_scalar(NASTY, scalar as u32), Some(byte));
            assert_eq!(table.from_utf16(NASTY, utf16), Some(byte));
        }
        assert_eq!(table.scalars() as usize, NASTY.chars().count());
        assert_eq!(table.utf16_units() as usize, NASTY.encode_utf16().count());
    }

    #[test]
    fn places_between_characters_have_no_number() {
        let table = Offsets::new("😀a");
        assert_eq!(table.to_scalar("😀a", 2.into()), None);
        assert_eq!(table.from_utf16("😀a", 1), None);
        assert_eq!(table.from_scalar("😀a", 3), None);
        assert_eq!(table.to_scalar("😀a", 6.into()), None);
        assert_eq!(Offsets::new("").from_scalar("", 0), Some(0.into()));
    }
}
