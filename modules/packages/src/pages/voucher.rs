use kernel::{Ctx, Form, FormState, Page, Problem, Redirect, Tries};
use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Path},
};

use crate::{
    service,
    views::{VoucherAskPage, VoucherPage},
};

/// Asks for a voucher's code.
#[handler]
pub(super) async fn ask() -> Page {
    Page::of(&VoucherAskPage { form: FormState::default() }).private()
}

/// Leads to the voucher whose code was typed.
#[handler]
pub(super) async fn find(
    Data(ctx): Data<&Ctx>,
    Data(tries): Data<&Tries>,
    form: Form,
) -> Result<Response, Problem> {
    let found = service::voucher_of_code(ctx, form.text("code"));
    match service::slowed(tries, true, found, |_| false).await {
        Ok(voucher) => Ok(Redirect::to(ctx.path(&format!("/voucher/{}", voucher.code))).into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let page = VoucherAskPage { form: form.refused(&problem) };
            Ok(Page::of(&page).private().status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// A voucher for whoever has its code.
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Data(tries): Data<&Tries>,
    Path((_, code)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let found = service::slowed(tries, true, service::voucher_of_code(ctx, &code), |_| false).await;
    let voucher = found.map_err(|problem| match problem.status {
        StatusCode::UNPROCESSABLE_ENTITY => Problem::not_found(),
        _ => problem,
    })?;
    let page = VoucherPage {
        business: ctx.tenant().name.clone(),
        state: voucher.state(ctx.now()).code(),
        left: voucher.left(),
        code: voucher.code,
        name: voucher.recipient_name,
        message: voucher.message,
        expires_at: voucher.expires_at,
    };
    Ok(Page::of(&page).private())
}
