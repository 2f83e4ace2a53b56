//! Lazy layout must show what eager layout shows, and nothing may jump while it becomes exact.

use super::*;
use crate::layout::Family;

const SENTENCE: &str = "أعلن العراق الأحد اكتمال عملية انسحاب التحالف الدولي في 2026 (NATO) من أراضيه. ";

fn style(lazy_above: usize) -> ArticleStyle {
    let body = ParagraphStyle {
        family: Family::NotoNaskhArabic,
        size: 19.0,
        line_height: 1.85,
        ..ParagraphStyle::default()
    };
    let headline = ParagraphStyle { size: 27.0, bold: true, line_height: 1.5, ..body };
    let dateline = ParagraphStyle { size: 13.0, ..body };
    ArticleStyle {
        headline,
        dateline,
        body,
        headline_gap: 20.0,
        dateline_gap: 4.0,
        body_gap: 15.0,
        lazy_above,
    }
}

/// An article of paragraphs of different lengths, with its paragraphs.
fn article(paragraphs: usize) -> (String, Vec<(Range<usize>, Direction, BlockKind)>) {
    let mut text = String::new();
    let mut ranges = Vec::new();
    for number in 0..paragraphs {
        let start = text.len();
        let body = SENTENCE.repeat(1 + number * 7 % 11);
        text.push_str(body.trim_end());
        let kind = if number == 0 { BlockKind::Headline } else { BlockKind::Body };
        ranges.push((start..text.len(), Direction::RightToLeft, kind));
        text.push('\n');
    }
    (text, ranges)
}

fn shaped(layout: &ArticleLayout) -> usize {
    layout.blocks().iter().filter(|block| block.paragraph.is_some()).count()
}

#[test]
fn a_short_article_is_shaped_at_once() {
    let (text, paragraphs) = article(12);
    let mut shaper = Shaper::bundled();
    let mut layout = ArticleLayout::new(&text, paragraphs, style(LAZY_ABOVE), 1.0, 636.0);
    assert!(layout.height() > 0.0);
    assert_eq!(layout.prepare(&mut shaper, &text, 0.0..500.0), 0.0);
    assert_eq!(shaped(&layout), 12);
    let blocks = layout.blocks();
    assert_eq!(blocks[1].top, blocks[0].bottom() + 20.0);
    assert_eq!(blocks[2].top, blocks[1].bottom() + 15.0);
    for byte in (0..text.len()).filter(|&byte| text.is_char_boundary(byte)).step_by(13) {
        let place = layout.caret(Caret::downstream(byte));
        let hit = layout.hit(place.x, f32::midpoint(place.top, place.bottom));
        assert_eq!(layout.caret(hit.caret).top, place.top);
        assert!(layout.rectangles(0..byte).iter().all(|part| part.top <= place.top));
    }
}

#[test]
fn down_from_top_to_bottom_and_up_again() {
    let (text, paragraphs) = article(9);
    let mut shaper = Shaper::bundled();
    let mut layout = ArticleLayout::new(&text, paragraphs, style(LAZY_ABOVE), 1.0, 420.0);
    layout.prepare(&mut shaper, &text, 0.0..500.0);
    let lines: usize = layout
        .blocks()
        .iter()
        .map(|block| block.paragraph.as_ref().map_or(0, |text| text.lines().len()))
        .sum();
    let mut caret = Caret::default();
    let mut seen = 1;
    while let Some(down) = layout.down(caret, 200.0) {
        assert!(layout.caret(down).top > layout.caret(caret).top);
        assert!(layout.home(down).byte <= down.byte && layout.end(down).byte >= down.byte);
        caret = down;
        seen += 1;
    }
    assert_eq!(seen, lines);
    while let Some(up) = layout.up(caret, 200.0) {
        assert!(layout.caret(up).top < layout.caret(caret).top);
        caret = up;
        seen -= 1;
    }
    assert_eq!(seen, 1);
}

