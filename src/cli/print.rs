//! Standard output, JSON and notes on standard error. Text is printed in logical order: terminals do their own bidi.

use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// Where a command prints.
pub(super) struct Printer {
    out: BufWriter<StdoutLock<'static>>,
}

impl Printer {
    pub(super) fn new() -> Self {
        Self { out: BufWriter::new(io::stdout().lock()) }
    }

    /// A value as JSON, on several lines where a person looks.
    pub(super) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        if io::stdout().is_terminal() {
            serde_json::to_writer_pretty(&mut self.out, value)?;
        } else {
            serde_json::to_writer(&mut self.out, value)?;
        }
        self.out.write_all(b"\n")
    }
}

impl Write for Printer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A line on standard error: what somebody should know and a program reading the output should not.
pub(super) fn note(line: impl std::fmt::Display) {
    // Where even this cannot be written there is nobody to tell.
    writeln!(io::stderr(), "{line}").unwrap_or_default();
}

/// A bar on standard error while something long goes on; nothing where that is no terminal.
pub(super) fn progress(what: &'static str, length: usize) -> ProgressBar {
    if !io::stderr().is_terminal() || length < 20 {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}  {eta} left");
    let bar = ProgressBar::new(u64::try_from(length).unwrap_or(u64::MAX)).with_message(what);
    style.map(|style| bar.clone().with_style(style)).unwrap_or(bar)
}

/// `1 span`, `2 spans`, `12,345 spans`.
pub(super) fn count(number: usize, one: &str) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped} {one}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn numbers_are_grouped_and_nouns_counted() {
        assert_eq!(
            [0, 1, 999, 1000, 1_234_567].map(|n| count(n, "span")),
            ["0 spans", "1 span", "999 spans", "1,000 spans", "1,234,567 spans"]
        );
    }
}
