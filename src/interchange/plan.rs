//! What an import will change, worked out before anything is: which articles are new, which layers go where, what the
//! project takes over. What is planned is taken out in steps, so that memory does not grow with the data set: a plan
//! remembers of each layer only what tells it from another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use super::{Header, Item, Record};
use crate::language::slug;
use crate::model::{
    Annotator, AnnotatorId, ArticleId, ArticleInfo, Codebook, Edit, EntityId, LabelId, Layer, LayerKey,
    Project, Registry, Relation, RelationId, Settings, Span, SpanId, Status, TextHash,
};

/// Records after which a step is taken, so that memory stays flat.
pub const STEP_RECORDS: usize = 1_000;

/// Bytes of new texts after which a step is taken, where articles are long.
pub const STEP_BYTES: usize = 64 << 20;

/// What becomes of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The article is new.
    NewArticle(ArticleId),
    /// The article was there, the layer is new.
    NewLayer(LayerKey),
    /// The project has all of it already.
    Known(ArticleId),
    /// The annotator has other spans on that article; theirs stay.
    Conflict(LayerKey),
}

/// Looks up a layer of the project, reading it where needed.
pub type FindLayer<'a> = &'a mut dyn FnMut(&LayerKey) -> Option<Arc<Layer>>;

/// Part of an import, to be applied in this order. Where it is cut off between two of them, importing the same again
/// goes on from there.
#[derive(Debug, Default)]
pub struct Step {
    /// What changes in the project itself: its name, codebook, annotators, registry.
    pub project: Option<Edit>,
    /// Articles to be added at the end of the index, in order.
    pub articles: Vec<(ArticleInfo, Arc<str>)>,
    /// Layers of these and of articles that were there.
    pub layers: Option<Edit>,
}

impl Step {
    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.project.is_none() && self.articles.is_empty() && self.layers.is_none()
    }
}

/// What is remembered of a layer of this import, so that a data set holding one twice is noticed.
#[derive(Clone, Copy, Debug)]
struct Known {
    content: blake3::Hash,
    is_blank: bool,
    status: Status,
    last_span: u32,
    last_relation: u32,
}

impl Known {
    fn of(layer: &Layer) -> Self {
        Self {
            content: content_of(layer),
            is_blank: layer.is_blank(),
            status: layer.status,
            last_span: layer.last_span,
            last_relation: layer.last_relation,
        }
    }
}

/// Tells layers apart that [`Layer::same_content`] tells apart.
fn content_of(layer: &Layer) -> blake3::Hash {
    struct Into(blake3::Hasher);
    impl std::fmt::Write for Into {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0.update(text.as_bytes());
            Ok(())
        }
    }
    let mut hasher = Into(blake3::Hasher::new());
    // A hasher takes everything.
    write!(hasher, "{:?}{:?}{:?}", layer.status, layer.spans, layer.relations).unwrap_or_default();
    hasher.0.finalize()
}

/// An import on its way.
#[derive(Debug)]
pub struct Plan {
    step: Planned,
    notes: Vec<String>,
    layers: BTreeMap<LayerKey, Known>,
    by_hash: BTreeMap<TextHash, ArticleId>,
    taken: BTreeSet<String>,
    in_project: BTreeSet<ArticleId>,
    name: String,
    id: String,
    codebook: Arc<Codebook>,
    settings: Settings,
    annotators: BTreeMap<AnnotatorId, Annotator>,
    entities: Registry,
    unknown_labels: BTreeSet<LabelId>,
    is_fresh: bool,
}

/// What was planned since the last step was taken.
#[derive(Debug, Default)]
struct Planned {
    project: Vec<Edit>,
    articles: Vec<(ArticleInfo, Arc<str>)>,
    layers: Vec<Edit>,
    records: usize,
    bytes: usize,
}

