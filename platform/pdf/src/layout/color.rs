//! Colours one can read.

use crate::Rgb;

/// The contrast that small text needs against white (WCAG 2.2, 1.4.3), with a little to spare.
const ENOUGH: f32 = 4.6;

/// The same colour, darkened until text in it can be read on white.
pub fn readable(accent: Rgb) -> Rgb {
    (0..=50_u16)
        .map(|step| darker(accent, 100 - step * 2))
        .find(|it| contrast(*it) >= ENOUGH)
        .unwrap_or(Rgb(0, 0, 0))
}

fn darker(Rgb(red, green, blue): Rgb, percent: u16) -> Rgb {
    let part = |it: u8| u8::try_from(u16::from(it) * percent / 100).unwrap_or(it);
    Rgb(part(red), part(green), part(blue))
}

/// Against white, from 1 to 21.
fn contrast(Rgb(red, green, blue): Rgb) -> f32 {
    let linear = |it: u8| {
        let it = f32::from(it) / 255.0;
        if it <= 0.040_45 { it / 12.92 } else { ((it + 0.055) / 1.055).powf(2.4) }
    };
    1.05 / (0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dark_colours_stay_and_light_ones_darken() {
        assert_eq!(readable(Rgb(31, 78, 95)), Rgb(31, 78, 95));
        for light in [Rgb(255, 255, 255), Rgb(255, 230, 0), Rgb(120, 220, 160)] {
            assert_ne!(readable(light), light);
            assert!(contrast(readable(light)) >= ENOUGH);
        }
        assert!(readable(Rgb(255, 230, 0)).0 > 0, "it is still the same hue");
    }
}
