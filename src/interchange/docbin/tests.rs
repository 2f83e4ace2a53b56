use std::io::Write as _;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use rmpv::Value;

use super::*;
use crate::interchange::roundtrip::{Shelf, through};
use crate::interchange::sink::{Memory, SINGLE};
use crate::interchange::tokens::{Cut, Tokens};
use crate::interchange::{Item, Page, ReadOptions, Record, WriteOptions};
use crate::model::{Article, ArticleInfo, fixture};

fn packed(value: &Value) -> Vec<u8> {
    let mut bytes = vec![];
    rmpv::encode::write_value(&mut bytes, value).unwrap();
    bytes
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut zlib = ZlibEncoder::new(vec![], Compression::best());
    zlib.write_all(bytes).unwrap();
    zlib.finish().unwrap()
}

fn read(bytes: &[u8], options: &ReadOptions) -> Result<(Vec<Record>, Vec<String>), String> {
    let memory = Memory::of([("made.spacy", bytes)]);
    let reading = read::read(&memory.source("made.spacy"), options).map_err(|error| error.to_string())?;
    let notes = reading.notes.clone();
    let records: Result<Vec<Item>, _> = reading.items.collect();
    let records = records.map_err(|error| error.to_string())?;
    let record = |item| match item {
        Item::Record(record) => *record,
        Item::Header(_) => panic!("no header is written"),
    };
    Ok((records.into_iter().map(record).collect(), notes))
}

fn by(annotator: &str) -> ReadOptions {
    ReadOptions { annotator: Some(annotator.into()), ..ReadOptions::default() }
}

/// A file as another program would write it: words with their tag, label and whether a space follows.
struct Made {
    words: Vec<(&'static str, u64, &'static str, bool)>,
    spans: Vec<[u64; 7]>,
    strings: Vec<&'static str>,
}

impl Made {
    fn new() -> Self {
        let words =
            vec![("Ali", iob::BEGIN, "PERSON", true), ("hit", iob::OUTSIDE, "", true), ("😀", 0, "", false)];
        Self { words, spans: vec![], strings: vec!["Ali", "hit", "😀", "claim", "seven"] }
    }

    fn span(mut self, span: [u64; 7]) -> Self {
        self.spans.push(span);
        self
    }

    fn map(&self) -> Vec<(Value, Value)> {
        let number = hash::number_of;
        let cells =
            self.words.iter().flat_map(|(word, iob, label, _)| [number(word), *iob, number(label), 7]);
        let tokens: Vec<u8> = cells.flat_map(u64::to_le_bytes).collect();
        let spans = self.spans.iter().map(|span| {
            let head = span[..3].iter().flat_map(|number| number.to_be_bytes());
            let tail = span[3..].iter().flat_map(|number| u32::try_from(*number).unwrap().to_be_bytes());
            Value::Binary(head.chain(tail).collect())
        });
        let group = Value::Map(vec![
            ("name".into(), "mine".into()),
            ("attrs".into(), Value::Map(vec![])),
            ("spans".into(), Value::Array(spans.collect())),
        ]);
        let groups = Value::Map(vec![(Value::Binary(packed(&group)), Value::Array(vec!["mine".into()]))]);
        let spaces = self.words.iter().map(|word| u8::from(word.3)).collect();
        let length = u32::try_from(self.words.len()).unwrap();
        vec![
            ("version".into(), "0.1".into()),
            ("attrs".into(), Value::Array([65, 77, 78, 73].map(Value::from).to_vec())),
            ("tokens".into(), Value::Binary(tokens)),
            ("spaces".into(), Value::Binary(spaces)),
            ("lengths".into(), Value::Binary(length.to_le_bytes().to_vec())),
            (
                "strings".into(),
                Value::Array(self.strings.iter().map(|string| Value::from(*string)).collect()),
            ),
            ("cats".into(), Value::Array(vec![Value::Map(vec![("news".into(), 1.0.into())])])),
            ("flags".into(), Value::Array(vec![Value::Map(vec![])])),
            ("span_groups".into(), Value::Array(vec![Value::Binary(packed(&groups))])),
        ]
    }

    fn bytes(&self) -> Vec<u8> {
        zipped(&packed(&Value::Map(self.map())))
    }
}

#[test]
fn files_of_spacy_are_read_and_what_has_no_place_is_reported() {
    let claim = [0, hash::number_of("seven"), hash::number_of("claim"), 1, 3, 4, 9];
    let person = [0, 0, hash::number_of("PERSON"), 0, 1, 0, 3];
    let (records, notes) = read(&Made::new().span(claim).span(person).bytes(), &by("me")).unwrap();
    let [record] = records.as_slice() else { panic!("{records:?}") };
    let (_, layer) = record.layer.as_ref().unwrap();
    assert_eq!(fixture::write(&record.text, layer), "[Ali]{PERSON} [hit 😀]{claim}");
    assert_eq!(record.info.id.as_str(), "made");
    assert_eq!(
        layer.spans.values().find(|span| span.label.as_str() == "claim").unwrap().attributes["kb_id"],
        "seven"
    );
    assert_eq!(notes, ["tokens have LEMMA, for which there is no place: left out"]);
    let reasons: Vec<&str> = record.losses.iter().map(|loss| loss.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "document 1: the names of its span groups (mine) have no place",
            "document 1: its categories have no place"
        ]
    );
    assert!(read(&Made::new().bytes(), &ReadOptions::default()).unwrap_err().contains("--annotator"));
}

