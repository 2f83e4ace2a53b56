use std::sync::Arc;

use super::*;
use crate::interchange::roundtrip::{self, Shelf, said, through};
use crate::interchange::sink::Memory;
use crate::interchange::{Item, Page, ReadOptions, WriteOptions};
use crate::model::{Article, ArticleInfo, Relation, RelationId, SpanId, fixture};

/// What the records of a document say.
fn read(document: &str, options: &ReadOptions) -> Result<String, String> {
    let memory = Memory::of([("a.bdocjs", document.as_bytes())]);
    let reading = read::read(&memory.source("a.bdocjs"), options).map_err(|error| error.to_string())?;
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
fn a_layer_is_written_as_gate_has_it() {
    let (text, mut layer) = fixture::parse("😀 [زارَ [أحمدُ]{actor}\nمصر]{claim}");
    let claim = layer.spans.get_mut(&SpanId(1)).unwrap();
    claim.attributes.extend([("note".to_owned(), "a".to_owned()), ("stance".to_owned(), "x".to_owned())]);
    claim.note = "من؟".into();
    let mut relation = Relation::new(RelationId(1), "claimant", SpanId(1), SpanId(2));
    relation.attributes.insert("sure".into(), "no".into());
    layer.relations.insert(RelationId(1), relation);
    let info = ArticleInfo { date: "2026-01-18".into(), ..ArticleInfo::new("a", &text) };
    let article = Article::new("a", text);
    let layers = [("gold".into(), Arc::new(layer))];
    let (memory, report) =
        roundtrip::write(&FORMAT, &Page { info: &info, article: &article, layers: &layers });
    assert_eq!((memory.names(), report.losses), (vec!["a.bdocjs".to_owned()], vec![]));
    expect_test::expect![[r#"
        {"annotation_sets":{"Key":{"name":"Key","annotations":[{"type":"claim","start":2,"end":16,"id":1,"features":{"attribute-note":"a","stance":"x","note":"من؟"}},{"type":"actor","start":7,"end":12,"id":2,"features":{}}],"next_annid":3}},"text":"😀 زارَ أحمدُ\nمصر","features":{"id":"a","title":"","date":"2026-01-18","annotators":{"Key":"gold"},"relations":{"Key":[{"type":"claimant","from":1,"to":2,"features":{"sure":"no"}}]}},"offset_type":"p","name":"a"}
    "#]].assert_eq(&memory.text("a.bdocjs"));
    assert!(knows(&memory.get("a.bdocjs").unwrap()));
}

#[test]
fn positions_count_what_the_document_declares() {
    let (unit, options) = (OffsetUnit::Utf16, WriteOptions::default());
    let (_, _, memory) =
        through(&FORMAT, &WriteOptions { unit: Some(unit), ..options }, &mut Shelf::nasty(None));
    let document = memory.text("nasty.bdocjs");
    assert!(
        document.contains("\"offset_type\":\"j\"") && document.contains("\"start\":8,\"end\":13,\"id\":1,")
    );
    for (kind, start, end) in [("p", 2, 5), ("j", 3, 6)] {
        let document = format!(
            r#"{{"text": "😀 Ali", "offset_type": "{kind}", "annotation_sets":
            {{"me": {{"annotations": [{{"type": "x", "start": {start}, "end": {end}, "id": 0}}]}}}}}}"#
        );
        assert_eq!(read(&document, &ReadOptions::default()).unwrap(), "a: 😀 Ali\nme: 😀 [Ali]{x}\n");
    }
}

#[test]
fn documents_of_gate_are_read_and_what_has_no_place_is_reported() {
    let document = r#"{"annotation_sets": {
        "": {"name": "detached-from:", "annotations": [], "next_annid": 0},
        "Key": {"annotations": [
            {"type": "Person", "start": 0, "end": 3, "id": 0, "features": {"rule": "Name1", "n": 2, "ok": true, "no": null}},
            {"type": "Token", "start": 4, "end": 8, "id": 7, "features": {"matches": [1, 2], "note": "said"}},
            {"type": "Empty", "start": 4, "end": 4, "id": 8, "features": null}], "next_annid": 9},
        "Original markups": {"annotations": [{"type": "p", "start": 0, "end": 8, "id": 1, "features": {}}]}},
        "text": "Ali said", "features": {"gate.SourceURL": "x", "relations": {"Key": [
            {"type": "by", "from": 7, "to": 0, "features": {"a": 1}}, {"type": "by", "from": 7, "to": 5}]}},
        "offset_type": "p", "name": ""}"#;
    expect_test::expect![[r#"
        a: Ali said
        gold: [Ali]{Person} [said]{Token}
        1 {"n": "2", "ok": "yes", "rule": "Name1"} ""
        2 {} "said"
        2 by 1
        stripped: annotation 7 of the set “Key”: its feature matches is no text and is left out
        dropped: annotation 8 of the set “Key”: it covers no text
        dropped: relation 2 of the set “Key”: by leads to or from something that is not there
        stripped: left out: the set “Original markups”, the markup of a page (1)
        stripped: left out: the features gate.SourceURL of the document
    "#]]
    .assert_eq(&read(document, &ReadOptions::default()).unwrap());
}

#[test]
fn gate_xml_is_read_by_the_places_of_its_nodes() {
    let document = "<?xml version='1.0' encoding='UTF-8'?>\r\n<GateDocument version=\"3\">\
        <GateDocumentFeatures><Feature><Name className=\"java.lang.String\">title</Name>\
        <Value className=\"java.lang.String\">A &amp; B</Value></Feature></GateDocumentFeatures>\
        <TextWithNodes>😀 <Node id=\"3\"/>Ali<Node id=\"6\"/>\r\nsaid &lt;no&gt;<Node id=\"17\"/></TextWithNodes>\
        <AnnotationSet>\n</AnnotationSet><AnnotationSet Name=\"amal\">\
        <Annotation Id=\"12\" Type=\"Person\" StartNode=\"3\" EndNode=\"6\"><Feature>\
        <Name className=\"java.lang.String\">sure</Name><Value className=\"java.lang.Boolean\">true</Value>\
        </Feature></Annotation><Annotation Id=\"13\" Type=\"Claim\" StartNode=\"3\" EndNode=\"17\"/>\
        </AnnotationSet></GateDocument>";
    assert!(knows(document.as_bytes()));
    expect_test::expect![[r#"
        a: 😀 Ali⏎said <no>
        amal: 😀 [[Ali]{Person}⏎said <no>]{Claim}
        12 {"sure": "yes"} ""
    "#]]
    .assert_eq(&read(document, &ReadOptions::default()).unwrap());
    let broken = document.replace("EndNode=\"6\"", "EndNode=\"5\"");
    assert!(
        read(&broken, &ReadOptions::default()).unwrap_err().contains("annotation 12 has the EndNode \"5\"")
    );
}

#[test]
fn broken_documents_are_refused_with_their_place() {
    let one = |annotation: &str| {
        format!(
            "{{\"text\": \"Ali\",\n\"annotation_sets\": {{\"me\": {{\"annotations\": [{annotation}]}}}}}}"
        )
    };
    for (document, expected) in [
        (
            one(r#"{"type": "x", "start": 0, "end": 4, "id": 1}"#),
            "annotation 1 of the set “me”: the text has no place",
        ),
        (one(r#"{"type": "x", "start": -1, "end": 3, "id": 1}"#), "line 2, byte"),
        (one(r#"{"start": 1, "end": 3, "id": 1}"#), "missing field `type`"),
        (one(&[r#"{"type": "x", "start": 0, "end": 3, "id": 0}"#; 2].join(",")), "there are two of this id"),
        (one("").replace("\"me\"", "\"../me\""), "cannot be the name of a folder"),
        (one("").replace("\"text\"", "\"offset_type\": \"b\", \"text\""), "field offset_type"),
        ("{\"annotation_sets\": {}}".to_owned(), "missing field `text`"),
        ("{\"text\": \"Ali".to_owned(), "line 1"),
        ("<Other/>".to_owned(), "not with GateDocument"),
    ] {
        let error = read(&document, &ReadOptions::default()).unwrap_err();
        assert!(error.contains(expected) && error.contains("nothing was imported"), "{error}");
    }
    let unnamed = one(r#"{"type": "x", "start": 0, "end": 3, "id": 1}"#).replace("\"me\"", "\"\"");
    assert!(read(&unnamed, &ReadOptions::default()).unwrap_err().contains("--annotator"));
}
