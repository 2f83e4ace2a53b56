//! Which way a text runs, by its letters.

use unicode_bidi::BidiClass;

use crate::model::Direction;

/// The direction of most letters, `None` for a text without letters.
///
/// The first strong letter is a worse guide: news lines start with `date`, agency names and the like.
pub fn majority(text: &str) -> Option<Direction> {
    let (rtl, ltr) = text.chars().filter_map(strong).fold((0_usize, 0_usize), |(rtl, ltr), direction| {
        if direction.is_rtl() { (rtl + 1, ltr) } else { (rtl, ltr + 1) }
    });
    match rtl + ltr {
        0 => None,
        _ if rtl >= ltr => Some(Direction::RightToLeft),
        _ => Some(Direction::LeftToRight),
    }
}

/// The direction of the first letter, `None` for a text without letters.
///
/// For text that is being typed: it does not turn over in the middle of a sentence.
pub fn first_strong(text: &str) -> Option<Direction> {
    text.chars().find_map(strong)
}

fn strong(c: char) -> Option<Direction> {
    match unicode_bidi::bidi_class(c) {
        BidiClass::R | BidiClass::AL => Some(Direction::RightToLeft),
        BidiClass::L => Some(Direction::LeftToRight),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_letters() {
        assert_eq!(majority("date 2026-01-18 العراق يعلن اكتمال"), Some(Direction::RightToLeft));
        assert_eq!(first_strong("date 2026-01-18 العراق يعلن اكتمال"), Some(Direction::LeftToRight));
        assert_eq!(majority("NATO ministers meet in بغداد"), Some(Direction::LeftToRight));
        assert_eq!(majority("2026-01-18 (25%)"), None);
        assert_eq!(first_strong(""), None);
    }
}
