//! Laws of reading and writing, tried on texts made of everything that breaks offsets.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::bio::{Overlaps, Scheme};
use super::jsonl::JsonlReader;
use super::sink::SINGLE;
use super::tokens::Cut;
use super::{
    Format, Item, OffsetUnit, Page, ReadOptions, Report, WriteOptions, brat, conll, decode, jsonl, roundtrip,
};
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
    write_with(format, &WriteOptions::default(), text, layer)
}

fn write_with(format: &Format, options: &WriteOptions, text: &str, layer: &Layer) -> (String, Report) {
    let info = ArticleInfo::new("a", text);
    let article = Article::new("a", text);
    let layers = [(AnnotatorId::from("me"), Arc::new(layer.clone()))];
    let (memory, report) =
        roundtrip::write_with(format, options, &Page { info: &info, article: &article, layers: &layers });
    (memory.text(SINGLE), report)
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

    /// Writing proves itself: what is promised is read back, or this panics.
    #[test]
    fn conllu_plus_loses_nothing_but_blank_spans((text, layer) in layer()) {
        let (_, report) = write(&conll::PLUS, &text, &layer);
        let counts = report.spans;
        let blank = layer.spans.values().filter(|span| span.quote.trim().is_empty()).count();
        prop_assert_eq!((counts.read, counts.dropped, counts.clipped), (layer.spans.len(), blank, 0));
    }

    #[test]
    fn columns_of_tags_keep_their_promise((text, layer) in layer(), policy in 0..4usize, cut in any::<bool>(), bilou in any::<bool>()) {
        let options = WriteOptions {
            overlaps: Some([Overlaps::Columns, Overlaps::Outermost, Overlaps::Innermost, Overlaps::Longest][policy]),
            cut: if cut { Cut::Spans } else { Cut::Tokens },
            scheme: if bilou { Scheme::Bilou } else { Scheme::Bio },
            ..WriteOptions::default()
        };
        for format in [&conll::PLUS, &conll::FLAT] {
            let (_, report) = write_with(format, &options, &text, &layer);
            let counts = report.spans;
            prop_assert_eq!(counts.lossless + counts.clipped + counts.dropped, counts.read);
            prop_assert_eq!(counts.read, layer.spans.len());
        }
    }

    #[test]
    fn brat_keeps_its_promise((text, layer) in layer()) {
        write(&brat::FORMAT, &text, &layer);
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
