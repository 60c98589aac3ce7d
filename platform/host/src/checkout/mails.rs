//! Mails about orders.

mod dispute;

use billing::{Discount, DiscountKind, Method, Order, OrderLine, ReceiptNote, Refund, RefundCause, Status};
use diesel::QueryResult;
use events::{Instant, Money, OrderId, RefundId, billing::OrderUndone};
use kernel::{
    Problem, Tx,
    mail::{self, Draft, MailView},
};
use serde::Serialize;

pub(super) use dispute::{queue_dispute_ended, queue_disputed, queue_twice};

use super::views::{DueView, LineView, SumsView, moment, money};

/// The buyer's receipt.
#[derive(Clone, Debug, Serialize)]
struct Receipt {
    business: String,
    name: String,
    number: i64,
    lines: Vec<LineView>,
    sums: SumsView,
    total: Money,
    free: bool,
    paid_at: Instant,
    /// What the selling module adds.
    notes: Vec<ReceiptNote>,
    /// Instalments that are still to come.
    dues: Vec<DueView>,
    link: String,
    /// Where the receipt is as a file.
    pdf: Option<String>,
}

/// How to pay an order by transfer or in cash.
#[derive(Clone, Debug, Serialize)]
struct Awaiting {
    business: String,
    name: String,
    number: i64,
    lines: Vec<LineView>,
    sums: SumsView,
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
    sums: SumsView,
    total: Money,
    link: String,
}

/// The buyer's notice of a refund.
#[derive(Clone, Debug, Serialize)]
struct RefundNotice {
    business: String,
    name: String,
    number: i64,
    amount: Money,
    /// What later payments are lower by; then the amount may be none.
    lowered: Option<Money>,
    only_lowered: bool,
    /// Key of one sentence.
    why: String,
    reason: String,
    by_hand: bool,
    link: String,
}

/// The buyer's notice that an order was undone for which no money came.
#[derive(Clone, Debug, Serialize)]
struct UndoneNotice {
    business: String,
    name: String,
    number: i64,
    reason: String,
    /// What is back on which voucher.
    vouchers: Vec<VoucherBack>,
    link: String,
}

/// So much is back on a voucher.
#[derive(Clone, Debug, Serialize)]
struct VoucherBack {
    code: String,
    amount: Money,
}

/// The business's notice of a refund that its own people did not ask for.
#[derive(Clone, Debug, Serialize)]
struct RefundedNotice {
    name: String,
    email: String,
    number: i64,
    amount: Money,
    /// Key of the cause.
    cause: String,
    by_hand: bool,
    link: String,
}

impl MailView for Receipt {
    const TEMPLATE: &'static str = "checkout/receipt";
    fn samples() -> Vec<Self> {
        let paid = Self {
            business: "Northside".into(),
            name: "Sam Reed".into(),
            number: 1001,
            lines: LineView::samples(),
            sums: SumsView::samples(),
            total: money(30_700),
            free: false,
            paid_at: moment(),
            notes: vec![ReceiptNote { key: "web-total", count: 10 }],
            dues: DueView::samples(),
            link: "https://example.com/northside/order/t".into(),
            pdf: Some("https://example.com/northside/order/t/receipt.pdf".into()),
        };
        let sums = SumsView::default();
        let free = Self { free: true, notes: vec![], dues: vec![], sums, pdf: None, ..paid.clone() };
        vec![Self { total: money(0), ..free }, paid]
    }
}

impl MailView for Awaiting {
    const TEMPLATE: &'static str = "checkout/awaiting";
    fn samples() -> Vec<Self> {
        let waits = Self {
            business: "Northside".into(),
            name: "Sam Reed".into(),
            number: 1001,
            lines: LineView::samples(),
            sums: SumsView::samples(),
            total: money(30_700),
            instructions: "IBAN **DE00 0000**".into(),
            pay_until: Some(moment()),
            link: "https://example.com/northside/order/t".into(),
        };
        vec![Self { pay_until: None, ..waits.clone() }, waits]
    }
}

impl MailView for SoldNotice {
    const TEMPLATE: &'static str = "checkout/sold";
    fn samples() -> Vec<Self> {
        vec![Self {
            name: "Sam Reed".into(),
            email: "sam@example.com".into(),
            number: 1001,
            lines: LineView::samples(),
            sums: SumsView::samples(),
            total: money(30_700),
            link: "https://example.com/northside/studio/orders/o".into(),
        }]
    }
}

