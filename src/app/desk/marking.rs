//! What gestures on words and spans change: each makes one [`Edit`], so that one undo takes one gesture back.

use super::{Desk, Edge, Way};
use crate::app::notices::Notices;
use crate::language::{graphemes, words};
use crate::model::{
    Edit, LabelId, LayerKey, Ranges, Relation, Span, SpanId, Status, TextRange, TextSize, quote_of,
};

impl Desk {
    /// Applies an edit; a refusal is said, and nothing was changed. Returns whether it was applied.
    pub fn apply(&mut self, edit: Edit, notices: &mut Notices) -> bool {
        match self.session.apply(edit) {
            Ok(()) => true,
            Err(refusal) => {
                notices.error(refusal.to_string());
                false
            }
        }
    }

    /// Labels the selected words; with a span selected instead, changes its label; with neither, arms the label for
    /// the next selection.
    pub fn apply_label(&mut self, label: &LabelId, notices: &mut Notices) {
        let words = self.words.filter(|words| !words.is_caret());
        if let (Some(words), Some(article)) = (words, self.article()) {
            if let Some(range) = words.trimmed(article.text()) {
                self.add_span(label, range, notices);
            }
        } else if self.span.is_some() {
            self.change_label(label, notices);
        } else if self.armed.as_ref() == Some(label) {
            self.armed = None;
        } else {
            self.armed = Some(label.clone());
        }
    }

    /// Marks a range. The same words under the same label are not marked twice: the span that is there is selected.
    pub fn add_span(&mut self, label: &LabelId, range: TextRange, notices: &mut Notices) {
        let (Some(key), Some(article), Some(layer)) = (self.layer_key(), self.article(), self.layer()) else {
            return;
        };
        let range = graphemes::snap(article.text(), range);
        let ranges = Ranges::from_slice(&[range]);
        let same =
            layer.spans.values().find(|span| span.label == *label && span.ranges == ranges && !span.lost);
        if let Some(id) = same.map(|span| span.id) {
            self.span = Some(id);
            self.words = None;
            return;
        }
        let Some(span) = Span::new(layer.next_span_id(), label.clone(), ranges, article.text()) else {
            return;
        };
        let id = span.id;
        let edit = self.with_progress(&key, Edit::AddSpan { layer: key.clone(), span: Box::new(span) });
        if self.apply(edit, notices) {
            self.span = Some(id);
            self.words = None;
        }
    }

    /// The first mark in a layer also says that the article was begun.
    fn with_progress(&self, key: &LayerKey, edit: Edit) -> Edit {
        if self.layer().is_some_and(|layer| layer.status == Status::New) {
            let begun = Edit::SetStatus { layer: key.clone(), old: Status::New, new: Status::InProgress };
            return Edit::Batch(vec![begun, edit]);
        }
        edit
    }

    /// Changes the selected span by a function of it.
    pub fn change_selected(&mut self, notices: &mut Notices, change: impl FnOnce(&mut Span)) -> bool {
        let (Some(key), Some(old)) = (self.layer_key(), self.selected().cloned()) else { return false };
        let mut new = old.clone();
        change(&mut new);
        if new == old {
            return false;
        }
        self.apply(Edit::ChangeSpan { layer: key, old: Box::new(old), new: Box::new(new) }, notices)
    }

