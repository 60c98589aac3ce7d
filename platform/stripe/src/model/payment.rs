use events::Instant;
use serde_json::Value;

use super::{id, items, moment, number, text};

/// Where an intent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IntentState {
    /// Nobody paid yet.
    Open,
    /// The buyer must do something more, such as prove who they are.
    NeedsBuyer,
    /// A debit is on its way, for days.
    Processing,
    /// The money is there.
    Succeeded,
    /// The last try was refused; another one may be made.
    Refused,
    /// Given up.
    Ended,
}

/// A payment intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Intent {
    pub(crate) id: String,
    pub(crate) state: IntentState,
    pub(crate) amount: i64,
    pub(crate) received: i64,
    /// ISO 4217, in upper case.
    pub(crate) currency: String,
    pub(crate) customer: Option<String>,
    pub(crate) secret: String,
    pub(crate) tags: Tags,
    pub(crate) charge: Option<Charge>,
    /// Why the last try failed, for people.
    pub(crate) refusal: String,
    pub(crate) method: Option<Saved>,
    pub(crate) saves: bool,
}

/// What our own objects carry at Stripe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tags {
    pub(crate) tenant: String,
    pub(crate) order: String,
    pub(crate) due: i32,
    pub(crate) refund: String,
    pub(crate) subscription: String,
}

impl Tags {
    pub(crate) fn read(value: &Value) -> Self {
        let tag = |name: &str| text(value, &format!("/metadata/{name}")).to_owned();
        Self {
            tenant: tag("tenant"),
            order: tag("order"),
            due: tag("due").parse().unwrap_or(0),
            refund: tag("refund"),
            subscription: tag("subscription"),
        }
    }
}

impl Intent {
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let failed = value.pointer("/last_payment_error").is_some_and(|error| !error.is_null());
        let state = match text(value, "/status") {
            "succeeded" => IntentState::Succeeded,
            "processing" | "requires_capture" => IntentState::Processing,
            "requires_action" | "requires_confirmation" => IntentState::NeedsBuyer,
            "canceled" => IntentState::Ended,
            _ if failed => IntentState::Refused,
            _ => IntentState::Open,
        };
        Some(Self {
            id: id(value, "/id")?.to_owned(),
            state,
            amount: number(value, "/amount"),
            received: number(value, "/amount_received"),
            currency: text(value, "/currency").to_uppercase(),
            customer: id(value, "/customer").map(str::to_owned),
            secret: text(value, "/client_secret").to_owned(),
            tags: Tags::read(value),
            charge: value.pointer("/latest_charge").and_then(Charge::read),
            refusal: text(value, "/last_payment_error/message").to_owned(),
            method: value.pointer("/payment_method").and_then(Saved::read),
            saves: !text(value, "/setup_future_usage").is_empty(),
        })
    }
}

/// A charge: money that was taken, or a try that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) refunded: i64,
    pub(crate) intent: Option<String>,
    /// For people: `Visa •• 4242`.
    pub(crate) label: String,
}

impl Charge {
    pub(crate) fn read(value: &Value) -> Option<Self> {
        value.is_object().then_some(())?;
        Some(Self {
            id: id(value, "/id")?.to_owned(),
            amount: number(value, "/amount"),
            refunded: number(value, "/amount_refunded"),
            intent: id(value, "/payment_intent").map(str::to_owned),
            label: label(value.pointer("/payment_method_details").unwrap_or(&Value::Null)),
        })
    }
}

/// What was paid with, as it stands on receipts: `Visa •• 4242`.
fn label(details: &Value) -> String {
    let kind = text(details, "/type");
    let of = |name: &str| text(details, &format!("/{kind}/{name}")).to_owned();
    let name = match of("brand") {
        brand if brand.is_empty() => kind.to_owned(),
        brand => brand,
    };
    let mut words = name.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    match of("last4") {
        last if last.is_empty() => words,
        last => format!("{words} •• {last}"),
    }
    .chars()
    .take(80)
    .collect()
}

/// Where a Checkout Session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionState {
    /// The buyer may still pay.
    Open,
    /// The buyer is done; the money is there or on its way.
    Complete,
    /// Too late.
    Expired,
}

/// A Checkout Session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) state: SessionState,
    pub(crate) url: String,
    pub(crate) intent: Option<String>,
    pub(crate) subscription: Option<String>,
    /// What saved something to pay with, on the page for that.
    pub(crate) setup: Option<String>,
    pub(crate) tags: Tags,
}

impl Session {
    pub(crate) fn read(value: &Value) -> Option<Self> {
        Some(Self {
            id: id(value, "/id")?.to_owned(),
            state: match text(value, "/status") {
                "complete" => SessionState::Complete,
                "expired" => SessionState::Expired,
                _ => SessionState::Open,
            },
            url: text(value, "/url").to_owned(),
            intent: id(value, "/payment_intent").map(str::to_owned),
            subscription: id(value, "/subscription").map(str::to_owned),
            setup: id(value, "/setup_intent").map(str::to_owned),
            tags: Tags::read(value),
        })
    }
}

