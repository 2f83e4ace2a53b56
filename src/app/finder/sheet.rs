//! All keys on one sheet, made from the table of commands and from the codebook.

use egui::accesskit::Role;
use egui::{Key, Rect, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};

use crate::app::command::UiCommand;
use crate::app::controls::{KeyCap, paint_middle};
use crate::app::desk::Desk;
use crate::app::icons::Icon;
use crate::app::theme::{Palette, space};
use crate::app::widgets::Label;

const ROW: f32 = 26.0;
const HEAD: f32 = 34.0;
const PAD: f32 = 20.0;

/// What the mouse does on the page.
const MOUSE: [(&str, &str); 12] = [
    ("Select words", "Drag"),
    ("A word", "Double click"),
    ("A paragraph", "Triple click"),
    ("Exact letters", "Alt drag"),
    ("Select up to here", "Shift click"),
    ("Select a span", "Click"),
    ("The next one that overlaps", "Click again"),
    ("Move an edge", "Drag its handle"),
    ("Link two spans", "Drag a chip onto a span"),
    ("Fill a slot", "Drag a chip onto it"),
    ("Menu", "Right click"),
    ("Import", "Drop files"),
];

/// A heading and its lines: what it does, and the keys for it.
struct Group {
    heading: String,
    lines: Vec<(String, Vec<String>)>,
}

impl Group {
    fn height(&self) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "a few lines")]
        let lines = self.lines.len() as f32;
        HEAD + ROW * lines + 12.0
    }
}

/// The sheet. Returns whether it stays.
pub(super) fn ui(ui: &mut Ui, desk: Option<&Desk>, height: f32) -> bool {
    let palette = Palette::of(ui.ctx());
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), 52.0), Sense::hover());
    let title = Label::new("All keys").size(18.0).bold().shape(ui, 0.0);
    paint_middle(ui, &title, pos2(head.left() + PAD, head.center().y + 4.0), palette.text);
    let cross = Rect::from_center_size(pos2(head.right() - 26.0, head.center().y + 2.0), vec2(26.0, 26.0));
    let cross = crate::app::controls::Button::icon(Icon::Cross, "Close").tip("Esc").put(
        ui,
        cross,
        ui.scope_id().with("close"),
    );
    let groups = groups(desk);
    let width = ui.available_width();
    let columns = if width > 820.0 {
        3
    } else if width > 520.0 {
        2
    } else {
        1
    };
    ScrollArea::vertical()
        .id_salt("sheet")
        .max_height((height - 60.0).max(120.0))
        .auto_shrink([false, true])
        .show(ui, |ui| {
            let area = ui.available_rect_before_wrap();
            let deepest = set(ui, area, &groups, columns);
            ui.allocate_rect(Rect::from_min_max(area.min, pos2(area.right(), deepest + 8.0)), Sense::hover());
        });
    !cross.clicked()
}

/// Sets the groups into columns of about the same height. Returns where the longest one ends.
fn set(ui: &mut Ui, area: Rect, groups: &[Group], columns: u8) -> f32 {
    let gap = 32.0;
    let inner = area.width() - 2.0 * PAD;
    let width = (inner - gap * f32::from(columns - 1)) / f32::from(columns);
    let most = groups.iter().map(Group::height).sum::<f32>() / f32::from(columns);
    let (mut column, mut top, mut deepest) = (0_u8, area.top(), area.top());
    for group in groups {
        // A group goes to the next column where more than half of it would stand out of this one.
        if top > area.top() && column + 1 < columns && top - area.top() + group.height() * 0.5 > most {
            column += 1;
            top = area.top();
        }
        let left = area.left() + PAD + f32::from(column) * (width + gap);
        let place = Rect::from_min_size(pos2(left, top), vec2(width, group.height()));
        ui.scope_builder(UiBuilder::new().max_rect(place), |ui| show(ui, group));
        top += group.height();
        deepest = deepest.max(top);
    }
    deepest
}

fn show(ui: &mut Ui, group: &Group) {
    let palette = Palette::of(ui.ctx());
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.allocate_ui(vec2(ui.available_width(), HEAD), |ui| {
        ui.set_height(HEAD);
        ui.add_space(8.0);
        Label::new(&*group.heading).bold().color(palette.text).role(Role::Heading).ui(ui);
    });
    for (text, keys) in &group.lines {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        response.widget_info(|| {
            egui::WidgetInfo::labeled(Role::Label, true, format!("{text}: {}", keys.join(", ")))
        });
        let mut right = rect.right();
        for key in keys.iter().rev() {
            let cap = KeyCap::new(ui, key);
            right -= cap.size.x;
            cap.paint(ui, pos2(right, rect.center().y), false);
            right -= 5.0;
        }
        let shaped = Label::new(&**text).elide().shape(ui, (right - rect.left() - space::UNIT).max(0.0));
        paint_middle(ui, &shaped, pos2(rect.left(), rect.center().y), palette.dim);
    }
}

/// Commands with keys by their headings, labels and slots of the codebook, the mouse.
fn groups(desk: Option<&Desk>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for command in UiCommand::ALL {
        let (about, keys) = (command.about(), keys_of(*command));
        if keys.is_empty() {
            continue;
        }
        let same_keys = |group: &Group| group.lines.last().is_some_and(|(_, before)| *before == keys);
        if groups.last().is_some_and(same_keys) {
            // Both ways of an edge are one line: the arrows say which.
            continue;
        }
        let line = (about.text.trim_end_matches('…').to_owned(), keys);
        match groups.iter_mut().find(|group| group.heading == about.group) {
            Some(group) => group.lines.push(line),
            None => groups.push(Group { heading: about.group.to_owned(), lines: vec![line] }),
        }
    }
    if let Some(desk) = desk {
        let codebook = &desk.session.project().codebook;
        let labels = codebook
            .labels
            .iter()
            .filter_map(|label| Some((label.name.clone(), vec![label.key?.to_string()])));
        let slots = codebook
            .relations
            .iter()
            .filter_map(|slot| Some((format!("Link: {}", slot.name), vec![slot.key?.to_string()])));
        groups.insert(
            0,
            Group { heading: "Labels and links".to_owned(), lines: labels.chain(slots).collect() },
        );
    }
    let mouse = MOUSE.iter().map(|(text, gesture)| ((*text).to_owned(), vec![(*gesture).to_owned()]));
    groups.push(Group { heading: "Mouse".to_owned(), lines: mouse.collect() });
    groups.retain(|group| !group.lines.is_empty());
    groups
}

/// All keys of a command, those that are typed the same way once.
fn keys_of(command: UiCommand) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    let first = command.keys_text();
    if !first.is_empty() {
        keys.push(first);
    }
    // Signs that are written with shift on some keyboards and without on others are one key to people.
    let twin = |key: Key| matches!(key, Key::Plus | Key::Equals | Key::Questionmark | Key::Slash);
    for shortcut in command.about().keys.iter().skip(1).filter(|shortcut| !twin(shortcut.key)) {
        let text = shortcut.text();
        if !keys.contains(&text) {
            keys.push(text);
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_on_the_sheet() {
        let groups = groups(None);
        let lines: usize = groups.iter().map(|group| group.lines.len()).sum();
        let keys: std::collections::BTreeSet<String> =
            UiCommand::ALL.iter().map(|command| command.keys_text()).collect();
        assert_eq!(lines, keys.iter().filter(|keys| !keys.is_empty()).count() + MOUSE.len());
        assert_eq!(keys_of(UiCommand::Redo), ["Ctrl Shift Z", "Ctrl Y"]);
        assert_eq!(keys_of(UiCommand::Shortcuts), ["?", "F1"]);
    }
}
