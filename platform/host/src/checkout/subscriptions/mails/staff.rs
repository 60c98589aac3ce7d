//! What a business hears of plans that end, or rest because they were not paid.

use billing::subscriptions::{self, Subscription};
use events::{
    Instant, Money, SubscriptionId,
    billing::{SubscriptionEnded, SubscriptionPaused},
};
use kernel::{Problem, Tx, mail::MailView};
use serde::Serialize;

use super::found;
use crate::checkout::{
    mails::to_business,
    views::{moment, money},
};

/// A mail to the business.
#[derive(Clone, Debug, Serialize)]
pub(super) struct StaffNotice {
    /// `ending`, `ended` or `unpaid`.
    what: &'static str,
    /// Who wanted it to end: `client`, `term`, `provider`; for what is unpaid empty.
    cause: String,
    plan: String,
    name: String,
    email: String,
    price: Money,
    at: Option<Instant>,
    link: String,
}

impl MailView for StaffNotice {
    const TEMPLATE: &'static str = "subscriptions/staff";
    fn samples() -> Vec<Self> {
        let one = |what, cause: &str| Self {
            what,
            cause: cause.into(),
            plan: "Committed".into(),
            name: "Sam Reed".into(),
            email: "sam@example.com".into(),
            price: money(10_900),
            at: Some(moment()),
            link: "https://example.com/northside/studio/subscriptions/sub_1".into(),
        };
        let mut all = vec![one("ending", "client"), Self { at: None, ..one("unpaid", "") }];
        all.extend(["client", "term", "provider"].map(|cause| one("ended", cause)));
        all
    }
}

/// Whether the business should hear of an end: of what staff did themselves it need not.
fn is_news(cause: &str) -> bool {
    cause != "staff"
}

/// A plan is over.
pub(in crate::checkout::subscriptions) async fn ended(
    tx: &mut Tx,
    event: SubscriptionEnded,
) -> Result<(), Problem> {
    if !is_news(&event.cause) {
        return Ok(());
    }
    let sub = found(tx, event.of.subscription).await?;
    let key = format!("subscription-ended-business/{}", sub.id);
    tell(tx, &sub, key, "ended", &event.cause, Some(event.ended_at)).await
}

/// A plan rests. The business hears of it when it does so because it was not paid.
pub(in crate::checkout::subscriptions) async fn paused(
    tx: &mut Tx,
    event: SubscriptionPaused,
) -> Result<(), Problem> {
    if event.cause != "unpaid" {
        return Ok(());
    }
    let sub = found(tx, event.of.subscription).await?;
    let period = event.of.period_end.map(|at| at.to_string()).unwrap_or_default();
    tell(tx, &sub, format!("subscription-unpaid-business/{}/{period}", sub.id), "unpaid", "", None).await
}

/// A client wants a plan to end with its period.
pub(in crate::checkout::subscriptions) async fn ending(
    tx: &mut Tx,
    id: SubscriptionId,
    turn: &str,
) -> Result<(), Problem> {
    let sub = found(tx, id).await?;
    if !sub.ends_with_period || subscriptions::ends_by_staff(tx, id).await? {
        return Ok(());
    }
    let cause = if sub.is_followed() { "provider" } else { "client" };
    let key = format!("subscription-ending-business/{id}/{turn}");
    tell(tx, &sub, key, "ending", cause, sub.period_end).await
}

async fn tell(
    tx: &mut Tx,
    sub: &Subscription,
    key: String,
    what: &'static str,
    cause: &str,
    at: Option<Instant>,
) -> Result<(), Problem> {
    let (name, email) = subscriptions::payer(tx, sub.id).await?;
    let data = StaffNotice {
        what,
        cause: cause.to_owned(),
        plan: sub.name.clone(),
        name,
        email,
        price: sub.price(),
        at,
        link: tx.ctx().link(&format!("/studio/subscriptions/{}", sub.id)),
    };
    Ok(to_business(tx, key, &data).await?)
}
