//! Every invariant of a project, as findings with a code, a place and a way to mend.
//!
//! Checking never changes anything and never fails: `(T, Vec<Issue>)` is how everything that loads reports.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{
    AnnotatorId, Article, ArticleId, ArticleInfo, AttributeKind, Attributes, Codebook, EntityId, Layer,
    LayerKey, Project, Registry, Relation, RelationId, Span, SpanId, is_folder_safe, is_iso_date, quote_of,
};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The data can be used; somebody should look.
    Warning,
    /// The data must not be used as it is.
    Error,
}

/// Where a finding is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The project as a whole.
    Project,
    /// A file of the project, as a path relative to its folder.
    File(String),
    /// An article.
    Article(ArticleId),
    /// A layer.
    Layer(LayerKey),
    /// A span.
    Span(LayerKey, SpanId),
    /// A relation.
    Relation(LayerKey, RelationId),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project => f.write_str("project"),
            Self::File(path) => f.write_str(path),
            Self::Article(id) => id.fmt(f),
            Self::Layer(key) => key.fmt(f),
            Self::Span(key, id) => write!(f, "{key}/span {id}"),
            Self::Relation(key, id) => write!(f, "{key}/relation {id}"),
        }
    }
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Stable name of the kind of finding, such as `quote-differs`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// What is the case, what it means for the data, what to do.
    pub message: String,
}

impl Issue {
    /// A finding that forbids using the data as they are.
    pub fn error(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, place, message: message.into() }
    }

    /// A finding somebody should look at.
    pub fn warning(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Warning, place, message: message.into() }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.severity == Severity::Error { "error" } else { "warning" };
        write!(f, "{severity}[{}] {}: {}", self.code, self.place, self.message)
    }
}

/// Whether a byte position of a text lies between two graphemes; `language` knows, the model is told.
pub type GraphemeBoundary<'a> = &'a dyn Fn(&str, usize) -> bool;

/// Codebook and index: what can be checked without reading a text.
pub fn check_project(project: &Project) -> Vec<Issue> {
    let mut issues = check_codebook(&project.codebook);
    for info in project.articles() {
        issues.extend(check_info(info));
    }
    let mut by_hash: BTreeMap<_, &ArticleId> = BTreeMap::new();
    for info in project.articles() {
        if let Some(first) = by_hash.insert(info.hash, &info.id) {
            issues.push(Issue::warning(
                "article-twice",
                Place::Article(info.id.clone()),
                format!("has the same text as {first}; its spans would count twice in a data set: remove one of them"),
            ));
        }
    }
    for annotator in &project.annotators {
        if !is_folder_safe(annotator.id.as_str()) {
            issues.push(Issue::error(
                "annotator-id",
                Place::Project,
                format!(
                    "the annotator id {:?} cannot be a folder name; rename it in project.ron",
                    annotator.id.as_str()
                ),
            ));
        }
    }
    issues
}

fn check_codebook(codebook: &Codebook) -> Vec<Issue> {
    let mut issues = Vec::new();
    let mut ids = BTreeSet::new();
    let mut keys = BTreeSet::new();
    for label in &codebook.labels {
        if !ids.insert(&label.id) {
            issues.push(Issue::error(
                "label-twice",
                Place::Project,
                format!("the codebook has the label {} twice; spans of it are ambiguous: give one of them another id", label.id),
            ));
        }
        if let Some(key) = label.key
            && (!(1..=9).contains(&key) || !keys.insert(key))
        {
            issues.push(Issue::warning(
                "label-key",
                Place::Project,
                format!(
                    "the key {key} of label {} is taken or not 1 to 9; the label works by mouse only",
                    label.id
                ),
            ));
        }
    }
    for relation in &codebook.relations {
        for end in relation.from.iter().chain(&relation.to) {
            if !ids.contains(end) {
                issues.push(Issue::error(
                    "relation-label",
                    Place::Project,
                    format!(
                        "the relation {} names the label {end}, which the codebook does not have",
                        relation.id
                    ),
                ));
            }
        }
    }
    issues
}

