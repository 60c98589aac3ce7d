//! `/{slug}`: a tenant's public page, made of the blocks of its active modules.
//!
//! The page is the same for every visitor, so what was rendered is kept by the tenant's version: a request reads the
//! version (one row, which finding the tenant needs anyway) and writes the kept bytes with its own nonce.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use events::{Instant, TenantId};
use kernel::{Actor, Ctx, Page, Problem, PublicAction, Redirect};
use poem::{
    IntoResponse, Request, Response, handler,
    http::{HeaderValue, header},
    web::Data,
};
use serde_json::{Value, json};
use web::{
    Shell,
    views::{Block, Call, PublicPage},
};

use crate::{app::App, edges::Nonce, routes};

/// Any other path of a tenant: not found, told in the tenant's look.
#[handler]
pub fn nothing() -> Result<Page, Problem> {
    Err(Problem::not_found())
}

/// Seconds that a rendered page is used: offers begin and end by the clock, too.
const FRESH_SECONDS: i64 = 60;
/// Pages kept at most; past that the cache begins anew.
const LIMIT: usize = 2_000;
/// Stands for the nonce in a kept page.
const NONCE: &str = "@@nonce@@";

/// Rendered public pages by tenant and base. Invariant: the key begins with the tenant.
#[derive(Default)]
pub struct PublicCache(Mutex<HashMap<(TenantId, String), Arc<Kept>>>);

struct Kept {
    version: i64,
    until: Instant,
    /// The page, cut where the nonce goes.
    parts: Vec<String>,
}

impl PublicCache {
    fn get(&self, ctx: &Ctx) -> Option<Arc<Kept>> {
        let key = (ctx.tenant().id, ctx.link(""));
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()?;
        (kept.version == ctx.tenant().version && kept.until > ctx.now()).then_some(kept)
    }
    fn put(&self, ctx: &Ctx, html: &str) -> Arc<Kept> {
        let kept = Arc::new(Kept {
            version: ctx.tenant().version,
            until: ctx.now().plus_seconds(FRESH_SECONDS),
            parts: html.split(NONCE).map(str::to_owned).collect(),
        });
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pages.len() >= LIMIT {
            pages.clear();
        }
        pages.insert((ctx.tenant().id, ctx.link("")), Arc::clone(&kept));
        kept
    }
}

/// The public page.
#[handler]
pub async fn show(request: &Request, Data(ctx): Data<&Ctx>) -> Result<Response, Problem> {
    let app = routes::app(request)?;
    let plain = *ctx.actor() == Actor::Visitor && !routes::render::has_flash(request);
    if !plain {
        return Ok(page(&app, ctx).await?.into_response());
    }
    let nonce = request.data::<Nonce>().map(|nonce| nonce.0.as_str()).unwrap_or_default();
    let kept = match app.public_pages.get(ctx) {
        Some(kept) => kept,
        None => {
            let html = render(&app, ctx).await?;
            app.public_pages.put(ctx, &html)
        }
    };
    Ok(Response::builder()
        .header(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))
        .header(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"))
        .body(kept.parts.join(nonce)))
}

/// `/{slug}/` → `/{slug}`.
#[handler]
pub async fn without_slash(Data(ctx): Data<&Ctx>) -> Redirect {
    Redirect::to(ctx.path(""))
}

async fn render(app: &App, ctx: &Ctx) -> Result<String, Problem> {
    let page = page(app, ctx).await?;
    let shell = Shell { nonce: NONCE.to_owned(), ..routes::render::public_shell(app, ctx, &page) };
    app.web.page(web::Layout::Public, page.template, &page.data, &shell).map_err(Problem::internal)
}

async fn page(app: &App, ctx: &Ctx) -> Result<Page, Problem> {
    let (mut actions, mut blocks) = (Vec::new(), Vec::new());
    for module in app.registry.active(ctx.tenant()) {
        if let Some(action) = module.widgets.public_action {
            actions.extend(action(ctx.clone()).await?.map(|action| (module.id, action)));
        }
        if let Some(make) = module.widgets.public_blocks {
            blocks.extend(make(ctx.clone()).await?);
        }
    }
    actions.sort_by_key(|(_, action): &(_, PublicAction)| action.order);
    blocks.sort_by_key(|block| block.order);
    let tenant = ctx.tenant();
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let about = some(&tenant.brand.about).map(|text| {
        let title = app.text(app.web.negotiate(&tenant.locale), &kernel::Text::key("server-public-about"));
        Block::new("web/block/about", json!({ "title": title, "text": text }))
    });
    let call = |id: &str| {
        let found = actions.iter().find(|(module, _)| *module == id);
        found.map(|(_, action)| Call { href: ctx.path(&action.path) })
    };
    Ok(super::of(&PublicPage {
        name: tenant.name.clone(),
        tagline: some(&tenant.brand.tagline),
        cover_url: None,
        avatar_url: some(&tenant.brand.logo_url),
        book: call("appointments"),
        buy: call("packages"),
        blocks: about
            .into_iter()
            .chain(blocks.into_iter().map(|block| Block::new(block.template, block.data)))
            .collect(),
        json_ld: Some(json_ld(ctx)),
    }))
}

/// schema.org data for search engines.
fn json_ld(ctx: &Ctx) -> Value {
    let tenant = ctx.tenant();
    json!({
        "@context": "https://schema.org",
        "@type": "LocalBusiness",
        "name": tenant.name,
        "description": tenant.brand.tagline,
        "url": ctx.link(""),
        "email": tenant.contact_email,
        "address": tenant.brand.place,
    })
}
