use billing::{ORDERS_WRITE, OnGone, OrderFilter, PAYMENTS_WRITE, REFUNDS_WRITE, Settled};
use events::{OrderId, RefundId};
use kernel::{Ctx, Form, Page, Paging, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Path, Query},
};

use super::ListQuery;
use crate::checkout::{
    service::{self, RefundInput},
    views::{May, StudioOrderPage, StudioOrderRow, StudioOrdersPage},
};

fn order_id(text: &str) -> Result<OrderId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// All orders, with search and filters.
#[handler]
pub(super) async fn list(Data(ctx): Data<&Ctx>, Query(query): Query<ListQuery>) -> Result<Page, Problem> {
    let filter = OrderFilter {
        status: query.status.parse().ok(),
        method: query.method.parse().ok(),
        client: None,
        search: query.search.clone(),
    };
    let paging = Paging::new(query.cursor.as_deref(), None)?;
    let (rows, next) = service::list(ctx, &filter, &paging).await?;
    let (statuses, methods) = StudioOrdersPage::choices(&query.status, &query.method);
    Ok(Page::of(&StudioOrdersPage {
        orders: rows.iter().map(|order| StudioOrderRow::of(order, ctx.now())).collect(),
        next,
        filtered: filter != OrderFilter::default(),
        search: query.search,
        status: query.status,
        statuses,
        methods,
        may_payments: ctx.may(PAYMENTS_WRITE),
    }))
}

async fn detail(ctx: &Ctx, id: OrderId) -> Result<StudioOrderPage, Problem> {
    let may = May { write: ctx.may(ORDERS_WRITE), refund: ctx.may(REFUNDS_WRITE) };
    Ok(StudioOrderPage::of(service::detail(ctx, id).await?, may, ctx.new_token(), ctx.now()))
}

/// The order's page again, with what was wrong; what is no fault of the form goes on.
async fn refused(ctx: &Ctx, id: OrderId, form: &Form, problem: Problem) -> Result<Response, Problem> {
    if !matches!(problem.status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT) {
        return Err(problem);
    }
    let mut page = StudioOrderPage { form: form.refused(&problem), ..detail(ctx, id).await? };
    if !form.text("key").is_empty() {
        page.refund_key = form.string("key");
    }
    Ok(Page::of(&page).status(problem.status).into_response())
}

fn done(ctx: &Ctx, id: OrderId, key: &str, number: i64) -> Redirect {
    Redirect::to(ctx.path(&format!("/studio/orders/{id}"))).flash(Text::key(key).arg("number", number))
}

/// One order with its timeline.
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Page, Problem> {
    Ok(Page::of(&detail(ctx, order_id(&id)?).await?))
}

/// The money arrived.
#[handler]
pub(super) async fn mark_paid(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let id = order_id(&id)?;
    let on_gone = if form.ticked("give_back") { OnGone::GiveBack } else { OnGone::Refuse };
    match service::mark_paid(ctx, id, form.text("note"), on_gone).await {
        Ok(Settled::GivenBack(order, _)) => {
            Ok(done(ctx, id, "checkout-studio-given-back", order.number).into_response())
        }
        Ok(Settled::Paid(order) | Settled::AlreadyPaid(order)) => {
            Ok(done(ctx, id, "checkout-studio-marked-paid", order.number).into_response())
        }
        Err(problem) => refused(ctx, id, &form, problem).await,
    }
}

/// The order is given up.
#[handler]
pub(super) async fn cancel(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let order = service::cancel(ctx, order_id(&id)?).await?;
    Ok(done(ctx, order.id, "checkout-studio-cancelled", order.number))
}

/// Money goes back.
#[handler]
pub(super) async fn refund(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let id = order_id(&id)?;
    let input = RefundInput {
        amount: billing::parse_price(form.text("amount"), ctx.tenant().currency).unwrap_or(0),
        reason: form.string("reason"),
        key: form.string("key"),
    };
    match service::refund(ctx, id, input).await {
        Ok((order, _)) => Ok(done(ctx, id, "checkout-studio-refunded", order.number).into_response()),
        Err(problem) => refused(ctx, id, &form, problem).await,
    }
}

fn refund_id(text: &str) -> Result<RefundId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// Staff have paid it back.
#[handler]
pub(super) async fn paid_back(
    Data(ctx): Data<&Ctx>,
    Path((_, id, which)): Path<(String, String, String)>,
) -> Result<Redirect, Problem> {
    let order = service::paid_back(ctx, order_id(&id)?, refund_id(&which)?, "").await?;
    Ok(done(ctx, order.id, "checkout-studio-paid-back", order.number))
}

/// The provider is asked again.
#[handler]
pub(super) async fn refund_again(
    Data(ctx): Data<&Ctx>,
    Path((_, id, which)): Path<(String, String, String)>,
) -> Result<Redirect, Problem> {
    let order = service::refund_again(ctx, order_id(&id)?, refund_id(&which)?).await?;
    Ok(done(ctx, order.id, "checkout-studio-refund-again", order.number))
}
