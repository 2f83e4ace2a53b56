//! The sinks of an export: a folder on disk, and standard output.

use std::io::{self, BufRead, BufWriter};
use std::rc::Rc;

use crate::interchange::export::is_main;
use crate::interchange::sink::{Out, Sink, Source, safe_path, unsafe_name};
use crate::interchange::{Format, Shape};
use crate::store::output::{Output, OutputReader};

/// An unfinished export on disk.
pub(super) struct Folder {
    output: Output,
}

impl Folder {
    pub(super) fn new(output: Output) -> Self {
        Self { output }
    }

    pub(super) fn into_output(self) -> Output {
        self.output
    }

    /// The files a reader begins with.
    pub(super) fn sources(&self, format: &Format) -> io::Result<Vec<Rc<dyn Source>>> {
        let names = match format.shape {
            Shape::File => vec![None],
            Shape::Folder => {
                let names = self.output.names()?;
                names.into_iter().filter(|name| is_main(format, name)).map(Some).collect()
            }
        };
        let source = |name| Rc::new(Written { output: self.output.reader(), name }) as Rc<dyn Source>;
        Ok(names.into_iter().map(source).collect())
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
    name: Option<String>,
}

impl Source for Written {
    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or("the file")
    }

    fn open(&self) -> io::Result<Box<dyn BufRead>> {
        Ok(Box::new(self.output.read(self.name.as_deref())?))
    }

    fn other(&self, path: &str) -> io::Result<Option<Box<dyn BufRead>>> {
        if self.name.is_none() || !safe_path(path) {
            return Ok(None);
        }
        match self.output.read(Some(path)) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Standard output, which cannot be read back.
pub(super) struct Stdout;

impl Sink for Stdout {
    fn single(&mut self) -> io::Result<Out> {
        Ok(Box::new(BufWriter::new(io::stdout())))
    }

    fn file(&mut self, name: &str) -> io::Result<Out> {
        Err(unsafe_name(name))
    }
}
