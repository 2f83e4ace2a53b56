//! `hashiya man`: the manual page.

use anyhow::bail;

use super::print::Printer;
use super::{Verdict, definition};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The command whose page to print; that of hashiya itself where none is named.
    command: Option<String>,
}

pub(super) fn run(args: &Args, out: &mut Printer) -> anyhow::Result<Verdict> {
    let mut page = definition();
    page.build();
    if let Some(name) = &args.command {
        let Some(found) = page.find_subcommand(name) else {
            bail!("there is no command {name:?}; `hashiya --help` lists them");
        };
        page = found.clone();
    }
    clap_mangen::Man::new(page).render(out)?;
    Ok(Verdict::Fine)
}
