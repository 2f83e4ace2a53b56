//! Geometry of every range of the sample article, in every bundled Arabic font, at four widths.
//!
//! The expected widths are summed from the clusters parley reports, not from our own table; the ranges are
//! all pairs of cluster boundaries of every paragraph.
#![cfg(feature = "gui")]
#![expect(clippy::string_slice, clippy::unwrap_used, reason = "what is missing here is a failed test")]

use std::ops::Range;

use expect_test::expect;
use hashiya::layout::{
    Affinity, Align, Caret, Direction, Family, Paragraph, ParagraphStyle, Rectangle, Shaper, majority,
};
use rayon::prelude::*;

const WIDTHS: [f32; 4] = [872.0, 640.0, 420.0, 300.0];
const TOLERANCE: f32 = 0.5;

fn sample() -> Vec<String> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/projects/iraq-withdrawal/articles/2026-01-18-iraq-withdrawal.txt"
    );
    #[expect(clippy::disallowed_methods, reason = "a test may read its own data")]
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn style(family: Family, direction: Direction) -> ParagraphStyle {
    ParagraphStyle { family, size: 19.0, bold: false, line_height: 1.85, direction, align: Align::Start }
}

fn set(shaper: &mut Shaper, text: &str, family: Family, width: f32) -> Paragraph {
    let direction = majority(text).unwrap_or(Direction::LeftToRight);
    shaper.paragraph(text, &style(family, direction), 1.0, Some(width))
}

/// The clusters of a paragraph as parley reports them: range, advance, line. In the order of the text, with
/// the rule for letters without advance (they share half and half with the letter before).
fn reported(paragraph: &Paragraph) -> Vec<(Range<usize>, f32, usize)> {
    let mut all = Vec::new();
    for (number, line) in paragraph.layout().lines().enumerate() {
        for run in line.runs() {
            let begin = all.len();
            for cluster in run.clusters() {
                let range = cluster.text_range();
                let mut advance = cluster.advance();
                let letter = paragraph.text()[range.clone()].chars().next().unwrap().is_alphabetic();
                if advance < 0.03 * run.font_size() && letter && all.len() > begin {
                    let last: &mut (Range<usize>, f32, usize) = all.last_mut().unwrap();
                    advance = f32::midpoint(last.1, advance);
                    last.1 = advance;
                }
                all.push((range, advance, number));
            }
        }
    }
    all.sort_by_key(|cluster| cluster.0.start);
    all
}

/// Every range of a paragraph; returns how many there were.
fn check_ranges(paragraph: &Paragraph) -> usize {
    let clusters = reported(paragraph);
    let mut sums = vec![0.0_f64];
    for (_, advance, _) in &clusters {
        sums.push(sums.last().unwrap() + f64::from(*advance));
    }
    let mut count = 0;
    for first in 0..clusters.len() {
        for last in first..clusters.len() {
            let range = clusters[first].0.start..clusters[last].0.end;
            let rectangles = paragraph.rectangles(range.clone());
            let width: f32 = rectangles.iter().map(Rectangle::width).sum();
            #[expect(clippy::cast_possible_truncation, reason = "a width")]
            let expected = (sums[last + 1] - sums[first]) as f32;
            assert!(
                (width - expected).abs() <= TOLERANCE,
                "{range:?} {:?}: {width} instead of {expected}",
                &paragraph.text()[range.clone()]
            );
            check_order(&rectangles);
            count += 1;
        }
    }
    count
}

/// From top to bottom and left to right, none over another.
fn check_order(rectangles: &[Rectangle]) {
    for (a, b) in rectangles.iter().zip(rectangles.iter().skip(1)) {
        assert!(a.bottom <= b.top || (a.top == b.top && a.right <= b.left + 0.01), "{a:?} {b:?}");
    }
}

