//! Bytes → text in UTF-8 with LF line ends. A text that cannot be read for certain is refused with the byte, never
//! guessed into mojibake.
//!
//! Order: an encoding given by name; a byte order mark; NUL and control bytes, which only UTF-16 or a binary file
//! have; strict UTF-8; a legacy Arabic encoding by how Arabic it reads; what chardetng finds.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_8859_6, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1256};

use super::FormatError;
use crate::model::Article;

/// A decoded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// UTF-8, LF line ends, no byte order mark; nothing else changed.
    pub text: String,
    /// Name of the encoding it was in.
    pub encoding: &'static str,
    /// The encoding was found from the letters, not from a mark or a name.
    pub guessed: bool,
}

/// Decodes a file of text. `encoding` is a name as people write it (`windows-1256`, `utf-16le`).
pub fn decode(bytes: &[u8], encoding: Option<&str>) -> Result<Decoded, FormatError> {
    if bytes.is_empty() {
        return Err(empty());
    }
    check_size(bytes.len())?;
    let (text, encoding, guessed) = match encoding {
        Some(name) => by_name(bytes, name)?,
        None => detect(bytes)?,
    };
    let text = unify_line_ends(text);
    check_size(text.len())?;
    check_controls(&text, encoding)?;
    if text.trim().is_empty() {
        return Err(empty());
    }
    Ok(Decoded { text, encoding: encoding.name(), guessed })
}

type Found = (String, &'static Encoding, bool);

/// CRLF and lone CR become LF.
pub fn unify_line_ends(text: String) -> String {
    if !text.contains('\r') {
        return text;
    }
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn empty() -> FormatError {
    FormatError::new("holds no text; nothing was imported: check whether the article was saved in it")
}

fn check_size(bytes: usize) -> Result<(), FormatError> {
    if bytes <= Article::MAX_BYTES {
        return Ok(());
    }
    Err(FormatError::new(format!(
        "is longer than {} MB; nothing was imported: split it into articles",
        Article::MAX_BYTES >> 20
    )))
}

fn by_name(bytes: &[u8], name: &str) -> Result<Found, FormatError> {
    let Some(encoding) = Encoding::for_label(name.trim().as_bytes()) else {
        return Err(FormatError::new(format!(
            "the encoding {name:?} is not known; nothing was imported: use a name such as utf-8, utf-16le, \
             windows-1256 or iso-8859-6"
        )));
    };
    // `utf-16` alone leaves the order of the bytes to the mark.
    if matches!(name.trim().to_ascii_lowercase().as_str(), "utf-16" | "utf16")
        && Encoding::for_bom(bytes).is_some()
    {
        return detect(bytes);
    }
    // A byte order mark of that encoding is no part of the text; one of another says that the name is wrong.
    let bytes = match Encoding::for_bom(bytes) {
        Some((marked, skip)) if marked == encoding => bytes.get(skip..).unwrap_or_default(),
        Some((marked, _)) => {
            return Err(FormatError::new(format!(
                "begins with the mark of {} and cannot be {}; nothing was imported: leave the encoding out",
                marked.name(),
                encoding.name()
            ))
            .at_byte(0));
        }
        None => bytes,
    };
    Ok((strict(bytes, encoding, 0)?, encoding, false))
}

fn detect(bytes: &[u8]) -> Result<Found, FormatError> {
    if bytes.starts_with(&[0xff, 0xfe, 0, 0]) || bytes.starts_with(&[0, 0, 0xfe, 0xff]) {
        return Err(FormatError::new(
            "is in UTF-32, which is not read; nothing was imported: save it as UTF-8",
        )
        .at_byte(0));
    }
    if let Some((encoding, skip)) = Encoding::for_bom(bytes) {
        let text = strict(bytes.get(skip..).unwrap_or_default(), encoding, skip)?;
        return Ok((text, encoding, false));
    }
    if let Some(at) = bytes.iter().position(|byte| is_odd_control(*byte)) {
        return utf16_without_mark(bytes, at);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((text.to_owned(), UTF_8, false)),
        Err(error) if is_mostly_utf8(bytes) => Err(not_utf8(bytes, error.valid_up_to())),
        Err(error) => legacy(bytes, error.valid_up_to()),
    }
}

/// Control bytes that no text in UTF-8 or a legacy encoding holds.
pub(super) fn is_odd_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// The text, or the byte at which it is none.
fn strict(bytes: &[u8], encoding: &'static Encoding, skipped: usize) -> Result<String, FormatError> {
    if encoding == UTF_16LE || encoding == UTF_16BE {
        return utf16(bytes, encoding, skipped);
    }
    if encoding == UTF_8 {
        return match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => Err(not_utf8(bytes, error.valid_up_to()).at_byte(skipped + error.valid_up_to())),
        };
    }
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok(text.into_owned()),
        None => {
            let at = first_undecodable(bytes, encoding);
            let byte = bytes.get(at).copied().unwrap_or_default();
            Err(FormatError::new(format!(
                "0x{byte:02X} stands for no character in {}; nothing was imported: give another encoding",
                encoding.name()
            ))
            .at_byte(at))
        }
    }
}

