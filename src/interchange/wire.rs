//! The JSON shapes of data sets and of the command line's `--json`: offsets in code points of the text, half-open.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Header;
use crate::model::{
    Annotator, AnnotatorId, Article, AttributeDef, AttributeKind, Codebook, Colour, Entity, EntityKind,
    Label, Origin, Relation, RelationType, Settings, Span, TextSize,
};

/// A span as written.
#[derive(Debug, Serialize)]
pub struct SpanLine<'a> {
    id: u32,
    label: &'a str,
    ranges: Vec<(u32, u32)>,
    quote: &'a str,
    attributes: &'a BTreeMap<String, String>,
    note: &'a str,
    origin: Cow<'a, str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    lost: bool,
}

impl<'a> SpanLine<'a> {
    /// The line of a span. A lost span may name places its text does not have; these come out as the text's end.
    pub fn of(span: &'a Span, article: &Article) -> Self {
        let count = |byte: TextSize| {
            let at = article.text().floor_char_boundary(byte.into());
            let at = TextSize::try_from(at).unwrap_or_default();
            article.offsets().to_scalar(article.text(), at).unwrap_or_default()
        };
        Self {
            id: span.id.0,
            label: span.label.as_str(),
            ranges: span.ranges.iter().map(|range| (count(range.start()), count(range.end()))).collect(),
            quote: &span.quote,
            attributes: &span.attributes,
            note: &span.note,
            origin: origin_name(&span.origin),
            lost: span.lost,
        }
    }
}

/// A relation as written.
#[derive(Debug, Serialize)]
pub struct RelationLine<'a> {
    id: u32,
    label: &'a str,
    from: u32,
    to: u32,
    attributes: &'a BTreeMap<String, String>,
}

impl<'a> RelationLine<'a> {
    /// The line of a relation.
    pub fn of(relation: &'a Relation) -> Self {
        Self {
            id: relation.id.0,
            label: relation.label.as_str(),
            from: relation.from.0,
            to: relation.to.0,
            attributes: &relation.attributes,
        }
    }
}

/// `hand`, `suggestion:dates`, `import:jsonl`, `review:a, b`.
pub fn origin_name(origin: &Origin) -> Cow<'_, str> {
    match origin {
        Origin::Hand => Cow::Borrowed("hand"),
        Origin::Suggestion(source) => Cow::Owned(format!("suggestion:{source}")),
        Origin::Import(source) => Cow::Owned(format!("import:{source}")),
        Origin::Review(source) => Cow::Owned(format!("review:{source}")),
    }
}

/// Reads what [`origin_name`] writes; anything else was imported from there.
pub fn origin_from(name: &str) -> Origin {
    match name.split_once(':') {
        None if name == "hand" => Origin::Hand,
        Some(("suggestion", source)) => Origin::Suggestion(source.to_owned()),
        Some(("review", source)) => Origin::Review(source.to_owned()),
        Some(("import", source)) => Origin::Import(source.to_owned()),
        _ => Origin::Import(name.to_owned()),
    }
}

/// The version of [`ProjectLine`] we write.
pub(super) const FORMAT: u32 = 1;

