//! A label for any text: Arabic, Latin, both.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Color32, Pos2, Rect, Response, Sense, Ui, Vec2, Widget, WidgetInfo};

use super::{Shaped, Text, TextRequest, reveal_all, reveal_overrides};
use crate::layout::{Align, Direction, Family, majority};

/// What a label does with a text that is wider than the room.
#[derive(Clone, Copy, PartialEq)]
enum Overflow {
    /// One line, as long as it comes.
    Extend,
    /// One line, cut with “…”.
    Elide,
    /// As many lines as it takes.
    Wrap,
}

/// A text in an egui window, set in its own direction.
///
/// One line by default, as wide as its text. With [`Self::fill`] or [`Self::wrap`] it takes the width there
/// is and the text stands at the side its direction begins at, unless told otherwise.
#[must_use = "call `.ui(ui)` to show it"]
pub struct Label<'a> {
    text: Cow<'a, str>,
    family: Family,
    size: f32,
    bold: bool,
    line_height: f32,
    color: Option<Color32>,
    dim: bool,
    direction: Option<Direction>,
    align: Align,
    overflow: Overflow,
    width: Option<f32>,
    fill: bool,
    sense: Sense,
    role: Role,
    name: Option<Cow<'a, str>>,
    reveal: bool,
    marks: Vec<(Range<usize>, Color32)>,
}

