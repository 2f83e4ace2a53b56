//! The list of spans whose words are gone, beside the page: the current one with its places, and all the others.

use egui::accesskit::Role;
use egui::{Color32, Rect, Response, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{Settling, State, context};
use crate::app::command::UiCommand;
use crate::app::controls::{Button, KeyCap, Look, card, focus_ring, paint_middle};
use crate::app::desk::Desk;
use crate::app::icons::Icon;
use crate::app::panels::counted;
use crate::app::theme::{Palette, size, space};
use crate::app::widgets::Label;
use crate::language::anchor::{Anchored, Candidate, Likeness};
use crate::model::{Layer, Span};

const ROW: f32 = 26.0;

/// What was done in the panel with a row.
enum Done {
    Look(usize),
    Show(usize),
}

/// The panel, in place of the inspector.
pub(in crate::app) fn panel(ui: &mut Ui, desk: &mut Desk, queue: &mut Vec<UiCommand>) {
    let (Some(settling), Some(layer)) = (&desk.settling, desk.layer()) else { return };
    let mut done = None;
    ui.spacing_mut().item_spacing = vec2(space::UNIT, 8.0);
    let inner = ui.available_rect_before_wrap().shrink2(vec2(space::PAD, space::PAD));
    ui.scope_builder(egui::UiBuilder::new().max_rect(inner), |ui| {
        heading(ui, desk, settling, layer, queue);
        if settling.job.is_some() {
            Label::new("Looking for the places…").dim().role(Role::Status).ui(ui);
            return;
        }
        if settling.open(layer) == 0 {
            all_settled(ui, desk, queue);
        } else if let Some(found) = settling.current() {
            // The list keeps a third of the height, however many places there are.
            let most = (ui.available_height() * 0.64).max(160.0);
            ScrollArea::vertical()
                .id_salt(("places", found.id.0))
                .max_height(most)
                .auto_shrink([false, true])
                .show(ui, |ui| card(ui, |ui| done = current(ui, desk, settling, layer, found, queue)));
        }
        if let Some(row) = list(ui, desk, settling, layer) {
            done = Some(Done::Look(row));
        }
    });
    if let Some(settling) = &mut desk.settling {
        settling.moved = false;
    }
    match done {
        Some(Done::Look(at)) => desk.settle_at(at),
        Some(Done::Show(nth)) => desk.show_settling(nth),
        None => {}
    }
}

fn heading(ui: &mut Ui, desk: &Desk, settling: &Settling, layer: &Layer, queue: &mut Vec<UiCommand>) {
    let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::hover());
    let title = Label::new("Places of lost spans").size(size::TITLE).bold().shape(ui, 0.0);
    paint_middle(ui, &title, row.left_center(), Palette::of(ui.ctx()).text);
    let cross = Rect::from_center_size(pos2(row.right() - 13.0, row.center().y), vec2(26.0, 26.0));
    let close = Button::icon(Icon::Cross, "Close the list of lost spans").tip("Esc");
    if close.put(ui, cross, ui.scope_id().with("close")).clicked() {
        queue.push(UiCommand::Cancel);
    }
    if settling.job.is_some() {
        return;
    }
    let open = settling.open(layer);
    let mut said = format!("{} of {} open", open, counted(settling.found.len(), "span"));
    if settling.standing > 0 {
        said.push_str(&format!(" · {} where they stood", settling.standing));
    }
    Label::new(said).dim().role(Role::Status).ui(ui);
    let hint = "Nothing is moved until you confirm it. What you leave open stays lost; it is listed and exported as such.";
    Label::new(hint).size(size::HINT).dim().wrap().ui(ui);
    let certain =
        settling.found.iter().filter(|found| settling.state(layer, found) == State::Certain).count();
    if certain > 0 {
        let command = UiCommand::SettleCertain;
        let text = format!("Confirm all that are certain ({certain})");
        action(ui, desk, command, &text, Look::Main, queue);
    }
}

fn action(ui: &mut Ui, desk: &Desk, command: UiCommand, text: &str, look: Look, queue: &mut Vec<UiCommand>) {
    let button = Button::new(text).look(look).keys(command.keys_text()).tip(command.about().help);
    if ui.add_enabled_ui(command.enabled(Some(desk)), |ui| button.ui(ui)).inner.clicked() {
        queue.push(command);
    }
}

