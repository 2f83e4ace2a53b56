//! Which entity of the registry a span means: found by any of its names, or made on the spot.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Id, Key, Modifiers, Rect, Sense, Ui, WidgetInfo, pos2, vec2};

use super::inspector::LINE;
use super::panes;
use crate::app::controls::{Button, focus_ring, paint_middle};
use crate::app::desk::Desk;
use crate::app::icons::Icon;
use crate::app::notices::Notices;
use crate::app::reader::Reader;
use crate::app::theme::{Palette, size};
use crate::app::widgets::{Label, TextField, isolate};
use crate::language::{fold, slug, words};
use crate::model::{AttributeDef, Edit, Entity, EntityId, EntityKind, Registry, Span};

/// At most this many entities are offered.
const OFFERS: usize = 5;

/// What is typed into the field, and which offer the keyboard is on.
#[derive(Clone, Default)]
struct Search {
    text: String,
    at: usize,
    /// The field is shown although an entity is linked.
    editing: bool,
}

/// The entity of a span, or a field to find it.
pub(super) fn entity(
    ui: &mut Ui,
    desk: &mut Desk,
    span: &Span,
    attribute: &AttributeDef,
    value: &str,
    notices: &mut Notices,
) {
    let id =
        Id::unique(("entity", desk.open.as_ref().map(ToString::to_string), span.id.0, attribute.id.as_str()));
    let search = ui.data(|data| data.get_temp::<Search>(id)).unwrap_or_default();
    if value.is_empty() || search.editing {
        find(ui, desk, span, attribute, id, search, notices);
    } else {
        linked(ui, desk, attribute, value, id, notices);
    }
}

/// The linked entity; a click searches for another one.
fn linked(
    ui: &mut Ui,
    desk: &mut Desk,
    attribute: &AttributeDef,
    value: &str,
    id: Id,
    notices: &mut Notices,
) {
    let palette = Palette::of(ui.ctx());
    let entity = desk.session.project().entities.get(&EntityId::from(value)).cloned();
    let name = entity.as_ref().map_or(value, |entity| &entity.name);
    let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE - 4.0), Sense::hover());
    let text = Label::new(name).elide().shape(ui, row.width() - 26.0);
    let known =
        entity.as_ref().map_or_else(|| "not in the registry".to_owned(), |entity| entity.external.clone());
    let room = row.width() - 30.0 - text.size().x;
    let about = (room > 24.0 && !known.is_empty())
        .then(|| Label::new(isolate(&known)).size(size::HINT).elide().shape(ui, room));
    let wide = text.size().x + about.as_ref().map_or(0.0, |about| about.size().x + 6.0);
    let rect = Rect::from_min_size(row.min, vec2(wide, row.height()));
    let response = ui.interact(rect, id.with("linked"), Sense::click());
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Button, ui.is_enabled(), format!("{}: {name}", attribute.name))
    });
    if response.hovered() {
        ui.painter().rect_filled(rect.expand2(vec2(3.0, 0.0)), 4.0, palette.chosen);
    }
    paint_middle(ui, &text, pos2(rect.left(), rect.center().y), palette.text);
    if let Some(about) = &about {
        let ink = if entity.is_some() { palette.dim } else { palette.readable(palette.bad) };
        paint_middle(ui, about, pos2(rect.left() + text.size().x + 6.0, rect.center().y), ink);
    }
    focus_ring(ui, &response, rect.expand2(vec2(3.0, 0.0)), 4.0);
    panes::offer_value(ui.ctx(), &response);
    if response.clicked() {
        let search = Search { editing: true, ..Search::default() };
        ui.data_mut(|data| data.insert_temp(id, search));
        ui.data_mut(|data| data.insert_temp(id.with("focus"), true));
    }
    let place = Rect::from_center_size(pos2(row.right() - 10.0, row.center().y), vec2(20.0, 20.0));
    let cross = Button::icon(Icon::Cross, format!("Unlink {}: {name}", attribute.name));
    if cross.put(ui, place, id.with("unlink")).clicked() {
        desk.set_attribute(&attribute.id, "", notices);
    }
}

