//! How much each layer holds, without loading it: a cache that can be deleted, and the files read where it is silent.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::ron_text::{self, push};
use super::vfs::{Stamp, create_dirs, create_fresh, write_all};
use super::{Vfs, paths};
use crate::model::{AnnotatorId, ArticleId, Edit, LabelId, Layer, LayerKey, Span, Status};

/// What a layer holds, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LayerCounts {
    /// How far its annotator is.
    pub status: Status,
    /// Number of spans, lost ones included.
    pub spans: u32,
    /// Number of relations.
    pub relations: u32,
    /// Number of spans of each label that has any.
    pub labels: BTreeMap<LabelId, u32>,
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl LayerCounts {
    /// Counts a layer.
    pub fn of(layer: &Layer) -> Self {
        let mut counts = Self {
            status: layer.status,
            spans: number(layer.spans.len()),
            relations: number(layer.relations.len()),
            labels: BTreeMap::new(),
        };
        for span in layer.spans.values() {
            counts.more(&span.label);
        }
        counts
    }

    fn more(&mut self, label: &LabelId) {
        match self.labels.get_mut(label) {
            Some(count) => *count += 1,
            None => {
                self.labels.insert(label.clone(), 1);
            }
        }
    }

    fn fewer(&mut self, label: &LabelId) {
        if let Some(count) = self.labels.get_mut(label) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.labels.remove(label);
            }
        }
    }

    fn add(&mut self, span: &Span) {
        self.spans += 1;
        self.more(&span.label);
    }

    fn remove(&mut self, span: &Span) {
        self.spans = self.spans.saturating_sub(1);
        self.fewer(&span.label);
    }

    /// Follows an edit that was applied, at a cost that does not depend on the layer.
    fn follow(&mut self, part: &Edit) {
        match part {
            Edit::AddSpan { span, .. } => self.add(span),
            Edit::RemoveSpan { span, .. } => self.remove(span),
            Edit::ChangeSpan { old, new, .. } => {
                self.fewer(&old.label);
                self.more(&new.label);
            }
            Edit::AddRelation { .. } => self.relations += 1,
            Edit::RemoveRelation { .. } => self.relations = self.relations.saturating_sub(1),
            Edit::SetStatus { new, .. } => self.status = *new,
            _ => {}
        }
    }

    /// Counts a layer's file without its text.
    fn of_file(bytes: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct LayerFile {
            #[serde(default)]
            status: Word,
            #[serde(default)]
            spans: Vec<Labelled>,
            #[serde(default)]
            relations: Vec<serde::de::IgnoredAny>,
        }
        #[derive(Deserialize, Default)]
        #[serde(rename_all = "snake_case")]
        enum Word {
            #[default]
            New,
            InProgress,
            Done,
        }
        #[derive(Deserialize)]
        struct Labelled {
            label: String,
        }
        let file: LayerFile = ron_text::parse(ron_text::unseal(std::str::from_utf8(bytes).ok()?).0).ok()?;
        let status = match file.status {
            Word::New => Status::New,
            Word::InProgress => Status::InProgress,
            Word::Done => Status::Done,
        };
        let (spans, relations) = (number(file.spans.len()), number(file.relations.len()));
        let mut counts = Self { status, spans, relations, labels: BTreeMap::new() };
        for span in file.spans {
            counts.more(&span.label.into());
        }
        Some(counts)
    }
}

/// Length and time of a file that was counted.
pub(super) type Seen = (u64, i128);

fn seen(stamp: Stamp) -> Seen {
    (stamp.len, stamp.mtime)
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Entry {
    counts: Option<LayerCounts>,
    /// The file it was counted from; nothing for a layer in memory.
    seen: Option<Seen>,
}

/// All layers known of, and their counts as far as they were counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tally {
    entries: BTreeMap<LayerKey, Entry>,
}

/// A layer that was counted from its file.
pub(super) type Counted = (LayerKey, LayerCounts, Seen);