fn check_info(info: &ArticleInfo) -> Vec<Issue> {
    let mut issues = Vec::new();
    let place = || Place::Article(info.id.clone());
    if !is_folder_safe(info.id.as_str()) {
        issues.push(Issue::error(
            "article-id",
            place(),
            "the id cannot be a file name; rename it in project.ron",
        ));
    }
    if !info.date.is_empty() && !is_iso_date(&info.date) {
        issues.push(Issue::warning(
            "article-date",
            place(),
            format!(
                "the date {:?} is not a day written YYYY-MM-DD; relative dates cannot be resolved",
                info.date
            ),
        ));
    }
    issues
}

/// The text of an article against its entry in the index.
pub fn check_article(info: &ArticleInfo, article: &Article) -> Vec<Issue> {
    let mut issues = Vec::new();
    if article.hash() != info.hash {
        issues.push(Issue::error(
            "article-hash",
            Place::Article(info.id.clone()),
            "the text is not the one the spans were made on; they are checked against their quotes and kept as lost \
             where these no longer stand: restore the text, or confirm the new places",
        ));
    } else if article.offsets().scalars() != info.length {
        issues.push(Issue::warning(
            "article-length",
            Place::Article(info.id.clone()),
            format!(
                "the index says {} characters, the text has {}",
                info.length,
                article.offsets().scalars()
            ),
        ));
    }
    issues
}

/// A layer against its article, the codebook and the registry.
pub fn check_layer(
    key: &LayerKey,
    layer: &Layer,
    article: &Article,
    codebook: &Codebook,
    entities: &Registry,
    is_boundary: GraphemeBoundary<'_>,
) -> Vec<Issue> {
    let check = Check { key, layer, article, codebook, entities, is_boundary };
    let mut issues = Vec::new();
    let mut places = BTreeMap::new();
    for span in layer.in_reading_order() {
        check.span(span, &mut issues);
        if let Some(first) = places.insert((&span.label, edges_of(span)), span.id) {
            issues.push(Issue::warning(
                "span-twice",
                check.at(span),
                format!("marks the same words with the same label as span {first}; remove one of them"),
            ));
        }
        if span.id.0 > layer.last_span || span.id.0 == 0 {
            issues.push(Issue::error(
                "span-number",
                check.at(span),
                "the number was never given; a new span could get it",
            ));
        }
    }
    let mut pairs = BTreeSet::new();
    for relation in layer.relations.values() {
        check.relation(relation, &mut issues);
        if !pairs.insert((&relation.label, relation.from, relation.to)) {
            issues.push(Issue::warning(
                "relation-twice",
                Place::Relation(key.clone(), relation.id),
                "says the same as another relation; remove one of them",
            ));
        }
    }
    issues
}

/// The edges of a span, as something that has an order.
fn edges_of(span: &Span) -> Vec<(u32, u32)> {
    span.ranges.iter().map(|range| (range.start().into(), range.end().into())).collect()
}

struct Check<'a> {
    key: &'a LayerKey,
    layer: &'a Layer,
    article: &'a Article,
    codebook: &'a Codebook,
    entities: &'a Registry,
    is_boundary: GraphemeBoundary<'a>,
}

