//! Text fields for Arabic and Latin, one line or several.

mod events;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use egui::accesskit::{Action, Role};
use egui::mutex::Mutex;
use egui::output::IMEOutput;
use egui::{
    Color32, CornerRadius, CursorIcon, IMEPurpose, Id, IdSalt, Key, Pos2, Rect, Response, Sense, Stroke,
    StrokeKind, Ui, Vec2, WidgetInfo, vec2,
};

use super::editor::{Editor, Setting, Unit};
use super::{Label, Text};
use crate::layout::{Align, CaretBox, Direction, Family, ParagraphStyle};

/// Space between the frame and the text, points.
const MARGIN: Vec2 = vec2(8.0, 4.0);

/// What has happened to a field in this pass.
pub struct FieldResponse {
    /// egui's response; `changed()` is set when the text changed.
    pub response: Response,
    /// The text changed.
    pub changed: bool,
    /// Enter was pressed (Ctrl+Enter in a field of several lines).
    pub submitted: bool,
}

/// A text field over the caller's text.
///
/// The paragraphs find their direction by their first letter; arrows move as drawn, Shift+arrows select in
/// the order of the text.
#[must_use = "call `.ui(ui)` to show it"]
pub struct TextField<'a> {
    salt: IdSalt,
    text: &'a mut String,
    hint: Cow<'a, str>,
    name: Cow<'a, str>,
    rows: usize,
    size: f32,
    bold: bool,
    family: Family,
    direction: Option<Direction>,
    width: Option<f32>,
    frame: bool,
    background: Option<Color32>,
    radius: Option<u8>,
    prefix_room: f32,
    suffix_room: f32,
}

/// What a field remembers between passes.
#[derive(Default)]
struct Memory {
    editor: Editor,
    /// How far a single line is scrolled, physical pixels.
    scroll: f32,
    /// When it was last used, for the blink.
    touched: f64,
    presses: u32,
    pressed_at: f64,
    pressed_on: Pos2,
    /// What a drag extends from, and by what.
    drag: Option<(Range<usize>, Unit)>,
    had_focus: bool,
}

/// What the events of a pass have done.
#[derive(Default)]
struct Outcome {
    changed: bool,
    submitted: bool,
    moved: bool,
}

impl<'a> TextField<'a> {
    /// A field of one line, 13 points, as wide as there is room. `salt` tells the fields of a window apart.
    pub fn new(salt: impl std::hash::Hash + std::fmt::Debug, text: &'a mut String) -> Self {
        Self {
            salt: IdSalt::new(salt),
            text,
            hint: Cow::Borrowed(""),
            name: Cow::Borrowed(""),
            rows: 0,
            size: 13.0,
            bold: false,
            family: Family::Interface,
            direction: None,
            width: None,
            frame: true,
            background: None,
            radius: None,
            prefix_room: 0.0,
            suffix_room: 0.0,
        }
    }

