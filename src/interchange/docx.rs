//! Word documents (`.docx`, Office Open XML): the paragraphs of the body, with an empty line between. Rows of tables are
//! lines, cells are apart by a tab; line breaks within a paragraph stay.
//!
//! What a reader of the printed page does not see is left out: deleted and hidden words, comments. So is what stands
//! outside the run of the text: headers, footers, footnotes, text boxes. What was left out is said.
//!
//! Title, author and day come from the document's properties; a paragraph in the style *Title* is a better title.

use std::io::Cursor;
use std::rc::Rc;

use super::day::day;
use super::guard::Archive;
use super::sink::{self, Source};
use super::xml::{self, Element, Step, XmlReader};
use super::{Format, FormatError, Item, ReadOptions, Reading, Record, text};
use crate::language::guess;
use crate::model::{ArticleInfo, Direction};

pub(super) const FORMAT: Format = Format {
    name: "docx",
    aliases: &["word"],
    extensions: &["docx", "docm"],
    read: Some(read_source),
    help: "Word documents: the paragraphs and tables of the body, its title, author and day",
    ..Format::EMPTY
};

fn read_source(source: &Rc<dyn Source>, _: &ReadOptions) -> Result<Reading, FormatError> {
    let (item, notes) = read(sink::stem(source.name()), &sink::read_whole(&**source)?)?;
    Ok(Reading { notes, ..Reading::new(std::iter::once(Ok(item))) })
}

/// Reads a document. The name is the file's, without its extension. With the article come notes on what was left out.
///
/// # Errors
/// Where the file is no document, is damaged or over a limit, or has no text.
pub fn read(name: &str, bytes: &[u8]) -> Result<(Item, Vec<String>), FormatError> {
    let mut archive =
        Archive::open(Cursor::new(bytes), |part| part.ends_with(".xml") || part.ends_with(".rels"))?;
    let main = main_part(&mut archive)?;
    let Some(part) = archive.part(&main)? else {
        return Err(FormatError::new(
            "is no Word document: it has no word/document.xml; nothing was imported: save it as .docx anew",
        ));
    };
    let body = body(&part).map_err(|error| error.in_field(main))?;
    let properties = match archive.part("docProps/core.xml")? {
        Some(part) => properties(&part).map_err(|error| error.in_field("docProps/core.xml"))?,
        None => Properties::default(),
    };
    if body.text.trim().is_empty() {
        return Err(FormatError::new(
            "holds no text; nothing was imported: check whether the article was saved in it",
        ));
    }
    let has = |kind: &str| {
        archive.names().iter().any(|part| part.starts_with(&format!("word/{kind}")) && part.ends_with(".xml"))
    };
    let mut notes = body.notes();
    if has("header") || has("footer") {
        notes.push("headers and footers were left out".to_owned());
    }
    let described = text::describe(name, &body.text);
    let letters = guess(&body.text);
    let mut info = ArticleInfo {
        author: properties.author,
        language: if letters.is_empty() { properties.language } else { letters.to_owned() },
        direction: body.direction(letters),
        ..described
    };
    if let Some(title) = body.title.clone().or(Some(properties.title)).filter(|title| !title.is_empty()) {
        info.title = title;
    }
    if info.date.is_empty() && !properties.date.is_empty() {
        notes.push(format!("its date, {}, is the day on which the document was made", properties.date));
        info.date = properties.date;
    }
    Ok((Item::Record(Box::new(Record::bare(info, body.text))), notes))
}

/// The part that is the document, as the archive's relations name it.
fn main_part(archive: &mut Archive<Cursor<&[u8]>>) -> Result<String, FormatError> {
    const USUAL: &str = "word/document.xml";
    let Some(part) = archive.part("_rels/.rels")? else { return Ok(USUAL.to_owned()) };
    let relations = xml::decode(&part)?;
    for step in XmlReader::new(&relations) {
        if let Step::Start(element) = step?
            && element.attribute("Type").is_some_and(|kind| kind.ends_with("/officeDocument"))
            && let Some(target) = element.attribute("Target")
        {
            return Ok(target.trim_start_matches('/').to_owned());
        }
    }
    Ok(USUAL.to_owned())
}

#[derive(Default)]
struct Properties {
    title: String,
    author: String,
    date: String,
    language: String,
}

