//! The real file system: the one place of the program that calls `std::fs`.
#![expect(clippy::disallowed_methods, reason = "this is the one real file system behind the Vfs trait")]

use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::vfs::{Entry, Identity, Stamp, Vfs, VfsFile, VfsLock};

/// Largest file of a project that is read, in bytes.
const LARGEST_FILE: u64 = 4 << 30;

/// The disk of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealFs;

#[derive(Debug)]
struct RealFile(File);

impl VfsFile for RealFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn sync_data(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn sync_all(&mut self) -> io::Result<()> {
        self.0.sync_all()
    }
}

/// The kernel lets go of the lock when the file is closed, also after kill -9.
#[derive(Debug)]
struct RealLock(File);

impl VfsLock for RealLock {
    fn describe(&mut self, text: &str) -> io::Result<()> {
        self.0.set_len(0)?;
        self.0.rewind()?;
        self.0.write_all(text.as_bytes())
    }
}

impl Vfs for RealFs {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let what = fs::metadata(path)?;
        // A device or a pipe under a name of ours would be read for ever.
        if !what.is_file() && !what.is_dir() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a device or a pipe and no file"));
        }
        if what.len() > LARGEST_FILE {
            return Err(io::Error::other(format!(
                "it has {} bytes; at most {LARGEST_FILE} are read",
                what.len()
            )));
        }
        fs::read(path)
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn VfsFile>> {
        Ok(Box::new(RealFile(File::create_new(path)?)))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn VfsFile>> {
        refuse_link(path)?;
        Ok(Box::new(RealFile(OpenOptions::new().append(true).open(path)?)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn unlink(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        match fs::create_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
            other => other,
        }
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        // Windows keeps names with the files and cannot open folders; there is nothing to wait for.
        if cfg!(windows) { Ok(()) } else { File::open(path)?.sync_all() }
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if let Ok(name) = entry.file_name().into_string() {
                entries.push(Entry { name, is_dir: entry.file_type()?.is_dir() });
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn stat(&self, path: &Path) -> io::Result<Stamp> {
        let found = fs::metadata(path)?;
        let mtime = match found.modified()?.duration_since(UNIX_EPOCH) {
            Ok(after) => i128::try_from(after.as_nanos()).unwrap_or(i128::MAX),
            Err(before) => -i128::try_from(before.duration().as_nanos()).unwrap_or(i128::MAX),
        };
        let (inode, changed) = identity_of(&found);
        Ok(Stamp { len: found.len(), mtime, inode, changed, is_dir: found.is_dir() })
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn VfsLock>> {
        refuse_link(path)?;
        // Not truncated on opening: until the lock is ours, the text is the holder's.
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Box::new(RealLock(file))),
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => Err(io::Error::new(io::ErrorKind::Unsupported, error)),
        }
    }

    fn identity(&self) -> Identity {
        let name = |variables: &[&str]| {
            variables.iter().find_map(|v| std::env::var(v).ok()).filter(|name| !name.is_empty())
        };
        let line = |path: &str| {
            let mut text = String::new();
            let read = File::open(path).and_then(|file| file.take(256).read_to_string(&mut text));
            read.is_ok().then(|| text.trim().to_owned()).filter(|text| !text.is_empty())
        };
        Identity {
            user: name(&["USER", "LOGNAME", "USERNAME"]).unwrap_or_else(|| "somebody".into()),
            host: line("/proc/sys/kernel/hostname")
                .or_else(|| name(&["HOSTNAME", "COMPUTERNAME"]))
                .unwrap_or_else(|| "this computer".into()),
            pid: std::process::id(),
            boot: line("/proc/sys/kernel/random/boot_id").unwrap_or_default(),
        }
    }

    fn is_running(&self, pid: u32) -> bool {
        // Where there is no /proc, a process counts as running: better to ask once too often.
        !Path::new("/proc/self").exists() || Path::new(&format!("/proc/{pid}")).exists()
    }

    fn draw(&self) -> u64 {
        // The standard library seeds its hash tables from the system's random source.
        RandomState::new().hash_one(std::process::id())
    }

    fn at_once(&self) -> usize {
        8
    }
}

/// A project may come from anybody; a link in it must not lead what we write to a file outside.
fn refuse_link(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a link to another file"))
        }
        _ => Ok(()),
    }
}

/// Number and last change of a file.
#[cfg(unix)]
fn identity_of(found: &fs::Metadata) -> (u64, i128) {
    use std::os::unix::fs::MetadataExt as _;
    (found.ino(), i128::from(found.ctime()) * 1_000_000_000 + i128::from(found.ctime_nsec()))
}

#[cfg(not(unix))]
fn identity_of(_: &fs::Metadata) -> (u64, i128) {
    (0, 0)
}
