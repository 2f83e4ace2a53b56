//! The window, driven by pointer and keys, asked through accessible names.
#![cfg(feature = "gui")]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "tests"
)]

mod changed;
mod dataset;
mod hidden;
mod marking;
mod panels;
mod pictures;
mod reading;
mod relations;
mod rescue;
mod room;
mod saving;