impl Tally {
    pub(super) fn get(&self, key: &LayerKey) -> Option<&LayerCounts> {
        self.entries.get(key)?.counts.as_ref()
    }

    pub(super) fn annotators_of(&self, article: &ArticleId) -> Vec<AnnotatorId> {
        let first = LayerKey { article: article.clone(), annotator: "".into() };
        let of_article = self.entries.range(first..).take_while(|(key, _)| key.article == *article);
        of_article.map(|(key, _)| key.annotator.clone()).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A layer's file exists.
    pub(super) fn exists(&mut self, key: LayerKey) {
        self.entries.entry(key).or_default();
    }

    /// A layer is in memory: its counts are what it holds.
    pub(super) fn set(&mut self, key: &LayerKey, layer: &Layer) {
        self.entries.insert(key.clone(), Entry { counts: Some(LayerCounts::of(layer)), seen: None });
    }

    /// A layer in memory was changed.
    pub(super) fn follow(&mut self, part: &Edit, key: &LayerKey) {
        let entry = self.entries.entry(key.clone()).or_default();
        entry.counts.get_or_insert_default().follow(part);
        entry.seen = None;
    }

    /// A layer in memory was written as it is.
    pub(super) fn written(&mut self, key: &LayerKey, stamp: Stamp) {
        if let Some(entry) = self.entries.get_mut(key) {
            entry.seen = Some(seen(stamp));
        }
    }

    /// Takes in what was counted elsewhere.
    pub(super) fn counted(&mut self, (key, counts, seen): Counted) {
        self.entries.insert(key, Entry { counts: Some(counts), seen: Some(seen) });
    }

    /// Takes from a cache what is known to exist here.
    pub(super) fn fill_from(&mut self, cache: Self) {
        for (key, entry) in cache.entries {
            if let Some(here) = self.entries.get_mut(&key) {
                *here = entry;
            }
        }
    }

    /// A layer's file is gone.
    pub(super) fn gone(&mut self, key: &LayerKey) {
        self.entries.remove(key);
    }

    /// Every layer there is, sorted.
    pub(super) fn keys(&self) -> Vec<LayerKey> {
        self.entries.keys().cloned().collect()
    }

    /// Layers with the file each was counted from, for [`survey`].
    pub(super) fn seen(&self) -> Vec<(LayerKey, Option<Seen>)> {
        self.entries.iter().map(|(key, entry)| (key.clone(), entry.seen)).collect()
    }

    /// The cache file: a line a layer, tab-separated, and a checksum.
    pub(super) fn to_cache(&self) -> String {
        let mut out = String::with_capacity(self.entries.len() * 96);
        for (key, Entry { counts, seen }) in &self.entries {
            let (Some(counts), Some((len, mtime))) = (counts, seen) else { continue };
            // Labels are free text; one that would break the line is counted again the next time.
            if counts.labels.keys().any(|label| label.as_str().contains(char::is_control)) {
                continue;
            }
            let LayerCounts { status, spans, relations, labels } = counts;
            let (article, annotator, status) = (&key.article, &key.annotator, status.as_str());
            push(
                &mut out,
                format_args!("{article}\t{annotator}\t{len}\t{mtime}\t{status}\t{spans}\t{relations}"),
            );
            for (label, count) in labels {
                push(&mut out, format_args!("\t{label}={count}"));
            }
            out.push('\n');
        }
        let crc = crc32fast::hash(out.as_bytes());
        push(&mut out, format_args!("{crc:08x}\n"));
        out
    }

    /// Reads the cache file; nothing where it is damaged.
    pub(super) fn from_cache(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (body, crc) = text.split_at_checked(text.len().checked_sub(9)?)?;
        if crc.trim_end() != format!("{:08x}", crc32fast::hash(body.as_bytes())) {
            return None;
        }
        let mut entries = BTreeMap::new();
        // Articles and labels come again and again; one value of each is enough.
        let mut labels: BTreeMap<&str, LabelId> = BTreeMap::new();
        let mut annotators: BTreeMap<&str, AnnotatorId> = BTreeMap::new();
        for line in body.lines() {
            let mut parts = line.split('\t');
            let article: ArticleId = parts.next()?.into();
            let annotator = parts.next()?;
            let annotator = annotators.entry(annotator).or_insert_with(|| annotator.into()).clone();
            let seen = Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?));
            let mut counts = LayerCounts {
                status: Status::from_name(parts.next()?)?,
                spans: parts.next()?.parse().ok()?,
                relations: parts.next()?.parse().ok()?,
                labels: BTreeMap::new(),
            };
            for part in parts {
                let (label, count) = part.rsplit_once('=')?;
                let label = labels.entry(label).or_insert_with(|| label.into()).clone();
                counts.labels.insert(label, count.parse().ok()?);
            }
            entries.insert(LayerKey { article, annotator }, Entry { counts: Some(counts), seen });
        }
        Some(Self { entries })
    }
}

