//! A long list as one stop of the keyboard: arrows move in it, Enter takes.

use egui::accesskit::Role;
use egui::{EventFilter, Id, Key, Modifiers, Rect, Response, Sense, Ui, WidgetInfo};

/// What the keyboard asked for in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::app) struct Asked {
    /// The row the keyboard is on; only while the list has the keyboard.
    pub cursor: Option<usize>,
    /// The keyboard moved to it in this frame.
    pub moved: bool,
    /// Enter or space was pressed on it.
    pub taken: bool,
}

/// Where the keyboard is in a list, between frames.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor(usize);

/// Puts a list of `count` rows under the keyboard. `start` is the row that it begins at, `page` the rows in view.
pub(in crate::app) fn keyboard(
    ui: &Ui,
    id: Id,
    rect: Rect,
    name: &str,
    count: usize,
    start: usize,
    page: usize,
) -> (Response, Asked) {
    let response = ui.interact(rect, id, Sense::focusable_noninteractive());
    response.widget_info(|| WidgetInfo::labeled(Role::ListBox, true, name));
    if !response.has_focus() || count == 0 {
        return (response, Asked::default());
    }
    let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let before = if response.gained_focus() {
        start
    } else {
        ui.data(|data| data.get_temp::<Cursor>(id)).unwrap_or_default().0
    };
    let before = before.min(count - 1);
    let now = ui.input_mut(|input| {
        let mut now = before;
        for (key, to) in steps(page) {
            for _ in 0..input.count_and_consume_key(Modifiers::NONE, key) {
                now = to(now).min(count - 1);
            }
        }
        now
    });
    let taken = ui.input_mut(|input| {
        input.consume_key(Modifiers::NONE, Key::Enter) || input.consume_key(Modifiers::NONE, Key::Space)
    });
    ui.data_mut(|data| data.insert_temp(id, Cursor(now)));
    (response.clone(), Asked { cursor: Some(now), moved: now != before || response.gained_focus(), taken })
}

type Step = Box<dyn Fn(usize) -> usize>;

fn steps(page: usize) -> [(Key, Step); 6] {
    [
        (Key::ArrowDown, Box::new(|at| at + 1)),
        (Key::ArrowUp, Box::new(|at| at.saturating_sub(1))),
        (Key::PageDown, Box::new(move |at| at + page)),
        (Key::PageUp, Box::new(move |at| at.saturating_sub(page))),
        (Key::Home, Box::new(|_| 0)),
        (Key::End, Box::new(|_| usize::MAX)),
    ]
}

/// Says which row of a list is under the keyboard.
pub(in crate::app) fn announce(ui: &Ui, list: Id, row: &Response) {
    ui.ctx().accesskit_node_builder(list, |node| node.set_active_descendant(row.id.accesskit_id()));
}

/// The offset at which a row is in view, where it is not.
pub(super) fn offset_for(row: usize, row_height: f32, offset: f32, view: f32) -> Option<f32> {
    #[expect(clippy::cast_precision_loss, reason = "a row of a list on a screen")]
    let top = row as f32 * row_height;
    if top < offset {
        Some(top)
    } else if top + row_height > offset + view {
        Some((top + row_height - view).max(0.0))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::offset_for;

    #[test]
    fn a_row_out_of_view_is_brought_in() {
        assert_eq!(offset_for(0, 50.0, 120.0, 200.0), Some(0.0));
        assert_eq!(offset_for(3, 50.0, 0.0, 200.0), None);
        assert_eq!(offset_for(4, 50.0, 0.0, 200.0), Some(50.0));
    }
}
