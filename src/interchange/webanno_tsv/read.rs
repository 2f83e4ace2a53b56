//! Reading a file: its text first, then its rows as annotations.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::FORMAT;
use super::escape::{bracket, plain_value, split};
use super::header::{Column, Declared, Kind};
use super::table::{Row, Table, parse, text_of, unit_of, wrong};
use crate::interchange::build::{Build, SpanIn};
use crate::interchange::sink::{Source, read_whole, stem};
use crate::interchange::uima::{CONTINUATION, is_of_program};
use crate::interchange::units::Positions;
use crate::interchange::{FormatError, Item, ReadOptions, Reading, text};
use crate::language::slug;
use crate::model::{ArticleInfo, Attributes, SpanId, is_folder_safe};

pub(super) fn read(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let bytes = read_whole(&**source)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let file = std::str::from_utf8(bytes).map_err(|error| {
        FormatError::new("is not UTF-8, as WebAnno TSV always is; nothing was imported: convert it")
            .at_byte(error.valid_up_to())
    })?;
    let table = parse(file)?;
    let (unit, note) = unit_of(&table, options)?;
    let name = source.name();
    let id = stem(name);
    let id = if is_folder_safe(id) { id.to_owned() } else { slug::slug(id) };
    let positions = Positions::new(&text_of(&table, unit), false, unit);
    let info = ArticleInfo { id: id.as_str().into(), ..text::describe(&id, positions.text()) };
    let folder = name.rsplit_once('/').map(|(folder, _)| folder.rsplit('/').next().unwrap_or(folder));
    let annotator = folder.filter(|_| options.folders_are_annotators);
    let mut taking = Taking {
        table: &table,
        build: Build::new(FORMAT.name, info, positions, annotator, options)?,
        found: Vec::new(),
        by_number: BTreeMap::new(),
        by_row: BTreeMap::new(),
        chains: BTreeMap::new(),
        left: BTreeMap::new(),
    };
    taking.rows()?;
    let record = taking.finish()?;
    Ok(Reading::new(std::iter::once(Ok(Item::Record(Box::new(record))))).noting(note))
}

/// An annotation on its way: of several rows, or one of several in a row.
struct Found<'a> {
    layer: &'a Declared,
    place: (u32, u32),
    line: usize,
    row: &'a str,
    features: Vec<(&'a str, String)>,
    slots: Vec<Slot<'a>>,
    /// Of a relation: where it comes from.
    source: Option<&'a str>,
    base: &'a str,
}

/// By which the rows of one annotation know each other.
#[derive(Default)]
struct Key {
    /// The number in brackets.
    number: Option<u32>,
    /// The chain and the place in it.
    link: Option<(u32, u32)>,
}

impl<'a> Found<'a> {
    fn of(layer: &'a Declared) -> Self {
        Self {
            layer,
            place: (0, 0),
            line: 0,
            row: "",
            features: Vec::new(),
            slots: Vec::new(),
            source: None,
            base: "",
        }
    }

    /// Takes what stands in a column; the problem where that cannot be.
    fn take(&mut self, column: &'a Column, value: &'a str, key: &mut Key) -> Result<(), String> {
        match column {
            Column::Targets(base) => {
                if let Some(slot) = self.slots.last_mut() {
                    (slot.targets, slot.base) = (split(value, ';'), base);
                }
            }
            Column::Base(base) => (self.source, self.base) = (Some(value), base),
            Column::Roles(feature) => {
                let roles = split(self.unnumbered(value, key)?, ';');
                self.slots.push(Slot { feature, roles, targets: Vec::new(), base: "" });
            }
            Column::Feature(name) => {
                let bare = self.unnumbered(value, key)?;
                if bare != "*" {
                    self.features.push((name, plain_value(bare)));
                }
            }
            Column::Placeholder => _ = self.unnumbered(value, key)?,
        }
        Ok(())
    }

    /// A value without the number or link after it, which is remembered.
    fn unnumbered(&self, value: &'a str, key: &mut Key) -> Result<&'a str, String> {
        let (bare, inside) = bracket(value);
        match (self.layer.kind, inside) {
            (Kind::Chain, _) => {
                let (bare, link) = chained(bare);
                key.link = key.link.or(link);
                Ok(bare)
            }
            (Kind::Span, Some(inside)) => {
                key.number = inside.parse().ok();
                key.number.map(|_| bare).ok_or_else(|| format!("[{inside}] is no number of an annotation"))
            }
            _ => Ok(bare),
        }
    }

    /// The relations of its slots: the label, and the row and number of what fills each, of the layer `base`.
    fn filled(&self) -> impl Iterator<Item = (String, &'a str, &'a str)> {
        self.slots.iter().flat_map(|slot| {
            let filled = slot.roles.iter().zip(&slot.targets).filter(|(role, _)| **role != "_");
            filled.map(|(role, target)| {
                let label = if *role == "*" { slot.feature.to_owned() } else { plain_value(role) };
                (label, *target, slot.base)
            })
        })
    }
}

/// The roles of a slot and what fills them, by row and number, of the layer `base`.
struct Slot<'a> {
    feature: &'a str,
    roles: Vec<&'a str>,
    targets: Vec<&'a str>,
    base: &'a str,
}

