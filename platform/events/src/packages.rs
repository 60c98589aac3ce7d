//! What the packages module tells.

use serde::{Deserialize, Serialize};

use crate::{ClientId, Event, Id, Instant, LotId, Money, OrderId};

/// A client was given credits for something they bought.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreditsGranted {
    /// Who got them.
    pub client: ClientId,
    /// The order they were bought with.
    pub order: OrderId,
    /// The lot they lie in.
    pub lot: LotId,
    /// How many.
    pub credits: i32,
    /// When the lot expires, if it does.
    pub expires_at: Option<Instant>,
}
impl Event for CreditsGranted {
    const NAME: &'static str = "credits.granted";
    const MODULE: &'static str = "packages";
    const VERSION: i32 = 1;
    fn sample() -> Self {
        Self {
            client: Id::from_uuid(uuid::Uuid::from_u128(3)),
            order: Id::from_uuid(uuid::Uuid::from_u128(5)),
            lot: Id::from_uuid(uuid::Uuid::from_u128(8)),
            credits: 10,
            expires_at: Some(Instant::new(jiff::Timestamp::constant(1_806_573_600, 0))),
        }
    }
}

/// Credits that a client paid for are about to expire unused. Told once a lot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreditsExpiring {
    /// Whose they are.
    pub client: ClientId,
    /// The client's name.
    pub client_name: String,
    /// The client's e-mail.
    pub client_email: String,
    /// The lot they lie in.
    pub lot: LotId,
    /// What was bought.
    pub name: String,
    /// How many are left.
    pub credits: i32,
    /// When they expire.
    pub expires_at: Instant,
}
impl Event for CreditsExpiring {
    const NAME: &'static str = "credits.expiring";
    const MODULE: &'static str = "packages";
    const VERSION: i32 = 1;
    fn sample() -> Self {
        Self {
            client: Id::from_uuid(uuid::Uuid::from_u128(3)),
            client_name: "Sam Reed".into(),
            client_email: "sam@example.com".into(),
            lot: Id::from_uuid(uuid::Uuid::from_u128(8)),
            name: "Ten sessions".into(),
            credits: 4,
            expires_at: Instant::new(jiff::Timestamp::constant(1_806_573_600, 0)),
        }
    }
}

/// An offer was made or changed: what it is now. Whoever keeps a copy elsewhere follows it; a new price stands beside the
/// old ones there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfferChanged {
    /// `prd_…`, `pkg_…` or `pln_…`.
    pub item: String,
    /// `product`, `package` or `plan`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// One line about it; may be empty.
    pub summary: String,
    /// Its name in the URL.
    pub slug: String,
    /// Whether it is on sale.
    pub active: bool,
    /// What it costs now.
    pub prices: Vec<OfferPrice>,
}

/// A price of an offer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfferPrice {
    /// How much: of a plan for one period.
    pub price: Money,
    /// Of a plan: how often it is paid. None: once.
    pub recurring: Option<Recurring>,
    /// Whether the price contains the tax.
    pub tax_inclusive: bool,
}

/// How often something is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurring {
    /// `week`, `month` or `year`.
    pub every: String,
    /// Every so many of them.
    pub every_count: i32,
}

impl Event for OfferChanged {
    const NAME: &'static str = "offer.changed";
    const MODULE: &'static str = "packages";
    const VERSION: i32 = 1;
    fn sample() -> Self {
        let price = <crate::billing::OrderPaid as Event>::sample().total;
        let recurring = Some(Recurring { every: "month".into(), every_count: 1 });
        Self {
            item: "pln_00000000000000000000000000000009".into(),
            kind: "plan".into(),
            name: "Committed".into(),
            summary: "Six months, five sessions a week".into(),
            slug: "committed".into(),
            active: true,
            prices: vec![OfferPrice { price, recurring, tax_inclusive: true }],
        }
    }
}
