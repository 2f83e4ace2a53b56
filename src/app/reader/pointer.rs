//! The mouse on the page.

use egui::{CursorIcon, Event, PointerButton, Popup, Pos2, Rect, Response, Ui, vec2};

use super::Reader;
use super::gesture::{Drag, Unit, dragged, unit_at};
use super::page::Place;
use crate::app::desk::{Desk, Edge, Words};
use crate::app::notices::Notices;
use crate::language::{graphemes, text_range};
use crate::layout::Hit;
use crate::model::{SpanId, TextSize};

/// Around a handle, in points, a press takes it.
const HANDLE_REACH: f32 = 8.0;
/// Nearer to the edge of the view than this, a drag scrolls, points.
const SCROLL_EDGE: f32 = 28.0;
/// A press that moves further than this is a drag, points.
const DRAG_FROM: f32 = 4.0;

impl Reader {
    /// Presses, drags, clicks and hovering of this frame.
    pub(super) fn pointer(
        &mut self,
        ui: &mut Ui,
        response: &Response,
        desk: &mut Desk,
        notices: &mut Notices,
        place: &Place,
    ) {
        let Some(at) = ui.input(|input| input.pointer.latest_pos()) else { return };
        let over = response.contains_pointer();
        // One by one: on a busy machine a whole double click, or a short drag, may lie within one frame.
        for event in ui.input(|input| input.events.clone()) {
            match event {
                Event::PointerButton { pos, button: PointerButton::Primary, pressed: true, .. }
                    if over && response.rect.contains(pos) && !Popup::is_any_open(ui.ctx()) =>
                {
                    response.request_focus();
                    self.press(ui, desk, place, pos);
                }
                Event::PointerButton { pos, button: PointerButton::Secondary, pressed: true, .. } if over => {
                    response.request_focus();
                    self.press_secondary(desk, place, pos);
                }
                Event::PointerButton { pos, button: PointerButton::Primary, pressed: false, .. } => {
                    if let Some(drag) = self.drag.take() {
                        self.release(ui, desk, notices, place, drag, pos);
                    }
                }
                Event::PointerMoved(pos) if self.drag.is_some() => self.drag_to(ui, desk, place, pos),
                _ => {}
            }
        }
        if self.drag.is_some() {
            // The page may have moved under a pointer that rests.
            self.drag_to(ui, desk, place, at);
        }
        self.hover(ui, desk, place, over.then_some(at));
    }

    fn hit(&self, place: &Place, at: Pos2) -> Option<Hit> {
        let (x, y) = place.to_page(at);
        self.page.as_ref().map(|(_, page)| page.layout.hit(x, y))
    }

    fn press(&mut self, ui: &Ui, desk: &mut Desk, place: &Place, at: Pos2) {
        let (time, modifiers) = ui.input(|input| (input.time, input.modifiers));
        let count = self.presses.press(time, at);
        self.moved = false;
        self.pressed_at = at;
        if count == 1 {
            if let Some(edge) = self.handle_at(desk, place, at) {
                self.drag = Some(Drag::Edge(edge));
                return;
            }
            if let Some(span) = self.chip_at(at) {
                self.drag = Some(Drag::Chip(span));
                return;
            }
        }
        let (Some(hit), Some(article)) = (self.hit(place, at), desk.article()) else { return };
        let caret = size(hit.caret.byte);
        self.affinity = hit.caret.affinity;
        self.goal_x = None;
        let unit = match count {
            2 => Unit::Word,
            3 => Unit::Paragraph,
            _ if modifiers.shift => {
                let anchor = desk.words.map_or(caret, |words| words.anchor);
                desk.words = Some(Words::between(anchor, caret));
                self.drag = Some(Drag::Words { from: anchor, unit: Unit::Letter });
                return;
            }
            _ => {
                // Whether this is a click on a span or the begin of a drag is known at the release.
                self.drag = Some(Drag::Words {
                    from: caret,
                    unit: if modifiers.alt { Unit::Letter } else { Unit::Word },
                });
                return;
            }
        };
        desk.words = Some(Words::of(unit_at(article.text(), unit, &hit)));
        desk.span = None;
        self.drag = Some(Drag::Words { from: caret, unit });
    }

