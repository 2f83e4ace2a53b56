//! The one-line language of the tests: `[Ali]{actor} said [[no]{x} war]{claim}`.
//!
//! A bracket opens a span, `]{label}` closes the last one opened. `]{label#7}` gives a number, so that
//! `]{claim#2}` twice makes one discontinuous span of two ranges. `\[` and `\]` are brackets of the text.

use std::collections::BTreeMap;
use std::sync::Arc;

use text_size::{TextRange, TextSize};

use super::{Article, ArticleInfo, Layer, LayerKey, Project, Ranges, Span, SpanId, quote_of};

/// Reads a fixture: the text without its marks, and a layer with the spans in reading order.
///
/// # Panics
/// Where brackets do not match: a fixture is written by us.
pub fn parse(fixture: &str) -> (String, Layer) {
    let mut text = String::new();
    let mut open = Vec::new();
    let mut marks: Vec<(TextRange, String)> = Vec::new();
    let mut chars = fixture.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\\' => text.extend(chars.next()),
            '[' => open.push(TextSize::of(text.as_str())),
            ']' => {
                let start = open.pop().unwrap_or_else(|| panic!("no bracket is open in {fixture:?}"));
                assert_eq!(chars.next(), Some('{'), "a label must follow the bracket in {fixture:?}");
                let label: String = chars.by_ref().take_while(|c| *c != '}').collect();
                marks.push((TextRange::new(start, TextSize::of(text.as_str())), label));
            }
            other => text.push(other),
        }
    }
    assert!(open.is_empty(), "a bracket stays open in {fixture:?}");
    let layer = layer_of(&text, marks);
    (text, layer)
}

fn layer_of(text: &str, mut marks: Vec<(TextRange, String)>) -> Layer {
    marks.sort_by_key(|(range, _)| (range.start(), std::cmp::Reverse(range.end())));
    let mut layer = Layer::default();
    let mut numbered: BTreeMap<String, SpanId> = BTreeMap::new();
    for (range, name) in marks {
        let (label, number) =
            name.split_once('#').map_or((name.as_str(), None), |(label, n)| (label, Some(n)));
        let earlier = number.and_then(|_| numbered.get(&name)).and_then(|id| layer.spans.get_mut(id));
        if let Some(span) = earlier {
            span.ranges.push(range);
            span.quote = quote_of(text, &span.ranges).unwrap_or_default();
            continue;
        }
        let id = number.and_then(|n| n.parse().ok()).map_or(layer.next_span_id(), SpanId);
        numbered.insert(name.clone(), id);
        if let Some(span) = Span::new(id, label, Ranges::from_slice(&[range]), text) {
            layer.last_span = layer.last_span.max(id.0);
            layer.spans.insert(id, span);
        }
    }
    layer
}

/// Writes a layer over its text back into the fixture language; numbers only where a span is discontinuous.
pub fn write(text: &str, layer: &Layer) -> String {
    let mut marks: Vec<(TextRange, &Span)> =
        layer.spans.values().flat_map(|span| span.ranges.iter().map(move |range| (*range, span))).collect();
    marks.sort_by_key(|(range, span)| (range.start(), std::cmp::Reverse(range.end()), span.id));
    let mut written = String::new();
    let mut open: Vec<(TextRange, &Span)> = Vec::new();
    for (at, char) in text.char_indices().map(|(at, c)| (at, Some(c))).chain([(text.len(), None)]) {
        // Overlapping spans cannot nest their brackets: the fixture closes the one that ends here, whichever it is.
        while let Some(nth) = open.iter().rposition(|(range, _)| usize::from(range.end()) == at) {
            let (_, span) = open.remove(nth);
            let number = if span.ranges.len() > 1 { format!("#{}", span.id) } else { String::new() };
            written.push_str(&format!("]{{{}{number}}}", span.label));
        }
        for mark in marks.iter().filter(|(range, _)| usize::from(range.start()) == at) {
            written.push('[');
            open.push(*mark);
        }
        written.extend(char);
    }
    written
}

/// A project of one article `a` with the layer of annotator `me`, both loaded.
pub fn project(fixture: &str) -> (Project, LayerKey) {
    let (text, layer) = parse(fixture);
    let key = LayerKey::new("a", "me");
    let mut project = Project::new("Fixture", "fixture");
    project.insert_article(0, ArticleInfo::new("a", &text));
    project.put_text(Arc::new(Article::new("a", text)));
    project.put_layer(key.clone(), Arc::new(layer));
    (project, key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixture_reads_as_it_is_written() {
        for fixture in [
            "[Ali]{actor} said [[no]{x} war]{claim}",
            "و[بغداد]{location}",
            "[no]{claim#2} he said [war]{claim#2}",
            "",
        ] {
            let (text, layer) = parse(fixture);
            assert_eq!(write(&text, &layer), fixture);
        }
    }
}
