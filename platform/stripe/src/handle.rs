//! The inbox: each event is followed by what it is about.

use billing::BILLING_RUN;
use kernel::{Ctx, JobError, Problem};

use crate::{
    Stripe,
    account::Account,
    call::Trouble,
    failure::Failure,
    follow::Outcome,
    model::AccountState,
    queries::{self, EventRow, EventState},
};

impl Stripe {
    /// Handles an event of the inbox. Handled once more it comes to the same.
    pub(crate) async fn handle(&self, ctx: &Ctx, id: &str) -> Result<(), JobError> {
        let row =
            ctx.read_tx(BILLING_RUN, async |tx| Ok::<_, Problem>(queries::event(tx, id).await?)).await?;
        let Some(row) = row else { return Err(JobError::Fail(format!("no event {id}"))) };
        if matches!(row.state, EventState::Handled | EventState::Ignored) {
            return Ok(());
        }
        let (state, words, again) = match self.follow_event(ctx, &row).await {
            Ok(outcome) if outcome.is_ours() => (EventState::Handled, outcome.to_string(), None),
            Ok(outcome) => (EventState::Ignored, outcome.to_string(), None),
            Err(failure) => {
                let again = failure.may_pass().then(|| JobError::Retry(failure.words()));
                (EventState::Failed, failure.words(), again)
            }
        };
        metrics::counter!("stripe_events_handled_total", "result" => state.code()).increment(1);
        let write = ctx
            .tx(BILLING_RUN, async |tx| Ok::<_, Problem>(queries::event_went(tx, id, state, &words).await?));
        write.await?;
        again.map_or(Ok(()), Err)
    }

    async fn follow_event(&self, ctx: &Ctx, row: &EventRow) -> Result<Outcome, Failure> {
        let Some(account) = self.account(ctx).await? else { return Ok(Outcome::NotOurs) };
        match self.follow_kind(ctx, &account, &row.kind, &row.object).await {
            // It is gone, or never was in this account: nothing is to be done about it, however often.
            Err(Failure::Stripe(Trouble::Missing(_))) => Ok(Outcome::NotOurs),
            followed => followed,
        }
    }

    async fn follow_kind(
        &self,
        ctx: &Ctx,
        account: &Account,
        kind: &str,
        id: &str,
    ) -> Result<Outcome, Failure> {
        let about_account = matches!(follower(kind), Follower::Account | Follower::Left | Follower::Nobody);
        if id.is_empty() && !about_account {
            return Ok(Outcome::NotOurs);
        }
        match follower(kind) {
            Follower::Intent => self.follow_intent(ctx, account, id).await,
            Follower::Session => self.follow_session(ctx, account, id).await,
            Follower::Dispute => self.follow_part(ctx, account, format!("/disputes/{id}")).await,
            Follower::Refund => self.follow_part(ctx, account, format!("/refunds/{id}")).await,
            Follower::Charge => self.follow_charge(ctx, account, id).await,
            Follower::Subscription => self.follow_subscription(ctx, account, id).await,
            Follower::Invoice => self.follow_invoice(ctx, account, id).await,
            Follower::Method => self.follow_method(ctx, account, id).await,
            Follower::Setup => self.follow_setup(ctx, account, id).await,
            Follower::Account => {
                self.refresh(ctx, account).await?;
                Ok(Outcome::Account)
            }
            Follower::Left => self.left(ctx, account).await,
            Follower::Nobody => Ok(Outcome::UnknownKind),
        }
    }

    /// The business took its account away from the platform.
    async fn left(&self, ctx: &Ctx, account: &Account) -> Result<Outcome, Failure> {
        let state = AccountState {
            id: account.row.account_id.clone(),
            trouble: "account.application.deauthorized".to_owned(),
            ..AccountState::default()
        };
        ctx.tx(BILLING_RUN, async |tx| {
            queries::account_state(tx, &state).await?;
            billing::set_card_ready(tx, false).await?;
            Ok::<_, Failure>(Outcome::Account)
        })
        .await
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Follower {
    Intent,
    Session,
    Dispute,
    Refund,
    Charge,
    Subscription,
    Invoice,
    Method,
    Setup,
    Account,
    Left,
    Nobody,
}

/// Which object a kind of event is about.
fn follower(kind: &str) -> Follower {
    let within = |begin: &str| kind.strip_prefix(begin).is_some_and(|rest| rest.starts_with('.'));
    match kind {
        "account.updated" => Follower::Account,
        "account.application.deauthorized" => Follower::Left,
        "charge.refund.updated" => Follower::Refund,
        "invoice.upcoming" => Follower::Nobody,
        _ if within("payment_intent") => Follower::Intent,
        _ if within("checkout.session") => Follower::Session,
        _ if within("charge.dispute") => Follower::Dispute,
        _ if within("refund") => Follower::Refund,
        _ if within("charge") => Follower::Charge,
        _ if within("customer.subscription") => Follower::Subscription,
        _ if within("invoice") => Follower::Invoice,
        _ if within("payment_method") => Follower::Method,
        "setup_intent.succeeded" => Follower::Setup,
        _ => Follower::Nobody,
    }
}

/// Whether anything handles events of a kind.
pub(crate) fn is_handled(kind: &str) -> bool {
    follower(kind) != Follower::Nobody
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_that_is_promised_is_followed() {
        for (kind, by) in [
            ("payment_intent.succeeded", Follower::Intent),
            ("payment_intent.payment_failed", Follower::Intent),
            ("payment_intent.processing", Follower::Intent),
            ("checkout.session.completed", Follower::Session),
            ("checkout.session.expired", Follower::Session),
            ("checkout.session.async_payment_succeeded", Follower::Session),
            ("checkout.session.async_payment_failed", Follower::Session),
            ("charge.refunded", Follower::Charge),
            ("charge.refund.updated", Follower::Refund),
            ("refund.failed", Follower::Refund),
            ("charge.dispute.created", Follower::Dispute),
            ("charge.dispute.closed", Follower::Dispute),
            ("customer.subscription.updated", Follower::Subscription),
            ("invoice.paid", Follower::Invoice),
            ("invoice.payment_failed", Follower::Invoice),
            ("account.updated", Follower::Account),
            ("payment_method.attached", Follower::Method),
            ("setup_intent.succeeded", Follower::Setup),
            ("customer.created", Follower::Nobody),
            ("chargeable", Follower::Nobody),
            ("invoice.upcoming", Follower::Nobody),
        ] {
            assert_eq!(follower(kind), by, "{kind}");
        }
    }
}
