//! What of Stripe's objects matters here, read leniently: a member that is missing or new never makes an object
//! unreadable, whatever version of the API an event was written with.

mod account;
mod event;
mod money;
mod payment;
mod subscription;

use events::Instant;
use serde_json::Value;

pub(crate) use account::AccountState;
pub(crate) use event::Envelope;
pub(crate) use money::{fee_of, minor, takes};
pub(crate) use payment::{
    Charge, Dispute, Intent, IntentState, Refunded, Saved, Session, SessionState, Tags,
};
pub(crate) use subscription::{Invoice, Subscribed};

/// A member as text; empty when there is none.
pub(crate) fn text<'v>(value: &'v Value, path: &str) -> &'v str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// A member as a number; zero when there is none.
pub(crate) fn number(value: &Value, path: &str) -> i64 {
    value.pointer(path).and_then(Value::as_i64).unwrap_or_default()
}

/// Whether a member is true.
pub(crate) fn is(value: &Value, path: &str) -> bool {
    value.pointer(path).and_then(Value::as_bool).unwrap_or_default()
}

/// What a member points to: an identifier, or the object itself when it was asked for.
pub(crate) fn id<'v>(value: &'v Value, path: &str) -> Option<&'v str> {
    let member = value.pointer(path)?;
    member.as_str().or_else(|| member.get("id")?.as_str()).filter(|id| !id.is_empty())
}

/// A moment that Stripe writes in Unix seconds.
pub(crate) fn moment(value: &Value, path: &str) -> Option<Instant> {
    let seconds = value.pointer(path)?.as_i64()?;
    jiff::Timestamp::from_second(seconds).ok().map(Instant::new)
}

/// Objects of a list, or of a member that is one.
pub(crate) fn items<'v>(value: &'v Value, path: &str) -> &'v [Value] {
    value.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
pub(crate) fn fixture(kind: &str) -> Value {
    static ALL: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| {
        serde_json::from_str(include_str!("../../../../tests/cases/stripe_objects.json")).unwrap()
    });
    ALL["resources"][kind].clone()
}
