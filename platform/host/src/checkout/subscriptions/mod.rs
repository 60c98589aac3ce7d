//! Subscriptions and what clients saved to pay with: pages, API, jobs and mails.
//!
//! **Words.** Those of [`billing::subscriptions`].
//!
//! **Invariant.** What a client may do alone is decided by [`billing::subscriptions::may`], on a page, by a link and in the
//! API alike. The link in a mail pays, ends and keeps; whoever wants more signs in.

mod api;
mod export;
mod jobs;
mod mails;
mod methods_api;
mod pages;
mod parts;
mod service;
mod types;
mod views;

use std::borrow::Cow;

pub use api::api;
pub use jobs::{REACTIONS, SCHEDULES, jobs};
pub use mails::all as mails;
pub use methods_api::MethodsApi;
pub use pages::all as routes;
pub use parts::{block_samples, buyer_card, client_card, dashboard, order_card};
pub use views::all as views;

/// Templates and texts.
#[must_use]
pub fn source() -> web::Source {
    macro_rules! files {
        ($($path:literal),* $(,)?) => {
            [$(($path.to_owned(), Cow::Borrowed(include_str!($path)))),*]
        };
    }
    let files = files![
        "templates/actions.hbs",
        "templates/card_client.hbs",
        "templates/card_news.hbs",
        "templates/card_order.hbs",
        "templates/card_buyer.hbs",
        "templates/change.hbs",
        "templates/facts.hbs",
        "templates/history.hbs",
        "templates/link.hbs",
        "templates/methods.hbs",
        "templates/mine.hbs",
        "templates/my_change.hbs",
        "templates/my_one.hbs",
        "templates/sandbox_card.hbs",
        "templates/state.hbs",
        "templates/studio.hbs",
        "templates/studio_change.hbs",
        "templates/studio_one.hbs",
        "templates/mails/notice.mjml.hbs",
        "templates/mails/notice.subject.hbs",
        "templates/mails/notice.text.hbs",
        "templates/mails/staff.mjml.hbs",
        "templates/mails/staff.subject.hbs",
        "templates/mails/staff.text.hbs",
        "locales/en/subscriptions.ftl",
    ];
    web::Source::from_files("subscriptions", files)
}
