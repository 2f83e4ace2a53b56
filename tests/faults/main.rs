//! Disks that are full or read-only, limits, two programs at one project, files changed behind our back: on the real
//! file system.
//!
//! This program starts itself as the other process, so it brings its own `main`.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "changes files behind the program's back"
)]

mod behind;
#[cfg(target_os = "linux")]
mod clock;
#[cfg(target_os = "linux")]
mod disks;
mod race;
#[path = "../runner/mod.rs"]
mod runner;
mod study;

use std::process::ExitCode;

use runner::Test;

const TESTS: &[Test] = &[
    ("of_two_that_open_a_project_at_once_one_writes", race::race),
    ("no_foreign_byte_is_overwritten", behind::all),
    #[cfg(target_os = "linux")]
    ("a_full_disk_keeps_edits_in_memory_until_there_is_room", disks::full),
    #[cfg(target_os = "linux")]
    ("a_full_disk_sends_edits_to_the_state_folder", disks::full_with_room_elsewhere),
    #[cfg(target_os = "linux")]
    ("a_disk_that_becomes_read_only_keeps_edits_in_memory", disks::read_only_while_open),
    #[cfg(target_os = "linux")]
    ("a_project_on_a_read_only_disk_opens_for_reading", disks::read_only),
    #[cfg(target_os = "linux")]
    ("a_file_that_may_not_grow_leaves_a_whole_project", disks::limit),
    #[cfg(target_os = "linux")]
    ("a_device_that_is_always_full_takes_no_edit_and_loses_none", disks::device),
    #[cfg(target_os = "linux")]
    ("a_clock_that_jumps_changes_nothing", clock::jumps),
];

fn main() -> ExitCode {
    match runner::role().as_deref() {
        None => runner::run(TESTS),
        Some("racer") => race::racer(),
        Some(_) => study::fill(),
    }
}
