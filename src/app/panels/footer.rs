//! The article as a whole, at the foot of the inspector: how far the work on it is, and how it reads.

use std::sync::Arc;

use egui::{Align, Layout, Rect, Response, Sense, Ui, UiBuilder, vec2};

use super::panes::{self, Pane};
use super::say;
use crate::app::command::UiCommand;
use crate::app::controls::{Button, segments};
use crate::app::desk::Desk;
use crate::app::icons::status_mark;
use crate::app::notices::Notices;
use crate::app::theme::{Palette, size, space};
use crate::app::widgets::Label;
use crate::model::{ArticleInfo, Direction, Edit, Status};

/// Its height, points.
pub(crate) const HEIGHT: f32 = 92.0;

/// Status and direction of the open article.
pub(super) fn article(ui: &mut Ui, desk: &mut Desk, notices: &mut Notices, queue: &mut Vec<UiCommand>) {
    let palette = Palette::of(ui.ctx());
    let area = ui.max_rect();
    ui.painter().hline(area.x_range(), area.top(), egui::Stroke::new(1.0, palette.line));
    let inner = Rect::from_min_max(area.min + vec2(space::PAD, 10.0), area.max - vec2(space::PAD, 8.0));
    ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
        ui.spacing_mut().item_spacing = vec2(space::UNIT, 8.0);
        status(ui, desk, queue);
        let writable = desk.session.read_only().is_none();
        ui.add_enabled_ui(writable, |ui| direction(ui, desk, notices));
    });
}

fn status(ui: &mut Ui, desk: &Desk, queue: &mut Vec<UiCommand>) {
    let palette = Palette::of(ui.ctx());
    let status = desk.layer().map_or(Status::New, |layer| layer.status);
    let done = status == Status::Done;
    ui.horizontal(|ui| {
        let (mark, _) = ui.allocate_exact_size(vec2(10.0, 30.0), Sense::hover());
        status_mark(ui.painter(), mark.center(), status, palette.dim, palette.good);
        let said = match status {
            Status::New => "New",
            Status::InProgress => "Begun",
            Status::Done => "Done",
        };
        Label::new(said).name(format!("This article is {}", say::status(status))).ui(ui);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            // What is done can be opened again; what is not can be finished, with or without going on.
            let (next, next_text) =
                if done { (UiCommand::NextArticle, "Next") } else { (UiCommand::DoneAndNext, "And next") };
            let toggle_text = if done { "Reopen" } else { "Done" };
            let next_name = if done { "Next article" } else { "Done and next" };
            action(ui, desk, next, next_text, next_name, queue);
            let toggle_name = if done { "Reopen the article" } else { "Mark as done" };
            let toggle = action(ui, desk, UiCommand::ToggleDone, toggle_text, toggle_name, queue);
            panes::offer(ui.ctx(), Pane::Inspector, &toggle);
        });
    });
}

fn action(
    ui: &mut Ui,
    desk: &Desk,
    command: UiCommand,
    text: &str,
    name: &str,
    queue: &mut Vec<UiCommand>,
) -> Response {
    let button = Button::new(text).name(name).keys(command.keys_text()).tip(command.about().help);
    let response = ui.add_enabled_ui(command.enabled(Some(desk)), |ui| button.ui(ui)).inner;
    if response.clicked() {
        queue.push(command);
    }
    response
}

/// The directions an article may be given.
const DIRECTIONS: [(Option<Direction>, &str, &str); 3] = [
    (None, "Auto", "Direction: found from the letters of each paragraph"),
    (Some(Direction::RightToLeft), "Right to left", "Direction: right to left"),
    (Some(Direction::LeftToRight), "Left to right", "Direction: left to right"),
];

fn direction(ui: &mut Ui, desk: &mut Desk, notices: &mut Notices) {
    let Some(old) = desk.open.as_ref().and_then(|id| desk.session.project().article(id)).cloned() else {
        return;
    };
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(62.0, 22.0), Sense::hover());
        let text = Label::new("Direction").size(size::HINT).shape(ui, 0.0);
        crate::app::controls::paint_middle(ui, &text, rect.left_center(), Palette::of(ui.ctx()).dim);
        let names: Vec<(&str, String)> =
            DIRECTIONS.iter().map(|(_, text, name)| (*text, (*name).to_owned())).collect();
        let on = DIRECTIONS.iter().position(|(direction, ..)| *direction == old.direction);
        let (clicked, _) = segments(ui, &names, on);
        if let Some((direction, ..)) = clicked.and_then(|nth| DIRECTIONS.get(nth))
            && *direction != old.direction
        {
            let new = Arc::new(ArticleInfo { direction: *direction, ..(*old).clone() });
            desk.apply(Edit::ChangeArticle { old, new }, notices);
        }
    });
}
