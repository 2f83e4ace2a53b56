//! The bundled fonts and the contexts that shape with them.

use std::sync::Arc;

use parley::fontique::{Blob, Collection, CollectionOptions, SourceCache};
use parley::{FontContext, LayoutContext};

use super::Direction;

/// All bundled font files; the licence is `assets/fonts/OFL.txt`.
const BUNDLED: [&[u8]; 8] = [
    include_bytes!("../../assets/fonts/NotoSansArabic-Regular.ttf"),
    include_bytes!("../../assets/fonts/NotoSansArabic-Bold.ttf"),
    include_bytes!("../../assets/fonts/NotoSans-Regular.ttf"),
    include_bytes!("../../assets/fonts/NotoSans-Bold.ttf"),
    include_bytes!("../../assets/fonts/NotoNaskhArabic-Regular.ttf"),
    include_bytes!("../../assets/fonts/NotoNaskhArabic-Bold.ttf"),
    include_bytes!("../../assets/fonts/Amiri-Regular.ttf"),
    include_bytes!("../../assets/fonts/Amiri-Bold.ttf"),
];

/// A choice of fonts that covers Arabic and Latin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Noto Sans Arabic, even and dark: long reading on screen.
    NotoSansArabic,
    /// Noto Naskh Arabic, the usual news type.
    NotoNaskhArabic,
    /// Amiri, a book type; shapes three times slower than the others.
    Amiri,
    /// What lists, buttons and fields are set in.
    #[default]
    Interface,
}

impl Family {
    /// Families a reader may choose for articles.
    pub const READING: [Self; 3] = [Self::NotoNaskhArabic, Self::NotoSansArabic, Self::Amiri];

    /// The name of the typeface, for menus and settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotoSansArabic => "Noto Sans Arabic",
            Self::NotoNaskhArabic => "Noto Naskh Arabic",
            Self::Amiri => "Amiri",
            Self::Interface => "Noto Sans",
        }
    }

    /// The font stack for a paragraph of `direction`.
    ///
    /// The script of the paragraph comes first: with the Latin family first even the spaces of an Arabic
    /// paragraph are taken from it, and the text falls apart into six times as many runs.
    pub(super) fn stack(self, direction: Direction) -> &'static str {
        match (self, direction) {
            (Self::NotoSansArabic | Self::Interface, Direction::RightToLeft) => {
                "'Noto Sans Arabic', 'Noto Sans', 'Noto Naskh Arabic', 'Amiri'"
            }
            (Self::NotoNaskhArabic, Direction::RightToLeft) => {
                "'Noto Naskh Arabic', 'Noto Sans', 'Noto Sans Arabic', 'Amiri'"
            }
            (Self::Amiri, Direction::RightToLeft) => {
                "'Amiri', 'Noto Sans', 'Noto Sans Arabic', 'Noto Naskh Arabic'"
            }
            (Self::NotoSansArabic | Self::Interface, Direction::LeftToRight) => {
                "'Noto Sans', 'Noto Sans Arabic', 'Noto Naskh Arabic', 'Amiri'"
            }
            (Self::NotoNaskhArabic, Direction::LeftToRight) => {
                "'Noto Sans', 'Noto Naskh Arabic', 'Noto Sans Arabic', 'Amiri'"
            }
            (Self::Amiri, Direction::LeftToRight) => {
                "'Noto Sans', 'Amiri', 'Noto Sans Arabic', 'Noto Naskh Arabic'"
            }
        }
    }

    /// How far below the middle of its line box the base line lies, in parts of the font size.
    ///
    /// One number a family, not one a font: the metrics of Noto Sans and Noto Sans Arabic differ so much
    /// that lines with a Latin quotation mark would otherwise be taller than their neighbours, and labels
    /// of the two scripts would not stand on one line.
    pub(super) fn baseline_drop(self) -> f32 {
        match self {
            Self::NotoSansArabic | Self::Interface => 0.35,
            Self::NotoNaskhArabic | Self::Amiri => 0.28,
        }
    }
}

/// Fonts and scratch memory for shaping; create one a thread and keep it.
pub struct Shaper {
    pub(super) fonts: FontContext,
    pub(super) scratch: LayoutContext<()>,
}

impl Shaper {
    /// Only the bundled fonts: the same result on every machine.
    pub fn bundled() -> Self {
        Self::new(false)
    }

    /// The bundled fonts first, then what the system has for scripts they lack.
    pub fn with_system_fonts() -> Self {
        Self::new(true)
    }

    fn new(system_fonts: bool) -> Self {
        let mut collection = Collection::new(CollectionOptions { shared: false, system_fonts });
        for font in BUNDLED {
            collection.register_fonts(Blob::new(Arc::new(font)), None);
        }
        let fonts = FontContext { collection, source_cache: SourceCache::default() };
        Self { fonts, scratch: LayoutContext::new() }
    }
}

impl Default for Shaper {
    fn default() -> Self {
        Self::bundled()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::ParagraphStyle;

    #[test]
    fn every_family_has_the_glyphs_of_news() {
        let text = "“بين 1500 و3000 مقاتل” (…) أيلول/سبتمبر 2026، ٪25 [انظر: UN S/2024/556]؛ ؟ «…» - – — · ‘a’ A-Z é ﷺ ٠١٢";
        let mut shaper = Shaper::bundled();
        for family in [Family::NotoSansArabic, Family::NotoNaskhArabic, Family::Amiri, Family::Interface] {
            for direction in [Direction::RightToLeft, Direction::LeftToRight] {
                for bold in [false, true] {
                    let style = ParagraphStyle { family, direction, bold, ..ParagraphStyle::default() };
                    let paragraph = shaper.paragraph(text, &style, 1.0, None);
                    let mut missing = 0;
                    paragraph.glyphs(0..1, |glyph| missing += usize::from(glyph.id == 0));
                    assert_eq!(missing, 0, "{family:?} {direction:?} bold {bold}");
                }
            }
        }
    }
}
