//! The bar that finds words in the article. It lies over the page, so that nothing moves when it opens.

use egui::{Align, Area, CornerRadius, Frame, Id, Key, Layout, Margin, Modifiers, Order, Stroke, Ui, pos2};

use super::say;
use crate::app::controls::Button;
use crate::app::desk::{Desk, Find, Way};
use crate::app::icons::Icon;
use crate::app::reader::Reader;
use crate::app::theme::{Palette, space};
use crate::app::widgets::{Label, TextField};

const WIDTH: f32 = 380.0;

/// What was done in the bar.
#[derive(Default)]
struct Done {
    query: Option<String>,
    step: Option<Way>,
    close: bool,
    /// The field has the keyboard. On its first frame the bar is only measured and cannot take it.
    focused: bool,
}

/// The find bar, while something is looked for.
pub(crate) fn find_bar(ui: &mut Ui, desk: &mut Desk) {
    let Some(find) = desk.find.clone() else { return };
    let wants_focus = find.wants_focus;
    let view = ui.max_rect();
    let width = WIDTH.min(view.width() - 24.0);
    let palette = Palette::of(ui.ctx());
    let place = pos2(view.center().x - width / 2.0, view.top() + 8.0);
    let frame = Frame::new()
        .fill(palette.card)
        .stroke(Stroke::new(1.0, palette.line))
        .corner_radius(CornerRadius::same(space::CARD_RADIUS))
        .shadow(palette.shadow())
        .inner_margin(Margin::same(6));
    let area = Area::new(Id::unique("find bar")).order(Order::Middle).fixed_pos(place).fade_in(false);
    let done = area
        .show(ui.ctx(), |ui| {
            frame
                .show(ui, |ui| {
                    ui.set_width(width - 14.0);
                    bar(ui, &find, wants_focus)
                })
                .inner
        })
        .inner;
    if done.focused
        && let Some(find) = &mut desk.find
    {
        find.wants_focus = false;
    }
    if let Some(query) = done.query {
        desk.search(query);
    }
    if let Some(way) = done.step {
        desk.step_hit(way);
    }
    if done.close {
        desk.find = None;
        ui.memory_mut(|memory| memory.request_focus(Reader::id()));
    }
}

fn bar(ui: &mut Ui, find: &Find, wants_focus: bool) -> Done {
    let mut done = Done::default();
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.set_height(28.0);
        ui.spacing_mut().item_spacing.x = 2.0;
        done.close = Button::icon(Icon::Cross, "Close the find bar").tip("Esc").ui(ui).clicked();
        ui.add_enabled_ui(!find.hits.is_empty(), |ui| {
            if Button::icon(Icon::Down, "Next place").tip("Enter").ui(ui).clicked() {
                done.step = Some(Way::Forward);
            }
            if Button::icon(Icon::Up, "Previous place").tip("Shift Enter").ui(ui).clicked() {
                done.step = Some(Way::Backward);
            }
        });
        ui.add_space(6.0);
        Label::new(place(find)).dim().role(egui::accesskit::Role::Status).ui(ui);
        ui.add_space(6.0);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| field(ui, find, wants_focus, &mut done));
    });
    done
}

fn field(ui: &mut Ui, find: &Find, wants_focus: bool, done: &mut Done) {
    let palette = Palette::of(ui.ctx());
    let mut query = find.query.clone();
    let field = TextField::new("find", &mut query).hint("Find in the article").room(16.0, 0.0);
    let id = field.id(ui);
    if wants_focus {
        ui.memory_mut(|memory| memory.request_focus(id));
    }
    if ui.memory(|memory| memory.has_focus(id)) {
        done.focused = ui.is_enabled() && !ui.is_sizing_pass();
        ui.input_mut(|input| {
            if input.consume_key(Modifiers::SHIFT, Key::Enter)
                || input.consume_key(Modifiers::NONE, Key::ArrowUp)
            {
                done.step = Some(Way::Backward);
            } else if input.consume_key(Modifiers::NONE, Key::Enter)
                || input.consume_key(Modifiers::NONE, Key::ArrowDown)
            {
                done.step = Some(Way::Forward);
            }
        });
    }
    let out = field.ui(ui);
    // egui has taken the keyboard from the field before the frame began.
    done.close |= out.response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape));
    let rect = out.response.rect;
    Icon::Search.paint(ui.painter(), pos2(rect.left() + 14.0, rect.center().y), 12.0, palette.dim);
    if out.changed {
        done.query = Some(query);
    }
}

/// `3 of 12`.
fn place(find: &Find) -> String {
    match (find.query.trim().is_empty(), find.hits.len()) {
        (true, _) => String::new(),
        (false, 0) => "not found".to_owned(),
        (false, hits) => format!("{} of {}", say::count(find.at + 1), say::count(hits)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Find, place};
    use crate::language::text_range;

    #[test]
    fn the_place_counts_from_one() {
        let mut find = Find { query: "a".into(), ..Find::default() };
        assert_eq!(place(&find), "not found");
        find.hits = vec![text_range(0..1), text_range(4..5)];
        find.at = 1;
        assert_eq!(place(&find), "2 of 2");
        find.query.clear();
        assert_eq!(place(&find), "");
    }
}
