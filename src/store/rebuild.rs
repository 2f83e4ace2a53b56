//! The index of a project made anew, where `project.ron` is broken or missing: from the newest verified backup, from
//! the lines of the broken file that still read, from the journals, and from what lies in `articles/` and `layers/`.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use super::backup::Backups;
use super::format_v1::{Purpose, Through, label_named, labels_of, read_manifest, relation_named, salvage};
use super::load::{Home, Keep, Known, Mark, read_marked};
use super::lock::{self, Locked};
use super::recover::{self, Index};
use super::snapshot::{Content, FileJob, Manifest, Target, keep_copy, write_files};
use super::{StoreError, Vfs, paths};
use crate::model::{
    Annotator, AnnotatorId, ArticleId, ArticleInfo, Issue, LabelId, Place, Project, RelationTypeId,
    is_folder_safe,
};

/// What an index was made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// The backup it began with.
    pub backup: Option<String>,
    /// Articles that were read from the broken file, line by line.
    pub salvaged: Vec<ArticleId>,
    /// Articles of which only the text was found.
    pub articles: Vec<ArticleId>,
    /// Annotators of whom only the folder was found.
    pub annotators: Vec<AnnotatorId>,
    /// Labels and types of relations that layers use and nothing described.
    pub labels: Vec<String>,
    /// Where the broken file is kept, relative to the project.
    pub kept: Option<String>,
    /// What could not be used.
    pub issues: Vec<Issue>,
}

const MEANING: &str =
    "The index was not rebuilt and nothing was changed: look at the rights of the folder and at the disk";

/// Makes `project.ron` anew where it does not read; where it does, nothing is done. Removes nothing: the broken file
/// is kept in `quarantine/`.
///
/// # Errors
/// Where the folder holds nothing of a project, another has it open, a newer Hashiya wrote it, or it cannot be
/// written.
pub fn rebuild(vfs: &Arc<dyn Vfs>, root: &Path) -> Result<Option<Rebuilt>, StoreError> {
    let path = root.join(paths::MANIFEST);
    let broken = match read_marked(&**vfs, &path) {
        Err(error) if error.kind() == ErrorKind::NotFound => match recover::no_index(&**vfs, root) {
            StoreError::NoIndex(_) => None,
            other => return Err(other),
        },
        read => Some(read.map_err(|error| StoreError::io("read", &path, error, MEANING))?),
    };
    if let Some((bytes, _)) = &broken {
        match read_manifest(bytes, paths::MANIFEST, Purpose::Work).map_err(|problem| problem.error(&path)) {
            Ok(_) => return Ok(None),
            Err(newer @ StoreError::Newer { .. }) => return Err(newer),
            Err(_) => {}
        }
    }
    let _guard = match lock::take(vfs, root) {
        Locked::Ours(guard) => guard,
        Locked::No(why, _) => return Err(StoreError::ReadOnly(why)),
    };
    let mut builder = Builder { vfs: &**vfs, root, rebuilt: Rebuilt::default() };
    let mark = match &broken {
        Some((bytes, mark)) => {
            builder.rebuilt.kept = Some(keep_copy(&**vfs, root, paths::MANIFEST, bytes)?);
            Some(*mark)
        }
        None => None,
    };
    let mut base = builder.base(vfs);
    let bytes = broken.as_ref().map(|(bytes, _)| bytes.as_slice()).unwrap_or_default();
    builder.add_salvaged(&mut base.project, bytes);
    let recovered = recover::open_over(&**vfs, root, true, None, base)?;
    if let Some(error) = recovered.not_durable {
        return Err(error);
    }
    let mut project = recovered.project;
    builder.rebuilt.issues.extend(recovered.issues);
    builder.add_texts(&mut project)?;
    builder.add_layers(&mut project);
    // What the journals say about the index is in it.
    let through = Through { journal: recovered.position.journal, seq: recovered.position.seq };
    builder.write(&project, &through, mark)?;
    Ok(Some(builder.rebuilt))
}

struct Builder<'a> {
    vfs: &'a dyn Vfs,
    root: &'a Path,
    rebuilt: Rebuilt,
}