fn all_settled(ui: &mut Ui, desk: &Desk, queue: &mut Vec<UiCommand>) {
    card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        let changed = desk.settle_need().changed;
        let said = if changed {
            "Every span is settled. The text can be taken over."
        } else {
            "Every span is settled."
        };
        Label::new(said).wrap().role(Role::Status).ui(ui);
        if changed {
            let command = UiCommand::SettleText;
            action(ui, desk, command, command.about().text, Look::Main, queue);
        }
    });
}

/// The span that is looked at: its old words, and where they may be.
fn current(
    ui: &mut Ui,
    desk: &Desk,
    settling: &Settling,
    layer: &Layer,
    found: &Anchored,
    queue: &mut Vec<UiCommand>,
) -> Option<Done> {
    ui.spacing_mut().item_spacing.y = 6.0;
    let span = layer.spans.get(&found.id)?;
    let palette = Palette::of(ui.ctx());
    let (name, color) = label_of(desk, span, &palette);
    let of = settling.found.len();
    Label::new(format!("{name} · {} of {of}", settling.at + 1))
        .size(size::HINT)
        .color(palette.readable(color))
        .ui(ui);
    Label::new(format!("“{}”", span.quote)).name(format!("Old words: {}", span.quote)).wrap().ui(ui);
    let hint = match (found.doubtful, found.candidates.is_empty()) {
        (true, _) => "The same words stand at the old place, but everything around them moved.",
        (_, true) => "No place like it was found. Keep it as lost; it can still be marked anew.",
        (_, false) => "It may have moved to:",
    };
    Label::new(hint).size(size::HINT).dim().wrap().ui(ui);
    let mut done = None;
    for (nth, candidate) in found.candidates.iter().enumerate() {
        let row = place(ui, desk, nth, candidate);
        if row.clicked() {
            queue.push(UiCommand::SettleTake(u8::try_from(nth + 1).unwrap_or(u8::MAX)));
        } else if row.hovered() && ui.input(|input| input.pointer.is_moving()) {
            done = Some(Done::Show(nth));
        }
    }
    let text = if found.doubtful { "It stands where it should" } else { "Keep as lost" };
    action(ui, desk, UiCommand::SettleLost, text, Look::Raised, queue);
    done
}

/// A place with a few words around it; a click confirms it.
fn place(ui: &mut Ui, desk: &Desk, nth: usize, candidate: &Candidate) -> Response {
    let palette = Palette::of(ui.ctx());
    let (line, marks) = desk.article().map(|article| context(article, candidate)).unwrap_or_default();
    let cap = KeyCap::new(ui, &(nth + 1).to_string());
    let width = ui.available_width();
    let room = width - cap.size.x - 22.0;
    let how = likeness(candidate);
    let mut label = Label::new(line.as_str()).wrap().width(room);
    for mark in marks {
        label = label.mark(mark, palette.accent.gamma_multiply(0.24));
    }
    let shaped = Label::new(line.as_str()).wrap().shape(ui, room);
    let note = Label::new(&*how).size(size::HINT).shape(ui, 0.0);
    let height = shaped.size().y + note.size().y + 12.0;
    let (rect, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let enabled = ui.is_enabled() && desk.session.read_only().is_none();
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, ui.scope_id().with(("place", nth)), sense);
    let name = format!("Place {}, {how}: {line}", nth + 1);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, &name));
    let fill = if response.hovered() { palette.chosen } else { palette.panel };
    ui.painter().rect_filled(rect, f32::from(space::SMALL_RADIUS), fill);
    focus_ring(ui, &response, rect, f32::from(space::SMALL_RADIUS));
    cap.paint(ui, pos2(rect.left() + 7.0, rect.top() + 16.0), false);
    let corner = pos2(rect.left() + cap.size.x + 14.0, rect.top() + 6.0);
    let text = Rect::from_min_size(corner, vec2(room, shaped.size().y));
    // A child of its own: the row has its place already.
    label.role(Role::GenericContainer).name("").ui(&mut ui.new_child(egui::UiBuilder::new().max_rect(text)));
    let ink = if candidate.certain { palette.readable(palette.good) } else { palette.dim };
    paint_middle(ui, &note, pos2(corner.x, rect.bottom() - 6.0 - note.size().y / 2.0), ink);
    response
}

