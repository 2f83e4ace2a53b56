//! Edits: the only thing that changes data.

use std::sync::Arc;

use super::{
    Annotator, AnnotatorId, ArticleId, ArticleInfo, Codebook, Entity, EntityId, Layer, LayerKey, Project,
    Relation, RelationId, Settings, Span, SpanId, Status, quote_of,
};

/// A change. It carries what was there before, so that [`Edit::inverse`] needs no look-up, and applies only where
/// that is still so.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// A new span.
    AddSpan {
        /// Where.
        layer: LayerKey,
        /// What.
        span: Box<Span>,
    },
    /// A span goes. Its relations must go first, in the same batch.
    RemoveSpan {
        /// Where.
        layer: LayerKey,
        /// What is there.
        span: Box<Span>,
    },
    /// A span changes; its number stays.
    ChangeSpan {
        /// Where.
        layer: LayerKey,
        /// What is there.
        old: Box<Span>,
        /// What comes instead.
        new: Box<Span>,
    },
    /// A new relation.
    AddRelation {
        /// Where.
        layer: LayerKey,
        /// What.
        relation: Relation,
    },
    /// A relation goes.
    RemoveRelation {
        /// Where.
        layer: LayerKey,
        /// What is there.
        relation: Relation,
    },
    /// A relation changes; its number stays.
    ChangeRelation {
        /// Where.
        layer: LayerKey,
        /// What is there.
        old: Relation,
        /// What comes instead.
        new: Relation,
    },
    /// A layer's status changes.
    SetStatus {
        /// Where.
        layer: LayerKey,
        /// The status now.
        old: Status,
        /// The status to be.
        new: Status,
    },
    /// Numbers up to these were given to spans and relations that are no longer there: they are not given again.
    /// Taking it back leaves them given, as it does everywhere.
    RaiseCounters {
        /// Where.
        layer: LayerKey,
        /// The highest number of a span.
        span: u32,
        /// The highest number of a relation.
        relation: u32,
    },
    /// An article enters the index; its text is on disk already.
    AddArticle {
        /// Its place in the index.
        at: usize,
        /// The entry.
        info: Arc<ArticleInfo>,
    },
    /// An article leaves the index. Its text and layers stay on disk.
    RemoveArticle {
        /// Its place in the index.
        at: usize,
        /// The entry.
        info: Arc<ArticleInfo>,
    },
    /// What is known about an article changes; id, length and hash stay.
    ChangeArticle {
        /// The entry now.
        old: Arc<ArticleInfo>,
        /// The entry to be.
        new: Arc<ArticleInfo>,
    },
    /// The codebook changes.
    SetCodebook {
        /// The codebook now.
        old: Arc<Codebook>,
        /// The codebook to be.
        new: Arc<Codebook>,
    },
    /// An entity enters, leaves (`new` empty) or changes.
    SetEntity {
        /// Its id.
        id: EntityId,
        /// The entry now.
        old: Option<Box<Entity>>,
        /// The entry to be.
        new: Option<Box<Entity>>,
    },
    /// An annotator enters, leaves (`new` empty) or is renamed.
    SetAnnotator {
        /// Their id.
        id: AnnotatorId,
        /// Name now.
        old: Option<String>,
        /// Name to be.
        new: Option<String>,
    },
    /// The project's name changes.
    SetName {
        /// The name now.
        old: String,
        /// The name to be.
        new: String,
    },
    /// A still empty project takes the identity of the data set imported into it.
    SetId {
        /// The id now.
        old: String,
        /// The id to be.
        new: String,
    },
    /// The project's settings change.
    SetSettings {
        /// The settings now.
        old: Settings,
        /// The settings to be.
        new: Settings,
    },
    /// Several edits of one gesture: all or none.
    Batch(Vec<Edit>),
}

