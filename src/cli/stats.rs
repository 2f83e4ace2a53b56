//! `hashiya stats`: numbers of a project.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::print::{Printer, count};
use super::{Verdict, open};
use crate::model::{Codebook, LabelId, LayerKey, Status};
use crate::session::LayerCounts;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of the project.
    project: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Sums over layers.
#[derive(Default, Serialize)]
struct Sums {
    layers: BTreeMap<&'static str, usize>,
    spans: usize,
    labels: BTreeMap<String, usize>,
    relations: usize,
}

#[derive(Serialize)]
struct Stats {
    articles: usize,
    annotated: usize,
    #[serde(flatten)]
    all: Sums,
    annotators: BTreeMap<String, Sums>,
}

impl Sums {
    /// Every status and every label of the codebook is there, with 0 where there is none.
    fn new(codebook: &Codebook) -> Self {
        Self {
            layers: [Status::New, Status::InProgress, Status::Done].map(|status| (status.as_str(), 0)).into(),
            labels: codebook.labels.iter().map(|label| (label.id.to_string(), 0)).collect(),
            ..Self::default()
        }
    }

    fn add(&mut self, counts: &LayerCounts) {
        *self.layers.entry(counts.status.as_str()).or_default() += 1;
        self.spans += counts.spans as usize;
        self.relations += counts.relations as usize;
        for (label, number) in &counts.labels {
            *self.labels.entry(label.to_string()).or_default() += *number as usize;
        }
    }
}

pub(super) fn run(args: &Args, out: &mut Printer) -> anyhow::Result<Verdict> {
    let mut session = open::to_read(&args.project)?;
    session.count_all();
    let project = session.project();
    let mut stats = Stats {
        articles: project.articles().len(),
        annotated: 0,
        all: Sums::new(&project.codebook),
        annotators: project
            .annotators
            .iter()
            .map(|annotator| (annotator.id.to_string(), Sums::new(&project.codebook)))
            .collect(),
    };
    for info in project.articles() {
        let mut annotated = false;
        for annotator in session.annotators_of(&info.id) {
            let key = LayerKey { article: info.id.clone(), annotator };
            let Some(counts) = session.counts(&key) else { continue };
            annotated |= counts.spans > 0 || counts.status == Status::Done;
            stats.all.add(counts);
            let theirs = stats.annotators.entry(key.annotator.to_string());
            theirs.or_insert_with(|| Sums::new(&project.codebook)).add(counts);
        }
        stats.annotated += usize::from(annotated);
    }
    if args.json {
        out.json(&stats)?;
    } else {
        print(out, &stats, &project.codebook)?;
    }
    Ok(Verdict::Fine)
}

fn print(out: &mut Printer, stats: &Stats, codebook: &Codebook) -> anyhow::Result<()> {
    writeln!(out, "{}, {} of them annotated", count(stats.articles, "article"), stats.annotated)?;
    print_sums(out, "all annotators", &stats.all, codebook)?;
    for (annotator, sums) in stats.annotators.iter().filter(|_| stats.annotators.len() > 1) {
        print_sums(out, annotator, sums, codebook)?;
    }
    Ok(())
}

fn print_sums(out: &mut Printer, whose: &str, sums: &Sums, codebook: &Codebook) -> anyhow::Result<()> {
    let status =
        |status: Status| format!("{} {}", sums.layers.get(status.as_str()).unwrap_or(&0), status.as_str());
    let layers = [Status::Done, Status::InProgress, Status::New].map(status);
    writeln!(out, "\n{whose}")?;
    writeln!(out, "  layers     {}", layers.join(", "))?;
    writeln!(out, "  spans      {}", sums.spans)?;
    // In the order of the codebook, and after it what the codebook does not have.
    let place = |label: &String| {
        let id = LabelId::from(label.as_str());
        codebook.labels.iter().position(|known| known.id == id).unwrap_or(usize::MAX)
    };
    let mut labels: Vec<(&String, &usize)> = sums.labels.iter().collect();
    labels.sort_by_key(|(label, _)| place(label));
    for (label, number) in labels {
        writeln!(out, "    {label:<10} {number}")?;
    }
    writeln!(out, "  relations  {}", sums.relations)?;
    Ok(())
}
