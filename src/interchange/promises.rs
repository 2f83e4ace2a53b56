//! Laws of every format that reads what it writes: what is promised comes back whatever the text, and no damage to a file
//! makes a reader panic or put a span on other words than its own.

use std::io::Write as _;
use std::sync::Arc;

use proptest::prelude::*;

use super::export::is_main;
use super::properties::layer;
use super::roundtrip::{Shelf, sources, through};
use super::sink::{Memory, SINGLE, Sink as _};
use super::{FORMATS, Format, Item, ReadOptions, WriteOptions};
use crate::model::{Article, ArticleInfo, Layer, quote_of};

/// All but brat, which has a law of its own among the properties.
fn formats() -> impl Iterator<Item = &'static Format> {
    FORMATS.iter().filter(|format| format.writes() && format.name != "brat")
}

/// A layer written, held against its promise, which panics where that is broken.
fn written(format: &Format, text: &str, layer: &Layer) -> (Memory, super::Report) {
    let article = Article::new("a", text);
    let pages = vec![(ArticleInfo::new("a", text), article, vec![("me".into(), Arc::new(layer.clone()))])];
    // Letters by chance may not tell what positions count; the reader is told, as the self-test of an export tells it.
    let options = WriteOptions { unit: format.units.first().copied(), ..WriteOptions::default() };
    let (report, _, memory) = through(format, &options, &mut Shelf { pages });
    (memory, report)
}

/// The files with one of them changed: bytes replaced, or else its end cut off.
fn damaged(
    memory: &Memory,
    name: &str,
    cut: prop::sample::Index,
    changes: &[(prop::sample::Index, prop::sample::Index)],
) -> Option<Memory> {
    const BYTES: &[u8] = b"0193\"\\{}[],:-<>&; \n\x80\xff\0aZ";
    let files: Vec<(String, Vec<u8>)> =
        memory.names().into_iter().filter_map(|file| Some((file.clone(), memory.get(&file)?))).collect();
    let others = files.iter().filter(|(file, _)| file != name);
    let mut changed = Memory::of(others.map(|(file, bytes)| (file.as_str(), bytes.as_slice())));
    let mut bytes = memory.get(name).filter(|bytes| !bytes.is_empty())?;
    for (at, byte) in changes {
        let at = at.index(bytes.len());
        bytes[at] = BYTES[byte.index(BYTES.len())];
    }
    if changes.is_empty() {
        bytes.truncate(cut.index(bytes.len()));
    }
    changed.file(name).unwrap().write_all(&bytes).unwrap();
    Some(changed)
}

#[test]
fn what_we_wrote_is_known_by_its_first_bytes() {
    for format in formats().filter(|format| format.reads()) {
        let annotator = (!format.keeps.annotators).then_some("amal");
        let (_, _, memory) = through(format, &WriteOptions::default(), &mut Shelf::nasty(annotator));
        for name in memory.names().iter().filter(|name| *name == SINGLE || is_main(format, name)) {
            let extension = name.rsplit_once('.').map_or(format.extensions[0], |(_, extension)| extension);
            let found = super::by_content(extension, &memory.get(name).unwrap());
            assert_eq!(found.map(|found| found.name), Some(format.name), "{name}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_format_keeps_its_promise((text, layer) in layer()) {
        for format in formats() {
            let (_, report) = written(format, &text, &layer);
            prop_assert_eq!(report.spans.read, layer.spans.len(), "{}", format.name);
        }
    }

    #[test]
    fn no_damage_makes_a_reader_panic(
        (text, layer) in layer(),
        cut in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..4),
        keep_mismatches in any::<bool>(),
    ) {
        let options = ReadOptions { annotator: Some("me".into()), keep_mismatches, ..ReadOptions::default() };
        for format in formats() {
            let Some(read) = format.read else { continue };
            let (memory, _) = written(format, &text, &layer);
            for name in memory.names() {
                let Some(changed) = damaged(&memory, &name, cut, &changes) else { continue };
                for source in sources(format, &changed) {
                    let Ok(reading) = read(&source, &options) else { continue };
                    for item in reading.items.filter_map(Result::ok) {
                        let Item::Record(record) = item else { continue };
                        let spans = record.layer.iter().flat_map(|(_, layer)| layer.spans.values());
                        for span in spans.filter(|span| !span.lost) {
                            let quote = quote_of(&record.text, &span.ranges);
                            prop_assert_eq!(quote.as_deref(), Some(span.quote.as_str()), "{}", format.name);
                        }
                    }
                }
            }
        }
    }
}
