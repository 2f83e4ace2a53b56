//! A whole article: paragraphs stacked on one long page, shaped when they are needed.
//!
//! Short articles are shaped whole at once. Long ones (10 MB must open as fast as 5 KB) are shaped near the
//! viewport only; the rest has an estimated height, and when an estimate becomes a real height the page
//! tells by how much to scroll so that what is being read stays where it is.

use std::ops::Range;

use super::{Affinity, Caret, CaretBox, Direction, Hit, Paragraph, ParagraphStyle, Rectangle, Shaper};

/// What a block of an article is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// The title.
    Headline,
    /// The line with date and source.
    Dateline,
    /// Running text.
    Body,
}

/// How an article is set. Each paragraph's direction replaces the one in these styles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArticleStyle {
    /// The title.
    pub headline: ParagraphStyle,
    /// The line with date and source.
    pub dateline: ParagraphStyle,
    /// Running text.
    pub body: ParagraphStyle,
    /// Space below the title, points.
    pub headline_gap: f32,
    /// Space below the dateline, points.
    pub dateline_gap: f32,
    /// Space below a paragraph, points.
    pub body_gap: f32,
    /// Articles of more bytes than this are shaped lazily.
    pub lazy_above: usize,
}

impl ArticleStyle {
    /// One style for everything and no space between paragraphs: fields and multi-line labels.
    pub fn plain(style: ParagraphStyle) -> Self {
        Self {
            headline: style,
            dateline: style,
            body: style,
            headline_gap: 0.0,
            dateline_gap: 0.0,
            body_gap: 0.0,
            lazy_above: LAZY_ABOVE,
        }
    }

    fn paragraph(&self, kind: BlockKind, direction: Direction) -> ParagraphStyle {
        let style = match kind {
            BlockKind::Headline => self.headline,
            BlockKind::Dateline => self.dateline,
            BlockKind::Body => self.body,
        };
        ParagraphStyle { direction, ..style }
    }

    fn gap(&self, kind: BlockKind) -> f32 {
        match kind {
            BlockKind::Headline => self.headline_gap,
            BlockKind::Dateline => self.dateline_gap,
            BlockKind::Body => self.body_gap,
        }
    }
}

/// Usual bound between shaping at once and shaping lazily, bytes.
pub const LAZY_ABOVE: usize = 200 * 1024;

/// Longer paragraphs are laid out in pieces, bytes.
const CHUNK: usize = 16 * 1024;

/// Shaped text a lazy article keeps; shaped text takes 70 times its bytes.
const KEEP: usize = 512 * 1024;

/// Advance of an average letter in parts of the font size, for estimates.
const AVERAGE_LETTER: f32 = 0.47;

/// A paragraph, or a piece of a very long one.
pub struct Block {
    /// Its bytes in the article.
    pub range: Range<usize>,
    /// Its base direction.
    pub direction: Direction,
    /// What it is.
    pub kind: BlockKind,
    /// Its top, physical pixels from the top of the page, whole.
    pub top: f32,
    /// Its height without the gap below, physical pixels; an estimate while it is not shaped.
    pub height: f32,
    /// The shaped text, if it is near the viewport.
    pub paragraph: Option<Paragraph>,
    gap: f32,
    characters: f32,
}

impl Block {
    /// Top plus height.
    pub fn bottom(&self) -> f32 {
        self.top + self.height
    }
}

/// The layout of an article. All positions are bytes of the article, all lengths physical pixels from the
/// page's top left corner.
pub struct ArticleLayout {
    blocks: Vec<Block>,
    style: ArticleStyle,
    scale: f32,
    width: f32,
    lazy: bool,
    /// Bytes that are shaped.
    shaped: usize,
    /// Counts changes of what is shaped or where it stands.
    generation: u64,
}

