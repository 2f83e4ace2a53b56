//! The backups of a project, each with what it holds; and, where the project does not open, the ways out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Align, Layout, ScrollArea, Ui, vec2};

use crate::app::controls::{Button, Look, card};
use crate::app::jobs::Job;
use crate::app::panels::counted;
use crate::app::rescue::Choice;
use crate::app::theme::{Palette, size, space};
use crate::app::widgets::{Label, isolate};
use crate::store::{Backup, Backups, Moment, RealFs, StoreError};

const PAD: f32 = 20.0;

/// Why a project does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Trouble {
    /// Its index does not read.
    Broken,
    /// A newer version wrote it.
    Newer,
}

/// The sheet.
pub(in crate::app) struct Shelf {
    root: PathBuf,
    trouble: Option<(Trouble, String)>,
    now: Option<Moment>,
    listing: Option<Job<Result<Vec<Backup>, StoreError>>>,
    list: Option<Result<Vec<Backup>, String>>,
    /// What was chosen.
    pub(super) chosen: Option<Choice>,
}

impl Shelf {
    /// The backups of the project in a folder.
    pub(in crate::app) fn new(root: &Path, now: Option<Moment>) -> Self {
        Self { root: root.to_owned(), trouble: None, now, listing: None, list: None, chosen: None }
    }

    /// With the reason why it does not open.
    pub(in crate::app) fn with_trouble(self, trouble: Trouble, why: String) -> Self {
        Self { trouble: Some((trouble, why)), ..self }
    }

    /// Shows it. Returns whether it stays.
    pub(super) fn ui(&mut self, ui: &mut Ui, height: f32) -> bool {
        self.look(ui.ctx());
        egui::Frame::new().inner_margin(PAD).show(ui, |ui| self.inner(ui, height)).inner
    }

    /// Lists the backups, on a thread.
    fn look(&mut self, ctx: &egui::Context) {
        if self.list.is_none() && self.listing.is_none() {
            let backups = Backups::new(Arc::new(RealFs), &self.root);
            self.listing = Some(Job::start("hashiya-shelf", ctx, move |_| backups.list()));
        }
        if let Some(result) = self.listing.as_ref().and_then(Job::poll) {
            self.listing = None;
            self.list = Some(result.and_then(|listed| listed.map_err(|error| error.to_string())));
        }
    }

    fn inner(&mut self, ui: &mut Ui, height: f32) -> bool {
        ui.spacing_mut().item_spacing.y = space::UNIT;
        let folder =
            self.root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let title = match &self.trouble {
            None => format!("Backups of {}", isolate(&folder)),
            Some(_) => format!("{} does not open", isolate(&folder)),
        };
        Label::new(title).size(18.0).bold().role(Role::Heading).ui(ui);
        if let Some((trouble, why)) = self.trouble.clone() {
            Label::new(why).wrap().role(Role::Alert).ui(ui);
            self.way_out(ui, trouble);
        }
        if self.trouble.as_ref().is_none_or(|(trouble, _)| *trouble == Trouble::Broken) {
            let said = "A backup is restored into a new folder beside the project, which stays as it is.";
            Label::new(said).dim().wrap().ui(ui);
            ScrollArea::vertical().id_salt("backups").max_height((height - 220.0).max(120.0)).show(
                ui,
                |ui| {
                    self.rows(ui);
                },
            );
        }
        let closed = Button::new("Close").keys("Esc").ui(ui).clicked();
        !closed && self.chosen.is_none()
    }

    fn way_out(&mut self, ui: &mut Ui, trouble: Trouble) {
        let (text, tip, choice) = match trouble {
            Trouble::Broken => (
                "Rebuild the index",
                "From the newest backup, the lines that still read, and the articles and layers; the broken file is kept.",
                Choice::Rebuild(self.root.clone()),
            ),
            Trouble::Newer => (
                "Look at it",
                "Opens the project for reading only, as far as this version understands it.",
                Choice::Look(self.root.clone()),
            ),
        };
        if Button::new(text).look(Look::Main).tip(tip).ui(ui).clicked() {
            self.chosen = Some(choice);
        }
    }

    fn rows(&mut self, ui: &mut Ui) {
        let palette = Palette::of(ui.ctx());
        match &self.list {
            None => {
                Label::new("Looking…").dim().ui(ui);
            }
            Some(Err(error)) => {
                Label::new(error.as_str()).color(palette.bad).wrap().role(Role::Alert).ui(ui);
            }
            Some(Ok(list)) if list.is_empty() => {
                Label::new(
                    "There are none yet. One is made when a project is opened and something in it changed.",
                )
                .dim()
                .wrap()
                .ui(ui);
            }
            Some(Ok(list)) => {
                let mut chosen = None;
                for backup in list {
                    if row(ui, backup, self.now, &palette) {
                        chosen = Some(Choice::Restore(self.root.clone(), backup.name.clone()));
                    }
                }
                self.chosen = chosen.or(self.chosen.take());
            }
        }
    }
}

/// A backup and its button. Returns whether it was pressed.
fn row(ui: &mut Ui, backup: &Backup, now: Option<Moment>, palette: &Palette) -> bool {
    let made = backup.made.map_or_else(|| "Before a change of the format".to_owned(), Moment::for_people);
    let age = backup.made.and_then(|made| made.age(now?)).map(|age| format!("{age} ago"));
    card(ui, |ui| {
        ui.horizontal_top(|ui| {
            let button = Button::new("Restore").name(format!("Restore the backup of {made}"));
            let room = ui.available_width() - button.measure(ui) - space::PAD;
            ui.allocate_ui_with_layout(vec2(room, 0.0), Layout::top_down(Align::Min), |ui| {
                ui.set_width(room);
                ui.spacing_mut().item_spacing.y = 2.0;
                let when = [Some(made.clone()), age].into_iter().flatten().collect::<Vec<_>>().join(", ");
                Label::new(when).bold().elide().width(room).ui(ui);
                Label::new(holds(backup)).size(size::HINT).dim().elide().width(room).ui(ui);
                if !backup.verified {
                    let problems = backup.holds.as_ref().map(|holds| holds.problems.join("; "));
                    let text = format!(
                        "Not verified: {}",
                        problems.unwrap_or_else(|| "nothing is known of it".into())
                    );
                    Label::new(text)
                        .size(size::HINT)
                        .color(palette.readable(palette.warn))
                        .wrap()
                        .width(room)
                        .ui(ui);
                }
            });
            button.ui(ui).clicked()
        })
        .inner
    })
}

fn holds(backup: &Backup) -> String {
    let Some(holds) = &backup.holds else { return "It is not written down what it holds".to_owned() };
    let verified = if backup.verified { "verified: " } else { "" };
    let number = |number: u64, one| counted(usize::try_from(number).unwrap_or(usize::MAX), one);
    let parts = [
        number(holds.articles, "article"),
        number(holds.spans, "span"),
        number(holds.relations, "relation"),
        number(holds.edits, "edit"),
    ];
    format!("{verified}{}", parts.join(", "))
}
