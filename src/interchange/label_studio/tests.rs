use std::sync::Arc;

use super::*;
use crate::interchange::roundtrip::{self, Shelf, said, through};
use crate::interchange::sink::Memory;
use crate::interchange::units::{Claimed, Survey};
use crate::interchange::{Item, Page, ReadOptions, Record, WriteOptions};
use crate::model::{Article, ArticleInfo, Relation, RelationId, SpanId, fixture};

fn read(json: &str, options: &ReadOptions) -> Result<(Vec<Record>, Vec<String>), String> {
    let memory = Memory::of([("project-1.json", json.as_bytes())]);
    let reading = read::read(&memory.source("project-1.json"), options).map_err(|e| e.to_string())?;
    let mut records = vec![];
    for item in reading.items {
        match item.map_err(|error| error.to_string())? {
            Item::Record(record) => records.push(*record),
            Item::Header(_) => panic!("no header is there"),
        }
    }
    Ok((records, reading.notes))
}

#[test]
fn a_layer_is_written_as_label_studio_has_it() {
    let (text, mut layer) = fixture::parse("😀 [زارَ [أحمدُ]{actor}\nمصر]{claim} [و]{claim#9} [عاد]{claim#9}");
    let claim = layer.spans.get_mut(&SpanId(1)).unwrap();
    claim
        .attributes
        .extend([("stance".to_owned(), "doubts?".to_owned()), ("label".to_owned(), "a\nb".to_owned())]);
    claim.note = "من؟".into();
    layer.relations.insert(RelationId(1), Relation::new(RelationId(1), "claimant", SpanId(1), SpanId(2)));
    let info = ArticleInfo { date: "2026-01-18".into(), ..ArticleInfo::new("a", &text) };
    let article = Article::new("a", text);
    let layers = [("gold".into(), Arc::new(layer))];
    let (memory, report) =
        roundtrip::write(&FORMAT, &Page { info: &info, article: &article, layers: &layers });
    assert_eq!(memory.names(), ["labels.xml", "tasks.json"]);
    expect_test::expect![[r#"
        [
        {"id":1,"data":{"id":"a","title":"","date":"2026-01-18","text":"😀 زارَ أحمدُ\nمصر و عاد"},"annotations":[{"id":1,"result":[{"id":"annotator","from_name":"annotator","to_name":"text","type":"textarea","value":{"text":["gold"]}},
        {"id":"span-1","from_name":"label","to_name":"text","type":"labels","value":{"start":2,"end":16,"text":"زارَ أحمدُ\nمصر","labels":["claim"]},"meta":{"text":["من؟"]}},
        {"id":"span-1","from_name":"attribute-label","to_name":"text","type":"textarea","value":{"start":2,"end":16,"text":["a\nb"]}},
        {"id":"span-1","from_name":"stance","to_name":"text","type":"choices","value":{"start":2,"end":16,"choices":["doubts?"]}},
        {"id":"span-2","from_name":"label","to_name":"text","type":"labels","value":{"start":7,"end":12,"text":"أحمدُ","labels":["actor"]}},
        {"id":"span-9","from_name":"label","to_name":"text","type":"labels","value":{"start":17,"end":18,"text":"و","labels":["claim"]}},
        {"id":"span-10","from_name":"label","to_name":"text","type":"labels","value":{"start":19,"end":22,"text":"عاد","labels":["claim"]}},
        {"from_id":"span-1","to_id":"span-2","type":"relation","direction":"right","labels":["claimant"]}],"was_cancelled":false,"ground_truth":true}]}
        ]
    "#]].assert_eq(&memory.text("tasks.json").replace("},{", "},\n{"));
    let reasons: Vec<&str> = report.losses.iter().map(|loss| loss.reason.as_str()).collect();
    assert_eq!(reasons, [crate::interchange::fit::DISCONTINUOUS]);
    let config = memory.text("labels.xml");
    for expected in [
        "<Label value=\"actor\" background=\"#",
        "<Choices name=\"stance\" toName=\"text\" perRegion=\"true\" whenTagName=\"label\" whenLabelValue=\"claim\">",
        "    <Choice value=\"doubts?\"/>\n  </Choices>",
        "<TextArea name=\"attribute-label\" toName=\"text\" perRegion=\"true\"",
        "<Relation value=\"claimant\"/>",
        "<Text name=\"text\" value=\"$text\"/>",
    ] {
        assert!(config.contains(expected), "{expected} is not in {config}");
    }
}

#[test]
fn every_annotator_is_an_annotation_of_one_task() {
    let (_, items, memory) = through(&FORMAT, &WriteOptions::default(), &mut Shelf::nasty(None));
    assert_eq!(memory.text("tasks.json").matches("\"data\":").count(), 5);
    assert_eq!(items.len(), 6);
    let bytes = memory.get("tasks.json").unwrap();
    assert_eq!(crate::interchange::by_content("json", &bytes), Some(&FORMAT));
}

/// As the editor and the server write it.
const EXPORTED: &str = r#"[{"id": 7, "annotations": [
  {"id": 3, "completed_by": {"id": 1, "email": "amal@example.org"}, "result": [
    {"value": {"start": 2, "end": 10, "text": "Ali\\nsaid", "labels": ["claim", "quote"]}, "id": "aB_1",
     "from_name": "label", "to_name": "text", "type": "labels", "origin": "manual", "meta": {"text": ["why?", "who?"]}},
    {"value": {"start": 2, "end": 10, "text": "Ali\\nsaid", "choices": ["asserts", "loud"]}, "id": "aB_1",
     "from_name": "stance", "to_name": "text", "type": "choices", "origin": "manual"},
    {"value": {"start": 2, "end": 10, "rating": 4}, "id": "aB_1", "from_name": "sure", "to_name": "text", "type": "rating"},
    {"value": {"start": 2, "end": 5, "text": "Ali", "labels": ["actor"]}, "id": "c", "from_name": "label",
     "to_name": "text", "type": "labels"},
    {"value": {"start": 2, "end": 5}, "id": "d", "from_name": "label", "to_name": "text", "type": "labels"},
    {"value": {"choices": ["news"]}, "id": "e", "from_name": "genre", "to_name": "text", "type": "choices"},
    {"value": {"start": "/p[1]", "hypertextlabels": ["x"]}, "id": "h", "from_name": "html", "type": "hypertextlabels"},
    {"from_id": "c", "to_id": "aB_1", "type": "relation", "direction": "left", "labels": ["claimant"]},
    {"from_id": "c", "to_id": "aB_1", "type": "relation", "direction": "bi"},
    {"from_id": "c", "to_id": "gone", "type": "relation", "direction": "right", "labels": ["where"]}],
   "was_cancelled": false, "ground_truth": false, "lead_time": 12.5, "prediction": {}},
  {"id": 4, "completed_by": 2, "result": [], "was_cancelled": false, "ground_truth": true},
  {"id": 5, "completed_by": 3, "result": [], "was_cancelled": true, "ground_truth": false}],
 "drafts": [], "predictions": [{"model_version": "m", "score": 0.5, "result": []}],
 "data": {"headline": "x", "text": "😀 Ali\nsaid", "topic": "war"}, "meta": {}, "project": 1},
 {"id": 8, "data": {"text": "Nobody"}, "predictions": []}]"#;

