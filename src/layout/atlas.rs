//! Glyph images, rasterised once and kept in one square picture.

use std::collections::HashMap;
use std::hash::{Hash as _, Hasher as _};
use std::ops::Range;

use swash::FontRef;
use swash::scale::image::{Content, Image};
use swash::scale::{Render, ScaleContext, Source, StrikeWith};
use swash::zeno::{Format, Transform, Vector};

use super::{Paragraph, PlacedGlyph};

/// Side of a new atlas; it doubles up to the greatest side allowed.
const FIRST_SIDE: usize = 1024;

/// Empty pixels around each image, so that filtering does not bleed.
const MARGIN: usize = 1;

/// Horizontal positions within a pixel that a glyph is rasterised for.
const STEPS: f32 = 4.0;

/// A glyph image to draw: a rectangle on the page and its place in the atlas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quad {
    /// Left edge, physical pixels from the paragraph's left edge, whole.
    pub x0: f32,
    /// Top edge, physical pixels from the paragraph's top edge, whole.
    pub y0: f32,
    /// Right edge.
    pub x1: f32,
    /// Bottom edge.
    pub y1: f32,
    /// Left edge in the atlas, 0 to 1.
    pub u0: f32,
    /// Top edge in the atlas, 0 to 1.
    pub v0: f32,
    /// Right edge in the atlas, 0 to 1.
    pub u1: f32,
    /// Bottom edge in the atlas, 0 to 1.
    pub v1: f32,
    /// Whether the image brings its own colours (emoji) and must not be tinted.
    pub color: bool,
}

/// A rectangle of atlas pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtlasRegion {
    /// Left edge.
    pub x: usize,
    /// Top edge.
    pub y: usize,
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
}

/// What an image is known by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    font: u64,
    face: u32,
    glyph: u32,
    size: u32,
    /// Quarter of a pixel.
    step: u8,
    /// Hash of variation coordinates and synthetic styles; 0 for a plain face.
    variant: u64,
}

#[derive(Clone, Copy)]
struct Entry {
    region: AtlasRegion,
    /// From the glyph's origin to the image's top left corner; y upwards.
    left: i32,
    top: i32,
    color: bool,
}

struct Shelf {
    y: usize,
    height: usize,
    used: usize,
}

/// Why an image could not be stored.
enum Full {
    /// Nothing fits any more; the atlas has to grow or to be cleared.
    Atlas,
    /// It is larger than the atlas can ever be.
    Never,
}

/// The picture with all glyph images drawn so far, RGBA with premultiplied alpha.
pub struct Atlas {
    side: usize,
    max_side: usize,
    pixels: Vec<u8>,
    shelves: Vec<Shelf>,
    entries: HashMap<Key, Option<Entry>>,
    dirty: Option<AtlasRegion>,
    generation: u64,
    dark: bool,
    scaler: ScaleContext,
}

impl Atlas {
    /// An empty atlas that may grow to `max_side` pixels square (what the graphics card takes).
    pub fn new(max_side: usize) -> Self {
        let side = FIRST_SIDE.min(max_side.max(1));
        Self {
            side,
            max_side: max_side.max(1),
            pixels: vec![0; side * side * 4],
            shelves: Vec::new(),
            entries: HashMap::new(),
            dirty: None,
            generation: 0,
            dark: false,
            scaler: ScaleContext::new(),
        }
    }

    /// Pixels along each side.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Changes whenever images moved or were dropped; quads of another generation are void.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Light text on dark ground needs stronger coverage, or it looks thinner. Clears the atlas on change.
    pub fn set_dark(&mut self, dark: bool) {
        if self.dark != dark {
            self.dark = dark;
            self.clear();
        }
    }

    /// The part of the picture that changed since the last call.
    pub fn take_dirty(&mut self) -> Option<AtlasRegion> {
        self.dirty.take()
    }

    /// The pixels of a region, row by row, RGBA with premultiplied alpha.
    pub fn region(&self, region: AtlasRegion) -> Vec<u8> {
        let mut pixels = Vec::with_capacity(region.width * region.height * 4);
        for y in region.y..region.y + region.height {
            let start = (y * self.side + region.x) * 4;
            pixels.extend_from_slice(self.pixels.get(start..start + region.width * 4).unwrap_or_default());
        }
        pixels
    }

    /// Appends the quads of a range of a paragraph's lines.
    ///
    /// Draw them with the paragraph's corner on whole pixels, or they blur.
    pub fn quads(&mut self, paragraph: &Paragraph, lines: Range<usize>, quads: &mut Vec<Quad>) {
        let begin = quads.len();
        // A full atlas is emptied, which voids what this call has appended so far; one more try with the
        // empty atlas, and what does not fit then is left out.
        for _ in 0..2 {
            quads.truncate(begin);
            let generation = self.generation;
            paragraph.glyphs(lines.clone(), |glyph| quads.extend(self.quad(&glyph)));
            if self.generation == generation {
                break;
            }
        }
    }

