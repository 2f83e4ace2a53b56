//! What readers hand over and writers are given: a header, then articles one at a time.

use std::sync::Arc;

use super::{Loss, LossKind};
use crate::model::{
    Annotator, AnnotatorId, Article, ArticleInfo, Codebook, Layer, LayerKey, Place, Project, Registry,
    Settings,
};

/// What a data set says of its project.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Header {
    /// Name people read.
    pub name: Option<String>,
    /// Id of the project.
    pub id: Option<String>,
    /// Labels and relation types.
    pub codebook: Option<Codebook>,
    /// Who worked on it.
    pub annotators: Vec<Annotator>,
    /// Decisions for everybody.
    pub settings: Option<Settings>,
    /// Actors and locations.
    pub entities: Registry,
}

impl Header {
    /// All that a project says of itself.
    pub fn of(project: &Project) -> Self {
        Self {
            name: Some(project.name.clone()),
            id: Some(project.id.clone()),
            codebook: Some((*project.codebook).clone()),
            annotators: project.annotators.clone(),
            settings: Some(project.settings.clone()),
            entities: project.entities.clone(),
        }
    }
}

/// An article that comes in, with at most one annotator's layer.
#[derive(Clone, Debug)]
pub struct Record {
    /// What is known of it. The id is a wish; the plan makes it unique.
    pub info: ArticleInfo,
    /// Its text.
    pub text: Arc<str>,
    /// Whose layer and what is in it.
    pub layer: Option<(AnnotatorId, Layer)>,
    /// What the reader could not keep as it was.
    pub losses: Vec<Loss>,
    /// Numbers of spans and relations read.
    pub spans: usize,
    /// Relations read.
    pub relations: usize,
}

impl Record {
    /// An article without annotations.
    pub fn bare(info: ArticleInfo, text: impl Into<Arc<str>>) -> Self {
        Self { info, text: text.into(), layer: None, losses: Vec::new(), spans: 0, relations: 0 }
    }

    /// Reports something of the file that the model has no place for.
    pub fn leave_out(&mut self, reason: impl Into<String>) {
        let place = Place::Article(self.info.id.clone());
        self.losses.push(Loss { place, kind: LossKind::Stripped, reason: reason.into() });
    }
}

/// What a reader hands over, in the order of the file.
#[derive(Clone, Debug)]
pub enum Item {
    /// What the data set says of its project.
    Header(Box<Header>),
    /// An article and at most one layer of it.
    Record(Box<Record>),
}

/// An article that goes out, with the layers chosen for export.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Its entry in the index.
    pub info: &'a ArticleInfo,
    /// Its text.
    pub article: &'a Article,
    /// Layers by annotator.
    pub layers: &'a [(AnnotatorId, Arc<Layer>)],
}

impl Page<'_> {
    /// The full name of one of its layers.
    pub fn key(&self, annotator: &AnnotatorId) -> LayerKey {
        LayerKey { article: self.info.id.clone(), annotator: annotator.clone() }
    }
}
