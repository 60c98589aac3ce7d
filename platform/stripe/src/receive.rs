//! Events as they arrive: signature, tenant, inbox. What they mean is found out by a job.

use billing::BILLING_RUN;
use events::Instant;
use http::StatusCode;
use kernel::{Ctx, JobSpec, Problem};
use serde_json::{Value, json};

use crate::{
    Stripe, jobs,
    model::Envelope,
    queries::{self, Mode},
    signature::{TOLERANCE, verify},
};

/// The largest delivery, in bytes.
pub const MAX_BODY: usize = 1_048_576;

/// A delivery as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// Byte by byte: the signature is that of these.
    pub body: &'a [u8],
    /// The header `Stripe-Signature`; empty: none.
    pub signature: &'a str,
    /// When.
    pub now: Instant,
}

/// An event that really comes from Stripe.
#[derive(Clone, Debug)]
pub struct Received {
    envelope: Envelope,
    payload: Value,
}

impl Received {
    /// The connected account that it is of; empty: the key's own.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.envelope.account
    }
}

impl Stripe {
    /// Opens a delivery for connected accounts, which the platform's secret signs.
    ///
    /// # Errors
    /// 400 `stripe_signature` or `stripe_event`; nothing else is told to whoever forged it.
    pub fn open(&self, delivery: &Delivery<'_>) -> Result<Received, Problem> {
        opened(&self.settings().webhook_secret, delivery)
    }
    /// Opens a delivery for a business with keys of its own, which its own secret signs.
    ///
    /// # Errors
    /// As [`Stripe::open`], also for one of another account.
    pub async fn open_own(&self, ctx: &Ctx, delivery: &Delivery<'_>) -> Result<Received, Problem> {
        let row = ctx.read_tx(BILLING_RUN, async |tx| Ok::<_, Problem>(queries::account(tx).await?)).await?;
        let row = row.filter(|row| row.mode == Mode::Keys).ok_or_else(forged)?;
        let sealed = row.webhook_secret.as_deref().ok_or_else(forged)?;
        let secret = self.0.vault.open(ctx.tenant().id, sealed).map_err(Problem::internal)?;
        let received = opened(&secret, delivery)?;
        let own = received.account().is_empty() || received.account() == row.account_id;
        if own { Ok(received) } else { Err(Problem::new(StatusCode::BAD_REQUEST, "stripe_event")) }
    }
    /// Keeps an event and starts what follows, in one transaction. `false`: it is kept already.
    ///
    /// # Errors
    /// When the database is away: Stripe delivers it again.
    pub async fn keep(&self, ctx: &Ctx, received: Received) -> Result<bool, Problem> {
        let Received { envelope, payload } = received;
        let kept = ctx.tx(BILLING_RUN, async |tx| {
            let new = queries::keep_event(tx, &envelope, &payload, "webhook").await?;
            if new {
                tx.enqueue(handle(&envelope.id)).await?;
            }
            Ok::<_, Problem>(new)
        });
        let new = kept.await?;
        let how = if new { "new" } else { "known" };
        metrics::counter!("stripe_events_received_total", "result" => how).increment(1);
        Ok(new)
    }
}

/// The job that handles an event. Events that are run again have further ones.
pub(crate) fn handle(event: &str) -> JobSpec {
    JobSpec::new(jobs::HANDLE, json!({ "event": event })).once(format!("stripe/{event}"))
}

fn forged() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "stripe_signature")
}

fn opened(secret: &str, delivery: &Delivery<'_>) -> Result<Received, Problem> {
    let now = delivery.now.timestamp().as_second();
    if let Err(why) = verify(secret, delivery.signature, delivery.body, now, Some(TOLERANCE)) {
        metrics::counter!("stripe_events_received_total", "result" => "refused").increment(1);
        return Err(Problem { cause: Some(why.to_string()), ..forged() });
    }
    let broken = || Problem::new(StatusCode::BAD_REQUEST, "stripe_event");
    let mut payload: Value = serde_json::from_slice(delivery.body).map_err(|_| broken())?;
    let envelope = Envelope::read(&payload).ok_or_else(broken)?;
    without_secrets(&mut payload);
    Ok(Received { envelope, payload })
}

/// What opens a payment to a browser has no business in the inbox.
pub(crate) fn without_secrets(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| name != "client_secret" && !name.contains('\0'));
            members.values_mut().for_each(without_secrets);
        }
        // The database keeps no such character.
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', ""),
        Value::Array(values) => values.iter_mut().for_each(without_secrets),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_left_out() {
        let mut event = json!({"data": {"object": {"id": "pi_1", "client_secret": "x", "charges": [{"client_secret": "y"}]}}});
        without_secrets(&mut event);
        assert_eq!(event, json!({"data": {"object": {"id": "pi_1", "charges": [{}]}}}));
        let mut event = json!({"a": "x\u{0}y", "b\u{0}": 1});
        without_secrets(&mut event);
        assert_eq!(event, json!({"a": "xy"}), "what the database can't keep");
    }

    #[test]
    fn unsigned_deliveries_are_refused() {
        let now = "2026-11-23T08:00:00Z".parse().unwrap();
        let delivery = Delivery { body: b"{}", signature: "", now };
        assert_eq!(opened("whsec_x", &delivery).unwrap_err().code, "stripe_signature");
        assert_eq!(opened("", &delivery).unwrap_err().code, "stripe_signature");
    }
}
