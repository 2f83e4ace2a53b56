//! The look before writing: counts, losses and the first records, found on threads while the person goes on choosing.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use egui::Context;

use super::Heard;
use crate::app::jobs::Job;
use crate::dataset::{DatasetError, Order, Preview, Watch, grouped};
use crate::interchange::{Loss, Report};
use crate::model::{Layer, LayerKey, Place, SpanId, TextRange};
use crate::session::Frozen;

/// Articles in the preview.
const PREVIEWED: usize = 3;
/// Losses of one kind and reason that are listed.
const LISTED: usize = 40;

/// What an order would do.
pub(super) struct Looked {
    /// Counts; the losses are in `groups`.
    pub(super) report: Report,
    /// Losses by kind and reason.
    pub(super) groups: Vec<Group>,
    /// What was found in the files of the project.
    pub(super) issues: Vec<String>,
}

/// Losses of one kind with one reason.
pub(super) struct Group {
    pub(super) kind: &'static str,
    pub(super) reason: String,
    /// How many there are.
    pub(super) count: usize,
    /// The first of them.
    pub(super) spots: Vec<Spot>,
}

/// Where something is lost.
#[derive(Clone, Debug)]
pub(in crate::app) struct Spot {
    /// The article, layer, span or relation.
    pub(in crate::app) place: Place,
    /// The span to be selected.
    pub(in crate::app) span: Option<SpanId>,
    /// Where it stands.
    pub(in crate::app) cover: Option<TextRange>,
    /// Its words.
    pub(super) words: String,
}

/// A look under way or done.
pub(super) struct Looking {
    /// What it is about.
    order: Order,
    revision: u64,
    look: Job<Result<Looked, DatasetError>>,
    preview: Job<Result<Preview, DatasetError>>,
    pub(super) looked: Option<Result<Looked, String>>,
    pub(super) previewed: Option<Result<Preview, String>>,
}

impl Looking {
    /// Begins to look.
    pub(super) fn start(ctx: &Context, frozen: &Arc<Frozen>, revision: u64, order: &Order) -> Self {
        let (asked, from) = (order.clone(), frozen.clone());
        let preview = Job::start("hashiya-preview", ctx, move |progress| {
            asked.preview(&from, PREVIEWED, &Heard::watch(progress))
        });
        let (asked, from) = (order.clone(), frozen.clone());
        let look =
            Job::start("hashiya-look", ctx, move |progress| look(&asked, &from, &Heard::watch(progress)));
        Self { order: order.clone(), revision, look, preview, looked: None, previewed: None }
    }

    /// Takes in what the threads found.
    pub(super) fn poll(&mut self) {
        if self.previewed.is_none() {
            self.previewed = self.preview.poll().map(said);
        }
        if self.looked.is_none() {
            self.looked = self.look.poll().map(said);
        }
    }

    /// Whether it is still about this. A change of the project does not cut off a look that is under way.
    pub(super) fn is_about(&self, order: &Order, revision: u64) -> bool {
        self.order == *order && (self.revision == revision || !self.is_over())
    }

    /// Whether it is about this choice.
    pub(super) fn is_for(&self, order: &Order) -> bool {
        self.order == *order
    }

    /// Whether both threads are done.
    pub(super) fn is_over(&self) -> bool {
        self.looked.is_some() && self.previewed.is_some()
    }

    /// Articles seen, and all of them.
    pub(super) fn progress(&self) -> (usize, usize) {
        self.look.progress.now()
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        self.look.progress.cancel();
        self.preview.progress.cancel();
    }
}

/// The two ways in which a job fails, as a sentence.
pub(super) fn said<T>(result: Result<Result<T, DatasetError>, String>) -> Result<T, String> {
    match result {
        Ok(result) => result.map_err(|error| sentence(&error)),
        Err(failed) => Err(format!("{failed}; nothing was written")),
    }
}

/// What went wrong, in the words of the window.
fn sentence(error: &DatasetError) -> String {
    match error {
        DatasetError::Several { article, annotators, format } => {
            let names: Vec<&str> = annotators.iter().map(|annotator| annotator.as_str()).collect();
            format!(
                "{article} has layers of {}, and {format} has no place for who annotated: choose the layers of one",
                names.join(", ")
            )
        }
        other => other.to_string(),
    }
}

fn look(order: &Order, frozen: &Frozen, watch: &Rc<dyn Watch>) -> Result<Looked, DatasetError> {
    let (mut report, issues) = order.look(frozen, watch)?;
    let losses = std::mem::take(&mut report.losses);
    let mut words = Words { frozen, layers: BTreeMap::new() };
    let groups = grouped(&losses, |loss: &Loss| (loss.kind.as_str(), loss.reason.as_str()));
    let groups = groups.into_iter().map(|group| Group {
        kind: group.kind,
        reason: group.reason.to_owned(),
        count: group.losses.len(),
        spots: group.losses.iter().take(LISTED).map(|loss| words.spot(&loss.place)).collect(),
    });
    let mut groups: Vec<Group> = groups.collect();
    // What is gone comes before what is changed.
    groups.sort_by_key(|group| (!matches!(group.kind, "dropped" | "lost"), group.kind != "clipped"));
    Ok(Looked { report, groups, issues: issues.iter().map(ToString::to_string).collect() })
}

/// Finds the words that losses are about.
struct Words<'a> {
    frozen: &'a Frozen,
    layers: BTreeMap<LayerKey, Arc<Layer>>,
}

impl Words<'_> {
    fn layer(&mut self, key: &LayerKey) -> Option<Arc<Layer>> {
        if let Some(layer) = self.layers.get(key) {
            return Some(layer.clone());
        }
        let (article, _) = self.frozen.text(self.frozen.project().article(&key.article)?);
        let (layer, _) = self.frozen.layer(key, &article);
        self.layers.insert(key.clone(), layer.clone());
        Some(layer)
    }

    fn spot(&mut self, place: &Place) -> Spot {
        let mut spot = Spot { place: place.clone(), span: None, cover: None, words: String::new() };
        let (key, ends) = match place {
            Place::Span(key, id) => (key, vec![*id]),
            Place::Relation(key, id) => {
                let layer = self.layer(key);
                let relation = layer.as_ref().and_then(|layer| layer.relations.get(id));
                (key, relation.map(|relation| vec![relation.from, relation.to]).unwrap_or_default())
            }
            _ => return spot,
        };
        let layer = self.layer(key);
        let spans: Vec<_> =
            layer.iter().flat_map(|layer| ends.iter().filter_map(|id| layer.spans.get(id))).collect();
        spot.span = spans.first().map(|span| span.id);
        spot.cover = spans.first().filter(|span| !span.lost).map(|span| span.cover());
        spot.words = spans.iter().map(|span| span.quote.as_str()).collect::<Vec<_>>().join(" → ");
        spot
    }
}