impl ArticleLayout {
    /// A page of `width` physical pixels; nothing is shaped before [`Self::prepare`].
    ///
    /// `paragraphs` are in the order of the text, without their line feeds. Blank ones take a line of
    /// their own: leave them out where the gap between paragraphs is enough.
    pub fn new(
        text: &str,
        paragraphs: impl IntoIterator<Item = (Range<usize>, Direction, BlockKind)>,
        style: ArticleStyle,
        scale: f32,
        width: f32,
    ) -> Self {
        let mut blocks = Vec::new();
        for (range, direction, kind) in paragraphs {
            for range in chunks(text, range) {
                let characters = text.get(range.clone()).map_or(0, |text| text.chars().count());
                blocks.push(Block {
                    range,
                    direction,
                    kind,
                    top: 0.0,
                    height: 0.0,
                    paragraph: None,
                    gap: 0.0,
                    characters: count(characters),
                });
            }
            if let Some(last) = blocks.last_mut() {
                last.gap = (style.gap(kind) * scale).round();
            }
        }
        let bytes: usize = blocks.iter().map(|block| block.range.len()).sum();
        let mut article =
            Self { blocks, style, scale, width, lazy: bytes > style.lazy_above, shaped: 0, generation: 0 };
        article.estimate();
        article.stack();
        article
    }

    /// Shapes what a viewport (top to bottom, physical pixels) needs, and a page above and below it.
    ///
    /// Returns by how much to move the viewport down so that its first line stays where it is: heights
    /// above it may have turned out different from their estimates.
    pub fn prepare(&mut self, shaper: &mut Shaper, text: &str, viewport: Range<f32>) -> f32 {
        if !self.lazy {
            if self.shaped == 0 {
                for index in 0..self.blocks.len() {
                    self.shape(shaper, text, index);
                }
                self.stack();
            }
            return 0.0;
        }
        let anchor = self.anchor(viewport.start);
        let page = (viewport.end - viewport.start).max(1.0);
        let mut changed = false;
        let mut index = anchor.0;
        // What is below the first visible line may move; so go on until real heights fill two pages.
        let mut filled = -(viewport.start - self.blocks.get(index).map_or(0.0, |block| block.top));
        while index < self.blocks.len() && filled < 2.0 * page {
            changed |= self.shape(shaper, text, index);
            filled += self.blocks[index].height + self.blocks[index].gap;
            index += 1;
        }
        let mut above = 0.0;
        for index in (0..anchor.0).rev() {
            if above >= page {
                break;
            }
            changed |= self.shape(shaper, text, index);
            above += self.blocks[index].height + self.blocks[index].gap;
        }
        if !changed {
            return 0.0;
        }
        self.stack();
        let delta = self.y_at(anchor) - viewport.start;
        self.evict((viewport.start + delta - 4.0 * page)..(viewport.end + delta + 4.0 * page));
        delta
    }

    /// Shapes the block that holds a byte and its neighbours, so that [`Self::caret`], [`Self::up`] and
    /// [`Self::down`] are exact there. Returns by how much the block at `viewport_top` has moved down.
    pub fn prepare_byte(&mut self, shaper: &mut Shaper, text: &str, byte: usize, viewport_top: f32) -> f32 {
        let anchor = self.anchor(viewport_top);
        let index = self.block_of(Caret::downstream(byte));
        let last = self.blocks.len();
        let mut changed = false;
        for index in index.saturating_sub(1)..(index + 2).min(last) {
            changed |= self.shape(shaper, text, index);
        }
        if !changed {
            return 0.0;
        }
        self.stack();
        self.y_at(anchor) - viewport_top
    }

    /// Breaks all lines for another width. Returns by how much to move a viewport that began at
    /// `viewport_top` so that the same text stays on top.
    pub fn set_width(&mut self, width: f32, viewport_top: f32) -> f32 {
        if width.floor() == self.width.floor() {
            return 0.0;
        }
        let anchor = self.anchor(viewport_top);
        self.width = width;
        self.generation += 1;
        for block in &mut self.blocks {
            if let Some(paragraph) = &mut block.paragraph {
                paragraph.rebreak(Some(width));
                block.height = paragraph.height();
            }
        }
        self.estimate();
        self.stack();
        self.y_at(anchor) - viewport_top
    }

