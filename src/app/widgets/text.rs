//! Shaped text on egui's painter: one handle a window, holding fonts, glyph atlas and shaped labels.

use std::collections::HashMap;
use std::hash::{Hash as _, Hasher as _};
use std::ops::Range;
use std::sync::Arc;

use egui::mutex::Mutex;
use egui::{
    Color32, ColorImage, Context, Id, Mesh, Painter, Pos2, Rect, Shape, TextureHandle, TextureOptions, Vec2,
};

use crate::layout::{
    Align, ArticleLayout, Atlas, AtlasRegion, Direction, Family, Paragraph, ParagraphStyle, Quad, Shaper,
    majority,
};

/// Labels kept when more have been shaped than this.
const KEEP_LABELS: usize = 2000;

/// Passes after which an unused label may be forgotten.
const IDLE_PASSES: u64 = 120;

/// Longest text that is shaped for one label, bytes; nobody reads more in a label.
const LONGEST: usize = 64 * 1024;

/// What a label asks for; equal requests are shaped once.
#[derive(Clone, Copy, Debug)]
pub struct TextRequest<'a> {
    /// The text; line feeds begin new paragraphs where it wraps and are spaces where it does not.
    pub text: &'a str,
    /// Fonts.
    pub family: Family,
    /// Font size in points.
    pub size: f32,
    /// Bold instead of regular.
    pub bold: bool,
    /// Distance of base lines as a factor of the font size.
    pub line_height: f32,
    /// Base direction of all its paragraphs, instead of that of most letters of each.
    pub direction: Option<Direction>,
    /// Base direction of a paragraph without letters.
    pub base: Direction,
    /// Where lines stand within `width`.
    pub align: Align,
    /// Width in points at which lines break or are cut; `None` for one line as long as it comes.
    pub width: Option<f32>,
    /// Cut to one line with “…” instead of wrapping.
    pub elide: bool,
}

/// A shaped text, ready to paint.
pub struct Shaped {
    pieces: Vec<Piece>,
    scale: f32,
    size: Vec2,
    cut: bool,
    quads: Mutex<Quads>,
}

/// A paragraph of a label.
struct Piece {
    /// Its top, physical pixels.
    top: f32,
    /// Its first byte in the label's text.
    start: usize,
    paragraph: Paragraph,
}

#[derive(Default)]
struct Quads {
    generation: Option<u64>,
    list: Vec<Quad>,
}

impl Shaped {
    /// Width of the longest line and height of all lines, points.
    pub fn size(&self) -> Vec2 {
        self.size
    }

    /// Whether its end was replaced by “…”.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// Distance of the first base line from the top, points.
    pub fn baseline(&self) -> f32 {
        let line = self.pieces.first().and_then(|piece| piece.paragraph.lines().first());
        line.map_or(0.0, |line| line.baseline) / self.scale
    }

    /// The rectangles that cover a byte range when its top left corner is painted at `position`, points.
    pub fn rectangles(&self, range: Range<usize>, position: Pos2) -> Vec<Rect> {
        let origin = whole(position, self.scale);
        let mut all = Vec::new();
        for piece in &self.pieces {
            let begin = range.start.saturating_sub(piece.start);
            let end = range.end.saturating_sub(piece.start).min(piece.paragraph.len());
            for part in piece.paragraph.rectangles(begin..end.max(begin)) {
                let min = origin + Vec2::new(part.left.floor(), part.top + piece.top);
                let max = origin + Vec2::new(part.right.ceil(), part.bottom + piece.top);
                all.push(Rect::from_min_max((min / self.scale).to_pos2(), (max / self.scale).to_pos2()));
            }
        }
        all
    }
}

/// A handle to the text of one window; clones are the same.
#[derive(Clone)]
pub struct Text {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    shaper: Shaper,
    atlas: Atlas,
    texture: Option<TextureHandle>,
    /// Generation of the first quads of this pass.
    painted: Option<u64>,
    labels: HashMap<u64, Entry>,
    pass: u64,
}

