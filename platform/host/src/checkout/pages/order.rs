use billing::office::BillTo;
use kernel::{Ctx, Form, Page, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Path},
};

use crate::checkout::{service, views::OrderPage};

/// The receipt, or what is still to be done.
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let view = service::by_link(ctx, &token).await?;
    Ok(Page::of(&OrderPage::of(&ctx.tenant().name, &view, ctx.now())).private())
}

/// Another try to pay.
#[handler]
pub(super) async fn pay(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    Ok(Redirect::to(service::pay_again(ctx, &token, form.text("method")).await?))
}

/// The buyer gives up.
#[handler]
pub(super) async fn cancel(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let order = service::cancel_by_link(ctx, &token).await?;
    Ok(Redirect::to(ctx.path(&order.back_path())).flash(Text::key("checkout-order-cancelled-flash")))
}

/// The buyer says who the invoice is for.
#[handler]
pub(super) async fn bill_to(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let input = BillTo { bill_to: form.string("bill_to"), tax_id: form.string("buyer_tax_id") };
    match service::bill_to_by_link(ctx, &token, &input).await {
        Ok(order) => {
            let flash = Text::key("checkout-bill-to-saved").arg("number", order.number);
            Ok(Redirect::to(ctx.path(&order.own_path())).flash(flash).into_response())
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let view = service::by_link(ctx, &token).await?;
            let page = OrderPage::of(&ctx.tenant().name, &view, ctx.now());
            let page = OrderPage { form: form.refused(&problem), ..page };
            Ok(Page::of(&page).private().status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}
