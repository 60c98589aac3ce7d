use billing::{Method, Way};
use kernel::{Actor, Ctx, FieldError, Form, FormState, Page, Problem, Redirect, Tries, Visit};
use poem::{
    IntoResponse, Response, handler,
    http::{HeaderMap, StatusCode},
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::buy_form::{self, Press};
use crate::{
    error::unavailable,
    model::{Availability, Offer, Pay},
    service::{self, Priced, Wanted},
    views::{BasketView, Card, OfferPage, OffersPage},
};

/// What is for sale, and what is shown as gone or to come.
#[handler]
pub(super) async fn offers(Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    let all = service::catalogue(ctx).await?;
    let offers = all.iter().map(|(offer, state)| Card::of(offer, *state)).collect();
    Ok(Page::of(&OffersPage { offers }))
}

/// What a link may say beforehand.
#[derive(Debug, Default, Deserialize)]
pub(super) struct BuyQuery {
    /// Coupons or vouchers, with commas between.
    #[serde(default)]
    code: String,
    /// How many; empty: one.
    #[serde(default)]
    quantity: String,
    /// Identifiers of what is ticked beside it, with commas between.
    #[serde(default)]
    bumps: String,
    /// In which parts it is paid; empty: at once.
    #[serde(default)]
    pay: String,
}

/// One offer with its checkout. An old link to one that is gone says so, with the status that fits.
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Data(tries): Data<&Tries>,
    Path((_, slug)): Path<(String, String)>,
    headers: &HeaderMap,
    query: poem::Result<Query<BuyQuery>>,
) -> Result<Response, Problem> {
    let (offer, state) = service::offer_by_slug(ctx, &slug).await?;
    let form = prefilled(ctx).with("key", ctx.new_token());
    let status = match unavailable(state).map(|problem| problem.status) {
        Some(StatusCode::GONE) => StatusCode::GONE,
        _ => StatusCode::OK,
    };
    let query = query.map(|Query(query)| query).unwrap_or_default();
    // One that does not hold stays where it could have been typed.
    let form = if query.code.is_empty() { form } else { form.with("code", &query.code) };
    let shown = Shown { offer, state, wanted: query.wanted(slug), form, said: "", own: None, sign_in: false };
    let page = page(ctx, tries, shown).await?.status(status);
    Ok(Visit::of(ctx, headers).keep(page.into_response()))
}

impl BuyQuery {
    fn wanted(&self, slug: String) -> Wanted {
        let all = |text: &str| -> Vec<String> {
            text.split(',').filter(|one| !one.is_empty()).map(str::to_owned).collect()
        };
        let wanted = Wanted {
            quantity: self.quantity.parse().unwrap_or(1),
            bumps: all(&self.bumps),
            codes: all(&self.code),
            pay: self.pay.parse().unwrap_or(Pay::Full),
            ..Wanted::one(slug)
        };
        wanted.normal()
    }
}

/// Applies a code, or places the order and leads on to the payment. What is wrong is said on the same page.
#[handler]
pub(super) async fn submit(
    Data(ctx): Data<&Ctx>,
    Data(tries): Data<&Tries>,
    Path((_, slug)): Path<(String, String)>,
    headers: &HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let (wanted, visit) = (buy_form::wanted(&slug, &form), Visit::of(ctx, headers));
    let problem = match buy_form::press(&form) {
        Press::Show => None,
        Press::Pay => match buy_form::input(ctx, &wanted, &form, &visit) {
            Ok(input) => {
                let typed = !wanted.codes.is_empty();
                match service::slowed(tries, typed, Box::pin(service::checkout(ctx, input)), |_| false).await
                {
                    Ok(done) => return Ok(visit.keep(Redirect::to(done.next).into_response())),
                    Err(problem) => Some(problem),
                }
            }
            Err(problem) => Some(problem),
        },
    };
    if let Some(problem) = problem.as_ref().filter(|problem| is_final(problem)) {
        return Err(problem.clone());
    }
    let (offer, state) = service::offer_by_slug(ctx, &slug).await?;
    let mut again = match &problem {
        Some(problem) => form.refused(problem),
        None => form.state(),
    };
    // An applied code stands in the summary; one that is wrong stays where it was typed.
    again.values.remove("do");
    if form.text("key").is_empty() {
        again = again.with("key", ctx.new_token());
    }
    let status = problem.as_ref().map_or(StatusCode::OK, |problem| problem.status);
    let said = if problem.is_none() && !form.text("code").is_empty() { "applied" } else { "" };
    let mut wanted = wanted.normal();
    // Shown again it is what they can have.
    wanted.without_trial |= problem.as_ref().is_some_and(|problem| problem.code == "trial_used");
    let own = problem.as_ref().and_then(|problem| problem.extra.get("look_at")?.as_str().map(str::to_owned));
    let sign_in =
        again.errors.contains_key("email") && problem.is_some_and(|problem| asks_to_sign_in(&problem));
    let shown = Shown { offer, state, wanted, form: again, said, own, sign_in };
    Ok(visit.keep(page(ctx, tries, shown).await?.status(status).into_response()))
}

