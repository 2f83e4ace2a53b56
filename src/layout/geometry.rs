//! Lines, clusters, rectangles, carets and hits of one paragraph, from our own table of edges.
//!
//! parley's geometry steps over the ends of visual lines: in a right-to-left paragraph whose next line
//! begins with a number a range loses a whole line. Here every cluster knows its line and its two edges,
//! and all answers are read from that.

use std::ops::Range;

use parley::Layout;

use super::Direction;

/// Which of its two neighbours a caret belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Affinity {
    /// The cluster before it in the text.
    Upstream,
    /// The cluster after it in the text.
    #[default]
    Downstream,
}

/// A place between two clusters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Caret {
    /// Byte of the text.
    pub byte: usize,
    /// The side it is drawn on where the neighbours part: at line breaks and changes of direction.
    pub affinity: Affinity,
}

impl Caret {
    /// A caret drawn at the cluster after it.
    pub fn downstream(byte: usize) -> Self {
        Self { byte, affinity: Affinity::Downstream }
    }

    /// A caret drawn at the cluster before it.
    pub fn upstream(byte: usize) -> Self {
        Self { byte, affinity: Affinity::Upstream }
    }
}

/// Where a caret is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CaretBox {
    /// Its x.
    pub x: f32,
    /// Top of its line.
    pub top: f32,
    /// Bottom of its line.
    pub bottom: f32,
    /// Number of its line.
    pub line: usize,
}

/// What lies at a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The nearest caret.
    pub caret: Caret,
    /// Bytes of the cluster under the point, or of the nearest one on its line; empty in an empty line.
    pub cluster: Range<usize>,
    /// Whether the point lies on the text.
    pub inside: bool,
    /// Number of the line.
    pub line: usize,
}

/// A part of one line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rectangle {
    /// Left edge.
    pub left: f32,
    /// Right edge.
    pub right: f32,
    /// Top of the line.
    pub top: f32,
    /// Bottom of the line.
    pub bottom: f32,
    /// Base line of the line.
    pub baseline: f32,
}

impl Rectangle {
    /// Right minus left.
    pub fn width(&self) -> f32 {
        self.right - self.left
    }
}

/// A line of a paragraph. Lines touch: the bottom of one is the top of the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its bytes.
    pub range: Range<usize>,
    /// The end of its text without the space at which it was broken.
    pub text_end: usize,
    /// Top edge.
    pub top: f32,
    /// Bottom edge.
    pub bottom: f32,
    /// Base line.
    pub baseline: f32,
    /// Left edge of its text, the hanging space left out.
    pub left: f32,
    /// Right edge of its text, the hanging space left out.
    pub right: f32,
    /// Its part of [`Table::clusters`].
    clusters: Range<usize>,
}

/// The smallest piece of text a caret cannot enter, with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// Its bytes.
    pub range: Range<usize>,
    /// Number of its line.
    pub line: usize,
    /// Whether it reads from right to left.
    pub rtl: bool,
    /// Left edge.
    pub left: f32,
    /// Right edge.
    pub right: f32,
}

impl Cluster {
    /// The edge it begins at.
    pub fn start_edge(&self) -> f32 {
        if self.rtl { self.right } else { self.left }
    }

    /// The edge it ends at.
    pub fn end_edge(&self) -> f32 {
        if self.rtl { self.left } else { self.right }
    }
}

/// Edges less than this apart are one, physical pixels.
const SAME_EDGE: f32 = 0.01;

/// A letter whose advance is below this part of the font size stands on the letter before it.
const NO_ADVANCE: f32 = 0.03;

/// All edges of a paragraph.
#[derive(Default)]
pub(super) struct Table {
    pub(super) lines: Vec<Line>,
    /// In the order of the text.
    pub(super) clusters: Vec<Cluster>,
    /// Indices of `clusters`, each line's from left to right at the place of the line's own.
    visual: Vec<usize>,
}