    /// The second button selects what it points at; the menu then acts on it.
    fn press_secondary(&mut self, desk: &mut Desk, place: &Place, at: Pos2) {
        let Some(hit) = self.hit(place, at) else { return };
        let byte = size(hit.cluster.start);
        let on_words = desk.words.is_some_and(|words| words.range().contains(byte));
        let on_selected = desk.selected().is_some_and(|span| span.contains(byte));
        if hit.inside && !on_words && !on_selected {
            desk.click_span(byte);
        }
    }

    fn drag_to(&mut self, ui: &Ui, desk: &mut Desk, place: &Place, at: Pos2) {
        self.moved |= self.pressed_at.distance(at) > DRAG_FROM;
        if !self.moved {
            return;
        }
        self.scroll_at_edge(ui, at);
        let Some(Drag::Words { from, unit }) = self.drag else { return };
        let exact = ui.input(|input| input.modifiers.alt);
        let (Some(hit), Some(article)) = (self.hit(place, at), desk.article()) else { return };
        let unit = if exact && unit == Unit::Word { Unit::Letter } else { unit };
        let origin = origin_of(article.text(), from, unit);
        desk.words = Some(dragged(article.text(), origin, unit, &hit));
        desk.span = None;
    }

    fn scroll_at_edge(&self, ui: &Ui, at: Pos2) {
        let view = ui.clip_rect();
        let beyond =
            (at.y - (view.bottom() - SCROLL_EDGE)).max(0.0) - ((view.top() + SCROLL_EDGE) - at.y).max(0.0);
        if beyond != 0.0 {
            ui.scroll_with_delta(vec2(0.0, -beyond * 0.4));
            ui.ctx().request_repaint();
        }
    }

    fn release(
        &mut self,
        ui: &Ui,
        desk: &mut Desk,
        notices: &mut Notices,
        place: &Place,
        drag: Drag,
        at: Pos2,
    ) {
        match drag {
            Drag::Edge(_) if !self.moved => {
                self.click(ui, desk, notices, place, at);
            }
            Drag::Edge(edge) => {
                if let Some(to) = self.edge_place(desk, place, edge, at) {
                    desk.put_edge(edge, to, notices);
                }
            }
            Drag::Chip(from) => {
                let target = self.span_at(desk, place, at).filter(|to| *to != from);
                match target {
                    Some(to) => desk.link_dropped(from, to, notices),
                    None if !self.moved => desk.select(from),
                    // Dropped on a slot of the inspector, or nowhere.
                    None => {}
                }
            }
            Drag::Words { .. } if desk.words.is_none_or(Words::is_caret) || !self.moved => {
                self.click(ui, desk, notices, place, at);
            }
            Drag::Words { .. } => self.selected(desk, notices),
        }
    }

    /// A click: takes the offered end of a relation, selects a span, or puts the caret.
    fn click(&mut self, ui: &Ui, desk: &mut Desk, notices: &mut Notices, place: &Place, at: Pos2) {
        if desk.words.is_some_and(|words| !words.is_caret()) && self.presses.is_repeated() {
            self.selected(desk, notices);
            return;
        }
        if ui.input(|input| input.modifiers.shift) {
            return;
        }
        let Some(hit) = self.hit(place, at) else { return };
        let byte = size(hit.cluster.start);
        if desk.link.is_some() {
            match desk.spans_at(byte).first().filter(|_| hit.inside) {
                Some(to) => desk.finish_link(*to, notices),
                None => desk.link = None,
            }
        } else if !(hit.inside && desk.click_span(byte)) {
            desk.span = None;
            desk.words = Some(Words::caret(size(hit.caret.byte)));
        }
    }

    /// Words were selected: a label that was picked before is applied.
    fn selected(&mut self, desk: &mut Desk, notices: &mut Notices) {
        if let Some(label) = desk.armed.clone() {
            desk.apply_label(&label, notices);
        }
    }

    /// The shortest span under the pointer, or the one whose chip it is on.
    pub(super) fn span_at(&self, desk: &Desk, place: &Place, at: Pos2) -> Option<SpanId> {
        if let Some(chip) = self.chip_at(at) {
            return Some(chip);
        }
        let hit = self.hit(place, at).filter(|hit| hit.inside)?;
        desk.spans_at(size(hit.cluster.start)).first().copied()
    }

