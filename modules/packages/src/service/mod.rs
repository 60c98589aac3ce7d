//! Use cases: permission → rules → queries → ledger → events.

mod catalogue;
mod checkout;
mod credits;
mod edit;
mod grant;
mod orders;
mod pay;
mod payments;
mod release;

pub(crate) use catalogue::{catalogue, for_sale, manage, offer_by_slug, one, product_choices, staff_offer};
pub(crate) use checkout::{CheckoutInput, checkout, ways_to_pay};
pub(crate) use credits::{Account, account_of, client_account, own_account};
pub(crate) use edit::{create, patch, set_status, update};
pub(crate) use grant::{grant_on_paid, tell_on_paid};
pub(crate) use orders::{OrderDetail, OrderView, by_link, detail, list, of_client, own_orders, takings};
pub(crate) use pay::{cancel, cancel_by_link, mark_paid, pay_again, sandbox_outcome, sandbox_page};
pub(crate) use payments::{payment_settings, save_payment_settings, save_payment_settings_once};
pub(crate) use release::{release_overdue, sweep};
