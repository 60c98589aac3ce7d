//! Packages: what a business sells, the checkout, and the credits that come of it.
//!
//! **Purpose.** A visitor sees the offers and orders one on a single page; how it is paid, its receipt and its refunds are
//! the platform's ([`billing`]). What was paid for is handed out, and taken back when all of the money goes back.
//!
//! **Words.** A *product* is one thing sold, a *package* a bundle of products at a price of its own; both are *offers*. A
//! *grant* is what a product gives: credits, or a service. A *hold* is what an order has reserved of an offer's stock. A
//! *form key* makes two submits of one form one order.
//!
//! **Invariants.**
//! - Prices, names and grants of an order are copied from the offer in the transaction that places it; no amount is ever
//!   read from a form.
//! - Stock and limits are conditional updates beside a CHECK: no race oversells them. What is reserved is free again in
//!   the transaction that ends the order.
//! - What a paid order grants is handed out once: its line is the one source.

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

pub use service::{credit_rules, order_rules};

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
        label: "packages-nav-coupons",
        icon: "gift",
        path: "/studio/coupons",
        permission: policy::COUPONS_WRITE,
        order: 42,
    },
    NavItem {
        place: NavPlace::Studio,
        label: "packages-nav-credits",
        icon: "star",
        path: "/studio/credits",
        permission: policy::CREDITS_READ,
        order: 42,
    },
    NavItem {
        place: NavPlace::Client,
        label: "packages-nav-credits",
        icon: "star",
        path: "/me/credits",
        permission: policy::OWN_READ,
        order: 40,
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
        api: || Api::new((api::CheckoutApi, api::CouponsApi, api::OffersApi, api::CreditsApi)),
        pages: pages::all,
        nav: NAV,
        views,
        block_samples: views::block_samples,
        mails: mails::definitions,
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
        ViewDef::of::<views::VoucherPage>(),
        ViewDef::of::<views::VoucherAskPage>(),
        ViewDef::of::<views::CouponsPage>(),
        ViewDef::of::<views::CouponFormPage>(),
        ViewDef::of::<views::VouchersPage>(),
        ViewDef::of::<views::StudioVoucherPage>(),
        ViewDef::of::<views::VoucherFormPage>(),
        ViewDef::of::<views::MyCreditsPage>(),
        ViewDef::of::<views::StudioCreditsPage>(),
        ViewDef::of::<views::ClientCreditsPage>(),
        ViewDef::of::<views::MoveCreditsPage>(),
        ViewDef::of::<views::StudioOffersPage>(),
        ViewDef::of::<views::OfferFormPage>(),
        ViewDef::of::<views::PackageSettingsPage>(),
        ViewDef::of::<views::MyDownloadsPage>(),
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
            "price_words",
            "my_downloads",
            "studio_settings",
            "studio_offer_plan",
            "studio_offer_gives",
            "studio_offer_files",
            "studio_offer_actions",
            "studio_offer_moves",
            "studio_offer_state",
            "studio_offer_uses",
            "offer",
            "my_credits",
            "credit_history",
            "credit_lots",
            "studio_credits",
            "studio_credits_client",
            "studio_credits_move",
            "studio_offers",
            "studio_offer",
            "block_offers",
            "card_credits",
            "card_client",
            "card_bought_credits",
            "card_handed_out",
            "card_files",
            "card_vouchers",
            "card_yours",
            "checkout_sum",
            "voucher",
            "voucher_ask",
            "studio_coupons",
            "studio_coupon",
            "studio_vouchers",
            "studio_voucher",
            "studio_voucher_new",
            "mails/voucher.subject",
            "mails/voucher.mjml",
            "mails/voucher.text",
            "mails/voucher_bought.subject",
            "mails/voucher_bought.mjml",
            "mails/voucher_bought.text",
            "mails/credits_expiring.subject",
            "mails/credits_expiring.mjml",
            "mails/credits_expiring.text",
        ],
        texts: texts(),
    }
}

fn texts() -> Vec<(String, Cow<'static, str>)> {
    vec![
        ("en".into(), Cow::Borrowed(include_str!("../locales/en/packages.ftl"))),
        ("en".into(), Cow::Borrowed(include_str!("../locales/en/credits.ftl"))),
        ("en".into(), Cow::Borrowed(include_str!("../locales/en/offers.ftl"))),
        ("en".into(), Cow::Borrowed(include_str!("../locales/en/problems.ftl"))),
        ("en".into(), Cow::Borrowed(include_str!("../locales/en/checkout.ftl"))),
        ("en".into(), Cow::Borrowed(include_str!("../locales/en/coupons.ftl"))),
    ]
}
