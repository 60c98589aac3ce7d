use kernel::{Ctx, Form, Page, Problem, Redirect, Text};
use poem::{
    handler,
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