    /// A number that grows whenever something is shaped, forgotten or broken anew: rectangles computed before are
    /// stale then.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// All blocks from top to bottom.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Indices of the blocks that a viewport (top to bottom, physical pixels) shows.
    pub fn visible(&self, viewport: Range<f32>) -> Range<usize> {
        let first = self.blocks.partition_point(|block| block.bottom() <= viewport.start);
        let end = self.blocks.partition_point(|block| block.top < viewport.end);
        first..end.max(first)
    }

    /// The lines of a block that a viewport shows.
    pub fn visible_lines(&self, block: usize, viewport: Range<f32>) -> Range<usize> {
        let Some((block, paragraph)) = self.shaped_block(block) else { return 0..0 };
        let lines = paragraph.lines();
        let first = lines.partition_point(|line| block.top + line.bottom <= viewport.start);
        let end = lines.partition_point(|line| block.top + line.top < viewport.end);
        first..end.max(first)
    }

    /// Height of the page; an estimate while blocks are not shaped.
    pub fn height(&self) -> f32 {
        self.blocks.last().map_or(0.0, Block::bottom)
    }

    /// Width of the page.
    pub fn width(&self) -> f32 {
        self.width
    }

    /// Physical pixels per point it was made for.
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// How it is set.
    pub fn style(&self) -> &ArticleStyle {
        &self.style
    }

    /// Index of the block a caret is in.
    pub fn block_of(&self, caret: Caret) -> usize {
        let index = self.blocks.partition_point(|block| block.range.end < caret.byte);
        let next = index + 1;
        // Two pieces of one long paragraph meet without a line feed between them.
        let begins_next = self.blocks.get(next).is_some_and(|block| block.range.start == caret.byte);
        let index = if begins_next && caret.affinity == Affinity::Downstream { next } else { index };
        index.min(self.blocks.len().saturating_sub(1))
    }

    /// Top of the line that holds a byte; an estimate if its block is not shaped.
    pub fn y_of(&self, byte: usize) -> f32 {
        self.caret(Caret::downstream(byte)).top
    }

    /// Where a caret stands, its line counted within its block.
    pub fn caret(&self, caret: Caret) -> CaretBox {
        let index = self.block_of(caret);
        let Some(block) = self.blocks.get(index) else {
            return CaretBox { x: 0.0, top: 0.0, bottom: 0.0, line: 0 };
        };
        if let Some(paragraph) = &block.paragraph {
            let place = paragraph.caret(local(caret, block));
            return CaretBox { top: place.top + block.top, bottom: place.bottom + block.top, ..place };
        }
        let share = count(local(caret, block).byte) / count(block.range.len().max(1));
        let x = if block.direction.is_rtl() { self.width } else { 0.0 };
        let top = block.top + (share.min(1.0) * block.height).floor();
        CaretBox { x, top, bottom: top + self.line_height(block.kind), line: 0 }
    }

    /// What lies at a point; between paragraphs, the nearest line. `line` is counted within the block.
    pub fn hit(&self, x: f32, y: f32) -> Hit {
        let below = self.blocks.partition_point(|block| block.bottom() + block.gap / 2.0 <= y);
        let index = below.min(self.blocks.len().saturating_sub(1));
        match self.shaped_block(index) {
            Some((block, paragraph)) => {
                let hit = paragraph.hit(x, y - block.top);
                let start = block.range.start;
                Hit {
                    caret: Caret { byte: hit.caret.byte + start, ..hit.caret },
                    cluster: hit.cluster.start + start..hit.cluster.end + start,
                    ..hit
                }
            }
            None => {
                let byte = self.blocks.get(index).map_or(0, |block| block.range.start);
                Hit { caret: Caret::downstream(byte), cluster: byte..byte, inside: false, line: 0 }
            }
        }
    }

    /// The rectangles that cover a byte range, in blocks that are shaped.
    pub fn rectangles(&self, range: Range<usize>) -> Vec<Rectangle> {
        self.rectangles_in(range, f32::NEG_INFINITY..f32::INFINITY)
    }