impl Plan {
    /// A plan for a project, with nothing in it yet.
    pub fn new(project: &Project) -> Self {
        let infos = project.articles();
        Self {
            step: Planned::default(),
            notes: Vec::new(),
            layers: BTreeMap::new(),
            by_hash: infos.iter().map(|info| (info.hash, info.id.clone())).collect(),
            // Names of files: not all disks tell upper from lower case.
            taken: infos.iter().map(|info| info.id.as_str().to_lowercase()).collect(),
            in_project: infos.iter().map(|info| info.id.clone()).collect(),
            name: project.name.clone(),
            id: project.id.clone(),
            codebook: project.codebook.clone(),
            settings: project.settings.clone(),
            annotators: project.annotators.iter().map(|a| (a.id.clone(), a.clone())).collect(),
            entities: project.entities.clone(),
            unknown_labels: BTreeSet::new(),
            is_fresh: infos.is_empty()
                && project.annotators.is_empty()
                && project.entities.is_empty()
                && *project.codebook == Codebook::default(),
        }
    }

    /// Takes what a reader handed over. Nothing for a header.
    pub fn add(&mut self, item: Item, find: FindLayer<'_>) -> Option<Outcome> {
        match item {
            Item::Header(header) => {
                self.header(*header);
                None
            }
            Item::Record(record) => Some(self.record(*record, find)),
        }
    }

    /// Whether so much was planned that it should be applied before more is.
    pub fn is_full(&self) -> bool {
        self.step.records >= STEP_RECORDS || self.step.bytes >= STEP_BYTES
    }

