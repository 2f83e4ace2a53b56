//! Reading a file: its text first, then its rows as annotations.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::escape::{bracket, plain_text, plain_value, split};
use super::header::{Column, Declared, Kind, declare};
use super::{FIRST, FORMAT};
use crate::interchange::build::{Build, SpanIn};
use crate::interchange::sink::{Source, read_whole, stem};
use crate::interchange::uima::{CONTINUATION, is_of_program};
use crate::interchange::units::{Claimed, Positions, Survey};
use crate::interchange::{FormatError, Item, OffsetUnit, ReadOptions, Reading, text};
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

/// A file, line by line.
struct Table<'a> {
    layers: Vec<Declared>,
    sentences: Vec<Sentence>,
    rows: Vec<Row<'a>>,
}

struct Sentence {
    text: String,
    /// Where its first token begins.
    begin: u32,
}

struct Row<'a> {
    line: usize,
    name: &'a str,
    place: (u32, u32),
    words: &'a str,
    cells: Vec<&'a str>,
}

fn wrong(line: usize, problem: impl Into<String>) -> FormatError {
    FormatError::new(format!("{}; nothing was imported: mend the file", problem.into())).at_line(line)
}

fn parse(file: &str) -> Result<Table<'_>, FormatError> {
    let mut lines = file.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).zip(1..);
    if !lines.next().is_some_and(|(line, _)| line.starts_with(FIRST)) {
        return Err(wrong(1, format!("does not begin with {FIRST}")));
    }
    let mut table = Table { layers: Vec::new(), sentences: Vec::new(), rows: Vec::new() };
    // The lines of a sentence before its first token.
    let mut heads: Option<Vec<String>> = None;
    for (line, number) in lines {
        if let Some(said) = line.strip_prefix("#Text=") {
            heads.get_or_insert_default().push(plain_text(said));
        } else if table.sentences.is_empty() && heads.is_none() && line.starts_with("#T_") {
            declare(line, &mut table.layers).map_err(|error| error.at_line(number))?;
        } else if !line.is_empty() && !line.starts_with('#') {
            let row = row(line, number, &table.layers)?;
            if let Some(lines) = heads.take() {
                table.sentences.push(Sentence { text: lines.join("\n"), begin: row.place.0 });
            } else if table.sentences.is_empty() {
                return Err(wrong(number, "a token stands before any #Text="));
            }
            table.rows.push(row);
        }
    }
    match heads {
        Some(_) => Err(FormatError::new(
            "ends after #Text= and before its tokens; nothing was imported: get the file anew",
        )),
        None => Ok(table),
    }
}

fn row<'a>(line: &'a str, number: usize, layers: &[Declared]) -> Result<Row<'a>, FormatError> {
    let columns = layers.last().map_or(0, |layer| layer.first + layer.columns.len());
    let mut cells = line.split('\t');
    let (name, place, words) = (cells.next(), cells.next(), cells.next());
    let place = place.and_then(|place| {
        let (start, end) = place.split_once('-')?;
        Some((start.parse().ok()?, end.parse().ok()?))
    });
    let (Some(name), Some(place), Some(words)) = (name, place, words) else {
        return Err(wrong(number, format!("“{}” is no token", crate::interchange::units::short(line))));
    };
    let cells: Vec<&str> = cells.take(columns).collect();
    if cells.len() < columns {
        let problem = format!("the row has {} cells for {columns} columns", cells.len());
        return Err(wrong(number, problem));
    }
    Ok(Row { line: number, name, place, words, cells })
}

/// The text of the sentences. What is between them is not in the file: a gap of one is a line end, a wider one is filled
/// up with spaces, as WebAnno does it.
fn text_of(table: &Table<'_>, unit: OffsetUnit) -> String {
    let mut text = String::new();
    let (mut length, mut left) = (0, LARGEST_GAPS);
    for (nth, sentence) in table.sentences.iter().enumerate() {
        let begin = usize::try_from(sentence.begin).unwrap_or(usize::MAX);
        // A place far outside is found out when the tokens are held against the text.
        let gap = begin.saturating_sub(length).min(left);
        left -= gap;
        if gap > 0 && nth > 0 {
            text.push('\n');
        }
        text.push_str(&" ".repeat(if nth > 0 { gap.saturating_sub(1) } else { gap }));
        text.push_str(&sentence.text);
        length += gap + length_of(&sentence.text, unit);
    }
    text
}

/// As much is filled up between the sentences of one file.
const LARGEST_GAPS: usize = 1 << 20;

fn length_of(text: &str, unit: OffsetUnit) -> usize {
    match unit {
        OffsetUnit::Utf16 => text.encode_utf16().count(),
        OffsetUnit::Bytes => text.len(),
        OffsetUnit::CodePoints | OffsetUnit::Graphemes => text.chars().count(),
    }
}

