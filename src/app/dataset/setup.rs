//! What a person chose on the data set screen, kept while the project is open.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::dataset::{Choice, Order, Split};
use crate::interchange::splits::{Shares, Stratum};
use crate::interchange::{FORMATS, Format, Shape, WriteOptions, options};
use crate::model::{AnnotatorId, LabelId, Project, Status};
use crate::session::Frozen;

/// What was chosen.
#[derive(Clone, Debug)]
pub(in crate::app) struct Setup {
    pub(super) format: &'static Format,
    /// Values of options by the option's name; the usual ones are not in it.
    values: BTreeMap<&'static str, &'static str>,
    /// Whose layers go out.
    pub(super) annotators: BTreeSet<AnnotatorId>,
    /// Statuses of layers that go out; empty for all.
    pub(super) statuses: BTreeSet<Status>,
    /// Labels that do not go out.
    pub(super) without: BTreeSet<LabelId>,
    /// Whether it is split, into what, with which number, and what should be as frequent in each.
    pub(super) is_split: bool,
    pub(super) shares: String,
    pub(super) seed: String,
    pub(super) by: BTreeSet<Stratum>,
    /// Write nothing if anything would be lost.
    pub(super) strict: bool,
    /// Write a report beside it.
    pub(super) report: bool,
    /// Where it goes, as typed.
    pub(super) path: String,
    /// The path is the person's, and is left alone when the format changes.
    pub(super) is_path_typed: bool,
}

/// The folder by its full name, so that what is shown is what is meant.
fn absolute(root: &Path) -> PathBuf {
    std::path::absolute(root).unwrap_or_else(|_| root.to_owned())
}

/// Whether a format decides itself where nothing is chosen.
pub(super) fn is_left_to_format(choice: options::Choice) -> bool {
    choice == options::Choice::Overlaps
}

/// The formats that are written, in the order of the table.
pub(super) fn written() -> impl Iterator<Item = &'static Format> {
    FORMATS.iter().filter(|format| format.writes())
}

/// Whose layers may go out here: in a blind project nobody but the annotator's own.
pub(super) fn offered(frozen: &Frozen, annotator: &AnnotatorId) -> Vec<AnnotatorId> {
    if frozen.project().settings.blind {
        return vec![annotator.clone()];
    }
    let with_layers: BTreeSet<&AnnotatorId> = frozen.layers().iter().map(|key| &key.annotator).collect();
    with_layers.into_iter().cloned().collect()
}

/// Whether layers of others are there and hidden.
pub(super) fn hides_others(frozen: &Frozen, annotator: &AnnotatorId) -> bool {
    frozen.project().settings.blind && frozen.layers().iter().any(|key| key.annotator != *annotator)
}

impl Setup {
    /// The usual choice in a project: the annotator's own layers, all of them, in the first format.
    pub(super) fn of(root: &Path, annotator: &AnnotatorId) -> Option<Self> {
        let mut setup = Self {
            format: written().next()?,
            values: BTreeMap::new(),
            annotators: BTreeSet::from([annotator.clone()]),
            statuses: BTreeSet::new(),
            without: BTreeSet::new(),
            is_split: false,
            shares: "train=0.8,dev=0.1,test=0.1".to_owned(),
            seed: "0".to_owned(),
            by: BTreeSet::new(),
            strict: false,
            report: true,
            path: String::new(),
            is_path_typed: false,
        };
        setup.suggest_path(root);
        Some(setup)
    }

    /// Chooses a format.
    pub(super) fn take_format(&mut self, format: &'static Format, root: &Path) {
        self.format = format;
        self.suggest_path(root);
    }

    /// A name beside the project's folder, unless the person gave one.
    fn suggest_path(&mut self, root: &Path) {
        if self.is_path_typed {
            return;
        }
        let root = absolute(root);
        let project = root.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let name = match (self.shape(), self.format.extensions.first()) {
            (Shape::File, Some(extension)) => format!("{project}.{extension}"),
            _ => format!("{project}-{}", self.format.name),
        };
        self.path = root.with_file_name(name).to_string_lossy().into_owned();
    }

    /// Whether a file or a folder is written.
    pub(super) fn shape(&self) -> Shape {
        if self.is_split { Shape::Folder } else { self.format.shape }
    }

    /// Splits the data set, or does not.
    pub(super) fn toggle_split(&mut self, root: &Path) {
        self.is_split = !self.is_split;
        self.suggest_path(root);
    }

    fn split(&self) -> Result<Option<Split>, String> {
        if !self.is_split {
            return Ok(None);
        }
        let shares = Shares::parse(&self.shares).map_err(|problem| format!("Split: {problem}."))?;
        let Ok(seed) = self.seed.trim().parse() else {
            return Err(format!("The seed {:?} is no whole number; write one, such as 0.", self.seed.trim()));
        };
        Ok(Some(Split { shares, seed, by: self.by.iter().copied().collect() }))
    }

    /// Where it goes; a name alone lies beside the project's folder.
    pub(super) fn target(&self, root: &Path) -> Option<PathBuf> {
        let typed = self.path.trim();
        let root = absolute(root);
        let beside = root.parent().unwrap_or(&root);
        (!typed.is_empty()).then(|| beside.join(typed))
    }

    /// The value of an option in the chosen format.
    pub(super) fn value(&self, choice: options::Choice) -> Option<&'static str> {
        let values = choice.values(self.format);
        let chosen = self.values.get(choice.option()).copied().filter(|value| values.contains(value));
        // What formats usually do with overlaps differs.
        chosen.or_else(|| values.first().copied().filter(|_| !is_left_to_format(choice)))
    }

    /// Leaves an option to the format.
    pub(super) fn unset_value(&mut self, choice: options::Choice) {
        self.values.remove(choice.option());
    }

    /// Chooses a value of an option.
    pub(super) fn set_value(&mut self, choice: options::Choice, value: &'static str) {
        self.values.insert(choice.option(), value);
    }

    fn options(&self) -> WriteOptions {
        let mut options = WriteOptions::default();
        for choice in self.format.takes {
            let value = self.values.get(choice.option());
            if let Some(value) = value.filter(|value| choice.values(self.format).contains(value)) {
                options.set(*choice, value);
            }
        }
        options
    }

    /// What is wanted, or what to choose first. `offered` are those whose layers may go out.
    pub(super) fn order(&self, frozen: &Frozen, offered: &[AnnotatorId]) -> Result<Order, String> {
        let chosen: Vec<AnnotatorId> =
            offered.iter().filter(|annotator| self.annotators.contains(annotator)).cloned().collect();
        if chosen.is_empty() {
            return Err("Choose at least one layer.".to_owned());
        }
        let every = frozen.layers().iter().all(|key| chosen.contains(&key.annotator));
        let labels = self.labels(frozen.project());
        if labels.is_empty() && !self.without.is_empty() {
            return Err("Choose at least one label.".to_owned());
        }
        let choice = Choice {
            annotators: if every { Vec::new() } else { chosen },
            statuses: self.statuses.iter().copied().collect(),
            labels: if self.without.is_empty() { Vec::new() } else { labels },
        };
        Ok(Order {
            format: self.format,
            options: self.options(),
            choice,
            strict: self.strict,
            split: self.split()?,
        })
    }

    fn labels(&self, project: &Project) -> Vec<LabelId> {
        let all = project.codebook.labels.iter().map(|label| label.id.clone());
        all.filter(|label| !self.without.contains(label)).collect()
    }
}
