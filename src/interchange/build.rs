//! From what a foreign file says to a record: positions become ranges, each span is held against its text, what has no
//! number gets one, and what cannot be kept is reported or refuses the file.

use std::collections::BTreeMap;

use super::options::ReadOptions;
use super::units::{Claimed, Positions, mismatch, says, short};
use super::{FormatError, Loss, LossKind, Record};
use crate::language::slice;
use crate::model::{
    AnnotatorId, ArticleInfo, Attributes, Layer, LayerKey, Origin, Place, Ranges, Relation, RelationId, Span,
    SpanId, Status, TextRange, is_folder_safe, quote_of,
};

/// A span as a file gives it.
#[derive(Clone, Debug, Default)]
pub struct SpanIn<'a> {
    /// Its number; nothing for the next.
    pub number: Option<u32>,
    /// Its label.
    pub label: &'a str,
    /// Half-open ranges in the file's unit.
    pub ranges: Vec<(u32, u32)>,
    /// The words the file says are there; nothing where it does not say.
    pub covered: Option<&'a str>,
    /// Ranges with nothing but such characters between them are one range; they are joined after the words were held
    /// against the text.
    pub join_over: Option<fn(char) -> bool>,
    /// Attribute values.
    pub attributes: Attributes,
    /// A note.
    pub note: String,
    /// Where in the file it stands, such as `line 7`.
    pub place: String,
}

/// Builds a record of one article and one layer.
#[derive(Debug)]
pub struct Build<'o> {
    record: Record,
    positions: Positions,
    annotator: AnnotatorId,
    layer: Layer,
    options: &'o ReadOptions,
    format: &'static str,
}

impl<'o> Build<'o> {
    /// Begins with an article. `annotator` is who the file says it was; what the person says goes before.
    ///
    /// # Errors
    /// Where the annotator's name cannot be the name of a folder.
    pub fn new(
        format: &'static str,
        info: ArticleInfo,
        positions: Positions,
        annotator: Option<&str>,
        options: &'o ReadOptions,
    ) -> Result<Self, FormatError> {
        let named = annotator.filter(|name| !name.is_empty()).map(AnnotatorId::from);
        let annotator = options.annotator.clone().or(named).unwrap_or_else(|| AnnotatorId::from(""));
        if !annotator.as_str().is_empty() && !is_folder_safe(annotator.as_str()) {
            return Err(FormatError::new(format!(
                "the annotator {:?} cannot be the name of a folder; nothing was imported: give --annotator",
                annotator.as_str()
            )));
        }
        let record = Record::bare(info, positions.text().clone());
        let layer = Layer { status: Status::InProgress, ..Layer::default() };
        Ok(Self { record, positions, annotator, layer, options, format })
    }

    /// The text spans are held against.
    pub fn text(&self) -> &str {
        &self.record.text
    }

    /// The entry of the article, to fill in.
    pub fn info(&mut self) -> &mut ArticleInfo {
        &mut self.record.info
    }

    /// The spans so far.
    pub fn layer(&self) -> &Layer {
        &self.layer
    }

    /// How far the annotator is, where the file says it.
    pub fn set_status(&mut self, status: Status) {
        self.layer.status = status;
    }

    fn key(&self) -> LayerKey {
        LayerKey { article: self.record.info.id.clone(), annotator: self.annotator.clone() }
    }

    fn lose(&mut self, place: Place, kind: LossKind, reason: impl Into<String>) {
        self.record.losses.push(Loss { place, kind, reason: reason.into() });
    }

    /// Reports something of the file that the model has no place for.
    pub fn leave_out(&mut self, reason: impl Into<String>) {
        self.lose(Place::Article(self.record.info.id.clone()), LossKind::Stripped, reason);
    }

    /// Takes a span. Nothing where it is dropped, which is reported.
    ///
    /// # Errors
    /// Where it does not stand at its words and the person did not ask to keep such spans, or its number is taken.
    pub fn span(&mut self, span: SpanIn<'_>) -> Result<Option<SpanId>, FormatError> {
        self.record.spans += 1;
        let id = span.number.map_or_else(|| self.layer.next_span_id(), SpanId);
        if id.0 == 0 || id.0 > i32::MAX.unsigned_abs() || self.layer.spans.contains_key(&id) {
            return Err(at(&span, format!("the number {id} is taken or not between 1 and {}", i32::MAX)));
        }
        let place = Place::Span(self.key(), id);
        self.layer.last_span = self.layer.last_span.max(id.0);
        let found: Result<Vec<TextRange>, TextRange> =
            span.ranges.iter().map(|(start, end)| self.positions.range(*start, *end)).collect();
        let Ok(found) = found else { return self.misplaced(&span, id, None) };
        let said = quote_of(&self.record.text, &found).unwrap_or_default();
        if let Some(covered) = span.covered
            && !says(&said, covered)
        {
            return self.misplaced(&span, id, Some(&said));
        }
        let (mut ranges, was_overlapping) = sound(found);
        if let Some(joins) = span.join_over {
            ranges = join(&self.record.text, ranges, joins);
        }
        if ranges.is_empty() {
            self.lose(place, LossKind::Dropped, format!("{}: it covers no text", span.place));
            return Ok(None);
        }
        let words = quote_of(&self.record.text, &ranges).unwrap_or_default();
        if was_overlapping {
            let reason = format!("{}: its ranges overlap and were joined", span.place);
            self.lose(place, LossKind::Clipped, reason);
        }
        self.insert(&span, id, ranges, words, false);
        Ok(Some(id))
    }

