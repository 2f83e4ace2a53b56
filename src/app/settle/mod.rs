//! Finding the places of lost spans: after an article's text was changed outside, or after somebody mended a file.
//!
//! Each span is shown with its old words and the places they may have moved to. Nothing is written until a place is
//! confirmed, one by one or all that are certain; the rest stays lost, is listed and exported as such.

mod banner;
mod panel;

use std::collections::{BTreeMap, BTreeSet};

use egui::Context;

pub(super) use banner::banner;
pub(super) use panel::panel;

use super::command::UiCommand;
use super::desk::{Desk, Way, Words};
use super::jobs::Job;
use super::notices::Notices;
use crate::language::anchor::{self, Anchored, Candidate, Old};
use crate::model::{Article, ArticleId, Edit, Issue, Layer, LayerKey, Ranges, Span, SpanId, TextHash};

/// The work under way on the lost spans of a layer.
pub(super) struct Settling {
    key: LayerKey,
    text: TextHash,
    job: Option<Job<Vec<Anchored>>>,
    /// Every span that is lost or doubted, in the order of the old text.
    found: Vec<Anchored>,
    /// Spans that stand where they stood.
    standing: usize,
    /// Which of `found` is looked at.
    at: usize,
    /// Where the spans that are doubted stood.
    stood: BTreeMap<SpanId, Ranges>,
    /// Spans that a person said stay lost, or stay where they stand by doubt.
    kept: BTreeSet<SpanId>,
    /// The list brings the row into view.
    moved: bool,
}

/// What became of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// To be looked at; with the number of places.
    Open(usize),
    /// To be looked at; one place is certain.
    Certain,
    /// It stands at its old place, maybe by chance.
    Doubtful,
    /// A place was confirmed.
    Placed,
    /// It stays as it is.
    Kept,
    /// It is no longer in the layer.
    Removed,
}

impl State {
    fn is_open(self) -> bool {
        matches!(self, Self::Open(_) | Self::Certain | Self::Doubtful)
    }
}

/// How much there is to do on an article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Need {
    /// The text is another one than the index knows.
    pub(super) changed: bool,
    /// Spans of the annotator that are lost.
    pub(super) lost: usize,
    /// Spans of the annotator that stand.
    pub(super) standing: usize,
}

/// Whether a finding is about spans that lost their words, or the reason of it.
pub(super) fn is_about_lost(issue: &Issue) -> bool {
    matches!(issue.code, "article-hash" | "span-lost")
}

impl Settling {
    fn state(&self, layer: &Layer, found: &Anchored) -> State {
        let Some(span) = layer.spans.get(&found.id) else { return State::Removed };
        match (span.lost, self.kept.contains(&found.id)) {
            (_, true) => State::Kept,
            (false, _) if self.stood.get(&found.id) == Some(&span.ranges) => State::Doubtful,
            (false, _) => State::Placed,
            (true, _) if found.candidates.iter().any(|candidate| candidate.certain) => State::Certain,
            (true, _) => State::Open(found.candidates.len()),
        }
    }

    fn open(&self, layer: &Layer) -> usize {
        self.found.iter().filter(|found| self.state(layer, found).is_open()).count()
    }

    fn current(&self) -> Option<&Anchored> {
        self.found.get(self.at)
    }
}

impl Desk {
    /// Whether the open article's text is another one than the index knows.
    fn is_text_changed(&self) -> bool {
        self.open.as_ref().is_some_and(|id| self.session.is_text_changed(id))
    }

    /// How much there is to do on the open article.
    pub(super) fn settle_need(&self) -> Need {
        let changed = self.is_text_changed();
        let spans = self.layer().map(|layer| layer.spans.values()).into_iter().flatten();
        let (mut lost, mut standing) = (0, 0);
        for span in spans {
            *if span.lost { &mut lost } else { &mut standing } += 1;
        }
        Need { changed, lost, standing }
    }

    /// Says what loading the open article found; of lost spans one line, and none where the banner says it.
    pub(super) fn say_loaded(&self, issues: &[Issue], notices: &mut Notices) {
        issues.iter().filter(|issue| !is_about_lost(issue)).for_each(|issue| notices.issue(issue));
        let lost = issues.iter().filter(|issue| issue.code == "span-lost").count();
        if lost > 0 && !self.settle_need().changed {
            let spans = if lost == 1 { "1 span is".to_owned() } else { format!("{lost} spans are") };
            let keys = UiCommand::Settle.keys_text();
            notices.warning(format!(
                "{spans} lost: the words no longer stand in the text; {keys} finds their places"
            ));
        }
    }

