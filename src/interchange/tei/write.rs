//! Writing an article with its layers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::Arc;

use super::TEXT;
use crate::interchange::fit::{self, Fitted};
use crate::interchange::sink::Sink;
use crate::interchange::uima::names::{self, Names};
use crate::interchange::xml::{clean_characters, escape_attribute, escape_text};
use crate::interchange::{Header, Keeps, LossKind, Page, Report, Writer, xml_fit};
use crate::model::{Article, ArticleInfo, Attributes, Layer, LayerKey, Place, Relation, Span, is_iso_date};

pub(super) struct TeiWriter;

impl Writer for TeiWriter {
    fn fit(&self, page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
        let mut fitted = fit::fit(page, keeps, report);
        let same = Names::default();
        for (annotator, layer) in &mut fitted.layers {
            let key = page.key(annotator);
            if !names::fits(layer, (&same, &same), clean_characters) {
                names::fit(Arc::make_mut(layer), (&same, &same), clean_characters, &key, report);
            }
            if !named_by_words(layer) {
                name_by_words(Arc::make_mut(layer), &key, report);
            }
        }
        xml_fit::clean_text(&mut fitted, report);
        fitted
    }

    fn begin(&mut self, _: &mut dyn Sink, _: &Header) -> io::Result<()> {
        Ok(())
    }

    fn article(&mut self, page: &Page<'_>, sink: &mut dyn Sink) -> io::Result<()> {
        let mut file = sink.file(&format!("{}.xml", page.info.id))?;
        file.write_all(Document::new(page).write().as_bytes())?;
        file.flush()
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        Ok(())
    }
}

/// A name as a word of TEI: no white space, no controls.
fn word(name: &str) -> String {
    let word: String =
        name.chars().map(|char| if char.is_whitespace() || char.is_control() { '_' } else { char }).collect();
    if word.is_empty() { "_".to_owned() } else { word }
}

fn named_by_words(layer: &Layer) -> bool {
    let are_words = |attributes: &Attributes| attributes.keys().all(|name| word(name) == *name);
    layer.spans.values().all(|span| are_words(&span.attributes))
        && layer.relations.values().all(|relation| are_words(&relation.attributes))
}

fn name_by_words(layer: &mut Layer, key: &LayerKey, report: &mut Report) {
    let mut name = |attributes: &mut Attributes, place: Place| {
        let wrong: Vec<String> = attributes.keys().filter(|name| word(name) != **name).cloned().collect();
        for old in wrong {
            let mut new = word(&old);
            while attributes.contains_key(&new) {
                new.push('_');
            }
            report.lose(
                place.clone(),
                LossKind::Renamed,
                format!("its attribute “{old}” is called {new} there"),
            );
            let value = attributes.remove(&old).unwrap_or_default();
            attributes.insert(new, value);
        }
    };
    for span in layer.spans.values_mut() {
        name(&mut span.attributes, Place::Span(key.clone(), span.id));
    }
    for relation in layer.relations.values_mut() {
        name(&mut relation.attributes, Place::Relation(key.clone(), relation.id));
    }
}

/// Names and the ids they have in a document.
type Ids<'a> = BTreeMap<&'a str, String>;

/// `label-claim`, or `label.2` where a name has other characters than an id.
fn ids<'a>(prefix: &str, names: BTreeSet<&'a str>) -> Ids<'a> {
    let is_plain = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let id = |(name, number): (&'a str, usize)| {
        (name, if is_plain(name) { format!("{prefix}-{name}") } else { format!("{prefix}.{number}") })
    };
    names.into_iter().zip(1..).map(id).collect()
}

struct Document<'a> {
    page: &'a Page<'a>,
    annotators: Ids<'a>,
    labels: Ids<'a>,
    relations: Ids<'a>,
    xml: String,
}

// Writing to a string does not fail.
impl<'a> Document<'a> {
    fn new(page: &'a Page<'a>) -> Self {
        let layers = || page.layers.iter().map(|(_, layer)| layer);
        let labels = layers().flat_map(|layer| layer.spans.values()).map(|span| span.label.as_str());
        let relations = layers().flat_map(|layer| layer.relations.values()).map(|link| link.label.as_str());
        Self {
            page,
            annotators: ids("annotator", page.layers.iter().map(|(name, _)| name.as_str()).collect()),
            labels: ids("label", labels.collect()),
            relations: ids("relation", relations.collect()),
            xml: String::new(),
        }
    }

    fn write(mut self) -> String {
        self.xml.push_str(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TEI xmlns=\"http://www.tei-c.org/ns/1.0\">\n<teiHeader>\n",
        );
        self.file_description();
        self.categories();
        self.language();
        self.xml.push_str("</teiHeader>\n");
        let is_marked = self.page.layers.iter().any(|(_, layer)| !layer.spans.is_empty());
        if is_marked {
            self.xml.push_str("<standOff>\n");
            for (number, (annotator, layer)) in self.page.layers.iter().enumerate() {
                self.layer(number + 1, annotator.as_str(), layer);
            }
            self.xml.push_str("</standOff>\n");
        }
        let text = escape_text(self.page.article.text());
        let language = match self.page.info.language.as_str() {
            "" => String::new(),
            language => format!(" xml:lang=\"{}\"", escape_attribute(language)),
        };
        _ = writeln!(
            self.xml,
            "<text{language}><body><ab xml:id=\"{TEXT}\" xml:space=\"preserve\">{text}</ab></body></text>\n</TEI>"
        );
        self.xml
    }

