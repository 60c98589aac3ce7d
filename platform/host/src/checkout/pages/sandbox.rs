use billing::SandboxStep;
use kernel::{Ctx, Form, Page, Problem, Redirect};
use poem::{
    IntoResponse, Response, handler,
    web::{Data, Path},
};

use crate::checkout::{
    service,
    views::{LineView, SandboxPage},
};

/// The pay page of the sandbox. An order that is settled already leads back.
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (order, state) = service::sandbox_page(ctx, &token).await?;
    let back = ctx.path(&order.back_path());
    let setup = order.waits_for_card();
    if !order.may_be_paid(ctx.now()) || (order.due_now == 0 && !setup) {
        return Ok(Redirect::to(back).into_response());
    }
    let view = service::by_link(ctx, &order.token).await?;
    let page = SandboxPage {
        business: ctx.tenant().name.clone(),
        total: order.due(),
        lines: LineView::all(&view.lines, order.total()),
        challenge: state.step == SandboxStep::Challenge,
        saves: service::collects_later(&order),
        setup,
        action: ctx.path(&format!("/pay/sandbox/{token}")),
        cancel_href: Some(back),
    };
    Ok(Page::of(&page).private().into_response())
}

/// Pays, declines, or asks the bank first.
#[handler]
pub(super) async fn submit(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    Ok(Redirect::to(service::sandbox_outcome(ctx, &token, form.text("outcome"), form.text("card")).await?))
}
