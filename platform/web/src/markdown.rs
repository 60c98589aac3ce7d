//! Markdown from people to safe HTML.
//!
//! Parsers and sanitisers take quadratic time in nesting, so size and depth are bounded first. Raw HTML is shown as
//! text, pictures are left out, headings start below those of the page.

use std::collections::HashSet;
use std::sync::LazyLock;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// The longest text taken, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;
/// The deepest nesting taken.
pub const MAX_DEPTH: usize = 24;

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarkdownError {
    /// Longer than [`MAX_BYTES`].
    #[error("text is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("text is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

/// Renders `text`; its first heading level becomes `<h{top}>` (2 to 6).
///
/// # Errors
/// A text that is too long or nested too deep; call this when the text is stored, to say so in time.
pub fn render(text: &str, top: u8) -> Result<String, MarkdownError> {
    if text.len() > MAX_BYTES {
        return Err(MarkdownError::TooLong);
    }
    if text.lines().any(|line| markers(line) > MAX_DEPTH) || brackets(text) > MAX_DEPTH {
        return Err(MarkdownError::TooDeep);
    }
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
    let mut depth = 0_usize;
    let mut events = Vec::new();
    for event in Parser::new_ext(text, options) {
        match &event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(MarkdownError::TooDeep);
        }
        events.push(lowered(event, top));
    }
    let mut unsafe_html = String::with_capacity(text.len() * 2);
    html::push_html(&mut unsafe_html, events.into_iter());
    Ok(CLEANER.clean(&unsafe_html).to_string())
}

/// As [`render`], but a refused text comes back as escaped plain text, so that a page never fails for it.
#[must_use]
pub fn render_or_plain(text: &str, top: u8) -> String {
    render(text, top).unwrap_or_else(|_| {
        let end = text.char_indices().map(|(i, _)| i).find(|i| *i >= MAX_BYTES).unwrap_or(text.len());
        format!("<p>{}</p>", handlebars::html_escape(text.get(..end).unwrap_or_default()))
    })
}

/// How many block containers a line opens: `> > - 1.`
fn markers(line: &str) -> usize {
    let mut count = 0;
    for word in line.split_whitespace() {
        let quotes = word.bytes().take_while(|b| *b == b'>').count();
        let rest = word.get(quotes..).unwrap_or_default();
        let item = matches!(rest, "-" | "*" | "+")
            || rest
                .strip_suffix(['.', ')'])
                .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        count += quotes + usize::from(item);
        if !rest.is_empty() && !item {
            break;
        }
    }
    count
}

/// The deepest run of brackets that are open at once.
fn brackets(text: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'[' => open += 1,
            b']' => open = open.saturating_sub(1),
            b'\n' => open = 0,
            _ => {}
        }
        most = most.max(open);
    }
    most
}

fn lowered(event: Event<'_>, top: u8) -> Event<'_> {
    match event {
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            Event::Start(Tag::Heading { level: lower(level, top), id, classes, attrs })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level, top))),
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        other => other,
    }
}

fn lower(level: HeadingLevel, top: u8) -> HeadingLevel {
    let steps = usize::from(top.clamp(2, 6)).saturating_sub(1);
    let own = match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    };
    HeadingLevel::try_from((own + steps).min(6)).unwrap_or(HeadingLevel::H6)
}

static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::default();
    builder
        .tags(HashSet::from([
            "p",
            "br",
            "hr",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "ul",
            "ol",
            "li",
            "blockquote",
            "strong",
            "em",
            "del",
            "code",
            "pre",
            "a",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
        ]))
        .url_schemes(HashSet::from(["https", "http", "mailto", "tel"]))
        .link_rel(Some("nofollow noopener noreferrer"));
    builder
});
