//! A tenant's colours as custom properties, corrected for contrast on light and dark grounds.

use crate::color::{BLACK, Rgb, SHAPE, TEXT, WHITE, ink_on, readable};
use crate::page::Brand;

/// The colour of a business that has not chosen one.
pub(crate) const DEFAULT_PRIMARY: Rgb = Rgb { r: 0x2f, g: 0x5b, b: 0xd8 };
/// The grounds of `app.css`: page and card, light; card and raised, dark.
const LIGHT: [Rgb; 2] = [WHITE, Rgb { r: 0xf4, g: 0xf5, b: 0xf7 }];
const DARK: [Rgb; 2] = [Rgb { r: 0x16, g: 0x19, b: 0x1f }, Rgb { r: 0x20, g: 0x25, b: 0x2d }];

/// One colour in the roles it plays on one ground.
pub(crate) struct Roles {
    /// Fills of buttons.
    pub(crate) fill: Rgb,
    /// Text on the fill.
    pub(crate) ink: Rgb,
    /// The colour as text.
    pub(crate) text: Rgb,
    /// A tint to put things on.
    pub(crate) soft: Rgb,
}

pub(crate) fn roles(color: Rgb, dark: bool) -> Roles {
    let (grounds, base, tint) = if dark { (DARK, DARK[0], 18) } else { (LIGHT, WHITE, 9) };
    let soft = base.mix(color, tint);
    let fill = readable(color, &grounds, if dark { SHAPE } else { 1.3 });
    let text = readable(color, &[grounds[0], grounds[1], soft], TEXT);
    Roles { fill, ink: ink_on(fill), text, soft }
}

/// Custom properties for the `<style nonce>` of a page. Only colours that parse get in.
pub(crate) fn css(brand: Option<&Brand>) -> String {
    let primary = brand.and_then(|b| b.primary_color.as_deref()).and_then(Rgb::parse);
    let accent = brand.and_then(|b| b.accent_color.as_deref()).and_then(Rgb::parse);
    let primary = primary.unwrap_or(DEFAULT_PRIMARY);
    let accent = accent.unwrap_or_else(|| primary.mix(BLACK, 35));
    let mut out = String::from(":root{");
    property(&mut out, "brand", primary);
    property(&mut out, "accent", accent);
    out.push('}');
    out
}

fn property(out: &mut String, name: &str, color: Rgb) {
    let (light, dark) = (roles(color, false), roles(color, true));
    let pairs = [
        ("", light.fill, dark.fill),
        ("-ink", light.ink, dark.ink),
        ("-text", light.text, dark.text),
        ("-soft", light.soft, dark.soft),
    ];
    // As chosen: for covers and other decoration that carries no text.
    out.push_str(&format!("--{name}-raw:{};", color.hex()));
    for (suffix, l, d) in pairs {
        out.push_str(&format!("--{name}{suffix}:light-dark({},{});", l.hex(), d.hex()));
    }
}
