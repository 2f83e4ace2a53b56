//! The articles of an export, read one at a time and kept by nobody, so that memory stays flat.

use std::rc::Rc;
use std::sync::Arc;

use super::{DatasetError, Order, Step, Watch};
use crate::interchange::export::{Pages, Pass};
use crate::interchange::{Header, Page};
use crate::model::{AnnotatorId, ArticleInfo, Issue, Layer, LayerKey, Severity};
use crate::session::Frozen;

/// What goes out of a project, as an order says.
pub(super) struct Chosen<'a> {
    frozen: &'a Frozen,
    order: &'a Order,
    watch: Rc<dyn Watch>,
    /// How many articles are written; for previews.
    most: usize,
    /// What was found in the files, said once.
    pub(super) issues: Vec<Issue>,
}

impl<'a> Chosen<'a> {
    pub(super) fn new(frozen: &'a Frozen, order: &'a Order, watch: Rc<dyn Watch>) -> Self {
        Self { frozen, order, watch, most: usize::MAX, issues: Vec::new() }
    }

    /// The first articles alone.
    pub(super) fn at_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// Shows an article, where it goes out. Returns whether it does.
    fn article(
        &mut self,
        info: &ArticleInfo,
        each: &mut dyn FnMut(&Page<'_>) -> Result<(), DatasetError>,
    ) -> Result<bool, DatasetError> {
        let choice = &self.order.choice;
        let annotators: Vec<&AnnotatorId> =
            self.frozen.annotators_of(&info.id).filter(|annotator| choice.takes(annotator)).collect();
        if annotators.is_empty() && !choice.is_every_layer() {
            return Ok(false);
        }
        let (article, issues) = self.frozen.text(info);
        // A text that was changed is there, with the spans that lost their words marked as such.
        refuse_unread(&issues, |code| code != "article-hash")?;
        self.issues.extend(issues);
        let mut layers: Vec<(AnnotatorId, Arc<Layer>)> = Vec::new();
        for annotator in annotators {
            let key = LayerKey { article: info.id.clone(), annotator: annotator.clone() };
            let (layer, issues) = self.frozen.layer(&key, &article);
            refuse_unread(&issues, |code| code.starts_with("file-"))?;
            self.issues.extend(issues);
            layers.extend(choice.layer(layer).map(|layer| (key.annotator, layer)));
        }
        if layers.is_empty() && !choice.is_every_layer() {
            return Ok(false);
        }
        let format = self.order.format;
        if layers.len() > 1 && !format.keeps.annotators {
            return Err(DatasetError::Several {
                article: info.id.clone(),
                annotators: layers.into_iter().map(|(annotator, _)| annotator).collect(),
                format: format.name,
            });
        }
        each(&Page { info, article: &article, layers: &layers })?;
        Ok(true)
    }
}

/// What cannot be read would go out empty, and nobody who trains on it would know.
fn refuse_unread(issues: &[Issue], is_unread: impl Fn(&str) -> bool) -> Result<(), DatasetError> {
    let unread = |issue: &&Issue| issue.severity == Severity::Error && is_unread(issue.code);
    issues.iter().find(unread).map_or(Ok(()), |issue| Err(DatasetError::Unread(issue.clone())))
}

impl Pages for Chosen<'_> {
    type Error = DatasetError;

    fn header(&self) -> Header {
        Header::of(self.frozen.project())
    }

    fn visit(
        &mut self,
        what: Pass,
        each: &mut dyn FnMut(&Page<'_>) -> Result<(), DatasetError>,
    ) -> Result<(), DatasetError> {
        let (frozen, watch) = (self.frozen, self.watch.clone());
        let most = if what == Pass::Write { self.most } else { usize::MAX };
        let articles = frozen.project().articles();
        watch.begin(Step::from(what), articles.len());
        // What is wrong is said once, from the pass that comes last.
        self.issues.clear();
        let mut shown = 0;
        for info in articles {
            if watch.is_cancelled() {
                return Err(DatasetError::Stopped);
            }
            if shown >= most {
                break;
            }
            shown += usize::from(self.article(info, each)?);
            watch.step();
        }
        watch.end();
        Ok(())
    }
}

impl From<Pass> for Step {
    fn from(pass: Pass) -> Self {
        match pass {
            Pass::Survey => Self::Survey,
            Pass::Trial => Self::Trial,
            Pass::Write => Self::Write,
        }
    }
}
