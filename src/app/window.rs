//! The window: what is on the screen, and what a command does.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use egui::{CentralPanel, Context, Event, Frame, Id, Panel, Ui, ViewportCommand};

use super::command::UiCommand;
use super::dataset::{Exporting, Setup as DataSetSetup};
use super::desk::{Desk, Edge, Way};
use super::dialogs::{Asking, Picked, Picker, Wanted};
use super::finder::Overlay;
use super::importing::Importing;
use super::notices::Notices;
use super::outside::{self, Conflicts, Watch};
use super::panels::Parts;
use super::reader::Reader;
use super::rescue::Rescue;
use super::settings::{Settings, ThemeChoice};
use super::theme::{Palette, space};
use super::{keys, panels, settle, welcome};
use crate::model::{AnnotatorId, Project};
use crate::store::{self, Moment};

/// What is on the screen.
pub enum Screen {
    /// Nothing is open.
    Welcome,
    /// A project is on the desk.
    Work(Box<Desk>),
}

/// The program's window. Everything in it is reached through [`App::ui`]; tests drive it the same way.
pub struct App {
    /// What is on the screen.
    pub screen: Screen,
    /// What the person likes.
    pub settings: Settings,
    /// What the window says.
    pub notices: Notices,
    /// The time it is. Without one no backups are made by themselves and no ages are told: so tests have it.
    pub clock: fn() -> Option<Moment>,
    /// Where journals go while the folder of a project refuses them; tests have no such place.
    pub spare: Option<PathBuf>,
    pub(super) rescue: Rescue,
    pub(super) reader: Reader,
    pub(super) overlay: Option<Overlay>,
    pub(super) importing: Option<Importing>,
    pub(super) exporting: Option<Exporting>,
    /// What was chosen on the data set screen when it was open last.
    pub(super) data_set: Option<DataSetSetup>,
    watch: Watch,
    asking: Option<Asking>,
    picker: Arc<dyn Picker>,
    /// Commands raised by panels in this frame.
    pub(super) queue: Vec<UiCommand>,
    kept: Settings,
    idle_since: f64,
    /// Whether settings are kept on disk; tests keep nothing.
    keeps_settings: bool,
    right_drawer: bool,
    /// What had the keyboard at the end of the last frame.
    keyboard: Option<Id>,
    /// Whether egui has our colours and sizes.
    is_dressed: bool,
}

impl App {
    /// The window with the settings of the last sitting.
    pub fn new(ctx: &Context, picker: Box<dyn Picker>) -> Self {
        super::widgets::Text::install(ctx, crate::layout::Shaper::with_system_fonts());
        let mut app = Self::with_settings(picker, Settings::default());
        app.keeps_settings = true;
        app.spare = store::settings::spare_journals();
        app.clock = || Some(Moment(jiff::Timestamp::now().as_second()));
        match store::settings::load::<Settings>(SETTINGS) {
            Ok(settings) => app.settings = settings.unwrap_or_default(),
            Err(broken) => app.notices.warning(format!("{broken}; the usual settings are used")),
        }
        app.kept = app.settings.clone();
        app
    }

    /// The window with given settings, which it does not keep: for tests.
    pub fn with_settings(picker: Box<dyn Picker>, settings: Settings) -> Self {
        Self {
            screen: Screen::Welcome,
            kept: settings.clone(),
            settings,
            notices: Notices::default(),
            clock: || None,
            spare: None,
            rescue: Rescue::default(),
            reader: Reader::default(),
            overlay: None,
            importing: None,
            exporting: None,
            data_set: None,
            watch: Watch::default(),
            asking: None,
            picker: Arc::from(picker),
            queue: Vec::new(),
            idle_since: 0.0,
            keeps_settings: false,
            right_drawer: false,
            keyboard: None,
            is_dressed: false,
        }
    }

    /// The desk, where a project is open.
    pub fn desk(&mut self) -> Option<&mut Desk> {
        match &mut self.screen {
            Screen::Work(desk) => Some(desk),
            Screen::Welcome => None,
        }
    }

