use billing::{
    SavedMethod,
    subscriptions::{Preview, Subscription, Terms, When},
};
use events::{ClientId, Instant, Money, OrderId, SavedMethodId, SubscriptionId};
use poem_openapi::Object;

use super::service::Detail;

/// A subscription.
#[derive(Clone, Debug, Object)]
pub(super) struct SubscriptionOut {
    id: SubscriptionId,
    /// The module that sold it.
    module: String,
    /// What it is to that module: `pln_…`.
    item: String,
    name: String,
    client: ClientId,
    /// `incomplete`, `trialing`, `active`, `past_due`, `paused` or `ended`.
    status: String,
    /// Price of a period.
    price: Money,
    /// Unit of a period: `week`, `month` or `year`.
    every: String,
    every_count: i32,
    /// So many periods are paid, then it ends; absent: until somebody ends it.
    periods: Option<i32>,
    periods_paid: i32,
    /// How it is paid.
    method: String,
    period_start: Option<Instant>,
    period_end: Option<Instant>,
    /// When the next payment is due, if one is.
    next_payment_at: Option<Instant>,
    /// Whether it ends when the period does.
    ends_with_period: bool,
    ended_at: Option<Instant>,
    paused_at: Option<Instant>,
    resumes_at: Option<Instant>,
    /// Since when a period is owed.
    owed_since: Option<Instant>,
    /// What it changes to at the end of the period, or when the change is paid.
    changes_to: Option<String>,
    created_at: Instant,
}

impl SubscriptionOut {
    pub(super) fn of(sub: &Subscription) -> Self {
        Self {
            id: sub.id,
            module: sub.module.clone(),
            item: sub.item.clone(),
            name: sub.name.clone(),
            client: sub.client_id,
            status: sub.status.to_string(),
            price: sub.price(),
            every: sub.every.to_string(),
            every_count: sub.every_count,
            periods: sub.periods,
            periods_paid: sub.periods_paid,
            method: sub.provider.to_string(),
            period_start: sub.period_start,
            period_end: sub.period_end,
            next_payment_at: sub.next_payment(),
            ends_with_period: sub.is_ending(),
            ended_at: sub.ended_at,
            paused_at: sub.paused_at,
            resumes_at: sub.resumes_at,
            owed_since: sub.owed_since,
            changes_to: sub.planned().map(|planned| planned.terms.item),
            created_at: sub.created_at,
        }
    }
}

/// A page of subscriptions.
#[derive(Clone, Debug, Object)]
pub(super) struct SubscriptionList {
    pub(super) items: Vec<SubscriptionOut>,
    /// Where the next page begins; none: this is the last one.
    pub(super) next_cursor: Option<String>,
}

/// A line of the timeline.
#[derive(Clone, Debug, Object)]
struct StepOut {
    at: Instant,
    /// What happened: `placed`, `started`, `renewed`, `payment_failed`, `paused`, …
    kind: String,
    /// The staff person who did it, if one did.
    actor: String,
    detail: String,
}

/// An order of a subscription.
#[derive(Clone, Debug, Object)]
struct PeriodOrderOut {
    id: OrderId,
    number: i64,
    status: String,
    total: Money,
    period_start: Option<Instant>,
    period_end: Option<Instant>,
}

/// Something that a subscription may be changed to.
#[derive(Clone, Debug, Object)]
struct ChoiceOut {
    /// `pln_…`.
    item: String,
    name: String,
    price: Money,
    every: String,
    every_count: i32,
}

/// A subscription with all that happened to it.
#[derive(Clone, Debug, Object)]
pub(super) struct SubscriptionDetail {
    subscription: SubscriptionOut,
    orders: Vec<PeriodOrderOut>,
    timeline: Vec<StepOut>,
    /// What it may be changed to.
    choices: Vec<ChoiceOut>,
    /// What was saved that it is paid with; absent: nothing.
    paid_with: Option<SavedOut>,
    /// What else its client saved and may choose for it; told to them alone.
    may_be_paid_with: Vec<SavedOut>,
}

/// Something to pay with that a client saved.
#[derive(Clone, Debug, Object)]
struct SavedOut {
    id: SavedMethodId,
    /// For people: `Visa •• 4242`.
    label: String,
}

impl SavedOut {
    fn of(saved: &SavedMethod) -> Self {
        Self { id: saved.id, label: saved.label() }
    }
}

