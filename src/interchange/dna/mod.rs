//! Discourse Network Analyzer: its database `.dna`, read in the versions 2 and 3 and written in version 3, and its event
//! list as CSV, which is only written.
//!
//! A `.dna` file is an SQLite database; its tables were read in DNA's own source (`Sql.java` of 3.0.7 and of 2.0). Nothing
//! here opens a file: the database is built in memory and its bytes handed over, so that memory grows with the data
//! set. Positions are those of Java: UTF-16.
//!
//! DNA knows statements with variables and nothing else. A span of a label from which relations lead (`claim`) is a
//! statement; the name of who makes it (relation `claimant`) is the variable `person` where the registry says the
//! entity is a person, else `organization`; other relations are variables of their own name; attributes are variables;
//! a note is the variable `note`; `agreement` is no where the stance is `denies`. Of several claimants each has a
//! statement, as DNA's users do it. Spans of other labels are left out and reported. Read, a "DNA Statement" is a
//! `claim`, any other statement has the name of its type, and variables are attributes.
//!
//! DNA itself cuts texts by code points where it should by UTF-16: after an emoji its own quotes are off by one.

mod events;
mod read;
mod schema;
mod statements;
mod write;

use super::{Format, Keeps, OffsetUnit, Shape};

pub(super) const FORMAT: Format = Format {
    name: "dna",
    aliases: &["discourse-network-analyzer"],
    extensions: &["dna"],
    shape: Shape::File,
    units: &[OffsetUnit::Utf16],
    keeps: KEEPS,
    read: Some(read::read),
    write: Some(|_| Box::new(write::DnaWriter::default())),
    help: "Discourse Network Analyzer: claims as statements with person, organization, concept and agreement; reads \
           versions 2 and 3, writes 3",
    ..Format::EMPTY
};

/// What statements have a place for.
const KEEPS: Keeps = Keeps {
    overlaps: true,
    line_ends: true,
    white_edges: true,
    attributes: true,
    notes: true,
    annotators: true,
    text: true,
    ids: true,
    metadata: true,
    ..Keeps::NOTHING
};

pub(super) const EVENTS: Format = Format {
    name: "dna-events",
    aliases: &[],
    extensions: &["csv"],
    shape: Shape::File,
    keeps: KEEPS,
    write: Some(|_| Box::new(events::EventsWriter::default())),
    check: Some(events::check),
    help: "event list of Discourse Network Analyzer: CSV, one row a statement, as network exports begin with",
    ..Format::EMPTY
};

/// The statement type that every DNA database has, and the label it is here.
const STATEMENT: &str = "DNA Statement";
const CLAIM: &str = "claim";

/// Variables of that type.
mod variable {
    pub(super) const PERSON: &str = "person";
    pub(super) const ORGANIZATION: &str = "organization";
    pub(super) const CONCEPT: &str = "concept";
    pub(super) const AGREEMENT: &str = "agreement";
    /// Our own, for notes.
    pub(super) const NOTE: &str = "note";
}

#[cfg(test)]
mod tests;
