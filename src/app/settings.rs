//! What the person at the desk likes: theme, font, sizes. Nothing of it belongs to a project.

use serde::{Deserialize, Serialize};

use crate::layout::Family;

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ThemeChoice {
    /// As the system says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// The font of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReaderFont {
    /// Noto Sans Arabic: even and large.
    #[default]
    NotoSansArabic,
    /// Noto Naskh Arabic: as in books.
    NotoNaskhArabic,
    /// Amiri: as in classical prints.
    Amiri,
}

impl ReaderFont {
    /// The family of the layout.
    pub fn family(self) -> Family {
        match self {
            Self::NotoSansArabic => Family::NotoSansArabic,
            Self::NotoNaskhArabic => Family::NotoNaskhArabic,
            Self::Amiri => Family::Amiri,
        }
    }

    /// The next one.
    pub fn next(self) -> Self {
        match self {
            Self::NotoSansArabic => Self::NotoNaskhArabic,
            Self::NotoNaskhArabic => Self::Amiri,
            Self::Amiri => Self::NotoSansArabic,
        }
    }
}

/// What is kept between two sittings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Light or dark.
    pub theme: ThemeChoice,
    /// The font of the page.
    pub font: ReaderFont,
    /// Size of the text on the page, points.
    pub text_size: f32,
    /// Distance of its lines, in parts of the size.
    pub line_height: f32,
    /// Whether invisible characters are shown as pills.
    pub invisible: bool,
    /// Whether the list of articles is shown.
    pub left: bool,
    /// Whether the inspector is shown.
    pub right: bool,
    /// The name new projects and layers start with.
    pub annotator: String,
    /// Projects opened last, the newest first.
    pub recent: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::System,
            font: ReaderFont::default(),
            text_size: 19.0,
            line_height: 1.85,
            invisible: true,
            left: true,
            right: true,
            annotator: String::new(),
            recent: Vec::new(),
        }
    }
}

impl Settings {
    /// Smallest and largest text on the page, points.
    pub const SIZES: std::ops::RangeInclusive<f32> = 12.0..=40.0;

    /// Larger or smaller text, by a point a step.
    pub fn step_size(&mut self, steps: f32) {
        self.text_size = (self.text_size + steps).clamp(*Self::SIZES.start(), *Self::SIZES.end());
    }

    /// Remembers a project as opened last.
    pub fn remember(&mut self, path: &str) {
        self.recent.retain(|other| other != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(10);
    }
}
