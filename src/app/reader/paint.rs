//! The picture of the page, from back to front: paper, tints, selection, text, underlines, caret, handles, chips.
//!
//! Highlights lie beneath the text and never touch its shaping, so that letters keep joined and no line re-breaks.

use std::ops::Range;
use std::sync::Arc;

use egui::epaint::{ClippedShape, Primitive};
use egui::{Color32, CornerRadius, Mesh, Painter, Rect, Shape, Stroke, StrokeKind, Ui, pos2, vec2};

use super::marks::Mark;
use super::page::{MarksKey, Place};
use super::{Reader, Sheet, engine};
use crate::app::desk::Desk;
use crate::app::settings::Settings;
use crate::app::theme::{Palette, space};
use crate::app::widgets::{Shaped, TextRequest};
use crate::layout::{Align, BlockKind, Caret, Family};
use crate::model::{Codebook, Direction, Label, SpanId, TextRange};

/// Distance of the first underline from the base line, in parts of the font size.
const UNDERLINE_DROP: f32 = 0.42;
/// Distance of two underlines, points.
const LANE: f32 = 3.5;
/// A tint reaches this much of the line box above and below its middle.
const TINT_HEIGHT: f32 = 0.92;

impl Reader {
    #[expect(clippy::too_many_arguments, reason = "the one place where everything of the picture meets")]
    pub(super) fn paint(
        &mut self,
        ui: &Ui,
        desk: &Desk,
        settings: &Settings,
        palette: &Palette,
        sheet: &Sheet,
        outer: Rect,
        place: &Place,
        visible: Range<f32>,
    ) {
        let Some((_, page)) = &self.page else { return };
        let painter = ui.painter();
        let paper = sheet.paper(outer);
        painter.rect(
            paper,
            space::CARD_RADIUS,
            palette.page,
            Stroke::new(1.0, palette.line),
            StrokeKind::Inside,
        );
        let codebook = &desk.session.project().codebook;
        let brush = Brush { painter, palette, codebook, place, font: settings.text_size };
        let marks = self.marks.as_ref().map_or(&[][..], |(_, marks)| marks);
        let within = |mark: &&Mark| {
            mark.rectangles.iter().any(|part| part.bottom > visible.start && part.top < visible.end)
        };
        let seen: Vec<&Mark> = marks.iter().filter(within).collect();
        let (tints, underlines) = self.highlights(desk, &brush, &seen);
        painter.add(tints);
        self.paint_words(desk, &brush, visible.clone());
        let origin = place.origin();
        let corner = pos2(origin.x / place.ppp, origin.y / place.ppp);
        engine(ui.ctx()).paint_article(painter, &page.layout, visible.clone(), corner, |block| {
            match block.kind {
                BlockKind::Dateline => palette.dim,
                BlockKind::Headline | BlockKind::Body => palette.text,
            }
        });
        painter.add(underlines);
        if settings.invisible {
            self.paint_invisible(desk, &brush, visible.clone());
        }
        let text = sheet.paper(outer).shrink2(vec2(sheet.margin, 0.0));
        self.paint_relations(desk, &brush, &seen, text, sheet.margin);
        self.paint_edges(ui, desk, &brush);
        self.chips = self.paint_chips(ui, desk, &brush, &seen, paper);
    }

    /// Tints and underlines of the marks in view as triangles, kept while nothing of them changes: a frame over a
    /// thousand spans then costs no more than copying them.
    fn highlights(&self, desk: &Desk, brush: &Brush<'_>, seen: &[&Mark]) -> (Arc<Mesh>, Arc<Mesh>) {
        let marks = self.marks.as_ref().map(|(key, _)| key.clone());
        let of = (marks, *brush.place, desk.span, self.hovered, brush.palette.dark, seen.len());
        let mut kept = self.highlights.borrow_mut();
        if let Some((made_of, tints, underlines)) = &*kept
            && *made_of == of
        {
            return (tints.clone(), underlines.clone());
        }
        let (mut tints, mut underlines) = (Vec::new(), Vec::new());
        for mark in seen {
            brush.tint(mark, desk.span == Some(mark.id), self.hovered == Some(mark.id), &mut tints);
            brush.underline(mark, &mut underlines);
        }
        let ctx = brush.painter.ctx();
        let (tints, underlines) = (triangles(ctx, tints), triangles(ctx, underlines));
        *kept = Some((of, tints.clone(), underlines.clone()));
        (tints, underlines)
    }

