//! Properties of the pure parts: contrast and Markdown.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::time::Instant;

use proptest::prelude::*;
use web::color::{BLACK, Rgb, SHAPE, TEXT, WHITE, contrast, ink_on, readable};
use web::markdown::{MAX_BYTES, MarkdownError, render, render_or_plain};

fn any_color() -> impl Strategy<Value = Rgb> {
    any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Rgb { r, g, b })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ink_is_readable_on_every_ground(ground in any_color()) {
        prop_assert!(contrast(ink_on(ground), ground) >= TEXT);
    }

    #[test]
    fn a_corrected_colour_is_readable_on_light_and_on_dark(color in any_color()) {
        let light = [WHITE, Rgb { r: 0xf4, g: 0xf5, b: 0xf7 }, WHITE.mix(color, 9)];
        let dark = [Rgb { r: 0x16, g: 0x19, b: 0x1f }, Rgb { r: 0x20, g: 0x25, b: 0x2d }];
        for (grounds, ratio) in [(&light[..], TEXT), (&dark[..], TEXT), (&light[..2], SHAPE), (&dark[..], SHAPE)] {
            let fixed = readable(color, grounds, ratio);
            for ground in grounds {
                prop_assert!(contrast(fixed, *ground) >= ratio, "{} on {}", fixed.hex(), ground.hex());
            }
            prop_assert_eq!(readable(fixed, grounds, ratio), fixed);
        }
    }

    #[test]
    fn hex_comes_back(color in any_color()) {
        prop_assert_eq!(Rgb::parse(&color.hex()), Some(color));
    }

    #[test]
    fn only_six_hex_digits_are_a_colour(text in "[#a-zA-Z0-9;(){} é]{0,9}") {
        let bytes = text.as_bytes();
        let valid = bytes.len() == 7 && bytes[0] == b'#' && bytes[1..].iter().all(u8::is_ascii_hexdigit);
        prop_assert_eq!(Rgb::parse(&text).is_some(), valid);
    }

    #[test]
    fn markdown_never_lets_active_content_through(text in "[\\[\\]()<>a-z:/\"'=!*_`#>\\- \n]{0,300}") {
        if let Ok(html) = render(&format!("{text}<script>x</script><img src=x onerror=y>"), 3) {
            prop_assert!(!html.contains("<script"));
            prop_assert!(!html.contains("<img"));
            prop_assert!(!html.contains("javascript:"));
        }
    }
}

#[test]
fn contrast_matches_the_published_figures() {
    assert!((contrast(BLACK, WHITE) - 21.0).abs() < 1e-9);
    // #767676 is the well-known lightest grey that passes on white.
    assert!(contrast(Rgb::parse("#767676").unwrap(), WHITE) >= TEXT);
    assert!(contrast(Rgb::parse("#777777").unwrap(), WHITE) < TEXT);
}

#[test]
fn markdown_makes_text_and_lowers_headings() {
    let html =
        render("# Hi\n\n**bold** [x](https://example.com) [y](javascript:alert)\n\n- a\n- b", 3).unwrap();
    assert!(html.contains("<h3>Hi</h3>"), "{html}");
    assert!(html.contains("<strong>bold</strong>"));
    assert!(html.contains("rel=\"nofollow noopener noreferrer\""));
    assert!(!html.contains("javascript"));
    assert!(html.contains("<li>a</li>"));
    assert!(render("a <b onclick=x>raw</b>", 3).unwrap().contains("&lt;b onclick=x&gt;"));
}

#[test]
fn deep_and_long_markdown_is_refused_quickly() {
    let started = Instant::now();
    let deep = [
        ">".repeat(20_000),
        "> ".repeat(20_000),
        "- ".repeat(20_000),
        "1. ".repeat(20_000),
        "[".repeat(20_000),
        "*a **b ".repeat(5_000),
        (0..300)
            .map(|n| format!("{}- x\n", "  ".repeat(n)))
            .collect::<String>()
            .chars()
            .take(60_000)
            .collect(),
    ];
    for text in &deep {
        let outcome = render(text, 3);
        assert!(outcome.is_err() || !outcome.unwrap().is_empty());
    }
    for text in &deep[..5] {
        assert_eq!(render(text, 3), Err(MarkdownError::TooDeep));
    }
    assert_eq!(render(&"a".repeat(MAX_BYTES + 1), 3), Err(MarkdownError::TooLong));
    assert!(render_or_plain(&"é<".repeat(MAX_BYTES), 3).contains("&lt;"));
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}
