use billing::{Order, OrderFilter};
use events::{ClientId, Money, OrderId};
use kernel::{Ctx, Paging, Problem};
use poem_openapi::payload::Json;

use super::types::{CheckoutIn, CheckoutOut, LineOut, OrderList, OrderOut, OrderRow, PaymentOut, StepOut};
use crate::service::{self, CheckoutInput, OrderDetail};

pub(super) async fn checkout(
    ctx: &Ctx,
    call: Option<&str>,
    body: CheckoutIn,
) -> Result<Json<CheckoutOut>, Problem> {
    let input = CheckoutInput {
        offer: body.offer,
        name: body.name,
        email: body.email,
        method: body.method.unwrap_or_default(),
        form_key: call.map_or_else(|| ctx.new_token(), str::to_owned),
    };
    let done = service::checkout(ctx, input).await?;
    Ok(Json(CheckoutOut {
        order: done.order.id,
        number: done.order.number,
        status: done.order.status.to_string(),
        total: done.order.total(),
        receipt: ctx.link(&format!("/order/{}", done.order.token)),
        next: done.next,
    }))
}

/// Reads the filters of a list; a value that is none of its codes is refused.
pub(super) fn filter(
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

pub(super) async fn list(
    ctx: &Ctx,
    filter: OrderFilter,
    cursor: Option<String>,
    limit: Option<i64>,
) -> Result<Json<OrderList>, Problem> {
    let paging = Paging::new(cursor.as_deref(), limit)?;
    let (rows, next) = service::list(ctx, &filter, &paging).await?;
    Ok(Json(OrderList { items: rows.iter().map(row).collect(), next_cursor: next }))
}

pub(super) async fn get(ctx: &Ctx, id: OrderId) -> Result<Json<OrderOut>, Problem> {
    Ok(Json(out(service::detail(ctx, id).await?)))
}

pub(super) async fn mark_paid(ctx: &Ctx, id: OrderId, note: String) -> Result<Json<OrderOut>, Problem> {
    service::mark_paid(ctx, id, &note).await?;
    get(ctx, id).await
}

pub(super) async fn cancel(ctx: &Ctx, id: OrderId) -> Result<Json<OrderOut>, Problem> {
    service::cancel(ctx, id).await?;
    get(ctx, id).await
}

fn row(order: &Order) -> OrderRow {
    OrderRow {
        id: order.id,
        number: order.number,
        status: order.status.to_string(),
        client: order.client_id,
        client_name: order.client_name.clone(),
        client_email: order.client_email.clone(),
        total: order.total(),
        method: order.provider.to_string(),
        created_at: order.created_at,
        expires_at: order.expires_at,
        paid_at: order.paid_at,
    }
}

fn out(detail: OrderDetail) -> OrderOut {
    let currency = detail.order.currency;
    let line = |line: billing::OrderLine| LineOut {
        item: line.item,
        name: line.name,
        unit_price: Money::new(line.unit_price, currency),
        quantity: line.quantity,
        amount: Money::new(line.amount, currency),
    };
    let payment = |one: billing::Payment| PaymentOut {
        method: one.provider.to_string(),
        status: one.status.to_string(),
        amount: Money::new(one.amount, one.currency),
        note: one.note,
        at: one.at,
    };
    let step = |one: billing::Step| StepOut {
        at: one.at,
        kind: one.kind.to_string(),
        actor: one.actor,
        detail: one.detail,
    };
    OrderOut {
        order: row(&detail.order),
        lines: detail.lines.into_iter().map(line).collect(),
        payments: detail.payments.into_iter().map(payment).collect(),
        timeline: detail.steps.into_iter().map(step).collect(),
    }
}
