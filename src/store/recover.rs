//! Opening a project: files first, then what only the journals know.
//!
//! Opening changes no file of the project. It gives the same result however often it is done and wherever an earlier
//! opening was cut off, because edits stay in the journals until a snapshot holds them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::Path;

use super::counts::Tally;
use super::describe::describe;
use super::format_v1::{EditV1, FORMAT, Through, read_edit, read_manifest, read_registry};
use super::journal::{self, Position, ReadJournal};
use super::load::{self, Home, Keep, Known, read_marked};
use super::snapshot::{Target, keep_copy};
use super::{StoreError, Vfs, paths, ron_text};
use crate::model::{ArticleId, Edit, Issue, LayerKey, Place, Project, check};

/// Where everything read so far comes from, and what of it is newer than its file.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) homes: BTreeMap<Target, Home>,
    pub(super) keeps: BTreeMap<Target, Keep>,
    pub(super) dirty: BTreeSet<Target>,
}

/// A project as it was last seen alive.
#[derive(Debug)]
pub(super) struct Recovered {
    pub(super) project: Project,
    pub(super) files: Files,
    pub(super) tally: Tally,
    pub(super) position: Position,
    pub(super) issues: Vec<Issue>,
    /// Edits that were in the journals only, each a line for people.
    pub(super) list: Vec<String>,
    /// What was read could not be made durable, so nothing must be built on it.
    pub(super) not_durable: Option<StoreError>,
}

/// Reads a project. `writable`: copies of what cannot be used may be kept in `quarantine/`.
pub(super) fn open(vfs: &dyn Vfs, root: &Path, writable: bool) -> Result<Recovered, StoreError> {
    let mut files = Files::default();
    let (mut project, manifest_through, mut issues) = manifest(vfs, root, &mut files)?;
    let registry_through = registry(vfs, root, &mut project, &mut files, &mut issues);
    let mut tally = layers_listed(vfs, root, &project, &mut issues);
    let journals = Journals::read(vfs, root, writable, &mut issues)?;
    let mut replay = Replay {
        vfs,
        root,
        project,
        files,
        through: [(Target::Manifest, manifest_through), (Target::Registry, registry_through)].into(),
        issues,
        list: Vec::new(),
        refused: false,
    };
    for entry in &journals.entries {
        replay.record(entry);
    }
    if replay.refused && writable {
        journals.keep_copies(vfs, root, &mut replay.issues);
    }
    let Replay { project, files, issues, list, .. } = replay;
    for (key, layer) in project.layers() {
        tally.set(key, layer);
    }
    let not_durable = if writable { journals.make_durable(vfs, root, &files).err() } else { None };
    let position = journals.position(vfs, writable);
    Ok(Recovered { project, files, tally, position, issues, list, not_durable })
}

fn manifest(
    vfs: &dyn Vfs,
    root: &Path,
    files: &mut Files,
) -> Result<(Project, Through, Vec<Issue>), StoreError> {
    let path = root.join(paths::MANIFEST);
    let (bytes, mark) = read_marked(vfs, &path).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => StoreError::NotAProject(root.to_owned()),
        _ => StoreError::io(
            "read",
            &path,
            error,
            "Nothing was changed: look at the rights of the folder and at the disk",
        ),
    })?;
    let read = read_manifest(&bytes, paths::MANIFEST).map_err(|problem| problem.error(&path))?;
    let home = Home { file: paths::MANIFEST.into(), known: Known::Ours(mark), altered: read.altered };
    files.homes.insert(Target::Manifest, home);
    files.keeps.insert(Target::Manifest, Keep { extras: read.extras, ..Keep::default() });
    Ok((read.project, read.through, read.issues))
}

fn registry(
    vfs: &dyn Vfs,
    root: &Path,
    project: &mut Project,
    files: &mut Files,
    issues: &mut Vec<Issue>,
) -> Through {
    let mut home = Home::absent(paths::REGISTRY);
    let mut through = Through::default();
    let meaning =
        "The file is left as it is; the registry shows empty, and what you add goes into a file beside it";
    match read_marked(vfs, &root.join(paths::REGISTRY)) {
        Ok((bytes, mark)) => match read_registry(&bytes, paths::REGISTRY) {
            Ok(read) => {
                project.entities = read.entities;
                issues.extend(read.issues);
                through = read.through;
                files.keeps.insert(Target::Registry, Keep { extras: read.extras, ..Keep::default() });
                home = Home { known: Known::Ours(mark), altered: read.altered, ..home };
            }
            Err(problem) => {
                issues.push(
                    problem
                        .issue(paths::REGISTRY, &format!("{meaning}: mend that line, or restore the file")),
                );
                home.known = Known::Foreign;
            }
        },
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => {
            issues.push(Issue::error(
                "file-unreadable",
                Place::File(paths::REGISTRY.into()),
                format!("cannot be read: {error}. {meaning}: look at its rights and at the disk"),
            ));
            home.known = Known::Foreign;
        }
    }
    files.homes.insert(Target::Registry, home);
    through
}

