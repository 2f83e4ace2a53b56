//! `project.ron`: codebook, annotators, settings, and the index, one article a line.

use serde::Deserialize;

use super::record::record;
use super::{
    Extras, FORMAT, Purpose, Through, Unreadable, check_format, check_seal, keep_extra, open_sealed,
    report_extras,
};
use crate::model::{
    Annotator, ArticleInfo, AttributeDef, AttributeKind, Codebook, Colour, Direction, Issue, Label, Place,
    Project, RelationType, Settings, TextHash,
};
use crate::store::ron_text::{self, Fields, push};
use crate::store::snapshot::Manifest;

record! {
    ManifestV1 {
        format: u32,
        name: String = String::new(),
        id: String = String::new(),
        journal: String = String::new(),
        through: u64 = 0,
        settings: SettingsV1,
        annotators: Vec<AnnotatorV1> = Vec::new(),
        codebook: CodebookV1,
        articles: Vec<ArticleV1> = Vec::new(),
    }
}

record! { SettingsV1 { blind: bool = Settings::default().blind, } }

record! { AnnotatorV1 { id: String, name: String = String::new(), } }

record! {
    CodebookV1 {
        labels: Vec<LabelV1> = Vec::new(),
        relations: Vec<RelationTypeV1> = Vec::new(),
    }
}

record! {
    LabelV1 {
        id: String,
        name: String = String::new(),
        light: ColourV1 = ColourV1(Colour(0x77, 0x77, 0x77)),
        dark: ColourV1 = ColourV1(Colour(0xAA, 0xAA, 0xAA)),
        key: u8 = 0,
        long: bool = false,
        description: String = String::new(),
        attributes: Vec<AttributeV1> = Vec::new(),
    }
}

record! { AttributeV1 { id: String, name: String = String::new(), kind: KindV1 = KindV1::Text, } }

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::store) enum KindV1 {
    Text,
    Choice(Vec<String>),
    Date,
    Entity,
    Number,
    Flag,
}

#[derive(Debug)]
pub(in crate::store) struct ColourV1(Colour);

impl<'de> Deserialize<'de> for ColourV1 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let hex = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom(format!("{hex:?} is not a colour such as \"0072B2\""));
        Colour::from_hex(&hex).map(Self).ok_or_else(wrong)
    }
}

record! {
    RelationTypeV1 {
        id: String,
        name: String = String::new(),
        from: Vec<String> = Vec::new(),
        to: Vec<String> = Vec::new(),
        key: String = String::new(),
        description: String = String::new(),
    }
}

record! {
    ArticleV1 {
        id: String,
        title: String = String::new(),
        date: String = String::new(),
        source: String = String::new(),
        author: String = String::new(),
        url: String = String::new(),
        language: String = String::new(),
        direction: DirectionV1 = DirectionV1::Auto,
        length: u32,
        blake3: HashV1,
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::store) enum DirectionV1 {
    Auto,
    Rtl,
    Ltr,
}

#[derive(Debug)]
pub(in crate::store) struct HashV1(TextHash);

impl From<HashV1> for TextHash {
    fn from(hash: HashV1) -> Self {
        hash.0
    }
}

impl<'de> Deserialize<'de> for HashV1 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let hex = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom("a blake3 hash has 64 hexadecimal digits");
        TextHash::from_hex(&hex).map(Self).ok_or_else(wrong)
    }
}

/// What `project.ron` gives.
#[derive(Debug)]
pub(in crate::store) struct ReadManifest {
    pub(in crate::store) format: u32,
    pub(in crate::store) project: Project,
    pub(in crate::store) through: Through,
    pub(in crate::store) extras: Extras,
    pub(in crate::store) issues: Vec<Issue>,
    /// Something of the file is not in the project: it is worth a copy before it is replaced.
    pub(in crate::store) altered: bool,
}

/// Reads the manifest.
pub(in crate::store) fn read_manifest(
    bytes: &[u8],
    file: &str,
    purpose: Purpose,
) -> Result<ReadManifest, Unreadable> {
    let (found, seal): (ManifestV1, _) = open_sealed(bytes)?;
    let mut issues = Vec::new();
    check_format(found.format, purpose, file, &mut issues)?;
    let format = found.format;
    let through = Through { journal: found.journal, seq: found.through };
    check_seal(seal, file, &mut issues);
    let mut extras = Extras::new();
    let mut project = Project::new(found.name, found.id);
    keep_extra(&mut extras, "", found.extra);
    keep_extra(&mut extras, "settings", found.settings.extra);
    project.settings = Settings { blind: found.settings.blind };
    let mut altered = false;
    for annotator in found.annotators {
        keep_extra(&mut extras, format!("annotator/{}", annotator.id), annotator.extra);
        if project.annotator(&annotator.id.as_str().into()).is_some() {
            altered = true;
            issues.push(twice(file, "annotator", &annotator.id));
            continue;
        }
        project.annotators.push(Annotator { id: annotator.id.into(), name: annotator.name });
    }
    project.annotators.sort_by(|a, b| a.id.cmp(&b.id));
    project.codebook = std::sync::Arc::new(codebook_from(found.codebook, &mut extras));
    for article in found.articles {
        let (info, extra) = info_from(article);
        let id = info.id.clone();
        if project.insert_article(project.articles().len(), info) {
            keep_extra(&mut extras, format!("article/{id}"), extra);
        } else {
            altered = true;
            issues.push(twice(file, "article", id.as_str()));
        }
    }
    report_extras(&extras, file, &mut issues);
    Ok(ReadManifest { format, project, through, extras, issues, altered })
}

