//! Articles in, from the window: files and folders dropped or chosen, and text pasted. Reading and decoding happen
//! on a thread; what could not be read is listed with its reason, and nothing of it enters the project.

use std::path::PathBuf;
use std::sync::Arc;

use egui::Context;

use super::jobs::{Job, Progress};
use super::notices::Notices;
use super::window::{App, Screen};
use crate::interchange::{decode, text};
use crate::language::slug;
use crate::model::{ArticleInfo, TextHash};
use crate::store::outside;

/// A text that was read, and what is known about it.
type Read = (ArticleInfo, Arc<str>);

/// What a thread brought back.
struct Batch {
    read: Vec<Read>,
    refused: Vec<String>,
}

/// An import under way.
pub struct Importing {
    job: Job<Batch>,
}

impl Importing {
    /// What it does, for the status bar.
    pub fn name(&self) -> &str {
        &self.job.name
    }

    /// Files read and files in all.
    pub fn progress(&self) -> (usize, usize) {
        self.job.progress.now()
    }

    /// Asks it to stop; what was read until then is imported.
    pub fn cancel(&self) {
        self.job.progress.cancel();
    }
}

impl App {
    /// Reads files and folders on a thread; they become articles when it is over.
    pub fn import(&mut self, ctx: &Context, paths: Vec<PathBuf>) {
        if self.importing.is_some() {
            self.notices.info("An import is under way; drop the files again when it is over");
        } else if matches!(self.screen, Screen::Welcome) {
            self.notices.info("Open or start a project first, then drop the files again");
        } else {
            let job = Job::start("Importing", ctx, move |progress| read_all(&paths, progress));
            self.importing = Some(Importing { job });
        }
    }

    /// Makes an article of pasted text.
    pub(super) fn import_pasted(&mut self, _ctx: &Context, pasted: String) {
        let text = pasted.replace("\r\n", "\n").replace('\r', "\n");
        if text.trim().chars().count() < 40 {
            self.notices.info("The clipboard holds too little text for an article; copy the whole article first");
            return;
        }
        let info = text::describe("pasted", &text);
        self.take_in(Batch { read: vec![(info, text.into())], refused: Vec::new() });
    }

    pub(super) fn poll_importing(&mut self) {
        let Some(result) = self.importing.as_ref().and_then(|importing| importing.job.poll()) else { return };
        self.importing = None;
        match result {
            Ok(batch) => self.take_in(batch),
            Err(failed) => self.notices.error(format!("The import failed: {failed}; no article was added")),
        }
    }

    /// Adds what was read to the project, without what it has already.
    fn take_in(&mut self, batch: Batch) {
        let Screen::Work(desk) = &mut self.screen else { return };
        let project = desk.session.project();
        let mut hashes: std::collections::BTreeSet<TextHash> = project.articles().iter().map(|info| info.hash).collect();
        let mut ids: std::collections::BTreeSet<String> = project.articles().iter().map(|info| info.id.to_string()).collect();
        let mut known = 0;
        let mut articles = Vec::new();
        for (mut info, text) in batch.read {
            if !hashes.insert(info.hash) {
                known += 1;
                continue;
            }
            let id = slug::unique(info.id.as_str(), |id| ids.contains(id));
            ids.insert(id.clone());
            info.id = id.into();
            articles.push((info, text));
        }
        let (added, first) = (articles.len(), articles.first().map(|(info, _)| info.id.clone()));
        if added > 0 {
            if let Err(failed) = desk.session.add_articles(articles) {
                self.notices.error(failed.to_string());
                return;
            }
            desk.forget_rows();
            if let Some(id) = first {
                desk.open_article(&id, &mut self.notices);
            }
        }
        say(&mut self.notices, added, known, &batch.refused);
    }
}

fn say(notices: &mut Notices, added: usize, known: usize, refused: &[String]) {
    if known > 0 {
        notices.info(format!("{known} article(s) are in the project already and were left out"));
    }
    for reason in refused.iter().take(3) {
        notices.error(reason.clone());
    }
    if let Some(more) = refused.len().checked_sub(3).filter(|more| *more > 0) {
        notices.error(format!("{more} more file(s) were refused; hashiya import --dry-run lists all of them"));
    }
    if added > 0 {
        notices.good(format!("{added} article(s) added"));
    }
}

fn read_all(paths: &[PathBuf], progress: &Progress) -> Batch {
    let mut batch = Batch { read: Vec::new(), refused: Vec::new() };
    let (files, refused) = outside::files_under(paths);
    batch.refused = refused;
    progress.set_total(files.len());
    for path in files {
        if progress.is_cancelled() {
            break;
        }
        match read_one(&path) {
            Ok(read) => batch.read.push(read),
            Err(reason) => batch.refused.push(reason),
        }
        progress.step();
    }
    batch
}

/// Reads and decodes a file; the reason of a refusal names it.
fn read_one(path: &std::path::Path) -> Result<Read, String> {
    let bytes = outside::read(path).map_err(|refused| refused.to_string())?;
    let decoded = decode::decode(&bytes, None).map_err(|refused| format!("{}: {refused}", path.display()))?;
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let info = text::describe(&name, &decoded.text);
    Ok((info, decoded.text.into()))
}
