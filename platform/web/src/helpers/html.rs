//! Helpers that write HTML. What comes from data is escaped here.

use handlebars::{RenderError, html_escape};
use serde_json::{Map, Value};

use super::call::{Call, fail};
use crate::{icons, markdown as md};

type Out = Result<String, RenderError>;

/// `{{icon "calendar" label=(t "…")}}`
pub(crate) fn icon(call: &Call<'_, '_>) -> Out {
    let name = call.need_str(0)?;
    let label = call.named_str("label").map(html_escape);
    icons::svg(name, label.as_deref()).ok_or_else(|| fail(format!("no icon {name}")))
}

/// `{{markdown text level=3}}`
pub(crate) fn markdown(call: &Call<'_, '_>) -> Out {
    let level = call.named("level").and_then(Value::as_u64).and_then(|l| u8::try_from(l).ok()).unwrap_or(3);
    Ok(md::render_or_plain(call.need_str(0)?, level))
}

/// `{{avatar name src size="l"}}`: decorative, the name always stands beside it.
pub(crate) fn avatar(call: &Call<'_, '_>) -> Out {
    let name = call.need_str(0)?;
    let size = match call.named_str("size") {
        Some("s") => " avatar-s",
        Some("l") => " avatar-l",
        Some("xl") => " avatar-xl",
        _ => "",
    };
    Ok(match call.param(1).and_then(Value::as_str).filter(|src| is_picture(src)) {
        Some(src) => format!(r#"<img class="avatar{size}" src="{}" alt="">"#, html_escape(src)),
        None => {
            let letters = html_escape(&initials(name));
            format!(r#"<span class="avatar{size}" aria-hidden="true">{letters}</span>"#)
        }
    })
}

fn is_picture(src: &str) -> bool {
    src.starts_with("https://") || (src.starts_with('/') && !src.starts_with("//"))
}

fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

/// `{{block this}}`: `{html}` as it is, or `{template, data}` rendered.
pub(crate) fn block(call: &Call<'_, '_>) -> Out {
    let block = call.need(0)?;
    if let Some(html) = block.get("html").and_then(Value::as_str) {
        return Ok(html.to_owned());
    }
    let template = block.get("template").and_then(Value::as_str);
    let template = template.ok_or_else(|| fail("a block has neither html nor template"))?;
    let root = match block.get("data") {
        Some(Value::Object(map)) => map.clone(),
        _ => Map::new(),
    };
    call.render(template, root)
}

/// `{{json value}}`: for `<script type="application/ld+json">`; nothing in it can end the script.
pub(crate) fn json(call: &Call<'_, '_>) -> Out {
    let text = call.need(0)?.to_string();
    Ok(text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"))
}
