//! From a CAS to a record: which structures are spans, which are relations, and what is left out.

use std::collections::{BTreeMap, BTreeSet};

use super::CONTINUATION;
use super::cas::{Cas, META, Structure, Value, numbers};
use super::types::Types;
use crate::interchange::build::{Build, SpanIn};
use crate::interchange::sink::stem;
use crate::interchange::units::Positions;
use crate::interchange::{FormatError, OffsetUnit, ReadOptions, Record, text};
use crate::language::slug;
use crate::model::{ArticleInfo, Attributes, SpanId, is_folder_safe};

const NAMED_ENTITY: &str = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity";
const INCEPTION_META: &str = "de.tudarmstadt.ukp.clarin.webanno.api.type.CASMetadata";

/// Annotations that every program makes anew, and what INCEpTION notes about its layers: nobody annotated them.
const MADE_ANEW: [&str; 9] = [
    "uima.tcas.DocumentAnnotation",
    "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData",
    "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.TagsetDescription",
    "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.TagDescription",
    "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token",
    "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence",
    INCEPTION_META,
    "de.tudarmstadt.ukp.clarin.webanno.api.type.LayerDefinition",
    "de.tudarmstadt.ukp.clarin.webanno.api.type.FeatureDefinition",
];

/// Where a CAS comes from, for what it does not say itself.
#[derive(Clone, Debug)]
pub(super) struct From<'a> {
    file: &'a str,
    /// The folder it lies in.
    folder: Option<&'a str>,
    /// Whether folders are named after annotators.
    is_annotators: bool,
    /// The part of an archive.
    part: Option<&'a str>,
}

impl<'a> From<'a> {
    /// A file below what the person named.
    pub(super) fn file(name: &'a str, options: &ReadOptions) -> Self {
        let folder = name.rsplit_once('/').map(|(folder, _)| folder.rsplit('/').next().unwrap_or(folder));
        Self { file: name, folder, is_annotators: options.folders_are_annotators, part: None }
    }

    /// A part of an archive.
    pub(super) fn part(archive: &'a str, part: &'a str, options: &ReadOptions) -> Self {
        Self { part: Some(part), ..Self::file(archive, options) }
    }
}

/// The record of a CAS.
pub(super) fn record(
    format: &'static str,
    cas: &Cas,
    types: &Types,
    from: &From<'_>,
    options: &ReadOptions,
) -> Result<Record, FormatError> {
    let Some((sofa, text)) = cas.texts.first() else {
        return Err(FormatError::new(
            "has no text (no Sofa with a sofaString); nothing was imported: export it with its text",
        ));
    };
    let said = |kind: &str, feature: &str| {
        cas.structures.iter().find(|structure| structure.kind == kind)?.text(feature)
    };
    let title = said(INCEPTION_META, "sourceDocumentName").or_else(|| said(META, "documentTitle"));
    let named = title.filter(|_| cas.is_inceptions || from.part.is_some()).unwrap_or(from.file);
    let id = stem(named);
    let id = if is_folder_safe(id) { id.to_owned() } else { slug::slug(id) };
    // A document's id is the annotator's name where INCEpTION wrote it, and where it lies in a folder of that name.
    let annotator = from
        .folder
        .filter(|_| from.is_annotators)
        .or_else(|| said(INCEPTION_META, "username"))
        .or_else(|| said(META, "documentId").filter(|id| cas.is_inceptions || from.folder == Some(*id)))
        .or_else(|| from.part.map(stem));
    let positions = Positions::new(text, false, options.unit.unwrap_or(OffsetUnit::Utf16));
    let mut info = ArticleInfo { id: id.as_str().into(), ..text::describe(&id, positions.text()) };
    if let Some(language) = said(META, "language").filter(|language| *language != "x-unspecified") {
        info.language = language.to_owned();
    }
    let build = Build::new(format, info, positions, annotator, options)?;
    let mut by_id = BTreeMap::new();
    for structure in &cas.structures {
        if by_id.insert(structure.id, structure).is_some() {
            return Err(FormatError::new(format!(
                "has two structures with the number {}; nothing was imported: number them apart",
                structure.id
            )));
        }
    }
    let mut taking = Taking {
        types,
        sofa: *sofa,
        by_id,
        build,
        kept: BTreeMap::new(),
        left: BTreeMap::new(),
        links: Vec::new(),
    };
    if cas.texts.len() > 1 {
        taking
            .build
            .leave_out(format!("there are {} texts (views) in it; the first is read", cas.texts.len()));
    }
    taking.spans(cas)?;
    taking.relations(cas)?;
    taking.tell();
    taking.build.finish()
}

