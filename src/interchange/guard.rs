//! The door for archives (ZIP) that come from outside: what is in one is read into memory, by its exact name, and only so
//! much of it. Nothing is ever unpacked to disk. A part whose size is a lie is found out while it is read: what the
//! archive says of itself is believed nowhere.
//!
//! ```text
//! let mut archive = Archive::open(file, |name| name == "word/document.xml")?;
//! let Some(xml) = archive.part("word/document.xml")? else { … };
//! ```

use std::io::{Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

use super::FormatError;

/// Largest archive opened, in bytes.
pub const LARGEST_ARCHIVE: u64 = 256 << 20;

/// Most entries of an archive, wanted or not.
pub const MOST_ENTRIES: usize = 4_096;

/// Largest part once unpacked, in bytes.
pub const LARGEST_PART: u64 = 64 << 20;

/// All parts that are read from one archive, unpacked, in bytes.
pub const LARGEST_TOTAL: u64 = 256 << 20;

/// How many times larger than packed a part may be, where it has more than [`RATIO_FROM`] bytes.
pub const HIGHEST_RATIO: u64 = 200;

/// Bytes below which the ratio is not looked at: a small part of blanks packs well and harms nobody.
pub const RATIO_FROM: u64 = 1 << 20;

/// An archive whose names are safe and whose parts can be read within the limits.
#[derive(Debug)]
pub struct Archive<R> {
    zip: ZipArchive<R>,
    names: Vec<String>,
    taken: u64,
}

impl<R: Read + Seek> Archive<R> {
    /// Opens an archive. `wanted` is the list of what may be read from it: every other part stays closed.
    ///
    /// # Errors
    /// Where it is no ZIP archive, is over a limit, packs the same bytes twice or holds a name that leads out of it.
    pub fn open(mut input: R, wanted: impl Fn(&str) -> bool) -> Result<Self, FormatError> {
        check_directory(&mut input)?;
        let mut zip = ZipArchive::new(input).map_err(|error| unreadable(&error))?;
        if zip.len() > MOST_ENTRIES {
            return Err(too_many(zip.len()));
        }
        if zip.has_duplicate_names() || zip.has_overlapping_files().map_err(|error| unreadable(&error))? {
            return Err(FormatError::new(
                "the archive packs one part in several entries, as only a bomb does; nothing was imported: pack it anew",
            ));
        }
        let mut names = Vec::new();
        for name in zip.file_names() {
            let name = name.map_err(|error| unreadable(&error))?;
            if !is_safe_name(&name) {
                return Err(FormatError::new(format!(
                    "the archive has a part named {name:?}, which leads out of it; nothing was imported: do not trust it"
                )));
            }
            if wanted(&name) {
                names.push(name.into_owned());
            }
        }
        names.sort();
        Ok(Self { zip, names, taken: 0 })
    }

    /// The wanted parts it has, sorted.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The bytes of a part; nothing where the archive does not have it or it was not wanted.
    ///
    /// # Errors
    /// Where it is over a limit, locked with a password or damaged.
    pub fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, FormatError> {
        if self.names.binary_search_by(|known| known.as_str().cmp(name)).is_err() {
            return Ok(None);
        }
        let file = self.zip.by_name(name).map_err(|error| unreadable(&error).in_field(name))?;
        let by_ratio = file.compressed_size().saturating_mul(HIGHEST_RATIO).max(RATIO_FROM);
        let left = LARGEST_TOTAL - self.taken;
        let limit = by_ratio.min(LARGEST_PART).min(left);
        let mut bytes = Vec::new();
        // One byte more than allowed tells a part that is too large from one that just fits.
        file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| {
            FormatError::new(format!("is damaged ({error}); nothing was imported: get the archive anew"))
                .in_field(name)
        })?;
        if bytes.len() as u64 > limit {
            return Err(too_large(limit, left).in_field(name));
        }
        self.taken += bytes.len() as u64;
        Ok(Some(bytes))
    }
}

/// Whether a name stays within the archive: no `..`, no start at the root, no drive, no control characters.
pub fn is_safe_name(name: &str) -> bool {
    let drive = name.as_bytes().get(1) == Some(&b':');
    !name.is_empty()
        && !drive
        && !name.starts_with(['/', '\\'])
        && !name.contains(|c: char| c.is_control())
        && name.split(['/', '\\']).all(|part| part != "..")
}

/// The size, and the number of entries as the end of the archive tells it, before a list of millions is read.
fn check_directory<R: Read + Seek>(input: &mut R) -> Result<(), FormatError> {
    const END: usize = 22;
    const LONGEST_COMMENT: u64 = u16::MAX as u64;
    let io = |error: std::io::Error| FormatError::new(format!("cannot be read: {error}; try again"));
    let size = input.seek(SeekFrom::End(0)).map_err(io)?;
    if size > LARGEST_ARCHIVE {
        return Err(FormatError::new(format!(
            "the archive has {size} bytes; at most {LARGEST_ARCHIVE} are read; nothing was imported: split it"
        )));
    }
    input.seek(SeekFrom::Start(size.saturating_sub(LONGEST_COMMENT + END as u64))).map_err(io)?;
    let mut tail = Vec::new();
    input.take(LONGEST_COMMENT + END as u64).read_to_end(&mut tail).map_err(io)?;
    input.seek(SeekFrom::Start(0)).map_err(io)?;
    let entries = tail
        .windows(END)
        .filter(|end| end.starts_with(b"PK\x05\x06"))
        .filter_map(|end| end.get(10..12)?.try_into().ok())
        .map(u16::from_le_bytes)
        .max();
    match entries.map(usize::from) {
        Some(entries) if entries > MOST_ENTRIES => Err(too_many(entries)),
        _ => Ok(()),
    }
}

