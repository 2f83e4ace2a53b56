use std::path::Path;

use super::*;
use crate::store::vfs::{Vfs, write_all};

fn machine() -> SimVfs {
    SimVfs::new(Disk::default(), 1)
}

fn put(vfs: &SimVfs, path: &str, text: &str, sync: bool) {
    let mut file = vfs.create(Path::new(path)).unwrap();
    write_all(file.as_mut(), text.as_bytes()).unwrap();
    if sync {
        file.sync_all().unwrap();
    }
}

/// What crashes leave of the files: every outcome seen in 400, sorted.
fn outcomes(vfs: &SimVfs) -> Vec<String> {
    let mut dice = Dice::new(7);
    let disk = vfs.disk();
    let mut seen: Vec<String> = (0..400).map(|nth| shown(&disk.crash(nth, &mut dice))).collect();
    seen.sort();
    seen.dedup();
    seen
}

fn shown(disk: &Disk) -> String {
    let file = |(path, bytes): &(std::path::PathBuf, &[u8])| {
        let noise = bytes.iter().any(|byte| !byte.is_ascii_graphic());
        let text = if noise { "?".to_owned() } else { String::from_utf8_lossy(bytes).into_owned() };
        format!("{}={text}", path.display())
    };
    disk.files().iter().map(file).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_was_synced_with_its_folder_survives_every_crash() {
    let vfs = machine();
    put(&vfs, "/a", "one", true);
    vfs.sync_dir(Path::new("/")).unwrap();
    assert_eq!(outcomes(&vfs), ["/a=one"]);
    assert!(Blackout::of(&vfs.disk()).is_harmless());
}

#[test]
fn a_name_without_its_folders_sync_may_go() {
    let vfs = machine();
    put(&vfs, "/a", "one", true);
    assert_eq!(outcomes(&vfs), ["", "/a=one"]);
}

#[test]
fn content_without_a_sync_may_be_lost_cut_zeroed_or_torn() {
    let vfs = machine();
    put(&vfs, "/a", "", true);
    vfs.sync_dir(Path::new("/")).unwrap();
    write_all(vfs.append(Path::new("/a")).unwrap().as_mut(), b"xy").unwrap();
    assert_eq!(outcomes(&vfs), ["/a=", "/a=?", "/a=x", "/a=xy"]);
}

#[test]
fn what_was_synced_before_an_append_stays() {
    let vfs = machine();
    put(&vfs, "/a", "12", true);
    vfs.sync_dir(Path::new("/")).unwrap();
    write_all(vfs.append(Path::new("/a")).unwrap().as_mut(), b"3").unwrap();
    for outcome in outcomes(&vfs) {
        assert!(outcome.starts_with("/a=12") || outcome == "/a=?", "{outcome}");
    }
}

#[test]
fn a_rename_happens_or_not_and_may_bring_an_empty_file() {
    let vfs = machine();
    put(&vfs, "/a", "old", true);
    vfs.sync_dir(Path::new("/")).unwrap();
    put(&vfs, "/a.tmp", "new", false);
    vfs.rename(Path::new("/a.tmp"), Path::new("/a")).unwrap();
    let seen = outcomes(&vfs);
    for outcome in ["/a=old", "/a=", "/a=new", "/a=n", "/a=old /a.tmp=new"] {
        assert!(seen.iter().any(|s| s == outcome), "{outcome} is missing in {seen:?}");
    }
    assert!(seen.iter().all(|s| s.contains("/a=")), "there is always an old or a new one: {seen:?}");
}

#[test]
fn a_synced_file_under_a_synced_rename_is_the_new_one() {
    let vfs = machine();
    put(&vfs, "/a", "old", true);
    put(&vfs, "/a.tmp", "new", true);
    vfs.rename(Path::new("/a.tmp"), Path::new("/a")).unwrap();
    vfs.sync_dir(Path::new("/")).unwrap();
    assert_eq!(outcomes(&vfs), ["/a=new"]);
}

#[test]
fn an_unlink_may_come_back() {
    let vfs = machine();
    put(&vfs, "/a", "one", true);
    vfs.sync_dir(Path::new("/")).unwrap();
    vfs.unlink(Path::new("/a")).unwrap();
    assert_eq!(outcomes(&vfs), ["", "/a=one"]);
    vfs.sync_dir(Path::new("/")).unwrap();
    assert_eq!(outcomes(&vfs), [""]);
}

#[test]
fn a_file_in_a_folder_that_was_lost_is_lost() {
    let vfs = machine();
    vfs.create_dir(Path::new("/d")).unwrap();
    put(&vfs, "/d/a", "one", true);
    vfs.sync_dir(Path::new("/d")).unwrap();
    assert_eq!(outcomes(&vfs), ["", "/d/a=one"]);
    vfs.sync_dir(Path::new("/")).unwrap();
    assert_eq!(outcomes(&vfs), ["/d/a=one"]);
}

#[test]
fn after_a_failed_sync_a_second_one_lies() {
    let vfs = machine();
    put(&vfs, "/a", "", true);
    vfs.sync_dir(Path::new("/")).unwrap();
    let mut file = vfs.append(Path::new("/a")).unwrap();
    write_all(file.as_mut(), b"x").unwrap();
    vfs.fail(Fault::Error(Failing::Nth(vfs.calls()), Errno::Eio));
    assert!(file.sync_data().is_err());
    file.sync_data().unwrap();
    assert!(outcomes(&vfs).contains(&"/a=".to_owned()));
}

#[test]
fn calls_fail_as_told_and_do_nothing() {
    let vfs = machine();
    vfs.fail(Fault::Error(Failing::ChangesFrom(0), Errno::Enospc));
    let error = vfs.create(Path::new("/a")).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    assert_eq!((vfs.changes(), vfs.failed()), (0, 1));
    vfs.heal();
    vfs.fail(Fault::Short(Failing::ChangesFrom(0)));
    put(&vfs, "/a", "whole all the same", false);
    assert_eq!(vfs.read(Path::new("/a")).unwrap(), b"whole all the same");
}

#[test]
fn a_record_replays_to_the_same_disk() {
    let vfs = machine();
    vfs.create_dir(Path::new("/d")).unwrap();
    put(&vfs, "/d/a.tmp", "one", true);
    vfs.rename(Path::new("/d/a.tmp"), Path::new("/d/a")).unwrap();
    vfs.sync_dir(Path::new("/d")).unwrap();
    let mut disk = Disk::default();
    vfs.record().iter().for_each(|op| disk.step(op));
    assert_eq!(disk.fingerprint(&|_| true), vfs.disk().fingerprint(&|_| true));
    assert_eq!(shown(&disk), "/d/a=one");
}

#[test]
fn one_holds_the_lock_and_a_crash_lets_go_of_it() {
    let vfs = machine();
    let held = vfs.lock(Path::new("/.lock")).unwrap();
    assert_eq!(vfs.lock(Path::new("/.lock")).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    let after = SimVfs::new(vfs.disk().crash(0, &mut Dice::new(1)), 2);
    assert!(after.lock(Path::new("/.lock")).is_ok());
    drop(held);
    assert!(vfs.lock(Path::new("/.lock")).is_ok());
}
