//! Following every pointer of a written file.

use std::collections::BTreeSet;

use super::TEXT;
use crate::interchange::sink::{Source, read_whole};
use crate::interchange::xml::{self, Element, Step, XmlReader};
use crate::interchange::{FormatError, units};
use crate::model::{Article, quote_of};

/// A span that is held against the text, which comes after it.
struct Quoted {
    id: String,
    target: String,
    quote: String,
}

/// Whether every span leads to the words it repeats, and every other pointer to something that is there.
pub(super) fn check(source: &dyn Source) -> Result<(), FormatError> {
    let file = xml::decode(&read_whole(source)?)?;
    let (mut ids, mut pointers): (BTreeSet<String>, Vec<String>) = Default::default();
    let (mut spans, mut path): (Vec<Quoted>, Vec<String>) = Default::default();
    let mut text = None;
    for step in XmlReader::new(&file) {
        match step? {
            Step::Start(element) => {
                let get = |name: &str| element.attribute(name).unwrap_or_default().to_owned();
                if let Some(id) = element.attribute("id")
                    && !ids.insert(id.to_owned())
                {
                    return Err(FormatError::new(format!("has two elements with the id {id}")));
                }
                match element.name.as_str() {
                    "span" => {
                        spans.push(Quoted { id: get("id"), target: get("target"), quote: String::new() })
                    }
                    "ab" if get("id") == TEXT => text = Some(String::new()),
                    _ => {}
                }
                pointers.extend(pointers_of(&element));
                path.push(element.name);
            }
            Step::Text(piece) => match (path.last().map(String::as_str), spans.last_mut(), &mut text) {
                (Some("mentioned"), Some(span), _) => span.quote.push_str(&piece),
                (Some("ab"), _, Some(text)) => text.push_str(&piece),
                _ => {}
            },
            Step::End => _ = path.pop(),
        }
    }
    let Some(text) = text else { return Err(FormatError::new("has no text")) };
    if let Some(lost) = pointers.iter().find(|pointer| !ids.contains(pointer.trim_start_matches('#'))) {
        return Err(FormatError::new(format!("{lost} leads to nothing")));
    }
    let article = Article::new("", text);
    spans.iter().try_for_each(|span| hold(&article, span))
}

/// What an element points at, but for the places of spans.
fn pointers_of(element: &Element<'_>) -> Vec<String> {
    let targets = element.attribute("target").filter(|_| element.name != "span");
    let all = ["ana", "resp"].into_iter().filter_map(|name| element.attribute(name)).chain(targets);
    all.flat_map(str::split_whitespace).map(ToOwned::to_owned).collect()
}

fn hold(article: &Article, span: &Quoted) -> Result<(), FormatError> {
    let words = words(article, &span.target);
    if words.as_ref() == Some(&span.quote) {
        return Ok(());
    }
    Err(FormatError::new(format!(
        "span {}: {} leads to “{}”, not to “{}”",
        span.id,
        span.target,
        units::short(&words.unwrap_or_default()),
        units::short(&span.quote)
    )))
}

/// The words that a pointer leads to, those of several ranges with a space between them.
fn words(article: &Article, pointer: &str) -> Option<String> {
    let inside = pointer.strip_prefix("#string-range(")?.strip_suffix(')')?;
    let mut numbers = inside.strip_prefix(TEXT)?.strip_prefix(',')?.split(',');
    let mut ranges = Vec::new();
    while let Some(start) = numbers.next() {
        let (start, length): (u32, u32) = (start.parse().ok()?, numbers.next()?.parse().ok()?);
        let end = start.checked_add(length)?;
        ranges.push(article.offsets().range_from_scalars(article.text(), start, end)?);
    }
    quote_of(article.text(), &ranges)
}