/// The first byte an encoding has no character for. Only single-byte encodings name it exactly.
fn first_undecodable(bytes: &[u8], encoding: &'static Encoding) -> usize {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut sink = String::with_capacity(bytes.len() * 3 + 16);
    let (_, read) = decoder.decode_to_string_without_replacement(bytes, &mut sink, true);
    read.saturating_sub(1)
}

fn not_utf8(bytes: &[u8], at: usize) -> FormatError {
    let byte = bytes.get(at).copied().unwrap_or_default();
    FormatError::new(format!(
        "0x{byte:02X} is not UTF-8, though the text around it is; nothing was imported: mend the file, or give its \
         encoding if it is another"
    ))
    .at_byte(at)
}

/// Whether nearly all that is not ASCII is well-formed UTF-8: then the rest is damage, not another encoding.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good >= 4 * bad
}

fn utf16(bytes: &[u8], encoding: &'static Encoding, skipped: usize) -> Result<String, FormatError> {
    let unit = |pair: &[u8; 2]| {
        if encoding == UTF_16LE { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) }
    };
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    let mut at = skipped;
    for char in char::decode_utf16(pairs.iter().map(unit)) {
        let Ok(char) = char else {
            return Err(FormatError::new(format!(
                "half of a character of {}; nothing was imported: the file is damaged or in another encoding",
                encoding.name()
            ))
            .at_byte(at));
        };
        text.push(char);
        at += 2 * char.len_utf16();
    }
    if rest.is_empty() {
        return Ok(text);
    }
    Err(FormatError::new(format!(
        "the text in {} breaks off in the middle of a character; nothing was imported: the file is truncated, get it \
         again",
        encoding.name()
    ))
    .at_byte(at))
}

/// UTF-16 has NUL and control bytes in every space, line end or Arabic letter. Anything else that has is no text.
fn utf16_without_mark(bytes: &[u8], first: usize) -> Result<Found, FormatError> {
    let even = bytes.get(..bytes.len() & !1).unwrap_or_default();
    for encoding in [UTF_16LE, UTF_16BE] {
        if utf16(even, encoding, 0).is_ok_and(|text| reads_like_text(&text)) {
            return Ok((utf16(bytes, encoding, 0)?, encoding, true));
        }
    }
    let kind = match bytes {
        [b'P', b'K', 3, 4, ..] => "a ZIP, DOCX or ODT file",
        [b'%', b'P', b'D', b'F', ..] => "a PDF",
        [0xd0, 0xcf, 0x11, 0xe0, ..] => "an old Word file",
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, ..] | [b'G', b'I', b'F', ..] => "a picture",
        _ => "a binary file",
    };
    let byte = bytes.get(first).copied().unwrap_or_default();
    Err(FormatError::new(format!(
        "0x{byte:02X} stands in no text: it is {kind}; nothing was imported: save the article as plain text"
    ))
    .at_byte(first))
}

/// Whether nearly every character is one that news articles are made of.
fn reads_like_text(text: &str) -> bool {
    let (mut all, mut usual) = (0usize, 0usize);
    for char in text.chars() {
        all += 1;
        usual += usize::from(matches!(char,
            '\t' | '\n' | '\r' | ' '..='~' | '\u{a0}'..='\u{24f}' | '\u{370}'..='\u{52f}' | '\u{590}'..='\u{77f}'
            | '\u{2000}'..='\u{206f}' | '\u{20a0}'..='\u{20bf}' | '\u{fb50}'..='\u{fefc}' | '\u{1f000}'..='\u{1faff}'));
    }
    all > 0 && usual * 20 >= all * 19
}

