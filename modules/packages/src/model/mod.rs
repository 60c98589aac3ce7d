//! What is sold, and the pure rules about it.

mod basket;
mod coupon;
mod expiring;
mod file;
mod grant;
mod input;
mod offer;
mod parts;
mod percent;
mod picture;
mod place;
mod plan;
mod plan_terms;
mod settings;
mod sold;
mod starter;
mod time;
mod voucher;
mod week;

pub(crate) use basket::{Basket, Pay, Picked};
pub(crate) use coupon::any_offer;
pub(crate) use coupon::{
    Basketed, CouponDuration, CouponInput, CouponRefused, CouponRow, CouponState, normal_code,
};
pub(crate) use expiring::{NOTICE_DAYS, tell_from};
pub(crate) use file::{FileInfo, FileKind, MAX_DOWNLOAD, clean_name, served_type};
pub(crate) use grant::{GrantSpec, tidy_pays_for};
pub(crate) use input::{BumpInput, ItemInput, OfferInput, copy_name, free_slug, slug_of};
pub(crate) use offer::{
    AnyOffer, Availability, Bump, Item, Offer, OfferId, OfferKind, OfferRow, OfferStatus, any_id, bump_id,
    can_sell, public_id,
};
pub(crate) use parts::{Deposit, Instalments, PartEvery, check_parts};
pub(crate) use percent::percent_bp;
pub(crate) use picture::{PictureError, picture_of};
pub(crate) use place::{Place, placed};
pub(crate) use plan::{Every, MayCancel, PlanTerms, check_pays_for};
pub(crate) use plan_terms::SoldPlan;
pub(crate) use settings::PackageSettings;
pub(crate) use sold::{Hold, Sold, SoldGrant, UsedCode, holds_of, sold_of};
pub(crate) use starter::starter_plans;
pub(crate) use time::{local_text, parse_local};
pub(crate) use voucher::{Gift, VoucherMove, VoucherRow, VoucherState, typed_voucher, voucher_code};
pub(crate) use week::{Week, Weeks};