/// Lines touch and are whole pixels high; every cluster is hit where it is; every caret is on its line.
fn check_points(paragraph: &Paragraph) {
    let lines = paragraph.lines();
    for (a, b) in lines.iter().zip(lines.iter().skip(1)) {
        assert!(a.bottom == b.top && a.bottom.fract() == 0.0 && a.range.end == b.range.start);
        assert_eq!(a.bottom - a.top, b.bottom - b.top);
    }
    for (range, advance, line) in reported(paragraph) {
        let caret = Caret::downstream(range.start);
        let place = paragraph.caret(caret);
        assert_eq!(place.line, line, "caret before {range:?}");
        assert_eq!((place.top, place.bottom), (lines[line].top, lines[line].bottom));
        assert_eq!(paragraph.caret(Caret::upstream(range.end)).line, line, "caret after {range:?}");
        if advance == 0.0 {
            continue;
        }
        let parts = paragraph.rectangles(range.clone());
        let [part] = parts.as_slice() else { panic!("{range:?}: {parts:?}") };
        let y = f32::midpoint(part.top, part.bottom);
        for (share, side) in [(0.25, part.left), (0.75, part.right)] {
            let hit = paragraph.hit(part.left + share * part.width(), y);
            assert!(hit.inside && hit.line == line && hit.cluster == range, "{range:?}: {hit:?}");
            let back = paragraph.caret(hit.caret);
            assert_eq!(back.line, line);
            assert!((back.x - side).abs() < 0.01, "{range:?}: caret at {} instead of {side}", back.x);
        }
    }
}

fn check_moves(paragraph: &Paragraph) {
    let lines = paragraph.lines();
    let mut caret = Caret::default();
    for (number, line) in lines.iter().enumerate() {
        assert_eq!(paragraph.line_of(caret), number);
        assert_eq!(paragraph.home(caret), Caret::downstream(line.range.start));
        let end = paragraph.end(caret);
        assert_eq!((end.byte, paragraph.line_of(end)), (line.text_end, number));
        assert_eq!(paragraph.home(end).byte, line.range.start);
        if number > 0 {
            assert_eq!(paragraph.line_of(paragraph.up(caret, 100.0).unwrap()), number - 1);
        }
        match paragraph.down(caret, 100.0) {
            Some(down) => caret = down,
            None => assert_eq!(number, lines.len() - 1),
        }
    }
}

#[test]
fn every_range_of_the_sample() {
    let paragraphs = sample();
    assert!(paragraphs.len() > 12);
    let families = [Family::NotoSansArabic, Family::NotoNaskhArabic, Family::Amiri];
    let work: Vec<(&String, Family)> =
        paragraphs.iter().flat_map(|text| families.map(|family| (text, family))).collect();
    let ranges: usize = work
        .into_par_iter()
        .map_init(Shaper::bundled, |shaper, (text, family)| {
            let mut paragraph = set(shaper, text, family, WIDTHS[0]);
            let mut ranges = 0;
            for width in WIDTHS {
                paragraph.rebreak(Some(width));
                ranges += check_ranges(&paragraph);
                check_points(&paragraph);
                check_moves(&paragraph);
            }
            ranges
        })
        .sum();
    assert!(ranges > 1_000_000, "{ranges}");
}

/// In this paragraph parley itself loses the last line of a selection and draws the end caret a line too
/// high: the second line's right end is a number.
#[test]
fn a_line_that_begins_with_a_number_is_not_lost() {
    let text = "كلمات عربية 2014 كلمات عربية";
    let mut shaper = Shaper::bundled();
    let style = ParagraphStyle { size: 20.0, line_height: 1.7, ..style(Family::NotoNaskhArabic, RTL) };
    let paragraph = shaper.paragraph(text, &style, 1.0, Some(100.0));
    assert_eq!(paragraph.lines().len(), 3);
    let tops: Vec<f32> = paragraph.rectangles(0..text.len()).iter().map(|part| part.top).collect();
    assert_eq!(tops, [0.0, 34.0, 68.0]);
    assert_eq!(paragraph.caret(Caret::upstream(text.len())).top, 68.0);
    assert_eq!(paragraph.caret(Caret::downstream(text.len())).line, 2);
    check_points(&paragraph);
    check_ranges(&paragraph);
}