impl Check<'_> {
    fn at(&self, span: &Span) -> Place {
        Place::Span(self.key.clone(), span.id)
    }

    fn span(&self, span: &Span, issues: &mut Vec<Issue>) {
        match self.codebook.label(&span.label) {
            None => issues.push(Issue::error(
                "label-unknown",
                self.at(span),
                format!("the label {} is not in the codebook; add it or change the span", span.label),
            )),
            Some(label) => {
                let known = |id: &str| label.attributes.iter().find(|a| a.id == id).map(|a| &a.kind);
                self.attributes(&span.attributes, known, &self.at(span), issues);
            }
        }
        if span.lost {
            issues.push(Issue::warning(
                "span-lost",
                self.at(span),
                format!(
                    "its words “{}” no longer stand at its place; confirm a new place or remove it",
                    span.quote
                ),
            ));
            return;
        }
        self.place_of(span, issues);
    }

    fn place_of(&self, span: &Span, issues: &mut Vec<Issue>) {
        if !span.has_sound_ranges() {
            issues.push(Issue::error(
                "ranges",
                self.at(span),
                "its ranges are empty, out of order or touch each other; mark the words again",
            ));
            return;
        }
        let Some(quote) = quote_of(self.article.text(), &span.ranges) else {
            issues.push(Issue::error(
                "outside-text",
                self.at(span),
                format!(
                    "it lies outside the text or cuts a character; its words were “{}”: mark them again",
                    span.quote
                ),
            ));
            return;
        };
        if quote != span.quote {
            issues.push(Issue::error(
                "quote-differs",
                self.at(span),
                format!(
                    "its quote is “{}” but “{quote}” stands at its place; mark the words again",
                    span.quote
                ),
            ));
        }
        let edges = span.ranges.iter().flat_map(|range| [range.start(), range.end()]);
        if edges.into_iter().any(|edge| !(self.is_boundary)(self.article.text(), edge.into())) {
            issues.push(Issue::error(
                "cuts-grapheme",
                self.at(span),
                "it separates a letter from its marks; widen or narrow it by one letter",
            ));
        }
        for range in &span.ranges {
            let words = self.article.get(*range).unwrap_or_default();
            if words.trim().len() != words.len() {
                issues.push(Issue::warning(
                    "edge-space",
                    self.at(span),
                    "it begins or ends with white space; narrow it",
                ));
            }
        }
    }

    fn attributes<'k>(
        &self,
        attributes: &Attributes,
        kind_of: impl Fn(&str) -> Option<&'k AttributeKind>,
        place: &Place,
        issues: &mut Vec<Issue>,
    ) {
        for (id, value) in attributes {
            let Some(kind) = kind_of(id) else {
                issues.push(Issue::warning(
                    "attribute-unknown",
                    place.clone(),
                    format!("the attribute {id} is not in the codebook; it is kept and exported"),
                ));
                continue;
            };
            if let Some(wrong) = wrong_value(kind, value, self.entities) {
                issues.push(Issue::warning(
                    "attribute-value",
                    place.clone(),
                    format!("{id}: {value:?} {wrong}"),
                ));
            }
        }
    }

    fn relation(&self, relation: &Relation, issues: &mut Vec<Issue>) {
        let place = || Place::Relation(self.key.clone(), relation.id);
        if relation.id.0 > self.layer.last_relation || relation.id.0 == 0 {
            issues.push(Issue::error(
                "relation-number",
                place(),
                "the number was never given; a new relation could get it",
            ));
        }
        let (Some(from), Some(to)) =
            (self.layer.spans.get(&relation.from), self.layer.spans.get(&relation.to))
        else {
            issues.push(Issue::error(
                "relation-dangling",
                place(),
                format!(
                    "it leads from span {} to span {}, of which one does not exist; remove it",
                    relation.from, relation.to
                ),
            ));
            return;
        };
        if from.id == to.id {
            issues.push(Issue::error("relation-loop", place(), "it leads from a span to itself; remove it"));
        }
        match self.codebook.relation(&relation.label) {
            None => issues.push(Issue::error(
                "relation-unknown",
                place(),
                format!(
                    "the relation type {} is not in the codebook; add it or remove the relation",
                    relation.label
                ),
            )),
            Some(kind) if !kind.allows(&from.label, &to.label) => issues.push(Issue::warning(
                "relation-ends",
                place(),
                format!("{} should not lead from {} to {}", relation.label, from.label, to.label),
            )),
            Some(_) => {}
        }
    }
}

/// What is wrong with an attribute's value, as the end of a sentence.
pub fn wrong_value(kind: &AttributeKind, value: &str, entities: &Registry) -> Option<String> {
    match kind {
        AttributeKind::Text => None,
        AttributeKind::Choice(choices) => (!choices.iter().any(|choice| choice == value))
            .then(|| format!("is none of {}", choices.join(", "))),
        AttributeKind::Date => (!is_iso_value(value))
            .then(|| "is not an ISO 8601 day, month, year, week or start/end".to_owned()),
        AttributeKind::Entity => {
            (!entities.contains_key(&EntityId::from(value))).then(|| "is not in the registry".to_owned())
        }
        AttributeKind::Number => value.parse::<f64>().is_err().then(|| "is not a number".to_owned()),
        AttributeKind::Flag => (value != "yes" && value != "no").then(|| "is neither yes nor no".to_owned()),
    }
}

