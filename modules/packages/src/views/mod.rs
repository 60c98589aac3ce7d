//! What the pages show, as plain data with samples.

mod blocks;
mod buy;
mod card;
mod me;
mod order;
mod studio;

pub(crate) use blocks::{ClientCard, CreditsCard, OffersBlock, RevenueCard, samples as block_samples};
pub(crate) use buy::{LineView, OfferPage, OffersPage, SandboxPage, Way};
pub(crate) use card::Card;
pub(crate) use me::{LotView, MyCreditsPage, MyOrder, MyOrdersPage};
pub(crate) use order::{OrderPage, Shown};
pub(crate) use studio::{
    Choice, ItemField, OfferFormPage, StudioOfferRow, StudioOffersPage, StudioOrderPage, StudioOrderRow,
    StudioOrdersPage, StudioPaymentsPage, status_label,
};

use events::{Instant, Money};

/// An amount for samples.
pub(crate) fn money(amount: i64) -> Money {
    Money { amount, ..<events::billing::OrderPaid as events::Event>::sample().total }
}
/// A moment for samples.
pub(crate) fn moment() -> Instant {
    Instant::new(jiff::Timestamp::constant(1_798_797_600, 0))
}
/// Lines for samples.
pub(crate) fn sample_lines() -> Vec<LineView> {
    LineView::samples()
}
pub(crate) use {moment as sample_moment, money as sample_money};
