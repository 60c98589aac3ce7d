//! Takes payments and gives money back.

use billing::{
    Collected, ElementStart, Method, Order, Payment, PaymentProvider, Payouts, ProviderError, Refund,
    Refunding, SavedMethod, Start, Try, TryState, begin_try, dues, lines, tries, try_opened, try_went,
};
use events::ClientId;
use kernel::{BoxFuture, Ctx, Problem};
use serde_json::{Value, json};
use stripe_billing::billing_portal_session::CreateBillingPortalSession;

use crate::{
    Stripe,
    account::{Account, right},
    call::{Plain, Trouble},
    failure::Failure,
    model::{Intent, IntentState, Refunded, Session, SessionState, number, text},
    queries,
    requests::{self, Wanted},
};

/// Kinds of tries: on Stripe's page, of a subscription there, and by the card form. Others are intents too.
pub(crate) const SESSION: &str = "session";
pub(crate) const SUBSCRIPTION: &str = "subscription";
pub(crate) const INTENT: &str = "intent";

/// Whether a try of this kind is a session of Stripe's page.
pub(crate) fn is_session(kind: &str) -> bool {
    matches!(kind, SESSION | SUBSCRIPTION)
}

/// Refunds that may fail one after the other before somebody must look.
const REFUND_TURNS: usize = 5;

impl PaymentProvider for Stripe {
    fn method(&self) -> Method {
        Method::Stripe
    }
    fn start<'a>(&'a self, ctx: &'a Ctx, order: &'a Order) -> BoxFuture<'a, Result<Start, ProviderError>> {
        Box::pin(async move { Ok(Start::Redirect(self.begin(ctx, order, false).await?)) })
    }
    fn refund<'a>(
        &'a self,
        ctx: &'a Ctx,
        _: &'a Order,
        payment: &'a Payment,
        refund: &'a Refund,
    ) -> BoxFuture<'a, Result<Refunding, ProviderError>> {
        Box::pin(async move { Ok(Refunding::Done(self.give_back(ctx, payment, refund).await?)) })
    }
    fn saves(&self) -> bool {
        true
    }
    fn collect<'a>(
        &'a self,
        ctx: &'a Ctx,
        order: &'a Order,
        saved: &'a SavedMethod,
        turn: &'a Try,
    ) -> BoxFuture<'a, Result<Collected, ProviderError>> {
        Box::pin(async move { Ok(self.collect_saved(ctx, order, saved, turn).await?) })
    }
    fn element<'a>(
        &'a self,
        ctx: &'a Ctx,
        order: &'a Order,
    ) -> BoxFuture<'a, Result<Option<ElementStart>, ProviderError>> {
        Box::pin(async move {
            let account = self.connected(ctx).await.map_err(Failure::from)?;
            if !account.is_element() || self.renewed(ctx, order).await?.is_some() {
                return Ok(None);
            }
            Ok(Some(self.form(ctx, &account, order).await?))
        })
    }
    fn forget<'a>(
        &'a self,
        ctx: &'a Ctx,
        saved: &'a SavedMethod,
    ) -> BoxFuture<'a, Result<(), ProviderError>> {
        Box::pin(async move {
            let account = self.connected(ctx).await.map_err(Failure::from)?;
            let detach = Plain::post(format!("/payment_methods/{}/detach", saved.reference), json!({}));
            match self.line().ask(&account.caller, &detach).await {
                // It is gone already, or hangs on no customer any more.
                Ok(_) | Err(Trouble::Missing(_) | Trouble::Refused(_)) => Ok(()),
                Err(other) => Err(other.into()),
            }
        })
    }
    fn portal<'a>(
        &'a self,
        ctx: &'a Ctx,
        client: ClientId,
        back: &'a str,
    ) -> BoxFuture<'a, Result<Option<String>, ProviderError>> {
        Box::pin(async move { Ok(self.portal_of(ctx, client, back).await?) })
    }
    fn subscriptions(&self) -> Option<&dyn billing::subscriptions::SubscriptionProvider> {
        Some(self)
    }
    fn payouts<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Option<Payouts>, ProviderError>> {
        Box::pin(async move {
            let Some(account) = self.account(ctx).await.map_err(Failure::from)? else { return Ok(None) };
            Ok(Some(self.read_payouts(&account).await?))
        })
    }
}

