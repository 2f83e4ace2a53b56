//! How long until an edit is on disk, and what opening a large project costs. The numbers of the README come from here.
//!
//! The disk is the real one: times are those of its fsync.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "benches prepare their own data")]

use std::io::Result;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use divan::{Bencher, counter::ItemsCount};
use hashiya::model::{Article, ArticleInfo, Edit, LayerKey, Project, Span, Status, TextRange, fixture};
use hashiya::session::{Session, Waiting};
use hashiya::store::vfs::{Entry, Identity, Stamp};
use hashiya::store::{RealFs, Vfs, VfsFile, VfsLock};

fn main() {
    // Without a filter, or by their own name.
    let mut filters = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    match filters.next().as_deref() {
        None => divan::main(),
        Some("percentiles") => {}
        Some(_) => return divan::main(),
    }
    percentiles();
}

/// A project of articles with 30 spans each in the layer of `me`.
fn in_memory(articles: usize) -> Project {
    let sentence = "قال [علي]{actor} إن [بغداد]{location} ترفض [ذلك]{claim} ".repeat(10);
    let (text, layer) = fixture::parse(&sentence);
    let (text, layer): (Arc<str>, _) = (text.into(), Arc::new(layer));
    let mut project = Project::new("Bench", "bench");
    for nth in 0..articles {
        let id = format!("2026-01-18-article-{nth:06}");
        let info = ArticleInfo {
            title: format!("عنوان المقال رقم {nth} في الصفحة الأولى"),
            date: "2026-01-18".into(),
            ..ArticleInfo::new(id.as_str(), &text)
        };
        project.insert_article(nth, info);
        project.put_text(Arc::new(Article::new(id.as_str(), text.clone())));
        project.put_layer(LayerKey::new(id, "me"), layer.clone());
    }
    project
}

fn project(root: &Path, articles: usize) {
    let project = in_memory(articles);
    Session::create_on(Arc::new(Hasty(RealFs)), root, project, Waiting::Caller).unwrap().close().unwrap();
}

/// The real disk without waiting for it: to make large projects in a reasonable time.
#[derive(Debug)]
struct Hasty(RealFs);

#[derive(Debug)]
struct HastyFile(Box<dyn VfsFile>);

impl VfsFile for HastyFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.write(bytes)
    }

    fn sync_data(&mut self) -> Result<()> {
        Ok(())
    }

    fn sync_all(&mut self) -> Result<()> {
        Ok(())
    }
}

fn hasty(file: Result<Box<dyn VfsFile>>) -> Result<Box<dyn VfsFile>> {
    Ok(Box::new(HastyFile(file?)))
}

impl Vfs for Hasty {
    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        self.0.read(path)
    }

    fn create_new(&self, path: &Path) -> Result<Box<dyn VfsFile>> {
        hasty(self.0.create_new(path))
    }

    fn append(&self, path: &Path) -> Result<Box<dyn VfsFile>> {
        hasty(self.0.append(path))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        self.0.rename(from, to)
    }

    fn unlink(&self, path: &Path) -> Result<()> {
        self.0.unlink(path)
    }

    fn hard_link(&self, from: &Path, to: &Path) -> Result<()> {
        self.0.hard_link(from, to)
    }

    fn create_dir(&self, path: &Path) -> Result<()> {
        self.0.create_dir(path)
    }

    fn remove_dir(&self, path: &Path) -> Result<()> {
        self.0.remove_dir(path)
    }

    fn sync_dir(&self, _: &Path) -> Result<()> {
        Ok(())
    }

    fn list(&self, path: &Path) -> Result<Vec<Entry>> {
        self.0.list(path)
    }

    fn stat(&self, path: &Path) -> Result<Stamp> {
        self.0.stat(path)
    }

    fn lock(&self, path: &Path) -> Result<Box<dyn VfsLock>> {
        self.0.lock(path)
    }

    fn identity(&self) -> Identity {
        self.0.identity()
    }

    fn is_running(&self, pid: u32) -> bool {
        self.0.is_running(pid)
    }

    fn draw(&self) -> u64 {
        self.0.draw()
    }
}

