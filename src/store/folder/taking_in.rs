//! Takes in what something else did to the files of an open project.
//!
//! What is only in their file is read; what is only in memory stays and is written: to its own place where nothing
//! stands there any more, else beside what they put there. No foreign byte is replaced.

use super::{Folder, own_file};
use crate::model::{Article, ArticleId, Edit, Issue, LayerKey, Place, Project};
use crate::store::counts::Counted;
use crate::store::format_v1::{Purpose, Through, read_layer, write_layer};
use crate::store::load::{Home, Keep, Known, LoadedLayer, Mark};
use crate::store::outside_check::{FileFound, Now, OutsideCheck, OutsideFound, keep};
use crate::store::snapshot::Target;

/// What taking in changed.
#[derive(Debug, Default)]
pub struct TakenIn {
    /// Files that were read again, as paths relative to the project's folder.
    pub reloaded: Vec<String>,
    /// Files that were left as they are now, because work of ours for them is pending: it goes beside them.
    pub contested: Vec<String>,
    /// Articles whose text is another one now.
    pub texts: Vec<ArticleId>,
    /// Layers that were read again or stand on another text.
    pub layers: Vec<LayerKey>,
    /// The index with codebook, annotators and settings was read again.
    pub manifest: bool,
    /// The registry was read again.
    pub registry: bool,
    /// Layers appeared, went, or were counted anew.
    pub counts: bool,
    /// What was found on the way.
    pub issues: Vec<Issue>,
}

impl TakenIn {
    /// Whether an edit touches what was read again: undoing it would not fit what is there now.
    pub fn touches(&self, edit: &Edit) -> bool {
        (self.manifest && edit.changes_manifest())
            || (self.registry && edit.changes_registry())
            || edit.layers().iter().any(|key| self.layers.contains(key))
    }

    /// Whether the project is as it was.
    pub fn is_empty(&self) -> bool {
        self.reloaded.is_empty() && self.contested.is_empty() && self.issues.is_empty() && !self.counts
    }
}

impl Folder {
    /// A look at the files, to be run on any thread.
    pub fn outside_check(&self, project: &Project) -> OutsideCheck {
        let texts = project.texts().map(|text| (text.clone(), project.article(&text.id).cloned()));
        OutsideCheck {
            purpose: self.purpose(),
            vfs: self.vfs.clone(),
            root: self.root.clone(),
            homes: self.files.homes.iter().map(|(target, home)| (target.clone(), home.clone())).collect(),
            texts: texts.collect(),
            stamps: self.text_stamps.clone(),
            articles: project.articles().to_vec(),
            seen: self.tally.seen(),
            seq: self.seq,
        }
    }

    /// Takes in what a look found. What changed in memory since it began is left to the next one.
    pub fn take_in(&mut self, found: OutsideFound, project: &mut Project) -> TakenIn {
        let mut taken = TakenIn { issues: found.unread, ..TakenIn::default() };
        self.text_stamps = found.stamps;
        for (text, issues) in found.texts {
            if project.text(&text.id).is_some_and(|now| now.hash() != text.hash()) {
                self.take_text(text, issues, project, &mut taken);
            }
        }
        let mut ours_beside = false;
        for file in found.files {
            ours_beside |= self.take_file(file, project, &mut taken);
        }
        self.take_counts_of(found.seq, (found.appeared, found.gone), found.counted, project, &mut taken);
        for (key, layer) in project.layers() {
            if taken.layers.contains(key) {
                self.tally.set(key, layer);
            }
        }
        if ours_beside {
            self.snapshot(project);
        }
        taken
    }

    /// Layers that are not in memory: which there are, and what they hold.
    fn take_counts_of(
        &mut self,
        seq: u64,
        (appeared, gone): (Vec<LayerKey>, Vec<LayerKey>),
        counted: Vec<Counted>,
        project: &Project,
        taken: &mut TakenIn,
    ) {
        let in_memory = |key: &LayerKey| project.layer(key).is_some();
        // A file that we wrote since the look began is not in its list.
        if seq == self.seq && self.in_flight.is_none() {
            for key in gone.iter().filter(|key| !in_memory(key)) {
                self.tally.gone(key);
                taken.counts = true;
            }
        }
        for key in appeared.into_iter().filter(|key| !in_memory(key)) {
            self.tally.exists(key);
            taken.counts = true;
        }
        for counted in counted.into_iter().filter(|(key, ..)| !in_memory(key)) {
            if self.tally.get(&counted.0).is_some_and(|before| *before != counted.1) {
                // Put away since it was edited; undo must not reach into what stands there now.
                taken.layers.push(counted.0.clone());
            }
            taken.counts = true;
            self.tally.counted(counted);
        }
    }

