//! The palette: a few letters lead to any command, label, link or article.

use egui::accesskit::Role;
use egui::{Id, Key, Modifiers, Rect, Response, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::app::command::UiCommand;
use crate::app::controls::{KeyCap, paint_middle};
use crate::app::desk::Desk;
use crate::app::icons::Icon;
use crate::app::panels::day;
use crate::app::theme::{self, size, space};
use crate::app::widgets::{Label, TextField, isolate};
use crate::language::fold::Folding;

const ROW: f32 = 34.0;

/// At most this many rows are in view.
const SEEN: usize = 11;

/// At most this many articles are offered.
const ARTICLES: usize = 40;

/// Something the palette leads to.
struct Item {
    command: UiCommand,
    text: String,
    about: String,
    keys: String,
    color: Option<egui::Color32>,
    enabled: bool,
    score: i32,
}

/// The palette while it is open.
#[derive(Default)]
pub(in crate::app) struct Palette {
    query: String,
    at: usize,
    items: Vec<Item>,
    made_for: Option<String>,
    /// Titles as they are compared, folded once when the first letter is typed.
    titles: Option<Vec<String>>,
}

impl Palette {
    /// Shows it. Returns whether it stays.
    pub(super) fn ui(&mut self, ui: &mut Ui, desk: Option<&Desk>, queue: &mut Vec<UiCommand>) -> bool {
        self.refresh(ui, desk);
        let (moved, submitted) = self.field(ui);
        let line = ui.cursor().top();
        ui.painter().hline(
            ui.max_rect().x_range(),
            line,
            Stroke::new(1.0, theme::Palette::of(ui.ctx()).line),
        );
        self.refresh(ui, desk);
        let clicked = self.list(ui, moved);
        let taken = clicked.or_else(|| submitted.then_some(self.at));
        match taken.and_then(|nth| self.items.get(nth)).filter(|item| item.enabled) {
            Some(item) => {
                queue.push(item.command);
                false
            }
            None => true,
        }
    }

    /// The field. Returns whether the arrows moved, and whether Enter was pressed.
    fn field(&mut self, ui: &mut Ui) -> (bool, bool) {
        let palette = theme::Palette::of(ui.ctx());
        let (down, up, enter) = ui.input_mut(|input| {
            let mut count = |key| input.count_and_consume_key(Modifiers::NONE, key);
            (count(Key::ArrowDown), count(Key::ArrowUp), count(Key::Enter))
        });
        let before = self.at;
        self.at = (self.at + down).min(self.items.len().saturating_sub(1)).saturating_sub(up);
        ui.add_space(2.0);
        let field = TextField::new("palette", &mut self.query)
            .hint("What do you want to do?")
            .name("Find a command or an article");
        let field = field.size(15.0).frame(false).room(34.0, 12.0);
        let id = field.id(ui);
        // Nothing else in the palette takes the keyboard.
        if !ui.memory(|memory| memory.has_focus(id)) {
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        let out = field.ui(ui);
        let rect = out.response.rect;
        Icon::Search.paint(ui.painter(), pos2(rect.left() + 22.0, rect.center().y), 14.0, palette.dim);
        (self.at != before, enter > 0 || out.submitted)
    }

    /// What fits the query, made anew when it changes.
    fn refresh(&mut self, ui: &Ui, desk: Option<&Desk>) {
        if self.made_for.as_ref() == Some(&self.query) {
            return;
        }
        let query = Folding::ALL.text(self.query.trim());
        self.items = fitting(commands(ui, desk), &query);
        if let Some(desk) = desk.filter(|_| !query.is_empty()) {
            let titles = self.titles.get_or_insert_with(|| {
                desk.session.project().articles().iter().map(|info| Folding::ALL.text(&info.title)).collect()
            });
            self.items.extend(articles(desk, titles, &query));
        }
        // The best first; without a query in their usual order. What does nothing now comes last.
        self.items.sort_by_key(|item| (!item.enabled, -item.score));
        self.at = 0;
        self.made_for = Some(self.query.clone());
    }

    fn list(&self, ui: &mut Ui, moved: bool) -> Option<usize> {
        if self.items.is_empty() {
            ui.horizontal(|ui| {
                ui.add_space(16.0);
                Label::new("Nothing has this name. Try a word of a command or of a title.").dim().ui(ui);
            });
            ui.add_space(10.0);
            return None;
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        #[expect(clippy::cast_precision_loss, reason = "a dozen rows")]
        let height = ROW * self.items.len().min(SEEN) as f32 + 8.0;
        let room = ui.ctx().content_rect().height() - ui.cursor().top() - 40.0;
        let area = ScrollArea::vertical()
            .id_salt(("results", &self.query))
            .max_height(height.min(room.max(ROW * 2.0)));
        let mut clicked = None;
        area.auto_shrink([false, true]).show(ui, |ui| {
            ui.add_space(4.0);
            for (nth, item) in self.items.iter().enumerate() {
                let on = nth == self.at;
                let row = row(ui, item, nth, on);
                if on && moved {
                    ui.scroll_to_rect(row.rect, None);
                }
                if row.clicked() {
                    clicked = Some(nth);
                }
            }
            ui.add_space(4.0);
        });
        clicked
    }
}

fn row(ui: &mut Ui, item: &Item, nth: usize, on: bool) -> Response {
    let palette = theme::Palette::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let sense = if item.enabled { Sense::CLICK } else { Sense::hover() };
    let response = ui.interact(rect, Id::unique(("palette row", nth)), sense);
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, item.enabled, on, &item.text));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    if on || (response.hovered() && item.enabled) {
        let fill = if on { palette.chosen } else { palette.chosen.gamma_multiply(0.5) };
        ui.painter().rect_filled(rect.shrink2(vec2(6.0, 1.0)), f32::from(space::SMALL_RADIUS), fill);
    }
    let ink = if item.enabled { palette.text } else { palette.dim.gamma_multiply(0.65) };
    let y = rect.center().y;
    let mut left = rect.left() + 18.0;
    let mut right = rect.right() - 16.0;
    if let Some(color) = item.color {
        let square = Rect::from_min_size(pos2(left, y - 5.0), vec2(10.0, 10.0));
        ui.painter().rect_filled(square, 2.5, color);
        left += 18.0;
    }
    if !item.keys.is_empty() {
        let cap = KeyCap::new(ui, &item.keys);
        right -= cap.size.x;
        cap.paint(ui, pos2(right, y), false);
        right -= 12.0;
    }
    let text = Label::new(&*item.text).elide().shape(ui, (right - left).max(0.0));
    paint_middle(ui, &text, pos2(left, y), ink);
    left += text.size().x + 14.0;
    if right - left > 60.0 && !item.about.is_empty() {
        let about = Label::new(&*item.about).size(size::HINT).elide().shape(ui, right - left);
        let color = if item.enabled { palette.dim } else { palette.dim.gamma_multiply(0.65) };
        paint_middle(ui, &about, pos2(left, y), color);
    }
    response
}

/// Commands, labels and links that there are now.
fn commands(ui: &Ui, desk: Option<&Desk>) -> Vec<Item> {
    let palette = theme::Palette::of(ui.ctx());
    let mut items = Vec::new();
    if let Some(desk) = desk {
        for (at, label) in desk.session.project().codebook.labels.iter().enumerate() {
            let command = UiCommand::LabelAt(u8::try_from(at).unwrap_or(u8::MAX));
            items.push(Item {
                command,
                text: format!("Label: {}", isolate(&label.name)),
                about: label.description.clone(),
                keys: label.key.map(|digit| digit.to_string()).unwrap_or_default(),
                color: Some(palette.label(label)),
                enabled: command.enabled(Some(desk)),
                score: 0,
            });
        }
        for (nth, slot) in desk.slots().into_iter().enumerate() {
            let command = UiCommand::Link(u8::try_from(nth).unwrap_or(u8::MAX));
            items.push(Item {
                command,
                text: format!("Link: {}…", isolate(&slot.name)),
                about: slot.description,
                keys: slot.key.map(String::from).unwrap_or_default(),
                color: None,
                enabled: command.enabled(Some(desk)),
                score: 0,
            });
        }
    }
    // A palette does not lead to itself.
    items.extend(UiCommand::ALL.iter().filter(|command| **command != UiCommand::Palette).map(|command| {
        let about = command.about();
        Item {
            command: *command,
            text: about.text.to_owned(),
            about: about.help.to_owned(),
            keys: command.keys_text(),
            color: None,
            enabled: command.enabled(desk),
            score: 0,
        }
    }));
    items
}

/// Those that fit, with how well they do.
fn fitting(items: Vec<Item>, query: &str) -> Vec<Item> {
    let score = |item: &Item| {
        fit(&Folding::ALL.text(&item.text), query)
            .filter(|score| *score >= 0)
            .or_else(|| in_help(item, query))
    };
    items.into_iter().filter_map(|item| Some(Item { score: score(&item)?, ..item })).collect()
}

/// Words of the sentence about a command count as well, but less.
fn in_help(item: &Item, query: &str) -> Option<i32> {
    let about = Folding::ALL.text(&item.about);
    (query.chars().count() > 2 && query.split_whitespace().all(|word| about.contains(word))).then_some(-1)
}

/// How well a text fits a query: best where it has the query as it is, at the beginning of a word; else it must have
/// its letters in their order, and beginnings of words and runs of letters count more. Both are folded.
fn fit(text: &str, query: &str) -> Option<i32> {
    if query.is_empty() {
        return Some(0);
    }
    if let Some(at) = text.find(query) {
        let inside =
            text.get(..at).and_then(|before| before.chars().next_back()).is_some_and(char::is_alphanumeric);
        let late = i32::try_from(at).unwrap_or(i32::MAX).min(100);
        return Some(1000 - late - if inside { 300 } else { 0 });
    }
    let (mut score, mut run, mut before) = (0, 0, ' ');
    let mut wanted = query.chars().filter(|c| !c.is_whitespace()).peekable();
    for char in text.chars() {
        if wanted.peek() == Some(&char) {
            wanted.next();
            run += 1;
            score += 2 + 3 * run + if before.is_alphanumeric() { 0 } else { 8 };
        } else {
            run = 0;
            score -= 1;
        }
        before = char;
    }
    wanted.peek().is_none().then_some(score)
}

fn articles(desk: &Desk, titles: &[String], query: &str) -> Vec<Item> {
    let words: Vec<&str> = query.split_whitespace().collect();
    let all = desk.session.project().articles();
    let fitting =
        titles.iter().enumerate().filter(|(_, title)| words.iter().all(|word| title.contains(word)));
    fitting
        .take(ARTICLES)
        .filter_map(|(at, _)| {
            let info = all.get(at)?;
            let parts = [day(&info.date), info.source.as_str().into()];
            let parts = parts.iter().filter(|part| !part.is_empty()).map(|part| isolate(part));
            Some(Item {
                command: UiCommand::OpenArticle(u32::try_from(at).ok()?),
                text: info.title.clone(),
                about: parts.collect::<Vec<_>>().join(" · "),
                keys: String::new(),
                color: None,
                enabled: true,
                // Behind a command of this name, before one that has only its letters.
                score: 650,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn beginnings_of_words_fit_best() {
        let score = |text| fit(text, "na");
        assert!(score("next article") > score("done and next"));
        assert!(score("navigate") > score("find a name"));
        assert!(fit("next part of the window", "nato").is_none_or(|score| score < 650));
        assert_eq!(fit("undo", "xo"), None);
        assert!(fit("undo", "").is_some());
        assert!(fit("label: actor", "act") > fit("all commands and their text", "act"));
    }
}
