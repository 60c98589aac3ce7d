//! Finds what nobody told: payments whose event never came, and events whose delivery was lost.

use std::time::Duration;

use billing::{BILLING_RUN, Method, Order, Try, TryState, by_id, open_tries};
use events::Instant;
use kernel::Ctx;
use serde_json::{Value, json};

use crate::{
    Stripe,
    account::Account,
    call::{Plain, Trouble, with},
    failure::Failure,
    follow::Outcome,
    handle::is_handled,
    model::{Envelope, is, items},
    provider::{INTENT, is_session},
    queries,
    receive::{handle, without_secrets},
};

/// Seconds after which a try's outcome should have been told.
const SILENT: i64 = 300;
/// So many tries are looked at in one go.
const TRIES: i64 = 100;
/// Seconds by which two looks for events overlap: Stripe's list may lag behind.
const OVERLAP: i64 = 600;
/// Stripe keeps events for so many seconds.
const KEPT: i64 = 29 * 86_400;
/// So many pages of events, of 100 each, are read in one go.
const PAGES: usize = 100;
/// So often a page is asked for when nobody answers, with pauses that outlast a rest of the line: a run that ended there
/// would begin again with the newest events, and with many pages and some losses never come to the oldest.
const PAGE_TURNS: u32 = 5;
const PAGE_PAUSE: Duration = Duration::from_secs(1);
/// After so many tries that nobody answered for, the others wait for the next run.
const UNANSWERED: u32 = 3;

impl Stripe {
    pub(crate) async fn poll(&self, ctx: &Ctx) -> Result<(), Failure> {
        let Some(account) = self.account(ctx).await? else { return Ok(()) };
        let tries = self.poll_tries(ctx, &account).await;
        let events = self.poll_events(ctx, &account).await;
        tries.and(events)
    }

    async fn poll_tries(&self, ctx: &Ctx, account: &Account) -> Result<(), Failure> {
        let before = ctx.now().plus_seconds(-SILENT);
        let open = ctx.read_tx(BILLING_RUN, async |tx| {
            Ok::<_, Failure>(open_tries(tx, Method::Stripe, before, before, TRIES).await?)
        });
        let (mut first, mut unanswered) = (Ok(()), 0);
        for turn in open.await? {
            // What one try is stuck at is no reason not to look at the others; but there is no use in asking who is away.
            match self.poll_try(ctx, account, &turn).await {
                Ok(()) => {}
                Err(failure) if failure.may_pass() => {
                    unanswered += 1;
                    if unanswered == UNANSWERED {
                        return Err(failure);
                    }
                    first = first.and(Err(failure));
                }
                Err(failure) => {
                    tracing::warn!(turn = turn.key(), error = %failure, "a try can't be followed");
                    self.went(ctx, &turn, turn.state).await?;
                    first = first.and(Err(failure));
                }
            }
        }
        first
    }

    async fn poll_try(&self, ctx: &Ctx, account: &Account, turn: &Try) -> Result<(), Failure> {
        let order =
            ctx.read_tx(BILLING_RUN, async |tx| Ok::<_, Failure>(by_id(tx, turn.order_id).await?)).await?;
        let Some(order) = order else { return Ok(()) };
        let wanted = order.may_be_paid(ctx.now());
        if turn.reference.is_empty() {
            return self.poll_unopened(ctx, account, turn, &order, wanted).await;
        }
        let outcome = match self.follow_try(ctx, account, turn).await {
            Err(Failure::Stripe(Trouble::Missing(_))) => return self.went(ctx, turn, TryState::Ended).await,
            outcome => outcome?,
        };
        match outcome {
            // Nobody is to pay for what is given up.
            Outcome::Waits(_) | Outcome::Refused(_) if !wanted => self.give_up(ctx, account, turn).await,
            Outcome::Waits(_) | Outcome::Refused(_) | Outcome::Processing(_) => self.looked(ctx, turn).await,
            Outcome::NotOurs => self.went(ctx, turn, TryState::Ended).await,
            _ => Ok(()),
        }
    }

