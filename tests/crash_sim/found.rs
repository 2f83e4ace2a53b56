//! What an opened project holds, and where it differs from what it should.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use hashiya::model::{ArticleId, Issue, Layer, LayerKey, Project, TextHash};
use hashiya::session::Session;
use hashiya::store::sim::Disk;

use super::sitting::ROOT;

/// Layers that were read from files of a certain content over a text of a certain content. Reading the same again
/// gives the same again, and would take most of the time.
#[derive(Debug, Default)]
pub(crate) struct Memory(RefCell<BTreeMap<Bytes, (Arc<Layer>, TextHash)>>);

type Bytes = (LayerKey, Option<[u8; 32]>, Option<[u8; 32]>);

/// A project with all texts and layers of its index.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    project: Project,
    layers: BTreeMap<LayerKey, Arc<Layer>>,
    texts: BTreeMap<ArticleId, TextHash>,
}

impl Found {
    /// Reads all of an open project. Nothing was written on the disk since it was opened.
    pub(crate) fn read(session: &mut Session, disk: &Disk, memory: &Memory) -> (Self, Vec<Issue>) {
        let (mut layers, mut texts, mut issues) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let annotators = session.project().annotators.clone();
        let content = |file: String| disk.content(&Path::new(ROOT).join(file)).map(|hash| *hash.as_bytes());
        for info in session.project().articles().to_vec() {
            let text = content(format!("articles/{}.txt", info.id));
            for annotator in &annotators {
                let key = LayerKey { article: info.id.clone(), annotator: annotator.id.clone() };
                let file = content(format!("layers/{}/{}.ron", key.annotator, key.article));
                let bytes = (key.clone(), file, text);
                let recovered = session.project().layer(&key).is_some();
                let known = if recovered { None } else { memory.0.borrow().get(&bytes).cloned() };
                let (layer, hash) = match known {
                    Some(known) => known,
                    None => {
                        let told = session.load(&info.id, &annotator.id);
                        let layer = session.project().layer(&key).cloned().unwrap_or_default();
                        let hash =
                            session.project().text(&info.id).map_or(TextHash::of(""), |text| text.hash());
                        if told.is_empty() && !recovered {
                            memory.0.borrow_mut().insert(bytes, (layer.clone(), hash));
                        }
                        issues.extend(told);
                        (layer, hash)
                    }
                };
                layers.insert(key, layer);
                texts.insert(info.id.clone(), hash);
            }
        }
        (Self { project: session.project().clone(), layers, texts }, issues)
    }

    /// What a state in memory holds.
    pub(crate) fn of(state: &Project) -> Self {
        let (mut layers, mut texts) = (BTreeMap::new(), BTreeMap::new());
        for info in state.articles() {
            texts.extend(state.text(&info.id).map(|text| (info.id.clone(), text.hash())));
            for annotator in &state.annotators {
                let key = LayerKey { article: info.id.clone(), annotator: annotator.id.clone() };
                layers.insert(key.clone(), state.layer(&key).cloned().unwrap_or_default());
            }
        }
        Self { project: state.clone(), layers, texts }
    }

    /// The same under another name.
    pub(crate) fn named(&self, name: &str) -> Self {
        let mut named = self.clone();
        name.clone_into(&mut named.project.name);
        named
    }

    /// Where it differs from what it should be; nothing where it is the same.
    pub(crate) fn difference(&self, wanted: &Self) -> Option<String> {
        let (here, there) = (&self.project, &wanted.project);
        let same_head = here.name == there.name
            && here.id == there.id
            && here.annotators == there.annotators
            && here.settings == there.settings;
        if !same_head {
            let head =
                |p: &Project| format!("{:?}, {:?}, {:?}, {:?}", p.name, p.id, p.annotators, p.settings);
            return Some(format!("{} instead of {}", head(here), head(there)));
        }
        if here.codebook != there.codebook || here.entities != there.entities {
            return Some("another codebook or registry".into());
        }
        if here.articles() != there.articles() || self.texts != wanted.texts {
            return Some(format!("the index {:?} instead of {:?}", here.articles(), there.articles()));
        }
        let other = self.layers.iter().find(|(key, layer)| wanted.layers.get(key) != Some(layer));
        other.map(|(key, layer)| format!("{key}: {layer:?} instead of {:?}", wanted.layers.get(key)))
    }
}