    fn quad(&mut self, glyph: &PlacedGlyph<'_>) -> Option<Quad> {
        let quarters = (glyph.x * STEPS).floor();
        let step = quarters.rem_euclid(STEPS);
        let key = Key {
            font: glyph.font.data.id(),
            face: glyph.font.index,
            glyph: glyph.id,
            size: glyph.size.to_bits(),
            step: small(step),
            variant: variant(glyph),
        };
        let entry = match self.entries.get(&key) {
            Some(entry) => *entry,
            None => {
                let entry = self.rasterise(glyph, step / STEPS);
                self.entries.insert(key, entry);
                entry
            }
        }?;
        let x0 = (quarters - step) / STEPS + pixels(entry.left);
        let y0 = glyph.y.round() - pixels(entry.top);
        let AtlasRegion { x, y, width, height } = entry.region;
        let side = length(self.side);
        Some(Quad {
            x0,
            y0,
            x1: x0 + length(width),
            y1: y0 + length(height),
            u0: length(x) / side,
            v0: length(y) / side,
            u1: length(x + width) / side,
            v1: length(y + height) / side,
            color: entry.color,
        })
    }

    fn rasterise(&mut self, glyph: &PlacedGlyph<'_>, offset: f32) -> Option<Entry> {
        let face = usize::try_from(glyph.font.index).ok()?;
        let font = FontRef::from_index(glyph.font.data.data(), face)?;
        let mut scaler = self
            .scaler
            .builder_with_id(font, [glyph.font.data.id(), u64::from(glyph.font.index)])
            .size(glyph.size)
            .normalized_coords(glyph.coordinates)
            .build();
        let mut render = Render::new(&[
            Source::ColorOutline(0),
            Source::ColorBitmap(StrikeWith::BestFit),
            Source::Outline,
        ]);
        render.format(Format::Alpha).offset(Vector::new(offset, 0.0));
        if glyph.embolden {
            render.embolden(glyph.size / 36.0);
        }
        if let Some(degrees) = glyph.skew {
            let slant = degrees.to_radians().tan();
            render.transform(Some(Transform::new(1.0, 0.0, slant, 1.0, 0.0, 0.0)));
        }
        let image = render.render(&mut scaler, u16::try_from(glyph.id).ok()?)?;
        if image.placement.width == 0 || image.placement.height == 0 {
            return None;
        }
        self.store(&image)
    }

    fn store(&mut self, image: &Image) -> Option<Entry> {
        let width = usize::try_from(image.placement.width).ok()?;
        let height = usize::try_from(image.placement.height).ok()?;
        let (x, y) = loop {
            match self.place(width + MARGIN, height + MARGIN) {
                Ok(place) => break place,
                Err(Full::Never) => return None,
                Err(Full::Atlas) => self.make_room(),
            }
        };
        let region = AtlasRegion { x, y, width, height };
        self.copy(image, region);
        self.dirty = Some(self.dirty.map_or(region, |dirty| union(dirty, region)));
        let color = image.content == Content::Color;
        Some(Entry { region, left: image.placement.left, top: image.placement.top, color })
    }

    fn copy(&mut self, image: &Image, region: AtlasRegion) {
        let dark = self.dark;
        for row in 0..region.height {
            let start = ((region.y + row) * self.side + region.x) * 4;
            let Some(target) = self.pixels.get_mut(start..start + region.width * 4) else { return };
            let target = target.chunks_exact_mut(4);
            match image.content {
                Content::Color => {
                    let source = image.data.chunks_exact(4).skip(row * region.width);
                    for (target, source) in target.zip(source) {
                        target.copy_from_slice(&premultiplied(source));
                    }
                }
                Content::Mask | Content::SubpixelMask => {
                    let source = image.data.iter().skip(row * region.width);
                    for (target, &coverage) in target.zip(source) {
                        target.fill(if dark { strengthened(coverage) } else { coverage });
                    }
                }
            }
        }
    }

    /// Finds a free place on the shelf that fits best, or opens a new shelf.
    fn place(&mut self, width: usize, height: usize) -> Result<(usize, usize), Full> {
        if width > self.max_side || height > self.max_side {
            return Err(Full::Never);
        }
        // A shelf may be up to a third taller than the image; otherwise small ones waste the tall shelves.
        let fitting = |shelf: &&mut Shelf| {
            shelf.height >= height
                && shelf.height <= height + height / 3 + 2
                && shelf.used + width <= self.side
        };
        if let Some(shelf) = self.shelves.iter_mut().filter(fitting).min_by_key(|shelf| shelf.height) {
            let place = (shelf.used, shelf.y);
            shelf.used += width;
            return Ok(place);
        }
        let y = self.shelves.last().map_or(0, |shelf| shelf.y + shelf.height);
        if y + height > self.side || width > self.side {
            return Err(Full::Atlas);
        }
        self.shelves.push(Shelf { y, height, used: width });
        Ok((0, y))
    }

    fn make_room(&mut self) {
        let side = (self.side * 2).min(self.max_side);
        if side == self.side {
            self.clear();
            return;
        }
        let mut pixels = vec![0; side * side * 4];
        for (target, source) in pixels.chunks_exact_mut(side * 4).zip(self.pixels.chunks_exact(self.side * 4))
        {
            if let Some(target) = target.get_mut(..source.len()) {
                target.copy_from_slice(source);
            }
        }
        self.pixels = pixels;
        self.side = side;
        self.voided();
    }

