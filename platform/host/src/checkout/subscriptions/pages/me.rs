use billing::subscriptions::By;
use events::SubscriptionId;
use kernel::{Ctx, Form, Page, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::{id, wish};
use crate::checkout::subscriptions::{
    service::{self, Who},
    views::{ChangeView, MinePage, MyChangePage, MyOnePage, One, Row},
};

/// What a change is to be to.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ChangeQuery {
    #[serde(default)]
    pub(super) to: String,
    #[serde(default)]
    pub(super) when: String,
}

/// One's own subscriptions.
#[handler]
pub(super) async fn list(Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    let all = service::mine(ctx).await?;
    Ok(Page::of(&MinePage { rows: all.iter().map(|sub| Row::of(sub, "", "")).collect() }))
}

fn base(id: SubscriptionId) -> String {
    format!("/me/subscriptions/{id}")
}

async fn one(ctx: &Ctx, id: SubscriptionId) -> Result<One, Problem> {
    let detail = service::detail(ctx, id, service::own(ctx).await?).await?;
    Ok(One::of(ctx, detail, base(id), true))
}

/// One of one's own subscriptions.
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, which)): Path<(String, String)>,
) -> Result<Page, Problem> {
    Ok(Page::of(&MyOnePage(one(ctx, id(&which)?).await?)))
}

/// Pauses, resumes, ends, keeps, pays, or changes what is paid with.
#[handler]
pub(super) async fn act(
    Data(ctx): Data<&Ctx>,
    Path((_, which)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let (which, who) = (id(&which)?, service::own(ctx).await?);
    let page = ctx.path(&base(which));
    match form.text("wish") {
        "pay" => {
            let next = service::pay(ctx, which, who).await?;
            return Ok(Redirect::to(next.unwrap_or(page)).into_response());
        }
        "way" => return Ok(Redirect::to(way(ctx, which, who).await?).into_response()),
        "use" => {
            let method = form.text("method").parse().map_err(|_| Problem::not_found())?;
            service::use_method(ctx, which, who, method).await?;
            return Ok(Redirect::to(page).flash(Text::key("subscriptions-done-way")).into_response());
        }
        _ => {}
    }
    let done = match wish(ctx, &form) {
        Ok((wish, key)) => service::carry_out(ctx, which, who, &wish, "").await.map(|_| key),
        Err(problem) => Err(problem),
    };
    match done {
        Ok(key) => Ok(Redirect::to(page).flash(Text::key(key)).into_response()),
        Err(problem) if matches!(problem.status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT) => {
            let view = MyOnePage(One { form: form.refused(&problem), ..one(ctx, which).await? });
            Ok(Page::of(&view).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Where one saves something else that a subscription is paid with from then on: among what one saved, or for it alone when
/// somebody else may have placed it.
async fn way(ctx: &Ctx, id: SubscriptionId, who: Who) -> Result<String, Problem> {
    let By::Client(client) = who.by else { return Err(Problem::not_found()) };
    let of = service::way_of(ctx, id, who).await?;
    service::add_method(ctx, client, of, Some(id), &base(id)).await
}

/// What a change would mean.
#[handler]
pub(super) async fn preview(
    Data(ctx): Data<&Ctx>,
    Path((_, which)): Path<(String, String)>,
    Query(query): Query<ChangeQuery>,
) -> Result<Response, Problem> {
    if query.to.is_empty() {
        return Ok(Redirect::to(ctx.path(&base(id(&which)?))).into_response());
    }
    let (which, who) = (id(&which)?, service::own(ctx).await?);
    let (sub, terms, preview) = service::preview(ctx, which, who, &query.to, None).await?;
    Ok(Page::of(&MyChangePage(ChangeView::of(base(which), &sub, &terms, &preview, None))).into_response())
}

/// Changes to another plan.
#[handler]
pub(super) async fn change(
    Data(ctx): Data<&Ctx>,
    Path((_, which)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    let (which, who) = (id(&which)?, service::own(ctx).await?);
    let carried = service::change(ctx, which, who, form.text("to"), None, "").await?;
    Ok(match carried.order {
        Some(order) => Redirect::to(ctx.path(&order.own_path())),
        None if carried.subscription.planned().is_some() => {
            Redirect::to(ctx.path(&base(which))).flash(Text::key("subscriptions-done-change-planned"))
        }
        None => Redirect::to(ctx.path(&base(which))).flash(Text::key("subscriptions-done-changed")),
    })
}