    /// What is shown while it is empty.
    pub fn hint(mut self, hint: impl Into<Cow<'a, str>>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Accessible name; the hint if there is none.
    pub fn name(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// Several lines: at least `rows` of them, growing with the text.
    pub fn multiline(mut self, rows: usize) -> Self {
        self.rows = rows.max(1);
        self
    }

    /// Font size in points.
    pub fn size(mut self, size: f32) -> Self {
        self.size = size;
        self
    }

    /// Bold.
    pub fn bold(mut self) -> Self {
        self.bold = true;
        self
    }

    /// Other fonts than the interface's.
    pub fn family(mut self, family: Family) -> Self {
        self.family = family;
        self
    }

    /// Direction while there are no letters.
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// Width in points, frame included.
    pub fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }

    /// Whether it has a background and a border; without, it looks like its surroundings.
    pub fn frame(mut self, frame: bool) -> Self {
        self.frame = frame;
        self
    }

    /// Colour behind the text.
    pub fn background(mut self, color: Color32) -> Self {
        self.background = Some(color);
        self
    }

    /// Radius of its corners, points.
    pub fn radius(mut self, radius: u8) -> Self {
        self.radius = Some(radius);
        self
    }

    /// Leaves room at the left and right, points, for an icon or a button the caller paints.
    pub fn room(mut self, left: f32, right: f32) -> Self {
        (self.prefix_room, self.suffix_room) = (left, right);
        self
    }

    /// The id it has in `ui`, to give it the focus.
    pub fn id(&self, ui: &Ui) -> Id {
        ui.make_persistent_id(self.salt)
    }

    /// Shows it and edits the text.
    pub fn ui(mut self, ui: &mut Ui) -> FieldResponse {
        let id = self.id(ui);
        let memory = ui.data_mut(|data| {
            data.get_temp_mut_or_insert_with(id, || Arc::new(Mutex::new(Memory::default()))).clone()
        });
        let memory = &mut *memory.lock();
        let text = Text::of(ui.ctx());
        let setting = self.setting(ui);
        let before = self.text.clone();
        memory.editor.sync(self.text);
        text.with_shaper(|shaper| {
            memory.editor.lay_out(shaper, self.text, setting);
        });

        let mut outcome = Outcome::default();
        let has_focus = ui.is_enabled() && ui.memory(|memory| memory.has_focus(id));
        self.set_value_by_assistant(ui, id, memory, &mut outcome);
        if has_focus {
            self.take_events(ui, id, memory, setting, &text, &mut outcome);
        } else if memory.editor.is_composing() {
            memory.editor.compose(self.text, "", None);
        }
        let height = text.with_shaper(|shaper| memory.editor.lay_out(shaper, self.text, setting).height());

        let rows = count(self.rows.max(1)) * line_height(setting) / setting.scale;
        let size = vec2(self.outer_width(ui), rows.max(height / setting.scale) + 2.0 * MARGIN.y);
        let (_, rect) = ui.allocate_space(size);
        let mut response = ui.interact(rect, id, Sense::click_and_drag());
        if response.hovered() {
            ui.ctx().set_cursor_icon(CursorIcon::Text);
        }
        let inner = self.inner(rect);
        self.take_pointer(ui, &response, memory, inner, setting, &text, &mut outcome);
        text.with_shaper(|shaper| {
            memory.editor.lay_out(shaper, self.text, setting);
        });

        let has_focus = response.has_focus();
        if has_focus && !memory.had_focus && ui.input(|input| input.key_pressed(Key::Tab)) && self.rows == 0 {
            memory.editor.select(0..self.text.len());
        }
        memory.had_focus = has_focus;
        if outcome.changed || outcome.moved || response.gained_focus() {
            memory.touched = ui.input(|input| input.time);
        }
        if outcome.changed {
            response.mark_changed();
        }
        let caret = scroll(memory, inner.width() * setting.scale, has_focus);
        let caret = on_screen(caret, memory.scroll, inner, setting.scale);
        if has_focus && (outcome.changed || outcome.moved) {
            ui.scroll_to_rect(caret, None);
        }
        if ui.is_rect_visible(rect) {
            self.paint(ui, &response, memory, &text, inner, caret);
        }
        if has_focus {
            tell_input_method(ui, rect, caret);
        }
        self.describe(ui, &response, &before);
        FieldResponse { response, changed: outcome.changed, submitted: outcome.submitted }
    }

    fn setting(&self, ui: &Ui) -> Setting {
        let base =
            if ui.layout().prefer_right_to_left() { Direction::RightToLeft } else { Direction::LeftToRight };
        let scale = ui.pixels_per_point();
        let width = self.outer_width(ui) - 2.0 * MARGIN.x - self.prefix_room - self.suffix_room;
        Setting {
            style: ParagraphStyle {
                family: self.family,
                size: self.size,
                bold: self.bold,
                line_height: 1.5,
                direction: self.direction.unwrap_or(base),
                align: Align::Start,
            },
            scale,
            width: (width * scale).floor().max(1.0),
            multiline: self.rows > 0,
        }
    }

    fn outer_width(&self, ui: &Ui) -> f32 {
        let width = self.width.unwrap_or_else(|| ui.available_width());
        // A row that grows with its content offers endless room.
        if width.is_finite() { width.max(24.0) } else { ui.spacing().text_edit_width }
    }

    fn inner(&self, rect: Rect) -> Rect {
        let mut inner = rect.shrink2(MARGIN);
        inner.min.x += self.prefix_room;
        inner.max.x -= self.suffix_room;
        inner
    }

    fn paint(&self, ui: &Ui, response: &Response, memory: &Memory, text: &Text, inner: Rect, caret: Rect) {
        let visuals = ui.visuals();
        let has_focus = response.has_focus();
        if self.frame {
            let widget =
                if response.hovered() { &visuals.widgets.hovered } else { &visuals.widgets.inactive };
            let radius = self.radius.map_or(widget.corner_radius, CornerRadius::same);
            let fill = self.background.unwrap_or_else(|| visuals.text_edit_bg_color());
            let idle = if widget.bg_stroke.is_empty() {
                visuals.widgets.noninteractive.bg_stroke
            } else {
                widget.bg_stroke
            };
            let stroke = if has_focus { Stroke::new(1.5, visuals.selection.stroke.color) } else { idle };
            ui.painter().rect(response.rect, radius, fill, stroke, StrokeKind::Inside);
        }
        let Some(layout) = memory.editor.layout() else { return };
        let scale = layout.scale();
        let painter = ui.painter_at(inner.expand(2.0).intersect(ui.clip_rect()));
        let origin = inner.min - vec2(memory.scroll / scale, 0.0);
        let place = |left: f32, top: f32, right: f32, bottom: f32| {
            Rect::from_min_max(origin + vec2(left, top) / scale, origin + vec2(right, bottom) / scale)
        };
        if has_focus && !memory.editor.is_composing() {
            for part in layout.rectangles(memory.editor.selection()) {
                let rect = place(part.left, part.top, part.right, part.bottom);
                painter.rect_filled(rect, 0.0, visuals.selection.bg_fill);
            }
        }
        let color = if ui.is_enabled() {
            visuals.text_color()
        } else {
            visuals.text_color().gamma_multiply(visuals.disabled_alpha())
        };
        if self.text.is_empty() && !memory.editor.is_composing() {
            let hint = Label::new(self.hint.as_ref()).size(self.size).family(self.family).elide();
            let shaped = hint.shape(ui, inner.width());
            let rtl = crate::layout::majority(&self.hint).is_some_and(Direction::is_rtl);
            let spare = if rtl { inner.width() - shaped.size().x } else { 0.0 };
            text.paint(&painter, &shaped, inner.min + vec2(spare, 0.0), visuals.weak_text_color());
        } else {
            text.paint_article(&painter, layout, f32::NEG_INFINITY..f32::INFINITY, origin, |_| color);
        }
        for part in layout.rectangles(memory.editor.composed()) {
            let y = (part.baseline + 3.0 * scale).round();
            painter.rect_filled(place(part.left, y, part.right, y + scale.round().max(1.0)), 0.0, color);
        }
        if has_focus && ui.input(|input| input.focused) && blinks_on(ui, memory.touched) {
            painter.rect_filled(caret, 0.0, visuals.text_cursor.stroke.color);
        }
    }

    fn describe(&self, ui: &Ui, response: &Response, before: &str) {
        let name = if self.name.is_empty() { &self.hint } else { &self.name };
        response.widget_info(|| {
            let mut info =
                WidgetInfo::text_edit(ui.is_enabled(), before, self.text.as_str(), self.hint.as_ref());
            info.label = Some(name.clone().into_owned());
            info
        });
        let role = if self.rows > 0 { Role::MultilineTextInput } else { Role::TextInput };
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(role);
            node.add_action(Action::SetValue);
            node.add_action(Action::ReplaceSelectedText);
        });
    }
}

