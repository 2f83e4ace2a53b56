//! An export from beginning to end: survey, dry run, writing, self-test. The command line and the window hand in the
//! articles ([`Pages`]) and the files ([`Sink`]) and say the rest.

use std::io;
use std::rc::Rc;

use super::format::{Format, Writer};
use super::options::{ReadOptions, WriteOptions};
use super::proof::{Broken, Promise};
use super::sink::{Sink, Source};
use super::{FormatError, Header, Page, Report};

/// The articles of an export, which are read from disk one at a time, as often as asked.
pub trait Pages {
    /// What goes wrong on the way.
    type Error: From<io::Error> + From<Broken>;
    /// What the project says of itself.
    fn header(&self) -> Header;
    /// Shows every article in order.
    ///
    /// # Errors
    /// Where an article cannot be read, or `each` fails.
    fn visit(
        &mut self,
        what: Pass,
        each: &mut dyn FnMut(&Page<'_>) -> Result<(), Self::Error>,
    ) -> Result<(), Self::Error>;
}

/// What articles are shown for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// To see what columns are needed.
    Survey,
    /// To see what would be lost.
    Trial,
    /// To write them.
    Write,
}

/// Annotations that go out in a format.
pub struct Export<'a> {
    format: &'a Format,
    options: WriteOptions,
    writer: Box<dyn Writer>,
}

impl<'a> Export<'a> {
    /// Nothing where we do not write the format.
    pub fn new(format: &'a Format, options: &WriteOptions) -> Option<Self> {
        Some(Self { format, options: options.clone(), writer: format.write?(options) })
    }

    /// Shows the writer what it needs to see first.
    fn prepare<P: Pages>(&mut self, pages: &mut P) -> Result<Header, P::Error> {
        let header = pages.header();
        self.writer.know(&header);
        if self.writer.needs_survey() {
            let writer = &mut self.writer;
            pages.visit(Pass::Survey, &mut |page| {
                writer.survey(page);
                Ok(())
            })?;
        }
        Ok(header)
    }

    /// What writing would lose. Nothing is written.
    ///
    /// # Errors
    /// Where articles cannot be read.
    pub fn trial<P: Pages>(mut self, pages: &mut P) -> Result<Report, P::Error> {
        self.prepare(pages)?;
        let mut report = self.report();
        pages.visit(Pass::Trial, &mut |page| {
            self.writer.fit(page, &self.format.keeps, &mut report);
            Ok(())
        })?;
        Ok(report)
    }

    /// Writes all, and says what was lost and what the files must hold.
    ///
    /// # Errors
    /// Where articles cannot be read or files not be written.
    pub fn write<P: Pages>(
        mut self,
        pages: &mut P,
        sink: &mut dyn Sink,
    ) -> Result<(Report, Promise), P::Error> {
        let header = self.prepare(pages)?;
        let (mut report, mut promise) = (self.report(), Promise::default());
        self.writer.begin(sink, &header)?;
        pages.visit(Pass::Write, &mut |page| {
            let fitted = self.writer.fit(page, &self.format.keeps, &mut report);
            if fitted.skipped {
                return Ok(());
            }
            promise.add(&fitted.page(), &self.format.keeps);
            Ok(self.writer.article(&fitted.page(), sink)?)
        })?;
        self.writer.end(sink)?;
        Ok((report, promise))
    }

    fn report(&self) -> Report {
        let unit = self.options.unit.or(self.format.units.first().copied());
        Report { unit, leaves_out: self.format.keeps.leaves_out(), ..Report::default() }
    }
}

/// Reads the files of an export back and holds them against the promise. `sources` are those that [`is_main`].
///
/// # Errors
/// Where they cannot be read, or do not hold what was promised.
pub fn prove(
    format: &Format,
    written: &WriteOptions,
    mut promise: Promise,
    sources: impl IntoIterator<Item = Rc<dyn Source>>,
) -> Result<(), Broken> {
    let options = ReadOptions {
        annotator: (!format.keeps.annotators).then(|| "self-test".into()),
        folders_are_annotators: true,
        unit: written.unit.or(format.units.first().copied()),
        ..ReadOptions::default()
    };
    for source in sources {
        let named = |error: FormatError| Broken {
            problem: format!("read back, {}: {error}", source.name()),
            ..Broken::from(error)
        };
        match (format.read, format.check) {
            (Some(read), _) => {
                for item in read(&source, &options).map_err(named)?.items {
                    promise.take(&item.map_err(named)?, &format.keeps)?;
                }
            }
            (None, Some(check)) => check(&*source).map_err(named)?,
            (None, None) => {}
        }
    }
    if format.reads() { promise.finish() } else { Ok(()) }
}

/// Whether a file of an export is one that a reader begins with, not a part of another or beside it.
pub fn is_main(format: &Format, name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    format.extensions.is_empty()
        || extension.is_some_and(|extension| format.extensions.contains(&extension.as_str()))
}
