//! What the fuzz targets do with bytes. `fuzz/` runs these with bytes it makes up, `tests/fuzz_corpus.rs` with those that
//! were found worth keeping. A body panics where something is wrong and says nothing otherwise.
#![allow(
    dead_code,
    clippy::cast_possible_truncation,
    clippy::string_slice,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "each user takes its part; a panic is the finding"
)]

mod edits;
mod folder;
mod reading;

/// A target: its name and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 8] = [
    ("recover", folder::recover),
    ("journal", folder::journal),
    ("ron", folder::ron),
    ("text", reading::text),
    ("jsonl", reading::jsonl),
    ("archive", reading::archive),
    ("xml", reading::xml),
    ("edits", edits::edits),
];

/// Does what a target does.
pub fn run(target: &str, bytes: &[u8]) {
    let (_, body) = TARGETS.iter().find(|(name, _)| *name == target).unwrap();
    body(bytes);
}