/// Counts the layers whose files changed since they were counted, and hands each to `found` until it says stop.
pub(super) fn survey(
    vfs: &dyn Vfs,
    root: &Path,
    layers: Vec<(LayerKey, Option<Seen>)>,
    mut found: impl FnMut(Counted) -> bool,
) {
    for (key, before) in layers {
        let Some(path) = paths::layer_file(&key).map(|file| root.join(file)) else { continue };
        let Ok(stamp) = vfs.stat(&path) else { continue };
        if before == Some(seen(stamp)) {
            continue;
        }
        let counts = vfs.read(&path).ok().and_then(|bytes| LayerCounts::of_file(&bytes));
        if let Some(counts) = counts
            && !found((key, counts, seen(stamp)))
        {
            return;
        }
    }
}

/// Writes the cache. It may be lost at any time, so nothing waits for the disk.
pub(super) fn save(vfs: &dyn Vfs, root: &Path, tally: &Tally) -> std::io::Result<()> {
    let temporary = root.join(format!("{}.tmp", paths::COUNTS));
    create_dirs(vfs, &root.join(paths::CACHE))?;
    let mut file = create_fresh(vfs, &temporary)?;
    write_all(file.as_mut(), tally.to_cache().as_bytes())?;
    drop(file);
    vfs.rename(&temporary, &root.join(paths::COUNTS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture;

    #[test]
    fn a_layer_file_counts_as_its_layer() {
        let (text, mut layer) =
            fixture::parse("[علي]{actor} قال [لا]{claim} في [بغداد]{location} و[مصر]{location}");
        layer.status = Status::InProgress;
        let article = crate::model::Article::new("a", text);
        let through = super::super::format_v1::Through::default();
        let (places, extras) = Default::default();
        let key = LayerKey::new("a", "me");
        let file = super::super::format_v1::write_layer(&key, &layer, &article, &places, &extras, &through);
        let counts = LayerCounts::of_file(file.as_bytes()).unwrap();
        assert_eq!(counts, LayerCounts::of(&layer));
        assert_eq!((counts.spans, counts.labels[&"location".into()]), (4, 2));
    }

    #[test]
    fn the_cache_reads_as_it_is_written_or_not_at_all() {
        let mut tally = Tally::default();
        let (_, layer) = fixture::parse("[علي]{actor} قال [لا]{claim}");
        let key = LayerKey::new("مقال", "me");
        tally.counted((key.clone(), LayerCounts::of(&layer), (12, -5)));
        let cache = tally.to_cache();
        assert_eq!(Tally::from_cache(cache.as_bytes()), Some(tally.clone()));
        assert_eq!(tally.annotators_of(&"مقال".into()), ["me".into()]);
        for cut in 0..cache.len() {
            assert_eq!(Tally::from_cache(&cache.as_bytes()[..cut]), None, "cut at {cut}");
        }
    }
}
