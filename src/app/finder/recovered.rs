//! What was recovered on opening: every edit that was in the journal only.

use egui::accesskit::Role;
use egui::{ScrollArea, Sense, Ui, WidgetInfo, vec2};

use crate::app::controls::{Button, paint_middle, tipped};
use crate::app::desk::Desk;
use crate::app::theme::{Palette, space};
use crate::app::widgets::Label;

const ROW: f32 = 24.0;

/// The sheet. Returns whether it stays.
pub(super) fn ui(ui: &mut Ui, desk: &Desk, height: f32) -> bool {
    egui::Frame::new().inner_margin(20.0).show(ui, |ui| inner(ui, desk, height)).inner
}

fn inner(ui: &mut Ui, desk: &Desk, height: f32) -> bool {
    ui.spacing_mut().item_spacing.y = space::UNIT;
    let list = &desk.recovered;
    let title = if list.len() == 1 {
        "1 edit recovered".to_owned()
    } else {
        format!("{} edits recovered", list.len())
    };
    Label::new(title).size(18.0).bold().role(Role::Heading).ui(ui);
    let said = "The last sitting ended before its files were written. These edits came from the journal, in this order; nothing has to be done.";
    Label::new(said).dim().wrap().ui(ui);
    let area = ScrollArea::vertical().id_salt("recovered").max_height((height - 160.0).max(ROW * 4.0));
    ui.spacing_mut().item_spacing.y = 0.0;
    area.show_rows(ui, ROW, list.len(), |ui, rows| {
        let palette = Palette::of(ui.ctx());
        for line in list.get(rows).unwrap_or_default() {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, line.as_str()));
            let shaped = Label::new(line.as_str()).elide().shape(ui, rect.width());
            paint_middle(ui, &shaped, rect.left_center(), palette.text);
            tipped(response, line);
        }
    });
    ui.add_space(space::UNIT);
    !Button::new("Close").keys("Esc").ui(ui).clicked()
}
