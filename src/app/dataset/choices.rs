//! What goes out, and how: format, layers, statuses, labels, the options of the format.

use egui::accesskit::Role;
use egui::{Id, Rect, Response, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{DataSet, SIDE, setup};
use crate::app::controls::{Button, Look, focus_ring, paint_middle, segments};
use crate::app::desk::Desk;
use crate::app::panels::listing;
use crate::app::theme::{Palette, size, space};
use crate::app::widgets::{Label, TextField};
use crate::interchange::splits::Stratum;
use crate::interchange::{Format, Shape};
use crate::model::{AnnotatorId, Status};

const ROW: f32 = 28.0;
/// Formats in view; the others scroll.
const FORMATS_SEEN: usize = 7;

impl DataSet {
    /// The left column.
    pub(super) fn choices(&mut self, ui: &mut Ui, desk: &Desk) {
        ui.ctx().allow_widget_id_changes_in(ui.max_rect());
        ScrollArea::vertical().id_salt("choices").auto_shrink(false).show(ui, |ui| {
            egui::Frame::new().inner_margin(egui::Margin::symmetric(20, 14)).show(ui, |ui| {
                ui.set_width(ui.available_width().min(super::CHOICES - 2.0 * SIDE));
                ui.spacing_mut().item_spacing.y = 5.0;
                self.formats(ui, desk);
                self.layers(ui, desk);
                self.statuses(ui);
                self.labels(ui, desk);
                self.options(ui);
                self.split(ui, desk);
            });
        });
    }

    fn formats(&mut self, ui: &mut Ui, desk: &Desk) {
        heading(ui, "Format");
        let formats: Vec<&'static Format> = setup::written().collect();
        let at = formats.iter().position(|format| *format == self.setup.format).unwrap_or_default();
        let id = Id::unique("data set formats");
        // A new overlay takes the keyboard a frame late; asked for until it has it.
        self.is_new &= !ui.memory(|memory| memory.has_focus(id));
        if self.is_new {
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        let seen = formats.len().min(FORMATS_SEEN);
        #[expect(clippy::cast_precision_loss, reason = "a few rows")]
        let height = seen as f32 * ROW;
        let place = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), height));
        let (list, asked) = listing::keyboard(ui, id, place, "Formats", formats.len(), at, seen);
        let mut chosen = asked.cursor.filter(|cursor| asked.moved && *cursor != at && !list.gained_focus());
        focus_ring(ui, &list, place.expand(2.0), f32::from(space::SMALL_RADIUS));
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let area =
                ScrollArea::vertical().id_salt("formats").max_height(height).auto_shrink([false, true]);
            area.show(ui, |ui| {
                for (nth, format) in formats.iter().enumerate() {
                    let row = format_row(ui, id, format, nth == at);
                    if nth == at && (self.is_new || asked.moved) {
                        ui.scroll_to_rect(row.rect, None);
                    }
                    if nth == at && list.has_focus() {
                        listing::announce(ui, id, &row);
                    }
                    if row.clicked() {
                        chosen = Some(nth);
                    }
                }
            });
        });
        if let Some(format) = chosen.and_then(|nth| formats.get(nth)) {
            self.setup.take_format(format, desk.session.root());
        }
        Label::new(self.setup.format.help).size(size::HINT).dim().wrap().ui(ui);
    }

    fn layers(&mut self, ui: &mut Ui, desk: &Desk) {
        heading(ui, "Layers");
        if self.offered.is_empty() {
            Label::new("Nobody has begun an article yet.").size(size::HINT).dim().wrap().ui(ui);
        }
        let offered = self.offered.clone();
        pills(ui, |ui| {
            for annotator in &offered {
                let on = self.setup.annotators.contains(annotator);
                let name = named(desk, annotator);
                if pill(ui, &name, &format!("Layers of {name}"), on, None).clicked() {
                    toggle(&mut self.setup.annotators, annotator, on);
                }
            }
        });
        if self.hides_others {
            let said = "The project is blind: other people's layers do not go out from here.";
            Label::new(said).size(size::HINT).dim().wrap().ui(ui);
        }
    }

    fn statuses(&mut self, ui: &mut Ui) {
        heading(ui, "Status");
        pills(ui, |ui| {
            let all = self.setup.statuses.is_empty();
            if pill(ui, "All", "Layers of every status", all, None).clicked() {
                self.setup.statuses.clear();
            }
            for (status, name) in
                [(Status::New, "New"), (Status::InProgress, "In progress"), (Status::Done, "Done")]
            {
                let on = self.setup.statuses.contains(&status);
                if pill(ui, name, &format!("Layers with status {name}"), on, None).clicked() {
                    toggle(&mut self.setup.statuses, &status, on);
                }
            }
        });
    }

    fn labels(&mut self, ui: &mut Ui, desk: &Desk) {
        heading(ui, "Labels");
        let palette = Palette::of(ui.ctx());
        let labels = &desk.session.project().codebook.labels;
        pills(ui, |ui| {
            for label in labels {
                let on = !self.setup.without.contains(&label.id);
                let name = format!("Spans of {}", label.name);
                if pill(ui, &label.name, &name, on, Some(palette.label(label))).clicked() {
                    toggle(&mut self.setup.without, &label.id, !on);
                }
            }
        });
    }

    /// Whether it is split, and how.
    fn split(&mut self, ui: &mut Ui, desk: &Desk) {
        heading(ui, "Split");
        let on = self.setup.is_split;
        let text = "Near-duplicates together";
        if pill(ui, text, "Split the data set, near-duplicates together", on, None).clicked() {
            self.setup.toggle_split(desk.session.root());
        }
        if !self.setup.is_split {
            return;
        }
        ui.horizontal(|ui| {
            let room = ui.available_width() - 72.0 - space::UNIT;
            TextField::new("shares", &mut self.setup.shares).name("Shares of the splits").width(room).ui(ui);
            TextField::new("seed", &mut self.setup.seed)
                .name("Seed of the splits")
                .hint("Seed")
                .width(72.0)
                .ui(ui);
        });
        Label::new("As frequent in each as in all:").size(size::HINT).dim().ui(ui);
        pills(ui, |ui| {
            for stratum in Stratum::ALL {
                let on = self.setup.by.contains(&stratum);
                let name = format!("Stratify by {}", stratum.as_str());
                if pill(ui, stratum.as_str(), &name, on, None).clicked() {
                    toggle(&mut self.setup.by, &stratum, on);
                }
            }
        });
    }

    /// A row of values for each option the format looks at.
    fn options(&mut self, ui: &mut Ui) {
        for choice in self.setup.format.takes {
            let values = choice.values(self.setup.format);
            if values.len() < 2 {
                continue;
            }
            heading(ui, choice.title());
            let usual = setup::is_left_to_format(*choice).then_some("usual");
            let shown: Vec<&'static str> = usual.into_iter().chain(values).collect();
            let names: Vec<(&str, String)> =
                shown.iter().map(|value| (*value, format!("{}: {value}", choice.title()))).collect();
            let value = self.setup.value(*choice).or(usual);
            let on = shown.iter().position(|shown| Some(*shown) == value);
            let clicked = ui.push_id(choice.option(), |ui| segments(ui, &names, on).0).inner;
            match clicked.and_then(|nth| shown.get(nth)) {
                Some(value) if Some(*value) == usual => self.setup.unset_value(*choice),
                Some(value) => self.setup.set_value(*choice, value),
                None => {}
            }
        }
    }
}

