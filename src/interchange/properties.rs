//! Laws of reading and writing, tried on texts made of everything that breaks offsets.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::jsonl::JsonlReader;
use super::sink::SINGLE;
use super::{Format, Item, OffsetUnit, Page, ReadOptions, Report, conllu_plus, decode, jsonl, roundtrip};
use crate::language::{graphemes, words};
use crate::model::{
    AnnotatorId, Article, ArticleInfo, Layer, Offsets, Relation, RelationId, Span, SpanId, Status, TextRange,
    TextSize,
};

fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "ا",
        "ب",
        "ة",
        "لا",
        "وَ",
        "مُ",
        "ـ",
        "قال ",
        "العراق",
        "2026",
        "٣",
        "a",
        "É",
        "e\u{301}",
        " ",
        "  ",
        "\n",
        "\t",
        ".",
        "؟ ",
        "“",
        "\"",
        "\\",
        "😀",
        "🇪🇬",
        "👩‍⚕️",
        "\u{200c}",
        "\u{200f}",
        "\u{202e}",
        "\u{feff}",
        "\u{a0}",
        "\u{2028}",
        "\u{301}",
    ])
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..60).prop_map(|pieces| pieces.concat())
}

/// A text and a layer over it: any ranges between characters, apart from each other within a span.
fn layer() -> impl Strategy<Value = (String, Layer)> {
    let cuts = prop::collection::vec(any::<prop::sample::Index>(), 2..5);
    let spans = prop::collection::vec((cuts, 0..4usize), 0..12);
    (text(), spans, 0..3usize, any::<prop::sample::Index>()).prop_map(|(text, spans, status, pick)| {
        let status = [Status::New, Status::InProgress, Status::Done][status];
        let mut layer = Layer { status, last_span: 20, last_relation: 9, ..Layer::default() };
        let table = Offsets::new(&text);
        let labels = ["actor", "location", "date", "claim"];
        for (number, (cuts, label)) in spans.into_iter().enumerate() {
            let cuts: BTreeSet<u32> =
                cuts.iter().map(|cut| cut.index(text.chars().count() + 1) as u32).collect();
            let cuts: Vec<TextSize> =
                cuts.into_iter().filter_map(|cut| table.from_scalar(&text, cut)).collect();
            let ranges: Vec<TextRange> =
                cuts.chunks_exact(2).map(|pair| TextRange::new(pair[0], pair[1])).collect();
            let span = Span::new(SpanId(number as u32 + 1), labels[label], ranges, &text).unwrap();
            if span.has_sound_ranges() {
                layer.spans.insert(span.id, span);
            }
        }
        let ids: Vec<SpanId> = layer.spans.keys().copied().collect();
        if let (Some(first), false) = (ids.first(), ids.is_empty()) {
            let relation = Relation::new(RelationId(4), "claimant", *first, ids[pick.index(ids.len())]);
            layer.relations.insert(relation.id, relation);
        }
        (text, layer)
    })
}

fn write(format: &Format, text: &str, layer: &Layer) -> (String, Report) {
    let info = ArticleInfo::new("a", text);
    let article = Article::new("a", text);
    let layers = [(AnnotatorId::from("me"), Arc::new(layer.clone()))];
    let (memory, report) =
        roundtrip::write(format, &Page { info: &info, article: &article, layers: &layers });
    (memory.text(SINGLE), report)
}

/// Runs of tags with their labels, from the positions of their tokens alone.
fn runs(written: &str) -> Vec<(String, u32, u32)> {
    let mut runs: Vec<(usize, String, u32, u32)> = vec![];
    for line in written.split('\n').filter(|line| line.starts_with(|c: char| c.is_ascii_digit())) {
        let cells: Vec<&str> = line.split('\t').collect();
        let (misc, tags) = cells.split_last().unwrap();
        let (start, end) = misc.split_once("TokenRange=").unwrap().1.split_once(':').unwrap();
        let (start, end) = (start.parse().unwrap(), end.parse().unwrap());
        for (column, tag) in tags.iter().enumerate().skip(2) {
            match tag.split_once('-') {
                Some(("B", label)) => runs.push((column, label.to_owned(), start, end)),
                Some(("I", _)) => runs.iter_mut().rfind(|run| run.0 == column).unwrap().3 = end,
                _ => {}
            }
        }
    }
    runs.into_iter().map(|(_, label, start, end)| (label, start, end)).collect()
}