/// The field and what it offers.
fn find(
    ui: &mut Ui,
    desk: &mut Desk,
    span: &Span,
    attribute: &AttributeDef,
    id: Id,
    mut search: Search,
    notices: &mut Notices,
) {
    let before = search.text.clone();
    let field = TextField::new(("entity", span.id.0, attribute.id.as_str()), &mut search.text)
        .hint("Whom or what is meant?")
        .name(attribute.name.as_str());
    let field_id = field.id(ui);
    if ui.data_mut(|data| data.remove_temp::<bool>(id.with("focus"))).is_some() {
        ui.memory_mut(|memory| memory.request_focus(field_id));
    }
    let had_focus = ui.memory(|memory| memory.has_focus(field_id));
    let steps = if had_focus { arrows(ui) } else { 0 };
    let out = field.ui(ui);
    panes::offer_value(ui.ctx(), &out.response);
    if search.text != before {
        search.at = 0;
    }
    let mut taken = None;
    // A click on an offer takes the keyboard from the field first: what had it when the frame began is what counts.
    if had_focus {
        let offers = offers(ui, desk, span, &search.text, id);
        let rows = offers.len() + 1;
        search.at = step(search.at, steps, rows);
        let name = new_name(span, &search.text);
        for (nth, offer) in offers.iter().enumerate() {
            if offer_row(ui, id.with(nth), &offer.name, Some(&offer.external), search.at == nth) {
                taken = Some(Taken::Known(offer.id.clone()));
            }
        }
        if offer_row(ui, id.with("new"), &name, None, search.at == offers.len()) {
            taken = Some(Taken::New(name.clone()));
        }
        if out.submitted {
            taken =
                Some(offers.get(search.at).map_or(Taken::New(name), |offer| Taken::Known(offer.id.clone())));
        }
    }
    let done = taken.is_some() || out.response.lost_focus();
    if let Some(taken) = taken {
        link(desk, span, attribute, taken, notices);
        ui.memory_mut(|memory| memory.request_focus(Reader::id()));
    }
    let search = if done { Search::default() } else { search };
    ui.data_mut(|data| data.insert_temp(id, search));
}

/// How many offers down the arrows lead.
fn arrows(ui: &Ui) -> i32 {
    ui.input_mut(|input| {
        let mut count = |key| i32::try_from(input.count_and_consume_key(Modifiers::NONE, key)).unwrap_or(0);
        count(Key::ArrowDown) - count(Key::ArrowUp)
    })
}

fn step(at: usize, steps: i32, rows: usize) -> usize {
    let at = i32::try_from(at).unwrap_or(0) + steps;
    usize::try_from(at.max(0)).unwrap_or(0).min(rows.saturating_sub(1))
}

/// A row of the offers: a known entity with its id elsewhere, or a new one. Returns whether it was clicked.
fn offer_row(ui: &mut Ui, id: Id, name: &str, known: Option<&str>, on: bool) -> bool {
    let palette = Palette::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 24.0));
    let response = ui.interact(rect, id, Sense::CLICK);
    response.widget_info(|| {
        let said = if known.is_some() { name.to_owned() } else { format!("New entity: {name}") };
        WidgetInfo::selected(Role::ListBoxOption, true, on, said)
    });
    if on || response.hovered() {
        ui.painter().rect_filled(rect, 5.0, palette.chosen);
    }
    let about = Label::new(known.unwrap_or("new")).size(size::HINT).elide().shape(ui, rect.width() * 0.4);
    let mut left = rect.left() + 8.0;
    if known.is_none() {
        Icon::Plus.paint(ui.painter(), pos2(left + 5.0, rect.center().y), 10.0, palette.dim);
        left += 16.0;
    }
    let text = Label::new(name).elide().shape(ui, rect.right() - left - about.size().x - 14.0);
    paint_middle(ui, &text, pos2(left, rect.center().y), palette.text);
    paint_middle(ui, &about, pos2(rect.right() - 8.0 - about.size().x, rect.center().y), palette.dim);
    response.clicked()
}

enum Taken {
    Known(EntityId),
    New(String),
}

