//! What stands above the page while an article's text is not the one its spans were made on.

use egui::accesskit::Role;
use egui::{Align, Frame, Layout, Margin, Panel, Stroke, Ui};

use super::{Desk, Need};
use crate::app::command::UiCommand;
use crate::app::controls::{Button, Look};
use crate::app::panels::{count, counted};
use crate::app::theme::{Palette, blend, space};
use crate::app::widgets::Label;

/// Its height, points.
const HEIGHT: f32 = 46.0;

/// The banner, while there is something to say.
pub(in crate::app) fn banner(ui: &mut Ui, desk: &Desk, queue: &mut Vec<UiCommand>) {
    // Asked each frame; the spans are counted only where there is something to say.
    if !desk.is_text_changed() || desk.article().is_none_or(|article| article.is_empty()) {
        return;
    }
    let need = desk.settle_need();
    let palette = Palette::of(ui.ctx());
    let frame = Frame::new()
        .fill(blend(palette.panel, palette.warn, 0.14))
        .stroke(Stroke::new(1.0, palette.line))
        .inner_margin(Margin::symmetric(14, 7));
    Panel::top("changed text").frame(frame).exact_size(HEIGHT).show_separator_line(false).show(ui, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::UNIT;
            let command = if need.lost > 0 { UiCommand::Settle } else { UiCommand::SettleText };
            if command.enabled(Some(desk)) {
                let about = command.about();
                let button =
                    Button::new(about.text).look(Look::Main).keys(command.keys_text()).tip(about.help);
                if button.ui(ui).clicked() {
                    queue.push(command);
                }
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                Label::new(said(need)).elide().role(Role::Status).ui(ui);
            });
        });
    });
}

fn said(need: Need) -> String {
    let changed = "The text was changed outside of Hashiya";
    match (need.lost, need.standing) {
        (0, 0) => format!("{changed}. You have no spans in it."),
        (0, 1) => format!("{changed}. Your span stands in it."),
        (0, standing) => format!("{changed}. All {} stand in it.", counted(standing, "span")),
        (1, standing) => format!("{changed}. 1 span is lost{}", others(standing)),
        (lost, standing) => format!("{changed}. {} are lost{}", counted(lost, "span"), others(standing)),
    }
}

fn others(standing: usize) -> String {
    match standing {
        0 => ".".to_owned(),
        1 => ", 1 stands.".to_owned(),
        more => format!(", {} stand.", count(more)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Need, said};

    #[test]
    fn the_banner_counts() {
        let say = |lost, standing| said(Need { changed: true, lost, standing });
        assert!(say(1, 2).ends_with("1 span is lost, 2 stand."));
        assert!(say(0, 2).ends_with("All 2 spans stand in it."));
        assert!(say(2, 0).ends_with("2 spans are lost."));
    }
}