    fn insert(&mut self, span: &SpanIn<'_>, id: SpanId, ranges: Ranges, quote: String, lost: bool) {
        let made = Span {
            id,
            label: span.label.into(),
            ranges,
            quote,
            attributes: span.attributes.clone(),
            note: span.note.clone(),
            origin: Origin::Import(self.format.to_owned()),
            lost,
        };
        self.layer.spans.insert(id, made);
    }

    /// A span that is not at its words.
    fn misplaced(
        &mut self,
        span: &SpanIn<'_>,
        id: SpanId,
        words: Option<&str>,
    ) -> Result<Option<SpanId>, FormatError> {
        let place = Place::Span(self.key(), id);
        let claimed = Claimed { ranges: span.ranges.clone(), covered: span.covered, place: &span.place };
        let problem = match span.covered {
            Some(covered) => mismatch(&claimed, words, covered),
            None => format!("{}: the text has no place {:?}", span.place, span.ranges),
        };
        if !self.options.keep_mismatches {
            return Err(FormatError::new(format!(
                "{problem}; nothing was imported: mend the file, name the unit of its positions with --offset-unit, or \
                 keep such spans aside with --keep-mismatches"
            )));
        }
        let Some(covered) = span.covered else {
            self.lose(place, LossKind::Dropped, problem);
            return Ok(None);
        };
        let nearest: Vec<TextRange> = span
            .ranges
            .iter()
            .map(|(start, end)| self.positions.range(*start, *end).unwrap_or_else(|nearest| nearest))
            .collect();
        self.lose(place, LossKind::Lost, format!("{problem}; it is kept as lost"));
        self.insert(span, id, sound(nearest).0, covered.to_owned(), true);
        Ok(Some(id))
    }

    /// Gives an attribute to a span; reported where there is no such span or it has another value.
    pub fn attribute(&mut self, span: Option<SpanId>, name: &str, value: &str, place: &str) {
        let found = span.and_then(|id| self.layer.spans.get_mut(&id));
        let problem = match found {
            None => format!("{place}: the attribute {name} is of no span that is kept"),
            Some(span) => match span.attributes.get(name) {
                Some(other) if other != value => {
                    format!("{place}: span {} has the attribute {name} twice; the first stays", span.id)
                }
                _ => {
                    span.attributes.insert(name.to_owned(), value.to_owned());
                    return;
                }
            },
        };
        self.leave_out(problem);
    }

    /// Gives a note to a span, after those it has; reported where there is no such span.
    pub fn note(&mut self, span: Option<SpanId>, note: &str, place: &str) {
        match span.and_then(|id| self.layer.spans.get_mut(&id)) {
            Some(span) if span.note.is_empty() => span.note = note.to_owned(),
            Some(span) => {
                span.note.push('\n');
                span.note.push_str(note);
            }
            None => {
                let reason = format!("{place}: the note “{}” is of no span that is kept", short(note));
                self.leave_out(reason);
            }
        }
    }

    /// Takes a relation. Nothing where one of its ends is not there, which is reported.
    ///
    /// # Errors
    /// Where its number is taken.
    pub fn relation(
        &mut self,
        number: Option<u32>,
        label: &str,
        (from, to): (Option<SpanId>, Option<SpanId>),
        attributes: Attributes,
        place: &str,
    ) -> Result<Option<RelationId>, FormatError> {
        self.record.relations += 1;
        let id = number.map_or_else(|| self.layer.next_relation_id(), RelationId);
        if id.0 == 0 || id.0 > i32::MAX.unsigned_abs() || self.layer.relations.contains_key(&id) {
            let problem = format!("{place}: the number {id} is taken or not between 1 and {}", i32::MAX);
            return Err(FormatError::new(format!("{problem}; nothing was imported: number them from 1 on")));
        }
        self.layer.last_relation = self.layer.last_relation.max(id.0);
        let there = |id: Option<SpanId>| id.filter(|id| self.layer.spans.contains_key(id));
        let (Some(from), Some(to)) = (there(from), there(to)) else {
            let reason = format!("{place}: {label} leads to or from something that is not there");
            self.lose(Place::Relation(self.key(), id), LossKind::Dropped, reason);
            return Ok(None);
        };
        self.layer.relations.insert(id, Relation { attributes, ..Relation::new(id, label, from, to) });
        Ok(Some(id))
    }