    /// Selected and found words.
    fn paint_words(&self, desk: &Desk, brush: &Brush<'_>, visible: Range<f32>) {
        if let Some(find) = &desk.find {
            for hit in &find.hits {
                self.paint_range(*hit, brush, visible.clone(), brush.palette.warn.gamma_multiply(0.25));
            }
        }
        if let Some(words) = desk.words.filter(|words| !words.is_caret()) {
            self.paint_range(words.range(), brush, visible, brush.palette.selection);
        }
    }

    fn paint_range(&self, range: TextRange, brush: &Brush<'_>, visible: Range<f32>, colour: Color32) {
        let Some((_, page)) = &self.page else { return };
        for part in page.layout.ink_in(crate::language::bytes(range), visible) {
            let rect = brush.place.rect(&part);
            brush.painter.rect_filled(
                rect.shrink2(vec2(0.0, rect.height() * (1.0 - TINT_HEIGHT) / 2.0)),
                2.0,
                colour,
            );
        }
    }

    /// Small pills where an invisible character stands.
    fn paint_invisible(&self, desk: &Desk, brush: &Brush<'_>, visible: Range<f32>) {
        let (Some((_, page)), Some(article)) = (&self.page, desk.article()) else { return };
        for nth in page.layout.visible(visible) {
            let Some(block) = page.layout.blocks().get(nth).filter(|block| block.paragraph.is_some()) else {
                continue;
            };
            let text = article.text().get(block.range.clone()).unwrap_or_default();
            for found in crate::language::invisible::find(text) {
                let caret = page.layout.caret(Caret::downstream(block.range.start + found.byte));
                let at = brush.place.to_screen(caret.x, caret.top);
                brush.pill(at + vec2(0.0, 3.0), found.name);
            }
        }
    }

    /// The caret, or the handles of the selected span.
    fn paint_edges(&self, ui: &Ui, desk: &Desk, brush: &Brush<'_>) {
        let (Some((_, page)), palette) = (&self.page, brush.palette) else { return };
        if let Some(words) = desk.words
            && ui.memory(|memory| memory.has_focus(Self::id()))
        {
            let caret = page.layout.caret(self.caret(words));
            let (top, bottom) =
                (brush.place.to_screen(caret.x, caret.top), brush.place.to_screen(caret.x, caret.bottom));
            let inset = (bottom.y - top.y) * 0.16;
            brush.painter.line_segment(
                [top + vec2(0.0, inset), bottom - vec2(0.0, inset)],
                Stroke::new(1.5, palette.text),
            );
        }
        let colour = desk
            .selected()
            .and_then(|span| desk.label(&span.label))
            .map_or(palette.dim, |l| palette.label(l));
        let dragged = match self.drag {
            Some(super::gesture::Drag::Edge(edge)) => Some(edge),
            _ => None,
        };
        for (edge, rect) in self.handles(desk, brush.place) {
            let rect = match ui.input(|input| input.pointer.latest_pos()).filter(|_| dragged == Some(edge)) {
                Some(at) => self.preview(desk, brush, edge, at).unwrap_or(rect),
                None => rect,
            };
            brush.painter.rect_filled(rect, 1.0, colour);
            brush.painter.circle(rect.center_bottom(), 4.0, palette.page, Stroke::new(2.0, colour));
        }
    }

    /// Where a dragged edge would come to stand, and the words that come or go.
    fn preview(
        &self,
        desk: &Desk,
        brush: &Brush<'_>,
        edge: crate::app::desk::Edge,
        at: egui::Pos2,
    ) -> Option<Rect> {
        let (_, page) = self.page.as_ref()?;
        let to = self.edge_place(desk, brush.place, edge, at)?;
        let span = desk.selected()?;
        let from = if edge == crate::app::desk::Edge::Start { span.start() } else { span.end() };
        let changed = TextRange::new(from.min(to), from.max(to));
        self.paint_range(
            changed,
            brush,
            f32::NEG_INFINITY..f32::INFINITY,
            brush.palette.accent.gamma_multiply(0.22),
        );
        let caret = page.layout.caret(Caret::downstream(to.into()));
        let foot = brush.place.to_screen(caret.x, caret.bottom);
        let height = (caret.bottom - caret.top) / brush.place.ppp;
        Some(Rect::from_min_max(foot - vec2(1.0, height * 0.82), foot + vec2(1.0, -height * 0.12)))
    }