    /// The only annotator of the project, the one the settings name, or the system's user.
    pub(super) fn annotator_for(&self, project: &Project) -> AnnotatorId {
        let named = AnnotatorId::from(self.settings.annotator.as_str());
        let people: Vec<_> = project.annotators.iter().filter(|a| a.id.as_str() != "gold").collect();
        match people.as_slice() {
            _ if project.annotator(&named).is_some() => named,
            [only] => only.id.clone(),
            _ if crate::model::is_folder_safe(&self.settings.annotator) => named,
            _ => {
                let user = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
                let id = user
                    .filter(|user| !user.trim().is_empty())
                    .map(|user| crate::language::slug::slug(&user));
                id.unwrap_or_else(|| "annotator".to_owned()).into()
            }
        }
    }

    /// Writes what is open to disk and closes it.
    pub fn close(&mut self) {
        self.close_desk();
        self.keep_settings();
    }

    pub(super) fn close_desk(&mut self) {
        self.end_export();
        if let Screen::Work(mut desk) = std::mem::replace(&mut self.screen, Screen::Welcome) {
            desk.commit_draft(&mut self.notices);
            if let Err(failed) = desk.session.close() {
                self.notices.error(failed.to_string());
            }
        }
        self.rescue.forget();
        self.reader = Reader::default();
        self.watch = Watch::default();
    }

    fn keep_settings(&mut self) {
        if self.keeps_settings && self.settings != self.kept {
            self.kept = self.settings.clone();
            if let Err(failed) = store::settings::save(SETTINGS, &self.settings) {
                self.notices.warning(failed.to_string());
            }
        }
    }

    /// One frame.
    pub fn ui(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        self.before(&ctx);
        match &mut self.screen {
            Screen::Welcome => welcome::ui(ui, &self.settings, &mut self.queue, &mut self.notices),
            Screen::Work(_) => self.work_ui(ui),
        }
        self.overlay_ui(ui);
        let foot = self.overlay.as_ref().map_or(0.0, Overlay::foot);
        super::finder::notices_ui(ui, foot, &mut self.notices, &mut self.queue);
        self.after(&ctx);
    }

    /// Input and results of jobs, before anything is drawn.
    fn before(&mut self, ctx: &Context) {
        if !std::mem::replace(&mut self.is_dressed, true) {
            Palette::install(ctx);
        }
        ctx.set_theme(match self.settings.theme {
            ThemeChoice::System => egui::ThemePreference::System,
            ThemeChoice::Light => egui::ThemePreference::Light,
            ThemeChoice::Dark => egui::ThemePreference::Dark,
        });
        if let Screen::Work(desk) = &mut self.screen {
            desk.remember_span();
            desk.poll_settling(ctx, &mut self.notices);
        }
        let reader = self.reader_has_keys(ctx);
        let desk = match &self.screen {
            Screen::Work(desk) => Some(&**desk),
            Screen::Welcome => None,
        };
        if self.overlay.is_none() {
            self.queue.extend(keys::take(ctx, desk, reader));
        }
        self.take_dropped(ctx);
        if reader {
            self.take_pasted(ctx);
        }
        self.poll_asking(ctx);
        self.poll_importing();
        self.poll_exporting(ctx);
        self.poll_rescue();
        let queue = std::mem::take(&mut self.queue);
        for command in queue {
            self.run(ctx, command);
        }
    }

    /// What goes on beside the picture: saving, settings, notices.
    fn after(&mut self, ctx: &Context) {
        let now = ctx.input(|input| input.time);
        if ctx.input(|input| !input.events.is_empty()) {
            self.idle_since = now;
        }
        if let Screen::Work(desk) = &mut self.screen {
            let idle = Duration::from_secs_f64((now - self.idle_since).max(0.0));
            for issue in desk.session.tick(idle) {
                outside::say(&issue, &mut self.notices);
            }
            self.watch.frame(ctx, desk, idle.as_secs_f64(), &mut self.notices);
            if let Some(wait) = panels::saving_repaint(&desk.session) {
                ctx.request_repaint_after(wait);
            }
        }
        self.keep_backups(ctx);
        self.keep_settings();
        if let Some(wait) = self.notices.tick(now) {
            ctx.request_repaint_after(Duration::from_secs_f64(wait.max(0.05)));
        }
        if !self.queue.is_empty() {
            ctx.request_repaint();
        }
        if self.importing.is_some() {
            ctx.request_repaint_after(Duration::from_millis(100));
        }
        if self.overlay.is_none()
            && ctx.memory(|memory| memory.focused().is_none())
            && matches!(self.screen, Screen::Work(_))
        {
            ctx.memory_mut(|memory| memory.request_focus(Reader::id()));
        }
        self.keyboard = ctx.memory(|memory| memory.focused());
    }

