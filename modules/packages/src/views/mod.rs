//! What the pages show, as plain data with samples.

mod blocks;
mod buy;
mod card;
mod checkout;
mod credits;
mod me;
mod studio;

pub(crate) use blocks::{
    ClientCard, CreditsCard, HandedOut, OffersBlock, OrderCredits, OrderFiles, samples as block_samples,
};
pub(crate) use buy::{OfferPage, OffersPage, VoucherAskPage, VoucherPage};
pub(crate) use card::{Card, percent_text};
pub(crate) use checkout::{BasketView, TaxLine, taxes};
pub(crate) use credits::{ClientCreditsPage, HolderRow, MoveCreditsPage, StudioCreditsPage};
pub(crate) use me::{LotView, MyCreditsPage};
pub(crate) use studio::{
    BumpFields, Choice, FileRow, ItemField, MyDownloadsPage, OfferFormPage, Opt, PackageSettingsPage,
    PriceRow, StudioOfferRow, StudioOffersPage, UseField, kind_label, labels, status_label,
};
pub(crate) use studio::{
    CouponFormPage, CouponItem, CouponsPage, MoveView, OfferTick, StudioVoucherPage, VoucherFormPage,
    VoucherItem, VouchersCard, VouchersPage, YoursCard,
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
