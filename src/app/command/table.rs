//! What is shown of each command: a row a command.

use egui::{Key, Modifiers};

use super::Reach::{Everywhere, Reader, Settling};
use super::{About, Shortcut, UiCommand};

const fn plain(key: Key) -> Shortcut {
    Shortcut { modifiers: Modifiers::NONE, key }
}

const fn ctrl(key: Key) -> Shortcut {
    Shortcut { modifiers: Modifiers::COMMAND, key }
}

const fn shift(key: Key) -> Shortcut {
    Shortcut { modifiers: Modifiers::SHIFT, key }
}

const fn alt(key: Key) -> Shortcut {
    Shortcut { modifiers: Modifiers::ALT, key }
}

const fn ctrl_shift(key: Key) -> Shortcut {
    Shortcut { modifiers: Modifiers::COMMAND.plus(Modifiers::SHIFT), key }
}

const MARK: &str = "Mark";
const SPAN: &str = "The selected span";
const MOVE: &str = "Move";
const PROJECT: &str = "Project";
const VIEW: &str = "View";
const LOST: &str = "Lost spans";

macro_rules! about {
    ($text:literal, $icon:literal, $group:ident, $reach:ident, [$($key:expr),*], $help:literal) => {
        About { text: $text, help: $help, icon: $icon, group: $group, reach: $reach, keys: const { &[$($key),*] } }
    };
}

