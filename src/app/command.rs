//! What a person can ask for. Menus, palette, shortcut overlay, tooltips and tests are made from this list.

use egui::{Key, Modifiers};

use super::desk::Desk;

mod table;

/// A request of the person at the desk. What it changes in the data goes through an `Edit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UiCommand {
    /// Labels the selection, or changes the label of the selected span; 1 to 9.
    ApplyLabel(u8),
    /// The same, by the position of the label in the codebook: for labels without a digit.
    LabelAt(u8),
    /// Opens an article by its position in the index.
    OpenArticle(u32),
    /// Opens a project again, by its position in the list of recent ones.
    OpenRecent(u8),
    /// Removes the selected span with its relations.
    RemoveSpan,
    /// Writes a note on the selected span.
    EditNote,
    /// Goes to the first value of the selected span: its entity, its date.
    EditValue,
    /// Starts a relation of the selected span; the position of its slot among the label's slots.
    Link(u8),
    /// Accepts what is offered: the other end of a relation, the span or word at the caret.
    Accept,
    /// Drops the selection, the begun relation, the overlay.
    Cancel,
    /// Selects the next of the spans that overlap here.
    CycleOverlap,
    /// Selects the next span.
    NextSpan,
    /// Selects the previous span.
    PreviousSpan,
    /// Moves the last edge of the selected span one letter on.
    EndForward,
    /// Moves the last edge of the selected span one letter back.
    EndBackward,
    /// Moves the first edge of the selected span one letter on.
    StartForward,
    /// Moves the first edge of the selected span one letter back.
    StartBackward,
    /// Adds the selected words to the selected span, which becomes discontinuous.
    ExtendSpan,
    /// Takes the last gesture back.
    Undo,
    /// Does the gesture again that was taken back.
    Redo,
    /// Opens the next article.
    NextArticle,
    /// Opens the previous article.
    PreviousArticle,
    /// Marks the article as done and opens the next one.
    DoneAndNext,
    /// Marks the article as done, or as in progress again.
    ToggleDone,
    /// Finds words in the article.
    Find,
    /// Filters the list of articles.
    FilterArticles,
    /// All commands, by name.
    Palette,
    /// All keys.
    Shortcuts,
    /// Asks who annotates.
    ChooseAnnotator,
    /// Says that everything is on disk.
    Save,
    /// Copies the selected words.
    Copy,
    /// Makes an article from the clipboard.
    PasteArticle,
    /// Imports files.
    ImportFiles,
    /// Imports a folder.
    ImportFolder,
    /// Opens the data set screen.
    ExportDataSet,
    /// Opens another project.
    OpenProject,
    /// Starts a project.
    NewProject,
    /// Shows the backups of the project, to restore one beside it.
    ShowBackups,
    /// Shows the edits that were recovered on opening.
    ShowRecovered,
    /// Light or dark.
    ToggleTheme,
    /// Shows or hides the pills of invisible characters.
    ToggleInvisible,
    /// Shows or hides the list of articles.
    ToggleLeft,
    /// Shows or hides the inspector.
    ToggleRight,
    /// Direction of the article: found from its letters, right to left, left to right.
    CycleDirection,
    /// The next reader font.
    CycleFont,
    /// Larger text on the page.
    LargerText,
    /// Smaller text on the page.
    SmallerText,
    /// Text of the page in its usual size.
    ResetText,
    /// Looks for the places of lost spans.
    Settle,
    /// Goes to the next span that is open.
    SettleNext,
    /// Goes to the previous span that is open.
    SettlePrevious,
    /// Confirms a place of the span that is looked at; 1 to 9.
    SettleTake(u8),
    /// Keeps the span that is looked at as it is.
    SettleLost,
    /// Confirms every place that is certain.
    SettleCertain,
    /// Takes over the changed text of the article.
    SettleText,
    /// Looks whether something else changed files of the project.
    CheckFiles,
    /// Shows conflict files side by side.
    Conflicts,
    /// Moves the keyboard to the next part of the window.
    NextPane,
}