fn properties(part: &[u8]) -> Result<Properties, FormatError> {
    let (text, mut found, mut inside) = (xml::decode(part)?, Properties::default(), String::new());
    for step in XmlReader::new(&text) {
        match step? {
            Step::Start(element) => inside = element.local_name().to_owned(),
            Step::End => inside.clear(),
            Step::Text(piece) => match inside.as_str() {
                "title" => found.title.push_str(&piece),
                "creator" => found.author.push_str(&piece),
                "created" => found.date.push_str(&piece),
                "language" => found.language.push_str(&piece),
                _ => {}
            },
        }
    }
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(Properties {
        title: line(&found.title),
        author: line(&found.author),
        date: day(&found.date).unwrap_or_default(),
        language: line(&found.language),
    })
}

/// The text of a document while it is read.
#[derive(Default)]
struct Body {
    text: String,
    title: Option<String>,
    paragraph: String,
    /// Of paragraphs with text: those written from right to left, and the others.
    rtl: usize,
    ltr: usize,
    is_bidi: bool,
    is_title: bool,
    is_hidden: bool,
    /// Depth of tables.
    tables: usize,
    /// Whether the next paragraph goes on in a cell that has one already.
    in_cell: bool,
    /// Left out, each once.
    left_out: Vec<&'static str>,
    /// Words of the text element that is open; whether its spaces at the edges count.
    words: Option<(String, bool)>,
}

/// Elements whose content is no text of the page, and what they are where people should know.
const SILENT: &[(&str, Option<&str>)] = &[
    ("del", Some("deleted words")),
    ("moveFrom", Some("deleted words")),
    ("txbxContent", Some("text boxes")),
    ("Fallback", None),
    ("instrText", None),
    ("tabs", None),
    ("sdtPr", None),
];

fn body(part: &[u8]) -> Result<Body, FormatError> {
    let text = xml::decode(part)?;
    let (mut body, mut open) = (Body::default(), Vec::new());
    // How many elements deep within one that is left out.
    let mut silent = 0usize;
    for step in XmlReader::new(&text) {
        match step? {
            Step::Start(element) => {
                let name = element.local_name();
                if let Some((_, what)) = SILENT.iter().find(|(silent, _)| *silent == name) {
                    what.iter().for_each(|what| body.leave_out(what));
                    silent += 1;
                } else if silent > 0 {
                    silent += 1;
                } else {
                    body.start(&element);
                }
                open.push(name.to_owned());
            }
            Step::End => {
                let name = open.pop().unwrap_or_default();
                if silent > 0 {
                    silent -= 1;
                } else {
                    body.end(&name);
                }
            }
            Step::Text(piece) => {
                if let Some((words, _)) = body.words.as_mut().filter(|_| silent == 0) {
                    words.push_str(&piece);
                }
            }
        }
    }
    body.text.truncate(body.text.trim_end().len());
    body.text.push('\n');
    Ok(body)
}

