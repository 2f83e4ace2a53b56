//! Relations by keys and by mouse: from the selected span to another one of a fitting label.

use super::{Desk, Way};
use crate::app::notices::Notices;
use crate::model::{Edit, Relation, RelationId, RelationType, RelationTypeId, SpanId};

/// A relation that was begun: its start, its type, and the end that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The span it starts at.
    pub from: SpanId,
    /// Its type.
    pub kind: RelationTypeId,
    /// The end that Enter takes.
    pub offered: Option<SpanId>,
}

impl Desk {
    /// The slots of the selected span: relation types that may start at its label.
    pub fn slots(&self) -> Vec<RelationType> {
        let Some(span) = self.selected() else { return Vec::new() };
        self.session.project().codebook.slots_of(&span.label).cloned().collect()
    }

    /// Begins a relation of the selected span; the nearest fitting span is offered.
    pub fn begin_link(&mut self, kind: &RelationTypeId, notices: &mut Notices) {
        let Some(from) = self.selected().map(|span| span.id) else { return };
        let offered = self.nearest_end(from, kind);
        if offered.is_none() {
            let to = self
                .session
                .project()
                .codebook
                .relation(kind)
                .map(|kind| kind.to.clone())
                .unwrap_or_default();
            let to: Vec<_> = to.iter().map(|id| id.as_str()).collect();
            notices.info(format!("Nothing to link to yet: mark a span labelled {} first", to.join(" or ")));
            return;
        }
        self.link = Some(Link { from, kind: kind.clone(), offered });
        self.words = None;
        self.reveal_offered();
    }

    /// Spans a begun relation may lead to, in reading order.
    pub fn link_ends(&self, from: SpanId, kind: &RelationTypeId) -> Vec<SpanId> {
        let Some(layer) = self.layer() else { return Vec::new() };
        let Some(kind) = self.session.project().codebook.relation(kind) else { return Vec::new() };
        let Some(start) = layer.spans.get(&from) else { return Vec::new() };
        let fits =
            |to: &crate::model::Span| to.id != from && !to.lost && kind.allows(&start.label, &to.label);
        layer.in_reading_order().into_iter().filter(|to| fits(to)).map(|to| to.id).collect()
    }

    /// The fitting span that is nearest to the start; a claimant mostly stands just before its claim.
    fn nearest_end(&self, from: SpanId, kind: &RelationTypeId) -> Option<SpanId> {
        let layer = self.layer()?;
        let start = layer.spans.get(&from)?;
        let distance = |id: &SpanId| {
            let Some(to) = layer.spans.get(id) else { return u32::MAX };
            if to.start() >= start.end() {
                // What follows is further away than what stands before at the same distance.
                u32::from(to.start() - start.end()).saturating_mul(2).saturating_add(1)
            } else if to.end() <= start.start() {
                u32::from(start.start() - to.end())
            } else {
                u32::from(to.start().max(start.start()) - start.start()) + 1
            }
        };
        let linked =
            |id: &SpanId| layer.relations.values().any(|r| r.label == *kind && r.from == from && r.to == *id);
        let (ends, linked): (Vec<_>, Vec<_>) =
            self.link_ends(from, kind).into_iter().partition(|id| !linked(id));
        // What is linked already is offered only where nothing else is.
        ends.into_iter().min_by_key(distance).or(linked.into_iter().min_by_key(distance))
    }

    /// Offers the next or previous end.
    pub fn step_link(&mut self, way: Way) {
        let Some(link) = self.link.clone() else { return };
        let ends = self.link_ends(link.from, &link.kind);
        let now = link.offered.and_then(|id| ends.iter().position(|end| *end == id));
        let count = ends.len();
        let next = match (now, way) {
            _ if count == 0 => return,
            (None, _) => 0,
            (Some(at), Way::Forward) => (at + 1) % count,
            (Some(at), Way::Backward) => (at + count - 1) % count,
        };
        self.link = Some(Link { offered: ends.get(next).copied(), ..link });
        self.reveal_offered();
    }

    fn reveal_offered(&mut self) {
        let offered = self.link.as_ref().and_then(|link| link.offered);
        let span = offered.and_then(|id| self.layer()?.spans.get(&id));
        self.reveal = span.map(|span| span.start()).or(self.reveal);
    }

    /// Takes what is offered: the end of a begun relation, else the span or word at the caret.
    pub fn accept(&mut self, notices: &mut Notices) {
        match self.link.as_ref().map(|link| link.offered) {
            Some(Some(to)) => self.finish_link(to, notices),
            Some(None) => {}
            None => self.select_at_caret(),
        }
    }

    /// Ends the begun relation at a span.
    pub fn finish_link(&mut self, to: SpanId, notices: &mut Notices) {
        let Some(link) = self.link.take() else { return };
        if self.link_ends(link.from, &link.kind).contains(&to) {
            self.add_relation(link.from, &link.kind, to, notices);
        } else {
            notices.info("This relation cannot lead to that label");
            self.link = Some(link);
        }
    }

    /// Links two spans by the first type that fits their labels, in either direction: a chip dropped on a chip.
    pub fn link_dropped(&mut self, from: SpanId, to: SpanId, notices: &mut Notices) {
        let Some(layer) = self.layer() else { return };
        let (Some(a), Some(b)) = (layer.spans.get(&from), layer.spans.get(&to)) else { return };
        let relations = &self.session.project().codebook.relations;
        let forward = relations
            .iter()
            .find(|kind| kind.allows(&a.label, &b.label))
            .map(|kind| (kind.id.clone(), from, to));
        let backward = relations
            .iter()
            .find(|kind| kind.allows(&b.label, &a.label))
            .map(|kind| (kind.id.clone(), to, from));
        match forward.or(backward) {
            Some((kind, from, to)) => self.add_relation(from, &kind, to, notices),
            None => notices.info(format!("The codebook has no relation between {} and {}", a.label, b.label)),
        }
    }

    /// Adds a relation, once.
    pub fn add_relation(&mut self, from: SpanId, kind: &RelationTypeId, to: SpanId, notices: &mut Notices) {
        let (Some(key), Some(layer)) = (self.layer_key(), self.layer()) else { return };
        let known =
            |relation: &Relation| relation.label == *kind && relation.from == from && relation.to == to;
        if layer.relations.values().any(known) {
            notices.info("They are linked already");
            return;
        }
        let relation = Relation::new(layer.next_relation_id(), kind.clone(), from, to);
        if self.apply(Edit::AddRelation { layer: key, relation }, notices) {
            self.span = Some(from);
            self.words = None;
        }
    }

    /// Removes a relation.
    pub fn remove_relation(&mut self, id: RelationId, notices: &mut Notices) {
        let (Some(key), Some(layer)) = (self.layer_key(), self.layer()) else { return };
        let Some(relation) = layer.relations.get(&id).cloned() else { return };
        self.apply(Edit::RemoveRelation { layer: key, relation }, notices);
    }

    /// Another type for a relation, among those that fit its ends.
    pub fn change_relation(&mut self, id: RelationId, kind: &RelationTypeId, notices: &mut Notices) {
        let (Some(key), Some(layer)) = (self.layer_key(), self.layer()) else { return };
        let Some(old) = layer.relations.get(&id).cloned() else { return };
        let new = Relation { label: kind.clone(), ..old.clone() };
        if new != old {
            self.apply(Edit::ChangeRelation { layer: key, old, new }, notices);
        }
    }
}