impl MailView for RefundNotice {
    const TEMPLATE: &'static str = "checkout/refund";
    fn samples() -> Vec<Self> {
        let of = |cause: &RefundCause| Self {
            business: "Northside".into(),
            name: "Sam Reed".into(),
            number: 1001,
            amount: money(if *cause == RefundCause::Cancelled { 0 } else { 9_700 }),
            lowered: (*cause != RefundCause::Late).then(|| money(2_000)),
            only_lowered: *cause == RefundCause::Cancelled,
            why: format!("checkout-mail-refund-why-{cause}"),
            reason: if *cause == RefundCause::Staff { "The class fell out".into() } else { String::new() },
            by_hand: *cause == RefundCause::Late,
            link: "https://example.com/northside/order/t".into(),
        };
        RefundCause::ALL.iter().map(of).collect()
    }
}

impl MailView for UndoneNotice {
    const TEMPLATE: &'static str = "checkout/undone";
    fn samples() -> Vec<Self> {
        let free = Self {
            business: "Northside".into(),
            name: "Sam Reed".into(),
            number: 1001,
            reason: String::new(),
            vouchers: vec![],
            link: "https://example.com/northside/order/t".into(),
        };
        let back = VoucherBack { code: "7KQ2-M0XD-94TB".into(), amount: money(3_000) };
        let (reason, vouchers) = ("The class fell out".into(), vec![back]);
        vec![Self { reason, vouchers, ..free.clone() }, free]
    }
}

impl MailView for RefundedNotice {
    const TEMPLATE: &'static str = "checkout/refunded";
    fn samples() -> Vec<Self> {
        let of = |cause: &RefundCause| Self {
            name: "Sam Reed".into(),
            email: "sam@example.com".into(),
            number: 1001,
            amount: money(9_700),
            cause: format!("checkout-refund-cause-{cause}"),
            by_hand: *cause == RefundCause::Late,
            link: "https://example.com/northside/studio/orders/o".into(),
        };
        RefundCause::ALL.iter().map(of).collect()
    }
}

/// All mails, for the host.
pub(super) fn all() -> Vec<mail::MailDef> {
    vec![
        mail::MailDef::of::<Receipt>(),
        mail::MailDef::of::<Awaiting>(),
        mail::MailDef::of::<SoldNotice>(),
        mail::MailDef::of::<RefundNotice>(),
        mail::MailDef::of::<RefundedNotice>(),
        mail::MailDef::of::<UndoneNotice>(),
        mail::MailDef::of::<dispute::DisputeNotice>(),
        mail::MailDef::of::<dispute::TwiceNotice>(),
    ]
}

/// Queues the buyer's receipt and the business's notice, once an order.
pub(super) async fn queue_paid(tx: &mut Tx, id: OrderId) -> Result<(), Problem> {
    let order = billing::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
    let lines = billing::lines(tx, id).await?;
    queue_receipt(tx, &order, &lines, format!("order-receipt/{id}")).await?;
    queue_sold(tx, &order, &lines).await?;
    Ok(())
}

async fn sums(tx: &mut Tx, order: &Order, lines: &[OrderLine]) -> QueryResult<SumsView> {
    Ok(SumsView::of(order, lines, &billing::discounts(tx, order.id).await?))
}

/// Queues the buyer's receipt, or how to pay, once more; each `turn` is one mail.
pub(super) async fn queue_again(tx: &mut Tx, order: &Order, turn: &str) -> Result<(), Problem> {
    if !order.status.was_paid() {
        return awaiting(tx, order, format!("order-awaiting/{}/{turn}", order.id)).await;
    }
    let lines = billing::lines(tx, order.id).await?;
    queue_receipt(tx, order, &lines, format!("order-receipt/{}/{turn}", order.id)).await
}

async fn queue_receipt(tx: &mut Tx, order: &Order, lines: &[OrderLine], key: String) -> Result<(), Problem> {
    let ctx = tx.ctx().clone();
    let dues = DueView::all(order, &billing::dues(tx, order.id).await?, ctx.now());
    let data = Receipt {
        business: ctx.tenant().name.clone(),
        name: order.client_name.clone(),
        number: order.number,
        lines: LineView::all(lines, order.total()),
        sums: sums(tx, order, lines).await?,
        total: order.total(),
        free: order.total == 0,
        paid_at: order.paid_at.unwrap_or(ctx.now()),
        notes: (billing::rules_of(&order.module).receipt)(lines)?,
        dues: dues.into_iter().filter(DueView::is_to_come).collect(),
        link: ctx.link(&order.own_path()),
        pdf: (order.cost().amount > 0).then(|| ctx.link(&format!("{}/receipt.pdf", order.own_path()))),
    };
    Ok(to_buyer(tx, order, key, &data).await?)
}

