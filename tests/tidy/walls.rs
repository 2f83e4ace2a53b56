//! The import table: which room may use which, which crates belong to which room, what of `std` stays where.

use super::source::{Declared, Path, module_of, paths};
use std::collections::BTreeSet;

/// Room, and the rooms of ours it may use beside itself. ARCHITECTURE.md has the same table in words.
const ROOMS: [(&str, &[&str]); 13] = [
    ("model", &[]),
    ("language", &["model"]),
    ("store", &["model"]),
    ("interchange", &["model", "language"]),
    ("search", &["model", "language"]),
    ("review", &["model", "language"]),
    ("assist", &["model", "language"]),
    ("session", &["model", "store"]),
    ("dataset", &["model", "language", "store", "interchange", "session"]),
    ("layout", &["model", "language"]),
    (
        "app",
        &[
            "model",
            "language",
            "store",
            "interchange",
            "search",
            "review",
            "assist",
            "session",
            "dataset",
            "layout",
        ],
    ),
    (
        "cli",
        &["model", "language", "store", "interchange", "search", "review", "assist", "session", "dataset"],
    ),
    ("main.rs", &["app", "cli"]),
];

/// A file that may use more than its room, and what.
const DOORS: [(&str, &str); 1] = [("src/cli/render.rs", "layout")];

/// All that `model` may use of other people's.
const MODEL_CRATES: [&str; 4] = ["text_size", "smallvec", "blake3", "thiserror"];

/// Crates that belong to certain places under `src/`; every other crate is free outside `model`.
const CRATES: [(&[&str], &[&str]); 5] = [
    (&["egui", "eframe", "egui_extras", "egui_plot", "rfd", "log"], &["app"]),
    (&["parley", "swash", "fontique"], &["layout", "app/widgets"]),
    (&["clap", "clap_complete", "clap_mangen", "indicatif"], &["cli", "main.rs"]),
    (&["anyhow"], &["app", "cli", "main.rs"]),
    (&["directories"], &["store", "app", "cli"]),
];

/// What of `std` a pure value has no use for.
const IMPURE: [&str; 6] = ["env", "fs", "net", "process", "thread", "time"];

/// The names of the crates a manifest depends on, as code writes them.
pub(crate) fn dependencies(manifest: &str) -> BTreeSet<String> {
    let (mut inside, mut names) = (false, BTreeSet::new());
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if let Some((name, _)) = line.split_once('=').filter(|_| inside && !line.starts_with('#')) {
            names.insert(name.split('.').next().unwrap_or_default().trim().replace('-', "_"));
        }
    }
    names
}

/// Every path of a file that leads where its room may not go. Test code is held to the rooms, not to the crates.
pub(crate) fn complaints(
    file: &str,
    text: &str,
    crates: &BTreeSet<String>,
    declared: &[Declared],
) -> Vec<String> {
    let place = file.trim_start_matches("src/");
    let first = place.split('/').next().unwrap_or(place);
    let room = if first == "main.rs" { first } else { first.trim_end_matches(".rs") };
    if room == "lib" {
        return Vec::new();
    }
    let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        return vec![format!(
            "{file}:1: `{room}` is no room of the house; give it a row in tests/tidy/walls.rs and ARCHITECTURE.md"
        )];
    };
    let mut found: Vec<String> = Vec::new();
    let declaration = declared.iter().find(|module| module.file == file);
    let module = declaration.map_or_else(|| module_of(file), |module| module.module.clone());
    let within = |module: &Declared| {
        let folder = module.file.trim_end_matches(".rs").to_owned() + "/";
        module.test && (module.file == file || file.starts_with(&folder))
    };
    let is_test = declared.iter().any(within);
    for path in paths(&module, text) {
        let mut rules = Vec::from_iter(room_rule(file, room, allowed, &path));
        if !is_test && !path.test {
            rules.extend(crate_rule(place, room, crates, &path));
            rules.extend(std_rule(room, &path));
        }
        let written = path.segments.join("::");
        found.extend(rules.into_iter().map(|rule| format!("{file}:{}: `{written}`: {rule}", path.line)));
    }
    found.dedup();
    found
}

