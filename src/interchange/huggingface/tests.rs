use std::sync::Arc;

use parquet::file::reader::FileReader as _;
use parquet::file::serialized_reader::SerializedFileReader;
use serde_json::{Value, json};

use super::features::Feature;
use super::shred::Table;
use super::*;
use crate::interchange::roundtrip::{Shelf, through, write};
use crate::interchange::sink::{Memory, Sink as _};
use crate::interchange::{Item, Page, ReadOptions, Record, WriteOptions};
use crate::model::{Article, ArticleInfo, Codebook, Relation, RelationId, SpanId, fixture};

const FILE: &str = "data/train-00000-of-00001.parquet";

/// A file of rows as other programs have them.
fn made(columns: Vec<(&'static str, Feature)>, features: &str, rows: &[Value]) -> Vec<u8> {
    let mut memory = Memory::default();
    let metadata = vec![(FEATURES_KEY, features.to_owned())];
    let mut table = Table::new(memory.file("a.parquet").unwrap(), columns, metadata).unwrap();
    rows.iter().for_each(|row| table.push(row.as_object().unwrap()).unwrap());
    table.finish().unwrap();
    memory.get("a.parquet").unwrap()
}

fn read(bytes: &[u8], options: &ReadOptions) -> Result<(Vec<Record>, Vec<String>), String> {
    let memory = Memory::of([("a.parquet", bytes)]);
    let reading = read::read(&memory.source("a.parquet"), options).map_err(|error| error.to_string())?;
    let notes = reading.notes.clone();
    let items: Result<Vec<Item>, _> = reading.items.collect();
    let records = items.map_err(|error| error.to_string())?.into_iter().filter_map(|item| match item {
        Item::Record(record) => Some(*record),
        Item::Header(_) => None,
    });
    Ok((records.collect(), notes))
}

fn by(annotator: &str) -> ReadOptions {
    ReadOptions { annotator: Some(annotator.into()), ..ReadOptions::default() }
}

fn span_columns(label: Feature) -> Vec<(&'static str, Feature)> {
    let span =
        vec![("start", Feature::Number), ("end", Feature::Number), ("label", label), ("text", Feature::Text)];
    let relation = vec![("head", Feature::Number), ("tail", Feature::Number), ("type", Feature::Text)];
    vec![("text", Feature::Text), ("spans", Feature::List(span)), ("relations", Feature::List(relation))]
}

fn opened(bytes: Vec<u8>) -> SerializedFileReader<bytes::Bytes> {
    SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap()
}

fn rows_of(file: &SerializedFileReader<bytes::Bytes>, nth: usize) -> Vec<Value> {
    let rows = read::group(file, nth).unwrap();
    rows.into_iter().map(Value::Object).collect()
}

#[test]
fn lists_in_lists_come_back_from_the_levels_they_became() {
    let inner = Feature::List(vec![("name", Feature::Text)]);
    let columns = vec![
        ("text", Feature::Text),
        (
            "spans",
            Feature::List(vec![("start", Feature::Number), ("ranges", inner), ("end", Feature::Number)]),
        ),
    ];
    let rows = [
        json!({"text": "no lists", "spans": []}),
        json!({"text": "one", "spans": [{"start": 1, "ranges": [], "end": 2}]}),
        json!({"text": "", "spans": [
            {"start": -3, "ranges": [{"name": "a"}, {"name": ""}], "end": 4},
            {"start": 5, "ranges": [], "end": 6},
            {"start": 7, "ranges": [{"name": "😀"}], "end": 8},
        ]}),
    ];
    let rows: Vec<Value> = rows.iter().cycle().take(900).cloned().collect();
    let bytes = made(columns, "{}", &rows);
    let file = opened(bytes);
    let groups = 0..file.num_row_groups();
    let back: Vec<Value> = groups.flat_map(|nth| rows_of(&file, nth)).collect();
    assert_eq!(back, rows);
}

#[test]
fn the_folder_has_a_card_and_a_file_whose_metadata_names_the_features() {
    let (text, mut layer) = fixture::parse("😀 [أحمدُ]{actor} [قال]{claim#9} إن [نعم]{claim#9}");
    layer.relations.insert(RelationId(4), Relation::new(RelationId(4), "claimant", SpanId(9), SpanId(1)));
    let info = ArticleInfo::new("a", &text);
    let article = Article::new("a", text);
    let layers = [("me".into(), Arc::new(layer))];
    let (memory, report) = write(&FORMAT, &Page { info: &info, article: &article, layers: &layers });
    assert_eq!(memory.names(), ["README.md", FILE]);
    assert_eq!(report.losses, []);
    assert!(memory.text("README.md").starts_with("---\nlicense: unknown\n"));
    let file = opened(memory.get(FILE).unwrap());
    let metadata = file.metadata().file_metadata().key_value_metadata().unwrap();
    let about: Value = serde_json::from_str(metadata[0].value.as_ref().unwrap()).unwrap();
    let label = &about["info"]["features"]["spans"][0]["label"];
    assert_eq!(*label, json!({"names": ["actor", "location", "date", "claim"], "_type": "ClassLabel"}));
    let row = rows_of(&file, 0).remove(0);
    let claim = &row["spans"][1];
    assert_eq!(
        (&claim["id"], &claim["start"], &claim["end"], &claim["label"]),
        (&9.into(), &8.into(), &18.into(), &3.into())
    );
    assert_eq!(claim["ranges"], json!([{"start": 8, "end": 11}, {"start": 15, "end": 18}]));
    assert_eq!(row["relations"][0]["head"], 9);
}

#[test]
fn the_codebook_comes_back() {
    let (_, items, _) = through(&FORMAT, &WriteOptions::default(), &mut Shelf::nasty(None));
    let Some(Item::Header(header)) = items.first() else { panic!("no header") };
    assert_eq!(header.codebook, Some(Codebook::default()));
    assert_eq!(items.len(), 7);
}

#[test]
fn rows_of_others_are_read_by_names_numbers_and_units() {
    let about = json!({"info": {"features": {"spans": {"_type": "List", "feature": {
        "label": {"names": ["who", "where"], "_type": "ClassLabel"}}}}}});
    let row = |start: i32, end: i32| {
        json!({"text": "😀 Ali left Basra", "spans": [
            {"start": start, "end": end, "label": 0, "text": "Ali"},
            {"start": start + 9, "end": end + 11, "label": 1, "text": "Basra"},
        ], "relations": [{"head": 0, "tail": 1, "type": "left"}]})
    };
    let columns = || span_columns(Feature::Label(vec![]));
    let (records, notes) = read(&made(columns(), &about.to_string(), &[row(2, 5)]), &by("me")).unwrap();
    let (_, layer) = records[0].layer.as_ref().unwrap();
    assert_eq!(fixture::write(&records[0].text, layer), "😀 [Ali]{who} left [Basra]{where}");
    assert_eq!((layer.relations[&RelationId(1)].from, records[0].info.id.as_str()), (SpanId(1), "a-1"));
    assert_eq!((notes.len(), records[0].losses.len()), (0, 0));
    let (records, notes) = read(&made(columns(), &about.to_string(), &[row(3, 6)]), &by("me")).unwrap();
    assert_eq!(records[0].layer.as_ref().unwrap().1.spans.len(), 2);
    assert!(notes[0].contains("utf-16"), "{notes:?}");
}

#[test]
fn tokens_with_tags_are_read_and_it_is_said_that_there_is_no_text() {
    let row = json!({"tokens": ["زار", "أحمد", "علي", "بغداد"], "ner_tags": [0, 1, 2, 3]})
        .as_object()
        .unwrap()
        .clone();
    let about = json!({"ner_tags": {"feature": {"names": ["O", "B-PER", "I-PER", "B-LOC"]}}});
    let options = by("me");
    let record =
        records::record(&row, 0, &records::Names::of(&about), "a", Default::default(), &options).unwrap();
    let (_, layer) = record.layer.unwrap();
    assert_eq!(fixture::write(&record.text, &layer), "زار [أحمد علي]{PER} [بغداد]{LOC}");
    assert!(record.losses[0].reason.contains("one space stands between them"));
}

#[test]
fn broken_files_are_refused_with_their_row() {
    let row = |start: i32, end: i32, label: &str, words: &str| json!({"text": "Ali left", "spans": [{"start": start, "end": end, "label": label, "text": words}]});
    let of = |row: Value| made(span_columns(Feature::Text), "{}", &[row]);
    let whole = of(row(0, 3, "x", "Ali"));
    let numbered = |label: i32| {
        let row =
            json!({"text": "Ali left", "spans": [{"start": 0, "end": 3, "label": label, "text": "Ali"}]});
        let about = json!({"info": {"features": {"spans": [{"label": {"names": ["x"]}}]}}});
        made(span_columns(Feature::Label(vec![])), &about.to_string(), &[row])
    };
    for (bytes, expected) in [
        (b"PAR1".to_vec(), "no Parquet file"),
        (vec![], "no Parquet file"),
        (whole[..whole.len() / 2].to_vec(), "no Parquet file"),
        (made(vec![("words", Feature::Text)], "{}", &[]), "neither a column text nor tokens, but words"),
        (made(span_columns(Feature::Text), "{", &[]), "field metadata huggingface: is not JSON"),
        (of(row(-1, 3, "x", "Ali")), "field row 1, spans[0]: has no start and end"),
        (of(row(0, 3, "", "Ali")), "field row 1, spans[0].label: has no label"),
        (numbered(1), "field row 1, spans[0].label: has no label"),
        (of(row(0, 3, "x", "left")), "at 0 to 3 stands “Ali”, not “left”"),
        (of(row(0, 99, "x", "Ali")), "the text has no place 0 to 99"),
    ] {
        let said = read(&bytes, &by("me")).unwrap_err();
        assert!(said.contains(expected) && said.contains("nothing was imported"), "{said} is not {expected}");
    }
    assert!(read(&whole, &ReadOptions::default()).unwrap_err().contains("--annotator"));
    assert_eq!(read(&numbered(0), &by("me")).unwrap().0[0].spans, 1);
}

#[test]
fn no_damage_makes_the_reader_fall_over() {
    let span = |at: i32| json!({"start": at * 9, "end": at * 9 + 3, "label": "x", "text": "Ali"});
    let rows: Vec<Value> = (0..5)
        .map(|nth| json!({"text": "Ali left ".repeat(5), "spans": (0..nth).map(span).collect::<Vec<_>>()}))
        .collect();
    let bytes = made(span_columns(Feature::Text), "{}", &rows);
    assert_eq!(read(&bytes, &by("me")).unwrap().0.len(), 5);
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= if at % 2 == 0 { 0x80 } else { 0xff };
        // Whatever it says of it: it says it.
        _ = read(&damaged, &by("me")).map_err(|error| assert!(!error.is_empty()));
    }
}
