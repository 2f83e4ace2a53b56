//! Where the data set goes, and the writing of it.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Align, Layout, Sense, Ui, WidgetInfo, vec2};

use super::choices::pill;
use super::{Asked, DataSet, Wanted};
use crate::app::controls::{Button, Look};
use crate::app::desk::Desk;
use crate::app::panels::count;
use crate::app::theme::{Palette, size, space};
use crate::app::widgets::{Label, TextField};
use crate::dataset::Order;
use crate::interchange::Shape;

impl DataSet {
    /// The foot. `write` says that the keys for writing were pressed.
    pub(super) fn foot(&mut self, ui: &mut Ui, desk: &Desk, order: Option<Order>, write: bool) {
        ui.spacing_mut().item_spacing = vec2(space::UNIT, 10.0);
        ui.horizontal(|ui| self.place(ui));
        let target = self.setup.target(desk.session.root());
        let ready = order.is_some() && target.is_some() && self.writing.now.is_none();
        let mut wanted = write && ready;
        ui.allocate_ui_with_layout(
            vec2(ui.available_width(), 32.0),
            Layout::right_to_left(Align::Center),
            |ui| {
                let button = Button::new("Write").name("Write the data set").look(Look::Main).keys("Ctrl ⏎");
                wanted |= ui.add_enabled_ui(ready, |ui| button.ui(ui)).inner.clicked();
                // Beside the other one, not in its place: a click that comes late must not begin anew.
                if self.writing.now.is_some() && Button::new("Stop").name("Stop writing").ui(ui).clicked() {
                    self.asked = Some(Asked::Stop);
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    self.switches(ui);
                    self.state(ui);
                });
            },
        );
        if let (true, Some(order), Some(path)) = (wanted, order, target) {
            let (frozen, report) = (Arc::new(desk.session.frozen()), self.setup.report);
            self.asked = Some(Asked::Write(Box::new(Wanted { frozen, order, path, report })));
        }
    }

    fn place(&mut self, ui: &mut Ui) {
        let what = if self.setup.shape() == Shape::Folder { "Folder" } else { "File" };
        Label::new(what).bold().ui(ui);
        let browse = Button::new("Browse…").name("Choose where to write");
        let room = ui.available_width() - browse.measure(ui) - space::UNIT;
        let field = TextField::new("data set path", &mut self.setup.path)
            .name("Where to write the data set")
            .hint("A name or a path")
            .direction(crate::layout::Direction::LeftToRight)
            .width(room);
        if field.ui(ui).changed {
            self.setup.is_path_typed = !self.setup.path.trim().is_empty();
        }
        if browse.ui(ui).clicked() {
            self.asked = Some(Asked::Browse);
        }
    }

    fn switches(&mut self, ui: &mut Ui) {
        let strict =
            pill(ui, "Strict", "Strict: write nothing if anything would be lost", self.setup.strict, None);
        if strict.on_hover_ui(|ui| tip(ui, "Nothing is written if anything would be lost.")).clicked() {
            self.setup.strict = !self.setup.strict;
        }
        let report =
            pill(ui, "Report", "Report: write every loss to a file beside it", self.setup.report, None);
        let said = "Every loss is written to a JSON file of the same name, ending in .report.json.";
        if report.on_hover_ui(|ui| tip(ui, said)).clicked() {
            self.setup.report = !self.setup.report;
        }
    }

    /// How far the writing is, what came of it, or what to know before.
    fn state(&self, ui: &mut Ui) {
        let palette = Palette::of(ui.ctx());
        if let Some((said, done, total)) = &self.writing.now {
            let said = if *total == 0 {
                said.clone()
            } else {
                format!("{said} {} of {}", count(*done), count(*total))
            };
            let (track, response) = ui.allocate_exact_size(vec2(96.0, 4.0), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, &said));
            ui.painter().rect_filled(track, 2.0, palette.line);
            #[expect(clippy::cast_precision_loss, reason = "a share of a bar")]
            let share = *done as f32 / (*total).max(1) as f32;
            let part = egui::Rect::from_min_size(track.min, vec2(96.0 * share.min(1.0), 4.0));
            ui.painter().rect_filled(part, 2.0, palette.accent);
            Label::new(said).size(size::HINT).dim().ui(ui);
        } else if let Some((said, good)) = &self.writing.last {
            let ink = palette.readable(if *good { palette.good } else { palette.bad });
            let role = if *good { Role::Status } else { Role::Alert };
            Label::new(said.as_str()).color(ink).elide().role(role).ui(ui);
        } else if self.taken.as_ref().is_some_and(|(_, _, taken)| *taken == Some(true)) {
            let said = match self.setup.shape() {
                Shape::File => "A file of this name is there; it is replaced when the new one is proven.",
                Shape::Folder => "A folder of this name is there; it must be empty.",
            };
            Label::new(said).color(palette.readable(palette.warn)).elide().role(Role::Status).ui(ui);
        }
    }
}

fn tip(ui: &mut Ui, said: &str) {
    Label::new(said).wrap().width(300.0).ui(ui);
}
