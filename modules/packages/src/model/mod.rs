//! What is sold, and the pure rules about it.

mod input;
mod offer;
mod sold;
mod time;

pub(crate) use input::{ItemInput, OfferInput};
pub(crate) use offer::{
    AnyOffer, Availability, GrantSpec, Item, Offer, OfferId, OfferKind, OfferRow, OfferStatus, can_sell,
};
pub(crate) use sold::{Hold, Sold, SoldGrant, holds_of, sold_of};
pub(crate) use time::{local_text, parse_local};
