//! Attributes of the selected span, as the codebook has them.

use egui::Ui;

use super::entity;
use super::inspector::{leave, named};
use super::panes;
use crate::app::controls::segments;
use crate::app::desk::{Desk, Field, written};
use crate::app::notices::Notices;
use crate::app::theme::{Palette, size};
use crate::app::widgets::{Label, TextField};
use crate::model::check::wrong_value;
use crate::model::{AttributeDef, AttributeKind, Span};

/// The attributes of the span's label, then those that the codebook does not know.
pub(super) fn attributes(ui: &mut Ui, desk: &mut Desk, span: &Span, notices: &mut Notices) {
    let known: Vec<AttributeDef> =
        desk.label(&span.label).map(|label| label.attributes.clone()).unwrap_or_default();
    for attribute in &known {
        named(ui, &attribute.name, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let is_field =
                matches!(attribute.kind, AttributeKind::Text | AttributeKind::Date | AttributeKind::Number);
            ui.add_space(if is_field { 0.0 } else { 2.0 });
            let value = span.attributes.get(&attribute.id).map_or("", String::as_str);
            match &attribute.kind {
                AttributeKind::Choice(choices) => {
                    let choices: Vec<&str> = choices.iter().map(String::as_str).collect();
                    choice(ui, desk, attribute, &choices, value, notices);
                }
                AttributeKind::Flag => choice(ui, desk, attribute, &["yes", "no"], value, notices),
                AttributeKind::Entity => entity::entity(ui, desk, span, attribute, value, notices),
                AttributeKind::Text | AttributeKind::Date | AttributeKind::Number => {
                    typed(ui, desk, span, attribute, value, notices)
                }
            }
        });
    }
    for (id, value) in span.attributes.iter().filter(|(id, _)| !known.iter().any(|known| known.id == **id)) {
        named(ui, id, |ui| {
            ui.add_space(3.0);
            Label::new(value.as_str()).name(format!("{id}: {value}")).wrap().ui(ui);
        });
    }
}

/// One of a few values; the one that is on goes off by another click.
fn choice(
    ui: &mut Ui,
    desk: &mut Desk,
    attribute: &AttributeDef,
    choices: &[&str],
    value: &str,
    notices: &mut Notices,
) {
    let names: Vec<(&str, String)> =
        choices.iter().map(|choice| (*choice, format!("{}: {choice}", attribute.name))).collect();
    let on = choices.iter().position(|choice| *choice == value);
    let (clicked, first) = segments(ui, &names, on);
    if let Some(first) = first {
        panes::offer_value(ui.ctx(), &first);
    }
    if let Some(choice) = clicked.and_then(|nth| choices.get(nth)) {
        desk.set_attribute(&attribute.id, if *choice == value { "" } else { choice }, notices);
    }
    complain(ui, desk, attribute, value);
}

/// A value that is typed. What does not fit is kept as it was typed, and said.
fn typed(
    ui: &mut Ui,
    desk: &mut Desk,
    span: &Span,
    attribute: &AttributeDef,
    value: &str,
    notices: &mut Notices,
) {
    let field = Field::Attribute(attribute.id.clone());
    let mut text = desk.typed(&field).unwrap_or(value).to_owned();
    let now = written(&attribute.kind, &text);
    let hint = match attribute.kind {
        AttributeKind::Date => "2026-01-18, 2026-09, 2014",
        AttributeKind::Number => "0",
        _ => "",
    };
    let shown = TextField::new(("attribute", span.id.0, attribute.id.as_str()), &mut text)
        .hint(hint)
        .name(attribute.name.as_str());
    let out = shown.ui(ui);
    panes::offer_value(ui.ctx(), &out.response);
    leave(ui, desk, field, text, &out, notices);
    complain(ui, desk, attribute, &now);
}

/// What is wrong with a value, in a line beneath it.
fn complain(ui: &mut Ui, desk: &Desk, attribute: &AttributeDef, value: &str) {
    if value.is_empty() {
        return;
    }
    if let Some(wrong) = wrong_value(&attribute.kind, value, &desk.session.project().entities) {
        let palette = Palette::of(ui.ctx());
        let said = format!("This {wrong}.");
        Label::new(said).size(size::HINT).color(palette.readable(palette.bad)).wrap().ui(ui);
    }
}
