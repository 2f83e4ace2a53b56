//! Reading collections, pages, lists and single annotations, with the texts beside them.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::parse::{Note, Target, gather, list};
use super::{ARTICLE, LAYERS, from_iri, to_iri};
use crate::interchange::build::{Build, Names, SpanIn};
use crate::interchange::json::{self, info_of};
use crate::interchange::sink::{Source, beside, read_whole, stem, unread};
use crate::interchange::units::{Claimed, Counting, Positions, Survey, short};
use crate::interchange::{FormatError, Item, OffsetUnit, ReadOptions, Reading, Record};
use crate::language::slug;
use crate::model::{Status, is_folder_safe};

/// A text that annotations are about.
struct Text {
    /// As it stands in its file.
    source: String,
    had_mark: bool,
    /// Its name without extension.
    name: String,
}

/// Positions in the file's unit, and the words it says are there.
type Claim = (Vec<(u32, u32)>, Option<String>);

/// A file of annotations.
struct File {
    texts: BTreeMap<String, Text>,
    notes: Vec<Note>,
    /// The text of an article of ours, and what is known of it.
    own: Option<(String, Map<String, Value>)>,
    /// Who has a layer in a file of ours.
    layers: Vec<(String, Status)>,
    elsewhere: Vec<String>,
}

pub(super) fn read(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let file = File::of(&**source)?;
    let (counting, reason) = match options.unit {
        Some(unit) => (unit.into(), String::new()),
        None => {
            let look = |survey: &mut Survey| {
                file.look(survey);
                Ok(())
            };
            let found = Survey::of_file(OffsetUnit::CodePoints, options.keep_mismatches, look)?;
            (found.counting, found.reason)
        }
    };
    let records = file.records(counting, options)?;
    let items = records.into_iter().map(|record| Ok(Item::Record(Box::new(record))));
    Ok(Reading::new(items).noting(reason))
}

impl Target {
    /// What tells its text from others.
    fn key(&self) -> &str {
        if self.source.is_empty() { self.embedded.as_deref().unwrap_or_default() } else { &self.source }
    }
}

impl Note {
    /// The text it is about; nothing where it is about none.
    fn key(&self) -> Option<&str> {
        self.targets.first().filter(|_| !self.is_link()).map(Target::key)
    }

    /// Its positions and the words it says are there. A target without a position has to be found in the text first.
    fn claim(&self, text: &Text, unit: OffsetUnit) -> Result<Claim, String> {
        let (mut ranges, mut words) = (Vec::new(), Vec::new());
        for target in self.targets.iter().filter(|target| Some(target.key()) == self.key()) {
            let range = match (target.position, &target.quote) {
                (Some(range), _) => range,
                (None, Some(quote)) => find(&text.source, quote, unit)?,
                (None, None) if target.selects => return Err("it has no selector that we read".to_owned()),
                (None, None) => return Err("it is about the whole text".to_owned()),
            };
            ranges.push(range);
            words.extend(target.quote.as_ref().map(|(exact, ..)| exact.as_str()));
        }
        let covered = (words.len() == ranges.len()).then(|| words.join(" "));
        Ok((ranges, covered))
    }
}

