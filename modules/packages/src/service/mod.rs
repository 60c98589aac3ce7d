//! Use cases: permission → rules → queries → ledger → events.

mod allocate;
mod catalogue;
mod checkout;
mod coupons;
mod credits;
mod dates;
mod edit;
mod expiring;
mod files;
mod grant;
mod release;
mod settings;
mod shelf;
mod vouchers;

pub use allocate::credit_rules;
pub(crate) use allocate::{allocate_all, allocate_client, early_end, week_of_source};
pub(crate) use catalogue::{
    FormFacts, catalogue, for_sale, form_facts, manage, offer_by_slug, one, shelf, staff_offer,
};
pub(crate) use checkout::{
    Beside, Buyer, CheckoutInput, PlanQuote, Priced, Wanted, checkout, price, slowed, ways_to_pay,
};
pub(crate) use coupons::{
    CouponCheck, archive_coupon, change_coupon, check_coupon, coupon, coupons, create_coupon, offer_choices,
};
pub(crate) use credits::{
    Account, GiveInput, Holder, TakeInput, account_of, client_account, client_page, give, history_file,
    holders, own_account, take, whole_history,
};
pub(crate) use dates::Dates;
pub(crate) use edit::{add_starters, archive, create, input_of, patch, prices, set_status, update};
pub(crate) use expiring::tell_expiring;
pub(crate) use files::{
    Bought, add_file, bought_file, describe_picture, own_files, picture, remove_file, remove_picture,
    set_picture, staff_file,
};
pub(crate) use grant::grant_on_paid;
pub use release::order_rules;
pub(crate) use release::{release_overdue, sweep};
pub(crate) use settings::{begin_settings, save_settings, settings};
pub(crate) use shelf::{duplicate, move_offer};
pub(crate) use vouchers::{
    SEND_JOB, VoucherInput, block_voucher, make_voucher, send_voucher, voucher, voucher_of_code, vouchers,
};
