//! The open project as a person works on it: which article, which words, which span.
//!
//! Everything here is about the desk, not about the data: data change through [`Session::apply`] alone, in
//! `marking`. The window reads it each frame.

mod drafting;
mod find;
mod linking;
mod marking;
mod moving;
mod reading;
mod words;

use std::sync::Arc;

pub(super) use drafting::{Draft, Field, written};
pub(super) use find::Find;
pub(super) use linking::Link;
pub(super) use reading::{Filter, Row};
pub use words::Words;

use crate::model::{
    AnnotatorId, Article, ArticleId, Issue, Label, LabelId, Layer, LayerKey, Span, SpanId, TextSize,
};
use crate::session::{Saved, Session};

use super::notices::Notices;
use super::settle::Settling;

/// Which edge of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edge {
    /// Its first byte.
    Start,
    /// The end of its last range.
    End,
}

/// Which way along the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Towards the end of the text.
    Forward,
    /// Towards its beginning.
    Backward,
}

/// A project on the desk.
pub struct Desk {
    /// The open project.
    pub session: Session,
    /// Who works.
    pub annotator: AnnotatorId,
    /// The article on the page.
    pub open: Option<ArticleId>,
    /// Selected words, or a bare caret.
    pub words: Option<Words>,
    /// The selected span.
    pub span: Option<SpanId>,
    /// The span that was selected last, for words to be added to it.
    pub last_span: Option<SpanId>,
    /// A label picked before the words.
    pub armed: Option<LabelId>,
    /// A relation that was begun.
    pub link: Option<Link>,
    /// Words that are looked for in the article.
    pub find: Option<Find>,
    /// Which articles the list shows.
    pub filter: Filter,
    /// The reader brings this place into view.
    pub reveal: Option<TextSize>,
    /// The note field takes the keyboard.
    pub note_wanted: bool,
    /// What somebody is typing about a span.
    pub draft: Option<Draft>,
    /// Lost spans whose places are looked for.
    pub(super) settling: Option<Settling>,
    /// What loading the open article found.
    pub issues: Vec<Issue>,
    /// Edits that were recovered on opening, each a line for people.
    pub recovered: Vec<String>,
    /// Articles in the order of the list, made anew when filter or index change.
    rows: reading::Rows,
}

impl Desk {
    /// Puts a project on the desk; the first article that is not done is opened.
    pub fn new(session: Session, annotator: AnnotatorId, notices: &mut Notices) -> Self {
        let mut desk = Self {
            session,
            annotator,
            open: None,
            words: None,
            span: None,
            last_span: None,
            armed: None,
            link: None,
            find: None,
            filter: Filter::default(),
            reveal: None,
            note_wanted: false,
            draft: None,
            settling: None,
            issues: Vec::new(),
            recovered: Vec::new(),
            rows: reading::Rows::default(),
        };
        desk.open_first(notices);
        desk
    }

    /// The layer the annotator works on.
    pub fn layer_key(&self) -> Option<LayerKey> {
        let article = self.open.clone()?;
        Some(LayerKey { article, annotator: self.annotator.clone() })
    }

    /// The annotator's layer of the open article.
    pub fn layer(&self) -> Option<&Arc<Layer>> {
        self.session.project().layer(&self.layer_key()?)
    }

    /// The open article.
    pub fn article(&self) -> Option<&Arc<Article>> {
        self.session.project().text(self.open.as_ref()?)
    }

    /// The selected span.
    pub fn selected(&self) -> Option<&Span> {
        self.layer()?.spans.get(&self.span?)
    }

    /// A label of the codebook.
    pub fn label(&self, id: &LabelId) -> Option<&Label> {
        self.session.project().codebook.label(id)
    }

    /// Whether the open article reads from right to left as a whole.
    pub fn is_rtl(&self) -> bool {
        let info = self.open.as_ref().and_then(|id| self.session.project().article(id));
        match info.and_then(|info| info.direction) {
            Some(direction) => direction.is_rtl(),
            None => self.article().is_some_and(|article| reading::reads_rtl(article.text())),
        }
    }

    /// Spans of the layer that can be drawn, in reading order.
    pub fn spans(&self) -> Vec<&Span> {
        self.layer().map(|layer| layer.in_reading_order()).unwrap_or_default()
    }

    /// Selects a span and brings it into view.
    pub fn select(&mut self, id: SpanId) {
        let Some(span) = self.layer().and_then(|layer| layer.spans.get(&id)) else { return };
        let (start, lost) = (span.start(), span.lost);
        self.span = Some(id);
        self.words = None;
        if !lost {
            self.reveal = Some(start);
        }
    }

    /// The selected words, or those of the selected span.
    pub fn copied(&self) -> Option<String> {
        let words = self.words.filter(|words| !words.is_caret());
        let selected = words.and_then(|words| Some(self.article()?.get(words.range())?.to_owned()));
        selected.or_else(|| self.selected().map(|span| span.quote.clone()))
    }

    /// There is nothing to save: says so, and writes the layers anew all the same.
    pub fn say_saved(&mut self, notices: &mut Notices) {
        self.session.snapshot();
        match self.session.saved() {
            Saved::Everything { .. } => {
                let spans = self.layer().map_or(0, |layer| layer.spans.len());
                notices.good(format!("Everything is on disk, with all {spans} spans of this article"));
            }
            Saved::Pending { edits, .. } => {
                notices.info(format!("{edits} edit(s) are on their way to the disk"))
            }
            Saved::Failed { message, .. } => notices.error(message),
            Saved::ReadOnly => notices.warning("The project is open for reading only; nothing can change"),
        }
    }

    /// Remembers the selected span; called once a frame.
    pub fn remember_span(&mut self) {
        self.last_span = self.span.or(self.last_span);
    }

    /// Drops one thing at a time: the begun relation, the found words, the selected words or span, the armed label.
    /// Returns whether there was something to drop.
    pub fn cancel(&mut self) -> bool {
        if self.link.take().is_some() || self.find.take().is_some() {
            return true;
        }
        if self.settling.take().is_some() {
            self.words = None;
            return true;
        }
        if self.words.take_if(|words| !words.is_caret()).is_some() || self.span.take().is_some() {
            return true;
        }
        self.armed.take().is_some()
    }
}
