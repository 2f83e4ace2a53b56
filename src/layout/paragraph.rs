//! One paragraph: a hard line of text, shaped once, broken into lines for a width.

use std::ops::Range;

use parley::{
    Alignment, AlignmentOptions, BaseDirection, FontData, FontFamily, FontWeight, Layout, LineHeight,
    PositionedLayoutItem, StyleProperty,
};

use smallvec::SmallVec;

use super::geometry::Table;
use super::{Affinity, Caret, CaretBox, Cluster, Direction, Family, Hit, Line, Rectangle, Shaper};

/// Where the lines of a paragraph stand within its width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Align {
    /// The side the paragraph's direction begins at.
    #[default]
    Start,
    /// The side the paragraph's direction ends at.
    End,
    /// The left side.
    Left,
    /// The right side.
    Right,
    /// The middle.
    Center,
}

/// How a paragraph is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParagraphStyle {
    /// Fonts.
    pub family: Family,
    /// Font size in points.
    pub size: f32,
    /// Bold instead of regular.
    pub bold: bool,
    /// Distance of base lines as a factor of the font size.
    pub line_height: f32,
    /// Base direction of the paragraph.
    pub direction: Direction,
    /// Where lines stand when a width is given.
    pub align: Align,
}

impl Default for ParagraphStyle {
    fn default() -> Self {
        Self {
            family: Family::Interface,
            size: 13.0,
            bold: false,
            line_height: 1.5,
            direction: Direction::LeftToRight,
            align: Align::Start,
        }
    }
}

/// A glyph at its place in a paragraph.
#[derive(Clone, Copy)]
pub struct PlacedGlyph<'a> {
    /// The font file and the face in it.
    pub font: &'a FontData,
    /// Coordinates of a variable font.
    pub coordinates: &'a [i16],
    /// Whether the face is to be emboldened, since the family has no bold one.
    pub embolden: bool,
    /// Slant in degrees, for a family without italics.
    pub skew: Option<f32>,
    /// Pixels per em.
    pub size: f32,
    /// Number of the glyph in the font.
    pub id: u32,
    /// Origin of the glyph, from the left edge of the paragraph.
    pub x: f32,
    /// Base line of the glyph, from the top of the paragraph.
    pub y: f32,
}

/// A shaped paragraph. Its text must not hold line feeds.
///
/// Positions are bytes of the paragraph's own text; lengths are physical pixels from its top left corner.
pub struct Paragraph {
    layout: Layout<()>,
    style: ParagraphStyle,
    scale: f32,
    wrap: Option<f32>,
    text: Box<str>,
    table: Table,
}

impl Shaper {
    /// Shapes `text` and breaks it into lines.
    ///
    /// `scale` is physical pixels per point. Lines break at `width` physical pixels (rounded down); `None`
    /// leaves one line, as wide as it comes.
    pub fn paragraph(
        &mut self,
        text: &str,
        style: &ParagraphStyle,
        scale: f32,
        width: Option<f32>,
    ) -> Paragraph {
        let mut builder = self.scratch.ranged_builder(&mut self.fonts, text, scale, true);
        builder.set_base_direction(match style.direction {
            Direction::RightToLeft => BaseDirection::Rtl,
            Direction::LeftToRight => BaseDirection::Ltr,
        });
        let stack = style.family.stack(style.direction);
        builder.push_default(StyleProperty::FontFamily(FontFamily::Source(stack.into())));
        builder.push_default(StyleProperty::FontSize(style.size));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(style.line_height)));
        if style.bold {
            builder.push_default(StyleProperty::FontWeight(FontWeight::BOLD));
        }
        let mut paragraph = Paragraph {
            layout: builder.build(text),
            style: *style,
            scale,
            wrap: None,
            text: text.into(),
            table: Table::default(),
        };
        paragraph.lay(width.map(f32::floor));
        paragraph
    }
}

impl Paragraph {
    /// Breaks the lines anew; 20 times cheaper than shaping, and free when the width is the old one.
    pub fn rebreak(&mut self, width: Option<f32>) {
        let width = width.map(f32::floor);
        if width != self.wrap {
            self.lay(width);
        }
    }

    fn lay(&mut self, width: Option<f32>) {
        self.wrap = width;
        self.layout.break_all_lines(width);
        let alignment = match self.style.align {
            Align::Start => Alignment::Start,
            Align::End => Alignment::End,
            Align::Left => Alignment::Left,
            Align::Right => Alignment::Right,
            Align::Center => Alignment::Center,
        };
        self.layout.align(alignment, AlignmentOptions::default());
        // Whole pixels, the same for every line: no seams between the lines of a translucent highlight,
        // and a word from a fallback font does not push the lines apart.
        let size = self.style.size * self.scale;
        let pitch = (size * self.style.line_height).round().max(1.0);
        let baseline = (pitch / 2.0 + size * self.style.family.baseline_drop()).round();
        self.table = Table::new(&self.layout, &self.text, pitch, baseline);
    }

