//! The registry of actors and locations.

use std::collections::BTreeMap;

use super::EntityId;

/// What an entity is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntityKind {
    /// A person, state, organisation or group.
    Actor,
    /// A place.
    Location,
    /// A kind that the project adds.
    Other(String),
}

impl EntityKind {
    /// `actor`, `location` or the project's own name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Actor => "actor",
            Self::Location => "location",
            Self::Other(name) => name,
        }
    }

    /// Reads what [`Self::as_str`] writes.
    pub fn from_name(name: &str) -> Self {
        match name {
            "actor" => Self::Actor,
            "location" => Self::Location,
            other => Self::Other(other.into()),
        }
    }
}

/// An entry of the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Its id, the value of `entity` attributes.
    pub id: EntityId,
    /// The name people read.
    pub name: String,
    /// Other names found in articles.
    pub aliases: Vec<String>,
    /// What it is.
    pub kind: EntityKind,
    /// Id elsewhere, such as Wikidata's `Q796`; empty when unknown.
    pub external: String,
}

/// All entities of a project by id.
pub type Registry = BTreeMap<EntityId, Entity>;
