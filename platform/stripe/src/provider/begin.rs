use billing::{ElementStart, Method, Order, Try, TryState, begin_try, tries};
use kernel::{Ctx, Problem};
use serde_json::Value;

use super::{INTENT, SESSION, SUBSCRIPTION, unreadable};
use crate::{
    Stripe,
    account::{Account, right},
    call::{Plain, Trouble},
    failure::Failure,
    model::{Intent, IntentState, Session, SessionState, text},
};

impl Stripe {
    /// Where the buyer pays: our own page with the card form, or Stripe's (always, when `hosted`).
    pub(crate) async fn begin(&self, ctx: &Ctx, order: &Order, hosted: bool) -> Result<String, Failure> {
        let account = self.connected(ctx).await?;
        if account.is_element() && !hosted {
            return Ok(ctx.path(&format!("{}/card", order.own_path())));
        }
        let kind = if self.renewed(ctx, order).await?.is_some() { SUBSCRIPTION } else { SESSION };
        // An old session may have ended since it was opened; the next try is another one.
        for _ in 0..2 {
            let turn = self.turn(ctx, &account, order, kind).await?;
            let session = self.session_of(ctx, &account, order, &turn).await?;
            match session.state {
                SessionState::Open if !session.url.is_empty() => return Ok(session.url),
                SessionState::Open | SessionState::Expired => self.went(ctx, &turn, TryState::Ended).await?,
                SessionState::Complete => {
                    self.follow_session(ctx, &account, &session.id).await?;
                    return Ok(ctx.path(&order.back_path()));
                }
            }
        }
        Err(Trouble::Away("Stripe's page can't be opened".into()).into())
    }

    /// Begins a try, and gives up open ones of another kind, so that nobody pays twice from two tabs.
    async fn turn(&self, ctx: &Ctx, account: &Account, order: &Order, kind: &str) -> Result<Try, Failure> {
        let (turn, others) = ctx
            .tx(right(ctx), async |tx| {
                let turn = begin_try(tx, order.id, Method::Stripe, kind).await?;
                let all = tries(tx, order.id).await?;
                let open = |one: &Try| {
                    one.state == TryState::Open && one.provider == Method::Stripe && one.id != turn.id
                };
                let others: Vec<Try> = all.into_iter().filter(open).collect();
                Ok::<_, Failure>((turn, others))
            })
            .await?;
        for other in others {
            self.give_up(ctx, account, &other).await?;
        }
        Ok(turn)
    }

    pub(crate) async fn session_of(
        &self,
        ctx: &Ctx,
        account: &Account,
        order: &Order,
        turn: &Try,
    ) -> Result<Session, Failure> {
        let answer = if turn.reference.is_empty() {
            let wanted = self.wanted(ctx, account, order, turn).await?;
            let made = match self.renewed(ctx, order).await?.filter(|_| turn.kind == SUBSCRIPTION) {
                Some(sub) => {
                    let price = self.price_of(ctx, account, &sub).await?;
                    let request = wanted.subscription(&sub, &price);
                    self.line().once(&account.caller, &request, &turn.key()).await?
                }
                None => self.line().once(&account.caller, &wanted.session()?, &turn.key()).await?,
            };
            self.opened(ctx, turn, text(&made, "/id")).await?;
            made
        } else {
            let path = format!("/checkout/sessions/{}", turn.reference);
            self.line().ask(&account.caller, &Plain::get(path, Value::Null)).await?
        };
        Session::read(&answer).ok_or_else(|| unreadable("session"))
    }

    /// The payment behind the card form.
    pub(crate) async fn form(
        &self,
        ctx: &Ctx,
        account: &Account,
        order: &Order,
    ) -> Result<ElementStart, Failure> {
        let intent = self.open_intent(ctx, account, order).await?;
        let connected = account.caller.account.clone().unwrap_or_default();
        Ok(ElementStart {
            script: self.settings().js_url.clone(),
            publishable_key: self.publishable(&account.row).to_owned(),
            account: connected,
            client_secret: intent.secret,
        })
    }

    /// The open intent of an order, made when there is none.
    pub(crate) async fn open_intent(
        &self,
        ctx: &Ctx,
        account: &Account,
        order: &Order,
    ) -> Result<Intent, Failure> {
        for _ in 0..2 {
            let turn = self.turn(ctx, account, order, INTENT).await?;
            let intent = self.intent_of(ctx, account, order, &turn).await?;
            match intent.state {
                IntentState::Open | IntentState::NeedsBuyer | IntentState::Refused => return Ok(intent),
                IntentState::Ended => self.went(ctx, &turn, TryState::Ended).await?,
                IntentState::Succeeded | IntentState::Processing => {
                    self.follow_intent(ctx, account, &intent.id).await?;
                    return Err(Problem::conflict("order_closed").into());
                }
            }
        }
        Err(Trouble::Away("Stripe's form can't be opened".into()).into())
    }

    pub(crate) async fn intent_of(
        &self,
        ctx: &Ctx,
        account: &Account,
        order: &Order,
        turn: &Try,
    ) -> Result<Intent, Failure> {
        let answer = if turn.reference.is_empty() {
            let wanted = self.wanted(ctx, account, order, turn).await?;
            let made = self.line().once(&account.caller, &wanted.intent()?, &turn.key()).await?;
            self.opened(ctx, turn, text(&made, "/id")).await?;
            made
        } else {
            let path = format!("/payment_intents/{}", turn.reference);
            self.line().ask(&account.caller, &Plain::get(path, Value::Null)).await?
        };
        Intent::read(&answer).ok_or_else(|| unreadable("payment intent"))
    }
}
