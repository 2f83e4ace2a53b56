use std::sync::Arc;

use super::*;
use crate::interchange::roundtrip::{self, Shelf, through};
use crate::interchange::sink::Memory;
use crate::interchange::tokens::Tokens;
use crate::interchange::{Item, Page, ReadOptions, Record, Report, WriteOptions};
use crate::model::{Article, ArticleInfo, Layer, Relation, RelationId, SpanId, fixture};

fn read_with(tsv: &str, options: &ReadOptions) -> Result<(Record, Vec<String>), String> {
    let memory = Memory::of([("a.tsv", tsv.as_bytes())]);
    let reading = read::read(&memory.source("a.tsv"), options).map_err(|error| error.to_string())?;
    let notes = reading.notes.clone();
    match reading.items.map(Result::unwrap).next() {
        Some(Item::Record(record)) => Ok((*record, notes)),
        other => panic!("{other:?}"),
    }
}

fn read(tsv: &str) -> Result<(Record, Vec<String>), String> {
    read_with(tsv, &ReadOptions { annotator: Some("me".into()), ..ReadOptions::default() })
}

/// A text whose lines end in no white space: a space there is a dot.
fn dotted(text: &str) -> String {
    let lines = text.split('\n').map(|line| match line.strip_suffix(' ') {
        Some(rest) => format!("{rest}·"),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// All a record says.
fn show(tsv: &str) -> String {
    let (record, _) = read(tsv).unwrap();
    let (_, layer) = record.layer.as_ref().unwrap();
    let mut said = vec![fixture::write(&record.text, layer)];
    for span in layer.spans.values().filter(|span| !span.attributes.is_empty() || !span.note.is_empty()) {
        said.push(format!("{} {:?} {}", span.id, span.attributes, span.note));
    }
    for relation in layer.relations.values() {
        said.push(format!("{} {} {} {:?}", relation.from, relation.label, relation.to, relation.attributes));
    }
    said.extend(record.losses.iter().map(|loss| format!("{}: {}", loss.kind.as_str(), loss.reason)));
    dotted(&said.join("\n"))
}

fn written(marked: &str, change: impl Fn(&mut Layer)) -> (String, Report) {
    let (text, mut layer) = fixture::parse(marked);
    change(&mut layer);
    let info = ArticleInfo::new("a", &text);
    let article = Article::new("a", text);
    let layers = [("me".into(), Arc::new(layer))];
    let (memory, report) =
        roundtrip::write(&FORMAT, &Page { info: &info, article: &article, layers: &layers });
    (memory.text("me/a.tsv").replace('\t', "⇥"), report)
}

#[test]
fn a_layer_is_written_as_webanno_has_it() {
    let (file, report) = written(
        "[😀]{x} [زارَ [أحمدُ]{actor}]{claim}. \\[I\n\n[و]{y}بغداد\tno [عا]{y#9}د و[قا]{y#9}ل",
        |layer| {
            layer.spans.get_mut(&SpanId(2)).unwrap().attributes.insert("stance".into(), "a_b|c".into());
            layer.spans.get_mut(&SpanId(3)).unwrap().note = "من؟\n[1]".into();
            let mut relation = Relation::new(RelationId(1), "by", SpanId(2), SpanId(3));
            relation.attributes.insert("sure".into(), String::new());
            layer.relations.insert(relation.id, relation);
            layer.relations.insert(RelationId(2), Relation::new(RelationId(2), "at", SpanId(1), SpanId(3)));
            layer.relations.insert(RelationId(3), Relation::new(RelationId(3), "at", SpanId(1), SpanId(4)));
        },
    );
    expect_test::expect![[r#"
        #FORMAT=WebAnno TSV 3.3
        #T_SP=webanno.custom.Span|label|note|stance
        #T_RL=webanno.custom.Continuation|BT_webanno.custom.Span
        #T_RL=webanno.custom.Relation|label|sure|BT_webanno.custom.Span


        #Text=😀 زارَ أحمدُ.·
        1-1⇥0-2⇥😀⇥x⇥*⇥*⇥_⇥_⇥_⇥_⇥
        1-2⇥3-7⇥زارَ⇥claim[1]⇥*[1]⇥a\_b\|c[1]⇥_⇥_⇥_⇥_⇥
        1-3⇥8-13⇥أحمدُ⇥claim[1]|actor[2]⇥*[1]|من؟\n\[1\][2]⇥a\_b\|c[1]|*[2]⇥_⇥by[3]|at⇥[3]|*⇥1-2[1_2]|1-1[0_2]⇥
        1-4⇥13-14⇥.⇥_⇥_⇥_⇥_⇥_⇥_⇥_⇥

        #Text=[I
        #Text=
        #Text=
        2-1⇥15-16⇥[⇥_⇥_⇥_⇥_⇥_⇥_⇥_⇥
        2-2⇥16-17⇥I⇥_⇥_⇥_⇥_⇥_⇥_⇥_⇥

        #Text=وبغداد\tno عاد وقال
        3-1⇥19-25⇥وبغداد⇥_⇥_⇥_⇥_⇥_⇥_⇥_⇥
        3-1.1⇥19-20⇥و⇥y⇥*⇥*⇥_⇥at⇥*⇥1-1⇥
        3-2⇥26-28⇥no⇥_⇥_⇥_⇥_⇥_⇥_⇥_⇥
        3-3⇥29-32⇥عاد⇥_⇥_⇥_⇥_⇥_⇥_⇥_⇥
        3-3.1⇥29-31⇥عا⇥y⇥*⇥*⇥_⇥_⇥_⇥_⇥
        3-4⇥33-37⇥وقال⇥_⇥_⇥_⇥_⇥_⇥_⇥_⇥
        3-4.1⇥34-36⇥قا⇥y⇥*⇥*⇥3-3.1⇥_⇥_⇥_⇥
    "#]]
    .assert_eq(&dotted(&file));
    assert_eq!(report.losses, []);
}

#[test]
fn white_space_before_the_first_token_becomes_spaces() {
    let (file, report) = written("\u{2003}\n [a]{x} b\n", |_| {});
    assert!(file.contains("#Text=a b\n#Text=\n1-1⇥3-4⇥a⇥x⇥\n"), "{file}");
    assert_eq!(report.losses.len(), 1);
    let (file, report) = written(" \u{a0}", |_| {});
    assert_eq!((file.as_str(), report.losses.len()), ("#FORMAT=WebAnno TSV 3.3\n\n", 1));
    let (file, report) = written("  a", |_| {});
    assert!(file.contains("1-1⇥2-3⇥a"), "{file}");
    assert_eq!(report.losses, []);
}

#[test]
fn names_and_values_that_have_no_place_are_changed_and_reported() {
    let (file, report) = written("[a]{x}", |layer| {
        let span = layer.spans.get_mut(&SpanId(1)).unwrap();
        span.attributes.insert("note".into(), "b\rc".into());
    });
    assert!(file.contains("|label|note_2\n") && file.contains("⇥x⇥b c⇥\n"), "{file}");
    let said: Vec<&str> = report.losses.iter().map(|loss| loss.reason.as_str()).collect();
    assert_eq!(said.len(), 2, "{said:?}");
}

#[test]
fn every_kind_of_token_gives_the_same_spans() {
    for tokens in [Tokens::Words, Tokens::WhiteSpace, Tokens::Clitics] {
        let options = WriteOptions { tokens, ..WriteOptions::default() };
        let (report, items, memory) = through(&FORMAT, &options, &mut Shelf::nasty(None));
        assert_eq!((report.losses.len(), items.len()), (0, 6));
        assert!(memory.text("amal/nasty.tsv").contains("#Text=😀 زارَ"));
    }
}

/// The examples of the format's description, with one text around them.
#[test]
fn files_of_other_programs_are_read() {
    let stacked = "#FORMAT=WebAnno TSV 3.3\n\
        #T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue\n\
        #T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|value\n\
        #T_SP=webanno.custom.Sentiment|Category|Opinion\n\n\n\
        #Sentence.id=s1\n#Text=Ms. Haag \n#Text=plays 😊 .\n\
        1-1\t0-3\tMs.\tNNP\tPER[1]|PERpart[2]\t_\t_\n\
        1-2\t4-8\tHaag\tNNP\tPER[1]\t_\t_\n\
        1-3\t10-15\tplays\tVBD\t_\tabs\\_tract\t*\n\
        1-3.1\t10-14\tplay\t_\t*\t_\t_\n\
        1-3.2\t12-15\tays\t_\tGEO[3]\t_\t_\n\
        1-4\t16-18\t😊\t_\tGEO[3]\t_\t_\n\
        1-5\t19-20\t.\t_\t_\t_\t_\n\n\
        #Text=End\n2-1\t24-27\tEnd\t_\t*\t_\t_\n";
    expect_test::expect![[r#"
        [[Ms.]{PERpart} Haag]{PER}·
        [[pl[ay]{NamedEntity}s]{Sentiment} 😊]{GEO} .
           [End]{NamedEntity}
        3 {"Category": "abs_tract"}·
        stripped: 3 × de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS has no place here"#]]
    .assert_eq(&show(stacked));
    let slots = "#FORMAT=WebAnno TSV 3.2\r\n\
        #T_SP=webanno.custom.Frame|FE|ROLE_webanno.custom.Frame:Roles_webanno.custom.FrameRolesLink|webanno.custom.Lu\r\n\
        #T_SP=webanno.custom.Lu|luvalue\r\n\r\n\r\n\
        #Text=Bob auctioned the clock to John .\r\n\
        1-1\t0-3\tBob\t_\t_\t_\tbob\t\r\n\
        1-2\t4-13\tauctioned\ttransaction\tseller;goods;*\t1-1;1-3[4];1-6\t_\t\r\n\
        1-3\t14-17\tthe\t_\t_\t_\tclock[4]\t\r\n\
        1-4\t18-23\tclock\t_\t_\t_\tclock[4]\t\r\n\
        1-5\t24-26\tto\t_\t_\t_\t_\t\r\n\
        1-6\t27-31\tJohn\t*\t_\t_\tjohn\t\r\n";
    expect_test::expect![[r#"
        [Bob]{Lu} [auctioned]{Frame} [the clock]{Lu} to [[John]{Lu}]{Frame} .
        1 {"luvalue": "bob"}·
        2 {"FE": "transaction"}·
        3 {"luvalue": "clock"}·
        5 {"luvalue": "john"}·
        2 seller 1 {}
        2 goods 3 {}
        2 Roles 5 {}"#]]
    .assert_eq(&show(slots));
    let chain = "#FORMAT=WebAnno TSV 3.3\n\
        #T_CH=webanno.custom.RefLink|referenceType|referenceRelation\n\n\n\
        #Text=He shot himself with his\n\
        1-1\t0-2\tHe\tpr[1]\tcoref->1-1\n1-2\t3-7\tshot\t_\t_\n1-3\t8-15\thimself\tpr[1]\tcoref->1-2\n\
        1-4\t16-20\twith\tpr[1]\tcoref->1-2\n1-5\t21-24\this\tpr[1]\t*->1-3\n";
    expect_test::expect![[r#"
        [He]{RefLink} shot [himself with]{RefLink} [his]{RefLink}
        1 {"referenceType": "pr"}·
        2 {"referenceType": "pr"}·
        3 {"referenceType": "pr"}·
        1 coref 2 {}
        2 coref 3 {}"#]]
    .assert_eq(&show(chain));
    let relation = "#FORMAT=WebAnno TSV 3.3\n\
        #T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|value\n\
        #T_RL=webanno.custom.Relation|value|BT_de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity\n\n\n\
        #Text=This is .\n1-1\t0-4\tThis\t*\t_\t_\n1-2\t5-7\tis\t_\t_\t_\n1-5\t8-9\t.\tA[1]|B[2]\t*|x\t1-1[0_1]|1-5[1_2]\n";
    expect_test::expect![[r#"
        [This]{NamedEntity} is [[.]{B}]{A}
        1 Relation 2 {}
        2 x 3 {}"#]]
    .assert_eq(&show(relation));
    assert!(crate::interchange::by_content("tsv", relation.as_bytes()) == Some(&FORMAT));
}

#[test]
fn the_unit_is_found_from_the_tokens() {
    let head = "#FORMAT=WebAnno TSV 3.3\n#T_SP=webanno.custom.Span|label\n\n\n#Text=😀 ق\n1-1\t";
    for (rows, unit) in [
        ("0-2\t😀\t_\n1-2\t3-4\tق\tx\n\n#Text=ك\n2-1\t6-7\tك\tx", ""),
        (
            "0-1\t😀\t_\n1-2\t2-3\tق\tx\n\n#Text=ك\n2-1\t5-6\tك\tx",
            "count code-points, not utf-16: so all of 3 tokens",
        ),
        ("0-4\t😀\t_\n1-2\t5-7\tق\tx\n\n#Text=ك\n2-1\t9-11\tك\tx", "count bytes"),
    ] {
        let (record, notes) = read(&format!("{head}{rows}")).unwrap();
        assert_eq!(fixture::write(&record.text, &record.layer.unwrap().1), "😀 [ق]{x}\n [ك]{x}");
        assert!(notes.join("").contains(unit) && notes.is_empty() == unit.is_empty(), "{notes:?}");
    }
}

#[test]
fn broken_files_are_refused_with_their_line() {
    let head = "#FORMAT=WebAnno TSV 3.3\n#T_SP=webanno.custom.Span|label\n\n\n";
    for (rest, words) in [
        ("#Text=Ali\n1-1\t0-3\tAli\n", "line 6: the row has 0 cells for 1 columns"),
        ("#Text=Ali\n1-1\t0\tAli\t_\n", "line 6: “1-1"),
        ("#Text=Ali\n1-1\t-1-3\tAli\t_\n", "line 6"),
        ("#Text=Ali\n1-1\t0-99999999999\tAli\t_\n", "line 6"),
        ("1-1\t0-3\tAli\t_\n", "line 5: a token stands before"),
        ("#Text=Ali\n1-1\t0-3\tOmar\t_\n", "token 1-1 in line 6: at 0 to 3 stands “Ali”, not “Omar”"),
        ("#Text=Ali\n1-1\t0-9\tAli\t_\n", "0 to 9"),
        ("#Text=Ali\n1-1\t4000000000-4000000003\tAli\t_\n", "4000000000"),
        ("#Text=Ali\n1-1\t0-3\tAli\tx[y]\n", "line 6: [y] is no number"),
        ("#Text=Ali\n", "before its tokens"),
    ] {
        let said = read(&format!("{head}{rest}")).unwrap_err();
        assert!(said.contains(words) && said.contains("nothing was imported"), "{said}");
    }
    assert!(read("#FORMAT=WebAnno TSV 2").unwrap_err().contains("line 1"));
    assert!(read("#FORMAT=WebAnno TSV 3.3\n#T_SP=\n").unwrap_err().contains("line 2: declares no layer"));
    let anonymous = format!("{head}#Text=Ali\n1-1\t0-3\tAli\tx\n");
    assert!(read_with(&anonymous, &ReadOptions::default()).unwrap_err().contains("--annotator"));
    let dangling = "#FORMAT=WebAnno TSV 3.3\n#T_SP=c.S|label\n#T_RL=c.R|BT_c.S\n\n\n#Text=Ali\n1-1\t0-3\tAli\tx\t7-7|1-1[5_0]\n";
    let said = show(dangling);
    assert_eq!(said.matches("dropped: line 7: R leads to or from").count(), 2, "{said}");
}

#[test]
fn a_file_cut_or_changed_anywhere_is_read_or_refused() {
    let (_, _, memory) = through(&FORMAT, &WriteOptions::default(), &mut Shelf::nasty(None));
    let file = memory.get("amal/nasty.tsv").unwrap();
    let options = ReadOptions { annotator: Some("me".into()), ..ReadOptions::default() };
    let try_bytes = |bytes: &[u8]| {
        let memory = Memory::of([("a.tsv", bytes)]);
        _ = read::read(&memory.source("a.tsv"), &options);
    };
    for at in (0..file.len()).step_by(5) {
        try_bytes(&file[..at]);
        for change in *b"0[\t9|" {
            let mut changed = file.clone();
            changed[at] = change;
            try_bytes(&changed);
        }
    }
}
