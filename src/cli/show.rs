//! `hashiya show`: an article with its annotations.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use serde::Serialize;

use super::print::{Printer, count};
use super::{Verdict, open};
use crate::interchange::{RelationLine, SpanLine};
use crate::language::paragraphs;
use crate::model::{AnnotatorId, Article, ArticleInfo, Layer, LayerKey, Span};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of the project.
    project: PathBuf,
    /// Id of the article, as `hashiya list` shows it.
    article: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Page<'a> {
    id: &'a str,
    title: &'a str,
    date: &'a str,
    source: &'a str,
    author: &'a str,
    url: &'a str,
    language: &'a str,
    text: &'a str,
    paragraphs: Vec<ParagraphLine>,
    layers: BTreeMap<&'a str, LayerLine<'a>>,
}

#[derive(Serialize)]
struct ParagraphLine {
    start: u32,
    end: u32,
    direction: &'static str,
}

#[derive(Serialize)]
struct LayerLine<'a> {
    status: &'static str,
    spans: Vec<SpanLine<'a>>,
    relations: Vec<RelationLine<'a>>,
}

type Layers = Vec<(AnnotatorId, Arc<Layer>)>;

pub(super) fn run(args: &Args, out: &mut Printer) -> anyhow::Result<Verdict> {
    let mut session = open::to_read(&args.project)?;
    let id = open::article(&session, &args.article)?;
    open::tell(&session.load_text(&id));
    let mut layers = Layers::new();
    for annotator in session.annotators_of(&id) {
        open::tell(&session.load(&id, &annotator));
        let key = LayerKey { article: id.clone(), annotator };
        layers.extend(session.project().layer(&key).map(|layer| (key.annotator.clone(), layer.clone())));
    }
    let project = session.project();
    let info = project.article(&id).context("the article left the index")?;
    let article =
        project.text(&id).with_context(|| format!("the text of {id} cannot be read; see `hashiya check`"))?;
    if args.json {
        out.json(&page(info, article, &layers))?;
    } else {
        print(out, info, article, &layers)?;
    }
    Ok(Verdict::Fine)
}

fn page<'a>(info: &'a ArticleInfo, article: &'a Article, layers: &'a Layers) -> Page<'a> {
    let text = article.text();
    let paragraphs = paragraphs::paragraphs(text, info.direction)
        .into_iter()
        .filter_map(|paragraph| {
            let (start, end) = article.offsets().range_to_scalars(text, paragraph.range)?;
            let direction = if paragraph.direction.is_rtl() { "rtl" } else { "ltr" };
            Some(ParagraphLine { start, end, direction })
        })
        .collect();
    let layer = |layer: &'a Layer| LayerLine {
        status: layer.status.as_str(),
        spans: layer.in_reading_order().into_iter().map(|span| SpanLine::of(span, article)).collect(),
        relations: layer.relations.values().map(RelationLine::of).collect(),
    };
    Page {
        id: info.id.as_str(),
        title: &info.title,
        date: &info.date,
        source: &info.source,
        author: &info.author,
        url: &info.url,
        language: &info.language,
        text,
        paragraphs,
        layers: layers.iter().map(|(annotator, found)| (annotator.as_str(), layer(found))).collect(),
    }
}

fn print(out: &mut Printer, info: &ArticleInfo, article: &Article, layers: &Layers) -> anyhow::Result<()> {
    let facts = [info.id.as_str(), &info.date, &info.source, &info.author, &info.language];
    let facts: Vec<&str> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    writeln!(out, "{}, {}", facts.join(", "), count(info.length as usize, "character"))?;
    if !info.title.is_empty() {
        writeln!(out, "{}", info.title)?;
    }
    writeln!(out, "\n{}", article.text().trim_end_matches('\n'))?;
    for (annotator, layer) in layers {
        let (spans, relations) = (count(layer.spans.len(), "span"), count(layer.relations.len(), "relation"));
        writeln!(out, "\n{annotator}: {}, {spans}, {relations}", layer.status.as_str())?;
        for span in layer.in_reading_order() {
            print_span(out, span, layer, article)?;
        }
    }
    Ok(())
}

fn print_span(out: &mut Printer, span: &Span, layer: &Layer, article: &Article) -> anyhow::Result<()> {
    let place = |range| article.offsets().range_to_scalars(article.text(), range);
    let places: Vec<String> = span
        .ranges
        .iter()
        .filter_map(|range| place(*range).map(|(start, end)| format!("{start}-{end}")))
        .collect();
    let lost = if span.lost { ", lost" } else { "" };
    writeln!(
        out,
        "{:5}  {} {}{lost}  {}",
        span.id.0,
        span.label,
        places.join(","),
        span.quote.replace('\n', " ")
    )?;
    let attributes: Vec<String> = span.attributes.iter().map(|(id, value)| format!("{id}={value}")).collect();
    let relations = layer
        .relations
        .values()
        .filter(|relation| relation.from == span.id)
        .map(|r| format!("{} → {}", r.label, r.to));
    let facts: Vec<String> = attributes.into_iter().chain(relations).collect();
    if !facts.is_empty() {
        writeln!(out, "       {}", facts.join(", "))?;
    }
    if !span.note.is_empty() {
        writeln!(out, "       {}", span.note.replace('\n', "\n       "))?;
    }
    Ok(())
}
