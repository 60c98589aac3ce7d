use billing::{Method, office::Taken};
use events::{Instant, Money};
use kernel::{Layout, Text, View};
use serde::Serialize;

use super::{moment, money};
use crate::checkout::service::{Month, PayoutsOverview};

/// What came one way in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct TakenView {
    /// Key of the way.
    pub(crate) method_label: String,
    pub(crate) payments: i64,
    pub(crate) came: Money,
    pub(crate) refunds: i64,
    pub(crate) back: Money,
    pub(crate) kept: Money,
}

/// A month, by way to pay and currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct MonthView {
    /// Where it begins.
    pub(crate) from: Instant,
    /// Its days, for the link to its file.
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) ways: Vec<TakenView>,
}

/// Money paid out to the bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PayoutView {
    pub(crate) reference: String,
    pub(crate) amount: Money,
    /// The provider's word.
    pub(crate) state: String,
    pub(crate) arrives: Instant,
}

/// What a provider holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct HeldView {
    /// Key of the way to pay it carries out.
    pub(crate) method_label: String,
    /// Whether its books are compared with ours each night.
    pub(crate) compared: bool,
    /// It could not be asked.
    pub(crate) away: bool,
    pub(crate) available: Vec<Money>,
    pub(crate) pending: Vec<Money>,
    pub(crate) latest: Vec<PayoutView>,
}

/// `/studio/orders/payouts`: what came in and went back, and what providers hold and paid out.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PayoutsPage {
    pub(crate) months: Vec<MonthView>,
    pub(crate) held: Vec<HeldView>,
}

impl PayoutsPage {
    pub(crate) fn of(overview: PayoutsOverview) -> Self {
        let payout = |one: billing::Payout| PayoutView {
            reference: one.reference,
            amount: one.amount,
            state: one.state.replace('_', " "),
            arrives: one.arrives,
        };
        let held = overview.held.into_iter().map(|(method, answer)| {
            let (away, payouts) = (answer.is_none(), answer.unwrap_or_default());
            HeldView {
                method_label: format!("checkout-method-{method}"),
                compared: method == Method::Stripe,
                away,
                available: payouts.available,
                pending: payouts.pending,
                latest: payouts.latest.into_iter().map(payout).collect(),
            }
        });
        Self { held: held.collect(), months: overview.months.into_iter().map(MonthView::of).collect() }
    }
}

impl MonthView {
    fn of(month: Month) -> Self {
        Self {
            from: month.from,
            first: month.first.to_string(),
            last: month.last.to_string(),
            ways: month.taken.into_iter().map(TakenView::of).collect(),
        }
    }
}

impl TakenView {
    fn of(taken: Taken) -> Self {
        Self {
            method_label: format!("checkout-method-{}", taken.method),
            payments: taken.payments,
            came: taken.came,
            refunds: taken.refunds,
            back: taken.back,
            kept: taken.kept(),
        }
    }
}

impl View for PayoutsPage {
    const TEMPLATE: &'static str = "checkout/payouts";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("checkout-payouts-title")
    }
    fn samples() -> Vec<Self> {
        let way = TakenView {
            method_label: "checkout-method-stripe".into(),
            payments: 12,
            came: money(120_000),
            refunds: 1,
            back: money(9_700),
            kept: money(110_300),
        };
        let month =
            |ways| MonthView { from: moment(), first: "2026-12-01".into(), last: "2026-12-31".into(), ways };
        let payout = PayoutView {
            reference: "po_1".into(),
            amount: money(80_000),
            state: "in transit".into(),
            arrives: moment(),
        };
        let held = HeldView {
            method_label: "checkout-method-stripe".into(),
            compared: true,
            away: false,
            available: vec![money(30_000)],
            pending: vec![money(4_000)],
            latest: vec![payout],
        };
        let none = HeldView { available: vec![], pending: vec![], latest: vec![], ..held.clone() };
        let months = vec![month(vec![way.clone(), way]), month(vec![])];
        let full = Self { months, held: vec![held, none.clone(), HeldView { away: true, ..none }] };
        vec![full, Self { months: vec![], held: vec![] }]
    }
}
