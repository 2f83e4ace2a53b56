//! Calls of the disk that fail while somebody works, and then a crash.

use std::sync::Arc;
use std::time::Duration;

use hashiya::session::Waiting;
use hashiya::store::sim::{Disk, Errno, Failing, Fault, SimVfs};

use super::check::{Figures, crash_everywhere};
use super::sitting::Sitter;

fn sitter(seed: u64) -> (SimVfs, Sitter) {
    let vfs = SimVfs::new(Disk::default(), seed);
    let mut sitter = Sitter::begin(vfs.clone(), seed, Waiting::Caller, |vfs| Arc::new(vfs));
    sitter.tolerant = true;
    assert!(sitter.load_all().is_empty());
    (vfs, sitter)
}

/// Calls of a sitting in which nothing fails.
pub(crate) fn calls(seed: u64, steps: usize) -> std::ops::Range<u64> {
    let (vfs, mut sitter) = sitter(seed);
    let first = vfs.calls();
    (0..steps).for_each(|_| sitter.step());
    first..vfs.calls()
}

/// One call fails, or writes less than it was given. What was told names the file.
pub(crate) fn one(seed: u64, steps: usize, nth: u64, errno: Option<Errno>) -> Result<Figures, String> {
    let (vfs, mut sitter) = sitter(seed);
    let failing = Failing::Nth(nth);
    vfs.fail(errno.map_or(Fault::Short(failing), |errno| Fault::Error(failing, errno)));
    (0..steps).for_each(|_| sitter.step());
    let told = |problem: String| format!("call {nth} fails with {errno:?}: {problem}");
    if let Some(nameless) = sitter.complaints.iter().find(|told| !names_a_file(told)) {
        return Err(told(format!("no file is named in: {nameless}")));
    }
    crash_everywhere(&sitter.finish(), seed, 60, None).map_err(told)
}

fn names_a_file(told: &str) -> bool {
    ["/study", "project.ron", "entities.ron", "layers/", "journal/", "articles/"]
        .iter()
        .any(|file| told.contains(file))
}

/// From one call on nothing can be written, until there is room again. Work goes on in memory meanwhile.
pub(crate) fn full(seed: u64, from: u64) -> Result<Figures, String> {
    let (vfs, mut sitter) = sitter(seed);
    sitter.stays = true;
    vfs.fail(Fault::Error(Failing::ChangesFrom(from), Errno::Enospc));
    (0..12).for_each(|_| sitter.step());
    vfs.heal();
    sitter.idle(Duration::from_secs(6));
    sitter.sync();
    (0..4).for_each(|_| sitter.step());
    sitter.sync();
    crash_everywhere(&sitter.finish(), seed, 200, None)
        .map_err(|problem| format!("full from call {from}: {problem}"))
}
