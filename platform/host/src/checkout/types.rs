use billing::{LineBack, Order, Refund};
use events::{ClientId, Currency, DisputeId, Instant, Money, OrderId, OrderLineId, RefundId, SubscriptionId};
use poem_openapi::Object;

use super::service::OrderDetail;

/// An order in a list.
#[derive(Clone, Debug, Object)]
pub(super) struct OrderRow {
    id: OrderId,
    number: i64,
    /// Number of its invoice: `INV-00042`, counted up without gaps. None until it is paid.
    invoice: Option<String>,
    /// The module that sold it.
    module: String,
    /// `pending_payment`, `paid`, `partially_refunded`, `refunded` (or undone, when it cost nothing), `cancelled` or `expired`.
    status: String,
    client: ClientId,
    client_name: String,
    client_email: String,
    total: Money,
    /// What is to be paid next; zero: nothing.
    due: Money,
    /// When the next instalment of a paid order is due.
    next_due_at: Option<Instant>,
    /// How it is paid.
    method: String,
    created_at: Instant,
    expires_at: Option<Instant>,
    paid_at: Option<Instant>,
}

impl OrderRow {
    pub(super) fn of(order: &Order) -> Self {
        Self {
            id: order.id,
            number: order.number,
            invoice: order.invoice(),
            module: order.module.clone(),
            status: order.status.to_string(),
            client: order.client_id,
            client_name: order.client_name.clone(),
            client_email: order.client_email.clone(),
            total: order.total(),
            due: order.due(),
            next_due_at: order.next_due_at,
            method: order.provider.to_string(),
            created_at: order.created_at,
            expires_at: order.expires_at,
            paid_at: order.paid_at,
        }
    }
}

/// A page of orders.
#[derive(Clone, Debug, Object)]
pub(super) struct OrderList {
    pub(super) items: Vec<OrderRow>,
    /// Where the next page begins; none: this is the last one.
    pub(super) next_cursor: Option<String>,
}

/// A line of an order.
#[derive(Clone, Debug, Object)]
struct LineOut {
    id: OrderLineId,
    /// `item`: what was wanted; `bump`: added beside it; `proration`: the difference of a changed plan.
    role: String,
    /// What it is to the module that sold it: `prd_…`, `pkg_…`, `bkg_…`.
    item: String,
    /// The name it was sold under.
    name: String,
    unit_price: Money,
    quantity: i32,
    amount: Money,
    /// Its share of the discounts.
    discount: Money,
    /// What vouchers pay of it.
    voucher: Money,
    /// The tax's name; empty: none.
    tax_name: String,
    /// The tax's rate in hundredths of a percent.
    tax_bp: i32,
    /// Whether the price contains the tax, or it comes on top.
    tax_inclusive: bool,
    tax: Money,
    /// What went back of it by refunds that name it.
    refunded: Money,
    /// What a refund of it may still be.
    refundable: Money,
    /// What of it is unused; null: nothing that can be counted, or it is worth nothing.
    unused: Option<UnusedOut>,
}

/// What of a line is unused.
#[derive(Clone, Debug, Object)]
struct UnusedOut {
    /// Credits that can still be spent.
    left: i64,
    /// Credits that it gave.
    of: i64,
    /// The same part of what was paid for it so far.
    worth: Money,
}

/// A code of an order: a coupon's discount, or what a voucher pays.
#[derive(Clone, Debug, Object)]
struct DiscountOut {
    /// `coupon` or `voucher`.
    kind: String,
    code: String,
    name: String,
    amount: Money,
}

/// An instalment.
#[derive(Clone, Debug, Object)]
struct DueOut {
    /// 0 is the first.
    position: i32,
    /// What is to be paid, or was.
    amount: Money,
    /// What was taken off it since something of the order was given back.
    lowered: Money,
    due_at: Instant,
    /// `open`, `paid`, or `void` when it is not owed any more.
    state: String,
}

/// A cardholder's bank wants money back.
#[derive(Clone, Debug, Object)]
struct DisputeOut {
    id: DisputeId,
    amount: Money,
    /// `open`, `under_review`, `won` or `lost`.
    state: String,
    /// The provider's word for the reason.
    reason: String,
    answer_by: Option<Instant>,
    created_at: Instant,
}

/// A payment of an order, or a try that failed.
#[derive(Clone, Debug, Object)]
struct PaymentOut {
    method: String,
    /// `succeeded`, `failed`, or `returned` when the order could not take the money and it goes back.
    status: String,
    amount: Money,
    /// What it was paid with: `Visa •• 4242`.
    label: String,
    /// Which instalment it pays.
    instalment: i32,
    note: String,
    at: Instant,
}

/// Money that goes back.
#[derive(Clone, Debug, Object)]
pub(super) struct RefundOut {
    id: RefundId,
    /// Number of its credit note: `CN-00007`, counted up without gaps.
    credit_note: Option<String>,
    /// Money that goes back; zero when it only lowers what was still to come.
    amount: Money,
    /// What it takes off instalments that were still to come.
    lowered: Money,
    /// `requested`, `done` or `failed`.
    state: String,
    /// `staff`, `cancelled`, `unavailable`, `late`, `twice`, `provider` or `dispute`.
    cause: String,
    /// What staff wrote.
    reason: String,
    /// Through whom it goes back; `manual`: staff pay it back by hand.
    method: String,
    created_at: Instant,
    updated_at: Instant,
}

