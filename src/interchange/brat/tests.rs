use std::sync::Arc;

use super::*;
use crate::interchange::roundtrip::{self, Shelf, through};
use crate::interchange::sink::Memory;
use crate::interchange::{Item, Page, ReadOptions, Record, WriteOptions};
use crate::model::{Article, ArticleInfo, SpanId, fixture};

fn read(text: &str, ann: &str, options: &ReadOptions) -> Result<(Record, Vec<String>), String> {
    let memory = Memory::of([("a.txt", text.as_bytes()), ("a.ann", ann.as_bytes())]);
    let reading = read::read(&memory.source("a.ann"), options).map_err(|error| error.to_string())?;
    let notes = reading.notes.clone();
    match reading.items.map(Result::unwrap).next() {
        Some(Item::Record(record)) => Ok((*record, notes)),
        other => panic!("{other:?}"),
    }
}

fn by(annotator: &str) -> ReadOptions {
    ReadOptions { annotator: Some(annotator.into()), ..ReadOptions::default() }
}

#[test]
fn a_layer_is_written_as_brat_has_it() {
    let (text, mut layer) =
        fixture::parse("😀 [زارَ [أحمدُ]{actor}\nمصر]{claim} [و]{claim#9} [بغداد]{مكان} [عاد]{claim#9}");
    layer.spans.get_mut(&SpanId(9)).unwrap().note = "من؟\n\tنعم".into();
    layer.spans.get_mut(&SpanId(1)).unwrap().attributes.insert("stance".into(), "a b".into());
    let info = ArticleInfo::new("a", &text);
    let article = Article::new("a", text);
    let layers = [("me".into(), Arc::new(layer))];
    let (memory, report) =
        roundtrip::write(&FORMAT, &Page { info: &info, article: &article, layers: &layers });
    assert_eq!(memory.names(), ["annotation.conf", "me/a.ann", "me/a.txt", "visual.conf"]);
    expect_test::expect![[r#"
        T1⇥claim 2 12;13 16⇥زارَ أحمدُ مصر
        T2⇥actor 7 12⇥أحمدُ
        T9⇥claim 17 18;25 28⇥و عاد
        T10⇥name 19 24⇥بغداد
        A1⇥stance T1 a b
        #1⇥AnnotatorNotes T9⇥من؟
        #2⇥AnnotatorNotes T9⇥نعم
    "#]]
    .assert_eq(&memory.text("me/a.ann").replace('\t', "⇥"));
    let reasons: Vec<&str> = report.losses.iter().map(|loss| loss.reason.as_str()).collect();
    assert_eq!(reasons, ["its note has tabs or empty lines; spaces are written"]);
    let conf = memory.text("annotation.conf");
    assert!(conf.contains("# hashiya: name is مكان\n") && conf.contains("\nname\n"), "{conf}");
    assert!(conf.contains("claimant\tArg1:claim, Arg2:actor\n"), "{conf}");
    assert!(memory.text("visual.conf").contains("name | مكان\n"));
}

#[test]
fn two_annotators_have_a_folder_each() {
    let (_, items, memory) = through(&FORMAT, &WriteOptions::default(), &mut Shelf::nasty(None));
    let names = memory.names();
    assert!(names.contains(&"amal/nasty.ann".to_owned()) && names.contains(&"badr/nasty.ann".to_owned()));
    assert!(names.contains(&"untouched.ann".to_owned()), "{names:?}");
    assert_eq!(items.len(), 6);
}

#[test]
fn files_of_other_programs_are_read_and_what_has_no_place_is_reported() {
    let text = "Ali hit Omar and Badr.\r\nHe fled.";
    let ann = "T1\tPerson 0 3\tAli\r\nT2\tHit 4 7\thit\nT3\tPerson 8 12;17 21\tOmar Badr\nT4\tPerson 24 26\tHe\n\
        E1\tHit:T2 Agent:T1 Target2:T3\n\n*\tEquiv T1 T4\nA1\tNegated E1\nM2\tSure T1 very much so\n\
        N1\tReference T1 Wikidata:Q1\tAli\nN2\tReference T3 DB:2\t\tOmar\n#1\tAnnotatorNotes E1\twhy?\n\
        #2\tAnnotatorNotes T9\tgone\nR1\tNear Arg1:T1 Arg2:T7\t";
    let (record, notes) = read(text, ann, &by("me")).unwrap();
    let (_, layer) = record.layer.unwrap();
    assert_eq!(
        fixture::write(&record.text, &layer),
        "[Ali]{Person} [hit]{Hit} [Omar]{Person#3} and [Badr]{Person#3}.\n[He]{Person} fled."
    );
    assert!(notes.is_empty());
    let mut said: Vec<String> = layer
        .relations
        .values()
        .map(|relation| format!("{} {} {}", relation.from, relation.label, relation.to))
        .collect();
    for span in layer.spans.values().filter(|span| !span.attributes.is_empty() || !span.note.is_empty()) {
        said.push(format!("{} {:?} note {:?}", span.id, span.attributes, span.note));
    }
    said.extend(
        record.losses.iter().map(|loss| format!("{} {}: {}", loss.kind.as_str(), loss.place, loss.reason)),
    );
    expect_test::expect![[r#"
        2 Agent 1
        2 Target 3
        1 Equiv 4
        1 {"Reference": "Wikidata:Q1", "Sure": "very much so"} note ""
        2 {"Negated": "yes"} note "why?"
        3 {"Reference": "DB:2"} note ""
        dropped a/me/relation 4: line 14: Near leads to or from something that is not there
        stripped a: line 13: the note “gone” is of no span that is kept"#]]
    .assert_eq(&said.join("\n"));
}

#[test]
fn the_unit_is_found_from_the_words() {
    let text = "😀 Ali\r\nOmar";
    for (ann, unit) in [
        ("T1\tx 2 5\tAli\nT2\tx 7 11\tOmar", ""),
        ("T1\tx 3 6\tAli\nT2\tx 8 12\tOmar", "utf-16"),
        ("T1\tx 5 8\tAli\nT2\tx 10 14\tOmar", "bytes"),
        ("T1\tx 2 5\tAli\nT2\tx 6 10\tOmar", "CR LF counted as one"),
    ] {
        let (record, notes) = read(text, ann, &by("me")).unwrap();
        assert_eq!(fixture::write(&record.text, &record.layer.unwrap().1), "😀 [Ali]{x}\n[Omar]{x}");
        assert!(notes.join("").contains(unit) && notes.is_empty() == unit.is_empty(), "{notes:?}");
    }
}

#[test]
fn broken_files_are_refused_with_their_line() {
    let text = "Ali hit Omar";
    for (ann, expected) in [
        ("T1\tx 0 3\tAli\nT1\tx 4 7\thit", "line 2: there are two lines T1"),
        ("T1\tx 0 3\tOmar", "T1 in line 1: at 0 to 3 stands “Ali”, not “Omar”"),
        ("T1\tx 0 99\tAli", "the text has no place 0 to 99"),
        ("T1\tx 0 3\tAli\n\nT2 x 0 3", "line 3: “T2 x 0 3” is no line of brat"),
        ("T1\tx 0 -3\tAli", "line 1"),
        ("T1\tx 0 99999999999999999999\tAli", "line 1"),
        ("T1\tx 0;3\tAli", "line 1"),
        ("X1\tx 0 3\tAli", "line 1"),
    ] {
        let said = read(text, ann, &by("me")).unwrap_err();
        assert!(said.contains(expected), "{said}");
    }
    let said = read(text, "T1\tx 0 3\tAli", &ReadOptions::default()).unwrap_err();
    assert!(said.contains("--annotator"), "{said}");
    let lenient = ReadOptions { keep_mismatches: true, ..by("me") };
    let (record, _) = read(text, "T1\tx 0 3\tAli\nT2\tx 0 3\tOmar\nT3\tx 4 4\t", &lenient).unwrap();
    let layer = record.layer.unwrap().1;
    assert!(layer.spans[&SpanId(2)].lost && !layer.spans.contains_key(&SpanId(3)));
    assert_eq!(record.losses.len(), 2);
    let alone = Memory::of([("a.ann", b"".as_slice())]);
    assert!(read::read(&alone.source("a.ann"), &by("me")).unwrap_err().to_string().contains("a.txt"));
}