fn likeness(candidate: &Candidate) -> String {
    match (candidate.certain, candidate.likeness) {
        (true, _) => "certain".to_owned(),
        (_, Likeness::Exact) => "the same words".to_owned(),
        (_, Likeness::Folded) => "the same but for spelling".to_owned(),
        (_, Likeness::Words(share)) => format!("{share} of 100 words the same"),
    }
}

fn label_of(desk: &Desk, span: &Span, palette: &Palette) -> (String, Color32) {
    match desk.label(&span.label) {
        Some(label) => (label.name.clone(), palette.label(label)),
        None => (span.label.to_string(), palette.dim),
    }
}

/// All spans that were lost, and what became of each. Returns the row that was clicked.
fn list(ui: &mut Ui, desk: &Desk, settling: &Settling, layer: &Layer) -> Option<usize> {
    let mut clicked = None;
    let mut area = ScrollArea::vertical().id_salt("lost spans to settle").auto_shrink(false);
    if settling.moved {
        let height = ui.available_height();
        #[expect(clippy::cast_precision_loss, reason = "rows of a list")]
        let top = settling.at as f32 * ROW;
        area = area.vertical_scroll_offset((top - height / 2.0).max(0.0));
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    area.show_rows(ui, ROW, settling.found.len(), |ui, rows| {
        for nth in rows {
            let Some(found) = settling.found.get(nth) else { continue };
            if row(ui, desk, settling, layer, nth, found).clicked() {
                clicked = Some(nth);
            }
        }
    });
    clicked
}

fn row(
    ui: &mut Ui,
    desk: &Desk,
    settling: &Settling,
    layer: &Layer,
    nth: usize,
    found: &Anchored,
) -> Response {
    let palette = Palette::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let state = settling.state(layer, found);
    let (said, ink) = match state {
        State::Certain => ("certain".to_owned(), palette.readable(palette.good)),
        State::Open(0) => ("no place".to_owned(), palette.readable(palette.warn)),
        State::Open(places) => (counted(places, "place"), palette.dim),
        State::Doubtful => ("stands by chance?".to_owned(), palette.readable(palette.warn)),
        State::Placed => ("✓ placed".to_owned(), palette.readable(palette.good)),
        State::Kept if found.stands => ("✓ stands".to_owned(), palette.readable(palette.good)),
        State::Kept => ("stays lost".to_owned(), palette.dim),
        State::Removed => ("removed".to_owned(), palette.dim),
    };
    let span = layer.spans.get(&found.id);
    let quote = span.map_or("", |span| span.quote.as_str());
    let (name, color) = span.map_or((String::new(), palette.dim), |span| label_of(desk, span, &palette));
    let on = nth == settling.at;
    response.widget_info(|| {
        WidgetInfo::selected(Role::ListBoxOption, true, on, format!("{quote}, {name}, {said}"))
    });
    if on || response.hovered() {
        let fill = if on { palette.chosen } else { palette.chosen.gamma_multiply(0.55) };
        ui.painter().rect_filled(rect, f32::from(space::SMALL_RADIUS), fill);
    }
    focus_ring(ui, &response, rect, f32::from(space::SMALL_RADIUS));
    let square = Rect::from_min_size(pos2(rect.left() + 4.0, rect.center().y - 5.0), vec2(10.0, 10.0));
    ui.painter().rect_filled(square, 2.5, color);
    let state = Label::new(said).size(size::HINT).shape(ui, 0.0);
    let left = rect.left() + 22.0;
    let room = rect.right() - left - state.size().x - 12.0;
    let shown = Label::new(quote).elide().shape(ui, room.max(0.0));
    let text = if settling.state(layer, found).is_open() { palette.text } else { palette.dim };
    paint_middle(ui, &shown, pos2(left, rect.center().y), text);
    paint_middle(ui, &state, pos2(rect.right() - state.size().x - 4.0, rect.center().y), ink);
    response
}
