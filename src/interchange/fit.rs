//! An article made to fit a format: what the format has no place for is taken away, and each loss is reported with its
//! place and reason. What is left is a promise, which the self-test holds the written files to.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bio::{self, Overlaps};
use super::format::Keeps;
use super::{LossKind, Page, Report};
use crate::language::{slice, text_range};
use crate::model::{
    AnnotatorId, Article, ArticleInfo, Layer, LayerKey, Place, Ranges, Span, SpanId, TextRange, quote_of,
};

/// An article as a format can say it.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// Its entry in the index.
    pub info: ArticleInfo,
    /// Its text; another where the format keeps tokens alone.
    pub article: Article,
    /// Layers by annotator.
    pub layers: Vec<(AnnotatorId, Arc<Layer>)>,
    /// Whether the format cannot have the article at all.
    pub skipped: bool,
}

impl Fitted {
    /// All of an article; nothing is lost.
    pub fn whole(page: &Page<'_>) -> Self {
        Self {
            info: page.info.clone(),
            article: page.article.clone(),
            layers: page.layers.to_vec(),
            skipped: false,
        }
    }

    /// Leaves the article out, with all that was fitted of it.
    pub fn skip(&mut self, report: &mut Report, reason: &str) {
        self.skipped = true;
        report.articles = report.articles.saturating_sub(1);
        report.layers = report.layers.saturating_sub(self.layers.len());
        report.lose(Place::Article(self.info.id.clone()), LossKind::Dropped, reason);
        for (_, layer) in &self.layers {
            for (counts, kept) in
                [(&mut report.spans, layer.spans.len()), (&mut report.relations, layer.relations.len())]
            {
                counts.written = counts.written.saturating_sub(kept);
                counts.lossless = counts.lossless.saturating_sub(kept);
                counts.dropped += kept;
            }
        }
    }

    /// As it is given to a writer.
    pub fn page(&self) -> Page<'_> {
        Page { info: &self.info, article: &self.article, layers: &self.layers }
    }
}

/// Takes away what a format does not keep. Overlapping spans are thinned out to the outermost.
pub fn fit(page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
    fit_with(page, keeps, Overlaps::Outermost, report)
}

/// As [`fit`], with another way to thin out overlapping spans.
pub fn fit_with(page: &Page<'_>, keeps: &Keeps, overlaps: Overlaps, report: &mut Report) -> Fitted {
    report.articles += 1;
    let layers = page
        .layers
        .iter()
        .map(|(annotator, layer)| {
            report.layers += 1;
            let key = page.key(annotator);
            let fitting = Fitting { text: page.article.text(), key: &key, keeps, report: &mut *report };
            (annotator.clone(), fitting.layer(layer, overlaps))
        })
        .collect();
    Fitted { info: page.info.clone(), article: page.article.clone(), layers, skipped: false }
}

/// Why a span is not as it was.
pub const DISCONTINUOUS: &str = "it is discontinuous; the format has one range a span, each part is a span";

struct Fitting<'a> {
    text: &'a str,
    key: &'a LayerKey,
    keeps: &'a Keeps,
    report: &'a mut Report,
}

