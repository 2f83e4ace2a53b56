//! Colours, sizes and distances of the window: the only place where they are named.

use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Stroke, TextStyle, Theme, Visuals};

use crate::model::{Colour, Label};

/// Text sizes in points.
pub(super) mod size {
    /// Interface text.
    pub(crate) const TEXT: f32 = 13.0;
    /// Hints, counts, key caps.
    pub(crate) const HINT: f32 = 11.5;
    /// Article titles in the list.
    pub(crate) const TITLE: f32 = 14.0;
    /// Dateline of the page.
    pub(crate) const DATELINE: f32 = 13.0;
    /// Headline of the page, relative to its text.
    pub(crate) const HEADLINE_FACTOR: f32 = 27.0 / 19.0;
}

/// Distances in points.
pub(super) mod space {
    /// The rhythm: distances are multiples or halves of it.
    pub(crate) const UNIT: f32 = 8.0;
    /// Inside panels and cards.
    pub(crate) const PAD: f32 = 12.0;
    /// Width of the article list.
    pub(crate) const LEFT_PANEL: f32 = 280.0;
    /// Narrower than this, the page gives no room to a second panel.
    pub(crate) const NARROWEST_PAGE: f32 = 320.0;
    /// Width of the inspector.
    pub(crate) const RIGHT_PANEL: f32 = 332.0;
    /// Below this window width the inspector becomes a drawer.
    pub(crate) const DRAWER_BELOW: f32 = 1080.0;
    /// Height of the bar at the top.
    pub(crate) const TOP_BAR: f32 = 46.0;
    /// Height of the bar at the bottom.
    pub(crate) const STATUS_BAR: f32 = 28.0;
    /// Width of the text on the page.
    pub(crate) const MEASURE: f32 = 636.0;
    /// Margin between the edge of the page and its text.
    pub(crate) const PAGE_MARGIN: f32 = 56.0;
    /// Above the headline.
    pub(crate) const PAGE_TOP: f32 = 32.0;
    /// Between two paragraphs.
    pub(crate) const PARAGRAPH_GAP: f32 = 15.0;
    /// Corner radius of cards.
    pub(crate) const CARD_RADIUS: u8 = 10;
    /// Corner radius of buttons, key caps and tints.
    pub(crate) const SMALL_RADIUS: u8 = 6;
}

/// The colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palette {
    /// Whether it is the dark one.
    pub dark: bool,
    /// Behind everything.
    pub desk: Color32,
    /// Side panels and bars.
    pub panel: Color32,
    /// The page of the article.
    pub page: Color32,
    /// Cards and buttons.
    pub card: Color32,
    /// Text.
    pub text: Color32,
    /// Secondary text.
    pub dim: Color32,
    /// Lines and borders.
    pub line: Color32,
    /// The chosen row or button.
    pub chosen: Color32,
    /// Selected text.
    pub selection: Color32,
    /// Links, focus rings, the main button.
    pub accent: Color32,
    /// Everything is well.
    pub good: Color32,
    /// Something needs a look.
    pub warn: Color32,
    /// Data are at risk.
    pub bad: Color32,
}

const LIGHT: Palette = Palette {
    dark: false,
    desk: Color32::from_rgb(0xEC, 0xEA, 0xE6),
    panel: Color32::from_rgb(0xF6, 0xF5, 0xF2),
    page: Color32::from_rgb(0xFF, 0xFE, 0xFB),
    card: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    text: Color32::from_rgb(0x1F, 0x23, 0x28),
    dim: Color32::from_rgb(0x6B, 0x6F, 0x76),
    line: Color32::from_rgb(0xDE, 0xDB, 0xD4),
    chosen: Color32::from_rgb(0xE6, 0xEC, 0xF5),
    selection: Color32::from_rgb(0xB9, 0xD3, 0xF3),
    accent: Color32::from_rgb(0x00, 0x66, 0xA3),
    good: Color32::from_rgb(0x00, 0x9E, 0x73),
    warn: Color32::from_rgb(0xC7, 0x7F, 0x00),
    bad: Color32::from_rgb(0xB4, 0x23, 0x18),
};

