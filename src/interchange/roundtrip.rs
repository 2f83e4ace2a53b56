//! The nasty data set through every format and back: what comes back is the original without exactly what was
//! reported as lost. Formats are found in the table, so that a new one is tested with its row.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::bio::{Overlaps, Scheme};
use super::export::{Export, Pages, Pass, is_main, prove};
use super::format::Format;
use super::jsonl::JsonlReader;
use super::options::{Choice, ReadOptions, WriteOptions};
use super::sink::{Memory, SINGLE, Source};
use super::tokens::{Cut, Tokens};
use super::{FORMATS, Header, Item, LossKind, Page, Report, Shape};
use crate::model::{AnnotatorId, Article, ArticleInfo, Codebook, Layer, Place, Span};

const NASTY: &str = include_str!("../../tests/data/nasty.jsonl");

type Failure = Box<dyn std::error::Error>;
type Owned = (ArticleInfo, Article, Vec<(AnnotatorId, Arc<Layer>)>);

/// Articles in memory.
pub(super) struct Shelf {
    pub(super) pages: Vec<Owned>,
}

impl Shelf {
    /// The nasty data set, or one annotator's part of it.
    pub(super) fn nasty(annotator: Option<&str>) -> Self {
        let mut pages: Vec<Owned> = vec![];
        for item in JsonlReader::new(NASTY.as_bytes(), ReadOptions::default()).map(Result::unwrap) {
            let Item::Record(record) = item else { continue };
            assert_eq!(record.losses, [], "the nasty data set is sound");
            if pages.iter().all(|(info, ..)| info.id != record.info.id) {
                let article = Article::new(record.info.id.clone(), record.text.clone());
                pages.push((record.info.clone(), article, vec![]));
            }
            let (_, _, layers) = pages.iter_mut().find(|(info, ..)| info.id == record.info.id).unwrap();
            let chosen =
                record.layer.filter(|(name, _)| annotator.is_none_or(|chosen| name.as_str() == chosen));
            layers.extend(chosen.map(|(name, layer)| (name, Arc::new(layer))));
        }
        Self { pages }
    }
}

impl Pages for Shelf {
    type Error = Failure;

    fn header(&self) -> Header {
        Header { codebook: Some(Codebook::default()), ..Header::default() }
    }