impl<'a> Label<'a> {
    /// A label of 13 points in the colour of the window's text.
    pub fn new(text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            text: text.into(),
            family: Family::Interface,
            size: 13.0,
            bold: false,
            line_height: 1.5,
            color: None,
            dim: false,
            direction: None,
            align: Align::Start,
            overflow: Overflow::Extend,
            width: None,
            fill: false,
            sense: Sense::hover(),
            role: Role::Label,
            name: None,
            reveal: false,
            marks: Vec::new(),
        }
    }

    /// Font size in points.
    pub fn size(mut self, size: f32) -> Self {
        self.size = size;
        self
    }

    /// Bold.
    pub fn bold(mut self) -> Self {
        self.bold = true;
        self
    }

    /// Other fonts than the interface's.
    pub fn family(mut self, family: Family) -> Self {
        self.family = family;
        self
    }

    /// Distance of base lines as a factor of the font size.
    pub fn line_height(mut self, factor: f32) -> Self {
        self.line_height = factor;
        self
    }

    /// Colour of the text.
    pub fn color(mut self, color: Color32) -> Self {
        self.color = Some(color);
        self
    }

    /// The window's colour for what matters less.
    pub fn dim(mut self) -> Self {
        self.dim = true;
        self
    }

    /// Base direction, instead of that of most of its letters.
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// Where the text stands within the label.
    pub fn align(mut self, align: Align) -> Self {
        self.align = align;
        self
    }

    /// One line, cut with “…” where the room ends; the whole text is shown on hover.
    pub fn elide(mut self) -> Self {
        self.overflow = Overflow::Elide;
        self
    }

    /// As many lines as it takes. Each line feed begins a paragraph with its own direction.
    pub fn wrap(mut self) -> Self {
        self.overflow = Overflow::Wrap;
        self
    }

    /// Width in points to elide or wrap at, instead of what is left in the row.
    pub fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }

    /// Takes the whole width, so that `align` can place the text in it.
    pub fn fill(mut self) -> Self {
        self.fill = true;
        self
    }

    /// What the label reacts to; clicks make it a button for assistive technologies.
    pub fn sense(mut self, sense: Sense) -> Self {
        if sense.senses_click() && self.role == Role::Label {
            self.role = Role::Button;
        }
        self.sense = sense;
        self
    }

    /// What it is for assistive technologies.
    pub fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Accessible name, if it is not the text.
    pub fn name(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Shows all invisible characters of the text as symbols, not only those that turn lines around: for
    /// file names and text from outside.
    pub fn reveal(mut self) -> Self {
        self.reveal = true;
        self
    }

    /// Paints a colour beneath a byte range: search hits, the words a relation is about.
    ///
    /// Ranges are those of the given text; they are left out where an override had to be revealed in it.
    pub fn mark(mut self, range: Range<usize>, color: Color32) -> Self {
        self.marks.push((range, color));
        self
    }

    /// Shapes the text without placing it: for widgets that draw it themselves with [`Text::paint`].
    /// `room` is the width in points it may take.
    pub fn shape(&self, ui: &Ui, room: f32) -> Arc<Shaped> {
        let shown = self.shown();
        let base =
            if ui.layout().prefer_right_to_left() { Direction::RightToLeft } else { Direction::LeftToRight };
        let request = TextRequest {
            text: &shown,
            family: self.family,
            size: self.size,
            bold: self.bold,
            line_height: self.line_height,
            direction: self.direction,
            base,
            // One line is placed by the label; several must be placed by the shaper.
            align: if self.overflow == Overflow::Wrap { self.align } else { Align::Start },
            width: (self.overflow != Overflow::Extend).then_some(room),
            elide: self.overflow == Overflow::Elide,
        };
        Text::of(ui.ctx()).shape(&request, ui.pixels_per_point())
    }

    /// Shows it.
    pub fn ui(self, ui: &mut Ui) -> Response {
        let available = ui.available_width();
        let room = self.width.unwrap_or(available);
        // A row that grows with its content has no end; nothing can be cut or aligned in it.
        let room = if room.is_finite() { room.max(0.0) } else { f32::from(u16::MAX) };
        let shaped = self.shape(ui, room);
        let wide = self.fill || self.overflow == Overflow::Wrap;
        let width = if wide && room < f32::from(u16::MAX) { room } else { shaped.size().x };
        let (rect, mut response) = ui.allocate_exact_size(Vec2::new(width, shaped.size().y), self.sense);
        let name: &str = self.name.as_deref().unwrap_or(&self.text);
        response.widget_info(|| WidgetInfo::labeled(self.role, ui.is_enabled(), name));
        if ui.is_rect_visible(rect) {
            let color = self.resolved_color(ui);
            let position = Pos2::new(self.left(ui, rect, &shaped), rect.top());
            let marks = if matches!(self.shown(), Cow::Borrowed(_)) { self.marks.as_slice() } else { &[] };
            for (range, color) in marks {
                for part in shaped.rectangles(range.clone(), position) {
                    ui.painter().rect_filled(part, 2.0, *color);
                }
            }
            Text::of(ui.ctx()).paint(ui.painter(), &shaped, position, color);
        }
        if shaped.is_cut() {
            let text = self.text.into_owned();
            response = response.on_hover_ui(|ui| {
                ui.set_max_width(420.0);
                Label::new(text).wrap().width(400.0).ui(ui);
            });
        }
        response
    }

    /// The text with what must not stay invisible.
    fn shown(&self) -> Cow<'_, str> {
        if self.reveal { reveal_all(&self.text) } else { reveal_overrides(&self.text) }
    }

    fn resolved_color(&self, ui: &Ui) -> Color32 {
        let visuals = ui.visuals();
        let color = match self.color {
            Some(color) => color,
            None if self.dim => visuals.weak_text_color(),
            None => visuals.text_color(),
        };
        if ui.is_enabled() { color } else { color.gamma_multiply(visuals.disabled_alpha()) }
    }

    /// x at which the shaped text begins.
    fn left(&self, ui: &Ui, rect: Rect, shaped: &Shaped) -> f32 {
        if self.overflow == Overflow::Wrap {
            return rect.left();
        }
        let rtl = match self.direction.or_else(|| majority(&self.text)) {
            Some(direction) => direction.is_rtl(),
            None => ui.layout().prefer_right_to_left(),
        };
        let spare = rect.width() - shaped.size().x;
        match self.align {
            Align::Left => rect.left(),
            Align::Right => rect.left() + spare,
            Align::Center => rect.left() + spare / 2.0,
            Align::Start => rect.left() + if rtl { spare } else { 0.0 },
            Align::End => rect.left() + if rtl { 0.0 } else { spare },
        }
    }
}

impl Widget for Label<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        Label::ui(self, ui)
    }
}