/// It is to be paid with something else.
#[derive(Clone, Debug, Object)]
pub(super) struct UseIn {
    /// `pmt_…`, one of the subscription's `may_be_paid_with`.
    pub(super) saved: SavedMethodId,
}

impl SubscriptionDetail {
    pub(super) fn of(detail: &Detail) -> Self {
        let currency = detail.sub.currency;
        let order = |order: &billing::Order| PeriodOrderOut {
            id: order.id,
            number: order.number,
            status: order.status.to_string(),
            total: order.total(),
            period_start: order.period_start,
            period_end: order.period_end,
        };
        let step = |step: &billing::subscriptions::SubscriptionStep| StepOut {
            at: step.at,
            kind: step.kind.to_string(),
            actor: step.actor.clone(),
            detail: step.detail.clone(),
        };
        let choice = |terms: &Terms| ChoiceOut {
            item: terms.item.clone(),
            name: terms.name.clone(),
            price: Money::new(terms.price, currency),
            every: terms.every.to_string(),
            every_count: terms.every_count,
        };
        Self {
            subscription: SubscriptionOut::of(&detail.sub),
            orders: detail.orders.iter().map(order).collect(),
            timeline: detail.steps.iter().map(step).collect(),
            choices: detail.choices.iter().map(choice).collect(),
            paid_with: detail.way.as_ref().map(SavedOut::of),
            may_be_paid_with: detail.others.iter().map(SavedOut::of).collect(),
        }
    }
}

/// It is to rest.
#[derive(Clone, Debug, Default, Object)]
pub(super) struct PauseIn {
    /// Until then; a client must say. Left out: until somebody resumes it.
    pub(super) until: Option<Instant>,
    /// At most 500 characters.
    #[oai(validator(max_length = 500))]
    pub(super) reason: Option<String>,
}

/// It is to end.
#[derive(Clone, Debug, Default, Object)]
pub(super) struct CancelIn {
    /// At once, not with the period; staff only, unless nothing is paid. Left out: with the period.
    pub(super) now: Option<bool>,
    /// Give back what is left of the period; staff only, with `now`.
    pub(super) refund: Option<bool>,
    /// At most 500 characters.
    #[oai(validator(max_length = 500))]
    pub(super) reason: Option<String>,
}

/// It is to be for something else.
#[derive(Clone, Debug, Object)]
pub(super) struct ChangeIn {
    /// `pln_…`, one of the subscription's `choices`.
    #[oai(validator(min_length = 1, max_length = 100))]
    pub(super) to: String,
    /// `now` or `period_end`; staff only. Left out: at once when something is to be paid, else at the end of the period.
    pub(super) when: Option<String>,
    /// At most 500 characters.
    #[oai(validator(max_length = 500))]
    pub(super) reason: Option<String>,
}

impl ChangeIn {
    /// When, as staff want it.
    pub(super) fn when(&self) -> Result<Option<When>, kernel::Problem> {
        match self.when.as_deref() {
            None => Ok(None),
            Some("now") => Ok(Some(When::Now)),
            Some("period_end") => Ok(Some(When::PeriodEnd)),
            Some(_) => Err(kernel::Problem::field("when", "plan_when")),
        }
    }
}

/// What a change means, before it is made.
#[derive(Clone, Debug, Object)]
pub(super) struct PreviewOut {
    /// `now` or `period_end`.
    when: String,
    at: Instant,
    /// What is left unused of the present period.
    unused: Money,
    /// What the new plan costs for the time that is paid now.
    cost: Money,
    /// What is to be paid now, with tax.
    due: Money,
    /// What goes back now.
    back: Money,
    /// What is paid for each period from then on.
    price: Money,
    next_payment_at: Option<Instant>,
}

impl PreviewOut {
    pub(super) fn of(preview: &Preview) -> Self {
        let when = if preview.when == When::Now { "now" } else { "period_end" };
        Self {
            when: when.into(),
            at: preview.at,
            unused: preview.unused,
            cost: preview.cost,
            due: preview.due,
            back: preview.back,
            price: preview.price,
            next_payment_at: preview.next_payment,
        }
    }
}

/// A change that was asked for.
#[derive(Clone, Debug, Object)]
pub(super) struct ChangedOut {
    pub(super) subscription: SubscriptionOut,
    /// Where the change is paid, when it could not be collected; it comes true then.
    pub(super) pay_at: Option<String>,
}