/// Money that goes back, or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refunded {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) tags: Tags,
    /// Whether it failed or was cancelled; what is pending counts as given.
    pub(crate) failed: bool,
    pub(crate) why: String,
}

impl Refunded {
    pub(crate) fn read(value: &Value) -> Option<Self> {
        Some(Self {
            id: id(value, "/id")?.to_owned(),
            amount: number(value, "/amount"),
            currency: text(value, "/currency").to_uppercase(),
            tags: Tags::read(value),
            failed: matches!(text(value, "/status"), "failed" | "canceled"),
            why: text(value, "/failure_reason").to_owned(),
        })
    }
    pub(crate) fn all(list: &Value) -> Vec<Self> {
        items(list, "/data").iter().filter_map(Self::read).collect()
    }
}

/// A dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) reason: String,
    /// As Stripe names it: `needs_response`, `won`.
    pub(crate) status: String,
    pub(crate) answer_by: Option<Instant>,
}

impl Dispute {
    pub(crate) fn read(value: &Value) -> Option<Self> {
        Some(Self {
            id: id(value, "/id")?.to_owned(),
            amount: number(value, "/amount"),
            currency: text(value, "/currency").to_uppercase(),
            reason: text(value, "/reason").to_owned(),
            status: text(value, "/status").to_owned(),
            answer_by: moment(value, "/evidence_details/due_by"),
        })
    }
}

/// Something saved to pay with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Saved {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) brand: String,
    pub(crate) last4: String,
    pub(crate) expires: Option<(i32, i32)>,
    pub(crate) customer: Option<String>,
}

impl Saved {
    /// `None` when only its name is known.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        value.is_object().then_some(())?;
        let kind = text(value, "/type");
        let of = |name: &str| text(value, &format!("/{kind}/{name}")).to_owned();
        let part = |name: &str| i32::try_from(number(value, &format!("/{kind}/{name}"))).unwrap_or(0);
        let (month, year) = (part("exp_month"), part("exp_year"));
        Some(Self {
            id: id(value, "/id")?.to_owned(),
            kind: kind.to_owned(),
            brand: of("brand"),
            last4: of("last4").chars().take(4).collect(),
            expires: ((1..=12).contains(&month) && (2000..=2200).contains(&year)).then_some((month, year)),
            customer: id(value, "/customer").map(str::to_owned),
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
        let charge = Charge::read(&fixture("charge")).unwrap();
        assert_eq!((charge.label.as_str(), charge.amount), ("Visa •• 4242", 100));
        let intent = Intent::read(&fixture("payment_intent")).unwrap();
        assert!(intent.id.starts_with("pi_") && intent.secret.contains("_secret_"));
        assert_eq!(intent.currency, intent.currency.to_uppercase());
        assert!(Session::read(&fixture("checkout.session")).unwrap().id.starts_with("cs_"));
        assert!(Refunded::read(&fixture("refund")).unwrap().amount > 0);
        assert!(!Dispute::read(&fixture("dispute")).unwrap().status.is_empty());
        assert!(Saved::read(&fixture("payment_method")).unwrap().id.starts_with("pm_"));
    }

    #[test]
    fn an_intent_of_any_version_is_read() {
        let old = json!({"id": "pi_1", "status": "requires_payment_method", "amount": 100, "currency": "gbp",
            "last_payment_error": {"message": "Your card was declined."}, "latest_charge": "ch_1",
            "metadata": {"tenant": "ten_1", "order": "ord_1", "due": "2"}});
        let intent = Intent::read(&old).unwrap();
        assert_eq!(
            (intent.state, intent.refusal.as_str()),
            (IntentState::Refused, "Your card was declined.")
        );
        assert_eq!((intent.tags.order.as_str(), intent.tags.due), ("ord_1", 2));
        assert_eq!(intent.charge, None);
        let fresh = Intent::read(
            &json!({"id": "pi_1", "status": "requires_payment_method", "last_payment_error": null}),
        );
        assert_eq!(fresh.unwrap().state, IntentState::Open);
        assert_eq!(Intent::read(&json!({"status": "succeeded"})), None);
    }

    #[test]
    fn labels_say_what_was_paid_with() {
        let sepa = json!({"type": "sepa_debit", "sepa_debit": {"last4": "3000"}});
        assert_eq!(label(&sepa), "Sepa debit •• 3000");
        assert_eq!(label(&json!({"type": "paypal", "paypal": {}})), "Paypal");
        assert_eq!(label(&Value::Null), "");
    }
}
