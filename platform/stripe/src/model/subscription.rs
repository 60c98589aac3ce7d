use events::Instant;
use serde_json::Value;

use super::{id, is, items, moment, number, payment::Tags, text};

/// A subscription as Stripe sees it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subscribed {
    pub(crate) id: String,
    /// As Stripe names it: `active`, `past_due`, `incomplete_expired`.
    pub(crate) status: String,
    pub(crate) tags: Tags,
    pub(crate) start: Option<Instant>,
    pub(crate) end: Option<Instant>,
    pub(crate) ends_with_period: bool,
    pub(crate) ended_at: Option<Instant>,
    pub(crate) paused: bool,
    pub(crate) resumes_at: Option<Instant>,
    pub(crate) trial_end: Option<Instant>,
    pub(crate) item: String,
    pub(crate) product: String,
    pub(crate) customer: Option<String>,
    pub(crate) latest_invoice: Option<String>,
    pub(crate) created: Option<Instant>,
}

impl Subscribed {
    /// Periods stand on the subscription in older versions of the API, and on its item in newer ones.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let item = items(value, "/items/data").first().unwrap_or(&Value::Null);
        let either = |name: &str| moment(item, name).or_else(|| moment(value, name));
        Some(Self {
            id: id(value, "/id")?.to_owned(),
            status: text(value, "/status").to_owned(),
            tags: Tags::read(value),
            start: either("/current_period_start"),
            end: either("/current_period_end"),
            ends_with_period: is(value, "/cancel_at_period_end"),
            ended_at: moment(value, "/ended_at"),
            paused: value.pointer("/pause_collection").is_some_and(Value::is_object)
                || text(value, "/status") == "paused",
            resumes_at: moment(value, "/pause_collection/resumes_at"),
            trial_end: moment(value, "/trial_end"),
            item: text(item, "/id").to_owned(),
            product: id(item, "/price/product").unwrap_or_default().to_owned(),
            customer: id(value, "/customer").map(str::to_owned),
            latest_invoice: id(value, "/latest_invoice").map(str::to_owned),
            created: moment(value, "/created"),
        })
    }
}

/// An invoice of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invoice {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) subscription: Option<String>,
    pub(crate) intent: Option<String>,
    pub(crate) paid: i64,
    pub(crate) due: i64,
    pub(crate) currency: String,
    /// The period that it pays.
    pub(crate) period: Option<(Instant, Instant)>,
    pub(crate) attempts: i64,
    pub(crate) next_attempt: Option<Instant>,
    /// `subscription_create`, `subscription_cycle`, `subscription_update`.
    pub(crate) reason: String,
}

impl Invoice {
    /// Whether money came for it.
    pub(crate) fn is_paid(&self) -> bool {
        self.status == "paid" && self.paid > 0
    }
    /// Stripe moved the subscription and the payment of an invoice between versions of its API; both places are read.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let parent = id(value, "/parent/subscription_details/subscription");
        let payment =
            items(value, "/payments/data").iter().find_map(|one| id(one, "/payment/payment_intent"));
        let lines = items(value, "/lines/data").iter();
        let period =
            lines.filter_map(|line| Some((moment(line, "/period/start")?, moment(line, "/period/end")?)));
        Some(Self {
            id: id(value, "/id")?.to_owned(),
            status: text(value, "/status").to_owned(),
            subscription: parent.or_else(|| id(value, "/subscription")).map(str::to_owned),
            intent: payment.or_else(|| id(value, "/payment_intent")).map(str::to_owned),
            paid: number(value, "/amount_paid"),
            due: number(value, "/amount_due"),
            currency: text(value, "/currency").to_uppercase(),
            period: period.filter(|(start, end)| start < end).max_by_key(|(start, _)| *start),
            attempts: number(value, "/attempt_count"),
            next_attempt: moment(value, "/next_payment_attempt"),
            reason: text(value, "/billing_reason").to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::fixture;

    #[test]
    fn stripes_own_examples_are_read() {
        let read = Subscribed::read(&fixture("subscription")).unwrap();
        assert!(read.id.starts_with("sub_") && read.item.starts_with("si_") && read.end.is_some());
        assert!(Invoice::read(&fixture("invoice")).unwrap().id.starts_with("in_"));
    }

    #[test]
    fn two_versions_of_the_api_say_the_same() {
        let line = json!({"period": {"start": 100, "end": 200}});
        let old = json!({"id": "in_1", "status": "paid", "subscription": "sub_1", "payment_intent": "pi_1",
            "amount_paid": 500, "amount_due": 500, "currency": "gbp", "lines": {"data": [line]}});
        let new = json!({"id": "in_1", "status": "paid", "amount_paid": 500, "amount_due": 500, "currency": "gbp",
            "parent": {"subscription_details": {"subscription": "sub_1"}}, "lines": {"data": [line]},
            "payments": {"data": [{"payment": {"type": "payment_intent", "payment_intent": "pi_1"}}]}});
        assert_eq!(Invoice::read(&old), Invoice::read(&new));
        assert!(Invoice::read(&old).unwrap().period.is_some());
        let period = json!({"current_period_start": 5, "current_period_end": 9});
        let mut old = json!({"id": "sub_1", "status": "active", "items": {"data": [{"id": "si_1"}]}});
        let mut new = old.clone();
        for (name, at) in period.as_object().unwrap() {
            old[name] = at.clone();
            new["items"]["data"][0][name] = at.clone();
        }
        assert_eq!(Subscribed::read(&old), Subscribed::read(&new));
    }
}
