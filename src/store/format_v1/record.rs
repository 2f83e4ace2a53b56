//! Records that keep what they do not know: a field added by hand or by another tool is read as it stands and
//! written back.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};

/// Unknown fields as RON, ready to be appended to a record: `reviewed: true, by: "x"`.
pub(in crate::store) type Extra = Option<String>;

/// The name of a field: one of those known, by its place, or another.
pub(super) enum Key {
    Known(usize),
    Other(String),
}

/// Reads a [`Key`].
#[derive(Clone, Copy)]
pub(super) struct Names(pub(super) &'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Names {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Names {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of {}", self.0.join(", "))
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        let known = self.0.iter().position(|known| *known == name);
        Ok(known.map_or_else(|| Key::Other(name.to_owned()), Key::Known))
    }
}

/// Keeps one unknown field.
pub(super) fn keep<'de, A: MapAccess<'de>>(
    extra: &mut Extra,
    name: &str,
    map: &mut A,
) -> Result<(), A::Error> {
    let value: Box<ron::value::RawValue> = map.next_value()?;
    let extra = extra.get_or_insert_default();
    if !extra.is_empty() {
        extra.push_str(", ");
    }
    extra.push_str(name);
    extra.push_str(": ");
    extra.push_str(value.trim().get_ron());
    // A comment at its end would swallow what follows on the line.
    if value.get_ron().contains("//") {
        extra.push('\n');
    }
    Ok(())
}

/// Pairs of texts in the order of the file; a key that comes twice is there twice.
#[derive(Debug, Default)]
pub(in crate::store) struct Pairs(pub(in crate::store) Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of texts such as {\"value\": \"2026\"}")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(PairsVisitor)
    }
}

/// `record! { Name { field: Type, other: Type = default, } }`: a struct with these fields and `extra`.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty $(= $default:expr)?,)* }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(in crate::store) struct $name {
            $(pub(in crate::store) $field: $type,)*
            pub(in crate::store) extra: $crate::store::format_v1::record::Extra,
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use $crate::store::format_v1::record::{Extra, Key, Names, keep};
                const NAMES: &[&str] = &[$(stringify!($field)),*];
                struct RecordVisitor;
                impl<'de> serde::de::Visitor<'de> for RecordVisitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(f, "a record of {}", NAMES.join(", "))
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        $(let mut $field: Option<$type> = None;)*
                        let mut extra = Extra::None;
                        while let Some(key) = map.next_key_seed(Names(NAMES))? {
                            let nth = match key {
                                Key::Known(nth) => nth,
                                Key::Other(name) => {
                                    keep(&mut extra, &name, &mut map)?;
                                    continue;
                                }
                            };
                            let mut place = 0..;
                            $(if place.next() == Some(nth) {
                                if $field.is_some() {
                                    return Err(serde::de::Error::duplicate_field(stringify!($field)));
                                }
                                $field = Some(map.next_value()?);
                            })*
                        }
                        Ok($name { $($field: $crate::store::format_v1::record::record!(@value $field $(, $default)?),)* extra })
                    }
                }
                deserializer.deserialize_struct(stringify!($name), NAMES, RecordVisitor)
            }
        }
    };
    (@value $field:ident) => {
        $field.ok_or_else(|| serde::de::Error::missing_field(stringify!($field)))?
    };
    (@value $field:ident, $default:expr) => {
        $field.unwrap_or_else(|| $default)
    };
}
pub(super) use record;
