//! `hashiya export --split`: a data set for each split and the manifest, in one folder that gets its name when all is
//! written and proven.

use std::io::{self, Write as _};
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::files::Folder;
use super::pages::Chosen;
use crate::interchange::export::{Export, Pages, Pass, prove};
use crate::interchange::options::WriteOptions;
use crate::interchange::sink::{Out, Sink, Source};
use crate::interchange::splits::{MANIFEST, Shares, Splits, Stratum, Survey};
use crate::interchange::{Format, Header, Page, Report, Shape};
use crate::store::output::Output;

/// What the person asked for.
pub(super) struct Plan {
    shares: Shares,
    seed: u64,
    by: Vec<Stratum>,
}

impl Plan {
    /// Nothing where the data set is not to be split.
    pub(super) fn of(split: Option<&str>, seed: u64, by: &[String]) -> anyhow::Result<Option<Self>> {
        let Some(split) = split else { return Ok(None) };
        let shares = match Shares::parse(split) {
            Ok(shares) => shares,
            Err(problem) => bail!("--split: {problem}; nothing was written"),
        };
        Ok(Some(Self { shares, seed, by: by.iter().filter_map(|name| Stratum::from_name(name)).collect() }))
    }

    /// Looks at all articles, and at those that may have a near-duplicate again.
    fn make(&self, chosen: &mut Chosen<'_>) -> anyhow::Result<Splits> {
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

    /// Writes each split and the manifest, reads them back, and only then gives the folder its name.
    pub(super) fn to_disk(
        &self,
        chosen: &mut Chosen<'_>,
        options: &WriteOptions,
        path: &Path,
    ) -> anyhow::Result<(Report, Splits)> {
        let format = chosen.format;
        let splits = self.make(chosen)?;
        let mut folder = Folder::new(Output::create(path, true)?);
        let mut report = Report::default();
        let failed = || format!("cannot write {}; no folder of that name was left", path.display());
        for share in self.shares.iter() {
            let export = Export::new(format, options).with_context(failed)?;
            let mut pages = PagesOf { chosen: &mut *chosen, splits: &splits, split: &share.name };
            let mut sink = SinkOf { folder: &mut folder, format, split: &share.name };
            let (of_split, promise) = export.write(&mut pages, &mut sink).with_context(failed)?;
            prove(format, options, promise, sink.sources()?).with_context(|| {
                format!(
                    "the split {} is not what it should be, and all of {} was removed; the project is as it was: please \
                     report this",
                    share.name,
                    path.display()
                )
            })?;
            report.absorb(of_split);
        }
        let mut out = folder.file(MANIFEST)?;
        serde_json::to_writer_pretty(&mut out, &splits.manifest())?;
        out.write_all(b"\n")?;
        out.flush()?;
        drop(out);
        folder.into_output().commit()?;
        Ok((report, splits))
    }
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
    type Error = anyhow::Error;

    fn header(&self) -> Header {
        self.chosen.header()
    }

    fn visit(
        &mut self,
        what: Pass,
        each: &mut dyn FnMut(&Page<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
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
