//! Writing the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};

use parquet::errors::ParquetError;
use serde_json::json;

use super::card::Card;
use super::features;
use super::rows::row;
use super::shred::Table;
use super::{FEATURES_KEY, PROJECT_KEY};
use crate::interchange::sink::Sink;
use crate::interchange::wire::ProjectLine;
use crate::interchange::{Header, Page, Writer};
use crate::model::{AnnotatorId, Layer};

/// The split of articles nobody has divided.
const ONLY_SPLIT: &str = "train";

#[derive(Default)]
pub(super) struct HuggingFaceWriter {
    header: Header,
    labels: Vec<String>,
    relations: Vec<String>,
    languages: BTreeSet<String>,
    /// The file of each split.
    splits: BTreeMap<String, Table>,
}

impl Writer for HuggingFaceWriter {
    fn needs_survey(&self) -> bool {
        true
    }

    fn know(&mut self, header: &Header) {
        self.header = header.clone();
        if let Some(codebook) = &header.codebook {
            self.labels = codebook.labels.iter().map(|label| label.id.to_string()).collect();
            self.relations = codebook.relations.iter().map(|kind| kind.id.to_string()).collect();
        }
    }

    fn survey(&mut self, page: &Page<'_>) {
        if !page.info.language.is_empty() {
            self.languages.insert(page.info.language.clone());
        }
        for (_, layer) in page.layers {
            for span in layer.spans.values() {
                learn(&mut self.labels, span.label.as_str());
            }
            for relation in layer.relations.values() {
                learn(&mut self.relations, relation.label.as_str());
            }
        }
    }

    fn begin(&mut self, sink: &mut dyn Sink, _: &Header) -> io::Result<()> {
        // A data set without articles is a table without rows.
        self.open(ONLY_SPLIT, sink)
    }

    fn article(&mut self, page: &Page<'_>, _: &mut dyn Sink) -> io::Result<()> {
        let nobody = [(AnnotatorId::from(""), Layer::default().into())];
        let layers = if page.layers.is_empty() { &nobody } else { page.layers };
        let names = (self.labels.as_slice(), self.relations.as_slice());
        let Some(table) = self.splits.get_mut(ONLY_SPLIT) else { return Ok(()) };
        for (annotator, layer) in layers {
            let row = row(page.info, page.article, annotator.as_str(), layer, names);
            table.push(&row).map_err(failed)?;
        }
        Ok(())
    }

    fn end(&mut self, sink: &mut dyn Sink) -> io::Result<()> {
        let mut splits = Vec::new();
        for (name, table) in std::mem::take(&mut self.splits) {
            splits.push((name, table.rows));
            table.finish().map_err(failed)?;
        }
        let card = Card { header: &self.header, languages: &self.languages, splits: &splits };
        let mut file = sink.file("README.md")?;
        file.write_all(card.text().as_bytes())?;
        file.flush()
    }
}

impl HuggingFaceWriter {
    fn open(&mut self, split: &str, sink: &mut dyn Sink) -> io::Result<()> {
        let columns = features::columns(&self.labels, &self.relations);
        let about = json!({"info": {"features": features::as_json(&columns)}});
        let project = serde_json::to_string(&ProjectLine::of(&self.header))?;
        let metadata = vec![(FEATURES_KEY, about.to_string()), (PROJECT_KEY, project)];
        let out = sink.file(&format!("data/{split}-00000-of-00001.parquet"))?;
        let table = Table::new(out, columns, metadata).map_err(failed)?;
        self.splits.insert(split.to_owned(), table);
        Ok(())
    }
}

fn learn(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

/// Errors of the disk come out as they were: they say that the disk is full.
fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
