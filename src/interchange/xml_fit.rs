//! What XML has no place for in an article: control characters. Every format in XML fits its articles with this.

use std::sync::Arc;

use super::fit::Fitted;
use super::xml::clean_characters;
use super::{LossKind, Report};
use crate::model::{Article, Layer, Place, quote_of};

/// Writes other characters for those of the text that XML has no place for, and reports it. No position moves.
pub(super) fn clean_text(fitted: &mut Fitted, report: &mut Report) {
    let Some(text) = clean_characters(fitted.article.text()) else { return };
    let reason = "its text has control characters, which XML has no place for: spaces are written for them";
    report.lose(Place::Article(fitted.info.id.clone()), LossKind::Stripped, reason);
    fitted.article = Article::new(fitted.info.id.clone(), text);
    for (_, layer) in &mut fitted.layers {
        requote(Arc::make_mut(layer), fitted.article.text());
    }
}

/// The words of a text in which characters were replaced by others of the same length.
fn requote(layer: &mut Layer, text: &str) {
    for span in layer.spans.values_mut() {
        span.quote = quote_of(text, &span.ranges).unwrap_or_default();
    }
}
