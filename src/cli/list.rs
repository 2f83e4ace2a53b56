//! `hashiya list`: the articles of a project.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::print::{Printer, count};
use super::{Verdict, open};
use crate::model::LayerKey;
use crate::session::{LayerCounts, Session};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of the project.
    project: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    title: &'a str,
    date: &'a str,
    language: &'a str,
    length: u32,
    layers: BTreeMap<String, LayerLine>,
}

#[derive(Serialize)]
struct LayerLine {
    status: &'static str,
    spans: u32,
    relations: u32,
}

pub(super) fn run(args: &Args, out: &mut Printer) -> anyhow::Result<Verdict> {
    let mut session = open::to_read(&args.project)?;
    session.count_all();
    let lines: Vec<Line<'_>> = session
        .project()
        .articles()
        .iter()
        .map(|info| Line {
            id: info.id.as_str(),
            title: &info.title,
            date: &info.date,
            language: &info.language,
            length: info.length,
            layers: layers(&session, info.id.as_str()),
        })
        .collect();
    if args.json {
        out.json(&lines)?;
        return Ok(Verdict::Fine);
    }
    for line in &lines {
        let parts = [line.id, line.date, line.language].into_iter().filter(|part| !part.is_empty());
        let parts: Vec<String> =
            parts.map(ToOwned::to_owned).chain([count(line.length as usize, "character")]).collect();
        writeln!(out, "{}", parts.join("  "))?;
        if !line.title.is_empty() {
            writeln!(out, "    {}", line.title)?;
        }
        for (annotator, layer) in &line.layers {
            let (spans, relations) =
                (count(layer.spans as usize, "span"), count(layer.relations as usize, "relation"));
            writeln!(out, "    {annotator}: {}, {spans}, {relations}", layer.status)?;
        }
    }
    Ok(Verdict::Fine)
}

fn layers(session: &Session, article: &str) -> BTreeMap<String, LayerLine> {
    let article = article.into();
    let annotators = session.annotators_of(&article);
    let line = |counts: &LayerCounts| LayerLine {
        status: counts.status.as_str(),
        spans: counts.spans,
        relations: counts.relations,
    };
    annotators
        .into_iter()
        .filter_map(|annotator| {
            let key = LayerKey { article: article.clone(), annotator };
            session.counts(&key).map(|counts| (key.annotator.to_string(), line(counts)))
        })
        .collect()
}
