mod coupons;
mod offer_form;
mod offers;
mod vouchers;

use serde::Serialize;

pub(crate) use coupons::{CouponFormPage, CouponItem, CouponsPage, OfferTick};
pub(crate) use offer_form::{
    BumpFields, FileRow, ItemField, MyDownloadsPage, OfferFormPage, Opt, PackageSettingsPage, PriceRow,
    UseField, labels,
};
pub(crate) use offers::{StudioOfferRow, StudioOffersPage, kind_label, status_label};
pub(crate) use vouchers::{
    MoveView, StudioVoucherPage, VoucherFormPage, VoucherItem, VouchersCard, VouchersPage, YoursCard,
};

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
