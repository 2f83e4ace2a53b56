//! The self-test of an export: what was promised for each article is held against what our own reader gets from the
//! files, before these have their names.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::format::Keeps;
use super::{FormatError, Item, Page, Record};
use crate::model::{AnnotatorId, ArticleId, Layer, Span, SpanId, TextHash};

/// What an export promises: of each layer a fingerprint, so that memory does not grow with the text.
#[derive(Debug, Default)]
pub struct Promise {
    layers: BTreeMap<Key, Vec<(ArticleId, Fingerprint)>>,
    /// Layers promised.
    count: usize,
}

type Fingerprint = [u8; 16];

/// Text, annotator (empty where the format does not keep them), id (likewise).
type Key = (TextHash, String, String);

/// Why an export is not what was promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The article it is about.
    pub article: Option<ArticleId>,
    /// Whose layer.
    pub annotator: Option<AnnotatorId>,
    /// What is wrong.
    pub problem: String,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(article) = &self.article {
            write!(f, "{article}")?;
            if let Some(annotator) = &self.annotator {
                write!(f, "/{annotator}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.problem)
    }
}

impl std::error::Error for Broken {}

impl Promise {
    /// Adds what is promised for a fitted article.
    pub fn add(&mut self, page: &Page<'_>, keeps: &Keeps) {
        let hash = page.article.hash();
        let mut add = |annotator: &str, layer: &Layer| {
            let key = key(hash, &page.info.id, annotator, keeps);
            self.layers.entry(key).or_default().push((page.info.id.clone(), fingerprint(layer, keeps)));
            self.count += 1;
        };
        if page.layers.is_empty() {
            add("", &Layer::default());
        }
        for (annotator, layer) in page.layers {
            add(annotator.as_str(), layer);
        }
    }

    /// Takes off what a reader got.
    ///
    /// # Errors
    /// Where it was not promised, or the reader had losses.
    pub fn take(&mut self, item: &Item, keeps: &Keeps) -> Result<(), Broken> {
        let Item::Record(record) = item else { return Ok(()) };
        if let Some(loss) = record.losses.first() {
            return Err(broken(
                record,
                format!("read back, {} is {}: {}", loss.place, loss.kind.as_str(), loss.reason),
            ));
        }
        let blank = Layer::default();
        let (annotator, layer) = match &record.layer {
            Some((annotator, layer)) => (annotator.as_str(), layer),
            None => ("", &blank),
        };
        let candidates = [annotator, ""].map(|name| key(record.info.hash, &record.info.id, name, keeps));
        // Where an empty layer cannot be told from none, either may have been promised.
        let known = candidates.iter().find(|key| self.layers.contains_key(key));
        let Some(known) = known.filter(|key| **key == candidates[0] || layer.spans.is_empty()).cloned()
        else {
            return Err(broken(record, "read back, it has another text or name than was written".to_owned()));
        };
        let is = fingerprint(layer, keeps);
        let promised = self.layers.get_mut(&known);
        let Some(promised) = promised else { return Ok(()) };
        let Some(nth) = promised.iter().position(|(_, was)| *was == is) else {
            return Err(broken(
                record,
                "read back, its annotations are not those that were written".to_owned(),
            ));
        };
        promised.swap_remove(nth);
        if promised.is_empty() {
            self.layers.remove(&known);
        }
        self.count -= 1;
        Ok(())
    }

    /// Whether everything promised was taken.
    ///
    /// # Errors
    /// Where something is missing from the files.
    pub fn finish(self) -> Result<(), Broken> {
        let missing = self.layers.iter().next().and_then(|(key, layers)| Some((key, layers.first()?)));
        let Some(((_, annotator, _), (article, _))) = missing else { return Ok(()) };
        Err(Broken {
            article: Some(article.clone()),
            annotator: (!annotator.is_empty()).then(|| annotator.as_str().into()),
            problem: format!("read back, it is not there; {} layers are missing in all", self.count),
        })
    }
}

fn broken(record: &Record, problem: String) -> Broken {
    Broken {
        article: Some(record.info.id.clone()),
        annotator: record.layer.as_ref().map(|(annotator, _)| annotator.clone()),
        problem,
    }
}

fn key(hash: TextHash, id: &ArticleId, annotator: &str, keeps: &Keeps) -> Key {
    let annotator = if keeps.annotators { annotator } else { "" };
    (hash, annotator.to_owned(), if keeps.ids { id.to_string() } else { String::new() })
}

/// What a layer says, in one fixed order, as far as the format keeps it.
pub fn sayings(layer: &Layer, keeps: &Keeps) -> Vec<String> {
    let spans: BTreeMap<SpanId, String> =
        layer.spans.values().map(|span| (span.id, span_saying(span, keeps))).collect();
    let mut sayings: Vec<String> = spans.values().cloned().collect();
    for relation in layer.relations.values() {
        let end = |id: &SpanId| spans.get(id).map(String::as_str).unwrap_or_default();
        let mut saying =
            format!("{} from ({}) to ({})", relation.label, end(&relation.from), end(&relation.to));
        // Writing to a string does not fail.
        relation.attributes.iter().for_each(|(key, value)| _ = write!(saying, " {key}={value:?}"));
        if keeps.numbers {
            _ = write!(saying, " relation {}", relation.id);
        }
        sayings.push(saying);
    }
    if keeps.status {
        sayings.push(format!("status {}", layer.status.as_str()));
    }
    if keeps.numbers {
        sayings.push(format!("last {} {}", layer.last_span, layer.last_relation));
    }
    sayings.sort();
    sayings
}

fn span_saying(span: &Span, keeps: &Keeps) -> String {
    let mut saying = format!("{}", span.label);
    for range in &span.ranges {
        _ = write!(saying, " {}..{}", u32::from(range.start()), u32::from(range.end()));
    }
    _ = write!(saying, " {:?}", span.quote);
    span.attributes.iter().for_each(|(key, value)| _ = write!(saying, " {key}={value:?}"));
    if !span.note.is_empty() {
        _ = write!(saying, " note={:?}", span.note);
    }
    if keeps.origins {
        _ = write!(saying, " {:?}", span.origin);
    }
    if keeps.numbers {
        _ = write!(saying, " span {}", span.id);
    }
    if span.lost {
        saying.push_str(" lost");
    }
    saying
}

fn fingerprint(layer: &Layer, keeps: &Keeps) -> Fingerprint {
    let mut hasher = blake3::Hasher::new();
    for saying in sayings(layer, keeps) {
        hasher.update(saying.as_bytes());
        hasher.update(b"\n");
    }
    let mut short = Fingerprint::default();
    short.iter_mut().zip(hasher.finalize().as_bytes()).for_each(|(to, from)| *to = *from);
    short
}

/// The first thing that two layers do not both say, for messages and tests.
pub fn difference(promised: &Layer, read: &Layer, keeps: &Keeps) -> Option<String> {
    let (was, is) = (sayings(promised, keeps), sayings(read, keeps));
    let missing = was.iter().find(|saying| !is.contains(saying)).map(|s| format!("missing: {s}"));
    let extra = is.iter().find(|saying| !was.contains(saying)).map(|s| format!("not promised: {s}"));
    match (missing, extra) {
        (None, None) if was == is => None,
        (None, None) => Some("something stands there twice, or once instead of twice".to_owned()),
        (missing, extra) => Some([missing, extra].into_iter().flatten().collect::<Vec<_>>().join("; ")),
    }
}

impl From<FormatError> for Broken {
    fn from(error: FormatError) -> Self {
        Self { article: None, annotator: None, problem: format!("read back: {error}") }
    }
}
