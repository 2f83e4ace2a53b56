//! What positions in a file count. Programs disagree, and many files count otherwise than they say: where a file
//! repeats the words of its spans, each way of counting is held against them over the whole file and the one that is
//! right is taken. [`Survey`] finds it, [`Positions`] applies it.

use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation as _;

use super::{FormatError, decode};
use crate::language::{graphemes, words};
use crate::model::{Article, Offsets, Ranges, TextRange, TextSize, quote_of};

/// What positions count in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OffsetUnit {
    /// Unicode scalar values: Python's `text[start:end]`.
    #[default]
    CodePoints,
    /// UTF-16 code units: JavaScript and Java.
    Utf16,
    /// Bytes of UTF-8.
    Bytes,
    /// Letters as readers see them (UAX 29).
    Graphemes,
}

impl OffsetUnit {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::CodePoints, Self::Utf16, Self::Bytes, Self::Graphemes];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CodePoints => "code-points",
            Self::Utf16 => "utf-16",
            Self::Bytes => "bytes",
            Self::Graphemes => "graphemes",
        }
    }

    /// Reads what [`Self::as_str`] writes.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.as_str() == name)
    }
}

/// How line ends were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LineEnds {
    /// As they stand in the file: CR LF is two.
    #[default]
    AsWritten,
    /// The file has CR LF, but it was counted as one.
    One,
    /// The file has LF, but the text had CR LF when it was counted.
    Two,
}

/// A way of counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Counting {
    /// What is counted.
    pub unit: OffsetUnit,
    /// How line ends were.
    pub line_ends: LineEnds,
    /// Whether the byte order mark before the text was counted.
    pub mark: bool,
}

impl Counting {
    /// In words, for reports.
    pub fn describe(self) -> String {
        let ends = match self.line_ends {
            LineEnds::AsWritten => "",
            LineEnds::One => ", CR LF counted as one",
            LineEnds::Two => ", line ends counted as CR LF",
        };
        format!("{}{ends}{}", self.unit.as_str(), if self.mark { ", byte order mark counted" } else { "" })
    }
}

impl From<OffsetUnit> for Counting {
    fn from(unit: OffsetUnit) -> Self {
        Self { unit, ..Self::default() }
    }
}

/// The text as it will be, and the way to it from positions in the text as it was counted.
#[derive(Debug)]
pub struct Positions {
    text: Arc<str>,
    /// The text as counted, where that is another.
    counted: Option<String>,
    table: Offsets,
    /// Where in the text as counted a CR stands before an LF.
    removed: Vec<usize>,
    /// Edges of graphemes in the text as counted.
    graphemes: Vec<u32>,
    lead: u32,
    unit: OffsetUnit,
}

impl Positions {
    /// For a text as it stands in the file, after a byte order mark where there was one.
    pub fn new(source: &str, had_mark: bool, counting: impl Into<Counting>) -> Self {
        let counting = counting.into();
        let text: Arc<str> = if source.contains('\r') {
            decode::unify_line_ends(source.to_owned()).into()
        } else {
            source.into()
        };
        let counted = match counting.line_ends {
            LineEnds::AsWritten => source.contains('\r').then(|| source.to_owned()),
            LineEnds::One => None,
            LineEnds::Two => text.contains('\n').then(|| text.replace('\n', "\r\n")),
        };
        let base = counted.as_deref().unwrap_or(&text);
        let removed = match counted {
            Some(_) => base.match_indices("\r\n").map(|(at, _)| at).collect(),
            None => Vec::new(),
        };
        let graphemes = match counting.unit {
            OffsetUnit::Graphemes => grapheme_edges(base),
            _ => Vec::new(),
        };
        let lead = match (counting.mark && had_mark, counting.unit) {
            (false, _) => 0,
            (true, OffsetUnit::Bytes) => 3,
            (true, _) => 1,
        };
        Self { table: Offsets::new(base), text, counted, removed, graphemes, lead, unit: counting.unit }
    }