impl Table {
    /// Reads a broken and aligned layout; line `i` is `pitch` high and begins at `i * pitch`.
    pub(super) fn new(layout: &Layout<()>, text: &str, pitch: f32, baseline: f32) -> Self {
        let mut table = Self::default();
        let mut top = 0.0;
        for line in layout.lines() {
            let metrics = line.metrics();
            let origin = metrics.offset + metrics.inline_min_coord;
            // The space a line was broken at hangs over its end.
            let hanging = metrics.hanging_advance;
            let left = if layout.is_rtl() { origin + hanging } else { origin };
            let first = table.clusters.len();
            let mut x = origin;
            let mut spaces = Vec::new();
            for run in line.runs() {
                let begin = table.clusters.len();
                push_run(&mut table, &run, text, &mut spaces);
                for index in in_visual_order(begin..table.clusters.len(), run.is_rtl()) {
                    let cluster = &mut table.clusters[index];
                    let advance = cluster.right;
                    (cluster.left, cluster.right) = (x, x + advance);
                    x = cluster.right;
                }
            }
            let range = line.text_range();
            table.lines.push(Line {
                text_end: text_end(&range, &mut spaces),
                range,
                top,
                bottom: top + pitch,
                baseline: top + baseline,
                left,
                right: left + metrics.advance - hanging,
                clusters: first..table.clusters.len(),
            });
            top += pitch;
            table.sort_line(first);
        }
        table
    }

    /// Puts the clusters from `first` on, which are from left to right by runs, in the order of the text.
    fn sort_line(&mut self, first: usize) {
        self.clusters[first..].sort_by_key(|cluster| cluster.range.start);
        let begin = self.visual.len();
        self.visual.extend(first..self.clusters.len());
        let clusters = &self.clusters;
        // Zero-width controls share their edge with a neighbour; the sum keeps them in front of what
        // begins there, and the sort is stable.
        let middle = |index: &usize| clusters[*index].left + clusters[*index].right;
        self.visual[begin..].sort_by(|a, b| middle(a).total_cmp(&middle(b)));
    }

    /// Indices of the clusters that `range` touches.
    fn covered(&self, range: &Range<usize>) -> Range<usize> {
        let first = self.clusters.partition_point(|cluster| cluster.range.end <= range.start);
        let end = self.clusters.partition_point(|cluster| cluster.range.start < range.end);
        first..end.max(first)
    }

    pub(super) fn rectangles(&self, range: Range<usize>) -> Vec<Rectangle> {
        let mut rectangles = Vec::new();
        if range.is_empty() {
            return rectangles;
        }
        let covered = self.covered(&range);
        let mut pieces: Vec<(f32, f32)> = Vec::new();
        let clusters = self.clusters.get(covered).unwrap_or_default();
        for group in clusters.chunk_by(|a, b| a.line == b.line) {
            pieces.clear();
            for cluster in group.iter().filter(|cluster| cluster.right > cluster.left) {
                match pieces.last_mut() {
                    Some(last) if touch(cluster.left, last.1) => last.1 = cluster.right,
                    Some(last) if touch(cluster.right, last.0) => last.0 = cluster.left,
                    _ => pieces.push((cluster.left, cluster.right)),
                }
            }
            pieces.sort_by(|a, b| a.0.total_cmp(&b.0));
            pieces.dedup_by(|next, last| {
                // Kerning can move a cluster back over its neighbour by a fraction of a pixel.
                let joined = next.0 <= last.1 + SAME_EDGE;
                if joined {
                    last.1 = last.1.max(next.1);
                }
                joined
            });
            let Some(line) = group.first().and_then(|cluster| self.lines.get(cluster.line)) else { continue };
            rectangles.extend(pieces.iter().map(|&(left, right)| Rectangle {
                left,
                right,
                top: line.top,
                bottom: line.bottom,
                baseline: line.baseline,
            }));
        }
        rectangles
    }

    /// The cluster a caret is drawn at, and whether at its end.
    fn cluster_of(&self, caret: Caret) -> Option<(&Cluster, bool)> {
        let index = self.clusters.partition_point(|cluster| cluster.range.end <= caret.byte);
        let following = self.clusters.get(index);
        // A byte within a cluster belongs to the beginning of that cluster.
        let within = following.is_some_and(|cluster| cluster.range.start < caret.byte);
        let preceding = index.checked_sub(1).and_then(|before| self.clusters.get(before));
        let downstream = following.map(|cluster| (cluster, false));
        let upstream = preceding.map(|cluster| (cluster, true));
        match caret.affinity {
            Affinity::Upstream if !within => upstream.or(downstream),
            _ => downstream.or(upstream),
        }
    }

    pub(super) fn line_of(&self, caret: Caret) -> usize {
        self.cluster_of(caret).map_or(0, |(cluster, _)| cluster.line)
    }

