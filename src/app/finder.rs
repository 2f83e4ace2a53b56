//! What lies over the window: the palette of all commands, the sheet of all keys, and what the window says.

mod palette;
mod people;
mod recovered;
mod sheet;
mod shelf;
mod toasts;

use egui::{Align2, Area, CornerRadius, Frame, Id, Key, Margin, Modal, Modifiers, Order, Stroke, Ui, vec2};

pub(super) use palette::Palette as Finder;
pub(super) use people::People;
pub(super) use shelf::{Shelf, Trouble};
pub(super) use toasts::notices_ui;

use super::command::UiCommand;
use super::dataset::DataSet;
use super::desk::Desk;
use super::outside::Conflicts;
use super::rescue::Choice;
use super::theme::{self, space};
use crate::model::AnnotatorId;

/// Where the data set screen begins, and as far from the bottom where it ends.
const DATA_SET_TOP: f32 = 24.0;

/// What lies over the window.
pub(super) enum Overlay {
    /// Finds a command, a label, an article by its name.
    Palette(Box<Finder>),
    /// All keys.
    Shortcuts,
    /// Who annotates.
    People(Box<People>),
    /// Conflict files side by side.
    Conflicts(Box<Conflicts>),
    /// The data set screen.
    DataSet(Box<DataSet>),
    /// The backups of a project, and ways out where it does not open.
    Backups(Box<Shelf>),
    /// What was recovered.
    Recovered,
}

impl Overlay {
    /// An empty palette.
    pub(super) fn palette() -> Self {
        Self::Palette(Box::default())
    }

    /// The question who annotates.
    pub(super) fn people() -> Self {
        Self::People(Box::default())
    }

    /// Who was chosen in it.
    pub(super) fn chosen(&mut self) -> Option<(AnnotatorId, Option<String>)> {
        match self {
            Self::People(people) => people.chosen.take(),
            _ => None,
        }
    }

    /// What was chosen among the backups.
    pub(super) fn choice(&mut self) -> Option<Choice> {
        match self {
            Self::Backups(shelf) => shelf.chosen.take(),
            _ => None,
        }
    }

    /// How much of the bottom of the window what is said must leave free.
    pub(super) fn foot(&self) -> f32 {
        match self {
            Self::DataSet(_) => DATA_SET_TOP + super::dataset::FOOT,
            _ => 0.0,
        }
    }

    /// Shows it. Returns whether it stays.
    pub(super) fn ui(&mut self, ui: &mut Ui, desk: Option<&mut Desk>, queue: &mut Vec<UiCommand>) -> bool {
        let escaped = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        let palette = theme::Palette::of(ui.ctx());
        let view = ui.ctx().content_rect();
        let (id, top, width) = match self {
            Self::Palette(_) => (Id::unique("palette"), (view.height() * 0.12).min(96.0), 580.0_f32),
            Self::Shortcuts => (Id::unique("keys"), 24.0, 980.0),
            Self::Conflicts(_) => (Id::unique("conflicts"), 48.0, 760.0),
            Self::DataSet(_) => (Id::unique("data set"), DATA_SET_TOP, 1180.0),
            Self::People(_) => (Id::unique("people"), (view.height() * 0.12).min(96.0), 420.0),
            Self::Backups(_) => (Id::unique("backups"), (view.height() * 0.1).min(72.0), 620.0),
            Self::Recovered => (Id::unique("recovered"), (view.height() * 0.1).min(72.0), 680.0),
        };
        let width = width.min(view.width() - 32.0);
        let frame = Frame::new()
            .fill(palette.card)
            .stroke(Stroke::new(1.0, palette.line))
            .corner_radius(CornerRadius::same(12))
            .shadow(palette.shadow())
            .inner_margin(Margin::same(0));
        let area =
            Area::new(id).order(Order::Foreground).anchor(Align2::CENTER_TOP, vec2(0.0, top)).fade_in(false);
        let area = area.default_size(vec2(width, view.height() - 2.0 * top));
        let shown = Modal::new(id)
            .area(area)
            .frame(frame)
            .backdrop_color(egui::Color32::from_black_alpha(if palette.dark { 110 } else { 46 }));
        let shown = shown.show(ui.ctx(), |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing = vec2(space::UNIT, space::UNIT);
            match self {
                Self::Palette(finder) => finder.ui(ui, desk.as_deref(), queue),
                Self::Shortcuts => sheet::ui(ui, desk.as_deref(), view.height() - 2.0 * top),
                Self::DataSet(screen) => {
                    desk.as_deref().is_some_and(|desk| screen.ui(ui, desk, view.height() - 2.0 * top))
                }
                Self::Conflicts(conflicts) => conflicts.ui(ui, view.height() - 2.0 * top),
                Self::Backups(shelf) => shelf.ui(ui, view.height() - 2.0 * top),
                Self::Recovered => {
                    desk.as_deref().is_some_and(|desk| recovered::ui(ui, desk, view.height() - 2.0 * top))
                }
                Self::People(people) => desk.as_deref().is_some_and(|desk| people.ui(ui, desk)),
            }
        });
        shown.inner && !escaped && !shown.backdrop_response.clicked()
    }
}
