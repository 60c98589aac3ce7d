//! Use cases: permission → billing.

mod change;
mod orders;
mod payments;
mod sandbox;

pub(super) use change::{
    RefundInput, cancel, cancel_by_link, mark_paid, paid_back, pay_again, refund, refund_again,
};
pub(super) use orders::{OrderDetail, OrderView, by_link, detail, list, of_client, own_orders, takings};
pub(super) use payments::{payment_settings, save_payment_settings};
pub(super) use sandbox::{sandbox_outcome, sandbox_page};
