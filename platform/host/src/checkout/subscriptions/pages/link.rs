use billing::subscriptions::{By, Wish};
use kernel::{Ctx, Form, Page, Problem, Redirect, Text};
use poem::{
    handler,
    web::{Data, Path},
};

use super::wish;
use crate::checkout::subscriptions::{
    service,
    views::{LinkPage, One},
};

/// A subscription without an account.
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let (id, who) = service::by_link(ctx, &token).await?;
    let detail = service::detail(ctx, id, who).await?;
    Ok(Page::of(&LinkPage(One::of(ctx, detail, format!("/subscription/{token}"), true))).private())
}

/// Pays, ends, keeps, or changes what is paid with. Pausing and changing plans ask for an account.
#[handler]
pub(super) async fn act(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    let (id, who) = service::by_link(ctx, &token).await?;
    let path = format!("/subscription/{token}");
    match form.text("wish") {
        "pay" => {
            let next = service::pay(ctx, id, who).await?;
            return Ok(Redirect::to(next.unwrap_or_else(|| ctx.path(&path))));
        }
        "way" => {
            let By::Client(client) = who.by else { return Err(Problem::not_found()) };
            let of = service::way_of(ctx, id, who).await?;
            return Ok(Redirect::to(service::add_method(ctx, client, of, Some(id), &path).await?));
        }
        _ => {}
    }
    let (wish, key) = wish(ctx, &form)?;
    if !matches!(wish, Wish::EndWithPeriod | Wish::Keep) {
        return Err(Problem::conflict("subscription_sign_in"));
    }
    service::carry_out(ctx, id, who, &wish, "").await?;
    Ok(Redirect::to(ctx.path(&path)).flash(Text::key(key)))
}
