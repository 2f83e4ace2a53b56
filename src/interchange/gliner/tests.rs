use std::sync::Arc;

use super::*;
use crate::interchange::roundtrip::{Shelf, said, through};
use crate::interchange::sink::{Memory, SINGLE};
use crate::interchange::tokens::Tokens;
use crate::interchange::{Item, ReadOptions, Report};
use crate::model::{ArticleInfo, Relation, RelationId, SpanId, fixture};

/// An article as it is written, and what is said of it.
fn write(marked: &str, options: &WriteOptions) -> (String, Report) {
    let (text, mut layer) = fixture::parse(marked);
    if layer.spans.len() > 1 {
        let relation = Relation::new(RelationId(1), "claimant", SpanId(1), SpanId(2));
        layer.relations.insert(relation.id, relation);
    }
    let article = Article::new("a", text.as_str());
    let pages = vec![(ArticleInfo::new("a", &text), article, vec![("me".into(), Arc::new(layer))])];
    let (report, _, memory) = through(&FORMAT, options, &mut Shelf { pages });
    (memory.text(SINGLE), report)
}

fn read(json: &str, options: &ReadOptions) -> Result<String, String> {
    let memory = Memory::of([("train.json", json.as_bytes())]);
    let reading = read::read(&memory.source("train.json"), options).map_err(|error| error.to_string())?;
    let mut found = String::new();
    for item in reading.items {
        match item.map_err(|error| error.to_string())? {
            Item::Record(record) => found += &said(&record),
            Item::Header(_) => panic!("no header is there"),
        }
    }
    Ok(found)
}

#[test]
fn tokens_keep_their_harakat_and_are_cut_at_spans_or_spans_grow() {
    let marked = "😀 [قالَتْ و[بغداد]{location}،]{claim} نعم";
    let (json, report) = write(marked, &WriteOptions::default());
    expect_test::expect![[r#"
        [
        {"tokenized_text":["😀","قالَتْ","و","بغداد","،","نعم"],"ner":[[1,4,"claim"],[3,3,"location"]],"relations":[[0,1,"claimant"]],"id":"a","annotator":"me","text":"😀 قالَتْ وبغداد، نعم"}
        ]
    "#]].assert_eq(&json);
    assert_eq!(report.losses, []);
    let whole = WriteOptions { cut: Cut::Spans, tokens: Tokens::WhiteSpace, ..WriteOptions::default() };
    let (json, report) = write(marked, &whole);
    assert!(json.contains(r#""ner":[[1,2,"claim"],[2,2,"location"]]"#), "{json}");
    assert_eq!((report.spans.lossless, report.spans.clipped, report.losses.len()), (1, 1, 1));
    assert!(knows(json.as_bytes()));
}

#[test]
fn a_part_of_a_span_that_grows_is_counted_once() {
    let whole = WriteOptions { cut: Cut::Spans, ..WriteOptions::default() };
    let (json, report) = write("[o]{x#1}ne [tw]{x#1}o [ three]{y}", &whole);
    assert!(json.contains(r#""ner":[[0,0,"x"],[1,1,"x"],[2,2,"y"]]"#), "{json}");
    assert_eq!((report.spans.read, report.spans.clipped, report.spans.lossless), (2, 2, 0));
}

#[test]
fn what_nobody_has_begun_is_no_example() {
    let (report, items, _) = through(&FORMAT, &WriteOptions::default(), &mut Shelf::nasty(None));
    let places: Vec<String> = report
        .losses
        .iter()
        .map(|loss| loss.place.to_string())
        .filter(|place| !place.contains('/'))
        .collect();
    assert_eq!(places, ["empty", "untouched"]);
    assert_eq!((items.len(), report.articles), (4, 3));
}

#[test]
fn examples_of_other_programs_have_tokens_alone() {
    let json = r#"[{"tokenized_text": ["قال", "الأب", ",", "نعم"], "ner": [[1, 2, "person"], [0, 3, "claim"]],
        "relations": [[1, 0, "by"], [0, 5, "by"]], "negatives": ["dog"]},
        {"tokenized_text": ["No", "spans"], "ner": []}]"#;
    let amal = ReadOptions { annotator: Some("amal".into()), ..ReadOptions::default() };
    expect_test::expect![[r#"
        train-1: قال الأب , نعم
        amal: [قال [الأب ,]{person} نعم]{claim}
        2 by 1
        dropped: example 1, relations[1]: by leads to or from something that is not there
        stripped: left out: negatives, which is no annotation
        train-2: No spans
        amal: No spans
    "#]]
    .assert_eq(&read(json, &amal).unwrap());
    assert!(read(json, &ReadOptions::default()).unwrap_err().contains("--annotator"));
}

#[test]
fn broken_examples_are_refused_with_their_place() {
    let amal = ReadOptions { annotator: Some("amal".into()), ..ReadOptions::default() };
    let one = |rest: &str| format!("[\n{{\"tokenized_text\": [\"Ali\", \"said\"]{rest}}}]");
    for (json, expected) in [
        (one(r#", "ner": [[0, 2, "x"]]"#), "line 2: example 1, ner[0]: there are no tokens 0 to 2 in 2"),
        (one(r#", "ner": [[1, 0, "x"]]"#), "example 1, ner[0]: the text has no place"),
        (one(r#", "ner": [[-1, 0, "x"]]"#), "line 2"),
        (one(r#", "ner": [[0, 0]]"#), "line 2"),
        (
            one(r#", "text": "Ali  says""#),
            "example 1: its text goes on with “says”, not with its token “said”",
        ),
        (one("").replace("tokenized_text", "text_tokenized"), "missing field `tokenized_text`"),
    ] {
        let error = read(&json, &amal).unwrap_err();
        assert!(error.contains(expected) && error.contains("nothing was imported"), "{error}");
    }
    let lenient = ReadOptions { keep_mismatches: true, ..amal };
    let found =
        read(&one(r#", "ner": [[0, 2, "x"], [0, 0, "y"]], "relations": [[1, 0, "z"]]"#), &lenient).unwrap();
    assert!(found.contains("[Ali]{y} said") && found.contains("dropped"), "{found}");
}
