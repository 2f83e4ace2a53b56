//! Files changed, deleted or replaced while the project is open: by git, a cloud, a colleague. What they put there
//! stays as it is; our work goes into its own file or beside it, and is told of.

use std::path::{Path, PathBuf};

use hashiya::model::Edit;
use hashiya::session::Session;

use super::runner::folder;
use super::study;

const LAYER: &str = "layers/me/a.ron";
const PRECIOUS: &[u8] = b"the only copy of a thesis";

/// What becomes of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// It is ours again: nothing foreign stood there.
    Ours,
    /// It stays as it was put there, and our work is beside it.
    Kept,
    /// It stays as it was put there; nothing of ours is written there.
    Left,
}

/// What happens to a file; the second path is a file outside of the project that must not change.
type Act = fn(&Path, &Path);

fn append(file: &Path, _: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    bytes.extend_from_slice(b"// theirs\n");
    std::fs::write(file, bytes).unwrap();
}

/// Another byte at the same length, and the times it had before.
fn change_in_secret(file: &Path, _: &Path) {
    let text = std::fs::read_to_string(file).unwrap();
    let modified = std::fs::metadata(file).unwrap().modified().unwrap();
    let at = text.rfind("ours-1").or_else(|| text.rfind("study")).unwrap();
    let mut bytes = text.into_bytes();
    bytes[at] = b'X';
    std::fs::write(file, bytes).unwrap();
    std::fs::File::options().write(true).open(file).unwrap().set_modified(modified).unwrap();
}

fn check_out_another(file: &Path, _: &Path) {
    let text = std::fs::read_to_string(file).unwrap().replace("ours-1", "theirs");
    let aside = file.with_extension("aside");
    std::fs::write(&aside, text).unwrap();
    std::fs::rename(aside, file).unwrap();
}

fn check_out_the_same(file: &Path, _: &Path) {
    let aside = file.with_extension("aside");
    std::fs::copy(file, &aside).unwrap();
    std::fs::rename(aside, file).unwrap();
}

fn touch(file: &Path, _: &Path) {
    let file = std::fs::File::options().append(true).open(file).unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
}

fn delete(file: &Path, _: &Path) {
    if file.is_dir() { std::fs::remove_dir_all(file) } else { std::fs::remove_file(file) }.unwrap();
}

/// The file in a folder that comes last.
fn delete_newest(folder: &Path, _: &Path) {
    let newest = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).max();
    std::fs::remove_file(newest.unwrap()).unwrap();
}

fn empty(file: &Path, _: &Path) {
    std::fs::write(file, b"").unwrap();
}

fn scramble(file: &Path, _: &Path) {
    std::fs::write(file, b"\xff\xfe\0theirs").unwrap();
}

fn make_folder(file: &Path, _: &Path) {
    if file.exists() {
        delete(file, file);
    }
    std::fs::create_dir(file).unwrap();
    std::fs::write(file.join("inside"), PRECIOUS).unwrap();
}

fn link_outside(file: &Path, outside: &Path) {
    if file.exists() {
        delete(file, outside);
    }
    link(outside, file);
}

fn link_to_nothing(file: &Path, outside: &Path) {
    delete(file, outside);
    link(&outside.with_file_name("nothing"), file);
}

/// The folder lies elsewhere, and holds another file of the name.
fn link_folder_outside(file: &Path, outside: &Path) {
    let elsewhere = outside.with_file_name("elsewhere");
    std::fs::rename(file, &elsewhere).unwrap();
    std::fs::write(elsewhere.join("a.ron"), PRECIOUS).unwrap();
    link(&elsewhere, file);
}

#[cfg(unix)]
fn link(to: &Path, from: &Path) {
    std::os::unix::fs::symlink(to, from).unwrap();
}

#[cfg(not(unix))]
fn link(to: &Path, from: &Path) {
    std::fs::copy(to, from).map(|_| ()).unwrap_or_default();
}

const CASES: &[(&str, Act, Then)] = &[
    (LAYER, append, Then::Kept),
    (LAYER, change_in_secret, Then::Kept),
    (LAYER, check_out_another, Then::Kept),
    (LAYER, check_out_the_same, Then::Ours),
    (LAYER, touch, Then::Ours),
    (LAYER, delete, Then::Ours),
    (LAYER, empty, Then::Kept),
    (LAYER, scramble, Then::Kept),
    (LAYER, make_folder, Then::Kept),
    (LAYER, link_outside, Then::Kept),
    (LAYER, link_to_nothing, Then::Ours),
    ("layers/me", delete, Then::Ours),
    ("layers/me", link_folder_outside, Then::Kept),
    ("layers/me/a.ron.tmp", link_outside, Then::Ours),
    ("layers/me/a.ron.tmp", make_folder, Then::Left),
    ("entities.ron", change_in_secret, Then::Kept),
    ("entities.ron", delete, Then::Ours),
    ("entities.ron", link_outside, Then::Kept),
    ("project.ron", append, Then::Kept),
    ("project.ron", change_in_secret, Then::Kept),
    ("project.ron", delete, Then::Ours),
    ("project.ron", make_folder, Then::Kept),
    ("project.ron.tmp", link_outside, Then::Ours),
    ("articles/a.txt", append, Then::Left),
    ("articles/a.txt", delete, Then::Left),
    ("journal", delete, Then::Ours),
    ("journal", delete_newest, Then::Ours),
    (".lock", link_outside, Then::Ours),
    ("quarantine", link_outside, Then::Left),
];

