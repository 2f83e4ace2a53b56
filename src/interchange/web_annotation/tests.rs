use std::sync::Arc;

use super::*;
use crate::interchange::roundtrip::{self, said};
use crate::interchange::sink::Memory;
use crate::interchange::{Item, Page, ReadOptions};
use crate::model::{Article, ArticleInfo, Relation, RelationId, SpanId, Status, fixture};

fn read(text: &str, json: &str, options: &ReadOptions) -> Result<(String, Vec<String>), String> {
    let memory = Memory::of([("x/a.jsonld", json.as_bytes()), ("x/a.txt", text.as_bytes())]);
    let reading = read::read(&memory.source("x/a.jsonld"), options).map_err(|error| error.to_string())?;
    let notes = reading.notes.clone();
    let mut found = String::new();
    for item in reading.items {
        match item.map_err(|error| error.to_string())? {
            Item::Record(record) => found += &said(&record),
            Item::Header(_) => panic!("no header is there"),
        }
    }
    Ok((found, notes))
}

#[test]
fn an_article_is_written_as_the_recommendation_has_it() {
    let (text, mut layer) = fixture::parse("😀 [أحمدُ]{actor} [و]{claim#9} [عاد]{claim#9}");
    layer.status = Status::Done;
    layer.spans.get_mut(&SpanId(9)).unwrap().note = "من؟".into();
    layer.spans.get_mut(&SpanId(9)).unwrap().attributes.insert("stance".into(), "asserts".into());
    layer.relations.insert(RelationId(1), Relation::new(RelationId(1), "claimant", SpanId(9), SpanId(1)));
    let info = ArticleInfo { date: "2026-01-18".into(), ..ArticleInfo::new("50% a", &text) };
    let article = Article::new("50% a", text.as_str());
    let layers = [("me".into(), Arc::new(layer))];
    let (memory, report) =
        roundtrip::write(&FORMAT, &Page { info: &info, article: &article, layers: &layers });
    assert_eq!((memory.names(), report.losses), (vec!["50% a.jsonld".into(), "50% a.txt".into()], vec![]));
    assert_eq!(memory.text("50% a.txt"), text);
    expect_test::expect![[r##"
        {"@context":["http://www.w3.org/ns/anno.jsonld",{"@version":1.1,"hashiya":"urn:hashiya:","hashiya:article":{"@type":"@json"},"hashiya:layers":{"@type":"@json"},"hashiya:attributes":{"@type":"@json"}}],"id":"50%25%20a.jsonld","type":"AnnotationCollection","label":"","total":3,"hashiya:article":{"id":"50% a","title":"","date":"2026-01-18"},"hashiya:layers":[{"annotator":"me","status":"done"}],"first":{"id":"#page-1","type":"AnnotationPage","startIndex":0,"items":[{"id":"#layer-1-span-1","type":"Annotation","motivation":"tagging","creator":{"type":"Person","nickname":"me"},"body":[{"type":"TextualBody","purpose":"tagging","value":"actor"}],"target":[{"source":"50%25%20a.txt","selector":[{"type":"TextPositionSelector","start":2,"end":7},{"type":"TextQuoteSelector","exact":"أحمدُ","prefix":"😀 ","suffix":" و عاد"}]}]},
        {"id":"#layer-1-span-9","type":"Annotation","motivation":"tagging","creator":{"type":"Person","nickname":"me"},"body":[{"type":"TextualBody","purpose":"tagging","value":"claim"},{"type":"TextualBody","purpose":"commenting","value":"من؟"}],"target":[{"source":"50%25%20a.txt","selector":[{"type":"TextPositionSelector","start":8,"end":9},{"type":"TextQuoteSelector","exact":"و","prefix":"😀 أحمدُ ","suffix":" عاد"}]},{"source":"50%25%20a.txt","selector":[{"type":"TextPositionSelector","start":10,"end":13},{"type":"TextQuoteSelector","exact":"عاد","prefix":"😀 أحمدُ و ","suffix":""}]}],"hashiya:attributes":{"stance":"asserts"}},
        {"id":"#layer-1-relation-1","type":"Annotation","motivation":"linking","creator":{"type":"Person","nickname":"me"},"body":[{"type":"TextualBody","purpose":"tagging","value":"claimant"},{"type":"SpecificResource","purpose":"linking","source":"#layer-1-span-1"}],"target":"#layer-1-span-9"}]}}
    "##]].assert_eq(&memory.text("50% a.jsonld"));
}

#[test]
fn names_survive_as_iris() {
    for (name, iri) in [("مقال 1", "مقال%201"), ("50%#?\"a", "50%25%23%3F%22a"), ("a-b_c.~", "a-b_c.~")]
    {
        assert_eq!((to_iri(name).as_str(), from_iri(&to_iri(name)).as_str()), (iri, name));
    }
    assert_eq!(from_iri("https://example.org/x/%D9%85.txt?q=1#char=0,5"), "م.txt");
    assert_eq!(from_iri("100%"), "100%");
}

/// A position, a quote with what is around it.
fn target(position: Option<(u32, u32)>, quote: Option<(&str, &str, &str)>) -> String {
    let position =
        position.map(|(s, e)| format!(r#"{{"type": "TextPositionSelector", "start": {s}, "end": {e}}}"#));
    let quote = quote.map(|(exact, prefix, suffix)| {
        let around = format!(r#""prefix": "{prefix}", "suffix": "{suffix}""#);
        format!(r#"{{"type": "oa:TextQuoteSelector", "exact": "{exact}", {around}}}"#)
    });
    let selectors: Vec<String> = [position, quote].into_iter().flatten().collect();
    format!(r#"{{"source": "https://example.org/news", "selector": [{}]}}"#, selectors.join(","))
}

#[test]
fn annotations_of_other_programs_are_read_and_what_has_no_place_is_reported() {
    let ali = target(Some((2, 5)), Some(("Ali", "", "")));
    let second = target(None, Some(("no", "said ", "")));
    let twice = target(None, Some(("no", "", "")));
    let xpath =
        r#"{"source": "https://example.org/news", "selector": {"type": "XPathSelector", "value": "/p"}}"#;
    let json = format!(
        r##"{{"@context": "http://www.w3.org/ns/anno.jsonld", "type": "AnnotationPage", "next": "page2", "items": [
        {{"id": "u:1", "type": "Annotation", "creator": "acct:amal@example.org", "motivation": "oa:tagging",
          "body": [{{"type": "TextualBody", "value": "person"}}, {{"type": "TextualBody", "purpose": "tagging", "value": "x"}},
                   {{"purpose": "commenting", "value": "who?"}}, {{"source": "http://q/1", "purpose": "identifying"}}],
          "target": {ali}}},
        {{"id": "u:2", "type": "Annotation", "creator": {{"id": "http://p/badr/", "type": "Person"}},
          "motivation": "highlighting", "target": {second}}},
        {{"id": "u:3", "@type": "oa:Annotation", "creator": "acct:amal@example.org", "bodyValue": "hm", "target": {twice}}},
        {{"id": "u:4", "type": "Annotation", "creator": "acct:amal@example.org", "motivation": "commenting",
          "body": "http://l/", "target": {xpath}}},
        {{"id": "u:5", "type": "Annotation", "motivation": "linking", "body": "u:1", "target": "u:1"}},
        {{"id": "u:6", "type": "Annotation", "motivation": "linking", "body": ["u:2", {{"purpose": "tagging", "value": "by"}}],
          "target": "u:9"}}]}}"##
    );
    let (found, notes) = read("😀 Ali no said no", &json, &ReadOptions::default()).unwrap();
    assert!(notes.is_empty());
    expect_test::expect![[r#"
        a: 😀 Ali no said no
        amal@example.org: 😀 [Ali]{person} no said no
        1 {"identifying": "http://q/1"} "who?"
        1 linking 1
        stripped: annotation u:1: a span has one label; left out: x
        stripped: annotation u:3: its words “no” stand in 2 places of the text; it is left out
        stripped: annotation u:4: it has no selector that we read; it is left out
        stripped: left out: the page page2, which is not in the file
        stripped: annotation u:6: it is about no span that is there and is left out
        a: 😀 Ali no said no
        badr: 😀 Ali no said [no]{highlighting}
    "#]]
    .assert_eq(&found);
}

#[test]
fn one_annotation_with_its_text_and_other_units_are_read() {
    let amal = ReadOptions { annotator: Some("amal".into()), ..ReadOptions::default() };
    let json = r#"{"type": "Annotation", "body": {"purpose": "tagging", "value": "actor"}, "target":
        {"source": {"id": "http://e/b.html", "value": "😀 Ali"}, "selector":
        [{"type": "TextPositionSelector", "start": 3, "end": 6}, {"type": "TextQuoteSelector", "exact": "Ali"}]}}"#;
    let (found, notes) = read("another", json, &amal).unwrap();
    assert_eq!(found, "b: 😀 Ali\namal: 😀 [Ali]{actor}\n");
    assert!(notes[0].contains("utf-16"), "{notes:?}");
    assert!(read("another", json, &ReadOptions::default()).unwrap_err().contains("--annotator"));
}

#[test]
fn broken_files_are_refused_with_their_place() {
    let amal = ReadOptions { annotator: Some("amal".into()), ..ReadOptions::default() };
    let one = |target: &str| format!(r#"[{{"id": "u:1", "type": "Annotation", "target": {target}}}]"#);
    let wrong = one(&target(Some((0, 3)), Some(("Omar", "", ""))));
    let single = one(&target(Some((0, 3)), None));
    let twins = format!("[{single},{single}]");
    for (json, expected) in [
        (wrong.as_str(), "annotation u:1: at 0 to 3 stands “Ali”, not “Omar”"),
        (&one(&target(Some((0, 99)), None)), "the text has no place"),
        ("[{\n\"type\": \"Annotation\", ]", "line 2, byte"),
        (&twins, "annotation u:1: there are two of this id"),
        ("{}", "there is no annotation of a text in it"),
        (&one(&target(Some((0, 3)), None)).replace("Annotation\"", "Picture\""), "there is no annotation"),
    ] {
        let error = read("Ali said", json, &amal).unwrap_err();
        assert!(error.contains(expected) && error.contains("nothing was imported"), "{error}");
    }
    let alone = Memory::of([("b.jsonld", wrong.as_bytes())]);
    let error = read::read(&alone.source("b.jsonld"), &amal).unwrap_err().to_string();
    assert!(error.contains("there is no news beside it"), "{error}");
}
