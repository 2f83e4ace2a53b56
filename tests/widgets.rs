//! The text widgets in a window without a screen, driven as a user or a screen reader would.
#![cfg(feature = "gui")]
#![allow(clippy::unwrap_used, reason = "what is missing here is a failed test")]

use std::cell::RefCell;
use std::rc::Rc;

use egui::accesskit::Role;
use egui::{Event, ImeEvent, Key, Modifiers, OutputCommand, PointerButton, Pos2, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hashiya::app::widgets::{FieldResponse, Label, Text, TextField};

const SENTENCE: &str = "قال وزير الخارجية إن “بين 1500 و3000 مقاتل” (NATO) غادروا في 2026-01-18.";

/// What a field's window looks like from outside.
struct Window {
    harness: Harness<'static, String>,
    submitted: Rc<RefCell<u32>>,
}

impl Window {
    fn new(text: &str, rows: usize) -> Self {
        let submitted = Rc::new(RefCell::new(0));
        let count = Rc::clone(&submitted);
        let app = move |ui: &mut egui::Ui, text: &mut String| {
            let field = TextField::new("field", text).hint("ملاحظة…").name("Note").width(220.0);
            let field = if rows > 0 { field.multiline(rows) } else { field };
            let FieldResponse { submitted, changed, response } = field.ui(ui);
            assert_eq!(changed, response.changed());
            *count.borrow_mut() += u32::from(submitted);
        };
        let harness = Harness::builder()
            .with_size(Vec2::new(300.0, 200.0))
            .with_step_dt(0.02)
            .build_ui_state(app, text.to_owned());
        let mut window = Self { harness, submitted };
        window.field().focus();
        window.harness.step();
        window.harness.step();
        window
    }

    fn role(&self) -> Role {
        self.harness.get_by_label("Note").accesskit_node().role()
    }

    fn field(&self) -> egui_kittest::Node<'_> {
        self.harness.get_by_label("Note")
    }

    fn text(&self) -> &str {
        self.harness.state()
    }

    fn type_text(&mut self, text: &str) {
        self.event(Event::Text(text.to_owned()));
    }

    fn event(&mut self, event: Event) {
        self.harness.event(event);
        self.harness.step();
    }

    fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.step();
    }

    fn press(&mut self, at: Pos2, pressed: bool) {
        let button = PointerButton::Primary;
        self.harness.event(Event::PointerMoved(at));
        self.event(Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE });
    }

    fn copied(&mut self) -> Option<String> {
        self.harness.event(Event::Copy);
        self.harness.step();
        self.harness.output().platform_output.commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
    }
}

#[test]
fn a_label_is_found_by_its_text() {
    let mut harness = Harness::builder().with_size(Vec2::new(300.0, 200.0)).build_ui(|ui| {
        Label::new(SENTENCE).elide().ui(ui);
        Label::new("Actor").bold().size(15.0).sense(egui::Sense::click()).ui(ui);
        Label::new("pay\u{202e}txt.exe").name("file").ui(ui);
        Label::new(SENTENCE).wrap().dim().ui(ui);
    });
    harness.run();
    let labels: Vec<_> = harness.get_all_by_label(SENTENCE).collect();
    assert_eq!(labels.len(), 2);
    let (line, wrapped) = (labels[0].rect(), labels[1].rect());
    assert!(line.width() <= 300.0 && wrapped.height() >= 2.0 * line.height());
    assert_eq!(harness.get_by_label("Actor").accesskit_node().role(), Role::Button);
    harness.get_by_label("file");
}

#[test]
fn a_row_of_labels_stands_on_one_line() {
    let mut harness = Harness::builder().with_size(Vec2::new(300.0, 60.0)).build_ui(|ui| {
        ui.horizontal(|ui| {
            Label::new("العراق").ui(ui);
            Label::new("Iraq").ui(ui);
            Label::new("84").ui(ui);
        });
    });
    harness.run();
    let rects = ["العراق", "Iraq", "84"].map(|name| harness.get_by_label(name).rect());
    assert!(rects.iter().all(|rect| rect.height() == rects[0].height() && rect.top() == rects[0].top()));
    assert!(rects[0].right() <= rects[1].left() && rects[1].right() <= rects[2].left());
}

#[test]
fn a_field_is_named_and_takes_text() {
    let mut window = Window::new("", 0);
    assert_eq!(window.role(), Role::TextInput);
    assert_eq!(window.field().accesskit_node().placeholder(), Some("ملاحظة…"));
    window.type_text("العراق ");
    window.type_text("2026");
    window.key(Modifiers::NONE, Key::Backspace);
    assert_eq!(window.text(), "العراق 202");
    assert_eq!(window.field().value().as_deref(), Some("العراق 202"));
    window.key(Modifiers::COMMAND, Key::Backspace);
    window.key(Modifiers::COMMAND, Key::Backspace);
    assert_eq!(window.text(), "");
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.text(), "العراق ");
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.text(), "العراق 202");
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(window.text(), "العراق ");
}

