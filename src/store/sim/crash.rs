//! What a disk may hold when the power comes back.

use std::sync::Arc;

use super::dice::Dice;
use super::disk::{Content, Disk, File, Folder, Node};

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

/// Sizes of what is written as a whole: sectors of disks, and now and then smaller ones to be harsher than any disk.
const SECTORS: [usize; 8] = [512, 512, 512, 4096, 4096, 4096, 32, 1];

/// The power goes: what is at stake at one moment.
#[derive(Debug)]
pub struct Blackout<'a> {
    disk: &'a Disk,
    files: Vec<(Node, &'a File)>,
}

/// What becomes of it: one way of many.
#[derive(Clone, Debug)]
pub struct Fate {
    /// Which changes of names survive.
    kept: Vec<bool>,
    /// What is left of each file at stake.
    left: Vec<Content>,
    /// A sector of a file shows what stood there in another file.
    stale: bool,
}

impl Fate {
    /// Tells fates of one blackout apart.
    pub fn fingerprint(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for kept in &self.kept {
            hasher.update(&[u8::from(*kept)]);
        }
        for left in &self.left {
            hasher.update(left.hash().as_bytes());
        }
        hasher.finalize()
    }

    /// Whether some sector shows bytes of another file, among them perhaps whole records: what some file systems do
    /// to files that grew.
    pub fn is_stale(&self) -> bool {
        self.stale
    }
}

impl<'a> Blackout<'a> {
    /// Of a disk.
    pub fn of(disk: &'a Disk) -> Self {
        let at_stake = |(_, file): &(&Node, &File)| file.unsynced || file.broken;
        let files = disk.files.iter().filter(at_stake).map(|(node, file)| (*node, file)).collect();
        Self { disk, files }
    }

    /// Whether nothing is at stake.
    pub fn is_harmless(&self) -> bool {
        self.files.is_empty() && self.disk.names.is_empty()
    }

    /// A fate. `nth` takes the typical ones first; the rest is up to the dice.
    pub fn fate(&self, nth: usize, dice: &mut Dice) -> Fate {
        let style = match nth {
            0 => Style::Killed,
            1 => Style::Strict,
            2 => Style::NamesOnly,
            odd if odd % 4 == 3 => Style::InOrder,
            _ => Style::Wild,
        };
        let names = self.disk.names.len();
        let kept = match style {
            Style::Killed | Style::NamesOnly => vec![true; names],
            Style::Strict => vec![false; names],
            Style::InOrder => {
                let until = dice.below(names + 1);
                (0..names).map(|nth| nth < until).collect()
            }
            Style::Wild => (0..names).map(|_| dice.coin()).collect(),
        };
        let mut stale = false;
        let left = |(node, file): &(Node, &File)| match style {
            Style::Killed => file.live.clone(),
            Style::Strict | Style::NamesOnly => file.sure.clone(),
            Style::InOrder | Style::Wild => match dice.below(8) {
                0 | 1 => file.live.clone(),
                4 => file.sure.clone(),
                2 => cut(file, dice),
                3 => {
                    stale = true;
                    torn(file, self.stale(*node, dice), dice)
                }
                _ => torn(file, &[], dice),
            },
        };
        let left = self.files.iter().map(left).collect();
        Fate { kept, left, stale }
    }

    /// What a sector may hold that was given to a file but never written: bytes of another file, deleted or not.
    fn stale(&self, of: Node, dice: &mut Dice) -> &'a [u8] {
        let other = dice.below(self.disk.files.len().saturating_sub(1));
        let others = self.disk.files.iter().filter(|(node, _)| **node != of);
        others.map(|(_, file)| file.live.bytes()).nth(other).unwrap_or(b"\xE2\x80")
    }

    /// The disk when the power is back.
    pub fn disk(&self, fate: &Fate) -> Disk {
        let mut after = self.disk.clone();
        let names = std::mem::take(&mut after.names);
        let kept = names.into_iter().zip(&fate.kept).filter(|(_, kept)| **kept).map(|(change, _)| change);
        after.make_sure(kept.collect());
        for folder in after.folders.values_mut() {
            *folder = Folder { live: (*folder.sure).clone(), sure: Arc::clone(&folder.sure) };
        }
        for ((node, file), left) in self.files.iter().zip(&fate.left) {
            let (live, sure) = (left.clone(), left.clone());
            after.files.insert(*node, File { live, sure, mtime: file.mtime, ..File::default() });
        }
        after
    }
}

impl Disk {
    /// A disk as it may be after the power went, see [`Blackout::fate`].
    pub fn crash(&self, nth: usize, dice: &mut Dice) -> Self {
        let blackout = Blackout::of(self);
        blackout.disk(&blackout.fate(nth, dice))
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

/// The length was written, but of the content each sector by chance. The others hold what stood there before, in this
/// file or in another, or zeros.
fn torn(file: &File, stale: &[u8], dice: &mut Dice) -> Content {
    let (live, safe) = (file.live.bytes(), safe(file));
    let sure = if file.emptied { file.sure.bytes() } else { &[] };
    let sector = dice.pick(&SECTORS).copied().unwrap_or(512);
    let longest = live.len().max(sure.len());
    let end = if dice.coin() { longest } else { safe + dice.below(longest.saturating_sub(safe) + 1) };
    let lost = if stale.is_empty() && dice.coin() { sure } else { stale };
    let mut bytes = live.get(..safe).unwrap_or(live).to_vec();
    while bytes.len() < end {
        let at = bytes.len();
        let until = end.min((at / sector + 1) * sector);
        let from = if dice.coin() { live } else { lost };
        bytes.extend_from_slice(from.get(at..until.min(from.len())).unwrap_or_default());
        bytes.resize(until, 0);
    }
    Content::new(bytes)
}