struct Entry {
    key: Key,
    used: u64,
    shaped: Arc<Shaped>,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    text: Box<str>,
    rest: KeyRest,
}

/// A request without its text, floats as bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct KeyRest {
    family: Family,
    bold: bool,
    elide: bool,
    direction: Option<Direction>,
    base: Direction,
    align: Align,
    floats: [u32; 4],
}

impl Text {
    /// The text of a window. Without [`Self::install`] before it uses the bundled fonts only, as tests want.
    pub fn of(ctx: &Context) -> Self {
        if let Some(text) = ctx.data(|data| data.get_temp::<Self>(Id::NULL)) {
            return text;
        }
        Self::install(ctx, Shaper::bundled())
    }

    /// Gives a window its fonts; call it once, before the first pass.
    pub fn install(ctx: &Context, shaper: Shaper) -> Self {
        let max_side = ctx.input(|input| input.max_texture_side).clamp(256, 2048);
        let text = Self {
            inner: Arc::new(Mutex::new(Inner {
                shaper,
                atlas: Atlas::new(max_side),
                texture: None,
                painted: None,
                labels: HashMap::new(),
                pass: 0,
            })),
        };
        ctx.data_mut(|data| data.insert_temp(Id::NULL, text.clone()));
        let inner = Arc::clone(&text.inner);
        ctx.on_end_pass("glyph atlas", Arc::new(move |ui| inner.lock().end_pass(ui.ctx())));
        text
    }

    /// Lends the shaper, for layouts the caller keeps himself (articles, fields).
    pub fn with_shaper<R>(&self, use_it: impl FnOnce(&mut Shaper) -> R) -> R {
        use_it(&mut self.inner.lock().shaper)
    }

    /// Shapes a label, or finds it shaped. `scale` is physical pixels per point.
    pub fn shape(&self, request: &TextRequest<'_>, scale: f32) -> Arc<Shaped> {
        self.inner.lock().shape(request, scale)
    }

    /// Paints a shaped label with its top left corner at `position`, moved to whole pixels.
    pub fn paint(&self, painter: &Painter, shaped: &Shaped, position: Pos2, color: Color32) {
        let mut inner = self.inner.lock();
        let inner = &mut *inner;
        inner.begin(painter.ctx());
        let mut quads = shaped.quads.lock();
        if quads.generation != Some(inner.atlas.generation()) {
            quads.list.clear();
            // The atlas may be emptied on the way; then what was found before is void, so once more.
            for _ in 0..2 {
                let generation = inner.atlas.generation();
                quads.list.clear();
                for piece in &shaped.pieces {
                    let first = quads.list.len();
                    let lines = 0..piece.paragraph.lines().len();
                    inner.atlas.quads(&piece.paragraph, lines, &mut quads.list);
                    for quad in quads.list.iter_mut().skip(first) {
                        quad.y0 += piece.top;
                        quad.y1 += piece.top;
                    }
                }
                if inner.atlas.generation() == generation {
                    break;
                }
            }
            quads.generation = Some(inner.atlas.generation());
        }
        inner.add(painter, &quads.list, position, shaped.scale, color);
    }

    /// Paints lines of a paragraph whose top left corner is at `origin`, moved to whole pixels, as one mesh.
    pub fn paint_paragraph(
        &self,
        painter: &Painter,
        paragraph: &Paragraph,
        lines: Range<usize>,
        origin: Pos2,
        color: Color32,
    ) {
        let mut inner = self.inner.lock();
        inner.begin(painter.ctx());
        let mut quads = Vec::new();
        inner.atlas.quads(paragraph, lines, &mut quads);
        inner.add(painter, &quads, origin, painter.pixels_per_point(), color);
    }

