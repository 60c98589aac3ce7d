//! Paying, for whatever module sells: the ways to pay, the sandbox's page, orders with their links and receipts, refunds.
//!
//! **Purpose.** A module places an order with [`billing`] and sends the buyer on; from there all is here, whatever modules
//! are on: an order outlives a switch.
//!
//! **Words.** Those of [`billing`]. The *link* of an order opens it without an account.
//!
//! **Invariants.**
//! - No amount that is to be paid is ever read from a form; one that is to go back is held against what was paid.
//! - No provider is asked inside a transaction.

mod api;
mod filter;
mod jobs;
mod mails;
mod pages;
mod service;
pub mod subscriptions;
mod types;
mod types_in;
mod views;
mod widgets;
mod words;

use std::borrow::Cow;

use kernel::{Api, PageRoute, ViewDef, csv, mail::MailDef};

pub use jobs::{REACTIONS, SCHEDULES, jobs};
pub use views::block_samples;
pub use widgets::{client_card, dashboard};

/// Pages, behind the gate but of no module.
#[must_use]
pub fn routes() -> Vec<PageRoute> {
    pages::all()
}

/// The API: orders, refunds, ways to pay, what clients saved to pay with.
#[must_use]
pub fn api() -> Api {
    Api::new((api::OrdersApi, api::FilesApi, api::SettingsApi, subscriptions::MethodsApi))
}

/// Views with samples.
#[must_use]
pub fn views() -> Vec<ViewDef> {
    views::all()
}

/// Mails with samples.
#[must_use]
pub fn mails() -> Vec<MailDef> {
    mails::all()
}

/// Templates and texts.
#[must_use]
pub fn source() -> web::Source {
    macro_rules! files {
        ($($path:literal),* $(,)?) => {
            [$(($path.to_owned(), Cow::Borrowed(include_str!($path)))),*]
        };
    }
    let files = files![
        "templates/card_client.hbs",
        "templates/card_revenue.hbs",
        "templates/card_todo.hbs",
        "templates/dues.hbs",
        "templates/lines.hbs",
        "templates/my_orders.hbs",
        "templates/order.hbs",
        "templates/payouts.hbs",
        "templates/state.hbs",
        "templates/studio_order.hbs",
        "templates/studio_orders.hbs",
        "templates/studio_payments.hbs",
        "templates/sums.hbs",
        "templates/tax_rates.hbs",
        "templates/ways.hbs",
        "templates/mails/awaiting.mjml.hbs",
        "templates/mails/awaiting.subject.hbs",
        "templates/mails/awaiting.text.hbs",
        "templates/mails/dispute.mjml.hbs",
        "templates/mails/dispute.subject.hbs",
        "templates/mails/dispute.text.hbs",
        "templates/mails/twice.mjml.hbs",
        "templates/mails/twice.subject.hbs",
        "templates/mails/twice.text.hbs",
        "templates/mails/receipt.mjml.hbs",
        "templates/mails/receipt.subject.hbs",
        "templates/mails/receipt.text.hbs",
        "templates/mails/refund.mjml.hbs",
        "templates/mails/refund.subject.hbs",
        "templates/mails/refund.text.hbs",
        "templates/mails/refunded.mjml.hbs",
        "templates/mails/refunded.subject.hbs",
        "templates/mails/refunded.text.hbs",
        "templates/mails/sold.mjml.hbs",
        "templates/mails/sold.subject.hbs",
        "templates/mails/sold.text.hbs",
        "templates/mails/undone.mjml.hbs",
        "templates/mails/undone.subject.hbs",
        "templates/mails/undone.text.hbs",
        "locales/en/checkout.ftl",
        "locales/en/problems.ftl",
    ];
    web::Source::from_files("checkout", files)
}
