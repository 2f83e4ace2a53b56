//! The sinks of an export: a folder on disk, and standard output.

use std::io::{self, BufRead, BufWriter, Read};
use std::rc::Rc;

use super::Watch;
use crate::interchange::export::is_main;
use crate::interchange::sink::{Out, Sink, Source, safe_path, unsafe_name};
use crate::interchange::{Format, Shape};
use crate::store::output::{Output, OutputReader};

/// An unfinished export on disk.
pub(super) struct Folder {
    output: Output,
    watch: Rc<dyn Watch>,
}

impl Folder {
    pub(super) fn new(output: Output, watch: Rc<dyn Watch>) -> Self {
        Self { output, watch }
    }

    pub(super) fn into_output(self) -> Output {
        self.output
    }

    /// The files a reader begins with.
    pub(super) fn sources(&self, format: &Format) -> io::Result<Vec<Rc<dyn Source>>> {
        match format.shape {
            Shape::File => Ok(vec![self.written(None, "")]),
            Shape::Folder => self.sources_under(format, ""),
        }
    }

    /// Those of them in a folder, which is named with its `/` and is no part of their names.
    pub(super) fn sources_under(&self, format: &Format, folder: &str) -> io::Result<Vec<Rc<dyn Source>>> {
        let names = self.output.names()?;
        let below = names.iter().filter_map(|name| name.strip_prefix(folder));
        Ok(below.filter(|name| is_main(format, name)).map(|name| self.source(name, folder)).collect())
    }

    /// A file in a folder of the export.
    pub(super) fn source(&self, name: &str, folder: &str) -> Rc<dyn Source> {
        self.written(Some(name.to_owned()), folder)
    }

    fn written(&self, name: Option<String>, folder: &str) -> Rc<dyn Source> {
        let (output, watch) = (self.output.reader(), self.watch.clone());
        Rc::new(Written { output, watch, folder: folder.to_owned(), name })
    }
}

impl Sink for Folder {
    fn single(&mut self) -> io::Result<Out> {
        Ok(Box::new(self.output.single()?))
    }

    fn file(&mut self, name: &str) -> io::Result<Out> {
        if !safe_path(name) {
            return Err(unsafe_name(name));
        }
        Ok(Box::new(self.output.file(name.split('/'))?))
    }
}

/// A file of an unfinished export, to read it back.
struct Written {
    output: OutputReader,
    watch: Rc<dyn Watch>,
    /// What stands before every name, with its `/`.
    folder: String,
    name: Option<String>,
}

impl Written {
    fn read(&self, name: Option<&str>) -> io::Result<Box<dyn BufRead>> {
        let name = name.map(|name| format!("{}{name}", self.folder));
        let file = self.output.read(name.as_deref())?;
        Ok(Box::new(Watched { file, watch: self.watch.clone() }))
    }
}

impl Source for Written {
    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or("the file")
    }

    fn open(&self) -> io::Result<Box<dyn BufRead>> {
        self.read(self.name.as_deref())
    }

    fn other(&self, path: &str) -> io::Result<Option<Box<dyn BufRead>>> {
        if self.name.is_none() || !safe_path(path) {
            return Ok(None);
        }
        match self.read(Some(path)) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A file that can no longer be read once the export is stopped, since readers know nothing of stopping.
struct Watched<R> {
    file: R,
    watch: Rc<dyn Watch>,
}

impl<R> Watched<R> {
    fn going_on(&self) -> io::Result<()> {
        if self.watch.is_cancelled() { Err(io::Error::other("the export was stopped")) } else { Ok(()) }
    }
}

impl<R: BufRead> Read for Watched<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.going_on()?;
        self.file.read(bytes)
    }
}

impl<R: BufRead> BufRead for Watched<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.going_on()?;
        self.file.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.file.consume(bytes);
    }
}

/// Standard output, which cannot be read back.
#[derive(Clone, Copy, Debug)]
pub struct Stdout;

impl Sink for Stdout {
    fn single(&mut self) -> io::Result<Out> {
        Ok(Box::new(BufWriter::new(io::stdout())))
    }

    fn file(&mut self, name: &str) -> io::Result<Out> {
        Err(unsafe_name(name))
    }
}
