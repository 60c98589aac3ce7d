use billing::{
    DisputeSeen, DisputeState, Method, NewPayment, OnGone, Order, RefundCause, RefundSeen, RefundState,
    Settled, Try, TryState, by_id, dispute_seen, payment_bounced, payment_failed, payment_processing,
    refund_seen, settle, try_by_reference, try_went,
};
use events::{Currency, Money, OrderId};
use kernel::{Ctx, Tx};
use serde_json::{Value, json};

use super::{Outcome, is_ours};
use crate::{
    Stripe,
    account::{Account, right},
    call::{Plain, Trouble},
    failure::Failure,
    model::{Charge, Dispute, Intent, IntentState, Refunded, Session, SessionState, items},
    provider::{INTENT, is_session, unreadable},
};

impl Stripe {
    /// An intent with its charge and what it was paid with.
    pub(crate) async fn read_intent(&self, account: &Account, id: &str) -> Result<Intent, Failure> {
        let expand = json!({"expand": ["latest_charge", "payment_method"]});
        let path = format!("/payment_intents/{id}");
        let answer = self.line().ask(&account.caller, &Plain::get(path, expand)).await?;
        Intent::read(&answer).ok_or_else(|| unreadable("payment intent"))
    }
    /// The refunds of an intent.
    pub(crate) async fn refunds_of(&self, account: &Account, intent: &str) -> Result<Vec<Refunded>, Failure> {
        let query = json!({"payment_intent": intent, "limit": 100});
        Ok(Refunded::all(&self.line().ask(&account.caller, &Plain::get("/refunds", query)).await?))
    }

    /// What became of a try that the provider was asked for.
    pub(crate) async fn follow_try(
        &self,
        ctx: &Ctx,
        account: &Account,
        turn: &Try,
    ) -> Result<Outcome, Failure> {
        if is_session(&turn.kind) {
            self.follow_session(ctx, account, &turn.reference).await
        } else {
            self.follow_intent(ctx, account, &turn.reference).await
        }
    }

    /// A session: its payment or subscription, once there is one.
    pub(crate) async fn follow_session(
        &self,
        ctx: &Ctx,
        account: &Account,
        id: &str,
    ) -> Result<Outcome, Failure> {
        let answer = self.look(account, format!("/checkout/sessions/{id}")).await?;
        let session = Session::read(&answer).ok_or_else(|| unreadable("session"))?;
        if !is_ours(ctx, &session.tags) {
            return Ok(Outcome::NotOurs);
        }
        let outcome = match (&session.subscription, &session.intent, &session.setup) {
            (Some(subscription), ..) => self.follow_subscription(ctx, account, subscription).await?,
            (None, Some(intent), _) => self.follow_intent(ctx, account, intent).await?,
            (None, None, Some(setup)) => self.follow_setup(ctx, account, setup).await?,
            (None, None, None) => Outcome::Waits(self.number_of(ctx, &session.tags.order).await?),
        };
        let state = match (&outcome, session.state) {
            (Outcome::Processing(_), _) => Some(TryState::Processing),
            (Outcome::Paid(_) | Outcome::GivenBack(_) | Outcome::Back(_), _) => Some(TryState::Succeeded),
            (_, SessionState::Complete) => Some(TryState::Succeeded),
            (_, SessionState::Expired) => Some(TryState::Ended),
            // The buyer may try another card there.
            (_, SessionState::Open) => None,
        };
        // A debit that bounced leaves a complete session without its money.
        let state = if matches!(outcome, Outcome::Refused(_)) && session.state == SessionState::Complete {
            Some(TryState::Failed)
        } else {
            state
        };
        if let Some(state) = state {
            self.try_is(ctx, &session.id, state).await?;
        }
        Ok(outcome)
    }

    pub(super) async fn number_of(&self, ctx: &Ctx, order: &str) -> Result<i64, Failure> {
        let Ok(id) = order.parse::<OrderId>() else { return Ok(0) };
        let found = ctx.read_tx(right(ctx), async |tx| Ok::<_, Failure>(by_id(tx, id).await?)).await?;
        Ok(found.map_or(0, |order| order.number))
    }

