//! What is on the simulated disk, for programs and for sure.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Number of a file or folder.
pub(super) type Node = u64;

/// Number of the top folder.
pub(super) const TOP: Node = 1;

/// Bytes of a file, shared between disks; their hash is taken once.
#[derive(Clone, Debug, Default)]
pub(super) struct Content(Arc<(Vec<u8>, OnceLock<blake3::Hash>)>);

impl Content {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self(Arc::new((bytes, OnceLock::new())))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0.0
    }

    pub(super) fn hash(&self) -> blake3::Hash {
        *self.0.1.get_or_init(|| blake3::hash(&self.0.0))
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct File {
    /// What programs read.
    pub(super) live: Content,
    /// What survives.
    pub(super) sure: Content,
    /// Whether the two may differ.
    pub(super) unsynced: bool,
    /// It was emptied since the last sync, so that the end of what is sure need not survive either.
    pub(super) emptied: bool,
    /// A sync failed: nothing of it becomes durable any more, unless it is emptied.
    pub(super) broken: bool,
    /// Time of the last change: number of the operation.
    pub(super) mtime: u64,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Folder {
    pub(super) live: BTreeMap<String, Node>,
    pub(super) sure: Arc<BTreeMap<String, Node>>,
}

/// A change of names that happens as a whole or not at all: folder, name, and what it names then.
pub(super) type NameChange = Vec<(Node, String, Option<Node>)>;

/// A recorded change of the disk.
#[derive(Clone, Debug)]
pub struct Op {
    /// Where, for people.
    pub path: PathBuf,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    MakeFile(Node),
    MakeFolder(Node),
    Name(NameChange),
    Empty(Node),
    Append(Node, Arc<[u8]>),
    SyncFile(Node),
    FailSync(Node),
    SyncFolder(Node),
}

impl Op {
    /// What happens, in a word.
    pub fn name(&self) -> &'static str {
        match &self.what {
            What::MakeFile(_) => "create",
            What::MakeFolder(_) => "mkdir",
            What::Name(_) => "name",
            What::Empty(_) => "truncate",
            What::Append(..) => "write",
            What::SyncFile(_) => "fsync",
            What::FailSync(_) => "failed fsync",
            What::SyncFolder(_) => "fsync folder",
        }
    }
}

/// A disk at one moment. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Disk {
    pub(super) files: BTreeMap<Node, File>,
    pub(super) folders: BTreeMap<Node, Folder>,
    /// Changes of names that are not sure yet, in their order.
    pub(super) names: Vec<NameChange>,
    pub(super) next: Node,
    pub(super) time: u64,
}

impl Default for Disk {
    fn default() -> Self {
        let folders = BTreeMap::from([(TOP, Folder::default())]);
        Self { files: BTreeMap::new(), folders, names: Vec::new(), next: TOP + 1, time: 1 }
    }
}

impl Disk {
    /// Does what was recorded.
    pub fn step(&mut self, op: &Op) {
        self.time += 1;
        match &op.what {
            What::MakeFile(node) => {
                self.files.insert(*node, File { mtime: self.time, ..File::default() });
                self.next = self.next.max(node + 1);
            }
            What::MakeFolder(node) => {
                self.folders.insert(*node, Folder::default());
                self.next = self.next.max(node + 1);
            }
            What::Name(change) => {
                for (folder, name, node) in change {
                    if let Some(folder) = self.folders.get_mut(folder) {
                        set(&mut folder.live, name, *node);
                    }
                }
                self.names.push(change.clone());
            }
            What::Empty(node) => {
                let time = self.time;
                if let Some(file) = self.files.get_mut(node) {
                    // The pages that could not be written are gone with the rest.
                    let (live, emptied, broken) = (Content::default(), true, false);
                    *file = File { live, emptied, broken, unsynced: true, mtime: time, ..file.clone() };
                }
            }
            What::Append(node, bytes) => {
                if let Some(file) = self.files.get_mut(node) {
                    let mut grown = file.live.bytes().to_vec();
                    grown.extend_from_slice(bytes);
                    (file.live, file.unsynced, file.mtime) = (Content::new(grown), true, self.time);
                }
            }
            What::SyncFile(node) => {
                if let Some(file) = self.files.get_mut(node).filter(|file| !file.broken) {
                    (file.sure, file.unsynced, file.emptied) = (file.live.clone(), false, false);
                }
            }
            What::FailSync(node) => {
                if let Some(file) = self.files.get_mut(node) {
                    file.broken = true;
                }
            }
            What::SyncFolder(node) => self.sync_folder(*node),
        }
    }

