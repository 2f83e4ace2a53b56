//! Backups: the whole project as it is on disk, in a folder of `backups/` named by its moment.
//!
//! A backup is made under a name ending in `.tmp`, loaded file by file, and only then named; one that does not load
//! as a whole is named `….unverified`. Texts and layers are hard links where the disk has them: their files are never
//! written in place, only replaced. What grows or is small is copied. Nothing here takes the lock or stops a writer:
//! journals are taken first, then layers, the index and the texts, so that each edit is in what was copied, whatever
//! is written meanwhile.

mod check;
mod prune;
mod restore;
mod take;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::moment::Moment;
use super::ron_text::{self, Fields};
use super::{StoreError, Vfs, VfsFile, paths};

/// Seconds between two backups that opening a project makes.
pub const HOURLY: i64 = 60 * 60;

/// Seconds between two backups of a project that stays open.
pub const DAILY: i64 = 24 * HOURLY;

const UNVERIFIED: &str = ".unverified";
const UNFINISHED: &str = ".tmp";

/// What is known of a backup, in it.
const RECORD: &str = "backup.ron";

const MEANING: &str =
    "The project itself is as it was; look at the rights of backups/ and at the room on the disk";

/// A backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Its folder in `backups/`.
    pub name: String,
    /// When it was made, where its name says so; the one made before a change of format does not.
    pub made: Option<Moment>,
    /// Whether every file of it could be loaded.
    pub verified: bool,
    /// What is in it; nothing where that was not written down.
    pub holds: Option<Holds>,
}

/// What a backup holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Holds {
    /// Edits made in the project up to then.
    pub edits: u64,
    /// Articles of the index.
    pub articles: u64,
    /// Files of layers.
    pub layers: u64,
    /// Spans of all layers, without those that were in the journal only.
    pub spans: u64,
    /// Relations of all layers, likewise.
    pub relations: u64,
    /// Why it is not verified: the first few files that do not load.
    pub problems: Vec<String>,
    /// Tells the state of the project's files.
    state: String,
}

/// What came of making one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// A new one.
    Backup(Backup),
    /// Nothing changed since the newest one, or it is not old enough.
    NotNeeded,
    /// It was cancelled; nothing of it is left.
    Cancelled,
}

/// The backups of a project. Works on any thread, also where the project itself cannot be opened.
#[derive(Clone, Debug)]
pub struct Backups {
    vfs: Arc<dyn Vfs>,
    root: PathBuf,
}

impl Backups {
    /// Those of the project in a folder.
    pub fn new(vfs: Arc<dyn Vfs>, root: &Path) -> Self {
        Self { vfs, root: root.to_owned() }
    }

    /// All that are whole, the newest first; those without a moment come last.
    ///
    /// # Errors
    /// Where `backups/` cannot be listed.
    pub fn list(&self) -> Result<Vec<Backup>, StoreError> {
        let folder = self.folder();
        let entries = match self.vfs.list(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            listed => listed.map_err(|error| StoreError::io("list", &folder, error, MEANING))?,
        };
        let whole = |entry: &&super::vfs::Entry| entry.is_dir && !entry.name.ends_with(UNFINISHED);
        let mut found: Vec<Backup> =
            entries.iter().filter(whole).map(|entry| self.described(&entry.name)).collect();
        found.sort_by(|a, b| (b.made, &b.name).cmp(&(a.made, &a.name)));
        Ok(found)
    }