    /// Relations of the selected or hovered span: its other ends are framed, and a thin line in the margin leads from
    /// its line to theirs with the relation's name; while a relation is begun, also to the offered end.
    fn paint_relations(&self, desk: &Desk, brush: &Brush<'_>, marks: &[&Mark], text: Rect, margin: f32) {
        let Some(layer) = desk.layer() else { return };
        let Some(focus) = desk.span.or(self.hovered) else { return };
        let begun =
            desk.link.as_ref().and_then(|link| Some((link.from, link.offered?, link.kind.clone(), true)));
        let shown = layer.relations.values().filter(|r| r.from == focus || r.to == focus);
        let shown = shown.map(|r| (r.from, r.to, r.label.clone(), false));
        let right = self.starts_right(desk, focus);
        let mut gutter = Gutter::new(brush, text, right);
        let narrow = margin < Gutter::NARROW;
        for (from, to, kind, is_begun) in shown.chain(begun) {
            let name = brush.codebook.relation(&kind).map_or(kind.as_str(), |kind| kind.name.as_str());
            let ends = self.first_part(marks, from, brush.place).zip(self.first_part(marks, to, brush.place));
            let Some((a, b)) = ends else { continue };
            let other = if from == focus { to } else { from };
            let colour = if is_begun { brush.palette.accent } else { brush.palette.dim };
            for mark in marks.iter().filter(|mark| mark.id == other) {
                brush.frame(mark, colour, if is_begun { 2.0 } else { 1.0 });
            }
            gutter.lead(a, b, colour);
            if narrow { brush.tag(name, b, right, colour) } else { gutter.name(b, name, colour) }
        }
    }

    fn first_part(&self, marks: &[&Mark], id: SpanId, place: &Place) -> Option<Rect> {
        let mark = marks.iter().find(|mark| mark.id == id)?;
        mark.rectangles.first().map(|part| place.rect(part))
    }

    /// Chips of the selected and the hovered span above their first letters; the line of a dragged chip.
    fn paint_chips(
        &self,
        ui: &Ui,
        desk: &Desk,
        brush: &Brush<'_>,
        marks: &[&Mark],
        paper: Rect,
    ) -> Vec<(SpanId, Rect)> {
        let mut chips = Vec::new();
        let dragged = self.dragged_chip();
        let mut shown: Vec<SpanId> = desk.span.into_iter().chain(dragged).collect();
        let hovers = desk.words.is_none_or(crate::app::desk::Words::is_caret) || dragged.is_some();
        shown.extend(self.hovered.filter(|_| hovers));
        shown.dedup();
        for id in shown {
            let Some(mark) = marks.iter().find(|mark| mark.id == id) else { continue };
            let (Some(part), true) = (mark.rectangles.first(), mark.edges.0) else { continue };
            let Some(label) = brush.label(mark) else { continue };
            let rect = brush.chip(label, &brush.place.rect(part), self.starts_right(desk, id), paper);
            chips.push((id, rect));
        }
        let pointer = ui.input(|input| input.pointer.latest_pos());
        let from =
            dragged.and_then(|id| chips.iter().find(|(chip, _)| *chip == id)).map(|(_, rect)| rect.center());
        if let (Some(from), Some(to)) = (from, pointer) {
            let painter = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Foreground, Self::id()));
            painter.line_segment([from, to], Stroke::new(1.6, brush.palette.accent));
            painter.circle_filled(to, 3.5, brush.palette.accent);
        }
        chips
    }

    /// Whether the paragraph a span starts in reads from the right.
    fn starts_right(&self, desk: &Desk, id: SpanId) -> bool {
        let start = desk.layer().and_then(|layer| layer.spans.get(&id)).map(|span| usize::from(span.start()));
        let blocks = self.page.as_ref().map(|(_, page)| page.layout.blocks());
        let block = start
            .zip(blocks)
            .and_then(|(start, blocks)| blocks.get(blocks.partition_point(|b| b.range.end <= start)));
        block.is_some_and(|block| block.direction.is_rtl())
    }
}

/// What highlights were made of: marks, place, selected and hovered span, theme, marks in view.
type HighlightsKey = (Option<MarksKey>, Place, Option<SpanId>, Option<SpanId>, bool, usize);

/// Tints and underlines, and what they were made of.
pub(super) type Highlights = std::cell::RefCell<Option<(HighlightsKey, Arc<Mesh>, Arc<Mesh>)>>;

