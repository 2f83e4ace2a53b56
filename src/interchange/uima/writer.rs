//! Writing an article and a layer as a CAS.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::sync::Arc;

use super::cas::{Cas, META, OUR_SOFA, Structure, Value};
use super::names::{self, Names};
use super::types::Types;
use super::{CONTINUATION, RELATION, SPAN, json_write, xmi_write};
use crate::interchange::fit::{self, Fitted};
use crate::interchange::sink::Sink;
use crate::interchange::{Header, Keeps, Page, Report, Writer, xml, xml_fit};
use crate::model::{AnnotatorId, Article, ArticleInfo, Attributes, Layer, SpanId, TextRange};

/// How a CAS is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    Xmi,
    Json,
}

/// Writes one file an article and annotator.
pub(super) struct UimaWriter {
    notation: Notation,
    spans: Names,
    relations: Names,
    types: Types,
}

impl UimaWriter {
    pub(super) fn new(notation: Notation) -> Self {
        Self { notation, spans: Names::default(), relations: Names::default(), types: Types::default() }
    }

    fn clean(&self) -> fn(&str) -> Option<String> {
        match self.notation {
            Notation::Xmi => xml::clean_characters,
            Notation::Json => |_| None,
        }
    }

    fn put(
        &self,
        sink: &mut dyn Sink,
        page: &Page<'_>,
        of: Option<(&AnnotatorId, &Layer)>,
    ) -> io::Result<()> {
        let id = &page.info.id;
        let extension = match self.notation {
            Notation::Xmi => "xmi",
            Notation::Json => "json",
        };
        let name = match of {
            Some((annotator, _)) => format!("{annotator}/{id}.{extension}"),
            None => format!("{id}.{extension}"),
        };
        let cas = cas(page, of);
        let mut file = sink.file(&name)?;
        match self.notation {
            Notation::Xmi => file.write_all(xmi_write::write(&cas).as_bytes())?,
            Notation::Json => json_write::write(&cas, &self.types, &mut file)?,
        }
        file.flush()
    }
}

impl Writer for UimaWriter {
    fn needs_survey(&self) -> bool {
        true
    }

    fn know(&mut self, header: &Header) {
        let codebook = header.codebook.iter();
        let attributes = codebook.flat_map(|codebook| &codebook.labels).flat_map(|label| &label.attributes);
        attributes.for_each(|attribute| self.spans.add(&attribute.id));
    }

    fn survey(&mut self, page: &Page<'_>) {
        page.layers.iter().for_each(|(_, layer)| names::survey(layer, &mut self.spans, &mut self.relations));
    }

    fn fit(&self, page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
        let mut fitted = fit::fit(page, keeps, report);
        let all = (&self.spans, &self.relations);
        let clean = self.clean();
        for (annotator, layer) in &mut fitted.layers {
            if !names::fits(layer, all, clean) {
                names::fit(Arc::make_mut(layer), all, clean, &page.key(annotator), report);
            }
        }
        if self.notation == Notation::Xmi {
            xml_fit::clean_text(&mut fitted, report);
        }
        fitted
    }

    fn begin(&mut self, sink: &mut dyn Sink, _: &Header) -> io::Result<()> {
        self.types = Types::ours(&self.spans, &self.relations);
        if self.notation == Notation::Json {
            return Ok(());
        }
        let mut file = sink.file("TypeSystem.xml")?;
        file.write_all(self.types.to_xml().as_bytes())?;
        file.flush()
    }

    fn article(&mut self, page: &Page<'_>, sink: &mut dyn Sink) -> io::Result<()> {
        if page.layers.is_empty() {
            return self.put(sink, page, None);
        }
        page.layers.iter().try_for_each(|(annotator, layer)| self.put(sink, page, Some((annotator, layer))))
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        Ok(())
    }
}

/// The CAS of an article and a layer of it.
fn cas(page: &Page<'_>, of: Option<(&AnnotatorId, &Layer)>) -> Cas {
    let mut cas = Cas { texts: vec![(OUR_SOFA, page.article.text().to_owned())], ..Cas::default() };
    let mut making = Making { cas: &mut cas, article: page.article, last: OUR_SOFA };
    making.meta(page.info, of.map(|(annotator, _)| annotator.as_str()).unwrap_or_default());
    if let Some((_, layer)) = of {
        making.layer(layer);
    }
    cas
}

/// A CAS on its way.
struct Making<'a> {
    cas: &'a mut Cas,
    article: &'a Article,
    last: u32,
}

impl Making<'_> {
    fn add(&mut self, kind: &str, place: (u32, u32), features: Vec<(String, Value)>) -> u32 {
        self.last += 1;
        let structure = Structure {
            id: self.last,
            kind: kind.to_owned(),
            sofa: Some(OUR_SOFA),
            place: Some(place),
            features,
        };
        self.cas.structures.push(structure);
        self.last
    }

    fn meta(&mut self, info: &ArticleInfo, annotator: &str) {
        let language = if info.language.is_empty() { "x-unspecified" } else { &info.language };
        // INCEpTION puts the file's name and the annotator there.
        let mut said = vec![("language", language.to_owned()), ("documentTitle", format!("{}.txt", info.id))];
        if !annotator.is_empty() {
            said.push(("documentId", annotator.to_owned()));
        }
        let said = said.into_iter().map(|(name, value)| (name.to_owned(), Value::Text(value))).collect();
        self.add(META, (0, self.article.offsets().utf16_units()), said);
    }

    /// In UTF-16 code units.
    fn place(&self, range: TextRange) -> (u32, u32) {
        let at = |byte| self.article.offsets().to_utf16(self.article.text(), byte).unwrap_or_default();
        (at(range.start()), at(range.end()))
    }

    fn layer(&mut self, layer: &Layer) {
        let mut firsts: BTreeMap<SpanId, (u32, (u32, u32))> = BTreeMap::new();
        for span in layer.in_reading_order() {
            let mut said = vec![text("label", span.label.as_str())];
            if !span.note.is_empty() {
                said.push(text("note", &span.note));
            }
            said.extend(features(&span.attributes));
            let mut first = None;
            for range in &span.ranges {
                let place = self.place(*range);
                let part = self.add(SPAN, place, said.clone());
                match first {
                    None => first = Some((part, place)),
                    Some((first, _)) => {
                        self.add(CONTINUATION, place, ends(first, part));
                    }
                }
            }
            firsts.extend(first.map(|first| (span.id, first)));
        }
        for relation in layer.relations.values() {
            let (Some((from, _)), Some((to, place))) = (firsts.get(&relation.from), firsts.get(&relation.to))
            else {
                continue;
            };
            let mut said = ends(*from, *to);
            said.push(text("label", relation.label.as_str()));
            said.extend(features(&relation.attributes));
            self.add(RELATION, *place, said);
        }
    }
}

fn text(name: &str, value: &str) -> (String, Value) {
    (name.to_owned(), Value::Text(value.to_owned()))
}

fn features(attributes: &Attributes) -> impl Iterator<Item = (String, Value)> {
    attributes.iter().map(|(name, value)| text(name, value))
}

fn ends(from: u32, to: u32) -> Vec<(String, Value)> {
    [("Governor", from), ("Dependent", to)]
        .map(|(name, end)| (name.to_owned(), Value::References(vec![end])))
        .to_vec()
}
