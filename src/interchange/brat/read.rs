//! Reading a pair of `.txt` and `.ann`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::rc::Rc;

use super::conf;
use super::ends_line;
use super::lines::{Line, What, parse};
use crate::interchange::build::{self, Build, SpanIn};
use crate::interchange::sink::{Source, beside, read_whole, stem, unread};
use crate::interchange::units::{Claimed, Positions, Survey};
use crate::interchange::{FormatError, Item, OffsetUnit, ReadOptions, Reading, Record, text};
use crate::language::slug;
use crate::model::{ArticleInfo, Attributes, is_folder_safe};

pub(super) fn read(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let ann = utf8(read_whole(&**source)?, source.name())?;
    let ann = ann.strip_prefix('\u{feff}').unwrap_or(&ann);
    let text_name = beside(source.name(), &format!("{}.txt", stem(source.name())));
    let text = other(&**source, &text_name)?.ok_or_else(|| {
        FormatError::new(format!(
            "there is no {text_name} beside it, which holds its text; nothing was imported: put both in one folder"
        ))
    })?;
    let text = utf8(text, &text_name)?;
    let (had_mark, text) = match text.strip_prefix('\u{feff}') {
        Some(rest) => (true, rest),
        None => (false, text.as_str()),
    };
    let lines = parse(ann)?;
    let found = match options.unit {
        Some(unit) => (unit.into(), String::new()),
        None => {
            let choice = survey(text, had_mark, &lines).choose(options.keep_mismatches)?;
            (choice.counting, choice.reason)
        }
    };
    let positions = Positions::new(text, had_mark, found.0);
    let names = names(&**source)?;
    let record = record(source.name(), &lines, positions, &names, options)?;
    Ok(Reading::new(std::iter::once(Ok(Item::Record(Box::new(record))))).noting(found.1))
}

fn utf8(bytes: Vec<u8>, name: &str) -> Result<String, FormatError> {
    String::from_utf8(bytes).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        FormatError::new(format!("{name} is not UTF-8, as brat wants it; nothing was imported: convert it"))
            .at_byte(byte)
    })
}

fn other(source: &dyn Source, path: &str) -> Result<Option<Vec<u8>>, FormatError> {
    let Some(mut file) = source.other(path).map_err(unread)? else { return Ok(None) };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(unread)?;
    Ok(Some(bytes))
}

/// The names that forms stand for, from the nearest `annotation.conf` above.
fn names(source: &dyn Source) -> Result<BTreeMap<String, String>, FormatError> {
    let mut folder = source.name();
    while let Some((above, _)) = folder.rsplit_once('/') {
        if let Some(bytes) = other(source, &format!("{above}/annotation.conf"))? {
            return Ok(conf::names_of(&String::from_utf8_lossy(&bytes)));
        }
        folder = above;
    }
    let bytes = other(source, "annotation.conf")?.unwrap_or_default();
    Ok(conf::names_of(&String::from_utf8_lossy(&bytes)))
}

