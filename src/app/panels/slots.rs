//! Relations of the selected span: a slot for each type that may start at it, and what leads to it.

use egui::accesskit::Role;
use egui::{Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::inspector::{LINE, named};
use super::panes::{self, Pane};
use crate::app::controls::{Button, focus_ring, paint_middle, tipped};
use crate::app::desk::Desk;
use crate::app::icons::{Icon, dashed};
use crate::app::notices::Notices;
use crate::app::theme::{Palette, size, space};
use crate::app::widgets::{Label, isolate};
use crate::model::{RelationId, RelationType, Span, SpanId};

/// A linked span as it stands in a slot.
struct Linked {
    relation: RelationId,
    span: SpanId,
    quote: String,
    value: String,
    color: egui::Color32,
}

/// The slots of the selected span.
pub(super) fn slots(
    ui: &mut Ui,
    desk: &mut Desk,
    span: &Span,
    kinds: &[RelationType],
    dragged: Option<SpanId>,
    notices: &mut Notices,
) {
    for kind in kinds {
        let linked = linked(ui, desk, |relation| {
            (relation.from == span.id && relation.label == kind.id).then_some(relation.to)
        });
        let top = ui.cursor().top();
        named(ui, &kind.name, |ui| slot(ui, desk, kind, &linked, notices));
        let rect = Rect::from_min_max(
            pos2(ui.max_rect().left(), top),
            pos2(ui.max_rect().right(), ui.min_rect().bottom()),
        );
        take_drop(ui, desk, span, kind, rect, dragged, notices);
    }
}

/// Relations that end at the selected span, and relations from it that its label has no slot for.
pub(super) fn incoming(
    ui: &mut Ui,
    desk: &mut Desk,
    span: &Span,
    slots: &[RelationType],
    notices: &mut Notices,
) {
    let here: Vec<_> =
        desk.layer().map(|layer| layer.relations_of(span.id).cloned().collect()).unwrap_or_default();
    for relation in here {
        let leads_here = relation.to == span.id;
        if !leads_here && slots.iter().any(|slot| slot.id == relation.label) {
            continue;
        }
        let kind = desk.session.project().codebook.relation(&relation.label);
        let name = kind.map_or(relation.label.as_str(), |kind| &kind.name).to_owned();
        let name = if leads_here { format!("{name} of") } else { name };
        let other =
            linked(ui, desk, |r| (r.id == relation.id).then_some(if leads_here { r.from } else { r.to }));
        named(ui, &name, |ui| {
            for end in &other {
                linked_row(ui, desk, &name, end, None, notices);
            }
        });
    }
}

fn linked(ui: &Ui, desk: &Desk, end: impl Fn(&crate::model::Relation) -> Option<SpanId>) -> Vec<Linked> {
    let palette = Palette::of(ui.ctx());
    let Some(layer) = desk.layer() else { return Vec::new() };
    let shown = |relation: &crate::model::Relation| {
        let other = layer.spans.get(&end(relation)?)?;
        Some(Linked {
            relation: relation.id,
            span: other.id,
            quote: other.quote.clone(),
            value: value_of(desk, other),
            color: desk.label(&other.label).map_or(palette.dim, |label| palette.label(label)),
        })
    };
    layer.relations.values().filter_map(shown).collect()
}

/// What a span stands for: its entity, or its first value.
pub(super) fn value_of(desk: &Desk, span: &Span) -> String {
    let project = desk.session.project();
    if let Some(entity) = project.entity_of(span) {
        let parts = [entity.name.as_str(), entity.external.as_str()];
        let parts = parts.into_iter().filter(|part| !part.is_empty() && *part != span.quote);
        return parts.map(isolate).collect::<Vec<_>>().join(" · ");
    }
    span.attributes.get("value").map(|value| isolate(value)).unwrap_or_default()
}

/// What is in a slot, or how to fill it.
fn slot(ui: &mut Ui, desk: &mut Desk, kind: &RelationType, linked: &[Linked], notices: &mut Notices) {
    ui.spacing_mut().item_spacing.y = 2.0;
    let under_way = desk.link.as_ref().is_some_and(|link| link.kind == kind.id);
    if under_way {
        let palette = Palette::of(ui.ctx());
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
        ui.painter().rect_stroke(
            rect.shrink2(vec2(0.0, 2.0)),
            5.0,
            Stroke::new(1.5, palette.accent),
            StrokeKind::Inside,
        );
        let text = Label::new("Tab: next, Enter: link, Esc: stop")
            .size(size::HINT)
            .elide()
            .shape(ui, rect.width() - 16.0);
        paint_middle(ui, &text, pos2(rect.left() + 8.0, rect.center().y), palette.readable(palette.accent));
    }
    for (nth, end) in linked.iter().enumerate() {
        let last = nth + 1 == linked.len() && !under_way;
        linked_row(ui, desk, &kind.name, end, last.then_some(kind), notices);
    }
    if linked.is_empty() && !under_way {
        let writable = desk.session.read_only().is_none();
        if ui.add_enabled_ui(writable, |ui| empty(ui, kind)).inner.clicked() {
            desk.begin_link(&kind.id, notices);
        }
    }
}

/// An empty slot: says how to fill it, and is a button that begins to.
fn empty(ui: &mut Ui, kind: &RelationType) -> Response {
    let palette = Palette::of(ui.ctx());
    let said = match kind.key {
        Some(key) => format!("press {}, or drag a chip here", isolate(&key.to_string())),
        None => "drag a chip here".to_owned(),
    };
    let text = Label::new(said).size(size::HINT).elide().shape(ui, ui.available_width() - 16.0);
    let (row, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
    let rect = Rect::from_center_size(row.center(), vec2(row.width(), 22.0));
    response
        .widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), format!("Link {}", kind.name)));
    let ink = if response.hovered() { palette.text } else { palette.dim };
    if response.hovered() {
        ui.painter().rect_filled(rect, 5.0, palette.chosen);
    }
    dashed(
        ui.painter(),
        rect,
        Stroke::new(1.0, if response.hovered() { palette.accent } else { palette.line }),
    );
    focus_ring(ui, &response, rect, 5.0);
    paint_middle(ui, &text, pos2(rect.left() + 8.0, rect.center().y), ink);
    panes::offer(ui.ctx(), Pane::Inspector, &response);
    if kind.description.is_empty() { response } else { tipped(response, &kind.description) }
}

