//! Hashiya: a desktop annotation tool for researchers who read news.
//!
//! The modules stand in reading order; ARCHITECTURE.md is the map and `tests/tidy.rs` keeps the walls.

pub mod model;

pub mod language;

pub mod store;

pub mod interchange;

pub mod session;

#[cfg(feature = "gui")]
pub mod layout;

#[cfg(feature = "gui")]
pub mod app;

pub mod cli;