impl UiCommand {
    /// Name, help, keys. In right-to-left text the arrows move as they point: a key named "forward" here is the left one.
    pub fn about(self) -> About {
        match self {
            Self::ApplyLabel(_) | Self::LabelAt(_) => about!(
                "Label",
                "■",
                MARK,
                Reader,
                [],
                "Labels the selected words, or changes the label of the selected span."
            ),
            Self::Link(_) => about!(
                "Link",
                "↔",
                SPAN,
                Reader,
                [],
                "Starts a relation; Tab or a click chooses the other end."
            ),
            Self::OpenArticle(_) => {
                about!("Open the article", "→", MOVE, Reader, [], "Puts the article on the page.")
            }
            Self::OpenRecent(_) => {
                about!("Open again", "▤", PROJECT, Everywhere, [], "Opens a project of the last days.")
            }
            Self::RemoveSpan => about!(
                "Remove the span",
                "✕",
                SPAN,
                Reader,
                [plain(Key::Delete), plain(Key::Backspace)],
                "Removes the selected span with its relations; undo brings them back."
            ),
            Self::EditValue => about!(
                "Value…",
                "=",
                SPAN,
                Reader,
                [plain(Key::E)],
                "Goes to the entity, the date or the first other value of the selected span."
            ),
            Self::EditNote => {
                about!("Note…", "✎", SPAN, Reader, [plain(Key::N)], "Writes a note on the selected span.")
            }
            Self::ExtendSpan => about!(
                "Add the words to the span",
                "+",
                SPAN,
                Reader,
                [plain(Key::Plus), shift(Key::Equals), plain(Key::Equals)],
                "The selected span gets the selected words as a further part."
            ),
            Self::CycleOverlap => about!(
                "Next span here",
                "↻",
                SPAN,
                Reader,
                [plain(Key::O)],
                "Where spans overlap, selects the next one; so does clicking again."
            ),
            Self::EndForward => about!(
                "Move the last edge on",
                "⇥",
                SPAN,
                Reader,
                [],
                "Shift + arrow moves the last edge of the span by a letter."
            ),
            Self::EndBackward => about!(
                "Move the last edge back",
                "⇤",
                SPAN,
                Reader,
                [],
                "Shift + arrow moves the last edge of the span by a letter."
            ),
            Self::StartForward => about!(
                "Move the first edge on",
                "⇥",
                SPAN,
                Reader,
                [],
                "Alt + arrow moves the first edge of the span by a letter."
            ),
            Self::StartBackward => about!(
                "Move the first edge back",
                "⇤",
                SPAN,
                Reader,
                [],
                "Alt + arrow moves the first edge of the span by a letter."
            ),
            Self::Accept => about!(
                "Accept",
                "↵",
                MARK,
                Reader,
                [plain(Key::Enter)],
                "Takes the offered end of a relation; else selects the span or the word at the caret."
            ),
            Self::Cancel => about!(
                "Deselect",
                "⎋",
                MARK,
                Reader,
                [plain(Key::Escape)],
                "Drops the selection or what was begun."
            ),
            Self::Copy => about!(
                "Copy the words",
                "⧉",
                MARK,
                Reader,
                [],
                "Copies the selected words, or those of the selected span (Ctrl C)."
            ),
            Self::Undo => about!(
                "Undo",
                "↶",
                MARK,
                Reader,
                [ctrl(Key::Z)],
                "Takes the last gesture back, without limit."
            ),
            Self::Redo => about!(
                "Redo",
                "↷",
                MARK,
                Reader,
                [ctrl_shift(Key::Z), ctrl(Key::Y)],
                "Does again what was taken back."
            ),
            Self::NextSpan => about!(
                "Next span",
                "↓",
                MOVE,
                Reader,
                [plain(Key::Tab)],
                "Selects the next span in reading order."
            ),
            Self::PreviousSpan => about!(
                "Previous span",
                "↑",
                MOVE,
                Reader,
                [shift(Key::Tab)],
                "Selects the previous span in reading order."
            ),
            Self::NextArticle => about!(
                "Next article",
                "⇟",
                MOVE,
                Reader,
                [plain(Key::PageDown), ctrl(Key::ArrowRight)],
                "Opens the next article of the list."
            ),
            Self::PreviousArticle => about!(
                "Previous article",
                "⇞",
                MOVE,
                Reader,
                [plain(Key::PageUp), ctrl(Key::ArrowLeft)],
                "Opens the previous article of the list."
            ),
            Self::DoneAndNext => about!(
                "Done and next",
                "✓",
                MOVE,
                Reader,
                [ctrl(Key::Enter)],
                "Marks the article as done and opens the next one that is not."
            ),
            Self::ToggleDone => about!(
                "Done",
                "✓",
                MOVE,
                Reader,
                [alt(Key::D)],
                "Marks the article as done, or as in progress again."
            ),
            Self::Find => about!(
                "Find in the article…",
                "⌕",
                MOVE,
                Everywhere,
                [ctrl(Key::F)],
                "Finds words as Arabic readers mean them: without harakat, with any hamza."
            ),
            Self::FilterArticles => about!(
                "Filter articles…",
                "⌕",
                MOVE,
                Everywhere,
                [ctrl_shift(Key::F)],
                "Filters the list of articles by words of the title."
            ),
            Self::NextPane => about!(
                "Next part of the window",
                "⇄",
                MOVE,
                Everywhere,
                [plain(Key::F6)],
                "Moves the keyboard between reader, article list and inspector."
            ),
            Self::Settle => about!(
                "Find lost spans…",
                "⌖",
                LOST,
                Everywhere,
                [plain(Key::F7)],
                "Shows the spans whose words are gone from the text, and the places they may have moved to."
            ),
            Self::SettleNext => about!(
                "Next lost span",
                "↓",
                LOST,
                Settling,
                [plain(Key::ArrowDown)],
                "Goes to the next span that is still open."
            ),
            Self::SettlePrevious => about!(
                "Previous lost span",
                "↑",
                LOST,
                Settling,
                [plain(Key::ArrowUp)],
                "Goes to the previous span that is still open."
            ),
            Self::SettleTake(_) => about!(
                "Confirm the place",
                "✓",
                LOST,
                Settling,
                [],
                "The span moves to this place of the changed text; undo takes it back."
            ),
            Self::SettleLost => about!(
                "Keep as lost",
                "✕",
                LOST,
                Settling,
                [plain(Key::L)],
                "Leaves the span as it is; a lost one stays listed and is exported with a flag."
            ),
            Self::SettleCertain => about!(
                "Confirm all that are certain",
                "✓",
                LOST,
                Settling,
                [plain(Key::A)],
                "Moves every span that can be in one place only; one undo takes all of them back."
            ),
            Self::SettleText => about!(
                "Take over the text",
                "✓",
                LOST,
                Everywhere,
                [plain(Key::F8)],
                "The project knows the changed text from now on, and the warning ends; undo takes it back."
            ),
            Self::CheckFiles => about!(
                "Look for changed files",
                "⟳",
                PROJECT,
                Everywhere,
                [plain(Key::F5)],
                "Looks whether git, a cloud or a colleague changed files of the project; so does coming back to the window."
            ),
            Self::Conflicts => about!(
                "Conflict files…",
                "≠",
                PROJECT,
                Everywhere,
                [],
                "Compares files that were changed by something else with your work that was kept beside them."
            ),
            Self::Palette => {
                about!("All commands…", "⌘", VIEW, Everywhere, [ctrl(Key::K)], "Finds a command by its name.")
            }
            Self::Shortcuts => about!(
                "All keys",
                "?",
                VIEW,
                Reader,
                [shift(Key::Slash), plain(Key::Questionmark), plain(Key::F1), ctrl(Key::Slash)],
                "Shows all keys."
            ),
            Self::ChooseAnnotator => about!(
                "Annotator…",
                "☺",
                PROJECT,
                Everywhere,
                [ctrl_shift(Key::A)],
                "Chooses whose layer is worked on, or adds an annotator."
            ),
            Self::Save => about!(
                "Save",
                "●",
                PROJECT,
                Everywhere,
                [ctrl(Key::S)],
                "There is nothing to save: every gesture is on disk at once. Says so."
            ),
            Self::ImportFiles => about!(
                "Import articles…",
                "+",
                PROJECT,
                Everywhere,
                [ctrl(Key::I)],
                "Adds text files as articles; dropping them on the window does the same."
            ),
            Self::ImportFolder => about!(
                "Import a folder…",
                "+",
                PROJECT,
                Everywhere,
                [ctrl_shift(Key::I)],
                "Adds every text file of a folder as an article."
            ),
            Self::PasteArticle => about!(
                "Paste as an article",
                "+",
                PROJECT,
                Reader,
                [],
                "Makes an article from the text of the clipboard (Ctrl V)."
            ),
            Self::ExportDataSet => about!(
                "Export a data set…",
                "⇥",
                PROJECT,
                Everywhere,
                [ctrl(Key::E)],
                "Chooses format, layers and labels, and shows what would be written and lost before anything is."
            ),
            Self::OpenProject => about!(
                "Open a project…",
                "▤",
                PROJECT,
                Everywhere,
                [ctrl(Key::O)],
                "Opens another project folder."
            ),
            Self::NewProject => about!(
                "New project…",
                "▤",
                PROJECT,
                Everywhere,
                [ctrl(Key::N)],
                "Starts a project in an empty folder."
            ),
            Self::ShowBackups => about!(
                "Restore a backup…",
                "▤",
                PROJECT,
                Everywhere,
                [],
                "Lists the backups of the project; one of them becomes a project of its own beside it."
            ),
            Self::ShowRecovered => about!(
                "What was recovered…",
                "●",
                PROJECT,
                Everywhere,
                [],
                "Lists the edits that the last sitting left in the journal and that were taken in on opening."
            ),
            Self::ToggleTheme => about!(
                "Light or dark",
                "◐",
                VIEW,
                Everywhere,
                [ctrl_shift(Key::L)],
                "Changes between the light and the dark theme."
            ),
            Self::LargerText => about!(
                "Larger text",
                "A",
                VIEW,
                Everywhere,
                [ctrl(Key::Plus), ctrl(Key::Equals), ctrl_shift(Key::Equals)],
                "Larger text on the page."
            ),
            Self::SmallerText => {
                about!("Smaller text", "a", VIEW, Everywhere, [ctrl(Key::Minus)], "Smaller text on the page.")
            }
            Self::ResetText => about!(
                "Usual text size",
                "A",
                VIEW,
                Everywhere,
                [ctrl(Key::Num0)],
                "Text of the page in its usual size."
            ),
            Self::CycleFont => about!(
                "Next reader font",
                "A",
                VIEW,
                Everywhere,
                [ctrl_shift(Key::G)],
                "Noto Naskh Arabic, Noto Sans Arabic, Amiri."
            ),
            Self::CycleDirection => about!(
                "Direction of the article",
                "⇆",
                VIEW,
                Everywhere,
                [ctrl_shift(Key::D)],
                "Found from the letters, right to left, or left to right; kept with the article."
            ),
            Self::ToggleInvisible => about!(
                "Invisible characters",
                "¶",
                VIEW,
                Everywhere,
                [ctrl_shift(Key::J)],
                "Shows direction marks and joiners as small pills."
            ),
            Self::ToggleLeft => about!(
                "Article list",
                "◧",
                VIEW,
                Everywhere,
                [ctrl(Key::B)],
                "Shows or hides the list of articles."
            ),
            Self::ToggleRight => about!(
                "Inspector",
                "◨",
                VIEW,
                Everywhere,
                [ctrl_shift(Key::B)],
                "Shows or hides the inspector."
            ),
        }
    }
}