#[test]
fn what_the_program_exports_is_read_and_what_has_no_place_is_reported() {
    let (records, notes) = read(EXPORTED, &ReadOptions::default()).unwrap();
    assert!(notes.is_empty());
    expect_test::expect![[r#"
        task-7: 😀 Ali⏎said
        amal@example.org: 😀 [[[Ali]{actor}⏎said]{quote}]{claim}
        1 {"stance": "asserts; loud", "sure": "4"} "why?\nwho?"
        2 {"stance": "asserts; loud", "sure": "4"} "why?\nwho?"
        1 claimant 3
        3 related 1
        stripped: task 1, region d: it has no label and is left out
        stripped: task 1, region aB_1: stance has several values, which become one text
        stripped: task 1, region e: the choices genre is of no region that is kept; it is left out
        stripped: task 1, region h: hypertextlabels are no regions of plain text; it is left out
        stripped: task 1, a relation: an end has several labels; it leads to the first
        stripped: task 1, a relation: it has both directions; one is kept
        stripped: task 1, a relation: an end has several labels; it leads to the first
        dropped: task 1, a relation: where leads to or from something that is not there
        stripped: left out: predictions of a model (1)
        stripped: left out: skipped annotations (1)
        stripped: left out: what its data says of headline, topic
        task-7: 😀 Ali⏎said
        gold: 😀 Ali⏎said
        task-8: Nobody
    "#]]
    .assert_eq(&records.iter().map(said).collect::<String>());
}

#[test]
fn old_exports_count_utf_16_and_have_completions() {
    let json = r#"[{"completions": [{"result": [{"id": "a", "type": "labels", "from_name": "l", "to_name": "t",
        "value": {"start": 3, "end": 6, "text": "Ali", "labels": ["x"]}}]}], "data": {"body": "😀 Ali"}}]"#;
    let amal = ReadOptions { annotator: Some("amal".into()), ..ReadOptions::default() };
    let (records, notes) = read(json, &amal).unwrap();
    assert_eq!(said(&records[0]), "task-1: 😀 Ali\namal: 😀 [Ali]{x}\n");
    assert!(notes[0].contains("utf-16"), "{notes:?}");
    assert!(read(json, &ReadOptions::default()).unwrap_err().contains("--annotator"));
}

