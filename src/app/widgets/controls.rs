//! Invisible characters that change how the text around them is read.

use std::borrow::Cow;

use crate::language::invisible::name;

/// Shows embeddings and overrides (U+202A to U+202E) as symbols; marks and isolates stay at work.
///
/// An override in a file name or a title could otherwise turn the words of the whole line around.
pub fn reveal_overrides(text: &str) -> Cow<'_, str> {
    reveal(text, |c| matches!(c, '\u{202a}'..='\u{202e}'))
}

/// Shows every control of direction, joining and format as a symbol.
pub fn reveal_all(text: &str) -> Cow<'_, str> {
    reveal(text, |c| name(c).is_some())
}

/// Wraps a value (a number, an id, a date, a name) so that it keeps its own direction within any sentence.
pub fn isolate(value: &str) -> String {
    let closed: Cow<'_, str> =
        reveal(value, |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
    format!("\u{2068}{closed}\u{2069}")
}

fn reveal(text: &str, which: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&which) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match name(c).filter(|_| which(c)) {
            Some(short) => {
                shown.push('‹');
                shown.push_str(short);
                shown.push('›');
            }
            None => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_override_cannot_hide() {
        assert_eq!(reveal_overrides("pay\u{202e}txt.exe\u{202c}"), "pay‹RLO›txt.exe‹PDF›");
        assert_eq!(reveal_overrides("مستشاري\u{200c}التحالف\u{200f}"), "مستشاري\u{200c}التحالف\u{200f}");
        assert_eq!(reveal_all("a\u{200f}b\u{2069}"), "a‹RLM›b‹PDI›");
        assert!(matches!(reveal_all("العراق 2026"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_value_cannot_leave_its_isolate() {
        assert_eq!(isolate("2026-01-18"), "\u{2068}2026-01-18\u{2069}");
        assert_eq!(isolate("a\u{2069}b"), "\u{2068}a‹PDI›b\u{2069}");
    }
}
