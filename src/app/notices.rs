//! What the window says: a line that goes by itself, or an error that stays until it is read.

use std::collections::VecDeque;

use super::command::UiCommand;
use crate::model::{Issue, Severity};

/// How much a notice matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// By the way.
    Info,
    /// Something is finished.
    Good,
    /// Somebody should look.
    Warning,
    /// Data are at risk or something did not happen; stays until dismissed.
    Error,
}

/// Something the window says.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// How much it matters.
    pub level: Level,
    /// What happened, what it means for the data, what to do.
    pub text: String,
    /// When it was first shown, in seconds of the window's clock.
    pub shown_at: Option<f64>,
    /// How many times it was said in a row.
    pub times: usize,
    /// What can be asked for beside it.
    pub offer: Option<UiCommand>,
}

impl Notice {
    /// How long it stays, in seconds; errors stay.
    pub fn stays(&self) -> Option<f64> {
        match self.level {
            Level::Info | Level::Good | Level::Warning if self.offer.is_some() => Some(30.0),
            Level::Info | Level::Good => Some(4.0),
            Level::Warning => Some(10.0),
            Level::Error => None,
        }
    }
}

/// What the window says at the moment.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    shown: VecDeque<Notice>,
}

impl Notices {
    /// At most this many at once; older ones that go by themselves make room.
    const MOST: usize = 5;

    /// By the way.
    pub fn info(&mut self, text: impl Into<String>) {
        self.say(Level::Info, text.into());
    }

    /// Something is finished.
    pub fn good(&mut self, text: impl Into<String>) {
        self.say(Level::Good, text.into());
    }

    /// Somebody should look.
    pub fn warning(&mut self, text: impl Into<String>) {
        self.say(Level::Warning, text.into());
    }

    /// Something did not happen, or data are at risk.
    pub fn error(&mut self, text: impl Into<String>) {
        self.say(Level::Error, text.into());
    }

    /// A finding of the core.
    pub fn issue(&mut self, issue: &Issue) {
        let level = if issue.severity == Severity::Error { Level::Error } else { Level::Warning };
        self.say(level, format!("{}: {}", issue.place, issue.message));
    }

    /// Something with a command beside it.
    pub fn offer(&mut self, level: Level, text: impl Into<String>, command: UiCommand) {
        self.say(level, text.into());
        if let Some(last) = self.shown.back_mut() {
            last.offer = Some(command);
        }
    }

    fn say(&mut self, level: Level, text: String) {
        if let Some(last) = self.shown.back_mut()
            && last.text == text
        {
            last.times += 1;
            last.shown_at = None;
            return;
        }
        self.shown.push_back(Notice { level, text, shown_at: None, times: 1, offer: None });
        while self.shown.len() > Self::MOST {
            let Some(oldest) = self.shown.iter().position(|notice| notice.level != Level::Error) else {
                break;
            };
            self.shown.remove(oldest);
        }
    }

    /// What is shown, the oldest first.
    pub fn shown(&self) -> impl Iterator<Item = &Notice> {
        self.shown.iter()
    }

    /// Forgets those whose time is over. Returns the seconds until the next one goes.
    pub fn tick(&mut self, now: f64) -> Option<f64> {
        for notice in &mut self.shown {
            notice.shown_at.get_or_insert(now);
        }
        let left = |notice: &Notice| Some(notice.stays()? - (now - notice.shown_at?));
        self.shown.retain(|notice| left(notice).is_none_or(|left| left > 0.0));
        self.shown.iter().filter_map(left).reduce(f64::min)
    }

    /// Dismisses one.
    pub fn dismiss(&mut self, nth: usize) {
        self.shown.remove(nth);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_stay_and_others_go() {
        let mut notices = Notices::default();
        notices.info("a");
        notices.error("b");
        assert_eq!(notices.tick(10.0), Some(4.0));
        assert_eq!(notices.tick(14.5), None);
        assert_eq!(notices.shown().map(|n| n.text.as_str()).collect::<Vec<_>>(), ["b"]);
        notices.dismiss(0);
        assert_eq!(notices.shown().count(), 0);
    }

    #[test]
    fn the_same_words_are_counted_not_stacked() {
        let mut notices = Notices::default();
        notices.info("a");
        notices.info("a");
        assert_eq!(notices.shown().map(|n| n.times).collect::<Vec<_>>(), [2]);
    }
}
