//! The day of publication out of the ways in which pages, documents and tables write it. What can be read in two ways
//! is not read at all: 03/04/2026 is a day in March to some and in April to others.

use crate::language::fold::Folding;
use crate::model::is_iso_date;

/// The day, ISO 8601, of `2026-01-18T23:10:00+03:00`, `2026/1/18`, `20260118`, `18.1.2026`, `18/01/2026`,
/// `Sun, 18 Jan 2026 10:00 GMT`, `January 18, 2026`; in Arabic digits too. It is the day as written: where the hour
/// says it was another day elsewhere, that is left alone.
pub(super) fn day(text: &str) -> Option<String> {
    let text = Folding { digits: true, ..Folding::NONE }.text(text);
    let text = text.trim();
    numbered(text).or_else(|| named(text))
}

fn iso(year: &str, month: &str, day: &str) -> Option<String> {
    let written = format!("{year}-{month:0>2}-{day:0>2}");
    is_iso_date(&written).then_some(written)
}

fn numbered(text: &str) -> Option<String> {
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '/' | '.'))).unwrap_or(text.len());
    let (numbers, rest) = text.split_at_checked(end)?;
    let is_over = rest.is_empty() || rest.starts_with(['T', 't', ' ', ',', '،', '\u{a0}']);
    let parts: Vec<&str> = numbers.split(['-', '/', '.']).collect();
    match parts.as_slice() {
        _ if !is_over => None,
        [year, month, day] if year.len() == 4 => iso(year, month, day),
        [day, month, year] if year.len() == 4 && numbers.contains('.') => iso(year, month, day),
        [one, other, year] if year.len() == 4 => match (iso(year, other, one), iso(year, one, other)) {
            (Some(european), Some(american)) => (european == american).then_some(european),
            (european, american) => european.or(american),
        },
        [packed] if packed.len() == 8 => iso(packed.get(..4)?, packed.get(4..6)?, packed.get(6..)?),
        _ => None,
    }
}

/// With the month's name in English, as mail and web servers write it, or in Arabic, Egyptian and Levantine.
fn named(text: &str) -> Option<String> {
    const MONTHS: [[&str; 3]; 12] = [
        ["jan", "يناير", "كانون الثاني"],
        ["feb", "فبراير", "شباط"],
        ["mar", "مارس", "آذار"],
        ["apr", "أبريل", "نيسان"],
        ["may", "مايو", "أيار"],
        ["jun", "يونيو", "حزيران"],
        ["jul", "يوليو", "تموز"],
        ["aug", "أغسطس", "آب"],
        ["sep", "سبتمبر", "أيلول"],
        ["oct", "أكتوبر", "تشرين الأول"],
        ["nov", "نوفمبر", "تشرين الثاني"],
        ["dec", "ديسمبر", "كانون الأول"],
    ];
    let text = text.to_lowercase().replace("كانون ", "كانون\u{a0}").replace("تشرين ", "تشرين\u{a0}");
    let words: Vec<&str> = text.split([' ', ',', '،', '/']).filter(|word| !word.is_empty()).collect();
    let is_month = |word: &str, names: &[&str; 3]| {
        let [english, arabic @ ..] = names;
        let word = word.replace('\u{a0}', " ");
        (word.starts_with(english) && word.bytes().all(|byte| byte.is_ascii_alphabetic()))
            || arabic.contains(&word.as_str())
    };
    let at = words.iter().position(|word| MONTHS.iter().any(|names| is_month(word, names)))?;
    let month = MONTHS.iter().position(|names| words.get(at).is_some_and(|word| is_month(word, names)))? + 1;
    let number = |at: Option<usize>| {
        let word = at.and_then(|at| words.get(at))?;
        (word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_digit())).then_some(*word)
    };
    // Month names of both kinds side by side (أيلول/سبتمبر) stand between day and year.
    let after = (at + 1..words.len()).find(|at| number(Some(*at)).is_some());
    match (number(at.checked_sub(1)), number(after), number(after.map(|at| at + 1))) {
        (Some(day), Some(year), _) if year.len() == 4 && day.len() <= 2 => iso(year, &month.to_string(), day),
        (_, Some(day), Some(year)) if year.len() == 4 && day.len() <= 2 => iso(year, &month.to_string(), day),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn a_day_is_read_where_it_can_be_read_in_one_way() {
        for text in [
            "2026-01-18",
            " 2026-01-18T23:10:00+03:00",
            "2026-01-18 10:00",
            "2026/1/18",
            "20260118",
            "18.1.2026",
            "18/01/2026 10:00",
            "01/18/2026",
            "Sun, 18 Jan 2026 10:00:00 GMT",
            "January 18, 2026",
            "18 January 2026",
            "١٨ يناير ٢٠٢٦",
            "الأحد 18 كانون الثاني/يناير 2026",
            "18 كانون الثاني 2026",
            "٢٠٢٦-٠١-١٨",
        ] {
            assert_eq!(day(text).as_deref(), Some("2026-01-18"), "{text}");
        }
        assert_eq!(day("5.4.2026").as_deref(), Some("2026-04-05"));
        assert_eq!(day("04/04/2026").as_deref(), Some("2026-04-04"));
        for text in [
            "",
            "03/04/2026",
            "2026",
            "2026-02-30",
            "yesterday",
            "2026-01-181",
            "18-01-26",
            "may 2026",
            "1 2 3",
            "/",
            "2026-01-18x",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