const RTL: Direction = Direction::RightToLeft;

/// Noto Naskh sets lam-alef as a lam with an advance and an alef without one; a span that begins at the
/// alef must be visible and a click must get between the two.
#[test]
fn lam_alef_in_naskh_is_shared_half_and_half() {
    let mut shaper = Shaper::bundled();
    for text in ["لإنهاء", "الأنبار"] {
        for family in [Family::NotoNaskhArabic, Family::NotoSansArabic, Family::Amiri] {
            let paragraph = shaper.paragraph(text, &style(family, RTL), 1.0, None);
            let lam = text.rfind('ل').unwrap();
            let alef = lam + 'ل'.len_utf8();
            let width = |range: Range<usize>| -> f32 {
                paragraph.rectangles(range).iter().map(Rectangle::width).sum()
            };
            let (lam_width, alef_width) = (width(lam..alef), width(alef..alef + 2));
            assert!(alef_width > 2.0, "{family:?} {text}: {alef_width}");
            if family == Family::NotoNaskhArabic {
                assert!((lam_width - alef_width).abs() < 0.01);
            }
            let between = paragraph.caret(Caret::downstream(alef)).x;
            let hit = paragraph.hit(between - 1.0, 5.0);
            assert_eq!((hit.caret.byte, hit.inside), (alef, true));
        }
    }
}

/// Text as it arrives from the web: controls of direction, joiners, marks without letters, other scripts,
/// separators that break lines by themselves.
#[test]
fn nasty_text_keeps_its_geometry() {
    let texts = [
        "قال \u{202e}Ali\u{202c} و\u{2067}NATO (25%)\u{2069} مستشاري\u{200c}التحالف\u{200f}.",
        "\u{64e}\u{651}مُحَمَّد \u{640}\u{640} الله ﷺ لله لإلا",
        "اa1ب2 c٣د\t4 (٥) [e] «و» 1,250.50 و25٪ -7 +8 2026/01/18",
        "سطر\u{2028}سطر\u{2029}سطر\u{85}سطر\rسطر",
        "שלום 日本語 👩\u{200d}👩\u{200d}👧 🇮🇶 e\u{301}\u{301}\u{301} \u{feff}x",
        "كلمةطويلةجدابلافراغاتكلمةطويلةجدابلافراغات NATONATONATONATONATONATO",
        "                    ",
        "\u{200f}\u{200e}\u{2068}\u{2069}",
    ];
    let mut shaper = Shaper::bundled();
    for text in texts {
        for family in [Family::NotoSansArabic, Family::NotoNaskhArabic, Family::Amiri] {
            for direction in [RTL, Direction::LeftToRight] {
                let mut paragraph = shaper.paragraph(text, &style(family, direction), 1.0, None);
                for width in [f32::INFINITY, 150.0, 60.0, 1.0, 0.0] {
                    paragraph.rebreak(width.is_finite().then_some(width));
                    check_ranges(&paragraph);
                    check_points(&paragraph);
                    check_moves(&paragraph);
                    for byte in 0..=text.len() {
                        let caret = paragraph.caret(Caret::downstream(byte));
                        assert!(caret.line < paragraph.lines().len() && caret.x.is_finite());
                    }
                }
            }
        }
    }
}

