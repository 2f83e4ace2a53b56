//! Characters that mean something in the format.

/// A value of a feature. A line end of old Macs would end the row and has no escape; [`clean`] takes it out before.
pub(super) fn value(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        match char {
            _ if rest.starts_with("->") => escaped.push_str("\\-"),
            '\t' => escaped.push_str("\\t"),
            '\n' => escaped.push_str("\\n"),
            '\\' | '[' | ']' | '|' | '_' | ';' | '*' => {
                escaped.push('\\');
                escaped.push(char);
            }
            char => escaped.push(char),
        }
        rest = rest.get(char.len_utf8()..).unwrap_or_default();
    }
    escaped
}

/// A value without the line ends that would end its row, where it has such.
pub(super) fn clean(text: &str) -> Option<String> {
    text.contains('\r').then(|| text.replace('\r', " "))
}

/// What [`value`] wrote.
pub(super) fn plain_value(escaped: &str) -> String {
    let mut plain = String::with_capacity(escaped.len());
    let mut chars = escaped.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => match chars.next() {
                Some('t') => plain.push('\t'),
                Some('n') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => plain.push('\\'),
            },
            char => plain.push(char),
        }
    }
    plain
}

/// One line of a text. Controls stand as they are after a backslash, as the reference writes them.
pub(super) fn text(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    for char in line.chars() {
        match char {
            '\t' => escaped.push_str("\\t"),
            '\r' => escaped.push_str("\\r"),
            '\u{c}' => escaped.push_str("\\f"),
            '\u{8}' => escaped.push_str("\\b"),
            '\\' => escaped.push_str("\\\\"),
            '\0'..='\u{7}' | '\u{e}'..='\u{1f}' => {
                escaped.push('\\');
                escaped.push(char);
            }
            char => escaped.push(char),
        }
    }
    escaped
}

/// What [`text`] wrote; in files of version 3.1 also characters by number (`\u0041`).
pub(super) fn plain_text(escaped: &str) -> String {
    let mut plain = String::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let mut chars = after.chars();
        match chars.next() {
            Some('t') => plain.push('\t'),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('f') => plain.push('\u{c}'),
            Some('b') => plain.push('\u{8}'),
            Some('u') => match units(after) {
                Some((found, length)) => {
                    plain.push_str(&found);
                    rest = after.get(length..).unwrap_or_default();
                    continue;
                }
                None => plain.push_str("\\u"),
            },
            Some('\\') => plain.push('\\'),
            Some(char) if char.is_control() || matches!(char, '"' | '\'' | '/') => plain.push(char),
            Some(char) => plain.extend(['\\', char]),
            None => plain.push('\\'),
        }
        rest = chars.as_str();
    }
    plain + rest
}

/// The text of `uD83D\uDE00…` and how many bytes it took.
fn units(after: &str) -> Option<(String, usize)> {
    let unit = |at: usize| {
        let digits = after.get(at..)?.strip_prefix('u')?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let first = unit(0)?;
    if let Some(found) = char::from_u32(first.into()) {
        return Some((found.to_string(), 5));
    }
    let second = after.get(5..)?.strip_prefix('\\').and_then(|_| unit(6))?;
    String::from_utf16(&[first, second]).ok().map(|found| (found, 11))
}

/// The parts of a cell between such characters that no backslash stands before.
pub(super) fn split(cell: &str, at: char) -> Vec<&str> {
    let (mut parts, mut start, mut is_escaped) = (Vec::new(), 0, false);
    for (byte, char) in cell.char_indices() {
        if char == at && !is_escaped {
            parts.push(cell.get(start..byte).unwrap_or_default());
            start = byte + char.len_utf8();
        }
        is_escaped = char == '\\' && !is_escaped;
    }
    parts.push(cell.get(start..).unwrap_or_default());
    parts
}

/// A value and what stands in brackets after it.
pub(super) fn bracket(value: &str) -> (&str, Option<&str>) {
    let parts =
        value.strip_suffix(']').filter(|rest| !ends_escaped(rest)).and_then(|rest| rest.rsplit_once('['));
    match parts {
        Some((before, inside)) if !ends_escaped(before) => (before, Some(inside)),
        _ => (value, None),
    }
}

/// Whether what follows would be escaped: an odd number of backslashes.
fn ends_escaped(text: &str) -> bool {
    (text.len() - text.trim_end_matches('\\').len()) % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_texts_survive_their_escapes() {
        for word in ["", "a", "a_b|c;d*[1]->\\", "\\", "\\t\t\n", "->", "-\\>", "من_؟"] {
            let escaped = value(word);
            assert_eq!(plain_value(&escaped), word, "{escaped}");
            assert_eq!(split(&format!("{escaped}|x"), '|'), [escaped.as_str(), "x"]);
            assert_eq!(bracket(&format!("{escaped}[7]")), (escaped.as_str(), Some("7")));
            assert_eq!(bracket(&escaped).1, None, "{escaped}");
        }
        assert_eq!(value("a->b_[x]"), "a\\->b\\_\\[x\\]");
        for line in ["", "a\tb\\n", "\u{1}\u{1f}\u{8}\u{c}\u{b}", "\\u0041", "قال"] {
            assert_eq!(plain_text(&text(line)), line);
        }
        assert_eq!(plain_text("\\uD83D\\uDE00 \\u0642\\uD83D."), "😀 ق\\uD83D.");
    }
}
