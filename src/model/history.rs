//! Undo and redo without limit, in the order of gestures.

use super::{Edit, EditError, Project};

/// What was done since the project was opened. Grouping is by gesture: one gesture, one edit ([`Edit::Batch`]).
#[derive(Clone, Debug, Default)]
pub struct History {
    done: Vec<Edit>,
    undone: Vec<Edit>,
}

impl History {
    /// Remembers an edit that was applied. What was undone before can no longer be redone.
    pub fn push(&mut self, edit: Edit) {
        self.done.push(edit);
        self.undone.clear();
    }

    /// Takes the last edit back. Returns the inverse that was applied, to be journalled as a new edit.
    pub fn undo(&mut self, project: &mut Project) -> Result<Option<Edit>, EditError> {
        let Some(edit) = self.done.last() else { return Ok(None) };
        let inverse = edit.inverse();
        inverse.apply(project)?;
        self.undone.extend(self.done.pop());
        Ok(Some(inverse))
    }

    /// Does the last undone edit again. Returns it, to be journalled as a new edit.
    pub fn redo(&mut self, project: &mut Project) -> Result<Option<Edit>, EditError> {
        let Some(edit) = self.undone.last().cloned() else { return Ok(None) };
        edit.apply(project)?;
        self.undone.pop();
        self.done.push(edit.clone());
        Ok(Some(edit))
    }

    /// Forgets the edits that touch what was replaced from outside, and those that could only be reached through
    /// them. Returns how many.
    pub fn cut(&mut self, touches: impl Fn(&Edit) -> bool) -> usize {
        let mut forgotten = 0;
        for edits in [&mut self.done, &mut self.undone] {
            let cut = edits.iter().rposition(&touches).map_or(0, |at| at + 1);
            forgotten += edits.drain(..cut).count();
        }
        forgotten
    }

    /// The edit that undo would take back.
    pub fn next_undo(&self) -> Option<&Edit> {
        self.done.last()
    }

    /// The edit that redo would do again.
    pub fn next_redo(&self) -> Option<&Edit> {
        self.undone.last()
    }
}
