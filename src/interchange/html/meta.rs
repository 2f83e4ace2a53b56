//! What a page says of its article: in JSON-LD, in `<meta>`, in `<time>`.

use dom_query::Document;
use serde_json::Value;

use super::text::one_line;
use crate::interchange::day::day;
use crate::model::Direction;

/// What was found, nothing where the page does not say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Meta {
    pub(super) title: Option<String>,
    pub(super) date: Option<String>,
    pub(super) author: Option<String>,
    pub(super) site: Option<String>,
    pub(super) url: Option<String>,
    pub(super) direction: Option<Direction>,
}

/// Days of publication as attributes, the surest first. Days of changes and of other articles are none of them.
const DATES: &[(&str, &str)] = &[
    ("meta[property='article:published_time']", "content"),
    ("meta[property='og:published_time']", "content"),
    ("meta[itemprop=datePublished]", "content"),
    ("[itemprop=datePublished][datetime]", "datetime"),
    ("meta[name='parsely-pub-date']", "content"),
    ("meta[name='sailthru.date']", "content"),
    ("meta[name='dcterms.created']", "content"),
    ("meta[name='DC.date.issued']", "content"),
    ("meta[name='dc.date']", "content"),
    ("meta[name=pubdate]", "content"),
    ("meta[name=publishdate]", "content"),
    ("meta[name=date]", "content"),
    ("article time[datetime]", "datetime"),
    ("main time[datetime]", "datetime"),
    ("time[datetime]", "datetime"),
];
const TITLES: &[(&str, &str)] =
    &[("meta[property='og:title']", "content"), ("meta[name='twitter:title']", "content")];
const AUTHORS: &[(&str, &str)] = &[("meta[name=author]", "content"), ("meta[name='dc.creator']", "content")];
const SITES: &[(&str, &str)] =
    &[("meta[property='og:site_name']", "content"), ("meta[name='application-name']", "content")];
const ADDRESSES: &[(&str, &str)] = &[("link[rel=canonical]", "href"), ("meta[property='og:url']", "content")];

/// Looks through a page that nothing was taken out of yet.
pub(super) fn find(html: &str, page: &Document) -> Meta {
    let attribute = |places: &[(&str, &str)], take: &dyn Fn(&str) -> Option<String>| {
        places.iter().find_map(|(selector, attribute)| {
            let selection = page.select(selector);
            selection.iter().find_map(|element| take(&element.attr(attribute)?))
        })
    };
    let filled = |text: &str| Some(one_line(text)).filter(|text| !text.is_empty());
    let linked = linked_data(page);
    let shown_time = || page.select("time").iter().find_map(|time| day(&time.text()));
    let author = attribute(AUTHORS, &filled).filter(|name| web_address(name).is_none());
    Meta {
        title: linked.title.or_else(|| attribute(TITLES, &filled)),
        date: linked.date.or_else(|| attribute(DATES, &day)).or_else(shown_time),
        author: linked.author.or(author),
        site: attribute(SITES, &filled).or(linked.site),
        url: attribute(ADDRESSES, &web_address).or(linked.url).or_else(|| saved_from(html)),
        direction: direction(page),
    }
}

/// An address people can open: `http` or `https`, nothing else.
pub(super) fn web_address(text: &str) -> Option<String> {
    let text = text.trim();
    let scheme = text.split_once("://")?.0.to_ascii_lowercase();
    let is_address = matches!(scheme.as_str(), "http" | "https") && !text.contains(char::is_whitespace);
    is_address.then(|| text.to_owned())
}

/// The site of an address: `example.org` of `https://www.example.org/news`.
pub(super) fn host(url: &str) -> &str {
    let host =
        url.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    host.trim_start_matches("www.")
}

/// The remark browsers put at the head of a page they save.
fn saved_from(html: &str) -> Option<String> {
    let (_, rest) = html.split_once("<!-- saved from url=(")?;
    web_address(rest.split_once(')')?.1.split("-->").next()?)
}

fn direction(page: &Document) -> Option<Direction> {
    let places = ["html[dir]", "body[dir]", "article[dir]", "main[dir]"];
    let said = places.iter().find_map(|place| page.select(place).attr("dir"))?;
    match said.trim().to_ascii_lowercase().as_str() {
        "rtl" => Some(Direction::RightToLeft),
        "ltr" => Some(Direction::LeftToRight),
        _ => None,
    }
}

/// The article of the page's JSON-LD: on its own, in a list or in a `@graph`.
fn linked_data(page: &Document) -> Meta {
    let scripts = page.select("script[type='application/ld+json']");
    let read = |text: &str| {
        let text = text.trim().trim_start_matches("<![CDATA[").trim_end_matches("]]>");
        serde_json::from_str::<Value>(text).ok().and_then(|value| article_in(&value))
    };
    scripts.iter().find_map(|script| read(&script.text())).unwrap_or_default()
}

fn article_in(value: &Value) -> Option<Meta> {
    match value {
        Value::Array(values) => values.iter().find_map(article_in),
        Value::Object(object) => {
            let of_type =
                |name: &Value| name.as_str().is_some_and(|name| name.contains("Article") || name == "Report");
            let is_article = object.get("@type").is_some_and(|kind| match kind {
                Value::Array(kinds) => kinds.iter().any(of_type),
                kind => of_type(kind),
            });
            if !is_article {
                return object.get("@graph").and_then(article_in);
            }
            let text = |key: &str| object.get(key).and_then(Value::as_str);
            let filled = |text: String| Some(text).filter(|text| !text.is_empty());
            Some(Meta {
                title: text("headline").map(plain).and_then(filled),
                date: text("datePublished").and_then(day),
                author: object.get("author").map(names).and_then(filled),
                site: object.get("publisher").map(names).and_then(filled),
                url: text("url").and_then(web_address),
                direction: None,
            })
        }
        _ => None,
    }
}

/// The name or names of a person, an organization or a list of them.
fn names(value: &Value) -> String {
    match value {
        Value::String(name) => plain(name),
        Value::Object(object) => object.get("name").map(names).unwrap_or_default(),
        Value::Array(values) => {
            let names: Vec<String> = values.iter().map(names).filter(|name| !name.is_empty()).collect();
            names.join(", ")
        }
        _ => String::new(),
    }
}

/// Texts in JSON-LD are often escaped as if they were HTML.
fn plain(text: &str) -> String {
    if text.contains('&') { one_line(&Document::fragment(text).text()) } else { one_line(text) }
}