    fn chip_at(&self, at: Pos2) -> Option<SpanId> {
        self.chips.iter().rev().find(|(_, rect)| rect.contains(at)).map(|(span, _)| *span)
    }

    /// Where the handles of the selected span are: feet of its first and last edge.
    pub(super) fn handles(&self, desk: &Desk, place: &Place) -> Vec<(Edge, Rect)> {
        let (Some((_, page)), Some(span)) = (&self.page, desk.selected().filter(|span| !span.lost)) else {
            return Vec::new();
        };
        let edge = |edge, byte: TextSize, affinity| {
            let caret = page.layout.caret(crate::layout::Caret { byte: byte.into(), affinity });
            let foot = place.to_screen(caret.x, caret.bottom);
            let height = (caret.bottom - caret.top) / place.ppp;
            (edge, Rect::from_min_max(foot - vec2(1.0, height * 0.82), foot + vec2(1.0, -height * 0.12)))
        };
        vec![
            edge(Edge::Start, span.start(), crate::layout::Affinity::Downstream),
            edge(Edge::End, span.end(), crate::layout::Affinity::Upstream),
        ]
    }

    fn handle_at(&self, desk: &Desk, place: &Place, at: Pos2) -> Option<Edge> {
        let distance = |rect: &Rect| (at.x - rect.center().x).abs();
        self.handles(desk, place)
            .into_iter()
            .filter(|(_, rect)| rect.expand2(vec2(HANDLE_REACH - 2.0, 4.0)).contains(at))
            .min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)))
            .map(|(edge, _)| edge)
    }

    /// Where a dragged edge would come to stand: by letters, so that a clitic can be cut off.
    pub(super) fn edge_place(&self, desk: &Desk, place: &Place, edge: Edge, at: Pos2) -> Option<TextSize> {
        self.moved.then_some(())?;
        let (hit, article, span) = (self.hit(place, at)?, desk.article()?, desk.selected()?);
        let to = size(graphemes::floor(article.text(), hit.caret.byte));
        let fits = match edge {
            Edge::Start => to < span.ranges.first()?.end(),
            Edge::End => to > span.ranges.last()?.start(),
        };
        fits.then_some(to)
    }

    fn hover(&mut self, ui: &Ui, desk: &Desk, place: &Place, at: Option<Pos2>) {
        let over = at.and_then(|at| self.span_at(desk, place, at));
        self.hovered =
            if matches!(self.drag, Some(Drag::Words { .. } | Drag::Edge(_))) { None } else { over };
        let Some(at) = at else { return };
        let cursor = match self.drag {
            Some(Drag::Edge(_)) => CursorIcon::ResizeHorizontal,
            Some(Drag::Chip(_)) => CursorIcon::Grabbing,
            _ if self.handle_at(desk, place, at).is_some() => CursorIcon::ResizeHorizontal,
            _ if self.chip_at(at).is_some() => CursorIcon::Grab,
            _ if desk.link.is_some() && over.is_some() => CursorIcon::PointingHand,
            _ if self.hit(place, at).is_some_and(|hit| hit.inside) => CursorIcon::Text,
            _ => CursorIcon::Default,
        };
        if cursor != CursorIcon::Default {
            ui.ctx().set_cursor_icon(cursor);
        }
    }

    /// The menu of the second button.
    pub(super) fn menu(&mut self, response: &Response, desk: &mut Desk, notices: &mut Notices) {
        Popup::context_menu(response).show(|ui| {
            crate::app::panels::span_menu(ui, desk, notices);
        });
    }
}

/// The unit in which a drag began.
fn origin_of(text: &str, from: TextSize, unit: Unit) -> crate::model::TextRange {
    let byte = usize::from(from);
    let cluster = byte..graphemes::next(text, byte);
    unit_at(
        text,
        unit,
        &Hit { caret: crate::layout::Caret::downstream(byte), cluster, inside: true, line: 0 },
    )
}

fn size(byte: usize) -> TextSize {
    text_range(byte..byte).start()
}