const DARK: Palette = Palette {
    dark: true,
    desk: Color32::from_rgb(0x14, 0x16, 0x19),
    panel: Color32::from_rgb(0x1B, 0x1E, 0x22),
    page: Color32::from_rgb(0x20, 0x24, 0x29),
    card: Color32::from_rgb(0x26, 0x2B, 0x31),
    text: Color32::from_rgb(0xE4, 0xE4, 0xE1),
    dim: Color32::from_rgb(0x98, 0x9D, 0xA5),
    line: Color32::from_rgb(0x30, 0x35, 0x3B),
    chosen: Color32::from_rgb(0x2B, 0x36, 0x44),
    selection: Color32::from_rgb(0x34, 0x54, 0x7C),
    accent: Color32::from_rgb(0x62, 0xB2, 0xEE),
    good: Color32::from_rgb(0x3C, 0xC9, 0xA0),
    warn: Color32::from_rgb(0xF0, 0xB0, 0x40),
    bad: Color32::from_rgb(0xF4, 0x80, 0x74),
};

impl Palette {
    /// The palette of egui's current theme.
    pub fn of(ctx: &egui::Context) -> Self {
        Self::named(ctx.theme())
    }

    /// The palette of a theme.
    pub fn named(theme: Theme) -> Self {
        if theme == Theme::Dark { DARK } else { LIGHT }
    }

    /// The full colour of a label.
    pub fn label(&self, label: &Label) -> Color32 {
        colour(if self.dark { label.dark } else { label.light })
    }

    /// The colour of a label as text on a card or its own tint: 4.5 : 1 or more.
    pub fn label_text(&self, label: &Label) -> Color32 {
        let mut shade = self.label(label);
        let ground = blend(self.card, shade, self.tint_share(false));
        for _ in 0..24 {
            if contrast(shade, ground) >= 4.5 {
                break;
            }
            shade = blend(shade, if self.dark { Color32::WHITE } else { Color32::BLACK }, 0.08);
        }
        shade
    }

    /// How much of a label's colour lies beneath its spans, 0 to 1. Long spans must not shout.
    pub fn tint_share(&self, long: bool) -> f32 {
        match (self.dark, long) {
            (false, false) => 0.17,
            (false, true) => 0.09,
            (true, false) => 0.36,
            (true, true) => 0.17,
        }
    }

    /// The ground of key caps: between a card and its border.
    pub fn cap(&self) -> Color32 {
        blend(self.card, self.line, 0.45)
    }

    /// Beneath what lies over the page.
    pub fn shadow(&self) -> egui::Shadow {
        egui::Shadow {
            offset: [0, 4],
            blur: 18,
            spread: 0,
            color: Color32::from_black_alpha(if self.dark { 110 } else { 38 }),
        }
    }

    /// Text on the main button.
    pub fn on_accent(&self) -> Color32 {
        if self.dark { self.desk } else { self.card }
    }

    /// A colour as text on a card: darkened or lightened until it has 4.5 : 1.
    pub fn readable(&self, shade: Color32) -> Color32 {
        let mut shade = shade;
        for _ in 0..24 {
            if contrast(shade, self.card).min(contrast(shade, self.panel)) >= 4.5 {
                break;
            }
            shade = blend(shade, if self.dark { Color32::WHITE } else { Color32::BLACK }, 0.08);
        }
        shade
    }

    /// The share of a selected span: more, as far as the text stays readable on it.
    fn selected_share(&self, long: bool) -> f32 {
        (self.tint_share(long) * 2.0).min(0.44)
    }

    /// The translucent tint of a span.
    pub(crate) fn tint(&self, label: &Label, selected: bool) -> Color32 {
        let share = if selected { self.selected_share(label.long) } else { self.tint_share(label.long) };
        self.label(label).gamma_multiply(share)
    }