/// Where a quote stands, by the words around it where it stands in several places.
fn find(text: &str, quote: &(String, String, String), unit: OffsetUnit) -> Result<(u32, u32), String> {
    let (exact, prefix, suffix) = quote;
    let all: Vec<usize> = if exact.is_empty() {
        Vec::new()
    } else {
        text.match_indices(exact.as_str()).map(|(at, _)| at).collect()
    };
    let fits = |at: &usize| {
        let (before, after) = (text.get(..*at), text.get(at + exact.len()..));
        before.is_some_and(|before| before.ends_with(prefix))
            && after.is_some_and(|after| after.starts_with(suffix))
    };
    let fitting: Vec<usize> = all.iter().copied().filter(fits).collect();
    let (([at], _) | ([], [at])) = (fitting.as_slice(), all.as_slice()) else {
        let count = if fitting.is_empty() { all.len() } else { fitting.len() };
        return Err(format!("its words “{}” stand in {count} places of the text", short(exact)));
    };
    let count = |end: usize| {
        let before = text.get(..end).unwrap_or_default();
        let count = match unit {
            OffsetUnit::Utf16 => before.encode_utf16().count(),
            OffsetUnit::Bytes => before.len(),
            // The words are held against the place, so that a count in graphemes is found out.
            OffsetUnit::CodePoints | OffsetUnit::Graphemes => before.chars().count(),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    };
    Ok((count(*at), count(at + exact.len())))
}

impl File {
    fn of(source: &dyn Source) -> Result<Self, FormatError> {
        let value: Value = json::whole(&read_whole(source)?)?;
        let (mut found, mut elsewhere) = (Vec::new(), Vec::new());
        gather(&value, &mut found, &mut elsewhere);
        let notes: Vec<Note> =
            found.iter().enumerate().map(|(nth, annotation)| Note::of(annotation, nth + 1)).collect();
        let beside_it = format!("{}.txt", to_iri(stem(source.name())));
        let facts = value.get(ARTICLE).and_then(Value::as_object);
        let own = facts.map(|facts| (beside_it.clone(), facts.clone()));
        let mut keys: BTreeMap<String, Option<String>> = BTreeMap::new();
        keys.extend(own.iter().map(|(key, _)| (key.clone(), None)));
        for note in &notes {
            let (Some(key), Some(target)) = (note.key(), note.targets.first()) else { continue };
            keys.insert(key.to_owned(), target.embedded.clone());
        }
        if keys.is_empty() {
            return Err(FormatError::new(
                "there is no annotation of a text in it; nothing was imported: is it a file of Web Annotations?",
            ));
        }
        let only = keys.len() == 1;
        let mut texts = BTreeMap::new();
        for (key, embedded) in keys {
            let text = text(source, &key, embedded, only.then_some(beside_it.as_str()))?;
            texts.insert(key, text);
        }
        let layers = list(value.get(LAYERS)).iter().filter_map(|layer| {
            let status = layer.get("status").and_then(Value::as_str).and_then(Status::from_name);
            Some((layer.get("annotator")?.as_str()?.to_owned(), status.unwrap_or(Status::InProgress)))
        });
        Ok(Self { texts, notes, own, layers: layers.collect(), elsewhere })
    }

    /// Shows every annotation to a survey.
    fn look(&self, survey: &mut Survey) {
        for (key, text) in &self.texts {
            let has_places = |note: &&Note| note.targets.iter().all(|target| target.position.is_some());
            let notes = self.notes.iter().filter(|note| note.key() == Some(key)).filter(has_places);
            let claims: Vec<_> = notes
                .filter_map(|note| {
                    Some((note.claim(text, OffsetUnit::CodePoints).ok()?, note.place.as_str()))
                })
                .collect();
            let spans: Vec<Claimed<'_>> = claims
                .iter()
                .map(|((ranges, covered), place)| Claimed {
                    ranges: ranges.clone(),
                    covered: covered.as_deref(),
                    place,
                })
                .collect();
            survey.article(&text.source, text.had_mark, &spans);
        }
    }

    fn records(&self, counting: Counting, options: &ReadOptions) -> Result<Vec<Record>, FormatError> {
        let mut records = Vec::new();
        for (key, text) in &self.texts {
            let own = self.own.as_ref().filter(|(name, _)| name == key);
            let facts = own.map(|(_, facts)| facts.clone()).unwrap_or_default();
            let positions = || Positions::new(&text.source, text.had_mark, counting);
            let info = info_of(&facts, &text.name, positions().text());
            let mut groups = self.groups(key, own.is_some(), options);
            if groups.is_empty() {
                groups.push((None, Vec::new()));
            }
            for (annotator, notes) in groups {
                if annotator.is_none() && notes.is_empty() {
                    records.push(Record::bare(info.clone(), positions().text().clone()));
                    continue;
                }
                let build =
                    Build::new("web-annotation", info.clone(), positions(), annotator.as_deref(), options)?;
                let status = self.layers.iter().find(|(name, _)| Some(name) == annotator.as_ref());
                let layer = Group { build, names: Names::default(), file: self };
                records.push(layer.record(&notes, text, counting.unit, status.map(|(_, status)| *status))?);
            }
        }
        if let Some(first) = records.first_mut() {
            self.elsewhere.iter().for_each(|reason| first.leave_out(reason));
            self.left_out(first);
        }
        Ok(records)
    }

    /// The annotations of a text by who made them.
    fn groups(&self, key: &str, is_own: bool, options: &ReadOptions) -> Vec<(Option<String>, Vec<&Note>)> {
        let mut groups: Vec<(Option<String>, Vec<&Note>)> = Vec::new();
        if is_own && options.annotator.is_none() {
            groups.extend(self.layers.iter().map(|(annotator, _)| (Some(annotator.clone()), Vec::new())));
        }
        for note in self.notes.iter().filter(|note| note.key() == Some(key)) {
            let creator = note.creator.as_deref().map(annotator).filter(|_| options.annotator.is_none());
            match groups.iter_mut().find(|(annotator, _)| *annotator == creator) {
                Some((_, notes)) => notes.push(note),
                None => groups.push((creator, vec![note])),
            }
        }
        groups
    }

    /// Reports links from nowhere.
    fn left_out(&self, record: &mut Record) {
        let known = |iri: &str| self.notes.iter().any(|note| !note.is_link() && note.id == iri);
        for note in self.notes.iter().filter(|note| note.is_link() || note.targets.is_empty()) {
            if !note.targets.iter().any(|target| known(&target.source)) {
                record
                    .leave_out(format!("{}: it is about no span that is there and is left out", note.place));
            }
        }
    }
}

fn text(
    source: &dyn Source,
    key: &str,
    embedded: Option<String>,
    only: Option<&str>,
) -> Result<Text, FormatError> {
    let name = from_iri(key);
    if let Some(text) = embedded {
        let name = if name.is_empty() || name == text { stem(source.name()).to_owned() } else { name };
        return Ok(Text { source: text, had_mark: false, name: stem(&name).to_owned() });
    }
    let names = [Some(name.clone()), only.map(from_iri)];
    for name in names.into_iter().flatten().filter(|name| !name.is_empty()) {
        let path = beside(source.name(), &name);
        let Some(mut file) = source.other(&path).map_err(unread)? else { continue };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(unread)?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let byte = error.utf8_error().valid_up_to();
            FormatError::new(format!("{path} is not UTF-8; nothing was imported: convert it")).at_byte(byte)
        })?;
        let (had_mark, text) = match text.strip_prefix('\u{feff}') {
            Some(rest) => (true, rest.to_owned()),
            None => (false, text),
        };
        return Ok(Text { source: text, had_mark, name: stem(&name).to_owned() });
    }
    Err(FormatError::new(format!(
        "there is no {name} beside it, which holds the text of {}; nothing was imported: save the text there as it was \
         annotated",
        short(key)
    )))
}

