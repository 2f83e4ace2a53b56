//! Characters that change what is read and are not seen: shown as small pills, never stripped.

/// An invisible character of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invisible {
    /// Where it is.
    pub byte: usize,
    /// Which it is.
    pub char: char,
    /// The short name people know it by, such as `RLM`.
    pub name: &'static str,
}

/// The invisible characters of a text in order.
pub fn find(text: &str) -> impl Iterator<Item = Invisible> {
    text.char_indices().filter_map(|(byte, char)| Some(Invisible { byte, char, name: name(char)? }))
}

/// The short name of an invisible character; nothing for every other.
pub fn name(char: char) -> Option<&'static str> {
    Some(match char {
        // All of them lie beyond the Arabic block but these three; most characters are done here.
        '\u{ad}' => "SHY",
        '\u{34f}' => "CGJ",
        '\u{61c}' => "ALM",
        '\0'..='\u{180d}' => return None,
        '\u{180e}' => "MVS",
        '\u{200b}' => "ZWSP",
        '\u{200c}' => "ZWNJ",
        '\u{200d}' => "ZWJ",
        '\u{200e}' => "LRM",
        '\u{200f}' => "RLM",
        '\u{2028}' => "LSEP",
        '\u{2029}' => "PSEP",
        '\u{202a}' => "LRE",
        '\u{202b}' => "RLE",
        '\u{202c}' => "PDF",
        '\u{202d}' => "LRO",
        '\u{202e}' => "RLO",
        '\u{2060}' => "WJ",
        '\u{2061}'..='\u{2064}' => "INV",
        '\u{2066}' => "LRI",
        '\u{2067}' => "RLI",
        '\u{2068}' => "FSI",
        '\u{2069}' => "PDI",
        '\u{206a}'..='\u{206f}' => "OLD",
        '\u{feff}' => "BOM",
        '\u{fff9}'..='\u{fffb}' => "ANN",
        '\u{e0001}' | '\u{e0020}'..='\u{e007f}' => "TAG",
        _ => return None,
    })
}

/// Whether a character does nothing but set the direction of what stands around it: marks, embeddings, overrides
/// and isolates.
pub fn is_direction_mark(char: char) -> bool {
    matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Embeddings and isolates that are opened and not closed in their paragraph, or closed and not opened: where one
/// can make a text read otherwise than it is written (CVE-2021-42574).
pub fn unbalanced(text: &str) -> Vec<Invisible> {
    let mut found = Vec::new();
    let mut open: Vec<Invisible> = Vec::new();
    for (byte, char) in text.char_indices() {
        if char == '\n' {
            found.append(&mut open);
            continue;
        }
        let Some(name) = name(char) else { continue };
        let here = Invisible { byte, char, name };
        let isolate = |c: char| matches!(c, '\u{2066}'..='\u{2068}');
        match char {
            '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' | '\u{2066}'..='\u{2068}' => open.push(here),
            '\u{202c}' => match open.pop_if(|last| !isolate(last.char)) {
                Some(_) => {}
                None => found.push(here),
            },
            '\u{2069}' => match open.iter().rposition(|opened| isolate(opened.char)) {
                Some(nth) => found.extend(open.drain(nth..).skip(1)),
                None => found.push(here),
            },
            _ => {}
        }
    }
    found.append(&mut open);
    found.sort_by_key(|invisible| invisible.byte);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_found_with_their_names() {
        let text = "\u{feff}ا\u{200f}ب\u{200c}ج e\u{301}😀\u{ad}مُ\u{202e}";
        let names: Vec<_> = find(text).map(|found| found.name).collect();
        assert_eq!(names, ["BOM", "RLM", "ZWNJ", "SHY", "RLO"]);
        assert!(find(text).all(|found| text.get(found.byte..).unwrap().starts_with(found.char)));
    }

    #[test]
    fn what_opens_and_does_not_close_is_reported() {
        for (text, expected) in [
            ("\u{2067}ا\u{2069} \u{202b}ب\u{202c}", vec![]),
            ("\u{202e}abc", vec!["RLO"]),
            ("\u{202b}ا\nب\u{202c}", vec!["RLE", "PDF"]),
            ("\u{2067}\u{202e}x\u{2069}", vec!["RLO"]),
            ("\u{2069}", vec!["PDI"]),
            ("\u{200f}", vec![]),
        ] {
            assert_eq!(unbalanced(text).iter().map(|i| i.name).collect::<Vec<_>>(), expected, "{text:?}");
        }
    }
}