    fn file_description(&mut self) {
        let ArticleInfo { id, title, date, source, author, url, .. } = self.page.info;
        _ = writeln!(self.xml, "<fileDesc>\n<titleStmt>\n<title>{}</title>", said(title));
        for (name, id) in &self.annotators {
            _ = writeln!(
                self.xml,
                "<respStmt><resp>annotation</resp><name xml:id=\"{id}\">{}</name></respStmt>",
                said(name)
            );
        }
        _ = writeln!(
            self.xml,
            "</titleStmt>\n<publicationStmt><authority>Hashiya</authority><idno>{}</idno></publicationStmt>",
            said(id.as_str())
        );
        _ = write!(self.xml, "<sourceDesc><bibl><title>{}</title>", said(title));
        if !author.is_empty() {
            _ = write!(self.xml, "<author>{}</author>", said(author));
        }
        if !source.is_empty() {
            _ = write!(self.xml, "<publisher>{}</publisher>", said(source));
        }
        if !date.is_empty() {
            let when = if is_iso_date(date) { format!(" when=\"{date}\"") } else { String::new() };
            _ = write!(self.xml, "<date{when}>{}</date>", said(date));
        }
        if !url.is_empty() {
            _ = write!(self.xml, "<idno type=\"URI\">{}</idno>", said(url));
        }
        self.xml.push_str("</bibl></sourceDesc>\n</fileDesc>\n");
    }

    fn categories(&mut self) {
        if self.labels.is_empty() {
            return;
        }
        self.xml.push_str("<encodingDesc><classDecl>\n");
        for (name, ids) in [("labels", &self.labels), ("relations", &self.relations)] {
            if ids.is_empty() {
                continue;
            }
            _ = writeln!(self.xml, "<taxonomy xml:id=\"{name}\">");
            for (name, id) in ids {
                _ = writeln!(
                    self.xml,
                    "<category xml:id=\"{id}\"><catDesc>{}</catDesc></category>",
                    said(name)
                );
            }
            self.xml.push_str("</taxonomy>\n");
        }
        self.xml.push_str("</classDecl></encodingDesc>\n");
    }

    fn language(&mut self) {
        let language = escape_attribute(&self.page.info.language);
        if !language.is_empty() {
            _ = writeln!(
                self.xml,
                "<profileDesc><langUsage><language ident=\"{language}\">{language}</language></langUsage></profileDesc>"
            );
        }
    }

    fn layer(&mut self, number: usize, annotator: &str, layer: &Layer) {
        if layer.spans.is_empty() {
            return;
        }
        let who = self.annotators.get(annotator).cloned().unwrap_or_default();
        _ = writeln!(self.xml, "<spanGrp resp=\"#{who}\">");
        layer.in_reading_order().into_iter().for_each(|span| self.span(number, span));
        self.xml.push_str("</spanGrp>\n");
        if layer.relations.is_empty() {
            return;
        }
        _ = writeln!(self.xml, "<linkGrp resp=\"#{who}\">");
        layer.relations.values().for_each(|relation| self.relation(number, relation));
        self.xml.push_str("</linkGrp>\n");
        for relation in layer.relations.values().filter(|relation| !relation.attributes.is_empty()) {
            _ = write!(self.xml, "<fs xml:id=\"a{number}r{}f\">", relation.id);
            self.features(&relation.attributes);
            self.xml.push_str("</fs>\n");
        }
    }

    fn span(&mut self, number: usize, span: &Span) {
        let target = pointer(self.page.article, span);
        let label = self.labels.get(span.label.as_str()).map(String::as_str).unwrap_or_default();
        _ = write!(
            self.xml,
            "<span xml:id=\"a{number}s{}\" ana=\"#{label}\" target=\"{target}\"><mentioned xml:space=\"preserve\">{}</mentioned>",
            span.id,
            said(&span.quote)
        );
        if !span.attributes.is_empty() {
            self.xml.push_str("<fs>");
            self.features(&span.attributes);
            self.xml.push_str("</fs>");
        }
        if !span.note.is_empty() {
            _ = write!(self.xml, "<note xml:space=\"preserve\">{}</note>", said(&span.note));
        }
        self.xml.push_str("</span>\n");
    }

    fn relation(&mut self, number: usize, relation: &Relation) {
        let label = self.relations.get(relation.label.as_str()).map(String::as_str).unwrap_or_default();
        let features = match relation.attributes.is_empty() {
            true => String::new(),
            false => format!(" #a{number}r{}f", relation.id),
        };
        _ = writeln!(
            self.xml,
            "<link xml:id=\"a{number}r{}\" ana=\"#{label}{features}\" target=\"#a{number}s{} #a{number}s{}\"/>",
            relation.id, relation.from, relation.to
        );
    }

    fn features(&mut self, attributes: &Attributes) {
        for (name, value) in attributes {
            let (name, value) = (escape_attribute(name), said(value));
            _ = write!(self.xml, "<f name=\"{name}\"><string>{value}</string></f>");
        }
    }
}

/// A text in an element; characters XML has no place for are blanks there.
fn said(text: &str) -> String {
    escape_text(clean_characters(text).as_deref().unwrap_or(text))
}

/// `#string-range(text,9,22)`: where a range begins and its length, for each range.
fn pointer(article: &Article, span: &Span) -> String {
    let mut pointer = format!("#string-range({TEXT}");
    for range in &span.ranges {
        let (start, end) = article.offsets().range_to_scalars(article.text(), *range).unwrap_or_default();
        _ = write!(pointer, ",{start},{}", end - start);
    }
    pointer + ")"
}
