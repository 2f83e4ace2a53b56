//! The codebook: labels, relation types and the attributes they carry.

use super::{LabelId, RelationTypeId};

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// Reads `0072B2` or `#0072b2`.
    pub fn from_hex(hex: &str) -> Option<Self> {
        let hex = hex.strip_prefix('#').unwrap_or(hex);
        if hex.len() != 6 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let part = |range| u8::from_str_radix(hex.get(range)?, 16).ok();
        Some(Self(part(0..2)?, part(2..4)?, part(4..6)?))
    }

    /// `0072B2`.
    pub fn to_hex(self) -> String {
        format!("{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }
}

/// What values an attribute takes. Every value is kept as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeKind {
    /// Any text.
    Text,
    /// One of these.
    Choice(Vec<String>),
    /// An ISO 8601 day, month, year, week or interval.
    Date,
    /// Id of an entry of the registry.
    Entity,
    /// A decimal number.
    Number,
    /// `yes` or `no`.
    Flag,
}

/// An attribute that spans of a label may carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeDef {
    /// Key in project files.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Its values.
    pub kind: AttributeKind,
}

/// A label of the codebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Stable id, in project files and exports.
    pub id: LabelId,
    /// What people read; may be renamed.
    pub name: String,
    /// Colour in the light theme.
    pub light: Colour,
    /// Colour in the dark theme.
    pub dark: Colour,
    /// Digit that applies it, 1 to 9.
    pub key: Option<u8>,
    /// When to use it.
    pub description: String,
    /// Long spans of this label get a pale tint and an underline, so that they do not shout.
    pub long: bool,
    /// Attributes of its spans.
    pub attributes: Vec<AttributeDef>,
}

/// A type of relation; the slots of a claim are relation types from `claim`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelationType {
    /// Stable id, in project files and exports.
    pub id: RelationTypeId,
    /// What people read.
    pub name: String,
    /// Labels it may start at; empty for any.
    pub from: Vec<LabelId>,
    /// Labels it may end at; empty for any.
    pub to: Vec<LabelId>,
    /// Letter that starts it from the selected span.
    pub key: Option<char>,
    /// When to use it.
    pub description: String,
}

/// Labels and relation types of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codebook {
    /// In the order of the label bar.
    pub labels: Vec<Label>,
    /// In the order of the inspector's slots.
    pub relations: Vec<RelationType>,
}

impl Codebook {
    /// The label with this id.
    pub fn label(&self, id: &LabelId) -> Option<&Label> {
        self.labels.iter().find(|label| label.id == *id)
    }

    /// The label that a digit applies.
    pub fn label_by_key(&self, key: u8) -> Option<&Label> {
        self.labels.iter().find(|label| label.key == Some(key))
    }

    /// The relation type with this id.
    pub fn relation(&self, id: &RelationTypeId) -> Option<&RelationType> {
        self.relations.iter().find(|relation| relation.id == *id)
    }

    /// Relation types that may start at a span of this label.
    pub fn slots_of<'a>(&'a self, label: &'a LabelId) -> impl Iterator<Item = &'a RelationType> {
        self.relations
            .iter()
            .filter(move |relation| relation.from.is_empty() || relation.from.contains(label))
    }
}

impl RelationType {
    /// Whether it may lead from a span of one label to a span of another.
    pub fn allows(&self, from: &LabelId, to: &LabelId) -> bool {
        (self.from.is_empty() || self.from.contains(from)) && (self.to.is_empty() || self.to.contains(to))
    }
}

impl Default for Codebook {
    /// Actor, location, date and claim in colours after Okabe and Ito, and the four slots of a claim.
    fn default() -> Self {
        let attribute = |id: &str, name: &str, kind| AttributeDef { id: id.into(), name: name.into(), kind };
        let choice = |values: &[&str]| AttributeKind::Choice(values.iter().map(|v| (*v).into()).collect());
        let entity = || vec![attribute("entity", "Entity", AttributeKind::Entity)];
        let label = |id: &str, name: &str, light, dark, key, description: &str, attributes| Label {
            id: id.into(),
            name: name.into(),
            light,
            dark,
            key: Some(key),
            description: description.into(),
            long: id == "claim",
            attributes,
        };
        let slot = |id: &str, name: &str, to: &str, key, description: &str| RelationType {
            id: id.into(),
            name: name.into(),
            from: vec!["claim".into()],
            to: vec![to.into()],
            key: Some(key),
            description: description.into(),
        };
        Self {
            labels: vec![
                label(
                    "actor",
                    "Actor",
                    Colour(0x00, 0x72, 0xB2),
                    Colour(0x56, 0xB4, 0xE9),
                    1,
                    "Somebody who acts or speaks: a person, state, organisation, force or group.",
                    entity(),
                ),
                label(
                    "location",
                    "Location",
                    Colour(0x00, 0x9E, 0x73),
                    Colour(0x3C, 0xC9, 0xA0),
                    2,
                    "A place: country, region, city, base, building.",
                    entity(),
                ),
                label(
                    "date",
                    "Date",
                    Colour(0xC7, 0x7F, 0x00),
                    Colour(0xF0, 0xB0, 0x40),
                    3,
                    "When something happens: a day, month, year or stretch of time.",
                    vec![
                        attribute("value", "Value", AttributeKind::Date),
                        attribute(
                            "mod",
                            "Modifier",
                            choice(&["start", "mid", "end", "approx", "before", "after"]),
                        ),
                    ],
                ),
                label(
                    "claim",
                    "Claim",
                    Colour(0xA8, 0x45, 0x7F),
                    Colour(0xDE, 0x8F, 0xBC),
                    4,
                    "What somebody says is, was, will be or should be the case.",
                    vec![
                        attribute("stance", "Stance", choice(&["asserts", "denies", "doubts"])),
                        attribute("modality", "Modality", choice(&["factual", "planned", "possible"])),
                    ],
                ),
            ],
            relations: vec![
                slot("claimant", "Claimant", "actor", 'c', "Who makes the claim."),
                slot("addressee", "Addressee", "actor", 'd', "To whom the claim is made."),
                slot("when", "When", "date", 't', "When the claimed thing happens."),
                slot("where", "Where", "location", 'w', "Where the claimed thing happens."),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_survive_their_text_form() {
        assert_eq!(Colour::from_hex("#0072b2"), Some(Colour(0, 0x72, 0xB2)));
        assert_eq!(Colour(0, 0x72, 0xB2).to_hex(), "0072B2");
        assert_eq!(Colour::from_hex("72B2"), None);
        assert_eq!(Colour::from_hex("ééé"), None);
    }

    #[test]
    fn the_default_slots_are_those_of_a_claim() {
        let codebook = Codebook::default();
        let claim = "claim".into();
        let slots: Vec<_> = codebook.slots_of(&claim).map(|slot| slot.id.as_str()).collect();
        assert_eq!(slots, ["claimant", "addressee", "when", "where"]);
        assert_eq!(codebook.slots_of(&"actor".into()).count(), 0);
    }
}
