//! The values of the column MISC, escaped as Universal Dependencies do it.

/// White space and the signs that part one value from the next, by a letter or number.
pub(super) fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for char in value.chars() {
        match char {
            ' ' => escaped.push_str("\\s"),
            '\t' => escaped.push_str("\\t"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\\' => escaped.push_str("\\\\"),
            '|' => escaped.push_str("\\p"),
            '=' => escaped.push_str("\\e"),
            ':' => escaped.push_str("\\c"),
            other if other.is_whitespace() || other.is_control() => {
                escaped.push_str(&format!("\\u{:04X}", u32::from(other)));
            }
            other => escaped.push(other),
        }
    }
    escaped
}

/// Reads what [`escaped`] writes; what is no escape stays as it is.
pub(super) fn unescaped(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let mut chars = after.chars();
        let sign = match chars.next() {
            Some('s') => ' ',
            Some('t') => '\t',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('\\') => '\\',
            Some('p') => '|',
            Some('e') => '=',
            Some('c') => ':',
            Some('u') => {
                match after.get(1..5).and_then(|digits| char::from_u32(u32::from_str_radix(digits, 16).ok()?))
                {
                    Some(char) => {
                        plain.push(char);
                        rest = after.get(5..).unwrap_or_default();
                        continue;
                    }
                    None => {
                        plain.push('\\');
                        rest = after;
                        continue;
                    }
                }
            }
            _ => {
                plain.push('\\');
                rest = after;
                continue;
            }
        };
        plain.push(sign);
        rest = chars.as_str();
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_reads_as_it_was_written() {
        for value in ["", "a b|c=d\\n:\n\t\u{a0}\u{2028}", "\\s", "نعم \\"] {
            let written = escaped(value);
            assert!(!written.contains(['|', '=', ':', ' ', '\n', '\t']), "{written}");
            assert_eq!(unescaped(&written), value);
        }
        assert_eq!(unescaped("\\x\\u12\\uZZZZ\\"), "\\x\\u12\\uZZZZ\\");
    }
}
