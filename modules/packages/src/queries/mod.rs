//! All SQL of this module.

mod coupons;
mod files;
mod notices;
mod offers;
mod stock;
mod vouchers;
mod write;

pub(crate) use coupons::{
    CouponFilter, UseRefused, archive_coupon, count_offers, coupon, coupon_by_code, coupon_uses_of, coupons,
    free_coupon, insert_coupon, lock_coupon, offer_names, update_coupon, use_coupon,
};
pub(crate) use files::{
    NewFile, ServedFile, delete_file, download, files, insert_file, is_offered, kept_bytes, picture,
    remove_files, removed_files, save_settings, settings, stored_settings,
};
pub(crate) use notices::note_expiry;
pub(crate) use offers::{OfferFilter, bumps_of, by_id, by_ids, by_slug, choices, in_order, list, shown};
pub(crate) use stock::{Refused, add_stock, change_stock, release, reserve};
pub(crate) use vouchers::{
    NewVoucher, VoucherFilter, block_voucher, insert_voucher, lock_voucher, move_money, moved_by, voucher,
    voucher_by_code, voucher_by_source, voucher_moves, vouchers, vouchers_of_order,
};
pub(crate) use write::{
    insert, insert_price, lock_order, prices, set_bumps, set_items, set_plan, slugs_like, update,
    update_grants, update_picture, update_position, update_status,
};
