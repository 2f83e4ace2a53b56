//! The panel at the right: the selected span with all that is known about it, and what else is in the article.

use egui::accesskit::Role;
use egui::{Rect, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::panes::{self, Pane};
use super::{attributes, footer, say, slots, spans};
use crate::app::command::UiCommand;
use crate::app::controls::{Button, KeyCap, Look, Word, card, paint_middle, sentence, tipped};
use crate::app::desk::{Desk, Field};
use crate::app::notices::Notices;
use crate::app::reader::Reader;
use crate::app::theme::{Palette, size, space};
use crate::app::widgets::{Label, TextField, isolate};
use crate::layout::{Direction, majority};
use crate::model::{Span, SpanId};

/// Width of the names before slots and attributes.
const NAMES: f32 = 80.0;

/// Height of a line of the inspector.
pub(super) const LINE: f32 = 26.0;

/// The inspector. `dragged_chip` is the span whose chip is under way over the window.
pub(crate) fn right(
    ui: &mut Ui,
    desk: &mut Desk,
    dragged_chip: Option<SpanId>,
    notices: &mut Notices,
    queue: &mut Vec<UiCommand>,
) {
    panes::mark(ui.ctx(), Pane::Inspector, ui.max_rect());
    if desk.draft_is_elsewhere() {
        desk.commit_draft(notices);
    }
    if desk.article().is_none() {
        panes::taken(ui.ctx());
        return;
    }
    let whole = ui.max_rect();
    let foot = Rect::from_min_max(pos2(whole.left(), whole.bottom() - footer::HEIGHT), whole.max);
    let top = Rect::from_min_max(whole.min, pos2(whole.right(), foot.top()));
    ui.scope_builder(UiBuilder::new().max_rect(top), |ui| {
        ScrollArea::vertical().id_salt("inspector").auto_shrink(false).show(ui, |ui| {
            ui.add_space(space::PAD);
            let inner = ui.available_rect_before_wrap().shrink2(vec2(space::PAD, 0.0));
            ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
                ui.spacing_mut().item_spacing = vec2(space::UNIT, 10.0);
                card(ui, |ui| span_card(ui, desk, dragged_chip, notices, queue));
                card(ui, |ui| spans::in_this_article(ui, desk));
            });
            ui.add_space(space::PAD);
        });
    });
    ui.scope_builder(UiBuilder::new().max_rect(foot), |ui| footer::article(ui, desk, notices, queue));
    // Nothing in here could take the keyboard.
    panes::taken(ui.ctx());
}

fn span_card(
    ui: &mut Ui,
    desk: &mut Desk,
    dragged: Option<SpanId>,
    notices: &mut Notices,
    queue: &mut Vec<UiCommand>,
) {
    ui.spacing_mut().item_spacing = vec2(space::UNIT, 6.0);
    let Some(span) = desk.selected().cloned() else {
        nothing_selected(ui, desk);
        return;
    };
    header(ui, desk, &span);
    quote(ui, desk, &span);
    if span.lost {
        let palette = Palette::of(ui.ctx());
        let said = "These words no longer stand in the text. The span is kept and exported as lost; select its words and label them anew, or remove it.";
        Label::new(said).size(size::HINT).color(palette.readable(palette.warn)).wrap().ui(ui);
    }
    ui.add_space(2.0);
    // Of this span, also after a click in here selected another one.
    let kinds = desk.slots();
    slots::slots(ui, desk, &span, &kinds, dragged, notices);
    slots::incoming(ui, desk, &span, &kinds, notices);
    let writable = desk.session.read_only().is_none();
    ui.add_enabled_ui(writable, |ui| {
        attributes::attributes(ui, desk, &span, notices);
        note(ui, desk, &span, notices);
        remove(ui, queue);
    });
}

/// The way out, where the fields above it end.
fn remove(ui: &mut Ui, queue: &mut Vec<UiCommand>) {
    let about = UiCommand::RemoveSpan.about();
    let button = Button::new("Remove").look(Look::Flat).dim().keys(UiCommand::RemoveSpan.keys_text());
    let button = button.name(about.text).tip(about.help);
    let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
    let width = button.measure(ui);
    let place = Rect::from_min_size(pos2(row.right() + 6.0 - width, row.top()), vec2(width, LINE));
    let id = ui.scope_id().with("remove");
    if button.put(ui, place, id).clicked() {
        queue.push(UiCommand::RemoveSpan);
    }
}

/// What to do while no span is selected.
fn nothing_selected(ui: &mut Ui, desk: &Desk) {
    let digits: Vec<u8> =
        desk.session.project().codebook.labels.iter().filter_map(|label| label.key).collect();
    let words = desk.words.is_some_and(|words| !words.is_caret());
    let (first, last) = (digits.iter().min(), digits.iter().max());
    let (first, last) =
        (first.map(ToString::to_string), last.filter(|last| first != Some(last)).map(ToString::to_string));
    let mut parts = if words { Vec::new() } else { vec![Word::Text("Drag over words,")] };
    match (&first, &last) {
        (Some(first), Some(last)) => parts.extend([Word::Key(first), Word::Text("to"), Word::Key(last)]),
        (Some(only), None) => parts.push(Word::Key(only)),
        (None, _) => parts.push(Word::Text("a label above")),
    }
    parts.push(Word::Text(if words { "label these words." } else { "label them." }));
    sentence(ui, &parts, false);
    if !words && desk.layer().is_some_and(|layer| !layer.spans.is_empty()) {
        let tab = UiCommand::NextSpan.keys_text();
        sentence(ui, &[Word::Key(&tab), Word::Text("goes from span to span.")], false);
    }
}