#[test]
fn an_empty_paragraph_has_a_caret() {
    let mut shaper = Shaper::bundled();
    let paragraph = shaper.paragraph("", &style(Family::Interface, RTL), 1.0, Some(200.0));
    let caret = paragraph.caret(Caret::default());
    assert_eq!((caret.x, caret.line), (200.0, 0));
    assert!(paragraph.height() == 35.0 && paragraph.lines().len() == 1);
    assert!(paragraph.rectangles(0..0).is_empty());
    let hit = paragraph.hit(50.0, 3.0);
    assert_eq!((hit.caret.byte, hit.cluster, hit.inside), (0, 0..0, false));
    assert_eq!(paragraph.up(Caret::default(), 0.0), None);
    assert_eq!(paragraph.down(Caret::default(), 0.0), None);
}

#[test]
fn beside_the_text_lies_the_end_of_the_line() {
    let mut shaper = Shaper::bundled();
    let text = "قال وزير الخارجية إن NATO";
    let paragraph = shaper.paragraph(text, &style(Family::Interface, RTL), 1.0, Some(600.0));
    let left = paragraph.hit(5.0, 10.0);
    assert_eq!((left.caret, left.inside), (Caret::upstream(text.len()), false));
    let right = paragraph.hit(700.0, 10.0);
    assert_eq!((right.caret, right.inside), (Caret::downstream(0), false));
    assert_eq!(paragraph.home(left.caret).byte, 0);
    assert_eq!(paragraph.caret(Caret::upstream(text.len())).line, 0);
    assert_eq!(Affinity::default(), Affinity::Downstream);
}

/// The words of each line in the order in which they stand, from left to right, letters of a word as they
/// are read.
fn picture(text: &str, direction: Direction, width: f32) -> String {
    let mut shaper = Shaper::bundled();
    let paragraph = shaper.paragraph(text, &style(Family::NotoSansArabic, direction), 1.0, Some(width));
    let mut picture = String::new();
    for line in paragraph.lines() {
        let mut pieces: Vec<(f32, &str)> = Vec::new();
        let mut start = line.range.start;
        // A piece ends where the next cluster is not the neighbour in reading direction, and at spaces.
        let clusters: Vec<_> =
            paragraph.clusters().iter().filter(|cluster| line.range.contains(&cluster.range.start)).collect();
        for (index, cluster) in clusters.iter().enumerate() {
            let next = clusters.get(index + 1);
            let joined = next.is_some_and(|next| {
                next.rtl == cluster.rtl
                    && (next.start_edge() - cluster.end_edge()).abs() < 0.01
                    && &text[next.range.clone()] != " "
                    && &text[cluster.range.clone()] != " "
            });
            if !joined {
                let piece = &text[start..cluster.range.end];
                pieces.push((f32::min(cluster.left, cluster.right), piece));
                start = cluster.range.end;
            }
        }
        pieces.sort_by(|a, b| a.0.total_cmp(&b.0));
        let row: Vec<&str> =
            pieces.iter().map(|(_, piece)| *piece).filter(|piece| !piece.trim().is_empty()).collect();
        picture.push_str(&row.join(" | "));
        picture.push('\n');
    }
    picture
}

#[test]
fn lines_and_order_of_mixed_text() {
    let arabic = "قال Ali Hassan (رئيس NATO) إن “بين 1500 و3000 مقاتل” غادروا في أيلول/سبتمبر 2026 بنسبة 25% [انظر: UN S/2024/556].";
    expect![[r#"
        “بين | إن | ) | NATO | (رئيس | Ali | Hassan | قال
        أيلول/ | في | غادروا | مقاتل” | 3000 | و | 1500
        UN | [انظر: | % | 25 | بنسبة | 2026 | سبتمبر
        ]. | S/2024/556
    "#]]
    .assert_eq(&picture(arabic, RTL, 300.0));
    let latin = "Ali Hassan said that \"التحالف الدولي 2014\" (التحالف) had left بغداد 25%.";
    expect![[r#"
        Ali | Hassan | said | that | " | الدولي | التحالف
        (التحالف) | " | 2014 | had | left | 25 | بغداد | %.
    "#]]
    .assert_eq(&picture(latin, Direction::LeftToRight, 300.0));
}
