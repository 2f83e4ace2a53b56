//! A sitting at a project, played by dice: everything a session can be asked to do, and what it said was on disk.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hashiya::model::{
    Annotator, AnnotatorId, Article, ArticleInfo, Codebook, Edit, Entity, EntityKind, Issue, LayerKey,
    Project, Relation, Severity, Span, Status, TextRange, TextSize,
};
use hashiya::session::{Saved, Session, Waiting};
use hashiya::store::sim::{Dice, Disk, Op, SimVfs};
use hashiya::store::{Access, Vfs};

/// Where the project lies on the simulated disk.
pub(crate) const ROOT: &str = "/study";

const TEXTS: [&str; 4] = [
    "بغداد (رويترز) - قال رئيس الوزراء: «لا حاجة لوجود مقاتلين أجانب».\nثم عاد.",
    "Ali said no. The ministry in Berlin knew of nothing.",
    "مُحَمَّد كتب: عاد الوفد إلى القاهرة 😀 في ١٨ كانون الثاني، ثم غادرها.",
    "One line without an end, and words for a dozen spans",
];

/// A sitting as it went: what happened to the disk, and what was promised when.
#[derive(Debug, Default)]
pub(crate) struct Sitting {
    /// Changes of the disk, from an empty one.
    pub(crate) record: Vec<Op>,
    /// The project before any edit and after each, all of it in memory.
    pub(crate) states: Vec<Project>,
    /// Changes when the project had been made.
    pub(crate) created: usize,
    /// After so many changes, edits up to this one may be on disk.
    pub(crate) begun: Vec<(usize, usize)>,
    /// After so many changes, the session had said that edits up to this one are on disk.
    pub(crate) saved: Vec<(usize, usize)>,
}

impl Sitting {
    /// First and last state that may be found after a crash at this change.
    pub(crate) fn bounds(&self, at: usize) -> (usize, usize) {
        let last = |marks: &[(usize, usize)]| {
            marks.iter().take_while(|(when, _)| *when <= at).map(|(_, edit)| *edit).max()
        };
        // What was announced last may have been an undo with nothing to take back.
        (last(&self.saved).unwrap_or(0), last(&self.begun).unwrap_or(0).min(self.states.len() - 1))
    }
}

/// Somebody at work.
pub(crate) struct Sitter {
    vfs: SimVfs,
    /// What the session gets: the same disk, or one that lies.
    shown: Arc<dyn Vfs>,
    waiting: Waiting,
    session: Option<Session>,
    model: Project,
    sitting: Sitting,
    dice: Dice,
    /// What went wrong, in the session's words.
    pub(crate) complaints: Vec<String>,
    /// Calls of the disk may fail.
    pub(crate) tolerant: bool,
    /// The project is not opened again.
    pub(crate) stays: bool,
}

/// Plays a sitting of so many steps.
pub(crate) fn play(
    seed: u64,
    steps: usize,
    waiting: Waiting,
    lie: impl FnOnce(SimVfs) -> Arc<dyn Vfs>,
) -> Sitting {
    let mut sitter = Sitter::begin(SimVfs::new(Disk::default(), seed), seed, waiting, lie);
    for _ in 0..steps {
        sitter.step();
    }
    assert!(sitter.complaints.is_empty(), "seed {seed}, without a crash: {}", sitter.complaints.join("; "));
    sitter.finish()
}

/// A project of two articles and one annotator, with a small codebook.
pub(crate) fn first_project() -> Project {
    let mut project = Project::new("دراسة", "sim-1");
    let mut codebook = Codebook::default();
    codebook.labels.truncate(2);
    codebook.relations.truncate(1);
    for label in &mut codebook.labels {
        label.description = String::new();
        label.attributes.truncate(1);
    }
    project.codebook = Arc::new(codebook);
    project.annotators = vec![Annotator { id: "me".into(), name: "سمر".into() }];
    for (nth, text) in TEXTS.iter().take(2).enumerate() {
        let id = format!("a{nth}");
        project.insert_article(nth, ArticleInfo::new(id.as_str(), text));
        project.put_text(Arc::new(Article::new(id.as_str(), *text)));
        project.put_layer(LayerKey::new(id, "me"), Arc::default());
    }
    project
}