    /// Whether single keys mean commands: nothing else has the keyboard.
    fn reader_has_keys(&self, ctx: &Context) -> bool {
        let focused = ctx.memory(|memory| memory.focused());
        // egui takes the keyboard from a field on Escape before the frame begins; the key was for the field all the same.
        self.overlay.is_none() && [focused, self.keyboard].into_iter().flatten().all(|id| id == Reader::id())
    }

    /// Which parts there are beside the page. The page comes first: in a narrow window the inspector comes when it is
    /// called, and the list gives way to it.
    fn parts(&self, width: f32) -> Parts {
        let inspector = self.settings.right && (width >= space::DRAWER_BELOW || self.right_drawer);
        let settling = matches!(&self.screen, Screen::Work(desk) if desk.settling.is_some());
        let inspector = inspector || settling;
        let both = width >= space::LEFT_PANEL + space::RIGHT_PANEL + space::NARROWEST_PAGE;
        Parts { list: self.settings.left && (both || !inspector), inspector }
    }

    fn work_ui(&mut self, ui: &mut Ui) {
        let palette = Palette::of(ui.ctx());
        let bar = Frame::new().fill(palette.panel);
        let parts = self.parts(ui.available_width());
        let Screen::Work(desk) = &mut self.screen else { return };
        Panel::top("top").frame(bar).exact_size(space::TOP_BAR).show_separator_line(true).show(ui, |ui| {
            panels::top_bar(ui, desk, parts, &mut self.queue);
        });
        Panel::bottom("status").frame(bar).exact_size(space::STATUS_BAR).show_separator_line(true).show(
            ui,
            |ui| {
                let running = Self::running(self.exporting.as_ref(), self.importing.as_ref());
                panels::status_bar(ui, desk, running, &mut self.queue);
            },
        );
        if parts.list {
            Panel::left("articles").frame(bar).exact_size(space::LEFT_PANEL).resizable(false).show(
                ui,
                |ui| {
                    panels::articles(ui, desk, &mut self.notices, &mut self.queue);
                },
            );
        }
        if parts.inspector {
            Panel::right("inspector").frame(bar).exact_size(space::RIGHT_PANEL).resizable(false).show(
                ui,
                |ui| {
                    if desk.settling.is_some() {
                        return settle::panel(ui, desk, &mut self.queue);
                    }
                    panels::right(ui, desk, self.reader.dragged_chip(), &mut self.notices, &mut self.queue);
                },
            );
        }
        settle::banner(ui, desk, &mut self.queue);
        CentralPanel::default().frame(Frame::new().fill(palette.desk)).show(ui, |ui| {
            panels::find_bar(ui, desk);
            self.reader.ui(ui, desk, &self.settings, &mut self.notices);
        });
    }

    fn overlay_ui(&mut self, ui: &mut Ui) {
        let Some(overlay) = &mut self.overlay else { return };
        let desk = match &mut self.screen {
            Screen::Work(desk) => Some(&mut **desk),
            Screen::Welcome => None,
        };
        let before = self.queue.len();
        let stays = overlay.ui(ui, desk, &mut self.queue);
        let (chosen, choice) = (overlay.chosen(), overlay.choice());
        if !stays || self.queue.len() > before {
            self.keep_data_set();
            self.overlay = None;
            ui.ctx().memory_mut(|memory| memory.request_focus(Reader::id()));
        }
        if let (Some((id, name)), Screen::Work(desk)) = (chosen, &mut self.screen) {
            self.settings.annotator = id.to_string();
            desk.switch_annotator(id, name, &mut self.notices);
        }
        self.take_data_set_wish(ui.ctx());
        if let Some(choice) = choice {
            self.take_choice(ui.ctx(), choice);
        }
    }

