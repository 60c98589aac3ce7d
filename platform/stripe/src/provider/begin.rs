use billing::{ElementStart, Method, Order, SETUP, Try, TryState, begin_try, tries};
use kernel::{Ctx, Problem};
use serde_json::Value;

use super::{INTENT, SESSION, SUBSCRIPTION, unreadable};
use crate::{
    Stripe,
    account::{Account, right},
    call::{Plain, Prepared, Trouble},
    failure::Failure,
    model::{Intent, IntentState, Session, SessionState, text},
    requests::Wanted,
};

/// So many tries are begun when what earlier ones opened is over.
const OPENINGS: usize = 3;

impl Stripe {
    /// Where the buyer pays: our own page with the card form, or Stripe's (always, when `hosted`).
    pub(crate) async fn begin(&self, ctx: &Ctx, order: &Order, hosted: bool) -> Result<String, Failure> {
        let account = self.connected(ctx).await?;
        if account.is_element() && !hosted && !order.waits_for_card() {
            return Ok(ctx.path(&format!("{}/card", order.own_path())));
        }
        let kind = match self.renewed(ctx, order).await? {
            _ if order.waits_for_card() => SETUP,
            Some(_) => SUBSCRIPTION,
            None => SESSION,
        };
        // An old session may have ended since it was opened; the next try is another one.
        for _ in 0..OPENINGS {
            let turn = self.turn(ctx, &account, order, kind).await?;
            let opened = self.session_of(ctx, &account, order, &turn).await;
            let Some(session) = self.unless_stuck(ctx, &turn, opened).await? else { continue };
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

    /// `None`: what the try was to open can't be had: it is in an account that the business left, Stripe failed at it for
    /// good, or it was asked for in other words. Its address never reached a buyer, or leads nowhere any more; the try has
    /// ended, and the next one opens another.
    async fn unless_stuck<T>(
        &self,
        ctx: &Ctx,
        turn: &Try,
        opened: Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        match opened {
            Ok(opened) => Ok(Some(opened)),
            Err(Failure::Stripe(trouble)) if trouble.is_stuck() => {
                tracing::warn!(turn = turn.key(), error = %trouble, "a try can't go on");
                self.went(ctx, turn, TryState::Ended).await?;
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
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
            let wanted = self.wanted(ctx, account, order, turn, None).await?;
            let price = match self.renewed(ctx, order).await?.filter(|_| turn.kind == SUBSCRIPTION) {
                Some(sub) => Some((self.price_of(ctx, account, &sub).await?, sub)),
                None => None,
            };
            let request = |wanted: &Wanted<'_>| match &price {
                _ if turn.kind == SETUP => wanted.setup(),
                Some((price, sub)) => Ok(wanted.subscription(sub, price)),
                None => wanted.session(),
            };
            let made = self.make(account, turn, wanted, request).await?;
            self.opened(ctx, turn, text(&made, "/id")).await?;
            made
        } else {
            let path = format!("/checkout/sessions/{}", turn.reference);
            self.line().ask(&account.caller, &Plain::get(path, Value::Null)).await?
        };
        Session::read(&answer).ok_or_else(|| unreadable("session"))
    }

    /// Makes what a try is about. The business may have deleted the buyer at Stripe; then they pay as somebody new.
    async fn make(
        &self,
        account: &Account,
        turn: &Try,
        mut wanted: Wanted<'_>,
        request: impl Fn(&Wanted<'_>) -> Result<Prepared, Trouble>,
    ) -> Result<Value, Trouble> {
        match self.line().once(&account.caller, &request(&wanted)?, &turn.key()).await {
            Err(Trouble::Missing(_)) if wanted.customer.take().is_some() => {
                let key = format!("{}/new", turn.key());
                self.line().once(&account.caller, &request(&wanted)?, &key).await
            }
            made => made,
        }
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
        for _ in 0..OPENINGS {
            let turn = self.turn(ctx, account, order, INTENT).await?;
            let opened = self.intent_of(ctx, account, order, &turn).await;
            let Some(intent) = self.unless_stuck(ctx, &turn, opened).await? else { continue };
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
            let wanted = self.wanted(ctx, account, order, turn, None).await?;
            let made = self.make(account, turn, wanted, |wanted| wanted.intent()).await?;
            self.opened(ctx, turn, text(&made, "/id")).await?;
            made
        } else {
            let path = format!("/payment_intents/{}", turn.reference);
            self.line().ask(&account.caller, &Plain::get(path, Value::Null)).await?
        };
        Intent::read(&answer).ok_or_else(|| unreadable("payment intent"))
    }
}
