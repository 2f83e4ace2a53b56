//! A project as it is at one moment, for work on another thread.

use std::sync::Arc;

use super::Session;
use crate::model::{AnnotatorId, Article, ArticleId, ArticleInfo, Issue, Layer, LayerKey, Project};
use crate::store::Reader;

/// A project at one moment: what was in memory then, and a way to the files of the rest. It keeps nothing that it
/// reads, so that memory stays flat over many articles.
#[derive(Clone, Debug)]
pub struct Frozen {
    project: Project,
    /// Every layer there is, sorted.
    layers: Vec<LayerKey>,
    reader: Reader,
}

impl Session {
    /// The project as it is now, with what is not in its files yet; for any thread.
    pub fn frozen(&self) -> Frozen {
        Frozen { project: self.project.clone(), layers: self.folder.layer_keys(), reader: self.reader() }
    }
}

impl Frozen {
    /// The index, codebook and registry; of texts and layers only what was in memory.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Every layer there is, by article and annotator.
    pub fn layers(&self) -> &[LayerKey] {
        &self.layers
    }

    /// Who has a layer of an article.
    pub fn annotators_of(&self, article: &ArticleId) -> impl Iterator<Item = &AnnotatorId> {
        let first = self.layers.partition_point(|key| key.article < *article);
        let of_article = self.layers.iter().skip(first).take_while(move |key| key.article == *article);
        of_article.map(|key| &key.annotator)
    }

    /// The text of an article. Waits for the disk.
    pub fn text(&self, info: &ArticleInfo) -> (Arc<Article>, Vec<Issue>) {
        match self.project.text(&info.id) {
            Some(text) => (text.clone(), Vec::new()),
            None => self.reader.text(info),
        }
    }

    /// A layer over its text; an empty one where its file cannot be read, which an issue then says. Waits for the
    /// disk.
    pub fn layer(&self, key: &LayerKey, article: &Article) -> (Arc<Layer>, Vec<Issue>) {
        if let Some(layer) = self.project.layer(key) {
            return (layer.clone(), Vec::new());
        }
        let (layer, issues) = self.reader.layer(key, article);
        (layer.unwrap_or_default(), issues)
    }
}
