//! Arabic in the few places where only egui's own text will do.

use unicode_bidi::{BidiInfo, Level};

/// A line rearranged so that egui, which sets words from left to right, shows them in their right order.
///
/// For one line that does not wrap, in places that take nothing but `WidgetText` (combo boxes, window and
/// tab titles). Letters keep their order within a word, as egui's shaper turns single words around itself.
/// Give such a widget its accessible name by hand, and never use the result for text that is copied.
pub fn visual_for_egui(line: &str) -> String {
    let line = line.replace(['\n', '\r'], " ");
    let level = match crate::layout::majority(&line) {
        Some(direction) if direction.is_rtl() => Level::rtl(),
        _ => Level::ltr(),
    };
    let info = BidiInfo::new(&line, Some(level));
    let Some(paragraph) = info.paragraphs.first() else { return line };
    let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
    let mut visual = String::with_capacity(line.len());
    for run in runs {
        let rtl = levels.get(run.start).is_some_and(|level| level.is_rtl());
        let Some(text) = line.get(run) else { continue };
        if rtl {
            push_backwards(&mut visual, text);
        } else {
            visual.push_str(text);
        }
    }
    visual
}

/// Words as they are, one after the other from the last to the first; brackets mirrored.
fn push_backwards(visual: &mut String, run: &str) {
    let mut pieces: Vec<&str> = Vec::new();
    let mut rest = run;
    while let Some(first) = rest.chars().next() {
        let end =
            if in_word(first) { rest.find(|c| !in_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (piece, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        pieces.push(piece);
        rest = tail;
    }
    for piece in pieces.iter().rev() {
        match piece.chars().next().and_then(mirrored) {
            Some(bracket) => visual.push(bracket),
            None => visual.push_str(piece),
        }
    }
}

/// Letters, digits and the marks on them.
fn in_word(c: char) -> bool {
    use unicode_bidi::BidiClass::{AL, BN, NSM, R};
    c.is_alphanumeric() || c == '\u{640}' || matches!(unicode_bidi::bidi_class(c), AL | BN | NSM | R)
}

fn mirrored(c: char) -> Option<char> {
    Some(match c {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '<' => '>',
        '>' => '<',
        '«' => '»',
        '»' => '«',
        '‹' => '›',
        '›' => '‹',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_from_right_to_left() {
        assert_eq!(visual_for_egui("أعلن العراق الأحد"), "الأحد العراق أعلن");
        assert_eq!(visual_for_egui("قال Ali M نعم."), ".نعم Ali M قال");
        assert_eq!(visual_for_egui("الحلف (NATO) 1500"), "1500 (NATO) الحلف");
        assert_eq!(visual_for_egui("Lebanon approves 25%"), "Lebanon approves 25%");
        assert_eq!(visual_for_egui(""), "");
    }

    #[test]
    fn marks_stay_on_their_letters() {
        assert_eq!(visual_for_egui("مُحَمَّد قال"), "قال مُحَمَّد");
    }
}
