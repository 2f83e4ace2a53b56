//! What stands where the page would be while there is none.

use egui::{Align, Layout, Rect, Ui, UiBuilder, vec2};

use crate::app::command::UiCommand;
use crate::app::controls::{Word, sentence};
use crate::app::desk::Desk;
use crate::app::theme::Palette;
use crate::app::widgets::{Label, isolate};

/// The page area without an article: what to do next, in one sentence.
pub(crate) fn empty_page(ui: &mut Ui, desk: &mut Desk) {
    let area = ui.max_rect();
    let palette = Palette::of(ui.ctx());
    let place = Rect::from_center_size(
        area.center() - vec2(0.0, area.height() * 0.08),
        vec2(area.width().min(520.0) - 32.0, 120.0),
    );
    let builder = UiBuilder::new().max_rect(place).layout(Layout::top_down(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.y = 10.0;
        if !desk.session.project().articles().is_empty() {
            unread(ui, desk);
            return;
        }
        heading(ui, "No articles yet", &palette);
        let import = UiCommand::ImportFiles.keys_text();
        let paste = UiCommand::PasteArticle.keys_text();
        let drop =
            [Word::Text("Drop text files here, press"), Word::Key(&import), Word::Text("to choose them, or")];
        let all = [&drop[..], &[Word::Key(&paste), Word::Text("to paste one.")]].concat();
        sentence(ui, &all, true);
    });
}

/// There are articles, but none is on the page.
fn unread(ui: &mut Ui, desk: &Desk) {
    let palette = Palette::of(ui.ctx());
    let Some(open) = &desk.open else {
        heading(ui, "No article is open", &palette);
        words(ui, "Choose one in the list at the left.");
        return;
    };
    heading(ui, "The text of this article could not be read", &palette);
    let found = desk.issues.first().map(|issue| issue.message.clone());
    let found = found.unwrap_or_else(|| {
        format!("{} has no readable file in the folder articles/ of the project.", isolate(open.as_str()))
    });
    Label::new(found).dim().wrap().align(crate::layout::Align::Center).ui(ui);
}

fn heading(ui: &mut Ui, text: &str, palette: &Palette) {
    Label::new(text).size(18.0).bold().color(palette.text).ui(ui);
}

fn words(ui: &mut Ui, text: &str) {
    Label::new(text).dim().ui(ui);
}