    fn clear(&mut self) {
        self.pixels.fill(0);
        self.shelves.clear();
        self.entries.clear();
        self.voided();
    }

    fn voided(&mut self) {
        self.generation += 1;
        self.dirty = Some(AtlasRegion { x: 0, y: 0, width: self.side, height: self.side });
    }
}

fn variant(glyph: &PlacedGlyph<'_>) -> u64 {
    if glyph.coordinates.is_empty() && !glyph.embolden && glyph.skew.is_none() {
        return 0;
    }
    let mut hasher = std::hash::DefaultHasher::new();
    glyph.coordinates.hash(&mut hasher);
    glyph.embolden.hash(&mut hasher);
    glyph.skew.map(f32::to_bits).hash(&mut hasher);
    hasher.finish()
}

fn union(a: AtlasRegion, b: AtlasRegion) -> AtlasRegion {
    let (x, y) = (a.x.min(b.x), a.y.min(b.y));
    let right = (a.x + a.width).max(b.x + b.width);
    let bottom = (a.y + a.height).max(b.y + b.height);
    AtlasRegion { x, y, width: right - x, height: bottom - y }
}

/// `2c - c²`, the curve egui uses for its own text on dark ground.
fn strengthened(coverage: u8) -> u8 {
    let c = u32::from(coverage);
    u8::try_from((2 * 255 * c - c * c) / 255).unwrap_or(u8::MAX)
}

fn premultiplied(pixel: &[u8]) -> [u8; 4] {
    let [r, g, b, a] = *pixel else { return [0; 4] };
    let scaled = |channel: u8| u8::try_from(u32::from(channel) * u32::from(a) / 255).unwrap_or(u8::MAX);
    [scaled(r), scaled(g), scaled(b), a]
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "one of 0, 1, 2, 3")]
fn small(step: f32) -> u8 {
    step as u8
}

#[expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^24")]
fn length(pixels: usize) -> f32 {
    pixels as f32
}

#[expect(clippy::cast_precision_loss, reason = "sides of glyphs are far below 2^24")]
fn pixels(offset: i32) -> f32 {
    offset as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Direction, ParagraphStyle, Shaper};

    fn paragraph(shaper: &mut Shaper, text: &str, size: f32) -> Paragraph {
        let style = ParagraphStyle { size, direction: Direction::RightToLeft, ..ParagraphStyle::default() };
        shaper.paragraph(text, &style, 1.0, Some(300.0))
    }

    #[test]
    fn draws_each_glyph_once() {
        let mut shaper = Shaper::bundled();
        let mut atlas = Atlas::new(2048);
        let paragraph = paragraph(&mut shaper, "أعلن العراق الأحد اكتمال عملية انسحاب التحالف (NATO).", 19.0);
        let lines = 0..paragraph.lines().len();
        let mut quads = Vec::new();
        atlas.quads(&paragraph, lines.clone(), &mut quads);
        assert!(quads.len() > 30);
        let dirty = atlas.take_dirty().unwrap();
        assert!(atlas.region(dirty).iter().any(|&value| value > 200));
        let mut again = Vec::new();
        atlas.quads(&paragraph, lines, &mut again);
        assert_eq!(quads, again);
        assert_eq!(atlas.take_dirty(), None);
        for quad in &quads {
            assert!(quad.x0.fract() == 0.0 && quad.y0.fract() == 0.0 && !quad.color);
            assert!(quad.x0 > -6.0 && quad.x1 < 306.0 && quad.u1 <= 1.0 && quad.v1 <= 1.0);
        }
    }

    #[test]
    fn images_do_not_overlap_while_it_grows_and_clears() {
        let mut shaper = Shaper::bundled();
        let mut atlas = Atlas::new(2048);
        let text =
            "أعلن العراق الأحد اكتمال عملية انسحاب التحالف الدولي لمحاربة تنظيم الدولية ABCDEFGHabcdefgh";
        let mut generations = Vec::new();
        for size in 10..90_u8 {
            let paragraph = paragraph(&mut shaper, text, f32::from(size) * 2.0);
            let mut quads = Vec::new();
            atlas.quads(&paragraph, 0..paragraph.lines().len(), &mut quads);
            assert!(quads.len() > 60);
            generations.push(atlas.generation());
            let mut regions: Vec<_> = atlas.entries.values().flatten().map(|entry| entry.region).collect();
            regions.sort_by_key(|region| (region.y, region.x));
            for (a, b) in regions.iter().zip(regions.iter().skip(1)) {
                assert!(a.y < b.y || a.x + a.width < b.x, "{a:?} {b:?}");
                assert!(b.x + b.width <= atlas.side() && b.y + b.height <= atlas.side());
            }
        }
        assert_eq!(atlas.side(), 2048);
        assert!(generations.last().unwrap() > &2, "it was cleared at least once");
    }

    #[test]
    fn dark_ground_strengthens() {
        assert_eq!([0, 64, 128, 255].map(strengthened), [0, 111, 191, 255]);
    }
}
