use std::sync::Arc;

use super::*;
use crate::interchange::sink::{Memory, SINGLE};
use crate::interchange::{Item, LossKind, OffsetUnit, Record, Report};
use crate::model::{
    AnnotatorId, Article, ArticleInfo, Direction, Origin, Project, Relation, RelationId, SpanId, Status,
    fixture,
};

/// Leading emoji, harakat, a flag, ZWNJ, a line break; nested, overlapping and discontinuous spans.
const NASTY: &str = "😀 [زارَ [أحمدُ]{actor}]{claim} [[القاهِرَة]{location} 🇪🇬]{date} مع\u{200c}ه\n[و[بغ]{actor#9} \"د\\\\\" [اد]{actor#9}]{claim}";

fn read(json: &str, options: ReadOptions) -> Result<Vec<Item>, String> {
    JsonlReader::new(json.as_bytes(), options).collect::<Result<_, _>>().map_err(|error| error.to_string())
}

fn one(json: &str) -> Record {
    match read(json, ReadOptions::default()).unwrap().remove(0) {
        Item::Record(record) => *record,
        Item::Header(header) => panic!("a header: {header:?}"),
    }
}

fn write(info: &ArticleInfo, text: &str, layers: &[(AnnotatorId, Arc<Layer>)], header: &Header) -> String {
    let article = Article::new(info.id.clone(), text);
    let (mut memory, mut report) = (Memory::default(), Report::default());
    let mut writer = JsonlWriter::default();
    writer.begin(&mut memory, header).unwrap();
    let fitted = writer.fit(&Page { info, article: &article, layers }, &FORMAT.keeps, &mut report);
    writer.article(&fitted.page(), &mut memory).unwrap();
    writer.end(&mut memory).unwrap();
    assert_eq!(report.losses, []);
    memory.text(SINGLE)
}

