//! What is in the article: how much of each label, and every span in reading order.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Id, Rect, Response, Sense, Ui, WidgetInfo, pos2, vec2};

use super::slots::value_of;
use super::{listing, say};
use crate::app::command::UiCommand;
use crate::app::controls::{Button, focus_ring, paint_middle, tipped};
use crate::app::desk::Desk;
use crate::app::reader::Reader;
use crate::app::theme::{Palette, size, space};
use crate::app::widgets::Label;
use crate::model::{AnnotatorId, ArticleId, LabelId, Layer, Span, SpanId};

const ROW: f32 = 26.0;

/// The list as it is shown, made anew after an edit and not each frame.
struct Listed {
    made_from: MadeFrom,
    counts: Vec<(LabelId, usize)>,
    spans: usize,
    relations: usize,
    /// In reading order.
    order: Vec<SpanId>,
    /// Spans whose words no longer stand in the text.
    lost: Vec<SpanId>,
}

#[derive(Clone, PartialEq)]
struct MadeFrom {
    revision: u64,
    article: ArticleId,
    annotator: AnnotatorId,
    only: Option<LabelId>,
}

impl Listed {
    fn of(layer: &Layer, labels: &[LabelId], made_from: MadeFrom) -> Self {
        let mut counts: Vec<(LabelId, usize)> = labels.iter().map(|label| (label.clone(), 0)).collect();
        for span in layer.spans.values() {
            match counts.iter_mut().find(|(label, _)| *label == span.label) {
                Some((_, count)) => *count += 1,
                None => counts.push((span.label.clone(), 1)),
            }
        }
        let shown = |span: &&Span| made_from.only.as_ref().is_none_or(|only| *only == span.label);
        let (lost, order): (Vec<&Span>, Vec<&Span>) =
            layer.in_reading_order().into_iter().filter(shown).partition(|span| span.lost);
        let ids = |spans: Vec<&Span>| spans.into_iter().map(|span| span.id).collect();
        Self {
            made_from,
            counts,
            spans: layer.spans.len(),
            relations: layer.relations.len(),
            order: ids(order),
            lost: ids(lost),
        }
    }
}

fn only_id() -> Id {
    Id::unique("only spans of this label")
}

/// The list of the open article, from the last frame where nothing changed.
fn listed(ui: &Ui, desk: &Desk) -> Option<Arc<Listed>> {
    let made_from = MadeFrom {
        revision: desk.session.revision(),
        article: desk.open.clone()?,
        annotator: desk.annotator.clone(),
        only: ui.data(|data| data.get_temp::<Option<LabelId>>(only_id())).flatten(),
    };
    let id = Id::unique("spans of the article");
    if let Some(listed) = ui.data(|data| data.get_temp::<Arc<Listed>>(id))
        && listed.made_from == made_from
    {
        return Some(listed);
    }
    let labels: Vec<LabelId> =
        desk.session.project().codebook.labels.iter().map(|label| label.id.clone()).collect();
    let listed = Arc::new(Listed::of(desk.layer()?, &labels, made_from));
    ui.data_mut(|data| data.insert_temp(id, listed.clone()));
    Some(listed)
}

/// Counts and spans of the open article.
pub(super) fn in_this_article(ui: &mut Ui, desk: &mut Desk) {
    let Some(listed) = listed(ui, desk) else { return };
    ui.spacing_mut().item_spacing = vec2(space::UNIT, 0.0);
    heading(ui, &listed);
    ui.add_space(6.0);
    for (label, count) in &listed.counts {
        label_row(ui, desk, label, *count, listed.made_from.only.as_ref() == Some(label));
    }
    if listed.spans == 0 {
        return;
    }
    ui.add_space(6.0);
    let palette = Palette::of(ui.ctx());
    let (line, _) = ui.allocate_exact_size(vec2(ui.available_width(), 9.0), Sense::hover());
    ui.painter().hline(line.x_range(), line.top() + 2.0, egui::Stroke::new(1.0, palette.line));
    let first = if listed.order.is_empty() {
        None
    } else {
        rows(ui, desk, Id::unique("spans"), "Spans in reading order", &listed.order)
    };
    let lost = if listed.lost.is_empty() { None } else { lost_rows(ui, desk, &listed.lost) };
    if let Some(id) = first.or(lost) {
        desk.select(id);
        ui.memory_mut(|memory| memory.request_focus(Reader::id()));
    }
}

