//! The data set screen: what goes out and in which format at the left; what that would write and lose, and its first
//! records, at the right; where it goes at the foot. What it shows comes from threads, and nothing is written before
//! the person says so.

mod choices;
mod exporting;
mod foot;
mod found;
mod glue;
mod looking;
mod setup;

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Context, Key, Modifiers, Rect, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

pub(super) use exporting::Exporting;
pub(super) use looking::Spot;
pub(super) use setup::Setup;

use self::looking::Looking;
use super::controls::{Button, paint_middle};
use super::desk::Desk;
use super::icons::Icon;
use super::jobs::{Job, Progress};
use super::theme::{Palette, space};
use super::widgets::Label;
use crate::dataset::{Order, Step, Watch};
use crate::model::AnnotatorId;
use crate::session::Frozen;

const HEAD: f32 = 52.0;
/// Height of its lower bar, where writing begins.
pub(super) const FOOT: f32 = 104.0;
const SIDE: f32 = 20.0;
/// Width of the choices.
const CHOICES: f32 = 356.0;

/// What the screen asks the window for.
pub(super) enum Asked {
    /// A place to write to, by the dialog of the desktop.
    Browse,
    /// To write.
    Write(Box<Wanted>),
    /// To stop writing.
    Stop,
    /// To open an article at what would be lost.
    Show(Spot),
}

/// A data set to be written.
pub(super) struct Wanted {
    pub(super) frozen: Arc<Frozen>,
    pub(super) order: Order,
    pub(super) path: PathBuf,
    pub(super) report: bool,
}

/// How far the writing is, as the screen says it.
#[derive(Clone, Debug, Default)]
pub(super) struct Writing {
    /// It is under way.
    pub(super) now: Option<(String, usize, usize)>,
    /// What came of the last one, and whether it is good.
    pub(super) last: Option<(String, bool)>,
}

/// The screen while it is open.
pub(super) struct DataSet {
    pub(super) setup: Setup,
    frozen: Arc<Frozen>,
    revision: u64,
    offered: Vec<AnnotatorId>,
    hides_others: bool,
    looking: Option<Looking>,
    /// Whether something stands under the name; looked up on a thread.
    taken: Option<(PathBuf, Job<bool>, Option<bool>)>,
    pub(super) asked: Option<Asked>,
    pub(super) writing: Writing,
    /// The keyboard has not been in the list of formats yet.
    is_new: bool,
}

impl DataSet {
    /// Opens the screen; with what was chosen before, where it was open before.
    pub(super) fn of(desk: &Desk, kept: Option<Setup>) -> Option<Self> {
        let setup = kept.or_else(|| Setup::of(desk.session.root(), &desk.annotator))?;
        let frozen = Arc::new(desk.session.frozen());
        let mut screen = Self {
            setup,
            offered: setup::offered(&frozen, &desk.annotator),
            hides_others: setup::hides_others(&frozen, &desk.annotator),
            frozen,
            revision: desk.session.revision(),
            looking: None,
            taken: None,
            asked: None,
            writing: Writing::default(),
            is_new: true,
        };
        // Somebody else may be working now than when it was open last.
        if !screen.offered.iter().any(|annotator| screen.setup.annotators.contains(annotator)) {
            screen.setup.annotators.insert(desk.annotator.clone());
        }
        Some(screen)
    }

