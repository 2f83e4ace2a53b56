//! The rules of the house, held by a machine: who may import whom, how long a file may grow, what may not stay behind.
//!
//! The import table of ARCHITECTURE.md is in `tidy/walls.rs`, the rules for files and documents in `tidy/files.rs`.
//! A complaint names file, line and rule. A rule that proves wrong is changed here and in ARCHITECTURE.md together.

#![allow(clippy::disallowed_methods, reason = "reads the source tree, not a project")]

#[path = "tidy/files.rs"]
mod files;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/walls.rs"]
mod walls;

use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn expect_none(what: &str, complaints: Vec<String>) {
    let (count, list) = (complaints.len(), complaints.join("\n  "));
    assert!(complaints.is_empty(), "{count} places break the rule on {what}:\n  {list}");
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let crates = walls::dependencies(&read("Cargo.toml"));
    assert!(crates.contains("text_size"), "Cargo.toml was read, but its dependencies were not found");
    let sources: Vec<(String, String)> =
        files::below(root(), "src", &["rs"]).into_iter().map(|file| (file.clone(), read(&file))).collect();
    assert!(sources.len() > 3, "the source tree was not found");
    let declared: Vec<_> = sources.iter().flat_map(|(file, text)| source::declared(file, text)).collect();
    let complaints = |(file, text): &(String, String)| walls::complaints(file, text, &crates, &declared);
    expect_none("imports", sources.iter().flat_map(complaints).collect());
}

#[test]
fn files_stay_short() {
    expect_none(
        "length",
        files::rust(root()).iter().flat_map(|file| files::too_long(file, &read(file))).collect(),
    );
}

#[test]
fn lines_end_cleanly() {
    expect_none(
        "white space",
        files::written(root()).iter().flat_map(|file| files::untidy(file, &read(file))).collect(),
    );
}

#[test]
fn nothing_is_left_unfinished() {
    expect_none(
        "unfinished work",
        files::written(root()).iter().flat_map(|file| files::unfinished(file, &read(file))).collect(),
    );
}

#[test]
fn documents_name_what_exists() {
    let mut complaints = Vec::new();
    for document in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        if !root().join(document).is_file() {
            complaints.push(format!("{document} is missing"));
        }
    }
    let there = |path: &str| root().join(path).exists();
    complaints.extend(files::missing_paths("ARCHITECTURE.md", &read("ARCHITECTURE.md"), &there));
    complaints.extend(files::unnamed_rooms(&read("ARCHITECTURE.md"), &files::rooms(root())));
    for document in files::below(root(), "docs", &["md"])
        .into_iter()
        .chain(["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].map(String::from))
    {
        complaints.extend(files::missing_links(&document, &read(&document), &there));
    }
    expect_none("documents", complaints);
}

#[test]
fn banned_crates_are_not_locked() {
    let banned = files::banned_crates(&read("deny.toml"));
    assert!(banned.contains("reqwest"), "deny.toml was read, but its bans were not found");
    expect_none("banned crates", files::locked(&read("Cargo.lock"), &banned));
}