/// Why an edit was refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The layer was not read yet.
    #[error("the layer {0} is not loaded; nothing was changed: open the article and try again")]
    LayerNotLoaded(LayerKey),
    /// The text was not read yet.
    #[error("the text of article {0} is not loaded; nothing was changed: open the article and try again")]
    TextNotLoaded(ArticleId),
    /// The number is taken.
    #[error("span {1} of {0} exists already; nothing was changed")]
    SpanExists(LayerKey, SpanId),
    /// Numbers begin at 1.
    #[error("0 is no number of a span or relation of {0}; nothing was changed")]
    NoNumber(LayerKey),
    /// The number is taken.
    #[error("relation {1} of {0} exists already; nothing was changed")]
    RelationExists(LayerKey, RelationId),
    /// The span is gone or another than expected.
    #[error(
        "span {1} of {0} is not what the edit expects; nothing was changed: look at it again before changing it"
    )]
    SpanDiffers(LayerKey, SpanId),
    /// The relation is gone or another than expected.
    #[error("relation {1} of {0} is not what the edit expects; nothing was changed")]
    RelationDiffers(LayerKey, RelationId),
    /// A relation still starts or ends at the span.
    #[error("span {1} of {0} still has relations; nothing was changed: remove them in the same step")]
    SpanInUse(LayerKey, SpanId),
    /// A relation starts or ends at no span.
    #[error("relation {1} of {0} would lead to no span; nothing was changed")]
    Dangling(LayerKey, RelationId),
    /// The ranges are empty, unsorted, touching or outside the text.
    #[error("the ranges of span {1} of {0} do not lie in the text in order; nothing was changed")]
    BadRanges(LayerKey, SpanId),
    /// The quote is not the text under the ranges.
    #[error("span {1} of {0} would land on other words than its quote “{2}”; nothing was changed")]
    QuoteDiffers(LayerKey, SpanId, String),
    /// The index has the article already, or at another place, or not at all.
    #[error("the index entry of article {0} is not what the edit expects; nothing was changed")]
    ArticleDiffers(ArticleId),
    /// Something else is there than the edit expects.
    #[error("{0} changed in the meantime; nothing was changed: look at it again before changing it")]
    Differs(&'static str),
}

impl Edit {
    /// The edit that takes this one back.
    pub fn inverse(&self) -> Self {
        match self.clone() {
            Self::AddSpan { layer, span } => Self::RemoveSpan { layer, span },
            Self::RemoveSpan { layer, span } => Self::AddSpan { layer, span },
            Self::ChangeSpan { layer, old, new } => Self::ChangeSpan { layer, old: new, new: old },
            Self::AddRelation { layer, relation } => Self::RemoveRelation { layer, relation },
            Self::RemoveRelation { layer, relation } => Self::AddRelation { layer, relation },
            Self::ChangeRelation { layer, old, new } => Self::ChangeRelation { layer, old: new, new: old },
            Self::SetStatus { layer, old, new } => Self::SetStatus { layer, old: new, new: old },
            Self::RaiseCounters { .. } => self.clone(),
            Self::AddArticle { at, info } => Self::RemoveArticle { at, info },
            Self::RemoveArticle { at, info } => Self::AddArticle { at, info },
            Self::ChangeArticle { old, new } => Self::ChangeArticle { old: new, new: old },
            Self::SetCodebook { old, new } => Self::SetCodebook { old: new, new: old },
            Self::SetEntity { id, old, new } => Self::SetEntity { id, old: new, new: old },
            Self::SetAnnotator { id, old, new } => Self::SetAnnotator { id, old: new, new: old },
            Self::SetName { old, new } => Self::SetName { old: new, new: old },
            Self::SetId { old, new } => Self::SetId { old: new, new: old },
            Self::SetSettings { old, new } => Self::SetSettings { old: new, new: old },
            Self::Batch(edits) => Self::Batch(edits.iter().rev().map(Self::inverse).collect()),
        }
    }

