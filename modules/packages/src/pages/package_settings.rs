use kernel::{Ctx, Form, FormState, Page, Problem, Redirect, Text};
use poem::{IntoResponse, Response, handler, http::StatusCode, web::Data};

use crate::{
    model::PackageSettings,
    service,
    views::{Opt, PackageSettingsPage, labels},
};

/// How credits and plans work here.
#[handler]
pub(super) async fn show(Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    let settings = service::settings(ctx).await?;
    let form = FormState::default()
        .with("first_weekday", settings.first_weekday)
        .with("return_days", settings.return_days);
    Ok(page(form))
}

/// Keeps it.
#[handler]
pub(super) async fn save(Data(ctx): Data<&Ctx>, form: Form) -> Result<Response, Problem> {
    let typed = form.parse("first_weekday", "offer_number").and_then(|first_weekday| {
        Ok(PackageSettings { first_weekday, return_days: form.parse("return_days", "offer_number")? })
    });
    let saved = match typed {
        Ok(settings) => service::save_settings(ctx, settings).await,
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(_) => Ok(Redirect::to(ctx.path("/studio/offers/settings"))
            .flash(Text::key("packages-settings-saved"))
            .into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            Ok(page(form.refused(&problem)).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

fn page(form: FormState) -> Page {
    let days = ["1", "2", "3", "4", "5", "6", "7"];
    Page::of(&PackageSettingsPage { days: Opt::codes(labels::weekday, &days), form })
}