    /// The width its lines were broken at, or that of its longest line.
    pub fn width(&self) -> f32 {
        self.wrap.unwrap_or_else(|| self.text_width())
    }

    /// Width of the longest line, without the space that hangs at its end.
    pub fn text_width(&self) -> f32 {
        self.layout.width()
    }

    /// Height of all lines, whole pixels.
    pub fn height(&self) -> f32 {
        self.table.lines.last().map_or(0.0, |line| line.bottom)
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Bytes of its text.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether its text is empty; it has a line and a caret all the same.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// How it is set.
    pub fn style(&self) -> &ParagraphStyle {
        &self.style
    }

    /// The lines from top to bottom, at least one.
    pub fn lines(&self) -> &[Line] {
        &self.table.lines
    }

    /// All clusters (what a caret cannot enter) in the order of the text.
    pub fn clusters(&self) -> &[Cluster] {
        &self.table.clusters
    }

    /// The rectangles that cover a byte range, from top to bottom and left to right.
    ///
    /// A cluster that the range cuts is covered whole. Controls without width yield nothing.
    pub fn rectangles(&self, range: Range<usize>) -> Vec<Rectangle> {
        self.table.rectangles(range)
    }

    /// Where a caret stands.
    pub fn caret(&self, caret: Caret) -> CaretBox {
        self.table.caret(caret, self.start_edge())
    }

    /// What lies at a point; outside of the text, the nearest place for a caret.
    pub fn hit(&self, x: f32, y: f32) -> Hit {
        self.table.hit(x, y, self.style.direction)
    }

    /// The line a caret is on.
    pub fn line_of(&self, caret: Caret) -> usize {
        self.table.line_of(caret)
    }

    /// The beginning of a caret's line.
    pub fn home(&self, caret: Caret) -> Caret {
        let start = self.table.lines.get(self.line_of(caret)).map_or(0, |line| line.range.start);
        Caret { byte: start, affinity: Affinity::Downstream }
    }

    /// The end of a caret's line, before the space at which it was broken.
    pub fn end(&self, caret: Caret) -> Caret {
        let end = self.table.lines.get(self.line_of(caret)).map_or(0, |line| line.text_end);
        Caret { byte: end, affinity: Affinity::Upstream }
    }

    /// The caret one line up, nearest to `goal_x`; `None` on the first line.
    pub fn up(&self, caret: Caret, goal_x: f32) -> Option<Caret> {
        let line = self.line_of(caret).checked_sub(1)?;
        Some(self.caret_on_line(line, goal_x))
    }

    /// The caret one line down, nearest to `goal_x`; `None` on the last line.
    pub fn down(&self, caret: Caret, goal_x: f32) -> Option<Caret> {
        let line = self.line_of(caret) + 1;
        (line < self.table.lines.len()).then(|| self.caret_on_line(line, goal_x))
    }

    /// The caret on a line nearest to `x`; the last line if there are not so many.
    pub fn caret_on_line(&self, line: usize, x: f32) -> Caret {
        self.table.hit_line(line, x, self.style.direction).caret
    }

    /// Hands out the glyphs of a range of lines, line by line from left to right.
    pub fn glyphs(&self, lines: Range<usize>, mut each: impl FnMut(PlacedGlyph<'_>)) {
        let first = lines.start;
        let shaped = self.layout.lines().skip(first).take(lines.len());
        for (line, placed) in shaped.zip(self.table.lines.iter().skip(first)) {
            let lift = placed.baseline - line.metrics().baseline;
            for item in line.items() {
                let PositionedLayoutItem::GlyphRun(run) = item else { continue };
                let synthesis = run.run().synthesis();
                let coordinates: SmallVec<[i16; 4]> =
                    run.run().normalized_coords().iter().map(|coordinate| coordinate.to_bits()).collect();
                for glyph in run.positioned_glyphs() {
                    each(PlacedGlyph {
                        font: run.run().font(),
                        coordinates: &coordinates,
                        embolden: synthesis.embolden(),
                        skew: synthesis.skew(),
                        size: run.run().font_size(),
                        id: glyph.id,
                        x: glyph.x,
                        y: glyph.y + lift,
                    });
                }
            }
        }
    }

    /// The parley layout, for what this type does not answer.
    pub fn layout(&self) -> &Layout<()> {
        &self.layout
    }

    /// x at which an empty line has its caret.
    fn start_edge(&self) -> f32 {
        let right = match self.style.align {
            Align::Start => self.style.direction.is_rtl(),
            Align::End => !self.style.direction.is_rtl(),
            Align::Left => false,
            Align::Right => true,
            Align::Center => return self.width() / 2.0,
        };
        if right { self.width() } else { 0.0 }
    }
}