    /// The changes that touch the folder become sure, whole and in their order.
    fn sync_folder(&mut self, synced: Node) {
        let touches = |change: &NameChange| change.iter().any(|(folder, ..)| *folder == synced);
        let (now, later) = std::mem::take(&mut self.names).into_iter().partition(touches);
        self.names = later;
        self.make_sure(now);
    }

    pub(super) fn make_sure(&mut self, changes: Vec<NameChange>) {
        for (folder, name, node) in changes.into_iter().flatten() {
            if let Some(folder) = self.folders.get_mut(&folder) {
                set(Arc::make_mut(&mut folder.sure), &name, node);
            }
        }
    }

    /// What a path names.
    pub(super) fn find(&self, path: &Path) -> Option<Node> {
        let mut node = TOP;
        for name in names(path) {
            node = *self.folders.get(&node)?.live.get(name)?;
        }
        Some(node)
    }

    /// Tells the content of a file apart from others; nothing where there is none.
    pub fn content(&self, path: &Path) -> Option<blake3::Hash> {
        Some(self.files.get(&self.find(path)?)?.live.hash())
    }

    /// Every file by its path, in the order of paths.
    pub fn files(&self) -> Vec<(PathBuf, &[u8])> {
        let mut found = Vec::new();
        self.walk(TOP, &mut PathBuf::from("/"), &mut |path, file| {
            found.push((path.to_owned(), file.live.bytes()))
        });
        found
    }

    fn walk<'a>(&'a self, folder: Node, path: &mut PathBuf, each: &mut impl FnMut(&Path, &'a File)) {
        let Some(folder) = self.folders.get(&folder) else { return };
        for (name, node) in &folder.live {
            path.push(name);
            match self.files.get(node) {
                Some(file) => each(path, file),
                None => self.walk(*node, path, each),
            }
            path.pop();
        }
    }

    /// Tells disks apart by what programs find on them, in files whose name counts.
    pub fn fingerprint(&self, counts: &dyn Fn(&str) -> bool) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        self.hash_folder(TOP, counts, &mut hasher);
        hasher.finalize()
    }

    fn hash_folder(&self, folder: Node, counts: &dyn Fn(&str) -> bool, hasher: &mut blake3::Hasher) {
        let Some(folder) = self.folders.get(&folder) else { return };
        for (name, node) in folder.live.iter().filter(|(name, _)| counts(name)) {
            hasher.update(name.as_bytes());
            match self.files.get(node) {
                Some(file) => {
                    hasher.update(b"\0f").update(file.live.hash().as_bytes());
                }
                None => {
                    hasher.update(b"\0(");
                    self.hash_folder(*node, counts, hasher);
                    hasher.update(b"\0)");
                }
            }
        }
    }
}

fn set(names: &mut BTreeMap<String, Node>, name: &str, node: Option<Node>) {
    match node {
        Some(node) => names.insert(name.to_owned(), node),
        None => names.remove(name),
    };
}

/// The names a path consists of; what leads nowhere in particular (`.`, `/`) is passed over.
pub(super) fn names(path: &Path) -> impl Iterator<Item = &str> {
    path.to_str().unwrap_or("\0").split('/').filter(|name| !matches!(*name, "" | "."))
}
