//! Opening a project: files first, then what only the journals know.
//!
//! Opening changes no file of the project. It gives the same result however often it is done and wherever an earlier
//! opening was cut off, because edits stay in the journals until a snapshot holds them.

mod journals;

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use self::journals::{Entry, Journals};
use super::counts::Tally;
use super::describe::describe;
use super::format_v1::{EditV1, FORMAT, Purpose, Through, read_edit, read_manifest, read_registry};
use super::journal::Position;
use super::load::{self, Home, Keep, Known, read_marked};
use super::moment::Moment;
use super::snapshot::Target;
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
    /// The folder for journals of this project while its own refuses them.
    pub(super) spare: Option<PathBuf>,
    /// The format of the index.
    pub(super) format: u32,
    pub(super) project: Project,
    pub(super) files: Files,
    pub(super) tally: Tally,
    pub(super) position: Position,
    pub(super) issues: Vec<Issue>,
    /// When the last journal was written, where edits were in it only.
    pub(super) last_edit: Option<Moment>,
    /// Edits that were in the journals only, each a line for people.
    pub(super) list: Vec<String>,
    /// What was read could not be made durable, so nothing must be built on it.
    pub(super) not_durable: Option<StoreError>,
}

/// Reads a project. `writable`: copies of what cannot be used may be kept in `quarantine/`.
pub(super) fn open(
    vfs: &dyn Vfs,
    root: &Path,
    writable: bool,
    spare: Option<&Path>,
) -> Result<Recovered, StoreError> {
    let index = manifest(vfs, root, purpose(writable))?;
    let spare = spare.map(|all| paths::spare_folder(all, root, &index.project.id));
    open_over(vfs, root, writable, spare, index)
}

fn purpose(writable: bool) -> Purpose {
    if writable { Purpose::Work } else { Purpose::Look }
}

/// What `project.ron` says, or would say.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) project: Project,
    pub(super) through: Through,
    pub(super) files: Files,
    pub(super) issues: Vec<Issue>,
    /// Articles may be missing from it: those that the journals add come at its end where their place is not there.
    pub(super) patchy: bool,
    pub(super) format: u32,
}

impl Default for Index {
    /// That of an empty project.
    fn default() -> Self {
        let (project, through, files, issues) = Default::default();
        Self { project, through, files, issues, patchy: false, format: FORMAT }
    }
}

/// Reads a project over an index.
pub(super) fn open_over(
    vfs: &dyn Vfs,
    root: &Path,
    writable: bool,
    spare: Option<PathBuf>,
    index: Index,
) -> Result<Recovered, StoreError> {
    let Index { mut project, through: manifest_through, mut files, mut issues, patchy, format } = index;
    let registry_through = registry(vfs, root, purpose(writable), &mut project, &mut files, &mut issues);
    let mut tally = layers_listed(vfs, root, &project, &mut issues);
    let journals = Journals::read(vfs, root, spare.as_deref(), writable, &mut issues)?;
    let mut replay = Replay {
        vfs,
        root,
        purpose: purpose(writable),
        project,
        files,
        through: [(Target::Manifest, manifest_through), (Target::Registry, registry_through)].into(),
        issues,
        list: Vec::new(),
        refused: false,
        patchy,
    };
    for entry in &journals.entries {
        replay.record(entry, &journals);
    }
    if replay.refused && writable {
        journals.keep_copies(vfs, root, &mut replay.issues);
    }
    let Replay { project, files, issues, list, .. } = replay;
    for (key, layer) in project.layers() {
        tally.set(key, layer);
    }
    let not_durable = if writable { journals.make_durable(vfs, root, &files).err() } else { None };
    let last_edit = journals.files.last().filter(|_| !list.is_empty());
    let last_edit = last_edit.and_then(|(file, _)| vfs.stat(&root.join(file)).ok());
    let last_edit = last_edit.and_then(|stamp| Moment::of_nanoseconds(stamp.mtime));
    let position = journals.position(vfs, root, writable);
    Ok(Recovered { spare, format, last_edit, project, files, tally, position, issues, list, not_durable })
}