fn link(desk: &mut Desk, span: &Span, attribute: &AttributeDef, taken: Taken, notices: &mut Notices) {
    let name = match taken {
        Taken::Known(id) => return desk.set_attribute(&attribute.id, id.as_str(), notices),
        Taken::New(name) => name,
    };
    let Some(layer) = desk.layer_key() else { return };
    let entity = new_entity(&desk.session.project().entities, span, &name);
    let id = entity.id.clone();
    let mut new = span.clone();
    new.attributes.insert(attribute.id.clone(), id.as_str().to_owned());
    let registered = Edit::SetEntity { id, old: None, new: Some(Box::new(entity)) };
    let linked = Edit::ChangeSpan { layer, old: Box::new(span.clone()), new: Box::new(new) };
    desk.apply(Edit::Batch(vec![registered, linked]), notices);
}

/// The name a new entity would get: what was typed, or the words of the span.
fn new_name(span: &Span, typed: &str) -> String {
    let typed = typed.trim();
    if typed.is_empty() {
        span.quote.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        typed.to_owned()
    }
}

fn new_entity(known: &Registry, span: &Span, name: &str) -> Entity {
    let id = slug::unique(&slug::slug(name), |id| known.contains_key(&EntityId::from(id)));
    let aliases = if fold::matches(name, &span.quote) { Vec::new() } else { vec![span.quote.clone()] };
    Entity {
        id: EntityId::from(id),
        name: name.to_owned(),
        aliases,
        kind: EntityKind::from_name(span.label.as_str()),
        external: String::new(),
    }
}

/// Offers, and what they were made for.
type Cached = (String, usize, Arc<Vec<Entity>>);

/// Entities that fit what was typed, or the words of the span; looked for once a query.
fn offers(ui: &Ui, desk: &Desk, span: &Span, typed: &str, id: Id) -> Arc<Vec<Entity>> {
    let registry = &desk.session.project().entities;
    let query = if typed.trim().is_empty() { span.quote.as_str() } else { typed.trim() };
    let cache = id.with("offers");
    if let Some((made_for, size, offers)) = ui.data(|data| data.get_temp::<Cached>(cache))
        && made_for == query
        && size == registry.len()
    {
        return offers;
    }
    let found = Arc::new(fitting(registry, span.label.as_str(), query));
    ui.data_mut(|data| data.insert_temp(cache, (query.to_owned(), registry.len(), found.clone())));
    found
}

/// Those that fit by name or alias, of the span's own kind first; a clitic before the words does not hide them.
fn fitting(registry: &Registry, kind: &str, query: &str) -> Vec<Entity> {
    let stem = words::stem_of(query);
    let fits = |entity: &&Entity| {
        let names = std::iter::once(&entity.name).chain(&entity.aliases);
        names.into_iter().any(|name| fold::matches(name, query) || fold::matches(name, stem))
            || fold::matches(&entity.external, query)
    };
    let mut found: Vec<Entity> = registry.values().filter(fits).cloned().collect();
    found.sort_by_key(|entity| (entity.kind.as_str() != kind, entity.name.chars().count()));
    found.truncate(OFFERS);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SpanId, TextRange, TextSize};

    fn span(quote: &str) -> Span {
        let range = TextRange::up_to(TextSize::of(quote));
        Span::new(SpanId(1), "actor", [range], quote).unwrap()
    }

    #[test]
    fn entities_are_found_without_harakat_and_clitics() {
        let mut registry = Registry::new();
        let iraq = new_entity(&registry, &span("العراق"), "العراق");
        registry.insert(iraq.id.clone(), iraq.clone());
        for query in ["العِرَاق", "والعراق", "عراق"] {
            assert_eq!(fitting(&registry, "actor", query).first(), Some(&iraq), "{query}");
        }
        assert!(fitting(&registry, "actor", "فرنسا").is_empty());
    }

    #[test]
    fn a_new_entity_gets_a_free_id_and_remembers_the_words() {
        let mut registry = Registry::new();
        let first = new_entity(&registry, &span("بغداد"), "Iraq");
        assert_eq!((first.id.as_str(), first.aliases.as_slice()), ("iraq", ["بغداد".to_owned()].as_slice()));
        registry.insert(first.id.clone(), first);
        assert_eq!(new_entity(&registry, &span("Iraq"), "Iraq").id.as_str(), "iraq-2");
    }

    #[test]
    fn the_keyboard_stays_within_the_offers() {
        assert_eq!(step(0, -1, 3), 0);
        assert_eq!(step(2, 5, 3), 2);
        assert_eq!(step(0, 1, 3), 1);
    }
}