    async fn try_is(&self, ctx: &Ctx, reference: &str, state: TryState) -> Result<(), Failure> {
        ctx.tx(right(ctx), async |tx| {
            if let Some(turn) = try_by_reference(tx, Method::Stripe, reference).await? {
                try_went(tx, turn.id, state).await?;
            }
            Ok::<_, Failure>(())
        })
        .await
    }

    /// A payment with what went back of it: everything that Stripe knows of an intent, in whatever order it told.
    pub(crate) async fn follow_intent(
        &self,
        ctx: &Ctx,
        account: &Account,
        id: &str,
    ) -> Result<Outcome, Failure> {
        let intent = self.read_intent(account, id).await?;
        let ours = is_ours(ctx, &intent.tags);
        let mut outcome = match (ours, intent.tags.order.parse::<OrderId>()) {
            (true, Ok(order)) => Box::pin(self.settle_intent(ctx, account, &intent, order)).await?,
            // Payments of invoices carry no name; their subscription does.
            _ => Outcome::NotOurs,
        };
        if intent.state == IntentState::Succeeded {
            let back = Box::pin(self.follow_back(ctx, account, &intent)).await?;
            outcome = back.unwrap_or(outcome);
        }
        Ok(outcome)
    }

    async fn settle_intent(
        &self,
        ctx: &Ctx,
        account: &Account,
        intent: &Intent,
        order: OrderId,
    ) -> Result<Outcome, Failure> {
        let money = money(intent.amount, &intent.currency)?;
        let known = ctx.read_tx(right(ctx), async |tx| Ok::<_, Failure>(by_id(tx, order).await?)).await?;
        let Some(known) = known else { return Ok(Outcome::NotOurs) };
        let label = intent.charge.as_ref().map(|charge| charge.label.clone()).unwrap_or_default();
        let payment = NewPayment {
            label,
            due: intent.tags.due,
            ..NewPayment::of(Method::Stripe, intent.id.as_str(), money)
        };
        let number = known.number;
        let settled = ctx.tx(right(ctx), async |tx| write_intent(tx, intent, &known, payment).await).await?;
        let saved = intent.method.as_ref().filter(|method| intent.saves && method.customer.is_some());
        if let (IntentState::Succeeded, Some(saved)) = (intent.state, saved) {
            self.keep_saved(ctx, saved).await?;
            if let (Some(Settled::Paid(_)), Some(subscription)) = (&settled, known.subscription_id) {
                self.pays_with(ctx, account, subscription, &saved.id).await?;
            }
        }
        Ok(match (intent.state, settled) {
            (_, Some(settled)) if !settled.order().status.was_paid() => Outcome::GivenBack(number),
            (_, Some(Settled::GivenBack(..))) => Outcome::GivenBack(number),
            (_, Some(_)) => Outcome::Paid(number),
            (IntentState::Processing, None) => Outcome::Processing(number),
            (IntentState::Refused, None) => Outcome::Refused(number),
            _ => Outcome::Waits(number),
        })
    }

    /// Refunds and disputes of a payment. `None`: there are none.
    async fn follow_back(
        &self,
        ctx: &Ctx,
        account: &Account,
        intent: &Intent,
    ) -> Result<Option<Outcome>, Failure> {
        let refunds = self.refunds_of(account, &intent.id).await?;
        let query = json!({"payment_intent": intent.id, "limit": 100});
        let disputes = self.line().ask(&account.caller, &Plain::get("/disputes", query)).await?;
        let disputes: Vec<Dispute> = items(&disputes, "/data").iter().filter_map(Dispute::read).collect();
        if refunds.is_empty() && disputes.is_empty() {
            return Ok(None);
        }
        let number = self.number_of(ctx, &intent.tags.order).await?;
        ctx.tx(right(ctx), async |tx| {
            for refund in &refunds {
                refund_seen(tx, &seen(&intent.id, refund)).await?;
            }
            for dispute in &disputes {
                dispute_seen(tx, &disputed(&intent.id, dispute)).await?;
            }
            Ok::<_, Failure>(())
        })
        .await?;
        Ok(Some(Outcome::Back(number)))
    }

