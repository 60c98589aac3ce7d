use kernel::{Ctx, Form, FormState, Page, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Path},
};

use crate::checkout::{service, views::TaxRatesPage};

fn back(ctx: &Ctx, key: &str, name: &str) -> Redirect {
    Redirect::to(ctx.path("/studio/offers/taxes")).flash(Text::key(key).arg("name", name))
}

/// The rates of tax.
#[handler]
pub(super) async fn show(Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    Ok(Page::of(&TaxRatesPage::of(&service::tax_rates(ctx).await?, FormState::default())))
}

/// One more rate.
#[handler]
pub(super) async fn add(Data(ctx): Data<&Ctx>, form: Form) -> Result<Response, Problem> {
    let added = match service::read_percent(form.text("percent")) {
        Some(bp) => service::add_tax_rate(ctx, form.text("name"), bp).await,
        None => Err(Problem::field("percent", "percent")),
    };
    match added {
        Ok(rate) => Ok(back(ctx, "checkout-taxes-added", &rate.name).into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let rates = service::tax_rates(ctx).await?;
            let page = TaxRatesPage::of(&rates, form.refused(&problem));
            Ok(Page::of(&page).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// A rate goes out of use.
#[handler]
pub(super) async fn archive(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    let rate = service::archive_tax_rate(ctx, id).await?;
    Ok(back(ctx, "checkout-taxes-archived", &rate.name))
}
