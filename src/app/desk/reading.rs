//! The list of articles and which of them is on the page.

use std::sync::Arc;

use super::{Desk, Way};
use crate::app::notices::Notices;
use crate::language::{fold::Folding, paragraphs};
use crate::model::{AnnotatorId, ArticleId, ArticleInfo, Direction, Edit, LayerKey, Status};

/// Which articles the list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words of title, source, date or id, folded.
    pub words: String,
    /// Only articles of this status.
    pub status: Option<Status>,
}

/// The articles of the list, and what they were made from. An edit of the open article updates one entry, so that
/// marking is as fast in a project of 100,000 articles as in one of 1.
#[derive(Default)]
pub(super) struct Rows {
    /// Positions in the index that pass the filter.
    shown: Vec<usize>,
    made_from: Option<(Filter, AnnotatorId, usize)>,
    /// Of every article of the index.
    statuses: Vec<Status>,
    /// New, in progress, done.
    counts: [usize; 3],
    /// What the filter looks through, of every article of the index.
    folded: Vec<(Arc<ArticleInfo>, String)>,
    revision: u64,
}

/// A row of the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The article.
    pub info: Arc<ArticleInfo>,
    /// The annotator's status on it.
    pub status: Status,
    /// The annotator's spans on it.
    pub spans: u32,
}

impl Desk {
    /// How many articles pass the filter.
    pub fn row_count(&mut self) -> usize {
        self.refresh_rows();
        self.rows.shown.len()
    }

    /// A row of the list, in the order of the index.
    pub fn row(&self, nth: usize) -> Option<Row> {
        let info = self.session.project().articles().get(*self.rows.shown.get(nth)?)?.clone();
        let counts = self.session.counts(&self.key_of(&info));
        let (status, spans) = counts.map_or((Status::New, 0), |counts| (counts.status, counts.spans));
        Some(Row { info, status, spans })
    }

    /// The row of the open article.
    pub fn open_row(&mut self) -> Option<usize> {
        self.refresh_rows();
        let at = self.session.project().position(self.open.as_ref()?)?;
        self.rows.shown.binary_search(&at).ok()
    }

    /// How many articles are new, in progress, done.
    pub fn status_counts(&mut self) -> [usize; 3] {
        self.refresh_rows();
        self.rows.counts
    }

    /// Makes the list anew before it is shown again: statuses of other articles than the open one changed.
    pub fn forget_rows(&mut self) {
        self.rows.made_from = None;
        self.rows.folded.clear();
    }

    fn key_of(&self, info: &ArticleInfo) -> LayerKey {
        LayerKey { article: info.id.clone(), annotator: self.annotator.clone() }
    }

    fn status_of(&self, info: &ArticleInfo) -> Status {
        self.session.counts(&self.key_of(info)).map_or(Status::New, |counts| counts.status)
    }

    fn refresh_rows(&mut self) {
        let articles = self.session.project().articles().len();
        let made_from = Some((self.filter.clone(), self.annotator.clone(), articles));
        if self.rows.made_from != made_from {
            self.make_rows();
            self.rows.made_from = made_from;
        } else if self.rows.revision != self.session.revision() {
            self.update_open_row();
        }
        self.rows.revision = self.session.revision();
    }

    fn make_rows(&mut self) {
        let articles = self.session.project().articles();
        if self.rows.folded.len() != articles.len() {
            self.rows.folded = articles.iter().map(|info| (info.clone(), haystack(info))).collect();
        }
        self.rows.statuses = articles.iter().map(|info| self.status_of(info)).collect();
        let mut counts = [0; 3];
        for status in &self.rows.statuses {
            if let Some(count) = counts.get_mut(*status as usize) {
                *count += 1;
            }
        }
        self.rows.counts = counts;
        let needle = Folding::ALL.text(&self.filter.words);
        let passes = |(status, (_, folded)): (&Status, &(Arc<ArticleInfo>, String))| {
            self.filter.status.is_none_or(|wanted| wanted == *status)
                && needle.split_whitespace().all(|word| folded.contains(word))
        };
        let all = self.rows.statuses.iter().zip(&self.rows.folded);
        self.rows.shown = all.enumerate().filter(|(_, entry)| passes(*entry)).map(|(at, _)| at).collect();
    }

    /// The open article may have got another status or another entry in the index. It stays in the list even where
    /// it no longer passes the filter: what somebody works on does not vanish under their hands.
    fn update_open_row(&mut self) {
        let Some(info) = self.open.as_ref().and_then(|id| self.session.project().article(id)).cloned() else {
            return;
        };
        let Some(at) = self.session.project().position(&info.id) else { return };
        let now = self.status_of(&info);
        if let Some(entry) = self.rows.folded.get_mut(at)
            && !Arc::ptr_eq(&entry.0, &info)
        {
            *entry = (info.clone(), haystack(&info));
        }
        let Some(before) = self.rows.statuses.get_mut(at) else { return };
        if *before != now {
            if let Some(count) = self.rows.counts.get_mut(*before as usize) {
                *count = count.saturating_sub(1);
            }
            if let Some(count) = self.rows.counts.get_mut(now as usize) {
                *count += 1;
            }
            *before = now;
        }
    }

