//! Files made to break the program: nested without end, lines and lists of millions, names that lead out of the folder.
//! Each ends in a sentence or in a value; none in a crash, and no foreign byte is read as ours or written over.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "prepares and looks at folders from outside"
)]

mod disk;

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use disk::Disk;
use hashiya::interchange::jsonl::JsonlReader;
use hashiya::interchange::{FormatError, Item, ReadOptions};
use hashiya::model::{Edit, LayerKey, Span, TextRange, fixture};
use hashiya::session::{Access, Opened, Session, Waiting};
use hashiya::store::{StoreError, outside, settings};

const DEEP: usize = 1_000_000;

/// The shapes that nest: tuples, lists, maps, options, comments, and raw strings by their fences.
fn deep() -> Vec<(&'static str, String)> {
    let nested = |open: &str, close: &str| open.repeat(DEEP) + &close.repeat(DEEP);
    vec![
        ("tuples", nested("(", ")")),
        ("lists", nested("[", "]")),
        ("maps", nested("{1:", "}")),
        ("options", nested("Some(", ")")),
        ("comments", nested("/*", "*/") + "1"),
        ("raw strings", format!("r{0}\"x\"{0}", "#".repeat(DEEP))),
    ]
}

fn project() -> Disk {
    let disk = Disk::default();
    let (project, _) = fixture::project("[Ali]{actor} said [no]{claim}");
    Session::create_on(Arc::new(disk.clone()), Path::new("/p"), project, Waiting::Caller)
        .unwrap()
        .close()
        .unwrap();
    disk
}

fn open(disk: &Disk) -> Result<Opened, StoreError> {
    Session::open_on(Arc::new(disk.clone()), Path::new("/p"), Access::Write, Waiting::Caller)
}

/// Opens, loads, closes; says whether the file in question was told of.
fn survives(disk: &Disk, file: &str) -> bool {
    let Opened { mut session, mut issues, .. } = match open(disk) {
        Ok(opened) => opened,
        Err(error) => return error.to_string().contains(file),
    };
    issues.extend(session.load(&"a".into(), &"me".into()));
    session.close().unwrap();
    issues.iter().any(|issue| issue.to_string().contains(file))
}

#[test]
fn a_million_levels_in_any_file_of_a_project_are_a_finding() {
    for (shape, nested) in deep() {
        for name in ["project.ron", "entities.ron", "layers/me/a.ron"] {
            let whole = project();
            whole.put(&format!("/p/{name}"), nested.as_str());
            assert!(survives(&whole, name), "{shape} as {name}");
            let field = project();
            let path = format!("/p/{name}");
            let was = if field.files().contains_key(Path::new(&path)) {
                field.text(&path)
            } else {
                "(\n    format: 1,\n)\n".into()
            };
            // A field that nobody knows is kept as it stands, so it is read by another way.
            field.put(&path, was.replacen("format: 1,", &format!("format: 1, strange: {nested},"), 1));
            // A comment is no nesting for ron, and a value before it is good.
            let told = survives(&field, name);
            assert!(told, "a field of {shape} in {name}");
        }
    }
}

#[test]
fn a_million_levels_in_a_record_of_the_journal_are_a_finding() {
    for (shape, nested) in deep() {
        let disk = project();
        let Opened { mut session, .. } = open(&disk).unwrap();
        session.apply(Edit::SetName { old: "Fixture".into(), new: "x".into() }).unwrap();
        drop(session);
        let (path, journal) =
            disk.files().into_iter().find(|(path, _)| path.extension().is_some_and(|e| e == "jnl")).unwrap();
        let body = format!("2 set_name(old: \"x\", new: {nested})");
        let line = format!("{:08x} {body}\n", crc32fast::hash(body.as_bytes()));
        disk.put(path.to_str().unwrap(), [journal.as_slice(), line.as_bytes()].concat());
        let Opened { session, issues, .. } = open(&disk).unwrap();
        // A string in a million fences and a value after comments are strange, and good.
        let harmless = matches!(shape, "raw strings" | "comments");
        assert!(harmless || !issues.is_empty(), "{shape} in the journal");
        assert!(session.project().name == "x" || harmless, "{shape}: what stands before is kept");
    }
}

