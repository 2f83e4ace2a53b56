//! Finding words in the open article, as Arabic readers mean them.

use super::{Desk, Way, Words};
use crate::language::fold::Folding;
use crate::model::{TextRange, TextSize};

/// What is looked for, and where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Find {
    /// The words looked for.
    pub query: String,
    /// Where they stand, in text order.
    pub hits: Vec<TextRange>,
    /// Which of them is shown.
    pub at: usize,
    /// The field takes the keyboard.
    pub wants_focus: bool,
}

impl Desk {
    /// Opens the find bar, with the selected words in it.
    pub fn begin_find(&mut self) {
        let selected = self.article().zip(self.words).and_then(|(article, words)| article.get(words.range()));
        let query = selected.filter(|words| words.len() < 80).unwrap_or_default().to_owned();
        let query = if query.is_empty() {
            self.find.take().map(|find| find.query).unwrap_or_default()
        } else {
            query
        };
        self.find = Some(Find { wants_focus: true, ..Find::default() });
        self.search(query);
    }

    /// Looks for words.
    pub fn search(&mut self, query: String) {
        let hits = match self.article() {
            Some(article) if !query.trim().is_empty() => {
                Folding::ALL.fold(article.text()).find(&Folding::ALL.text(query.trim())).collect()
            }
            _ => Vec::new(),
        };
        let from = self.words.map_or(TextSize::new(0), |words| words.range().start());
        let Some(find) = &mut self.find else { return };
        find.query = query;
        find.at = hits.iter().position(|hit| hit.start() >= from).unwrap_or(0);
        find.hits = hits;
        self.show_hit();
    }

    /// Goes to the next or previous place.
    pub fn step_hit(&mut self, way: Way) {
        let Some(find) = &mut self.find else { return };
        let count = find.hits.len();
        if count > 0 {
            find.at = (find.at + if way == Way::Forward { 1 } else { count - 1 }) % count;
            self.show_hit();
        }
    }

    fn show_hit(&mut self) {
        let hit = self.find.as_ref().and_then(|find| find.hits.get(find.at)).copied();
        if let Some(hit) = hit {
            self.words = Some(Words::of(hit));
            self.span = None;
            self.reveal = Some(hit.start());
        }
    }
}
