//! The menu of the second button, on a span or on selected words.

use egui::{Sense, Ui, vec2};

use crate::app::command::UiCommand;
use crate::app::controls::{Button, Look};
use crate::app::desk::Desk;
use crate::app::notices::Notices;
use crate::app::theme::{Palette, size};
use crate::app::widgets::Label;
use crate::model::{Label as Tag, RelationType};

const WIDTH: f32 = 220.0;

/// What can be done with the selected words or span.
pub(crate) fn span_menu(ui: &mut Ui, desk: &mut Desk, notices: &mut Notices) {
    ui.set_min_width(WIDTH);
    ui.spacing_mut().item_spacing.y = 1.0;
    let words = desk.words.is_some_and(|words| !words.is_caret());
    let span = desk.selected().is_some() && !words;
    if !words && !span {
        Label::new("Select words, or click a span").dim().ui(ui);
        return;
    }
    let writable = desk.session.read_only().is_none();
    ui.add_enabled_ui(writable, |ui| {
        labels(ui, desk, if words { "Label the words" } else { "Change the label" }, notices);
        if words && desk.last_span.is_some() && item(ui, UiCommand::ExtendSpan) {
            desk.extend_last(notices);
        }
        if span {
            links(ui, desk, notices);
        }
    });
    line(ui);
    if span && writable && item(ui, UiCommand::EditNote) {
        desk.note_wanted = true;
    }
    if item(ui, UiCommand::Copy)
        && let Some(words) = desk.copied()
    {
        ui.ctx().copy_text(words);
    }
    if span && writable && item(ui, UiCommand::RemoveSpan) {
        desk.remove_span(notices);
    }
}

fn labels(ui: &mut Ui, desk: &mut Desk, heading: &str, notices: &mut Notices) {
    ui.horizontal(|ui| {
        ui.add_space(2.0);
        Label::new(heading).size(size::HINT).dim().ui(ui);
    });
    let palette = Palette::of(ui.ctx());
    let all: Vec<Tag> = desk.session.project().codebook.labels.clone();
    let now = desk.selected().map(|span| span.label.clone());
    for label in &all {
        let keys = label.key.map(|digit| digit.to_string()).unwrap_or_default();
        let row = Button::new(label.name.as_str())
            .look(Look::Row)
            .square(palette.label(label))
            .keys(keys)
            .width(WIDTH);
        let row =
            row.selected(now.as_ref() == Some(&label.id) && desk.words.is_none_or(|words| words.is_caret()));
        if row.ui(ui).clicked() {
            desk.apply_label(&label.id, notices);
            ui.close();
        }
    }
}

fn links(ui: &mut Ui, desk: &mut Desk, notices: &mut Notices) {
    let slots: Vec<RelationType> = desk.slots();
    if slots.is_empty() {
        return;
    }
    line(ui);
    for slot in &slots {
        let keys = slot.key.map(String::from).unwrap_or_default();
        let row = Button::new(format!("{}…", slot.name))
            .look(Look::Row)
            .keys(keys)
            .width(WIDTH)
            .name(format!("Link {}", slot.name));
        if row.ui(ui).clicked() {
            desk.begin_link(&slot.id, notices);
            ui.close();
        }
    }
}

/// A command as a row. Returns whether it was chosen.
fn item(ui: &mut Ui, command: UiCommand) -> bool {
    let clicked = Button::new(command.about().text)
        .look(Look::Row)
        .keys(command.keys_text())
        .width(WIDTH)
        .ui(ui)
        .clicked();
    if clicked {
        ui.close();
    }
    clicked
}

fn line(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(WIDTH, 9.0), Sense::hover());
    let color = Palette::of(ui.ctx()).line;
    ui.painter().hline(rect.x_range(), rect.center().y, egui::Stroke::new(1.0, color));
}
