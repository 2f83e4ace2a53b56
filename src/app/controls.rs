//! Buttons, key caps and cards of the window. All text goes through `widgets`; every control has a name for assistive
//! technologies, a hover state and a visible focus.

mod keys;

use std::borrow::Cow;
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{
    Color32, CornerRadius, Frame, Margin, Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

pub(crate) use keys::{KeyCap, Word, sentence};

use super::icons::Icon;
use super::theme::{Palette, blend, size, space};
use super::widgets::{Label, Shaped, Text};

/// How much a button stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Look {
    /// A card of its own.
    #[default]
    Raised,
    /// Text that shows a ground on hover.
    Flat,
    /// The one that most people want.
    Main,
    /// A small rounded switch.
    Pill,
    /// One of several that hang together.
    Segment,
    /// A row of a menu, as wide as the menu.
    Row,
}

impl Look {
    fn padding(self) -> f32 {
        match self {
            Self::Raised | Self::Row => 10.0,
            Self::Main => 14.0,
            Self::Flat => 6.0,
            Self::Pill => 8.0,
            Self::Segment => 8.0,
        }
    }

    fn height(self) -> f32 {
        match self {
            Self::Raised | Self::Main => 30.0,
            Self::Flat => 26.0,
            Self::Pill | Self::Segment => 22.0,
            Self::Row => 28.0,
        }
    }

    fn radius(self) -> CornerRadius {
        match self {
            Self::Pill => CornerRadius::same(11),
            Self::Segment => CornerRadius::ZERO,
            Self::Raised | Self::Main => CornerRadius::same(8),
            Self::Flat | Self::Row => CornerRadius::same(space::SMALL_RADIUS),
        }
    }
}

/// A button of our own text: square, sign, words and key cap, each where it is wanted.
#[must_use = "call `.ui(ui)` to show it"]
pub(crate) struct Button<'a> {
    text: Cow<'a, str>,
    name: Option<Cow<'a, str>>,
    tip: Cow<'a, str>,
    keys: Cow<'a, str>,
    square: Option<Color32>,
    icon: Option<Icon>,
    look: Look,
    outline: Option<Color32>,
    selected: Option<bool>,
    text_size: f32,
    dim: bool,
    radius: Option<CornerRadius>,
    width: Option<f32>,
    role: Role,
}

/// What a button is made of, shaped.
struct Parts {
    text: Option<Arc<Shaped>>,
    keys: Option<KeyCap>,
    /// As wide as it would like to be.
    width: f32,
}

const SQUARE: f32 = 10.0;
const GAP: f32 = 7.0;
const ICON: f32 = 11.0;