/// When the window looks at the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Looks {
    /// Never: the snapshot finds out.
    Never,
    /// Before anything else is done.
    First,
    /// While edits in every kind of file are pending.
    Pending,
}

pub(crate) fn all() {
    let mut problems = Vec::new();
    let mut read_again = 0;
    for looks in [Looks::Never, Looks::First, Looks::Pending] {
        for (nth, (file, act, then)) in CASES.iter().enumerate() {
            match case(file, *act, *then, looks) {
                Ok(again) => read_again += usize::from(again),
                Err(problem) => {
                    problems.push(format!("case {}, {file}, looks {looks:?}: {problem}", nth + 1))
                }
            }
        }
    }
    let count = 3 * CASES.len();
    assert!(problems.is_empty(), "{} of {count}:\n{}", problems.len(), problems.join("\n"));
    assert!(read_again >= 7, "only {read_again} files were read again");
    println!(
        "    {count} files changed behind an open session, {read_again} read again: no foreign byte overwritten"
    );
}

/// Looks as the window does when it gets the keyboard back. Returns what it told, and whether it read the file again.
fn look(session: &mut Session, file: &str) -> (Vec<String>, bool) {
    let found = session.outside_check().run();
    let taken = session.take_outside(found).taken;
    let again = taken.reloaded.iter().any(|name| name == file);
    let told = taken.reloaded.iter().map(|name| format!("read again: {name}"));
    (told.chain(taken.issues.iter().map(ToString::to_string)).collect(), again)
}

/// Says whether the file was read again.
fn case(file: &str, act: Act, then: Then, looks: Looks) -> Result<bool, String> {
    let folder = folder();
    let (root, outside) = (folder.path().join("study"), folder.path().join("thesis"));
    std::fs::write(&outside, PRECIOUS).unwrap();
    study::make(&root);
    let path = root.join(file);
    let mut session = study::open(&root).session;
    act(&path, &outside);
    let put = contents(&path);
    let (mut told, mut again) = (Vec::new(), false);
    if looks == Looks::First {
        (told, again) = look(&mut session, file);
        if again && contents(&path) != put {
            return Err("looking changed it".into());
        }
        let (more, _) = look(&mut session, file);
        if more.iter().any(|more| told.contains(more)) {
            return Err(format!("it is told twice: {more:?}"));
        }
    }
    told.extend(work(
        &mut session,
        |session| {
            if looks == Looks::Pending { look(session, file).0 } else { Vec::new() }
        },
    ));
    if let Err(error) = session.close() {
        told.push(error.to_string());
    }
    let mut opened = Session::open(&root);
    if let Ok(opened) = &mut opened {
        told.extend(opened.issues.iter().map(ToString::to_string));
        told.extend(opened.session.load(&"a".into(), &"me".into()).iter().map(ToString::to_string));
    }
    // What was read again holds theirs and ours by now.
    let then = if again { Then::Ours } else { then };
    check(&root, &path, &put, then, &told)?;
    if contents(&outside) != [(PathBuf::new(), PRECIOUS.to_vec())] {
        return Err("the file outside was overwritten".into());
    }
    let Ok(opened) = opened else { return Ok(again) };
    // No span is on other words, whatever stands in the files now.
    let layer = opened.session.project().layer(&study::key()).cloned().unwrap_or_default();
    match layer.spans.values().find(|span| !span.lost && span.quote != "one") {
        Some(span) => Err(format!("{span:?} is on other words")),
        None => Ok(again),
    }
}

/// Edits in every kind of file, and what is told of them.
fn work(session: &mut Session, before: impl FnOnce(&mut Session) -> Vec<String>) -> Vec<String> {
    let old = session.project().name.clone();
    let name = Edit::SetName { old, new: "ours-2".into() };
    for edit in [study::add(2), study::entity(2), name] {
        session.apply(edit).unwrap();
    }
    session.sync().unwrap();
    let mut told = before(session);
    session.snapshot();
    told.extend(session.tick(std::time::Duration::ZERO).iter().map(ToString::to_string));
    told
}

fn check(
    root: &Path,
    path: &Path,
    put: &[(PathBuf, Vec<u8>)],
    then: Then,
    told: &[String],
) -> Result<(), String> {
    let now = contents(path);
    let all_there = put.iter().all(|was| now.contains(was));
    if then != Then::Ours && !all_there {
        return Err("what was put there is no longer there".into());
    }
    if then == Then::Kept && !told.iter().any(|told| told.contains("conflict")) {
        return Err(format!("no conflict was told: {told:?}"));
    }
    let ours = contents(root).into_iter().filter(|(name, _)| !name.starts_with("journal"));
    let spans = ours.filter(|(_, bytes)| String::from_utf8_lossy(bytes).contains("ours-2 ")).count();
    let kept = then == Then::Left || spans > 0;
    if kept { Ok(()) } else { Err("our span is in no file".into()) }
}

/// Files below a path with their bytes, or the file itself.
fn contents(path: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    collect(path, PathBuf::new(), &mut found);
    found
}

fn collect(path: &Path, name: PathBuf, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    if let Ok(entries) = std::fs::read_dir(path) {
        for entry in entries.map(Result::unwrap) {
            collect(&entry.path(), name.join(entry.file_name()), found);
        }
    } else if let Ok(bytes) = std::fs::read(path) {
        found.push((name, bytes));
    }
}
