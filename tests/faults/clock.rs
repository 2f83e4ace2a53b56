//! Clocks that jump by years, forwards and backwards: order is the number of an edit, so nothing changes.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use super::runner::{folder, worker};
use super::study::{self, FOLDER};

/// Ten years; long enough that no comparison of times survives it.
const YEARS: u64 = 10 * 365 * 24 * 3600;

/// Gives every file of a folder a time.
fn date(root: &Path, time: SystemTime) {
    for entry in std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            date(&entry, time);
        } else {
            std::fs::File::options().write(true).open(&entry).unwrap().set_modified(time).unwrap();
        }
    }
}

pub(crate) fn jumps() {
    let folder = folder();
    let root = folder.path().join("study");
    study::make(&root);
    let now = SystemTime::now();
    let times =
        [now - Duration::from_secs(YEARS), now + Duration::from_secs(YEARS), SystemTime::UNIX_EPOCH, now];
    for (nth, time) in (2..).zip(times) {
        let mut session = study::open(&root).session;
        session.apply(study::add(nth)).unwrap();
        session.sync().unwrap();
        // Killed with the edit in the journal, or closed with all in the files.
        if nth % 2 == 0 {
            drop(session)
        } else {
            session.close().unwrap()
        }
        date(&root, time);
        assert_eq!(study::look(&root), (1..=nth).collect::<Vec<_>>(), "files of {time:?}");
    }
    if Command::new("faketime").arg("--version").output().is_err() {
        return println!("    faketime is not installed: the clock itself was not turned");
    }
    let mut known = study::look(&root).len();
    for when in ["-10y", "+10y", "1970-01-02 00:00:00", "2026-03-29 01:59:59"] {
        let output = worker("fill", &["faketime", "-f", when], &[(FOLDER, &root)]).output().unwrap();
        assert!(output.status.success(), "{when}: {}", String::from_utf8_lossy(&output.stderr));
        let found = study::look(&root);
        assert_eq!(found, (1..).take(found.len()).collect::<Vec<u32>>(), "{when}");
        assert!(found.len() > known, "{when}: edits were saved");
        known = found.len();
    }
    println!("    {known} edits under clocks of 1970 to ten years ahead, none lost or out of order");
}