fn named(desk: &Desk, annotator: &AnnotatorId) -> String {
    let name = desk.session.project().annotator(annotator).map_or("", |annotator| annotator.name.as_str());
    if name.is_empty() { annotator.to_string() } else { name.to_owned() }
}

fn toggle<T: Ord + Clone>(set: &mut std::collections::BTreeSet<T>, value: &T, on: bool) {
    if on {
        set.remove(value);
    } else {
        set.insert(value.clone());
    }
}

pub(super) fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(8.0);
    Label::new(text).bold().role(Role::Heading).ui(ui);
}

fn pills(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        ui.spacing_mut().interact_size.y = 22.0;
        ui.horizontal_wrapped(add);
    });
}

/// A switch of its own.
pub(super) fn pill(ui: &mut Ui, text: &str, name: &str, on: bool, color: Option<egui::Color32>) -> Response {
    let said = if on { format!("✓ {text}") } else { text.to_owned() };
    let mut button = Button::new(said).look(Look::Pill).name(name).selected(on).role(Role::CheckBox);
    if let Some(color) = color {
        button = button.square(color);
    }
    if on { button.ui(ui) } else { button.dim().ui(ui) }
}

fn format_row(ui: &mut Ui, list: Id, format: &Format, on: bool) -> Response {
    let palette = Palette::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let response = ui.interact(rect, list.with(format.name), Sense::CLICK);
    response.widget_info(|| {
        WidgetInfo::selected(Role::ListBoxOption, true, on, format!("Format {}", format.name))
    });
    if on || response.hovered() {
        let fill = if on { palette.chosen } else { palette.chosen.gamma_multiply(0.5) };
        ui.painter().rect_filled(rect, f32::from(space::SMALL_RADIUS), fill);
    }
    let said = match (format.shape, format.extensions.first()) {
        (Shape::Folder, _) => "folder".to_owned(),
        (Shape::File, extension) => extension.map(|extension| format!(".{extension}")).unwrap_or_default(),
    };
    let said = if format.lossless() { format!("lossless · {said}") } else { said };
    let note = Label::new(said).size(size::HINT).shape(ui, 0.0);
    let name = Label::new(format.name).shape(ui, 0.0);
    paint_middle(ui, &name, pos2(rect.left() + 10.0, rect.center().y), palette.text);
    paint_middle(ui, &note, pos2(rect.right() - 10.0 - note.size().x, rect.center().y), palette.dim);
    response
}
