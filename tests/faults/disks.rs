//! Real disks that are full or read-only, and a limit on the length of files.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use hashiya::session::{Access, Saved, Session, Waiting};
use hashiya::store::RealFs;

use super::runner::{folder, worker};
use super::study::{self, FOLDER};

/// A disk in memory of a certain size, for as long as the value lives.
struct Disk {
    at: PathBuf,
    _folder: tempfile::TempDir,
}

fn run(command: &str, arguments: &[&str]) -> bool {
    Command::new(command).args(arguments).output().is_ok_and(|output| output.status.success())
}

impl Disk {
    /// Nothing where this process may not mount.
    fn of(size: &str) -> Option<Self> {
        let folder = folder();
        let at = folder.path().join("disk");
        std::fs::create_dir(&at).unwrap();
        let mounted = run("mount", &["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs", at.to_str()?]);
        if !mounted {
            println!("    disks cannot be mounted here: not tried");
        }
        mounted.then_some(Self { at, _folder: folder })
    }

    fn remount(&self, how: &str) -> bool {
        run("mount", &["-o", &format!("remount,{how}"), self.at.to_str().unwrap()])
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        while run("umount", &[self.at.to_str().unwrap()]) {}
    }
}

fn told(session: &Session) -> Option<String> {
    match session.saved() {
        Saved::Failed { message, .. } => Some(message),
        _ => None,
    }
}

pub(crate) fn full() {
    for size in ["64k", "1m"] {
        let Some(disk) = Disk::of(size) else { return };
        let (root, ballast) = (disk.at.join("study"), disk.at.join("ballast"));
        std::fs::write(&ballast, vec![0; if size == "1m" { 900_000 } else { 16_000 }]).unwrap();
        study::make(&root);
        let mut session = study::open(&root).session;
        let mut number = 1;
        let message = loop {
            number += 1;
            session.apply(study::add(number)).unwrap();
            if number % 8 == 0 {
                session.snapshot();
            }
            if let Some(message) = told(&session) {
                break message;
            }
            assert!(number < 5000, "a disk of {size} is full at last");
        };
        assert!(message.contains("journal/") && message.contains("space"), "{message}");
        let saved = number - 1;
        for _ in 0..10 {
            number += 1;
            session.apply(study::add(number)).unwrap();
            session.tick(Duration::from_secs(6));
        }
        assert!(told(&session).is_some(), "still full");
        std::fs::remove_file(&ballast).unwrap();
        session.tick(Duration::ZERO);
        session.sync().unwrap();
        assert!(told(&session).is_none());
        session.close().unwrap();
        assert_eq!(study::look(&root), (1..=number).collect::<Vec<_>>());
        println!(
            "    a disk of {size} was full after {saved} edits; all {number} are there once there was room"
        );
    }
}

/// The state folder is on another disk, which has room.
pub(crate) fn full_with_room_elsewhere() {
    let Some(disk) = Disk::of("64k") else { return };
    let (root, ballast, elsewhere) = (disk.at.join("study"), disk.at.join("ballast"), folder());
    let open = || {
        let (disk, spare) = (Arc::new(RealFs), Some(elsewhere.path()));
        let mut opened = Session::open_sparing(disk, &root, Access::Write, Waiting::Threads, spare).unwrap();
        opened.issues.extend(opened.session.load(&"a".into(), &"me".into()));
        opened
    };
    std::fs::write(&ballast, vec![0; 16_000]).unwrap();
    study::make(&root);
    let mut session = open().session;
    for number in 2..=500 {
        session.apply(study::add(number)).unwrap();
    }
    session.sync().unwrap();
    assert_eq!(told(&session), None, "all of it is on a disk");
    let issues = session.tick(Duration::ZERO);
    assert!(issues.iter().any(|issue| issue.code == "journal-spare"), "{issues:?}");
    // As after a kill: nothing is closed.
    drop(session);
    std::fs::remove_file(&ballast).unwrap();
    let opened = open();
    assert!(opened.issues.iter().any(|issue| issue.code == "journal-spare"), "{:?}", opened.issues);
    assert_eq!(study::numbers(&opened.session), (1..=500).collect::<Vec<_>>());
    println!("    500 edits on a full disk of 64k: all are there, from the state folder");
}