    fn take_text(
        &mut self,
        text: std::sync::Arc<Article>,
        issues: Vec<Issue>,
        project: &mut Project,
        taken: &mut TakenIn,
    ) {
        let Some(old) = project.text(&text.id).cloned() else { return };
        let first = LayerKey { article: text.id.clone(), annotator: "".into() };
        let keys: Vec<LayerKey> = project
            .layers_from(&first)
            .map(|(key, _)| key.clone())
            .take_while(|key| key.article == text.id)
            .collect();
        for key in keys {
            let Some(layer) = project.layer(&key) else { continue };
            let target = Target::Layer(key.clone());
            let keep = self.files.keeps.entry(target).or_default();
            // What a layer says over another text is defined by its file: spans whose words are gone become lost.
            let bytes = write_layer(&key, layer, &old, &keep.places, &keep.extras, &Through::default());
            if let Ok(read) = read_layer(bytes.as_bytes(), "", &key, &text, Purpose::Work) {
                *keep = Keep { places: read.places, extras: read.extras };
                project.put_layer(key.clone(), std::sync::Arc::new(read.layer));
                taken.layers.push(key);
            }
        }
        taken.reloaded.extend(crate::store::paths::text_file(&text.id));
        taken.texts.push(text.id.clone());
        taken.issues.extend(issues);
        project.put_text(text);
    }

    /// Returns whether something of ours has to be written now.
    fn take_file(&mut self, file: FileFound, project: &mut Project, taken: &mut TakenIn) -> bool {
        let FileFound { target, home, now } = file;
        // Written or forgotten since the look began.
        if self.files.homes.get(&target) != Some(&home) {
            return false;
        }
        let flying = self.in_flight.as_ref().is_some_and(|flying| flying.contains(&target));
        if let Now::Touched(mark) = now {
            self.now_known(&target, home, mark);
            return false;
        }
        if flying || self.files.dirty.contains(&target) {
            taken.contested.push(home.file);
            // The snapshot compares once more, leaves theirs where it is and puts ours beside.
            return !flying;
        }
        match now {
            Now::Touched(_) => false,
            Now::Gone => self.take_gone(target, home, project, taken),
            Now::Unreadable(issue) => {
                taken.issues.push(issue);
                self.files.homes.insert(target.clone(), Home { known: Known::Foreign, ..home });
                self.keep_ours(target, project)
            }
            Now::Layer(layer) => self.take_layer(target, *layer, project, taken),
            Now::Manifest(read, mark) => {
                let known = Home { known: Known::Ours(mark), altered: read.altered, ..home };
                taken.reloaded.push(known.file.clone());
                taken.manifest = true;
                taken.issues.extend(read.issues);
                replace_index(project, read.project);
                self.files.homes.insert(target.clone(), known);
                self.files.keeps.insert(target.clone(), keep(read.extras));
                self.heard(target, &read.through)
            }
            Now::Registry(read, mark) => {
                let known = Home { known: Known::Ours(mark), altered: read.altered, ..home };
                taken.reloaded.push(known.file.clone());
                taken.registry = true;
                taken.issues.extend(read.issues);
                project.entities = read.entities;
                self.files.homes.insert(target.clone(), known);
                self.files.keeps.insert(target.clone(), keep(read.extras));
                self.heard(target, &read.through)
            }
        }
    }

    fn now_known(&mut self, target: &Target, home: Home, mark: Mark) {
        self.files.homes.insert(target.clone(), Home { known: Known::Ours(mark), ..home });
    }

    fn take_layer(
        &mut self,
        target: Target,
        loaded: LoadedLayer,
        project: &mut Project,
        taken: &mut TakenIn,
    ) -> bool {
        let Target::Layer(key) = &target else { return false };
        taken.reloaded.push(loaded.home.file.clone());
        if !taken.layers.contains(key) {
            taken.layers.push(key.clone());
        }
        taken.issues.extend(loaded.issues);
        project.put_layer(key.clone(), loaded.layer);
        self.files.homes.insert(target.clone(), loaded.home);
        self.files.keeps.insert(target.clone(), loaded.keep);
        self.heard(target, &loaded.through)
    }

    /// A file that is gone: what it held is in memory, and is written again.
    fn take_gone(&mut self, target: Target, home: Home, project: &Project, taken: &mut TakenIn) -> bool {
        let file = home.file.clone();
        self.files.homes.insert(target.clone(), Home::absent(own_file(&target)));
        if !self.keep_ours(target, project) {
            return false;
        }
        let message = if self.writer.is_some() {
            "was removed by something else while it was open; what it held is written again from memory: remove it after closing the project if it is to go"
        } else {
            "was removed by something else while it was open; the window still shows what it held"
        };
        taken.issues.push(Issue::warning("file-gone", Place::File(file), message));
        true
    }

    /// Has written what is in memory only, where there is anything.
    fn keep_ours(&mut self, target: Target, project: &Project) -> bool {
        let blank = match &target {
            Target::Layer(key) => project.layer(key).is_none_or(|layer| layer.is_blank()),
            Target::Registry => project.entities.is_empty(),
            Target::Manifest => false,
        };
        if !blank {
            self.files.dirty.insert(target);
        }
        !blank
    }

    /// A copy of this folder was worked on elsewhere, and its file came back: it calls edits its own that are still to
    /// come here. It is written with our number, so that no edit to come is taken for one of those.
    pub(super) fn heard(&mut self, target: Target, through: &Through) -> bool {
        let ahead = through.journal == self.name && through.seq > self.seq;
        if ahead {
            self.files.dirty.insert(target);
        }
        ahead
    }
}

/// Index, codebook, annotators, name and settings of another project value; texts, layers and registry stay.
fn replace_index(project: &mut Project, mut read: Project) {
    read.entities = std::mem::take(&mut project.entities);
    for text in project.texts() {
        read.put_text(text.clone());
    }
    for (key, layer) in project.layers() {
        read.put_layer(key.clone(), layer.clone());
    }
    *project = read;
}
