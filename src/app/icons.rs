//! Small signs drawn with lines: no font of the window has them, and a missing one would be a box.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2};

use crate::model::Status;

/// A sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    /// A magnifying glass.
    Search,
    /// The looped square.
    Commands,
    /// ✕
    Cross,
    /// +
    Plus,
    /// A window with a part at its left.
    LeftPanel,
    /// A window with a part at its right.
    RightPanel,
    /// ←
    Left,
    /// →
    Right,
    /// ↑
    Up,
    /// ↓
    Down,
}

impl Icon {
    /// The sign that a letter of a key's name stands for.
    pub(crate) fn of_key(letter: char) -> Option<Self> {
        Some(match letter {
            '←' | '⏴' => Self::Left,
            '→' | '⏵' => Self::Right,
            '↑' | '⏶' => Self::Up,
            '↓' | '⏷' => Self::Down,
            '⌘' => Self::Commands,
            _ => return None,
        })
    }

    /// Draws it in a square around `center`.
    pub(crate) fn paint(self, painter: &Painter, center: Pos2, side: f32, color: Color32) {
        let stroke = Stroke::new((side / 9.0).max(1.1), color);
        let at = |x: f32, y: f32| center + vec2(x, y) * side;
        let line = |points: &[(f32, f32)]| {
            painter.add(Shape::line(points.iter().map(|(x, y)| at(*x, *y)).collect(), stroke));
        };
        match self {
            Self::Search => {
                painter.circle_stroke(at(-0.08, -0.08), side * 0.3, stroke);
                line(&[(0.14, 0.14), (0.42, 0.42)]);
            }
            Self::Commands => looped_square(painter, center, side, stroke),
            Self::Cross => {
                line(&[(-0.3, -0.3), (0.3, 0.3)]);
                line(&[(0.3, -0.3), (-0.3, 0.3)]);
            }
            Self::Plus => {
                line(&[(-0.38, 0.0), (0.38, 0.0)]);
                line(&[(0.0, -0.38), (0.0, 0.38)]);
            }
            Self::LeftPanel | Self::RightPanel => {
                let frame = Rect::from_center_size(center, vec2(side * 1.1, side * 0.9)).round();
                painter.rect_stroke(frame, 2.0, stroke, egui::StrokeKind::Inside);
                let x = if self == Self::LeftPanel {
                    frame.left() + side * 0.38
                } else {
                    frame.right() - side * 0.38
                };
                painter.vline(x, frame.y_range(), stroke);
            }
            Self::Left => arrow(painter, center, side, vec2(-1.0, 0.0), stroke),
            Self::Right => arrow(painter, center, side, vec2(1.0, 0.0), stroke),
            Self::Up => arrow(painter, center, side, vec2(0.0, -1.0), stroke),
            Self::Down => arrow(painter, center, side, vec2(0.0, 1.0), stroke),
        }
    }
}

fn arrow(painter: &Painter, center: Pos2, side: f32, way: Vec2, stroke: Stroke) {
    let across = way.rot90();
    let tip = center + way * side * 0.42;
    painter.line_segment([center - way * side * 0.42, tip], stroke);
    for hand in [-1.0, 1.0] {
        painter.line_segment([tip, tip - (way + across * hand) * side * 0.28], stroke);
    }
}

fn looped_square(painter: &Painter, center: Pos2, side: f32, stroke: Stroke) {
    let (inner, radius) = (side * 0.17, side * 0.14);
    for (x, y) in [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)] {
        painter.circle_stroke(center + vec2(x, y) * (inner + radius), radius, stroke);
    }
    for edge in [-inner, inner] {
        let reach = inner + radius;
        painter.line_segment([center + vec2(-reach, edge), center + vec2(reach, edge)], stroke);
        painter.line_segment([center + vec2(edge, -reach), center + vec2(edge, reach)], stroke);
    }
}

/// How far somebody is with an article: an empty, a half, a full disc, so that colour is not the only sign.
pub(crate) fn status_mark(painter: &Painter, center: Pos2, status: Status, dim: Color32, good: Color32) {
    let radius = 4.0;
    match status {
        Status::New => {
            painter.circle_stroke(center, radius - 0.5, Stroke::new(1.2, dim));
        }
        Status::InProgress => {
            painter.circle_stroke(center, radius - 0.5, Stroke::new(1.2, dim));
            painter.add(Shape::convex_polygon(half_disc(center, radius - 0.5), dim, Stroke::NONE));
        }
        Status::Done => {
            painter.circle_filled(center, radius, good);
        }
    }
}

fn half_disc(center: Pos2, radius: f32) -> Vec<Pos2> {
    (0_u8..=12)
        .map(|step| {
            let angle = std::f32::consts::PI * (0.5 + f32::from(step) / 12.0);
            center + radius * vec2(angle.cos(), angle.sin())
        })
        .collect()
}

/// A rounded dashed border.
pub(crate) fn dashed(painter: &Painter, rect: Rect, stroke: Stroke) {
    let rect = rect.shrink(0.5);
    let cut = 3.0;
    let corners = [
        (pos2(rect.left() + cut, rect.top()), pos2(rect.right() - cut, rect.top())),
        (pos2(rect.right(), rect.top() + cut), pos2(rect.right(), rect.bottom() - cut)),
        (pos2(rect.right() - cut, rect.bottom()), pos2(rect.left() + cut, rect.bottom())),
        (pos2(rect.left(), rect.bottom() - cut), pos2(rect.left(), rect.top() + cut)),
    ];
    let mut path: Vec<Pos2> = corners.iter().flat_map(|(from, to)| [*from, *to]).collect();
    path.extend(path.first().copied());
    painter.extend(Shape::dashed_line(&path, stroke, 3.0, 3.0));
}