pub(crate) fn read_only_while_open() {
    let Some(disk) = Disk::of("4m") else { return };
    let root = disk.at.join("study");
    study::make(&root);
    let mut session = study::open(&root).session;
    session.apply(study::add(2)).unwrap();
    session.sync().unwrap();
    // A disk with open files cannot be made read-only at once; a read-only view of it laid over the folder can.
    let folder = root.to_str().unwrap();
    assert!(run("mount", &["--bind", "-o", "ro", folder, folder]));
    run("mount", &["-o", "remount,bind,ro", folder]);
    session.apply(study::add(3)).unwrap();
    session.snapshot();
    let issues = session.tick(Duration::from_secs(6));
    let message = told(&session).or_else(|| issues.first().map(ToString::to_string)).expect("it is told");
    assert!(message.contains("journal/") || message.contains("layers/"), "{message}");
    session.apply(study::add(4)).unwrap();
    assert!(run("umount", &[folder]));
    for _ in 0..80 {
        session.tick(Duration::from_secs(6));
    }
    session.sync().unwrap();
    session.close().unwrap();
    assert_eq!(study::look(&root), [1, 2, 3, 4]);
}

pub(crate) fn read_only() {
    let Some(disk) = Disk::of("4m") else { return };
    let root = disk.at.join("study");
    study::make(&root);
    let before = files(&root);
    assert!(disk.remount("ro"));
    let mut opened = study::open(&root);
    let why = opened.read_only.expect("it is told");
    assert!(why.contains("cannot be written"), "{why}");
    assert_eq!(study::numbers(&opened.session), [1]);
    assert!(matches!(opened.session.saved(), Saved::ReadOnly));
    assert!(opened.session.apply(study::add(2)).is_err());
    drop(opened.session);
    assert!(Session::open_read_only(&root).is_ok());
    assert_eq!(files(&root), before);
    assert!(disk.remount("rw"));
    assert_eq!(study::look(&root), [1]);
    assert_eq!(Access::default(), Access::Write);
}

/// `/dev/full` under the names of journals to come, and of one that is read.
pub(crate) fn device() {
    let folder = folder();
    let root = folder.path().join("study");
    study::make(&root);
    let name = |number: u64| root.join(format!("journal/{number:06}.jnl"));
    let mut session = study::open(&root).session;
    session.apply(study::add(2)).unwrap();
    session.sync().unwrap();
    let last = (1..100).rev().find(|number| name(*number).exists()).expect("there is a journal");
    let links = [name(last + 1), name(last + 2)];
    links.iter().for_each(|link| std::os::unix::fs::symlink("/dev/full", link).unwrap());
    for number in 3..6 {
        session.apply(study::add(number)).unwrap();
        session.snapshot();
        session.tick(Duration::from_secs(6));
    }
    for _ in 0..80 {
        session.tick(Duration::from_secs(6));
    }
    session.sync().unwrap();
    drop(session);
    // What something else put there is left to people, as it may hold edits.
    links.iter().for_each(|link| std::fs::remove_file(link).unwrap());
    assert_eq!(study::look(&root), [1, 2, 3, 4, 5], "taken names are passed over");
    let link = name(99);
    std::os::unix::fs::symlink("/dev/full", &link).unwrap();
    let refused = Session::open(&root).expect_err("a journal that cannot be read may hold edits").to_string();
    assert!(refused.contains("device or a pipe") && refused.contains("was not opened"), "{refused}");
    std::fs::remove_file(link).unwrap();
    assert_eq!(study::look(&root), [1, 2, 3, 4, 5]);
}

fn files(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else {
            found.push((entry.clone(), std::fs::read(&entry).unwrap()));
        }
    }
    found.sort();
    found
}

/// The process is ended by the system when a file grows past the limit, in the middle of a record.
pub(crate) fn limit() {
    let folder = folder();
    let mut torn = 0;
    for kilobytes in 4..24 {
        let root = folder.path().join(kilobytes.to_string());
        study::make(&root);
        let command = format!("ulimit -f {kilobytes}; exec \"$0\"");
        let output = worker("fill", &["bash", "-c", command.as_str()], &[(FOLDER, &root)]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let saved =
            said.lines().filter_map(|line| line.strip_prefix("saved ")?.parse().ok()).max().unwrap_or(1);
        let journals =
            files(&root).into_iter().filter(|(path, _)| path.extension().is_some_and(|e| e == "jnl"));
        torn += journals.filter(|(_, bytes)| bytes.last().is_some_and(|byte| *byte != b'\n')).count();
        let found = study::look(&root);
        let last = u32::try_from(found.len()).unwrap();
        assert_eq!(found, (1..=last).collect::<Vec<_>>());
        assert!(last >= saved, "with {kilobytes} KiB: {saved} were saved, {last} are found");
    }
    println!("    20 limits on the length of files: {torn} torn records, 0 edits lost");
    assert!(torn > 0, "the limit tears records");
}
