//! Sizes, distances and greys.

use crate::{Rgb, shape::Weight};

/// Left and right of everything.
pub const MARGIN: f32 = 56.0;
/// Where the first page begins, and the others.
pub const TOP: f32 = 46.0;
pub const NEXT_TOP: f32 = 76.0;
/// Below the footer.
pub const FOOT: f32 = 34.0;
/// Between columns.
pub const GAP: f32 = 14.0;

/// Text.
pub const INK: Rgb = Rgb(28, 30, 38);
/// Labels and small print; readable on white.
pub const GREY: Rgb = Rgb(92, 97, 112);
/// Rules between rows.
pub const HAIR: Rgb = Rgb(220, 223, 229);

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// How heavy.
    pub weight: Weight,
    /// In points.
    pub size: f32,
    /// From line to line, in points.
    pub leading: f32,
    /// In which colour.
    pub color: Rgb,
}

impl Style {
    const fn new(weight: Weight, size: f32, leading: f32, color: Rgb) -> Self {
        Self { weight, size, leading, color }
    }

    /// The same in another colour.
    pub const fn in_color(self, color: Rgb) -> Self {
        Self { color, ..self }
    }
}

pub const BRAND: Style = Style::new(Weight::Bold, 11.0, 15.0, INK);
pub const TITLE: Style = Style::new(Weight::Bold, 24.0, 29.0, INK);
pub const NUMBER: Style = Style::new(Weight::Regular, 11.0, 16.0, GREY);
pub const STAMP: Style = Style::new(Weight::Bold, 10.5, 14.0, INK);
pub const LABEL: Style = Style::new(Weight::Regular, 8.0, 13.0, GREY);
pub const HEADING: Style = Style::new(Weight::Bold, 8.5, 13.0, INK);
pub const NAME: Style = Style::new(Weight::Bold, 9.5, 13.0, INK);
pub const TEXT: Style = Style::new(Weight::Regular, 9.5, 13.0, INK);
pub const DETAIL: Style = Style::new(Weight::Regular, 8.0, 11.5, GREY);
pub const COLUMN: Style = Style::new(Weight::Bold, 8.0, 11.5, GREY);
pub const SUM: Style = Style::new(Weight::Regular, 9.5, 13.0, INK);
pub const STRONG: Style = Style::new(Weight::Bold, 12.0, 16.0, INK);
pub const NOTE: Style = Style::new(Weight::Regular, 8.5, 12.5, INK);
pub const SMALL: Style = Style::new(Weight::Regular, 7.5, 10.5, GREY);
