//! The lines of an `.ann` file.

use crate::interchange::FormatError;

/// A line, with its number in the file from 1.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) number: usize,
    pub(super) id: &'a str,
    pub(super) what: What<'a>,
}

/// What a line says.
#[derive(Debug)]
pub(super) enum What<'a> {
    /// `T1⇥type 0 5;6 9⇥words`
    Span { label: &'a str, ranges: Vec<(u32, u32)>, words: Option<&'a str> },
    /// `R1⇥type Arg1:T1 Arg2:T2`
    Relation { label: &'a str, from: &'a str, to: &'a str },
    /// `E1⇥type:T3 Role:T1`
    Event { trigger: &'a str, roles: Vec<(&'a str, &'a str)> },
    /// `*⇥Equiv T1 T2`
    Equal { label: &'a str, members: Vec<&'a str> },
    /// `A1⇥name T1 value`
    Attribute { name: &'a str, bearer: &'a str, value: &'a str },
    /// `N1⇥Reference T1 DB:id⇥words`
    Reference { bearer: &'a str, name: &'a str, entry: &'a str },
    /// `#1⇥AnnotatorNotes T1⇥note`
    Note { bearer: &'a str, note: &'a str },
}

/// Reads all lines of a file.
pub(super) fn parse(ann: &str) -> Result<Vec<Line<'_>>, FormatError> {
    let lines = ann.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(nth, line)| parse_line(line, nth + 1).map_err(|error| error.at_line(nth + 1)))
        .collect()
}

fn parse_line(line: &str, number: usize) -> Result<Line<'_>, FormatError> {
    let wrong = || {
        FormatError::new(format!(
            "“{}” is no line of brat; nothing was imported: mend it, or remove it",
            crate::interchange::units::short(line)
        ))
    };
    let (id, rest) = line.split_once('\t').ok_or_else(wrong)?;
    let (head, tail) = rest.split_once('\t').map_or((rest, None), |(head, tail)| (head, Some(tail)));
    let what = match id.chars().next() {
        Some('T') => span(head, tail),
        Some('R') => relation(head),
        Some('E') => event(head),
        Some('*') => equal(head),
        Some('A' | 'M') => attribute(rest),
        Some('N') => reference(head),
        Some('#') => note(head, tail),
        _ => None,
    };
    Ok(Line { number, id, what: what.ok_or_else(wrong)? })
}

fn span<'a>(head: &'a str, words: Option<&'a str>) -> Option<What<'a>> {
    let (label, places) = head.split_once(' ')?;
    let ranges = places
        .split(';')
        .map(|place| {
            let (start, end) = place.split_once(' ')?;
            Some((start.parse().ok()?, end.parse().ok()?))
        })
        .collect::<Option<Vec<_>>>()?;
    Some(What::Span { label, ranges, words })
}

fn relation(head: &str) -> Option<What<'_>> {
    let mut parts = head.split(' ').filter(|part| !part.is_empty());
    let label = parts.next()?;
    let (_, from) = parts.next()?.split_once(':')?;
    let (_, to) = parts.next()?.split_once(':')?;
    parts.next().is_none().then_some(What::Relation { label, from, to })
}

fn event(head: &str) -> Option<What<'_>> {
    let mut parts = head.split(' ').filter(|part| !part.is_empty());
    let (_, trigger) = parts.next()?.split_once(':')?;
    let roles = parts.map(|part| part.split_once(':')).collect::<Option<Vec<_>>>()?;
    Some(What::Event { trigger, roles })
}

fn equal(head: &str) -> Option<What<'_>> {
    let mut parts = head.split(' ').filter(|part| !part.is_empty());
    let label = parts.next()?;
    Some(What::Equal { label, members: parts.collect() })
}

fn attribute(rest: &str) -> Option<What<'_>> {
    let mut parts = rest.splitn(3, ' ');
    let (name, bearer) = (parts.next()?, parts.next()?.trim_end());
    // An attribute without a value is a flag that is up.
    let value = parts.next().map_or("yes", str::trim);
    (!name.is_empty() && !bearer.is_empty()).then_some(What::Attribute { name, bearer, value })
}

fn reference(head: &str) -> Option<What<'_>> {
    let mut parts = head.split(' ');
    let (name, bearer, entry) = (parts.next()?, parts.next()?, parts.next()?);
    Some(What::Reference { bearer, name, entry })
}

fn note<'a>(head: &'a str, note: Option<&'a str>) -> Option<What<'a>> {
    let (_, bearer) = head.split_once(' ')?;
    Some(What::Note { bearer, note: note.unwrap_or_default() })
}
