use std::sync::Arc;

use super::*;
use crate::interchange::bio::Overlaps;
use crate::interchange::roundtrip::{self, Shelf, through};
use crate::interchange::sink::{Memory, SINGLE};
use crate::interchange::{Item, Page, ReadOptions, Record, Report, WriteOptions};
use crate::model::{AnnotatorId, Article, ArticleInfo, Layer, Relation, RelationId, SpanId, fixture};

/// What a reader of the format gets: label and words of each run of tags, by column.
fn read(written: &str) -> Vec<(String, String)> {
    let labels: Vec<String> = written
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("# global.columns = ID FORM "))
        .unwrap()
        .split(' ')
        .take_while(|column| *column != "MISC")
        .map(ToOwned::to_owned)
        .collect();
    let mut found = vec![];
    for sentence in written.split("\n\n") {
        let rows: Vec<Vec<&str>> = sentence
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split('\t').collect())
            .collect();
        for nth in 0..labels.len() {
            let mut run: Option<(String, String)> = None;
            for row in &rows {
                let (tag, misc) = (row[nth + 2], row[row.len() - 1]);
                match tag.split_once('-') {
                    Some(("B", label)) => {
                        found.extend(run.take());
                        run = Some((label.to_owned(), String::new()));
                    }
                    Some(("I", label)) => {
                        assert_eq!(run.as_ref().map(|(open, _)| open.as_str()), Some(label))
                    }
                    _ => found.extend(run.take()),
                }
                if let Some((_, words)) = &mut run {
                    words.push_str(row[1]);
                    if !misc.contains("SpaceAfter=No") {
                        words.push(' ');
                    }
                }
            }
            found.extend(run);
        }
    }
    for (_, words) in &mut found {
        words.truncate(words.trim_end().len());
    }
    found.sort();
    found
}

fn write(marked: &str, change: impl FnOnce(&mut Layer)) -> (String, Report) {
    let (text, mut layer) = fixture::parse(marked);
    change(&mut layer);
    let info = ArticleInfo::new("a", &text);
    let article = Article::new("a", text);
    let layers = [(AnnotatorId::from("me"), Arc::new(layer))];
    let page = Page { info: &info, article: &article, layers: &layers };
    let (memory, report) = roundtrip::write(&PLUS, &page);
    (memory.text(SINGLE), report)
}

