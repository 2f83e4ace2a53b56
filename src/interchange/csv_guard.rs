//! Cells that a spreadsheet would run as formulas. On the way out such a text gets a leading apostrophe, which
//! spreadsheets show as text; on the way in it is taken off again. Nothing else of a cell changes, so that what was
//! exported comes back as it was, also where a text had an apostrophe of its own.

use std::borrow::Cow;

/// What a formula begins with.
const STARTS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\0'];

/// The cell as it is written.
pub fn guard(cell: &str) -> Cow<'_, str> {
    if needs_guard(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// The cell as it was before [`guard`].
pub fn unguard(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|cell| needs_guard(cell)).unwrap_or(cell)
}

/// A text that already stands behind apostrophes gets one more: else the first would be taken for ours.
fn needs_guard(cell: &str) -> bool {
    let rest = cell.trim_start_matches('\'');
    rest.starts_with(STARTS) && !is_number(rest)
}

/// A sign, digits and at most one point: what a column of numbers holds, which stays a number.
fn is_number(cell: &str) -> bool {
    let digits = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    !(whole.is_empty() && fraction.is_empty()) && all_digits(whole) && all_digits(fraction)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_guarded_and_numbers_and_words_are_not() {
        for formula in [
            "=1+1",
            "+cmd|' /C calc'!A0",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\0=1",
            "-",
            "+.",
            "-1e5",
            "--1",
        ] {
            assert_eq!(guard(formula), format!("'{formula}"));
        }
        for plain in ["", "-5", "+3.25", "-.5", "12", "Ali", "قال", "'", "it's", "'quoted'", " =1", "a=b"]
        {
            assert_eq!(guard(plain), plain);
            assert_eq!(unguard(plain), plain);
        }
        assert_eq!(guard("'=1"), "''=1", "an apostrophe of the text is not taken for ours");
    }

    proptest! {
        #[test]
        fn what_goes_out_comes_back(cell in "['=+@\t\r\0 0-9.a\u{661}-]{0,6}|\\PC{0,8}") {
            let written = guard(&cell);
            prop_assert_eq!(unguard(&written), cell.as_str());
            prop_assert!(!written.starts_with(STARTS) || is_number(&written), "{:?} would run", written);
        }
    }
}
