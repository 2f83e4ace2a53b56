//! Which column holds which part of an article.

use std::collections::BTreeMap;

use super::super::FormatError;
use super::super::options::Columns;
use crate::language::fold::Folding;

/// A part of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Text,
    Id,
    Title,
    Date,
    Source,
    Author,
    Url,
    Language,
}

impl Part {
    pub(super) const ALL: [Self; 8] = [
        Self::Text,
        Self::Id,
        Self::Title,
        Self::Date,
        Self::Source,
        Self::Author,
        Self::Url,
        Self::Language,
    ];

    /// Its name on the command line, which is also its key in the native data set.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Id => "id",
            Self::Title => "title",
            Self::Date => "date",
            Self::Source => "source",
            Self::Author => "author",
            Self::Url => "url",
            Self::Language => "language",
        }
    }

    /// The usual names of its column, the surest first.
    fn usual(self) -> &'static [&'static str] {
        match self {
            Self::Text => &[
                "text",
                "body",
                "content",
                "article_text",
                "articletext",
                "full_text",
                "fulltext",
                "maintext",
                "article_body",
                "articlebody",
                "article",
                "النص",
                "نص",
                "المحتوى",
                "متن",
            ],
            Self::Id => {
                &["id", "article_id", "articleid", "doc_id", "docid", "document_id", "uid", "_id", "المعرف"]
            }
            Self::Title => &["title", "headline", "heading", "article_title", "العنوان", "عنوان"],
            Self::Date => &[
                "date",
                "published",
                "published_at",
                "publishedat",
                "publish_date",
                "date_published",
                "datepublished",
                "date_publish",
                "pubdate",
                "pub_date",
                "publication_date",
                "published_time",
                "التاريخ",
                "تاريخ",
            ],
            Self::Source => {
                &["source", "publisher", "outlet", "newspaper", "source_name", "site", "site_name", "المصدر"]
            }
            Self::Author => &["author", "authors", "byline", "creator", "الكاتب"],
            Self::Url => &["url", "link", "source_url", "canonical_url", "web_url", "الرابط"],
            Self::Language => &["language", "lang", "اللغة"],
        }
    }

    fn given(self, columns: &Columns) -> Option<&str> {
        let Columns { text, id, title, date, source, author, url, language } = columns;
        match self {
            Self::Text => text,
            Self::Id => id,
            Self::Title => title,
            Self::Date => date,
            Self::Source => source,
            Self::Author => author,
            Self::Url => url,
            Self::Language => language,
        }
        .as_deref()
    }
}

/// The name of the column of each part, as the file writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parts(BTreeMap<Part, String>);

impl Parts {
    /// Finds the columns: those given must be there, the others are known by their names.
    pub(super) fn find<'n>(
        names: impl Iterator<Item = &'n str> + Clone,
        columns: &Columns,
    ) -> Result<Self, FormatError> {
        let mut found: BTreeMap<Part, String> = BTreeMap::new();
        for part in Part::ALL {
            let Some(given) = part.given(columns) else { continue };
            let Some(name) = names.clone().find(|name| folded(name) == folded(given)) else {
                return Err(missing(&format!("there is no column {given:?}"), part, names));
            };
            found.insert(part, name.to_owned());
        }
        for part in Part::ALL {
            let free = names.clone().filter(|name| !found.values().any(|taken| taken == name));
            let usual =
                part.usual().iter().find_map(|usual| free.clone().find(|name| folded(name) == folded(usual)));
            if let Some(name) = usual.map(str::to_owned).filter(|_| !found.contains_key(&part)) {
                found.insert(part, name);
            }
        }
        if !found.contains_key(&Part::Text) {
            return Err(missing("no column is known to be the text", Part::Text, names));
        }
        Ok(Self(found))
    }

    /// The name of a part's column.
    pub(super) fn of(&self, part: Part) -> Option<&str> {
        self.0.get(&part).map(String::as_str)
    }

    /// A note on the columns that no part was found in; empty where there is none.
    pub(super) fn left_out<'n>(&self, names: impl Iterator<Item = &'n str>) -> String {
        let left: Vec<&str> = names.filter(|name| !self.0.values().any(|taken| taken == name)).collect();
        let named: Vec<String> =
            self.0.iter().map(|(part, name)| format!("{} from {name:?}", part.as_str())).collect();
        let left = if left.is_empty() { String::new() } else { format!("; left out: {}", left.join(", ")) };
        format!("columns: {}{left}", named.join(", "))
    }
}

fn missing<'n>(what: &str, part: Part, names: impl Iterator<Item = &'n str>) -> FormatError {
    let names: Vec<String> = names.map(|name| format!("{name:?}")).collect();
    FormatError::new(format!(
        "{what}; nothing was imported: give --column {}=NAME, with one of {}",
        part.as_str(),
        names.join(", ")
    ))
}

/// Names of columns are the same whatever their case, spaces and marks.
fn folded(name: &str) -> String {
    Folding::ALL.text(name.trim()).replace([' ', '-'], "_")
}