fn check_controls(text: &str, encoding: &'static Encoding) -> Result<(), FormatError> {
    let odd = |(_, c): &(usize, char)| u8::try_from(u32::from(*c)).is_ok_and(is_odd_control);
    match text.char_indices().find(odd) {
        None => Ok(()),
        Some((at, char)) => Err(FormatError::new(format!(
            "U+{:04X} stands in no text, read as {}; nothing was imported: it is a binary file or in another encoding",
            u32::from(char),
            encoding.name()
        ))
        .at_byte(at)),
    }
}

fn legacy(bytes: &[u8], first: usize) -> Result<Found, FormatError> {
    let decoded = |encoding: &'static Encoding| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
        (!text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')))
            .then(|| text.into_owned())
    };
    // Both are told by how often what Arabic is full of comes up; a detector made for web pages errs on short ones.
    let arabic = [WINDOWS_1256, ISO_8859_6]
        .into_iter()
        .filter_map(|encoding| decoded(encoding).map(|text| (how_arabic(&text), text, encoding)))
        .max_by_key(|(score, ..)| *score);
    if let Some((score, text, encoding)) = arabic
        && score > 0
    {
        return Ok((text, encoding, true));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    match decoded(encoding).filter(|text| reads_like_text(text)) {
        Some(text) => Ok((text, encoding, true)),
        None => {
            let byte = bytes.get(first).copied().unwrap_or_default();
            Err(FormatError::new(format!(
                "0x{byte:02X} is neither UTF-8 nor of an encoding that can be told; nothing was imported: give the \
                 encoding, such as windows-1256"
            ))
            .at_byte(first))
        }
    }
}

/// In thousandths of its letters: how much of a text is what every Arabic text is full of (ال, the commonest letters),
/// less what none has (letters of other scripts amid Arabic ones, ة or ى inside a word). Zero or less: not Arabic.
fn how_arabic(text: &str) -> i64 {
    let letter = |c: char| matches!(c, '\u{621}'..='\u{64a}');
    let (mut letters, mut score) = (0i64, 0i64);
    let mut before = [' '; 2];
    for char in text.chars() {
        let [earlier, last] = before;
        before = [last, char];
        if letter(char) {
            letters += 1;
            score += match char {
                'ا' | 'ل' | 'ي' | 'م' | 'و' | 'ن' | 'ر' | 'ت' | 'ب' => 1,
                'ظ' | 'غ' | 'ث' | 'ء' | 'ؤ' | 'ـ' => -1,
                _ => 0,
            };
            score += if char == 'ل' && last == 'ا' && !letter(earlier) { 6 } else { 0 };
            score -= if matches!(last, 'ة' | 'ى') { 6 } else { 0 };
        } else if char.is_alphabetic() && !char.is_ascii() {
            score -= 4;
        }
    }
    if letters == 0 { 0 } else { score * 1000 / letters }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARTICLE: &str = "أعلن العراق الأحد اكتمال عملية انسحاب التحالف الدولي من أراضيه (2026)،\n\
        وقالت اللجنة: نعلن اليوم إكمال عملية إخلاء القواعد.\n";

    fn utf16_bytes(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect()
    }

    fn with_mark(mark: &[u8], bytes: Vec<u8>) -> Vec<u8> {
        [mark, &bytes].concat()
    }

    #[test]
    fn the_same_article_in_every_encoding_is_the_same_text() {
        let utf8 = ARTICLE.as_bytes().to_vec();
        let (le, be) = (utf16_bytes(ARTICLE, false), utf16_bytes(ARTICLE, true));
        let crlf = ARTICLE.replace('\n', "\r\n");
        for (name, bytes, expected) in [
            ("UTF-8", utf8.clone(), "UTF-8"),
            ("UTF-8 with mark", with_mark(b"\xef\xbb\xbf", utf8), "UTF-8"),
            ("UTF-16LE with mark", with_mark(b"\xff\xfe", le.clone()), "UTF-16LE"),
            ("UTF-16BE with mark", with_mark(b"\xfe\xff", be.clone()), "UTF-16BE"),
            ("UTF-16LE", le, "UTF-16LE"),
            ("UTF-16BE", be, "UTF-16BE"),
            ("CRLF", crlf.clone().into_bytes(), "UTF-8"),
            ("CR", ARTICLE.replace('\n', "\r").into_bytes(), "UTF-8"),
            ("UTF-16 with CRLF", utf16_bytes(&crlf, false), "UTF-16LE"),
            ("Windows-1256", WINDOWS_1256.encode(ARTICLE).0.into_owned(), "windows-1256"),
            ("Windows-1256, CRLF", WINDOWS_1256.encode(&crlf).0.into_owned(), "windows-1256"),
            ("ISO-8859-6", ISO_8859_6.encode(ARTICLE).0.into_owned(), "ISO-8859-6"),
        ] {
            let decoded = decode(&bytes, None).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!((decoded.text.as_str(), decoded.encoding), (ARTICLE, expected), "{name}");
        }
    }

    #[test]
    fn short_legacy_texts_are_told_apart() {
        for text in ["العراق", "قال الرئيس العراقي", "في بغداد اليوم", "وزير الخارجية يصل إلى القاهرة"]
        {
            for encoding in [WINDOWS_1256, ISO_8859_6] {
                let decoded = decode(&encoding.encode(text).0, None).unwrap();
                assert_eq!((decoded.text.as_str(), decoded.guessed), (text, true), "{}", encoding.name());
            }
        }
        let french = "Le président a déclaré à la presse que l’été était très chaud";
        let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(french);
        assert_eq!(decode(&bytes, None).unwrap().text, french);
    }

    #[test]
    fn an_encoding_can_be_given_by_name() {
        let (bytes, ..) = WINDOWS_1256.encode("قال");
        assert_eq!(decode(&bytes, Some("Windows-1256")).unwrap().text, "قال");
        assert_eq!(decode(&bytes, Some("cp1256")).unwrap().encoding, "windows-1256");
        let error = decode(&bytes, Some("klingon")).unwrap_err();
        assert!(error.problem.contains("klingon"), "{error}");
        assert_eq!(decode(&bytes, Some("utf-8")).unwrap_err().byte, Some(0));
        assert_eq!(decode(b"\xff\xfe\x27\x06", Some("windows-1256")).unwrap_err().byte, Some(0));
        assert_eq!(decode(b"\xef\xbb\xbfabc", Some("utf-8")).unwrap().text, "abc");
    }

    #[test]
    fn what_is_no_text_is_refused_with_the_byte() {
        let truncated = with_mark(b"\xff\xfe", utf16_bytes(ARTICLE, false).split_off(1));
        let odd = utf16_bytes("نعم و", true)[..7].to_vec();
        let mut damaged = ARTICLE.as_bytes().to_vec();
        damaged[9] = 0xff;
        for (name, bytes, byte, words) in [
            ("empty", vec![], None, "holds no text"),
            ("mark alone", b"\xef\xbb\xbf".to_vec(), None, "holds no text"),
            ("white space", b" \n\n".to_vec(), None, "holds no text"),
            ("truncated UTF-16", truncated.clone(), Some(truncated.len() - 1), "truncated"),
            ("truncated UTF-16 without mark", odd, Some(6), "truncated"),
            ("lone surrogate", b"\xff\xfe\x41\x00\x00\xd8\x41\x00".to_vec(), Some(4), "half of a character"),
            ("binary", b"abc\x00\x01\x02\xff\xfe".to_vec(), Some(3), "a binary file"),
            ("docx", b"PK\x03\x04\x14\x00\x06\x00".to_vec(), Some(2), "DOCX"),
            ("damaged UTF-8", damaged, Some(9), "0xFF is not UTF-8"),
            ("cut UTF-8", "العراق".as_bytes()[..11].to_vec(), Some(10), "is not UTF-8"),
            ("UTF-32", b"\xff\xfe\x00\x00\x27\x06\x00\x00".to_vec(), Some(0), "UTF-32"),
            ("escape codes", b"a\x1b[0m".to_vec(), Some(1), "a binary file"),
        ] {
            let error = decode(&bytes, None).expect_err(name);
            assert_eq!(error.byte, byte, "{name}: {error}");
            assert!(error.problem.contains(words), "{name}: {error}");
            assert!(error.problem.contains("nothing was imported"), "{name}: {error}");
        }
    }

    #[test]
    fn nothing_of_a_text_is_normalised() {
        let text = "e\u{301}ـ مُـ ﻻ\u{200f}\u{2028}\u{85}";
        assert_eq!(decode(text.as_bytes(), None).unwrap().text, text);
    }
}
