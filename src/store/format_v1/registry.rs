//! `entities.ron`: the registry, one entity a line.

use super::record::record;
use super::{
    Extras, FORMAT, Purpose, Through, Unreadable, check_format, check_seal, keep_extra, open_sealed,
    report_extras,
};
use crate::model::{Entity, EntityKind, Issue, Place, Registry};
use crate::store::ron_text::{self, Fields, push};

record! {
    RegistryV1 {
        format: u32,
        journal: String = String::new(),
        through: u64 = 0,
        entities: Vec<EntityV1> = Vec::new(),
    }
}

record! {
    EntityV1 {
        id: String,
        name: String = String::new(),
        aliases: Vec<String> = Vec::new(),
        kind: String = String::from("actor"),
        external: String = String::new(),
    }
}

/// What `entities.ron` gives.
#[derive(Debug, Default)]
pub(in crate::store) struct ReadRegistry {
    pub(in crate::store) entities: Registry,
    pub(in crate::store) through: Through,
    pub(in crate::store) extras: Extras,
    pub(in crate::store) issues: Vec<Issue>,
    /// Something of the file is not in the registry: it is worth a copy before it is replaced.
    pub(in crate::store) altered: bool,
}

/// Reads the registry.
pub(in crate::store) fn read_registry(
    bytes: &[u8],
    file: &str,
    purpose: Purpose,
) -> Result<ReadRegistry, Unreadable> {
    let (found, seal): (RegistryV1, _) = open_sealed(bytes)?;
    let through = Through { journal: found.journal, seq: found.through };
    let mut read = ReadRegistry { through, ..ReadRegistry::default() };
    check_format(found.format, purpose, file, &mut read.issues)?;
    check_seal(seal, file, &mut read.issues);
    keep_extra(&mut read.extras, "", found.extra);
    for mut entity in found.entities {
        let extra = entity.extra.take();
        let entity = entity_from(entity);
        if read.entities.contains_key(&entity.id) {
            read.altered = true;
            read.issues.push(Issue::error(
                "entry-twice",
                Place::File(file.to_owned()),
                format!(
                    "has the entity {} twice; the first was taken. A copy of the file is kept in quarantine/ \
                     before it is replaced: give one of the two another id",
                    entity.id
                ),
            ));
            continue;
        }
        keep_extra(&mut read.extras, format!("entity/{}", entity.id), extra);
        read.entities.insert(entity.id.clone(), entity);
    }
    report_extras(&read.extras, file, &mut read.issues);
    Ok(read)
}

pub(super) fn entity_from(found: EntityV1) -> Entity {
    Entity {
        id: found.id.into(),
        name: found.name,
        aliases: found.aliases,
        kind: EntityKind::from_name(&found.kind),
        external: found.external,
    }
}

pub(super) fn write_entity(out: &mut String, entity: &Entity, extra: Option<&str>) {
    let mut fields = Fields::open(out);
    fields.text("id", entity.id.as_str());
    fields.text("name", &entity.name);
    if !entity.aliases.is_empty() {
        ron_text::strings(fields.field("aliases"), entity.aliases.iter().map(String::as_str));
    }
    fields.text("kind", entity.kind.as_str());
    fields.some_text("external", &entity.external);
    fields.close_with(extra);
}

/// The file of the registry.
pub(in crate::store) fn write_registry(entities: &Registry, extras: &Extras, through: &Through) -> String {
    let mut out = String::with_capacity(256 + entities.len() * 120);
    push(&mut out, format_args!("(\n    format: {FORMAT},\n"));
    super::write_through(&mut out, through);
    if let Some(extra) = extras.get("") {
        push(&mut out, format_args!("    {extra},\n"));
    }
    out.push_str("    entities: [\n");
    for entity in entities.values() {
        out.push_str("        ");
        write_entity(&mut out, entity, extras.get(&format!("entity/{}", entity.id)).map(String::as_str));
        out.push_str(",\n");
    }
    out.push_str("    ],\n)\n");
    ron_text::seal(out)
}
