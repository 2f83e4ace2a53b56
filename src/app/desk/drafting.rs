//! What somebody is typing about a span: kept apart until they leave the field, so that a visit is one edit and one
//! undo, and kept with its span, so that it cannot land on another one.

use super::Desk;
use crate::app::notices::Notices;
use crate::language::fold;
use crate::model::{AttributeKind, Edit, LayerKey, Span, SpanId};

/// Which field of a span.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Its note.
    Note,
    /// The attribute with this id.
    Attribute(String),
}

/// Words typed into a field and not yet in the layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    layer: LayerKey,
    span: SpanId,
    field: Field,
    text: String,
}

impl Desk {
    /// Keeps what was typed into a field of the selected span.
    pub fn type_into(&mut self, field: Field, text: String, notices: &mut Notices) {
        let (Some(layer), Some(span)) = (self.layer_key(), self.span) else { return };
        let draft = Draft { layer, span, field, text };
        if self
            .draft
            .as_ref()
            .is_some_and(|old| (&old.layer, old.span, &old.field) != (&draft.layer, draft.span, &draft.field))
        {
            self.commit_draft(notices);
        }
        self.draft = Some(draft);
    }

    /// What was typed into a field of the selected span and is not in the layer yet.
    pub fn typed(&self, field: &Field) -> Option<&str> {
        let draft =
            self.draft.as_ref().filter(|draft| draft.field == *field && Some(draft.span) == self.span)?;
        (self.open.as_ref() == Some(&draft.layer.article) && self.annotator == draft.layer.annotator)
            .then_some(&draft.text)
    }

    /// Whether something was typed about another span than the selected one.
    pub fn draft_is_elsewhere(&self) -> bool {
        self.draft.as_ref().is_some_and(|draft| self.typed(&draft.field).is_none())
    }

    /// Forgets what was typed.
    pub fn drop_draft(&mut self) {
        self.draft = None;
    }

    /// Writes what was typed to the span it was typed about.
    pub fn commit_draft(&mut self, notices: &mut Notices) {
        let Some(Draft { layer: key, span, field, text }) = self.draft.take() else { return };
        if self.session.project().layer(&key).is_none() {
            for issue in self.session.load(&key.article, &key.annotator) {
                notices.issue(&issue);
            }
        }
        let found = self.session.project().layer(&key).and_then(|layer| layer.spans.get(&span)).cloned();
        let Some(old) = found else {
            notices.warning(format!(
                "Span #{span} is gone, and “{text}” with it; undo brings the span back, then type it again"
            ));
            return;
        };
        let new = self.with_text(&old, &field, &text);
        if new != old {
            self.apply(Edit::ChangeSpan { layer: key, old: Box::new(old), new: Box::new(new) }, notices);
        }
    }

    fn with_text(&self, old: &Span, field: &Field, text: &str) -> Span {
        let mut new = old.clone();
        match field {
            Field::Note => new.note = text.trim().to_owned(),
            Field::Attribute(id) => {
                let kind = self
                    .label(&old.label)
                    .and_then(|label| label.attributes.iter().find(|a| a.id == *id))
                    .map(|a| &a.kind);
                match kind.map_or_else(|| text.trim().to_owned(), |kind| written(kind, text)) {
                    value if value.is_empty() => new.attributes.remove(id),
                    value => new.attributes.insert(id.clone(), value),
                };
            }
        }
        new
    }
}

/// A value as it is kept: dates and numbers in ASCII digits, whatever keyboard they were typed on.
pub(crate) fn written(kind: &AttributeKind, text: &str) -> String {
    let text = text.trim();
    match kind {
        AttributeKind::Date => {
            fold::Folding { digits: true, ..fold::Folding::NONE }.text(text).to_uppercase()
        }
        AttributeKind::Number => fold::Folding { digits: true, ..fold::Folding::NONE }.text(text),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_in_ascii_digits() {
        assert_eq!(written(&AttributeKind::Date, " ٢٠٢٦-٠١-١٨ "), "2026-01-18");
        assert_eq!(written(&AttributeKind::Date, "2026-w03"), "2026-W03");
        assert_eq!(written(&AttributeKind::Number, "١٥"), "15");
        assert_eq!(written(&AttributeKind::Text, " قال ٢ "), "قال ٢");
    }
}