/// Where a shortcut works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// While the reader has the keyboard.
    Reader,
    /// While the places of lost spans are looked for.
    Settling,
    /// Everywhere, also while somebody types into a field.
    Everywhere,
}

/// A key with its modifiers, by its place on the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortcut {
    /// Ctrl, Shift, Alt.
    pub modifiers: Modifiers,
    /// The key.
    pub key: Key,
}

/// What is shown of a command.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its name: no title case, an ellipsis where more input follows.
    pub text: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// A sign from the interface font.
    pub icon: &'static str,
    /// Its heading in the shortcut overlay.
    pub group: &'static str,
    /// Where its keys work.
    pub reach: Reach,
    /// Its keys; the first one is shown.
    pub keys: &'static [Shortcut],
}

/// Keys of the digits, 1 to 9.
pub(super) const DIGITS: [Key; 9] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];

impl UiCommand {
    /// Every command without a number of its own; labels and slots come from the codebook.
    pub const ALL: &[Self] = &[
        Self::RemoveSpan,
        Self::EditValue,
        Self::EditNote,
        Self::ExtendSpan,
        Self::CycleOverlap,
        Self::EndForward,
        Self::EndBackward,
        Self::StartForward,
        Self::StartBackward,
        Self::Accept,
        Self::Cancel,
        Self::Copy,
        Self::Undo,
        Self::Redo,
        Self::NextSpan,
        Self::PreviousSpan,
        Self::NextArticle,
        Self::PreviousArticle,
        Self::DoneAndNext,
        Self::ToggleDone,
        Self::Find,
        Self::FilterArticles,
        Self::Settle,
        Self::SettleNext,
        Self::SettlePrevious,
        Self::SettleLost,
        Self::SettleCertain,
        Self::SettleText,
        Self::NextPane,
        Self::Palette,
        Self::Shortcuts,
        Self::Save,
        Self::CheckFiles,
        Self::Conflicts,
        Self::ChooseAnnotator,
        Self::ImportFiles,
        Self::ImportFolder,
        Self::PasteArticle,
        Self::ExportDataSet,
        Self::OpenProject,
        Self::NewProject,
        Self::ShowBackups,
        Self::ShowRecovered,
        Self::ToggleTheme,
        Self::LargerText,
        Self::SmallerText,
        Self::ResetText,
        Self::CycleFont,
        Self::CycleDirection,
        Self::ToggleInvisible,
        Self::ToggleLeft,
        Self::ToggleRight,
    ];

    /// Whether it would do something now.
    pub fn enabled(self, desk: Option<&Desk>) -> bool {
        match self {
            Self::Palette
            | Self::Shortcuts
            | Self::OpenProject
            | Self::NewProject
            | Self::OpenRecent(_)
            | Self::ToggleTheme
            | Self::LargerText
            | Self::SmallerText
            | Self::ResetText
            | Self::CycleFont
            | Self::ToggleInvisible
            | Self::ToggleLeft
            | Self::ToggleRight
            | Self::NextPane => true,
            _ => desk.is_some_and(|desk| self.enabled_on(desk)),
        }
    }

