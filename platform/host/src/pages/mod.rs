//! The platform's own pages outside of the studio: start page, a tenant's public page, errors, assets, documents.

mod docs;
mod documents;
mod home;
mod problem;
mod public;

use std::borrow::Cow;

use kernel::{Audience, Page, PageRoute, Text};
use poem::get;
use rust_embed::RustEmbed;
use serde_json::Value;

pub use documents::{api_docs, asset, favicon, full_openapi, old_book_link, robots};
pub use home::start;
pub use problem::problem;
pub use public::PublicCache;

/// Pages of a tenant.
#[must_use]
pub fn routes() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Audience::Public, "/:slug", get(public::show)),
        PageRoute::new(Audience::Public, "/:slug/", get(public::without_slash)),
        PageRoute::new(Audience::Public, "/:slug/*rest", get(public::nothing)),
    ]
}

#[derive(RustEmbed)]
#[folder = "templates"]
struct Templates;

/// Templates and texts of the host itself.
#[must_use]
pub fn own_source() -> web::Source {
    let files = Templates::iter().filter_map(|path| {
        let file = Templates::get(&path)?;
        let text = String::from_utf8(file.data.into_owned()).ok()?;
        Some((format!("templates/{path}"), Cow::Owned(text)))
    });
    let texts = [
        ("locales/en/server.ftl".to_owned(), Cow::Borrowed(include_str!("../../locales/en/server.ftl"))),
        ("locales/en/problems.ftl".to_owned(), Cow::Borrowed(include_str!("../../locales/en/problems.ftl"))),
        ("locales/en/plugins.ftl".to_owned(), Cow::Borrowed(plugins::TEXTS_EN)),
    ];
    web::Source::from_files("server", files.chain(texts))
}

/// A page of `web` as a value.
#[must_use]
pub fn of<V: web::View>(view: &V) -> Page {
    let (key, args) = view.title();
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let args =
        args.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), plain(value))).collect();
    let layout = match V::LAYOUT {
        web::Layout::Public => kernel::Layout::Public,
        web::Layout::Studio => kernel::Layout::Studio,
        web::Layout::Client => kernel::Layout::Client,
        web::Layout::Account => kernel::Layout::Account,
        web::Layout::Operator => kernel::Layout::Operator,
        web::Layout::Bare => kernel::Layout::Bare,
    };
    Page {
        layout,
        template: V::TEMPLATE,
        title: Text { key: key.to_owned(), args },
        data: serde_json::to_value(view).unwrap_or(Value::Null),
        status: poem::http::StatusCode::OK,
        noindex: layout != kernel::Layout::Public,
        frame: None,
        sources: None,
    }
}