proptest! {
    #[test]
    fn jsonl_reads_back_what_it_wrote((text, layer) in layer()) {
        let (json, report) = write(&jsonl::FORMAT, &text, &layer);
        prop_assert_eq!(json.matches('\n').count(), 1);
        prop_assert_eq!(report.losses.len(), 0);
        let items: Vec<Item> =
            JsonlReader::new(json.as_bytes(), ReadOptions::default()).collect::<Result<_, _>>().unwrap();
        let [Item::Header(_), Item::Record(record)] = items.as_slice() else { panic!("{items:?}") };
        prop_assert_eq!(&*record.text, text.as_str());
        prop_assert_eq!(&record.losses, &vec![]);
        prop_assert_eq!(record.layer.as_ref().map(|(_, back)| back), Some(&layer));
    }

    #[test]
    fn uima_webanno_and_tei_give_back_what_they_promised((text, layer) in layer()) {
        for name in ["uima-xmi", "uima-json", "webanno-tsv", "tei"] {
            let format = super::by_name(name).unwrap();
            // Panics where the files do not hold what was promised.
            let (_, report) = write(format, &text, &layer);
            let counts = report.spans;
            prop_assert_eq!(counts.lossless + counts.clipped + counts.dropped, counts.read);
            if name != "webanno-tsv" {
                prop_assert_eq!(report.losses, vec![]);
            }
        }
    }

    #[test]
    fn conll_says_exactly_the_spans_it_calls_lossless((text, layer) in layer()) {
        let (written, report) = write(&conllu_plus::FORMAT, &text, &layer);
        let counts = report.spans;
        prop_assert_eq!(counts.read, layer.spans.len());
        prop_assert_eq!(counts.lossless + counts.clipped + counts.dropped, counts.read);
        let blank = layer.spans.values().filter(|span| span.quote.trim().is_empty()).count();
        prop_assert_eq!(counts.dropped, blank, "nothing is dropped for overlapping");
        let table = Offsets::new(&text);
        let lost: BTreeSet<String> = report.losses.iter().map(|loss| loss.place.to_string()).collect();
        let runs = runs(&written);
        for span in layer.spans.values().filter(|span| !lost.contains(&format!("a/me/span {}", span.id))) {
            let (start, end) = table.range_to_scalars(&text, span.ranges[0]).unwrap();
            prop_assert!(runs.contains(&(span.label.to_string(), start, end)), "{span:?} is not in {runs:?}\n{written}");
        }
        if counts.clipped == 0 {
            prop_assert_eq!(runs.len(), counts.written);
        }
    }

    #[test]
    fn a_text_decodes_to_itself(text in text()) {
        match decode::decode(text.as_bytes(), None) {
            Ok(decoded) => prop_assert_eq!(decoded.text, text.strip_prefix('\u{feff}').unwrap_or(&text)),
            Err(_) => prop_assert!(text.replace('\u{feff}', "").trim().is_empty(), "refused"),
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(decoded) = decode::decode(&bytes, None) {
            prop_assert!(!decoded.text.contains(['\0', '\r']));
        }
        for unit in [OffsetUnit::CodePoints, OffsetUnit::Utf16, OffsetUnit::Bytes] {
            let options = ReadOptions { annotator: Some("me".into()), unit: Some(unit), ..ReadOptions::default() };
            prop_assert!(JsonlReader::new(&bytes[..], options).count() < 300);
        }
    }

    #[test]
    fn any_position_in_any_unit_gives_a_sound_layer(
        text in text(), ranges in prop::collection::vec((0u32..200, 0u32..200), 0..3), crlf in any::<bool>(), unit in 0..3usize
    ) {
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let line = serde_json::json!({"text": text, "annotator": "me", "spans": [
            {"label": "x", "ranges": ranges, "quote": "؟"}, {"label": "x", "ranges": ranges}]});
        let unit = [OffsetUnit::CodePoints, OffsetUnit::Utf16, OffsetUnit::Bytes][unit];
        let json = line.to_string();
        let item = JsonlReader::new(json.as_bytes(), ReadOptions { unit: Some(unit), ..ReadOptions::default() }).next();
        let Some(Ok(Item::Record(record))) = item else { panic!("{item:?}") };
        let (_, layer) = record.layer.unwrap();
        for span in layer.spans.values().filter(|span| !span.lost) {
            prop_assert!(span.has_sound_ranges());
            let quote = crate::model::quote_of(&record.text, &span.ranges);
            prop_assert_eq!(quote.as_deref(), Some(span.quote.as_str()));
        }
    }

    #[test]
    fn every_position_has_its_word_and_letter(text in text(), byte in 0usize..300) {
        let (before, after) = (graphemes::previous(&text, byte), graphemes::next(&text, byte));
        prop_assert!(graphemes::is_boundary(&text, before) && graphemes::is_boundary(&text, after));
        prop_assert!(graphemes::floor(&text, byte) <= graphemes::ceil(&text, byte));
        if let Some(word) = words::word_at(&text, byte) {
            let byte = TextSize::try_from(text.floor_char_boundary(byte)).unwrap();
            prop_assert!(word.contains_inclusive(byte));
        }
        let step = words::next_start(&text, byte.min(text.len()));
        prop_assert!(step > byte.min(text.len()) || step == text.len());
        prop_assert!(words::previous_start(&text, byte) < byte.max(1));
        prop_assert!(text.is_char_boundary(step) && text.is_char_boundary(words::previous_start(&text, byte)));
    }
}
