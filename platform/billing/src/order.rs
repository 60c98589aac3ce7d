use diesel::{Queryable, Selectable};
use events::{ClientId, Currency, Instant, Money, OrderId, OrderLineId, PaymentId, SubscriptionId};
use serde::Serialize;

use crate::{Status, schema};

crate::text_enum! {
    /// A way to pay.
    pub enum Method {
        /// The total is zero.
        Free = "free",
        /// Bank transfer or cash; staff mark the order as paid.
        Manual = "manual",
        /// The platform's own pay page for trying things out; never in production.
        Sandbox = "sandbox",
        /// Cards and what else the business takes through Stripe.
        Stripe = "stripe",
    }
}

crate::text_enum! {
    /// How a payment ended.
    pub enum PaymentStatus {
        /// The money is there.
        Succeeded = "succeeded",
        /// It was tried and refused.
        Failed = "failed",
        /// The money came, but the order could not take it: it goes back.
        Returned = "returned",
    }
}

/// What a client bought or is about to buy.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = schema::orders, check_for_backend(diesel::pg::Pg))]
pub struct Order {
    /// Identity.
    pub id: OrderId,
    /// Number on the receipt, counted up in the tenant.
    pub number: i64,
    /// Opens the receipt without an account.
    pub token: String,
    /// The module that made it.
    pub module: String,
    /// Who buys.
    pub client_id: ClientId,
    /// The buyer's name as typed.
    pub client_name: String,
    /// The buyer's e-mail.
    pub client_email: String,
    /// What it is paid in.
    pub currency: Currency,
    /// Sum of the lines, minor units.
    pub subtotal: i64,
    /// Taken off, minor units: by coupons, and what vouchers pay.
    #[diesel(column_name = discount)]
    #[serde(skip)]
    pub taken_off: i64,
    /// What vouchers pay of it, minor units.
    pub voucher: i64,
    /// Tax on top, minor units.
    pub tax: i64,
    /// What is to be paid, minor units.
    pub total: i64,
    /// Its state.
    pub status: Status,
    /// How it is paid.
    pub provider: Method,
    /// When it was placed.
    pub created_at: Instant,
    /// Until when it may be paid.
    pub expires_at: Option<Instant>,
    /// When it was paid.
    pub paid_at: Option<Instant>,
    /// When it was cancelled or expired.
    pub closed_at: Option<Instant>,
    /// Where the buyer goes after paying or giving up; empty: the order's own page.
    pub return_path: String,
    /// Tax that the prices contain, minor units: beside the total, not on top of it.
    pub tax_included: i64,
    /// What is to be paid next, minor units; zero: nothing, or nothing any more.
    pub due_now: i64,
    /// When the next instalment of a paid order is due.
    pub next_due_at: Option<Instant>,
    /// What the buyer wants on the invoice: company and address. Empty: name and e-mail alone.
    pub bill_to: String,
    /// The buyer's tax number; empty: none.
    pub buyer_tax_id: String,
    /// The subscription of which it pays a period.
    pub subscription_id: Option<SubscriptionId>,
    /// Where that period begins.
    pub period_start: Option<Instant>,
    /// Where that period ends.
    pub period_end: Option<Instant>,
    /// Number of its invoice, counted up in the tenant without gaps; none until the
    /// transaction in which it was paid has ended.
    pub invoice_number: Option<i64>,
}

