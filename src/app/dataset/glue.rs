//! The data set screen in the window: opened, asked, closed; and what comes of an export.

use std::path::PathBuf;

use egui::Context;

use super::{Asked, DataSet, Exporting, Spot, Wanted};
use crate::app::dialogs;
use crate::app::finder::Overlay;
use crate::app::reader::Reader;
use crate::app::window::{App, Screen};
use crate::app::{desk::Words, jobs::Running};
use crate::interchange::Shape;
use crate::model::{ArticleId, LayerKey, Place};

impl App {
    /// Opens the screen as it was left.
    pub(in crate::app) fn open_data_set(&mut self) {
        let Screen::Work(desk) = &self.screen else { return };
        match DataSet::of(desk, self.data_set.clone()) {
            Some(screen) => self.overlay = Some(Overlay::DataSet(Box::new(screen))),
            None => self.notices.info("This build writes no format"),
        }
    }

    /// Remembers what was chosen; called before the overlay goes.
    pub(in crate::app) fn keep_data_set(&mut self) {
        if let Some(Overlay::DataSet(screen)) = &self.overlay {
            self.data_set = Some(screen.setup.clone());
        }
    }

    /// Takes in what an export did, and tells the screen how far it is; before anything is drawn.
    pub(in crate::app) fn poll_exporting(&mut self, ctx: &Context) {
        let over = self.exporting.as_ref().and_then(Exporting::poll);
        if over.is_some() {
            self.exporting = None;
            ctx.request_repaint();
        }
        let now = self.exporting.as_ref().map(Exporting::now);
        if now.is_some() {
            ctx.request_repaint_after(std::time::Duration::from_millis(100));
        }
        match (&mut self.overlay, over) {
            (Some(Overlay::DataSet(screen)), Some(over)) => {
                screen.writing = over;
                screen.forget_place();
            }
            (Some(Overlay::DataSet(screen)), None) => screen.writing.now = now,
            (_, Some(over)) => match over.last {
                Some((said, true)) => self.notices.good(said),
                Some((said, false)) => self.notices.error(said),
                None => {}
            },
            _ => {}
        }
    }

    /// Does what the screen asked for in this frame.
    pub(in crate::app) fn take_data_set_wish(&mut self, ctx: &Context) {
        let Some(Overlay::DataSet(screen)) = &mut self.overlay else { return };
        match screen.asked.take() {
            None => {}
            Some(Asked::Browse) => {
                let folder = screen.setup.shape() == Shape::Folder;
                let wanted =
                    if folder { dialogs::Wanted::DataSetFolder } else { dialogs::Wanted::DataSetFile };
                self.ask(ctx, wanted);
            }
            Some(Asked::Write(wanted)) => {
                screen.writing.last = None;
                self.begin_export(ctx, *wanted);
            }
            Some(Asked::Stop) => {
                if let Some(exporting) = &self.exporting {
                    exporting.progress().cancel();
                }
            }
            Some(Asked::Show(spot)) => {
                self.keep_data_set();
                self.overlay = None;
                ctx.memory_mut(|memory| memory.request_focus(Reader::id()));
                self.show_loss(&spot);
            }
        }
    }

    fn begin_export(&mut self, ctx: &Context, wanted: Wanted) {
        if self.exporting.is_none() {
            self.exporting = Some(Exporting::start(ctx, wanted));
        }
    }

    /// The answer of the dialog.
    pub(in crate::app) fn take_data_set_path(&mut self, paths: Vec<PathBuf>) {
        if let (Some(Overlay::DataSet(screen)), Some(path)) = (&mut self.overlay, paths.into_iter().next()) {
            screen.setup.path = path.to_string_lossy().into_owned();
            screen.setup.is_path_typed = true;
        }
    }

    /// Puts the article on the page, with what would be lost selected.
    fn show_loss(&mut self, spot: &Spot) {
        let Screen::Work(desk) = &mut self.screen else { return };
        let (article, key): (&ArticleId, Option<&LayerKey>) = match &spot.place {
            Place::Article(article) => (article, None),
            Place::Layer(key) | Place::Span(key, _) | Place::Relation(key, _) => (&key.article, Some(key)),
            Place::Project | Place::File(_) => return,
        };
        desk.open_article(article, &mut self.notices);
        let is_mine = key.is_some_and(|key| key.annotator == desk.annotator);
        match (spot.span, spot.cover) {
            (Some(span), _) if is_mine => desk.select(span),
            (_, Some(cover)) => {
                (desk.words, desk.reveal) = (Some(Words::of(cover)), Some(cover.start()));
            }
            _ => {}
        }
    }

    /// An export of a project that is being closed is stopped, and cleans up behind itself.
    pub(in crate::app) fn end_export(&mut self) {
        if let Some(exporting) = self.exporting.take() {
            exporting.stop_and_wait();
        }
        self.data_set = None;
    }

    /// What the bar at the bottom says runs beside.
    pub(in crate::app) fn running<'a>(
        exporting: Option<&'a Exporting>,
        importing: Option<&'a crate::app::importing::Importing>,
    ) -> Option<Running<'a>> {
        let export = exporting.map(|exporting| Running {
            name: exporting.name(),
            progress: exporting.progress(),
            stop: "Stops; nothing is left of the data set",
        });
        export.or_else(|| importing.map(crate::app::importing::Importing::running))
    }
}
