//! What the choice would write: counts, losses, the first records.

use std::fmt::Write as _;

use egui::accesskit::Role;
use egui::{Rect, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::looking::{Group, Looked, Looking, Spot};
use super::{Asked, DataSet};
use crate::app::controls::{card, focus_ring, paint_middle};
use crate::app::panels::{count, counted};
use crate::app::theme::{Palette, size, space};
use crate::app::widgets::{Label, isolate};
use crate::dataset::{Preview, PreviewFile};
use crate::interchange::{Counts, Report};
use crate::layout::Direction;

/// Losses of a group that are shown before somebody asks for more.
const FEW: usize = 4;
const ROW: f32 = 24.0;

impl DataSet {
    /// The right column. `missing` says what is to be chosen first.
    pub(super) fn found(&mut self, ui: &mut Ui, missing: Option<&str>) {
        ui.ctx().allow_widget_id_changes_in(ui.max_rect());
        let mut shown = None;
        ScrollArea::vertical().id_salt("found").auto_shrink(false).show(ui, |ui| {
            egui::Frame::new().inner_margin(egui::Margin::symmetric(20, 14)).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = space::UNIT;
                if let Some(missing) = missing {
                    Label::new(missing).dim().role(Role::Status).ui(ui);
                }
                let Some(looking) = &self.looking else { return };
                shown = looked(ui, looking);
                previewed(ui, looking);
            });
        });
        if let Some(spot) = shown {
            self.asked = Some(Asked::Show(spot));
        }
    }
}

/// Counts and losses. Returns the loss that was clicked.
fn looked(ui: &mut Ui, looking: &Looking) -> Option<Spot> {
    let palette = Palette::of(ui.ctx());
    match &looking.looked {
        None => {
            let (done, total) = looking.progress();
            let said = if total == 0 {
                "Looking at the layers…".to_owned()
            } else {
                format!("Looking at the layers… {} of {}", count(done), count(total))
            };
            Label::new(said).dim().role(Role::Status).ui(ui);
            None
        }
        Some(Err(failed)) => {
            Label::new(failed.as_str()).color(palette.readable(palette.bad)).wrap().role(Role::Alert).ui(ui);
            None
        }
        Some(Ok(looked)) => {
            card(ui, |ui| counts(ui, &looked.report));
            for issue in looked.issues.iter().take(3) {
                Label::new(issue.as_str()).color(palette.readable(palette.warn)).wrap().ui(ui);
            }
            card(ui, |ui| losses(ui, looked))
        }
    }
}

fn counts(ui: &mut Ui, report: &Report) {
    ui.spacing_mut().item_spacing.y = 5.0;
    let said = format!("{} · {}", counted(report.articles, "article"), counted(report.layers, "layer"));
    Label::new(said).size(size::TITLE).bold().role(Role::Status).ui(ui);
    line(ui, "span", report.spans);
    line(ui, "relation", report.relations);
    if let Some(unit) = report.unit {
        Label::new(format!("Positions count {}.", unit.as_str().replace('-', " ")))
            .size(size::HINT)
            .dim()
            .ui(ui);
    }
}

/// A bar of what goes over as it is, of what is clipped and of what is dropped; and the same in words.
fn line(ui: &mut Ui, one: &str, counts: Counts) {
    let palette = Palette::of(ui.ctx());
    let said = format!(
        "{}: {} lossless · {} clipped · {} dropped",
        counted(counts.read, one),
        count(counts.lossless),
        count(counts.clipped),
        count(counts.dropped)
    );
    Label::new(said).ui(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 5.0), Sense::hover());
    ui.painter().rect_filled(rect, 2.5, palette.line);
    let mut left = rect.left();
    let parts =
        [(counts.lossless, palette.good), (counts.clipped, palette.warn), (counts.dropped, palette.bad)];
    for (part, color) in parts.into_iter().filter(|(part, _)| *part > 0) {
        #[expect(clippy::cast_precision_loss, reason = "a share of a bar")]
        let width = rect.width() * part as f32 / counts.read.max(1) as f32;
        let place = Rect::from_min_size(pos2(left, rect.top()), vec2(width.max(2.0), rect.height()));
        ui.painter().rect_filled(place.intersect(rect), 2.5, color);
        left += width;
    }
}

fn losses(ui: &mut Ui, looked: &Looked) -> Option<Spot> {
    ui.spacing_mut().item_spacing.y = 5.0;
    let palette = Palette::of(ui.ctx());
    let all: usize = looked.groups.iter().map(|group| group.count).sum();
    let (said, ink) = if all == 0 {
        ("No span or relation is lost".to_owned(), palette.readable(palette.good))
    } else {
        (format!("{} would be lost or changed", count(all)), palette.readable(palette.warn))
    };
    Label::new(said).size(size::TITLE).bold().color(ink).role(Role::Status).ui(ui);
    let mut shown = None;
    for (nth, group) in looked.groups.iter().enumerate() {
        shown = ui.push_id(nth, |ui| group_ui(ui, group)).inner.or(shown);
    }
    let leaves_out = &looked.report.leaves_out;
    if !leaves_out.is_empty() {
        let said = format!("The format has no place for {}.", leaves_out.join("; "));
        Label::new(said).size(size::HINT).dim().wrap().ui(ui);
    }
    shown
}

