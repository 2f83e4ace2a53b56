//! Files written whole or not at all, and never over bytes that are not ours.
//!
//! A file: temporary file → fsync → read back, compare and parse → rename; after all files, fsync of their folders.
//! Several files go through each step together.

use std::collections::BTreeSet;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::format_v1::{self, Purpose, Through};
use super::load::{Home, Keep, Known, Mark, read_marked};
use super::vfs::{at_once, create_dirs, create_fresh, write_all};
use super::{StoreError, Vfs, paths};
use crate::model::{
    Annotator, Article, ArticleInfo, Codebook, Issue, Layer, LayerKey, Place, Project, Registry, Settings,
};

/// What has a file of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Manifest,
    Registry,
    Layer(LayerKey),
}

/// The part of a project that `project.ron` holds, cheap to take.
#[derive(Clone, Debug)]
pub(super) struct Manifest {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) codebook: Arc<Codebook>,
    pub(super) annotators: Vec<Annotator>,
    pub(super) settings: Settings,
    pub(super) articles: Vec<Arc<ArticleInfo>>,
}

impl Manifest {
    pub(super) fn of(project: &Project) -> Self {
        Self {
            name: project.name.clone(),
            id: project.id.clone(),
            codebook: project.codebook.clone(),
            annotators: project.annotators.clone(),
            settings: project.settings.clone(),
            articles: project.articles().to_vec(),
        }
    }
}

/// What is to be written.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Manifest(Manifest),
    Registry(Registry),
    Layer { key: LayerKey, layer: Arc<Layer>, article: Arc<Article> },
}

/// A file to write.
#[derive(Clone, Debug)]
pub(super) struct FileJob {
    pub(super) target: Target,
    pub(super) home: Home,
    pub(super) keep: Keep,
    pub(super) content: Content,
}

/// What became of the files of a snapshot.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Where they are now, also of those whose folder could not be waited for.
    pub(super) written: Vec<(Target, Home)>,
    /// Those that are not, and why. Their edits stay in the journal.
    pub(super) failed: Vec<(Target, StoreError)>,
    /// What people should know of those that were written.
    pub(super) issues: Vec<Issue>,
}

/// Files that go through the steps together.
const TOGETHER: usize = 64;

const MEANING: &str = "Nothing is lost: the edits are in the journal, and the file is tried again";

/// Writes files. Folders are waited for at the end.
pub(super) fn write_files(vfs: &dyn Vfs, root: &Path, through: &Through, jobs: &[FileJob]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut folders = BTreeSet::new();
    for jobs in jobs.chunks(TOGETHER) {
        let mut begun = Vec::new();
        for job in jobs {
            match begin(vfs, root, through, job, &mut outcome.issues) {
                Ok(file) => begun.push((job, file)),
                Err(error) => outcome.failed.push((job.target.clone(), error)),
            }
        }
        let finished = at_once(vfs, begun, |(job, file): (&FileJob, Begun)| {
            let folder = file.path.parent().map(Path::to_owned);
            (job, folder, file.finish(vfs, root, job))
        });
        for (job, folder, result) in finished {
            match result {
                Ok(home) => {
                    outcome.written.push((job.target.clone(), home));
                    folders.extend(folder);
                }
                Err(error) => outcome.failed.push((job.target.clone(), error)),
            }
        }
    }
    for folder in folders {
        if let Err(error) = vfs.sync_dir(&folder) {
            let message = error.to_string();
            let here =
                outcome.written.iter().filter(|(_, home)| root.join(&home.file).parent() == Some(&*folder));
            outcome.failed.extend(here.map(|(target, _)| {
                (target.clone(), StoreError::io("write", &folder, Error::other(message.clone()), MEANING))
            }));
        }
    }
    outcome
}

/// A temporary file that is written, but not yet on disk for sure.
struct Begun {
    file: Box<dyn super::VfsFile>,
    bytes: String,
    relative: String,
    path: PathBuf,
    temporary: PathBuf,
}

fn begin(
    vfs: &dyn Vfs,
    root: &Path,
    through: &Through,
    job: &FileJob,
    issues: &mut Vec<Issue>,
) -> Result<Begun, StoreError> {
    let relative = place_for(vfs, root, through, job, issues)?;
    let path = root.join(&relative);
    let temporary = root.join(format!("{relative}.tmp"));
    let bytes = render(job, through);
    if let Some(folder) = path.parent() {
        create_dirs(vfs, folder)
            .map_err(|error| StoreError::io("make the folder", folder, error, MEANING))?;
    }
    let written = create_fresh(vfs, &temporary).and_then(|mut file| {
        write_all(file.as_mut(), bytes.as_bytes())?;
        Ok(file)
    });
    let file = written.map_err(|error| StoreError::io("write", &temporary, error, MEANING))?;
    Ok(Begun { file, bytes, relative, path, temporary })
}

