//! Annotations that leave a project as a data set: what goes out, the look before, the files, the report. The command
//! line and the window both go through here, so that the same choice gives the same bytes.
//!
//! An [`Order`] says what is wanted. [`Order::look`] counts and finds the losses, [`Order::preview`] shows the first
//! records, [`Order::write`] writes under an unfinished name, reads that back and only then gives it its own. All of
//! them read a [`Frozen`] and run on any thread; [`Watch`] hears how far they are and may stop them.

mod choice;
mod error;
mod files;
mod pages;
mod preview;
mod report;
mod split;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::rc::Rc;

pub use self::choice::Choice;
pub use self::error::DatasetError;
pub use self::files::Stdout;
pub use self::preview::{Preview, PreviewFile};
pub use self::report::{CountsLine, LossGroup, LossLine, Outcome, Summary, grouped};
pub use self::split::Split;

use self::files::Folder;
use self::pages::Chosen;
use crate::interchange::export::{Export, prove};
use crate::interchange::options::WriteOptions;
use crate::interchange::sink::Sink;
use crate::interchange::splits::Splits;
use crate::interchange::{Format, Report, Shape};
use crate::model::Issue;
use crate::session::Frozen;
use crate::store::output::Output;

/// What an export is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It sees what columns are needed.
    Survey,
    /// It sees what would be lost.
    Trial,
    /// It writes.
    Write,
    /// It reads back what it wrote.
    Prove,
}

/// Hears how far an export is, and may stop it.
pub trait Watch {
    /// A step begins; `articles` are to be seen in it, 0 where that is not known.
    fn begin(&self, step: Step, articles: usize);
    /// An article was seen.
    fn step(&self);
    /// A step is over.
    fn end(&self) {}
    /// Whether the export should stop and leave nothing.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// What is wanted: which layers, in which format, how.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The format; one that we write.
    pub format: &'static Format,
    /// What a person may choose of it.
    pub options: WriteOptions,
    /// Which layers and labels go out.
    pub choice: Choice,
    /// Write nothing if anything of the annotations would be lost.
    pub strict: bool,
    /// Into which splits; nothing for one data set.
    pub split: Option<Split>,
}

/// What an export did.
#[derive(Clone, Debug)]
pub struct Made {
    /// Counts and losses.
    pub report: Report,
    /// How far it came.
    pub outcome: Outcome,
    /// What was found in the files of the project on the way.
    pub issues: Vec<Issue>,
    /// Which article is in which split, where it was split.
    pub splits: Option<Splits>,
}

impl Order {
    fn export(&self) -> Result<Export<'static>, DatasetError> {
        Export::new(self.format, &self.options).ok_or(DatasetError::OnlyRead(self.format.name))
    }

    fn chosen<'a>(&'a self, frozen: &'a Frozen, watch: &Rc<dyn Watch>) -> Chosen<'a> {
        Chosen::new(frozen, self, watch.clone())
    }

    /// Counts what would go out and finds what would be lost. Nothing is written. Waits for the disk.
    ///
    /// # Errors
    /// Where articles cannot go out in this format, or it was stopped.
    pub fn look(&self, frozen: &Frozen, watch: &Rc<dyn Watch>) -> Result<(Report, Vec<Issue>), DatasetError> {
        let mut chosen = self.chosen(frozen, watch);
        let report = self.export()?.trial(&mut chosen)?;
        Ok((report, chosen.issues))
    }

    /// Writes to files that get their name when all is written and proven. Waits for the disk.
    ///
    /// # Errors
    /// Where it could not be written, is not what was promised, or was stopped. Nothing is left then, and what stood
    /// under the name before is still there.
    pub fn write(&self, frozen: &Frozen, path: &Path, watch: &Rc<dyn Watch>) -> Result<Made, DatasetError> {
        let strictly = self.refused(frozen, watch)?;
        if let Some(refused) = strictly {
            return Ok(refused);
        }
        if let Some(split) = &self.split {
            return self.write_split(split, frozen, path, watch);
        }
        let mut chosen = self.chosen(frozen, watch);
        let output = Output::create(path, self.format.shape == Shape::Folder)?;
        let mut sink = Folder::new(output, watch.clone());
        let written = self.export()?.write(&mut chosen, &mut sink);
        let (report, promise) = written.map_err(|cause| cause.on_writing(path))?;
        watch.begin(Step::Prove, 0);
        let proven = prove(self.format, &self.options, promise, sink.sources(self.format)?);
        watch.end();
        if watch.is_cancelled() {
            return Err(DatasetError::Stopped);
        }
        proven.map_err(|cause| DatasetError::Unproven { path: path.to_owned(), cause })?;
        sink.into_output().commit()?;
        Ok(Made { report, outcome: Outcome::Proven, issues: chosen.issues, splits: None })
    }

    /// Writes to where it cannot be read back, such as standard output.
    ///
    /// # Errors
    /// As [`Self::write`]; what was written until then is there.
    pub fn pour(
        &self,
        frozen: &Frozen,
        sink: &mut dyn Sink,
        watch: &Rc<dyn Watch>,
    ) -> Result<Made, DatasetError> {
        if let Some(refused) = self.refused(frozen, watch)? {
            return Ok(refused);
        }
        let mut chosen = self.chosen(frozen, watch);
        let (report, _) = self.export()?.write(&mut chosen, sink)?;
        Ok(Made { report, outcome: Outcome::Unproven, issues: chosen.issues, splits: None })
    }

    /// The losses that a strict export refuses to make.
    fn refused(&self, frozen: &Frozen, watch: &Rc<dyn Watch>) -> Result<Option<Made>, DatasetError> {
        if !self.strict {
            return Ok(None);
        }
        let (report, issues) = self.look(frozen, watch)?;
        Ok((!report.losses.is_empty()).then_some(Made {
            report,
            outcome: Outcome::Refused,
            issues,
            splits: None,
        }))
    }
}
