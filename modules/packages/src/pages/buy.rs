use billing::Way;
use kernel::{Actor, Ctx, Form, FormState, Page, Problem, Redirect};
use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Path},
};

use crate::{
    error::unavailable,
    model::{Availability, Offer},
    service::{self, CheckoutInput},
    views::{Card, OfferPage, OffersPage},
};

/// What is for sale, and what is shown as gone or to come.
#[handler]
pub(super) async fn offers(Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    let all = service::catalogue(ctx).await?;
    let offers = all.iter().map(|(offer, state)| Card::of(offer, *state)).collect();
    Ok(Page::of(&OffersPage { offers }))
}

/// One offer with its checkout. An old link to one that is gone says so, with the status that fits.
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, slug)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let (offer, state) = service::offer_by_slug(ctx, &slug).await?;
    let form = prefilled(ctx).with("key", ctx.new_token());
    let status = match unavailable(state).map(|problem| problem.status) {
        Some(StatusCode::GONE) => StatusCode::GONE,
        _ => StatusCode::OK,
    };
    Ok(page(ctx, &offer, state, form).await?.status(status))
}

/// Places the order and leads on to the payment. What is wrong is said on the same page.
#[handler]
pub(super) async fn submit(
    Data(ctx): Data<&Ctx>,
    Path((_, slug)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let input = CheckoutInput {
        offer: slug.clone(),
        name: form.string("name"),
        email: form.string("email"),
        method: form.string("method"),
        form_key: form.string("key"),
    };
    let problem = match service::checkout(ctx, input).await {
        Ok(done) => return Ok(Redirect::to(done.next).into_response()),
        Err(problem) if problem.status.is_server_error() || problem.status == StatusCode::NOT_FOUND => {
            return Err(problem);
        }
        Err(problem) => problem,
    };
    let (offer, state) = service::offer_by_slug(ctx, &slug).await?;
    let mut again = form.refused(&problem);
    if form.text("key").is_empty() {
        again = again.with("key", ctx.new_token());
    }
    Ok(page(ctx, &offer, state, again).await?.status(problem.status).into_response())
}

async fn page(ctx: &Ctx, offer: &Offer, state: Availability, form: FormState) -> Result<Page, Problem> {
    let open = state == Availability::Open;
    let methods = if open { service::ways_to_pay(ctx, offer.row.price).await? } else { Vec::new() };
    let ways = Way::all(&methods, form.values.get("method").map_or("", String::as_str));
    Ok(Page::of(&OfferPage {
        offer: Card::of(offer, state),
        description: offer.row.description.clone(),
        choice: ways.len() > 1,
        buyable: !ways.is_empty(),
        ways,
        form,
    }))
}

/// Somebody who is signed in need not type who they are.
fn prefilled(ctx: &Ctx) -> FormState {
    match ctx.actor() {
        Actor::Client { name, email, .. } => FormState::default().with("name", name).with("email", email),
        Actor::Staff(staff) => FormState::default().with("name", &staff.name).with("email", &staff.email),
        Actor::Visitor | Actor::System { .. } => FormState::default(),
    }
}