/// Which layers exist, from the names of their files.
fn layers_listed(vfs: &dyn Vfs, root: &Path, project: &Project, issues: &mut Vec<Issue>) -> Tally {
    let mut tally = Tally::default();
    let folder = root.join(paths::LAYERS);
    for annotator in vfs.list(&folder).unwrap_or_default().into_iter().filter(|entry| entry.is_dir) {
        let entries = match vfs.list(&folder.join(&annotator.name)) {
            Ok(entries) => entries,
            Err(error) => {
                let file = format!("{}/{}", paths::LAYERS, annotator.name);
                let message = format!(
                    "cannot be listed: {error}. Its layers are not shown and not changed: look at its rights"
                );
                issues.push(Issue::error("file-unreadable", Place::File(file), message));
                continue;
            }
        };
        let name = crate::model::AnnotatorId::from(annotator.name);
        for entry in entries.iter().filter(|entry| !entry.is_dir) {
            let Some(stem) = entry.name.strip_suffix(".ron") else { continue };
            let article = ArticleId::from(stem);
            let known = project.position(&article).is_some();
            if !known && paths::conflict_of(&entry.name).is_some() {
                let file = format!("{}/{name}/{}", paths::LAYERS, entry.name);
                let message = "holds work that could not be put into the layer's own file: compare the two";
                issues.push(Issue::warning("file-conflict", Place::File(file), message));
                continue;
            }
            if !known {
                issues.push(check::orphan_layer(&article, &name));
            }
            tally.exists(LayerKey { article, annotator: name.clone() });
        }
    }
    tally
}

/// A record and whose it is.
struct Entry {
    journal: String,
    seq: u64,
    ron: String,
}

/// All journals of the folder, in order.
#[derive(Default)]
struct Journals {
    entries: Vec<Entry>,
    files: Vec<(String, Vec<u8>)>,
    /// Whose the last one is.
    name: Option<String>,
    last_seq: u64,
    number: u64,
    reusable: bool,
}

impl Journals {
    fn read(vfs: &dyn Vfs, root: &Path, writable: bool, issues: &mut Vec<Issue>) -> Result<Self, StoreError> {
        let mut all = Self::default();
        let folder = root.join(paths::JOURNAL);
        let failed = |path: &Path, error| {
            StoreError::io(
                "read",
                path,
                error,
                "It may hold edits that are nowhere else, so the project was not opened: look at its rights and at the disk",
            )
        };
        let entries = match vfs.list(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            listed => listed.map_err(|error| failed(&folder, error))?,
        };
        let mut numbers: Vec<u64> =
            entries.iter().filter_map(|entry| paths::journal_number(&entry.name)).collect();
        numbers.sort_unstable();
        for number in numbers {
            let file = paths::journal_file(number);
            let bytes = vfs.read(&root.join(&file)).map_err(|error| failed(&root.join(&file), error))?;
            let read = journal::read(&bytes);
            if read.head.as_ref().is_some_and(|head| head.format > FORMAT) {
                let format = read.head.map(|head| head.format).unwrap_or_default();
                return Err(StoreError::Newer { file: root.join(file), format, known: FORMAT });
            }
            all.number = number;
            let is_whole = read.bad.is_empty() && !read.torn;
            all.reusable = read.head.is_some() && read.records.is_empty() && is_whole;
            if !is_whole && writable {
                keep(vfs, root, &file, &bytes, issues);
            }
            all.take(read, &file, issues);
            all.files.push((file, bytes));
        }
        Ok(all)
    }

