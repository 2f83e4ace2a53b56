//! One line that ends in “…” where it does not fit.

use super::{Paragraph, ParagraphStyle, Shaper};

/// A line cut to a width. Shaping it costs; whoever shows it each frame keeps it.
pub struct Elided {
    /// The line as shown.
    pub paragraph: Paragraph,
    /// Bytes of the given text that are shown; all of them if nothing was cut.
    pub kept: usize,
    /// Whether the end was replaced by “…”.
    pub cut: bool,
}

/// Narrowest average advance of a letter that is reckoned with, in parts of the font size: what lies
/// beyond the text that fits even then need not be shaped.
const NARROWEST: f32 = 0.08;

impl Shaper {
    /// Shapes one line of at most `width` physical pixels, cut at the end of the text (not at the right
    /// side) between two graphemes.
    pub fn elided(&mut self, text: &str, style: &ParagraphStyle, scale: f32, width: f32) -> Elided {
        let head = head_that_can_fit(text, width / (style.size * scale * NARROWEST).max(0.1));
        let paragraph = self.paragraph(head, style, scale, None);
        let whole = head.len() == text.len();
        if whole && paragraph.text_width() <= width {
            return Elided { paragraph, kept: text.len(), cut: false };
        }
        let room = width - self.paragraph("…", style, scale, None).text_width();
        let mut used = 0.0;
        let mut ends: Vec<usize> = vec![0];
        for cluster in paragraph.clusters() {
            used += cluster.right - cluster.left;
            if used > room {
                break;
            }
            ends.push(cluster.range.end);
        }
        // Cutting can widen the last letter, which now has its final form; then one more has to go.
        while let Some(end) = ends.pop() {
            let kept = head.get(..end).unwrap_or_default().trim_end();
            let line = self.paragraph(&format!("{kept}…"), style, scale, None);
            if line.text_width() <= width || ends.is_empty() {
                return Elided { kept: kept.len(), paragraph: line, cut: true };
            }
        }
        Elided { paragraph, kept: head.len(), cut: false }
    }
}

/// The first `count` graphemes of a text, or one or two more.
fn head_that_can_fit(text: &str, count: f32) -> &str {
    use unicode_segmentation::UnicodeSegmentation as _;
    let mut left = count.max(1.0);
    for (index, _) in text.grapheme_indices(true) {
        if left < 0.0 {
            return text.get(..index).unwrap_or(text);
        }
        left -= 1.0;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Direction, majority};

    fn elide(text: &str, width: f32) -> Elided {
        let direction = majority(text).unwrap_or(Direction::LeftToRight);
        let style = ParagraphStyle { direction, ..ParagraphStyle::default() };
        Shaper::bundled().elided(text, &style, 1.0, width)
    }

    #[test]
    fn cuts_at_the_end_of_the_text() {
        let title = "العراق يعلن اكتمال انسحاب التحالف الدولي لمحاربة تنظيم الدولة الإسلامية";
        let mut last = 0;
        for width in [0.0, 5.0, 20.0, 60.0, 120.0, 240.0, 360.0] {
            let elided = elide(title, width);
            assert!(elided.cut);
            assert!(elided.paragraph.text_width() <= width.max(13.0), "{width}");
            assert!(elided.kept >= last);
            last = elided.kept;
            // The dots stand at the left, where an Arabic line ends.
            let dots = elided.paragraph.clusters().last().unwrap();
            assert!(elided.paragraph.clusters().iter().all(|cluster| cluster.left >= dots.left));
        }
        assert!(last > 60);
        let whole = elide(title, 4000.0);
        assert!(!whole.cut);
        assert_eq!(whole.kept, title.len());
    }

    #[test]
    fn a_huge_text_is_not_shaped_whole() {
        let text = "كلمة ".repeat(20_000);
        let elided = elide(&text, 200.0);
        assert!(elided.cut && elided.paragraph.len() < 200);
    }
}