/// A reason and the first places; a click on one opens the article there.
fn group_ui(ui: &mut Ui, group: &Group) -> Option<Spot> {
    let id = ui.scope_id().with("all");
    let is_open = ui.data(|data| data.get_temp::<bool>(id)).unwrap_or(false);
    ui.add_space(3.0);
    let said = format!("{} {}: {}", count(group.count), group.kind, isolate(&group.reason));
    Label::new(said).name(format!("{} {}: {}", count(group.count), group.kind, group.reason)).wrap().ui(ui);
    let most = if is_open { group.spots.len() } else { FEW };
    let mut shown = None;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (nth, spot) in group.spots.iter().take(most).enumerate() {
            if spot_row(ui, nth, spot) {
                shown = Some(spot.clone());
            }
        }
    });
    let rest = group.count.saturating_sub(most.min(group.spots.len()));
    if rest > 0 && is_open {
        let said = format!("and {} more, all of which are in the report", count(rest));
        Label::new(said).size(size::HINT).dim().ui(ui);
    } else if rest > 0 {
        let more = crate::app::controls::Button::new(format!("{} more…", count(rest)))
            .look(crate::app::controls::Look::Pill)
            .name(format!("{} more: {} {}", count(rest), group.kind, group.reason));
        if more.ui(ui).clicked() {
            ui.data_mut(|data| data.insert_temp(id, true));
        }
    }
    shown
}

fn spot_row(ui: &mut Ui, nth: usize, spot: &Spot) -> bool {
    let palette = Palette::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let response = ui.interact(rect, ui.scope_id().with(("spot", nth)), Sense::click());
    let place = spot.place.to_string();
    response.widget_info(|| {
        let mut name = format!("Open {place}");
        if !spot.words.is_empty() {
            write!(name, ": {}", spot.words).unwrap_or_default();
        }
        WidgetInfo::labeled(Role::Link, true, name)
    });
    if response.hovered() {
        ui.painter().rect_filled(rect, f32::from(space::SMALL_RADIUS), palette.chosen);
    }
    focus_ring(ui, &response, rect, f32::from(space::SMALL_RADIUS));
    let room = rect.width() - 16.0;
    let words = Label::new(spot.words.as_str()).elide().shape(ui, room * 0.62);
    paint_middle(ui, &words, pos2(rect.left() + 8.0, rect.center().y), palette.text);
    let name = Label::new(place).size(size::HINT).direction(Direction::LeftToRight).elide();
    let name = name.shape(ui, (room - words.size().x - 12.0).max(0.0));
    paint_middle(ui, &name, pos2(rect.right() - 8.0 - name.size().x, rect.center().y), palette.dim);
    response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked()
}

fn previewed(ui: &mut Ui, looking: &Looking) {
    let Some(preview) = &looking.previewed else { return };
    // What failed is said above.
    let Ok(Preview { files }) = preview else { return };
    card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        Label::new("The first records").size(size::TITLE).bold().role(Role::Heading).ui(ui);
        for file in files {
            file_ui(ui, file);
        }
    });
}

fn file_ui(ui: &mut Ui, file: &PreviewFile) {
    if let Some(name) = &file.name {
        ui.add_space(4.0);
        Label::new(name.as_str())
            .size(size::HINT)
            .bold()
            .reveal()
            .direction(Direction::LeftToRight)
            .elide()
            .ui(ui);
    }
    let Some(lines) = &file.lines else {
        let said = format!("{} of a format that is not text", counted(file.bytes, "byte"));
        Label::new(said).size(size::HINT).dim().ui(ui);
        return;
    };
    // Running text stands as it is read; everything else is a row of fields from left to right.
    let is_text = file.name.as_ref().is_some_and(|name| name.ends_with(".txt"));
    let most = if file.name.is_some() { 12 } else { 60 };
    for line in lines.iter().take(most) {
        let shown = if is_text { line.clone() } else { fields(line) };
        let label = Label::new(shown).name(line.as_str()).size(size::HINT);
        // A few long records say more over several lines.
        let label = if lines.len() <= 8 { label.wrap() } else { label.elide() };
        let label = if is_text { label.fill() } else { label.direction(Direction::LeftToRight) };
        label.ui(ui);
    }
    if lines.len() > most {
        Label::new("…").size(size::HINT).dim().ui(ui);
    }
}

/// A line of data with every field isolated, so that two Arabic ones beside each other keep their order.
fn fields(line: &str) -> String {
    if line.contains('\t') {
        return line.split('\t').map(isolate).collect::<Vec<_>>().join("   ");
    }
    let mut shown = String::with_capacity(line.len() + 16);
    for (nth, part) in line.split('"').enumerate() {
        if nth > 0 {
            shown.push('"');
        }
        // Between the first and the second quotation mark, the third and the fourth, …
        if nth % 2 == 1 { shown.push_str(&isolate(part)) } else { shown.push_str(part) }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::fields;

    #[test]
    fn fields_keep_their_order() {
        assert_eq!(fields("1\tنص"), "\u{2068}1\u{2069}   \u{2068}نص\u{2069}");
        assert_eq!(fields(r#"{"a":"ب"}"#), "{\"\u{2068}a\u{2069}\":\"\u{2068}ب\u{2069}\"}");
        assert_eq!(fields("plain"), "plain");
    }
}
