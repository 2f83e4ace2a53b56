//! Dates, counts and quotes in the words of the window.

use std::borrow::Cow;

use crate::language::slice;
use crate::model::{Origin, Status, TextRange, is_iso_date};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `18 Jan 2026` for an ISO day; anything else as it is.
pub(crate) fn day(iso: &str) -> Cow<'_, str> {
    let named = || {
        let (year, rest) = iso.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
        Some(format!("{} {month} {year}", day.trim_start_matches('0')))
    };
    if is_iso_date(iso) { named().map_or(Cow::Borrowed(iso), Cow::Owned) } else { Cow::Borrowed(iso) }
}

/// `1,234`.
pub(crate) fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1,234` up to 9,999, then `12k`: where there is little room.
pub(crate) fn short_count(number: usize) -> String {
    if number < 10_000 { count(number) } else { format!("{}k", count(number / 1000)) }
}

/// `1 span`, `2 spans`.
pub(crate) fn counted(number: usize, one: &str) -> String {
    format!("{} {one}{}", count(number), if number == 1 { "" } else { "s" })
}

/// What a status is called in the list.
pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::New => "new",
        Status::InProgress => "begun",
        Status::Done => "done",
    }
}

/// Where a span comes from.
pub(crate) fn origin(origin: &Origin) -> Cow<'_, str> {
    match origin {
        Origin::Hand => Cow::Borrowed("by hand"),
        Origin::Suggestion(source) => Cow::Owned(format!("suggested by {source}")),
        Origin::Import(source) => Cow::Owned(format!("from {source}")),
        Origin::Review(source) => Cow::Owned(format!("review of {source}")),
    }
}

/// As much of a quote as one line of a list can show.
pub(crate) fn head(quote: &str) -> &str {
    quote.char_indices().nth(120).map_or(quote, |(at, _)| quote.get(..at).unwrap_or(quote))
}

/// The words of a range for one line: all of them, or the first and the last few of many.
pub(crate) fn ends(text: &str, range: TextRange) -> Cow<'_, str> {
    const SIDE: usize = 40;
    let words = slice(text, range).trim();
    if words.len() <= SIDE * 5 {
        return Cow::Borrowed(words);
    }
    let head = words.char_indices().nth(SIDE).map_or(words.len(), |(at, _)| at);
    let head = words.get(..head).unwrap_or_default();
    let head = head.rfind(char::is_whitespace).and_then(|at| head.get(..at)).unwrap_or(head);
    let tail = words.char_indices().rev().nth(SIDE).map_or(0, |(at, _)| at);
    let tail = words.get(tail..).unwrap_or_default();
    let tail = tail.find(char::is_whitespace).and_then(|at| tail.get(at..)).unwrap_or(tail);
    Cow::Owned(format!("{} … {}", head.trim(), tail.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::text_range;

    #[test]
    fn days_and_counts_are_said_shortly() {
        assert_eq!(day("2026-01-08"), "8 Jan 2026");
        assert_eq!(day("2026-13-01"), "2026-13-01");
        assert_eq!(day("yesterday"), "yesterday");
        assert_eq!(count(0), "0");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(short_count(9_999), "9,999");
        assert_eq!(short_count(100_000), "100k");
        assert_eq!(counted(1, "span"), "1 span");
        assert_eq!(counted(23, "relation"), "23 relations");
    }

    #[test]
    fn long_selections_show_both_ends() {
        let text = "اكتمال عملية انسحاب ".repeat(30);
        let shown = ends(&text, text_range(0..text.len()));
        assert!(
            shown.starts_with("اكتمال")
                && shown.ends_with("انسحاب")
                && shown.contains('…')
                && shown.chars().count() < 90
        );
        assert_eq!(ends("a b", text_range(0..3)), "a b");
    }
}
