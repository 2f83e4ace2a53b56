//! What can go wrong with files, as sentences for people.

use std::path::{Path, PathBuf};

/// Why the disk could not do it. Says what happened, what it means for the data, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operating system refused.
    #[error("cannot {what} {}: {cause}. {meaning}", file.display())]
    Io {
        /// What was tried, such as `write`.
        what: &'static str,
        /// The file or folder.
        file: PathBuf,
        /// The reason the system gives.
        cause: std::io::Error,
        /// What this means for the data and what to do.
        meaning: &'static str,
    },
    /// The folder holds no project.
    #[error(
        "{} is not a Hashiya project: it has no project.ron. Choose the folder that holds it, or make one with `hashiya new`",
        .0.display()
    )]
    NotAProject(PathBuf),
    /// The folder holds what belongs to a project, but no index of it.
    #[error(
        "{} has no project.ron, but articles, layers or backups. Nothing was changed: `hashiya recover` rebuilds the index from them",
        .0.display()
    )]
    NoIndex(PathBuf),
    /// The index of a project is not what it should be.
    #[error(
        "{}, line {line}, column {column}: {problem}. Nothing was changed, and articles and layers are still there: \
         `hashiya recover` rebuilds the index from the newest backup and from them, or mend that line", file.display()
    )]
    BrokenIndex {
        /// The file.
        file: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A new project needs an empty folder.
    #[error("{} is not empty; nothing was written: choose an empty or a new folder", .0.display())]
    NotEmpty(PathBuf),
    /// There is no backup of this name.
    #[error("there is no backup {0:?}; `hashiya backups` lists those there are")]
    NoBackup(String),
    /// A backup is to be restored within its own project.
    #[error("{} lies within the project; nothing was written: choose a new folder beside it", .0.display())]
    WithinProject(PathBuf),
    /// A file is not what it should be.
    #[error("{}, line {line}, column {column}: {problem}. The file was left as it is: mend that line, or restore the file", file.display())]
    Syntax {
        /// The file.
        file: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A newer Hashiya wrote the file.
    #[error(
        "{} has format {format}; this version reads up to {known}. Nothing was changed: work on it with a newer Hashiya, or look at it without changing it (`hashiya list`, `hashiya show`)", file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its format.
        format: u32,
        /// The newest format this version knows.
        known: u32,
    },
    /// An id cannot be the name of a file.
    #[error(
        "{0:?} cannot be the name of a file; nothing was written: choose a name without / \\ : and other signs of paths"
    )]
    UnsafeName(String),
    /// The project is open elsewhere or cannot be written.
    #[error("the project is open for reading only ({0}); nothing was written")]
    ReadOnly(String),
    /// A thread of ours ended unexpectedly.
    #[error(
        "the thread that writes to disk has stopped; edits since then are in memory only: keep the window open and export them"
    )]
    WriterGone,
    /// Another article has the id.
    #[error("the project has an article {0} already; nothing was added: give the new one another id")]
    TakenId(String),
    /// An entry for the index was made for another text.
    #[error(
        "the entry of article {0} is not that of its text; nothing was added: this is a defect of Hashiya, please report it"
    )]
    OtherText(String),
    /// Files could not be written.
    #[error(
        "not all files could be written; the edits are in the journal and come back at the next start: {0}"
    )]
    NotWritten(String),
    /// The journal cannot be written at the moment.
    #[error("edits are not being saved: {0}")]
    NotSaved(String),
}

impl StoreError {
    pub(super) fn io(what: &'static str, file: &Path, cause: std::io::Error, meaning: &'static str) -> Self {
        Self::Io { what, file: file.to_owned(), cause, meaning }
    }
}