impl RefundOut {
    pub(super) fn of(refund: &Refund) -> Self {
        Self {
            id: refund.id,
            credit_note: refund.credit_note(),
            amount: refund.money(),
            lowered: Money { amount: refund.lowered, ..refund.money() },
            state: refund.state.to_string(),
            cause: refund.cause.to_string(),
            reason: refund.reason.clone(),
            method: refund.provider.to_string(),
            created_at: refund.created_at,
            updated_at: refund.updated_at,
        }
    }
}

/// A line of the timeline.
#[derive(Clone, Debug, Object)]
struct StepOut {
    at: Instant,
    /// `placed`, `payment_started`, `payment_failed`, `paid`, `cancelled`, `expired`, `granted`, `nothing_to_grant`,
    /// `payment_returned`, `refund_requested`, `refund_done`, `refund_failed`, `processing`, `instalment_paid`,
    /// `instalment_failed`, `instalment_reminded`, `disputed`, `dispute_won`, `dispute_lost`, `receipt_sent`,
    /// `taken_back`, `undone`, `refund_twice` or `dues_lowered`.
    kind: String,
    /// The staff person who did it, if one did.
    actor: String,
    detail: String,
}

/// An order with all that happened to it.
#[derive(Clone, Debug, Object)]
pub(super) struct OrderOut {
    order: OrderRow,
    lines: Vec<LineOut>,
    /// The lines before discounts.
    subtotal: Money,
    /// What coupons take off.
    discount: Money,
    /// What vouchers pay: the order's total is what is left to pay.
    voucher: Money,
    /// Tax on top.
    tax: Money,
    /// Tax that the prices contain.
    tax_included: Money,
    discounts: Vec<DiscountOut>,
    /// Instalments; none when it is paid at once.
    instalments: Vec<DueOut>,
    payments: Vec<PaymentOut>,
    disputes: Vec<DisputeOut>,
    /// The subscription of which it pays a period.
    subscription: Option<SubscriptionId>,
    /// Company and address on the invoice; empty: none.
    bill_to: String,
    buyer_tax_id: String,
    refunds: Vec<RefundOut>,
    /// What of the money that came can still be refunded. Lines can be given back beyond it while instalments are to come.
    refundable: Money,
    timeline: Vec<StepOut>,
}

impl OrderOut {
    pub(super) fn of(detail: OrderDetail) -> Self {
        let currency = detail.order.currency;
        let money = |amount: i64| Money::new(amount, currency);
        let payment = |one: billing::Payment| PaymentOut {
            method: one.provider.to_string(),
            status: one.status.to_string(),
            amount: Money::new(one.amount, one.currency),
            label: one.label,
            instalment: one.due,
            note: one.note,
            at: one.at,
        };
        let discount = |one: billing::Discount| DiscountOut {
            kind: one.kind.to_string(),
            code: one.code,
            name: one.name,
            amount: money(one.amount),
        };
        let due = |one: billing::Due| DueOut {
            position: one.position,
            amount: money(one.amount()),
            lowered: money(one.lowered),
            due_at: one.due_at,
            state: one.state.to_string(),
        };
        let step = |one: billing::Step| StepOut {
            at: one.at,
            kind: one.kind.to_string(),
            actor: one.actor,
            detail: one.detail,
        };
        Self {
            order: OrderRow::of(&detail.order),
            subtotal: money(detail.order.subtotal),
            discount: money(detail.order.discount()),
            voucher: money(detail.order.voucher),
            tax: money(detail.order.tax),
            tax_included: money(detail.order.tax_included),
            discounts: detail.discounts.into_iter().map(discount).collect(),
            instalments: detail.dues.into_iter().map(due).collect(),
            disputes: detail.disputes.into_iter().map(DisputeOut::of).collect(),
            subscription: detail.order.subscription_id,
            bill_to: detail.order.bill_to,
            buyer_tax_id: detail.order.buyer_tax_id,
            lines: detail.lines.into_iter().map(|line| LineOut::of(line, &detail.unused, currency)).collect(),
            payments: detail.payments.into_iter().map(payment).collect(),
            refunds: detail.refunds.iter().map(RefundOut::of).collect(),
            refundable: Money::new(detail.left, currency),
            timeline: detail.steps.into_iter().map(step).collect(),
        }
    }
}

impl LineOut {
    fn of(one: LineBack, unused: &[billing::UnusedWorth], currency: Currency) -> Self {
        let unused = unused.iter().find(|part| part.part.line == one.line.id).map(|one| UnusedOut {
            left: one.part.unused,
            of: one.part.of,
            worth: Money::new(one.amount, currency),
        });
        let (refunded, refundable) = (Money::new(one.back, currency), Money::new(one.left(), currency));
        let line = one.line;
        let discount = Money::new(line.discount(), currency);
        Self {
            id: line.id,
            role: line.role.to_string(),
            item: line.item,
            name: line.name,
            unit_price: Money::new(line.unit_price, currency),
            quantity: line.quantity,
            amount: Money::new(line.amount, currency),
            discount,
            voucher: Money::new(line.voucher, currency),
            tax_name: line.tax_name,
            tax_bp: line.tax_bp,
            tax_inclusive: line.tax_inclusive,
            tax: Money::new(line.tax, currency),
            refunded,
            refundable,
            unused,
        }
    }
}

impl DisputeOut {
    fn of(one: billing::Dispute) -> Self {
        Self {
            id: one.id,
            amount: Money::new(one.amount, one.currency),
            state: one.state.to_string(),
            reason: one.reason,
            answer_by: one.answer_by,
            created_at: one.created_at,
        }
    }
}
