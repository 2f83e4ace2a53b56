//! The window: egui screens over the session. Widgets read `&Project` and raise [`UiCommand`]s; only `desk` makes
//! edits of them. No text that may be Arabic goes through egui's own labels: `widgets` draw it over `layout`.

mod command;
mod controls;
mod dataset;
mod desk;
mod dialogs;
mod finder;
mod icons;
mod importing;
mod jobs;
mod keys;
mod launch;
mod notices;
mod opening;
mod outside;
mod panels;
mod reader;
mod rescue;
mod settings;
mod settle;
mod theme;
mod welcome;
pub mod widgets;
mod window;

pub use command::{About, Reach, Shortcut, UiCommand};
pub use desk::{Desk, Edge, Way, Words};
pub use dialogs::{NoPicker, Picked, Picker, Wanted};
pub use launch::run;
pub use notices::{Level, Notice, Notices};
pub use settings::{ReaderFont, Settings, ThemeChoice};
pub use theme::Palette;
pub use window::{App, Screen};