impl Order {
    /// What is to be paid.
    #[must_use]
    pub const fn total(&self) -> Money {
        Money::new(self.total, self.currency)
    }
    /// What it costs: what is to be paid, and what vouchers paid of it.
    #[must_use]
    pub const fn cost(&self) -> Money {
        Money::new(self.total.saturating_add(self.voucher), self.currency)
    }
    /// What makes it cheaper, minor units: coupons.
    #[must_use]
    pub const fn discount(&self) -> i64 {
        self.taken_off.saturating_sub(self.voucher)
    }
    /// What is to be paid next: the total, or an instalment; zero when nothing is.
    #[must_use]
    pub const fn due(&self) -> Money {
        Money::new(self.due_now, self.currency)
    }
    /// Whether a part of it is to be paid next: it is paid in instalments, and more of them are or were wanted.
    #[must_use]
    pub const fn asks_for_a_part(&self) -> bool {
        self.due_now > 0 && self.due_now < self.total
    }
    /// The period of a subscription that it pays.
    #[must_use]
    pub fn period(&self) -> Option<Period> {
        let (start, end) = self.period_start.zip(self.period_end)?;
        Some(Period { subscription: self.subscription_id?, start, end })
    }
    /// Whether it is paid and an instalment of it is still to come.
    #[must_use]
    pub fn owes_more(&self) -> bool {
        self.status.was_paid() && self.due_now > 0
    }
    /// Whether nothing is to be paid now, and it waits for something that its buyer saves to pay with later.
    #[must_use]
    pub fn waits_for_card(&self) -> bool {
        self.total == 0 && self.status == Status::PendingPayment
    }
    /// The page of the order itself: its receipt, or what is still to be done. A path inside the tenant.
    #[must_use]
    pub fn own_path(&self) -> String {
        format!("/order/{}", self.token)
    }
    /// Where the buyer goes after paying or giving up. A path inside the tenant.
    #[must_use]
    pub fn back_path(&self) -> String {
        if self.return_path.is_empty() { self.own_path() } else { self.return_path.clone() }
    }
    /// Whether it waits for money and its time is not over.
    #[must_use]
    pub fn may_be_paid(&self, now: Instant) -> bool {
        self.owes_more() || self.status.is_open() && self.expires_at.is_none_or(|at| at > now)
    }
}

/// A period of a subscription: from its start until before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Which subscription.
    pub subscription: SubscriptionId,
    /// Where it begins.
    pub start: Instant,
    /// Where it ends, and the next begins.
    pub end: Instant,
}

crate::text_enum! {
    /// What a line is in its order.
    pub enum LineRole {
        /// What was wanted.
        Item = "item",
        /// Added beside it with a tick.
        Bump = "bump",
        /// The difference of a changed plan.
        Proration = "proration",
    }
}

/// One line of an order, as it was sold.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = schema::order_lines, check_for_backend(diesel::pg::Pg))]
pub struct OrderLine {
    /// Identity; the unique source of what is granted for it.
    pub id: OrderLineId,
    /// Its order.
    pub order_id: OrderId,
    /// The module that sells it.
    pub module: String,
    /// What it is to that module: `pkg_…`.
    pub item: String,
    /// The name it was sold under.
    pub name: String,
    /// Price of one, minor units.
    pub unit_price: i64,
    /// How many.
    pub quantity: i32,
    /// Price of all, minor units.
    pub amount: i64,
    /// What the module remembers of the moment of sale.
    pub detail: serde_json::Value,
    /// What it is in the order.
    pub role: LineRole,
    /// Its share of what is taken off, minor units: by coupons, and what vouchers pay.
    #[diesel(column_name = discount)]
    #[serde(skip)]
    pub taken_off: i64,
    /// What vouchers pay of it, minor units.
    pub voucher: i64,
    /// Its tax, minor units: contained in the price, or on top of it.
    pub tax: i64,
    /// The tax's name; empty: none.
    pub tax_name: String,
    /// The tax's rate in hundredths of a percent.
    pub tax_bp: i32,
    /// Whether the price contains the tax.
    pub tax_inclusive: bool,
}

impl OrderLine {
    /// Its share of the order's discount, minor units.
    #[must_use]
    pub const fn discount(&self) -> i64 {
        self.taken_off.saturating_sub(self.voucher)
    }
    /// What it costs: its amount less its discount, with the tax that comes on top. Minor units.
    #[must_use]
    pub const fn cost(&self) -> i64 {
        let net = self.amount.saturating_sub(self.discount());
        if self.tax_inclusive { net } else { net.saturating_add(self.tax) }
    }
    /// What is paid for it: its cost less what vouchers pay of it. Minor units.
    #[must_use]
    pub const fn payable(&self) -> i64 {
        self.cost().saturating_sub(self.voucher)
    }
}

/// Money that came in, or a try that failed.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = schema::payments, check_for_backend(diesel::pg::Pg))]
pub struct Payment {
    /// Identity.
    pub id: PaymentId,
    /// Which order it pays.
    pub order_id: OrderId,
    /// How.
    pub provider: Method,
    /// What the provider calls it.
    pub reference: String,
    /// How it ended.
    pub status: PaymentStatus,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: Currency,
    /// What staff wrote beside it.
    pub note: String,
    /// When.
    pub at: Instant,
    /// Which instalment it pays; 0: the first, or the whole.
    pub due: i32,
    /// What it was paid with, for people: `Visa •• 4242`.
    pub label: String,
}
