//! What an import did: counted, said and written as JSON.

use std::path::Path;

use serde::Serialize;

use super::super::export::{tell_counts, tell_losses};
use super::super::print::{count, note};
use super::read::Incoming;
use crate::dataset::{CountsLine, LossLine};
use crate::interchange::plan::Outcome;
use crate::interchange::{Counts, Loss, LossKind, Record};
use crate::model::{ArticleId, Place};

/// What is needed of a record once the plan has taken it.
pub(super) struct About {
    id: ArticleId,
    has_layer: bool,
    spans: usize,
    relations: usize,
    losses: Vec<Loss>,
}

impl About {
    pub(super) fn of(record: &Record) -> Self {
        Self {
            id: record.info.id.clone(),
            has_layer: record.layer.is_some(),
            spans: record.spans,
            relations: record.relations,
            losses: record.losses.clone(),
        }
    }

    /// Whether a layer enters the project.
    pub(super) fn adds_layer(&self, outcome: &Outcome) -> bool {
        self.has_layer && matches!(outcome, Outcome::NewArticle(_) | Outcome::NewLayer(_))
    }
}

/// What became of a file.
#[derive(Serialize)]
pub(super) struct FileLine {
    path: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    encoding_guessed: bool,
    /// Ids of the articles that are new.
    added: Vec<String>,
    /// Ids of the articles that the project has already.
    known: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl FileLine {
    fn new(path: String, outcome: &'static str) -> Self {
        Self {
            path,
            outcome,
            format: None,
            encoding: None,
            encoding_guessed: false,
            added: Vec::new(),
            known: Vec::new(),
            message: None,
        }
    }

    /// A file that was read; what became of its articles follows.
    pub(super) fn read(incoming: &Incoming) -> Self {
        Self {
            format: Some(incoming.format.name),
            encoding: incoming.encoding.map(|(name, _)| name),
            encoding_guessed: incoming.encoding.is_some_and(|(_, guessed)| guessed),
            ..Self::new(incoming.path.display().to_string(), "read")
        }
    }

    /// A file or folder that was not read; the message names it.
    pub(super) fn refused(path: &Path, message: String) -> Self {
        Self { message: Some(message), ..Self::new(path.display().to_string(), "refused") }
    }

    /// A file of a folder that is of no format we read.
    pub(super) fn ignored(path: &Path) -> Self {
        Self::new(path.display().to_string(), "ignored")
    }
}

#[derive(Default, Serialize)]
struct Tally {
    read: usize,
    added: usize,
    known: usize,
    refused: usize,
}

/// The whole import.
#[derive(Serialize)]
pub(super) struct Summary {
    dry_run: bool,
    files: Vec<FileLine>,
    articles: Tally,
    layers: Tally,
    spans: CountsLine,
    relations: CountsLine,
    losses: Vec<LossLine>,
    notes: Vec<String>,
}

impl Summary {
    pub(super) fn new(dry_run: bool) -> Self {
        Self {
            dry_run,
            files: Vec::new(),
            articles: Tally::default(),
            layers: Tally::default(),
            spans: Counts::default().into(),
            relations: Counts::default().into(),
            losses: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    pub(super) fn add(&mut self, mut file: FileLine) {
        if file.outcome == "read" && file.added.is_empty() && !file.known.is_empty() {
            file.outcome = "known";
        }
        self.files.push(file);
    }

    /// Counts what became of a record.
    pub(super) fn count(&mut self, file: &mut FileLine, about: About, outcome: &Outcome) {
        let id = match outcome {
            Outcome::NewArticle(id) | Outcome::Known(id) => id,
            Outcome::NewLayer(key) | Outcome::Conflict(key) => &key.article,
        };
        self.articles.read += 1;
        self.layers.read += usize::from(about.has_layer);
        self.spans.read += about.spans;
        self.relations.read += about.relations;
        match outcome {
            Outcome::NewArticle(_) => {
                self.articles.added += 1;
                file.added.push(id.to_string());
                if *id != about.id {
                    let reason = format!("another article has the id {}; this one is {id}", about.id);
                    self.lose(&Loss { place: Place::Article(id.clone()), kind: LossKind::Renamed, reason });
                }
            }
            // Another layer is no repetition of the article.
            Outcome::NewLayer(_) => {}
            Outcome::Known(_) | Outcome::Conflict(_) => {
                self.articles.known += 1;
                file.known.push(id.to_string());
            }
        }
        match outcome {
            Outcome::NewArticle(_) | Outcome::NewLayer(_) => self.count_layer(about, id),
            Outcome::Known(_) => self.layers.known += usize::from(about.has_layer),
            Outcome::Conflict(key) => {
                self.layers.refused += 1;
                self.spans.dropped += about.spans;
                self.relations.dropped += about.relations;
                let reason = format!(
                    "{} has other annotations on that article; these were left out: import them under another name \
                     with --annotator",
                    key.annotator
                );
                self.lose(&Loss { place: Place::Layer(key.clone()), kind: LossKind::Dropped, reason });
            }
        }
    }

    fn count_layer(&mut self, about: About, id: &ArticleId) {
        self.layers.added += usize::from(about.has_layer);
        let number = |kind: LossKind, is_span: bool| {
            let same = |place: &Place| match place {
                Place::Span(..) => is_span,
                Place::Relation(..) => !is_span,
                _ => false,
            };
            about.losses.iter().filter(|loss| loss.kind == kind && same(&loss.place)).count()
        };
        let (dropped, lost) = (number(LossKind::Dropped, true), number(LossKind::Lost, true));
        self.spans.dropped += dropped;
        self.spans.written += about.spans - dropped;
        self.spans.lossless += about.spans - dropped - lost;
        let dropped = number(LossKind::Dropped, false);
        self.relations.dropped += dropped;
        self.relations.written += about.relations - dropped;
        self.relations.lossless += about.relations - dropped;
        for loss in about.losses {
            self.lose(&loss.moved_to(id));
        }
    }

    fn lose(&mut self, loss: &Loss) {
        self.losses.push(loss.into());
    }

    /// Whether something was refused, skipped or lost.
    pub(super) fn has_findings(&self) -> bool {
        self.files.iter().any(|file| file.outcome == "refused")
            || self.articles.known > 0
            || self.layers.refused > 0
            || !self.losses.is_empty()
    }

    /// For people, on standard error.
    pub(super) fn tell(&self) {
        const SHOWN: usize = 20;
        for file in &self.files {
            match (&file.message, file.outcome) {
                (Some(message), _) => note(format!("refused {message}")),
                (None, "known") if file.known.len() == 1 => {
                    note(format!("skipped {}: the project has it as {}", file.path, file.known.join(", ")));
                }
                _ => {}
            }
            if let Some(encoding) = file.encoding.filter(|_| file.encoding_guessed) {
                note(format!("{}: taken to be in {encoding}, judging by its letters", file.path));
            }
        }
        tell_losses(&self.losses);
        self.notes.iter().for_each(note);
        let added: Vec<&String> = self.files.iter().flat_map(|file| &file.added).collect();
        if added.len() <= SHOWN {
            added.iter().for_each(|id| note(format!("added {id}")));
        }
        let number = |outcome: &str| self.files.iter().filter(|file| file.outcome == outcome).count();
        let ignored = number("ignored");
        if ignored > 0 {
            note(format!(
                "{} of other kinds left alone; name them to import them as text",
                count(ignored, "file")
            ));
        }
        note(format!(
            "{}: {} added, {} known already, {} refused; layers: {} added, {} known already, {} refused",
            if self.dry_run { "Nothing was changed. It would be" } else { "Articles" },
            self.articles.added,
            self.articles.known,
            count(number("refused"), "file"),
            self.layers.added,
            self.layers.known,
            self.layers.refused,
        ));
        if self.spans.read > 0 {
            tell_counts("spans", &self.spans);
            tell_counts("relations", &self.relations);
        }
    }
}
