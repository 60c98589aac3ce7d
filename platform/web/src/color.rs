//! Brand colours that stay readable: WCAG 2.2 contrast, measured and corrected.
//!
//! Invariant: [`ink_on`] and [`readable`] give at least the contrast they promise for every colour there is.

/// An sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
}

/// White.
pub const WHITE: Rgb = Rgb { r: 255, g: 255, b: 255 };
/// Black.
pub const BLACK: Rgb = Rgb { r: 0, g: 0, b: 0 };
/// What text needs against its ground (WCAG 2.2, 1.4.3).
pub const TEXT: f64 = 4.5;
/// What borders and large shapes need (WCAG 2.2, 1.4.11).
pub const SHAPE: f64 = 3.0;

impl Rgb {
    /// Reads `#rrggbb`, and nothing else: what comes from a tenant ends up in a style sheet.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('#')?;
        if hex.len() != 6 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let part = |from: usize| u8::from_str_radix(hex.get(from..from + 2)?, 16).ok();
        Some(Self { r: part(0)?, g: part(2)?, b: part(4)? })
    }

    /// The colour as `#rrggbb`.
    #[must_use]
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.r, self.g, self.b)
    }

    /// Relative luminance, 0 (black) to 1 (white).
    #[must_use]
    pub fn luminance(self) -> f64 {
        0.2126 * linear(self.r) + 0.7152 * linear(self.g) + 0.0722 * linear(self.b)
    }

    /// `percent` of `other` mixed into this colour.
    #[must_use]
    pub fn mix(self, other: Self, percent: u32) -> Self {
        let percent = percent.min(100);
        let part = |a: u8, b: u8| {
            let sum = u32::from(a) * (100 - percent) + u32::from(b) * percent;
            u8::try_from((sum + 50) / 100).unwrap_or(u8::MAX)
        };
        Self { r: part(self.r, other.r), g: part(self.g, other.g), b: part(self.b, other.b) }
    }
}

fn linear(part: u8) -> f64 {
    let value = f64::from(part) / 255.0;
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// WCAG contrast of two colours, 1 to 21.
#[must_use]
pub fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (a.luminance(), b.luminance());
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The text colour for a ground: white where that reads well, else black. Always ≥ 4.5:1.
#[must_use]
pub fn ink_on(ground: Rgb) -> Rgb {
    if contrast(WHITE, ground) >= TEXT { WHITE } else { BLACK }
}

/// The colour nearest to `color` that has `ratio` against every one of `grounds`.
///
/// It moves towards black on light grounds and towards white on dark ones. Grounds must lie on one side: where no
/// colour can do it, black or white (whichever is better) comes back.
#[must_use]
pub fn readable(color: Rgb, grounds: &[Rgb], ratio: f64) -> Rgb {
    let worst = |c: Rgb| grounds.iter().map(|g| contrast(c, *g)).fold(f64::INFINITY, f64::min);
    if worst(color) >= ratio {
        return color;
    }
    let target = if worst(BLACK) >= worst(WHITE) { BLACK } else { WHITE };
    (1..=100).map(|p| color.mix(target, p)).find(|c| worst(*c) >= ratio).unwrap_or(target)
}
