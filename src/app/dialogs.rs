//! Asking for files and folders. Behind a trait, so that tests and machines without dialogs do without.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::jobs::Job;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Article files to import.
    Files,
    /// A folder of articles to import.
    Folder,
    /// A project folder to open.
    Project,
    /// An empty folder for a new project.
    NewProject,
    /// The file of a data set.
    DataSetFile,
    /// The folder of a data set.
    DataSetFolder,
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    /// These were chosen.
    Paths(Vec<PathBuf>),
    /// The person changed their mind.
    Nothing,
    /// There is no dialog on this machine.
    NoDialog,
    /// The dialog stopped on a mistake.
    Failed(String),
}

/// Asks the person for files or folders; called on a thread of its own, since dialogs block.
pub trait Picker: Send + Sync {
    /// Asks, and waits for the answer.
    fn pick(&self, wanted: Wanted) -> Picked;
}

/// The dialogs of the desktop.
pub(super) struct SystemPicker;

impl Picker for SystemPicker {
    fn pick(&self, wanted: Wanted) -> Picked {
        let dialog = rfd::FileDialog::new();
        let asked = Instant::now();
        let paths = match wanted {
            Wanted::Files => dialog.set_title("Import articles").pick_files(),
            Wanted::Folder => {
                dialog.set_title("Import a folder of articles").pick_folder().map(|path| vec![path])
            }
            Wanted::Project => dialog.set_title("Open a project").pick_folder().map(|path| vec![path]),
            Wanted::DataSetFile => {
                dialog.set_title("Write the data set to").save_file().map(|path| vec![path])
            }
            Wanted::DataSetFolder => {
                dialog.set_title("An empty folder for the data set").pick_folder().map(|path| vec![path])
            }
            Wanted::NewProject => {
                dialog.set_title("An empty folder for the new project").pick_folder().map(|path| vec![path])
            }
        };
        match paths {
            Some(paths) => Picked::Paths(paths),
            // Without a portal and without zenity the answer comes at once, and looks like a change of mind.
            None if asked.elapsed() < Duration::from_millis(50) => Picked::NoDialog,
            None => Picked::Nothing,
        }
    }
}

/// A machine without dialogs.
pub struct NoPicker;

impl Picker for NoPicker {
    fn pick(&self, _wanted: Wanted) -> Picked {
        Picked::NoDialog
    }
}

/// A question under way.
pub(super) struct Asking {
    /// What was asked for.
    pub wanted: Wanted,
    job: Job<Picked>,
}

impl Asking {
    /// Asks on a thread.
    pub(super) fn start(picker: std::sync::Arc<dyn Picker>, wanted: Wanted, ctx: &egui::Context) -> Self {
        Self { wanted, job: Job::start("file dialog", ctx, move |_| picker.pick(wanted)) }
    }

    /// The answer, once it is there.
    pub(super) fn poll(&self) -> Option<Picked> {
        self.job.poll().map(|result| result.unwrap_or_else(Picked::Failed))
    }
}