    /// Its smallest parts, in order: those of a batch, or itself.
    pub fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Batch(edits) => edits.iter().flat_map(Self::parts).collect(),
            edit => vec![edit],
        }
    }

    /// Layers it changes, each once.
    pub fn layers(&self) -> Vec<&LayerKey> {
        let mut keys = Vec::new();
        self.collect_layers(&mut keys);
        keys.sort();
        keys.dedup();
        keys
    }

    fn collect_layers<'a>(&'a self, keys: &mut Vec<&'a LayerKey>) {
        match self {
            Self::AddSpan { layer, .. }
            | Self::RemoveSpan { layer, .. }
            | Self::ChangeSpan { layer, .. }
            | Self::AddRelation { layer, .. }
            | Self::RemoveRelation { layer, .. }
            | Self::ChangeRelation { layer, .. }
            | Self::SetStatus { layer, .. }
            | Self::RaiseCounters { layer, .. } => keys.push(layer),
            Self::Batch(edits) => edits.iter().for_each(|edit| edit.collect_layers(keys)),
            _ => {}
        }
    }

    /// Whether it changes the index, codebook, annotators, name or settings: what project.ron holds.
    pub fn changes_manifest(&self) -> bool {
        match self {
            Self::AddArticle { .. }
            | Self::RemoveArticle { .. }
            | Self::ChangeArticle { .. }
            | Self::SetCodebook { .. }
            | Self::SetAnnotator { .. }
            | Self::SetName { .. }
            | Self::SetId { .. }
            | Self::SetSettings { .. } => true,
            Self::Batch(edits) => edits.iter().any(Self::changes_manifest),
            _ => false,
        }
    }

    /// Whether it changes the registry: what entities.ron holds.
    pub fn changes_registry(&self) -> bool {
        match self {
            Self::SetEntity { .. } => true,
            Self::Batch(edits) => edits.iter().any(Self::changes_registry),
            _ => false,
        }
    }

    /// Changes the project, or refuses and changes nothing.
    pub fn apply(&self, project: &mut Project) -> Result<(), EditError> {
        match self {
            Self::AddSpan { layer, span } => add_span(project, layer, span),
            Self::RemoveSpan { layer, span } => remove_span(project, layer, span),
            Self::ChangeSpan { layer, old, new } => change_span(project, layer, old, new),
            Self::AddRelation { layer, relation } => add_relation(loaded(project, layer)?, layer, relation),
            Self::RemoveRelation { layer, relation } => {
                remove_relation(loaded(project, layer)?, layer, relation)
            }
            Self::ChangeRelation { layer, old, new } => {
                change_relation(loaded(project, layer)?, layer, old, new)
            }
            Self::SetStatus { layer, old, new } => {
                replace(&mut loaded(project, layer)?.status, old, new, "the status")
            }
            Self::RaiseCounters { layer, span, relation } => {
                let layer = loaded(project, layer)?;
                layer.last_span = layer.last_span.max(*span);
                layer.last_relation = layer.last_relation.max(*relation);
                Ok(())
            }
            Self::AddArticle { at, info } => add_article(project, *at, info),
            Self::RemoveArticle { at, info } => remove_article(project, *at, info),
            Self::ChangeArticle { old, new } => change_article(project, old, new),
            Self::SetCodebook { old, new } => replace(&mut project.codebook, old, new, "the codebook"),
            Self::SetEntity { id, old, new } => set_entity(project, id, old.as_deref(), new.as_deref()),
            Self::SetAnnotator { id, old, new } => set_annotator(project, id, old.as_ref(), new.as_ref()),
            Self::SetName { old, new } => replace(&mut project.name, old, new, "the project's name"),
            Self::SetId { old, new } => replace(&mut project.id, old, new, "the project's id"),
            Self::SetSettings { old, new } => replace(&mut project.settings, old, new, "the settings"),
            Self::Batch(edits) => apply_batch(project, edits),
        }
    }
}

/// All or none: what was applied before the refusal is taken back.
fn apply_batch(project: &mut Project, edits: &[Edit]) -> Result<(), EditError> {
    for (applied, edit) in edits.iter().enumerate() {
        if let Err(refusal) = edit.apply(project) {
            for undo in edits.iter().take(applied).rev() {
                // The inverse of what was just applied always fits; its own refusal would be the same defect again.
                undo.inverse().apply(project)?;
            }
            return Err(refusal);
        }
    }
    Ok(())
}

fn replace<T: Clone + PartialEq>(
    place: &mut T,
    old: &T,
    new: &T,
    what: &'static str,
) -> Result<(), EditError> {
    if place != old {
        return Err(EditError::Differs(what));
    }
    *place = new.clone();
    Ok(())
}

fn loaded<'a>(project: &'a mut Project, key: &LayerKey) -> Result<&'a mut Layer, EditError> {
    project.layer_mut(key).ok_or_else(|| EditError::LayerNotLoaded(key.clone()))
}

/// A span that is not lost must lie on the words of its quote.
fn check_place(project: &Project, key: &LayerKey, span: &Span) -> Result<(), EditError> {
    let article = project.text(&key.article).ok_or_else(|| EditError::TextNotLoaded(key.article.clone()))?;
    if span.lost {
        return Ok(());
    }
    if !span.has_sound_ranges() {
        return Err(EditError::BadRanges(key.clone(), span.id));
    }
    match quote_of(article.text(), &span.ranges) {
        None => Err(EditError::BadRanges(key.clone(), span.id)),
        Some(quote) if quote != span.quote => {
            Err(EditError::QuoteDiffers(key.clone(), span.id, span.quote.clone()))
        }
        Some(_) => Ok(()),
    }
}

fn add_span(project: &mut Project, key: &LayerKey, span: &Span) -> Result<(), EditError> {
    check_place(project, key, span)?;
    let layer = loaded(project, key)?;
    if span.id.0 == 0 {
        return Err(EditError::NoNumber(key.clone()));
    }
    if layer.spans.contains_key(&span.id) {
        return Err(EditError::SpanExists(key.clone(), span.id));
    }
    layer.last_span = layer.last_span.max(span.id.0);
    layer.spans.insert(span.id, span.clone());
    Ok(())
}