    fn enabled_on(self, desk: &Desk) -> bool {
        let open = desk.article().is_some();
        let writable = desk.session.read_only().is_none();
        let words = desk.words.is_some_and(|words| !words.is_caret());
        let span = desk.selected().is_some();
        match self {
            Self::ApplyLabel(_) | Self::LabelAt(_) => open && writable,
            Self::Link(nth) => writable && span && usize::from(nth) < desk.slots().len(),
            Self::RemoveSpan
            | Self::EditNote
            | Self::EditValue
            | Self::EndForward
            | Self::EndBackward
            | Self::StartForward
            | Self::StartBackward => writable && span,
            Self::ExtendSpan => writable && words && desk.last_span.is_some(),
            Self::CycleOverlap => span || desk.words.is_some(),
            Self::Accept => desk.link.is_some() || desk.words.is_some_and(|words| words.is_caret()),
            Self::Cancel => {
                words
                    || span
                    || desk.link.is_some()
                    || desk.find.is_some()
                    || desk.armed.is_some()
                    || desk.settling.is_some()
            }
            Self::Copy => words || span,
            Self::Undo => desk.session.can_undo(),
            Self::Redo => desk.session.can_redo(),
            Self::NextSpan | Self::PreviousSpan => desk.layer().is_some_and(|layer| !layer.spans.is_empty()),
            Self::DoneAndNext | Self::ToggleDone | Self::CycleDirection => open && writable,
            Self::ImportFiles | Self::ImportFolder | Self::PasteArticle => writable,
            Self::Find => open,
            Self::Settle => open && writable && desk.settle_need().lost > 0 && desk.settling.is_none(),
            Self::SettleNext | Self::SettlePrevious => desk.settling.is_some(),
            Self::SettleTake(_) | Self::SettleLost | Self::SettleCertain => {
                writable && desk.settling.is_some()
            }
            Self::SettleText => open && writable && desk.settle_need().changed,
            Self::ShowRecovered => !desk.recovered.is_empty(),
            _ => true,
        }
    }

    /// The keys to show, such as `Ctrl K`; empty where there are none.
    pub fn keys_text(self) -> String {
        match self {
            Self::ApplyLabel(digit) | Self::SettleTake(digit) => digit.to_string(),
            Self::EndForward | Self::EndBackward => "Shift ←→".into(),
            Self::StartForward | Self::StartBackward => "Alt ←→".into(),
            Self::Copy => "Ctrl C".into(),
            Self::PasteArticle => "Ctrl V".into(),
            Self::Shortcuts => "?".into(),
            Self::ExtendSpan => "+".into(),
            _ => self.about().keys.first().map(Shortcut::text).unwrap_or_default(),
        }
    }
}

impl Shortcut {
    /// `Ctrl Shift Z`.
    pub fn text(&self) -> String {
        let mut parts = Vec::new();
        let modifiers = self.modifiers;
        for (on, name) in [
            (modifiers.command || modifiers.ctrl, "Ctrl"),
            (modifiers.alt, "Alt"),
            (modifiers.shift, "Shift"),
        ] {
            if on {
                parts.push(name);
            }
        }
        let key = match self.key {
            Key::Escape => "Esc",
            Key::Delete => "Del",
            Key::PageDown => "PgDn",
            Key::PageUp => "PgUp",
            Key::ArrowLeft => "←",
            Key::ArrowRight => "→",
            other => other.symbol_or_name(),
        };
        // A letter alone is written as it is typed.
        if parts.is_empty() && key.len() == 1 {
            return key.to_lowercase();
        }
        parts.push(key);
        parts.join(" ")
    }

    /// Whether a pressed key is this shortcut, with exactly its modifiers.
    pub fn fits(&self, key: Key, modifiers: Modifiers) -> bool {
        let ctrl = self.modifiers.command || self.modifiers.ctrl;
        self.key == key
            && ctrl == (modifiers.command || modifiers.ctrl)
            && self.modifiers.shift == modifiers.shift
            && self.modifiers.alt == modifiers.alt
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_commands_share_a_key() {
        let mut seen: Vec<(Shortcut, UiCommand)> = Vec::new();
        for command in UiCommand::ALL {
            for key in command.about().keys {
                assert!(
                    !seen.iter().any(|(other, _)| other.fits(key.key, key.modifiers)),
                    "{} is taken: {command:?}",
                    key.text()
                );
                seen.push((*key, *command));
            }
        }
    }

    #[test]
    fn every_command_says_what_it_does() {
        for command in UiCommand::ALL {
            let about = command.about();
            assert!(
                about.help.ends_with('.') && !about.text.is_empty() && !about.icon.is_empty(),
                "{command:?}"
            );
        }
    }
}