impl Stripe {
    /// Where the buyer pays: our own page with the card form, or Stripe's (always, when `hosted`).
    pub(crate) async fn begin(&self, ctx: &Ctx, order: &Order, hosted: bool) -> Result<String, Failure> {
        let account = self.connected(ctx).await?;
        if account.is_element() && !hosted && self.renewed(ctx, order).await?.is_none() {
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

    async fn wanted<'a>(
        &self,
        ctx: &'a Ctx,
        account: &Account,
        order: &'a Order,
        turn: &'a Try,
    ) -> Result<Wanted<'a>, Failure> {
        let (lines, dues) = ctx
            .read_tx(right(ctx), async |tx| {
                Ok::<_, Failure>((lines(tx, order.id).await?, dues(tx, order.id).await?))
            })
            .await?;
        let whole = dues.is_empty();
        let line = |line: billing::OrderLine| {
            let payable = line.payable();
            match line.quantity {
                1 => (line.name, payable),
                many => (format!("{} × {many}", line.name), payable),
            }
        };
        let lines = if whole { lines.into_iter().map(line).collect() } else { Vec::new() };
        let customer = Some(self.customer(ctx, account, order).await?);
        let saves = dues.len() > 1 || order.subscription_id.is_some();
        Ok(Wanted { ctx, order, turn, lines, customer, saves, fee: self.fee(&account.row) })
    }

    /// The buyer as the account knows them, made when it does not.
    pub(crate) async fn customer(
        &self,
        ctx: &Ctx,
        account: &Account,
        order: &Order,
    ) -> Result<String, Failure> {
        let (client, name) = (order.client_id, account.name());
        let known =
            ctx.read_tx(right(ctx), async |tx| Ok::<_, Failure>(queries::customer(tx, client, name).await?));
        if let Some(known) = known.await? {
            return Ok(known);
        }
        let key = format!("customer/{client}/{}", order.id);
        let made = self.line().once(&account.caller, &requests::customer(ctx, order), &key).await?;
        let reference = text(&made, "/id");
        let kept = ctx.tx(right(ctx), async |tx| {
            queries::keep_customer(tx, client, name, reference).await?;
            Ok::<_, Failure>(queries::customer(tx, client, name).await?)
        });
        kept.await?.ok_or_else(|| unreadable("customer"))
    }

    async fn give_back(&self, ctx: &Ctx, payment: &Payment, refund: &Refund) -> Result<String, Failure> {
        let account = self.connected(ctx).await?;
        let path = format!("/payment_intents/{}", payment.reference);
        let intent = self.line().ask(&account.caller, &Plain::get(path, Value::Null)).await?;
        let fee = number(&intent, "/application_fee_amount") > 0;
        let request = requests::refund(ctx, payment, refund, fee);
        for turn in 0..REFUND_TURNS {
            // One that failed stays failed under its key; when it is asked for again, the next key makes another.
            let key = if turn == 0 { refund.id.to_string() } else { format!("{}/{turn}", refund.id) };
            let answer = match self.line().once(&account.caller, &request, &key).await {
                Err(Trouble::Refused(words)) => {
                    return self.given_back(&account, payment, refund, words).await;
                }
                answer => answer?,
            };
            let made = Refunded::read(&answer).ok_or_else(|| unreadable("refund"))?;
            if !made.failed {
                return Ok(made.id);
            }
            if !refund.reference.contains(&made.id) {
                return Err(Trouble::Refused(format!("{} failed: {}", made.id, made.why)).into());
            }
        }
        Err(Trouble::Refused("it failed again and again".into()).into())
    }

    /// What Stripe refuses to give back may be on its way already.
    async fn given_back(
        &self,
        account: &Account,
        payment: &Payment,
        refund: &Refund,
        words: String,
    ) -> Result<String, Failure> {
        let all = self.refunds_of(account, &payment.reference).await?;
        let own = all.into_iter().find(|one| one.tags.refund == refund.id.to_string() && !one.failed);
        own.map(|one| one.id).ok_or_else(|| Trouble::Refused(words).into())
    }

