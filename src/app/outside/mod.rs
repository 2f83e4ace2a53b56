//! Files changed behind the window: looked for on a thread when the window gets the keyboard back, and now and then
//! while nobody types. No frame waits for it.

mod sheet;

use egui::Context;

pub(super) use sheet::Conflicts;

use super::desk::Desk;
use super::jobs::Job;
use super::notices::Notices;
use super::settle;
use crate::model::Issue;
use crate::session::{OutsideFound, OutsideNews};

/// Between two looks while the window has the keyboard all the time, seconds.
const NOW_AND_THEN: f64 = 60.0;
/// So long nobody did anything, seconds.
const REST: f64 = 5.0;
/// Names of files in one notice.
const NAMED: usize = 3;

/// When the files were looked at, and the look under way.
#[derive(Default)]
pub(super) struct Watch {
    job: Option<Job<OutsideFound>>,
    had_focus: Option<bool>,
    last: f64,
    /// A person asked: that nothing changed is said, too.
    asked: bool,
}

impl Watch {
    /// Looks as soon as it can, and says what came of it in any case.
    pub(super) fn ask(&mut self) {
        self.asked = true;
    }

    /// Begins a look where one is due, and takes in what one found. Called once a frame.
    pub(super) fn frame(&mut self, ctx: &Context, desk: &mut Desk, idle: f64, notices: &mut Notices) {
        let (focus, now) = ctx.input(|input| (input.viewport().focused.unwrap_or(input.focused), input.time));
        let came_back = self.had_focus.replace(focus) == Some(false) && focus;
        let due = came_back || self.asked || (idle > REST && now - self.last > NOW_AND_THEN);
        if due && self.job.is_none() {
            self.last = now;
            let check = desk.session.outside_check();
            self.job = Some(Job::start("hashiya-outside", ctx, move |_| check.run()));
        }
        match self.job.as_ref().and_then(Job::poll) {
            None => {}
            Some(result) => {
                self.job = None;
                let asked = std::mem::take(&mut self.asked);
                match result {
                    Ok(found) => take(desk, found, asked, notices),
                    Err(failed) => notices.warning(format!(
                        "The files of the project could not be looked at: {failed}; nothing was changed"
                    )),
                }
                ctx.request_repaint();
            }
        }
    }
}

fn take(desk: &mut Desk, found: OutsideFound, asked: bool, notices: &mut Notices) {
    let news = desk.session.take_outside(found);
    let taken = &news.taken;
    for issue in taken.issues.iter().filter(|issue| !settle::is_about_lost(issue)) {
        notices.issue(issue);
    }
    match said(&news) {
        Some(said) if news.forgotten > 0 => notices.warning(said),
        Some(said) => notices.info(said),
        // Of a contested file the snapshot tells.
        None if asked && taken.issues.is_empty() && taken.contested.is_empty() => {
            notices.info("No file was changed by anything else")
        }
        None => {}
    }
    taken.texts.iter().for_each(|article| desk.forget_places(article));
    if taken.manifest || taken.counts || !taken.layers.is_empty() {
        desk.forget_rows();
    }
    if desk.span.is_some() && desk.selected().is_none() {
        desk.span = None;
    }
}

/// What was read again, in a sentence.
fn said(news: &OutsideNews) -> Option<String> {
    let files = &news.taken.reloaded;
    if files.is_empty() {
        return None;
    }
    let named: Vec<&str> = files.iter().take(NAMED).map(String::as_str).collect();
    let more = files.len() - named.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let undo = if news.forgotten > 0 { ". Undo goes back to here only" } else { "" };
    Some(format!("Changed by something else and read again: {}{more}{undo}", named.join(", ")))
}

/// A finding of the session as the window says it: for files in conflict, also where to see them side by side.
pub(super) fn say(issue: &Issue, notices: &mut Notices) {
    if issue.code == "file-conflict" {
        let message = format!("{} (Ctrl K, “Conflict files…”)", issue.message);
        notices.issue(&Issue { message, ..issue.clone() });
    } else {
        notices.issue(issue);
    }
}
