//! Use cases: permission → billing.

mod change;
mod documents;
mod exports;
mod orders;
mod payments;
mod payouts;
mod resend;
mod sandbox;
mod taxes;

pub(super) use change::{
    PaidInput, RefundInput, bill_to, bill_to_by_link, cancel, cancel_by_link, mark_paid, paid_back,
    pay_again, refund, refund_again, undo,
};
pub(super) use documents::{
    File, Paper, has as has_paper, of_link as document_by_link, of_order as document,
};
pub(super) use exports::{Export, export};
pub(super) use orders::{
    OrderDetail, OrderView, Takings, by_link, detail, leaf, list, of_client, own_orders, takings,
};
pub(super) use payments::{payment_settings, save_payment_settings};
pub(super) use payouts::{Month, PayoutsOverview, payouts};
pub(super) use resend::resend;
pub(super) use sandbox::{collects_later, sandbox_outcome, sandbox_page};
pub(super) use taxes::{add_tax_rate, archive_tax_rate, read_percent, tax_rates};