fn heading(ui: &mut Ui, listed: &Listed) {
    let palette = Palette::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::hover());
    let counts =
        format!("{} · {}", say::counted(listed.spans, "span"), say::counted(listed.relations, "relation"));
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, format!("In this article: {counts}")));
    let text = Label::new("In this article").bold().shape(ui, 0.0);
    paint_middle(ui, &text, rect.left_center(), palette.text);
    let counts = Label::new(counts).size(size::HINT).shape(ui, 0.0);
    paint_middle(ui, &counts, pos2(rect.right() - counts.size().x, rect.center().y), palette.dim);
}

/// A label and how often it is there; a click shows its spans alone.
fn label_row(ui: &mut Ui, desk: &Desk, id: &LabelId, count: usize, only: bool) {
    let palette = Palette::of(ui.ctx());
    let label = desk.label(id);
    let name = label.map_or(id.as_str(), |label| &label.name);
    let color = label.map_or(palette.dim, |label| palette.label(label));
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(Role::Button, true, only, format!("{name}: {}", say::counted(count, "span")))
    });
    ground(ui, rect, &response, only, &palette);
    square(ui, rect, color);
    let text = Label::new(name).elide().shape(ui, rect.width() - 80.0);
    paint_middle(ui, &text, pos2(rect.left() + 18.0, rect.center().y), palette.text);
    let count = Label::new(say::count(count)).shape(ui, 0.0);
    paint_middle(ui, &count, pos2(rect.right() - count.size().x, rect.center().y), palette.dim);
    let tip =
        if only { "Shows the spans of all labels again." } else { "Shows the spans of this label alone." };
    if tipped(response, tip).clicked() {
        ui.data_mut(|data| data.insert_temp(only_id(), (!only).then(|| id.clone())));
    }
}

fn ground(ui: &Ui, rect: Rect, response: &Response, on: bool, palette: &Palette) {
    let wide = rect.expand2(vec2(6.0, 0.0));
    if on || response.hovered() {
        let fill = if on { palette.chosen } else { palette.chosen.gamma_multiply(0.55) };
        ui.painter().rect_filled(wide, f32::from(space::SMALL_RADIUS), fill);
    }
    focus_ring(ui, response, wide, f32::from(space::SMALL_RADIUS));
}

fn square(ui: &Ui, row: Rect, color: egui::Color32) {
    let place = Rect::from_min_size(pos2(row.left(), row.center().y - 5.0), vec2(10.0, 10.0));
    ui.painter().rect_filled(place, 2.5, color);
}

/// Spans as rows, of which only those in view are drawn. Returns the one that was chosen.
fn rows(ui: &mut Ui, desk: &Desk, id: Id, name: &str, spans: &[SpanId]) -> Option<SpanId> {
    #[expect(clippy::cast_precision_loss, reason = "rows of a list")]
    let height = ROW * spans.len() as f32;
    let (_, area) = ui.allocate_space(vec2(ui.available_width(), height));
    let now = desk.span.and_then(|selected| spans.iter().position(|id| *id == selected));
    let seen = area.intersect(ui.clip_rect());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rows of a list")]
    let (first, count) =
        (((seen.top() - area.top()) / ROW).max(0.0) as usize, (seen.height().max(0.0) / ROW) as usize + 2);
    let (response, asked) = listing::keyboard(
        ui,
        id,
        area.expand2(vec2(6.0, 0.0)),
        name,
        spans.len(),
        now.unwrap_or(0),
        count.saturating_sub(3).max(1),
    );
    let mut chosen = None;
    #[expect(clippy::cast_precision_loss, reason = "rows of a list")]
    let place = |nth: usize| {
        Rect::from_min_size(pos2(area.left(), area.top() + ROW * nth as f32), vec2(area.width(), ROW))
    };
    if let Some(cursor) = asked.cursor.filter(|_| asked.moved) {
        ui.scroll_to_rect(place(cursor).expand(4.0), None);
    }
    let layer = desk.layer()?;
    for (nth, span) in spans.iter().enumerate().skip(first).take(count) {
        let Some(span) = layer.spans.get(span) else { continue };
        let look = (Some(nth) == now, Some(nth) == asked.cursor);
        let row = span_row(ui, desk, id, span, place(nth), look);
        if look.1 {
            listing::announce(ui, id, &row);
        }
        if row.clicked() || (look.1 && asked.taken) {
            chosen = Some(span.id);
        }
    }
    super::panes::offer(ui.ctx(), super::panes::Pane::Inspector, &response);
    chosen
}

