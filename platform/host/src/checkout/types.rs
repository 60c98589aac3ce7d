use billing::{LineBack, OnGone, Order, Refund};
use events::{ClientId, Currency, DisputeId, Instant, Money, OrderId, OrderLineId, RefundId, SubscriptionId};
use kernel::Problem;
use poem_openapi::Object;

use super::service::{OrderDetail, PaidInput, RefundInput};

/// An order in a list.
#[derive(Clone, Debug, Object)]
pub(super) struct OrderRow {
    id: OrderId,
    number: i64,
    /// The module that sold it.
    module: String,
    /// `pending_payment`, `paid`, `partially_refunded`, `refunded`, `cancelled` or `expired`.
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
}

/// A discount of an order.
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
    amount: Money,
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
    amount: Money,
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
            amount: refund.money(),
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
    /// `instalment_failed`, `instalment_reminded`, `disputed`, `dispute_won`, `dispute_lost`, `receipt_sent` or
    /// `taken_back`.
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
    discount: Money,
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
    /// What can still be refunded.
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
            amount: money(one.amount),
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
            discount: money(detail.order.discount),
            tax: money(detail.order.tax),
            tax_included: money(detail.order.tax_included),
            discounts: detail.discounts.into_iter().map(discount).collect(),
            instalments: detail.dues.into_iter().map(due).collect(),
            disputes: detail.disputes.into_iter().map(DisputeOut::of).collect(),
            subscription: detail.order.subscription_id,
            bill_to: detail.order.bill_to,
            buyer_tax_id: detail.order.buyer_tax_id,
            lines: detail.lines.into_iter().map(|line| LineOut::of(line, currency)).collect(),
            payments: detail.payments.into_iter().map(payment).collect(),
            refunds: detail.refunds.iter().map(RefundOut::of).collect(),
            refundable: Money::new(detail.left, currency),
            timeline: detail.steps.into_iter().map(step).collect(),
        }
    }
}

impl LineOut {
    fn of(one: LineBack, currency: Currency) -> Self {
        let (refunded, refundable) = (Money::new(one.back, currency), Money::new(one.left(), currency));
        let line = one.line;
        Self {
            id: line.id,
            role: line.role.to_string(),
            item: line.item,
            name: line.name,
            unit_price: Money::new(line.unit_price, currency),
            quantity: line.quantity,
            amount: Money::new(line.amount, currency),
            discount: Money::new(line.discount, currency),
            tax_name: line.tax_name,
            tax_bp: line.tax_bp,
            tax_inclusive: line.tax_inclusive,
            tax: Money::new(line.tax, currency),
            refunded,
            refundable,
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

/// Staff say that an order was paid.
#[derive(Clone, Debug, Default, Object)]
pub(super) struct MarkPaidIn {
    /// At most 500 characters.
    #[oai(validator(max_length = 500))]
    pub(super) note: Option<String>,
    /// When the order can't take the money any more (what it was for is gone, or it was cancelled): note the payment and
    /// owe the money to the client, instead of refusing. Left out: refuse.
    pub(super) give_back: Option<bool>,
    /// Which instalment was paid. Left out, or 0: the first, or the whole.
    #[oai(validator(minimum(value = "0"), maximum(value = "36")))]
    pub(super) instalment: Option<i32>,
}

impl From<MarkPaidIn> for PaidInput {
    fn from(body: MarkPaidIn) -> Self {
        let on_gone = if body.give_back == Some(true) { OnGone::GiveBack } else { OnGone::Refuse };
        Self { note: body.note.unwrap_or_default(), due: body.instalment.unwrap_or(0), on_gone }
    }
}

/// Money to be given back: an amount of the order, or of its lines.
#[derive(Clone, Debug, Object)]
pub(super) struct RefundIn {
    /// In the currency of the order, above zero, at most what is left. Left out when lines are given.
    amount: Option<Money>,
    /// So much of each of these lines; each line once.
    #[oai(validator(max_items = 100))]
    lines: Option<Vec<RefundLineIn>>,
    /// The client reads it. At most 500 characters.
    #[oai(validator(max_length = 500))]
    reason: Option<String>,
}

/// How much of a line goes back.
#[derive(Clone, Debug, Object)]
pub(super) struct RefundLineIn {
    line: OrderLineId,
    /// Above zero, at most what is left of the line.
    amount: Money,
}

impl RefundIn {
    /// # Errors
    /// 422 when it says both an amount and lines, or neither, or another currency than the business's.
    pub(super) fn read(self, currency: Currency, key: String) -> Result<RefundInput, Problem> {
        let lines = self.lines.unwrap_or_default();
        if self.amount.is_some() != lines.is_empty() {
            return Err(Problem::field("amount", "refund_either"));
        }
        let money = self.amount.iter().chain(lines.iter().map(|line| &line.amount));
        if money.clone().any(|money| money.currency != currency) {
            return Err(Problem::field("amount", "refund_currency"));
        }
        Ok(RefundInput {
            amount: self.amount.map_or(0, |money| money.amount),
            lines: lines.into_iter().map(|line| (line.line, line.amount.amount)).collect(),
            reason: self.reason.unwrap_or_default(),
            key,
        })
    }
}

/// Who the invoice of an order is for.
#[derive(Clone, Debug, Default, Object)]
pub(super) struct BillToIn {
    /// Company and address, a few lines; empty: the buyer's name. At most 500 characters.
    #[oai(validator(max_length = 500))]
    pub(super) bill_to: String,
    /// Their tax number. At most 60 characters.
    #[oai(validator(max_length = 60))]
    pub(super) buyer_tax_id: Option<String>,
}

/// Staff say that they have paid a refund back.
#[derive(Clone, Debug, Default, Object)]
pub(super) struct PaidBackIn {
    /// At most 500 characters.
    #[oai(validator(max_length = 500))]
    pub(super) note: Option<String>,
}
