use events::{Instant, Money, OrderId};
use poem_openapi::{Enum, Object};

use crate::{
    model::{Gift, Pay},
    service::{Buyer, PlanQuote, Priced, Wanted},
    views::taxes,
};

/// How much is paid at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub(super) enum PayDoc {
    /// All of it.
    Full,
    /// The deposit that the offer asks for.
    Deposit,
    /// The first of the parts that the offer is paid in.
    Parts,
}

impl From<PayDoc> for Pay {
    fn from(pay: PayDoc) -> Self {
        match pay {
            PayDoc::Full => Self::Full,
            PayDoc::Deposit => Self::Deposit,
            PayDoc::Parts => Self::Parts,
        }
    }
}

/// What somebody wants to buy. There is no amount in it.
#[derive(Clone, Debug, Object)]
pub(super) struct QuoteIn {
    /// Name of the product, package or plan in the URL.
    pub(super) offer: String,
    /// How many; left out: one. Only products are sold several at once.
    #[oai(validator(minimum(value = "1"), maximum(value = "20")))]
    pub(super) quantity: Option<i32>,
    /// Identifiers of what is added beside it.
    #[oai(validator(max_items = 5))]
    pub(super) bumps: Option<Vec<String>>,
    /// A coupon or gift voucher.
    #[oai(validator(max_length = 60))]
    pub(super) code: Option<String>,
    /// Further ones: one coupon and several vouchers go together.
    #[oai(validator(max_items = 4))]
    pub(super) codes: Option<Vec<String>>,
    /// Left out: `full`.
    pub(super) pay: Option<PayDoc>,
    /// A plan without its free trial, which is for those who never had the plan.
    pub(super) without_trial: Option<bool>,
}

impl QuoteIn {
    pub(super) fn wanted(self) -> Wanted {
        Wanted {
            offer: self.offer,
            quantity: self.quantity.unwrap_or(1).into(),
            bumps: self.bumps.unwrap_or_default(),
            codes: self.code.into_iter().chain(self.codes.unwrap_or_default()).collect(),
            pay: self.pay.map_or(Pay::Full, Into::into),
            without_trial: self.without_trial == Some(true),
        }
    }
}

/// Who gift vouchers are for.
#[derive(Clone, Debug, Object)]
pub(super) struct GiftIn {
    #[oai(validator(max_length = 120))]
    name: Option<String>,
    /// Left out: only the buyer is told.
    #[oai(validator(max_length = 254))]
    email: Option<String>,
    #[oai(validator(max_length = 500))]
    message: Option<String>,
    /// When the recipient is told; left out: as soon as it is paid.
    send_at: Option<Instant>,
}

impl From<GiftIn> for Gift {
    fn from(gift: GiftIn) -> Self {
        Self {
            name: gift.name.unwrap_or_default(),
            email: gift.email.unwrap_or_default(),
            message: gift.message.unwrap_or_default(),
            send_at: gift.send_at,
        }
    }
}

/// Somebody buys. There is no amount in it that decides anything.
#[derive(Clone, Debug, Object)]
pub(super) struct CheckoutIn {
    /// Name of the product, package or plan in the URL.
    offer: String,
    #[oai(validator(min_length = 1, max_length = 120))]
    name: String,
    email: String,
    /// `manual`, `stripe` or `sandbox`; left out: the first way there is.
    method: Option<String>,
    /// How many; left out: one.
    #[oai(validator(minimum(value = "1"), maximum(value = "20")))]
    quantity: Option<i32>,
    /// Identifiers of what is added beside it.
    #[oai(validator(max_items = 5))]
    bumps: Option<Vec<String>>,
    /// A coupon or gift voucher.
    #[oai(validator(max_length = 60))]
    code: Option<String>,
    /// Further ones.
    #[oai(validator(max_items = 4))]
    codes: Option<Vec<String>>,
    /// Left out: `full`.
    pay: Option<PayDoc>,
    /// A plan without its free trial: asked for with 409 `trial_used` when the buyer, signed in, had the plan before.
    without_trial: Option<bool>,
    /// Company and address for the invoice.
    #[oai(validator(max_length = 500))]
    bill_to: Option<String>,
    /// The buyer's tax number.
    #[oai(validator(max_length = 60))]
    tax_id: Option<String>,
    /// Who gift vouchers are for.
    gift: Option<GiftIn>,
    /// `check` of the quote that was shown: when it comes to something else now, nothing is ordered and the answer is 409
    /// `price_changed`.
    #[oai(validator(max_length = 1000))]
    check: Option<String>,
}

