//! The simulated disk as the store sees it.

use std::collections::BTreeSet;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Dice;
use super::disk::{Disk, NameChange, Node, Op, TOP, What, names};
use super::faults::{Errno, Fault, Kind};
use crate::store::vfs::{Entry, Identity, Stamp, Vfs, VfsFile, VfsLock};

/// A machine with one disk. Clones are the same machine.
#[derive(Clone, Debug)]
pub struct SimVfs(Arc<Mutex<Machine>>);

#[derive(Debug)]
struct Machine {
    disk: Disk,
    record: Vec<Op>,
    calls: u64,
    faults: Vec<Fault>,
    /// Below this path nothing can be changed.
    refused: Option<(PathBuf, Errno)>,
    /// Faults that came to pass.
    failed: u64,
    /// Files that were read.
    looked_at: BTreeSet<PathBuf>,
    locks: BTreeSet<Node>,
    dice: Dice,
}

impl SimVfs {
    /// Starts a machine with a disk. The seed is for what programs draw; no lock is held.
    pub fn new(disk: Disk, seed: u64) -> Self {
        let (record, faults, refused, looked_at, locks) = Default::default();
        let dice = Dice::new(seed);
        let machine = Machine { disk, record, calls: 0, faults, refused, failed: 0, looked_at, locks, dice };
        Self(Arc::new(Mutex::new(machine)))
    }

    /// A program that panicked leaves the machine as it is.
    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The disk as it is now.
    pub fn disk(&self) -> Disk {
        self.machine().disk.clone()
    }

    /// All changes so far, from the disk the machine was started with.
    pub fn record(&self) -> Vec<Op> {
        self.machine().record.clone()
    }

    /// Number of changes so far.
    pub fn changes(&self) -> usize {
        self.machine().record.len()
    }

    /// Number of calls so far.
    pub fn calls(&self) -> u64 {
        self.machine().calls
    }

    /// Number of calls that were made to fail or to write less.
    pub fn failed(&self) -> u64 {
        self.machine().failed
    }

    /// Files whose content was read so far.
    pub fn looked_at(&self) -> BTreeSet<PathBuf> {
        self.machine().looked_at.clone()
    }

    /// Calls to come will fail.
    pub fn fail(&self, fault: Fault) {
        self.machine().faults.push(fault);
    }

    /// Nothing below a path can be changed any more, while the rest of the disk works.
    pub fn refuse(&self, below: &Path, errno: Errno) {
        self.machine().refused = Some((below.to_owned(), errno));
    }

    /// No further call fails.
    pub fn heal(&self) {
        self.machine().faults.clear();
        self.machine().refused = None;
    }

    /// Puts a file there, whole and for sure, as another program would.
    ///
    /// # Errors
    /// Where its folder does not exist.
    pub fn plant(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let mut machine = self.machine();
        let node = machine.disk.next;
        let name = renaming(&machine.disk, path, Some(node))?;
        let (folder, ..) = name.first().cloned().ok_or_else(|| Error::from(ErrorKind::InvalidInput))?;
        for what in [
            What::MakeFile(node),
            What::Name(name),
            What::Append(node, bytes.into()),
            What::SyncFile(node),
            What::SyncFolder(folder),
        ] {
            machine.change(path, what);
        }
        Ok(())
    }

    /// An empty file, whether one was there or not: what the store never does to a file that counts.
    ///
    /// # Errors
    /// Where its folder does not exist, or the name is that of a folder.
    pub fn create(&self, path: &Path) -> Result<Box<dyn VfsFile>> {
        let mut machine = self.machine();
        machine.call(Kind::Change, path)?;
        let node = match machine.disk.file_node(path) {
            Ok(node) => {
                machine.change(path, What::Empty(node));
                node
            }
            Err(error) if error.kind() == ErrorKind::NotFound => self.make(path, &mut machine)?,
            Err(error) => return Err(error),
        };
        Ok(self.file(node, path))
    }

    fn file(&self, node: Node, path: &Path) -> Box<dyn VfsFile> {
        Box::new(SimFile { machine: self.clone(), node, path: path.to_owned() })
    }

    fn make(&self, path: &Path, machine: &mut Machine) -> Result<Node> {
        let node = machine.disk.next;
        let change = renaming(&machine.disk, path, Some(node))?;
        machine.change(path, What::MakeFile(node));
        machine.change(path, What::Name(change));
        Ok(node)
    }
}