/// The label of the span as a chip; its number and origin.
fn header(ui: &mut Ui, desk: &Desk, span: &Span) {
    let palette = Palette::of(ui.ctx());
    let known = desk.label(&span.label);
    let name = known.map_or(span.label.as_str(), |label| &label.name);
    let ink = known.map_or(palette.dim, |label| palette.label_text(label));
    let ground = known.map_or(palette.cap(), |label| {
        crate::app::theme::blend(palette.card, palette.label(label), palette.tint_share(false))
    });
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    let text = Label::new(name).bold().elide().shape(ui, rect.width() * 0.55);
    let chip = Rect::from_min_size(rect.min + vec2(0.0, 1.0), vec2(text.size().x + 16.0, 22.0));
    ui.painter().rect_filled(chip, f32::from(space::SMALL_RADIUS), ground);
    paint_middle(ui, &text, pos2(chip.left() + 8.0, chip.center().y), ink);
    let described = ui.interact(chip, ui.scope_id().with("chip"), Sense::hover());
    described.widget_info(|| WidgetInfo::labeled(Role::Heading, true, format!("Selected span: {name}")));
    let about = format!("{} · {}", isolate(&format!("#{}", span.id)), isolate(&say::origin(&span.origin)));
    let label = Label::new(about).size(size::HINT).dim().elide().direction(Direction::LeftToRight);
    let room = rect.right() - chip.right() - space::UNIT;
    let width = label.shape(ui, room).size().x;
    let place = Rect::from_min_max(pos2(rect.right() - width, rect.top() + 3.0), rect.max);
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| label.width(room).ui(ui));
}

/// The words of the span with a bar of its colour where they begin.
fn quote(ui: &mut Ui, desk: &Desk, span: &Span) {
    let palette = Palette::of(ui.ctx());
    let color = desk.label(&span.label).map_or(palette.dim, |label| palette.label(label));
    let text = parts(desk, span);
    let rtl = majority(&text).is_some_and(Direction::is_rtl);
    let size = 13.5;
    let most = size * 1.9 * 4.0 + 2.0;
    let shown = ScrollArea::vertical()
        .id_salt(("quote", span.id.0))
        .auto_shrink([false, true])
        .max_height(most)
        .min_scrolled_height(0.0);
    let out = shown.show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.add_space(if rtl { 4.0 } else { 12.0 });
            let room = ui.available_width() - if rtl { 12.0 } else { 4.0 };
            Label::new(text).size(size).line_height(1.9).wrap().width(room).ui(ui);
        });
    });
    let seen =
        Rect::from_min_size(out.inner_rect.min, vec2(out.inner_rect.width(), out.content_size.y.min(most)));
    let bar = seen.shrink2(vec2(0.0, 2.0));
    let x = if rtl { bar.right() - 3.0 } else { bar.left() };
    ui.painter().rect_filled(Rect::from_min_size(pos2(x, bar.top()), vec2(3.0, bar.height())), 1.0, color);
}

/// The quote, with a sign where a discontinuous span leaves words out.
fn parts(desk: &Desk, span: &Span) -> String {
    if span.ranges.len() < 2 || span.lost {
        return span.quote.clone();
    }
    let Some(article) = desk.article() else { return span.quote.clone() };
    let texts: Vec<&str> = span.ranges.iter().filter_map(|range| article.get(*range)).collect();
    texts.join(" […] ")
}

/// A line of the inspector: a name, and what stands beside it.
pub(super) fn named<R>(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui) -> R) -> R {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::UNIT;
        let (rect, response) = ui.allocate_exact_size(vec2(NAMES, LINE), Sense::hover());
        // Not read out: every control beside it has the name in its own.
        let text = Label::new(name).elide().shape(ui, NAMES);
        paint_middle(ui, &text, rect.left_center(), Palette::of(ui.ctx()).dim);
        if text.is_cut() {
            tipped(response, name);
        }
        ui.vertical(|ui| {
            ui.set_width(ui.available_width());
            add(ui)
        })
        .inner
    })
    .inner
}

/// The note: typed freely, written to the layer when the field is left.
fn note(ui: &mut Ui, desk: &mut Desk, span: &Span, notices: &mut Notices) {
    let field = Field::Note;
    let mut text = desk.typed(&field).unwrap_or(&span.note).to_owned();
    let empty = text.is_empty();
    ui.add_space(2.0);
    let shown = TextField::new(("note", span.id.0), &mut text)
        .multiline(1)
        .hint("Note…")
        .name("Note")
        .radius(space::SMALL_RADIUS);
    let id = shown.id(ui);
    if std::mem::take(&mut desk.note_wanted) {
        ui.memory_mut(|memory| memory.request_focus(id));
    }
    let out = shown.ui(ui);
    panes::offer(ui.ctx(), Pane::Inspector, &out.response);
    if empty && !out.response.has_focus() {
        let cap = KeyCap::new(ui, &UiCommand::EditNote.keys_text());
        cap.paint(ui, pos2(out.response.rect.left() + 52.0, out.response.rect.center().y), false);
    }
    leave(ui, desk, field, text, &out, notices);
}

/// What was typed is kept, and written when the field is left; Enter also gives the keyboard back to the page.
pub(super) fn leave(
    ui: &Ui,
    desk: &mut Desk,
    field: Field,
    text: String,
    out: &crate::app::widgets::FieldResponse,
    notices: &mut Notices,
) {
    if out.changed {
        desk.type_into(field, text, notices);
    }
    if out.submitted || out.response.lost_focus() {
        desk.commit_draft(notices);
    }
    if out.submitted {
        ui.memory_mut(|memory| memory.request_focus(Reader::id()));
    }
}
