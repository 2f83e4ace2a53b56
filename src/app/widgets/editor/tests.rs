//! The editor without a window. `|` is the caret, `[`…`]` a selection with the caret at its end.

use super::*;

struct Bench {
    shaper: Shaper,
    editor: Editor,
    text: String,
    setting: Setting,
}

impl Bench {
    fn new(marked: &str) -> Self {
        let style = ParagraphStyle { direction: Direction::LeftToRight, ..ParagraphStyle::default() };
        let setting = Setting { style, scale: 1.0, width: 200.0, multiline: true };
        let mut editor = Editor::default();
        let mut text = marked.to_owned();
        if let Some(at) = text.find('|') {
            text.remove(at);
            editor.sync(&text);
            editor.place(Caret::upstream(at), false);
        } else if let (Some(start), Some(end)) = (text.find('['), text.find(']')) {
            text.remove(end);
            text.remove(start);
            editor.sync(&text);
            editor.select(start..end - 1);
        }
        Self { shaper: Shaper::bundled(), editor, text, setting }
    }

    fn go(&mut self, motion: Motion, extend: bool) -> String {
        self.editor.lay_out(&mut self.shaper, &self.text, self.setting);
        self.editor.go(&self.text, motion, extend);
        self.shown()
    }

    fn shown(&self) -> String {
        let mut shown = self.text.clone();
        let selection = self.editor.selection();
        if selection.is_empty() {
            shown.insert(selection.start, '|');
        } else {
            shown.insert(selection.end, ']');
            shown.insert(selection.start, '[');
        }
        shown
    }
}

#[test]
fn types_and_deletes() {
    let mut bench = Bench::new("أعلن [العراق] الأحد");
    bench.editor.insert(&mut bench.text, "لبنان");
    assert_eq!(bench.shown(), "أعلن لبنان| الأحد");
    bench.editor.delete_before(&mut bench.text, Reach::Character);
    assert_eq!(bench.shown(), "أعلن لبنا| الأحد");
    bench.editor.delete_before(&mut bench.text, Reach::Word);
    assert_eq!(bench.shown(), "أعلن | الأحد");
    bench.editor.delete_after(&mut bench.text, Reach::Word);
    assert_eq!(bench.shown(), "أعلن |");
    bench.editor.delete_after(&mut bench.text, Reach::Character);
    assert_eq!(bench.shown(), "أعلن |");
}

#[test]
fn backspace_takes_a_mark_and_delete_a_whole_letter() {
    let mut bench = Bench::new("م\u{64e}\u{651}|د");
    bench.editor.delete_before(&mut bench.text, Reach::Character);
    assert_eq!(bench.shown(), "م\u{64e}|د");
    let mut bench = Bench::new("|م\u{64e}\u{651}د");
    bench.editor.delete_after(&mut bench.text, Reach::Character);
    assert_eq!(bench.shown(), "|د");
}

#[test]
fn undoes_words_not_letters() {
    let mut bench = Bench::new("|");
    for letter in ["ب", "غ", " ", "x", "y"] {
        bench.editor.insert(&mut bench.text, letter);
    }
    assert!(bench.editor.undo(&mut bench.text));
    assert_eq!(bench.shown(), "بغ |");
    assert!(bench.editor.undo(&mut bench.text) && bench.editor.undo(&mut bench.text));
    assert_eq!(bench.shown(), "|");
    assert!(!bench.editor.undo(&mut bench.text));
    while bench.editor.redo(&mut bench.text) {}
    assert_eq!(bench.shown(), "بغ xy|");
    bench.editor.undo(&mut bench.text);
    bench.editor.insert(&mut bench.text, "z");
    assert!(!bench.editor.redo(&mut bench.text));
}

#[test]
fn arrows_go_where_they_point() {
    let mut bench = Bench::new("|قال 25 نعم");
    let mut xs = Vec::new();
    loop {
        let before = bench.editor.caret();
        bench.go(Motion::Left, false);
        if bench.editor.caret() == before {
            break;
        }
        xs.push(bench.editor.layout().unwrap().caret(bench.editor.caret()).x);
    }
    assert_eq!(xs.len(), 10);
    assert!(xs.windows(2).all(|pair| pair[1] < pair[0]), "{xs:?}");
    // Coming back takes as many steps.
    let mut steps = 0;
    loop {
        let before = bench.editor.caret();
        bench.go(Motion::Right, false);
        if bench.editor.caret() == before {
            break;
        }
        steps += 1;
    }
    assert_eq!(steps, 10);
}