    async fn collect_saved(
        &self,
        ctx: &Ctx,
        order: &Order,
        saved: &SavedMethod,
        turn: &Try,
    ) -> Result<Collected, Failure> {
        let account = self.connected(ctx).await?;
        let wanted = self.wanted(ctx, &account, order, turn).await?;
        let request = wanted.off_session(&saved.reference)?;
        let answer = match self.line().once(&account.caller, &request, &turn.key()).await {
            Err(Trouble::Declined { code, words, intent }) => {
                let reference = intent.unwrap_or_default();
                if !reference.is_empty() {
                    self.opened(ctx, turn, &reference).await?;
                }
                return Ok(match code.as_str() {
                    "authentication_required" => Collected::NeedsBuyer,
                    _ => Collected::Declined { reference, words },
                });
            }
            Err(Trouble::Missing(words)) => {
                return Ok(Collected::Declined { reference: String::new(), words });
            }
            answer => answer?,
        };
        let intent = Intent::read(&answer).ok_or_else(|| unreadable("payment intent"))?;
        self.opened(ctx, turn, &intent.id).await?;
        Ok(match intent.state {
            IntentState::Succeeded => {
                let label = self.label_of(&account, &intent.id).await;
                Collected::Paid { reference: intent.id, label }
            }
            IntentState::Processing => Collected::Processing(intent.id),
            IntentState::NeedsBuyer => Collected::NeedsBuyer,
            IntentState::Open | IntentState::Refused | IntentState::Ended => {
                Collected::Declined { reference: intent.id, words: intent.refusal }
            }
        })
    }

    /// What an intent was paid with, for the receipt; that it can't be read now is no reason to lose the payment.
    async fn label_of(&self, account: &Account, intent: &str) -> String {
        let read = self.read_intent(account, intent).await;
        read.ok().and_then(|intent| Some(intent.charge?.label)).unwrap_or_default()
    }

    async fn portal_of(&self, ctx: &Ctx, client: ClientId, back: &str) -> Result<Option<String>, Failure> {
        let Some(account) = self.account(ctx).await? else { return Ok(None) };
        let name = account.name().to_owned();
        let known =
            ctx.read_tx(right(ctx), async |tx| Ok::<_, Failure>(queries::customer(tx, client, &name).await?));
        let Some(customer) = known.await? else { return Ok(None) };
        let request = CreateBillingPortalSession::new().customer(customer).return_url(back);
        let made = self.line().ask(&account.caller, &request).await?;
        Ok(Some(text(&made, "/url").to_owned()).filter(|url| !url.is_empty()))
    }

    /// Ends at Stripe what nobody is to pay any more. What was paid in the meantime is followed instead.
    pub(crate) async fn give_up(&self, ctx: &Ctx, account: &Account, turn: &Try) -> Result<(), Failure> {
        if turn.reference.is_empty() {
            return self.went(ctx, turn, TryState::Ended).await;
        }
        let path = if is_session(&turn.kind) {
            format!("/checkout/sessions/{}/expire", turn.reference)
        } else {
            format!("/payment_intents/{}/cancel", turn.reference)
        };
        match self.line().ask(&account.caller, &Plain::post(path, json!({}))).await {
            Ok(_) | Err(Trouble::Missing(_)) => self.went(ctx, turn, TryState::Ended).await,
            Err(Trouble::Refused(_)) => self.follow_try(ctx, account, turn).await.map(drop),
            Err(other) => Err(other.into()),
        }
    }

    pub(crate) async fn opened(&self, ctx: &Ctx, turn: &Try, reference: &str) -> Result<(), Failure> {
        ctx.tx(right(ctx), async |tx| Ok::<_, Failure>(try_opened(tx, turn.id, reference).await?)).await
    }
    pub(crate) async fn went(&self, ctx: &Ctx, turn: &Try, state: TryState) -> Result<(), Failure> {
        ctx.tx(right(ctx), async |tx| Ok::<_, Failure>(try_went(tx, turn.id, state).await?)).await
    }
}

/// Stripe's answer is not what it was asked for.
pub(crate) fn unreadable(what: &str) -> Failure {
    Trouble::Away(format!("an answer of Stripe's is no {what}")).into()
}