    /// What people should know of it beside the outcomes.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.notes.clone();
        if !self.unknown_labels.is_empty() {
            let labels: Vec<&str> = self.unknown_labels.iter().map(LabelId::as_str).collect();
            notes
                .push(format!("the codebook does not have the labels {}; add them to it", labels.join(", ")));
        }
        notes
    }

    /// Takes out what was planned since the last step.
    pub fn take(&mut self) -> Step {
        let Planned { project, articles, layers, .. } = std::mem::take(&mut self.step);
        let batch = |edits: Vec<Edit>| (!edits.is_empty()).then_some(Edit::Batch(edits));
        Step { project: batch(project), articles, layers: batch(layers) }
    }

    /// An untouched project becomes the one that was exported; any other only gains what it lacks.
    fn header(&mut self, header: Header) {
        if self.is_fresh {
            self.become_project(&header);
        }
        self.is_fresh = false;
        if let Some(theirs) = &header.codebook {
            self.gain_labels(theirs);
        }
        for annotator in header.annotators {
            self.know(&annotator.id, &annotator.name);
        }
        let mut differing = Vec::new();
        for (id, entity) in header.entities {
            match self.entities.get(&id) {
                None => {
                    self.step.project.push(Edit::SetEntity {
                        id: id.clone(),
                        old: None,
                        new: Some(Box::new(entity.clone())),
                    });
                    self.entities.insert(id, entity);
                }
                Some(ours) if *ours != entity => differing.push(id),
                Some(_) => {}
            }
        }
        if !differing.is_empty() {
            let ids: Vec<&str> = differing.iter().map(EntityId::as_str).collect();
            self.notes.push(format!(
                "the registry has other entries for {}; these stay as they are",
                ids.join(", ")
            ));
        }
    }

    fn become_project(&mut self, header: &Header) {
        if let Some(new) = header.name.clone().filter(|new| *new != self.name) {
            self.notes.push(format!("the empty project takes the name “{new}” of the data set"));
            self.step
                .project
                .push(Edit::SetName { old: std::mem::replace(&mut self.name, new.clone()), new });
        }
        if let Some(new) = header.id.clone().filter(|new| *new != self.id) {
            self.step.project.push(Edit::SetId { old: std::mem::replace(&mut self.id, new.clone()), new });
        }
        if let Some(new) = header.settings.clone().filter(|new| *new != self.settings) {
            self.step
                .project
                .push(Edit::SetSettings { old: std::mem::replace(&mut self.settings, new.clone()), new });
        }
        if let Some(new) = header.codebook.clone() {
            self.set_codebook(new);
        }
    }

    fn set_codebook(&mut self, new: Codebook) {
        if *self.codebook != new {
            let new = Arc::new(new);
            self.step
                .project
                .push(Edit::SetCodebook { old: std::mem::replace(&mut self.codebook, new.clone()), new });
        }
    }

    fn gain_labels(&mut self, theirs: &Codebook) {
        let mut ours = (*self.codebook).clone();
        let mut differing = Vec::new();
        for label in &theirs.labels {
            match ours.label(&label.id) {
                None => {
                    let mut label = label.clone();
                    label.key = label.key.filter(|key| ours.label_by_key(*key).is_none());
                    ours.labels.push(label);
                }
                Some(here) if here != label => differing.push(label.id.as_str()),
                Some(_) => {}
            }
        }
        for relation in &theirs.relations {
            match ours.relation(&relation.id) {
                None => ours.relations.push(relation.clone()),
                Some(here) if here != relation => differing.push(relation.id.as_str()),
                Some(_) => {}
            }
        }
        if !differing.is_empty() {
            self.notes.push(format!(
                "the codebook defines {} otherwise; its own stay as they are",
                differing.join(", ")
            ));
        }
        self.set_codebook(ours);
    }

    fn know(&mut self, id: &AnnotatorId, name: &str) {
        if !self.annotators.contains_key(id) {
            self.annotators.insert(id.clone(), Annotator { id: id.clone(), name: name.to_owned() });
            self.step.project.push(Edit::SetAnnotator {
                id: id.clone(),
                old: None,
                new: Some(name.to_owned()),
            });
        }
    }

    fn record(&mut self, record: Record, find: FindLayer<'_>) -> Outcome {
        let Record { info, text, layer, .. } = record;
        self.step.records += 1;
        let (article, is_new) = match self.by_hash.get(&info.hash) {
            Some(known) => (known.clone(), false),
            None => (self.new_article(info, text), true),
        };
        let Some((annotator, layer)) = layer else {
            return if is_new { Outcome::NewArticle(article) } else { Outcome::Known(article) };
        };
        let key = LayerKey { article: article.clone(), annotator };
        let existing = match self.layers.get(&key) {
            Some(planned) => *planned,
            None if self.in_project.contains(&article) => Known::of(&find(&key).unwrap_or_default()),
            None => Known::of(&Layer::default()),
        };
        if !existing.is_blank {
            return if existing.content == content_of(&layer) {
                Outcome::Known(article)
            } else {
                Outcome::Conflict(key)
            };
        }
        self.know(&key.annotator, key.annotator.as_str());
        for span in layer.spans.values().filter(|span| self.codebook.label(&span.label).is_none()) {
            self.unknown_labels.insert(span.label.clone());
        }
        let layer = renumbered(layer, existing.last_span, existing.last_relation);
        self.layers.insert(key.clone(), Known::of(&layer));
        add_layer_edits(&mut self.step.layers, &key, existing.status, layer);
        if is_new { Outcome::NewArticle(article) } else { Outcome::NewLayer(key) }
    }

    fn new_article(&mut self, mut info: ArticleInfo, text: Arc<str>) -> ArticleId {
        let id = slug::unique(info.id.as_str(), |id| self.taken.contains(&id.to_lowercase()));
        self.taken.insert(id.to_lowercase());
        info.id = id.into();
        let id = info.id.clone();
        self.by_hash.insert(info.hash, id.clone());
        self.step.bytes += text.len();
        self.step.articles.push((info, text));
        self.is_fresh = false;
        id
    }
}