/// The folder a path lies in, and its last name.
fn place<'a>(disk: &Disk, path: &'a Path) -> Result<(Node, &'a str)> {
    let mut at = TOP;
    let mut names = names(path).peekable();
    while let Some(name) = names.next() {
        if names.peek().is_none() {
            return Ok((at, name));
        }
        at = disk.child(at, name)?;
    }
    Err(ErrorKind::InvalidInput.into())
}

fn renaming(disk: &Disk, path: &Path, to: Option<Node>) -> Result<NameChange> {
    let (folder, name) = place(disk, path)?;
    if !disk.folders.contains_key(&folder) {
        return Err(ErrorKind::NotADirectory.into());
    }
    Ok(vec![(folder, name.to_owned(), to)])
}

impl Disk {
    fn child(&self, folder: Node, name: &str) -> Result<Node> {
        let folder = self.folders.get(&folder).ok_or_else(|| Error::from(ErrorKind::NotADirectory))?;
        folder.live.get(name).copied().ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn node(&self, path: &Path) -> Result<Node> {
        names(path).try_fold(TOP, |at, name| self.child(at, name))
    }

    fn file_node(&self, path: &Path) -> Result<Node> {
        let node = self.node(path)?;
        if self.files.contains_key(&node) { Ok(node) } else { Err(ErrorKind::IsADirectory.into()) }
    }
}

impl Machine {
    fn change(&mut self, path: &Path, what: What) {
        let op = Op { path: path.to_owned(), what };
        self.disk.step(&op);
        self.record.push(op);
    }

    /// Counts a call, and fails it where it is to fail.
    fn call(&mut self, kind: Kind, path: &Path) -> Result<u64> {
        let call = self.calls;
        self.calls += 1;
        if kind != Kind::Look
            && let Some((_, errno)) = self.refused.as_ref().filter(|(under, _)| path.starts_with(under))
        {
            self.failed += 1;
            return Err(errno.error());
        }
        match self.faults.iter().find_map(|fault| fault.error(call, kind)) {
            Some(error) => {
                self.failed += 1;
                Err(error)
            }
            None => Ok(call),
        }
    }
}

impl Vfs for SimVfs {
    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        let mut machine = self.machine();
        machine.call(Kind::Look, path)?;
        let node = machine.disk.file_node(path)?;
        machine.looked_at.insert(path.to_owned());
        Ok(machine.disk.files.get(&node).map(|file| file.live.bytes().to_vec()).unwrap_or_default())
    }

    fn create_new(&self, path: &Path) -> Result<Box<dyn VfsFile>> {
        let mut machine = self.machine();
        machine.call(Kind::Change, path)?;
        if machine.disk.find(path).is_some() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let node = self.make(path, &mut machine)?;
        Ok(self.file(node, path))
    }

    fn append(&self, path: &Path) -> Result<Box<dyn VfsFile>> {
        let mut machine = self.machine();
        machine.call(Kind::Change, path)?;
        let node = machine.disk.file_node(path)?;
        Ok(self.file(node, path))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        let mut machine = self.machine();
        machine.call(Kind::Change, to)?;
        let node = machine.disk.node(from)?;
        if machine.disk.find(to).is_some_and(|there| machine.disk.folders.contains_key(&there)) {
            return Err(ErrorKind::IsADirectory.into());
        }
        let mut change = renaming(&machine.disk, from, None)?;
        change.extend(renaming(&machine.disk, to, Some(node))?);
        machine.change(to, What::Name(change));
        Ok(())
    }

    fn unlink(&self, path: &Path) -> Result<()> {
        let mut machine = self.machine();
        machine.call(Kind::Change, path)?;
        machine.disk.file_node(path)?;
        let change = renaming(&machine.disk, path, None)?;
        machine.change(path, What::Name(change));
        Ok(())
    }

    fn hard_link(&self, from: &Path, to: &Path) -> Result<()> {
        let mut machine = self.machine();
        machine.call(Kind::Change, to)?;
        let node = machine.disk.file_node(from)?;
        if machine.disk.find(to).is_some() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let change = renaming(&machine.disk, to, Some(node))?;
        machine.change(to, What::Name(change));
        Ok(())
    }

    fn create_dir(&self, path: &Path) -> Result<()> {
        let mut machine = self.machine();
        machine.call(Kind::Change, path)?;
        match machine.disk.find(path) {
            Some(node) if machine.disk.folders.contains_key(&node) => return Ok(()),
            Some(_) => return Err(ErrorKind::AlreadyExists.into()),
            None => {}
        }
        let node = machine.disk.next;
        let change = renaming(&machine.disk, path, Some(node))?;
        machine.change(path, What::MakeFolder(node));
        machine.change(path, What::Name(change));
        Ok(())
    }

