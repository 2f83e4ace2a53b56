//! Tables as spreadsheets, crawlers and archives write them.

use super::super::options::Columns;
use super::super::sink::Memory;
use super::super::{Item, Record};
use super::*;

fn reading(
    name: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<(Vec<Record>, Vec<String>), FormatError> {
    let source = Memory::of([(name, bytes)]).source(name);
    let format = super::super::by_content(name.rsplit('.').next().unwrap(), bytes).unwrap();
    assert!(format.name.ends_with("-articles"), "{}", format.name);
    let reading = format.read.unwrap()(&source, options)?;
    let mut records = vec![];
    for item in reading.items {
        match item? {
            Item::Record(record) => records.push(*record),
            Item::Header(_) => panic!("a table has no header of a project"),
        }
    }
    Ok((records, reading.notes))
}

fn read(name: &str, text: &str) -> Result<(Vec<Record>, Vec<String>), FormatError> {
    reading(name, text.as_bytes(), &ReadOptions::default())
}

fn chosen(text: &str) -> ReadOptions {
    ReadOptions {
        columns: Columns { text: Some(text.into()), ..Columns::default() },
        ..ReadOptions::default()
    }
}

#[test]
fn a_table_is_read_by_the_usual_names_of_its_columns() {
    let table = "\u{feff}ID,Headline,Published At,Content,Outlet,byline,LINK,section\r\n\
                 7,العراق يعلن,18/01/2026,\"قالَ علي،\r\nثم \"\"مضى\"\"\",وكالة,سلمى,https://example.org/7,سياسة\r\n\
                 8,,2026-01-19T08:00Z,'=قال,B,,,\r\n,,,,,,,\r\n";
    let (records, notes) = read("news.csv", table).unwrap();
    assert_eq!(records.len(), 2);
    let info = &records[0].info;
    assert_eq!(&*records[0].text, "قالَ علي،\nثم \"مضى\"");
    assert_eq!(
        (info.id.as_str(), info.title.as_str(), info.date.as_str()),
        ("7", "العراق يعلن", "2026-01-18")
    );
    assert_eq!((info.source.as_str(), info.author.as_str(), info.language.as_str()), ("وكالة", "سلمى", "ar"));
    assert_eq!(info.url, "https://example.org/7");
    assert_eq!(
        (&*records[1].text, records[1].info.title.as_str()),
        ("=قال", "=قال"),
        "the guard is taken off"
    );
    assert!(
        notes[0].contains("text from \"Content\"") && notes[0].ends_with("left out: section"),
        "{notes:?}"
    );
}

#[test]
fn delimiters_and_encodings_of_spreadsheets_are_found() {
    let expected = "قال علي إن الحرب في العراق انتهت، والسلام عاد";
    for delimiter in [",", ";", "\t", "|"] {
        let table =
            format!("title{delimiter}text\nخبر; x,y{delimiter}\"{expected}\"\n").replace("خبر; x,y", "خبر");
        assert_eq!(&*read("a.csv", &table).unwrap().0[0].text, expected, "{delimiter:?}");
    }
    let table = format!("title\ttext\r\nخبر\t{expected}\r\n");
    let utf16: Vec<u8> = format!("\u{feff}{table}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (arabic, ..) = encoding_rs::WINDOWS_1256.encode(&table);
    for bytes in [utf16.as_slice(), &arabic] {
        let (records, _) = reading("a.tsv", bytes, &ReadOptions::default()).unwrap();
        assert_eq!((&*records[0].text, records[0].info.title.as_str()), (expected, "خبر"));
    }
}

#[test]
fn json_lines_under_other_names_are_read_and_native_ones_are_not_ours() {
    let lines = "\n{\"_id\": 12, \"headline\": \"عنوان\", \"body\": \"قال\\r\\nعلي\", \"authors\": [\"A\", \"B\"], \"lang\": \"ar-EG\"}\n\n\
                 {\"body\": \"ثم مضى\", \"published\": \"03/04/2026\"}\n";
    let (records, notes) = read("a.jsonl", lines).unwrap();
    assert_eq!((&*records[0].text, records[0].info.id.as_str()), ("قال\nعلي", "12"));
    assert_eq!((records[0].info.author.as_str(), records[0].info.language.as_str()), ("A, B", "ar"));
    assert_eq!((records[1].info.id.as_str(), records[1].losses.len()), ("ثم-مضى", 0), "{notes:?}");
    let dated = "{\"body\": \"قال\", \"published\": \"03/04/2026\"}";
    let losses = &read("a.jsonl", dated).unwrap().0[0].losses;
    assert!(losses[0].reason.contains("03/04/2026") && losses[0].kind == super::super::LossKind::Stripped);
    for native in [
        "{\"id\":\"a\",\"text\":\"x\",\"annotator\":\"\",\"spans\":[]}",
        "{\"id\":\"empty\",\"text\":\"\"}",
        "{\"text\":\"x\",\"label\":[[0,1,\"A\"]]}",
        "{\"messages\":[]}",
        "{\"cut in the middle\": \"",
        "{\"story\": \"under a name nobody knows\"}",
    ] {
        let format = super::super::by_content("jsonl", native.as_bytes());
        assert!(format.is_some_and(|format| format.name != "jsonl-articles"), "{native}");
    }
}

#[test]
fn a_first_line_longer_than_what_is_looked_at_is_known_by_its_keys() {
    let long = format!("{{\"headline\": \"x\", \"body\": \"{}", "كلمة ".repeat(20_000));
    let format = super::super::by_content("jsonl", &long.as_bytes()[..1 << 16]);
    assert_eq!(format.map(|format| format.name), Some("jsonl-articles"));
}

#[test]
fn the_column_of_the_text_can_be_chosen() {
    let table = "text,summary,story\na,b,c\n";
    assert_eq!(&*reading("a.csv", table.as_bytes(), &chosen("Story")).unwrap().0[0].text, "c");
    let error = reading("a.csv", table.as_bytes(), &chosen("nothing")).unwrap_err().to_string();
    assert!(error.contains("no column \"nothing\"") && error.contains("--column text=NAME"), "{error}");
    let error = read("a.csv", "x,y\n1,2\n").unwrap_err().to_string();
    assert!(error.contains("no column is known to be the text") && error.contains("\"x\", \"y\""), "{error}");
}

#[test]
fn a_bad_row_is_named_by_its_line() {
    let refused = |name: &str, text: &str, line: usize, words: &str| {
        let error = reading(name, text.as_bytes(), &chosen("text")).expect_err(words);
        assert_eq!(error.line, Some(line), "{error}");
        assert!(
            error.to_string().contains(words) && error.problem.contains("nothing was imported"),
            "{error}"
        );
    };
    refused("a.csv", "title,text\na,b\nc\n", 3, "1 cells and the header 2");
    refused("a.csv", "title,text\n\"a\nb\",c\nd,\n", 4, "field text: holds no text");
    refused("a.csv", "title,text\na,b\u{1}\n", 2, "U+0001");
    refused("a.jsonl", "{\"story\":1,\"text\":\"x\"}\n{\"text\":\n", 2, "no JSON object");
    refused("a.jsonl", "{\"story\":1,\"text\":\"x\"}\n\n[1]\n", 3, "no JSON object");
    refused("a.jsonl", "{\"story\":1,\"text\":\"x\"}\n{\"text\":{}}\n", 2, "field text: is no text");
    refused("a.jsonl", "{\"story\":1,\"text\":\"x\"}\n{\"story\":2}\n", 2, "holds no text");
}

#[test]
fn a_table_is_read_row_by_row() {
    struct Endless(u32);
    impl std::io::Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let row = if self.0 == 0 { "text\n".into() } else { format!("row {}\n", self.0) };
            self.0 += 1;
            buffer[..row.len()].copy_from_slice(row.as_bytes());
            Ok(row.len())
        }
    }
    let mut rows = csv::Reader::from_reader(Endless(0));
    let header = rows.headers().unwrap().clone();
    let parts = Parts::find(header.iter(), &Columns::default()).unwrap();
    let mut rows = TableRows::new(rows, header, parts, "endless");
    assert!(rows.nth(999).is_some_and(|row| row.is_ok()), "an endless table gives its first rows");
}