fn remove_span(project: &mut Project, key: &LayerKey, span: &Span) -> Result<(), EditError> {
    let layer = loaded(project, key)?;
    if layer.spans.get(&span.id) != Some(span) {
        return Err(EditError::SpanDiffers(key.clone(), span.id));
    }
    if layer.relations_of(span.id).next().is_some() {
        return Err(EditError::SpanInUse(key.clone(), span.id));
    }
    layer.spans.remove(&span.id);
    Ok(())
}

fn change_span(project: &mut Project, key: &LayerKey, old: &Span, new: &Span) -> Result<(), EditError> {
    check_place(project, key, new)?;
    let layer = loaded(project, key)?;
    match layer.spans.get_mut(&old.id) {
        Some(place) if place == old && new.id == old.id => {
            *place = new.clone();
            Ok(())
        }
        _ => Err(EditError::SpanDiffers(key.clone(), old.id)),
    }
}

fn check_ends(layer: &Layer, key: &LayerKey, relation: &Relation) -> Result<(), EditError> {
    let both = layer.spans.contains_key(&relation.from) && layer.spans.contains_key(&relation.to);
    if both { Ok(()) } else { Err(EditError::Dangling(key.clone(), relation.id)) }
}

fn add_relation(layer: &mut Layer, key: &LayerKey, relation: &Relation) -> Result<(), EditError> {
    check_ends(layer, key, relation)?;
    if relation.id.0 == 0 {
        return Err(EditError::NoNumber(key.clone()));
    }
    if layer.relations.contains_key(&relation.id) {
        return Err(EditError::RelationExists(key.clone(), relation.id));
    }
    layer.last_relation = layer.last_relation.max(relation.id.0);
    layer.relations.insert(relation.id, relation.clone());
    Ok(())
}

fn remove_relation(layer: &mut Layer, key: &LayerKey, relation: &Relation) -> Result<(), EditError> {
    if layer.relations.get(&relation.id) != Some(relation) {
        return Err(EditError::RelationDiffers(key.clone(), relation.id));
    }
    layer.relations.remove(&relation.id);
    Ok(())
}

fn change_relation(
    layer: &mut Layer,
    key: &LayerKey,
    old: &Relation,
    new: &Relation,
) -> Result<(), EditError> {
    check_ends(layer, key, new)?;
    match layer.relations.get_mut(&old.id) {
        Some(place) if place == old && new.id == old.id => {
            *place = new.clone();
            Ok(())
        }
        _ => Err(EditError::RelationDiffers(key.clone(), old.id)),
    }
}

fn add_article(project: &mut Project, at: usize, info: &Arc<ArticleInfo>) -> Result<(), EditError> {
    let fits = at <= project.articles().len() && project.insert_article(at, (**info).clone());
    if fits { Ok(()) } else { Err(EditError::ArticleDiffers(info.id.clone())) }
}

fn remove_article(project: &mut Project, at: usize, info: &Arc<ArticleInfo>) -> Result<(), EditError> {
    if project.articles().get(at) != Some(info) {
        return Err(EditError::ArticleDiffers(info.id.clone()));
    }
    project.remove_article(&info.id);
    Ok(())
}

fn change_article(
    project: &mut Project,
    old: &Arc<ArticleInfo>,
    new: &Arc<ArticleInfo>,
) -> Result<(), EditError> {
    let same_text = (&old.id, old.length, old.hash) == (&new.id, new.length, new.hash);
    if !same_text || project.article(&old.id) != Some(old) {
        return Err(EditError::ArticleDiffers(old.id.clone()));
    }
    project.replace_article((**new).clone());
    Ok(())
}

fn set_entity(
    project: &mut Project,
    id: &EntityId,
    old: Option<&Entity>,
    new: Option<&Entity>,
) -> Result<(), EditError> {
    let named = [old, new].into_iter().flatten().all(|entity| entity.id == *id);
    if project.entities.get(id) != old || !named {
        return Err(EditError::Differs("the registry"));
    }
    match new {
        Some(entity) => project.entities.insert(id.clone(), entity.clone()),
        None => project.entities.remove(id),
    };
    Ok(())
}

fn set_annotator(
    project: &mut Project,
    id: &AnnotatorId,
    old: Option<&String>,
    new: Option<&String>,
) -> Result<(), EditError> {
    if project.annotator(id).map(|annotator| &annotator.name) != old {
        return Err(EditError::Differs("the list of annotators"));
    }
    project.annotators.retain(|annotator| annotator.id != *id);
    project.annotators.extend(new.map(|name| Annotator { id: id.clone(), name: name.clone() }));
    project.annotators.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(())
}

#[cfg(test)]
#[path = "edit_tests.rs"]
mod tests;