#[test]
fn what_is_written_reads_back_the_same() {
    let (text, mut layer) = fixture::parse(NASTY);
    layer.status = Status::Done;
    (layer.last_span, layer.last_relation) = (40, 5);
    let relation = Relation::new(RelationId(3), "claimant", SpanId(9), *layer.spans.keys().next().unwrap());
    layer
        .relations
        .insert(relation.id, Relation { attributes: [("sure".into(), "no".into())].into(), ..relation });
    let span = layer.spans.get_mut(&SpanId(9)).unwrap();
    span.note = "ملاحظة \"\u{202e}".into();
    span.origin = Origin::Suggestion("dates".into());
    span.attributes.insert("entity".into(), "بغداد".into());
    let lost = *layer.spans.keys().nth(1).unwrap();
    let lost = layer.spans.get_mut(&lost).unwrap();
    (lost.lost, lost.quote) = (true, "كلمات أخرى".into());
    let info = ArticleInfo {
        title: "عنوان".into(),
        date: "2026-01-18".into(),
        source: "s".into(),
        author: "a".into(),
        url: "u".into(),
        language: "ar".into(),
        direction: Some(Direction::LeftToRight),
        ..ArticleInfo::new("مقال", &text)
    };
    let project = Project::new("Study", "study");
    let header = Header::of(&project);
    let layers = [("b".into(), Arc::new(Layer::default())), ("me".into(), Arc::new(layer.clone()))];
    let json = write(&info, &text, &layers, &header);
    assert_eq!(json.lines().count(), 2);
    assert!(json.lines().all(|line| line.starts_with(r#"{"id":"مقال","title":"عنوان""#)), "{json}");
    let items = read(&json, ReadOptions::default()).unwrap();
    let [Item::Header(back), Item::Record(blank), Item::Record(record)] = items.as_slice() else {
        panic!("{items:?}");
    };
    assert_eq!(**back, header);
    assert_eq!(blank.layer, Some(("b".into(), Layer::default())));
    assert_eq!((&record.info, &*record.text), (&info, text.as_str()));
    assert_eq!(record.layer, Some(("me".into(), layer)));
    assert_eq!((record.spans, record.relations, record.losses.len()), (6, 1, 0));
}

#[test]
fn offsets_are_code_points_as_python_counts_them() {
    let (text, layer) = fixture::parse(NASTY);
    let info = ArticleInfo::new("a", &text);
    let json = write(&info, &text, &[("me".into(), Arc::new(layer))], &Header::default());
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let chars: Vec<char> = text.chars().collect();
    for span in value["spans"].as_array().unwrap() {
        let parts: Vec<String> = span["ranges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|range| {
                let at = |nth: usize| range[nth].as_u64().unwrap() as usize;
                chars[at(0)..at(1)].iter().collect()
            })
            .collect();
        assert_eq!(parts.join(" "), span["quote"].as_str().unwrap());
    }
}

#[test]
fn an_article_without_layers_and_a_project_without_articles_are_lines_too() {
    let info = ArticleInfo::new("a", "نص");
    let record = one(&write(&info, "نص", &[], &Header::default()).replace("\"project\"", "\"x\""));
    assert_eq!((record.info, record.layer), (info, None));
    let mut memory = Memory::default();
    let mut writer = JsonlWriter::default();
    writer.begin(&mut memory, &Header::of(&Project::new("P", "p"))).unwrap();
    writer.end(&mut memory).unwrap();
    let items = read(&memory.text(SINGLE), ReadOptions::default()).unwrap();
    assert!(matches!(items.as_slice(), [Item::Header(_)]));
}

#[test]
fn a_trainers_own_line_needs_little() {
    let record = one(
        r#"{"text":"قال علي","annotator":"me","spans":[{"label":"actor","ranges":[[4,7]]}],"relations":null}"#,
    );
    let (_, layer) = record.layer.unwrap();
    let span = &layer.spans[&SpanId(1)];
    assert_eq!((span.quote.as_str(), &span.origin), ("علي", &Origin::Import("jsonl".into())));
    assert_eq!(
        (record.info.id.as_str(), layer.status, layer.last_span),
        ("article-1", Status::InProgress, 1)
    );
    let options = ReadOptions {
        annotator: Some("amal".into()),
        unit: Some(OffsetUnit::Utf16),
        ..ReadOptions::default()
    };
    let json = r#"{"id":"a/b","text":"😀 علي","spans":[{"id":4,"label":"x","ranges":[[3,6]],"quote":"علي","attributes":{"n":1,"f":true,"z":null}}],"foo":1}"#;
    let items = read(&format!("\u{feff}{json}\r\n\n{json}"), options).unwrap();
    let Item::Record(record) = &items[0] else { panic!() };
    let (annotator, layer) = record.layer.as_ref().unwrap();
    assert_eq!((annotator.as_str(), record.info.id.as_str()), ("amal", "a-b"));
    let attributes: Vec<_> =
        layer.spans[&SpanId(4)].attributes.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(attributes, ["f=yes", "n=1"]);
    let losses = |item: &Item| matches!(item, Item::Record(record) if record.losses.len() == 1);
    assert!(losses(&items[0]) && !losses(&items[1]), "a key we do not know is said once");
}

#[test]
fn line_ends_of_windows_move_the_spans_along() {
    let record = one(
        r#"{"text":"a\r\nb\r\nعلي","annotator":"me","spans":[{"label":"x","ranges":[[6,9]],"quote":"علي"},{"label":"y","ranges":[[0,4]],"quote":"a\r\nb"}]}"#,
    );
    assert_eq!((&*record.text, record.losses.len()), ("a\nb\nعلي", 0));
    let (_, layer) = record.layer.unwrap();
    assert_eq!(layer.spans[&SpanId(2)].quote, "a\nb");
}

#[test]
fn spans_off_their_words_are_kept_as_lost() {
    let line = |span: &str| {
        format!(
            r#"{{"id":"a","text":"قال علي","annotator":"me","spans":[{span}],"relations":[{{"label":"r","from":1,"to":2}}]}}"#
        )
    };
    for (span, lost, words) in [
        (r#"{"label":"x","ranges":[[0,3]],"quote":"علي"}"#, true, "“قال” stands at its place"),
        (r#"{"label":"x","ranges":[[4,99]],"quote":"علي"}"#, true, "4 to 99 is not in the text"),
        (r#"{"label":"x","ranges":[[7,4]],"quote":"علي"}"#, true, "7 to 4 is not in the text"),
        (r#"{"label":"x","ranges":[],"quote":"علي"}"#, true, "empty"),
        (r#"{"label":"x","ranges":[[4,5],[5,7]],"quote":"ع لي"}"#, true, "touch each other"),
        (r#"{"label":"x","ranges":[[4,99]]}"#, false, "it has no quote"),
    ] {
        let record = one(&line(span));
        let (_, layer) = record.layer.unwrap();
        assert_eq!(layer.spans.values().any(|span| span.lost), lost, "{span}");
        assert_eq!(layer.spans.len(), usize::from(lost));
        assert!(record.losses[0].reason.contains(words), "{}", record.losses[0].reason);
        let relation = record.losses.last().unwrap();
        assert_eq!(relation.kind, LossKind::Dropped, "{relation:?}");
    }
}

#[test]
fn broken_lines_are_refused_with_line_and_place() {
    for (json, words) in [
        ("{\"text\":\"a\"}\n{\"text\":", "line 2, byte 7: EOF"),
        ("[]", "line 1: is not a JSON object"),
        ("{\"text\":1}", "line 1, byte 8: invalid type"),
        ("{\"title\":\"a\"}", "line 1, field text"),
        (r#"{"text":"a","spans":[{"label":"x","ranges":[[0,1]]}]}"#, "field annotator"),
        (r#"{"text":"a","annotator":"../x"}"#, "field annotator"),
        (r#"{"text":"a","annotator":"x","status":"finished"}"#, "field status"),
        (r#"{"text":"a","direction":"up"}"#, "field direction"),
        (
            r#"{"text":"a","annotator":"x","spans":[{"label":"x","ranges":[[0,1]],"attributes":{"a":[]}}]}"#,
            "field spans[0].attributes",
        ),
        (
            r#"{"text":"ab","annotator":"x","spans":[{"id":1,"label":"x","ranges":[[0,1]]},{"id":1,"label":"x","ranges":[[1,2]]}]}"#,
            "field spans[1].id",
        ),
        (
            r#"{"text":"a","annotator":"x","spans":[{"id":0,"label":"x","ranges":[[0,1]]}]}"#,
            "field spans[0].id",
        ),
        (
            r#"{"text":"a","annotator":"x","spans":[{"id":4294967295,"label":"x","ranges":[[0,1]]}]}"#,
            "field spans[0].id",
        ),
        (r#"{"project":{"format":2}}"#, "field project.format"),
        (
            r#"{"project":{"codebook":{"labels":[{"id":"x","name":"X","light":"red","dark":"000000","key":null}]}}}"#,
            "labels[x].light",
        ),
    ] {
        let error = read(json, ReadOptions::default()).expect_err(json);
        assert!(error.contains(words), "{json}: {error}");
        assert!(error.contains("nothing was imported"), "{json}: {error}");
    }
    let bytes = b"{\"text\":\"a\"}\n{\"text\":\"\xff\"}";
    let mut reader = JsonlReader::new(&bytes[..], ReadOptions::default());
    assert!(reader.next().unwrap().is_ok());
    assert_eq!(reader.next().unwrap().unwrap_err().to_string().split(':').next(), Some("line 2, byte 9"));
    assert!(reader.next().is_none(), "nothing comes after an error");
}
