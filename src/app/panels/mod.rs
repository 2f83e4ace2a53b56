//! The parts of the window around the page.

mod articles;
mod bars;
mod find_bar;
mod inspector;
mod menus;
mod slots;
mod spans;

pub(super) use articles::{articles, empty_page, focus_filter};
pub(super) use bars::{saving_repaint, status_bar, top_bar};
pub(super) use find_bar::find_bar;
pub(super) use inspector::right;
pub(super) use menus::{next_pane, span_menu};