/// Scrolls a single line so that the caret is in view; without focus its beginning is. Returns the caret.
fn scroll(memory: &mut Memory, room: f32, has_focus: bool) -> CaretBox {
    let Some(layout) = memory.editor.layout() else {
        return CaretBox { x: 0.0, top: 0.0, bottom: 0.0, line: 0 };
    };
    let spare = (layout.width() - room).max(0.0);
    let caret = layout.caret(memory.editor.shown_caret());
    if has_focus {
        let margin = (room / 8.0).min(16.0);
        memory.scroll = memory.scroll.min(caret.x - margin).max(caret.x + margin - room);
    } else {
        let rtl = layout.blocks().first().is_some_and(|block| block.direction.is_rtl());
        memory.scroll = if rtl { spare } else { 0.0 };
    }
    memory.scroll = memory.scroll.clamp(0.0, spare).round();
    caret
}

/// The caret as it is drawn, points of the window.
fn on_screen(caret: CaretBox, scroll: f32, inner: Rect, scale: f32) -> Rect {
    let width = (1.5 * scale).round().max(1.0);
    let x = (caret.x - scroll).round().clamp(0.0, (inner.width() * scale - width).max(0.0));
    let inset = ((caret.bottom - caret.top) / 10.0).round();
    let min = inner.min + vec2(x, caret.top + inset) / scale;
    Rect::from_min_size(min, vec2(width, caret.bottom - caret.top - 2.0 * inset) / scale)
}

/// Whether the caret shows now; asks for the repaint at which that changes, and for no other.
fn blinks_on(ui: &Ui, touched: f64) -> bool {
    let style = &ui.visuals().text_cursor;
    if !style.blink {
        return true;
    }
    let (on, off) = (f64::from(style.on_duration), f64::from(style.off_duration));
    let now = ui.input(|input| input.time);
    let phase = (now - touched).max(0.0) % (on + off);
    let left = if phase < on { on - phase } else { on + off - phase };
    ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left.max(0.01)));
    phase < on
}

fn tell_input_method(ui: &Ui, rect: Rect, caret: Rect) {
    let to_global = ui.ctx().layer_transform_to_global(ui.layer_id()).unwrap_or_default();
    ui.output_mut(|output| {
        output.ime = Some(IMEOutput {
            purpose: IMEPurpose::Normal,
            rect: to_global * rect,
            cursor_rect: to_global * caret,
            should_interrupt_composition: false,
        });
    });
}

fn line_height(setting: Setting) -> f32 {
    (setting.style.size * setting.scale * setting.style.line_height).round()
}

#[expect(clippy::cast_precision_loss, reason = "a handful of rows")]
fn count(rows: usize) -> f32 {
    rows as f32
}