    fn visit(
        &mut self,
        _: Pass,
        each: &mut dyn FnMut(&Page<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.pages.iter().try_for_each(|(info, article, layers)| each(&Page { info, article, layers }))
    }
}

/// The files of an export that a reader begins with.
pub(super) fn sources(format: &Format, memory: &Memory) -> Vec<Rc<dyn Source>> {
    let names: Vec<String> = match format.shape {
        Shape::File => vec![SINGLE.to_owned()],
        Shape::Folder => memory.names().into_iter().filter(|name| is_main(format, name)).collect(),
    };
    names.iter().map(|name| memory.source(name)).collect()
}

/// Writes, proves and reads back.
pub(super) fn through(
    format: &Format,
    options: &WriteOptions,
    shelf: &mut Shelf,
) -> (Report, Vec<Item>, Memory) {
    let mut memory = Memory::default();
    let export = Export::new(format, options).unwrap();
    let (report, promise) = export.write(shelf, &mut memory).unwrap();
    prove(format, options, promise, sources(format, &memory)).unwrap_or_else(|broken| {
        let files: Vec<String> = memory.names().iter().map(|name| memory.text(name)).collect();
        panic!("{} {options:?}: {broken}\n{}", format.name, files.join("\n"))
    });
    let read = ReadOptions {
        annotator: (!format.keeps.annotators).then(|| "amal".into()),
        folders_are_annotators: true,
        unit: options.unit,
        ..ReadOptions::default()
    };
    let mut items = vec![];
    for source in sources(format, &memory) {
        let Some(reads) = format.read else { continue };
        let reading = reads(&source, &read).unwrap();
        items.extend(
            reading.items.map(|item| item.unwrap_or_else(|error| panic!("{}: {error}", format.name))),
        );
    }
    (report, items, memory)
}

/// Writes one article with the usual codebook.
pub(super) fn write(format: &Format, page: &Page<'_>) -> (Memory, Report) {
    write_with(format, &WriteOptions::default(), page)
}

/// The same with options.
pub(super) fn write_with(format: &Format, options: &WriteOptions, page: &Page<'_>) -> (Memory, Report) {
    let mut shelf = Shelf { pages: vec![(page.info.clone(), page.article.clone(), page.layers.to_vec())] };
    let (report, _, memory) = through(format, options, &mut shelf);
    (memory, report)
}

/// Every combination of the options a format takes.
fn variants(format: &Format) -> Vec<WriteOptions> {
    let mut variants = vec![WriteOptions::default()];
    let mut each = |choice: Choice, more: &dyn Fn(&WriteOptions) -> Vec<WriteOptions>| {
        if format.takes.contains(&choice) {
            let added: Vec<WriteOptions> = variants.iter().flat_map(more).collect();
            variants.extend(added);
        }
    };
    each(Choice::Tokens, &|o| {
        [Tokens::WhiteSpace, Tokens::Clitics].map(|tokens| WriteOptions { tokens, ..o.clone() }).to_vec()
    });
    each(Choice::Cut, &|o| vec![WriteOptions { cut: Cut::Spans, ..o.clone() }]);
    each(Choice::Scheme, &|o| vec![WriteOptions { scheme: Scheme::Bilou, ..o.clone() }]);
    each(Choice::Overlaps, &|o| {
        [Overlaps::Columns, Overlaps::Outermost, Overlaps::Innermost, Overlaps::Longest]
            .map(|overlaps| WriteOptions { overlaps: Some(overlaps), ..o.clone() })
            .to_vec()
    });
    each(Choice::Unit, &|o| {
        format.units.iter().map(|unit| WriteOptions { unit: Some(*unit), ..o.clone() }).collect()
    });
    variants
}

fn same(a: &Span, b: &Span) -> bool {
    (&a.label, &a.ranges, &a.quote, &a.attributes, &a.note)
        == (&b.label, &b.ranges, &b.quote, &b.attributes, &b.note)
}

/// Holds what came back against the original and the report, without help of the promise.
fn compare(format: &Format, options: &WriteOptions, shelf: &Shelf, report: &Report, items: &[Item]) {
    let losses: BTreeMap<String, Vec<LossKind>> =
        report.losses.iter().fold(BTreeMap::new(), |mut all, loss| {
            all.entry(loss.place.to_string()).or_default().push(loss.kind);
            all
        });
    for (info, article, layers) in &shelf.pages {
        for (annotator, layer) in layers {
            let key = crate::model::LayerKey { article: info.id.clone(), annotator: annotator.clone() };
            let read = items.iter().find_map(|item| match item {
                Item::Record(record) => {
                    let (name, layer) = record.layer.as_ref()?;
                    (&*record.text == article.text() && name == annotator).then_some(layer)
                }
                Item::Header(_) => None,
            });
            if layer.spans.is_empty() {
                continue;
            }
            let what = format!("{} {options:?} {key}", format.name);
            let read = read.unwrap_or_else(|| panic!("{what}: nothing came back"));
            for span in layer.spans.values() {
                let lost = losses.get(&Place::Span(key.clone(), span.id).to_string());
                let back = read.spans.values().any(|back| same(back, span));
                assert_eq!(back, lost.is_none(), "{what}: {span:?} lost: {lost:?} in {:#?}", read.spans);
            }
            for relation in layer.relations.values() {
                let lost = losses.contains_key(&Place::Relation(key.clone(), relation.id).to_string());
                let is_loss = lost
                    || [relation.from, relation.to]
                        .iter()
                        .any(|end| losses.contains_key(&Place::Span(key.clone(), *end).to_string()));
                let end = |id| layer.spans.get(id);
                let back = read.relations.values().any(|back| {
                    back.label == relation.label
                        && back.attributes == relation.attributes
                        && end(&relation.from)
                            .zip(read.spans.get(&back.from))
                            .is_some_and(|(a, b)| same(a, b))
                        && end(&relation.to).zip(read.spans.get(&back.to)).is_some_and(|(a, b)| same(a, b))
                });
                assert!(back || is_loss, "{what}: {relation:?} is gone and not reported");
            }
        }
    }
}

#[test]
fn what_comes_back_is_the_original_without_what_was_reported() {
    for format in FORMATS.iter().filter(|format| format.writes()) {
        for options in variants(format) {
            let mut shelf = Shelf::nasty((!format.keeps.annotators).then_some("amal"));
            let (report, items, _) = through(format, &options, &mut shelf);
            let counts = report.spans;
            assert_eq!(counts.read, counts.written + counts.dropped, "{}", format.name);
            assert_eq!(counts.written, counts.lossless + counts.clipped, "{}", format.name);
            if format.reads() && format.keeps.text {
                compare(format, &options, &shelf, &report, &items);
            }
            if format.lossless() {
                assert_eq!(report.losses, [], "{}", format.name);
            }
        }
    }
}

#[test]
fn a_trial_says_what_writing_says() {
    for format in FORMATS.iter().filter(|format| format.writes()) {
        let options = WriteOptions::default();
        let mut shelf = Shelf::nasty((!format.keeps.annotators).then_some("amal"));
        let trial = Export::new(format, &options).unwrap().trial(&mut shelf).unwrap();
        assert_eq!(trial, through(format, &options, &mut shelf).0, "{}", format.name);
    }
}

#[test]
fn a_file_that_is_not_what_was_promised_is_found_out() {
    for format in FORMATS.iter().filter(|format| format.writes() && format.reads()) {
        let options = WriteOptions::default();
        let mut shelf = Shelf::nasty((!format.keeps.annotators).then_some("amal"));
        let mut memory = Memory::default();
        let (_, promise) = Export::new(format, &options).unwrap().write(&mut shelf, &mut memory).unwrap();
        let mut sources = sources(format, &memory);
        if format.shape == Shape::Folder {
            sources.pop();
        } else {
            let bytes = memory.get(SINGLE).unwrap();
            let short = Memory::of([(SINGLE, &bytes[..bytes.len() * 2 / 3])]);
            sources = vec![short.source(SINGLE)];
        }
        assert!(prove(format, &options, promise, sources).is_err(), "{}", format.name);
    }
}
