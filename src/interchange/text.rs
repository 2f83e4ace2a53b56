//! Plain articles.

use std::rc::Rc;

use super::sink::{self, Source};
use super::{Format, FormatError, Item, ReadOptions, Reading, Record, decode};
use crate::language::{guess, slug};
use crate::model::{ArticleInfo, is_iso_date};

pub(super) const FORMAT: Format = Format {
    name: "text",
    aliases: &["txt"],
    extensions: &["txt", "text"],
    read: Some(read_source),
    help: "plain articles, in UTF-8, UTF-16 or a legacy Arabic encoding",
    ..Format::EMPTY
};

fn read_source(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let bytes = sink::read_whole(&**source)?;
    let (item, decoded) = read(sink::stem(source.name()), &bytes, options.encoding.as_deref())?;
    let encoding = Some((decoded.encoding, decoded.guessed));
    Ok(Reading { encoding, ..Reading::new(std::iter::once(Ok(item))) })
}

/// Longest title taken from a first line that may be a whole paragraph, in characters.
const LONGEST_TITLE: usize = 160;

/// What the first line of a text says.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct FirstLine {
    /// Headline.
    pub title: String,
    /// Day, ISO 8601; empty where the line names none.
    pub date: String,
}

/// Reads ` date 2026-01-18 Headline`, the form of the corpus we were given; any other first line is the title.
/// The line stays in the text.
pub fn first_line(text: &str) -> FirstLine {
    let line = text.lines().map(clean).find(|line| !line.is_empty()).unwrap_or_default();
    let dated = line.strip_prefix("date ").and_then(|rest| {
        let rest = rest.trim_start();
        let (date, title) = rest.split_at_checked(10)?;
        let apart = title.is_empty() || title.starts_with(char::is_whitespace);
        (apart && is_iso_date(date)).then(|| (date, title.trim()))
    });
    match dated {
        Some((date, title)) => FirstLine { title: shorten(title), date: date.to_owned() },
        None => FirstLine { title: shorten(&line), date: String::new() },
    }
}

/// A line without the marks and controls that a title in a list should not have.
fn clean(line: &str) -> String {
    let edge = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{61c}');
    line.trim_matches(edge).replace('\t', " ")
}

fn shorten(title: &str) -> String {
    let Some((end, _)) = title.char_indices().nth(LONGEST_TITLE) else { return title.to_owned() };
    let head = title.get(..end).unwrap_or(title);
    let word = head.rfind(char::is_whitespace).filter(|at| *at > end / 2).unwrap_or(end);
    format!("{}…", head.get(..word).unwrap_or(head).trim_end())
}

/// The entry of an article in the index, from its text and the name it came under.
pub fn describe(name: &str, text: &str) -> ArticleInfo {
    let FirstLine { title, date } = first_line(text);
    let mut id = slug::slug(if name.is_empty() { &title } else { name });
    if !date.is_empty() && !id.starts_with(&date) {
        id = slug::slug(&format!("{date} {id}"));
    }
    ArticleInfo { title, date, language: guess(text).to_owned(), ..ArticleInfo::new(id, text) }
}

/// Reads a file of one article. `name` is the file's, without its extension.
pub fn read(
    name: &str,
    bytes: &[u8],
    encoding: Option<&str>,
) -> Result<(Item, decode::Decoded), FormatError> {
    let decoded = decode::decode(bytes, encoding)?;
    let record = Record::bare(describe(name, &decoded.text), decoded.text.as_str());
    Ok((Item::Record(Box::new(record)), decoded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dated_first_line_gives_date_and_title() {
        for (text, date, title) in [
            (" date 2026-01-18 العراق يعلن\n\nأعلن", "2026-01-18", "العراق يعلن"),
            ("date 2026-01-18 Iraq", "2026-01-18", "Iraq"),
            ("\u{feff}date  2026-01-18   Iraq \n", "2026-01-18", "Iraq"),
            ("date 2026-01-18", "2026-01-18", ""),
            ("date 2026-02-30 Iraq", "", "date 2026-02-30 Iraq"),
            ("date 2026-01-18Iraq", "", "date 2026-01-18Iraq"),
            ("\n\n  العراق يعلن  \nx", "", "العراق يعلن"),
            ("date ٢٠٢٦", "", "date ٢٠٢٦"),
            ("", "", ""),
        ] {
            assert_eq!(first_line(text), FirstLine { title: title.into(), date: date.into() }, "{text:?}");
        }
    }

    #[test]
    fn a_paragraph_as_title_is_cut_at_a_word() {
        let title = first_line(&"كلمة طويلة ".repeat(60)).title;
        assert!(title.chars().count() <= LONGEST_TITLE + 1 && title.ends_with("ة…"), "{title}");
    }

    #[test]
    fn an_article_is_named_by_its_file_and_day() {
        for (name, text, id) in [
            ("iraq withdrawal", " date 2026-01-18 العراق", "2026-01-18-iraq-withdrawal"),
            ("2026-01-18-iraq", "date 2026-01-18 العراق", "2026-01-18-iraq"),
            ("خبر", "العراق", "خبر"),
            ("", "العراق يعلن", "العراق-يعلن"),
        ] {
            let info = describe(name, text);
            assert_eq!((info.id.as_str(), info.language.as_str()), (id, "ar"));
        }
    }
}
