//! Mails of this module.

use billing::{Method, Order, OrderLine, Status};
use diesel::QueryResult;
use events::{Instant, Money};
use kernel::{
    Problem, Tx,
    mail::{self, Draft, MailView},
};
use serde::Serialize;

use crate::{
    model::{GrantSpec, Sold},
    views::{LineView, sample_lines, sample_moment, sample_money},
};

/// The buyer's receipt.
#[derive(Clone, Debug, Serialize)]
struct Receipt {
    business: String,
    name: String,
    number: i64,
    lines: Vec<LineView>,
    total: Money,
    free: bool,
    paid_at: Instant,
    /// Credits that the order gives, all together.
    credits: i32,
    link: String,
}

/// How to pay an order by transfer or in cash.
#[derive(Clone, Debug, Serialize)]
struct Awaiting {
    business: String,
    name: String,
    number: i64,
    lines: Vec<LineView>,
    total: Money,
    instructions: String,
    pay_until: Option<Instant>,
    link: String,
}

/// The business's notice of a sale.
#[derive(Clone, Debug, Serialize)]
struct SoldNotice {
    name: String,
    email: String,
    number: i64,
    lines: Vec<LineView>,
    total: Money,
    link: String,
}

impl MailView for Receipt {
    const TEMPLATE: &'static str = "packages/receipt";
    fn samples() -> Vec<Self> {
        let paid = Self {
            business: "Northside".into(),
            name: "Sam Reed".into(),
            number: 1001,
            lines: sample_lines(),
            total: sample_money(30_700),
            free: false,
            paid_at: sample_moment(),
            credits: 30,
            link: "https://example.com/northside/order/t".into(),
        };
        vec![Self { free: true, credits: 0, total: sample_money(0), ..paid.clone() }, paid]
    }
}

impl MailView for Awaiting {
    const TEMPLATE: &'static str = "packages/awaiting";
    fn samples() -> Vec<Self> {
        let waits = Self {
            business: "Northside".into(),
            name: "Sam Reed".into(),
            number: 1001,
            lines: sample_lines(),
            total: sample_money(30_700),
            instructions: "IBAN **DE00 0000**".into(),
            pay_until: Some(sample_moment()),
            link: "https://example.com/northside/order/t".into(),
        };
        vec![Self { pay_until: None, ..waits.clone() }, waits]
    }
}

impl MailView for SoldNotice {
    const TEMPLATE: &'static str = "packages/sold";
    fn samples() -> Vec<Self> {
        vec![Self {
            name: "Sam Reed".into(),
            email: "sam@example.com".into(),
            number: 1001,
            lines: sample_lines(),
            total: sample_money(30_700),
            link: "https://example.com/northside/studio/orders/o".into(),
        }]
    }
}

/// All mails, for the host.
pub(crate) fn all() -> Vec<mail::MailDef> {
    vec![mail::MailDef::of::<Receipt>(), mail::MailDef::of::<Awaiting>(), mail::MailDef::of::<SoldNotice>()]
}

/// Queues the buyer's receipt, once an order.
pub(crate) async fn queue_receipt(tx: &mut Tx, order: &Order, lines: &[OrderLine]) -> QueryResult<()> {
    let ctx = tx.ctx().clone();
    let data = Receipt {
        business: ctx.tenant().name.clone(),
        name: order.client_name.clone(),
        number: order.number,
        lines: LineView::all(lines, order.total()),
        total: order.total(),
        free: order.total == 0,
        paid_at: order.paid_at.unwrap_or(ctx.now()),
        credits: credits_of(lines),
        link: ctx.link(&format!("/order/{}", order.token)),
    };
    to_buyer(tx, order, "order-receipt", &data).await
}

/// Queues how to pay, once an order.
pub(crate) async fn queue_awaiting(tx: &mut Tx, order: &Order) -> Result<(), Problem> {
    if order.provider != Method::Manual || order.status != Status::PendingPayment {
        return Ok(());
    }
    let (ctx, lines) = (tx.ctx().clone(), billing::lines(tx, order.id).await?);
    let data = Awaiting {
        business: ctx.tenant().name.clone(),
        name: order.client_name.clone(),
        number: order.number,
        lines: LineView::all(&lines, order.total()),
        total: order.total(),
        instructions: billing::settings(tx).await?.manual_instructions,
        pay_until: order.expires_at,
        link: ctx.link(&format!("/order/{}", order.token)),
    };
    Ok(to_buyer(tx, order, "order-awaiting", &data).await?)
}

async fn to_buyer<M: MailView>(tx: &mut Tx, order: &Order, key: &str, data: &M) -> QueryResult<()> {
    let draft = Draft {
        key: format!("{key}/{}", order.id),
        template: M::TEMPLATE,
        data: serde_json::to_value(data).unwrap_or_default(),
        to_email: order.client_email.clone(),
        to_name: order.client_name.clone(),
        client: Some(order.client_id),
        attachments: Vec::new(),
    };
    mail::queue(tx, draft).await
}

/// Queues the business's notice, once an order.
pub(crate) async fn queue_sold(tx: &mut Tx, order: &Order, lines: &[OrderLine]) -> QueryResult<()> {
    let ctx = tx.ctx().clone();
    let data = SoldNotice {
        name: order.client_name.clone(),
        email: order.client_email.clone(),
        number: order.number,
        lines: LineView::all(lines, order.total()),
        total: order.total(),
        link: ctx.link(&format!("/studio/orders/{}", order.id)),
    };
    let draft = Draft {
        key: format!("order-sold/{}", order.id),
        template: SoldNotice::TEMPLATE,
        data: serde_json::to_value(data).unwrap_or_default(),
        to_email: ctx.tenant().contact_email.clone(),
        to_name: ctx.tenant().name.clone(),
        client: None,
        attachments: Vec::new(),
    };
    mail::queue(tx, draft).await
}

/// The credits that lines give, all together.
fn credits_of(lines: &[OrderLine]) -> i32 {
    let sold = lines.iter().filter_map(|line| serde_json::from_value::<Sold>(line.detail.clone()).ok());
    let credits = |sold: Sold| {
        let each = sold.grants.into_iter().map(|grant| match grant.grant {
            GrantSpec::Credits { credits, .. } => credits.saturating_mul(grant.times),
            GrantSpec::Service => 0,
        });
        each.sum::<i32>()
    };
    sold.map(credits).sum()
}
