//! Long work on named threads, with progress and cancel. The window asks once a frame what came of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

/// How far a job is; shared with its thread.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    done: Arc<AtomicUsize>,
    total: Arc<AtomicUsize>,
    stage: Arc<AtomicUsize>,
    cancelled: Arc<AtomicBool>,
}

impl Progress {
    /// Begins a stage of work that has several, numbered by the caller.
    pub(super) fn begin(&self, stage: usize, total: usize) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        self.stage.store(stage, Ordering::Relaxed);
    }

    /// The stage it is in; 0 for the first or only one.
    pub(super) fn stage(&self) -> usize {
        self.stage.load(Ordering::Relaxed)
    }

    /// Says how many steps there are.
    pub(super) fn set_total(&self, total: usize) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// Says that a step is done.
    pub(super) fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// Steps done and steps in all; 0 in all while that is not known.
    pub(super) fn now(&self) -> (usize, usize) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// Whether the work should stop.
    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Asks the work to stop.
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

/// What a bar says of a job.
pub(super) struct Running<'a> {
    /// What it does.
    pub name: &'a str,
    /// How far it is.
    pub progress: &'a Progress,
    /// What stopping it means.
    pub stop: &'static str,
}

/// Work under way whose result is a `T`.
pub(super) struct Job<T> {
    /// What it does, for the status bar.
    pub name: String,
    /// How far it is.
    pub progress: Progress,
    result: Receiver<Result<T, String>>,
}

impl<T: Send + 'static> Job<T> {
    /// Starts work on a thread of its own. A panic in it ends the job with a message, not the program.
    pub(super) fn start(
        name: &str,
        ctx: &egui::Context,
        work: impl FnOnce(&Progress) -> T + Send + 'static,
    ) -> Self {
        let progress = Progress::default();
        let (sender, result) = channel();
        let (shared, waker) = (progress.clone(), ctx.clone());
        let failed = sender.clone();
        let started = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| work(&shared)));
            // A closed channel means that nobody waits for the result any more.
            sender.send(outcome.map_err(|panic| said(&*panic))).unwrap_or_default();
            waker.request_repaint();
        });
        if let Err(refused) = started {
            failed.send(Err(format!("the system gave no thread: {refused}"))).unwrap_or_default();
        }
        Self { name: name.to_owned(), progress, result }
    }

    /// What came of it, once it is over.
    pub(super) fn poll(&self) -> Option<Result<T, String>> {
        match self.result.try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err("it stopped without a result".to_owned())),
        }
    }
}

/// What a panic said, for the message; its place is in the report that the panic hook writes.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    format!("it stopped on a mistake of the program ({text})")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn outcome<T: Send + 'static>(job: &Job<T>) -> Result<T, String> {
        let begun = Instant::now();
        loop {
            match job.poll() {
                Some(outcome) => return outcome,
                None if begun.elapsed() > Duration::from_secs(20) => panic!("{} never ended", job.name),
                None => std::thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    #[test]
    fn a_mistake_in_a_job_is_a_message_and_the_next_job_runs() {
        let ctx = egui::Context::default();
        let texts: Vec<String> = Vec::new();
        let failing = Job::start("failing", &ctx, move |_| texts.first().expect("no text").len());
        let said = outcome(&failing).expect_err("it panicked");
        assert!(said.contains("mistake of the program") && said.contains("no text"), "{said}");
        let fine = Job::start("fine", &ctx, |progress| {
            progress.set_total(1);
            progress.step();
            7
        });
        assert_eq!(outcome(&fine), Ok(7));
        assert_eq!(fine.progress.now(), (1, 1));
    }
}