#[test]
fn enter_submits_a_line_and_breaks_lines_of_a_note() {
    let mut window = Window::new("", 0);
    window.type_text("بغداد");
    window.key(Modifiers::NONE, Key::Enter);
    assert_eq!((window.text(), *window.submitted.borrow()), ("بغداد", 1));
    window.event(Event::Paste("a\nb\r\nc".to_owned()));
    assert_eq!(window.text(), "بغدادa b c");

    let mut window = Window::new("", 2);
    assert_eq!(window.role(), Role::MultilineTextInput);
    let height = window.field().rect().height();
    window.type_text("a");
    window.key(Modifiers::NONE, Key::Enter);
    window.event(Event::Paste("b\r\nc".to_owned()));
    assert_eq!((window.text(), *window.submitted.borrow()), ("a\nb\nc", 0));
    window.key(Modifiers::COMMAND, Key::Enter);
    assert_eq!(*window.submitted.borrow(), 1);
    window.harness.step();
    assert!(window.field().rect().height() > height, "it grows with its text");
}

#[test]
fn selects_copies_cuts_and_pastes() {
    let mut window = Window::new("أعلن العراق الأحد", 0);
    window.key(Modifiers::COMMAND, Key::A);
    assert_eq!(window.copied().as_deref(), Some("أعلن العراق الأحد"));
    window.key(Modifiers::NONE, Key::Home);
    // Ctrl+Left goes on to the end of the next word of an Arabic line.
    window.key(Modifiers::COMMAND, Key::ArrowLeft);
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::ArrowLeft);
    assert_eq!(window.copied().as_deref(), Some(" العراق"));
    window.event(Event::Cut);
    assert_eq!(window.text(), "أعلن الأحد");
    window.key(Modifiers::NONE, Key::End);
    window.event(Event::Paste("!".to_owned()));
    assert_eq!(window.text(), "أعلن الأحد!");
    assert_eq!(window.copied(), None);
}

#[test]
fn the_pointer_places_drags_and_picks_words() {
    let mut window = Window::new("أعلن العراق الأحد", 0);
    let rect = window.field().rect();
    let right = Pos2::new(rect.right() - 9.0, rect.center().y);
    let left = Pos2::new(rect.left() + 9.0, rect.center().y);
    window.press(right, true);
    window.harness.event(Event::PointerMoved(left));
    window.harness.step();
    window.press(left, false);
    assert_eq!(window.copied().as_deref(), Some("أعلن العراق الأحد"));

    let word = Pos2::new(right.x - 8.0, right.y);
    for pressed in [true, false, true, false] {
        window.press(word, pressed);
    }
    assert_eq!(window.copied().as_deref(), Some("أعلن"));
    for pressed in [true, false] {
        window.press(word, pressed);
    }
    assert_eq!(window.copied().as_deref(), Some("أعلن العراق الأحد"));
}

#[test]
fn an_input_method_composes() {
    let mut window = Window::new("x", 0);
    window.key(Modifiers::NONE, Key::End);
    let preedit =
        |text: &str| Event::Ime(ImeEvent::Preedit { text: text.to_owned(), active_range_chars: Some(0..1) });
    window.event(preedit("لا"));
    assert_eq!(window.text(), "x");
    assert!(window.harness.output().platform_output.ime.is_some());
    window.event(preedit("لان"));
    window.event(Event::Ime(ImeEvent::Commit("لان".to_owned())));
    assert_eq!(window.text(), "xلان");
    window.event(Event::Ime(ImeEvent::DeleteSurrounding { before_chars: 2, after_chars: 0 }));
    assert_eq!(window.text(), "xل");
    window.event(preedit("ي"));
    window.event(preedit(""));
    assert_eq!(window.text(), "xل");
}

#[test]
fn the_caret_of_a_long_line_stays_in_view() {
    for line in [SENTENCE, "NATO ministers meet in Brussels on Thursday to discuss Iraq"] {
        let mut window = Window::new(line, 0);
        let mut seen = Vec::new();
        for key in [Key::End, Key::ArrowLeft, Key::Home, Key::ArrowRight, Key::End, Key::Home] {
            window.key(Modifiers::NONE, key);
            let ime = window.harness.output().platform_output.ime.unwrap();
            let field = window.field().rect();
            assert!(field.shrink(4.0).contains_rect(ime.cursor_rect), "{key:?}: {ime:?}");
            seen.push(ime.cursor_rect.left());
        }
        assert!((seen[0] - seen[2]).abs() > 180.0, "{seen:?}");
        assert_eq!((seen[0], seen[2]), (seen[4], seen[5]));
    }
}

