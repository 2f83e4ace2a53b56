//! A project: the index of its articles, codebook, registry, and the texts and layers read so far.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    AnnotatorId, Article, ArticleId, ArticleInfo, Codebook, EntityId, Layer, LayerKey, Registry, Span,
};

/// Somebody whose layers the project holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotator {
    /// Folder name of their layers.
    pub id: AnnotatorId,
    /// The name people read.
    pub name: String,
}

/// What a project decides for everybody who works on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Annotators do not see each other's layers.
    pub blind: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { blind: true }
    }
}

/// A project in memory. The index is whole; texts and layers are there once they were read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Project {
    /// What people read.
    pub name: String,
    /// Distinguishes this project from others of the same name; given once.
    pub id: String,
    /// Labels and relation types.
    pub codebook: Arc<Codebook>,
    /// Who works on it.
    pub annotators: Vec<Annotator>,
    /// Decisions for everybody.
    pub settings: Settings,
    /// Actors and locations.
    pub entities: Registry,
    articles: Vec<Arc<ArticleInfo>>,
    positions: BTreeMap<ArticleId, usize>,
    texts: BTreeMap<ArticleId, Text>,
    layers: BTreeMap<LayerKey, Arc<Layer>>,
}

/// A loaded text; two are the same when their hashes are.
#[derive(Clone, Debug)]
struct Text(Arc<Article>);

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.0.hash() == other.0.hash()
    }
}

impl Project {
    /// An empty project with the default codebook.
    pub fn new(name: impl Into<String>, id: impl Into<String>) -> Self {
        Self { name: name.into(), id: id.into(), ..Self::default() }
    }

    /// The index in its order.
    pub fn articles(&self) -> &[Arc<ArticleInfo>] {
        &self.articles
    }

    /// The entry of an article.
    pub fn article(&self, id: &ArticleId) -> Option<&Arc<ArticleInfo>> {
        self.articles.get(self.position(id)?)
    }

    /// The place of an article in the index.
    pub fn position(&self, id: &ArticleId) -> Option<usize> {
        self.positions.get(id).copied()
    }

    /// Puts an entry into the index at a place (clamped). Returns whether its id was free; a taken one changes nothing.
    pub fn insert_article(&mut self, at: usize, info: ArticleInfo) -> bool {
        if self.positions.contains_key(&info.id) {
            return false;
        }
        let at = at.min(self.articles.len());
        self.articles.insert(at, Arc::new(info));
        self.number_from(at);
        true
    }

    /// Takes an entry out of the index.
    pub fn remove_article(&mut self, id: &ArticleId) -> Option<Arc<ArticleInfo>> {
        let at = self.positions.remove(id)?;
        let info = self.articles.remove(at);
        self.number_from(at);
        Some(info)
    }

    /// Replaces what is known about an article; the id stays.
    pub fn replace_article(&mut self, info: ArticleInfo) -> bool {
        let Some(place) = self.position(&info.id).and_then(|at| self.articles.get_mut(at)) else {
            return false;
        };
        *place = Arc::new(info);
        true
    }

    fn number_from(&mut self, at: usize) {
        for (position, info) in self.articles.iter().enumerate().skip(at) {
            self.positions.insert(info.id.clone(), position);
        }
    }

    /// The text of an article, where it was read.
    pub fn text(&self, id: &ArticleId) -> Option<&Arc<Article>> {
        self.texts.get(id).map(|text| &text.0)
    }

    /// All texts read so far.
    pub fn texts(&self) -> impl Iterator<Item = &Arc<Article>> {
        self.texts.values().map(|text| &text.0)
    }

    /// Keeps a text that was read.
    pub fn put_text(&mut self, article: Arc<Article>) {
        self.texts.insert(article.id.clone(), Text(article));
    }

    /// Forgets a text; it can be read again.
    pub fn forget_text(&mut self, id: &ArticleId) {
        self.texts.remove(id);
    }

    /// A layer, where it was read.
    pub fn layer(&self, key: &LayerKey) -> Option<&Arc<Layer>> {
        self.layers.get(key)
    }

    /// All layers read so far.
    pub fn layers(&self) -> impl Iterator<Item = (&LayerKey, &Arc<Layer>)> {
        self.layers.iter()
    }

    /// Layers read so far from one on, in the order of their articles.
    pub fn layers_from(&self, first: &LayerKey) -> impl Iterator<Item = (&LayerKey, &Arc<Layer>)> {
        self.layers.range(first..)
    }

    /// Keeps a layer that was read, or an empty one for an annotator who begins.
    pub fn put_layer(&mut self, key: LayerKey, layer: Arc<Layer>) {
        self.layers.insert(key, layer);
    }

    /// Forgets a layer; it can be read again.
    pub fn forget_layer(&mut self, key: &LayerKey) {
        self.layers.remove(key);
    }

    /// A layer to change; only [`super::Edit`] does.
    pub(super) fn layer_mut(&mut self, key: &LayerKey) -> Option<&mut Layer> {
        self.layers.get_mut(key).map(Arc::make_mut)
    }

    /// The entity a span is linked to.
    pub fn entity_of(&self, span: &Span) -> Option<&super::Entity> {
        self.entities.get(&EntityId::from(span.attributes.get("entity")?.as_str()))
    }

    /// The annotator with this id.
    pub fn annotator(&self, id: &AnnotatorId) -> Option<&Annotator> {
        self.annotators.iter().find(|annotator| annotator.id == *id)
    }
}