impl Fitting<'_> {
    fn layer(mut self, layer: &Arc<Layer>, overlaps: Overlaps) -> Arc<Layer> {
        if self.fits(layer) {
            layer.spans.values().for_each(|_| self.report.spans.kept(false));
            layer.relations.values().for_each(|_| self.report.relations.kept(false));
            return layer.clone();
        }
        let mut fitted = Layer { spans: BTreeMap::new(), relations: BTreeMap::new(), ..(**layer).clone() };
        let flat = (!self.keeps.overlaps).then(|| {
            let spans: Vec<&Span> =
                layer.in_reading_order().into_iter().filter(|span| self.keeps.lost || !span.lost).collect();
            bio::flattened(&spans, overlaps)
        });
        for span in layer.in_reading_order() {
            let overlapped = flat.as_ref().is_some_and(|flat| flat.binary_search(&span.id).is_err());
            self.span(span, overlapped, overlaps, &mut fitted);
        }
        self.relations(layer, &mut fitted);
        Arc::new(fitted)
    }

    /// Whether nothing is lost, which is most layers in most formats.
    fn fits(&self, layer: &Layer) -> bool {
        let keeps = self.keeps;
        let span_fits = |span: &Span| {
            (if span.lost { keeps.lost } else { !span.ranges.is_empty() })
                && (keeps.discontinuous || span.ranges.len() == 1)
                && (keeps.line_ends || !span.quote.contains('\n'))
                && (keeps.white_edges || has_bare_edges(self.text, span))
                && (keeps.attributes || span.attributes.is_empty())
                && (keeps.notes || span.note.is_empty())
        };
        let relations_fit = layer.relations.is_empty()
            || (keeps.relations
                && layer.relations.values().all(|relation| {
                    (keeps.relation_attributes || relation.attributes.is_empty())
                        && layer.spans.contains_key(&relation.from)
                        && layer.spans.contains_key(&relation.to)
                }));
        keeps.overlaps && relations_fit && layer.spans.values().all(span_fits)
    }

    fn drop_span(&mut self, id: SpanId, reason: impl Into<String>) {
        self.report.spans.dropped();
        self.report.lose(Place::Span(self.key.clone(), id), LossKind::Dropped, reason);
    }

    fn span(&mut self, span: &Span, overlapped: bool, overlaps: Overlaps, fitted: &mut Layer) {
        let keeps = self.keeps;
        let place = Place::Span(self.key.clone(), span.id);
        if span.lost {
            if keeps.lost {
                self.report.spans.kept(false);
                fitted.spans.insert(span.id, span.clone());
            } else {
                self.drop_span(span.id, format!("its words “{}” are not at its place", span.quote));
            }
            return;
        }
        if overlapped {
            return self.drop_span(span.id, format!("it overlaps another, and {} stay", stays(overlaps)));
        }
        let (ranges, reason) = fitted_ranges(self.text, &span.ranges, keeps);
        if ranges.is_empty() {
            return self.drop_span(span.id, "there is nothing but white space in it");
        }
        let pieces = if keeps.discontinuous { vec![ranges] } else { apart(ranges) };
        let reason = if span.ranges.len() > 1 && !keeps.discontinuous { Some(DISCONTINUOUS) } else { reason };
        self.report.spans.kept(reason.is_some());
        if let Some(reason) = reason {
            self.report.lose(place.clone(), LossKind::Clipped, reason);
        }
        let mut bare = span.clone();
        let gone = [
            (!keeps.attributes && !bare.attributes.is_empty(), "attributes"),
            (!keeps.notes && !bare.note.is_empty(), "notes"),
        ];
        let gone: Vec<&str> = gone.into_iter().filter(|(gone, _)| *gone).map(|(_, name)| name).collect();
        if !gone.is_empty() {
            self.report.lose(place, LossKind::Stripped, format!("the format has no {}", gone.join(" and ")));
        }
        if !keeps.attributes {
            bare.attributes.clear();
        }
        if !keeps.notes {
            bare.note.clear();
        }
        for (nth, ranges) in pieces.into_iter().enumerate() {
            let id = if nth == 0 { span.id } else { fitted.next_span_id() };
            fitted.last_span = fitted.last_span.max(id.0);
            let quote = quote_of(self.text, &ranges).unwrap_or_default();
            fitted.spans.insert(id, Span { id, ranges, quote, ..bare.clone() });
        }
    }

    fn relations(&mut self, layer: &Layer, fitted: &mut Layer) {
        for relation in layer.relations.values() {
            let place = Place::Relation(self.key.clone(), relation.id);
            let ends = [relation.from, relation.to];
            let missing = ends.iter().find(|id| !fitted.spans.contains_key(id));
            let reason = match missing {
                _ if !self.keeps.relations => "the format has no relations".to_owned(),
                Some(id) => format!("span {id} at its end is dropped"),
                None => {
                    self.report.relations.kept(false);
                    let mut kept = relation.clone();
                    if !self.keeps.relation_attributes && !kept.attributes.is_empty() {
                        kept.attributes.clear();
                        let reason = "the format has no attributes of relations";
                        self.report.lose(place, LossKind::Stripped, reason);
                    }
                    fitted.relations.insert(kept.id, kept);
                    continue;
                }
            };
            self.report.relations.dropped();
            self.report.lose(place, LossKind::Dropped, reason);
        }
    }
}

fn stays(overlaps: Overlaps) -> &'static str {
    match overlaps {
        Overlaps::Innermost => "inner ones",
        Overlaps::Longest => "longer ones",
        Overlaps::Outermost | Overlaps::Columns => "outer ones",
    }
}

fn has_bare_edges(text: &str, span: &Span) -> bool {
    span.ranges.iter().all(|range| {
        let words = slice(text, *range);
        !words.starts_with(char::is_whitespace) && !words.ends_with(char::is_whitespace) && !words.is_empty()
    })
}

fn apart(ranges: Ranges) -> Vec<Ranges> {
    ranges.into_iter().map(|range| Ranges::from_slice(&[range])).collect()
}

