//! The parts of the window around the page.

mod articles;
mod attributes;
mod entity;
mod find_bar;
mod footer;
mod inspector;
pub(super) mod listing;
mod menus;
mod page_hint;
mod panes;
mod say;
mod slots;
mod spans;
mod status;
mod top;

pub(super) use articles::{articles, focus_filter};
pub(super) use find_bar::find_bar;
pub(super) use inspector::right;
pub(super) use menus::span_menu;
pub(super) use page_hint::empty_page;
pub(super) use panes::{Parts, focus_value, foot, next_pane};
pub(super) use say::{count, counted, day};
pub(super) use status::{saving_repaint, status_bar};
pub(super) use top::top_bar;