fn room_rule(file: &str, room: &str, allowed: &[&str], path: &Path) -> Option<String> {
    let [root, target, ..] = path.segments.as_slice() else {
        return (path.segments == ["crate"]).then(|| "the whole crate is named; name the module".to_owned());
    };
    if root != "crate"
        || target == room
        || allowed.contains(&target.as_str())
        || DOORS.contains(&(file, target))
    {
        return None;
    }
    let list = if allowed.is_empty() { "nothing else of ours".to_owned() } else { allowed.join(", ") };
    Some(match ROOMS.iter().any(|(name, _)| name == target) {
        true => format!("`{room}` may not use `{target}`; it may use {list}"),
        false => format!("`{target}` is not a module of the import table; name things by their module"),
    })
}

fn crate_rule(place: &str, room: &str, crates: &BTreeSet<String>, path: &Path) -> Option<String> {
    let name = path.segments.first()?.as_str();
    if room == "model" && crates.contains(name) && !MODEL_CRATES.contains(&name) {
        return Some(format!(
            "`model` holds pure values and may use {} of other people's crates only",
            MODEL_CRATES.join(", ")
        ));
    }
    let (_, homes) = CRATES.iter().find(|(names, _)| names.contains(&name))?;
    let at_home = homes.iter().any(|home| {
        place.strip_prefix(home).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
    });
    (!at_home).then(|| format!("`{name}` belongs to {}", homes.join(" and ")))
}

fn std_rule(room: &str, path: &Path) -> Option<String> {
    let words: Vec<&str> = path.segments.iter().map(String::as_str).collect();
    let ends = |tail: &[&str]| words.ends_with(tail);
    let clock = ["SystemTime", "Instant", "Timestamp", "Zoned"].iter().any(|clock| ends(&[clock, "now"]));
    let rule = match words.as_slice() {
        ["std", "as" | "*", ..] | ["std"] => "`std` is taken in whole; name the module".to_owned(),
        ["std", "fs", ..] if room != "store" => "only `store` touches the disk".to_owned(),
        ["std", "net", ..] => "no network code".to_owned(),
        ["std", part, ..] if room == "model" && IMPURE.contains(part) => {
            format!("`model` knows no `std::{part}`; pass the value in")
        }
        _ if ends(&["thread", "spawn"]) => "threads have names: use `std::thread::Builder`".to_owned(),
        _ if clock && !matches!(room, "app" | "cli") => {
            "only `app` and `cli` read a clock; pass the time in".to_owned()
        }
        _ => return None,
    };
    Some(rule)
}

#[cfg(test)]
fn verdict(file: &str, text: &str) -> String {
    let crates = dependencies(
        "[dependencies]\nserde = \"1\"\ntext-size.workspace = true\negui = { }\n[features]\nx = []",
    );
    complaints(file, text, &crates, &[]).join("; ")
}