    /// The record. An article nobody annotated has no layer.
    ///
    /// # Errors
    /// Where there are annotations and nobody is named who made them.
    pub fn finish(mut self) -> Result<Record, FormatError> {
        let is_anonymous = self.annotator.as_str().is_empty();
        let is_blank = self.layer.spans.is_empty() && self.layer.relations.is_empty();
        if is_anonymous && !is_blank {
            return Err(FormatError::new(
                "there are annotations but nobody who made them; nothing was imported: give --annotator",
            ));
        }
        if !is_anonymous {
            self.record.layer = Some((self.annotator, self.layer));
        }
        Ok(self.record)
    }
}

fn at(span: &SpanIn<'_>, problem: String) -> FormatError {
    FormatError::new(format!("{}: {problem}; nothing was imported: mend the file", span.place))
}

/// Ranges in order, those that touch joined and empty ones gone; and whether some overlapped.
fn sound(mut ranges: Vec<TextRange>) -> (Ranges, bool) {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| (range.start(), range.end()));
    let mut overlap = false;
    let mut joined = Ranges::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start() <= last.end() => {
                overlap |= range.start() < last.end();
                *last = last.cover(range);
            }
            _ => joined.push(range),
        }
    }
    (joined, overlap)
}

/// Ranges without gaps of such characters alone.
pub(super) fn join(text: &str, ranges: Ranges, joins: fn(char) -> bool) -> Ranges {
    let mut joined = Ranges::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if slice(text, TextRange::new(last.end(), range.start())).chars().all(joins) => {
                *last = last.cover(range);
            }
            _ => joined.push(range),
        }
    }
    joined
}

/// Spans by the names a file gives them.
#[derive(Debug, Default)]
pub struct Names {
    by_name: BTreeMap<String, Option<SpanId>>,
}

impl Names {
    /// Remembers what became of the span of this name; whether the name was free.
    pub fn put(&mut self, name: &str, id: Option<SpanId>) -> bool {
        self.by_name.insert(name.to_owned(), id).is_none()
    }

    /// The span of this name, where it is kept.
    pub fn get(&self, name: &str) -> Option<SpanId> {
        self.by_name.get(name).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interchange::OffsetUnit;

    fn build(options: &ReadOptions) -> Build<'_> {
        let positions = Positions::new("one two three", false, OffsetUnit::CodePoints);
        Build::new("x", ArticleInfo::new("a", "one two three"), positions, Some("me"), options).unwrap()
    }

    fn span<'a>(ranges: &[(u32, u32)], covered: Option<&'a str>) -> SpanIn<'a> {
        SpanIn { label: "l", ranges: ranges.to_vec(), covered, place: "line 1".into(), ..SpanIn::default() }
    }

    #[test]
    fn spans_stand_at_their_words_or_the_file_is_refused_or_they_are_kept_aside() {
        let strict = ReadOptions::default();
        let mut made = build(&strict);
        assert_eq!(made.span(span(&[(0, 3), (8, 13)], Some("one three"))).unwrap(), Some(SpanId(1)));
        assert_eq!(made.span(span(&[(4, 4)], None)).unwrap(), None);
        assert!(
            made.span(span(&[(4, 7)], Some("twu"))).unwrap_err().to_string().contains("“two”, not “twu”")
        );
        assert!(build(&strict).span(span(&[(9, 99)], None)).is_err());
        let lenient = ReadOptions { keep_mismatches: true, ..ReadOptions::default() };
        let mut made = build(&lenient);
        let lost = made.span(span(&[(4, 7)], Some("twu"))).unwrap();
        assert_eq!(made.span(span(&[(9, 99)], None)).unwrap(), None);
        assert_eq!(
            made.relation(None, "r", (lost, Some(SpanId(2))), Attributes::new(), "line 2").unwrap(),
            None
        );
        let record = made.finish().unwrap();
        let kinds: Vec<LossKind> = record.losses.iter().map(|loss| loss.kind).collect();
        assert_eq!(kinds, [LossKind::Lost, LossKind::Dropped, LossKind::Dropped]);
        assert!(record.layer.unwrap().1.spans[&SpanId(1)].lost);
        assert_eq!((record.spans, record.relations), (2, 1));
    }

    #[test]
    fn annotations_have_somebody_who_made_them() {
        let options = ReadOptions::default();
        let positions = || Positions::new("one", false, OffsetUnit::CodePoints);
        let mut made = Build::new("x", ArticleInfo::new("a", "one"), positions(), None, &options).unwrap();
        made.span(span(&[(0, 3)], None)).unwrap();
        assert!(made.finish().is_err());
        let bare = Build::new("x", ArticleInfo::new("a", "one"), positions(), None, &options).unwrap();
        assert!(bare.finish().unwrap().layer.is_none());
        assert!(Build::new("x", ArticleInfo::new("a", "one"), positions(), Some("../a"), &options).is_err());
    }
}