    /// The screen. Returns whether it stays.
    pub(super) fn ui(&mut self, ui: &mut Ui, desk: &Desk, height: f32) -> bool {
        let order = self.refresh(ui.ctx(), desk);
        let write = ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter));
        ui.spacing_mut().item_spacing = vec2(space::UNIT, space::UNIT);
        let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
        let closed = head(ui, area);
        let body = Rect::from_min_max(area.min + vec2(0.0, HEAD), pos2(area.right(), area.bottom() - FOOT));
        let line = Palette::of(ui.ctx()).line;
        for y in [body.top(), body.bottom()] {
            ui.painter().hline(area.x_range(), y, Stroke::new(1.0, line));
        }
        let middle = (area.left() + CHOICES).min(area.left() + area.width() * 0.42);
        ui.painter().vline(middle, body.y_range(), Stroke::new(1.0, line));
        let left = Rect::from_min_max(body.min, pos2(middle, body.bottom()));
        ui.scope_builder(UiBuilder::new().max_rect(left), |ui| self.choices(ui, desk));
        let right = Rect::from_min_max(pos2(middle, body.top()), body.max);
        ui.scope_builder(UiBuilder::new().max_rect(right), |ui| {
            self.found(ui, order.as_ref().err().map(String::as_str))
        });
        let foot = Rect::from_min_max(pos2(area.left(), body.bottom()), area.max);
        ui.scope_builder(UiBuilder::new().max_rect(foot.shrink2(vec2(SIDE, 12.0))), |ui| {
            self.foot(ui, desk, order.ok(), write);
        });
        !closed
    }

    /// Begins to look anew where the choice or the project changed.
    fn refresh(&mut self, ctx: &Context, desk: &Desk) -> Result<Order, String> {
        let revision = desk.session.revision();
        if self.revision != revision && self.looking.as_ref().is_none_or(Looking::is_over) {
            self.revision = revision;
            self.frozen = Arc::new(desk.session.frozen());
            self.offered = setup::offered(&self.frozen, &desk.annotator);
            self.hides_others = setup::hides_others(&self.frozen, &desk.annotator);
        }
        let order = self.setup.order(&self.frozen, &self.offered);
        match &order {
            Ok(order) => {
                // Strictness and splits change nothing of what is found.
                let order = Order { strict: false, split: None, ..order.clone() };
                if !self.looking.as_ref().is_some_and(|looking| looking.is_about(&order, self.revision)) {
                    if self.looking.as_ref().is_some_and(|looking| !looking.is_for(&order)) {
                        // What was said of another choice.
                        self.writing.last = None;
                    }
                    self.looking = Some(Looking::start(ctx, &self.frozen, self.revision, &order));
                }
            }
            Err(_) => self.looking = None,
        }
        if let Some(looking) = &mut self.looking {
            looking.poll();
            if !looking.is_over() {
                ctx.request_repaint_after(std::time::Duration::from_millis(100));
            }
        }
        self.look_at_place(ctx, desk);
        order
    }

    /// Asks a thread whether something stands where the data set goes.
    fn look_at_place(&mut self, ctx: &Context, desk: &Desk) {
        let Some(path) = self.setup.target(desk.session.root()) else {
            self.taken = None;
            return;
        };
        match &mut self.taken {
            Some((of, job, taken)) if *of == path => {
                if taken.is_none() {
                    *taken = job.poll().map(|result| result.unwrap_or(false));
                }
            }
            _ => {
                let asked = path.clone();
                let job = Job::start("hashiya-place", ctx, move |_| crate::store::outside::is_taken(&asked));
                self.taken = Some((path, job, None));
            }
        }
    }

    /// Something was written: what stands there now is looked at again.
    pub(super) fn forget_place(&mut self) {
        self.taken = None;
    }
}

/// The heading. Returns whether it was closed.
fn head(ui: &mut Ui, area: Rect) -> bool {
    let palette = Palette::of(ui.ctx());
    let rect = Rect::from_min_size(area.min, vec2(area.width(), HEAD));
    let name = "Export a data set";
    let response = ui.interact(rect, ui.scope_id().with("heading"), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Heading, true, name));
    let title = Label::new(name).size(18.0).bold().shape(ui, 0.0);
    paint_middle(ui, &title, pos2(rect.left() + SIDE, rect.center().y), palette.text);
    let cross = Rect::from_center_size(pos2(rect.right() - 26.0, rect.center().y), vec2(26.0, 26.0));
    Button::icon(Icon::Cross, "Close").tip("Esc").put(ui, cross, ui.scope_id().with("close")).clicked()
}

/// Tells a job's progress how far an export is.
pub(super) struct Heard(Progress);

impl Heard {
    fn watch(progress: &Progress) -> Rc<dyn Watch> {
        Rc::new(Self(progress.clone()))
    }
}

/// What an export is at, by the number of its stage.
const STEPS: [Step; 4] = [Step::Survey, Step::Trial, Step::Write, Step::Prove];

impl Watch for Heard {
    fn begin(&self, step: Step, articles: usize) {
        let stage = STEPS.iter().position(|other| *other == step).unwrap_or_default();
        self.0.begin(stage, articles);
    }

    fn step(&self) {
        self.0.step();
    }

    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}
