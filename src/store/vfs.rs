//! The file system as the store sees it: fine-grained, so that every step can be made to fail in a simulation.

use std::fmt::Debug;
use std::io;
use std::path::Path;

/// What is known of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Stamp {
    /// Length in bytes.
    pub len: u64,
    /// Last change, in nanoseconds since 1970.
    pub mtime: i128,
    /// Number of the file on its disk, 0 where the system has none.
    pub inode: u64,
    /// Last change of content or names by the system's own clock, which tools that restore times cannot set back; 0
    /// where the system keeps none.
    pub changed: i128,
    /// Whether it is a folder.
    pub is_dir: bool,
}

/// An entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name; entries whose name is not Unicode are not listed.
    pub name: String,
    /// Whether it is a folder.
    pub is_dir: bool,
}

/// Who works here, for the text of the lock and its staleness.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Identity {
    /// Login name.
    pub user: String,
    /// Name of the machine.
    pub host: String,
    /// Process.
    pub pid: u32,
    /// Changes with every start of the machine; empty where unknown.
    pub boot: String,
}

/// A file open for writing.
pub trait VfsFile: Send + Debug {
    /// Appends some of the bytes and says how many; may be short.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;
    /// Waits until the content is on disk.
    fn sync_data(&mut self) -> io::Result<()>;
    /// Waits until content and metadata are on disk.
    fn sync_all(&mut self) -> io::Result<()>;
}

/// A lock held as long as the value lives.
pub trait VfsLock: Send + Debug {
    /// Replaces the text of the lock file, for people to read.
    fn describe(&mut self, text: &str) -> io::Result<()>;
}

/// Everything the store does to a disk.
pub trait Vfs: Send + Sync + Debug {
    /// The whole file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// A new, empty file; fails with `AlreadyExists` where one is.
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn VfsFile>>;
    /// An existing file, to write at its end; a link is refused.
    fn append(&self, path: &Path) -> io::Result<Box<dyn VfsFile>>;
    /// Gives a file another name, replacing what has that name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn unlink(&self, path: &Path) -> io::Result<()>;
    /// A second name for a file.
    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// A folder whose parent exists; an existing folder is fine.
    fn create_dir(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty folder.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;
    /// Waits until the names in a folder are on disk.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// The entries of a folder, sorted by name.
    fn list(&self, path: &Path) -> io::Result<Vec<Entry>>;
    /// What is known of a file or folder.
    fn stat(&self, path: &Path) -> io::Result<Stamp>;
    /// Takes the lock, making the file where needed; a link is refused. `WouldBlock`: somebody has it. `Unsupported`: no locks here.
    fn lock(&self, path: &Path) -> io::Result<Box<dyn VfsLock>>;
    /// Who works here.
    fn identity(&self) -> Identity;
    /// Whether a process of this machine still runs.
    fn is_running(&self, pid: u32) -> bool;
    /// A number nobody else is likely to draw: names the journals of this copy of a project.
    fn draw(&self) -> u64;
    /// How many files to wait for at once. A disk that waits for many together waits little longer than for one; a
    /// simulation wants its steps in one order.
    fn at_once(&self) -> usize {
        1
    }
}

/// Does the same to many things, several at once where the disk gains by it. The results are in order.
pub(super) fn at_once<T: Send, R: Send>(
    vfs: &dyn Vfs,
    things: Vec<T>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let threads = vfs.at_once().min(things.len());
    if threads <= 1 {
        return things.into_iter().map(work).collect();
    }
    let mut slots: Vec<(Option<T>, Option<R>)> =
        things.into_iter().map(|thing| (Some(thing), None)).collect();
    std::thread::scope(|scope| {
        let share = slots.len().div_ceil(threads);
        for slots in slots.chunks_mut(share) {
            let work = &work;
            scope.spawn(move || {
                for (thing, result) in slots {
                    *result = thing.take().map(work);
                }
            });
        }
    });
    slots.into_iter().filter_map(|(_, result)| result).collect()
}

/// Writes all bytes: goes on after short writes and interruptions.
pub(super) fn write_all(file: &mut dyn VfsFile, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// An empty file of ours. What bears its name goes first: a link there would lead the bytes somewhere else.
pub(super) fn create_fresh(vfs: &dyn Vfs, path: &Path) -> io::Result<Box<dyn VfsFile>> {
    match vfs.create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            vfs.unlink(path)?;
            vfs.create_new(path)
        }
        created => created,
    }
}

/// A folder and those above it that are missing, each name waited for, down to one that exists.
pub(super) fn create_dirs(vfs: &dyn Vfs, path: &Path) -> io::Result<()> {
    if vfs.stat(path).is_ok_and(|stamp| stamp.is_dir) {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        create_dirs(vfs, parent)?;
    }
    vfs.create_dir(path)?;
    vfs.sync_dir(parent.unwrap_or(Path::new(".")))
}
