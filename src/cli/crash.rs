//! What is left of a mistake of the program: a report that can be sent on, since it holds nothing of an article. Nothing
//! is saved here: what was acknowledged is on disk already.

use std::backtrace::Backtrace;
use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;

use crate::store::{outside, settings};

/// Reports one run may write: a mistake that is made in each frame does not fill the disk.
const MOST_REPORTS: usize = 8;

/// Has every panic from now on leave a report in the folder of the program's state.
pub fn install() {
    install_in(settings::folder());
}

/// As [`install`], with the reports in a folder of the caller's choice, or on standard error alone.
pub fn install_in(folder: Option<PathBuf>) {
    let written = AtomicUsize::new(0);
    std::panic::set_hook(Box::new(move |panic| {
        let number = written.fetch_add(1, Ordering::Relaxed);
        let report =
            folder.as_deref().filter(|_| number < MOST_REPORTS).map(|folder| write(folder, number, panic));
        let place = match report {
            Some(Ok(path)) => format!("a report without any text of yours is in {}", path.display()),
            Some(Err(error)) => format!("no report could be written ({error})"),
            None => "no further report is written".to_owned(),
        };
        // Where even this cannot be written there is nobody to tell.
        writeln!(
            std::io::stderr(),
            "hashiya: stopped on a mistake of its own at {}; what was acknowledged is on disk. Please report it: {place}",
            place_of(panic)
        )
        .unwrap_or_default();
    }));
}

fn write(
    folder: &Path,
    number: usize,
    panic: &PanicHookInfo<'_>,
) -> Result<PathBuf, crate::store::StoreError> {
    let now = Timestamp::now();
    let path = folder.join(format!("crash-{}-{}-{number}.txt", now.as_second(), std::process::id()));
    outside::write(&path, report(panic, now).as_bytes())?;
    Ok(path)
}

/// Its lines. A message that was put together while running may quote an article and is left out; one that stands in
/// the program as it is may not.
fn report(panic: &PanicHookInfo<'_>, now: Timestamp) -> String {
    let message = panic.payload().downcast_ref::<&'static str>().copied();
    let thread = std::thread::current();
    let mut report = String::from(
        "Hashiya stopped on a mistake of its own. This report holds nothing of your articles and annotations.\n\n",
    );
    for (what, value) in [
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("build", if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned()),
        ("system", format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)),
        ("time", now.to_string()),
        ("thread", thread.name().unwrap_or("without a name").to_owned()),
        ("place", place_of(panic)),
        ("message", message.unwrap_or("(left out, as it may quote a text)").to_owned()),
        ("calls", format!("\n{}", Backtrace::force_capture())),
    ] {
        writeln!(report, "{what}: {value}").unwrap_or_default();
    }
    report
}

fn place_of(panic: &PanicHookInfo<'_>) -> String {
    panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string)
}
