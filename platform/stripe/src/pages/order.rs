use billing::{Method, ORDER_LINK, Order, TryState, saved_for, saves_for, tries};
use events::SavedMethodId;
use kernel::{Actor, Ctx, Form, Page, PageSources, Problem, Redirect};
use poem::{
    IntoResponse, Response, handler,
    web::{Data, Path, Query},
};
use serde::Deserialize;
use serde_json::json;

use crate::{
    Stripe,
    account::Account,
    call::{Plain, Trouble},
    failure::Failure,
    follow::Outcome,
    model::text,
    views::{CardPage, SavedLine, WaitPage},
};

async fn by_link(ctx: &Ctx, token: &str) -> Result<Order, Problem> {
    let found = ctx.read_tx(ORDER_LINK, async |tx| Ok::<_, Problem>(billing::by_token(tx, token).await?));
    found.await?.ok_or_else(Problem::not_found)
}

/// Whether there is something to pay: not while money is on its way already.
async fn may_be_paid(ctx: &Ctx, order: &Order) -> Result<bool, Problem> {
    if !order.may_be_paid(ctx.now()) {
        return Ok(false);
    }
    let last = ctx.read_tx(ORDER_LINK, async |tx| Ok::<_, Problem>(tries(tx, order.id).await?));
    Ok(last.await?.first().is_none_or(|last| last.state != TryState::Processing))
}

/// What the buyer saved, if they are signed in: a link to an order alone opens nobody's cards.
async fn saved_of(ctx: &Ctx, order: &Order) -> Result<Vec<billing::SavedMethod>, Problem> {
    if !matches!(ctx.actor(), Actor::Client { client: Some(client), .. } if *client == order.client_id) {
        return Ok(Vec::new());
    }
    // What pays for everything can't pay for what somebody else may have bought, and hangs on another customer there.
    let all = ctx.read_tx(ORDER_LINK, async |tx| {
        let of = saves_for(tx, order, true).await?;
        Ok::<_, Problem>(saved_for(tx, order.client_id, of).await?)
    });
    Ok(all.await?.into_iter().filter(|saved| saved.provider == Method::Stripe).take(5).collect())
}

