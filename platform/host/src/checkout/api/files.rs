//! Exports and documents.

use std::sync::Arc;

use events::{OrderId, RefundId};
use kernel::{Ctx, Problem};
use poem::{Body, web::Data};
use poem_openapi::{
    ApiResponse, Enum, OpenApi,
    param::{Path, Query},
    payload::Binary,
};

use super::Tag;
use crate::{
    app::App,
    checkout::{
        filter::FilterText,
        pages,
        service::{self, Export, Paper},
        words::Words,
    },
};

/// A table.
#[derive(ApiResponse)]
enum CsvFile {
    /// UTF-8 with its mark, lines end with CR LF, the first one has the heads. Times are the business's, in the zone that
    /// the heads name; amounts are decimal.
    #[oai(status = 200, content_type = "text/csv; charset=utf-8")]
    File(
        Binary<Body>,
        /// The file's name.
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

/// A document.
#[derive(ApiResponse)]
enum PdfFile {
    /// PDF/A.
    #[oai(status = 200, content_type = "application/pdf")]
    File(
        Binary<Vec<u8>>,
        /// The file's name.
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

/// What a table holds.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
enum What {
    /// One line an order.
    Orders,
    /// One line a line of an order.
    Lines,
    /// One line a payment, or a try that failed.
    Payments,
    /// One line a refund.
    Refunds,
}

fn named(name: &str) -> String {
    format!("attachment; filename=\"{name}\"")
}

/// A document of an order in the business's words.
async fn pdf(ctx: &Ctx, app: &App, order: OrderId, paper: Paper) -> Result<PdfFile, Problem> {
    let words = Words::of(&app.web, ctx.tenant());
    let file = service::document(ctx, words, order, paper).await?;
    Ok(PdfFile::File(Binary(file.content), named(&file.name)))
}

pub(in crate::checkout) struct FilesApi;

#[OpenApi(prefix_path = "/api/v1/:slug", tag = "Tag::Orders")]
impl FilesApi {
    /// Orders as a table
    ///
    /// Orders, their lines, payments or refunds of a time as CSV. For payments and refunds only days and method count, and
    /// the days are those of the payment or refund.
    #[oai(path = "/order-exports", method = "get", operation_id = "export_orders")]
    #[expect(clippy::too_many_arguments, reason = "one parameter of the request each")]
    async fn export_orders(
        &self,
        ctx: Data<&Ctx>,
        app: Data<&Arc<App>>,
        /// What the table holds.
        what: Query<What>,
        /// From this day on, a day of the business's zone: `2026-11-23`.
        from: Query<Option<String>>,
        /// Up to this day, with it.
        to: Query<Option<String>>,
        /// Only in this state.
        status: Query<Option<String>>,
        /// Only paid this way: `free`, `manual`, `sandbox` or `stripe`.
        method: Query<Option<String>>,
        /// Only sold by this module: `packages`.
        module: Query<Option<String>>,
    ) -> Result<CsvFile, Problem> {
        let text = FilterText {
            from: from.0.unwrap_or_default(),
            to: to.0.unwrap_or_default(),
            status: status.0.unwrap_or_default(),
            method: method.0.unwrap_or_default(),
            module: module.0.unwrap_or_default(),
            ..FilterText::default()
        };
        let what = match what.0 {
            What::Orders => Export::Orders,
            What::Lines => Export::Lines,
            What::Payments => Export::Payments,
            What::Refunds => Export::Refunds,
        };
        let (name, body) = pages::orders::file(&ctx, &app, what, &text).await?;
        Ok(CsvFile::File(Binary(body), named(&name)))
    }

    /// A receipt
    ///
    /// Of an order that is paid.
    #[oai(path = "/orders/:id/receipt", method = "get", operation_id = "get_receipt")]
    async fn get_receipt(
        &self,
        ctx: Data<&Ctx>,
        app: Data<&Arc<App>>,
        id: Path<OrderId>,
    ) -> Result<PdfFile, Problem> {
        pdf(&ctx, &app, id.0, Paper::Receipt).await
    }

    /// An invoice
    ///
    /// Of an order that is paid or waits for its payment.
    #[oai(path = "/orders/:id/invoice", method = "get", operation_id = "get_invoice")]
    async fn get_invoice(
        &self,
        ctx: Data<&Ctx>,
        app: Data<&Arc<App>>,
        id: Path<OrderId>,
    ) -> Result<PdfFile, Problem> {
        pdf(&ctx, &app, id.0, Paper::Invoice).await
    }

    /// A credit note
    ///
    /// What goes or went back by a refund.
    #[oai(path = "/orders/:id/refunds/:refund/credit-note", method = "get", operation_id = "get_credit_note")]
    async fn get_credit_note(
        &self,
        ctx: Data<&Ctx>,
        app: Data<&Arc<App>>,
        id: Path<OrderId>,
        refund: Path<RefundId>,
    ) -> Result<PdfFile, Problem> {
        pdf(&ctx, &app, id.0, Paper::CreditNote(refund.0)).await
    }
}
