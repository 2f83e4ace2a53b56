//! Conflict files side by side: what only ours holds, what only theirs, and how much is the same.

use egui::accesskit::Role;
use egui::{Context, ScrollArea, Ui};

use crate::app::controls::card;
use crate::app::desk::Desk;
use crate::app::jobs::Job;
use crate::app::theme::{Palette, size, space};
use crate::app::widgets::{Label, isolate};
use crate::layout::Direction;
use crate::store::{Conflict, Held};

/// Lines of one kind that are shown.
const MOST: usize = 100;

/// The sheet, and the files as a thread read them.
pub(in crate::app) struct Conflicts {
    job: Option<Job<Vec<Conflict>>>,
    found: Vec<Conflict>,
    failed: Option<String>,
}

impl Conflicts {
    /// Begins to read the conflict files of the project.
    pub(in crate::app) fn of(desk: &Desk, ctx: &Context) -> Self {
        let reader = desk.session.reader();
        let job = Job::start("hashiya-conflicts", ctx, move |_| reader.conflicts());
        Self { job: Some(job), found: Vec::new(), failed: None }
    }

    /// The sheet. Returns whether it stays.
    pub(in crate::app) fn ui(&mut self, ui: &mut Ui, height: f32) -> bool {
        match self.job.as_ref().and_then(Job::poll) {
            None => {}
            Some(result) => {
                self.job = None;
                match result {
                    Ok(found) => self.found = found,
                    Err(failed) => self.failed = Some(failed),
                }
            }
        }
        egui::Frame::new().inner_margin(20.0).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::UNIT;
            Label::new("Conflict files").size(18.0).bold().role(Role::Heading).ui(ui);
            self.state(ui);
            let most = (height - 150.0).max(120.0);
            ScrollArea::vertical()
                .max_height(most)
                .min_scrolled_height(most)
                .auto_shrink([false, true])
                .show(ui, |ui| {
                    for conflict in &self.found {
                        card(ui, |ui| pair(ui, conflict));
                    }
                });
        });
        true
    }

    fn state(&self, ui: &mut Ui) {
        let said = match (&self.failed, self.job.is_some(), self.found.is_empty()) {
            (Some(failed), ..) => format!("The files could not be read: {failed}"),
            (None, true, _) => "Reading the files…".to_owned(),
            (None, false, true) => "There is none: no file of the project was changed by two at once.".to_owned(),
            (None, false, false) => {
                "Something else changed these files while there was work of yours for them. Both are kept. The project \
                 opens with the file under its own name; take over from the other what is missing, then remove it."
                    .to_owned()
            }
        };
        Label::new(said).dim().wrap().role(Role::Status).ui(ui);
    }
}

fn pair(ui: &mut Ui, conflict: &Conflict) {
    ui.spacing_mut().item_spacing.y = 4.0;
    Label::new(&*conflict.theirs).bold().reveal().elide().ui(ui);
    Label::new(format!("Yours: {}", conflict.ours)).size(size::HINT).dim().reveal().elide().ui(ui);
    let Some(compared) = &conflict.compared else {
        let palette = Palette::of(ui.ctx());
        Label::new("One of the two cannot be read.").color(palette.readable(palette.warn)).ui(ui);
        return;
    };
    let counts = format!(
        "{} the same · {} only in yours · {} only in theirs",
        compared.same,
        compared.ours.len(),
        compared.theirs.len()
    );
    Label::new(counts).ui(ui);
    lines(ui, "Only in yours", &compared.ours);
    lines(ui, "Only in theirs", &compared.theirs);
}

fn lines(ui: &mut Ui, heading: &str, held: &[Held]) {
    if held.is_empty() {
        return;
    }
    Label::new(heading).size(size::HINT).dim().ui(ui);
    for held in held.iter().take(MOST) {
        let words = |wrap: fn(&str) -> String| {
            let quoted = held.words.iter().map(|words| wrap(&format!("“{words}”")));
            quoted.collect::<Vec<_>>().join(" → ")
        };
        let line = format!("{} {} {}", isolate(&held.kind), words(isolate), isolate(&held.more));
        let name = format!("{heading}: {} {} {}", held.kind, words(str::to_owned), held.more);
        Label::new(line).name(name.trim_end().to_owned()).direction(Direction::LeftToRight).wrap().ui(ui);
    }
    if let Some(more) = held.len().checked_sub(MOST).filter(|more| *more > 0) {
        Label::new(format!("and {more} more")).size(size::HINT).dim().ui(ui);
    }
}