#[test]
fn broken_files_are_refused_with_their_field() {
    let with = |key: &str, value: Value| {
        let mut map = Made::new().map();
        map.iter_mut().find(|(name, _)| name.as_str() == Some(key)).unwrap().1 = value;
        zipped(&packed(&Value::Map(map)))
    };
    let whole = Made::new().bytes();
    let label = hash::number_of("claim");
    for (bytes, expected) in [
        (b"PK no DocBin".to_vec(), "no DocBin"),
        (vec![], "no DocBin"),
        (whole[..whole.len() / 2].to_vec(), "no DocBin or a damaged one"),
        (zipped(b"\x92\x01"), "no msgpack"),
        (zipped(&packed(&Value::Nil)), "field attrs"),
        (with("attrs", Value::Array(vec![77.into()])), "field attrs: has no attribute ORTH"),
        (with("lengths", Value::Binary(vec![9, 0, 0, 0])), "field lengths: the documents have 9 tokens"),
        (with("lengths", Value::Binary(vec![255; 4])), "field lengths: is no list of counts"),
        (with("tokens", Value::Nil), "field tokens"),
        (with("strings", Value::Array(vec![])), "document 1, token 0: its word is not among the strings"),
        (with("span_groups", Value::Array(vec![Value::Binary(vec![0xc1])])), "span_groups of document 1"),
        (Made::new().span([0, 0, label, 1, 4, 4, 9]).bytes(), "its tokens are not in the document"),
        (Made::new().span([0, 0, label, 2, 2, 8, 8]).bytes(), "its tokens are not in the document"),
        (Made::new().span([0, 0, 99_999, 1, 3, 4, 9]).bytes(), "its label is not among the strings"),
        (Made::new().span([0, 0, label, 1, 3, 4, 10]).bytes(), "its characters at 4 to 10"),
        (zipped(&vec![0; 17 << 20]), "too much for its size"),
    ] {
        let said = read(&bytes, &by("me")).unwrap_err();
        assert!(said.contains(expected) && said.contains("nothing was imported"), "{said} is not {expected}");
    }
    let lenient = ReadOptions { keep_mismatches: true, ..by("me") };
    let (records, _) = read(&Made::new().span([0, 0, label, 1, 3, 4, 10]).bytes(), &lenient).unwrap();
    assert_eq!(
        fixture::write(&records[0].text, &records[0].layer.as_ref().unwrap().1),
        "[Ali]{PERSON} [hit 😀]{claim}"
    );
}

#[test]
fn texts_come_back_to_the_letter_and_tokens_are_cut_or_spans_grow() {
    let marked = " \n و[بغداد ثم [عاد]{DATE}]{y}  \t[case]{x}\u{a0}\u{200c}end \n\n";
    for tokens in [Tokens::Words, Tokens::WhiteSpace, Tokens::Clitics] {
        for cut in [Cut::Tokens, Cut::Spans] {
            let (text, layer) = fixture::parse(marked);
            let info = ArticleInfo::new("a", &text);
            let article = Article::new("a", text.as_str());
            let mut shelf = Shelf { pages: vec![(info, article, vec![("me".into(), Arc::new(layer))])] };
            let options = WriteOptions { tokens, cut, ..WriteOptions::default() };
            let (report, items, _) = through(&FORMAT, &options, &mut shelf);
            let Some(Item::Record(record)) = items.first() else { panic!("nothing came back") };
            assert_eq!(*record.text, *text);
            let back = fixture::write(&record.text, &record.layer.as_ref().unwrap().1);
            let grows = cut == Cut::Spans;
            assert_eq!(back == marked, !grows, "{back}");
            assert_eq!(report.spans.clipped > 0, grows, "{tokens:?} {cut:?} {:?}", report.losses);
        }
    }
}

#[test]
fn a_file_is_what_the_layout_says() {
    let (text, layer) = fixture::parse("[Ali]{actor} [said [DATE]{DATE}]{claim}");
    let info = ArticleInfo::new("a", &text);
    let article = Article::new("a", text);
    let layers = [("me".into(), Arc::new(layer))];
    let page = Page { info: &info, article: &article, layers: &layers };
    let (memory, _) = crate::interchange::roundtrip::write(&FORMAT, &page);
    let mut bytes = vec![];
    std::io::Read::read_to_end(
        &mut flate2::read::ZlibDecoder::new(&*memory.get(SINGLE).unwrap()),
        &mut bytes,
    )
    .unwrap();
    let map = rmpv::decode::read_value(&mut bytes.as_slice()).unwrap();
    let field = |key: &str| {
        map.as_map().unwrap().iter().find(|(name, _)| name.as_str() == Some(key)).unwrap().1.clone()
    };
    let numbers: Vec<u64> = field("tokens")
        .as_slice()
        .unwrap()
        .chunks(8)
        .map(|eight| u64::from_le_bytes(eight.try_into().unwrap()))
        .collect();
    let (actor, claim) = (hash::number_of("actor"), hash::number_of("claim"));
    // The outer span is the entity; DATE has spaCy's own number.
    assert_eq!(numbers, [hash::number_of("Ali"), 3, actor, hash::number_of("said"), 3, claim, 391, 1, claim]);
    assert_eq!(field("spaces").as_slice().unwrap(), [1, 1, 0]);
    assert_eq!(field("lengths").as_slice().unwrap(), [3, 0, 0, 0]);
}
