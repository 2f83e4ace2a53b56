//! What a disk may hold when the power comes back.

use std::sync::Arc;

use super::dice::Dice;
use super::disk::{Content, Disk, File, Folder, NameChange, Node};

/// How a crash treats what was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// The process was killed, the machine goes on: nothing is lost.
    Killed,
    /// Everything that was not synced is gone.
    Strict,
    /// All names, but no content: what a rename without a sync leaves.
    NamesOnly,
    /// Names up to some moment, content by chance: a file system that writes names in order.
    InOrder,
    /// Each name and each sector by itself.
    Wild,
}

/// Sizes of what is written as a whole: sectors of disks, and smaller ones to be harsher than any disk.
const SECTORS: [usize; 4] = [1, 16, 512, 4096];

impl Disk {
    /// Whether a crash now could lose anything.
    pub fn is_settled(&self) -> bool {
        self.names.is_empty() && self.files.values().all(|file| !file.unsynced)
    }

    /// A disk as it may be after the power went. `nth` takes the typical ways first; the rest is up to the dice.
    pub fn crash(&self, nth: usize, dice: &mut Dice) -> Self {
        let style = match nth {
            0 => Style::Killed,
            1 => Style::Strict,
            2 => Style::NamesOnly,
            odd if odd % 4 == 3 => Style::InOrder,
            _ => Style::Wild,
        };
        let mut after = self.clone();
        after.names.clear();
        let kept = self.kept_names(style, dice);
        after.make_sure(kept);
        for folder in after.folders.values_mut() {
            *folder = Folder { live: (*folder.sure).clone(), sure: Arc::clone(&folder.sure) };
        }
        for (node, file) in after.files.iter_mut().filter(|(_, file)| file.unsynced || file.broken) {
            let left = match style {
                Style::Killed => file.live.clone(),
                Style::Strict | Style::NamesOnly => file.sure.clone(),
                Style::InOrder | Style::Wild => match dice.below(5) {
                    0 => file.live.clone(),
                    1 => file.sure.clone(),
                    2 => cut(file, dice),
                    _ => torn(file, self.stale(*node, dice), dice),
                },
            };
            *file = File { live: left.clone(), sure: left, mtime: file.mtime, ..File::default() };
        }
        after
    }

    fn kept_names(&self, style: Style, dice: &mut Dice) -> Vec<NameChange> {
        match style {
            Style::Killed | Style::NamesOnly => self.names.clone(),
            Style::Strict => Vec::new(),
            Style::InOrder => self.names.iter().take(dice.below(self.names.len() + 1)).cloned().collect(),
            Style::Wild => self.names.iter().filter(|_| dice.coin()).cloned().collect(),
        }
    }

    /// What a sector may hold that was given to a file but never written: bytes of another file, deleted or not.
    fn stale(&self, of: Node, dice: &mut Dice) -> &[u8] {
        let others: Vec<&File> =
            self.files.iter().filter(|(node, _)| **node != of).map(|(_, file)| file).collect();
        dice.pick(&others).map_or(b"\xE2\x80", |file| file.live.bytes())
    }
}

/// Bytes at the start that no crash takes.
fn safe(file: &File) -> usize {
    if file.emptied { 0 } else { file.sure.bytes().len() }
}

/// The beginning was written, the end was not.
fn cut(file: &File, dice: &mut Dice) -> Content {
    let (live, safe) = (file.live.bytes(), safe(file));
    let end = safe + dice.below(live.len().saturating_sub(safe) + 1);
    Content::new(live.get(..end).unwrap_or(live).to_vec())
}

/// The length was written, but of the content each sector by chance; the others hold zeros, what stood there before,
/// or what stood there in another file.
fn torn(file: &File, stale: &[u8], dice: &mut Dice) -> Content {
    let (live, sure, safe) = (file.live.bytes(), file.sure.bytes(), safe(file));
    let sector = dice.pick(&SECTORS).copied().unwrap_or(512);
    let longest = if file.emptied { live.len().max(sure.len()) } else { live.len() };
    let end = if dice.coin() { longest } else { safe + dice.below(longest.saturating_sub(safe) + 1) };
    let fill = dice.below(3);
    let mut bytes = Vec::with_capacity(end);
    let (mut of, mut written) = (usize::MAX, true);
    for at in 0..end {
        if at / sector != of {
            (of, written) = (at / sector, dice.coin());
        }
        let old = || if file.emptied { sure.get(at).copied() } else { None };
        let lost = match fill {
            0 => Some(0),
            1 => old(),
            _ => stale.get(at % stale.len().max(1)).copied(),
        };
        let byte = if at < safe || written { live.get(at).copied() } else { lost };
        bytes.push(byte.unwrap_or_default());
    }
    Content::new(bytes)
}