/// The name of an annotator: as it is, of an account, or of an address.
fn annotator(creator: &str) -> String {
    let account = creator.strip_prefix("acct:").unwrap_or(creator);
    if is_folder_safe(account) {
        return account.to_owned();
    }
    let last = account.trim_end_matches('/').rsplit(['/', '#']).next().unwrap_or(account);
    if is_folder_safe(last) { last.to_owned() } else { slug::slug(account) }
}

/// One annotator's annotations of one text, on their way to a record.
struct Group<'a, 'o> {
    build: Build<'o>,
    names: Names,
    file: &'a File,
}

impl Group<'_, '_> {
    fn record(
        mut self,
        notes: &[&Note],
        text: &Text,
        unit: OffsetUnit,
        status: Option<Status>,
    ) -> Result<Record, FormatError> {
        if let Some(status) = status {
            self.build.set_status(status);
        }
        for note in notes {
            self.span(note, text, unit)?;
        }
        for link in self.file.notes.iter().filter(|note| note.is_link()) {
            let is_ours = |iri: &str| notes.iter().any(|note| !note.id.is_empty() && note.id == iri);
            if link.targets.iter().any(|target| is_ours(&target.source)) {
                self.link(link)?;
            }
        }
        self.build.finish()
    }

    fn span(&mut self, note: &Note, text: &Text, unit: OffsetUnit) -> Result<(), FormatError> {
        for what in &note.left_out {
            self.build.leave_out(format!("{}: left out: {what}", note.place));
        }
        if note.targets.iter().any(|target| Some(target.key()) != note.key()) {
            self.build.leave_out(format!("{}: it is about several texts; the first is kept", note.place));
        }
        let (ranges, covered) = match note.claim(text, unit) {
            Ok(claim) => claim,
            Err(reason) => {
                self.build.leave_out(format!("{}: {reason}; it is left out", note.place));
                return Ok(());
            }
        };
        let label = note.labels.first().map_or(note.motivation.as_str(), String::as_str);
        if note.labels.len() > 1 {
            let others = note.labels.get(1..).unwrap_or_default().join(", ");
            self.build.leave_out(format!("{}: a span has one label; left out: {others}", note.place));
        }
        let id = self.build.span(SpanIn {
            label: if label.is_empty() { "annotation" } else { label },
            ranges,
            covered: covered.as_deref(),
            attributes: note.attributes.clone(),
            note: note.comments.join("\n"),
            place: note.place.clone(),
            ..SpanIn::default()
        })?;
        for link in &note.links {
            self.build.attribute(id, "link", link, &note.place);
        }
        if !note.id.is_empty() && !self.names.put(&note.id, id) {
            return Err(FormatError::new(format!(
                "{}: there are two of this id; nothing was imported: give each its own",
                note.place
            )));
        }
        Ok(())
    }

    fn link(&mut self, link: &Note) -> Result<(), FormatError> {
        let label = link.labels.first().map_or("linking", String::as_str);
        for what in link.left_out.iter().chain(&link.comments) {
            self.build.leave_out(format!("{}: left out: {what}", link.place));
        }
        for from in &link.targets {
            for to in &link.links {
                let ends = (self.names.get(&from.source), self.names.get(to));
                self.build.relation(None, label, ends, link.attributes.clone(), &link.place)?;
            }
        }
        Ok(())
    }
}
