//! What an import will change, worked out before anything is: which articles are new, which layers go where, what the
//! project takes over. A file enters a plan whole or not at all; a plan becomes one list of articles and one edit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Header, Item, Record};
use crate::language::slug;
use crate::model::{
    Annotator, AnnotatorId, ArticleId, ArticleInfo, Attributes, Codebook, Edit, EntityId, LabelId, Layer,
    LayerKey, Origin, Project, Ranges, Registry, Relation, RelationId, Settings, Span, SpanId, TextHash,
};

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

/// An import on its way.
#[derive(Debug)]
pub struct Plan {
    articles: Vec<(ArticleInfo, Arc<str>)>,
    edits: Vec<Edit>,
    notes: Vec<String>,
    /// Layers of this import, so that a file holding one twice is noticed.
    layers: BTreeMap<LayerKey, Layer>,
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

impl Plan {
    /// A plan for a project, with nothing in it yet.
    pub fn new(project: &Project) -> Self {
        let infos = project.articles();
        Self {
            articles: Vec::new(),
            edits: Vec::new(),
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

    /// Articles to be added, in order.
    pub fn articles(&self) -> &[(ArticleInfo, Arc<str>)] {
        &self.articles
    }

    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.articles.is_empty() && self.edits.is_empty()
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

    /// The articles to add first, and the edit to apply then, where there is one.
    pub fn finish(self) -> (Vec<(ArticleInfo, Arc<str>)>, Option<Edit>) {
        let edit = (!self.edits.is_empty()).then_some(Edit::Batch(self.edits));
        (self.articles, edit)
    }

    /// An untouched project becomes the one that was exported; any other only gains what it lacks.
    fn header(&mut self, header: Header) {
        if self.is_fresh && self.articles.is_empty() {
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
                    self.edits.push(Edit::SetEntity {
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
            self.edits.push(Edit::SetName { old: std::mem::replace(&mut self.name, new.clone()), new });
        }
        if let Some(new) = header.id.clone().filter(|new| *new != self.id) {
            self.edits.push(Edit::SetId { old: std::mem::replace(&mut self.id, new.clone()), new });
        }
        if let Some(new) = header.settings.clone().filter(|new| *new != self.settings) {
            self.edits
                .push(Edit::SetSettings { old: std::mem::replace(&mut self.settings, new.clone()), new });
        }
        if let Some(new) = header.codebook.clone() {
            self.set_codebook(new);
        }
    }

    fn set_codebook(&mut self, new: Codebook) {
        if *self.codebook != new {
            let new = Arc::new(new);
            self.edits
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
            self.edits.push(Edit::SetAnnotator { id: id.clone(), old: None, new: Some(name.to_owned()) });
        }
    }

    fn record(&mut self, record: Record, find: FindLayer<'_>) -> Outcome {
        let Record { info, text, layer, .. } = record;
        let (article, is_new) = match self.by_hash.get(&info.hash) {
            Some(known) => (known.clone(), false),
            None => (self.new_article(info, text), true),
        };
        let Some((annotator, layer)) = layer else {
            return if is_new { Outcome::NewArticle(article) } else { Outcome::Known(article) };
        };
        let key = LayerKey { article: article.clone(), annotator };
        let existing = match self.layers.get(&key) {
            Some(planned) => Some(Arc::new(planned.clone())),
            None if self.in_project.contains(&article) => find(&key),
            None => None,
        };
        let existing = existing.unwrap_or_default();
        if !existing.is_blank() {
            return if existing.same_content(&layer) {
                Outcome::Known(article)
            } else {
                Outcome::Conflict(key)
            };
        }
        self.know(&key.annotator, key.annotator.as_str());
        for span in layer.spans.values().filter(|span| self.codebook.label(&span.label).is_none()) {
            self.unknown_labels.insert(span.label.clone());
        }
        self.edits.extend(layer_edits(&key, &existing, &layer));
        self.layers.insert(key.clone(), layer);
        if is_new { Outcome::NewArticle(article) } else { Outcome::NewLayer(key) }
    }

    fn new_article(&mut self, mut info: ArticleInfo, text: Arc<str>) -> ArticleId {
        let id = slug::unique(info.id.as_str(), |id| self.taken.contains(&id.to_lowercase()));
        self.taken.insert(id.to_lowercase());
        info.id = id.into();
        let id = info.id.clone();
        self.by_hash.insert(info.hash, id.clone());
        self.articles.push((info, text));
        self.is_fresh = false;
        id
    }
}

/// The edits that fill a blank layer. Numbers the blank layer has given before are not given again.
fn layer_edits(key: &LayerKey, blank: &Layer, layer: &Layer) -> Vec<Edit> {
    let layer = &renumbered(layer, blank.last_span, blank.last_relation);
    let mut edits: Vec<Edit> = Vec::new();
    let spans = layer.spans.values().cloned();
    edits.extend(spans.map(|span| Edit::AddSpan { layer: key.clone(), span: Box::new(span) }));
    let relations = layer.relations.values().cloned();
    edits.extend(relations.map(|relation| Edit::AddRelation { layer: key.clone(), relation }));
    edits.extend(counters(key, layer));
    // Also where it changes nothing: it makes a layer that somebody opened and left empty exist.
    edits.push(Edit::SetStatus { layer: key.clone(), old: blank.status, new: layer.status });
    edits
}

fn renumbered(layer: &Layer, spans: u32, relations: u32) -> Layer {
    let span_id = |id: SpanId| SpanId(id.0 + spans);
    let relation_id = |id: RelationId| RelationId(id.0 + relations);
    Layer {
        status: layer.status,
        spans: layer
            .spans
            .iter()
            .map(|(id, span)| (span_id(*id), Span { id: span_id(*id), ..span.clone() }))
            .collect(),
        relations: layer
            .relations
            .iter()
            .map(|(id, r)| {
                let (from, to) = (span_id(r.from), span_id(r.to));
                (relation_id(*id), Relation { id: relation_id(*id), from, to, ..r.clone() })
            })
            .collect(),
        last_span: layer.last_span + spans,
        last_relation: layer.last_relation + relations,
    }
}

/// Numbers that were given to spans and relations since removed: given and removed here too, so that they are not
/// given again.
fn counters(key: &LayerKey, layer: &Layer) -> Vec<Edit> {
    let highest_span = layer.spans.keys().next_back().map_or(0, |id| id.0);
    let highest_relation = layer.relations.keys().next_back().map_or(0, |id| id.0);
    let mut edits = Vec::new();
    if layer.last_span > highest_span {
        let span = Box::new(placeholder(layer.last_span));
        edits.push(Edit::AddSpan { layer: key.clone(), span: span.clone() });
        edits.push(Edit::RemoveSpan { layer: key.clone(), span });
    }
    if layer.last_relation > highest_relation && layer.last_span > 0 {
        let end = SpanId(layer.last_span);
        let relation = Relation::new(RelationId(layer.last_relation), "placeholder", end, end);
        let span = Box::new(placeholder(end.0));
        let needs_end = !layer.spans.contains_key(&end);
        if needs_end {
            edits.push(Edit::AddSpan { layer: key.clone(), span: span.clone() });
        }
        edits.push(Edit::AddRelation { layer: key.clone(), relation: relation.clone() });
        edits.push(Edit::RemoveRelation { layer: key.clone(), relation });
        if needs_end {
            edits.push(Edit::RemoveSpan { layer: key.clone(), span });
        }
    }
    edits
}

/// A span without a place, which is why it is lost.
fn placeholder(id: u32) -> Span {
    Span {
        id: SpanId(id),
        label: "placeholder".into(),
        ranges: Ranges::new(),
        quote: String::new(),
        attributes: Attributes::new(),
        note: String::new(),
        origin: Origin::Hand,
        lost: true,
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

    fn apply(plan: Plan, project: &mut Project) {
        let (articles, edit) = plan.finish();
        for (info, text) in articles {
            project.put_text(Arc::new(Article::new(info.id.clone(), text)));
            project.insert_article(usize::MAX, info);
        }
        let edit = edit.unwrap_or(Edit::Batch(vec![]));
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
        assert!(plan.is_empty() && plan.articles().is_empty());
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
        assert!(plan.is_empty() && plan.notes().is_empty());
    }
}
