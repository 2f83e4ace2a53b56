//! Files changed behind our back, as the session takes them in.

use super::Session;
use crate::model::ArticleId;
use crate::store::{OutsideCheck, OutsideFound, TakenIn};

/// What something else did to the files of the project, and what became of it.
#[derive(Debug, Default)]
pub struct OutsideNews {
    /// What was read again, and what was found.
    pub taken: TakenIn,
    /// Gestures that can no longer be undone or done again, because they or later ones were made on what is gone.
    pub forgotten: usize,
}

impl Session {
    /// A look at the files of the project; run it on any thread and hand what it found to [`Self::take_outside`].
    pub fn outside_check(&self) -> OutsideCheck {
        self.folder.outside_check(&self.project)
    }

    /// Takes in what a look found. Never waits for the disk.
    ///
    /// Where nothing of ours was pending, their content is read in place of what was in memory. Undo ends there: a
    /// gesture made on what is gone would land on other content, so it and all before it leave the history. Where
    /// something was pending, ours is written beside theirs, and an issue of [`Self::tick`] names both files.
    pub fn take_outside(&mut self, found: OutsideFound) -> OutsideNews {
        self.folder.poll();
        let taken = self.folder.take_in(found, &mut self.project);
        let forgotten = self.history.cut(|edit| taken.touches(edit));
        if !taken.is_empty() {
            self.revision += 1;
        }
        OutsideNews { taken, forgotten }
    }

    /// Ranges of lost spans of a layer that today's text cannot hold, in Unicode scalar values.
    pub fn old_places(
        &self,
        key: &crate::model::LayerKey,
    ) -> std::collections::BTreeMap<crate::model::SpanId, Vec<(u32, u32)>> {
        self.folder.old_places(key)
    }

    /// Whether an article's text is another one than the index knows.
    pub fn is_text_changed(&self, article: &ArticleId) -> bool {
        let info = self.project.article(article);
        info.zip(self.project.text(article)).is_some_and(|(info, text)| info.hash != text.hash())
    }
}
