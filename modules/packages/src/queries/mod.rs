//! All SQL of this module.

mod offers;
mod stock;

pub(crate) use offers::{
    OfferFilter, by_id, by_slug, insert, insert_price, items_of, list, set_items, shown, update,
    update_status,
};
pub(crate) use stock::{Refused, add_stock, change_stock, release, reserve};