fn too_many(entries: usize) -> FormatError {
    FormatError::new(format!(
        "the archive has {entries} entries or more; at most {MOST_ENTRIES} are read; nothing was imported: split it"
    ))
}

fn too_large(limit: u64, left: u64) -> FormatError {
    let what = if limit == LARGEST_PART {
        format!("the part has more than {LARGEST_PART} bytes unpacked, which is the limit")
    } else if limit == left {
        format!("the parts together have more than {LARGEST_TOTAL} bytes unpacked, which is the limit")
    } else {
        format!("the part is more than {HIGHEST_RATIO} times larger than packed, as only a bomb is")
    };
    FormatError::new(format!("{what}; nothing was imported: split the file, or do not trust it"))
}

fn unreadable(error: &ZipError) -> FormatError {
    FormatError::new(match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            "is locked with a password; nothing was imported: unlock it first".to_owned()
        }
        ZipError::UnsupportedArchive(why) => format!(
            "is packed in a way we do not read ({why}); nothing was imported: pack it anew as a plain ZIP archive"
        ),
        other => format!("is no ZIP archive we can read ({other}); nothing was imported: get the file anew"),
    })
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn open(bytes: &[u8]) -> Result<Archive<Cursor<&[u8]>>, FormatError> {
        Archive::open(Cursor::new(bytes), |name| name.starts_with("part"))
    }

    #[track_caller]
    fn refused<T>(result: Result<T, FormatError>, words: &str) {
        let Err(error) = result else { panic!("not refused: {words}") };
        let said = error.to_string();
        assert!(said.contains(words) && said.contains("nothing was imported"), "{said}");
    }

    #[test]
    fn only_wanted_parts_are_read_by_their_exact_names() {
        let bytes = archive(&[("part2", b"two"), ("other", b"closed"), ("part1", b"one")]);
        let mut archive = open(&bytes).unwrap();
        assert_eq!(archive.names(), ["part1", "part2"]);
        assert_eq!(archive.part("part1").unwrap().as_deref(), Some(b"one".as_slice()));
        assert_eq!(archive.part("part2").unwrap().as_deref(), Some(b"two".as_slice()));
        for closed in ["other", "part3", "PART1", "./part1", "part1/"] {
            assert_eq!(archive.part(closed).unwrap(), None, "{closed}");
        }
    }

    #[test]
    fn a_bomb_is_put_out_while_it_is_read() {
        let bomb = archive(&[("part", &vec![0; 65 << 20])]);
        assert!(bomb.len() < 100_000, "{}", bomb.len());
        refused(open(&bomb).unwrap().part("part"), "more than 200 times larger");

        let parts: Vec<String> = (0..5).map(|nth| format!("part{nth}")).collect();
        // Every block has its own noise, so that the ratio is harmless and the sums are what counts.
        let block: Vec<u8> = (0..64_u32 << 20).map(|at| if at % 64 == 0 { noise(at) } else { 0 }).collect();
        let all: Vec<(&str, &[u8])> = parts.iter().map(|name| (name.as_str(), block.as_slice())).collect();
        let bytes = archive(&all);
        let mut many = open(&bytes).unwrap();
        for name in &parts[..4] {
            assert_eq!(many.part(name).unwrap().map(|bytes| bytes.len()), Some(64 << 20));
        }
        refused(many.part(&parts[4]), &format!("together have more than {LARGEST_TOTAL}"));

        let mut large = block;
        large.push(1);
        refused(open(&archive(&[("part", &large)])).unwrap().part("part"), &LARGEST_PART.to_string());
    }

    fn noise(at: u32) -> u8 {
        at.wrapping_mul(2_654_435_761).to_be_bytes()[0]
    }

    #[test]
    fn sizes_that_lie_are_not_believed() {
        let mut bytes = archive(&[("part", &vec![b' '; 3 << 20])]);
        // The size unpacked in the list at the end: 24 bytes into its entry.
        let entry = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
        bytes[entry + 24..entry + 28].copy_from_slice(&7_u32.to_le_bytes());
        refused(open(&bytes).unwrap().part("part"), "damaged");
    }

    #[test]
    fn names_that_lead_out_and_archives_that_overlap_are_refused_whole() {
        for name in
            ["../x", "part/../../x", "/etc/passwd", "C:\\x", "c:x", "a\\..\\..\\b", "\\\\host\\x", "a\0b"]
        {
            assert!(!is_safe_name(name), "{name}");
        }
        for name in ["part", "word/document.xml", "مقال.txt", "a..b/..c", ".hidden"] {
            assert!(is_safe_name(name), "{name}");
        }
        refused(open(&archive(&[("part", b"x"), ("../../etc/cron.d/x", b"x")])), "leads out of it");

        // Two entries of the list that point at the same bytes.
        let mut bytes = archive(&[("part1", b"the same"), ("part2", b"the same")]);
        let second = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
        bytes[second + 42..second + 46].copy_from_slice(&0_u32.to_le_bytes());
        refused(open(&bytes), "bomb");
    }

    #[test]
    fn too_many_entries_are_refused_before_they_are_listed() {
        let names: Vec<String> = (0..=MOST_ENTRIES).map(|nth| format!("part{nth}")).collect();
        let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
        refused(open(&archive(&parts)), "at most 4096");
        assert_eq!(open(&archive(&parts[1..])).unwrap().names().len(), MOST_ENTRIES);
    }

    #[test]
    fn what_is_no_archive_or_damaged_is_said() {
        refused(open(b"no archive"), "no ZIP archive");
        refused(open(b""), "no ZIP archive");
        let mut bytes = archive(&[("part", b"some words that are packed, some words that are packed")]);
        bytes[40] ^= 0xff;
        refused(open(&bytes).and_then(|mut archive| archive.part("part")), "damaged");
    }
}