    /// Opens the first article that is not done, or the first one.
    pub(super) fn open_first(&mut self, notices: &mut Notices) {
        self.refresh_rows();
        let articles = self.session.project().articles();
        let first = articles.iter().zip(&self.rows.statuses).find(|(_, status)| **status != Status::Done);
        let first = first.map(|(info, _)| info).or(articles.first());
        if let Some(id) = first.map(|info| info.id.clone()) {
            self.open_article(&id, notices);
        }
    }

    /// Puts an article on the page; what loading found is said.
    pub fn open_article(&mut self, id: &ArticleId, notices: &mut Notices) {
        if self.open.as_ref() == Some(id) {
            return;
        }
        // The article that is left may have got another status just now.
        self.refresh_rows();
        let issues = self.session.load(id, &self.annotator.clone());
        let left = self.open.replace(id.clone());
        self.say_loaded(&issues, notices);
        self.issues = issues;
        if let Some(left) = left {
            self.session.unload(&left);
        }
        self.words = None;
        self.span = None;
        self.last_span = None;
        self.link = None;
        self.find = None;
        self.settling = None;
        self.reveal = None;
    }

    /// Works on another annotator's layers; somebody new is entered into the project.
    pub fn switch_annotator(&mut self, id: AnnotatorId, name: Option<String>, notices: &mut Notices) {
        let known = self.session.project().annotator(&id).is_some();
        if let Some(name) = name.filter(|_| !known)
            && !self.apply(Edit::SetAnnotator { id: id.clone(), old: None, new: Some(name) }, notices)
        {
            return;
        }
        self.annotator = id;
        self.forget_rows();
        if let Some(open) = self.open.take() {
            self.session.unload(&open);
            self.open_article(&open, notices);
        } else {
            self.open_first(notices);
        }
    }

    /// Opens the next or previous article of the list. Returns whether there was one.
    pub fn step_article(&mut self, way: Way, notices: &mut Notices) -> bool {
        let count = self.row_count();
        let next = match (self.open_row(), way) {
            (None, _) => Some(0),
            (Some(at), Way::Forward) => Some(at + 1).filter(|at| *at < count),
            (Some(at), Way::Backward) => at.checked_sub(1),
        };
        let Some(id) = next.and_then(|at| self.row(at)).map(|row| row.info.id.clone()) else {
            notices.info(if way == Way::Forward {
                "This is the last article of the list"
            } else {
                "This is the first article of the list"
            });
            return false;
        };
        self.open_article(&id, notices);
        true
    }

    /// Marks the open article as done and opens the next one that is not, if any.
    pub fn done_and_next(&mut self, notices: &mut Notices) {
        self.set_status(Status::Done, notices);
        let open = self.open.clone();
        let articles = self.session.project().articles();
        let now = open.and_then(|id| self.session.project().position(&id)).unwrap_or(0);
        let is_open = |info: &&Arc<ArticleInfo>| self.status_of(info) != Status::Done;
        let after = articles.iter().skip(now + 1).find(is_open);
        let next = after.or_else(|| articles.iter().take(now).find(is_open)).map(|info| info.id.clone());
        match next {
            Some(id) => self.open_article(&id, notices),
            None => notices.good("All articles are done"),
        }
    }

    /// Direction of the open article: found from its letters, then right to left, then left to right.
    pub fn cycle_direction(&mut self, notices: &mut Notices) {
        let info = self.open.as_ref().and_then(|id| self.session.project().article(id)).cloned();
        let Some(old) = info else { return };
        let direction = match old.direction {
            None => Some(Direction::RightToLeft),
            Some(Direction::RightToLeft) => Some(Direction::LeftToRight),
            Some(Direction::LeftToRight) => None,
        };
        let new = Arc::new(ArticleInfo { direction, ..(*old).clone() });
        if self.apply(Edit::ChangeArticle { old, new }, notices) {
            notices.info(match direction {
                None => "Direction: found from the letters of each paragraph",
                Some(Direction::RightToLeft) => "Direction: right to left",
                Some(Direction::LeftToRight) => "Direction: left to right",
            });
        }
    }
}

/// What the filter looks through.
fn haystack(info: &ArticleInfo) -> String {
    let all = [info.title.as_str(), info.source.as_str(), info.date.as_str(), info.id.as_str()].join(" ");
    Folding::ALL.text(&all)
}

/// Whether most letters of a text read from right to left; a beginning of it is enough.
pub(super) fn reads_rtl(text: &str) -> bool {
    let beginning = text.char_indices().nth(4000).map_or(text, |(at, _)| text.get(..at).unwrap_or(text));
    paragraphs::direction_of(beginning).is_some_and(Direction::is_rtl)
}