    /// The text as it will be: LF line ends.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The byte in the text of a position in the file; nothing where it has none.
    pub fn byte(&self, position: u32) -> Option<TextSize> {
        let base = self.counted.as_deref().unwrap_or(&self.text);
        let position = position.checked_sub(self.lead)?;
        let byte = match self.unit {
            OffsetUnit::CodePoints => self.table.from_scalar(base, position)?,
            OffsetUnit::Utf16 => self.table.from_utf16(base, position)?,
            OffsetUnit::Bytes => TextSize::new(position),
            OffsetUnit::Graphemes => TextSize::new(*self.graphemes.get(usize::try_from(position).ok()?)?),
        };
        base.is_char_boundary(byte.into()).then_some(())?;
        let removed = self.removed.partition_point(|at| *at < usize::from(byte));
        TextSize::try_from(usize::from(byte).checked_sub(removed)?).ok()
    }

    /// The range of two positions.
    ///
    /// # Errors
    /// Where the text has no such range; the error is the nearest it has, which is wrong.
    pub fn range(&self, start: u32, end: u32) -> Result<TextRange, TextRange> {
        match (self.byte(start), self.byte(end)) {
            (Some(start), Some(end)) if start <= end => Ok(TextRange::new(start, end)),
            (start, end) => {
                let last = TextSize::of(&*self.text);
                let (start, end) = (start.unwrap_or(last), end.unwrap_or(last));
                Err(TextRange::new(start.min(end), start.max(end)))
            }
        }
    }
}

/// From places in an article to positions of a unit: what a writer needs.
#[derive(Debug)]
pub struct Ruler<'a> {
    article: &'a Article,
    unit: OffsetUnit,
    graphemes: Vec<u32>,
}

impl<'a> Ruler<'a> {
    /// For an article.
    pub fn new(article: &'a Article, unit: OffsetUnit) -> Self {
        let graphemes = match unit {
            OffsetUnit::Graphemes => grapheme_edges(article.text()),
            _ => Vec::new(),
        };
        Self { article, unit, graphemes }
    }

    /// The position of a byte; nothing inside a character or, where those are counted, a grapheme.
    pub fn position(&self, byte: TextSize) -> Option<u32> {
        match self.unit {
            OffsetUnit::CodePoints => self.article.offsets().to_scalar(self.article.text(), byte),
            OffsetUnit::Utf16 => self.article.offsets().to_utf16(self.article.text(), byte),
            OffsetUnit::Bytes => Some(byte.into()),
            OffsetUnit::Graphemes => {
                self.graphemes.binary_search(&byte.into()).ok().and_then(|nth| u32::try_from(nth).ok())
            }
        }
    }

    /// The positions of both ends of a range.
    pub fn range(&self, range: TextRange) -> Option<(u32, u32)> {
        Some((self.position(range.start())?, self.position(range.end())?))
    }
}

fn grapheme_edges(text: &str) -> Vec<u32> {
    let at = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    text.grapheme_indices(true).map(|(byte, _)| at(byte)).chain([at(text.len())]).collect()
}

/// A span as a file gives it.
#[derive(Clone, Debug)]
pub struct Claimed<'a> {
    /// Positions in the file's unit.
    pub ranges: Vec<(u32, u32)>,
    /// The words the file says are there, those of several ranges joined with one space; nothing where it does not say.
    pub covered: Option<&'a str>,
    /// Where in the file it stands, such as `line 7`.
    pub place: &'a str,
}

/// Whether the words under the ranges are those a file says are there. Line ends may have become spaces on the way.
pub fn says(words: &str, covered: &str) -> bool {
    words == covered || {
        let plain = |text: &str| text.replace("\r\n", " ").replace(['\n', '\r'], " ");
        (words.contains('\n') || covered.contains(['\n', '\r'])) && plain(words) == plain(covered)
    }
}

#[derive(Debug)]
struct Tally {
    counting: Counting,
    right: usize,
    /// Right ones among those without covered text: their edges are edges of words.
    edges: usize,
    wrong: Option<String>,
    /// Whether some span stands elsewhere than by the declared way.
    differs: bool,
}

/// The way of counting that was found, and why it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The way.
    pub counting: Counting,
    /// A sentence for the report; empty where there was nothing to find out.
    pub reason: String,
}