struct Taking<'a, 'o> {
    table: &'a Table<'a>,
    build: Build<'o>,
    found: Vec<Found<'a>>,
    by_number: BTreeMap<u32, usize>,
    /// By the name of a row: what is in it.
    by_row: BTreeMap<&'a str, Vec<usize>>,
    /// The links of chains, by chain and place in it.
    chains: BTreeMap<(u32, u32), usize>,
    left: BTreeMap<&'a str, usize>,
}

impl<'a> Taking<'a, '_> {
    fn rows(&mut self) -> Result<(), FormatError> {
        for row in &self.table.rows {
            for layer in &self.table.layers {
                let cells = row.cells.get(layer.first..layer.first + layer.columns.len()).unwrap_or_default();
                let stacks: Vec<Vec<&str>> = cells
                    .iter()
                    .map(|cell| if *cell == "_" { Vec::new() } else { split(cell, '|') })
                    .collect();
                let depth = stacks.iter().map(Vec::len).max().unwrap_or(0);
                for nth in 0..depth {
                    let values = stacks.iter().map(|stack| stack.get(nth).copied()).collect();
                    self.annotation(row, layer, values)?;
                }
            }
        }
        Ok(())
    }

    /// An annotation in a row; where it began in another, it goes on.
    fn annotation(
        &mut self,
        row: &'a Row<'a>,
        layer: &'a Declared,
        values: Vec<Option<&'a str>>,
    ) -> Result<(), FormatError> {
        let mut made = Found { place: row.place, line: row.line, row: row.name, ..Found::of(layer) };
        let mut key = Key::default();
        for (column, value) in layer.columns.iter().zip(values) {
            if let Some(value) = value {
                made.take(column, value, &mut key).map_err(|problem| wrong(row.line, problem))?;
            }
        }
        let known = key.number.and_then(|number| self.by_number.get(&number));
        let known = known.or_else(|| key.link.and_then(|link| self.chains.get(&link))).copied();
        let at = match known.and_then(|at| Some((at, self.found.get_mut(at)?))) {
            Some((at, begun)) if begun.layer.name == layer.name => {
                begun.place = (begun.place.0.min(row.place.0), begun.place.1.max(row.place.1));
                at
            }
            Some((_, begun)) => {
                return Err(wrong(
                    row.line,
                    format!("its number is of an annotation in line {}", begun.line),
                ));
            }
            None => {
                self.found.push(made);
                self.found.len() - 1
            }
        };
        key.number.map(|number| self.by_number.insert(number, at));
        key.link.map(|link| self.chains.insert(link, at));
        self.by_row.entry(row.name).or_default().push(at);
        Ok(())
    }

    fn finish(mut self) -> Result<crate::interchange::Record, FormatError> {
        let mut parts: BTreeMap<usize, Vec<(u32, u32)>> = BTreeMap::new();
        let mut of_others = BTreeSet::new();
        for link in self.found.iter().filter(|found| found.layer.name == CONTINUATION) {
            let (from, to) = self.ends(link);
            if let (Some(from), Some(to), Some(place)) = (from, to, to.and_then(|to| self.found.get(to))) {
                parts.entry(from).or_default().push(place.place);
                of_others.insert(to);
            }
        }
        let mut kept: BTreeMap<usize, SpanId> = BTreeMap::new();
        let found = std::mem::take(&mut self.found);
        for (nth, annotation) in found.iter().enumerate().filter(|(nth, _)| !of_others.contains(nth)) {
            if is_of_program(&annotation.layer.name) {
                *self.left.entry(&annotation.layer.name).or_default() += 1;
            } else if annotation.layer.kind != Kind::Relation {
                let others = parts.remove(&nth).unwrap_or_default();
                let id = self.build.span(span(annotation, others))?;
                kept.extend(id.map(|id| (nth, id)));
            }
        }
        self.found = found;
        self.relations(&kept)?;
        for (layer, count) in self.left {
            self.build.leave_out(format!("{count} × {layer} has no place here"));
        }
        self.build.finish()
    }

    fn relations(&mut self, kept: &BTreeMap<usize, SpanId>) -> Result<(), FormatError> {
        let id = |nth: Option<usize>| nth.and_then(|nth| kept.get(&nth)).copied();
        let mut made = Vec::new();
        for (nth, annotation) in self.found.iter().enumerate() {
            let place = format!("line {}", annotation.line);
            match annotation.layer.kind {
                _ if is_of_program(&annotation.layer.name) || annotation.layer.name == CONTINUATION => {}
                Kind::Relation => {
                    let (from, to) = self.ends(annotation);
                    let (label, key) = label(annotation);
                    made.push((label, (id(from), id(to)), attributes(annotation, key), place));
                }
                Kind::Span => {
                    for (label, target, base) in annotation.filled() {
                        let (row, number) = bracket(target);
                        let to = self.find(row, number.and_then(|number| number.parse().ok()), base);
                        made.push((label, (id(Some(nth)), id(to)), Attributes::new(), place.clone()));
                    }
                }
                Kind::Chain => {}
            }
        }
        for ((chain, link), at) in &self.chains {
            let Some(next) = self.chains.get(&(*chain, link + 1)) else { continue };
            let Some(from) = self.found.get(*at) else { continue };
            let said = from.features.iter().find(|(name, _)| *name == "referenceRelation");
            let label = said.map_or("next", |(_, said)| said.as_str()).to_owned();
            let ends = (id(Some(*at)), id(Some(*next)));
            made.push((label, ends, Attributes::new(), format!("line {}", from.line)));
        }
        for (label, ends, attributes, place) in made {
            self.build.relation(None, &label, ends, attributes, &place)?;
        }
        Ok(())
    }

    /// What a relation leads from and to.
    fn ends(&self, relation: &Found<'a>) -> (Option<usize>, Option<usize>) {
        let Some(source) = relation.source else { return (None, None) };
        let (row, inside) = bracket(source);
        let numbers = inside.and_then(|inside| inside.split_once('_')).unwrap_or_default();
        let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
        let from = self.find(row, number(numbers.0), relation.base);
        (from, self.find(relation.row, number(numbers.1), relation.base))
    }

    /// An annotation by its number, or the one of that layer in a row; of any layer where none is named.
    fn find(&self, row: &str, number: Option<u32>, base: &str) -> Option<usize> {
        if let Some(number) = number {
            return self.by_number.get(&number).copied();
        }
        let is_base = |nth: &&usize| {
            self.found.get(**nth).is_some_and(|found| match base {
                "" | "uima.tcas.Annotation" => found.layer.kind != Kind::Relation,
                base => found.layer.name == base,
            })
        };
        self.by_row.get(row)?.iter().find(is_base).copied()
    }
}

