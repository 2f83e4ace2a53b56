//! A disk in memory that can lose power at any moment, for the tests of the store.
//!
//! [`SimVfs`] keeps two truths: what programs see, and what is sure to survive. Content survives once its file was
//! synced, a name once its folder was. Everything else is up to the [`Dice`] when the power goes: see
//! [`Blackout`]. Every change is recorded, so that one run of a program gives all moments at which it can be cut
//! off: replay a part of [`SimVfs::record`] with [`Disk::step`] and crash there.
//!
//! Calls can also be made to fail, see [`Fault`]. After a failed sync nothing of that file ever becomes durable,
//! however often it is synced: the kernel may call pages clean that it failed to write.

mod crash;
mod dice;
mod disk;
mod faults;
#[cfg(test)]
mod tests;
mod vfs;

pub use crash::{Blackout, Fate};
pub use dice::Dice;
pub use disk::{Disk, Op};
pub use faults::{Errno, Failing, Fault};
pub use vfs::SimVfs;
