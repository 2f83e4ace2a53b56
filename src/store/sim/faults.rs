//! Calls that fail on purpose.

use std::io;

/// The errors a disk gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errno {
    /// The device failed.
    Eio,
    /// No space is left.
    Enospc,
    /// The user's share of the space is used up.
    Edquot,
    /// A signal came in between.
    Eintr,
    /// The file system is read-only.
    Erofs,
}

impl Errno {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Eio, Self::Enospc, Self::Edquot, Self::Eintr, Self::Erofs];

    /// As the system gives it.
    pub fn error(self) -> io::Error {
        let kind = match self {
            Self::Eio => return io::Error::other("the device failed"),
            Self::Enospc => io::ErrorKind::StorageFull,
            Self::Edquot => io::ErrorKind::QuotaExceeded,
            Self::Eintr => io::ErrorKind::Interrupted,
            Self::Erofs => io::ErrorKind::ReadOnlyFilesystem,
        };
        kind.into()
    }
}

/// Which calls fail, counted from 0 over every call of the [`super::SimVfs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failing {
    /// This one only.
    Nth(u64),
    /// Those that change something, from this one on, until [`super::SimVfs::heal`].
    ChangesFrom(u64),
}

/// A failure to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The calls fail, and do nothing.
    Error(Failing, Errno),
    /// A write takes one byte only, this and each following one: legal, and often forgotten.
    Short(Failing),
}

/// What a call is, to decide whether it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Look,
    Change,
    Write,
}

impl Failing {
    fn hits(self, call: u64, kind: Kind) -> bool {
        match self {
            Self::Nth(nth) => call == nth,
            Self::ChangesFrom(first) => call >= first && kind != Kind::Look,
        }
    }
}

impl Fault {
    pub(super) fn error(self, call: u64, kind: Kind) -> Option<io::Error> {
        match self {
            Self::Error(failing, errno) => failing.hits(call, kind).then(|| errno.error()),
            Self::Short(_) => None,
        }
    }

    pub(super) fn shortens(self, call: u64, kind: Kind) -> bool {
        matches!(self, Self::Short(failing) if kind == Kind::Write && failing.hits(call, kind))
    }
}