    /// Adds the records of a journal that an earlier one does not have already, and reports those that are missing.
    fn take(&mut self, read: ReadJournal, file: &str, issues: &mut Vec<Issue>) {
        if let Some(head) = read.head {
            let follows = self.name.as_ref() == Some(&head.journal);
            self.name = Some(head.journal);
            let before = head.next.saturating_sub(1);
            if follows {
                self.expect(before, file, issues);
            } else {
                // The first journal, or one brought from another copy: its numbers begin here.
                self.last_seq = before;
            }
        }
        for record in read.records {
            if record.seq <= self.last_seq && self.name.is_some() {
                continue;
            }
            self.expect(record.seq.saturating_sub(1), file, issues);
            self.last_seq = record.seq;
            let journal = self.name.clone().unwrap_or_default();
            self.entries.push(Entry { journal, seq: record.seq, ron: record.ron });
        }
        if !read.bad.is_empty() {
            let lines: Vec<String> = read.bad.iter().take(5).map(usize::to_string).collect();
            issues.push(Issue::error(
                "journal-damaged",
                Place::File(file.to_owned()),
                format!(
                    "damaged in line {}; the other lines were used. A copy is in quarantine/: look through the last edits",
                    lines.join(", ")
                ),
            ));
        }
    }

    /// Edits up to one should have come by now.
    fn expect(&mut self, before: u64, file: &str, issues: &mut Vec<Issue>) {
        if before > self.last_seq {
            issues.push(Issue::error(
                "journal-gap",
                Place::File(file.to_owned()),
                format!(
                    "the edits {} to {before} before this file are missing or damaged; the later ones were used where they fit: look through them",
                    self.last_seq + 1
                ),
            ));
            self.last_seq = before;
        }
    }

    fn keep_copies(&self, vfs: &dyn Vfs, root: &Path, issues: &mut Vec<Issue>) {
        for (file, bytes) in &self.files {
            keep(vfs, root, file, bytes, issues);
        }
    }

    /// Waits for what was read and is now relied on: a process that was killed may have written it without waiting,
    /// and new edits that follow it must not outlive it in a power loss. The same for names of files: a snapshot that
    /// was cut off may have renamed a file without waiting for its folder, and edits in that file count as done.
    fn make_durable(&self, vfs: &dyn Vfs, root: &Path, files: &Files) -> Result<(), StoreError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error| StoreError::io("wait for", &path, error, "Look at the disk")
        };
        // A folder may have been made just before a kill, and what lies in it is waited for in it alone.
        for folder in ["", paths::ARTICLES, paths::LAYERS, paths::JOURNAL] {
            let folder = if folder.is_empty() { root.to_owned() } else { root.join(folder) };
            match vfs.sync_dir(&folder) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                synced => synced.map_err(failed(&folder))?,
            }
        }
        if self.entries.is_empty() {
            return Ok(());
        }
        for (file, _) in &self.files {
            let path = root.join(file);
            vfs.append(&path).and_then(|mut file| file.sync_all()).map_err(failed(&path))?;
        }
        let homes = files.homes.values().filter(|home| matches!(home.known, Known::Ours(_)));
        let folders: BTreeSet<_> =
            homes.filter_map(|home| root.join(&home.file).parent().map(Path::to_owned)).collect();
        for folder in folders {
            vfs.sync_dir(&folder).map_err(failed(&folder))?;
        }
        Ok(())
    }

    fn position(self, vfs: &dyn Vfs, writable: bool) -> Position {
        let journal = self.name.unwrap_or_else(|| format!("{:08x}", vfs.draw() >> 32));
        Position { journal, number: self.number, seq: self.last_seq, reusable: self.reusable && writable }
    }
}

/// Keeps a copy; where that fails the original stays, and people are told.
fn keep(vfs: &dyn Vfs, root: &Path, file: &str, bytes: &[u8], issues: &mut Vec<Issue>) {
    if let Err(error) = keep_copy(vfs, root, file, bytes) {
        issues.push(Issue::error("not-written", Place::File(file.to_owned()), error.to_string()));
    }
}

struct Replay<'a> {
    vfs: &'a dyn Vfs,
    root: &'a Path,
    project: Project,
    files: Files,
    through: BTreeMap<Target, Through>,
    issues: Vec<Issue>,
    list: Vec<String>,
    refused: bool,
}