async fn queue_sold(tx: &mut Tx, order: &Order, lines: &[OrderLine]) -> QueryResult<()> {
    let ctx = tx.ctx().clone();
    let data = SoldNotice {
        name: order.client_name.clone(),
        email: order.client_email.clone(),
        number: order.number,
        lines: LineView::all(lines, order.total()),
        sums: sums(tx, order, lines).await?,
        total: order.total(),
        link: ctx.link(&format!("/studio/orders/{}", order.id)),
    };
    to_business(tx, format!("order-sold/{}", order.id), &data).await
}

/// Queues how to pay, once an order that still waits for a transfer.
pub(super) async fn queue_awaiting(tx: &mut Tx, id: OrderId) -> Result<(), Problem> {
    let order = billing::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
    if order.provider != Method::Manual || order.status != Status::PendingPayment {
        return Ok(());
    }
    awaiting(tx, &order, format!("order-awaiting/{id}")).await
}

async fn awaiting(tx: &mut Tx, order: &Order, key: String) -> Result<(), Problem> {
    let (ctx, lines) = (tx.ctx().clone(), billing::lines(tx, order.id).await?);
    let data = Awaiting {
        business: ctx.tenant().name.clone(),
        name: order.client_name.clone(),
        number: order.number,
        lines: LineView::all(&lines, order.total()),
        sums: sums(tx, order, &lines).await?,
        total: order.total(),
        instructions: billing::settings(tx).await?.manual_instructions,
        pay_until: order.expires_at,
        link: ctx.link(&order.own_path()),
    };
    Ok(to_buyer(tx, order, key, &data).await?)
}

/// Queues the buyer's notice of a refund, and the business's unless its own people asked for it. Once a refund.
pub(super) async fn queue_refunded(tx: &mut Tx, id: RefundId) -> Result<(), Problem> {
    let ctx = tx.ctx().clone();
    let found = billing::refund_to_ask(tx, id).await?;
    let (order, _, refund): (Order, _, Refund) = found.ok_or_else(Problem::not_found)?;
    let by_hand = refund.provider == Method::Manual;
    let data = RefundNotice {
        business: ctx.tenant().name.clone(),
        name: order.client_name.clone(),
        number: order.number,
        amount: refund.money(),
        lowered: refund.taken_off(),
        only_lowered: refund.amount == 0,
        why: format!("checkout-mail-refund-why-{}", refund.cause),
        reason: refund.reason.clone(),
        by_hand,
        link: ctx.link(&order.own_path()),
    };
    to_buyer(tx, &order, format!("order-refund/{id}"), &data).await?;
    if refund.cause == RefundCause::Staff {
        return Ok(());
    }
    let data = RefundedNotice {
        name: order.client_name.clone(),
        email: order.client_email.clone(),
        number: order.number,
        amount: refund.money(),
        cause: format!("checkout-refund-cause-{}", refund.cause),
        by_hand,
        link: ctx.link(&format!("/studio/orders/{}", order.id)),
    };
    Ok(to_business(tx, format!("order-refunded/{id}"), &data).await?)
}

/// Queues the buyer's notice that an order was undone, once an order.
pub(super) async fn queue_undone(tx: &mut Tx, event: &OrderUndone) -> Result<(), Problem> {
    let order = billing::by_id(tx, event.order).await?.ok_or_else(Problem::not_found)?;
    let discounts = billing::discounts(tx, order.id).await?;
    let vouchers = discounts.into_iter().filter(|one| one.kind == DiscountKind::Voucher);
    let back = |one: Discount| VoucherBack { code: one.code, amount: Money::new(one.amount, order.currency) };
    let data = UndoneNotice {
        business: tx.ctx().tenant().name.clone(),
        name: order.client_name.clone(),
        number: order.number,
        reason: event.reason.clone(),
        vouchers: vouchers.map(back).collect(),
        link: tx.ctx().link(&order.own_path()),
    };
    Ok(to_buyer(tx, &order, format!("order-undone/{}", order.id), &data).await?)
}

async fn to_buyer<M: MailView>(tx: &mut Tx, order: &Order, key: String, data: &M) -> QueryResult<()> {
    let draft = Draft {
        key,
        template: M::TEMPLATE,
        data: serde_json::to_value(data).unwrap_or_default(),
        to_email: order.client_email.clone(),
        to_name: order.client_name.clone(),
        client: Some(order.client_id),
        attachments: Vec::new(),
    };
    mail::queue(tx, draft).await
}

pub(in crate::checkout) async fn to_business<M: MailView>(
    tx: &mut Tx,
    key: String,
    data: &M,
) -> QueryResult<()> {
    let tenant = tx.ctx().tenant().clone();
    let draft = Draft {
        key,
        template: M::TEMPLATE,
        data: serde_json::to_value(data).unwrap_or_default(),
        to_email: tenant.contact_email,
        to_name: tenant.name,
        client: None,
        attachments: Vec::new(),
    };
    mail::queue(tx, draft).await
}