/// Shapes as one mesh.
fn triangles(ctx: &egui::Context, shapes: Vec<Shape>) -> Arc<Mesh> {
    let clipped = shapes.into_iter().map(|shape| ClippedShape::new(Rect::EVERYTHING, shape));
    let mut all = Mesh::default();
    for primitive in ctx.tessellate(clipped.collect(), ctx.pixels_per_point()) {
        if let Primitive::Mesh(mesh) = primitive.primitive {
            all.append(mesh);
        }
    }
    Arc::new(all)
}

/// What painting needs everywhere.
struct Brush<'a> {
    painter: &'a Painter,
    palette: &'a Palette,
    codebook: &'a Codebook,
    place: &'a Place,
    /// Size of the text on the page, points.
    font: f32,
}

impl Brush<'_> {
    fn label(&self, mark: &Mark) -> Option<&Label> {
        self.codebook.labels.get(mark.label?)
    }

    fn colour(&self, mark: &Mark) -> Color32 {
        self.label(mark).map_or(self.palette.dim, |label| self.palette.label(label))
    }

    /// The part of a line that a mark fills: outer spans are drawn higher than the ones in them.
    fn body(&self, mark: &Mark, rect: Rect) -> Rect {
        let inset = rect.height() * (1.0 - TINT_HEIGHT) / 2.0 + f32::from(mark.depth) * 2.5;
        rect.shrink2(vec2(0.0, inset.min(rect.height() * 0.3)))
    }

    fn tint(&self, mark: &Mark, selected: bool, hovered: bool, shapes: &mut Vec<Shape>) {
        let colour = match self.label(mark) {
            Some(label) => self.palette.tint(label, selected),
            None => self.palette.dim.gamma_multiply(0.2),
        };
        let colour = if hovered && !selected { colour.gamma_multiply(1.35) } else { colour };
        let last = mark.rectangles.len().saturating_sub(1);
        for (nth, part) in mark.rectangles.iter().enumerate() {
            // Round only where the span begins and ends, so that it reads as one across lines.
            let round = if nth == 0 || nth == last { 3 } else { 0 };
            let body = self.body(mark, self.place.rect(part));
            shapes.push(Shape::rect_filled(body, CornerRadius::same(round), colour));
            if selected && self.palette.dark {
                // A stronger tint would take the text's contrast.
                let edge = Stroke::new(1.0, self.colour(mark));
                shapes.push(Shape::rect_stroke(body, round, edge, StrokeKind::Inside));
            }
        }
    }

    fn underline(&self, mark: &Mark, shapes: &mut Vec<Shape>) {
        let Some(lane) = mark.lane else { return };
        for part in &mark.rectangles {
            let rect = self.place.rect(part);
            let baseline = self.place.to_screen(0.0, part.baseline).y;
            let y = (baseline + self.font * UNDERLINE_DROP + f32::from(lane) * LANE).min(rect.bottom() - 1.0);
            let line = Rect::from_min_max(pos2(rect.left(), y), pos2(rect.right(), y + 2.0));
            shapes.push(Shape::rect_filled(line, 1.0, self.colour(mark)));
        }
    }

    fn frame(&self, mark: &Mark, colour: Color32, width: f32) {
        for part in &mark.rectangles {
            let rect = self.body(mark, self.place.rect(part));
            self.painter.rect_stroke(rect, 4.0, Stroke::new(width, colour), StrokeKind::Outside);
        }
    }

    /// A name above the first letters of a span.
    fn tag(&self, name: &str, first: Rect, right: bool, colour: Color32) {
        let text = self.text(name, 9.0, false);
        let x = if right { first.right() - text.size().x } else { first.left() };
        let at = pos2(x, first.top() - 3.0);
        self.painter.rect_filled(
            Rect::from_min_size(at, text.size()).expand2(vec2(2.0, -1.0)),
            2.0,
            self.palette.page,
        );
        engine(self.painter.ctx()).paint(self.painter, &text, at, colour);
    }

    /// The label above the first letters of a span, kept on the paper. Returns where it is.
    fn chip(&self, label: &Label, first: &Rect, right: bool, paper: Rect) -> Rect {
        let text = self.text(&label.name, 10.5, true);
        let size = text.size() + vec2(10.0, 2.0);
        let x = if right { first.right() - size.x } else { first.left() };
        let x = x.clamp(paper.left() + 4.0, (paper.right() - size.x - 4.0).max(paper.left() + 4.0));
        let line_gap = first.height() * (1.0 - 1.0 / 1.85);
        let y = first.top() + line_gap * 0.45 - size.y;
        let rect = Rect::from_min_size(pos2(x, y.max(paper.top() + 1.0)), size);
        let ground = crate::app::theme::blend(self.palette.card, self.palette.label(label), 0.22);
        self.painter.rect(
            rect,
            4.0,
            ground,
            Stroke::new(1.0, self.palette.label(label)),
            StrokeKind::Outside,
        );
        engine(self.painter.ctx()).paint(
            self.painter,
            &text,
            rect.min + vec2(5.0, 1.0),
            self.palette.label_text(label),
        );
        rect
    }

    /// A short text of the interface, shaped.
    fn text(&self, text: &str, size: f32, bold: bool) -> std::sync::Arc<Shaped> {
        let request = TextRequest {
            text,
            family: Family::Interface,
            size,
            bold,
            line_height: 1.3,
            direction: None,
            base: Direction::LeftToRight,
            align: Align::Left,
            width: None,
            elide: false,
        };
        engine(self.painter.ctx()).shape(&request, self.place.ppp)
    }

    /// A name in a small box, centred at a point: an invisible character stands there.
    fn pill(&self, at: egui::Pos2, name: &str) {
        let ctx = self.painter.ctx();
        let text = self.text(name, 7.5, true);
        let rect = Rect::from_center_size(at + vec2(0.0, text.size().y / 2.0), text.size() + vec2(5.0, 1.0));
        self.painter.rect(
            rect,
            3.0,
            self.palette.card,
            Stroke::new(1.0, self.palette.dim),
            StrokeKind::Outside,
        );
        engine(ctx).paint(self.painter, &text, rect.min + vec2(2.5, 0.5), self.palette.dim);
    }
}

