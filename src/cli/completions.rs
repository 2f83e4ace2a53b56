//! `hashiya completions`: completions for a shell.

use super::print::Printer;
use super::{Verdict, definition};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which shell.
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &Args, out: &mut Printer) -> anyhow::Result<Verdict> {
    // The generator panics where it cannot write, as into a closed pipe; memory always can be written.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut definition(), "hashiya", &mut script);
    std::io::Write::write_all(out, &script)?;
    Ok(Verdict::Fine)
}