    /// Installs the palette as egui's own look of both themes, and the sizes of its text.
    pub fn install(ctx: &egui::Context) {
        for theme in [Theme::Light, Theme::Dark] {
            let palette = Self::named(theme);
            ctx.style_mut_of(theme, |style| {
                style.visuals = palette.visuals();
                style.spacing.item_spacing = egui::vec2(space::UNIT, space::UNIT * 0.75);
                style.spacing.button_padding = egui::vec2(10.0, 5.0);
                style.spacing.interact_size.y = 26.0;
                style.spacing.menu_margin = Margin::same(6);
                style.spacing.scroll.floating = true;
                style.animation_time = 0.08;
                for text_style in [TextStyle::Body, TextStyle::Button, TextStyle::Monospace] {
                    style.text_styles.insert(text_style, FontId::new(size::TEXT, FontFamily::Proportional));
                }
                style.text_styles.insert(TextStyle::Small, FontId::new(size::HINT, FontFamily::Proportional));
            });
        }
    }

    fn visuals(&self) -> Visuals {
        let mut visuals = if self.dark { Visuals::dark() } else { Visuals::light() };
        visuals.panel_fill = self.panel;
        visuals.window_fill = self.card;
        visuals.extreme_bg_color = self.card;
        visuals.faint_bg_color = self.desk;
        visuals.window_stroke = Stroke::new(1.0, self.line);
        visuals.window_corner_radius = CornerRadius::same(space::CARD_RADIUS);
        visuals.menu_corner_radius = CornerRadius::same(space::CARD_RADIUS);
        visuals.selection.bg_fill = self.selection;
        visuals.selection.stroke = Stroke::new(1.0, self.accent);
        visuals.hyperlink_color = self.accent;
        visuals.override_text_color = Some(self.text);
        visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, self.line);
        visuals.widgets.noninteractive.fg_stroke = Stroke::new(1.0, self.text);
        for (state, fill) in [
            (&mut visuals.widgets.inactive, self.card),
            (&mut visuals.widgets.hovered, self.chosen),
            (&mut visuals.widgets.active, self.chosen),
            (&mut visuals.widgets.open, self.chosen),
        ] {
            state.bg_fill = fill;
            state.weak_bg_fill = fill;
            state.bg_stroke = Stroke::new(1.0, self.line);
            state.fg_stroke = Stroke::new(1.0, self.text);
            state.corner_radius = CornerRadius::same(space::SMALL_RADIUS);
            state.expansion = 0.0;
        }
        visuals
    }
}

/// A model colour as egui's.
pub(super) fn colour(colour: Colour) -> Color32 {
    Color32::from_rgb(colour.0, colour.1, colour.2)
}

/// `share` of `b` over `a`, opaque.
pub(super) fn blend(a: Color32, b: Color32, share: f32) -> Color32 {
    let mix = |a: u8, b: u8| {
        let mixed = f32::from(a) + (f32::from(b) - f32::from(a)) * share;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
        let byte = mixed.round().clamp(0.0, 255.0) as u8;
        byte
    };
    Color32::from_rgb(mix(a.r(), b.r()), mix(a.g(), b.g()), mix(a.b(), b.b()))
}

/// Contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2).
pub(super) fn contrast(a: Color32, b: Color32) -> f32 {
    let luminance = |c: Color32| {
        let linear = |v: u8| {
            let v = f32::from(v) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(c.r()) + 0.7152 * linear(c.g()) + 0.0722 * linear(c.b())
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Codebook;

    #[test]
    fn text_can_be_read_on_every_ground() {
        for palette in [LIGHT, DARK] {
            for ground in [palette.panel, palette.page, palette.card, palette.chosen] {
                assert!(contrast(palette.text, ground) >= 7.0, "text on {ground:?}");
                assert!(
                    contrast(palette.dim, ground) >= 4.2,
                    "dim on {ground:?}: {}",
                    contrast(palette.dim, ground)
                );
            }
            for label in &Codebook::default().labels {
                let shade = palette.label_text(label);
                assert!(contrast(shade, palette.card) >= 4.5, "{} on a card", label.name);
                let tint = blend(palette.page, palette.label(label), palette.selected_share(label.long));
                assert!(contrast(palette.text, tint) >= 4.5, "text on the selected tint of {}", label.name);
            }
        }
    }
}