/// The margin beside the text at which relations are led from line to line.
struct Gutter<'a> {
    brush: &'a Brush<'a>,
    /// Where the text ends.
    text: f32,
    /// 1 where the margin lies to the right of the text, -1 where it lies to the left.
    outwards: f32,
    lane: f32,
    /// Heights at which names stand already.
    names: Vec<f32>,
}

impl<'a> Gutter<'a> {
    /// Margins narrower than this have no room for names, points.
    const NARROW: f32 = 48.0;
    /// Between two lanes, points.
    const LANE: f32 = 4.0;
    /// Where names begin, points from the text.
    const NAMES: f32 = 20.0;
    /// Height of a name, points.
    const NAME: f32 = 11.0;

    fn new(brush: &'a Brush<'a>, text: Rect, right: bool) -> Self {
        let (text, outwards) = if right { (text.right(), 1.0) } else { (text.left(), -1.0) };
        Self { brush, text, outwards, lane: 0.0, names: Vec::new() }
    }

    /// A line from one end to the other, an arrow at the other.
    fn lead(&mut self, from: Rect, to: Rect, colour: Color32) {
        let (y0, y1) = (from.center().y + 2.0 * self.lane, to.center().y);
        let (near, far) =
            (self.text + 4.0 * self.outwards, self.text + (10.0 + Self::LANE * self.lane) * self.outwards);
        let painter = self.brush.painter;
        if (from.center().y - y1).abs() > 2.0 {
            let points = vec![pos2(near, y0), pos2(far, y0), pos2(far, y1), pos2(near, y1)];
            painter.add(Shape::line(points, Stroke::new(1.2, colour)));
            self.lane += 1.0;
        }
        let (tip, side) = (pos2(near, y1), 4.0 * self.outwards);
        let arrow = vec![tip, tip + vec2(side, -2.5), tip + vec2(side, 2.5)];
        painter.add(Shape::convex_polygon(arrow, colour, Stroke::NONE));
    }

    /// The relation's name beside the arrow.
    fn name(&mut self, to: Rect, name: &str, colour: Color32) {
        let mut y = to.center().y - Self::NAME / 2.0;
        while self.names.iter().any(|taken| (taken - y).abs() < Self::NAME) {
            y += Self::NAME;
        }
        self.names.push(y);
        let painter = self.brush.painter;
        let text = self.brush.text(name, 9.5, false);
        let width = text.size().x;
        let x = self.text + Self::NAMES * self.outwards - if self.outwards < 0.0 { width } else { 0.0 };
        let ground = Rect::from_min_size(pos2(x, y), vec2(width, Self::NAME));
        painter.rect_filled(ground, 2.0, self.brush.palette.page);
        engine(painter.ctx()).paint(painter, &text, pos2(x, y - 1.0), colour);
    }
}