#[test]
fn a_forged_import_is_caught_wherever_it_hides() {
    let forged = [
        ("src/model/span.rs", "use crate::store::Disk;", "`model` may not use `store`"),
        ("src/model/span.rs", "fn f() -> crate::language::Word { todo() }", "`model` may not use `language`"),
        (
            "src/model/span.rs",
            "use {crate::{self as house, model::Span}};",
            "not a module of the import table",
        ),
        ("src/model/span.rs", "use super::super::{layout::{glyph::Atlas}};", "`model` may not use `layout`"),
        ("src/model/mod.rs", "#[derive(serde::Serialize)] struct A;", "`model` holds pure values"),
        ("src/model/mod.rs", "use std::time::Duration;", "`model` knows no `std::time`"),
        ("src/language/mod.rs", "use hashiya::store::open;", "`language` may not use `store`"),
        ("src/store/journal.rs", "pub(in crate::app) fn f() {}", "`store` may not use `app`"),
        (
            "src/store/journal.rs",
            "let now = std::time::SystemTime::now();",
            "only `app` and `cli` read a clock",
        ),
        (
            "src/store/journal.rs",
            "use std::time::Instant; let a = Instant::now();",
            "only `app` and `cli` read a clock",
        ),
        ("src/interchange/jsonl.rs", "use std::{io, fs::File};", "only `store` touches the disk"),
        ("src/interchange/jsonl.rs", "use crate::session::Session;", "`interchange` may not use `session`"),
        ("src/session.rs", "use crate::language::words;", "`session` may not use `language`"),
        ("src/session.rs", "std::thread::spawn(|| ());", "threads have names"),
        ("src/layout/mod.rs", "use egui::Color32;", "`egui` belongs to app"),
        ("src/app/reader.rs", "use parley::Layout;", "`parley` belongs to layout and app/widgets"),
        ("src/app/reader.rs", "crate::cli::check::run();", "`app` may not use `cli`"),
        ("src/cli/check.rs", "use crate::layout::Page;", "`cli` may not use `layout`"),
        ("src/cli/check.rs", "use std::net::TcpStream;", "no network code"),
        ("src/review/mod.rs", "use anyhow::Context;", "`anyhow` belongs to app and cli"),
        ("src/review/mod.rs", "use std as s;", "taken in whole"),
        ("src/main.rs", "use hashiya::store::open;", "`main.rs` may not use `store`"),
        ("src/helpers.rs", "", "`helpers` is no room of the house"),
        (
            "src/model/span.rs",
            "#[cfg(test)] mod tests { use crate::store::Disk; }",
            "`model` may not use `store`",
        ),
    ];
    for (file, text, rule) in forged {
        let verdict = verdict(file, text);
        assert!(
            verdict.starts_with(&format!("{file}:1: ")) && verdict.contains(rule),
            "{text:?} in {file}: {verdict:?}"
        );
    }
}

#[test]
fn an_honest_import_is_let_through() {
    let honest = [
        (
            "src/model/span.rs",
            "use text_size::TextRange; use super::codebook::LabelId; use crate::model::edit::Edit;",
        ),
        (
            "src/model/span.rs",
            "// crate::store\nconst A: &str = \"use crate::store;\"; pub(crate) fn f(fs: u8) { x.spawn() }",
        ),
        ("src/model/span.rs", "#[cfg(test)] mod tests { use serde::Serialize; use std::fs; use super::*; }"),
        (
            "src/store/disk.rs",
            "use std::fs::File; use crate::model::Project; use serde::Serialize; std::thread::Builder::new();",
        ),
        ("src/session.rs", "use crate::{model::{Edit, History}, store};"),
        ("src/app/widgets/label.rs", "use parley::Layout; use crate::layout::Page; use egui::Ui;"),
        ("src/app/jobs.rs", "std::time::Instant::now();"),
        ("src/cli/render.rs", "use crate::layout::Page;"),
        ("src/main.rs", "fn main() -> anyhow::Result<()> { hashiya::app::run() }"),
        ("src/lib.rs", "pub use crate::store::open;"),
    ];
    for (file, text) in honest {
        assert_eq!(verdict(file, text), "", "{text:?} in {file}");
    }
}

#[test]
fn a_complaint_names_file_line_and_rule() {
    let text = "//! Doc.\n\nuse crate::{\n    model::Span,\n    store::Disk,\n};\n";
    let expected = "src/layout/page.rs:5: `crate::store::Disk`: `layout` may not use `store`; it may use model, language";
    assert_eq!(verdict("src/layout/page.rs", text), expected);
}

#[test]
fn a_test_file_is_held_to_the_rooms_of_its_module() {
    let declared =
        super::source::declared("src/model/edit.rs", "#[cfg(test)]\n#[path = \"edit_tests.rs\"]\nmod tests;");
    let text = "use super::super::fixture; use serde::Serialize; use super::super::super::store::Disk;";
    let crates = dependencies("[dependencies]\nserde = \"1\"");
    let [complaint] = complaints("src/model/edit_tests.rs", text, &crates, &declared).try_into().unwrap();
    assert!(complaint.contains("`crate::store::Disk`: `model` may not use `store`"), "{complaint}");
    assert_eq!(
        complaints("src/model/edit_tests_too.rs", "use serde::Serialize;", &crates, &declared).len(),
        1
    );
}
