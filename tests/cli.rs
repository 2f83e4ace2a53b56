//! The command line as people and pipelines use it: the real binary on real folders.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "prepares and looks at folders from outside"
)]

#[path = "cli/bad_input.rs"]
mod bad_input;
#[path = "cli/datasets.rs"]
mod datasets;
#[path = "cli/house.rs"]
mod house;
#[path = "cli/reading.rs"]
mod reading;
#[path = "cli/rescue.rs"]
mod rescue;
#[path = "cli/sources.rs"]
mod sources;
#[path = "cli/steps.rs"]
mod steps;
