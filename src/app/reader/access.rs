//! The page for screen readers and tests: a document of text runs with direction, letters and words, and a node for
//! each mark with its label and words. Only what is in view, so that long articles cost no more than short ones.

use egui::accesskit::{Node, Role, TextDirection};
use egui::{Id, Rect, Response, Sense, Ui, UiBuilder, WidgetInfo};

use super::Reader;
use super::page::Place;
use crate::app::desk::Desk;
use crate::layout::{ArticleLayout, BlockKind};

/// More letters than this do not fit the word table of one run.
const LONGEST_RUN: usize = 255;

impl Reader {
    pub(super) fn access(
        &self,
        ui: &mut Ui,
        desk: &Desk,
        response: &Response,
        place: &Place,
        viewport: Rect,
    ) {
        let Some((_, page)) = &self.page else { return };
        response.widget_info(|| WidgetInfo::labeled(Role::Document, true, "Article"));
        let ppp = place.ppp;
        let top = place.to_page(response.rect.min).1;
        let visible = viewport.min.y * ppp + top..viewport.max.y * ppp + top;
        let listened = ui.ctx().accesskit_node_builder(Self::id(), |node| {
            node.set_role(Role::Document);
            if let Some(article) = desk.article() {
                node.set_description(article.id.to_string());
            }
        });
        if listened.is_none() {
            // Nobody asks: frames need not pay for it.
            return;
        }
        let mut child =
            ui.new_child(UiBuilder::new().id_salt("runs").max_rect(response.rect).sense(Sense::hover()));
        let document = child.unique_id();
        ui.ctx().accesskit_node_builder(document, |node| {
            node.set_role(Role::Document);
            node.set_label("Text of the article");
            node.set_bounds(bounds(response.rect));
        });
        for nth in page.layout.visible(visible.clone()) {
            self.block_runs(&mut child, &page.layout, nth, place, visible.clone());
        }
        self.mark_nodes(&mut child, desk, place);
    }

    fn block_runs(
        &self,
        ui: &mut Ui,
        layout: &ArticleLayout,
        nth: usize,
        place: &Place,
        visible: std::ops::Range<f32>,
    ) {
        let Some(block) = layout.blocks().get(nth) else { return };
        let Some(paragraph) = &block.paragraph else { return };
        for line in layout.visible_lines(nth, visible) {
            let Some(line) = paragraph.lines().get(line) else { continue };
            let id = Id::unique(("run", block.range.start + line.range.start));
            let corner = place.to_screen(line.left, block.top + line.top);
            let rect = Rect::from_min_max(corner, place.to_screen(line.right, block.top + line.bottom));
            ui.interact(rect, id, Sense::hover());
            let text = paragraph.text().get(line.range.clone()).unwrap_or_default();
            let clusters = paragraph.clusters().iter().filter(|c| line.range.contains(&c.range.start));
            let clusters: Vec<_> = clusters.take(LONGEST_RUN).cloned().collect();
            let start_x = if block.direction.is_rtl() { line.right } else { line.left };
            ui.ctx().accesskit_node_builder(id, |node| {
                node.set_role(Role::TextRun);
                node.set_bounds(bounds(rect));
                node.set_value(text);
                node.set_text_direction(if block.direction.is_rtl() {
                    TextDirection::RightToLeft
                } else {
                    TextDirection::LeftToRight
                });
                if block.kind == BlockKind::Headline {
                    node.set_level(1);
                }
                letters(node, &clusters, text, start_x, place.ppp);
            });
        }
    }

    fn mark_nodes(&self, ui: &mut Ui, desk: &Desk, place: &Place) {
        let (Some((_, marks)), Some(layer)) = (&self.marks, desk.layer()) else { return };
        for mark in marks {
            let (Some(span), Some(part)) = (layer.spans.get(&mark.id), mark.rectangles.first()) else {
                continue;
            };
            let name = desk.label(&span.label).map_or(span.label.as_str(), |label| label.name.as_str());
            let label = format!("{name}: {}", span.quote);
            let selected = desk.span == Some(mark.id);
            let id = Id::unique(("mark", mark.id.0));
            let response = ui.interact(place.rect(part), id, Sense::hover());
            response.widget_info(|| WidgetInfo::selected(Role::Mark, true, selected, &label));
            ui.ctx().accesskit_node_builder(id, |node| {
                node.set_role(Role::Mark);
                node.set_bounds(bounds(place.rect(part)));
                node.set_label(label.as_str());
                node.set_selected(selected);
                if !span.note.is_empty() {
                    node.set_description(span.note.as_str());
                }
            });
        }
    }
}

/// A rectangle in points as assistive technology takes it.
fn bounds(rect: Rect) -> egui::accesskit::Rect {
    let [x0, y0, x1, y1] = [rect.min.x, rect.min.y, rect.max.x, rect.max.y].map(f64::from);
    egui::accesskit::Rect { x0, y0, x1, y1 }
}

/// Lengths in bytes, places in points from the start of the line, and the letters at which words begin.
fn letters(node: &mut Node, clusters: &[crate::layout::Cluster], text: &str, start_x: f32, ppp: f32) {
    let Some(first) = clusters.first().map(|cluster| cluster.range.start) else { return };
    let length = |cluster: &crate::layout::Cluster| u8::try_from(cluster.range.len()).unwrap_or(u8::MAX);
    node.set_character_lengths(clusters.iter().map(length).collect::<Vec<_>>());
    let left = |cluster: &crate::layout::Cluster| cluster.start_edge();
    node.set_character_positions(
        clusters.iter().map(|c| (left(c) - start_x).abs() / ppp).collect::<Vec<_>>(),
    );
    node.set_character_widths(
        clusters.iter().map(|c| (c.end_edge() - c.start_edge()).abs() / ppp).collect::<Vec<_>>(),
    );
    let whole = crate::language::text_range(0..text.len());
    let starts = crate::language::words::words(text, whole).filter_map(|word| {
        let byte = first + usize::from(word.start());
        u8::try_from(clusters.iter().position(|cluster| cluster.range.start == byte)?).ok()
    });
    node.set_word_starts(starts.collect::<Vec<_>>());
}
