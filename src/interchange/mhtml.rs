//! Web pages saved as one file (MHTML), as browsers write them: the page and its pictures in the parts of a mail. Only the
//! page is read, as [`super::html`] reads pages.

use std::borrow::Cow;
use std::rc::Rc;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessageParser, MessagePart, MimeHeaders as _, PartType};

use super::html::{self, Known};
use super::sink::{self, Source};
use super::{Format, FormatError, ReadOptions, Reading};

pub(super) const FORMAT: Format = Format {
    name: "mhtml",
    aliases: &["mht"],
    extensions: &["mhtml", "mht"],
    read: Some(read_source),
    help: "web pages saved with their pictures as one file; read as html",
    ..Format::EMPTY
};

/// Largest file, in bytes: pages come with their pictures.
const LARGEST_FILE: usize = 256 << 20;

fn read_source(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let bytes = sink::read_whole(&**source)?;
    if bytes.len() > LARGEST_FILE {
        return Err(FormatError::new(format!(
            "is larger than {} MB, which is the limit; nothing was imported: save the page without its pictures",
            LARGEST_FILE >> 20
        )));
    }
    let no_page = || {
        FormatError::new(
            "has no web page in it; nothing was imported: is it a page saved as MHTML? Save it anew",
        )
    };
    let mail = MessageParser::default().parse(&bytes).ok_or_else(no_page)?;
    let part = page(&mail).ok_or_else(no_page)?;
    let sent_as = part.content_type().and_then(|kind| kind.attribute("charset")).map(str::to_owned);
    let address = mail.header_raw("Snapshot-Content-Location").map(|address| address.trim().to_owned());
    let known = Known {
        name: sink::stem(source.name()),
        encoding: options.encoding.as_deref(),
        sent_as: sent_as.as_deref(),
        url: address.as_deref().or_else(|| part.content_location()),
    };
    let (item, decoded) = html::read(&content(part, &bytes).ok_or_else(no_page)?, known)?;
    let encoding = Some((decoded.encoding, decoded.guessed));
    Ok(Reading { encoding, ..Reading::new(std::iter::once(Ok(item))) })
}

/// The page is the first part of HTML; frames and advertisements come after it.
fn page<'m, 'b>(mail: &'m Message<'b>) -> Option<&'m MessagePart<'b>> {
    mail.parts.iter().find(|part| matches!(part.body, PartType::Html(_)))
}

/// The bytes of a part, out of its transfer encoding alone: what letters they are, the page says.
fn content<'b>(part: &MessagePart<'_>, bytes: &'b [u8]) -> Option<Cow<'b, [u8]>> {
    let place = |at: u32| usize::try_from(at).ok();
    let raw = bytes.get(place(part.offset_body)?..place(part.offset_end)?)?;
    match part.encoding {
        Encoding::None => Some(Cow::Borrowed(raw)),
        Encoding::QuotedPrintable => quoted_printable_decode(raw).map(Cow::Owned),
        Encoding::Base64 => base64_decode(raw).map(Cow::Owned),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sink::Memory;
    use super::super::{Item, Record};
    use super::*;

    const NEWS: &str = include_str!("../../tests/data/articles/news.html");

    fn quoted(bytes: &[u8]) -> String {
        let mut out = String::new();
        for line in bytes.split(|byte| *byte == b'\n') {
            let mut width = 0;
            for byte in line {
                if width > 70 {
                    out += "=\r\n";
                    width = 0;
                }
                let plain = (byte.is_ascii_graphic() || *byte == b' ') && *byte != b'=';
                let written = if plain { char::from(*byte).to_string() } else { format!("={byte:02X}") };
                width += written.len();
                out += &written;
            }
            out += "\r\n";
        }
        out
    }

    fn base64(bytes: &[u8]) -> String {
        const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut out = String::new();
        for (nth, three) in bytes.chunks(3).enumerate() {
            let bits =
                three.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
            for digit in 0..4 {
                let shown = digit <= three.len();
                out.push(if shown { DIGITS[(bits >> (18 - 6 * digit) & 63) as usize].into() } else { '=' });
            }
            out += if nth % 19 == 18 { "\r\n" } else { "" };
        }
        out
    }

    /// A file as Chrome saves it.
    fn saved(kind: &str, encoding: &str, body: &str) -> String {
        format!(
            "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://www.example.org/saved\r\n\
             Subject: =?utf-8?Q?=D8=AE=D8=A8=D8=B1?=\r\nDate: Sun, 8 Mar 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/related;\r\n\ttype=\"text/html\";\r\n\tboundary=\"----MultipartBoundary--x----\"\r\n\r\n\r\n\
             ------MultipartBoundary--x----\r\nContent-Type: {kind}\r\nContent-ID: <frame-1@mhtml.blink>\r\n\
             Content-Transfer-Encoding: {encoding}\r\nContent-Location: https://www.example.org/part\r\n\r\n{body}\r\n\
             ------MultipartBoundary--x----\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: 7bit\r\n\r\n\
             <p>an advertisement in a frame</p>\r\n------MultipartBoundary--x----\r\nContent-Type: image/gif\r\n\
             Content-Transfer-Encoding: base64\r\nContent-Location: https://www.example.org/x.gif\r\n\r\nR0lGODlhAQAB\r\n\
             ------MultipartBoundary--x------\r\n"
        )
    }

    fn read(file: &str) -> Result<Record, FormatError> {
        let source = Memory::of([("page.mhtml", file.as_bytes())]).source("page.mhtml");
        match read_source(&source, &ReadOptions::default())?.items.next().unwrap()? {
            Item::Record(record) => Ok(*record),
            Item::Header(_) => panic!("a page has no header"),
        }
    }

    fn plain() -> Record {
        let (item, _) = html::read(NEWS.as_bytes(), Known { name: "page", ..Known::default() }).unwrap();
        match item {
            Item::Record(record) => *record,
            Item::Header(_) => panic!("a page has no header"),
        }
    }

    #[test]
    fn a_saved_page_is_the_page_it_was() {
        let expected = plain();
        for file in [
            saved("text/html", "quoted-printable", &quoted(NEWS.as_bytes())),
            saved("text/html; charset=utf-8", "base64", &base64(NEWS.as_bytes())),
            saved("text/html", "8bit", NEWS),
        ] {
            let found = read(&file).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!((&found.text, &found.info), (&expected.text, &expected.info));
        }
        let silent =
            NEWS.replace("<link rel=\"canonical\" href=\"https://www.example.org/politics/timetable\">", "");
        let found = read(&saved("text/html", "quoted-printable", &quoted(silent.as_bytes()))).unwrap();
        assert_eq!(found.info.url, "https://www.example.org/saved");
    }

    #[test]
    fn a_legacy_charset_of_the_part_is_believed() {
        let page = NEWS.replace('😀', "").replace("<meta charset=\"utf-8\">", "");
        let (bytes, ..) = encoding_rs::WINDOWS_1256.encode(&page);
        let found =
            read(&saved("text/html; charset=windows-1256", "quoted-printable", &quoted(&bytes))).unwrap();
        assert!(found.text.contains("بغداد") && found.info.title == plain().info.title);
    }

    #[test]
    fn files_without_a_page_are_refused() {
        for file in [
            "",
            "no mail",
            "Content-Type: text/plain\r\n\r\nplain",
            "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n",
        ] {
            let error = read(file).map(|_| ()).expect_err(file).to_string();
            assert!(error.contains("no web page") && error.contains("nothing was imported"), "{error}");
        }
    }
}
