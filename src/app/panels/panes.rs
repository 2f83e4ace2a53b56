//! The keyboard's way from part to part of the window.

use egui::{Context, Id, Rect, Response};

use crate::app::reader::Reader;

/// The parts that stand beside the page now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    /// The list of articles.
    pub(crate) list: bool,
    /// The inspector.
    pub(crate) inspector: bool,
}

/// A part of the window beside the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pane {
    /// The list of articles.
    Articles,
    /// The inspector.
    Inspector,
}

impl Pane {
    fn id(self) -> Id {
        Id::unique(("pane", self as u8))
    }
}

/// Whether the first value of the selected span takes the keyboard.
fn value_id() -> Id {
    Id::unique("wanted value")
}

/// Moves the keyboard to the first value of the selected span.
pub(crate) fn focus_value(ctx: &Context) {
    ctx.data_mut(|data| data.insert_temp(value_id(), true));
}

/// Gives the keyboard to a value of the selected span, if one is wanted or the inspector is.
pub(super) fn offer_value(ctx: &Context, control: &Response) {
    if ctx.data_mut(|data| data.remove_temp::<bool>(value_id())).is_some() {
        control.request_focus();
    }
    offer(ctx, Pane::Inspector, control);
}

/// The part whose first control takes the keyboard in this frame.
fn wanted_id() -> Id {
    Id::unique("wanted pane")
}

/// Says where a part of the window is, so that the keyboard's place in it is known.
pub(super) fn mark(ctx: &Context, pane: Pane, rect: Rect) {
    let pass = ctx.cumulative_pass_nr();
    ctx.data_mut(|data| data.insert_temp(pane.id(), (rect, pass)));
    // Another span or another filter puts other controls into the same places, on purpose.
    ctx.allow_widget_id_changes_in(rect);
}

/// Whether a part of the window should take the keyboard.
pub(super) fn is_wanted(ctx: &Context, pane: Pane) -> bool {
    ctx.data(|data| data.get_temp::<Option<Pane>>(wanted_id())) == Some(Some(pane))
}

/// Gives the keyboard to a control, if its part of the window should take it and none before it did.
pub(super) fn offer(ctx: &Context, pane: Pane, control: &Response) {
    if is_wanted(ctx, pane) {
        control.request_focus();
        taken(ctx);
    }
}

/// The keyboard was taken, or nothing could take it.
pub(super) fn taken(ctx: &Context) {
    ctx.data_mut(|data| {
        data.remove_temp::<Option<Pane>>(wanted_id());
        data.remove_temp::<bool>(value_id());
    });
}

/// Where the keyboard is: in the list, in the inspector, or else with the reader.
fn now(ctx: &Context) -> Option<Pane> {
    let focused = ctx.memory(|memory| memory.focused())?;
    let at = ctx.read_response(focused)?.rect.center();
    let pass = ctx.cumulative_pass_nr();
    [Pane::Articles, Pane::Inspector].into_iter().find(|pane| {
        let shown = ctx.data(|data| data.get_temp::<(Rect, u64)>(pane.id()));
        shown.is_some_and(|(rect, seen)| rect.contains(at) && seen + 3 > pass)
    })
}

/// Whether a part was on the screen in this pass or the last one.
pub(super) fn is_shown(ctx: &Context, pane: Pane) -> bool {
    let shown = ctx.data(|data| data.get_temp::<(Rect, u64)>(pane.id()));
    shown.is_some_and(|(_, seen)| seen + 1 >= ctx.cumulative_pass_nr())
}

/// How much of the bottom of the window what is said must leave free: the foot of the inspector is for working.
pub(crate) fn foot(ctx: &Context) -> f32 {
    if is_shown(ctx, Pane::Inspector) { super::footer::HEIGHT } else { 0.0 }
}

/// Moves the keyboard on: reader, article list, inspector.
pub(crate) fn next_pane(ctx: &Context, parts: Parts) {
    let next = match now(ctx) {
        None if parts.list => Some(Pane::Articles),
        None | Some(Pane::Articles) if parts.inspector => Some(Pane::Inspector),
        _ => None,
    };
    match next {
        Some(pane) => {
            ctx.memory_mut(|memory| memory.stop_text_input());
            ctx.data_mut(|data| data.insert_temp(wanted_id(), Some(pane)));
            ctx.request_repaint();
        }
        None => ctx.memory_mut(|memory| memory.request_focus(Reader::id())),
    }
}