impl Builder<'_> {
    /// The index of the newest verified backup, or that of an empty project named after its folder.
    fn base(&mut self, vfs: &Arc<dyn Vfs>) -> Index {
        let backups = Backups::new(vfs.clone(), self.root).list().unwrap_or_default();
        for backup in backups.into_iter().filter(|backup| backup.verified && backup.made.is_some()) {
            let file = self.root.join(paths::BACKUPS).join(&backup.name).join(paths::MANIFEST);
            let read = self
                .vfs
                .read(&file)
                .ok()
                .and_then(|bytes| read_manifest(&bytes, paths::MANIFEST, Purpose::Work).ok());
            if let Some(read) = read {
                self.rebuilt.backup = Some(backup.name);
                return Index {
                    project: read.project,
                    through: read.through,
                    patchy: true,
                    ..Index::default()
                };
            }
        }
        let name = self.root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Index { project: Project::new(name.clone(), name), patchy: true, ..Index::default() }
    }

    /// What the lines of the broken file add to the backup; without a backup they are all there is.
    fn add_salvaged(&mut self, project: &mut Project, broken: &[u8]) {
        let found = salvage(broken);
        if self.rebuilt.backup.is_none() {
            project.name = found.name.unwrap_or_else(|| std::mem::take(&mut project.name));
            project.id = found.id.unwrap_or_else(|| std::mem::take(&mut project.id));
        }
        for annotator in found.annotators {
            if project.annotator(&annotator.id).is_none() {
                project.annotators.push(annotator);
            }
        }
        let codebook = Arc::make_mut(&mut project.codebook);
        for label in found.labels {
            if codebook.label(&label.id).is_none() {
                codebook.labels.push(label);
            }
        }
        for relation in found.relations {
            if codebook.relation(&relation.id).is_none() {
                codebook.relations.push(relation);
            }
        }
        for info in found.articles {
            let id = info.id.clone();
            if project.insert_article(project.articles().len(), info) {
                self.rebuilt.salvaged.push(id);
            }
        }
    }

    fn add_texts(&mut self, project: &mut Project) -> Result<(), StoreError> {
        let folder = self.root.join(paths::ARTICLES);
        let entries = match self.vfs.list(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            listed => listed.map_err(|error| StoreError::io("list", &folder, error, MEANING))?,
        };
        for entry in entries.into_iter().filter(|entry| !entry.is_dir) {
            let Some(id) = entry.name.strip_suffix(".txt").filter(|id| is_folder_safe(id)) else { continue };
            let id = ArticleId::from(id);
            if project.article(&id).is_some() {
                continue;
            }
            match self.vfs.read(&folder.join(&entry.name)).map(String::from_utf8) {
                Ok(Ok(text)) => {
                    project.insert_article(project.articles().len(), ArticleInfo::new(id.clone(), &text));
                    self.rebuilt.articles.push(id);
                }
                Ok(Err(_)) => {
                    self.cannot_use(format!("{}/{}", paths::ARTICLES, entry.name), "is not UTF-8 text")
                }
                Err(error) => {
                    self.cannot_use(
                        format!("{}/{}", paths::ARTICLES, entry.name),
                        &format!("cannot be read: {error}"),
                    );
                }
            }
        }
        Ok(())
    }

    fn cannot_use(&mut self, file: String, why: &str) {
        let message = format!("{why}, so it is not in the index; it was left as it is");
        self.rebuilt.issues.push(Issue::error("file-unreadable", Place::File(file), message));
    }

    /// Annotators and labels that only the layers know.
    fn add_layers(&mut self, project: &mut Project) {
        let (mut labels, mut relations) = (BTreeSet::<LabelId>::new(), BTreeSet::<RelationTypeId>::new());
        let folder = self.root.join(paths::LAYERS);
        for entry in self.vfs.list(&folder).unwrap_or_default().into_iter().filter(|entry| entry.is_dir) {
            let files = self.vfs.list(&folder.join(&entry.name)).unwrap_or_default();
            let layers = files.into_iter().filter(|file| !file.is_dir && file.name.ends_with(".ron"));
            let read = layers.map(|file| self.vfs.read(&folder.join(&entry.name).join(file.name)));
            for (used, related) in read.filter_map(|bytes| labels_of(&bytes.ok()?)) {
                labels.extend(used);
                relations.extend(related);
            }
            let id = AnnotatorId::from(entry.name);
            if project.annotator(&id).is_none() {
                project.annotators.push(Annotator { id: id.clone(), name: id.to_string() });
                self.rebuilt.annotators.push(id);
            }
        }
        project.annotators.sort_by(|a, b| a.id.cmp(&b.id));
        let codebook = Arc::make_mut(&mut project.codebook);
        labels.retain(|id| codebook.label(id).is_none());
        relations.retain(|id| codebook.relation(id).is_none());
        codebook.labels.extend(labels.iter().filter_map(label_named));
        codebook.relations.extend(relations.iter().filter_map(relation_named));
        self.rebuilt.labels.extend(labels.iter().map(ToString::to_string));
        self.rebuilt.labels.extend(relations.iter().map(ToString::to_string));
    }

    /// The new file replaces the broken one, of which a copy is kept by now.
    fn write(&self, project: &Project, through: &Through, broken: Option<Mark>) -> Result<(), StoreError> {
        let home = match broken {
            Some(mark) => Home { known: Known::Ours(mark), ..Home::absent(paths::MANIFEST) },
            None => Home::absent(paths::MANIFEST),
        };
        let content = Content::Manifest(Manifest::of(project));
        let job = FileJob { target: Target::Manifest, home, keep: Keep::default(), content };
        let outcome = write_files(self.vfs, self.root, through, &[job]);
        if let Some((_, error)) = outcome.failed.into_iter().next() {
            return Err(error);
        }
        match outcome.issues.into_iter().next() {
            Some(issue) => Err(StoreError::NotWritten(issue.to_string())),
            None => Ok(()),
        }
    }
}
