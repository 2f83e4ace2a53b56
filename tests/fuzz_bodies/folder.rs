//! Project folders made of any bytes. Opening never panics, puts no span on other words, and tells the same twice.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use hashiya::model::{
    Annotator, Article, ArticleInfo, Edit, LayerKey, Project, Relation, RelationId, Span, SpanId, Status,
    TextRange, fixture, quote_of,
};
use hashiya::session::{Access, Opened, Session, Waiting};
use hashiya::store::Vfs as _;
use hashiya::store::sim::{Disk, SimVfs};

const ROOT: &str = "/p";
const FOLDERS: [&str; 8] =
    ["", "articles", "layers", "layers/me", "layers/you", "journal", "cache", "quarantine"];

/// Files a part of the input can be: its first byte chooses, `A` the first.
pub(super) const FILES: [&str; 16] = [
    "project.ron",
    "entities.ron",
    "journal/000001.jnl",
    "journal/000002.jnl",
    "journal/000003.jnl",
    "articles/a.txt",
    "articles/b.txt",
    "layers/me/a.ron",
    "layers/me/b.ron",
    "layers/you/a.ron",
    "layers/me/a.conflict-1.ron",
    "layers/me/a.ron.tmp",
    "project.ron.tmp",
    "cache/counts.txt",
    "layers/you/b.ron",
    ".lock",
];

/// Stands between the parts of the input.
pub(super) const BREAK: u8 = 0x1e;

fn span(id: u32, label: &str, words: &str, text: &str) -> Span {
    let start = u32::try_from(text.find(words).unwrap()).unwrap();
    let end = start + u32::try_from(words.len()).unwrap();
    Span::new(SpanId(id), label, [TextRange::new(start.into(), end.into())], text).unwrap()
}

/// A small project as a session leaves it that was killed: three layers in files, edits in the journal.
pub(super) fn original() -> &'static Disk {
    static ORIGINAL: OnceLock<Disk> = OnceLock::new();
    ORIGINAL.get_or_init(|| {
        let mut project = Project::new("p", "p");
        // Short, so that chance has less to search through.
        let mut codebook = (*project.codebook).clone();
        codebook.labels.truncate(2);
        codebook.relations.truncate(1);
        codebook.labels.iter_mut().for_each(|label| label.description.clear());
        project.codebook = Arc::new(codebook);
        for id in ["me", "you"] {
            project.annotators.push(Annotator { id: id.into(), name: id.into() });
        }
        for (at, (id, marked)) in
            [("a", "[علي]{actor} قال: [لا]{claim} 😀"), ("b", "[Ali]{actor} said [[no]{x} war]{claim}")]
                .iter()
                .enumerate()
        {
            let (text, layer) = fixture::parse(marked);
            project.insert_article(at, ArticleInfo::new(*id, &text));
            project.put_text(Arc::new(Article::new(*id, text)));
            project.put_layer(LayerKey::new(*id, "me"), Arc::new(layer));
        }
        let vfs = SimVfs::new(Disk::default(), 1);
        let mut session =
            Session::create_on(Arc::new(vfs.clone()), Path::new(ROOT), project, Waiting::Caller).unwrap();
        let b = LayerKey::new("b", "me");
        let text = "Ali said no war";
        for edit in [
            Edit::AddSpan { layer: b.clone(), span: Box::new(span(4, "location", "war", text)) },
            Edit::AddRelation {
                layer: b.clone(),
                relation: Relation::new(RelationId(1), "claimant", SpanId(2), SpanId(1)),
            },
            Edit::SetStatus { layer: b, old: Status::New, new: Status::Done },
            Edit::SetName { old: "p".into(), new: "q".into() },
        ] {
            session.apply(edit).unwrap();
        }
        session.sync().unwrap();
        drop(session);
        vfs.disk()
    })
}

fn machine(disk: Disk) -> SimVfs {
    SimVfs::new(disk, 7)
}

/// The file on the disk, where it is there.
fn file(disk: &Disk, name: &str) -> Option<Vec<u8>> {
    let path = Path::new(ROOT).join(name);
    disk.files().into_iter().find(|(found, _)| *found == path).map(|(_, bytes)| bytes.to_vec())
}

