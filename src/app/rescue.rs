//! Backups while a project is open, a backup restored beside it, a broken index rebuilt: all of it on threads.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use egui::Context;

use super::finder::{Overlay, Shelf, Trouble};
use super::jobs::Job;
use super::window::{App, Screen};
use crate::session::Access;
use crate::store::backup::{DAILY, HOURLY};
use crate::store::{self, Backups, Made, Moment, RealFs, Rebuilt, StoreError};

/// What a person chose in the sheet of backups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// A backup becomes a project of its own beside the one it was made of.
    Restore(PathBuf, String),
    /// The index is made anew.
    Rebuild(PathBuf),
    /// The project is opened without changing it.
    Look(PathBuf),
}

/// What came of it.
enum Outcome {
    Restored(PathBuf),
    Rebuilt(PathBuf, Option<Rebuilt>),
}

/// What goes on beside the work.
#[derive(Default)]
pub(super) struct Rescue {
    keeping: Option<Job<Result<Made, StoreError>>>,
    /// When a backup was last thought of.
    looked: Option<Moment>,
    work: Option<Job<Result<Outcome, StoreError>>>,
}

impl Rescue {
    /// The project is closed: a backup under way is given up.
    pub(super) fn forget(&mut self) {
        if let Some(job) = self.keeping.take() {
            job.progress.cancel();
        }
        self.looked = None;
    }
}

impl App {
    /// Says why a project does not open; where there is a way out, offers it.
    pub(super) fn say_refused(&mut self, path: &Path, refused: &StoreError) {
        let trouble = match refused {
            StoreError::BrokenIndex { .. } | StoreError::NoIndex(_) => Trouble::Broken,
            StoreError::Newer { .. } => Trouble::Newer,
            other => return self.notices.error(other.to_string()),
        };
        let shelf = Shelf::new(path, (self.clock)()).with_trouble(trouble, refused.to_string());
        self.overlay = Some(Overlay::Backups(Box::new(shelf)));
    }

    /// Shows the backups of the project on the desk.
    pub(super) fn show_backups(&mut self) {
        if let Screen::Work(desk) = &self.screen {
            let shelf = Shelf::new(desk.session.root(), (self.clock)());
            self.overlay = Some(Overlay::Backups(Box::new(shelf)));
        }
    }

    /// Makes backups of the project on the desk: when it was opened, and daily while it is.
    pub(super) fn keep_backups(&mut self, ctx: &Context) {
        self.poll_keeping();
        let Screen::Work(desk) = &self.screen else { return };
        let (Some(now), None, None) = ((self.clock)(), &self.rescue.keeping, desk.session.read_only()) else {
            return;
        };
        let apart = match self.rescue.looked {
            None => HOURLY,
            // A clock that was set back asks once more, which does no harm.
            Some(before) if (0..HOURLY).contains(&(now.0 - before.0)) => {
                return ctx.request_repaint_after(Duration::from_secs(HOURLY.unsigned_abs()));
            }
            Some(_) => DAILY,
        };
        self.rescue.looked = Some(now);
        let backups = desk.session.backups();
        let make =
            move |progress: &super::jobs::Progress| backups.make(now, apart, &|| !progress.is_cancelled());
        self.rescue.keeping = Some(Job::start("hashiya-backup", ctx, make));
    }

    fn poll_keeping(&mut self) {
        let Some(result) = self.rescue.keeping.as_ref().and_then(Job::poll) else { return };
        self.rescue.keeping = None;
        match result {
            Ok(Ok(Made::Backup(backup))) if !backup.verified => {
                let problem = backup.holds.and_then(|holds| holds.problems.into_iter().next());
                self.notices.warning(format!(
                    "The backup {} is not verified ({}). The project is as it was: mend the file, the next backup is looked at again",
                    backup.name,
                    problem.unwrap_or_default()
                ));
            }
            Ok(Ok(_)) => {}
            Ok(Err(failed)) => self.notices.warning(failed.to_string()),
            Err(failed) => self.notices.warning(format!("No backup was made: {failed}")),
        }
    }

    /// Does what was chosen in the sheet.
    pub(super) fn take_choice(&mut self, ctx: &Context, choice: Choice) {
        if self.rescue.work.is_some() {
            return self.notices.info("Something is being restored; wait until it is over");
        }
        let work: Box<dyn FnOnce() -> Result<Outcome, StoreError> + Send> = match choice {
            Choice::Look(root) => return self.look(&root),
            Choice::Restore(root, name) => {
                self.notices.info("The backup is being restored beside the project…");
                Box::new(move || {
                    let to = beside(&root, &name);
                    Backups::new(Arc::new(RealFs), &root).restore(&name, &to)?;
                    Ok(Outcome::Restored(to))
                })
            }
            Choice::Rebuild(root) => Box::new(move || {
                let rebuilt = store::rebuild(&(Arc::new(RealFs) as Arc<_>), &root)?;
                Ok(Outcome::Rebuilt(root, rebuilt))
            }),
        };
        self.rescue.work = Some(Job::start("hashiya-rescue", ctx, move |_| work()));
    }

    fn look(&mut self, root: &Path) {
        match self.open_at(root, Access::Read) {
            Ok(opened) => self.take_opened(opened),
            Err(refused) => self.notices.error(refused.to_string()),
        }
    }

    pub(super) fn poll_rescue(&mut self) {
        let Some(result) = self.rescue.work.as_ref().and_then(Job::poll) else { return };
        self.rescue.work = None;
        match result {
            Ok(Ok(Outcome::Restored(root))) => {
                self.notices.good(format!(
                    "The backup is a project of its own in {}; the one it was made of is as it was",
                    root.display()
                ));
                self.open_project(&root);
            }
            Ok(Ok(Outcome::Rebuilt(root, rebuilt))) => {
                if let Some(rebuilt) = rebuilt {
                    self.notices.good(said_rebuilt(&rebuilt));
                    rebuilt.issues.iter().for_each(|issue| self.notices.issue(issue));
                }
                self.open_project(&root);
            }
            Ok(Err(failed)) => self.notices.error(failed.to_string()),
            Err(failed) => self.notices.error(format!("{failed}; nothing of the project was changed")),
        }
    }
}

fn said_rebuilt(rebuilt: &Rebuilt) -> String {
    let from = match &rebuilt.backup {
        Some(backup) => format!("from the backup {backup} and the folders"),
        None => "from the folders".to_owned(),
    };
    let alone = match rebuilt.articles.len() {
        0 => String::new(),
        many => format!("; {many} article(s) were found by their text alone, without title and date"),
    };
    let kept = rebuilt.kept.as_ref().map(|kept| format!("; the broken file is kept as {kept}"));
    format!("The index was rebuilt {from}{alone}{}", kept.unwrap_or_default())
}

/// A folder beside the project that does not exist yet, named after it and the backup.
fn beside(root: &Path, name: &str) -> PathBuf {
    let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    let folder = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = format!("{folder}-{name}");
    let names = std::iter::once(stem.clone()).chain((2..).map(|nth| format!("{stem}-{nth}")));
    let mut places = names.map(|name| root.with_file_name(name));
    places.find(|place| !place.exists()).unwrap_or(root)
}