/// The ranges as the format can say them, and why they are others.
fn fitted_ranges(text: &str, ranges: &Ranges, keeps: &Keeps) -> (Ranges, Option<&'static str>) {
    let mut reason = None;
    let mut fitted = Ranges::new();
    for range in ranges {
        let lines = if keeps.line_ends { vec![*range] } else { lines_of(text, *range) };
        match lines.as_slice() {
            [line] if line == range => {}
            [_] => reason = Some("white space at its edges is left out"),
            _ => reason = Some("it goes over a line end and is written in parts"),
        }
        for line in lines {
            let bare = if keeps.white_edges { line } else { bare(text, line) };
            if bare != line && reason.is_none() {
                reason = Some("white space at its edges is left out");
            }
            if !bare.is_empty() {
                fitted.push(bare);
            }
        }
    }
    (fitted, reason)
}

/// A range without white space at its edges.
pub fn bare(text: &str, range: TextRange) -> TextRange {
    let words = slice(text, range);
    let start = usize::from(range.start()) + (words.len() - words.trim_start().len());
    text_range(start..start + words.trim().len())
}

/// The parts of a range that lie on one line each.
pub fn lines_of(text: &str, range: TextRange) -> Vec<TextRange> {
    let mut at = usize::from(range.start());
    let mut lines = Vec::new();
    for line in slice(text, range).split('\n') {
        if !line.is_empty() {
            lines.push(text_range(at..at + line.len()));
        }
        at += line.len() + 1;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Relation, RelationId, fixture};

    fn check(keeps: Keeps, marked: &str, expected: &str, losses: &[&str]) -> Report {
        let (text, mut layer) = fixture::parse(marked);
        let ids: Vec<SpanId> = layer.spans.keys().copied().collect();
        if let [first, .., last] = ids.as_slice() {
            let mut relation = Relation::new(RelationId(1), "claimant", *first, *last);
            relation.attributes.insert("a".into(), "b".into());
            layer.relations.insert(relation.id, relation);
            layer.spans.get_mut(first).unwrap().note = "who?".into();
        }
        let info = ArticleInfo::new("a", &text);
        let article = Article::new("a", text.as_str());
        let layers = [("me".into(), Arc::new(layer))];
        let mut report = Report::default();
        let fitted = fit(&Page { info: &info, article: &article, layers: &layers }, &keeps, &mut report);
        assert_eq!(fixture::write(&text, &fitted.layers[0].1), expected);
        let said: Vec<String> = report
            .losses
            .iter()
            .map(|loss| format!("{} {}: {}", loss.place, loss.kind.as_str(), loss.reason))
            .collect();
        assert_eq!(said.len(), losses.len(), "{said:#?}");
        for (said, expected) in said.iter().zip(losses) {
            assert!(said.contains(expected), "{said} is not about {expected}");
        }
        let counts = report.spans;
        assert_eq!((counts.read, counts.written), (ids.len(), counts.lossless + counts.clipped));
        assert_eq!(counts.read, counts.written + counts.dropped);
        report
    }

    #[test]
    fn a_format_that_keeps_everything_loses_nothing() {
        let marked = "[a [b\nc]{x} ]{y} [d]{z#9} e [f]{z#9}";
        check(Keeps::EVERYTHING, marked, marked, &[]);
    }

    #[test]
    fn what_a_format_has_no_place_for_is_taken_away_and_said() {
        let marked = "[a b\nc]{y} [d]{z#9} e [f]{z#9}";
        let keeps = Keeps { overlaps: true, relations: true, ..Keeps::NOTHING };
        let losses = [
            "a/me/span 1 clipped: it goes over a line end",
            "a/me/span 1 stripped: the format has no notes",
            "a/me/span 9 clipped: it is discontinuous",
            "a/me/relation 1 stripped",
        ];
        check(keeps, marked, "[a b]{y}\n[c]{y} [d]{z} e [f]{z}", &losses);
        let lines = Keeps { discontinuous: true, notes: true, relation_attributes: true, ..keeps };
        let report = check(lines, marked, "[a b]{y#1}\n[c]{y#1} [d]{z#9} e [f]{z#9}", &["span 1 clipped"]);
        assert_eq!((report.relations.lossless, report.spans.clipped), (1, 1));
    }

    #[test]
    fn one_layer_of_tags_keeps_the_outermost_and_drops_relations_to_what_is_gone() {
        let keeps = Keeps { relations: true, notes: true, line_ends: true, ..Keeps::NOTHING };
        check(
            keeps,
            "[a [ b]{x}]{y} [ ]{z}",
            "[a  b]{y}  ",
            &[
                "span 2 dropped: it overlaps",
                "span 3 dropped: there is nothing",
                "relation 1 dropped: span 3",
            ],
        );
    }
}
