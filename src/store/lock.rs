//! One writer a project. The kernel keeps the lock and lets go of it after a kill; the text in `.lock` is for people.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::moment::Moment;
use super::vfs::{Identity, create_fresh};
use super::{Vfs, VfsLock, paths};

/// What taking the lock gave.
#[derive(Debug)]
pub(super) enum Locked {
    /// The project is ours until this is dropped.
    Ours(Guard),
    /// It is not; why, for people, and since when another has it, where that is so.
    No(String, Option<Moment>),
}

/// Holds the lock.
#[derive(Debug)]
pub(super) enum Guard {
    /// The kernel knows.
    Kernel(#[expect(dead_code, reason = "held, not read")] Box<dyn VfsLock>),
    /// The file system has no locks: the text alone says that the project is taken, and must go at the end.
    Text(Arc<dyn Vfs>, PathBuf),
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Self::Text(vfs, path) = self
            && vfs.unlink(path).is_err()
        {
            tracing::warn!(
                "{} could not be removed; the next one to open the project will be asked",
                path.display()
            );
        }
    }
}

/// What `.lock` says.
#[derive(Debug, PartialEq, Eq)]
struct Holder(Identity);

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Identity { user, host, pid, boot } = &self.0;
        write!(f, "{user}@{host}\npid {pid}\nboot {boot}\n")
    }
}

impl Holder {
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let (user, host) = lines.next()?.split_once('@')?;
        let pid = lines.next()?.strip_prefix("pid ")?.parse().ok()?;
        let boot = lines.next().and_then(|line| line.strip_prefix("boot ")).unwrap_or_default();
        Some(Self(Identity { user: user.into(), host: host.into(), pid, boot: boot.into() }))
    }

    fn for_people(&self) -> String {
        format!("{} has it open on {} (process {})", self.0.user, self.0.host, self.0.pid)
    }
}

/// Takes the project, or says who has it.
pub(super) fn take(vfs: &Arc<dyn Vfs>, root: &Path) -> Locked {
    let path = root.join(paths::LOCK);
    let me = Holder(vfs.identity());
    match vfs.lock(&path) {
        Ok(mut lock) => match lock.describe(&me.to_string()) {
            Ok(()) => Locked::Ours(Guard::Kernel(lock)),
            Err(error) => Locked::No(not_written(&path, &error), None),
        },
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            let who = holder(vfs, &path).map_or_else(|| "somebody has it open".into(), |h| h.for_people());
            Locked::No(who, since(vfs, &path))
        }
        Err(error) if error.kind() == ErrorKind::Unsupported => by_text(vfs, path, &me),
        Err(error) => Locked::No(not_written(&path, &error), None),
    }
}

fn not_written(path: &Path, error: &std::io::Error) -> String {
    format!("the folder cannot be written: {}: {error}", path.display())
}

/// When the holder took it: then the text was written.
fn since(vfs: &Arc<dyn Vfs>, path: &Path) -> Option<Moment> {
    Moment::of_nanoseconds(vfs.stat(path).ok()?.mtime)
}

fn holder(vfs: &Arc<dyn Vfs>, path: &Path) -> Option<Holder> {
    Holder::parse(std::str::from_utf8(&vfs.read(path).ok()?).ok()?)
}

/// Without kernel locks (some network and cloud folders) the text decides: a process of this machine that no longer
/// runs, or of before its last start, holds nothing.
fn by_text(vfs: &Arc<dyn Vfs>, path: PathBuf, me: &Holder) -> Locked {
    if let Some(Holder(other)) = holder(vfs, &path) {
        let here = other.host == me.0.host;
        let gone = here && (other.boot != me.0.boot || !vfs.is_running(other.pid));
        if !gone && Holder(other.clone()) != *me {
            let sentence = Holder(other).for_people();
            let why = format!("{sentence}; if that is no longer so, remove {}", path.display());
            return Locked::No(why, since(vfs, &path));
        }
    }
    let written = create_fresh(&**vfs, &path).and_then(|mut file| {
        super::vfs::write_all(file.as_mut(), me.to_string().as_bytes())?;
        file.sync_all()
    });
    match written {
        Ok(()) => Locked::Ours(Guard::Text(vfs.clone(), path)),
        Err(error) => Locked::No(not_written(&path, &error), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_the_lock_reads_as_it_is_written() {
        let me = Holder(Identity { user: "سمر".into(), host: "desk".into(), pid: 7, boot: "b-1".into() });
        assert_eq!(Holder::parse(&me.to_string()), Some(me));
        assert_eq!(Holder::parse(""), None);
        assert_eq!(Holder::parse("x@y\npid seven"), None);
    }
}