fn render(job: &FileJob, through: &Through) -> String {
    match &job.content {
        Content::Manifest(manifest) => format_v1::write_manifest(manifest, &job.keep.extras, through),
        Content::Registry(entities) => format_v1::write_registry(entities, &job.keep.extras, through),
        Content::Layer { key, layer, article } => {
            format_v1::write_layer(key, layer, article, &job.keep.places, &job.keep.extras, through)
        }
    }
}

/// The file's own place where what stands there is what we know; else a place beside it.
fn place_for(
    vfs: &dyn Vfs,
    root: &Path,
    through: &Through,
    job: &FileJob,
    issues: &mut Vec<Issue>,
) -> Result<String, StoreError> {
    let file = &job.home.file;
    if file.is_empty() {
        return Err(StoreError::UnsafeName(format!("{:?}", job.target)));
    }
    let path = root.join(file);
    let is_there = match vfs.stat(&path) {
        Ok(_) => true,
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(StoreError::io("look at", &path, error, MEANING)),
    };
    let ours = match (is_there, job.home.known) {
        (false, _) => true,
        // Equal lengths and times prove nothing: a tool that restores times, or two writes within one tick of the clock,
        // leave them as they were. Only the content tells.
        // What cannot be read now may be ours and whole: the journal keeps the edits until it can.
        (true, Known::Ours(mark)) => match vfs.read(&path) {
            Ok(bytes) => blake3::hash(&bytes) == mark.hash,
            Err(error) if error.kind() == ErrorKind::IsADirectory => false,
            Err(error) => return Err(StoreError::io("read", &path, error, MEANING)),
        },
        (true, Known::Absent | Known::Foreign) => false,
    };
    if ours {
        return Ok(file.clone());
    }
    let beside = paths::conflict_file(file, through.seq);
    issues.push(Issue::error(
        "file-conflict",
        Place::File(file.clone()),
        format!("was changed by something else, or cannot be read; it was left as it is, and your work was written to {beside}: compare the two"),
    ));
    Ok(beside)
}

impl Begun {
    fn finish(mut self, vfs: &dyn Vfs, root: &Path, job: &FileJob) -> Result<Home, StoreError> {
        let temporary = self.temporary.as_path();
        let failed = |what| move |error| StoreError::io(what, temporary, error, MEANING);
        self.file.sync_all().map_err(failed("write"))?;
        drop(self.file);
        let back = vfs.read(temporary).map_err(failed("read back"))?;
        if back != self.bytes.as_bytes() || !reads(job, &back) {
            let error = Error::new(ErrorKind::InvalidData, "what was written does not read back the same");
            return Err(StoreError::io("trust", &self.temporary, error, MEANING));
        }
        if job.home.altered {
            let old =
                vfs.read(&self.path).map_err(|error| StoreError::io("read", &self.path, error, MEANING))?;
            keep_copy(vfs, root, &self.relative, &old)?;
        }
        vfs.rename(&self.temporary, &self.path)
            .map_err(|error| StoreError::io("write", &self.path, error, MEANING))?;
        // From here on what stands there is ours, whatever else fails. Without its stamp, its hash tells it.
        let stamp = vfs.stat(&self.path).unwrap_or_default();
        let known = Known::Ours(Mark { stamp, hash: blake3::hash(&back) });
        Ok(Home { file: self.relative, known, altered: false })
    }
}

/// Whether a file reads as what was to be written.
fn reads(job: &FileJob, bytes: &[u8]) -> bool {
    let file = &job.home.file;
    match &job.content {
        Content::Manifest(manifest) => format_v1::read_manifest(bytes, file, Purpose::Work)
            .is_ok_and(|read| read.project.articles() == manifest.articles.as_slice() && !read.altered),
        Content::Registry(entities) => {
            format_v1::read_registry(bytes, file, Purpose::Work).is_ok_and(|read| read.entities == *entities)
        }
        Content::Layer { key, layer, article } => {
            format_v1::read_layer(bytes, file, key, article, Purpose::Work).is_ok_and(|read| {
                read.layer.spans.len() == layer.spans.len()
                    && read.layer.relations == layer.relations
                    && read.layer.status == layer.status
                    && !read.altered
            })
        }
    }
}

/// Keeps a copy of bytes that will be replaced or cannot be used. Returns its relative path.
pub(super) fn keep_copy(vfs: &dyn Vfs, root: &Path, file: &str, bytes: &[u8]) -> Result<String, StoreError> {
    let hash = blake3::hash(bytes).to_hex();
    let short = hash.get(..8).unwrap_or_default();
    let relative = format!("{}/{}-{short}", paths::QUARANTINE, file.replace('/', "__"));
    let path = root.join(&relative);
    if read_marked(vfs, &path).is_ok_and(|(there, _)| there == bytes) {
        return Ok(relative);
    }
    let folder = root.join(paths::QUARANTINE);
    let written = create_dirs(vfs, &folder).and_then(|()| {
        let mut copy = create_fresh(vfs, &path)?;
        write_all(copy.as_mut(), bytes)?;
        copy.sync_all()?;
        vfs.sync_dir(&folder)
    });
    written.map_err(|error| {
        StoreError::io("write", &path, error, "Nothing was replaced or removed; it is tried again")
    })?;
    Ok(relative)
}
