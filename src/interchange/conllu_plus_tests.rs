use std::sync::Arc;

use super::*;
use crate::interchange::roundtrip;
use crate::interchange::sink::SINGLE;
use crate::model::{ArticleInfo, Relation, RelationId, SpanId, fixture};

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
    let (memory, report) = roundtrip::write(&FORMAT, &page);
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
        # newpar
        # sent_id = a/me/1
        # text = وبغداد في 2024.
        1  و  O  O  O  B-claim  SpaceAfter=No|TokenRange=0:1
        2  بغداد  O  B-location  O  I-claim  TokenRange=1:6
        3  في  O  O  O  I-claim  TokenRange=7:9
        4  2024  O  O  B-date  I-claim  SpaceAfter=No|TokenRange=10:14
        5  .  O  O  O  O  TokenRange=14:15

        # sent_id = a/me/2
        # text = 😀 زارَالقاهِرَة
        1  😀  B-actor  O  O  O  TokenRange=16:17
        2  زارَ  I-actor  O  O  O  SpaceAfter=No|TokenRange=18:22
        3  القاهِرَة  O  B-location  O  O  TokenRange=22:31

    "#]]
    .assert_eq(&written.replace('\t', "  "));
    assert_eq!((report.spans.lossless, report.losses.len()), (5, 0));
}

#[test]
fn what_columns_cannot_say_is_reported() {
    let (written, report) = write(
        "[Ali [and]{actor} Omar]{actor} [said]{claim#9} it [is so]{claim#9}.\n[no\nwar]{claim} [x]{actor} [y]{other}",
        |layer| {
            let first = *layer.spans.keys().next().unwrap();
            layer.spans.get_mut(&first).unwrap().note = "who?".into();
            let lost = layer.spans.values_mut().find(|span| span.quote == "x").unwrap();
            lost.lost = true;
            let relation = Relation::new(RelationId(1), "claimant", SpanId(9), first);
            layer.relations.insert(relation.id, relation);
        },
    );
    let expected = [
        ("actor", "Ali and Omar"),
        ("actor", "and"),
        ("claim", "is so"),
        ("claim", "no"),
        ("claim", "said"),
        ("claim", "war"),
    ];
    assert_eq!(read(&written), expected.map(|(label, words)| (label.to_owned(), words.to_owned())));
    let losses: Vec<String> = report
        .losses
        .iter()
        .map(|loss| format!("{} {}: {}", loss.place, loss.kind.as_str(), loss.reason))
        .collect();
    expect_test::expect![[r#"
        a/me/span 12 dropped: its label other is not in the codebook
        a/me/span 1 stripped: the format has no notes
        a/me/span 9 clipped: it is discontinuous; the format has one range a span, each part is a span
        a/me/span 10 clipped: it goes over a line end and is written in parts
        a/me/span 11 dropped: its words “x” are not at its place
        a/me/relation 1 dropped: the format has no relations"#]]
    .assert_eq(&losses.join("\n"));
    let spans = report.spans;
    assert_eq!((spans.read, spans.written, spans.lossless, spans.clipped, spans.dropped), (6, 4, 2, 2, 2));
    assert_eq!((report.relations.read, report.relations.dropped), (1, 1));
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
    assert!(written.ends_with("# newdoc id = a\n# annotator = me\n\n"), "{written}");
}
