//! The bar at the top: whose work it is, the labels, and where to find everything else.

use egui::accesskit::Role;
use egui::{Rect, Ui, pos2, vec2};

use super::panes::Parts;
use crate::app::command::UiCommand;
use crate::app::controls::{Button, Look, tipped};
use crate::app::desk::Desk;
use crate::app::icons::Icon;
use crate::app::theme::Palette;
use crate::app::widgets::Label;
use crate::model::LabelId;

/// How much of the bar is written out; narrow windows say less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    All,
    /// Search and palette without words.
    Signs,
    /// Labels as squares with their digits.
    Digits,
}

const GAP: f32 = 8.0;
const SIDE: f32 = 16.0;

/// The bar at the top.
pub(crate) fn top_bar(ui: &mut Ui, desk: &mut Desk, parts: Parts, queue: &mut Vec<UiCommand>) {
    let bar = ui.max_rect();
    let names = LabelButton::all(desk, &Palette::of(ui.ctx()));
    let room = bar.width() - 2.0 * SIDE;
    let wanted =
        |detail| labels_width(ui, &names, detail) + tools_width(ui, detail, parts) + 4.0 * GAP + 72.0;
    let detail = [Detail::All, Detail::Signs]
        .into_iter()
        .find(|detail| wanted(*detail) <= room)
        .unwrap_or(Detail::Digits);
    let tools = tools(ui, bar, detail, (desk, parts), queue);
    let width = labels_width(ui, &names, detail);
    let left = Rect::from_min_max(bar.min + vec2(SIDE, 0.0), pos2(tools - 2.0 * GAP, bar.bottom()));
    // In the middle of the window where names at both sides leave it free.
    let centred = bar.center().x - width / 2.0;
    let start = centred.min(left.right() - width).max(left.left() + 72.0 + GAP);
    heading(ui, Rect::from_min_max(left.min, pos2(start - 2.0 * GAP, bar.bottom())), desk, queue);
    let place = Rect::from_min_max(pos2(start, bar.top()), pos2(left.right(), bar.bottom()));
    labels(ui, place, &names, detail, queue);
}

/// Name of the project and who works.
fn heading(ui: &mut Ui, rect: Rect, desk: &Desk, queue: &mut Vec<UiCommand>) {
    let palette = Palette::of(ui.ctx());
    let project = desk.session.project();
    let name = if project.name.is_empty() { "Untitled project" } else { &project.name };
    let person =
        project.annotator(&desk.annotator).map_or(desk.annotator.as_str(), |annotator| &annotator.name);
    let person = if person.is_empty() { desk.annotator.as_str() } else { person };
    let builder =
        egui::UiBuilder::new().max_rect(rect).layout(egui::Layout::left_to_right(egui::Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let title = Label::new(name).size(14.0).bold();
        let wide = title.shape(ui, 0.0).size().x;
        let by = Label::new(person).dim();
        let room = rect.width();
        let by_width = by.shape(ui, 0.0).size().x;
        title
            .elide()
            .width(if wide + GAP + by_width <= room { wide + 1.0 } else { room })
            .color(palette.text)
            .ui(ui);
        if wide + GAP + by_width <= room {
            let by =
                by.name(format!("Annotator: {person}")).role(Role::Button).sense(egui::Sense::click()).ui(ui);
            if tipped(by, "Choose who annotates").clicked() {
                queue.push(UiCommand::ChooseAnnotator);
            }
        }
    });
}

/// A label as it stands in the bar.
struct LabelButton {
    command: UiCommand,
    name: String,
    help: String,
    digit: String,
    color: egui::Color32,
    on: bool,
}

impl LabelButton {
    fn all(desk: &Desk, palette: &Palette) -> Vec<Self> {
        let on = |id: &LabelId| match desk.selected() {
            Some(span) => span.label == *id,
            None => desk.armed.as_ref() == Some(id),
        };
        let labels = desk.session.project().codebook.labels.iter().enumerate();
        labels
            .map(|(at, label)| Self {
                command: match label.key {
                    Some(digit) => UiCommand::ApplyLabel(digit),
                    None => UiCommand::LabelAt(u8::try_from(at).unwrap_or(u8::MAX)),
                },
                name: label.name.clone(),
                help: label.description.clone(),
                digit: label.key.map(|digit| digit.to_string()).unwrap_or_default(),
                color: palette.label(label),
                on: on(&label.id),
            })
            .collect()
    }

