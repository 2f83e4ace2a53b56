//! The laid-out article and where it lies on the screen.

use std::ops::Range;
use std::sync::Arc;

use egui::{Context, Pos2, Rect, pos2};

use super::blocks::blocks;
use super::engine;
use crate::app::desk::Desk;
use crate::app::settings::{ReaderFont, Settings};
use crate::app::theme::{size, space};
use crate::layout::{ArticleLayout, ArticleStyle, Family, ParagraphStyle, Rectangle};
use crate::model::{AnnotatorId, Article, ArticleId, Direction, TextHash};

/// What a layout was made from: while it is the same, the layout stays.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PageKey {
    article: ArticleId,
    hash: TextHash,
    title: String,
    direction: Option<Direction>,
    font: ReaderFont,
    text_size: f32,
    line_height: f32,
    scale: f32,
    measure: f32,
}

impl PageKey {
    pub(super) fn of(desk: &Desk, settings: &Settings, scale: f32, measure: f32) -> Option<Self> {
        let article = desk.article()?;
        let info = desk.session.project().article(&article.id);
        Some(Self {
            article: article.id.clone(),
            hash: article.hash(),
            title: info.map(|info| info.title.clone()).unwrap_or_default(),
            direction: info.and_then(|info| info.direction),
            font: settings.font,
            text_size: settings.text_size,
            line_height: settings.line_height,
            scale,
            measure,
        })
    }

    pub(super) fn same_text(&self, other: &Self) -> bool {
        self.article == other.article && self.hash == other.hash
    }

    fn style(&self) -> ArticleStyle {
        let family = self.font.family();
        let style = |size, bold, line_height| ParagraphStyle {
            family,
            size,
            bold,
            line_height,
            ..Default::default()
        };
        let factor = self.text_size / Settings::default().text_size;
        ArticleStyle {
            headline: style(self.text_size * size::HEADLINE_FACTOR, true, 1.5),
            dateline: ParagraphStyle {
                family: Family::Interface,
                ..style(size::DATELINE * factor, false, 1.6)
            },
            body: style(self.text_size, false, self.line_height),
            headline_gap: space::PARAGRAPH_GAP * factor,
            dateline_gap: 2.0,
            body_gap: space::PARAGRAPH_GAP * factor,
            lazy_above: crate::layout::LAZY_ABOVE,
        }
    }
}

/// An article on paper.
pub(super) struct Page {
    /// Its lines.
    pub(super) layout: ArticleLayout,
}

impl Page {
    pub(super) fn new(ctx: &Context, desk: &Desk, article: &Article, key: &PageKey) -> Self {
        let info = desk.session.project().article(&article.id);
        let blocks = blocks(article.text(), info.map(Arc::as_ref));
        let width = (key.measure * key.scale).floor();
        let layout = ArticleLayout::new(article.text(), blocks, key.style(), key.scale, width);
        let mut page = Self { layout };
        page.prepare(ctx, article.text(), 0.0..1.0);
        page
    }

    /// Shapes what a part of the page needs. Returns by how much (physical pixels) what is in view moved down.
    pub(super) fn prepare(&mut self, ctx: &Context, text: &str, view: Range<f32>) -> f32 {
        engine(ctx).with_shaper(|shaper| self.layout.prepare(shaper, text, view))
    }

    /// Shapes the paragraph of a byte; returns its top on the page, physical pixels.
    pub(super) fn bring(&mut self, ctx: &Context, text: &str, byte: usize, view_top: f32) -> f32 {
        engine(ctx).with_shaper(|shaper| self.layout.prepare_byte(shaper, text, byte, view_top));
        self.layout.y_of(byte)
    }

    /// Height of a line of body text, points.
    pub(super) fn line_height(&self, ppp: f32) -> f32 {
        let body = self.layout.style().body;
        (body.size * body.line_height * ppp).round() / ppp
    }
}

/// What marks were computed from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MarksKey {
    generation: u64,
    revision: u64,
    annotator: AnnotatorId,
    /// The part of the page they cover, in steps of [`Self::STEP`] physical pixels.
    steps: (i32, i32),
}

impl MarksKey {
    /// Scrolling by less than this keeps the marks.
    const STEP: f32 = 1024.0;

    #[expect(clippy::cast_possible_truncation, reason = "pages are shorter than 2^31 steps")]
    pub(super) fn of(page: &Page, desk: &Desk, view: Range<f32>) -> Self {
        Self {
            generation: page.layout.generation(),
            revision: desk.session.revision(),
            annotator: desk.annotator.clone(),
            steps: ((view.start / Self::STEP).floor() as i32, (view.end / Self::STEP).ceil() as i32),
        }
    }

    /// The part of the page they cover, physical pixels.
    #[expect(clippy::cast_precision_loss, reason = "steps are small numbers")]
    pub(super) fn view(&self) -> Range<f32> {
        self.steps.0 as f32 * Self::STEP..self.steps.1 as f32 * Self::STEP
    }
}

/// Between physical pixels of the page and points of the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    /// Top left corner of the text, physical pixels of the screen, whole.
    origin: Pos2,
    /// Physical pixels in a point.
    pub(super) ppp: f32,
}

impl Place {
    pub(super) fn new(corner: Pos2, ppp: f32) -> Self {
        Self { origin: pos2((corner.x * ppp).round(), (corner.y * ppp).round()), ppp }
    }

    /// Top left corner of the text on the screen, physical pixels.
    pub(super) fn origin(&self) -> Pos2 {
        self.origin
    }

    pub(super) fn to_page(self, screen: Pos2) -> (f32, f32) {
        (screen.x * self.ppp - self.origin.x, screen.y * self.ppp - self.origin.y)
    }

    pub(super) fn to_screen(self, x: f32, y: f32) -> Pos2 {
        pos2((x + self.origin.x) / self.ppp, (y + self.origin.y) / self.ppp)
    }

    pub(super) fn rect(self, part: &Rectangle) -> Rect {
        Rect::from_min_max(self.to_screen(part.left, part.top), self.to_screen(part.right, part.bottom))
    }
}