#[test]
fn a_line_end_of_windows_counts_as_two_and_is_written_as_two() {
    for words in [r"Ali\\n\\nsaid", r"Ali\r\nsaid", r"Ali\nsaid", r"Ali\\nsaid"] {
        let json = format!(
            r#"[{{"data": {{"text": "😀 Ali\r\nsaid"}}, "annotations": [{{"completed_by": 1, "result": [{{"id": "a",
            "type": "labels", "value": {{"start": 2, "end": 11, "text": "{words}", "labels": ["x"]}}}}]}}]}}]"#
        );
        let (records, notes) = read(&json, &ReadOptions::default()).unwrap();
        assert_eq!(said(&records[0]), "task-1: 😀 Ali⏎said\nannotator-1: 😀 [Ali⏎said]{x}\n");
        assert!(notes.is_empty(), "{notes:?}");
    }
}

#[test]
fn broken_files_are_refused_with_their_place() {
    let region = |value: &str| {
        format!(
            "[{{\"data\": {{\"text\": \"Ali said\"}},\n\"annotations\": [{{\"completed_by\": 1, \"result\":\n\
             [{{\"id\": \"a\", \"type\": \"labels\", \"value\": {value}}}]}}]}}]"
        )
    };
    for (json, expected) in [
        (
            region(r#"{"start": 0, "end": 3, "text": "Omar", "labels": ["x"]}"#),
            "task 1, region a: at 0 to 3 stands “Ali”",
        ),
        (region(r#"{"start": 0, "end": 99, "labels": ["x"]}"#), "the text has no place [(0, 99)]"),
        (region("[]"), "line 3"),
        (
            region("{}").replace("\"text\"", "\"image\"").replace("\"Ali said\"", "7"),
            "line 1, field data.text",
        ),
        (region("{}").replace("}]}]", "}"), "line 1: the file ends in the middle"),
        ("[\n{\"data\": {\"text\": 1}}]".to_owned(), "line 2, field data.text: the task has no text"),
        (String::new(), "the file is empty"),
    ] {
        let error = read(&json, &ReadOptions::default()).unwrap_err();
        assert!(error.contains(expected) && error.contains("nothing was imported"), "{error}");
    }
}

#[test]
fn a_file_that_counts_as_declared_is_looked_at_once() {
    for (start, looks, said) in [(2, 1, ""), (3, 2, "utf-16")] {
        let mut looked = 0;
        let found = Survey::of_file(OffsetUnit::CodePoints, false, |survey| {
            looked += 1;
            let ranges = vec![(start, start + 3)];
            survey.article("😀 Ali", false, &[Claimed { ranges, covered: Some("Ali"), place: "a" }]);
            Ok(())
        });
        assert_eq!((looked, found.unwrap().reason.contains(said)), (looks, true));
    }
    let nothing = Survey::of_file(OffsetUnit::Bytes, false, |_| Ok(())).unwrap();
    assert_eq!((nothing.counting.unit, nothing.reason), (OffsetUnit::Bytes, String::new()));
}