impl Body {
    fn start(&mut self, element: &Element<'_>) {
        let on = !matches!(element.attribute("val"), Some("0" | "false" | "off" | "none"));
        match element.local_name() {
            "p" => (self.is_bidi, self.is_title) = (false, false),
            "r" => self.is_hidden = false,
            "t" => {
                let keeps = element.attribute("space") == Some("preserve");
                self.words = Some((String::new(), keeps));
            }
            "tab" | "ptab" => self.say("\t"),
            "br" | "cr" => self.say("\n"),
            "noBreakHyphen" => self.say("\u{2011}"),
            "softHyphen" => self.say("\u{ad}"),
            "sym" => self.leave_out("symbols of special fonts"),
            "bidi" => self.is_bidi = on,
            "vanish" => self.is_hidden = on,
            "pStyle" => self.is_title = element.attribute("val") == Some("Title"),
            "footnoteReference" | "endnoteReference" => self.leave_out("footnotes"),
            "commentReference" => self.leave_out("comments"),
            "tbl" => {
                self.tables += 1;
                self.in_cell = false;
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "t" => {
                let (words, keeps) = self.words.take().unwrap_or_default();
                let words = if keeps { words.as_str() } else { words.trim_matches([' ', '\t', '\n', '\r']) };
                self.say(words);
            }
            "p" => self.end_paragraph(),
            "tc" if self.tables > 0 => {
                self.text.push('\t');
                self.in_cell = false;
            }
            "tr" => self.end_row(),
            "tbl" => {
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0 && !self.text.is_empty() {
                    self.text.push('\n');
                }
            }
            _ => {}
        }
    }

    fn say(&mut self, words: &str) {
        if self.is_hidden && !words.trim().is_empty() {
            self.leave_out("hidden words");
        } else if !self.is_hidden {
            self.paragraph.push_str(words);
        }
    }

    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        let paragraph = paragraph.trim_end();
        if paragraph.trim().is_empty() {
            return;
        }
        if self.is_bidi {
            self.rtl += 1
        } else {
            self.ltr += 1
        }
        if self.is_title && self.title.is_none() {
            self.title = Some(paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        if self.tables > 0 {
            if self.in_cell {
                self.text.push(' ');
            }
            self.text.push_str(&paragraph.replace('\n', " "));
            self.in_cell = true;
        } else {
            self.text.push_str(paragraph);
            self.text.push_str("\n\n");
        }
    }

    fn end_row(&mut self) {
        self.text.truncate(self.text.trim_end_matches('\t').len());
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn leave_out(&mut self, what: &'static str) {
        if !self.left_out.contains(&what) {
            self.left_out.push(what);
        }
    }

    fn notes(&self) -> Vec<String> {
        self.left_out.iter().map(|what| format!("{what} were left out")).collect()
    }

    /// The direction that every paragraph has, where the letters agree; a document that says nothing is not asked.
    fn direction(&self, letters: &str) -> Option<Direction> {
        match letters {
            "ar" if self.rtl > 0 && self.ltr == 0 => Some(Direction::RightToLeft),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    const SPACE: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
                         xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\"";

    fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn document(body: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document {SPACE}><w:body>{body}</w:body></w:document>"
        )
    }

    fn record(bytes: &[u8]) -> Result<(Record, Vec<String>), FormatError> {
        match read("news", bytes)? {
            (Item::Record(record), notes) => Ok((*record, notes)),
            (Item::Header(_), _) => panic!("a document has no header"),
        }
    }

    #[track_caller]
    fn check(body: &str, text: &str, notes: &[&str]) {
        let (record, said) = record(&archive(&[("word/document.xml", &document(body))])).unwrap();
        assert_eq!(&*record.text, text);
        assert_eq!(said, notes);
    }

    fn run(text: &str) -> String {
        format!("<w:r><w:rPr><w:rtl/></w:rPr><w:t xml:space=\"preserve\">{text}</w:t></w:r>")
    }

    fn para(text: &str) -> String {
        format!(
            "<w:p><w:pPr><w:bidi/><w:tabs><w:tab w:val=\"left\" w:pos=\"9\"/></w:tabs></w:pPr>{}</w:p>",
            run(text)
        )
    }

    #[test]
    fn paragraphs_breaks_and_cells_come_in_as_lines() {
        check(&format!("{}<w:p/>{}", para("قالَ علي"), para("ثم 😀 مضى")), "قالَ علي\n\nثم 😀 مضى\n", &[]);
        let broken = "<w:p><w:r><w:t>a</w:t><w:br/><w:t> b </w:t><w:tab/><w:t xml:space='preserve'> c</w:t><w:noBreakHyphen/></w:r></w:p>";
        check(broken, "a\nb\t c\u{2011}\n", &[]);
        let cell = |text: &str| format!("<w:tc>{}</w:tc>", para(text));
        let row = |cells: &str| format!("<w:tr>{cells}</w:tr>");
        let twice = format!("<w:tc>{}{}</w:tc>", para("x"), para("y"));
        let table = format!("<w:tbl>{}{}</w:tbl>", row(&(cell("a") + &cell("b"))), row(&(twice + &cell(""))));
        check(&format!("{}{table}{}", para("before"), para("after")), "before\n\na\tb\nx y\n\nafter\n", &[]);
    }

    #[test]
    fn what_is_not_on_the_page_is_left_out_and_said() {
        let body = format!(
            "<w:p>{}<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:moveFrom>{}</w:moveFrom><w:ins>{}</w:ins>\
             <w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r><w:r><w:footnoteReference w:id='2'/></w:r>\
             <w:r><mc:AlternateContent><mc:Choice><w:txbxContent>{}</w:txbxContent></mc:Choice>\
             <mc:Fallback><w:t>again</w:t></mc:Fallback></mc:AlternateContent></w:r>\
             <w:r><w:instrText>PAGE</w:instrText></w:r>{}</w:p>",
            run("قال "),
            run("moved"),
            run("علي"),
            para("box"),
            run("."),
        );
        let notes = [
            "deleted words were left out",
            "hidden words were left out",
            "footnotes were left out",
            "text boxes were left out",
        ];
        check(&body, "قال علي.\n", &notes);
        let with_header =
            archive(&[("word/document.xml", &document(&para("نص"))), ("word/header1.xml", "<x/>")]);
        assert_eq!(record(&with_header).unwrap().1, ["headers and footers were left out"]);
    }

    #[test]
    fn properties_style_and_first_line_say_what_it_is() {
        let core = "<cp:coreProperties xmlns:cp='a' xmlns:dc='b' xmlns:dcterms='c'><dc:title>عنوان قديم</dc:title>\
                    <dc:creator>سلمى\n الكاتب</dc:creator><dcterms:created>2026-01-18T09:00:00Z</dcterms:created></cp:coreProperties>";
        let relations = "<Relationships><Relationship Type='http://x/officeDocument' Target='/word/document2.xml'/></Relationships>";
        let titled =
            "<w:p><w:pPr><w:pStyle w:val='Title'/></w:pPr><w:r><w:t>العنوان</w:t></w:r></w:p>".to_owned();
        let parts = |body: &str| {
            archive(&[
                ("_rels/.rels", relations),
                ("word/document2.xml", &document(body)),
                ("docProps/core.xml", core),
            ])
        };
        let (found, notes) = record(&parts(&(titled + &para("قال علي")))).unwrap();
        let info = &found.info;
        assert_eq!(
            (info.title.as_str(), info.author.as_str(), info.date.as_str()),
            ("العنوان", "سلمى الكاتب", "2026-01-18")
        );
        assert_eq!((info.id.as_str(), info.language.as_str(), info.direction), ("news", "ar", None));
        assert!(notes[0].contains("2026-01-18") && notes[0].contains("made"), "{notes:?}");
        let (found, notes) = record(&parts(&para("date 2026-03-01 قال علي"))).unwrap();
        assert_eq!(
            (found.info.date.as_str(), found.info.title.as_str(), notes.len()),
            ("2026-03-01", "عنوان قديم", 0)
        );
        assert_eq!(found.info.direction, Some(Direction::RightToLeft));
    }

    #[test]
    fn what_is_no_document_is_refused() {
        let refused = |bytes: &[u8], words: &str| {
            let error = record(bytes).map(|_| ()).expect_err(words).to_string();
            assert!(error.contains(words) && error.contains("nothing was imported"), "{error}");
        };
        refused(b"text", "no ZIP archive");
        refused(&archive(&[("xl/workbook.xml", "<x/>")]), "no Word document");
        refused(&archive(&[("word/document.xml", &document(""))]), "holds no text");
        refused(&archive(&[("word/document.xml", "<w:document><w:p>")]), "word/document.xml");
        refused(&archive(&[("word/document.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>")]), "DOCTYPE");
        let deep = "<w:p>".repeat(300) + &"</w:p>".repeat(300);
        refused(&archive(&[("word/document.xml", &document(&deep))]), "deeper than 256");
        let large = format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", " ".repeat(70 << 20));
        refused(&archive(&[("word/document.xml", &document(&large))]), "only a bomb");
    }
    #[test]
    fn a_damaged_document_is_read_or_refused() {
        let whole = archive(&[("word/document.xml", &document(&(para("قال علي") + &para("ثم مضى"))))]);
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x41;
            for bytes in [&damaged[..], &whole[..at]] {
                match record(bytes) {
                    Ok((found, _)) => assert_eq!(&*found.text, "قال علي\n\nثم مضى\n", "{at}"),
                    Err(error) => assert!(error.problem.contains("nothing was imported"), "{at}: {error}"),
                }
            }
        }
    }
}