impl<'a> Button<'a> {
    /// A button with these words.
    pub(crate) fn new(text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            text: text.into(),
            name: None,
            tip: Cow::Borrowed(""),
            keys: Cow::Borrowed(""),
            square: None,
            icon: None,
            look: Look::default(),
            outline: None,
            selected: None,
            text_size: size::TEXT,
            dim: false,
            radius: None,
            width: None,
            role: Role::Button,
        }
    }

    /// A button that is only a sign; `name` says what it does.
    pub(crate) fn icon(icon: Icon, name: impl Into<Cow<'a, str>>) -> Self {
        Self { icon: Some(icon), look: Look::Flat, dim: true, ..Self::new("") }.name(name)
    }

    /// How much it stands out.
    pub(crate) fn look(mut self, look: Look) -> Self {
        self.look = look;
        if matches!(look, Look::Pill | Look::Segment) {
            self.text_size = size::HINT;
        }
        self
    }

    /// Accessible name, where it is not its text.
    pub(crate) fn name(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// A sentence on hover.
    pub(crate) fn tip(mut self, tip: impl Into<Cow<'a, str>>) -> Self {
        self.tip = tip.into();
        self
    }

    /// The keys that do the same.
    pub(crate) fn keys(mut self, keys: impl Into<Cow<'a, str>>) -> Self {
        self.keys = keys.into();
        self
    }

    /// A square of a label's colour before the words.
    pub(crate) fn square(mut self, color: Color32) -> Self {
        self.square = Some(color);
        self
    }

    /// A sign before the words.
    pub(crate) fn sign(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// An outline in a colour of its own.
    pub(crate) fn outline(mut self, color: Option<Color32>) -> Self {
        self.outline = color;
        self
    }

    /// Whether it is switched on.
    pub(crate) fn selected(mut self, selected: bool) -> Self {
        self.selected = Some(selected);
        self
    }

    /// In the colour of what matters less.
    pub(crate) fn dim(mut self) -> Self {
        self.dim = true;
        self
    }

    /// Corners of its own.
    pub(crate) fn radius(mut self, radius: CornerRadius) -> Self {
        self.radius = Some(radius);
        self
    }

    /// As wide as this; the words are cut where they are wider.
    pub(crate) fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }

    /// What it is for assistive technologies.
    pub(crate) fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// How wide it would like to be.
    pub(crate) fn measure(&self, ui: &Ui) -> f32 {
        self.parts(ui, f32::from(u16::MAX)).width
    }

    fn lead(&self) -> f32 {
        let square = if self.square.is_some() { SQUARE } else { 0.0 };
        let icon = if self.icon.is_some() { ICON } else { 0.0 };
        let gaps = [square, icon].iter().filter(|width| **width > 0.0).count();
        let gaps = if self.text.is_empty() { gaps.saturating_sub(1) } else { gaps };
        square + icon + if gaps > 0 { GAP } else { 0.0 }
    }

    fn parts(&self, ui: &Ui, room: f32) -> Parts {
        let keys = (!self.keys.is_empty()).then(|| KeyCap::new(ui, &self.keys));
        let cap = keys.as_ref().map_or(0.0, |keys| {
            keys.size.x + if self.text.is_empty() && self.lead() == 0.0 { 0.0 } else { GAP + 1.0 }
        });
        let fixed = 2.0 * self.look.padding() + self.lead() + cap;
        let text = (!self.text.is_empty())
            .then(|| Label::new(&*self.text).size(self.text_size).elide().shape(ui, (room - fixed).max(0.0)));
        let words = text.as_ref().map_or(0.0, |text| text.size().x);
        Parts { width: (fixed + words).ceil(), text, keys }
    }

    /// Shows it in the row.
    pub(crate) fn ui(self, ui: &mut Ui) -> Response {
        let room = self.width.unwrap_or(f32::from(u16::MAX));
        let parts = self.parts(ui, room);
        let width = self.width.unwrap_or(parts.width);
        let (rect, response) = ui.allocate_exact_size(vec2(width, self.look.height()), Sense::click());
        self.finish(ui, rect, response, &parts)
    }

    /// Shows it at a place.
    pub(crate) fn put(self, ui: &mut Ui, rect: Rect, id: egui::Id) -> Response {
        let parts = self.parts(ui, rect.width());
        let response = ui.interact(rect, id, Sense::click());
        self.finish(ui, rect, response, &parts)
    }

    fn finish(self, ui: &Ui, rect: Rect, mut response: Response, parts: &Parts) -> Response {
        let name = self.name.as_deref().unwrap_or(&self.text);
        response.widget_info(|| match self.selected {
            Some(selected) => WidgetInfo::selected(self.role, ui.is_enabled(), selected, name),
            None => WidgetInfo::labeled(self.role, ui.is_enabled(), name),
        });
        if ui.is_rect_visible(rect) {
            self.paint(ui, rect, &response, parts);
        }
        let cut = parts.text.as_ref().is_some_and(|text| text.is_cut());
        if !self.tip.is_empty() || cut {
            let tip = if self.tip.is_empty() { &self.text } else { &self.tip };
            response = tipped(response, tip);
        }
        response
    }

    fn paint(&self, ui: &Ui, rect: Rect, response: &Response, parts: &Parts) {
        let palette = Palette::of(ui.ctx());
        let radius = self.radius.unwrap_or(self.look.radius());
        let (fill, line) = self.ground(&palette, response);
        ui.painter().rect(rect, radius, fill, Stroke::new(1.0, line), StrokeKind::Inside);
        if let Some(color) = self.outline {
            ui.painter().rect_stroke(rect, radius, Stroke::new(2.0, color), StrokeKind::Inside);
        }
        focus_ring(ui, response, rect, radius);
        let mut ink = match self.look {
            Look::Main => palette.on_accent(),
            _ if self.dim && !response.hovered() => palette.dim,
            _ => palette.text,
        };
        if !ui.is_enabled() {
            ink = ink.gamma_multiply(0.45);
        }
        let wide = matches!(self.look, Look::Row);
        // In the middle where there is more room than it wants, but rows begin at their start.
        let spare = if wide { 0.0 } else { ((rect.width() - parts.width) / 2.0).max(0.0) };
        let mut x = rect.left() + self.look.padding() + spare;
        let middle = rect.center().y;
        if let Some(color) = self.square {
            let square = Rect::from_min_size(pos2(x, middle - SQUARE / 2.0), Vec2::splat(SQUARE));
            ui.painter().rect_filled(square, 2.5, color);
            x += SQUARE + GAP;
        }
        if let Some(icon) = self.icon {
            icon.paint(ui.painter(), pos2(x + ICON / 2.0, middle), ICON, ink);
            x += ICON + GAP;
        }
        if let Some(text) = &parts.text {
            paint_middle(ui, text, pos2(x, middle), ink);
            x += text.size().x + GAP + 1.0;
        }
        if let Some(keys) = &parts.keys {
            let x = if wide { rect.right() - self.look.padding() - keys.size.x } else { x };
            keys.paint(ui, pos2(x, middle), self.look == Look::Main);
        }
    }

    /// Fill and border.
    fn ground(&self, palette: &Palette, response: &Response) -> (Color32, Color32) {
        let hovered = response.hovered() && response.enabled();
        let pressed = hovered && response.is_pointer_button_down_on();
        let clear = Color32::TRANSPARENT;
        let on = self.selected == Some(true);
        let strong = blend(palette.line, palette.dim, 0.45);
        match self.look {
            Look::Main => (
                blend(
                    palette.accent,
                    palette.text,
                    if pressed {
                        0.25
                    } else if hovered {
                        0.12
                    } else {
                        0.0
                    },
                ),
                clear,
            ),
            Look::Flat | Look::Row if on || hovered => {
                (if pressed { blend(palette.chosen, palette.line, 0.5) } else { palette.chosen }, clear)
            }
            Look::Flat | Look::Row => (clear, clear),
            Look::Pill if on => (palette.chosen, palette.chosen),
            Look::Segment if on => (palette.chosen, palette.line),
            Look::Pill => {
                (if hovered { palette.card } else { clear }, if hovered { strong } else { palette.line })
            }
            Look::Raised | Look::Segment => {
                let fill = if pressed { palette.chosen } else { palette.card };
                (fill, if hovered { strong } else { palette.line })
            }
        }
    }
}

