//! The API: thin, over the same services as the pages.

use billing::{OnGone, OrderFilter};
use events::{ClientId, OrderId, RefundId};
use kernel::{CallKey, Ctx, Paging, Problem};
use poem::{Request, web::Data};
use poem_openapi::{
    OpenApi, Tags,
    param::{Path, Query},
    payload::Json,
};

use super::{
    service::{self, RefundInput},
    types::{MarkPaidIn, OrderList, OrderOut, OrderRow, PaidBackIn, PaymentSettings, RefundIn, RefundOut},
};

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
        /// Only paid this way: `free`, `manual` or `sandbox`.
        method: Query<Option<String>>,
        /// Only of this client.
        client: Query<Option<ClientId>>,
        /// An order number, or part of the buyer's name or e-mail.
        search: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<OrderList>, Problem> {
        let filter = filter(status.0, method.0, client.0, search.0)?;
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
    /// The transfer arrived, or there was cash. An order that is paid already stays as it is.
    #[oai(path = "/orders/:id/mark-paid", method = "post", operation_id = "mark_order_paid")]
    async fn mark_order_paid(
        &self,
        ctx: Data<&Ctx>,
        id: Path<OrderId>,
        body: Json<MarkPaidIn>,
    ) -> Result<Json<OrderOut>, Problem> {
        let MarkPaidIn { note, give_back } = body.0;
        let on_gone = if give_back == Some(true) { OnGone::GiveBack } else { OnGone::Refuse };
        service::mark_paid(&ctx, id.0, &note.unwrap_or_default(), on_gone).await?;
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

    /// Refund an order
    ///
    /// Wholly or in part. Never more goes back than was paid; send the same `Idempotency-Key` again to get the same
    /// refund.
    #[oai(path = "/orders/:id/refund", method = "post", operation_id = "refund_order")]
    async fn refund_order(
        &self,
        ctx: Data<&Ctx>,
        request: &Request,
        id: Path<OrderId>,
        body: Json<RefundIn>,
    ) -> Result<Json<RefundOut>, Problem> {
        let RefundIn { amount, reason } = body.0;
        if amount.currency != ctx.tenant().currency {
            return Err(Problem::field("amount", "refund_currency"));
        }
        let key = CallKey::of(request).map_or_else(|| ctx.new_token(), str::to_owned);
        let input = RefundInput { amount: amount.amount, reason: reason.unwrap_or_default(), key };
        Ok(Json(RefundOut::of(&service::refund(&ctx, id.0, input).await?.1)))
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

    /// Ways to pay
    #[oai(path = "/payment-settings", method = "get", operation_id = "get_payment_settings")]
    async fn get_payment_settings(&self, ctx: Data<&Ctx>) -> Result<Json<PaymentSettings>, Problem> {
        Ok(Json(service::payment_settings(&ctx).await?.into()))
    }

    /// Choose the ways to pay
    ///
    /// New orders can be paid these ways.
    #[oai(path = "/payment-settings", method = "put", operation_id = "set_payment_settings")]
    async fn set_payment_settings(
        &self,
        ctx: Data<&Ctx>,
        body: Json<PaymentSettings>,
    ) -> Result<Json<PaymentSettings>, Problem> {
        service::save_payment_settings(&ctx, body.0.into()).await?;
        self.get_payment_settings(ctx).await
    }
}

/// Reads the filters of a list; a value that is none of its codes is refused.
fn filter(
    status: Option<String>,
    method: Option<String>,
    client: Option<ClientId>,
    search: Option<String>,
) -> Result<OrderFilter, Problem> {
    let status = status.filter(|text| !text.is_empty()).map(|text| text.parse()).transpose();
    let method = method.filter(|text| !text.is_empty()).map(|text| text.parse()).transpose();
    Ok(OrderFilter {
        status: status.map_err(|_| Problem::field("status", "order_status"))?,
        method: method.map_err(|_| Problem::field("method", "payment_method"))?,
        client,
        search: search.unwrap_or_default(),
    })
}
