//! A data set on its way to disk, on a thread, while the window goes on.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::Context;

use super::looking::said;
use super::{Heard, STEPS, Wanted, Writing};
use crate::app::jobs::{Job, Progress};
use crate::app::panels::{count, counted};
use crate::app::widgets::isolate;
use crate::dataset::{DatasetError, Made, Outcome, Step, Summary};

/// How long a closing window waits for an export to clean up behind itself.
const FAREWELL: Duration = Duration::from_secs(2);

/// An export under way.
pub(in crate::app) struct Exporting {
    job: Job<Result<Written, DatasetError>>,
    path: PathBuf,
    format: &'static str,
}

/// What was written.
struct Written {
    made: Made,
    /// Why the report is not there, though the data set is.
    unreported: Option<String>,
}

/// Where the report of a data set stands: beside it, under its name.
pub(in crate::app) fn report_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".report.json");
    path.with_file_name(name)
}

impl Exporting {
    /// Begins to write.
    pub(in crate::app) fn start(ctx: &Context, wanted: Wanted) -> Self {
        let Wanted { frozen, order, path, report } = wanted;
        let (target, format) = (path.clone(), order.format.name);
        let job = Job::start("hashiya-export", ctx, move |progress| {
            let made = order.write(&frozen, &target, &Heard::watch(progress))?;
            let summary = Summary::of(order.format, &made);
            let reported = report && made.outcome != Outcome::Refused;
            let unreported = reported.then(|| summary.write(&report_path(&target)).err()).flatten();
            Ok(Written { made, unreported: unreported.map(|error| error.to_string()) })
        });
        Self { job, path, format }
    }

    /// What it does, for bars.
    pub(in crate::app) fn name(&self) -> &'static str {
        match STEPS.get(self.job.progress.stage()) {
            Some(Step::Trial) => "Looking for losses",
            Some(Step::Write) => "Writing",
            Some(Step::Prove) => "Reading back what was written",
            Some(Step::Survey) | None => "Preparing",
        }
    }

    /// How far it is; shared with its thread.
    pub(in crate::app) fn progress(&self) -> &Progress {
        &self.job.progress
    }

    /// As the screen says it.
    pub(in crate::app) fn now(&self) -> (String, usize, usize) {
        let (done, total) = self.job.progress.now();
        (self.name().to_owned(), done, total)
    }

    /// What came of it, once it is over: a sentence, and whether it is good.
    pub(in crate::app) fn poll(&self) -> Option<Writing> {
        let result = said(self.job.poll()?);
        Some(Writing { now: None, last: Some(self.sentence(result)) })
    }

    fn sentence(&self, result: Result<Written, String>) -> (String, bool) {
        let path = isolate(&self.path.display().to_string());
        match result {
            Err(failed) => (failed, false),
            Ok(Written { made, .. }) if made.outcome == Outcome::Refused => {
                let losses = match made.report.losses.len() {
                    1 => "1 loss".to_owned(),
                    more => format!("{} losses", count(more)),
                };
                (
                    format!("Nothing was written: strict, and there would be {losses} in {}", self.format),
                    false,
                )
            }
            Ok(Written { unreported: Some(failed), .. }) => {
                (format!("Wrote {path} and read it back, but not its report: {failed}"), false)
            }
            Ok(Written { made, .. }) => {
                let (articles, layers) =
                    (counted(made.report.articles, "article"), counted(made.report.layers, "layer"));
                (format!("Wrote {articles} and {layers} to {path}, and read it back"), true)
            }
        }
    }

    /// Stops it and waits, not for long, until it has removed what it began.
    pub(in crate::app) fn stop_and_wait(&self) {
        self.job.progress.cancel();
        let begun = Instant::now();
        while self.job.poll().is_none() && begun.elapsed() < FAREWELL {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}