#[test]
fn selections_grow_in_the_order_of_the_text() {
    let mut bench = Bench::new("|قال 25 نعم");
    for _ in 0..6 {
        bench.go(Motion::Left, true);
    }
    assert_eq!(bench.shown(), "[قال 25] نعم");
    assert_eq!(bench.go(Motion::Right, true), "[قال 2]5 نعم");
    assert_eq!(bench.go(Motion::Left, false), "قال 2|5 نعم");
    let mut bench = Bench::new("ab| cd");
    assert_eq!(bench.go(Motion::Right, true), "ab[ ]cd");
    assert_eq!(bench.go(Motion::TextEnd, true), "ab[ cd]");
    assert_eq!(bench.go(Motion::Left, false), "ab| cd");
}

#[test]
fn words_and_lines() {
    let mut bench = Bench::new("قال الوزير| إن\nnext line");
    assert_eq!(bench.go(Motion::WordRight, false), "قال |الوزير إن\nnext line");
    assert_eq!(bench.go(Motion::WordLeft, false), "قال الوزير| إن\nnext line");
    assert_eq!(bench.go(Motion::LineStart, false), "|قال الوزير إن\nnext line");
    assert_eq!(bench.go(Motion::LineEnd, false), "قال الوزير إن|\nnext line");
    assert_eq!(bench.go(Motion::Down, false), "قال الوزير إن\nnext line|");
    assert_eq!(bench.go(Motion::WordLeft, false), "قال الوزير إن\nnext |line");
    assert_eq!(bench.go(Motion::TextStart, false), "|قال الوزير إن\nnext line");
    assert_eq!(bench.go(Motion::Up, false), "|قال الوزير إن\nnext line");
    assert_eq!(bench.go(Motion::TextEnd, false), "قال الوزير إن\nnext line|");
    assert_eq!(bench.go(Motion::Down, false), "قال الوزير إن\nnext line|");
}

#[test]
fn up_and_down_keep_their_column() {
    let mut bench = Bench::new("a long line of words|\nx\nanother line of words");
    assert_eq!(bench.go(Motion::Down, false), "a long line of words\nx|\nanother line of words");
    let down = bench.go(Motion::Down, false);
    assert!(down.starts_with("a long line of words\nx\nanother line of"), "{down}");
    assert_eq!(bench.go(Motion::Up, false), "a long line of words\nx|\nanother line of words");
    assert_eq!(bench.go(Motion::Up, false), "a long line of words|\nx\nanother line of words");
}

#[test]
fn composes() {
    let mut bench = Bench::new("قال [نعم] أمس");
    bench.editor.compose(&mut bench.text, "لا", Some("ل".len()));
    assert_eq!(bench.text, "قال  أمس");
    assert!(bench.editor.is_composing());
    let layout = bench.editor.lay_out(&mut bench.shaper, &bench.text, bench.setting);
    assert_eq!(layout.blocks()[0].range.end, bench.text.len() + "لا".len());
    assert_eq!(bench.editor.composed().len(), "لا".len());
    assert_eq!(bench.editor.shown_caret().byte, "قال ".len() + "ل".len());
    bench.editor.compose(&mut bench.text, "لاا", None);
    bench.editor.commit(&mut bench.text, "لا");
    assert_eq!(bench.shown(), "قال لا| أمس");
    bench.editor.delete_around(&mut bench.text, 2, 1);
    assert_eq!(bench.shown(), "قال |أمس");
    bench.editor.compose(&mut bench.text, "", None);
    assert!(!bench.editor.is_composing());
}

#[test]
fn a_text_changed_from_outside_keeps_the_caret_on_a_boundary() {
    let mut bench = Bench::new("العراق يعلن|");
    bench.text = "لبنان".to_owned();
    bench.editor.sync(&bench.text);
    assert_eq!(bench.shown(), "لبنان|");
    bench.text = "abcdé".to_owned();
    bench.editor.place(Caret::downstream(5), false);
    bench.editor.sync(&bench.text);
    assert_eq!(bench.shown(), "abcd|é");
}

#[test]
fn finds_words_and_paragraphs() {
    let text = "قال و3000 مقاتل\nثم عاد";
    let at = |byte, unit| text.get(unit_at(text, byte, unit)).unwrap();
    assert_eq!(at(8, Unit::Word), "و3000");
    assert_eq!(at(text.len(), Unit::Word), "عاد");
    assert_eq!(at(3, Unit::Paragraph), "قال و3000 مقاتل");
    assert_eq!(at(text.len(), Unit::Paragraph), "ثم عاد");
    assert_eq!(unit_at("", 0, Unit::Word), 0..0);
    let mut bench = Bench::new("one two| three four");
    bench.editor.extend_by(&bench.text, 4..7, 9, Unit::Word);
    assert_eq!(bench.shown(), "one [two three] four");
    bench.editor.extend_by(&bench.text, 4..7, 1, Unit::Word);
    assert_eq!((bench.editor.selection(), bench.editor.caret().byte), (0..7, 0));
}