    fn button(&self, detail: Detail) -> Button<'_> {
        let short = detail == Detail::Digits && !self.digit.is_empty();
        Button::new(if short { "" } else { &*self.name })
            .name(&*self.name)
            .square(self.color)
            .keys(&*self.digit)
            .selected(self.on)
            .outline(self.on.then_some(self.color))
            .tip(if self.help.is_empty() {
                self.name.clone()
            } else {
                format!("{}: {}", self.name, self.help)
            })
    }
}

fn labels_width(ui: &Ui, labels: &[LabelButton], detail: Detail) -> f32 {
    let widths: f32 = labels.iter().map(|label| label.button(detail).measure(ui) + GAP).sum();
    (widths - GAP).max(0.0)
}

/// The labels; more of them than there is room for scroll.
fn labels(ui: &mut Ui, rect: Rect, labels: &[LabelButton], detail: Detail, queue: &mut Vec<UiCommand>) {
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
        egui::ScrollArea::horizontal().id_salt("labels").auto_shrink(false).show(ui, |ui| {
            ui.set_height(rect.height());
            ui.horizontal_centered(|ui| {
                ui.spacing_mut().item_spacing.x = GAP;
                for label in labels {
                    if label.button(detail).ui(ui).clicked() {
                        queue.push(label.command);
                    }
                }
            });
        });
    });
}

/// What stands at the right: always the search, the palette and the keys, and a way back to a part that is hidden.
fn tools_of(parts: Parts) -> Vec<(UiCommand, Icon, &'static str)> {
    let mut tools = vec![
        (UiCommand::Find, Icon::Search, "Search"),
        (UiCommand::Palette, Icon::Commands, "All commands"),
        (UiCommand::Shortcuts, Icon::Commands, "All keys"),
    ];
    if !parts.list {
        tools.push((UiCommand::ToggleLeft, Icon::LeftPanel, "Article list"));
    }
    if !parts.inspector {
        tools.push((UiCommand::ToggleRight, Icon::RightPanel, "Inspector"));
    }
    tools
}

fn tool(command: UiCommand, icon: Icon, name: &'static str, detail: Detail) -> Button<'static> {
    let (words, keys) = match (command, detail) {
        (UiCommand::Shortcuts, _) => ("", "?".to_owned()),
        (UiCommand::Find, Detail::All) => ("Search", command.keys_text()),
        (UiCommand::Palette, Detail::All) => ("", command.keys_text()),
        _ => ("", String::new()),
    };
    let button = Button::new(words).look(Look::Flat).dim().keys(keys).name(name);
    let button = button.tip(format!("{} ({})", command.about().help, command.keys_text()));
    if command == UiCommand::Shortcuts { button } else { button.sign(icon) }
}

fn tools_width(ui: &Ui, detail: Detail, parts: Parts) -> f32 {
    tools_of(parts)
        .into_iter()
        .map(|(command, icon, name)| tool(command, icon, name, detail).measure(ui) + 2.0)
        .sum()
}

/// Search, palette, keys, at the right. Returns where they begin.
fn tools(
    ui: &mut Ui,
    bar: Rect,
    detail: Detail,
    (desk, parts): (&Desk, Parts),
    queue: &mut Vec<UiCommand>,
) -> f32 {
    let start = bar.right() - SIDE + 6.0 - tools_width(ui, detail, parts);
    let mut left = start;
    for (command, icon, name) in tools_of(parts) {
        let button = tool(command, icon, name, detail);
        let width = button.measure(ui);
        let rect = Rect::from_min_size(pos2(left, bar.center().y - 13.0), vec2(width, 26.0));
        let id = ui.make_persistent_id(("tool", name));
        let enabled = command.enabled(Some(desk));
        if ui.add_enabled_ui(enabled, |ui| button.put(ui, rect, id).clicked()).inner {
            queue.push(command);
        }
        left += width + 2.0;
    }
    start
}