fn span_row(
    ui: &Ui,
    desk: &Desk,
    list: Id,
    span: &Span,
    rect: Rect,
    (selected, cursor): (bool, bool),
) -> Response {
    let palette = Palette::of(ui.ctx());
    let label = desk.label(&span.label);
    let color = label.map_or(palette.dim, |label| palette.label(label));
    let name = label.map_or(span.label.as_str(), |label| &label.name);
    let response = ui.interact(rect.expand2(vec2(6.0, 0.0)), list.with(span.id.0), Sense::CLICK);
    response.widget_info(|| {
        WidgetInfo::selected(Role::ListBoxOption, true, selected, format!("{}, {name}", span.quote))
    });
    ground(ui, rect, &response, selected, &palette);
    if cursor {
        let wide = rect.expand2(vec2(6.0, 0.0));
        ui.painter().rect_stroke(
            wide,
            f32::from(space::SMALL_RADIUS),
            egui::Stroke::new(2.0, palette.accent),
            egui::StrokeKind::Inside,
        );
    }
    square(ui, rect, if span.lost { color.gamma_multiply(0.5) } else { color });
    let value = Label::new(value_of(desk, span)).size(size::HINT).elide().shape(ui, rect.width() * 0.4);
    let room = rect.width() - 18.0 - if value.size().x > 0.0 { value.size().x + space::UNIT } else { 0.0 };
    let quote = Label::new(say::head(&span.quote)).elide().shape(ui, room);
    paint_middle(
        ui,
        &quote,
        pos2(rect.left() + 18.0, rect.center().y),
        if span.lost { palette.dim } else { palette.text },
    );
    paint_middle(ui, &value, pos2(rect.right() - value.size().x, rect.center().y), palette.dim);
    response
}

/// Spans whose words are gone, in a group of their own.
fn lost_rows(ui: &mut Ui, desk: &mut Desk, lost: &[SpanId]) -> Option<SpanId> {
    let palette = Palette::of(ui.ctx());
    ui.add_space(space::UNIT);
    let said =
        format!("{} lost: what they marked no longer stands in the text", say::counted(lost.len(), "span"));
    Label::new(said).size(size::HINT).color(palette.readable(palette.warn)).wrap().ui(ui);
    ui.add_space(4.0);
    let command = UiCommand::Settle;
    let find = Button::new("Find their places…").keys(command.keys_text()).tip(command.about().help);
    if ui.add_enabled_ui(command.enabled(Some(desk)), |ui| find.ui(ui)).inner.clicked() {
        desk.begin_settling(ui.ctx());
    }
    ui.add_space(4.0);
    rows(ui, desk, Id::unique("lost spans"), "Lost spans", lost)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture;

    #[test]
    fn the_list_counts_all_and_shows_one_label() {
        let (_, mut layer) = fixture::parse("[Ali]{actor} said [[no]{x} war]{claim}");
        let made_from = |only: Option<&str>| MadeFrom {
            revision: 0,
            article: "a".into(),
            annotator: "b".into(),
            only: only.map(LabelId::from),
        };
        let labels = [LabelId::from("actor"), LabelId::from("claim")];
        let all = Listed::of(&layer, &labels, made_from(None));
        assert_eq!((all.spans, all.order.len(), all.counts.len()), (3, 3, 3));
        let claims = Listed::of(&layer, &labels, made_from(Some("claim")));
        assert_eq!((claims.spans, claims.order.len()), (3, 1));
        layer.spans.values_mut().for_each(|span| span.lost = true);
        assert_eq!(Listed::of(&layer, &labels, made_from(None)).lost.len(), 3);
    }
}
