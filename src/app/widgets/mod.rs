//! Low-level text widgets over `layout`: whatever may be Arabic is drawn by these, never by egui's own text.

mod controls;
mod editor;
mod field;
mod label;
mod text;
mod visual;

pub use controls::{isolate, reveal_all, reveal_overrides};
pub use field::{FieldResponse, TextField};
pub use label::Label;
pub use text::{Shaped, Text, TextRequest};
pub use visual::visual_for_egui;