/// UTF-16, unless all tokens stand at their places in another unit and not in this.
fn unit_of(table: &Table<'_>, options: &ReadOptions) -> Result<(OffsetUnit, String), FormatError> {
    if let Some(unit) = options.unit {
        return Ok((unit, String::new()));
    }
    let names: Vec<String> =
        table.rows.iter().map(|row| format!("token {} in line {}", row.name, row.line)).collect();
    let tokens: Vec<Claimed<'_>> = table
        .rows
        .iter()
        .zip(&names)
        .map(|(row, name)| Claimed { ranges: vec![row.place], covered: Some(row.words), place: name })
        .collect();
    let fits = |unit: OffsetUnit| {
        let positions = Positions::new(&text_of(table, unit), false, unit);
        tokens.iter().all(|token| {
            let (start, end) = token.ranges.first().copied().unwrap_or_default();
            let range = positions.range(start, end);
            range.is_ok_and(|range| {
                crate::language::slice(positions.text(), range) == token.covered.unwrap_or_default()
            })
        })
    };
    let units = [OffsetUnit::Utf16, OffsetUnit::CodePoints, OffsetUnit::Bytes];
    match units.into_iter().find(|unit| fits(*unit)) {
        Some(OffsetUnit::Utf16) => Ok((OffsetUnit::Utf16, String::new())),
        Some(unit) => {
            let note = format!(
                "positions count {}, not utf-16: so all of {} tokens stand at their places",
                unit.as_str(),
                tokens.len()
            );
            Ok((unit, note))
        }
        None => {
            // The survey says which token is wrong, or takes the best way where that is asked.
            let mut survey = Survey::new(OffsetUnit::Utf16);
            survey.article(&text_of(table, OffsetUnit::Utf16), false, &tokens);
            let found = survey.choose(options.keep_mismatches)?;
            Ok((found.counting.unit, found.reason))
        }
    }
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
        let (mut number, mut link) = (None, None);
        let mut made = Found {
            layer,
            place: row.place,
            line: row.line,
            row: row.name,
            features: Vec::new(),
            slots: Vec::new(),
            source: None,
            base: "",
        };
        for (column, value) in layer.columns.iter().zip(values) {
            let Some(value) = value else { continue };
            match column {
                Column::Targets(base) => {
                    if let Some(slot) = made.slots.last_mut() {
                        (slot.targets, slot.base) = (split(value, ';'), base);
                    }
                }
                Column::Base(base) => {
                    made.source = Some(value);
                    made.base = base;
                }
                Column::Feature(_) | Column::Placeholder | Column::Roles(_) => {
                    let (bare, inside) = bracket(value);
                    let (bare, at) = if layer.kind == Kind::Chain { chained(bare) } else { (bare, None) };
                    link = link.or(at);
                    if let Some(inside) = inside.filter(|_| layer.kind == Kind::Span) {
                        let problem = || wrong(row.line, format!("[{inside}] is no number of an annotation"));
                        number = Some(inside.parse().map_err(|_| problem())?);
                    }
                    match column {
                        Column::Roles(feature) => {
                            let roles = split(bare, ';');
                            made.slots.push(Slot { feature, roles, targets: Vec::new(), base: "" });
                        }
                        Column::Feature(name) if bare != "*" => {
                            made.features.push((name, plain_value(bare)));
                        }
                        _ => {}
                    }
                }
            }
        }
        let known = number.and_then(|number| self.by_number.get(&number)).copied();
        let known = known.or_else(|| link.and_then(|link| self.chains.get(&link)).copied());
        let at = match known.and_then(|at| Some((at, self.found.get_mut(at)?))) {
            Some((at, begun)) if begun.layer.name == layer.name => {
                begun.place = (begun.place.0.min(row.place.0), begun.place.1.max(row.place.1));
                at
            }
            Some(_) => {
                let problem =
                    format!("the number {} is of an annotation of another layer", number.unwrap_or(0));
                return Err(wrong(row.line, problem));
            }
            None => {
                self.found.push(made);
                self.found.len() - 1
            }
        };
        number.map(|number| self.by_number.insert(number, at));
        link.map(|link| self.chains.insert(link, at));
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
                    for slot in &annotation.slots {
                        let filled = slot.roles.iter().zip(&slot.targets);
                        for (role, target) in filled.filter(|(role, _)| **role != "_") {
                            let label =
                                if *role == "*" { slot.feature.to_owned() } else { plain_value(role) };
                            let (row, number) = bracket(target);
                            let to = self.find(row, number.and_then(|number| number.parse().ok()), slot.base);
                            made.push((label, (id(Some(nth)), id(to)), Attributes::new(), place.clone()));
                        }
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