/// An empty folder with the folders of a project.
fn bare() -> &'static Disk {
    static BARE: OnceLock<Disk> = OnceLock::new();
    BARE.get_or_init(|| {
        let vfs = machine(Disk::default());
        for folder in FOLDERS {
            let path = Path::new(ROOT).join(folder);
            vfs.create_dir(&path).unwrap();
        }
        vfs.disk()
    })
}

/// The input is a whole folder.
pub(super) fn recover(bytes: &[u8]) {
    let vfs = machine(bare().clone());
    for part in bytes.split(|byte| *byte == BREAK) {
        let Some((which, content)) = part.split_first() else { continue };
        let Some(name) = FILES.get(usize::from(which.wrapping_sub(b'A'))) else { continue };
        vfs.plant(&Path::new(ROOT).join(name), content).unwrap();
    }
    check(&vfs);
}

/// The input is the lines of a journal; their checksums are made to fit, else nothing would get past them.
pub(super) fn journal(bytes: &[u8]) {
    let disk = original().clone();
    let old = file(&disk, "journal/000001.jnl").unwrap();
    let head = old.split_inclusive(|byte| *byte == b'\n').next().unwrap();
    let mut journal = head.to_vec();
    for (seq, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        match line.split_first() {
            Some((b'~', raw)) => journal.extend_from_slice(raw),
            Some((b'!', body)) => sealed(&mut journal, body),
            _ => sealed(&mut journal, &[format!("{seq} ").as_bytes(), line].concat()),
        }
        journal.push(b'\n');
    }
    let vfs = machine(disk);
    vfs.plant(&Path::new(ROOT).join("journal/000001.jnl"), &journal).unwrap();
    check(&vfs);
}

fn sealed(journal: &mut Vec<u8>, body: &[u8]) {
    journal.extend_from_slice(format!("{:08x} ", crc32fast::hash(body)).as_bytes());
    journal.extend_from_slice(body);
}

/// The input is one file of a project that is sound otherwise; an odd first byte has its checksum made to fit.
pub(super) fn ron(bytes: &[u8]) {
    let Some((which, content)) = bytes.split_first() else { return };
    let names = ["project.ron", "entities.ron", "layers/me/a.ron", "layers/you/b.ron"];
    let mut content = content.to_vec();
    if which % 2 == 1 {
        content.extend_from_slice(format!("// crc32 {:08x}\n", crc32fast::hash(&content)).as_bytes());
    }
    let vfs = machine(original().clone());
    vfs.create_dir(&Path::new(ROOT).join("layers/you")).unwrap();
    let name = names[usize::from(which / 2) % names.len()];
    vfs.plant(&Path::new(ROOT).join(name), &content).unwrap();
    check(&vfs);
}

/// Opens the project, looks at all of it, and opens it again.
fn check(vfs: &SimVfs) {
    let Some((first, _)) = open(vfs) else { return };
    let project = first.project().clone();
    drop(first);
    let (second, _) = open(vfs).expect("it opened a moment ago");
    assert_eq!(*second.project(), project, "recovery told two stories");
    second.close().expect("a sound disk refuses nothing");
    open(vfs).expect("what was written on closing opens");
}

fn open(vfs: &SimVfs) -> Option<(Session, usize)> {
    let opened = Session::open_on(Arc::new(vfs.clone()), Path::new(ROOT), Access::Write, Waiting::Caller);
    let Opened { mut session, issues, .. } = opened.ok()?;
    let mut told = issues.len();
    for info in session.project().articles().to_vec() {
        for annotator in session.annotators_of(&info.id) {
            told += session.load(&info.id, &annotator).len();
        }
    }
    for (key, layer) in session.project().layers() {
        let text = session.project().text(&key.article).map(|article| article.text()).unwrap_or_default();
        for span in layer.spans.values().filter(|span| !span.lost) {
            assert_eq!(
                quote_of(text, &span.ranges).as_deref(),
                Some(span.quote.as_str()),
                "{key}: other words"
            );
        }
        for relation in layer.relations.values() {
            let has = |id| layer.spans.contains_key(&id);
            assert!(has(relation.from) && has(relation.to), "{key}: {relation:?} leads nowhere");
        }
        // What the window asks for next.
        std::hint::black_box((layer.next_span_id(), layer.next_relation_id(), layer.in_reading_order()));
    }
    Some((session, told))
}
