//! The reader: one well-set page, its marks, and what mouse and keyboard do on it.
//!
//! It reads the desk, and asks it to act; it owns only what belongs to the picture: the layout, where marks are
//! drawn, the drag under way.

mod access;
mod blocks;
mod caret;
mod gesture;
mod marks;
mod page;
mod paint;
mod pointer;

use egui::{Id, Rect, Sense, Ui, vec2};

use super::desk::Desk;
use super::notices::Notices;
use super::settings::Settings;
use super::theme::{Palette, space};
use super::widgets::Text;
use crate::layout::Affinity;
use crate::model::SpanId;
use gesture::{Drag, Presses};
use marks::Mark;
use page::{MarksKey, Page, PageKey, Place};

/// The reader's own state.
#[derive(Default)]
pub(super) struct Reader {
    page: Option<(PageKey, Page)>,
    marks: Option<(MarksKey, Vec<Mark>)>,
    highlights: paint::Highlights,
    drag: Option<Drag>,
    presses: Presses,
    /// Where the press was, on the screen.
    pressed_at: egui::Pos2,
    /// Whether the press became a drag.
    moved: bool,
    /// The span under the pointer.
    hovered: Option<SpanId>,
    /// Horizontal place that up and down keep to, physical pixels.
    goal_x: Option<f32>,
    /// On which side of a line break the caret stands.
    affinity: Affinity,
    /// Where chips were painted in the last frame, for presses.
    chips: Vec<(SpanId, Rect)>,
    /// How far the page is scrolled, points.
    scroll: f32,
}

impl Reader {
    /// The id that keyboard focus and tests know the reader by.
    pub(super) fn id() -> Id {
        Id::unique("reader")
    }

    /// The span whose chip is being dragged; the inspector's slots take it.
    pub(super) fn dragged_chip(&self) -> Option<SpanId> {
        match self.drag {
            Some(Drag::Chip(span)) => Some(span),
            _ => None,
        }
    }

    /// Shows the open article and lets the person act on it.
    pub(super) fn ui(&mut self, ui: &mut Ui, desk: &mut Desk, settings: &Settings, notices: &mut Notices) {
        let palette = Palette::of(ui.ctx());
        ui.painter().rect_filled(ui.max_rect(), 0.0, palette.desk);
        let Some(article) = desk.article().cloned() else {
            super::panels::empty_page(ui, desk);
            return;
        };
        let view = ui.max_rect();
        let sheet = Sheet::of(view.width(), settings);
        self.ensure_page(ui, desk, settings, sheet.measure);
        let mut area = egui::ScrollArea::vertical()
            .id_salt(("page", article.id.as_str()))
            .auto_shrink(false)
            .scroll_source(egui::scroll_area::ScrollSource {
                drag: egui::scroll_area::DragScroll::Never,
                ..Default::default()
            });
        if let Some(offset) = self.wanted_offset(ui, desk, &sheet, view.height()) {
            area = area.vertical_scroll_offset(offset);
        }
        let shown = area
            .show_viewport(ui, |ui, viewport| self.sheet_ui(ui, desk, settings, notices, &sheet, viewport));
        self.scroll = shown.state.clamped_offset().y;
    }

    /// The page itself, inside the scroll area; `viewport` is the visible part of it.
    fn sheet_ui(
        &mut self,
        ui: &mut Ui,
        desk: &mut Desk,
        settings: &Settings,
        notices: &mut Notices,
        sheet: &Sheet,
        viewport: Rect,
    ) {
        let Some(article) = desk.article().cloned() else { return };
        let ppp = ui.pixels_per_point();
        let Some((_, page)) = &mut self.page else { return };
        let visible = (viewport.min.y - sheet.text_top()) * ppp..(viewport.max.y - sheet.text_top()) * ppp;
        let shift = page.prepare(ui.ctx(), article.text(), visible.clone());
        if shift != 0.0 {
            ui.scroll_with_delta(vec2(0.0, -shift / ppp));
            ui.ctx().request_repaint();
        }
        let height = sheet.text_top() + page.layout.height() / ppp + sheet.bottom();
        let (outer, _) =
            ui.allocate_exact_size(vec2(ui.available_width(), height.max(viewport.height())), Sense::hover());
        let place = sheet.place(outer, ppp);
        let response = ui.interact(outer, Self::id(), Sense::click_and_drag());
        self.refresh_marks(desk, visible.clone());
        self.pointer(ui, &response, desk, notices, &place);
        self.keyboard(ui, desk, &place);
        self.refresh_marks(desk, visible.clone());
        self.paint(ui, desk, settings, &palette_of(ui), sheet, outer, &place, visible);
        self.menu(&response, desk, notices);
        self.access(ui, desk, &response, &place, viewport);
    }