/// A linked span: its words underlined in its colour, what it stands for, and how to unlink it.
fn linked_row(
    ui: &mut Ui,
    desk: &mut Desk,
    slot: &str,
    end: &Linked,
    more: Option<&RelationType>,
    notices: &mut Notices,
) {
    let palette = Palette::of(ui.ctx());
    let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
    let tools = if more.is_some() { 44.0 } else { 22.0 };
    let room = row.width() - tools;
    let quote = Label::new(&*end.quote).elide().shape(ui, room);
    let value_room = room - quote.size().x - 6.0;
    let value = (!end.value.is_empty() && value_room > 32.0)
        .then(|| Label::new(&*end.value).size(size::HINT).elide().shape(ui, value_room));
    let width = quote.size().x + value.as_ref().map_or(0.0, |value| value.size().x + 6.0);
    let rect = Rect::from_min_size(row.min + vec2(0.0, 1.0), vec2(width, LINE - 3.0));
    let id = ui.scope_id().with(("linked", end.relation.0));
    let chip = ui.interact(rect, id, Sense::click());
    chip.widget_info(|| WidgetInfo::labeled(Role::Link, ui.is_enabled(), format!("{slot}: {}", end.quote)));
    if chip.hovered() {
        ui.painter().rect_filled(rect.expand2(vec2(3.0, 0.0)), 4.0, palette.chosen);
    }
    paint_middle(ui, &quote, pos2(rect.left(), rect.center().y), palette.text);
    if let Some(value) = &value {
        paint_middle(ui, value, pos2(rect.left() + quote.size().x + 6.0, rect.center().y), palette.dim);
    }
    ui.painter().rect_filled(
        Rect::from_min_max(pos2(rect.left(), rect.bottom() - 1.0), pos2(rect.right(), rect.bottom() + 1.0)),
        0.0,
        end.color,
    );
    focus_ring(ui, &chip, rect.expand2(vec2(3.0, 1.0)), 4.0);
    panes::offer(ui.ctx(), Pane::Inspector, &chip);
    if chip.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        desk.select(end.span);
    }
    let side = |nth: f32| {
        Rect::from_center_size(pos2(row.right() - 10.0 - 22.0 * nth, row.center().y), vec2(20.0, 20.0))
    };
    // A project that is only read can still be walked through by its links.
    if desk.session.read_only().is_some() {
        return;
    }
    if let Some(kind) = more {
        let plus = Button::icon(Icon::Plus, format!("Add another {}", kind.name)).tip("Links another one");
        if plus.put(ui, side(0.0), id.with("add")).clicked() {
            desk.begin_link(&kind.id, notices);
        }
    }
    let cross = Button::icon(Icon::Cross, format!("Remove {slot} {}", end.quote))
        .tip("Removes the link; both spans stay");
    if cross.put(ui, side(if more.is_some() { 1.0 } else { 0.0 }), id.with("remove")).clicked() {
        desk.remove_relation(end.relation, notices);
    }
}

/// A chip that is dragged over the window: slots that may take it say so, and the one it is dropped on takes it.
fn take_drop(
    ui: &Ui,
    desk: &mut Desk,
    span: &Span,
    kind: &RelationType,
    rect: Rect,
    dragged: Option<SpanId>,
    notices: &mut Notices,
) {
    let Some(chip) = dragged.filter(|chip| *chip != span.id) else { return };
    let label = desk.layer().and_then(|layer| layer.spans.get(&chip)).map(|other| other.label.clone());
    if !label.is_some_and(|label| kind.allows(&span.label, &label)) {
        return;
    }
    let palette = Palette::of(ui.ctx());
    let over = ui.rect_contains_pointer(rect);
    let frame = rect.expand2(vec2(space::UNIT / 2.0, 1.0));
    if over {
        ui.painter().rect_stroke(frame, 6.0, Stroke::new(2.0, palette.accent), StrokeKind::Inside);
    } else {
        dashed(ui.painter(), frame, Stroke::new(1.0, palette.accent));
    }
    if over && ui.input(|input| input.pointer.primary_released()) {
        desk.add_relation(span.id, &kind.id, chip, notices);
    }
}
