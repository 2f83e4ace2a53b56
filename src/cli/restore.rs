//! `hashiya restore`: a backup as a project of its own. The project it was made of is not touched.

use std::io::Write as _;
use std::path::PathBuf;

use super::print::{Printer, count, note};
use super::{Verdict, open};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of the project.
    project: PathBuf,
    /// Name of the backup, as `hashiya backups` lists it.
    backup: String,
    /// Folder of the restored project; must not exist or be empty.
    #[arg(long, short, value_name = "NEW_FOLDER")]
    output: PathBuf,
}

pub(super) fn run(args: &Args, out: &mut Printer) -> anyhow::Result<Verdict> {
    let backups = open::backups(&args.project)?;
    let backup = backups.find(&args.backup)?;
    backups.restore(&backup.name, &args.output)?;
    for problem in backup.holds.iter().flat_map(|holds| &holds.problems) {
        note(problem);
    }
    let session = open::to_read(&args.output)?;
    writeln!(
        out,
        "Restored {} with {} into {}; {} is as it was",
        backup.name,
        count(session.project().articles().len(), "article"),
        args.output.display(),
        args.project.display()
    )?;
    if !backup.verified {
        note("This backup was not verified: run `hashiya check` on what was restored");
    }
    Ok(Verdict::findings(!backup.verified))
}
