//! Line icons, 24 by 24, drawn for this product: two-pixel strokes, round ends.

/// Name and shapes of every icon, in the order of the style page.
static ICONS: [(&str, &str); 43] = [
    ("alert", r#"<path d="M12 4 2.8 19.5h18.4zM12 10v4"/><path d="M12 17v.01"/>"#),
    ("arrow-left", r#"<path d="M20 12H4m6-6-6 6 6 6"/>"#),
    ("arrow-right", r#"<path d="M4 12h16m-6-6 6 6-6 6"/>"#),
    ("bell", r#"<path d="M6 10a6 6 0 0 1 12 0c0 5 2 6 2 7H4c0-1 2-2 2-7zM10 20h4"/>"#),
    ("bolt", r#"<path d="M13 3 5 14h6l-1 7 8-11h-6z"/>"#),
    (
        "book",
        r#"<path d="M5 5.5A2.5 2.5 0 0 1 7.5 3H19v15H7.5A2.5 2.5 0 0 0 5 20.5zM5 20.5A1.5 1.5 0 0 0 6.5 21H19v-3"/>"#,
    ),
    ("calendar", r#"<rect x="4" y="5" width="16" height="16" rx="2"/><path d="M4 10h16M8 3v4m8-4v4"/>"#),
    ("card", r#"<rect x="3" y="5" width="18" height="14" rx="2"/><path d="M3 10h18M7 15h3"/>"#),
    ("chart", r#"<path d="M4 20h16M7 16v-5m5 5V5m5 11v-8"/>"#),
    ("check", r#"<path d="m5 12.5 4.5 4.5L19 7.5"/>"#),
    ("check-circle", r#"<circle cx="12" cy="12" r="9"/><path d="m8 12.5 2.8 2.8L16 9.5"/>"#),
    ("chevron-down", r#"<path d="m6 9 6 6 6-6"/>"#),
    ("chevron-up", r#"<path d="m6 15 6-6 6 6"/>"#),
    ("chevron-left", r#"<path d="m15 6-6 6 6 6"/>"#),
    ("chevron-right", r#"<path d="m9 6 6 6-6 6"/>"#),
    ("clock", r#"<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 2"/>"#),
    ("close", r#"<path d="m6 6 12 12M18 6 6 18"/>"#),
    (
        "copy",
        r#"<rect x="9" y="9" width="11" height="11" rx="2"/><path d="M15 9V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h3"/>"#,
    ),
    ("download", r#"<path d="M12 4v11m-5-5 5 5 5-5M4 20h16"/>"#),
    ("edit", r#"<path d="M4 20h4L19 9a2.8 2.8 0 0 0-4-4L4 16zM13.5 6.5l4 4"/>"#),
    (
        "external",
        r#"<path d="M14 4h6v6m0-6L11 13M18 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h5"/>"#,
    ),
    (
        "gift",
        r#"<path d="M4 8h16v4H4zm1 4h14v8H5zm7-4v12m0-12C9 8 7.5 7 7.5 5.5S10.5 3 12 8c1.5-5 4.5-4 4.5-2.5S15 8 12 8z"/>"#,
    ),
    ("globe", r#"<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c5 5 5 13 0 18-5-5-5-13 0-18z"/>"#),
    (
        "heart",
        r#"<path d="M12 20S4 15 4 9.2C4 6.5 6 5 8 5c1.8 0 3.2 1 4 2.5C12.8 6 14.2 5 16 5c2 0 4 1.5 4 4.2C20 15 12 20 12 20z"/>"#,
    ),
    ("grip", r#"<path d="M9 6h.01M9 12h.01M9 18h.01M15 6h.01M15 12h.01M15 18h.01"/>"#),
    ("home", r#"<path d="m4 11 8-7 8 7v8a1 1 0 0 1-1 1h-4v-6H9v6H5a1 1 0 0 1-1-1z"/>"#),
    ("info", r#"<circle cx="12" cy="12" r="9"/><path d="M12 11v5m0-8v.01"/>"#),
    ("lock", r#"<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>"#),
    ("logout", r#"<path d="M10 4H5a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h5M9 12h11m-4-4 4 4-4 4"/>"#),
    ("mail", r#"<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m4 7 8 6 8-6"/>"#),
    (
        "map-pin",
        r#"<path d="M12 21s7-6.2 7-11.5A7 7 0 0 0 5 9.5C5 14.8 12 21 12 21z"/><circle cx="12" cy="9.5" r="2.5"/>"#,
    ),
    ("menu", r#"<path d="M4 7h16M4 12h16M4 17h16"/>"#),
    ("moon", r#"<path d="M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z"/>"#),
    (
        "phone",
        r#"<path d="M5 4h4l1.5 5L8 10.5a12 12 0 0 0 5.5 5.5L15 13.5l5 1.5v4a1 1 0 0 1-1 1A15 15 0 0 1 4 5a1 1 0 0 1 1-1z"/>"#,
    ),
    ("plus", r#"<path d="M12 5v14m-7-7h14"/>"#),
    ("search", r#"<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>"#),
    (
        "settings",
        r#"<path d="M4 7h9m5 0h2M4 17h2m5 0h9"/><circle cx="15.5" cy="7" r="2.5"/><circle cx="8.5" cy="17" r="2.5"/>"#,
    ),
    ("star", r#"<path d="m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1 5.9L12 16.9l-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z"/>"#),
    (
        "sun",
        r#"<circle cx="12" cy="12" r="4"/><path d="M12 3v1.5m0 15V21m9-9h-1.5m-15 0H3m15.4-6.4-1.1 1.1M6.7 17.3l-1.1 1.1m12.8 0-1.1-1.1M6.7 6.7 5.6 5.6"/>"#,
    ),
    ("tag", r#"<path d="M4 4h8l8.5 8.5-8 8L4 12z"/><path d="M8 8v.01"/>"#),
    ("user", r#"<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c0-4 3.3-6.5 7.5-6.5s7.5 2.5 7.5 6.5"/>"#),
    (
        "users",
        r#"<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6M16 4.8a3.5 3.5 0 0 1 0 6.4m2.5 3.3c1.9 1 3 2.9 3 5.5"/>"#,
    ),
    ("video", r#"<rect x="3" y="6" width="12" height="12" rx="2"/><path d="m15 11 6-4v10l-6-4z"/>"#),
];

/// Every icon's name.
pub fn names() -> impl Iterator<Item = &'static str> {
    ICONS.iter().map(|(name, _)| *name)
}

/// The shapes of an icon, without the `<svg>` around them.
#[must_use]
pub fn shapes(name: &str) -> Option<&'static str> {
    ICONS.iter().find(|(known, _)| *known == name).map(|(_, shapes)| *shapes)
}

/// An icon as inline SVG; decorative (hidden from readers) unless it has a label, which must be escaped already.
#[must_use]
pub fn svg(name: &str, label: Option<&str>) -> Option<String> {
    let shapes = shapes(name)?;
    let role = match label {
        Some(label) => format!(r#"role="img" aria-label="{label}""#),
        None => r#"aria-hidden="true""#.to_owned(),
    };
    Some(format!(r#"<svg class="icon" viewBox="0 0 24 24" {role} focusable="false">{shapes}</svg>"#))
}
