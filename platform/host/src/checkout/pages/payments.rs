use billing::Settings;
use kernel::{Ctx, Form, FormState, Page, Problem, Redirect, Text};
use poem::{IntoResponse, Response, handler, http::StatusCode, web::Data};

use crate::checkout::{service, views::StudioPaymentsPage};

/// How clients can pay.
#[handler]
pub(super) async fn show(Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    let settings = service::payment_settings(ctx).await?;
    Ok(Page::of(&StudioPaymentsPage::of(settings, FormState::default())))
}

/// Changes how clients can pay.
#[handler]
pub(super) async fn save(Data(ctx): Data<&Ctx>, form: Form) -> Result<Response, Problem> {
    let before = service::payment_settings(ctx).await?;
    let sandbox_on =
        if billing::installed().sandbox().is_some() { form.ticked("sandbox_on") } else { before.sandbox_on };
    let settings = Settings {
        manual_on: form.ticked("manual_on"),
        manual_instructions: form.string("manual_instructions"),
        manual_days: form.text("manual_days").parse().unwrap_or(0),
        sandbox_on,
        seller_name: form.string("seller_name"),
        seller_address: form.string("seller_address"),
        seller_tax_id: form.string("seller_tax_id"),
        invoice_note: form.string("invoice_note"),
        card_on: if before.card_ready { form.ticked("card_on") } else { before.card_on },
        card_ready: before.card_ready,
    };
    match service::save_payment_settings(ctx, settings.clone()).await {
        Ok(()) => {
            let done =
                Redirect::to(ctx.path("/studio/orders")).flash(Text::key("checkout-studio-payments-saved"));
            Ok(done.into_response())
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let page = StudioPaymentsPage::of(settings, form.refused(&problem));
            Ok(Page::of(&page).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}