    /// Another label for the selected span. Attributes that the new label does not have go; undo brings them back.
    pub fn change_label(&mut self, label: &LabelId, notices: &mut Notices) {
        let known: Vec<String> = self
            .label(label)
            .map(|label| label.attributes.iter().map(|a| a.id.clone()).collect())
            .unwrap_or_default();
        let (Some(key), Some(old), Some(layer)) = (self.layer_key(), self.selected().cloned(), self.layer())
        else {
            return;
        };
        if old.label == *label {
            return;
        }
        let mut new = Span { label: label.clone(), ..old.clone() };
        new.attributes.retain(|id, _| known.contains(id));
        let codebook = &self.session.project().codebook;
        let fits = |relation: &Relation| {
            let label_of =
                |id: SpanId| if id == old.id { Some(label) } else { layer.spans.get(&id).map(|s| &s.label) };
            let ends = label_of(relation.from).zip(label_of(relation.to));
            ends.zip(codebook.relation(&relation.label))
                .is_none_or(|((from, to), kind)| kind.allows(from, to))
        };
        let mut edits: Vec<Edit> = layer
            .relations_of(old.id)
            .filter(|relation| !fits(relation))
            .map(|relation| Edit::RemoveRelation { layer: key.clone(), relation: relation.clone() })
            .collect();
        let dropped = edits.len();
        edits.push(Edit::ChangeSpan { layer: key, old: Box::new(old), new: Box::new(new) });
        if self.apply(Edit::Batch(edits), notices) && dropped > 0 {
            notices.info(format!(
                "{dropped} relation(s) did not fit the new label and were removed; undo brings them back"
            ));
        }
    }

    /// Removes the selected span with its relations, and selects the next one.
    pub fn remove_span(&mut self, notices: &mut Notices) {
        let (Some(key), Some(span), Some(layer)) = (self.layer_key(), self.selected().cloned(), self.layer())
        else {
            return;
        };
        let mut edits: Vec<Edit> = layer
            .relations_of(span.id)
            .map(|relation| Edit::RemoveRelation { layer: key.clone(), relation: relation.clone() })
            .collect();
        edits.push(Edit::RemoveSpan { layer: key, span: Box::new(span.clone()) });
        let edit = if edits.len() == 1 { edits.remove(0) } else { Edit::Batch(edits) };
        if self.apply(edit, notices) {
            self.span = None;
            self.link = None;
            self.words = (!span.lost).then(|| super::Words::caret(span.start()));
        }
    }

    /// Moves an edge of the selected span by a letter (or a word), never past its other edge.
    pub fn move_edge(&mut self, edge: Edge, way: Way, by_word: bool, notices: &mut Notices) {
        let (Some(article), Some(span)) = (self.article(), self.selected()) else { return };
        let text = article.text();
        let at = if edge == Edge::Start { span.start() } else { span.end() };
        let at = usize::from(at);
        let to = match (way, by_word) {
            (Way::Forward, false) => graphemes::next(text, at),
            (Way::Backward, false) => graphemes::previous(text, at),
            (Way::Forward, true) => words::next_end(text, at),
            (Way::Backward, true) => words::previous_start(text, at),
        };
        if let Ok(to) = TextSize::try_from(to) {
            self.put_edge(edge, to, notices);
        }
    }

    /// Puts an edge of the selected span at a place; an edge that would pass the other one of its range stays.
    pub fn put_edge(&mut self, edge: Edge, to: TextSize, notices: &mut Notices) {
        let (Some(article), Some(span)) = (self.article().cloned(), self.selected()) else { return };
        let mut ranges = span.ranges.clone();
        let Some(range) = (match edge {
            Edge::Start => ranges.first_mut(),
            Edge::End => ranges.last_mut(),
        }) else {
            return;
        };
        let (start, end) = if edge == Edge::Start { (to, range.end()) } else { (range.start(), to) };
        if start >= end {
            return;
        }
        *range = graphemes::snap(article.text(), TextRange::new(start, end));
        let Some(quote) = quote_of(article.text(), &ranges) else { return };
        if quote.is_empty() {
            return;
        }
        self.change_selected(notices, |span| {
            span.ranges = ranges;
            span.quote = quote;
            span.lost = false;
        });
    }

