//! What the window says, at the bottom right: most of it goes by itself, errors stay until they are read.

use egui::accesskit::{Live, Role};
use egui::{Align2, Area, CornerRadius, Frame, Id, Margin, Order, Rect, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::app::command::UiCommand;
use crate::app::controls::Button;
use crate::app::icons::Icon;
use crate::app::notices::{Level, Notice, Notices};
use crate::app::panels::foot;
use crate::app::theme::{Palette, space};
use crate::app::widgets::Label;

const WIDTH: f32 = 360.0;

/// Shows what the window says, above the lower bars of the window and of what lies over it.
pub(in crate::app) fn notices_ui(ui: &mut Ui, over: f32, notices: &mut Notices, queue: &mut Vec<UiCommand>) {
    if notices.shown().next().is_none() {
        return;
    }
    let mut dismissed = None;
    let width = WIDTH.min(ui.ctx().content_rect().width() - 24.0);
    let area = Area::new(Id::unique("notices")).order(Order::Tooltip).fade_in(false);
    let free = over.max(space::STATUS_BAR + foot(ui.ctx()));
    let area = area.anchor(Align2::RIGHT_BOTTOM, vec2(-space::PAD, -(free + space::PAD)));
    area.show(ui.ctx(), |ui| {
        ui.spacing_mut().item_spacing.y = space::UNIT;
        ui.set_width(width);
        for (nth, notice) in notices.shown().enumerate() {
            if toast(ui, notice, nth, queue) {
                dismissed = Some(nth);
            }
        }
    });
    if let Some(nth) = dismissed {
        notices.dismiss(nth);
    }
}

/// One of them. Returns whether it was dismissed.
fn toast(ui: &mut Ui, notice: &Notice, nth: usize, queue: &mut Vec<UiCommand>) -> bool {
    let palette = Palette::of(ui.ctx());
    let color = match notice.level {
        Level::Info => palette.accent,
        Level::Good => palette.good,
        Level::Warning => palette.warn,
        Level::Error => palette.bad,
    };
    let frame = Frame::new()
        .fill(palette.card)
        .stroke(Stroke::new(1.0, palette.line))
        .corner_radius(CornerRadius::same(space::CARD_RADIUS))
        .shadow(palette.shadow())
        .inner_margin(Margin { left: 16, right: 8, top: 9, bottom: 9 });
    let shown = frame.show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = space::UNIT;
            let room = ui.available_width() - 34.0;
            let times = if notice.times > 1 {
                format!("{} (×{})", notice.text, notice.times)
            } else {
                notice.text.clone()
            };
            let taken = ui.vertical(|ui| {
                let label = Label::new(times).wrap().width(room).role(role(notice.level)).ui(ui);
                let live = if notice.level == Level::Error { Live::Assertive } else { Live::Polite };
                ui.ctx().accesskit_node_builder(label.id, |node| node.set_live(live));
                let offer = notice.offer.filter(|command| Button::new(command.about().text).ui(ui).clicked());
                queue.extend(offer);
                offer.is_some()
            });
            Button::icon(Icon::Cross, "Dismiss").ui(ui).clicked() || taken.inner
        })
        .inner
    });
    let rect = shown.response.rect;
    let bar = Rect::from_min_max(rect.min + vec2(7.0, 10.0), pos2(rect.left() + 10.0, rect.bottom() - 10.0));
    ui.painter().rect_filled(bar, 1.5, color);
    let group = ui.interact(rect, Id::unique(("notice", nth)), egui::Sense::hover());
    group.widget_info(|| WidgetInfo::labeled(Role::Group, true, level(notice.level)));
    shown.inner
}

fn role(level: Level) -> Role {
    if level == Level::Error { Role::Alert } else { Role::Status }
}

/// Colour is never the only sign: what is read out before the words.
fn level(level: Level) -> &'static str {
    match level {
        Level::Info => "Notice",
        Level::Good => "Finished",
        Level::Warning => "Warning",
        Level::Error => "Error",
    }
}