impl CheckoutIn {
    pub(super) fn split(self) -> (Wanted, Buyer, Option<String>) {
        let quote = QuoteIn {
            offer: self.offer,
            quantity: self.quantity,
            bumps: self.bumps,
            code: self.code,
            codes: self.codes,
            pay: self.pay,
            without_trial: self.without_trial,
        };
        let buyer = Buyer {
            name: self.name,
            email: self.email,
            bill_to: self.bill_to.unwrap_or_default(),
            tax_id: self.tax_id.unwrap_or_default(),
            method: self.method.unwrap_or_default(),
            gift: self.gift.map(Into::into).unwrap_or_default(),
        };
        (quote.wanted(), buyer, self.check)
    }
}

/// What was bought, and how it goes on.
#[derive(Clone, Debug, Object)]
pub(super) struct CheckoutOut {
    pub(super) order: OrderId,
    /// Opens the order without an account.
    pub(super) token: String,
    pub(super) number: i64,
    pub(super) status: String,
    pub(super) total: Money,
    /// What is to be paid now: the total, or the first instalment.
    pub(super) due: Money,
    /// Absolute link to the receipt.
    pub(super) receipt: String,
    /// Where the buyer goes on: the provider's page, or the receipt.
    pub(super) next: String,
}

/// A line of what it comes to.
#[derive(Clone, Debug, Object)]
struct QuoteLine {
    item: String,
    name: String,
    quantity: i32,
    /// Before discounts.
    amount: Money,
    /// Its share of what coupons take off.
    discount: Money,
    /// What vouchers pay of it.
    voucher: Money,
    tax: Money,
}

/// What a code takes off.
#[derive(Clone, Debug, Object)]
struct QuoteDiscount {
    /// `coupon` or `voucher`.
    kind: String,
    code: String,
    name: String,
    amount: Money,
}

/// The tax of a rate.
#[derive(Clone, Debug, Object)]
struct QuoteTax {
    name: String,
    /// Percent, as people write it.
    rate: String,
    /// Whether prices contain it.
    included: bool,
    amount: Money,
}

/// A payment and its day.
#[derive(Clone, Debug, Object)]
struct QuoteDue {
    amount: Money,
    due_at: Instant,
}

/// What follows from a plan.
#[derive(Clone, Debug, Object)]
struct QuotePlan {
    /// `week`, `month` or `year`.
    every: String,
    every_count: i32,
    /// What a period costs without a coupon.
    price: Money,
    trial_ends: Option<Instant>,
    /// The next payments after this one, at most 12.
    payments: Vec<QuoteDue>,
    /// How many they are; none: they go on until it is cancelled.
    further: Option<i32>,
    ends: Option<Instant>,
    /// When the client may cancel alone: `any_time`, `after_term` or `never`.
    may_cancel: String,
    /// Whether the free trial begins once a card is saved, when it is paid by card: `next` of the order leads there.
    asks_card: bool,
}

/// A code that does not hold.
#[derive(Clone, Debug, Object)]
struct QuoteRefused {
    /// `code_unknown`, `coupon_over`, `coupon_used_up`, …
    code: String,
}

