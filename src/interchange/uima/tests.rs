use std::io::{Cursor, Write as _};
use std::sync::Arc;

use super::*;
use crate::interchange::roundtrip::{self, Shelf, through};
use crate::interchange::sink::Memory;
use crate::interchange::{Item, Page, ReadOptions, Record, WriteOptions};
use crate::model::{Article, ArticleInfo, SpanId, fixture};

fn by(annotator: &str) -> ReadOptions {
    ReadOptions { annotator: Some(annotator.into()), ..ReadOptions::default() }
}

fn read_of(memory: &Memory, name: &str, options: &ReadOptions) -> Result<Vec<Record>, String> {
    let format = if name.ends_with("json") { JSON } else { XMI };
    let reading = format.read.unwrap()(&memory.source(name), options).map_err(|error| error.to_string())?;
    let records = reading.items.map(|item| match item.unwrap() {
        Item::Record(record) => *record,
        Item::Header(header) => panic!("{header:?}"),
    });
    Ok(records.collect())
}

fn read(name: &str, file: &str) -> Result<Record, String> {
    let memory = Memory::of([(name, file.as_bytes())]);
    read_of(&memory, name, &by("me")).map(|records| records.into_iter().next().unwrap())
}

/// A text whose lines end in no white space and have no tabs: a space there is a dot.
fn dotted(text: &str) -> String {
    let lines = text.split('\n').map(|line| match line.strip_suffix(' ') {
        Some(rest) => format!("{rest}·"),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n").replace('\t', "⇥")
}

/// All a record says.
fn show(record: &Record) -> String {
    let (annotator, layer) = record.layer.as_ref().unwrap();
    let mut said = vec![format!("{annotator}: {}", fixture::write(&record.text, layer))];
    for span in layer.spans.values().filter(|span| !span.attributes.is_empty() || !span.note.is_empty()) {
        said.push(format!("{} {:?} {}", span.id, span.attributes, span.note));
    }
    for relation in layer.relations.values() {
        said.push(format!("{} {} {} {:?}", relation.from, relation.label, relation.to, relation.attributes));
    }
    said.extend(record.losses.iter().map(|loss| format!("{}: {}", loss.kind.as_str(), loss.reason)));
    dotted(&said.join("\n"))
}

fn page(marked: &str, change: impl Fn(&mut crate::model::Layer)) -> (Memory, crate::interchange::Report) {
    let (text, mut layer) = fixture::parse(marked);
    change(&mut layer);
    let info = ArticleInfo { language: "ar".into(), ..ArticleInfo::new("a", &text) };
    let article = Article::new("a", text);
    let layers = [("me".into(), Arc::new(layer))];
    roundtrip::write(&XMI, &Page { info: &info, article: &article, layers: &layers })
}

#[test]
fn a_layer_is_written_as_inception_reads_it() {
    let (memory, report) = page(
        "😀 [زارَ [أحمدُ]{actor}\tو\nمصر]{claim} [و]{claim#9} [\"عاد\"]{claim#9}",
        |layer| {
            layer.spans.get_mut(&SpanId(9)).unwrap().note = "من <؟>\n".into();
            layer.spans.get_mut(&SpanId(1)).unwrap().attributes.insert("stance".into(), "a & b".into());
        },
    );
    assert_eq!(memory.names(), ["TypeSystem.xml", "me/a.xmi"]);
    expect_test::expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" xmlns:type="http:///de/tudarmstadt/ukp/dkpro/core/api/metadata/type.ecore" xmlns:custom="http:///webanno/custom.ecore" xmi:version="2.0">
        <cas:NULL xmi:id="0"/>
        <type:DocumentMetaData xmi:id="2" sofa="1" begin="0" end="27" language="ar" documentTitle="a.txt" documentId="me"/>
        <custom:Span xmi:id="3" sofa="1" begin="3" end="19" label="claim" stance="a &amp; b"/>
        <custom:Span xmi:id="4" sofa="1" begin="8" end="13" label="actor"/>
        <custom:Span xmi:id="5" sofa="1" begin="20" end="21" label="claim" note="من &lt;؟&gt;&#10;"/>
        <custom:Span xmi:id="6" sofa="1" begin="22" end="27" label="claim" note="من &lt;؟&gt;&#10;"/>
        <custom:Continuation xmi:id="7" sofa="1" begin="22" end="27" Governor="5" Dependent="6"/>
        <cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text/plain" sofaString="😀 زارَ أحمدُ&#9;و&#10;مصر و &quot;عاد&quot;"/>
        <cas:View sofa="1" members="2 3 4 5 6 7"/>
        </xmi:XMI>
    "#]]
    .assert_eq(&memory.text("me/a.xmi"));
    assert_eq!(report.losses, []);
    let types = memory.text("TypeSystem.xml");
    let stance = "<name>stance</name><description/><rangeTypeName>uima.cas.String</rangeTypeName>";
    assert!(types.contains(stance) && types.contains("<name>webanno.custom.Continuation</name>"), "{types}");
}

#[test]
fn what_xml_or_uima_has_no_place_for_is_changed_and_reported() {
    let (memory, report) = page("a\u{1}b [c\u{b}\u{ffff}d]{x}", |layer| {
        let span = layer.spans.get_mut(&SpanId(1)).unwrap();
        span.attributes.insert("a b".into(), "1\u{2}2".into());
        span.label = "x\u{3}".into();
    });
    let said: Vec<String> = report
        .losses
        .iter()
        .map(|loss| format!("{} {}: {}", loss.place, loss.kind.as_str(), loss.reason))
        .collect();
    expect_test::expect![[r#"
        a/me/span 1 renamed: its attribute “a b” is called a_b there
        a/me/span 1 stripped: it has characters the format has no place for; others are written
        a/me/span 1 renamed: its label is “x ” there
        a stripped: its text has control characters, which XML has no place for: spaces are written for them"#]]
    .assert_eq(&said.join("\n"));
    assert!(memory.text("me/a.xmi").contains("begin=\"4\" end=\"8\" label=\"x \" a_b=\"1 2\""));
    assert!(memory.text("me/a.xmi").contains("sofaString=\"a b c \u{fffd}d\""));
}

#[test]
fn json_has_the_types_in_it_and_the_text_first() {
    let (_, items, memory) = through(&JSON, &WriteOptions::default(), &mut Shelf::nasty(None));
    assert_eq!(items.len(), 6);
    let names = memory.names();
    assert!(names.contains(&"amal/nasty.json".to_owned()) && names.contains(&"untouched.json".to_owned()));
    let file = memory.text("badr/nasty.json");
    assert!(
        file.starts_with(
            "{\"%TYPES\":{\"de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData\":"
        )
    );
    let relation = "{\"%ID\":6,\"%TYPE\":\"webanno.custom.Relation\",\"@sofa\":1,\"begin\":8,\"end\":13,\"@Governor\":5,\"@Dependent\":4,\"label\":\"claimant\"}";
    assert!(file.contains(relation), "{file}");
    assert!(file.contains("\"%FEATURE_STRUCTURES\":[{\"%ID\":1,\"%TYPE\":\"uima.cas.Sofa\","));
}

#[test]
fn a_file_of_ours_says_whose_it_is_where_its_folder_says_so_too() {
    let (memory, _) = page("[a]{x} b", |_| {});
    let nobody = ReadOptions::default();
    assert!(show(&read_of(&memory, "me/a.xmi", &nobody).unwrap()[0]).starts_with("me: "));
    let file = memory.get("me/a.xmi").unwrap();
    let elsewhere = Memory::of([("you/a.xmi", file.as_slice())]);
    assert!(read_of(&elsewhere, "you/a.xmi", &nobody).unwrap_err().contains("--annotator"));
}

/// As INCEpTION exports a document with a named entity, a layer of one's own with a slot, a relation, a chain and parts
/// of speech.
const INCEPTION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" xmlns:pos="http:///de/tudarmstadt/ukp/dkpro/core/api/lexmorph/type/pos.ecore" xmlns:custom="http:///webanno/custom.ecore" xmlns:type="http:///de/tudarmstadt/ukp/clarin/webanno/api/type.ecore" xmlns:type3="http:///de/tudarmstadt/ukp/dkpro/core/api/metadata/type.ecore" xmlns:type4="http:///de/tudarmstadt/ukp/dkpro/core/api/ner/type.ecore" xmlns:type5="http:///de/tudarmstadt/ukp/dkpro/core/api/segmentation/type.ecore" xmi:version="2.0">
    <cas:NULL xmi:id="0"/>
    <type5:Token xmi:id="10" sofa="6" begin="0" end="2" order="0"/>
    <type5:Sentence xmi:id="11" sofa="6" begin="0" end="18"/>
    <pos:POS_NOUN xmi:id="12" sofa="6" begin="3" end="6" PosValue="N"/>
    <type3:DocumentMetaData xmi:id="1" sofa="6" begin="0" end="18" language="en" documentTitle="news 7.txt" documentId="fatima" isLastSegment="false"/>
    <type4:NamedEntity xmi:id="20" sofa="6" begin="3" end="6" value="PER" identifier="http://www.wikidata.org/entity/Q1"/>
    <type4:NamedEntity xmi:id="21" sofa="6" begin="11" end="16"/>
    <custom:Frame xmi:id="30" sofa="6" begin="7" end="10" stance="3" roles="31 32"><tags>x</tags><tags>y</tags></custom:Frame>
    <custom:FrameRolesLink xmi:id="31" role="who" target="20"/>
    <custom:FrameRolesLink xmi:id="32" target="21"/>
    <custom:Rel xmi:id="40" sofa="6" begin="11" end="16" Governor="20" Dependent="21" value="near" sure="yes"/>
    <custom:Rel xmi:id="41" sofa="6" begin="11" end="16" Governor="20" Dependent="99"/>
    <custom:RefLink xmi:id="50" sofa="6" begin="3" end="6" next="51" referenceType="name"/>
    <custom:RefLink xmi:id="51" sofa="6" begin="17" end="18" referenceType="name"/>
    <custom:RefChain xmi:id="52" first="50"/>
    <type:CASMetadata xmi:id="60" username="fatima" sourceDocumentName="news 7.txt" sourceDocumentId="7"/>
    <cas:Sofa xmi:id="6" sofaNum="1" sofaID="_InitialView" mimeType="text" sofaString="😀 Ali hit &#10;Omar ,."/>
    <cas:View sofa="6" members="10 11 12 1 20 21 30 40 50 51 52 60"/>
</xmi:XMI>"#;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8"?><typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier"><types>
<typeDescription><name>webanno.custom.Frame</name><description/><supertypeName>uima.tcas.Annotation</supertypeName><features>
<featureDescription><name>stance</name><description/><rangeTypeName>uima.cas.String</rangeTypeName></featureDescription>
<featureDescription><name>tags</name><description/><rangeTypeName>uima.cas.StringArray</rangeTypeName></featureDescription>
<featureDescription><name>roles</name><description/><rangeTypeName>uima.cas.FSArray</rangeTypeName><elementType>webanno.custom.FrameRolesLink</elementType></featureDescription></features></typeDescription>
<typeDescription><name>webanno.custom.RefLink</name><description/><supertypeName>uima.tcas.Annotation</supertypeName><features>
<featureDescription><name>next</name><description/><rangeTypeName>webanno.custom.RefLink</rangeTypeName></featureDescription>
<featureDescription><name>referenceType</name><description/><rangeTypeName>uima.cas.String</rangeTypeName></featureDescription></features></typeDescription>
</types></typeSystemDescription>"#;

#[test]
fn what_inception_exports_is_read_with_its_types_from_an_archive() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [("fatima.xmi", INCEPTION), ("TypeSystem.xml", TYPES)] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    assert!(crate::interchange::by_content("zip", &bytes) == Some(&XMI));
    let memory = Memory::of([("some.zip", bytes.as_slice())]);
    let records = read_of(&memory, "some.zip", &ReadOptions::default()).unwrap();
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((record.info.id.as_str(), record.info.language.as_str()), ("news 7", "en"));
    expect_test::expect![[r#"
        fatima: 😀 [[Ali]{RefLink}]{PER} [hit]{Frame} [
        Omar]{NamedEntity} [,]{RefLink}.
        1 {"identifier": "http://www.wikidata.org/entity/Q1"}·
        3 {"stance": "3", "tags": "x; y"}·
        4 {"referenceType": "name"}·
        5 {"referenceType": "name"}·
        1 near 2 {"sure": "yes"}
        3 who 1 {}
        3 roles 2 {}
        4 next 5 {}
        dropped: Rel 41: Rel leads to or from something that is not there
        stripped: 1 × de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS_NOUN has no place here
        stripped: 1 × the values of tags are joined with “; ”"#]]
    .assert_eq(&show(record));
}

#[test]
fn without_types_the_structures_tell_what_a_reference_is() {
    let record = read("news.xmi", INCEPTION).unwrap();
    let said = show(&record);
    for line in ["3 who 1 {}", "3 roles 2 {}", "3 {\"stance\": \"3\", \"tags\": \"x; y\"}"] {
        assert!(said.contains(line), "{said}");
    }
    let memory = Memory::of([("x/fatima.xmi", INCEPTION.as_bytes()), ("TypeSystem.xml", TYPES.as_bytes())]);
    let folders = ReadOptions { folders_are_annotators: true, ..ReadOptions::default() };
    let nobody = ReadOptions::default();
    let named = |options: &ReadOptions| show(&read_of(&memory, "x/fatima.xmi", options).unwrap()[0]);
    assert!(named(&folders).starts_with("x: ") && named(&nobody).starts_with("fatima: "));
    assert!(named(&folders).contains("4 next 5 {}"), "{}", named(&folders));
}

/// As dkpro-cassis writes it.
const CASSIS: &str = r#"{"%TYPES": {"webanno.custom.Span": {"%NAME": "webanno.custom.Span", "%SUPER_TYPE": "uima.tcas.Annotation",
 "label": {"%NAME": "label", "%RANGE": "uima.cas.String"}, "multi": {"%NAME": "multi", "%RANGE": "uima.cas.String[]"},
 "slots": {"%NAME": "slots", "%RANGE": "webanno.custom.Link[]"}}},
 "%FEATURE_STRUCTURES": [
 {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaNum": 1, "sofaID": "_InitialView", "mimeType": "text/plain", "sofaString": "😀 a\tb\nc"},
 {"%ID": 2, "%TYPE": "webanno.custom.Span", "@sofa": 1, "begin": 3, "end": 4, "label": "x\ny", "sure": true, "none": null, "^anchor": 3},
 {"%ID": 3, "%TYPE": "webanno.custom.Span", "@sofa": 1, "begin": 5, "end": 6, "label": "y", "@multi": 5, "@slots": 6},
 {"%ID": 4, "%TYPE": "webanno.custom.Relation", "@sofa": 1, "begin": 5, "end": 6, "@Governor": 2, "@Dependent": 3, "score": 0.5},
 {"%ID": 5, "%TYPE": "uima.cas.StringArray", "%ELEMENTS": ["p", "q"]},
 {"%ID": 6, "%TYPE": "webanno.custom.Link[]", "%ELEMENTS": [7, 8]},
 {"%ID": 7, "%TYPE": "webanno.custom.Link", "role": "who", "@target": 2},
 {"%ID": 8, "%TYPE": "webanno.custom.Link", "role": "what"}],
 "%VIEWS": {"_InitialView": {"%SOFA": 1, "%MEMBERS": [2, 3, 4]}}}"#;

#[test]
fn json_of_cassis_is_read() {
    expect_test::expect![[r#"
        me: 😀 [a]{x
        y}⇥[b]{y}
        c
        1 {"sure": "true"}·
        2 {"multi": "p; q"}·
        1 Relation 2 {"score": "0.5"}
        2 who 1 {}
        stripped: 1 × slots points at webanno.custom.Link, which has no place here
        stripped: 1 × the values of multi are joined with “; ”
        stripped: 1 × webanno.custom.Link has no place here"#]]
    .assert_eq(&show(&read("a.json", CASSIS).unwrap()));
    assert!(crate::interchange::by_content("json", CASSIS.as_bytes()) == Some(&JSON));
}

#[test]
fn broken_files_are_refused_with_their_reason() {
    let sofa = r#"<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text" sofaString="Ali"/>"#;
    let wrap = |inner: &str| {
        format!(
            "<xmi:XMI xmlns:xmi=\"http://www.omg.org/XMI\" xmlns:cas=\"http:///uima/cas.ecore\" xmlns:c=\"http:///c.ecore\">{inner}</xmi:XMI>"
        )
    };
    let span = |begin: &str, end: &str| {
        wrap(&format!("{sofa}<c:S xmi:id=\"2\" sofa=\"1\" begin=\"{begin}\" end=\"{end}\"/>"))
    };
    for (file, words) in [
        (wrap(""), "has no text"),
        ("<html/>".into(), "begins with html"),
        (span("0", "9"), "S 2: the text has no place"),
        (span("-1", "2"), "byte"),
        (span("0", "99999999999"), "no number a text can have"),
        (span("0", "3").replace("</xmi:XMI>", ""), "in the middle"),
        (wrap(&format!("{sofa}<c:S xmi:id=\"1\"/><c:S xmi:id=\"1\"/>")), "number 1"),
        (wrap("<!DOCTYPE x>"), "DOCTYPE"),
    ] {
        let said = read("a.xmi", &file).unwrap_err();
        assert!(said.contains(words) && said.contains("nothing was imported"), "{said}");
    }
    for (file, words) in [
        ("{", "line 1"),
        ("{}", "%FEATURE_STRUCTURES"),
        (r#"{"%FEATURE_STRUCTURES": [3]}"#, "%FEATURE_STRUCTURES[0]: is no object"),
        (r#"{"%FEATURE_STRUCTURES": [{"%ID": -1}]}"#, "%ID is -1"),
        (r#"{"%FEATURE_STRUCTURES": []}"#, "has no text"),
        (
            r#"{"%FEATURE_STRUCTURES": [{"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaString": "😀"}, {"%ID": 2, "%TYPE": "c.S", "begin": 1, "end": 2}]}"#,
            "S 2: the text has no place",
        ),
    ] {
        let said = read("a.json", file).unwrap_err();
        assert!(said.contains(words) && said.contains("nothing was imported"), "{said}");
    }
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a.txt", zip::write::SimpleFileOptions::default()).unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    let memory = Memory::of([("a.zip", bytes.as_slice())]);
    assert!(read_of(&memory, "a.zip", &by("me")).unwrap_err().contains("no .xmi in it"));
    let lenient = ReadOptions { keep_mismatches: true, ..by("me") };
    let memory = Memory::of([("a.xmi", span("0", "9").into_bytes().as_slice())]);
    assert_eq!(read_of(&memory, "a.xmi", &lenient).unwrap()[0].losses.len(), 1);
}

#[test]
fn a_file_cut_or_changed_anywhere_is_read_or_refused() {
    for (name, file) in [("a.xmi", INCEPTION), ("a.json", CASSIS)] {
        let try_bytes = |bytes: &[u8]| {
            let memory = Memory::of([(name, bytes), ("TypeSystem.xml", TYPES.as_bytes())]);
            _ = read_of(&memory, name, &by("me"));
        };
        for at in (0..file.len()).step_by(7) {
            try_bytes(&file.as_bytes()[..at]);
            for change in *b"0\"9 " {
                let mut changed = file.as_bytes().to_vec();
                changed[at] = change;
                try_bytes(&changed);
            }
        }
    }
}
