//! The list of articles, and how far the work is.

use egui::accesskit::Role;
use egui::{
    Context, Id, Key, Modifiers, Rect, Response, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::panes::{self, Pane};
use super::{listing, say};
use crate::app::command::UiCommand;
use crate::app::controls::{Button, Look, paint_middle, tipped};
use crate::app::desk::{Desk, Row};
use crate::app::icons::{Icon, status_mark};
use crate::app::notices::Notices;
use crate::app::reader::Reader;
use crate::app::theme::{Palette, size, space};
use crate::app::widgets::{Label, TextField, isolate};
use crate::layout::{Direction, majority};
use crate::model::{ArticleId, Status};

const ROW: f32 = 52.0;
const ROW_GAP: f32 = 2.0;
const FOOT: f32 = 40.0;

/// The list's own state: what it showed last.
#[derive(Clone, Default)]
struct Shown {
    offset: f32,
    view: f32,
    open: Option<ArticleId>,
}

fn wants_focus() -> Id {
    Id::unique("filter wants focus")
}

/// Moves the keyboard into the filter.
pub(crate) fn focus_filter(ctx: &Context) {
    ctx.data_mut(|data| data.insert_temp(wants_focus(), true));
}

/// The list of articles.
pub(crate) fn articles(ui: &mut Ui, desk: &mut Desk, notices: &mut Notices, queue: &mut Vec<UiCommand>) {
    panes::mark(ui.ctx(), Pane::Articles, ui.max_rect());
    let inner = ui.max_rect().shrink(space::PAD);
    let foot = Rect::from_min_max(pos2(inner.left(), inner.bottom() - FOOT), inner.max);
    let top = Rect::from_min_max(inner.min, pos2(inner.right(), foot.top() - space::UNIT));
    ui.scope_builder(UiBuilder::new().max_rect(top), |ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 10.0);
        let into_list = filter(ui, desk);
        pills(ui, desk);
        ui.add_space(-2.0);
        list(ui, desk, notices, into_list, queue);
    });
    ui.scope_builder(UiBuilder::new().max_rect(foot), |ui| progress(ui, desk));
}

/// The filter field. Returns whether the keyboard goes on into the list.
fn filter(ui: &mut Ui, desk: &mut Desk) -> bool {
    let palette = Palette::of(ui.ctx());
    let clear = !desk.filter.words.is_empty();
    let field = TextField::new("filter", &mut desk.filter.words)
        .hint("Filter articles")
        .room(16.0, if clear { 18.0 } else { 0.0 })
        .radius(8);
    let id = field.id(ui);
    if ui.data_mut(|data| data.remove_temp::<bool>(wants_focus())).is_some() {
        ui.memory_mut(|memory| memory.request_focus(id));
    }
    let had_focus = ui.memory(|memory| memory.has_focus(id));
    let down = had_focus && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::ArrowDown));
    let out = field.ui(ui);
    // egui takes the keyboard from the field on Escape before the frame begins.
    let escaped = out.response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape));
    let rect = out.response.rect;
    Icon::Search.paint(ui.painter(), pos2(rect.left() + 15.0, rect.center().y), 12.0, palette.dim);
    if clear {
        let place = Rect::from_center_size(pos2(rect.right() - 14.0, rect.center().y), vec2(20.0, 20.0));
        if Button::icon(Icon::Cross, "Clear the filter").put(ui, place, id.with("clear")).clicked() || escaped
        {
            desk.filter.words.clear();
        }
    }
    down || out.submitted
}

/// All, new, begun, done.
fn pills(ui: &mut Ui, desk: &mut Desk) {
    let counts = desk.status_counts();
    let all = counts.iter().sum::<usize>();
    let [new, begun, done] = counts;
    let choices = [
        (None, "All", all),
        (Some(Status::New), "New", new),
        (Some(Status::InProgress), "Begun", begun),
        (Some(Status::Done), "Done", done),
    ];
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(5.0, 4.0);
        for (status, name, count) in choices {
            let on = desk.filter.status == status;
            let text = format!("{name} {}", say::short_count(count));
            let pill = Button::new(text)
                .look(Look::Pill)
                .selected(on)
                .name(format!("{name}: {}", say::counted(count, "article")));
            if pill.role(Role::RadioButton).ui(ui).clicked() {
                desk.filter.status = status;
            }
        }
    });
}

fn list(ui: &mut Ui, desk: &mut Desk, notices: &mut Notices, into_list: bool, queue: &mut Vec<UiCommand>) {
    let count = desk.row_count();
    if count == 0 {
        nothing(ui, desk, queue);
        return;
    }
    let id = Id::unique("article list");
    let mut shown = ui.data(|data| data.get_temp::<Shown>(id)).unwrap_or_default();
    let open = desk.open_row();
    let area = ui.available_rect_before_wrap();
    let step = ROW + ROW_GAP;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rows on a screen")]
    let page = (shown.view / step).max(1.0) as usize;
    if into_list || panes::is_wanted(ui.ctx(), Pane::Articles) {
        ui.memory_mut(|memory| memory.request_focus(id));
        panes::taken(ui.ctx());
    }
    let (response, asked) = listing::keyboard(ui, id, area, "Articles", count, open.unwrap_or(0), page);
    // A list that follows the hand: a newly opened article and the row under the keyboard come into view.
    let opened = (shown.open != desk.open).then_some(open).flatten();
    let wanted = asked.cursor.filter(|_| asked.moved).or(opened);
    let offset = wanted.and_then(|row| listing::offset_for(row, step, shown.offset, shown.view.max(step)));
    let mut scroll = ScrollArea::vertical().id_salt("articles").auto_shrink(false);
    if let Some(offset) = offset {
        scroll = scroll.vertical_scroll_offset(offset);
    }
    ui.spacing_mut().item_spacing.y = ROW_GAP;
    let mut taken = None;
    let out = scroll.show_rows(ui, ROW, count, |ui, rows| {
        for nth in rows {
            let Some(row) = desk.row(nth) else { continue };
            let look = RowLook { open: Some(nth) == open, cursor: Some(nth) == asked.cursor };
            let clicked = row_ui(ui, id, &row, look);
            if look.cursor {
                listing::announce(ui, id, &clicked);
            }
            if clicked.clicked() || (look.cursor && asked.taken) {
                taken = Some(row.info.id.clone());
            }
        }
    });
    (shown.offset, shown.view, shown.open) =
        (out.state.clamped_offset().y, out.inner_rect.height(), desk.open.clone());
    ui.data_mut(|data| data.insert_temp(id, shown));
    if let Some(article) = taken {
        desk.open_article(&article, notices);
        if response.has_focus() {
            ui.memory_mut(|memory| memory.request_focus(Reader::id()));
        }
    }
}