    /// Adds the selected words to the selected span, which becomes discontinuous; touching parts are joined.
    pub fn extend_span(&mut self, span: SpanId, notices: &mut Notices) {
        let Some(article) = self.article().cloned() else { return };
        let Some(added) = self.words.and_then(|words| words.trimmed(article.text())) else { return };
        let Some(old) = self.layer().and_then(|layer| layer.spans.get(&span)) else { return };
        let ranges = joined(old.ranges.iter().copied().chain([added]));
        let Some(quote) = quote_of(article.text(), &ranges) else { return };
        self.span = Some(span);
        let changed = self.change_selected(notices, |span| {
            span.ranges = ranges;
            span.quote = quote;
        });
        if changed {
            self.words = None;
        }
    }

    /// Adds the selected words to the span that was selected before them.
    pub fn extend_last(&mut self, notices: &mut Notices) {
        match self.last_span {
            Some(span) if self.words.is_some_and(|words| !words.is_caret()) => {
                self.extend_span(span, notices)
            }
            _ => notices.info("Select a span, then words elsewhere: + adds them to it"),
        }
    }

    /// Marks the article as done, or as in progress again.
    pub fn toggle_done(&mut self, notices: &mut Notices) {
        let done = self.layer().is_some_and(|layer| layer.status == Status::Done);
        self.set_status(if done { Status::InProgress } else { Status::Done }, notices);
    }

    /// Writes the note of the selected span.
    pub fn set_note(&mut self, note: &str, notices: &mut Notices) {
        self.change_selected(notices, |span| span.note = note.trim().to_owned());
    }

    /// Sets an attribute of the selected span; an empty value removes it.
    pub fn set_attribute(&mut self, id: &str, value: &str, notices: &mut Notices) {
        self.change_selected(notices, |span| {
            match value.trim() {
                "" => span.attributes.remove(id),
                value => span.attributes.insert(id.to_owned(), value.to_owned()),
            };
        });
    }

    /// Sets how far the annotator is with the open article.
    pub fn set_status(&mut self, new: Status, notices: &mut Notices) {
        let (Some(key), Some(layer)) = (self.layer_key(), self.layer()) else { return };
        let old = layer.status;
        if old != new {
            self.apply(Edit::SetStatus { layer: key, old, new }, notices);
        }
    }

    /// Takes the last gesture back, or does it again, and shows where.
    pub fn undo(&mut self, again: bool, notices: &mut Notices) {
        let result = if again { self.session.redo() } else { self.session.undo() };
        match result {
            Ok(Some(edit)) => self.show_edit(&edit, notices),
            Ok(None) => {
                notices.info(if again { "There is nothing to do again" } else { "There is nothing to undo" })
            }
            Err(refusal) => notices.error(refusal.to_string()),
        }
    }

    /// Brings the article and span of an edit onto the page.
    fn show_edit(&mut self, edit: &Edit, notices: &mut Notices) {
        self.link = None;
        if let Some(key) = edit.layers().first().map(|key| (*key).clone())
            && key.annotator == self.annotator
            && self.open.as_ref() != Some(&key.article)
        {
            self.open_article(&key.article, notices);
        }
        let shown = span_of(edit);
        self.span = shown.filter(|id| self.layer().is_some_and(|layer| layer.spans.contains_key(id)));
        if let Some(id) = self.span {
            self.select(id);
        }
    }
}

/// The span that an edit leaves on the page.
fn span_of(edit: &Edit) -> Option<SpanId> {
    match edit {
        Edit::AddSpan { span, .. } | Edit::ChangeSpan { new: span, .. } => Some(span.id),
        Edit::AddRelation { relation, .. } | Edit::RemoveRelation { relation, .. } => Some(relation.from),
        Edit::Batch(edits) => edits.iter().rev().find_map(span_of),
        _ => None,
    }
}

/// Ranges in order, with touching and overlapping ones joined.
fn joined(ranges: impl Iterator<Item = TextRange>) -> Ranges {
    let mut sorted: Vec<TextRange> = ranges.collect();
    sorted.sort_by_key(|range| (range.start(), range.end()));
    let mut result = Ranges::new();
    for range in sorted {
        match result.last_mut() {
            Some(last) if range.start() <= last.end() => *last = last.cover(range),
            _ => result.push(range),
        }
    }
    result
}
