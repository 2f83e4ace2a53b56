//! Rules for files as text: length, white space, unfinished work; and for documents: what they name exists.

use std::collections::BTreeSet;
use std::path::Path;

/// Files of people's data and of odd bytes kept on purpose are nobody's to tidy.
const LEFT_ALONE: [&str; 4] = ["data", "fixtures", "snapshots", "target"];
const LONGEST: usize = 600;
const LONGEST_MAIN: usize = 40;
const AIM: usize = 500;

/// Files below a folder of the repository with one of these extensions, as sorted relative paths.
pub(crate) fn below(root: &Path, folder: &str, extensions: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else { return found };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder == "." { name.clone() } else { format!("{folder}/{name}") };
        if entry.path().is_dir() {
            if folder.starts_with("src") || !LEFT_ALONE.contains(&name.as_str()) {
                found.extend(below(root, &path, extensions));
            }
        } else if extensions.iter().any(|extension| name.ends_with(&format!(".{extension}"))) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// All Rust source: the program, its tests and its benches.
pub(crate) fn rust(root: &Path) -> Vec<String> {
    ["src", "tests", "benches"].iter().flat_map(|folder| below(root, folder, &["rs"])).collect()
}

/// Everything a person of the project writes by hand.
pub(crate) fn written(root: &Path) -> Vec<String> {
    const KINDS: [&str; 10] = ["rs", "md", "toml", "sh", "py", "ftl", "desktop", "xml", "svg", "ron"];
    let folders = ["src", "tests", "benches", "assets", "docs"];
    let top = [
        "run",
        "test",
        ".ci/run",
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "Cargo.toml",
        "clippy.toml",
        "deny.toml",
    ];
    let top = top.iter().filter(|file| root.join(file).is_file()).map(ToString::to_string);
    folders.iter().flat_map(|folder| below(root, folder, &KINDS)).chain(top).collect()
}

/// The names of the rooms: every folder and file directly in `src/`, without `.rs`.
pub(crate) fn rooms(root: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(root.join("src")).into_iter().flatten().flatten();
    let mut rooms: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().trim_end_matches(".rs").to_owned()).collect();
    rooms.sort();
    rooms
}

/// A file that has grown past what a reader takes in.
pub(crate) fn too_long(file: &str, text: &str) -> Option<String> {
    let (lines, limit) = (text.lines().count(), if file == "src/main.rs" { LONGEST_MAIN } else { LONGEST });
    let aim = if limit == LONGEST { format!(", and {AIM} is the aim") } else { String::new() };
    (lines > limit).then(|| format!("{file}:{limit}: {lines} lines; the limit is {limit}{aim}"))
}

/// Trailing white space, tabs in Rust, carriage returns, a missing last line end or empty lines at the end.
pub(crate) fn untidy(file: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        let mut say = |what: &str| found.push(format!("{file}:{}: {what}", index + 1));
        if line.ends_with('\r') {
            say("carriage return");
        } else if line.ends_with(char::is_whitespace) {
            say("white space at the end of the line");
        }
        if file.ends_with(".rs") && line.contains('\t') {
            say("tab; write \\t in strings and four spaces elsewhere");
        }
    }
    if !text.is_empty() && (!text.ends_with('\n') || text.ends_with("\n\n")) {
        found.push(format!("{file}:{}: the file ends with exactly one line end", text.lines().count()));
    }
    found
}

/// Work that was put off: it is done, or it is an entry in the tracker.
pub(crate) fn unfinished(file: &str, text: &str) -> Vec<String> {
    const SIGNS: [&str; 5] = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("to", "do!"),
        concat!("unimple", "mented!"),
        concat!("#[ig", "nore"),
    ];
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for sign in SIGNS {
            let alone = line.match_indices(sign).any(|(start, _)| {
                let before = line.get(..start).and_then(|before| before.chars().next_back());
                let after = line.get(start + sign.len()..).and_then(|after| after.chars().next());
                let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
                !word(before) && (sign.ends_with('!') || !word(after))
            });
            if alone {
                found.push(format!("{file}:{}: `{sign}` is left in", index + 1));
            }
        }
    }
    found
}

/// Paths under `src/`, `tests/` and `assets/` that a document names and that do not exist.
pub(crate) fn missing_paths(document: &str, text: &str, there: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    let in_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.');
    for (index, line) in text.lines().enumerate() {
        for path in line.split(|c| !in_path(c)).map(|word| word.trim_end_matches('.')) {
            let ours = ["src/", "tests/", "assets/"].iter().any(|folder| path.starts_with(folder));
            if ours && !there(path) {
                found.push(format!("{document}:{}: `{path}` does not exist", index + 1));
            }
        }
    }
    found
}

/// Rooms the code map passes over.
pub(crate) fn unnamed_rooms(architecture: &str, rooms: &[String]) -> Vec<String> {
    let named = |room: &str| {
        [format!("`src/{room}/`"), format!("`src/{room}.rs`")].iter().any(|name| architecture.contains(name))
    };
    rooms
        .iter()
        .filter(|room| !named(room))
        .map(|room| format!("ARCHITECTURE.md: `src/{room}` has no paragraph"))
        .collect()
}