fn twice(file: &str, what: &str, id: &str) -> Issue {
    Issue::error(
        "entry-twice",
        Place::File(file.to_owned()),
        format!(
            "has the {what} {id:?} twice; the first was taken. A copy of the file is kept in quarantine/ before \
             it is replaced: give one of the two another id"
        ),
    )
}

/// A codebook alone in its file: what stands in `codebook: (…)` of a project.ron.
pub(in crate::store) fn read_codebook(bytes: &[u8]) -> Result<Codebook, Unreadable> {
    let (found, _): (CodebookV1, _) = open_sealed(bytes)?;
    if found.labels.is_empty() {
        return Err(Unreadable::Foreign("is no codebook: it has no labels".to_owned()));
    }
    Ok(codebook_from(found, &mut Extras::new()))
}

pub(super) fn codebook_from(found: CodebookV1, extras: &mut Extras) -> Codebook {
    keep_extra(extras, "codebook", found.extra);
    Codebook {
        labels: found.labels.into_iter().map(|label| label_from(label, extras)).collect(),
        relations: found.relations.into_iter().map(|relation| relation_type_from(relation, extras)).collect(),
    }
}

pub(super) fn label_from(found: LabelV1, extras: &mut Extras) -> Label {
    keep_extra(extras, format!("label/{}", found.id), found.extra);
    let attributes = found.attributes.into_iter().map(|attribute| {
        keep_extra(extras, format!("attribute/{}/{}", found.id, attribute.id), attribute.extra);
        let kind = match attribute.kind {
            KindV1::Text => AttributeKind::Text,
            KindV1::Choice(values) => AttributeKind::Choice(values),
            KindV1::Date => AttributeKind::Date,
            KindV1::Entity => AttributeKind::Entity,
            KindV1::Number => AttributeKind::Number,
            KindV1::Flag => AttributeKind::Flag,
        };
        let name = named(attribute.name, &attribute.id);
        AttributeDef { id: attribute.id, name, kind }
    });
    let attributes = attributes.collect();
    Label {
        name: named(found.name, &found.id),
        id: found.id.into(),
        light: found.light.0,
        dark: found.dark.0,
        key: (found.key != 0).then_some(found.key),
        description: found.description,
        long: found.long,
        attributes,
    }
}

/// Without a name, the id is the name.
fn named(name: String, id: &str) -> String {
    if name.is_empty() { id.to_owned() } else { name }
}

pub(super) fn relation_type_from(found: RelationTypeV1, extras: &mut Extras) -> RelationType {
    keep_extra(extras, format!("relation/{}", found.id), found.extra);
    RelationType {
        name: named(found.name, &found.id),
        id: found.id.into(),
        from: found.from.into_iter().map(Into::into).collect(),
        to: found.to.into_iter().map(Into::into).collect(),
        key: found.key.chars().next(),
        description: found.description,
    }
}

pub(super) fn info_from(found: ArticleV1) -> (ArticleInfo, super::record::Extra) {
    let info = ArticleInfo {
        id: found.id.into(),
        title: found.title,
        date: found.date,
        source: found.source,
        author: found.author,
        url: found.url,
        language: found.language,
        direction: match found.direction {
            DirectionV1::Auto => None,
            DirectionV1::Rtl => Some(Direction::RightToLeft),
            DirectionV1::Ltr => Some(Direction::LeftToRight),
        },
        length: found.length,
        hash: found.blake3.0,
    };
    (info, found.extra)
}

pub(super) fn settings_from(found: &SettingsV1) -> Settings {
    Settings { blind: found.blind }
}

/// The file of the manifest.
pub(in crate::store) fn write_manifest(project: &Manifest, extras: &Extras, through: &Through) -> String {
    let mut out = String::with_capacity(4096 + project.articles.len() * 240);
    let extra = |thing: String| extras.get(&thing).map(String::as_str);
    push(&mut out, format_args!("(\n    format: {FORMAT},\n    name: "));
    ron_text::string(&mut out, &project.name);
    out.push_str(",\n    id: ");
    ron_text::string(&mut out, &project.id);
    out.push_str(",\n");
    super::write_through(&mut out, through);
    if let Some(extra) = extra(String::new()) {
        push(&mut out, format_args!("    {extra},\n"));
    }
    out.push_str("    settings: ");
    write_settings(&mut out, &project.settings, extra("settings".into()));
    out.push_str(",\n    annotators: [\n");
    for annotator in &project.annotators {
        out.push_str("        ");
        let mut fields = Fields::open(&mut out);
        fields.text("id", annotator.id.as_str());
        fields.text("name", &annotator.name);
        fields.close_with(extra(format!("annotator/{}", annotator.id)));
        out.push_str(",\n");
    }
    out.push_str("    ],\n    codebook: ");
    write_codebook(&mut out, &project.codebook, extras, "\n    ");
    out.push_str(",\n    articles: [\n");
    for info in &project.articles {
        out.push_str("        ");
        let extra = if extras.is_empty() { None } else { extra(format!("article/{}", info.id)) };
        write_info(&mut out, info, extra);
        out.push_str(",\n");
    }
    out.push_str("    ],\n)\n");
    ron_text::seal(out)
}