    /// Opens the list of lost spans; their places are looked for on a thread.
    pub(super) fn begin_settling(&mut self, ctx: &Context) {
        let (Some(key), Some(article), Some(layer)) = (self.layer_key(), self.article(), self.layer()) else {
            return;
        };
        let places = self.session.old_places(&key);
        let mut spans: Vec<Old> = layer
            .spans
            .values()
            .map(|span| Old::of(span, article, places.get(&span.id).map(Vec::as_slice)))
            .collect();
        spans.sort_by_key(|old| (old.pieces.first().map(|piece| piece.start), old.id));
        let info = self.session.project().article(&key.article);
        let length = info.map_or(article.offsets().scalars(), |info| info.length);
        let (text, article) = (article.hash(), article.clone());
        let job = Job::start("hashiya-anchor", ctx, move |_| anchor::candidates(&article, length, &spans));
        let (found, stood, kept) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
        self.settling =
            Some(Settling { key, text, job: Some(job), found, standing: 0, at: 0, stood, kept, moved: true });
        self.span = None;
    }

    /// Takes in what the thread found; called once a frame. Another article or text ends the work.
    pub(super) fn poll_settling(&mut self, ctx: &Context, notices: &mut Notices) {
        let Some(settling) = &self.settling else { return };
        if self.layer_key().as_ref() != Some(&settling.key) {
            self.settling = None;
            return;
        }
        if self.article().map(|article| article.hash()) != Some(settling.text) {
            self.begin_settling(ctx);
            return;
        }
        match settling.job.as_ref().and_then(Job::poll) {
            None => {}
            Some(Err(failed)) => {
                self.settling = None;
                notices.error(format!(
                    "The places of lost spans could not be looked for: {failed}; nothing was changed"
                ));
            }
            Some(Ok(all)) => {
                let doubted = all.iter().filter(|found| found.doubtful);
                let ranges = |id| Some((id, self.layer()?.spans.get(&id)?.ranges.clone()));
                let stood = doubted.filter_map(|found| ranges(found.id)).collect();
                let Some(settling) = &mut self.settling else { return };
                settling.job = None;
                settling.stood = stood;
                settling.standing = all.iter().filter(|found| found.stands && !found.doubtful).count();
                settling.found = all.into_iter().filter(|found| !found.stands || found.doubtful).collect();
                self.step_settling(Way::Forward, true);
            }
        }
    }

    /// Goes to the next span that is open; `here` may stay.
    pub(super) fn step_settling(&mut self, way: Way, here: bool) {
        let Some(layer) = self.layer().cloned() else { return };
        let Some(settling) = &mut self.settling else { return };
        let count = settling.found.len();
        let from = if here { 0 } else { 1 };
        let next = (from..=count).map(|steps| match way {
            Way::Forward => (settling.at + steps) % count.max(1),
            Way::Backward => (settling.at + count - steps.min(count)) % count.max(1),
        });
        let open =
            |at: &usize| settling.found.get(*at).is_some_and(|found| settling.state(&layer, found).is_open());
        if let Some(at) = next.into_iter().find(open) {
            settling.at = at;
        }
        settling.moved = true;
        self.show_settling(0);
    }

    fn settle_at(&mut self, at: usize) {
        if let Some(settling) = &mut self.settling {
            settling.at = at;
        }
        self.show_settling(0);
    }

    /// Shows a place of the current span on the page.
    fn show_settling(&mut self, nth: usize) {
        let candidate = self.settling.as_ref().and_then(|settling| settling.current()?.candidates.get(nth));
        let place = candidate.and_then(|candidate| candidate.ranges.first().copied());
        self.words = place.map(Words::of);
        self.span = None;
        self.reveal = place.map(|place| place.start());
    }

    /// The edit that puts a span on a place.
    fn placed(&self, key: &LayerKey, id: SpanId, candidate: &Candidate) -> Option<Edit> {
        let old = self.layer()?.spans.get(&id)?.clone();
        let new = Span {
            ranges: candidate.ranges.clone(),
            quote: candidate.quote.clone(),
            lost: false,
            ..old.clone()
        };
        (old != new).then(|| Edit::ChangeSpan { layer: key.clone(), old: Box::new(old), new: Box::new(new) })
    }

    /// Confirms a place of the current span, counted from 0.
    pub(super) fn settle_take(&mut self, nth: usize, notices: &mut Notices) {
        let Some(settling) = &self.settling else { return };
        let Some((id, candidate)) =
            settling.current().and_then(|found| Some((found.id, found.candidates.get(nth)?.clone())))
        else {
            notices.info("There is no such place; choose one of the numbers, or keep the span as lost");
            return;
        };
        let key = settling.key.clone();
        match self.placed(&key, id, &candidate) {
            Some(edit) => self.settle_with(vec![edit], &[id], notices),
            // It stands there already.
            None => self.settle_keep(notices),
        }
    }

    /// The current span stays as it is.
    pub(super) fn settle_keep(&mut self, notices: &mut Notices) {
        let Some(id) = self.settling.as_ref().and_then(|settling| Some(settling.current()?.id)) else {
            return;
        };
        self.settle_with(Vec::new(), &[id], notices);
    }