    /// An object as it stands at Stripe.
    pub(super) async fn look(&self, account: &Account, path: String) -> Result<Value, Failure> {
        Ok(self.line().ask(&account.caller, &Plain::get(path, Value::Null)).await?)
    }
    /// A charge: its intent.
    pub(crate) async fn follow_charge(
        &self,
        ctx: &Ctx,
        account: &Account,
        id: &str,
    ) -> Result<Outcome, Failure> {
        let charge = Charge::read(&self.look(account, format!("/charges/{id}")).await?);
        match charge.and_then(|charge| charge.intent) {
            Some(intent) => self.follow_intent(ctx, account, &intent).await,
            None => Ok(Outcome::NotOurs),
        }
    }
    /// A refund or a dispute, whose place is `path`: the intent that it is of, or the charge.
    pub(crate) async fn follow_part(
        &self,
        ctx: &Ctx,
        account: &Account,
        path: String,
    ) -> Result<Outcome, Failure> {
        let part = self.look(account, path).await?;
        match (crate::model::id(&part, "/payment_intent"), crate::model::id(&part, "/charge")) {
            (Some(intent), _) => self.follow_intent(ctx, account, intent).await,
            (None, Some(charge)) => self.follow_charge(ctx, account, charge).await,
            (None, None) => Ok(Outcome::NotOurs),
        }
    }
}

/// One transaction: what an intent means for its order and its try.
async fn write_intent(
    tx: &mut Tx,
    intent: &Intent,
    order: &Order,
    payment: NewPayment,
) -> Result<Option<Settled>, Failure> {
    let mut settled = None;
    let state = match intent.state {
        IntentState::Succeeded => {
            let amount = money(intent.received, &intent.currency)?;
            settled = Some(settle(tx, order.id, NewPayment { amount, ..payment }, OnGone::GiveBack).await?);
            TryState::Succeeded
        }
        IntentState::Processing => {
            payment_processing(tx, order.id, &intent.id).await?;
            TryState::Processing
        }
        IntentState::Refused => {
            // Each charge is a try of its own; the intent's own name stays free for the one that pays.
            let charge = intent.charge.as_ref().map_or("", |charge| charge.id.as_str());
            let reference = format!("{}/{charge}", intent.id);
            payment_failed(tx, order.id, NewPayment { reference, ..payment }).await?;
            payment_bounced(tx, order.id, &intent.id).await?;
            TryState::Failed
        }
        IntentState::Ended => TryState::Ended,
        IntentState::Open | IntentState::NeedsBuyer => TryState::Open,
    };
    if let Some(turn) = try_by_reference(tx, Method::Stripe, &intent.id).await? {
        // By the card form the buyer may try another card.
        let again = state == TryState::Failed && turn.kind == INTENT;
        try_went(tx, turn.id, if again { TryState::Open } else { state }).await?;
    }
    Ok(settled)
}

fn seen(intent: &str, refund: &Refunded) -> RefundSeen {
    RefundSeen {
        method: Method::Stripe,
        payment: intent.to_owned(),
        reference: refund.id.clone(),
        own: refund.tags.refund.parse().ok(),
        amount: refund.amount,
        state: if refund.failed { RefundState::Failed } else { RefundState::Done },
        cause: RefundCause::Provider,
    }
}

fn disputed(intent: &str, dispute: &Dispute) -> DisputeSeen {
    DisputeSeen {
        method: Method::Stripe,
        payment: intent.to_owned(),
        reference: dispute.id.clone(),
        amount: dispute.amount,
        reason: dispute.reason.chars().take(100).collect(),
        state: match dispute.status.as_str() {
            "won" | "warning_closed" | "prevented" => DisputeState::Won,
            "lost" => DisputeState::Lost,
            "under_review" | "warning_under_review" => DisputeState::UnderReview,
            _ => DisputeState::Open,
        },
        answer_by: dispute.answer_by,
        // An inquiry: the bank asks, and a refund is an answer.
        held: !dispute.status.starts_with("warning"),
    }
}

/// An amount of Stripe's.
pub(crate) fn money(amount: i64, currency: &str) -> Result<Money, Failure> {
    let currency: Currency =
        currency.parse().map_err(|_| Trouble::Refused(format!("a payment in {currency}")))?;
    Ok(Money::new(amount, currency))
}