    /// The rectangles that cover a byte range, in shaped blocks that a viewport shows.
    pub fn rectangles_in(&self, range: Range<usize>, viewport: Range<f32>) -> Vec<Rectangle> {
        self.parts_in(range, viewport, |_, part| part)
    }

    /// [`Self::rectangles_in`] without the space at which lines were broken: what a highlight covers.
    pub fn ink_in(&self, range: Range<usize>, viewport: Range<f32>) -> Vec<Rectangle> {
        let mut parts = self.parts_in(range, viewport, |paragraph, part| {
            let lines = paragraph.lines();
            let Some(line) = lines.get(lines.partition_point(|line| line.bottom <= part.top)) else {
                return part;
            };
            Rectangle {
                left: part.left.clamp(line.left, line.right),
                right: part.right.clamp(line.left, line.right),
                ..part
            }
        });
        parts.retain(|part| part.width() > 0.0);
        parts
    }

    fn parts_in(
        &self,
        range: Range<usize>,
        viewport: Range<f32>,
        trim: impl Fn(&Paragraph, Rectangle) -> Rectangle,
    ) -> Vec<Rectangle> {
        let touched = self.blocks.partition_point(|block| block.range.end <= range.start)
            ..self.blocks.partition_point(|block| block.range.start < range.end);
        let visible = self.visible(viewport);
        let mut all = Vec::new();
        for index in touched.start.max(visible.start)..touched.end.min(visible.end) {
            let Some((block, paragraph)) = self.shaped_block(index) else { continue };
            let begin = range.start.saturating_sub(block.range.start);
            let end = range.end.min(block.range.end) - block.range.start;
            all.extend(paragraph.rectangles(begin..end).into_iter().map(|part| trim(paragraph, part)).map(
                |part| Rectangle {
                    top: part.top + block.top,
                    bottom: part.bottom + block.top,
                    baseline: part.baseline + block.top,
                    ..part
                },
            ));
        }
        all
    }

    /// The beginning of a caret's line.
    pub fn home(&self, caret: Caret) -> Caret {
        self.within(caret, Paragraph::home)
    }

    /// The end of a caret's line, before the space at which it was broken.
    pub fn end(&self, caret: Caret) -> Caret {
        self.within(caret, Paragraph::end)
    }

    /// The caret one line up, nearest to `goal_x`; `None` on the first line of the page.
    pub fn up(&self, caret: Caret, goal_x: f32) -> Option<Caret> {
        let index = self.block_of(caret);
        let (block, paragraph) = self.shaped_block(index)?;
        if let Some(up) = paragraph.up(local(caret, block), goal_x) {
            return Some(global(up, block));
        }
        let above = index.checked_sub(1)?;
        match self.shaped_block(above) {
            Some((block, paragraph)) => {
                Some(global(paragraph.caret_on_line(paragraph.lines().len() - 1, goal_x), block))
            }
            None => self.blocks.get(above).map(|block| Caret::upstream(block.range.end)),
        }
    }

    /// The caret one line down, nearest to `goal_x`; `None` on the last line of the page.
    pub fn down(&self, caret: Caret, goal_x: f32) -> Option<Caret> {
        let index = self.block_of(caret);
        let (block, paragraph) = self.shaped_block(index)?;
        if let Some(down) = paragraph.down(local(caret, block), goal_x) {
            return Some(global(down, block));
        }
        match self.shaped_block(index + 1) {
            Some((block, paragraph)) => Some(global(paragraph.caret_on_line(0, goal_x), block)),
            None => self.blocks.get(index + 1).map(|block| Caret::downstream(block.range.start)),
        }
    }

    fn within(&self, caret: Caret, find: impl FnOnce(&Paragraph, Caret) -> Caret) -> Caret {
        match self.shaped_block(self.block_of(caret)) {
            Some((block, paragraph)) => global(find(paragraph, local(caret, block)), block),
            None => caret,
        }
    }

