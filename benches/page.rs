//! What a reader waits for: the first layout of an article, and a frame of the window over it.
//!
//! `cargo bench --bench page`; benches/speed.sh makes the README's table of it.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "benches prepare their own data")]

use std::path::Path;
use std::sync::Arc;

use divan::Bencher;
use hashiya::app::{App, NoPicker, Settings, UiCommand};
use hashiya::language::{bytes, paragraphs};
use hashiya::layout::{ArticleLayout, ArticleStyle, BlockKind, Family, LAZY_ABOVE, ParagraphStyle, Shaper};
use hashiya::model::{ArticleInfo, Edit, LayerKey, Project, Span, SpanId, TextRange};
use hashiya::session::Session;

fn main() {
    divan::main();
}

const SAMPLE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/projects/iraq-withdrawal/articles/2026-01-18-iraq-withdrawal.txt");

fn sample() -> String {
    std::fs::read_to_string(SAMPLE).unwrap()
}

fn style() -> ArticleStyle {
    let paragraph = |size, line_height| ParagraphStyle {
        family: Family::NotoSansArabic,
        size,
        line_height,
        ..Default::default()
    };
    ArticleStyle {
        headline: ParagraphStyle { bold: true, ..paragraph(27.0, 1.5) },
        dateline: paragraph(13.0, 1.6),
        body: paragraph(19.0, 1.85),
        headline_gap: 15.0,
        dateline_gap: 2.0,
        body_gap: 15.0,
        lazy_above: LAZY_ABOVE,
    }
}

/// Splits, shapes, breaks and stacks a text; a viewport of 900 pixels where it is long.
fn lay_out(shaper: &mut Shaper, text: &str) -> f32 {
    let blocks = paragraphs::paragraphs(text, None).into_iter().filter(|p| !p.range.is_empty());
    let blocks = blocks.map(|p| (bytes(p.range), p.direction, BlockKind::Body));
    let mut layout = ArticleLayout::new(text, blocks, style(), 1.0, 636.0);
    layout.prepare(shaper, text, 0.0..900.0);
    layout.height()
}

#[divan::bench]
fn first_layout_5_kb(bencher: Bencher<'_, '_>) {
    let text = sample();
    let mut shaper = Shaper::bundled();
    bencher.bench_local(|| lay_out(&mut shaper, divan::black_box(&text)));
}

#[divan::bench(sample_count = 20)]
fn first_page_10_mb(bencher: Bencher<'_, '_>) {
    let text = sample().repeat(10 * 1024 * 1024 / sample().len());
    let mut shaper = Shaper::bundled();
    bencher.bench_local(|| lay_out(&mut shaper, divan::black_box(&text)));
}

/// A window over a project in a temporary folder, without a screen.
struct Desk {
    app: App,
    ctx: egui::Context,
    time: f64,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn open(text: &str, spans: Vec<TextRange>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("study");
        project(&root, text, spans);
        let settings = Settings { annotator: "me".into(), text_size: 12.0, ..Settings::default() };
        let mut app = App::with_settings(Box::new(NoPicker), settings);
        app.open_project(&root);
        let mut desk = Self { app, ctx: egui::Context::default(), time: 0.0, _folder: folder };
        for _ in 0..5 {
            desk.frame();
        }
        desk
    }

    /// A frame of 1440 × 2200 points with its triangles.
    fn frame(&mut self) -> usize {
        self.time += 1.0 / 60.0;
        let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1440.0, 2200.0));
        let input = egui::RawInput { screen_rect: Some(screen), time: Some(self.time), ..Default::default() };
        let output = self.ctx.run_ui(input, |ui| self.app.ui(ui));
        self.ctx.tessellate(output.shapes, output.pixels_per_point).len()
    }
}

fn project(root: &Path, text: &str, spans: Vec<TextRange>) {
    let mut session = Session::create(root, Project::new("Bench", "bench")).unwrap();
    session.add_articles(vec![(ArticleInfo::new("a", text), Arc::from(text))]).unwrap();
    let key = LayerKey::new("a", "me");
    session.load(&key.article, &key.annotator);
    let labels = ["actor", "location", "date", "claim"];
    let add = |(nth, range): (usize, TextRange)| {
        let id = SpanId(u32::try_from(nth).unwrap() + 1);
        let span = Span::new(id, labels[nth % 4], [range], text).unwrap();
        Edit::AddSpan { layer: key.clone(), span: Box::new(span) }
    };
    session.apply(Edit::Batch(spans.into_iter().enumerate().map(add).collect())).unwrap();
    session.close().unwrap();
}

/// 1,000 spans over the words of a page: single words, pairs and triples, nested and crossing.
fn thousand(text: &str) -> Vec<TextRange> {
    let whole = TextRange::new(0.into(), u32::try_from(text.len()).unwrap().into());
    let words: Vec<TextRange> = hashiya::language::words::words(text, whole).take(500).collect();
    let runs = (1..4).flat_map(|length| words.windows(length).map(move |run| run[0].cover(run[length - 1])));
    let spans: Vec<_> = runs.take(1000).collect();
    assert_eq!(spans.len(), 1000);
    spans
}

#[divan::bench]
fn redraw_1000_spans_in_view(bencher: Bencher<'_, '_>) {
    let text = sample();
    let spans = thousand(&text);
    let mut desk = Desk::open(&text, spans);
    bencher.bench_local(|| desk.frame());
}

#[divan::bench]
fn redraw_no_spans(bencher: Bencher<'_, '_>) {
    let mut desk = Desk::open(&sample(), Vec::new());
    bencher.bench_local(|| desk.frame());
}

/// Changes the label of a span and draws the page: from the key to the picture, without the disk.
#[divan::bench]
fn label_and_redraw_1000_spans(bencher: Bencher<'_, '_>) {
    let text = sample();
    let spans = thousand(&text);
    let mut desk = Desk::open(&text, spans);
    desk.app.desk().unwrap().select(SpanId(7));
    let mut label = 0;
    bencher.bench_local(|| {
        label = label % 2 + 1;
        desk.app.run(&desk.ctx.clone(), UiCommand::ApplyLabel(label));
        desk.frame()
    });
}
