//! What the pages show, as plain data with samples.

mod blocks;
mod buy;
mod card;
mod me;
mod studio;

pub(crate) use blocks::{ClientCard, CreditsCard, HandedOut, OffersBlock, samples as block_samples};
pub(crate) use buy::{OfferPage, OffersPage};
pub(crate) use card::Card;
pub(crate) use me::{LotView, MyCreditsPage};
pub(crate) use studio::{Choice, ItemField, OfferFormPage, StudioOfferRow, StudioOffersPage, status_label};

use events::{Instant, Money};

/// An amount for samples.
pub(crate) fn money(amount: i64) -> Money {
    Money { amount, ..<events::billing::OrderPaid as events::Event>::sample().total }
}
/// A moment for samples.
pub(crate) fn moment() -> Instant {
    Instant::new(jiff::Timestamp::constant(1_798_797_600, 0))
}