    /// Lays the article out anew where text, width, font or direction changed.
    fn ensure_page(&mut self, ui: &Ui, desk: &Desk, settings: &Settings, measure: f32) {
        let Some(key) = PageKey::of(desk, settings, ui.pixels_per_point(), measure) else { return };
        if self.page.as_ref().is_some_and(|(made_from, _)| *made_from == key) {
            return;
        }
        let Some(article) = desk.article() else { return };
        let same_article = self.page.as_ref().is_some_and(|(made_from, _)| made_from.same_text(&key));
        if !same_article {
            self.drag = None;
            self.hovered = None;
        }
        let page = Page::new(ui.ctx(), desk, article, &key);
        self.page = Some((key, page));
        self.marks = None;
    }

    fn refresh_marks(&mut self, desk: &Desk, visible: std::ops::Range<f32>) {
        let (Some((_, page)), Some(layer)) = (&self.page, desk.layer()) else {
            self.marks = None;
            return;
        };
        let key = MarksKey::of(page, desk, visible);
        if self.marks.as_ref().is_some_and(|(made_from, _)| *made_from == key) {
            return;
        }
        let marks = marks::marks(&page.layout, layer, &desk.session.project().codebook, key.view());
        self.marks = Some((key, marks));
    }

    /// Where to scroll so that what the desk wants to show is in view.
    fn wanted_offset(&mut self, ui: &Ui, desk: &mut Desk, sheet: &Sheet, height: f32) -> Option<f32> {
        let wanted = desk.reveal.take()?;
        let article = desk.article()?.clone();
        let ppp = ui.pixels_per_point();
        let (_, page) = self.page.as_mut()?;
        let top =
            page.bring(ui.ctx(), article.text(), usize::from(wanted), (self.scroll - sheet.text_top()) * ppp);
        let y = sheet.text_top() + top / ppp;
        let margin = 3.0 * page.line_height(ppp);
        let in_view = y > self.scroll + margin * 0.5 && y < self.scroll + height - margin;
        (!in_view).then(|| (y - height * 0.38).max(0.0))
    }
}

fn palette_of(ui: &Ui) -> Palette {
    Palette::of(ui.ctx())
}

/// Measures of the paper, points.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sheet {
    /// Width of the paper.
    width: f32,
    /// Width of the text.
    measure: f32,
    /// Between the edge of the paper and the text.
    margin: f32,
}

impl Sheet {
    /// Space above and below the paper.
    const AIR: f32 = 18.0;

    /// Paper for a view of this width: its text keeps about 70 letters a line whatever their size, and gives way
    /// where the window is narrow.
    fn of(view: f32, settings: &Settings) -> Self {
        let wanted = space::MEASURE * settings.text_size / Settings::default().text_size;
        let margin = if view < wanted + 2.0 * space::PAGE_MARGIN + 24.0 { 28.0 } else { space::PAGE_MARGIN };
        let measure = wanted.min(view - 2.0 * margin - 24.0).max(160.0).floor();
        Self { width: measure + 2.0 * margin, measure, margin }
    }

    fn text_top(&self) -> f32 {
        Self::AIR + space::PAGE_TOP
    }

    fn bottom(&self) -> f32 {
        space::PAGE_TOP + 2.0 * Self::AIR
    }

    /// The paper within the scrolled area.
    fn paper(&self, outer: Rect) -> Rect {
        let left = outer.center().x - self.width / 2.0;
        Rect::from_min_max(
            egui::pos2(left, outer.top() + Self::AIR),
            egui::pos2(left + self.width, outer.bottom() - Self::AIR),
        )
    }

    /// Where the text begins, on a whole pixel.
    fn place(&self, outer: Rect, ppp: f32) -> Place {
        let corner = egui::pos2(self.paper(outer).left() + self.margin, outer.top() + self.text_top());
        Place::new(corner, ppp)
    }
}

/// The shared text engine, from the window's memory.
fn engine(ctx: &egui::Context) -> Text {
    Text::of(ctx)
}