fn manifest(vfs: &dyn Vfs, root: &Path, purpose: Purpose) -> Result<Index, StoreError> {
    let path = root.join(paths::MANIFEST);
    let (bytes, mark) = read_marked(vfs, &path).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => no_index(vfs, root),
        _ => StoreError::io(
            "read",
            &path,
            error,
            "Nothing was changed: look at the rights of the folder and at the disk",
        ),
    })?;
    let read =
        read_manifest(&bytes, paths::MANIFEST, purpose).map_err(|problem| match problem.error(&path) {
            StoreError::Syntax { file, line, column, problem } => {
                StoreError::BrokenIndex { file, line, column, problem }
            }
            other => other,
        })?;
    let mut files = Files::default();
    let home = Home { file: paths::MANIFEST.into(), known: Known::Ours(mark), altered: read.altered };
    files.homes.insert(Target::Manifest, home);
    files.keeps.insert(Target::Manifest, Keep { extras: read.extras, ..Keep::default() });
    Ok(Index {
        project: read.project,
        through: read.through,
        files,
        issues: read.issues,
        patchy: false,
        format: read.format,
    })
}

/// Why a folder without `project.ron` does not open: is it the folder of a project at all?
pub(super) fn no_index(vfs: &dyn Vfs, root: &Path) -> StoreError {
    let holds = |folder| vfs.list(&root.join(folder)).is_ok_and(|entries| !entries.is_empty());
    let parts = [paths::ARTICLES, paths::LAYERS, paths::BACKUPS, paths::JOURNAL];
    let is_project = parts.into_iter().any(holds);
    if is_project { StoreError::NoIndex(root.to_owned()) } else { StoreError::NotAProject(root.to_owned()) }
}

fn registry(
    vfs: &dyn Vfs,
    root: &Path,
    purpose: Purpose,
    project: &mut Project,
    files: &mut Files,
    issues: &mut Vec<Issue>,
) -> Through {
    let mut home = Home::absent(paths::REGISTRY);
    let mut through = Through::default();
    let meaning =
        "The file is left as it is; the registry shows empty, and what you add goes into a file beside it";
    match read_marked(vfs, &root.join(paths::REGISTRY)) {
        Ok((bytes, mark)) => match read_registry(&bytes, paths::REGISTRY, purpose) {
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
pub(super) fn layers_listed(vfs: &dyn Vfs, root: &Path, project: &Project, issues: &mut Vec<Issue>) -> Tally {
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

struct Replay<'a> {
    vfs: &'a dyn Vfs,
    root: &'a Path,
    purpose: Purpose,
    project: Project,
    files: Files,
    through: BTreeMap<Target, Through>,
    issues: Vec<Issue>,
    list: Vec<String>,
    refused: bool,
    patchy: bool,
}

impl Replay<'_> {
    /// Applies those parts of a record whose files do not hold it.
    fn record(&mut self, entry: &Entry, journals: &Journals) {
        let found: EditV1 = match ron_text::parse(&entry.ron) {
            Ok(found) => found,
            Err(syntax) => {
                return self.refuse(entry, "cannot be read", &syntax.problem);
            }
        };
        let mut applied: Option<Edit> = None;
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
            if journals.holds(&through, entry) {
                continue;
            }
            let Some(mut edit) = self.edit(part, layer.as_ref()) else {
                self.refuse(entry, "cannot be read", "its text is missing");
                continue;
            };
            if let Edit::AddArticle { at, .. } = &mut edit
                && self.patchy
            {
                *at = (*at).min(self.project.articles().len());
            }
            if is_done(&edit, &self.project) {
                continue;
            }
            match edit.apply(&mut self.project) {
                Ok(()) => {
                    self.files.dirty.insert(target);
                    parts += 1;
                    // What a person did; that an article is begun by it goes without saying.
                    if applied.as_ref().is_none_or(goes_along) {
                        applied = Some(edit);
                    }
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
        let loaded = load::layer(self.vfs, self.root, key, &article, self.purpose);
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

fn goes_along(edit: &Edit) -> bool {
    matches!(edit, Edit::SetStatus { .. } | Edit::SetAnnotator { .. })
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
        Edit::AcceptText { article, new, .. } => {
            project.article(article).is_some_and(|info| info.mark() == *new)
        }
        Edit::SetCodebook { new, .. } => project.codebook == *new,
        Edit::SetEntity { id, new, .. } => project.entities.get(id) == new.as_deref(),
        Edit::SetAnnotator { id, new, .. } => project.annotator(id).map(|a| &a.name) == new.as_ref(),
        Edit::SetName { new, .. } => project.name == *new,
        Edit::SetId { new, .. } => project.id == *new,
        Edit::SetSettings { new, .. } => project.settings == *new,
        Edit::Batch(_) => false,
    }
}