/// What a structure is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Span,
    Relation,
    /// From the first part of a span to another.
    Continuation,
    /// An array, the link of a slot or the head of a chain: read with what points at it.
    Between,
    /// Nothing anybody annotated.
    Ignored,
    /// Something we have no place for.
    Other,
}

/// The value of a feature, as its type says.
enum Meaning {
    Text(String),
    Texts(Vec<String>),
    References(Vec<u32>),
}

/// A reference that becomes a relation when all spans are there.
struct Link {
    from: u32,
    label: String,
    to: u32,
}

struct Taking<'a, 'o> {
    types: &'a Types,
    sofa: u32,
    by_id: BTreeMap<u32, &'a Structure>,
    build: Build<'o>,
    /// What became of each annotation.
    kept: BTreeMap<u32, Option<SpanId>>,
    /// What is left out: how often.
    left: BTreeMap<String, usize>,
    links: Vec<Link>,
}

impl<'a> Taking<'a, '_> {
    fn role(&self, structure: &Structure) -> Role {
        let kind = structure.kind.as_str();
        let is_relation = ["Governor", "Dependent"]
            .iter()
            .all(|end| structure.get(end).is_some() || self.types.range(kind, end).is_some());
        match kind {
            CONTINUATION => Role::Continuation,
            _ if MADE_ANEW.contains(&kind) => Role::Ignored,
            _ if structure.sofa.is_some_and(|sofa| sofa != self.sofa) => Role::Other,
            _ if kind.starts_with("uima.cas.") || kind.ends_with("[]") => Role::Between,
            _ if is_of_program(kind) => Role::Other,
            _ if is_relation => Role::Relation,
            _ if structure.place.is_some() => Role::Span,
            _ if structure.get("target").is_some() || structure.get("first").is_some() => Role::Between,
            _ => Role::Other,
        }
    }

    fn leave(&mut self, what: String) {
        *self.left.entry(what).or_default() += 1;
    }

    fn tell(&mut self) {
        for (what, count) in std::mem::take(&mut self.left) {
            self.build.leave_out(format!("{count} × {what}"));
        }
    }

    fn spans(&mut self, cas: &'a Cas) -> Result<(), FormatError> {
        let mut parts: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for structure in cas.structures.iter().filter(|structure| structure.kind == CONTINUATION) {
            if let (Some(first), Some(part)) =
                (self.end(structure, "Governor"), self.end(structure, "Dependent"))
            {
                parts.entry(first).or_default().push(part);
            }
        }
        let of_others: BTreeSet<u32> = parts.values().flatten().copied().collect();
        for structure in &cas.structures {
            match self.role(structure) {
                Role::Span if of_others.contains(&structure.id) => {}
                Role::Span => {
                    let others = parts.get(&structure.id).map(Vec::as_slice).unwrap_or_default();
                    self.span(structure, others)?;
                }
                Role::Other => self.leave(format!("{} has no place here", structure.kind)),
                _ => {}
            }
        }
        Ok(())
    }

    fn span(&mut self, structure: &'a Structure, others: &[u32]) -> Result<(), FormatError> {
        let place = |id: &u32| self.by_id.get(id).and_then(|part| part.place);
        let ranges = structure.place.into_iter().chain(others.iter().filter_map(place)).collect();
        let (label, key) = label(structure);
        let attributes = self.attributes(structure, key);
        let span = SpanIn {
            label,
            ranges,
            note: structure.text("note").unwrap_or_default().to_owned(),
            attributes,
            place: format!("{} {}", structure.short_kind(), structure.id),
            ..SpanIn::default()
        };
        let id = self.build.span(span)?;
        self.kept.insert(structure.id, id);
        others.iter().for_each(|part| _ = self.kept.insert(*part, id));
        Ok(())
    }

    /// Features that are values; those that point at others are remembered.
    fn attributes(&mut self, structure: &'a Structure, label: Option<&str>) -> Attributes {
        let mut attributes = Attributes::new();
        for (name, value) in &structure.features {
            if Some(name.as_str()) == label || ["note", "Governor", "Dependent"].contains(&name.as_str()) {
                continue;
            }
            match self.meaning(structure, name, value) {
                Meaning::Text(text) => _ = attributes.insert(name.clone(), text),
                Meaning::Texts(texts) => {
                    if texts.len() > 1 {
                        self.leave(format!("the values of {name} are joined with “; ”"));
                    }
                    attributes.insert(name.clone(), texts.join("; "));
                }
                Meaning::References(ids) => ids.into_iter().for_each(|id| self.link(structure.id, name, id)),
            }
        }
        attributes
    }

    /// A slot points at a link, which has a role and points at a span; a chain points at its next.
    fn link(&mut self, from: u32, feature: &str, id: u32) {
        let Some(found) = self.by_id.get(&id).copied() else {
            return self.leave(format!("{feature} points at what is not there"));
        };
        match found.get("target") {
            Some(_) if found.place.is_none() => {
                let label = found.text("role").unwrap_or(feature).to_owned();
                match self.end(found, "target") {
                    Some(to) => self.links.push(Link { from, label, to }),
                    None => self.leave(format!("{feature} points at nothing")),
                }
            }
            _ if self.role(found) == Role::Span => {
                self.links.push(Link { from, label: feature.to_owned(), to: id });
            }
            _ => self.leave(format!("{feature} points at {}, which has no place here", found.kind)),
        }
    }

    fn relations(&mut self, cas: &'a Cas) -> Result<(), FormatError> {
        for structure in cas
            .structures
            .iter()
            .filter(|structure| self.role(structure) == Role::Relation)
            .collect::<Vec<_>>()
        {
            let ends = ["Governor", "Dependent"]
                .map(|end| self.end(structure, end).and_then(|id| self.kept.get(&id).copied().flatten()));
            let (label, key) = label(structure);
            let attributes = self.attributes(structure, key);
            let place = format!("{} {}", structure.short_kind(), structure.id);
            self.build.relation(None, label, (ends[0], ends[1]), attributes, &place)?;
        }
        for link in std::mem::take(&mut self.links) {
            let kept = |id: u32| self.kept.get(&id).copied().flatten();
            let place = format!("structure {}", link.from);
            let ends = (kept(link.from), kept(link.to));
            self.build.relation(None, &link.label, ends, Attributes::new(), &place)?;
        }
        Ok(())
    }

    /// The structure at which a feature points.
    fn end(&self, structure: &Structure, feature: &str) -> Option<u32> {
        match structure.get(feature)? {
            Value::References(ids) => ids.first().copied(),
            Value::Text(text) => text.trim().parse().ok(),
            Value::Texts(_) => None,
        }
    }

    /// XMI writes numbers of structures as it writes texts: the types tell them apart; without types, what they point
    /// at.
    fn meaning(&self, structure: &Structure, name: &str, value: &Value) -> Meaning {
        let ids = match value {
            Value::References(ids) => return self.followed(ids.clone()),
            Value::Texts(texts) => return Meaning::Texts(texts.clone()),
            Value::Text(text) => match (self.types.range(&structure.kind, name), numbers(text)) {
                (_, None) => None,
                (Some(range), ids) if !self.types.is_text(range) => ids,
                (Some(range), ids) if range.ends_with("Array") => ids.filter(|ids| self.are_between(ids)),
                (Some(_), _) => None,
                (None, ids) => ids.filter(|ids| self.are_between(ids)),
            },
        };
        match (ids, value) {
            (Some(ids), _) => self.followed(ids),
            (None, Value::Text(text)) => Meaning::Text(text.clone()),
            (None, _) => Meaning::Texts(Vec::new()),
        }
    }

    fn are_between(&self, ids: &[u32]) -> bool {
        ids.iter().all(|id| self.by_id.get(id).is_some_and(|found| self.role(found) == Role::Between))
    }

    /// An array stands for what is in it.
    fn followed(&self, ids: Vec<u32>) -> Meaning {
        let array = match ids.as_slice() {
            [id] => self.by_id.get(id).filter(|found| found.place.is_none()),
            _ => None,
        };
        match array.and_then(|array| array.get("elements")) {
            Some(Value::References(ids)) => Meaning::References(ids.clone()),
            Some(Value::Texts(texts)) => Meaning::Texts(texts.clone()),
            Some(Value::Text(text)) => match numbers(text) {
                Some(ids) => Meaning::References(ids),
                None => Meaning::Text(text.clone()),
            },
            None => Meaning::References(ids),
        }
    }
}

/// The types that programs bring along, but named entities; people name their own otherwise.
pub(in crate::interchange) fn is_of_program(kind: &str) -> bool {
    kind != NAMED_ENTITY && is_in_their_packages(kind)
}

fn is_in_their_packages(kind: &str) -> bool {
    [
        "uima.",
        "org.apache.uima.",
        "de.tudarmstadt.ukp.dkpro.core.",
        "de.tudarmstadt.ukp.clarin.webanno.",
        "org.dkpro.core.",
    ]
    .iter()
    .any(|package| kind.starts_with(package))
}

/// The label and the feature it stands in: that of our layers, that of INCEpTION's, or the name of the layer.
fn label(structure: &Structure) -> (&str, Option<&'static str>) {
    let found = ["label", "value"].into_iter().find_map(|key| Some((structure.text(key)?, Some(key))));
    found.unwrap_or_else(|| (structure.short_kind(), None))
}
