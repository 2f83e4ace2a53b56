//! A file line by line, for formats of lines: numbered, checked to be UTF-8, none longer than memory allows.

use std::io::{BufRead, Read as _};

use super::FormatError;
use super::sink::unread;
use crate::model::Article;

/// Longest line read, so that a file without line ends does not fill the memory.
const LONGEST_LINE: u64 = 2 * Article::MAX_BYTES as u64;

/// Reads lines.
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    number: usize,
}

impl<R: BufRead> Lines<R> {
    /// From the start of a file.
    pub fn new(input: R) -> Self {
        Self { input, number: 0 }
    }

    /// The number of the line that was read last, from 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The next line without its end, and without a byte order mark; nothing at the end of the file.
    ///
    /// # Errors
    /// Where it cannot be read or is not UTF-8.
    pub fn read(&mut self) -> Result<Option<String>, FormatError> {
        let mut bytes = Vec::new();
        self.number += 1;
        let read = (&mut self.input).take(LONGEST_LINE).read_until(b'\n', &mut bytes);
        if read.map_err(|error| unread(error).at_line(self.number))? == 0 {
            return Ok(None);
        }
        let mut line = String::from_utf8(bytes).map_err(|error| {
            let byte = error.utf8_error().valid_up_to();
            let problem = "is not UTF-8; nothing was imported: save the file as UTF-8";
            FormatError::new(problem).at_line(self.number).at_byte(byte)
        })?;
        if line.ends_with('\n') {
            line.pop();
            if line.ends_with('\r') {
                line.pop();
            }
        }
        if self.number == 1 && line.starts_with('\u{feff}') {
            line.remove(0);
        }
        Ok(Some(line))
    }
}
