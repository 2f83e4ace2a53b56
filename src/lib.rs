//! Hashiya: a desktop annotation tool for researchers who read news.
//!
//! The modules stand in reading order; ARCHITECTURE.md is the map and `tests/tidy.rs` keeps the walls.

#![cfg_attr(
    test,
    allow(
        clippy::cast_possible_truncation,
        clippy::disallowed_methods,
        clippy::string_slice,
        reason = "tests work on small data of our own"
    )
)]

pub mod model;

pub mod language;

pub mod store;

pub mod interchange;

pub mod session;

pub mod dataset;

#[cfg(feature = "gui")]
pub mod layout;

#[cfg(feature = "gui")]
pub mod app;

pub mod cli;
