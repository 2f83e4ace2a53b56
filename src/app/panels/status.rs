//! The bar at the bottom: whether all is on disk, what is selected, and what runs beside.

use std::sync::Arc;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Align, Color32, Id, Layout, Rect, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::say;
use crate::app::command::UiCommand;
use crate::app::controls::{Button, tipped};
use crate::app::desk::Desk;
use crate::app::icons::Icon;
use crate::app::jobs::Running;
use crate::app::theme::{Palette, size};
use crate::app::widgets::{Label, isolate};
use crate::language::{graphemes, words};
use crate::model::{ArticleId, TextRange};
use crate::session::{Saved, Session};

/// Longer than this without word from the disk, the bar says that it waits, seconds.
const PATIENCE: f64 = 0.1;

const SIDE: f32 = 16.0;

/// When the bar has to look at the disk again; never while all is on disk, so that an idle window draws nothing.
pub(crate) fn saving_repaint(session: &Session) -> Option<Duration> {
    match session.saved() {
        Saved::Pending { .. } => Some(Duration::from_millis(50)),
        Saved::Failed { .. } => Some(Duration::from_secs(1)),
        Saved::Everything { .. } | Saved::ReadOnly => None,
    }
}

/// The bar at the bottom.
pub(crate) fn status_bar(
    ui: &mut Ui,
    desk: &mut Desk,
    running: Option<Running<'_>>,
    queue: &mut Vec<UiCommand>,
) {
    let bar = ui.max_rect().shrink2(vec2(SIDE, 0.0));
    let right = counts(ui, bar, desk);
    let saved = SaveState::of(ui, &desk.session);
    if let SaveState::Failed(message) = &saved {
        failed(ui, Rect::from_min_max(bar.min, pos2(right - SIDE, bar.bottom())), message, queue);
        return;
    }
    let mut left = save_state(ui, bar, &saved);
    if let Some(running) = running {
        left = progress(
            ui,
            Rect::from_min_max(pos2(left + SIDE, bar.top()), pos2(right - SIDE, bar.bottom())),
            &running,
        );
    }
    // In the middle of the window, as long as it has room there.
    let half = (bar.center().x - left).min(right - bar.center().x) - SIDE;
    let place = if half > 120.0 {
        Rect::from_center_size(bar.center(), vec2(2.0 * half, bar.height()))
    } else {
        Rect::from_min_max(pos2(left + SIDE, bar.top()), pos2((right - SIDE).max(left + SIDE), bar.bottom()))
    };
    selection(ui, place, desk);
}

/// What is said about the disk.
enum SaveState {
    Everything,
    Saving,
    ReadOnly,
    Failed(String),
}

impl SaveState {
    fn of(ui: &Ui, session: &Session) -> Self {
        let id = Id::unique("waits for the disk since");
        match session.saved() {
            Saved::Pending { .. } => {
                let now = ui.input(|input| input.time);
                let since = ui.data_mut(|data| *data.get_temp_mut_or_insert_with(id, || now));
                if now - since > PATIENCE { Self::Saving } else { Self::Everything }
            }
            other => {
                ui.data_mut(|data| data.remove_temp::<f64>(id));
                match other {
                    Saved::Failed { message, .. } => Self::Failed(message),
                    Saved::ReadOnly => Self::ReadOnly,
                    _ => Self::Everything,
                }
            }
        }
    }
}

/// A dot and a word. Returns where they end.
fn save_state(ui: &mut Ui, bar: Rect, state: &SaveState) -> f32 {
    let palette = Palette::of(ui.ctx());
    let (color, words, tip) = match state {
        SaveState::Saving => (palette.warn, "Saving…", "The last gestures are on their way to the disk."),
        SaveState::ReadOnly => {
            (palette.dim, "Read only", "The project is open for reading only: nothing can be changed.")
        }
        _ => (
            palette.good,
            "Everything is on disk",
            "There is nothing to save: every gesture is on disk at once.",
        ),
    };
    let text = Label::new(words).size(size::HINT + 0.5).shape(ui, 0.0);
    let rect = Rect::from_min_size(bar.min, vec2(18.0 + text.size().x, bar.height()));
    let response = ui.interact(rect, Id::unique("save state"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, words));
    ui.painter().circle_filled(pos2(rect.left() + 5.0, rect.center().y), 4.5, color);
    crate::app::controls::paint_middle(ui, &text, pos2(rect.left() + 18.0, rect.center().y), palette.dim);
    tipped(response, tip);
    rect.right()
}