/// A span on the first word, and the edit that makes it.
fn mark(session: &Session, key: &LayerKey) -> Edit {
    let text = session.project().text(&key.article).unwrap();
    let id = session.project().layer(key).unwrap().next_span_id();
    let range = TextRange::new(0.into(), 6.into());
    Edit::AddSpan {
        layer: key.clone(),
        span: Box::new(Span::new(id, "claim", [range], text.text()).unwrap()),
    }
}

fn opened(articles: usize) -> (tempfile::TempDir, Session, LayerKey) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let root = folder.path().join("p");
    project(&root, articles);
    let mut session = Session::open(&root).unwrap().session;
    let key = LayerKey::new(format!("2026-01-18-article-{:06}", articles / 2), "me");
    session.load(&key.article, &key.annotator);
    (folder, session, key)
}

/// From the gesture to the acknowledgement of the disk.
#[divan::bench(args = [1, 10_000], sample_count = 400, sample_size = 1)]
fn label_until_on_disk(bencher: Bencher, articles: usize) {
    let (_folder, mut session, key) = opened(articles);
    bencher.bench_local(|| {
        session.apply(mark(&session, &key)).unwrap();
        session.sync().unwrap();
    });
}

/// What the window's thread spends on an edit; the disk is waited for elsewhere.
#[divan::bench(args = [1, 10_000], sample_count = 400, sample_size = 1)]
fn label_in_the_window(bencher: Bencher, articles: usize) {
    let (_folder, mut session, key) = opened(articles);
    bencher.bench_local(|| session.apply(mark(&session, &key)).unwrap());
}

/// Asking for a snapshot: what the window's thread spends, not the writing.
#[divan::bench(args = [1, 10_000], sample_count = 20, sample_size = 1)]
fn ask_for_a_snapshot(bencher: Bencher, articles: usize) {
    let (_folder, session, key) = opened(articles);
    let session = std::cell::RefCell::new(session);
    let mut done = false;
    bencher
        .with_inputs(|| {
            let mut session = session.borrow_mut();
            let status = |done| if done { Status::Done } else { Status::New };
            let edit = Edit::SetStatus { layer: key.clone(), old: status(done), new: status(!done) };
            done = !done;
            session.apply(edit).unwrap();
            session.sync().unwrap();
        })
        .bench_local_values(|()| session.borrow_mut().snapshot());
}

/// The tail of [`label_until_on_disk`], which a median hides: what one edit in a hundred waits for.
#[allow(clippy::print_stdout, reason = "a bench prints what it measured")]
fn percentiles() {
    for articles in [1, 10_000] {
        let (_folder, mut session, key) = opened(articles);
        let mut times: Vec<Duration> = (0..1_000)
            .map(|_| {
                let begun = Instant::now();
                session.apply(mark(&session, &key)).unwrap();
                session.sync().unwrap();
                begun.elapsed()
            })
            .collect();
        times.sort();
        for (name, nth) in [("p50", 500), ("p99", 990)] {
            println!("{name} label_until_on_disk/{articles}: {:.1} ms", times[nth].as_secs_f64() * 1e3);
        }
    }
}

/// From the folder to the list of articles.
#[divan::bench(args = [1, 10_000, 100_000], sample_count = 5, sample_size = 1)]
fn open_to_the_list(bencher: Bencher, articles: usize) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let root = folder.path().join("p");
    project(&root, articles);
    bencher
        .counter(ItemsCount::new(articles))
        .bench_local(|| Session::open_read_only(&root).unwrap().session);
}

/// Making a project durable, texts and layers included.
#[divan::bench(args = [1_000], sample_count = 3, sample_size = 1)]
fn write_a_project(bencher: Bencher, articles: usize) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut nth = 0;
    bencher.counter(ItemsCount::new(articles)).bench_local(|| {
        nth += 1;
        let root = folder.path().join(nth.to_string());
        Session::create(&root, in_memory(articles)).unwrap().close().unwrap();
    });
}
