//! Keys as small boxes, alone and in sentences.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Color32, Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::paint_middle;
use crate::app::icons::Icon;
use crate::app::theme::Palette;
use crate::app::widgets::{Label, Shaped};

/// Keys as a small box, such as `Ctrl K`; arrows are drawn, since fonts lack them.
pub(crate) struct KeyCap {
    pieces: Vec<Piece>,
    /// Of the box, points.
    pub(crate) size: Vec2,
}

enum Piece {
    Text(Arc<Shaped>),
    Sign(Icon),
}

impl Piece {
    fn width(&self) -> f32 {
        match self {
            Self::Text(text) => text.size().x,
            Self::Sign(_) => 11.0,
        }
    }
}

const CAP_TEXT: f32 = 10.5;

impl KeyCap {
    /// Shapes the name of a key.
    pub(crate) fn new(ui: &Ui, keys: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = keys;
        while let Some(first) = rest.chars().next() {
            if let Some(icon) = Icon::of_key(first) {
                pieces.push(Piece::Sign(icon));
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            } else {
                let end = rest.find(|c| Icon::of_key(c).is_some()).unwrap_or(rest.len());
                let (text, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
                pieces.push(Piece::Text(Label::new(text.trim_end()).size(CAP_TEXT).shape(ui, 0.0)));
                rest = tail;
            }
        }
        let gaps = f32::from(u8::try_from(pieces.len().saturating_sub(1)).unwrap_or(0)) * 3.0;
        let width = pieces.iter().map(Piece::width).sum::<f32>() + gaps + 10.0;
        Self { pieces, size: vec2(width.max(18.0).ceil(), 17.0) }
    }

    /// Draws it with the middle of its left edge at `at`.
    pub(crate) fn paint(&self, ui: &Ui, at: Pos2, on_accent: bool) {
        let palette = Palette::of(ui.ctx());
        let rect = Rect::from_min_size(pos2(at.x, at.y - self.size.y / 2.0).round(), self.size);
        let (fill, line, mut ink) = if on_accent {
            let ink = palette.on_accent();
            (Color32::TRANSPARENT, ink.gamma_multiply(0.5), ink)
        } else {
            (palette.cap(), palette.line, palette.dim)
        };
        if !ui.is_enabled() {
            ink = ink.gamma_multiply(0.5);
        }
        ui.painter().rect(rect, 4.0, fill, Stroke::new(1.0, line), StrokeKind::Inside);
        let inside: f32 = self.pieces.iter().map(Piece::width).sum::<f32>()
            + 3.0 * f32::from(u8::try_from(self.pieces.len().saturating_sub(1)).unwrap_or(0));
        let mut x = rect.center().x - inside / 2.0;
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => paint_middle(ui, text, pos2(x, rect.center().y), ink),
                Piece::Sign(icon) => icon.paint(ui.painter(), pos2(x + 5.5, rect.center().y), 9.0, ink),
            }
            x += piece.width() + 3.0;
        }
    }
}

/// A key cap in the row; read out as its keys.
fn key_cap(ui: &mut Ui, keys: &str) -> Response {
    let cap = KeyCap::new(ui, keys);
    let (rect, response) = ui.allocate_exact_size(vec2(cap.size.x, cap.size.y), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, ui.is_enabled(), keys));
    cap.paint(ui, rect.left_center(), false);
    response
}

/// A part of a sentence that names keys.
#[derive(Clone, Copy)]
pub(crate) enum Word<'a> {
    /// Words.
    Text(&'a str),
    /// A key.
    Key(&'a str),
}

/// A dim sentence with key caps in it, broken between its parts; in the middle where it should be and fits.
pub(crate) fn sentence(ui: &mut Ui, parts: &[Word<'_>], centred: bool) {
    ui.scope(|ui| set_sentence(ui, parts, centred));
}

fn set_sentence(ui: &mut Ui, parts: &[Word<'_>], centred: bool) {
    const SPACE: f32 = 5.0;
    let text = |text: &str| Label::new(text.to_owned()).dim();
    let width = |part: &Word<'_>| match part {
        Word::Text(words) => text(words).shape(ui, 0.0).size().x,
        Word::Key(keys) => KeyCap::new(ui, keys).size.x,
    };
    let whole = parts.iter().map(|part| width(part) + SPACE).sum::<f32>() - SPACE;
    let spare = ui.available_width() - whole;
    ui.spacing_mut().interact_size.y = 20.0;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 4.0);
        if centred && spare > 0.0 {
            ui.add_space(spare / 2.0);
        }
        ui.spacing_mut().item_spacing.x = SPACE;
        for part in parts {
            match part {
                Word::Text(words) => text(words).ui(ui),
                Word::Key(keys) => key_cap(ui, keys),
            };
        }
    });
}
