//! A layer as statements: what is a statement, and what of it becomes a variable.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::schema::LONGEST;
use super::{CLAIM, variable};
use crate::interchange::fit::{self, Fitted};
use crate::interchange::{Header, Keeps, LossKind, Page, Report};
use crate::model::{EntityKind, Layer, LayerKey, Place, Ranges, Registry, Relation, Span, SpanId, quote_of};

/// The relation to who makes a statement.
const CLAIMANT: &str = "claimant";

/// What of a project decides what a statement is.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    labels: BTreeSet<String>,
    entities: Registry,
}

impl Rules {
    pub(super) fn of(header: &Header) -> Self {
        let codebook = header.codebook.iter();
        let labels: BTreeSet<String> = codebook
            .flat_map(|codebook| &codebook.relations)
            .flat_map(|kind| &kind.from)
            .map(|l| l.to_string())
            .collect();
        let labels = if labels.is_empty() { [CLAIM.to_owned()].into() } else { labels };
        Self { labels, entities: header.entities.clone() }
    }

    /// A page with nothing but statements, each span a range with its variables as attributes.
    pub(super) fn fit(&self, page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
        let mut known = Fitted::whole(page);
        let mut others: Vec<BTreeMap<SpanId, Vec<(&'static str, String)>>> = Vec::new();
        let mut torn = Vec::new();
        for (annotator, layer) in &mut known.layers {
            let mut reduction = Reduction {
                rules: self,
                text: page.article.text(),
                key: page.key(annotator),
                report: &mut *report,
                others: BTreeMap::new(),
                torn: 0,
            };
            *layer = Arc::new(reduction.layer(layer));
            torn.push(reduction.torn);
            others.push(reduction.others);
        }
        let mut fitted = fit::fit(&known.page(), keeps, report);
        let torn: usize = torn.into_iter().sum();
        let counts = &mut report.spans;
        counts.lossless = counts.lossless.saturating_sub(torn);
        counts.clipped += torn;
        for ((_, layer), others) in fitted.layers.iter_mut().zip(others) {
            multiply(Arc::make_mut(layer), others);
        }
        // Whoever marked no statement has left no trace in such a file.
        fitted.layers.retain(|(_, layer)| !layer.spans.is_empty());
        fitted
    }
}

/// Of several claimants, each has a statement.
fn multiply(layer: &mut Layer, others: BTreeMap<SpanId, Vec<(&'static str, String)>>) {
    for (id, claimants) in others {
        let Some(span) = layer.spans.get(&id).cloned() else { continue };
        for (variable, name) in claimants {
            let mut again = Span { id: layer.next_span_id(), ..span.clone() };
            again.attributes.remove(variable::PERSON);
            again.attributes.remove(variable::ORGANIZATION);
            again.attributes.insert(variable.to_owned(), name);
            layer.last_span = layer.last_span.max(again.id.0);
            layer.spans.insert(again.id, again);
        }
    }
}

/// A layer on its way to statements.
struct Reduction<'a> {
    rules: &'a Rules,
    text: &'a str,
    key: LayerKey,
    report: &'a mut Report,
    /// Claimants after the first.
    others: BTreeMap<SpanId, Vec<(&'static str, String)>>,
    /// Statements that had gaps.
    torn: usize,
}

impl Reduction<'_> {
    fn layer(&mut self, layer: &Layer) -> Layer {
        let mut reduced = Layer { spans: BTreeMap::new(), relations: BTreeMap::new(), ..layer.clone() };
        for span in layer.spans.values() {
            if self.rules.labels.contains(span.label.as_str()) {
                let made = self.statement(span);
                reduced.spans.insert(span.id, made);
            } else {
                self.report.spans.dropped();
                let reason = format!("DNA has statements alone, and {} is none", span.label);
                self.lose(span.id, LossKind::Dropped, reason);
            }
        }
        for relation in layer.relations.values() {
            let reason = match reduced.spans.get_mut(&relation.from) {
                Some(statement) => self.variable(layer, relation, statement),
                None => format!("span {} at its beginning is no statement", relation.from),
            };
            self.report.relations.dropped();
            self.report.lose(Place::Relation(self.key.clone(), relation.id), LossKind::Dropped, reason);
        }
        for (id, span) in &reduced.spans {
            if layer.spans.get(id).is_some_and(|was| was.attributes != span.attributes) && !span.lost {
                self.lose(*id, LossKind::Renamed, "what belongs to it are variables of the statement");
            }
        }
        reduced
    }

    fn lose(&mut self, id: SpanId, kind: LossKind, reason: impl Into<String>) {
        self.report.lose(Place::Span(self.key.clone(), id), kind, reason);
    }

    fn statement(&mut self, span: &Span) -> Span {
        let mut statement = span.clone();
        if span.ranges.len() > 1 && !span.lost {
            statement.ranges = Ranges::from_slice(&[span.cover()]);
            statement.quote = quote_of(self.text, &statement.ranges).unwrap_or_default();
            self.torn += 1;
            self.lose(
                span.id,
                LossKind::Clipped,
                "it is discontinuous; a statement has all between its parts, too",
            );
        }
        if statement.attributes.remove(variable::NOTE).is_some() {
            let reason = "its attribute note has the name of the variable for notes and is left out";
            self.lose(span.id, LossKind::Stripped, reason);
        }
        if statement.attributes.values().any(String::is_empty) {
            self.lose(span.id, LossKind::Stripped, "empty attributes are no variables");
            statement.attributes.retain(|_, value| !value.is_empty());
        }
        let denies = statement.attributes.get("stance").is_some_and(|stance| stance == "denies");
        let says_no = statement.attributes.get(variable::AGREEMENT).map(|agreement| is_no(agreement));
        let agreement = if says_no.unwrap_or(denies) { "no" } else { "yes" };
        statement.attributes.insert(variable::AGREEMENT.to_owned(), agreement.to_owned());
        for key in [variable::PERSON, variable::ORGANIZATION, variable::CONCEPT] {
            if let Some(value) = statement.attributes.get_mut(key) {
                *value = short_text(value);
            }
        }
        statement
    }

    /// Writes the end of a relation into a statement; what is said of the relation.
    fn variable(&mut self, layer: &Layer, relation: &Relation, statement: &mut Span) -> String {
        let Some(end) = layer.spans.get(&relation.to) else {
            return format!("span {} at its end is not there", relation.to);
        };
        let (name, kind) = self.rules.name(end);
        if name.is_empty() {
            return format!("span {} at its end has no words", relation.to);
        }
        if relation.label.as_str() == CLAIMANT {
            let has_one = [variable::PERSON, variable::ORGANIZATION]
                .iter()
                .any(|variable| statement.attributes.contains_key(*variable));
            if has_one {
                self.others.entry(statement.id).or_default().push((kind, name));
                return format!("a statement of its own has the {kind} of this claimant");
            }
            statement.attributes.insert(kind.to_owned(), name);
            return format!("it is the variable {kind} of the statement");
        }
        match statement.attributes.get(relation.label.as_str()) {
            Some(_) => format!("the statement has a variable {} already", relation.label),
            None => {
                statement.attributes.insert(relation.label.to_string(), name);
                format!("it is the variable {} of the statement", relation.label)
            }
        }
    }
}

impl Rules {
    /// The name of who or what a span is, and whether it is a person or an organisation.
    fn name(&self, span: &Span) -> (String, &'static str) {
        let id = span.attributes.get("entity").map(|id| id.as_str().into());
        let entity = id.and_then(|id| self.entities.get(&id));
        let kind = match entity.map(|entity| &entity.kind) {
            Some(EntityKind::Other(kind)) if kind == variable::PERSON => variable::PERSON,
            _ => variable::ORGANIZATION,
        };
        (short_text(entity.map_or(&span.quote, |entity| &entity.name)), kind)
    }
}

fn is_no(agreement: &str) -> bool {
    matches!(agreement.trim().to_lowercase().as_str(), "no" | "false" | "0")
}

/// A text on one line, not longer than DNA takes it.
fn short_text(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(LONGEST).collect()
}