/// Whether a text is a date value: `2026-01-18`, `2026-09`, `2014`, `2026-W03`, a decade `198X`, a duration
/// (`P40Y`, `PT2H`), or an interval of two of the first kinds joined by `/`, of which one may be `..` (open).
pub fn is_iso_value(value: &str) -> bool {
    let point =
        |part: &str| is_iso_date(part) || is_month(part) || is_year(part) || is_week(part) || is_decade(part);
    match value.split_once('/') {
        Some((start, end)) => {
            let open = |part: &str| part == "..";
            (point(start) || open(start)) && (point(end) || open(end)) && !(open(start) && open(end))
        }
        None => point(value) || is_duration(value),
    }
}

fn all_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_year(text: &str) -> bool {
    all_digits(text, 4)
}

fn is_month(text: &str) -> bool {
    text.split_once('-')
        .is_some_and(|(year, month)| is_year(year) && all_digits(month, 2) && ("01"..="12").contains(&month))
}

fn is_week(text: &str) -> bool {
    text.split_once("-W")
        .is_some_and(|(year, week)| is_year(year) && all_digits(week, 2) && ("01"..="53").contains(&week))
}

fn is_decade(text: &str) -> bool {
    text.strip_suffix('X').is_some_and(|start| all_digits(start, 3))
}

fn is_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else { return false };
    let (days, hours) = rest.split_once('T').map_or((rest, None), |(days, hours)| (days, Some(hours)));
    let parts = |part: &str, units: &str| {
        let mut units = units.chars();
        let mut digits = false;
        part.chars().all(|c| match c {
            '0'..='9' => {
                digits = true;
                true
            }
            _ => std::mem::take(&mut digits) && units.any(|unit| unit == c),
        }) && !digits
    };
    !(days.is_empty() && hours.is_none())
        && parts(days, "YMWD")
        && hours.is_none_or(|hours| !hours.is_empty() && parts(hours, "HMS"))
}

/// Claims that nobody makes: an annotation that is finished usually has a claimant for each.
pub fn claims_without_claimant(key: &LayerKey, layer: &Layer) -> Vec<Issue> {
    let with: BTreeSet<SpanId> =
        layer.relations.values().filter(|r| r.label.as_str() == "claimant").map(|r| r.from).collect();
    layer
        .spans
        .values()
        .filter(|span| span.label.as_str() == "claim" && !with.contains(&span.id))
        .map(|span| {
            Issue::warning(
                "claim-without-claimant",
                Place::Span(key.clone(), span.id),
                "nobody is said to make this claim; link it to an actor, or leave it where the article itself speaks",
            )
        })
        .collect()
}

/// An annotator's layer of an article that the index does not have.
pub fn orphan_layer(article: &ArticleId, annotator: &AnnotatorId) -> Issue {
    Issue::error(
        "layer-orphan",
        Place::Layer(LayerKey { article: article.clone(), annotator: annotator.clone() }),
        "the index has no such article; the layer is kept and left out of exports: import the article again",
    )
}

#[cfg(test)]
mod tests {
    use super::is_iso_value;

    #[test]
    fn date_values_are_told_from_other_texts() {
        for good in [
            "2026-01-18",
            "2026-09",
            "2014",
            "2026-W03",
            "2014/2017",
            "2026-01-18/2026-02",
            "../2025",
            "2018/..",
            "198X",
            "P40Y",
            "P1Y2M10DT2H30M",
            "PT2H",
            "P3W",
        ] {
            assert!(is_iso_value(good), "{good}");
        }
        for bad in [
            "",
            "26",
            "2026-13",
            "2026-1",
            "2026-W60",
            "2014-2017",
            "../..",
            "P",
            "PT",
            "P4",
            "PY",
            "P1D2Y",
            "أمس",
            "2014/",
        ] {
            assert!(!is_iso_value(bad), "{bad}");
        }
    }
}