/// What it would cost.
#[derive(Clone, Debug, Object)]
pub(super) struct QuoteOut {
    lines: Vec<QuoteLine>,
    discounts: Vec<QuoteDiscount>,
    taxes: Vec<QuoteTax>,
    subtotal: Money,
    /// What coupons take off.
    discount: Money,
    /// What vouchers pay.
    voucher: Money,
    /// On top of the prices.
    tax: Money,
    /// Contained in them.
    tax_included: Money,
    /// What is left to pay: after discounts, with tax, less what vouchers pay.
    total: Money,
    /// What is to be paid now.
    due: Money,
    /// All instalments, the one of today first; empty: it is paid at once.
    dues: Vec<QuoteDue>,
    plan: Option<QuotePlan>,
    /// Codes that hold.
    codes: Vec<String>,
    /// Why others don't.
    refused: Vec<QuoteRefused>,
    /// To be sent with the order, which is placed only while it comes to the same.
    check: String,
}

impl QuoteOut {
    pub(super) fn of(priced: &Priced) -> Self {
        let money = |amount: i64| priced.money(amount);
        let sums = priced.sums;
        let line = |line: &billing::NewLine| QuoteLine {
            item: line.item.clone(),
            name: line.name.clone(),
            quantity: line.quantity,
            amount: money(line.amount().unwrap_or(0)),
            discount: money(line.discount),
            voucher: money(line.voucher),
            tax: money(line.tax_amount()),
        };
        let discount = |one: &billing::NewDiscount| QuoteDiscount {
            kind: one.kind.to_string(),
            code: one.code.clone(),
            name: one.name.clone(),
            amount: money(one.amount),
        };
        let tax = |one: crate::views::TaxLine| QuoteTax {
            name: one.name,
            rate: one.rate,
            included: one.included,
            amount: one.amount,
        };
        let due = |one: &billing::NewDue| QuoteDue { amount: money(one.amount), due_at: one.due_at };
        Self {
            lines: priced.lines.iter().map(line).collect(),
            discounts: priced.discounts.iter().map(discount).collect(),
            taxes: taxes(priced).into_iter().map(tax).collect(),
            subtotal: money(sums.subtotal),
            discount: money(sums.discount),
            voucher: money(sums.voucher),
            tax: money(sums.tax),
            tax_included: money(sums.tax_included),
            total: money(sums.total),
            due: money(priced.due_now()),
            dues: priced.dues.iter().map(due).collect(),
            plan: priced.plan.as_ref().map(|plan| QuotePlan::of(plan, money)),
            codes: priced.codes.clone(),
            refused: priced.refused.iter().map(|error| QuoteRefused { code: error.code.into() }).collect(),
            check: priced.check(),
        }
    }
}

impl QuotePlan {
    fn of(plan: &PlanQuote, money: impl Fn(i64) -> Money) -> Self {
        let due = |(at, amount): &(Instant, i64)| QuoteDue { amount: money(*amount), due_at: *at };
        Self {
            every: plan.every.to_string(),
            every_count: plan.every_count,
            price: money(plan.price),
            trial_ends: plan.trial_ends,
            payments: plan.payments.iter().map(due).collect(),
            further: plan.count,
            ends: plan.ends,
            may_cancel: plan.cancel.to_string(),
            asks_card: plan.asks_card,
        }
    }
}

/// The order to be paid on a page of one's own.
#[derive(Clone, Debug, Object)]
pub(super) struct IntentIn {
    /// The order's token.
    #[oai(validator(min_length = 1, max_length = 100))]
    pub(super) order: String,
}

/// What the provider's script needs to take the payment.
#[derive(Clone, Debug, Object)]
pub(super) struct IntentOut {
    /// Where the provider's script is.
    pub(super) script: String,
    /// Opens this one payment to it.
    pub(super) client_secret: String,
    /// Names the business; no secret.
    pub(super) publishable_key: String,
    /// The connected account; empty: the key's own.
    pub(super) account: String,
}
