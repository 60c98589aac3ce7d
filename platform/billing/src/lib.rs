//! Billing: orders, their lines and payments, and the providers that take the money.
//!
//! **Words.** An *order* is what a client bought or is about to buy; its *lines* keep the names and prices of that moment.
//! A *payment* is money that came in, or a try that failed. A *method* is a way to pay; a *provider* carries it out. A
//! *step* is one line of an order's timeline. A *refund* is money that goes back; its *source* makes it one. The *rules* of
//! a module are its part in what happens to orders it sold.
//!
//! **Invariants.**
//! - Totals follow from the lines; the database checks it when a transaction ends, and lets nobody change either.
//! - An order becomes paid once, in the transaction that publishes [`events::billing::OrderPaid`], and only when its
//!   payments cover it.
//! - States change only as [`Status::may_become`] says.
//! - Money that comes in is either what pays an order, or goes back: [`settle`] is the one place where it arrives.
//! - Never more goes back than came in, and once for each source, under any race.
//! - Invoices and credit notes are numbered one after the other in each business, without gaps.
//! - No provider is asked inside a transaction, and none at all when the total is zero.
//!
//! Functions take an open transaction: the module that sells opens it with a permission of its own.

mod again;
mod books;
mod card_first;
mod close;
mod codes;
mod discounts;
mod dispute;
mod dues;
mod error;
mod forget;
mod instalments;
pub mod office;
mod order;
mod overdue;
mod papers;
mod pay;
mod place;
mod policy;
mod price;
mod provider;
mod read;
mod refund;
mod rules;
mod sandbox;
mod sandbox_card;
mod saved;
mod saved_for;
mod schema;
mod settings;
mod settle;
mod status;
mod steps;
pub mod subscriptions;
mod tax;
mod told;
mod total;
mod tries;
mod undo;
mod way;

/// Kind of the job that ends orders in time. The host runs it.
pub const EXPIRE_JOB: &str = "billing.expire";
/// Kind of the job that tells a buyer how to pay by transfer; `{"order": "ord_…"}`. The host runs it.
pub const AWAITING_JOB: &str = "billing.tell_awaiting";
/// Kind of the job that asks a provider for a refund; `{"refund": "ref_…"}`. The host runs it.
pub const REFUND_JOB: &str = "billing.refund";

pub use again::{
    PAY_MINUTES, begin_payment, choose_method, pay_again, saves, waits_until, ways_now, ways_to_save,
};
pub use books::{Booked, booked_disputes, booked_payments, booked_refunds};
pub use card_first::{CardTaken, card_saved};
pub use codes::UnknownCode;
pub use discounts::{Discount, DiscountKind, NewDiscount, discounts};
pub use dispute::{Dispute, DisputeSeen, DisputeState, dispute_seen, disputes, is_disputed, open_disputes};
pub use dues::{Due, DueState, dues, next_due, to_come};
pub use error::BillingError;
pub use forget::{FORGET_JOB, forget_methods, method_forgotten};
pub use instalments::{INSTALMENTS_JOB, TELL_INSTALMENT_JOB, collect_dues};
pub use order::{LineRole, Method, Order, OrderLine, Payment, PaymentStatus, Period};
pub use overdue::{Swept, sweep};
pub use pay::{NewPayment, payment_failed};
pub use place::{Extras, NewLine, NewOrder, place, place_and_begin};
pub use policy::{
    BILLING_RUN, ORDER_LINK, ORDERS_EXPORT, ORDERS_READ, ORDERS_WRITE, OWN_ORDERS, OWN_SUBSCRIPTIONS,
    PAYMENTS_WRITE, REFUNDS_WRITE, SUBSCRIPTIONS_READ, SUBSCRIPTIONS_WRITE,
};
pub use price::{parse_price, price_text};
pub use provider::{
    Collected, ElementStart, Free, Manual, PaymentProvider, Payout, Payouts, ProviderError, Providers,
    Refunding, Stage, Start, ToSave, install, installed,
};
pub use read::{
    OrderFilter, Revenue, by_form_key, by_id, by_token, is_remembered, lines, list, list_of_client, lock,
    open_orders_of, paid_without, payments, revenue, waiting,
};
pub use refund::{
    LineBack, Refund, RefundCause, RefundSeen, RefundState, TELL_TWICE_JOB, Unused, UnusedWorth, Why,
    ask_what_is_late, lines_back, lines_of_refund, paid_back, refund, refund_again, refund_by_lines,
    refund_seen, refund_to_ask, refund_unused, refund_went, refundable, refunds, unused,
};
pub use rules::{OrderCard, OrderRule, OrderRules, ReceiptNote, RefundRule, install_rules, rules_of};
pub use sandbox::{Sandbox, SandboxError, SandboxRefused, SandboxState, SandboxStep};
pub use sandbox_card::{CardPage, TestCard};
pub use saved::{
    NewSaved, SavedMethod, expiring, make_default, remove_method, save_method, saved_by_reference,
    saved_methods,
};
pub use saved_for::{SavedFor, is_by_client, method_for, method_of, saved_alone, saved_for, saves_for};
pub use settings::{
    MAX_INSTRUCTIONS, Settings, methods, save_settings, set_card_ready, settings, stored_settings,
};
pub use settle::{OnGone, Settled, cancel, settle};
pub use status::Status;
pub use steps::{Step, StepKind, step, steps};
pub use tax::{Tax, TaxRate, add_tax_rate, archive_tax_rate, tax_of, tax_rate, tax_rates};
pub use told::{method_gone, payment_bounced, payment_processing};
pub use total::{Apart, MAX_PRICE_MAJOR, NewDue, Split, Sums, max_price, quote, split, spread, spread_paid};
pub use tries::{
    CLOSE_TRIES_JOB, SETUP, Try, TryId, TryState, begin_try, close_tries, open_tries, tries, try_by_id,
    try_by_reference, try_opened, try_went,
};
pub use undo::{may_undo, undo};
pub use way::Way;

use close::close;
use pay::{MarkPaid, mark_paid};