    /// Paints the part of an article that a viewport (physical pixels of the page, top to bottom) shows, as
    /// one mesh. `origin` is where the page's top left corner lies; each kind of block may have its colour
    /// (`color` is called while the handle is locked and must not use it).
    pub fn paint_article(
        &self,
        painter: &Painter,
        article: &ArticleLayout,
        viewport: Range<f32>,
        origin: Pos2,
        mut color: impl FnMut(&crate::layout::Block) -> Color32,
    ) {
        let mut inner = self.inner.lock();
        inner.begin(painter.ctx());
        let mut quads = Vec::new();
        let mut parts = Vec::new();
        for _ in 0..2 {
            let generation = inner.atlas.generation();
            quads.clear();
            parts.clear();
            for index in article.visible(viewport.clone()) {
                let Some(block) = article.blocks().get(index) else { continue };
                let Some(paragraph) = &block.paragraph else { continue };
                let first = quads.len();
                let lines = article.visible_lines(index, viewport.clone());
                inner.atlas.quads(paragraph, lines, &mut quads);
                for quad in quads.iter_mut().skip(first) {
                    quad.y0 += block.top;
                    quad.y1 += block.top;
                }
                parts.push((first..quads.len(), color(block)));
            }
            if inner.atlas.generation() == generation {
                break;
            }
        }
        let scale = article.scale();
        let mut mesh = inner.mesh(painter.ctx());
        for (range, color) in parts {
            push_quads(&mut mesh, quads.get(range).unwrap_or_default(), whole(origin, scale), scale, color);
        }
        painter.add(Shape::mesh(mesh));
    }
}

impl Inner {
    fn shape(&mut self, request: &TextRequest<'_>, scale: f32) -> Arc<Shaped> {
        let width = request.width.map_or(-1.0, |width| (width * scale).floor().max(0.0));
        let rest = KeyRest {
            family: request.family,
            bold: request.bold,
            elide: request.elide,
            direction: request.direction,
            base: request.base,
            align: request.align,
            floats: [request.size, request.line_height, scale, width].map(f32::to_bits),
        };
        let mut hasher = std::hash::DefaultHasher::new();
        (request.text, rest).hash(&mut hasher);
        let hash = hasher.finish();
        let pass = self.pass;
        if let Some(entry) = self.labels.get_mut(&hash)
            && entry.key.rest == rest
            && *entry.key.text == *request.text
        {
            entry.used = pass;
            return Arc::clone(&entry.shaped);
        }
        let shaped = Arc::new(shape(&mut self.shaper, request, scale));
        let key = Key { text: request.text.into(), rest };
        self.labels.insert(hash, Entry { key, used: pass, shaped: Arc::clone(&shaped) });
        shaped
    }

    /// Before quads of a pass are asked for: the theme decides on the atlas.
    fn begin(&mut self, ctx: &Context) {
        if self.painted.is_none() {
            self.atlas.set_dark(ctx.theme() == egui::Theme::Dark);
            self.painted = Some(self.atlas.generation());
        }
    }

    fn mesh(&mut self, ctx: &Context) -> Mesh {
        let texture = self.texture.get_or_insert_with(|| {
            // The pixels follow at the end of the pass.
            ctx.load_texture(
                "glyphs",
                ColorImage::filled([1, 1], Color32::TRANSPARENT),
                TextureOptions::LINEAR,
            )
        });
        Mesh::with_texture(texture.id())
    }

    fn add(&mut self, painter: &Painter, quads: &[Quad], position: Pos2, scale: f32, color: Color32) {
        if quads.is_empty() {
            return;
        }
        let mut mesh = self.mesh(painter.ctx());
        push_quads(&mut mesh, quads, whole(position, scale), scale, color);
        painter.add(Shape::mesh(mesh));
    }