    /// The process ended between the call and its answer: the same call again tells what it made.
    async fn poll_unopened(
        &self,
        ctx: &Ctx,
        account: &Account,
        turn: &Try,
        order: &Order,
        wanted: bool,
    ) -> Result<(), Failure> {
        let known = is_session(&turn.kind) || turn.kind == INTENT;
        if !known {
            // Collected without the buyer: whoever collects asks again by itself while the order waits.
            return if wanted {
                self.looked(ctx, turn).await
            } else {
                self.went(ctx, turn, TryState::Ended).await
            };
        }
        let reopened = if is_session(&turn.kind) {
            self.session_of(ctx, account, order, turn).await.map(|session| session.id)
        } else {
            self.intent_of(ctx, account, order, turn).await.map(|intent| intent.id)
        };
        match reopened {
            Ok(reference) => {
                let turn = Try { reference, ..turn.clone() };
                self.follow_try(ctx, account, &turn).await?;
                self.looked(ctx, &turn).await
            }
            // It never came to be, and can't any more.
            Err(Failure::Stripe(Trouble::Refused(_) | Trouble::OtherCall(_) | Trouble::Missing(_))) => {
                self.went(ctx, turn, TryState::Ended).await
            }
            Err(failure) => Err(failure),
        }
    }

    /// Written down, so that others come first next time. What is known by now is not overwritten.
    async fn looked(&self, ctx: &Ctx, turn: &Try) -> Result<(), Failure> {
        ctx.tx(BILLING_RUN, async |tx| {
            let now = billing::tries(tx, turn.order_id).await?.into_iter().find(|one| one.id == turn.id);
            if let Some(now) = now.filter(|now| matches!(now.state, TryState::Open | TryState::Processing)) {
                billing::try_went(tx, turn.id, now.state).await?;
            }
            Ok(())
        })
        .await
    }

    async fn poll_events(&self, ctx: &Ctx, account: &Account) -> Result<(), Failure> {
        let until = ctx.now();
        let since = account.row.polled_at.unwrap_or(account.row.connected_at).plus_seconds(-OVERLAP);
        let since = since.max(until.plus_seconds(-KEPT));
        let mut after: Option<String> = None;
        for _ in 0..PAGES {
            let query = json!({"limit": 100, "created": {"gte": since.timestamp().as_second()}});
            let query = with(query, "starting_after", after.as_deref());
            let page = self.page_of_events(account, &query).await?;
            let listed = items(&page, "/data");
            self.keep_lost(ctx, listed).await?;
            after = listed.last().and_then(Envelope::read).map(|last| last.id);
            if !is(&page, "/has_more") || after.is_none() {
                return self.polled(ctx, until).await;
            }
        }
        // There were more than one run can read: the next one begins where this one began.
        Err(Trouble::Away("too many events for one run".into()).into())
    }

    /// A page of the list of events. One lost answer does not end the run.
    async fn page_of_events(&self, account: &Account, query: &Value) -> Result<Value, Trouble> {
        let mut turn = 1;
        loop {
            match self.line().ask(&account.caller, &Plain::get("/events", query.clone())).await {
                Err(trouble) if trouble.may_pass() && turn < PAGE_TURNS => {
                    tokio::time::sleep(PAGE_PAUSE * turn).await
                }
                answer => return answer,
            }
            turn += 1;
        }
    }

    async fn keep_lost(&self, ctx: &Ctx, listed: &[Value]) -> Result<(), Failure> {
        let listed: Vec<_> =
            listed.iter().filter_map(|event| Some((Envelope::read(event)?, event))).collect();
        let ids: Vec<String> = listed.iter().map(|(event, _)| event.id.clone()).collect();
        ctx.tx(BILLING_RUN, async |tx| {
            let known = queries::known_events(tx, &ids).await?;
            let lost =
                listed.iter().filter(|(event, _)| !known.contains(&event.id) && is_handled(&event.kind));
            // The oldest first, as they would have come.
            for (event, payload) in lost.rev() {
                let mut payload = (*payload).clone();
                without_secrets(&mut payload);
                if queries::keep_event(tx, event, &payload, "poller").await? {
                    tx.enqueue(handle(&event.id)).await?;
                }
            }
            Ok(())
        })
        .await
    }

    async fn polled(&self, ctx: &Ctx, until: Instant) -> Result<(), Failure> {
        ctx.tx(BILLING_RUN, async |tx| Ok::<_, Failure>(queries::polled(tx, until).await?)).await
    }
}