impl Sitter {
    pub(crate) fn begin(
        vfs: SimVfs,
        seed: u64,
        waiting: Waiting,
        lie: impl FnOnce(SimVfs) -> Arc<dyn Vfs>,
    ) -> Self {
        let shown = lie(vfs.clone());
        let model = first_project();
        let session = Session::create_on(shown.clone(), Path::new(ROOT), model.clone(), waiting).unwrap();
        let mut sitting =
            Sitting { states: vec![model.clone()], created: vfs.changes(), ..Sitting::default() };
        sitting.begun.push((0, 0));
        sitting.saved.push((vfs.changes(), 0));
        let (dice, complaints) = (Dice::new(seed), Vec::new());
        Self {
            vfs,
            shown,
            waiting,
            session: Some(session),
            model,
            sitting,
            dice,
            complaints,
            tolerant: false,
            stays: false,
        }
    }

    fn session(&mut self) -> &mut Session {
        self.session.as_mut().unwrap()
    }

    /// Waits until everything is saved.
    pub(crate) fn sync(&mut self) {
        self.session().sync().unwrap();
        self.listen();
    }

    /// Ends without a word.
    pub(crate) fn finish(mut self) -> Sitting {
        // What is still under way would be recorded while the record is taken.
        drop(self.session.take());
        self.sitting.record = self.vfs.record();
        self.sitting
    }

    /// Notes what the session says is on disk.
    fn listen(&mut self) {
        let made = self.sitting.states.len() - 1;
        let saved = match self.session().saved() {
            Saved::Everything { .. } => made,
            Saved::Pending { edits } | Saved::Failed { edits, .. } => made - usize::try_from(edits).unwrap(),
            Saved::ReadOnly => panic!("the project is ours"),
        };
        self.sitting.saved.push((self.vfs.changes(), saved));
    }

    fn announce(&mut self) {
        self.sitting.begun.push((self.vfs.changes(), self.sitting.states.len()));
    }

    fn made(&mut self, edit: &Edit) {
        edit.apply(&mut self.model).unwrap();
        for annotator in self.model.annotators.clone() {
            for info in self.model.articles().to_vec() {
                let key = LayerKey { article: info.id.clone(), annotator: annotator.id.clone() };
                if self.model.layer(&key).is_none() {
                    self.model.put_layer(key, Arc::default());
                }
            }
        }
        self.sitting.states.push(self.model.clone());
        self.listen();
        if self.tolerant {
            let issues = self.load_all();
            self.complain(&issues);
            if issues.iter().any(is_fault) {
                self.reopen();
            }
        }
    }

    pub(crate) fn apply(&mut self, edit: Edit) {
        self.announce();
        self.session().apply(edit.clone()).unwrap();
        self.made(&edit);
    }

    /// One thing that people do.
    pub(crate) fn step(&mut self) {
        match self.dice.below(100) {
            0..24 => self.add_spans(1),
            24..28 => {
                let many = 2 + self.dice.below(3);
                self.add_spans(many);
            }
            28..37 => self.change_span(),
            37..44 => self.remove_span(),
            44..50 => self.relate(),
            50..55 => self.set_status(),
            55..63 => self.undo_or_redo(),
            63..70 => self.change_project(),
            70..73 => self.add_articles(),
            73..75 => self.article_out(),
            75..86 => self.session().snapshot(),
            86..94 => self.tick(),
            94..96 => {
                let synced = self.session().sync();
                self.bear(synced);
            }
            96..98 => {
                if let Some(info) = self.article().filter(|_| !self.tolerant) {
                    self.session().unload(&info.id);
                }
            }
            _ => self.reopen(),
        }
        self.listen();
    }

    fn tick(&mut self) {
        let idle = if self.dice.coin() { Duration::from_secs(6) } else { Duration::ZERO };
        self.idle(idle);
    }

    /// Lets time pass.
    pub(crate) fn idle(&mut self, idle: Duration) {
        let issues = self.session().tick(idle);
        self.complain(&issues);
    }

    fn complain(&mut self, issues: &[Issue]) {
        self.complaints.extend(issues.iter().filter(|issue| is_fault(issue)).map(ToString::to_string));
    }