    /// The one of a name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn find(&self, name: &str) -> Result<Backup, StoreError> {
        let found = self.list()?.into_iter().find(|backup| backup.name == name);
        found.ok_or_else(|| StoreError::NoBackup(name.to_owned()))
    }

    /// Makes one, where something changed since the newest and that is `apart` seconds old, loads it, and removes
    /// those that are too many. Waits for the disk; `go_on` is asked between two files.
    ///
    /// # Errors
    /// Where it cannot be written. The project is as it was.
    pub fn make(&self, now: Moment, apart: i64, go_on: &dyn Fn() -> bool) -> Result<Made, StoreError> {
        self.clear_unfinished(now);
        let state = take::state(&*self.vfs, &self.root);
        let there = self.list()?;
        if there.iter().any(|backup| backup.holds.as_ref().is_some_and(|holds| holds.state == state)) {
            return Ok(Made::NotNeeded);
        }
        // A moment to come is of a clock that was wrong.
        let newest = there.iter().filter_map(|backup| backup.made).find(|made| *made <= now);
        let name = now.name();
        let taken = there.iter().any(|backup| backup.made == Some(now));
        if taken || newest.is_some_and(|made| now.0 - made.0 < apart) {
            return Ok(Made::NotNeeded);
        }
        let Some(backup) = self.make_named(&name, state, go_on)? else { return Ok(Made::Cancelled) };
        self.prune();
        Ok(Made::Backup(backup))
    }

    /// Makes one under a name of its own that is never pruned, unless it is there.
    pub(super) fn make_once(&self, name: &str) -> Result<(), StoreError> {
        if self.list()?.iter().any(|backup| backup.name.trim_end_matches(UNVERIFIED) == name) {
            return Ok(());
        }
        let state = take::state(&*self.vfs, &self.root);
        self.make_named(name, state, &|| true).map(|_| ())
    }

    fn folder(&self) -> PathBuf {
        self.root.join(paths::BACKUPS)
    }

    fn described(&self, name: &str) -> Backup {
        let record = self.vfs.read(&self.folder().join(name).join(RECORD)).ok();
        let holds = record.and_then(|bytes| ron_text::parse(ron_text::utf8(&bytes).ok()?).ok());
        let stem = name.strip_suffix(UNVERIFIED);
        let made = Moment::from_name(stem.unwrap_or(name));
        Backup { name: name.to_owned(), made, verified: stem.is_none() && holds.is_some(), holds }
    }

    fn make_named(
        &self,
        name: &str,
        state: String,
        go_on: &dyn Fn() -> bool,
    ) -> Result<Option<Backup>, StoreError> {
        let unfinished = self.folder().join(format!("{name}{UNFINISHED}"));
        self.give_up(&unfinished);
        let made = take::take(&*self.vfs, &self.root, &unfinished, go_on)
            .and_then(|whole| if whole { check::load(&*self.vfs, &unfinished, go_on) } else { Ok(None) });
        let holds = match made {
            Ok(Some(holds)) => Holds { state, ..holds },
            Ok(None) => {
                self.give_up(&unfinished);
                return Ok(None);
            }
            Err(error) => {
                self.give_up(&unfinished);
                return Err(StoreError::io("make the backup", &unfinished, error, MEANING));
            }
        };
        let suffix = if holds.problems.is_empty() { "" } else { UNVERIFIED };
        let backup = Backup {
            name: format!("{name}{suffix}"),
            made: Moment::from_name(name),
            verified: holds.problems.is_empty(),
            holds: Some(holds),
        };
        self.name(&unfinished, &backup)
            .map_err(|error| StoreError::io("name the backup", &unfinished, error, MEANING))?;
        Ok(Some(backup))
    }

    fn name(&self, unfinished: &Path, backup: &Backup) -> std::io::Result<()> {
        let holds = backup.holds.clone().unwrap_or_default();
        take::write_new(&*self.vfs, &unfinished.join(RECORD), record(&holds).as_bytes())?.sync_all()?;
        self.vfs.sync_dir(unfinished)?;
        self.vfs.rename(unfinished, &self.folder().join(&backup.name))?;
        self.vfs.sync_dir(&self.folder())
    }

    /// Those that are verified and those that are not are pruned each by themselves: a backup that may be of no use
    /// takes the place of none that is.
    fn prune(&self) {
        let there = self.list().unwrap_or_default();
        for verified in [true, false] {
            let of_kind = || there.iter().filter(|backup| backup.verified == verified);
            let moments: Vec<Moment> = of_kind().filter_map(|backup| backup.made).collect();
            let gone = prune::to_remove(&moments);
            let stale = of_kind().filter(|backup| backup.made.is_some_and(|made| gone.contains(&made)));
            for backup in stale {
                // Half a backup must not bear the name of a whole one.
                let folder = self.folder().join(&backup.name);
                let going = self.folder().join(format!("{}{UNFINISHED}", backup.name));
                let removed = self.vfs.rename(&folder, &going).and_then(|()| self.remove(&going));
                if let Err(error) = removed {
                    tracing::debug!("{} stays for now: {error}", folder.display());
                }
            }
        }
    }

    /// Removes what a crash left. What is younger than an hour may be under way in another window.
    fn clear_unfinished(&self, now: Moment) {
        for entry in
            self.vfs.list(&self.folder()).unwrap_or_default().into_iter().filter(|entry| entry.is_dir)
        {
            let Some(name) = entry.name.strip_suffix(UNFINISHED) else { continue };
            let begun = Moment::from_name(name.strip_suffix(UNVERIFIED).unwrap_or(name));
            if begun.is_some_and(|begun| !(0..HOURLY).contains(&(now.0 - begun.0))) {
                self.give_up(&self.folder().join(&entry.name));
            }
        }
    }

    fn give_up(&self, unfinished: &Path) {
        match self.remove(unfinished) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::debug!("{} stays for now: {error}", unfinished.display());
            }
            _ => {}
        }
    }

    /// Removes a folder with all that is in it; a link goes, not what it leads to.
    fn remove(&self, folder: &Path) -> std::io::Result<()> {
        for entry in self.vfs.list(folder)? {
            let path = folder.join(&entry.name);
            if entry.is_dir { self.remove(&path)? } else { self.vfs.unlink(&path)? }
        }
        self.vfs.remove_dir(folder)
    }
}

fn record(holds: &Holds) -> String {
    let mut out = String::new();
    let mut fields = Fields::open(&mut out);
    for (name, number) in [
        ("edits", holds.edits),
        ("articles", holds.articles),
        ("layers", holds.layers),
        ("spans", holds.spans),
        ("relations", holds.relations),
    ] {
        fields.bare(name, number);
    }
    ron_text::strings(fields.field("problems"), holds.problems.iter().map(String::as_str));
    fields.text("state", &holds.state);
    fields.close();
    out + "\n"
}