/// What a data set says of its project. Every part may be missing.
#[derive(Debug, Serialize, Deserialize, Default)]
#[serde(default)]
pub(super) struct ProjectLine {
    pub(super) format: u32,
    offsets: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<SettingsLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    codebook: Option<CodebookLine>,
    annotators: Vec<AnnotatorLine>,
    entities: Vec<EntityLine>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SettingsLine {
    blind: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct AnnotatorLine {
    id: String,
    #[serde(default)]
    name: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct EntityLine {
    id: String,
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    kind: String,
    #[serde(default)]
    external: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct CodebookLine {
    labels: Vec<LabelLine>,
    #[serde(default)]
    relations: Vec<RelationTypeLine>,
}

#[derive(Debug, Serialize, Deserialize)]
struct LabelLine {
    id: String,
    name: String,
    light: String,
    dark: String,
    key: Option<u8>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    long: bool,
    #[serde(default)]
    attributes: Vec<AttributeLine>,
}

#[derive(Debug, Serialize, Deserialize)]
struct AttributeLine {
    id: String,
    name: String,
    kind: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    choices: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct RelationTypeLine {
    id: String,
    name: String,
    #[serde(default)]
    from: Vec<String>,
    #[serde(default)]
    to: Vec<String>,
    key: Option<char>,
    #[serde(default)]
    description: String,
}

impl ProjectLine {
    pub(super) fn of(header: &Header) -> Self {
        Self {
            format: FORMAT,
            offsets: "code_points".to_owned(),
            id: header.id.clone(),
            name: header.name.clone(),
            settings: header.settings.as_ref().map(|settings| SettingsLine { blind: settings.blind }),
            codebook: header.codebook.as_ref().map(codebook_line),
            annotators: header
                .annotators
                .iter()
                .map(|a| AnnotatorLine { id: a.id.to_string(), name: a.name.clone() })
                .collect(),
            entities: header.entities.values().map(entity_line).collect(),
        }
    }

    /// The header, or which part of it is wrong and why.
    pub(super) fn into_header(self) -> Result<Header, (String, String)> {
        let annotator = |line: AnnotatorLine| {
            let name = if line.name.is_empty() { line.id.clone() } else { line.name };
            Annotator { id: AnnotatorId::from(line.id), name }
        };
        Ok(Header {
            name: self.name,
            id: self.id,
            codebook: self.codebook.map(codebook_of).transpose()?,
            annotators: self.annotators.into_iter().map(annotator).collect(),
            settings: self.settings.map(|line| Settings { blind: line.blind }),
            entities: self.entities.into_iter().map(entity_of).map(|e| (e.id.clone(), e)).collect(),
        })
    }
}

fn entity_line(entity: &Entity) -> EntityLine {
    EntityLine {
        id: entity.id.to_string(),
        name: entity.name.clone(),
        aliases: entity.aliases.clone(),
        kind: entity.kind.as_str().to_owned(),
        external: entity.external.clone(),
    }
}

fn entity_of(line: EntityLine) -> Entity {
    Entity {
        id: line.id.into(),
        name: line.name,
        aliases: line.aliases,
        kind: EntityKind::from_name(&line.kind),
        external: line.external,
    }
}

fn codebook_line(codebook: &Codebook) -> CodebookLine {
    let names = |ids: &[crate::model::LabelId]| ids.iter().map(ToString::to_string).collect();
    CodebookLine {
        labels: codebook
            .labels
            .iter()
            .map(|label| LabelLine {
                id: label.id.to_string(),
                name: label.name.clone(),
                light: label.light.to_hex(),
                dark: label.dark.to_hex(),
                key: label.key,
                description: label.description.clone(),
                long: label.long,
                attributes: label.attributes.iter().map(attribute_line).collect(),
            })
            .collect(),
        relations: codebook
            .relations
            .iter()
            .map(|relation| RelationTypeLine {
                id: relation.id.to_string(),
                name: relation.name.clone(),
                from: names(&relation.from),
                to: names(&relation.to),
                key: relation.key,
                description: relation.description.clone(),
            })
            .collect(),
    }
}

fn codebook_of(line: CodebookLine) -> Result<Codebook, (String, String)> {
    let labels = line.labels.into_iter().map(label_of).collect::<Result<_, _>>()?;
    let relations = line
        .relations
        .into_iter()
        .map(|relation| RelationType {
            id: relation.id.into(),
            name: relation.name,
            from: relation.from.into_iter().map(Into::into).collect(),
            to: relation.to.into_iter().map(Into::into).collect(),
            key: relation.key,
            description: relation.description,
        })
        .collect();
    Ok(Codebook { labels, relations })
}

fn label_of(line: LabelLine) -> Result<Label, (String, String)> {
    let field = |name: &str| format!("project.codebook.labels[{}].{name}", line.id);
    let colour = |name: &str, hex: &str| {
        Colour::from_hex(hex).ok_or_else(|| (field(name), format!("{hex:?} is not a colour such as 0072B2")))
    };
    Ok(Label {
        light: colour("light", &line.light)?,
        dark: colour("dark", &line.dark)?,
        attributes: line
            .attributes
            .iter()
            .map(|attribute| {
                attribute_of(attribute).ok_or_else(|| wrong_kind(&field("attributes"), attribute))
            })
            .collect::<Result<_, _>>()?,
        id: line.id.into(),
        name: line.name,
        key: line.key,
        description: line.description,
        long: line.long,
    })
}

fn wrong_kind(field: &str, attribute: &AttributeLine) -> (String, String) {
    let problem = format!(
        "the kind {:?} of {} is none of text, choice, date, entity, number, flag",
        attribute.kind, attribute.id
    );
    (field.to_owned(), problem)
}

fn attribute_line(attribute: &AttributeDef) -> AttributeLine {
    let (kind, choices) = match &attribute.kind {
        AttributeKind::Text => ("text", Vec::new()),
        AttributeKind::Choice(choices) => ("choice", choices.clone()),
        AttributeKind::Date => ("date", Vec::new()),
        AttributeKind::Entity => ("entity", Vec::new()),
        AttributeKind::Number => ("number", Vec::new()),
        AttributeKind::Flag => ("flag", Vec::new()),
    };
    AttributeLine { id: attribute.id.clone(), name: attribute.name.clone(), kind: kind.to_owned(), choices }
}

fn attribute_of(line: &AttributeLine) -> Option<AttributeDef> {
    let kind = match line.kind.as_str() {
        "text" => AttributeKind::Text,
        "choice" => AttributeKind::Choice(line.choices.clone()),
        "date" => AttributeKind::Date,
        "entity" => AttributeKind::Entity,
        "number" => AttributeKind::Number,
        "flag" => AttributeKind::Flag,
        _ => return None,
    };
    Some(AttributeDef { id: line.id.clone(), name: line.name.clone(), kind })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Project;

    #[test]
    fn a_header_survives_its_json() {
        let mut project = Project::new("My study", "my-study");
        let entity = Entity {
            id: "iraq".into(),
            name: "العراق".to_owned(),
            aliases: vec!["بغداد".to_owned()],
            kind: EntityKind::Other("state".to_owned()),
            external: "Q796".to_owned(),
        };
        project.entities.insert(entity.id.clone(), entity);
        project.annotators.push(Annotator { id: "a".into(), name: "Amal".to_owned() });
        let header = Header::of(&project);
        let json = serde_json::to_string(&ProjectLine::of(&header)).unwrap();
        let back: ProjectLine = serde_json::from_str(&json).unwrap();
        assert_eq!(back.into_header().unwrap(), header);
        assert_eq!(
            serde_json::from_str::<ProjectLine>("{}").unwrap().into_header().unwrap(),
            Header::default()
        );
    }

    #[test]
    fn origins_survive_their_names() {
        let some = || "dates: v2".to_owned();
        for origin in
            [Origin::Hand, Origin::Suggestion(some()), Origin::Import(some()), Origin::Review(some())]
        {
            assert_eq!(origin_from(&origin_name(&origin)), origin);
        }
        assert_eq!(origin_from("brat"), Origin::Import("brat".to_owned()));
    }
}
