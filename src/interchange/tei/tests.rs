use std::sync::Arc;

use super::*;
use crate::interchange::roundtrip::{self, Shelf, through};
use crate::interchange::sink::Memory;
use crate::interchange::{Page, Report, WriteOptions};
use crate::model::{Article, ArticleInfo, Layer, Relation, RelationId, SpanId, fixture};

fn written(marked: &str, change: impl Fn(&mut Layer)) -> (String, Report) {
    let (text, mut layer) = fixture::parse(marked);
    change(&mut layer);
    let info = ArticleInfo {
        title: "عنوان & <b>".into(),
        date: "2026-01-18".into(),
        language: "ar".into(),
        ..ArticleInfo::new("a", &text)
    };
    let article = Article::new("a", text);
    let layers = [("me".into(), Arc::new(layer)), ("نور".into(), Arc::default())];
    let (memory, report) =
        roundtrip::write(&FORMAT, &Page { info: &info, article: &article, layers: &layers });
    (memory.text("a.xml"), report)
}

#[test]
fn an_article_is_written_with_all_its_layers() {
    let (file, report) = written(
        "😀 [زارَ [أحمدُ]{actor}\nمصر]{claim} [و]{مكان#9} [<عاد>]{مكان#9}",
        |layer| {
            layer.spans.get_mut(&SpanId(9)).unwrap().note = "من؟\n\"نعم\"".into();
            layer.spans.get_mut(&SpanId(1)).unwrap().attributes.insert("stance".into(), "a & b".into());
            let mut relation = Relation::new(RelationId(4), "by", SpanId(1), SpanId(2));
            relation.attributes.insert("sure of".into(), "no".into());
            layer.relations.insert(relation.id, relation);
        },
    );
    expect_test::expect![[r##"
        <?xml version="1.0" encoding="UTF-8"?>
        <TEI xmlns="http://www.tei-c.org/ns/1.0">
        <teiHeader>
        <fileDesc>
        <titleStmt>
        <title>عنوان &amp; &lt;b&gt;</title>
        <respStmt><resp>annotation</resp><name xml:id="annotator-me">me</name></respStmt>
        <respStmt><resp>annotation</resp><name xml:id="annotator.2">نور</name></respStmt>
        </titleStmt>
        <publicationStmt><authority>Hashiya</authority><idno>a</idno></publicationStmt>
        <sourceDesc><bibl><title>عنوان &amp; &lt;b&gt;</title><date when="2026-01-18">2026-01-18</date></bibl></sourceDesc>
        </fileDesc>
        <encodingDesc><classDecl>
        <taxonomy xml:id="labels">
        <category xml:id="label-actor"><catDesc>actor</catDesc></category>
        <category xml:id="label-claim"><catDesc>claim</catDesc></category>
        <category xml:id="label.3"><catDesc>مكان</catDesc></category>
        </taxonomy>
        <taxonomy xml:id="relations">
        <category xml:id="relation-by"><catDesc>by</catDesc></category>
        </taxonomy>
        </classDecl></encodingDesc>
        <profileDesc><langUsage><language ident="ar">ar</language></langUsage></profileDesc>
        </teiHeader>
        <standOff>
        <spanGrp resp="#annotator-me">
        <span xml:id="a1s1" ana="#label-claim" target="#string-range(text,2,14)"><mentioned xml:space="preserve">زارَ أحمدُ
        مصر</mentioned><fs><f name="stance"><string>a &amp; b</string></f></fs></span>
        <span xml:id="a1s2" ana="#label-actor" target="#string-range(text,7,5)"><mentioned xml:space="preserve">أحمدُ</mentioned></span>
        <span xml:id="a1s9" ana="#label.3" target="#string-range(text,17,1,19,5)"><mentioned xml:space="preserve">و &lt;عاد&gt;</mentioned><note xml:space="preserve">من؟
        &quot;نعم&quot;</note></span>
        </spanGrp>
        <linkGrp resp="#annotator-me">
        <link xml:id="a1r4" ana="#relation-by #a1r4f" target="#a1s1 #a1s2"/>
        </linkGrp>
        <fs xml:id="a1r4f"><f name="sure_of"><string>no</string></f></fs>
        </standOff>
        <text xml:lang="ar"><body><ab xml:id="text" xml:space="preserve">😀 زارَ أحمدُ
        مصر و &lt;عاد&gt;</ab></body></text>
        </TEI>
    "##]].assert_eq(&file);
    let said: Vec<String> =
        report.losses.iter().map(|loss| format!("{}: {}", loss.place, loss.reason)).collect();
    assert_eq!(said, ["a/me/relation 4: its attribute “sure of” is called sure_of there"]);
}

#[test]
fn the_check_follows_every_pointer() {
    let (_, _, memory) = through(&FORMAT, &WriteOptions::default(), &mut Shelf::nasty(None));
    assert_eq!(memory.names(), ["bare.xml", "empty.xml", "nasty.xml", "untouched.xml", "windows.xml"]);
    let file = memory.text("nasty.xml");
    let checked = |file: &str| {
        let memory = Memory::of([("a.xml", file.as_bytes())]);
        check::check(&*memory.source("a.xml")).map_err(|error| error.to_string())
    };
    assert_eq!(checked(&file), Ok(()));
    for (from, to, words) in [
        ("(text,7,5)", "(text,8,5)", "span a1s1: #string-range(text,8,5) leads to"),
        ("(text,7,5)", "(text,7,500)", "leads to “”, not to “أحمدُ”"),
        ("(text,7,5)", "(other,7,5)", "span a1s1"),
        ("(text,2,4,65,3)", "(text,2,4,65)", "span a1s8"),
        ("target=\"#a1s4 #a1s1\"", "target=\"#a1s4 #a1s99\"", "#a1s99 leads to nothing"),
        ("resp=\"#annotator-badr\"", "resp=\"#annotator-omar\"", "#annotator-omar leads to nothing"),
        ("xml:id=\"a1s2\"", "xml:id=\"a1s1\"", "two elements with the id a1s1"),
        ("<ab xml:id=\"text\"", "<ab xml:id=\"x\"", "has no text"),
        ("</TEI>", "", "in the middle"),
    ] {
        assert!(file.contains(from), "{from} is in {file}");
        let said = checked(&file.replacen(from, to, 1)).unwrap_err();
        assert!(said.contains(words), "{said}");
    }
}
