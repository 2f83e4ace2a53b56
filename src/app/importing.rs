//! Articles in, from the window: files and folders dropped or chosen, and text pasted. Reading and decoding happen
//! on a thread; what could not be read is listed with its reason, and nothing of it enters the project.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::Context;

use super::jobs::{Job, Progress, Running};
use super::notices::Notices;
use super::widgets::isolate;
use super::window::{App, Screen};
use crate::interchange::{decode, text};
use crate::language::slug;
use crate::model::{ArticleId, ArticleInfo, TextHash};
use crate::session::TextWriter;
use crate::store::outside;

/// What a thread brought back.
struct Batch {
    /// Articles whose texts are in the project's folder.
    written: Vec<ArticleInfo>,
    /// Texts the project had already.
    known: usize,
    /// What was not taken in, each as a sentence that names it.
    refused: Vec<String>,
}

/// An import under way.
pub(super) struct Importing {
    job: Job<Batch>,
}

impl Importing {
    /// What the status bar says of it.
    pub(super) fn running(&self) -> Running<'_> {
        let stop = "Stops; what was imported stays";
        Running { name: &self.job.name, progress: &self.job.progress, stop }
    }
}

impl App {
    /// Reads files and folders on a thread; they become articles when it is over.
    pub fn import(&mut self, ctx: &Context, paths: Vec<PathBuf>) {
        self.start(ctx, move |taker| taker.files(&paths));
    }

    /// Makes an article of pasted text.
    pub(super) fn import_pasted(&mut self, ctx: &Context, pasted: String) {
        if pasted.trim().chars().count() < SHORTEST {
            self.notices
                .info("The clipboard holds too little text for an article; copy the whole article first");
            return;
        }
        self.start(ctx, move |taker| taker.pasted(pasted));
    }

    fn start(&mut self, ctx: &Context, work: impl FnOnce(&mut Taker<'_>) + Send + 'static) {
        let Screen::Work(desk) = &self.screen else {
            self.notices.info("Open or start a project first, then add articles");
            return;
        };
        if self.importing.is_some() {
            self.notices.info("An import is under way; add more when it is over");
            return;
        }
        if let Some(why) = desk.session.read_only() {
            self.notices
                .warning(format!("The project is open for reading only ({why}); no article can be added"));
            return;
        }
        let (index, writer) = (desk.session.project().articles().to_vec(), desk.session.text_writer());
        let job = Job::start("Importing", ctx, move |progress| {
            let mut taker = Taker::new(&index, writer, progress);
            work(&mut taker);
            taker.batch
        });
        self.importing = Some(Importing { job });
    }

    pub(super) fn poll_importing(&mut self) {
        let Some(result) = self.importing.as_ref().and_then(|importing| importing.job.poll()) else { return };
        self.importing = None;
        match result {
            Ok(batch) => self.take_in(batch),
            Err(failed) => self.notices.error(format!("The import failed: {failed}; no article was added")),
        }
    }

    /// Puts what was written into the index and on the page.
    fn take_in(&mut self, batch: Batch) {
        let Screen::Work(desk) = &mut self.screen else { return };
        let (added, first) = (batch.written.len(), batch.written.first().map(|info| info.id.clone()));
        if let Some(first) = first {
            if let Err(failed) = desk.session.add_written(batch.written) {
                self.notices.error(failed.to_string());
                return;
            }
            desk.forget_rows();
            desk.open_article(&first, &mut self.notices);
        }
        say(&mut self.notices, added, batch.known, &batch.refused);
    }
}

/// A pasted text of fewer characters is not an article.
const SHORTEST: usize = 40;

/// Texts of one import that are waited for together.
const TOGETHER: usize = 64;

/// Reads, decodes and writes texts, on its thread.
struct Taker<'a> {
    hashes: BTreeSet<TextHash>,
    ids: BTreeSet<ArticleId>,
    writer: TextWriter,
    progress: &'a Progress,
    waiting: Vec<(ArticleInfo, Arc<str>)>,
    batch: Batch,
}

impl<'a> Taker<'a> {
    fn new(index: &[Arc<ArticleInfo>], writer: TextWriter, progress: &'a Progress) -> Self {
        Self {
            hashes: index.iter().map(|info| info.hash).collect(),
            ids: index.iter().map(|info| info.id.clone()).collect(),
            writer,
            progress,
            waiting: Vec::new(),
            batch: Batch { written: Vec::new(), known: 0, refused: Vec::new() },
        }
    }

    fn files(&mut self, paths: &[PathBuf]) {
        let (files, refused) = outside::files_under(paths);
        self.batch.refused = refused;
        self.progress.set_total(files.len());
        for path in files {
            if self.progress.is_cancelled() {
                break;
            }
            match read_one(&path) {
                Ok((info, text)) => self.take(info, text),
                Err(reason) => self.batch.refused.push(reason),
            }
            self.progress.step();
        }
        self.write();
    }

    fn pasted(&mut self, pasted: String) {
        let text = decode::unify_line_ends(pasted);
        let info = text::describe("pasted", &text);
        self.take(info, text.into());
        self.write();
    }

    /// Takes a text in, unless the project has it already.
    fn take(&mut self, mut info: ArticleInfo, text: Arc<str>) {
        if !self.hashes.insert(info.hash) {
            self.batch.known += 1;
            return;
        }
        info.id = slug::unique(info.id.as_str(), |id| self.ids.contains(&ArticleId::from(id))).into();
        self.ids.insert(info.id.clone());
        self.waiting.push((info, text));
        if self.waiting.len() >= TOGETHER {
            self.write();
        }
    }

    fn write(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let texts: Vec<_> = waiting.iter().map(|(info, text)| (info.id.clone(), text.clone())).collect();
        match self.writer.write(&texts) {
            Ok(()) => self.batch.written.extend(waiting.into_iter().map(|(info, _)| info)),
            Err(failed) => {
                self.batch.refused.push(failed.to_string());
                self.progress.cancel();
            }
        }
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
        notices
            .error(format!("{more} more file(s) were refused; hashiya import --dry-run lists all of them"));
    }
    if added > 0 {
        notices.good(format!("{added} article(s) added"));
    }
}

/// Reads and decodes a file; the reason of a refusal names it.
fn read_one(path: &Path) -> Result<(ArticleInfo, Arc<str>), String> {
    let bytes = outside::read(path).map_err(|refused| refused.to_string())?;
    let decoded = decode::decode(&bytes, None)
        .map_err(|refused| format!("{}: {refused}", isolate(&path.display().to_string())))?;
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let info = text::describe(&name, &decoded.text);
    Ok((info, decoded.text.into()))
}
