//! Edits as the journal writes them. A batch is flat: a list of its smallest parts.

use std::sync::Arc;

use serde::Deserialize;

use super::Extras;
use super::layer::{
    Places, RelationV1, SpanV1, StatusV1, places_of, relation_from, span_from, write_relation, write_span,
};
use super::manifest::{
    ArticleV1, CodebookV1, SettingsV1, codebook_from, info_from, settings_from, write_codebook, write_info,
    write_settings,
};
use super::registry::{EntityV1, entity_from, write_entity};
use crate::model::{Article, Edit, Entity, LayerKey, Span};
use crate::store::ron_text::{self, Fields, push};

/// Article and annotator.
pub(in crate::store) type LayerV1 = (String, String);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::store) enum EditV1 {
    AddSpan { layer: LayerV1, span: SpanV1 },
    RemoveSpan { layer: LayerV1, span: SpanV1 },
    ChangeSpan { layer: LayerV1, old: SpanV1, new: SpanV1 },
    AddRelation { layer: LayerV1, relation: RelationV1 },
    RemoveRelation { layer: LayerV1, relation: RelationV1 },
    ChangeRelation { layer: LayerV1, old: RelationV1, new: RelationV1 },
    SetStatus { layer: LayerV1, old: StatusV1, new: StatusV1 },
    RaiseCounters { layer: LayerV1, span: u32, relation: u32 },
    AddArticle { at: usize, info: ArticleV1 },
    RemoveArticle { at: usize, info: ArticleV1 },
    ChangeArticle { old: ArticleV1, new: ArticleV1 },
    SetCodebook { old: CodebookV1, new: CodebookV1 },
    SetEntity { id: String, old: Option<EntityV1>, new: Option<EntityV1> },
    SetAnnotator { id: String, old: Option<String>, new: Option<String> },
    SetName { old: String, new: String },
    SetId { old: String, new: String },
    SetSettings { old: SettingsV1, new: SettingsV1 },
    Batch(Vec<EditV1>),
}

impl EditV1 {
    /// The layer it changes, where it changes one.
    pub(in crate::store) fn layer(&self) -> Option<LayerKey> {
        match self {
            Self::AddSpan { layer, .. }
            | Self::RemoveSpan { layer, .. }
            | Self::ChangeSpan { layer, .. }
            | Self::AddRelation { layer, .. }
            | Self::RemoveRelation { layer, .. }
            | Self::ChangeRelation { layer, .. }
            | Self::SetStatus { layer, .. }
            | Self::RaiseCounters { layer, .. } => Some(key_from(layer)),
            _ => None,
        }
    }

    /// Its smallest parts, in order.
    pub(in crate::store) fn into_parts(self) -> Vec<Self> {
        match self {
            Self::Batch(edits) => edits.into_iter().flat_map(Self::into_parts).collect(),
            edit => vec![edit],
        }
    }
}

fn key_from((article, annotator): &LayerV1) -> LayerKey {
    LayerKey::new(article.as_str(), annotator.as_str())
}

/// A part as an edit over today's text. Spans that no longer fit it become lost ones, see `places`.
/// Nothing for a span without its text, and for a batch.
pub(in crate::store) fn read_edit(
    found: EditV1,
    article: Option<&Article>,
    places: &mut Places,
) -> Option<Edit> {
    let key = found.layer();
    let mut span = |found: SpanV1| Some(Box::new(span_from(found, article?, places)));
    let info = |found| Arc::new(info_from(found).0);
    let codebook = |found| Arc::new(codebook_from(found, &mut Extras::new()));
    let entity = |found: Option<EntityV1>| found.map(|found| Box::new(entity_from(found)));
    Some(match found {
        EditV1::AddSpan { span: new, .. } => Edit::AddSpan { layer: key?, span: span(new)? },
        EditV1::RemoveSpan { span: old, .. } => Edit::RemoveSpan { layer: key?, span: span(old)? },
        EditV1::ChangeSpan { old, new, .. } => {
            Edit::ChangeSpan { layer: key?, old: span(old)?, new: span(new)? }
        }
        EditV1::AddRelation { relation, .. } => {
            Edit::AddRelation { layer: key?, relation: relation_from(relation) }
        }
        EditV1::RemoveRelation { relation, .. } => {
            Edit::RemoveRelation { layer: key?, relation: relation_from(relation) }
        }
        EditV1::ChangeRelation { old, new, .. } => {
            Edit::ChangeRelation { layer: key?, old: relation_from(old), new: relation_from(new) }
        }
        EditV1::SetStatus { old, new, .. } => {
            Edit::SetStatus { layer: key?, old: old.into(), new: new.into() }
        }
        EditV1::RaiseCounters { span, relation, .. } => Edit::RaiseCounters { layer: key?, span, relation },
        EditV1::AddArticle { at, info: new } => Edit::AddArticle { at, info: info(new) },
        EditV1::RemoveArticle { at, info: old } => Edit::RemoveArticle { at, info: info(old) },
        EditV1::ChangeArticle { old, new } => Edit::ChangeArticle { old: info(old), new: info(new) },
        EditV1::SetCodebook { old, new } => Edit::SetCodebook { old: codebook(old), new: codebook(new) },
        EditV1::SetEntity { id, old, new } => {
            Edit::SetEntity { id: id.into(), old: entity(old), new: entity(new) }
        }
        EditV1::SetAnnotator { id, old, new } => Edit::SetAnnotator { id: id.into(), old, new },
        EditV1::SetName { old, new } => Edit::SetName { old, new },
        EditV1::SetId { old, new } => Edit::SetId { old, new },
        EditV1::SetSettings { old, new } => {
            Edit::SetSettings { old: settings_from(&old), new: settings_from(&new) }
        }
        EditV1::Batch(_) => return None,
    })
}

