//! The articles of an export, read from the project one at a time and kept by nobody, so that memory stays flat.

use std::sync::Arc;

use anyhow::{Context as _, bail};

use super::super::open;
use super::super::print::progress;
use crate::interchange::export::{Pages, Pass};
use crate::interchange::{Format, Header, Page};
use crate::model::{AnnotatorId, ArticleId, Issue, Layer, LayerKey, Status};
use crate::session::Session;

/// Which layers go out.
pub(super) struct Choice {
    pub(super) annotators: Vec<AnnotatorId>,
    pub(super) statuses: Vec<Status>,
}

impl Choice {
    /// Whether articles nobody has begun go out as well: where everything does.
    fn is_everything(&self) -> bool {
        self.annotators.is_empty() && self.statuses.is_empty()
    }

    fn takes(&self, annotator: &AnnotatorId) -> bool {
        self.annotators.is_empty() || self.annotators.contains(annotator)
    }

    fn takes_status(&self, layer: &Layer) -> bool {
        self.statuses.is_empty() || self.statuses.contains(&layer.status)
    }
}

/// What goes out of a project, for a format.
pub(super) struct Chosen<'a> {
    pub(super) session: &'a mut Session,
    pub(super) choice: Choice,
    pub(super) format: &'static Format,
}

impl Pages for Chosen<'_> {
    type Error = anyhow::Error;

    fn header(&self) -> Header {
        Header::of(self.session.project())
    }

    fn visit(
        &mut self,
        what: Pass,
        each: &mut dyn FnMut(&Page<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let ids: Vec<ArticleId> =
            self.session.project().articles().iter().map(|info| info.id.clone()).collect();
        let name = match what {
            Pass::Survey => "Surveying",
            Pass::Trial => "Trying",
            Pass::Write => "Exporting",
        };
        let bar = progress(name, ids.len());
        let mut issues = Vec::new();
        for id in &ids {
            self.article(id, &mut issues, each)?;
            self.session.unload(id);
            bar.inc(1);
        }
        bar.finish_and_clear();
        // What is wrong is said once, in the pass that comes last.
        if what != Pass::Survey {
            open::tell(&issues);
        }
        Ok(())
    }
}

impl Chosen<'_> {
    fn article(
        &mut self,
        id: &ArticleId,
        issues: &mut Vec<Issue>,
        visit: &mut dyn FnMut(&Page<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let (session, choice) = (&mut *self.session, &self.choice);
        let annotators: Vec<AnnotatorId> =
            session.annotators_of(id).into_iter().filter(|annotator| choice.takes(annotator)).collect();
        if annotators.is_empty() && !choice.is_everything() {
            return Ok(());
        }
        issues.extend(session.load_text(id));
        for annotator in &annotators {
            issues.extend(session.load(id, annotator));
        }
        let project = session.project();
        let info = project.article(id).context("the article left the index")?;
        let Some(article) = project.text(id) else {
            bail!("the text of {id} cannot be read; nothing was written: see `hashiya check`");
        };
        let mut layers: Vec<(AnnotatorId, Arc<Layer>)> = Vec::new();
        for annotator in annotators {
            let key = LayerKey { article: id.clone(), annotator };
            let Some(layer) = project.layer(&key) else {
                bail!("the layer {key} cannot be read; nothing was written: see `hashiya check`");
            };
            if choice.takes_status(layer) {
                layers.push((key.annotator, layer.clone()));
            }
        }
        if layers.is_empty() && !choice.is_everything() {
            return Ok(());
        }
        if layers.len() > 1 && !self.format.keeps.annotators {
            let names: Vec<&str> = layers.iter().map(|(annotator, _)| annotator.as_str()).collect();
            bail!(
                "{id} has layers of {}, and {} has no place for who annotated; nothing was written: choose one with \
                 --annotator",
                names.join(", "),
                self.format.name
            );
        }
        visit(&Page { info, article, layers: &layers })
    }
}