/// Relative links and pictures of a document that lead nowhere; code is passed over, addresses are not followed.
pub(crate) fn missing_links(document: &str, text: &str, there: &dyn Fn(&str) -> bool) -> Vec<String> {
    let folder = document.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let (mut fenced, mut found) = (false, Vec::new());
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for (opening, closing) in [("](", ')'), ("src=\"", '"'), ("href=\"", '"')] {
            for (start, _) in line.match_indices(opening) {
                let rest = line.get(start + opening.len()..).unwrap_or_default();
                let target = rest.split(closing).next().unwrap_or_default();
                let target = target.split([' ', '#']).next().unwrap_or_default();
                if !target.is_empty() && !target.contains(':') && !there(&format!("{folder}{target}")) {
                    found.push(format!("{document}:{}: `{target}` does not exist", index + 1));
                }
            }
        }
    }
    found
}

/// The crates deny.toml bans.
pub(crate) fn banned_crates(deny: &str) -> BTreeSet<String> {
    let names = deny.lines().filter_map(|line| line.trim().strip_prefix("{ crate = \""));
    names.filter_map(|rest| rest.split('"').next()).map(String::from).collect()
}

/// Banned crates that a lock file holds.
pub(crate) fn locked(lock: &str, banned: &BTreeSet<String>) -> Vec<String> {
    let names = lock
        .lines()
        .enumerate()
        .filter_map(|(index, line)| Some((index, line.strip_prefix("name = \"")?.strip_suffix('"')?)));
    names
        .filter(|(_, name)| banned.contains(*name))
        .map(|(index, name)| format!("Cargo.lock:{}: `{name}` is banned by deny.toml", index + 1))
        .collect()
}

#[test]
fn long_files_are_seen() {
    assert_eq!(too_long("src/a.rs", &"x\n".repeat(600)), None);
    let complaint = too_long("src/a.rs", &"x\n".repeat(601));
    assert_eq!(complaint.as_deref(), Some("src/a.rs:600: 601 lines; the limit is 600, and 500 is the aim"));
    assert_eq!(
        too_long("src/main.rs", &"x\n".repeat(41)).as_deref(),
        Some("src/main.rs:40: 41 lines; the limit is 40")
    );
}

#[test]
fn stray_white_space_is_seen() {
    assert_eq!(untidy("a.rs", "fn a() {}\n"), [""; 0]);
    assert_eq!(untidy("a.md", "\ttabs are fine here\n"), [""; 0]);
    let found = untidy("a.rs", "a \n\tb\nc\r\nd");
    let lines: Vec<&str> = found.iter().filter_map(|complaint| complaint.split(": ").next()).collect();
    assert_eq!(lines, ["a.rs:1", "a.rs:2", "a.rs:3", "a.rs:4"]);
    assert_eq!(untidy("a.rs", "a\n\n").len(), 1);
}

#[test]
fn unfinished_work_is_seen() {
    for sign in [
        concat!("// TO", "DO: later"),
        concat!("/* FIX", "ME */"),
        concat!("    to", "do!()"),
        concat!("unimple", "mented!(\"x\")"),
        concat!("#[ig", "nore = \"slow\"]"),
    ] {
        assert_eq!(unfinished("a.rs", &format!("fn a() {{}}\n{sign}\n")).len(), 1, "{sign}");
    }
    assert_eq!(
        unfinished("a.rs", concat!("let methods = MASTO", "DON; my_to", "do!(); #[ig", "nored]\n")),
        [""; 0]
    );
}

#[test]
fn documents_that_lie_are_seen() {
    let there =
        |path: &str| matches!(path, "src/model/" | "src/model/edit.rs" | "docs/a.png" | "LICENSE-MIT");
    let text = "`src/model/`, src/model/edit.rs. and src/model/gone.rs, not https://x.org/src/y";
    assert_eq!(missing_paths("A.md", text, &there), ["A.md:1: `src/model/gone.rs` does not exist"]);
    let text = "[a](LICENSE-MIT#top) ![b](docs/b.png \"t\") [c](https://x.org)\n```\n[d](no)\n```\n<img src=\"docs/a.png\"><img src=\"e.png\">";
    assert_eq!(
        missing_links("R.md", text, &there),
        ["R.md:1: `docs/b.png` does not exist", "R.md:5: `e.png` does not exist"]
    );
    assert_eq!(missing_links("docs/x.md", "![a](a.png)", &there), [""; 0]);
    assert_eq!(
        unnamed_rooms("`src/model/`", &["model".into(), "store".into()]),
        ["ARCHITECTURE.md: `src/store` has no paragraph"]
    );
}

#[test]
fn banned_crates_are_seen() {
    let banned = banned_crates("deny = [\n    { crate = \"hyper\", reason = \"no\" },\n]");
    assert_eq!(
        locked("[[package]]\nname = \"hyper\"\nname = \"hyper-util\"\n", &banned),
        ["Cargo.lock:2: `hyper` is banned by deny.toml"]
    );
}