/// Draws a shaped line with the middle of its left edge at a place.
pub(crate) fn paint_middle(ui: &Ui, text: &Shaped, at: Pos2, color: Color32) {
    Text::of(ui.ctx()).paint(ui.painter(), text, pos2(at.x, at.y - text.size().y / 2.0), color);
}

/// The ring around what has the keyboard.
pub(crate) fn focus_ring(ui: &Ui, response: &Response, rect: Rect, radius: impl Into<CornerRadius>) {
    if response.has_focus() {
        let stroke = Stroke::new(2.0, Palette::of(ui.ctx()).accent);
        ui.painter().rect_stroke(rect, radius, stroke, StrokeKind::Inside);
    }
}

/// A sentence on hover, in our own text.
pub(crate) fn tipped(response: Response, tip: &str) -> Response {
    response.on_hover_ui(|ui| {
        ui.set_max_width(360.0);
        let wide = Label::new(tip).shape(ui, 0.0).size().x > 340.0;
        let label = Label::new(tip);
        if wide {
            label.wrap().width(340.0).ui(ui)
        } else {
            label.ui(ui)
        };
    })
}

/// A card: a quiet frame around what belongs together.
pub(crate) fn card<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    let palette = Palette::of(ui.ctx());
    Frame::new()
        .fill(palette.card)
        .stroke(Stroke::new(1.0, palette.line))
        .corner_radius(CornerRadius::same(space::CARD_RADIUS))
        .inner_margin(Margin::symmetric(12, 11))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            add(ui)
        })
        .inner
}

/// Buttons that hang together, of which one or none is on: what they say and what they are called. Returns the one
/// that was clicked, and the first of them.
pub(crate) fn segments(
    ui: &mut Ui,
    names: &[(&str, String)],
    on: Option<usize>,
) -> (Option<usize>, Option<Response>) {
    let (mut clicked, mut first) = (None, None);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing = vec2(-1.0, 4.0);
        ui.spacing_mut().interact_size.y = Look::Segment.height();
        ui.horizontal_wrapped(|ui| {
            let room = ui.max_rect().width();
            let rows = rows_of(
                &names.iter().map(|(text, _)| segment(text).measure(ui) - 1.0).collect::<Vec<_>>(),
                room,
            );
            let mut nth = 0;
            for row in rows {
                for place in 0..row {
                    let Some((text, name)) = names.get(nth) else { break };
                    let corners = corners(place == 0, place + 1 == row);
                    let button = segment(text).name(name.as_str()).selected(on == Some(nth)).radius(corners);
                    let response = button.role(Role::RadioButton).ui(ui);
                    clicked = if response.clicked() { Some(nth) } else { clicked };
                    first.get_or_insert(response);
                    nth += 1;
                }
                ui.end_row();
            }
        });
    });
    (clicked, first)
}

fn segment(text: &str) -> Button<'_> {
    Button::new(text).look(Look::Segment)
}

fn corners(first: bool, last: bool) -> CornerRadius {
    let at = |is: bool| if is { space::SMALL_RADIUS } else { 0 };
    CornerRadius { nw: at(first), sw: at(first), ne: at(last), se: at(last) }
}

/// How many of these widths go into each row.
fn rows_of(widths: &[f32], room: f32) -> Vec<usize> {
    let mut rows = Vec::new();
    let (mut count, mut used) = (0, 0.0);
    for width in widths {
        if count > 0 && used + width > room {
            rows.push(count);
            (count, used) = (0, 0.0);
        }
        count += 1;
        used += width;
    }
    if count > 0 {
        rows.push(count);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::rows_of;

    #[test]
    fn widths_are_broken_into_rows() {
        assert_eq!(rows_of(&[50.0, 50.0, 50.0], 110.0), [2, 1]);
        assert_eq!(rows_of(&[200.0, 50.0], 100.0), [1, 1]);
        assert_eq!(rows_of(&[], 100.0), [0_usize; 0]);
    }
}
