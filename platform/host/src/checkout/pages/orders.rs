//! The list of orders, and the files that are made of it.

use std::sync::Arc;

use billing::{ORDERS_EXPORT, PAYMENTS_WRITE};
use kernel::{Ctx, Page, Problem};
use poem::{
    Body, Response, handler,
    http::header,
    web::{Data, Query},
};
use serde::Deserialize;

use crate::{
    app::App,
    checkout::{
        filter::FilterText,
        service::{self, Export},
        views::{Narrowing, StudioOrderRow, StudioOrdersPage},
        words::Words,
    },
};

/// All orders, with search and filters.
#[handler]
pub(super) async fn list(
    Data(ctx): Data<&Ctx>,
    Data(app): Data<&Arc<App>>,
    Query(text): Query<FilterText>,
) -> Result<Page, Problem> {
    let filter = text.read(None, &ctx.tenant().zone)?;
    let leaf = service::leaf(ctx, &filter, text.side()?).await?;
    let modules: Vec<(&str, &str)> =
        app.registry.active(ctx.tenant()).map(|module| (module.id, module.title)).collect();
    let narrowing = Narrowing::of(&text, &modules);
    Ok(Page::of(&StudioOrdersPage {
        orders: leaf
            .orders
            .iter()
            .map(|order| StudioOrderRow::flagged(order, &leaf.flags, ctx.now()))
            .collect(),
        newer_href: leaf.newer.map(|at| text.link("before", at)),
        older_href: leaf.older.map(|at| text.link("cursor", at)),
        filtered: narrowing.is_any(),
        narrowing,
        sums: leaf.sums,
        exports: if ctx.may(ORDERS_EXPORT) { StudioOrdersPage::exports() } else { Vec::new() },
        may_payments: ctx.may(PAYMENTS_WRITE),
    }))
}

/// Which file.
#[derive(Debug, Deserialize)]
pub(super) struct What {
    what: String,
}

/// What the list holds, as a file.
#[handler]
pub(super) async fn export(
    Data(ctx): Data<&Ctx>,
    Data(app): Data<&Arc<App>>,
    Query(what): Query<What>,
    Query(text): Query<FilterText>,
) -> Result<Response, Problem> {
    let what: Export = what.what.parse().map_err(|_| Problem::field("what", "export"))?;
    let (name, body) = file(ctx, app, what, &text).await?;
    Ok(Response::builder()
        .header(header::CONTENT_TYPE, "text/csv; charset=utf-8")
        .header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))
        .header(header::CACHE_CONTROL, "private, no-store")
        .body(body))
}

/// The name and content of a file, for page and API.
pub(in crate::checkout) async fn file(
    ctx: &Ctx,
    app: &Arc<App>,
    what: Export,
    text: &FilterText,
) -> Result<(String, Body), Problem> {
    let filter = text.read(None, &ctx.tenant().zone)?;
    let words = Words::of(&app.web, ctx.tenant());
    let days = [("from", &text.from), ("to", &text.to)].into_iter().filter(|(_, day)| !day.trim().is_empty());
    let days: String = days.map(|(word, day)| format!("-{word}-{}", day.trim())).collect();
    let name = format!("{what}{days}.csv");
    Ok((name, Body::from_bytes_stream(service::export(ctx, words, what, filter).await?)))
}