    fn remove_dir(&self, path: &Path) -> Result<()> {
        let mut machine = self.machine();
        machine.call(Kind::Change, path)?;
        let node = machine.disk.node(path)?;
        match machine.disk.folders.get(&node) {
            None => return Err(ErrorKind::NotADirectory.into()),
            Some(folder) if !folder.live.is_empty() => return Err(ErrorKind::DirectoryNotEmpty.into()),
            Some(_) => {}
        }
        let change = renaming(&machine.disk, path, None)?;
        machine.change(path, What::Name(change));
        Ok(())
    }

    fn sync_dir(&self, path: &Path) -> Result<()> {
        let mut machine = self.machine();
        machine.call(Kind::Change, path)?;
        let node = machine.disk.node(path)?;
        machine.change(path, What::SyncFolder(node));
        Ok(())
    }

    fn list(&self, path: &Path) -> Result<Vec<Entry>> {
        let mut machine = self.machine();
        machine.call(Kind::Look, path)?;
        let node = machine.disk.node(path)?;
        let folder = machine.disk.folders.get(&node).ok_or_else(|| Error::from(ErrorKind::NotADirectory))?;
        let entry = |(name, node): (&String, &Node)| Entry {
            name: name.clone(),
            is_dir: machine.disk.folders.contains_key(node),
        };
        Ok(folder.live.iter().map(entry).collect())
    }

    fn stat(&self, path: &Path) -> Result<Stamp> {
        let mut machine = self.machine();
        machine.call(Kind::Look, path)?;
        let inode = machine.disk.node(path)?;
        Ok(match machine.disk.files.get(&inode) {
            Some(file) => {
                let len = u64::try_from(file.live.bytes().len()).unwrap_or(u64::MAX);
                Stamp { len, mtime: i128::from(file.mtime), inode, changed: 0, is_dir: false }
            }
            None => Stamp { inode, is_dir: true, ..Stamp::default() },
        })
    }

    fn lock(&self, path: &Path) -> Result<Box<dyn VfsLock>> {
        let mut machine = self.machine();
        machine.call(Kind::Change, path)?;
        let node = match machine.disk.file_node(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => self.make(path, &mut machine)?,
            found => found?,
        };
        if !machine.locks.insert(node) {
            return Err(ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(SimLock { machine: self.clone(), node, path: path.to_owned() }))
    }

    fn identity(&self) -> Identity {
        Identity { user: "sim".into(), host: "sim".into(), pid: 1, boot: "sim".into() }
    }

    fn is_running(&self, _pid: u32) -> bool {
        false
    }

    fn draw(&self) -> u64 {
        self.machine().dice.draw()
    }
}

#[derive(Debug)]
struct SimFile {
    machine: SimVfs,
    node: Node,
    path: PathBuf,
}

impl SimFile {
    fn sync(&self) -> Result<()> {
        let mut machine = self.machine.machine();
        match machine.call(Kind::Change, &self.path) {
            Ok(_) => {
                machine.change(&self.path, What::SyncFile(self.node));
                Ok(())
            }
            Err(error) => {
                // An interrupted wait loses nothing; any other failure may have thrown the pages away.
                if error.kind() != ErrorKind::Interrupted {
                    machine.change(&self.path, What::FailSync(self.node));
                }
                Err(error)
            }
        }
    }
}

impl VfsFile for SimFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let mut machine = self.machine.machine();
        let call = machine.call(Kind::Write, &self.path)?;
        let short = machine.faults.iter().any(|fault| fault.shortens(call, Kind::Write)) && bytes.len() > 1;
        let bytes = if short { bytes.get(..1).unwrap_or(bytes) } else { bytes };
        machine.failed += u64::from(short);
        machine.change(&self.path, What::Append(self.node, bytes.into()));
        Ok(bytes.len())
    }

    fn sync_data(&mut self) -> Result<()> {
        self.sync()
    }

    fn sync_all(&mut self) -> Result<()> {
        self.sync()
    }
}

#[derive(Debug)]
struct SimLock {
    machine: SimVfs,
    node: Node,
    path: PathBuf,
}

impl VfsLock for SimLock {
    fn describe(&mut self, text: &str) -> Result<()> {
        let mut machine = self.machine.machine();
        machine.call(Kind::Write, &self.path)?;
        machine.change(&self.path, What::Empty(self.node));
        machine.change(&self.path, What::Append(self.node, text.as_bytes().into()));
        Ok(())
    }
}

impl Drop for SimLock {
    fn drop(&mut self) {
        self.machine.machine().locks.remove(&self.node);
    }
}