    /// Does what was asked for.
    pub fn run(&mut self, ctx: &Context, command: UiCommand) {
        use UiCommand as C;
        if let Screen::Work(desk) = &mut self.screen {
            // A command may leave the span that somebody types about.
            desk.commit_draft(&mut self.notices);
        }
        match command {
            C::Palette => self.overlay = Some(Overlay::palette()),
            C::Shortcuts => self.overlay = Some(Overlay::Shortcuts),
            C::ChooseAnnotator if matches!(self.screen, Screen::Work(_)) => {
                self.overlay = Some(Overlay::people())
            }
            C::Conflicts => {
                if let Screen::Work(desk) = &self.screen {
                    self.overlay = Some(Overlay::Conflicts(Box::new(Conflicts::of(desk, ctx))));
                }
            }
            C::ExportDataSet => self.open_data_set(),
            C::CheckFiles => self.watch.ask(),
            C::ShowBackups => self.show_backups(),
            C::ShowRecovered if self.desk().is_some_and(|desk| !desk.recovered.is_empty()) => {
                self.overlay = Some(Overlay::Recovered);
            }
            C::ToggleTheme => {
                self.settings.theme =
                    if ctx.theme() == egui::Theme::Dark { ThemeChoice::Light } else { ThemeChoice::Dark }
            }
            C::ToggleInvisible => self.settings.invisible = !self.settings.invisible,
            C::ToggleLeft => self.toggle_left(ctx),
            C::ToggleRight => self.toggle_right(ctx),
            C::CycleFont => self.settings.font = self.settings.font.next(),
            C::LargerText => self.settings.step_size(1.0),
            C::SmallerText => self.settings.step_size(-1.0),
            C::ResetText => self.settings.text_size = Settings::default().text_size,
            C::ImportFiles => self.ask(ctx, Wanted::Files),
            C::ImportFolder => self.ask(ctx, Wanted::Folder),
            C::OpenProject => self.ask(ctx, Wanted::Project),
            C::NewProject => self.ask(ctx, Wanted::NewProject),
            C::PasteArticle => ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
            C::EditNote | C::EditValue => self.edit_span(ctx, command),
            C::FilterArticles => {
                self.show_list(ctx);
                panels::focus_filter(ctx);
            }
            C::NextPane => panels::next_pane(ctx, self.parts(ctx.content_rect().width())),
            C::OpenRecent(nth) => {
                if let Some(path) = self.settings.recent.get(usize::from(nth)).cloned() {
                    self.open_project(Path::new(&path));
                }
            }
            _ => {
                if let Screen::Work(desk) = &mut self.screen {
                    run_on_desk(ctx, desk, &mut self.notices, command);
                }
            }
        }
    }

    /// Shows the inspector, with the keyboard in the note or in the first value of the selected span.
    fn edit_span(&mut self, ctx: &Context, command: UiCommand) {
        let Some(desk) = self.desk().filter(|desk| desk.span.is_some()) else { return };
        if command == UiCommand::EditNote {
            desk.note_wanted = true;
        } else {
            panels::focus_value(ctx);
        }
        self.settings.right = true;
        self.right_drawer = true;
    }

    fn toggle_left(&mut self, ctx: &Context) {
        if self.parts(ctx.content_rect().width()).list {
            self.settings.left = false;
        } else {
            self.show_list(ctx);
        }
    }

    fn show_list(&mut self, ctx: &Context) {
        self.settings.left = true;
        if !self.parts(ctx.content_rect().width()).list {
            self.right_drawer = false;
        }
    }

    fn toggle_right(&mut self, ctx: &Context) {
        if ctx.content_rect().width() >= space::DRAWER_BELOW {
            self.settings.right = !self.settings.right;
        } else {
            self.right_drawer = !self.right_drawer || !self.settings.right;
            self.settings.right = true;
        }
    }

    pub(super) fn ask(&mut self, ctx: &Context, wanted: Wanted) {
        if self.asking.is_none() {
            self.asking = Some(Asking::start(self.picker.clone(), wanted, ctx));
        }
    }

    fn poll_asking(&mut self, ctx: &Context) {
        let Some((wanted, picked)) =
            self.asking.as_ref().and_then(|asking| Some((asking.wanted, asking.poll()?)))
        else {
            return;
        };
        self.asking = None;
        match (wanted, picked) {
            (_, Picked::Nothing) => {}
            (_, Picked::NoDialog) => self.notices.warning(
                "This desktop offers no file dialog (install xdg-desktop-portal or zenity); \
                 drop files on the window, or name the folder on the command line: hashiya FOLDER",
            ),
            (_, Picked::Failed(why)) => self.notices.error(format!(
                "The file dialog failed: {why}; nothing was changed: drop files on the window instead"
            )),
            (Wanted::DataSetFile | Wanted::DataSetFolder, Picked::Paths(paths)) => {
                self.take_data_set_path(paths)
            }
            (Wanted::Files | Wanted::Folder, Picked::Paths(paths)) => self.import(ctx, paths),
            (Wanted::Project, Picked::Paths(paths)) => {
                paths.first().into_iter().for_each(|path| self.open_project(path))
            }
            (Wanted::NewProject, Picked::Paths(paths)) => {
                paths.first().into_iter().for_each(|path| self.new_project(path))
            }
        }
    }

