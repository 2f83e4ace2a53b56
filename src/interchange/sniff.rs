//! The keys of the first object of a JSON file, for telling apart formats that share an extension. Works on a beginning
//! that stops anywhere.

/// The keys of the first object that are seen before the bytes end; those of the first object in a list, too.
pub fn first_keys(head: &[u8]) -> Vec<String> {
    let mut keys = Vec::new();
    // Depth in objects and lists; the object that counts is the first to open.
    let (mut depth, mut object) = (0usize, None);
    let mut at = 0;
    let mut last: Option<String> = None;
    while let Some(byte) = head.get(at) {
        match byte {
            b'"' => {
                let Some((text, end)) = string(head, at + 1) else { break };
                last = Some(text);
                at = end;
                continue;
            }
            b':' if object == Some(depth) => keys.extend(last.take()),
            b'{' => {
                depth += 1;
                object.get_or_insert(depth);
            }
            b'[' => depth += 1,
            b'}' | b']' => {
                if object == Some(depth) {
                    break;
                }
                depth = depth.saturating_sub(1);
            }
            b',' => last = None,
            _ => {}
        }
        at += 1;
    }
    keys
}

/// A string without its quotes, and where it ends.
fn string(head: &[u8], start: usize) -> Option<(String, usize)> {
    let mut at = start;
    loop {
        match head.get(at)? {
            b'\\' => at += 2,
            b'"' => break,
            _ => at += 1,
        }
    }
    Some((String::from_utf8_lossy(head.get(start..at)?).into_owned(), at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_seen_also_where_the_beginning_stops() {
        let line =
            r#"{"text": "a \"key\": {", "label": [[1, 2, "x"]], "meta": {"inner": 1}, "last": "long"}"#;
        assert_eq!(first_keys(line.as_bytes()), ["text", "label", "meta", "last"]);
        assert_eq!(first_keys(&line.as_bytes()[..45]), ["text", "label"]);
        assert_eq!(first_keys(br#"[{"data": {"text": 1}}, {"id": 2}]"#), ["data"]);
        assert!(first_keys(b"no json").is_empty() && first_keys(b"").is_empty());
    }
}
