//! Receipts, invoices and credit notes as files.

use std::sync::Arc;

use events::OrderId;
use kernel::{Ctx, Problem};
use poem::{
    Response, handler,
    http::header,
    web::{Data, Path},
};

use crate::{
    app::App,
    checkout::{
        service::{self, File, Paper},
        words::Words,
    },
};

/// What a file's name in an address means: `receipt.pdf`, `invoice.pdf`.
fn paper(name: &str) -> Result<Paper, Problem> {
    match name {
        "receipt.pdf" => Ok(Paper::Receipt),
        "invoice.pdf" => Ok(Paper::Invoice),
        _ => Err(Problem::not_found()),
    }
}

/// `ref_….pdf`
fn credit_note(name: &str) -> Result<Paper, Problem> {
    let id = name.strip_suffix(".pdf").and_then(|id| id.parse().ok());
    id.map(Paper::CreditNote).ok_or_else(Problem::not_found)
}

fn answer(file: File) -> Response {
    Response::builder()
        .header(header::CONTENT_TYPE, "application/pdf")
        .header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name))
        .header(header::CACHE_CONTROL, "private, no-store")
        .header("x-robots-tag", "noindex")
        .body(file.content)
}

/// A document of the order behind a link.
#[handler]
pub(super) async fn of_link(
    Data(ctx): Data<&Ctx>,
    Data(app): Data<&Arc<App>>,
    Path((_, token, name)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let words = Words::of(&app.web, ctx.tenant());
    Ok(answer(service::document_by_link(ctx, words, &token, paper(&name)?).await?))
}

/// A credit note of the order behind a link.
#[handler]
pub(super) async fn refund_of_link(
    Data(ctx): Data<&Ctx>,
    Data(app): Data<&Arc<App>>,
    Path((_, token, name)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let words = Words::of(&app.web, ctx.tenant());
    Ok(answer(service::document_by_link(ctx, words, &token, credit_note(&name)?).await?))
}

async fn of_id(ctx: &Ctx, app: &App, id: &str, paper: Paper) -> Result<Response, Problem> {
    let id: OrderId = id.parse().map_err(|_| Problem::not_found())?;
    Ok(answer(service::document(ctx, Words::of(&app.web, ctx.tenant()), id, paper).await?))
}

/// A document of an order, for staff.
#[handler]
pub(super) async fn of_order(
    Data(ctx): Data<&Ctx>,
    Data(app): Data<&Arc<App>>,
    Path((_, id, name)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    of_id(ctx, app, &id, paper(&name)?).await
}

/// A credit note, for staff.
#[handler]
pub(super) async fn refund_of_order(
    Data(ctx): Data<&Ctx>,
    Data(app): Data<&Arc<App>>,
    Path((_, id, name)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    of_id(ctx, app, &id, credit_note(&name)?).await
}