/// The card form. What can't be paid here (any more) leads to the order.
#[handler]
pub(super) async fn card_page(
    Data(ctx): Data<&Ctx>,
    Data(stripe): Data<&Stripe>,
    Path((_, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let order = by_link(ctx, &token).await?;
    let own = ctx.path(&order.own_path());
    if order.provider != Method::Stripe || !may_be_paid(ctx, &order).await? {
        return Ok(Redirect::to(own).into_response());
    }
    let account = stripe.connected(ctx).await?;
    if !account.is_element() || order.waits_for_card() {
        return Ok(Redirect::to(stripe.begin(ctx, &order, true).await?).into_response());
    }
    let start = match stripe.form(ctx, &account, &order).await {
        // It was paid in the meantime.
        Err(Failure::Here(problem)) if problem.code == "order_closed" => {
            return Ok(Redirect::to(own).into_response());
        }
        start => start?,
    };
    let saved = saved_of(ctx, &order).await?;
    let page = CardPage {
        business: ctx.tenant().name.clone(),
        number: order.number,
        due: order.due(),
        return_url: ctx.link(&format!("{}/back", order.own_path())),
        locale: ctx.tenant().locale.clone(),
        test: !account.row.live,
        saved: saved.iter().map(SavedLine::of).collect(),
        token: order.token,
        start,
    };
    Ok(Page::of(&page).private().allowing(sources(stripe)).into_response())
}

/// Places of Stripe's that the card form loads from.
fn sources(stripe: &Stripe) -> PageSources {
    let (script, api) = (&stripe.settings().js_url, &stripe.settings().api_url);
    let all = PageSources::default().script(script).frame(script).connect(api);
    if script.starts_with("https://js.stripe.com/") {
        let parts = "https://*.js.stripe.com";
        all.script(parts).frame(parts).frame("https://hooks.stripe.com").connect(script)
    } else {
        all.frame(api)
    }
}

/// Pays with something saved.
#[handler]
pub(super) async fn do_saved(
    Data(ctx): Data<&Ctx>,
    Data(stripe): Data<&Stripe>,
    Path((_, token)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    let order = by_link(ctx, &token).await?;
    let wanted: SavedMethodId = form.parse("saved", "payment_method")?;
    let all = saved_of(ctx, &order).await?;
    let with = all.into_iter().find(|saved| saved.id == wanted).ok_or_else(Problem::not_found)?;
    if !may_be_paid(ctx, &order).await? {
        return Ok(Redirect::to(ctx.path(&order.own_path())));
    }
    let account = stripe.connected(ctx).await?;
    let next = stripe.confirm(ctx, &account, &order, &with.reference).await?;
    Ok(Redirect::to(next))
}

impl Stripe {
    /// Confirms the order's payment with something saved, and answers where the buyer goes on.
    async fn confirm(
        &self,
        ctx: &Ctx,
        account: &Account,
        order: &Order,
        method: &str,
    ) -> Result<String, Failure> {
        let intent = self.open_intent(ctx, account, order).await?;
        let back = ctx.link(&format!("{}/back", order.own_path()));
        let form = json!({"payment_method": method, "return_url": back});
        let path = format!("/payment_intents/{}/confirm", intent.id);
        match self.line().ask(&account.caller, &Plain::post(path, form)).await {
            Ok(answer) => {
                let bank = text(&answer, "/next_action/redirect_to_url/url");
                if !bank.is_empty() {
                    return Ok(bank.to_owned());
                }
            }
            Err(Trouble::Declined { .. } | Trouble::Refused(_)) => {}
            Err(other) => return Err(other.into()),
        }
        self.follow_intent(ctx, account, &intent.id).await?;
        Ok(ctx.path(&order.back_path()))
    }
}

/// Stripe's own page, for whoever can't or does not want to use the form.
#[handler]
pub(super) async fn do_hosted(
    Data(ctx): Data<&Ctx>,
    Data(stripe): Data<&Stripe>,
    Path((_, token)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let order = by_link(ctx, &token).await?;
    if !may_be_paid(ctx, &order).await? {
        return Ok(Redirect::to(ctx.path(&order.own_path())));
    }
    Ok(Redirect::to(stripe.begin(ctx, &order, true).await?))
}

/// What Stripe says of the payment that the buyer comes from.
#[derive(Debug, Default, Deserialize)]
pub(super) struct BackQuery {
    session: Option<String>,
    payment_intent: Option<String>,
}

/// Back from Stripe: what became of the payment is read at once, whether or not its event came already.
#[handler]
pub(super) async fn do_back(
    Data(ctx): Data<&Ctx>,
    Data(stripe): Data<&Stripe>,
    Path((_, token)): Path<(String, String)>,
    Query(query): Query<BackQuery>,
) -> Result<Response, Problem> {
    let order = by_link(ctx, &token).await?;
    let (key, reference) = match (query.session, query.payment_intent) {
        (Some(session), _) => ("session", session),
        (None, intent) => ("payment_intent", intent.unwrap_or_default()),
    };
    let outcome = match stripe.follow_named(ctx, &order, &reference).await {
        Ok(outcome) => Some(outcome),
        Err(failure) => {
            // The event or the poller will tell, or the next look; the buyer has done all they can.
            tracing::warn!(error = %failure, "the payment can't be read on return");
            None
        }
    };
    let on_its_way = match outcome {
        None => false,
        Some(Outcome::Processing(_)) => true,
        Some(Outcome::Refused(_)) => return Ok(Redirect::to(ctx.path(&order.own_path())).into_response()),
        Some(_) => return Ok(Redirect::to(ctx.path(&order.back_path())).into_response()),
    };
    // What an event told in the meantime is known here.
    let order = by_link(ctx, &token).await?;
    if !order.may_be_paid(ctx.now()) || order.waits_for_card() {
        return Ok(Redirect::to(ctx.path(&order.back_path())).into_response());
    }
    let name: String = reference.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    let page = WaitPage {
        number: order.number,
        email: order.client_email.clone(),
        due: order.due(),
        on_its_way,
        here: ctx.path(&format!("{}/back?{key}={name}", order.own_path())),
        token: order.token,
    };
    Ok(Page::of(&page).private().into_response())
}

impl Stripe {
    /// Follows the try of an order that the address names; any other name is followed nowhere.
    async fn follow_named(&self, ctx: &Ctx, order: &Order, reference: &str) -> Result<Outcome, Failure> {
        let turn = ctx.read_tx(ORDER_LINK, async |tx| {
            Ok::<_, Failure>(billing::try_by_reference(tx, Method::Stripe, reference).await?)
        });
        let turn = turn.await?.filter(|turn| turn.order_id == order.id && !reference.is_empty());
        let Some(turn) = turn else { return Ok(Outcome::Waits(order.number)) };
        let account = self.connected(ctx).await?;
        self.follow_try(ctx, &account, &turn).await
    }
}