    fn shaped_block(&self, index: usize) -> Option<(&Block, &Paragraph)> {
        let block = self.blocks.get(index)?;
        Some((block, block.paragraph.as_ref()?))
    }

    /// Shapes a block; whether that was still to do.
    fn shape(&mut self, shaper: &mut Shaper, text: &str, index: usize) -> bool {
        let Some(block) = self.blocks.get_mut(index) else { return false };
        if block.paragraph.is_some() {
            return false;
        }
        let style = self.style.paragraph(block.kind, block.direction);
        let text = text.get(block.range.clone()).unwrap_or_default();
        let paragraph = shaper.paragraph(text, &style, self.scale, Some(self.width));
        block.height = paragraph.height();
        block.paragraph = Some(paragraph);
        self.shaped += block.range.len().max(1);
        self.generation += 1;
        true
    }

    /// Forgets shaped blocks outside of `keep` when there are too many; their heights stay.
    fn evict(&mut self, keep: Range<f32>) {
        if self.shaped <= KEEP {
            return;
        }
        for block in &mut self.blocks {
            let outside = block.bottom() < keep.start || block.top > keep.end;
            if outside && block.paragraph.take().is_some() {
                self.shaped -= block.range.len().max(1);
                self.generation += 1;
            }
        }
    }

    fn line_height(&self, kind: BlockKind) -> f32 {
        let style = self.style.paragraph(kind, Direction::LeftToRight);
        (style.size * self.scale * style.line_height).round().max(1.0)
    }

    fn estimate(&mut self) {
        for index in 0..self.blocks.len() {
            let block = &self.blocks[index];
            if block.paragraph.is_some() {
                continue;
            }
            let size = self.style.paragraph(block.kind, block.direction).size * self.scale;
            let letters = (self.width / (size * AVERAGE_LETTER)).max(1.0);
            let lines = (block.characters / letters).ceil().max(1.0);
            self.blocks[index].height = lines * self.line_height(self.blocks[index].kind);
        }
    }

    fn stack(&mut self) {
        let mut top = 0.0;
        for block in &mut self.blocks {
            block.top = top;
            top += block.height + block.gap;
        }
    }

    /// The block at `y` and the share of its height above `y`.
    fn anchor(&self, y: f32) -> (usize, f32) {
        let index = self.blocks.partition_point(|block| block.bottom() + block.gap <= y);
        let index = index.min(self.blocks.len().saturating_sub(1));
        let share = self.blocks.get(index).map_or(0.0, |block| (y - block.top) / block.height.max(1.0));
        (index, share)
    }

    fn y_at(&self, (index, share): (usize, f32)) -> f32 {
        self.blocks.get(index).map_or(0.0, |block| block.top + (share * block.height).round())
    }
}

fn local(caret: Caret, block: &Block) -> Caret {
    let byte = caret.byte.saturating_sub(block.range.start).min(block.range.len());
    Caret { byte, ..caret }
}

fn global(caret: Caret, block: &Block) -> Caret {
    Caret { byte: caret.byte + block.range.start, ..caret }
}

#[expect(clippy::cast_precision_loss, reason = "only estimates are made of it")]
fn count(number: usize) -> f32 {
    number as f32
}

/// Cuts a long paragraph into pieces, after a space where there is one, otherwise between graphemes.
fn chunks(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    use unicode_segmentation::UnicodeSegmentation as _;
    let mut pieces = Vec::new();
    let mut start = range.start;
    while range.end - start > CHUNK {
        let mut bound = start + CHUNK;
        while !text.is_char_boundary(bound) {
            bound -= 1;
        }
        let piece = text.get(start..bound).unwrap_or_default();
        let end = match piece.rfind(' ') {
            Some(space) => start + space + 1,
            // The last grapheme may go on beyond the bound.
            None => piece.grapheme_indices(true).next_back().map_or(bound, |(last, _)| start + last),
        };
        let end = if end > start { end } else { bound };
        pieces.push(start..end);
        start = end;
    }
    pieces.push(start..range.end);
    pieces
}

#[cfg(test)]
mod tests;
