//! What is planned goes into the project a step at a time: first what changes in the project itself, then texts and their
//! entries in the index, then layers. After each step all of it is on disk and out of memory.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

use super::super::print::note;
use super::outcome::{About, FileLine, Summary};
use super::read::Incoming;
use crate::interchange::plan::{Outcome, Plan, Step};
use crate::interchange::{Item, Record};
use crate::language::invisible;
use crate::model::{ArticleId, LayerKey};
use crate::session::Session;

/// Takes files into a project.
pub(super) struct Taker<'a> {
    session: &'a mut Session,
    plan: Plan,
    dry_run: bool,
    /// Articles and layers that are in the project for sure.
    safe: (usize, usize),
    planned: (usize, usize),
}

impl<'a> Taker<'a> {
    pub(super) fn new(session: &'a mut Session, dry_run: bool) -> Self {
        let plan = Plan::new(session.project());
        Self { session, plan, dry_run, safe: (0, 0), planned: (0, 0) }
    }

    /// Takes in what a file holds.
    pub(super) fn file(&mut self, incoming: Incoming, summary: &mut Summary) -> anyhow::Result<()> {
        let mut line = FileLine::read(&incoming);
        let Incoming { path, items, notes, .. } = incoming;
        notes.iter().for_each(|said| summary.note(format!("{}: {said}", path.display())));
        for item in items {
            // It was read to its end before: it was changed since.
            let item = item.map_err(anyhow::Error::from).with_context(|| self.cut_off(&path))?;
            self.item(item, &mut line, summary);
            if self.plan.is_full() {
                self.step().with_context(|| self.cut_off(&path))?;
            }
        }
        summary.add(line);
        Ok(())
    }

    fn item(&mut self, item: Item, line: &mut FileLine, summary: &mut Summary) {
        let session = &mut *self.session;
        let mut find = |key: &LayerKey| {
            if !session.annotators_of(&key.article).contains(&key.annotator) {
                return None;
            }
            session.load(&key.article, &key.annotator).iter().for_each(note);
            let layer = session.project().layer(key).map(Arc::clone);
            session.unload(&key.article);
            layer
        };
        let about = match &item {
            Item::Header(_) => None,
            Item::Record(record) => {
                tell_unbalanced(record, summary);
                Some(About::of(record))
            }
        };
        let outcome = self.plan.add(item, &mut find);
        if let (Some(about), Some(outcome)) = (about, outcome) {
            self.planned.0 += usize::from(matches!(outcome, Outcome::NewArticle(_)));
            self.planned.1 += usize::from(about.adds_layer(&outcome));
            summary.count(line, about, &outcome);
        }
    }

    /// Applies the rest. Returns what people should know.
    pub(super) fn finish(mut self) -> anyhow::Result<Vec<String>> {
        self.step().with_context(|| self.cut_off(Path::new("the last files")))?;
        Ok(self.plan.notes())
    }

    fn step(&mut self) -> anyhow::Result<()> {
        let Step { project, articles, layers } = self.plan.take();
        if self.dry_run {
            return Ok(());
        }
        let mut touched: Vec<ArticleId> = articles.iter().map(|(info, _)| info.id.clone()).collect();
        touched.extend(layers.iter().flat_map(|edit| edit.layers()).map(|key| key.article.clone()));
        touched.sort();
        touched.dedup();
        if let Some(edit) = project {
            self.session.apply(edit)?;
        }
        if !articles.is_empty() {
            self.session.add_articles(articles)?;
        }
        if let Some(edit) = layers {
            self.session.apply(edit)?;
        }
        self.session.settle(&touched)?;
        self.safe = self.planned;
        Ok(())
    }

    fn cut_off(&self, path: &Path) -> String {
        let (articles, layers) = self.safe;
        format!(
            "the import stopped at {}: {articles} new articles and {layers} layers are in the project and stay; import \
             the same again to complete it",
            path.display()
        )
    }
}

fn tell_unbalanced(record: &Record, summary: &mut Summary) {
    if let Some(first) = invisible::unbalanced(&record.text).first() {
        summary.note(format!(
            "{}: a {} is opened or closed alone at byte {}; the text may read otherwise than it is written",
            record.info.id, first.name, first.byte
        ));
    }
}
