//! What the pages show, as plain data with samples.

mod dues;
mod me;
mod order;
mod parts;
mod payments;
mod payouts;
mod sandbox;
mod studio_happened;
mod studio_order;
mod studio_orders;
mod sums;
mod taxes;

pub use parts::block_samples;
pub(crate) use {
    dues::DueView,
    me::{MyOrder, MyOrdersPage},
    order::{OrderPage, Shown},
    parts::{ClientOrders, LineView, RefundView, RevenueCard, TodoCard},
    payments::StudioPaymentsPage,
    payouts::PayoutsPage,
    sandbox::SandboxPage,
    studio_order::{May, StudioOrderPage},
    studio_orders::{Narrowing, StudioOrderRow, StudioOrdersPage},
    sums::{SumsView, TaxSum, taxes_of},
    taxes::TaxRatesPage,
};

use events::{Instant, Money};
use kernel::ViewDef;
use serde::Serialize;

pub(super) fn all() -> Vec<ViewDef> {
    vec![
        ViewDef::of::<SandboxPage>(),
        ViewDef::of::<OrderPage>(),
        ViewDef::of::<MyOrdersPage>(),
        ViewDef::of::<StudioOrdersPage>(),
        ViewDef::of::<StudioOrderPage>(),
        ViewDef::of::<StudioPaymentsPage>(),
        ViewDef::of::<TaxRatesPage>(),
        ViewDef::of::<PayoutsPage>(),
    ]
}

/// A choice of a list, with the key of its label.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

impl Choice {
    /// Choices of codes with the keys of their labels, after one for "all".
    pub(crate) fn codes(label: fn(&str) -> String, codes: &[&str], chosen: &str) -> Vec<Self> {
        let one = |code: &str| Self {
            value: code.into(),
            label: label(if code.is_empty() { "all" } else { code }).replace('_', "-"),
            chosen: code == chosen,
        };
        std::iter::once("").chain(codes.iter().copied()).map(one).collect()
    }
}

/// An amount for samples.
pub(crate) fn money(amount: i64) -> Money {
    Money { amount, ..<events::billing::OrderPaid as events::Event>::sample().total }
}
/// A moment for samples.
pub(crate) fn moment() -> Instant {
    Instant::new(jiff::Timestamp::constant(1_798_797_600, 0))
}