/// Holds each way of counting against the spans of a file. Give it all articles, then ask.
#[derive(Debug)]
pub struct Survey {
    tallies: Vec<Tally>,
    covered: usize,
    uncovered: usize,
}

impl Survey {
    /// `declared` is what the format says its positions count, which is taken where nothing speaks against it.
    pub fn new(declared: OffsetUnit) -> Self {
        let units =
            [declared].into_iter().chain(OffsetUnit::ALL.into_iter().filter(move |unit| *unit != declared));
        let tallies = units
            .flat_map(|unit| {
                let ends = [LineEnds::AsWritten, LineEnds::One, LineEnds::Two];
                ends.into_iter().flat_map(move |line_ends| {
                    [false, true].map(|mark| Tally {
                        counting: Counting { unit, line_ends, mark },
                        right: 0,
                        edges: 0,
                        wrong: None,
                        differs: false,
                    })
                })
            })
            .collect();
        Self { tallies, covered: 0, uncovered: 0 }
    }

    /// Looks at an article and its spans.
    pub fn article(&mut self, source: &str, had_mark: bool, spans: &[Claimed<'_>]) {
        if spans.is_empty() {
            return;
        }
        let with_words = spans.iter().filter(|span| span.covered.is_some()).count();
        self.covered += with_words;
        self.uncovered += spans.len() - with_words;
        let Some(declared) = self.tallies.first().map(|tally| tally.counting) else { return };
        let kinds = Kinds::of(source, had_mark);
        let base = resolve(source, had_mark, declared, spans);
        for tally in &mut self.tallies {
            if kinds.same(tally.counting, declared) {
                tally.count(spans, &base, &base);
            } else {
                let found = resolve(source, had_mark, tally.counting, spans);
                tally.count(spans, &found, &base);
            }
        }
    }

    /// The way of counting to use.
    ///
    /// # Errors
    /// Where no way puts all spans on their words, or two do that differ; with the first mismatch. With
    /// `keep_mismatches` the best one is taken instead.
    pub fn choose(&self, keep_mismatches: bool) -> Result<Found, FormatError> {
        let Some(declared) = self.tallies.first() else { return Err(FormatError::new("no way to count")) };
        let chosen = |tally: &Tally, reason: String| Found { counting: tally.counting, reason };
        let name = |tally: &Tally| tally.counting.describe();
        let spans = self.covered;
        if spans == 0 {
            return self.choose_by_edges(declared);
        }
        if declared.right == spans {
            return Ok(chosen(declared, String::new()));
        }
        let mut perfect = self.tallies.iter().filter(|tally| tally.right == spans);
        if let Some(first) = perfect.next() {
            let reason = format!(
                "positions count {}, not {}: so all of {spans} spans stand on their words",
                name(first),
                name(declared)
            );
            return Ok(chosen(first, reason));
        }
        // The first of equals, which is the declared one or nearest to it.
        let best = self
            .tallies
            .iter()
            .fold(declared, |best, tally| if tally.right > best.right { tally } else { best });
        let wrong = best.wrong.clone().unwrap_or_default();
        if keep_mismatches {
            let reason = format!(
                "positions are taken to count {}: {} of {spans} spans stand on their words",
                name(best),
                best.right
            );
            return Ok(chosen(best, reason));
        }
        Err(FormatError::new(format!(
            "{wrong}; counted as {}, {} of {spans} spans stand on their words, and no other way of counting is \
             better; nothing was imported: mend the file, or keep such spans aside with --keep-mismatches",
            name(best),
            best.right
        )))
    }

    /// Without covered words: positions of hands and programs are mostly edges of words.
    fn choose_by_edges(&self, declared: &Tally) -> Result<Found, FormatError> {
        let spans = self.uncovered;
        let share = |tally: &Tally| (tally.edges * 100).checked_div(spans).unwrap_or(100);
        let best = self
            .tallies
            .iter()
            .filter(|tally| tally.differs)
            .fold(declared, |best, tally| if tally.edges > best.edges { tally } else { best });
        let (is, was) = (share(best), share(declared));
        if best.counting == declared.counting || (was >= 80 && is < was + 10) {
            return Ok(Found { counting: declared.counting, reason: String::new() });
        }
        let figures = format!(
            "counted as {}, {was} % of {spans} spans begin and end at words; counted as {}, {is} %",
            declared.counting.describe(),
            best.counting.describe()
        );
        if is >= 95 {
            return Ok(Found { counting: best.counting, reason: figures });
        }
        Err(FormatError::new(format!("{figures}; nothing was imported: say which it is with --offset-unit")))
    }
}

impl Tally {
    fn count(
        &mut self,
        spans: &[Claimed<'_>],
        found: &[Option<(Ranges, String)>],
        base: &[Option<(Ranges, String)>],
    ) {
        for ((span, here), there) in spans.iter().zip(found).zip(base) {
            self.differs |= here != there;
            match (span.covered, here) {
                (Some(covered), Some((_, words))) if says(words, covered) => self.right += 1,
                (Some(covered), here) => {
                    let words = here.as_ref().map(|(_, words)| words.as_str());
                    self.wrong.get_or_insert_with(|| mismatch(span, words, covered));
                }
                (None, Some((_, words))) if !words.is_empty() => self.edges += 1,
                (None, _) => {}
            }
        }
    }
}

/// What is wrong with a span, as a sentence without its end.
pub fn mismatch(span: &Claimed<'_>, words: Option<&str>, covered: &str) -> String {
    let ranges: Vec<String> = span.ranges.iter().map(|(start, end)| format!("{start} to {end}")).collect();
    let at = ranges.join(" and ");
    match words {
        Some(words) => format!("{}: at {at} stands “{}”, not “{}”", span.place, short(words), short(covered)),
        None => {
            format!("{}: the text has no place {at}, where “{}” should stand", span.place, short(covered))
        }
    }
}

/// The beginning of long words, for messages.
pub fn short(words: &str) -> String {
    const SHOWN: usize = 60;
    let line = words.replace('\n', "⏎");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// Of each span its ranges and words by a way of counting. Of one without covered text, the words are empty unless its
/// edges are edges of words.
fn resolve(
    source: &str,
    had_mark: bool,
    counting: Counting,
    spans: &[Claimed<'_>],
) -> Vec<Option<(Ranges, String)>> {
    let positions = Positions::new(source, had_mark, counting);
    let text = positions.text();
    spans
        .iter()
        .map(|span| {
            let ranges: Option<Ranges> =
                span.ranges.iter().map(|(start, end)| positions.range(*start, *end).ok()).collect();
            let ranges = ranges?;
            let words = quote_of(text, &ranges)?;
            let fits = span.covered.is_some() || ranges.iter().all(|range| has_word_edges(text, *range));
            Some((ranges, if fits { words } else { String::new() }))
        })
        .collect()
}

fn has_word_edges(text: &str, range: TextRange) -> bool {
    let (start, end) = (usize::from(range.start()), usize::from(range.end()));
    !range.is_empty()
        && words::trim_range(text, range) == range
        && graphemes::is_boundary(text, start)
        && graphemes::is_boundary(text, end)
        && words::expand(text, range) == range
}

/// What a text has that makes ways of counting differ.
#[expect(clippy::struct_excessive_bools, reason = "four questions about one text")]
struct Kinds {
    astral: bool,
    ascii: bool,
    returns: bool,
    lines: bool,
    mark: bool,
    marks: bool,
}

impl Kinds {
    fn of(source: &str, had_mark: bool) -> Self {
        Self {
            astral: source.chars().any(|c| c.len_utf16() > 1),
            ascii: source.is_ascii(),
            returns: source.contains('\r'),
            lines: source.contains(['\n', '\r']),
            mark: had_mark,
            marks: !source.is_ascii() || source.contains('\r'),
        }
    }

    /// Whether two ways count the same in this text.
    fn same(&self, a: Counting, b: Counting) -> bool {
        let unit = |unit: OffsetUnit| match unit {
            OffsetUnit::Utf16 if !self.astral => OffsetUnit::CodePoints,
            OffsetUnit::Bytes if self.ascii => OffsetUnit::CodePoints,
            OffsetUnit::Graphemes if !self.marks => OffsetUnit::CodePoints,
            other => other,
        };
        let ends = |ends: LineEnds| match ends {
            LineEnds::One if !self.returns => LineEnds::AsWritten,
            LineEnds::Two if !self.lines => LineEnds::AsWritten,
            other => other,
        };
        unit(a.unit) == unit(b.unit)
            && ends(a.line_ends) == ends(b.line_ends)
            && (a.mark == b.mark || !self.mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "😀 زارَ أحمدُ القاهِرَة 🇪🇬\nثم عاد";

    /// The spans of words as a program counts that keeps the text as `kept`.
    fn claimed<'a>(kept: &str, words: &[&'a str], count: impl Fn(&str) -> usize) -> Vec<Claimed<'a>> {
        let at = |byte: usize| u32::try_from(count(&kept[..byte])).unwrap();
        words
            .iter()
            .map(|word| {
                let byte = kept.find(word).unwrap();
                Claimed {
                    ranges: vec![(at(byte), at(byte + word.len()))],
                    covered: Some(word),
                    place: "line 1",
                }
            })
            .collect()
    }

    fn found(source: &str, mark: bool, spans: &[Claimed<'_>]) -> Result<String, String> {
        let mut survey = Survey::new(OffsetUnit::CodePoints);
        survey.article(source, mark, spans);
        survey.choose(false).map(|choice| choice.counting.describe()).map_err(|error| error.to_string())
    }

    #[test]
    fn each_unit_is_found_from_the_words() {
        let words = ["القاهِرَة", "عاد"];
        let check = |name: &str, count: fn(&str) -> usize| {
            assert_eq!(found(TEXT, false, &claimed(TEXT, &words, count)).unwrap(), name);
        };
        check("code-points", |s| s.chars().count());
        check("utf-16", |s| s.encode_utf16().count());
        check("bytes", str::len);
        check("graphemes", |s| s.graphemes(true).count());
    }

    #[test]
    fn line_ends_and_byte_order_marks_are_found_too() {
        let chars = |s: &str| s.chars().count();
        let windows = TEXT.replace('\n', "\r\n");
        let words = ["أحمدُ", "عاد"];
        assert_eq!(found(&windows, false, &claimed(&windows, &words, chars)).unwrap(), "code-points");
        let one = found(&windows, false, &claimed(TEXT, &words, chars)).unwrap();
        assert_eq!(one, "code-points, CR LF counted as one");
        let two = found(TEXT, false, &claimed(&windows, &words, chars)).unwrap();
        assert_eq!(two, "code-points, line ends counted as CR LF");
        let marked = found(TEXT, true, &claimed(&format!("\u{feff}{TEXT}"), &words, chars)).unwrap();
        assert_eq!(marked, "code-points, byte order mark counted");
    }

    #[test]
    fn a_file_that_fits_no_way_is_refused_with_its_first_mismatch_or_kept() {
        let mut spans = claimed(TEXT, &["أحمدُ", "عاد"], |s| s.encode_utf16().count());
        spans.push(Claimed { ranges: vec![(2, 4)], covered: Some("؟؟"), place: "line 9" });
        let said = found(TEXT, false, &spans).unwrap_err();
        assert!(said.contains("line 9: at 2 to 4") && said.contains("utf-16, 2 of 3"), "{said}");
        let mut survey = Survey::new(OffsetUnit::CodePoints);
        survey.article(TEXT, false, &spans);
        assert_eq!(survey.choose(true).unwrap().counting.unit, OffsetUnit::Utf16);
    }

    #[test]
    fn without_words_the_edges_of_words_speak() {
        let mut spans =
            claimed(TEXT, &["أحمدُ", "القاهِرَة", "عاد"], |s| s.encode_utf16().count());
        spans.iter_mut().for_each(|span| span.covered = None);
        assert_eq!(found(TEXT, false, &spans).unwrap(), "utf-16");
        let mut spans = claimed(TEXT, &["أحمدُ", "القاهِرَة"], |s| s.chars().count());
        spans.iter_mut().for_each(|span| span.covered = None);
        assert_eq!(found(TEXT, false, &spans).unwrap(), "code-points");
        assert_eq!(found("", false, &[]).unwrap(), "code-points");
    }
}
