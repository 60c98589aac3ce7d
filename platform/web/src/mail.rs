//! Mails: MJML with the tenant's brand, and a text alternative.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::brand::{DEFAULT_PRIMARY, roles};
use crate::color::Rgb;
use crate::{Brand, Web, WebError, page};

/// What a mail needs to know about its tenant and reader.
#[derive(Clone, Debug, Serialize)]
pub struct MailShell {
    /// Language of the reader.
    pub locale: String,
    /// Zone of the reader.
    pub zone: String,
    /// Absolute address of the tenant's pages, without a slash at the end.
    pub base_url: String,
    /// The business.
    pub brand: Brand,
    /// Why the reader gets this, in the footer.
    pub reason: Option<String>,
}

/// A mail, ready to be put into an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// One line.
    pub subject: String,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub text: String,
}

pub(crate) fn render(web: &Web, template: &str, data: &Value, shell: &MailShell) -> Result<Mail, WebError> {
    let (module, name) = template.split_once('/').unwrap_or(("web", template));
    let part = |ending: &str| format!("{module}/mails/{name}.{ending}");
    let shell_json = shell_json(shell)?;
    let root = page::root(data, &shell_json);
    let subject = one_line(&web.render_plain(&part("subject"), root.clone())?);
    let text = web.render_plain(&part("text"), root.clone())?;
    let body = web.render_html(&part("mjml"), root)?;
    let frame = Value::Object(Map::from_iter([
        ("body".to_owned(), Value::String(body)),
        ("text".to_owned(), Value::String(text.trim().to_owned())),
        ("subject".to_owned(), Value::String(subject.clone())),
        ("shell".to_owned(), shell_json),
    ]));
    let html = to_html(template, &web.render_html("web/mail/layout", frame.clone())?)?;
    let text = web.render_plain("web/mail/layout.text", frame)?;
    Ok(Mail { subject, html, text: tidy(&text) })
}

/// The shell with colours that mail programs understand: plain values, made readable on white.
fn shell_json(shell: &MailShell) -> Result<Value, WebError> {
    let chosen = shell.brand.primary_color.as_deref().and_then(Rgb::parse);
    let roles = roles(chosen.unwrap_or(DEFAULT_PRIMARY), false);
    let mut json = serde_json::to_value(shell)?;
    if let Some(map) = json.as_object_mut() {
        map.insert("base".to_owned(), Value::String(shell.base_url.clone()));
        map.insert(
            "colors".to_owned(),
            json!({ "fill": roles.fill.hex(), "ink": roles.ink.hex(), "text": roles.text.hex() }),
        );
    }
    Ok(json)
}

fn to_html(template: &str, mjml: &str) -> Result<String, WebError> {
    let failed = |reason: String| WebError::Mail { template: template.to_owned(), reason };
    // What XML does not allow at all, escaped or not.
    let mjml: String = mjml.chars().filter(|c| is_xml(*c)).collect();
    let parsed = mrml::parse(mjml).map_err(|e| failed(e.to_string()))?;
    let options = mrml::prelude::render::RenderOptions {
        disable_comments: true,
        fonts: std::collections::HashMap::new(),
        ..Default::default()
    };
    parsed.element.render(&options).map_err(|e| failed(e.to_string()))
}

fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}

/// Invariant: nothing that could end a header line is left.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// At most one empty line in a row, no spaces at line ends.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() && empty {
            continue;
        }
        empty = line.is_empty();
        out.push_str(line);
        out.push('\n');
    }
    format!("{}\n", out.trim_end())
}
