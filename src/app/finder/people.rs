//! Who works: the annotators of the project, and a field for somebody new.

use egui::{Key, Ui};

use crate::app::controls::{Button, Look};
use crate::app::desk::Desk;
use crate::app::theme::{size, space};
use crate::app::widgets::{Label, TextField};
use crate::model::AnnotatorId;

const PAD: f32 = 20.0;

/// What is typed so far.
#[derive(Default)]
pub(in crate::app) struct People {
    name: String,
    /// The field had the keyboard; it takes it once.
    met: bool,
    /// Who was chosen: id and, for somebody new, the name.
    pub(super) chosen: Option<(AnnotatorId, Option<String>)>,
}

impl People {
    /// The sheet. Returns whether it stays.
    pub(super) fn ui(&mut self, ui: &mut Ui, desk: &Desk) -> bool {
        egui::Frame::new().inner_margin(PAD).show(ui, |ui| self.inner(ui, desk)).inner
    }

    fn inner(&mut self, ui: &mut Ui, desk: &Desk) -> bool {
        ui.spacing_mut().item_spacing.y = space::UNIT;
        Label::new("Who annotates?").size(18.0).bold().ui(ui);
        Label::new("Everybody has a layer of their own; nobody writes into another one's.")
            .dim()
            .wrap()
            .ui(ui);
        for annotator in &desk.session.project().annotators {
            let here = annotator.id == desk.annotator;
            let name = if annotator.name.is_empty() { annotator.id.as_str() } else { &annotator.name };
            if Button::new(name).selected(here).width(ui.available_width()).ui(ui).clicked() {
                self.chosen = Some((annotator.id.clone(), None));
            }
        }
        let field =
            TextField::new("annotator", &mut self.name).hint("Somebody new…").name("Name of the annotator");
        let id = field.id(ui);
        self.met |= ui.memory(|memory| memory.has_focus(id));
        if !self.met {
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        let entered =
            ui.memory(|memory| memory.has_focus(id)) && ui.input(|input| input.key_pressed(Key::Enter));
        field.ui(ui);
        let slug = crate::language::slug::slug(&self.name);
        let known = !self.name.trim().is_empty();
        ui.add_enabled_ui(known, |ui| {
            let add = Button::new("Begin").look(Look::Main).keys("Enter").ui(ui).clicked();
            if known && (add || entered) {
                self.chosen = Some((slug.as_str().into(), Some(self.name.trim().to_owned())));
            }
        });
        if known {
            Label::new(format!("Folder of the layers: layers/{slug}")).size(size::HINT).dim().ui(ui);
        }
        self.chosen.is_none()
    }
}