#[test]
fn a_million_levels_in_a_codebook_or_in_preferences_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep.ron");
    for (shape, nested) in deep() {
        std::fs::write(&file, &nested).unwrap();
        let said = outside::read_codebook(&file).expect_err(shape).to_string();
        assert!(said.contains("deep.ron") && said.contains("line"), "{shape}: {said}");
        let loaded = settings::load_on::<Vec<u32>>(&hashiya::store::RealFs, &file);
        assert!(loaded.is_err(), "{shape}: {loaded:?}");
    }
}

fn lines(bytes: Vec<u8>) -> Result<Vec<Item>, FormatError> {
    JsonlReader::new(Cursor::new(bytes), ReadOptions::default()).collect()
}

#[test]
fn a_data_set_nested_without_end_is_refused_with_its_line() {
    for open in ["[", "{\"a\":"] {
        for line in [open.repeat(DEEP), format!("{{\"text\":\"x\",\"strange\":{}", open.repeat(DEEP))] {
            let error = lines(line.into_bytes()).unwrap_err();
            assert_eq!(error.line, Some(1));
            assert!(error.to_string().contains("nothing was imported"), "{error}");
        }
    }
}

#[test]
fn lines_of_a_hundred_megabytes_and_a_million_columns_are_read() {
    let begun = Instant::now();
    let long = format!("{{\"text\":\"{}\"}}", "a".repeat(100 << 20));
    assert_eq!(lines(long.into_bytes()).unwrap().len(), 1);
    let columns: String = (0..DEEP).map(|nth| format!(",\"c{nth}\":{nth}")).collect();
    let items = lines(format!("{{\"text\":\"x\"{columns}}}").into_bytes()).unwrap();
    let Item::Record(record) = &items[0] else { panic!("an article") };
    assert_eq!(record.losses.len(), DEEP, "each column that is left out is told");
    let spans = "{\"label\":\"x\",\"ranges\":[[0,1]]},".repeat(DEEP);
    let line = format!("{{\"text\":\"x\",\"annotator\":\"a\",\"spans\":[{}]}}", spans.trim_end_matches(','));
    let items = lines(line.into_bytes()).unwrap();
    let Item::Record(record) = &items[0] else { panic!("an article") };
    assert_eq!(record.spans, DEEP);
    println!("100 MB in one line, a million columns and a million spans took {:?}", begun.elapsed());
}