    /// Uploads what was rasterised in this pass, at once.
    fn end_pass(&mut self, ctx: &Context) {
        let generation = self.atlas.generation();
        let side = self.atlas.side();
        if let Some(texture) = &mut self.texture {
            if texture.size() != [side, side] {
                let all = AtlasRegion { x: 0, y: 0, width: side, height: side };
                self.atlas.take_dirty();
                texture.set(picture(&self.atlas, all), TextureOptions::LINEAR);
            } else if let Some(region) = self.atlas.take_dirty() {
                texture.set_partial(
                    [region.x, region.y],
                    picture(&self.atlas, region),
                    TextureOptions::LINEAR,
                );
            }
        }
        if self.painted.is_some_and(|painted| painted != generation) {
            // Some of this pass was painted before images moved.
            ctx.request_discard("the glyph atlas was rebuilt");
        }
        self.painted = None;
        self.pass += 1;
        if self.labels.len() > KEEP_LABELS {
            let oldest = self.pass.saturating_sub(IDLE_PASSES);
            self.labels.retain(|_, entry| entry.used >= oldest);
        }
    }
}

fn shape(shaper: &mut Shaper, request: &TextRequest<'_>, scale: f32) -> Shaped {
    let style = |paragraph: &str| ParagraphStyle {
        family: request.family,
        size: request.size,
        bold: request.bold,
        line_height: request.line_height,
        direction: request.direction.or_else(|| majority(paragraph)).unwrap_or(request.base),
        align: request.align,
    };
    let width = request.width.map(|width| (width * scale).floor().max(0.0));
    let text = head(request.text);
    let mut cut = false;
    let mut pieces = Vec::new();
    match width {
        Some(width) if request.elide => {
            let elided = shaper.elided(&one_line(text), &style(text), scale, width);
            cut = elided.cut || text.len() < request.text.len();
            pieces.push(Piece { top: 0.0, start: 0, paragraph: elided.paragraph });
        }
        None => {
            let paragraph = shaper.paragraph(&one_line(text), &style(text), scale, None);
            pieces.push(Piece { top: 0.0, start: 0, paragraph });
        }
        Some(_) => {
            let (mut top, mut start) = (0.0, 0);
            for line in text.split('\n') {
                let paragraph = shaper.paragraph(line, &style(line), scale, width);
                let height = paragraph.height();
                pieces.push(Piece { top, start, paragraph });
                top += height;
                start += line.len() + 1;
            }
        }
    }
    let widest = pieces.iter().map(|piece| piece.paragraph.text_width()).fold(0.0, f32::max);
    let height = pieces.last().map_or(0.0, |piece| piece.top + piece.paragraph.height());
    let size = Vec2::new(widest.ceil(), height) / scale;
    Shaped { pieces, scale, size, cut, quads: Mutex::default() }
}

/// A text that nobody could read whole in a label, cut.
fn head(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

fn one_line(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains(['\n', '\r', '\t']) { text.replace(['\n', '\r', '\t'], " ").into() } else { text.into() }
}

fn picture(atlas: &Atlas, region: AtlasRegion) -> ColorImage {
    ColorImage::from_rgba_premultiplied([region.width, region.height], &atlas.region(region))
}

/// A position in points moved to whole physical pixels, in pixels.
fn whole(position: Pos2, scale: f32) -> Vec2 {
    (position.to_vec2() * scale).round()
}

fn push_quads(mesh: &mut Mesh, quads: &[Quad], origin: Vec2, scale: f32, color: Color32) {
    mesh.reserve_vertices(quads.len() * 4);
    mesh.reserve_triangles(quads.len() * 2);
    let at = |x: f32, y: f32| ((Vec2::new(x, y) + origin) / scale).to_pos2();
    for quad in quads {
        let first = u32::try_from(mesh.vertices.len()).unwrap_or(u32::MAX);
        let color = if quad.color { Color32::from_white_alpha(color.a()) } else { color };
        let mut corner = |x, y, u, v| {
            mesh.vertices.push(egui::epaint::Vertex { pos: at(x, y), uv: Pos2::new(u, v), color });
        };
        corner(quad.x0, quad.y0, quad.u0, quad.v0);
        corner(quad.x1, quad.y0, quad.u1, quad.v0);
        corner(quad.x0, quad.y1, quad.u0, quad.v1);
        corner(quad.x1, quad.y1, quad.u1, quad.v1);
        mesh.add_triangle(first, first + 1, first + 2);
        mesh.add_triangle(first + 2, first + 1, first + 3);
    }
}