fn asks_to_sign_in(problem: &Problem) -> bool {
    problem.fields.iter().any(|error| error.code == "checkout_sign_in")
}

fn is_final(problem: &Problem) -> bool {
    problem.status.is_server_error()
        || matches!(problem.status, StatusCode::NOT_FOUND | StatusCode::TOO_MANY_REQUESTS)
}

/// What a page is made of.
struct Shown {
    offer: Offer,
    state: Availability,
    wanted: Wanted,
    form: FormState,
    said: &'static str,
    own: Option<String>,
    sign_in: bool,
}

async fn page(ctx: &Ctx, tries: &Tries, shown: Shown) -> Result<Page, Problem> {
    let Shown { offer, state, wanted, mut form, mut said, own, sign_in } = shown;
    let back = buy_form::back(ctx, &wanted);
    let open = state == Availability::Open;
    let priced = if open { Some(priced(ctx, tries, wanted, &mut form).await?) } else { None };
    let mut methods: Vec<Method> = Vec::new();
    let mut basket = None;
    if let Some((priced, wanted)) = &priced {
        methods = service::ways_to_pay(ctx, priced.to_pay()).await?;
        let asks_card = methods.iter().any(|method| priced.asks_card(*method));
        let view = BasketView::of(priced, wanted, pays(ctx, priced)).asking(asks_card);
        basket = Some(view).filter(|_| !methods.is_empty());
        if !priced.refused.is_empty() {
            said = "";
        } else {
            form.values.remove("code");
        }
    }
    let ways = Way::all(&methods, form.values.get("method").map_or("", String::as_str));
    let filled = |name: &str| {
        form.errors.contains_key(name) || form.values.get(name).is_some_and(|one| !one.is_empty())
    };
    Ok(Page::of(&OfferPage {
        offer: Card::of(&offer, state),
        description: offer.row.description.clone(),
        choice: ways.len() > 1,
        ways,
        guest: *ctx.actor() == Actor::Visitor,
        back,
        sign_in,
        company_open: filled("bill_to") || filled("tax_id"),
        own,
        said,
        business: ctx.tenant().name.clone(),
        basket,
        form,
    }))
}

/// What the wish comes to. When it can't be met as it is, the offer by itself; what is wrong is told at its field.
async fn priced(
    ctx: &Ctx,
    tries: &Tries,
    wanted: Wanted,
    form: &mut FormState,
) -> Result<(Priced, Wanted), Problem> {
    let unknown = |priced: &Priced| priced.refused.iter().any(|error| error.code == "code_unknown");
    let typed = !wanted.codes.is_empty();
    let (priced, wanted) = match service::slowed(tries, typed, service::price(ctx, &wanted), unknown).await {
        Ok(priced) => (priced, wanted),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            note(form, &problem.fields);
            let plain = Wanted::one(wanted.offer);
            (service::price(ctx, &plain).await?, plain)
        }
        Err(problem) => return Err(problem),
    };
    note(form, &priced.refused);
    Ok((priced, wanted))
}

fn note(form: &mut FormState, errors: &[FieldError]) {
    for error in errors {
        form.errors.entry(error.field.clone()).or_insert_with(|| error.text());
    }
}

/// The ways to pay over time, each with what is paid at once.
fn pays(ctx: &Ctx, priced: &Priced) -> Vec<(Pay, events::Money, usize)> {
    let one = |pay: Pay| {
        let how = priced.basket.split(pay, &priced.lines);
        let dues = billing::split(priced.sums.total, how, ctx.now(), &ctx.tenant().zone);
        let now = dues.first().map_or(priced.sums.total, |due| due.amount);
        (pay == Pay::Full || dues.len() > 1).then(|| (pay, priced.money(now), dues.len()))
    };
    priced.basket.main.offer.pays().into_iter().filter_map(one).collect()
}

/// Somebody who is signed in need not type who they are.
fn prefilled(ctx: &Ctx) -> FormState {
    match ctx.actor() {
        Actor::Client { name, email, .. } => FormState::default().with("name", name).with("email", email),
        Actor::Staff(staff) => FormState::default().with("name", &staff.name).with("email", &staff.email),
        Actor::Visitor | Actor::System { .. } => FormState::default(),
    }
}