    pub(super) fn caret(&self, caret: Caret, start_edge: f32) -> CaretBox {
        let (x, line) = match self.cluster_of(caret) {
            Some((cluster, true)) => (cluster.end_edge(), cluster.line),
            Some((cluster, false)) => (cluster.start_edge(), cluster.line),
            None => (start_edge, 0),
        };
        let (top, bottom) = self.lines.get(line).map_or((0.0, 0.0), |line| (line.top, line.bottom));
        CaretBox { x, top, bottom, line }
    }

    pub(super) fn hit(&self, x: f32, y: f32, direction: Direction) -> Hit {
        let below = self.lines.partition_point(|line| line.bottom <= y);
        let line = below.min(self.lines.len().saturating_sub(1));
        let mut hit = self.hit_line(line, x, direction);
        hit.inside &= self.lines.get(line).is_some_and(|line| (line.top..line.bottom).contains(&y));
        hit
    }

    pub(super) fn hit_line(&self, line: usize, x: f32, direction: Direction) -> Hit {
        let line = line.min(self.lines.len().saturating_sub(1));
        let nowhere = Hit { caret: Caret::default(), cluster: 0..0, inside: false, line };
        let Some(place) = self.lines.get(line) else { return nowhere };
        let visual = self.visual.get(place.clusters.clone()).unwrap_or_default();
        let (Some(&leftmost), Some(&rightmost)) = (visual.first(), visual.last()) else { return nowhere };
        let (left, right) = (self.clusters[leftmost].left, self.clusters[rightmost].right);
        let inside = (left..right).contains(&x);
        let index = visual.partition_point(|&index| self.clusters[index].right <= x);
        let cluster = &self.clusters[visual.get(index).copied().unwrap_or(rightmost)];
        let caret = if inside {
            // The caret goes to the nearer edge of the cluster.
            let left_half = x < f32::midpoint(cluster.left, cluster.right);
            if left_half == cluster.rtl {
                Caret::upstream(cluster.range.end)
            } else {
                Caret::downstream(cluster.range.start)
            }
        } else if (x < left) == direction.is_rtl() {
            // Beside the text lies the end (or the beginning) of the line, not the edge of whatever word
            // of the other direction happens to stand there.
            Caret::upstream(place.text_end)
        } else {
            Caret::downstream(place.range.start)
        };
        Hit { caret, cluster: cluster.range.clone(), inside, line }
    }
}

/// Appends the clusters of a run in the order of the text, with their advances as `right`.
fn push_run(table: &mut Table, run: &parley::Run<'_, ()>, text: &str, spaces: &mut Vec<Range<usize>>) {
    let line = table.lines.len();
    let begin = table.clusters.len();
    let mut previous_is_letter = false;
    for shaped in run.clusters() {
        let range = shaped.text_range();
        let mut advance = shaped.advance();
        let letter = is_letter(text, &range);
        // Noto Naskh sets lam-alef as two glyphs, the alef without an advance (Amiri: with one of -0.002
        // em); without a share of the lam's it could be neither clicked nor highlighted.
        if letter
            && previous_is_letter
            && advance < NO_ADVANCE * run.font_size()
            && let Some(previous) = table.clusters.get_mut(begin..).and_then(<[Cluster]>::last_mut)
        {
            advance = f32::midpoint(previous.right, advance);
            previous.right = advance;
        }
        if shaped.is_space_or_nbsp() {
            spaces.push(range.clone());
        }
        previous_is_letter = letter;
        table.clusters.push(Cluster { range, line, rtl: run.is_rtl(), left: 0.0, right: advance });
    }
}

/// Whether a cluster is a letter: controls without width must not take a share of their neighbour.
fn is_letter(text: &str, range: &Range<usize>) -> bool {
    text.get(range.clone()).and_then(|cluster| cluster.chars().next()).is_some_and(char::is_alphabetic)
}

fn in_visual_order(range: Range<usize>, rtl: bool) -> impl Iterator<Item = usize> {
    let (start, end) = (range.start, range.end);
    range.map(move |index| if rtl { start + end - 1 - index } else { index })
}

/// `range.end` moved back over the spaces that end there.
fn text_end(range: &Range<usize>, spaces: &mut [Range<usize>]) -> usize {
    spaces.sort_by_key(|space| space.end);
    let mut end = range.end;
    for space in spaces.iter().rev() {
        if space.end != end {
            break;
        }
        end = space.start;
    }
    end
}

/// Whether two edges are the same but for rounding.
fn touch(a: f32, b: f32) -> bool {
    (a - b).abs() < SAME_EDGE
}
