//! An article as blocks of the page: dateline, headline, paragraphs.
//!
//! The text is never altered: a first line ` date YYYY-MM-DD title` is shown as a dateline and a headline, both
//! being parts of the text with their own places in it.

use std::ops::Range;

use crate::language::{bytes, paragraphs};
use crate::layout::BlockKind;
use crate::model::{ArticleInfo, Direction};

/// A block of the page: bytes of the article, direction, kind.
pub(super) type Blocks = Vec<(Range<usize>, Direction, BlockKind)>;

/// The blocks of an article. Blank paragraphs are left out: the gap between paragraphs is enough.
pub(super) fn blocks(text: &str, info: Option<&ArticleInfo>) -> Blocks {
    let fixed = info.and_then(|info| info.direction);
    let mut blocks = Blocks::new();
    for paragraph in paragraphs::paragraphs(text, fixed) {
        let range = bytes(paragraph.range);
        let line = text.get(range.clone()).unwrap_or_default();
        if line.trim().is_empty() {
            continue;
        }
        let direction = paragraph.direction;
        if !blocks.is_empty() {
            blocks.push((range, direction, BlockKind::Body));
            continue;
        }
        match headline(line, info) {
            Some(Headline { title, dateline: Some(end) }) => {
                let (start, title) = (range.start, range.start + title.start..range.end);
                let direction =
                    fixed.or_else(|| paragraphs::direction_of(text.get(title.clone())?)).unwrap_or(direction);
                blocks.push((start..start + end, direction, BlockKind::Dateline));
                blocks.push((title, direction, BlockKind::Headline));
            }
            Some(_) => blocks.push((range, direction, BlockKind::Headline)),
            None => blocks.push((range, direction, BlockKind::Body)),
        }
    }
    if blocks.is_empty() {
        blocks.push((0..text.len(), fixed.unwrap_or(Direction::RightToLeft), BlockKind::Body));
    }
    blocks
}

/// Where the title stands in the first line.
struct Headline {
    title: Range<usize>,
    /// End of the part before it, where there is one.
    dateline: Option<usize>,
}

/// The first line is a headline where it is, or ends with, the article's title.
fn headline(line: &str, info: Option<&ArticleInfo>) -> Option<Headline> {
    let title = info?.title.trim();
    if title.is_empty() {
        return None;
    }
    let start = line.trim_end().strip_suffix(title)?.len();
    let before = line.get(..start)?;
    let dateline = (!before.trim().is_empty()).then_some(start);
    Some(Headline { title: start..line.len(), dateline })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, title: &str, expected: &[(&str, BlockKind)]) {
        let info = ArticleInfo { title: title.into(), ..ArticleInfo::new("a", text) };
        let found: Vec<_> = blocks(text, Some(&info))
            .into_iter()
            .map(|(range, _, kind)| (text.get(range).unwrap(), kind))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_first_line_is_dateline_and_headline() {
        use BlockKind::{Body, Dateline, Headline};
        let text = " date 2026-01-18 العراق يعلن\n\nأعلن العراق\n";
        check(
            text,
            "العراق يعلن",
            &[(" date 2026-01-18 ", Dateline), ("العراق يعلن", Headline), ("أعلن العراق", Body)],
        );
        check("Title\n\nText", "Title", &[("Title", Headline), ("Text", Body)]);
        check("Text\nmore", "Other", &[("Text", Body), ("more", Body)]);
    }

    #[test]
    fn no_letter_of_the_text_is_left_out() {
        let text = " date 2026-01-18 العراق يعلن  \n\n\n أعلن \nNATO\n";
        let info = ArticleInfo { title: "العراق يعلن".into(), ..ArticleInfo::new("a", text) };
        let shown: usize = blocks(text, Some(&info))
            .iter()
            .map(|(range, ..)| text.get(range.clone()).unwrap().trim().len())
            .sum();
        assert_eq!(
            shown,
            text.lines().map(|line| line.trim().len()).sum::<usize>() - 1,
            "all but the space before the title"
        );
    }
}