#[test]
fn nested_spans_and_spans_inside_words_stay() {
    let (written, report) =
        write("[و[بغداد]{location} في [2024]{date}]{claim}. [😀 زارَ]{actor}[القاهِرَة]{location}", |_| ());
    expect_test::expect![[r#"
        # global.columns = ID FORM NER:ACTOR NER:LOCATION NER:DATE NER:CLAIM MISC
        # newdoc id = a
        # annotator = me
        # status = new
        # newpar
        # sent_id = a/me/1
        # text = وبغداد في 2024.
        1  و  O  O  O  B-claim  SpaceAfter=No|TokenRange=0:1|Spans=1
        2  بغداد  O  B-location  O  I-claim  TokenRange=1:6|Spans=2
        3  في  O  O  O  I-claim  TokenRange=7:9
        4  2024  O  O  B-date  I-claim  SpaceAfter=No|TokenRange=10:14|Spans=3
        5  .  O  O  O  O  TokenRange=14:15

        # sent_id = a/me/2
        # text = 😀 زارَالقاهِرَة
        1  😀  B-actor  O  O  O  TokenRange=16:17|Spans=4
        2  زارَ  I-actor  O  O  O  SpaceAfter=No|TokenRange=18:22
        3  القاهِرَة  O  B-location  O  O  TokenRange=22:31|Spans=5

    "#]]
    .assert_eq(&written.replace('\t', "  "));
    assert_eq!((report.spans.lossless, report.losses.len()), (5, 0));
}

#[test]
fn what_tags_cannot_say_is_in_misc_and_what_is_lost_is_reported() {
    let (written, report) = write(
        "[Ali [and]{actor} Omar]{actor} [said]{claim#9} it [is so]{claim#9}.\n[no\nwar]{claim} [x]{actor} [y]{my other}",
        |layer| {
            let first = *layer.spans.keys().next().unwrap();
            layer.spans.get_mut(&first).unwrap().note = "who? a|b".into();
            let lost = layer.spans.values_mut().find(|span| span.quote == "x").unwrap();
            lost.lost = true;
            let mut relation = Relation::new(RelationId(1), "claimant", SpanId(9), first);
            relation.attributes.insert("sure".into(), "no".into());
            layer.relations.insert(relation.id, relation);
        },
    );
    expect_test::expect![[r#"
        # global.columns = ID FORM NER:ACTOR NER:ACTOR:2 NER:LOCATION NER:DATE NER:CLAIM NER:MY_OTHER MISC
        # newdoc id = a
        # annotator = me
        # status = new
        # newpar
        # sent_id = a/me/1
        # text = Ali and Omar said it is so.
        1  Ali  B-actor  O  O  O  O  O  TokenRange=0:3|Spans=1|Note:1=who?\sa\pb
        2  and  I-actor  B-actor  O  O  O  O  TokenRange=4:7|Spans=2
        3  Omar  I-actor  O  O  O  O  O  TokenRange=8:12
        4  said  O  O  O  O  B-claim  O  TokenRange=13:17|Spans=9|Rel:1:claimant=9>1|RelAttr:1:sure=no
        5  it  O  O  O  O  O  O  TokenRange=18:20
        6  is  O  O  O  O  B-claim  O  TokenRange=21:23|Spans=9
        7  so  O  O  O  O  I-claim  O  SpaceAfter=No|TokenRange=24:26
        8  .  O  O  O  O  O  O  SpacesAfter=\n|TokenRange=26:27

        # newpar
        # sent_id = a/me/2
        # text = no
        1  no  O  O  O  O  B-claim  O  SpacesAfter=\n|TokenRange=28:30|Spans=10|Range:10=28-34

        # newpar
        # sent_id = a/me/3
        # text = war x y
        1  war  O  O  O  O  B-claim  O  TokenRange=31:34|Spans=10
        2  x  O  O  O  O  O  O  TokenRange=35:36
        3  y  O  O  O  O  O  B-my_other  TokenRange=37:38|Spans=12

    "#]]
    .assert_eq(&written.replace('\t', "  "));
    let losses: Vec<String> = report
        .losses
        .iter()
        .map(|loss| format!("{} {}: {}", loss.place, loss.kind.as_str(), loss.reason))
        .collect();
    expect_test::expect![[r#"
        a/me/span 11 dropped: its words “x” are not at its place
        a/me/span 12 renamed: tags have no white space; the label is written with _"#]]
    .assert_eq(&losses.join("\n"));
    let spans = report.spans;
    assert_eq!((spans.read, spans.written, spans.lossless, spans.clipped, spans.dropped), (6, 5, 5, 0, 1));
    assert_eq!((report.relations.read, report.relations.lossless), (1, 1));
}

#[test]
fn no_sentence_breaks_inside_a_span_and_the_text_can_be_put_together_again() {
    let text =
        "قال: “[لا حرب. لا سلم]{claim}”.  وعاد\u{a0}[🇪🇬]{location}! مع\u{200c}ه [e\u{301}x]{actor}\u{200f} ثم.";
    let (written, report) = write(text, |_| ());
    assert_eq!(report.spans.lossless, 3);
    assert!(read(&written).contains(&("claim".to_owned(), "لا حرب. لا سلم".to_owned())));
    for sentence in written.split("\n\n").filter(|sentence| !sentence.trim().is_empty()) {
        let text = sentence.lines().find_map(|line| line.strip_prefix("# text = ")).unwrap();
        let mut built = String::new();
        for row in sentence.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&str> = row.split('\t').collect();
            built.push_str(cells[1]);
            let misc = cells.last().unwrap();
            match misc.split_once("SpacesAfter=").and_then(|(_, rest)| rest.split('|').next()) {
                Some(gap) => built.push_str(&gap.replace("\\s", " ").replace("\\u00A0", "\u{a0}")),
                None if misc.contains("SpaceAfter=No") => {}
                None => built.push(' '),
            }
        }
        assert_eq!(built.trim_end(), text);
    }
}

#[test]
fn an_article_without_words_is_a_document_without_sentences() {
    let (written, _) = write(" \n", |_| ());
    assert!(written.ends_with("# annotator = me\n# status = new\n# spaces = \\s\\n\n\n"), "{written}");
}

fn read_as(format: &Format, name: &str, file: &str) -> Result<Vec<Record>, String> {
    let memory = Memory::of([(name, file.as_bytes())]);
    let options = ReadOptions { annotator: Some("me".into()), ..ReadOptions::default() };
    let reading = format.read.unwrap()(&memory.source(name), &options).map_err(|error| error.to_string())?;
    let item = |item: Result<Item, _>| match item {
        Ok(Item::Record(record)) => Ok(*record),
        Ok(Item::Header(_)) => panic!("a header"),
        Err(error) => Err(crate::interchange::FormatError::to_string(&error)),
    };
    reading.items.map(item).collect()
}

fn marked(record: &Record) -> String {
    fixture::write(&record.text, &record.layer.as_ref().unwrap().1)
}

#[test]
fn columns_of_2003_of_2002_and_of_nested_spans_are_read() {
    let of_2003 = "-DOCSTART- -X- O O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\nGerman JJ B-NP B-MISC\n. . O O\n\n\
        Peter NNP B-NP I-PER\nBlackburn NNP I-NP I-PER\n\n-DOCSTART- -X- O O\n\n# NN O B-X\n";
    let records = read_as(&FLAT, "news.conll", of_2003).unwrap();
    assert_eq!(marked(&records[0]), "[EU]{ORG} rejects [German]{MISC} .\n[Peter Blackburn]{PER}");
    assert_eq!((marked(&records[1]).as_str(), records[1].info.id.as_str()), ("[#]{X}", "news-2"));
    let of_2002 = "Wolff B-PER\r\n, O\r\ncurrentemente O\r\n";
    assert_eq!(marked(&read_as(&FLAT, "a.conll", of_2002).unwrap()[0]), "[Wolff]{PER} , currentemente");
    let nested = "# a comment\nBank\tB-ORG\tO\nof\tI-ORG\tO\nIraq\tI-ORG\tB-GPE\n";
    assert_eq!(marked(&read_as(&FLAT, "a.conll", nested).unwrap()[0]), "[Bank of [Iraq]{GPE}]{ORG}");
    let several = "Bank B-ORG\nof I-ORG\nIraq I-ORG B-GPE\nsaid O\n";
    assert_eq!(marked(&read_as(&FLAT, "a.conll", several).unwrap()[0]), "[Bank of [Iraq]{GPE}]{ORG} said");
    for (broken, expected) in [
        ("a\nb\n", "one column"),
        ("a X\nb Y\n", "no column of tags"),
        ("a X B-y\nb O\n", "no column of tags, "),
    ] {
        let said = read_as(&FLAT, "a.conll", broken).unwrap_err();
        assert!(said.contains(expected.trim_end_matches(", ")), "{said}");
    }
}

#[test]
fn tokens_of_several_words_and_empty_words_are_read() {
    let file = "# global.columns = ID FORM UPOS X:NE X:PLAY MISC\n# newdoc id = pud/1\n# newpar\n\
        1-2\tوبغداد\t_\t_\t_\tSpaceAfter=No\n1\tو\tCC\tO\tx\t_\n2\tبغداد\tNN\tB-GPE\tx\t_\n\
        2.1\tهي\t_\t_\tx\t_\n3\t.\tP\tO\tx\t_\n\n# newpar\n1\tنعم\tX\tB-A\tx\t_\n";
    let records = read_as(&PLUS, "a.conllup", file).unwrap();
    assert_eq!(marked(&records[0]), "[وبغداد]{GPE}.\n[نعم]{A}");
    let losses: Vec<&str> = records[0].losses.iter().map(|loss| loss.reason.as_str()).collect();
    assert!(
        losses[0].starts_with("line 7") && losses[1].contains("X:PLAY") && losses.len() == 2,
        "{losses:?}"
    );
    assert!(
        read_as(&PLUS, "a.conllup", "1\ta\n")
            .unwrap_err()
            .contains("line 1: there are 2 cells and 10 columns")
    );
}

#[test]
fn one_column_of_tags_takes_a_decision() {
    let mut shelf = Shelf::nasty(Some("amal"));
    let kept = |overlaps, shelf: &mut Shelf| {
        let options = WriteOptions { overlaps: Some(overlaps), ..WriteOptions::default() };
        through(&FLAT, &options, shelf).0.spans.dropped
    };
    assert_eq!(kept(Overlaps::Columns, &mut shelf), 0);
    let (outer, inner) = (kept(Overlaps::Outermost, &mut shelf), kept(Overlaps::Innermost, &mut shelf));
    assert!(outer > inner && inner > 0, "{outer} {inner}");
}
