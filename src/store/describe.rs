//! Edits as lines for people: what was recovered, what undo would take back.

use crate::model::{Edit, Project, Span};

/// What an edit does, in a few words.
pub fn describe(edit: &Edit, project: &Project) -> String {
    let label = |span: &Span| {
        project.codebook.label(&span.label).map_or_else(|| span.label.to_string(), |label| label.name.clone())
    };
    match edit {
        Edit::AddSpan { layer, span } => {
            format!("marked “{}” as {} in {layer}", short(&span.quote), label(span))
        }
        Edit::RemoveSpan { layer, span } => {
            format!("removed {} “{}” in {layer}", label(span), short(&span.quote))
        }
        Edit::ChangeSpan { layer, old, new } if old.ranges != new.ranges => {
            format!("moved “{}” to “{}” in {layer}", short(&old.quote), short(&new.quote))
        }
        Edit::ChangeSpan { layer, old, new } if old.label != new.label => {
            format!("changed “{}” from {} to {} in {layer}", short(&new.quote), label(old), label(new))
        }
        Edit::ChangeSpan { layer, new, .. } => {
            format!("changed {} “{}” in {layer}", label(new), short(&new.quote))
        }
        Edit::AddRelation { layer, relation } => {
            format!("linked span {} to {} as {} in {layer}", relation.from, relation.to, relation.label)
        }
        Edit::RemoveRelation { layer, relation } => {
            format!("removed {} from span {} to {} in {layer}", relation.label, relation.from, relation.to)
        }
        Edit::ChangeRelation { layer, new, .. } => {
            format!("changed {} of span {} in {layer}", new.label, new.from)
        }
        Edit::SetStatus { layer, new, .. } => format!("set {layer} to {}", new.as_str().replace('_', " ")),
        Edit::RaiseCounters { layer, .. } => format!("kept the numbers given before in {layer}"),
        Edit::AddArticle { info, .. } => format!("added the article {}", info.id),
        Edit::RemoveArticle { info, .. } => format!("took the article {} out of the index", info.id),
        Edit::ChangeArticle { new, .. } => format!("changed what is known about the article {}", new.id),
        Edit::SetCodebook { .. } => "changed the codebook".into(),
        Edit::SetEntity { id, old: None, .. } => format!("added the entity {id}"),
        Edit::SetEntity { id, new: None, .. } => format!("removed the entity {id}"),
        Edit::SetEntity { id, .. } => format!("changed the entity {id}"),
        Edit::SetAnnotator { id, old: None, .. } => format!("added the annotator {id}"),
        Edit::SetAnnotator { id, new: None, .. } => format!("removed the annotator {id}"),
        Edit::SetAnnotator { id, .. } => format!("renamed the annotator {id}"),
        Edit::SetName { new, .. } => format!("named the project “{}”", short(new)),
        Edit::SetId { .. } => "took over the identity of an imported project".into(),
        Edit::SetSettings { .. } => "changed the project's settings".into(),
        Edit::Batch(_) => {
            let parts = edit.parts();
            match parts.first() {
                None => "nothing".into(),
                Some(first) if parts.len() == 1 => describe(first, project),
                Some(first) => format!("{} and {} more", describe(first, project), parts.len() - 1),
            }
        }
    }
}

/// The first 40 characters.
fn short(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
