//! `hashiya new`: a project in a new or empty folder.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::print::Printer;
use super::{Verdict, open};
use crate::language::slug;
use crate::model::{Codebook, Project};
use crate::session::Session;
use crate::store::outside;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of the project; must not exist or be empty.
    project: PathBuf,
    /// What people read as its name; the folder's name where it is not given.
    #[arg(long)]
    name: Option<String>,
    /// Take this codebook: a file of labels and relations in RON, or another project.
    #[arg(long, value_name = "F.ron")]
    codebook: Option<PathBuf>,
}

pub(super) fn run(args: &Args, out: &mut Printer) -> anyhow::Result<Verdict> {
    let folder = args.project.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = args.name.clone().or(folder).filter(|name| !name.trim().is_empty());
    let name = name.unwrap_or_else(|| "Project".to_owned());
    let mut project = Project::new(name.clone(), slug::slug(&name));
    if let Some(source) = &args.codebook {
        project.codebook = codebook(source)?;
    }
    Session::create(&args.project, project)?.close()?;
    writeln!(out, "Made the project “{name}” in {}", args.project.display())?;
    Ok(Verdict::Fine)
}

fn codebook(source: &Path) -> anyhow::Result<Arc<Codebook>> {
    if outside::is_project(source) || source.file_name().is_some_and(|name| name == "project.ron") {
        let (session, _) = open::to_check(source)?;
        return Ok(Arc::clone(&session.project().codebook));
    }
    Ok(Arc::new(outside::read_codebook(source)?))
}
