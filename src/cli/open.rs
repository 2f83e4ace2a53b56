//! Opening a project for a command.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;

use super::print::note;
use crate::model::{Annotator, AnnotatorId, ArticleId, Issue};
use crate::session::{Access, Opened, Session, Waiting};
use crate::store::{Backups, Moment, RealFs, StoreError, settings};

/// The folder of a project that is named by its folder or by a file in it.
pub(super) fn root(project: &Path) -> PathBuf {
    let is_manifest = project.file_name().is_some_and(|name| name == "project.ron");
    match project.parent() {
        Some(parent) if is_manifest && parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) if is_manifest => parent.to_owned(),
        _ => project.to_owned(),
    }
}

/// The time it is now.
pub(super) fn now() -> Moment {
    Moment(jiff::Timestamp::now().as_second())
}

/// The backups of a project, whether it opens or not.
pub(super) fn backups(project: &Path) -> anyhow::Result<Backups> {
    let root = root(project);
    if !root.is_dir() {
        bail!("{} is not a folder; name the folder of a project", project.display());
    }
    Ok(Backups::new(Arc::new(RealFs), &root))
}

/// Opens a project, with the journals that an earlier sitting had to keep elsewhere.
pub(super) fn open_at(root: &Path, access: Access) -> Result<Opened, StoreError> {
    let spare = settings::spare_journals();
    Session::open_sparing(Arc::new(RealFs), root, access, Waiting::Threads, spare.as_deref())
}

/// Opens a project to look. What was found on the way goes to standard error.
pub(super) fn to_read(project: &Path) -> anyhow::Result<Session> {
    let (session, issues) = to_check(project)?;
    tell(&issues);
    Ok(session)
}

/// Opens a project to look, with what was found on the way.
pub(super) fn to_check(project: &Path) -> anyhow::Result<(Session, Vec<Issue>)> {
    let Opened { session, issues, .. } = open_at(&root(project), Access::Read)?;
    Ok((session, issues))
}

/// Opens a project to change it.
pub(super) fn to_write(project: &Path) -> anyhow::Result<Session> {
    let Opened { session, issues, recovered, read_only, held_since, .. } =
        open_at(&root(project), Access::Write)?;
    if let Some(why) = read_only {
        bail!(
            "{} can only be read ({why}{}); nothing was changed: close it there and try again",
            project.display(),
            held_for(held_since)
        );
    }
    tell(&issues);
    if recovered > 0 {
        note(format!("{recovered} edits of an earlier sitting were recovered from the journal"));
    }
    Ok(session)
}

/// `, for 12 minutes`, where that is known.
pub(super) fn held_for(since: Option<Moment>) -> String {
    since.and_then(|since| since.age(now())).map(|age| format!(", for {age}")).unwrap_or_default()
}

pub(super) fn tell(issues: &[Issue]) {
    issues.iter().for_each(note);
}

/// The article a person named.
pub(super) fn article(session: &Session, named: &str) -> anyhow::Result<ArticleId> {
    let id = ArticleId::from(named);
    if session.project().article(&id).is_none() {
        bail!("the project has no article {named:?}; `hashiya list` shows their ids");
    }
    Ok(id)
}

/// The annotators chosen, all known ones where none was named.
pub(super) fn annotators(session: &Session, named: &[String]) -> anyhow::Result<Vec<AnnotatorId>> {
    let known = &session.project().annotators;
    for name in named {
        if !known.iter().any(|annotator| annotator.id.as_str() == name) {
            let names: Vec<&str> = known.iter().map(|a: &Annotator| a.id.as_str()).collect();
            bail!("the project has no annotator {name:?}; it has {}", names.join(", "));
        }
    }
    Ok(named.iter().map(|name| AnnotatorId::from(name.as_str())).collect())
}