/// How a row stands out.
#[derive(Clone, Copy)]
struct RowLook {
    open: bool,
    cursor: bool,
}

fn row_ui(ui: &mut Ui, list: Id, row: &Row, look: RowLook) -> Response {
    let palette = Palette::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let response = ui.interact(rect, list.with(row.info.id.as_str()), Sense::CLICK);
    let title = if row.info.title.is_empty() { row.info.id.as_str() } else { &row.info.title };
    let date = say::day(&row.info.date);
    response.widget_info(|| {
        let spans = say::counted(spans_of(row), "span");
        let said = format!("{title}, {}, {spans}, {date} {}", say::status(row.status), row.info.source);
        WidgetInfo::selected(Role::ListBoxOption, true, look.open, said)
    });
    if look.open || response.hovered() {
        let fill = if look.open { palette.chosen } else { palette.chosen.gamma_multiply(0.5) };
        ui.painter().rect_filled(rect, 8.0, fill);
    }
    if look.cursor {
        ui.painter().rect_stroke(rect, 8.0, egui::Stroke::new(2.0, palette.accent), egui::StrokeKind::Inside);
    }
    let inner = rect.shrink2(vec2(10.0, 0.0));
    let text = Label::new(title).size(size::TITLE).elide().shape(ui, inner.width());
    let rtl = majority(title).is_some_and(Direction::is_rtl);
    let left = if rtl { inner.right() - text.size().x } else { inner.left() };
    paint_middle(ui, &text, pos2(left, rect.top() + 17.0), palette.text);
    meta(ui, inner, rect.top() + 37.0, row, &date, &palette);
    if text.is_cut() { tipped(response, title) } else { response }
}

fn spans_of(row: &Row) -> usize {
    usize::try_from(row.spans).unwrap_or(usize::MAX)
}

/// Status, day, source, number of spans.
fn meta(ui: &Ui, inner: Rect, y: f32, row: &Row, date: &str, palette: &Palette) {
    status_mark(ui.painter(), pos2(inner.left() + 4.0, y), row.status, palette.dim, palette.good);
    let spans = spans_of(row);
    let mut right = inner.right();
    if spans > 0 {
        let text = Label::new(say::count(spans)).size(size::HINT).shape(ui, 0.0);
        right -= text.size().x;
        paint_middle(ui, &text, pos2(right, y), palette.dim);
    }
    let left = inner.left() + 14.0;
    let parts: Vec<String> =
        [date, &*row.info.source].into_iter().filter(|part| !part.is_empty()).map(isolate).collect();
    let said = Label::new(parts.join(" · ")).size(size::HINT).direction(Direction::LeftToRight).elide();
    let text = said.shape(ui, (right - left - space::UNIT).max(0.0));
    paint_middle(ui, &text, pos2(left, y), palette.dim);
}

/// Why the list is empty, and what to do about it.
fn nothing(ui: &mut Ui, desk: &mut Desk, queue: &mut Vec<UiCommand>) {
    ui.add_space(space::UNIT);
    if desk.session.project().articles().is_empty() {
        Label::new("Articles will be listed here.").dim().wrap().ui(ui);
        let import = Button::new("Import articles…").keys(UiCommand::ImportFiles.keys_text());
        if import.ui(ui).clicked() {
            queue.push(UiCommand::ImportFiles);
        }
        return;
    }
    let said = if desk.filter.words.trim().is_empty() {
        let status = desk.filter.status.map_or("", say::status);
        format!("No article is {status}.")
    } else {
        "No title, source or day has these words.".to_owned()
    };
    Label::new(said).dim().wrap().ui(ui);
    if Button::new("Show all").name("Show all articles").ui(ui).clicked() {
        desk.filter.words.clear();
        desk.filter.status = None;
    }
}

/// How much of the project is done.
fn progress(ui: &mut Ui, desk: &mut Desk) {
    let palette = Palette::of(ui.ctx());
    let [new, begun, done] = desk.status_counts();
    let all = new + begun + done;
    if all == 0 {
        return;
    }
    let said = format!("{} of {} done", say::count(done), say::count(all));
    let (track, response) = ui.allocate_exact_size(vec2(ui.available_width(), 4.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, &said));
    ui.painter().rect_filled(track, 2.0, palette.line);
    let width = track.width() * super::status::share(done, all);
    ui.painter().rect_filled(Rect::from_min_size(track.min, vec2(width, track.height())), 2.0, palette.good);
    Label::new(&*said).size(size::HINT).dim().ui(ui);
}
