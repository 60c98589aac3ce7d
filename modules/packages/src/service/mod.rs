//! Use cases: permission → rules → queries → ledger → events.

mod catalogue;
mod checkout;
mod credits;
mod edit;
mod grant;
mod release;

pub(crate) use catalogue::{catalogue, for_sale, manage, offer_by_slug, one, product_choices, staff_offer};
pub(crate) use checkout::{CheckoutInput, checkout, ways_to_pay};
pub(crate) use credits::{Account, account_of, client_account, own_account};
pub(crate) use edit::{create, patch, set_status, update};
pub(crate) use grant::grant_on_paid;
pub use release::order_rules;
pub(crate) use release::{release_overdue, sweep};
