use billing::{ORDERS_WRITE, OnGone, REFUNDS_WRITE, Settled, office::BillTo};
use events::{OrderId, OrderLineId, RefundId};
use kernel::{Ctx, Form, Page, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Path},
};

use crate::checkout::{
    service::{self, PaidInput, RefundInput},
    views::{May, StudioOrderPage},
};

fn order_id(text: &str) -> Result<OrderId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
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
    page.by_lines = form.text("by") == "lines";
    if page.by_lines {
        // The amount that is wrong is one of a line, not that of the field for all.
        let errors = std::mem::take(&mut page.form.errors);
        page.form.error = page.form.error.or_else(|| errors.into_values().next());
    }
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
    let due = form.text("due").parse().unwrap_or(0);
    match service::mark_paid(ctx, id, PaidInput { note: form.string("note"), due, on_gone }).await {
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

/// An order for which no money came is undone.
#[handler]
pub(super) async fn undo(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let id = order_id(&id)?;
    match service::undo(ctx, id, form.text("reason")).await {
        Ok(order) => Ok(done(ctx, id, "checkout-studio-undone", order.number).into_response()),
        Err(problem) => refused(ctx, id, &form, problem).await,
    }
}

/// Money goes back: an amount of the order, or of its lines.
#[handler]
pub(super) async fn refund(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let id = order_id(&id)?;
    let lines = if form.text("by") == "lines" { lines_of(ctx, id, &form).await } else { Ok(Vec::new()) };
    let refunded = match lines {
        Ok(lines) => {
            let input = RefundInput {
                amount: billing::parse_price(form.text("amount"), ctx.tenant().currency).unwrap_or(0),
                lines,
                unused: form.text("by") == "unused",
                reason: form.string("reason"),
                key: form.string("key"),
            };
            service::refund(ctx, id, input).await
        }
        Err(problem) => Err(problem),
    };
    match refunded {
        Ok((order, refund)) => {
            let only_lowered = refund.amount == 0;
            let key = if only_lowered { "checkout-studio-lowered" } else { "checkout-studio-refunded" };
            Ok(done(ctx, id, key, order.number).into_response())
        }
        Err(problem) => refused(ctx, id, &form, problem).await,
    }
}

/// What was typed for each line. None at all is refused, and so is what is no amount: it is not guessed at.
async fn lines_of(ctx: &Ctx, id: OrderId, form: &Form) -> Result<Vec<(OrderLineId, i64)>, Problem> {
    let mut lines = Vec::new();
    for one in service::detail(ctx, id).await?.lines {
        let typed = form.text(&format!("line-{}", one.line.id));
        if typed.is_empty() {
            continue;
        }
        let amount = billing::parse_price(typed, ctx.tenant().currency);
        match amount.ok_or_else(|| Problem::field("lines", "refund_amount"))? {
            0 => {}
            amount => lines.push((one.line.id, amount)),
        }
    }
    if lines.is_empty() { Err(Problem::field("lines", "refund_no_line")) } else { Ok(lines) }
}

/// The receipt, or how to pay, once more.
#[handler]
pub(super) async fn resend(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let order = service::resend(ctx, order_id(&id)?).await?;
    let flash = Text::key("checkout-studio-resent").arg("email", &order.client_email);
    Ok(Redirect::to(ctx.path(&format!("/studio/orders/{}", order.id))).flash(flash))
}

/// Who the invoice is for.
#[handler]
pub(super) async fn bill_to(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let id = order_id(&id)?;
    let input = BillTo { bill_to: form.string("bill_to"), tax_id: form.string("buyer_tax_id") };
    match service::bill_to(ctx, id, &input).await {
        Ok(order) => Ok(done(ctx, id, "checkout-bill-to-saved", order.number).into_response()),
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
