//! A data set for each split and the manifest, in one folder that gets its name when all is written and proven.

use std::io::{self, Write as _};
use std::path::Path;
use std::rc::Rc;

use serde_json::Value;

use super::files::Folder;
use super::pages::Chosen;
use super::{DatasetError, Made, Order, Outcome, Step, Watch};
use crate::interchange::export::{Pages, Pass, prove};
use crate::interchange::sink::{Out, Sink, Source};
use crate::interchange::splits::{MANIFEST, Shares, Splits, Stratum, Survey};
use crate::interchange::{Format, Header, Page, Report, Shape};
use crate::session::Frozen;
use crate::store::output::Output;

/// How a data set is split.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The splits and how much goes into each.
    pub shares: Shares,
    /// Another number splits otherwise; the same gives the same splits again.
    pub seed: u64,
    /// What should be as frequent in each split as in all.
    pub by: Vec<Stratum>,
}

impl Split {
    /// Looks at all articles, and at those that may have a near-duplicate again.
    fn make(&self, chosen: &mut Chosen<'_>) -> Result<Splits, DatasetError> {
        let mut survey = Survey::new(&self.by);
        chosen.visit(Pass::Survey, &mut |page| {
            survey.add(page);
            Ok(())
        })?;
        let mut suspects = survey.finish();
        if !suspects.is_empty() {
            chosen.visit(Pass::Survey, &mut |page| {
                suspects.add(page);
                Ok(())
            })?;
        }
        Ok(suspects.split(&self.shares, self.seed))
    }
}

impl Order {
    /// Writes each split and the manifest, reads them back, and only then gives the folder its name.
    pub(super) fn write_split(
        &self,
        split: &Split,
        frozen: &Frozen,
        path: &Path,
        watch: &Rc<dyn Watch>,
    ) -> Result<Made, DatasetError> {
        let mut chosen = self.chosen(frozen, watch);
        let splits = split.make(&mut chosen)?;
        let mut folder = Folder::new(Output::create(path, true)?, watch.clone());
        let mut report = Report::default();
        for share in split.shares.iter() {
            let mut pages = PagesOf { chosen: &mut chosen, splits: &splits, split: &share.name };
            let mut sink = SinkOf { folder: &mut folder, format: self.format, split: &share.name };
            let written = self.export()?.write(&mut pages, &mut sink);
            let (of_split, promise) = written.map_err(|cause| cause.on_writing(path))?;
            watch.begin(Step::Prove, 0);
            let proven = prove(self.format, &self.options, promise, sink.sources()?);
            watch.end();
            if watch.is_cancelled() {
                return Err(DatasetError::Stopped);
            }
            proven.map_err(|cause| DatasetError::Unproven { path: path.join(&share.name), cause })?;
            report.absorb(of_split);
        }
        manifest(&mut folder, &splits).map_err(|cause| DatasetError::from(cause).on_writing(path))?;
        folder.into_output().commit()?;
        Ok(Made { report, outcome: Outcome::Proven, issues: chosen.issues, splits: Some(splits) })
    }
}

fn manifest(folder: &mut Folder, splits: &Splits) -> io::Result<()> {
    let mut out = folder.file(MANIFEST)?;
    serde_json::to_writer_pretty(&mut out, &splits.manifest())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// What is said of the splits: how many articles are in each.
pub(super) fn counts(splits: &Splits) -> Value {
    let mut manifest = splits.manifest();
    manifest.get_mut("counts").map(Value::take).unwrap_or_default()
}

/// The articles of one split.
struct PagesOf<'a, 'c> {
    chosen: &'a mut Chosen<'c>,
    splits: &'a Splits,
    split: &'a str,
}

impl Pages for PagesOf<'_, '_> {
    type Error = DatasetError;

    fn header(&self) -> Header {
        self.chosen.header()
    }

    fn visit(
        &mut self,
        what: Pass,
        each: &mut dyn FnMut(&Page<'_>) -> Result<(), DatasetError>,
    ) -> Result<(), DatasetError> {
        let (splits, split) = (self.splits, self.split);
        self.chosen.visit(what, &mut |page| match splits.of(&page.info.id) == Some(split) {
            true => each(page),
            false => Ok(()),
        })
    }
}

/// The files of one split: `train.jsonl`, or a folder `train`.
struct SinkOf<'a> {
    folder: &'a mut Folder,
    format: &'static Format,
    split: &'a str,
}

impl SinkOf<'_> {
    fn name(&self) -> String {
        let extension = self.format.extensions.first().copied().unwrap_or("out");
        format!("{}.{extension}", self.split)
    }

    fn sources(&self) -> io::Result<Vec<Rc<dyn Source>>> {
        match self.format.shape {
            Shape::File => Ok(vec![self.folder.source(&self.name(), "")]),
            Shape::Folder => self.folder.sources_under(self.format, &format!("{}/", self.split)),
        }
    }
}

impl Sink for SinkOf<'_> {
    fn single(&mut self) -> io::Result<Out> {
        let name = self.name();
        self.folder.file(&name)
    }

    fn file(&mut self, name: &str) -> io::Result<Out> {
        self.folder.file(&format!("{}/{name}", self.split))
    }
}
