//! Packages: what a business sells, the checkout, orders, and the credits that come of them.
//!
//! **Purpose.** A visitor sees the offers, buys one on a single page, pays, and has a receipt; the business is told, sees
//! the order in its studio, and what was bought is handed out.
//!
//! **Words.** A *product* is one thing sold, a *package* a bundle of products at a price of its own; both are *offers*. A
//! *grant* is what a product gives: credits, or a service. A *hold* is what an order has reserved of an offer's stock. A
//! *form key* makes two submits of one form one order. The *link* of an order opens it without an account.
//!
//! **Invariants.**
//! - Prices, names and grants of an order are copied from the offer in the transaction that places it; no amount is ever
//!   read from a form.
//! - Stock and limits are conditional updates beside a CHECK: no race oversells them. What is reserved is free again in
//!   the transaction that ends the order.
//! - What a paid order grants is handed out once: its line is the one source.
//! - No provider is asked inside a transaction.

mod api;
mod error;
mod jobs;
mod mails;
mod model;
mod pages;
mod policy;
mod provision;
mod queries;
mod schema;
mod service;
mod views;
mod widgets;

use std::borrow::Cow;

use kernel::{Api, Module, NavItem, NavPlace, Source, ViewDef};

/// Name of the module, and of what it sells in orders.
pub(crate) const ID: &str = "packages";

const NAV: &[NavItem] = &[
    NavItem {
        place: NavPlace::Studio,
        label: "packages-nav-offers",
        icon: "tag",
        path: "/studio/offers",
        permission: policy::OFFERS_WRITE,
        order: 40,
    },
    NavItem {
        place: NavPlace::Studio,
        label: "packages-nav-orders",
        icon: "card",
        path: "/studio/orders",
        permission: policy::ORDERS_READ,
        order: 50,
    },
    NavItem {
        place: NavPlace::Client,
        label: "packages-nav-credits",
        icon: "star",
        path: "/me/credits",
        permission: policy::OWN_READ,
        order: 40,
    },
    NavItem {
        place: NavPlace::Client,
        label: "packages-nav-my-orders",
        icon: "card",
        path: "/me/orders",
        permission: policy::OWN_READ,
        order: 50,
    },
];

/// The module as a value.
#[must_use]
pub fn module() -> Module {
    Module {
        id: ID,
        title: "packages-title",
        summary: "packages-summary",
        permissions: policy::PERMISSIONS,
        api: || Api::new(api::PackagesApi),
        pages: pages::all,
        nav: NAV,
        views,
        block_samples: views::block_samples,
        mails: mails::all,
        source,
        jobs: jobs::all,
        reactions: jobs::REACTIONS,
        schedules: jobs::SCHEDULES,
        widgets: widgets::WIDGETS,
        provision: provision::provision,
    }
}

fn views() -> Vec<ViewDef> {
    vec![
        ViewDef::of::<views::OffersPage>(),
        ViewDef::of::<views::OfferPage>(),
        ViewDef::of::<views::SandboxPage>(),
        ViewDef::of::<views::OrderPage>(),
        ViewDef::of::<views::MyOrdersPage>(),
        ViewDef::of::<views::MyCreditsPage>(),
        ViewDef::of::<views::StudioOffersPage>(),
        ViewDef::of::<views::OfferFormPage>(),
        ViewDef::of::<views::StudioOrdersPage>(),
        ViewDef::of::<views::StudioOrderPage>(),
        ViewDef::of::<views::StudioPaymentsPage>(),
    ]
}

/// Names and texts of files that stand in this crate, embedded.
macro_rules! embed {
    ($($name:literal),* $(,)?) => {
        vec![$((format!("{}/{}", ID, $name), Cow::Borrowed(include_str!(concat!("../templates/", $name, ".hbs"))))),*]
    };
}

fn source() -> Source {
    Source {
        name: ID,
        templates: embed![
            "offers",
            "card",
            "gives",
            "offer",
            "order",
            "lines",
            "ways",
            "my_orders",
            "my_credits",
            "state",
            "studio_offers",
            "studio_offer",
            "studio_orders",
            "studio_order",
            "studio_payments",
            "block_offers",
            "card_revenue",
            "card_credits",
            "card_client",
            "mails/receipt.subject",
            "mails/receipt.mjml",
            "mails/receipt.text",
            "mails/awaiting.subject",
            "mails/awaiting.mjml",
            "mails/awaiting.text",
            "mails/sold.subject",
            "mails/sold.mjml",
            "mails/sold.text",
        ],
        texts: vec![
            ("en".into(), Cow::Borrowed(include_str!("../locales/en/packages.ftl"))),
            ("en".into(), Cow::Borrowed(include_str!("../locales/en/problems.ftl"))),
        ],
    }
}
