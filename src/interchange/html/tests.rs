//! A news page as papers serve them, and pages that are none.

use super::*;
use crate::interchange::Record;

const NEWS: &str = include_str!("../../../tests/data/articles/news.html");
const HEADLINE: &str = "بغداد وواشنطن تتفقان على جدول زمني جديد";

fn record(html: &[u8], known: Known<'_>) -> Result<Record, FormatError> {
    match read(html, known)?.0 {
        Item::Record(record) => Ok(*record),
        Item::Header(_) => panic!("a page has no header"),
    }
}

fn named(html: &str) -> Record {
    record(html.as_bytes(), Known { name: "page", ..Known::default() })
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_article_of_a_page_comes_in_and_what_is_around_it_does_not() {
    let Record { info, text, .. } = named(NEWS);
    let paragraphs: Vec<&str> = text.split("\n\n").collect();
    assert_eq!(paragraphs.len(), 7, "{text}");
    assert_eq!(paragraphs[0], HEADLINE);
    assert!(
        paragraphs[1].starts_with("أعلنت الحكومة العراقية، مساء الأربعاء،")
            && paragraphs[1].contains("جدول زمني جديد لإعادة تنظيم عمل")
    );
    assert!(
        paragraphs[2].contains("إنَّ «الاتفاق")
            && paragraphs[2].contains("5\u{a0}000")
            && paragraphs[2].contains("ستُسلَّم")
    );
    assert!(
        paragraphs[3].starts_with("NATO سيواصل")
            && paragraphs[3].ends_with("الحكومة.\nهذا ما قاله مسؤول في الحلف 😀.")
    );
    assert_eq!(paragraphs[5].lines().count(), 2, "a list is lines of one paragraph");
    for outside in [
        "رياضة",
        "الرئيسية",
        "شارك",
        "خصم خمسين",
        "اقرأ أيضاً",
        "أسعار النفط",
        "الطقس",
        "التعليقات",
        "الحقوق",
        "window",
    ] {
        assert!(!text.contains(outside), "{outside} is no part of the article:\n{text}");
    }
    assert_eq!(info.title, HEADLINE);
    assert_eq!((info.date.as_str(), info.language.as_str()), ("2026-03-04", "ar"));
    assert_eq!((info.source.as_str(), info.author.as_str()), ("صحيفة النهرين", "سلمى الكاتب, Omar Reader"));
    assert_eq!(info.url, "https://www.example.org/politics/timetable");
    assert_eq!(info.direction, Some(Direction::RightToLeft));
    assert_eq!(info.id.as_str(), "2026-03-04-page");
    assert_eq!(info.length as usize, text.chars().count());
}

#[test]
fn a_page_is_read_in_the_encoding_it_is_in() {
    let plain = NEWS.replace('😀', "").replace("إنَّ", "إن").replace("ستُسلَّم", "ستسلم");
    let expected = named(&plain).text;
    let arabic = plain
        .replace("charset=\"utf-8\"", "http-equiv=Content-Type content='text/html; charset=windows-1256'");
    let (bytes, ..) = encoding_rs::WINDOWS_1256.encode(&arabic);
    assert_eq!(record(&bytes, Known::default()).unwrap().text, expected, "what the page says");
    assert_eq!(named(&arabic).text, expected, "recoded to UTF-8 with the old name left in it");
    let silent = plain.replace("<meta charset=\"utf-8\">", "");
    let (bytes, ..) = encoding_rs::WINDOWS_1256.encode(&silent);
    assert_eq!(record(&bytes, Known::default()).unwrap().text, expected, "what its letters say");
    let sent = Known { sent_as: Some("cp1256"), ..Known::default() };
    assert_eq!(record(&bytes, sent).unwrap().text, expected, "what its envelope says");
    let utf16: Vec<u8> = format!("\u{feff}{NEWS}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(record(&utf16, Known::default()).unwrap().text, named(NEWS).text);
    let given = Known { encoding: Some("iso-8859-6"), ..Known::default() };
    assert!(record(&bytes, given).is_err() || record(&bytes, given).unwrap().text != expected);
}

#[test]
fn what_a_page_says_of_itself_is_found_where_it_says_it() {
    let body = "<p>".to_owned() + &"قال الوزير في بغداد إن المفاوضات مستمرة حتى الآن. ".repeat(12) + "</p>";
    let page = |head: &str, before: &str| {
        named(&format!(
            "<html><head>{head}</head><body>{before}<article>{body}{body}</article></body></html>"
        ))
        .info
    };
    for (head, before, date) in [
        ("<meta property=article:published_time content=2026-01-18T08:00Z>", "", "2026-01-18"),
        ("<meta name=pubdate content=20260118>", "", "2026-01-18"),
        ("", "<time datetime='2026-01-18'>x</time>", "2026-01-18"),
        ("", "<time>١٨ يناير ٢٠٢٦</time>", "2026-01-18"),
        (
            "<script type='application/ld+json'>{\"@type\":\"Article\",\"datePublished\":\"2026-01-18\"}</script>",
            "",
            "2026-01-18",
        ),
        ("<script type='application/ld+json'>{broken</script>", "", ""),
        ("<meta name=date content='03/04/2026'>", "", ""),
    ] {
        assert_eq!(page(head, before).date, date, "{head}{before}");
    }
    let info = page(
        "<title>خبر</title><meta property=og:url content='javascript:alert(1)'><meta name=author content='https://example.org/me'>",
        "",
    );
    assert_eq!((info.title.as_str(), info.url.as_str(), info.author.as_str()), ("خبر", "", ""));
    let saved = named(&format!(
        "<!-- saved from url=(0031)https://www.example.org/news/1 --><html lang=en>{body}{body}"
    ));
    assert_eq!(
        (saved.info.url.as_str(), saved.info.source.as_str()),
        ("https://www.example.org/news/1", "example.org")
    );
    assert_eq!(saved.info.language, "ar", "the letters know better than the template");
}

#[test]
fn pages_without_an_article_and_bombs_are_refused() {
    let refused = |html: &[u8], words: &str| {
        let error = record(html, Known::default()).expect_err(words).to_string();
        assert!(error.contains(words) && error.contains("nothing was imported"), "{error}");
    };
    refused(b"", "holds no text");
    refused(b"<html><body></body></html>", "no article was found");
    refused(b"<html><body><script>x</script></body></html>", "no article was found");
    refused("<div>".repeat(100_000).as_bytes(), "nested deeper than 600");
    refused("<b>x</b>".repeat(300_000).as_bytes(), "tags");
    refused(&vec![b'a'; LARGEST_PAGE + 1], "larger than 20 MB");
    refused(b"PK\x03\x04\x14\x00", "DOCX");
    // Not a page of elements at all, and still text.
    assert!(named("قال علي إن الحرب انتهت.").text.contains("الحرب"));
}

#[test]
fn a_page_cut_or_turned_anywhere_is_read_or_refused() {
    for at in (0..NEWS.len()).step_by(97) {
        let (head, tail) = NEWS.as_bytes().split_at(at);
        let turned = [tail, head].concat();
        for bytes in [head, &turned] {
            if let Err(error) = record(bytes, Known::default()) {
                assert!(error.problem.contains("nothing was imported"), "{at}: {error}");
            }
        }
    }
}
