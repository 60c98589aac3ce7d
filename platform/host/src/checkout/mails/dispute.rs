//! What a business hears of money that a bank takes, or that went back twice.

use events::{
    Instant, Money, RefundId,
    billing::{DisputeClosed, DisputeOpened},
};
use kernel::{Problem, Tx, mail::MailView};
use serde::Serialize;

use super::{moment, money, to_business};

/// The business's notice of a dispute, or of how it ended.
#[derive(Clone, Debug, Serialize)]
pub(super) struct DisputeNotice {
    name: String,
    number: i64,
    amount: Money,
    /// The bank's reason; empty: unknown.
    reason: String,
    answer_by: Option<Instant>,
    ended: bool,
    /// `yes` or `no`.
    won: &'static str,
    link: String,
}

impl MailView for DisputeNotice {
    const TEMPLATE: &'static str = "checkout/dispute";
    fn samples() -> Vec<Self> {
        let open = Self {
            name: "Sam Reed".into(),
            number: 1001,
            amount: money(29_700),
            reason: "product not received".into(),
            answer_by: Some(moment()),
            ended: false,
            won: "no",
            link: "https://example.com/northside/studio/orders/o".into(),
        };
        let ended = |won| Self { ended: true, won, reason: String::new(), answer_by: None, ..open.clone() };
        vec![ended("yes"), ended("no"), open]
    }
}

/// Queues the business's notice of a dispute, once.
pub(in crate::checkout) async fn queue_disputed(tx: &mut Tx, event: &DisputeOpened) -> Result<(), Problem> {
    let order = billing::by_id(tx, event.order).await?.ok_or_else(Problem::not_found)?;
    let data = DisputeNotice {
        name: order.client_name,
        number: event.number,
        amount: event.amount,
        reason: event.reason.replace('_', " "),
        answer_by: event.answer_by,
        ended: false,
        won: "no",
        link: tx.ctx().link(&format!("/studio/orders/{}", event.order)),
    };
    Ok(to_business(tx, format!("order-disputed/{}", event.dispute), &data).await?)
}

/// Queues the business's notice of how a dispute ended, once.
pub(in crate::checkout) async fn queue_dispute_ended(
    tx: &mut Tx,
    event: &DisputeClosed,
) -> Result<(), Problem> {
    let order = billing::by_id(tx, event.order).await?.ok_or_else(Problem::not_found)?;
    let data = DisputeNotice {
        name: order.client_name,
        number: event.number,
        amount: event.amount,
        reason: String::new(),
        answer_by: None,
        ended: true,
        won: if event.won { "yes" } else { "no" },
        link: tx.ctx().link(&format!("/studio/orders/{}", event.order)),
    };
    Ok(to_business(tx, format!("order-dispute-ended/{}", event.dispute), &data).await?)
}

/// The business's notice that a refund went back twice.
#[derive(Clone, Debug, Serialize)]
pub(super) struct TwiceNotice {
    name: String,
    number: i64,
    amount: Money,
    link: String,
}

impl MailView for TwiceNotice {
    const TEMPLATE: &'static str = "checkout/twice";
    fn samples() -> Vec<Self> {
        vec![Self {
            name: "Sam Reed".into(),
            number: 1001,
            amount: money(29_700),
            link: "https://example.com/northside/studio/orders/o".into(),
        }]
    }
}

/// Queues the business's notice that a refund, which was paid back by hand, went back at the provider too.
pub(in crate::checkout) async fn queue_twice(tx: &mut Tx, id: RefundId) -> Result<(), Problem> {
    let (order, _, refund) = billing::refund_to_ask(tx, id).await?.ok_or_else(Problem::not_found)?;
    let data = TwiceNotice {
        name: order.client_name,
        number: order.number,
        amount: refund.money(),
        link: tx.ctx().link(&format!("/studio/orders/{}", order.id)),
    };
    Ok(to_business(tx, format!("refund-twice/{id}"), &data).await?)
}
