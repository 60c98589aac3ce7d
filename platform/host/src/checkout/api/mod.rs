//! The API: thin, over the same services as the pages.

mod files;
mod settings;

use billing::office::BillTo;
use events::{ClientId, OrderId, RefundId};
use kernel::{CallKey, Ctx, Paging, Problem};
use poem::{Request, web::Data};
use poem_openapi::{
    OpenApi, Tags,
    param::{Path, Query},
    payload::Json,
};

use super::{
    filter::FilterText,
    service::{self, RefundInput},
    types::{OrderList, OrderOut, OrderRow, RefundOut},
    types_in::{BillToIn, MarkPaidIn, PaidBackIn, RefundIn, UndoIn},
};

pub(super) use {files::FilesApi, settings::SettingsApi};

#[derive(Tags)]
enum Tag {
    /// Orders of all modules, their refunds, and the ways to pay.
    Orders,
}

pub(super) struct OrdersApi;

#[OpenApi(prefix_path = "/api/v1/:slug", tag = "Tag::Orders")]
impl OrdersApi {
    /// Orders
    ///
    /// Of all modules, the newest first, for staff.
    #[oai(path = "/orders", method = "get", operation_id = "list_orders")]
    #[expect(clippy::too_many_arguments, reason = "one parameter of the request each")]
    async fn list_orders(
        &self,
        ctx: Data<&Ctx>,
        /// Only in this state.
        status: Query<Option<String>>,
        /// Only paid this way: `free`, `manual`, `sandbox` or `stripe`.
        method: Query<Option<String>>,
        /// Only sold by this module: `packages`.
        module: Query<Option<String>>,
        /// Only with something to do: `owed`, `overdue`, `disputed` or `refund_owed`.
        needs: Query<Option<String>>,
        /// Only of this client.
        client: Query<Option<ClientId>>,
        /// Only placed from this day on, a day of the business's zone: `2026-11-23`.
        from: Query<Option<String>>,
        /// Only placed up to this day, with it.
        to: Query<Option<String>>,
        /// The number of an order, an invoice (`INV-00042`) or a credit note (`CN-00007`), or words of which the buyer's name or
        /// e-mail contains each.
        search: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<OrderList>, Problem> {
        let text = FilterText {
            search: search.0.unwrap_or_default(),
            status: status.0.unwrap_or_default(),
            method: method.0.unwrap_or_default(),
            module: module.0.unwrap_or_default(),
            needs: needs.0.unwrap_or_default(),
            from: from.0.unwrap_or_default(),
            to: to.0.unwrap_or_default(),
            ..FilterText::default()
        };
        let filter = text.read(client.0, &ctx.tenant().zone)?;
        let paging = Paging::new(cursor.0.as_deref(), limit.0)?;
        let (rows, next_cursor) = service::list(&ctx, &filter, &paging).await?;
        Ok(Json(OrderList { items: rows.iter().map(OrderRow::of).collect(), next_cursor }))
    }

    /// One order
    ///
    /// With lines, payments, refunds and timeline, for staff.
    #[oai(path = "/orders/:id", method = "get", operation_id = "get_order")]
    async fn get_order(&self, ctx: Data<&Ctx>, id: Path<OrderId>) -> Result<Json<OrderOut>, Problem> {
        Ok(Json(OrderOut::of(service::detail(&ctx, id.0).await?)))
    }

    /// Mark an order as paid
    ///
    /// The transfer arrived, or there was cash. What is paid already stays as it is.
    #[oai(path = "/orders/:id/mark-paid", method = "post", operation_id = "mark_order_paid")]
    async fn mark_order_paid(
        &self,
        ctx: Data<&Ctx>,
        id: Path<OrderId>,
        body: Json<MarkPaidIn>,
    ) -> Result<Json<OrderOut>, Problem> {
        service::mark_paid(&ctx, id.0, body.0.into()).await?;
        self.get_order(ctx, id).await
    }

    /// Cancel an order
    ///
    /// One that waits for its payment; what it reserved is free again.
    #[oai(path = "/orders/:id/cancel", method = "post", operation_id = "cancel_order")]
    async fn cancel_order(&self, ctx: Data<&Ctx>, id: Path<OrderId>) -> Result<Json<OrderOut>, Problem> {
        service::cancel(&ctx, id.0).await?;
        self.get_order(ctx, id).await
    }

    /// Undo an order
    ///
    /// One for which no money came: it was free, or paid by vouchers and coupons alone. What was handed out goes back as far as
    /// it is unused, vouchers get their part back, and codes are free again. Again: nothing. One that was paid with money is
    /// refunded instead.
    #[oai(path = "/orders/:id/undo", method = "post", operation_id = "undo_order")]
    async fn undo_order(
        &self,
        ctx: Data<&Ctx>,
        id: Path<OrderId>,
        body: Json<UndoIn>,
    ) -> Result<Json<OrderOut>, Problem> {
        service::undo(&ctx, id.0, &body.0.reason.unwrap_or_default()).await?;
        self.get_order(ctx, id).await
    }

    /// Refund an order
    ///
    /// Wholly or in part, as an amount or by lines. Never more goes back than was paid; send the same `Idempotency-Key`
    /// again to get the same refund. Of an order that was paid in instalments the money goes back as one refund for each
    /// payment; the first of them is answered.
    #[oai(path = "/orders/:id/refund", method = "post", operation_id = "refund_order")]
    async fn refund_order(
        &self,
        ctx: Data<&Ctx>,
        request: &Request,
        id: Path<OrderId>,
        body: Json<RefundIn>,
    ) -> Result<Json<RefundOut>, Problem> {
        let key = CallKey::of(request).map_or_else(|| ctx.new_token(), str::to_owned);
        let input: RefundInput = body.0.read(ctx.tenant().currency, key)?;
        Ok(Json(RefundOut::of(&service::refund(&ctx, id.0, input).await?.1)))
    }

    /// Send the receipt again
    ///
    /// To the buyer; of an order that waits for a transfer, how to pay it. At most once a minute.
    #[oai(path = "/orders/:id/resend", method = "post", operation_id = "resend_receipt")]
    async fn resend_receipt(&self, ctx: Data<&Ctx>, id: Path<OrderId>) -> Result<Json<OrderOut>, Problem> {
        service::resend(&ctx, id.0).await?;
        self.get_order(ctx, id).await
    }

    /// Say who the invoice is for
    ///
    /// Company, address and tax number as they stand on the invoice of an order.
    #[oai(path = "/orders/:id/bill-to", method = "put", operation_id = "set_order_bill_to")]
    async fn set_order_bill_to(
        &self,
        ctx: Data<&Ctx>,
        id: Path<OrderId>,
        body: Json<BillToIn>,
    ) -> Result<Json<OrderOut>, Problem> {
        let input = BillTo { bill_to: body.0.bill_to, tax_id: body.0.buyer_tax_id.unwrap_or_default() };
        service::bill_to(&ctx, id.0, &input).await?;
        self.get_order(ctx, id).await
    }

    /// Mark a refund as paid back
    ///
    /// One that is owed by hand, or that the provider refused. Again: nothing.
    #[oai(path = "/orders/:id/refunds/:refund/paid-back", method = "post", operation_id = "refund_paid_back")]
    async fn refund_paid_back(
        &self,
        ctx: Data<&Ctx>,
        id: Path<OrderId>,
        refund: Path<RefundId>,
        body: Json<PaidBackIn>,
    ) -> Result<Json<OrderOut>, Problem> {
        service::paid_back(&ctx, id.0, refund.0, &body.0.note.unwrap_or_default()).await?;
        self.get_order(ctx, id).await
    }
}
