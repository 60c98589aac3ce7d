use kernel::{Ctx, Form, FormState, Page, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Path, Query},
};
use serde::Deserialize;

use crate::{
    Stripe,
    connect::{self, Keys, PAGE},
    queries::{EventFilter, Style},
    service,
    views::{AccountPage, AuditsPage, EventPage, EventsPage},
};

async fn connection(stripe: &Stripe, ctx: &Ctx, form: FormState) -> Result<AccountPage, Problem> {
    let overview = service::overview(ctx).await?;
    Ok(AccountPage::of(stripe.settings(), &ctx.tenant().slug, overview, form))
}

fn back(ctx: &Ctx, key: &str) -> Redirect {
    Redirect::to(ctx.path(PAGE)).flash(Text::key(key))
}

/// The connection.
#[handler]
pub(super) async fn account_page(
    Data(ctx): Data<&Ctx>,
    Data(stripe): Data<&Stripe>,
) -> Result<Page, Problem> {
    Ok(Page::of(&connection(stripe, ctx, FormState::default()).await?))
}

/// To Stripe's pages, to make an account or to go on with it.
#[handler]
pub(super) async fn do_connect(
    Data(ctx): Data<&Ctx>,
    Data(stripe): Data<&Stripe>,
) -> Result<Redirect, Problem> {
    Ok(Redirect::to(stripe.begin_connect(ctx).await?))
}

/// Back from there.
#[handler]
pub(super) async fn do_returned(
    Data(ctx): Data<&Ctx>,
    Data(stripe): Data<&Stripe>,
) -> Result<Redirect, Problem> {
    let Some(account) = stripe.account(ctx).await? else { return Ok(Redirect::to(ctx.path(PAGE))) };
    let state = stripe.refresh(ctx, &account).await?;
    let key = if state.charges { "stripe-connected-flash" } else { "stripe-connect-unfinished" };
    Ok(back(ctx, key))
}

/// Stripe's link was too old: the page has the button again.
#[handler]
pub(super) async fn do_refreshed(Data(ctx): Data<&Ctx>) -> Result<Redirect, Problem> {
    Ok(back(ctx, "stripe-connect-again"))
}

/// Keys of the business's own.
#[handler]
pub(super) async fn do_keys(
    Data(ctx): Data<&Ctx>,
    Data(stripe): Data<&Stripe>,
    form: Form,
) -> Result<Response, Problem> {
    let keys = Keys {
        secret: form.string("secret_key"),
        publishable: form.string("publishable_key"),
        webhook: form.string("webhook_secret"),
    };
    match stripe.connect_keys(ctx, keys).await {
        Ok(()) => Ok(back(ctx, "stripe-connected-flash").into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let page = connection(stripe, ctx, form.refused(&problem)).await?;
            Ok(Page::of(&page).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Where buyers pay.
#[handler]
pub(super) async fn do_style(Data(ctx): Data<&Ctx>, form: Form) -> Result<Redirect, Problem> {
    let style: Style = form.parse("style", "stripe_style")?;
    connect::set_style(ctx, style).await?;
    Ok(back(ctx, "stripe-style-saved"))
}

/// Forgets the connection.
#[handler]
pub(super) async fn do_disconnect(
    Data(ctx): Data<&Ctx>,
    Data(stripe): Data<&Stripe>,
) -> Result<Redirect, Problem> {
    stripe.disconnect(ctx).await?;
    Ok(back(ctx, "stripe-disconnected-flash"))
}

/// Which part of the inbox is wanted.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    cursor: Option<String>,
    #[serde(default)]
    search: String,
    #[serde(default)]
    state: String,
}

/// The inbox.
#[handler]
pub(super) async fn events_page(
    Data(ctx): Data<&Ctx>,
    Query(query): Query<ListQuery>,
) -> Result<Page, Problem> {
    let search = query.search.trim().chars().take(100).collect();
    let filter = EventFilter { state: query.state.parse().ok(), search };
    let (rows, next) = service::events(ctx, &filter, query.cursor.as_deref()).await?;
    Ok(Page::of(&EventsPage::of(&rows, next, &filter)))
}

/// Looks now for what nobody told.
#[handler]
pub(super) async fn do_poll(Data(ctx): Data<&Ctx>) -> Result<Redirect, Problem> {
    service::poll_now(ctx).await?;
    Ok(Redirect::to(ctx.path(&format!("{PAGE}/events"))).flash(Text::key("stripe-poll-flash")))
}

/// One event.
#[handler]
pub(super) async fn event_page(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let (row, payload) = service::event(ctx, &id).await?;
    Ok(Page::of(&EventPage::of(&row, &payload)))
}

/// Handles it once more.
#[handler]
pub(super) async fn do_again(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let row = service::run_again(ctx, &id).await?;
    Ok(Redirect::to(ctx.path(&format!("{PAGE}/events/{}", row.id))).flash(Text::key("stripe-again-flash")))
}

/// Both books held together.
#[handler]
pub(super) async fn audits_page(Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    Ok(Page::of(&AuditsPage::of(service::audits(ctx).await?)))
}

/// Holds them together now.
#[handler]
pub(super) async fn do_audit(Data(ctx): Data<&Ctx>) -> Result<Redirect, Problem> {
    service::audit_now(ctx).await?;
    Ok(Redirect::to(ctx.path(&format!("{PAGE}/audits"))).flash(Text::key("stripe-audit-flash")))
}