    /// Files dropped on the window: a project folder is opened, everything else imported.
    fn take_dropped(&mut self, ctx: &Context) {
        let dropped = ctx.input_mut(|input| std::mem::take(&mut input.raw.dropped_files));
        let paths: Vec<PathBuf> = dropped.iter().map(|file| file.path().to_path_buf()).collect();
        match paths.as_slice() {
            [] => {}
            [only] if store::outside::is_project(only) => self.open_project(only),
            _ => self.import(ctx, paths),
        }
    }

    fn take_pasted(&mut self, ctx: &Context) {
        let pasted = ctx.input_mut(|input| {
            let at = input.events.iter().position(|event| matches!(event, Event::Paste(_)))?;
            match input.events.remove(at) {
                Event::Paste(text) => Some(text),
                _ => None,
            }
        });
        if let Some(text) = pasted {
            self.import_pasted(ctx, text);
        }
    }
}

/// Name of the settings file in the state folder.
const SETTINGS: &str = "settings";

/// Commands about the open article.
fn run_on_desk(ctx: &Context, desk: &mut Desk, notices: &mut Notices, command: UiCommand) {
    use UiCommand as C;
    match command {
        C::ApplyLabel(digit) => {
            if let Some(label) =
                desk.session.project().codebook.label_by_key(digit).map(|label| label.id.clone())
            {
                desk.apply_label(&label, notices);
            }
        }
        C::LabelAt(nth) => {
            if let Some(label) =
                desk.session.project().codebook.labels.get(usize::from(nth)).map(|label| label.id.clone())
            {
                desk.apply_label(&label, notices);
            }
        }
        C::OpenArticle(at) => {
            let articles = desk.session.project().articles();
            let article =
                usize::try_from(at).ok().and_then(|at| articles.get(at)).map(|info| info.id.clone());
            article.iter().for_each(|id| desk.open_article(id, notices));
        }
        C::Link(nth) => {
            if let Some(slot) = desk.slots().get(usize::from(nth)).map(|slot| slot.id.clone()) {
                desk.begin_link(&slot, notices);
            }
        }
        C::RemoveSpan => desk.remove_span(notices),
        C::ExtendSpan => desk.extend_last(notices),
        C::Accept => desk.accept(notices),
        C::Cancel => {
            desk.cancel();
        }
        C::CycleOverlap => desk.cycle_overlap(),
        C::NextSpan | C::PreviousSpan => {
            let way = if command == C::NextSpan { Way::Forward } else { Way::Backward };
            if desk.link.is_some() { desk.step_link(way) } else { desk.step_span(way) }
        }
        C::EndForward => desk.move_edge(Edge::End, Way::Forward, false, notices),
        C::EndBackward => desk.move_edge(Edge::End, Way::Backward, false, notices),
        C::StartForward => desk.move_edge(Edge::Start, Way::Forward, false, notices),
        C::StartBackward => desk.move_edge(Edge::Start, Way::Backward, false, notices),
        C::Undo => desk.undo(false, notices),
        C::Redo => desk.undo(true, notices),
        C::NextArticle => {
            desk.step_article(Way::Forward, notices);
        }
        C::PreviousArticle => {
            desk.step_article(Way::Backward, notices);
        }
        C::DoneAndNext => desk.done_and_next(notices),
        C::ToggleDone => desk.toggle_done(notices),
        C::Settle => desk.begin_settling(ctx),
        C::SettleNext => desk.step_settling(Way::Forward, false),
        C::SettlePrevious => desk.step_settling(Way::Backward, false),
        C::SettleTake(digit) => desk.settle_take(usize::from(digit.saturating_sub(1)), notices),
        C::SettleLost => desk.settle_keep(notices),
        C::SettleCertain => desk.settle_certain(notices),
        C::SettleText => desk.settle_text(notices),
        C::Find => desk.begin_find(),
        C::Save => desk.say_saved(notices),
        C::Copy => {
            if let Some(words) = desk.copied() {
                ctx.copy_text(words);
            }
        }
        C::CycleDirection => desk.cycle_direction(notices),
        _ => {}
    }
}