    /// Confirms every certain place at once.
    pub(super) fn settle_certain(&mut self, notices: &mut Notices) {
        let (Some(settling), Some(layer)) = (&self.settling, self.layer()) else { return };
        let certain = settling.found.iter().filter(|found| settling.state(layer, found) == State::Certain);
        let (mut edits, mut ids) = (Vec::new(), Vec::new());
        for found in certain {
            let candidate = found.candidates.iter().find(|candidate| candidate.certain);
            if let Some(edit) =
                candidate.and_then(|candidate| self.placed(&settling.key, found.id, candidate))
            {
                edits.push(edit);
                ids.push(found.id);
            }
        }
        if ids.is_empty() {
            notices.info("No place is certain; look at the spans one by one");
            return;
        }
        self.settle_with(edits, &ids, notices);
    }

    /// Applies confirmations as one gesture. With the last span of a changed text, the text is taken over too.
    fn settle_with(&mut self, mut edits: Vec<Edit>, ids: &[SpanId], notices: &mut Notices) {
        let (Some(settling), Some(layer)) = (&self.settling, self.layer()) else { return };
        let rest = settling.found.iter().filter(|found| settling.state(layer, found).is_open());
        let last = rest.filter(|found| !ids.contains(&found.id)).count() == 0;
        let count = edits.len();
        if last {
            edits.extend(self.text_taken_over());
        }
        let taken_over = edits.len() > count;
        if !edits.is_empty() {
            let edit = if edits.len() == 1 { edits.remove(0) } else { Edit::Batch(edits) };
            if !self.apply(edit, notices) {
                return;
            }
        }
        if count == 0
            && let Some(settling) = &mut self.settling
        {
            settling.kept.extend(ids);
        }
        if taken_over {
            notices.good("Every span is settled, and the changed text was taken over");
        }
        self.step_settling(Way::Forward, true);
    }

    /// The edit by which the index knows the text as it is.
    fn text_taken_over(&self) -> Option<Edit> {
        let article = self.article()?;
        let old = self.session.project().article(&article.id)?.mark();
        let new = article.mark();
        (old != new).then(|| Edit::AcceptText { article: article.id.clone(), old, new })
    }

    /// Takes the changed text over, where no span is open any more.
    pub(super) fn settle_text(&mut self, notices: &mut Notices) {
        let need = self.settle_need();
        let open = match (&self.settling, self.layer()) {
            (Some(settling), Some(layer)) if settling.job.is_none() => settling.open(layer),
            _ => need.lost,
        };
        if open > 0 {
            notices.info("Some spans are still open; confirm a place of each, or keep it as lost");
        } else if let Some(edit) = self.text_taken_over()
            && self.apply(edit, notices)
        {
            notices.good("The changed text was taken over");
        }
    }

    /// Forgets what was selected in a text that is no more.
    pub(super) fn forget_places(&mut self, article: &ArticleId) {
        if self.open.as_ref() == Some(article) {
            (self.words, self.span, self.last_span, self.link, self.find) = (None, None, None, None, None);
            self.reveal = None;
            self.draft = None;
        }
    }
}

/// The end of the last whole word before a place; the place itself in a word without an end.
fn word_end(text: &str, at: usize) -> usize {
    let cut = text.get(..at).unwrap_or_default();
    cut.rfind(char::is_whitespace).unwrap_or(at)
}

/// The words of a place with a few before and after them: the line and where the words are in it.
fn context(article: &Article, candidate: &Candidate) -> (String, Vec<std::ops::Range<usize>>) {
    const AROUND: usize = 28;
    let text = article.text();
    let (Some(first), Some(last)) = (candidate.ranges.first(), candidate.ranges.last()) else {
        return (String::new(), Vec::new());
    };
    let (start, end) = (usize::from(first.start()), usize::from(last.end()));
    let before = text.get(..start).unwrap_or_default();
    let from = before.char_indices().rev().nth(AROUND).map_or(0, |(at, _)| at);
    let from = from
        + before
            .get(from..)
            .and_then(|cut| cut.find(char::is_whitespace))
            .filter(|_| from > 0)
            .map_or(0, |at| at + 1);
    let from = text.ceil_char_boundary(from);
    let after = text.get(end..).unwrap_or_default();
    let to = end + after.char_indices().nth(AROUND).map_or(after.len(), |(at, _)| word_end(after, at));
    let mut line = String::new();
    let mut marks = Vec::new();
    let mut at = from;
    for range in &candidate.ranges {
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        line.push_str(text.get(at..start).unwrap_or_default());
        let begin = line.len();
        line.push_str(text.get(start..end).unwrap_or_default());
        marks.push(begin..line.len());
        at = end;
    }
    line.push_str(text.get(at..to).unwrap_or_default());
    // One byte for one byte: the places of the words stay.
    (line.replace(['\n', '\t'], " "), marks)
}