    /// Whether it went well. What fails is told, where calls of the disk may fail.
    fn bear<T, E: std::error::Error>(&mut self, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) if self.tolerant => {
                self.complaints.push(error.to_string());
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    fn reopen(&mut self) {
        let synced = self.session().sync();
        let all = self.bear(synced).is_some();
        self.listen();
        if !all || self.stays {
            // Whoever closes the window now loses what is in memory only, and was told so.
            return;
        }
        let session = self.session.take().unwrap();
        if self.dice.coin() {
            let closed = session.close();
            self.bear(closed);
        } else {
            drop(session);
        }
        self.open();
    }

    /// Opens the project; where calls may fail, until all of it could be read.
    pub(crate) fn open(&mut self) {
        loop {
            let opened = Session::open_on(self.shown.clone(), Path::new(ROOT), Access::Write, self.waiting);
            let Some(opened) = self.bear(opened) else { continue };
            let mut issues = opened.issues;
            self.session = Some(opened.session);
            if self.tolerant {
                issues.extend(self.load_all());
            }
            self.complain(&issues);
            if let Some(why) = opened.read_only {
                assert!(self.tolerant, "{why}");
                self.complaints.push(why);
            } else if !(self.tolerant && issues.iter().any(is_fault)) {
                return;
            }
            self.session = None;
        }
    }

    /// Reads all texts and layers of the index.
    pub(crate) fn load_all(&mut self) -> Vec<Issue> {
        let annotators = self.session().project().annotators.clone();
        let articles = self.session().project().articles().to_vec();
        let mut issues = Vec::new();
        for info in &articles {
            for annotator in &annotators {
                issues.extend(self.session().load(&info.id, &annotator.id));
            }
        }
        issues
    }

    fn article(&mut self) -> Option<Arc<ArticleInfo>> {
        self.dice.pick(self.model.articles()).cloned()
    }

    fn key(&mut self) -> Option<LayerKey> {
        let article = self.article()?.id.clone();
        let annotator = self.dice.pick(&self.model.annotators)?.id.clone();
        Some(LayerKey { article, annotator })
    }

    fn range(&mut self, text: &str) -> TextRange {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let start = self.dice.below(places.len() - 1);
        let end = (start + 1 + self.dice.below(12)).min(places.len() - 1);
        let at = |nth: usize| TextSize::try_from(places[nth]).unwrap();
        TextRange::new(at(start), at(end))
    }

    fn add_spans(&mut self, count: usize) {
        let Some(key) = self.key() else { return };
        let text = self.model.text(&key.article).unwrap().shared_text();
        let mut id = self.model.layer(&key).unwrap().next_span_id();
        let mut edits = Vec::new();
        for _ in 0..count {
            let label = if self.dice.coin() { "actor" } else { "location" };
            let mut ranges = vec![self.range(&text)];
            let second = self.range(&text);
            if second.start() > ranges[0].end() && self.dice.below(4) == 0 {
                ranges.push(second);
            }
            let span = Span::new(id, label, ranges, &text).unwrap();
            id.0 += 1;
            edits.push(Edit::AddSpan { layer: key.clone(), span: Box::new(span) });
        }
        self.apply(if count == 1 { edits.remove(0) } else { Edit::Batch(edits) });
    }

    /// Any span of any layer in the index.
    fn span(&mut self) -> Option<(LayerKey, Span)> {
        let key = self.key()?;
        let spans: Vec<Span> = self.model.layer(&key)?.spans.values().cloned().collect();
        Some((key, self.dice.pick(&spans)?.clone()))
    }

    fn change_span(&mut self) {
        let Some((layer, old)) = self.span() else { return };
        let mut new = old.clone();
        match self.dice.below(3) {
            // Long notes make records of several sectors.
            0 => new.note = "حاشية note ".repeat(self.dice.below(50)),
            1 => new.label = if old.label.as_str() == "actor" { "location".into() } else { "actor".into() },
            _ => {
                new.attributes.insert("entity".into(), format!("e{}", self.dice.below(4)));
            }
        }
        self.apply(Edit::ChangeSpan { layer, old: Box::new(old), new: Box::new(new) });
    }

    fn remove_span(&mut self) {
        let Some((layer, span)) = self.span() else { return };
        let relations: Vec<Relation> =
            self.model.layer(&layer).unwrap().relations_of(span.id).cloned().collect();
        let relations =
            relations.into_iter().map(|relation| Edit::RemoveRelation { layer: layer.clone(), relation });
        let mut edits: Vec<Edit> = relations.collect();
        edits.push(Edit::RemoveSpan { layer, span: Box::new(span) });
        self.apply(if edits.len() == 1 { edits.remove(0) } else { Edit::Batch(edits) });
    }

    fn relate(&mut self) {
        let Some(layer) = self.key() else { return };
        let here = self.model.layer(&layer).unwrap();
        let spans: Vec<_> = here.spans.keys().copied().collect();
        let (relations, id): (Vec<Relation>, _) =
            (here.relations.values().cloned().collect(), here.next_relation_id());
        if let Some(relation) = self.dice.pick(&relations).cloned()
            && self.dice.below(3) == 0
        {
            return self.apply(Edit::RemoveRelation { layer, relation });
        }
        if let (Some(from), Some(to)) = (self.dice.pick(&spans).copied(), self.dice.pick(&spans).copied()) {
            self.apply(Edit::AddRelation { layer, relation: Relation::new(id, "claimant", from, to) });
        }
    }

    fn set_status(&mut self) {
        let Some(layer) = self.key() else { return };
        let old = self.model.layer(&layer).unwrap().status;
        let new = if old == Status::Done { Status::InProgress } else { Status::Done };
        self.apply(Edit::SetStatus { layer, old, new });
    }

    fn undo_or_redo(&mut self) {
        for _ in 0..=self.dice.below(3) {
            let undo = self.dice.below(3) > 0;
            self.announce();
            let done = if undo { self.session().undo() } else { self.session().redo() };
            if let Some(edit) = done.unwrap() {
                self.made(&edit);
            }
        }
    }

    fn change_project(&mut self) {
        let number = self.sitting.states.len();
        let edit = match self.dice.below(5) {
            0 => Edit::SetName {
                old: self.model.name.clone(),
                new: format!("دراسة {number} ").repeat(1 + number % 12),
            },
            1 => {
                let id = format!("e{}", self.dice.below(4));
                let old = self.model.entities.get(&id.as_str().into()).cloned().map(Box::new);
                let new = Box::new(Entity {
                    id: id.as_str().into(),
                    name: format!("كيان {number}"),
                    aliases: vec!["alias".into()],
                    kind: EntityKind::Actor,
                    external: String::new(),
                });
                let new = if old.is_some() && self.dice.coin() { None } else { Some(new) };
                Edit::SetEntity { id: id.into(), old, new }
            }
            2 => {
                let Some(old) = self.article() else { return };
                let new = ArticleInfo { title: format!("عنوان {number}"), ..(*old).clone() };
                Edit::ChangeArticle { old, new: Arc::new(new) }
            }
            3 if self.model.annotators.len() < 2 => {
                let id = AnnotatorId::from(format!("n{}", self.model.annotators.len()));
                Edit::SetAnnotator { id, old: None, new: Some("new".into()) }
            }
            _ => {
                let old = self.model.codebook.clone();
                let mut new = (*old).clone();
                new.labels[0].description = format!("{number}");
                Edit::SetCodebook { old, new: Arc::new(new) }
            }
        };
        self.apply(edit);
    }

    fn add_articles(&mut self) {
        let first = self.sitting.states.len() * 2;
        if self.model.articles().len() > 3 {
            return;
        }
        let count = 1 + self.dice.below(2);
        let article = |nth: usize| {
            let text: Arc<str> = TEXTS[(first + nth) % TEXTS.len()].into();
            (ArticleInfo::new(format!("n{}", first + nth), &text), text)
        };
        let articles: Vec<_> = (0..count).map(article).collect();
        let at = self.model.articles().len();
        let edits = articles
            .iter()
            .zip(at..)
            .map(|((info, _), at)| Edit::AddArticle { at, info: Arc::new(info.clone()) });
        let edit = Edit::Batch(edits.collect());
        for (info, text) in &articles {
            self.model.put_text(Arc::new(Article::new(info.id.clone(), text.clone())));
        }
        self.announce();
        let added = self.session().add_articles(articles);
        if self.bear(added).is_some() {
            self.made(&edit);
        }
    }

    /// An article leaves the index; its text and layers stay, and are there again after an undo.
    fn article_out(&mut self) {
        let Some(info) = self.article() else { return };
        if self.model.articles().len() > 1 {
            let at = self.model.position(&info.id).unwrap();
            self.apply(Edit::RemoveArticle { at, info });
            if self.dice.coin() {
                self.announce();
                let edit = self.session().undo().unwrap().unwrap();
                self.made(&edit);
            }
        }
    }
}

/// Whether a finding means that something went wrong. Layers of an article that was taken out are kept, and told of.
pub(crate) fn is_fault(issue: &Issue) -> bool {
    issue.severity == Severity::Error && issue.code != "layer-orphan"
}
