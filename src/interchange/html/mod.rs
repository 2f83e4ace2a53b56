//! Web pages: the article of a page, without navigation, advertisements, related links and footer, which Mozilla's
//! Readability algorithm leaves out ([`dom_smoothie`]). Nothing is fetched, no script is run.
//!
//! The text is the headline, then one paragraph a block with an empty line between. White space within a paragraph is
//! one space, as a browser shows it; a non-breaking space stays one. Letters and marks are not touched.
//!
//! The encoding is the one given by the person, else that of the byte order mark, else UTF-8 where the bytes are that,
//! else what the page says (`<meta charset>`), else what the letters say; see [`decode`].

mod bomb;
mod meta;
mod text;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use dom_query::Document;
use dom_smoothie::{Config, Readability};

use super::day::day;
use super::decode::{self, Decoded};
use super::sink::{self, Source};
use super::{Format, FormatError, Item, ReadOptions, Reading, Record};
use crate::language::{guess, slug};
use crate::model::{ArticleInfo, Direction};

pub(super) const FORMAT: Format = Format {
    name: "html",
    aliases: &["htm"],
    extensions: &["html", "htm", "xhtml"],
    read: Some(read_source),
    help: "web pages: the article without what is around it, its title, day, author and address",
    ..Format::EMPTY
};

fn read_source(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let bytes = sink::read_whole(&**source)?;
    let known =
        Known { name: sink::stem(source.name()), encoding: options.encoding.as_deref(), ..Known::default() };
    let (item, decoded) = read(&bytes, known)?;
    let encoding = Some((decoded.encoding, decoded.guessed));
    Ok(Reading { encoding, ..Reading::new(std::iter::once(Ok(item))) })
}

/// Largest page, in bytes.
pub const LARGEST_PAGE: usize = 20 << 20;
/// What is known of a page beside its bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// Its name without extension, from which the id is made.
    pub name: &'a str,
    /// The encoding the person gave.
    pub encoding: Option<&'a str>,
    /// The encoding its envelope gives: the header of an archive.
    pub sent_as: Option<&'a str>,
    /// Where it was loaded from.
    pub url: Option<&'a str>,
}

/// Reads the article of a page.
///
/// # Errors
/// Where the bytes are no text, the page is over a limit, or there is no article in it.
pub fn read(bytes: &[u8], known: Known<'_>) -> Result<(Item, Decoded), FormatError> {
    if bytes.len() > LARGEST_PAGE {
        return Err(FormatError::new(format!(
            "the page is larger than {} MB, which is the limit; nothing was imported: save its text alone",
            LARGEST_PAGE >> 20
        )));
    }
    let decoded = decode_page(bytes, &known)?;
    let record = article(&decoded.text, &known)?;
    Ok((Item::Record(Box::new(record)), decoded))
}

/// The text of the page's file, its markup included.
fn decode_page(bytes: &[u8], known: &Known<'_>) -> Result<Decoded, FormatError> {
    if known.encoding.is_some() {
        return decode::decode(bytes, known.encoding);
    }
    let is_utf8 = std::str::from_utf8(bytes).is_ok();
    let has_mark = encoding_rs::Encoding::for_bom(bytes).is_some();
    let said = known.sent_as.map(str::to_owned).or_else(|| said_charset(bytes));
    // A page that says UTF-16 in single bytes is not; servers that recode pages leave the old name in them.
    let said = said.filter(|name| {
        let encoding = encoding_rs::Encoding::for_label(name.trim().as_bytes());
        !is_utf8 && !has_mark && encoding.is_some_and(|found| found.output_encoding() == found)
    });
    decode::decode(bytes, said.as_deref())
}

/// The charset a page says it is in, within its first bytes.
fn said_charset(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let metas = head.split("<meta").skip(1).filter_map(|meta| meta.split('>').next());
    let after = metas.filter_map(|meta| meta.split_once("charset")).map(|(_, rest)| rest.trim_start());
    let values = after.filter_map(|rest| rest.strip_prefix('='));
    let name = |value: &str| {
        let value = value.trim_start().trim_start_matches(['"', '\'']);
        let end = value
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))
            .unwrap_or(value.len());
        value.get(..end).unwrap_or_default().to_owned()
    };
    values.map(name).find(|name| !name.is_empty())
}

fn article(html: &str, known: &Known<'_>) -> Result<Record, FormatError> {
    bomb::check(html)?;
    let config = Config { disable_json_ld: true, ..Config::default() };
    let mut page = Readability::new(html, None, Some(config)).map_err(|error| unread(&error.to_string()))?;
    // Readability takes scripts and heads out of the page.
    let meta = meta::find(html, &page.doc);
    let found = page.parse().map_err(|error| unread(&error.to_string()))?;
    let title = meta.title.unwrap_or_else(|| text::one_line(&found.title));
    let body = text::paragraphs(&Document::fragment(found.content.clone()));
    if body.iter().all(|paragraph| paragraph.trim().is_empty()) {
        return Err(unread("it has no text"));
    }
    let text = with_headline(&title, body);
    let url = meta.url.or_else(|| known.url.and_then(meta::web_address)).unwrap_or_default();
    let date = meta.date.or_else(|| day(found.published_time.as_deref()?)).unwrap_or_default();
    let byline = found.byline.filter(|name| meta::web_address(name).is_none());
    let site = meta.site.or(found.site_name).unwrap_or_else(|| meta::host(&url).to_owned());
    let letters = guess(&text);
    let info = ArticleInfo {
        language: language(letters, found.lang.as_deref().unwrap_or_default()),
        direction: direction(letters, meta.direction),
        source: text::one_line(&site),
        author: text::one_line(&meta.author.or(byline).unwrap_or_default()),
        url,
        ..ArticleInfo::new(id(known.name, &title, &date), &text)
    };
    Ok(Record::bare(ArticleInfo { title, date, ..info }, text))
}

/// The headline is part of what is read and annotated; Readability leaves it out of the body.
fn with_headline(title: &str, mut body: Vec<String>) -> String {
    if !title.is_empty() && body.first().is_none_or(|first| first != title) {
        body.insert(0, title.to_owned());
    }
    body.join("\n\n")
}

fn id(name: &str, title: &str, date: &str) -> String {
    let id = slug::slug(if name.is_empty() { title } else { name });
    if date.is_empty() || id.starts_with(date) { id } else { slug::slug(&format!("{date} {id}")) }
}

/// The language the page says, unless its letters say otherwise: templates call Arabic pages English.
fn language(letters: &str, said: &str) -> String {
    let tag = said.trim();
    let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let is_tag = (2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_lowercase());
    match (is_tag, letters) {
        (true, "") => primary,
        (true, letters) if letters == primary => primary,
        // English by its letters is any language written in plain Latin ones.
        (true, "en") if primary != "ar" => primary,
        _ => letters.to_owned(),
    }
}

/// The direction the page sets, where its letters agree: then a paragraph that begins with NATO stays right-to-left.
fn direction(letters: &str, said: Option<Direction>) -> Option<Direction> {
    said.filter(|said| match letters {
        "ar" => said.is_rtl(),
        "en" => !said.is_rtl(),
        _ => true,
    })
}

fn unread(why: &str) -> FormatError {
    FormatError::new(format!(
        "no article was found in the page ({why}); nothing was imported: copy its text and paste it instead"
    ))
}
