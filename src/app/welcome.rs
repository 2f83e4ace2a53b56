//! The first screen: what this is, and how to begin.

use egui::accesskit::Role;
use egui::{Align, Id, Layout, Rect, Response, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::command::UiCommand;
use super::controls::{Button, Look, Word, card, focus_ring, paint_middle, sentence};
use super::notices::Notices;
use super::settings::Settings;
use super::theme::{Palette, size, space};
use super::widgets::Label;
use crate::layout::Family;
use crate::store;

const WIDTH: f32 = 520.0;

/// The screen without a project.
pub(crate) fn ui(ui: &mut Ui, settings: &Settings, queue: &mut Vec<UiCommand>, _notices: &mut Notices) {
    let palette = Palette::of(ui.ctx());
    let area = ui.max_rect();
    ui.painter().rect_filled(area, 0.0, palette.desk);
    ScrollArea::vertical().id_salt("welcome").auto_shrink(false).show(ui, |ui| {
        let rows = f32::from(u8::try_from(settings.recent.len().min(10)).unwrap_or(10));
        let height = 250.0 + if rows > 0.0 { 70.0 + rows * 46.0 } else { 0.0 };
        ui.add_space(((area.height() - height) * 0.4).max(24.0));
        let width = WIDTH.min(area.width() - 32.0);
        let left = area.center().x - width / 2.0;
        let place = Rect::from_min_max(pos2(left, ui.cursor().top()), pos2(left + width, f32::INFINITY));
        ui.scope_builder(UiBuilder::new().max_rect(place).layout(Layout::top_down(Align::Min)), |ui| {
            ui.spacing_mut().item_spacing = vec2(space::UNIT, space::UNIT);
            title(ui, &palette);
            ui.add_space(10.0);
            begin(ui, queue);
            ui.add_space(8.0);
            recent(ui, settings, queue);
            hint(ui);
            ui.add_space(24.0);
        });
    });
}

fn title(ui: &mut Ui, palette: &Palette) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 52.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, "Hashiya"));
    let latin = Label::new("Hashiya").size(32.0).bold().shape(ui, 0.0);
    paint_middle(ui, &latin, rect.left_center(), palette.text);
    let arabic = Label::new("حاشية").size(30.0).family(Family::Amiri).shape(ui, 0.0);
    paint_middle(ui, &arabic, pos2(rect.right() - arabic.size().x, rect.center().y), palette.dim);
    let said = "Mark actors, locations, dates and claims in news articles. Everything stays on this computer, and every gesture is on disk at once.";
    Label::new(said).dim().size(14.0).wrap().ui(ui);
}

fn begin(ui: &mut Ui, queue: &mut Vec<UiCommand>) {
    ui.horizontal_wrapped(|ui| {
        for (command, look) in [(UiCommand::NewProject, Look::Main), (UiCommand::OpenProject, Look::Raised)] {
            let about = command.about();
            let button = Button::new(about.text).look(look).keys(command.keys_text()).tip(about.help);
            if button.ui(ui).clicked() {
                queue.push(command);
            }
        }
    });
}

fn recent(ui: &mut Ui, settings: &Settings, queue: &mut Vec<UiCommand>) {
    if settings.recent.is_empty() {
        return;
    }
    card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        Label::new("Recent projects").bold().role(Role::Heading).ui(ui);
        ui.add_space(2.0);
        for (nth, path) in settings.recent.iter().enumerate() {
            if recent_row(ui, path).clicked()
                && let Ok(nth) = u8::try_from(nth)
            {
                queue.push(UiCommand::OpenRecent(nth));
            }
        }
    });
}

/// The name of the folder, and where it is.
fn recent_row(ui: &mut Ui, path: &str) -> Response {
    let palette = Palette::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::click());
    let folder = std::path::Path::new(path);
    let name = folder.file_name().map_or_else(|| path.into(), |name| name.to_string_lossy());
    let place = folder.parent().map(|parent| parent.to_string_lossy()).unwrap_or_default();
    let there = is_there(ui, path);
    response.widget_info(|| {
        let gone = if there { "" } else { ", not there now" };
        WidgetInfo::labeled(Role::Button, true, format!("Open {name} in {place}{gone}"))
    });
    let wide = rect.expand2(vec2(8.0, 0.0));
    if response.hovered() {
        ui.painter().rect_filled(wide, 8.0, palette.chosen);
    }
    focus_ring(ui, &response, wide, 8.0);
    let ink = if there { palette.text } else { palette.dim };
    let shown = Label::new(&*name).size(size::TITLE).reveal().elide().shape(ui, rect.width());
    paint_middle(ui, &shown, pos2(rect.left(), rect.top() + 14.0), ink);
    let place = if there { place.into_owned() } else { format!("not there now: {place}") };
    let shown = Label::new(place).size(size::HINT).reveal().elide().shape(ui, rect.width());
    paint_middle(ui, &shown, pos2(rect.left(), rect.top() + 32.0), palette.dim);
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}

/// Whether a project is still at its place; looked up once a sitting.
fn is_there(ui: &Ui, path: &str) -> bool {
    let id = Id::unique(("is a project", path));
    if let Some(known) = ui.data(|data| data.get_temp::<bool>(id)) {
        return known;
    }
    let found = store::outside::is_project(std::path::Path::new(path));
    ui.data_mut(|data| data.insert_temp(id, found));
    found
}

fn hint(ui: &mut Ui) {
    sentence(
        ui,
        &[
            Word::Text("Or drop a project folder on this window."),
            Word::Key("?"),
            Word::Text("shows all keys."),
        ],
        false,
    );
}