impl Replay<'_> {
    /// Applies those parts of a record whose files do not hold it.
    fn record(&mut self, entry: &Entry) {
        let found: EditV1 = match ron_text::parse(&entry.ron) {
            Ok(found) => found,
            Err(syntax) => {
                return self.refuse(entry, "cannot be read", &syntax.problem);
            }
        };
        let mut applied = None;
        let mut parts = 0;
        for part in found.into_parts() {
            let layer = part.layer();
            let target = target_of(&part);
            if let Some(key) = &layer
                && !self.has(key)
            {
                self.refuse(entry, "is for a layer that cannot have a file", &key.to_string());
                continue;
            }
            let through = self.through.get(&target).cloned().unwrap_or_default();
            if through.journal == entry.journal && through.seq >= entry.seq {
                continue;
            }
            let Some(edit) = self.edit(part, layer.as_ref()) else {
                self.refuse(entry, "cannot be read", "its text is missing");
                continue;
            };
            if is_done(&edit, &self.project) {
                continue;
            }
            match edit.apply(&mut self.project) {
                Ok(()) => {
                    self.files.dirty.insert(target);
                    parts += 1;
                    applied.get_or_insert(edit);
                }
                Err(refusal) => self.refuse(entry, "does not fit what is there", &refusal.to_string()),
            }
        }
        if let Some(first) = applied {
            let more = if parts > 1 { format!(" and {} more", parts - 1) } else { String::new() };
            self.list.push(describe(&first, &self.project) + &more);
        }
    }

    fn edit(&mut self, part: EditV1, layer: Option<&LayerKey>) -> Option<Edit> {
        let Some(key) = layer else { return read_edit(part, None, &mut BTreeMap::new()) };
        let article = self.project.text(&key.article)?.clone();
        let keep = self.files.keeps.entry(Target::Layer(key.clone())).or_default();
        read_edit(part, Some(&article), &mut keep.places)
    }

    /// Reads text and layer, once. The index may not have the article any more: an edit after this one took it out.
    fn has(&mut self, key: &LayerKey) -> bool {
        if self.project.layer(key).is_some() {
            return true;
        }
        if paths::layer_file(key).is_none() {
            return false;
        }
        if self.project.text(&key.article).is_none() {
            let info = self.project.article(&key.article).cloned();
            let (text, issues) = load::text(self.vfs, self.root, &key.article, info.as_deref());
            self.issues.extend(issues);
            self.project.put_text(text);
        }
        let Some(article) = self.project.text(&key.article).cloned() else { return false };
        let loaded = load::layer(self.vfs, self.root, key, &article);
        let target = Target::Layer(key.clone());
        self.issues.extend(loaded.issues);
        self.through.insert(target.clone(), loaded.through);
        self.files.homes.insert(target.clone(), loaded.home);
        self.files.keeps.insert(target, loaded.keep);
        self.project.put_layer(key.clone(), loaded.layer);
        true
    }

    fn refuse(&mut self, entry: &Entry, what: &str, why: &str) {
        self.refused = true;
        self.issues.push(Issue::error(
            "edit-not-recovered",
            Place::Project,
            format!("edit {} of the journal {what} ({why}); the journal is kept in quarantine/: make the edit again", entry.seq),
        ));
    }
}

fn target_of(part: &EditV1) -> Target {
    match part {
        EditV1::SetEntity { .. } => Target::Registry,
        part => part.layer().map_or(Target::Manifest, Target::Layer),
    }
}

/// Whether the project says already what the edit would make it say: its file came from elsewhere and has it.
fn is_done(edit: &Edit, project: &Project) -> bool {
    let span = |key, id| project.layer(key).and_then(|layer| layer.spans.get(&id));
    let relation = |key, id| project.layer(key).and_then(|layer| layer.relations.get(&id));
    match edit {
        Edit::AddSpan { layer, span: new } => span(layer, new.id) == Some(new),
        Edit::RemoveSpan { layer, span: old } => span(layer, old.id).is_none(),
        Edit::ChangeSpan { layer, new, .. } => span(layer, new.id) == Some(new),
        Edit::AddRelation { layer, relation: new } => relation(layer, new.id) == Some(new),
        Edit::RemoveRelation { layer, relation: old } => relation(layer, old.id).is_none(),
        Edit::ChangeRelation { layer, new, .. } => relation(layer, new.id) == Some(new),
        Edit::SetStatus { layer, new, .. } => project.layer(layer).is_some_and(|layer| layer.status == *new),
        Edit::RaiseCounters { layer, span, relation } => project
            .layer(layer)
            .is_some_and(|layer| layer.last_span >= *span && layer.last_relation >= *relation),
        Edit::AddArticle { info, .. } => project.article(&info.id) == Some(info),
        Edit::RemoveArticle { info, .. } => project.article(&info.id).is_none(),
        Edit::ChangeArticle { new, .. } => project.article(&new.id) == Some(new),
        Edit::SetCodebook { new, .. } => project.codebook == *new,
        Edit::SetEntity { id, new, .. } => project.entities.get(id) == new.as_deref(),
        Edit::SetAnnotator { id, new, .. } => project.annotator(id).map(|a| &a.name) == new.as_ref(),
        Edit::SetName { new, .. } => project.name == *new,
        Edit::SetId { new, .. } => project.id == *new,
        Edit::SetSettings { new, .. } => project.settings == *new,
        Edit::Batch(_) => false,
    }
}