/// The disk refuses: in red over the whole bar, with what happened and what to do.
fn failed(ui: &mut Ui, place: Rect, message: &str, queue: &mut Vec<UiCommand>) {
    let palette = Palette::of(ui.ctx());
    ui.painter().rect_filled(place.expand2(vec2(SIDE, 0.0)), 0.0, palette.bad);
    row(ui, place, |ui| {
        let retry = Button::new("Try again").name("Try again to save");
        let room = ui.available_width() - retry.measure(ui) - 16.0;
        let ink = if palette.dark { palette.desk } else { Color32::WHITE };
        Label::new(message).bold().color(ink).elide().width(room).role(Role::Alert).ui(ui);
        if retry.look(crate::app::controls::Look::Pill).ui(ui).clicked() {
            queue.push(UiCommand::Save);
        }
    });
}

/// A job under way, and how to stop it. Returns where it ends.
fn progress(ui: &mut Ui, place: Rect, running: &Running<'_>) -> f32 {
    let palette = Palette::of(ui.ctx());
    row(ui, place, |ui| {
        let (done, total) = running.progress.now();
        let said = if total == 0 {
            format!("{} {}", running.name, say::count(done))
        } else {
            format!("{} {} of {}", running.name, say::count(done), say::count(total))
        };
        let (track, response) = ui.allocate_exact_size(vec2(72.0, 4.0), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, &said));
        ui.painter().rect_filled(track, 2.0, palette.line);
        let done_part =
            Rect::from_min_size(track.min, vec2(track.width() * share(done, total), track.height()));
        ui.painter().rect_filled(done_part, 2.0, palette.accent);
        Label::new(said).size(size::HINT).dim().ui(ui);
        if Button::icon(Icon::Cross, format!("Stop: {}", running.name)).tip(running.stop).ui(ui).clicked() {
            running.progress.cancel();
        }
        ui.min_rect().right()
    })
}

#[expect(clippy::cast_precision_loss, reason = "a share of a bar")]
pub(super) fn share(done: usize, total: usize) -> f32 {
    if total == 0 { 0.0 } else { (done as f32 / total as f32).clamp(0.0, 1.0) }
}

fn row<R>(ui: &mut Ui, rect: Rect, add: impl FnOnce(&mut Ui) -> R) -> R {
    let builder = UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.set_clip_rect(rect.expand2(vec2(SIDE, 0.0)).intersect(ui.clip_rect()));
        add(ui)
    })
    .inner
}

/// The selection in reading order, or what is going on and how to go on with it.
fn selection(ui: &mut Ui, place: Rect, desk: &Desk) {
    if place.width() < 24.0 {
        return;
    }
    let (words, hint) = match hint(desk) {
        Some(hint) => (hint, true),
        None => match selected(desk) {
            Some(words) => (words, false),
            None => return,
        },
    };
    let palette = Palette::of(ui.ctx());
    let color = if hint { palette.readable(palette.accent) } else { palette.dim };
    let name = if hint { words.clone() } else { format!("Selected: {words}") };
    let builder = UiBuilder::new().max_rect(place).layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        let label = Label::new(words).size(size::HINT + 0.5).color(color).elide().fill();
        label.align(crate::layout::Align::Center).name(name).ui(ui);
    });
}