/// `coref->1-2` is the value `coref` of the second link of the first chain.
fn chained(value: &str) -> (&str, Option<(u32, u32)>) {
    let parts = value.rsplit_once("->").and_then(|(before, at)| {
        let (chain, link) = at.split_once('-')?;
        Some((before, (chain.parse().ok()?, link.parse().ok()?)))
    });
    parts.map_or((value, None), |(before, at)| (before, Some(at)))
}

fn span<'f>(found: &'f Found<'_>, others: Vec<(u32, u32)>) -> SpanIn<'f> {
    let key = label_key(found);
    let label = match key.and_then(|key| feature(found, key)) {
        Some(label) => label,
        None => short(&found.layer.name),
    };
    SpanIn {
        label,
        ranges: std::iter::once(found.place).chain(others).collect(),
        note: feature(found, "note").unwrap_or_default().to_owned(),
        attributes: attributes(found, key),
        place: format!("line {}", found.line),
        ..SpanIn::default()
    }
}

fn feature<'f>(found: &'f Found<'_>, name: &str) -> Option<&'f str> {
    found.features.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

/// The feature that is the label; nothing where the layer's name is.
fn label_key(found: &Found<'_>) -> Option<&'static str> {
    let has = |key: &&str| feature(found, key).is_some_and(|value| !value.is_empty());
    ["label", "value"].into_iter().find(has)
}

fn label(found: &Found<'_>) -> (String, Option<&'static str>) {
    let key = label_key(found);
    let said = key.and_then(|key| feature(found, key)).unwrap_or_else(|| short(&found.layer.name));
    (said.to_owned(), key)
}

fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn attributes(found: &Found<'_>, label: Option<&str>) -> Attributes {
    let is_own = |name: &str| Some(name) == label || ["note", "referenceRelation"].contains(&name);
    let own = found.features.iter().filter(|(name, _)| !is_own(name));
    own.map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}