#[test]
fn the_caret_of_a_note_goes_down_its_lines() {
    let mut window = Window::new(SENTENCE, 2);
    window.key(Modifiers::COMMAND, Key::Home);
    let mut tops = Vec::new();
    for _ in 0..4 {
        tops.push(window.harness.output().platform_output.ime.unwrap().cursor_rect.top());
        window.key(Modifiers::NONE, Key::ArrowDown);
    }
    assert!(tops[0] < tops[1] && tops[1] < tops[2] && tops[2] == tops[3], "{tops:?}");
}

#[test]
fn tab_selects_what_is_in_a_line() {
    let mut window = Window::new("بغداد", 0);
    window.key(Modifiers::NONE, Key::Escape);
    assert!(!window.field().is_focused());
    window.key(Modifiers::NONE, Key::Tab);
    window.harness.step();
    assert!(window.field().is_focused());
    window.type_text("x");
    assert_eq!(window.text(), "x");
}

#[test]
fn a_screen_reader_sets_the_value() {
    let mut window = Window::new("قديم", 0);
    window.field().set_text_value_accesskit("جديد 2026");
    window.harness.step();
    window.harness.step();
    assert_eq!(window.text(), "جديد 2026");
}

#[test]
fn idle_but_for_the_blink() {
    let mut window = Window::new("بغداد", 0);
    // Shown and focused, nothing asks for an immediate repaint.
    for _ in 0..4 {
        window.harness.step();
    }
    let delay = window.harness.output().viewport_output.values().map(|viewport| viewport.repaint_delay).min();
    assert!(delay.unwrap() > std::time::Duration::from_millis(50), "{delay:?}");
}

#[test]
fn more_glyphs_than_the_atlas_holds() {
    let mut harness = Harness::builder().with_size(Vec2::new(800.0, 600.0)).build_ui(|ui| {
        let text = Text::of(ui.ctx());
        for size in 64..76_u8 {
            let label = Label::new(SENTENCE).size(f32::from(size) * 2.0);
            let shaped = label.shape(ui, f32::INFINITY);
            text.paint(ui.painter(), &shaped, Pos2::ZERO, egui::Color32::BLACK);
        }
    });
    // It may ask for a second pass, but not for frame after frame.
    for _ in 0..3 {
        harness.step();
    }
    let delay = harness.output().viewport_output.values().map(|viewport| viewport.repaint_delay).min();
    assert_eq!(delay, Some(std::time::Duration::MAX));
}

#[test]
fn what_it_looks_like() {
    let mut note = "الأحد 2026-01-18\nsee also page 3".to_owned();
    let mut filter = String::new();
    let app = move |ui: &mut egui::Ui| {
        ui.painter().rect_filled(ui.ctx().content_rect(), 0.0, ui.visuals().panel_fill);
        Label::new("العراق يعلن اكتمال انسحاب التحالف").bold().size(20.0).fill().ui(ui);
        Label::new(SENTENCE).elide().fill().ui(ui);
        let hit = SENTENCE.find("الخارجية").unwrap();
        let tint = egui::Color32::from_rgb(255, 214, 102).gamma_multiply(0.5);
        Label::new(SENTENCE).wrap().dim().mark(hit..hit + "الخارجية إن “بين 1500 و3000".len(), tint).ui(ui);
        Label::new("NATO ministers meet in Brussels on Thursday").elide().ui(ui);
        ui.horizontal(|ui| {
            Label::new("العراق").color(egui::Color32::from_rgb(0, 114, 178)).ui(ui);
            Label::new("Iraq · Q796").size(11.5).dim().ui(ui);
            Label::new("pay\u{202e}txt.exe").ui(ui);
        });
        TextField::new("filter", &mut filter).hint("Filter articles").ui(ui);
        TextField::new("note", &mut note).name("Note").multiline(3).ui(ui);
    };
    let mut harness =
        Harness::builder().with_size(Vec2::new(300.0, 330.0)).with_pixels_per_point(1.0).wgpu().build_ui(app);
    harness.ctx.set_theme(egui::Theme::Light);
    harness.run();
    harness.snapshot("text_widgets");
    harness.ctx.set_theme(egui::Theme::Dark);
    harness.run();
    harness.snapshot("text_widgets_dark");
}