/// Adds the edits that fill a blank layer.
fn add_layer_edits(edits: &mut Vec<Edit>, key: &LayerKey, old: Status, layer: Layer) {
    let Layer { status, spans, relations, last_span, last_relation } = layer;
    let highest_span = spans.keys().next_back().map_or(0, |id| id.0);
    let highest_relation = relations.keys().next_back().map_or(0, |id| id.0);
    edits.extend(spans.into_values().map(|span| Edit::AddSpan { layer: key.clone(), span: Box::new(span) }));
    edits.extend(relations.into_values().map(|relation| Edit::AddRelation { layer: key.clone(), relation }));
    if last_span > highest_span || last_relation > highest_relation {
        edits.push(Edit::RaiseCounters { layer: key.clone(), span: last_span, relation: last_relation });
    }
    // Also where it changes nothing: it makes a layer that somebody opened and left empty exist.
    edits.push(Edit::SetStatus { layer: key.clone(), old, new: status });
}

/// Numbers the blank layer has given before are not given again.
fn renumbered(layer: Layer, spans: u32, relations: u32) -> Layer {
    if (spans, relations) == (0, 0) {
        return layer;
    }
    let span_id = |id: SpanId| SpanId(id.0 + spans);
    let relation_id = |id: RelationId| RelationId(id.0 + relations);
    Layer {
        status: layer.status,
        spans: layer
            .spans
            .into_iter()
            .map(|(id, span)| (span_id(id), Span { id: span_id(id), ..span }))
            .collect(),
        relations: layer
            .relations
            .into_iter()
            .map(|(id, r)| {
                let (from, to) = (span_id(r.from), span_id(r.to));
                (relation_id(id), Relation { id: relation_id(id), from, to, ..r })
            })
            .collect(),
        last_span: layer.last_span + spans,
        last_relation: layer.last_relation + relations,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Article, Status, fixture};

    fn record(id: &str, annotator: &str, marked: &str) -> Record {
        let (text, layer) = fixture::parse(marked);
        Record {
            layer: Some((annotator.into(), layer)),
            ..Record::bare(ArticleInfo::new(id, &text), text.as_str())
        }
    }

    fn apply(mut plan: Plan, project: &mut Project) {
        let step = plan.take();
        assert!(plan.take().is_empty(), "what was taken is gone");
        step.project.map_or(Ok(()), |edit| edit.apply(project)).unwrap();
        for (info, text) in step.articles {
            project.put_text(Arc::new(Article::new(info.id.clone(), text)));
            project.insert_article(usize::MAX, info);
        }
        let edit = step.layers.unwrap_or(Edit::Batch(vec![]));
        for key in edit.layers() {
            if project.layer(key).is_none() {
                project.put_layer(key.clone(), Arc::default());
            }
        }
        edit.apply(project).unwrap();
    }

    #[test]
    fn the_same_article_comes_in_once_and_gains_layers() {
        let mut project = Project::new("P", "p");
        let mut plan = Plan::new(&project);
        let mut nothing = |_: &LayerKey| None;
        let amal = record("x", "amal", "[Ali]{actor} said");
        let badr = record("y", "badr", "Ali [said]{claim}");
        assert_eq!(plan.record(amal.clone(), &mut nothing), Outcome::NewArticle("x".into()));
        assert_eq!(plan.record(amal.clone(), &mut nothing), Outcome::Known("x".into()));
        assert_eq!(plan.record(badr.clone(), &mut nothing), Outcome::NewLayer(LayerKey::new("x", "badr")));
        assert_eq!(
            plan.record(record("X", "amal", "other"), &mut nothing),
            Outcome::NewArticle("X-2".into())
        );
        apply(plan, &mut project);
        assert_eq!(project.layer(&LayerKey::new("x", "amal")).unwrap().spans.len(), 1);
        assert_eq!(project.annotators.len(), 2);

        let mut plan = Plan::new(&project);
        let mut find = |key: &LayerKey| project.layer(key).cloned();
        assert_eq!(plan.record(badr, &mut find), Outcome::Known("x".into()));
        let other = record("x", "amal", "Ali [said]{claim}");
        assert_eq!(plan.record(other, &mut find), Outcome::Conflict(LayerKey::new("x", "amal")));
        assert!(plan.take().is_empty());
    }

    #[test]
    fn a_layer_that_comes_twice_is_noticed_also_when_its_step_is_gone() {
        let project = Project::new("P", "p");
        let mut plan = Plan::new(&project);
        let mut nothing = |_: &LayerKey| None;
        let (amal, other) =
            (record("x", "amal", "[Ali]{actor} said"), record("x", "amal", "Ali [said]{claim}"));
        plan.record(amal.clone(), &mut nothing);
        assert!(!plan.take().is_empty());
        assert_eq!(plan.record(amal, &mut nothing), Outcome::Known("x".into()));
        assert_eq!(plan.record(other, &mut nothing), Outcome::Conflict(LayerKey::new("x", "amal")));
        assert!(plan.take().is_empty());
        for nth in 0..STEP_RECORDS {
            assert!(!plan.is_full(), "{nth}");
            plan.record(record("y", "amal", "[Ali]{actor} said"), &mut nothing);
        }
        assert!(plan.is_full());
        plan.take();
        assert!(!plan.is_full());
    }

    #[test]
    fn numbers_given_before_are_not_given_again() {
        let mut project = Project::new("P", "p");
        let mut plan = Plan::new(&project);
        let mut first = record("x", "amal", "[Ali]{actor} said");
        if let Some((_, layer)) = &mut first.layer {
            (layer.last_span, layer.last_relation, layer.status) = (7, 3, Status::Done);
        }
        let expected = first.layer.clone().unwrap().1;
        plan.record(first, &mut |_| None);
        apply(plan, &mut project);
        let key = LayerKey::new("x", "amal");
        assert_eq!(**project.layer(&key).unwrap(), expected);

        project
            .put_layer(key.clone(), Arc::new(Layer { last_span: 7, last_relation: 3, ..Layer::default() }));
        let mut plan = Plan::new(&project);
        let again = record("x", "amal", "[Ali]{actor} said");
        plan.record(again, &mut |key| project.layer(key).cloned());
        let before = project.layer(&key).cloned();
        apply(plan, &mut project);
        assert_ne!(before.as_ref(), project.layer(&key));
        assert_eq!(project.layer(&key).unwrap().spans.keys().next(), Some(&SpanId(8)));
    }

    #[test]
    fn an_untouched_project_becomes_the_exported_one_and_another_gains_what_it_lacks() {
        let mut source = Project::new("Study", "study");
        source.settings.blind = false;
        let mut codebook = Codebook::default();
        codebook.labels.truncate(1);
        codebook.labels.push(crate::model::Label { id: "x".into(), ..codebook.labels[0].clone() });
        source.codebook = Arc::new(codebook);
        source.annotators.push(Annotator { id: "amal".into(), name: "Amal".into() });
        let header = || Item::Header(Box::new(Header::of(&source)));

        let mut fresh = Project::new("new", "new");
        let mut plan = Plan::new(&fresh);
        plan.add(header(), &mut |_| None);
        assert!(plan.notes()[0].contains("Study"));
        apply(plan, &mut fresh);
        assert_eq!(fresh, source);

        let mut used = Project::new("used", "used");
        used.insert_article(0, ArticleInfo::new("a", "text"));
        let mut plan = Plan::new(&used);
        plan.add(header(), &mut |_| None);
        apply(plan, &mut used);
        assert_eq!((used.name.as_str(), used.id.as_str(), used.settings.blind), ("used", "used", true));
        assert_eq!(used.codebook.labels.len(), 5);
        assert_eq!(used.codebook.labels[4].key, None, "the digit was taken");
        assert_eq!(used.annotators, source.annotators);
        let mut plan = Plan::new(&source);
        plan.add(header(), &mut |_| None);
        assert!(plan.notes().is_empty() && plan.take().is_empty());
    }
}