pub(super) fn write_settings(out: &mut String, settings: &Settings, extra: Option<&str>) {
    let mut fields = Fields::open(out);
    fields.bare("blind", settings.blind);
    fields.close_with(extra);
}

/// `line`: what starts a line at the codebook's own depth; a space where all goes on one line.
pub(super) fn write_codebook(out: &mut String, codebook: &Codebook, extras: &Extras, line: &str) {
    let deeper = if line == " " { " " } else { "    " };
    push(out, format_args!("({line}{deeper}labels: ["));
    for label in &codebook.labels {
        push(out, format_args!("{line}{deeper}{deeper}"));
        write_label(out, label, extras);
        out.push(',');
    }
    push(out, format_args!("{line}{deeper}],{line}{deeper}relations: ["));
    for relation in &codebook.relations {
        push(out, format_args!("{line}{deeper}{deeper}"));
        write_relation_type(out, relation, extras.get(&format!("relation/{}", relation.id)));
        out.push(',');
    }
    push(out, format_args!("{line}{deeper}],{line}"));
    if let Some(extra) = extras.get("codebook") {
        push(out, format_args!("{deeper}{extra},{line}"));
    }
    out.push(')');
}

fn write_label(out: &mut String, label: &Label, extras: &Extras) {
    let mut fields = Fields::open(out);
    fields.text("id", label.id.as_str());
    fields.text("name", &label.name);
    fields.text("light", &label.light.to_hex());
    fields.text("dark", &label.dark.to_hex());
    if let Some(key) = label.key {
        fields.bare("key", key);
    }
    if label.long {
        fields.bare("long", true);
    }
    fields.some_text("description", &label.description);
    if !label.attributes.is_empty() {
        let list = fields.field("attributes");
        list.push('[');
        for (nth, attribute) in label.attributes.iter().enumerate() {
            list.push_str(if nth > 0 { ", " } else { "" });
            write_attribute(list, attribute, extras.get(&format!("attribute/{}/{}", label.id, attribute.id)));
        }
        list.push(']');
    }
    fields.close_with(extras.get(&format!("label/{}", label.id)).map(String::as_str));
}

fn write_attribute(out: &mut String, attribute: &AttributeDef, extra: Option<&String>) {
    let mut fields = Fields::open(out);
    fields.text("id", &attribute.id);
    fields.text("name", &attribute.name);
    match &attribute.kind {
        AttributeKind::Text => {}
        AttributeKind::Choice(values) => {
            let out = fields.field("kind");
            out.push_str("choice(");
            ron_text::strings(out, values.iter().map(String::as_str));
            out.push(')');
        }
        AttributeKind::Date => fields.bare("kind", "date"),
        AttributeKind::Entity => fields.bare("kind", "entity"),
        AttributeKind::Number => fields.bare("kind", "number"),
        AttributeKind::Flag => fields.bare("kind", "flag"),
    }
    fields.close_with(extra.map(String::as_str));
}

fn write_relation_type(out: &mut String, relation: &RelationType, extra: Option<&String>) {
    let mut fields = Fields::open(out);
    fields.text("id", relation.id.as_str());
    fields.text("name", &relation.name);
    ron_text::strings(fields.field("from"), relation.from.iter().map(|id| id.as_str()));
    ron_text::strings(fields.field("to"), relation.to.iter().map(|id| id.as_str()));
    if let Some(key) = relation.key {
        fields.text("key", key.encode_utf8(&mut [0; 4]));
    }
    fields.some_text("description", &relation.description);
    fields.close_with(extra.map(String::as_str));
}

pub(super) fn write_info(out: &mut String, info: &ArticleInfo, extra: Option<&str>) {
    let mut fields = Fields::open(out);
    fields.text("id", info.id.as_str());
    fields.some_text("title", &info.title);
    fields.some_text("date", &info.date);
    fields.some_text("source", &info.source);
    fields.some_text("author", &info.author);
    fields.some_text("url", &info.url);
    fields.some_text("language", &info.language);
    match info.direction {
        None => {}
        Some(Direction::RightToLeft) => fields.bare("direction", "rtl"),
        Some(Direction::LeftToRight) => fields.bare("direction", "ltr"),
    }
    fields.bare("length", info.length);
    fields.text("blake3", &info.hash.to_hex());
    fields.close_with(extra);
}