/// What a part needs to be written: the text of its article, and the places of spans lost in it.
pub(in crate::store) type Context<'a> = &'a dyn Fn(&LayerKey) -> Option<(Arc<Article>, Places)>;

/// Writes an edit on one line. Nothing where the text of a span's article is not there.
pub(in crate::store) fn write_edit(edit: &Edit, context: Context<'_>) -> Option<String> {
    let mut out = String::new();
    match edit {
        Edit::Batch(_) => {
            out.push_str("batch([");
            for (nth, part) in edit.parts().into_iter().enumerate() {
                if nth > 0 {
                    out.push_str(", ");
                }
                write_part(&mut out, part, context)?;
            }
            out.push_str("])");
        }
        part => write_part(&mut out, part, context)?,
    }
    Some(out)
}

fn write_part(out: &mut String, part: &Edit, context: Context<'_>) -> Option<()> {
    out.push_str(name_of(part));
    let mut fields = Fields::open(out);
    if let Some(key) = part.layers().first() {
        let list = fields.field("layer");
        list.push('(');
        ron_text::string(list, key.article.as_str());
        list.push_str(", ");
        ron_text::string(list, key.annotator.as_str());
        list.push(')');
    }
    write_values(&mut fields, part, context)?;
    fields.close();
    Some(())
}

fn name_of(part: &Edit) -> &'static str {
    match part {
        Edit::AddSpan { .. } => "add_span",
        Edit::RemoveSpan { .. } => "remove_span",
        Edit::ChangeSpan { .. } => "change_span",
        Edit::AddRelation { .. } => "add_relation",
        Edit::RemoveRelation { .. } => "remove_relation",
        Edit::ChangeRelation { .. } => "change_relation",
        Edit::SetStatus { .. } => "set_status",
        Edit::RaiseCounters { .. } => "raise_counters",
        Edit::AddArticle { .. } => "add_article",
        Edit::RemoveArticle { .. } => "remove_article",
        Edit::ChangeArticle { .. } => "change_article",
        Edit::SetCodebook { .. } => "set_codebook",
        Edit::SetEntity { .. } => "set_entity",
        Edit::SetAnnotator { .. } => "set_annotator",
        Edit::SetName { .. } => "set_name",
        Edit::SetId { .. } => "set_id",
        Edit::SetSettings { .. } => "set_settings",
        Edit::Batch(_) => "batch",
    }
}

fn write_values(fields: &mut Fields<'_>, part: &Edit, context: Context<'_>) -> Option<()> {
    let span = |out: &mut String, layer: &LayerKey, span: &Span| {
        let (article, places) = context(layer)?;
        write_span(out, span, &places_of(span, &article, &places), None);
        Some(())
    };
    match part {
        Edit::AddSpan { layer, span: it } | Edit::RemoveSpan { layer, span: it } => {
            span(fields.field("span"), layer, it)?;
        }
        Edit::ChangeSpan { layer, old, new } => {
            span(fields.field("old"), layer, old)?;
            span(fields.field("new"), layer, new)?;
        }
        Edit::AddRelation { relation, .. } | Edit::RemoveRelation { relation, .. } => {
            write_relation(fields.field("relation"), relation, None);
        }
        Edit::ChangeRelation { old, new, .. } => {
            write_relation(fields.field("old"), old, None);
            write_relation(fields.field("new"), new, None);
        }
        Edit::SetStatus { old, new, .. } => {
            fields.bare("old", old.as_str());
            fields.bare("new", new.as_str());
        }
        Edit::RaiseCounters { span, relation, .. } => {
            fields.bare("span", span);
            fields.bare("relation", relation);
        }
        Edit::AddArticle { at, info } | Edit::RemoveArticle { at, info } => {
            fields.bare("at", at);
            write_info(fields.field("info"), info, None);
        }
        Edit::ChangeArticle { old, new } => {
            write_info(fields.field("old"), old, None);
            write_info(fields.field("new"), new, None);
        }
        Edit::SetCodebook { old, new } => {
            write_codebook(fields.field("old"), old, &Extras::new(), " ");
            write_codebook(fields.field("new"), new, &Extras::new(), " ");
        }
        Edit::SetEntity { id, old, new } => {
            fields.text("id", id.as_str());
            write_option(fields.field("old"), old.as_deref(), |out, e: &Entity| write_entity(out, e, None));
            write_option(fields.field("new"), new.as_deref(), |out, e: &Entity| write_entity(out, e, None));
        }
        Edit::SetAnnotator { id, old, new } => {
            fields.text("id", id.as_str());
            write_option(fields.field("old"), old.as_deref(), ron_text::string);
            write_option(fields.field("new"), new.as_deref(), ron_text::string);
        }
        Edit::SetName { old, new } | Edit::SetId { old, new } => {
            fields.text("old", old);
            fields.text("new", new);
        }
        Edit::SetSettings { old, new } => {
            write_settings(fields.field("old"), old, None);
            write_settings(fields.field("new"), new, None);
        }
        Edit::Batch(_) => {}
    }
    Some(())
}

fn write_option<T: ?Sized>(out: &mut String, value: Option<&T>, write: impl Fn(&mut String, &T)) {
    match value {
        Some(value) => {
            push(out, "Some(");
            write(out, value);
            out.push(')');
        }
        None => out.push_str("None"),
    }
}