fn hint(desk: &Desk) -> Option<String> {
    let codebook = &desk.session.project().codebook;
    if let Some(link) = &desk.link {
        let name = codebook.relation(&link.kind).map_or(link.kind.as_str(), |kind| &kind.name);
        return Some(format!("{}: Tab for the next one, Enter to link, Esc to stop", isolate(name)));
    }
    let armed = desk
        .armed
        .as_ref()
        .filter(|_| desk.words.is_none_or(|words| words.is_caret()) && desk.span.is_none())?;
    let name = desk.label(armed).map_or(armed.as_str(), |label| &label.name);
    Some(format!("{}: drag over the words, Esc to stop", isolate(name)))
}

fn selected(desk: &Desk) -> Option<String> {
    if let Some(span) = desk.selected().filter(|_| desk.words.is_none_or(|words| words.is_caret())) {
        let whole = TextRange::up_to(crate::model::TextSize::of(span.quote.as_str()));
        return Some(say::ends(&span.quote, whole).into_owned());
    }
    let range = desk.words.filter(|words| !words.is_caret())?.range();
    Some(say::ends(desk.article()?.text(), range).into_owned())
}

/// Position and size of what is selected, at the right. Returns where it begins.
fn counts(ui: &mut Ui, bar: Rect, desk: &Desk) -> f32 {
    let Some(said) = position(ui, desk) else { return bar.right() };
    let label = Label::new(said.as_str()).size(size::HINT + 0.5).dim();
    let text = label.shape(ui, 0.0);
    // A narrow window keeps the position alone.
    let (said, width) = if text.size().x > bar.width() * 0.42 {
        let short = said.split(" · ").next().unwrap_or_default();
        (short.to_owned(), Label::new(short).size(size::HINT + 0.5).shape(ui, 0.0).size().x)
    } else {
        (said.to_string(), text.size().x)
    };
    let place = Rect::from_min_max(pos2(bar.right() - width, bar.top()), bar.max);
    row(ui, place, |ui| Label::new(said).size(size::HINT + 0.5).dim().role(Role::Status).ui(ui));
    place.left()
}

/// What [`position`] was made from.
type Measured = (ArticleId, TextRange);

/// `code points 137–221 · 84 characters · 12 words`. Counted once a selection, since it may be as long as the article.
fn position(ui: &Ui, desk: &Desk) -> Option<Arc<String>> {
    let article = desk.article()?;
    let range = match (desk.words, desk.selected()) {
        (Some(words), _) if !words.is_caret() => words.range(),
        (_, Some(span)) if !span.lost => span.cover(),
        (Some(caret), _) => caret.range(),
        _ => return None,
    };
    let id = Id::unique("size of the selection");
    let key: Measured = (article.id.clone(), range);
    if let Some((measured, said)) = ui.data(|data| data.get_temp::<(Measured, Arc<String>)>(id))
        && measured == key
    {
        return Some(said);
    }
    let text = article.text();
    let (start, end) = article.offsets().range_to_scalars(text, range)?;
    let said = if range.is_empty() {
        format!("code point {} of {}", number(start), number(article.offsets().scalars()))
    } else {
        let selected = article.get(range)?;
        let characters = characters(selected);
        let words = words::words(text, range).count();
        format!(
            "code points {}–{} · {} · {}",
            number(start),
            number(end),
            say::counted(characters, "character"),
            say::counted(words, "word")
        )
    };
    let said = Arc::new(said);
    ui.data_mut(|data| data.insert_temp(id, (key, said.clone())));
    Some(said)
}

fn number(number: u32) -> String {
    say::count(usize::try_from(number).unwrap_or(usize::MAX))
}

/// What readers count as letters: a letter with its marks is one.
fn characters(text: &str) -> usize {
    let mut at = 0;
    std::iter::from_fn(|| (at < text.len()).then(|| at = graphemes::next(text, at).max(at + 1))).count()
}

#[cfg(test)]
mod tests {
    use super::{characters, share};

    #[test]
    fn a_letter_with_its_marks_is_one_character() {
        assert_eq!(characters("مُحَمَّد"), 4);
        assert_eq!(characters(""), 0);
    }

    #[test]
    fn a_share_is_never_more_than_all() {
        assert!((share(5, 2) - 1.0).abs() < f32::EPSILON);
        assert!(share(0, 0) < f32::EPSILON);
    }
}