#[test]
fn an_id_that_leads_out_of_the_folder_reads_and_writes_nothing_there() {
    for id in ["../../etc/passwd", "/etc/passwd", "..", "C:\\windows\\win.ini", "a/b", "a\\\\b", "nul\\u{0}"]
    {
        let disk = project();
        disk.put("/etc/passwd", "root:x:0:0");
        let manifest = disk.text("/p/project.ron");
        disk.put("/p/project.ron", manifest.replace("id: \"a\"", &format!("id: \"{id}\"")));
        let before = disk.files();
        let Ok(Opened { mut session, issues, .. }) = open(&disk) else { continue };
        let mut told = issues;
        for info in session.project().articles().to_vec() {
            told.extend(session.load(&info.id, &"me".into()));
            let text = session.project().text(&info.id).unwrap().text().to_owned();
            assert_eq!(text, "", "{id} was read");
            let key = LayerKey { article: info.id.clone(), annotator: "me".into() };
            let edit =
                Edit::SetStatus { layer: key, old: Default::default(), new: hashiya::model::Status::Done };
            assert!(session.apply(edit).is_err(), "{id} was written");
        }
        assert!(told.iter().any(|issue| issue.to_string().contains("project.ron")), "{id}: {told:?}");
        session.close().unwrap();
        let outside = |path: &Path| !path.starts_with("/p");
        assert!(disk.files().keys().all(|path| before.contains_key(path) || !outside(path)), "{id}");
        assert_eq!(disk.text("/etc/passwd"), "root:x:0:0");
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_that_leads_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (root, foreign) = (folder.path().join("study"), folder.path().join("foreign.txt"));
    let (project, key) = fixture::project("[Ali]{actor} said [no]{claim}");
    Session::create(&root, project).unwrap().close().unwrap();
    let layer = std::fs::read(root.join("layers/me/a.ron")).unwrap();
    for name in [
        "layers/me/a.ron",
        "layers/me/a.ron.tmp",
        "project.ron.tmp",
        "articles/a.txt",
        "journal/000002.jnl",
        "journal/000003.jnl",
        "cache/counts.txt.tmp",
        "cache/counts.txt",
    ] {
        let copy = folder.path().join("copy");
        let copied = std::process::Command::new("cp").arg("-r").arg(&root).arg(&copy).status().unwrap();
        assert!(copied.success());
        // What is behind the link is even what belongs there: it is not ours to write all the same.
        let content = if name.ends_with("a.ron") { layer.clone() } else { b"foreign".to_vec() };
        std::fs::write(&foreign, &content).unwrap();
        let link = copy.join(name);
        std::fs::remove_file(&link).unwrap_or_default();
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(&foreign, &link).unwrap();
        let Opened { mut session, .. } = Session::open(&copy).unwrap();
        session.load(&key.article, &key.annotator);
        let text = session.project().text(&key.article).unwrap().text().to_owned();
        let id = session.project().layer(&key).unwrap().next_span_id();
        if let Some(span) = Span::new(id, "actor", [TextRange::new(4.into(), 6.into())], &text) {
            session.apply(Edit::AddSpan { layer: key.clone(), span: Box::new(span) }).unwrap();
        }
        session.sync().unwrap();
        session.close().unwrap_or_default();
        assert_eq!(std::fs::read(&foreign).unwrap(), content, "{name} was written through");
        std::fs::remove_dir_all(&copy).unwrap();
    }
}

/// What a folder from a stranger may hold instead of files: devices that never end, pipes that never begin.
#[cfg(target_os = "linux")]
#[test]
fn devices_and_pipes_under_our_names_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let (root, pipe) = (folder.path().join("study"), folder.path().join("pipe"));
    let (project, key) = fixture::project("[Ali]{actor} said [no]{claim}");
    Session::create(&root, project).unwrap().close().unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for name in [
        "project.ron",
        "entities.ron",
        "layers/me/a.ron",
        "articles/a.txt",
        "journal/000009.jnl",
        "cache/counts.txt",
    ] {
        for target in [Path::new("/dev/zero"), Path::new("/dev/full"), &pipe] {
            let copy = folder.path().join("copy");
            assert!(
                std::process::Command::new("cp").arg("-r").arg(&root).arg(&copy).status().unwrap().success()
            );
            let link = copy.join(name);
            std::fs::remove_file(&link).unwrap_or_default();
            std::fs::create_dir_all(link.parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(target, &link).unwrap();
            let told = match Session::open(&copy) {
                Err(error) => vec![error.to_string()],
                Ok(Opened { mut session, mut issues, read_only, .. }) => {
                    issues.extend(session.load(&key.article, &key.annotator));
                    issues.iter().map(ToString::to_string).chain(read_only).collect()
                }
            };
            let named = told.iter().any(|told| told.contains(name) && told.contains("device or a pipe"));
            assert!(named || name.starts_with("cache"), "{name} as {}: {told:?}", target.display());
            std::fs::remove_dir_all(&copy).unwrap();
        }
    }
    let incoming = folder.path().join("incoming");
    std::fs::create_dir(&incoming).unwrap();
    std::fs::rename(&pipe, incoming.join("pipe.txt")).unwrap();
    assert_eq!(outside::files_under(&[incoming]), (Vec::new(), Vec::new()));
    let sparse = folder.path().join("sparse.txt");
    std::fs::File::create(&sparse).unwrap().set_len(outside::LARGEST + 1).unwrap();
    let said = outside::read(&sparse).unwrap_err().to_string();
    assert!(said.contains(&outside::LARGEST.to_string()), "{said}");
}
