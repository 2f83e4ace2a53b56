//! The first records of a data set as its files will have them.

use std::rc::Rc;

use super::{DatasetError, Order, Watch};
use crate::interchange::Shape;
use crate::interchange::sink::{Memory, SINGLE};
use crate::session::Frozen;

/// Bytes of a file that are looked at.
const MOST_BYTES: usize = 256 * 1024;
/// Lines of a file that are kept.
const MOST_LINES: usize = 200;
/// Bytes of a line that are kept.
const LONGEST: usize = 1200;
/// Files of a folder that are kept.
const MOST_FILES: usize = 12;

/// The first records of a data set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// Its files, sorted by name; one without a name for a format of one file.
    pub files: Vec<PreviewFile>,
}

/// The beginning of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewFile {
    /// Its path below the folder; nothing for a format of one file.
    pub name: Option<String>,
    /// The first lines, long ones cut with “…”; nothing where the file is no text.
    pub lines: Option<Vec<String>>,
    /// Bytes of the first records.
    pub bytes: usize,
}

impl Order {
    /// The first articles as they would be written, in memory. The columns are those of the whole data set.
    ///
    /// # Errors
    /// Where articles cannot go out in this format, or it was stopped.
    pub fn preview(
        &self,
        frozen: &Frozen,
        articles: usize,
        watch: &Rc<dyn Watch>,
    ) -> Result<Preview, DatasetError> {
        let mut memory = Memory::default();
        self.export()?.write(&mut self.chosen(frozen, watch).at_most(articles), &mut memory)?;
        let single = self.format.shape == Shape::File;
        let names = if single { vec![SINGLE.to_owned()] } else { memory.names() };
        let file = |name: String| {
            let bytes = memory.get(&name).unwrap_or_default();
            let name = (!single).then_some(name);
            PreviewFile { name, lines: lines(&bytes), bytes: bytes.len() }
        };
        Ok(Preview { files: names.into_iter().take(MOST_FILES).map(file).collect() })
    }
}

/// The first lines of a text; nothing where it is none.
fn lines(bytes: &[u8]) -> Option<Vec<String>> {
    let head = bytes.get(..MOST_BYTES).unwrap_or(bytes);
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // Cut within a letter.
        Err(broken) if broken.error_len().is_none() && head.len() < bytes.len() => {
            std::str::from_utf8(head.get(..broken.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let is_text = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    text.chars().take(4096).all(is_text).then(|| text.lines().take(MOST_LINES).map(shortened).collect())
}

fn shortened(line: &str) -> String {
    if line.len() <= LONGEST {
        return line.to_owned();
    }
    format!("{}…", line.get(..line.floor_char_boundary(LONGEST)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_at_letters_and_bytes_are_no_text() {
        assert_eq!(lines("a\nب\n".as_bytes()), Some(vec!["a".to_owned(), "ب".to_owned()]));
        assert_eq!(lines(b"PAR1\0\0\xff"), None);
        assert_eq!(lines(b"a\0b"), None);
        let long = "ب".repeat(MOST_BYTES);
        let shown = lines(format!("a{long}").as_bytes()).expect("it is text");
        assert!(shown.len() == 1 && shown.iter().all(|line| line.ends_with('…') && line.len() < LONGEST + 4));
    }
}
