//! What can still be read of a `project.ron` that does not read as a whole. It has one thing a line, so that a damage
//! takes the line it is on and leaves the others.

use serde::Deserialize;

use super::layer::LayerV1;
use super::manifest::{
    AnnotatorV1, ArticleV1, LabelV1, RelationTypeV1, info_from, label_from, relation_type_from,
};
use super::{Extras, open_sealed};
use crate::model::{Annotator, ArticleInfo, Label, LabelId, RelationType, RelationTypeId};
use crate::store::ron_text;

/// The lines that read, in their order.
#[derive(Debug, Default)]
pub(in crate::store) struct Salvage {
    pub(in crate::store) name: Option<String>,
    pub(in crate::store) id: Option<String>,
    pub(in crate::store) annotators: Vec<Annotator>,
    pub(in crate::store) labels: Vec<Label>,
    pub(in crate::store) relations: Vec<RelationType>,
    pub(in crate::store) articles: Vec<ArticleInfo>,
}

/// Reads line by line.
pub(in crate::store) fn salvage(bytes: &[u8]) -> Salvage {
    let mut found = Salvage::default();
    let mut section = String::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        // A line with bytes that are no text is a damaged one.
        let Ok(line) = std::str::from_utf8(line) else { continue };
        let line = line.trim();
        if let Some(name) = line.strip_suffix(": [") {
            section = name.trim_start_matches('(').to_owned();
            continue;
        }
        found.line(&section, line.trim_end_matches(','));
    }
    found
}

fn parse<T: for<'de> Deserialize<'de>>(line: &str) -> Option<T> {
    ron_text::parse(line).ok()
}

impl Salvage {
    fn line(&mut self, section: &str, line: &str) {
        // Nothing else has a length and a hash.
        if let Some(article) = parse::<ArticleV1>(line) {
            return self.articles.push(info_from(article).0);
        }
        match section {
            "annotators" => self.annotators.extend(
                parse::<AnnotatorV1>(line).map(|found| Annotator { id: found.id.into(), name: found.name }),
            ),
            "labels" => {
                self.labels.extend(parse::<LabelV1>(line).map(|found| label_from(found, &mut Extras::new())));
            }
            "relations" => self.relations.extend(
                parse::<RelationTypeV1>(line).map(|found| relation_type_from(found, &mut Extras::new())),
            ),
            "" => {
                let value = |field: &str| parse::<String>(line.strip_prefix(field)?);
                self.name = self.name.take().or_else(|| value("name: "));
                self.id = self.id.take().or_else(|| value("id: "));
            }
            _ => {}
        }
    }
}

/// Labels and types of relations that a layer's file uses.
pub(in crate::store) fn labels_of(bytes: &[u8]) -> Option<(Vec<LabelId>, Vec<RelationTypeId>)> {
    let (layer, _): (LayerV1, _) = open_sealed(bytes).ok()?;
    let labels = layer.spans.into_iter().map(|span| span.label.into());
    Some((labels.collect(), layer.relations.into_iter().map(|relation| relation.label.into()).collect()))
}

/// A label or a type of relation of which nothing is known but its id.
pub(in crate::store) fn label_named(id: &LabelId) -> Option<Label> {
    parse::<LabelV1>(&named(id.as_str())).map(|found| label_from(found, &mut Extras::new()))
}

/// As [`label_named`].
pub(in crate::store) fn relation_named(id: &RelationTypeId) -> Option<RelationType> {
    parse::<RelationTypeV1>(&named(id.as_str())).map(|found| relation_type_from(found, &mut Extras::new()))
}

fn named(id: &str) -> String {
    let mut out = String::new();
    let mut fields = ron_text::Fields::open(&mut out);
    fields.text("id", id);
    fields.close();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Project;
    use crate::store::format_v1::{Through, write_manifest};
    use crate::store::snapshot::Manifest;

    fn manifest() -> String {
        let mut project = Project::new("دراسة", "study");
        project.annotators.push(Annotator { id: "me".into(), name: "سمر".into() });
        for id in ["a", "b", "c"] {
            let title = format!("عنوان {id}");
            project.insert_article(9, ArticleInfo { title, ..ArticleInfo::new(id, "text") });
        }
        write_manifest(&Manifest::of(&project), &Extras::new(), &Through::default())
    }

    #[test]
    fn a_damage_takes_its_line_and_leaves_the_others() {
        let whole = salvage(manifest().as_bytes());
        assert_eq!((whole.name.as_deref(), whole.id.as_deref()), (Some("دراسة"), Some("study")));
        assert_eq!((whole.annotators.len(), whole.labels.len(), whole.relations.len()), (1, 4, 4));
        assert_eq!(whole.articles.len(), 3);
        let damaged = manifest().replace("(id: \"b\"", "(id: \"b").replace("(id: \"claim\"", "(id \"claim\"");
        let found = salvage(damaged.as_bytes());
        let ids: Vec<&str> = found.articles.iter().map(|info| info.id.as_str()).collect();
        assert_eq!(ids, ["a", "c"]);
        assert_eq!(found.articles[1].title, "عنوان c");
        assert_eq!(found.labels.len(), 3);
        assert_eq!(salvage(b"\xff\n\0\n((((").articles, []);
    }

    #[test]
    fn a_file_cut_off_anywhere_gives_what_is_before() {
        let text = manifest();
        let mut last = 0;
        for cut in 0..text.len() {
            let articles = salvage(&text.as_bytes()[..cut]).articles.len();
            assert!(articles >= last);
            last = articles;
        }
        assert_eq!(last, 3);
    }
}
