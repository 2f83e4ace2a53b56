//! The process that is killed. It says on its standard output what the session said was saved, and what went wrong.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use hashiya::session::{Access, Opened, Saved, Session, Waiting};
use hashiya::store::RealFs;

use super::work;

/// Nobody may be listening any more, and the write itself may be made to fail.
fn say(what: &str) {
    std::io::stdout().write_all(format!("{what}\n").as_bytes()).unwrap_or_default();
}

/// Works in a folder: for ever, or a sitting of so many edits.
pub(crate) fn run(root: &Path, waiting: Waiting, edits: Option<u32>) -> ExitCode {
    match work_at(root, waiting, edits) {
        Ok(()) => say("end"),
        Err(why) => say(&format!("told {why}")),
    }
    ExitCode::SUCCESS
}

fn work_at(root: &Path, waiting: Waiting, edits: Option<u32>) -> Result<(), String> {
    let opened = Session::open_on(Arc::new(RealFs), root, Access::Write, waiting);
    let Opened { mut session, issues, read_only, .. } = opened.map_err(|error| error.to_string())?;
    issues.iter().for_each(|issue| say(&format!("told {issue}")));
    if let Some(why) = read_only {
        return Err(why);
    }
    let first = work::number_of(&mut session)?;
    say(&format!("saved {first}"));
    let last = edits.map_or(u32::MAX, |edits| first + edits);
    for number in first + 1..=last {
        session.apply(work::edit(number)).map_err(|error| error.to_string())?;
        say(&format!("made {number}"));
        match number % 16 {
            3 | 5 => {}
            9 => session.snapshot(),
            _ => {
                if let Err(error) = session.sync() {
                    say(&format!("told {error}"));
                }
            }
        }
        report(&session, number);
        let idle = if number.is_multiple_of(11) { Duration::from_secs(6) } else { Duration::ZERO };
        session.tick(idle).iter().for_each(|issue| say(&format!("told {issue}")));
    }
    session.close().map_err(|error| error.to_string())?;
    say(&format!("saved {last}"));
    Ok(())
}

fn report(session: &Session, made: u32) {
    let pending = match session.saved() {
        Saved::Everything { .. } => 0,
        Saved::Pending { edits } => edits,
        Saved::Failed { edits, message } => {
            say(&format!("told {message}"));
            edits
        }
        Saved::ReadOnly => return say("told it became read-only"),
    };
    say(&format!("saved {}", made - u32::try_from(pending).unwrap_or(made)));
}