fn survey(text: &str, had_mark: bool, lines: &[Line<'_>]) -> Survey {
    let places: Vec<String> =
        lines.iter().map(|line| format!("{} in line {}", line.id, line.number)).collect();
    let spans: Vec<Claimed<'_>> = lines
        .iter()
        .zip(&places)
        .filter_map(|(line, place)| match &line.what {
            What::Span { ranges, words, .. } => {
                Some(Claimed { ranges: ranges.clone(), covered: *words, place })
            }
            _ => None,
        })
        .collect();
    let mut survey = Survey::new(OffsetUnit::CodePoints);
    survey.article(text, had_mark, &spans);
    survey
}

fn record(
    name: &str,
    lines: &[Line<'_>],
    positions: Positions,
    names: &BTreeMap<String, String>,
    options: &ReadOptions,
) -> Result<Record, FormatError> {
    let id = stem(name);
    let id = if is_folder_safe(id) { id.to_owned() } else { slug::slug(id) };
    let info = ArticleInfo { id: id.as_str().into(), ..text::describe(&id, positions.text()) };
    let folder = name.rsplit_once('/').map(|(folder, _)| folder.rsplit('/').next().unwrap_or(folder));
    let annotator = folder.filter(|_| options.folders_are_annotators);
    let build = Build::new("brat", info, positions, annotator, options)?;
    let numbered =
        lines.iter().all(|line| !matches!(line.what, What::Span { .. }) || number(line.id).is_some());
    let mut pair = Pair {
        build,
        names,
        spans: build::Names::default(),
        numbered,
        attributes: attributes_of_relations(lines, names),
        triggers: BTreeMap::new(),
    };
    pair.spans(lines)?;
    pair.events(lines)?;
    pair.relations(lines)?;
    pair.rest(lines);
    pair.build.finish()
}

/// The number of `T7`.
fn number(id: &str) -> Option<u32> {
    let digits = id.get(1..)?;
    digits.parse().ok().filter(|number: &u32| *number > 0 && number.to_string() == digits)
}

fn attributes_of_relations<'a>(
    lines: &[Line<'a>],
    names: &BTreeMap<String, String>,
) -> BTreeMap<&'a str, Attributes> {
    let mut found: BTreeMap<&str, Attributes> = BTreeMap::new();
    for line in lines {
        if let What::Attribute { name, bearer, value } = line.what
            && bearer.starts_with('R')
        {
            let name = names.get(name).map_or(name, String::as_str);
            found.entry(bearer).or_default().insert(name.to_owned(), value.to_owned());
        }
    }
    found
}

/// A pair of files on its way to a record.
struct Pair<'a, 'o> {
    build: Build<'o>,
    names: &'a BTreeMap<String, String>,
    spans: build::Names,
    /// Whether every span has a number of its own to keep.
    numbered: bool,
    attributes: BTreeMap<&'a str, Attributes>,
    /// Triggers of events.
    triggers: BTreeMap<&'a str, &'a str>,
}

impl<'a> Pair<'a, '_> {
    fn name<'n>(&'n self, form: &'n str) -> &'n str {
        self.names.get(form).map_or(form, String::as_str)
    }

    fn spans(&mut self, lines: &[Line<'a>]) -> Result<(), FormatError> {
        let mut seen = BTreeSet::new();
        for line in lines {
            if line.id != "*" && !seen.insert(line.id) {
                let problem =
                    format!("there are two lines {}; nothing was imported: number them apart", line.id);
                return Err(FormatError::new(problem).at_line(line.number));
            }
            let What::Span { label, ranges, words } = &line.what else { continue };
            let span = SpanIn {
                number: number(line.id).filter(|_| self.numbered),
                label: self.names.get(*label).map_or(*label, String::as_str),
                ranges: ranges.clone(),
                covered: *words,
                join_over: Some(ends_line),
                place: line.id.to_owned(),
                ..SpanIn::default()
            };
            let id = self.build.span(span).map_err(|error| error.at_line(line.number))?;
            self.spans.put(line.id, id);
        }
        Ok(())
    }

    /// An event is its trigger, and its roles are relations from there.
    fn events(&mut self, lines: &[Line<'a>]) -> Result<(), FormatError> {
        let events = || {
            lines.iter().filter_map(|line| match &line.what {
                What::Event { trigger, roles } => Some((line, *trigger, roles)),
                _ => None,
            })
        };
        self.triggers.extend(events().map(|(line, trigger, _)| (line.id, trigger)));
        let mut of_trigger: BTreeMap<&str, &str> = BTreeMap::new();
        for (line, trigger, roles) in events() {
            if let Some(first) = of_trigger.insert(trigger, line.id) {
                self.build.leave_out(format!(
                    "line {}: the events {first} and {} have one trigger, and their roles cannot be told apart any more",
                    line.number, line.id
                ));
            }
            for (role, end) in roles {
                // Role, Role2, Role3 are one role.
                let role = role.trim_end_matches(|char: char| char.is_ascii_digit());
                let ends = (self.spans.get(trigger), self.end(end));
                let label = self.name(role).to_owned();
                let place = format!("line {}", line.number);
                self.build.relation(None, &label, ends, Attributes::new(), &place)?;
            }
        }
        Ok(())
    }

    /// The span of a name, also where it names an event.
    fn end(&self, name: &str) -> Option<crate::model::SpanId> {
        self.spans.get(self.triggers.get(name).copied().unwrap_or(name))
    }

    fn relations(&mut self, lines: &[Line<'a>]) -> Result<(), FormatError> {
        let has_events = !self.triggers.is_empty();
        let numbered = !has_events
            && lines.iter().all(|line| match line.what {
                What::Relation { .. } => number(line.id).is_some(),
                What::Equal { .. } => false,
                _ => true,
            });
        for line in lines {
            let place = format!("line {}", line.number);
            match &line.what {
                What::Relation { label, from, to } => {
                    let ends = (self.end(from), self.end(to));
                    let number = number(line.id).filter(|_| numbered);
                    let attributes = self.attributes.remove(line.id).unwrap_or_default();
                    let label = self.name(label).to_owned();
                    self.build.relation(number, &label, ends, attributes, &place)?;
                }
                What::Equal { label, members } => {
                    let Some((first, others)) = members.split_first() else { continue };
                    for other in others {
                        let ends = (self.end(first), self.end(other));
                        self.build.relation(None, label, ends, Attributes::new(), &place)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn rest(&mut self, lines: &[Line<'a>]) {
        for line in lines {
            let place = format!("line {}", line.number);
            match &line.what {
                What::Attribute { bearer, .. } if bearer.starts_with('R') => {}
                What::Attribute { name, bearer, value } => {
                    let (span, name) = (self.end(bearer), self.name(name).to_owned());
                    self.build.attribute(span, &name, value, &place);
                }
                What::Reference { bearer, name, entry } => {
                    let span = self.end(bearer);
                    self.build.attribute(span, name, entry, &place);
                }
                What::Note { bearer, note } => {
                    let span = self.end(bearer);
                    self.build.note(span, note, &place);
                }
                _ => {}
            }
        }
        let orphans: Vec<String> = self.attributes.keys().map(ToString::to_string).collect();
        for orphan in orphans {
            self.build.leave_out(format!("attributes of {orphan} are of no relation that is there"));
        }
    }
}