#[test]
fn a_lazy_article_becomes_the_eager_one_without_a_jump() {
    let (text, paragraphs) = article(300);
    let mut shaper = Shaper::bundled();
    let mut eager = ArticleLayout::new(&text, paragraphs.clone(), style(usize::MAX), 1.0, 636.0);
    eager.prepare(&mut shaper, &text, 0.0..1.0);
    let mut lazy = ArticleLayout::new(&text, paragraphs, style(0), 1.0, 636.0);
    let mut top = 0.0;
    lazy.prepare(&mut shaper, &text, top..top + 800.0);
    assert!(shaped(&lazy) < 40, "{}", shaped(&lazy));

    // Jump into the middle, then up: what was on top before `prepare` is on top after it.
    top = lazy.height() / 2.0;
    for _ in 0..120 {
        let before = lazy.hit(300.0, top + 1.0);
        top += lazy.prepare(&mut shaper, &text, top..top + 800.0);
        let after = lazy.hit(300.0, top + 1.0);
        let (before, after) = (lazy.block_of(before.caret), lazy.block_of(after.caret));
        assert!(before == after, "{before} {after}");
        for index in lazy.visible(top..top + 800.0) {
            assert!(lazy.blocks()[index].paragraph.is_some());
        }
        top = (top - 300.0).max(0.0);
    }
    // Shaped everywhere at least once, it has the heights of the eager one.
    let mut byte = 0;
    while byte < text.len() {
        lazy.prepare_byte(&mut shaper, &text, byte, 0.0);
        byte += 400;
        while !text.is_char_boundary(byte.min(text.len())) {
            byte += 1;
        }
    }
    assert_eq!(lazy.height(), eager.height());
    assert_eq!(lazy.y_of(text.len() / 2 + 1), eager.y_of(text.len() / 2 + 1));
}

#[test]
fn a_paragraph_of_a_megabyte_is_laid_out_in_pieces() {
    let text = SENTENCE.repeat(8_000);
    let paragraphs = vec![(0..text.len(), Direction::RightToLeft, BlockKind::Body)];
    let mut shaper = Shaper::bundled();
    let mut layout = ArticleLayout::new(&text, paragraphs, style(LAZY_ABOVE), 1.0, 636.0);
    assert!(layout.blocks().len() > 60);
    layout.prepare(&mut shaper, &text, 0.0..800.0);
    assert!(shaped(&layout) <= 3);
    let blocks = layout.blocks();
    for (a, b) in blocks.iter().zip(blocks.iter().skip(1)) {
        assert_eq!((a.range.end, a.bottom()), (b.range.start, b.top));
        assert!(text.get(a.range.clone()).is_some_and(|piece| piece.ends_with(' ')));
    }
    // A caret at a seam is at the end of one piece or at the beginning of the next.
    let seam = blocks[0].range.end;
    assert_eq!(layout.block_of(Caret::upstream(seam)), 0);
    assert_eq!(layout.block_of(Caret::downstream(seam)), 1);
    // All the way down, memory stays bounded.
    let mut top = 0.0;
    while top < layout.height() {
        top += 700.0 + layout.prepare(&mut shaper, &text, top..top + 800.0);
        assert!(layout.shaped <= KEEP + 3 * CHUNK);
    }
    assert!(text.is_char_boundary(layout.hit(10.0, layout.height() / 3.0).caret.byte));
}

#[test]
fn text_without_spaces_is_cut_between_graphemes() {
    let text = "مّ".repeat(12_000);
    let pieces = chunks(&text, 0..text.len());
    assert!(pieces.len() > 2 && pieces.iter().all(|piece| piece.start % 4 == 0));
    assert_eq!(pieces.last().unwrap().end, text.len());
    assert_eq!(chunks("a\nb", 2..3).first(), Some(&(2..3)));
    assert_eq!(chunks("", 0..0).len(), 1);
}

#[test]
fn another_width_keeps_the_text_on_top() {
    let (text, paragraphs) = article(40);
    let mut shaper = Shaper::bundled();
    for lazy_above in [0, usize::MAX] {
        let mut layout = ArticleLayout::new(&text, paragraphs.clone(), style(lazy_above), 1.0, 636.0);
        let mut top = 3000.0;
        top += layout.prepare(&mut shaper, &text, top..top + 800.0);
        let block = layout.visible(top..top + 1.0);
        top += layout.set_width(400.0, top);
        top += layout.prepare(&mut shaper, &text, top..top + 800.0);
        assert_eq!(layout.visible(top..top + 1.0), block);
        assert_eq!(layout.set_width(400.4, top), 0.0);
    }
}
